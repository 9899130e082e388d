"""Random calls on HyperLogLogs, played to a real Redis and to ours: replies and values are compared after each.

Sparse values are cut at limits that change, counts stored and dropped, values copied, cut and damaged.
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

CALLS = random_calls(1500)
CALLS_PER_LIMIT = 50
LIMITS = (0, 19, 24, 60, 300, 3000, 12_000, 20_000)
KEYS = ("a", "b", "c")
Call = tuple[Argument, ...]


def some_elements(rng: random.Random) -> Call:
    """One or many, of a few or of all, as bytes of any length or as numbers."""
    count = rng.choice((0, 1, 1, 1, 2, 4, 5, 6, 20, 300))
    if rng.random() < 0.2:
        return tuple(rng.randbytes(rng.randrange(40)) for _ in range(count))
    most = rng.choice((20, 1000, 10**12))
    return tuple(rng.randrange(most) for _ in range(count))


def calls(rng: random.Random) -> Iterator[Call]:
    while True:
        yield "CONFIG", "SET", "hll-sparse-max-bytes", rng.choice(LIMITS)
        for _ in range(CALLS_PER_LIMIT):
            key, other, third = (rng.choice((*KEYS, *KEYS, "nosuch")) for _ in range(3))
            target = rng.choice(KEYS)
            kinds: tuple[tuple[int, Call], ...] = (
                (20, ("PFADD", target, *some_elements(rng))), (5, ("PFCOUNT", key)), (2, ("PFCOUNT", key, other, third)),
                (2, ("PFMERGE", target, other)), (1, ("PFMERGE", target, other, third)), (1, ("PFMERGE", target)),
                (1, ("PFDEBUG", rng.choice(("GETREG", "DECODE", "ENCODING", "TODENSE")), key)),
                (3, ("DEL", target)), (1, ("COPY", target, other, "REPLACE")),
                (1, ("SETRANGE", target, rng.randrange(8, 16), rng.randbytes(1))),
                (1, ("SETRANGE", target, rng.randrange(16, 60), rng.randbytes(1))), (1, ("APPEND", target, rng.randbytes(1))),
            )
            yield rng.choices([call for _, call in kinds], [weight for weight, _ in kinds])[0]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_calls_on_hyperloglogs_leave_the_values_of_redis(
    pair: tuple[Player, Player], seed: int,
) -> None:
    theirs, ours = pair
    seen: set[int] = set()
    with RawClient(port=theirs.port) as real, RawClient(port=ours.port) as our:
        for _, call in zip(range(CALLS // 3), calls(random.Random(seed)), strict=False):
            replies = []
            for client in (real, our):
                client.send(*call)
                replies.append(client.read_item())
            assert replies[0] == replies[1], f"{call}"[:300]
            values = [client.call("MGET", *KEYS) for client in (real, our)]
            assert values[0] == values[1], f"{call}"[:300]
            seen |= {value[4] for value in values[0] if value and len(value) > 18}
    assert seen >= {0, 1}
