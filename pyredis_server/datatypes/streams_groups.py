"""Consumer groups: who has been given which entries of a stream and has not acknowledged them.

A group keeps its pending entries by ID, each with its owner, the time of the last delivery and how often it was
delivered. Both the group and the consumer know the order of their IDs, so that ranges are found quickly. An entry that
was given back (XNACK) is pending without an owner. For claiming by idle time (XREADGROUP CLAIM) there is a heap of the
times of delivery; it is made by the first such command.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Final

UNKNOWN: Final = -1  # entries_read that cannot be told; an active time of a consumer that was never active
CHUNK: Final = 128  # best of 128, 512, 2048 in tools/measure_streams.py
_STALE_SHARE: Final = 2  # a heap with so many times as many times as entries is made anew
_STALE_LEAST: Final = 64


class SortedIds:
    """IDs in order, in chunks. Adding at the end, which is the usual case, costs an append."""

    __slots__ = ("chunks", "count", "lasts")

    def __init__(self) -> None:
        self.chunks: list[list[int]] = []  # none is empty
        self.lasts: list[int] = []  # the last ID of each
        self.count = 0

    def __len__(self) -> int:
        return self.count

    def add(self, entry_id: int) -> None:
        """Add an ID that is not there."""
        lasts = self.lasts
        self.count += 1
        if not lasts or entry_id > lasts[-1]:
            if lasts and len(self.chunks[-1]) < CHUNK:
                self.chunks[-1].append(entry_id)
                lasts[-1] = entry_id
            else:
                self.chunks.append([entry_id])
                lasts.append(entry_id)
            return
        at = bisect_left(lasts, entry_id)
        chunk = self.chunks[at]
        chunk.insert(bisect_left(chunk, entry_id), entry_id)
        if len(chunk) > 2 * CHUNK:
            self.chunks.insert(at, chunk[:CHUNK])
            lasts.insert(at, chunk[CHUNK - 1])
            del chunk[:CHUNK]

    def remove(self, entry_id: int) -> None:
        """Remove an ID that is there."""
        lasts = self.lasts
        at = bisect_left(lasts, entry_id)
        chunk = self.chunks[at]
        del chunk[bisect_left(chunk, entry_id)]
        self.count -= 1
        if not chunk:
            del self.chunks[at]
            del lasts[at]
        else:
            lasts[at] = chunk[-1]

    def first(self) -> int | None:
        """The smallest, or None."""
        return self.chunks[0][0] if self.chunks else None

    def last(self) -> int | None:
        """The greatest, or None."""
        return self.lasts[-1] if self.lasts else None

    def range(self, low: int, high: int, limit: int | None = None) -> list[int]:
        """The IDs from `low` to `high`, both included; the first `limit` of them."""
        found: list[int] = []
        lasts = self.lasts
        for at in range(bisect_left(lasts, low), len(lasts)):
            chunk = self.chunks[at]
            start = bisect_left(chunk, low)
            stop = len(chunk) if lasts[at] <= high else bisect_right(chunk, high)
            found += chunk[start:stop]
            if stop < len(chunk) or (limit is not None and len(found) >= limit):
                break
        return found if limit is None else found[:limit]

    def __iter__(self) -> Iterator[int]:
        for chunk in self.chunks:
            yield from chunk

    def copy(self) -> SortedIds:
        """An equal object that can change without this one."""
        other = SortedIds()
        other.chunks = [chunk.copy() for chunk in self.chunks]
        other.lasts = self.lasts.copy()
        other.count = self.count
        return other


class Consumer:
    """A member of a group. Times in ms since the epoch; `active_ms` is UNKNOWN while it has got nothing."""

    __slots__ = ("active_ms", "ids", "name", "seen_ms")

    def __init__(self, name: bytes, seen_ms: int, active_ms: int = UNKNOWN) -> None:
        self.name = name
        self.seen_ms = seen_ms
        self.active_ms = active_ms
        self.ids = SortedIds()  # of its pending entries


class Pending:
    """An entry that was delivered and not acknowledged. `consumer` is None once it was given back."""

    __slots__ = ("consumer", "delivered_ms", "deliveries")

    def __init__(self, consumer: Consumer | None, delivered_ms: int, deliveries: int) -> None:
        self.consumer = consumer
        self.delivered_ms = delivered_ms
        self.deliveries = deliveries


class Group:
    """A consumer group. `last_id`: the last entry delivered; `entries_read`: how many that makes, or UNKNOWN."""

    __slots__ = ("consumers", "entries_read", "last_id", "order", "pending", "released", "timeline")

    def __init__(self, last_id: int, entries_read: int = UNKNOWN) -> None:
        self.last_id = last_id
        self.entries_read = entries_read
        self.consumers: dict[bytes, Consumer] = {}
        self.pending: dict[int, Pending] = {}
        self.order = SortedIds()  # the IDs of `pending`
        self.released: dict[int, None] = {}  # those that were given back, in that order
        self.timeline: list[tuple[int, int]] | None = None  # heap of (delivered_ms, ID), with some that are past

    # Consumers

    def add_consumer(self, name: bytes, seen_ms: int, active_ms: int = UNKNOWN) -> Consumer:
        """Add a consumer; there must be none of that name."""
        consumer = Consumer(name, seen_ms, active_ms)
        self.consumers[name] = consumer
        return consumer

    def remove_consumer(self, name: bytes) -> int | None:
        """Remove a consumer with its pending entries and tell how many they were; None if there is no such one."""
        consumer = self.consumers.pop(name, None)
        if consumer is None:
            return None
        for entry_id in consumer.ids:
            del self.pending[entry_id]
            self.order.remove(entry_id)
        return len(consumer.ids)

    def sorted_consumers(self) -> list[Consumer]:
        """The consumers by name, the order in which Redis gives them."""
        return [self.consumers[name] for name in sorted(self.consumers)]

    # Pending entries

    def add_pending(self, entry_id: int, consumer: Consumer | None, delivered_ms: int, deliveries: int) -> Pending:
        """Note that an entry was delivered; it must not be pending. Without a consumer it is one given back."""
        pending = Pending(consumer, delivered_ms, deliveries)
        self.pending[entry_id] = pending
        self.order.add(entry_id)
        if consumer is None:
            self.released[entry_id] = None
        else:
            consumer.ids.add(entry_id)
            if self.timeline is not None:
                self._note_time(delivered_ms, entry_id)
        return pending

    def remove_pending(self, entry_id: int) -> bool:
        """Forget an entry: it was acknowledged, or is gone. False when it is not pending."""
        pending = self.pending.pop(entry_id, None)
        if pending is None:
            return False
        self.order.remove(entry_id)
        if pending.consumer is None:
            self.released.pop(entry_id, None)
        else:
            pending.consumer.ids.remove(entry_id)
        return True

    def give(self, entry_id: int, pending: Pending, consumer: Consumer) -> None:
        """Make a consumer the owner of a pending entry."""
        if pending.consumer is consumer:
            return
        if pending.consumer is None:
            self.released.pop(entry_id, None)
        else:
            pending.consumer.ids.remove(entry_id)
        pending.consumer = consumer
        consumer.ids.add(entry_id)

    def release(self, entry_id: int, pending: Pending) -> None:
        """Take a pending entry from its owner; it joins those that are claimed first, as the last of them."""
        if pending.consumer is not None:
            pending.consumer.ids.remove(entry_id)
            pending.consumer = None
        self.released.pop(entry_id, None)
        self.released[entry_id] = None
        pending.delivered_ms = 0

    def set_time(self, entry_id: int, pending: Pending, delivered_ms: int) -> None:
        """Change the time of the last delivery."""
        pending.delivered_ms = delivered_ms
        if self.timeline is not None:
            self._note_time(delivered_ms, entry_id)

    def idle_since(self, delivered_ms: int) -> Iterator[int]:
        """The IDs that were given back, then those last delivered at this time or before, the longest idle first.

        Nothing may be changed before the iterator is closed.
        """
        yield from self.released
        timeline = self._timeline()
        passed: list[tuple[int, int]] = []
        try:
            while timeline and timeline[0][0] <= delivered_ms:
                item = heapq.heappop(timeline)
                if self._is_current(*item) and (not passed or passed[-1] != item):
                    passed.append(item)
                    yield item[1]
        finally:
            for item in passed:
                heapq.heappush(timeline, item)

    def longest_idle_ms(self) -> int | None:
        """When the entry that waits longest was delivered: 0 if one was given back, None if there is no entry."""
        if self.released:
            return 0
        if not self.pending:
            return None
        timeline = self._timeline()
        while timeline:
            delivered_ms, entry_id = timeline[0]
            if self._is_current(delivered_ms, entry_id):
                return delivered_ms
            heapq.heappop(timeline)
        return None

    def _is_current(self, delivered_ms: int, entry_id: int) -> bool:
        pending = self.pending.get(entry_id)
        return pending is not None and pending.consumer is not None and pending.delivered_ms == delivered_ms

    def _timeline(self) -> list[tuple[int, int]]:
        if self.timeline is None:
            self.timeline = [(pending.delivered_ms, entry_id) for entry_id, pending in self.pending.items()
                             if pending.consumer is not None]
            heapq.heapify(self.timeline)
        return self.timeline

    def _note_time(self, delivered_ms: int, entry_id: int) -> None:
        timeline = self.timeline
        assert timeline is not None, "asked before"
        if len(timeline) > _STALE_SHARE * len(self.pending) + _STALE_LEAST:
            self.timeline = None  # it is made anew when somebody asks
        else:
            heapq.heappush(timeline, (delivered_ms, entry_id))

    # What the keyspace asks

    def copy(self) -> Group:
        """An equal group that shares nothing changeable with this one."""
        other = Group(self.last_id, self.entries_read)
        twins: dict[Consumer | None, Consumer | None] = {None: None}
        for consumer in self.consumers.values():
            twin = other.add_consumer(consumer.name, consumer.seen_ms, consumer.active_ms)
            twin.ids = consumer.ids.copy()
            twins[consumer] = twin
        other.pending = {entry_id: Pending(twins[pending.consumer], pending.delivered_ms, pending.deliveries)
                         for entry_id, pending in self.pending.items()}
        other.order = self.order.copy()
        other.released = self.released.copy()
        return other

    def owned_parts(self) -> Iterator[object]:
        """The containers that belong to this group alone."""
        yield self.pending
        yield self.order.chunks
        if self.timeline is not None:
            yield self.timeline
        for consumer in self.consumers.values():
            yield consumer.ids.chunks
        yield self.consumers
