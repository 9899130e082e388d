"""Hashes: setting, reading, counting, walking and picking fields.

Fields that have run out are removed by the commands that ask for them by name (`live`), hidden by those that list all
(`_visible`), and still count in HLEN; HDEL and HSET treat them as any other.
Elsewhere: times to live in hashes_expiry.py, HIMPORT in hashes_import.py; fields that nobody asks for are found by
keyspace/hashes_expiry.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Final

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError, WrongArity
from pyredis_server.base.numeric import (
    INT64_MAX,
    INT64_MIN,
    LongDouble,
    format_long_double,
    parse_int,
    parse_long_double,
)
from pyredis_server.commands.arguments import Block, Dbl, Int, Key, Pattern, Str, Token
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import DENYOOM, FAST, READONLY, WRITE
from pyredis_server.commands.keyspecs import Keys
from pyredis_server.commands.options import integer, negatable
from pyredis_server.commands.registry import command
from pyredis_server.commands.scan import walk_value
from pyredis_server.config.directives.encodings import HASH_MAX_LISTPACK_ENTRIES, HASH_MAX_LISTPACK_VALUE
from pyredis_server.datatypes.hashes import HASHTABLE, Hash
from pyredis_server.keyspace.database import Database
from pyredis_server.keyspace.hashes_expiry import deadlines_dropped, drop_fields
from pyredis_server.keyspace.hooks import Overdue
from pyredis_server.resp.reply import OK, Map, Pairs, Reply

_ZERO: Final = LongDouble(0, 0)
_MOST_PICKS: Final = 1 << 26  # of HRANDFIELD with a negative count: the reply would fill the memory
_PAIRS: Final = Block("data", Str("field"), Str("value"), multiple=True)


@command("HSET", group="hash", since="2.0.0", arity=-4, flags=WRITE | DENYOOM | FAST,
         keys=[Keys(1, 1, access="RW|update")],
         args=[Key("key"), _PAIRS],
         complexity="O(N) for N fields that are set", history=[("4.0.0", "Takes several fields.")])
def hset(ctx: Context, key: bytes, field: bytes, value: bytes, *more: bytes) -> int:
    """Set fields of a hash and count the new ones."""
    db = ctx.db
    held = db.values.get(key)
    if (  # the usual case written out: one field of a big hash without times to live
        held.__class__ is Hash and not more and held.encoding_name is HASHTABLE and held.slots is None
        and held.deadlines is None and key not in db.expires and db.clocks is None
    ):
        fields = held.fields
        before = len(fields)
        fields[field] = value
        ctx.dirty += 1
        if ctx.effects_wanted:
            ctx.effects.changed(db, key, b"hset")
        return len(fields) - before
    if len(more) % 2:
        raise WrongArity("hset")
    return set_fields(ctx, key, (field, value, *more))


@command("HMSET", group="hash", since="2.0.0", arity=-4, flags=WRITE | DENYOOM | FAST,
         keys=[Keys(1, 1, access="RW|update")],
         args=[Key("key"), _PAIRS],
         deprecated_since="4.0.0", replaced_by="`HSET` with multiple field-value pairs",
         complexity="O(N) for N fields that are set")
def hmset(ctx: Context, key: bytes, field: bytes, value: bytes, *more: bytes) -> Reply:
    """Set fields of a hash."""
    if len(more) % 2:
        raise WrongArity("hmset")
    set_fields(ctx, key, (field, value, *more))
    return OK


@command("HSETNX", group="hash", since="2.0.0", arity=4, flags=WRITE | DENYOOM | FAST,
         keys=[Keys(1, 1, access="RW|insert")],
         args=[Key("key"), Str("field"), Str("value")],
         complexity="O(1)")
def hsetnx(ctx: Context, key: bytes, field: bytes, value: bytes) -> int:
    """Set a field of a hash unless there is one of that name."""
    held = for_write(ctx.db, key)
    if held is not None and live(ctx, key, held, field) is not None:
        return 0
    set_fields(ctx, key, (field, value))
    return 1


@command("HGET", group="hash", since="2.0.0", arity=3, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Str("field")],
         complexity="O(1)")
def hget(ctx: Context, key: bytes, field: bytes) -> bytes | None:
    """Give the value of a field."""
    db = ctx.db
    held = db.values.get(key)
    # The usual case at once: neither the hash nor its fields expire, no marks of use.
    if held.__class__ is Hash and held.deadlines is None and key not in db.expires and db.clocks is None:
        db.stats.keyspace_hits += 1
        return held.fields.get(field)
    held = db.read_as(key, Hash)
    return None if held is None else live(ctx, key, held, field)


@command("HMGET", group="hash", since="2.0.0", arity=-3, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Str("field", multiple=True)],
         complexity="O(N) for N fields that are asked for")
def hmget(ctx: Context, key: bytes, field: bytes, *more: bytes) -> list[bytes | None]:
    """Give the values of several fields."""
    held = ctx.db.read_as(key, Hash)
    if held is None:
        return [None] * (len(more) + 1)
    return live_values(ctx, key, held, (field, *more))


@command("HGETALL", group="hash", since="2.0.0", arity=2, flags=READONLY,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key")], tips=("nondeterministic_output_order",),
         complexity="O(N) for a hash of N fields")
def hgetall(ctx: Context, key: bytes) -> Reply:
    """Give all fields of a hash with their values."""
    return Map(list(chain.from_iterable(_visible(ctx, key).items())))


@command("HKEYS", group="hash", since="2.0.0", arity=2, flags=READONLY,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key")], tips=("nondeterministic_output_order",),
         complexity="O(N) for a hash of N fields")
def hkeys(ctx: Context, key: bytes) -> list[bytes]:
    """Give the names of all fields."""
    return list(_visible(ctx, key))


@command("HVALS", group="hash", since="2.0.0", arity=2, flags=READONLY,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key")], tips=("nondeterministic_output_order",),
         complexity="O(N) for a hash of N fields")
def hvals(ctx: Context, key: bytes) -> list[bytes]:
    """Give the values of all fields."""
    return list(_visible(ctx, key).values())


@command("HLEN", group="hash", since="2.0.0", arity=2, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO")],
         args=[Key("key")],
         complexity="O(1)")
def hlen(ctx: Context, key: bytes) -> int:
    """Count the fields of a hash, with those that ran out but were not met yet."""
    held = ctx.db.read_as(key, Hash)
    return 0 if held is None else len(held)


@command("HSTRLEN", group="hash", since="3.2.0", arity=3, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO")],
         args=[Key("key"), Str("field")],
         complexity="O(1)")
def hstrlen(ctx: Context, key: bytes, field: bytes) -> int:
    """Tell the length of a field's value."""
    held = ctx.db.read_as(key, Hash)
    value = None if held is None else live(ctx, key, held, field)
    return 0 if value is None else len(value)


