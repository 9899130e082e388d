"""MEMORY over a real server; the figures are tested in tests/unit/observe/test_memory.py."""

from __future__ import annotations

import pytest

from pyredis_server.base import errors
from tests.support.wire import ErrorReply


def test_usage_grows_with_key_and_value(client):
    client.call("MSET", "k", "v", "a-key-of-21-character", "v", "large", "v" * 1000)
    small, longer, large = (client.call("MEMORY", "USAGE", key) for key in ("k", "a-key-of-21-character", "large"))
    assert 50 < small < longer < small + 40
    assert large >= small + 999


def test_usage_of_an_absent_or_expired_key_is_null(any_client):
    assert any_client.call("MEMORY", "USAGE", "nosuch") is None


@pytest.mark.parametrize("samples", ["0", "1", "9223372036854775807"])
def test_usage_takes_a_number_of_samples(client, samples):
    client.call("SET", "k", "v")
    assert client.call("MEMORY", "USAGE", "k", "samples", samples) == client.call("MEMORY", "USAGE", "k")


@pytest.mark.parametrize(("options", "error"), [
    (["SAMPLES"], errors.SYNTAX), (["SAMPLES", "-1"], errors.SYNTAX), (["5"], errors.SYNTAX),
    (["NOSUCH", "1"], errors.SYNTAX), (["SAMPLES", "x"], errors.NOT_AN_INTEGER)])
def test_usage_refuses_other_options(client, options, error):
    assert client.call("MEMORY", "USAGE", "k", *options) == ErrorReply(error)


def test_stats_is_a_map_with_doubles_in_resp3(client3):
    stats = client3.call("MEMORY", "STATS")
    assert stats[b"total.allocated"] <= stats[b"peak.allocated"]
    assert isinstance(stats[b"peak.percentage"], float)


def test_reports_are_text(client):
    assert client.call("MEMORY", "DOCTOR").endswith(b"\n")
    assert b"resident bytes: " in client.call("MEMORY", "MALLOC-STATS")
    assert client.call("MEMORY", "PURGE") == b"OK"
