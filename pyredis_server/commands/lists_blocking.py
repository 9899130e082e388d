"""Lists, waiting for elements: BLPOP, BRPOP, BLMPOP, BLMOVE, BRPOPLPUSH, BLMOVEM.

Each tries what its relative without B does; when there is nothing, the client waits (executor/blocking.py) and the same
is tried again whenever a key it waits for was changed. AOF and replicas get the relative, never the blocking command.
"""

from __future__ import annotations

from collections.abc import Sequence

from pyredis_server.commands.arguments import Dbl, Int, Key
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import BLOCKING, DENYOOM, MOVABLEKEYS, WRITE
from pyredis_server.commands.keyspecs import CountedKeys, Keys
from pyredis_server.commands.lists import (
    HOW_MANY,
    WHERE,
    WHEREFROM,
    WHERETO,
    Move,
    is_left,
    parse_movem,
    parse_mpop,
    pop_from_first,
    pop_one,
)
from pyredis_server.commands.options import deadline_ms
from pyredis_server.commands.registry import command
from pyredis_server.commands.waiting import take_or_wait
from pyredis_server.datatypes.lists import List
from pyredis_server.resp.reply import NO_REPLY, Reply


@command("BLPOP", group="list", since="2.0.0", arity=-3, flags=WRITE | BLOCKING,
         keys=[Keys(1, -2, access="RW|access|delete")],
         args=[Key("key", multiple=True), Dbl("timeout")],
         complexity="O(N) for N keys", history=[("6.0.0", "The timeout may have a fraction.")])
def blpop(ctx: Context, *keys_and_timeout: bytes) -> Reply:
    """Take the first element of the first list among several keys that has any, or wait for one."""
    return _pop(ctx, keys_and_timeout, left=True)


@command("BRPOP", group="list", since="2.0.0", arity=-3, flags=WRITE | BLOCKING,
         keys=[Keys(1, -2, access="RW|access|delete")],
         args=[Key("key", multiple=True), Dbl("timeout")],
         complexity="O(N) for N keys", history=[("6.0.0", "The timeout may have a fraction.")])
def brpop(ctx: Context, *keys_and_timeout: bytes) -> Reply:
    """Take the last element of the first list among several keys that has any, or wait for one."""
    return _pop(ctx, keys_and_timeout, left=False)


@command("BLMPOP", group="list", since="7.0.0", arity=-5, flags=WRITE | BLOCKING | MOVABLEKEYS,
         keys=[CountedKeys(2, access="RW|access|delete")],
         args=[Dbl("timeout"), Int("numkeys"), Key("key", multiple=True), WHERE,
               Int("count", token="COUNT", optional=True)],
         complexity="O(N+M) for N keys and M elements")
def blmpop(ctx: Context, timeout: bytes, numkeys: bytes, *keys_and_options: bytes) -> Reply:
    """Take elements from the first list among several keys that has any, or wait for some."""
    keys, left, count = parse_mpop(numkeys, keys_and_options)

    def take(ctx: Context) -> Reply:
        popped = pop_from_first(ctx, keys, left=left, count=count)
        return NO_REPLY if popped is None else popped

    return take_or_wait(ctx, keys, deadline_ms(timeout, ctx.clock.now_ms), take, kind=List.type_name)


@command("BLMOVE", group="list", since="6.2.0", arity=6, flags=WRITE | DENYOOM | BLOCKING,
         keys=[Keys(1, 1, access="RW|access|delete"), Keys(2, 2, access="RW|insert")],
         args=[Key("source"), Key("destination", key_spec_index=1), WHEREFROM, WHERETO, Dbl("timeout")])
def blmove(ctx: Context, source: bytes, destination: bytes, wherefrom: bytes, whereto: bytes,
           timeout: bytes) -> Reply:
    """Take an element from an end of a list and add it to an end of another, or wait for one."""
    move = Move(is_left(wherefrom), is_left(whereto))
    return _move_one(ctx, source, destination, move, timeout, (b"LMOVE", source, destination, wherefrom, whereto))


@command("BRPOPLPUSH", group="list", since="2.2.0", arity=4, flags=WRITE | DENYOOM | BLOCKING,
         keys=[Keys(1, 1, access="RW|access|delete"), Keys(2, 2, access="RW|insert")],
         args=[Key("source"), Key("destination", key_spec_index=1), Dbl("timeout")],
         deprecated_since="6.2.0", replaced_by="`BLMOVE` with the `RIGHT` and `LEFT` arguments",
         history=[("6.0.0", "The timeout may have a fraction.")])
def brpoplpush(ctx: Context, source: bytes, destination: bytes, timeout: bytes) -> Reply:
    """Take the last element of a list and add it at the beginning of another, or wait for one."""
    move = Move(from_left=False, to_left=True)
    return _move_one(ctx, source, destination, move, timeout, (b"RPOPLPUSH", source, destination))


@command("BLMOVEM", group="list", since="8.10.0", arity=-6, flags=WRITE | DENYOOM | BLOCKING,
         keys=[Keys(1, 1, access="RW|access|delete"), Keys(2, 2, access="RW|insert")],
         args=[Key("source"), Key("destination", key_spec_index=1), WHEREFROM, WHERETO, Dbl("timeout"), HOW_MANY],
         complexity="O(N) for N elements")
def blmovem(ctx: Context, source: bytes, destination: bytes, wherefrom: bytes, whereto: bytes, timeout: bytes,
            *how_many: bytes) -> Reply:
    """Take elements from an end of a list and add them to an end of another, or wait for enough of them."""
    move = parse_movem(wherefrom, whereto, how_many)
    sent = (b"LMOVEM", source, destination, wherefrom, whereto, *how_many)

    def take(ctx: Context) -> Reply:
        moved = move.run(ctx, source, destination)
        if moved is None:
            return NO_REPLY
        ctx.propagate(*sent)
        return moved

    return take_or_wait(ctx, (source,), deadline_ms(timeout, ctx.clock.now_ms), take, kind=List.type_name)


def _pop(ctx: Context, keys_and_timeout: Sequence[bytes], *, left: bool) -> Reply:
    keys = keys_and_timeout[:-1]

    def take(ctx: Context) -> Reply:
        for key in keys:
            value = pop_one(ctx, key, left=left)
            if value is not None:
                ctx.propagate(b"LPOP" if left else b"RPOP", key)
                return [key, value]
        return NO_REPLY

    return take_or_wait(ctx, keys, deadline_ms(keys_and_timeout[-1], ctx.clock.now_ms), take, kind=List.type_name)


def _move_one(ctx: Context, source: bytes, destination: bytes, move: Move, timeout: bytes,
              sent: tuple[bytes, ...]) -> Reply:
    def take(ctx: Context) -> Reply:
        moved = move.run(ctx, source, destination)
        if moved is None:
            return NO_REPLY
        ctx.propagate(*sent)
        return moved[0]

    return take_or_wait(ctx, (source,), deadline_ms(timeout, ctx.clock.now_ms), take, kind=List.type_name, refused=None)
