"""The chain of nodes in which a long list is kept.

A node is what would be one node of Redis's quicklist: a run of elements whose listpack has at most so many bytes or
elements, or a single large element ("plain"). The elements themselves are Python objects in a deque; only their
encoded size is counted. So both ends cost nothing, an index is found by walking over nodes, not elements, and the
encoding that a client sees changes exactly when Redis's would.
Elsewhere: the value that clients see, and when a short list becomes a chain and back, is lists.py.
Source: sizes from the listpack format as the documentation of RDB files describes it; rules of splitting and merging
seen on 8.2.3, tests/compat/cases_lists.py.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, repeat
from typing import Final

from pyredis_server.base.numeric import parse_int

EMPTY_BYTES: Final = 7  # of a listpack without elements
ENTRY_ESTIMATE_BYTES: Final = 8  # what Redis adds to an element's length when it asks whether a node has room
SAFE_BYTES: Final = 8192  # a node's size where only the number of elements is limited
SMALLEST_LIMIT_BYTES: Final = 4096
SIZE_LIMITS: Final = (SMALLEST_LIMIT_BYTES, 8192, 16384, 32768, 65536)  # by list-max-listpack-size -1 to -5
NO_LIMIT: Final = 1 << 62
MOST_IN_A_NODE: Final = (1 << 15) - 1


def node_limits(fill: int) -> tuple[int, int]:
    """The most bytes and elements of a node, from list-max-listpack-size."""
    if fill < 0:
        return SIZE_LIMITS[min(-fill, len(SIZE_LIMITS)) - 1], NO_LIMIT
    return SAFE_BYTES, fill or 1


def integer_bytes(number: int) -> int:
    """What an integer of 64 bits takes in a listpack."""
    if number < 0:
        number = max(~number, 128)  # the one-byte form is for 0 to 127 only
    return (2 if number <= 127 else 3 if number <= 4095 else 4 if number <= 32767 else 5 if number <= 8388607 else
            6 if number <= 2147483647 else 10)


def entry_bytes(value: bytes) -> int:
    """What an element takes in a listpack: its encoding and the length by which it is found from behind."""
    length = len(value)
    if 0 < length <= 20 and value[0] <= 57:
        if length < 19 and value.isdigit() and (value[0] != 48 or length == 1):  # the usual case of parse_int
            return integer_bytes(int(value))
        parsed = parse_int(value)
        return length + 2 if parsed is None else integer_bytes(parsed)
    if length < 64:
        return length + 2
    encoded = length + (2 if length < 4096 else 5)
    if encoded <= 127:
        return encoded + 1
    return encoded + (2 if encoded < 16383 else 3 if encoded < 2097151 else 4 if encoded < 268435455 else 5)


def entries_bytes(values: Iterable[bytes]) -> int:
    """What several elements take in a listpack."""
    return sum(map(entry_bytes, values))


class Node:
    """A run of elements. `size`: bytes of their listpack; a plain node's is the length of its only element."""

    __slots__ = ("items", "plain", "size")

    def __init__(self, items: Iterable[bytes], size: int, *, plain: bool = False) -> None:
        self.items = deque(items)
        self.size = size
        self.plain = plain

    def copy(self) -> Node:
        """An equal node that can change without this one."""
        return Node(self.items, self.size, plain=self.plain)


