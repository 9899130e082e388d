"""Several databases together."""

from __future__ import annotations

from pyredis_server.keyspace.clocks import Tracked
from pyredis_server.keyspace.database import Database
from pyredis_server.keyspace.keyspace import Keyspace
from tests.unit.keyspace.conftest import NOW_MS


def test_swap_exchanges_contents_and_ttls(space: Keyspace) -> None:
    one, other = space.databases[:2]
    one.put_until(b"a", b"1", NOW_MS + 10)
    other.put(b"b", b"2")
    space.swap(0, 1)
    assert (list(one.values), list(other.values)) == ([b"b"], [b"a"])
    assert (one.expire_at(b"a"), other.expire_at(b"a")) == (None, NOW_MS + 10)
    assert (one.random_key(), other.random_key()) == (b"b", b"a")


def test_swap_leaves_watches_and_numbers_with_the_index(space: Keyspace) -> None:
    one, other = space.databases[:2]
    one.watched[b"k"] = set()
    space.swap(0, 1)
    assert (one.index, b"k" in one.watched, b"k" in other.watched) == (0, True, False)


def test_swap_takes_the_marks_of_use_along(space: Keyspace) -> None:
    space.track_access(Tracked.LFU)
    one, other = space.databases[:2]
    one.put(b"k", b"v")
    assert one.clocks is not None
    one.clocks.set_frequency(b"k", 99)
    space.swap(0, 1)
    assert other.clocks is not None
    assert other.clocks.frequency(b"k") == 99


def test_swapping_a_database_with_itself_changes_nothing(space: Keyspace, db: Database) -> None:
    db.put(b"k", b"v")
    space.swap(0, 0)
    assert (db.lookup(b"k"), db.swaps) == (b"v", 0)


def test_flush_all_gives_what_there_was(space: Keyspace) -> None:
    space.databases[0].put(b"a", b"1")
    space.databases[3].put(b"b", b"2")
    assert len(space) == 2
    assert [list(contents.values) for contents in space.flush_all()] == [[b"a"], [b"b"]]
    assert len(space) == 0


def test_tidy_works_until_there_is_little_to_do(space: Keyspace, db: Database) -> None:
    for number in range(1_000):
        db.put_until(b"%d" % number, b"v", NOW_MS + 10)
    for number in range(400):
        db.delete(b"%d" % number)
    calls = 1
    while space.tidy(100):
        calls += 1
    assert 2 <= calls <= 10
    assert not db.arena.untidy
    assert not db.volatile.untidy
