"""A hash: fields, their values, and for some of the fields the time at which they expire.

A dict holds it in every encoding; the encoding is only a name that changes as in Redis, one way: listpack while it is
small, listpackex once a field was given a time to live, hashtable for good beyond the limits. What costs anything comes
with its use: `deadlines` when a field expires, `slots` when a big hash is scanned or picked from at random.
Nothing here looks at the clock: fields that are overdue stay until somebody takes them out.
Reading `fields` and `deadlines.at` directly is welcome; change them through the methods.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any, ClassVar, Final

from pyredis_server.datatypes.arena import Arena
from pyredis_server.datatypes.deadlines import Deadlines

LISTPACK: Final = b"listpack"
LISTPACK_EX: Final = b"listpackex"
HASHTABLE: Final = b"hashtable"

COPY_FACTOR = 3  # picking more than a third of the fields, it is quicker to begin with all of them


class Hash:
    """The value of a key. `deadlines` is None while no field expires."""

    __slots__ = ("deadlines", "encoding_name", "fields", "slots")

    type_name: ClassVar[bytes] = b"hash"

    def __init__(self) -> None:
        self.fields: dict[bytes, bytes] = {}
        self.deadlines: Deadlines | None = None
        self.encoding_name = LISTPACK
        self.slots: Arena | None = None

    @classmethod
    def of(cls, fields: dict[bytes, bytes], deadlines: dict[bytes, int] | None, max_entries: int,
           max_value: int) -> Hash:
        """A hash of these fields, which it keeps, in the encoding that the limits ask for."""
        made = cls()
        made.fields = fields
        if deadlines:
            made.deadlines = Deadlines(deadlines)
            made.encoding_name = LISTPACK_EX
        made._fit(len(fields), max_entries)
        if made.encoding_name is not HASHTABLE and fields and (
            max(map(len, fields)) > max_value or max(map(len, fields.values())) > max_value
        ):
            made.encoding_name = HASHTABLE
        return made

    def __len__(self) -> int:
        """Fields, overdue ones included, as HLEN counts."""
        return len(self.fields)

    def __bool__(self) -> bool:
        return True

    def encoding(self) -> bytes:
        """As OBJECT ENCODING names it."""
        return self.encoding_name

    # Setting

    def set(self, field: bytes, value: bytes, max_entries: int, max_value: int, *, keep_deadline: bool = False) -> bool:
        """Set a field, which then expires no more unless `keep_deadline`. True when it is a new one.

        The limits are those of the listpack encodings: the number of fields, and the length of a field or value.
        """
        fields = self.fields
        before = len(fields)
        fields[field] = value
        if self.encoding_name is not HASHTABLE:
            if len(field) > max_value or len(value) > max_value:
                self.encoding_name = HASHTABLE
            else:
                self._fit(len(fields), max_entries)
        if len(fields) != before:
            if self.slots is not None:
                self.slots.admit(field)
            return True
        if self.deadlines is not None and not keep_deadline:
            self.persist(field)
        return False

    def set_many(self, pairs: Sequence[bytes], max_entries: int, max_value: int, *,
                 keep_deadlines: bool = False) -> int:
        """Set fields given as field, value, field, value ...; a later one wins. Returns how many are new."""
        if self.encoding_name is not HASHTABLE:
            if max(map(len, pairs)) > max_value:
                self.encoding_name = HASHTABLE
            else:
                self._fit(len(pairs) // 2, max_entries)  # counted before it is seen that some are the same
        fields = self.fields
        before = len(fields)
        if self.slots is None and self.deadlines is None:
            fields.update(zip(pairs[::2], pairs[1::2], strict=True))
            if self.encoding_name is not HASHTABLE:
                self._fit(len(fields), max_entries)
        else:
            for field, value in zip(pairs[::2], pairs[1::2], strict=True):
                self.set(field, value, max_entries, max_value, keep_deadline=keep_deadlines)
        return len(fields) - before

    def remove(self, field: bytes) -> bytes | None:
        """Take a field out and give its value; None when there is none."""
        value = self.fields.pop(field, None)
        if value is not None:
            if self.slots is not None:
                self.slots.discard(field)
            if self.deadlines is not None:
                self.persist(field)
        return value

    def _fit(self, entries: int, max_entries: int) -> None:
        if entries > max_entries:
            self.encoding_name = HASHTABLE

    # Times to live

    def expects_deadlines(self) -> None:
        """Times to live are about to be set: Redis changes the encoding before it knows whether one will be."""
        if self.encoding_name is LISTPACK:
            self.encoding_name = LISTPACK_EX

    def expire(self, field: bytes, at_ms: int) -> None:
        """Let an existing field expire at this time. Call `expects_deadlines` once before."""
        if self.deadlines is None:
            self.deadlines = Deadlines()
        self.deadlines.set(field, at_ms)

    def persist(self, field: bytes) -> bool:
        """Let a field expire no more; False when it does not."""
        deadlines = self.deadlines
        if deadlines is None or not deadlines.drop(field):
            return False
        if not deadlines.at:
            self.deadlines = None
        return True

    def deadline_of(self, field: bytes) -> int | None:
        """When the field expires; None for never."""
        return None if self.deadlines is None else self.deadlines.at.get(field)

    def earliest_deadline(self) -> int | None:
        """When the first field expires; None for never."""
        return None if self.deadlines is None else self.deadlines.earliest()

    def overdue(self, now_ms: int) -> list[bytes]:
        """The fields whose time was over before `now_ms`, in the order in which it was."""
        return [] if self.deadlines is None else self.deadlines.overdue(now_ms)

    def take_overdue(self, now_ms: int, limit: int) -> list[bytes]:
        """Remove up to `limit` of the fields whose time was over, and give their names."""
        deadlines = self.deadlines
        if deadlines is None:
            return []
        taken = deadlines.take_overdue(now_ms, limit)
        if not deadlines.at:
            self.deadlines = None
        for field in taken:
            self.remove(field)
        return taken

    def alive(self, now_ms: int) -> dict[bytes, bytes]:
        """The fields without the overdue ones. Do not change it: where none is overdue it is `fields` itself."""
        overdue = self.overdue(now_ms)
        if not overdue:
            return self.fields
        alive = dict(self.fields)
        for field in overdue:
            del alive[field]
        return alive

    # Walking and picking

    def scan(self, cursor: int, count: int) -> tuple[int, list[bytes]]:
        """Visit some fields. Returns the next cursor, 0 at the end, and the fields.

        A field that is there from the first to the last call is given at least once. A hash that is not a hashtable
        is given at once, whatever `cursor` and `count` say.
        """
        if self.encoding_name is not HASHTABLE:
            return 0, list(self.fields)
        slots = self._slots()
        return slots.walk(cursor or len(slots.slots), count)

    def random_field(self, random: Random) -> bytes:
        """A field by chance, each as likely as the other. There must be one."""
        if self.encoding_name is HASHTABLE:
            return self._slots().sample(random.random)
        return random.choice(list(self.fields))

    def random_fields(self, count: int, random: Random) -> list[bytes]:
        """So many different fields by chance, or all if there are not more."""
        fields = self.fields
        if count >= len(fields):
            return list(fields)
        if self.encoding_name is not HASHTABLE or count * COPY_FACTOR > len(fields):
            return random.sample(list(fields), count)
        slots = self._slots()
        picked: dict[bytes, None] = {}
        while len(picked) < count:
            picked[slots.sample(random.random)] = None
        return list(picked)

    def random_picks(self, count: int, random: Random) -> list[bytes]:
        """So many times a field by chance; the same one may come again. There must be one."""
        if self.encoding_name is not HASHTABLE or count > len(self.fields):
            return random.choices(list(self.fields), k=count)
        slots = self._slots()
        return [slots.sample(random.random) for _ in range(count)]

    def _slots(self) -> Arena:
        """The fields by number. Made by the first who needs it: a list of a million takes 10 ms, its upkeep 30 ns."""
        slots = self.slots
        if slots is None:
            slots = self.slots = Arena()
            slots.slots = list(self.fields)
        return slots

    # For the keyspace

    def copy(self) -> Hash:
        """An equal hash that shares nothing changeable with it."""
        made = Hash()
        made.fields = dict(self.fields)
        made.deadlines = None if self.deadlines is None else self.deadlines.copy()
        made.encoding_name = self.encoding_name
        return made

    def free_effort(self) -> int:
        """How many allocations Redis would have to free: a listpack is one."""
        return len(self.fields) if self.encoding_name is HASHTABLE else 1

    def owned_parts(self) -> tuple[object, ...]:
        """For the lazy freer and MEMORY USAGE."""
        slots = self.slots
        listed = () if slots is None else (slots.slots, slots.dead)
        return (*listed, self.fields) if self.deadlines is None else (*listed, self.deadlines, self.fields)

    def digest_into(self, digest: Any) -> None:  # a commands.debug_digest.Digest, which lies above
        """For DEBUG DIGEST: fields with their values in any order, marked if they expire."""
        at = {} if self.deadlines is None else self.deadlines.at
        for field, value in self.fields.items():
            one = type(digest)()
            one.mix(field)
            one.mix(value)
            if field in at:
                one.add(b"!!hexpire!!")
            digest.add_digest(one)
