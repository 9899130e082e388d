"""Hash commands but for times to live of fields, over a socket in both protocols."""

from __future__ import annotations

import pytest

from pyredis_server.base import errors
from pyredis_server.resp.reply import OK
from tests.support.raw_client import RawClient
from tests.support.recorder import Recorder
from tests.support.wire import ErrorReply

READERS = ["HGET k a", "HMGET k a", "HGETALL k", "HKEYS k", "HVALS k", "HLEN k", "HSTRLEN k a", "HEXISTS k a",
           "HRANDFIELD k", "HRANDFIELD k 2", "HSCAN k 0"]
WRITERS = ["HSET k a 1", "HMSET k a 1", "HSETNX k a 1", "HDEL k a", "HINCRBY k a 1", "HINCRBYFLOAT k a 1"]


def call(client: RawClient, line: str) -> object:
    return client.call(*line.split())


@pytest.mark.parametrize("line", READERS + WRITERS)
def test_a_key_of_another_type_is_refused(client, line):
    client.call("SET", "k", "v")
    assert call(client, line) == ErrorReply(errors.WRONG_TYPE)
    assert client.call("GET", "k") == b"v"


@pytest.mark.parametrize(("line", "answer"), [
    ("HGET k a", None), ("HMGET k a b", [None, None]), ("HKEYS k", []), ("HVALS k", []), ("HLEN k", 0),
    ("HSTRLEN k a", 0), ("HEXISTS k a", 0), ("HRANDFIELD k", None), ("HRANDFIELD k 2", []),
    ("HRANDFIELD k 2 WITHVALUES", []), ("HSCAN k 0", [b"0", []]), ("HDEL k a", 0),
])
def test_without_a_key_there_are_no_fields(any_client, line, answer):
    assert call(any_client, line) == answer
    assert any_client.call("EXISTS", "k") == 0


def test_hset_counts_the_fields_that_are_new(any_client):
    assert any_client.call("HSET", "k", "a", 1, "b", 2) == 2
    assert any_client.call("HSET", "k", "a", 3, "c", 4, "c", 5) == 1
    assert any_client.call("HMGET", "k", "a", "b", "c", "d") == [b"3", b"2", b"5", None]


def test_hset_on_a_big_hash_does_the_same(any_client):
    any_client.call("HSET", "k", "big", "x" * 100)
    assert any_client.call("HSET", "k", "a", 1) == 1
    assert any_client.call("HSET", "k", "a", 2) == 0
    assert any_client.call("HGET", "k", "a") == b"2"
    assert any_client.call("OBJECT", "ENCODING", "k") == b"hashtable"


def test_hgetall_is_a_map_in_resp3_and_flat_in_resp2(client, client3):
    client.call("HSET", "k", "a", 1, "b", 2)
    assert client.call("HGETALL", "k") == [b"a", b"1", b"b", b"2"]
    assert client3.call("HGETALL", "k") == {b"a": b"1", b"b": b"2"}
    assert client.call("HGETALL", "nosuch") == []
    assert client3.call("HGETALL", "nosuch") == {}


def test_hrandfield_withvalues_nests_pairs_in_resp3(client, client3):
    client.call("HSET", "k", "a", 1)
    assert client.call("HRANDFIELD", "k", -2, "WITHVALUES") == [b"a", b"1", b"a", b"1"]
    assert client3.call("HRANDFIELD", "k", -2, "withvalues") == [[b"a", b"1"], [b"a", b"1"]]


def test_hmset_says_ok(any_client):
    assert any_client.call("HMSET", "k", "a", 1) == OK
    assert any_client.call("HMSET", "k", "a") == ErrorReply(b"ERR wrong number of arguments for 'hmset' command")
    assert any_client.call("HMSET", "k", "a", 1, "b") == ErrorReply(
        b"ERR wrong number of arguments for 'hmset' command")


def test_hsetnx_leaves_a_field_that_is_there(client):
    assert client.call("HSETNX", "k", "a", 1) == 1
    assert client.call("HSETNX", "k", "a", 2) == 0
    assert client.call("HGET", "k", "a") == b"1"


def test_hdel_takes_the_key_with_the_last_field(client):
    client.call("HSET", "k", "a", 1, "b", 2, "c", 3)
    assert client.call("HDEL", "k", "a", "a", "nosuch") == 1
    assert client.call("HDEL", "k", "b", "c") == 2
    assert client.call("EXISTS", "k") == 0


def test_hincrby_starts_at_zero_and_stays_within_64_bits(client):
    assert client.call("HINCRBY", "k", "a", 5) == 5
    assert client.call("HINCRBY", "k", "a", -7) == -2
    client.call("HSET", "k", "a", 2**63 - 1, "b", "1.5")
    assert client.call("HINCRBY", "k", "a", 1) == ErrorReply(errors.INCREMENT_OVERFLOW)
    assert client.call("HINCRBY", "k", "b", 1) == ErrorReply(errors.HASH_NOT_AN_INTEGER)
    assert client.call("HINCRBY", "nosuch", "b", "x") == ErrorReply(errors.NOT_AN_INTEGER)
    assert client.call("EXISTS", "nosuch") == 0


