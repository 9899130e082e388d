"""A server inside another program: `with RedisServer() as server: ...`.

Its threads are its own, it leaves the program's signals, garbage collector and working directory alone, and when the
block ends no thread, descriptor or file of it is left.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from pyredis_server.base.clock import Clock
from pyredis_server.base.log import Logger
from pyredis_server.config.directive import Config, Spelling
from pyredis_server.config.directives import network
from pyredis_server.server import Server

START_TIMEOUT_S = 30


class RedisServer:
    """A running server, as a context manager.

    Directives are keyword arguments with "_" for "-": `RedisServer(port=7000, maxmemory="100mb")`. Port 0, the default,
    takes a free one (`server.port`); `unixsocket` without a port listens only there when `port=None`.
    `clock` replaces the system's clock, for tests that let time pass; `portable` does without what only Linux has.
    A server runs once: start a new one after `stop`.
    """

    def __init__(self, *, port: int | None = 0, clock: Clock | None = None, log: Logger | None = None,
                 config: Config | None = None, portable: bool = False,
                 **directives: Spelling | Sequence[Spelling]) -> None:
        self.config = config or Config()
        directives.setdefault("bind", "127.0.0.1")
        directives.setdefault("save", "")
        for name, value in directives.items():
            self.config.assign(name.replace("_", "-"), value)
        self.config.assign("port", port or 0)
        self.log = log or Logger.silent()
        self._server = Server(self.config, self.log, clock=clock, any_port=port == 0, portable=portable)
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._began = False

    def start(self) -> Self:
        """Start and return once clients can connect. Raises: ListenError when a port is taken."""
        if self._began:
            raise RuntimeError("this server has run; make a new one")
        self._began = True
        self._server.start()
        self._thread = threading.Thread(target=self._run, name="control")
        self._thread.start()
        if not self._ready.wait(START_TIMEOUT_S):
            raise TimeoutError("the server did not start")
        return self

    def _run(self) -> None:
        try:
            self._server.run(self._ready.set)
        finally:
            self._server.stop()
            self._ready.set()

    def stop(self) -> None:
        """Stop, whatever the clients are doing, and wait for the end. Further calls do nothing."""
        if not self._began:
            self._began = True
            self._server.release()
        if self._thread is None:
            return
        self._server.supervisor.stop()
        self._thread.join()
        self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 traceback: TracebackType | None) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """The TCP port."""
        return self.config[network.PORT]

    @property
    def server(self) -> Server:
        """The parts, for tests that look inside."""
        return self._server
