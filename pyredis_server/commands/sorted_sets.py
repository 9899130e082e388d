"""Commands on the members of sorted sets.

ZADD, ZINCRBY, ZREM, ZCARD, ZSCORE, ZMSCORE, ZRANK, ZREVRANK, ZPOPMIN, ZPOPMAX, ZMPOP, ZRANDMEMBER, ZSCAN. A set that
has lost its last member is deleted with it. Elsewhere: ranges of members in sorted_sets_ranges.py, unions,
intersections and differences in sorted_sets_algebra.py; the value class in datatypes/sorted_sets.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import Final

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError, WrongArity
from pyredis_server.base.numeric import INT64_MAX, format_double, parse_float
from pyredis_server.commands.arguments import Block, Dbl, Int, Key, OneOf, Pattern, Str, Token
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import DENYOOM, FAST, MOVABLEKEYS, READONLY, WRITE
from pyredis_server.commands.keyspecs import CountedKeys, Keys
from pyredis_server.commands.options import at_least, negatable
from pyredis_server.commands.registry import command
from pyredis_server.commands.scan import walk_value
from pyredis_server.config.directives.encodings import ZSET_MAX_LISTPACK_ENTRIES, ZSET_MAX_LISTPACK_VALUE
from pyredis_server.datatypes.sorted_sets import SortedSet
from pyredis_server.resp.reply import NULL_ARRAY, Double, Reply, ScorePairs

_ADD_WORDS: Final = frozenset((b"NX", b"XX", b"GT", b"LT", b"CH", b"INCR"))


@command("ZADD", group="sorted-set", since="1.2.0", arity=-4, flags=WRITE | DENYOOM | FAST,
         keys=[Keys(1, 1, access="RW|update")],
         args=[Key("key"), OneOf("condition", Token("NX"), Token("XX"), optional=True, since="3.0.2"),
               OneOf("comparison", Token("GT"), Token("LT"), optional=True, since="6.2.0"), Token("CH", "change",
               optional=True, since="3.0.2"), Token("INCR", "increment", optional=True, since="3.0.2"), Block("data",
               Dbl("score"), Str("member"), multiple=True)],
         complexity="O(log N) for each member, N being the size of the set",
         history=[("2.4.0", "Takes several members."), ("3.0.2", "Takes `XX`, `NX`, `CH` and `INCR`."),
                  ("6.2.0", "Takes `GT` and `LT`.")])
def zadd(ctx: Context, key: bytes, score: bytes, member: bytes, *words: bytes) -> Reply:
    """Add members to a sorted set, or give those that it has other scores."""
    options: set[bytes] = set()
    given: Sequence[bytes] = (score, member)
    if words or (number := _score(score)) is None:
        given = (score, member, *words)
        first = 0
        while first < len(given) and (word := given[first].upper()) in _ADD_WORDS:
            options.add(word)
            first += 1
        given = given[first:]
        if not given or len(given) % 2:
            raise CommandError(errors.SYNTAX)
        _check_add_options(options, len(given) // 2)
    else:
        held = ctx.db.write_as(key, SortedSet)
        if held is not None and not held.compact:  # the usual case of add_members, written out: half of its time
            old = held.scores.get(member)
            if old is None:
                held.insert(member, number)
            elif old != number:
                held.move(member, old, number)
            else:
                return 0
            ctx.changed(key, b"zadd")
            return 1 if old is None else 0
    return add_members(ctx, key, given, options)


@command("ZINCRBY", group="sorted-set", since="1.2.0", arity=4, flags=WRITE | DENYOOM | FAST,
         keys=[Keys(1, 1, access="RW|access|update")],
         args=[Key("key"), Int("increment"), Str("member")], complexity="O(log N), N being the size of the set")
def zincrby(ctx: Context, key: bytes, increment: bytes, member: bytes) -> Reply:
    """Add to the score of a member, which counts from 0 if it is new."""
    return add_members(ctx, key, (increment, member), {b"INCR"})


@command("ZREM", group="sorted-set", since="1.2.0", arity=-3, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|delete")],
         args=[Key("key"), Str("member", multiple=True)],
         complexity="O(M log N) for M members, N being the size of the set",
         history=[("2.4.0", "Takes several members.")])
def zrem(ctx: Context, key: bytes, *members: bytes) -> int:
    """Remove members from a sorted set and count those that it had."""
    held = ctx.db.write_as(key, SortedSet)
    if held is None:
        return 0
    removed = 0
    for member in members:
        removed += held.remove(member)
    if removed:
        ctx.lost(key, held, b"zrem", removed)
    return removed


@command("ZCARD", group="sorted-set", since="1.2.0", arity=2, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO")],
         args=[Key("key")])
def zcard(ctx: Context, key: bytes) -> int:
    """Count the members of a sorted set."""
    held = ctx.db.read_as(key, SortedSet)
    return 0 if held is None else len(held.scores)


@command("ZSCORE", group="sorted-set", since="1.2.0", arity=3, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Str("member")])
def zscore(ctx: Context, key: bytes, member: bytes) -> Double | None:
    """Give the score of a member."""
    held = ctx.db.read_as(key, SortedSet)
    score = None if held is None else held.scores.get(member)
    return None if score is None else Double(score)


@command("ZMSCORE", group="sorted-set", since="6.2.0", arity=-3, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Str("member", multiple=True)], complexity="O(M) for M members")
def zmscore(ctx: Context, key: bytes, *members: bytes) -> list[Reply]:
    """Give the scores of several members."""
    held = ctx.db.read_as(key, SortedSet)
    if held is None:
        return [None] * len(members)
    scores = map(held.scores.get, members)
    return [None if score is None else Double(score) for score in scores]


@command("ZRANK", group="sorted-set", since="2.0.0", arity=-3, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Str("member"), Token("WITHSCORE", optional=True)],
         complexity="O(log N), N being the size of the set", history=[("7.2.0", "Takes `WITHSCORE`.")])
def zrank(ctx: Context, key: bytes, member: bytes, *options: bytes) -> Reply:
    """Tell how many members of a sorted set come before this one."""
    return _rank(ctx, key, member, options, "zrank", reverse=False)


@command("ZREVRANK", group="sorted-set", since="2.0.0", arity=-3, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Str("member"), Token("WITHSCORE", optional=True)],
         complexity="O(log N), N being the size of the set", history=[("7.2.0", "Takes `WITHSCORE`.")])
def zrevrank(ctx: Context, key: bytes, member: bytes, *options: bytes) -> Reply:
    """Tell how many members of a sorted set come after this one."""
    return _rank(ctx, key, member, options, "zrevrank", reverse=True)


@command("ZPOPMIN", group="sorted-set", since="5.0.0", arity=-2, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|access|delete")],
         args=[Key("key"), Int("count", optional=True)],
         complexity="O(M log N) for M members, N being the size of the set")
def zpopmin(ctx: Context, key: bytes, *count: bytes) -> Reply:
    """Remove the members with the lowest scores and give them."""
    return _pop_of_one(ctx, key, count, highest=False)


@command("ZPOPMAX", group="sorted-set", since="5.0.0", arity=-2, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|access|delete")],
         args=[Key("key"), Int("count", optional=True)],
         complexity="O(M log N) for M members, N being the size of the set")
def zpopmax(ctx: Context, key: bytes, *count: bytes) -> Reply:
    """Remove the members with the highest scores and give them."""
    return _pop_of_one(ctx, key, count, highest=True)


@command("ZMPOP", group="sorted-set", since="7.0.0", arity=-4, flags=WRITE | MOVABLEKEYS,
         keys=[CountedKeys(1, access="RW|access|delete", firstkey=1, keynumidx=0, step=1)],
         args=[Int("numkeys"), Key("key", multiple=True), OneOf("where", Token("MIN"), Token("MAX")), Int("count",
               token="COUNT", optional=True)],
         complexity="O(K) + O(M log N) for K keys and M members, N being the size of the set")
def zmpop(ctx: Context, numkeys: bytes, *words: bytes) -> Reply:
    """Remove members with the lowest or highest scores from the first of several sorted sets that there is."""
    keys, highest, count = read_mpop(numkeys, words)
    popped = pop_from_first(ctx, keys, count, highest=highest)
    return NULL_ARRAY if popped is None else popped


@command("ZRANDMEMBER", group="sorted-set", since="6.2.0", arity=-2, flags=READONLY,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Block("options", Int("count"), Token("WITHSCORES", optional=True), optional=True)],
         tips=("nondeterministic_output",), complexity="O(M) for M members")
def zrandmember(ctx: Context, key: bytes, *options: bytes) -> Reply:
    """Pick members by chance."""
    below = ctx.keyspace.random.randrange
    if not options:
        held = ctx.db.read_as(key, SortedSet)
        return None if held is None else held.at(below(len(held)))[0]
    count = negatable(options[0])
    withscores = len(options) > 1
    if withscores:
        if len(options) > 2 or options[1].upper() != b"WITHSCORES":
            raise CommandError(errors.SYNTAX)
        if abs(count) > INT64_MAX // 2:
            raise CommandError(errors.OUT_OF_RANGE)
    held = ctx.db.read_as(key, SortedSet)
    if held is None or not count:
        return []
    picked = held.sample(count, below) if count > 0 else held.sample_repeating(-count, below)
    return ScorePairs(picked) if withscores else [member for member, _ in picked]


@command("ZSCAN", group="sorted-set", since="2.8.0", arity=-3, flags=READONLY,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Int("cursor"), Pattern("pattern", token="MATCH", optional=True), Int("count",
               token="COUNT", optional=True)],
         tips=("nondeterministic_output",),
         complexity="O(1) for a call, O(N) for all calls that walk N members")
def zscan(ctx: Context, key: bytes, cursor: bytes, *options: bytes) -> list[Reply]:
    """Walk the members of a sorted set a few at a time."""
    walked = walk_value(ctx, key, SortedSet, cursor, options)
    if walked is None:
        return [b"0", []]
    held, members = walked.value, walked.found
    printed = format_double if held.compact else _print_all_digits
    scores = held.scores
    found: list[Reply] = [b""] * (2 * len(members))
    found[::2] = members
    found[1::2] = [printed(scores[member]) for member in members]
    return [walked.following, found]


def pop_from_first(ctx: Context, keys: Sequence[bytes], count: int, *, highest: bool) -> Reply:
    """Do what ZMPOP and BZMPOP do; None where there is no sorted set under any of the keys."""
    for key in keys:
        held = ctx.db.write_as(key, SortedSet)
        if held is not None:
            popped = pop(ctx, key, held, count, highest=highest)
            ctx.propagate(b"ZPOPMAX" if highest else b"ZPOPMIN", key, b"%d" % len(popped))
            return [key, [[member, Double(score)] for member, score in popped]]
    return None


def pop(ctx: Context, key: bytes, held: SortedSet, count: int, *, highest: bool) -> list[tuple[bytes, float]]:
    """Remove up to `count` members, at least one, from an end of a set, and report it."""
    popped = held.pop_highest(count) if highest else held.pop_lowest(count)
    ctx.lost(key, held, b"zpopmax" if highest else b"zpopmin", len(popped))
    return popped


def read_mpop(numkeys: bytes, words: Sequence[bytes]) -> tuple[Sequence[bytes], bool, int]:
    """Read what ZMPOP and BZMPOP have in common. Returns the keys, whether it is MAX, and the count."""
    number = at_least(1, numkeys, errors.NUMKEYS_NOT_POSITIVE)
    if number >= len(words):
        raise CommandError(errors.SYNTAX)
    where = words[number].upper()
    if where not in {b"MIN", b"MAX"}:
        raise CommandError(errors.SYNTAX)
    count = -1
    rest = words[number + 1 :]
    for at in range(0, len(rest), 2):
        if count != -1 or rest[at].upper() != b"COUNT" or at + 1 == len(rest):
            raise CommandError(errors.SYNTAX)
        count = at_least(1, rest[at + 1], errors.COUNT_NOT_POSITIVE)
    return words[:number], where == b"MAX", 1 if count == -1 else count


def limits(ctx: Context) -> tuple[int, int]:
    """How many members a compact set may have, and of how many bytes."""
    return ctx.config[ZSET_MAX_LISTPACK_ENTRIES], ctx.config[ZSET_MAX_LISTPACK_VALUE]


def _score(raw: bytes) -> float | None:
    """A score as sent; None if it is no number."""
    return float(raw) if raw.isdigit() and len(raw) < 16 else parse_float(raw)


def _check_add_options(options: set[bytes], pairs: int) -> None:
    if {b"NX", b"XX"} <= options:
        raise CommandError(errors.ZADD_NX_XX)
    if len(options & {b"GT", b"LT", b"NX"}) > 1:
        raise CommandError(errors.ZADD_GT_LT_NX)
    if b"INCR" in options and pairs > 1:
        raise CommandError(errors.ZADD_INCR_ONE_PAIR)


def add_members(ctx: Context, key: bytes, given: Sequence[bytes], options: set[bytes]) -> Reply:
    """Do what ZADD and ZINCRBY do: `given` holds scores and members in turn, `options` are those of ZADD."""
    new_scores = [_score(raw) for raw in given[::2]]
    if None in new_scores:
        raise CommandError(errors.NOT_A_FLOAT)
    incr = b"INCR" in options
    held = ctx.db.write_as(key, SortedSet)
    if held is None:
        if b"XX" in options:
            return None if incr else 0
        held = SortedSet()
        held.expect(len(new_scores), ctx.config[ZSET_MAX_LISTPACK_ENTRIES])
        held.make_room(given[1], *limits(ctx))
        ctx.db.put(key, held)
    elif held.compact:
        held.expect(len(new_scores), ctx.config[ZSET_MAX_LISTPACK_ENTRIES])
    scores = held.scores
    added = updated = 0
    result: float | None = None
    for score, member in zip(new_scores, given[1::2], strict=True):
        assert score is not None, "tested above"
        old = scores.get(member)
        if old is None:
            if b"XX" in options:
                continue
            if held.compact:
                held.make_room(member, *limits(ctx))
            held.insert(member, score)
            result = score
            added += 1
        elif not options:
            if score != old:
                held.move(member, old, score)
                updated += 1
        elif b"NX" not in options:
            wanted = old + score if incr else score
            if isnan(wanted):
                raise CommandError(errors.SCORE_NOT_A_NUMBER)
            if (b"LT" in options and wanted >= old) or (b"GT" in options and wanted <= old):
                continue
            result = wanted
            if wanted != old:
                held.move(member, old, wanted)
                updated += 1
    if added or updated:
        ctx.changed(key, b"zincr" if incr else b"zadd", added + updated)
    if incr:
        return None if result is None else Double(result)
    return added + updated if b"CH" in options else added


def _rank(ctx: Context, key: bytes, member: bytes, options: Sequence[bytes], name: str, *, reverse: bool) -> Reply:
    if len(options) > 1:
        raise WrongArity(name)
    if options and options[0].upper() != b"WITHSCORE":
        raise CommandError(errors.SYNTAX)
    held = ctx.db.read_as(key, SortedSet)
    rank = None if held is None else held.rank(member)
    if held is None or rank is None:
        return NULL_ARRAY if options else None
    if reverse:
        rank = len(held) - 1 - rank
    return [rank, Double(held.scores[member])] if options else rank


def _pop_of_one(ctx: Context, key: bytes, words: Sequence[bytes], *, highest: bool) -> Reply:
    """ZPOPMIN and ZPOPMAX. With a count RESP3 nests the pairs, without it does not."""
    if len(words) > 1:
        raise CommandError(errors.SYNTAX)
    count = at_least(0, words[0], errors.NOT_POSITIVE) if words else 1
    held = ctx.db.write_as(key, SortedSet)
    if held is None or not count:
        return []
    popped = pop(ctx, key, held, count, highest=highest)
    if words:
        return ScorePairs(popped)
    member, score = popped[0]
    return [member, Double(score)]


def _print_all_digits(score: float) -> bytes:
    return b"%.17g" % score
