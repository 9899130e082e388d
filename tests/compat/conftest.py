"""The two servers that compatibility tests compare, started once a session."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pyredis_server.embedded import RedisServer
from tests.compat.play import Player
from tests.support import reference as reference_servers
from tests.support.reference import Reference
from tests.support.server_process import start_quiet

ALLOW_ALL = {"enable-debug-command": "yes", "enable-protected-configs": "yes"}


@pytest.fixture(scope="session")
def reference() -> Reference:
    """The real server's program; without one the tests that ask it are skipped."""
    found = reference_servers.find()
    if found is None:
        pytest.skip("no Redis server to compare with: no wheel for this system and no redis-server on PATH")
    return found


@pytest.fixture
def main_reference(reference: Reference) -> Reference:
    """Redis 8.2: against an older one, newer commands and texts would be seen as differences."""
    if not reference.is_main:
        pytest.skip(f"compares with Redis 8.2 only, the reference is {reference}")
    return reference


@pytest.fixture
def pair(main_reference: Reference, theirs: Player, ours: Player) -> tuple[Player, Player]:
    """Redis 8.2 and ours, both as after their start."""
    theirs.reset()
    ours.reset()
    return theirs, ours


@pytest.fixture(scope="session")
def theirs(reference: Reference) -> Iterator[Player]:
    arguments = [word for name, value in ALLOW_ALL.items() for word in (f"--{name}", value)]
    server = start_quiet([str(reference.program)], *arguments)
    player = Player(server.port)
    yield player
    player.close()
    server.kill()


@pytest.fixture(scope="session")
def ours() -> Iterator[Player]:
    directives: dict[str, Any] = {name.replace("-", "_"): value for name, value in ALLOW_ALL.items()}
    with RedisServer(port=0, **directives) as server:
        player = Player(server.port)
        yield player
        player.close()
