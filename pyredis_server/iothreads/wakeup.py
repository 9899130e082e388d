"""How threads wake one another: a bell that one thread waits at, and a wake-up inside a poller.

On Linux a bell is an eventfd in an epoll of its own, edge triggered: waiting with a limit is one system call and
nothing has to be read. A round trip of two threads takes 8 us against 12 through a socket pair or a lock
(docs/performance.md).
"""

from __future__ import annotations

import os
import select
import selectors
import socket
from collections.abc import Callable

HAS_EVENTFD = hasattr(os, "eventfd") and hasattr(select, "epoll")


class Bell:
    """One thread waits, others ring. A ring while nobody waits is kept; several may be heard as one.

    Close it only when nobody can ring any more: the descriptor's number may soon belong to something else.
    """

    __slots__ = ("_epoll", "_fd", "_reader", "_selector", "_writer", "wait")

    def __init__(self, *, use_eventfd: bool = HAS_EVENTFD) -> None:
        self._fd = -1
        if use_eventfd:
            self._fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
            self._epoll = select.epoll()
            self._epoll.register(self._fd, select.EPOLLIN | select.EPOLLET)
            # wait(seconds) sleeps until a ring or so long, and gives something true after a ring.
            self.wait: Callable[[float], object] = self._epoll.poll
            return
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._reader, selectors.EVENT_READ)
        self.wait = self._wait_portably

    def ring(self) -> None:
        """Wake the waiter. Any thread; never blocks."""
        if self._fd >= 0:
            os.eventfd_write(self._fd, 1)
            return
        try:
            self._writer.send(b"x")
        except BlockingIOError:
            pass  # the pair is full of rings: the waiter will wake

    def _wait_portably(self, seconds: float) -> object:
        ready = self._selector.select(seconds)
        if ready:
            self._reader.recv(4096)
        return ready

    def close(self) -> None:
        """Free the descriptors."""
        if self._fd >= 0:
            self._epoll.close()
            os.close(self._fd)
        else:
            self._selector.close()
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
