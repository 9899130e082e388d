"""Clients: how many, and what they may use."""

from __future__ import annotations

from pyredis_server.config.compound import OutputLimit, OutputLimits, OutputLimitsByClass
from pyredis_server.config.directive import directive
from pyredis_server.config.hooks import Hook
from pyredis_server.config.types import INT64_MAX, UINT32_MAX, Integer, Memory, MemoryLimit, MemoryOrPercent

TITLE = "CLIENTS"

MAXCLIENTS = directive(
    "maxclients", Integer(1, UINT32_MAX, unsigned=True), default=10000, apply=Hook.MAXCLIENTS,
    doc="Clients that may be connected at once; further ones are told so and disconnected. The limit of open files "
        "must allow it.")
MAXMEMORY_CLIENTS = directive(
    "maxmemory-clients", MemoryOrPercent(), default=MemoryLimit(), apply=Hook.MAXMEMORY,
    doc="Memory of all clients' buffers together, in bytes or percent of maxmemory: beyond it the largest are "
        "disconnected. 0 means no limit.")
CLIENT_QUERY_BUFFER_LIMIT = directive(
    "client-query-buffer-limit", Memory(1 << 20, unsigned=True), default=1 << 30, apply=Hook.IO,
    doc="Bytes of unread or incomplete commands after which a client is disconnected.")
CLIENT_OUTPUT_BUFFER_LIMIT = directive(
    "client-output-buffer-limit", OutputLimitsByClass(), apply=Hook.IO,
    default=OutputLimits(normal=OutputLimit(0, 0, 0), replica=OutputLimit(256 << 20, 64 << 20, 60),
                         pubsub=OutputLimit(32 << 20, 8 << 20, 60)),
    doc="Per class of clients (normal, replica, pubsub): disconnect one that has more than the hard limit waiting "
        "to be sent, or more than the soft limit for the given seconds. 0 means no limit.")
PROTO_MAX_BULK_LEN = directive(
    "proto-max-bulk-len", Memory(1 << 20), default=512 << 20, apply=Hook.IO,
    doc="Largest string that a client may send or build.")
TRACKING_TABLE_MAX_KEYS = directive(
    "tracking-table-max-keys", Integer(0, INT64_MAX, unsigned=True), default=1_000_000, apply=Hook.TRACKING,
    doc="Keys remembered for client-side caching; beyond it clients are told to forget some. 0 means no limit.")
