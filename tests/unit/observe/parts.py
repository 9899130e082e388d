"""A server's parts without threads and sockets, for the tests beside this file."""

from __future__ import annotations

from types import ModuleType

import attrs

from pyredis_server.base.clock import CommandClock, ManualClock
from pyredis_server.base.replication_ids import ReplicationIds
from pyredis_server.base.stats import ServerStats
from pyredis_server.commands import info as info_commands
from pyredis_server.commands import slowlog as slowlog_commands
from pyredis_server.commands import strings
from pyredis_server.commands.context import Context
from pyredis_server.commands.ports import Services
from pyredis_server.commands.registry import CommandTable
from pyredis_server.config.directive import Config
from pyredis_server.executor.effects import Effects
from pyredis_server.keyspace.keyspace import Keyspace
from pyredis_server.observe.info import Info, LoopFigures, Sources
from pyredis_server.observe.memory import MemoryMeter
from pyredis_server.observe.slowlog import Slowlog
from pyredis_server.sessions.registry import SessionRegistry

MODULES: list[ModuleType] = [info_commands, slowlog_commands, strings]


@attrs.define
class Worker:
    """An I/O worker's counters."""

    index: int = 0
    reads: int = 0
    writes: int = 0
    net_in: int = 0
    net_out: int = 0


@attrs.define
class Background:
    """A background service whose figures a test sets."""

    waiting: int = 0
    done: int = 0

    def pending(self) -> int:
        return self.waiting

    def freed(self) -> int:
        return self.done

    def forget_freed(self) -> None:
        self.done = 0


@attrs.define
class Lifecycle:
    """A process that has just started."""

    start_ms: int
    run_id: str = "1" * 40
    config_file: str = ""


@attrs.define
class Parts:
    """What a test works with; `info` is made of all the rest."""

    context: Context
    clock: ManualClock
    sources: Sources
    info: Info
    worker: Worker
    background: Background
    loop: LoopFigures


def build(clock: ManualClock, **directives: str | int) -> Parts:
    command_clock = CommandClock(clock.wall_ms())
    stats = ServerStats()
    config = Config({name.replace("_", "-"): value for name, value in directives.items()})
    keyspace = Keyspace(command_clock, stats)
    services = Services()
    context = Context(keyspace, command_clock, config, services, Effects(keyspace))
    background = Background()
    services.stats = stats
    services.table = CommandTable(MODULES)
    services.sessions = SessionRegistry()
    services.background = background  # type: ignore[assignment]  # what INFO asks it
    services.lifecycle = Lifecycle(clock.wall_ms())  # type: ignore[assignment]  # what INFO asks it
    services.replication_ids = ReplicationIds()
    slowlog = Slowlog(config, clock, services.table)
    services.slowlog = slowlog
    worker, loop = Worker(), LoopFigures()
    sources = Sources(context, clock, MemoryMeter(keyspace, services.sessions, clock), slowlog, [worker],
                      loop=lambda: loop)
    return Parts(context, clock, sources, Info(sources), worker, background, loop)
