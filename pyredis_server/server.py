"""One server: builds every object, joins them, starts and stops the threads.

The only module that may import everything. `app.py` (the program) and `embedded.py` (a server inside another program)
are two ways to run what is built here; nothing here is global, so several servers live in one process.
"""

from __future__ import annotations

import os
import secrets
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import trio

from pyredis_server import commands
from pyredis_server.acl.users import Users
from pyredis_server.background.lazyfree import LazyFreer
from pyredis_server.base import errors
from pyredis_server.base.clock import Clock, CommandClock, SystemClock
from pyredis_server.base.errors import CommandError
from pyredis_server.base.log import Logger
from pyredis_server.base.replication_ids import ReplicationIds
from pyredis_server.base.stats import ServerStats
from pyredis_server.commands.context import Context
from pyredis_server.commands.ports import Services
from pyredis_server.commands.registry import CommandTable
from pyredis_server.commands.switches import DebugSwitches
from pyredis_server.config.directive import Config
from pyredis_server.config.directives import clients, general, network, security, snapshotting, threads
from pyredis_server.config.file import SourceLine
from pyredis_server.config.manager import ConfigManager
from pyredis_server.control import process
from pyredis_server.control.bridge import Bridge
from pyredis_server.control.listeners import Accepted, Listener, ListenError, open_tcp, open_unix
from pyredis_server.control.supervisor import Supervisor
from pyredis_server.executor import placement
from pyredis_server.executor.blocking import Blocking
from pyredis_server.executor.clients import Clients
from pyredis_server.executor.cron import Cron
from pyredis_server.executor.dispatch import Dispatcher
from pyredis_server.executor.effects import Effects
from pyredis_server.executor.gate import set_gates
from pyredis_server.executor.last_use import LastUse
from pyredis_server.executor.loop import Executor
from pyredis_server.executor.timers import Timers
from pyredis_server.iothreads.connection import OutputLimits
from pyredis_server.iothreads.poller import make_poller
from pyredis_server.iothreads.wakeup import Bell, PollerWake
from pyredis_server.iothreads.worker import Worker
from pyredis_server.keyspace.expiry import ExpireCycle
from pyredis_server.keyspace.hashes_expiry import FieldExpireCycle
from pyredis_server.keyspace.keyspace import Keyspace
from pyredis_server.observe.info import Info, ListenerFacts, LoopFigures, Sources
from pyredis_server.observe.latency import LatencyMonitor
from pyredis_server.observe.memory import MemoryMeter
from pyredis_server.observe.monitor import Monitors
from pyredis_server.observe.slowlog import Slowlog
from pyredis_server.persistence.rdb.payload import PayloadCodec
from pyredis_server.reconfigure import Reconfigure
from pyredis_server.resp.parser import ParserLimits
from pyredis_server.resp.reply import NO_REPLY, Reply
from pyredis_server.sessions.registry import SessionRegistry
from pyredis_server.sessions.session import Session


class ExecutorFacade:
    """What commands see of the executor's parts (commands.ports.ExecutorPort)."""

    def __init__(self, dispatcher: Dispatcher, clients: Clients, blocking: Blocking, timers: Timers,
                 clock: Clock) -> None:
        self.run_queued = dispatcher.run_queued
        self.refresh_gates = dispatcher.refresh_gates
        self.unpause = dispatcher.unpause
        self.send = clients.send
        self.close = clients.close
        self.block = blocking.block
        self.unblock = blocking.unblock
        self._dispatcher = dispatcher
        self._timers = timers
        self._clock = clock

    def pause(self, until_ms: int, *, all_commands: bool) -> None:
        """Postpone commands, and look again when the time is over."""
        self._dispatcher.pause(until_ms, all_commands=all_commands)
        remaining_ms = max(0, until_ms - self._clock.wall_ms())
        self._timers.at(self._clock.mono_ns() + remaining_ms * 1_000_000, self._end_pause)

    def _end_pause(self) -> None:
        self._dispatcher.end_pause_if_over(self._clock.wall_ms())


