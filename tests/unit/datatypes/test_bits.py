"""The work on bits against the plain way of doing it: one bit at a time, in a string of "0" and "1"."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyredis_server.datatypes import bits
from pyredis_server.datatypes.bits import Overflow

SIZES = (1, 2, 4095, 4096, 4097, 65535, 65536, 65537, 200_000)  # about the pieces that long values are taken in
WIDTHS = st.booleans().flatmap(lambda signed: st.tuples(st.just(signed), st.integers(1, 64 if signed else 63)))


def shown(data: bytes | bytearray) -> str:
    """All bits in their order."""
    return "".join(f"{byte:08b}" for byte in data)


@st.composite
def parts(draw: st.DrawFn) -> tuple[bytes, int, int]:
    """A value of few different bytes, so that runs occur, and a range in it."""
    data = bytes(draw(st.lists(st.sampled_from([0, 0, 0xFF, 0xFF, 1, 0x80, 0x5A]), min_size=1, max_size=24)))
    first, last = sorted(draw(st.tuples(*[st.integers(0, len(data) * 8 - 1)] * 2)))
    return data, first, last


@given(parts(), st.booleans())
def test_a_part_is_counted_and_searched_as_bit_by_bit(part, mutable) -> None:
    data, first, last = part
    value = bytearray(data) if mutable else data
    text = shown(data)[first : last + 1]
    assert bits.count_ones(value, first, last) == text.count("1")
    for bit in (0, 1):
        place = text.find(str(bit))
        assert bits.find_bit(value, bit, first, last) == (None if place < 0 else first + place)


@pytest.mark.parametrize("size", SIZES)
def test_a_long_value_is_counted_in_pieces_without_a_gap(size) -> None:
    data = random.Random(size).randbytes(size)
    whole = int.from_bytes(data, "big").bit_count()
    assert bits.count_ones(data, 0, size * 8 - 1) == whole
    assert bits.count_ones(data, 1, size * 8 - 2) == whole - (data[0] >> 7) - (data[-1] & 1)


@pytest.mark.parametrize("bit", [0, 1])
@pytest.mark.parametrize("size", SIZES)
def test_a_single_bit_is_found_wherever_it_is(size, bit) -> None:
    blank = b"\xff" if bit == 0 else b"\0"
    for place in {0, 5, size * 4, size * 8 - 9, size * 8 - 1} - {-1}:
        data = bytearray(blank * size)
        bits.set_bit(data, place, bit)
        assert bits.find_bit(data, bit, 0, size * 8 - 1) == place
        assert bits.find_bit(data, bit, place, size * 8 - 1) == place
        if place:
            assert bits.find_bit(data, bit, 0, place - 1) is None


def test_a_bit_beyond_the_end_is_clear() -> None:
    assert [bits.get_bit(b"\xff", position) for position in (0, 7, 8, 1 << 40)] == [1, 1, 0, 0]


@given(st.binary(min_size=1, max_size=9).map(bytearray), st.integers(0, 71), st.booleans())
def test_one_bit_is_changed_and_no_other(data, position, bit) -> None:
    position %= len(data) * 8
    text = shown(data)
    bits.set_bit(data, position, bit)
    assert shown(data) == f"{text[:position]}{bit:d}{text[position + 1 :]}"
    assert bits.get_bit(data, position) == bit


@pytest.mark.parametrize(("size", "grown"), [(0, False), (2, False), (3, True), (1000, True)])
def test_growing_adds_zeros_only_where_something_is_missing(size, grown) -> None:
    data = bytearray(b"ab")
    assert bits.grow(data, size) is grown
    assert data == b"ab".ljust(size, b"\0")


MEANINGS = {
    b"AND": all,
    b"OR": any,
    b"XOR": lambda column: sum(column) % 2,
    b"ONE": lambda column: sum(column) == 1,
    b"DIFF": lambda column: column[0] and not any(column[1:]),
    b"DIFF1": lambda column: not column[0] and any(column[1:]),
    b"ANDOR": lambda column: column[0] and any(column[1:]),
}


def test_every_operation_has_a_meaning_here() -> None:
    assert MEANINGS.keys() == bits.OPERATIONS.keys()


@pytest.mark.parametrize("operation", MEANINGS)
@given(values=st.lists(st.one_of(st.binary(max_size=6), st.binary(max_size=6).map(bytearray)), min_size=2, max_size=5))
def test_values_are_combined_column_by_column(operation, values) -> None:
    size = max(map(len, values))
    columns = zip(*(map(int, shown(value.ljust(size, b"\0"))) for value in values), strict=True)
    expected = "".join("1" if MEANINGS[operation](column) else "0" for column in columns)
    assert shown(bits.combined(operation, values)) == expected


@pytest.mark.parametrize("operation", [b"AND", b"OR", b"XOR", b"ONE"])
def test_one_value_alone_stays_as_it_is(operation) -> None:
    result = bits.combined(operation, [b"abc"])
    assert isinstance(result, bytearray)
    assert result == b"abc"


@pytest.mark.parametrize("size", SIZES)
def test_long_values_of_different_length_are_combined_to_the_end(size) -> None:
    long = random.Random(size).randbytes(size)
    assert bits.combined(b"OR", [long[: size // 2], long]) == long
    assert bits.combined(b"AND", [long, long[: size // 2]]) == long[: size // 2].ljust(size, b"\0")


@given(st.binary(max_size=40))
def test_negating_turns_every_bit(data) -> None:
    expected = shown(data).translate(str.maketrans("01", "10"))
    assert shown(bits.negated(data)) == shown(bits.negated(bytearray(data))) == expected


@given(st.binary(max_size=20), st.integers(0, 200), WIDTHS)
def test_a_field_is_the_number_that_its_bits_spell(data, position, kind) -> None:
    signed, width = kind
    text = shown(data.ljust(40, b"\0"))[position : position + width]
    expected = int(text, 2) - (1 << width if signed and text[0] == "1" else 0)
    assert bits.get_field(data, position, width, signed=signed) == expected


@given(st.binary(min_size=40, max_size=40).map(bytearray), st.integers(0, 200), WIDTHS, st.integers(-(2**70), 2**70))
def test_a_field_is_written_and_nothing_beside_it(data, position, kind, value) -> None:
    signed, width = kind
    before = shown(data)
    bits.set_field(data, position, width, value)
    written = shown(data)
    assert written[:position] + written[position + width :] == before[:position] + before[position + width :]
    assert bits.get_field(data, position, width, signed=signed) % (1 << width) == value % (1 << width)


@given(WIDTHS, st.integers(-(2**66), 2**66))
def test_what_does_not_fit_wraps_saturates_or_fails(kind, value) -> None:
    signed, width = kind
    low, high = (-(2 ** (width - 1)), 2 ** (width - 1) - 1) if signed else (0, 2**width - 1)
    wrapped, saturated, failed = (bits.fitted(value, width, way, signed=signed) for way in Overflow)
    assert wrapped is not None
    assert low <= wrapped <= high
    assert (wrapped - value) % 2**width == 0
    assert saturated == min(max(value, low), high)
    assert failed == (value if low <= value <= high else None)


@pytest.mark.parametrize(("argument", "width", "signed", "stored"), [
    (300, 8, False, 255), (-1, 8, False, 255), (-1, 63, False, 2**63 - 1),  # unsigned: -1 is 2**64-1
    (300, 8, True, 127), (-300, 8, True, -128), (-(2**63), 64, True, -(2**63)),
    (-(2**63) + 127, 8, True, 127), (-(2**63) + 128, 8, True, -128),  # 127 less that needs more than 64 bits
])
def test_an_argument_saturates_as_in_64_bit_arithmetic(argument, width, signed, stored) -> None:
    value = bits.settable(argument, width, signed=signed)
    assert bits.fitted(value, width, Overflow.SAT, signed=signed) == stored
