"""MULTI EXEC DISCARD WATCH UNWATCH."""

from __future__ import annotations

import pytest

from pyredis_server.base import errors
from pyredis_server.base.clock import ManualClock
from pyredis_server.base.errors import WrongArity
from pyredis_server.resp.reply import Error
from tests.support.raw_client import Argument, RawClient


def run(client: RawClient, *calls: tuple[Argument, ...]) -> object:
    """MULTI, the calls, EXEC: EXEC's reply."""
    assert client.call("MULTI") == b"OK"
    for call in calls or [("PING",)]:
        assert client.call(*call) == b"QUEUED"
    return client.call("EXEC")


# Queueing

def test_queued_commands_run_at_exec_and_not_before(client, other) -> None:
    client.call("MULTI")
    assert client.call("SET", "k", "v") == b"QUEUED"
    assert client.call("GET", "k") == b"QUEUED"
    assert other.call("GET", "k") is None
    assert client.call("EXEC") == [b"OK", b"v"]
    assert other.call("GET", "k") == b"v"


def test_client_info_inside_exec_shows_the_whole_queue_and_what_has_run(client) -> None:
    """The figures are those of 8.2.3: `multi` and `multi-mem` stay, only commands that have run are counted."""
    replies = run(client, ("CLIENT", "INFO"), ("GET", "b"), ("CLIENT", "INFO"))
    assert isinstance(replies, list)
    fields = [dict(field.split(b"=", 1) for field in line.split(b" ")) for line in replies[::2]]
    assert [(each[b"multi"], each[b"multi-mem"], each[b"cmd"]) for each in fields] == [(b"3", b"72", b"exec")] * 2
    assert int(fields[1][b"tot-cmds"]) - int(fields[0][b"tot-cmds"]) == 2
    after = dict(field.split(b"=", 1) for field in client.call("CLIENT", "INFO").split(b" "))
    assert (after[b"multi"], after[b"multi-mem"]) == (b"-1", b"0")


@pytest.mark.parametrize(("calls", "counted"), [
    (("MULTI", "GET a", "GET b", "EXEC"), 4), (("MULTI", "GET a", "GET b", "DISCARD"), 2),
    (("MULTI", "GET a", "GET", "EXEC"), 2), (("NOSUCH", "GET", "GET a b"), 0), (("SET k x", "INCR k"), 2),
])
def test_commands_count_when_they_run_not_when_they_are_queued_or_refused(client, calls, counted) -> None:
    def figures() -> tuple[int, int]:
        stats = client.call("INFO", "stats").decode()
        mine = client.call("CLIENT", "INFO").decode()
        return int(stats.split("total_commands_processed:")[1].split()[0]), int(mine.split("tot-cmds=")[1].split()[0])

    before = figures()
    for call in calls:
        client.call(*call.split())
    assert figures() == (before[0] + counted + 2, before[1] + counted + 2)  # 2: INFO and CLIENT INFO


def test_an_empty_transaction_gives_an_empty_array(any_client) -> None:
    any_client.call("MULTI")
    any_client.send("EXEC")
    item = any_client.read_item()
    assert (item.kind, item.value) == ("array", ())


def test_errors_inside_exec_stay_in_their_place(client) -> None:
    client.call("SET", "s", "text")
    assert run(client, ("INCR", "s"), ("SET", "s", "1"), ("INCR", "s")) == [Error(errors.NOT_AN_INTEGER), b"OK", 2]


def test_multi_does_not_nest_and_the_transaction_goes_on(client) -> None:
    client.call("MULTI")
    assert client.call("MULTI") == Error(errors.MULTI_NESTED)
    client.call("PING")
    assert client.call("EXEC") == [b"PONG"]


def test_exec_and_discard_need_multi(client) -> None:
    assert client.call("EXEC") == Error(errors.EXEC_WITHOUT_MULTI)
    assert client.call("DISCARD") == Error(errors.DISCARD_WITHOUT_MULTI)


