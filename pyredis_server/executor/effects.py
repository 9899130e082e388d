"""What follows from a change: WATCH, blocked clients, notifications, tracking, propagation. Owner: the executor thread.

Commands report through `Context.changed` and `Context.notify`; while nobody is interested (`Context.effects_wanted` is
false) those reports end there. Sinks receive what AOF and replicas shall see, in the order of execution.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from pyredis_server.commands.context import Context
from pyredis_server.executor.blocking import WaitTable
from pyredis_server.keyspace.database import Database
from pyredis_server.keyspace.keyspace import Keyspace
from pyredis_server.keyspace.watches import touch_flushed, touch_swapped, touch_watched

EventListener = Callable[[Database, bytes, bytes], None]


class PropagationSink(Protocol):
    """AOF, replication stream, or a test."""

    def feed(self, db_index: int, argv: Sequence[bytes]) -> None:
        """Take one command as it shall be replayed."""


class Effects:
    """The EffectSink of one server."""

    def __init__(self, keyspace: Keyspace) -> None:
        self.keyspace = keyspace
        self.context: Context  # joined by app.py: context and effects refer to each other
        self.sinks: list[PropagationSink] = []
        self.listeners: list[EventListener] = []  # keyspace notifications and tests: (database, key, event)
        self.waits = WaitTable()  # clients in blocking commands; blocking.py serves them
        self.gates_changed: Callable[[], None] = lambda: None
        self.wants_misses = False  # KeyspaceHooks: keymiss is called only while somebody listens
        self.depth = 0  # nested calls: 1 inside a command, 2 inside a command of EXEC
        self._pending: list[tuple[int, tuple[bytes, ...]]] = []

    # -- EffectSink ----------------------------------------------------------------------------------------------

    def changed_quietly(self, db: Database, key: bytes) -> None:
        if db.watched:
            touch_watched(db, key)
        self.ready(db, key)

    def changed(self, db: Database, key: bytes, event: bytes) -> None:
        self.changed_quietly(db, key)
        self.notify(db, key, event)

    def ready(self, db: Database, key: bytes) -> None:
        if self.waits.tables:
            self.waits.touched(db, key)

    def notify(self, db: Database, key: bytes, event: bytes) -> None:
        for listener in self.listeners:
            listener(db, key, event)

    def watches_changed(self) -> None:
        self.wants_misses = bool(self.listeners)
        self.context.effects_wanted = bool(
            self.listeners or self.waits.tables or any(db.watched for db in self.keyspace.databases))

    def flushed(self, db: Database) -> None:
        if db.watched:
            touch_flushed(db)
        if self.waits.tables:
            self.waits.touched_all(db)

    def swapped(self, one: Database, other: Database) -> None:
        if one.watched or other.watched:
            touch_swapped(one, other)
        if self.waits.tables:
            self.waits.touched_all(one)
            self.waits.touched_all(other)

    # -- KeyspaceHooks -------------------------------------------------------------------------------------------

    def expired(self, db: Database, key: bytes, value: object) -> None:
        """A key's time was over and it has been deleted: replicas hear of it as DEL, watchers are told."""
        if self.sinks:
            self.propagate(db.index, [(b"DEL", key)])
        if self.context.effects_wanted:
            self.changed(db, key, b"expired")

    def fields_expired(self, db: Database, key: bytes, fields: Sequence[bytes], *, emptied: bool) -> None:
        """Fields of a hash ran out: replicas hear of each as HDEL, watchers and listeners of all at once."""
        if self.sinks:
            self.propagate(db.index, [(b"HDEL", key, field) for field in fields])
        if self.context.effects_wanted:
            self.changed(db, key, b"hexpired")
            if emptied:
                self.notify(db, key, b"del")

    def keymiss(self, db: Database, key: bytes) -> None:
        """A read found nothing."""
        self.notify(db, key, b"keymiss")

    # -- propagation ---------------------------------------------------------------------------------------------

    def add_sink(self, sink: PropagationSink) -> None:
        """Have `sink` receive every change from now on."""
        self.sinks.append(sink)
        self._sinks_changed()

    def remove_sink(self, sink: PropagationSink) -> None:
        """End what `add_sink` began."""
        self.sinks.remove(sink)
        self._sinks_changed()

    def add_listener(self, listener: EventListener) -> None:
        """Have `listener` hear every keyspace event."""
        self.listeners.append(listener)
        self.watches_changed()

    def remove_listener(self, listener: EventListener) -> None:
        """End what `add_listener` began."""
        self.listeners.remove(listener)
        self.watches_changed()

    def _sinks_changed(self) -> None:
        self.context.propagating = bool(self.sinks)
        self.gates_changed()

    def propagate(self, db_index: int, commands: Sequence[tuple[bytes, ...]]) -> None:
        """Queue commands for the sinks; `flush` sends them when the outermost command has ended."""
        self._pending += [(db_index, argv) for argv in commands]
        if not self.depth:
            self.flush()

    def flush(self) -> None:
        """Send what the finished command left, as one transaction when it is more than one command."""
        pending = self._pending
        if not pending:
            return
        self._pending = []
        if len(pending) > 1:
            pending = [(pending[0][0], (b"MULTI",)), *pending, (pending[-1][0], (b"EXEC",))]
        for db_index, argv in pending:
            for sink in self.sinks:
                sink.feed(db_index, argv)
