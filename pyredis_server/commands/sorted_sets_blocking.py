"""Sorted sets, waiting for members: BZPOPMIN, BZPOPMAX, BZMPOP.

Each tries what its relative without B does; when there is nothing, the client waits (executor/blocking.py) and the same
is tried again whenever a key it waits for was changed. AOF and replicas get ZPOPMIN or ZPOPMAX.
"""

from __future__ import annotations

from collections.abc import Sequence

from pyredis_server.commands.arguments import Dbl, Int, Key, OneOf, Token
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import BLOCKING, FAST, MOVABLEKEYS, WRITE
from pyredis_server.commands.keyspecs import CountedKeys, Keys
from pyredis_server.commands.options import deadline_ms
from pyredis_server.commands.registry import command
from pyredis_server.commands.sorted_sets import pop, pop_from_first, read_mpop
from pyredis_server.commands.waiting import take_or_wait
from pyredis_server.datatypes.sorted_sets import SortedSet
from pyredis_server.resp.reply import NO_REPLY, Double, Reply


@command("BZPOPMIN", group="sorted-set", since="5.0.0", arity=-3, flags=WRITE | BLOCKING | FAST,
         keys=[Keys(1, -2, access="RW|access|delete")],
         args=[Key("key", multiple=True), Dbl("timeout")],
         complexity="O(K + log N) for K keys, N being the size of the set",
         history=[("6.0.0", "The timeout may have a fraction.")])
def bzpopmin(ctx: Context, *keys_and_timeout: bytes) -> Reply:
    """Remove the member with the lowest score from the first of several sorted sets that there is, or wait for one."""
    return _pop(ctx, keys_and_timeout, highest=False)


@command("BZPOPMAX", group="sorted-set", since="5.0.0", arity=-3, flags=WRITE | BLOCKING | FAST,
         keys=[Keys(1, -2, access="RW|access|delete")],
         args=[Key("key", multiple=True), Dbl("timeout")],
         complexity="O(K + log N) for K keys, N being the size of the set",
         history=[("6.0.0", "The timeout may have a fraction.")])
def bzpopmax(ctx: Context, *keys_and_timeout: bytes) -> Reply:
    """Remove the member with the highest score from the first of several sorted sets that there is, or wait for one."""
    return _pop(ctx, keys_and_timeout, highest=True)


@command("BZMPOP", group="sorted-set", since="7.0.0", arity=-5, flags=WRITE | BLOCKING | MOVABLEKEYS,
         keys=[CountedKeys(2, access="RW|access|delete", firstkey=1, keynumidx=0, step=1)],
         args=[Dbl("timeout"), Int("numkeys"), Key("key", multiple=True), OneOf("where", Token("MIN"), Token("MAX")),
               Int("count", token="COUNT", optional=True)],
         complexity="O(K) + O(M log N) for K keys and M members, N being the size of the set")
def bzmpop(ctx: Context, timeout: bytes, numkeys: bytes, *words: bytes) -> Reply:
    """Remove members with the lowest or highest scores from the first of several sorted sets, or wait for one."""
    keys, highest, count = read_mpop(numkeys, words)

    def take(ctx: Context) -> Reply:
        popped = pop_from_first(ctx, keys, count, highest=highest)
        return NO_REPLY if popped is None else popped

    return take_or_wait(ctx, keys, deadline_ms(timeout, ctx.clock.now_ms), take, kind=SortedSet.type_name)


def _pop(ctx: Context, keys_and_timeout: Sequence[bytes], *, highest: bool) -> Reply:
    keys = keys_and_timeout[:-1]

    def take(ctx: Context) -> Reply:
        for key in keys:
            held = ctx.db.write_as(key, SortedSet)
            if held is not None:
                [(member, score)] = pop(ctx, key, held, 1, highest=highest)
                ctx.propagate(b"ZPOPMAX" if highest else b"ZPOPMIN", key)
                return [key, member, Double(score)]
        return NO_REPLY

    return take_or_wait(ctx, keys, deadline_ms(keys_and_timeout[-1], ctx.clock.now_ms), take, kind=SortedSet.type_name)
