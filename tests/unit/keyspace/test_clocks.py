"""Marks of use: idle times, LFU counters, and that nothing is kept until somebody asks."""

from __future__ import annotations

import random

import pytest

from pyredis_server.base.clock import CommandClock
from pyredis_server.keyspace.clocks import LFU_START, AccessClocks, AccessPolicy, Tracked
from pyredis_server.keyspace.database import Database
from pyredis_server.keyspace.keyspace import Keyspace

MINUTE_MS = 60_000


def clocks_of(db: Database) -> AccessClocks:
    assert db.clocks is not None
    return db.clocks


@pytest.fixture
def lru(space: Keyspace, db: Database) -> AccessClocks:
    space.track_access(Tracked.LRU)
    return clocks_of(db)


@pytest.fixture
def lfu(space: Keyspace, db: Database) -> AccessClocks:
    space.track_access(Tracked.LFU)
    return clocks_of(db)


def test_nothing_is_kept_until_somebody_asks(space: Keyspace, db: Database) -> None:
    db.put(b"k", b"v")
    db.read(b"k")
    db.touch(b"k")
    assert db.clocks is None
    space.track_access(Tracked.LRU)
    space.track_access(None)
    assert db.clocks is None


def test_idle_time_counts_from_the_last_use(db: Database, lru: AccessClocks, command_clock: CommandClock) -> None:
    db.put(b"k", b"v")
    command_clock.now_ms += 5_000
    assert lru.idle_seconds(b"k") == 5
    db.read_string(b"k")
    command_clock.now_ms += 2_000
    assert lru.idle_seconds(b"k") == 2


@pytest.mark.parametrize("use", ["read", "read_string", "lookup_for_write", "write_string", "touch"])
def test_access_marks_a_use(db: Database, lru: AccessClocks, command_clock: CommandClock, use: str) -> None:
    db.put(b"k", b"v")
    command_clock.now_ms += 5_000
    getattr(db, use)(b"k")
    assert lru.idle_seconds(b"k") == 0


@pytest.mark.parametrize("use", ["lookup", "peek", "exists"])
def test_looking_marks_no_use(db: Database, lru: AccessClocks, command_clock: CommandClock, use: str) -> None:
    db.put(b"k", b"v")
    command_clock.now_ms += 5_000
    getattr(db, use)(b"k")
    assert lru.idle_seconds(b"k") == 5


@pytest.mark.parametrize("store", ["put", "set"])
def test_overwriting_marks_a_use(db: Database, lru: AccessClocks, command_clock: CommandClock, store: str) -> None:
    db.put(b"k", b"v")
    command_clock.now_ms += 5_000
    getattr(db, store)(b"k", b"w")
    assert lru.idle_seconds(b"k") == 0


def test_storing_with_a_ttl_marks_a_use(db: Database, lru: AccessClocks, command_clock: CommandClock) -> None:
    db.put_until(b"k", b"v", command_clock.now_ms + MINUTE_MS)
    command_clock.now_ms += 5_000
    db.put_until(b"k", b"w", command_clock.now_ms + MINUTE_MS)
    assert lru.idle_seconds(b"k") == 0


def test_a_key_not_used_since_tracking_began_counts_from_there(
    space: Keyspace, db: Database, command_clock: CommandClock
) -> None:
    db.put(b"k", b"v")
    command_clock.now_ms += 5_000
    space.track_access(Tracked.LRU)
    command_clock.now_ms += 2_000
    assert clocks_of(db).idle_seconds(b"k") == 2


def test_a_no_touch_client_leaves_no_mark(
    space: Keyspace, db: Database, lru: AccessClocks, command_clock: CommandClock
) -> None:
    db.put(b"k", b"v")
    command_clock.now_ms += 5_000
    space.access.paused = True
    db.read(b"k")
    assert lru.idle_seconds(b"k") == 5


def test_a_clock_that_was_set_back_gives_no_negative_idle_time(
    db: Database, lru: AccessClocks, command_clock: CommandClock
) -> None:
    db.put(b"k", b"v")
    command_clock.now_ms -= 5_000
    assert lru.idle_seconds(b"k") == 0
    db.read(b"k")
    command_clock.now_ms += 3_000
    assert lru.idle_seconds(b"k") == 3


