"""Random calls on sorted sets, to a real Redis and to ours, with thresholds so low that sets change their form often.

Replies, digests of the values and encodings must be the same. PYREDIS_RANDOM_CALLS sets the number of calls.
Ranges by name are asked of sets whose scores are all equal: for others Redis promises nothing. For about one in 500
random doubles Redis prints a last digit of its own (base/numeric.py), so where digests differ the scores decide.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.compat.amount import random_calls
from tests.compat.normalise import same, ways_of
from tests.compat.play import Player
from tests.support.raw_client import RawClient

pytestmark = [pytest.mark.compat, pytest.mark.slow]

CALLS = random_calls(1500)
CALLS_PER_LIMITS = 60
KEYS = (b"a", b"b", b"c", b"d")
LEX = b"lex"  # the set whose scores are equal
OTHERS = (b"set", b"string", b"nosuch")
MEMBERS = (*(b"m%d" % number for number in range(24)), b"", b"1", b"-5", b"007", b"\x00z", b"x" * 20, b"y" * 9)
SCORES = (*(b"%d" % number for number in range(-5, 12)), b"1.5", b"-0.1", b"1e10", b"3.3333333333333335", b"1e-5",
          b"123456789.123", b"0x10", b"1e300", b"9007199254740993", b"1e17", b"inf", b"-inf", b"Infinity", b"-0", b"nan",
          b"", b"x", b" 1", b"1e400", b"(1")
RANKS = (*(b"%d" % number for number in (-100, -3, -2, -1, 0, 1, 2, 3, 5, 10, 100)), b"x", b"1.5",
         b"9223372036854775807", b"-9223372036854775808")
ENTRIES = (0, 3, 6, 10, 128)
NEAR = 1e-9  # the digit in question is the seventeenth

Call = tuple[bytes, ...]


class Chooser:
    """Makes up calls."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def maybe(self, *words: bytes, odds: float = 0.4) -> Call:
        return words if self.chance.random() < odds else ()

    def one(self, choices: tuple[bytes, ...]) -> bytes:
        return self.chance.choice(choices)

    def key(self) -> bytes:
        return self.one(KEYS) if self.chance.random() < 0.95 else self.one(OTHERS)

    def score(self) -> bytes:
        if self.chance.random() < 0.1:
            return b"%.3f" % self.chance.uniform(-3, 12)
        return self.one(SCORES[: 17 if self.chance.random() < 0.6 else len(SCORES)])

    def bound(self) -> bytes:
        return b"(" * (self.chance.random() < 0.3) + self.score()

    def name(self) -> bytes:
        prefix = self.one((b"[", b"(", b"[", b"(", b"-", b"+", b"", b"x"))
        return prefix + (self.one(MEMBERS)[: self.chance.choice((1, 2, 30))] if prefix in b"[(" else b"")

    def rank(self) -> bytes:
        return self.one(RANKS[: 11 if self.chance.random() < 0.9 else len(RANKS)])

    def limit(self) -> Call:
        return self.maybe(b"LIMIT", self.rank(), self.rank())

    def pairs(self, count: int, score: bytes | None = None) -> Call:
        return tuple(word for _ in range(count) for word in (score or self.score(), self.one(MEMBERS)))

    def sources(self, *, weighted: bool) -> Call:
        keys = tuple(self.key() for _ in range(self.chance.randrange(1, 4)))
        call = (b"%d" % len(keys), *keys)
        if weighted:
            call += self.maybe(b"WEIGHTS", *(self.one((b"1", b"2", b"-3", b"0.5", b"0", b"inf", b"x")) for _ in keys))
            call += self.maybe(b"AGGREGATE", self.one((b"SUM", b"MIN", b"MAX", b"min", b"x")))
        return call

    def limits(self) -> Call:
        return (b"CONFIG", b"SET", b"zset-max-listpack-entries", b"%d" % self.chance.choice(ENTRIES),
                b"zset-max-listpack-value", b"%d" % self.chance.choice((0, 4, 9, 64)))

    def zadd(self) -> Call:
        options = [word for word in (b"NX", b"XX", b"GT", b"LT", b"CH", b"INCR") if self.chance.random() < 0.12]
        self.chance.shuffle(options)
        count = 1 if b"INCR" in options else self.chance.choice((1, 1, 1, 2, 3, 6, 10))
        return (b"ZADD", self.key(), *options, *self.pairs(count))

    def call(self) -> Call:
        key, target, member = self.key(), self.one(KEYS), self.one(MEMBERS)
        reverse, scores = self.maybe(b"REV"), self.maybe(b"WITHSCORES")
        by_rank = self.rank(), self.rank()
        by_score = self.bound(), self.bound()
        by_name = self.name(), self.name()
        operation = self.one((b"UNION", b"INTER", b"DIFF"))
        weighted = operation != b"DIFF"
        kinds: list[tuple[int, Call]] = [
            (25, self.zadd()), (4, (b"ZADD", LEX, *self.pairs(self.chance.choice((1, 4, 9)), b"3"))),
            (5, (b"ZINCRBY", key, self.score(), member)), (4, (b"ZREM", key, member, self.one(MEMBERS))),
            (1, (b"ZCARD", key)), (3, (b"ZSCORE", key, member)), (2, (b"ZMSCORE", key, member, self.one(MEMBERS))),
            (4, (self.one((b"ZRANK", b"ZREVRANK")), key, member, *self.maybe(b"WITHSCORE"))),
            (3, (self.one((b"ZPOPMIN", b"ZPOPMAX")), key, *self.maybe(self.rank()))),
            (2, (b"ZMPOP", b"2", key, target, self.one((b"MIN", b"MAX")), *self.maybe(b"COUNT", self.rank()))),
            (5, (b"ZRANGE", key, *by_rank, *reverse, *scores)),
            (6, (b"ZRANGE", key, *by_score, b"BYSCORE", *reverse, *scores, *self.limit())),
            (3, (b"ZRANGE", LEX, *by_name, b"BYLEX", *reverse, *self.limit())),
            (2, (self.one((b"ZRANGEBYSCORE", b"ZREVRANGEBYSCORE")), key, *by_score, *scores, *self.limit())),
            (2, (self.one((b"ZRANGEBYLEX", b"ZREVRANGEBYLEX")), LEX, *by_name, *self.limit())),
            (2, (b"ZLEXCOUNT", LEX, *by_name)), (2, (b"ZCOUNT", key, *by_score)),
            (1, (b"ZREVRANGE", key, *by_rank, *scores)), (1, (b"ZREMRANGEBYSCORE", key, *by_score)),
            (1, (b"ZREMRANGEBYRANK", key, *by_rank)), (1, (b"ZREMRANGEBYLEX", LEX, *by_name)),
            (1, (b"ZRANGESTORE", target, key, *by_rank, *reverse)),
            (2, (b"ZRANGESTORE", target, key, *by_score, b"BYSCORE", *reverse, *self.limit())),
            (1, (b"ZRANGESTORE", target, LEX, *by_name, b"BYLEX", *reverse, *self.limit())),
            (4, (b"Z" + operation, *self.sources(weighted=weighted), *scores)),
            (4, (b"Z" + operation + b"STORE", target, *self.sources(weighted=weighted))),
            (1, (b"ZINTERCARD", *self.sources(weighted=False), *self.limit()[:2])),
            (1, (b"ZRANDMEMBER", key, self.one(RANKS[:11]), *scores)), (1, (b"ZSCAN", key, b"0", b"COUNT", b"1000")),
            (1, (b"COPY", target, self.one(KEYS), b"REPLACE")), (1, (b"DEL", target)), (1, (b"SADD", b"set", member)),
        ]
        return self.chance.choices([call for _, call in kinds], [weight for weight, _ in kinds])[0]

    def calls(self) -> Iterator[Call]:
        yield b"SET", b"string", b"x"
        while True:
            yield self.limits()
            for _ in range(CALLS_PER_LIMITS):
                yield self.call()


