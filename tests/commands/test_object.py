"""OBJECT."""

from __future__ import annotations

import pytest

from pyredis_server.base import errors
from tests.support.raw_client import RawClient
from tests.support.wire import ErrorReply


@pytest.mark.parametrize(("value", "encoding"), [
    ("1", b"int"), ("-1", b"int"), ("0", b"int"), ("9223372036854775807", b"int"), ("-9223372036854775808", b"int"),
    ("9223372036854775808", b"embstr"), ("01", b"embstr"), ("-0", b"embstr"), ("1.5", b"embstr"), ("", b"embstr"),
    ("x" * 44, b"embstr"), ("x" * 45, b"raw"),
])
def test_encoding_of_a_string_follows_from_its_content(client, value, encoding):
    client.call("SET", "k", value)
    assert client.call("OBJECT", "ENCODING", "k") == encoding


def test_a_string_that_was_changed_in_place_is_raw_until_it_is_stored_anew(client):
    client.call("SET", "k", "1")
    client.call("APPEND", "k", "2")
    assert client.call("OBJECT", "ENCODING", "k") == b"raw"
    client.call("COPY", "k", "copy")
    client.call("RENAME", "k", "renamed")
    assert [client.call("OBJECT", "ENCODING", key) for key in ("copy", "renamed")] == [b"raw", b"raw"]
    client.call("INCR", "renamed")
    assert client.call("OBJECT", "ENCODING", "renamed") == b"int"


@pytest.mark.parametrize("subcommand", ["ENCODING", "FREQ", "IDLETIME", "REFCOUNT"])
def test_without_a_key_the_answer_is_null(any_client, subcommand):
    assert any_client.call("OBJECT", subcommand, "nosuch") is None


def test_refcount_is_one(client):
    client.call("SET", "k", "v")
    assert client.call("OBJECT", "REFCOUNT", "k") == 1


@pytest.mark.parametrize(("policy", "subcommand", "text"), [
    ("noeviction", "FREQ", errors.LFU_NOT_SELECTED),
    ("volatile-lru", "FREQ", errors.LFU_NOT_SELECTED),
    ("allkeys-lfu", "IDLETIME", errors.LFU_SELECTED),
    ("volatile-lfu", "IDLETIME", errors.LFU_SELECTED),
])
def test_the_policy_decides_which_marks_are_kept(client, policy, subcommand, text):
    client.call("CONFIG", "SET", "maxmemory-policy", policy)
    client.call("SET", "k", "v")
    assert client.call("OBJECT", subcommand, "k") == ErrorReply(text)


def test_frequency_starts_at_five_and_grows_with_use(make_server):
    with RawClient(port=make_server(maxmemory_policy="allkeys-lfu", lfu_log_factor=0).port) as client:
        client.call("SET", "k", "v")
        assert client.call("OBJECT", "FREQ", "k") == 5
        client.pipeline([("GET", "k")] * 3)
        assert client.call("OBJECT", "FREQ", "k") == 8
        client.call("RENAME", "k", "k2")
        assert client.call("OBJECT", "FREQ", "k2") == 5


def test_idle_time_counts_from_the_last_use_under_any_other_policy(make_server, clock):
    with RawClient(port=make_server(clock=clock, maxmemory_policy="allkeys-lru").port) as client:
        client.call("SET", "k", "v")
        clock.advance_ms(5500)
        assert client.call("OBJECT", "IDLETIME", "k") in (5, 6)
        client.call("GET", "k")
        assert client.call("OBJECT", "IDLETIME", "k") == 0


def test_without_a_policy_idle_times_count_from_when_the_first_was_asked_for(make_server, clock):
    with RawClient(port=make_server(clock=clock).port) as client:
        client.call("SET", "k", "v")
        clock.advance_ms(60_000)
        assert client.call("OBJECT", "IDLETIME", "k") == 0
        clock.advance_ms(5000)
        assert client.call("OBJECT", "IDLETIME", "k") == 5


def test_the_first_idle_time_counts_from_when_any_key_was_last_used(make_server, clock):
    """Nobody has asked before, so there are no marks yet."""
    server = make_server(clock=clock)
    with RawClient(port=server.port) as client:
        client.call("MSET", "k", "v", "other", "v")
        server.server.keyspace.access.used_ms()  # as the server does ten times a second
        clock.advance_ms(5000)
        for looked in (("TTL", "k"), ("TYPE", "k"), ("EXISTS", "k")):
            client.call(*looked)
        assert client.call("OBJECT", "IDLETIME", "k") == 5
        client.call("GET", "k")
        assert [client.call("OBJECT", "IDLETIME", key) for key in ("k", "other")] == [0, 5]


def test_asking_counts_hits_and_misses_and_marks_no_use(make_server, clock):
    with RawClient(port=make_server(clock=clock, maxmemory_policy="allkeys-lru").port) as client:
        client.call("SET", "k", "v")
        clock.advance_ms(3000)
        for key in ("k", "nosuch"):
            client.call("OBJECT", "ENCODING", key)
        assert client.call("OBJECT", "IDLETIME", "k") == 3
        stats = client.call("INFO", "stats")
        assert b"keyspace_hits:2\r\n" in stats
        assert b"keyspace_misses:1\r\n" in stats


def test_help_is_made_of_status_lines(client):
    client.send("OBJECT", "HELP")
    lines = client.read_item().value
    assert {line.kind for line in lines} == {"status"}
    assert lines[0].value == b"OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"


@pytest.mark.parametrize(("call", "text"), [
    ("OBJECT", b"ERR wrong number of arguments for 'object' command"),
    ("OBJECT FREQ", b"ERR wrong number of arguments for 'object|freq' command"),
    ("OBJECT FREQ a b", b"ERR wrong number of arguments for 'object|freq' command"),
    ("OBJECT bogus", b"ERR unknown subcommand 'bogus'. Try OBJECT HELP."),
])
def test_calls_that_no_subcommand_takes(client, call, text):
    assert client.call(*call.split()) == ErrorReply(text)
