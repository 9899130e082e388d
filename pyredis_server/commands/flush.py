"""Whole databases: FLUSHDB, FLUSHALL, SWAPDB.

A flush is always propagated, even of an empty database: a replica or an AOF may hold keys that have expired here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.commands.arguments import Int, OneOf, Token
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import FAST, WRITE
from pyredis_server.commands.options import int32
from pyredis_server.commands.registry import command
from pyredis_server.config import directives
from pyredis_server.keyspace.database import Contents
from pyredis_server.resp.reply import OK, Status

_FLUSH_TYPE: Final = OneOf("flush-type", Token("ASYNC", since="4.0.0"), Token("SYNC", since="6.2.0"), optional=True)
_FLUSH_HISTORY: Final = (("4.0.0", "Takes `ASYNC`."), ("6.2.0", "Takes `SYNC`."))


@command("FLUSHALL", group="server", since="1.0.0", arity=-1, flags=WRITE, args=[_FLUSH_TYPE],
         categories=("dangerous", "keyspace"), tips=("request_policy:all_shards", "response_policy:all_succeeded"),
         complexity="O(N) for N keys in all databases", history=_FLUSH_HISTORY)
def flushall(ctx: Context, *mode: bytes) -> Status:
    """Delete all keys of all databases."""
    lazily = _is_lazy(ctx, mode)
    for db in ctx.keyspace.databases:
        ctx.effects.flushed(db)
    for contents in ctx.keyspace.flush_all():
        _release(ctx, contents, lazily)
    ctx.propagate(b"FLUSHALL", *mode)
    return OK


@command("FLUSHDB", group="server", since="1.0.0", arity=-1, flags=WRITE, args=[_FLUSH_TYPE],
         categories=("dangerous", "keyspace"), tips=("request_policy:all_shards", "response_policy:all_succeeded"),
         complexity="O(N) for N keys in the database", history=_FLUSH_HISTORY)
def flushdb(ctx: Context, *mode: bytes) -> Status:
    """Delete all keys of the selected database."""
    lazily = _is_lazy(ctx, mode)
    ctx.effects.flushed(ctx.db)
    _release(ctx, ctx.db.clear(), lazily)
    ctx.propagate(b"FLUSHDB", *mode)
    return OK


@command("SWAPDB", group="server", since="4.0.0", arity=3, flags=WRITE | FAST,
         args=[Int("index1"), Int("index2")], categories=("dangerous", "keyspace"),
         complexity="O(N) for N clients that watch or wait for keys of the two databases")
def swapdb(ctx: Context, index1: bytes, index2: bytes) -> Status:
    """Let two databases change places under their clients."""
    if ctx.config[directives.cluster.CLUSTER_ENABLED]:
        raise CommandError(errors.SWAPDB_IN_CLUSTER)
    one = int32(index1, errors.INVALID_FIRST_DB, errors.INVALID_FIRST_DB)
    other = int32(index2, errors.INVALID_SECOND_DB, errors.INVALID_SECOND_DB)
    keyspace = ctx.keyspace
    count = len(keyspace.databases)
    if not (0 <= one < count and 0 <= other < count):
        raise CommandError(errors.DB_OUT_OF_RANGE)
    if one != other:
        ctx.effects.swapped(keyspace.databases[one], keyspace.databases[other])
        keyspace.swap(one, other)
    ctx.dirty += 1
    return OK


def _is_lazy(ctx: Context, mode: Sequence[bytes]) -> bool:
    """Read FLUSHALL's or FLUSHDB's only argument."""
    if not mode:
        return ctx.config[directives.memory.LAZYFREE_LAZY_USER_FLUSH]
    word = mode[0].upper()
    if len(mode) > 1 or word not in (b"ASYNC", b"SYNC"):
        raise CommandError(errors.SYNTAX)
    return word == b"ASYNC"


def _release(ctx: Context, contents: Contents, lazily: bool) -> None:
    """Count what a database held and free it: at once, by dropping it, or in the background."""
    ctx.dirty += len(contents)
    if lazily and len(contents):
        ctx.services.background.free(contents, len(contents))
