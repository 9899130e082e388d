"""How threads wake one another: a byte through a socket pair, and an eventfd or socket pair inside a poller.

Waking through a socket pair is what measured best on Linux (docs/performance.md): the kernel treats the write as a
synchronous wake-up, so the woken thread lands on the waker's core and the waker is not preempted.
"""

from __future__ import annotations

import os
import select
import socket
import struct
import sys


class Bell:
    """One thread waits, others ring. A ring while nobody waits is kept; several may be heard as one."""

    __slots__ = ("_reader", "_writer", "_timeout_s", "_fixed", "_poll")

    def __init__(self, timeout_s: float) -> None:
        """`timeout_s` is the usual longest wait; the kernel enforces it without a further system call."""
        self._reader, self._writer = socket.socketpair()
        self._timeout_s = timeout_s
        self._fixed = sys.platform == "linux"
        if self._fixed:
            whole = int(timeout_s)
            interval = struct.pack("ll", whole, int((timeout_s - whole) * 1_000_000))
            self._reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, interval)
        self._writer.setblocking(False)
        self._poll = None
        if hasattr(select, "poll"):  # select() fails for descriptors over 1023
            self._poll = select.poll()
            self._poll.register(self._reader, select.POLLIN)

    def ring(self) -> None:
        """Wake the waiter. Any thread; never blocks."""
        try:
            self._writer.send(b"x")
        except BlockingIOError:
            pass  # the pair is full of rings: the waiter will wake
        except OSError:
            pass  # closed while the server stops; nobody waits any more

    def wait(self) -> bool:
        """Sleep until a ring (True) or the usual timeout (False). A ring may be one that was meant for earlier."""
        if not self._fixed:
            return self.wait_at_most(self._timeout_s)
        try:
            self._reader.recv(4096)
        except BlockingIOError:
            return False
        return True

    def wait_at_most(self, seconds: float) -> bool:
        """The same for `seconds`, to the precision of poll()."""
        ready: object
        if self._poll is not None:
            ready = self._poll.poll(seconds * 1000)
        else:
            ready = select.select([self._reader], [], [], seconds)[0]
        if ready:
            self._reader.recv(4096)
        return bool(ready)

    def close(self) -> None:
        """Free both descriptors."""
        self._reader.close()
        self._writer.close()


class PollerWake:
    """Wakes a thread that sleeps in its poller: an eventfd where there is one, else a socket pair."""

    __slots__ = ("fd", "_writer", "_reader")

    def __init__(self, *, use_eventfd: bool = hasattr(os, "eventfd")) -> None:
        self._reader: socket.socket | None = None
        self._writer: socket.socket | None = None
        if use_eventfd:
            self.fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        else:
            self._reader, self._writer = socket.socketpair()
            self._reader.setblocking(False)
            self._writer.setblocking(False)
            self.fd = self._reader.fileno()

    def ring(self) -> None:
        """Make `fd` readable. Any thread; never blocks."""
        if self._writer is None:
            os.eventfd_write(self.fd, 1)
            return
        try:
            self._writer.send(b"x")
        except BlockingIOError:
            pass  # readable already

    def clear(self) -> None:
        """Forget the rings heard so far. Only the polling thread."""
        try:
            if self._reader is None:
                os.eventfd_read(self.fd)
            else:
                self._reader.recv(4096)
        except BlockingIOError:
            pass  # somebody else's ring was taken already

    def close(self) -> None:
        """Free the descriptors."""
        if self._reader is None:
            os.close(self.fd)
        else:
            self._reader.close()
            if self._writer is not None:
                self._writer.close()
