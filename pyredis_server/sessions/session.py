"""The state of one client, as the executor sees it. Owner: the executor thread.

The bytes of the connection belong to its I/O worker (`iothreads/connection.py`); a session refers to it only to
address replies and to read its counters.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, NewType

if TYPE_CHECKING:
    from pyredis_server.keyspace.database import Database

SessionId = NewType("SessionId", int)

# Bits of Session.gate: a session with any of them leaves the straight path (executor/gate.py).
GATE_NO_AUTH = 1 << 0
GATE_MULTI = 1 << 1
GATE_SUBSCRIBED_RESP2 = 1 << 2
GATE_RESTRICTED_USER = 1 << 3
GATE_REPLY_OFF = 1 << 4  # CLIENT REPLY OFF or SKIP in force
GATE_CLOSING = 1 << 5
GATE_WAITING = 1 << 6  # blocked or postponed: further commands are queued
GATE_REPLICA = 1 << 7
GATE_NO_TOUCH = 1 << 8


class Session:
    """One client: identity, selected database, protocol, transaction and modes."""

    __slots__ = (
        "id", "connection", "db", "gate", "protocol", "name", "user", "authenticated", "address", "local_address",
        "listener", "created_ms", "last_command_ms", "last_command", "commands_total", "library_name",
        "library_version", "queued", "queue_failed", "watched", "dirty_cas", "no_evict", "reply_skip_next", "reply_off",
        "closing", "backlog", "blocked", "channels", "patterns", "shard_channels", "is_monitor", "postponed",
        "close_reason", "is_local", "fieldsets",
    )

    def __init__(self, id: SessionId, connection: Any, db: Database, created_ms: int) -> None:
        self.id = id
        self.connection = connection  # iothreads.Connection, or the embedded and test stand-ins
        self.db = db
        self.gate = 0
        self.protocol = 2
        self.name = b""
        self.user: Any = None  # acl.User
        self.authenticated = True  # logged in; without that, GATE_NO_AUTH is set while the default user has a password
        self.address = b""  # "127.0.0.1:50312", "[::1]:5", or the socket's path with ":0"
        self.local_address = b""
        self.listener = "tcp"
        self.is_local = True  # a unix socket or a loopback address
        self.created_ms = created_ms
        self.last_command_ms = created_ms
        self.last_command: Any = None  # commands.registry.Command
        self.commands_total = 0
        self.library_name = b""
        self.library_version = b""
        self.queued: list[tuple[Any, list[bytes]]] = []  # MULTI: (Command, argv)
        self.queue_failed = False  # EXEC answers EXECABORT
        self.watched: dict[tuple[Database, bytes], bool] = {}  # True: the key had expired when WATCH ran
        self.dirty_cas = False  # a watched key changed: EXEC answers nil
        self.no_evict = False
        self.reply_skip_next = 0  # 2: CLIENT REPLY SKIP just ran; 1: the command whose reply is skipped
        self.reply_off = False
        self.closing = False
        self.close_reason = ""
        self.backlog: deque[list[bytes]] = deque()  # commands that came while the session waits
        self.blocked: Any = None  # executor.blocking's record of what is waited for
        self.channels: set[bytes] = set()
        self.patterns: set[bytes] = set()
        self.shard_channels: set[bytes] = set()
        self.is_monitor = False
        self.postponed: Any = None
        self.fieldsets: dict[bytes, tuple[bytes, ...]] = {}  # HIMPORT PREPARE: names of fields

    @property
    def silenced(self) -> bool:
        """The reply of the command that has just run is not sent (CLIENT REPLY). Asked with GATE_REPLY_OFF only."""
        return self.reply_off or self.reply_skip_next == 1

    def reply_decided(self) -> None:
        """Step on from CLIENT REPLY SKIP once `silenced` was asked for a command. Needed with GATE_REPLY_OFF only."""
        if self.reply_skip_next:
            self.reply_skip_next -= 1
        if not self.reply_skip_next and not self.reply_off:
            self.gate &= ~GATE_REPLY_OFF

    def set_gate(self, bit: int, on: bool) -> None:
        """Set or clear one of the GATE_ bits."""
        self.gate = self.gate | bit if on else self.gate & ~bit
