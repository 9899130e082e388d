"""Who comes, who goes, and what is sent to whom outside the usual reply. Owner: the executor thread.

Elsewhere: sockets are accepted by control/listeners.py and served by iothreads; what a session may do is dispatch.py's.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from pyredis_server.acl.users import Users
from pyredis_server.base.log import Logger
from pyredis_server.commands.context import Context
from pyredis_server.config.directives.clients import MAXCLIENTS
from pyredis_server.config.directives.network import PROTECTED_MODE, TCP_KEEPALIVE, TIMEOUT
from pyredis_server.iothreads.connection import Connection, OutputLimits
from pyredis_server.iothreads.events import Lost
from pyredis_server.iothreads.worker import Entry, Worker
from pyredis_server.keyspace.watches import unwatch_all
from pyredis_server.resp.parser import ParserLimits
from pyredis_server.resp.reply import CLOSE, Error, Reply
from pyredis_server.sessions import login
from pyredis_server.sessions.client_info import client_info_line
from pyredis_server.sessions.limits import (
    is_loopback,
    protected_mode_denies,
    should_close_for_idleness,
    too_many_clients,
)
from pyredis_server.sessions.registry import SessionRegistry
from pyredis_server.sessions.session import GATE_CLOSING, Session

CLIENTS_PER_CRON = 200  # sessions looked at per tick at least; all of them within a second or so


class Clients:
    """Opens and closes sessions and routes what is sent to them to their workers."""

    def __init__(self, context: Context, registry: SessionRegistry, users: Users, workers: list[Worker],
                 parser_limits: ParserLimits, output_limits: OutputLimits, log: Logger) -> None:
        self.context = context
        self.registry = registry
        self.users = users
        self.workers = workers
        self.parser_limits = parser_limits
        self.output_limits = output_limits
        self.log = log
        self.on_forget: list[Callable[[Session], None]] = []  # what must not remember a session that is gone
        self.current_replies: list[Reply] | None = None  # of the session whose commands are running
        self.current_worker: Worker | None = None  # whose batch is running ...
        self.current_out: list[Entry] = []  # ... and what it will get back
        self.late: dict[Worker, list[Entry]] = {}  # for the other workers
        self._next_worker = 0
        self._cron_position = 0

    # -- coming --------------------------------------------------------------------------------------------------

    def accept(self, sock: socket.socket, peer: str, address: bytes, local_address: bytes, listener: str) -> None:
        """Take a new connection or send it away.

        Args: peer, the client's IP address without port, "" for a unix socket; address and local_address, as CLIENT
            LIST shows them.
        """
        context = self.context
        stats = context.services.stats
        config = context.config
        refusal = too_many_clients(len(self.registry), config[MAXCLIENTS])
        if refusal is None:
            refusal = protected_mode_denies(protected_mode=config[PROTECTED_MODE], login_needed=self.users.login_needed,
                                            peer=peer, is_unix=not peer)
        if refusal is not None:
            stats.rejected_connections += 1
            self._send_away(sock, refusal)
            return
        stats.total_connections_received += 1
        sock.setblocking(False)
        if peer:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            set_keepalive(sock, config[TCP_KEEPALIVE])
        conn = Connection(sock, self.parser_limits, self.output_limits)
        session = self.registry.open(conn, context.keyspace.databases[0], context.clock.now_ms)
        session.address = address
        session.local_address = local_address
        session.listener = listener
        session.is_local = not peer or is_loopback(peer)
        conn.session = session
        self.log.verbose(f"Accepted {address.decode('utf-8', 'backslashreplace')}")
        login.begin(session, self.users)
        worker = self.workers[self._next_worker]
        self._next_worker = (self._next_worker + 1) % len(self.workers)
        conn.worker = worker
        worker.submit(lambda: worker.attach(conn))

    @staticmethod
    def _send_away(sock: socket.socket, message: bytes) -> None:
        try:
            sock.setblocking(False)
            sock.send(b"-%b\r\n" % message)
        except OSError:
            pass  # a courtesy only; the client is closed in any case
        sock.close()

    # -- sending -------------------------------------------------------------------------------------------------

    def send(self, session: Session, reply: Reply) -> None:
        """Send a reply or a push to any session, in order with its other replies."""
        if session.closing:
            return
        replies = self.current_replies
        if replies is not None and session is self.context.session:
            replies.append(reply)
            return
        self._emit(session, [reply])

    def _emit(self, session: Session, replies: list[Reply]) -> None:
        conn = session.connection
        worker = conn.worker
        entry = (conn, session.protocol, replies)
        if worker is self.current_worker:
            self.current_out.append(entry)
        else:
            self.late.setdefault(worker, []).append(entry)

    def flush_late(self) -> None:
        """Hand what was sent meanwhile to the workers."""
        if self.late:
            late = self.late
            self.late = {}
            for worker, entries in late.items():
                worker.deliver(entries, 0)

    def take_replies(self) -> list[Reply]:
        """Give what a protocol fault is answered with."""
        replies, self.current_replies = self.current_replies, None
        return replies or []

    # -- going ---------------------------------------------------------------------------------------------------

    def close(self, session: Session, reason: str = "", *, after_reply: bool = False) -> None:
        """Disconnect a session; `after_reply`: only when all it was answered so far has been written."""
        if session.closing:
            return
        session.close_reason = reason
        conn = session.connection
        self.forget(session)
        if session is self.context.session and self.current_replies is not None and after_reply:
            return  # the loop appends CLOSE once the reply is there
        if after_reply:
            self._emit(session, [CLOSE])
        else:
            conn.worker.submit(lambda: conn.worker.close(conn))

    def forget(self, session: Session) -> None:
        """Remove all traces of a session; its connection may live on until its output is written."""
        session.closing = True
        session.set_gate(GATE_CLOSING, True)
        session.backlog.clear()
        self.registry.remove(session)
        if unwatch_all(session):
            self.context.effects.watches_changed()
        for forget in self.on_forget:
            forget(session)

    def lost(self, session: Session, event: Lost) -> None:
        """The worker reports that the connection is closed."""
        if event.counter:
            stats = self.context.services.stats
            setattr(stats, event.counter, getattr(stats, event.counter) + 1)
        if event.reason:
            line = client_info_line(session, self.context.clock.now_ms).decode("utf-8", "backslashreplace")
            self.log.warning(f"Client {line.strip()} closed: {event.reason}")
        else:
            address = session.address.decode("utf-8", "backslashreplace")
            self.log.verbose(f"Client closed connection {address}")
        self.forget(session)

    def protocol_fault(self, session: Session, message: bytes) -> None:
        """Answer a client that broke the protocol, and disconnect it. `take_replies` gives the answer."""
        self.log.verbose(f"Protocol error ({message.decode('utf-8', 'backslashreplace')}) from client: "
                         f"{session.address.decode('utf-8', 'backslashreplace')}")
        error = self.error(message)
        self.forget(session)
        self.current_replies = [error, CLOSE]

    error: Callable[[bytes], Error]  # joined by app.py: the dispatcher's, which counts

    # -- by the clock --------------------------------------------------------------------------------------------

    def cron(self, now_ns: int, hz: int) -> None:
        """Look at a share of the sessions: idle ones, and those over a soft output limit for too long."""
        sessions = list(self.registry)
        if not sessions:
            return
        now_ms = self.context.clock.now_ms
        timeout_s = self.context.config[TIMEOUT]
        share = max(CLIENTS_PER_CRON, len(sessions) // hz)
        start = self._cron_position % len(sessions)
        self._cron_position = start + share
        for session in (sessions[start:] + sessions[:start])[:share]:
            conn: Any = session.connection
            if should_close_for_idleness(session, timeout_s, now_ms):
                self.log.verbose("Closing idle client")
                self.close(session, "idle")
            elif conn.soft_since_ns and now_ns - conn.soft_since_ns > conn.limits.soft_s * 1_000_000_000:
                self.context.services.stats.client_output_buffer_limit_disconnections += 1
                line = client_info_line(session, now_ms).decode("utf-8", "backslashreplace")
                self.log.warning(f"Client {line.strip()} scheduled to be closed ASAP for overcoming of output buffer "
                                 "limits.")
                self.close(session, "output buffer soft limit")


def set_keepalive(sock: socket.socket, interval_s: int) -> None:
    """Have the kernel probe a silent peer: first after `interval_s`, dead after about as long again. 0: never."""
    if not interval_s:
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, interval_s)
    if hasattr(socket, "TCP_KEEPINTVL"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, max(1, interval_s // 3))
    if hasattr(socket, "TCP_KEEPCNT"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)