@command("HEXISTS", group="hash", since="2.0.0", arity=3, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO")],
         args=[Key("key"), Str("field")],
         complexity="O(1)")
def hexists(ctx: Context, key: bytes, field: bytes) -> int:
    """Tell whether a hash has a field."""
    held = ctx.db.read_as(key, Hash)
    return 0 if held is None or live(ctx, key, held, field) is None else 1


@command("HDEL", group="hash", since="2.0.0", arity=-3, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|delete")],
         args=[Key("key"), Str("field", multiple=True)],
         complexity="O(N) for N fields that are removed", history=[("2.4.0", "Takes several fields.")])
def hdel(ctx: Context, key: bytes, field: bytes, *more: bytes) -> int:
    """Remove fields, and the hash with its last one."""
    held = for_write(ctx.db, key)
    if held is None:
        return 0
    removed = sum([held.remove(each) is not None for each in (field, *more)])
    if removed:
        report_removal(ctx, key, held, removed)
    return removed


@command("HINCRBY", group="hash", since="2.0.0", arity=4, flags=WRITE | DENYOOM | FAST,
         keys=[Keys(1, 1, access="RW|access|update")],
         args=[Key("key"), Str("field"), Int("increment")],
         complexity="O(1)")
def hincrby(ctx: Context, key: bytes, field: bytes, increment: bytes) -> int:
    """Add an integer to the number in a field, which starts at 0."""
    amount = integer(increment)
    current = _current(ctx, key, field)
    number = 0 if current is None else parse_int(current)
    if number is None:
        raise CommandError(errors.HASH_NOT_AN_INTEGER)
    result = number + amount
    if not INT64_MIN <= result <= INT64_MAX:
        raise CommandError(errors.INCREMENT_OVERFLOW)
    _set_number(ctx, key, field, b"%d" % result)
    ctx.changed(key, b"hincrby")
    return result


