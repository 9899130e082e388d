"""Payloads from hostile hands: an error that Redis would give, or a value that every reading command can walk.

PYREDIS_DUMP_MUTATIONS sets how many mutated payloads the long test tries.
"""

from __future__ import annotations

import os
import random
import time
import tracemalloc

import pytest

from pyredis_server.base.errors import CommandError
from pyredis_server.commands.switches import DebugSwitches
from pyredis_server.config.directive import Config
from pyredis_server.datatypes.hashes import Hash
from pyredis_server.datatypes.lists import List
from pyredis_server.datatypes.sets import SetValue
from pyredis_server.datatypes.sorted_sets import SortedSet
from pyredis_server.datatypes.streams import Stream
from pyredis_server.datatypes.streams_groups import Group
from pyredis_server.datatypes.streams_idmp import Idempotency
from pyredis_server.datatypes.streams_nodes import make_id
from pyredis_server.keyspace.values import StoredValue, copy_of, encoding_of, estimate_bytes, free_effort
from pyredis_server.persistence.rdb.payload import PayloadCodec
from tests.support import rdb_bytes

pytestmark = pytest.mark.slow

AT_MS = 9_999_999_000_000
USUAL_MUTATIONS = 6000
LONG_MUTATIONS = int(os.environ.get("PYREDIS_DUMP_MUTATIONS", "100000"))
SECONDS_PER_PAYLOAD = 1.0
PEAK_BYTES = 64 << 20  # of what the seeds' sizes allow, compressed strings included
EDGES = (0, 1, 0x3F, 0x40, 0x7F, 0x80, 0x81, 0xC0, 0xC3, 0xE0, 0xF0, 0xF4, 0xFE, 0xFF)


def stream() -> Stream:
    made = Stream()
    for number in range(8):
        row = (b"f", b"%d" % number) if number % 3 else (b"f", b"v", b"other", b"w" * 30)
        made.append(make_id(1000 + number, number % 2), row, 4096, 3)
    group = made.groups[b"group"] = Group(made.last_id, 4)
    for name in (b"one", b"two"):
        consumer = group.add_consumer(name, AT_MS, AT_MS)
        for number in range(2):
            group.add_pending(make_id(1000 + number, len(name + group.consumers[name].name) + number + len(group.pending)),
                              consumer, AT_MS, 1)
    return made


def seeds() -> list[bytes]:
    """Bodies (a type byte and a value) of all kinds that there are."""
    codec = PayloadCodec(Config(), DebugSwitches())
    table = {b"field %d" % number: b"value" * 20 for number in range(6)}
    with_producers = stream()
    with_producers.idmp = Idempotency(60, 10)
    with_producers.idmp.remember(b"producer", b"message", make_id(1000, 0))
    released = stream()
    for entry_id in list(released.groups[b"group"].pending)[:2]:
        released.groups[b"group"].release(entry_id, released.groups[b"group"].pending[entry_id])
    values: list[StoredValue] = [
        b"12345", b"text" * 40, b"\0\xff" * 9,
        List.of([b"a", b"-70000", b"x" * 70, b""], -2), List.of([b"element %d" % number for number in range(12)], 3),
        List.of([b"x" * 5000, b"a"], -1),
        SetValue.of_integers([1, 70_000, -5]), SetValue.of_integers([1 << 40, 1]),
        SetValue.collected([b"a", b"5", b"bc"], (9, 9, 9), 1), SetValue.of_table({b"a", b"5", b"x" * 90}),
        SortedSet.of({b"a": 1.0, b"b": -0.1, b"c": float("inf")}, 9, 9), SortedSet.of({b"a": 1.0, b"b": 2.5}, 0, 0),
        Hash.of({b"a": b"1", b"bc": b"x" * 30}, None, 9, 64), Hash.of(dict(table), None, 0, 0),
        Hash.of({b"a": b"1", b"b": b"2", b"c": b"3"}, {b"b": AT_MS, b"a": AT_MS + 1}, 9, 64),
        Hash.of(dict(table), {b"field 1": AT_MS}, 0, 0), stream(), with_producers, released,
    ]
    bodies = [codec.dump(value)[:-10] for value in values]
    old = [b"a", b"1", b"bc", b"-70000"]
    packed = rdb_bytes.string(rdb_bytes.ziplist(old))
    bodies += [b"\1\3\1a\xc0\5\2bc", b"\3\2\1a\1\x31\1b\xfe", b"\x09" + rdb_bytes.string(rdb_bytes.zipmap([(b"a", b"b")], 2)),
               b"\x0a" + packed, b"\x0c" + packed, b"\x0d" + packed, b"\x0e\2" + packed + packed]
    return bodies


def mutated(body: bytes, chance: random.Random) -> bytes:
    """The body with bytes changed, cut out, put in or doubled."""
    data = bytearray(body)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        at = chance.randrange(len(data)) if data else 0
        kind = chance.randrange(7)
        if kind < 3 and data:
            data[at] = chance.choice(EDGES) if kind else chance.randrange(256)
        elif kind == 3 and data:
            data[at] ^= 1 << chance.randrange(8)
        elif kind == 4:
            del data[at:at + chance.choice((1, 1, 2, 9))]
        elif kind == 5:
            data[at:at] = chance.randbytes(chance.choice((1, 1, 4)))
        else:
            data[at:at] = data[at:at + chance.randrange(1, 20)]
    return bytes(data)


