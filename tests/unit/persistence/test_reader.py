"""What the format is made of: the same from a payload at once and from a file byte by byte."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyredis_server.persistence.rdb import writer as writer_module
from pyredis_server.persistence.rdb.format import BadData
from pyredis_server.persistence.rdb.reader import Reader
from pyredis_server.persistence.rdb.writer import Writer


def trickle(data: bytes, step: int = 1) -> Reader:
    """A reader that gets so many bytes at a time."""
    pieces = iter([data[at:at + step] for at in range(0, len(data), step)])
    return Reader(refill=lambda wanted: next(pieces, b""))


def written(value: bytes, *, compressing: bool = True) -> bytes:
    out = Writer(compressing=compressing)
    out.string(value)
    return bytes(out.buffer)


@pytest.mark.parametrize(("number", "data"), [
    (0, "00"), (63, "3f"), (64, "4040"), (16383, "7fff"), (16384, "80 00004000"), ((1 << 32) - 1, "80 ffffffff"),
    (1 << 32, "81 0000000100000000"), ((1 << 64) - 1, "81 ffffffffffffffff"),
])
def test_lengths_take_the_shortest_form(number: int, data: str) -> None:
    out = Writer()
    out.length(number)
    assert bytes(out.buffer) == bytes.fromhex(data)
    assert Reader(bytes.fromhex(data)).length() == trickle(bytes.fromhex(data)).length() == number


@pytest.mark.parametrize(("value", "data"), [
    (b"", "00"), (b"a", "01 61"), (b"0", "c0 00"), (b"-128", "c0 80"), (b"128", "c1 8000"), (b"-32769", "c2 ff7fffff"),
    (b"2147483647", "c2 ffffff7f"), (b"2147483648", "0a 32313437343833363438"), (b"-2147483648", "c2 00000080"),
    (b"007", "03 303037"), (b"+1", "02 2b31"), (b"1.5", "03 312e35"), (b"-", "01 2d"),
    (b"x" * 20, "14" + "78" * 20), (b"x" * 22, "c3 08 16 017878e00a000078"),
])
def test_strings_take_the_form_that_redis_gives_them(value: bytes, data: str) -> None:
    assert written(value) == bytes.fromhex(data)
    assert Reader(bytes.fromhex(data)).string() == trickle(bytes.fromhex(data)).string() == value


def test_nothing_is_compressed_when_that_is_turned_off() -> None:
    assert written(b"x" * 24, compressing=False) == b"\x18" + b"x" * 24


@given(st.lists(st.one_of(st.binary(max_size=100), st.integers(-(1 << 40), 1 << 40).map(b"%d".__mod__),
                          st.sampled_from([b"ab" * 40, b"x" * 70_000])), max_size=6), st.integers(1, 50))
def test_strings_come_back_from_pieces_of_any_size(values: list[bytes], step: int) -> None:
    data = b"".join(map(written, values))
    for source in (Reader(data), trickle(data, step)):
        assert [source.string() for _ in values] == values
        assert source.position == len(data)
        with pytest.raises(BadData):
            source.byte()


@pytest.mark.parametrize("data", [
    "", "05 6162", "40", "80 000000", "c0", "c1 00", "c4", "ff", "82", "c3", "c3 05 10 0061", "c3 03 ff 026162", "c3 40ff 05 00",
    "81 ffffffffffffffff 61", "80 ffffffff 61", "c3 03 81 ffffffffffffffff 026162", "c3 81 ffffffffffffffff 03 61",
])
def test_strings_that_are_cut_or_wrong_are_refused(data: str) -> None:
    for source in (Reader(bytes.fromhex(data)), trickle(bytes.fromhex(data))):
        with pytest.raises(BadData):
            source.string()


def test_a_compressed_string_may_not_exceed_the_limit() -> None:
    data = written(b"x" * 1000)
    assert Reader(data, most_string_bytes=1000).string() == b"x" * 1000
    with pytest.raises(BadData):
        Reader(data, most_string_bytes=999).string()


def test_counts_that_cannot_be_true_are_refused_at_once() -> None:
    assert Reader(b"\x03abc").count(1) == 3
    with pytest.raises(BadData):
        Reader(b"\x03abc").count(2)
    with pytest.raises(BadData):
        Reader(refill=lambda wanted: b"\x03", total_bytes=3).count(1)


def test_no_announced_length_makes_memory_of_it() -> None:
    tracemalloc.start()
    try:
        for data in (b"\x81" + b"\0\0\0\1" * 2, b"\xc3\x05\x80\xff\xff\xff\xff" + b"\0abcd", b"\x80\xf0\0\0\0"):
            for source in (Reader(data), trickle(data)):
                with pytest.raises(BadData):
                    source.string()
        assert tracemalloc.get_traced_memory()[1] < 3 << 20
    finally:
        tracemalloc.stop()


def test_a_sink_gets_what_is_written_piece_by_piece() -> None:
    pieces: list[bytes] = []
    out = Writer(pieces.append)
    value = b"y" * (writer_module.PIECE_BYTES // 4)
    out.compressing = False
    for _ in range(10):
        out.string(value)
    assert 1 < len(pieces) < 4
    out.flush()
    assert b"".join(pieces) == written(value, compressing=False) * 10


def test_numbers_of_fixed_width_come_back() -> None:
    out = Writer()
    out.double(-1.5)
    out.milliseconds(-1)
    out.milliseconds(1 << 50)
    source = trickle(bytes(out.buffer), 3)
    assert (source.double(), source.milliseconds(), source.milliseconds()) == (-1.5, -1, 1 << 50)
