"""What commands need of the layers above them, as Protocols; `app.py` joins the implementations.

A handler reaches these as `ctx.services.<port>`. Keep each Protocol to the methods that commands call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

from pyredis_server.base.clock import Clock
from pyredis_server.base.stats import ServerStats
from pyredis_server.resp.reply import NULL_ARRAY, Reply

if TYPE_CHECKING:
    from pyredis_server.acl.users import Users
    from pyredis_server.base.log import Logger
    from pyredis_server.base.replication_ids import ReplicationIds
    from pyredis_server.commands.context import Context
    from pyredis_server.commands.registry import Command, CommandTable
    from pyredis_server.commands.switches import DebugSwitches
    from pyredis_server.config.manager import ConfigManager
    from pyredis_server.keyspace.database import Database
    from pyredis_server.keyspace.values import StoredValue
    from pyredis_server.sessions.registry import SessionRegistry
    from pyredis_server.sessions.session import Session


class EffectSink(Protocol):
    """Where changes are reported (executor/effects.py)."""

    def changed(self, db: Database, key: bytes, event: bytes) -> None: ...

    def changed_quietly(self, db: Database, key: bytes) -> None: ...

    def notify(self, db: Database, key: bytes, event: bytes) -> None: ...

    def ready(self, db: Database, key: bytes) -> None:
        """Clients that wait for the key shall try again."""

    def watches_changed(self) -> None:
        """A client began or ended watching keys."""

    def flushed(self, db: Database) -> None:
        """All keys of `db` are about to vanish."""

    def swapped(self, one: Database, other: Database) -> None:
        """Two databases are about to change places."""


class ExecutorPort(Protocol):
    """The loop that runs commands (executor/loop.py)."""

    def run_queued(self, session: Session) -> Reply:
        """Run what MULTI queued, as EXEC does, and give the array of replies."""

    def send(self, session: Session, reply: Reply) -> None:
        """Send a reply or push to any session, in order with its other replies."""

    def close(self, session: Session, reason: str, *, after_reply: bool = False) -> None:
        """Disconnect a session; `after_reply`: only when what it was answered so far has been written."""

    def pause(self, until_ms: int, *, all_commands: bool) -> None:
        """Postpone clients' commands until `until_ms` (epoch): all of them, or only those that write."""

    def unpause(self) -> None: ...

    def block(self, session: Session, keys: Sequence[bytes], deadline_ms: int,
              try_again: Callable[[Context], Reply], *, kind: bytes = b"list", timed_out: Reply = NULL_ARRAY,
              refused: Reply = NULL_ARRAY, when_gone: bool = False,
              wake: Callable[[Context], int] | None = None) -> Reply:
        """Have the session wait for one of the keys; what this returns is the handler's reply.

        Args: deadline_ms, since the epoch, 0 for never; try_again, called whenever one of the keys was changed: it
            does and reports what the command does and gives its reply, or NO_REPLY to wait on; kind, the type of value
            that the command can use; timed_out, the reply when the time is over; refused, the reply inside a
            transaction, where nobody may wait; when_gone, try again when a key vanishes or changes its type, too.
            `wake` tells when, in ms since the epoch, to try again although no key was changed.
        """

    def unblock(self, session: Session, *, error: bool) -> bool:
        """End a client's blocking command as if timed out, or with -UNBLOCKED; False when it does not block."""

    def refresh_gates(self) -> None:
        """Recompute the masks after a change of what they depend on (auth, monitors, limits, loading)."""


class BackgroundPort(Protocol):
    """Threads that free and close (background/)."""

    def free(self, value: object, effort: int) -> None:
        """Drop the last reference to `value` in the background; `effort` is its number of allocations, about."""

    def pending(self) -> int:
        """How many objects wait to be freed."""

    def freed(self) -> int:
        """How many have been freed since the start or `forget_freed`."""

    def forget_freed(self) -> None:
        """Begin to count anew, as CONFIG RESETSTAT does."""


