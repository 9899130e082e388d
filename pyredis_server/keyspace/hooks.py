"""What the keyspace reports to the server above it, and how it treats keys that have run out."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pyredis_server.keyspace.database import Database
    from pyredis_server.keyspace.values import StoredValue


class Overdue(enum.Enum):
    """What happens when a command meets a key whose time has run out."""

    DELETE = "delete"  # a primary: the key goes, and everybody is told
    HIDE = "hide"  # a replica, or while expiry is paused: invisible to readers, but it stays until told otherwise
    IGNORE = "ignore"  # loading, AOF replay, the primary's commands: the key is there


class KeyspaceHooks(Protocol):
    """The listener of a keyspace. Calls come from the executor thread, inside the command that caused them."""

    wants_misses: bool  # keymiss is called only while this is true

    def expired(self, db: Database, key: bytes, value: StoredValue) -> None:
        """`key` ran out and is no longer there: once per key, by access or by the active cycle.

        Notifications, WATCH, tracking, propagation of the DEL and lazy freeing of `value` follow from this.
        """

    def fields_expired(self, db: Database, key: bytes, fields: Sequence[bytes], *, emptied: bool) -> None:
        """Fields of the hash at `key` ran out and are no longer there; `emptied`: nor is the key, they were its last.

        Notifications, WATCH, tracking and propagation of HDEL follow from this.
        """

    def keymiss(self, db: Database, key: bytes) -> None:
        """A read command asked for a key that is not there."""


class NoHooks:
    """Nobody listens: tests and tools."""

    __slots__ = ()

    wants_misses = False

    def expired(self, db: Database, key: bytes, value: StoredValue) -> None:
        """Do nothing."""

    def fields_expired(self, db: Database, key: bytes, fields: Sequence[bytes], *, emptied: bool) -> None:
        """Do nothing."""

    def keymiss(self, db: Database, key: bytes) -> None:
        """Do nothing."""
