"""PFADD PFCOUNT PFMERGE PFDEBUG PFSELFTEST: what they do to keys, and what others hear of it.

That values are Redis's to the bit is in tests/compat and tests/unit/datatypes.
"""

from __future__ import annotations

import pytest

from pyredis_server.base import errors
from pyredis_server.resp.reply import OK, Status
from tests.support.recorder import Recorder
from tests.support.wire import ErrorReply

NOT_A_HLL = ErrorReply(errors.NOT_A_HLL)
CORRUPT = ErrorReply(errors.HLL_CORRUPT)
WRONG_TYPE = ErrorReply(errors.WRONG_TYPE)
DAMAGED = b"HYLL\x01" + bytes(10) + b"\x80\x7f\xfe"  # a register is missing


def test_pfadd_tells_whether_the_count_may_have_changed(any_client) -> None:
    assert any_client.call("PFADD", "k") == 1
    assert any_client.call("PFADD", "k") == 0
    assert any_client.call("PFADD", "k", "a", "b") == 1
    assert any_client.call("PFADD", "k", "b", "a") == 0
    assert any_client.call("PFCOUNT", "k") == 2
    assert any_client.call("TYPE", "k") == b"string"


def test_pfcount_counts_the_union_of_keys(any_client) -> None:
    any_client.call("PFADD", "a", 1, 2, 3)
    any_client.call("PFADD", "b", 3, 4)
    assert any_client.call("PFCOUNT", "a", "nosuch", "b") == 4
    assert any_client.call("PFCOUNT", "nosuch") == 0
    assert any_client.call("PFCOUNT", "nosuch", "nosuch") == 0


def test_pfmerge_adds_what_others_count_and_keeps_the_time_to_live(client) -> None:
    client.call("PFADD", "a", 1, 2, 3)
    client.call("PFADD", "b", 3, 4)
    client.call("EXPIRE", "b", 100)
    assert client.call("PFMERGE", "b", "a", "nosuch") == OK
    assert client.call("PFCOUNT", "b") == 4
    assert client.call("TTL", "b") == 100
    assert client.call("PFMERGE", "new") == OK
    assert client.call("PFCOUNT", "new") == 0


def test_pfmerge_onto_its_own_source(client) -> None:
    client.call("PFADD", "k", *range(100))
    before = client.call("PFDEBUG", "DECODE", "k")
    assert client.call("PFMERGE", "k", "k", "k") == OK
    assert client.call("PFDEBUG", "DECODE", "k") == before


def test_a_merge_with_a_dense_value_is_dense(client) -> None:
    client.call("PFADD", "sparse", 1)
    client.call("PFADD", "dense", 2)
    assert client.call("PFDEBUG", "TODENSE", "dense") == 1
    client.call("PFMERGE", "d", "sparse", "dense")
    assert client.call("PFDEBUG", "ENCODING", "d") == Status(b"dense")
    assert client.call("PFCOUNT", "d") == 2


def test_the_limit_of_sparse_values_is_a_directive(client) -> None:
    client.call("CONFIG", "SET", "hll-sparse-max-bytes", 30)
    client.call("PFADD", "k", *range(10))
    assert client.call("STRLEN", "k") == 12304


def test_a_value_travels_as_a_string(client) -> None:
    client.call("PFADD", "k", *range(50))
    client.call("SET", "other", client.call("GET", "k"))
    assert client.call("PFCOUNT", "other") == client.call("PFCOUNT", "k")
    client.call("COPY", "k", "copy")
    client.call("PFADD", "copy", "more")
    assert client.call("PFCOUNT", "copy") == 51
    assert client.call("PFCOUNT", "k") == 50


def test_a_reply_is_not_changed_by_a_later_pfadd_in_the_same_batch(client) -> None:
    client.call("PFADD", "k", "a")
    before = client.call("GET", "k")
    replies = client.pipeline([("GET", "k"), ("PFADD", "k", "b"), ("GET", "k")])
    assert replies[0] == before != replies[2]


@pytest.mark.parametrize("call", [
    "PFADD s", "PFADD s a", "PFCOUNT s", "PFCOUNT k s", "PFMERGE s k", "PFMERGE k s", "PFDEBUG ENCODING s",
    "PFDEBUG FOO s",
])
def test_strings_that_are_no_hyperloglog_and_other_types_are_refused(client, call) -> None:
    client.call("PFADD", "k", "a")
    for value in ("", "12345", "HYLL", b"HYLL\x00" + bytes(100), b"HYLL\x02" + bytes(11) + b"\x7f\xff", b"x" * 12304):
        client.call("SET", "s", value)
        assert client.call(*call.split()) == NOT_A_HLL
        assert client.call("GET", "s") == (value.encode() if isinstance(value, str) else value)
    client.call("DEL", "s")
    client.call("RPUSH", "s", "a")
    assert client.call(*call.split()) == WRONG_TYPE


