"""Unions, intersections and differences of sorted sets: ZUNION, ZINTER, ZDIFF, their STORE forms, ZINTERCARD.

Sets may stand where sorted sets do; their members then have the score 1. The order in which scores are added is seen
in their last digits, so it is Redis's: for unions and intersections the smallest set comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from math import isnan
from typing import Final, TypeAlias

import attrs

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError, WrongType
from pyredis_server.base.numeric import parse_float
from pyredis_server.commands.arguments import Int, Key, OneOf, Token
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import DENYOOM, MOVABLEKEYS, READONLY, WRITE
from pyredis_server.commands.keyspecs import CountedKeys, Keys
from pyredis_server.commands.options import at_least, integer
from pyredis_server.commands.registry import command
from pyredis_server.commands.sorted_sets_ranges import store
from pyredis_server.datatypes.sets import SetValue
from pyredis_server.datatypes.sorted_sets import SortedSet
from pyredis_server.resp.reply import Reply, ScorePairs

Aggregate: TypeAlias = Callable[[float, float], float]

_WEIGHTS: Final = Int("weight", token="WEIGHTS", optional=True, multiple=True)
_AGGREGATE: Final = OneOf("aggregate", Token("SUM"), Token("MIN"), Token("MAX"), Token("COUNT", since="8.8.0"),
                          token="AGGREGATE", optional=True)
_HISTORY: Final = (("8.8.0", "Takes `AGGREGATE COUNT`."),)
_NONE: Final[dict[bytes, float]] = {}


@attrs.define(eq=False)
class Source:
    """A key that is read: its members with their scores, and what these are multiplied by."""

    scores: dict[bytes, float]
    weight: float = 1.0


@attrs.define
class Options:
    """What follows the keys."""

    aggregate: Aggregate
    counting: bool = False
    withscores: bool = False
    limit: int = 0


@command("ZUNION", group="sorted-set", since="6.2.0", arity=-3, flags=READONLY | MOVABLEKEYS,
         keys=[CountedKeys(1, access="RO|access", firstkey=1, keynumidx=0, step=1)],
         args=[Int("numkeys"), Key("key", multiple=True), _WEIGHTS, _AGGREGATE, Token("WITHSCORES", optional=True)],
         complexity="O(N) + O(M log M) for N members in all sets and M in the result", history=_HISTORY)
def zunion(ctx: Context, numkeys: bytes, *words: bytes) -> Reply:
    """Give the members that are in any of several sorted sets."""
    sources, wanted = _read(ctx, numkeys, words, "zunion", scores_allowed=True)
    return _reply(_union(sources, wanted), wanted)


@command("ZUNIONSTORE", group="sorted-set", since="2.0.0", arity=-4, flags=WRITE | DENYOOM | MOVABLEKEYS,
         keys=[Keys(1, 1, access="OW|update"), CountedKeys(2, access="RO|access", firstkey=1, keynumidx=0, step=1)],
         args=[Key("destination"), Int("numkeys"), Key("key", multiple=True, key_spec_index=1), _WEIGHTS, _AGGREGATE],
         complexity="O(N) + O(M log M) for N members in all sets and M in the result", history=_HISTORY)
def zunionstore(ctx: Context, destination: bytes, numkeys: bytes, *words: bytes) -> int:
    """Store the members that are in any of several sorted sets."""
    sources, wanted = _read(ctx, numkeys, words, "zunionstore")
    return store(ctx, destination, _union(sources, wanted), b"zunionstore")


@command("ZINTER", group="sorted-set", since="6.2.0", arity=-3, flags=READONLY | MOVABLEKEYS,
         keys=[CountedKeys(1, access="RO|access", firstkey=1, keynumidx=0, step=1)],
         args=[Int("numkeys"), Key("key", multiple=True), _WEIGHTS, _AGGREGATE, Token("WITHSCORES", optional=True)],
         complexity="O(N K) + O(M log M) for N members in the smallest of K sets and M in the result",
         history=_HISTORY)
def zinter(ctx: Context, numkeys: bytes, *words: bytes) -> Reply:
    """Give the members that are in all of several sorted sets."""
    sources, wanted = _read(ctx, numkeys, words, "zinter", scores_allowed=True)
    return _reply(_intersection(sources, wanted), wanted)


@command("ZINTERSTORE", group="sorted-set", since="2.0.0", arity=-4, flags=WRITE | DENYOOM | MOVABLEKEYS,
         keys=[Keys(1, 1, access="OW|update"), CountedKeys(2, access="RO|access", firstkey=1, keynumidx=0, step=1)],
         args=[Key("destination"), Int("numkeys"), Key("key", multiple=True, key_spec_index=1), _WEIGHTS, _AGGREGATE],
         complexity="O(N K) + O(M log M) for N members in the smallest of K sets and M in the result",
         history=_HISTORY)
def zinterstore(ctx: Context, destination: bytes, numkeys: bytes, *words: bytes) -> int:
    """Store the members that are in all of several sorted sets."""
    sources, wanted = _read(ctx, numkeys, words, "zinterstore")
    return store(ctx, destination, _intersection(sources, wanted), b"zinterstore")


@command("ZINTERCARD", group="sorted-set", since="7.0.0", arity=-3, flags=READONLY | MOVABLEKEYS,
         keys=[CountedKeys(1, access="RO|access", firstkey=1, keynumidx=0, step=1)],
         args=[Int("numkeys"), Key("key", multiple=True), Int("limit", token="LIMIT", optional=True)],
         complexity="O(N K) for N members in the smallest of K sets")
def zintercard(ctx: Context, numkeys: bytes, *words: bytes) -> int:
    """Count the members that are in all of several sorted sets."""
    sources, wanted = _read(ctx, numkeys, words, "zintercard", limit_allowed=True, combined=False)
    sources.sort(key=_size)
    others = [source.scores for source in sources[1:]]
    if not wanted.limit:
        common: AbstractSet[bytes] = sources[0].scores.keys()
        for other in others:
            common = common & other.keys()
        return len(common)
    found = 0
    for member in sources[0].scores:
        if all(member in other for other in others):
            found += 1
            if found == wanted.limit:
                break
    return found


@command("ZDIFF", group="sorted-set", since="6.2.0", arity=-3, flags=READONLY | MOVABLEKEYS,
         keys=[CountedKeys(1, access="RO|access", firstkey=1, keynumidx=0, step=1)],
         args=[Int("numkeys"), Key("key", multiple=True), Token("WITHSCORES", optional=True)],
         complexity="O(N + M log M) for N members in all sets and M in the result")
def zdiff(ctx: Context, numkeys: bytes, *words: bytes) -> Reply:
    """Give the members of a sorted set that are in none of the others."""
    sources, wanted = _read(ctx, numkeys, words, "zdiff", scores_allowed=True, combined=False)
    return _reply(_difference(sources), wanted)


@command("ZDIFFSTORE", group="sorted-set", since="6.2.0", arity=-4, flags=WRITE | DENYOOM | MOVABLEKEYS,
         keys=[Keys(1, 1, access="OW|update"), CountedKeys(2, access="RO|access", firstkey=1, keynumidx=0, step=1)],
         args=[Key("destination"), Int("numkeys"), Key("key", multiple=True, key_spec_index=1)],
         complexity="O(N + M log M) for N members in all sets and M in the result")
def zdiffstore(ctx: Context, destination: bytes, numkeys: bytes, *words: bytes) -> int:
    """Store the members of a sorted set that are in none of the others."""
    sources, _ = _read(ctx, numkeys, words, "zdiffstore", combined=False)
    return store(ctx, destination, _difference(sources), b"zdiffstore")


def _read(
    ctx: Context, numkeys: bytes, words: Sequence[bytes], name: str, *, scores_allowed: bool = False,
    limit_allowed: bool = False, combined: bool = True,
) -> tuple[list[Source], Options]:
    """Read the keys and what follows them: WEIGHTS and AGGREGATE where scores are combined, WITHSCORES, LIMIT."""
    count = integer(numkeys)
    if count < 1:
        raise CommandError(errors.no_input_keys(name))
    if count > len(words):
        raise CommandError(errors.SYNTAX)
    sources = [_source(ctx, key) for key in words[:count]]
    found = Options(_sum)
    at = count
    while at < len(words):
        word = words[at].upper()
        left = len(words) - at
        if word == b"WEIGHTS" and combined and left > count:
            for source, raw in zip(sources, words[at + 1 : at + 1 + count], strict=True):
                weight = parse_float(raw)
                if weight is None:
                    raise CommandError(errors.WEIGHT_NOT_A_FLOAT)
                source.weight = weight
            at += count
        elif word == b"AGGREGATE" and combined and left > 1:
            at += 1
            how = words[at].upper()
            found.counting = how == b"COUNT"
            if how not in {b"SUM", b"COUNT", b"MIN", b"MAX"}:
                raise CommandError(errors.SYNTAX)
            found.aggregate = {b"MIN": _min, b"MAX": _max}.get(how, _sum)
        elif word == b"WITHSCORES" and scores_allowed:
            found.withscores = True
        elif word == b"LIMIT" and limit_allowed and left > 1:
            at += 1
            found.limit = at_least(0, words[at], errors.LIMIT_NEGATIVE)
        else:
            raise CommandError(errors.SYNTAX)
        at += 1
    return sources, found


def _source(ctx: Context, key: bytes) -> Source:
    value = ctx.db.read(key)
    if value is None:
        return Source(_NONE)
    if isinstance(value, SortedSet):
        return Source(value.scores)
    if isinstance(value, SetValue):
        return Source(dict.fromkeys(value.members(), 1.0))
    raise WrongType


def _reply(scores: dict[bytes, float], wanted: Options) -> Reply:
    members = sorted(scores)
    members.sort(key=scores.__getitem__)
    return ScorePairs([(member, scores[member]) for member in members]) if wanted.withscores else members


def _size(source: Source) -> int:
    return len(source.scores)


def _union(sources: list[Source], wanted: Options) -> dict[bytes, float]:
    aggregate = wanted.aggregate
    total: dict[bytes, float] = {}
    for source in sorted(sources, key=_size):
        weight = source.weight
        scores = dict.fromkeys(source.scores, weight) if wanted.counting else source.scores
        factor = 1.0 if wanted.counting else weight
        if factor == 1.0 and not total:
            total = dict(scores)
            continue
        for member, score in scores.items():
            weighted = _number(factor * score)
            before = total.get(member)
            total[member] = weighted if before is None else aggregate(before, weighted)
    return total


def _intersection(sources: list[Source], wanted: Options) -> dict[bytes, float]:
    aggregate = wanted.aggregate
    first, *others = sorted(sources, key=_size)
    common: AbstractSet[bytes] = first.scores.keys()
    for other in others:
        common = common & other.scores.keys()
    if wanted.counting:
        total = 0.0
        for source in (first, *others):
            total = _sum(total, source.weight)
        return dict.fromkeys(common, total)
    found = {member: _number(first.weight * first.scores[member]) for member in common}
    for other in others:
        scores, weight = other.scores, other.weight
        for member, score in found.items():
            found[member] = aggregate(score, weight * scores[member])
    return found


def _difference(sources: list[Source]) -> dict[bytes, float]:
    first, *others = sources
    left = dict(first.scores)
    for other in others:
        if len(other.scores) < len(left):
            for member in other.scores:
                left.pop(member, None)
        else:
            for member in left.keys() & other.scores.keys():
                del left[member]
        if not left:
            break
    return left


def _number(score: float) -> float:
    """0 for what is no number, as infinity times 0."""
    return 0.0 if isnan(score) else score


def _sum(one: float, other: float) -> float:
    return _number(one + other)


def _min(one: float, other: float) -> float:
    return other if other < one else one  # noqa: FURB136  # `other` may be nan, which leaves `one` as it is


def _max(one: float, other: float) -> float:
    return other if other > one else one  # noqa: FURB136
