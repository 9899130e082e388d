"""Times to live: EXPIRE, PEXPIRE, EXPIREAT, PEXPIREAT, PERSIST, TTL, PTTL, EXPIRETIME, PEXPIRETIME.

All four setters come to `_expire`, which counts in ms since the epoch. A time that has passed deletes the key at once.
AOF and replicas never see a relative time: they get PEXPIREAT, or DEL (UNLINK under lazyfree-lazy-expire).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError, UnsupportedOption
from pyredis_server.commands.arguments import Int, Key, OneOf, Token, UnixTime
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import FAST, READONLY, WRITE
from pyredis_server.commands.keys import free_lazily
from pyredis_server.commands.keyspecs import Keys
from pyredis_server.commands.options import expiry_ms
from pyredis_server.commands.registry import command
from pyredis_server.config import directives
from pyredis_server.keyspace.hooks import Overdue

_NO_KEY: Final = -2
_NO_TTL: Final = -1
_CONDITION: Final = OneOf("condition", Token("NX"), Token("XX"), Token("GT"), Token("LT"), optional=True,
                          since="7.0.0")
_CONDITION_HISTORY: Final = (("7.0.0", "Takes the conditions `NX`, `XX`, `GT` and `LT`."),)
_MINUS_TWO_HISTORY: Final = (("2.8.0", "Replies -2 when there is no key."),)


@command("EXPIRE", group="generic", since="1.0.0", arity=-3, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|update")],
         args=[Key("key"), Int("seconds"), _CONDITION], history=_CONDITION_HISTORY)
def expire(ctx: Context, key: bytes, seconds: bytes, *conditions: bytes) -> int:
    """Let a key expire after a number of seconds."""
    return _expire(ctx, "expire", key, seconds, conditions)


@command("PEXPIRE", group="generic", since="2.6.0", arity=-3, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|update")],
         args=[Key("key"), Int("milliseconds"), _CONDITION], history=_CONDITION_HISTORY)
def pexpire(ctx: Context, key: bytes, milliseconds: bytes, *conditions: bytes) -> int:
    """Let a key expire after a number of milliseconds."""
    return _expire(ctx, "pexpire", key, milliseconds, conditions)


@command("EXPIREAT", group="generic", since="1.2.0", arity=-3, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|update")],
         args=[Key("key"), UnixTime("unix-time-seconds"), _CONDITION], history=_CONDITION_HISTORY)
def expireat(ctx: Context, key: bytes, unix_time_seconds: bytes, *conditions: bytes) -> int:
    """Let a key expire at a Unix time in seconds."""
    return _expire(ctx, "expireat", key, unix_time_seconds, conditions)


@command("PEXPIREAT", group="generic", since="2.6.0", arity=-3, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|update")],
         args=[Key("key"), UnixTime("unix-time-milliseconds"), _CONDITION], history=_CONDITION_HISTORY)
def pexpireat(ctx: Context, key: bytes, unix_time_milliseconds: bytes, *conditions: bytes) -> int:
    """Let a key expire at a Unix time in milliseconds."""
    return _expire(ctx, "pexpireat", key, unix_time_milliseconds, conditions)


@command("PERSIST", group="generic", since="2.2.0", arity=2, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|update")],
         args=[Key("key")])
def persist(ctx: Context, key: bytes) -> int:
    """Take the time to live off a key."""
    if ctx.db.lookup_for_write(key) is None or not ctx.db.persist(key):
        return 0
    ctx.changed(key, b"persist")
    return 1


@command("TTL", group="generic", since="1.0.0", arity=2, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key")], tips=("nondeterministic_output",), history=_MINUS_TWO_HISTORY)
def ttl(ctx: Context, key: bytes) -> int:
    """Tell how many seconds a key has left to live."""
    at_ms = _expiry_of(ctx, key)
    return at_ms if at_ms < 0 else _seconds(max(at_ms - ctx.clock.now_ms, 0))


@command("PTTL", group="generic", since="2.6.0", arity=2, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key")], tips=("nondeterministic_output",), history=_MINUS_TWO_HISTORY)
def pttl(ctx: Context, key: bytes) -> int:
    """Tell how many milliseconds a key has left to live."""
    at_ms = _expiry_of(ctx, key)
    return at_ms if at_ms < 0 else max(at_ms - ctx.clock.now_ms, 0)


@command("EXPIRETIME", group="generic", since="7.0.0", arity=2, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key")])
def expiretime(ctx: Context, key: bytes) -> int:
    """Tell at which Unix time, in seconds, a key expires."""
    at_ms = _expiry_of(ctx, key)
    return at_ms if at_ms < 0 else _seconds(at_ms)


@command("PEXPIRETIME", group="generic", since="7.0.0", arity=2, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key")])
def pexpiretime(ctx: Context, key: bytes) -> int:
    """Tell at which Unix time, in milliseconds, a key expires."""
    return _expiry_of(ctx, key)


def _expire(ctx: Context, name: str, key: bytes, raw: bytes, conditions: Sequence[bytes]) -> int:
    """Set when `key` expires if `conditions` allow it; 1 when they do."""
    wanted = _read_conditions(conditions) if conditions else ()
    now_ms = ctx.clock.now_ms
    at_ms = expiry_ms(raw, seconds=name in ("expire", "expireat"),
                      from_ms=0 if name.endswith("at") else now_ms, command=name)
    db = ctx.db
    if db.lookup_for_write(key) is None or (wanted and not _allowed(wanted, db.expire_at(key), at_ms)):
        return 0
    if at_ms <= now_ms and ctx.keyspace.overdue is Overdue.DELETE:
        return _expire_now(ctx, key)
    db.set_expire(key, at_ms)
    if name != "pexpireat":  # that one goes to AOF and replicas as it came
        ctx.propagate(b"PEXPIREAT", key, b"%d" % at_ms, *conditions)
    ctx.changed(key, b"expire")
    return 1


def _expire_now(ctx: Context, key: bytes) -> int:
    lazy = ctx.config[directives.memory.LAZYFREE_LAZY_EXPIRE]
    value = ctx.db.pop(key)
    if lazy and value is not None:
        free_lazily(ctx, value)
    ctx.propagate(b"UNLINK" if lazy else b"DEL", key)
    ctx.changed(key, b"del")
    return 1


def _read_conditions(words: Sequence[bytes]) -> frozenset[bytes]:
    """The conditions in upper case. Raises CommandError for unknown ones, then for those that exclude each other."""
    wanted = set()
    for word in words:
        condition = word.upper()
        if condition not in (b"NX", b"XX", b"GT", b"LT"):
            raise UnsupportedOption(word)
        wanted.add(condition)
    if b"NX" in wanted and len(wanted) > 1:
        raise CommandError(errors.EXPIRE_NX_CONFLICT)
    if b"GT" in wanted and b"LT" in wanted:
        raise CommandError(errors.EXPIRE_GT_LT_CONFLICT)
    return frozenset(wanted)


def _allowed(wanted: frozenset[bytes], current_ms: int | None, at_ms: int) -> bool:
    """Whether the conditions hold. A key without a time to live counts as one that lives for ever."""
    if current_ms is None:
        return b"XX" not in wanted and b"GT" not in wanted
    if b"NX" in wanted or (b"GT" in wanted and at_ms <= current_ms):
        return False
    return not (b"LT" in wanted and at_ms >= current_ms)


def _expiry_of(ctx: Context, key: bytes) -> int:
    """When `key` expires, in ms since the epoch, or Redis's code: -2 without a key, -1 without an expiry."""
    if ctx.db.peek(key) is None:
        return _NO_KEY
    at_ms = ctx.db.expire_at(key)
    return _NO_TTL if at_ms is None else at_ms


def _seconds(ms: int) -> int:
    return (ms + 500) // 1000
