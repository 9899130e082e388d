"""The set: members without order or repetition, in three forms that OBJECT ENCODING tells apart.

* intset: a sorted `array` of the narrowest integers (2, 4 or 8 bytes) that ever held them all.
* listpack: all members in one `bytes`, each between zero bytes, so that C code finds, splits and counts them; a `dict`
  if that would be longer than PACKED_BYTES or a member has a zero byte. Both keep the order of insertion, as Redis.
* hashtable: a `set` beside an arena (arena.py), which lists the members for whatever needs them by number: SSCAN,
  SPOP, SRANDMEMBER. (A table is a `set`, no `dict`, because it meets others three times as fast in SINTER.)

When a set changes its form is Redis's rule; the thresholds are arguments. Sets go one way, towards hashtable: what
stores a new value (SINTERSTORE ..., SPOP of nearly all) begins anew. Bytes of memory per member, measured with CPython
3.11, in brackets Redis 8.2.3 with its key: intset of 5 small numbers 34 (19), of 100 3.5 (2.6); listpack of 5 members
like "m:00000123" 34 (25), of 16 19 (17), as a dict of 50 94 (14), of 128 85 (14); hashtable of 1,000 or a million such
members 90 (30), of which 48 are the member's own object.
Elsewhere: sets_algebra.py has union, intersection and difference.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable
from itertools import islice
from random import Random
from typing import Any, ClassVar, Final, Protocol, TypeAlias

from pyredis_server.base.numeric import parse_int
from pyredis_server.datatypes.arena import Arena

INTSET: Final = 0
LISTPACK: Final = 1
HASHTABLE: Final = 2
ENCODINGS: Final = (b"intset", b"listpack", b"hashtable")

Limits: TypeAlias = tuple[int, int, int]  # set-max-intset-entries, set-max-listpack-entries, set-max-listpack-value

PACKED_BYTES: Final = 512  # of a packed listpack: looking through takes 250 ns, in a dict of ten times the size 70
INTSET_LIMIT: Final = 1 << 30  # Redis allows no more, whatever the configuration says
POP_ANEW_FACTOR: Final = 5  # SPOP that leaves less than a fifth of what it takes keeps the rest in a new set
SPARSE_BYTES: Final = 512  # of table per member: a set that lost nearly all is rebuilt (full ones take 27 to 110) ...
SPARSE_TABLE_BYTES: Final = 32 * 1024  # ... but not one smaller than this
_WIDER: Final = {"h": "i", "i": "q"}
_BYTES_HEADER: Final = 33  # of a bytes object; allocations are multiples of 16


class Digest(Protocol):
    """What DEBUG DIGEST hands in."""

    def add(self, data: bytes) -> None:
        """Take in one of several parts without order."""


class SetValue:
    """A set. `form` is INTSET, LISTPACK or HASHTABLE; an empty set is no value for a key."""

    __slots__ = ("_arena", "_members", "form")

    type_name: ClassVar[bytes] = b"set"

    def __init__(self, form: int = INTSET) -> None:
        self.form = form
        # Any: an array, bytes, dict or set, as `form` says; telling them apart by isinstance takes 50 ns each time
        self._members: Any = array("h") if form == INTSET else b"\0" if form == LISTPACK else set()
        self._arena: Arena = Arena() if form == HASHTABLE else None  # type: ignore[assignment]  # of no other form

    @classmethod
    def created(cls, first: bytes, count: int, limits: Limits) -> SetValue:
        """An empty set in the form that SADD gives to a new key, judging by one member and their number."""
        if count <= limits[0] and parse_int(first) is not None:
            return cls(INTSET)
        return cls(LISTPACK if count <= limits[1] else HASHTABLE)

    @classmethod
    def collected(cls, members: Iterable[bytes], limits: Limits, form: int = INTSET) -> SetValue:
        """A set of these members, added one after the other to an empty set of that form."""
        made = cls(form)
        add = made.add
        for member in members:
            add(member, limits)
        return made

    @classmethod
    def of_table(cls, members: set[bytes]) -> SetValue:
        """A set in hashtable form; it takes `members` over."""
        made = cls(HASHTABLE)
        made._members = members
        made._arena.slots = list(members)
        return made

    @classmethod
    def of_integers(cls, numbers: Iterable[int]) -> SetValue:
        """A set in intset form, whatever the order and number of `numbers`."""
        made = cls(INTSET)
        in_order = sorted(set(numbers))
        if in_order:
            fitting = [code for code in "hiq" if all(_fits(code, number) for number in (in_order[0], in_order[-1]))]
            made._members = array(fitting[0], in_order)
        return made

    @classmethod
    def of_array(cls, numbers: array[int]) -> SetValue:
        """A set in intset form; it takes over the sorted integers, as wide as they are."""
        made = cls(INTSET)
        made._members = numbers
        return made

    # Asking

    def __len__(self) -> int:
        members = self._members
        return members.count(0) - 1 if type(members) is bytes else len(members)

    def __contains__(self, member: bytes) -> bool:
        members = self._members
        if type(members) is bytes:
            return members.find(b"\0%b\0" % member) >= 0 and 0 not in member  # `in` takes 100 ns more for bytes
        if self.form:
            return member in members
        number = parse_int(member)
        return number is not None and self._place(number) >= 0

    def encoding(self) -> bytes:
        """As OBJECT ENCODING names it."""
        return ENCODINGS[self.form]

    def members(self) -> list[bytes]:
        """All members in a new list: integers of an intset in order, a listpack's in the order of insertion."""
        if self.form == INTSET:
            return [b"%d" % number for number in self._members]
        if self.form == HASHTABLE and not self._arena.dead:
            return self._arena.slots[:]
        members = self._members
        if type(members) is bytes:
            return members[1:-1].split(b"\0") if len(members) > 1 else []
        return list(members)

    def integers(self) -> array[int]:
        """The sorted integers of an intset, as wide as they are stored. To be read only."""
        assert self.form == INTSET
        numbers: array[int] = self._members
        return numbers

    def lookup(self) -> Collection[bytes]:
        """The members as something where `in` is quick, and a `set` if the form is hashtable. To be read only."""
        members = self._members
        if self.form == HASHTABLE or type(members) is dict:
            found: Collection[bytes] = members
            return found
        return set(self.members())

    def scan(self, cursor: int, count: int) -> tuple[int, list[bytes]]:
        """Some members. Returns the next cursor, 0 at the end, and the members; small forms are given as a whole.

        A member that is there from the first call to the last is given at least once. A cursor is the number of slots
        not visited yet, so any number is accepted.
        """
        if self.form != HASHTABLE:
            return 0, self.members()
        return self._arena.walk(cursor or len(self._arena.slots), count)

    # Chance

    def random(self, rng: Random) -> bytes:
        """A member, each as likely as the other; there must be one."""
        if self.form == HASHTABLE:
            return self._arena.sample(rng.random)
        if self.form == INTSET:
            return b"%d" % self._members[int(rng.random() * len(self._members))]
        listed = self.members()
        return listed[int(rng.random() * len(listed))]

    def random_many(self, rng: Random, count: int) -> list[bytes]:
        """So many members by chance, each drawn from all: they may repeat."""
        members = self._members
        if self.form == INTSET:
            return [b"%d" % number for number in rng.choices(members, k=count)]
        if self.form == LISTPACK:
            return rng.choices(self.members(), k=count)
        if not self._arena.dead:
            return rng.choices(self._arena.slots, k=count)
        return [self.random(rng) for _ in range(count)]

    def random_distinct(self, rng: Random, count: int) -> list[bytes]:
        """So many different members by chance, all if there are no more. A listpack gives them in its order."""
        members = self._members
        size = len(self)
        if count >= size:
            return self.members()
        if self.form == INTSET:
            return [b"%d" % members[at] for at in rng.sample(range(size), count)]
        if self.form == LISTPACK:
            listed = self.members()
            return [listed[at] for at in sorted(rng.sample(range(size), count))]
        slots = self._arena.slots
        dead = self._arena.dead
        if not dead:
            return rng.sample(slots, count)  # copies the slots only where it takes a good part of them
        wanted = 3 * count
        while wanted < len(slots):  # usually once
            live = [member for member in rng.sample(slots, wanted) if member not in dead]
            if len(live) >= count:
                return live[:count]
            wanted *= 2
        return rng.sample(list(members), count)

    def pop_random(self, rng: Random) -> bytes:
        """Take out a member, each as likely as the other; there must be one."""
        members = self._members
        if self.form == INTSET:
            return b"%d" % members.pop(int(rng.random() * len(members)))
        if self.form == LISTPACK:
            listed = self.members()
            member = listed[int(rng.random() * len(listed))]
            if type(members) is bytes:
                self._members = members.replace(b"\0%b\0" % member, b"\0", 1)
            else:
                del members[member]
            return member
        member = self._arena.take(rng.random)
        members.remove(member)
        left = len(members)
        if not left & (left - 1):
            self._shrink()
        return member

    def pop_many(self, rng: Random, count: int, limits: Limits) -> list[bytes]:
        """Take out so many members by chance, fewer than there are.

        When nearly all go, Redis makes a new set of those that stay, which may have a smaller form.
        """
        staying = len(self) - count
        if staying * POP_ANEW_FACTOR <= count:
            kept = self.random_distinct(rng, staying)
            keep = set(kept)
            taken = [member for member in self.members() if member not in keep]
            self._become(SetValue.collected(kept, limits, INTSET if self.form == INTSET else LISTPACK))
            return taken
        if self.form != LISTPACK:
            return [self.pop_random(rng) for _ in range(count)]
        taken = self.random_distinct(rng, count)
        gone = set(taken)
        self._members = _packed([member for member in self.members() if member not in gone])
        return taken

    # Changing

    def expect(self, count: int, limits: Limits) -> None:
        """SADD brings so many arguments: if they would be too many for a small form, give it up at once."""
        form = self.form
        if form != HASHTABLE and count > limits[form]:
            self._to_hashtable()

    def add(self, member: bytes, limits: Limits) -> bool:
        """Put a member in, changing the form where it must be. False when it was there."""
        form = self.form
        members = self._members
        if form == HASHTABLE:
            if member in members:
                return False
            members.add(member)
            arena = self._arena
            if arena.dead:
                arena.admit(member)
            else:
                arena.slots.append(member)
            return True
        if type(members) is bytes and 0 not in member:  # the usual case of a listpack
            if members.find(b"\0%b\0" % member) >= 0:
                return False
            length = len(member)
            packed_bytes = len(members) + length + 1
            # The members are fewer than the bytes, so mostly they need not be counted.
            if (packed_bytes <= PACKED_BYTES and length <= limits[2]
                    and (packed_bytes <= limits[1] or members.count(0) <= limits[1])):
                self._members = b"%b%b\0" % (members, member)
                return True
        if form == LISTPACK:
            return self._add_to_listpack(member, limits)
        size = len(members)
        number = parse_int(member)
        if number is not None:
            at = bisect_left(members, number)
            if at < size and members[at] == number:
                return False
            self._insert(at, number)
            if size >= limits[0] or size >= INTSET_LIMIT:
                self._to_hashtable()
            return True
        if size < limits[1] and len(member) <= limits[2] and self._longest_number() <= limits[2]:
            self._to_listpack()
        else:
            self._to_hashtable()
        return self.add(member, limits)

    def remove(self, member: bytes) -> bool:
        """Take a member out. False when it was not there. The form stays."""
        form = self.form
        members = self._members
        if form == HASHTABLE:
            if member not in members:
                return False
            members.remove(member)
            self._arena.discard(member)
            left = len(members)
            if not left & (left - 1):
                self._shrink()
            return True
        if form == INTSET:
            number = parse_int(member)
            at = -1 if number is None else self._place(number)
            if at >= 0:
                del members[at]
            return at >= 0
        if type(members) is bytes:
            if 0 in member:
                return False
            self._members = members.replace(b"\0%b\0" % member, b"\0", 1)
            return len(self._members) < len(members)
        if member not in members:
            return False
        del members[member]
        return True

    def prefer_intset(self, limits: Limits) -> None:
        """Take the form of an intset if all members are integers and not too many, as SINTERSTORE does at its end."""
        if self.form != INTSET and len(self) <= min(limits[0], INTSET_LIMIT):
            numbers = []
            for member in self.members():
                number = parse_int(member)
                if number is None:
                    return
                numbers.append(number)
            self._become(SetValue.of_integers(numbers))

    # What every value offers (keyspace/values.py)

    def copy(self) -> SetValue:
        """An equal set of the same form."""
        made = SetValue(self.form)
        made._members = self._members.copy() if type(self._members) in (dict, set) else self._members[:]
        if self.form == HASHTABLE:
            made._arena.slots = self.members()
        return made

    def digest_into(self, digest: Digest) -> None:
        """For DEBUG DIGEST."""
        for member in self.members():
            digest.add(member)

    def free_effort(self) -> int:
        """About how many allocations there are to free."""
        return len(self._members) if type(self._members) in (dict, set) else 1

    def owned_parts(self) -> tuple[object, ...]:
        """The containers, for the lazy freer."""
        if self.form == HASHTABLE:
            return self._arena.slots, self._arena.dead, self._members
        return (self._members,)

    def estimate_bytes(self, samples: int) -> int:
        """About how much memory it takes, judging the members by so many of them; 0 looks at all."""
        members = self._members
        size = sys.getsizeof(self) + sys.getsizeof(members)
        if type(members) not in (dict, set) or not members:
            return size
        if self.form == HASHTABLE:
            arena = self._arena
            size += sys.getsizeof(arena) + sys.getsizeof(arena.slots) + sys.getsizeof(arena.dead)
        looked_at = list(islice(members, samples or len(members)))
        return size + sum([_BYTES_HEADER + len(one) + 15 & ~15 for one in looked_at]) * len(members) // len(looked_at)

    # Inside

    def _add_to_listpack(self, member: bytes, limits: Limits) -> bool:
        members = self._members
        if member in self:
            return False
        if len(self) >= limits[1] or len(member) > limits[2]:
            self._to_hashtable()
            return self.add(member, limits)
        if type(members) is bytes:
            members = self._members = dict.fromkeys(self.members())
        members[member] = None
        return True

    def _place(self, number: int) -> int:
        """Where an intset has the number; -1 if it does not."""
        members = self._members
        at = bisect_left(members, number)
        return at if at < len(members) and members[at] == number else -1

    def _insert(self, at: int, number: int) -> None:
        """Put a number into an intset, which becomes as wide as it needs."""
        while True:
            try:
                self._members.insert(at, number)
            except OverflowError:
                self._members = array(_WIDER[self._members.typecode], self._members)
            else:
                return

    def _longest_number(self) -> int:
        """The digits of the longest number in an intset, the sign counted."""
        members = self._members
        return max(len(str(members[0])), len(str(members[-1]))) if members else 0

    def _to_listpack(self) -> None:
        self._members = _packed(self.members())
        self.form = LISTPACK

    def _to_hashtable(self) -> None:
        listed = self.members()
        self._members = set(listed)
        self._arena = Arena()
        self._arena.slots = listed
        self.form = HASHTABLE

    def _become(self, other: SetValue) -> None:
        """Take over what `other` holds; it is not to be used afterwards."""
        self.form = other.form
        self._members = other._members
        self._arena = other._arena

    def _shrink(self) -> None:
        """Rebuild the table if it is nearly empty: walking through it takes as long as when it was full."""
        members = self._members
        table_bytes = sys.getsizeof(members)
        if table_bytes > SPARSE_TABLE_BYTES and table_bytes > SPARSE_BYTES * len(members):
            self._members = set(members)


def _fits(code: str, number: int) -> bool:
    """Is an array of this type code wide enough?"""
    bits = array(code).itemsize * 8 - 1
    return -(1 << bits) <= number < 1 << bits


def _packed(listed: list[bytes]) -> bytes | dict[bytes, None]:
    """The members as a listpack keeps them."""
    if not listed:
        return b"\0"
    joined = b"\0".join(listed)
    if len(joined) + 2 <= PACKED_BYTES and joined.count(b"\0") == len(listed) - 1:
        return b"\0%b\0" % joined
    return dict.fromkeys(listed)
