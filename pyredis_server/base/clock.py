"""Time. The only module that reads the system's clocks for decisions about data; tests hand in a `ManualClock`.

`Clock` is what the server is given; `CommandClock` is the snapshot that all commands of one batch share, so that a
key cannot expire between two reads of the same command.
"""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Sources of time, injected into the server."""

    def wall_ms(self) -> int:
        """Milliseconds since the epoch."""

    def wall_us(self) -> int:
        """Microseconds since the epoch."""

    def mono_ns(self) -> int:
        """Nanoseconds of a clock that never goes back."""


class SystemClock:
    """The machine's clocks."""

    __slots__ = ()

    mono_ns = staticmethod(time.perf_counter_ns)

    def wall_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def wall_us(self) -> int:
        return time.time_ns() // 1_000


class ManualClock:
    """A clock that moves only when told; for tests and the embedded server's `clock.advance`."""

    __slots__ = ("now_us",)

    def __init__(self, now_us: int = 1_700_000_000_000_000) -> None:
        self.now_us = now_us

    def advance_ms(self, ms: int) -> None:
        """Move all clocks forward by `ms` milliseconds."""
        self.now_us += ms * 1000

    def wall_ms(self) -> int:
        return self.now_us // 1000

    def wall_us(self) -> int:
        return self.now_us

    def mono_ns(self) -> int:
        return self.now_us * 1000


class CommandClock:
    """The time that the running command sees, in ms since the epoch. Owner: the executor, which sets it per batch."""

    __slots__ = ("now_ms",)

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms
