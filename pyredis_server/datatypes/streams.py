"""The stream: entries in the order of their IDs, and the consumer groups that read them.

Entries are kept in nodes (streams_nodes.py), as many in one as Redis would have in a listpack, so that approximate
trimming drops the same entries and XINFO shows the same figures. The node of an ID is found by bisection. Nodes are
packed as soon as the next one is begun; one that is changed again stays open until another one is.
Elsewhere: consumer groups in streams_groups.py, XADD IDMP in streams_idmp.py.

For codecs (persistence/rdb/by_type/streams.py). To read: `length`, `last_id`, `first_id()`, `max_deleted_id`,
`entries_added`, `iter_nodes()` (of each node: `master_id`, `fields`, `deleted`, `count`, `entries()`), `groups` (by
name; `sorted_groups()`), `idmp`. Of a group: `last_id`, `entries_read`, `consumers`, `pending`, `order` (IDs of
`pending`, ascending), `released`. Of a consumer: `name`, `seen_ms`, `active_ms`, `ids`. To build: `Stream()`, then
`load_node` per node in order, the plain attributes, `groups[name] = Group(last_id, entries_read)`,
`group.add_consumer(...)`, `group.add_pending(...)`; at last `seal()`.
"""

from __future__ import annotations

import enum
import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import ClassVar, Final, Protocol

import attrs

from pyredis_server.datatypes.streams_groups import UNKNOWN, Group
from pyredis_server.datatypes.streams_idmp import Idempotency
from pyredis_server.datatypes.streams_nodes import (
    ID_MAX,
    SEQ_BITS,
    SEQ_MAX,
    Entry,
    Node,
    Row,
)

MOST_BYTES: Final = 1 << 30  # of a listpack; Redis refuses an entry that does not fit
_DROPPED_LEAST: Final = 64  # so many dropped nodes are let be at the beginning of the list


class Refs(enum.Enum):
    """What happens to the groups' pending entries when entries are deleted."""

    KEEP = b"KEEPREF"
    DELETE = b"DELREF"
    ACKED = b"ACKED"  # only entries that all groups have read and acknowledged are deleted


@attrs.frozen
class Trim:
    """How much of the beginning of a stream shall go: all but `maxlen` entries, or all before the ID `minid`.

    `approximate` drops whole nodes only, and at most `limit` entries; 0 means no limit.
    """

    maxlen: int | None = None
    minid: int | None = None
    approximate: bool = False
    limit: int = 0
    refs: Refs = Refs.KEEP


class Digest(Protocol):
    """What DEBUG DIGEST collects in (commands/debug_digest.py)."""

    def mix(self, data: bytes) -> None: ...


