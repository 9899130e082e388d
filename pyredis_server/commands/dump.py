"""DUMP and RESTORE: a value as bytes that any Redis can take over, and back. What is in them: persistence/rdb.

A payload that DUMP makes tells the version of Redis 8.2, so 7.x and older refuse it, as they refuse one of 8.2 itself;
theirs are read here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.base.numeric import INT64_MAX
from pyredis_server.commands.arguments import Int, Key, Str, Token
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import ASKING, DENYOOM, READONLY, WRITE
from pyredis_server.commands.keys import remove_replaced
from pyredis_server.commands.keyspecs import Keys
from pyredis_server.commands.options import integer
from pyredis_server.commands.registry import command
from pyredis_server.config import directives
from pyredis_server.config.choices import EvictionPolicy
from pyredis_server.keyspace.clocks import LFU_MAXIMUM, Tracked
from pyredis_server.keyspace.hooks import Overdue
from pyredis_server.resp.reply import OK, Status

IDLE_LIMIT_S: Final = (1 << 24) - 2  # what Redis's clock of 24 bits can tell

_ARGS: Final = (
    Key("key"), Int("ttl"), Str("serialized-value"), Token("REPLACE", optional=True, since="3.0.0"),
    Token("ABSTTL", optional=True, since="5.0.0"), Int("seconds", token="IDLETIME", optional=True, since="5.0.0"),
    Int("frequency", token="FREQ", optional=True, since="5.0.0"),
)
_HISTORY: Final = (("3.0.0", "Takes `REPLACE`."), ("5.0.0", "Takes `ABSTTL`, `IDLETIME` and `FREQ`."))
_COMPLEXITY: Final = "O(N*M) for N elements of M bytes on average, O(N*M*log(N)) for a sorted set"


@command("DUMP", group="generic", since="2.6.0", arity=2, flags=READONLY,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key")], tips=("nondeterministic_output",),
         complexity="O(N*M) for N elements of M bytes on average")
def dump(ctx: Context, key: bytes) -> bytes | None:
    """Give a key's value in a form that RESTORE takes."""
    value = ctx.db.read(key)
    return None if value is None else ctx.services.codec.dump(value)


@command("RESTORE", group="generic", since="2.6.0", arity=-4, flags=WRITE | DENYOOM,
         keys=[Keys(1, 1, access="OW|update")],
         args=_ARGS, categories=("dangerous",), history=_HISTORY, complexity=_COMPLEXITY)
def restore(ctx: Context, key: bytes, ttl: bytes, payload: bytes, *options: bytes) -> Status:
    """Make a key of what DUMP gave."""
    return _restore(ctx, b"RESTORE", key, ttl, payload, options)


@command("RESTORE-ASKING", group="server", since="3.0.0", arity=-4, flags=WRITE | DENYOOM | ASKING,
         keys=[Keys(1, 1, access="OW|update")],
         args=_ARGS, categories=("dangerous", "keyspace"), history=_HISTORY, complexity=_COMPLEXITY)
def restore_asking(ctx: Context, key: bytes, ttl: bytes, payload: bytes, *options: bytes) -> Status:
    """Make a key of what DUMP gave, in a cluster slot that is on its way to this server."""
    return _restore(ctx, b"RESTORE-ASKING", key, ttl, payload, options)


@attrs.define
class _Options:
    """What RESTORE's options say. `idle_s` and `frequency` are None unless told."""

    replace: bool = False
    absolute: bool = False
    idle_s: int | None = None
    frequency: int | None = None


def _read_options(words: Sequence[bytes]) -> _Options:
    """Raises: CommandError."""
    found = _Options()
    at = 0
    while at < len(words):
        word = words[at].upper()
        at += 1
        if word == b"REPLACE":
            found.replace = True
        elif word == b"ABSTTL":
            found.absolute = True
        elif word == b"IDLETIME" and at < len(words) and found.frequency is None:
            found.idle_s = integer(words[at])
            at += 1
            if found.idle_s < 0:
                raise CommandError(errors.INVALID_IDLETIME)
        elif word == b"FREQ" and at < len(words) and found.idle_s is None:
            found.frequency = integer(words[at])
            at += 1
            if not 0 <= found.frequency <= LFU_MAXIMUM:
                raise CommandError(errors.INVALID_FREQ)
        else:
            raise CommandError(errors.SYNTAX)
    return found


def _restore(ctx: Context, name: bytes, key: bytes, ttl: bytes, payload: bytes, words: Sequence[bytes]) -> Status:
    options = _read_options(words)
    db = ctx.db
    if not options.replace and db.lookup_for_write(key) is not None:
        raise CommandError(errors.BUSY_KEY)
    at_ms = integer(ttl)
    if at_ms < 0:
        raise CommandError(errors.INVALID_TTL)
    value = ctx.services.codec.load(payload)

    replaced = options.replace and remove_replaced(ctx, db, key)
    if at_ms:
        if not options.absolute:
            at_ms += ctx.clock.now_ms
        overdue = at_ms <= ctx.clock.now_ms or at_ms > INT64_MAX  # where Redis's sum becomes negative
        if overdue and ctx.keyspace.overdue is Overdue.DELETE:
            if replaced:
                lazy = ctx.config[directives.memory.LAZYFREE_LAZY_SERVER_DEL]
                ctx.propagate(b"UNLINK" if lazy else b"DEL", key)
                ctx.changed(key, b"del")
            return OK
    db.put(key, value)
    if at_ms:
        db.set_expire(key, at_ms)
        if not options.absolute:
            ctx.propagate(name, key, b"%d" % at_ms, payload, *words, b"ABSTTL")
    _set_clock(ctx, key, options)
    ctx.changed(key, b"restore")
    return OK


def _set_clock(ctx: Context, key: bytes, options: _Options) -> None:
    """Have OBJECT IDLETIME or FREQ tell what was told, where the policy goes by it."""
    policy = ctx.config[directives.memory.MAXMEMORY_POLICY]
    if policy in (EvictionPolicy.ALLKEYS_LFU, EvictionPolicy.VOLATILE_LFU):
        if options.frequency is not None and ctx.db.clocks is not None:
            ctx.db.clocks.set_frequency(key, options.frequency)
    elif options.idle_s is not None:
        if ctx.db.clocks is None:
            ctx.keyspace.track_access(Tracked.LRU)
        if ctx.db.clocks is not None:
            ctx.db.clocks.set_idle(key, min(options.idle_s, IDLE_LIMIT_S))
