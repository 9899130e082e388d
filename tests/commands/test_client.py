"""CLIENT and its subcommands."""

from __future__ import annotations

import re

import pytest

from pyredis_server.base import errors
from pyredis_server.base.clock import ManualClock
from pyredis_server.base.errors import WrongArity
from pyredis_server.resp.reply import Error
from tests.support.raw_client import Argument, RawClient, encode
from tests.support.wait import until


def lines(client: RawClient, *options: Argument) -> list[dict[bytes, bytes]]:
    """CLIENT LIST, each line as its fields."""
    listed = client.call("CLIENT", "LIST", *options)
    return [dict(field.split(b"=", 1) for field in line.split(b" ")) for line in listed.splitlines()]


def address(client: RawClient) -> str:
    host, port = client.socket.getsockname()
    return f"{host}:{port}"


def identity(client: RawClient) -> int:
    number = client.call("CLIENT", "ID")
    assert isinstance(number, int)
    return number


# Names

def test_a_connection_has_no_name_at_first(any_client) -> None:
    assert any_client.call("CLIENT", "GETNAME") is None
    assert any_client.call("CLIENT", "SETNAME", "a~!") == b"OK"
    assert any_client.call("CLIENT", "GETNAME") == b"a~!"
    assert any_client.call("CLIENT", "SETNAME", "") == b"OK"
    assert any_client.call("CLIENT", "GETNAME") is None


@pytest.mark.parametrize("name", [" ", "a b", "a\n", b"a\x00", b"\x7f", "é"])
def test_a_name_that_would_break_client_list_is_refused(client, name) -> None:
    client.call("CLIENT", "SETNAME", "good")
    assert client.call("CLIENT", "SETNAME", name) == Error(errors.CLIENT_NAME_INVALID)
    assert client.call("CLIENT", "GETNAME") == b"good"


# SETINFO

def test_the_library_is_shown_and_can_be_taken_back(client) -> None:
    assert client.call("CLIENT", "SETINFO", "lib-name", "redis.py") == b"OK"
    assert client.call("CLIENT", "SETINFO", "LIB-VER", "1.2.3") == b"OK"
    assert b" lib-name=redis.py lib-ver=1.2.3 " in client.call("CLIENT", "INFO")
    assert client.call("CLIENT", "SETINFO", "LIB-NAME", "") == b"OK"
    assert b" lib-name= lib-ver=1.2.3 " in client.call("CLIENT", "INFO")


@pytest.mark.parametrize(("words", "error"), [
    (("Lib-Name", "a b"), errors.CLIENT_ATTRIBUTE_INVALID % b"Lib-Name"),
    (("LIB-VER", "1\n"), errors.CLIENT_ATTRIBUTE_INVALID % b"LIB-VER"),
    (("badger", "hamster"), errors.CLIENT_ATTRIBUTE_UNKNOWN % b"badger"),
    ((b"bad\x00ger", "hamster"), errors.CLIENT_ATTRIBUTE_UNKNOWN % b"bad"),
    (("LIB-NAME",), WrongArity("client|setinfo").message),
])
def test_setinfo_refuses_what_it_cannot_keep(client, words, error) -> None:
    assert client.call("CLIENT", "SETINFO", *words) == Error(error)


# ID, INFO and LIST

def test_ids_grow_with_each_connection(client, other) -> None:
    assert 0 < identity(client) < identity(other)


def test_info_describes_this_connection(client) -> None:
    client.call("CLIENT", "SETNAME", "me")
    text = client.call("CLIENT", "INFO").decode()
    pattern = (
        rf"id={identity(client)} addr={re.escape(address(client))} laddr=127\.0\.0\.1:\d+ fd=\d+ name=me age=\d+ "
        r"idle=0 flags=N db=0 sub=0 psub=0 ssub=0 multi=-1 watch=0 qbuf=26 qbuf-free=\d+ argv-mem=10 multi-mem=0 "
        r"rbs=\d+ rbp=\d+ obl=0 oll=0 omem=0 tot-mem=\d+ events=r cmd=client\|info user=default redir=-1 resp=2 "
        r"lib-name= lib-ver= io-thread=\d+ tot-net-in=\d+ tot-net-out=\d+ tot-cmds=\d+( \S+=\d+)*\n"
    )
    assert re.fullmatch(pattern, text), text


