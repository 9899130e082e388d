"""Deadlines by name: the earliest one, and the overdue ones in order, however they were changed before."""

from __future__ import annotations

import random

import pytest

from pyredis_server.datatypes.deadlines import LINEAR_LIMIT, STALE_SLACK, Deadlines

FEW = 5
MANY = 10 * LINEAR_LIMIT


def some(count: int) -> Deadlines:
    """Names n0, n1 ... with deadlines 0, 10, 20 ... in mixed order."""
    deadlines = Deadlines()
    for n in random.Random(1).sample(range(count), count):
        deadlines.set(b"n%d" % n, n * 10)
    return deadlines


@pytest.mark.parametrize("count", [FEW, MANY])
def test_the_earliest_is_known_after_any_change(count: int) -> None:
    deadlines = some(count)
    assert deadlines.earliest() == 0
    deadlines.drop(b"n0")
    assert deadlines.earliest() == 10
    deadlines.set(b"n1", 10**9)
    assert deadlines.earliest() == 20
    deadlines.set(b"n4", 5)
    assert deadlines.earliest() == 5


def test_without_deadlines_there_is_no_earliest() -> None:
    deadlines = some(1)
    assert deadlines.drop(b"n0")
    assert not deadlines.drop(b"n0")
    assert deadlines.earliest() is None
    assert deadlines.overdue(10**9) == []


def test_lower_never_makes_a_deadline_later() -> None:
    deadlines = Deadlines()
    deadlines.lower(b"a", 20)
    deadlines.lower(b"a", 30)
    assert deadlines.at == {b"a": 20}
    deadlines.lower(b"a", 10)
    assert deadlines.at == {b"a": 10}


@pytest.mark.parametrize("count", [FEW, MANY])
def test_overdue_is_what_lies_before_the_time_and_not_at_it(count: int) -> None:
    deadlines = some(count)
    assert deadlines.overdue(20) == [b"n0", b"n1"]
    assert len(deadlines.at) == count


@pytest.mark.parametrize("count", [FEW, MANY])
def test_overdue_ones_are_taken_first_ones_first_and_up_to_a_limit(count: int) -> None:
    deadlines = some(count)
    assert deadlines.take_overdue(31, 2) == [b"n0", b"n1"]
    assert deadlines.take_overdue(31, 9) == [b"n2", b"n3"]
    assert deadlines.take_overdue(31, 9) == []
    assert len(deadlines.at) == count - 4


def test_a_deadline_that_was_put_off_is_not_taken() -> None:
    deadlines = some(MANY)
    assert deadlines.earliest() == 0
    deadlines.set(b"n0", 10**9)
    deadlines.drop(b"n1")
    deadlines.set(b"n1", 25)
    assert deadlines.take_overdue(31, 9) == [b"n2", b"n1", b"n3"]


def test_what_is_kept_beside_the_deadlines_does_not_grow_with_changes() -> None:
    deadlines = some(MANY)
    for turn in range(20 * MANY):
        deadlines.earliest()
        deadlines.set(b"n%d" % (turn % MANY), turn)
    kept = max(len(part) for part in deadlines.owned_parts())  # type: ignore[arg-type]  # all are containers
    assert kept <= 2 * MANY + STALE_SLACK + 1


def test_a_copy_is_changed_on_its_own() -> None:
    deadlines = some(FEW)
    copied = deadlines.copy()
    copied.drop(b"n0")
    assert (deadlines.earliest(), copied.earliest()) == (0, 10)


def test_random_changes_agree_with_a_plain_dict() -> None:
    rng = random.Random(3)
    deadlines = Deadlines()
    plain: dict[bytes, int] = {}
    now = 0
    for _ in range(6000):
        name = b"%d" % rng.randrange(3 * LINEAR_LIMIT)
        if rng.random() < 0.8:
            at = now + rng.randrange(-20, 400)
            deadlines.set(name, at)
            plain[name] = at
        else:
            assert deadlines.drop(name) == (plain.pop(name, None) is not None)
        if rng.random() < 0.1:
            now += rng.randrange(40)
            limit = rng.randrange(1, 30)
            taken = deadlines.take_overdue(now, limit)
            times = sorted(at for at in plain.values() if at < now)
            assert [plain.pop(name) for name in taken] == times[:limit]
        assert deadlines.earliest() == min(plain.values(), default=None)
    assert deadlines.at == plain
