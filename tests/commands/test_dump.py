"""DUMP, RESTORE and RESTORE-ASKING: options, what is told on, who is woken. What is in a payload: tests/unit/persistence."""

from __future__ import annotations

import pytest

from pyredis_server.base import errors
from pyredis_server.base.clock import ManualClock
from pyredis_server.embedded import RedisServer
from pyredis_server.resp.reply import OK
from tests.support.raw_client import RawClient
from tests.support.rdb_bytes import payload
from tests.support.recorder import Recorder
from tests.support.wait import until
from tests.support.wire import ErrorReply

ABC = payload(b"\0\3abc")
LIST = payload(b"\1\2\1a\1b")
NOW_MS = ManualClock().wall_ms()


def test_dump_gives_what_restore_takes(any_client: RawClient) -> None:
    any_client.call("RPUSH", "l", "a", "b", "1")
    dumped = any_client.call("DUMP", "l")
    assert any_client.call("RESTORE", "copy", 0, dumped) == OK
    assert any_client.call("LRANGE", "copy", 0, -1) == [b"a", b"b", b"1"]
    assert any_client.call("TTL", "copy") == -1
    assert any_client.call("DUMP", "copy") == dumped


def test_dump_without_a_key_is_null(any_client: RawClient) -> None:
    assert any_client.call("DUMP", "nosuch") is None


def test_dump_counts_as_a_read(client: RawClient) -> None:
    client.call("SET", "k", "v")
    client.call("CONFIG", "RESETSTAT")
    client.call("DUMP", "k")
    client.call("DUMP", "nosuch")
    stats = client.call("INFO", "stats")
    assert b"keyspace_hits:1\r\n" in stats
    assert b"keyspace_misses:1\r\n" in stats


@pytest.mark.parametrize(("arguments", "message"), [
    (("taken", 0, ABC), errors.BUSY_KEY),
    (("taken", "x", b"bad"), errors.BUSY_KEY),
    (("k", "x", b"bad"), errors.NOT_AN_INTEGER),
    (("k", -1, b"bad"), errors.INVALID_TTL),
    (("k", 0, b"bad"), errors.DUMP_PAYLOAD),
    (("k", 0, payload(b"\0\3abc", 99)), errors.DUMP_PAYLOAD),
    (("k", 0, payload(b"\x63")), errors.BAD_DATA_FORMAT),
    (("taken", 0, payload(b"\1\0"), "REPLACE"), errors.BAD_DATA_FORMAT),
    (("taken", "x", b"bad", "FOO"), errors.SYNTAX),
    (("k", 0, ABC, "IDLETIME"), errors.SYNTAX),
    (("k", 0, ABC, "FREQ"), errors.SYNTAX),
    (("k", 0, ABC, "IDLETIME", "x"), errors.NOT_AN_INTEGER),
    (("k", 0, ABC, "IDLETIME", -1), errors.INVALID_IDLETIME),
    (("k", 0, ABC, "FREQ", -1), errors.INVALID_FREQ),
    (("k", 0, ABC, "FREQ", 256), errors.INVALID_FREQ),
    (("k", 0, ABC, "FREQ", 1, "IDLETIME", 1), errors.SYNTAX),
    (("k", 0, ABC, "IDLETIME", 1, "FREQ", 1), errors.SYNTAX),
])
def test_what_restore_refuses_changes_nothing(client: RawClient, arguments: tuple[object, ...], message: bytes) -> None:
    client.call("SET", "taken", "old", "EX", 100)
    for command in ("RESTORE", "RESTORE-ASKING"):
        assert client.call(command, *arguments) == ErrorReply(message)  # type: ignore[arg-type]  # as a table has it
    assert client.call("GET", "taken") == b"old"
    assert client.call("TTL", "taken") == 100
    assert client.call("EXISTS", "k") == 0


def test_restore_tells_what_it_did(still: RedisServer, timed: RawClient) -> None:
    with Recorder(still) as heard:
        assert timed.call("RESTORE", "k", 0, ABC) == OK
        assert heard.take_events() == ["0 restore k"]
        assert heard.take_commands() == [f"RESTORE k 0 {ABC.decode('latin-1')}"]
        assert timed.call("RESTORE", "k", 5000, ABC, "REPLACE", "IDLETIME", 3) == OK
        assert timed.call("PTTL", "k") == 5000
        assert heard.take_commands() == [
            f"RESTORE k {NOW_MS + 5000} {ABC.decode('latin-1')} REPLACE IDLETIME 3 ABSTTL"]
        assert timed.call("RESTORE", "k", NOW_MS + 70, ABC, "replace", "absttl") == OK
        assert timed.call("PTTL", "k") == 70
        assert heard.take_commands() == [f"RESTORE k {NOW_MS + 70} {ABC.decode('latin-1')} replace absttl"]
        assert timed.call("RESTORE-ASKING", "other", 1, ABC) == OK
        assert heard.take_commands() == [f"RESTORE-ASKING other {NOW_MS + 1} {ABC.decode('latin-1')} ABSTTL"]


