"""Lists: LPUSH, LPOP, LRANGE and what else works on them at once; LMOVE and LMPOP between and from several.

Elsewhere: the commands that wait for elements are lists_blocking.py's and share `pop_from_first` and `Move` with these;
the value is datatypes/lists.py. A list that loses its last element is deleted, with an event `del` of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError, WrongArity
from pyredis_server.commands.arguments import Block, Int, Key, OneOf, Str, Token
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import DENYOOM, FAST, MOVABLEKEYS, READONLY, WRITE
from pyredis_server.commands.keyspecs import CountedKeys, Keys
from pyredis_server.commands.options import at_least, integer, negatable
from pyredis_server.commands.registry import command
from pyredis_server.config.directives.encodings import LIST_MAX_LISTPACK_SIZE
from pyredis_server.datatypes.lists import List
from pyredis_server.resp.reply import NULL_ARRAY, OK, Reply

WHERE: Final = OneOf("where", Token("LEFT"), Token("RIGHT"))
WHEREFROM: Final = OneOf("wherefrom", Token("LEFT"), Token("RIGHT"))
WHERETO: Final = OneOf("whereto", Token("LEFT"), Token("RIGHT"))
HOW_MANY: Final = Block("how-many", OneOf("selector", Int("count", token="COUNT"), Int("exactly", token="EXACTLY")),
                        OneOf("ordering", Token("OBO"), Token("BULK")), optional=True)
_PUSH_HISTORY: Final = (("2.4.0", "Takes several elements."),)
_PUSHX_HISTORY: Final = (("4.0.0", "Takes several elements."),)


# -- pushing -----------------------------------------------------------------------------------------------------

@command("LPUSH", group="list", since="1.0.0", arity=-3, flags=WRITE | DENYOOM | FAST,
         keys=[Keys(1, 1, access="RW|insert")],
         args=[Key("key"), Str("element", multiple=True)],
         complexity="O(N) for N elements", history=_PUSH_HISTORY)
def lpush(ctx: Context, key: bytes, *elements: bytes) -> int:
    """Add elements at the beginning of a list, the last one first, and give its length."""
    db = ctx.db
    found = db.values.get(key)
    if found.__class__ is not List or db.expires or db.clocks is not None:  # else write_as has nothing to do
        found = db.write_as(key, List)
        if found is None:
            found = List()
            db.set(key, found)
    length: int = found.push_left(elements, ctx.config[LIST_MAX_LISTPACK_SIZE])
    ctx.changed(key, b"lpush", len(elements))
    return length


@command("RPUSH", group="list", since="1.0.0", arity=-3, flags=WRITE | DENYOOM | FAST,
         keys=[Keys(1, 1, access="RW|insert")],
         args=[Key("key"), Str("element", multiple=True)],
         complexity="O(N) for N elements", history=_PUSH_HISTORY)
def rpush(ctx: Context, key: bytes, *elements: bytes) -> int:
    """Add elements at the end of a list and give its length."""
    db = ctx.db
    found = db.values.get(key)
    if found.__class__ is not List or db.expires or db.clocks is not None:
        found = db.write_as(key, List)
        if found is None:
            found = List()
            db.set(key, found)
    length: int = found.push_right(elements, ctx.config[LIST_MAX_LISTPACK_SIZE])
    ctx.changed(key, b"rpush", len(elements))
    return length


@command("LPUSHX", group="list", since="2.2.0", arity=-3, flags=WRITE | DENYOOM | FAST,
         keys=[Keys(1, 1, access="RW|insert")],
         args=[Key("key"), Str("element", multiple=True)],
         complexity="O(N) for N elements", history=_PUSHX_HISTORY)
def lpushx(ctx: Context, key: bytes, *elements: bytes) -> int:
    """Add elements at the beginning of a list that exists already."""
    return 0 if ctx.db.write_as(key, List) is None else lpush(ctx, key, *elements)


@command("RPUSHX", group="list", since="2.2.0", arity=-3, flags=WRITE | DENYOOM | FAST,
         keys=[Keys(1, 1, access="RW|insert")],
         args=[Key("key"), Str("element", multiple=True)],
         complexity="O(N) for N elements", history=_PUSHX_HISTORY)
def rpushx(ctx: Context, key: bytes, *elements: bytes) -> int:
    """Add elements at the end of a list that exists already."""
    return 0 if ctx.db.write_as(key, List) is None else rpush(ctx, key, *elements)


@command("LINSERT", group="list", since="2.2.0", arity=5, flags=WRITE | DENYOOM,
         keys=[Keys(1, 1, access="RW|insert")],
         args=[Key("key"), OneOf("where", Token("BEFORE"), Token("AFTER")), Str("pivot"), Str("element")],
         complexity="O(N) for the N elements up to the pivot")
def linsert(ctx: Context, key: bytes, where: bytes, pivot: bytes, element: bytes) -> int:
    """Insert an element before or after the first one equal to the pivot; -1 if there is none."""
    word = where.upper()
    if word not in (b"BEFORE", b"AFTER"):
        raise CommandError(errors.SYNTAX)
    found = ctx.db.write_as(key, List)
    if found is None:
        return 0
    if not found.insert(pivot, element, ctx.config[LIST_MAX_LISTPACK_SIZE], after=word == b"AFTER"):
        return -1
    ctx.changed(key, b"linsert")
    return len(found)


@command("LSET", group="list", since="1.0.0", arity=4, flags=WRITE | DENYOOM,
         keys=[Keys(1, 1, access="RW|update")],
         args=[Key("key"), Int("index"), Str("element")],
         complexity="O(1) at both ends of a list, O(N) for the nodes up to the index")
def lset(ctx: Context, key: bytes, index: bytes, element: bytes) -> Reply:
    """Replace the element at an index."""
    found = ctx.db.write_as(key, List)
    if found is None:
        raise CommandError(errors.NO_SUCH_KEY)
    if not found.replace(integer(index), element, ctx.config[LIST_MAX_LISTPACK_SIZE]):
        raise CommandError(errors.INDEX_OUT_OF_RANGE)
    ctx.changed(key, b"lset")
    return OK


# -- reading -----------------------------------------------------------------------------------------------------

@command("LLEN", group="list", since="1.0.0", arity=2, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO")],
         args=[Key("key")])
def llen(ctx: Context, key: bytes) -> int:
    """Tell the length of a list."""
    found = ctx.db.read_as(key, List)
    return 0 if found is None else len(found)


@command("LINDEX", group="list", since="1.0.0", arity=3, flags=READONLY,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Int("index")],
         complexity="O(1) at both ends of a list, O(N) for the nodes up to the index")
def lindex(ctx: Context, key: bytes, index: bytes) -> bytes | None:
    """Give the element at an index."""
    found = ctx.db.read_as(key, List)
    return None if found is None else found.get(integer(index))


@command("LRANGE", group="list", since="1.0.0", arity=4, flags=READONLY,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Int("start"), Int("stop")],
         complexity="O(S+N) for N elements behind S nodes")
def lrange(ctx: Context, key: bytes, start: bytes, stop: bytes) -> list[bytes]:
    """Give the elements of a range of indexes, both of which count in."""
    first, last = integer(start), integer(stop)
    found = ctx.db.read_as(key, List)
    return [] if found is None else found.slice(*found.bounds(first, last))


@command("LPOS", group="list", since="6.0.6", arity=-3, flags=READONLY,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Str("element"), Int("rank", token="RANK", optional=True),
               Int("num-matches", token="COUNT", optional=True), Int("len", token="MAXLEN", optional=True)],
         complexity="O(N) for the N elements compared")
def lpos(ctx: Context, key: bytes, element: bytes, *options: bytes) -> Reply:
    """Give the index of an element, or with COUNT those of all that are equal."""
    rank, count, look_at = 1, None, 0
    for at in range(0, len(options), 2):
        word = options[at].upper()
        if at + 1 == len(options) or word not in (b"RANK", b"COUNT", b"MAXLEN"):
            raise CommandError(errors.SYNTAX)
        raw = options[at + 1]
        if word == b"RANK":
            rank = negatable(raw)
            if not rank:
                raise CommandError(errors.RANK_ZERO)
        elif word == b"COUNT":
            count = at_least(0, raw, errors.NEGATIVE_ARGUMENT % word)
        else:
            look_at = at_least(0, raw, errors.NEGATIVE_ARGUMENT % word)
    found = ctx.db.read_as(key, List)
    if found is None:
        return None if count is None else []
    indexes = found.positions(element, rank, 1 if count is None else count, look_at)
    if count is None:
        return indexes[0] if indexes else None
    return indexes


# -- taking ------------------------------------------------------------------------------------------------------

@command("LPOP", group="list", since="1.0.0", arity=-2, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|access|delete")],
         args=[Key("key"), Int("count", optional=True, since="6.2.0")],
         complexity="O(N) for N elements", history=[("6.2.0", "Takes `count`.")])
def lpop(ctx: Context, key: bytes, *count: bytes) -> Reply:
    """Take the first element of a list, or the first `count`."""
    return _pop_counted(ctx, key, count, left=True) if count else pop_one(ctx, key, left=True)


@command("RPOP", group="list", since="1.0.0", arity=-2, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|access|delete")],
         args=[Key("key"), Int("count", optional=True, since="6.2.0")],
         complexity="O(N) for N elements", history=[("6.2.0", "Takes `count`.")])
def rpop(ctx: Context, key: bytes, *count: bytes) -> Reply:
    """Take the last element of a list, or the last `count`."""
    return _pop_counted(ctx, key, count, left=False) if count else pop_one(ctx, key, left=False)


@command("LMPOP", group="list", since="7.0.0", arity=-4, flags=WRITE | MOVABLEKEYS,
         keys=[CountedKeys(1, access="RW|access|delete")],
         args=[Int("numkeys"), Key("key", multiple=True), WHERE, Int("count", token="COUNT", optional=True)],
         complexity="O(N+M) for N keys and M elements")
def lmpop(ctx: Context, numkeys: bytes, *keys_and_options: bytes) -> Reply:
    """Take elements from the first list among several keys that has any."""
    keys, left, count = parse_mpop(numkeys, keys_and_options)
    popped = pop_from_first(ctx, keys, left=left, count=count)
    return NULL_ARRAY if popped is None else popped


@command("LREM", group="list", since="1.0.0", arity=4, flags=WRITE,
         keys=[Keys(1, 1, access="RW|delete")],
         args=[Key("key"), Int("count"), Str("element")],
         complexity="O(N) for N elements")
def lrem(ctx: Context, key: bytes, count: bytes, element: bytes) -> int:
    """Remove elements that are equal to one: the first `count`, the last -`count`, or all for 0."""
    most = negatable(count)
    found = ctx.db.write_as(key, List)
    if found is None:
        return 0
    removed = found.remove(element, most, ctx.config[LIST_MAX_LISTPACK_SIZE])
    if removed:
        ctx.lost(key, found, b"lrem", removed)
    return removed


@command("LTRIM", group="list", since="1.0.0", arity=4, flags=WRITE,
         keys=[Keys(1, 1, access="RW|delete")],
         args=[Key("key"), Int("start"), Int("stop")],
         complexity="O(N) for the N elements removed")
def ltrim(ctx: Context, key: bytes, start: bytes, stop: bytes) -> Reply:
    """Keep only the elements of a range of indexes, both of which count in."""
    first, last = integer(start), integer(stop)
    found = ctx.db.write_as(key, List)
    if found is not None:
        lost = found.trim(*found.bounds(first, last), ctx.config[LIST_MAX_LISTPACK_SIZE])
        ctx.lost(key, found, b"ltrim", lost)
    return OK


def pop_one(ctx: Context, key: bytes, *, left: bool) -> bytes | None:
    """Take one element from an end of a list and report it; None when there is no such key."""
    found = ctx.db.write_as(key, List)
    if found is None:
        return None
    value = found.pop(left, ctx.config[LIST_MAX_LISTPACK_SIZE])
    ctx.lost(key, found, b"lpop" if left else b"rpop", 1)
    return value


def pop_from_first(ctx: Context, keys: Sequence[bytes], *, left: bool, count: int) -> Reply:
    """Take elements from the first list among `keys`, as LMPOP answers; None when none of the keys exists.

    Raises: WrongType when another value comes before the first list.
    """
    for key in keys:
        found = ctx.db.write_as(key, List)
        if found is not None:
            popped = _pop_many(ctx, key, found, count, left=left)
            ctx.propagate(b"LPOP" if left else b"RPOP", key, b"%d" % len(popped))
            return [key, popped]
    return None


def parse_mpop(numkeys: bytes, rest: Sequence[bytes]) -> tuple[Sequence[bytes], bool, int]:
    """The keys, whether to take from the left, and how many: what LMPOP and BLMPOP have in common."""
    number = at_least(1, numkeys, errors.NOT_GREATER_THAN_ZERO % b"numkeys")
    if number >= len(rest):
        raise CommandError(errors.SYNTAX)
    left = is_left(rest[number])
    options = rest[number + 1:]
    if not options:
        return rest[:number], left, 1
    if options[0].upper() != b"COUNT" or len(options) == 1:
        raise CommandError(errors.SYNTAX)
    count = at_least(1, options[1], errors.NOT_GREATER_THAN_ZERO % b"count")
    if len(options) > 2:
        raise CommandError(errors.SYNTAX)
    return rest[:number], left, count


# -- moving ------------------------------------------------------------------------------------------------------

@command("LMOVE", group="list", since="6.2.0", arity=5, flags=WRITE | DENYOOM,
         keys=[Keys(1, 1, access="RW|access|delete"), Keys(2, 2, access="RW|insert")],
         args=[Key("source"), Key("destination", key_spec_index=1), WHEREFROM, WHERETO])
def lmove(ctx: Context, source: bytes, destination: bytes, wherefrom: bytes, whereto: bytes) -> bytes | None:
    """Take an element from an end of a list and add it to an end of another, or of the same."""
    moved = Move(is_left(wherefrom), is_left(whereto)).run(ctx, source, destination)
    return moved[0] if moved else None


@command("RPOPLPUSH", group="list", since="1.2.0", arity=3, flags=WRITE | DENYOOM,
         keys=[Keys(1, 1, access="RW|access|delete"), Keys(2, 2, access="RW|insert")],
         args=[Key("source"), Key("destination", key_spec_index=1)],
         deprecated_since="6.2.0", replaced_by="`LMOVE` with the `RIGHT` and `LEFT` arguments")
def rpoplpush(ctx: Context, source: bytes, destination: bytes) -> bytes | None:
    """Take the last element of a list and add it at the beginning of another, or of the same."""
    moved = Move(from_left=False, to_left=True).run(ctx, source, destination)
    return moved[0] if moved else None


@command("LMOVEM", group="list", since="8.10.0", arity=-5, flags=WRITE | DENYOOM,
         keys=[Keys(1, 1, access="RW|access|delete"), Keys(2, 2, access="RW|insert")],
         args=[Key("source"), Key("destination", key_spec_index=1), WHEREFROM, WHERETO, HOW_MANY],
         complexity="O(N) for N elements")
def lmovem(ctx: Context, source: bytes, destination: bytes, wherefrom: bytes, whereto: bytes,
           *how_many: bytes) -> Reply:
    """Take elements from an end of a list and add them to an end of another, or of the same."""
    move = parse_movem(wherefrom, whereto, how_many)
    moved = move.run(ctx, source, destination)
    if moved is None:
        return NULL_ARRAY if move.exactly else []
    return moved


@attrs.frozen
class Move:
    """What LMOVE, LMOVEM and their blocking forms do with two lists.

    `exactly`: move `count` elements or none, else up to so many. `bulk`: they keep their order, else one is taken and
    added after the other.
    """

    from_left: bool
    to_left: bool
    count: int = 1
    exactly: bool = False
    bulk: bool = False

    def run(self, ctx: Context, source: bytes, destination: bytes) -> list[bytes] | None:
        """Move, report, and give the elements in the order in which they now stand; None when there are too few."""
        db = ctx.db
        taken_from = db.write_as(source, List)
        if taken_from is None or (self.exactly and len(taken_from) < self.count):
            return None
        added_to = db.write_as(destination, List)
        fill = ctx.config[LIST_MAX_LISTPACK_SIZE]
        moved = taken_from.take(self.count, left=self.from_left)  # in the order of leaving
        leaving_last_first = self.to_left if not self.bulk else not self.from_left
        if added_to is None:
            added_to = List()
            db.set(destination, added_to)
        if leaving_last_first:
            moved.reverse()
        if self.to_left:
            added_to.push_left(moved[::-1], fill)
        else:
            added_to.push_right(moved, fill)
        taken_from.settle(fill)
        ctx.changed(destination, b"lpush" if self.to_left else b"rpush", 0)
        ctx.lost(source, taken_from, b"lpop" if self.from_left else b"rpop", len(moved))
        return moved


def parse_movem(wherefrom: bytes, whereto: bytes, how_many: Sequence[bytes]) -> Move:
    """What LMOVEM and BLMOVEM shall do."""
    from_left, to_left = is_left(wherefrom), is_left(whereto)
    if not how_many:
        return Move(from_left, to_left)
    if len(how_many) != 3:
        raise CommandError(errors.SYNTAX)
    selector, ordering = how_many[0].upper(), how_many[2].upper()
    if selector not in (b"COUNT", b"EXACTLY") or ordering not in (b"OBO", b"BULK"):
        raise CommandError(errors.SYNTAX)
    count = at_least(1, how_many[1], errors.NOT_GREATER_THAN_ZERO % selector.lower())
    return Move(from_left, to_left, count, selector == b"EXACTLY", ordering == b"BULK")


def is_left(raw: bytes) -> bool:
    """Read LEFT or RIGHT."""
    word = raw.upper()
    if word not in (b"LEFT", b"RIGHT"):
        raise CommandError(errors.SYNTAX)
    return word == b"LEFT"


# -- inside ------------------------------------------------------------------------------------------------------

def _pop_counted(ctx: Context, key: bytes, options: Sequence[bytes], *, left: bool) -> Reply:
    if len(options) > 1:
        raise WrongArity("lpop" if left else "rpop")
    count = at_least(0, options[0], errors.NOT_POSITIVE)
    found = ctx.db.write_as(key, List)
    if found is None:
        return NULL_ARRAY
    return _pop_many(ctx, key, found, count, left=left) if count else []


def _pop_many(ctx: Context, key: bytes, found: List, count: int, *, left: bool) -> list[bytes]:
    popped = found.pop_many(count, left=left, fill=ctx.config[LIST_MAX_LISTPACK_SIZE])
    ctx.lost(key, found, b"lpop" if left else b"rpop", len(popped))
    return popped
