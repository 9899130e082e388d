"""Commands on many strings at once: MGET, MSET, MSETNX, MSETEX.

MSETEX reaches AOF and replicas as one SET per key, which every version understands; the effects layer wraps them in a
transaction. A time to live that is over already is set all the same, as Redis 8.10 does: the keys run out at once.
"""

from __future__ import annotations

from typing import Final

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError, WrongArity
from pyredis_server.base.numeric import parse_int
from pyredis_server.commands.arguments import Block, Int, Key, OneOf, Str, Token, UnixTime
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import DENYOOM, FAST, MOVABLEKEYS, READONLY, WRITE
from pyredis_server.commands.keyspecs import CountedKeys, Keys
from pyredis_server.commands.registry import command
from pyredis_server.commands.strings_options import MSETEX_WORDS, StringOptions
from pyredis_server.keyspace.database import Database
from pyredis_server.keyspace.values import StoredValue
from pyredis_server.resp.reply import OK, Reply

_INT32_MAX: Final = (1 << 31) - 1


@command("MGET", group="string", since="1.0.0", arity=-2, flags=READONLY | FAST,
         keys=[Keys(1, -1, access="RO|access")],
         args=[Key("key", multiple=True)], tips=("request_policy:multi_shard",), complexity="O(N) for N keys")
def mget(ctx: Context, *keys: bytes) -> list[bytes | None]:
    """Give the values of several keys, null for those that are absent or hold no string."""
    db = ctx.db
    if db.clocks is None and (not db.expires or db.expires.keys().isdisjoint(keys)) and not ctx.effects_wanted:
        found = list(map(db.values.get, keys))  # read's usual path for all keys at once: a third of its time
        missing = found.count(None)
        db.stats.keyspace_misses += missing
        db.stats.keyspace_hits += len(found) - missing
    else:
        found = list(map(db.read, keys))
    return [_shown(value) if value.__class__ is not bytes else value for value in found]


@command("MSET", group="string", since="1.0.1", arity=-3, flags=WRITE | DENYOOM,
         keys=[Keys(1, -1, 2, access="OW|update")],
         args=[Block("data", Key("key"), Str("value"), multiple=True)],
         tips=("request_policy:multi_shard", "response_policy:all_succeeded"), complexity="O(N) for N keys")
def mset(ctx: Context, key: bytes, value: bytes, *pairs: bytes) -> Reply:
    """Store several strings at once."""
    if len(pairs) % 2:
        raise WrongArity("mset")
    _store_all(ctx, (key, *pairs[::2]), (value, *pairs[1::2]))
    return OK


@command("MSETNX", group="string", since="1.0.1", arity=-3, flags=WRITE | DENYOOM,
         keys=[Keys(1, -1, 2, access="OW|insert")],
         args=[Block("data", Key("key"), Str("value"), multiple=True)], complexity="O(N) for N keys")
def msetnx(ctx: Context, key: bytes, value: bytes, *pairs: bytes) -> int:
    """Store several strings if none of the keys is there."""
    if len(pairs) % 2:
        raise WrongArity("msetnx")
    keys = (key, *pairs[::2])
    if _count_existing(ctx.db, keys, up_to=1):
        return 0
    _store_all(ctx, keys, (value, *pairs[1::2]))
    return 1


@command("MSETEX", group="string", since="8.4.0", arity=-4, flags=WRITE | DENYOOM | MOVABLEKEYS,
         keys=[CountedKeys(1, access="OW|update", firstkey=1, keynumidx=0, step=2)],
         args=[Int("numkeys"), Block("data", Key("key"), Str("value"), multiple=True),
               OneOf("condition", Token("NX"), Token("XX"), optional=True),
               OneOf("expiration", Int("seconds", token="EX"), Int("milliseconds", token="PX"),
                     UnixTime("unix-time-seconds", token="EXAT"), UnixTime("unix-time-milliseconds", token="PXAT"),
                     Token("KEEPTTL"), optional=True)],
         tips=("request_policy:multi_shard", "response_policy:all_succeeded"), complexity="O(N) for N keys")
def msetex(ctx: Context, numkeys: bytes, *words: bytes) -> int:
    """Store several strings with one time to live, if all or none of the keys are there."""
    count = parse_int(numkeys)
    if count is None or not 0 < count <= _INT32_MAX:
        raise CommandError(errors.MSETEX_NUMKEYS)
    if len(words) < 2 * count:
        raise CommandError(errors.MSETEX_PAIRS)
    wanted = StringOptions(words[2 * count :], MSETEX_WORDS)
    at_ms = wanted.expires_at_ms(ctx.clock.now_ms, "msetex")
    db = ctx.db
    keys, values = words[: 2 * count : 2], words[1 : 2 * count : 2]
    if wanted.condition == b"NX" and _count_existing(db, keys, up_to=1):
        return 0
    if wanted.condition == b"XX" and _count_existing(db, keys, up_to=count) < count:
        return 0
    for key, value in zip(keys, values, strict=True):
        if at_ms is not None:
            db.put_until(key, value, at_ms)
            ctx.propagate(b"SET", key, value, b"PXAT", b"%d" % at_ms)
            ctx.changed(key, b"set")
            ctx.notify(b"expire", key)
        elif wanted.keep_ttl:
            db.lookup_for_write(key)
            db.set(key, value)
            ctx.propagate(b"SET", key, value, b"KEEPTTL")
            ctx.changed(key, b"set")
        else:
            db.put(key, value)
            ctx.propagate(b"SET", key, value)
            ctx.changed(key, b"set")
    return 1


def _shown(value: StoredValue | None) -> bytes | None:
    """A value in MGET's reply: a copy of what changes in place, null for what is no string."""
    return bytes(value) if isinstance(value, (bytes, bytearray)) else None


def _store_all(ctx: Context, keys: tuple[bytes, ...], values: tuple[bytes, ...]) -> None:
    """Store each value under its key, without a time to live. A later one of the same name wins."""
    db = ctx.db
    if db.expires or db.clocks is not None:
        for key, value in zip(keys, values, strict=True):
            db.put(key, value)
    else:
        db.put_many(keys, values)
    if not ctx.effects_wanted:
        ctx.dirty += len(keys)
        return
    for key in keys:
        ctx.changed(key, b"set")


def _count_existing(db: Database, keys: tuple[bytes, ...], *, up_to: int) -> int:
    """How many of the keys, counted as often as named, are there; looks no further than the `up_to`th."""
    existing = 0
    for key in keys:
        if db.lookup_for_write(key) is not None:
            existing += 1
            if existing == up_to:
                break
    return existing
