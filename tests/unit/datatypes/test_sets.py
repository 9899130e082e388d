"""The set: forms and their changes, the order of members, walks under changes, fair chance, what every value offers."""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import chain, product
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyredis_server.datatypes import sets_algebra as algebra
from pyredis_server.datatypes.sets import HASHTABLE, INTSET, LISTPACK, Limits, SetValue

LIMITS: Limits = (512, 128, 64)
LOW: Limits = (4, 3, 5)
FORMS = (INTSET, LISTPACK, HASHTABLE)
DRAWS = 6000
CHI_SQUARE_LIMIT = 52.0  # of 19 degrees of freedom: exceeded once in 15,000 runs, and the seed is fixed

members_of_any_kind = st.one_of(
    st.integers(-40, 40).map(lambda number: b"%d" % number), st.binary(max_size=3),
    st.lists(st.sampled_from([b"", b"a", b"b"]), max_size=4).map(b"\x00".join),
)


def numbers(*wanted: int) -> list[bytes]:
    return [b"%d" % number for number in wanted]


def made(members: Iterable[bytes], form: int) -> SetValue:
    """A set in exactly that form."""
    listed = list(members)
    if form == INTSET:
        return SetValue.of_integers(map(int, listed))
    if form == HASHTABLE:
        return SetValue.of_table(set(listed))
    return SetValue.collected(listed, (0, len(listed), 1 << 20), LISTPACK)


def with_dead_slots(members: Iterable[bytes], others: int) -> SetValue:
    """A hashtable that has lost other members, so that its arena has dead slots."""
    gone = [b"gone:%d" % number for number in range(others)]
    value = SetValue(HASHTABLE)
    for member in chain.from_iterable(zip(members, gone, strict=True)):
        value.add(member, LIMITS)
    for member in gone:
        value.remove(member)
    return value


# Forms


@pytest.mark.parametrize(("first", "count", "form"), [
    (b"5", 1, INTSET), (b"5", 4, INTSET), (b"5", 5, HASHTABLE), (b"a", 3, LISTPACK), (b"a", 4, HASHTABLE),
    (b"007", 1, LISTPACK), (b"9223372036854775808", 1, LISTPACK), (b"-9223372036854775808", 1, INTSET),
])
def test_a_new_set_has_the_form_that_its_first_member_and_their_number_ask_for(first, count, form) -> None:
    assert SetValue.created(first, count, LOW).form == form


@pytest.mark.parametrize(("members", "form"), [
    (numbers(1, 2, 3, 4), INTSET), (numbers(1, 2, 3, 4, 5), HASHTABLE), ([b"1", b"a"], LISTPACK),
    ([b"1", b"2", b"3", b"a"], HASHTABLE), ([b"a", b"b", b"c"], LISTPACK), ([b"a", b"b", b"c", b"d"], HASHTABLE),
    ([b"abcde"], LISTPACK), ([b"abcdef"], HASHTABLE), ([b"a", b"123456"], HASHTABLE), ([b"12345", b"a"], LISTPACK),
    ([b"123456", b"a"], HASHTABLE), ([b"-12345", b"1", b"a"], HASHTABLE),
])
def test_members_added_one_by_one_change_the_form_at_the_limits(members, form) -> None:
    value = SetValue.collected(members, LOW)
    assert value.form == form
    assert sorted(value.members()) == sorted(members)


def test_a_member_that_is_there_never_changes_the_form() -> None:
    value = SetValue.collected([b"a", b"b", b"c"], LOW)
    assert not value.add(b"a", (0, 0, 0))
    assert value.form == LISTPACK


def test_removing_members_never_changes_the_form_back() -> None:
    value = SetValue.collected([b"a", b"b", b"c", b"d"], LOW)
    for member in (b"b", b"c", b"d"):
        assert value.remove(member)
    assert value.encoding() == b"hashtable"


