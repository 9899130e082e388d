"""FLUSHALL, FLUSHDB, SWAPDB."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pyredis_server.base import errors
from pyredis_server.embedded import RedisServer
from pyredis_server.resp.reply import OK
from tests.support.raw_client import RawClient
from tests.support.recorder import Recorder
from tests.support.wait import until
from tests.support.wire import ErrorReply


@pytest.fixture
def heard(server: RedisServer) -> Iterator[Recorder]:
    with Recorder(server) as recorder:
        yield recorder


@pytest.fixture
def filled(client: RawClient) -> RawClient:
    """A client at database 0; that and database 1 hold a key each."""
    client.pipeline([("SELECT", 1), ("SET", "one", 1), ("SELECT", 0), ("SET", "zero", 0)])
    return client


def sizes(client: RawClient) -> list[int]:
    """The keys in databases 0 and 1; the client ends at 0."""
    answers = client.pipeline([("SELECT", 1), ("DBSIZE",), ("SELECT", 0), ("DBSIZE",)])
    return [answers[3], answers[1]]


def changes(client: RawClient) -> int:
    lines = client.call("INFO", "persistence").split(b"\r\n")
    return int(next(line for line in lines if line.startswith(b"rdb_changes_since_last_save:")).partition(b":")[2])


@pytest.mark.parametrize("mode", [(), ("ASYNC",), ("sync",)])
@pytest.mark.parametrize(("command", "left"), [("FLUSHDB", [0, 1]), ("FLUSHALL", [0, 0])])
def test_a_flush_empties_what_it_is_named_after(filled, heard, command, left, mode):
    assert filled.call(command, *mode) == OK
    assert sizes(filled) == left
    assert heard.take_commands() == [" ".join((command, *mode))]


@pytest.mark.parametrize("command", ["FLUSHDB", "FLUSHALL"])
def test_even_a_flush_of_nothing_is_propagated(client, heard, command):
    client.call(command)
    assert heard.take_commands() == [command]


@pytest.mark.parametrize("command", ["FLUSHDB", "FLUSHALL"])
@pytest.mark.parametrize("mode", [("bogus",), ("ASYNC", "SYNC"), ("SYNC", "bogus"), ("",)])
def test_a_flush_takes_one_known_word(filled, command, mode):
    assert filled.call(command, *mode) == ErrorReply(errors.SYNTAX)
    assert sizes(filled) == [1, 1]


def test_each_key_flushed_counts_as_a_change(filled):
    before = changes(filled)
    filled.call("FLUSHALL")
    assert changes(filled) == before + 2


@pytest.mark.parametrize(("directive", "mode", "in_background"), [
    ("no", (), False), ("yes", (), True), ("yes", ("SYNC",), False), ("no", ("ASYNC",), True),
])
def test_who_frees_what_was_flushed(server, client, directive, mode, in_background):
    client.call("CONFIG", "SET", "lazyfree-lazy-user-flush", directive)
    client.pipeline([("SET", number, "v") for number in range(100)])
    freer = server.server.lazy_freer
    before = freer.freed()
    client.call("FLUSHDB", *mode)
    until(lambda: freer.pending() == 0, what="the flushed database has been freed")
    assert (freer.freed() > before) == in_background


@pytest.mark.parametrize("command", ["FLUSHDB", "FLUSHALL"])
def test_a_flush_ends_transactions_that_watch_its_keys(filled, other, command):
    other.call("WATCH", "zero")
    filled.call(command)
    other.call("MULTI")
    assert other.call("EXEC") is None


def test_a_flush_leaves_transactions_alone_that_watch_absent_keys(filled, other):
    other.call("WATCH", "nosuch")
    filled.call("FLUSHALL")
    other.call("MULTI")
    assert other.call("EXEC") == []


def test_scan_after_a_flush_walks_the_new_keys(filled):
    cursor, _ = filled.call("SCAN", 0, "COUNT", 1)
    filled.call("FLUSHDB")
    assert filled.call("SCAN", cursor) == [b"0", []]
    filled.call("SET", "new", 1)
    assert filled.call("SCAN", 0) == [b"0", [b"new"]]


def test_swapdb_changes_the_databases_under_their_clients(filled, other, heard):
    filled.call("EXPIRE", "zero", 1000)
    other.call("SELECT", 1)
    heard.take_commands()
    assert filled.call("SWAPDB", 0, 1) == OK
    assert heard.take_commands() == ["SWAPDB 0 1"]
    assert (filled.call("GET", "one"), filled.call("GET", "zero")) == (b"1", None)
    assert (other.call("GET", "zero"), other.call("TTL", "zero")) == (b"0", 1000)


def test_swapdb_twice_or_with_itself_changes_nothing(filled):
    assert filled.call("SWAPDB", 0, 0) == OK
    filled.pipeline([("SWAPDB", 0, 1), ("SWAPDB", 1, 0)])
    assert filled.call("GET", "zero") == b"0"


def test_swapdb_ends_transactions_that_watch_keys_of_either_database(filled, other):
    other.call("WATCH", "zero")
    filled.call("SWAPDB", 1, 0)
    other.call("MULTI")
    assert other.call("EXEC") is None


@pytest.mark.parametrize(("arguments", "text"), [
    ("a b", errors.INVALID_FIRST_DB),
    ("4294967296 b", errors.INVALID_FIRST_DB),
    ("16 b", errors.INVALID_SECOND_DB),
    ("0 4294967296", errors.INVALID_SECOND_DB),
    ("0 16", errors.DB_OUT_OF_RANGE),
    ("-1 0", errors.DB_OUT_OF_RANGE),
    ("16 16", errors.DB_OUT_OF_RANGE),
])
def test_swapdb_refuses_indexes(client, arguments, text):
    assert client.call("SWAPDB", *arguments.split()) == ErrorReply(text)


def test_swapdb_is_refused_in_cluster_mode(make_server):
    with RawClient(port=make_server(cluster_enabled="yes").port) as client:
        assert client.call("SWAPDB", "a", "b") == ErrorReply(errors.SWAPDB_IN_CLUSTER)
