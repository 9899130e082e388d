"""SCAN's promise under everything that can happen to a database meanwhile, and the arena's own rules."""

from __future__ import annotations

import random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pyredis_server.base.clock import CommandClock
from pyredis_server.base.stats import ServerStats
from pyredis_server.datatypes.arena import Arena
from pyredis_server.keyspace.keyspace import Keyspace

KEYS = st.integers(0, 40).map(lambda number: b"key:%d" % number)
INDEXES = st.integers(0, 1)
COUNTS = st.integers(1, 4)  # few, so that much happens during a scan
START_MS = 1_000_000


class Scan:
    """A client that walks database `index`; `must` are the keys that have been there all the time."""

    def __init__(self, index: int, keys: set[bytes]) -> None:
        self.index = index
        self.must = keys
        self.seen: set[bytes] = set()
        self.cursor = 0


class ScanMachine(RuleBasedStateMachine):
    """Two databases beside two models of them (key -> time of its end, or None)."""

    @initialize(seed=st.integers(0, 1 << 16), keys=st.lists(KEYS, min_size=5, max_size=60))
    def start(self, seed: int, keys: list[bytes]) -> None:
        self.clock = CommandClock(START_MS)
        self.keyspace = Keyspace(self.clock, ServerStats(), count=2, rng=random.Random(seed))
        self.models: list[dict[bytes, int | None]] = [{}, {}]
        self.scans: list[Scan] = []
        for key in keys:
            self.put(0, key)
        for key in reversed(keys):  # the same names at other places: SWAPDB must not hide any
            self.put(1, key)

    def live(self, index: int) -> set[bytes]:
        now_ms = self.clock.now_ms
        return {key for key, at_ms in self.models[index].items() if at_ms is None or at_ms >= now_ms}

    def after(self) -> None:
        """Something was changed: what is gone now was not there all the time."""
        for scan in self.scans:
            scan.must &= self.live(scan.index)

    def fresh(self, key: bytes) -> bytes:
        """An equal key in another object, as each request brings one."""
        return bytes(bytearray(key))

    @rule(index=INDEXES, key=KEYS)
    def put(self, index: int, key: bytes) -> None:
        self.keyspace.databases[index].put(self.fresh(key), b"v")
        self.models[index][key] = None

    @rule(index=INDEXES, key=KEYS, ttl_ms=st.integers(1, 100))
    def put_until(self, index: int, key: bytes, ttl_ms: int) -> None:
        self.keyspace.databases[index].put_until(self.fresh(key), b"v", self.clock.now_ms + ttl_ms)
        self.models[index][key] = self.clock.now_ms + ttl_ms

    @rule(index=INDEXES, key=KEYS)
    def delete(self, index: int, key: bytes) -> None:
        assert self.keyspace.databases[index].delete(self.fresh(key)) == (key in self.live(index))
        self.models[index].pop(key, None)
        self.after()

    @rule(index=INDEXES, low=st.integers(0, 40), high=st.integers(0, 40))
    def delete_many(self, index: int, low: int, high: int) -> None:
        for number in range(low, high):
            self.delete(index, b"key:%d" % number)

    @rule(index=INDEXES, key=KEYS, ttl_ms=st.integers(1, 100))
    def expire(self, index: int, key: bytes, ttl_ms: int) -> None:
        db = self.keyspace.databases[index]
        if db.lookup(self.fresh(key)) is not None:
            db.set_expire(self.fresh(key), self.clock.now_ms + ttl_ms)
            self.models[index][key] = self.clock.now_ms + ttl_ms

    @rule(index=INDEXES, key=KEYS)
    def persist(self, index: int, key: bytes) -> None:
        db = self.keyspace.databases[index]
        if db.lookup(self.fresh(key)) is not None:
            had_ttl = self.models[index][key] is not None
            assert db.persist(self.fresh(key)) == had_ttl
            self.models[index][key] = None

    @rule(index=INDEXES, key=KEYS, other=KEYS)
    def rename(self, index: int, key: bytes, other: bytes) -> None:
        db = self.keyspace.databases[index]
        if db.lookup(key) is None or key == other:
            return
        at_ms = db.expire_at(key)
        value = db.pop(key)
        assert value is not None
        db.put(self.fresh(other), value)
        if at_ms is not None:
            db.set_expire(self.fresh(other), at_ms)
        self.models[index][other] = self.models[index].pop(key)
        self.after()

    @rule(ms=st.integers(1, 60))
    def advance(self, ms: int) -> None:
        self.clock.now_ms += ms
        self.after()

    @rule(index=INDEXES, key=KEYS)
    def look(self, index: int, key: bytes) -> None:
        found = self.keyspace.databases[index].lookup(self.fresh(key))
        assert (found is not None) == (key in self.live(index))

    @rule(index=INDEXES, budget=st.integers(1, 50))
    def tidy(self, index: int, budget: int) -> None:
        self.keyspace.databases[index].arena.tidy(budget)
        self.keyspace.databases[index].volatile.tidy(budget)

    @rule()
    def swap(self) -> None:
        self.keyspace.swap(0, 1)
        self.models.reverse()
        self.after()

    @rule(index=INDEXES)
    def flush(self, index: int) -> None:
        self.keyspace.databases[index].clear()
        self.models[index].clear()
        self.after()

    @rule(index=INDEXES)
    def pick_random(self, index: int) -> None:
        key = self.keyspace.databases[index].random_key()
        assert (key in self.live(index)) if key is not None else not self.live(index)

    @rule(index=INDEXES, count=COUNTS)
    def begin_scan(self, index: int, count: int) -> None:
        if len(self.scans) < 3:
            self.scans.append(Scan(index, self.live(index)))
            self.step_scan(self.scans[-1], count)

    def step_scan(self, scan: Scan, count: int) -> None:
        db = self.keyspace.databases[scan.index]
        scan.cursor, keys = db.scan(scan.cursor, count)
        assert 0 <= scan.cursor < 1 << 52
        assert len(keys) <= count
        assert all(key in db.values for key in keys)
        scan.seen.update(keys)
        if scan.cursor == 0:
            assert scan.must <= scan.seen, f"never returned: {scan.must - scan.seen}"
            self.scans.remove(scan)

    @precondition(lambda self: self.scans)
    @rule(data=st.data(), count=COUNTS)
    def go_on(self, data: st.DataObject, count: int) -> None:
        self.step_scan(data.draw(st.sampled_from(self.scans)), count)

    @invariant()
    def the_lists_match_the_dicts(self) -> None:
        for db in self.keyspace.databases:
            assert db.size == len(db.values)
            assert all(own is held for own, held in zip(sorted(db.values), self.used_slots(db.arena), strict=True))
            assert sorted(db.expires) == self.used_slots(db.volatile)
            assert db.expires.keys() <= db.values.keys()

    def used_slots(self, arena: Arena) -> list[bytes]:
        """The keys whose slots are not dead, in order; asserts what the arena promises."""
        assert len(set(arena.slots)) == len(arena.slots)
        assert arena.dead.keys() <= set(arena.slots)
        assert len(arena.dead) * 2 <= len(arena.slots) + 2
        return sorted(key for key in arena.slots if key not in arena.dead)

    def teardown(self) -> None:
        for scan in list(getattr(self, "scans", ())):
            for _ in range(len(self.keyspace.databases[scan.index].arena.slots) + 1):
                self.step_scan(scan, 1)
                if scan.cursor == 0:
                    break
            else:
                raise AssertionError("a scan of a quiet database did not end")


ScanMachine.TestCase.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
test_scan_gives_every_key_that_stays = ScanMachine.TestCase
