"""Times to live of a hash's fields: HEXPIRE and its kin, HTTL and its kin, HPERSIST, HGETEX, HSETEX, HGETDEL.

The setters count in ms since the epoch; a time that has passed removes the field at once. AOF and replicas never see
a relative time: they get HPEXPIREAT, HSETEX ... PXAT, and HDEL for each field that goes.
A field that ran out is no field to the readers; to HEXPIRE and its kin it is one like any other, as in Redis.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError, InvalidExpireTime, WrongArity
from pyredis_server.base.numeric import INT64_MAX, parse_int
from pyredis_server.commands.arguments import Block, Int, Key, OneOf, Str, Token, UnixTime
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import DENYOOM, FAST, READONLY, WRITE
from pyredis_server.commands.hashes import for_write, live, live_values, ran_out, report_removal
from pyredis_server.commands.keyspecs import Keys
from pyredis_server.commands.options import integer
from pyredis_server.commands.registry import command
from pyredis_server.config.directives.encodings import HASH_MAX_LISTPACK_ENTRIES, HASH_MAX_LISTPACK_VALUE
from pyredis_server.datatypes.hashes import Hash
from pyredis_server.keyspace.hashes_expiry import deadline_set, deadlines_dropped
from pyredis_server.keyspace.hooks import Overdue

MAX_AT_MS: Final = (1 << 46) - 1  # Redis keeps a field's time in so many bits
MAX_FIELDS: Final = (1 << 31) - 1  # HSETEX

NO_FIELD: Final = -2
NO_DEADLINE: Final = -1  # HTTL, HPERSIST
NOT_SET: Final = 0  # HEXPIRE: the condition does not hold
SET: Final = 1
REMOVED: Final = 2  # HEXPIRE: the time has passed

_CONDITIONS: Final = frozenset((b"NX", b"XX", b"GT", b"LT"))
_UNITS: Final = {b"EX": (True, False), b"PX": (False, False), b"EXAT": (True, True), b"PXAT": (False, True)}

_CONDITION: Final = OneOf("condition", Token("NX"), Token("XX"), Token("GT"), Token("LT"), optional=True)
_FIELDS: Final = Block("fields", Int("numfields"), Str("field", multiple=True), token="FIELDS")
_TIMES: Final = (Int("seconds", token="EX"), Int("milliseconds", token="PX"),
                 UnixTime("unix-time-seconds", token="EXAT"), UnixTime("unix-time-milliseconds", token="PXAT"))
_SETTER_COST: Final = "O(N) for N fields"


@command("HEXPIRE", group="hash", since="7.4.0", arity=-6, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|update")],
         args=[Key("key"), Int("seconds"), _CONDITION, _FIELDS], complexity=_SETTER_COST)
def hexpire(ctx: Context, key: bytes, seconds: bytes, *rest: bytes) -> list[int]:
    """Let fields expire after a number of seconds."""
    return _expire(ctx, "hexpire", key, seconds, rest)


@command("HPEXPIRE", group="hash", since="7.4.0", arity=-6, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|update")],
         args=[Key("key"), Int("milliseconds"), _CONDITION, _FIELDS], complexity=_SETTER_COST)
def hpexpire(ctx: Context, key: bytes, milliseconds: bytes, *rest: bytes) -> list[int]:
    """Let fields expire after a number of milliseconds."""
    return _expire(ctx, "hpexpire", key, milliseconds, rest)


@command("HEXPIREAT", group="hash", since="7.4.0", arity=-6, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|update")],
         args=[Key("key"), UnixTime("unix-time-seconds"), _CONDITION, _FIELDS], complexity=_SETTER_COST)
def hexpireat(ctx: Context, key: bytes, unix_time_seconds: bytes, *rest: bytes) -> list[int]:
    """Let fields expire at a Unix time in seconds."""
    return _expire(ctx, "hexpireat", key, unix_time_seconds, rest)


@command("HPEXPIREAT", group="hash", since="7.4.0", arity=-6, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|update")],
         args=[Key("key"), UnixTime("unix-time-milliseconds"), _CONDITION, _FIELDS], complexity=_SETTER_COST)
def hpexpireat(ctx: Context, key: bytes, unix_time_milliseconds: bytes, *rest: bytes) -> list[int]:
    """Let fields expire at a Unix time in milliseconds."""
    return _expire(ctx, "hpexpireat", key, unix_time_milliseconds, rest)


@command("HTTL", group="hash", since="7.4.0", arity=-5, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), _FIELDS], tips=("nondeterministic_output",), complexity=_SETTER_COST)
def httl(ctx: Context, key: bytes, *rest: bytes) -> list[int]:
    """Tell how many seconds fields have left to live."""
    now_ms = ctx.clock.now_ms
    return _times(ctx, key, rest, lambda at_ms: (at_ms + 999 - now_ms) // 1000)


@command("HPTTL", group="hash", since="7.4.0", arity=-5, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), _FIELDS], tips=("nondeterministic_output",), complexity=_SETTER_COST)
def hpttl(ctx: Context, key: bytes, *rest: bytes) -> list[int]:
    """Tell how many milliseconds fields have left to live."""
    now_ms = ctx.clock.now_ms
    return _times(ctx, key, rest, lambda at_ms: at_ms - now_ms)


@command("HEXPIRETIME", group="hash", since="7.4.0", arity=-5, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), _FIELDS], complexity=_SETTER_COST)
def hexpiretime(ctx: Context, key: bytes, *rest: bytes) -> list[int]:
    """Tell at which Unix times, in seconds, fields expire."""
    return _times(ctx, key, rest, lambda at_ms: (at_ms + 999) // 1000)


@command("HPEXPIRETIME", group="hash", since="7.4.0", arity=-5, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), _FIELDS], complexity=_SETTER_COST)
def hpexpiretime(ctx: Context, key: bytes, *rest: bytes) -> list[int]:
    """Tell at which Unix times, in milliseconds, fields expire."""
    return _times(ctx, key, rest, lambda at_ms: at_ms)


@command("HPERSIST", group="hash", since="7.4.0", arity=-5, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|update")],
         args=[Key("key"), _FIELDS], complexity=_SETTER_COST)
def hpersist(ctx: Context, key: bytes, *rest: bytes) -> list[int]:
    """Take the time to live off fields."""
    held = for_write(ctx.db, key)
    fields = _named_fields(rest, errors.FIELDS_NOT_POSITIVE)
    if held is None:
        return [NO_FIELD] * len(fields)
    answers = [
        NO_FIELD if field not in held.fields or ran_out(ctx, held, field)
        else SET if held.persist(field) else NO_DEADLINE
        for field in fields
    ]
    if SET in answers:
        deadlines_dropped(ctx.db, key, held)
        ctx.changed(key, b"hpersist")
    return answers


@command("HGETEX", group="hash", since="8.0.0", arity=-5, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|access|update", notes="RW and UPDATE because it changes the TTL")],
         args=[Key("key"), OneOf("expiration", *_TIMES, Token("PERSIST"), optional=True), _FIELDS],
         complexity="O(N) for N fields")
def hgetex(ctx: Context, key: bytes, *rest: bytes) -> list[bytes | None]:
    """Give the values of fields and set when they expire, or that they do not."""
    held = ctx.db.read_as(key, Hash)
    word = rest[0].upper()
    at_ms: int | None = None
    persist = word == b"PERSIST"
    if word in _UNITS:
        at_ms = _at_ms(ctx, "hgetex", word, rest[1])
    fields = _named_fields(rest[2:] if at_ms is not None else rest[1:] if persist else rest, errors.FIELDS_NOT_POSITIVE,
                           arity_of="hgetex")
    if held is None:
        return [None] * len(fields)
    values = live_values(ctx, key, held, fields)
    if at_ms is None and not persist:
        return values
    held.expects_deadlines()
    present = [field for field, value in zip(fields, values, strict=True) if value is not None]
    if at_ms is not None and _is_past(ctx, at_ms):
        values = [None if value is None else held.remove(field) for field, value in zip(fields, values, strict=True)]
        removed = [field for field, value in zip(fields, values, strict=True) if value is not None]
        if removed:
            _report_expired(ctx, key, held, removed, len(removed))
    elif at_ms is not None and present:
        for field in present:
            held.expire(field, at_ms)
        deadline_set(ctx.db, key, at_ms)
        ctx.propagate(b"HPEXPIREAT", key, b"%d" % at_ms, b"FIELDS", b"%d" % len(fields), *fields)
        ctx.changed(key, b"hexpire", len(present))
    elif persist and (persisted := sum([held.persist(field) for field in present])):
        deadlines_dropped(ctx.db, key, held)
        ctx.propagate(b"HPERSIST", key, b"FIELDS", b"%d" % len(fields), *fields)
        ctx.changed(key, b"hpersist", persisted)
    return values


@command("HSETEX", group="hash", since="8.0.0", arity=-6, flags=WRITE | DENYOOM | FAST,
         keys=[Keys(1, 1, access="RW|update")],
         args=[Key("key"), OneOf("condition", Token("FNX"), Token("FXX"), optional=True),
               OneOf("expiration", *_TIMES, Token("KEEPTTL"), optional=True),
               Block("fields", Int("numfields"), Block("data", Str("field"), Str("value"), multiple=True),
                     token="FIELDS")],
         complexity="O(N) for N fields")
def hsetex(ctx: Context, key: bytes, *rest: bytes) -> int:
    """Set fields and when they expire, if all or none of them exist where that is asked for."""
    wanted = _SetOptions(ctx, rest)
    held = for_write(ctx.db, key)
    if wanted.condition and not _condition_holds(ctx, key, held, wanted):
        return 0
    held = for_write(ctx.db, key)  # anew: fields that ran out may have been its last
    created = held is None
    if held is None:
        held = Hash()
    pairs = wanted.pairs
    config = ctx.config
    held.set_many(pairs, config[HASH_MAX_LISTPACK_ENTRIES], config[HASH_MAX_LISTPACK_VALUE],
                  keep_deadlines=wanted.keep_ttl or wanted.at_ms is not None)
    if created:
        ctx.db.set(key, held)
    at_ms = wanted.at_ms
    if at_ms is None:
        deadlines_dropped(ctx.db, key, held)
        ctx.changed(key, b"hset", len(pairs) // 2)
        return 1
    held.expects_deadlines()
    if _is_past(ctx, at_ms):
        ctx.changed(key, b"hset", 0)
        removed = [field for field in pairs[::2] if held.remove(field) is not None]
        _report_expired(ctx, key, held, removed, len(pairs) // 2)
        return 1
    for field in pairs[::2]:
        held.expire(field, at_ms)
    deadline_set(ctx.db, key, at_ms)
    ctx.propagate(b"HSETEX", key, *wanted.absolute())
    ctx.changed(key, b"hset", len(pairs) // 2)
    ctx.notify(b"hexpire", key)
    return 1


@command("HGETDEL", group="hash", since="8.0.0", arity=-5, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|access|delete")],
         args=[Key("key"), _FIELDS], complexity="O(N) for N fields")
def hgetdel(ctx: Context, key: bytes, *rest: bytes) -> list[bytes | None]:
    """Give the values of fields and remove them, and the hash with its last one."""
    held = ctx.db.read_as(key, Hash)
    fields = _named_fields(rest, errors.FIELDS_NOT_POSITIVE)
    if held is None:
        return [None] * len(fields)
    live_values(ctx, key, held, fields)  # removes those that ran out
    values = [None if ran_out(ctx, held, field) else held.remove(field) for field in fields]
    removed = len(values) - values.count(None)
    if removed:
        ctx.propagate(b"HDEL", key, *fields)
        report_removal(ctx, key, held, removed)
    return values


class _SetOptions:
    """The arguments of HSETEX after the key, read in Redis's order. Raises CommandError."""

    __slots__ = ("_unit_at", "_words", "at_ms", "condition", "keep_ttl", "pairs")

    def __init__(self, ctx: Context, words: Sequence[bytes]) -> None:
        self._words = words
        self._unit_at = -1  # where in the words EX, PX, EXAT or PXAT stands
        self.condition = b""
        self.keep_ttl = False
        self.at_ms: int | None = None
        self.pairs: Sequence[bytes] = ()
        at = 0
        while True:
            word = words[at].upper() if at < len(words) else b""
            if word == b"FIELDS":
                self._read_fields(at + 1)
                return
            if word in {b"FNX", b"FXX"}:
                if self.condition:
                    raise CommandError(errors.HSETEX_CONDITIONS)
                self.condition = word
            elif word in _UNITS or word == b"KEEPTTL":
                if self.keep_ttl or self._unit_at >= 0:
                    raise CommandError(errors.HSETEX_EXPIRATIONS)
                if word == b"KEEPTTL":
                    self.keep_ttl = True
                else:
                    self._unit_at = at
                    at += 1
                    if at == len(words):
                        raise WrongArity("hsetex")
                    self.at_ms = _at_ms(ctx, "hsetex", word, words[at])
            elif at == len(words):
                raise WrongArity("hsetex")
            else:
                raise CommandError(errors.HSETEX_UNKNOWN % words[at].partition(b"\0")[0])
            at += 1

    def _read_fields(self, at: int) -> None:
        words = self._words
        if at + 2 >= len(words):  # not even one field and its value
            raise WrongArity("hsetex")
        count = parse_int(words[at])
        if count is None or not 1 <= count <= MAX_FIELDS:
            raise CommandError(errors.FIELDS_INVALID)
        self.pairs = words[at + 1:]
        if len(self.pairs) != 2 * count:
            raise WrongArity("hsetex")

    def absolute(self) -> list[bytes]:
        """The same arguments with the time as a point in time."""
        words = list(self._words)
        at = self._unit_at
        words[at:at + 2] = b"PXAT", b"%d" % (self.at_ms or 0)
        return words


