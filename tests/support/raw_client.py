"""A client for tests: it sends exactly what it is told and shows exactly what came back."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self, TypeAlias

from tests.support.wire import ErrorReply, Item, PushMessage, read_item, to_python

Argument: TypeAlias = bytes | str | int | float

REPLY_WITHIN_S = 15.0  # a reply that takes longer than this never comes


class RawClient:
    """One connection. Errors are returned as `ErrorReply`, never raised; RESP3 pushes gather in `pushes`."""

    def __init__(
        self, host: str = "127.0.0.1", port: int = 6379, *, path: str | None = None, protocol: int = 2,
    ) -> None:
        if path is not None:
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.socket.settimeout(REPLY_WITHIN_S)
            self.socket.connect(path)
        else:
            self.socket = socket.create_connection((host, port), REPLY_WITHIN_S)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = bytearray()
        self.pushes: deque[PushMessage] = deque()
        self.protocol = 2
        if protocol != 2:
            self.hello(protocol)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self.socket.close()

    def hello(self, protocol: int, *options: Argument) -> Any:
        """Switch to `protocol` with HELLO."""
        answer = self.call("HELLO", protocol, *options)
        assert not isinstance(answer, ErrorReply), answer
        self.protocol = protocol
        return answer

    def call(self, *argv: Argument) -> Any:
        """Send a command and give its reply as a Python value. Pushes that come before it go to `pushes`."""
        self.send(*argv)
        return self.read_reply()

    def pipeline(self, calls: Sequence[Sequence[Argument]]) -> list[Any]:
        """Send all calls in one write and give their replies."""
        self.send_raw(b"".join(encode(argv) for argv in calls))
        return [self.read_reply() for _ in calls]

    def send(self, *argv: Argument) -> None:
        """Send a command and do not wait for its reply."""
        self.send_raw(encode(argv))

    def send_raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)

    def read_reply(self) -> Any:
        """Read the next reply; pushes before it go to `pushes`."""
        while isinstance(answer := to_python(self.read_item()), PushMessage):
            self.pushes.append(answer)
        return answer

    def read_push(self) -> PushMessage:
        """Read the next push message; a reply in its place is an error of the test."""
        if self.pushes:
            return self.pushes.popleft()
        answer = to_python(self.read_item())
        assert isinstance(answer, PushMessage), answer
        return answer

    def read_item(self) -> Item:
        """Read the next reply or push with its wire types; attributes are items of their own."""
        return read_item(self._read_line, self._read_exactly)

    def read_raw(self, count: int) -> bytes:
        """Read exactly that many bytes."""
        return self._read_exactly(count)

    def read_until_closed(self) -> bytes:
        """Read all that the server still sends until it closes the connection."""
        try:
            while data := self.socket.recv(1 << 16):
                self._buffer += data
        except ConnectionResetError:
            pass
        rest = bytes(self._buffer)
        self._buffer.clear()
        return rest

    @property
    def is_closed_by_server(self) -> bool:
        """Wait for the server to close the connection; False if it sends anything instead."""
        return self.read_until_closed() == b""

    def _fill(self) -> None:
        data = self.socket.recv(1 << 16)
        if not data:
            raise ConnectionError(f"the server closed the connection; unread: {bytes(self._buffer)!r}")
        self._buffer += data

    def _read_line(self) -> bytes:
        start = 0
        while (end := self._buffer.find(b"\r\n", start)) < 0:
            start = max(0, len(self._buffer) - 1)
            self._fill()
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return line

    def _read_exactly(self, count: int) -> bytes:
        while len(self._buffer) < count:
            self._fill()
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data


def encode(argv: Sequence[Argument]) -> bytes:
    """The request as an array of bulk strings."""
    parts = [b"*%d\r\n" % len(argv)]
    for argument in argv:
        raw = argument if isinstance(argument, bytes | bytearray) else str(argument).encode()
        parts.append(b"$%d\r\n%b\r\n" % (len(raw), raw))
    return b"".join(parts)
