"""Random calls on lists, played to a real Redis and to ours: replies, encodings and digests are compared after each.

The thresholds are low, so that every conversion happens many times, and elements are of all sizes in which a
listpack's entry or a node of a quicklist changes its kind.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.compat.amount import random_calls
from tests.compat.play import Player
from tests.support.raw_client import Argument, RawClient

pytestmark = [pytest.mark.compat, pytest.mark.slow]

KEYS = ("a", "b", "c")
SIDES = ("LEFT", "RIGHT")
NUMBERS = (b"0", b"127", b"128", b"-1", b"4095", b"4096", b"-4096", b"-4097", b"32767", b"-32769", b"8388607", b"8388608",
           b"2147483647", b"-2147483649", b"9223372036854775807", b"9223372036854775808", b"007", b"-0")
LENGTHS = (0, 1, 3, 20, 61, 62, 63, 64, 100, 124, 125, 126, 500, 1020)
LARGE_LENGTHS = (2000, 4000, 4090, 4096, 4097, 8180, 8192, 8193, 9000)
CALLS_IN_A_RUN = random_calls(1000)


def element(rng: random.Random) -> bytes:
    """Few different ones, so that LREM, LPOS and LINSERT find some."""
    kind = rng.random()
    if kind < 0.35:
        return rng.choice((b"a", b"b", b"c", b"7"))
    if kind < 0.6:
        return rng.choice(NUMBERS)
    length = rng.choice(LARGE_LENGTHS if kind > 0.93 else LENGTHS)
    return rng.choice((b"x", b"y")) * length


def calls(rng: random.Random, count: int) -> Iterator[tuple[Argument, ...]]:
    """Calls that let lists grow to some dozens of elements and shrink again."""
    for _ in range(count):
        key, other = rng.choice(KEYS), rng.choice(KEYS)
        index = rng.randint(-12, 12)
        choices: tuple[tuple[Argument, ...], ...] = (
            ("RPUSH", key, *(element(rng) for _ in range(rng.choice((1, 1, 1, 2, 5))))),
            ("LPUSH", key, *(element(rng) for _ in range(rng.choice((1, 1, 1, 2, 5))))),
            ("LPUSHX", key, element(rng)), ("RPUSHX", key, element(rng)),
            ("LPOP", key), ("RPOP", key), ("LPOP", key, rng.randint(0, 4)), ("RPOP", key, rng.randint(0, 4)),
            ("LLEN", key), ("LRANGE", key, index, rng.randint(-12, 12)), ("LINDEX", key, index),
            ("LSET", key, index, element(rng)), ("LSET", key, index, element(rng)),
            ("LINSERT", key, rng.choice(("BEFORE", "AFTER")), element(rng), element(rng)),
            ("LINSERT", key, rng.choice(("BEFORE", "AFTER")), element(rng), element(rng)),
            ("LREM", key, rng.randint(-3, 3), element(rng)),
            ("LTRIM", key, rng.randint(-30, 3), rng.randint(-3, 30)),
            ("LPOS", key, element(rng), "RANK", rng.choice((1, 2, 3, -1, -2, -3)), "COUNT", rng.randint(0, 3), "MAXLEN",
             rng.randint(0, 20)),
            ("LPOS", key, element(rng)),
            ("LMOVE", key, other, rng.choice(SIDES), rng.choice(SIDES)), ("RPOPLPUSH", key, other),
            ("BLMOVE", key, other, rng.choice(SIDES), rng.choice(SIDES), "0.001"),
            ("LMPOP", 2, key, other, rng.choice(SIDES), "COUNT", rng.randint(1, 6)),
            ("BLPOP", key, other, "0.001"), ("BRPOP", key, "0.001"),
            ("COPY", key, other, "REPLACE"), ("RENAME", key, other),
        )
        yield rng.choice(choices)


@pytest.mark.parametrize("threshold", [1, 2, 5, 16, 0, -1, -2])
def test_random_calls_on_lists_get_the_replies_of_redis(
    pair: tuple[Player, Player], threshold: int,
) -> None:
    theirs, ours = pair
    play(theirs.port, ours.port, threshold, CALLS_IN_A_RUN, seed=threshold)


def play(their_port: int, our_port: int, threshold: int, count: int, seed: int) -> None:
    rng = random.Random(seed)
    asked: list[tuple[Argument, ...]] = []
    with RawClient(port=their_port) as theirs, RawClient(port=our_port) as ours:
        for client in (theirs, ours):
            client.call("CONFIG", "SET", "list-max-listpack-size", threshold)
        for argv in calls(rng, count):
            asked.append(argv)
            batch = [argv, *(("OBJECT", "ENCODING", key) for key in KEYS), ("DEBUG", "DIGEST-VALUE", *KEYS)]
            their, our = theirs.pipeline(batch), ours.pipeline(batch)
            assert their == our, f"{_story(asked)}\n  theirs {str(their)[:300]}\n  ours   {str(our)[:300]}"


def _story(asked: list[tuple[Argument, ...]]) -> str:
    return "\n".join(" ".join(str(part)[:40] for part in argv) for argv in asked[-25:])
