"""TIME LOLWUT SHUTDOWN."""

from __future__ import annotations

import pytest

from pyredis_server.base import errors
from tests.support.raw_client import RawClient
from tests.support.wait import until
from tests.support.wire import ErrorReply


def test_time_goes_by_the_servers_clock(make_server, clock):
    clock.now_us = 1_234_567_890_000_042
    server = make_server(clock=clock)
    with RawClient(port=server.port) as client:
        assert client.call("TIME") == [b"1234567890", b"42"]


@pytest.mark.parametrize("options", [
    [], ["VERSION", "5"], ["VERSION", "6"], ["VERSION", "5", "10", "4"], ["VERSION"], ["x"]])
def test_lolwut_draws_and_ends_with_the_version(client, options):
    *picture, version = client.call("LOLWUT", *options).decode().splitlines()
    assert version == "Redis ver. 8.10.0"
    assert len(picture) > 3


@pytest.mark.parametrize("numbers", [[0, 0], [-5, -5], [1 << 40, 1 << 40], [1, 1, 1, 1, 1]])
@pytest.mark.parametrize("version", [5, 6, 8])
def test_lolwut_keeps_its_pictures_within_bounds(client, version, numbers):
    picture = client.call("LOLWUT", "VERSION", version, *numbers).decode().splitlines()
    assert len(picture) <= 84
    assert max(map(len, picture)) <= 160


def test_lolwut_of_a_version_without_a_picture_is_the_version(client):
    assert client.call("LOLWUT", "VERSION", 99, "abc") == b"Redis ver. 8.10.0\n"


@pytest.mark.parametrize("options", [["VERSION", "abc"], ["VERSION", "5", "abc"]])
def test_lolwut_wants_numbers(client, options):
    assert client.call("LOLWUT", *options) == ErrorReply(errors.NOT_AN_INTEGER)


@pytest.mark.parametrize("options", [
    "NOSUCH", "SAVE NOSAVE", "NOSAVE NOW SAVE", "ABORT NOW", "NOSAVE ABORT", "NOW FORCE NOSUCH"])
def test_shutdown_refuses_options_that_do_not_fit(client, options):
    assert client.call("SHUTDOWN", *options.split()) == ErrorReply(errors.SYNTAX)


def test_shutdown_with_abort_needs_one_that_waits(client):
    assert client.call("SHUTDOWN", "ABORT") == ErrorReply(errors.NO_SHUTDOWN)


def test_shutdown_is_not_for_transactions(client):
    client.call("MULTI")
    assert client.call("SHUTDOWN") == ErrorReply(errors.NOT_IN_MULTI)


@pytest.mark.parametrize("options", ["", "NOSAVE", "now force nosave"])
def test_shutdown_ends_the_server_without_an_answer(make_server, options):
    server = make_server()
    with RawClient(port=server.port) as client:
        client.send("SHUTDOWN", *options.split())
        with pytest.raises(ConnectionError):
            client.read_reply()

    def refused() -> bool:
        try:
            RawClient(port=server.port).close()
        except ConnectionError:
            return True
        return False

    until(refused, what="the port is closed")
