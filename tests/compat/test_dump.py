"""DUMP and RESTORE beside real servers: the same bytes, and payloads that cross both ways.

Redis 7.0 refuses what we and 8.2 dump, since both tell a later version of the format (12; it takes up to 10); what it
dumps is read here.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.compat.dumped_values import Value, all_values
from tests.compat.play import Player
from tests.support.raw_client import RawClient
from tests.support.reference import Reference
from tests.support.server_process import start_quiet
from tests.support.wire import ErrorReply

pytestmark = [pytest.mark.compat, pytest.mark.slow]

FOOTER_BYTES = 10
VALUES = all_values()
BY_CHANCE = (2, 4, 24)  # the types of hashtables: the order of what is in them
OLD_PROGRAM = shutil.which("redis-server")
LOW = ("list-max-listpack-size", 2, "set-max-intset-entries", 2, "set-max-listpack-entries", 2,
       "hash-max-listpack-entries", 2, "zset-max-listpack-entries", 2)
SHORT = ("set-max-listpack-value", 2, "hash-max-listpack-value", 2, "zset-max-listpack-value", 2)
WIDE = ("set-max-intset-entries", 9999, "set-max-listpack-entries", 9999, "hash-max-listpack-entries", 9999,
        "zset-max-listpack-entries", 9999, "set-max-listpack-value", 9999, "hash-max-listpack-value", 9999,
        "zset-max-listpack-value", 9999)


@pytest.fixture
def real(main_reference: Reference, theirs: Player) -> Iterator[RawClient]:
    theirs.reset()
    with RawClient(port=theirs.port) as client:
        yield client


@pytest.fixture
def our(ours: Player) -> Iterator[RawClient]:
    ours.reset()
    with RawClient(port=ours.port) as client:
        yield client


@pytest.fixture(scope="module")
def old() -> Iterator[RawClient]:
    """Debian's Redis 7.0."""
    if OLD_PROGRAM is None:
        pytest.skip("no redis-server on PATH")
    server = start_quiet([OLD_PROGRAM], "--enable-debug-command", "yes")
    with RawClient(port=server.port) as client:
        if b"redis_version:7.0" not in client.call("INFO", "server"):
            server.kill()
            pytest.skip("the redis-server on PATH is not 7.0")
        yield client
    server.kill()


def make(client: RawClient, value: Value) -> bytes:
    """Make the value and dump it."""
    for call in value.calls:
        answer = client.call(*call)
        assert not isinstance(answer, ErrorReply), f"{call[:3]}: {answer}"
    payload: bytes = client.call("DUMP", value.name)
    return payload


def state(client: RawClient, key: str) -> list[object]:
    """What must be the same after a crossing. (In 8.2 the length of the key decides between embstr and raw, too.)"""
    encoding = client.call("OBJECT", "ENCODING", key).replace(b"embstr", b"raw")
    return [client.call("TYPE", key), encoding, client.call("DEBUG", "DIGEST-VALUE", key)]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value.name)
def test_the_same_value_is_dumped_to_the_same_bytes(real: RawClient, our: RawClient, value: Value) -> None:
    their_payload, our_payload = make(real, value), make(our, value)
    if value.exact:
        assert our_payload == their_payload
    else:
        assert our_payload[0] == their_payload[0]
        if "stream" not in value.name and "-metadata" not in value.name:  # compressed or not, the length says little
            assert len(our_payload) == len(their_payload)
    assert our_payload[-FOOTER_BYTES:-8] == their_payload[-FOOTER_BYTES:-8]


@pytest.mark.parametrize("limits", [(), LOW, LOW + SHORT, SHORT, WIDE], ids=["default", "low", "both", "short", "wide"])
def test_payloads_cross_both_ways_and_get_the_encoding_that_redis_gives(
    real: RawClient, our: RawClient, limits: tuple[str | int, ...],
) -> None:
    for value in VALUES:
        for maker in (real, our):
            payload = make(maker, value)
            for client in (real, our):
                if limits:
                    client.call("CONFIG", "SET", *limits)
                assert client.call("RESTORE", "copy", 0, payload, "REPLACE") == b"OK", f"{value.name} at {client}"
            their_state, our_state = state(real, "copy"), state(our, "copy")
            assert our_state == their_state, value.name
            again = our.call("DUMP", "copy"), real.call("DUMP", "copy")
            assert again[0][0] == again[1][0], value.name
            if value.exact and again[0][0] not in BY_CHANCE:
                assert again[0] == again[1], value.name
            if limits:
                for client in (real, our):
                    client.call("CONFIG", "SET", *[word for name in limits[::2] for word in (name, DEFAULTS[str(name)])])
        for client in (real, our):
            client.call("DEL", value.name)


DEFAULTS = {"list-max-listpack-size": -2, "set-max-intset-entries": 512, "set-max-listpack-entries": 128,
            "hash-max-listpack-entries": 512, "zset-max-listpack-entries": 128, "set-max-listpack-value": 64,
            "hash-max-listpack-value": 64, "zset-max-listpack-value": 64}


def test_consumer_groups_cross_both_ways(real: RawClient, our: RawClient) -> None:
    value = next(value for value in VALUES if value.name == "stream-groups")
    for maker, taker in ((real, our), (our, real)):
        payload = make(maker, value)
        assert taker.call("RESTORE", "copy", 0, payload, "REPLACE") == b"OK"
        for call in (("XPENDING", "KEY", "g1"), ("XINFO", "GROUPS", "KEY"), ("XRANGE", "KEY", "-", "+")):
            told, found = [client.call(*[key if word == "KEY" else word for word in call])
                           for client, key in ((maker, value.name), (taker, "copy"))]
            assert found == told, call
        assert taker.call("DUMP", "copy") == payload
        for client in (real, our):
            client.call("FLUSHALL")


def test_what_redis_7_0_dumps_is_read_here(old: RawClient, our: RawClient) -> None:
    old.call("FLUSHALL")
    seen = set()
    for value in VALUES:
        if value.since != "7.0":
            continue
        payload = make(old, value)
        seen.add(payload[0])
        assert our.call("RESTORE", "copy", 0, payload, "REPLACE") == b"OK", value.name
        if payload[0] in (5, 17):  # of scores, the digest has changed since
            calls = [client.call("ZRANGE", key, 0, -1, "WITHSCORES") for client, key in ((our, "copy"), (old, value.name))]
            assert [[*call[::2], *map(float, call[1::2])] for call in calls[:1]] == [
                [*call[::2], *map(float, call[1::2])] for call in calls[1:]]
        else:
            assert state(our, "copy")[2] == state(old, value.name)[2], value.name
    assert seen == {0, 2, 4, 5, 11, 16, 17, 18, 19}


def test_redis_7_0_refuses_our_payloads_as_it_does_those_of_8_2(old: RawClient, real: RawClient, our: RawClient) -> None:
    for client in (real, our):
        client.call("SET", "k", "v")
        refused = old.call("RESTORE", "new", 0, client.call("DUMP", "k"))
        assert refused == ErrorReply(b"ERR DUMP payload version or checksum are wrong")
