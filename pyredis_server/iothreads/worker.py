"""One I/O worker: a thread that reads, parses, hands over, and writes.

Owner of: its connections' sockets, parsers and output queues, its poller.
Promise: commands of one connection reach the executor in order, and replies leave in order; while a connection's
commands wait at a busy executor no more is read from it, so memory stays bounded by one read per connection.
Elsewhere: sessions and limits of the number of clients are the executor's; listeners are control/listeners.py.

The hand-over is a lockstep with a limit: after handing over a batch the worker sleeps until it is answered, so only
one of the two threads wants the GIL; if the answer takes longer than LOCKSTEP_S the worker goes on serving others and
is woken through its poller (docs/performance.md tells what else was measured).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from pyredis_server.base.clock import SystemClock
from pyredis_server.iothreads.connection import Connection
from pyredis_server.iothreads.events import Fault, Lost
from pyredis_server.iothreads.poller import READ, WRITE, Poller
from pyredis_server.iothreads.wakeup import Bell, PollerWake
from pyredis_server.resp.encode import encode
from pyredis_server.resp.reply import Error, Reply, Status

LOCKSTEP_S = 0.005  # 5 ms: longer commands are rare, and others must not wait for them
READ_CHUNK_BYTES = 64 * 1024  # best of 16..256 KiB at 16 commands a read
BIG_READ_BYTES = 1024 * 1024  # in the middle of a large value
FREE_OUTPUT_BYTES = 16 * 1024  # as in Redis, output limits count what is beyond a client's first 16 KiB
JOIN_BELOW_BYTES = 256 * 1024  # queued output is joined up to this size into one send
_SMALL = frozenset({Status, Error, int, type(None)})  # replies whose size no limit needs to know

Batch = list[tuple[Connection, Any]]  # commands (list[list[bytes]]), or a Fault or Lost
Entry = tuple[Connection, int, list[Reply]]  # connection, protocol version in force, replies


def _pieces(replies: list[Reply]) -> list[list[Reply]]:
    """Cut replies where their strings come to FREE_OUTPUT_BYTES, and behind each container; a piece stays as it is."""
    pieces: list[list[Reply]] = []
    piece: list[Reply] = []
    room = FREE_OUTPUT_BYTES
    for reply in replies:
        if room <= 0:
            pieces.append(piece)
            piece = []
            room = FREE_OUTPUT_BYTES
        piece.append(reply)
        kind = type(reply)
        if kind is bytes:
            room -= len(reply)  # type: ignore[arg-type]  # mypy does not narrow unions by the identity of a type
        elif kind not in _SMALL:
            room = 0
    pieces.append(piece)
    return pieces


class BatchReceiver(Protocol):
    """The executor's side of the hand-over."""

    def hand_over(self, worker: Worker | None, batch: Any) -> None: ...


