"""The latency monitor: what kept the server busy for longer than latency-monitor-threshold.

Events have names ("command", "fork", "aof-fsync-always" ...). Each keeps its last 160 samples, at most one a second
(the worst of it), and the worst sample of all time. Who measures an event calls `record`.
Elsewhere: the report for people is latency_doctor.py, distributions per command are histogram.py.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import attrs

from pyredis_server.base.clock import Clock
from pyredis_server.config.directive import Config
from pyredis_server.config.directives import observability as directives
from pyredis_server.observe.histogram import cumulative
from pyredis_server.observe.latency_doctor import report
from pyredis_server.resp.reply import Map, Reply

if TYPE_CHECKING:
    from pyredis_server.commands.registry import Command

_SAMPLES = 160
_GRAPH_COLUMNS = 80
_GRAPH_ROWS = 4
_MARKS = "_o#"  # a third, two thirds and the whole of a row
_TEXT = ("utf-8", "surrogateescape")  # names that clients ask for come back as the bytes they sent


@attrs.define
class Sample:
    """The worst latency of an event within one second."""

    unix_time_s: int
    latency_ms: int


@attrs.define
class Series:
    """The samples of one event, oldest first."""

    samples: deque[Sample] = attrs.field(factory=lambda: deque(maxlen=_SAMPLES))
    worst_ms: int = 0


class LatencyMonitor:
    """The events of one server."""

    def __init__(self, config: Config, clock: Clock) -> None:
        self._config = config
        self._clock = clock
        self.events: dict[str, Series] = {}

    def record(self, event: str, latency_ms: int) -> None:
        """Note that `event` took `latency_ms`, if that reaches the threshold and the monitor is on."""
        threshold_ms = self._config[directives.LATENCY_MONITOR_THRESHOLD]
        if not threshold_ms or latency_ms < threshold_ms:
            return
        series = self.events.setdefault(event, Series())
        series.worst_ms = max(series.worst_ms, latency_ms)
        now_s = self._clock.wall_ms() // 1000
        if series.samples and series.samples[-1].unix_time_s == now_s:
            last = series.samples[-1]
            last.latency_ms = max(last.latency_ms, latency_ms)
        else:
            series.samples.append(Sample(now_s, latency_ms))

    def history(self, event: str) -> list[Reply]:
        """All samples of an event as [time, milliseconds]; nothing for an unknown event."""
        series = self.events.get(event)
        return [[sample.unix_time_s, sample.latency_ms] for sample in series.samples] if series else []

    def latest(self) -> list[Reply]:
        """The last sample of every event as [event, time, milliseconds, worst ever]."""
        return [
            [event.encode(*_TEXT), series.samples[-1].unix_time_s, series.samples[-1].latency_ms, series.worst_ms]
            for event, series in self.events.items()
        ]

    def reset(self, events: Iterable[str] | None = None) -> int:
        """Forget some events (in any case of letters) or all; gives how many there were."""
        if events is None:
            wanted = set(self.events)
        else:
            lowered = {event.lower() for event in events}
            wanted = {event for event in self.events if event.lower() in lowered}
        for event in wanted:
            del self.events[event]
        return len(wanted)

    def graph(self, event: str) -> bytes | None:
        """Draw the samples of an event; None when there are none."""
        series = self.events.get(event)
        if series is None:
            return None
        values = [sample.latency_ms for sample in series.samples]
        now_s = self._clock.wall_ms() // 1000
        ages = [_age(now_s - sample.unix_time_s) for sample in series.samples]
        heading = (f"{event} - high {max(values)} ms, low {min(values)} ms (all time high {series.worst_ms} ms)\n"
                   + "-" * _GRAPH_COLUMNS + "\n")
        return (heading + sparkline(values, ages)).encode(*_TEXT)

    def doctor(self) -> bytes:
        """A report for people on what was observed, with advice."""
        return report(self._config, self._clock.wall_ms() // 1000, {
            event: ([(sample.unix_time_s, sample.latency_ms) for sample in series.samples], series.worst_ms)
            for event, series in self.events.items()
        }).encode(*_TEXT)

    def distributions(self, commands: Iterable[Command]) -> Map:
        """How long calls took, per command that was called, as LATENCY HISTOGRAM replies."""
        flat: list[Reply] = []
        for command in commands:
            counts = dict(command.histogram.items())
            if counts:
                buckets: list[Reply] = [figure for pair in cumulative(counts) for figure in pair]
                flat += [command.name.encode(),
                         Map([b"calls", sum(counts.values()), b"histogram_usec", Map(buckets)])]
        return Map(flat)


def _age(seconds: int) -> str:
    """Tell how long ago something was, in the largest unit that fits."""
    if seconds < 60:
        return f"{seconds}s"
    if seconds < 3600:
        return f"{seconds // 60}m"
    if seconds < 86400:
        return f"{seconds // 3600}h"
    return f"{seconds // 86400}d"


def sparkline(values: Sequence[int], labels: Sequence[str]) -> str:
    """Draw `values` as columns of four rows with the labels written downwards below them.

    The least value is an underscore in the lowest row, the greatest a hash in the highest. Longer rows are continued
    below, after 80 columns each.
    """
    low, high = min(values), max(values)
    spread = (high - low) or 1
    levels = _GRAPH_ROWS * len(_MARKS)
    parts = []
    for start in range(0, len(values), _GRAPH_COLUMNS):
        shown = values[start:start + _GRAPH_COLUMNS]
        columns = [min(int((value - low) / spread * levels), levels - 1) for value in shown]
        lines = [
            "".join(_mark(level - row * len(_MARKS)) for level in columns) for row in reversed(range(_GRAPH_ROWS))]
        lines.append(" " * len(columns))
        below = labels[start:start + _GRAPH_COLUMNS]
        lines += ["".join(label[depth:depth + 1] or " " for label in below) for depth in range(max(map(len, below)))]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _mark(thirds: int) -> str:
    """What a column shows in a row that it fills by `thirds` + 1 thirds."""
    if thirds < 0:
        return " "
    return _MARKS[thirds] if thirds < len(_MARKS) else "|"
