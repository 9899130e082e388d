"""redis-benchmark finishes every test that we have the commands for, and the server counts what it was sent."""

from __future__ import annotations

import csv
import re
import subprocess
from pathlib import Path

import pytest

from pyredis_server.embedded import RedisServer
from tests.conftest import MakeServer
from tests.support.raw_client import RawClient
from tests.support.redis_cli import plain_environment
from tests.support.wait import until

pytestmark = pytest.mark.slow

REQUESTS = 2000
TESTS = {"PING_INLINE": "ping", "PING_MBULK": "ping", "SET": "set", "GET": "get", "INCR": "incr", "MSET (10 keys)": "mset"}
RATE = re.compile(r"^(?P<test>[^\n]+?): (?P<rps>[\d.]+) requests per second, p50=(?P<p50>[\d.]+) msec\s*$", re.MULTILINE)


def run(program: Path, port: int, *arguments: str, requests: int = REQUESTS) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, "-p", str(port), "-n", str(requests), *arguments], capture_output=True, text=True, check=False,
        timeout=25, env=plain_environment(),
    )


def rates(done: subprocess.CompletedProcess[str]) -> dict[str, float]:
    """The rate of each test out of what -q shows; its progress and its result share a line, cut by a bare CR."""
    assert done.returncode == 0, done
    assert "rror" not in done.stdout + done.stderr, done
    return {found["test"]: float(found["rps"]) for found in RATE.finditer(done.stdout.replace("\r", "\n"))}


def counted(client: RawClient) -> dict[str, tuple[int, int]]:
    """Calls and failed calls by command."""
    text = client.call("INFO", "commandstats").decode()
    found = re.findall(r"cmdstat_(\S+):calls=(\d+),.*,failed_calls=(\d+)", text)
    return {name: (int(calls), int(failed)) for name, calls, failed in found}


@pytest.mark.parametrize(
    "options", [(), ("-P", "16"), ("-c", "1"), ("-c", "200"), ("-3",), ("-3", "-P", "16"), ("-d", "5000"), ("-r", "1000", "-P", "4")],
    ids=" ".join,
)
def test_all_tests_finish_and_every_request_is_counted(
    redis_benchmark: Path, server: RedisServer, client: RawClient, options: tuple[str, ...],
) -> None:
    found = rates(run(redis_benchmark, server.port, "-q", "-t", "ping,set,get,incr,mset", *options))
    assert set(found) == set(TESTS)
    assert all(rps > 0 for rps in found.values())
    calls = counted(client)
    # A pipeline may run past the asked number by what is under way when it is reached.
    for name in TESTS.values():
        least = REQUESTS * list(TESTS.values()).count(name)
        assert least <= calls[name][0] <= least * 1.5, (name, calls[name])
        assert calls[name][1] == 0, name
    assert client.call("STRLEN", "key:__rand_int__" if "-r" not in options else "none") == (
        0 if "-r" in options else 5000 if "-d" in options else 3)


def test_two_threads_of_fifty_clients_finish(redis_benchmark: Path, server: RedisServer, client: RawClient) -> None:
    found = rates(run(redis_benchmark, server.port, "-q", "-t", "set,get", "-c", "50", "--threads", "2"))
    assert set(found) == {"SET", "GET"}
    calls = counted(client)
    assert calls["set"][0] >= REQUESTS and calls["set"][1] == 0


def test_csv_figures_belong_together(redis_benchmark: Path, server: RedisServer) -> None:
    done = run(redis_benchmark, server.port, "--csv", "-t", "ping,set,get,incr,mset", "-P", "16", "-c", "50")
    assert done.returncode == 0, done
    rows = list(csv.DictReader(done.stdout.splitlines()))
    assert [row["test"] for row in rows] == list(TESTS)
    for row in rows:
        low, p50, p95, p99, high = (float(row[f"{name}_latency_ms"]) for name in ("min", "p50", "p95", "p99", "max"))
        # Percentiles are read from buckets, which may lie a little above the largest value.
        assert 0 < low <= p50 * 1.01 <= p95 * 1.02 <= p99 * 1.03 <= high * 1.05, row
        assert float(row["rps"]) > 0


def test_the_report_ends_with_all_requests_within_the_largest_latency(redis_benchmark: Path, server: RedisServer) -> None:
    done = run(redis_benchmark, server.port, "-t", "get", "--precision", "2")
    assert done.returncode == 0, done
    assert f"{REQUESTS} requests completed in" in done.stdout
    assert "100.000% <= " in done.stdout and f"(cumulative count {REQUESTS})" in done.stdout
    # It asks with CONFIG GET for what it shows of the server.
    assert "host configuration \"save\": " in done.stdout and "Could not fetch server CONFIG" not in done.stderr
    assert re.search(r"throughput summary: [\d.]+ requests per second", done.stdout)


def test_a_connection_for_each_request_leaves_none_behind(
    redis_benchmark: Path, server: RedisServer, client: RawClient,
) -> None:
    before = int(client.call("INFO", "stats").split(b"total_connections_received:")[1].split()[0])
    assert set(rates(run(redis_benchmark, server.port, "-q", "-t", "get", "-k", "0", requests=500))) == {"GET"}
    after = int(client.call("INFO", "stats").split(b"total_connections_received:")[1].split()[0])
    assert after - before >= 500
    # Ours and the fixture's. The last ones may still be closing: the program ends without waiting for that.
    until(lambda: b"connected_clients:2\r\n" in client.call("INFO", "clients"), what="its connections are gone")


def test_a_command_of_ones_own_with_random_keys_fills_the_database_chosen(
    redis_benchmark: Path, server: RedisServer, client: RawClient,
) -> None:
    found = rates(run(redis_benchmark, server.port, "-q", "-r", "50", "--dbnum", "3", "SET", "key:__rand_int__", "v"))
    assert list(found) == ["SET key:__rand_int__ v"]
    assert client.pipeline([("DBSIZE",), ("SELECT", 3), ("DBSIZE",)]) == [0, b"OK", 50]


def test_an_error_reply_ends_it_with_the_servers_words(redis_benchmark: Path, server: RedisServer) -> None:
    done = run(redis_benchmark, server.port, "-q", "NOSUCH", "a")
    assert done.returncode == 1
    assert "ERR unknown command 'NOSUCH', with args beginning with: 'a'" in done.stdout + done.stderr


def test_a_password_and_a_unix_socket_are_used(redis_benchmark: Path, make_server: MakeServer, tmp_path: Path) -> None:
    path = tmp_path / "redis.sock"
    server = make_server(requirepass="secret", unixsocket=str(path))
    assert set(rates(run(redis_benchmark, server.port, "-q", "-a", "secret", "-t", "set"))) == {"SET"}
    assert set(rates(run(redis_benchmark, 1, "-s", str(path), "-q", "-a", "secret", "-t", "get"))) == {"GET"}
    refused = run(redis_benchmark, server.port, "-q", "-t", "set")
    assert refused.returncode == 1 and "NOAUTH Authentication required." in refused.stdout + refused.stderr
