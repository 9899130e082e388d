"""The executor thread: takes batches of commands from the I/O workers, runs them, gives batches of replies back.

Owner of: the keyspace, the sessions, the context, all counters. `hand_over` and `post` are for other threads, all else
for the executor's own.
Promise: commands of one connection run in order; every batch is answered, even by nothing; an exception in a handler
costs its client an error reply and the log a traceback, never the thread.
Elsewhere: refusals and queueing are dispatch.py, timers cron.py, connecting and closing clients.py.

`execute` is the straight path; docs/performance.md has the figures for each of its tricks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from pyredis_server.base.clock import Clock
from pyredis_server.base.errors import CommandError
from pyredis_server.commands.context import Context
from pyredis_server.commands.registry import CommandTable
from pyredis_server.config.directives.memory import ACTIVE_EXPIRE_EFFORT
from pyredis_server.executor.clients import Clients
from pyredis_server.executor.dispatch import Dispatcher
from pyredis_server.executor.timers import Timers
from pyredis_server.iothreads.events import Fault, Lost
from pyredis_server.iothreads.wakeup import Bell
from pyredis_server.iothreads.worker import Batch, Entry, Worker
from pyredis_server.keyspace.expiry import ExpireCycle
from pyredis_server.resp.reply import CLOSE, Reply
from pyredis_server.sessions.session import GATE_WAITING, Session

LONGEST_SLEEP_S = 0.1  # a clock that a test moves by hand rings no bell


class Executor:
    """The loop.

    `dispatcher` runs what is unusual, `timers` what is due; `clients` knows who comes and goes; `expiry` removes what
    has run out while there is nothing else to do.
    """

    def __init__(self, context: Context, table: CommandTable, clock: Clock, timers: Timers, dispatcher: Dispatcher,
                 clients: Clients, expiry: ExpireCycle, bell: Bell | None = None) -> None:
        self.context = context
        self.table = table
        self.clock = clock
        self.timers = timers
        self.dispatcher = dispatcher
        self.clients = clients
        self.expiry = expiry
        self.inbox: deque[tuple[Worker | None, Any]] = deque()
        self.bell = bell or Bell()
        self.sleeping = False
        self.stopping = False
        self.thread_id = 0
        self.batches = 0  # since the last look of placement, with the connections in them: how busy the server is
        self.batched_connections = 0
        self.busy_ns = 0  # spent with batches and timers since the start
        self.batch_began_ns = 0
        self._rounds = 0
        self._resumed: list[Session] = []

    # -- other threads -------------------------------------------------------------------------------------------

    def hand_over(self, worker: Worker | None, batch: Any) -> None:
        """Take a batch from a worker, or (worker None) a callable. Any thread; never blocks."""
        self.inbox.append((worker, batch))
        if self.sleeping:
            self.sleeping = False
            self.bell.ring()

    def post(self, call: Callable[[], None]) -> None:
        """Have the executor run `call` between two batches. Any thread."""
        self.hand_over(None, call)

    @property
    def cycles(self) -> int:
        """Rounds since the start: batches, and wake-ups for timers."""
        return self._rounds + self.batches

    def take_batch_counts(self) -> tuple[int, int]:
        """Give the batches since the last call, and the connections in them."""
        counts = self.batches, self.batched_connections
        self._rounds += self.batches
        self.batches = self.batched_connections = 0
        return counts

    # -- for other parts, on the executor's thread ---------------------------------------------------------------

    def stop(self) -> None:
        """End the loop after the batch that is running."""
        self.stopping = True

    def resume(self, session: Session) -> None:
        """Let a session that waited go on with the commands that came meanwhile, once the running batch is done."""
        if not self._resumed:
            self.inbox.appendleft((None, self._go_on))
        self._resumed.append(session)

    def _go_on(self) -> None:
        """Run the backlogs of resumed sessions, in the order in which they were let go."""
        resumed, self._resumed = self._resumed, []
        for session in resumed:
            if session.closing:
                continue
            session.set_gate(GATE_WAITING, False)
            commands = list(session.backlog)
            session.backlog.clear()
            conn = session.connection
            self.execute([(conn, commands)], self.clients.late.setdefault(conn.worker, []))

    # -- the loop ------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Serve until `stopping`."""
        inbox = self.inbox
        timers = self.timers
        clients = self.clients
        context = self.context
        command_clock = context.clock
        clock = self.clock
        ready = self.dispatcher.effects.waits.ready
        while not self.stopping:
            if not inbox:
                self._sleep()
                now_ns = clock.mono_ns()
                if now_ns >= timers.next_ns:
                    self._run_timers(now_ns)
                continue
            worker, batch = inbox.popleft()
            command_clock.now_ms = clock.wall_ms()
            if worker is None:
                batch()
                if ready:
                    self.dispatcher.serve_ready()
                clients.flush_late()
                now_ns = clock.mono_ns()
            else:
                out: list[Entry] = []
                clients.current_worker = worker
                clients.current_out = out
                now_ns = self.execute(batch, out)
                clients.current_worker = None
                self.batches += 1
                self.batched_connections += len(batch)
                self.busy_ns += now_ns - self.batch_began_ns
                worker.deliver(out, 1)
                if clients.late:
                    clients.flush_late()
            if now_ns >= timers.next_ns:
                self._run_timers(now_ns)

    def _run_timers(self, now_ns: int) -> None:
        self._rounds += 1
        self.context.clock.now_ms = self.clock.wall_ms()
        self.timers.run_due(now_ns)
        if self.dispatcher.effects.waits.ready:  # a key that a client waits for expired
            self.dispatcher.serve_ready()
        self.clients.flush_late()
        self.busy_ns += self.clock.mono_ns() - now_ns

    def release(self) -> None:
        """Free the descriptors, once the thread has ended and nobody posts any more."""
        self.bell.close()

    def _sleep(self) -> None:
        if self.expiry.behind:
            self.context.clock.now_ms = self.clock.wall_ms()
            self.expiry.fast(self.context.config[ACTIVE_EXPIRE_EFFORT])
        remaining_s = (self.timers.next_ns - self.clock.mono_ns()) / 1_000_000_000
        self.sleeping = True  # before looking at the inbox again: no wake-up may be lost
        if self.inbox or remaining_s <= 0:
            self.sleeping = False
            return
        self.bell.wait(min(remaining_s, LONGEST_SLEEP_S))
        self.sleeping = False

    def execute(self, batch: Batch, out: list[Entry]) -> int:
        """Run a batch and append its replies to `out`. Returns the clock's ns after the last command."""
        context = self.context
        clients = self.clients
        dispatcher = self.dispatcher
        find = self.table.exact.get
        clock_ns = self.clock.mono_ns
        slow_ns = dispatcher.slow_ns
        ready = dispatcher.effects.waits.ready
        stats = context.services.stats
        now_ms = context.clock.now_ms
        total = 0
        self.batch_began_ns = last_ns = clock_ns()
        for conn, commands in batch:
            session = conn.session
            if type(commands) is not list:
                if not session.closing:
                    self._event(session, commands)
                    if type(commands) is Fault:
                        out.append((conn, session.protocol, clients.take_replies()))
                if type(commands) is Lost:  # the last of this connection
                    conn.session = None  # a cycle that lived for long would never be collected
                continue
            context.session = session
            context.db = session.db
            protocol = session.protocol
            gate = session.gate  # the masks change only in `unusual`
            server_gate = dispatcher.gate
            unusual = False
            replies: list[Reply] = []
            append = replies.append
            for argv in commands:
                command = find(argv[0])
                count = len(argv)
                if command is None or gate | server_gate & command.gate or not command.low <= count <= command.high:
                    unusual = True
                    clients.current_replies = replies
                    append(dispatcher.unusual(session, argv))
                    clients.current_replies = None
                    if session.protocol != protocol:  # HELLO: its own answer is the first in the new protocol
                        out.append((conn, protocol, replies[:-1]))
                        protocol = session.protocol
                        replies = replies[-1:]
                        append = replies.append
                    gate = session.gate
                    server_gate = dispatcher.gate
                    slow_ns = dispatcher.slow_ns
                    last_ns = clock_ns()
                    continue
                try:
                    if count == 2:
                        append(command.handler(context, argv[1]))
                    elif count == 3:
                        append(command.handler(context, argv[1], argv[2]))
                    elif count == 1:
                        append(command.handler(context))
                    else:
                        append(command.handler(context, *argv[1:]))
                except CommandError as error:
                    command.failed_calls += 1
                    append(dispatcher.error(error.message))
                except Exception:  # noqa: BLE001  # our bug: an error for the client, a traceback for the log
                    command.failed_calls += 1
                    append(dispatcher.internal_error(argv))
                now_ns = clock_ns()
                elapsed_ns = now_ns - last_ns
                last_ns = now_ns
                command.calls += 1
                command.nanoseconds += elapsed_ns
                command.histogram[elapsed_ns // 1000] += 1
                if elapsed_ns > slow_ns:
                    dispatcher.slow(session, command, argv, elapsed_ns)
                session.last_command = command
                if ready:  # keys that blocked clients wait for; empty while nobody is blocked
                    dispatcher.serve_ready()
                    last_ns = clock_ns()
            session.last_command_ms = now_ms
            count = len(commands)
            session.commands_total += count
            total += count
            if unusual and session.closing:
                replies.append(CLOSE)
            out.append((conn, protocol, replies))
        stats.total_commands_processed += total
        return last_ns

    def _event(self, session: Any, event: Lost | Fault) -> None:
        if isinstance(event, Fault):
            self.clients.protocol_fault(session, event.message)
        else:
            self.clients.lost(session, event)