@pytest.mark.parametrize("call", ["PFCOUNT d", "PFCOUNT k d", "PFMERGE k d", "PFMERGE d k", "PFMERGE new d",
                                  "PFDEBUG GETREG d", "PFDEBUG TODENSE d"])
def test_damaged_values_are_refused_and_nothing_changes(client, call) -> None:
    client.call("PFADD", "k", "a")
    before = client.call("GET", "k")
    client.call("SET", "d", DAMAGED)
    assert client.call(*call.split()) == CORRUPT
    assert client.call("MGET", "d", "k", "new") == [DAMAGED, before, None]


def test_what_pfadd_tells_others(server, client) -> None:
    with Recorder(server) as heard:
        client.call("PFADD", "k", "a", "b")
        client.call("PFADD", "k", "a")
        assert heard.take_events() == ["0 pfadd k"]
        assert heard.take_commands() == ["PFADD k a b"]
        client.call("PFMERGE", "d", "k")
        assert heard.take_events() == ["0 keymiss d", "0 pfadd d"]
        assert heard.take_commands() == ["PFMERGE d k"]


def test_a_count_that_pfcount_stores_goes_to_replicas_without_an_event(server, client) -> None:
    client.call("PFADD", "k", "a", "b")
    with Recorder(server) as heard:
        assert client.call("PFCOUNT", "k") == 2
        assert client.call("PFCOUNT", "k") == 2
        assert heard.take_commands() == ["PFCOUNT k"]
        assert client.call("PFCOUNT", "k", "k") == 2
        assert client.call("PFCOUNT", "nosuch") == 0
        assert heard.take_commands() == []
        assert heard.take_events() == ["0 keymiss nosuch"]


def test_a_count_that_is_stored_touches_watched_keys(client, make_client) -> None:
    client.call("PFADD", "k", "a")
    other = make_client()
    for expected in (None, [1]):  # the second time the count is known
        client.call("WATCH", "k")
        other.call("PFCOUNT", "k")
        client.call("MULTI")
        client.call("PFCOUNT", "k")
        assert client.call("EXEC") == expected


def test_pfcount_waits_for_a_pause_of_writes(client, make_client) -> None:
    client.call("PFADD", "k", "a")
    client.call("CLIENT", "PAUSE", 10_000, "WRITE")
    paused = make_client()
    paused.send("PFCOUNT", "k")
    assert client.call("GET", "k")[15] == 0x80
    client.call("CLIENT", "UNPAUSE")
    assert paused.read_reply() == 1


def test_pfcount_leaves_the_time_to_live_and_a_raw_string(client) -> None:
    client.call("PFADD", "k", "a")
    client.call("SET", "copy", client.call("GET", "k"), "EX", 100)
    assert client.call("OBJECT", "ENCODING", "copy") == b"embstr"
    assert client.call("PFCOUNT", "copy") == 1
    assert client.call("OBJECT", "ENCODING", "copy") == b"raw"
    assert client.call("TTL", "copy") == 100


def test_pfdebug_shows_how_a_value_is_stored(server, any_client) -> None:
    any_client.call("PFADD", "k", "a")
    assert any_client.call("PFDEBUG", "decode", "k") == b"Z:12711 v:2,1 Z:3672"
    with Recorder(server) as heard:
        registers = any_client.call("PFDEBUG", "GETREG", "k")
        assert heard.take_commands() == ["PFDEBUG GETREG k"]  # it made the value dense
        assert heard.take_events() == []
    assert [(at, value) for at, value in enumerate(registers) if value] == [(12711, 2)]
    assert any_client.call("PFDEBUG", "TODENSE", "k") == 0
    assert any_client.call("PFDEBUG", "DECODE", "k") == ErrorReply(errors.HLL_NOT_SPARSE)
    assert any_client.call("PFDEBUG", "FOO", "k") == ErrorReply(errors.HLL_SUBCOMMAND % b"FOO")
    assert any_client.call("PFDEBUG", "FOO", "nosuch") == ErrorReply(errors.HLL_NO_KEY)
    assert any_client.call("PFDEBUG", "SIMD", "maybe") == ErrorReply(errors.HLL_SIMD)
    assert any_client.call("PFDEBUG", "simd", "off") == Status(b"disabled")


@pytest.mark.parametrize("limit", [0, 3000])
def test_pfselftest_is_content(client, limit) -> None:
    client.call("CONFIG", "SET", "hll-sparse-max-bytes", limit)
    assert client.call("PFSELFTEST") == OK