class Stream:
    """Entries by ID, and groups by name.

    `last_id` is the greatest ID that there ever was, `max_deleted_id` the greatest of a deleted entry, `entries_added`
    counts all entries ever added. `idmp` is None until something asks for it.
    """

    type_name: ClassVar[bytes] = b"stream"
    __slots__ = ("_first", "_masters", "_nodes", "_opened", "entries_added", "groups", "idmp", "last_id", "length",
                 "max_deleted_id")

    def __init__(self) -> None:
        self._nodes: list[Node] = []
        self._masters: list[int] = []  # their master IDs
        self._first = 0  # nodes before this one have been dropped
        self._opened: Node | None = None  # a node before the last that was opened for a change
        self.length = 0
        self.last_id = 0
        self.max_deleted_id = 0
        self.entries_added = 0
        self.groups: dict[bytes, Group] = {}
        self.idmp: Idempotency | None = None

    def __len__(self) -> int:
        return self.length

    # Nodes

    def iter_nodes(self) -> Iterator[Node]:
        """The nodes in order. Nothing may be changed meanwhile."""
        for at in range(self._first, len(self._nodes)):
            yield self._nodes[at]

    def node_count(self) -> int:
        """How many nodes there are."""
        return len(self._nodes) - self._first

    def load_node(self, master_id: int, fields: Row, entries: Iterable[Entry], deleted: int = 0,
                  size: int | None = None) -> Node:
        """Add a node after all others, as a file has it. `size`: of its listpack, where the file tells it.

        `entries` are the live ones, in order; `length` is counted, `entries_added` and `last_id` are not.
        """
        node = Node(master_id, fields)
        for entry_id, row in entries:
            node.append(entry_id, row)
        node.deleted = deleted
        if size is not None:
            node.size += size - node.listpack_bytes()
        if self._nodes:
            self._nodes[-1].pack()
        self._nodes.append(node)
        self._masters.append(master_id)
        self.length += node.count
        return node

    def seal(self) -> None:
        """Pack the last node, too, at the end of loading."""
        if self._nodes:
            self._nodes[-1].pack()

    def tree_nodes(self) -> int:
        """How many nodes the radix tree would have in which Redis keeps the nodes by their first IDs."""
        masters = self._masters
        start = self._first
        if start == len(masters):
            return 1
        total = 1  # the last leaf
        branches: list[int] = []  # depths of the branchings above the key looked at
        pairs = [16 - ((masters[at - 1] ^ masters[at]).bit_length() + 7 >> 3)  # bytes in common with the one before
                 for at in range(start + 1, len(masters))]

        # A leaf per key; a node per branching; a compressed node wherever a branch goes on for more than one byte.
        def gap(above: int, below: int) -> int:
            return 1 if below > above + 1 else 0

        previous = -1
        for depth in pairs:
            leaf_above = max(previous, depth)
            total += 1 + gap(leaf_above, 16)
            while branches and branches[-1] > depth:
                ended = branches.pop()
                above = max(branches[-1] if branches else -1, depth)
                total += gap(above, ended)
            if not branches or branches[-1] < depth:
                branches.append(depth)
                total += 1
            previous = depth
        total += gap(previous, 16)
        while branches:
            ended = branches.pop()
            total += gap(branches[-1] if branches else -1, ended)
        return total

    def _drop_first(self) -> None:
        """Forget the first node."""
        at = self._first
        if self._nodes[at] is self._opened:
            self._opened = None
        self._nodes[at] = _GONE
        self._first = at + 1
        if self._first >= _DROPPED_LEAST and self._first * 2 > len(self._nodes):
            del self._nodes[: self._first]
            del self._masters[: self._first]
            self._first = 0

    def _open(self, node: Node) -> None:
        """Have a node ready for changes, and the one that was so before packed again."""
        if node.packed is None:
            return
        if self._opened is not None and self._opened is not self._nodes[-1]:
            self._opened.pack()
        node.open()
        self._opened = node

    def _node_at(self, entry_id: int) -> int:
        """The place of the node that has an ID if any has; one less than the first place when none can."""
        return bisect_right(self._masters, entry_id, self._first) - 1

    # Adding

    def next_id(self, now_ms: int) -> int | None:
        """The ID that an entry gets by itself; None when there is none left."""
        last_id = self.last_id
        if now_ms > last_id >> SEQ_BITS:
            return now_ms << SEQ_BITS
        return last_id + 1 if last_id < ID_MAX else None

    def next_in(self, ms: int) -> int | None:
        """The ID of these milliseconds and a sequence number found for it; None when it cannot be greater than all."""
        last_id = self.last_id
        if ms != last_id >> SEQ_BITS:
            wanted = ms << SEQ_BITS
            return wanted if wanted > last_id else None
        return None if last_id & SEQ_MAX == SEQ_MAX else last_id + 1

    def append(self, entry_id: int, row: Row, most_bytes: int, most_entries: int) -> None:
        """Add an entry whose ID is greater than `last_id`; 0 means no limit for the size of a node."""
        nodes = self._nodes
        node = None
        if self._first < len(nodes):
            node = nodes[-1]
            if (most_entries and node.count + node.deleted >= most_entries) or (
                    node.listpack_bytes() + sum(map(len, row)) >= (most_bytes or MOST_BYTES)):
                node.pack()
                node = None
            elif node.packed is not None:
                node.open()
        if node is None:
            fields = row[::2]
            if self._first < len(nodes) and nodes[-1].fields == fields:
                fields = nodes[-1].fields  # one object for all
            node = Node(entry_id, fields)
            nodes.append(node)
            self._masters.append(entry_id)
        node.append(entry_id, row)
        self.length += 1
        self.entries_added += 1
        self.last_id = entry_id

    # Finding

    def first_id(self) -> int:
        """The ID of the first entry, 0 when there is none."""
        for at in range(self._first, len(self._nodes)):
            if self._nodes[at].count:
                return self._nodes[at].id_at(0)
        return 0

    def last_entry_id(self) -> int:
        """The ID of the last entry that is there, 0 when there is none."""
        for at in range(len(self._nodes) - 1, self._first - 1, -1):
            node = self._nodes[at]
            if node.count:
                return node.id_at(node.count - 1)
        return 0

    def get(self, entry_id: int) -> Row | None:
        """The entry of an ID."""
        at = self._node_at(entry_id)
        if at < self._first:
            return None
        node = self._nodes[at]
        place = node.find(entry_id)
        return None if place is None else node.slice(place, place + 1)[0][1]

    def __contains__(self, entry_id: int) -> bool:
        at = self._node_at(entry_id)
        return at >= self._first and self._nodes[at].find(entry_id) is not None

    def range(self, low: int, high: int, count: int | None = None) -> list[Entry]:
        """The entries from `low` to `high`, both included; only the first `count`."""
        found: list[Entry] = []
        nodes = self._nodes
        for at in range(max(self._node_at(low), self._first), len(nodes)):
            node = nodes[at]
            if node.master_id > high:
                break
            start = node.below(low) if node.master_id < low else 0
            stop = node.count if node.last_id <= high else node.below(high + 1)
            if count is not None and stop - start > count - len(found):
                stop = start + count - len(found)
            if start < stop:
                found += node.slice(start, stop)
            if count is not None and len(found) >= count:
                break
        return found

    def reverse_range(self, low: int, high: int, count: int | None = None) -> list[Entry]:
        """The same from the end: the last entry comes first."""
        found: list[Entry] = []
        nodes = self._nodes
        for at in range(self._node_at(high), self._first - 1, -1):
            node = nodes[at]
            if node.last_id < low:
                break
            start = node.below(low) if node.master_id < low else 0
            stop = node.count if node.last_id <= high else node.below(high + 1)
            if count is not None and stop - start > count - len(found):
                start = stop - count + len(found)
            if start < stop:
                entries = node.slice(start, stop)
                entries.reverse()
                found += entries
            if count is not None and len(found) >= count:
                break
        return found

    def entries(self) -> Iterator[Entry]:
        """All entries in order. Nothing may be changed meanwhile."""
        for node in self.iter_nodes():
            yield from node.entries()

    # Deleting

    def delete(self, entry_id: int) -> bool:
        """Delete an entry; False when there is none of this ID."""
        at = self._node_at(entry_id)
        if at < self._first:
            return False
        node = self._nodes[at]
        place = node.find(entry_id)
        if place is None:
            return False
        if node.count == 1:
            self._drop(at)
        else:
            self._open(node)
            node.remove(place, place + 1)
        self.length -= 1
        self.max_deleted_id = max(self.max_deleted_id, entry_id)
        return True

    def trim(self, wanted: Trim) -> int:
        """Delete from the beginning, and tell how many entries are gone. `max_deleted_id` stays, as in Redis."""
        if wanted.refs is not Refs.KEEP:
            return 0 if wanted.approximate else self._trim_selected(wanted)  # seen on 8.2.3: whole nodes never fit
        maxlen, minid = wanted.maxlen, wanted.minid
        removed = 0
        nodes = self._nodes
        while self._first < len(nodes):
            node = nodes[self._first]
            if maxlen is not None and self.length <= maxlen:
                break
            if wanted.limit and removed + node.count > wanted.limit:
                break
            if (maxlen is not None and self.length - node.count >= maxlen) or (
                    minid is not None and node.last_id < minid):
                self._drop_first()
                self.length -= node.count
                removed += node.count
                continue
            if wanted.approximate:
                break
            count = self.length - maxlen if maxlen is not None else node.below(minid or 0)
            if count:
                self._open(node)
                node.remove(0, count)
                self.length -= count
                removed += count
            break
        return removed

    def _trim_selected(self, wanted: Trim) -> int:
        """Trim entry by entry, with an eye on the groups, up to the first node that could not go as a whole."""
        maxlen, minid = wanted.maxlen, wanted.minid
        removed = 0
        at = self._first
        whole = True
        while whole and at < len(self._nodes):
            if maxlen is not None and self.length <= maxlen:
                break
            node = self._nodes[at]
            whole = (maxlen is not None and self.length - node.count >= maxlen) or (
                minid is not None and node.last_id < minid)
            entries = node.entries()
            kept: list[Entry] = []
            for place, (entry_id, row) in enumerate(entries):
                if (maxlen is not None and self.length <= maxlen) or (minid is not None and entry_id >= minid):
                    kept += entries[place:]
                    break
                if wanted.refs is Refs.ACKED and self.is_wanted(entry_id):
                    kept.append((entry_id, row))
                    continue
                if wanted.refs is Refs.DELETE:
                    self.drop_references(entry_id)
                self.length -= 1
                removed += 1
            if not kept:
                first = self._first
                self._drop(at)
                if at == first:
                    at = self._first  # the list may have been moved up
                continue
            if len(kept) < node.count:
                self._open(node)
                node.keep([entry_id for entry_id, _ in kept], [row for _, row in kept])
            at += 1
        return removed

    def _drop(self, at: int) -> None:
        """Forget the node of a place."""
        if at == self._first:
            self._drop_first()
            return
        if self._nodes[at] is self._opened:
            self._opened = None
        del self._nodes[at]
        del self._masters[at]

    def is_wanted(self, entry_id: int) -> bool:
        """Whether a group has not read an entry, or not acknowledged it."""
        return any(entry_id > group.last_id or entry_id in group.pending for group in self.groups.values())

    def drop_references(self, entry_id: int) -> bool:
        """Have all groups forget an entry; False when none had it."""
        return sum([group.remove_pending(entry_id) for group in self.groups.values()]) > 0

    # Counting what groups have read

    def can_count(self, group: Group) -> bool:
        """Whether a group's `entries_read` grows by one with each entry: nothing before it can be missing."""
        if group.entries_read == UNKNOWN or group.last_id < self.first_id():
            return False
        return not (self.length and self.max_deleted_id and group.last_id <= self.max_deleted_id)

    def entries_until(self, entry_id: int) -> int:
        """How many entries were ever added up to this ID; UNKNOWN where that cannot be told."""
        if not self.entries_added:
            return 0
        if not self.length and entry_id <= self.last_id:
            return self.entries_added
        if entry_id and entry_id < self.max_deleted_id:
            return UNKNOWN
        if entry_id == self.last_id:
            return self.entries_added
        if entry_id > self.last_id:
            return UNKNOWN
        first_id = self.first_id()
        if not self.max_deleted_id or self.max_deleted_id < first_id:
            if entry_id < first_id:
                return self.entries_added - self.length
            if entry_id == first_id:
                return self.entries_added - self.length + 1
        return UNKNOWN

    def lag(self, group: Group) -> int | None:
        """How many entries a group has still to read; None where that cannot be told."""
        if not self.entries_added or not self.length:
            return 0
        first_id = self.first_id()
        if group.last_id < first_id and self.max_deleted_id < first_id:
            return self.length
        if self.can_count(group):
            return self.entries_added - group.entries_read
        read = self.entries_until(group.last_id)
        return None if read == UNKNOWN else self.entries_added - read

    def sorted_groups(self) -> list[tuple[bytes, Group]]:
        """The groups by name, the order in which Redis gives them."""
        return [(name, self.groups[name]) for name in sorted(self.groups)]

    # What the keyspace asks of a value

    def encoding(self) -> bytes:
        """As OBJECT ENCODING names it."""
        return b"stream"

    def copy(self) -> Stream:
        """An equal stream that shares nothing changeable with this one."""
        other = Stream()
        other._nodes = [node.copy() for node in self.iter_nodes()]
        other._masters = self._masters[self._first :]
        other.length = self.length
        other.last_id = self.last_id
        other.max_deleted_id = self.max_deleted_id
        other.entries_added = self.entries_added
        other.groups = {name: group.copy() for name, group in self.groups.items()}
        other.idmp = None if self.idmp is None else self.idmp.copy()
        return other

    def free_effort(self) -> int:
        """About how many allocations there are to free."""
        effort = 2 * self.node_count()
        if self.groups:
            effort += len(self.groups) * (1 + len(next(iter(self.groups.values())).pending))
        return effort

    def owned_parts(self) -> Iterator[object]:
        """The containers that belong to this stream alone, for the lazy freer."""
        yield self._nodes
        yield self._masters
        for group in self.groups.values():
            yield from group.owned_parts()

    def estimate_bytes(self, samples: int) -> int:
        """About how much memory the stream takes, judged by `samples` nodes; 0 looks at all."""
        nodes = self._nodes[self._first :]
        looked_at = nodes[:samples] if samples else nodes
        size = sys.getsizeof(self._nodes) + sys.getsizeof(self._masters) + 48 * len(nodes) + sys.getsizeof(self)
        if looked_at:
            size += sum(map(node_size, looked_at)) * len(nodes) // len(looked_at)
        for group in self.groups.values():
            size += PENDING_BYTES * len(group.pending) + GROUP_BYTES + CONSUMER_BYTES * len(group.consumers)
        if self.idmp is not None:
            size += sum([PRODUCER_BYTES + MESSAGE_BYTES * len(producer.messages)
                         for producer in self.idmp.producers.values()])
        return size

    def digest_into(self, digest: Digest) -> None:
        """Put the entries in, for DEBUG DIGEST. Groups do not count."""
        for entry_id, row in self.entries():
            digest.mix(b"%d.%d" % (entry_id >> SEQ_BITS, entry_id & SEQ_MAX))
            for each in row:
                digest.mix(each)


# Memory, measured by tools/measure_streams.py on CPython 3.11.
PENDING_BYTES: Final = 190
GROUP_BYTES: Final = 900
CONSUMER_BYTES: Final = 400
PRODUCER_BYTES: Final = 700
MESSAGE_BYTES: Final = 250


def node_size(node: Node) -> int:
    """The memory of a node."""
    size = sys.getsizeof(node)
    packed = node.packed
    if packed is not None:
        size += sys.getsizeof(packed) + sys.getsizeof(packed.blob) + sys.getsizeof(packed.ends)
        size += sys.getsizeof(packed.codes) + sys.getsizeof(packed.marks) + sys.getsizeof(packed.ids)
        return size
    return size + sum([64 + sum(map(sys.getsizeof, (row, *row))) for row in node.rows])


_GONE: Final = Node(0, ())  # stands for nodes that were dropped
