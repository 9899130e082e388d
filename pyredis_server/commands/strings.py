"""Commands on one string: GET, SET, SETNX, SETEX, PSETEX, GETSET, GETDEL, GETEX, DELEX, DIGEST.

GET and SET without options are the straight path. A value is stored as it came: `bytes`, which the keyspace tells from
an integer by its text; commands that change a string in place leave a `bytearray`, and a reply must copy that.
AOF and replicas get points in time, never durations: SET ... PXAT, PEXPIREAT. They get no command younger than they
may be, either: a comparison (IFEQ ...) that held is passed on as the plain SET.
Elsewhere: several keys at once in strings_batches.py, parts of strings in strings_ranges.py, counters in increments.py.
"""

from __future__ import annotations

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError, WrongArity, WrongType
from pyredis_server.commands import keys
from pyredis_server.commands.arguments import Int, Key, OneOf, Str, Token, UnixTime
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import DENYOOM, FAST, READONLY, WRITE
from pyredis_server.commands.keyspecs import Keys
from pyredis_server.commands.registry import command
from pyredis_server.commands.strings_options import (
    COMPARISONS,
    GETEX_WORDS,
    SET_WORDS,
    StringOptions,
    comparison_holds,
    delete_as_expired,
    expiry_at_ms,
    is_past,
    key_of_set,
)
from pyredis_server.datatypes.digest import hex_digest
from pyredis_server.keyspace.values import StoredValue
from pyredis_server.resp.reply import OK, Reply


