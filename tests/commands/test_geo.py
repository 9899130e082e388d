"""GEOADD GEODIST GEOHASH GEOPOS GEORADIUS and its kin, GEOSEARCH, GEOSEARCHSTORE.

That every digit, order and refusal is Redis's is in tests/compat.
"""

from __future__ import annotations

import random

import pytest

from pyredis_server.base import errors
from pyredis_server.datatypes import geohash
from tests.support.recorder import Recorder
from tests.support.wire import ErrorReply

SICILY = ("13.361389", "38.115556", "Palermo", "15.087269", "37.502669", "Catania")
CENTRE = ("FROMLONLAT", 15, 37)
WRONG_TYPE = ErrorReply(errors.WRONG_TYPE)


@pytest.fixture
def sicily(client):
    client.call("GEOADD", "g", *SICILY)
    return client


def test_geoadd_counts_new_members_and_with_ch_changed_ones(client) -> None:
    assert client.call("GEOADD", "g", *SICILY) == 2
    assert client.call("GEOADD", "g", *SICILY) == 0
    assert client.call("GEOADD", "g", "CH", 1, 1, "Palermo", 2, 2, "new") == 2
    assert client.call("GEOADD", "g", "NX", "ch", 3, 3, "Palermo") == 0
    assert client.call("GEOADD", "g", "xx", "CH", 3, 3, "Palermo", 3, 3, "other") == 1
    assert client.call("ZCARD", "g") == 3


def test_geoadd_goes_to_replicas_as_zadd(server, client) -> None:
    with Recorder(server) as heard:
        client.call("GEOADD", "g", "nx", "CH", *SICILY)
        client.call("GEOADD", "g", "NX", *SICILY)
        assert heard.take_commands() == ["ZADD g nx CH 3479099956230698 Palermo 3479447370796909 Catania"]
        assert heard.take_events() == ["0 zadd g"]


def test_one_bad_position_refuses_the_whole_geoadd(client) -> None:
    for bad, message in (("x", errors.NOT_A_FLOAT), ("86", errors.GEO_COORDINATES % (2, 86))):
        assert client.call("GEOADD", "g", 1, 1, "a", 2, bad, "b") == ErrorReply(message)
        assert client.call("EXISTS", "g") == 0


def test_positions_come_back_as_doubles(sicily, any_client) -> None:
    longitude, latitude = 13.361389338970184, 38.1155563954963
    wanted = [longitude, latitude] if any_client.protocol == 3 else [b"13.361389338970184", b"38.1155563954963"]
    assert any_client.call("GEOPOS", "g", "Palermo", "nosuch") == [wanted, None]
    assert any_client.call("GEOHASH", "g", "Palermo", "nosuch") == [b"sqc8b49rny0", None]
    assert any_client.call("GEOPOS", "nosuch", "a") == [None]
    assert any_client.call("GEOHASH", "nosuch") == []


@pytest.mark.parametrize(("unit", "distance"), [
    ((), b"166274.1516"), (("m",), b"166274.1516"), (("KM",), b"166.2742"), (("mi",), b"103.3182"), (("ft",), b"545518.8700"),
])
def test_geodist_tells_the_distance_in_any_unit(sicily, unit, distance) -> None:
    assert sicily.call("GEODIST", "g", "Palermo", "Catania", *unit) == distance


def test_geodist_without_a_member_is_nil(sicily) -> None:
    assert sicily.call("GEODIST", "g", "Palermo", "nosuch") is None
    assert sicily.call("GEODIST", "nosuch", "a", "b") is None
    assert sicily.call("GEODIST", "nosuch", "a", "b", "cm") == ErrorReply(errors.GEO_UNIT)


def test_a_search_gives_what_was_asked_for_in_one_order(sicily) -> None:
    found = sicily.call("GEOSEARCH", "g", *CENTRE, "BYRADIUS", 200, "km", "ASC", "WITHHASH", "WITHCOORD", "WITHDIST")
    assert [item[:3] for item in found] == [
        [b"Catania", b"56.4413", 3479447370796909], [b"Palermo", b"190.4424", 3479099956230698],
    ]
    assert found[1][3] == [b"13.361389338970184", b"38.1155563954963"]
    assert sicily.call("GEOSEARCH", "g", *CENTRE, "BYRADIUS", 200, "km", "DESC") == [b"Palermo", b"Catania"]
    assert sicily.call("GEOSEARCH", "g", *CENTRE, "BYBOX", 400, 100, "km") == []
    assert sicily.call("GEOSEARCH", "g", *CENTRE, "BYBOX", 400, 400, "km", "COUNT", 1) == [b"Catania"]
    assert sicily.call("GEOSEARCH", "g", "FROMMEMBER", "Palermo", "BYRADIUS", 0, "m") == [b"Palermo"]


def test_searches_find_all_that_a_full_walk_finds(client) -> None:
    rng = random.Random(4)
    positions = {f"m{number}".encode(): (rng.uniform(8, 12), rng.uniform(46, 50)) for number in range(1500)}
    client.call("GEOADD", "g", *(word for member, position in positions.items() for word in (*position, member)))
    for _ in range(30):
        centre = (rng.uniform(8, 12), rng.uniform(46, 50))
        radius_m = 10 ** rng.uniform(3, 5.5)
        near = {
            member for member, position in positions.items()
            if geohash.distance(*centre, *geohash.position_of(geohash.score_of(*position))) <= radius_m
        }
        found = client.call("GEOSEARCH", "g", "FROMLONLAT", *centre, "BYRADIUS", radius_m, "m")
        assert len(found) == len(near)
        assert set(found) == near
        few = client.call("GEOSEARCH", "g", "FROMLONLAT", *centre, "BYRADIUS", radius_m, "m", "COUNT", 5, "ANY")
        assert few == found[:5]


