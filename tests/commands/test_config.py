"""CONFIG over a real server; kinds of values, files and rewriting are tested in tests/unit/config."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pyredis_server.base import errors
from tests.support.raw_client import RawClient
from tests.support.server_process import pyredis_server
from tests.support.wire import ErrorReply

FAILED = b"ERR CONFIG SET failed (possibly related to argument '%b') - %b"


def pairs(reply: list[bytes] | dict[bytes, bytes]) -> dict[bytes, bytes]:
    return reply if isinstance(reply, dict) else dict(zip(reply[::2], reply[1::2], strict=True))


def test_get_is_a_map_in_resp3_and_flat_in_resp2(client: RawClient, client3: RawClient) -> None:
    assert client.call("CONFIG", "GET", "maxmemory", "hz") == [b"maxmemory", b"0", b"hz", b"10"]
    assert client3.call("CONFIG", "GET", "maxmemory", "hz") == {b"maxmemory": b"0", b"hz": b"10"}
    assert client3.call("CONFIG", "GET", "nosuch") == {}


def test_set_is_seen_by_other_clients_at_once(client: RawClient, other: RawClient) -> None:
    assert client.call("CONFIG", "SET", "MaxMemory", "10mb", "hz", "20") == b"OK"
    assert pairs(other.call("CONFIG", "GET", "maxmemory", "hz")) == {b"maxmemory": b"10485760", b"hz": b"20"}


@pytest.mark.parametrize(("arguments", "message"), [
    (("nosuch", "1"), b"ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'"),
    (("hz", "20", "maxmemory"), errors.SYNTAX),
    (("hz", "20", "maxmemory", "x"), FAILED % (b"maxmemory", b"argument must be a memory value")),
    (("hz", "20", "io-threads", "2"), FAILED % (b"io-threads", b"can't set immutable config")),
    (("hz", "20", "dir", "/"), FAILED % (b"dir", b"can't set protected config")),
    (("hz", "20", "no\r\nsuch", "1"), b"ERR Unknown option or number of arguments for CONFIG SET - 'no  such'"),
])
def test_a_refused_set_changes_nothing(client: RawClient, arguments: tuple[str, ...], message: bytes) -> None:
    assert client.call("CONFIG", "SET", *arguments) == ErrorReply(message)
    assert client.call("CONFIG", "GET", "hz") == [b"hz", b"10"]


@pytest.mark.parametrize(("argv", "message"), [
    (("CONFIG",), b"ERR wrong number of arguments for 'config' command"),
    (("CONFIG", "GET"), b"ERR wrong number of arguments for 'config|get' command"),
    (("CONFIG", "SET", "hz"), b"ERR wrong number of arguments for 'config|set' command"),
    (("CONFIG", "REWRITE", "x"), b"ERR wrong number of arguments for 'config|rewrite' command"),
    (("CONFIG", "NOSUCH"), b"ERR unknown subcommand 'NOSUCH'. Try CONFIG HELP."),
    (("CONFIG", "REWRITE"), b"ERR The server is running without a config file"),
])
def test_a_wrong_call_is_refused_with_the_text_of_redis(client: RawClient, argv: tuple[str, ...],
                                                        message: bytes) -> None:
    assert client.call(*argv) == ErrorReply(message)


def test_every_value_that_is_shown_can_be_set_again(client: RawClient) -> None:
    refused = {}
    for name, value in pairs(client.call("CONFIG", "GET", "*")).items():
        answer = client.call("CONFIG", "SET", name, value)
        if isinstance(answer, ErrorReply) and b"immutable" not in answer.message:
            refused[name] = answer.message
    assert refused.keys() == {b"dir", b"dbfilename"}
    assert all(b"can't set protected config" in message for message in refused.values())


def test_set_within_a_transaction_happens_at_exec(client: RawClient, other: RawClient) -> None:
    client.call("MULTI")
    assert client.call("CONFIG", "SET", "hz", "20") == b"QUEUED"
    assert other.call("CONFIG", "GET", "hz") == [b"hz", b"10"]
    assert client.call("EXEC") == [b"OK"]
    assert other.call("CONFIG", "GET", "hz") == [b"hz", b"20"]


def test_passwords_in_a_set_are_kept_out_of_the_slow_log(client: RawClient) -> None:
    client.call("CONFIG", "SET", "slowlog-log-slower-than", "0")
    client.call("CONFIG", "SET", "hz", "20", "masterauth", "secret", "nosuch", "x")
    client.call("CONFIG", "SET", "masterauth", "secret", "hz", "30")
    client.call("CONFIG", "SET", "slowlog-log-slower-than", "-1")
    logged = [entry[3] for entry in client.call("SLOWLOG", "GET", "-1")]
    assert [b"CONFIG", b"SET", b"hz", b"20", b"masterauth", b"(redacted)", b"nosuch", b"x"] in logged
    assert [b"CONFIG", b"SET", b"masterauth", b"(redacted)", b"hz", b"30"] in logged


def test_resetstat_begins_to_count_anew(client: RawClient) -> None:
    client.call("GET", "nosuch")
    assert client.call("CONFIG", "RESETSTAT") == b"OK"
    assert b"keyspace_misses:0\r\n" in client.call("INFO", "stats")
    assert b"cmdstat_get:" not in client.call("INFO", "commandstats")


def test_help_lists_the_subcommands(client: RawClient) -> None:
    lines = client.call("CONFIG", "HELP")
    assert lines[0] == b"CONFIG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"
    assert [line.split()[0] for line in lines[1:] if not line.startswith(b" ")] == [
        b"GET", b"SET", b"RESETSTAT", b"REWRITE", b"HELP"]


@pytest.mark.slow
class TestTheProgram:
    def test_rewrite_writes_what_was_set_to_the_file_that_was_given(self, spawn_server, tmp_path: Path) -> None:
        path = tmp_path / "my.conf"
        path.write_text("# mine\nhz 20\nsave \"\"\n")
        server = spawn_server(str(path))
        with RawClient(port=server.port) as client:
            client.call("CONFIG", "SET", "hz", "30", "maxmemory", "1gb")
            assert client.call("CONFIG", "REWRITE") == b"OK"
        lines = path.read_text().splitlines()
        assert lines[:3] == ["# mine", "hz 30", 'save ""']
        assert "maxmemory 1gb" in lines

    def test_a_file_with_everything_starts_a_server_with_the_same_values(self, spawn_server, tmp_path: Path) -> None:
        path = tmp_path / "my.conf"
        path.write_text("# mine\nhz 20\nsave \"\"\nenable-debug-command yes\n")
        server = spawn_server(str(path))
        with RawClient(port=server.port) as client:
            assert client.call("DEBUG", "CONFIG-REWRITE-FORCE-ALL") == b"OK"
            before = client.call("CONFIG", "GET", "*")
            client.send("SHUTDOWN", "NOSAVE")
            server.exit_status()
        again = spawn_server(str(path), port=server.port)
        with RawClient(port=again.port) as client:
            assert client.call("CONFIG", "GET", "*") == before

    def test_a_fault_in_the_file_is_reported_and_ends_the_start(self, tmp_path: Path) -> None:
        path = tmp_path / "my.conf"
        path.write_text("hz 20\nhz x\n")
        done = subprocess.run([*pyredis_server(), str(path)], capture_output=True, text=True, check=False, timeout=30)
        assert done.returncode == 1
        assert done.stderr == ("\n*** FATAL CONFIG FILE ERROR (Redis 8.10.0) ***\nReading the configuration file, at "
                               "line 2\n>>> 'hz x'\nargument couldn't be parsed into an integer\n")
