"""The registry of sessions."""

from __future__ import annotations

from pyredis_server.sessions.registry import SessionRegistry
from tests.unit.sessions.stand_ins import NOW_MS, StandIn, keyspace


def opened(count: int) -> SessionRegistry:
    registry = SessionRegistry()
    db = keyspace().databases[0]
    for _ in range(count):
        registry.open(StandIn(), db, NOW_MS)
    return registry


def test_ids_start_at_one_and_are_not_used_again() -> None:
    registry = opened(2)
    last = registry.find(2)
    assert last is not None
    registry.remove(last)
    assert [registry.open(StandIn(), last.db, NOW_MS).id for _ in range(2)] == [3, 4]


def test_sessions_come_in_order_of_connection() -> None:
    registry = opened(4)
    second = registry.find(2)
    assert second is not None
    registry.remove(second)
    assert [session.id for session in registry] == [1, 3, 4]
    assert len(registry) == 3
    assert registry.find(2) is None


def test_sessions_may_go_while_one_walks_over_them() -> None:
    registry = opened(3)
    for session in registry:
        registry.remove(session)
    assert len(registry) == 0


def test_removing_a_session_twice_does_nothing() -> None:
    registry = opened(1)
    session = next(iter(registry))
    registry.remove(session)
    registry.remove(session)
    assert len(registry) == 0


def test_counts_tell_who_waits_who_subscribed_and_who_watches() -> None:
    registry = opened(5)
    one, two, three, four, _ = registry
    one.blocked = object()
    two.postponed = object()
    three.channels.add(b"news")
    three.patterns.add(b"n*")
    four.watched = {(four.db, b"a"): False, (four.db, b"b"): False}
    assert (registry.blocked(), registry.subscribed(), registry.watching()) == (2, 1, (1, 2))