@command("GET", group="string", since="1.0.0", arity=2, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key")])
def get(ctx: Context, key: bytes) -> bytes | None:
    """Give the value of a key."""
    db = ctx.db
    value = db.values.get(key)
    # The usual case at once, without two calls (170 ns of 260): a plain value, no time to live, no marks of use.
    if value.__class__ is bytes and key not in db.expires and db.clocks is None:
        db.stats.keyspace_hits += 1
        return value
    return _copied(db.read_string(key))


@command("SET", group="string", since="1.0.0", arity=-3, flags=WRITE | DENYOOM,
         keys=[Keys(1, 1, access="RW|access|update|variable_flags",
                    notes="RW and ACCESS due to the optional `GET` argument")],
         get_keys=key_of_set,
         args=[Key("key"), Str("value"),
               OneOf("condition", Token("NX"), Token("XX"), Str("ifeq-value", token="IFEQ", since="8.4.0"),
                     Str("ifne-value", token="IFNE", since="8.4.0"), Str("ifdeq-digest", token="IFDEQ", since="8.4.0"),
                     Str("ifdne-digest", token="IFDNE", since="8.4.0"), optional=True, since="2.6.12"),
               Token("GET", optional=True, since="6.2.0"),
               OneOf("expiration", Int("seconds", token="EX", since="2.6.12"),
                     Int("milliseconds", token="PX", since="2.6.12"),
                     UnixTime("unix-time-seconds", token="EXAT", since="6.2.0"),
                     UnixTime("unix-time-milliseconds", token="PXAT", since="6.2.0"),
                     Token("KEEPTTL", since="6.0.0"), optional=True)],
         history=[("2.6.12", "Takes `EX`, `PX`, `NX` and `XX`."), ("6.0.0", "Takes `KEEPTTL`."),
                  ("6.2.0", "Takes `GET`, `EXAT` and `PXAT`."), ("7.0.0", "`NX` and `GET` may stand together."),
                  ("8.4.0", "Takes `IFEQ`, `IFNE`, `IFDEQ` and `IFDNE`.")])
def set_(ctx: Context, key: bytes, value: bytes, *options: bytes) -> Reply:
    """Store a string under a key, whatever it held before."""
    if options:
        return _set_with_options(ctx, key, value, options)
    db = ctx.db
    if key in db.expires or db.clocks is not None:
        db.put(key, value)
    else:  # the usual case of put and changed, written out: 100 ns of 290
        values = db.values
        values[key] = value
        if len(values) != db.size:
            db.put(key, value)  # a new key
    ctx.dirty += 1
    if ctx.effects_wanted:
        ctx.effects.changed(db, key, b"set")
    return OK


@command("SETNX", group="string", since="1.0.0", arity=3, flags=WRITE | DENYOOM | FAST,
         keys=[Keys(1, 1, access="OW|insert")],
         args=[Key("key"), Str("value")],
         deprecated_since="2.6.12", replaced_by="`SET` with the `NX` argument")
def setnx(ctx: Context, key: bytes, value: bytes) -> int:
    """Store a string unless there is a key of that name."""
    db = ctx.db
    if db.lookup_for_write(key) is not None:
        return 0
    db.put(key, value)
    ctx.changed(key, b"set")
    return 1


@command("SETEX", group="string", since="2.0.0", arity=4, flags=WRITE | DENYOOM,
         keys=[Keys(1, 1, access="OW|update")],
         args=[Key("key"), Int("seconds"), Str("value")],
         deprecated_since="2.6.12", replaced_by="`SET` with the `EX` argument")
def setex(ctx: Context, key: bytes, seconds: bytes, value: bytes) -> Reply:
    """Store a string that expires after a number of seconds."""
    _store_until(ctx, key, value, expiry_at_ms(b"EX", seconds, ctx.clock.now_ms, "setex"))
    return OK


@command("PSETEX", group="string", since="2.6.0", arity=4, flags=WRITE | DENYOOM,
         keys=[Keys(1, 1, access="OW|update")],
         args=[Key("key"), Int("milliseconds"), Str("value")],
         deprecated_since="2.6.12", replaced_by="`SET` with the `PX` argument")
def psetex(ctx: Context, key: bytes, milliseconds: bytes, value: bytes) -> Reply:
    """Store a string that expires after a number of milliseconds."""
    _store_until(ctx, key, value, expiry_at_ms(b"PX", milliseconds, ctx.clock.now_ms, "psetex"))
    return OK


@command("GETSET", group="string", since="1.0.0", arity=3, flags=WRITE | DENYOOM | FAST,
         keys=[Keys(1, 1, access="RW|access|update")],
         args=[Key("key"), Str("value")],
         deprecated_since="6.2.0", replaced_by="`SET` with the `GET` argument")
def getset(ctx: Context, key: bytes, value: bytes) -> bytes | None:
    """Give the value of a key and store another."""
    old = _copied(ctx.db.read_string(key))
    ctx.db.put(key, value)
    ctx.propagate(b"SET", key, value)
    ctx.changed(key, b"set")
    return old


@command("GETDEL", group="string", since="6.2.0", arity=2, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|access|delete")],
         args=[Key("key")])
def getdel(ctx: Context, key: bytes) -> bytes | None:
    """Give the value of a key and delete it."""
    value = _copied(ctx.db.read_string(key))
    if value is not None:
        ctx.db.delete(key)
        ctx.propagate(b"DEL", key)
        ctx.changed(key, b"del")
    return value


@command("GETEX", group="string", since="6.2.0", arity=-2, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|access|update", notes="RW and UPDATE because it changes the TTL")],
         args=[Key("key"),
               OneOf("expiration", Int("seconds", token="EX"), Int("milliseconds", token="PX"),
                     UnixTime("unix-time-seconds", token="EXAT"), UnixTime("unix-time-milliseconds", token="PXAT"),
                     Token("PERSIST"), optional=True)])
def getex(ctx: Context, key: bytes, *options: bytes) -> bytes | None:
    """Give the value of a key and set when it expires, or that it does not."""
    wanted = StringOptions(options, GETEX_WORDS)
    db = ctx.db
    value = _copied(db.read_string(key))
    if value is None:
        return None
    at_ms = wanted.expires_at_ms(ctx.clock.now_ms, "getex")
    if at_ms is not None and is_past(ctx, at_ms):
        delete_as_expired(ctx, key)
    elif at_ms is not None:
        db.set_expire(key, at_ms)
        ctx.propagate(b"PEXPIREAT", key, b"%d" % at_ms)
        ctx.changed(key, b"expire")
    elif wanted.persist and db.persist(key):
        ctx.propagate(b"PERSIST", key)
        ctx.changed(key, b"persist")
    return value


@command("DELEX", group="string", since="8.4.0", arity=-2, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|delete")],
         args=[Key("key"),
               OneOf("condition", Str("ifeq-value", token="IFEQ"), Str("ifne-value", token="IFNE"),
                     Str("ifdeq-digest", token="IFDEQ"), Str("ifdne-digest", token="IFDNE"), optional=True)],
         complexity="O(1), with IFDEQ and IFDNE O(N) for a value of N bytes")
def delex(ctx: Context, key: bytes, *condition: bytes) -> int:
    """Delete a key if its value, or the digest of it, is or is not a certain one."""
    if condition:
        if len(condition) != 2:
            raise WrongArity("delex")
        value = ctx.db.lookup_for_write(key)
        if value is None:
            return 0
        if not isinstance(value, (bytes, bytearray)):
            raise CommandError(errors.DELEX_NOT_A_STRING)
        comparison = condition[0].upper()
        if comparison not in COMPARISONS:
            raise CommandError(errors.DELEX_CONDITION)
        if not comparison_holds(comparison, condition[1], value):
            return 0
    removed: int = keys.delete(ctx, key)
    if removed:
        ctx.propagate(b"DEL", key)
    return removed


@command("DIGEST", group="string", since="8.4.0", arity=2, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key")], complexity="O(N) for a value of N bytes")
def digest(ctx: Context, key: bytes) -> bytes | None:
    """Give the XXH3 digest of a value in hexadecimal."""
    value = ctx.db.read_string(key)
    return None if value is None else hex_digest(value)


def _set_with_options(ctx: Context, key: bytes, value: bytes, words: tuple[bytes, ...]) -> Reply:
    """SET with any option."""
    wanted = StringOptions(words, SET_WORDS)
    db = ctx.db
    at_ms = wanted.expires_at_ms(ctx.clock.now_ms, "set")
    old = _copied(db.read_string(key)) if wanted.get else None
    if wanted.condition and not _condition_holds(wanted, db.lookup_for_write(key)):
        return old
    if at_ms is not None:
        _store_until(ctx, key, value, at_ms)
    elif wanted.keep_ttl:
        db.lookup_for_write(key)
        db.set(key, value)
        if wanted.get or wanted.condition in COMPARISONS:
            ctx.propagate(b"SET", key, value, b"KEEPTTL")
        ctx.changed(key, b"set")
    else:
        db.put(key, value)
        if wanted.get or wanted.condition in COMPARISONS:
            ctx.propagate(b"SET", key, value)
        ctx.changed(key, b"set")
    return old if wanted.get else OK


def _condition_holds(wanted: StringOptions, current: StoredValue | None) -> bool:
    condition = wanted.condition
    if current is None:
        return condition in {b"NX", b"IFNE", b"IFDNE"}
    if condition in {b"NX", b"XX"}:
        return condition == b"XX"
    if not isinstance(current, (bytes, bytearray)):
        raise WrongType
    return comparison_holds(condition, wanted.operand, current)


def _store_until(ctx: Context, key: bytes, value: bytes, at_ms: int) -> None:
    """Store a string that expires at `at_ms`; when that is past, only what was there goes."""
    db = ctx.db
    if is_past(ctx, at_ms):
        if db.exists(key):
            delete_as_expired(ctx, key)
        db.stats.expired_keys += 1
        return
    db.put_until(key, value, at_ms)
    if ctx.propagating:  # asked here too, to spare the formatting
        ctx.propagate(b"SET", key, value, b"PXAT", b"%d" % at_ms)
    ctx.changed(key, b"set")
    ctx.notify(b"expire", key)


def _copied(value: bytes | bytearray | None) -> bytes | None:
    """A value as a reply may hold it."""
    return value if value is None or isinstance(value, bytes) else bytes(value)