@command("HINCRBYFLOAT", group="hash", since="2.6.0", arity=4, flags=WRITE | DENYOOM | FAST,
         keys=[Keys(1, 1, access="RW|access|update")],
         args=[Key("key"), Str("field"), Dbl("increment")],
         complexity="O(1)")
def hincrbyfloat(ctx: Context, key: bytes, field: bytes, increment: bytes) -> bytes:
    """Add a floating point number to the number in a field, which starts at 0."""
    amount = parse_long_double(increment)
    if amount is None:
        raise CommandError(errors.NOT_A_FLOAT)
    if not amount.is_finite:
        raise CommandError(errors.INCREMENT_INFINITE)
    current = _current(ctx, key, field)
    number = _ZERO if current is None else parse_long_double(current)
    if number is None:
        raise CommandError(errors.HASH_NOT_A_FLOAT)
    try:
        result = format_long_double(number + amount)
    except OverflowError:
        raise CommandError(errors.INCREMENT_NOT_FINITE) from None
    _set_number(ctx, key, field, result)
    ctx.propagate(b"HSETEX", key, b"KEEPTTL", b"FIELDS", b"1", field, result)  # nobody has to add again
    ctx.changed(key, b"hincrbyfloat")
    return result


@command("HRANDFIELD", group="hash", since="6.2.0", arity=-2, flags=READONLY,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Block("options", Int("count"), Token("WITHVALUES", optional=True), optional=True)],
         tips=("nondeterministic_output",),
         complexity="O(N) for N fields that are given")
def hrandfield(ctx: Context, key: bytes, *options: bytes) -> Reply:
    """Pick fields at random."""
    if not options:
        held = _without_overdue(ctx, key)
        return None if held is None else held.random_field(ctx.keyspace.random)
    count = negatable(options[0])
    with_values = len(options) > 1
    if len(options) > 2 or (with_values and options[1].upper() != b"WITHVALUES"):
        raise CommandError(errors.SYNTAX)
    if with_values and abs(count) > INT64_MAX // 2:
        raise CommandError(errors.OUT_OF_RANGE)
    held = _without_overdue(ctx, key)
    if held is None or count == 0:
        return []
    if count < -_MOST_PICKS:
        raise CommandError(errors.OUT_OF_RANGE)
    random = ctx.keyspace.random
    picked = held.random_fields(count, random) if count > 0 else held.random_picks(-count, random)
    return Pairs([(field, held.fields[field]) for field in picked]) if with_values else picked


@command("HSCAN", group="hash", since="2.8.0", arity=-3, flags=READONLY,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Int("cursor"), Pattern("pattern", token="MATCH", optional=True),
               Int("count", token="COUNT", optional=True), Token("NOVALUES", optional=True)],
         tips=("nondeterministic_output",),
         complexity="O(1) for a call, O(N) for all calls that walk N fields")
def hscan(ctx: Context, key: bytes, cursor: bytes, *options: bytes) -> list[Reply]:
    """Walk the fields of a hash a few at a time."""
    walked = walk_value(ctx, key, Hash, cursor, options, novalues_allowed=True)
    if walked is None:
        return [b"0", []]
    held, found = walked.value, walked.found
    if held.deadlines is not None and ctx.keyspace.overdue is not Overdue.IGNORE:
        now_ms = ctx.clock.now_ms
        at = held.deadlines.at
        found = [field for field in found if at.get(field, now_ms) >= now_ms]
    if not walked.novalues:
        fields = held.fields
        found = [part for field in found for part in (field, fields[field])]
    return [walked.following, found]


# What commands on hashes share


