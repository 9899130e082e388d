"""SADD SCARD SDIFF SDIFFCARD SDIFFSTORE SINTER SINTERCARD SINTERSTORE SISMEMBER SMEMBERS SMISMEMBER SMOVE SPOP
SRANDMEMBER SREM SSCAN SUNION SUNIONCARD SUNIONSTORE.

Every form, option and refusal is compared with a real server in tests/compat; here stands what that cannot see: events,
propagation, WATCH, RESP3's shapes as such, what came after 8.2, and large values.
"""

from __future__ import annotations

import random
from typing import Any

import pytest

from pyredis_server.base import errors
from pyredis_server.base.errors import WrongType
from pyredis_server.embedded import RedisServer
from pyredis_server.resp.reply import Error
from tests.support.raw_client import RawClient
from tests.support.recorder import Recorder

WRONG_TYPE = Error(WrongType().message)
SYNTAX = Error(errors.SYNTAX)


def item_of(client: RawClient, *argv: Any) -> tuple[str, list[bytes]]:
    """The wire type of a reply and its elements, sorted."""
    client.send(*argv)
    item = client.read_item()
    return item.kind, sorted(part.value for part in item.value)


# Replies


@pytest.mark.parametrize("argv", [
    ("SMEMBERS", "s"), ("SINTER", "s", "s"), ("SUNION", "s", "s"), ("SDIFF", "s", "nosuch"), ("SPOP", "s", 10),
])
def test_unordered_collections_are_sets_in_resp3_and_arrays_in_resp2(any_client, argv) -> None:
    any_client.call("SADD", "s", "a", "b", "c")
    kind = "set" if any_client.protocol == 3 else "array"
    assert item_of(any_client, *argv) == (kind, [b"a", b"b", b"c"])


@pytest.mark.parametrize("argv", [
    ("SMEMBERS", "nosuch"), ("SINTER", "nosuch", "s"), ("SUNION", "nosuch"), ("SDIFF", "nosuch"), ("SPOP", "nosuch", 1),
    ("SPOP", "s", 0),
])
def test_empty_collections_have_the_same_types(any_client, argv) -> None:
    any_client.call("SADD", "s", "a")
    assert item_of(any_client, *argv) == ("set" if any_client.protocol == 3 else "array", [])


@pytest.mark.parametrize("count", [0, 2, -2, 10])
def test_srandmember_with_a_count_is_an_array_in_both_protocols(any_client, count) -> None:
    any_client.call("SADD", "s", "a", "b", "c")
    kind, members = item_of(any_client, "SRANDMEMBER", "s", count)
    assert kind == "array"
    assert len(members) == min(abs(count), 3)
    assert set(members) <= {b"a", b"b", b"c"}


def test_single_picks_are_strings_or_null(any_client) -> None:
    any_client.call("SADD", "s", "a")
    assert any_client.call("SRANDMEMBER", "s") == b"a"
    assert any_client.call("SPOP", "s") == b"a"
    assert any_client.call("SPOP", "s") is None
    assert any_client.call("SRANDMEMBER", "s") is None


def test_membership_is_told_by_integers_in_both_protocols(any_client) -> None:
    any_client.call("SADD", "s", "a", "1")
    assert any_client.call("SISMEMBER", "s", "a") == 1
    assert any_client.call("SMISMEMBER", "s", "a", "b", "1") == [1, 0, 1]
    assert any_client.call("SMISMEMBER", "nosuch", "a", "b") == [0, 0]


def test_a_reply_holds_what_the_set_was_when_the_command_ran(client) -> None:
    calls = [("SADD", "s", *range(1000)), ("SMEMBERS", "s"), ("SREM", "s", *range(1, 1000)), ("SMEMBERS", "s")]
    added, before, removed, after = client.pipeline(calls)
    assert (added, len(before), removed, after) == (1000, 1000, 999, [b"0"])


# The counting commands of 8.10


