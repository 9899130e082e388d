"""Streams as bytes: by hand, there and back, old types, and what later versions brought."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyredis_server.datatypes.streams import Stream
from pyredis_server.datatypes.streams_groups import UNKNOWN, Group
from pyredis_server.datatypes.streams_idmp import Idempotency
from pyredis_server.datatypes.streams_nodes import make_id
from pyredis_server.persistence.rdb import codecs, listpack
from pyredis_server.persistence.rdb.codec import Limits
from pyredis_server.persistence.rdb.format import BadData
from pyredis_server.persistence.rdb.reader import Reader
from pyredis_server.persistence.rdb.writer import Writer
from tests.support.rdb_bytes import length, string

NOW_MS = 1_700_000_000_000
LARGE = (1 << 64) - 1


def saved(value: Stream) -> tuple[int, bytes]:
    out = Writer()
    codecs.save(value, out)
    return codecs.type_of(value), bytes(out.buffer)


def load(number: int, data: bytes) -> Stream:
    source = Reader(data)
    value = codecs.load(number, source, Limits())
    assert source.position == len(data), "bytes are left"
    assert isinstance(value, Stream)
    return value


def raw_id(ms: int, seq: int = 0) -> bytes:
    return make_id(ms, seq).to_bytes(16, "big")


def at(ms: int) -> bytes:
    return ms.to_bytes(8, "little", signed=True)


def node(*elements: int | bytes, ms: int = 5, seq: int = 3) -> bytes:
    """A node of a stream with the elements of its listpack."""
    packed = listpack.encode([each if isinstance(each, bytes) else b"%d" % each for each in elements])
    return b"\x10" + raw_id(ms, seq) + string(packed)


ONE = node(1, 0, 1, b"f", 0, 2, 0, 0, b"v", 4)  # the entry 5-3, f v
HEAD = b"\1" + ONE + b"\1" + b"\5\3" + b"\5\3" + b"\0\0" + b"\1"


def stream_of(*ids: tuple[int, int]) -> Stream:
    stream = Stream()
    for number, (ms, seq) in enumerate(ids):
        stream.append(make_id(ms, seq), (b"f", b"%d" % number), 4096, 3)
    return stream


def everything(stream: Stream) -> object:
    """All that a client can see of it."""
    groups = [
        (name, group.last_id, group.entries_read, list(group.order), list(group.released),
         [(entry_id, each.consumer and each.consumer.name, each.delivered_ms, each.deliveries)
          for entry_id, each in sorted(group.pending.items())],
         [(each.name, each.seen_ms, each.active_ms, list(each.ids)) for each in group.sorted_consumers()])
        for name, group in stream.sorted_groups()]
    idmp = None if stream.idmp is None else (
        stream.idmp.duration_s, stream.idmp.maxsize, stream.idmp.added, stream.idmp.duplicates,
        [(pid, list(each.messages.items())) for pid, each in stream.idmp.producers.items()])
    return (list(stream.entries()), stream.length, stream.last_id, stream.max_deleted_id, stream.entries_added, groups,
            [one.listpack_bytes() for one in stream.iter_nodes()], idmp)


def test_a_stream_has_the_bytes_that_redis_gives_it() -> None:
    stream = Stream()
    stream.append(make_id(5, 3), (b"f", b"v"), 4096, 100)
    assert saved(stream) == (21, HEAD + b"\0")
    again = load(21, HEAD + b"\0")
    assert everything(again) == everything(stream)


def test_the_first_type_tells_less() -> None:
    stream = load(15, b"\1" + ONE + b"\1" + b"\5\3" + b"\1" + b"\1g\5\3\0\1" + b"\1c" + at(NOW_MS) + b"\0")
    assert (stream.entries_added, stream.max_deleted_id, stream.first_id()) == (1, 0, make_id(5, 3))
    group = stream.groups[b"g"]
    assert group.entries_read == 1
    assert group.consumers[b"c"].active_ms == group.consumers[b"c"].seen_ms == NOW_MS


def test_the_second_type_has_no_active_times() -> None:
    stream = load(19, HEAD + b"\1" + b"\1g\5\3\1" + b"\0" + b"\1" + b"\1c" + at(NOW_MS) + b"\0")
    assert stream.groups[b"g"].consumers[b"c"].active_ms == NOW_MS


def test_a_group_keeps_who_owns_what() -> None:
    body = (b"\1" + b"\1g" + b"\7\0" + length(LARGE)  # entries read: unknown
            + b"\2" + raw_id(5, 3) + at(NOW_MS) + b"\1" + raw_id(6) + at(NOW_MS - 5) + b"\x09"
            + b"\2" + b"\3bob" + at(NOW_MS) + at(NOW_MS - 1) + b"\1" + raw_id(6)
            + b"\3zoe" + at(NOW_MS) + at(-1) + b"\1" + raw_id(5, 3))
    stream = load(21, HEAD + body)
    group = stream.groups[b"g"]
    assert group.entries_read == UNKNOWN
    assert [list(each.ids) for each in group.sorted_consumers()] == [[make_id(6, 0)], [make_id(5, 3)]]
    assert group.consumers[b"zoe"].active_ms == UNKNOWN
    assert (group.pending[make_id(6, 0)].delivered_ms, group.pending[make_id(6, 0)].deliveries) == (NOW_MS - 5, 9)
    assert saved(stream) == (21, HEAD + body)


def test_entries_that_were_deleted_are_read_over() -> None:
    first_deleted = node(1, 1, 1, b"f", 0, 3, 0, 0, b"gone", 4, 0, 1, 0, 2, b"a", b"1", b"b", b"2", 8)
    stream = load(21, b"\1" + first_deleted + b"\1" + b"\6\3" + b"\6\3" + b"\5\3" + b"\2" + b"\0")
    assert list(stream.entries()) == [(make_id(6, 3), (b"a", b"1", b"b", b"2"))]
    assert [(one.master_id, one.fields, one.deleted) for one in stream.iter_nodes()] == [(make_id(5, 3), (b"f",), 1)]
    assert stream.max_deleted_id == make_id(5, 3)
    assert list(load(*saved(stream)).entries()) == list(stream.entries())


def test_ids_may_be_as_large_as_can_be() -> None:
    stream = stream_of((1, LARGE), (2, 0), (LARGE, LARGE))
    again = load(*saved(stream))
    assert list(again.entries()) == list(stream.entries())
    assert again.last_id == stream.last_id == make_id(LARGE, LARGE)


def test_a_stream_without_entries_is_a_value() -> None:
    stream = Stream()
    stream.groups[b"g"] = Group(0)
    number, data = saved(stream)
    assert data[:9] == b"\0" * 9
    assert everything(load(number, data)) == everything(stream)


def test_messages_of_producers_make_it_a_later_type() -> None:
    stream = stream_of((5, 0), (6, 0))
    stream.idmp = Idempotency(60, 7)
    assert saved(stream)[0] == 26
    stream.idmp.remember(b"p", b"one", make_id(5, 0))
    stream.idmp.remember(b"p", b"two", make_id(6, 0))
    stream.idmp.duplicates = 3
    number, data = saved(stream)
    assert number == 26
    assert data.endswith(b"\x3c\7\1\1p\2" + b"\3one\5\0" + b"\3two\6\0" + b"\2\3")
    assert everything(load(number, data)) == everything(stream)


def test_entries_given_back_make_it_a_later_type_still() -> None:
    stream = stream_of((5, 0), (6, 0), (7, 0))
    group = stream.groups[b"g"] = Group(make_id(7, 0), 3)
    owner = group.add_consumer(b"c", NOW_MS, NOW_MS)
    for ms in (5, 6, 7):
        group.add_pending(make_id(ms, 0), owner, NOW_MS, 1)
    for ms in (7, 5):
        group.release(make_id(ms, 0), group.pending[make_id(ms, 0)])
    number, data = saved(stream)
    assert number == 27
    again = load(number, data)
    assert everything(again)[:-1] == everything(stream)[:-1]  # type: ignore[index]  # all but idmp
    assert list(again.groups[b"g"].released) == [make_id(7, 0), make_id(5, 0)]


IDS = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 3)), unique=True, max_size=20).map(sorted)


@given(IDS, st.data())
def test_streams_come_back_as_they_were(ids: list[tuple[int, int]], data: st.DataObject) -> None:
    stream = stream_of(*ids)
    known = [make_id(*each) for each in ids]
    if bool(ids) and data.draw(st.booleans()):
        stream.groups[b""] = Group(known[-1], data.draw(st.sampled_from([UNKNOWN, 0, 5])))
        group = stream.groups[b"g"] = Group(known[0], 1)
        owners = [group.add_consumer(name, NOW_MS, NOW_MS + 1) for name in (b"one", b"two")]
        for entry_id in known:
            group.add_pending(entry_id, data.draw(st.sampled_from(owners)), NOW_MS, data.draw(st.integers(1, 3)))
    number, written = saved(stream)
    again = load(number, written)
    assert everything(again) == everything(stream)
    assert saved(again) == (number, written)
    cut = written[:data.draw(st.integers(0, len(written) - 1))]
    with pytest.raises(BadData):
        codecs.load(number, Reader(cut), Limits())


TAIL = b"\1" + b"\5\3" + b"\5\3" + b"\0\0" + b"\1" + b"\0"
GROUP = b"\1g\5\3\1"
PENDING = raw_id(5, 3) + at(1) + b"\1"
CONSUMER = b"\1c" + at(1) + at(1)


@pytest.mark.parametrize("data", [
    b"\1\5short" + ONE[17:] + TAIL,  # no ID
    b"\2" + ONE + ONE + TAIL,  # nodes not in order
    b"\1" + node() + TAIL,
    b"\1" + node(0, 0, 1, b"f", 0) + TAIL,  # no entry
    b"\1" + node(2, 0, 1, b"f", 0, 2, 0, 0, b"v", 4) + TAIL,  # too few
    b"\1" + node(1, 0, 1, b"f", 0, 2, 0, 0, b"v", 4, 2, 0, 1, b"v", 4) + TAIL,  # too many
    b"\1" + node(0, 1, 1, b"f", 0, 2, 0, 0, b"v", 4) + TAIL,  # deleted ones that are not
    b"\1" + node(1, 0, 1, b"f", 0, 2, 0, 0, b"v", 5) + TAIL,  # a wrong size
    b"\1" + node(1, 0, 1, b"f", 0, 2, -1, 0, b"v", 4) + TAIL,  # before the node
    b"\1" + node(2, 0, 1, b"f", 0, 2, 0, 0, b"v", 4, 2, 0, 0, b"v", 4) + TAIL,  # the same again
    b"\1" + node(1, 0, -1, b"f", 0, 2, 0, 0, b"v", 4) + TAIL,
    b"\1" + node(1, 0, 1 << 40, b"f", 0, 2, 0, 0, b"v", 4) + TAIL,
    b"\1" + node(1 << 40, 0, 1, b"f", 0, 2, 0, 0, b"v", 4) + TAIL,
    b"\1" + node(1, 0, 1, b"f", 0, 0, 0, 0, 1 << 62, b"v", 4) + TAIL,
    b"\1" + node(b"x", 0, 1, b"f", 0, 2, 0, 0, b"v", 4) + TAIL,
    b"\1" + ONE + b"\1" + b"\4\0" + b"\5\3" + b"\0\0" + b"\1" + b"\0",  # a last ID before the last entry
    b"\0" + TAIL,  # a length without entries
    b"\x7f\xff" + ONE + TAIL,
    HEAD + b"\2" + GROUP + b"\0\0" + GROUP + b"\0\0",  # a group twice
    HEAD + b"\1" + GROUP + b"\2" + PENDING + PENDING + b"\0",  # pending twice
    HEAD + b"\1" + GROUP + b"\1" + PENDING + b"\0",  # without an owner
    HEAD + b"\1" + GROUP + b"\0" + b"\1" + CONSUMER + b"\1" + raw_id(5, 3),  # owned, but not pending
    HEAD + b"\1" + GROUP + b"\1" + PENDING + b"\2" + CONSUMER + b"\1" + raw_id(5, 3)
    + b"\1d" + at(1) + at(1) + b"\1" + raw_id(5, 3),  # owned twice
    HEAD + b"\1" + GROUP + b"\0" + b"\2" + CONSUMER + b"\0" + CONSUMER + b"\0",  # a consumer twice
    HEAD + b"\x7f\xff" + GROUP,
    HEAD + b"\1" + GROUP + b"\x7f\xff" + PENDING,
])
def test_what_cannot_be_a_stream_is_refused(data: bytes) -> None:
    with pytest.raises(BadData):
        codecs.load(21, Reader(data), Limits())


@pytest.mark.parametrize("zone", [
    b"\1" + raw_id(9),  # not pending
    b"\2" + raw_id(5, 3) * 2,
    b"\x7f\xff",
])
def test_entries_given_back_must_be_pending(zone: bytes) -> None:
    data = HEAD + b"\1" + GROUP + b"\1" + PENDING + b"\1" + CONSUMER + b"\0"
    producers = b"\x3c\7\0\0\0"
    assert load(27, data + b"\1" + raw_id(5, 3) + producers).groups[b"g"].released
    with pytest.raises(BadData):
        load(27, data + zone + producers)


@pytest.mark.parametrize("producers", [
    b"\x3c\7\2\1p\0\1p\0\0\0", b"\x3c\7\1\1p\2\1i\1\1\1i\2\2\0\0", b"\x3c\7\x7f\xff", b"\x3c\7\1\1p\x7f\xff",
])
def test_producers_and_their_messages_are_there_once(producers: bytes) -> None:
    with pytest.raises(BadData):
        codecs.load(26, Reader(HEAD + b"\0" + producers), Limits())
