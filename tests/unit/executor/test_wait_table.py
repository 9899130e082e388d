"""Who waits for which key: arrival, leaving, and which keys become ready. Turns are tested in tests/commands."""

from __future__ import annotations

import pytest

from pyredis_server.base.clock import CommandClock
from pyredis_server.base.stats import ServerStats
from pyredis_server.executor.blocking import Waiter, WaitTable
from pyredis_server.keyspace.database import Database
from pyredis_server.keyspace.keyspace import Keyspace
from pyredis_server.resp.reply import NO_REPLY
from pyredis_server.sessions.session import Session, SessionId

SPACE = Keyspace(CommandClock(0), ServerStats(), count=2)
ZERO, ONE = SPACE.databases


def waiter(*keys: bytes, db: Database = ZERO, kind: bytes = b"list", when_gone: bool = False) -> Waiter:
    return Waiter(Session(SessionId(1), None, db, 0), keys, lambda ctx: NO_REPLY, kind=kind, when_gone=when_gone)


@pytest.fixture
def table() -> WaitTable:
    return WaitTable()


def test_a_queue_is_in_order_of_arrival(table: WaitTable) -> None:
    first, second, third = waiter(b"a"), waiter(b"b", b"a"), waiter(b"a")
    for each in (first, second, third):
        table.add(each)
    assert list(table.queue(ZERO, b"a")) == [first, second, third]
    table.remove(first)
    table.add(first)
    assert list(table.queue(ZERO, b"a")) == [second, third, first]


def test_a_key_named_twice_is_one_place_in_the_queue(table: WaitTable) -> None:
    each = waiter(b"a", b"b", b"a")
    table.add(each)
    assert (table.key_count, list(table.queue(ZERO, b"a"))) == (2, [each])
    table.remove(each)
    assert table.key_count == 0


def test_databases_are_kept_apart(table: WaitTable) -> None:
    each = waiter(b"a", db=ONE)
    table.add(each)
    table.touched(ZERO, b"a")
    assert not table.ready
    table.touched(ONE, b"a")
    assert table.take_ready() == [(ONE, b"a")]


def test_only_keys_that_somebody_waits_for_become_ready_each_once_and_in_order(table: WaitTable) -> None:
    table.add(waiter(b"a", b"b", b"c"))
    for key in (b"b", b"x", b"a", b"b"):
        table.touched(ZERO, key)
    assert table.take_ready() == [(ZERO, b"b"), (ZERO, b"a")]
    assert table.take_ready() == []
    table.touched_all(ZERO)
    assert {key for _, key in table.take_ready()} == {b"a", b"b", b"c"}


def test_who_has_left_is_nowhere_and_is_not_counted(table: WaitTable) -> None:
    staying, leaving = waiter(b"a"), waiter(b"a", b"b", kind=b"stream", when_gone=True)
    table.add(staying)
    table.add(leaving)
    assert (table.count, table.when_gone_count, table.kinds[b"list"], table.kinds[b"stream"]) == (2, 1, 1, 1)
    table.remove(leaving)
    assert (table.count, table.when_gone_count, table.kinds[b"list"], table.kinds[b"stream"]) == (1, 0, 1, 0)
    assert list(table.queue(ZERO, b"a")) == [staying]
    assert not table.queue(ZERO, b"b")
    table.remove(staying)
    assert (table.count, table.tables) == (0, {})
