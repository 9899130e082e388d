"""Geo commands: options, refusals, positions at the edges of the map, scores that are no positions."""

from __future__ import annotations

from tests.compat.case import case
from tests.compat.combine import option_cases, value_cases

ABSENT: tuple[str, ...] = ()
SICILY = ("GEOADD k 13.361389 38.115556 Palermo 15.087269 37.502669 Catania 13.583333 37.316667 Agrigento",)
STRING = ("SET k v",)
STATES = (ABSENT, SICILY, STRING)
EDGES = ("GEOADD k -180 -85.05112878 sw 180 85.05112878 ne 180 0 east -180 0 west 0 85.05112878 north 0 -85.05112878 south "
         "0 0 zero 179.9999999 1 nearly 66.0 66.5 a66 10 80.5 a80",)
NO_POSITIONS = ("ZADD k -1 neg 1e300 big inf inf -inf minf 0.5 half 4503599627370496 p52 4503599627370495 m52 "
                "36028797018963968 p55 18446744073709551616 p64 9.3e18 p63",)
NUMBERS = ("0", "-0", "1", "1e2", "1e300", "1e-300", "inf", "-inf", "nan", "", "x", " 1", "0x10", "-1", "181", "-180", "180",
           "85.05112878", "85.05112879", "-85.05112878", "22000")
UNITS = ("m", "KM", "Ft", "mi", "cm", "", "kmh")
MEMBERS = "neg big inf minf half p52 m52 p55 p64 p63 nosuch"
EDGE_MEMBERS = ["sw", "ne", "east", "west", "north", "south", "zero", "nearly", "a66", "a80"]
SHOWN = ("ZRANGE d 0 -1 WITHSCORES", "OBJECT ENCODING d")

