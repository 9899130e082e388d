"""redis-py where things go wrong or grow large: timeouts, lost connections, pauses, pools, big values; and its helpers."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.backoff import ConstantBackoff, NoBackoff
from redis.retry import Retry

from pyredis_server.base.clock import ManualClock
from pyredis_server.embedded import RedisServer
from tests.conftest import MakeServer
from tests.support.ports import free_port
from tests.support.server_process import ServerProcess
from tests.support.wait import until

pytestmark = pytest.mark.slow

SpawnServer = Callable[..., ServerProcess]
Connect = Callable[..., Any]  # redis-py's own types cannot tell its blocking client from the asynchronous one

POOL_THREADS = 50
BIG_VALUE_BYTES = 30_000_000
SCANNED_KEYS = 10_000


@pytest.fixture(params=[2, 3], ids=["resp2", "resp3"])
def protocol(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def connect(server: RedisServer, protocol: int) -> Iterator[Connect]:
    """Make clients of `server`; they never repeat a call unless a test says so, and are closed after the test."""
    made: list[redis.Redis] = []

    def make(**how: Any) -> Any:
        client = redis.Redis(**{"port": server.port, "protocol": protocol, "retry": Retry(NoBackoff(), 0), **how})
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()
        client.connection_pool.disconnect()


@pytest.fixture
def admin(server: RedisServer) -> Iterator[Any]:
    with redis.Redis(port=server.port) as client:
        yield client


def calls_of(admin: Any, command: str) -> int:
    """How often the server has run a command."""
    return int(admin.info("commandstats").get(f"cmdstat_{command}", {"calls": 0})["calls"])


def held_back(server: RedisServer) -> int:
    """How many clients have a call that waits for the end of a pause."""
    return sum(session.postponed is not None for session in server.server.services.sessions)


# Timeouts and pauses


def test_a_reply_that_comes_too_late_is_a_timeout_and_the_next_call_is_answered_rightly(
    make_server: MakeServer, connect: Connect, clock: ManualClock,
) -> None:
    port = make_server(clock=clock).port
    client = connect(port=port, socket_timeout=0.5)
    assert client.set("k", "v")
    connect(port=port).client_pause(100_000)
    with pytest.raises(redis.TimeoutError):
        client.get("k")
    clock.advance_ms(100_001)
    patient = connect(port=port)
    assert patient.echo("waits for the end of the pause") == b"waits for the end of the pause"
    assert client.echo("mine") == b"mine"  # not the late reply of the GET


def test_a_pause_of_writes_keeps_writers_and_lets_readers_through(
    connect: Connect, server: RedisServer, admin: Any,
) -> None:
    client, writer = connect(), connect()
    client.set("k", "before")
    admin.client_pause(100_000, all=False)
    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(writer.set, "k", "after")
        until(lambda: held_back(server) == 1, what="the writer waits")
        assert client.get("k") == b"before"
        assert not written.done()
        admin.client_unpause()
        assert written.result(10)
    assert client.get("k") == b"after"


def test_a_pause_of_all_keeps_everyone_until_it_ends(
    make_server: MakeServer, connect: Connect, clock: ManualClock,
) -> None:
    server = make_server(clock=clock)
    clients = [connect(port=server.port) for _ in range(5)]
    for number, client in enumerate(clients):
        client.set(f"k{number}", number)
    connect(port=server.port).client_pause(100_000)
    with ThreadPoolExecutor(len(clients)) as pool:
        answers = [pool.submit(client.get, f"k{number}") for number, client in enumerate(clients)]
        until(lambda: held_back(server) == len(clients), what="all wait")
        clock.advance_ms(100_001)
        assert [answer.result(10) for answer in answers] == [b"%d" % number for number in range(len(clients))]


def test_an_idle_client_is_disconnected_after_the_timeout_and_connects_again(
    make_server: MakeServer, connect: Connect, clock: ManualClock,
) -> None:
    server = make_server(clock=clock, timeout=300)
    client = connect(port=server.port, retry=Retry(NoBackoff(), 1))
    first = client.client_id()
    clock.advance_ms(299_000)
    assert client.client_id() == first
    clock.advance_ms(302_000)
    until(lambda: server.server.services.sessions.find(first) is None, what="the idle client is gone")
    assert client.client_id() > first


# Connections that are lost


def test_a_client_killed_between_calls_is_told_and_then_works(connect: Connect, admin: Any) -> None:
    client = connect(single_connection_client=True)
    number = client.client_id()
    assert admin.client_kill_filter(_id=number) == 1
    with pytest.raises(redis.ConnectionError):
        client.ping()
    assert client.client_id() > number


def test_with_a_retry_a_killed_client_notices_nothing(connect: Connect, admin: Any) -> None:
    client = connect(single_connection_client=True, retry=Retry(NoBackoff(), 3), client_name="lucky")
    client.set("k", "v")
    number = client.client_id()
    assert admin.client_kill_filter(_id=number) == 1
    assert client.get("k") == b"v"
    assert client.client_id() > number
    assert client.client_info()["name"] == "lucky"  # said again on the new connection


def test_clients_that_are_killed_all_the_time_get_right_answers_or_errors(connect: Connect, admin: Any) -> None:
    """The answer is one's own or an error; never another's, never a half."""
    stop = threading.Event()
    wrong: list[Any] = []
    errors = itertools.count()
    rounds = itertools.count()

    def work(name: int) -> None:
        client = connect(client_name="victim")
        value = b"%d" % name * 20_000
        while not stop.is_set():
            try:
                client.set(f"k{name}", value)
                if (seen := client.get(f"k{name}")) != value:
                    wrong.append(seen)
                next(rounds)
            except redis.ConnectionError:
                next(errors)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    killed = 0
    try:
        while killed < 100:
            for entry in admin.client_list():
                if entry["name"] == "victim":
                    killed += int(admin.client_kill_filter(_id=entry["id"]))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not wrong
    assert next(errors) > 10
    assert next(rounds) > 10
    assert admin.ping()


def test_a_health_check_finds_the_lost_connection_before_the_call_does(connect: Connect, admin: Any) -> None:
    client = connect(single_connection_client=True, health_check_interval=1000, retry=Retry(NoBackoff(), 1))
    number = client.client_id()
    assert client.connection.next_health_check > 0
    pings = calls_of(admin, "ping")
    client.connection.next_health_check = -1.0  # the interval has passed
    assert client.get("k") is None
    assert calls_of(admin, "ping") == pings + 1
    admin.client_kill_filter(_id=number)
    client.connection.next_health_check = -1.0
    assert client.incr("n") == 1  # sent once: the check met the closed connection
    assert client.client_id() > number


def test_a_call_is_repeated_until_the_server_is_back(spawn_server: SpawnServer, protocol: int) -> None:
    port = free_port()
    first = spawn_server(port=port)
    patient = Retry(ConstantBackoff(0.02), 500)
    with redis.Redis(port=port, protocol=protocol, retry=patient, client_name="patient") as client:
        client.set("k", "v")
        first.kill()
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(client.incr, "n")
            spawn_server(port=port)
            assert answer.result(20) == 1
        assert client.get("k") is None  # nothing was saved
        assert client.client_info()["name"] == "patient"


def test_when_all_places_are_taken_the_client_is_told_so(make_server: MakeServer, protocol: int) -> None:
    server = make_server(maxclients=2)
    how: dict[str, Any] = {"port": server.port, "protocol": protocol, "retry": Retry(NoBackoff(), 0)}
    with redis.Redis(**how) as one, redis.Redis(**how) as two, redis.Redis(**how) as three:
        assert one.ping() and two.ping()
        with pytest.raises(redis.ConnectionError, match="max number of clients reached"):
            three.ping()
        two.close()
        until(lambda: len(server.server.services.sessions) == 1, what="a place is free")
        assert three.ping()


# Pools


def test_fifty_threads_share_ten_connections(connect: Connect, server: RedisServer, admin: Any, protocol: int) -> None:
    pool = redis.BlockingConnectionPool(port=server.port, protocol=protocol, max_connections=10, timeout=20)
    client: Any = redis.Redis(connection_pool=pool)

    def work(name: int) -> None:
        for number in range(20):
            client.incr("all")
            assert client.set(f"k{name}", f"{name}:{number}")
            assert client.get(f"k{name}") == f"{name}:{number}".encode()

    received = int(admin.info("stats")["total_connections_received"])
    with ThreadPoolExecutor(POOL_THREADS) as threads:
        list(threads.map(work, range(POOL_THREADS)))
    assert client.get("all") == b"%d" % (POOL_THREADS * 20)
    assert 2 <= int(admin.info("stats")["total_connections_received"]) - received <= 10
    pool.disconnect()


def test_fifty_threads_with_a_connection_each_leave_none_behind(connect: Connect, server: RedisServer) -> None:
    client = connect()
    barrier = threading.Barrier(POOL_THREADS)

    def work(name: int) -> bytes:
        barrier.wait(20)
        with client.pipeline(transaction=True) as pipe:
            for _ in range(20):
                pipe.incr("all").set(f"k{name}", name).get(f"k{name}")
            answers = pipe.execute()
        assert answers[2::3] == [b"%d" % name] * 20
        # A transaction's increments follow one another, whatever the others do.
        assert answers[::3] == list(range(answers[0], answers[0] + 20))
        return b"done"

    with ThreadPoolExecutor(POOL_THREADS) as threads:
        assert list(threads.map(work, range(POOL_THREADS))) == [b"done"] * POOL_THREADS
    assert client.get("all") == b"%d" % (POOL_THREADS * 20)
    client.connection_pool.disconnect()
    until(lambda: len(server.server.services.sessions) == 1, what="only the fixture's connection is left")


# Large and odd values


def test_a_value_of_thirty_megabytes_comes_back_whole(connect: Connect) -> None:
    client = connect()
    value = bytes(range(256)) * (BIG_VALUE_BYTES // 256)
    assert client.set("big", value)
    assert client.strlen("big") == len(value)
    assert client.get("big") == value
    assert client.append("big", b"!") == len(value) + 1
    assert client.getrange("big", -3, -1) == b"\xfe\xff!"


def test_a_pipeline_of_fifty_thousand_calls_is_answered_in_order(connect: Connect) -> None:
    with connect().pipeline(transaction=False) as pipe:
        for number in range(25_000):
            pipe.set(f"k{number}", number)
            pipe.get(f"k{number}")
        answers = pipe.execute()
    assert answers[::2] == [True] * 25_000
    assert answers[1::2] == [b"%d" % number for number in range(25_000)]


def test_decoded_replies_are_text_in_every_kind_of_answer(connect: Connect) -> None:
    client = connect(decode_responses=True)
    client.mset({"ключ": "значение", "☃": "snow"})
    assert client.get("ключ") == "значение"
    assert client.mget("☃", "none") == ["snow", None]
    assert sorted(client.scan_iter()) == ["ключ", "☃"]
    assert client.config_get("timeout") == {"timeout": "0"}
    assert client.type("☃") == "string"
    assert client.object("encoding", "☃") == "embstr"
    with pytest.raises(redis.ResponseError, match="not an integer"):
        client.incr("☃")
    connect().set("no text", b"\xff")
    with pytest.raises(UnicodeDecodeError):
        client.get("no text")
    assert client.ping()


def test_scan_gives_every_key_that_was_there_all_the_time(connect: Connect) -> None:
    client, other = connect(), connect()
    stable = {b"stable:%d" % number for number in range(SCANNED_KEYS)}
    client.mset(dict.fromkeys(stable, "v"))
    stop = threading.Event()
    changes = itertools.count()

    def disturb() -> None:
        for number in itertools.count():
            if stop.is_set():
                return
            with other.pipeline(transaction=False) as pipe:
                for part in range(50):
                    pipe.set(f"new:{number}:{part}", "v")
                    pipe.delete(f"new:{number - 3}:{part}")
                pipe.execute()
            next(changes)

    thread = threading.Thread(target=disturb)
    thread.start()
    try:
        until(lambda: next(changes) > 3, what="keys come and go")
        all_found = list(client.scan_iter(count=100))
        some_found = set(client.scan_iter(match="stable:1*", count=500))
    finally:
        stop.set()
        thread.join()
    assert stable <= set(all_found)
    assert len(all_found) < 3 * SCANNED_KEYS
    assert some_found == {key for key in stable if key.startswith(b"stable:1")}


# Where to connect and as whom


def test_a_unix_socket_works_as_a_port_does(make_server: MakeServer, protocol: int, tmp_path: Path) -> None:
    path = str(tmp_path / "redis.sock")
    make_server(unixsocket=path)
    with redis.Redis(unix_socket_path=path, protocol=protocol) as client:
        assert client.set("k", b"x" * 1_000_000)
        assert client.strlen("k") == 1_000_000
        assert client.client_info()["addr"] == f"{path}:0"
    with redis.Redis.from_url(f"unix://{path}?db=2&protocol={protocol}") as client:
        assert client.get("k") is None
        assert client.client_info()["db"] == 2


def test_passwords_are_asked_for_and_wrong_ones_refused(make_server: MakeServer, connect: Connect) -> None:
    port = make_server(requirepass="secret").port
    assert connect(port=port, password="secret", client_name="me").client_info()["name"] == "me"
    assert connect(port=port, username="default", password="secret").ping()
    for how in ({"password": "wrong"}, {"username": "default", "password": "wrong"}, {"username": "no", "password": "one"}):
        with pytest.raises(redis.AuthenticationError, match="invalid username-password pair or user is disabled"):
            connect(port=port, **how).ping()
    # In RESP3 the greeting is refused, in RESP2 the call.
    with pytest.raises(redis.AuthenticationError, match=r"Authentication required|HELLO must be called with the client"):
        connect(port=port).ping()


def test_a_connection_can_be_reset_and_greeted_anew(connect: Connect) -> None:
    client = connect(single_connection_client=True, db=5, client_name="me")
    client.client_no_evict("ON")
    client.client_no_touch("ON")
    assert client.client_info()["flags"] == "eT"
    greeting = client.execute_command("HELLO", client.connection.protocol)
    pairs = greeting if isinstance(greeting, dict) else dict(zip(greeting[::2], greeting[1::2], strict=True))
    assert pairs[b"proto"] == int(client.connection.protocol)
    assert pairs[b"role"] == b"master" and pairs[b"mode"] == b"standalone"
    assert client.reset() in ("RESET", b"RESET")
    client.execute_command("HELLO", client.connection.protocol)  # RESET went back to RESP2
    info = client.client_info()
    assert (info["db"], info["name"]) == (0, "")
    # RESET leaves NO-EVICT and NO-TOUCH off.
    assert info["flags"] == "N"


# Helpers that read replies of their own shape


def test_the_slow_log_is_read_into_its_fields(connect: Connect) -> None:
    client = connect(client_name="slow")
    client.config_set("slowlog-log-slower-than", 0)
    client.slowlog_reset()
    client.set("k", "v" * 500)
    assert client.slowlog_len() >= 1
    entry = next(entry for entry in client.slowlog_get(10) if entry["command"].startswith(b"SET"))
    assert entry["command"] == b"SET k " + b"v" * 128 + b"... (372 more bytes)"
    assert entry["duration"] >= 0 and entry["start_time"] > 1_700_000_000
    assert entry["client_name"] == b"slow" and entry["client_address"].startswith(b"127.0.0.1:")
    assert client.slowlog_reset()


def test_latency_is_read_into_lists(connect: Connect) -> None:
    client = connect()
    client.config_set("latency-monitor-threshold", 1)
    client.execute_command("DEBUG", "SLEEP", "0.002")
    (event, when, last, most), *_ = client.latency_latest()
    assert event == b"command" and 2 <= last <= most
    assert client.latency_history("command")[0] == [when, last]
    assert client.latency_reset("command") == 1
    assert client.latency_latest() == []
    client.set("k", "v")
    assert "'calls', 1" in str(client.execute_command("LATENCY", "HISTOGRAM", "set")).replace("b'", "'").replace(":", ",")


def test_memory_is_read_into_figures(connect: Connect) -> None:
    client = connect()
    client.set("k", "v" * 1000)
    stats = client.memory_stats()
    assert stats["keys.count"] == 1
    assert stats["total.allocated"] > 0 and stats["peak.allocated"] >= stats["total.allocated"]
    assert stats["db.0"]["overhead.hashtable.main"] > 0
    assert 1000 < client.memory_usage("k") < 1500
    assert client.memory_usage("none") is None
    assert client.memory_purge()
    assert b"allocator" in client.memory_malloc_stats()


def test_command_tables_are_read_by_name(connect: Connect) -> None:
    client = connect()
    table = client.command()
    assert client.command_count() == len(table)
    entry = table["set"]
    assert (entry["arity"], entry["first_key_pos"], entry["last_key_pos"], entry["step_count"]) == (-3, 1, 1, 1)
    assert {"write", "denyoom"} == set(entry["flags"])
    assert client.command_getkeys("MSET", "a", 1, "b", 2) in (["a", "b"], [b"a", b"b"])
    ((key, flags),) = client.command_getkeysandflags("SET", "k", "v")
    assert key == b"k" and set(flags) == {b"OW", b"update"}
    assert {b"get", b"getex", b"getdel", b"getrange", b"getset"} <= set(client.command_list(pattern="get*"))


def test_info_is_read_into_numbers_and_nested_fields(connect: Connect) -> None:
    client = connect(client_name="asker")
    client.set("k", "v", ex=1000)
    info = client.info("everything")
    assert info["db0"]["keys"] == 1 and info["db0"]["expires"] == 1
    assert info["cmdstat_set"]["calls"] == 1
    assert info["latency_percentiles_usec_set"]["p50"] > 0
    assert isinstance(info["used_memory"], int) and isinstance(info["used_cpu_sys"], float)
    assert info["connected_clients"] >= 2 and info["tcp_port"] == client.get_connection_kwargs()["port"]
    me = client.client_info()
    assert (me["name"], me["cmd"], me["resp"]) == ("asker", "client|info", str(client.get_connection_kwargs()["protocol"]))
    assert [entry["name"] for entry in client.client_list(_type="normal")].count("asker") == 1


def test_monitor_hands_out_each_call_with_its_sender(connect: Connect) -> None:
    client, other = connect(single_connection_client=True, db=3), connect()
    with other.monitor() as monitor:
        client.set("k", 'a "quoted" \\ value')
        seen = next(entry for entry in iter(monitor.next_command, None) if entry["command"].startswith("SET"))
    assert seen["db"] == 3
    assert seen["client_address"] == "127.0.0.1"
    assert seen["client_port"] == client.client_info()["addr"].split(":")[1]
    assert other.ping()


def test_errors_come_as_the_classes_that_programs_catch(connect: Connect) -> None:
    client = connect()
    with pytest.raises(redis.ResponseError, match="unknown command"):
        client.execute_command("NOSUCH")
    with client.pipeline() as pipe:
        pipe.execute_command("GET")
        pipe.set("k", "v")
        with pytest.raises(redis.ResponseError, match="wrong number of arguments for 'get' command"):
            pipe.execute()
    assert client.get("k") is None
    with client.pipeline() as pipe:
        pipe.watch("k")
        connect().set("k", "changed")
        pipe.multi()
        pipe.set("k", "mine")
        with pytest.raises(redis.WatchError):
            pipe.execute()
    assert client.get("k") == b"changed"
    assert client.transaction(lambda pipe: pipe.multi() or pipe.get("k"), "k") == [b"changed"]