@pytest.mark.parametrize(("form", "count", "after"), [
    (INTSET, 4, INTSET), (INTSET, 5, HASHTABLE), (LISTPACK, 3, LISTPACK), (LISTPACK, 4, HASHTABLE),
    (HASHTABLE, 1, HASHTABLE),
])
def test_expecting_too_many_members_gives_a_small_form_up_at_once(form, count, after) -> None:
    value = made(numbers(1, 2), form)
    value.expect(count, LOW)
    assert (value.form, sorted(value.members())) == (after, numbers(1, 2))


@pytest.mark.parametrize(("first", "widths"), [
    (0, "hh"), (2**15 - 1, "hh"), (2**15, "hi"), (-(2**15) - 1, "hi"), (2**31, "hq"), (-(2**63), "hq"),
])
def test_an_intset_is_as_wide_as_its_widest_member_and_stays_so(first, widths) -> None:
    value = SetValue.collected(numbers(1), LIMITS)
    assert value.integers().typecode == widths[0]
    value.add(b"%d" % first, LIMITS)
    assert value.integers().typecode == widths[1]
    value.remove(b"%d" % first)
    assert (value.integers().typecode, list(value.integers())) == (widths[1], [1])


@pytest.mark.parametrize("widest", [0, 40_000, -(2**40)])
def test_an_intset_made_of_numbers_is_as_narrow_as_they_allow(widest) -> None:
    value = SetValue.of_integers([5, widest, 5, -1])
    assert list(value.integers()) == sorted({5, widest, -1})
    assert value.integers().typecode == ("h" if widest == 0 else "i" if widest == 40_000 else "q")


@pytest.mark.parametrize("number", [b"007", b"+1", b"-0", b" 1", b"1.0", b"", b"1\n", b"9223372036854775808"])
def test_what_is_no_canonical_integer_is_no_member_of_an_intset(number) -> None:
    value = made(numbers(0, 1, 7), INTSET)
    assert number not in value
    assert not value.remove(number)


# Order


def test_an_intset_gives_its_members_in_numerical_order() -> None:
    assert SetValue.collected(numbers(10, -3, 9, 2**40, -(2**40)), LIMITS).members() == numbers(
        -(2**40), -3, 9, 10, 2**40)


@pytest.mark.parametrize("count", [3, 20, 128])
@pytest.mark.parametrize("name", [b"m%d", b"member:%d", b"zero\x00%d"])
def test_a_listpack_keeps_the_order_of_insertion_whatever_goes(count, name) -> None:
    members = [name % number for number in range(count)]
    value = SetValue.collected(members, LIMITS)
    assert value.remove(name % 1)
    assert value.add(name % 1, LIMITS)
    assert value.form == LISTPACK
    assert value.members() == [name % 0, *members[2:], name % 1]


def test_neighbours_in_a_listpack_are_not_taken_for_one_member() -> None:
    value = SetValue.collected([b"a", b"b", b"c"], LIMITS)
    assert b"a\x00b" not in value
    assert not value.remove(b"a\x00b")
    assert value.add(b"a\x00b", LIMITS)
    assert value.members() == [b"a", b"b", b"c", b"a\x00b"]


@pytest.mark.parametrize("members", [[], [b""], [b"", b"a"], [b"a", b"", b"b"], [b"\x00"], [b"", b"\x00", b"\x00\x00"]])
def test_empty_members_and_zero_bytes_are_members_like_others(members) -> None:
    value = SetValue.collected(members, LIMITS, LISTPACK)
    assert (len(value), value.members()) == (len(members), members)
    for member in members:
        assert member in value
        assert value.remove(member)
    assert (len(value), value.members()) == (0, [])


@given(st.lists(st.tuples(st.booleans(), members_of_any_kind), max_size=60), st.tuples(*[st.integers(0, 30)] * 3))
def test_any_additions_and_removals_leave_what_a_python_set_would_hold(steps, limits) -> None:
    value = SetValue()
    model: set[bytes] = set()
    for adding, member in steps:
        assert (value.add(member, limits) if adding else value.remove(member)) == (adding != (member in model))
        (model.add if adding else model.discard)(member)
        assert (len(value), member in value) == (len(model), member in model)
    assert sorted(value.members()) == sorted(model)
    assert value.form != INTSET or value.members() == sorted(value.members(), key=int)


