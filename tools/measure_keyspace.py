"""Compare ways to keep keys in memory: space, GET, SET, DEL, random keys, full scans, the longest pause while growing.

    .venv/bin/python tools/measure_keyspace.py                      the table of docs/keyspace.md (about 3 minutes)
    .venv/bin/python tools/measure_keyspace.py --database           what the real Database does besides
    .venv/bin/python tools/measure_keyspace.py --server PROGRAM ... memory of whole servers with the same keys

Every candidate runs in a process of its own. Keys have 16 bytes, values 32; what is asked for comes in random order
and in objects of its own, as from a socket, so at a million keys each access misses the processor's caches.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from pyredis_server.background.lazyfree import LazyFreer  # noqa: E402  # the tool runs without being installed
from pyredis_server.base.clock import CommandClock  # noqa: E402
from pyredis_server.base.stats import ServerStats  # noqa: E402
from pyredis_server.keyspace.clocks import Tracked  # noqa: E402
from pyredis_server.keyspace.database import Database  # noqa: E402
from pyredis_server.keyspace.expiry import ExpireCycle  # noqa: E402
from pyredis_server.keyspace.keyspace import Keyspace  # noqa: E402
from pyredis_server.keyspace.values import estimate_entry_bytes  # noqa: E402

NOW_MS = 1_700_000_000_000
SAMPLE = 200_000
SCAN_COUNT = 100
ROUNDS = 3  # the best counts: others may be using the machine
REDIS_PORT = 17_690


def key_of(number: int) -> bytes:
    """A new object each time."""
    return b"key:%012d" % number


def value_of(number: int) -> bytes:
    """Differ for each key, so that none shares memory."""
    return b"value:%026d" % number


class Candidate(Protocol):
    """What a keyspace must do. `scan` gives all keys in steps, whatever its cursor is made of."""

    def put(self, key: bytes, value: bytes) -> None: ...

    def get(self, key: bytes) -> bytes | None: ...

    def delete(self, key: bytes) -> bool: ...

    def random_key(self) -> bytes | None: ...

    def scan(self) -> Iterator[list[bytes]]: ...


class PlainDict:
    """The floor: nothing but a dict. A scan cannot be resumed, a random key means a walk from the start."""

    def __init__(self) -> None:
        self.values: dict[bytes, bytes] = {}

    def put(self, key: bytes, value: bytes) -> None:
        self.values[key] = value

    def get(self, key: bytes) -> bytes | None:
        return self.values.get(key)

    def delete(self, key: bytes) -> bool:
        return self.values.pop(key, None) is not None

    def random_key(self) -> bytes | None:
        return next(islice(self.values, int(random.random() * len(self.values)), None), None)

    def scan(self) -> Iterator[list[bytes]]:
        keys = iter(self.values)
        while some := list(islice(keys, SCAN_COUNT)):
            yield some


class Entry:
    """A key's value with what belongs to it."""

    __slots__ = ("clock", "key", "position", "value")

    def __init__(self, key: bytes, value: bytes, position: int) -> None:
        self.key = key
        self.value = value
        self.clock = 0
        self.position = position


class EntryPerKey:
    """A dict of objects, each knowing its place in a list: exact sampling, immediate compaction, clocks for free."""

    def __init__(self) -> None:
        self.entries: dict[bytes, Entry] = {}
        self.order: list[Entry] = []

    def put(self, key: bytes, value: bytes) -> None:
        entry = self.entries.get(key)
        if entry is not None:
            entry.value = value
        else:
            self.entries[key] = entry = Entry(key, value, len(self.order))
            self.order.append(entry)

    def get(self, key: bytes) -> bytes | None:
        entry = self.entries.get(key)
        return None if entry is None else entry.value

    def delete(self, key: bytes) -> bool:
        entry = self.entries.pop(key, None)
        if entry is None:
            return False
        last = self.order.pop()
        if last is not entry:
            self.order[entry.position] = last
            last.position = entry.position
        return True

    def random_key(self) -> bytes | None:
        return self.order[int(random.random() * len(self.order))].key

    def scan(self) -> Iterator[list[bytes]]:
        position = len(self.order)
        while position:
            low = max(0, position - SCAN_COUNT)
            yield [entry.key for entry in self.order[low:position]]
            position = low


class ManyDicts:
    """Many small dicts by hash: a scan takes one after the other, and no dict is ever big enough to pause for."""

    COUNT = 32_768

    def __init__(self) -> None:
        self.parts: list[dict[bytes, bytes]] = [{} for _ in range(self.COUNT)]

    def put(self, key: bytes, value: bytes) -> None:
        self.parts[hash(key) & 32_767][key] = value

    def get(self, key: bytes) -> bytes | None:
        return self.parts[hash(key) & 32_767].get(key)

    def delete(self, key: bytes) -> bool:
        return self.parts[hash(key) & 32_767].pop(key, None) is not None

    def random_key(self) -> bytes | None:
        while True:
            part = random.choice(self.parts)
            at = int(random.random() * 100)  # fair only if no part is bigger; the fuller ones are found more often
            if at < len(part):
                return next(islice(part, at, None))

    def scan(self) -> Iterator[list[bytes]]:
        for part in self.parts:
            yield list(part)


