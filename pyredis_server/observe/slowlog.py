"""SLOWLOG: the commands that took long, newest first.

The executor measures and calls `record`; this class cuts long commands down and keeps the last ones. Passwords have
been replaced by "(redacted)" before. Ids go on counting for the life of the server, through RESET too.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

from pyredis_server.base.clock import Clock
from pyredis_server.config.directive import Config
from pyredis_server.config.directives import observability as directives
from pyredis_server.resp.reply import Reply

if TYPE_CHECKING:
    from pyredis_server.commands.registry import CommandTable
    from pyredis_server.sessions.session import Session


@attrs.define
class Entry:
    """One slow call. `argument_count` is that of the whole command, `argv` what is kept of it."""

    id: int
    unix_time_s: int
    duration_us: int
    argv: list[bytes]
    address: bytes
    client_name: bytes
    argument_count: int


@attrs.define
class Totals:
    """All slow calls since CONFIG RESETSTAT, of one command or of all; INFO shows them in milliseconds."""

    count: int = 0
    sum_us: int = 0
    max_us: int = 0

    def add(self, duration_us: int) -> None:
        """Count one more."""
        self.count += 1
        self.sum_us += duration_us
        self.max_us = max(self.max_us, duration_us)


class Slowlog:
    """The log of one server."""

    def __init__(self, config: Config, clock: Clock, table: CommandTable) -> None:
        self._config = config
        self._clock = clock
        self._table = table
        self._entries: deque[Entry] = deque()
        self._next_id = 0
        self.totals = Totals()
        self.totals_of: dict[str, Totals] = {}  # by the command's full name

    def record(self, session: Session, argv: Sequence[bytes], duration_us: int) -> None:
        """Keep a call if it took at least slowlog-log-slower-than, and forget what exceeds slowlog-max-len."""
        threshold_us = self._config[directives.SLOWLOG_LOG_SLOWER_THAN]
        longest = self._config[directives.SLOWLOG_MAX_LEN]
        if threshold_us < 0 or not longest:
            return
        if duration_us >= threshold_us:
            self._entries.appendleft(Entry(
                self._next_id, self._clock.wall_ms() // 1000, duration_us, self._cut(argv), session.address,
                session.name, len(argv)))
            self._next_id += 1
            self._count(argv, duration_us)
        while len(self._entries) > longest:
            self._entries.pop()

    def entries(self, count: int) -> list[Reply]:
        """The newest `count` entries as SLOWLOG GET replies with them; -1 means all."""
        shown = list(self._entries)
        return [
            [entry.id, entry.unix_time_s, entry.duration_us, list(entry.argv), entry.address, entry.client_name,
             entry.argument_count]
            for entry in (shown if count < 0 else shown[:count])
        ]

    def __len__(self) -> int:
        return len(self._entries)

    def clear(self) -> None:
        """Forget all entries."""
        self._entries.clear()

    def reset_totals(self) -> None:
        """Forget the sums that INFO shows, as CONFIG RESETSTAT does; the entries stay."""
        self.totals = Totals()
        self.totals_of = {}

    def _cut(self, argv: Sequence[bytes]) -> list[bytes]:
        most = self._config[directives.SLOWLOG_ENTRY_MAX_ARGC]
        longest = self._config[directives.SLOWLOG_ENTRY_MAX_STRING_LEN]
        kept = argv if len(argv) <= most else argv[:most - 1]
        cut = [
            bytes(word) if len(word) <= longest
            else b"%b... (%d more bytes)" % (word[:longest], len(word) - longest)
            for word in kept
        ]
        if len(argv) > most:
            cut.append(b"... (%d more arguments)" % (len(argv) - most + 1))
        return cut

    def _count(self, argv: Sequence[bytes], duration_us: int) -> None:
        self.totals.add(duration_us)
        command = self._table.find(argv[0])
        if command is None:
            return
        if len(argv) > 1:
            command = command.subcommands.get(argv[1].lower(), command)
        self.totals_of.setdefault(command.name, Totals()).add(duration_us)
