"""One database: keys, values, times to live, and the way handlers reach them.

Owner: the executor thread. Promises: what `lookup`, `read*` and `write*` return is alive; every change of the set of
keys goes through here, so that SCAN, RANDOMKEY and the samplers stay true.
`values` and `expires` may be read directly, never changed directly. A value found in `values` is alive and needs no
further steps but counting the hit if its key is not in `expires` and `clocks` is None; GET is written so. FLUSHDB and
SWAPDB replace both dicts, so fetch them anew in each command.
Elsewhere: the active cycle is expiry.py's; marks of use are clocks.py's; who is told is hooks.py's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from pyredis_server.base.errors import WrongType
from pyredis_server.datatypes.arena import SLOTS_PER_DEAD, Arena
from pyredis_server.datatypes.deadlines import Deadlines
from pyredis_server.datatypes.hashes import Hash
from pyredis_server.keyspace.clocks import AccessClocks
from pyredis_server.keyspace.hooks import Overdue
from pyredis_server.keyspace.values import StoredValue

if TYPE_CHECKING:
    from pyredis_server.keyspace.keyspace import Keyspace
    from pyredis_server.sessions.session import Session

T = TypeVar("T")

POSITION_BITS = 40  # of a SCAN cursor; above them stands the number of SWAPDBs, so that each begins the walk anew
POSITION_MASK = (1 << POSITION_BITS) - 1
SWAP_MASK = (1 << 12) - 1  # keeps cursors below 2**52, where clients that read them as doubles are still exact
RANDOM_TRIES = 100  # to find a live key among those that ran out, when they may not be deleted


class Contents:
    """What a cleared database held: an opaque thing to be freed, here or in the background."""

    __slots__ = ("clocks", "expires", "field_deadlines", "keys", "values", "volatile")

    def __init__(self, db: Database) -> None:
        self.values = db.values
        self.expires = db.expires
        self.keys = db.arena
        self.volatile = db.volatile
        self.clocks = db.clocks
        self.field_deadlines = db.field_deadlines

    def __len__(self) -> int:
        return len(self.values)

    @property
    def object_count(self) -> int:
        """For INFO's lazyfree_pending_objects: the keys."""
        return len(self.values)

    def owned_parts(self) -> tuple[object, ...]:
        """For the lazy freer: containers that nothing else refers to."""
        marks = None if self.clocks is None else self.clocks.marks
        return (self.keys.slots, self.keys.dead, self.volatile.slots, self.volatile.dead, self.expires, marks,
                *self.field_deadlines.owned_parts(), self.values)


class _Probe:
    """Finds the object that a dict holds as its key: equal to `key`, and noting what it was compared to."""

    __slots__ = ("found", "key")

    def __init__(self) -> None:
        self.key = b""
        self.found = b""

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, held: object) -> bool:
        if held == self.key:
            self.found = held
            return True
        return False


