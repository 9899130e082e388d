"""MONITOR's lines, and who gets them."""

from __future__ import annotations

import pytest

from pyredis_server.base.clock import ManualClock
from pyredis_server.observe.monitor import Monitors, quoted
from pyredis_server.resp.reply import Reply, Wire
from pyredis_server.sessions.session import Session
from tests.unit.sessions import stand_ins


class Outbox:
    """An executor that only notes what is sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[Session, bytes]] = []
        self.refreshed = 0

    def send(self, session: Session, reply: Reply) -> None:
        assert isinstance(reply, Wire)
        self.sent.append((session, reply.data))

    def refresh_gates(self) -> None:
        self.refreshed += 1


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


@pytest.fixture
def monitors(clock: ManualClock, outbox: Outbox) -> Monitors:
    return Monitors(clock, outbox)  # type: ignore[arg-type]  # the two methods that are called


@pytest.mark.parametrize(("raw", "shown"), [
    (b"abc", b'"abc"'), (b'a"b\\', b'"a\\"b\\\\"'), (b"\n\r\t\a\b", b'"\\n\\r\\t\\a\\b"'),
    (b"\x00\x1b\x7f\xff", b'"\\x00\\x1b\\x7f\\xff"'), (b"", b'""'), (b"it's", b'"it\'s"'),
])
def test_arguments_are_quoted_as_redis_quotes_them(raw: bytes, shown: bytes) -> None:
    assert quoted(raw) == shown


def test_a_line_tells_time_database_client_and_call(clock: ManualClock, monitors: Monitors, outbox: Outbox) -> None:
    clock.now_us = 1_339_518_083_007_412
    watcher, client = stand_ins.session(1), stand_ins.session(2)
    monitors.attach(watcher)
    monitors.feed(client, [b"keys", b"*"])
    assert outbox.sent == [(watcher, b'+1339518083.007412 [0 127.0.0.1:50312] "keys" "*"\r\n')]


def test_a_client_on_a_unix_socket_shows_its_path(monitors: Monitors, outbox: Outbox) -> None:
    client = stand_ins.session()
    client.listener, client.address = "unix", b"/run/pyredis.sock:0"
    monitors.attach(stand_ins.session(2))
    monitors.feed(client, [b"PING"])
    assert b"[0 unix:/run/pyredis.sock] " in outbox.sent[0][1]


def test_every_watcher_gets_every_line_its_own_too(monitors: Monitors, outbox: Outbox) -> None:
    watchers = [stand_ins.session(1), stand_ins.session(2)]
    for watcher in watchers:
        monitors.attach(watcher)
    monitors.feed(watchers[0], [b"PING"])
    assert [session for session, _ in outbox.sent] == watchers


def test_gates_are_refreshed_when_watching_begins_and_ends(monitors: Monitors, outbox: Outbox) -> None:
    watcher = stand_ins.session()
    monitors.attach(watcher)
    monitors.attach(watcher)
    assert (len(monitors), watcher.is_monitor, outbox.refreshed) == (1, True, 1)
    monitors.detach(watcher)
    monitors.detach(watcher)
    assert (len(monitors), watcher.is_monitor, outbox.refreshed) == (0, False, 2)
    monitors.feed(watcher, [b"PING"])
    assert not outbox.sent
