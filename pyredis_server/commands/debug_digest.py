"""DEBUG DIGEST and DIGEST-VALUE: 40 hex digits that are equal when two data sets, or two values, are.

The digests are those of Redis, so that a replica of ours can be compared with its primary: each part is mixed in with
SHA-1, parts without order are combined by exclusive or, and a time to live counts by its existence, not its date.
Source: what a real 8.2.3 answers, tests/compat/cases_introspection.py.
"""

from __future__ import annotations

from hashlib import sha1
from typing import Final, Protocol

from pyredis_server.keyspace.database import Database
from pyredis_server.keyspace.keyspace import Keyspace
from pyredis_server.keyspace.values import StoredValue, type_name_of

TYPE_NUMBERS: Final = {name: number for number, name in enumerate((
    b"string", b"list", b"set", b"zset", b"hash", b"module", b"stream"))}


class Digest:
    """Twenty bytes that change with everything that is put in."""

    __slots__ = ("_state",)

    def __init__(self) -> None:
        self._state = 0

    def add(self, data: bytes) -> None:
        """Take in data so that the order of such calls does not matter."""
        self._state ^= _sha1(data)

    def add_digest(self, other: Digest) -> None:
        """Take in an element with parts of its own, so that the order of elements does not matter."""
        self.add(other._bytes())

    def mix(self, data: bytes) -> None:
        """Take in data so that the order of all calls matters."""
        self.add(data)
        self._state = _sha1(self._bytes())

    def hex(self) -> bytes:
        """The digits."""
        return b"%040x" % self._state

    def _bytes(self) -> bytes:
        return self._state.to_bytes(20, "big")


class Digestible(Protocol):
    """A value of another type than string."""

    def digest_into(self, digest: Digest) -> None:
        """Put the elements in: `mix` what has an order, `add` what has none."""


def of_value(db: Database, key: bytes) -> Digest:
    """Digest what a key holds, alive or not; zeros when there is no such key."""
    digest = Digest()
    value = db.values.get(key)
    if value is not None:
        _put_value(db, key, value, digest)
    return digest


def of_keyspace(keyspace: Keyspace) -> Digest:
    """Digest all databases."""
    total = Digest()
    for db in keyspace.databases:
        if not len(db):
            continue
        total.mix(db.index.to_bytes(4, "big"))
        for key, value in db.values.items():
            one = Digest()
            one.mix(key)
            _put_value(db, key, value, one)
            total.add_digest(one)
    return total


def _put_value(db: Database, key: bytes, value: StoredValue, digest: Digest) -> None:
    digest.mix(TYPE_NUMBERS.get(type_name_of(value), TYPE_NUMBERS[b"module"]).to_bytes(4, "big"))
    if isinstance(value, (bytes, bytearray)):
        digest.mix(bytes(value))
    elif hasattr(value, "digest_into"):
        value.digest_into(digest)
    if key in db.expires:
        digest.add(b"!!expire!!")


def _sha1(data: bytes) -> int:
    return int.from_bytes(sha1(data, usedforsecurity=False).digest(), "big")