def for_write(db: Database, key: bytes) -> Hash | None:
    """The live hash, for a command that will change it. Raises WrongType for any other type."""
    held = db.values.get(key)
    if held.__class__ is Hash and key not in db.expires and db.clocks is None:  # write_as's usual path
        return held
    return db.write_as(key, Hash)


def set_fields(ctx: Context, key: bytes, pairs: Sequence[bytes]) -> int:
    """Set fields (field, value, field, value ...) and report it. Returns how many are new."""
    db = ctx.db
    held = for_write(db, key)
    created = held is None
    if held is None:
        held = Hash()
    config = ctx.config
    had_deadlines = held.deadlines is not None
    added = held.set_many(pairs, config[HASH_MAX_LISTPACK_ENTRIES], config[HASH_MAX_LISTPACK_VALUE])
    if created:
        db.set(key, held)
    elif had_deadlines:
        deadlines_dropped(db, key, held)
    ctx.dirty += len(pairs) // 2
    if ctx.effects_wanted:
        ctx.effects.changed(db, key, b"hset")
    return added


def live(ctx: Context, key: bytes, held: Hash, field: bytes) -> bytes | None:
    """The value of a field, or None; one that ran out is removed, and the hash with its last field."""
    value = held.fields.get(field)
    if held.deadlines is None or value is None or not ran_out(ctx, held, field):
        return value
    if ctx.keyspace.overdue is Overdue.DELETE:
        drop_fields(ctx.db, key, held, (field,))
    return None


def live_values(ctx: Context, key: bytes, held: Hash, fields: Sequence[bytes]) -> list[bytes | None]:
    """`live` for several fields; those that ran out are reported at once."""
    values = list(map(held.fields.get, fields))
    if held.deadlines is None:
        return values
    gone = [field for field in dict.fromkeys(fields) if ran_out(ctx, held, field)]
    if not gone:
        return values
    if ctx.keyspace.overdue is Overdue.DELETE:
        drop_fields(ctx.db, key, held, gone)
    return [None if field in gone else value for field, value in zip(fields, values, strict=True)]


def ran_out(ctx: Context, held: Hash, field: bytes) -> bool:
    """Has the field's time run out, and is it to be kept from the client?"""
    at_ms = held.deadline_of(field)
    return at_ms is not None and at_ms < ctx.clock.now_ms and ctx.keyspace.overdue is not Overdue.IGNORE


def report_removal(ctx: Context, key: bytes, held: Hash, removed: int) -> None:
    """Fields were removed by a command: report it, and delete the key if they were the last ones."""
    if held.fields:
        deadlines_dropped(ctx.db, key, held)
    ctx.lost(key, held, b"hdel", removed)


def _visible(ctx: Context, key: bytes) -> dict[bytes, bytes]:
    """The fields that a command may list, to be read only. Raises WrongType."""
    held = ctx.db.read_as(key, Hash)
    if held is None:
        return {}
    if held.deadlines is None or ctx.keyspace.overdue is Overdue.IGNORE:
        return held.fields
    return held.alive(ctx.clock.now_ms)


def _without_overdue(ctx: Context, key: bytes) -> Hash | None:
    """The hash once all fields that ran out are removed; None if none is left. Raises WrongType."""
    held = ctx.db.read_as(key, Hash)
    if held is None or held.deadlines is None or ctx.keyspace.overdue is not Overdue.DELETE:
        return held
    overdue = held.overdue(ctx.clock.now_ms)
    if overdue:
        drop_fields(ctx.db, key, held, overdue)
    return held if held.fields else None


def _current(ctx: Context, key: bytes, field: bytes) -> bytes | None:
    """The value that HINCRBY and HINCRBYFLOAT start from. Raises WrongType."""
    held = for_write(ctx.db, key)
    return None if held is None else live(ctx, key, held, field)


def _set_number(ctx: Context, key: bytes, field: bytes, number: bytes) -> None:
    """Set a field and keep its time to live."""
    held = for_write(ctx.db, key)  # anew: the field may have been the last one, and have run out
    created = held is None
    if held is None:
        held = Hash()
    config = ctx.config
    held.set(field, number, config[HASH_MAX_LISTPACK_ENTRIES], config[HASH_MAX_LISTPACK_VALUE], keep_deadline=True)
    if created:
        ctx.db.set(key, held)
