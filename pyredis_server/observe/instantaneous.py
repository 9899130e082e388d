"""Rates of the last moments: operations and kilobytes a second, as INFO's instantaneous fields.

The cron hands in totals every 100 ms or so; a rate is the mean of the last 16 differences, so it follows a change
within about 1.6 seconds and a single busy interval does not make it jump.
"""

from __future__ import annotations

from collections.abc import Callable

_SAMPLES = 16


class Rate:
    """The growth per second of one counter."""

    __slots__ = ("_last_ms", "_last_value", "_samples", "_next")

    def __init__(self) -> None:
        self._last_ms: int | None = None
        self._last_value = 0
        self._samples = [0.0] * _SAMPLES
        self._next = 0

    def track_sample(self, now_ms: int, value: int) -> None:
        """Note that the counter stands at `value` now; the first call only sets the starting point."""
        if self._last_ms is not None:
            elapsed_ms = now_ms - self._last_ms
            if elapsed_ms <= 0:
                return
            grown = max(0, value - self._last_value)  # a counter that went back was reset
            self._samples[self._next] = grown * 1000 / elapsed_ms
            self._next = (self._next + 1) % _SAMPLES
        self._last_ms = now_ms
        self._last_value = value

    def per_second(self) -> float:
        """The mean growth over the last samples."""
        return sum(self._samples) / _SAMPLES

    def reset(self) -> None:
        """Forget everything, as CONFIG RESETSTAT does."""
        self.__init__()  # type: ignore[misc]  # the class is final in use; all state is made there


class Rates:
    """The rates that INFO shows. `sources` gives the counters by name; cron calls `sample`."""

    def __init__(self, sources: dict[str, Callable[[], int]]) -> None:
        self._sources = sources
        self._rates = {name: Rate() for name in sources}

    def sample(self, now_ms: int) -> None:
        """Read all counters; call it every 100 ms."""
        for name, read in self._sources.items():
            self._rates[name].track_sample(now_ms, read())

    def per_second(self, name: str) -> float:
        """The growth of a counter per second; 0 for one that nobody provides."""
        rate = self._rates.get(name)
        return rate.per_second() if rate is not None else 0.0

    def reset(self) -> None:
        """Forget all samples."""
        for rate in self._rates.values():
            rate.reset()