# Walks


@pytest.mark.parametrize("form", [INTSET, LISTPACK])
def test_small_forms_are_scanned_in_one_go_from_any_cursor(form) -> None:
    value = made(numbers(3, 1, 2), form)
    assert value.scan(17, 1) == (0, value.members())


@settings(deadline=None)
@given(st.data())
def test_a_scan_gives_every_member_that_stays_whatever_changes_meanwhile(data) -> None:
    value = SetValue(HASHTABLE)
    staying = {b"stay:%d" % number for number in range(data.draw(st.integers(1, 40)))}
    passing = [b"pass:%d" % number for number in range(data.draw(st.integers(0, 80)))]
    for member in data.draw(st.permutations([*staying, *passing])):
        value.add(member, LIMITS)
    chance = random.Random(data.draw(st.integers(0, 1000)))
    seen: set[bytes] = set()
    cursor = 0
    while True:
        cursor, some = value.scan(cursor, data.draw(st.integers(1, 9)))
        seen.update(some)
        assert all(member in value for member in some)
        if not cursor:
            break
        for member in data.draw(st.lists(st.sampled_from([*passing, b"new:1", b"new:2"]), max_size=30)):
            value.add(member, LIMITS) if chance.random() < 0.3 else value.remove(member)
        if data.draw(st.booleans()):
            popped = value.pop_random(chance)
            staying.discard(popped)
            if not value:
                break
    assert staying <= seen


def test_a_scan_takes_about_count_members_a_call_and_ends() -> None:
    value = with_dead_slots([b"m%d" % number for number in range(1000)], 1000)
    cursor, calls, seen = 0, 0, []
    while True:
        cursor, some = value.scan(cursor, 10)
        assert len(some) <= 10
        calls += 1
        seen += some
        if not cursor:
            break
    assert sorted(seen) == sorted(value.members())
    assert calls <= 220


# Chance


def chi_square(draws: Iterable[bytes], members: list[bytes]) -> float:
    counts = Counter(draws)
    assert set(counts) <= set(members)
    expected = counts.total() / len(members)
    return sum([(counts[member] - expected) ** 2 / expected for member in members])


Maker = Callable[[list[bytes]], SetValue]
MAKERS: list[tuple[str, Maker]] = [
    ("intset", lambda members: made(members, INTSET)),
    ("listpack", lambda members: made(members, LISTPACK)),
    ("hashtable", lambda members: made(members, HASHTABLE)),
    ("hashtable_with_dead_slots", lambda members: with_dead_slots(members, len(members))),
]
each_maker = pytest.mark.parametrize("make", [make for _, make in MAKERS], ids=[name for name, _ in MAKERS])
TWENTY = numbers(*range(100, 120))


@each_maker
def test_one_random_member_is_each_as_likely_as_the_other(make: Maker) -> None:
    value, rng = make(TWENTY), random.Random(7)
    assert chi_square([value.random(rng) for _ in range(DRAWS)], TWENTY) < CHI_SQUARE_LIMIT


@each_maker
def test_random_members_that_may_repeat_are_each_as_likely_as_the_other(make: Maker) -> None:
    drawn = make(TWENTY).random_many(random.Random(7), DRAWS)
    assert len(drawn) == DRAWS
    assert chi_square(drawn, TWENTY) < CHI_SQUARE_LIMIT


