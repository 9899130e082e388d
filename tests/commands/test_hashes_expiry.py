"""Times to live of fields: HEXPIRE and its kin, HTTL and its kin, HPERSIST, HGETEX, HSETEX, HGETDEL, and running out."""

from __future__ import annotations

import pytest

from pyredis_server.base import errors
from pyredis_server.base.clock import ManualClock
from pyredis_server.embedded import RedisServer
from pyredis_server.keyspace.hashes_expiry import FieldExpireCycle
from pyredis_server.keyspace.hooks import Overdue
from tests.support.raw_client import RawClient
from tests.support.recorder import Recorder, run_on_executor
from tests.support.wire import ErrorReply

FAR_S = 33_177_117_420  # the year 3021
NOW_MS = ManualClock().wall_ms()
SETTERS = ["HEXPIRE", "HPEXPIRE", "HEXPIREAT", "HPEXPIREAT"]


@pytest.fixture
def timed(timed: RawClient) -> RawClient:
    """The client of a server whose clock stands still, which holds a hash."""
    timed.call("HSET", "k", "a", 1, "b", 2, "c", 3)
    return timed


def call(client: RawClient, line: str) -> object:
    return client.call(*line.split())


def run_cycle(server: RedisServer) -> None:
    """Let the active cycle run once, as cron does."""
    parts = server.server
    clock = parts.clock

    def run() -> None:
        parts.keyspace.active_expire_enabled = True
        FieldExpireCycle(parts.keyspace, mono_ns=clock.mono_ns, wall_ms=clock.wall_ms).run(10)
        parts.keyspace.active_expire_enabled = False

    run_on_executor(server, run)


def subexpiry(server: RedisServer) -> int:
    return server.server.keyspace.databases[0].subexpiry


def expired_subkeys(server: RedisServer) -> int:
    return server.server.keyspace.stats.expired_subkeys


# Setting and telling


@pytest.mark.parametrize(("command", "argument", "expires_ms"), [
    ("HEXPIRE", 100, NOW_MS + 100_000),
    ("HPEXPIRE", 100, NOW_MS + 100),
    ("HEXPIREAT", FAR_S, FAR_S * 1000),
    ("HPEXPIREAT", FAR_S * 1000 + 7, FAR_S * 1000 + 7),
])
def test_each_setter_counts_in_its_own_unit(still, timed, command, argument, expires_ms):
    with Recorder(still) as heard:
        assert timed.call(command, "k", argument, "FIELDS", 3, "a", "nosuch", "b") == [1, -2, 1]
        assert heard.take_events() == ["0 hexpire k"]
        assert heard.take_commands() == [f"HPEXPIREAT k {expires_ms} FIELDS 2 a b"]
    assert timed.call("HPEXPIRETIME", "k", "FIELDS", 3, "a", "b", "c") == [expires_ms, expires_ms, -1]


