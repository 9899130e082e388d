"""DEBUG, and the directive that allows it."""

from __future__ import annotations

import pytest

from pyredis_server.base import errors
from tests.support.raw_client import RawClient
from tests.support.recorder import Recorder
from tests.support.wire import ErrorReply


@pytest.mark.parametrize(("permission", "allowed"), [("no", False), ("local", True), ("yes", True)])
def test_a_directive_says_who_may_debug(make_server, permission, allowed):
    server = make_server(enable_debug_command=permission)
    with RawClient(port=server.port) as client:
        answer = client.call("DEBUG", "SLEEP", 0)
    assert answer == (b"OK" if allowed else ErrorReply(errors.DEBUG_NOT_ALLOWED))


@pytest.mark.parametrize("call", [
    "NOSUCH", "SLEEP", "SLEEP 0 0", "OBJECT", "OBJECT a b", "DIGEST x", "JMAP", "STRINGMATCH-LEN a b", "RELOAD"])
def test_what_debug_does_not_know_and_wrong_numbers_of_arguments_are_the_same_error(client, call):
    assert client.call("DEBUG", *call.split()) == ErrorReply(
        errors.SUBCOMMAND_SYNTAX % (call.split()[0].encode(), b"DEBUG"))


def test_digests_are_those_of_redis(client):
    """The figures are of a real 8.2.3."""
    client.call("SET", "a", "b")
    assert client.call("DEBUG", "DIGEST") == b"479783d7290f02957dfbe3408a858ba13eea1709"
    assert client.call("DEBUG", "DIGEST-VALUE", "a", "nosuch") == [
        b"b78559cd22bce6e6df712eb99ce7f3b08e8f8f1f", b"0" * 40]
    client.call("SET", "b", "b", "EX", 100)
    assert client.call("DEBUG", "DIGEST-VALUE", "b") == [b"5100a732fe850cb21e67c541d98d3c2b9421ce9c"]
    assert client.call("DEBUG", "DIGEST") == b"539d16dce30ac817b5818b5af120e2d9f1c0edbd"


def test_an_empty_server_has_a_digest_of_zeros(client):
    assert client.call("DEBUG", "DIGEST") == b"0" * 40


def test_the_digest_does_not_depend_on_the_order_of_keys(client):
    client.call("MSET", "a", "1", "b", "2", "c", "3")
    first = client.call("DEBUG", "DIGEST")
    client.call("FLUSHALL")
    client.call("MSET", "c", "3", "a", "1", "b", "2")
    assert client.call("DEBUG", "DIGEST") == first


def test_object_shows_encoding_and_length_in_an_rdb_file(client):
    lengths = {"1": 2, "1000": 3, "100000": 5, "3000000000": 11, "abc": 4, "x" * 100: 102}
    for value, length in lengths.items():
        client.call("SET", "k", value)
        line = client.call("DEBUG", "OBJECT", "k")
        assert b" serializedlength:%d " % length in line
        assert b" encoding:%b " % client.call("OBJECT", "ENCODING", "k") in line
    assert client.call("DEBUG", "OBJECT", "nosuch") == ErrorReply(errors.NO_SUCH_KEY)


def test_set_active_expire_stops_and_resumes_the_search_for_expired_keys(client, server):
    keyspace = server.server.keyspace
    client.call("DEBUG", "SET-ACTIVE-EXPIRE", 0)
    assert not keyspace.active_expire_enabled
    client.call("DEBUG", "SET-ACTIVE-EXPIRE", 1)
    assert keyspace.active_expire_enabled


def test_populate_makes_keys_and_leaves_those_that_are_there(client):
    client.call("SET", "key:1", "mine")
    assert client.call("DEBUG", "POPULATE", 3) == b"OK"
    assert client.call("MGET", "key:0", "key:1", "key:2", "key:3") == [b"value:0", b"mine", b"value:2", None]
    client.call("DEBUG", "POPULATE", 1, "long", 10)
    client.call("DEBUG", "POPULATE", 1, "short", 3)
    assert client.call("MGET", "long:0", "short:0") == [b"value:0\0\0\0", b"val"]


def test_populate_fails_the_transactions_of_those_who_watch(client, other):
    client.call("WATCH", "key:0")
    other.call("DEBUG", "POPULATE", 1)
    client.call("MULTI")
    client.call("PING")
    assert client.call("EXEC") is None


