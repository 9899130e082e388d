"""When a client last used any key at all, to about a tenth of a second.

OBJECT IDLETIME keeps no marks until it is asked for the first time (keyspace/clocks.py). This is what it can say then:
no key was used since. Owner: the executor thread, ten times a second through cron.py.
"""

from __future__ import annotations

from typing import Final

from pyredis_server.base.clock import CommandClock
from pyredis_server.commands.command_keys import has_keys
from pyredis_server.commands.registry import Command, CommandTable

# Commands that look at keys without being a use of them, as in Redis.
NO_USE: Final = frozenset({"exists", "type", "ttl", "pttl", "expiretime", "pexpiretime", "memory|usage", "debug",
                           "object|encoding", "object|freq", "object|idletime", "object|refcount"})


class LastUse:
    """Watches the counters of all commands that use keys."""

    def __init__(self, table: CommandTable, clock: CommandClock) -> None:
        self._clock = clock
        self._using: list[Command] = [
            each for each in table.walk() if has_keys(each.spec) and each.name not in NO_USE]
        self._calls = 0
        self._at_ms = clock.now_ms

    def sample(self) -> None:
        """Look whether there was any use since the last time."""
        calls = sum([each.calls for each in self._using])
        if calls != self._calls:
            self._calls = calls
            self._at_ms = self._clock.now_ms

    def at_ms(self) -> int:
        """The time, in ms since the epoch; never too early."""
        self.sample()
        return self._at_ms
