"""What handlers may rely on: live values only, types checked, TTLs kept or dropped, one report per expired key."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

import pytest

from pyredis_server.base.clock import CommandClock
from pyredis_server.base.errors import WrongType
from pyredis_server.keyspace.clocks import Tracked
from pyredis_server.keyspace.database import Database
from pyredis_server.keyspace.hooks import Overdue
from pyredis_server.keyspace.keyspace import Keyspace
from tests.unit.keyspace.conftest import NOW_MS, Listener


class Box:
    """A value of another type."""

    type_name: ClassVar[bytes] = b"box"


@pytest.fixture
def overdue(db: Database, command_clock: CommandClock) -> bytes:
    """A key that has just run out."""
    db.put(b"old", b"v")
    db.set_expire(b"old", NOW_MS)
    command_clock.now_ms += 1
    return b"old"


ACCESS = ["lookup", "read", "peek", "read_string", "lookup_for_write", "write_string", "pop"]


# Expiry by access


@pytest.mark.parametrize("method", ACCESS)
def test_a_key_that_ran_out_is_gone_for_every_access(
    db: Database, overdue: bytes, listener: Listener, method: str
) -> None:
    assert getattr(db, method)(overdue) is None
    assert overdue not in db.values
    assert overdue not in db.expires
    assert listener.heard[0] == ("expired", 0, overdue)
    assert db.stats.expired_keys == 1


def test_a_key_is_alive_in_the_millisecond_of_its_end(db: Database) -> None:
    db.put(b"k", b"v")
    db.set_expire(b"k", NOW_MS)
    assert db.lookup(b"k") == b"v"


def test_an_expired_key_is_reported_once(db: Database, overdue: bytes, listener: Listener) -> None:
    db.lookup(overdue)
    db.lookup(overdue)
    db.delete(overdue)
    db.put(overdue, b"new")
    assert listener.heard == [("expired", 0, overdue)]


def test_deleting_an_expired_key_finds_nothing(db: Database, overdue: bytes) -> None:
    assert not db.delete(overdue)


def test_overwriting_an_expired_key_reports_its_end_first(db: Database, overdue: bytes, listener: Listener) -> None:
    db.put(overdue, b"new")
    assert listener.heard == [("expired", 0, overdue)]
    assert db.lookup(overdue) == b"new"


def test_storing_with_a_ttl_over_an_expired_key_reports_its_end_first(
    db: Database, overdue: bytes, listener: Listener
) -> None:
    db.put_until(overdue, b"new", NOW_MS + 50)
    assert listener.heard == [("expired", 0, overdue)]
    assert db.expire_at(overdue) == NOW_MS + 50


@pytest.mark.parametrize("method", ACCESS[:-1])
def test_a_replica_hides_expired_keys_and_keeps_them(
    space: Keyspace, db: Database, overdue: bytes, listener: Listener, method: str
) -> None:
    space.overdue = Overdue.HIDE
    assert getattr(db, method)(overdue) is None
    assert ("expired", 0, overdue) not in listener.heard
    assert (overdue in db.values) == ("write" not in method)


def test_a_writable_replica_replaces_an_expired_key_without_a_report(
    space: Keyspace, db: Database, overdue: bytes, listener: Listener
) -> None:
    space.overdue = Overdue.HIDE
    db.put(overdue, b"new")
    assert db.lookup(overdue) == b"new"
    assert listener.heard == []


@pytest.mark.parametrize("method", ACCESS)
def test_while_loading_expired_keys_are_there(space: Keyspace, db: Database, overdue: bytes, method: str) -> None:
    space.overdue = Overdue.IGNORE
    assert getattr(db, method)(overdue) == b"v"


def test_is_expired_tells_and_deletes_nothing(space: Keyspace, db: Database, overdue: bytes) -> None:
    db.put(b"k", b"v")
    assert [db.is_expired(key) for key in (overdue, b"k", b"none")] == [True, False, False]
    assert overdue in db.values
    space.overdue = Overdue.IGNORE
    assert not db.is_expired(overdue)


# Counting


def test_reads_count_hits_and_misses(db: Database, listener: Listener) -> None:
    db.put(b"k", b"v")
    for method in (db.read, db.peek, db.read_string):
        method(b"k")
        method(b"none")
    assert (db.stats.keyspace_hits, db.stats.keyspace_misses) == (3, 3)
    assert listener.heard == [("keymiss", 0, b"none")] * 3


def test_lookups_and_writes_count_nothing(db: Database, listener: Listener) -> None:
    for method in (db.lookup, db.lookup_for_write, db.write_string, db.exists, db.pop):
        method(b"none")
    assert (db.stats.keyspace_hits, db.stats.keyspace_misses, listener.heard) == (0, 0, [])


def test_misses_are_not_reported_when_nobody_asked(db: Database, listener: Listener) -> None:
    listener.wants_misses = False
    db.read(b"none")
    assert listener.heard == []


# Types


@pytest.mark.parametrize("method", ["read_string", "write_string"])
@pytest.mark.parametrize("tracked", [None, Tracked.LRU])
def test_string_access_to_another_type_raises_wrongtype(
    space: Keyspace, db: Database, method: str, tracked: Tracked | None
) -> None:
    space.track_access(tracked)
    db.put(b"b", Box())
    db.put(b"s", b"v")
    db.put(b"a", bytearray(b"v"))
    with pytest.raises(WrongType):
        getattr(db, method)(b"b")
    assert getattr(db, method)(b"s") == b"v"
    assert getattr(db, method)(b"a") is db.values[b"a"]


@pytest.mark.parametrize("method", ["read_as", "write_as"])
def test_typed_access_gives_the_value_or_raises_wrongtype(db: Database, method: str) -> None:
    box = Box()
    db.put(b"b", box)
    db.put(b"s", b"v")
    assert getattr(db, method)(b"b", Box) is box
    assert getattr(db, method)(b"none", Box) is None
    with pytest.raises(WrongType):
        getattr(db, method)(b"s", Box)


# Times to live


def test_put_drops_the_ttl_and_set_keeps_it(db: Database) -> None:
    db.put_until(b"k", b"v", NOW_MS + 10)
    db.set(b"k", b"w")
    assert db.expire_at(b"k") == NOW_MS + 10
    db.put(b"k", b"x")
    assert db.expire_at(b"k") is None
    assert db.lookup(b"k") == b"x"


def test_put_until_replaces_value_and_ttl(db: Database) -> None:
    db.put_until(b"k", b"v", NOW_MS + 10)
    db.put_until(b"k", b"w", NOW_MS + 20)
    assert (db.lookup(b"k"), db.expire_at(b"k")) == (b"w", NOW_MS + 20)


def test_persist_tells_whether_there_was_a_ttl(db: Database) -> None:
    db.put_until(b"k", b"v", NOW_MS + 10)
    assert [db.persist(b"k"), db.persist(b"k"), db.persist(b"none")] == [True, False, False]
    assert not db.expires


def test_a_ttl_needs_a_key(db: Database) -> None:
    db.set_expire(b"none", NOW_MS + 10)
    assert not db.expires


def test_removing_a_key_removes_its_ttl(db: Database) -> None:
    db.put_until(b"k", b"v", NOW_MS + 10)
    assert db.pop(b"k") == b"v"
    db.put(b"k", b"w")
    assert db.expire_at(b"k") is None


def test_all_lists_share_one_object_per_key(db: Database) -> None:
    db.put(bytes(bytearray(b"key")), b"v")
    db.set_expire(bytes(bytearray(b"key")), NOW_MS + 10)
    db.delete(bytes(bytearray(b"key")))
    db.put(bytes(bytearray(b"key")), b"v")
    db.set_expire(bytes(bytearray(b"key")), NOW_MS + 10)
    (own,) = db.values
    assert db.arena.slots[0] is own
    assert next(iter(db.expires)) is own
    assert db.volatile.slots[0] is own


# Walking


def test_scan_of_an_empty_database_ends_at_once(db: Database) -> None:
    assert db.scan(0, 10) == (0, [])
    assert db.scan(77, 10) == (0, [])


@pytest.mark.parametrize("cursor", [1, 5, 1 << 39, 1 << 45, (1 << 64) - 1])
def test_a_made_up_cursor_ends_sanely(db: Database, cursor: int) -> None:
    for number in range(20):
        db.put(b"%d" % number, b"v")
    for _ in range(30):
        cursor, keys = db.scan(cursor, 1)
        assert len(keys) == 1
        if cursor == 0:
            return
    pytest.fail("the scan did not end")


def test_a_flush_during_a_scan_ends_it(db: Database) -> None:
    for number in range(20):
        db.put(b"%d" % number, b"v")
    cursor, _ = db.scan(0, 5)
    db.clear()
    assert db.scan(cursor, 5) == (0, [])


def test_a_scan_finds_the_keys_that_swapdb_brought(space: Keyspace, db: Database) -> None:
    # Each name is in both databases, so it is there all the time; but the second half is at other places.
    names = [b"%d" % number for number in range(10)]
    for name in names:
        db.put(name, b"one")
    for name in reversed(names):
        space.databases[1].put(name, b"two")
    cursor, seen = db.scan(0, 5)
    space.swap(0, 1)
    while cursor:
        cursor, keys = db.scan(cursor, 5)
        seen = seen + keys
    assert set(seen) == set(names)


def test_a_count_of_nothing_still_goes_on(db: Database) -> None:
    db.put(b"k", b"v")
    assert db.scan(0, 0) == (0, [b"k"])


def test_keys_gives_the_live_ones(space: Keyspace, db: Database, overdue: bytes) -> None:
    db.put(b"k", b"v")
    db.put_until(b"t", b"v", NOW_MS + 10)
    assert sorted(db.keys()) == [b"k", b"t"]
    space.overdue = Overdue.IGNORE
    assert sorted(db.keys()) == [b"k", overdue, b"t"]


# Sampling


def test_random_keys_are_uniform_among_the_live_ones(db: Database) -> None:
    for number in range(40):
        db.put(b"%d" % number, b"v")
    for number in range(5, 20):
        db.delete(b"%d" % number)
    for number in range(5, 10):
        db.put(b"%d" % number, b"v")
    drawn = Counter(db.random_key() for _ in range(6_000))
    assert drawn.keys() == db.values.keys()
    # 30 keys, 200 draws each expected: the chance of a deviation of 70 is about one in ten million (and seeded).
    assert max(abs(count - 200) for count in drawn.values()) < 70


def test_random_key_removes_what_ran_out(db: Database, overdue: bytes, listener: Listener) -> None:
    assert db.random_key() is None
    assert listener.heard == [("expired", 0, overdue)]


def test_random_key_of_a_replica_ends_when_all_have_run_out(space: Keyspace, db: Database, overdue: bytes) -> None:
    space.overdue = Overdue.HIDE
    assert db.random_key() == overdue


def test_volatile_samples_have_a_ttl(db: Database) -> None:
    for number in range(100):
        db.put(b"%d" % number, b"v")
    for number in range(10):
        db.set_expire(b"%d" % number, NOW_MS + 10)
    for number in range(5):
        db.persist(b"%d" % number)
    assert {db.sample_volatile() for _ in range(200)} == {b"5", b"6", b"7", b"8", b"9"}


# The whole


def test_an_empty_database_is_still_true(db: Database) -> None:
    assert len(db) == 0
    assert db


def test_clear_gives_the_contents_back(db: Database) -> None:
    db.put(b"k", b"v")
    db.put_until(b"t", b"v", NOW_MS + 10)
    db.field_deadlines.set(b"k", NOW_MS + 10)
    contents = db.clear()
    assert contents.object_count == len(contents) == 2
    assert (len(db), db.expires, db.subexpiry, db.random_key()) == (0, {}, 0, None)
    db.put(b"k", b"w")
    assert contents.values[b"k"] == b"v"


def test_what_clear_gives_can_be_taken_apart_without_harm(space: Keyspace, db: Database) -> None:
    space.track_access(Tracked.LRU)
    db.put_until(b"k", b"v", NOW_MS + 10)
    for part in db.clear().owned_parts():
        part.clear()  # type: ignore[attr-defined]  # all are containers
    db.put_until(b"k", b"w", NOW_MS + 10)
    assert (db.lookup(b"k"), db.random_key(), len(db.clear())) == (b"w", b"k", 1)
