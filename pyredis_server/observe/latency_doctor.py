"""LATENCY DOCTOR: the latency monitor's samples, summed up for people, with advice on what may have caused them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from pyredis_server.config.directive import Config
from pyredis_server.config.directives import observability as directives
from pyredis_server.observe.process_memory import uses_huge_pages

Observed = tuple[Sequence[tuple[int, int]], int]  # samples as (unix time in s, ms), the worst of all time in ms

_DISABLED = """\
Nothing is being watched: the latency monitor is off. Turn it on with 'CONFIG SET latency-monitor-threshold \
<milliseconds>', let the server work for a while, and ask again.
"""
_HEALTHY = "No latency spike has been seen since this server started. There is nothing to treat.\n"
_NO_CURE = "\nThere were spikes, but none of a kind that has a known simple remedy. Look at when they happened.\n"

_SLOWLOG_OFF = """\
The slow log is off. 'CONFIG SET slowlog-log-slower-than %d' makes it name the commands that cause the spikes."""
_SLOWLOG_BLUNT = """\
The slow log misses some of these commands, since its limit is higher than the monitor's. \
'CONFIG SET slowlog-log-slower-than %d' makes them meet."""
_SLOWLOG_READ = "Look at the slow log (SLOWLOG GET) for commands that do too much at once."
_LARGE_VALUES = """\
Freeing a large value takes time, whether it is deleted, expires or is evicted. Split very large values into several \
keys, or delete them with UNLINK."""
_BUSY_MACHINE = """\
Even commands that do little were slow, so the machine did not let the server run. Look for other programs on it, for \
limits on CPU time, and for other virtual machines on the same host; 'pyredis-cli --intrinsic-latency 100' measures \
what the machine itself adds."""
_FORK = """\
Starting a snapshot stops the server while the system copies its page tables. Less data in one server, or a machine \
that forks faster, shortens that."""
_DISK_SHARED = "The disk is busy with something else as well. Find out what, and move one of the two."
_DISK_LOCAL = "Keep the append-only file and snapshots on a local disk: network volumes stall now and then."
_DISK_FAST = "A faster disk shortens fsync, snapshots and rewrites of the append-only file."
_FSYNC_DURING_REWRITE = """\
A rewrite or snapshot and the append-only file compete for the disk. With no-appendfsync-on-rewrite the server does \
not wait for it meanwhile, at the price of more data at risk in a crash."""
_FSYNC_ALWAYS = """\
With appendfsync 'always' every write waits for the disk. If losing a second of writes in a crash is acceptable, use \
'everysec'."""
_HEAVY_WRITES = "Much is written while the append-only file is rewritten. Fewer and larger commands lighten the load."
_MASS_EXPIRY = """\
Many keys expire at the same moment. Spread their times to live, or raise 'hz' so that they are removed in smaller \
portions."""
_MASS_EVICTION = """\
Much memory had to be freed at once. Lower maxmemory in small steps, and beware of single commands that create very \
large values."""
_HUGE_PAGES = """\
The process uses transparent huge pages, which make the first write after a fork slow. Turn them off with \
'echo never > /sys/kernel/mm/transparent_hugepage/enabled', then restart the server."""

# Event -> what may help against it.
_ADVICE: Final[Mapping[str, Sequence[str]]] = {
    "fast-command": [_BUSY_MACHINE],
    "fork": [_FORK],
    "aof-write-pending-fsync": [_DISK_LOCAL, _DISK_SHARED, _DISK_FAST],
    "aof-write-active-child": [_FSYNC_DURING_REWRITE, _DISK_FAST],
    "aof-write-alone": [_DISK_LOCAL, _DISK_FAST],
    "aof-fsync-always": [_FSYNC_ALWAYS],
    "aof-fstat": [_DISK_SHARED, _DISK_LOCAL],
    "rdb-unlink-temp-file": [_DISK_SHARED, _DISK_LOCAL],
    "aof-rewrite-diff-write": [_HEAVY_WRITES, _DISK_FAST, _DISK_LOCAL],
    "aof-rename": [_DISK_FAST, _DISK_LOCAL],
    "expire-cycle": [_MASS_EXPIRY, _LARGE_VALUES],
    "eviction-del": [_LARGE_VALUES],
    "eviction-cycle": [_MASS_EVICTION],
}


def report(config: Config, now_s: int, events: Mapping[str, Observed]) -> str:
    """Write the report. `events` holds what the monitor has, `now_s` is the time of asking."""
    if not events and not config[directives.LATENCY_MONITOR_THRESHOLD]:
        return _DISABLED
    advice: dict[str, None] = {}  # each once, in the order found
    for event in events:
        advice |= dict.fromkeys(_command_advice(config) if event == "command" else _ADVICE.get(event, ()))
    if uses_huge_pages():
        advice[_HUGE_PAGES] = None
    if not events and not advice:
        return _HEALTHY
    text = "These latency spikes were observed:\n\n" if events else ""
    for number, (event, (samples, worst_ms)) in enumerate(events.items(), 1):
        text += f"{number}. {_summary(event, now_s, samples, worst_ms)}\n"
    if not advice:
        return text + _NO_CURE
    return text + "\nWhat may help:\n\n" + "".join(f"- {item}\n" for item in advice)


def _summary(name: str, now_s: int, samples: Sequence[tuple[int, int]], worst_ms: int) -> str:
    latencies = [latency_ms for _, latency_ms in samples]
    average = sum(latencies) // len(latencies)
    deviation = sum(abs(average - latency_ms) for latency_ms in latencies) // len(latencies)
    period_s = max(1, now_s - min(time_s for time_s, _ in samples)) / len(latencies)
    return (f"{name}: {len(latencies)} latency spikes (average {average}ms, mean deviation {deviation}ms, "
            f"period {period_s:.2f} sec). Worst all time event {worst_ms}ms.")


def _command_advice(config: Config) -> list[str]:
    threshold_us = config[directives.LATENCY_MONITOR_THRESHOLD] * 1000
    slower_than_us = config[directives.SLOWLOG_LOG_SLOWER_THAN]
    advice = [_SLOWLOG_READ, _LARGE_VALUES]
    if slower_than_us < 0 or not config[directives.SLOWLOG_MAX_LEN]:
        return [_SLOWLOG_OFF % threshold_us, *advice]
    if slower_than_us > threshold_us:
        return [_SLOWLOG_BLUNT % threshold_us, *advice]
    return advice