@pytest.mark.parametrize("search", ["GEORADIUS g 15 37 200 km", "GEORADIUS_RO g 15 37 200 km",
                                    "GEORADIUSBYMEMBER g Catania 170 km", "GEORADIUSBYMEMBER_RO g Catania 170 km"])
def test_the_older_searches_find_the_same(sicily, search) -> None:
    assert sorted(sicily.call(*search.split())) == [b"Catania", b"Palermo"]
    assert sicily.call(*search.split(), "COUNT", 1, "DESC") == [b"Palermo"]


@pytest.mark.parametrize(("search", "event", "scores"), [
    ("GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 200 km", "geosearchstore", [3479447370796909, 3479099956230698]),
    ("GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 200 km STOREDIST", "geosearchstore", [56.4412578701582,
                                                                                      190.44242984775784]),
    ("GEORADIUS g 15 37 200 km STORE d", "georadiusstore", [3479447370796909, 3479099956230698]),
    ("GEORADIUS g 15 37 200 km STOREDIST d", "georadiusstore", [56.4412578701582, 190.44242984775784]),
    ("GEORADIUSBYMEMBER g Catania 200 km STORE d", "georadiusstore", [3479447370796909, 3479099956230698]),
])
def test_a_search_may_be_stored(server, sicily, search, event, scores) -> None:
    sicily.call("SET", "d", "v", "EX", 100)
    with Recorder(server) as heard:
        assert sicily.call(*search.split()) == 2
        assert heard.take_events() == [f"0 {event} d"]
        assert heard.take_commands() == [search]
        assert [float(score) for score in sicily.call("ZMSCORE", "d", "Catania", "Palermo")] == scores
        assert sicily.call("TTL", "d") == -1
        assert sicily.call(*search.replace("200", "0").split()) == (1 if "MEMBER" in search else 0)
        if "MEMBER" not in search:
            assert heard.take_events() == ["0 del d"]
    assert sicily.call("OBJECT", "ENCODING", "d") == (b"listpack" if "MEMBER" in search else None)


def test_a_search_of_no_key_deletes_the_target(server, client) -> None:
    client.call("SET", "d", "v")
    with Recorder(server) as heard:
        assert client.call("GEOSEARCHSTORE", "d", "nosuch", "FROMMEMBER", "a", "BYRADIUS", 1, "m") == 0
        assert heard.take_events() == ["0 keymiss nosuch", "0 del d"]
    assert client.call("EXISTS", "d") == 0


@pytest.mark.parametrize(("rest", "message"), [
    ("FROMMEMBER Palermo FROMLONLAT 1 1 BYRADIUS 1 m", errors.SYNTAX), ("FROMMEMBER x BYRADIUS 1 m", errors.GEO_NO_MEMBER),
    ("BYRADIUS 1 m ASC COUNT 1", errors.GEO_NO_CENTRE % b"GEOSEARCH"),
    ("FROMMEMBER Palermo ASC COUNT 1", errors.GEO_NO_SHAPE % b"GEOSEARCH"),
    ("FROMMEMBER Palermo BYRADIUS 1 m BYBOX 1 1 m", errors.SYNTAX), ("FROMMEMBER Palermo BYRADIUS -1 m", errors.GEO_RADIUS_NEGATIVE),
    ("FROMMEMBER Palermo BYBOX 1 -1 m", errors.GEO_BOX_NEGATIVE), ("FROMMEMBER Palermo BYRADIUS 1 cm", errors.GEO_UNIT),
    ("FROMMEMBER Palermo BYRADIUS 1 m ANY", errors.GEO_ANY), ("FROMMEMBER Palermo BYRADIUS 1 m COUNT 0", errors.COUNT_ZERO),
    ("FROMMEMBER Palermo BYRADIUS 1 m COUNT x", errors.NOT_AN_INTEGER), ("FROMMEMBER Palermo BYRADIUS 1 m STORE d", errors.SYNTAX),
    ("FROMLONLAT 181 0 BYRADIUS 1 m", errors.GEO_COORDINATES % (181, 0)),
])
def test_geosearch_refuses_what_does_not_go_together(sicily, rest, message) -> None:
    assert sicily.call("GEOSEARCH", "g", *rest.split()) == ErrorReply(message)


@pytest.mark.parametrize("call", [
    "GEOADD s 1 1 a", "GEODIST s a b", "GEOHASH s a", "GEOPOS s a", "GEORADIUS s 999 1 1 m", "GEORADIUSBYMEMBER s a x m",
    "GEOSEARCH s FROMMEMBER a x x x x", "GEOSEARCHSTORE d s FROMMEMBER a x x x x",
])
def test_another_type_is_refused_before_the_options_are_read(client, call) -> None:
    client.call("SET", "s", "v")
    assert client.call(*call.split()) == WRONG_TYPE