@each_maker
@pytest.mark.parametrize("count", [1, 3, 10, 18])
def test_distinct_random_members_are_distinct_and_each_as_likely_as_the_other(make: Maker, count: int) -> None:
    value, rng = make(TWENTY), random.Random(11)
    drawn = [value.random_distinct(rng, count) for _ in range(DRAWS // count)]
    assert all(len(some) == len(set(some)) == count for some in drawn)
    assert chi_square(chain.from_iterable(drawn), TWENTY) < CHI_SQUARE_LIMIT
    assert len(value) == len(TWENTY)


@each_maker
@pytest.mark.parametrize("count", [20, 21, 10**9])
def test_asking_for_more_distinct_members_than_there_are_gives_all(make: Maker, count: int) -> None:
    assert sorted(make(TWENTY).random_distinct(random.Random(1), count)) == TWENTY


@each_maker
def test_each_member_is_as_likely_as_the_other_to_be_popped_first(make: Maker) -> None:
    rng = random.Random(5)
    assert chi_square([make(TWENTY).pop_random(rng) for _ in range(DRAWS)], TWENTY) < CHI_SQUARE_LIMIT


@each_maker
def test_each_member_is_as_likely_as_the_other_to_be_popped_last(make: Maker) -> None:
    rng, last = random.Random(9), []
    for _ in range(DRAWS // 20):
        value = make(TWENTY)
        popped = [value.pop_random(rng) for _ in TWENTY]
        assert (sorted(popped), len(value)) == (TWENTY, 0)
        last.append(popped[-1])
    assert chi_square(last, TWENTY) < CHI_SQUARE_LIMIT


@each_maker
@pytest.mark.parametrize("count", [1, 5, 17, 19])
def test_popping_several_takes_distinct_members_by_chance(make: Maker, count: int) -> None:
    rng, taken = random.Random(3), []
    for _ in range(DRAWS // count):
        value = make(TWENTY)
        some = value.pop_many(rng, count, LIMITS)
        assert sorted([*some, *value.members()]) == TWENTY
        taken += some
    assert chi_square(taken, TWENTY) < CHI_SQUARE_LIMIT


def test_popping_nearly_all_of_a_hashtable_leaves_the_smallest_form_that_is_no_intset() -> None:
    value = made(TWENTY, HASHTABLE)
    value.pop_many(random.Random(1), 10, LIMITS)
    assert value.form == HASHTABLE
    value.pop_many(random.Random(1), 9, LIMITS)
    assert value.form == LISTPACK


def test_popping_from_a_long_listpack_keeps_the_order_of_the_rest() -> None:
    members = [b"m%03d" % number for number in range(100)]
    value = made(members, LISTPACK)
    for count in (20, 1, 60, 5):
        value.pop_many(random.Random(2), count, (512, 1000, 64))
        assert value.members() == sorted(value.members())
    assert len(value) == 14


# Structure


def parts_of(value: SetValue) -> Sequence[Collection[bytes]]:
    return cast("Sequence[Collection[bytes]]", value.owned_parts())


def test_at_most_about_half_of_the_slots_are_dead_after_any_removals() -> None:
    value = made([b"m%d" % number for number in range(5000)], HASHTABLE)
    for number in range(4990):
        value.remove(b"m%d" % number)
    slots, dead, members = parts_of(value)
    assert len(members) == 10
    assert len(dead) * 2 <= len(slots) + 128
    assert sorted(value.members()) == sorted(members)


def test_a_member_that_returns_has_one_slot_only() -> None:
    value = made([b"m%d" % number for number in range(50)], HASHTABLE)
    for _ in range(200):
        value.remove(b"m7")
        value.add(b"m7", LIMITS)
    slots, _, members = parts_of(value)
    assert len(slots) == len(members) == 50


def test_a_table_that_lost_nearly_all_is_rebuilt() -> None:
    value = made([b"m%d" % number for number in range(20_000)], HASHTABLE)
    full_bytes = sys.getsizeof(value.lookup())
    for number in range(19_990):
        value.remove(b"m%d" % number)
    assert sys.getsizeof(value.lookup()) < full_bytes / 20
    assert sorted(value.members()) == sorted(b"m%d" % number for number in range(19_990, 20_000))


class Collected:
    """Stands for DEBUG DIGEST's digest."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def add(self, data: bytes) -> None:
        self.parts.append(data)


@each_maker
def test_a_copy_is_equal_and_shares_nothing(make: Maker) -> None:
    value = make(TWENTY)
    other = value.copy()
    assert (other.form, sorted(other.members())) == (value.form, TWENTY)
    other.remove(TWENTY[3])
    other.add(b"5", (100, 100, 100))
    assert sorted(value.members()) == TWENTY
    changeable = [part for part in value.owned_parts() if not isinstance(part, bytes)]
    assert all(one is not another for one, another in product(changeable, other.owned_parts()))


@each_maker
def test_the_digest_takes_every_member_in_once(make: Maker) -> None:
    digest = Collected()
    make(TWENTY).digest_into(digest)
    assert sorted(digest.parts) == TWENTY


@each_maker
def test_owned_parts_hold_everything_so_that_the_freer_can_empty_them(make: Maker) -> None:
    value = make(TWENTY)
    if value.form == HASHTABLE:
        assert value.free_effort() == 20
        assert {id(value.lookup())} <= {id(part) for part in value.owned_parts()}
    else:
        assert value.free_effort() == 1


@pytest.mark.parametrize(("form", "at_most"), [(INTSET, 10), (LISTPACK, 100), (HASHTABLE, 170)])
@pytest.mark.parametrize("samples", [5, 0])
def test_the_estimate_of_memory_is_near_what_a_member_takes(form, at_most, samples) -> None:
    value = made(numbers(*range(100_000, 100_100)), form)
    assert at_most / 3 < value.estimate_bytes(samples) / 100 < at_most


# Algebra


def models(values: list[SetValue]) -> list[set[bytes]]:
    return [set(value.members()) for value in values]


operands = st.lists(
    st.tuples(st.sampled_from(FORMS), st.sets(st.integers(0, 12), max_size=10)).map(
        lambda pair: made(numbers(*pair[1]), pair[0])),
    min_size=1, max_size=6,
)


@given(operands, st.integers(0, 8), st.booleans())
def test_operations_on_sets_of_any_forms_give_what_python_gives(values, limit, repeated) -> None:
    if repeated:
        values = [*values, values[0]]
    first, *others = models(values)
    common, all_members, rest = first.intersection(*others), first.union(*others), first.difference(*others)
    for found, expected in ((algebra.intersection(values), common), (algebra.union(values), all_members),
                            (algebra.difference(values[0], values[1:]), rest)):
        assert sorted(found) == sorted(expected)
    cut = limit or 100
    assert algebra.intersection_size(values, limit) == min(len(common), cut)
    assert algebra.union_size(values, limit) == min(len(all_members), cut)
    assert algebra.difference_size(values[0], values[1:], limit) == min(len(rest), cut)
    for limits in (LIMITS, LOW, (0, 0, 0)):
        assert set(algebra.stored_intersection(values, limits).members()) == common
        assert set(algebra.stored_union(values, limits).members()) == all_members
        assert set(algebra.stored_difference(values[0], values[1:], limits).members()) == rest
    assert models(values) == [first, *others], "operands are left alone"


def test_results_of_intsets_alone_are_in_numerical_order() -> None:
    values = [made(numbers(9, 10, 11, 100), INTSET), made(numbers(100, 9, 2), INTSET)]
    assert algebra.union(values) == numbers(2, 9, 10, 11, 100)
    assert algebra.intersection(values) == numbers(9, 100)
    assert algebra.difference(values[0], values[1:]) == numbers(10, 11)


def test_an_intersection_of_integers_is_stored_as_an_intset_whatever_the_operands() -> None:
    values = [made([b"a", b"1", b"2"], HASHTABLE), made([b"2", b"b", b"1"], LISTPACK)]
    assert algebra.stored_intersection(values, LIMITS).form == INTSET
    assert algebra.stored_intersection(values, (1, 128, 64)).form == LISTPACK
    assert algebra.stored_intersection(values, (1, 1, 64)).form == HASHTABLE


def test_a_difference_by_taking_out_keeps_the_form_that_all_members_needed() -> None:
    first = made([b"a", *numbers(*range(9))], LISTPACK)
    few = [made([b"a"], LISTPACK), made([b"a"], LISTPACK)]
    assert algebra.stored_difference(first, few[:1], LIMITS).form == INTSET
    assert algebra.stored_difference(first, few, LIMITS).form == LISTPACK
