"""The sorted set as a value: forms, ranges, chance, walking, and what the keyspace asks of it."""

from __future__ import annotations

import math
import random
import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from pyredis_server.commands.debug_digest import Digest
from pyredis_server.datatypes.sorted_sets import LexBound, LexRange, SortedSet
from pyredis_server.datatypes.sorted_sets_order import RUN_LIMIT, Blocks

MANY = RUN_LIMIT + 500
INFINITY = float("inf")


def made(scores: dict[bytes, float], *, compact: bool = False) -> SortedSet:
    return SortedSet.of(dict(scores), len(scores) if compact else 0, 1000)


def numbered(count: int, score: float | None = None) -> SortedSet:
    return made({b"%05d" % number: float(number) if score is None else score for number in range(count)})


def test_members_are_ordered_by_score_and_then_by_name() -> None:
    held = made({b"b": 2.0, b"a": 2.0, b"z": -1.0, b"": 2.0, b"y": INFINITY, b"x": -INFINITY})
    assert [member for member, _ in held] == [b"x", b"z", b"", b"a", b"b", b"y"]
    assert held.rank(b"a") == 3
    assert held.rank(b"nosuch") is None


@pytest.mark.parametrize("count", [5, MANY], ids=["run", "blocks"])
def test_inserting_moving_and_removing_keep_scores_and_order_together(count: int) -> None:
    held = numbered(count)
    held.insert(b"new", 2.5)
    held.move(b"00000", 0.0, 3.5)
    assert held.members(0, 4) == [b"00001", b"00002", b"new", b"00003"]
    assert held.remove(b"00001")
    assert not held.remove(b"00001")
    assert held.pairs(0, 3) == [(b"00002", 2.0), (b"new", 2.5), (b"00003", 3.0)]
    assert len(held) == count
    assert dict(held) == held.scores


def test_a_set_that_grows_goes_over_to_blocks() -> None:
    held = SortedSet(compact=False)
    for number in range(MANY):
        held.insert(b"%d" % number, 0.0)
    assert isinstance(held.order, Blocks)
    assert held.members(0, MANY) == sorted(b"%d" % number for number in range(MANY))


@pytest.mark.parametrize(("entries", "longest", "encoding"), [
    (3, 2, b"listpack"), (2, 2, b"skiplist"), (3, 1, b"skiplist"), (0, 0, b"skiplist"),
])
def test_a_result_is_compact_within_both_limits(entries: int, longest: int, encoding: bytes) -> None:
    assert SortedSet.of({b"aa": 1.0, b"b": 2.0, b"": 3.0}, entries, longest).encoding() == encoding


def test_one_member_too_many_or_too_long_ends_the_compact_form_for_good() -> None:
    held = made({b"a": 1.0, b"b": 2.0}, compact=True)
    held.make_room(b"c", 3, 5)
    assert held.encoding() == b"listpack"
    held.make_room(b"longer", 3, 5)
    assert held.encoding() == b"skiplist"
    held.remove(b"a")
    assert held.encoding() == b"skiplist"
    other = made({b"a": 1.0, b"b": 2.0}, compact=True)
    other.make_room(b"c", 2, 5)
    assert other.encoding() == b"skiplist"
    third = made({b"a": 1.0}, compact=True)
    third.expect(4, 3)
    assert third.encoding() == b"skiplist"


def test_only_what_is_not_compact_holds_a_negative_zero() -> None:
    """A listpack keeps whole numbers as integers."""
    compact, other = SortedSet(), SortedSet(compact=False)
    for held in (compact, other):
        held.insert(b"new", -0.0)
        held.insert(b"moved", 1.0)
        held.move(b"moved", 1.0, -0.0)
    assert [math.copysign(1, score) for score in compact.scores.values()] == [1, 1]
    assert [math.copysign(1, score) for score in other.scores.values()] == [-1, -1]
    assert [math.copysign(1, score) for _, score in other] == [-1, -1]
    assert math.copysign(1, made({b"a": -0.0}, compact=True).scores[b"a"]) == 1


