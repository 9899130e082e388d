"""One client's socket with its parser and output queue. Owner: the I/O worker it is assigned to.

The executor addresses replies to it and reads its counters; it writes only `session`, `limits` and, through
`set_authenticated`, the parser's switch, each a single assignment.
"""

from __future__ import annotations

import socket
from collections import deque
from typing import Any

from pyredis_server.resp.parser import ParserLimits, RequestParser


class OutputLimits:
    """How many bytes of replies may wait for a client of one class. 0 means no limit; seconds for `soft_s`."""

    __slots__ = ("hard_bytes", "soft_bytes", "soft_s")

    def __init__(self, hard_bytes: int = 0, soft_bytes: int = 0, soft_s: int = 0) -> None:
        self.hard_bytes = hard_bytes
        self.soft_bytes = soft_bytes
        self.soft_s = soft_s


class Connection:
    """A socket, what has been read of the next request, and what has not been written yet."""

    __slots__ = (
        "sock", "fd", "recv", "send", "parser", "session", "worker", "out", "output_bytes", "net_in", "net_out",
        "limits", "soft_since_ns", "closed", "close_when_sent", "parked", "faulted", "writing", "read_events",
        "barren_reads", "parsed_commands",
    )

    def __init__(self, sock: socket.socket, parser_limits: ParserLimits, limits: OutputLimits) -> None:
        self.sock = sock
        self.fd = sock.fileno()
        self.recv = sock.recv
        self.send = sock.send
        self.parser = RequestParser(parser_limits)
        self.session: Any = None  # sessions.Session; the worker never looks inside
        self.worker: Any = None  # iothreads.worker.Worker
        self.out: deque[memoryview | bytes] = deque()
        self.output_bytes = 0
        self.net_in = 0
        self.net_out = 0
        self.read_events = 0  # reads that gave something
        self.barren_reads = 0  # of them, those after which no command was complete
        self.parsed_commands = 0
        self.limits = limits
        self.soft_since_ns = 0  # when output_bytes went over the soft limit; 0: it is not
        self.closed = False
        self.close_when_sent = False
        self.parked = False  # taken out of the poller until the executor has answered
        self.faulted = False  # the protocol was broken; nothing more is read
        self.writing = False  # the poller reports when the socket can take more

    @property
    def query_buffer_bytes(self) -> int:
        """Bytes read that do not make a whole request yet."""
        return self.parser.pending

    @property
    def output_entries(self) -> int:
        """Pieces of output that wait for the socket."""
        return len(self.out)

    @property
    def parse_batches(self) -> int:
        """How often commands were parsed; with several at a time the client pipelines."""
        return self.read_events - self.barren_reads

    @property
    def worker_index(self) -> int:
        """Number of the I/O worker, from 0."""
        return self.worker.index if self.worker is not None else 0

    def set_authenticated(self, authenticated: bool) -> None:
        """Lift or impose the limits for clients that have not authenticated. Called by the executor."""
        self.parser.authenticated = authenticated
