"""Which sessions a filter picks."""

from __future__ import annotations

import pytest

from pyredis_server.acl.users import Users
from pyredis_server.sessions.filters import ClientFilter, ClientType, client_type, client_type_named
from pyredis_server.sessions.session import GATE_REPLICA
from tests.unit.sessions.stand_ins import NOW_MS, session

ME = Users().default


@pytest.mark.parametrize(("chosen", "matches"), [
    (ClientFilter(), True),
    (ClientFilter(id=1), True),
    (ClientFilter(id=2), False),
    (ClientFilter(address=b"127.0.0.1:50312"), True),
    (ClientFilter(address=b"127.0.0.1:5031"), False),
    (ClientFilter(local_address=b"127.0.0.1:6379"), True),
    (ClientFilter(local_address=b"127.0.0.1:50312"), False),
    (ClientFilter(type=ClientType.NORMAL), True),
    (ClientFilter(type=ClientType.PUBSUB), False),
    (ClientFilter(user=ME), True),
    (ClientFilter(user=Users().default), False),
    (ClientFilter(min_age_s=5), True),
    (ClientFilter(min_age_s=6), False),
    (ClientFilter(id=1, user=ME, min_age_s=5), True),
    (ClientFilter(id=1, user=ME, min_age_s=6), False),
])
def test_a_filter_wants_all_its_conditions_met(chosen: ClientFilter, matches: bool) -> None:
    made = session()
    made.user = ME
    assert chosen.matches(made, NOW_MS + 5_999) is matches


def test_a_client_in_monitor_is_a_normal_one() -> None:
    made = session()
    made.is_monitor = True
    assert client_type(made) is ClientType.NORMAL


def test_a_replica_is_one_even_with_subscriptions() -> None:
    made = session()
    made.gate |= GATE_REPLICA
    made.channels.add(b"c")
    assert client_type(made) is ClientType.REPLICA


@pytest.mark.parametrize(("name", "kind"), [
    (b"Normal", ClientType.NORMAL), (b"slave", ClientType.REPLICA), (b"REPLICA", ClientType.REPLICA),
    (b"pubsub", ClientType.PUBSUB), (b"master", ClientType.MASTER), (b"primary", None), (b"", None),
])
def test_types_are_named_as_in_redis(name: bytes, kind: ClientType | None) -> None:
    assert client_type_named(name) is kind
