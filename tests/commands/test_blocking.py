"""Whose turn it is among clients that wait for one key. What each blocking command answers is compared in tests/compat."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import pytest

from pyredis_server.executor.blocking import CHUNK
from tests.support.raw_client import Argument, RawClient
from tests.support.wait import until

if TYPE_CHECKING:
    from pyredis_server.embedded import RedisServer
    from tests.conftest import MakeClient


def is_so(count: Callable[[], int], wanted: int) -> bool:
    return count() == wanted


def waiting(server: RedisServer, make_client: MakeClient, count: int, *call: Argument) -> list[RawClient]:
    """New clients that wait inside `call`, one after the other."""
    clients = []
    sessions = server.server.services.sessions
    for _ in range(count):
        client = make_client()
        before = sessions.blocked()
        client.send(*call)
        until(partial(is_so, sessions.blocked, before + 1))
        clients.append(client)
    return clients


@pytest.mark.slow
def test_waiters_for_another_type_keep_their_place_and_nobody_waits_behind_them(server, client, make_client) -> None:
    before = waiting(server, make_client, CHUNK + 3, "BZPOPMIN", "k", 0)
    (first, second, third) = waiting(server, make_client, 3, "BLPOP", "k", 0)
    behind = waiting(server, make_client, 1, "BZPOPMIN", "k", 0)
    assert client.call("RPUSH", "k", "a", "b") == 2
    assert [each.read_reply() for each in (first, second)] == [[b"k", b"a"], [b"k", b"b"]]
    assert client.call("ZADD", "k", 1, "m", 2, "n") == 2
    assert [each.read_reply() for each in before[:2]] == [[b"k", b"m", b"1"], [b"k", b"n", b"2"]]
    assert server.server.services.sessions.blocked() == len(before) - 2 + 1 + len(behind)
    client.call("RPUSH", "k", "c")
    assert third.read_reply() == [b"k", b"c"]


def test_a_key_that_nobody_of_its_type_waits_for_is_left_alone(server, client, make_client) -> None:
    waiting(server, make_client, 2, "BLPOP", "k", 0)
    client.call("ZADD", "k", 1, "m")
    assert client.call("ZCARD", "k") == 1
    client.call("DEL", "k")
    late = waiting(server, make_client, 1, "BZPOPMIN", "k", 0)
    client.call("ZADD", "k", 1, "m")
    assert late[0].read_reply() == [b"k", b"m", b"1"]