class LifecyclePort(Protocol):
    """The process (control/supervisor.py)."""

    run_id: str
    start_ms: int
    config_file: str

    def request_shutdown(self, session: Session | None, *, save: bool | None, now: bool, force: bool,
                         abort: bool) -> Reply: ...


class InfoPort(Protocol):
    """INFO (observe/info.py)."""

    def render(self, sections: Sequence[bytes]) -> bytes: ...

    def reset_stats(self) -> None:
        """Begin to count anew all that INFO counts, as CONFIG RESETSTAT does."""


class SlowlogPort(Protocol):
    """SLOWLOG (observe/slowlog.py)."""

    def record(self, session: Session, argv: Sequence[bytes], duration_us: int) -> None: ...

    def entries(self, count: int) -> list[Reply]: ...

    def __len__(self) -> int: ...

    def clear(self) -> None: ...


class LatencyPort(Protocol):
    """The latency monitor (observe/latency.py)."""

    def record(self, event: str, latency_ms: int) -> None:
        """Note that `event` took so long; does nothing below latency-monitor-threshold."""

    def history(self, event: str) -> list[Reply]: ...

    def latest(self) -> list[Reply]: ...

    def reset(self, events: Iterable[str] | None = None) -> int: ...

    def graph(self, event: str) -> bytes | None: ...

    def doctor(self) -> bytes: ...

    def distributions(self, commands: Iterable[Command]) -> Reply: ...


class MemoryPort(Protocol):
    """What takes how much memory (observe/memory.py)."""

    def used_bytes(self) -> int: ...

    def key_bytes(self, key: bytes, value: StoredValue, samples: int) -> int:
        """About what a key takes with its value; `samples` nested values are looked at, 0 for all."""

    def stats(self) -> Reply: ...

    def doctor(self) -> bytes: ...

    def allocator_report(self) -> bytes: ...

    def purge(self) -> None: ...


class MonitorPort(Protocol):
    """MONITOR (observe/monitor.py)."""

    def __len__(self) -> int: ...

    def attach(self, session: Session) -> None: ...

    def detach(self, session: Session) -> None: ...

    def feed(self, session: Session, argv: Sequence[bytes]) -> None: ...


class CodecPort(Protocol):
    """Values as bytes (persistence/rdb/payload.py)."""

    def dump(self, value: StoredValue) -> bytes:
        """The value as DUMP gives it."""

    def load(self, payload: bytes) -> StoredValue:
        """The value that `dump`, here or at another server, made this of. Raises: CommandError."""


class PubSubPort(Protocol):
    """Channels and their subscribers (pubsub/)."""

    def drop(self, session: Session) -> None:
        """End all subscriptions of the session without a message to it, as RESET and a lost connection do."""


class Services:
    """The ports of one server. `app.py` fills it; tests fill what they need."""

    __slots__ = (
        "stats", "table", "sessions", "executor", "background", "lifecycle", "info", "slowlog", "latency", "monitors",
        "memory", "config_manager", "users", "pubsub", "wall", "debug", "replication_ids", "log",
        "codec",
    )

    stats: ServerStats
    table: CommandTable
    sessions: SessionRegistry
    executor: ExecutorPort
    background: BackgroundPort
    lifecycle: LifecyclePort
    info: InfoPort
    slowlog: SlowlogPort
    latency: LatencyPort
    memory: MemoryPort
    monitors: MonitorPort
    wall: Clock  # for what tells the time itself (TIME, SLOWLOG); everything else goes by ctx.clock
    debug: DebugSwitches
    replication_ids: ReplicationIds
    log: Logger
    users: Users
    pubsub: PubSubPort
    config_manager: ConfigManager
    codec: CodecPort


__all__ = ["BackgroundPort", "CodecPort", "EffectSink", "ExecutorPort", "InfoPort", "LatencyPort", "LifecyclePort",
           "MemoryPort", "MonitorPort", "Services", "SlowlogPort"]