def test_hincrbyfloat_adds_as_a_long_double(any_client):
    assert any_client.call("HINCRBYFLOAT", "k", "a", "3.0e3") == b"3000"
    assert any_client.call("HINCRBYFLOAT", "k", "a", "0.1") == b"3000.10000000000000009"
    any_client.call("HSET", "k", "b", "x")
    assert any_client.call("HINCRBYFLOAT", "k", "b", 1) == ErrorReply(errors.HASH_NOT_A_FLOAT)
    assert any_client.call("HINCRBYFLOAT", "k", "a", "inf") == ErrorReply(errors.INCREMENT_INFINITE)
    assert any_client.call("HINCRBYFLOAT", "k", "a", "x") == ErrorReply(errors.NOT_A_FLOAT)
    any_client.call("HSET", "k", "a", "1e4932")
    assert any_client.call("HINCRBYFLOAT", "k", "a", "1e4932") == ErrorReply(errors.INCREMENT_NOT_FINITE)


def test_hrandfield_refuses_counts_before_it_looks_at_the_key(client):
    client.call("SET", "k", "v")
    assert client.call("HRANDFIELD", "k", "x") == ErrorReply(errors.NOT_AN_INTEGER)
    assert client.call("HRANDFIELD", "k", 1, "FOO") == ErrorReply(errors.SYNTAX)
    assert client.call("HRANDFIELD", "k", 2**62, "WITHVALUES") == ErrorReply(errors.OUT_OF_RANGE)
    assert client.call("HRANDFIELD", "k", -(2**63)) == ErrorReply(errors.NOT_A_LONG)


def test_hrandfield_refuses_more_picks_than_memory_holds(client):
    client.call("HSET", "k", "a", 1)
    assert client.call("HRANDFIELD", "k", -(2**40)) == ErrorReply(errors.OUT_OF_RANGE)


def test_hscan_walks_a_big_hash_in_steps(any_client):
    fields = {b"f%d" % n: b"%d" % n for n in range(600)}
    any_client.call("HSET", "k", *[word for pair in fields.items() for word in pair])
    cursor, found = any_client.call("HSCAN", "k", 0, "COUNT", 100)
    while cursor != b"0":
        cursor, more = any_client.call("HSCAN", "k", cursor, "COUNT", 100)
        assert len(more) <= 200
        found += more
    assert dict(zip(found[::2], found[1::2], strict=True)) == fields
    assert len(found) == 1200


def test_hscan_filters_and_leaves_values_out(any_client):
    any_client.call("HSET", "k", "aa", 1, "ab", 2, "b", 3)
    assert any_client.call("HSCAN", "k", 0, "MATCH", "a*") == [b"0", [b"aa", b"1", b"ab", b"2"]]
    assert any_client.call("HSCAN", "k", 0, "NOVALUES", "MATCH", "*b") == [b"0", [b"ab", b"b"]]
    assert any_client.call("HSCAN", "k", 0, "TYPE", "hash") == ErrorReply(errors.SYNTAX)
    assert any_client.call("HSCAN", "k", "x") == ErrorReply(errors.INVALID_CURSOR)


def test_a_reply_does_not_change_with_the_hash(client):
    client.call("HSET", "k", "a", 1)
    answers = client.pipeline([("HGETALL", "k"), ("HKEYS", "k"), ("HVALS", "k"), ("HSET", "k", "b", 2), ("DEL", "k")])
    assert answers[:3] == [[b"a", b"1"], [b"a"], [b"1"]]


def test_limits_of_the_listpack_are_those_of_the_configuration(client):
    client.call("CONFIG", "SET", "hash-max-listpack-entries", 2, "hash-max-listpack-value", 3)
    client.call("HSET", "k", "a", 1, "b", 2)
    assert client.call("OBJECT", "ENCODING", "k") == b"listpack"
    client.call("HSETNX", "k", "c", 3)
    assert client.call("OBJECT", "ENCODING", "k") == b"hashtable"
    client.call("HINCRBYFLOAT", "m", "a", "0.25")
    assert client.call("OBJECT", "ENCODING", "m") == b"hashtable"


def test_type_copy_rename_and_memory_know_hashes(client):
    client.call("HSET", "k", "a", 1)
    assert client.call("TYPE", "k") == b"hash"
    client.call("COPY", "k", "m")
    client.call("HSET", "m", "b", 2)
    client.call("RENAME", "k", "n")
    assert client.call("HLEN", "n") == 1
    small = client.call("MEMORY", "USAGE", "m")
    client.call("HSET", "m", *[f"field:{n}" for n in range(2000)])
    assert client.call("MEMORY", "USAGE", "m") > small + 100_000
    assert client.call("UNLINK", "m") == 1


