"""Positions on the earth as scores of a sorted set, distances, and which scores an area has.

A position becomes 52 bits: 26 of its longitude between 26 of its latitude, the longitude's first. Scores near each
other are places near each other, so that a square of the map (a "cell" of 2, 4, ... bits) is one range of scores, and
an area is covered by a cell and up to eight neighbours. Longitudes reach from -180 to 180 degrees, latitudes to
85.05112878 north and south. Degrees and metres everywhere; the earth is a sphere.

Every step of the arithmetic is as in Redis, since clients see the last digit. That includes what C does with scores
that are no positions, and with the very edge of the map: it counts as one more step than 26 bits can hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import asin, cos, isfinite, isqrt, nan, pi, sin, sqrt
from typing import Final, TypeAlias

import attrs

LONGITUDE_MAX: Final = 180.0
LATITUDE_MAX: Final = 85.05112878
MAX_STEP: Final = 26  # bits of each coordinate
END: Final = 1 << 2 * MAX_STEP  # positions have lower scores

_LONGITUDE_SPAN: Final = 2 * LONGITUDE_MAX
_LATITUDE_SPAN: Final = 2 * LATITUDE_MAX
_POLE: Final = 90.0  # the latitude that usual geohashes reach to
_EARTH_RADIUS_M: Final = 6372797.560856
_MERCATOR_MAX_M: Final = 20037726.37
_RADIANS: Final = pi / 180.0
_STEPS: Final = 1 << MAX_STEP
_UINT32: Final = (1 << 32) - 1
_UINT64: Final = (1 << 64) - 1
_INT64_MIN: Final = -(1 << 63)
_LATITUDE_BITS: Final = 0x5555555555555555
_LONGITUDE_BITS: Final = _LATITUDE_BITS << 1
_ALPHABET: Final = b"0123456789bcdefghjkmnpqrstuvwxyz"
_FAR_LATITUDE: Final = 66  # from here on cells are much narrower than high
_FARTHER_LATITUDE: Final = 80
_SURELY: Final = 1 + 1e-9  # rounding cannot make up for so much
_NEAR_M: Final = 1_000_000  # a greater area gets no window: its cells may be on the other side of the earth
_WINDOW_STEPS: Final = 4  # a window is wider by so many smallest cells, for rounding
_STEEP: Final = 0.99  # of a sine: from here on asin() is not exact enough, and a pole may be near

Position: TypeAlias = tuple[float, float]  # longitude, latitude
Cell: TypeAlias = tuple[int, int]  # bits, and how many of each coordinate there are
Window: TypeAlias = tuple[int, int, int, int]  # the least and greatest smallest cells: west, south, east, north
Found: TypeAlias = tuple[bytes, float, float, Position]  # member, its score, metres from the centre, position


def _spread_table() -> tuple[int, ...]:
    """A zero put before each bit of a byte."""
    return tuple(sum((byte >> bit & 1) << 2 * bit for bit in range(8)) for byte in range(256))


def _gather_table() -> bytes:
    """Every second bit of 16, beginning with the lowest."""
    of_byte = bytes(sum((byte >> 2 * bit & 1) << bit for bit in range(4)) for byte in range(256))
    low = int.from_bytes(of_byte, "little")
    sixteens = int.from_bytes(b"\x10" * 256, "little")
    return b"".join((low + sixteens * high).to_bytes(256, "little") for high in of_byte)


_SPREAD: Final = _spread_table()
_GATHER: Final = _gather_table()


@attrs.frozen
class Area:
    """What is searched: within `height_m` and `width_m` of the centre, both ways; a circle's radius is in both."""

    centre: Position
    width_m: float
    height_m: float
    round: bool

    @classmethod
    def circle(cls, centre: Position, radius_m: float) -> Area:
        """All that is not farther than `radius_m`."""
        return cls(centre, radius_m, radius_m, round=True)

    @classmethod
    def box(cls, centre: Position, width_m: float, height_m: float) -> Area:
        """A box with sides of these lengths that point to the north and to the east."""
        return cls(centre, width_m / 2, height_m / 2, round=False)

    def distance(self, position: Position) -> float | None:
        """How far from the centre a position is; None outside the area."""
        longitude, latitude = self.centre
        north = _latitude_distance(position[1], latitude)
        if self.round:
            if north > self.height_m * _SURELY:
                return None
            metres = distance(longitude, latitude, *position)
            return None if metres > self.height_m else metres
        if north > self.height_m or distance(position[0], position[1], longitude, position[1]) > self.width_m:
            return None
        return distance(longitude, latitude, *position)

    def window(self) -> Window:
        """What nothing of the area is outside of, in smallest cells counted from the south-west."""
        longitude, latitude = self.centre
        west, south, east, north = 0, 0, _STEPS - 1, _STEPS - 1
        if not (self.height_m < _NEAR_M and self.width_m < _NEAR_M):
            return west, south, east, north
        high = self.height_m / _EARTH_RADIUS_M / _RADIANS
        south = max(south, _steps_from(latitude - high, LATITUDE_MAX) - _WINDOW_STEPS)
        north = min(north, _steps_from(latitude + high, LATITUDE_MAX) + _WINDOW_STEPS)
        if self.round:  # where a meridian touches the circle
            half, sine = 1, sin(self.width_m / _EARTH_RADIUS_M)
            narrowest = cos(latitude * _RADIANS)
        else:
            half, sine = 2, sin(self.width_m / _EARTH_RADIUS_M / 2)
            narrowest = cos(min(abs(latitude) + high, _POLE) * _RADIANS)
        if sine < narrowest * _STEEP:
            wide = half * asin(sine / narrowest) / _RADIANS
            if longitude - wide > -LONGITUDE_MAX and longitude + wide < LONGITUDE_MAX:
                west = max(west, _steps_from(longitude - wide, LONGITUDE_MAX) - _WINDOW_STEPS)
                east = min(east, _steps_from(longitude + wide, LONGITUDE_MAX) + _WINDOW_STEPS)
        return west, south, east, north

    def matches(self, members: Sequence[bytes], scores: Sequence[float], window: Window, wanted: int) -> list[Found]:
        """Those members that are in the area, at most `wanted`, in their order. Scores are from 0 to below 2**52.

        This is `position_of` and `distance` in one loop, since calls would take longer than the arithmetic; what they
        give is the same to the last digit.
        """
        west, south, east, north = window
        gather = _GATHER
        circle, width_m, height_m = self.round, self.width_m, self.height_m
        centre_x = self.centre[0] * _RADIANS
        centre_y = self.centre[1] * _RADIANS
        centre_cos = cos(centre_y)
        # Names of the loop's own are faster. Steps are a power of two, so that dividing by them first changes no digit.
        high, wide = _LATITUDE_SPAN / _STEPS, _LONGITUDE_SPAN / _STEPS
        max_x, max_y, radians, diameter_m = LONGITUDE_MAX, LATITUDE_MAX, _RADIANS, 2.0 * _EARTH_RADIUS_M
        sine, cosine, arcsine, root = sin, cos, asin, sqrt
        found: list[Found] = []
        for member, score in zip(members, scores, strict=True):
            bits = int(score)
            y = (gather[bits & 65535] | gather[bits >> 16 & 65535] << 8 | gather[bits >> 32 & 65535] << 16
                 | gather[bits >> 48] << 24)
            if y < south or y > north:
                continue
            bits >>= 1
            x = (gather[bits & 65535] | gather[bits >> 16 & 65535] << 8 | gather[bits >> 32 & 65535] << 16
                 | gather[bits >> 48] << 24)
            if x < west or x > east:
                continue
            latitude = (y * high - max_y + ((y + 1) * high - max_y)) * 0.5
            longitude = (x * wide - max_x + ((x + 1) * wide - max_x)) * 0.5
            angle = latitude * radians
            v = sine((longitude * radians - centre_x) * 0.5)
            if v == 0.0:
                metres = _EARTH_RADIUS_M * abs(angle - centre_y)
            else:
                u = sine((angle - centre_y) * 0.5)
                a = u * u + centre_cos * cosine(angle) * v * v
                if a <= 1.0:
                    metres = diameter_m * arcsine(root(a))
                else:
                    metres = nan
                    if self.distance((longitude, latitude)) is None:
                        continue
            if circle:
                if metres > height_m:
                    continue
            elif (_EARTH_RADIUS_M * abs(angle - centre_y) > height_m
                  or distance(longitude, latitude, self.centre[0], latitude) > width_m):
                continue
            found.append((member, score, metres, (longitude, latitude)))
            if len(found) == wanted:
                break
        return found

    def score_ranges(self) -> Iterator[tuple[int, int]]:
        """The ranges of scores, each up to but not with its end, that hold all positions of the area."""
        before: Cell | None = None
        for number, cell in enumerate(self._cells()):
            if cell is None:
                continue
            if cell == before:  # around the whole earth a neighbour is met from both sides
                continue
            bits, step = cell
            shift = 2 * (MAX_STEP - step)
            yield bits << shift & _UINT64, bits + 1 << shift & _UINT64
            before = cell if number else None

    def _cells(self) -> list[Cell | None]:
        """The cell of the centre, then N S E W NE NW SE SW of it; None for those that the area does not reach."""
        longitude, latitude = self.centre
        west, south, east, north = self._bounds()
        reach_m = self.height_m if self.round else sqrt(self.width_m * self.width_m + self.height_m * self.height_m)
        step = _step_for(reach_m, latitude)
        cell = (cell_bits(longitude, latitude, step), step)
        if step > 1 and (
            _edges(_moved(cell, 0, 1))[3] < north or _edges(_moved(cell, 0, -1))[1] > south
            or _edges(_moved(cell, 1, 0))[2] < east or _edges(_moved(cell, -1, 0))[0] > west
        ):
            step -= 1
            cell = (cell_bits(longitude, latitude, step), step)
        cell_west, cell_south, cell_east, cell_north = _edges(cell)
        found: list[Cell | None] = [cell]
        for x, y in ((0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1)):
            needless = step > 1 and (
                (y < 0 and cell_south < south) or (y > 0 and cell_north > north)
                or (x < 0 and cell_west < west) or (x > 0 and cell_east > east)
            )
            found.append(None if needless else _moved(cell, x, y))
        return found

    def _bounds(self) -> tuple[float, float, float, float]:
        """About the least and the greatest longitude and latitude: west, south, east, north."""
        longitude, latitude = self.centre
        high = self.height_m / _EARTH_RADIUS_M / _RADIANS
        nearer_pole = latitude - high if latitude < 0 else latitude + high
        wide = self.width_m / _EARTH_RADIUS_M / _cos(nearer_pole * _RADIANS) / _RADIANS
        return longitude - wide, latitude - high, longitude + wide, latitude + high


