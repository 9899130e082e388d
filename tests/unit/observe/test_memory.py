"""Memory figures of a server, and what MEMORY says of them."""

from __future__ import annotations

from typing import ClassVar

import pytest

from pyredis_server.base.clock import ManualClock
from pyredis_server.observe import process_memory
from pyredis_server.observe.memory import MemoryMeter
from pyredis_server.observe.process_memory import Resident
from pyredis_server.resp.reply import Map, Reply
from tests.unit.observe.parts import Parts, build
from tests.unit.sessions.stand_ins import StandIn

MB = 1 << 20


class Pile:
    """A value of another type, which knows its size."""

    type_name: ClassVar[bytes] = b"pile"

    def estimate_bytes(self, samples: int) -> int:
        return 1000 * (samples or 100)


@pytest.fixture
def parts(clock: ManualClock) -> Parts:
    return build(clock)


@pytest.fixture
def meter(parts: Parts) -> MemoryMeter:
    return parts.sources.memory


def pretend(monkeypatch: pytest.MonkeyPatch, used_mb: int, resident_mb: int) -> None:
    monkeypatch.setattr(process_memory, "resident", lambda: Resident(resident_mb * MB, used_mb * MB))


def as_dict(reply: Map) -> dict[Reply, Reply]:
    return dict(zip(reply.flat[::2], reply.flat[1::2], strict=True))


def test_a_longer_key_or_value_takes_as_much_more(meter: MemoryMeter) -> None:
    empty = meter.key_bytes(b"k", b"", 5)
    assert 1000 <= meter.key_bytes(b"k" * 1000, b"", 5) - empty <= 1032, "allocations are multiples of 16 bytes"
    assert 1000 <= meter.key_bytes(b"k", b"v" * 1000, 5) - empty <= 1032
    assert meter.key_bytes(b"k", bytearray(1000), 5) > 1000


def test_a_value_of_another_type_estimates_itself(meter: MemoryMeter) -> None:
    assert meter.key_bytes(b"k", Pile(), 0) - meter.key_bytes(b"k", Pile(), 5) == 95_000


def test_the_peak_is_kept_with_its_time(
    meter: MemoryMeter, clock: ManualClock, monkeypatch: pytest.MonkeyPatch,
) -> None:
    # More than the process that runs the tests can really have taken.
    pretend(monkeypatch, 500_000, 600_000)
    meter.sample()
    at_s = clock.wall_ms() // 1000
    clock.advance_ms(60_000)
    pretend(monkeypatch, 400_000, 600_000)
    assert meter.used_bytes() == 400_000 * MB
    assert (meter.peak_bytes, meter.peak_time_s) == (500_000 * MB, at_s)


def test_startup_can_be_marked_again(meter: MemoryMeter, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, 77, 80)
    meter.mark_startup()
    assert meter.startup_bytes == 77 * MB


def test_stats_names_what_redis_names(parts: Parts, meter: MemoryMeter, clock: ManualClock) -> None:
    """The names and their order are those of 8.2.3, with the hash templates of 8.10."""
    parts.context.keyspace.databases[2].put(b"k", b"v")
    stats = as_dict(meter.stats())
    assert list(stats) == [name.encode() for name in (
        "peak.allocated", "total.allocated", "startup.allocated", "replication.backlog", "replica.fullsync.buffer",
        "clients.slaves", "clients.normal", "cluster.links", "aof.buffer", "lua.caches", "functions.caches",
        "script.VMs", "hash.templates", "db.2", "overhead.db.hashtable.lut", "overhead.db.hashtable.rehashing",
        "overhead.total", "db.dict.rehashing.count", "keys.count", "keys.bytes-per-key", "dataset.bytes",
        "dataset.percentage", "peak.percentage", "allocator.allocated", "allocator.active", "allocator.resident",
        "allocator.muzzy", "allocator-fragmentation.ratio", "allocator-fragmentation.bytes", "allocator-rss.ratio",
        "allocator-rss.bytes", "rss-overhead.ratio", "rss-overhead.bytes", "fragmentation", "fragmentation.bytes")]
    assert stats[b"keys.count"] == 1
    tables = stats[b"db.2"]
    assert isinstance(tables, Map)
    assert list(tables.flat[::2]) == [b"overhead.hashtable.main", b"overhead.hashtable.expires"]


def test_clients_count_with_their_buffers(parts: Parts, meter: MemoryMeter) -> None:
    connection = StandIn()
    parts.context.services.sessions.open(connection, parts.context.db, 0)
    before = meter.clients_bytes()
    connection.output_bytes, connection.query_buffer_bytes = 5000, 300
    assert before > 0
    assert meter.clients_bytes() == before + 5300


def test_the_doctor_says_nothing_of_an_empty_server(meter: MemoryMeter, monkeypatch: pytest.MonkeyPatch) -> None:
    meter.startup_bytes = 40 * MB
    pretend(monkeypatch, 44, 45)
    assert b"next to no data" in meter.doctor()


@pytest.mark.parametrize(("peak_mb", "used_mb", "resident_mb", "found"), [
    (100, 100, 110, b"No problem"), (200, 100, 110, b"Past peak"), (100, 100, 200, b"High resident memory")])
def test_the_doctor_names_what_it_finds(
    meter: MemoryMeter, monkeypatch: pytest.MonkeyPatch, peak_mb: int, used_mb: int, resident_mb: int, found: bytes,
) -> None:
    meter.startup_bytes = 40 * MB
    meter.peak_bytes = 0  # not that of the process that runs the tests
    pretend(monkeypatch, peak_mb, peak_mb)
    meter.sample()
    pretend(monkeypatch, used_mb, resident_mb)
    assert found in meter.doctor()


def test_the_doctor_sees_clients_that_do_not_read(
    parts: Parts, meter: MemoryMeter, monkeypatch: pytest.MonkeyPatch,
) -> None:
    meter.startup_bytes = 40 * MB
    pretend(monkeypatch, 100, 110)
    parts.context.services.sessions.open(StandIn(output_bytes=MB), parts.context.db, 0)
    assert b"Large client buffers" in meter.doctor()


def test_the_allocator_report_tells_of_pythons_heap(meter: MemoryMeter) -> None:
    assert b"allocated blocks: " in meter.allocator_report()
