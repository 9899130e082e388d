"""The process around the server: what is read from text, and what the system is told."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from pyredis_server.base.log import Logger, MemorySink
from pyredis_server.control import process


@pytest.fixture
def sink() -> MemorySink:
    return MemorySink()


@pytest.fixture
def log(sink: MemorySink) -> Logger:
    return Logger(sink)


@pytest.mark.parametrize(("text", "cpus"), [
    ("0", {0}), ("1,3", {1, 3}), ("0-3", {0, 1, 2, 3}), ("0-7:2", {0, 2, 4, 6}), ("1,10-11", {1, 10, 11}),
    (" 2 , 4-5", {2, 4, 5}),
])
def test_a_cpu_list_has_ranges_and_steps(text: str, cpus: set[int]) -> None:
    assert process.parse_cpu_list(text) == cpus


@pytest.mark.parametrize("text", ["", "a", "1-", "-", "1,,2", "0-3:x", "0-3:0", "1-2-3"])
def test_what_is_no_cpu_list_is_refused(text: str) -> None:
    assert process.parse_cpu_list(text) is None


def test_a_thread_that_cannot_be_bound_leaves_a_line_in_the_log(log: Logger, sink: MemorySink) -> None:
    assert not process.bind_this_thread("4000", log)
    assert not process.bind_this_thread("none", log)
    assert len(sink.lines) == 2


def test_the_pid_file_is_written_and_removed(tmp_path: Path, log: Logger) -> None:
    path = tmp_path / "server.pid"
    assert process.write_pid_file(str(path), log)
    assert path.read_text() == f"{os.getpid()}\n"
    process.remove_pid_file(str(path))
    assert not path.exists()
    process.remove_pid_file(str(path))


def test_a_pid_file_that_cannot_be_written_leaves_a_line_in_the_log(tmp_path: Path, log: Logger,
                                                                    sink: MemorySink) -> None:
    assert not process.write_pid_file(str(tmp_path / "none" / "server.pid"), log)
    assert "Failed to write PID file: No such file or directory" in sink.lines[0]


def test_the_service_manager_gets_a_datagram(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        monkeypatch.setenv("NOTIFY_SOCKET", path)
        assert process.tell_service_manager("READY=1\n")
        assert manager.recv(100) == b"READY=1\n"


def test_no_service_manager_is_no_failure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert not process.tell_service_manager("READY=1\n")
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    assert not process.tell_service_manager("READY=1\n")


def test_a_title_is_made_of_the_template() -> None:
    shown = process.render_title(
        "{title} {listen-addr} {server-mode} {port} {tls-port} {unixsocket} {config-file} {other}", title="pyredis-server",
        listen="*:6379", mode="[cluster]", port=6379, tls_port=0, unixsocket="/s", config_file="/c.conf")
    assert shown == "pyredis-server *:6379 [cluster] 6379 0 /s /c.conf {other}"
    assert process.render_title("{title} {server-mode}", title="t", listen="", mode="", port=0, tls_port=0,
                                unixsocket="", config_file="") == "t"


def test_as_many_clients_as_the_descriptors_allow(log: Logger) -> None:
    assert process.descriptor_limit_for(1, log) == 1
