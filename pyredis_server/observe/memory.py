"""What takes how much memory: used_memory, MEMORY USAGE, MEMORY STATS, MEMORY DOCTOR.

CPython has no allocator that counts bytes, so `used_bytes` is the part of the process's resident memory that is its
own, and the size of a key is what its objects report, plus what the tables that hold it take per entry. Both are
estimates and are called so in the documentation. Owner: the executor thread.
"""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

import attrs

from pyredis_server.base.clock import Clock
from pyredis_server.keyspace.keyspace import Keyspace
from pyredis_server.keyspace.values import StoredValue, estimate_entry_bytes
from pyredis_server.observe import process_memory
from pyredis_server.resp.reply import Double, Map, Reply
from pyredis_server.sessions.client_info import SESSION_BYTES
from pyredis_server.sessions.registry import SessionRegistry

if TYPE_CHECKING:
    from pyredis_server.keyspace.database import Database

ENTRY_BYTES = 52  # a key's share of the tables that hold it: 1M keys of 16 bytes with values of 32 take 195 MB
_EXPIRY_ENTRY_BYTES = 96  # a time to live: its integer, and its share of two more tables
_LITTLE_BYTES = 5 << 20


@attrs.frozen
class Overhead:
    """The parts of used memory, in bytes. `databases` has (index, main table, expiry table) for those with keys."""

    used: int
    peak: int
    startup: int
    resident: int
    clients: int
    databases: tuple[tuple[int, int, int], ...]
    keys: int

    @property
    def total(self) -> int:
        """Everything that is not the data itself."""
        return self.startup + self.clients + sum(main + expires for _, main, expires in self.databases)

    @property
    def dataset(self) -> int:
        return max(0, self.used - self.total)

    @property
    def dataset_percent(self) -> float:
        return self.dataset * 100 / max(1, self.used - self.startup)

    @property
    def bytes_per_key(self) -> int:
        return self.dataset // self.keys if self.keys else 0

    @property
    def fragmentation(self) -> float:
        return self.resident / self.used if self.used else 0.0


