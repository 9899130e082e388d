"""What goes wrong inside and around the server: told in the log, survived where that is safe, else an orderly end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from pyredis_server.base.log import Logger, MemorySink
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import FAST
from pyredis_server.commands.registry import command
from pyredis_server.embedded import RedisServer
from pyredis_server.executor.gate import set_gates
from pyredis_server.resp.reply import Reply
from tests.support.figures import tell
from tests.support.ports import free_port
from tests.support.raw_client import RawClient
from tests.support.recorder import run_on_executor
from tests.support.server_process import READY, ServerProcess, pyredis_server
from tests.support.wait import until
from tests.support.wire import ErrorReply

pytestmark = pytest.mark.slow

SpawnServer = Callable[..., ServerProcess]
INTERNAL_ERROR = ErrorReply(b"ERR internal error")


# A handler that fails


@command("PLANTED", group="generic", since="0.0.0", arity=-1, flags=FAST)
def planted(ctx: Context, *words: bytes) -> Reply:
    """Fail, as no handler should."""
    raise ZeroDivisionError("planted fault")


@pytest.fixture
def heard() -> MemorySink:
    return MemorySink()


@pytest.fixture
def faulty(heard: MemorySink) -> Iterator[RedisServer]:
    """A server with a command whose handler fails."""
    with RedisServer(log=Logger(heard)) as running:
        table = running.server.services.table
        spec = planted.commands[0]  # type: ignore[attr-defined]  # what the decorator hung on it
        run_on_executor(running, lambda: table.add(spec, planted), lambda: set_gates(table))
        yield running


def test_a_handler_that_fails_answers_an_error_and_the_server_lives_on(faulty: RedisServer, heard: MemorySink) -> None:
    with RawClient(port=faulty.port) as client:
        assert client.pipeline([("SET", "k", "v"), ("PLANTED",), ("PLANTED", "x"), ("PLANTED", "x", "y"),
                                ("PLANTED", "x", "y", "z"), ("GET", "k")]) == [b"OK", *[INTERNAL_ERROR] * 4, b"v"]
        assert b"unexpected_error_replies:4\r\n" in client.call("INFO", "stats")
        assert b"failed_calls=4" in client.call("INFO", "commandstats").split(b"cmdstat_planted:")[1].split(b"\r\n")[0]
    log = "\n".join(heard.lines)
    assert log.count("Unexpected exception in the handler of b'PLANTED'") == 4
    assert log.count("ZeroDivisionError: planted fault") == 4
    assert ", in planted" in log, "the traceback names the function"


def test_a_handler_that_fails_in_a_transaction_spoils_only_its_own_reply(faulty: RedisServer) -> None:
    with RawClient(port=faulty.port) as client:
        calls = [("MULTI",), ("SET", "k", "1"), ("PLANTED",), ("INCR", "k"), ("EXEC",), ("PING",)]
        assert client.pipeline(calls)[4:] == [[b"OK", INTERNAL_ERROR, 2], b"PONG"]


def test_a_handler_that_fails_off_the_straight_path_is_no_worse(faulty: RedisServer) -> None:
    with RawClient(port=faulty.port) as watcher, RawClient(port=faulty.port) as client:
        assert watcher.call("MONITOR") == b"OK"
        assert client.call("PLANTED") == INTERNAL_ERROR
        assert client.call("PING") == b"PONG"
        assert watcher.read_reply().endswith(b'"PLANTED"')


# A thread that dies

WORKER_DIES = """
from pyredis_server.iothreads.worker import Worker
attach = Worker.attach
def failing(self, conn):
    if self.connections:
        raise MemoryError("planted fault")
    attach(self, conn)
Worker.attach = failing
"""
EXECUTOR_DIES = """
from pyredis_server.executor.dispatch import Dispatcher
unusual = Dispatcher.unusual
def failing(self, session, argv):
    if argv[0] == b"DIE":
        raise MemoryError("planted fault")
    return unusual(self, session, argv)
