"""EXPIRE and its kin, TTL and its kin, PERSIST."""

from __future__ import annotations

import pytest

from pyredis_server.base import errors
from pyredis_server.base.clock import ManualClock
from tests.support.raw_client import RawClient
from tests.support.recorder import Recorder
from tests.support.wire import ErrorReply

FAR_S = 33_177_117_420  # the year 3021
NOW_MS = ManualClock().wall_ms()
SETTERS = ["EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT"]


@pytest.fixture
def timed(timed: RawClient) -> RawClient:
    """The client of a server whose clock stands still, which holds a key."""
    timed.call("SET", "k", "v")
    return timed


@pytest.mark.parametrize(("command", "argument", "expires_ms"), [
    ("EXPIRE", 100, NOW_MS + 100_000),
    ("PEXPIRE", 100, NOW_MS + 100),
    ("EXPIREAT", FAR_S, FAR_S * 1000),
    ("PEXPIREAT", FAR_S * 1000 + 7, FAR_S * 1000 + 7),
])
def test_each_setter_counts_in_its_own_unit(still, timed, command, argument, expires_ms):
    with Recorder(still) as heard:
        assert timed.call(command, "k", argument) == 1
        assert heard.take_events() == ["0 expire k"]
        assert heard.take_commands() == [f"PEXPIREAT k {expires_ms}"]
    assert timed.call("PEXPIRETIME", "k") == expires_ms


def test_conditions_go_with_the_absolute_time_to_replicas(still, timed):
    with Recorder(still) as heard:
        timed.call("EXPIRE", "k", 100, "lt")
        timed.call("PEXPIREAT", "k", NOW_MS + 50, "LT", "XX")
        assert heard.take_commands() == [f"PEXPIREAT k {NOW_MS + 100_000} lt", f"PEXPIREAT k {NOW_MS + 50} LT XX"]


@pytest.mark.parametrize("command", SETTERS)
def test_without_a_key_nothing_is_set(client, command):
    assert client.call(command, "nosuch", FAR_S) == 0


@pytest.mark.parametrize(("conditions", "without_ttl", "less", "same", "more"), [
    ("", 1, 1, 1, 1),
    ("NX", 1, 0, 0, 0),
    ("XX", 0, 1, 1, 1),
    ("GT", 0, 0, 0, 1),
    ("LT", 1, 1, 0, 0),
    ("XX GT", 0, 0, 0, 1),
    ("LT XX", 0, 1, 0, 0),
    ("nx NX", 1, 0, 0, 0),
])
def test_conditions_by_what_the_key_has(timed, conditions, without_ttl, less, same, more):
    assert timed.call("EXPIRE", "k", 100, *conditions.split()) == without_ttl
    for seconds, expected in ((50, less), (100, same), (200, more)):
        timed.call("EXPIRE", "k", 100)
        assert timed.call("EXPIRE", "k", seconds, *conditions.split()) == expected
        assert timed.call("TTL", "k") == (seconds if expected else 100)


@pytest.mark.parametrize(("arguments", "text"), [
    ("100 NX XX", errors.EXPIRE_NX_CONFLICT),
    ("100 NX GT", errors.EXPIRE_NX_CONFLICT),
    ("100 LT NX", errors.EXPIRE_NX_CONFLICT),
    ("100 GT LT NX", errors.EXPIRE_NX_CONFLICT),
    ("100 GT LT", errors.EXPIRE_GT_LT_CONFLICT),
    ("100 GT LT XX", errors.EXPIRE_GT_LT_CONFLICT),
    ("100 bogus", b"ERR Unsupported option bogus"),
    ("100 NX XX Bogus", b"ERR Unsupported option Bogus"),
    ("x bogus", b"ERR Unsupported option bogus"),
    ("x NX XX", errors.EXPIRE_NX_CONFLICT),
    ("x", errors.NOT_AN_INTEGER),
    ("1.5", errors.NOT_AN_INTEGER),
    ("9223372036854775808", errors.NOT_AN_INTEGER),
])
def test_refusals_come_before_the_key_is_looked_for(client, arguments, text):
    assert client.call("EXPIRE", "nosuch", *arguments.split()) == ErrorReply(text)


