"""Points in time by name, and whose comes first: fields of a hash that expire, keys that hold such hashes.

`at` may be read directly and is changed by the methods only. Setting a deadline costs what a dict costs until somebody
asks for the earliest of many; from then on a heap is kept beside the dict. Its entries are never searched: one that
says something else than `at` is out of date and is dropped when it comes up, or when such entries are the majority.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush

LINEAR_LIMIT = 64  # up to so many, looking at all (2 us) costs less than a heap beside them
STALE_SLACK = 64  # out-of-date entries that are not worth building the heap anew


class Deadlines:
    """Deadlines in milliseconds; what the names stand for is the owner's matter."""

    __slots__ = ("_heap", "at")

    def __init__(self, at: dict[bytes, int] | None = None) -> None:
        self.at: dict[bytes, int] = {} if at is None else at
        self._heap: list[tuple[int, bytes]] | None = None

    def copy(self) -> Deadlines:
        """The same deadlines, to be changed on their own."""
        return Deadlines(dict(self.at))

    def set(self, name: bytes, at_ms: int) -> None:
        """Give `name` this deadline, whether it has one or not."""
        self.at[name] = at_ms
        heap = self._heap
        if heap is not None:
            heappush(heap, (at_ms, name))
            if len(heap) > 2 * len(self.at) + STALE_SLACK:
                self._heap = None

    def lower(self, name: bytes, at_ms: int) -> None:
        """Give `name` this deadline unless it has an earlier one."""
        current = self.at.get(name)
        if current is None or at_ms < current:
            self.set(name, at_ms)

    def drop(self, name: bytes) -> bool:
        """Take the deadline of `name` away; False when there was none."""
        if self.at.pop(name, None) is None:
            return False
        if not self.at:
            self._heap = None
        return True

    def earliest(self) -> int | None:
        """The first deadline of all; None when there is none."""
        at = self.at
        if len(at) <= LINEAR_LIMIT:
            return min(at.values()) if at else None
        heap = self._queue()
        while at.get(heap[0][1]) != heap[0][0]:
            heappop(heap)
        return heap[0][0]

    def overdue(self, now_ms: int) -> list[bytes]:
        """All names whose deadline is before `now_ms`, the first one first. They stay."""
        earliest = self.earliest()
        if earliest is None or earliest >= now_ms:
            return []
        return [name for _, name in sorted((at_ms, name) for name, at_ms in self.at.items() if at_ms < now_ms)]

    def take_overdue(self, now_ms: int, limit: int) -> list[bytes]:
        """Take away up to `limit` deadlines before `now_ms`, the first ones, and give their names."""
        at = self.at
        if len(at) <= LINEAR_LIMIT:
            names = self.overdue(now_ms)[:limit]
            for name in names:
                self.drop(name)
            return names
        taken: list[bytes] = []
        heap = self._queue()
        while heap and heap[0][0] < now_ms and len(taken) < limit:
            at_ms, name = heappop(heap)
            if at.get(name) == at_ms:
                del at[name]
                taken.append(name)
        if not at:
            self._heap = None
        return taken

    def owned_parts(self) -> tuple[object, ...]:
        """For the lazy freer and MEMORY USAGE."""
        return (self.at,) if self._heap is None else (self.at, self._heap)

    def _queue(self) -> list[tuple[int, bytes]]:
        heap = self._heap
        if heap is None:
            heap = self._heap = [(at_ms, name) for name, at_ms in self.at.items()]
            heapify(heap)
        return heap
