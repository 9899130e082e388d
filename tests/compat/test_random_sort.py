"""Random SORTs of random values, asked of a real Redis and of ours.

Weights of ALPHA are all different: what is equal comes in the order of Redis's hash tables and of its unstable sorting.
PYREDIS_RANDOM_CALLS sets the number of calls.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.compat.amount import random_calls
from tests.compat.play import Player
from tests.support.raw_client import Argument, RawClient

pytestmark = [pytest.mark.compat, pytest.mark.slow]

CALLS = random_calls(2000)
CALLS_PER_VALUE = 10
KINDS = ("RPUSH", "SADD", "ZADD")
TEXTS = ("", "5.", ".5", "1e3", "inf", "-inf", "x", "0x5", " 5", "007", "7", "\xe9", "3.14", "-0")
Call = tuple[Argument, ...]


def values(rng: random.Random) -> Iterator[Call]:
    """A value under "k" of some kind and size, and what its elements lead to."""
    kind = rng.choice(KINDS)
    most = rng.choice((5, 50, 1000))
    elements: list[str | int] = [
        rng.choice(TEXTS) if rng.random() < 0.02 else rng.randrange(-most, most)
        if rng.random() < 0.8 else f"{rng.uniform(-most, most):.2f}" for _ in range(rng.choice((0, 1, 4, 20, 200)))
    ]
    yield "DEL", "k"
    if elements and kind == "ZADD":
        yield (kind, "k", *(word for element in elements for word in (rng.randrange(9), element)))
    elif elements:
        yield (kind, "k", *elements)
    weights = rng.sample(range(10**6), len(elements))
    for element, weight in zip(elements, weights, strict=True):
        yield "SET", f"w{element}", weight
        if rng.random() < 0.8:
            yield "HSET", f"h{element}", "f", f"{weight:.1f}", "g", rng.choice((rng.randrange(5), "x"))


def sorts(rng: random.Random) -> Call:
    words: list[tuple[Argument, ...]] = []
    if rng.random() < 0.4:
        words.append((rng.choice(("ASC", "DESC")),))
    if rng.random() < 0.4:
        words.append(("LIMIT", rng.choice((-1, 0, 1, 5, 300)), rng.choice((-1, 0, 1, 7, 1000))))
    if rng.random() < 0.3:
        words += [("ALPHA",), ("BY", "w*")] if rng.random() < 0.5 else [("ALPHA",)]
    elif rng.random() < 0.5:
        words.append(("BY", rng.choice(("w*", "h*->f", "h*->g", "nosuch*"))))
    words += [("GET", rng.choice(("#", "w*", "h*->f", "h*->g", "nosuch"))) for _ in range(rng.choice((0, 0, 1, 3)))]
    if rng.random() < 0.3:
        words.append(("STORE", "d"))
    rng.shuffle(words)
    return ("SORT", "k", *(word for option in words for word in option))


def calls(rng: random.Random) -> Iterator[Call]:
    while True:
        yield from values(rng)
        for _ in range(CALLS_PER_VALUE):
            yield sorts(rng)
            yield "LRANGE", "d", 0, -1
        if rng.random() < 0.5:
            yield "SORT", "k", "BY", "nosort", "STORE", "d", *rng.choice(((), ("DESC",), ("LIMIT", 1, 3)))
            yield "LRANGE", "d", 0, -1
        yield "OBJECT", "ENCODING", "k"


@pytest.mark.parametrize("seed", [1, 2])
def test_random_sorts_give_the_order_of_redis(pair: tuple[Player, Player], seed: int) -> None:
    theirs, ours = pair
    sorted_some = 0
    with RawClient(port=theirs.port) as real, RawClient(port=ours.port) as our:
        for _, call in zip(range(CALLS * 2), calls(random.Random(seed)), strict=False):
            replies = []
            for client in (real, our):
                client.send(*call)
                replies.append(client.read_item())
            assert replies[0] == replies[1], f"{call}\n{replies[0]}\n{replies[1]}"
            sorted_some += call[0] == "SORT" and replies[0].kind == "array" and len(replies[0].value) > 1
    assert sorted_some > 20
