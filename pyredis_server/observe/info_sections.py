"""The sections of INFO: one function each, fields named and ordered as in Redis 8.2, then what 8.10 documents more.

What belongs to features that this server does not have (yet) carries the value that a Redis without them shows.
Source: a real 8.2.3, and the INFO page of the Redis documentation.
"""

from __future__ import annotations

import os
import platform
import re
import struct
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pyredis_server.base.numeric import format_bytes_human
from pyredis_server.base.version import PYREDIS_VERSION, REDIS_VERSION
from pyredis_server.config import directives
from pyredis_server.observe.histogram import percentiles_us
from pyredis_server.observe.process_memory import allocator_name, system_bytes

if TYPE_CHECKING:
    from pyredis_server.commands.registry import Command
    from pyredis_server.observe.info import Field, Sources

LRU_CLOCK_BITS = 24
_UNSAFE = str.maketrans("#:\n\r", "____")  # in names that end up before the colon


def server(src: Sources) -> Iterator[Field]:
    """The program and the process."""
    config = src.context.config
    lifecycle = src.context.services.lifecycle
    now_us = src.wall.wall_us()
    uptime_s = max(0, now_us // 1000 - lifecycle.start_ms) // 1000
    listeners = list(src.listeners())
    port = config[directives.network.PORT] or config[directives.tls.TLS_PORT]
    yield "redis_version", REDIS_VERSION
    yield "redis_git_sha1", "00000000"
    yield "redis_git_dirty", 0
    yield "redis_build_id", "0000000000000000"
    yield "redis_mode", "cluster" if config[directives.cluster.CLUSTER_ENABLED] else "standalone"
    yield "os", "{0.system} {0.release} {0.machine}".format(platform.uname())
    yield "arch_bits", struct.calcsize("P") * 8
    yield "monotonic_clock", "POSIX clock_gettime" if os.name == "posix" else (
        time.get_clock_info("monotonic").implementation)
    yield "multiplexing_api", src.poller
    yield "atomicvar_api", "python"
    yield "gcc_version", _gcc_version()
    yield "process_id", os.getpid()
    yield "process_supervised", "no"
    yield "run_id", lifecycle.run_id
    yield "tcp_port", port or next((listener.port for listener in listeners if listener.port), 0)
    yield "server_time_usec", now_us
    yield "uptime_in_seconds", uptime_s
    yield "uptime_in_days", uptime_s // 86400
    yield "hz", config[directives.general.HZ]
    yield "configured_hz", config[directives.general.HZ]
    yield "lru_clock", now_us // 1_000_000 & (1 << LRU_CLOCK_BITS) - 1
    yield "executable", str(Path(sys.argv[0]).absolute()) if sys.argv[0] else sys.executable
    yield "config_file", lifecycle.config_file
    yield "io_threads_active", int(bool(src.workers))
    for number, listener in enumerate(listeners):
        binds = "".join(f",bind={address}" for address in listener.binds)
        ports = f",port={listener.port}" if listener.port else ""
        yield f"listener{number}", f"name={listener.kind}{binds}{ports}"
    yield "pyredis_version", PYREDIS_VERSION
    yield "python_version", platform.python_version()


def clients(src: Sources) -> Iterator[Field]:
    """Who is connected and what they wait for."""
    sessions = src.context.services.sessions
    connections = [session.connection for session in sessions]
    watching, watched_keys = sessions.watching()
    waiting = [session.blocked for session in sessions if session.blocked is not None]  # executor.blocking.Waiter
    yield "connected_clients", len(sessions)
    yield "cluster_connections", 0
    yield "maxclients", src.context.config[directives.clients.MAXCLIENTS]
    yield "client_recent_max_input_buffer", max((one.query_buffer_bytes for one in connections), default=0)
    yield "client_recent_max_output_buffer", max((one.output_bytes for one in connections), default=0)
    yield "blocked_clients", sessions.blocked()
    yield "tracking_clients", 0
    yield "pubsub_clients", sessions.subscribed()
    yield "watching_clients", watching
    yield "clients_in_timeout_table", sum(each.timer is not None for each in waiting)
    yield "total_watched_keys", watched_keys
    yield "total_blocking_keys", _keys_waited_for(waiting)
    yield "total_blocking_keys_on_nokey", _keys_waited_for([each for each in waiting if each.when_gone])


def _keys_waited_for(waiting: list[Any]) -> int:  # Any: the record belongs to the executor, a layer above sessions
    return len({(each.session.db, key) for each in waiting for key in each.keys})


def memory(src: Sources) -> Iterator[Field]:
    """What takes how much memory; memory.py says how it is measured."""
    config = src.context.config
    background = src.context.services.background
    now = src.memory.overhead()
    peak_percent = now.used * 100 / max(1, now.peak)
    yield "used_memory", now.used
    yield "used_memory_human", _human(now.used)
    yield "used_memory_rss", now.resident
    yield "used_memory_rss_human", _human(now.resident)
    yield "used_memory_peak", now.peak
    yield "used_memory_peak_human", _human(now.peak)
    yield "used_memory_peak_time", src.memory.peak_time_s
    yield "used_memory_peak_perc", f"{peak_percent:.2f}%"
    yield "used_memory_overhead", now.total
    yield "used_memory_startup", now.startup
    yield "used_memory_dataset", now.dataset
    yield "used_memory_dataset_perc", f"{now.dataset_percent:.2f}%"
    yield "allocator_allocated", now.used
    yield "allocator_active", now.used
    yield "allocator_resident", now.resident
    yield "allocator_muzzy", 0
    yield "total_system_memory", system_bytes()
    yield "total_system_memory_human", _human(system_bytes())
    yield "used_memory_lua", 0
    yield "used_memory_vm_eval", 0
    yield "used_memory_lua_human", _human(0)
    yield "used_memory_scripts_eval", 0
    yield "number_of_cached_scripts", 0
    yield "number_of_functions", 0
    yield "number_of_libraries", 0
    yield "used_memory_vm_functions", 0
    yield "used_memory_vm_total", 0
    yield "used_memory_vm_total_human", _human(0)
    yield "used_memory_functions", 0
    yield "used_memory_scripts", 0
    yield "used_memory_scripts_human", _human(0)
    yield "used_memory_hash_templates", 0
    yield "maxmemory", config[directives.memory.MAXMEMORY]
    yield "maxmemory_human", _human(config[directives.memory.MAXMEMORY])
    yield "maxmemory_policy", config[directives.memory.MAXMEMORY_POLICY].value
    yield "allocator_frag_ratio", "1.00"
    yield "allocator_frag_bytes", 0
    yield "allocator_rss_ratio", f"{now.fragmentation:.2f}"
    yield "allocator_rss_bytes", now.resident - now.used
    yield "rss_overhead_ratio", "1.00"
    yield "rss_overhead_bytes", 0
    yield "mem_fragmentation_ratio", f"{now.fragmentation:.2f}"
    yield "mem_fragmentation_bytes", now.resident - now.used
    yield "mem_not_counted_for_evict", 0
    yield "mem_replication_backlog", 0
    yield "mem_total_replication_buffers", 0
    yield "mem_replica_full_sync_buffer", 0
    yield "mem_clients_slaves", 0
    yield "mem_clients_normal", now.clients
    yield "mem_cluster_links", 0
    yield "mem_aof_buffer", 0
    yield "mem_allocator", allocator_name()
    yield "mem_overhead_db_hashtable_rehashing", 0
    yield "active_defrag_running", 0
    yield "lazyfree_pending_objects", background.pending()
    yield "lazyfreed_objects", background.freed()


def persistence(src: Sources) -> Iterator[Field]:
    """Snapshots and the append-only file: none so far."""
    yield "loading", 0
    yield "async_loading", 0
    yield "current_cow_peak", 0
    yield "current_cow_size", 0
    yield "current_cow_size_age", 0
    yield "current_fork_perc", "0.00"
    yield "current_save_keys_processed", 0
    yield "current_save_keys_total", 0
    yield "rdb_changes_since_last_save", src.context.dirty
    yield "rdb_bgsave_in_progress", 0
    yield "rdb_last_save_time", src.context.services.lifecycle.start_ms // 1000
    yield "rdb_last_bgsave_status", "ok"
    yield "rdb_last_bgsave_time_sec", -1
    yield "rdb_current_bgsave_time_sec", -1
    yield "rdb_saves", 0
    yield "rdb_last_cow_size", 0
    yield "rdb_last_load_keys_expired", 0
    yield "rdb_last_load_keys_loaded", 0
    yield "aof_enabled", 0
    yield "aof_rewrite_in_progress", 0
    yield "aof_rewrite_scheduled", 0
    yield "aof_last_rewrite_time_sec", -1
    yield "aof_current_rewrite_time_sec", -1
    yield "aof_last_bgrewrite_status", "ok"
    yield "aof_rewrites", 0
    yield "aof_rewrites_consecutive_failures", 0
    yield "aof_last_write_status", "ok"
    yield "aof_last_cow_size", 0
    yield "module_fork_in_progress", 0
    yield "module_fork_last_cow_size", 0


def threads(src: Sources) -> Iterator[Field]:
    """The I/O workers."""
    clients_of: dict[int, int] = {}
    for session in src.context.services.sessions:
        index = session.connection.worker_index
        clients_of[index] = clients_of.get(index, 0) + 1
    for worker in src.workers:
        yield f"io_thread_{worker.index}", (
            f"clients={clients_of.get(worker.index, 0)},reads={worker.reads},writes={worker.writes}")


def stats(src: Sources) -> Iterator[Field]:
    """Counters since the start or CONFIG RESETSTAT."""
    services = src.context.services
    counted = services.stats
    rates = src.rates
    slow = src.slowlog.totals
    net_in = src.since_reset("net_in", src.io_total("net_in"))
    net_out = src.since_reset("net_out", src.io_total("net_out"))
    reads = src.since_reset("reads", src.io_total("reads"))
    writes = src.since_reset("writes", src.io_total("writes"))
    loop = src.loop()
    cycles_per_second = rates.per_second("cycles")
    yield "total_connections_received", counted.total_connections_received
    yield "total_commands_processed", counted.total_commands_processed
    yield "instantaneous_ops_per_sec", int(rates.per_second("commands"))
    yield "total_net_input_bytes", net_in
    yield "total_net_output_bytes", net_out
    yield "total_net_repl_input_bytes", 0
    yield "total_net_repl_output_bytes", 0
    yield "instantaneous_input_kbps", f"{rates.per_second('net_in') / 1024:.2f}"
    yield "instantaneous_output_kbps", f"{rates.per_second('net_out') / 1024:.2f}"
    yield "instantaneous_input_repl_kbps", "0.00"
    yield "instantaneous_output_repl_kbps", "0.00"
    yield "rejected_connections", counted.rejected_connections
    yield "sync_full", 0
    yield "sync_partial_ok", 0
    yield "sync_partial_err", 0
    yield "expired_subkeys", counted.expired_subkeys
    yield "expired_keys", counted.expired_keys
    yield "expired_stale_perc", f"{counted.expire_stale_percent:.2f}"
    yield "expired_time_cap_reached_count", counted.expired_time_cap_reached_count
    yield "expire_cycle_cpu_milliseconds", int(counted.expire_cycle_cpu_ms)
    yield "evicted_keys", counted.evicted_keys
    yield "evicted_clients", counted.evicted_clients
    yield "evicted_scripts", 0
    yield "total_eviction_exceeded_time", 0
    yield "current_eviction_exceeded_time", 0
    yield "keyspace_hits", counted.keyspace_hits
    yield "keyspace_misses", counted.keyspace_misses
    yield "hash_templates", 0
    yield "hash_template_keys", 0
    yield "pubsub_channels", 0
    yield "pubsub_patterns", 0
    yield "pubsubshard_channels", 0
    yield "latest_fork_usec", 0
    yield "total_forks", 0
    yield "migrate_cached_sockets", 0
    yield "slave_expires_tracked_keys", 0
    yield "active_defrag_hits", 0
    yield "active_defrag_misses", 0
    yield "active_defrag_key_hits", 0
    yield "active_defrag_key_misses", 0
    yield "total_active_defrag_time", counted.total_active_defrag_time
    yield "current_active_defrag_time", 0
    yield "tracking_total_keys", 0
    yield "tracking_total_items", 0
    yield "tracking_total_prefixes", 0
    yield "unexpected_error_replies", counted.unexpected_error_replies
    yield "total_error_replies", counted.total_error_replies
    yield "dump_payload_sanitizations", 0
    yield "total_reads_processed", reads
    yield "total_writes_processed", writes
    yield "io_threaded_reads_processed", reads
    yield "io_threaded_writes_processed", writes
    yield "io_threaded_total_prefetch_batches", 0
    yield "io_threaded_total_prefetch_entries", 0
    yield "client_query_buffer_limit_disconnections", counted.client_query_buffer_limit_disconnections
    yield "client_output_buffer_limit_disconnections", counted.client_output_buffer_limit_disconnections
    yield "reply_buffer_shrinks", 0
    yield "reply_buffer_expands", 0
    yield "eventloop_cycles", src.since_reset("cycles", loop.cycles)
    yield "eventloop_duration_sum", src.since_reset("busy_us", loop.busy_us)
    yield "eventloop_duration_cmd_sum", sum(command.nanoseconds for command in services.table.walk()) // 1000
    yield "instantaneous_eventloop_cycles_per_sec", int(cycles_per_second)
    yield "instantaneous_eventloop_duration_usec", (
        int(rates.per_second("busy_us") / cycles_per_second) if cycles_per_second else 0)
    yield "acl_access_denied_auth", counted.acl_access_denied_auth
    yield "acl_access_denied_cmd", counted.acl_access_denied_cmd
    yield "acl_access_denied_key", counted.acl_access_denied_key
    yield "acl_access_denied_channel", counted.acl_access_denied_channel
    yield "acl_access_denied_tls_cert", 0
    yield "slowlog_commands_count", slow.count
    yield "slowlog_commands_time_ms_sum", slow.sum_us // 1000
    yield "slowlog_commands_time_ms_max", slow.max_us // 1000


def replication(src: Sources) -> Iterator[Field]:
    """A primary without replicas: more there is not yet."""
    ids = src.context.services.replication_ids
    yield "role", "master"
    yield "connected_slaves", 0
    yield "master_failover_state", "no-failover"
    yield "master_replid", ids.current
    yield "master_replid2", ids.previous
    yield "master_repl_offset", 0
    yield "second_repl_offset", ids.previous_offset
    yield "repl_backlog_active", 0
    yield "repl_backlog_size", src.context.config[directives.replication.REPL_BACKLOG_SIZE]
    yield "repl_backlog_first_byte_offset", 0
    yield "repl_backlog_histlen", 0


def cpu(src: Sources) -> Iterator[Field]:
    """CPU time in seconds. The main thread is the executor's, for it runs the commands."""
    try:
        import resource
    except ImportError:  # Windows
        times = os.times()
        yield "used_cpu_sys", f"{times.system:.6f}"
        yield "used_cpu_user", f"{times.user:.6f}"
        yield "used_cpu_sys_children", "0.000000"
        yield "used_cpu_user_children", "0.000000"
        return
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    yield "used_cpu_sys", f"{own.ru_stime:.6f}"
    yield "used_cpu_user", f"{own.ru_utime:.6f}"
    yield "used_cpu_sys_children", f"{children.ru_stime:.6f}"
    yield "used_cpu_user_children", f"{children.ru_utime:.6f}"
    if hasattr(resource, "RUSAGE_THREAD"):
        thread = resource.getrusage(resource.RUSAGE_THREAD)
        yield "used_cpu_sys_main_thread", f"{thread.ru_stime:.6f}"
        yield "used_cpu_user_main_thread", f"{thread.ru_utime:.6f}"


def modules(src: Sources) -> Iterable[Field]:
    """No modules so far."""
    return ()


def commandstats(src: Sources) -> Iterator[Field]:
    """Calls and time per command that was called or refused."""
    slow_of = src.slowlog.totals_of
    for command in src.context.services.table.walk():
        if not (command.calls or command.failed_calls or command.rejected_calls):
            continue
        used_us = command.nanoseconds // 1000
        line = (f"calls={command.calls},usec={used_us},usec_per_call={used_us / max(1, command.calls):.2f},"
                f"rejected_calls={command.rejected_calls},failed_calls={command.failed_calls}")
        slow = slow_of.get(command.name)
        if slow is not None:
            line += (f",slowlog_count={slow.count},slowlog_time_ms_sum={slow.sum_us // 1000},"
                     f"slowlog_time_ms_max={slow.max_us // 1000}")
        yield f"cmdstat_{_safe(command)}", line


def errorstats(src: Sources) -> Iterator[Field]:
    """Error replies by their code."""
    for code, count in sorted(src.context.services.stats.errors.items()):
        name = code.decode("utf-8", "surrogateescape").translate(_UNSAFE)
        yield f"errorstat_{name}", f"count={count}"


def latencystats(src: Sources) -> Iterator[Field]:
    """Percentiles of the time that calls took, while latency-tracking is on."""
    config = src.context.config
    if not config[directives.observability.LATENCY_TRACKING]:
        return
    wanted = config[directives.observability.LATENCY_TRACKING_INFO_PERCENTILES]
    names = [f"{percentile:f}".rstrip("0").rstrip(".") for percentile in wanted]
    for command in src.context.services.table.walk():
        if command.histogram:
            found = percentiles_us(dict(command.histogram.items()), wanted)
            yield f"latency_percentiles_usec_{_safe(command)}", ",".join(
                [f"p{name}={value:.3f}" for name, value in zip(names, found, strict=True)])


def cluster(src: Sources) -> Iterator[Field]:
    """Whether cluster mode is on."""
    yield "cluster_enabled", int(src.context.config[directives.cluster.CLUSTER_ENABLED])


def keyspace(src: Sources) -> Iterator[Field]:
    """Keys per database, for those that have any."""
    for db in src.context.keyspace.databases:
        if len(db):
            yield f"db{db.index}", (
                f"keys={len(db)},expires={len(db.expires)},avg_ttl={int(db.avg_ttl_ms)},subexpiry={db.subexpiry}")


SECTIONS: Final[dict[str, Callable[[Sources], Iterable[Field]]]] = {
    function.__name__: function
    for function in (server, clients, memory, persistence, threads, stats, replication, cpu, modules, commandstats,
                     errorstats, latencystats, cluster, keyspace)
}
DEFAULT: Final = frozenset(SECTIONS) - {"commandstats", "latencystats"}
ON_REQUEST: Final[frozenset[str]] = frozenset()  # sections that not even "everything" shows
TITLES: Final = {"cpu": "CPU"}


def _human(count: int) -> str:
    return format_bytes_human(count).decode()


def _safe(command: Command) -> str:
    return command.name.translate(_UNSAFE)


def _gcc_version() -> str:
    found = re.match(r"GCC ([\d.]+)", platform.python_compiler())
    return found[1] if found else "0.0.0"