def quarters(low: int, high: int, window: Window) -> list[tuple[int, int]]:
    """The quarters of a cell, as ranges of scores in order, that a window reaches; none if it has all of the cell."""
    size = high - low >> 2
    if not size:
        return []
    side = isqrt(size)
    west, south, east, north = window
    x, y = _parts(low)
    if west <= x and south <= y and x + 2 * side - 1 <= east and y + 2 * side - 1 <= north:
        return []
    reached = []
    for number in range(4):
        left = x + side * (number >> 1)
        bottom = y + side * (number & 1)
        if left <= east and bottom <= north and left + side > west and bottom + side > south:
            reached.append((low + size * number, low + size * (number + 1)))
    return reached


def is_on_map(longitude: float, latitude: float) -> bool:
    """Whether a position can become a score."""
    return -LONGITUDE_MAX <= longitude <= LONGITUDE_MAX and -LATITUDE_MAX <= latitude <= LATITUDE_MAX


def score_of(longitude: float, latitude: float) -> int:
    """The score of a position that is on the map."""
    return cell_bits(longitude, latitude, MAX_STEP)


def position_of(score: float) -> Position:
    """The middle of the smallest cell that a score stands for. Every number is accepted, as in Redis."""
    bits = _to_uint64(score)
    gather = _GATHER
    if bits < 1 << 52:
        north = gather[bits & 65535] | gather[bits >> 16 & 65535] << 8 | gather[bits >> 32 & 65535] << 16
        if bits >= 1 << 48:
            north |= gather[bits >> 48] << 24
        bits >>= 1
        east = gather[bits & 65535] | gather[bits >> 16 & 65535] << 8 | gather[bits >> 32 & 65535] << 16
        if bits >= 1 << 48:
            east |= gather[bits >> 48] << 24
    else:
        east, north = _parts(bits)
    low = -LATITUDE_MAX + north / _STEPS * _LATITUDE_SPAN
    high = -LATITUDE_MAX + (north + 1 & _UINT32) / _STEPS * _LATITUDE_SPAN
    latitude = (low + high) / 2
    low = -LONGITUDE_MAX + east / _STEPS * _LONGITUDE_SPAN
    high = -LONGITUDE_MAX + (east + 1 & _UINT32) / _STEPS * _LONGITUDE_SPAN
    longitude = (low + high) / 2
    return (max(min(longitude, LONGITUDE_MAX), -LONGITUDE_MAX), max(min(latitude, LATITUDE_MAX), -LATITUDE_MAX))


