"""Fixtures that every test may ask for; their parts live in tests/support."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pyredis_server.base.clock import ManualClock
from tests.support.raw_client import RawClient
from tests.support.reset import Baseline
from tests.support.server_process import ServerProcess, pyredis_server
from tests.support.wait import until

if TYPE_CHECKING:
    from pyredis_server.embedded import RedisServer

MakeServer = Callable[..., "RedisServer"]
MakeClient = Callable[..., RawClient]
SpawnServer = Callable[..., ServerProcess]


@pytest.fixture(scope="module")
def module_server(request: pytest.FixtureRequest) -> Iterator[tuple[RedisServer, Baseline]]:
    """One in-process server for a module's tests, with what puts it back between them.

    A module sets directives with `pytestmark = pytest.mark.config(maxmemory="10mb")`.
    """
    from pyredis_server.embedded import RedisServer

    marker = request.node.get_closest_marker("config")
    directives: dict[str, Any] = {"enable_debug_command": "yes", **(marker.kwargs if marker else {})}
    with RedisServer(port=0, **directives) as server, RawClient(port=server.port) as admin:
        yield server, Baseline(admin)


@pytest.fixture
def server(module_server: tuple[RedisServer, Baseline]) -> RedisServer:
    """The module's server, emptied, with its configuration and counters as at the start."""
    running, baseline = module_server
    baseline.restore()
    return running


@pytest.fixture
def make_client(server: RedisServer) -> Iterator[MakeClient]:
    """Open further connections to `server`: `make_client(protocol=3)`; they are closed after the test."""
    with ExitStack() as opened:
        def connect(**how: Any) -> RawClient:
            client = opened.enter_context(RawClient(port=server.port, **how))
            host, port = client.socket.getsockname()
            sessions = server.server.services.sessions
            # The kernel connects at once; the server may accept only after another client's next command.
            until(lambda: any(session.address == f"{host}:{port}".encode() for session in sessions))
            return client

        yield connect


@pytest.fixture
def client(make_client: MakeClient) -> RawClient:
    """A RESP2 connection to `server`."""
    return make_client()


@pytest.fixture
def other(make_client: MakeClient) -> RawClient:
    """A second RESP2 connection."""
    return make_client()


@pytest.fixture
def client3(make_client: MakeClient) -> RawClient:
    """A RESP3 connection to `server`."""
    return make_client(protocol=3)


@pytest.fixture(params=[2, 3], ids=["resp2", "resp3"])
def any_client(request: pytest.FixtureRequest, make_client: MakeClient) -> RawClient:
    """A connection in each protocol: the test runs twice."""
    return make_client(protocol=request.param)


@pytest.fixture
def make_server() -> Iterator[MakeServer]:
    """Start an in-process server of the test's own: `make_server(maxclients=3)`; it is stopped after the test."""
    from pyredis_server.embedded import RedisServer

    with ExitStack() as started:
        yield lambda **directives: started.enter_context(RedisServer(**{"port": 0, **directives}))


@pytest.fixture
def spawn_server(tmp_path: Path) -> Iterator[SpawnServer]:
    """Start our server as a process and wait until it is ready: `spawn_server("--maxclients", "3")`.

    It works in the test's temporary folder and is killed after the test. See ServerProcess for keyword arguments.
    """
    running: list[ServerProcess] = []

    def spawn(*arguments: str, **how: Any) -> ServerProcess:
        program = how.pop("program", pyredis_server())
        process = ServerProcess(program, *arguments, **{"cwd": tmp_path, **how})
        running.append(process)
        return process

    yield spawn
    for process in running:
        process.kill()


@pytest.fixture
def clock() -> ManualClock:
    """A clock that moves only when told."""
    return ManualClock()
