"""redis-py, the client that Python programs use, against a server of ours over TCP."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest
import redis
import redis.asyncio

from pyredis_server.embedded import RedisServer

THREADS = 20
INCREMENTS_PER_THREAD = 25


@pytest.fixture(params=[2, 3], ids=["resp2", "resp3"])
def connection(request: pytest.FixtureRequest, server: RedisServer) -> Iterator[redis.Redis]:
    with redis.Redis(port=server.port, protocol=request.param) as found:
        yield found


def test_strings_and_times_to_live_work(connection: redis.Redis) -> None:
    assert connection.set("k", "v", ex=100)
    assert connection.get("k") == b"v"
    assert 0 < connection.ttl("k") <= 100
    assert connection.incrbyfloat("f", 1.5) == 1.5
    assert connection.mset({"a": 1, "b": 2})
    assert connection.mget("a", "b", "none") == [b"1", b"2", None]
    assert sorted(connection.scan_iter("*", count=2)) == [b"a", b"b", b"f", b"k"]


def test_a_pipeline_gives_all_answers_in_order(connection: redis.Redis) -> None:
    with connection.pipeline(transaction=False) as pipe:
        for number in range(500):
            pipe.set(f"k{number}", number)
            pipe.get(f"k{number}")
        answers = pipe.execute()
    assert answers[1::2] == [b"%d" % number for number in range(500)]


def test_a_transaction_reports_each_commands_error_in_its_place(connection: redis.Redis) -> None:
    with connection.pipeline(transaction=True) as pipe:
        pipe.set("k", "text")
        pipe.incr("k")
        pipe.get("k")
        answers = pipe.execute(raise_on_error=False)
    assert answers[0] is True
    assert isinstance(answers[1], redis.ResponseError)
    assert answers[2] == b"text"


def test_introspection_calls_are_parsed_by_the_client(connection: redis.Redis) -> None:
    assert connection.info()["redis_mode"] == "standalone"
    assert connection.info("commandstats")
    assert connection.client_list(client_id=[connection.client_id()])[0]["lib-name"] == "redis-py"
    assert connection.config_get("maxmemory*")["maxmemory"] == "0"
    assert connection.command_count() > 70
    assert connection.slowlog_get() == []
    assert connection.memory_usage("nothing") is None


def test_no_update_is_lost_under_watch_with_many_threads(server: RedisServer) -> None:
    """Each thread reads, waits for nobody, and writes what it read plus one, unless the key changed meanwhile."""
    pool = redis.ConnectionPool(port=server.port, max_connections=THREADS)
    retries = []

    def add() -> None:
        client = redis.Redis(connection_pool=pool)
        for _ in range(INCREMENTS_PER_THREAD):
            while True:
                with client.pipeline() as pipe:
                    pipe.watch("counter")
                    value = int(pipe.get("counter") or 0)
                    pipe.multi()
                    pipe.set("counter", value + 1)
                    try:
                        pipe.execute()
                    except redis.WatchError:
                        retries.append(1)
                        continue
                    break

    threads = [threading.Thread(target=add) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with redis.Redis(connection_pool=pool) as client:
        assert client.get("counter") == b"%d" % (THREADS * INCREMENTS_PER_THREAD)
    pool.disconnect()
    assert retries, "nobody met a changed key: the test shows nothing"


def test_the_asyncio_client_works_with_many_tasks(server: RedisServer) -> None:
    async def work() -> object:
        async with redis.asyncio.Redis(port=server.port, protocol=3) as client:
            await asyncio.gather(*(client.incr("n") for _ in range(100)))
            return await client.get("n")

    assert asyncio.run(work()) == b"100"


def test_a_reader_that_is_cancelled_leaves_the_server_well(server: RedisServer) -> None:
    async def work() -> None:
        client = redis.asyncio.Redis(port=server.port)

        async def send() -> None:
            await client.set("k", b"x" * 20_000_000)

        task = asyncio.create_task(send())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await client.aclose()

    asyncio.run(work())
    with redis.Redis(port=server.port) as client:
        assert client.ping()
