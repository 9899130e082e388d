"""INFO: chooses sections, renders them.

A section is a function that gives fields (info_sections.py has those of the foundation). Features of upper layers
replace or add one with `Info.provide`: persistence its own, modules theirs.
Owner: the executor thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, TypeAlias

import attrs

from pyredis_server.base.clock import Clock
from pyredis_server.commands.context import Context
from pyredis_server.config.directives.observability import LATENCY_TRACKING
from pyredis_server.observe import info_sections
from pyredis_server.observe.histogram import set_recording
from pyredis_server.observe.instantaneous import Rates
from pyredis_server.observe.memory import MemoryMeter
from pyredis_server.observe.slowlog import Slowlog

Field: TypeAlias = "tuple[str, str | int]"
TEXT = ("utf-8", "surrogateescape")  # paths and names that are not UTF-8 come out as the bytes they were


class IoCounters(Protocol):
    """What an I/O worker counts (iothreads/worker.py)."""

    @property
    def index(self) -> int: ...

    @property
    def reads(self) -> int: ...

    @property
    def writes(self) -> int: ...

    @property
    def net_in(self) -> int: ...

    @property
    def net_out(self) -> int: ...


@attrs.frozen
class ListenerFacts:
    """An open listener: kind ("tcp", "unix", "tls"), the addresses or the path, and the port (0 for a path)."""

    kind: str
    binds: tuple[str, ...]
    port: int = 0


@attrs.define
class LoopFigures:
    """What the executor's loop counts since the start: rounds, time in them, time in cron, all in microseconds."""

    cycles: int = 0
    busy_us: int = 0


@attrs.define
class Sources:
    """Where sections look. `listeners` and `loop` are read anew each time."""

    context: Context
    wall: Clock
    memory: MemoryMeter
    slowlog: Slowlog
    workers: Sequence[IoCounters] = ()
    poller: str = ""  # how the workers wait for their sockets
    listeners: Callable[[], Iterable[ListenerFacts]] = tuple
    loop: Callable[[], LoopFigures] = LoopFigures
    rates: Rates = attrs.field(factory=lambda: Rates({}))
    baseline: dict[str, int] = attrs.field(factory=dict)  # totals at the last CONFIG RESETSTAT

    def io_total(self, name: str) -> int:
        """A counter of all workers together, since the start."""
        return sum(getattr(worker, name) for worker in self.workers)

    def since_reset(self, name: str, total: int) -> int:
        """What a total has grown by since CONFIG RESETSTAT."""
        return total - self.baseline.get(name, 0)


Section: TypeAlias = "Callable[[Sources], Iterable[Field]]"


class Info:
    """The INFO of one server. `sample` is called by cron every 100 ms."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        sources.rates = Rates({
            "commands": lambda: sources.context.services.stats.total_commands_processed,
            "net_in": lambda: sources.io_total("net_in"),
            "net_out": lambda: sources.io_total("net_out"),
            "cycles": lambda: sources.loop().cycles,
            "busy_us": lambda: sources.loop().busy_us,
        })
        self._sections: dict[str, Section] = dict(info_sections.SECTIONS)
        self._default = set(info_sections.DEFAULT)
        self.latency_tracking_changed()

    def provide(self, name: str, section: Section, *, default: bool = True) -> None:
        """Replace a section, or add one at the end; `default`: INFO without arguments shows it."""
        self._sections[name] = section
        if default:
            self._default.add(name)

    def sample(self, now_ms: int) -> None:
        """Take the samples that rates and the memory's peak are made of."""
        self._sources.rates.sample(now_ms)
        self._sources.memory.sample()

    def latency_tracking_changed(self) -> None:
        """Begin or stop to count how long commands take, as latency-tracking says; Hook.LATENCY calls it."""
        context = self._sources.context
        set_recording(context.services.table.walk(), on=context.config[LATENCY_TRACKING])

    def reset_stats(self) -> None:
        """Begin to count anew all that INFO counts, as CONFIG RESETSTAT does."""
        sources = self._sources
        services = sources.context.services
        services.stats.reset()
        services.background.forget_freed()
        for command in services.table.walk():
            command.reset_counters()
        self.latency_tracking_changed()
        sources.slowlog.reset_totals()
        sources.rates.reset()
        loop = sources.loop()
        sources.baseline = {name: sources.io_total(name) for name in ("reads", "writes", "net_in", "net_out")}
        sources.baseline |= {"cycles": loop.cycles, "busy_us": loop.busy_us}

    def render(self, sections: Sequence[bytes] = ()) -> bytes:
        """Give the text for the sections named, in INFO's order; unknown names give nothing."""
        return "\r\n".join([
            f"# {info_sections.TITLES.get(name, name.title())}\r\n"
            + "".join([f"{field}:{value}\r\n" for field, value in self._sections[name](self._sources)])
            for name in self._chosen(sections)
        ]).encode(*TEXT)

    def fields(self, section: str) -> Mapping[str, str | int]:
        """One section's fields, for tests and for metrics."""
        return dict(self._sections[section](self._sources))

    def _chosen(self, sections: Sequence[bytes]) -> list[str]:
        wanted: set[str] = set()
        for raw in sections or (b"default",):
            name = raw.lower().decode(*TEXT)
            if name == "default":
                wanted |= self._default
            elif name in ("all", "everything"):
                wanted |= set(self._sections) - info_sections.ON_REQUEST
            else:
                wanted.add("modules" if name == "module_list" else name)
        return [name for name in self._sections if name in wanted]