@pytest.mark.parametrize(("line", "events", "commands"), [
    ("HSET k a 1 b 2", ["0 hset k"], ["HSET k a 1 b 2"]),
    ("HMSET k a 1", ["0 hset k"], ["HMSET k a 1"]),
    ("HSETNX k c 1", ["0 hset k"], ["HSETNX k c 1"]),
    ("HSETNX k a 1", [], []),
    ("HDEL k a zz", ["0 hdel k"], ["HDEL k a zz"]),
    ("HDEL k zz", [], []),
    ("HDEL k a n", ["0 hdel k", "0 del k"], ["HDEL k a n"]),
    ("HINCRBY k n 3", ["0 hincrby k"], ["HINCRBY k n 3"]),
    ("HINCRBYFLOAT k n 0.5", ["0 hincrbyfloat k"], ["HSETEX k KEEPTTL FIELDS 1 n 7.5"]),
    ("HINCRBY k a x", [], []),
    ("HGETALL k", [], []),
])
def test_what_listeners_and_replicas_are_told(server, client, line, events, commands):
    client.call("HSET", "k", "a", "x", "n", 7)
    with Recorder(server) as heard:
        call(client, line)
        assert heard.take_events() == events
        assert heard.take_commands() == commands


@pytest.mark.parametrize(("line", "changes"), [
    ("HSET k a 1 b 2 b 3", 3), ("HSETNX k c 1", 1), ("HDEL k a n zz", 2), ("HINCRBY k n 1", 1), ("HGETALL k", 0),
    ("HDEL k zz", 0), ("HSET k a 1", 1),
])
def test_how_many_changes_are_counted(client, line, changes):
    client.call("HSET", "k", "a", "x", "n", 7)
    before = dirty(client)
    call(client, line)
    assert dirty(client) - before == changes


def dirty(client: RawClient) -> int:
    for line in client.call("INFO", "persistence").split(b"\r\n"):
        if line.startswith(b"rdb_changes_since_last_save:"):
            return int(line.split(b":")[1])
    raise AssertionError("INFO has no such field")


def test_a_watched_hash_that_changed_ends_the_transaction(client, other):
    client.call("HSET", "k", "a", 1)
    client.call("WATCH", "k")
    other.call("HSET", "k", "a", 2)
    client.call("MULTI")
    client.call("HSET", "k", "a", 3)
    assert client.call("EXEC") is None
    assert client.call("HGET", "k", "a") == b"2"


def test_hits_and_misses_are_those_of_the_key(client):
    client.call("HSET", "k", "a", 1)
    client.call("CONFIG", "RESETSTAT")
    for line in ("HGET k a", "HGET k nosuch", "HMGET k a", "HGETALL k", "HGET nosuch a", "HLEN nosuch", "HSET k b 1"):
        call(client, line)
    stats = client.call("INFO", "stats")
    assert b"keyspace_hits:4\r" in stats
    assert b"keyspace_misses:2\r" in stats


# HIMPORT


def test_himport_makes_hashes_of_a_fieldset(any_client):
    assert any_client.call("HIMPORT", "PREPARE", "u", "name", "age") == OK
    any_client.call("SET", "k", "v", "EX", 100)
    assert any_client.call("HIMPORT", "SET", "k", "u", "alice", 30) == OK
    assert any_client.call("HMGET", "k", "name", "age") == [b"alice", b"30"]
    assert any_client.call("TTL", "k") == -1
    assert any_client.call("HIMPORT", "PREPARE", "u", "other") == OK
    assert any_client.call("HIMPORT", "SET", "m", "u", 1) == OK
    assert any_client.call("HKEYS", "m") == [b"other"]


def test_himport_refuses_what_does_not_fit_a_fieldset(client, other):
    assert client.call("HIMPORT", "PREPARE", "u", "a", "b", "a") == ErrorReply(errors.FIELDSET_DUPLICATE)
    assert client.call("HIMPORT", "SET", "k", "u", 1, 2) == ErrorReply(errors.FIELDSET_UNKNOWN)
    client.call("HIMPORT", "PREPARE", "u", "a", "b")
    assert client.call("HIMPORT", "SET", "k", "u", 1) == ErrorReply(errors.FIELDSET_VALUES)
    assert other.call("HIMPORT", "SET", "k", "u", 1, 2) == ErrorReply(errors.FIELDSET_UNKNOWN)
    assert client.call("EXISTS", "k") == 0


def test_fieldsets_can_be_discarded_and_end_with_reset(client):
    for name in ("u", "v", "w"):
        client.call("HIMPORT", "PREPARE", name, "a")
    assert client.call("HIMPORT", "DISCARD", "u") == 1
    assert client.call("HIMPORT", "DISCARD", "u") == 0
    assert client.call("HIMPORT", "DISCARDALL") == 2
    client.call("HIMPORT", "PREPARE", "u", "a")
    client.call("RESET")
    assert client.call("HIMPORT", "DISCARDALL") == 0


def test_himport_reaches_replicas_as_plain_commands(server, client):
    client.call("HIMPORT", "PREPARE", "u", "a", "b")
    with Recorder(server) as heard:
        client.call("HIMPORT", "SET", "k", "u", 1, 2)
        client.call("HIMPORT", "SET", "k", "u", 3, 4)
        assert heard.take_events() == ["0 hset k", "0 hset k"]
        assert heard.take_commands() == ["HSET k a 1 b 2", "MULTI", "DEL k", "HSET k a 3 b 4", "EXEC"]
