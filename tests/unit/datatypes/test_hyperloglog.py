"""HyperLogLog: places of elements, both encodings against a plain list of registers, estimates, damaged values."""

from __future__ import annotations

import random
from collections.abc import Iterable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.datatypes import hyperloglog as hll

HEADER = b"HYLL\x01" + bytes(10) + b"\x80"
EMPTY = b"\x7f\xff"
LIMITS = (0, 40, 300, 3000, 20_000)


def numbered(start: int, stop: int) -> list[bytes]:
    return [b"element:%d" % number for number in range(start, stop)]


def registers_by_hand(elements: Iterable[bytes]) -> list[int]:
    found = [0] * hll.REGISTERS
    for index, rank in map(hll.place_of, elements):
        found[index] = max(found[index], rank)
    return found


NEAR = [element for element in numbered(0, 60_000) if hll.place_of(element)[0] < 40]


def filled(elements: list[bytes], limit: int = 3000) -> bytearray:
    data = hll.created()
    hll.add(data, elements, limit)
    return data


@pytest.mark.parametrize(("element", "place"), [
    # Read off a real server: PFADD of the element alone, then PFDEBUG DECODE.
    (b"a", (12711, 2)), (b"", (5938, 2)), (b"12345678", (10579, 3)), (b"123456789", (9293, 2)),
    (b"x" * 1000, (11258, 1)), (bytes(17), (10615, 3)),
])
def test_an_element_falls_to_its_register(element, place) -> None:
    assert hll.place_of(element) == place


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("count", [1, 3, 50, 2000])
def test_registers_are_the_greatest_ranks_whichever_way_they_were_set(limit, count) -> None:
    elements = numbered(0, count)
    one_by_one = hll.created()
    changed = sum(hll.add(one_by_one, [element], limit) for element in elements)
    at_once = hll.created()
    assert hll.add(at_once, elements, limit) == changed
    assert at_once == one_by_one
    assert list(hll.registers(at_once)) == registers_by_hand(elements)
    assert hll.add(at_once, elements, limit) == 0


@given(st.lists(st.integers(0, 300), max_size=120), st.sampled_from(LIMITS))
def test_runs_that_are_cut_and_joined_still_hold_all_registers(numbers, limit) -> None:
    """Few registers next to each other, so that runs of values meet and part again."""
    chosen = [NEAR[number % len(NEAR)] for number in numbers]
    data = hll.created()
    for element in chosen:
        hll.add(data, [element], limit)
        if not hll.is_dense(data):
            assert len(data) <= max(limit, 18)
    assert list(hll.registers(data)) == registers_by_hand(chosen)
    assert filled(chosen, limit) == data


def test_equal_neighbours_become_one_run_of_at_most_four() -> None:
    places = {hll.place_of(element): element for element in NEAR}
    chosen = [places[index, 1] for index in range(20, 26)]
    assert hll.described(filled(chosen)) == b"z:20 v:1,4 v:1,2 Z:16358"


def test_a_rank_over_32_makes_a_value_dense() -> None:
    data = filled([b"a"])
    place = (7, 33)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hll, "place_of", lambda element: place)
        assert hll.add(data, [b"any"], 3000) == 1
    assert hll.is_dense(data)
    assert hll.registers(data)[7] == 33


def test_a_value_becomes_dense_when_it_would_outgrow_its_limit() -> None:
    data = hll.created()
    sizes = []
    for element in numbered(0, 3000):
        hll.add(data, [element], 500)
        sizes.append(len(data))
    sparse = [size for size in sizes if size != hll.DENSE_BYTES]
    assert 490 <= max(sparse) <= 500
    assert sizes[len(sparse) :] == [hll.DENSE_BYTES] * (3000 - len(sparse))


def test_every_dense_register_can_be_set_without_touching_its_neighbours() -> None:
    rng = random.Random(1)
    wanted = bytes(rng.randrange(64) for _ in range(hll.REGISTERS))
    data = hll.dense_of(wanted)
    assert hll.registers(data) == wanted
    expected = bytearray(wanted)
    for index in (0, 1, 2, 3, 8191, hll.REGISTERS - 2, hll.REGISTERS - 1):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(hll, "place_of", lambda element, place=(index, 63): place)
            assert hll.add(data, [b"any"], 0) == (wanted[index] < 63)
        expected[index] = 63
        assert hll.registers(data) == expected
    assert len(data) == hll.DENSE_BYTES


@pytest.mark.parametrize("count", [0, 1, 10, 100, 1000, 20_000])
def test_the_estimate_is_about_right_in_both_encodings(count) -> None:
    data = filled(numbered(0, count), 20_000)
    counted = hll.count(data)
    assert abs(counted - count) <= 0.03 * count
    hll.to_dense(data)
    assert hll.count(data) == counted


