"""Which sockets are ready: epoll on Linux, the standard library's selectors elsewhere (or when forced in a test).

Both give (descriptor, mask) pairs with epoll's bits, which the worker tests.
"""

from __future__ import annotations

import select
import selectors
from typing import Protocol

READ = 0x001
WRITE = 0x004


class Poller(Protocol):
    """Registration of descriptors and the wait for readiness. Owner: one worker."""

    name: str

    def register(self, fd: int, mask: int) -> None: ...

    def modify(self, fd: int, mask: int) -> None: ...

    def unregister(self, fd: int) -> None: ...

    def poll(self, timeout_s: float) -> list[tuple[int, int]]:
        """Wait at most `timeout_s` seconds, for ever when negative."""

    def close(self) -> None: ...


class SelectorPoller:
    """The portable fallback: the best selector of this system but epoll, unless one is given."""

    name = "select"

    def __init__(self, selector: selectors.BaseSelector | None = None) -> None:
        self._selector = selector or _best_selector()
        self.name = type(self._selector).__name__.removesuffix("Selector").lower()

    @staticmethod
    def _events(mask: int) -> int:
        return (selectors.EVENT_READ if mask & READ else 0) | (selectors.EVENT_WRITE if mask & WRITE else 0)

    def register(self, fd: int, mask: int) -> None:
        self._selector.register(fd, self._events(mask))

    def modify(self, fd: int, mask: int) -> None:
        known = fd in self._selector.get_map()
        if mask & (READ | WRITE):
            (self._selector.modify if known else self._selector.register)(fd, self._events(mask))
        elif known:  # selectors refuse an empty mask
            self._selector.unregister(fd)

    def unregister(self, fd: int) -> None:
        if fd in self._selector.get_map():
            self._selector.unregister(fd)

    def poll(self, timeout_s: float) -> list[tuple[int, int]]:
        ready = self._selector.select(None if timeout_s < 0 else timeout_s)
        return [
            (key.fd, (READ if events & selectors.EVENT_READ else 0) | (WRITE if events & selectors.EVENT_WRITE else 0))
            for key, events in ready
        ]

    def close(self) -> None:
        self._selector.close()


def make_poller(*, use_epoll: bool = hasattr(select, "epoll")) -> Poller:
    """Give the best poller of this system, or the fallback when `use_epoll` is false."""
    return EpollPoller() if use_epoll else SelectorPoller()


def _best_selector() -> selectors.BaseSelector:
    if hasattr(select, "epoll"):  # where the default would be epoll; only tests come here
        return selectors.PollSelector()
    return selectors.DefaultSelector()


class EpollPoller:
    """Linux's epoll, level triggered."""

    name = "epoll"

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self.register = self._epoll.register
        self.modify = self._epoll.modify
        self.unregister = self._epoll.unregister
        self.poll = self._epoll.poll
        self.close = self._epoll.close
