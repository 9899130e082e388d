"""All background threads of a server, as commands and cron see them (commands/ports.py: BackgroundPort)."""

from __future__ import annotations

import os
from typing import Protocol

from pyredis_server.background.lazyfree import LazyFreer
from pyredis_server.background.worker import ErrorReport, Worker


class Closable(Protocol):
    """An open file."""

    def close(self) -> object: ...


class Background:
    """The threads `bio_lazy_free` and `bio_close_file`. Start and stop with the server."""

    __slots__ = ("_files", "_lazy")

    def __init__(self, report: ErrorReport) -> None:
        self._lazy = LazyFreer(report)
        self._files = Worker("bio_close_file", report)

    def start(self) -> None:
        """Start the threads."""
        self._lazy.start()
        self._files.start()

    def stop(self) -> None:
        """Finish what was handed over and join the threads."""
        self._lazy.stop()
        self._files.stop()

    def close_file(self, file: Closable | int) -> None:
        """Close a file object or descriptor: closing the last link to a big deleted file can take seconds."""
        self._files.submit((lambda: os.close(file)) if isinstance(file, int) else file.close)

    def free(self, value: object, effort: int) -> None:
        """See LazyFreer.free."""
        self._lazy.free(value, effort)

    def pending(self) -> int:
        """Objects that wait to be freed."""
        return self._lazy.pending()

    def freed(self) -> int:
        """Objects freed in the background since the start or the last `forget_freed`."""
        return self._lazy.freed()

    def forget_freed(self) -> None:
        """Begin to count anew, as CONFIG RESETSTAT does."""
        self._lazy.forget_freed()