def test_estimates_are_those_of_redis() -> None:
    """The numbers were read off a real server."""
    counted = [hll.count(filled(numbered(0, count))) for count in (1000, 10_000, 100_000)]
    assert counted == [997, 10_017, 100_039]


@pytest.mark.parametrize(("register", "counted"), [
    (0, 0), (49, 6653256548922161152), (50, -(1 << 63)), (51, -(1 << 63)), (52, -(1 << 63)), (63, -(1 << 63)),
])
def test_an_estimate_beyond_64_bits_is_the_least_number(register, counted) -> None:
    """No elements lead there, but who writes registers by SETRANGE sees what C makes of it."""
    data = hll.dense_of(bytes((register,)) * hll.REGISTERS)
    assert hll.count(data) == counted
    hll.store_count(data, counted)
    assert hll.stored_count(data) == (None if counted < 0 else counted)


@pytest.mark.parametrize("dense", [(False, False), (False, True), (True, False), (True, True)])
def test_a_merge_holds_the_greater_of_all_registers(dense) -> None:
    one, other = filled(numbered(0, 300), 5000), filled(numbered(200, 900), 5000)
    for data, make_dense in zip((one, other), dense, strict=True):
        if make_dense:
            hll.to_dense(data)
    expected = registers_by_hand(numbered(0, 900))
    assert hll.count_of_union([one, other]) == hll.count(hll.dense_of(bytes(expected)))
    hll.merge(one, [other], 5000)
    assert list(hll.registers(one)) == expected
    assert hll.is_dense(one) == any(dense)
    assert hll.stored_count(one) is None


@given(st.lists(st.lists(st.integers(0, 63), min_size=8, max_size=8), min_size=1, max_size=4))
def test_maxima_are_taken_register_by_register(rows) -> None:
    values = [hll.dense_of(bytes(row) * (hll.REGISTERS // 8)) for row in rows]
    hll.merge(values[0], values[1:], 0)
    assert list(hll.registers(values[0])[:8]) == [max(column) for column in zip(*rows, strict=True)]


def test_a_sparse_merge_that_outgrows_its_limit_becomes_dense() -> None:
    target = hll.created()
    hll.merge(target, [filled(numbered(0, 500), 5000)], 200)
    assert hll.is_dense(target)
    assert list(hll.registers(target)) == registers_by_hand(numbered(0, 500))


def test_the_count_in_the_header_is_valid_until_a_register_changes() -> None:
    data = filled([b"a"])
    assert hll.stored_count(data) is None
    hll.store_count(data, 0x0102030405)
    assert data[8:16] == b"\x05\x04\x03\x02\x01\0\0\0"
    assert hll.stored_count(data) == 0x0102030405
    hll.forget_count(data)
    assert hll.stored_count(data) is None
    assert data[8:16] == b"\x05\x04\x03\x02\x01\0\0\x80"


@pytest.mark.parametrize(("data", "valid"), [
    (HEADER + EMPTY, True), (HEADER, True), (HEADER[:15], False), (b"", False), (b"hyll" + HEADER[4:], False),
    (b"HYLL\x02" + HEADER[5:] + EMPTY, False), (b"HYLL\x00" + HEADER[5:] + bytes(12288), True),
    (b"HYLL\x00" + HEADER[5:] + bytes(12287), False), (b"HYLL\x00" + HEADER[5:] + bytes(12289), False),
])
def test_header_and_length_tell_a_hyperloglog(data, valid) -> None:
    assert hll.is_valid(data) is valid


@pytest.mark.parametrize("body", [
    b"", b"\x7f\xfe", b"\x7f", EMPTY + b"\0", EMPTY + EMPTY, EMPTY + b"\x80", b"\x7f\xfe\x83", EMPTY * 20_000,
    bytes(40_000),
])
def test_runs_that_are_not_16384_registers_are_refused(body) -> None:
    data = HEADER + body
    for work in (hll.count, hll.registers, lambda data: hll.count_of_union([data]),
                 lambda data: hll.merge(hll.created(), [data], 3000), lambda data: hll.to_dense(bytearray(data))):
        with pytest.raises(CommandError) as refused:
            work(data)
        assert refused.value.message == errors.HLL_CORRUPT


@pytest.mark.parametrize("together", [False, True])
def test_an_element_beyond_the_last_run_is_refused(together) -> None:
    data = bytearray(HEADER + b"\x3f")
    elements = numbered(0, 10) if together else numbered(0, 1)
    with pytest.raises(CommandError):
        hll.add(data, elements, 3000)


@given(st.binary(max_size=60), st.lists(st.binary(max_size=9), max_size=8))
def test_damage_never_leads_to_another_error(body, elements) -> None:
    for work in (hll.count, hll.described, lambda data: hll.add(data, elements, 3000), hll.to_dense):
        with suppress(CommandError):
            work(bytearray(HEADER + body))