class Worker:
    """An I/O thread's state and loop. `submit` and `deliver` are for other threads; all else is the thread's own."""

    def __init__(self, index: int, receiver: BatchReceiver, poller: Poller, wake: PollerWake,
                 query_buffer_limit: Callable[[], int], bell: Bell | None = None) -> None:
        self.index = index
        self.receiver = receiver
        self.poller = poller
        self.wake = wake
        self.query_buffer_limit = query_buffer_limit
        self.bell = bell or Bell()
        self.outbox: deque[tuple[int, Any]] = deque()  # (answers a batch: 1 or 0, entries or a callable)
        self.connections: dict[int, Connection] = {}
        self.unanswered = 0  # batches that the executor has not answered
        self.blocked = False  # asleep at the bell; the executor clears it when it rings
        self.sleeping = False  # asleep in the poller; likewise
        self.stopping = False
        self.thread_id = 0  # the kernel's
        self.reads = 0
        self.writes = 0
        self.net_in = 0
        self.net_out = 0
        self._extra: Batch = []  # found while writing (failed connections, held commands): goes with the next batch
        self._now_ns = SystemClock().mono_ns

    # -- other threads -------------------------------------------------------------------------------------------

    def submit(self, call: Callable[[], None]) -> None:
        """Have the worker run `call` soon. Any thread."""
        self.outbox.append((0, call))
        self.rouse()

    def deliver(self, entries: list[Entry], answers: int) -> None:
        """Give replies to write; `answers` is 1 when they complete a batch. The executor only."""
        self.outbox.append((answers, entries))  # before the flags are read: no wake-up may be lost
        if self.blocked:
            self.blocked = False
            self.bell.ring()
        elif self.sleeping:
            self.sleeping = False
            self.wake.ring()

    def rouse(self) -> None:
        """Wake the worker wherever it sleeps."""
        if self.blocked:
            self.blocked = False
            self.bell.ring()
        if self.sleeping:
            self.sleeping = False
            self.wake.ring()

    def stop(self) -> None:
        """Have the loop end after what is in its outbox. Any thread."""
        def end() -> None:
            self.stopping = True

        self.submit(end)

    # -- the loop ------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Serve until stopped; then flush what can be written at once and close everything."""
        outbox = self.outbox
        poll = self.poller.poll
        bell_wait = self.bell.wait
        hand_over = self.receiver.hand_over
        self.poller.register(self.wake.fd, READ)
        try:
            while True:
                while outbox:
                    answers, item = outbox.popleft()
                    self.unanswered -= answers
                    self._take(item)
                if self.stopping:
                    return
                if self._extra:
                    batch = self._extra
                    self._extra = []
                else:
                    self.sleeping = True  # before looking at the outbox again: no wake-up may be lost
                    if outbox:
                        self.sleeping = False
                        continue
                    events = poll(-1)
                    self.sleeping = False
                    batch = self._read(events)
                    if not batch:
                        continue
                self.unanswered += 1
                if self.unanswered > 1:
                    self._park(batch)
                    hand_over(self, batch)
                    continue
                self.blocked = True
                hand_over(self, batch)
                while True:
                    while outbox:
                        answers, item = outbox.popleft()
                        self.unanswered -= answers
                        self._take(item)
                    if not self.unanswered or self.stopping:
                        break
                    self.blocked = True
                    if outbox:
                        continue
                    if not bell_wait(LOCKSTEP_S) and not outbox:
                        self._park(batch)
                        break
                self.blocked = False
        finally:
            self._close_all()

    def _take(self, item: Any) -> None:
        if type(item) is list:
            self._write(item)
        else:
            item()

    def _read(self, events: list[tuple[int, int]]) -> Batch:
        batch: Batch = []
        connections = self.connections
        net_in = 0
        for fd, mask in events:
            conn = connections.get(fd)
            if conn is None:
                if fd == self.wake.fd:
                    self.wake.clear()
                continue
            if mask & WRITE:
                self._writable(conn)
                if mask == WRITE or conn.closed:
                    continue
            parser = conn.parser
            try:
                data = conn.recv(READ_CHUNK_BYTES if not parser.held or parser.wanted <= READ_CHUNK_BYTES
                                 else BIG_READ_BYTES)
            except (BlockingIOError, InterruptedError):
                continue
            except OSError:
                data = b""
            if not data:
                self._drop(conn)
                batch.append((conn, Lost()))
                continue
            size = len(data)
            conn.net_in += size
            conn.read_events += 1
            net_in += size
            if parser.held and parser.pending + size > self.query_buffer_limit():
                self._drop(conn)
                batch.append((conn, Lost("query buffer limit", "client_query_buffer_limit_disconnections")))
                continue
            commands = parser.feed(data)
            if commands:
                conn.parsed_commands += len(commands)
                batch.append((conn, commands))
            else:
                conn.barren_reads += 1
            if parser.held:
                self._held(conn, bool(commands), batch)
        self.reads += len(events)
        self.net_in += net_in
        return batch

    def _held(self, conn: Connection, has_commands: bool, batch: Batch) -> None:
        """Look at a connection whose parser keeps something: part of a request, or a fault."""
        parser = conn.parser
        if parser.fault is not None:
            if not conn.faulted:
                conn.faulted = conn.parked = True  # for good: the executor answers and closes
                self._set_interest(conn)
                batch.append((conn, Fault(parser.fault)))
            return
        if has_commands and not parser.authenticated and not conn.parked:
            conn.parked = True  # the next command may follow an AUTH: parse it once that was answered
            self._set_interest(conn)

    # -- writing -------------------------------------------------------------------------------------------------

    def _write(self, entries: list[Entry]) -> None:
        writes = net_out = 0
        for conn, protocol, replies in entries:
            if conn.closed:
                continue
            if len(replies) > 1 and conn.limits.hard_bytes and len(pieces := _pieces(replies)) > 1:
                self._write([(conn, protocol, piece) for piece in pieces])  # ends at the limit, not far beyond it
                continue
            data, closing = encode(replies, protocol)
            if data:
                size = len(data)
                if size > FREE_OUTPUT_BYTES and 0 < conn.limits.hard_bytes < (
                    conn.output_bytes + size - FREE_OUTPUT_BYTES
                ):
                    self._fail(conn, "output buffer hard limit")
                    continue
                sent = 0
                if not conn.out:
                    try:
                        sent = conn.send(data)
                    except (BlockingIOError, InterruptedError):
                        pass  # the kernel's buffer is full: the rest waits
                    except OSError:
                        self._fail(conn)
                        continue
                    writes += 1
                    net_out += sent
                    conn.net_out += sent
                if sent < size and not self._queue(conn, data, sent):
                    continue
            if closing:
                if conn.out:
                    conn.close_when_sent = conn.parked = True
                    self._set_interest(conn)
                else:
                    self._finish(conn)
            elif conn.parked:
                self._unpark(conn)
        self.writes += writes
        self.net_out += net_out

    def _queue(self, conn: Connection, data: bytes, sent: int) -> bool:
        """Keep what the socket did not take. False: the connection was over its limits and has been closed."""
        conn.out.append(memoryview(data)[sent:] if sent else data)
        conn.output_bytes += len(data) - sent
        if not conn.writing:
            conn.writing = True
            self._set_interest(conn)
        limits = conn.limits
        if limits.hard_bytes and conn.output_bytes > limits.hard_bytes:
            self._fail(conn, "output buffer hard limit")
        elif limits.soft_bytes and conn.output_bytes > limits.soft_bytes:
            now_ns = self._now_ns()
            if not conn.soft_since_ns:
                conn.soft_since_ns = now_ns
            elif now_ns - conn.soft_since_ns > limits.soft_s * 1_000_000_000:
                self._fail(conn, "output buffer soft limit")
        else:
            conn.soft_since_ns = 0
        return not conn.closed

    def _writable(self, conn: Connection) -> None:
        out = conn.out
        while out:
            piece: bytes | memoryview = out[0]
            if len(piece) < 16384 and len(out) > 1:  # many small replies in one call
                pieces = []
                size = 0
                for each in out:
                    size += len(each)
                    if size > JOIN_BELOW_BYTES:
                        break
                    pieces.append(each)
                if len(pieces) > 1:
                    for _ in pieces:
                        out.popleft()
                    piece = b"".join(pieces)
                    out.appendleft(piece)
            try:
                sent = conn.send(piece)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                self._fail(conn)
                return
            self.writes += 1
            self.net_out += sent
            conn.net_out += sent
            conn.output_bytes -= sent
            if sent < len(piece):
                out[0] = memoryview(piece)[sent:]
                return
            out.popleft()
        conn.soft_since_ns = 0
        if conn.close_when_sent:
            self._finish(conn)
        elif conn.writing:
            conn.writing = False
            self._set_interest(conn)

    # -- registration --------------------------------------------------------------------------------------------

    def attach(self, conn: Connection) -> None:
        """Begin to serve `conn`. On the worker's thread (through `submit`)."""
        if conn.closed:
            return
        self.connections[conn.fd] = conn
        self.poller.register(conn.fd, READ)

    def close(self, conn: Connection) -> None:
        """Close `conn` at once, whatever waits to be written. On the worker's thread (through `submit`)."""
        self._finish(conn)

    def _set_interest(self, conn: Connection) -> None:
        mask = (0 if conn.parked else READ) | (WRITE if conn.writing else 0)
        if conn.fd in self.connections:
            self.poller.modify(conn.fd, mask)

    def _park(self, batch: Batch) -> None:
        """Read no more from these until they are answered."""
        for conn, _ in batch:
            if not conn.closed and not conn.parked:
                conn.parked = True
                self._set_interest(conn)

    def _unpark(self, conn: Connection) -> None:
        """Go on with a connection whose commands have been answered."""
        if conn.close_when_sent or conn.faulted:
            return
        parser = conn.parser
        if parser.pending:  # held back because an AUTH came before; it may have been one just now
            commands = parser.feed(b"")
            if commands:
                conn.parsed_commands += len(commands)
                conn.barren_reads -= 1  # a batch more than the read gave
                self._extra.append((conn, commands))
            if parser.fault is not None:
                conn.faulted = True
                self._extra.append((conn, Fault(parser.fault)))
                return
            if commands and not parser.authenticated:
                return
        conn.parked = False
        self._set_interest(conn)

    def _drop(self, conn: Connection) -> None:
        """Close the socket and forget the connection."""
        if conn.closed:
            return
        conn.closed = True
        if self.connections.pop(conn.fd, None) is not None:
            try:
                self.poller.unregister(conn.fd)
            except (OSError, KeyError, ValueError):
                pass  # the descriptor is invalid already: then the kernel has forgotten it too
        conn.sock.close()
        conn.out.clear()
        conn.output_bytes = 0

    def _finish(self, conn: Connection) -> None:
        """Close a connection that the executor gave up; it hears when nothing more can come from it."""
        if not conn.closed:
            self._drop(conn)
            self._extra.append((conn, Lost()))

    def _fail(self, conn: Connection, reason: str = "") -> None:
        """Close a connection while writing to it, and tell the executor with the next batch."""
        counter = "client_output_buffer_limit_disconnections" if reason else ""
        self._drop(conn)
        self._extra.append((conn, Lost(reason, counter)))

    def _close_all(self) -> None:
        for conn in list(self.connections.values()):
            if conn.out and not conn.closed:
                self._writable(conn)
            self._drop(conn)

    def release(self) -> None:
        """Free the descriptors, once the thread has ended and nobody calls it any more."""
        self.poller.close()
        self.wake.close()
        self.bell.close()