def test_removed_keys_leave_no_marks(db: Database, lru: AccessClocks) -> None:
    db.put(b"k", b"v")
    db.delete(b"k")
    assert not lru.marks
    db.put(b"k", b"v")
    db.clear()
    assert not clocks_of(db).marks


def test_touching_an_absent_key_leaves_no_mark(db: Database, lru: AccessClocks) -> None:
    db.touch(b"none")
    assert not lru.marks


def test_marks_share_the_key_object(space: Keyspace, db: Database) -> None:
    db.put(bytes(bytearray(b"key")), b"v")
    space.track_access(Tracked.LRU)
    db.read(bytes(bytearray(b"key")))
    assert next(iter(clocks_of(db).marks)) is next(iter(db.values))


def test_idle_time_can_be_set(lru: AccessClocks, db: Database) -> None:
    db.put(b"k", b"v")
    lru.set_idle(b"k", 1_000)
    assert lru.idle_seconds(b"k") == 1_000


# LFU


def test_a_new_key_starts_above_zero_and_decays_by_the_minute(
    db: Database, lfu: AccessClocks, command_clock: CommandClock
) -> None:
    db.put(b"k", b"v")
    assert lfu.frequency(b"k") == LFU_START
    command_clock.now_ms += 2 * MINUTE_MS
    assert lfu.frequency(b"k") == LFU_START - 2
    command_clock.now_ms += 60 * MINUTE_MS
    assert lfu.frequency(b"k") == 0


def test_decay_time_is_the_minutes_per_step_and_0_stops_it(
    space: Keyspace, db: Database, lfu: AccessClocks, command_clock: CommandClock
) -> None:
    db.put(b"k", b"v")
    command_clock.now_ms += 4 * MINUTE_MS
    space.access.decay_minutes = 2
    assert lfu.frequency(b"k") == LFU_START - 2
    space.access.decay_minutes = 0
    assert lfu.frequency(b"k") == LFU_START


def test_the_first_use_counts_for_certain(db: Database, lfu: AccessClocks) -> None:
    db.put(b"k", b"v")
    db.read(b"k")
    assert lfu.frequency(b"k") == LFU_START + 1


def test_a_factor_of_0_counts_every_use_up_to_the_limit(space: Keyspace, db: Database, lfu: AccessClocks) -> None:
    space.access.log_factor = 0
    db.put(b"k", b"v")
    for _ in range(300):
        db.read(b"k")
    assert lfu.frequency(b"k") == 255


@pytest.mark.parametrize(("log_factor", "uses", "low", "high"), [
    # redis.conf prints a table of counters by factor and hits; the counters here are that table's, give or take.
    (1, 1_000, 40, 60), (10, 1_000, 14, 22), (10, 100_000, 120, 160), (100, 1_000, 8, 14),
])
def test_the_counter_grows_with_the_logarithm_of_the_uses(
    command_clock: CommandClock, log_factor: int, uses: int, low: int, high: int
) -> None:
    policy = AccessPolicy(command_clock, random.Random(1))
    policy.log_factor = log_factor
    counter = LFU_START
    for _ in range(uses):
        counter = policy.incremented(counter)
    assert low <= counter <= high


def test_overwriting_keeps_the_counter(db: Database, lfu: AccessClocks) -> None:
    db.put(b"k", b"v")
    lfu.set_frequency(b"k", 200)
    db.put(b"k", b"w")
    assert lfu.frequency(b"k") >= 200


def test_an_unmarked_key_counts_as_new_at_the_start_of_tracking(
    space: Keyspace, db: Database, command_clock: CommandClock
) -> None:
    db.put(b"k", b"v")
    space.track_access(Tracked.LFU)
    command_clock.now_ms += MINUTE_MS
    assert clocks_of(db).frequency(b"k") == LFU_START - 1
    db.read(b"k")
    assert clocks_of(db).frequency(b"k") == LFU_START


def test_another_kind_of_tracking_forgets_the_marks(space: Keyspace, db: Database, lfu: AccessClocks) -> None:
    db.put(b"k", b"v")
    space.track_access(Tracked.LRU)
    assert clocks_of(db) is not lfu
    assert not clocks_of(db).marks
