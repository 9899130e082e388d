"""What the executor does by the clock: periodic tasks and single deadlines. Owner: the executor thread."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

FAR_NS = 1 << 62
MANY = 256  # deadlines from which on those that were cancelled are swept out now and then


class Timer:
    """A deadline that can be cancelled."""

    __slots__ = ("at_ns", "call")

    def __init__(self, at_ns: int, call: Callable[[], None] | None) -> None:
        self.at_ns = at_ns
        self.call = call

    def cancel(self) -> None:
        """Never call; forgotten when its time comes."""
        self.call = None


class Periodic:
    """A task that runs every `period_ns`; the period may be changed between runs."""

    __slots__ = ("period_ns", "call", "next_ns")

    def __init__(self, period_ns: int, call: Callable[[], None], next_ns: int) -> None:
        self.period_ns = period_ns
        self.call = call
        self.next_ns = next_ns


class Timers:
    """All timers of one server. `next_ns` is when `run_due` wants to be called."""

    def __init__(self, now_ns: int) -> None:
        self.next_ns = FAR_NS
        self._now_ns = now_ns
        self._periodic: list[Periodic] = []
        self._heap: list[tuple[int, int, Timer]] = []
        self._order = itertools.count()
        self._crowded = MANY

    def every(self, period_ns: int, call: Callable[[], None]) -> Periodic:
        """Run `call` every `period_ns` from now on."""
        task = Periodic(period_ns, call, self._now_ns + period_ns)
        self._periodic.append(task)
        self._plan()
        return task

    def at(self, at_ns: int, call: Callable[[], None]) -> Timer:
        """Run `call` once at `at_ns` of the monotonic clock."""
        timer = Timer(at_ns, call)
        if len(self._heap) >= self._crowded:  # blocking commands set deadlines that are hours away and cancel most
            self._heap = [entry for entry in self._heap if entry[2].call is not None]
            heapq.heapify(self._heap)
            self._crowded = max(MANY, 2 * len(self._heap))
        heapq.heappush(self._heap, (at_ns, next(self._order), timer))
        if at_ns < self.next_ns:
            self._plan()
        return timer

    def run_due(self, now_ns: int) -> None:
        """Run what is due at `now_ns`. A periodic task that is late runs once, not once per missed period."""
        self._now_ns = now_ns
        for task in self._periodic:
            if task.next_ns <= now_ns:
                task.next_ns = max(task.next_ns + task.period_ns, now_ns + task.period_ns // 2)
                task.call()
        while self._heap and self._heap[0][0] <= now_ns:
            timer = heapq.heappop(self._heap)[2]
            if timer.call is not None:
                timer.call()
        self._plan()

    def _plan(self) -> None:
        while self._heap and self._heap[0][2].call is None:
            heapq.heappop(self._heap)
        periodic_ns = min((task.next_ns for task in self._periodic), default=FAR_NS)
        single_ns = self._heap[0][0] if self._heap else FAR_NS
        self.next_ns = min(periodic_ns, single_ns)
