"""Commands on one set: SADD, SREM, SISMEMBER, SMEMBERS, SPOP, SRANDMEMBER, SSCAN and their kin; SMOVE between two.

A set that loses its last member loses its key, with the event `del`. Chance is not repeated elsewhere: AOF and
replicas get SPOP as SREM of what was taken, or as DEL when that was all.
Elsewhere: several sets at once in sets_algebra.py; how a set is stored in datatypes/sets.py.
"""

from __future__ import annotations

from typing import Final

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError, WrongType
from pyredis_server.commands.arguments import Int, Key, Pattern, Str
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import DENYOOM, FAST, READONLY, WRITE
from pyredis_server.commands.keyspecs import Keys
from pyredis_server.commands.options import at_least, negatable
from pyredis_server.commands.registry import command
from pyredis_server.commands.scan import walk_value
from pyredis_server.config.directives.encodings import (
    SET_MAX_INTSET_ENTRIES,
    SET_MAX_LISTPACK_ENTRIES,
    SET_MAX_LISTPACK_VALUE,
)
from pyredis_server.config.directives.memory import LAZYFREE_LAZY_SERVER_DEL
from pyredis_server.datatypes.sets import Limits, SetValue
from pyredis_server.resp.reply import Reply, SetReply

SREM_MEMBERS: Final = 1024  # that a propagated SREM takes out at most


def set_limits(ctx: Context) -> Limits:
    """Up to where sets keep their small forms."""
    config = ctx.config
    return config[SET_MAX_INTSET_ENTRIES], config[SET_MAX_LISTPACK_ENTRIES], config[SET_MAX_LISTPACK_VALUE]


@command("SADD", group="set", since="1.0.0", arity=-3, flags=WRITE | DENYOOM | FAST,
         keys=[Keys(1, 1, access="RW|insert")],
         args=[Key("key"), Str("member", multiple=True)], complexity="O(N) for N members",
         history=[("2.4.0", "Takes several members.")])
def sadd(ctx: Context, key: bytes, *members: bytes) -> int:
    """Add members to a set and count those that are new."""
    db = ctx.db
    value = db.write_as(key, SetValue)
    limits = set_limits(ctx)
    if value is None:
        value = SetValue.created(members[0], len(members), limits)
        db.put(key, value)
    else:
        value.expect(len(members), limits)
    add = value.add
    added = 0
    for member in members:
        if add(member, limits):
            added += 1
    if added:
        ctx.changed(key, b"sadd", added)
    return added


@command("SREM", group="set", since="1.0.0", arity=-3, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|delete")],
         args=[Key("key"), Str("member", multiple=True)], complexity="O(N) for N members",
         history=[("2.4.0", "Takes several members.")])
def srem(ctx: Context, key: bytes, *members: bytes) -> int:
    """Remove members from a set, and the key with the last one."""
    value = ctx.db.write_as(key, SetValue)
    if value is None:
        return 0
    removed = 0
    for member in members:
        if value.remove(member):
            removed += 1
    if removed:
        ctx.lost(key, value, b"srem", removed)
    return removed


@command("SCARD", group="set", since="1.0.0", arity=2, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO")],
         args=[Key("key")])
def scard(ctx: Context, key: bytes) -> int:
    """Count the members of a set."""
    value = ctx.db.read_as(key, SetValue)
    return 0 if value is None else len(value)


@command("SISMEMBER", group="set", since="1.0.0", arity=3, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO")],
         args=[Key("key"), Str("member")])
def sismember(ctx: Context, key: bytes, member: bytes) -> int:
    """Tell whether a set has a member."""
    value = ctx.db.read_as(key, SetValue)
    return 1 if value is not None and member in value else 0


@command("SMISMEMBER", group="set", since="6.2.0", arity=-3, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Str("member", multiple=True)], complexity="O(N) for N members")
def smismember(ctx: Context, key: bytes, *members: bytes) -> list[int]:
    """Tell for each of several members whether a set has it."""
    value = ctx.db.read_as(key, SetValue)
    if value is None:
        return [0] * len(members)
    return [1 if member in value else 0 for member in members]