CASES = [
    *option_cases("GEOADD", "GEOADD k", ("NX", "XX", "ch", "1 1 Palermo", "2 2 new", "1 1", "200 1 far", "1 x bad"),
                  before=STATES, after=("ZRANGE k 0 -1 WITHSCORES",), at_most=3, any_order=True),
    *(
        made for place in ("GEOADD k @ 1 a", "GEOADD k 1 @ a", "GEORADIUS k @ 37 1000 km", "GEORADIUS k 15 @ 1000 km",
                           "GEORADIUS k 15 37 @ km WITHDIST", "GEORADIUSBYMEMBER k Palermo @ km",
                           "GEOSEARCH k FROMLONLAT @ 37 BYRADIUS 200 km", "GEOSEARCH k FROMMEMBER Palermo BYRADIUS @ km",
                           "GEOSEARCH k FROMMEMBER Palermo BYBOX @ 500 km", "GEOSEARCH k FROMMEMBER Palermo BYBOX 500 @ km",
                           "GEOSEARCH k FROMMEMBER Palermo BYRADIUS 500 km COUNT @",
                           "GEORADIUS k 15 37 500 km COUNT @ ANY")
        for made in value_cases(place, place, NUMBERS, before=SICILY, after=("ZCARD k",))
    ),
    *(
        made for place in ("GEODIST k Palermo Catania @", "GEODIST nosuch Palermo Catania @", "GEORADIUS k 15 37 200 @ WITHDIST",
                           "GEORADIUSBYMEMBER k Palermo 200 @ WITHDIST", "GEORADIUSBYMEMBER nosuch Palermo 200 @",
                           "GEOSEARCH k FROMMEMBER Palermo BYBOX 400 400 @ WITHDIST")
        for made in value_cases(place, place, UNITS, before=SICILY)
    ),
    *option_cases(
        "GEOSEARCH", "GEOSEARCH k",
        ("FROMMEMBER Palermo", "FROMMEMBER nosuch", "FROMLONLAT 15 37", "FROMLONLAT 15", "BYRADIUS 200 km",
         "BYBOX 300 300 km", "BYRADIUS 1", "ASC", "COUNT 1", "COUNT 2 ANY", "WITHDIST"),
        before=STATES, at_most=3,
    ),
    *option_cases(
        "GEOSEARCH found", "GEOSEARCH k FROMLONLAT 15 37 BYRADIUS 200 km",
        ("ASC", "desc", "COUNT 1", "COUNT 2", "COUNT 5 ANY", "ANY", "WITHDIST", "WITHHASH", "withcoord", "STORE d", "STOREDIST",
         "STOREDIST d", "FOO"),
        before=(SICILY,), at_most=3,
    ),
    *option_cases(
        "GEOSEARCHSTORE", "GEOSEARCHSTORE d k FROMLONLAT 15 37",
        ("BYRADIUS 200 km", "BYBOX 1 1 m", "DESC", "COUNT 1", "STOREDIST", "STORE d", "WITHDIST", "ANY"),
        before=STATES, after=SHOWN, at_most=3,
    ),
    *option_cases(
        "GEORADIUS", "GEORADIUS k 15 37 200 km",
        ("ASC", "DESC", "COUNT 1", "COUNT 2 ANY", "WITHDIST", "WITHHASH", "WITHCOORD", "STORE d", "STOREDIST d", "STORE",
         "FROMMEMBER Palermo"),
        before=STATES, after=SHOWN, at_most=3,
    ),
    *option_cases(
        "GEORADIUSBYMEMBER", "GEORADIUSBYMEMBER k Palermo 200 km",
        ("DESC", "COUNT 1", "WITHDIST", "STORE d", "STOREDIST d", "STOREDIST k", "FOO"),
        before=STATES, after=SHOWN, at_most=2,
    ),
    *(
        case(f"{command} reads only", *state, f"{command} 200 km ASC", f"{command} 200 km STORE d",
             f"{command} 200 km STOREDIST d", f"{command} 200 km WITHDIST WITHCOORD WITHHASH COUNT 1", "EXISTS d")
        for command in ("GEORADIUS_RO k 15 37", "GEORADIUSBYMEMBER_RO k Palermo")
        for state in STATES
    ),
    case("positions and hashes", *SICILY, "GEOPOS k Palermo nosuch Catania", "GEOHASH k Palermo nosuch Catania", "GEOPOS k",
         "GEOHASH k", "GEOPOS nosuch a b", "GEOHASH nosuch a b", "GEODIST k Palermo nosuch", "GEODIST k Palermo Palermo",
         "GEODIST k Palermo Catania m x", "GEODIST nosuch a b", *STRING, "GEOPOS k a", "GEOHASH k", "GEODIST k a b"),
    case("the edges of the map", *EDGES, "ZRANGE k 0 -1 WITHSCORES", f"GEOPOS k {' '.join(EDGE_MEMBERS)}",
         f"GEOHASH k {' '.join(EDGE_MEMBERS)}",
         *(f"GEODIST k {one} {other}" for one in EDGE_MEMBERS for other in EDGE_MEMBERS)),
    *(
        case(f"searches from the edges of the map, {shape}", *EDGES, *(
            f"GEOSEARCH k FROMMEMBER {member} {shape} WITHDIST WITHHASH" for member in EDGE_MEMBERS
        ))
        for shape in ("BYRADIUS 0 m", "BYRADIUS 1 m", "BYRADIUS 100 km", "BYRADIUS 1000 km", "BYRADIUS 5000 km",
                      "BYRADIUS 10000 km", "BYRADIUS 30000 km", "BYBOX 1 1 m", "BYBOX 1000 10 km", "BYBOX 10 1000 km",
                      "BYBOX 20000 20000 km", "BYBOX 1e9 1e9 km", "BYBOX 40000 1 km", "BYBOX 1 40000 km")
    ),
    case("scores that are no positions", *NO_POSITIONS, f"GEOPOS k {MEMBERS}", f"GEOHASH k {MEMBERS}",
         *(f"GEODIST k {one} {other}" for one in MEMBERS.split() for other in ("neg", "half", "p55")),
         "GEORADIUS k 0 0 100000 km WITHHASH WITHDIST", "GEORADIUS k -180 -85.05112878 100000 km WITHHASH WITHDIST WITHCOORD",
         *(f"GEOSEARCH k FROMMEMBER {one} BYRADIUS 1000 km WITHHASH WITHDIST" for one in MEMBERS.split())),
    case("a result of many members is no listpack", "CONFIG SET zset-max-listpack-entries 2", *SICILY,
         "GEOSEARCHSTORE d k FROMLONLAT 15 37 BYRADIUS 500 km", *SHOWN, "GEOSEARCHSTORE d k FROMLONLAT 15 37 BYRADIUS 100 km",
         *SHOWN, "CONFIG SET zset-max-listpack-value 5", "GEORADIUS k 15 37 100 km STOREDIST d", *SHOWN),
    case("results onto other keys", *SICILY, "SET d v EX 100", "GEOSEARCHSTORE d k FROMLONLAT 15 37 BYRADIUS 500 km", "TTL d",
         "GEOSEARCHSTORE k k FROMLONLAT 15 37 BYRADIUS 100 km", "ZRANGE k 0 -1", "GEORADIUS k 0 0 1 m STORE k", "EXISTS k",
         "GEORADIUS k 0 0 1 m STORE k"),
    case("the keys of a call", "COMMAND GETKEYS GEORADIUS k 1 1 1 m STORE x STOREDIST y",
         "COMMAND GETKEYS GEORADIUSBYMEMBER k STORE 1 m STORE STOREDIST x",
         "COMMAND GETKEYSANDFLAGS GEOSEARCHSTORE d k FROMMEMBER a BYRADIUS 1 m", "COMMAND GETKEYS GEORADIUS k 1 1 1 m"),
    case("wrong numbers of arguments", "GEOADD k 1 1", "GEODIST k a", "GEOHASH", "GEOPOS", "GEORADIUS k 1 1 1",
         "GEORADIUSBYMEMBER k a 1", "GEOSEARCH k FROMMEMBER a BYRADIUS 1", "GEOSEARCHSTORE d k FROMMEMBER a BYRADIUS 1"),
]
