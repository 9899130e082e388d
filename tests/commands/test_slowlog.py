"""SLOWLOG over a real server; cutting and counting is tested in tests/unit/observe/test_slowlog.py."""

from __future__ import annotations

import re

import pytest

from pyredis_server.base import errors
from tests.support.raw_client import RawClient
from tests.support.wire import ErrorReply


@pytest.fixture
def logging(client: RawClient) -> RawClient:
    """A client of a server that logs every command."""
    client.call("CONFIG", "SET", "slowlog-log-slower-than", 0)
    client.call("SLOWLOG", "RESET")
    return client


def calls(client: RawClient) -> list[list[bytes]]:
    """What was logged, oldest first, without the calls that look at the log."""
    return [entry[3] for entry in reversed(client.call("SLOWLOG", "GET", -1)) if entry[3][0] != b"SLOWLOG"]


def test_every_command_is_logged_as_it_was_sent(logging):
    logging.call("set", "k", "v")
    logging.call("CLIENT", "SETNAME", "me")
    logging.call("GET", "k")
    assert calls(logging) == [[b"set", b"k", b"v"], [b"CLIENT", b"SETNAME", b"me"], [b"GET", b"k"]]
    entry = logging.call("SLOWLOG", "GET", 2)[1]
    assert re.fullmatch(rb"127\.0\.0\.1:\d+", entry[4])
    assert entry[5:] == [b"me", 2]


def test_commands_of_a_transaction_are_logged_but_exec_is_not(logging):
    for call in ("MULTI", "PING", "EXEC"):
        logging.call(call)
    assert calls(logging) == [[b"MULTI"], [b"PING"]]


def test_what_was_refused_is_not_logged(logging):
    logging.call("GET")
    logging.call("NOSUCH")
    assert calls(logging) == []


def test_passwords_are_not_logged(logging):
    logging.call("AUTH", "user", "secret")
    logging.call("HELLO", 2, "AUTH", "user", "secret")
    logging.call("CONFIG", "SET", "masterauth", "secret")
    assert calls(logging) == [
        [b"AUTH", b"(redacted)", b"(redacted)"], [b"HELLO", b"2", b"AUTH", b"(redacted)", b"(redacted)"],
        [b"CONFIG", b"SET", b"masterauth", b"(redacted)"]]


def test_the_newest_ten_are_given_unless_told_otherwise(logging):
    for _ in range(12):
        logging.call("PING")
    assert [len(logging.call("SLOWLOG", "GET", *count)) for count in ((), ("3",), ("0",))] == [10, 3, 0]
    assert len(logging.call("SLOWLOG", "GET", "-1")) > 12


def test_reset_forgets_the_entries_and_ids_go_on(logging):
    logging.call("PING")
    last = logging.call("SLOWLOG", "GET", 1)[0][0]
    assert logging.call("SLOWLOG", "RESET") == b"OK"
    assert logging.call("SLOWLOG", "GET", 1)[0][0] > last


@pytest.mark.parametrize("count", ["-2", "abc", "", "99999999999999999999"])
def test_a_count_below_minus_one_is_refused(client, count):
    assert client.call("SLOWLOG", "GET", count) == ErrorReply(errors.SLOWLOG_COUNT)


def test_fewer_entries_can_be_asked_for_at_any_time(logging):
    for _ in range(5):
        logging.call("PING")
    logging.call("CONFIG", "SET", "slowlog-max-len", 2)
    logging.call("PING")
    assert logging.call("SLOWLOG", "LEN") == 2