def _condition_holds(ctx: Context, key: bytes, held: Hash | None, wanted: _SetOptions) -> bool:
    """FNX: none of the fields exists; FXX: all do. The first that decides is the last that is looked at."""
    must_exist = wanted.condition == b"FXX"
    if held is None:
        return not must_exist
    return all((live(ctx, key, held, field) is not None) is must_exist for field in wanted.pairs[::2])


def _expire(ctx: Context, name: str, key: bytes, raw: bytes, rest: tuple[bytes, ...]) -> list[int]:
    """Set when fields expire if the condition allows it."""
    held = for_write(ctx.db, key)
    unit = (b"PX" if name.startswith("hp") else b"EX") + (b"AT" if name.endswith("at") else b"")
    at_ms = _at_ms(ctx, name, unit, raw)
    condition = rest[0].upper()
    conditions: tuple[bytes, ...] = ()
    if condition in _CONDITIONS:
        conditions = rest[:1]
        rest = rest[1:]
    fields = _named_fields(rest, errors.FIELDS_NOT_POSITIVE_HEXPIRE)
    if held is None:
        return [NO_FIELD] * len(fields)
    held.expects_deadlines()
    past = at_ms <= ctx.clock.now_ms and ctx.keyspace.overdue is Overdue.DELETE
    answers: list[int] = []
    updated: list[bytes] = []
    removed: list[bytes] = []
    for field in fields:
        if field not in held.fields:
            answers.append(NO_FIELD)
        elif condition in _CONDITIONS and not _allowed(condition, held.deadline_of(field), at_ms):
            answers.append(NOT_SET)
        elif past:
            held.remove(field)
            removed.append(field)
            answers.append(REMOVED)
        else:
            held.expire(field, at_ms)
            updated.append(field)
            answers.append(SET)
    if removed:
        _report_expired(ctx, key, held, removed, len(removed))
    elif updated:
        deadline_set(ctx.db, key, at_ms)
        ctx.propagate(b"HPEXPIREAT", key, b"%d" % at_ms, *conditions, b"FIELDS", b"%d" % len(updated), *updated)
        ctx.changed(key, b"hexpire", len(updated))
    return answers