@command("SMEMBERS", group="set", since="1.0.0", arity=2, flags=READONLY,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key")], tips=("nondeterministic_output_order",), complexity="O(N) for N members")
def smembers(ctx: Context, key: bytes) -> SetReply:
    """Give all members of a set."""
    value = ctx.db.read_as(key, SetValue)
    return SetReply([] if value is None else value.members())


@command("SMOVE", group="set", since="1.0.0", arity=4, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|access|delete"), Keys(2, 2, access="RW|insert")],
         args=[Key("source"), Key("destination", key_spec_index=1), Str("member")])
def smove(ctx: Context, source: bytes, destination: bytes, member: bytes) -> int:
    """Move a member from one set to another."""
    db = ctx.db
    giver = db.lookup_for_write(source)
    taker = db.lookup_for_write(destination)
    if giver is None:
        return 0
    if not isinstance(giver, SetValue) or not (taker is None or isinstance(taker, SetValue)):
        raise WrongType
    if giver is taker:
        return 1 if member in giver else 0
    if not giver.remove(member):
        return 0
    ctx.lost(source, giver, b"srem", 1)
    limits = set_limits(ctx)
    if taker is None:
        taker = SetValue.created(member, 1, limits)
        db.put(destination, taker)
    if taker.add(member, limits):
        ctx.changed(destination, b"sadd")
    return 1


@command("SPOP", group="set", since="1.0.0", arity=-2, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|access|delete")],
         args=[Key("key"), Int("count", optional=True, since="3.2.0")], tips=("nondeterministic_output",),
         complexity="O(1), with a count O(N) for N members taken", history=[("3.2.0", "Takes `count`.")])
def spop(ctx: Context, key: bytes, *count: bytes) -> Reply:
    """Take one or more members by chance out of a set."""
    if count:
        return _pop_many(ctx, key, count)
    value = ctx.db.write_as(key, SetValue)
    if value is None:
        return None
    member = value.pop_random(ctx.keyspace.random)
    ctx.propagate(b"SREM", key, member)
    ctx.lost(key, value, b"spop", 1)
    return member


@command("SRANDMEMBER", group="set", since="1.0.0", arity=-2, flags=READONLY,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Int("count", optional=True, since="2.6.0")], tips=("nondeterministic_output",),
         complexity="O(1), with a count O(N) for N members given", history=[("2.6.0", "Takes `count`.")])
def srandmember(ctx: Context, key: bytes, *count: bytes) -> Reply:
    """Give one or more members of a set by chance; with a negative count they may repeat."""
    if not count:
        value = ctx.db.read_as(key, SetValue)
        return None if value is None else value.random(ctx.keyspace.random)
    if len(count) > 1:
        raise CommandError(errors.SYNTAX)
    wanted = negatable(count[0])
    value = ctx.db.read_as(key, SetValue)
    if value is None or not wanted:
        return []
    if wanted < 0:
        return value.random_many(ctx.keyspace.random, -wanted)
    return value.random_distinct(ctx.keyspace.random, wanted)


@command("SSCAN", group="set", since="2.8.0", arity=-3, flags=READONLY,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Int("cursor"), Pattern("pattern", token="MATCH", optional=True),
               Int("count", token="COUNT", optional=True)],
         tips=("nondeterministic_output",),
         complexity="O(1) for a call, O(N) for all calls that walk N members")
def sscan(ctx: Context, key: bytes, cursor: bytes, *options: bytes) -> list[Reply]:
    """Walk the members of a set a few at a time."""
    walked = walk_value(ctx, key, SetValue, cursor, options)
    return [b"0", []] if walked is None else [walked.following, walked.found]


def _pop_many(ctx: Context, key: bytes, words: tuple[bytes, ...]) -> SetReply:
    """SPOP with a count."""
    if len(words) > 1:
        raise CommandError(errors.SYNTAX)
    count = at_least(0, words[0], errors.NOT_POSITIVE)
    db = ctx.db
    value = db.write_as(key, SetValue)
    if value is None or not count:
        return SetReply([])
    if count >= len(value):
        members = value.members()
        db.delete(key)
        ctx.propagate(b"UNLINK" if ctx.config[LAZYFREE_LAZY_SERVER_DEL] else b"DEL", key)
        ctx.changed(key, b"spop", len(members))
        ctx.notify(b"del", key)
        return SetReply(members)
    members = value.pop_many(ctx.keyspace.random, count, set_limits(ctx))
    if ctx.propagating:
        for at in range(0, count, SREM_MEMBERS):
            ctx.propagate(b"SREM", key, *members[at : at + SREM_MEMBERS])
    ctx.changed(key, b"spop", count)
    return SetReply(members)