class DictAndIndex:
    """A dict of values, a list of keys and a dict from key to place: exact, but each key is in two dicts."""

    def __init__(self) -> None:
        self.values: dict[bytes, bytes] = {}
        self.places: dict[bytes, int] = {}
        self.order: list[bytes] = []

    def put(self, key: bytes, value: bytes) -> None:
        self.values[key] = value
        if len(self.values) != len(self.order):
            self.places[key] = len(self.order)
            self.order.append(key)

    def get(self, key: bytes) -> bytes | None:
        return self.values.get(key)

    def delete(self, key: bytes) -> bool:
        if self.values.pop(key, None) is None:
            return False
        place = self.places.pop(key)
        last = self.order.pop()
        if place < len(self.order):
            self.order[place] = last
            self.places[last] = place
        return True

    def random_key(self) -> bytes | None:
        return self.order[int(random.random() * len(self.order))]

    def scan(self) -> Iterator[list[bytes]]:
        position = len(self.order)
        while position:
            low = max(0, position - SCAN_COUNT)
            yield self.order[low:position]
            position = low


class DictAndArena:
    """What pyredis_server.keyspace.Database does, through its own methods."""

    def __init__(self) -> None:
        self.db = Keyspace(CommandClock(NOW_MS), ServerStats(), count=1).databases[0]
        self.put: Callable[[bytes, bytes], None] = self.db.put
        self.get: Callable[[bytes], bytes | None] = self.db.read_string  # type: ignore[assignment]  # no bytearrays here
        self.delete = self.db.delete
        self.random_key = self.db.random_key

    def scan(self) -> Iterator[list[bytes]]:
        cursor = 0
        while True:
            cursor, keys = self.db.scan(cursor, SCAN_COUNT)
            yield keys
            if cursor == 0:
                return


CANDIDATES: dict[str, tuple[str, Callable[[], Candidate]]] = {
    "plain": ("plain dict (floor)", PlainDict),
    "entries": ("object per key, with its place", EntryPerKey),
    "parts": ("32,768 small dicts", ManyDicts),
    "index": ("dict, list and dict of places", DictAndIndex),
    "arena": ("**dict beside an arena** (`Database`)", DictAndArena),
}


def resident_bytes() -> int:
    """This process's memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4_096


def per_call_ns(call: Callable[[bytes], object], keys: list[bytes]) -> float:
    """The mean time of a call, the loop (about 20 ns) included."""
    start = time.perf_counter_ns()
    for key in keys:
        call(key)
    return (time.perf_counter_ns() - start) / len(keys)


def draw_ns(keyspace: Candidate, draws: int) -> float:
    """The mean time of a random key."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter_ns()
        for _ in range(draws):
            keyspace.random_key()
        best = min(best, (time.perf_counter_ns() - start) / draws)
    return best


def some_keys(count: int, seed: int) -> list[bytes]:
    """Keys that are there, in random order, as new objects."""
    chosen = random.Random(seed).sample(range(count), min(SAMPLE, count))
    return [key_of(number) for number in chosen]


def measure(name: str, count: int) -> dict[str, float]:
    """All figures of one candidate."""
    gc.disable()
    gc.collect()
    before = resident_bytes()
    keyspace = CANDIDATES[name][1]()
    put = keyspace.put
    longest = 0
    total = 0
    for number in range(count):
        key, value = key_of(number), value_of(number)
        start = time.perf_counter_ns()
        put(key, value)
        used = time.perf_counter_ns() - start
        total += used
        longest = max(longest, used)
    figures = {
        "memory MB": (resident_bytes() - before) / 1e6, "insert ns": total / count, "longest insert ms": longest / 1e6,
    }
    value = value_of(1)
    figures["GET ns"] = min(per_call_ns(keyspace.get, some_keys(count, seed)) for seed in range(ROUNDS))
    figures["SET ns"] = min(
        per_call_ns(lambda key: put(key, value), some_keys(count, seed)) for seed in range(10, 10 + ROUNDS))
    slow = name == "plain"
    figures["random key ns"] = draw_ns(keyspace, 100 if slow else SAMPLE)
    start = time.perf_counter_ns()
    found = sum(len(keys) for keys in keyspace.scan())
    figures["scan ms"] = (time.perf_counter_ns() - start) / 1e6
    assert found == count, f"{name}: the scan found {found} keys"
    figures["DEL ns"] = per_call_ns(keyspace.delete, some_keys(count, 3))
    if not slow:
        figures["random key after DEL ns"] = draw_ns(keyspace, SAMPLE)
    return figures


