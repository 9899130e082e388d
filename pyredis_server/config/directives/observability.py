"""Observability: slow log, latency, keyspace events."""

from __future__ import annotations

from pyredis_server.config.compound import EventClasses, Percentiles
from pyredis_server.config.directive import directive
from pyredis_server.config.hooks import Hook
from pyredis_server.config.types import INT64_MAX, Boolean, Integer

TITLE = "SLOW LOG, LATENCY AND EVENTS"

SLOWLOG_LOG_SLOWER_THAN = directive(
    "slowlog-log-slower-than", Integer(-1, INT64_MAX), default=10000, apply=Hook.LATENCY,
    doc="Note commands that run for this many microseconds or longer; 0 notes all, -1 none.")
SLOWLOG_MAX_LEN = directive(
    "slowlog-max-len", Integer(0, INT64_MAX), default=128, apply=Hook.LATENCY, doc="Entries that SLOWLOG keeps.")
SLOWLOG_ENTRY_MAX_ARGC = directive(
    "slowlog-entry-max-argc", Integer(2), default=32, apply=Hook.LATENCY,
    doc="Arguments of a command that an entry keeps.")
SLOWLOG_ENTRY_MAX_STRING_LEN = directive(
    "slowlog-entry-max-string-len", Integer(1, INT64_MAX), default=128, apply=Hook.LATENCY,
    doc="Bytes of an argument that an entry keeps.")
LATENCY_MONITOR_THRESHOLD = directive(
    "latency-monitor-threshold", Integer(0, INT64_MAX), default=0, apply=Hook.LATENCY,
    doc="Milliseconds from which on events are noted for LATENCY; 0 notes none.")
LATENCY_TRACKING = directive(
    "latency-tracking", Boolean(), default=True, apply=Hook.LATENCY,
    doc="Keep the distribution of times per command, for INFO latencystats and LATENCY HISTOGRAM.")
LATENCY_TRACKING_INFO_PERCENTILES = directive(
    "latency-tracking-info-percentiles", Percentiles(), default=(50.0, 99.0, 99.9), apply=Hook.LATENCY,
    doc="Percentiles that INFO latencystats shows.")
KEY_MEMORY_HISTOGRAMS = directive(
    "key-memory-histograms", Boolean(), default=False, mutable=False,
    doc="Keep the distribution of the sizes of keys per type, for INFO keysizes.")
NOTIFY_KEYSPACE_EVENTS = directive(
    "notify-keyspace-events", EventClasses(), default=0, apply=Hook.NOTIFY,
    doc="Publish changes of keys: K to __keyspace@<db>__ channels, E to __keyevent@<db>__ channels, and at least "
        "one class: g generic, $ string, l list, s set, h hash, z sorted set, t stream, d module, x expired, e "
        "evicted, A all of these; m key misses and n new keys are not in A.")
