"""INFO: which sections, which fields, and what they say."""

from __future__ import annotations

import re

import pytest

from pyredis_server.base.clock import ManualClock
from pyredis_server.observe.info import ListenerFacts
from tests.unit.observe.parts import Parts, build
from tests.unit.sessions.stand_ins import StandIn

DEFAULT = ["Server", "Clients", "Memory", "Persistence", "Threads", "Stats", "Replication", "CPU", "Modules",
           "Errorstats", "Cluster", "Keyspace"]
ALL = [*DEFAULT[:9], "Commandstats", "Errorstats", "Latencystats", "Cluster", "Keyspace"]


@pytest.fixture
def parts(clock: ManualClock) -> Parts:
    return build(clock)


def titles(parts: Parts, *sections: bytes) -> list[str]:
    return re.findall(r"^# (\w+)\r$", parts.info.render(sections).decode(), re.MULTILINE)


def called(parts: Parts, name: bytes, *durations_us: int, failed: int = 0, rejected: int = 0) -> None:
    command = parts.context.services.table.resolve(name)
    assert command is not None
    command.calls += len(durations_us)
    command.nanoseconds += sum(durations_us) * 1000
    command.failed_calls += failed
    command.rejected_calls += rejected
    for duration_us in durations_us:
        command.histogram[duration_us] = command.histogram.get(duration_us, 0) + 1


@pytest.mark.parametrize(("asked", "shown"), [
    ((), DEFAULT), ((b"default",), DEFAULT), ((b"all",), ALL), ((b"everything",), ALL), ((b"cpu",), ["CPU"]),
    ((b"KEYSPACE", b"cluster", b"Keyspace"), ["Cluster", "Keyspace"]), ((b"nosuch",), []),
    ((b"nosuch", b"cpu"), ["CPU"]), ((b"default", b"commandstats"), [*DEFAULT[:9], "Commandstats", *DEFAULT[9:]]),
    ((b"module_list",), ["Modules"]),
])
def test_sections_are_chosen_by_name_and_come_in_one_order(
    parts: Parts, asked: tuple[bytes, ...], shown: list[str],
) -> None:
    assert titles(parts, *asked) == shown


def test_sections_are_separated_by_an_empty_line(parts: Parts) -> None:
    assert parts.info.render([b"cluster", b"keyspace"]) == b"# Cluster\r\ncluster_enabled:0\r\n\r\n# Keyspace\r\n"


def test_a_feature_can_replace_a_section_and_add_one(parts: Parts) -> None:
    parts.info.provide("cluster", lambda sources: [("cluster_enabled", 1)])
    parts.info.provide("extra", lambda sources: [("x", "y")], default=False)
    assert parts.info.render([b"cluster", b"extra"]) == b"# Cluster\r\ncluster_enabled:1\r\n\r\n# Extra\r\nx:y\r\n"
    assert titles(parts) == DEFAULT
    assert titles(parts, b"all") == [*ALL, "Extra"]


def test_server_tells_version_level_and_uptime(parts: Parts, clock: ManualClock) -> None:
    clock.advance_ms(90_061_500)
    fields = parts.info.fields("server")
    assert fields["redis_version"] == "8.10.0"
    assert fields["redis_mode"] == "standalone"
    assert fields["run_id"] == "1" * 40
    assert (fields["uptime_in_seconds"], fields["uptime_in_days"]) == (90_061, 1)
    assert fields["server_time_usec"] == clock.wall_us()
    assert fields["lru_clock"] == clock.wall_ms() // 1000 % (1 << 24)
    assert "pyredis_version" in fields


def test_server_lists_the_listeners(parts: Parts) -> None:
    parts.sources.listeners = lambda: [
        ListenerFacts("tcp", ("*", "-::*"), 7000), ListenerFacts("unix", ("/run/pyredis.sock",))]
    fields = parts.info.fields("server")
    assert fields["listener0"] == "name=tcp,bind=*,bind=-::*,port=7000"
    assert fields["listener1"] == "name=unix,bind=/run/pyredis.sock"


def test_clients_tells_the_greatest_buffers_and_who_watches(parts: Parts, clock: ManualClock) -> None:
    context = parts.context
    sessions = [context.services.sessions.open(StandIn(query_buffer_bytes=size, output_bytes=2 * size), context.db, 0)
                for size in (10, 300)]
    sessions[0].watched[context.db, b"k"] = False
    sessions[1].channels.add(b"news")
    fields = parts.info.fields("clients")
    assert fields["connected_clients"] == 2
    assert (fields["client_recent_max_input_buffer"], fields["client_recent_max_output_buffer"]) == (300, 600)
    assert (fields["watching_clients"], fields["total_watched_keys"], fields["pubsub_clients"]) == (1, 1, 1)
    assert fields["maxclients"] == 10000


def test_memory_figures_fit_together(parts: Parts) -> None:
    fields = {name: value for name, value in parts.info.fields("memory").items() if isinstance(value, int)}
    assert fields["used_memory"] <= fields["used_memory_rss"]
    assert fields["used_memory"] <= fields["used_memory_peak"]
    assert fields["used_memory_overhead"] >= fields["used_memory_startup"] > 0
    assert fields["mem_fragmentation_bytes"] == fields["used_memory_rss"] - fields["used_memory"]
    assert re.fullmatch(r"\d+\.\d\d[KMG]", str(parts.info.fields("memory")["used_memory_human"]))


def test_memory_shows_the_limit_and_its_policy(clock: ManualClock) -> None:
    fields = build(clock, maxmemory="3mb", maxmemory_policy="allkeys-lru").info.fields("memory")
    assert [fields[name] for name in ("maxmemory", "maxmemory_human", "maxmemory_policy")] == [
        3 << 20, "3.00M", "allkeys-lru"]


