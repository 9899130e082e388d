"""Time the ordered half of a sorted set, for blocks of several sizes and beside sortedcontainers.

    python tools/measure_sorted_sets.py [entries ...]

Prints thousand operations per second; every operation goes to a random place. `move` gives a member another score,
`mix` adds one entry and asks for the rank of another, `page` reads ten members from a random rank, `window` ten from
a random score.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from typing import Any

from sortedcontainers import SortedList

from pyredis_server.datatypes import sorted_sets_order
from pyredis_server.datatypes.sorted_sets_order import Blocks, Run

CALLS = 20_000
BLOCKS = (256, 512, 1024)
LONGEST_RUN = 10_000


class Alternative:
    """The interface of `Blocks` over a SortedList of (score, member)."""

    def __init__(self, members: list[bytes], scores: list[float]) -> None:
        self.list = SortedList(zip(scores, members, strict=True))

    def add(self, score: float, member: bytes) -> None:
        self.list.add((score, member))

    def remove(self, score: float, member: bytes) -> None:
        self.list.remove((score, member))

    def move(self, old: float, new: float, member: bytes) -> None:
        self.list.remove((old, member))
        self.list.add((new, member))

    def rank(self, score: float, member: bytes) -> int:
        return int(self.list.index((score, member)))

    def below(self, score: float) -> int:
        return int(self.list.bisect_left((score,)))

    def members_of(self, start: int, stop: int) -> list[bytes]:
        return [member for _, member in self.list[start:stop]]


def measure(make: Callable[[list[bytes], list[float]], Any], entries: int, distinct: int) -> list[float]:
    """Thousand calls per second of each operation, on so many entries with so many different scores."""
    rng = random.Random(1)
    held = {b"member:%08d" % number: float(rng.randrange(distinct)) for number in range(entries)}
    pairs = sorted((score, member) for member, score in held.items())
    order = make([member for _, member in pairs], [score for score, _ in pairs])
    names = rng.sample(list(held), min(CALLS, entries))
    new = {b"new:%08d" % number: float(rng.randrange(distinct)) for number in range(len(names))}
    others = [float(rng.randrange(distinct)) for _ in names]
    ranks = [rng.randrange(entries) for _ in names]

    def moves() -> None:
        for member, score in zip(names, others, strict=True):
            order.move(held[member], score, member)
            held[member] = score

    def mixed() -> None:
        for (member, score), other in zip(new.items(), names, strict=True):
            order.add(score, member)
            order.rank(held[other], other)

    def windows() -> None:
        for score in others:
            at = order.below(score)
            order.members_of(at, min(at + 10, entries))

    jobs: list[Callable[[], object]] = [
        lambda: [order.add(score, member) for member, score in new.items()],
        lambda: [order.remove(score, member) for member, score in new.items()],
        moves,
        lambda: [order.rank(held[member], member) for member in names],
        mixed,
        lambda: [order.members_of(rank, rank + 10) for rank in ranks],
        windows,
    ]
    rates = []
    for job in jobs:
        before = time.perf_counter()
        job()
        rates.append(len(names) / (time.perf_counter() - before) / 1000)
    return rates


def main() -> None:
    """Print the table."""
    print(f"{'':34}{'add':>8}{'remove':>8}{'move':>8}{'rank':>8}{'mix':>8}{'page':>8}{'window':>8}")
    for entries in [int(word) for word in sys.argv[1:]] or [100, 10_000, 100_000, 1_000_000]:
        for distinct in (1 << 30, 5):
            ways: list[tuple[str, Callable[[list[bytes], list[float]], Any], int]] = [
                (f"blocks of {size}", Blocks, size) for size in BLOCKS if entries > size
            ]
            ways.append(("sortedcontainers", Alternative, BLOCKS[0]))
            if entries <= LONGEST_RUN:
                ways.append(("run", Run, BLOCKS[0]))
            for name, make, size in ways:
                sorted_sets_order.BLOCK, sorted_sets_order.SPLIT = size, 2 * size  # type: ignore[misc]
                rates = measure(make, entries, distinct)
                title = f"{entries:>9,} {name}{', 5 scores' if distinct == 5 else ''}"
                print(f"{title:34}" + "".join([f"{rate:8.0f}" for rate in rates]), flush=True)


if __name__ == "__main__":
    main()
