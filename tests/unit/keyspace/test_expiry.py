"""The active cycle, with a clock that moves by a fixed step at every look."""

from __future__ import annotations

import attrs
import pytest

from pyredis_server.keyspace.database import Database
from pyredis_server.keyspace.expiry import DATABASES_PER_CYCLE, Effort, ExpireCycle
from pyredis_server.keyspace.hooks import Overdue
from pyredis_server.keyspace.keyspace import Keyspace
from tests.unit.keyspace.conftest import NOW_MS, Listener

HZ = 10
HOUR_MS = 3_600_000


@attrs.define
class StepClock:
    """Time passes only by looking: `step_us` each time."""

    step_us: int = 0
    now_us: int = 0

    def mono_ns(self) -> int:
        self.now_us += self.step_us
        return self.now_us * 1_000


@pytest.fixture
def steps() -> StepClock:
    return StepClock()


@pytest.fixture
def cycle(space: Keyspace, steps: StepClock) -> ExpireCycle:
    return ExpireCycle(space, mono_ns=steps.mono_ns, wall_ms=lambda: NOW_MS)


def fill(db: Database, *, stale: int = 0, alive: int = 0, ttl_ms: int = HOUR_MS) -> None:
    for number in range(stale):
        db.put(b"stale:%d" % number, b"v")
        db.set_expire(b"stale:%d" % number, NOW_MS - 1)
    for number in range(alive):
        db.put_until(b"alive:%d" % number, b"v", NOW_MS + ttl_ms)


def test_a_cycle_removes_and_reports_all_stale_keys_while_it_has_time(
    space: Keyspace, db: Database, cycle: ExpireCycle, listener: Listener
) -> None:
    fill(db, stale=1_000)
    db.put(b"eternal", b"v")
    cycle.slow(1, HZ)
    assert list(db.values) == [b"eternal"]
    assert len(listener.heard) == space.stats.expired_keys == 1_000


def test_a_key_in_the_millisecond_of_its_end_stays(db: Database, cycle: ExpireCycle) -> None:
    fill(db, alive=1, ttl_ms=0)
    cycle.slow(1, HZ)
    assert len(db) == 1


def test_a_cycle_looks_at_one_sample_when_little_has_run_out(db: Database, cycle: ExpireCycle) -> None:
    fill(db, alive=1_000)
    cycle.slow(1, HZ)
    assert db.expire_position == 980


def test_the_next_cycle_goes_on_where_the_last_one_stopped(db: Database, cycle: ExpireCycle) -> None:
    fill(db, stale=2, alive=998)  # the stale ones are at the end of the walk
    for _ in range(49):
        cycle.slow(1, HZ)
    assert len(db) == 1_000
    cycle.slow(1, HZ)
    assert len(db) == 998


@pytest.mark.parametrize(("level", "sample", "fast_us", "percent", "tolerated"), [
    (1, 20, 1_000, 25, 10), (4, 35, 1_750, 31, 7), (10, 65, 3_250, 43, 1),
])
def test_effort_scales_the_rates(level: int, sample: int, fast_us: int, percent: int, tolerated: int) -> None:
    assert Effort.of(level) == Effort(sample, fast_us, percent, tolerated)


def test_a_cycle_goes_on_only_above_the_tolerated_share(db: Database, cycle: ExpireCycle) -> None:
    fill(db, alive=1_000)
    for number in range(998, 1_000):  # 2 of the first sample of 20: a tenth is tolerated
        db.set_expire(b"alive:%d" % number, NOW_MS - 1)
    cycle.slow(1, HZ)
    assert len(db) == 998
    assert db.expire_position == 980


def test_a_cycle_ends_when_its_share_of_the_period_is_over(
    space: Keyspace, db: Database, cycle: ExpireCycle, steps: StepClock
) -> None:
    fill(db, stale=1_000)
    steps.step_us = 1_000  # one look per sample of 20: a quarter of 100 ms has room for 25 samples
    used_us = cycle.slow(1, HZ)
    assert len(db) == 500
    assert space.stats.expired_time_cap_reached_count == 1
    assert used_us == 26_000
    assert space.stats.expire_cycle_cpu_ms == 26


