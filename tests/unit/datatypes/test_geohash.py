"""Positions, scores and distances; every position within an area lies in its ranges of scores."""

from __future__ import annotations

import random
from itertools import pairwise
from math import inf, isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyredis_server.datatypes import geohash
from pyredis_server.datatypes.geohash import LATITUDE_MAX, Area

PALERMO = (13.361389, 38.115556)
CATANIA = (15.087269, 37.502669)
LONGITUDES = st.floats(-180, 180)
LATITUDES = st.floats(-LATITUDE_MAX, LATITUDE_MAX)
POSITIONS = st.tuples(LONGITUDES, LATITUDES)
SMALLEST_CELL = (360 / 2**26, 2 * LATITUDE_MAX / 2**26)


def held_by(area: Area, positions: list[geohash.Position]) -> list[geohash.Position]:
    """What a search finds: by the ranges of scores first, as in a sorted set."""
    ranges = list(area.score_ranges())
    return [
        position for position in positions
        if any(low <= geohash.score_of(*position) < high for low, high in ranges)
        and area.distance(geohash.position_of(geohash.score_of(*position))) is not None
    ]


@pytest.mark.parametrize(("position", "score", "text"), [
    # from a real server
    (PALERMO, 3479099956230698, b"sqc8b49rny0"), (CATANIA, 3479447370796909, b"sqdtr74hyu0"),
    ((-180.0, -LATITUDE_MAX), 0, b"00bh0hbj200"), ((180.0, LATITUDE_MAX), 13510798882111488, b"bp05b5048p0"),
    ((0.0, 0.0), 3377699720527872, b"s0000000000"), ((1.0, 1.0), 3377822707026402, b"s00twy01mt0"),
])
def test_scores_and_geohashes_are_those_of_redis(position, score, text) -> None:
    assert geohash.score_of(*position) == score
    assert geohash.geohash_of(float(score)) == text


@given(POSITIONS)
def test_a_score_gives_the_position_back_to_within_its_cell(position) -> None:
    score = geohash.score_of(*position)
    lost = 2 if score >= 2**53 else 1  # on the map's very edge a double has no room for the last bit, as in Redis
    back = geohash.position_of(float(score))
    for one, other, size in zip(position, back, SMALLEST_CELL, strict=True):
        assert abs(one - other) <= size * lost


@pytest.mark.parametrize(("score", "position"), [
    # A real server's answers to GEOPOS
    (-1.0, (180.0, LATITUDE_MAX)), (0.5, (-179.99999731779099, -85.05112751263943)),
    (1e300, (-179.99999731779099, -85.05112751263943)), (inf, (-179.99999731779099, -85.05112751263943)),
    (-inf, (180.0, -85.05112751263943)), (2.0**52, (-179.99999731779099, LATITUDE_MAX)),
    (2.0**55, (180.0, -85.05112751263943)), (2.0**52 - 1, (179.99999731779099, 85.05112751263943)),
])
def test_numbers_that_are_no_positions_are_taken_for_some(score, position) -> None:
    assert geohash.position_of(score) == position


@pytest.mark.parametrize(("score", "whole"), [(0.9, 0), (-1.5, -1), (1e300, -(2**63)), (-inf, -(2**63)), (inf, -(2**63))])
def test_a_score_is_shown_as_an_integer(score, whole) -> None:
    assert geohash.truncated(score) == whole


@pytest.mark.parametrize(("longitude", "latitude", "on_map"), [
    (180, 0, True), (-180, 0, True), (180.0000001, 0, False), (0, LATITUDE_MAX, True), (0, -85.05112879, False),
    (inf, 0, False),
])
def test_the_map_ends_short_of_the_poles(longitude, latitude, on_map) -> None:
    assert geohash.is_on_map(longitude, latitude) is on_map


def test_distances_follow_a_great_circle() -> None:
    assert geohash.distance(*PALERMO, *CATANIA) == pytest.approx(166274.26, abs=0.01)
    assert geohash.distance(5.0, 1.0, 5.0, 2.0) == pytest.approx(111_226, abs=1)
    assert geohash.distance(179.5, 0.0, -179.5, 0.0) == pytest.approx(111_226, abs=1)
    assert geohash.distance(*PALERMO, *PALERMO) == 0


@given(POSITIONS, POSITIONS)
def test_no_distance_is_more_than_half_around_the_earth(one, other) -> None:
    metres = geohash.distance(*one, *other)
    assert isnan(metres) or 0 <= metres <= 20_020_751


@given(POSITIONS, st.floats(1, 8_000_000), st.integers(0, 1000))
def test_a_circle_holds_what_is_near_enough(centre, radius_m, seed) -> None:
    """Except beyond the line where the longitude jumps: there Redis does not search, either."""
    rng = random.Random(seed)
    area = Area.circle(centre, radius_m)
    positions = [(rng.uniform(-180, 180), rng.uniform(-85, 85)) for _ in range(20)]
    positions += [(rng.gauss(centre[0], 1), rng.gauss(centre[1], 1)) for _ in range(20)]
    positions = [position for position in positions if geohash.is_on_map(*position)]
    found = held_by(area, positions)
    west, _, east, _ = bounds(centre, radius_m)
    for position in positions:
        if position in found:
            assert geohash.distance(*position, *centre) <= radius_m + 2
        elif west > -180 and east < 180 and abs(centre[1]) < 60 and radius_m < 3_000_000:
            assert geohash.distance(*position, *centre) >= radius_m - 2


def bounds(centre: geohash.Position, radius_m: float) -> tuple[float, float, float, float]:
    """West, south, east, north, generously."""
    degrees = radius_m / 50_000
    return centre[0] - degrees, centre[1] - degrees, centre[0] + degrees, centre[1] + degrees


def test_a_box_is_measured_along_the_parallel_and_the_meridian() -> None:
    area = Area.box((10.0, 60.0), 111_000, 222_000)
    assert area.distance((10.99, 60.0)) is not None  # a degree is half as wide there
    assert area.distance((11.01, 60.0)) is None
    assert area.distance((10.0, 60.99)) is not None
    assert area.distance((10.0, 61.01)) is None


@given(POSITIONS, st.floats(0, 1e9))
def test_no_range_of_scores_comes_twice_running(centre, radius_m) -> None:
    ranges = list(Area.circle(centre, radius_m).score_ranges())
    assert 1 <= len(ranges) <= 9
    assert all(low < high for low, high in ranges)
    assert all(one != other for one, other in pairwise(ranges[1:]))


@pytest.mark.parametrize("radius_m", [0.0, 1e-300, 1e300, inf])
@pytest.mark.parametrize("centre", [(0.0, 0.0), (180.0, LATITUDE_MAX), (-180.0, -LATITUDE_MAX)])
def test_the_greatest_and_smallest_areas_have_ranges(centre, radius_m) -> None:
    assert list(Area.circle(centre, radius_m).score_ranges())
    assert list(Area.box(centre, radius_m, radius_m).score_ranges())