class MemoryMeter:
    """Measures one server; `mark_startup` when it is ready, before data is loaded, and `sample` from time to time."""

    def __init__(self, keyspace: Keyspace, sessions: SessionRegistry, wall: Clock) -> None:
        self._keyspace = keyspace
        self._sessions = sessions
        self._wall = wall
        self.startup_bytes = 0
        self.peak_bytes = 0
        self.peak_time_s = 0
        self.mark_startup()

    def mark_startup(self) -> None:
        """Take what is used now as what the empty server needs."""
        self.startup_bytes = self.used_bytes()

    def used_bytes(self) -> int:
        """Memory in use now."""
        return self.sample().own_bytes

    def sample(self) -> process_memory.Resident:
        """Measure, and remember the peak; cron calls it."""
        now = process_memory.resident()
        if now.own_bytes > self.peak_bytes:
            self.peak_bytes = now.own_bytes
            self.peak_time_s = self._wall.wall_ms() // 1000
        return now

    def overhead(self) -> Overhead:
        """Measure everything."""
        now = self.sample()
        return Overhead(
            used=now.own_bytes, peak=self.peak_bytes, startup=self.startup_bytes, resident=now.all_bytes,
            clients=self.clients_bytes(), keys=len(self._keyspace),
            databases=tuple((db.index, *_tables_bytes(db)) for db in self._keyspace.databases if len(db)),
        )

    def clients_bytes(self) -> int:
        """About what all clients take, with requests half read and replies not sent."""
        return sum(
            SESSION_BYTES + session.connection.output_bytes + session.connection.query_buffer_bytes
            for session in self._sessions)

    def key_bytes(self, key: bytes, value: StoredValue, samples: int) -> int:
        """About what a key takes with its value; `samples` nested values are looked at, 0 for all."""
        return estimate_entry_bytes(key, value, has_ttl=False, samples=samples)

    def stats(self) -> Map:
        """The reply to MEMORY STATS. What belongs to features that this server lacks is 0."""
        now = self.overhead()
        pairs: list[tuple[str, Reply]] = [
            ("peak.allocated", now.peak),
            ("total.allocated", now.used),
            ("startup.allocated", now.startup),
            ("replication.backlog", 0),
            ("replica.fullsync.buffer", 0),
            ("clients.slaves", 0),
            ("clients.normal", now.clients),
            ("cluster.links", 0),
            ("aof.buffer", 0),
            ("lua.caches", 0),
            ("functions.caches", 0),
            ("script.VMs", 0),
            ("hash.templates", 0),
        ]
        for index, main, expires in now.databases:
            tables: list[Reply] = [b"overhead.hashtable.main", main, b"overhead.hashtable.expires", expires]
            pairs.append((f"db.{index}", Map(tables)))
        pairs += [
            ("overhead.db.hashtable.lut", sum(main + expires for _, main, expires in now.databases)),
            ("overhead.db.hashtable.rehashing", 0),
            ("overhead.total", now.total),
            ("db.dict.rehashing.count", 0),
            ("keys.count", now.keys),
            ("keys.bytes-per-key", now.bytes_per_key),
            ("dataset.bytes", now.dataset),
            ("dataset.percentage", Double(now.dataset_percent)),
            ("peak.percentage", Double(now.used * 100 / max(1, now.peak))),
            # The allocator does not tell what it holds: its figures are those of the process.
            ("allocator.allocated", now.used),
            ("allocator.active", now.used),
            ("allocator.resident", now.resident),
            ("allocator.muzzy", 0),
            ("allocator-fragmentation.ratio", Double(1.0)),
            ("allocator-fragmentation.bytes", 0),
            ("allocator-rss.ratio", Double(now.fragmentation)),
            ("allocator-rss.bytes", now.resident - now.used),
            ("rss-overhead.ratio", Double(1.0)),
            ("rss-overhead.bytes", 0),
            ("fragmentation", Double(now.fragmentation)),
            ("fragmentation.bytes", now.resident - now.used),
        ]
        return Map([item for name, value in pairs for item in (name.encode(), value)])

    def doctor(self) -> bytes:
        """The report of MEMORY DOCTOR."""
        now = self.overhead()
        if now.used - now.startup < _LITTLE_BYTES:
            return (b"There is next to no data in this server, so nothing can be said about how it uses its memory. "
                    b"Ask again when it has some.\n")
        problems = []
        if now.peak > now.used * 3 // 2:
            problems.append("Past peak: more than one and a half times as much memory was in use before. Python keeps "
                            "part of what was freed, so the process is larger than its data; MEMORY PURGE may help.")
        if now.resident > now.used * 7 // 5 and now.resident - now.used > 10 << 20:
            problems.append("High resident memory: the process takes 1.4 times the memory that is in use, or more.")
        clients = len(self._sessions)
        if clients and now.clients // clients > 200 << 10:
            problems.append("Large client buffers: a client takes more than 200 KB on average. Some may not read their "
                            "replies; CLIENT LIST shows which (omem, qbuf).")
        if not problems:
            return b"No problem found with how this server uses its memory.\n"
        return ("What was found:\n\n" + "".join(f" * {text}\n\n" for text in problems)).encode()

    def allocator_report(self) -> bytes:
        """The reply to MEMORY MALLOC-STATS: what CPython tells about its heap."""
        now = process_memory.resident()
        lines = [
            f"allocator: {process_memory.allocator_name()}",
            f"allocated blocks: {sys.getallocatedblocks()}",
            f"resident bytes: {now.all_bytes}",
            f"resident bytes without mapped files: {now.own_bytes}",
            f"objects waiting for the garbage collector, by generation: {gc.get_count()}",
        ]
        for generation, figures in enumerate(gc.get_stats()):
            lines.append(f"garbage collection, generation {generation}: " + ", ".join(
                f"{name} {figure}" for name, figure in figures.items()))
        return ("\n".join(lines) + "\n").encode()

    def purge(self) -> None:
        """Give free memory back to the system where the C library can."""
        process_memory.release_to_system()


def _tables_bytes(db: Database) -> tuple[int, int]:
    """What the tables of a database take, without keys and values: the main one and that of times to live."""
    return len(db) * ENTRY_BYTES, len(db.expires) * _EXPIRY_ENTRY_BYTES
