"""When and how often keys are used: the LRU and LFU marks behind eviction, OBJECT IDLETIME and OBJECT FREQ.

Owner: the executor thread. Nothing is kept until somebody asks (`Keyspace.track_access`), for the marks cost about
50 MB and 300 ns per access at a million keys. A key that was not used since tracking began counts from there, or from
when any key was last used, which is known.
"""

from __future__ import annotations

import enum
import random
from collections.abc import Callable

from pyredis_server.base.clock import CommandClock

LFU_START = 5  # the counter of a new key, so that it is not the first to go
LFU_MAXIMUM = 255
COUNTER_BITS = 8


class Tracked(enum.Enum):
    """What the marks say."""

    LRU = "lru"  # the second of the last use
    LFU = "lfu"  # a logarithmic counter of uses that decays, with the minute of the last decay


class AccessPolicy:
    """How marks are made, for all databases of a server. The factors are CONFIG's lfu-log-factor, lfu-decay-time."""

    __slots__ = ("clock", "decay_minutes", "kind", "log_factor", "paused", "random", "second", "started_s", "until_ms",
                 "used_ms")

    def __init__(self, clock: CommandClock, rng: random.Random) -> None:
        self.clock = clock
        self.random = rng
        self.kind: Tracked | None = None
        self.log_factor = 10
        self.decay_minutes = 1
        self.paused = False  # while a CLIENT NO-TOUCH session runs a command
        self.started_s = 0
        self.second = 0  # one int object for all keys used in the same second
        self.until_ms = 0
        self.used_ms: Callable[[], int] = lambda: clock.now_ms  # when any key was last used, as far as is known

    def begin(self, kind: Tracked | None) -> None:
        """Note the start of tracking."""
        self.kind = kind
        self.started_s = (self.used_ms() if kind is Tracked.LRU else self.clock.now_ms) // 1000

    def new_clocks(self) -> AccessClocks:
        """Marks for one database."""
        return AccessClocks(self)

    def second_now(self) -> int:
        """The present second, as an object that many marks share."""
        now_ms = self.clock.now_ms
        if not self.until_ms - 1000 <= now_ms < self.until_ms:
            self.second = now_ms // 1000
            self.until_ms = (self.second + 1) * 1000
        return self.second

    def decayed(self, mark: int, minute: int) -> int:
        """The counter of an LFU mark after the decay since it was made: one off per `decay_minutes`."""
        counter = mark & LFU_MAXIMUM
        if self.decay_minutes:
            counter -= max(0, minute - (mark >> COUNTER_BITS)) // self.decay_minutes
        return max(counter, 0)

    def incremented(self, counter: int) -> int:
        """One more use: the higher the counter, the less likely it grows."""
        if counter >= LFU_MAXIMUM:
            return LFU_MAXIMUM
        above = max(0, counter - LFU_START)
        return counter + (self.random.random() * (above * self.log_factor + 1) < 1)


class AccessClocks:
    """The marks of one database's keys. LRU: a second; LFU: minute << 8 | counter."""

    __slots__ = ("marks", "policy")

    def __init__(self, policy: AccessPolicy) -> None:
        self.policy = policy
        self.marks: dict[bytes, int] = {}

    def created(self, key: bytes) -> None:
        """A new key; `key` is the database's own object."""
        policy = self.policy
        if policy.kind is Tracked.LRU:
            self.marks[key] = policy.second_now()
        else:
            self.marks[key] = policy.clock.now_ms // 60_000 << COUNTER_BITS | LFU_START

    def touch(self, key: bytes) -> None:
        """A command used the key. Does nothing for CLIENT NO-TOUCH."""
        policy = self.policy
        if policy.paused:
            return
        if policy.kind is Tracked.LRU:
            self.marks[key] = policy.second_now()
        else:
            minute = policy.clock.now_ms // 60_000
            counter = policy.decayed(self.marks.get(key, self._unmarked()), minute)
            self.marks[key] = minute << COUNTER_BITS | policy.incremented(counter)

    def idle_seconds(self, key: bytes) -> int:
        """Seconds since the last use, for LRU marks."""
        policy = self.policy
        return max(0, policy.clock.now_ms // 1000 - self.marks.get(key, policy.started_s))

    def frequency(self, key: bytes) -> int:
        """The counter as of now, for LFU marks."""
        policy = self.policy
        return policy.decayed(self.marks.get(key, self._unmarked()), policy.clock.now_ms // 60_000)

    def set_idle(self, key: bytes, seconds: int) -> None:
        """Pretend that the key was last used so long ago (RESTORE IDLETIME)."""
        self.marks[key] = self.policy.clock.now_ms // 1000 - seconds

    def set_frequency(self, key: bytes, counter: int) -> None:
        """Set the counter (RESTORE FREQ)."""
        self.marks[key] = self.policy.clock.now_ms // 60_000 << COUNTER_BITS | counter

    def _unmarked(self) -> int:
        return self.policy.started_s // 60 << COUNTER_BITS | LFU_START
