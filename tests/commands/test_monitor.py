"""MONITOR over a real server; its lines are tested in tests/unit/observe/test_monitor.py."""

from __future__ import annotations

import re

import pytest

from pyredis_server.base import errors
from tests.support.raw_client import RawClient
from tests.support.wire import ErrorReply


@pytest.fixture
def watcher(make_client) -> RawClient:
    """A client that watches."""
    watcher: RawClient = make_client()
    assert watcher.call("MONITOR") == b"OK"
    return watcher


def seen(watcher: RawClient, client: RawClient) -> list[bytes]:
    """What the watcher was told, up to a mark that `client` sets now, as database and call."""
    client.call("ECHO", "mark")
    lines: list[bytes] = []
    while not lines or not lines[-1].endswith(b' "mark"'):
        line = re.fullmatch(rb"\d+\.\d{6} \[(\d+) 127\.0\.0\.1:\d+\] (.*)", watcher.read_reply())
        assert line is not None
        lines.append(b"%b: %b" % (line[1], line[2]))
    return lines[:-1]


def test_commands_are_shown_as_they_were_sent_with_their_database(watcher, client):
    client.call("set", "k", b"\x00\"\n")
    client.call("SELECT", 2)
    client.call("GET", "k")
    assert seen(watcher, client) == [b'0: "set" "k" "\\x00\\"\\n"', b'2: "SELECT" "2"', b'2: "GET" "k"']


def test_commands_of_a_transaction_are_shown_when_they_run(watcher, client):
    for call in ("MULTI", "PING", "EXEC"):
        client.call(call)
    assert seen(watcher, client) == [b'0: "MULTI"', b'0: "PING"', b'0: "EXEC"']


def test_passwords_and_what_administrators_do_are_not_shown(watcher, client):
    client.call("AUTH", "secret")
    client.call("AUTH", "user", "secret")
    client.call("CONFIG", "SET", "masterauth", "secret")
    client.call("CLIENT", "LIST")
    assert seen(watcher, client) == [b'0: "AUTH" "(redacted)"', b'0: "AUTH" "(redacted)" "(redacted)"']


def test_what_was_refused_is_not_shown(watcher, client):
    client.call("GET")
    client.call("NOSUCH")
    assert seen(watcher, client) == []


def test_reset_ends_watching(watcher, client):
    assert watcher.call("RESET") == b"RESET"
    client.call("PING")
    assert watcher.call("ECHO", "nothing before this") == b"nothing before this"


def test_a_watcher_that_leaves_is_forgotten(make_client, client):
    leaver = make_client()
    leaver.call("MONITOR")
    leaver.close()
    assert client.call("PING") == b"PONG"
    assert client.call("PING") == b"PONG"


def test_monitor_is_not_for_transactions(client):
    client.call("MULTI")
    client.call("MONITOR")
    assert client.call("EXEC") == [ErrorReply(errors.MONITOR_NOT_HERE)]
