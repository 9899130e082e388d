"""redis-cli at a terminal: its prompt, hints, streams that control-C ends, and a server that goes away."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import MakeServer
from tests.support.ports import free_port
from tests.support.raw_client import RawClient
from tests.support.redis_cli import RedisCli
from tests.support.server_process import ServerProcess

pytest.importorskip("pexpect", reason="no pexpect, which does not run on Windows")

pytestmark = pytest.mark.slow

SpawnServer = Callable[..., ServerProcess]

# Which of them depends on how far the closing has come.
LOST = r"Error: (Server closed the connection|Connection reset by peer|Broken pipe)"


# The dialogue


def test_the_prompt_names_the_server_and_replies_stand_before_the_next(cli: RedisCli) -> None:
    with cli.terminal() as terminal:
        assert terminal.until_prompt() == ""
        assert terminal.prompt == f"127.0.0.1:{cli.port}> "
        assert terminal.ask("SET k 'a b'") == "OK"
        assert terminal.ask("get k") == '"a b"'
        assert terminal.ask("GET none") == "(nil)"
        assert terminal.ask("incr n") == "(integer) 1"
        assert terminal.ask("MGET k none n") == '1) "a b"\n2) (nil)\n3) "1"'
        assert terminal.ask("INCR k") == "(error) ERR value is not an integer or out of range"
        assert terminal.ask("GET 'open") == "Invalid argument(s)"
        assert terminal.ask("3 INCR n") == "(integer) 2\n(integer) 3\n(integer) 4"
        terminal.child.sendline("quit")
        terminal.end()
        assert terminal.status == 0


def test_select_shows_the_database_in_the_prompt(cli: RedisCli, client: RawClient) -> None:
    with cli.terminal() as terminal:
        terminal.until_prompt("")
        terminal.child.sendline("SELECT 5")
        assert terminal.until_prompt("[5]") == "OK"
        assert terminal.ask("SET k v") == "OK"
        terminal.child.sendline("SELECT 99")
        assert terminal.until_prompt("[5]") == "(error) ERR DB index is out of range"
        terminal.child.sendline("SELECT 0")
        assert terminal.until_prompt("") == "OK"
        assert terminal.prompt == f"127.0.0.1:{cli.port}> "
    assert client.pipeline([("EXISTS", "k"), ("SELECT", 5), ("GET", "k")]) == [0, b"OK", b"v"]


def test_the_database_of_the_options_stands_in_the_first_prompt(cli: RedisCli) -> None:
    with cli.terminal("-n", "3") as terminal:
        terminal.until_prompt("[3]")
        assert terminal.ask("SET k v") == "OK"


def test_a_transaction_shows_in_the_prompt_until_it_ends(cli: RedisCli) -> None:
    with cli.terminal() as terminal:
        terminal.until_prompt()
        for line, shown, marks in (
            ("MULTI", "OK", "(TX)"), ("SET k 1", "QUEUED", "(TX)"), ("INCR k", "QUEUED", "(TX)"),
            ("GET", "(error) ERR wrong number of arguments for 'get' command", "(TX)"),
            ("EXEC", "(error) EXECABORT Transaction discarded because of previous errors.", ""),
            ("MULTI", "OK", "(TX)"), ("SET k 1", "QUEUED", "(TX)"), ("INCR k", "QUEUED", "(TX)"),
            ("EXEC", "1) OK\n2) (integer) 2", ""),
            ("MULTI", "OK", "(TX)"), ("SELECT 4", "QUEUED", "(TX)"), ("EXEC", "1) OK", "[4]"),
            ("MULTI", "OK", "(TX)[4]"), ("DISCARD", "OK", "[4]"),
            ("EXEC", "(error) ERR EXEC without MULTI", "[4]"),
        ):
            terminal.child.sendline(line)
            assert (line, terminal.until_prompt()) == (line, shown)
            assert terminal.marks in (marks, f"[4]{marks.removesuffix('[4]')}"), line


def test_resp3_can_be_taken_during_the_dialogue(cli: RedisCli) -> None:
    with cli.terminal() as terminal:
        terminal.until_prompt()
        assert terminal.ask("CONFIG GET timeout") == '1) "timeout"\n2) "0"'
        assert '# "proto" => (integer) 3' in terminal.ask("HELLO 3")
        assert terminal.ask("CONFIG GET timeout") == '1# "timeout" => "0"'
        assert terminal.ask("RESET") == "RESET"
        assert terminal.ask("CONFIG GET timeout") == '1) "timeout"\n2) "0"'


def test_a_password_can_be_given_at_the_prompt(redis_cli: Path, make_server: MakeServer) -> None:
    with RedisCli(redis_cli, make_server(requirepass="secret").port).terminal() as terminal:
        terminal.until_prompt()
        assert terminal.ask("GET k") == "(error) NOAUTH Authentication required."
        assert terminal.ask("AUTH wrong") == (
            "(error) WRONGPASS invalid username-password pair or user is disabled.")
        assert terminal.ask("AUTH secret") == "OK"
        assert terminal.ask("GET k") == "(nil)"


def test_askpass_reads_the_password_before_the_first_prompt(redis_cli: Path, make_server: MakeServer) -> None:
    with RedisCli(redis_cli, make_server(requirepass="secret").port).terminal("--askpass") as terminal:
        terminal.until("Please input password: ")
        terminal.child.sendline("secret")
        terminal.until_prompt()
        assert terminal.ask("GET k") == "(nil)"


# Help, which comes from COMMAND DOCS


def test_help_describes_commands_and_groups_from_the_servers_own_words(cli: RedisCli) -> None:
    with cli.terminal() as terminal:
        terminal.until_prompt()
        shown = terminal.ask("help getex")
        assert "GETEX key [EX seconds|PX milliseconds|EXAT unix-time-seconds|PXAT unix-time-milliseconds|PERSIST]" in (
            shown)
        assert re.search(r"summary: \S+ .+\.?\n", shown)
        assert "since: 6.2.0" in shown and "group: string" in shown
        group = terminal.ask("help @transactions")
        assert all(re.search(rf"^ +{name}\b", group, re.MULTILINE) for name in ("EXEC", "MULTI", "UNWATCH", "WATCH"))
        assert "CLIENT SETNAME connection-name" in terminal.ask("help client setname")


def test_a_hint_shows_the_arguments_that_a_command_still_takes(cli: RedisCli) -> None:
    with cli.terminal(kind="xterm") as terminal:
        terminal.until_prompt()
        terminal.child.send("setrange ")
        terminal.until("key offset value")
        terminal.child.send("k 1 ")
        terminal.until(r"setrange k 1 \S*value")
        terminal.child.send("x\r")
        terminal.until(r"\(integer\) 2")


def test_the_tab_key_completes_the_help_of_a_command(cli: RedisCli) -> None:
    with cli.terminal(kind="xterm") as terminal:
        terminal.until_prompt()
        terminal.child.send("help psete\t")
        terminal.until("help PSETEX")


# Streams that go on until control-C


def test_monitor_shows_what_others_do(cli: RedisCli, client: RawClient) -> None:
    host, port = client.socket.getsockname()
    with cli.terminal() as terminal:
        terminal.until_prompt()
        terminal.child.sendline("MONITOR")
        terminal.until("OK\r\n")
        client.pipeline([("SET", "k", b"a\x00\"b"), ("SELECT", 2), ("GET", "k")])
        line = terminal.until(r'\d+\.\d{6} \[0 [^\n]*"SET"[^\n]*\n')
        assert line.rstrip().endswith(rf'[0 {host}:{port}] "SET" "k" "a\x00\"b"'), line
        terminal.until(rf'\d+\.\d{{6}} \[2 {host}:{port}\] "GET" "k"\r\n')


def test_control_c_leaves_monitor_and_the_dialogue_goes_on(cli: RedisCli, client: RawClient) -> None:
    with cli.terminal() as terminal:
        terminal.until_prompt()
        terminal.child.sendline("MONITOR")
        terminal.until("OK\r\n")
        client.call("PING")
        terminal.until('"PING"\r\n')
        terminal.interrupt()
        terminal.until_prompt()
        assert terminal.ask("GET none") == "(nil)"
    assert b"flags=O" not in client.call("CLIENT", "LIST")


def test_stat_shows_a_line_of_figures_again_and_again(cli: RedisCli, client: RawClient) -> None:
    client.pipeline([("SET", f"k{number}", "v") for number in range(7)])
    with cli.terminal("--stat", "-i", "0.05") as terminal:
        terminal.until(r"keys +mem +clients +blocked +requests +connections")
        requests = []
        for _ in range(3):
            terminal.child.expect(r"\n7 +\S+[KMG] +\d+ +0 +(?P<requests>\d+) \(\+\d+\) +\d+")
            requests.append(int(terminal.child.match["requests"]))
        terminal.interrupt()
    assert requests[0] < requests[1] < requests[2]


def test_latency_goes_on_showing_figures_that_belong_together(cli: RedisCli) -> None:
    with cli.terminal("--latency") as terminal:
        for _ in range(3):
            terminal.child.expect(r"min: (\d+), max: (\d+), avg: ([\d.]+) \(\d+ samples\)")
            low, high, average = map(float, terminal.child.match.groups())
            assert 0 <= low <= average <= high
        terminal.interrupt()


def test_latency_history_begins_a_new_line_for_each_span(cli: RedisCli) -> None:
    with cli.terminal("--latency-history", "-i", "0.1") as terminal:
        for _ in range(2):
            terminal.until(r"min: \d+, max: \d+, avg: [\d.]+ \(\d+ samples\) -- \d+\.\d+ seconds range\r\n")
        terminal.interrupt()


def test_latency_dist_draws_a_line_of_colours(cli: RedisCli) -> None:
    with cli.terminal("--latency-dist", "-i", "0.1", kind="xterm") as terminal:
        terminal.until("From 0 to 100%:")
        for _ in range(2):
            terminal.until(r"(\x1b\[38;5;\d+m\x1b\[48;5;\d+m.)+")
        terminal.interrupt()


# A server that goes away


def test_the_client_connects_again_after_the_server_was_started_anew(
    redis_cli: Path, spawn_server: SpawnServer,
) -> None:
    port = free_port()
    first = spawn_server(port=port)
    with RedisCli(redis_cli, port).terminal() as terminal:
        terminal.until_prompt()
        terminal.child.sendline("SELECT 3")
        terminal.until_prompt("[3]")
        assert terminal.ask("SET k v") == "OK"
        first.kill()
        assert re.fullmatch(LOST, terminal.ask("GET k"))
        assert terminal.prompt == "not connected> "
        assert "Could not connect" in terminal.ask("GET k")
        spawn_server(port=port)
        assert terminal.ask("GET k") == "(nil)"
        assert terminal.prompt == f"127.0.0.1:{port}[3]> "


def test_shutdown_at_the_prompt_leaves_it_unconnected(redis_cli: Path, spawn_server: SpawnServer) -> None:
    server = spawn_server()
    with RedisCli(redis_cli, server.port).terminal() as terminal:
        terminal.until_prompt()
        terminal.ask("SHUTDOWN NOSAVE")
        assert server.exit_status() == 0
        assert terminal.prompt == "not connected> "


def test_a_client_that_was_killed_says_so_and_connects_again_at_its_next_call(cli: RedisCli, client: RawClient) -> None:
    with cli.terminal() as terminal:
        terminal.until_prompt()
        number = int(terminal.ask("CLIENT ID").removeprefix("(integer) "))
        assert client.call("CLIENT", "KILL", "ID", number) == 1
        assert re.fullmatch(LOST, terminal.ask("CLIENT ID"))
        assert terminal.prompt == "not connected> "
        assert terminal.ask("CLIENT ID") == f"(integer) {number + 1}"
        assert f"id={number + 1} " in terminal.ask("CLIENT INFO")
