"""Redis's own client programs, in the versions that can be had here."""

from __future__ import annotations

from pathlib import Path

import pytest

from pyredis_server.embedded import RedisServer
from tests.support.redis_cli import RedisCli, find_or_skip
from tests.support.reference import TOOLS_VERSION


@pytest.fixture(scope="session", params=["system", TOOLS_VERSION])
def redis_cli(request: pytest.FixtureRequest) -> Path:
    """A redis-cli; the test runs with each."""
    return find_or_skip("redis-cli", request.param)


@pytest.fixture(scope="session", params=["system", TOOLS_VERSION])
def redis_benchmark(request: pytest.FixtureRequest) -> Path:
    """A redis-benchmark; the test runs with each."""
    return find_or_skip("redis-benchmark", request.param)


@pytest.fixture
def cli(redis_cli: Path, server: RedisServer) -> RedisCli:
    """That redis-cli, talking to `server`."""
    return RedisCli(redis_cli, server.port)
