"""Searching for positions within an area: GEOSEARCH, GEOSEARCHSTORE, and GEORADIUS and its kin, which came before.

Only the ranges of scores that the area's cells have are looked at. Without ASC, DESC or COUNT the members come in the
order of the cells. Members at the same distance stay in that order; Redis promises none.
Elsewhere: positions and distances in geo.py; cells and areas in datatypes/geohash.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import nlargest, nsmallest
from math import isnan
from operator import itemgetter
from typing import Final

import attrs

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.base.numeric import parse_float
from pyredis_server.commands.arguments import Block, Dbl, Int, Key, OneOf, Str, Token
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import DENYOOM, MOVABLEKEYS, READONLY, WRITE
from pyredis_server.commands.geo import UNIT, format_distance, position_reply, read_position, read_unit
from pyredis_server.commands.keyspecs import Keys, KeywordKeys
from pyredis_server.commands.options import integer
from pyredis_server.commands.registry import command
from pyredis_server.commands.sorted_sets import limits
from pyredis_server.datatypes import geohash
from pyredis_server.datatypes.geohash import Area, Found, Position, Window
from pyredis_server.datatypes.sorted_sets import SortedSet
from pyredis_server.resp.reply import Reply

_METRES: Final = itemgetter(2)  # of what was found
_MANY: Final = 48  # members of a cell; to look at fewer takes less than to look for its quarters
_FEW_SHARE: Final = 8  # to pick one of so many is faster than to sort all
_COMPLEXITY: Final = "O(N + log M) for N members in the cells around the area, M being the size of the set"
_READ: Final = Keys(1, 1, access="RO|access")
_ORDER: Final = OneOf("order", Token("ASC"), Token("DESC"), optional=True)
_SHOWN: Final = (Token("WITHCOORD", optional=True), Token("WITHDIST", optional=True), Token("WITHHASH", optional=True))
_CENTRE: Final = OneOf("from", Str("member", token="FROMMEMBER"),
                       Block("fromlonlat", Dbl("longitude"), Dbl("latitude"), token="FROMLONLAT"))
_SHAPE: Final = OneOf("by", Block("circle", Dbl("radius", token="BYRADIUS"), UNIT),
                      Block("box", Dbl("width", token="BYBOX"), Dbl("height"), UNIT))
_COUNT: Final = Block("count-block", Int("count", token="COUNT"), Token("ANY", optional=True), optional=True)
_COUNT_SINCE: Final = Block("count-block", Int("count", token="COUNT"), Token("ANY", optional=True, since="6.2.0"),
                            optional=True)
_STORE: Final = OneOf("store", Key("storekey", token="STORE", key_spec_index=1),
                      Key("storedistkey", token="STOREDIST", key_spec_index=2), optional=True)
_UPPER_UNITS: Final = ("7.0.0", "Takes units in upper case.")
_ANY: Final = ("6.2.0", "Takes `ANY` behind `COUNT`.")


@attrs.define
class Options:
    """What a search was asked for. `count` 0 means all; `order` is 1 for ASC, -1 for DESC, 0 for none."""

    count: int = 0
    any: bool = False
    order: int = 0
    withdist: bool = False
    withhash: bool = False
    withcoord: bool = False
    target: bytes | None = None
    storedist: bool = False
    centred: bool = False  # a centre was given; with no key its member cannot be looked up
    centre: Position = (0.0, 0.0)
    shape: tuple[float, ...] = ()  # a radius, or width and height, in the unit
    unit_m: float = 1.0

    def area(self) -> Area:
        """The shape around the centre."""
        sides = [side * self.unit_m for side in self.shape]
        return Area.circle(self.centre, *sides) if len(sides) == 1 else Area.box(self.centre, *sides)


@command("GEORADIUS", group="geo", since="3.2.0", arity=-6, flags=WRITE | DENYOOM | MOVABLEKEYS,
         keys=[_READ, KeywordKeys("STORE", 6, last=0, step=1, limit=0, access="OW|update"),
               KeywordKeys("STOREDIST", 6, last=0, step=1, limit=0, access="OW|update")],
         args=[Key("key"), Dbl("longitude"), Dbl("latitude"), Dbl("radius"), UNIT, *_SHOWN, _COUNT_SINCE, _ORDER,
               _STORE],
         deprecated_since="6.2.0", replaced_by="`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument",
         complexity=_COMPLEXITY, history=[_ANY, _UPPER_UNITS])
def georadius(ctx: Context, key: bytes, longitude: bytes, latitude: bytes, radius: bytes, unit: bytes,
              *words: bytes) -> Reply:
    """Find or store the members within a circle around a position."""
    return _around_position(ctx, key, (longitude, latitude), (radius, unit), words, may_store=True)


@command("GEORADIUS_RO", group="geo", since="3.2.10", arity=-6, flags=READONLY, keys=[_READ],
         args=[Key("key"), Dbl("longitude"), Dbl("latitude"), Dbl("radius"), UNIT, *_SHOWN, _COUNT_SINCE, _ORDER],
         deprecated_since="6.2.0", replaced_by="`GEOSEARCH` with the `BYRADIUS` argument",
         complexity=_COMPLEXITY, history=[_ANY])
def georadius_ro(ctx: Context, key: bytes, longitude: bytes, latitude: bytes, radius: bytes, unit: bytes,
                 *words: bytes) -> Reply:
    """Find the members within a circle around a position."""
    return _around_position(ctx, key, (longitude, latitude), (radius, unit), words, may_store=False)


@command("GEORADIUSBYMEMBER", group="geo", since="3.2.0", arity=-5, flags=WRITE | DENYOOM | MOVABLEKEYS,
         keys=[_READ, KeywordKeys("STORE", 5, last=0, step=1, limit=0, access="OW|update"),
               KeywordKeys("STOREDIST", 5, last=0, step=1, limit=0, access="OW|update")],
         args=[Key("key"), Str("member"), Dbl("radius"), UNIT, *_SHOWN, _COUNT, _ORDER, _STORE],
         deprecated_since="6.2.0",
         replaced_by="`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments",
         complexity=_COMPLEXITY, history=[_ANY, _UPPER_UNITS])
def georadiusbymember(ctx: Context, key: bytes, member: bytes, radius: bytes, unit: bytes, *words: bytes) -> Reply:
    """Find or store the members within a circle around a member."""
    return _around_member(ctx, key, member, (radius, unit), words, may_store=True)


@command("GEORADIUSBYMEMBER_RO", group="geo", since="3.2.10", arity=-5, flags=READONLY, keys=[_READ],
         args=[Key("key"), Str("member"), Dbl("radius"), UNIT, *_SHOWN, _COUNT, _ORDER],
         deprecated_since="6.2.0", replaced_by="`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments",
         complexity=_COMPLEXITY)
def georadiusbymember_ro(ctx: Context, key: bytes, member: bytes, radius: bytes, unit: bytes, *words: bytes) -> Reply:
    """Find the members within a circle around a member."""
    return _around_member(ctx, key, member, (radius, unit), words, may_store=False)


@command("GEOSEARCH", group="geo", since="6.2.0", arity=-7, flags=READONLY, keys=[_READ],
         args=[Key("key"), _CENTRE, _SHAPE, _ORDER, _COUNT, *_SHOWN],
         complexity=_COMPLEXITY, history=[_UPPER_UNITS])
def geosearch(ctx: Context, key: bytes, *words: bytes) -> Reply:
    """Find the members within a circle or a box."""
    held = ctx.db.read_as(key, SortedSet)
    options = Options()
    _read_search(ctx, held, words, options, b"GEOSEARCH")
    return _answer(ctx, held, options, b"")


@command("GEOSEARCHSTORE", group="geo", since="6.2.0", arity=-8, flags=WRITE | DENYOOM,
         keys=[Keys(1, 1, access="OW|update"), Keys(2, 2, access="RO|access")],
         args=[Key("destination"), Key("source", key_spec_index=1), _CENTRE, _SHAPE, _ORDER, _COUNT,
               Token("STOREDIST", optional=True)],
         complexity=_COMPLEXITY, history=[_UPPER_UNITS])
def geosearchstore(ctx: Context, destination: bytes, source: bytes, *words: bytes) -> Reply:
    """Store the members within a circle or a box as a sorted set, with their positions or distances."""
    held = ctx.db.read_as(source, SortedSet)
    options = Options(target=destination)
    _read_search(ctx, held, words, options, b"GEOSEARCHSTORE")
    return _answer(ctx, held, options, b"geosearchstore")


# Reading


def _around_position(ctx: Context, key: bytes, position: tuple[bytes, bytes], circle: Sequence[bytes],
                     words: Sequence[bytes], *, may_store: bool) -> Reply:
    """GEORADIUS and GEORADIUS_RO."""
    held = ctx.db.read_as(key, SortedSet)
    options = Options(centre=read_position(*position))
    _read_circle(options, *circle)
    _read_radius_options(words, options, may_store=may_store)
    return _answer(ctx, held, options, b"georadiusstore")


def _around_member(ctx: Context, key: bytes, member: bytes, circle: Sequence[bytes], words: Sequence[bytes], *,
                   may_store: bool) -> Reply:
    """GEORADIUSBYMEMBER and GEORADIUSBYMEMBER_RO. Without a key Redis does not look at the circle."""
    held = ctx.db.read_as(key, SortedSet)
    options = Options()
    if held is not None:
        options.centre = _position_in(held, member)
        _read_circle(options, *circle)
    _read_radius_options(words, options, may_store=may_store)
    return _answer(ctx, held, options, b"georadiusstore")


def _read_radius_options(words: Sequence[bytes], options: Options, *, may_store: bool) -> None:
    """What follows the circle of GEORADIUS and its kin; of several targets the last one holds."""
    at = 0
    while at < len(words):
        word = words[at].upper()
        if (taken := _read_common(words, at, options)):
            at += taken
        elif may_store and word in {b"STORE", b"STOREDIST"} and at + 1 < len(words):
            options.target = words[at + 1]
            options.storedist = word == b"STOREDIST"
            at += 2
        else:
            raise CommandError(errors.SYNTAX)
    _check(options, b"STORE option in GEORADIUS")


def _read_search(ctx: Context, held: SortedSet | None, words: Sequence[bytes], options: Options, name: bytes) -> None:
    """All arguments of GEOSEARCH and GEOSEARCHSTORE behind the keys."""
    kinds: set[bytes] = set()  # FROM..., BY...; the same one may come again
    at = 0
    while at < len(words):
        word = words[at].upper()
        left = len(words) - at - 1
        if (taken := _read_common(words, at, options)):
            at += taken
            continue
        if word == b"STOREDIST" and options.target is not None:
            options.storedist = True
            at += 1
        elif word == b"FROMMEMBER" and left >= 1 and b"FROMLONLAT" not in kinds:
            if held is not None:
                options.centre = _position_in(held, words[at + 1])
            at += 2
        elif word == b"FROMLONLAT" and left >= 2 and b"FROMMEMBER" not in kinds:
            options.centre = read_position(words[at + 1], words[at + 2])
            at += 3
        elif word == b"BYRADIUS" and left >= 2 and b"BYBOX" not in kinds:
            _read_circle(options, words[at + 1], words[at + 2])
            at += 3
        elif word == b"BYBOX" and left >= 3 and b"BYRADIUS" not in kinds:
            _read_box(options, words[at + 1], words[at + 2], words[at + 3])
            at += 4
        else:
            raise CommandError(errors.SYNTAX)
        kinds.add(word)
    _check(options, name, search=True, centred=bool(kinds & {b"FROMMEMBER", b"FROMLONLAT"}))


def _read_common(words: Sequence[bytes], at: int, options: Options) -> int:
    """Read an option that all searches know. Returns how many words it took, 0 for another option."""
    word = words[at].upper()
    if word == b"COUNT" and at + 1 < len(words):
        options.count = integer(words[at + 1])
        if options.count <= 0:
            raise CommandError(errors.COUNT_ZERO)
        return 2
    if word == b"ANY":
        options.any = True
    elif word in {b"ASC", b"DESC"}:
        options.order = 1 if word == b"ASC" else -1
    elif word == b"WITHDIST":
        options.withdist = True
    elif word == b"WITHHASH":
        options.withhash = True
    elif word == b"WITHCOORD":
        options.withcoord = True
    else:
        return 0
    return 1


def _check(options: Options, name: bytes, *, search: bool = False, centred: bool = True) -> None:
    """Refuse what does not go together, in Redis's order."""
    if options.target is not None and (options.withdist or options.withhash or options.withcoord):
        raise CommandError(errors.GEO_STORE % name)
    if not centred:
        raise CommandError(errors.GEO_NO_CENTRE % name)
    if search and not options.shape:
        raise CommandError(errors.GEO_NO_SHAPE % name)
    if options.any and not options.count:
        raise CommandError(errors.GEO_ANY)


