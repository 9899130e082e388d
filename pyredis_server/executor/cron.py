"""What the executor does `hz` times a second, and what it does ten times a second whatever `hz` is.

Owner: the executor thread, through timers.py. Every task here is bounded: cron never holds commands up noticeably.
"""

from __future__ import annotations

import gc
from collections.abc import Callable

from pyredis_server.base.clock import Clock
from pyredis_server.commands.context import Context
from pyredis_server.config.directives.general import DYNAMIC_HZ, HZ
from pyredis_server.config.directives.memory import ACTIVE_EXPIRE_EFFORT
from pyredis_server.executor.clients import Clients
from pyredis_server.executor.dispatch import Dispatcher
from pyredis_server.executor.timers import Periodic, Timers
from pyredis_server.keyspace.expiry import ExpireCycle

MAX_HZ = 500
CLIENTS_PER_HZ = 200  # dynamic-hz doubles the frequency while a tick would look at more clients than this
TIDY_SLOTS = 1000  # of each key list per tick
SAMPLE_PERIOD_NS = 100_000_000
COLLECT_PERIOD_NS = 1_000_000_000


class Cron:
    """The periodic tasks. `samplers` run ten times a second: instantaneous metrics, placement."""

    def __init__(self, context: Context, clock: Clock, timers: Timers, dispatcher: Dispatcher, clients: Clients,
                 expiry: ExpireCycle, *, collect_garbage: bool) -> None:
        self.context = context
        self.clock = clock
        self.dispatcher = dispatcher
        self.clients = clients
        self.expiry = expiry
        self.hz = context.config[HZ]
        self.samplers: list[Callable[[], None]] = []
        self.ticks: list[Callable[[], None]] = []
        self._tick: Periodic = timers.every(1_000_000_000 // self.hz, self.tick)
        timers.every(SAMPLE_PERIOD_NS, self.sample)
        if collect_garbage:
            timers.every(COLLECT_PERIOD_NS, collect_young)

    def adapt_hz(self) -> None:
        """Take the configured frequency, and more while there are very many clients."""
        hz = self.context.config[HZ]
        if self.context.config[DYNAMIC_HZ]:
            while len(self.clients.registry) / hz > CLIENTS_PER_HZ and hz < MAX_HZ:
                hz *= 2
        hz = min(hz, MAX_HZ)
        if hz != self.hz:
            self.hz = hz
            self._tick.period_ns = 1_000_000_000 // hz

    def tick(self) -> None:
        """Once per 1/hz s."""
        self.adapt_hz()
        if self.context.services.debug.cron_paused:
            return
        self.clients.cron(self.clock.mono_ns(), self.hz)
        self.dispatcher.end_pause_if_over(self.context.clock.now_ms)
        used_us = self.expiry.slow(self.context.config[ACTIVE_EXPIRE_EFFORT], self.hz)
        self.context.services.latency.record("expire-cycle", used_us // 1000)
        keyspace = self.context.keyspace
        keyspace.tidy(TIDY_SLOTS)
        for task in self.ticks:
            task()

    def sample(self) -> None:
        """Ten times a second."""
        for sampler in self.samplers:
            sampler()


def collect_young() -> None:
    """Collect what was made lately; a full collection over millions of keys would stop the server for 200 ms."""
    gc.collect(1)