class Lifecycle:
    """How this server began and how it ends (commands.ports.LifecyclePort)."""

    def __init__(self, config_file: str, start_ms: int, log: Logger, end: Callable[[], None]) -> None:
        self.run_id = secrets.token_hex(20)
        self.start_ms = start_ms
        self.config_file = config_file
        self._log = log
        self._end = end

    def request_shutdown(self, session: Session | None, *, save: bool | None, now: bool, force: bool,
                         abort: bool) -> Reply:
        """End the server. There is nothing to save yet and no replica to wait for, so it ends at once.

        Raises: CommandError when `abort` is asked for, since no shutdown can be waiting.
        """
        if abort:
            raise CommandError(errors.NO_SHUTDOWN)
        self._log.notice("User requested shutdown...")
        self._end()
        return NO_REPLY


def rename_commands(table: CommandTable, renames: Sequence[SourceLine]) -> None:
    """Carry out rename-command. Raises: ConfigFileError with the line, as Redis reports it."""
    for line in renames:
        old, new = line.arguments
        if not table.rename(old, new):
            known = table.find(old) is not None
            raise line.error(b"Target command name already exists" if known else b"No such command in rename-command")


class Server:
    """All parts of one server.

    `start` opens the sockets and starts the threads, `run` is the control plane and returns when the server shall end,
    `stop` ends the threads. Errors of opening sockets raise ListenError before any thread has started.
    """

    def __init__(self, config: Config, log: Logger, *, clock: Clock | None = None, config_file: str = "",
                 renames: Sequence[SourceLine] = (), handle_signals: bool = False, own_process: bool = False,
                 any_port: bool = False, portable: bool = False) -> None:
        """`own_process`: the server may tune the whole process (garbage collector, placement of threads).

        `any_port`: listen on a free TCP port that the system chooses; `config[network.PORT]` tells it after `start`.
        `portable`: do without epoll and eventfd, as on systems that lack them; for tests.
        """
        self.config = config
        self.log = log
        self.clock = clock or SystemClock()
        self.own_process = own_process
        self.any_port = any_port
        self.listeners: list[Listener] = []
        self._threads: list[threading.Thread] = []
        self._accepted: deque[Accepted] = deque()  # on their way from the control plane to the executor
        self._handles_signals = handle_signals

        stats = ServerStats()
        command_clock = CommandClock(self.clock.wall_ms())
        keyspace = Keyspace(command_clock, stats, count=config[general.DATABASES])
        services = Services()
        effects = Effects(keyspace)
        self.context = context = Context(keyspace, command_clock, config, services, effects)
        effects.context = context
        keyspace.hooks = effects
        self.keyspace = keyspace
        self.services = services
        self.effects = effects

        services.stats = stats
        services.table = CommandTable(commands.modules())
        rename_commands(services.table, renames)
        set_gates(services.table)
        services.wall = self.clock
        services.sessions = SessionRegistry()
        services.users = Users()
        services.users.set_default_password(config[security.REQUIREPASS])
        services.debug = DebugSwitches()
        services.replication_ids = ReplicationIds()
        services.codec = PayloadCodec(config, services.debug)
        services.log = log
        services.background = self.lazy_freer = LazyFreer(self._background_failed)

        self.timers = Timers(self.clock.mono_ns())
        self.dispatcher = Dispatcher(context, self.clock, effects, log)
        self.parser_limits = ParserLimits()
        self.output_limits = OutputLimits()
        self.workers: list[Worker] = []
        self.clients = Clients(context, services.sessions, services.users, self.workers, self.parser_limits,
                               self.output_limits, log)
        self.clients.error = self.dispatcher.error
        self.clients.on_forget.append(self.dispatcher.forget)
        self.blocking = Blocking(context, effects.waits, self.clock, self.timers, self.dispatcher, self.clients)
        self.dispatcher.serve_ready = self.blocking.serve_ready
        self.clients.on_forget.append(self.blocking.forget)
        services.executor = ExecutorFacade(self.dispatcher, self.clients, self.blocking, self.timers, self.clock)
        how = {"use_eventfd": False} if portable else {}
        expiry = ExpireCycle(keyspace, mono_ns=self.clock.mono_ns, wall_ms=self.clock.wall_ms)
        self.executor = Executor(context, services.table, self.clock, self.timers, self.dispatcher, self.clients,
                                 expiry, Bell(**how))
        self.dispatcher.resume = self.executor.resume
        effects.gates_changed = self.dispatcher.refresh_gates
        for index in range(config[threads.IO_THREADS]):
            poller = make_poller(use_epoll=False) if portable else make_poller()
            self.workers.append(Worker(index, self.executor, poller, PollerWake(**how), self._query_buffer_limit,
                                       Bell(**how)))

        self.bridge = Bridge()
        self.supervisor = Supervisor(self.bridge, log, self._take,
                                     lambda: config[network.MAX_NEW_CONNECTIONS_PER_CYCLE],
                                     self._signal if handle_signals else None)
        services.lifecycle = self.lifecycle = Lifecycle(config_file, self.clock.wall_ms(), log, self._end)
        services.slowlog = Slowlog(config, self.clock, services.table)
        services.latency = LatencyMonitor(config, self.clock)
        services.monitors = monitors = Monitors(self.clock, services.executor)
        self.clients.on_forget.append(monitors.detach)
        services.memory = meter = MemoryMeter(keyspace, services.sessions, self.clock)
        self.info = Info(Sources(context, self.clock, meter, services.slowlog, workers=self.workers,
                                 poller=self.workers[0].poller.name,
                                 listeners=self._listener_facts, loop=self._loop_figures))
        services.info = self.info
        self.cron = Cron(context, self.clock, self.timers, self.dispatcher, self.clients, expiry,
                         collect_garbage=own_process)
        self.cron.samplers.append(lambda: self.info.sample(command_clock.now_ms))
        last_use = LastUse(services.table, command_clock)
        keyspace.access.used_ms = last_use.at_ms
        self.cron.samplers.append(last_use.sample)
        fields = FieldExpireCycle(keyspace, mono_ns=self.clock.mono_ns, wall_ms=self.clock.wall_ms)
        self.cron.ticks.append(lambda: fields.run(self.cron.hz))
        self._placement: placement.Placement | None = None
        if own_process and len(self.workers) == 1 and not config[threads.SERVER_CPULIST] and placement.supported():
            self.cron.samplers.append(self._place)
        reconfigure = Reconfigure(self)
        services.config_manager = ConfigManager(config, log, config_file=config_file, hooks=reconfigure.hooks())
        reconfigure.at_start()

    # -- life ----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Open the sockets and start all threads but the control plane's. Once only, even if it fails.

        Raises: ListenError; everything is freed then.
        """
        if self._handles_signals:
            self.supervisor.hear_signals()
        try:
            self.listeners = self.open_listeners()
        except ListenError:
            self.release()
            raise
        self._start_background()
        for worker in self.workers:
            self._start_thread(f"io-{worker.index}", worker.run, partial(setattr, worker, "thread_id"))
        self._start_thread("executor", self.executor.run, partial(setattr, self.executor, "thread_id"))

    def run(self, ready: Callable[[], None] = lambda: None) -> int:
        """Be the control plane until the server shall end. Returns the exit code; call `stop` then."""
        def begin() -> None:
            self.supervisor.listen(self.listeners)
            ready()

        trio.run(self.supervisor.run, begin)
        return self.supervisor.exit_code

    def stop(self) -> None:
        """End all threads and close everything."""
        for listener in self.listeners:
            listener.close()
        self.executor.post(self.executor.stop)
        self._join("executor")
        for worker in self.workers:
            worker.stop()
        for thread in self._threads:
            thread.join()
        self.lazy_freer.stop()
        self.release()

    def release(self) -> None:
        """Free the descriptors, once no thread is left that uses them."""
        for sock, *_ in self._accepted:  # nobody took them any more
            sock.close()
        for session in self.services.sessions:  # still open only where their worker died
            session.connection.sock.close()
        for worker in self.workers:
            worker.release()
        self.executor.release()

    def _start_background(self) -> None:
        """Start the background threads, on the CPUs that bio-cpulist names: a thread inherits its creator's."""
        cpu_list = self.config[threads.BIO_CPULIST].decode()
        before = os.sched_getaffinity(0) if cpu_list and hasattr(os, "sched_getaffinity") else None
        if cpu_list:
            process.bind_this_thread(cpu_list, self.log)
        self.lazy_freer.start()
        if before is not None:
            os.sched_setaffinity(0, before)

    def _start_thread(self, name: str, run: Callable[[], None], set_id: Callable[[int], None]) -> None:
        def body() -> None:
            set_id(threading.get_native_id())
            if self.config[threads.SERVER_CPULIST]:
                process.bind_this_thread(self.config[threads.SERVER_CPULIST].decode(), self.log)
            try:
                run()
            except BaseException:  # whatever it was: without this thread the process is of no use
                self.log.exception(f"Thread {name} died")
                self.supervisor.fail(f"thread {name} died, see above")

        thread = threading.Thread(target=body, name=name)
        self._threads.append(thread)
        thread.start()

    def _join(self, name: str) -> None:
        for thread in self._threads:
            if thread.name == name:
                thread.join()

    # -- sockets -------------------------------------------------------------------------------------------------

    def open_listeners(self) -> list[Listener]:
        """Open what the configuration asks for. Raises: ListenError."""
        config = self.config
        opened: list[Listener] = []
        backlog = config[network.TCP_BACKLOG]
        path = os.fsdecode(config[network.UNIXSOCKET])
        try:
            if config[network.PORT] or self.any_port:
                opened += self.open_tcp([os.fsdecode(address) for address in config[network.BIND]])
                if self.any_port:
                    config.set_value(network.PORT, opened[0].port)
                    self.any_port = False
            if path:
                path = os.path.join(os.fsdecode(config[snapshotting.DIR]), path)
                opened.append(open_unix(path, config[network.UNIXSOCKETPERM], backlog, self.log))
        except ListenError:
            for listener in opened:
                listener.close()
            raise
        return opened

    def open_tcp(self, addresses: list[str]) -> list[Listener]:
        """Listen on addresses at the configured port. Raises: ListenError."""
        port = 0 if self.any_port else self.config[network.PORT]
        return open_tcp(addresses, port, self.config[network.TCP_BACKLOG], self.log)

    def _take(self, accepted: list[Accepted]) -> None:
        """New connections, from the control plane's thread."""
        self._accepted.extend(accepted)
        self.executor.post(self._accept)

    def _accept(self) -> None:
        while self._accepted:
            self.clients.accept(*self._accepted.popleft())

    def _place(self) -> None:
        executor = self.executor
        counts = executor.take_batch_counts()
        try:
            if self._placement is None:
                self._placement = placement.Placement(executor.thread_id, self.workers[0].thread_id)
            self._placement.adapt(*counts)
        except OSError:
            pass  # out of descriptors, or the system forbids it: it only makes the server faster

    def _listener_facts(self) -> Iterable[ListenerFacts]:
        kinds: dict[tuple[str, int], list[str]] = {}
        for listener in self.listeners:
            kinds.setdefault((listener.kind, listener.port), []).append(listener.shown)
        return [ListenerFacts(kind, tuple(shown), port) for (kind, port), shown in kinds.items()]

    def _loop_figures(self) -> LoopFigures:
        return LoopFigures(self.executor.cycles, self.executor.busy_ns // 1000)

    # -- called from other parts ---------------------------------------------------------------------------------

    def _end(self) -> None:
        self.executor.stop()
        self.supervisor.stop()

    def _signal(self, number: int) -> None:
        name = signal.Signals(number).name
        self.log.warning(f"Received {name} scheduling shutdown...")
        self.executor.post(self._shutdown_by_signal)

    def _shutdown_by_signal(self) -> None:
        self.lifecycle.request_shutdown(None, save=None, now=False, force=False, abort=False)

    def _query_buffer_limit(self) -> int:
        return self.config[clients.CLIENT_QUERY_BUFFER_LIMIT]

    def _background_failed(self, thread: str, error: Exception) -> None:
        self.log.exception(f"A job of thread {thread} failed", error)