class Database:
    """A numbered database. Handlers have it as `ctx.db`."""

    __slots__ = (
        "_probe", "arena", "avg_ttl_ms", "clock", "clocks", "expire_position", "expires", "field_deadlines", "index",
        "keyspace", "size", "stats", "swaps", "values", "volatile", "watched",
    )

    def __init__(self, index: int, keyspace: Keyspace) -> None:
        self.index = index
        self.keyspace = keyspace
        self.clock = keyspace.clock
        self.stats = keyspace.stats
        self.watched: dict[bytes, set[Session]] = {}
        self.clocks: AccessClocks | None = None
        self.swaps = 0
        self._probe: Any = _Probe()  # Any: it passes for a key of bytes
        self._empty()

    def _empty(self) -> None:
        self.values: dict[bytes, StoredValue] = {}
        self.expires: dict[bytes, int] = {}  # ms since the epoch; the key is there until the clock is past it
        self.size = 0  # len(values) at the last change: a store that grew the dict added a key
        self.arena = Arena()
        self.volatile = Arena()  # the keys of `expires`
        self.expire_position = 0  # of the active cycle's walk through `volatile`
        self.avg_ttl_ms = 0.0  # the active cycle's moving average
        self.field_deadlines = Deadlines()  # hashes with fields that expire, by key; see hashes_expiry.py

    def __len__(self) -> int:
        """Keys, with those that ran out but were not met yet; as DBSIZE counts."""
        return len(self.values)

    def __bool__(self) -> bool:
        return True

    # Reading

    def lookup(self, key: bytes) -> StoredValue | None:
        """The live value. Counts nothing and touches nothing."""
        value = self.values.get(key)
        if self.expires and value is not None:
            at_ms = self.expires.get(key)
            if at_ms is not None and at_ms < self.clock.now_ms:
                return self._overdue(key, value)
        return value

    def read(self, key: bytes) -> StoredValue | None:
        """The live value, for a command that reads: counts a hit or miss and marks the use."""
        value = self.values.get(key)
        if self.expires and value is not None:
            at_ms = self.expires.get(key)
            if at_ms is not None and at_ms < self.clock.now_ms:
                value = self._overdue(key, value)
        if value is None:
            self.missed(key)
            return None
        self.stats.keyspace_hits += 1
        if self.clocks is not None:
            self.touch(key)
        return value

    def peek(self, key: bytes) -> StoredValue | None:
        """`read` without marking a use, for EXISTS, TYPE, TTL and their like."""
        value = self.lookup(key)
        if value is None:
            self.missed(key)
        else:
            self.stats.keyspace_hits += 1
        return value

    def read_string(self, key: bytes) -> bytes | bytearray | None:
        """`read` for string commands. Raises WrongType for any other type."""
        if self.expires or self.clocks is not None:
            value = self.read(key)
        else:  # read's usual path, written out: 60 ns of a GET
            value = self.values.get(key)
            if value is None:
                self.missed(key)
            else:
                self.stats.keyspace_hits += 1
        if isinstance(value, bytes):
            return value
        if value is None or isinstance(value, bytearray):
            return value
        raise WrongType

    def read_as(self, key: bytes, kind: type[T]) -> T | None:
        """`read` for a value of class `kind`. Raises WrongType for any other type."""
        value = self.read(key)
        if value is None or isinstance(value, kind):
            return value
        raise WrongType

    def lookup_for_write(self, key: bytes) -> StoredValue | None:
        """The live value, for a command that will change it: marks the use, counts no hit or miss."""
        value = self.values.get(key)
        if self.expires and value is not None:
            at_ms = self.expires.get(key)
            if at_ms is not None and at_ms < self.clock.now_ms:
                value = self._overdue(key, value, writing=True)
        if self.clocks is not None and value is not None:
            self.touch(key)
        return value

    def write_string(self, key: bytes) -> bytes | bytearray | None:
        """`lookup_for_write` for string commands. Raises WrongType for any other type."""
        usual = not self.expires and self.clocks is None
        value = self.values.get(key) if usual else self.lookup_for_write(key)
        if isinstance(value, bytes):
            return value
        if value is None or isinstance(value, bytearray):
            return value
        raise WrongType

    def write_as(self, key: bytes, kind: type[T]) -> T | None:
        """`lookup_for_write` for a value of class `kind`. Raises WrongType for any other type."""
        value = self.lookup_for_write(key)
        if value is None or isinstance(value, kind):
            return value
        raise WrongType

    def exists(self, key: bytes) -> bool:
        """Is there a live value?"""
        return self.lookup(key) is not None

    def is_expired(self, key: bytes) -> bool:
        """Has the key run out, and is it to be kept from readers? Deletes nothing."""
        at_ms = self.expires.get(key)
        return at_ms is not None and at_ms < self.clock.now_ms and self.keyspace.overdue is not Overdue.IGNORE

    def missed(self, key: bytes) -> None:
        """Count a miss and report it to whoever asked for it."""
        self.stats.keyspace_misses += 1
        hooks = self.keyspace.hooks
        if hooks.wants_misses:
            hooks.keymiss(self, key)

    # Changing

    def put(self, key: bytes, value: StoredValue) -> None:
        """Store a new or other value and drop the time to live, as SET does."""
        if self.expires and key in self.expires:
            self._end_of_ttl(key)
        values = self.values
        values[key] = value
        if len(values) != self.size:
            self._admit(key, value)
        elif self.clocks is not None:
            self.touch(key)
        if value.__class__ is not bytes:
            self._note_field_deadlines(key, value)

    def put_many(self, keys: Sequence[bytes], values: Sequence[StoredValue]) -> None:
        """`put` for many keys at once, while no key has a time to live and no uses are tracked; a later one wins."""
        stored = self.values
        stored.update(zip(keys, values, strict=True))
        grown = len(stored) - self.size
        if grown:  # a dict keeps the order of insertion: the new keys are its last
            for key in list(islice(reversed(stored), grown)):
                self._admit(key, stored[key])

    def put_until(self, key: bytes, value: StoredValue, at_ms: int) -> None:
        """Store with a time to live, as SET EX: cheaper than `put` and `set_expire` when the key has one already."""
        expires = self.expires
        if expires.get(key, 0) >= self.clock.now_ms:
            self.values[key] = value
            expires[key] = at_ms
            if self.clocks is not None:
                self.touch(key)
        else:
            self.put(key, value)
            self.set_expire(key, at_ms)

    def set(self, key: bytes, value: StoredValue) -> None:
        """Store a new or other value and keep the time to live. Call `write*` or `lookup` before."""
        values = self.values
        values[key] = value
        if len(values) != self.size:
            self._admit(key, value)
        elif self.clocks is not None:
            self.touch(key)

    def delete(self, key: bytes) -> bool:
        """Remove a key. False when there was none, or none alive."""
        if self.expires and key in self.expires:
            return self.pop(key) is not None
        return self._remove(key) is not None

    def pop(self, key: bytes) -> StoredValue | None:
        """Remove a key and give its value, or None when there was none, or none alive."""
        if self.expires:
            at_ms = self.expires.get(key)
            if at_ms is not None and at_ms < self.clock.now_ms:
                value = self.values[key]
                if self._overdue(key, value, writing=True) is None:
                    return None
        return self._remove(key)

    def clear(self) -> Contents:
        """Remove everything. Returns what was there; dropping it frees it at once, a lazy freer in the background."""
        contents = Contents(self)
        self._empty()
        if self.clocks is not None:
            self.clocks = AccessClocks(self.clocks.policy)
        return contents

    # Times to live

    def expire_at(self, key: bytes) -> int | None:
        """When the key runs out, in ms since the epoch; None for never (or no such key). Look the key up before."""
        return self.expires.get(key)

    def set_expire(self, key: bytes, at_ms: int) -> None:
        """Let an existing key run out at `at_ms`, in ms since the epoch."""
        expires = self.expires
        if key in expires:
            expires[key] = at_ms
            return
        probe = self._probe
        probe.key = key
        if probe in self.values:
            own = self.volatile.admit(probe.found)
            expires[own] = at_ms

    def persist(self, key: bytes) -> bool:
        """Drop the time to live; False when there was none."""
        probe = self._probe
        probe.key = key
        if self.expires.pop(probe, None) is None:
            return False
        self.volatile.discard(probe.found)
        return True

    @property
    def subexpiry(self) -> int:
        """INFO's subexpiry: keys with fields that expire. One overwritten by SET may count until its time comes."""
        return len(self.field_deadlines.at)

    @property
    def average_ttl_ms(self) -> int:
        """INFO's avg_ttl: what the active cycle has seen lately; 0 when no key has a time to live."""
        return int(self.avg_ttl_ms) if self.expires else 0

    # Walking and sampling

    def scan(self, cursor: int, count: int) -> tuple[int, list[bytes]]:
        """Visit some keys. Returns the next cursor, 0 at the end, and the keys; some of them may have run out.

        A key that is there from the first to the last call is given at least once. Any cursor is accepted: one that
        was never given out begins somewhere or at the start.
        """
        position = cursor & POSITION_MASK
        if cursor == 0 or cursor >> POSITION_BITS != self.swaps:
            position = len(self.arena.slots)
        position, keys = self.arena.walk(position, max(count, 1))
        return (self.swaps << POSITION_BITS | position if position else 0), keys

    def keys(self) -> Iterator[bytes]:
        """All live keys. Nothing is deleted; change nothing while walking."""
        expires = self.expires
        if not expires or self.keyspace.overdue is Overdue.IGNORE:
            yield from self.values
            return
        now_ms = self.clock.now_ms
        for key in self.values:
            if expires.get(key, now_ms) >= now_ms:
                yield key

    def random_key(self) -> bytes | None:
        """A live key, each as likely as the other; None when the database is empty.

        Where expired keys stay (`Overdue.HIDE`) and nearly all have run out, it may be one of those.
        """
        tries = RANDOM_TRIES
        while self.values:
            key = self.sample_key()
            if not self.expires or self.lookup(key) is not None:
                return key
            tries -= 1
            if tries <= 0 and key in self.values:
                return key
        return None

    def sample_key(self) -> bytes:
        """Some key, each as likely as the other; it may have run out. The database must not be empty."""
        return self.arena.sample(self.keyspace.random.random)

    def sample_volatile(self) -> bytes:
        """Some key with a time to live, each as likely as the other. There must be one."""
        return self.volatile.sample(self.keyspace.random.random)

    # Upkeep

    @property
    def untidy(self) -> bool:
        """Should cron call `tidy`?"""
        return self.arena.untidy or self.volatile.untidy

    def tidy(self, budget: int) -> None:
        """Give dead slots back, looking at up to `budget` slots of each list."""
        if self.arena.untidy:
            self.arena.tidy(budget)
        if self.volatile.untidy:
            self.volatile.tidy(budget)

    def expire_if_due(self, key: bytes, now_ms: int) -> bool:
        """Remove the key and report it if it ran out before `now_ms`; for the active cycle."""
        at_ms = self.expires.get(key)
        if at_ms is None or at_ms >= now_ms:
            return False
        self._expire(key)
        return True

    def touch(self, key: bytes) -> None:
        """Mark a use of an existing key while uses are tracked."""
        clocks = self.clocks
        if clocks is None:
            return
        if key not in clocks.marks:
            probe = self._probe
            probe.key = key
            if probe not in self.values:
                return
            key = probe.found
        clocks.touch(key)

    def swap_contents(self, other: Database) -> None:
        """Exchange contents with another database. `Keyspace.swap` calls it."""
        for name in ("values", "expires", "size", "arena", "volatile", "expire_position", "avg_ttl_ms", "clocks",
                     "field_deadlines"):
            mine = getattr(self, name)
            setattr(self, name, getattr(other, name))
            setattr(other, name, mine)
        self.swaps = self.swaps + 1 & SWAP_MASK
        other.swaps = other.swaps + 1 & SWAP_MASK

    # Inside

    def _admit(self, key: bytes, value: StoredValue) -> None:
        """A store added `key` to `values`: give it a slot."""
        own = self.arena.admit(key)
        if own is not key:
            del self.values[key]  # the slot's object becomes the dict's, so that the key is in memory once
            self.values[own] = value
        self.size += 1
        if self.clocks is not None:
            self.clocks.created(own)

    def _remove(self, key: bytes) -> StoredValue | None:
        probe = self._probe
        probe.key = key
        value: StoredValue | None = self.values.pop(probe, None)
        if value is None:
            return None
        own = probe.found
        self.size -= 1
        arena = self.arena
        dead = arena.dead
        if len(dead) * SLOTS_PER_DEAD < len(arena.slots):  # Arena.discard's usual path, written out: 60 ns of a DEL
            dead[own] = own
        else:
            arena.discard(own)
        if self.expires and self.expires.pop(own, None) is not None:
            self.volatile.discard(own)
        if self.clocks is not None:
            self.clocks.marks.pop(own, None)
        if self.field_deadlines.at:
            self.field_deadlines.drop(own)
        return value

    def _note_field_deadlines(self, key: bytes, value: StoredValue) -> None:
        """A value was stored: list it if it is a hash with fields that expire."""
        if value.__class__ is Hash and (at_ms := value.earliest_deadline()) is not None:
            self.field_deadlines.set(key, at_ms)
        elif self.field_deadlines.at:
            self.field_deadlines.drop(key)

    def _expire(self, key: bytes) -> None:
        value = self._remove(key)
        assert value is not None, "a key with a time to live has a value"
        self.stats.expired_keys += 1
        self.keyspace.hooks.expired(self, key, value)

    def _overdue(self, key: bytes, value: StoredValue, *, writing: bool = False) -> StoredValue | None:
        """A command met a key that ran out. Returns what the command shall see."""
        mode = self.keyspace.overdue
        if mode is Overdue.IGNORE:
            return value
        if mode is Overdue.DELETE:
            self._expire(key)
        elif writing:
            self._remove(key)  # a writable replica's own write; nobody is told
        return None

    def _end_of_ttl(self, key: bytes) -> None:
        """`put` overwrites a key that has a time to live: if it ran out it goes first, as any command would see."""
        if self.expires[key] < self.clock.now_ms:
            self._overdue(key, self.values[key], writing=True)
        self.persist(key)