def held(client: RawClient, key: bytes) -> dict[bytes, float]:
    """The members and scores of a key."""
    found = client.call("ZRANGE", key, 0, -1, "WITHSCORES")
    pairs = found if client.protocol == 3 else zip(found[::2], map(float, found[1::2]), strict=True)
    return dict(map(tuple, pairs))


def compare_values(call: Call, real: RawClient, our: RawClient) -> set[bytes]:
    """All keys hold the same. Returns the encodings seen."""
    forms = set()
    for key in (*KEYS, LEX):
        encodings = [client.call("OBJECT", "ENCODING", key) for client in (real, our)]
        assert encodings[0] == encodings[1], f"{call} left {key!r} as {encodings}"
        forms.add(encodings[0])
        digests = [client.call("DEBUG", "DIGEST-VALUE", key) for client in (real, our)]
        if digests[0] != digests[1]:
            theirs, ours = held(real, key), held(our, key)
            assert theirs == ours, f"{call} left {key!r} different"
    return forms


@pytest.mark.parametrize("seed", [1, 2])
def test_random_calls_on_sorted_sets_get_the_replies_of_redis(
    pair: tuple[Player, Player], seed: int,
) -> None:
    theirs, ours = pair
    protocol = 2 + seed % 2
    forms = set()
    with RawClient(port=theirs.port, protocol=protocol) as real, RawClient(port=ours.port, protocol=protocol) as our:
        for _, call in zip(range(CALLS // 2), Chooser(seed).calls(), strict=False):
            for client in (real, our):
                client.send(*call)
            their_reply, our_reply = real.read_item(), our.read_item()
            ways = (*ways_of(call), "scan" if call[0] == b"ZSCAN" else f"about:{NEAR}")
            assert same(their_reply, our_reply, ways), f"{call}\n{their_reply}\n{our_reply}"
            forms |= compare_values(call, real, our)
    assert forms >= {b"listpack", b"skiplist"}