@pytest.mark.parametrize("arguments", [["-1"], ["x"], ["1", "p", "-1"], ["1", "p", "x"]])
def test_populate_wants_numbers_that_are_not_negative(client, arguments):
    assert client.call("DEBUG", "POPULATE", *arguments) == ErrorReply(errors.NOT_POSITIVE)


@pytest.mark.parametrize(("name", "value2", "value3"), [
    ("string", b"Hello World", b"Hello World"), ("integer", 12345, 12345), ("double", b"3.141", 3.141),
    ("null", None, None), ("array", [0, 1, 2], [0, 1, 2]), ("map", [0, 0, 1, 1, 2, 0], {0: False, 1: True, 2: False}),
    ("bignum", b"1234567999999999999999999999999999999", 1234567999999999999999999999999999999),
    ("true", 1, True), ("false", 0, False)])
def test_protocol_gives_a_value_of_each_type(client, client3, name, value2, value3):
    assert client.call("DEBUG", "PROTOCOL", name) == value2
    assert client3.call("DEBUG", "PROTOCOL", name) == value3


def test_a_push_needs_resp3_and_comes_after_the_reply(client, client3):
    assert client.call("DEBUG", "PROTOCOL", "push") == ErrorReply(errors.PUSH_NEEDS_RESP3)
    assert client3.call("DEBUG", "PROTOCOL", "push") == b"Some real reply following the push reply"
    client3.call("PING")
    assert [list(push) for push in client3.pushes] == [[b"server-cpu-usage", 42]]


def test_a_push_inside_a_transaction_is_not_among_its_replies(client3):
    client3.call("MULTI")
    client3.call("DEBUG", "PROTOCOL", "push")
    client3.call("PING")
    assert client3.call("EXEC") == [b"Some real reply following the push reply", b"PONG"]


def test_error_replies_with_what_it_is_told_and_counts_nothing(client):
    assert client.call("DEBUG", "ERROR", "CODE two\r\nlines") == ErrorReply(b"CODE two  lines")
    assert b"CODE" not in client.call("INFO", "errorstats")


def test_sleep_takes_fractions_and_what_is_no_number_is_zero(client):
    assert [client.call("DEBUG", "SLEEP", seconds) for seconds in ("0", "0.001", "abc", "-1", "")] == [b"OK"] * 5


def test_change_repl_id_changes_it(client):
    before = client.call("INFO", "replication")
    assert client.call("DEBUG", "CHANGE-REPL-ID") == b"OK"
    assert client.call("INFO", "replication") != before


def test_replicate_sends_a_command_to_whoever_replicates(client, server):
    with Recorder(server) as heard:
        client.call("DEBUG", "REPLICATE", "SET", "x", "y")
        assert heard.take_commands() == ["SET x y"]


@pytest.mark.parametrize(("size", "accepted"), [
    ("100", True), ("1kb", True), ("0", True), ("4gb", False), ("-1", False), ("abc", False)])
def test_the_packed_threshold_is_below_four_gigabytes(client, size, accepted):
    assert client.call("DEBUG", "QUICKLIST-PACKED-THRESHOLD", size) == (
        b"OK" if accepted else ErrorReply(errors.PACKED_THRESHOLD))


def test_htstats_counts_the_elements_of_both_tables(client):
    assert client.call("DEBUG", "HTSTATS", 0) == b"[Dictionary HT]\n[Expires HT]\n"
    client.call("MSET", "a", 1, "b", 1, "c", 1)
    client.call("EXPIRE", "a", 100)
    report = client.call("DEBUG", "HTSTATS", 0).decode()
    assert [line for line in report.splitlines() if "elements" in line] == [
        " number of elements: 3", " number of elements: 1"]
    assert client.call("DEBUG", "HTSTATS", 16) == ErrorReply(errors.DEBUG_DB_OUT_OF_RANGE)


def test_restart_says_that_it_cannot(client):
    for subcommand in ("RESTART", "CRASH-AND-RECOVER"):
        assert client.call("DEBUG", subcommand) == ErrorReply(errors.RESTART_FAILED)


@pytest.mark.slow
@pytest.mark.parametrize("subcommand", ["SEGFAULT", "PANIC", "ASSERT", "OOM"])
def test_a_crash_ends_the_process_and_leaves_a_line_in_the_log(spawn_server, subcommand):
    process = spawn_server("--enable-debug-command", "yes")
    with RawClient(port=process.port) as client:
        client.send("DEBUG", subcommand)
        with pytest.raises(ConnectionError):
            client.read_reply()
    assert process.exit_status() < 0
    assert f"DEBUG {subcommand}" in process.output
