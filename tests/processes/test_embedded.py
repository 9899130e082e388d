"""Servers inside a program: several at once, started and stopped at will, and nothing of them is left."""

from __future__ import annotations

import gc
import os
import signal
import socket
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import attrs
import pytest

from pyredis_server.base.log import Logger, MemorySink
from pyredis_server.control.listeners import ListenError
from pyredis_server.embedded import RedisServer
from pyredis_server.sessions.session import Session
from tests.support.raw_client import RawClient, encode
from tests.support.wait import until

pytestmark = pytest.mark.slow

MakeServer = Callable[..., RedisServer]
STOPS_WITHIN_S = 5.0


@attrs.frozen
class Inventory:
    """What a server might leave in a program: its threads, and its descriptors with what they refer to."""

    threads: frozenset[threading.Thread]
    descriptors: frozenset[tuple[str, str]]

    @classmethod
    def take(cls) -> Inventory:
        gc.collect()
        return cls(frozenset(threading.enumerate()), frozenset(_descriptors()))

    def beyond(self, before: Inventory) -> list[str]:
        """What was not there before. What other tests left may go meanwhile: a server closes in its own time."""
        return [*(thread.name for thread in self.threads - before.threads),
                *(" ".join(one) for one in self.descriptors - before.descriptors)]


def _descriptors() -> Iterator[tuple[str, str]]:
    folder = "/proc/self/fd"
    for number in os.listdir(folder) if os.path.exists(folder) else ():
        with suppress(FileNotFoundError):  # the one that listed the others
            yield number, os.readlink(f"{folder}/{number}")


@pytest.fixture
def nothing_left() -> Iterator[None]:
    """The test leaves the program as it was: no thread and no descriptor more."""
    with RedisServer() as server, RawClient(port=server.port) as client:
        client.call("PING")  # whatever is made once and kept, is made now
    before = Inventory.take()
    yield
    left: list[str] = []

    def nothing_is_left() -> bool:
        left[:] = Inventory.take().beyond(before)
        return not left

    try:
        until(nothing_is_left)
    except AssertionError:
        pytest.fail(f"left behind: {left}")


@pytest.mark.usefixtures("nothing_left")
def test_twenty_servers_one_after_the_other_leave_nothing(tmp_path: Path) -> None:
    for turn in range(20):
        path = tmp_path / "socket"
        made = RedisServer(portable=turn % 2 == 1, io_threads=1 + turn % 3, unixsocket=str(path), dir=str(tmp_path))
        with made as server, RawClient(port=server.port) as one, RawClient(path=str(path)) as two:
            assert one.call("SET", "turn", turn) == b"OK"
            assert two.call("GET", "turn") == str(turn).encode()
        assert not list(tmp_path.iterdir())


def test_several_servers_share_nothing() -> None:
    with ExitStack() as started:
        servers = [started.enter_context(RedisServer(databases=2 + number)) for number in range(3)]
        clients = [started.enter_context(RawClient(port=server.port)) for server in servers]
        assert len({server.port for server in servers}) == 3
        for number, client in enumerate(clients):
            client.call("SET", "k", number)
            client.call("CONFIG", "SET", "maxclients", 100 + number, "hz", 10 + number)
        for number, client in enumerate(clients):
            assert client.call("GET", "k") == str(number).encode()
            assert client.call("CONFIG", "GET", "maxclients") == [b"maxclients", str(100 + number).encode()]
            assert client.call("CONFIG", "GET", "databases") == [b"databases", str(2 + number).encode()]
            assert b"connected_clients:1\r\n" in client.call("INFO", "clients")
            assert b"cmdstat_set:calls=1," in client.call("INFO", "commandstats")
        servers[0].stop()
        assert clients[0].is_closed_by_server
        assert clients[1].call("PING") == b"PONG"


def test_the_program_keeps_its_signals_and_its_garbage_collector() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    folder = os.getcwd()
    with RedisServer() as server, RawClient(port=server.port) as client:
        client.call("PING")
        assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
        assert gc.isenabled()
        assert os.getcwd() == folder


@pytest.mark.usefixtures("nothing_left")
def test_a_port_that_is_taken_is_told_and_leaves_nothing() -> None:
    heard = MemorySink()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ListenError, match="in use"):
            RedisServer(port=port, log=Logger(heard)).start()
    assert any(f"listening socket 127.0.0.1:{port}: bind: Address already in use" in line for line in heard.lines)


@pytest.mark.usefixtures("nothing_left")
def test_a_server_that_never_ran_leaves_nothing_when_it_is_stopped() -> None:
    RedisServer().stop()


def test_a_server_runs_once() -> None:
    with RedisServer() as server, pytest.raises(RuntimeError, match="new one"):
        server.start()
    with pytest.raises(RuntimeError, match="new one"):
        server.start()
    server.stop()


