"""Users and their passwords. Owner: the executor thread.

Passwords are kept only as the hexadecimal SHA-256 of what the client sends, as ACL LIST shows them. Comparing takes
the same time wherever two digests differ and whether or not the user exists.
"""

from __future__ import annotations

import enum
import hashlib
import hmac

DEFAULT_USER = b"default"
_NO_DIGEST = b"0" * 64  # compared with when there is no such user


class UserFlag(enum.IntFlag):
    """What a user is like, apart from its passwords."""

    ENABLED = enum.auto()  # may log in
    NOPASS = enum.auto()  # any password will do, and new clients need none if this is the default user


class User:
    """A name that clients log in as. Compared by identity: sessions refer to the very object."""

    __slots__ = ("flags", "name", "passwords")

    def __init__(self, name: bytes, flags: UserFlag) -> None:
        self.name = name
        self.flags = flags
        self.passwords: list[bytes] = []  # digests, oldest first

    def __repr__(self) -> str:
        return f"<User {self.name!r}>"  # never the passwords

    @property
    def enabled(self) -> bool:
        """Logging in is allowed."""
        return bool(self.flags & UserFlag.ENABLED)

    @property
    def nopass(self) -> bool:
        """Every password is accepted."""
        return bool(self.flags & UserFlag.NOPASS)

    @property
    def restricted(self) -> bool:
        """Some command, key or channel is refused to it, so that the executor has to check each command."""
        return False

    def add_password(self, password: bytes) -> None:
        """Accept `password` from now on, and no longer just any."""
        found = digest(password)
        self.flags &= ~UserFlag.NOPASS
        if found not in self.passwords:
            self.passwords.append(found)

    def forget_passwords(self) -> None:
        """Accept no password at all, until one is added or `accept_any` is called."""
        self.passwords.clear()
        self.flags &= ~UserFlag.NOPASS

    def accept_any(self) -> None:
        """Accept every password, and forget those that were set."""
        self.passwords.clear()
        self.flags |= UserFlag.NOPASS

    def accepts(self, password: bytes) -> bool:
        """Tell whether `password` is right. A user that is not enabled accepts none."""
        if not self.enabled:
            _matches(password, [_NO_DIGEST])
            return False
        return self.nopass or _matches(password, self.passwords)


class Users:
    """The users of one server. The default user always exists: new clients are it."""

    def __init__(self) -> None:
        self.default = User(DEFAULT_USER, UserFlag.ENABLED | UserFlag.NOPASS)
        self._by_name: dict[bytes, User] = {DEFAULT_USER: self.default}

    def __len__(self) -> int:
        return len(self._by_name)

    def find(self, name: bytes) -> User | None:
        """Find a user by its exact name."""
        return self._by_name.get(name)

    def authenticate(self, name: bytes, password: bytes) -> User | None:
        """Give the user that `name` and `password` belong to, or None."""
        user = self._by_name.get(name)
        if user is None:
            _matches(password, [_NO_DIGEST])
            return None
        return user if user.accepts(password) else None

    @property
    def login_needed(self) -> bool:
        """New clients have to log in before anything else."""
        return not (self.default.enabled and self.default.nopass)

    def set_default_password(self, password: bytes) -> None:
        """Make `password` the default user's only one; an empty one means that none is needed (requirepass)."""
        if password:
            self.default.forget_passwords()
            self.default.add_password(password)
        else:
            self.default.accept_any()


def digest(password: bytes) -> bytes:
    """Give what is kept of a password: its SHA-256 in lower-case hexadecimal digits."""
    return hashlib.sha256(password).hexdigest().encode()


def _matches(password: bytes, digests: list[bytes]) -> bool:
    given = digest(password)
    found = False
    for known in digests:
        found |= hmac.compare_digest(given, known)
    return found