class _Digest:
    """Takes what DEBUG DIGEST takes."""

    def mix(self, data: bytes) -> None:
        assert isinstance(data, bytes)

    add = mix

    def add_digest(self, other: object) -> None:
        """Nothing to do."""


def walk(value: StoredValue) -> None:
    """Read all of the value, in every way that a command does, and change it."""
    encoding_of(value)
    estimate_bytes(value, 0)
    free_effort(value)
    assert not isinstance(value, bytearray)
    if isinstance(value, bytes):
        return
    value.digest_into(_Digest())  # type: ignore[attr-defined]  # every type has it
    other = copy_of(value)
    if isinstance(other, List):
        elements = list(other)
        assert elements
        assert elements == list(reversed(list(reversed(other)))) == other.slice(0, len(other))
        assert [other.get(at) for at in range(len(other))] == elements
        other.insert(elements[-1], b"new", -2, after=True)
        other.replace(0, b"z" * 9000, -2)
        while len(other):
            other.pop(left=len(other) % 2 == 0, fill=-2)
    elif isinstance(other, SetValue):
        members = other.members()
        assert len(set(members)) == len(members) == len(other) > 0
        assert all(member in other for member in members)
        assert other.add(b"\0new", (512, 128, 64)) != (b"\0new" in members)
        assert all(other.remove(member) for member in members)
    elif isinstance(other, SortedSet):
        pairs = list(other)
        assert pairs
        assert pairs == other.pairs(0, len(other)) == sorted(pairs, key=lambda pair: (pair[1], pair[0]))
        assert [other.rank(member) for member, _ in pairs] == list(range(len(pairs)))
        assert all(other.remove(member) for member, _ in pairs)
    elif isinstance(other, Hash):
        assert other.fields
        assert set(other.overdue(1 << 60)) <= other.fields.keys()
        other.set(b"new", b"", 9, 9)
        other.scan(0, 10)
        assert all(other.remove(field) is not None for field in list(other.fields))
        assert other.deadlines is None
    else:
        assert isinstance(other, Stream)
        walk_stream(other)


def walk_stream(value: Stream) -> None:
    entries = list(value.entries())
    assert len(entries) == value.length
    assert value.range(0, (1 << 128) - 1) == entries == value.reverse_range(0, (1 << 128) - 1)[::-1]
    assert [entry_id for entry_id, _ in entries] == sorted({entry_id for entry_id, _ in entries})
    assert value.tree_nodes() > 0
    for _, group in value.sorted_groups():
        value.lag(group)
        for consumer in group.sorted_consumers():
            assert all(group.pending[entry_id].consumer is consumer for entry_id in consumer.ids)
        assert list(group.order) == sorted(group.pending)
        list(group.idle_since(-1)) if not group.released else None
        for entry_id in list(group.order):
            assert group.remove_pending(entry_id)
    next_id = value.next_id(0)
    if next_id is not None:
        value.append(next_id, (b"a", b"b"), 4096, 100)
    for entry_id, _ in entries:
        assert value.delete(entry_id)


def try_payload(codec: PayloadCodec, body: bytes) -> bool:
    """True when it was a value."""
    payload = rdb_bytes.payload(body)
    begin = time.monotonic()
    try:
        value = codec.load(payload)
    except CommandError:
        return False
    finally:
        assert time.monotonic() - begin < SECONDS_PER_PAYLOAD, payload.hex()
    try:
        walk(value)
        again = codec.dump(value)
        assert codec.dump(codec.load(again))[0] == again[0]
    except Exception as problem:
        raise AssertionError(f"this payload became a value that cannot be used: {payload.hex()}") from problem
    return True


def run(count: int, seed: int) -> tuple[int, int]:
    """Try so many mutated payloads. Returns how many were values, and how many not."""
    chance = random.Random(seed)
    codec = PayloadCodec(Config(), DebugSwitches())
    bodies = seeds()
    read = 0
    for _ in range(count):
        body = mutated(chance.choice(bodies), chance)
        if chance.random() < 0.1:
            body = bytes([chance.randrange(35)]) + body[1:]
        read += try_payload(codec, body)
    return read, count - read


def test_every_seed_is_a_value() -> None:
    codec = PayloadCodec(Config(), DebugSwitches())
    bodies = seeds()
    assert all(try_payload(codec, body) for body in bodies)
    assert {body[0] for body in bodies} >= {*range(6), *range(9, 15), 16, 17, 18, 20, 21, 24, 25, 26, 27}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_mutated_payload_is_an_error_or_a_value_that_can_be_walked(seed: int) -> None:
    read, refused = run(USUAL_MUTATIONS // 3, seed)
    assert min(read, refused) > USUAL_MUTATIONS // 30, "both must have been tried"


def test_mutated_payloads_make_no_memory_of_what_they_announce() -> None:
    tracemalloc.start()
    try:
        run(300, 99)
        assert tracemalloc.get_traced_memory()[1] < PEAK_BYTES
    finally:
        tracemalloc.stop()


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_very_many_mutated_payloads() -> None:
    read, refused = run(LONG_MUTATIONS, 12345)
    assert min(read, refused) > LONG_MUTATIONS // 20, f"{read} read, {refused} refused"


@pytest.mark.parametrize("seed", range(3))
def test_random_bytes_behind_any_type_are_an_error_or_a_value(seed: int) -> None:
    chance = random.Random(seed)
    codec = PayloadCodec(Config(), DebugSwitches())
    for _ in range(600):
        try_payload(codec, bytes([chance.randrange(35)]) + chance.randbytes(chance.randrange(60)))