@pytest.mark.skipif(sys.platform == "win32", reason="no unix sockets")
class TestUnixSockets:
    """The file of a unix socket."""

    def test_it_has_the_permissions_that_are_asked_for_and_goes_at_the_end(self, tmp_path: Path) -> None:
        path = tmp_path / "socket"
        with RedisServer(port=None, unixsocket=str(path), unixsocketperm="700") as server:
            assert server.port == 0
            assert stat.S_IMODE(path.stat().st_mode) == 0o700
            with RawClient(path=str(path)) as client:
                assert client.call("PING") == b"PONG"
        assert not path.exists()

    def test_one_that_a_dead_server_left_is_replaced(self, tmp_path: Path) -> None:
        path = tmp_path / "socket"
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(path))
        assert path.exists()
        with RedisServer(unixsocket=str(path)), RawClient(path=str(path)) as client:
            assert client.call("PING") == b"PONG"

    def test_a_file_that_is_no_socket_is_not_replaced(self, tmp_path: Path) -> None:
        path = tmp_path / "precious"
        path.write_text("data")
        with pytest.raises(ListenError):
            RedisServer(unixsocket=str(path)).start()
        assert path.read_text() == "data"


@pytest.mark.usefixtures("nothing_left")
def test_it_stops_while_clients_are_in_the_middle_of_pipelines() -> None:
    ended: list[str] = []

    def flood(port: int) -> None:
        with RawClient(port=port) as client:
            request = encode(("SET", "k", "v")) * 500 + encode(("GET", "big")) * 3
            try:
                while True:
                    client.send_raw(request)
                    client.socket.recv(100)  # far less than what comes: replies pile up
            except OSError as error:
                ended.append(type(error).__name__)

    with RedisServer(io_threads=2) as server:
        with RawClient(port=server.port) as client:
            client.call("SET", "big", b"x" * 100_000)
        flooders = [threading.Thread(target=flood, args=(server.port,)) for _ in range(6)]
        for each in flooders:
            each.start()
        stats = server.server.services.stats
        until(lambda: stats.total_commands_processed > 20_000)
        stopper = threading.Thread(target=server.stop, name="stopper")
        stopper.start()
        stopper.join(STOPS_WITHIN_S)
        assert not stopper.is_alive(), "the server does not stop"
        for each in flooders:
            each.join(STOPS_WITHIN_S)
    assert len(ended) == 6


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize("turn", range(5))
def test_it_stops_while_clients_connect(turn: int) -> None:
    enough = threading.Event()

    def connect(port: int) -> None:
        while not enough.is_set():
            try:
                with socket.create_connection(("127.0.0.1", port), 5) as sock:
                    sock.sendall(b"PING\r\n")
            except OSError:
                return

    with RedisServer(io_threads=1 + turn % 2) as server:
        stats = server.server.services.stats
        connectors = [threading.Thread(target=connect, args=(server.port,)) for _ in range(3)]
        for each in connectors:
            each.start()
        until(lambda: stats.total_connections_received > 50 + 20 * turn)
    enough.set()
    for each in connectors:
        each.join(STOPS_WITHIN_S)


@pytest.mark.usefixtures("nothing_left")
def test_it_stops_while_clients_wait_for_the_end_of_a_pause() -> None:
    with RedisServer() as server, RawClient(port=server.port) as admin, RawClient(port=server.port) as waiting:
        admin.call("CLIENT", "PAUSE", 100_000)
        waiting.send("GET", "k")
        until(lambda: len(server.server.dispatcher.postponed) == 1)
        server.stop()
        assert waiting.is_closed_by_server


def test_clients_that_have_gone_are_forgotten_altogether(make_server: MakeServer) -> None:
    """However they went: nothing may stay that only a full collection of garbage would find."""
    server = make_server()
    gc.collect()
    gc.disable()
    try:
        with RawClient(port=server.port) as admin:
            for way in ("close", "quit", "kill", "fault"):
                client = RawClient(port=server.port)
                name = f"gone-by-{way}"
                assert client.call("CLIENT", "SETNAME", name) == b"OK"
                if way == "quit":
                    client.call("QUIT")
                elif way == "kill":
                    admin.call("CLIENT", "KILL", "ID", client.call("CLIENT", "ID"))
                elif way == "fault":
                    client.send_raw(b"*1\r\nnonsense\r\n")
                    client.read_until_closed()
                client.close()

            def left() -> list[bytes]:
                admin.call("PING")  # the last batch of each thread is kept until the next
                found = [each for each in gc.get_objects() if isinstance(each, Session)]
                return [each.name for each in found if each.name.startswith(b"gone-by-")]

            until(lambda: not left(), within_s=5, what="no session is left")
    finally:
        gc.enable()
