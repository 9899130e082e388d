"""What a server has to do when a directive changes at run time, by name.

A directive names its hook; `app.py` hands the manager one callable per hook. A hook may raise `ConfigError`, which
undoes the whole CONFIG SET. A hook that nobody registered is not run: then the value is simply read when needed.
"""

from __future__ import annotations

import enum


class Hook(enum.Enum):
    """The hooks; each value says what must be done. Kept few: one per thing that is rebuilt, not one per directive."""

    LISTENERS = "open and close listening sockets so that they match port, tls-port and bind"
    TLS = "load certificates and options of TLS again for new connections and links"
    MAXCLIENTS = "check that the system can hold that many clients, or raise ConfigError"
    IO = "hand the limits that I/O workers keep copies of to them (buffers, bulk length, keepalive, output limits)"
    GATES = "recompute the gate masks of server and commands"
    MAXMEMORY = "take the limits, policy and clocks of eviction; start evicting keys or clients when beyond them"
    CRON = "take the new frequency of the timers"
    SAVE = "take the new save points"
    AOF = "start or stop the append-only file, or raise ConfigError"
    APPENDFSYNC = "take the new fsync policy; going to always waits for what is in flight"
    ACL = "copy requirepass into the default user, and the ACL log's length"
    LOG = "take the new level and format of log lines"
    NOTIFY = "take the new classes of keyspace events"
    LATENCY = "take the new limits of slow log, latency monitor and latency tracking"
    TRACKING = "trim the tracking table to its limit"
    REPLICATION = "resize the backlog, count good replicas again, announce what replicas and primary are told"
    CLUSTER = "tell the other nodes the new flags, address, ports and names of this one"
    PROCESS = "apply process title, OOM score, crash handlers and locale, or raise ConfigError"
    DIRECTORY = "take the new working directory for files with relative names"
    METRICS = "open, move or close the metrics endpoint, or raise ConfigError"