def _allowed(condition: bytes, current_ms: int | None, at_ms: int) -> bool:
    """Whether a condition holds. A field without a time to live counts as one that lives for ever."""
    if current_ms is None:
        return condition in {b"NX", b"LT"}
    if condition == b"NX":
        return False
    if condition == b"GT":
        return at_ms > current_ms
    return condition == b"XX" or at_ms < current_ms


def _times(ctx: Context, key: bytes, rest: Sequence[bytes], shown: Callable[[int], int]) -> list[int]:
    """For each field its time as `shown`, or Redis's code: -2 without a field, -1 without a time to live."""
    held = ctx.db.read_as(key, Hash)
    fields = _named_fields(rest, errors.FIELDS_NOT_POSITIVE)
    if held is None:
        return [NO_FIELD] * len(fields)
    answers: list[int] = []
    for field in fields:
        at_ms = held.deadline_of(field)
        if field not in held.fields or ran_out(ctx, held, field):
            answers.append(NO_FIELD)
        else:
            answers.append(NO_DEADLINE if at_ms is None else shown(at_ms))
    return answers


def _named_fields(words: Sequence[bytes], not_positive: bytes, *, arity_of: str = "") -> Sequence[bytes]:
    """Read FIELDS, their number and the fields. Raises CommandError; WrongArity(arity_of) without a number."""
    if len(words) < 2:
        raise WrongArity(arity_of)
    if words[0].upper() != b"FIELDS":
        raise CommandError(errors.FIELDS_MISSING)
    count = parse_int(words[1])
    if count is None or count < 1:
        raise CommandError(not_positive)
    fields = words[2:]
    if count != len(fields):
        raise CommandError(errors.FIELDS_NOT_MATCHING)
    return fields


