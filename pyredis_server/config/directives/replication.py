"""Replication: as replica and as primary."""

from __future__ import annotations

from pyredis_server.config.choices import DisklessLoad, PropagationError
from pyredis_server.config.compound import Primary
from pyredis_server.config.directive import directive
from pyredis_server.config.hooks import Hook
from pyredis_server.config.types import INT64_MAX, Boolean, Choice, Integer, Memory, Text

TITLE = "REPLICATION"

REPLICAOF = directive(
    "replicaof", Primary(), alias="slaveof", default=None, mutable=False,
    doc="Host and port of the primary to copy. At run time use the command REPLICAOF.")
MASTERAUTH = directive(
    "masterauth", Text(unset_if_empty=True, binary=True), default=b"", sensitive=True,
    doc="Password to sign in to the primary with.")
MASTERUSER = directive(
    "masteruser", Text(unset_if_empty=True), default=b"", sensitive=True,
    doc="ACL user to sign in to the primary as; without it the default user.")
REPLICA_SERVE_STALE_DATA = directive(
    "replica-serve-stale-data", Boolean(), alias="slave-serve-stale-data", default=True, apply=Hook.GATES,
    doc="Answer from old data while the link to the primary is down; no answers MASTERDOWN to nearly everything.")
REPLICA_READ_ONLY = directive(
    "replica-read-only", Boolean(), alias="slave-read-only", default=True, apply=Hook.GATES,
    doc="Refuse writes of clients while this is a replica.")
REPL_DISKLESS_SYNC = directive(
    "repl-diskless-sync", Boolean(), default=True,
    doc="Send a full copy straight to the sockets of replicas; no writes a file first.")
REPL_DISKLESS_SYNC_DELAY = directive(
    "repl-diskless-sync-delay", Integer(), default=5,
    doc="Seconds to wait for more replicas before such a copy starts, since all must be there at its beginning.")
REPL_DISKLESS_SYNC_MAX_REPLICAS = directive(
    "repl-diskless-sync-max-replicas", Integer(), default=0,
    doc="Do not wait any longer once so many replicas are there; 0 always waits.")
REPL_DISKLESS_LOAD = directive(
    "repl-diskless-load", Choice(DisklessLoad), default=DisklessLoad.DISABLED, deny_loading=True,
    doc="How a replica takes a full copy: disabled (through a file), on-empty-db (from the socket if it holds "
        "nothing), swapdb (keeps the old data until the new is complete), flushdb (drops the old data first).")
REPL_RDB_CHANNEL = directive(
    "repl-rdb-channel", Boolean(), default=True, hidden=True,
    doc="Take a full copy over a connection of its own, so that the primary need not hold back changes meanwhile.")
REPL_DISABLE_TCP_NODELAY = directive(
    "repl-disable-tcp-nodelay", Boolean(), default=False,
    doc="Send fewer, larger packets to replicas, which can be up to 40 ms later.")
REPL_BACKLOG_SIZE = directive(
    "repl-backlog-size", Memory(1, at_least=16 * 1024), default=1 << 20, apply=Hook.REPLICATION,
    doc="Bytes of changes to keep, so that a replica that was away for a moment need not copy everything.")
REPL_BACKLOG_TTL = directive(
    "repl-backlog-ttl", Integer(0, INT64_MAX), default=3600,
    doc="Seconds without replicas after which they are dropped; 0 keeps them.")
REPL_PING_REPLICA_PERIOD = directive(
    "repl-ping-replica-period", Integer(1), alias="repl-ping-slave-period", default=10,
    doc="Seconds between the PINGs that a primary sends to its replicas.")
REPL_TIMEOUT = directive(
    "repl-timeout", Integer(1), default=60,
    doc="Seconds of silence after which either side gives the link up. Keep it above repl-ping-replica-period.")
REPLICA_PRIORITY = directive(
    "replica-priority", Integer(), alias="slave-priority", default=100,
    doc="Sentinel prefers the replica with the lowest number as new primary; 0 is never taken.")
REPLICA_ANNOUNCED = directive(
    "replica-announced", Boolean(), default=True, doc="Let Sentinel tell clients about this replica.")
REPLICA_ANNOUNCE_IP = directive(
    "replica-announce-ip", Text(unset_if_empty=True), alias="slave-announce-ip", default=b"", apply=Hook.REPLICATION,
    doc="Address that this replica tells its primary, for networks that translate addresses.")
REPLICA_ANNOUNCE_PORT = directive(
    "replica-announce-port", Integer(0, 65535), alias="slave-announce-port", default=0, apply=Hook.REPLICATION,
    doc="The same for the port; 0 tells the real one.")
MIN_REPLICAS_TO_WRITE = directive(
    "min-replicas-to-write", Integer(), alias="min-slaves-to-write", default=0, apply=Hook.GATES,
    doc="Refuse writes with fewer replicas than this that are up to date; 0 takes them always.")
MIN_REPLICAS_MAX_LAG = directive(
    "min-replicas-max-lag", Integer(), alias="min-slaves-max-lag", default=10, apply=Hook.GATES,
    doc="Seconds since its last word for which a replica counts as up to date.")
REPLICA_LAZY_FLUSH = directive(
    "replica-lazy-flush", Boolean(), alias="slave-lazy-flush", default=False,
    doc="Free the old data in the background when a full copy arrives.")
REPLICA_IGNORE_MAXMEMORY = directive(
    "replica-ignore-maxmemory", Boolean(), alias="slave-ignore-maxmemory", default=True, apply=Hook.MAXMEMORY,
    doc="Evict nothing as a replica: the primary does it and says so.")
REPLICA_IGNORE_DISK_WRITE_ERRORS = directive(
    "replica-ignore-disk-write-errors", Boolean(), default=False, apply=Hook.GATES,
    doc="Go on replicating when the disk cannot be written; otherwise the replica stops.")
REPLICA_FULL_SYNC_BUFFER_LIMIT = directive(
    "replica-full-sync-buffer-limit", Memory(), default=0,
    doc="Bytes of changes that a replica holds itself during a full copy; 0 takes the replica's output buffer limit.")
PROPAGATION_ERROR_BEHAVIOR = directive(
    "propagation-error-behavior", Choice(PropagationError), default=PropagationError.IGNORE,
    doc="What to do when a command from the primary or the append-only file fails: ignore, panic, panic-on-replicas.")
