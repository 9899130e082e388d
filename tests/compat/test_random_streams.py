"""Random calls on streams and their groups, played to a real Redis and to ours.

After each call the replies, XINFO STREAM and XINFO GROUPS and the digest are compared: lengths, nodes, counters, lag.
Nodes hold few entries, so that they fill, empty and are trimmed many times. IDs are given, since clocks differ; what
tells a time is left out of the comparison.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.compat.amount import random_calls
from tests.compat.play import Player
from tests.support.raw_client import Argument, RawClient

pytestmark = [pytest.mark.compat, pytest.mark.slow]

KEYS = ("a", "b")
GROUPS = ("g", "h")
CONSUMERS = ("x", "y", "z")
FIELDS = ("f", "f", "f", "other", "7", "long" * 20)
VALUES = ("v", "", "127", "128", "-1", "4096", "123456789012", "x" * 63, "x" * 64, "y" * 300, "z" * 5000)
POLICIES = ((), (), ("KEEPREF",), ("DELREF",), ("ACKED",))
LAST_ID = "18446744073709551615-18446744073709551615"
CALLS_IN_A_RUN = random_calls(1000)


class Ids:
    """IDs that grow, and IDs that are near those given out."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.ms = 1

    def advance(self) -> None:
        """Go on, mostly by a little."""
        self.ms += self.rng.choice((0, 0, 1, 1, 1, 2) if self.rng.random() < 0.98 else (300, 70000))

    def fresh(self) -> str:
        """An ID greater than all, mostly."""
        return f"{self.ms}-{self.rng.choice(('*', '*', '0', '1', '70000'))}"

    def near(self) -> str:
        """An ID that may be there."""
        ms = max(self.ms - self.rng.choice((0, 1, 1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 300)), 0)
        return self.rng.choice((f"{ms}", f"{ms}-0", f"{ms}-0", f"{ms}-1", f"{ms}-70000"))


def trimming(rng: random.Random, ids: Ids) -> tuple[Argument, ...]:
    """MAXLEN or MINID with all that belongs to it."""
    sign = rng.choice(((), ("=",), ("~",)))
    what: tuple[Argument, ...] = ("MINID", *sign, ids.near())
    if rng.random() < 0.5:
        what = ("MAXLEN", *sign, rng.randint(0, 20))
    limit: tuple[Argument, ...] = ("LIMIT", rng.randint(0, 9)) if sign == ("~",) and rng.random() < 0.3 else ()
    return (*what, *limit, *rng.choice(POLICIES))


def row(rng: random.Random) -> tuple[Argument, ...]:
    """Fields and values, mostly alike."""
    pairs: list[Argument] = []
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3))):
        pairs += (rng.choice(FIELDS), rng.choice(VALUES))
    return ("f", "v") if rng.random() < 0.5 else tuple(pairs)


def several(rng: random.Random, ids: Ids) -> tuple[str, ...]:
    """Some IDs."""
    return tuple(ids.near() for _ in range(rng.choice((1, 1, 2, 4))))


def calls(rng: random.Random, count: int) -> Iterator[tuple[Argument, ...]]:
    """Calls on two streams, so that they live long."""
    ids = Ids(rng)
    for _ in range(count):
        ids.advance()
        key, group, consumer = rng.choice(KEYS), rng.choice(GROUPS), rng.choice(CONSUMERS)
        block = several(rng, ids)
        policy = rng.choice(POLICIES)
        choices: tuple[tuple[Argument, ...], ...] = (
            *[("XADD", key, ids.fresh(), *row(rng)) for _ in range(12)],
            ("XADD", key, *trimming(rng, ids), ids.fresh(), *row(rng)),
            ("XADD", key, "NOMKSTREAM", ids.near(), *row(rng)),
            ("XTRIM", key, *trimming(rng, ids)), ("XTRIM", key, "MAXLEN", rng.randint(5, 40)),
            ("XDEL", key, *block), ("XDEL", key, *block), ("XDELEX", key, *policy, "IDS", len(block), *block),
            ("XACKDEL", key, group, *policy, "IDS", len(block), *block), ("XACK", key, group, *block),
            ("XRANGE", key, ids.near(), ids.near()), ("XRANGE", key, "-", "+", "COUNT", rng.randint(-1, 9)),
            ("XRANGE", key, f"({ids.near()}", "+"), ("XREVRANGE", key, f"({ids.near()}", "-", "COUNT", 3),
            ("XREVRANGE", key, "+", "-"), ("XREAD", "COUNT", 4, "STREAMS", key, ids.near()),
            ("XREAD", "STREAMS", "a", "b", ids.near(), "+"),
            ("XGROUP", "CREATE", key, group, rng.choice(("0", "$", ids.near())), "MKSTREAM"),
            ("XGROUP", "SETID", key, group, rng.choice(("0", "$", ids.near())), *rng.choice(((), ("ENTRIESREAD", 5)))),
            ("XGROUP", "CREATECONSUMER", key, group, consumer), ("XGROUP", "DELCONSUMER", key, group, consumer),
            *[("XREADGROUP", "GROUP", group, consumer, "COUNT", rng.randint(1, 6), "STREAMS", key, ">")
              for _ in range(6)],
            ("XREADGROUP", "GROUP", group, consumer, "NOACK", "STREAMS", key, ">"),
            ("XREADGROUP", "GROUP", group, consumer, "COUNT", 3, "STREAMS", key, ids.near()),
            ("XREADGROUP", "GROUP", group, consumer, "STREAMS", "a", "b", ">", ">"),
            ("XCLAIM", key, group, consumer, 0, *block), ("XCLAIM", key, group, consumer, 0, *block, "FORCE"),
            ("XCLAIM", key, group, consumer, 0, *block, "TIME", 1000, "RETRYCOUNT", 4, "FORCE", "LASTID", ids.near()),
            ("XCLAIM", key, group, consumer, 100_000_000, *block, "JUSTID"),
            ("XAUTOCLAIM", key, group, consumer, 0, ids.near(), "COUNT", rng.randint(1, 5)),
            ("XAUTOCLAIM", key, group, consumer, 100_000_000, "-", "JUSTID"),
            ("XPENDING", key, group), ("XPENDING", key, group, "-", "+", 7),
            ("XPENDING", key, group, "IDLE", 100_000_000, ids.near(), "+", 7, consumer),
            ("XSETID", key, ids.near(), "ENTRIESADDED", 500, "MAXDELETEDID", ids.near()),
            *([("COPY", key, rng.choice(KEYS), "REPLACE"), ("DEL", key), ("XGROUP", "DESTROY", key, group)]
              if rng.random() < 0.3 else []),
        )
        chosen = rng.choice(choices)
        if chosen[:2] == ("XGROUP", "DESTROY"):
            yield "XGROUP", "SETID", *chosen[2:], LAST_ID  # else 8.2.3 heeds the group's old place: see differences.py
        yield chosen


