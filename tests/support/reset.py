"""Putting a server back to how a module's tests found it, so that one test cannot lean on another."""

from __future__ import annotations

from tests.support.raw_client import RawClient
from tests.support.wire import ErrorReply


class Baseline:
    """Remembers the configuration of a server and restores it; also empties it and its counters.

    `admin` must stay connected and allowed to do everything.
    """

    def __init__(self, admin: RawClient) -> None:
        self.admin = admin
        self.configuration = self._configuration()

    def restore(self) -> None:
        """Take back CONFIG SET, remove all keys, end pauses, clear the counters and the slow log."""
        changed = [
            word for name, value in self._configuration().items() if value != self.configuration.get(name)
            for word in (name, self.configuration[name])
        ]
        calls: list[tuple[bytes | str, ...]] = [("CLIENT", "UNPAUSE"), ("FLUSHALL",)]
        if changed:
            calls.insert(0, ("CONFIG", "SET", *changed))
        calls += [("SLOWLOG", "RESET"), ("CONFIG", "RESETSTAT")]
        for call, answer in zip(calls, self.admin.pipeline(calls), strict=True):
            assert not isinstance(answer, ErrorReply), f"{call}: {answer}"

    def _configuration(self) -> dict[bytes, bytes]:
        flat = self.admin.call("CONFIG", "GET", "*")
        assert isinstance(flat, list), flat
        return dict(zip(flat[::2], flat[1::2], strict=True))