def test_after_running_out_of_time_the_next_database_comes_first(
    space: Keyspace, cycle: ExpireCycle, steps: StepClock
) -> None:
    for db in space.databases:
        fill(db, stale=1_000)
    steps.step_us = 1_000
    cycle.slow(1, HZ)
    cycle.slow(1, HZ)
    assert [len(db) for db in space.databases] == [500, 500, 1_000, 1_000]


def test_a_cycle_visits_a_limited_number_of_databases(space: Keyspace, cycle: ExpireCycle) -> None:
    space.databases += [Database(index, space) for index in range(4, 30)]
    for db in space.databases[2:]:
        fill(db, stale=1)
    cycle.slow(1, HZ)
    assert sum(len(db) == 0 for db in space.databases[2:]) == DATABASES_PER_CYCLE
    cycle.slow(1, HZ)
    assert len(space) == 0


def test_the_stale_share_is_a_moving_average(space: Keyspace, db: Database, cycle: ExpireCycle) -> None:
    fill(db, stale=20)
    cycle.slow(1, HZ)
    assert space.stats.expire_stale_percent == pytest.approx(5.0)
    cycle.slow(1, HZ)
    assert space.stats.expire_stale_percent == pytest.approx(4.75)


def test_the_average_ttl_follows_the_samples(db: Database, cycle: ExpireCycle) -> None:
    fill(db, alive=20, ttl_ms=1_000)
    cycle.slow(1, HZ)
    assert db.average_ttl_ms == 1_000
    fill(db, alive=20, ttl_ms=2_000)
    cycle.slow(1, HZ)
    assert db.average_ttl_ms == 1_020
    db.clear()
    assert db.average_ttl_ms == 0


# The fast cycle


def test_a_fast_cycle_does_nothing_while_little_is_stale(db: Database, cycle: ExpireCycle) -> None:
    fill(db, stale=100)
    assert cycle.fast(1) == 0
    assert len(db) == 100


def test_a_fast_cycle_goes_on_with_what_the_slow_one_had_no_time_for(
    db: Database, cycle: ExpireCycle, steps: StepClock
) -> None:
    fill(db, stale=1_000)
    steps.step_us = 1_000
    cycle.slow(1, HZ)
    steps.step_us = 250
    cycle.fast(1)
    assert len(db) == 500 - 4 * 20


def test_fast_cycles_keep_a_distance(db: Database, cycle: ExpireCycle, steps: StepClock) -> None:
    fill(db, stale=1_000)
    steps.step_us = 1_000
    cycle.slow(1, HZ)
    steps.step_us = 250
    cycle.fast(1)
    left = len(db)
    steps.step_us = 1
    assert cycle.fast(1) == 0
    steps.now_us += 2_000
    cycle.fast(1)
    assert len(db) < left


def test_a_high_estimate_of_stale_keys_allows_the_fast_cycle(
    space: Keyspace, db: Database, cycle: ExpireCycle
) -> None:
    fill(db, stale=100)
    space.stats.expire_stale_percent = 10.0
    cycle.fast(1)
    assert len(db) == 0


# Switches


def test_debug_set_active_expire_0_stops_the_cycle(space: Keyspace, db: Database, cycle: ExpireCycle) -> None:
    fill(db, stale=10)
    space.active_expire_enabled = False
    cycle.slow(1, HZ)
    assert len(db) == 10


@pytest.mark.parametrize("mode", [Overdue.HIDE, Overdue.IGNORE])
def test_only_a_primary_expires_actively(space: Keyspace, db: Database, cycle: ExpireCycle, mode: Overdue) -> None:
    fill(db, stale=10)
    space.overdue = mode
    cycle.slow(1, HZ)
    assert len(db) == 10


def test_the_cycle_is_idle_without_ttls(db: Database, cycle: ExpireCycle) -> None:
    db.put(b"k", b"v")
    assert cycle.idle
    fill(db, alive=1)
    assert not cycle.idle


def test_keys_are_found_among_many_that_lost_their_ttl(db: Database, cycle: ExpireCycle) -> None:
    fill(db, stale=30, alive=500)
    for number in range(500):
        db.persist(b"alive:%d" % number)
    cycle.slow(1, HZ)
    assert not db.expires
    assert len(db) == 500
