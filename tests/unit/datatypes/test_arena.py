"""The list of keys by number: walks, dead slots, tidying. Whole databases: tests/unit/keyspace/test_scan_machine.py."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pyredis_server.datatypes.arena import Arena


def key(number: int) -> bytes:
    """A key in an object of its own, as each request brings one."""
    return b"key:%d" % number


class Keys:
    """A set of live keys with its arena, as Database keeps them."""

    def __init__(self, count: int = 0) -> None:
        self.arena = Arena()
        self.live: dict[bytes, bytes] = {}  # a key's own object, by itself
        for number in range(count):
            self.add(key(number))

    def add(self, name: bytes) -> None:
        if name not in self.live:
            own = self.arena.admit(name)
            self.live[own] = own

    def remove(self, name: bytes) -> None:
        if name in self.live:
            self.arena.discard(self.live.pop(name))

    def walk_all(self, count: int) -> list[bytes]:
        found: list[bytes] = []
        position = len(self.arena.slots)
        while position:
            position, keys = self.arena.walk(position, count)
            found += keys
        return found


CHANGES = st.one_of(
    st.tuples(st.sampled_from(["add", "remove"]), st.integers(0, 24)),
    st.tuples(st.just("tidy"), st.integers(1, 20)),
    st.tuples(st.just("walk"), st.integers(1, 3)),
)


@given(start=st.integers(4, 16), first=st.integers(1, 8), changes=st.lists(CHANGES, max_size=25))
def test_a_walk_meets_every_key_that_stays(start: int, first: int, changes: list[tuple[str, int]]) -> None:
    keys = Keys(start)
    must = set(keys.live)
    position, found = keys.arena.walk(start, first)
    seen = set(found)
    for change, number in changes:
        if change == "add":
            keys.add(key(number))
        elif change == "remove":
            keys.remove(key(number))
            must.discard(key(number))
        elif change == "tidy":
            keys.arena.tidy(number)
        elif position:
            position, found = keys.arena.walk(position, number)
            seen.update(found)
    while position:
        position, found = keys.arena.walk(position, 3)
        seen.update(found)
    assert must <= seen


def test_a_walk_without_changes_meets_every_key_once() -> None:
    keys = Keys(100)
    assert sorted(keys.walk_all(7)) == sorted(keys.live)


def test_a_walk_looks_at_a_bounded_number_of_dead_slots() -> None:
    keys = Keys(10_000)
    for number in range(5_000, 7_400):
        keys.remove(key(number))
    position, found = keys.arena.walk(7_400, 10)
    assert found == []
    assert 7_300 <= position < 7_400


def test_a_position_beyond_the_end_begins_at_the_end() -> None:
    keys = Keys(5)
    assert keys.arena.walk(1 << 60, 2) == (3, [key(3), key(4)])


def test_a_key_that_returns_takes_its_slot_and_its_object_again() -> None:
    keys = Keys(10)
    held = keys.arena.slots[4]
    keys.remove(key(4))
    assert keys.arena.admit(key(4)) is held
    assert len(keys.arena.slots) == 10
    assert not keys.arena.dead


def test_tidying_gives_all_dead_slots_back() -> None:
    keys = Keys(100)
    for number in range(0, 40, 2):
        keys.remove(key(number))
    assert len(keys.arena.slots) == 100
    keys.arena.tidy(100)
    assert sorted(keys.arena.slots) == sorted(keys.live)
    assert not keys.arena.dead


def test_tidying_goes_on_where_it_stopped() -> None:
    keys = Keys(200)
    keys.remove(key(20))
    for _ in range(10):
        keys.arena.tidy(18)
    assert not keys.arena.dead


def test_dead_slots_stay_a_small_share_of_all() -> None:
    keys = Keys(10_000)
    for number in range(9_990):
        keys.remove(key(number))
    assert len(keys.arena.slots) < 20


def test_a_queue_of_ever_new_keys_does_not_grow_the_list() -> None:
    keys = Keys(100)
    for number in range(100, 20_000):
        keys.add(key(number))
        keys.remove(key(number - 100))
    assert len(keys.arena.slots) < 250


def test_a_few_dead_slots_are_left_alone() -> None:
    keys = Keys(1_000)
    for number in range(100):
        keys.remove(key(number))
    assert not keys.arena.untidy
    for number in range(100, 200):
        keys.remove(key(number))
    assert keys.arena.untidy