def test_info_and_list_are_verbatim_text_in_resp3(client3) -> None:
    for call in (("CLIENT", "INFO"), ("CLIENT", "LIST"), ("CLIENT", "LIST", "ID", "99999999")):
        client3.send(*call)
        item = client3.read_item()
        assert item.kind == "verbatim"
        assert item.value.startswith(b"txt:")


def test_list_shows_every_connection_in_order(client, other) -> None:
    known = {identity(client), identity(other)}  # asked first: a connection is listed once the server has accepted it
    ids = [int(line[b"id"]) for line in lines(client)]
    assert known <= set(ids)
    assert ids == sorted(ids)


def test_list_shows_the_last_command_of_others(client, other) -> None:
    other_id = identity(other)
    other.call("SET", "k", "v")
    assert lines(client, "ID", other_id)[0][b"cmd"] == b"set"
    other.call("CLIENT", "GETNAME")
    assert lines(client, "ID", other_id)[0][b"cmd"] == b"client|getname"


def test_list_counts_traffic(client, other) -> None:
    other_id = identity(other)
    before = lines(client, "ID", other_id)[0]
    other.call("ECHO", "x" * 100)
    after = lines(client, "ID", other_id)[0]
    assert int(after[b"tot-net-in"]) - int(before[b"tot-net-in"]) == len("*2\r\n$4\r\nECHO\r\n$100\r\n\r\n") + 100
    assert int(after[b"tot-net-out"]) - int(before[b"tot-net-out"]) == len("$100\r\n\r\n") + 100
    assert int(after[b"tot-cmds"]) - int(before[b"tot-cmds"]) == 1


def test_list_takes_ids_in_the_callers_order_and_skips_unknown_ones(client, other) -> None:
    mine, its = identity(client), identity(other)
    assert [int(line[b"id"]) for line in lines(client, "ID", its, 99999999, -1, mine, its)] == [its, mine, its]


def test_list_by_type(client, other) -> None:
    mine = str(identity(client)).encode()
    assert mine in [line[b"id"] for line in lines(client, "type", "Normal")]
    for empty in ("pubsub", "replica", "slave", "master"):
        assert lines(client, "TYPE", empty) == []


def test_a_monitor_is_listed_as_a_normal_client(client, other) -> None:
    other_id = str(identity(other)).encode()
    other.call("MONITOR")
    found = [line for line in lines(client, "TYPE", "normal") if line[b"id"] == other_id]
    assert [(line[b"flags"], line[b"cmd"]) for line in found] == [(b"O", b"monitor")]


@pytest.mark.parametrize(("options", "error"), [
    (("TYPE", "wrong"), errors.CLIENT_TYPE_UNKNOWN % b"wrong"),
    (("ID", "x"), errors.CLIENT_ID_INVALID),
    (("ID", "1", "TYPE", "normal"), errors.CLIENT_ID_INVALID),
    (("TYPE",), errors.SYNTAX), (("ID",), errors.SYNTAX), (("BOGUS",), errors.SYNTAX),
    (("TYPE", "normal", "ID", "1"), errors.SYNTAX),
])
def test_list_refuses_wrong_options(client, options, error) -> None:
    assert client.call("CLIENT", "LIST", *options) == Error(error)


def test_a_closed_connection_is_no_longer_listed(client, make_client) -> None:
    gone = make_client()
    gone_id = identity(gone)
    gone.close()
    until(lambda: lines(client, "ID", gone_id) == [], what="the lost client is forgotten")


def test_age_and_idle_time_are_seconds(make_server, clock: ManualClock) -> None:
    server = make_server(clock=clock)
    with RawClient(port=server.port) as client, RawClient(port=server.port) as other:
        other_id = identity(other)
        clock.advance_ms(2_000)
        other.call("PING")
        clock.advance_ms(3_500)
        line = lines(client, "ID", other_id)[0]
        assert (line[b"age"], line[b"idle"]) == (b"5", b"3")