@pytest.mark.parametrize(("most_entries", "most_bytes"), [(1, 4096), (2, 0), (3, 4096), (7, 300), (100, 4096), (0, 0)])
def test_random_calls_on_streams_get_the_replies_of_redis(
    pair: tuple[Player, Player], most_entries: int, most_bytes: int,
) -> None:
    theirs, ours = pair
    play(theirs.port, ours.port, most_entries, most_bytes, CALLS_IN_A_RUN, seed=most_entries)


def play(their_port: int, our_port: int, most_entries: int, most_bytes: int, count: int, seed: int) -> None:
    rng = random.Random(seed)
    asked: list[tuple[Argument, ...]] = []
    with RawClient(port=their_port) as theirs, RawClient(port=our_port) as ours:
        for client in (theirs, ours):
            client.call("CONFIG", "SET", "stream-node-max-entries", most_entries, "stream-node-max-bytes", most_bytes)
        for argv in calls(rng, count):
            asked.append(argv)
            batch = [argv, *(("XINFO", what, key) for key in KEYS for what in ("STREAM", "GROUPS")),
                     ("XINFO", "STREAM", argv[1], "FULL", "COUNT", 0), ("DEBUG", "DIGEST-VALUE", *KEYS)]
            their, our = ([_timeless(call, reply) for call, reply in zip(batch, client.pipeline(batch), strict=True)]
                          for client in (theirs, ours))
            assert their == our, f"{_story(asked)}\n  theirs {_differing(their, our)}\n  ours   {_differing(our, their)}"


def _timeless(argv: tuple[Argument, ...], reply: Any) -> Any:  # replies are as nested as they come
    """A reply without what depends on the clock, and without what Redis 8.2 does not tell."""
    if isinstance(reply, list):
        if argv[0] == "XPENDING" and len(argv) > 3:
            return [[entry[0], entry[1], entry[3]] for entry in reply]
        if "FULL" in argv:
            facts = _facts(reply)
            facts[b"groups"] = [_group_facts(group) for group in facts[b"groups"]]
            return facts
    return reply


def _facts(flat: list[Any]) -> dict[bytes, Any]:
    return dict(zip(flat[::2], flat[1::2], strict=True))


def _group_facts(flat: list[Any]) -> dict[bytes, Any]:
    facts = _facts(flat)
    facts.pop(b"nacked-count", None)
    facts[b"pending"] = [[entry[0], entry[1], entry[3]] for entry in facts[b"pending"]]
    consumers = []
    for consumer in facts[b"consumers"]:
        told = _facts(consumer)
        told[b"active-time"] = told[b"active-time"] == -1
        del told[b"seen-time"]
        told[b"pending"] = [[entry[0], entry[2]] for entry in told[b"pending"]]
        consumers.append(told)
    facts[b"consumers"] = consumers
    return facts


def _differing(replies: list[object], others: list[object]) -> str:
    return str([reply for reply, other in zip(replies, others, strict=True) if reply != other])[:1500]


def _story(asked: list[tuple[Argument, ...]]) -> str:
    return "\n".join(" ".join(str(part)[:40] for part in argv) for argv in asked[-25:])