def _at_ms(ctx: Context, name: str, unit: bytes, raw: bytes) -> int:
    """The point in time, in ms since the epoch, that a field's time to live means.

    Raises: CommandError for what is no integer or negative, InvalidExpireTime for what is out of range.
    """
    seconds, absolute = _UNITS[unit]
    value = integer(raw)
    if value < 0:
        raise CommandError(errors.FIELD_EXPIRE_NEGATIVE)
    if seconds:
        value = value * 1000 if value <= MAX_AT_MS // 1000 else INT64_MAX
    if not absolute:
        value += ctx.clock.now_ms
    if value > MAX_AT_MS:
        raise InvalidExpireTime(name)
    return value


def _is_past(ctx: Context, at_ms: int) -> bool:
    """Would a field with this time be gone already? Replicas and loading keep what they are told to keep."""
    return at_ms <= ctx.clock.now_ms and ctx.keyspace.overdue is Overdue.DELETE


def _report_expired(ctx: Context, key: bytes, held: Hash, removed: Sequence[bytes], changes: int) -> None:
    """Report fields that were removed because their new time to live was over already."""
    ctx.db.stats.expired_subkeys += len(removed)
    for field in removed:
        ctx.propagate(b"HDEL", key, field)
    report_removal(ctx, key, held, changes)