# KILL

def test_kill_by_address_closes_that_connection(client, other) -> None:
    assert client.call("CLIENT", "KILL", address(other)) == b"OK"
    assert other.is_closed_by_server


@pytest.mark.parametrize("nobody", ["127.0.0.1:", "127.0.0.1:1", "ID", ""])
def test_kill_of_an_unknown_address_is_an_error(client, nobody) -> None:
    assert client.call("CLIENT", "KILL", nobody) == Error(errors.CLIENT_NOT_FOUND)


def test_kill_with_filters_counts(client, other, make_client) -> None:
    third = make_client()
    assert client.call("CLIENT", "KILL", "ID", identity(other), "ADDR", address(third)) == 0
    assert client.call("CLIENT", "KILL", "id", identity(other), "addr", address(other)) == 1
    assert other.is_closed_by_server
    assert third.call("PING") == b"PONG"


def test_kill_spares_the_caller_unless_told_otherwise(client) -> None:
    mine = identity(client)
    assert client.call("CLIENT", "KILL", "ID", mine) == 0
    assert client.call("CLIENT", "KILL", "ID", mine, "SKIPME", "NO", "SKIPME", "YES") == 0
    assert client.call("CLIENT", "KILL", "ID", mine, "SKIPME", "no") == 1
    assert client.is_closed_by_server


def test_killing_oneself_by_address_is_answered_first(client) -> None:
    assert client.call("CLIENT", "KILL", address(client)) == b"OK"
    assert client.is_closed_by_server


def test_what_follows_in_the_pipeline_of_a_killed_client_is_not_run(client, other) -> None:
    client.send_raw(encode(("CLIENT", "KILL", "ADDR", address(client), "SKIPME", "NO")) + encode(("SET", "k", "v")))
    assert client.read_until_closed() == b":1\r\n"
    assert other.call("GET", "k") is None


def test_kill_by_type_user_and_local_address(client, other) -> None:
    its = identity(other)
    local = lines(client, "ID", its)[0][b"laddr"]
    assert client.call("CLIENT", "KILL", "ID", its, "TYPE", "pubsub") == 0
    assert client.call("CLIENT", "KILL", "ID", its, "LADDR", address(other)) == 0
    assert client.call("CLIENT", "KILL", "ID", its, "TYPE", "normal", "USER", "default", "LADDR", local) == 1
    assert other.is_closed_by_server


def test_kill_by_age(make_server, clock: ManualClock) -> None:
    server = make_server(clock=clock)
    with RawClient(port=server.port) as client, RawClient(port=server.port) as old:
        old_id = identity(old)
        clock.advance_ms(5_000)
        with RawClient(port=server.port) as young:
            assert client.call("CLIENT", "KILL", "ID", identity(young), "MAXAGE", 5) == 0
            assert client.call("CLIENT", "KILL", "ID", old_id, "MAXAGE", 60) == 0
            assert client.call("CLIENT", "KILL", "ID", old_id, "MAXAGE", 5) == 1
            assert old.is_closed_by_server
            assert young.call("PING") == b"PONG"


@pytest.mark.parametrize(("options", "error"), [
    ((), WrongArity("client|kill").message),
    (("ID", "10", "wrong"), errors.SYNTAX), (("BOGUS", "x"), errors.SYNTAX), (("SKIPME", "maybe"), errors.SYNTAX),
    (("ID", "str"), errors.CLIENT_ID_NOT_POSITIVE), (("ID", "0"), errors.CLIENT_ID_NOT_POSITIVE),
    (("ID", "-1"), errors.CLIENT_ID_NOT_POSITIVE), (("ID", str(2**63)), errors.CLIENT_ID_NOT_POSITIVE),
    (("TYPE", "wrong"), errors.CLIENT_TYPE_UNKNOWN % b"wrong"), (("USER", "who"), errors.USER_NOT_FOUND % b"who"),
    (("MAXAGE", "str"), errors.MAXAGE_NOT_AN_INTEGER), (("MAXAGE", "9" * 20), errors.MAXAGE_NOT_AN_INTEGER),
    (("MAXAGE", "0"), errors.MAXAGE_NOT_POSITIVE), (("MAXAGE", "-1"), errors.MAXAGE_NOT_POSITIVE),
])
def test_kill_refuses_wrong_options_and_kills_nobody(client, other, options, error) -> None:
    assert client.call("CLIENT", "KILL", *options) == Error(error)
    assert other.call("PING") == b"PONG"


