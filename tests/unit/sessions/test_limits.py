"""When clients are refused or dropped."""

from __future__ import annotations

import attrs
import pytest

from pyredis_server.base import errors
from pyredis_server.sessions import limits
from pyredis_server.sessions.filters import ClientType
from pyredis_server.sessions.session import GATE_REPLICA, Session
from tests.unit.sessions.stand_ins import NOW_MS, session


@attrs.frozen
class Limit:
    hard_bytes: int = 0
    soft_bytes: int = 0
    soft_s: int = 0


def judge(used: int, limit: Limit, since: int | None = None, now_ms: int = NOW_MS, **more) -> tuple[bool, int | None]:
    kind = more.pop("kind", ClientType.NORMAL)
    return limits.should_close_for_output(kind, used, limit, since, now_ms, **more)


def test_no_limit_lets_any_output_wait() -> None:
    assert judge(1 << 40, Limit()) == (False, None)


@pytest.mark.parametrize(("used", "close"), [(999, False), (1000, True), (1001, True)])
def test_reaching_the_hard_limit_closes_at_once(used: int, close: bool) -> None:
    assert judge(used, Limit(hard_bytes=1000)) == (close, None)


def test_the_soft_limit_closes_after_its_time_without_a_break() -> None:
    limit = Limit(soft_bytes=500, soft_s=3)
    close, since = judge(500, limit)
    assert (close, since) == (False, NOW_MS)
    assert judge(600, limit, since, NOW_MS + 3000) == (False, NOW_MS)
    assert judge(600, limit, since, NOW_MS + 3001) == (True, NOW_MS)


def test_falling_below_the_soft_limit_begins_anew() -> None:
    limit = Limit(soft_bytes=500, soft_s=3)
    assert judge(499, limit, NOW_MS, NOW_MS + 10_000) == (False, None)
    assert judge(500, limit, None, NOW_MS + 10_001) == (False, NOW_MS + 10_001)


def test_the_hard_limit_holds_while_the_soft_one_counts() -> None:
    assert judge(1000, Limit(hard_bytes=1000, soft_bytes=500, soft_s=60)) == (True, NOW_MS)


@pytest.mark.parametrize(("kind", "close"), [(ClientType.REPLICA, False), (ClientType.NORMAL, True)])
def test_a_replica_may_always_have_the_backlog_waiting(kind: ClientType, close: bool) -> None:
    assert judge(1000, Limit(hard_bytes=1000), kind=kind, backlog_bytes=2000)[0] is close


@pytest.mark.parametrize(("query", "queued", "login_needed", "close"), [
    (100, 0, False, False), (60, 41, False, True), (101, 0, False, True), (100, 0, True, False),
])
def test_queries_and_queued_commands_count_together(
    query: int, queued: int, login_needed: bool, close: bool,
) -> None:
    assert limits.should_close_for_query(query, queued, 100, login_needed=login_needed) is close


def test_before_login_a_client_may_have_a_megabyte_waiting() -> None:
    assert not limits.should_close_for_query(1 << 20, 0, 1 << 30, login_needed=True)
    assert limits.should_close_for_query((1 << 20) + 1, 0, 1 << 30, login_needed=True)
    assert not limits.should_close_for_query((1 << 20) + 1, 0, 1 << 30, login_needed=False)


@pytest.mark.parametrize(("after_ms", "timeout_s", "close"), [
    (60_000, 60, False), (61_000, 60, True), (10**9, 0, False),
])
def test_idle_clients_are_closed_after_the_timeout(after_ms: int, timeout_s: int, close: bool) -> None:
    assert limits.should_close_for_idleness(session(), timeout_s, NOW_MS + after_ms) is close


def waiting(made: Session) -> None:
    made.blocked = object()


def paused(made: Session) -> None:
    made.postponed = object()


def subscribed(made: Session) -> None:
    made.patterns.add(b"*")


def monitoring(made: Session) -> None:
    made.is_monitor = True


def replica(made: Session) -> None:
    made.gate |= GATE_REPLICA


@pytest.mark.parametrize("state", [waiting, paused, subscribed, monitoring, replica])
def test_clients_that_wait_for_the_server_are_never_idle(state) -> None:
    made = session()
    state(made)
    assert not limits.should_close_for_idleness(made, 1, NOW_MS + 10**9)


@pytest.mark.parametrize(("connected", "links", "error"), [
    (9, None, None), (10, None, errors.MAX_CLIENTS), (9, 0, None), (8, 2, errors.MAX_CLIENTS_CLUSTER),
])
def test_no_more_clients_than_maxclients(connected: int, links: int | None, error: bytes | None) -> None:
    assert limits.too_many_clients(connected, 10, cluster_links=links) == error


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
def test_protected_mode_lets_this_machine_in(peer: str) -> None:
    assert limits.protected_mode_denies(protected_mode=True, login_needed=False, peer=peer, is_unix=False) is None


@pytest.mark.parametrize("peer", ["10.0.0.7", "fe80::1%eth0", "2001:db8::1", "::ffff:10.0.0.7", "example.org", ""])
def test_protected_mode_denies_other_machines(peer: str) -> None:
    denied = limits.protected_mode_denies(protected_mode=True, login_needed=False, peer=peer, is_unix=False)
    assert denied == errors.PROTECTED_MODE


@pytest.mark.parametrize(("protected_mode", "login_needed", "is_unix"), [
    (False, False, False), (True, True, False), (True, False, True),
])
def test_protected_mode_is_for_servers_that_nothing_else_protects(
    protected_mode: bool, login_needed: bool, is_unix: bool,
) -> None:
    assert limits.protected_mode_denies(
        protected_mode=protected_mode, login_needed=login_needed, peer="10.0.0.7", is_unix=is_unix,
    ) is None
