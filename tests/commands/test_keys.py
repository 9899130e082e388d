"""DEL, UNLINK, EXISTS, TOUCH, TYPE, RENAME, RENAMENX, MOVE, COPY."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import pytest

from pyredis_server.base import errors
from pyredis_server.embedded import RedisServer
from pyredis_server.resp.reply import OK
from tests.support.raw_client import RawClient
from tests.support.recorder import Recorder, run_on_executor
from tests.support.wire import ErrorReply


class Pile:
    """A value of a type that the server does not know, with much to free."""

    type_name: ClassVar[bytes] = b"pile"

    def __init__(self) -> None:
        self.things = [bytes(20) for _ in range(1000)]

    def free_effort(self) -> int:
        return len(self.things)

    def copy(self) -> Pile:
        return Pile()


@pytest.fixture
def heard(server: RedisServer) -> Iterator[Recorder]:
    with Recorder(server) as recorder:
        yield recorder


def stat(client: RawClient, name: str) -> int:
    line = next(line for line in client.call("INFO", "stats").split(b"\r\n") if line.startswith(name.encode() + b":"))
    return int(line.partition(b":")[2])


def test_del_counts_a_key_once_that_is_named_twice(client):
    client.call("MSET", "a", 1, "b", 2)
    assert client.call("DEL", "a", "b", "a", "nosuch") == 2
    assert client.call("DBSIZE") == 0


@pytest.mark.parametrize("command", ["DEL", "UNLINK"])
def test_removal_reports_each_key_and_is_propagated_as_it_came(client, heard, command):
    client.call("MSET", "a", 1, "b", 2)
    heard.take_events(), heard.take_commands()
    client.call(command, "a", "b", "nosuch")
    assert heard.take_events() == ["0 del a", "0 del b"]
    assert heard.take_commands() == [f"{command} a b nosuch"]


def test_removal_of_nothing_is_not_propagated(client, heard):
    client.call("UNLINK", "nosuch")
    assert (heard.take_events(), heard.take_commands()) == ([], [])


def test_an_expired_key_is_not_there_to_be_deleted(timed, clock):
    timed.call("SET", "a", 1, "PX", 10)
    clock.advance_ms(11)
    assert timed.call("DEL", "a") == 0


@pytest.mark.parametrize(("directive", "command", "in_background"), [
    ("no", "DEL", False), ("yes", "DEL", True), ("no", "UNLINK", True),
])
def test_who_frees_a_deleted_value(server, client, directive, command, in_background):
    freed: list[object] = []
    services = server.server.services

    class Watcher:
        def free(self, value: object, effort: int, objects: int = 1) -> None:
            freed.append(value)

    client.call("CONFIG", "SET", "lazyfree-lazy-user-del", directive)
    usual = services.background
    run_on_executor(server, lambda: server.server.keyspace.databases[0].put(b"k", Pile()),
                    lambda: setattr(services, "background", Watcher()))
    assert client.call(command, "k") == 1
    run_on_executor(server, lambda: setattr(services, "background", usual))
    assert len(freed) == in_background


@pytest.mark.parametrize("directive", ["no", "yes"])
@pytest.mark.parametrize("call", [("RENAME", "new", "k"), ("COPY", "new", "k", "REPLACE")])
def test_who_frees_an_overwritten_value(server, client, directive, call):
    freed: list[object] = []
    services = server.server.services

    class Watcher:
        def free(self, value: object, effort: int, objects: int = 1) -> None:
            freed.append(value)

    client.call("CONFIG", "SET", "lazyfree-lazy-server-del", directive)
    client.call("SET", "new", "v")
    usual = services.background
    run_on_executor(server, lambda: server.server.keyspace.databases[0].put(b"k", Pile()),
                    lambda: setattr(services, "background", Watcher()))
    client.call(*call)
    run_on_executor(server, lambda: setattr(services, "background", usual))
    assert client.call("GET", "k") == b"v"
    assert len(freed) == (directive == "yes")


def test_exists_counts_a_key_as_often_as_it_is_named(client):
    client.call("SET", "a", 1)
    assert client.call("EXISTS", "a", "a", "nosuch") == 2


@pytest.mark.parametrize("command", ["EXISTS", "TOUCH"])
def test_looking_at_keys_counts_hits_and_misses(client, command):
    client.call("SET", "a", 1)
    client.call(command, "a", "a", "nosuch")
    assert (stat(client, "keyspace_hits"), stat(client, "keyspace_misses")) == (2, 1)


def test_renaming_and_deleting_count_neither_hits_nor_misses(client):
    client.call("SET", "a", 1)
    client.call("RENAME", "a", "b")
    client.call("DEL", "b", "nosuch")
    assert (stat(client, "keyspace_hits"), stat(client, "keyspace_misses")) == (0, 0)


def test_touch_marks_the_use_of_a_key_and_exists_does_not(make_server, clock):
    with RawClient(port=make_server(clock=clock, maxmemory_policy="allkeys-lru").port) as client:
        client.call("SET", "a", 1)
        clock.advance_ms(7000)
        client.call("EXISTS", "a")
        assert client.call("OBJECT", "IDLETIME", "a") == 7
        client.call("TOUCH", "a")
        assert client.call("OBJECT", "IDLETIME", "a") == 0


def test_type_of_a_string_and_of_no_key(any_client):
    any_client.call("SET", "a", 1)
    any_client.call("APPEND", "b", "changed in place")
    any_client.call("APPEND", "b", "again")
    assert [any_client.call("TYPE", key) for key in "abc"] == [b"string", b"string", b"none"]


def test_type_of_any_other_value_is_its_own_name(server, client):
    run_on_executor(server, lambda: server.server.keyspace.databases[0].put(b"k", Pile()))
    assert client.call("TYPE", "k") == b"pile"


# RENAME


def test_rename_takes_the_time_to_live_along_and_drops_the_targets(client):
    client.call("SET", "lasting", "a")
    client.call("SET", "volatile", "b", "EX", 1000)
    assert client.call("RENAME", "lasting", "volatile") == OK
    assert (client.call("GET", "volatile"), client.call("TTL", "volatile")) == (b"a", -1)
    client.call("SET", "x", "c", "EX", 1000)
    client.call("RENAME", "x", "volatile")
    assert (client.call("GET", "volatile"), client.call("TTL", "volatile")) == (b"c", 1000)
    assert client.call("KEYS", "*") == [b"volatile"]


@pytest.mark.parametrize("command", ["RENAME", "RENAMENX"])
@pytest.mark.parametrize("newkey", ["other", "nosuch"])
def test_renaming_a_key_that_is_not_there_is_an_error(client, command, newkey):
    assert client.call(command, "nosuch", newkey) == ErrorReply(errors.NO_SUCH_KEY)


def test_renaming_a_key_to_itself_changes_nothing(client, heard):
    client.call("SET", "a", 1, "EX", 1000)
    heard.take_events(), heard.take_commands()
    assert client.call("RENAME", "a", "a") == OK
    assert client.call("RENAMENX", "a", "a") == 0
    assert client.call("TTL", "a") == 1000
    assert (heard.take_events(), heard.take_commands()) == ([], [])


def test_renamenx_leaves_an_existing_key_alone(client):
    client.call("MSET", "a", 1, "b", 2)
    assert client.call("RENAMENX", "a", "b") == 0
    assert client.call("MGET", "a", "b") == [b"1", b"2"]
    assert client.call("RENAMENX", "a", "c") == 1
    assert client.call("MGET", "a", "c") == [None, b"1"]


def test_renamenx_takes_the_name_of_an_expired_key(timed, clock):
    timed.call("SET", "a", 1)
    timed.call("SET", "b", 2, "PX", 10)
    clock.advance_ms(11)
    assert timed.call("RENAMENX", "a", "b") == 1
    assert (timed.call("GET", "b"), timed.call("TTL", "b")) == (b"1", -1)


def test_rename_reports_both_names_and_is_propagated_as_it_came(client, heard):
    client.call("SET", "a", 1)
    heard.take_events(), heard.take_commands()
    client.call("RENAME", "a", "b")
    assert heard.take_events() == ["0 rename_from a", "0 rename_to b"]
    assert heard.take_commands() == ["RENAME a b"]


@pytest.mark.parametrize("watched", ["a", "b"])
def test_rename_ends_transactions_that_watch_either_name(client, other, watched):
    client.call("MSET", "a", 1, "b", 2)
    other.call("WATCH", watched)
    client.call("RENAME", "a", "b")
    other.call("MULTI")
    assert other.call("EXEC") is None


# MOVE


def test_move_takes_value_and_time_to_live_along(client, heard):
    client.call("SET", "a", 1, "EX", 1000)
    heard.take_events(), heard.take_commands()
    assert client.call("MOVE", "a", 3) == 1
    assert heard.take_events() == ["0 move_from a", "3 move_to a"]
    assert heard.take_commands() == ["MOVE a 3"]
    assert client.call("EXISTS", "a") == 0
    client.call("SELECT", 3)
    assert (client.call("GET", "a"), client.call("TTL", "a")) == (b"1", 1000)


def test_move_does_nothing_without_the_key_or_onto_another(client):
    assert client.call("MOVE", "a", 1) == 0
    client.call("SET", "a", 1)
    client.call("MOVE", "a", 1)
    client.call("SET", "a", 2)
    assert client.call("MOVE", "a", 1) == 0
    assert client.call("GET", "a") == b"2"


@pytest.mark.parametrize(("db", "text"), [
    ("0", errors.SAME_OBJECT),
    ("16", errors.DB_OUT_OF_RANGE),
    ("-1", errors.DB_OUT_OF_RANGE),
    ("x", errors.NOT_AN_INTEGER),
    ("9223372036854775808", errors.NOT_AN_INTEGER),
    ("4294967296", errors.NOT_AN_INT32),
])
def test_move_refuses_a_database_before_it_looks_for_the_key(client, db, text):
    assert client.call("MOVE", "nosuch", db) == ErrorReply(text)


def test_move_is_refused_in_cluster_mode(make_server):
    with RawClient(port=make_server(cluster_enabled="yes").port) as client:
        assert client.call("MOVE", "k", "x") == ErrorReply(errors.MOVE_IN_CLUSTER)


# COPY


def test_a_copy_has_value_and_time_to_live_of_its_own(client):
    client.call("SET", "a", "text", "EX", 1000)
    client.call("APPEND", "a", " in place")
    assert client.call("COPY", "a", "b") == 1
    client.call("APPEND", "a", "!")
    client.call("PERSIST", "a")
    assert (client.call("GET", "b"), client.call("TTL", "b")) == (b"text in place", 1000)


def test_copy_onto_another_key_needs_replace(client, heard):
    client.call("SET", "a", 1)
    client.call("SET", "b", 2, "EX", 1000)
    heard.take_events(), heard.take_commands()
    assert client.call("COPY", "a", "b") == 0
    assert client.call("COPY", "a", "b", "replace") == 1
    assert (client.call("GET", "b"), client.call("TTL", "b")) == (b"1", -1)
    assert heard.take_events() == ["0 copy_to b"]
    assert heard.take_commands() == ["COPY a b replace"]


def test_copy_into_another_database_may_keep_the_name(client, heard):
    client.call("SET", "a", 1)
    heard.take_events()
    assert client.call("COPY", "a", "a", "DB", 2) == 1
    assert heard.take_events() == ["2 copy_to a"]
    client.call("SELECT", 2)
    assert client.call("GET", "a") == b"1"


def test_copy_of_any_other_value_is_left_to_its_type(server, client):
    run_on_executor(server, lambda: server.server.keyspace.databases[0].put(b"k", Pile()))
    assert client.call("COPY", "k", "k2") == 1
    values = server.server.keyspace.databases[0].values
    assert isinstance(values[b"k2"], Pile)
    assert values[b"k2"] is not values[b"k"]


@pytest.mark.parametrize(("call", "text"), [
    ("a a", errors.SAME_OBJECT),
    ("a a REPLACE", errors.SAME_OBJECT),
    ("a a DB 0", errors.SAME_OBJECT),
    ("a b DB", errors.SYNTAX),
    ("a b DB 99 BOGUS", errors.DB_OUT_OF_RANGE),
    ("a b BOGUS DB 99", errors.SYNTAX),
    ("a b DB -1", errors.DB_OUT_OF_RANGE),
    ("a b DB x", errors.NOT_AN_INTEGER),
    ("a b DB 4294967296", errors.NOT_AN_INT32),
])
def test_copy_refuses_its_options_from_left_to_right(client, call, text):
    assert client.call("COPY", *call.split()) == ErrorReply(text)


def test_copy_without_the_source_answers_zero(client):
    client.call("SET", "b", 1)
    assert client.call("COPY", "nosuch", "b", "REPLACE") == 0
    assert client.call("GET", "b") == b"1"