# NO-EVICT and NO-TOUCH

@pytest.mark.parametrize(("subcommand", "letter"), [("NO-EVICT", b"e"), ("NO-TOUCH", b"T")])
def test_modes_are_switched_on_and_off(client, subcommand, letter) -> None:
    assert client.call("CLIENT", subcommand, "on") == b"OK"
    assert b" flags=" + letter + b" " in client.call("CLIENT", "INFO")
    assert client.call("CLIENT", subcommand, "wrong") == Error(errors.SYNTAX)
    assert b" flags=" + letter + b" " in client.call("CLIENT", "INFO")
    assert client.call("CLIENT", subcommand, "OFF") == b"OK"
    assert b" flags=N " in client.call("CLIENT", "INFO")


# REPLY

def test_reply_off_silences_until_on(client) -> None:
    for call in (("CLIENT", "REPLY", "OFF"), ("PING",), ("NOSUCH",), ("CLIENT", "REPLY", "SKIP"), ("SET", "k", "v"),
                 ("CLIENT", "REPLY", "ON")):
        client.send(*call)
    assert client.read_reply() == b"OK"
    assert client.call("GET", "k") == b"v"


@pytest.mark.parametrize("skipped", [("PING",), ("NOSUCH",), ("CLIENT", "REPLY", "wrong"), ("HELLO", "2"), ("RESET",)])
def test_reply_skip_leaves_out_the_next_reply_only(client, skipped) -> None:
    client.send("CLIENT", "REPLY", "SKIP")
    client.send(*skipped)
    assert client.call("ECHO", "next") == b"next"
    assert client.call("ECHO", "and on") == b"and on"


def test_reply_skip_twice_leaves_out_one(client) -> None:
    for call in (("CLIENT", "REPLY", "SKIP"), ("CLIENT", "REPLY", "SKIP"), ("ECHO", "1"), ("ECHO", "2")):
        client.send(*call)
    assert client.read_reply() == b"2"


def test_reply_on_takes_a_skip_back(client) -> None:
    client.send("CLIENT", "REPLY", "SKIP")
    assert client.call("CLIENT", "REPLY", "ON") == b"OK"
    assert client.call("PING") == b"PONG"


def test_reply_skip_inside_a_transaction_leaves_out_what_follows_exec(client) -> None:
    client.call("MULTI")
    for queued in (("CLIENT", "REPLY", "SKIP"), ("ECHO", "inside")):
        assert client.call(*queued) == b"QUEUED"
    assert client.call("EXEC") == [b"OK", b"inside"]
    client.send("ECHO", "skipped")
    assert client.call("ECHO", "next") == b"next"


def test_reply_off_inside_a_transaction_silences_exec(client) -> None:
    client.call("MULTI")
    assert client.call("CLIENT", "REPLY", "OFF") == b"QUEUED"
    client.send("EXEC")
    assert client.call("CLIENT", "REPLY", "ON") == b"OK"


def test_reply_wants_a_mode_it_knows(client) -> None:
    assert client.call("CLIENT", "REPLY", "wrong") == Error(errors.SYNTAX)
    assert client.call("PING") == b"PONG"


def test_a_client_with_replies_off_can_still_quit(client) -> None:
    client.send("CLIENT", "REPLY", "OFF")
    client.send("QUIT")
    assert client.read_until_closed() == b""


# PAUSE and UNPAUSE

