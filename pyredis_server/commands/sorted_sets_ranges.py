"""Ranges of sorted sets: ZRANGE and the older commands that it took in, ZRANGESTORE, ZCOUNT, ZLEXCOUNT, ZREMRANGEBY*.

A range is given by rank, by score, or by member where all scores are equal. Whatever it is given by, the value turns
it into a span of ranks, and from there on all is one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum, auto
from typing import Final

import attrs

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.commands.arguments import Block, Dbl, Int, Key, OneOf, Str, Token
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import DENYOOM, FAST, READONLY, WRITE
from pyredis_server.commands.keyspecs import Keys
from pyredis_server.commands.options import integer
from pyredis_server.commands.registry import command
from pyredis_server.commands.sorted_sets import limits
from pyredis_server.datatypes.sorted_sets import LexBound, LexRange, SortedSet
from pyredis_server.resp.reply import Reply, ScorePairs

_LIMIT_ARG: Final = Block("limit", Int("offset"), Int("count"), token="LIMIT", optional=True)
_SPAN_COMPLEXITY: Final = "O(log N + M) for M members found, N being the size of the set"
# What C's strtod reads, but for hexadecimal digits, which Redis refuses here.
_BOUND: Final = re.compile(rb"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|inf(?:inity)?)", re.IGNORECASE)


class By(Enum):
    """What a range is given by."""

    RANK = auto()
    SCORE = auto()
    LEX = auto()


@attrs.define
class RangeOptions:
    """What follows the two ends of a range. `by` and `reverse` are None where nothing has said it yet."""

    by: By | None = None
    reverse: bool | None = None
    withscores: bool = False
    offset: int = 0
    count: int = -1


Span = tuple[int, int]


@command("ZRANGE", group="sorted-set", since="1.2.0", arity=-4, flags=READONLY,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Str("start"), Str("stop"), OneOf("sortby", Token("BYSCORE"), Token("BYLEX"), optional=True,
               since="6.2.0"), Token("REV", optional=True, since="6.2.0"), Block("limit", Int("offset"), Int("count"),
               token="LIMIT", optional=True, since="6.2.0"), Token("WITHSCORES", optional=True)],
         complexity=_SPAN_COMPLEXITY, history=[("6.2.0", "Takes `REV`, `BYSCORE`, `BYLEX` and `LIMIT`.")])
def zrange(ctx: Context, key: bytes, start: bytes, stop: bytes, *options: bytes) -> Reply:
    """Give the members of a range, by rank, score or name."""
    if not options:
        low, high = integer(start), integer(stop)
        held = ctx.db.read_as(key, SortedSet)
        return [] if held is None else held.members(*_rank_span(low, high, len(held.scores)))
    return _reply(ctx, key, start, stop, options, RangeOptions())


@command("ZREVRANGE", group="sorted-set", since="1.2.0", arity=-4, flags=READONLY,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Int("start"), Int("stop"), Token("WITHSCORES", optional=True)],
         deprecated_since="6.2.0", replaced_by="`ZRANGE` with the `REV` argument", complexity=_SPAN_COMPLEXITY)
def zrevrange(ctx: Context, key: bytes, start: bytes, stop: bytes, *options: bytes) -> Reply:
    """Give the members of a range of ranks, counted from the highest score."""
    return _reply(ctx, key, start, stop, options, RangeOptions(By.RANK, True))


@command("ZRANGEBYSCORE", group="sorted-set", since="1.0.5", arity=-4, flags=READONLY,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Dbl("min"), Dbl("max"), Token("WITHSCORES", optional=True, since="2.0.0"), _LIMIT_ARG],
         deprecated_since="6.2.0", replaced_by="`ZRANGE` with the `BYSCORE` argument", complexity=_SPAN_COMPLEXITY,
         history=[("2.0.0", "Takes `WITHSCORES`.")])
def zrangebyscore(ctx: Context, key: bytes, min: bytes, max: bytes, *options: bytes) -> Reply:
    """Give the members with scores in a range."""
    return _reply(ctx, key, min, max, options, RangeOptions(By.SCORE, False))


@command("ZREVRANGEBYSCORE", group="sorted-set", since="2.2.0", arity=-4, flags=READONLY,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Dbl("max"), Dbl("min"), Token("WITHSCORES", optional=True), _LIMIT_ARG],
         deprecated_since="6.2.0", replaced_by="`ZRANGE` with the `REV` and `BYSCORE` arguments",
         complexity=_SPAN_COMPLEXITY, history=[("2.1.6", "`min` and `max` may be exclusive.")])
def zrevrangebyscore(ctx: Context, key: bytes, max: bytes, min: bytes, *options: bytes) -> Reply:
    """Give the members with scores in a range, the highest first."""
    return _reply(ctx, key, max, min, options, RangeOptions(By.SCORE, True))


@command("ZRANGEBYLEX", group="sorted-set", since="2.8.9", arity=-4, flags=READONLY,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Str("min"), Str("max"), _LIMIT_ARG],
         deprecated_since="6.2.0", replaced_by="`ZRANGE` with the `BYLEX` argument", complexity=_SPAN_COMPLEXITY)
def zrangebylex(ctx: Context, key: bytes, min: bytes, max: bytes, *options: bytes) -> Reply:
    """Give the members in a range of names, where all scores are equal."""
    return _reply(ctx, key, min, max, options, RangeOptions(By.LEX, False))


@command("ZREVRANGEBYLEX", group="sorted-set", since="2.8.9", arity=-4, flags=READONLY,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Str("max"), Str("min"), _LIMIT_ARG],
         deprecated_since="6.2.0", replaced_by="`ZRANGE` with the `REV` and `BYLEX` arguments",
         complexity=_SPAN_COMPLEXITY)
def zrevrangebylex(ctx: Context, key: bytes, max: bytes, min: bytes, *options: bytes) -> Reply:
    """Give the members in a range of names, the last first, where all scores are equal."""
    return _reply(ctx, key, max, min, options, RangeOptions(By.LEX, True))


@command("ZRANGESTORE", group="sorted-set", since="6.2.0", arity=-5, flags=WRITE | DENYOOM,
         keys=[Keys(1, 1, access="OW|update"), Keys(2, 2, access="RO|access")],
         args=[Key("dst"), Key("src", key_spec_index=1), Str("min"), Str("max"), OneOf("sortby", Token("BYSCORE"),
               Token("BYLEX"), optional=True), Token("REV", optional=True), _LIMIT_ARG],
         complexity="O(log N + M) for M members stored, N being the size of the set")
def zrangestore(ctx: Context, dst: bytes, src: bytes, min: bytes, max: bytes, *options: bytes) -> int:
    """Store the members of a range, by rank, score or name, as a sorted set."""
    wanted = _read_options(options, RangeOptions(), scores_allowed=False)
    held, (start, stop) = _span(ctx, src, min, max, wanted)
    return store(ctx, dst, dict(held.pairs(start, stop)) if held is not None else {}, b"zrangestore")


@command("ZCOUNT", group="sorted-set", since="2.0.0", arity=4, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Dbl("min"), Dbl("max")], complexity="O(log N), N being the size of the set")
def zcount(ctx: Context, key: bytes, min: bytes, max: bytes) -> int:
    """Count the members with scores in a range."""
    low, low_open = _bound(min)
    high, high_open = _bound(max)
    held = ctx.db.read_as(key, SortedSet)
    if held is None:
        return 0
    start, stop = held.by_score(low, high, low_open=low_open, high_open=high_open)
    return stop - start


@command("ZLEXCOUNT", group="sorted-set", since="2.8.9", arity=4, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Str("min"), Str("max")], complexity="O(log N), N being the size of the set")
def zlexcount(ctx: Context, key: bytes, min: bytes, max: bytes) -> int:
    """Count the members in a range of names, where all scores are equal."""
    wanted = _lex_range(min, max)
    held = ctx.db.read_as(key, SortedSet)
    start, stop = held.by_lex(wanted) if held is not None else (0, 0)
    return stop - start


@command("ZREMRANGEBYRANK", group="sorted-set", since="2.0.0", arity=4, flags=WRITE,
         keys=[Keys(1, 1, access="RW|delete")],
         args=[Key("key"), Int("start"), Int("stop")],
         complexity="O(log N + M) for M members removed, N being the size of the set")
def zremrangebyrank(ctx: Context, key: bytes, start: bytes, stop: bytes) -> int:
    """Remove the members of a range of ranks and count them."""
    first, last = integer(start), integer(stop)
    held = ctx.db.write_as(key, SortedSet)
    return 0 if held is None else _remove(ctx, key, held, _rank_span(first, last, len(held)), b"zremrangebyrank")


@command("ZREMRANGEBYSCORE", group="sorted-set", since="1.2.0", arity=4, flags=WRITE,
         keys=[Keys(1, 1, access="RW|delete")],
         args=[Key("key"), Dbl("min"), Dbl("max")],
         complexity="O(log N + M) for M members removed, N being the size of the set")
def zremrangebyscore(ctx: Context, key: bytes, min: bytes, max: bytes) -> int:
    """Remove the members with scores in a range and count them."""
    low, low_open = _bound(min)
    high, high_open = _bound(max)
    held = ctx.db.write_as(key, SortedSet)
    if held is None:
        return 0
    span = held.by_score(low, high, low_open=low_open, high_open=high_open)
    return _remove(ctx, key, held, span, b"zremrangebyscore")


@command("ZREMRANGEBYLEX", group="sorted-set", since="2.8.9", arity=4, flags=WRITE,
         keys=[Keys(1, 1, access="RW|delete")],
         args=[Key("key"), Str("min"), Str("max")],
         complexity="O(log N + M) for M members removed, N being the size of the set")
def zremrangebylex(ctx: Context, key: bytes, min: bytes, max: bytes) -> int:
    """Remove the members in a range of names, where all scores are equal, and count them."""
    wanted = _lex_range(min, max)
    held = ctx.db.write_as(key, SortedSet)
    return 0 if held is None else _remove(ctx, key, held, held.by_lex(wanted), b"zremrangebylex")


def store(ctx: Context, key: bytes, scores: dict[bytes, float], event: bytes) -> int:
    """Store a result in place of whatever the key holds, or delete the key where it is empty."""
    ctx.stored(key, SortedSet.of(scores, *limits(ctx)) if scores else None, event)
    return len(scores)


def _reply(ctx: Context, key: bytes, first: bytes, last: bytes, words: Sequence[bytes], given: RangeOptions) -> Reply:
    """The members between two ends as the command gives them: for REV the end comes first."""
    wanted = _read_options(words, given, scores_allowed=True) if words else given
    held, (start, stop) = _span(ctx, key, first, last, wanted)
    if held is None:
        return []
    if wanted.withscores:
        pairs = held.pairs(start, stop)
        if wanted.reverse:
            pairs.reverse()
        return ScorePairs(pairs)
    members = held.members(start, stop)
    if wanted.reverse:
        members.reverse()
    return members


def _read_options(words: Sequence[bytes], found: RangeOptions, *, scores_allowed: bool) -> RangeOptions:
    at = 0
    while at < len(words):
        word = words[at].upper()
        if word == b"WITHSCORES" and scores_allowed:
            found.withscores = True
        elif word == b"LIMIT" and at + 2 < len(words):
            found.offset = integer(words[at + 1])
            found.count = integer(words[at + 2])
            at += 2
        elif word == b"REV" and found.reverse is None:
            found.reverse = True
        elif word == b"BYLEX" and found.by is None:
            found.by = By.LEX
        elif word == b"BYSCORE" and found.by is None:
            found.by = By.SCORE
        else:
            raise CommandError(errors.SYNTAX)
        at += 1
    if found.count != -1 and found.by in {None, By.RANK}:
        raise CommandError(errors.ZRANGE_LIMIT_BY_RANK)
    if found.withscores and found.by is By.LEX:
        raise CommandError(errors.ZRANGE_SCORES_BY_LEX)
    return found


def _span(ctx: Context, key: bytes, first: bytes, last: bytes, wanted: RangeOptions) -> tuple[SortedSet | None, Span]:
    """The set that is read and the span of its ranks that was asked for, LIMIT included."""
    if wanted.by is By.SCORE:
        if wanted.reverse:
            first, last = last, first
        low, low_open = _bound(first)
        high, high_open = _bound(last)
        held = ctx.db.read_as(key, SortedSet)
        if held is None:
            return None, (0, 0)
        span = held.by_score(low, high, low_open=low_open, high_open=high_open)
        return held, _limited(span, wanted)
    if wanted.by is By.LEX:
        members = _lex_range(last, first) if wanted.reverse else _lex_range(first, last)
        held = ctx.db.read_as(key, SortedSet)
        if held is None:
            return None, (0, 0)
        return held, _limited(held.by_lex(members, reverse=bool(wanted.reverse)), wanted)
    low, high = integer(first), integer(last)
    held = ctx.db.read_as(key, SortedSet)
    if held is None:
        return None, (0, 0)
    size = len(held.scores)
    start, stop = _rank_span(low, high, size)
    return held, (size - stop, size - start) if wanted.reverse else (start, stop)


def _rank_span(first: int, last: int, size: int) -> Span:
    """Ranks as clients give them, both included and negative ones counted from the end, as a span."""
    start = max(first + size, 0) if first < 0 else first
    stop = min(last + size if last < 0 else last, size - 1) + 1
    return (start, stop) if start < stop else (0, 0)


def _limited(span: Span, wanted: RangeOptions) -> Span:
    """What LIMIT leaves of a span; a negative offset leaves nothing, a negative count all."""
    start, stop = span
    if not wanted.offset and wanted.count < 0:
        return span
    if wanted.offset < 0:
        return 0, 0
    room = max(stop - start - wanted.offset, 0)
    taken = room if wanted.count < 0 else min(room, wanted.count)
    if wanted.reverse:
        stop -= min(wanted.offset, stop - start)
        return stop - taken, stop
    start += min(wanted.offset, stop - start)
    return start, start + taken


def _remove(ctx: Context, key: bytes, held: SortedSet, span: Span, event: bytes) -> int:
    removed = held.cut(*span)
    if removed:
        ctx.lost(key, held, event, removed)
    return removed


def _bound(raw: bytes) -> tuple[float, bool]:
    """A bound by score and whether it is exclusive, with "(" before. Raises CommandError(SCORE_RANGE)."""
    if raw.isdigit() and len(raw) < 16:  # the usual case, a third of the time
        return float(raw), False
    is_open = raw.startswith(b"(")
    text = (raw[1:] if is_open else raw).partition(b"\0")[0]  # a C string to Redis, which takes an empty one for 0
    if not text:
        return 0.0, is_open
    if not _BOUND.fullmatch(text):
        raise CommandError(errors.SCORE_RANGE)
    return float(text), is_open


def _lex_range(low: bytes, high: bytes) -> LexRange:
    """Two bounds by name. Raises CommandError(LEX_RANGE)."""
    return LexRange(_lex_bound(low), _lex_bound(high))


def _lex_bound(raw: bytes) -> LexBound:
    if raw == b"-":
        return LexBound(None)
    if raw == b"+":
        return LexBound(None, above=True)
    if raw[:1] not in (b"(", b"["):
        raise CommandError(errors.LEX_RANGE)
    return LexBound(raw[1:], raw[:1] == b"(")
