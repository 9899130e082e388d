"""The program as others start, watch and stop it: options, log lines, signals, exit status."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.server_process import READY, ServerProcess, pyredis_server
from tests.support.wait import until

pytestmark = pytest.mark.slow

SpawnServer = Callable[..., ServerProcess]


def test_it_says_that_it_is_ready_in_the_words_that_tools_wait_for(spawn_server: SpawnServer) -> None:
    server = spawn_server()
    line = server.wait_for_log(READY)
    assert re.fullmatch(r"\d+:M \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d\.\d{3} \* Ready to accept connections.*", line)
    assert line.startswith(f"{server.pid}:")
    with server.client() as client:
        assert client.call("PING") == b"PONG"


def test_version_is_shown_in_the_form_that_tools_parse() -> None:
    shown = subprocess.run([*pyredis_server(), "--version"], check=True, capture_output=True, text=True, timeout=30)
    assert re.match(r"Redis server v=8\.10\.\d+ sha=\w+:\d malloc=\S+ bits=\d+ build=\S+$", shown.stdout.strip())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_with_status_zero(spawn_server: SpawnServer, number: int) -> None:
    server = spawn_server()
    server.signal(number)
    assert server.exit_status() == 0
    assert "User requested shutdown" in server.output
    assert "bye bye" in server.output


def test_shutdown_stops_it_with_status_zero_and_without_a_reply(spawn_server: SpawnServer) -> None:
    server = spawn_server()
    with server.client() as client:
        client.send("SHUTDOWN", "NOSAVE")
        assert client.is_closed_by_server
    assert server.exit_status() == 0


def test_a_port_that_is_taken_is_told_and_ends_it(spawn_server: SpawnServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = spawn_server("--bind", "127.0.0.1", "--port", str(port), wait=False)
        assert server.exit_status() == 1
    assert f"Could not create server TCP listening socket 127.0.0.1:{port}" in server.output


def test_a_directive_that_is_unknown_is_told_with_its_line(spawn_server: SpawnServer, tmp_path: Path) -> None:
    path = tmp_path / "wrong.conf"
    path.write_text("maxclients 50\nno-such-thing 1\n")
    server = spawn_server(str(path), wait=False)
    assert server.exit_status() == 1
    assert "FATAL CONFIG FILE ERROR" in server.output
    assert "at line 2" in server.output
    assert ">>> 'no-such-thing 1'" in server.output


def test_options_override_the_file_and_stand_in_config_get(spawn_server: SpawnServer, tmp_path: Path) -> None:
    path = tmp_path / "redis.conf"
    path.write_text("maxclients 50\ntimeout 7\n")
    server = spawn_server(str(path), "--timeout", "9", "--save", "60 1")
    with server.client() as client:
        assert client.call("CONFIG", "GET", "maxclients") == [b"maxclients", b"50"]
        assert client.call("CONFIG", "GET", "timeout") == [b"timeout", b"9"]
        assert client.call("CONFIG", "GET", "save") == [b"save", b"60 1"]


def test_it_writes_its_log_and_its_pid_where_it_is_told(spawn_server: SpawnServer, tmp_path: Path) -> None:
    log, pid = tmp_path / "server.log", tmp_path / "server.pid"
    server = spawn_server("--port", "0", "--unixsocket", str(tmp_path / "s"), "--logfile", str(log), "--pidfile",
                          str(pid), wait=False)
    until(lambda: log.exists() and READY in log.read_text(), within_s=20)
    assert int(pid.read_text()) == server.pid
    server.signal(signal.SIGTERM)
    assert server.exit_status() == 0
    assert not pid.exists()
    assert not (tmp_path / "s").exists()


def test_a_client_that_breaks_off_leaves_no_trace(spawn_server: SpawnServer) -> None:
    server = spawn_server()
    with server.client() as client:
        client.send_raw(b"*2\r\n$3\r\nGET\r\n$100\r\nabc")
    with server.client() as client:
        assert client.call("PING") == b"PONG"
    server.signal(signal.SIGTERM)
    assert server.exit_status() == 0
    assert "Traceback" not in server.output
