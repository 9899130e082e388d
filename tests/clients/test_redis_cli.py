"""redis-cli for one call or for a stream of them: how replies are shown, exit status, input and its modes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pyredis_server.embedded import RedisServer
from tests.conftest import MakeServer
from tests.support.raw_client import RawClient, encode
from tests.support.redis_cli import RedisCli

pytestmark = pytest.mark.slow

PIPED_SETS = 100_000


def test_it_is_the_client_of_the_version_that_it_says(cli: RedisCli) -> None:
    assert re.match(r"redis-cli \d+\.\d+\.\d+", cli.run("--version").out)


# How replies are shown


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ("PING", "PONG\n"),
        ("GET k", "a\tb\n"),
        ("GET none", "\n"),
        ("INCR n", "42\n"),
        ("MGET k none", "a\tb\n\n"),
        ("--no-raw GET k", '"a\\tb"\n'),
        ("--no-raw GET none", "(nil)\n"),
        ("--no-raw INCR n", "(integer) 42\n"),
        ("--no-raw MGET k none", '1) "a\\tb"\n2) (nil)\n'),
        ("--no-raw KEYS nothing*", "(empty array)\n"),
        ("--no-raw INCR k", "(error) ERR value is not an integer or out of range\n"),
        ("--raw GET k", "a\tb\n"),
        ("--csv MGET k none", '"a\\tb",NULL\n'),
        ("--csv INCR n", "42\n"),
        ("--json MGET k none", '["a\\tb",null]\n'),
        ("--json INCR n", "42\n"),
        ("-d , MGET n none n", "41,,41\n"),
        ("-3 --no-raw GET none", "(nil)\n"),
        ("-3 --no-raw CONFIG GET timeout", '1# "timeout" => "0"\n'),
        ("--no-raw CONFIG GET timeout", '1) "timeout"\n2) "0"\n'),
        ("--json CONFIG GET timeout", '{"timeout":"0"}\n'),
        ("--json -2 CONFIG GET timeout", '["timeout","0"]\n'),
        ("--quoted-input SET \"\\x00\" \"\\n\"", "OK\n"),
        ("--quoted-input --no-raw ECHO \"a\\x00\\nb\"", '"a\\x00\\nb"\n'),
        ("--show-pushes no PING", "PONG\n"),
    ],
)
def test_a_reply_is_shown_as_the_options_say(cli: RedisCli, client: RawClient, arguments: str, shown: str) -> None:
    client.pipeline([("SET", "k", "a\tb"), ("SET", "n", 41)])
    assert cli.run(*arguments.split(" ")).out == shown


def test_json_gives_what_a_program_can_read(cli: RedisCli) -> None:
    documented = json.loads(cli.run("--json", "COMMAND", "DOCS", "set", "get").out)
    assert set(documented) == {"set", "get"}
    assert documented["get"]["arguments"][0]["name"] == "key"
    described = json.loads(cli.run("--json", "COMMAND", "INFO", "get", "nosuch").out)
    assert described[0][0] == "get" and described[1] is None


def test_bytes_that_are_no_text_come_back_as_they_were(cli: RedisCli) -> None:
    value = bytes(range(256)) * 100
    assert cli.run("-x", "SET", "k", stdin=value).out == "OK\n"
    assert cli.run_raw("--raw", "GET", "k").stdout == value + b"\n"
    assert cli.run("--no-raw", "GETRANGE", "k", "0", "3").out == '"\\x00\\x01\\x02\\x03"\n'


# Exit status


@pytest.mark.parametrize("call", ["GET", "NOSUCH a", "INCR k", "CONFIG SET nosuch 1", "SELECT 99"])
def test_an_error_reply_ends_it_with_status_one_when_asked_for(cli: RedisCli, client: RawClient, call: str) -> None:
    client.call("SET", "k", "text")
    without, with_e = cli.run(*call.split()), cli.run("-e", *call.split())
    assert (without.status, with_e.status) == (0, 1)
    assert without.out.startswith("ERR ")
    assert with_e.err.startswith("ERR ")


@pytest.mark.parametrize("call", ["GET none", "SET k v", "MULTI"])
def test_a_reply_that_is_no_error_ends_it_with_status_zero(cli: RedisCli, call: str) -> None:
    assert cli.run("-e", *call.split()).status == 0


def test_a_port_where_nobody_listens_ends_it_with_status_one(cli: RedisCli) -> None:
    shown = cli.run("-p", "1", "PING")
    assert (shown.status, shown.out) == (1, "")
    assert "Could not connect" in shown.err


# Arguments and calls from standard input


def test_x_takes_the_last_argument_from_standard_input(cli: RedisCli, client: RawClient) -> None:
    assert cli.run("-x", "SET", "k", stdin=b"one\ntwo\n").out == "OK\n"
    assert client.call("GET", "k") == b"one\ntwo\n"


def test_capital_x_puts_standard_input_where_the_tag_stands(cli: RedisCli, client: RawClient) -> None:
    assert cli.run("-X", "here", "SET", "k", "here", "EX", "100", stdin=b"piped").out == "OK\n"
    assert client.call("GET", "k") == b"piped"
    assert 0 < client.call("TTL", "k") <= 100


def test_a_value_of_ten_megabytes_goes_in_and_out(cli: RedisCli, client: RawClient) -> None:
    value = b"0123456789abcdef" * 655_360
    assert cli.run("-x", "SET", "k", stdin=value).out == "OK\n"
    assert client.call("STRLEN", "k") == len(value)
    assert cli.run_raw("GET", "k").stdout == value + b"\n"


def test_calls_are_read_from_standard_input_line_by_line(cli: RedisCli) -> None:
    script = b'SET "a key" 1\n\nINCR "a key"\nNOSUCH\nSELECT 5\nGET "a key"\nMULTI\nINCR n\nINCR n\nEXEC\n'
    shown = cli.run("--no-raw", stdin=script)
    assert shown.status == 0
    assert [line for line in shown.lines if line] == [
        "OK", "(integer) 2", "(error) ERR unknown command 'NOSUCH', with args beginning with: ", "OK", "(nil)",
        "OK", "QUEUED", "QUEUED", "1) (integer) 1", "2) (integer) 2",
    ]


def test_a_call_is_repeated_as_often_as_said(cli: RedisCli, client: RawClient) -> None:
    assert cli.run("-r", "5", "-i", "0.01", "INCR", "n").lines == ["1", "2", "3", "4", "5"]
    assert cli.run("-r", "3", "ECHO", "a").lines == ["a", "a", "a"]
    assert client.call("GET", "n") == b"5"


def test_pipe_loads_a_hundred_thousand_sets_and_counts_them(cli: RedisCli, client: RawClient) -> None:
    requests = b"".join(encode(("SET", f"key:{number}", f"value:{number}")) for number in range(PIPED_SETS))
    shown = cli.run("--pipe", stdin=requests)
    assert shown.status == 0, shown
    assert f"errors: 0, replies: {PIPED_SETS}" in shown.out
    assert client.call("DBSIZE") == PIPED_SETS
    assert client.call("MGET", "key:0", f"key:{PIPED_SETS - 1}") == [b"value:0", b"value:%d" % (PIPED_SETS - 1)]


def test_pipe_counts_the_errors_among_the_replies(cli: RedisCli, client: RawClient) -> None:
    shown = cli.run("--pipe", stdin=b"SET k text\r\nINCR k\r\n" + encode(("GET", "k")) + b"NOSUCH\r\n")
    assert shown.status == 1
    assert "errors: 2, replies: 4" in shown.out
    assert client.call("GET", "k") == b"text"


# Where to connect and as whom


def test_the_database_is_the_one_that_n_names(cli: RedisCli, client: RawClient) -> None:
    assert cli.run("-n", "7", "SET", "k", "v").out == "OK\n"
    assert client.pipeline([("EXISTS", "k"), ("SELECT", 7), ("GET", "k")]) == [0, b"OK", b"v"]
    refused = cli.run("-n", "99", "PING")
    assert "DB index is out of range" in refused.out + refused.err


def test_a_url_names_host_port_and_database(cli: RedisCli, server: RedisServer, client: RawClient) -> None:
    assert cli.run("-u", f"redis://127.0.0.1:{server.port}/4", "SET", "k", "v").out == "OK\n"
    assert client.pipeline([("SELECT", 4), ("GET", "k")]) == [b"OK", b"v"]


def test_a_unix_socket_is_as_good_as_a_port(redis_cli: Path, make_server: MakeServer, tmp_path: Path) -> None:
    path = tmp_path / "redis.sock"
    make_server(unixsocket=str(path))
    found = RedisCli(redis_cli, 1)
    assert found.run("-s", str(path), "SET", "k", "v").out == "OK\n"
    assert found.run("-s", str(path), "CLIENT", "INFO").out.split()[1] == f"addr={path}:0"


def test_passwords_are_sent_before_the_call(redis_cli: Path, make_server: MakeServer) -> None:
    cli = RedisCli(redis_cli, make_server(requirepass="secret").port)
    assert cli.run("PING").out == "NOAUTH Authentication required.\n\n"
    assert cli.run("-a", "secret", "--no-auth-warning", "PING").out == "PONG\n"
    assert cli.run("--user", "default", "--pass", "secret", "--no-auth-warning", "PING").out == "PONG\n"
    assert cli.run("-3", "-a", "secret", "--no-auth-warning", "PING").out == "PONG\n"
    assert cli.run("-u", f"redis://default:secret@127.0.0.1:{cli.port}", "--no-auth-warning", "PING").out == "PONG\n"
    assert cli.run("PING", environment={"REDISCLI_AUTH": "secret"}).out == "PONG\n"
    refused = cli.run("-a", "wrong", "--no-auth-warning", "PING")
    assert "WRONGPASS invalid username-password pair or user is disabled." in refused.err + refused.out
    assert "NOAUTH" in refused.out


# Modes that walk the keyspace


def test_scan_gives_the_keys_that_fit_the_pattern(cli: RedisCli, client: RawClient) -> None:
    client.pipeline([("SET", f"user:{number}", "v") for number in range(300)] + [("SET", "other\n", "v")])
    expected = sorted(f"user:{number}" for number in range(300) if str(number).startswith("1"))
    assert sorted(cli.run("--scan", "--pattern", "user:1*").lines) == expected
    assert len(cli.run("--scan").lines) == 302  # the line break in the last key shows as one
    assert cli.run("--scan", "--pattern", "nothing*").out == ""
    assert cli.run("--no-raw", "--scan", "--quoted-pattern", '"other\\n"').out == '"other\\n"\n'
    assert cli.run("-n", "1", "--scan").out == ""


def test_bigkeys_finds_the_longest_value(cli: RedisCli, client: RawClient) -> None:
    client.pipeline([("SET", f"k{number:03}", "v" * number) for number in range(1, 251)])
    out = cli.run("--bigkeys").out.replace("'", "")
    assert "Sampled 250 keys in the keyspace!" in out
    assert "Total key length in bytes is 1000 (avg len 4.00)" in out
    assert re.search(r'Biggest string found "+k250"+ has 250 bytes', out)
    assert f"250 strings with {sum(range(251))} bytes (100.00% of keys, avg size 125.50)" in out


def test_memkeys_finds_the_value_that_takes_most_memory(cli: RedisCli, client: RawClient) -> None:
    client.pipeline([("SET", f"k{number}", "v" * 1000 * number) for number in range(1, 6)])
    out = cli.run("--memkeys").out.replace("'", "")
    assert "Sampled 5 keys in the keyspace!" in out
    found = re.search(r'Biggest string found "+k5"+ has (\d+) bytes', out)
    assert found is not None and 5000 <= int(found[1]) < 5500
    assert client.call("MEMORY", "USAGE", "k5") == int(found[1])


def test_hotkeys_needs_a_policy_that_counts_and_then_names_keys(cli: RedisCli, client: RawClient) -> None:
    client.pipeline([("SET", "hot", "v"), ("SET", "cold", "v")])
    assert "An LFU maxmemory policy is not selected" in cli.run("--hotkeys").err
    client.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lfu", "lfu-log-factor", "0")
    client.pipeline([("GET", "hot")] * 20)
    out = cli.run("--hotkeys").out.replace("'", "")
    assert "Sampled 2 keys in the keyspace!" in out
    hottest = re.search(r'hot key found with counter: (\d+)\s+keyname: "+(\w+)"+', out)
    assert hottest is not None and hottest[2] == "hot" and int(hottest[1]) >= 20


# Figures


def test_latency_as_csv_gives_figures_that_belong_together(cli: RedisCli) -> None:
    low, high, average, samples = map(float, cli.run("--latency", "-i", "0.2", "--csv").out.strip().split(","))
    assert 0 <= low <= average <= high
    assert samples >= 1


def test_info_is_read_by_its_sections(cli: RedisCli) -> None:
    shown = cli.run("INFO", "server", "clients")
    assert re.search(r"^redis_version:8\.", shown.out, re.MULTILINE)
    assert "# Clients" in shown.out and "# Memory" not in shown.out
    assert f"tcp_port:{cli.port}\r" in shown.out


def test_shutdown_by_the_client_ends_it_without_an_error(redis_cli: Path, make_server: MakeServer) -> None:
    server = make_server()
    shown = RedisCli(redis_cli, server.port).run("SHUTDOWN", "NOSAVE")
    assert (shown.status, shown.out) == (0, "")
