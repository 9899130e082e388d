"""The hash type on its own: encodings, times to live, walking and picking."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from pyredis_server.datatypes.hashes import HASHTABLE, LISTPACK, LISTPACK_EX, Hash

ENTRIES = 4
VALUE = 8
AT_MS = 1_700_000_000_000


def made(count: int, *, big: bool = False) -> Hash:
    """Fields f0, f1 ... with values v0, v1 ...; `big`: as a hashtable, however few they are."""
    held = Hash()
    for n in range(count):
        held.set(b"f%d" % n, b"v%d" % n, 0 if big else 10**6, 10**6)
    return held


def with_deadlines(count: int, *, big: bool = False) -> Hash:
    """The same, and field n expires at AT_MS + n."""
    held = made(count, big=big)
    held.expects_deadlines()
    for n in range(count):
        held.expire(b"f%d" % n, AT_MS + n)
    return held


# Encodings


def test_a_new_hash_is_a_listpack() -> None:
    assert Hash().encoding() == LISTPACK


@pytest.mark.parametrize(("field", "value"), [(b"x" * 9, b"v"), (b"f", b"x" * 9)])
def test_a_long_field_or_value_makes_a_hashtable(field: bytes, value: bytes) -> None:
    one, many = Hash(), Hash()
    one.set(field, value, ENTRIES, VALUE)
    many.set_many((b"a", b"1", field, value), ENTRIES, VALUE)
    assert one.encoding() == many.encoding() == HASHTABLE


def test_lengths_at_the_limit_stay_in_a_listpack() -> None:
    held = Hash()
    held.set(b"x" * 8, b"y" * 8, ENTRIES, VALUE)
    held.set_many((b"x" * 8, b"z" * 8, b"b", b""), ENTRIES, VALUE)
    assert held.encoding() == LISTPACK


def test_one_field_too_many_makes_a_hashtable_for_good() -> None:
    held = Hash()
    for n in range(ENTRIES):
        held.set(b"%d" % n, b"", ENTRIES, VALUE)
        assert held.encoding() == LISTPACK
    held.set(b"more", b"", ENTRIES, VALUE)
    assert held.encoding() == HASHTABLE
    for field in list(held.fields)[1:]:
        held.remove(field)
    held.set(b"0", b"again", ENTRIES, VALUE)
    assert held.encoding() == HASHTABLE


def test_setting_many_counts_them_before_it_sees_that_some_are_the_same() -> None:
    held = Hash()
    assert held.set_many((b"a", b"1") * (ENTRIES + 1), ENTRIES, VALUE) == 1
    assert held.encoding() == HASHTABLE


def test_many_small_batches_reach_the_limit_too() -> None:
    held = Hash()
    held.set_many((b"a", b"1", b"b", b"1", b"c", b"1"), ENTRIES, VALUE)
    held.set_many((b"c", b"1", b"d", b"1"), ENTRIES, VALUE)
    assert held.encoding() == LISTPACK
    held.set_many((b"d", b"1", b"e", b"1"), ENTRIES, VALUE)
    assert held.encoding() == HASHTABLE


def test_expected_deadlines_change_a_listpack_and_not_a_hashtable() -> None:
    small, big = made(1), made(1, big=True)
    small.expects_deadlines()
    big.expects_deadlines()
    assert (small.encoding(), big.encoding()) == (LISTPACK_EX, HASHTABLE)
    assert small.deadlines is None, "nothing expires yet"


def test_a_listpackex_stays_one_without_deadlines_until_it_is_too_big() -> None:
    held = with_deadlines(1)
    assert held.persist(b"f0")
    assert held.encoding() == LISTPACK_EX
    held.set(b"long" * 5, b"", ENTRIES, VALUE)
    assert held.encoding() == HASHTABLE


@pytest.mark.parametrize(("fields", "deadlines", "encoding"), [
    ({b"a": b"1"}, None, LISTPACK),
    ({b"a": b"1"}, {}, LISTPACK),
    ({b"a": b"1"}, {b"a": AT_MS}, LISTPACK_EX),
    ({b"%d" % n: b"" for n in range(ENTRIES + 1)}, None, HASHTABLE),
    ({b"a": b"x" * 9}, {b"a": AT_MS}, HASHTABLE),
    ({b"x" * 9: b""}, None, HASHTABLE),
])
def test_a_hash_made_at_once_has_the_encoding_that_fits(
    fields: dict[bytes, bytes], deadlines: dict[bytes, int] | None, encoding: bytes,
) -> None:
    held = Hash.of(fields, deadlines, ENTRIES, VALUE)
    assert held.encoding() == encoding
    assert held.fields == fields
    assert held.earliest_deadline() == (AT_MS if deadlines else None)


# Fields and deadlines


@pytest.mark.parametrize("big", [False, True])
def test_set_tells_new_fields_from_old_ones(big: bool) -> None:
    held = made(1, big=big)
    assert not held.set(b"f0", b"w", ENTRIES, VALUE)
    assert held.set(b"new", b"w", ENTRIES, VALUE)
    assert held.set_many((b"new", b"x", b"other", b"y"), ENTRIES, VALUE) == 1
    assert held.fields == {b"f0": b"w", b"new": b"x", b"other": b"y"}


def test_remove_gives_the_value_that_was_there() -> None:
    held = made(2)
    assert held.remove(b"f1") == b"v1"
    assert held.remove(b"f1") is None
    assert len(held) == 1


def test_a_hash_is_true_even_when_it_is_empty() -> None:
    assert Hash()


@pytest.mark.parametrize("change", ["set", "set_many", "remove", "persist"])
def test_the_last_deadline_goes_with_its_field_or_value(change: str) -> None:
    held = with_deadlines(1)
    if change == "set":
        held.set(b"f0", b"w", ENTRIES, VALUE)
    elif change == "set_many":
        held.set_many((b"f0", b"w"), ENTRIES, VALUE)
    elif change == "remove":
        held.remove(b"f0")
    else:
        held.persist(b"f0")
    assert held.deadlines is None
    assert not held.persist(b"f0")


def test_a_value_may_change_and_keep_its_deadline() -> None:
    held = with_deadlines(2)
    held.set(b"f0", b"w", ENTRIES, VALUE, keep_deadline=True)
    held.set_many((b"f1", b"w", b"f2", b"w"), ENTRIES, VALUE, keep_deadlines=True)
    assert [held.deadline_of(field) for field in (b"f0", b"f1", b"f2")] == [AT_MS, AT_MS + 1, None]


@pytest.mark.parametrize("count", [3, 300])
def test_overdue_fields_are_hidden_or_taken(count: int) -> None:
    held = with_deadlines(count)
    assert held.alive(AT_MS) is held.fields
    assert held.overdue(AT_MS + 2) == [b"f0", b"f1"]
    assert list(held.alive(AT_MS + 2)) == [b"f%d" % n for n in range(2, count)]
    assert held.take_overdue(AT_MS + 2, 1) == [b"f0"]
    assert held.take_overdue(AT_MS + 2, 9) == [b"f1"]
    assert len(held) == count - 2
    held.take_overdue(AT_MS + count, count)
    assert (len(held), held.deadlines) == (0, None)


def test_without_deadlines_nothing_is_overdue() -> None:
    held = made(2)
    assert held.overdue(AT_MS) == held.take_overdue(AT_MS, 9) == []
    assert held.alive(AT_MS) is held.fields


# Walking and picking


def test_a_small_hash_is_scanned_at_once() -> None:
    assert made(30).scan(77, 2) == (0, [b"f%d" % n for n in range(30)])


@pytest.mark.parametrize("count", [1, 7, 1000])
def test_a_whole_scan_gives_each_field_once(count: int) -> None:
    held = made(100, big=True)
    cursor, seen = held.scan(0, count)
    while cursor:
        cursor, found = held.scan(cursor, count)
        seen += found
    assert sorted(seen) == sorted(held.fields)


@pytest.mark.parametrize("seed", range(20))
def test_a_scan_gives_what_stays_however_the_rest_changes(seed: int) -> None:
    rng = random.Random(seed)
    held = made(200, big=True)
    staying = set(rng.sample(list(held.fields), 50))
    seen: set[bytes] = set()
    cursor = -1
    while cursor:
        cursor, found = held.scan(max(cursor, 0), 8)
        assert all(field in held.fields for field in found)
        seen.update(found)
        for _ in range(rng.randrange(20)):
            field = b"f%d" % rng.randrange(400)
            if field in staying:
                continue
            if rng.random() < 0.7:
                held.remove(field)
            else:
                held.set(field, b"", ENTRIES, VALUE)
    assert staying <= seen


def test_a_cursor_from_elsewhere_ends_like_any_other() -> None:
    held = made(20, big=True)
    cursor = 10**9
    for _ in range(20):
        cursor, _found = held.scan(cursor, 5)
        if not cursor:
            break
    assert cursor == 0


@pytest.mark.parametrize("big", [False, True])
def test_random_fields_are_picked_equally_often(big: bool) -> None:
    """Chi-square: with 9 degrees of freedom a fair picker exceeds 33.7 once in 10,000."""
    rng = random.Random(11)
    held = made(20, big=big)
    held.random_field(rng)
    for n in range(10):
        held.remove(b"f%d" % n)
    picks = 5000
    pickers = (
        lambda: [held.random_field(rng)], lambda: held.random_fields(2, rng), lambda: held.random_fields(5, rng),
        lambda: held.random_picks(3, rng), lambda: held.random_picks(15, rng),
    )
    for pick in pickers:
        counts = Counter(field for _ in range(picks) for field in pick())
        expected = counts.total() / 10
        assert set(counts) == set(held.fields)
        assert sum((count - expected) ** 2 / expected for count in counts.values()) < 33.7


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("count", [1, 5, 29, 30, 31])
def test_random_fields_are_different_ones(big: bool, count: int) -> None:
    held = made(30, big=big)
    picked = held.random_fields(count, random.Random(5))
    assert len(picked) == len(set(picked)) == min(count, 30)
    assert set(picked) <= set(held.fields)


@pytest.mark.parametrize("big", [False, True])
def test_random_picks_may_repeat_and_are_as_many_as_asked_for(big: bool) -> None:
    held = made(3, big=big)
    assert len(held.random_picks(2, random.Random(5))) == 2
    assert len(held.random_picks(50, random.Random(5))) == 50


# For the keyspace


@pytest.mark.parametrize("big", [False, True])
def test_a_copy_is_equal_and_changed_on_its_own(big: bool) -> None:
    held = with_deadlines(3, big=big)
    held.scan(0, 1)
    copied = held.copy()
    assert (copied.fields, copied.encoding(), copied.earliest_deadline()) == (held.fields, held.encoding(), AT_MS)
    copied.remove(b"f0")
    copied.set(b"new", b"", ENTRIES, VALUE)
    assert len(held) == 3
    assert held.earliest_deadline() == AT_MS
    assert held.scan(0, 10)[1].count(b"new") == 0


def test_a_listpack_is_one_allocation_and_a_hashtable_many() -> None:
    assert (made(5).free_effort(), made(5, big=True).free_effort()) == (1, 5)


def test_the_parts_to_free_hold_everything_once() -> None:
    held = with_deadlines(300, big=True)
    held.scan(0, 1)
    held.earliest_deadline()
    parts = held.owned_parts()
    assert parts[-1] is held.fields
    assert len({id(part) for part in parts}) == len(parts) == 4