def is_held_back(observer: RawClient, held: int) -> bool:
    return b"b" in lines(observer, "ID", held)[0][b"flags"]


def test_a_write_pause_holds_writes_back_and_lets_reads_pass(client, other) -> None:
    other_id = identity(other)
    assert client.call("CLIENT", "PAUSE", 100_000, "WRITE") == b"OK"
    assert other.call("GET", "k") is None
    other.send("SET", "k", "v")
    until(lambda: is_held_back(client, other_id), what="the write is held back")
    assert client.call("GET", "k") is None
    assert client.call("CLIENT", "UNPAUSE") == b"OK"
    assert other.read_reply() == b"OK"
    assert client.call("GET", "k") == b"v"


def test_a_pause_of_all_ends_by_itself(make_server, clock: ManualClock) -> None:
    server = make_server(clock=clock)
    with RawClient(port=server.port) as client:
        assert client.call("CLIENT", "PAUSE", 50) == b"OK"
        client.send("PING")
        clock.advance_ms(51)
        assert client.read_reply() == b"PONG"


def test_held_back_clients_go_on_in_order_with_all_they_sent(client, other) -> None:
    other_id = identity(other)
    client.call("CLIENT", "PAUSE", 100_000, "WRITE")
    for number in range(5):
        other.send("APPEND", "k", number)
    other.send("GET", "k")
    until(lambda: is_held_back(client, other_id), what="the writes are held back")
    client.call("CLIENT", "UNPAUSE")
    assert [other.read_reply() for _ in range(6)] == [1, 2, 3, 4, 5, b"01234"]


def test_a_shorter_pause_does_not_shorten_a_running_one(client, other) -> None:
    other_id = identity(other)
    client.call("CLIENT", "PAUSE", 100_000, "WRITE")
    client.call("CLIENT", "PAUSE", 0, "WRITE")
    other.send("SET", "k", "v")
    until(lambda: is_held_back(client, other_id), what="the write is held back")
    client.call("CLIENT", "UNPAUSE")
    assert other.read_reply() == b"OK"


def test_a_transaction_that_writes_is_held_back_at_exec(client, other, make_client) -> None:
    reading = make_client()
    other_id = identity(other)
    for each, call in ((other, ("SET", "k", "v")), (reading, ("GET", "k"))):
        each.call("MULTI")
        each.call(*call)
    client.call("CLIENT", "PAUSE", 100_000, "WRITE")
    assert reading.call("EXEC") == [None]
    other.send("EXEC")
    until(lambda: is_held_back(client, other_id), what="EXEC is held back")
    client.call("CLIENT", "UNPAUSE")
    assert other.read_reply() == [b"OK"]


def test_a_write_is_held_back_before_it_is_queued(client, other) -> None:
    other_id = identity(other)
    other.call("MULTI")
    client.call("CLIENT", "PAUSE", 100_000, "WRITE")
    assert other.call("GET", "k") == b"QUEUED"
    other.send("SET", "k", "v")
    until(lambda: is_held_back(client, other_id), what="the write is held back")
    client.call("CLIENT", "UNPAUSE")
    assert other.read_reply() == b"QUEUED"
    assert other.call("EXEC") == [None, b"OK"]


def test_mistakes_are_answered_during_a_pause(client, other) -> None:
    client.call("CLIENT", "PAUSE", 100_000, "WRITE")
    assert other.call("SET", "k") == Error(WrongArity("set").message)


def test_a_held_back_client_that_goes_away_is_forgotten(client, make_client) -> None:
    gone = make_client()
    gone_id = identity(gone)
    client.call("CLIENT", "PAUSE", 100_000, "WRITE")
    gone.send("SET", "k", "v")
    until(lambda: is_held_back(client, gone_id), what="the write is held back")
    gone.close()
    until(lambda: lines(client, "ID", gone_id) == [], what="the lost client is forgotten")
    client.call("CLIENT", "UNPAUSE")
    assert client.call("GET", "k") is None