@pytest.fixture
def operands(client: RawClient) -> None:
    client.call("SADD", "a", *range(10))
    client.call("SADD", "b", "5", "x", "y" * 100)
    client.call("SADD", "c", "x", "7", "z")
    client.call("SET", "string", "v")


@pytest.mark.usefixtures("operands")
@pytest.mark.parametrize(("call", "count"), [
    ("SUNIONCARD 1 a", 10), ("SUNIONCARD 3 a b c", 13), ("SUNIONCARD 2 a a", 10), ("SUNIONCARD 2 nosuch a", 10),
    ("SUNIONCARD 1 nosuch", 0), ("SUNIONCARD 3 a b c LIMIT 0", 13), ("SUNIONCARD 3 a b c LIMIT 4", 4),
    ("SUNIONCARD 3 a b c limit 11", 11), ("SUNIONCARD 3 a b c LIMIT 100", 13), ("SUNIONCARD 3 a b c APPROX", 13),
    ("SUNIONCARD 3 a b c approx LIMIT 5", 5), ("SUNIONCARD 3 a b c LIMIT 5 APPROX", 5),
    ("SUNIONCARD 6 a b c a b c", 13), ("SUNIONCARD 6 a b c n m o LIMIT 12", 12),
    ("SDIFFCARD 1 a", 10), ("SDIFFCARD 2 a b", 9), ("SDIFFCARD 3 a b c", 8), ("SDIFFCARD 2 a a", 0),
    ("SDIFFCARD 2 nosuch a", 0), ("SDIFFCARD 2 a nosuch", 10), ("SDIFFCARD 3 a b c LIMIT 0", 8),
    ("SDIFFCARD 3 a b c LIMIT 3", 3), ("SDIFFCARD 3 b a c LIMIT 5", 1),
    ("SINTERCARD 2 a b", 1), ("SINTERCARD 2 a nosuch", 0),
])
def test_the_size_of_an_operation_is_counted_up_to_the_limit(any_client, call, count) -> None:
    assert any_client.call(*call.split()) == count


@pytest.mark.usefixtures("operands")
@pytest.mark.parametrize("name", ["SUNIONCARD", "SDIFFCARD", "SINTERCARD"])
@pytest.mark.parametrize(("rest", "error"), [
    ("0 a", Error(errors.NUMKEYS_NOT_POSITIVE)), ("x a", Error(errors.NUMKEYS_NOT_POSITIVE)),
    ("2 a", Error(errors.NUMKEYS_TOO_MANY)), ("1 a b", SYNTAX), ("1 a LIMIT", SYNTAX),
    ("1 a LIMIT -1", Error(errors.LIMIT_NEGATIVE)), ("1 a LIMIT x", Error(errors.LIMIT_NEGATIVE)),
    ("2 a string", WRONG_TYPE), ("2 nosuch string", WRONG_TYPE), ("1 string LIMIT x", Error(errors.LIMIT_NEGATIVE)),
])
def test_wrong_arguments_of_the_counting_commands_are_refused_in_order(client, name, rest, error) -> None:
    assert client.call(name, *rest.split()) == error


@pytest.mark.parametrize("name", ["SDIFFCARD", "SINTERCARD"])
def test_approx_belongs_to_sunioncard_alone(client, name) -> None:
    assert client.call(name, 1, "a", "APPROX") == SYNTAX


# Scans


@pytest.mark.parametrize("count", [1, 10, 1000])
def test_sscan_visits_all_members_while_others_come_and_go(client, count) -> None:
    rng = random.Random(3)
    client.call("SADD", "s", *[f"stay:{number}" for number in range(500)], *[f"go:{number}" for number in range(500)])
    cursor, seen = b"0", set()
    while True:
        cursor, members = client.call("SSCAN", "s", cursor, "COUNT", count)
        seen.update(members)
        if cursor == b"0":
            break
        client.call("SREM", "s", *[f"go:{rng.randrange(500)}" for _ in range(5)])
        client.call("SADD", "s", *[f"new:{rng.randrange(500)}" for _ in range(5)])
    assert {b"stay:%d" % number for number in range(500)} <= seen


