"""The stream without a server: nodes that are packed and opened, ranges, trimming, groups, copies."""

from __future__ import annotations

import random
from bisect import bisect_left

import pytest

from pyredis_server.datatypes.streams import Refs, Stream, Trim
from pyredis_server.datatypes.streams_groups import Group, SortedIds
from pyredis_server.datatypes.streams_idmp import Idempotency
from pyredis_server.datatypes.streams_nodes import ID_MAX, Entry, Row, format_id, make_id

LIMITS = [(4096, 1), (4096, 3), (300, 100), (0, 0)]


def filled(ids: list[int], most_bytes: int = 4096, most_entries: int = 3) -> Stream:
    stream = Stream()
    for entry_id in ids:
        stream.append(entry_id, (b"f", b"%d" % entry_id), most_bytes, most_entries)
    return stream


def counted(count: int) -> list[int]:
    return [make_id(number, 0) for number in range(1, count + 1)]


@pytest.mark.parametrize(("most_bytes", "most_entries"), LIMITS)
def test_a_stream_behaves_as_a_sorted_list_of_entries(most_bytes: int, most_entries: int) -> None:
    """Random changes beside a plain list: IDs far apart, rows of other fields, deletions and trims anywhere."""
    rng = random.Random(most_entries)
    stream = Stream()
    expected: list[Entry] = []
    last = 0
    for _ in range(3000):
        kind = rng.random()
        if kind < 0.6:
            last += rng.choice((1, 1, 5, 1 << 20, 1 << 64, (1 << 64) + 7, 1 << 97))
            width = rng.choice((1, 1, 1, 2, 3))
            row: Row = tuple(rng.choice((b"f", b"g", b"", b"value" * 5)) for _ in range(2 * width))
            stream.append(last, row, most_bytes, most_entries)
            expected.append((last, row))
        elif kind < 0.75 and expected:
            entry_id, row = rng.choice(expected)
            assert stream.get(entry_id) == row
            assert stream.delete(entry_id)
            assert not stream.delete(entry_id)
            assert entry_id not in stream
            expected.remove((entry_id, row))
        elif kind < 0.8:
            length = rng.randint(0, 60)
            removed = stream.trim(Trim(maxlen=length))
            assert removed == max(len(expected) - length, 0)
            del expected[:removed]
        elif expected:
            low, high = sorted((rng.choice(expected)[0] + rng.randint(-1, 1), rng.choice(expected)[0] + rng.randint(-1, 1)))
            inside = [entry for entry in expected if low <= entry[0] <= high]
            count = rng.choice((None, 1, 4))
            assert stream.range(low, high, count) == inside[:count]
            assert stream.reverse_range(low, high, count) == inside[::-1][:count]
        assert stream.length == len(expected)
        assert stream.first_id() == (expected[0][0] if expected else 0)
        assert stream.last_entry_id() == (expected[-1][0] if expected else 0)
    assert list(stream.entries()) == expected
    assert list(stream.copy().entries()) == expected


def test_a_copy_changes_without_its_origin_even_where_packed_ids_are_shared() -> None:
    ids = [make_id(number, 1 << 40) for number in range(1, 8)]  # too large for the short form of IDs
    stream = filled(ids)
    other = stream.copy()
    other.delete(ids[0])
    other.append(make_id(99, 0), (b"f", b"v"), 4096, 3)
    assert [entry_id for entry_id, _ in stream.entries()] == ids
    assert [entry_id for entry_id, _ in other.entries()] == [*ids[1:], make_id(99, 0)]


def test_approximate_trimming_drops_whole_nodes_within_the_limit() -> None:
    assert filled(counted(10)).trim(Trim(maxlen=5, approximate=True)) == 3
    assert filled(counted(10)).trim(Trim(maxlen=1, approximate=True, limit=7)) == 6
    assert filled(counted(10)).trim(Trim(minid=make_id(6, 0), approximate=True)) == 3