@pytest.mark.parametrize("ttl", [(1, "ABSTTL"), (NOW_MS, "ABSTTL"), ((1 << 63) - 1,)])
def test_a_time_that_has_passed_makes_no_key(still: RedisServer, timed: RawClient, ttl: tuple[int | str, ...]) -> None:
    at, *options = ttl
    with Recorder(still) as heard:
        assert timed.call("RESTORE", "k", at, ABC, *options) == OK
        assert (heard.take_events(), heard.take_commands()) == ([], [])
        timed.call("SET", "k", "old")
        heard.take_events()
        heard.take_commands()
        assert timed.call("RESTORE", "k", at, ABC, "REPLACE", *options) == OK
        assert (heard.take_events(), heard.take_commands()) == (["0 del k"], ["DEL k"])
        assert timed.call("EXISTS", "k") == 0
        timed.call("CONFIG", "SET", "lazyfree-lazy-server-del", "yes")
        timed.call("SET", "k", "old")
        heard.take_commands()
        timed.call("RESTORE", "k", at, ABC, "REPLACE", *options)
        assert heard.take_commands() == ["UNLINK k"]


def test_replace_drops_the_old_time_to_live(client: RawClient) -> None:
    client.call("SET", "k", "old", "EX", 100)
    assert client.call("RESTORE", "k", 0, LIST, "REPLACE") == OK
    assert client.call("TTL", "k") == -1
    assert client.call("TYPE", "k") == b"list"


def test_an_expired_key_is_not_in_the_way(client: RawClient) -> None:
    client.call("DEBUG", "SET-ACTIVE-EXPIRE", 0)
    client.call("SET", "k", "old", "PXAT", 1)
    assert client.call("RESTORE", "k", 0, ABC) == OK
    client.call("DEBUG", "SET-ACTIVE-EXPIRE", 1)


def test_idletime_is_told_by_object(client: RawClient) -> None:
    assert client.call("RESTORE", "k", 0, ABC, "IDLETIME", 1000) == OK
    assert client.call("OBJECT", "IDLETIME", "k") in (1000, 1001)
    assert client.call("RESTORE", "k", 0, ABC, "IDLETIME", (1 << 63) - 1, "REPLACE") == OK
    assert client.call("OBJECT", "IDLETIME", "k") in ((1 << 24) - 2, (1 << 24) - 1)
    assert client.call("RESTORE", "k", 0, ABC, "FREQ", 9, "REPLACE") == OK
    assert client.call("OBJECT", "IDLETIME", "k") in (0, 1)


def test_freq_is_told_by_object_under_an_lfu_policy(client: RawClient) -> None:
    client.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lfu")
    assert client.call("RESTORE", "k", 0, ABC, "FREQ", 100) == OK
    assert client.call("OBJECT", "FREQ", "k") == 100
    assert client.call("RESTORE", "k", 0, ABC, "IDLETIME", 100, "REPLACE") == OK
    assert client.call("OBJECT", "FREQ", "k") == 5


def test_restore_wakes_a_client_that_waits_for_the_key(client: RawClient, other: RawClient) -> None:
    other.send("BLPOP", "k", 0)
    until(lambda: b"blocked_clients:1" in client.call("INFO", "clients"))
    assert client.call("RESTORE", "unrelated", 0, LIST) == OK
    assert client.call("RESTORE", "k", 0, LIST) == OK
    assert other.read_reply() == [b"k", b"a"]


def test_restore_touches_watched_keys(client: RawClient, other: RawClient) -> None:
    client.call("WATCH", "k")
    other.call("RESTORE", "k", 0, ABC)
    client.call("MULTI")
    client.call("PING")
    assert client.call("EXEC") is None


def test_fields_that_ran_out_on_the_way_are_not_seen(client: RawClient) -> None:
    first = (1000).to_bytes(8, "little")
    hash_payload = payload(b"\x18" + first + b"\2\1\1a\1x\0\1b\1y")
    assert client.call("RESTORE", "h", 0, hash_payload) == OK
    assert client.call("HGETALL", "h") == [b"b", b"y"]


def test_values_get_the_encoding_that_is_configured(client: RawClient) -> None:
    client.call("RPUSH", "l", *range(20))
    dumped = client.call("DUMP", "l")
    client.call("CONFIG", "SET", "list-max-listpack-size", 5)
    client.call("RESTORE", "copy", 0, dumped)
    assert client.call("OBJECT", "ENCODING", "copy") == b"quicklist"
    assert client.call("LRANGE", "copy", 0, -1) == [b"%d" % each for each in range(20)]
