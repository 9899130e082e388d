"""Random calls on sets, to a real Redis and to ours, with thresholds so low that every change of form happens.

Replies, digests of the values and encodings must be the same. What SPOP takes differs; after one the key is given the
same members on both sides. PYREDIS_RANDOM_CALLS sets the number of calls.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.compat.amount import random_calls
from tests.compat.normalise import same, ways_of
from tests.compat.play import Player
from tests.support.raw_client import RawClient

pytestmark = [pytest.mark.compat, pytest.mark.slow, pytest.mark.timeout(900)]

CALLS = random_calls(1500)
CALLS_PER_LIMITS = 100
KEYS = (b"a", b"b", b"c", b"d", b"string")
TEXTS = (b"", b"x", b"yy", b"zebra", b"long text", b"longer than ten", b"007", b"-0", b"+1", b" 1", b"\r\n", b"\x00\xff",
         b"9223372036854775808", b"-9223372036854775809", b"1.5")
NUMBERS = (*range(-6, 12), 200, -129, 40_000, -40_000, 2**31, -(2**31) - 1, 2**63 - 1, -(2**63))
ENTRIES = (0, 1, 3, 5, 8, 20)

Call = tuple[bytes, ...]


def member(chance: random.Random) -> bytes:
    return chance.choice(TEXTS) if chance.random() < 0.3 else b"%d" % chance.choice(NUMBERS)


def calls(chance: random.Random) -> Iterator[Call]:
    """Calls for ever; the first of each stretch sets the limits."""
    while True:
        yield (b"CONFIG", b"SET", b"set-max-intset-entries", b"%d" % chance.choice(ENTRIES),
               b"set-max-listpack-entries", b"%d" % chance.choice(ENTRIES),
               b"set-max-listpack-value", b"%d" % chance.choice((0, 1, 3, 10, 64)))
        for _ in range(CALLS_PER_LIMITS):
            yield one_call(chance)


def one_call(chance: random.Random) -> Call:
    key = chance.choice(KEYS[:4]) if chance.random() < 0.98 else KEYS[4]
    keys = tuple(chance.choice(KEYS[:4]) for _ in range(chance.choice((1, 1, 2, 2, 3, 5))))
    some = tuple(member(chance) for _ in range(chance.choice((1, 1, 1, 2, 4, 9))))
    count = b"%d" % chance.choice((0, 1, 2, 3, 5, 8, 50))
    limit = (b"LIMIT", b"%d" % chance.choice((0, 1, 2, 5))) if chance.random() < 0.5 else ()
    kinds: list[tuple[int, Call]] = [
        (12, (b"SADD", key, *some)), (3, (b"SADD", key, *(member(chance) for _ in range(25)))), (8, (b"SREM", key, *some)),
        (2, (b"SREM", key, *(b"%d" % number for number in NUMBERS))), (1, (b"SREM", key, *TEXTS)),
        (4, (b"SMOVE", key, chance.choice(KEYS), some[0])), (2, (b"SISMEMBER", key, some[0])),
        (2, (b"SMISMEMBER", key, *some)), (2, (b"SMEMBERS", key)), (1, (b"SCARD", key)), (3, (b"SPOP", key)),
        (4, (b"SPOP", key, count)), (1, (b"SRANDMEMBER", key)), (2, (b"SRANDMEMBER", key, count)),
        (1, (b"SRANDMEMBER", key, b"-" + count)), (2, (b"SSCAN", key, b"0", b"COUNT", b"1000")),
        (1, (b"SSCAN", key, b"0", b"COUNT", b"1000", b"MATCH", b"*1*")), (2, (b"SINTER", *keys)), (2, (b"SUNION", *keys)),
        (2, (b"SDIFF", *keys)), (4, (b"SINTERSTORE", key, *keys)), (4, (b"SUNIONSTORE", key, *keys)),
        (4, (b"SDIFFSTORE", key, *keys)), (2, (b"SINTERCARD", b"%d" % len(keys), *keys, *limit)),
        (1, (b"DEL", key)), (1, (b"COPY", key, chance.choice(KEYS[:4]), b"REPLACE")), (1, (b"SET", b"string", b"x")),
    ]
    return chance.choices([call for _, call in kinds], [weight for weight, _ in kinds])[0]


def ordered_sources(client: RawClient, call: Call) -> bool:
    """Whether no operand is a hash table: its order, which is Redis's own, decides on the form of a stored result."""
    if not call[0].endswith(b"STORE"):
        return True
    return all(client.call("OBJECT", "ENCODING", key) != b"hashtable" for key in call[2:])


def equalise(key: bytes, real: RawClient, our: RawClient) -> None:
    """Give both the members that ours has, in the same order."""
    if our.call("TYPE", key) != b"set":
        return  # an error, or nothing left
    members = sorted(our.call("SMEMBERS", key))
    for client in (real, our):
        client.call("DEL", key)
        if members:
            client.call("SADD", key, *members)


@pytest.mark.parametrize("seed", [1, 2])
def test_random_calls_on_sets_get_the_replies_of_redis(
    pair: tuple[Player, Player], seed: int,
) -> None:
    theirs, ours = pair
    chance = random.Random(seed)
    protocol = 2 + seed % 2
    forms = set()
    with RawClient(port=theirs.port, protocol=protocol) as real, RawClient(port=ours.port, protocol=protocol) as our:
        for _, call in zip(range(CALLS // 2), calls(chance), strict=False):
            compare_forms = ordered_sources(real, call)
            popped = call[0] == b"SPOP" and our.call("TYPE", call[1]) == b"set"
            before = set(our.call("SMEMBERS", call[1])) if popped else set()
            for client in (real, our):
                client.send(*call)
            their_reply, our_reply = real.read_item(), our.read_item()
            assert same(their_reply, our_reply, ways_of(call)), f"{call}\n{their_reply}\n{our_reply}"
            if popped:
                assert real.call("SCARD", call[1]) == our.call("SCARD", call[1])
                left = set(our.call("SMEMBERS", call[1]))
                assert left <= before
                if all(len(one) <= 1 or len(call) == 2 for one in before):
                    assert real.call("OBJECT", "ENCODING", call[1]) == our.call("OBJECT", "ENCODING", call[1]), call
                equalise(call[1], real, our)
            for key in KEYS:
                digests = [client.call("DEBUG", "DIGEST-VALUE", key) for client in (real, our)]
                assert digests[0] == digests[1], (call, key, real.call("SMEMBERS", key), our.call("SMEMBERS", key))
                encodings = [client.call("OBJECT", "ENCODING", key) for client in (real, our)]
                assert not compare_forms or encodings[0] == encodings[1], f"{call} left {key!r} as {encodings}"
                forms.add(encodings[1])
            if not compare_forms:
                equalise(call[1], real, our)
    assert forms >= {b"intset", b"listpack", b"hashtable"}
