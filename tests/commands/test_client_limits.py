"""What a client may make the server hold for it: unfinished requests and replies that it does not read."""

from __future__ import annotations

import pytest

from tests.support.raw_client import RawClient
from tests.support.wait import until

MEGABYTE = 1 << 20


def stat(client: RawClient, field: str) -> int:
    return int(dict(line.split(":") for line in client.call("INFO", "stats").decode().split("\r\n") if ":" in line)[field])


def test_a_request_over_the_query_buffer_limit_closes_the_connection(client, other) -> None:
    client.call("CONFIG", "SET", "client-query-buffer-limit", MEGABYTE)
    with pytest.raises(ConnectionError):
        other.call("SET", "k", b"a" * MEGABYTE)
    until(lambda: stat(client, "client_query_buffer_limit_disconnections") == 1)
    assert client.call("EXISTS", "k") == 0


def test_a_request_below_the_query_buffer_limit_is_taken_again_and_again(client) -> None:
    client.call("CONFIG", "SET", "client-query-buffer-limit", MEGABYTE)
    for _ in range(3):
        assert client.call("SET", "k", b"a" * (MEGABYTE - 1000)) == b"OK"


def test_a_reply_over_the_hard_output_limit_closes_the_connection(client, other) -> None:
    other.call("SET", "k", b"a" * 100_000)
    client.call("CONFIG", "SET", "client-output-buffer-limit", "normal 10 0 0")
    with pytest.raises(ConnectionError):
        other.call("GET", "k")
    until(lambda: stat(client, "client_output_buffer_limit_disconnections") == 1)


def test_the_first_16_kilobytes_of_a_reply_do_not_count(client, other) -> None:
    other.call("SET", "k", b"a" * 16_000)
    client.call("CONFIG", "SET", "client-output-buffer-limit", "normal 10 0 0")
    assert len(other.call("GET", "k")) == 16_000
