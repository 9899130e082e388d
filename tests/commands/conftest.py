"""A server whose clock stands still, for all that depends on time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pyredis_server.base.clock import ManualClock
from pyredis_server.embedded import RedisServer
from pyredis_server.resp.reply import OK
from tests.conftest import MakeServer
from tests.support.raw_client import RawClient


@pytest.fixture
def still(make_server: MakeServer, clock: ManualClock) -> RedisServer:
    """A server whose clock stands still."""
    return make_server(clock=clock, enable_debug_command="yes")


@pytest.fixture
def timed(still: RedisServer) -> Iterator[RawClient]:
    """Its client; what ran out is removed only when it is met."""
    with RawClient(port=still.port) as client:
        assert client.call("DEBUG", "SET-ACTIVE-EXPIRE", 0) == OK
        yield client
