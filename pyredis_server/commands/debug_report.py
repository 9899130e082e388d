"""What DEBUG OBJECT, SDSLEN, HTSTATS and CLIENT-EVICTION print. Formats are Redis's, since test suites read them."""

from __future__ import annotations

import sys

from pyredis_server.base.numeric import parse_int
from pyredis_server.commands.context import Context
from pyredis_server.config.directives.clients import MAXMEMORY_CLIENTS
from pyredis_server.config.directives.memory import MAXMEMORY
from pyredis_server.keyspace.clocks import Tracked
from pyredis_server.keyspace.values import StoredValue, encoding_of
from pyredis_server.sessions.client_info import SESSION_BYTES

_LRU_CLOCK_MASK = (1 << 24) - 1
_BUCKET_LOG_FIRST = 15  # clients are sorted by powers of two from 32 KB ...
_BUCKET_LOG_LAST = 33  # ... to 4 GB and more


def described_object(ctx: Context, key: bytes, value: StoredValue) -> bytes:
    """The line of DEBUG OBJECT. The length is that of the value in an RDB file without compression."""
    now_s = ctx.clock.now_ms // 1000
    clocks = ctx.db.clocks
    idle_s = clocks.idle_seconds(key) if clocks is not None and clocks.policy.kind is Tracked.LRU else 0
    return b"Value at:0x%x refcount:1 encoding:%b serializedlength:%d lru:%d lru_seconds_idle:%d" % (
        id(value), encoding_of(value), _saved_length(ctx, key, value), now_s - idle_s & _LRU_CLOCK_MASK, idle_s)


def described_sds(key: bytes, value: bytes | bytearray) -> bytes:
    """The line of DEBUG SDSLEN."""
    spare = value.__alloc__() - len(value) - 1 if isinstance(value, bytearray) and value else 0
    return b"key_sds_len:%d, key_sds_avail:0, key_zmalloc: %d, val_sds_len:%d, val_sds_avail:%d, val_zmalloc: %d" % (
        len(key), sys.getsizeof(key), len(value), spare, sys.getsizeof(value))


def table_statistics(elements: int) -> bytes:
    """What HTSTATS says of one table; nothing of an empty one."""
    if not elements:
        return b""
    size = max(4, 1 << (elements - 1).bit_length())
    return b"Hash table 0 stats (main hash table):\n table size: %d\n number of elements: %d\n" % (size, elements)


def client_buckets(ctx: Context) -> bytes | None:
    """The clients by powers of two of their memory; None while maxmemory-clients sets no limit."""
    limit = ctx.config[MAXMEMORY_CLIENTS].of(ctx.config[MAXMEMORY])
    if not limit:
        return None
    buckets = [[0, 0] for _ in range(_BUCKET_LOG_LAST - _BUCKET_LOG_FIRST + 1)]
    for session in ctx.services.sessions:
        used = SESSION_BYTES + session.connection.output_bytes + session.connection.query_buffer_bytes
        chosen = min(max(used.bit_length() - _BUCKET_LOG_FIRST, 0), len(buckets) - 1)
        buckets[chosen][0] += used
        buckets[chosen][1] += 1
    lines = []
    for number, (used, clients) in enumerate(buckets):
        first = 1 << number + _BUCKET_LOG_FIRST - 1 if number else 0
        span = (f"bucket {first:10d}+            : " if number == len(buckets) - 1
                else f"bucket {first:10d} - {(1 << number + _BUCKET_LOG_FIRST) - 1:10d}: ")
        lines.append(f"{span}tot-mem: {used:10d}, clients: {clients}\n")
    return "".join(lines).encode()


def _saved_length(ctx: Context, key: bytes, value: StoredValue) -> int:
    if not isinstance(value, (bytes, bytearray)):
        return ctx.services.memory.key_bytes(key, value, 0)
    size = len(value)
    number = parse_int(bytes(value)) if size <= 11 else None
    if number is not None and -1 << 31 <= number < 1 << 31:
        return 2 if -128 <= number < 128 else 3 if -32768 <= number < 32768 else 5
    return size + (1 if size < 64 else 2 if size < 16384 else 5)