@pytest.mark.parametrize("held", [numbered(50), numbered(MANY)], ids=["run", "blocks"])
@pytest.mark.parametrize(("low", "high", "opened", "span"), [
    (3, 6, "", (3, 7)), (3, 6, "low", (4, 7)), (3, 6, "high", (3, 6)), (3, 3, "", (3, 4)), (3, 3, "low", None),
    (3, 3, "high", None), (6, 3, "", None), (2.5, 2.75, "", None), (-INFINITY, 1, "", (0, 2)), (1e9, INFINITY, "", None),
    (-INFINITY, -5, "", None),
])
def test_a_range_of_scores_is_a_span_of_ranks(
    held: SortedSet, low: float, high: float, opened: str, span: tuple[int, int] | None,
) -> None:
    start, stop = held.by_score(low, high, low_open=opened == "low", high_open=opened == "high")
    assert (start, stop) == span if span else start == stop


LOWEST, HIGHEST = LexBound(None), LexBound(None, above=True)


@pytest.mark.parametrize("held", [numbered(50, 7.0), numbered(MANY, 7.0)], ids=["run", "blocks"])
@pytest.mark.parametrize(("low", "high", "span"), [
    (LexBound(b"00003"), LexBound(b"00006"), (3, 7)), (LexBound(b"00003", True), LexBound(b"00006", True), (4, 6)),
    (LOWEST, LexBound(b"00002"), (0, 3)), (LexBound(b"00003"), LexBound(b"00003"), (3, 4)),
    (LexBound(b"00003", True), LexBound(b"00003"), None), (LexBound(b"00006"), LexBound(b"00003"), None),
    (HIGHEST, LOWEST, None), (LOWEST, LOWEST, None), (HIGHEST, HIGHEST, None), (HIGHEST, LexBound(b"z"), None),
    (LexBound(b""), LexBound(b"00001"), (0, 2)),
])
def test_a_range_of_names_is_a_span_of_ranks(
    held: SortedSet, low: LexBound, high: LexBound, span: tuple[int, int] | None,
) -> None:
    start, stop = held.by_lex(LexRange(low, high))
    assert (start, stop) == span if span else start == stop
    assert held.by_lex(LexRange(LOWEST, HIGHEST)) == (0, len(held))


def test_a_range_of_names_over_different_scores_is_the_nearest_stretch() -> None:
    """Redis leaves it open; a listpack is walked from the end that is asked for."""
    held = made({b"a": 5.0, b"c": 1.0, b"d": 2.0, b"b": 3.0, b"e": 4.0}, compact=True)  # c d b e a
    wanted = LexRange(LexBound(b"b"), LexBound(b"d"))
    assert held.by_lex(wanted) == (0, 0)
    wanted = LexRange(LOWEST, LexBound(b"d"))
    assert held.by_lex(wanted) == (0, 3)
    assert held.by_lex(wanted, reverse=True) == (0, 5)


@pytest.mark.parametrize("count", [20, MANY], ids=["run", "blocks"])
def test_popping_takes_from_either_end_in_order_and_no_more_than_there_is(count: int) -> None:
    held = numbered(count)
    assert held.pop_lowest(2) == [(b"00000", 0.0), (b"00001", 1.0)]
    assert held.pop_highest(2) == [(b"%05d" % number, float(number)) for number in (count - 1, count - 2)]
    assert len(held.pop_highest(10**9)) == count - 4
    assert not held.scores
    assert list(held) == []


def draws(held: SortedSet, count: int, times: int, *, repeating: bool = False) -> Counter[bytes]:
    below = random.Random(5).randrange
    sample = held.sample_repeating if repeating else held.sample
    return Counter(member for _ in range(times) for member, _ in sample(count, below))


@pytest.mark.parametrize(("size", "count", "repeating"), [
    (40, 2, False), (40, 30, False), (40, 5, True), (40, 50, True), (MANY, 3, False), (MANY, 3, True),
])
def test_every_member_is_drawn_as_often_as_any_other(size: int, count: int, repeating: bool) -> None:
    """Chi square, at one chance in about a thousand to fail by bad luck; the seed is fixed."""
    held = numbered(size)
    expected = 40
    times = expected * size // count
    seen = draws(held, count, times, repeating=repeating)
    chi_square = sum([(seen[member] - expected) ** 2 / expected for member in held.scores])
    assert chi_square < size + 3.1 * (2 * size) ** 0.5 + 4


