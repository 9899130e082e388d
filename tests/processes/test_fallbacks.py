"""Systems without epoll and eventfd, and other numbers of I/O threads: everything works as on the usual road."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

import attrs
import pytest

from pyredis_server.embedded import RedisServer
from tests.support.raw_client import RawClient, encode
from tests.support.recorder import run_on_executor
from tests.support.wait import until
from tests.support.wire import ErrorReply

pytestmark = pytest.mark.slow


@attrs.frozen
class Way:
    """How the server is made."""

    portable: bool
    workers: int

    def __str__(self) -> str:
        return f"{'portable' if self.portable else 'native'}-{self.workers}"


WAYS = [Way(portable=True, workers=1), Way(portable=True, workers=3), Way(portable=False, workers=2),
        Way(portable=False, workers=3)]


@pytest.fixture(params=WAYS, ids=str)
def way(request: pytest.FixtureRequest) -> Way:
    assert isinstance(request.param, Way)
    return request.param


@pytest.fixture
def server(way: Way) -> Iterator[RedisServer]:
    with RedisServer(port=0, portable=way.portable, io_threads=way.workers, enable_debug_command="yes") as running:
        yield running


@pytest.fixture
def clients(server: RedisServer) -> Iterator[list[RawClient]]:
    """Six clients: with three workers, two on each."""
    with ExitStack() as opened:
        yield [opened.enter_context(RawClient(port=server.port)) for _ in range(6)]


def test_the_fallback_is_in_use_and_clients_are_spread_over_the_workers(
    server: RedisServer, clients: list[RawClient], way: Way,
) -> None:
    parts = server.server
    api = clients[0].call("INFO", "server").split(b"multiplexing_api:")[1].split(b"\r\n")[0]
    if way.portable:
        assert {worker.poller.name for worker in parts.workers} == {api.decode()}
        assert api in {b"poll", b"select", b"kqueue"}
    for each in clients:
        each.call("PING")
    assert [len(worker.connections) for worker in parts.workers] == [6 // way.workers] * way.workers


def test_commands_and_errors_and_transactions_are_answered(clients: list[RawClient]) -> None:
    one, two = clients[:2]
    assert one.call("SET", "k", "v", "EX", 100) == b"OK"
    assert two.call("GET", "k") == b"v"
    assert one.pipeline([("INCR", "k"), ("NOSUCH",), ("GET",), ("STRLEN", "k")]) == [
        ErrorReply(b"ERR value is not an integer or out of range"),
        ErrorReply(b"ERR unknown command 'NOSUCH', with args beginning with: "),
        ErrorReply(b"ERR wrong number of arguments for 'get' command"), 1]
    two.hello(3)
    assert two.call("MGET", "k", "none") == [b"v", None]
    one.call("WATCH", "k")
    two.call("SET", "k", "w")
    assert one.pipeline([("MULTI",), ("GET", "k"), ("EXEC",)])[2] is None
    assert one.pipeline([("MULTI",), ("GET", "k"), ("EXEC",)])[2] == [b"w"]


def test_pipelines_of_many_clients_at_once_keep_their_order(clients: list[RawClient]) -> None:
    count = 3000
    wrong: list[object] = []

    def converse(number: int, client: RawClient) -> None:
        calls = [("INCR", f"counter-{number}") if turn % 2 else ("ECHO", f"{number}-{turn}") for turn in range(count)]
        expected = [turn // 2 + 1 if turn % 2 else f"{number}-{turn}".encode() for turn in range(count)]
        answers = client.pipeline(calls)
        if answers != expected:
            wrong.append((number, answers))

    threads = [threading.Thread(target=converse, args=item) for item in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_values_of_fifty_megabytes_pass_in_both_directions(clients: list[RawClient]) -> None:
    value = bytes(range(256)) * (50_000_000 // 256)
    assert clients[0].call("SET", "big", value) == b"OK"
    assert clients[1].call("STRLEN", "big") == len(value)
    assert clients[2].call("GET", "big") == value


def test_replies_wait_for_a_slow_reader_while_others_are_served(clients: list[RawClient]) -> None:
    slow, other = clients[:2]
    value = b"x" * 5_000_000
    other.call("SET", "big", value)
    slow.send_raw(encode(("GET", "big")) * 4 + encode(("ECHO", "end")))
    for number in range(200):
        assert other.call("INCR", "n") == number + 1
    assert [slow.read_reply() for _ in range(5)] == [value] * 4 + [b"end"]
    assert slow.call("PING") == b"PONG"


def is_in_info(client: RawClient, line: bytes) -> bool:
    return line in client.call("INFO", "clients")


def test_a_pause_holds_all_workers_and_its_end_lets_them_go_on_in_order(clients: list[RawClient]) -> None:
    *others, admin = clients
    assert admin.call("CLIENT", "PAUSE", 100_000, "WRITE") == b"OK"
    for number, each in enumerate(others):
        each.send_raw(encode(("APPEND", "order", number)) + encode(("ECHO", number)))
        waiting = b"blocked_clients:%d\r" % (number + 1)
        until(partial(is_in_info, admin, waiting))
    assert admin.call("GET", "order") is None
    assert admin.call("CLIENT", "UNPAUSE") == b"OK"
    for number, each in enumerate(others):
        assert [each.read_reply(), each.read_reply()] == [number + 1, str(number).encode()]
    assert admin.call("GET", "order") == b"01234"


def test_a_pause_ends_by_the_clock(clients: list[RawClient]) -> None:
    assert clients[0].call("CLIENT", "PAUSE", 50, "ALL") == b"OK"
    assert clients[1].call("INCR", "n") == 1


def test_monitors_on_every_worker_see_all_commands_of_each_client_in_order(clients: list[RawClient]) -> None:
    monitors, talkers = clients[:3], clients[3:]
    for each in monitors:
        assert each.call("MONITOR") == b"OK"
    turns = 300

    def talk(number: int, client: RawClient) -> None:
        client.pipeline([("ECHO", f"{number}:{turn}") for turn in range(turns)])

    threads = [threading.Thread(target=talk, args=item) for item in enumerate(talkers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen = []
    for each in monitors:
        lines = [each.read_reply() for _ in range(turns * len(talkers))]
        seen.append([line.rsplit(b" ", 1)[1].strip(b'"').split(b":") for line in lines])
    assert seen[0] == seen[1] == seen[2]
    for number in range(len(talkers)):
        assert [int(turn) for who, turn in seen[0] if int(who) == number] == list(range(turns))


def test_a_long_command_keeps_the_others_waiting_and_loses_nothing(clients: list[RawClient]) -> None:
    """The workers stop waiting for the executor after some milliseconds and are woken through their pollers."""
    sleeper, *others = clients
    for turn in range(3):
        sleeper.send("DEBUG", "SLEEP", "0.05")
        for each in others:
            each.send_raw(encode(("INCR", "n")) * 50 + encode(("ECHO", turn)))
        assert sleeper.read_reply() == b"OK"
        answers = [[each.read_reply() for _ in range(51)] for each in others]
        assert [each[-1] for each in answers] == [str(turn).encode()] * len(others)
        assert sorted(n for each in answers for n in each[:-1]) == list(range(turn * 250 + 1, turn * 250 + 251))


def test_killed_clients_are_gone_on_every_worker(server: RedisServer, clients: list[RawClient]) -> None:
    admin, *others = clients
    for each in others:
        each.call("CLIENT", "SETNAME", "victim")
    assert admin.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes") == len(others)
    assert all(each.is_closed_by_server for each in others)
    until(lambda: sum(len(worker.connections) for worker in server.server.workers) == 1)
    assert admin.call("PING") == b"PONG"


def test_shutdown_closes_all_clients_without_a_reply(server: RedisServer, clients: list[RawClient]) -> None:
    clients[0].send("SHUTDOWN", "NOSAVE")
    assert all(each.is_closed_by_server for each in clients)
    server.stop()


def test_work_given_to_the_executor_wakes_it(server: RedisServer) -> None:
    run_on_executor(server, *(lambda: None for _ in range(10)))
