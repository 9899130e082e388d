"""The list: elements in order, fast at both ends, tolerable in the middle.

A short list is a plain Python list and has the encoding "listpack"; beyond list-max-listpack-size it becomes a chain
of nodes (lists_nodes.py) and has the encoding "quicklist". It becomes short again at half of that limit, so that a
list at the limit does not change at every command. Methods that grow or shrink a list take that directive as `fill`:
up to so many elements, or for -1 to -5 up to 4, 8, 16, 32, 64 kB.
Indexes: those of the methods are Python's without negative ones; `bounds` turns a client's range into them.
Measured: a deque alone is 10 % faster at the ends, but takes 620 bytes when empty and
walks 78,000 blocks to the middle of ten million elements; a Python list moves all of them at every LPUSH.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import ClassVar, Protocol

from pyredis_server.datatypes.lists_nodes import (
    EMPTY_BYTES,
    NO_LIMIT,
    SMALLEST_LIMIT_BYTES,
    NodeChain,
    entries_bytes,
    entry_bytes,
    node_limits,
)

_OBJECT_BYTES = 33  # of a bytes object beside its content; allocations are multiples of 16


class Mixes(Protocol):
    """A digest that takes in data whose order matters (commands/debug_digest.py)."""

    def mix(self, data: bytes) -> None: ...


class List:
    """A value of type list. It is never empty in the keyspace: a command that takes the last element deletes it."""

    __slots__ = ("_chain", "_items", "_size")

    type_name: ClassVar[bytes] = b"list"

    def __init__(self) -> None:
        self._items: list[bytes] = []  # while there is no chain
        self._size = EMPTY_BYTES  # of the listpack that would hold them
        self._chain: NodeChain | None = None

    @classmethod
    def of(cls, elements: Sequence[bytes], fill: int) -> List:
        """Make a list of elements, as RESTORE, SORT STORE and files do."""
        made = cls()
        made.push_right(elements, fill)
        return made

    @classmethod
    def of_runs(cls, runs: Iterable[tuple[Sequence[bytes], bool]], fill: int) -> List:
        """Make a list of what `runs` gave, node by node; it is short if there is one node that is not too large."""
        made = cls()
        made._chain = chain = NodeChain(fill)
        for items, plain in runs:
            if plain:
                chain.adopt_large(items[0])
            else:
                chain.adopt(items, EMPTY_BYTES + entries_bytes(items))
        made.settle(fill, half=False)
        return made

    # -- what there is -------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._items) if self._chain is None else self._chain.count

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._items if self._chain is None else self._chain)

    def __reversed__(self) -> Iterator[bytes]:
        return reversed(self._items if self._chain is None else self._chain)

    def get(self, index: int) -> bytes | None:
        """The element at an index, negative ones counting from the end; None when there is none."""
        chain = self._chain
        length = len(self._items) if chain is None else chain.count
        if index < 0:
            index += length
        if not 0 <= index < length:
            return None
        return self._items[index] if chain is None else chain.get(index)

    def bounds(self, start: int, stop: int) -> tuple[int, int]:
        """Turn a client's range, whose stop counts in and whose negatives count from the end, into a slice's."""
        length = len(self)
        start = max(start + length, 0) if start < 0 else start
        stop = stop + length if stop < 0 else stop
        if start > stop or start >= length:
            return 0, 0
        return start, min(stop + 1, length)

    def slice(self, start: int, stop: int) -> list[bytes]:
        """The elements from `start` to before `stop`, which are within the list."""
        if self._chain is None:
            return self._items[start:stop]
        return self._chain.slice(start, stop) if start < stop else []

    def positions(self, value: bytes, rank: int, most: int, look_at: int) -> list[int]:
        """The indexes of elements equal to `value`.

        Args: rank, which match is the first to be told, negative to search from the end; most, how many are told, 0
            for all; look_at, how many elements are compared, 0 for all.
        """
        backwards = rank < 0
        skip = abs(rank) - 1
        length = len(self)
        elements: Iterable[bytes] = reversed(self) if backwards else self
        if look_at:
            elements = islice(elements, look_at)
        matches = islice((at for at, each in enumerate(elements) if each == value), skip, skip + most if most else None)
        return [length - 1 - at for at in matches] if backwards else list(matches)

    # -- the ends ------------------------------------------------------------------------------------------------

    def push_right(self, values: Sequence[bytes], fill: int) -> int:
        """Add elements at the end, one after the other. Returns the new length."""
        chain = self._chain
        if chain is None:
            if len(values) == 1 and fill < 0 and self._size + len(values[0]) <= SMALLEST_LIMIT_BYTES:
                items = self._items  # what follows in the usual case, written out
                items.append(values[0])
                self._size += entry_bytes(values[0])
                return len(items)
            self.prepare(values, fill)
            chain = self._chain
        if chain is None:
            items = self._items
            items += values
            self._size += entries_bytes(values)
            return len(items)
        chain.push_right(values)
        return chain.count

    def push_left(self, values: Sequence[bytes], fill: int) -> int:
        """Add elements at the beginning, one after the other: the last one becomes the first. Returns the length."""
        chain = self._chain
        if chain is None:
            if len(values) == 1 and fill < 0 and self._size + len(values[0]) <= SMALLEST_LIMIT_BYTES:
                items = self._items  # what follows in the usual case, written out
                items.insert(0, values[0])
                self._size += entry_bytes(values[0])
                return len(items)
            self.prepare(values, fill)
            chain = self._chain
        if chain is None:
            items = self._items
            items[:0] = values[::-1]
            self._size += entries_bytes(values)
            return len(items)
        chain.push_left(values)
        return chain.count

    def pop(self, left: bool, fill: int) -> bytes:
        """Remove the first or the last element; there must be one."""
        chain = self._chain
        if chain is None:
            value = self._items.pop(0) if left else self._items.pop()
            self._size -= entry_bytes(value)
            return value
        value = chain.pop_left() if left else chain.pop_right()
        if len(chain.nodes) == 1:
            self.settle(fill)
        return value

    def pop_many(self, count: int, *, left: bool, fill: int) -> list[bytes]:
        """Remove elements from one end and give them in the order in which they left; fewer if there are fewer."""
        values = self.take(count, left=left)
        self.settle(fill)
        return values

    def take(self, count: int, *, left: bool) -> list[bytes]:
        """`pop_many` with `settle` left to the caller, who adds elements first."""
        length = len(self)
        count = min(count, length)
        start = 0 if left else length - count
        values = self.slice(start, start + count)
        chain = self._chain
        if chain is None:
            del self._items[start:start + count]
            self._size -= entries_bytes(values)
        elif left:
            chain.drop_left(count)
        else:
            chain.drop_right(count)
        if not left:
            values.reverse()
        return values

    def trim(self, start: int, stop: int, fill: int) -> int:
        """Keep what is from `start` to before `stop`, within the list; a list may end up empty. Returns the losses."""
        length = len(self)
        chain = self._chain
        if chain is None:
            lost = self._items[:start] + self._items[stop:]
            self._items = self._items[start:stop]
            self._size -= entries_bytes(lost)
        else:
            chain.drop_left(start)
            chain.drop_right(length - stop)
            self.settle(fill)
        return length - len(self)

    # -- the middle ----------------------------------------------------------------------------------------------

    def replace(self, index: int, value: bytes, fill: int) -> bool:
        """Put another element at an index; False when there is none."""
        self.prepare((value,), fill)
        length = len(self)
        if index < 0:
            index += length
        if not 0 <= index < length:
            return False
        if self._chain is None:
            self._size += entry_bytes(value) - entry_bytes(self._items[index])
            self._items[index] = value
        else:
            self._chain.replace(index, value)
            self.settle(fill)
        return True

    def insert(self, pivot: bytes, value: bytes, fill: int, *, after: bool) -> bool:
        """Put an element before or after the first one that equals `pivot`; False when there is none."""
        self.prepare((value,), fill)
        if self._chain is None:
            if pivot not in self._items:
                return False
            self._items.insert(self._items.index(pivot) + after, value)
            self._size += entry_bytes(value)
            return True
        found = self._chain.find(pivot)
        if found is None:
            return False
        self._chain.insert(*found, value, after=after)
        return True

    def remove(self, value: bytes, count: int, fill: int) -> int:
        """Remove elements equal to `value`: the first `count`, the last -`count`, or all for 0. Returns their number.

        A list may end up empty.
        """
        most = abs(count) or NO_LIMIT
        if self._chain is not None:
            removed = self._chain.remove(value, most, from_right=count < 0)
            if removed:
                self.settle(fill)
            return removed
        items = self._items
        matches = items.count(value)
        removed = min(matches, most)
        if removed == matches:
            if removed:
                self._items = [each for each in items if each != value]
        else:
            if count < 0:
                items.reverse()
            for _ in range(removed):
                items.remove(value)
            if count < 0:
                items.reverse()
        self._size -= removed * entry_bytes(value)
        return removed

    # -- encodings -----------------------------------------------------------------------------------------------

    def encoding(self) -> bytes:
        """As OBJECT ENCODING names it."""
        return b"listpack" if self._chain is None else b"quicklist"

    def prepare(self, values: Sequence[bytes], fill: int) -> None:
        """Become a chain if these elements are too much for a short list. LSET and LINSERT do so before they look."""
        if self._chain is not None:
            return
        added = len(values[0]) if len(values) == 1 else sum(map(len, values))
        most_bytes, most_items = node_limits(fill)
        if self._size + added > most_bytes or len(self._items) + len(values) > most_items:
            self._chain = NodeChain(fill)
            self._chain.adopt(self._items, self._size)
            self._items = []
            self._size = 0

    def settle(self, fill: int, *, half: bool = True) -> None:
        """Become short again if one node is left and it is under half of the limits (or the limits, for a new list)."""
        chain = self._chain
        if chain is None or len(chain.nodes) != 1:
            return
        node = chain.nodes[0]
        most_bytes, most_items = node_limits(fill)
        if fill >= 0:
            most_bytes = NO_LIMIT
        if node.plain or node.size > most_bytes >> half or len(node.items) > most_items >> half:
            return
        self._items = list(node.items)
        self._size = node.size
        self._chain = None

    def runs(self) -> Iterator[tuple[Sequence[bytes], bool]]:
        """The elements node by node, and whether a node is a single large element; for DUMP and files."""
        if self._chain is None:
            yield self._items, False
        else:
            for node in self._chain.nodes:
                yield node.items, node.plain

    @property
    def node_count(self) -> int:
        """Nodes of a chain; 0 for a short list."""
        return 0 if self._chain is None else len(self._chain.nodes)

    # -- what the keyspace asks ----------------------------------------------------------------------------------

    def copy(self) -> List:
        """An equal list of the same encoding."""
        copied = List()
        copied._items = self._items.copy()
        copied._size = self._size
        copied._chain = None if self._chain is None else self._chain.copy()
        return copied

    def digest_into(self, digest: Mixes) -> None:
        """For DEBUG DIGEST."""
        for value in self:
            digest.mix(value)

    def free_effort(self) -> int:
        """About how many allocations there are to free."""
        return len(self)

    def owned_parts(self) -> Iterable[object]:
        """For the lazy freer."""
        if self._chain is None:
            return (self._items,)
        return [self._chain.nodes, *[node.items for node in self._chain.nodes]]

    def estimate_bytes(self, samples: int) -> int:
        """About how much memory the list takes, judged by `samples` of its elements; 0 looks at all."""
        length = len(self)
        own = sys.getsizeof(self)
        if not length:
            return own + sys.getsizeof(self._items)
        seen = [len(each) + _OBJECT_BYTES + 15 & ~15 for each in islice(self, samples or None)]
        elements = sum(seen) * length // len(seen)
        if self._chain is None:
            return own + sys.getsizeof(self._items) + elements
        nodes = self._chain.nodes
        some = list(islice(nodes, samples or None))
        containers = sum(sys.getsizeof(node) + sys.getsizeof(node.items) for node in some) * len(nodes) // len(some)
        return own + sys.getsizeof(self._chain) + sys.getsizeof(nodes) + containers + elements