@pytest.mark.parametrize(("words", "error"), [
    (("x",), errors.TIMEOUT_NOT_AN_INTEGER), (("1.5",), errors.TIMEOUT_NOT_AN_INTEGER),
    ((str(2**63),), errors.TIMEOUT_NOT_AN_INTEGER), (("-1",), errors.TIMEOUT_NEGATIVE),
    ((str(2**63 - 1),), errors.TIMEOUT_OUT_OF_RANGE), (("x", "FOO"), errors.PAUSE_MODE),
    (("1", "WRITE", "x"), errors.SUBCOMMAND_SYNTAX % (b"pause", b"CLIENT")),
])
def test_pause_refuses_wrong_arguments(client, words, error) -> None:
    assert client.call("CLIENT", "pause", *words) == Error(error)
    assert client.call("SET", "k", "v") == b"OK"


# Without any subscriber

def test_reset_and_kill_by_type_pubsub_do_without_subscribers(client, other) -> None:
    assert client.call("CLIENT", "KILL", "TYPE", "pubsub", "SKIPME", "no") == 0
    assert client.call("RESET") == b"RESET"
    assert other.call("PING") == b"PONG"


# What was read and parsed

def test_reads_and_parsed_commands_are_counted(client, other) -> None:
    its = identity(other)

    def counted() -> tuple[int, ...]:
        (line,) = lines(client, "ID", its)
        return tuple(int(line[name]) for name in (b"read-events", b"parse-batch-cmd-sum", b"parse-batch-cnt"))

    before = counted()
    other.send_raw(encode(("PING",)) * 5)  # one read
    for _ in range(5):
        other.read_reply()
    assert counted() == (before[0] + 1, before[1] + 5, before[2] + 1)
    other.send_raw(b"*1\r\n$4\r\nPI")
    until(lambda: counted()[0] == before[0] + 2, what="the half has been read")
    assert counted() == (before[0] + 2, before[1] + 5, before[2] + 1)
    other.send_raw(b"NG\r\n")
    assert other.read_reply() == b"PONG"
    assert counted() == (before[0] + 3, before[1] + 6, before[2] + 2)


# UNBLOCK

@pytest.mark.parametrize(("words", "error"), [
    (("x",), errors.NOT_AN_INTEGER), (("x", "FOO"), errors.UNBLOCK_REASON),
    (("1", "ERROR", "x"), errors.SUBCOMMAND_SYNTAX % (b"UNBLOCK", b"CLIENT")),
])
def test_unblock_refuses_wrong_arguments(client, words, error) -> None:
    assert client.call("CLIENT", "UNBLOCK", *words) == Error(error)


def test_unblock_of_a_client_that_does_not_wait_does_nothing(client, other) -> None:
    assert client.call("CLIENT", "UNBLOCK", identity(other)) == 0
    assert client.call("CLIENT", "UNBLOCK", 99999999, "error") == 0
    assert other.call("PING") == b"PONG"


def test_unblock_does_not_end_a_pause(client, other) -> None:
    other_id = identity(other)
    client.call("CLIENT", "PAUSE", 100_000, "WRITE")
    other.send("SET", "k", "v")
    until(lambda: is_held_back(client, other_id), what="the write is held back")
    assert client.call("CLIENT", "UNBLOCK", other_id) == 0
    client.call("CLIENT", "UNPAUSE")
    assert other.read_reply() == b"OK"


# The container

def test_client_alone_and_unknown_subcommands_are_refused(client) -> None:
    assert client.call("CLIENT") == Error(WrongArity("client").message)
    assert client.call("CLIENT", "nosuch") == Error(b"ERR unknown subcommand 'nosuch'. Try CLIENT HELP.")


def test_help_names_every_subcommand(client) -> None:
    shown = client.call("CLIENT", "HELP")
    assert shown[0].startswith(b"CLIENT <subcommand> ")
    named = {line.split()[0].lower() for line in shown[1:] if not line.startswith(b" ")}
    found = client.call("COMMAND", "INFO", "client")[0][9]
    assert named == {sub[0].removeprefix(b"client|") for sub in found}
