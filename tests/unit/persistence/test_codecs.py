"""Values of every type: read from bytes made by hand, and there and back by chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyredis_server.datatypes.hashes import Hash
from pyredis_server.datatypes.lists import List
from pyredis_server.datatypes.sets import SetValue
from pyredis_server.datatypes.sorted_sets import SortedSet
from pyredis_server.keyspace.values import StoredValue, encoding_of
from pyredis_server.persistence.rdb import codecs, listpack
from pyredis_server.persistence.rdb.codec import Limits
from pyredis_server.persistence.rdb.format import BadData
from pyredis_server.persistence.rdb.reader import Reader
from pyredis_server.persistence.rdb.writer import Writer
from tests.support import rdb_bytes
from tests.support.rdb_bytes import length, string

LIMITS = Limits()
TIGHT = Limits(2, (2, 2, 3), 2, 3, 2, 3)
AT_MS = 9_999_999_000_000


def load(number: int, data: bytes, limits: Limits = LIMITS) -> StoredValue:
    source = Reader(data)
    value = codecs.load(number, source, limits)
    assert source.position == len(data), "bytes are left"
    return value


def saved(value: StoredValue, **how: Any) -> tuple[int, bytes]:
    out = Writer(**how)
    codecs.save(value, out)
    return codecs.type_of(value), bytes(out.buffer)


def content(value: StoredValue) -> object:
    """What is in it, in the order that belongs to its type."""
    if isinstance(value, List):
        return list(value)
    if isinstance(value, SetValue):
        return set(value.members())
    if isinstance(value, SortedSet):
        return list(value)
    if isinstance(value, Hash):
        return value.fields, {} if value.deadlines is None else value.deadlines.at
    return value


def test_every_type_up_to_the_newest_that_is_described_is_read() -> None:
    read = {number for codec in codecs.CODECS for number in codec.types}
    assert read == {*range(28), 31} - {6, 7, 8}  # 6 and 7 are of modules, 8 was never used


# Every type, by hand

PACKED = string(listpack.encode([b"a", b"1", b"b", b"2"]))
OLD_PACKED = string(rdb_bytes.ziplist([b"a", b"1", b"b", b"2"]))
TIMED = string(listpack.encode([b"b", b"2", b"%d" % AT_MS, b"a", b"1", b"0"]))
FIRST = AT_MS.to_bytes(8, "little")
PAIRS = {b"a": b"1", b"b": b"2"}
ONE_TWO = [(b"a", 1.0), (b"b", 2.0)]


@pytest.mark.parametrize(("number", "data", "expected", "encoding", "tight"), [
    (0, b"\x03abc", b"abc", b"embstr", b"embstr"),
    (0, b"\xc1\x2c\x01", b"300", b"int", b"int"),
    (1, b"\x02\x01a\xc0\x05", [b"a", b"5"], b"listpack", b"listpack"),
    (2, b"\x02\x01a\xc0\x05", {b"a", b"5"}, b"listpack", b"listpack"),
    (2, b"\x02\xc0\x07\xc0\x05", {b"7", b"5"}, b"intset", b"intset"),
    (2, b"\x03\xc0\x07\xc0\x05\xc0\x06", {b"7", b"5", b"6"}, b"intset", b"hashtable"),
    (3, b"\x02\x01a\x011\x01b\x032.5", [(b"a", 1.0), (b"b", 2.5)], b"listpack", b"listpack"),
    (3, b"\x03\x01a\xfe\x01b\xff\x01c\x010", [(b"b", float("-inf")), (b"c", 0.0), (b"a", float("inf"))], b"listpack",
     b"skiplist"),
    (4, b"\x02\x01a\xc0\x01\x01b\xc0\x02", (PAIRS, {}), b"listpack", b"listpack"),
    (4, b"\x01\x04long\x00", ({b"long": b""}, {}), b"listpack", b"hashtable"),
    (5, b"\x02\x01b" + b"\0" * 7 + b"\x40" + b"\x01a" + b"\0" * 6 + b"\xf0\x3f", ONE_TWO, b"listpack", b"listpack"),
    (9, string(rdb_bytes.zipmap([(b"a", b"1"), (b"b", b"2")], 3)), (PAIRS, {}), b"listpack", b"listpack"),
    (9, string(rdb_bytes.zipmap([(b"a", b"long")])), ({b"a": b"long"}, {}), b"listpack", b"hashtable"),
    (10, OLD_PACKED, [b"a", b"1", b"b", b"2"], b"listpack", b"quicklist"),
    (11, string(rdb_bytes.intset(2, [3, 9])), {b"3", b"9"}, b"intset", b"intset"),
    (11, string(rdb_bytes.intset(4, [3, 9, 10])), {b"3", b"9", b"10"}, b"intset", b"hashtable"),
    (12, OLD_PACKED, ONE_TWO, b"listpack", b"listpack"),
    (13, OLD_PACKED, (PAIRS, {}), b"listpack", b"listpack"),
    (14, b"\x02" + OLD_PACKED + string(rdb_bytes.ziplist([b"z"])), [b"a", b"1", b"b", b"2", b"z"], b"quicklist",
     b"quicklist"),
    (14, b"\x02" + OLD_PACKED + string(rdb_bytes.ziplist([])), [b"a", b"1", b"b", b"2"], b"listpack", b"quicklist"),
    (16, PACKED, (PAIRS, {}), b"listpack", b"listpack"),
    (16, string(listpack.encode([b"a", b"long"])), ({b"a": b"long"}, {}), b"listpack", b"listpack"),
    (17, PACKED, ONE_TWO, b"listpack", b"listpack"),
    (17, string(listpack.encode([b"a", b"1", b"b", b"2", b"c", b"1e+20"])), [*ONE_TWO, (b"c", 1e20)], b"listpack",
     b"skiplist"),
    (18, b"\x01\x02" + PACKED, [b"a", b"1", b"b", b"2"], b"listpack", b"quicklist"),
    (18, b"\x02\x02" + PACKED + b"\x01\x05large", [b"a", b"1", b"b", b"2", b"large"], b"quicklist", b"quicklist"),
    (18, b"\x01\x01\x05large", [b"large"], b"quicklist", b"quicklist"),
    (20, string(listpack.encode([b"a", b"5"])), {b"a", b"5"}, b"listpack", b"listpack"),
    (20, string(listpack.encode([b"long", b"5"])), {b"long", b"5"}, b"listpack", b"listpack"),
    (20, PACKED, {b"a", b"1", b"b", b"2"}, b"listpack", b"hashtable"),
    (22, b"\x02" + length(AT_MS) + b"\x01b\xc0\x02" + b"\x00\x01a\xc0\x01", (PAIRS, {b"b": AT_MS}), b"listpackex",
     b"listpackex"),
    (23, TIMED, (PAIRS, {b"b": AT_MS}), b"listpackex", b"listpackex"),
    (24, FIRST + b"\x02\x01\x01b\xc0\x02" + b"\x00\x01a\xc0\x01", (PAIRS, {b"b": AT_MS}), b"listpackex", b"listpackex"),
    (24, FIRST + b"\x02\x06\x01b\xc0\x02" + b"\x01\x01a\xc0\x01", (PAIRS, {b"b": AT_MS + 5, b"a": AT_MS}), b"listpackex",
     b"listpackex"),
    (24, FIRST + b"\x01\x01\x04long\xc0\x02", ({b"long": b"2"}, {b"long": AT_MS}), b"listpackex", b"hashtable"),
    (25, FIRST + TIMED, (PAIRS, {b"b": AT_MS}), b"listpackex", b"listpackex"),
    (25, b"\0" * 8 + string(listpack.encode([b"a", b"1", b"0"])), ({b"a": b"1"}, {}), b"listpackex", b"listpackex"),
    (31, b"\x02\x01a\xc0\x01\x01b\xc0\x02", (PAIRS, {}), b"listpack", b"listpack"),
])
def test_a_value_is_read_and_gets_the_encoding_that_the_limits_ask_for(
    number: int, data: bytes, expected: object, encoding: bytes, tight: bytes,
) -> None:
    value = load(number, data)
    assert content(value) == expected
    assert encoding_of(value) == encoding
    value = load(number, data, TIGHT)
    assert content(value) == expected
    assert encoding_of(value) == tight


@pytest.mark.parametrize(("number", "data"), [
    *[(number, b"\0") for number in (1, 2, 3, 4, 5, 14, 18, 22, 31)],  # empty
    *[(number, string(rdb_bytes.ziplist([]))) for number in (10, 12, 13)],
    *[(number, string(listpack.encode([]))) for number in (16, 17, 20, 23)],
    (9, string(rdb_bytes.zipmap([]))), (11, string(rdb_bytes.intset(2, []))), (24, FIRST + b"\0"),
    (14, b"\1" + string(rdb_bytes.ziplist([]))), (18, b"\1\2" + string(listpack.encode([]))), (18, b"\1\1\0"),
    (25, FIRST + string(listpack.encode([]))),
    (2, b"\2\1a\1a"), (2, b"\2\xc0\5\xc0\5"), (4, b"\2\1a\1b\1a\1c"), (5, b"\2" + (b"\1a" + b"\0" * 8) * 2),  # twice
    (3, b"\2\1a\1\x31\1a\1\x32"), (9, string(rdb_bytes.zipmap([(b"a", b"1"), (b"a", b"2")]))),
    (12, string(rdb_bytes.ziplist([b"a", b"1", b"a", b"2"]))), (13, string(rdb_bytes.ziplist([b"a", b"1", b"a", b"2"]))),
    (16, string(listpack.encode([b"a", b"1", b"a", b"2"]))), (17, string(listpack.encode([b"a", b"1", b"a", b"2"]))),
    (20, string(listpack.encode([b"a", b"a"]))), (24, FIRST + b"\2\0\1a\0\0\1a\0"),
    (25, FIRST + string(listpack.encode([b"a", b"1", b"0", b"a", b"1", b"0"]))),
    *[(number, string(rdb_bytes.ziplist([b"a"]))) for number in (12, 13)],  # half a pair
    *[(number, string(listpack.encode([b"a"]))) for number in (16, 17)],
    (23, string(listpack.encode([b"a", b"1"]))),
    (3, b"\1\1a\xfd"), (3, b"\1\1a\3nan"), (3, b"\1\1a\0"), (3, b"\1\1a\1x"), (5, b"\1\1a\0\0\0\0\0\0\xf8\x7f"),  # scores
    (17, string(listpack.encode([b"a", b"x"]))), (17, string(listpack.encode([b"a", b""]))),
    (23, string(listpack.encode([b"a", b"1", b"x"]))), (23, string(listpack.encode([b"a", b"1", b"-5"]))),  # times
    (23, string(listpack.encode([b"a", b"1", b"%d" % (1 << 48)]))), (22, b"\1" + length(1 << 48) + b"\1a\0"),
    (24, b"\xff" * 8 + b"\1\1\1a\0"),
    (23, string(listpack.encode([b"a", b"1", b"9", b"b", b"1", b"8"]))),  # not in order
    (23, string(listpack.encode([b"a", b"1", b"0", b"b", b"1", b"8"]))),
    (18, b"\1\3" + PACKED), (18, b"\1\0" + PACKED), (18, b"\1\2\3abc"), (14, b"\1\3abc"), (10, b"\3abc"),  # nodes
    (2, b"\x80\xff\xff\xff\xff\1a"), (4, b"\x81" + b"\xff" * 8), (1, b"\x7f\xff\1a"), (18, b"\x7f\xff"),  # bombs
    (5, b"\x7f\xff"), (24, FIRST + b"\x7f\xff"), (0, b"\x81" + b"\x7f" * 8),
    (6, b"\0"), (7, b"\x81" + b"\1" * 8 + b"\0"), (8, b""), (28, b"\0"), (29, b"\0"), (30, b"\0"), (33, b"\0"), (34, b"\0"),
    (255, b""),
])
def test_what_cannot_be_a_value_is_refused(number: int, data: bytes) -> None:
    with pytest.raises(BadData):
        codecs.load(number, Reader(data), LIMITS)


# There and back

TEXTS = st.one_of(st.binary(max_size=12), st.integers(-(1 << 40), 1 << 40).map(b"%d".__mod__),
                  st.sampled_from([b"x" * 64, b"x" * 65, b"repeated " * 9, b"y" * 5000]))
SCORES = st.floats(allow_nan=False)
SOME_LIMITS = st.sampled_from([LIMITS, TIGHT, Limits(-1, (4, 3, 9), 3, 9, 3, 9)])


def make_set(members: list[bytes], limits: Limits) -> SetValue:
    return SetValue.collected(members, limits.sets)


def make_hash(fields: dict[bytes, bytes], limits: Limits) -> Hash:
    return Hash.of(fields, None, limits.hash_entries, limits.hash_value_bytes)


def make_sorted_set(scores: dict[bytes, float], limits: Limits) -> SortedSet:
    return SortedSet.of(scores, limits.zset_entries, limits.zset_value_bytes)


def make_list(elements: list[bytes], limits: Limits) -> List:
    return List.of(elements, limits.list_fill)


def make_string(text: bytes, limits: Limits) -> bytes:
    return text


MAKERS: Sequence[tuple[Callable[[Any, Limits], StoredValue], st.SearchStrategy[Any]]] = [
    (make_string, TEXTS), (make_list, st.lists(TEXTS, min_size=1, max_size=12)),
    (make_set, st.lists(TEXTS, min_size=1, max_size=8)),
    (make_set, st.lists(st.integers(-(1 << 63), (1 << 63) - 1).map(b"%d".__mod__), min_size=1, max_size=8)),
    (make_hash, st.dictionaries(TEXTS, TEXTS, min_size=1, max_size=8)),
    (make_sorted_set, st.dictionaries(TEXTS, SCORES, min_size=1, max_size=8)),
]


@pytest.mark.parametrize(("make", "parts"), MAKERS)
@given(data=st.data(), limits=SOME_LIMITS, compressing=st.booleans())
def test_a_value_comes_back_as_it_was(
    make: Callable[[Any, Limits], StoredValue], parts: st.SearchStrategy[Any], data: st.DataObject, limits: Limits,
    compressing: bool,
) -> None:
    value = make(data.draw(parts), limits)
    number, written = saved(value, compressing=compressing)
    again = load(number, written, limits)
    assert content(again) == content(value)
    assert encoding_of(again) == encoding_of(value)
    if encoding_of(value) != b"hashtable":  # the order of a table of members is its own
        assert saved(again, compressing=compressing) == (number, written)


@given(st.dictionaries(TEXTS, st.tuples(TEXTS, st.one_of(st.none(), st.integers(1, 5), st.integers(1, (1 << 48) - 2))),
                       min_size=1, max_size=6), SOME_LIMITS)
def test_fields_with_times_come_back_in_the_same_order(
    fields: dict[bytes, tuple[bytes, int | None]], limits: Limits,
) -> None:
    deadlines = {field: at_ms for field, (_, at_ms) in fields.items() if at_ms is not None}
    value = Hash.of({field: each[0] for field, each in fields.items()}, deadlines, limits.hash_entries,
                    limits.hash_value_bytes)
    number, written = saved(value)
    again = load(number, written, limits)
    assert content(again) == content(value)
    assert encoding_of(again) == encoding_of(value)
    assert saved(again) == (number, written)


def test_the_field_that_got_a_time_later_comes_before_one_with_the_same() -> None:
    value = Hash.of({b"a": b"1", b"b": b"2", b"c": b"3"}, {b"a": AT_MS, b"b": AT_MS}, 512, 64)
    assert saved(value, compressing=False)[1][8:] == string(
        listpack.encode([b"b", b"2", b"%d" % AT_MS, b"a", b"1", b"%d" % AT_MS, b"c", b"3", b"0"]))


def test_an_intset_stays_as_wide_as_it_was() -> None:
    data = string(rdb_bytes.intset(8, [1, 2]))
    assert saved(load(11, data)) == (11, data)


def test_a_list_keeps_its_nodes() -> None:
    nodes = b"\x03" + b"\x02" + PACKED + b"\x01\x05large" + b"\x02" + string(listpack.encode([b"z"]))
    value = load(18, nodes)
    assert saved(value) == (18, nodes)
    assert isinstance(value, List)
    assert [value.get(at) for at in (0, 4, 5, -1)] == [b"a", b"large", b"z", b"z"]


def test_inner_nodes_are_compressed_by_list_compress_depth_whatever_rdbcompression_says() -> None:
    value = List.of([b"element %d" % number for number in range(50)], 10)
    plain = saved(value, compressing=False)[1]
    shorter = saved(value, compressing=False, list_depth=1)[1]
    assert len(shorter) < len(plain)
    assert content(load(18, shorter, Limits(10))) == list(value)
    assert saved(value, compressing=False, list_depth=3)[1] == plain


def test_scores_of_any_kind_keep_their_value_in_a_listpack() -> None:
    scores = [1e17, 4.6e18, 9.3e18, -1e300, 5e-324, 0.1, 3.3333333333333335, float("inf"), float("-inf"), 2.0**53 + 2]
    value = SortedSet.of({b"m%d" % at: score for at, score in enumerate(scores)}, 128, 64)
    number, written = saved(value)
    assert number == 17
    assert content(load(number, written)) == list(value)


@pytest.mark.parametrize("size", [1, 1023, 1024, 1025, 3000])
def test_large_sorted_sets_are_written_from_the_greatest_to_the_least(size: int) -> None:
    value = SortedSet.of({b"%06d" % number: number / 2 for number in range(size)}, 0, 0)
    number, written = saved(value)
    source = Reader(written)
    assert (number, source.length()) == (5, size)
    members = [(source.string(), source.double())[1] for _ in range(size)]
    assert members == [at / 2 for at in range(size - 1, -1, -1)]


@pytest.mark.parametrize(("make", "parts"), MAKERS)
@given(data=st.data(), limits=SOME_LIMITS)
def test_no_piece_of_a_value_is_a_value(
    make: Callable[[Any, Limits], StoredValue], parts: st.SearchStrategy[Any], data: st.DataObject, limits: Limits,
) -> None:
    number, written = saved(make(data.draw(parts), limits))
    cut = written[:data.draw(st.integers(0, len(written) - 1))]
    with pytest.raises(BadData):
        codecs.load(number, Reader(cut), limits)
    pieces = iter([cut[at:at + 3] for at in range(0, len(cut), 3)])
    with pytest.raises(BadData):
        codecs.load(number, Reader(refill=lambda wanted: next(pieces, b"")), limits)
