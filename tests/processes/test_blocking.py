"""Very many clients that wait for lists: all are served, in order, soon, and no element is lost or given twice."""

from __future__ import annotations

import random
import select
import selectors
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.support.descriptors import descriptors
from tests.support.figures import tell
from tests.support.raw_client import RawClient, encode
from tests.support.server_process import ServerProcess
from tests.support.swarm import RESET_ON_CLOSE, Swarm
from tests.support.wait import until

pytestmark = pytest.mark.slow

SpawnServer = Callable[..., ServerProcess]
CLIENTS = 10_000
SERVED_WITHIN_S = 10.0  # about 1 s by itself; the machine may be busy


@pytest.fixture
def many_descriptors() -> Iterator[None]:
    """Let this process open more than 10,000 sockets."""
    with descriptors(CLIENTS + 500):
        yield


def clients_info(client: RawClient) -> dict[str, str]:
    """INFO clients by field."""
    text = client.call("INFO", "clients").decode()
    return dict(line.split(":", 1) for line in text.splitlines() if ":" in line)


def assert_nothing_went_wrong(server: ServerProcess) -> None:
    assert server.process.poll() is None
    assert "Traceback" not in server.output, server.output


def wait_for_key(server: ServerProcess, key: bytes) -> socket.socket:
    """A new client that waits inside BLPOP; the PONG tells that it does, for both came in one piece."""
    sock = socket.create_connection(("127.0.0.1", server.port), 15)
    sock.sendall(encode(("PING",)) + encode(("BLPOP", key, "0")))
    assert sock.recv(100) == b"+PONG\r\n"
    return sock


def read_all(socks: list[socket.socket], within_s: float) -> list[bytes]:
    """What every client receives first, in the order of the clients."""
    got = [b""] * len(socks)
    waiting = len(socks)
    deadline = time.monotonic() + within_s
    with selectors.DefaultSelector() as selector:
        for number, sock in enumerate(socks):
            selector.register(sock, selectors.EVENT_READ, number)
        while waiting:
            assert time.monotonic() < deadline, f"{waiting} clients were not served within {within_s} s"
            for key, _ in selector.select(1):
                got[key.data] = socks[key.data].recv(1000)
                selector.unregister(key.fileobj)
                waiting -= 1
    return got


@pytest.mark.timeout(180)
@pytest.mark.usefixtures("many_descriptors")
@pytest.mark.parametrize(("keys", "workers", "at_once"), [(1000, 1, 1), (1000, 1, 10), (1000, 3, 1), (1, 1, 100)])
def test_ten_thousand_waiting_clients_are_served_in_order(
    spawn_server: SpawnServer, keys: int, workers: int, at_once: int,
) -> None:
    """`at_once`: elements in one RPUSH."""
    server = spawn_server("--maxclients", "11000", "--io-threads", str(workers))
    names = [b"key:%d" % number for number in range(keys)]
    each = CLIENTS // keys
    with server.client() as admin, ExitStack() as opened:
        began = time.monotonic()
        socks = [opened.enter_context(wait_for_key(server, name)) for _ in range(each) for name in names]
        blocked_s = time.monotonic() - began
        info = clients_info(admin)
        assert (info["blocked_clients"], info["total_blocking_keys"]) == (str(CLIENTS), str(keys))

        pushes = b"".join(encode(("RPUSH", name, *range(first, first + at_once)))
                          for first in range(0, each, at_once) for name in names)
        began = time.monotonic()
        admin.send_raw(pushes)
        got = read_all(socks, SERVED_WITHIN_S)
        served_s = time.monotonic() - began
        expected = [b"*2\r\n$%d\r\n%b\r\n$%d\r\n%d\r\n" % (len(name), name, len(b"%d" % turn), turn)
                    for turn in range(each) for name in names]
        assert got == expected
        for _ in range(CLIENTS // at_once):
            assert admin.read_reply() == at_once
        assert clients_info(admin)["blocked_clients"] == "0"
        assert admin.call("DBSIZE") == 0
    tell(f"{CLIENTS} clients waiting for {keys} keys after {blocked_s:.2f} s, all served in {served_s:.2f} s")
    assert_nothing_went_wrong(server)


@pytest.mark.skipif(not hasattr(select, "POLLRDHUP"), reason="only Linux tells at once that the peer has closed")
@pytest.mark.parametrize("way", ["FIN", "RST"])
@pytest.mark.parametrize("heir", [True, False])
def test_a_reader_that_is_gone_before_its_turn_is_passed_over(spawn_server: SpawnServer, way: str, heir: bool) -> None:
    """It goes while the server is busy, so the push runs before the server has looked at the connection."""
    server = spawn_server("--enable-debug-command", "yes")
    with server.client() as admin, server.client() as second, wait_for_key(server, b"k") as first:
        if heir:
            second.send("BLPOP", "k", "0")
            until(lambda: clients_info(admin)["blocked_clients"] == "2", what="both wait")
        admin.send_raw(encode(("DEBUG", "SLEEP", "0.3")) + encode(("RPUSH", "k", "x")))
        if way == "RST":
            first.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        first.close()
        assert admin.read_reply() == b"OK"
        assert admin.read_reply() == 1
        if heir:
            assert second.read_reply() == [b"k", b"x"]
        assert admin.call("LRANGE", "k", 0, -1) == ([] if heir else [b"x"])
    assert_nothing_went_wrong(server)


@pytest.mark.timeout(180)
@pytest.mark.parametrize(("careful", "workers"), [(True, 1), (False, 1), (False, 3)])
def test_producers_and_consumers_that_die_at_any_moment_lose_and_repeat_nothing(
    spawn_server: SpawnServer, careful: bool, workers: int,
) -> None:
    """An element is received once or still in its key; only one on its way to a reader that dies goes with it."""
    server = spawn_server("--io-threads", str(workers))
    with server.client() as admin, descriptors(2048):
        began = time.monotonic()
        swarm = Swarm(server.port, admin, random.Random(20_251_125), readers=500, writers=500, keys=200,
                      elements=30_000, careful=careful)
        swarm.run()
        swarm.settle()
        took_s = time.monotonic() - began
        left: Counter[bytes] = Counter()
        for key in swarm.keys:
            elements = admin.call("LRANGE", key, 0, -1)
            assert all(swarm.pushed[element] == key for element in elements)
            left.update(elements)

        seen = swarm.received + left
        assert max(seen.values()) == 1, "an element was given twice, or given and kept"
        assert seen.keys() <= swarm.pushed.keys()
        lost = swarm.pushed.keys() - seen.keys() - swarm.doubtful
        lost_by_key = Counter(swarm.pushed[element] for element in lost)
        assert lost_by_key <= swarm.at_risk, f"lost without a reader that died: {lost_by_key - swarm.at_risk}"
        if careful:
            assert not swarm.at_risk
        tell(f"{len(swarm.pushed)} elements in {took_s:.1f} s: {swarm.received.total()} received, {left.total()} left, "
             f"{len(lost)} on the way to a dying reader; ends: {dict(swarm.ends)}")
        assert sum(swarm.ends.values()) > 300
        until(lambda: clients_info(admin)["connected_clients"] == "1", what="all clients are gone")
        assert clients_info(admin)["blocked_clients"] == "0"
    assert_nothing_went_wrong(server)
