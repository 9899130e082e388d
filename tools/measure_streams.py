"""Time streams and weigh them: adding, ranges, deleting, trimming, and pending entries of a group.

    python tools/measure_streams.py [entries ...]

Prints thousand calls per second and bytes per entry: `raw` is what the fields and values themselves take, `ours` what
the process grew by, `redis` the listpacks that Redis would hold. `page` reads ten entries from a random place.
"""

from __future__ import annotations

import gc
import random
import sys
import time
from collections.abc import Callable

import psutil

from pyredis_server.datatypes import streams_groups
from pyredis_server.datatypes.streams import Stream, Trim
from pyredis_server.datatypes.streams_groups import Group, SortedIds
from pyredis_server.datatypes.streams_nodes import ID_MAX, Row, make_id

CALLS = 20_000
CHUNKS = (128, 512, 2048)
NODE_BYTES = 4096
NODE_ENTRIES = 100
KINDS: dict[str, Callable[[int], Row]] = {
    "one short value": lambda number: (b"field", b"value%d" % number),
    "three values": lambda number: (b"sensor", b"%d" % (number % 97), b"temperature", b"%d.5" % (number % 40), b"unit",
                                    b"celsius"),
    "fields that differ": lambda number: (b"f%d" % (number % 7), b"value%d" % number),
}


def grown() -> int:
    """The process's memory."""
    gc.collect()
    return int(psutil.Process().memory_info().rss)


def rate(calls: int, job: Callable[[], object]) -> float:
    """Thousand calls per second."""
    before = time.perf_counter()
    job()
    return calls / (time.perf_counter() - before) / 1000


def measure_entries(name: str, make: Callable[[int], Row], entries: int) -> None:
    """Print one line for a stream of so many entries."""
    rng = random.Random(1)
    stream = Stream()
    start = grown()
    raw = 0

    def add() -> None:
        nonlocal raw
        for number in range(entries):
            row = make(number)
            raw += sum(map(len, row))
            stream.append(make_id(1_700_000_000_000 + number // 3, number % 3), row, NODE_BYTES, NODE_ENTRIES)

    rates = [rate(entries, add)]
    ours = (grown() - start) / entries
    redis = sum(node.listpack_bytes() for node in stream.iter_nodes()) / entries
    places = [make_id(1_700_000_000_000 + rng.randrange(entries // 3), 0) for _ in range(CALLS)]
    rates.append(rate(CALLS, lambda: [stream.get(place) for place in places]))
    rates.append(rate(CALLS, lambda: [stream.range(place, ID_MAX, 10) for place in places]))
    rates.append(rate(entries, lambda: stream.range(0, ID_MAX)))
    rates.append(rate(CALLS, lambda: [stream.delete(place) for place in places]))
    length = stream.length
    rates.append(rate(CALLS, lambda: [stream.trim(Trim(maxlen=length - count)) for count in range(1, CALLS + 1)]))
    print(f"{entries:>9,} {name:20}" + "".join([f"{each:8.0f}" for each in rates])
          + f"{raw / entries:8.0f}{ours:8.0f}{redis:8.0f}", flush=True)


def measure_pending(entries: int, chunk: int) -> None:
    """Print one line for the pending entries of a group."""
    streams_groups.CHUNK = chunk  # type: ignore[misc]
    rng = random.Random(1)
    ids = [make_id(1_700_000_000_000 + number, 0) for number in range(entries)]
    some = rng.sample(ids, min(CALLS, entries // 2))
    start = grown()
    group = Group(0)
    one, other = group.add_consumer(b"one", 0), group.add_consumer(b"other", 0)
    rates = [rate(entries, lambda: [group.add_pending(entry_id, one, 1, 1) for entry_id in ids])]
    ours = (grown() - start) / entries
    rates.append(rate(len(some), lambda: [group.give(entry_id, group.pending[entry_id], other) for entry_id in some]))
    rates.append(rate(len(some), lambda: [group.order.range(entry_id, ID_MAX, 10) for entry_id in some]))
    rates.append(rate(len(some), lambda: [group.remove_pending(entry_id) for entry_id in some]))
    assert isinstance(group.order, SortedIds)
    told = "".join([f"{each:8.0f}" for each in [*rates, ours]])
    print(f"{entries:>9,} chunks of {chunk:<9}{told}", flush=True)


def main() -> None:
    """Print both tables."""
    sizes = [int(word) for word in sys.argv[1:]] or [10_000, 100_000, 1_000_000]
    print(f"{'':30}{'add':>8}{'get':>8}{'page':>8}{'all':>8}{'delete':>8}{'trim':>8}{'raw':>8}{'ours':>8}{'redis':>8}")
    for entries in sizes:
        for name, make in KINDS.items():
            measure_entries(name, make, entries)
    print(f"{'pending entries':30}{'add':>8}{'give':>8}{'page':>8}{'remove':>8}{'bytes':>8}")
    for entries in sizes:
        for chunk in CHUNKS:
            measure_pending(entries, chunk)


if __name__ == "__main__":
    main()
