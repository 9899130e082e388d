"""Both ways of keeping entries in order, beside a plain sorted list."""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable

import pytest

from pyredis_server.datatypes import sorted_sets_order
from pyredis_server.datatypes.sorted_sets_order import GROUP, Blocks, Order, Run, ordered

Make = Callable[[], Order]
INFINITE = (float("inf"), float("-inf"))


@pytest.fixture(params=["run", "blocks of 2", "blocks of 16"])
def make(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes an empty order; blocks are so small that splitting and joining happen all the time."""
    if request.param == "run":
        return lambda: Run([], [])
    size = int(request.param.split()[-1])
    monkeypatch.setattr(sorted_sets_order, "BLOCK", size)
    monkeypatch.setattr(sorted_sets_order, "SPLIT", 2 * size)
    monkeypatch.setattr(sorted_sets_order, "JOIN", max(1, size // 4))
    return lambda: Blocks([], [])


def check_structure(order: Order) -> None:
    """The rules of `Blocks` hold."""
    if isinstance(order, Run):
        return
    assert order.counts == [len(block) for block in order.members] == [len(block) for block in order.scores]
    assert order.size == sum(order.counts) == sum(order.groups)
    assert order.groups == [sum(order.counts[at : at + GROUP]) for at in range(0, len(order.counts), GROUP)]
    assert all(order.counts) or len(order.counts) == 1
    for number in range(1, len(order.counts)):
        separator = order.low_scores[number], order.low_members[number]
        assert (order.scores[number - 1][-1], order.members[number - 1][-1]) < separator
        assert separator <= (order.scores[number][0], order.members[number][0])


def check_against(order: Order, held: dict[bytes, float], chance: random.Random, scores: int) -> None:
    """Every question is answered as a sorted list of all entries answers it."""
    entries = sorted((score, member) for member, score in held.items())
    only_scores = [score for score, _ in entries]
    assert list(order) == [(member, score) for score, member in entries]
    assert len(order) == len(entries)
    for _ in range(4):
        start = chance.randrange(len(entries) + 1)
        stop = chance.randrange(start, len(entries) + 1)
        assert order.members_of(start, stop) == [member for _, member in entries[start:stop]]
        assert order.scores_of(start, stop) == only_scores[start:stop]
        wanted, name = float(chance.randrange(-1, scores + 1)), b"%d" % chance.randrange(100)
        assert order.rank(wanted, name) == bisect_left(entries, (wanted, name))
        for score in (wanted, *INFINITE):
            assert order.below(score) == bisect_left(only_scores, score)
            assert order.up_to(score) == bisect_right(only_scores, score)
        if scores == 1:
            names = [member for _, member in entries]
            assert order.before(name) == bisect_left(names, name)
            assert order.through(name) == bisect_right(names, name)


@pytest.mark.parametrize("scores", [1, 5, 10_000])
def test_random_changes_leave_what_a_sorted_list_would_hold(make: Make, scores: int) -> None:
    chance = random.Random(scores)
    order = make()
    held: dict[bytes, float] = {}
    for step in range(1200):
        member = b"%d" % chance.randrange(400)
        score = float(chance.randrange(scores)) if scores == 1 or chance.random() < 0.95 else chance.choice(INFINITE)
        what = chance.random()
        if what < 0.6:
            if member not in held:
                order.add(score, member)
            elif held[member] != score:
                order.move(held[member], score, member)
            held[member] = score
        elif what < 0.9 and member in held:
            assert order.remove(held.pop(member), member) == member
        elif what > 0.985:
            start = chance.randrange(len(held) + 1)
            stop = chance.randrange(start, min(len(held), start + chance.choice([2, 40, 1000])) + 1)
            names = [name for _, name in sorted((score, name) for name, score in held.items())]
            taken = order.cut(start, stop)
            assert taken == names[start:stop]
            for name in taken:
                del held[name]
        if step % 40 == 0:
            check_structure(order)
            check_against(order, held, chance, scores)


def test_a_removed_entry_comes_back_as_the_object_that_was_stored(make: Make) -> None:
    order = make()
    stored = b"member"
    order.add(1.0, stored)
    order.move(1.0, 2.0, bytes(bytearray(stored)))
    assert order.remove(2.0, bytes(bytearray(stored))) is stored


def test_entries_that_come_in_order_fill_their_blocks() -> None:
    order = Blocks([], [])
    for number in range(20 * sorted_sets_order.SPLIT):
        order.add(float(number), b"%d" % number)
    assert min(order.counts[:-1]) > 0.9 * sorted_sets_order.SPLIT


def test_a_block_that_has_become_small_joins_its_neighbour(make: Make) -> None:
    order = make()
    for number in range(500):
        order.add(float(number), b"%03d" % number)
    for number in range(500):
        if number % 10:
            order.remove(float(number), b"%03d" % number)
    check_structure(order)
    assert list(order) == [(b"%03d" % number, float(number)) for number in range(0, 500, 10)]
    if isinstance(order, Blocks):
        assert len(order.counts) <= 50 / max(1, sorted_sets_order.JOIN) + 1


def test_a_copy_shares_nothing_that_changes(make: Make) -> None:
    order = make()
    for number in range(100):
        order.add(1.0, b"%03d" % number)
    other = order.copy()
    order.cut(10, 90)
    order.add(0.0, b"new")
    assert list(other) == [(b"%03d" % number, 1.0) for number in range(100)]


def test_many_entries_are_held_in_blocks_and_few_in_a_run() -> None:
    limit = sorted_sets_order.RUN_LIMIT
    names = [b"%05d" % number for number in range(limit)]
    assert isinstance(ordered(names[:-1], [1.0] * (limit - 1)), Run)
    order = ordered(names, [1.0] * limit)
    assert isinstance(order, Blocks)
    assert order.members_of(0, limit) == names


def test_reading_by_rank_again_and_again_stays_right_after_changes() -> None:
    """The ranks of the blocks are built after some reads and dropped by every change."""
    order = Blocks([b"%05d" % number for number in range(5000)], [float(number) for number in range(5000)])
    for turn in range(3):
        for rank in range(0, 4000, 97):
            assert order.members_of(rank, rank + 1) == [b"%05d" % (rank + turn)]
        order.remove(float(turn), b"%05d" % turn)
