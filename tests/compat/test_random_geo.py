"""Random positions and searches, asked of a real Redis and of ours: every digit and the order must be the same.

Members have positions of their own: with COUNT, the order of equal distances is that of Redis's unstable sorting.
PYREDIS_RANDOM_CALLS sets the number of calls.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.compat.amount import random_calls
from tests.compat.play import Player
from tests.support.raw_client import Argument, RawClient
from tests.support.wire import Item

pytestmark = [pytest.mark.compat, pytest.mark.slow]

CALLS = random_calls(2000)
UNITS = ("m", "km", "ft", "mi")
METRES = {"m": 1, "km": 1000, "ft": 0.3048, "mi": 1609.34}
MEMBERS = 400
SHOWN = ("WITHDIST", "WITHHASH", "WITHCOORD")
Call = tuple[Argument, ...]


class Chooser:
    """Makes up calls. Half of the positions are near each other, a few at the edges of the map."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.home = (self.chance.uniform(-179, 179), self.chance.uniform(-84, 84))

    def position(self) -> tuple[str, str]:
        kind = self.chance.random()
        if kind < 0.05:
            x, y = self.chance.choice((180.0, -180.0, 0.0)), self.chance.uniform(-85, 85)
        elif kind < 0.1:
            x, y = self.chance.uniform(-180, 180), self.chance.choice((85.05112878, -85.05112878, 0.0, 66.1, -80.5))
        elif kind < 0.5:
            x, y = self.chance.uniform(-180, 180), self.chance.uniform(-85, 85)
        else:
            x = min(max(self.chance.gauss(self.home[0], 0.5), -180), 180)
            y = min(max(self.chance.gauss(self.home[1], 0.5), -85), 85)
        return (repr(x), repr(y))

    def member(self) -> str:
        return f"m{self.chance.randrange(MEMBERS)}"

    def length(self) -> Call:
        unit = self.chance.choice(UNITS)
        metres = 10 ** self.chance.uniform(0, 7.6) if self.chance.random() < 0.95 else self.chance.choice((0, 1e-9, 1e9))
        return (repr(metres / METRES[unit]), unit)

    def shape(self) -> Call:
        size = self.length()
        if self.chance.random() < 0.5:
            return ("BYRADIUS", *size)
        return ("BYBOX", size[0], repr(float(size[0]) * 10 ** self.chance.uniform(-2, 2)), size[1])

    def centre(self) -> Call:
        return ("FROMMEMBER", self.member()) if self.chance.random() < 0.4 else ("FROMLONLAT", *self.position())

    def options(self, *, shown: bool) -> Call:
        words: list[Argument] = []
        if self.chance.random() < 0.5:
            words.append(self.chance.choice(("ASC", "DESC")))
        if self.chance.random() < 0.4:
            words += ["COUNT", self.chance.choice((1, 2, 5, 30, 1000))]
            if self.chance.random() < 0.5:
                words.append("ANY")
        if shown:
            words += [word for word in SHOWN if self.chance.random() < 0.4]
        return tuple(words)

    def calls(self) -> Iterator[Call]:
        for number in range(MEMBERS):
            yield ("GEOADD", "g", *self.position(), f"m{number}")
        while True:
            member, other = self.member(), self.member()
            kinds: tuple[tuple[int, Call], ...] = (
                (2, ("GEOADD", "g", *self.position(), member)), (1, ("GEOADD", "g", "XX", "CH", *self.position(), member)),
                (2, ("GEODIST", "g", member, other, self.chance.choice(UNITS))), (1, ("GEOPOS", "g", member, other)),
                (1, ("GEOHASH", "g", member, other)), (1, ("ZREM", "g", member)),
                (14, ("GEOSEARCH", "g", *self.centre(), *self.shape(), *self.options(shown=True))),
                (3, ("GEOSEARCHSTORE", "d", "g", *self.centre(), *self.shape(), *self.options(shown=False))),
                (2, ("GEOSEARCHSTORE", "d", "g", *self.centre(), *self.shape(), *self.options(shown=False), "STOREDIST")),
                (3, ("GEORADIUS", "g", *self.position(), *self.length(), *self.options(shown=True))),
                (3, ("GEORADIUSBYMEMBER", "g", member, *self.length(), *self.options(shown=True))),
            )
            yield self.chance.choices([call for _, call in kinds], [weight for weight, _ in kinds])[0]


def plain(item: Item) -> object:
    """A reply with its coordinates and scores as numbers: for a few, Redis prints a needless last digit."""
    if isinstance(item.value, tuple):
        return item.kind, [plain(part) for part in item.value]
    try:
        return item.kind, float(item.value)
    except (TypeError, ValueError):
        return item


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_random_searches_find_what_redis_finds(pair: tuple[Player, Player], seed: int) -> None:
    theirs, ours = pair
    protocol = 2 + seed % 2
    found = 0
    with RawClient(port=theirs.port, protocol=protocol) as real, RawClient(port=ours.port, protocol=protocol) as our:
        for number, call in zip(range(CALLS // 4 + MEMBERS), Chooser(seed).calls(), strict=False):
            replies = []
            for client in (real, our):
                client.send(*call)
                replies.append(client.read_item())
            assert plain(replies[0]) == plain(replies[1]), f"call {number}: {call}\n{replies[0]}\n{replies[1]}"
            found += call[0] == "GEOSEARCH" and bool(replies[0].value)
            if call[0] == "GEOSEARCHSTORE":
                for client in (real, our):
                    client.send("ZRANGE", "d", 0, -1, "WITHSCORES")
                assert plain(real.read_item()) == plain(our.read_item()), f"{call}"
    assert found > CALLS // 40
