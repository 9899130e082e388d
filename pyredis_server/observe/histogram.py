"""Distributions of the time that commands took, in the shapes that INFO latencystats and LATENCY HISTOGRAM show.

A `Command` counts its calls by whole microseconds. Redis records nanoseconds in a histogram of two significant digits
over 1 ns to 1 s, and what it shows are the upper ends of that histogram's slots (1 us reads 1.003, 33 us reads 33.023).
Clients and tests know these figures, so the counts are shown as if they had been recorded there.

Source: figures of a real 8.2.3; the slots of HdrHistogram are described in its public documentation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyredis_server.commands.registry import Command

_SUB_BUCKET_BITS = 8  # 256 slots per power of two hold two significant digits
_HIGHEST_NS = 1_000_000_000  # longer calls count as 1 s
_FIRST_LEVEL = 10  # LATENCY HISTOGRAM starts at 2**10 ns, about 1 us
_LAST_LEVEL = 29
_LAST_BOUND_US = ((1 << (_LAST_LEVEL + 1)) - 1) // 1000  # end of the last slot that 1 s needs


class _Frozen(defaultdict[int, int]):
    """Counts that stay as they are, so that the executor need not ask whether latency-tracking is on."""

    def __getitem__(self, duration_us: int) -> int:
        return 0

    def __setitem__(self, duration_us: int, calls: int) -> None:
        pass


def set_recording(commands: Iterable[Command], *, on: bool) -> None:
    """Let the commands' histograms count the calls to come, or keep them as they are."""
    kind: type[defaultdict[int, int]] = defaultdict if on else _Frozen
    for command in commands:
        if type(command.histogram) is not kind:
            command.histogram = kind(int, command.histogram.items())


def _slot_end_ns(value_ns: int) -> int:
    """The greatest value that shares a slot with `value_ns`."""
    shift = max(0, value_ns.bit_length() - _SUB_BUCKET_BITS)
    return ((value_ns >> shift) + 1 << shift) - 1


def _bucket_bounds_us() -> list[int]:
    """Upper bounds of the powers of two that LATENCY HISTOGRAM counts by: 1, 2, 4, 8, 16, 33, 66, ..."""
    return [_slot_end_ns(1 << level) // 1000 for level in range(_FIRST_LEVEL, _LAST_LEVEL + 1)] + [_LAST_BOUND_US]


_BOUNDS_US = _bucket_bounds_us()


def percentiles_us(counts: Mapping[int, int], wanted: Sequence[float]) -> list[float]:
    """Give the percentiles `wanted` (0 to 100) of calls counted by whole microseconds.

    Returns: microseconds with three decimals, one per wanted percentile; zeros when nothing was counted.
    """
    total = sum(counts.values())
    if not total:
        return [0.0] * len(wanted)
    ordered = sorted(counts.items())
    found = []
    for percentile in wanted:
        rank = max(1, int(min(percentile, 100.0) / 100 * total + 0.5))
        seen = 0
        for duration_us, calls in ordered:  # noqa: B007 - the loop ends at the slot that is looked for
            seen += calls
            if seen >= rank:
                break
        value_ns = min(max(duration_us * 1000, 1), _HIGHEST_NS)
        found.append(_slot_end_ns(value_ns) / 1000)
    return found


def cumulative(counts: Mapping[int, int]) -> list[tuple[int, int]]:
    """Give (upper bound in microseconds, calls up to it) for each power of two that adds calls."""
    ordered = sorted(counts.items())
    shown: list[tuple[int, int]] = []
    seen = position = 0
    for bound in _BOUNDS_US:
        before = seen
        while position < len(ordered) and (ordered[position][0] <= bound or bound == _LAST_BOUND_US):
            seen += ordered[position][1]
            position += 1
        if seen > before:
            shown.append((bound, seen))
    return shown
