"""Streams over a socket: what is propagated and notified, and what is younger than the reference Redis 8.2.

What is the same as in Redis to the byte is in compat/cases_streams.py.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pyredis_server.base.clock import ManualClock
from pyredis_server.embedded import RedisServer
from tests.support.raw_client import RawClient
from tests.support.recorder import Recorder
from tests.support.wait import until
from tests.support.wire import ErrorReply

NOW_MS = ManualClock().wall_ms()
MakeClient = Callable[..., RawClient]


def call(client: RawClient, line: str) -> object:
    return client.call(*line.split())


def fill(client: RawClient, count: int = 3) -> None:
    """Entries 1-0 to count-0, and a group "g" that has read nothing."""
    for number in range(1, count + 1):
        call(client, f"XADD k {number}-0 f v")
    call(client, "XGROUP CREATE k g 0")


def error(reply: object) -> str:
    assert isinstance(reply, ErrorReply), reply
    return reply.message.decode()


def facts(client: RawClient) -> dict[object, object]:
    reply = call(client, "XINFO STREAM k")
    assert isinstance(reply, list)
    return dict(zip(reply[::2], reply[1::2], strict=True))


def pending(client: RawClient) -> list[list[object]]:
    reply = call(client, "XPENDING k g - + 100")
    assert isinstance(reply, list)
    return reply


# -- what AOF, replicas and listeners are told -----------------------------------------------------------------------


@pytest.mark.parametrize(("line", "commands", "events"), [
    ("XADD k 9-* f v", ["XADD k 9-0 f v"], ["0 xadd k"]),
    ("XADD k * f v", [f"XADD k {NOW_MS}-0 f v"], ["0 xadd k"]),
    ("XADD k NOMKSTREAM MAXLEN 2 9 f v", ["XADD k NOMKSTREAM MAXLEN 2 9-0 f v"], ["0 xadd k", "0 xtrim k"]),
    ("XADD k MAXLEN ~ 1 LIMIT 50 9 f v", ["XADD k MAXLEN = 4 9-0 f v"], ["0 xadd k"]),
    ("XTRIM k MAXLEN 1", ["XTRIM k MAXLEN 1"], ["0 xtrim k"]),
    ("XTRIM k MAXLEN ~ 0", ["XTRIM k MAXLEN = 0"], ["0 xtrim k"]),
    ("XTRIM k MAXLEN 5", [], []),
    ("XDEL k 1 9", ["XDEL k 1 9"], ["0 xdel k"]),
    ("XDELEX k IDS 1 9", [], []),
    ("XSETID k 20-0", ["XSETID k 20-0"], ["0 xsetid k"]),
    ("XGROUP CREATE m g $ MKSTREAM", ["XGROUP CREATE m g $ MKSTREAM"], ["0 xgroup-create m"]),
    ("XGROUP SETID k g 2", ["XGROUP SETID k g 2"], ["0 xgroup-setid k"]),
    ("XGROUP DESTROY k g", ["XGROUP DESTROY k g"], ["0 xgroup-destroy k"]),
    ("XGROUP CREATECONSUMER k g c", ["XGROUP CREATECONSUMER k g c"], ["0 xgroup-createconsumer k"]),
    ("XREADGROUP GROUP g c COUNT 1 STREAMS k >", [
        "MULTI", f"XCLAIM k g c 0 1-0 TIME {NOW_MS} RETRYCOUNT 1 FORCE JUSTID LASTID 1-0",
        "XGROUP SETID k g 1-0 ENTRIESREAD 1", "EXEC"], ["0 xgroup-createconsumer k"]),
    ("XREADGROUP GROUP g c NOACK COUNT 1 STREAMS k >", [
        "MULTI", "XGROUP CREATECONSUMER k g c", "XGROUP SETID k g 1-0 ENTRIESREAD 1", "EXEC"],
     ["0 xgroup-createconsumer k"]),
    ("XREADGROUP GROUP g c STREAMS k 0", [], ["0 xgroup-createconsumer k"]),
    ("XCLAIM k g c 0 2 FORCE TIME 77", ["XCLAIM k g c 0 2 TIME 77 RETRYCOUNT 2 FORCE JUSTID LASTID 0-0"],
     ["0 xgroup-createconsumer k"]),
    ("XCLAIM k g c 0 2 LASTID 2-0", ["XGROUP SETID k g 2-0 ENTRIESREAD -1"], ["0 xgroup-createconsumer k"]),
])
def test_each_change_is_told_as_redis_tells_it(
    still: RedisServer, timed: RawClient, line: str, commands: list[str], events: list[str],
) -> None:
    fill(timed)
    if line.startswith("XDELEX"):
        call(timed, "XDEL k 1")
    with Recorder(still) as heard:
        call(timed, line)
        assert (heard.take_commands(), heard.take_events()) == (commands, events)


def test_entries_found_deleted_while_claiming_are_told_with_their_last_owner(
    still: RedisServer, timed: RawClient,
) -> None:
    fill(timed)
    call(timed, "XREADGROUP GROUP g c STREAMS k >")
    call(timed, "XDEL k 2")
    with Recorder(still) as heard:
        assert call(timed, "XAUTOCLAIM k g d 0 2 COUNT 1 JUSTID") == [b"3-0", [], [b"2-0"]]
        assert heard.take_commands() == [
            f"XCLAIM k g c 0 2-0 TIME {NOW_MS} RETRYCOUNT 1 FORCE JUSTID LASTID 3-0"]
        assert call(timed, "XACK k g 1 1") == 1
        assert heard.take_commands() == ["XACK k g 1 1"]


# -- XADD IDMP (8.6), XIDMPRECORD (8.8) ------------------------------------------------------------------------------


def test_a_repeated_message_gets_the_id_of_the_first(timed: RawClient, clock: ManualClock) -> None:
    first = call(timed, "XADD k IDMP p m * f v")
    clock.advance_ms(5)
    assert call(timed, "XADD k IDMP p m MAXLEN 0 * f other") == first
    assert call(timed, "XADD k IDMP q m * f v") != first
    assert call(timed, "XLEN k") == 2
    told = facts(timed)
    assert [told[name] for name in (b"idmp-duration", b"idmp-maxsize", b"pids-tracked", b"iids-tracked", b"iids-added",
                                    b"iids-duplicates")] == [100, 100, 2, 2, 2, 1]


def test_idmpauto_knows_a_message_by_its_content(timed: RawClient, clock: ManualClock) -> None:
    first = call(timed, "XADD k IDMPAUTO p * a 1 b 2")
    clock.advance_ms(5)
    assert call(timed, "XADD k IDMPAUTO p * b 2 a 1") == first
    assert call(timed, "XADD k IDMPAUTO p * a 12 b 2") != first


def test_a_message_is_forgotten_after_its_time_and_when_the_bounds_change(timed: RawClient, clock: ManualClock) -> None:
    first = call(timed, "XADD k IDMP p m * f v")
    clock.advance_ms(99_999)
    assert call(timed, "XADD k IDMP p m * f v") == first
    clock.advance_ms(1)
    second = call(timed, "XADD k IDMP p m * f v")
    assert second != first
    assert call(timed, "XCFGSET k IDMP-DURATION 100") == call(timed, "XCFGSET k IDMP-MAXSIZE 100")
    clock.advance_ms(1)
    assert call(timed, "XADD k IDMP p m * f v") == second, "the same bounds leave all as it is"
    call(timed, "XCFGSET k IDMP-MAXSIZE 7")
    assert call(timed, "XADD k IDMP p m * f v") != second


def test_producers_messages_reach_replicas_as_calls_of_their_own(still: RedisServer, timed: RawClient) -> None:
    with Recorder(still) as heard:
        call(timed, "XADD k IDMP p m MAXLEN ~ 5 * f v")
        assert heard.take_commands() == ["MULTI", f"XADD k {NOW_MS}-0 f v", f"XIDMPRECORD k p m {NOW_MS}-0",
                                         "XTRIM k MAXLEN = 1 KEEPREF", "EXEC"]
        call(timed, "XADD k IDMP p m * f v")
        assert heard.take_commands() == []


@pytest.mark.parametrize(("line", "text"), [
    ("XADD k IDMP p m 9-9 f v", "ERR IDMP/IDMPAUTO can be used only with auto-generated IDs"),
    ("XADD k IDMP p * f v", "ERR Invalid stream ID specified as stream command argument"),
    ("XADD k IDMP p m IDMPAUTO p * f v", "ERR IDMP/IDMPAUTO specified multiple times"),
    ("XCFGSET k", "ERR At least one parameter must be specified"),
    ("XCFGSET k IDMP-DURATION", "ERR syntax error"),
    ("XCFGSET k IDMP-DURATION 0", "ERR IDMP-DURATION must be between 1 and 86400 seconds"),
    ("XCFGSET k IDMP-MAXSIZE 10001", "ERR IDMP-MAXSIZE must be between 1 and 10000 entries"),
    ("XCFGSET k IDMP-MAXSIZE x", "ERR value is not an integer or out of range"),
    ("XCFGSET nosuch IDMP-MAXSIZE 5", "ERR no such key"),
    ("XIDMPRECORD nosuch p m 1-0", "ERR no such key"),
    ("XIDMPRECORD k p m 9-9", "ERR no such stream entry"),
])
def test_what_idempotency_refuses(timed: RawClient, line: str, text: str) -> None:
    fill(timed)
    assert error(call(timed, line)) == text


def test_xidmprecord_notes_a_message_once(timed: RawClient) -> None:
    fill(timed)
    assert str(call(timed, "XIDMPRECORD k p m 2-0")) == str(call(timed, "XIDMPRECORD k p m 2-0"))
    assert "different stream ID" in error(call(timed, "XIDMPRECORD k p m 3-0"))
    assert call(timed, "XADD k IDMP p m * f v") is not None
    assert error(timed.call("XIDMPRECORD", "k", "", "m", "1-0")).startswith("ERR ")


# -- XREADGROUP CLAIM (8.4), XNACK (8.8), MAXCOUNT and MAXSIZE (8.10) ------------------------------------------------


def test_claim_gives_idle_entries_first_and_then_new_ones(timed: RawClient, clock: ManualClock) -> None:
    fill(timed)
    call(timed, "XREADGROUP GROUP g c COUNT 2 STREAMS k >")
    clock.advance_ms(50)
    assert call(timed, "XREADGROUP GROUP g d CLAIM 51 COUNT 1 STREAMS k >") == [[b"k", [[b"3-0", [b"f", b"v"], 0, 0]]]]
    assert call(timed, "XREADGROUP GROUP g d CLAIM 50 COUNT 9 STREAMS k >") == [
        [b"k", [[b"1-0", [b"f", b"v"], 50, 1], [b"2-0", [b"f", b"v"], 50, 1]]]]
    assert [entry[1:] for entry in pending(timed)] == [[b"d", 0, 2], [b"d", 0, 2], [b"d", 0, 1]]


def test_a_blocked_claim_is_served_when_an_entry_has_been_idle_for_long_enough(client: RawClient) -> None:
    fill(client)
    call(client, "XREADGROUP GROUP g c STREAMS k >")
    call(client, "XDEL k 2 3")
    reply = call(client, "XREADGROUP GROUP g d BLOCK 5000 CLAIM 20 STREAMS k >")
    assert isinstance(reply, list)
    assert reply[0][1][0][0] == b"1-0"


def test_entries_given_back_are_claimed_first_in_the_order_they_came(timed: RawClient) -> None:
    fill(timed)
    call(timed, "XREADGROUP GROUP g c STREAMS k >")
    assert call(timed, "XNACK k g FAIL IDS 2 3 1") == 2
    assert call(timed, "XNACK k g SILENT IDS 2 3 9") == 1
    assert pending(timed) == [[b"1-0", b"", -1, 1], [b"2-0", b"c", 0, 1], [b"3-0", b"", -1, 0]]
    assert call(timed, "XPENDING k g") == [3, b"1-0", b"3-0", [[b"c", b"1"]]]
    reply = call(timed, "XREADGROUP GROUP g d CLAIM 1000 STREAMS k >")
    assert reply == [[b"k", [[b"1-0", [b"f", b"v"], -1, 1], [b"3-0", [b"f", b"v"], -1, 0]]]]


def test_xnack_sets_the_count_of_deliveries(timed: RawClient) -> None:
    fill(timed)
    assert call(timed, "XNACK k g FAIL IDS 2 1 9 FORCE") == 1
    assert call(timed, "XNACK k g FATAL FORCE IDS 1 2") == 1
    assert call(timed, "XNACK k g FATAL RETRYCOUNT 42 IDS 1 3 FORCE") == 1
    assert [entry[3] for entry in pending(timed)] == [0, (1 << 63) - 1, 42]
    call(timed, "XCLAIM k g c 99999 2")
    assert pending(timed)[1] == [b"2-0", b"c", 0, (1 << 63) - 1]


@pytest.mark.parametrize(("words", "text"), [
    ("BADMODE IDS 1 1-0", "ERR mode must be SILENT, FAIL, or FATAL"),
    ("FAIL BADOPT IDS 1 1-0", "ERR Unrecognized XNACK option 'BADOPT'"),
    ("FAIL FORCE RETRYCOUNT 5", "ERR syntax error, expected IDS keyword"),
    ("FAIL IDS 0 1-0", "ERR numids must be a positive integer"),
    ("FAIL IDS 2 1-0", "ERR number of IDs doesn't match numids"),
    ("FAIL IDS 1 x", "ERR Invalid stream ID specified as stream command argument"),
    ("FAIL IDS 1 1-0 RETRYCOUNT -1", "ERR Invalid RETRYCOUNT value, must be >= 0"),
])
def test_what_xnack_refuses(timed: RawClient, words: str, text: str) -> None:
    fill(timed)
    assert error(call(timed, f"XNACK k g {words}")) == text
    assert error(call(timed, "XNACK k nosuch FAIL IDS 1 1")).startswith("NOGROUP")


def test_maxcount_and_maxsize_bound_the_reply_over_all_streams(timed: RawClient) -> None:
    fill(timed)
    call(timed, "COPY k m")
    assert call(timed, "XREAD MAXCOUNT 4 STREAMS k m 0 0") == [
        [b"k", [[b"%d-0" % number, [b"f", b"v"]] for number in (1, 2, 3)]], [b"m", [[b"1-0", [b"f", b"v"]]]]]
    assert call(timed, "XREAD MAXSIZE 1 STREAMS k m 0 0") == [[b"k", [[b"1-0", [b"f", b"v"]]]]]
    call(timed, "XREADGROUP GROUP g c COUNT 2 MAXCOUNT 3 STREAMS k m > >")
    assert call(timed, "XPENDING k g") == [2, b"1-0", b"2-0", [[b"c", b"2"]]]
    assert call(timed, "XPENDING m g") == [1, b"1-0", b"1-0", [[b"c", b"1"]]]
    assert error(call(timed, "XREAD COUNT 5 MAXCOUNT 4 STREAMS k 0")).startswith("ERR MAXCOUNT")
    assert error(call(timed, "XREAD MAXSIZE 0 STREAMS k 0")).startswith("ERR MAXSIZE")


# -- waiting ---------------------------------------------------------------------------------------------------------


def test_a_waiting_consumer_hears_that_its_group_is_gone(client: RawClient, make_client: MakeClient) -> None:
    fill(client)
    waiting = make_client()
    waiting.send("XREADGROUP", "GROUP", "g", "c", "COUNT", 9, "STREAMS", "k", ">")
    assert waiting.read_reply() is not None
    waiting.send("XREADGROUP", "GROUP", "g", "c", "BLOCK", 0, "STREAMS", "k", ">")
    until(lambda: b"blocked_clients:1" in bytes(client.call("INFO", "clients")))
    call(client, "XGROUP DESTROY k g")
    assert error(waiting.read_reply()).startswith("NOGROUP No such key 'k' or consumer group 'g'")


def test_xinfo_stream_full_counts_what_was_given_back(timed: RawClient) -> None:
    fill(timed)
    call(timed, "XREADGROUP GROUP g c STREAMS k >")
    call(timed, "XNACK k g FAIL IDS 1 2")
    reply = call(timed, "XINFO STREAM k FULL")
    assert isinstance(reply, list)
    group = reply[-1][0]
    told = dict(zip(group[::2], group[1::2], strict=True))
    assert (told[b"nacked-count"], told[b"pel-count"]) == (1, 3)
    assert told[b"pending"] == [[b"1-0", b"c", NOW_MS, 1], [b"2-0", b"", 0, 1], [b"3-0", b"c", NOW_MS, 1]]