def test_sscan_filters_by_pattern(client) -> None:
    client.call("SADD", "s", "a1", "a2", "b1", "\r\n")
    cursor, members = client.call("SSCAN", "s", 0, "MATCH", "a*")
    assert (cursor, sorted(members)) == (b"0", [b"a1", b"a2"])


# What others hear


HEARD = [
    ("SADD s a b", ["0 sadd s"], ["SADD s a b"]),
    ("SADD full a", [], []),
    ("SREM full a nosuch", ["0 srem full"], ["SREM full a nosuch"]),
    ("SREM full nosuch", [], []),
    ("SREM one x y", ["0 srem one", "0 del one"], ["SREM one x y"]),
    ("SMOVE full new a", ["0 srem full", "0 sadd new"], ["SMOVE full new a"]),
    ("SMOVE one full x", ["0 srem one", "0 del one", "0 sadd full"], ["SMOVE one full x"]),
    ("SMOVE twin full a", ["0 srem twin"], ["SMOVE twin full a"]),
    ("SMOVE full full a", [], []),
    ("SMOVE full new nosuch", [], []),
    ("SPOP one", ["0 spop one", "0 del one"], ["SREM one x"]),
    ("SPOP nosuch", [], []),
    ("SPOP one 1", ["0 spop one", "0 del one"], ["DEL one"]),
    ("SPOP one 0", [], []),
    ("SRANDMEMBER full 2", [], []),
    ("SINTERSTORE d full twin", ["0 sinterstore d"], ["SINTERSTORE d full twin"]),
    ("SUNIONSTORE full full one", ["0 sunionstore full"], ["SUNIONSTORE full full one"]),
    ("SDIFFSTORE d full one", ["0 sdiffstore d"], ["SDIFFSTORE d full one"]),
    ("SDIFFSTORE one full full", ["0 del one"], ["SDIFFSTORE one full full"]),
    ("SINTERSTORE one nosuch full", ["0 keymiss nosuch", "0 del one"], ["SINTERSTORE one nosuch full"]),
    ("SINTERSTORE nosuch one full", [], []),
]


@pytest.mark.parametrize(("call", "events", "commands"), HEARD, ids=[call for call, _, _ in HEARD])
def test_events_and_propagation_of_a_call(server: RedisServer, client, call, events, commands) -> None:
    client.call("SADD", "full", "a", "b", "c")
    client.call("SADD", "twin", "a", "b")
    client.call("SADD", "one", "x")
    with Recorder(server) as heard:
        client.call(*call.split())
    assert heard.events == events
    assert heard.commands == commands


def test_a_popped_member_is_propagated_as_its_removal(server: RedisServer, client) -> None:
    client.call("SADD", "s", "a", "b", "c")
    with Recorder(server) as heard:
        member = client.call("SPOP", "s")
    assert heard.commands == [f"SREM s {member.decode()}"]


def test_many_popped_members_are_propagated_by_the_thousand_in_one_transaction(server: RedisServer, client) -> None:
    client.call("SADD", "s", *range(4000))
    with Recorder(server) as heard:
        members = client.call("SPOP", "s", 2500)
    begin, *removals, end = heard.commands
    assert (begin, end) == ("MULTI", "EXEC")
    assert [len(line.split()) - 2 for line in removals] == [1024, 1024, 452]
    assert sorted(word for line in removals for word in line.split()[2:]) == sorted(map(bytes.decode, members))
    assert heard.events == ["0 spop s"]


def test_popping_all_is_propagated_as_unlink_where_the_server_deletes_lazily(server: RedisServer, client) -> None:
    client.call("CONFIG", "SET", "lazyfree-lazy-server-del", "yes")
    client.call("SADD", "s", *range(10))
    with Recorder(server) as heard:
        assert len(client.call("SPOP", "s", 10)) == 10
    assert heard.commands == ["UNLINK s"]


