"""Fields of hashes that run out: when a command meets them, and the cycle that finds the others.

Owner: the executor thread. `Database.field_deadlines` holds, for each key whose hash has fields that expire, a time not
later than the first of them: setting a later time does not change it, the cycle corrects it when it comes up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pyredis_server.datatypes.hashes import Hash
from pyredis_server.keyspace.database import Database
from pyredis_server.keyspace.hooks import Overdue
from pyredis_server.keyspace.keyspace import Keyspace

FIELDS_AT_ONCE = 100  # between two looks at the clock
CYCLE_PERCENT = 5  # of one core, while that is enough ...
MOST_PERCENT = 25  # ... and when the cycle before was cut short


def deadline_set(db: Database, key: bytes, at_ms: int) -> None:
    """A field of the hash at `key` was given this time to expire."""
    db.field_deadlines.lower(key, at_ms)


def deadlines_dropped(db: Database, key: bytes, held: Hash) -> None:
    """Fields of the hash at `key` were removed or expire no more."""
    if held.deadlines is None:
        db.field_deadlines.drop(key)


def drop_fields(db: Database, key: bytes, held: Hash, fields: Sequence[bytes]) -> None:
    """Remove fields of a hash that ran out, and the key with the last one, and report it."""
    for field in fields:
        held.remove(field)
    _removed(db, key, held, fields)


def _removed(db: Database, key: bytes, held: Hash, fields: Sequence[bytes]) -> None:
    db.stats.expired_subkeys += len(fields)
    emptied = not held.fields
    if emptied:
        db.delete(key)
    else:
        deadlines_dropped(db, key, held)
    db.keyspace.hooks.fields_expired(db, key, fields, emptied=emptied)


class FieldExpireCycle:
    """Removes fields that ran out and that nobody asks for. Cron calls `run` once per period."""

    __slots__ = ("_cut_short", "_mono_ns", "_next", "_wall_ms", "keyspace")

    def __init__(self, keyspace: Keyspace, *, mono_ns: Callable[[], int], wall_ms: Callable[[], int]) -> None:
        self.keyspace = keyspace
        self._mono_ns = mono_ns
        self._wall_ms = wall_ms
        self._cut_short = False
        self._next = 0

    def run(self, hz: int) -> None:
        """Work for at most this cycle's share of one period, 1/`hz` seconds."""
        keyspace = self.keyspace
        if not keyspace.active_expire_enabled or keyspace.overdue is not Overdue.DELETE:
            return
        databases = keyspace.databases
        end_ns = 0
        for _ in range(len(databases)):
            db = databases[self._next]
            self._next = (self._next + 1) % len(databases)  # even if cut short: no database keeps the others waiting
            if not db.field_deadlines.at:
                continue
            if not end_ns:
                percent = MOST_PERCENT if self._cut_short else CYCLE_PERCENT
                end_ns = self._mono_ns() + percent * 10_000_000 // hz
                self._cut_short = False
            if not self._expire_in(db, end_ns):
                self._cut_short = True
                return

    def _expire_in(self, db: Database, end_ns: int) -> bool:
        """Work on one database. False when the time is over."""
        now_ms = self._wall_ms()
        deadlines = db.field_deadlines
        room = FIELDS_AT_ONCE
        while keys := deadlines.take_overdue(now_ms, 1):
            key = keys[0]
            held = db.values.get(key)
            if not isinstance(held, Hash):
                continue  # overwritten since
            fields = held.take_overdue(now_ms, room)
            earliest = held.earliest_deadline()
            if earliest is not None:
                deadlines.set(key, earliest)
            if fields:
                _removed(db, key, held, fields)
            room -= len(fields) + 1
            if room <= 0:
                if self._mono_ns() >= end_ns:
                    return False
                room = FIELDS_AT_ONCE
        return True