def test_a_sample_has_no_member_twice_and_all_where_more_are_asked_for() -> None:
    held = numbered(30)
    below = random.Random(1).randrange
    for count in (1, 5, 15, 29):
        sample = held.sample(count, below)
        assert len(sample) == len(set(sample)) == count
        assert all(held.scores[member] == score for member, score in sample)
    assert sorted(held.sample(31, below)) == held.pairs(0, 30)
    assert len(held.sample_repeating(75, below)) == 75


def test_a_compact_set_is_given_whole_by_the_first_scan() -> None:
    held = made({b"%d" % number: 1.0 for number in range(60)}, compact=True)
    following, members = held.scan(0, 10)
    assert following == 0
    assert sorted(members) == sorted(held.scores)


def test_scanning_meets_every_member_once_while_nothing_changes() -> None:
    held = numbered(1000)
    cursor, met = held.scan(0, 10)
    while cursor:
        cursor, more = held.scan(cursor, 10)
        assert len(more) <= 10
        met += more
    assert sorted(met) == sorted(held.scores)


@pytest.mark.parametrize("seed", range(6))
def test_a_scan_meets_what_is_there_all_the_time_whatever_else_changes(seed: int) -> None:
    chance = random.Random(seed)
    held = numbered(600)
    lasting = {b"%05d" % number for number in range(0, 600, 3)}
    cursor, met = held.scan(0, 7)
    while cursor:
        for _ in range(chance.randrange(30)):
            member = b"%05d" % chance.randrange(900)
            score = held.scores.get(member)
            if score is None:
                held.insert(member, chance.random())
            elif member in lasting:
                held.move(member, score, score + 1 + chance.random())
            else:
                held.remove(member)
        if chance.random() < 0.05:
            start = chance.randrange(len(held))
            if not lasting.intersection(held.members(start, min(start + 2, len(held)))):
                held.cut(start, min(start + 2, len(held)))
        cursor, more = held.scan(cursor, 7)
        assert all(member in held.scores for member in more)
        met += more
    assert lasting <= set(met)


@pytest.mark.parametrize("cursor", [1, 5, 10**9, 2**64 - 1])
def test_a_cursor_that_was_never_given_out_is_taken(cursor: int) -> None:
    held = numbered(20)
    following, members = held.scan(cursor, 5)
    assert 0 <= following < 20
    assert set(members) <= held.scores.keys()


def test_a_copy_is_equal_and_changes_alone() -> None:
    for held in (made({b"a": 1.0, b"b": 2.0}, compact=True), numbered(MANY)):
        other = held.copy()
        assert list(other) == list(held)
        assert other.encoding() == held.encoding()
        first = held.members(0, 1)[0]
        held.move(first, held.scores[first], 99999.0)
        other.remove(other.members(1, 2)[0])
        assert len(other) == len(held) - 1
        assert other.members(0, 1) == [first]


def test_the_digest_depends_on_members_and_scores_but_not_on_the_form() -> None:
    def digest(held: SortedSet) -> bytes:
        collected = Digest()
        held.digest_into(collected)
        return collected.hex()

    scores = {b"a": 1.0, b"b": 2.5}
    assert digest(made(scores)) == digest(made(scores, compact=True))
    assert digest(made(scores)) != digest(made({b"a": 2.5, b"b": 1.0}))
    assert digest(made(scores)) != digest(made({b"a": 1.0}))


def containers(parts: Iterable[Any]) -> Iterator[Any]:
    """The containers among these, with those inside them."""
    for part in parts:
        if isinstance(part, (list, dict, array)):
            yield part
            yield from containers(part)


def test_the_parts_hold_everything_that_is_worth_freeing() -> None:
    held = numbered(MANY)
    held.scan(0, 10)
    assert held.free_effort() == MANY
    assert sum(map(len, containers(held.owned_parts()))) >= 4 * MANY
    assert made({b"a": 1.0}, compact=True).free_effort() == 1


def test_the_estimate_of_memory_is_near_the_sum_of_the_objects() -> None:
    for count in (50, 5000):
        held = numbered(count)
        true = sys.getsizeof(held.scores) + sum([sys.getsizeof(member) + 24 for member in held.scores])
        true += sum(map(sys.getsizeof, containers(held.order.owned_parts())))
        assert 0.9 < held.estimate_bytes(0) / true < 1.1
        assert 0.9 < held.estimate_bytes(5) / true < 1.1
    assert SortedSet().estimate_bytes(5) > 0
