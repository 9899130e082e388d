"""The active expiry cycle: finds keys that have run out and that nobody asks for.

Owner: the executor thread, which calls `slow` from cron and `fast` before it waits. Keys that are asked for go by
themselves (`Database.lookup`). The cycle walks the list of keys with a time to live, a sample at a time, and stays
with a database while a larger share of the samples than tolerated has run out, or until its time is over.
Source of the rates: redis.conf on active-expire-effort, and the EXPIRE page of the Redis manual.
"""

from __future__ import annotations

from collections.abc import Callable

import attrs

from pyredis_server.keyspace.database import Database
from pyredis_server.keyspace.hooks import Overdue
from pyredis_server.keyspace.keyspace import Keyspace

DATABASES_PER_CYCLE = 16
KEYS_PER_SAMPLE = 20
FAST_CYCLE_US = 1_000
SLOW_CYCLE_CPU_PERCENT = 25  # of one core
TOLERATED_STALE_PERCENT = 10  # keys that ran out and are still in memory
STALE_MEMORY = 0.95  # weight of the past in the moving average of the stale share
TTL_MEMORY = 0.98  # and in that of the times to live


@attrs.frozen
class Effort:
    """What active-expire-effort means, 1 for the least work to 10 for the most."""

    keys_per_sample: int
    fast_us: int
    slow_percent: int
    tolerated_percent: int

    @classmethod
    def of(cls, level: int) -> Effort:
        """The rates of a level: each one above the first adds a quarter of a sample and of a fast cycle's time."""
        extra = level - 1
        return cls(
            keys_per_sample=KEYS_PER_SAMPLE + KEYS_PER_SAMPLE // 4 * extra,
            fast_us=FAST_CYCLE_US + FAST_CYCLE_US // 4 * extra,
            slow_percent=SLOW_CYCLE_CPU_PERCENT + 2 * extra,
            tolerated_percent=TOLERATED_STALE_PERCENT - extra,
        )


@attrs.define
class _Tally:
    """One cycle's counts."""

    sampled: int = 0
    expired: int = 0


class ExpireCycle:
    """The cycle's memory between calls: which database is next, and whether the last call was cut short."""

    __slots__ = ("_cpu_ns", "_cut_short", "_fast_began_ns", "_next", "keyspace", "mono_ns", "wall_ms")

    def __init__(self, keyspace: Keyspace, *, mono_ns: Callable[[], int], wall_ms: Callable[[], int]) -> None:
        self.keyspace = keyspace
        self.mono_ns = mono_ns
        self.wall_ms = wall_ms
        self._next = 0
        self._cut_short = False
        self._fast_began_ns: int | None = None
        self._cpu_ns = 0  # below a millisecond; the rest is in the statistics

    @property
    def behind(self) -> bool:
        """Does much that has run out wait to be removed? Then `fast` is worth a call."""
        return self._cut_short

    @property
    def idle(self) -> bool:
        """Would a cycle find nothing to look at?"""
        return not any(db.expires for db in self.keyspace.databases)

    def slow(self, effort_level: int, hz: int) -> int:
        """Cron's cycle, for at most its share of one period. Returns the time used in microseconds."""
        effort = Effort.of(effort_level)
        return self._run(effort, effort.slow_percent * 10_000 // hz)

    def fast(self, effort_level: int) -> int:
        """The short cycle between two rounds of commands, while much is known to have run out.

        Does nothing soon after the last, or when cron's cycle copes. Returns the time used in microseconds.
        """
        stale_percent = self.keyspace.stats.expire_stale_percent
        if not self._cut_short and stale_percent < TOLERATED_STALE_PERCENT + 1 - effort_level:
            return 0
        effort = Effort.of(effort_level)
        now_ns = self.mono_ns()
        if self._fast_began_ns is not None and now_ns - self._fast_began_ns < effort.fast_us * 2_000:
            return 0
        self._fast_began_ns = now_ns
        return self._run(effort, effort.fast_us)

    def _run(self, effort: Effort, limit_us: int) -> int:
        keyspace = self.keyspace
        if not keyspace.active_expire_enabled or keyspace.overdue is not Overdue.DELETE:
            return 0
        databases = keyspace.databases
        start_ns = self.mono_ns()
        end_ns = start_ns + max(limit_us, 1) * 1_000
        # After a cycle that ran out of time all databases deserve a look: one of them holds much that is stale.
        visits = len(databases) if self._cut_short else DATABASES_PER_CYCLE
        self._cut_short = False
        tally = _Tally()
        for _ in range(len(databases)):
            db = databases[self._next]
            self._next = (self._next + 1) % len(databases)  # even if cut short: no database may keep the others waiting
            if not db.expires:
                continue
            if not self._expire_in(db, effort, end_ns, tally):
                self._cut_short = True
                break
            visits -= 1
            if visits == 0:
                break
        used_ns = self.mono_ns() - start_ns
        self._account(tally, used_ns)
        return used_ns // 1_000

    def _expire_in(self, db: Database, effort: Effort, end_ns: int, tally: _Tally) -> bool:
        """Work on one database. False when the time is over."""
        while expires := db.expires:
            now_ms = self.wall_ms()
            if db.expire_position == 0:
                db.expire_position = len(db.volatile.slots)
            db.expire_position, keys = db.volatile.walk(db.expire_position, effort.keys_per_sample)
            expired = 0
            ttl_ms = 0
            for key in keys:
                left_ms = expires[key] - now_ms
                if left_ms >= 0:
                    ttl_ms += left_ms
                elif db.expire_if_due(key, now_ms):
                    expired += 1
            alive = len(keys) - expired
            if alive:
                average = ttl_ms / alive
                db.avg_ttl_ms = db.avg_ttl_ms * TTL_MEMORY + average * (1 - TTL_MEMORY) if db.avg_ttl_ms else average
            tally.sampled += len(keys)
            tally.expired += expired
            if keys and expired * 100 <= effort.tolerated_percent * len(keys):
                return True
            if self.mono_ns() >= end_ns:
                self.keyspace.stats.expired_time_cap_reached_count += 1
                return False
        return True

    def _account(self, tally: _Tally, used_ns: int) -> None:
        stats = self.keyspace.stats
        self._cpu_ns += used_ns
        stats.expire_cycle_cpu_ms += self._cpu_ns // 1_000_000
        self._cpu_ns %= 1_000_000
        now_percent = tally.expired * 100 / tally.sampled if tally.sampled else 0.0
        stats.expire_stale_percent = stats.expire_stale_percent * STALE_MEMORY + now_percent * (1 - STALE_MEMORY)
