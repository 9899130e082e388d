"""LATENCY over a real server; the monitor itself is tested in tests/unit/observe/test_latency.py."""

from __future__ import annotations

import pytest

from pyredis_server.base import errors
from tests.support.raw_client import RawClient
from tests.support.wire import ErrorReply


@pytest.fixture
def watched(client: RawClient) -> RawClient:
    """A client of a server that notes a command of 20 ms, of which it has run one."""
    client.call("LATENCY", "RESET")
    client.call("CONFIG", "SET", "latency-monitor-threshold", 20)
    client.call("DEBUG", "SLEEP", 0.03)
    return client


def test_a_slow_command_is_an_event(watched):
    event, _, latency_ms, worst_ms = watched.call("LATENCY", "LATEST")[0]
    assert event == b"command"
    assert 30 <= latency_ms == worst_ms < 10_000
    assert watched.call("LATENCY", "HISTORY", "command")[0][1] == latency_ms


def test_graph_and_doctor_tell_of_it_as_text(watched, make_client):
    assert watched.call("LATENCY", "GRAPH", "command").startswith(b"command - high ")
    client3 = make_client(protocol=3)
    client3.send("LATENCY", "DOCTOR")
    item = client3.read_item()
    assert item.kind == "verbatim"
    assert b"1. command: 1 latency spikes" in item.value


def test_reset_counts_the_events_that_it_forgets(watched):
    assert watched.call("LATENCY", "RESET", "nosuch") == 0
    assert watched.call("LATENCY", "RESET", "nosuch", "COMMAND") == 1
    assert watched.call("LATENCY", "LATEST") == []


def test_a_graph_needs_samples(client):
    assert client.call("LATENCY", "GRAPH", "no\xffsuch".encode("latin-1")) == ErrorReply(
        errors.LATENCY_NO_SAMPLES % b"no\xffsuch")


def test_histogram_counts_all_calls_in_the_last_bucket(client):
    for _ in range(5):
        client.call("GET", "k")
    name, facts = client.call("LATENCY", "HISTOGRAM", "GET", "nosuch")
    assert name == b"get"
    assert facts[:2] == [b"calls", 5]
    assert facts[3][-1] == 5


def test_histogram_of_a_container_has_its_subcommands(client):
    client.call("SLOWLOG", "LEN")
    names = client.call("LATENCY", "HISTOGRAM", "slowlog")[::2]
    assert b"slowlog|len" in names
    assert all(name.startswith(b"slowlog|") for name in names)


def test_histogram_without_names_has_every_command_that_ran(client):
    client.call("GET", "k")
    client.call("SLOWLOG", "LEN")
    assert {b"get", b"slowlog|len"} <= set(client.call("LATENCY", "HISTOGRAM")[::2])


def test_histogram_counts_nothing_while_tracking_is_off(client):
    def calls() -> int:
        return int(client.call("LATENCY", "HISTOGRAM", "get")[1][1])

    client.call("GET", "k")
    client.call("CONFIG", "SET", "latency-tracking", "no")
    client.call("GET", "k")
    assert calls() == 1
    client.call("CONFIG", "SET", "latency-tracking", "yes")
    client.call("GET", "k")
    assert calls() == 2