def geohash_of(score: float) -> bytes:
    """The usual geohash: 11 characters of a code whose latitudes reach to the poles. The last one is always 0."""
    longitude, latitude = position_of(score)
    bits = _interleaved(int((longitude + LONGITUDE_MAX) / _LONGITUDE_SPAN * _STEPS),
                        int((latitude + _POLE) / (2 * _POLE) * _STEPS))
    return bytes(_ALPHABET[bits >> shift & 31] for shift in range(47, -1, -5)) + _ALPHABET[:1]


def distance(longitude: float, latitude: float, other_longitude: float, other_latitude: float) -> float:
    """The distance of two positions in metres, along a great circle."""
    v = sin((other_longitude * _RADIANS - longitude * _RADIANS) / 2)
    if v == 0.0:
        return _latitude_distance(latitude, other_latitude)
    one = latitude * _RADIANS
    other = other_latitude * _RADIANS
    u = sin((other - one) / 2)
    a = u * u + cos(one) * cos(other) * v * v
    return 2.0 * _EARTH_RADIUS_M * asin(sqrt(a)) if a <= 1.0 else nan  # rounding may exceed 1 at opposite points


def cell_bits(longitude: float, latitude: float, step: int) -> int:
    """The bits of the cell, of `step` bits for each coordinate, that a position on the map is in."""
    north = int((latitude + LATITUDE_MAX) / _LATITUDE_SPAN * (1 << step))
    east = int((longitude + LONGITUDE_MAX) / _LONGITUDE_SPAN * (1 << step))
    return _interleaved(east, north)