def test_times_are_told_in_every_unit(timed):
    timed.call("HPEXPIRE", "k", 1500, "FIELDS", 1, "a")
    fields = ("FIELDS", 3, "a", "b", "nosuch")
    assert timed.call("HPTTL", "k", *fields) == [1500, -1, -2]
    assert timed.call("HTTL", "k", *fields) == [2, -1, -2]
    assert timed.call("HPEXPIRETIME", "k", *fields) == [NOW_MS + 1500, -1, -2]
    assert timed.call("HEXPIRETIME", "k", *fields) == [(NOW_MS + 2499) // 1000, -1, -2]


@pytest.mark.parametrize("command", [*SETTERS, "HTTL", "HPTTL", "HEXPIRETIME", "HPEXPIRETIME", "HPERSIST"])
def test_without_a_key_there_are_no_fields(any_client, command):
    time = [FAR_S] if command in SETTERS else []
    assert any_client.call(command, "nosuch", *time, "FIELDS", 2, "a", "b") == [-2, -2]
    any_client.call("SET", "s", "v")
    assert any_client.call(command, "s", *time, "FIELDS", 1, "a") == ErrorReply(errors.WRONG_TYPE)


@pytest.mark.parametrize(("condition", "without", "less", "same", "more"), [
    ("", 1, 1, 1, 1),
    ("NX", 1, 0, 0, 0),
    ("xx", 0, 1, 1, 1),
    ("GT", 0, 0, 0, 1),
    ("LT", 1, 1, 0, 0),
])
def test_conditions_by_what_the_field_has(still, timed, condition, without, less, same, more):
    assert timed.call("HEXPIRE", "k", 100, *condition.split(), "FIELDS", 1, "a") == [without]
    for seconds, expected in ((50, less), (100, same), (200, more)):
        timed.call("HEXPIRE", "k", 100, "FIELDS", 1, "a")
        with Recorder(still) as heard:
            assert timed.call("HEXPIRE", "k", seconds, *condition.split(), "FIELDS", 1, "a") == [expected]
            words = f"{condition} FIELDS 1 a".strip()
            told = [f"HPEXPIREAT k {NOW_MS + seconds * 1000} {words}"] if expected else []
            assert heard.take_commands() == told
        assert timed.call("HTTL", "k", "FIELDS", 1, "a") == [seconds if expected else 100]


@pytest.mark.parametrize("command", SETTERS)
def test_a_time_that_has_passed_removes_the_field(still, timed, command):
    with Recorder(still) as heard:
        assert timed.call(command, "k", 0, "FIELDS", 3, "a", "a", "b") == [2, -2, 2]
        assert heard.take_events() == ["0 hdel k"]
        assert heard.take_commands() == ["MULTI", "HDEL k a", "HDEL k b", "EXEC"]
        assert timed.call(command, "k", 0, "FIELDS", 1, "c") == [2]
        assert heard.take_events() == ["0 hdel k", "0 del k"]
        assert heard.take_commands() == ["HDEL k c"]
    assert timed.call("EXISTS", "k") == 0
    assert expired_subkeys(still) == 3


@pytest.mark.parametrize(("rest", "message"), [
    ("x FIELDS 1 a", errors.NOT_AN_INTEGER),
    ("-1 FIELDS 1 a", errors.FIELD_EXPIRE_NEGATIVE),
    ("10 FOO 1 a", errors.FIELDS_MISSING),
    ("10 NX XX FIELDS 1 a", errors.FIELDS_MISSING),
    ("10 FIELDS 0 a", errors.FIELDS_NOT_POSITIVE_HEXPIRE),
    ("10 FIELDS 2 a", errors.FIELDS_NOT_MATCHING),
    ("9223372036854775807 FIELDS 1 a", b"ERR invalid expire time in 'hexpire' command"),
    ("70368744177 FIELDS 1 a", b"ERR invalid expire time in 'hexpire' command"),
])
def test_hexpire_refuses_what_it_cannot_read(client, rest, message):
    client.call("HSET", "k", "a", 1)
    assert call(client, f"HEXPIRE k {rest}") == ErrorReply(message)
    assert client.call("OBJECT", "ENCODING", "k") == b"listpack"


def test_hpersist_takes_times_to_live_off(still, timed):
    timed.call("HEXPIRE", "k", 100, "FIELDS", 2, "a", "b")
    assert subexpiry(still) == 1
    with Recorder(still) as heard:
        assert timed.call("HPERSIST", "k", "FIELDS", 3, "a", "c", "nosuch") == [1, -1, -2]
        assert timed.call("HPERSIST", "k", "FIELDS", 1, "a") == [-1]
        assert heard.take_events() == ["0 hpersist k"]
        assert heard.take_commands() == ["HPERSIST k FIELDS 3 a c nosuch"]
    timed.call("HPERSIST", "k", "FIELDS", 1, "b")
    assert subexpiry(still) == 0


def test_a_new_value_ends_the_time_to_live_and_a_counted_one_keeps_it(timed):
    timed.call("HEXPIRE", "k", 100, "FIELDS", 3, "a", "b", "c")
    timed.call("HSET", "k", "a", 9)
    timed.call("HINCRBY", "k", "b", 9)
    timed.call("HINCRBYFLOAT", "k", "c", "0.5")
    assert timed.call("HTTL", "k", "FIELDS", 3, "a", "b", "c") == [-1, 100, 100]


# HGETEX, HSETEX, HGETDEL


@pytest.mark.parametrize(("option", "events", "commands", "left"), [
    ("", [], [], [50, -1]),
    ("EX 100", ["0 hexpire k"], [f"HPEXPIREAT k {NOW_MS + 100_000} FIELDS 3 a b zz"], [100, 100]),
    ("PX 5000", ["0 hexpire k"], [f"HPEXPIREAT k {NOW_MS + 5000} FIELDS 3 a b zz"], [5, 5]),
    ("PERSIST", ["0 hpersist k"], ["HPERSIST k FIELDS 3 a b zz"], [-1, -1]),
    ("EXAT 1", ["0 hdel k"], ["MULTI", "HDEL k a", "HDEL k b", "EXEC"], [-2, -2]),
])
def test_hgetex_gives_values_and_changes_times(still, timed, option, events, commands, left):
    timed.call("HEXPIRE", "k", 50, "FIELDS", 1, "a")
    with Recorder(still) as heard:
        assert call(timed, f"HGETEX k {option} FIELDS 3 a b zz") == [b"1", b"2", None]
        assert heard.take_events() == events
        assert heard.take_commands() == commands
    assert timed.call("HTTL", "k", "FIELDS", 2, "a", "b") == left


def test_hgetex_that_removes_the_last_field_deletes_the_key(still, timed):
    with Recorder(still) as heard:
        assert call(timed, "HGETEX k PX 0 FIELDS 4 a b c a") == [b"1", b"2", b"3", None]
        assert heard.take_events() == ["0 hdel k", "0 del k"]
    assert timed.call("EXISTS", "k") == 0


@pytest.mark.parametrize(("option", "events", "commands", "left"), [
    ("", ["0 hset k"], ["HSETEX k FIELDS 2 a 8 d 9"], [-1, -1]),
    ("KEEPTTL", ["0 hset k"], ["HSETEX k KEEPTTL FIELDS 2 a 8 d 9"], [50, -1]),
    ("EX 100", ["0 hset k", "0 hexpire k"], [f"HSETEX k PXAT {NOW_MS + 100_000} FIELDS 2 a 8 d 9"], [100, 100]),
    ("EXAT 1", ["0 hset k", "0 hdel k"], ["MULTI", "HDEL k a", "HDEL k d", "EXEC"], [-2, -2]),
])
def test_hsetex_sets_values_and_times(still, timed, option, events, commands, left):
    timed.call("HEXPIRE", "k", 50, "FIELDS", 1, "a")
    with Recorder(still) as heard:
        assert call(timed, f"HSETEX k {option} FIELDS 2 a 8 d 9") == 1
        assert heard.take_events() == events
        assert heard.take_commands() == commands
    assert timed.call("HTTL", "k", "FIELDS", 2, "a", "d") == left


def test_hsetex_passes_its_options_on_in_the_order_in_which_they_came(still, timed):
    with Recorder(still) as heard:
        assert call(timed, "HSETEX k px 7000 fnx FIELDS 1 new v") == 1
        assert heard.take_commands() == [f"HSETEX k PXAT {NOW_MS + 7000} fnx FIELDS 1 new v"]


@pytest.mark.parametrize(("condition", "fields", "answer"), [
    ("FNX", "x 1 y 2", 1), ("FNX", "a 1 y 2", 0), ("FXX", "a 1 b 2", 1), ("FXX", "a 1 y 2", 0), ("fxx", "x 1 y 2", 0),
])
def test_hsetex_sets_all_fields_or_none(still, timed, condition, fields, answer):
    with Recorder(still) as heard:
        assert call(timed, f"HSETEX k {condition} FIELDS 2 {fields}") == answer
        assert len(heard.take_events()) == answer
    assert call(timed, "HSETEX nosuch FXX FIELDS 1 a 1") == 0
    assert timed.call("EXISTS", "nosuch") == 0


def test_hgetdel_gives_values_and_removes_them(still, timed):
    with Recorder(still) as heard:
        assert call(timed, "HGETDEL k FIELDS 3 a zz a") == [b"1", None, None]
        assert call(timed, "HGETDEL k FIELDS 1 zz") == [None]
        assert heard.take_events() == ["0 hdel k"]
        assert heard.take_commands() == ["HDEL k a zz a"]
        assert call(timed, "HGETDEL k FIELDS 2 b c") == [b"2", b"3"]
        assert heard.take_events() == ["0 hdel k", "0 del k"]
    assert call(timed, "HGETDEL k FIELDS 1 a") == [None]


# Running out


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize(("line", "answer", "removes"), [
    ("HGET k a", None, True), ("HMGET k a c", [None, b"3"], True), ("HSTRLEN k a", 0, True),
    ("HEXISTS k a", 0, True), ("HGETEX k FIELDS 2 a c", [None, b"3"], True), ("HGETDEL k FIELDS 1 a", [None], True),
    ("HSETEX k FXX FIELDS 1 a 1", 0, True), ("HTTL k FIELDS 2 a c", [-2, -1], False),
    ("HPEXPIRETIME k FIELDS 1 a", [-2], False), ("HPERSIST k FIELDS 1 a", [-2], False),
])
def test_a_field_that_ran_out_is_no_field(still, timed, clock, line, answer, removes, big):
    if big:
        timed.call("HSET", "k", "big", "x" * 100)
    timed.call("HPEXPIRE", "k", 10, "FIELDS", 2, "a", "b")
    clock.advance_ms(10)
    assert timed.call("HEXISTS", "k", "a") == 1, "the time itself still counts"
    clock.advance_ms(1)
    with Recorder(still) as heard:
        assert call(timed, line) == answer
        assert heard.take_events() == (["0 hexpired k"] if removes else [])
        assert heard.take_commands() == (["HDEL k a"] if removes else [])
    assert timed.call("HLEN", "k") == (2 if removes else 3) + big
    assert expired_subkeys(still) == (1 if removes else 0)


def test_lists_of_fields_leave_out_what_ran_out_and_hlen_counts_it(timed, clock):
    timed.call("HPEXPIRE", "k", 10, "FIELDS", 2, "a", "b")
    clock.advance_ms(11)
    assert timed.call("HGETALL", "k") == [b"c", b"3"]
    assert timed.call("HKEYS", "k") == [b"c"]
    assert timed.call("HVALS", "k") == [b"3"]
    assert timed.call("HSCAN", "k", 0) == [b"0", [b"c", b"3"]]
    assert timed.call("HSCAN", "k", 0, "NOVALUES") == [b"0", [b"c"]]
    assert timed.call("HLEN", "k") == 3


@pytest.mark.parametrize(
    ("line", "reply"), [("HRANDFIELD k", b"c"), ("HRANDFIELD k 5", [b"c"]), ("HRANDFIELD k -2", [b"c", b"c"])],
)
def test_hrandfield_removes_all_that_ran_out_first(still, timed, clock, line, reply):
    timed.call("HPEXPIRE", "k", 10, "FIELDS", 2, "a", "b")
    clock.advance_ms(11)
    with Recorder(still) as heard:
        assert call(timed, line) == reply
        assert heard.take_events() == ["0 hexpired k"]
        assert heard.take_commands() == ["MULTI", "HDEL k a", "HDEL k b", "EXEC"]
    assert timed.call("HLEN", "k") == 1


@pytest.mark.parametrize(("line", "answer"), [
    ("HGET k a", None), ("HMGET k a b", [None, None]), ("HRANDFIELD k", None), ("HGETDEL k FIELDS 2 a b", [None, None]),
])
def test_the_key_goes_with_the_last_field_that_ran_out(still, timed, clock, line, answer):
    timed.call("HDEL", "k", "b", "c")
    timed.call("HPEXPIRE", "k", 10, "FIELDS", 1, "a")
    clock.advance_ms(11)
    with Recorder(still) as heard:
        assert call(timed, line) == answer
        assert heard.take_events() == ["0 hexpired k", "0 del k"]
    assert timed.call("EXISTS", "k") == 0
    assert subexpiry(still) == 0


@pytest.mark.parametrize(("line", "answer", "command"), [
    ("HINCRBY k a 5", 5, "HINCRBY k a 5"),
    ("HINCRBYFLOAT k a 5", b"5", "HSETEX k KEEPTTL FIELDS 1 a 5"),
    ("HSETNX k a 5", 1, "HSETNX k a 5"),
    ("HSETEX k FNX FIELDS 1 a 5", 1, "HSETEX k FNX FIELDS 1 a 5"),
])
def test_a_field_that_ran_out_begins_anew(still, timed, clock, line, answer, command):
    timed.call("HDEL", "k", "b", "c")
    timed.call("HPEXPIRE", "k", 10, "FIELDS", 1, "a")
    clock.advance_ms(11)
    with Recorder(still) as heard:
        assert call(timed, line) == answer
        assert heard.take_commands() == ["MULTI", "HDEL k a", command, "EXEC"]
    assert timed.call("HGETALL", "k") == [b"a", b"5"]
    assert timed.call("HTTL", "k", "FIELDS", 1, "a") == [-1]


def test_writers_that_do_not_ask_take_a_field_as_it_is(timed, clock):
    timed.call("HPEXPIRE", "k", 10, "FIELDS", 3, "a", "b", "c")
    clock.advance_ms(11)
    assert timed.call("HSET", "k", "a", 9) == 0
    assert timed.call("HDEL", "k", "b") == 1
    assert timed.call("HEXPIRE", "k", 100, "FIELDS", 1, "c") == [1]
    assert timed.call("HTTL", "k", "FIELDS", 3, "a", "b", "c") == [-1, -2, 100]


def test_where_fields_must_stay_they_are_only_hidden(still, timed, clock):
    timed.call("HPEXPIRE", "k", 10, "FIELDS", 2, "a", "b")
    clock.advance_ms(11)
    still.server.keyspace.overdue = Overdue.HIDE
    assert timed.call("HMGET", "k", "a", "c") == [None, b"3"]
    assert timed.call("HGETALL", "k") == [b"c", b"3"]
    assert timed.call("HEXPIREAT", "k", 1, "FIELDS", 1, "c") == [1], "the primary will send the HDEL"
    assert timed.call("HLEN", "k") == 3
    still.server.keyspace.overdue = Overdue.IGNORE
    assert timed.call("HMGET", "k", "a", "c") == [b"1", b"3"]
    assert timed.call("HGETDEL", "k", "FIELDS", 1, "a") == [b"1"]


# The active cycle


def test_the_cycle_removes_what_ran_out(still, timed, clock):
    timed.call("HPEXPIRE", "k", 10, "FIELDS", 1, "b")
    timed.call("HPEXPIRE", "k", 5, "FIELDS", 1, "a")
    timed.call("HSET", "m", "a", 1)
    timed.call("HPEXPIRE", "m", 20, "FIELDS", 1, "a")
    assert subexpiry(still) == 2
    clock.advance_ms(11)
    with Recorder(still) as heard:
        run_cycle(still)
        assert heard.take_events() == ["0 hexpired k"]
        assert [line for line in heard.take_commands() if line.startswith("HDEL")] == ["HDEL k a", "HDEL k b"]
        assert subexpiry(still) == 1
        clock.advance_ms(10)
        run_cycle(still)
        assert heard.take_events() == ["0 hexpired m", "0 del m"]
    assert (subexpiry(still), expired_subkeys(still)) == (0, 3)
    assert timed.call("KEYS", "*") == [b"k"]


def test_the_cycle_knows_times_that_were_put_off_or_dropped(still, timed, clock):
    timed.call("HPEXPIRE", "k", 10, "FIELDS", 3, "a", "b", "c")
    timed.call("HPEXPIRE", "k", 30, "FIELDS", 1, "a")
    timed.call("HPERSIST", "k", "FIELDS", 1, "b")
    clock.advance_ms(11)
    run_cycle(still)
    assert timed.call("HKEYS", "k") == [b"a", b"b"]
    clock.advance_ms(20)
    run_cycle(still)
    assert timed.call("HKEYS", "k") == [b"b"]


@pytest.mark.parametrize("lines", [
    ("RENAME k n",), ("COPY k n", "DEL k"), ("MOVE k 1", "SELECT 1", "MOVE k 0", "SELECT 0", "RENAME k n"),
    ("SWAPDB 0 1", "SWAPDB 0 1", "RENAME k n"), ("SET n v", "RENAME k n"), ("HSET n a 1", "COPY k n REPLACE", "DEL k"),
])
def test_the_cycle_finds_hashes_wherever_they_went(still, timed, clock, lines):
    timed.call("HPEXPIRE", "k", 10, "FIELDS", 1, "a")
    for line in lines:
        call(timed, line)
    assert subexpiry(still) == 1
    clock.advance_ms(11)
    run_cycle(still)
    assert timed.call("HLEN", "n") == 2
    assert subexpiry(still) == 0


@pytest.mark.parametrize("lines", [
    ("DEL k",), ("UNLINK k",), ("FLUSHALL",), ("HDEL k a",), ("HSET k a 1",), ("HGETDEL k FIELDS 1 a",),
    ("HSETEX k FIELDS 1 a 1",), ("HEXPIRE k 0 FIELDS 1 a",), ("HGETEX k PERSIST FIELDS 1 a",), ("HSET m a 1", "RENAME m k"),
    ("MOVE k 1",), ("GETDEL s", "DEL k"),
])
def test_hashes_without_times_to_live_are_not_listed(still, timed, lines):
    timed.call("HPEXPIRE", "k", 10, "FIELDS", 1, "a")
    assert subexpiry(still) == 1
    for line in lines:
        call(timed, line)
    assert subexpiry(still) == 0


def test_a_hash_that_set_wrote_over_is_forgotten_when_its_time_comes(still, timed, clock):
    timed.call("HPEXPIRE", "k", 10, "FIELDS", 1, "a")
    timed.call("SET", "k", "v")
    clock.advance_ms(11)
    run_cycle(still)
    assert timed.call("GET", "k") == b"v"
    assert subexpiry(still) == 0


def test_many_fields_run_out_in_one_cycle_or_the_next(still, timed, clock):
    timed.call("HSET", "k", *[f"f{n}" for n in range(2000)])
    timed.call("HPEXPIRE", "k", 10, "FIELDS", 1000, *[f"f{n}" for n in range(0, 2000, 2)])
    clock.advance_ms(11)
    run_cycle(still)  # the clock stands still, so there is time enough
    assert timed.call("HKEYS", "k") == [b"a", b"b", b"c"]
    assert expired_subkeys(still) == 1000


def test_info_shows_what_runs_out(timed, clock):
    timed.call("HPEXPIRE", "k", 10, "FIELDS", 2, "a", "b")
    assert b"subexpiry=1" in timed.call("INFO", "keyspace")
    clock.advance_ms(11)
    timed.call("HMGET", "k", "a", "b")
    assert b"expired_subkeys:2\r" in timed.call("INFO", "stats")


def test_a_watched_hash_whose_field_ran_out_ends_the_transaction(still, timed, clock):
    timed.call("HPEXPIRE", "k", 10, "FIELDS", 1, "a")
    timed.call("WATCH", "k")
    clock.advance_ms(11)
    run_cycle(still)
    timed.call("MULTI")
    timed.call("PING")
    assert timed.call("EXEC") is None