@pytest.mark.parametrize("refused", [
    ("NOSUCH",), ("GET",), ("CLIENT", "NOSUCH"), ("CLIENT", "SETNAME"), ("DISCARD", "x"),
])
def test_a_refused_command_makes_exec_fail_as_a_whole(client, refused) -> None:
    client.call("MULTI")
    client.call("SET", "k", "v")
    assert client.call(*refused).code == b"ERR"
    assert client.call("EXEC") == Error(errors.EXEC_ABORT)
    assert client.call("GET", "k") is None
    assert client.call("PING") == b"PONG"  # no longer in a transaction


def test_exec_with_arguments_discards_the_transaction(client) -> None:
    client.call("MULTI")
    client.call("SET", "k", "v")
    reason = WrongArity("exec").message.removeprefix(b"ERR ")
    assert client.call("EXEC", "x") == Error(errors.EXEC_ABORT_REASON % reason)
    assert client.call("EXEC") == Error(errors.EXEC_WITHOUT_MULTI)


def test_discard_drops_the_queue(client) -> None:
    client.call("MULTI")
    client.call("SET", "k", "v")
    assert client.call("DISCARD") == b"OK"
    assert client.call("GET", "k") is None


def test_a_new_transaction_after_discard_is_a_fresh_one(client) -> None:
    client.call("MULTI")
    client.call("NOSUCH")
    client.call("DISCARD")
    assert run(client) == [b"PONG"]


def test_a_whole_transaction_may_come_in_one_pipeline(client) -> None:
    replies = client.pipeline([("MULTI",), ("INCR", "n"), ("INCR", "n"), ("EXEC",), ("INCR", "n")])
    assert replies == [b"OK", b"QUEUED", b"QUEUED", [1, 2], 3]


def test_select_inside_a_transaction_holds_after_it(client) -> None:
    assert run(client, ("SELECT", 5), ("SET", "k", "five")) == [b"OK", b"OK"]
    assert client.call("GET", "k") == b"five"
    client.call("SELECT", 0)
    assert client.call("GET", "k") is None


def test_client_list_shows_the_transaction(client, other) -> None:
    client_id = client.call("CLIENT", "ID")
    client.call("WATCH", "k")
    client.call("MULTI")
    client.call("SET", "k", "v")
    line = other.call("CLIENT", "LIST", "ID", client_id)
    assert b" flags=x " in line
    assert b" multi=1 watch=1 " in line


# WATCH

def test_exec_is_nil_when_a_watched_key_changed(any_client, other) -> None:
    any_client.call("WATCH", "a", "b", "k")
    other.call("SET", "k", "v")
    any_client.call("MULTI")
    any_client.call("SET", "mine", "1")
    any_client.send("EXEC")
    assert any_client.read_item().kind in ("null_array", "null")
    assert other.call("GET", "mine") is None


def test_exec_is_nil_when_the_client_itself_changed_a_watched_key(client) -> None:
    client.call("SET", "k", "1")
    client.call("WATCH", "k")
    client.call("SET", "k", "1")
    assert run(client) is None


def test_exec_runs_when_no_watched_key_changed(client, other) -> None:
    client.call("WATCH", "a", "b")
    client.call("WATCH", "k")
    other.call("SET", "x", "v")
    other.call("GET", "k")
    assert run(client) == [b"PONG"]


def test_a_transaction_may_change_what_it_watched(client) -> None:
    client.call("WATCH", "k")
    assert run(client, ("SET", "k", "1"), ("INCR", "k")) == [b"OK", 2]


@pytest.mark.parametrize("fails", [True, False])
def test_exec_ends_all_watches(client, other, fails) -> None:
    client.call("WATCH", "k")
    if fails:
        other.call("SET", "k", "1")
    assert (run(client) is None) is fails
    other.call("SET", "k", "2")
    assert run(client) == [b"PONG"]


def test_discard_ends_watches_and_forgets_changes(client, other) -> None:
    client.call("WATCH", "k")
    other.call("SET", "k", "1")
    client.call("MULTI")
    client.call("DISCARD")
    other.call("SET", "k", "2")
    assert run(client) == [b"PONG"]