def truncated(score: float) -> int:
    """A score as a signed integer of 64 bits; what does not fit is the least one."""
    return int(score) if _INT64_MIN <= score < -_INT64_MIN else _INT64_MIN


def _to_uint64(score: float) -> int:
    if 0 <= score < 1 << 64:
        return int(score)
    if score < 0:
        return truncated(score) & _UINT64
    return 0


def _interleaved(east: int, north: int) -> int:
    spread = _SPREAD
    return (
        spread[north & 255] | spread[north >> 8 & 255] << 16
        | spread[north >> 16 & 255] << 32 | spread[north >> 24] << 48
        | spread[east & 255] << 1 | spread[east >> 8 & 255] << 17
        | spread[east >> 16 & 255] << 33 | spread[east >> 24] << 49
    )


def _parts(bits: int) -> tuple[int, int]:
    """The opposite of `_interleaved`: longitude and latitude of a cell, counted from the south-west."""
    gather = _GATHER
    return tuple(  # type: ignore[return-value]  # there are two
        gather[half & 65535] | gather[half >> 16 & 65535] << 8 | gather[half >> 32 & 65535] << 16
        | gather[half >> 48] << 24
        for half in (bits >> 1, bits)
    )


def _edges(cell: Cell) -> tuple[float, float, float, float]:
    """West, south, east and north of a cell."""
    bits, step = cell
    east, north = _parts(bits)
    steps = 1 << step
    return (
        -LONGITUDE_MAX + east / steps * _LONGITUDE_SPAN, -LATITUDE_MAX + north / steps * _LATITUDE_SPAN,
        -LONGITUDE_MAX + (east + 1 & _UINT32) / steps * _LONGITUDE_SPAN,
        -LATITUDE_MAX + (north + 1 & _UINT32) / steps * _LATITUDE_SPAN,
    )


def _moved(cell: Cell, x: int, y: int) -> Cell:
    """The cell so many steps, -1 to 1, to the east and to the north; the map's edges are joined."""
    bits, step = cell
    unused = 64 - 2 * step
    east = bits & _LONGITUDE_BITS
    north = bits & _LATITUDE_BITS
    # The bits between are filled up, so that a carry or a borrow passes them.
    between_east = _LATITUDE_BITS >> unused
    between_north = _LONGITUDE_BITS >> unused
    if x:
        east = east + between_east + 1 if x > 0 else (east | between_east) - between_east - 1
        east &= _LONGITUDE_BITS >> unused
    if y:
        north = north + between_north + 1 if y > 0 else (north | between_north) - between_north - 1
        north &= _LATITUDE_BITS >> unused
    return east | north, step


def _step_for(reach_m: float, latitude: float) -> int:
    """How many bits the cells have that cover an area, each about as high as the area reaches."""
    if reach_m == 0:
        return MAX_STEP
    step = -1
    while reach_m < _MERCATOR_MAX_M:
        reach_m *= 2
        step += 1
    if abs(latitude) > _FAR_LATITUDE:
        step -= 2 if abs(latitude) > _FARTHER_LATITUDE else 1
    return min(max(step, 1), MAX_STEP)


def _steps_from(degrees: float, greatest: float) -> int:
    """How many smallest cells there are to a coordinate from the map's edge at `-greatest`."""
    return int((degrees + greatest) / (2 * greatest) * _STEPS)


def _latitude_distance(latitude: float, other: float) -> float:
    return _EARTH_RADIUS_M * abs(other * _RADIANS - latitude * _RADIANS)


def _cos(angle: float) -> float:
    return cos(angle) if isfinite(angle) else nan
