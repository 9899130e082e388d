"""CLIENT LIST's line about one client."""

from __future__ import annotations

import re

import pytest

from pyredis_server.sessions.client_info import (
    REPLY_BUFFER_BYTES,
    client_info_line,
    flags_of,
    output_memory,
    queued_memory,
    request_bytes,
)
from pyredis_server.sessions.session import GATE_MULTI, GATE_NO_TOUCH, GATE_REPLICA, Session
from tests.unit.sessions.stand_ins import NOW_MS, StandIn, session

FIELDS_OF_8_2 = [
    "id", "addr", "laddr", "fd", "name", "age", "idle", "flags", "db", "sub", "psub", "ssub", "multi", "watch", "qbuf",
    "qbuf-free", "argv-mem", "multi-mem", "rbs", "rbp", "obl", "oll", "omem", "tot-mem", "events", "cmd", "user",
    "redir", "resp", "lib-name", "lib-ver", "io-thread", "tot-net-in", "tot-net-out", "tot-cmds",
]
FIELDS_OF_8_8 = ["read-events", "parse-batch-cmd-sum", "parse-batch-cnt"]


def fields(made: Session, now_ms: int = NOW_MS, *running: bytes) -> dict[str, str]:
    return dict(part.split("=", 1) for part in client_info_line(made, now_ms, running).decode("latin-1").split(" "))


def test_the_line_has_the_fields_of_redis_in_their_order() -> None:
    assert list(fields(session())) == FIELDS_OF_8_2 + FIELDS_OF_8_8


def test_a_fresh_client_has_done_nothing() -> None:
    line = client_info_line(session(), NOW_MS)
    pattern = (
        rb"id=1 addr=127\.0\.0\.1:50312 laddr=127\.0\.0\.1:6379 fd=8 name= age=0 idle=0 flags=N db=0 sub=0 psub=0 "
        rb"ssub=0 multi=-1 watch=0 qbuf=0 qbuf-free=0 argv-mem=0 multi-mem=0 rbs=16384 rbp=16384 obl=0 oll=0 omem=0 "
        rb"tot-mem=\d+ events=r cmd=NULL user=\(superuser\) redir=-1 resp=2 lib-name= lib-ver= io-thread=0 "
    )
    assert re.match(pattern, line)


def test_times_are_whole_seconds() -> None:
    made = session()
    made.last_command_ms = NOW_MS + 4_000
    shown = fields(made, NOW_MS + 6_999)
    assert (shown["age"], shown["idle"]) == ("6", "2")


def test_idle_is_never_negative() -> None:
    """The clock of a batch is older than a command that came meanwhile."""
    made = session()
    made.last_command_ms = NOW_MS + 5
    assert fields(made)["idle"] == "0"


def test_the_running_command_counts_as_query() -> None:
    shown = fields(session(), NOW_MS, b"client", b"list")
    assert (shown["qbuf"], shown["qbuf-free"], shown["argv-mem"]) == ("26", "20448", "10")


def test_a_name_may_hold_any_bytes() -> None:
    made = session()
    made.library_name = b"caf\xe9"
    assert b" lib-name=caf\xe9 " in client_info_line(made, NOW_MS)


def test_little_output_is_shown_as_buffered_and_not_counted_as_memory() -> None:
    made = session(connection=StandIn(output_bytes=100, output_entries=2))
    shown = fields(made)
    assert (shown["obl"], shown["oll"], shown["omem"], shown["events"]) == ("100", "0", "0", "rw")


def test_output_beyond_the_reply_buffer_is_counted_as_memory() -> None:
    made = session(connection=StandIn(output_bytes=REPLY_BUFFER_BYTES + 1000, output_entries=3))
    shown = fields(made)
    assert (shown["obl"], shown["oll"]) == ("16384", "3")
    assert int(shown["omem"]) == output_memory(made.connection) >= 1000


def test_commands_queued_by_multi_are_counted() -> None:
    made = session()
    made.gate |= GATE_MULTI
    made.queued = [(None, [b"PING"]), (None, [b"CLIENT", b"INFO"])]
    shown = fields(made)
    assert (shown["multi"], shown["multi-mem"]) == ("2", "38")
    assert queued_memory(made) == 38


def test_the_size_of_a_command_is_that_on_the_wire() -> None:
    assert request_bytes([b"SET", b"k" * 10, b""]) == len(b"*3\r\n$3\r\nSET\r\n$10\r\nkkkkkkkkkk\r\n$0\r\n\r\n")


@pytest.mark.parametrize(("change", "letters"), [
    (lambda s: None, "N"),
    (lambda s: setattr(s, "is_monitor", True), "O"),
    (lambda s: s.set_gate(GATE_REPLICA, True), "S"),
    (lambda s: s.channels.add(b"c"), "P"),
    (lambda s: s.shard_channels.add(b"c"), "P"),
    (lambda s: s.set_gate(GATE_MULTI, True), "x"),
    (lambda s: setattr(s, "blocked", object()), "b"),
    (lambda s: setattr(s, "postponed", object()), "b"),
    (lambda s: setattr(s, "dirty_cas", True), "d"),
    (lambda s: setattr(s, "closing", True), "c"),
    (lambda s: setattr(s, "listener", "unix"), "U"),
    (lambda s: setattr(s, "no_evict", True), "e"),
    (lambda s: s.set_gate(GATE_NO_TOUCH, True), "T"),
])
def test_each_state_has_its_letter(change, letters) -> None:
    made = session()
    change(made)
    assert flags_of(made) == letters


def test_letters_stand_in_the_order_of_redis() -> None:
    made = session()
    made.gate = GATE_MULTI | GATE_NO_TOUCH
    made.dirty_cas = made.no_evict = True
    made.channels.add(b"c")
    assert flags_of(made) == "PxdeT"
