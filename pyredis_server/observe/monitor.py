"""MONITOR: every command that runs, sent to the clients that watch.

The executor calls `feed` for each command after it ran, and leaves out those flagged ADMIN or SKIP_MONITOR; arguments
that hold passwords it has replaced by "(redacted)" before. Cost when nobody watches: none, a bit of the gate.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pyredis_server.base.clock import Clock
from pyredis_server.commands.ports import ExecutorPort
from pyredis_server.resp.reply import Wire

if TYPE_CHECKING:
    from pyredis_server.sessions.session import Session

_ESCAPED: Final = {
    ord("\\"): b"\\\\", ord('"'): b'\\"', ord("\n"): b"\\n", ord("\r"): b"\\r", ord("\t"): b"\\t", 7: b"\\a", 8: b"\\b",
}
_REPRESENTED: Final = tuple(
    _ESCAPED.get(byte) or (bytes([byte]) if 32 <= byte < 127 else b"\\x%02x" % byte) for byte in range(256)
)


def quoted(text: bytes) -> bytes:
    """Put `text` in double quotes, everything that does not print in ASCII as an escape."""
    return b'"%b"' % b"".join([_REPRESENTED[byte] for byte in text])


class Monitors:
    """The clients in MONITOR mode."""

    def __init__(self, clock: Clock, executor: ExecutorPort) -> None:
        self._clock = clock
        self._executor = executor
        self.sessions: list[Session] = []

    def __len__(self) -> int:
        return len(self.sessions)

    def attach(self, session: Session) -> None:
        """Begin to send commands to `session`."""
        if not session.is_monitor:
            session.is_monitor = True
            self.sessions.append(session)
            self._executor.refresh_gates()

    def detach(self, session: Session) -> None:
        """Stop sending, as RESET and the end of the connection do."""
        if session.is_monitor:
            session.is_monitor = False
            self.sessions.remove(session)
            self._executor.refresh_gates()

    def feed(self, session: Session, argv: Sequence[bytes]) -> None:
        """Tell the watchers that `session` ran `argv`."""
        seconds, microseconds = divmod(self._clock.wall_us(), 1_000_000)
        address = session.address
        if session.listener == "unix":
            address = b"unix:" + address.removesuffix(b":0")
        line = Wire(b"+%d.%06d [%d %b] %b\r\n" % (
            seconds, microseconds, session.db.index, address, b" ".join([quoted(word) for word in argv])))
        for watcher in self.sessions:
            self._executor.send(watcher, line)
