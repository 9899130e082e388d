"""Numbers as Redis reads and prints them; tests/compat/test_numbers.py asks a real server the same on random ones."""

from __future__ import annotations

import math

import pytest

from pyredis_server.base.numeric import (
    LongDouble,
    add_long_double,
    format_bytes_human,
    format_double,
    format_integer,
    format_long_double,
    parse_float,
    parse_int,
    parse_long_double,
    parse_memory,
    parse_unsigned,
)


@pytest.mark.parametrize("value", [0, 7, -1, 10, 10**17, 10**18 - 1, 10**18, -(10**18), 2**63 - 1, -(2**63)])
def test_a_canonical_integer_is_read(value: int) -> None:
    assert parse_int(b"%d" % value) == value
    assert parse_int(bytearray(b"%d" % value)) == value


@pytest.mark.parametrize("raw", [
    b"", b" 1", b"1 ", b"+1", b"01", b"00", b"-0", b"-01", b"-", b"--1", b"1.0", b"1e3", b"1_0", b"0x10", b"abc", b"-a",
    b"1\n", b"\xc2\xb2", "１".encode(), b"9223372036854775808", b"-9223372036854775809", b"99999999999999999999",
    b"1" * 40, b"-" + b"1" * 40, b"x" * 100,
])
def test_other_spellings_are_no_integer(raw: bytes) -> None:
    assert parse_int(raw) is None


def test_unsigned_integers_go_up_to_64_bits() -> None:
    assert parse_unsigned(b"18446744073709551615") == 2**64 - 1
    assert [parse_unsigned(raw) for raw in (b"18446744073709551616", b"-1", b"", b"01", b"1 ", b"1" * 30)] == [None] * 6
    assert parse_unsigned(b"0") == 0


@pytest.mark.parametrize(("raw", "value"), [
    (b"1.5", 1.5), (b"+5", 5.0), (b"1.", 1.0), (b".5", 0.5), (b"-.5e1", -5.0), (b"1E5", 1e5), (b"0x10", 16.0),
    (b"-0x1.8p1", -3.0), (b"0x.8", 0.5), (b"inf", math.inf), (b"+INF", math.inf), (b"-Infinity", -math.inf),
    (b"0e999", 0.0), (b"4.9e-324", 5e-324), (b"00012", 12.0),
])
def test_a_float_is_read_as_strtod_reads_it(raw: bytes, value: float) -> None:
    assert parse_float(raw) == value


@pytest.mark.parametrize("raw", [
    b"", b".", b" 1", b"1 ", b"1\0", b"1_0", b"nan", b"-NaN", b"infx", b"in", b"1e", b"1e400", b"-1e400", b"1e-400",
    b"2e-324", b"0x", b"0xg", b"0x1p", b"0x1p9999", b"0x1p-9999", b"--5", b"1,5", b"\n1", b"5\n",
])
def test_what_strtod_refuses_overflows_or_loses_is_no_float(raw: bytes) -> None:
    assert parse_float(raw) is None


def test_minus_zero_keeps_its_sign() -> None:
    value = parse_float(b"-0")
    assert value is not None
    assert math.copysign(1, value) == -1
    assert format_double(value) == b"-0"


@pytest.mark.parametrize(("value", "text"), [
    (0.0, b"0"), (3.0, b"3"), (-3.25, b"-3.25"), (0.1, b"0.1"), (1e15, b"1000000000000000"), (1e20, b"1e+20"),
    (5e16, b"50000000000000000"), (2.0**62, b"4611686018427387904"), (2.0**63, b"9223372036854776000"),
    (1.5e300, b"1.5e+300"), (1e-7, b"1e-7"), (1.25e-10, b"1.25e-10"), (0.000123, b"0.000123"),
    (86782599.71268886, b"8.678259971268886e+7"), (3.14159265358979, b"3.14159265358979"), (1234.5678901234, b"1234.5678901234"),
    (12345.6789, b"12345.6789"), (-7.92182e-08, b"-7.92182e-8"), (math.inf, b"inf"), (-math.inf, b"-inf"),
    (math.nan, b"nan"), (5e-324, b"5e-324"), (1.7976931348623157e308, b"1.7976931348623157e+308"),
])
def test_a_double_is_printed_in_the_layout_of_redis(value: float, text: bytes) -> None:
    assert format_double(value) == text