def test_unwatch_ends_watches_and_forgets_changes(client, other) -> None:
    assert client.call("UNWATCH") == b"OK"
    client.call("WATCH", "k")
    other.call("SET", "k", "1")
    assert client.call("UNWATCH") == b"OK"
    assert run(client) == [b"PONG"]


def test_unwatch_inside_a_transaction_is_queued(client, other) -> None:
    client.call("WATCH", "k")
    other.call("SET", "k", "1")
    assert run(client, ("UNWATCH",)) is None


def test_watch_inside_a_transaction_is_refused_and_does_no_harm(client) -> None:
    client.call("MULTI")
    assert client.call("WATCH", "k") == Error(errors.WATCH_IN_MULTI)
    client.call("PING")
    assert client.call("EXEC") == [b"PONG"]


def test_an_aborted_exec_goes_before_a_changed_key(client, other) -> None:
    client.call("WATCH", "k")
    other.call("SET", "k", "1")
    client.call("MULTI")
    client.call("NOSUCH")
    assert client.call("EXEC") == Error(errors.EXEC_ABORT)


def test_watch_belongs_to_a_database(client, other) -> None:
    client.call("SELECT", 5)
    client.call("WATCH", "k")
    other.call("SET", "k", "in 0")
    client.call("SELECT", 1)
    assert run(client) == [b"PONG"]
    client.call("SELECT", 5)
    client.call("WATCH", "k")
    client.call("SELECT", 1)
    other.call("SELECT", 5)
    other.call("SET", "k", "in 5")
    assert run(client) is None


def test_a_lost_client_leaves_no_watch_behind(make_client, other) -> None:
    gone = make_client()
    gone.call("WATCH", "k")
    gone.call("QUIT")
    assert gone.is_closed_by_server
    assert other.call("SET", "k", "v") == b"OK"


def test_expire_and_persist_are_changes(client, other) -> None:
    for change in (("EXPIRE", "k", 100), ("PERSIST", "k"), ("DEL", "k"), ("SET", "k", "2")):
        other.call("SET", "k", "1", *(("EX", 50) if change[0] == "PERSIST" else ()))
        client.call("WATCH", "k")
        other.call(*change)
        assert run(client) is None, change


@pytest.mark.parametrize("flush", ["FLUSHALL", "FLUSHDB"])
def test_a_flush_is_a_change_of_keys_that_exist(client, other, flush) -> None:
    client.call("SET", "k", "1")
    client.call("WATCH", "k", "absent")
    other.call(flush)
    assert run(client) is None
    client.call("WATCH", "absent")
    other.call(flush)
    assert run(client) == [b"PONG"]


@pytest.mark.parametrize(("here", "there", "fails"), [(1, 0, True), (0, 1, True), (1, 1, True), (0, 0, False)])
def test_swapdb_is_a_change_of_keys_in_either_database(client, other, here, there, fails) -> None:
    for db, present in ((0, here), (1, there)):
        other.call("SELECT", db)
        if present:
            other.call("SET", "k", db)
    client.call("WATCH", "k")
    other.call("SWAPDB", 0, 1)
    assert (run(client) is None) is fails


def test_a_key_that_expires_while_watched_makes_exec_fail(make_server, clock: ManualClock) -> None:
    with RawClient(port=make_server(clock=clock).port) as client:
        client.call("SET", "k", "v", "PX", 100)
        client.call("WATCH", "k")
        clock.advance_ms(101)
        assert run(client) is None


def test_a_key_that_had_expired_before_watch_does_no_harm(make_server, clock: ManualClock) -> None:
    server = make_server(clock=clock, enable_debug_command="yes")
    with RawClient(port=server.port) as client:
        client.call("DEBUG", "SET-ACTIVE-EXPIRE", 0)
        for deletion in (("EXISTS", "k"), ("FLUSHDB",), ("SWAPDB", 0, 1)):
            client.call("SET", "k", "v", "PX", 100)
            clock.advance_ms(101)
            client.call("WATCH", "k")
            client.call(*deletion)
            assert run(client) == [b"PONG"], deletion
