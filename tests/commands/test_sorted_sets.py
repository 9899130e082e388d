"""Sorted set commands over a socket. What is the same as in Redis to the byte is in compat/cases_sorted_sets.py."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pyredis_server.embedded import RedisServer
from tests.support.raw_client import RawClient
from tests.support.recorder import Recorder
from tests.support.wait import until
from tests.support.wire import ErrorReply

MakeClient = Callable[..., RawClient]


@pytest.fixture(params=["listpack", "skiplist"])
def form(request: pytest.FixtureRequest, client: RawClient) -> str:
    """Each test with small sets runs in both forms."""
    client.call("CONFIG", "SET", "zset-max-listpack-entries", 128 if request.param == "listpack" else 0)
    return str(request.param)


def fill(client: RawClient, count: int, key: str = "big") -> None:
    """A set of so many members, each with its number as score."""
    for start in range(0, count, 1000):
        numbers = range(start, min(start + 1000, count))
        client.call("ZADD", key, *(word for number in numbers for word in (number, f"m{number:06}")))


def error(reply: object) -> str:
    assert isinstance(reply, ErrorReply), reply
    return reply.message.decode()


# -- members ---------------------------------------------------------------------------------------------------------


def test_zadd_counts_new_members_and_with_ch_changed_ones(client: RawClient, form: str) -> None:
    assert client.call("ZADD", "k", 1, "a", 2, "b") == 2
    assert client.call("ZADD", "k", 5, "a", 2, "b", 3, "c") == 1
    assert client.call("ZADD", "k", "CH", 6, "a", 2, "b", 4, "d") == 2
    assert client.call("ZRANGE", "k", 0, -1, "WITHSCORES") == [b"b", b"2", b"c", b"3", b"d", b"4", b"a", b"6"]
    assert client.call("OBJECT", "ENCODING", "k") == form.encode()


def test_zadd_with_gt_and_lt_moves_members_one_way_only(client: RawClient, form: str) -> None:
    client.call("ZADD", "k", 5, "a")
    assert client.call("ZADD", "k", "GT", "CH", 4, "a", 1, "new") == 1
    assert client.call("ZADD", "k", "LT", "CH", 6, "a", 0, "new") == 1
    assert client.call("ZADD", "k", "XX", "GT", "CH", 9, "a", 9, "other") == 1
    assert client.call("ZMSCORE", "k", "a", "new", "other") == [b"9", b"0", None]


def test_zadd_incr_gives_the_score_or_nothing_where_a_condition_forbids_it(any_client: RawClient, form: str) -> None:
    double = float if any_client.protocol == 3 else lambda score: str(score).encode()
    assert any_client.call("ZADD", "k", "INCR", 1.5, "a") == double(1.5)
    assert any_client.call("ZADD", "k", "INCR", "NX", 1, "a") is None
    assert any_client.call("ZADD", "k", "INCR", "XX", 1, "b") is None
    assert any_client.call("ZADD", "k", "INCR", "GT", -1, "a") is None
    assert any_client.call("ZINCRBY", "k", 1.25, "a") == double(2.75)


def test_zadd_that_is_refused_changes_nothing(client: RawClient, form: str) -> None:
    client.call("ZADD", "k", 1, "a", "inf", "b")
    for words in (("5", "a", "x", "c"), ("NX", "XX", "5", "a"), ("INCR", "1", "a", "2", "b"), ("5", "a", "6")):
        assert error(client.call("ZADD", "k", *words)).startswith("ERR")
    assert "NaN" in error(client.call("ZINCRBY", "k", "-inf", "b"))
    assert client.call("ZRANGE", "k", 0, -1, "WITHSCORES") == [b"a", b"1", b"b", b"inf"]


def test_a_set_goes_with_its_last_member(client: RawClient, form: str) -> None:
    for command in (("ZREM", "k", "a", "b", "nosuch"), ("ZPOPMIN", "k", 10), ("ZREMRANGEBYSCORE", "k", "-inf", "inf"),
                    ("ZREMRANGEBYRANK", "k", 0, -1), ("ZMPOP", 1, "k", "MAX", "COUNT", 2)):
        client.call("ZADD", "k", 1, "a", 1, "b")
        client.call(*command)
        assert client.call("EXISTS", "k") == 0, command


@pytest.mark.parametrize("command", [
    "ZADD k 1 a", "ZINCRBY k 1 a", "ZREM k a", "ZCARD k", "ZSCORE k a", "ZMSCORE k a", "ZRANK k a", "ZPOPMIN k",
    "ZMPOP 1 k MIN", "ZRANDMEMBER k", "ZRANDMEMBER k 2", "ZSCAN k 0", "ZRANGE k 0 -1", "ZCOUNT k 0 1",
    "ZLEXCOUNT k - +", "ZREMRANGEBYRANK k 0 1", "ZUNION 1 k", "ZINTERCARD 1 k", "ZDIFFSTORE m 1 k",
    "ZRANGESTORE m k 0 1", "BZPOPMIN k 1", "BZMPOP 1 1 k MIN",
])
def test_a_key_of_another_type_is_refused(client: RawClient, command: str) -> None:
    client.call("RPUSH", "k", "v")
    assert error(client.call(*command.split())).startswith("WRONGTYPE")


# -- both protocols --------------------------------------------------------------------------------------------------


def test_scores_are_doubles_in_resp3_and_strings_in_resp2(client: RawClient, client3: RawClient) -> None:
    client.call("ZADD", "k", 1, "a", 2.5, "b", "inf", "c")
    assert client.call("ZSCORE", "k", "b") == b"2.5"
    assert client3.call("ZSCORE", "k", "b") == 2.5
    assert client.call("ZRANK", "k", "b", "WITHSCORE") == [1, b"2.5"]
    assert client3.call("ZRANK", "k", "b", "WITHSCORE") == [1, 2.5]
    assert client.call("ZRANGE", "k", 1, 2, "WITHSCORES") == [b"b", b"2.5", b"c", b"inf"]
    assert client3.call("ZRANGE", "k", 1, 2, "WITHSCORES") == [[b"b", 2.5], [b"c", float("inf")]]
    assert client3.call("ZUNION", 1, "k", "WITHSCORES") == [[b"a", 1.0], [b"b", 2.5], [b"c", float("inf")]]
    assert client3.call("ZSCAN", "k", 0) == [b"0", [b"a", b"1", b"b", b"2.5", b"c", b"inf"]]


def test_popping_nests_pairs_in_resp3_only_where_a_count_is_given(client: RawClient, client3: RawClient) -> None:
    client.call("ZADD", "k", *(word for number in range(8) for word in (number, f"m{number}")))
    assert client3.call("ZPOPMIN", "k") == [b"m0", 0.0]
    assert client3.call("ZPOPMIN", "k", 1) == [[b"m1", 1.0]]
    assert client.call("ZPOPMIN", "k", 2) == [b"m2", b"2", b"m3", b"3"]
    assert client.call("ZMPOP", 1, "k", "MAX", "COUNT", 2) == [b"k", [[b"m7", b"7"], [b"m6", b"6"]]]
    assert client3.call("ZMPOP", 1, "k", "MAX") == [b"k", [[b"m5", 5.0]]]
    assert client3.call("BZPOPMIN", "k", 0) == [b"k", b"m4", 4.0]
    assert client3.call("ZPOPMAX", "k") == []
    assert client3.call("ZMPOP", 1, "k", "MAX") is None


# -- big sets --------------------------------------------------------------------------------------------------------


def test_ranges_of_a_big_set_are_those_of_its_numbers(client: RawClient) -> None:
    fill(client, 5000)
    names = [f"m{number:06}".encode() for number in range(5000)]
    assert client.call("ZRANGE", "big", 0, -1) == names
    assert client.call("ZRANGE", "big", 2990, 3010) == names[2990:3011]
    assert client.call("ZRANGE", "big", 10, 20, "REV") == names[::-1][10:21]
    assert client.call("ZRANGE", "big", "(1000", 1020, "BYSCORE", "LIMIT", 5, 3) == names[1006:1009]
    assert client.call("ZREVRANGEBYSCORE", "big", 4000, "-inf", "LIMIT", 2000, 2) == [names[2000], names[1999]]
    assert client.call("ZCOUNT", "big", 17, "(3017") == 3000
    assert client.call("ZRANK", "big", names[4321]) == 4321
    assert client.call("ZREVRANK", "big", names[4321]) == 678
    assert client.call("ZREMRANGEBYRANK", "big", 100, 4899) == 4800
    assert client.call("ZRANGE", "big", 95, 105) == names[95:100] + names[4900:4906]


def test_zscan_of_a_big_set_meets_all_members_while_others_come_and_go(client: RawClient) -> None:
    fill(client, 3000)
    cursor: bytes | int = 0
    met = set()
    turn = 0
    while True:
        cursor, found = client.call("ZSCAN", "big", cursor, "COUNT", 100)
        met.update(found[::2])
        turn += 1
        client.call("ZADD", "big", turn, f"new{turn}", -turn, f"m{turn:06}")
        client.call("ZREM", "big", f"new{turn - 3}")
        if cursor == b"0":
            break
    assert met >= {f"m{number:06}".encode() for number in range(3000)}
    assert turn < 60


def test_zrandmember_gives_different_members_unless_the_count_is_negative(client: RawClient, form: str) -> None:
    fill(client, 100, "k")
    members = set(client.call("ZRANGE", "k", 0, -1))
    for count in (1, 10, 90, 100, 500):
        picked = client.call("ZRANDMEMBER", "k", count)
        assert len(picked) == len(set(picked)) == min(count, 100)
        assert members >= set(picked)
    assert len(client.call("ZRANDMEMBER", "k", -500)) == 500
    scored = client.call("ZRANDMEMBER", "k", 5, "WITHSCORES")
    assert all(int(member[1:]) == int(score) for member, score in zip(scored[::2], scored[1::2], strict=True))


# -- unions and their kin --------------------------------------------------------------------------------------------


def test_unions_intersections_and_differences_of_sorted_sets_and_sets(client: RawClient, form: str) -> None:
    client.call("ZADD", "a", 1, "x", 2, "y", 3, "z")
    client.call("ZADD", "b", 10, "y", 20, "z", 30, "q")
    client.call("SADD", "s", "z", "x")
    assert client.call("ZUNION", 2, "a", "b", "WITHSCORES") == [b"x", b"1", b"y", b"12", b"z", b"23", b"q", b"30"]
    assert client.call("ZINTER", 2, "a", "b", "AGGREGATE", "MAX", "WITHSCORES") == [b"y", b"10", b"z", b"20"]
    assert client.call("ZINTER", 2, "a", "s", "WEIGHTS", 2, 0.5, "WITHSCORES") == [b"x", b"2.5", b"z", b"6.5"]
    assert client.call("ZDIFF", 3, "a", "b", "nosuch", "WITHSCORES") == [b"x", b"1"]
    assert client.call("ZINTERCARD", 3, "a", "b", "s") == 1
    assert client.call("ZINTERCARD", 2, "a", "b", "LIMIT", 1) == 1


def test_aggregate_count_ignores_scores_and_adds_weights(client: RawClient) -> None:
    client.call("ZADD", "a", 100, "x", 200, "y")
    client.call("ZADD", "b", "inf", "y", 300, "z")
    assert client.call("ZUNION", 2, "a", "b", "AGGREGATE", "COUNT", "WITHSCORES") == [b"x", b"1", b"z", b"1", b"y", b"2"]
    weighted = client.call("ZUNION", 2, "a", "b", "WEIGHTS", 2, 0.5, "AGGREGATE", "COUNT", "WITHSCORES")
    assert weighted == [b"z", b"0.5", b"x", b"2", b"y", b"2.5"]
    assert client.call("ZINTERSTORE", "c", 2, "a", "b", "AGGREGATE", "count") == 1
    assert client.call("ZRANGE", "c", 0, -1, "WITHSCORES") == [b"y", b"2"]


def test_a_stored_result_may_overwrite_its_own_source(client: RawClient, form: str) -> None:
    client.call("ZADD", "a", 1, "x", 2, "y")
    assert client.call("ZUNIONSTORE", "a", 2, "a", "a") == 2
    assert client.call("ZRANGE", "a", 0, -1, "WITHSCORES") == [b"x", b"2", b"y", b"4"]
    assert client.call("ZRANGESTORE", "a", "a", 1, 1) == 1
    assert client.call("ZDIFFSTORE", "a", 2, "a", "a") == 0
    assert client.call("EXISTS", "a") == 0


# -- what others are told --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "call", "events", "sent"), [
    ("", "ZADD k 1 a 2 b", ["zadd"], ["ZADD k 1 a 2 b"]),
    ("ZADD k 1 a", "ZADD k 1 a", [], []),
    ("ZADD k 1 a", "ZADD k XX 1 q", [], []),
    ("ZADD k 1 a", "ZADD k INCR 1 a", ["zincr"], ["ZADD k INCR 1 a"]),
    ("", "ZINCRBY k 1 a", ["zincr"], ["ZINCRBY k 1 a"]),
    ("ZADD k 1 a 2 b", "ZREM k a q", ["zrem"], ["ZREM k a q"]),
    ("ZADD k 1 a", "ZREM k a", ["zrem", "del"], ["ZREM k a"]),
    ("ZADD k 1 a", "ZREM k q", [], []),
    ("ZADD k 1 a 2 b", "ZPOPMIN k", ["zpopmin"], ["ZPOPMIN k"]),
    ("ZADD k 1 a 2 b", "ZPOPMAX k 5", ["zpopmax", "del"], ["ZPOPMAX k 5"]),
    ("ZADD k 1 a", "ZPOPMAX k 0", [], []),
    ("ZADD k 1 a 2 b 3 c", "ZMPOP 2 q k MIN COUNT 2", ["zpopmin"], ["ZPOPMIN k 2"]),
    ("ZADD k 1 a 2 b", "ZMPOP 1 k MAX COUNT 9", ["zpopmax", "del"], ["ZPOPMAX k 2"]),
    ("ZADD k 1 a 2 b", "BZPOPMAX q k 0", ["zpopmax"], ["ZPOPMAX k"]),
    ("ZADD k 1 a 2 b", "BZMPOP 0 1 k MIN COUNT 9", ["zpopmin", "del"], ["ZPOPMIN k 2"]),
    ("ZADD k 1 a 2 b", "ZREMRANGEBYRANK k 0 0", ["zremrangebyrank"], ["ZREMRANGEBYRANK k 0 0"]),
    ("ZADD k 1 a 2 b", "ZREMRANGEBYSCORE k 0 9", ["zremrangebyscore", "del"], ["ZREMRANGEBYSCORE k 0 9"]),
    ("ZADD k 0 a 0 b", "ZREMRANGEBYLEX k [a [a", ["zremrangebylex"], ["ZREMRANGEBYLEX k [a [a"]),
    ("ZADD k 1 a", "ZREMRANGEBYRANK k 5 9", [], []),
    ("ZADD m 1 a", "ZUNIONSTORE k 1 m", ["zunionstore"], ["ZUNIONSTORE k 1 m"]),
    ("ZADD m 1 a", "ZINTERSTORE k 1 m", ["zinterstore"], ["ZINTERSTORE k 1 m"]),
    ("ZADD m 1 a", "ZDIFFSTORE k 1 m", ["zdiffstore"], ["ZDIFFSTORE k 1 m"]),
    ("ZADD m 1 a", "ZRANGESTORE k m 0 -1", ["zrangestore"], ["ZRANGESTORE k m 0 -1"]),
    ("SET k v", "ZUNIONSTORE k 1 q", ["del"], ["ZUNIONSTORE k 1 q"]),
    ("SET k v", "ZRANGESTORE k q 0 -1", ["del"], ["ZRANGESTORE k q 0 -1"]),
    ("", "ZUNIONSTORE k 1 q", [], []),
    ("ZADD k 1 a", "ZRANGE k 0 -1", [], []),
])
def test_a_change_is_told_to_listeners_and_replicas(
    server: RedisServer, client: RawClient, before: str, call: str, events: list[str], sent: list[str],
) -> None:
    if before:
        client.call(*before.split())
    with Recorder(server) as heard:
        client.call(*call.split())
        told = [event for event in heard.take_events() if "keymiss" not in event]
        assert told == [f"0 {event} k" for event in events]
        assert heard.take_commands() == sent


def test_a_change_spoils_the_transaction_of_who_watches(client: RawClient, other: RawClient) -> None:
    client.call("ZADD", "k", 1, "a")
    client.call("WATCH", "k")
    other.call("ZADD", "k", 1, "a")
    client.call("MULTI")
    assert client.call("EXEC") == []
    client.call("WATCH", "k")
    other.call("ZINCRBY", "k", 1, "a")
    client.call("MULTI")
    assert client.call("EXEC") is None


# -- waiting ---------------------------------------------------------------------------------------------------------


def wait_for_blocked(client: RawClient, count: int) -> None:
    until(lambda: f"blocked_clients:{count}\r\n".encode() in client.call("INFO", "clients"))


def test_clients_that_wait_are_served_in_order_of_arrival(client: RawClient, make_client: MakeClient) -> None:
    waiting = []
    for number in range(3):
        waiting.append(make_client())
        waiting[-1].send("BZPOPMIN", "k", "m", 0)
        wait_for_blocked(client, number + 1)
    client.call("ZADD", "m", 5, "a", 3, "b")
    assert [one.read_reply() for one in waiting[:2]] == [[b"m", b"b", b"3"], [b"m", b"a", b"5"]]
    client.call("ZADD", "k", 1, "c")
    assert waiting[2].read_reply() == [b"k", b"c", b"1"]


def test_a_member_taken_by_who_waited_reaches_replicas_as_a_plain_pop(
    server: RedisServer, client: RawClient, other: RawClient,
) -> None:
    other.send("BZMPOP", 0, 1, "k", "MAX", "COUNT", 2)
    wait_for_blocked(client, 1)
    with Recorder(server) as heard:
        client.call("ZADD", "k", 1, "a", 2, "b", 3, "c")
        assert other.read_reply() == [b"k", [[b"c", b"3"], [b"b", b"2"]]]
        assert heard.take_events() == ["0 zadd k", "0 zpopmax k"]
        commands = [line for line in heard.take_commands() if line not in {"MULTI", "EXEC"}]
        assert commands == ["ZADD k 1 a 2 b 3 c", "ZPOPMAX k 2"]


# -- the keyspace ----------------------------------------------------------------------------------------------------


def test_a_copy_is_independent_and_in_the_same_form(client: RawClient, form: str) -> None:
    client.call("ZADD", "k", 1, "a", 2, "b")
    client.call("COPY", "k", "m")
    client.call("ZINCRBY", "m", 10, "a")
    assert client.call("ZRANGE", "k", 0, -1) == [b"a", b"b"]
    assert client.call("ZRANGE", "m", 0, -1) == [b"b", b"a"]
    assert client.call("OBJECT", "ENCODING", "m") == form.encode()
    assert client.call("TYPE", "m") == b"zset"


def test_memory_usage_grows_with_members(client: RawClient) -> None:
    fill(client, 10, "small")
    fill(client, 2000)
    small, big = client.call("MEMORY", "USAGE", "small"), client.call("MEMORY", "USAGE", "big", "SAMPLES", 0)
    assert 100 < small < 3000
    assert 2000 * 80 < big < 2000 * 250


def test_a_big_set_is_freed_in_the_background(client: RawClient) -> None:
    fill(client, 2000)
    client.call("ZSCAN", "big", 0)
    client.call("CONFIG", "RESETSTAT")
    client.call("UNLINK", "big")
    until(lambda: b"lazyfreed_objects:1\r\n" in client.call("INFO", "memory"))