def table(count: int, names: Iterable[str]) -> None:
    """Run the candidates and print a Markdown table."""
    columns = ["memory MB", "GET ns", "SET ns", "insert ns", "longest insert ms", "DEL ns", "random key ns",
               "random key after DEL ns", "scan ms"]
    print(f"{count:,} keys, CPython {sys.version.split()[0]}\n")
    print("| Structure | " + " | ".join(columns) + " |")
    print("|" + " --- |" * (len(columns) + 1))
    for name in names:
        child = subprocess.run([sys.executable, __file__, "--one", name, "--keys", str(count)], check=True,
                               capture_output=True, text=True)
        figures = json.loads(child.stdout)
        cells = ["" if column not in figures else f"{figures[column]:,.{'ms' in column:d}f}" for column in columns]
        print(f"| {CANDIDATES[name][0]} | " + " | ".join(cells) + " |", flush=True)


# The real Database


def database_figures(count: int) -> Iterator[tuple[str, str]]:
    """What the table does not show: memory per feature, scans among changes, tidying, expiry."""
    gc.disable()
    stats = ServerStats()
    clock = CommandClock(NOW_MS)
    keyspace = Keyspace(clock, stats, count=1)
    db = keyspace.databases[0]
    before = resident_bytes()
    for number in range(count):
        db.put(key_of(number), value_of(number))
    grown = resident_bytes() - before
    estimate = count * estimate_entry_bytes(key_of(0), value_of(0), has_ttl=False)
    yield "memory", f"{grown / 1e6:.0f} MB ({grown / count:.0f} bytes a key, estimated {estimate / count:.0f})"
    yield "whole process", f"{resident_bytes() / 1e6:.0f} MB"
    yield from scan_figures(db, count)
    before = resident_bytes()
    start = time.perf_counter_ns()
    for number in range(count):
        db.set_expire(key_of(number), NOW_MS + number)
    yield "EXPIRE of every key", f"{(time.perf_counter_ns() - start) / count:.0f} ns each"
    yield "memory of the TTLs", f"{(resident_bytes() - before) / count:.0f} bytes a key"
    yield "GET with a TTL", f"{per_call_ns(db.read_string, some_keys(count, 4)):.0f} ns"
    yield "volatile sample", f"{per_call_ns(lambda _: db.sample_volatile(), some_keys(count, 4)):.0f} ns"
    before = resident_bytes()
    keyspace.track_access(Tracked.LRU)
    for number in range(count):
        db.touch(key_of(number))
    yield "memory of LRU marks", f"{(resident_bytes() - before) / count:.0f} bytes a key"
    yield "GET with a TTL and LRU marks", f"{per_call_ns(db.read_string, some_keys(count, 5)):.0f} ns"
    keyspace.track_access(Tracked.LFU)
    for number in range(count):
        db.touch(key_of(number))
    yield "memory of LFU marks", f"{(resident_bytes() - before) / count:.0f} bytes a key"
    yield "GET with a TTL and LFU marks", f"{per_call_ns(db.read_string, some_keys(count, 6)):.0f} ns"
    keyspace.track_access(None)
    yield from expiry_figures(db, count)


def scan_figures(db: Database, count: int) -> Iterator[tuple[str, str]]:
    """Scans of a quiet and of a busy database, and tidying."""
    for step in (10, 100, 1_000):
        start = time.perf_counter_ns()
        calls, cursor = 1, db.scan(0, step)[0]
        while cursor:
            cursor = db.scan(cursor, step)[0]
            calls += 1
        used = time.perf_counter_ns() - start
        yield f"full SCAN, COUNT {step}", f"{used / 1e6:.0f} ms, {used / calls:.0f} ns a call"
    start = time.perf_counter_ns()
    spent = calls = new = 0
    cursor, keys = db.scan(0, 100)
    seen = set(keys)
    while cursor:
        for _ in range(100):  # as many come as are scanned, and as many go
            db.put(b"new:%012d" % new, b"v")
            if new >= 1_000:
                db.delete(b"new:%012d" % (new - 1_000))
            new += 1
        db.tidy(1_000)
        begin = time.perf_counter_ns()
        cursor, keys = db.scan(cursor, 100)
        spent += time.perf_counter_ns() - begin
        calls += 1
        seen.update(keys)
    whole = time.perf_counter_ns() - start
    missing = sum(key_of(number) not in seen for number in range(count))
    yield "full SCAN among as many inserts and deletes", (
        f"{spent / 1e6:.0f} ms ({spent / calls:.0f} ns a call) of {whole / 1e6:.0f} ms; {missing} keys missed; "
        f"{len(db.arena.slots):,} slots for {len(db):,} keys")
    for number in range(max(0, new - 1_000), new):
        db.delete(b"new:%012d" % number)
    start = time.perf_counter_ns()
    for number in range(0, count, 3):
        db.delete(key_of(number))
    yield "DEL of every third key", f"{(time.perf_counter_ns() - start) / (count / 3):.0f} ns each"
    start = time.perf_counter_ns()
    calls = 0
    while db.untidy:
        db.tidy(1_000)
        calls += 1
    used = time.perf_counter_ns() - start
    yield "tidying after that, 1,000 slots a call", (
        f"{used / 1e6:.0f} ms in {calls:,} calls, {used / max(calls, 1) / 1e3:.0f} us a call")
    for number in range(0, count, 3):
        db.put(key_of(number), value_of(number))


