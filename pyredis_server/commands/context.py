"""What a handler is given: the client, the database, the time, and the doors to the rest of the server.

One `Context` serves all commands of a server; the executor points it at the session whose commands run next.
Owner: the executor thread.
"""

from __future__ import annotations

from collections.abc import Sized
from typing import TYPE_CHECKING, Any

from pyredis_server.base.clock import CommandClock
from pyredis_server.commands.ports import EffectSink, Services
from pyredis_server.config.directive import Config
from pyredis_server.keyspace.database import Database
from pyredis_server.keyspace.keyspace import Keyspace
from pyredis_server.keyspace.values import StoredValue
from pyredis_server.sessions.session import Session

if TYPE_CHECKING:
    from pyredis_server.commands.registry import Command


class Context:
    """The running command's surroundings.

    `command` and `argv` are set only off the straight path and for commands whose handler needs the spelling the
    client used; handlers name their parameters instead.
    """

    __slots__ = (
        "session", "db", "clock", "keyspace", "config", "services", "effects", "effects_wanted", "dirty", "in_multi",
        "command", "argv", "propagating", "propagated", "redacted",
    )

    def __init__(self, keyspace: Keyspace, clock: CommandClock, config: Config, services: Services,
                 effects: EffectSink) -> None:
        self.session: Session
        self.keyspace = keyspace
        self.db: Database = keyspace.databases[0]
        self.clock = clock
        self.config = config
        self.services = services
        self.effects = effects
        self.effects_wanted = False  # true while anybody watches, notifies, tracks or propagates
        self.dirty = 0  # changes since the server started; INFO's rdb_changes_since_last_save is a difference of it
        self.in_multi = False  # inside EXEC
        self.command: Command | None = None
        self.argv: list[bytes] = []
        self.propagating = False  # AOF, a replica or a test wants the changes
        self.propagated: list[tuple[bytes, ...]] | None = None  # None: the call propagates as it came
        self.redacted: set[int] = set()  # positions in argv that neither SLOWLOG nor MONITOR may show

    def enter(self, command: Command, argv: list[bytes]) -> tuple[Any, ...]:
        """Begin a call off the straight path. Returns what `leave` takes: calls nest."""
        outer = (self.command, self.argv, self.propagated, self.redacted)
        self.command = command
        self.argv = argv
        self.propagated = None
        self.redacted = set()
        return outer

    def leave(self, outer: tuple[Any, ...]) -> None:
        """End what `enter` began."""
        self.command, self.argv, self.propagated, self.redacted = outer

    def changed(self, key: bytes, event: bytes, changes: int = 1) -> None:
        """Report, once per command and key, that `key` of the selected database was changed.

        WATCH, the dirty count, notifications (`event` is the event's name), tracking, AOF and replicas follow from it.
        """
        self.dirty += changes
        if self.effects_wanted:
            self.effects.changed(self.db, key, event)

    def lost(self, key: bytes, value: Sized, event: bytes, changes: int = 1) -> None:
        """The same for a value that lost elements: one without any left is deleted, and a `del` follows."""
        if len(value):  # a hash is true even when it is empty
            self.changed(key, event, changes)
            return
        self.db.delete(key)
        self.changed(key, event, changes)
        self.notify(b"del", key)

    def stored(self, key: bytes, result: StoredValue | None, event: bytes, changes: int = 1) -> None:
        """Store a result in place of whatever the key holds and report it; an empty one deletes the key."""
        if result:
            self.db.put(key, result)
            self.changed(key, event, changes)
        elif self.db.delete(key):
            self.changed(key, b"del")

    def changed_quietly(self, key: bytes) -> None:
        """The same for a change that is no keyspace event, as the count that PFCOUNT stores."""
        self.dirty += 1
        if self.effects_wanted:
            self.effects.changed_quietly(self.db, key)

    def ready(self, key: bytes) -> None:
        """Let clients that wait for a key try again, although WATCH sees no change, as when a stream's group went."""
        if self.effects_wanted:
            self.effects.ready(self.db, key)

    def changed_in(self, db: Database, key: bytes, event: bytes, changes: int = 1) -> None:
        """The same for a key of another database, as MOVE, COPY and RENAME's kin need it."""
        self.dirty += changes
        if self.effects_wanted:
            self.effects.changed(db, key, event)

    def notify(self, event: bytes, key: bytes, db: Database | None = None) -> None:
        """Send a further keyspace event that is no change of its own, as `del` after HDEL took the last field."""
        if self.effects_wanted:
            self.effects.notify(db or self.db, key, event)

    def propagate(self, *argv: bytes) -> None:
        """Send this to AOF and replicas in place of the command as it came; may be called several times."""
        if not self.propagating:
            return
        if self.propagated is None:
            self.propagated = []
        self.propagated.append(argv)

    def propagate_nothing(self) -> None:
        """Keep the running command from AOF and replicas although it changed something."""
        if self.propagating and self.propagated is None:
            self.propagated = []

    def redact(self, *positions: int) -> None:
        """Hide arguments (positions in argv, the command's name is 0) from SLOWLOG and MONITOR: passwords."""
        self.redacted.update(positions)