@pytest.mark.parametrize(("raw", "count"), [
    (b"0", 0), (b"100", 100), (b"1b", 1), (b"1k", 1000), (b"1kb", 1024), (b"2M", 2_000_000), (b"2mB", 2 << 20),
    (b"3g", 3 * 10**9), (b"1GB", 1 << 30), (b"", 0), (b"mb", 0),
])
def test_an_amount_of_memory_is_read_with_its_unit(raw: bytes, count: int) -> None:
    assert parse_memory(raw) == count


@pytest.mark.parametrize("raw", [b"-1", b"+1", b"1.5mb", b"1tb", b"1 kb", b"kb1", b"0x10", b"1kbb", b"abc", b"1" * 128])
def test_no_amount_of_memory_is_made_of_anything_else(raw: bytes) -> None:
    assert parse_memory(raw) is None


@pytest.mark.parametrize(("count", "text"), [
    (0, b"0B"), (1023, b"1023B"), (1024, b"1.00K"), (852_480, b"832.50K"), (1 << 20, b"1.00M"), (1 << 30, b"1.00G"),
    (5 << 40, b"5.00T"), (7 << 50, b"7.00P"), (1 << 60, b"1152921504606846976B"), (1_299_227_607, b"1.21G"),
])
def test_bytes_are_printed_for_people_as_info_does(count: int, text: bytes) -> None:
    assert format_bytes_human(count) == text


@pytest.mark.parametrize(("a", "b", "total"), [
    (b"3.0e3", b"200", b"3200"), (b"10.5", b"0.1", b"10.6"), (b"5", b"-5", b"0"), (b"0.1", b"0.2", b"0.3"),
    (b"1", b"1e-17", b"1.00000000000000001"), (b"1", b"1e-18", b"1"), (b"-1.5", b"0", b"-1.5"),
    (b"-0.000000000000000001", b"0", b"0"), (b"17179869184", b"1.5", b"17179869185.5"), (b"0x10", b"0x1.8p1", b"19"),
    (b"18446744073709551615", b"1", b"18446744073709551616"), (b"36893488147419103232", b"1", b"36893488147419103232"),
    (b"1e-400", b"1", b"1"),
])
def test_long_doubles_add_as_on_the_reference_machine(a: bytes, b: bytes, total: bytes) -> None:
    assert add_long_double(a, b) == total


def test_a_sum_beyond_the_range_is_refused() -> None:
    with pytest.raises(OverflowError):
        add_long_double(b"1e4932", b"1e4932")
    for one, other in ((b"inf", b"1"), (b"1", b"-inf"), (b"inf", b"-inf")):
        with pytest.raises(OverflowError):
            add_long_double(one, other)


@pytest.mark.parametrize("raw", [
    b"", b".", b"nan", b" 1", b"1 ", b"1e", b"0x", b"1e5000", b"1e-5000", b"0x1p99999", b"1_0", b"+-1", b"1" * 5120,
    b"1e99999999999999999999", b"1e-99999999999999999999",
])
def test_what_is_no_long_double_is_refused(raw: bytes) -> None:
    assert parse_long_double(raw) is None
    with pytest.raises(ValueError, match="long double"):
        add_long_double(raw, b"1")


def test_a_long_double_beyond_cpythons_limit_of_digits_is_printed_in_full() -> None:
    largest = parse_long_double(b"1" + b"0" * 4900)
    assert largest is not None
    text = format_long_double(largest)
    assert len(text) == 4901
    assert text.startswith(b"1000000000000000000")
    assert add_long_double(b"9" * 4800, b"0").startswith(b"9999999999999999999")


def test_ties_round_to_the_even_mantissa() -> None:
    assert LongDouble.rounded((1 << 64) + 1).mantissa == 1 << 63
    assert LongDouble.rounded((1 << 64) + 3).mantissa == (1 << 63) + 2
    assert not LongDouble.rounded(1, 1, 20000).is_finite


def test_infinity_is_printed_as_a_word() -> None:
    for raw in (b"inf", b"-inf"):
        value = parse_long_double(raw)
        assert value is not None
        assert format_long_double(value) == raw


def test_an_integer_of_any_size_is_printed() -> None:
    assert format_integer(-(10**5000)) == b"-1" + b"0" * 5000
