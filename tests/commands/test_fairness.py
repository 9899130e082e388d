"""Random picks over the wire, in every encoding: each element is as likely as the other.

Chi square with 9 degrees of freedom exceeds 33.7 once in 10,000 fair runs; the server's chance has a fixed seed here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest

from tests.support.raw_client import RawClient, encode

DRAWS = 2000
LIMIT = 33.7
TEN = tuple(str(number) for number in range(10, 20))
TWENTY = tuple(str(number) for number in range(20, 40))  # what is taken out again, where elements have gone

# name: (encoding, directives, calls that make the key k with the elements of TEN)
Makers = dict[str, tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]]]
SETS: Makers = {
    "intset": ("intset", (), (("SADD", "k", *TEN),)),
    "listpack": ("listpack", ("set-max-intset-entries", "0"), (("SADD", "k", *TEN),)),
    "hashtable": ("hashtable", ("set-max-intset-entries", "0", "set-max-listpack-entries", "0"),
                  (("SADD", "k", *TEN),)),
    "hashtable with gaps": ("hashtable", ("set-max-intset-entries", "0", "set-max-listpack-entries", "0"),
                            (("SADD", "k", *TEN[:5], *TWENTY, *TEN[5:]), ("SRANDMEMBER", "k"),
                             ("SREM", "k", *TWENTY))),
}
PAIRS = tuple(word for member in TEN for word in (member, member))
MORE_PAIRS = tuple(word for member in TWENTY for word in (member, member))
HASHES: Makers = {
    "listpack": ("listpack", (), (("HSET", "k", *PAIRS),)),
    "listpackex": ("listpackex", (), (
        ("HSET", "k", *PAIRS), ("HEXPIRE", "k", "1000", "FIELDS", "5", *TEN[:5]))),
    "listpackex, some run out": ("listpackex", (), (
        ("HSET", "k", *MORE_PAIRS, *PAIRS), ("HPEXPIRE", "k", "1", "FIELDS", "20", *TWENTY), ("DEBUG", "SLEEP", "0.002"))),
    "hashtable": ("hashtable", ("hash-max-listpack-entries", "0"), (("HSET", "k", *PAIRS),)),
    "hashtable with gaps": ("hashtable", ("hash-max-listpack-entries", "0"), (
        ("HSET", "k", *PAIRS[:10], *MORE_PAIRS, *PAIRS[10:]), ("HRANDFIELD", "k"), ("HDEL", "k", *TWENTY))),
    "hashtable, some run out": ("hashtable", ("hash-max-listpack-entries", "0"), (
        ("HSET", "k", *MORE_PAIRS, *PAIRS), ("HPEXPIRE", "k", "1", "FIELDS", "20", *TWENTY), ("DEBUG", "SLEEP", "0.002"))),
}
SCORES = tuple(word for member in TEN for word in ("1", member))
MORE_SCORES = tuple(word for member in TWENTY for word in ("1", member))
SORTED_SETS: Makers = {
    "listpack": ("listpack", (), (("ZADD", "k", *SCORES),)),
    "skiplist": ("skiplist", ("zset-max-listpack-entries", "0"), (("ZADD", "k", *SCORES),)),
    "skiplist with gaps": ("skiplist", ("zset-max-listpack-entries", "0"), (
        ("ZADD", "k", *SCORES[:10], *MORE_SCORES, *SCORES[10:]), ("ZRANDMEMBER", "k"), ("ZREM", "k", *TWENTY))),
}


def pipelined(client: RawClient, calls: Iterable[tuple[str, ...]]) -> list[object]:
    """The replies to many calls that are sent together."""
    sent = [encode(call) for call in calls]
    client.send_raw(b"".join(sent))
    return [client.read_reply() for _ in sent]


def flat(replies: Iterable[object]) -> list[bytes]:
    """The elements in the replies: one to a reply, or a list of them."""
    found: list[bytes] = []
    for reply in replies:
        found += reply if isinstance(reply, list) else [reply]  # type: ignore[list-item]  # bytes, or assert_fair fails
    return found


def assert_fair(drawn: list[bytes]) -> None:
    counts = Counter(drawn)
    assert set(counts) == {member.encode() for member in TEN}
    expected = counts.total() / len(TEN)
    assert sum((count - expected) ** 2 / expected for count in counts.values()) < LIMIT, counts


@pytest.fixture
def chance(server) -> None:
    """The same picks in every run. Nobody else uses the generator: the server has nothing to do yet."""
    server.server.keyspace.random.seed(20_251_125)


def make(client: RawClient, maker: tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]]) -> None:
    encoding, directives, calls = maker
    client.call("DEBUG", "SET-ACTIVE-EXPIRE", "0")  # what has run out shall still be in its place
    if directives:
        client.call("CONFIG", "SET", *directives)
    for call in calls:
        client.call(*call)
    assert client.call("OBJECT", "ENCODING", "k") == encoding.encode()


COUNTS = ((), ("1",), ("3",), ("9",), ("-1",), ("-3",), ("-50",))
each_count = pytest.mark.parametrize("count", COUNTS, ids=[count[0] if count else "one" for count in COUNTS])


def draws(command: str, count: tuple[str, ...]) -> list[tuple[str, ...]]:
    each = abs(int(count[0])) if count else 1
    return [(command, "k", *count)] * (DRAWS // each)


@pytest.mark.usefixtures("chance")
@each_count
@pytest.mark.parametrize("maker", SETS.values(), ids=SETS)
def test_srandmember_picks_each_member_as_often(client, maker, count) -> None:
    make(client, maker)
    assert_fair(flat(pipelined(client, draws("SRANDMEMBER", count))))
    assert client.call("SCARD", "k") == len(TEN)


@pytest.mark.usefixtures("chance")
@each_count
@pytest.mark.parametrize("maker", HASHES.values(), ids=HASHES)
def test_hrandfield_picks_each_field_as_often(client, maker, count) -> None:
    make(client, maker)
    assert_fair(flat(pipelined(client, draws("HRANDFIELD", count))))


@pytest.mark.usefixtures("chance")
@pytest.mark.parametrize("count", ["3", "-3"])
@pytest.mark.parametrize("maker", HASHES.values(), ids=HASHES)
def test_hrandfield_with_values_gives_each_field_its_own(client, maker, count) -> None:
    make(client, maker)
    drawn = flat(pipelined(client, [("HRANDFIELD", "k", count, "WITHVALUES")] * (DRAWS // 3)))
    assert drawn[::2] == drawn[1::2]
    assert_fair(drawn[::2])


@pytest.mark.usefixtures("chance")
@each_count
@pytest.mark.parametrize("maker", SORTED_SETS.values(), ids=SORTED_SETS)
def test_zrandmember_picks_each_member_as_often(client, maker, count) -> None:
    make(client, maker)
    assert_fair(flat(pipelined(client, draws("ZRANDMEMBER", count))))


@pytest.mark.slow
@pytest.mark.usefixtures("chance")
@pytest.mark.parametrize("count", [(), ("1",), ("3",), ("9",)], ids=["one", "1", "3", "9"])
@pytest.mark.parametrize("maker", SETS.values(), ids=SETS)
def test_spop_takes_each_member_as_often(client, maker, count) -> None:
    _, _, calls = maker
    make(client, maker)
    each = int(count[0]) if count else 1
    round_ = [("DEL", "k"), *calls, ("SPOP", "k", *count)]
    replies = pipelined(client, round_ * (DRAWS // each))
    assert_fair(flat(replies[len(round_) - 1::len(round_)]))


@pytest.mark.usefixtures("chance")
@pytest.mark.parametrize("maker", SETS.values(), ids=SETS)
def test_the_last_one_that_spop_leaves_is_each_as_likely_as_the_other(client, maker) -> None:
    _, _, calls = maker
    make(client, maker)
    round_ = [("DEL", "k"), *calls, *[("SPOP", "k")] * (len(TEN) - 1), ("SMEMBERS", "k")]
    replies = pipelined(client, round_ * 300)
    assert_fair(flat(replies[len(round_) - 1::len(round_)]))


# RANDOMKEY: the keys are the elements

KEYSPACES: dict[str, tuple[tuple[str, ...], ...]] = {
    "as they came": (("MSET", *PAIRS),),
    "with a ttl": (("MSET", *PAIRS), *(("EXPIRE", key, "1000") for key in TEN[:5])),
    "with gaps": (("MSET", *PAIRS[:10], *MORE_PAIRS, *PAIRS[10:]), ("DEL", *TWENTY)),
    "some came back": (("MSET", *MORE_PAIRS, *PAIRS), ("DEL", *TWENTY, *TEN[:5]), ("MSET", *PAIRS[:10])),
    "some ran out": (("MSET", *PAIRS[:10], *MORE_PAIRS, *PAIRS[10:]), *(("PEXPIRE", key, "1") for key in TWENTY),
                     ("DEBUG", "SLEEP", "0.002")),
    "of all types": (("MSET", *PAIRS[:8]), ("SADD", TEN[4], "x"), ("RPUSH", TEN[5], "x"), ("HSET", TEN[6], "x", "x"),
                     ("ZADD", TEN[7], "1", "x"), ("SETBIT", TEN[8], "1", "1"), ("APPEND", TEN[9], "x")),
}


@pytest.mark.usefixtures("chance")
@pytest.mark.parametrize("calls", KEYSPACES.values(), ids=KEYSPACES)
def test_randomkey_picks_each_key_as_often(client, calls) -> None:
    client.call("DEBUG", "SET-ACTIVE-EXPIRE", "0")
    for call in calls:
        client.call(*call)
    assert_fair(flat(pipelined(client, [("RANDOMKEY",)] * DRAWS)))
