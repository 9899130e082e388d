"""The control plane's main task: runs the listeners, hears signals, and ends when the server shall end.

Owner: the thread that calls `run`, the process's main thread in `pyredis-server`.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType

import trio

from pyredis_server.base.log import Logger
from pyredis_server.control.bridge import Bridge
from pyredis_server.control.listeners import Accepted, Listener, accept_forever


class Supervisor:
    """Runs until `stop` or `fail` is called from any thread."""

    def __init__(self, bridge: Bridge, log: Logger, take: Callable[[list[Accepted]], None],
                 accepts_per_cycle: Callable[[], int], on_signal: Callable[[int], None] | None) -> None:
        """`on_signal`: None leaves the process's signals alone, as an embedded server must."""
        self.bridge = bridge
        self.log = log
        self.take = take
        self.accepts_per_cycle = accepts_per_cycle
        self.on_signal = on_signal
        self.exit_code = 0
        self._nursery: trio.Nursery | None = None
        self._end: trio.Event | None = None
        self._ending = False
        self._signals = 0

    def hear_signals(self) -> None:
        """Hear SIGTERM and SIGINT from now until the process ends. On the main thread, before others are started.

        Not a task of the loop: a signal that comes while the server starts or stops must be heard too.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._heard)
        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as Redis: the end of a terminal ends no server

    def _heard(self, number: int, frame: FrameType | None) -> None:
        assert self.on_signal is not None
        self._signals += 1
        if self._signals > 1:
            self.log.warning("You insist... exiting now.")
            os._exit(1)
        self.on_signal(number)

    # -- any thread ----------------------------------------------------------------------------------------------

    def stop(self, exit_code: int = 0) -> None:
        """End the control plane, and with it the server."""
        self._ending = True
        self.exit_code = self.exit_code or exit_code
        self.bridge.call(self._set_end)

    def fail(self, reason: str) -> None:
        """End the process because a part that it cannot do without has died."""
        self.log.warning(f"Fatal: {reason}")
        self.stop(1)

    def listen(self, listeners: list[Listener]) -> None:
        """Begin to accept on `listeners`."""
        self.bridge.call(lambda: self._start(listeners))

    def close(self, listeners: list[Listener]) -> None:
        """Stop accepting on `listeners` and close them."""
        def close_all() -> None:
            for listener in listeners:
                listener.close()

        self.bridge.call(close_all)

    # -- the loop's thread ---------------------------------------------------------------------------------------

    def _set_end(self) -> None:
        if self._end is not None:
            self._end.set()

    def _start(self, listeners: list[Listener]) -> None:
        if self._nursery is not None:
            for listener in listeners:
                self._nursery.start_soon(accept_forever, listener, self.take, self.accepts_per_cycle, self.log)

    async def run(self, ready: Callable[[], None]) -> None:
        """Serve; `ready` is called once others may call in."""
        self._end = trio.Event()
        self.bridge.open()
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            ready()
            if self._ending:
                self._end.set()
            await self._end.wait()
            self._nursery = None
            nursery.cancel_scope.cancel()