def test_threads_tells_clients_reads_and_writes_of_each_worker(parts: Parts) -> None:
    parts.context.services.sessions.open(StandIn(worker_index=0), parts.context.db, 0)
    parts.worker.reads, parts.worker.writes = 7, 5
    assert dict(parts.info.fields("threads")) == {"io_thread_0": "clients=1,reads=7,writes=5"}


def test_keyspace_lists_databases_that_have_keys(parts: Parts, clock: ManualClock) -> None:
    one, other = parts.context.keyspace.databases[0], parts.context.keyspace.databases[3]
    one.put(b"a", b"1")
    one.put(b"b", b"1")
    one.set_expire(b"b", clock.wall_ms() + 1000)
    one.avg_ttl_ms = 999.6
    other.put(b"c", b"1")
    assert dict(parts.info.fields("keyspace")) == {
        "db0": "keys=2,expires=1,avg_ttl=999,subexpiry=0", "db3": "keys=1,expires=0,avg_ttl=0,subexpiry=0"}


def test_commandstats_shows_commands_that_were_called_or_refused(parts: Parts) -> None:
    called(parts, b"get", 3, 4)
    called(parts, b"set", rejected=2)
    called(parts, b"slowlog|get", 5, failed=1)
    assert dict(parts.info.fields("commandstats")) == {
        "cmdstat_get": "calls=2,usec=7,usec_per_call=3.50,rejected_calls=0,failed_calls=0",
        "cmdstat_set": "calls=0,usec=0,usec_per_call=0.00,rejected_calls=2,failed_calls=0",
        "cmdstat_slowlog|get": "calls=1,usec=5,usec_per_call=5.00,rejected_calls=0,failed_calls=1",
    }


def test_commandstats_shows_what_the_slow_log_took_of_a_command(parts: Parts) -> None:
    called(parts, b"get", 20_500)
    parts.context.services.slowlog.record(
        parts.context.services.sessions.open(StandIn(), parts.context.db, 0), [b"GET", b"k"], 20_500)
    assert str(parts.info.fields("commandstats")["cmdstat_get"]).endswith(
        ",slowlog_count=1,slowlog_time_ms_sum=20,slowlog_time_ms_max=20")
    assert parts.info.fields("stats")["slowlog_commands_count"] == 1


def test_errorstats_counts_by_code_and_hides_what_would_break_the_format(parts: Parts) -> None:
    parts.context.services.stats.errors |= {b"WRONGTYPE": 2, b"ERR": 1, b"A:b#c": 3}
    assert list(parts.info.fields("errorstats").items()) == [
        ("errorstat_A_b_c", "count=3"), ("errorstat_ERR", "count=1"), ("errorstat_WRONGTYPE", "count=2")]


def test_latencystats_shows_the_percentiles_that_are_configured(clock: ManualClock) -> None:
    parts = build(clock, latency_tracking_info_percentiles="0 50 99.99")
    called(parts, b"get", 1, 8)
    assert dict(parts.info.fields("latencystats")) == {
        "latency_percentiles_usec_get": "p0=1.003,p50=1.003,p99.99=8.031"}
    parts.context.config.assign("latency-tracking", False)
    assert not parts.info.fields("latencystats")


def test_stats_adds_the_workers_up_and_shows_rates(parts: Parts) -> None:
    counted = parts.context.services.stats
    for step in range(17):
        parts.info.sample(step * 100)
        counted.total_commands_processed += 10
        parts.worker.net_in += 1024
        parts.loop.cycles += 2
        parts.loop.busy_us += 500
    fields = parts.info.fields("stats")
    assert fields["instantaneous_ops_per_sec"] == 100
    assert fields["instantaneous_input_kbps"] == "10.00"
    assert fields["instantaneous_eventloop_cycles_per_sec"] == 20
    assert fields["instantaneous_eventloop_duration_usec"] == 250
    assert fields["total_net_input_bytes"] == 17 * 1024
    assert fields["eventloop_cycles"] == 34


def test_reset_begins_all_counts_anew(parts: Parts) -> None:
    counted = parts.context.services.stats
    called(parts, b"get", 5, failed=1)
    counted.keyspace_hits = counted.total_commands_processed = 9
    counted.errors[b"ERR"] = 1
    parts.worker.reads, parts.worker.net_in, parts.loop.cycles, parts.background.done = 3, 100, 8, 4
    parts.info.sample(0)
    parts.info.sample(100)
    parts.info.reset_stats()
    parts.worker.net_in += 5
    fields = parts.info.fields("stats")
    assert not parts.info.fields("commandstats")
    assert not parts.info.fields("errorstats")
    assert not parts.info.fields("latencystats")
    assert [fields[name] for name in (
        "keyspace_hits", "total_commands_processed", "total_reads_processed", "total_net_input_bytes",
        "eventloop_cycles", "instantaneous_ops_per_sec")] == [0, 0, 0, 5, 0, 0]
    assert parts.info.fields("memory")["lazyfreed_objects"] == 0


def test_replication_shows_the_ids(parts: Parts) -> None:
    ids = parts.context.services.replication_ids
    before = parts.info.fields("replication")["master_replid"]
    ids.change()
    fields = parts.info.fields("replication")
    assert fields["role"] == "master"
    assert fields["master_replid"] == ids.current != before
    assert (fields["master_replid2"], fields["second_repl_offset"]) == ("0" * 40, -1)


def test_persistence_counts_the_changes(parts: Parts) -> None:
    parts.context.dirty = 3
    assert parts.info.fields("persistence")["rdb_changes_since_last_save"] == 3