Dispatcher.unusual = failing
"""
RUN = """
import sys
from pyredis_server.app import run
sys.exit(run(sys.argv[1:]))
"""


@pytest.mark.parametrize(("plant", "thread"), [(WORKER_DIES, "io-0"), (EXECUTOR_DIES, "executor")])
def test_a_thread_that_dies_ends_the_process_with_the_reason(
    spawn_server: SpawnServer, tmp_path: Path, plant: str, thread: str,
) -> None:
    server = spawn_server("--unixsocket", str(tmp_path / "s"), program=[sys.executable, "-c", plant + RUN])
    with server.client() as client:
        assert client.call("PING") == b"PONG"
        with server.client() as second:
            second.send("DIE")
            assert server.exit_status() == 1
        assert client.is_closed_by_server
    assert f"Thread {thread} died" in server.output
    assert "MemoryError: planted fault" in server.output
    assert f"Fatal: thread {thread} died" in server.output
    assert "bye bye" not in server.output
    assert not (tmp_path / "s").exists()


# What the system refuses


def test_a_port_in_use_is_told_in_redis_words(spawn_server: SpawnServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = spawn_server("--bind", "127.0.0.1", "--port", str(port), wait=False)
        assert server.exit_status() == 1
    assert [line.split(" # ")[1] for line in server.log[-2:]] == [
        f"Warning: Could not create server TCP listening socket 127.0.0.1:{port}: bind: Address already in use",
        f"Failed listening on port {port} (tcp), aborting."]


def test_a_name_that_is_no_address_is_told(spawn_server: SpawnServer) -> None:
    port = str(free_port())
    server = spawn_server("--bind", "no-such-host.invalid", "--port", port, wait=False)
    assert server.exit_status(within_s=30) == 1
    assert f"listening socket no-such-host.invalid:{port}: " in server.output
    assert f"Failed listening on port {port} (tcp), aborting." in server.output


def test_a_unix_socket_that_cannot_be_made_is_told(spawn_server: SpawnServer, tmp_path: Path) -> None:
    server = spawn_server("--port", str(free_port()), "--unixsocket", str(tmp_path / "none" / "s"), wait=False)
    assert server.exit_status() == 1
    assert server.log[-1].endswith("# Failed opening Unix socket: bind: No such file or directory")


def test_nothing_to_listen_on_is_told(spawn_server: SpawnServer) -> None:
    server = spawn_server("--port", "0", wait=False)
    assert server.exit_status() == 1
    assert server.log[-1].endswith("# Configured to not listen anywhere, exiting.")


@pytest.mark.parametrize(("name", "reason"), [("none.conf", "No such file or directory"), ("", "Is a directory")])
def test_a_configuration_that_cannot_be_read_is_told(
    spawn_server: SpawnServer, tmp_path: Path, name: str, reason: str,
) -> None:
    path = tmp_path / name
    server = spawn_server(str(path), wait=False)
    assert server.exit_status() == 1
    assert server.log[-1].endswith(f"# Fatal error, can't open config file '{path}': {reason}")


def test_a_log_file_that_cannot_be_written_is_told(spawn_server: SpawnServer, tmp_path: Path) -> None:
    server = spawn_server("--logfile", str(tmp_path / "none" / "log"), wait=False)
    assert server.exit_status() == 1
    assert "FATAL CONFIG FILE ERROR" in server.output
    assert "Can't open the log file: No such file or directory" in server.output


def test_a_pid_file_that_cannot_be_written_is_told_and_no_more(spawn_server: SpawnServer, tmp_path: Path) -> None:
    server = spawn_server("--pidfile", str(tmp_path / "none" / "pid"))
    assert "# Failed to write PID file: No such file or directory" in server.output
    server.signal(signal.SIGTERM)
    assert server.exit_status() == 0


@pytest.mark.skipif(not hasattr(psutil.Process, "rlimit"), reason="limits of another process: Linux only")
def test_out_of_descriptors_is_told_and_passes(spawn_server: SpawnServer) -> None:
    server = spawn_server()
    process = psutil.Process(server.pid)
    with server.client() as client, ExitStack() as opened:
        assert client.call("PING") == b"PONG"
        original = process.rlimit(psutil.RLIMIT_NOFILE)
        room = 10
        process.rlimit(psutil.RLIMIT_NOFILE, (process.num_fds() + room, original[1]))
        crowd = [opened.enter_context(RawClient(port=server.port)) for _ in range(3 * room)]
        for each in crowd:
            each.send("PING")
        server.wait_for_log("# Accepting client connection: accept: Too many open files")
        before_s, began = sum(process.cpu_times()[:2]), time.monotonic()
        lines_before = len(server.log)
        until(lambda: time.monotonic() - began >= 1, within_s=3, every_s=0.1)
        lasted_s = time.monotonic() - began
        share = (sum(process.cpu_times()[:2]) - before_s) / lasted_s
        tell(f"CPU while out of descriptors: {share:.1%}; {len(server.log) - lines_before} lines in {lasted_s:.1f} s")
        assert share < 0.2, "it must not spin"
        assert len(server.log) - lines_before < 20 * lasted_s
        assert client.call("PING") == b"PONG"
        assert b"connected_clients:%d\r\n" % (1 + room) in client.call("INFO", "clients")
        answered, waiting = crowd[:room], crowd[room:]
        for each in answered:  # those that came first have been served, as far as descriptors went
            assert each.read_reply() == b"PONG"
            each.close()
        for each in waiting[:room]:
            assert each.read_reply() == b"PONG"
        process.rlimit(psutil.RLIMIT_NOFILE, original)
        for each in waiting[room:]:
            assert each.read_reply() == b"PONG"
        assert b"total_connections_received:%d\r\n" % (1 + 3 * room) in client.call("INFO", "stats")
    assert "Traceback" not in server.output


# Signals


def test_a_second_signal_ends_it_at_once(spawn_server: SpawnServer) -> None:
    server = spawn_server("--enable-debug-command", "yes")
    with server.client() as client, server.client() as other:
        assert other.call("PING") == b"PONG"
        client.send("DEBUG", "SLEEP", "30")
        other.socket.settimeout(0.3)
        with pytest.raises(TimeoutError):  # the command is running
            until(lambda: other.call("PING") != b"PONG")
        server.signal(signal.SIGTERM)
        server.wait_for_log("Received SIGTERM scheduling shutdown...")
        assert server.process.poll() is None, "the command has to end first"
        server.signal(signal.SIGINT)
        assert server.exit_status(within_s=5) == 1
    assert "You insist... exiting now." in server.output


def test_the_end_of_a_terminal_does_not_end_it(spawn_server: SpawnServer) -> None:
    server = spawn_server()
    server.signal(signal.SIGHUP)
    with server.client() as client:
        assert client.call("PING") == b"PONG"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("after_s", [0.02, 0.1, 0.2, 0.25, 0.3])
def test_a_signal_ends_it_at_any_moment_of_its_start(spawn_server: SpawnServer, number: int, after_s: float) -> None:
    server = spawn_server("--port", str(free_port()), wait=False)
    began = time.monotonic()
    until(lambda: time.monotonic() - began >= after_s, every_s=0.002)
    server.signal(number)
    status = server.exit_status()
    if any("Server initialized" in line for line in server.log):
        assert status == 0
        assert "bye bye" in server.output
    else:
        assert status in {0, 1, 130, -number}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order_with_the_lines_of_redis(spawn_server: SpawnServer, tmp_path: Path, number: int) -> None:
    server = spawn_server("--pidfile", str(tmp_path / "pid"))
    with server.client() as client:
        client.send_raw(b"*2\r\n$3\r\nGET\r\n$10\r\n")
        server.signal(number)
        assert client.is_closed_by_server
    assert server.exit_status() == 0
    name = signal.Signals(number).name
    assert [line.split(" ", 5)[5] for line in server.log[-4:]] == [
        f"# Received {name} scheduling shutdown...", "* User requested shutdown...", "* Removing the pid file.",
        "# Redis is now ready to exit, bye bye..."]


def test_shutdown_waits_for_nobody(spawn_server: SpawnServer) -> None:
    """Other clients are in the middle of requests, replies and a pause."""
    server = spawn_server()
    with ExitStack() as opened:
        clients = [opened.enter_context(server.client()) for _ in range(4)]
        clients[0].call("SET", "big", b"x" * 3_000_000)
        clients[0].send_raw(b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1000\r\nabc")
        for _ in range(20):
            clients[1].send("GET", "big")
        clients[2].call("CLIENT", "PAUSE", 100_000, "WRITE")
        clients[2].send("SET", "k", "v")
        clients[3].send("SHUTDOWN", "NOSAVE")
        assert server.exit_status(within_s=5) == 0
        assert clients[2].is_closed_by_server
        assert clients[3].is_closed_by_server


# The daemon, the files, the options


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no daemons without fork")
def test_a_daemon_leaves_the_terminal_and_tells_its_process(tmp_path: Path) -> None:
    port, pid_file, log = free_port(), tmp_path / "pid", tmp_path / "log"
    started = subprocess.run(
        [*pyredis_server(), "--daemonize", "yes", "--port", str(port), "--pidfile", str(pid_file), "--logfile", str(log),
         "--dir", str(tmp_path), "--save", ""],
        check=False, capture_output=True, text=True, timeout=30, cwd=tmp_path)
    assert (started.returncode, started.stdout, started.stderr) == (0, "", "")
    until(lambda: log.exists() and READY in log.read_text())
    daemon = psutil.Process(int(pid_file.read_text()))
    try:
        assert os.getsid(daemon.pid) == daemon.pid
        assert daemon.terminal() is None
        assert log.read_text().splitlines()[-1].startswith(f"{daemon.pid}:M ")
        with RawClient(port=port) as client:
            assert f"process_id:{daemon.pid}\r\n".encode() in client.call("INFO", "server")
            client.send("SHUTDOWN")
            assert client.is_closed_by_server
        until(lambda: not daemon.is_running() or daemon.status() == psutil.STATUS_ZOMBIE)
        assert not pid_file.exists()
        assert "bye bye" in log.read_text()
    finally:
        if daemon.is_running():
            daemon.kill()


@pytest.mark.parametrize(("argument", "shows"), [("--version", "Redis server v="), ("-v", "Redis server v="),
                                                 ("--help", "Usage:"), ("-h", "Usage:")])
def test_options_that_only_show_something_succeed(argument: str, shows: str) -> None:
    done = subprocess.run([*pyredis_server(), argument], check=False, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0
    assert done.stdout.startswith(shows)
    assert not done.stderr


def test_an_option_that_is_unknown_fails(spawn_server: SpawnServer) -> None:
    server = spawn_server("--no-such-option", "1", wait=False)
    assert server.exit_status() == 1
    assert "no-such-option" in server.output
