"""Freeing big values away from the executor, in slices.

Freeing a container of a million elements takes a hundred milliseconds, during which the thread that does it holds the
GIL. So containers are emptied a slice at a time, and after each slice the thread sleeps for a moment: without that it
would have the GIL back before the executor wakes up.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol, TypeAlias

from pyredis_server.background.worker import ErrorReport, Worker

INLINE_EFFORT = 64  # as Redis: below that, handing over costs more than freeing
SLICE_ELEMENTS = 512  # about 100 us of work
PAUSE_S = 0.000_05  # with the timer's slack about 100 us: the executor gets at least every other slot
_LEAVES = frozenset({bytes, bytearray, int, float, bool, str, type(None)})  # freed at once, whatever the size

_Container: TypeAlias = dict[object, object] | list[object] | set[object] | deque[object]


class HasParts(Protocol):
    """A value that can be freed in slices."""

    def owned_parts(self) -> Iterable[object]:
        """The containers (dict, list, set, deque, or values like this) that belong to the value alone.

        They are emptied: what other values or the server refer to must not be among them or inside them.
        """


class LazyFreer:
    """The `bio_lazy_free` thread. `free` is called by the executor; the counters may be read by any thread."""

    __slots__ = ("_finished", "_forgotten", "_pause", "_queued", "_worker")

    def __init__(self, report: ErrorReport, *, pause: Callable[[], None] | None = None) -> None:
        self._worker = Worker("bio_lazy_free", report)
        self._pause = pause or _pause
        self._queued = 0  # written by the executor only
        self._finished = 0  # written by the thread only
        self._forgotten = 0  # of the finished, those that CONFIG RESETSTAT took out of sight

    def start(self) -> None:
        """Start the thread."""
        self._worker.start()

    def stop(self) -> None:
        """Free what is queued, then end the thread."""
        self._worker.stop()

    def free(self, value: object, effort: int) -> None:
        """Drop `value`: here if that is quick, else in the background. Nobody may use it any more.

        `effort` is about how many allocations it consists of. A value counts as one object, or as `object_count`.
        """
        if effort <= INLINE_EFFORT:
            return
        objects = getattr(value, "object_count", 1)
        self._queued += objects
        self._worker.submit(_FreeJob(self, value, objects))

    def pending(self) -> int:
        """Objects that wait to be freed."""
        return self._queued - self._finished

    def freed(self) -> int:
        """Objects freed in the background since the start or the last `forget_freed`."""
        return self._finished - self._forgotten

    def forget_freed(self) -> None:
        """Begin to count anew, as CONFIG RESETSTAT does."""
        self._forgotten = self._finished

    def _done(self, objects: int) -> None:
        self._finished += objects


class _FreeJob:
    """One value to free. Not a closure: the value must not outlive the call in a cell."""

    __slots__ = ("freer", "objects", "value")

    def __init__(self, freer: LazyFreer, value: object, objects: int) -> None:
        self.freer = freer
        self.value: object = value
        self.objects = objects

    def __call__(self) -> None:
        freer = self.freer
        try:
            release(self, freer._pause)  # noqa: SLF001  # one class in two pieces
        finally:
            self.value = None
            freer._done(self.objects)  # noqa: SLF001

    def owned_parts(self) -> tuple[object]:
        """Hand the value over, so that it is not kept alive from here."""
        value, self.value = self.value, None
        return (value,)


def release(value: HasParts, pause: Callable[[], None]) -> None:
    """Empty the big containers that belong to `value`, calling `pause` after each slice."""
    stack: list[_Container] = []
    _push_big(value, stack)
    room = SLICE_ELEMENTS
    while stack:
        container = stack[-1]
        if not container:
            stack.pop()
            continue
        if room <= 0:
            pause()
            room = SLICE_ELEMENTS
        count = min(room, len(container))
        room -= count
        if isinstance(container, set):
            for _ in range(count):
                container.pop()
        elif isinstance(container, dict):
            for _ in range(count):
                element = container.popitem()[1]
                if element.__class__ not in _LEAVES:
                    _push_big(element, stack)  # it comes on top of its container and goes first
        else:
            for _ in range(count):
                element = container.pop()
                if element.__class__ not in _LEAVES:
                    _push_big(element, stack)
        element = None


def _push_big(value: object, stack: list[_Container]) -> None:
    """Put the containers of `value` that are worth slicing on the stack; the rest goes when the caller drops it."""
    if isinstance(value, (dict, list, set, deque)):
        if len(value) > INLINE_EFFORT:
            stack.append(value)
    elif isinstance(value, tuple):
        for element in value:
            if element.__class__ not in _LEAVES:
                _push_big(element, stack)
    else:
        parts = getattr(value, "owned_parts", None)  # isinstance with a Protocol takes a microsecond
        if parts is not None:
            for part in parts():
                _push_big(part, stack)


def _pause() -> None:
    time.sleep(PAUSE_S)