@pytest.mark.parametrize(("call", "change"), [
    ("SADD s new", 1), ("SADD s a", 0), ("SREM s a b", 2), ("SPOP s", 1), ("SPOP s 2", 2), ("SPOP s 100", 4),
    ("SMOVE s t a", 2), ("SMOVE s t x", 1), ("SUNIONSTORE d s", 1), ("SINTERSTORE nosuch s nosuch", 0),
    ("SDIFFSTORE t s s", 1),
])
def test_changes_are_counted_as_by_redis(client, call, change) -> None:
    client.call("SADD", "s", "a", "b", "c", "x")
    client.call("SADD", "t", "x")

    def changes() -> int:
        info = dict(line.split(b":", 1) for line in client.call("INFO", "persistence").split(b"\r\n") if b":" in line)
        return int(info[b"rdb_changes_since_last_save"])

    before = changes()
    client.call(*call.split())
    assert changes() - before == change


def test_a_move_that_adds_nothing_leaves_the_watchers_of_its_destination_alone(client, other) -> None:
    client.call("SADD", "from", "a", "b")
    client.call("SADD", "to", "a")
    client.call("WATCH", "to")
    other.call("SMOVE", "from", "to", "a")
    client.call("MULTI")
    client.call("SCARD", "to")
    assert client.call("EXEC") == [1]
    client.call("WATCH", "to")
    other.call("SMOVE", "from", "to", "b")
    client.call("MULTI")
    assert client.call("EXEC") is None


# Values as a whole


def test_a_stored_result_drops_the_time_to_live_and_any_other_type(client) -> None:
    client.call("SADD", "s", "a")
    client.call("SET", "d", "v", "EX", 100)
    assert client.call("SUNIONSTORE", "d", "s") == 1
    assert (client.call("TYPE", "d"), client.call("TTL", "d")) == (b"set", -1)


def test_a_set_that_changes_keeps_its_time_to_live(client) -> None:
    client.call("SADD", "s", "a", "b")
    client.call("EXPIRE", "s", 100)
    client.call("SADD", "s", *range(1000))
    client.call("SPOP", "s", 990)
    assert client.call("TTL", "s") > 0


def test_a_copy_changes_independently(client) -> None:
    client.call("SADD", "s", *range(1000))
    client.call("COPY", "s", "t")
    client.call("SREM", "s", *range(500))
    assert (client.call("SCARD", "s"), client.call("SCARD", "t")) == (500, 1000)
    assert client.call("OBJECT", "ENCODING", "t") == b"hashtable"


def test_memory_usage_grows_with_the_set(client) -> None:
    client.call("SADD", "s", "a")
    small = client.call("MEMORY", "USAGE", "s")
    client.call("SADD", "s", *[f"member:{number}" for number in range(1000)])
    assert small < 400
    assert 60_000 < client.call("MEMORY", "USAGE", "s") < 200_000


@pytest.mark.parametrize("call", ["UNLINK big", "SINTERSTORE big small small", "FLUSHALL ASYNC"])
def test_a_big_set_is_freed_in_the_background(client, call) -> None:
    client.call("CONFIG", "SET", "lazyfree-lazy-server-del", "yes")
    client.call("SADD", "big", *range(2000))
    client.call("SADD", "small", 1)
    client.call("SREM", "big", *range(100))
    client.call(*call.split())
    assert client.call("SMEMBERS", "small") == ([] if call.startswith("FLUSHALL") else [b"1"])
    assert client.call("EXISTS", "big") == call.startswith("SINTERSTORE")


@pytest.mark.parametrize("name", ["SADD", "SREM", "SISMEMBER", "SMISMEMBER", "SCARD", "SMEMBERS", "SPOP", "SRANDMEMBER"])
def test_a_key_of_another_type_is_refused(client, name) -> None:
    client.call("SET", "k", "v")
    argv = (name, "k", "x") if name in {"SADD", "SREM", "SISMEMBER", "SMISMEMBER"} else (name, "k")
    assert client.call(*argv) == WRONG_TYPE
    assert client.call("GET", "k") == b"v"
