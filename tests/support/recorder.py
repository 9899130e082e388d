"""What a server tells AOF, replicas and the listeners of keyspace events, written down for a test."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from pyredis_server.embedded import RedisServer
from pyredis_server.keyspace.database import Database

DONE_WITHIN_S = 10


def run_on_executor(server: RedisServer, *jobs: Callable[[], object]) -> None:
    """Run the jobs on the thread that owns the keyspace and wait for their end."""
    done = threading.Event()

    def run() -> None:
        try:
            for job in jobs:
                job()
        finally:
            done.set()

    server.server.executor.post(run)
    assert done.wait(DONE_WITHIN_S), "the executor did not run the job"


class Recorder:
    """`with Recorder(server) as heard:` collects until the block ends; `take` gives what came since the last time.

    `events` are "db name key", `commands` the lines that a replica would get.
    """

    def __init__(self, server: RedisServer) -> None:
        self.server = server
        self.events: list[str] = []
        self.commands: list[str] = []

    def __enter__(self) -> Self:
        effects = self.server.server.effects
        run_on_executor(self.server, lambda: effects.add_sink(self), lambda: effects.add_listener(self.hear))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None,
    ) -> None:
        effects = self.server.server.effects
        run_on_executor(self.server, lambda: effects.remove_sink(self), lambda: effects.remove_listener(self.hear))

    def feed(self, db_index: int, argv: Sequence[bytes]) -> None:
        """The PropagationSink's method."""
        self.commands.append(b" ".join(argv).decode("latin-1"))

    def hear(self, db: Database, key: bytes, event: bytes) -> None:
        """The EventListener."""
        self.events.append(f"{db.index} {event.decode()} {key.decode('latin-1')}")

    def take_events(self) -> list[str]:
        """The events since the last time."""
        taken, self.events = self.events, []
        return taken

    def take_commands(self) -> list[str]:
        """The propagated commands since the last time."""
        taken, self.commands = self.commands, []
        return taken