def test_trimming_acknowledged_entries_spares_what_a_group_still_wants() -> None:
    stream = filled(counted(6))
    group = stream.groups[b"g"] = Group(make_id(4, 0))
    group.add_pending(make_id(2, 0), group.add_consumer(b"c", 0), 0, 1)
    assert stream.trim(Trim(maxlen=0, refs=Refs.ACKED)) == 3
    assert [format_id(entry_id) for entry_id, _ in stream.entries()] == [b"2-0", b"5-0", b"6-0"]
    assert stream.trim(Trim(maxlen=0, refs=Refs.DELETE)) == 3
    assert not group.pending


def test_a_destroyed_group_holds_no_entries_back() -> None:
    stream = filled(counted(2))
    stream.groups[b"behind"] = Group(make_id(0, 0))
    stream.groups[b"done"] = Group(make_id(2, 0))
    assert stream.trim(Trim(maxlen=0, refs=Refs.ACKED)) == 0
    del stream.groups[b"behind"]
    assert stream.trim(Trim(maxlen=0, refs=Refs.ACKED)) == 2  # Redis 8.2.3 still heeds it: compat/differences.py


def test_dropping_many_nodes_leaves_no_room_behind() -> None:
    stream = filled(counted(3000), most_entries=1)
    for length in range(2999, -1, -1):
        stream.trim(Trim(maxlen=length))
    assert stream.node_count() == 0
    assert len(next(iter(stream.owned_parts()))) < 200  # type: ignore[arg-type]  # it is the list of nodes


def test_ids_run_out_and_none_is_given_twice() -> None:
    stream = Stream()
    assert stream.next_id(5) == make_id(5, 0)
    stream.last_id = make_id(7, 3)
    assert stream.next_id(5) == make_id(7, 4)
    assert stream.next_in(7) == make_id(7, 4)
    assert stream.next_in(6) is None
    stream.last_id = ID_MAX
    assert stream.next_id(5) is None
    assert stream.next_in((1 << 64) - 1) is None


def test_sorted_ids_keep_their_order_under_any_changes() -> None:
    rng = random.Random(3)
    ids = SortedIds()
    expected: list[int] = []
    for _ in range(20_000):
        entry_id = rng.randrange(3000)
        at = bisect_left(expected, entry_id)
        if at < len(expected) and expected[at] == entry_id:
            ids.remove(entry_id)
            del expected[at]
        else:
            ids.add(entry_id)
            expected.insert(at, entry_id)
    assert list(ids) == expected
    assert (len(ids), ids.first(), ids.last()) == (len(expected), expected[0], expected[-1])
    for low, high, limit in ((0, 3000, None), (100, 2000, 7), (2999, 3000, None), (50, 40, None), (700, 900, None)):
        assert ids.range(low, high, limit) == [each for each in expected if low <= each <= high][:limit]


def test_the_longest_idle_entries_come_first_and_those_given_back_before_them() -> None:
    group = Group(0)
    consumer = group.add_consumer(b"c", 0)
    for entry_id, delivered_ms in ((1, 50), (2, 10), (3, 30), (4, 90)):
        group.add_pending(entry_id, consumer, delivered_ms, 1)
    assert list(group.idle_since(50)) == [2, 3, 1]
    group.set_time(2, group.pending[2], 80)
    group.release(4, group.pending[4])
    assert list(group.idle_since(50)) == [4, 3, 1]
    assert group.longest_idle_ms() == 0
    group.remove_pending(4)
    assert group.longest_idle_ms() == 30
    assert list(group.copy().idle_since(100)) == [3, 1, 2]


def test_messages_are_forgotten_by_age_and_by_number() -> None:
    idmp = Idempotency(duration_s=10, maxsize=2)
    for number in range(1, 4):
        idmp.remember(b"p", b"m%d" % number, make_id(number * 1000, 0))
    assert idmp.find(b"p", b"m1", 3000) is None, "only two are kept"
    assert idmp.find(b"p", b"m2", 11_999) == make_id(2000, 0)
    assert idmp.find(b"p", b"m2", 12_000) is None
    idmp.forget_old(13_000)
    assert (idmp.message_count(), idmp.producers, idmp.added) == (0, {}, 3)