def _read_circle(options: Options, radius: bytes, unit: bytes) -> None:
    value = _number(radius, errors.GEO_RADIUS)
    if value < 0:
        raise CommandError(errors.GEO_RADIUS_NEGATIVE)
    options.shape = (value,)
    options.unit_m = read_unit(unit)


def _read_box(options: Options, width: bytes, height: bytes, unit: bytes) -> None:
    options.shape = (_number(width, errors.GEO_WIDTH), _number(height, errors.GEO_HEIGHT))
    if min(options.shape) < 0:
        raise CommandError(errors.GEO_BOX_NEGATIVE)
    options.unit_m = read_unit(unit)


def _number(raw: bytes, refusal: bytes) -> float:
    value = parse_float(raw)
    if value is None:
        raise CommandError(refusal)
    return value


def _position_in(held: SortedSet, member: bytes) -> Position:
    score = held.scores.get(member)
    if score is None:
        raise CommandError(errors.GEO_NO_MEMBER)
    return geohash.position_of(score)


# Searching


def _answer(ctx: Context, held: SortedSet | None, options: Options, event: bytes) -> Reply:
    """Search, and reply with what was found or store it."""
    found = [] if held is None else _search(held, options)
    if options.target is not None:
        return _store(ctx, options.target, found, options, event)
    if not (options.withdist or options.withhash or options.withcoord):
        return [member for member, _, _, _ in found]
    items: list[Reply] = []
    for member, score, metres, position in found:
        item: list[Reply] = [member]
        if options.withdist:
            item.append(format_distance(metres / options.unit_m))
        if options.withhash:
            item.append(geohash.truncated(score))
        if options.withcoord:
            item.append(position_reply(position))
        items.append(item)
    return items


