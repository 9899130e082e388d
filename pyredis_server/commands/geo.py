"""Positions on the earth: GEOADD, GEODIST, GEOHASH, GEOPOS.

They are the scores of a sorted set, so that ZREM removes a position and replicas get ZADD for GEOADD. Elsewhere:
searching in geo_search.py; the arithmetic in datatypes/geohash.py.
"""

from __future__ import annotations

from math import isnan
from typing import Final

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.base.numeric import INT64_MIN, parse_float
from pyredis_server.commands.arguments import Block, Dbl, Key, OneOf, Str, Token
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import DENYOOM, READONLY, WRITE
from pyredis_server.commands.keyspecs import Keys
from pyredis_server.commands.registry import command
from pyredis_server.commands.sorted_sets import add_members
from pyredis_server.datatypes import geohash
from pyredis_server.datatypes.sorted_sets import SortedSet
from pyredis_server.resp.reply import NULL_ARRAY, Double, Reply

UNIT: Final = OneOf("unit", Token("M"), Token("KM"), Token("FT"), Token("MI"))

_METRES: Final = {b"M": 1.0, b"KM": 1000.0, b"FT": 0.3048, b"MI": 1609.34}
_ADD_WORDS: Final = frozenset((b"NX", b"XX", b"CH"))


@command("GEOADD", group="geo", since="3.2.0", arity=-5, flags=WRITE | DENYOOM,
         keys=[Keys(1, 1, access="RW|update")],
         args=[Key("key"), OneOf("condition", Token("NX"), Token("XX"), optional=True, since="6.2.0"), Token("CH",
               "change", optional=True, since="6.2.0"), Block("data", Dbl("longitude"), Dbl("latitude"),
               Str("member"), multiple=True)],
         complexity="O(log N) for each member, N being the size of the set",
         history=[("6.2.0", "Takes `CH`, `NX` and `XX`.")])
def geoadd(ctx: Context, key: bytes, *words: bytes) -> Reply:
    """Add members with their positions to a sorted set, or give those that it has other positions."""
    first = 0
    while first < len(words) and words[first].upper() in _ADD_WORDS:
        first += 1
    options = {word.upper() for word in words[:first]}
    given = words[first:]
    if not given or len(given) % 3 or {b"NX", b"XX"} <= options:
        raise CommandError(errors.SYNTAX)
    pairs: list[bytes] = []
    for longitude, latitude, member in zip(given[::3], given[1::3], given[2::3], strict=True):
        pairs += (b"%d" % geohash.score_of(*read_position(longitude, latitude)), member)
    dirty = ctx.dirty
    changed = add_members(ctx, key, pairs, options)
    if ctx.dirty != dirty:
        ctx.propagate(b"ZADD", key, *words[:first], *pairs)
    return changed


@command("GEODIST", group="geo", since="3.2.0", arity=-4, flags=READONLY,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Str("member1"), Str("member2"), OneOf("unit", *UNIT.args, optional=True)])
def geodist(ctx: Context, key: bytes, member1: bytes, member2: bytes, *unit: bytes) -> bytes | None:
    """Give the distance of two members, in metres or another unit."""
    if len(unit) > 1:
        raise CommandError(errors.SYNTAX)
    metres = read_unit(unit[0]) if unit else 1.0
    held = ctx.db.read_as(key, SortedSet)
    if held is None:
        return None
    one = held.scores.get(member1)
    other = held.scores.get(member2)
    if one is None or other is None:
        return None
    return format_distance(geohash.distance(*geohash.position_of(one), *geohash.position_of(other)) / metres)


@command("GEOHASH", group="geo", since="3.2.0", arity=-2, flags=READONLY,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Str("member", optional=True, multiple=True)],
         complexity="O(M) for M members")
def geohash_strings(ctx: Context, key: bytes, *members: bytes) -> list[bytes | None]:
    """Give the positions of members as geohashes of 11 characters."""
    held = ctx.db.read_as(key, SortedSet)
    if held is None:
        return [None] * len(members)
    return [None if score is None else geohash.geohash_of(score) for score in map(held.scores.get, members)]


@command("GEOPOS", group="geo", since="3.2.0", arity=-2, flags=READONLY,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Str("member", optional=True, multiple=True)],
         complexity="O(M) for M members")
def geopos(ctx: Context, key: bytes, *members: bytes) -> list[Reply]:
    """Give the positions of members as longitudes and latitudes."""
    held = ctx.db.read_as(key, SortedSet)
    if held is None:
        return [NULL_ARRAY] * len(members)
    return [
        NULL_ARRAY if score is None else position_reply(geohash.position_of(score))
        for score in map(held.scores.get, members)
    ]


def read_position(longitude: bytes, latitude: bytes) -> geohash.Position:
    """Two coordinates in degrees. Raises CommandError(NOT_A_FLOAT), or CommandError(GEO_COORDINATES) off the map."""
    x = parse_float(longitude)
    y = parse_float(latitude) if x is not None else None
    if x is None or y is None:
        raise CommandError(errors.NOT_A_FLOAT)
    if not geohash.is_on_map(x, y):
        raise CommandError(errors.GEO_COORDINATES % (x, y))
    return x, y


def read_unit(raw: bytes) -> float:
    """The metres of a unit. Raises CommandError(GEO_UNIT)."""
    metres = _METRES.get(raw.upper())
    if metres is None:
        raise CommandError(errors.GEO_UNIT)
    return metres


def format_distance(distance: float) -> bytes:
    """Print a distance with four decimals."""
    scaled = INT64_MIN if isnan(distance) else round(distance * 10000.0)
    return b"%b%d.%04d" % (b"-" if scaled < 0 else b"", *divmod(abs(scaled), 10000))


def position_reply(position: geohash.Position) -> list[Reply]:
    """A position as a client gets it."""
    return [Double(position[0]), Double(position[1])]
