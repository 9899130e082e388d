"""WATCH's bookkeeping: who is told of which change."""

from __future__ import annotations

import pytest

from pyredis_server.keyspace import watches
from pyredis_server.keyspace.database import Database
from pyredis_server.keyspace.keyspace import Keyspace
from pyredis_server.sessions.session import Session, SessionId
from tests.unit.sessions.stand_ins import NOW_MS, StandIn, keyspace

KEY = b"k"


@pytest.fixture
def space() -> Keyspace:
    return keyspace()


@pytest.fixture
def db(space: Keyspace) -> Database:
    return space.databases[0]


def watcher(db: Database, *keys: bytes) -> Session:
    session = Session(SessionId(1), StandIn(), db, NOW_MS)
    for key in keys:
        watches.watch(session, db, key)
    return session


def put_expired(db: Database, key: bytes = KEY) -> None:
    db.put(key, b"v")
    db.set_expire(key, NOW_MS - 1)


def test_a_change_marks_those_who_watch_the_key(db: Database) -> None:
    one, two, other = watcher(db, KEY), watcher(db, b"x", KEY), watcher(db, b"x")
    watches.touch_watched(db, KEY)
    assert [session.dirty_cas for session in (one, two, other)] == [True, True, False]


def test_a_marked_session_watches_nothing_any_more(db: Database) -> None:
    session = watcher(db, KEY, b"x")
    watches.touch_watched(db, KEY)
    assert not session.watched
    assert not db.watched


def test_watching_twice_is_watching_once(db: Database) -> None:
    session = watcher(db, KEY, KEY)
    assert len(session.watched) == 1
    assert watches.unwatch_all(session)
    assert not db.watched
    assert not watches.unwatch_all(session)


def test_ending_watches_leaves_those_of_others(db: Database) -> None:
    one, two = watcher(db, KEY), watcher(db, KEY)
    watches.unwatch_all(one)
    watches.touch_watched(db, KEY)
    assert (one.dirty_cas, two.dirty_cas) == (False, True)


def test_a_key_is_watched_in_its_own_database(space: Keyspace) -> None:
    session = watcher(space.databases[0], KEY)
    watches.touch_watched(space.databases[1], KEY)
    assert not session.dirty_cas


def test_deleting_what_had_expired_before_the_watch_is_no_change(db: Database) -> None:
    put_expired(db)
    session = watcher(db, KEY)
    assert not watches.watched_key_expired(session)
    assert db.lookup(KEY) is None
    watches.touch_watched(db, KEY)
    assert not session.dirty_cas
    db.put(KEY, b"new")
    watches.touch_watched(db, KEY)
    assert session.dirty_cas


def test_replacing_what_had_expired_before_the_watch_is_a_change(db: Database) -> None:
    put_expired(db)
    session = watcher(db, KEY)
    db.put(KEY, b"new")
    watches.touch_watched(db, KEY)
    assert session.dirty_cas


def test_a_key_that_expires_after_the_watch_is_noticed_by_exec(db: Database) -> None:
    db.put(KEY, b"v")
    db.set_expire(KEY, NOW_MS + 5)
    session = watcher(db, KEY)
    db.clock.now_ms = NOW_MS + 5
    assert not watches.watched_key_expired(session)
    db.clock.now_ms += 1
    assert watches.watched_key_expired(session)


def test_a_flush_touches_the_keys_that_are_there(db: Database) -> None:
    db.put(KEY, b"v")
    here, absent = watcher(db, b"absent", KEY), watcher(db, b"absent")
    watches.touch_flushed(db)
    assert (here.dirty_cas, absent.dirty_cas) == (True, False)


def test_a_flush_of_several_keys_that_one_session_watches(db: Database) -> None:
    for key in (b"a", b"b", b"c"):
        db.put(key, b"v")
    session = watcher(db, b"b", b"a", b"c")
    watches.touch_flushed(db)
    assert session.dirty_cas
    assert not db.watched


def test_a_flush_of_what_had_expired_before_is_no_change_but_the_next_is(db: Database) -> None:
    put_expired(db)
    session = watcher(db, KEY)
    watches.touch_flushed(db)
    db.clear()
    assert not session.dirty_cas
    db.put(KEY, b"v")
    watches.touch_flushed(db)
    assert session.dirty_cas


ABSENT, ALIVE, EXPIRED = "absent", "alive", "expired"


def prepare(db: Database, state: str) -> None:
    if state == ALIVE:
        db.put(KEY, b"v")
    elif state == EXPIRED:
        put_expired(db)


@pytest.mark.parametrize(("mine", "theirs", "dirty"), [
    (ABSENT, ABSENT, False), (ABSENT, ALIVE, True), (ABSENT, EXPIRED, False),
    (ALIVE, ABSENT, True), (ALIVE, ALIVE, True), (ALIVE, EXPIRED, True),
    (EXPIRED, ABSENT, False), (EXPIRED, ALIVE, True), (EXPIRED, EXPIRED, False),
])
@pytest.mark.parametrize("first", [True, False])
def test_a_swap_is_a_change_when_a_live_key_comes_or_goes(
    space: Keyspace, mine: str, theirs: str, dirty: bool, first: bool,
) -> None:
    one, other = space.databases[0], space.databases[1]
    prepare(one, mine)
    prepare(other, theirs)
    session = watcher(one, KEY)
    watches.touch_swapped(*((one, other) if first else (other, one)))
    assert session.dirty_cas is dirty


@pytest.mark.parametrize("mine", [ABSENT, EXPIRED])
def test_after_a_swap_that_brought_an_expired_key_its_deletion_is_no_change(space: Keyspace, mine: str) -> None:
    one, other = space.databases[0], space.databases[1]
    prepare(one, mine)
    prepare(other, EXPIRED)
    session = watcher(one, KEY)
    watches.touch_swapped(one, other)
    space.swap(0, 1)
    assert one.lookup(KEY) is None
    watches.touch_watched(one, KEY)
    assert not session.dirty_cas
