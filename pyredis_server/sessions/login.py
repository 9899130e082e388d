"""Who a session is: the user it acts as, and whether it has to log in first. Owner: the executor.

A client is the default user from the moment it connects. It has to log in when that user needs a password; a client
that was logged in stays so when the password changes, and one that was not is let in while none is needed.
"""

from __future__ import annotations

from collections.abc import Iterable

from pyredis_server.acl.users import User, Users
from pyredis_server.sessions.session import GATE_NO_AUTH, GATE_RESTRICTED_USER, Session


def begin(session: Session, users: Users) -> None:
    """Make a new session, or one that is reset, what every client is at first."""
    session.user = users.default
    session.authenticated = not users.login_needed
    _apply(session, login_needed=users.login_needed)


def log_in(session: Session, user: User) -> None:
    """Make the session act as `user`, whose password it gave."""
    session.user = user
    session.authenticated = True
    _apply(session, login_needed=False)


def require_password(password: bytes, sessions: Iterable[Session], users: Users) -> None:
    """Take over requirepass: the default user's only password, or empty for none."""
    users.set_default_password(password)
    password_changed(sessions, users)


def password_changed(sessions: Iterable[Session], users: Users) -> None:
    """Let in or stop those that never logged in, after a change of the default user's password."""
    for session in sessions:
        _apply(session, login_needed=users.login_needed)


def _apply(session: Session, *, login_needed: bool) -> None:
    locked = login_needed and not session.authenticated
    session.set_gate(GATE_NO_AUTH, locked)
    session.set_gate(GATE_RESTRICTED_USER, session.user.restricted)
    session.connection.set_authenticated(not locked)
