"""All databases of one server, and what they share: clock, counters, listener, access clocks.

Owner: the executor thread.
"""

from __future__ import annotations

import random

from pyredis_server.base.clock import CommandClock
from pyredis_server.base.stats import ServerStats
from pyredis_server.keyspace.clocks import AccessPolicy, Tracked
from pyredis_server.keyspace.database import Contents, Database
from pyredis_server.keyspace.hooks import KeyspaceHooks, NoHooks, Overdue

DEFAULT_DATABASES = 16


class Keyspace:
    """The databases by index. Set `hooks` once at start; `overdue` changes with the server's role."""

    __slots__ = ("access", "active_expire_enabled", "clock", "databases", "hooks", "overdue", "random", "stats")

    def __init__(self, clock: CommandClock, stats: ServerStats, *, count: int = DEFAULT_DATABASES,
                 hooks: KeyspaceHooks | None = None, rng: random.Random | None = None) -> None:
        self.clock = clock
        self.stats = stats
        self.hooks: KeyspaceHooks = hooks or NoHooks()
        self.random = rng or random.Random()
        self.overdue = Overdue.DELETE
        self.active_expire_enabled = True  # DEBUG SET-ACTIVE-EXPIRE
        self.access = AccessPolicy(clock, self.random)
        self.databases = [Database(index, self) for index in range(count)]

    def __len__(self) -> int:
        """Keys in all databases."""
        return sum(len(db) for db in self.databases)

    def __bool__(self) -> bool:
        return True

    def swap(self, one: int, other: int) -> None:
        """Let two databases change contents: sessions and watches stay with the index and see the other's keys.

        The caller reports it first (`EffectSink.swapped`): watchers of keys that are in either database are touched.
        """
        if one != other:
            self.databases[one].swap_contents(self.databases[other])

    def flush_all(self) -> list[Contents]:
        """Empty all databases. Returns what was in them, for lazy freeing; dropping it frees it at once."""
        return [db.clear() for db in self.databases if db.values]

    def track_access(self, kind: Tracked | None) -> None:
        """Begin to keep LRU or LFU marks of all keys, or end it. A change of kind forgets the marks."""
        if kind is self.access.kind:
            return
        self.access.begin(kind)
        for db in self.databases:
            db.clocks = self.access.new_clocks() if kind else None

    def tidy(self, budget: int) -> bool:
        """Compact the key lists of the databases by up to `budget` slots each; True while more is to be done."""
        more = False
        for db in self.databases:
            if db.untidy:
                db.tidy(budget)
                more = more or db.untidy
        return more