def _search(held: SortedSet, options: Options) -> list[Found]:
    area = options.area()
    window = area.window()
    enough = options.count if options.any else len(held) * 9
    found: list[Found] = []
    for low, high in area.score_ranges():
        if high > geohash.END:
            found += _beyond_map(area, held.pairs(*held.by_score(low, high, high_open=True)))
        else:
            for start, stop in _spans(held, low, high, window):
                members = held.order.members_of(start, stop)
                scores = held.order.scores_of(start, stop)
                found += area.matches(members, scores, window, enough - len(found))
                if len(found) == enough:
                    break
        if len(found) >= enough:
            del found[enough:]
            break
    count = options.count
    if options.order or (count and not options.any):
        if 0 < count < len(found) // _FEW_SHARE and not any(map(isnan, map(_METRES, found))):
            return (nlargest if options.order < 0 else nsmallest)(count, found, key=_METRES)
        found.sort(key=_METRES, reverse=options.order < 0)
    return found[:count] if count else found


def _spans(held: SortedSet, low: int, high: int, window: Window) -> Iterator[tuple[int, int]]:
    """The ranks, in order, of a cell's members without most of those that are outside a window."""
    start, stop = held.by_score(low, high, high_open=True)
    parts = geohash.quarters(low, high, window) if stop - start > _MANY else []
    if parts:
        for part in parts:
            yield from _spans(held, *part, window)
    elif stop > start:
        yield start, stop


def _beyond_map(area: Area, pairs: Sequence[tuple[bytes, float]]) -> Iterator[Found]:
    """The members within the area, where scores may be none of positions."""
    for member, score in pairs:
        position = geohash.position_of(score)
        metres = area.distance(position)
        if metres is not None:
            yield member, score, metres, position


def _store(ctx: Context, target: bytes, found: Sequence[Found], options: Options, event: bytes) -> int:
    """Put what was found in place of what the key holds; nothing found deletes the key."""
    scores = {member: metres / options.unit_m if options.storedist else score for member, score, metres, _ in found}
    numbers = {member: 0.0 if isnan(score) else score for member, score in scores.items()}
    ctx.stored(target, SortedSet.of(numbers, *limits(ctx)) if found else None, event, len(found))
    return len(found)
