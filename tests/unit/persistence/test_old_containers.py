"""Ziplist, zipmap and intset: what older servers packed, made by hand."""

from __future__ import annotations

from array import array
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyredis_server.persistence.rdb import intset, ziplist, zipmap
from pyredis_server.persistence.rdb.format import BadData
from tests.support import rdb_bytes

ELEMENTS = st.lists(st.one_of(st.binary(max_size=20), st.integers(-(1 << 63), (1 << 63) - 1).map(b"%d".__mod__),
                              st.integers(-300, 300).map(b"%d".__mod__),
                              st.sampled_from([b"x" * 63, b"x" * 64, b"x" * 300, b"x" * 16384])), max_size=8)


@pytest.mark.parametrize(("elements", "data"), [
    ([], "0b000000 0a000000 0000 ff"),
    ([b"abc"], "10000000 0a000000 0100 00 03 616263 ff"),
    ([b"0", b"12", b"-1", b"300"], "16000000 11000000 0400 00f1 02fd 02feff 03c02c01 ff"),
])
def test_a_ziplist_is_read(elements: list[bytes], data: str) -> None:
    assert rdb_bytes.ziplist(elements) == bytes.fromhex(data)
    assert ziplist.decode(bytes.fromhex(data)) == elements


@given(ELEMENTS, st.booleans())
def test_any_ziplist_is_read(elements: list[bytes], long_before: bool) -> None:
    assert ziplist.decode(rdb_bytes.ziplist(elements, long_before=long_before)) == elements


def test_a_ziplist_of_very_many_elements_does_not_tell_their_number() -> None:
    elements = [b"5"] * 70_000
    assert ziplist.decode(rdb_bytes.ziplist(elements)) == elements


WHOLE = rdb_bytes.ziplist([b"hello", b"77", b"x" * 300])


@pytest.mark.parametrize("data", [
    b"", b"\xff" * 11, WHOLE[:-1], WHOLE[1:], WHOLE[:-1] + b"\0",
    WHOLE[:4] + b"\x0b" + WHOLE[5:],  # the last element is elsewhere
    WHOLE[:8] + b"\x02" + WHOLE[9:],  # other number
    WHOLE[:10] + b"\x01" + WHOLE[11:],  # the first one has something before it
    WHOLE[:11] + b"\x3f" + WHOLE[12:],  # a string that leads into the next one
    WHOLE[:11] + b"\xc1" + WHOLE[12:],  # no such beginning
    WHOLE[:11] + b"\x80\xff\xff\xff\xff" + WHOLE[16:],
    bytes.fromhex("0c000000 0a000000 0100 00 ff"),
    bytes.fromhex("0d000000 0a000000 0100 00 c0 ff"),
])
def test_a_damaged_ziplist_is_refused(data: bytes) -> None:
    with pytest.raises(BadData):
        ziplist.decode(data)


PAIRS = st.lists(st.tuples(st.binary(max_size=300), st.binary(max_size=300)), max_size=6)


def test_a_zipmap_is_read() -> None:
    data = bytes.fromhex("02 01 61 02 00 7831 01 62 00 03 202020 ff")
    assert zipmap.decode(data) == [(b"a", b"x1"), (b"b", b"")]


@given(PAIRS, st.integers(0, 4))
def test_any_zipmap_is_read(pairs: list[tuple[bytes, bytes]], spare: int) -> None:
    assert zipmap.decode(rdb_bytes.zipmap(pairs, spare)) == pairs


def test_a_zipmap_of_very_many_pairs_does_not_tell_their_number() -> None:
    pairs = [(b"%d" % number, b"") for number in range(300)]
    assert zipmap.decode(rdb_bytes.zipmap(pairs)) == pairs


@pytest.mark.parametrize("data", [
    "", "ff", "00", "01 ff", "01 01 61 ff", "01 01 61 01 00 ff", "01 05 61 01 00 62 ff", "02 01 61 01 00 62 ff",
    "01 01 61 01 05 62 ff", "01 fe ff", "01 fe ffffffff 61 01 00 62 ff", "01 01 61 fe ffffffff 00 62 ff", "01 01 61 01 ff",
    "01 ff 61 01 00 62 ff", "01 01 61 01 00 62 00",
])
def test_a_damaged_zipmap_is_refused(data: str) -> None:
    with pytest.raises(BadData):
        zipmap.decode(bytes.fromhex(data))


@pytest.mark.parametrize(("width", "numbers"), [(2, [-3, 5]), (4, [-70_000, 0, 1]), (8, [-(1 << 63), (1 << 63) - 1])])
def test_an_intset_goes_there_and_back(width: int, numbers: list[int]) -> None:
    data = rdb_bytes.intset(width, numbers)
    found = intset.decode(data)
    assert list(found) == numbers
    assert found.itemsize == width
    assert intset.encode(found) == data


def test_an_intset_may_be_wider_than_it_must() -> None:
    assert list(intset.decode(rdb_bytes.intset(8, [1, 2]))) == [1, 2]
    assert intset.encode(array("q", [1, 2])) == rdb_bytes.intset(8, [1, 2])


@pytest.mark.parametrize("data", [
    b"", b"\2\0\0\0", rdb_bytes.intset(2, [1, 2])[:-1], rdb_bytes.intset(2, [1, 2]) + b"\0", b"\3\0\0\0\1\0\0\0abc",
    rdb_bytes.intset(2, [2, 1]), rdb_bytes.intset(2, [1, 1]), b"\2\0\0\0\xff\xff\xff\xff" + b"ab",
])
def test_a_damaged_intset_is_refused(data: bytes) -> None:
    with pytest.raises(BadData):
        intset.decode(data)


@pytest.mark.parametrize(("decode", "whole"), [
    (ziplist.decode, rdb_bytes.ziplist([b"hello", b"77", b"-70000", b"x" * 70])),
    (zipmap.decode, rdb_bytes.zipmap([(b"a", b"b"), (b"c" * 260, b"d")], 2)),
    (intset.decode, rdb_bytes.intset(4, [1, 2, 3])),
])
@given(data=st.data())
def test_a_mutated_container_is_refused_or_read(
    decode: Callable[[bytes], object], whole: bytes, data: st.DataObject,
) -> None:
    changed = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    try:
        decode(bytes(changed[:data.draw(st.integers(0, len(changed)))]))
        decode(bytes(changed))
    except BadData:
        pass
