"""Cluster mode."""

from __future__ import annotations

from pyredis_server.config import checks
from pyredis_server.config.choices import EndpointType
from pyredis_server.config.directive import directive
from pyredis_server.config.hooks import Hook
from pyredis_server.config.types import INT64_MAX, Boolean, Choice, Integer, Memory, Text

TITLE = "CLUSTER"

CLUSTER_ENABLED = directive("cluster-enabled", Boolean(), default=False, mutable=False, doc="Be a node of a cluster.")
CLUSTER_CONFIG_FILE = directive(
    "cluster-config-file", Text(), default=b"nodes.conf", mutable=False,
    doc="Where the node keeps what it knows of the cluster. The server writes it; no two may share one.")
CLUSTER_PORT = directive(
    "cluster-port", Integer(0, 65535), default=0, mutable=False,
    doc="Port for the other nodes; 0 takes port plus 10000.")
CLUSTER_NODE_TIMEOUT = directive(
    "cluster-node-timeout", Integer(0, INT64_MAX), default=15000,
    doc="Milliseconds of silence after which a node counts as failing.")
CLUSTER_PING_INTERVAL = directive(
    "cluster-ping-interval", Integer(0, INT64_MAX), default=0, hidden=True,
    doc="For tests: milliseconds between pings to another node; 0 takes half of cluster-node-timeout.")
CLUSTER_REPLICA_VALIDITY_FACTOR = directive(
    "cluster-replica-validity-factor", Integer(), alias="cluster-slave-validity-factor", default=10,
    doc="A replica that was without its primary for longer than this times cluster-node-timeout plus "
        "repl-ping-replica-period does not take over; 0 always does.")
CLUSTER_MIGRATION_BARRIER = directive(
    "cluster-migration-barrier", Integer(), default=1,
    doc="Replicas that a primary keeps before one of them moves to a primary without any.")
CLUSTER_ALLOW_REPLICA_MIGRATION = directive(
    "cluster-allow-replica-migration", Boolean(), default=True, doc="Let replicas move to another primary at all.")
CLUSTER_REQUIRE_FULL_COVERAGE = directive(
    "cluster-require-full-coverage", Boolean(), default=True, doc="Answer nothing while a slot has no node.")
CLUSTER_REPLICA_NO_FAILOVER = directive(
    "cluster-replica-no-failover", Boolean(), alias="cluster-slave-no-failover", default=False, apply=Hook.CLUSTER,
    doc="As a replica, never take over unless told to.")
CLUSTER_ALLOW_READS_WHEN_DOWN = directive(
    "cluster-allow-reads-when-down", Boolean(), default=False,
    doc="Answer reads for one's own slots while the cluster is down.")
CLUSTER_ALLOW_PUBSUBSHARD_WHEN_DOWN = directive(
    "cluster-allow-pubsubshard-when-down", Boolean(), default=True,
    doc="Carry messages of one's own shard channels while the cluster is down.")
CLUSTER_LINK_SENDBUF_LIMIT = directive(
    "cluster-link-sendbuf-limit", Memory(unsigned=True), default=0,
    doc="Bytes that may wait for another node before its connection is made anew; 0 means no limit.")
CLUSTER_ANNOUNCE_IP = directive(
    "cluster-announce-ip", Text(unset_if_empty=True), default=b"", apply=Hook.CLUSTER,
    doc="Address that the node tells the others, for networks that translate addresses.")
CLUSTER_ANNOUNCE_PORT = directive(
    "cluster-announce-port", Integer(0, 65535), default=0, apply=Hook.CLUSTER,
    doc="The same for port; 0 tells the real one.")
CLUSTER_ANNOUNCE_TLS_PORT = directive(
    "cluster-announce-tls-port", Integer(0, 65535), default=0, apply=Hook.CLUSTER, doc="The same for tls-port.")
CLUSTER_ANNOUNCE_BUS_PORT = directive(
    "cluster-announce-bus-port", Integer(0, 65535), default=0, apply=Hook.CLUSTER, doc="The same for cluster-port.")
CLUSTER_ANNOUNCE_HOSTNAME = directive(
    "cluster-announce-hostname", Text(unset_if_empty=True, check=checks.host_name), default=b"", apply=Hook.CLUSTER,
    doc="Host name that the node tells the others and clients.")
CLUSTER_ANNOUNCE_HUMAN_NODENAME = directive(
    "cluster-announce-human-nodename", Text(unset_if_empty=True, check=checks.node_name), default=b"",
    apply=Hook.CLUSTER,
    doc="Name of the node in logs.")
CLUSTER_PREFERRED_ENDPOINT_TYPE = directive(
    "cluster-preferred-endpoint-type", Choice(EndpointType), default=EndpointType.IP,
    doc="Where redirections send clients: ip, hostname, or unknown-endpoint (same host, other port).")
CLUSTER_COMPATIBILITY_SAMPLE_RATIO = directive(
    "cluster-compatibility-sample-ratio", Integer(0, 100), default=0,
    doc="Percentage of commands that are checked for what would not work in a cluster; INFO counts them.")
CLUSTER_SLOT_STATS_ENABLED = directive(
    "cluster-slot-stats-enabled", Boolean(), default=False, doc="Count the use of each slot, for CLUSTER SLOT-STATS.")
CLUSTER_SLOT_MIGRATION_HANDOFF_MAX_LAG_BYTES = directive(
    "cluster-slot-migration-handoff-max-lag-bytes", Memory(), default=1 << 20,
    doc="A migration of slots pauses writes for the hand-over once no more than this is left to send.")
CLUSTER_SLOT_MIGRATION_WRITE_PAUSE_TIMEOUT = directive(
    "cluster-slot-migration-write-pause-timeout", Integer(0, INT64_MAX), default=10000,
    doc="Milliseconds of that pause after which the migration is given up.")
CLUSTER_SLOT_MIGRATION_MAX_ARCHIVED_TASKS = directive(
    "cluster-slot-migration-max-archived-tasks", Integer(1), default=32, hidden=True,
    doc="Finished migrations that CLUSTER MIGRATION STATUS still shows.")