@pytest.mark.parametrize(("command", "argument"), [
    ("EXPIRE", 9223372036854776), ("EXPIRE", -9223372036854776), ("EXPIRE", 9223370399119966),
    ("PEXPIRE", 9223372036854775807), ("EXPIREAT", 9223372036854776), ("EXPIREAT", -9223372036854776),
])
def test_a_time_beyond_64_bits_of_milliseconds_is_refused(client, command, argument):
    client.call("SET", "k", "v")
    assert client.call(command, "k", argument) == ErrorReply(
        b"ERR invalid expire time in '%b' command" % command.lower().encode())
    assert client.call("TTL", "k") == -1


def test_the_last_millisecond_can_be_asked_for(client):
    client.call("SET", "k", "v")
    assert client.call("PEXPIREAT", "k", 9223372036854775807) == 1
    assert client.call("PEXPIRETIME", "k") == 9223372036854775807


@pytest.mark.parametrize(("command", "argument"), [
    ("EXPIRE", 0), ("EXPIRE", -1), ("EXPIREAT", 1), ("PEXPIRE", -9223372036854775808), ("PEXPIREAT", NOW_MS),
    ("PEXPIREAT", -9223372036854770000),
])
@pytest.mark.parametrize(("lazy", "propagated"), [("no", "DEL k"), ("yes", "UNLINK k")])
def test_a_time_that_has_come_deletes_the_key_at_once(still, timed, command, argument, lazy, propagated):
    timed.call("CONFIG", "SET", "lazyfree-lazy-expire", lazy)
    with Recorder(still) as heard:
        assert timed.call(command, "k", argument) == 1
        assert heard.take_events() == ["0 del k"]
        assert heard.take_commands() == [propagated]
    assert timed.call("DBSIZE") == 0


def test_a_past_time_must_meet_the_conditions_too(client):
    client.call("SET", "k", "v")
    assert client.call("EXPIRE", "k", -1, "GT") == 0
    assert client.call("EXPIRE", "k", -1, "XX") == 0
    assert client.call("EXPIRE", "k", -1, "LT") == 1


@pytest.mark.parametrize("command", SETTERS)
def test_an_expired_key_is_not_brought_back(timed, clock, command):
    timed.call("PEXPIRE", "k", 10)
    clock.advance_ms(11)
    assert timed.call(command, "k", FAR_S * 1000) == 0
    assert timed.call("DBSIZE") == 0


def test_a_key_lives_through_its_last_millisecond(timed, clock):
    timed.call("PEXPIRE", "k", 10)
    clock.advance_ms(10)
    assert (timed.call("GET", "k"), timed.call("PTTL", "k")) == (b"v", 0)
    clock.advance_ms(1)
    assert (timed.call("GET", "k"), timed.call("PTTL", "k")) == (None, -2)


def test_deletion_of_an_expired_key_is_told_as_expired_and_propagated_as_del(still, timed, clock):
    timed.call("PEXPIRE", "k", 10)
    clock.advance_ms(11)
    with Recorder(still) as heard:
        timed.call("TTL", "k")
        assert heard.take_events()[0] == "0 expired k"
        assert heard.take_commands() == ["DEL k"]


@pytest.mark.parametrize(("remaining_ms", "seconds"), [(1499, 1), (1500, 2), (499, 0), (500, 1)])
def test_ttl_rounds_to_the_nearest_second(timed, remaining_ms, seconds):
    timed.call("PEXPIRE", "k", remaining_ms)
    assert (timed.call("TTL", "k"), timed.call("PTTL", "k")) == (seconds, remaining_ms)


@pytest.mark.parametrize(("at_ms", "seconds"), [(99_999_999_999_499, 99_999_999_999), (99_999_999_999_500, 10**11)])
def test_expiretime_rounds_to_the_nearest_second(client, at_ms, seconds):
    client.call("SET", "k", "v", "PXAT", at_ms)
    assert (client.call("EXPIRETIME", "k"), client.call("PEXPIRETIME", "k")) == (seconds, at_ms)


@pytest.mark.parametrize("command", ["TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME"])
def test_askers_tell_no_ttl_from_no_key(any_client, command):
    any_client.call("SET", "k", "v")
    assert [any_client.call(command, key) for key in ("k", "nosuch")] == [-1, -2]


def test_persist_takes_the_time_to_live_off_once(still, timed):
    timed.call("EXPIRE", "k", 100)
    with Recorder(still) as heard:
        assert [timed.call("PERSIST", key) for key in ("k", "k", "nosuch")] == [1, 0, 0]
        assert heard.take_events() == ["0 persist k"]
        assert heard.take_commands() == ["PERSIST k"]
    assert timed.call("TTL", "k") == -1