class NodeChain:
    """A list as a chain of nodes. `fill` is the list-max-listpack-size that held when it was made."""

    __slots__ = ("_most_bytes", "_most_items", "count", "nodes")

    def __init__(self, fill: int) -> None:
        self.nodes: deque[Node] = deque()
        self.count = 0
        self._most_bytes, most_items = node_limits(fill)
        self._most_items = min(most_items, MOST_IN_A_NODE) if fill >= 0 else most_items

    def copy(self) -> NodeChain:
        """An equal chain that can change without this one."""
        copied = NodeChain.__new__(NodeChain)
        copied.nodes = deque([node.copy() for node in self.nodes])
        copied.count = self.count
        copied._most_bytes = self._most_bytes  # noqa: SLF001  # one class
        copied._most_items = self._most_items  # noqa: SLF001
        return copied

    def adopt(self, items: Sequence[bytes], size: int) -> None:
        """Add elements at the end as one node, whatever its limits, as when a listpack becomes a chain."""
        if items:
            self.nodes.append(Node(items, size))
            self.count += len(items)

    def adopt_large(self, value: bytes) -> None:
        """Add an element at the end as a plain node, whatever its size."""
        self.nodes.append(Node((value,), len(value), plain=True))
        self.count += 1

    # -- the ends ------------------------------------------------------------------------------------------------

    def push_right(self, values: Iterable[bytes]) -> None:
        """Add elements at the end, one after the other."""
        nodes = self.nodes
        most_bytes = self._most_bytes
        for value in values:
            length = len(value)
            size = length + 2 if 0 < length < 64 and value[0] > 57 else entry_bytes(value)  # its usual case
            self.count += 1
            if nodes:
                node = nodes[-1]
                items = node.items
                if (node.size + length + ENTRY_ESTIMATE_BYTES <= most_bytes and len(items) < self._most_items
                        and not node.plain):
                    items.append(value)
                    node.size += size
                    continue
            nodes.append(self._node_of(value, size))

    def push_left(self, values: Iterable[bytes]) -> None:
        """Add elements at the beginning, one after the other."""
        nodes = self.nodes
        most_bytes = self._most_bytes
        for value in values:
            length = len(value)
            size = length + 2 if 0 < length < 64 and value[0] > 57 else entry_bytes(value)
            self.count += 1
            if nodes:
                node = nodes[0]
                items = node.items
                if (node.size + length + ENTRY_ESTIMATE_BYTES <= most_bytes and len(items) < self._most_items
                        and not node.plain):
                    items.appendleft(value)
                    node.size += size
                    continue
            nodes.appendleft(self._node_of(value, size))

    def pop_right(self) -> bytes:
        """Remove the last element. There must be one."""
        node = self.nodes[-1]
        value = node.items.pop()
        self.count -= 1
        if node.items:
            length = len(value)
            node.size -= length + 2 if 0 < length < 64 and value[0] > 57 else entry_bytes(value)
        else:
            self.nodes.pop()
        return value

    def pop_left(self) -> bytes:
        """Remove the first element. There must be one."""
        node = self.nodes[0]
        value = node.items.popleft()
        self.count -= 1
        if node.items:
            length = len(value)
            node.size -= length + 2 if 0 < length < 64 and value[0] > 57 else entry_bytes(value)
        else:
            self.nodes.popleft()
        return value

    def drop_left(self, count: int) -> None:
        """Remove the first elements; there must be as many."""
        nodes = self.nodes
        self.count -= count
        while count:
            node = nodes[0]
            if len(node.items) <= count:
                count -= len(node.items)
                nodes.popleft()
                continue
            popleft = node.items.popleft
            node.size -= entries_bytes([popleft() for _ in repeat(None, count)])
            return

    def drop_right(self, count: int) -> None:
        """Remove the last elements; there must be as many."""
        nodes = self.nodes
        self.count -= count
        while count:
            node = nodes[-1]
            if len(node.items) <= count:
                count -= len(node.items)
                nodes.pop()
                continue
            pop = node.items.pop
            node.size -= entries_bytes([pop() for _ in repeat(None, count)])
            return

    # -- anywhere ------------------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[bytes]:
        for node in self.nodes:
            yield from node.items

    def __reversed__(self) -> Iterator[bytes]:
        for node in reversed(self.nodes):
            yield from reversed(node.items)

    def locate(self, index: int) -> tuple[int, int]:
        """The number of the node that holds an existing element, and the element's place in it."""
        if index < self.count // 2:
            for at, node in enumerate(self.nodes):
                length = len(node.items)
                if index < length:
                    return at, index
                index -= length
        else:
            behind = self.count - 1 - index
            for at, node in enumerate(reversed(self.nodes), 1):
                length = len(node.items)
                if behind < length:
                    return len(self.nodes) - at, length - 1 - behind
                behind -= length
        raise IndexError(index)

    def get(self, index: int) -> bytes:
        """The element at an existing index."""
        at, offset = self.locate(index)
        return self.nodes[at].items[offset]

    def slice(self, start: int, stop: int) -> list[bytes]:
        """The elements from `start` to before `stop`; both must be there and differ."""
        at, offset = self.locate(start)
        wanted = stop - start
        found: list[bytes] = []
        for node in islice(self.nodes, at, None) if at else self.nodes:
            found += islice(node.items, offset, offset + wanted - len(found))
            if len(found) == wanted:
                break
            offset = 0
        return found

    def find(self, value: bytes) -> tuple[int, int] | None:
        """Where the first element equal to `value` is, as `locate` tells it."""
        for at, node in enumerate(self.nodes):
            if value in node.items:
                return at, node.items.index(value)
        return None

    def remove(self, value: bytes, count: int, *, from_right: bool) -> int:
        """Remove up to `count` elements equal to `value`. Returns their number."""
        removed = 0
        size = entry_bytes(value)
        for node in reversed(self.nodes) if from_right else self.nodes:
            matches = node.items.count(value)
            if not matches:
                continue
            chosen = min(matches, count - removed)
            if chosen == matches:
                node.items = deque([each for each in node.items if each != value])
            else:
                if from_right:
                    node.items.reverse()
                for _ in repeat(None, chosen):
                    node.items.remove(value)
                if from_right:
                    node.items.reverse()
            node.size -= size * chosen
            removed += chosen
            if removed == count:
                break
        if removed:
            self.count -= removed
            self._sweep()
        return removed

    def replace(self, index: int, value: bytes) -> None:
        """Put another element at an existing index."""
        at, offset = self.locate(index)
        node = self.nodes[at]
        large = self._is_large(value)
        if node.plain:
            if large:
                node.items[0] = value
                node.size = len(value)
            else:
                self._insert(at, 0, value, after=True)
                del self.nodes[at]
                self.count -= 1
        elif not large:
            node.size += entry_bytes(value) - entry_bytes(node.items[offset])
            node.items[offset] = value
        else:
            self._replace_by_large(at, offset, value)

    def insert(self, at: int, offset: int, value: bytes, *, after: bool) -> None:
        """Put an element before or after the one that `locate` or `find` gave."""
        self._insert(at, offset, value, after=after)

    def _insert(self, at: int, offset: int, value: bytes, *, after: bool) -> None:
        nodes = self.nodes
        node = nodes[at]
        self.count += 1
        at_edge = offset == (len(node.items) - 1 if after else 0)
        if self._has_room(node, value):
            node.items.insert(offset + 1 if after else offset, value)
            node.size += entry_bytes(value)
        elif at_edge or node.plain:
            self._insert_beside(at, value, after=after, may_share=at_edge)
        else:
            rest = self._split(node, offset + 1 if after else offset)
            if self._is_large(value):
                nodes.insert(at + 1, rest)
                nodes.insert(at + 1, self._node_of(value, len(value)))
                return
            grown = rest if after else node
            grown.size += entry_bytes(value)
            if after:
                grown.items.appendleft(value)
            else:
                grown.items.append(value)
            nodes.insert(at + 1, rest)
            self._merge_around(at if after else at + 1)

    def _insert_beside(self, at: int, value: bytes, *, after: bool, may_share: bool) -> None:
        """Put an element into the neighbour of a node, or between the two when that has no room."""
        nodes = self.nodes
        beside = at + 1 if after else at - 1
        if may_share and 0 <= beside < len(nodes) and self._has_room(nodes[beside], value):
            neighbour = nodes[beside]
            neighbour.size += entry_bytes(value)
            if after:
                neighbour.items.appendleft(value)
            else:
                neighbour.items.append(value)
        else:
            nodes.insert(at + 1 if after else at, self._node_of(value, entry_bytes(value)))

    def _replace_by_large(self, at: int, offset: int, value: bytes) -> None:
        """Put a large element, which has a node of its own, in place of one inside a node."""
        nodes = self.nodes
        node = nodes[at]
        if offset < len(node.items) - 1:
            nodes.insert(at + 1, self._split(node, offset + 1))
        nodes.insert(at + 1, self._node_of(value, 0))
        replaced = node.items.pop()
        if node.items:
            node.size -= entry_bytes(replaced)
            self._merge_around(at + 1)
        else:
            del nodes[at]

    # -- nodes ---------------------------------------------------------------------------------------------------

    def _is_large(self, value: bytes) -> bool:
        return len(value) > self._most_bytes

    def _node_of(self, value: bytes, size: int) -> Node:
        if len(value) > self._most_bytes:
            return Node((value,), len(value), plain=True)
        return Node((value,), EMPTY_BYTES + size)

    def _has_room(self, node: Node, value: bytes) -> bool:
        return (not node.plain and node.size + len(value) + ENTRY_ESTIMATE_BYTES <= self._most_bytes
                and len(node.items) < self._most_items)

    @staticmethod
    def _split(node: Node, offset: int) -> Node:
        """Take the elements from `offset` on out of a node; they are returned as a node of their own."""
        pop = node.items.pop
        taken = [pop() for _ in repeat(None, len(node.items) - offset)]
        taken.reverse()
        size = entries_bytes(taken)
        node.size -= size
        return Node(taken, EMPTY_BYTES + size)

    def _merge_around(self, center: int) -> None:
        """After a split, join neighbours that fit into one node: the two before, the two behind, then the centre."""
        if center >= 2 and self._merge(center - 2):
            center -= 1
        self._merge(center + 1)
        if center >= 1 and self._merge(center - 1):
            center -= 1
        self._merge(center)

    def _merge(self, at: int) -> bool:
        """Join a node with the next if both are there and fit."""
        nodes = self.nodes
        if at + 1 >= len(nodes):
            return False
        one, other = nodes[at], nodes[at + 1]
        size = one.size + other.size - EMPTY_BYTES
        if (one.plain or other.plain or size > self._most_bytes
                or len(one.items) + len(other.items) > self._most_items):
            return False
        one.items += other.items
        one.size = size
        del nodes[at + 1]
        return True

    def _sweep(self) -> None:
        """Drop the nodes that lost their last element."""
        if not all(node.items for node in self.nodes):
            self.nodes = deque([node for node in self.nodes if node.items])
