"""Time pipelined calls of geo, HyperLogLog and SORT commands on a Redis server and on ours, side by side.

    python tools/measure_geo_hyperloglog_sort.py REDIS_PORT OUR_PORT [repetitions]

Both servers are emptied. Prints calls per second, the median of some repetitions that take turns, and our share of
Redis's rate.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.support.raw_client import RawClient

Call: TypeAlias = "tuple[bytes | str | int, ...]"
Setup: TypeAlias = Callable[[], Iterator[Call]]

HLL_SPARSE_ELEMENTS = 600
HLL_DENSE_ELEMENTS = 100_000
PLACES = 20_000
RNG = random.Random(1)


def dense() -> Iterator[Call]:
    """Two dense values."""
    for key in "ab":
        for start in range(0, HLL_DENSE_ELEMENTS, 1000):
            yield ("PFADD", key, *[f"{key}{number}" for number in range(start, start + 1000)])


def sparse() -> Iterator[Call]:
    """Two sparse values."""
    for key in "ab":
        yield ("PFADD", key, *[f"{key}{number}" for number in range(HLL_SPARSE_ELEMENTS)])


def places() -> Iterator[Call]:
    """Places in a square of four degrees."""
    for number in range(PLACES):
        yield ("GEOADD", "g", *place(), f"m{number}")


def numbers() -> Iterator[Call]:
    """A list of numbers, and one of names that other keys give weights to."""
    yield ("RPUSH", "l", *[RNG.randrange(10**6) for _ in range(1000)])
    yield ("MSET", *[word for number in range(1000) for word in (f"w{number}", RNG.randrange(1000))])
    yield ("RPUSH", "n", *range(1000))


def place() -> tuple[str, str]:
    """A longitude and a latitude."""
    return repr(RNG.uniform(9, 13)), repr(RNG.uniform(40, 44))


def new() -> int:
    """A number that hardly comes twice."""
    return RNG.randrange(1 << 40)


CASES: tuple[tuple[str, Callable[[], Call], Setup, int, int], ...] = (  # how many calls, and how many at once
    ("PFADD dense, new element", lambda: ("PFADD", "a", new()), dense, 1000, 100),
    ("PFADD sparse, known element", lambda: ("PFADD", "a", "a17"), sparse, 1000, 100),
    ("PFADD to growing keys", lambda: ("PFADD", f"k{RNG.randrange(50)}", new()), sparse, 2000, 100),
    ("PFCOUNT a b dense", lambda: ("PFCOUNT", "a", "b"), dense, 400, 100),
    ("PFCOUNT a b sparse", lambda: ("PFCOUNT", "a", "b"), sparse, 400, 100),
    ("PFMERGE c a b dense", lambda: ("PFMERGE", "c", "a", "b"), dense, 400, 100),
    ("PFMERGE c a b sparse", lambda: ("PFMERGE", "c", "a", "b"), sparse, 200, 100),
    ("GEOSEARCH 5 km of 20000", lambda: ("GEOSEARCH", "g", "FROMLONLAT", *place(), "BYRADIUS", 5, "km"), places, 400,
     100),
    ("GEOSEARCH 50 km, ASC COUNT 10", lambda: ("GEOSEARCH", "g", "FROMLONLAT", *place(), "BYRADIUS", 50, "km", "ASC",
                                               "COUNT", 10), places, 100, 20),
    ("SORT 1000 numbers LIMIT 0 10", lambda: ("SORT", "l", "LIMIT", 0, 10), numbers, 200, 20),
    ("SORT 1000 ALPHA LIMIT 0 10", lambda: ("SORT", "l", "ALPHA", "LIMIT", 0, 10), numbers, 200, 20),
    ("SORT 1000 BY w* LIMIT 0 10", lambda: ("SORT", "n", "BY", "w*", "LIMIT", 0, 10), numbers, 200, 20),
    ("SORT 1000 BY w* GET w*", lambda: ("SORT", "n", "BY", "w*", "GET", "w*"), numbers, 100, 20),
)


def rate(client: RawClient, batches: list[list[Call]]) -> float:
    """Calls per second."""
    before = time.perf_counter()
    for batch in batches:
        client.pipeline(batch)
    return sum(map(len, batches)) / (time.perf_counter() - before)


def main() -> None:
    """Print the table."""
    repetitions = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    clients = [RawClient(port=int(port)) for port in sys.argv[1:3]]
    print(f"{'calls per second':34}{'Redis':>10}{'ours':>10}{'share':>8}")
    for title, call, setup, calls, at_once in CASES:
        filling = list(setup())
        for client in clients:
            client.call("FLUSHALL")
            client.pipeline(filling)
        rates: list[list[float]] = [[] for _ in clients]
        for _ in range(repetitions):
            batches = [[call() for _ in range(at_once)] for _ in range(calls // at_once)]
            for client, held in zip(clients, rates, strict=True):
                held.append(rate(client, batches))
        redis, ours = map(statistics.median, rates)
        print(f"{title:34}{redis:10.0f}{ours:10.0f}{ours / redis:8.2f}", flush=True)


if __name__ == "__main__":
    main()
