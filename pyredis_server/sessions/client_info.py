"""The line about one client that CLIENT LIST, CLIENT INFO and the log show.

Fields and their order are those of Redis 8.2, then those that the CLIENT LIST page adds for 8.8. What Redis measures of
buffers that do not exist here is given as close in meaning as possible: the first 16 KiB of waiting output stand for
its fixed reply buffer (obl), the rest for its list of reply blocks (oll, omem).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from pyredis_server.sessions.session import GATE_CLOSING, GATE_MULTI, GATE_NO_TOUCH, GATE_REPLICA, Session

REPLY_BUFFER_BYTES = 16 * 1024  # Redis's fixed part of a client's output; only what is beyond it counts for limits
QUERY_BUFFER_BYTES = 20474  # what Redis allocates for a query that it has begun to read; 0 between queries
SESSION_BYTES = 1024  # about what a Session and a Connection take by themselves
BLOCK_BYTES = 56  # beside the payload of one piece of output: bytes object and deque slot


class ConnectionView(Protocol):
    """What is shown of a session's connection (iothreads/connection.py)."""

    @property
    def fd(self) -> int: ...

    @property
    def query_buffer_bytes(self) -> int:
        """Read, but not yet a whole command."""

    @property
    def output_bytes(self) -> int:
        """Not yet sent."""

    @property
    def output_entries(self) -> int:
        """Pieces that output consists of."""

    @property
    def net_in(self) -> int: ...

    @property
    def net_out(self) -> int: ...

    @property
    def worker_index(self) -> int: ...

    @property
    def read_events(self) -> int:
        """Reads that gave something."""

    @property
    def parsed_commands(self) -> int: ...

    @property
    def parse_batches(self) -> int:
        """How often commands were parsed, one or several at a time."""

    def set_authenticated(self, authenticated: bool) -> None: ...


def output_memory(connection: ConnectionView) -> int:
    """Bytes that waiting output takes beyond the first 16 KiB: what output limits look at."""
    beyond = connection.output_bytes - REPLY_BUFFER_BYTES
    return beyond + connection.output_entries * BLOCK_BYTES if beyond > 0 else 0


def queued_memory(session: Session) -> int:
    """Bytes that the commands queued by MULTI take, as Redis counts: the arguments and a pointer for each."""
    return sum(sum(map(len, argv)) + 8 * len(argv) for _, argv in session.queued)


def request_bytes(argv: Sequence[bytes]) -> int:
    """The size of a command as clients send it."""
    return len(b"*%d\r\n" % len(argv)) + sum(len(b"$%d\r\n" % len(item)) + len(item) + 2 for item in argv)


def flags_of(session: Session) -> str:
    """The letters that say what a client is doing; "N" for nothing special."""
    gate = session.gate
    letters = ""
    if session.is_monitor:
        letters += "O"
    elif gate & GATE_REPLICA:
        letters += "S"
    if session.channels or session.patterns or session.shard_channels:
        letters += "P"
    if gate & GATE_MULTI:
        letters += "x"
    if session.blocked is not None or session.postponed is not None:
        letters += "b"
    if session.dirty_cas:
        letters += "d"
    if session.closing or gate & GATE_CLOSING:
        letters += "c"
    if session.listener == "unix":
        letters += "U"
    if session.no_evict:
        letters += "e"
    if gate & GATE_NO_TOUCH:
        letters += "T"
    return letters or "N"


def client_info_line(session: Session, now_ms: int, running: Sequence[bytes] = (), name: str = "") -> bytes:
    """Render the line, without its line feed.

    `running` is the command that the session is running right now, and `name` its full name: Redis still holds it in
    the query buffer and shows it as the last one.
    """
    connection: ConnectionView = session.connection
    in_multi = session.gate & GATE_MULTI
    output_bytes = connection.output_bytes
    memory = output_memory(connection)
    query_bytes = connection.query_buffer_bytes + (request_bytes(running) if running else 0)
    query_buffer = max(QUERY_BUFFER_BYTES, query_bytes) if query_bytes else 0
    argument_bytes = sum(map(len, running))
    queued_bytes = queued_memory(session) if in_multi else 0
    total = (SESSION_BYTES + memory + query_buffer + REPLY_BUFFER_BYTES + argument_bytes + queued_bytes
             + 8 * (len(session.channels) + len(session.patterns) + len(session.shard_channels))
             + 80 * len(session.watched))
    if not name:
        name = "NULL" if session.last_command is None else session.last_command.name
    user = session.user
    fields = (
        ("id", session.id),
        ("addr", _text(session.address)),
        ("laddr", _text(session.local_address)),
        ("fd", connection.fd),
        ("name", _text(session.name)),
        ("age", (now_ms - session.created_ms) // 1000),
        ("idle", max(0, now_ms - session.last_command_ms) // 1000),
        ("flags", flags_of(session)),
        ("db", session.db.index),
        ("sub", len(session.channels)),
        ("psub", len(session.patterns)),
        ("ssub", len(session.shard_channels)),
        ("multi", len(session.queued) if in_multi else -1),
        ("watch", len(session.watched)),
        ("qbuf", query_bytes),
        ("qbuf-free", query_buffer - query_bytes),
        ("argv-mem", argument_bytes),
        ("multi-mem", queued_bytes),
        ("rbs", REPLY_BUFFER_BYTES),
        ("rbp", REPLY_BUFFER_BYTES),
        ("obl", min(output_bytes, REPLY_BUFFER_BYTES)),
        ("oll", connection.output_entries if memory else 0),
        ("omem", memory),
        ("tot-mem", total),
        ("events", "rw" if output_bytes else "r"),
        ("cmd", name),
        ("user", "(superuser)" if user is None else _text(user.name)),
        ("redir", -1),
        ("resp", session.protocol),
        ("lib-name", _text(session.library_name)),
        ("lib-ver", _text(session.library_version)),
        ("io-thread", connection.worker_index),
        ("tot-net-in", connection.net_in),
        ("tot-net-out", connection.net_out),
        ("tot-cmds", session.commands_total),
        ("read-events", connection.read_events),
        ("parse-batch-cmd-sum", connection.parsed_commands),
        ("parse-batch-cnt", connection.parse_batches),
    )
    return " ".join([f"{name}={value}" for name, value in fields]).encode("latin-1")


def _text(raw: bytes) -> str:
    return raw.decode("latin-1")  # so that encoding gives the very bytes back