def expiry_figures(db: Database, count: int) -> Iterator[tuple[str, str]]:
    """The active cycle, with the clock moved so that all keys have run out."""
    now_ms = NOW_MS + count + 1
    cycle = ExpireCycle(db.keyspace, mono_ns=time.perf_counter_ns, wall_ms=lambda: now_ms)
    start = time.perf_counter_ns()
    longest_us = calls = 0
    while db.expires:
        longest_us = max(longest_us, cycle.slow(1, 10))
        calls += 1
    used = time.perf_counter_ns() - start
    yield "active expiry of all keys", (
        f"{used / count:.0f} ns a key; {calls} cycles of 25 ms, the longest {longest_us / 1e3:.1f} ms")


def lazy_free_figures(count: int) -> Iterator[tuple[str, str]]:
    """How long a thread that waits for the GIL is held up while another one frees a database."""
    gc.disable()
    for lazily in (False, True):
        db = Keyspace(CommandClock(NOW_MS), ServerStats(), count=1).databases[0]
        for number in range(count):
            db.put(key_of(number), value_of(number))
        contents = db.clear()
        freer = LazyFreer(lambda name, error: print(name, repr(error)))
        freer.start()
        reader, writer = os.pipe()
        gaps = []
        start = last = time.perf_counter_ns()
        if lazily:
            freer.free(contents, len(contents))
        del contents
        while True:
            os.write(writer, b"x")  # gives the GIL up, as the executor does between batches
            os.read(reader, 1)
            now = time.perf_counter_ns()
            gaps.append(now - last)
            last = now
            if not freer.pending():
                break
        freer.stop()
        gaps.sort()
        yield "FLUSHALL ASYNC" if lazily else "FLUSHALL SYNC", (
            f"{(last - start) / 1e6:.0f} ms; other work waits for at most {gaps[-1] / 1e6:.1f} ms, "
            f"{gaps[len(gaps) * 999 // 1000] / 1e6:.2f} ms in 99.9 % of cases")


# Whole servers


def server_memory(program: str, count: int) -> str:
    """Start a server, fill it over a socket, and read its memory from /proc."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen([program, "--port", str(REDIS_PORT), "--save", "", "--dir", folder],
                                   stdout=subprocess.DEVNULL)
        try:
            link = connect(process)
            empty = status_bytes(process.pid)
            for low in range(0, count, 1_000):
                link.sendall(b"".join([
                    b"*3\r\n$3\r\nSET\r\n$16\r\n%b\r\n$32\r\n%b\r\n" % (key_of(number), value_of(number))
                    for number in range(low, min(low + 1_000, count))]))
                wanted = 5 * min(1_000, count - low)
                while wanted:
                    wanted -= len(link.recv(wanted))
            full = status_bytes(process.pid)
            link.close()
        finally:
            process.terminate()
            process.wait()
    return f"{program}: {empty / 1e6:.0f} MB empty, {full / 1e6:.0f} MB with {count:,} keys"


def connect(process: subprocess.Popen[bytes]) -> socket.socket:
    """Wait for the server's port."""
    for _ in range(100):
        assert process.poll() is None, "the server ended"
        try:
            return socket.create_connection(("127.0.0.1", REDIS_PORT))
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise TimeoutError("the server did not open its port")


def status_bytes(pid: int) -> int:
    """The resident memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4_096


def main() -> None:
    """Parse the command line and print what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("candidates", nargs="*", choices=[*CANDIDATES, []], help="default: all")
    parser.add_argument("--keys", type=int, default=1_000_000)
    parser.add_argument("--database", action="store_true", help="figures of the real Database")
    parser.add_argument("--server", action="append", default=[], metavar="PROGRAM", help="memory of a whole server")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one, options.keys)))
    elif options.database:
        for what, figure in chain(database_figures(options.keys), lazy_free_figures(options.keys)):
            print(f"| {what} | {figure} |", flush=True)
    elif options.server:
        for program in options.server:
            print(server_memory(program, options.keys), flush=True)
    else:
        table(options.keys, options.candidates or CANDIDATES)


if __name__ == "__main__":
    main()
