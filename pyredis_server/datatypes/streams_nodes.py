"""The nodes of a stream: runs of entries, what would be one listpack of Redis each.

An ID is one integer, milliseconds and sequence number side by side; so IDs compare and hash as integers do. An entry is
its ID and a flat tuple (field, value, field, value). A node is "open" while entries come or go: lists of IDs and
entries. Else it is packed: all values in one bytes object, IDs as differences, field names only once, which takes
about as much memory as Redis's listpack does, instead of eight times that.
Redis marks deleted entries and removes a node with its last live entry. Here they are gone at once, but they are
counted, since trimming, the limits of a node and XINFO go by that count.
Elsewhere: the chain of nodes is streams.py.
Source: what is in such a listpack, from the documentation of RDB files; figures by tools/measure_streams.py.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from typing import Final, TypeAlias

from pyredis_server.datatypes.lists_nodes import EMPTY_BYTES, entry_bytes, integer_bytes

Row: TypeAlias = tuple[bytes, ...]  # field, value, field, value ...
Entry: TypeAlias = tuple[int, Row]  # ID and row

SEQ_BITS: Final = 64
SEQ_MAX: Final = (1 << 64) - 1
ID_MAX: Final = (1 << 128) - 1
_CODE_BITS: Final = 32  # a packed ID: milliseconds since the node's first ID, sequence number
_CODE_LIMIT: Final = 1 << _CODE_BITS


def make_id(ms: int, seq: int) -> int:
    """The ID ms-seq."""
    return ms << SEQ_BITS | seq


def split_id(entry_id: int) -> tuple[int, int]:
    """Its milliseconds and its sequence number."""
    return entry_id >> SEQ_BITS, entry_id & SEQ_MAX


def format_id(entry_id: int) -> bytes:
    """As Redis prints it: ms-seq."""
    return b"%d-%d" % (entry_id >> SEQ_BITS, entry_id & SEQ_MAX)


def fields_bytes(fields: Sequence[bytes]) -> int:
    """What a node without entries takes, but for its two counters."""
    return EMPTY_BYTES + integer_bytes(len(fields)) + sum(map(entry_bytes, fields)) + 2


def row_bytes(row: Row, fields: Row, ms: int, seq: int) -> int:
    """What an entry takes in a listpack whose first entry has these fields. `ms` and `seq`: differences to its ID."""
    width = len(row) // 2
    if seq < 0 and seq < -(1 << 63):
        seq += 1 << 64
    if seq >= 1 << 63:
        seq -= 1 << 64
    if row[::2] == fields:
        size = 2 + integer_bytes(width + 3)
        held: Row = row[1::2]
    else:
        size = 2 + integer_bytes(width) + integer_bytes(2 * width + 4)
        held = row
    size += integer_bytes(ms) + integer_bytes(seq)
    for value in held:
        length = len(value)
        size += length + 2 if 0 < length < 64 and value[0] > 57 else entry_bytes(value)  # the usual case of it
    return size


class Packed:
    """The entries of a node in few objects; never changed.

    `ends[n]` is where value n ends in `blob`. In a node whose entries all have the node's fields, entry n has the
    values n*width to (n+1)*width; else `marks[n] >> 1` is the first value of entry n, and an odd mark says that its
    fields stand among its values.
    """

    __slots__ = ("blob", "codes", "ends", "ids", "marks", "width")

    def __init__(self, base_ms: int, fields: Row, ids: list[int], rows: list[Row]) -> None:
        self.width = len(fields)
        self.ids: list[int] | None = None
        self.codes: array[int] = array("Q")
        if ids and ((ids[-1] >> SEQ_BITS) - base_ms >= _CODE_LIMIT or
                    max([entry_id & SEQ_MAX for entry_id in ids]) >= _CODE_LIMIT):
            self.ids = ids
        else:
            base = base_ms << SEQ_BITS
            self.codes.extend([(entry_id - base) >> (SEQ_BITS - _CODE_BITS) & -_CODE_LIMIT | entry_id & SEQ_MAX
                               for entry_id in ids])
        self.marks: array[int] | None = None
        if all(row[::2] == fields for row in rows):
            values = list(chain.from_iterable([row[1::2] for row in rows]))
        else:
            values = []
            marks = []
            for row in rows:
                same = row[::2] == fields
                marks.append(len(values) << 1 | (not same))
                values += row[1::2] if same else row
            marks.append(len(values) << 1)
            self.marks = array("Q", marks) if marks[-1] >= _CODE_LIMIT else array("I", marks)
        self.blob = b"".join(values)
        ends = []
        end = 0
        for value in values:
            end += len(value)
            ends.append(end)
        self.ends: array[int] = array("H" if end < 1 << 16 else "I" if end < _CODE_LIMIT else "Q", ends)

    def rows(self, fields: Row, start: int, stop: int) -> list[Row]:
        """The entries from `start` to `stop`, without their IDs."""
        marks = self.marks
        width = self.width
        if marks is None:
            values = self._values(start * width, stop * width)
            if width == 1:
                field = fields[0]
                return [(field, value) for value in values]
            columns: list[Iterable[bytes]] = []
            for at, field in enumerate(fields):
                columns += (repeat(field), values[at::width])
            return list(zip(*columns))  # noqa: B905  # repeat() has no end
        rows: list[Row] = []
        for at in range(start, stop):
            values = self._values(marks[at] >> 1, marks[at + 1] >> 1)
            if marks[at] & 1:
                rows.append(tuple(values))
            else:
                rows.append(tuple([each for pair in zip(fields, values, strict=True) for each in pair]))
        return rows

    def _values(self, start: int, stop: int) -> list[bytes]:
        blob = self.blob
        ends = self.ends
        begin = ends[start - 1] if start else 0
        if stop - start == 1:
            return [blob[begin : ends[start]]]
        values = []
        for end in ends[start:stop]:
            values.append(blob[begin:end])
            begin = end
        return values


class Node:
    """A run of entries.

    `master_id` and `fields` are those of the first entry that it ever had, `last_id` the ID of the last one, both of
    which may be deleted meanwhile. `deleted` counts the entries that are gone. `size` is what its listpack would take
    in Redis, without the two counters at its beginning. `count` is the number of entries.
    """

    __slots__ = ("count", "deleted", "fields", "ids", "last_id", "master_id", "packed", "rows", "size")

    def __init__(self, master_id: int, fields: Row) -> None:
        self.master_id = master_id
        self.last_id = master_id
        self.fields = fields
        self.count = 0
        self.deleted = 0
        self.size = fields_bytes(fields)
        self.ids: list[int] = []
        self.rows: list[Row] = []
        self.packed: Packed | None = None

    def listpack_bytes(self) -> int:
        """The size of the listpack that Redis would have."""
        return self.size + integer_bytes(self.count) + integer_bytes(self.deleted)

    def append(self, entry_id: int, row: Row) -> None:
        """Add an entry whose ID is greater than all. The node must be open."""
        master_id = self.master_id
        self.size += row_bytes(row, self.fields, (entry_id >> SEQ_BITS) - (master_id >> SEQ_BITS),
                               (entry_id & SEQ_MAX) - (master_id & SEQ_MAX))
        self.ids.append(entry_id)
        self.rows.append(row)
        self.count += 1
        self.last_id = entry_id

    def pack(self) -> None:
        """Keep the entries in little memory."""
        if self.packed is None and self.ids:
            self.packed = Packed(self.master_id >> SEQ_BITS, self.fields, self.ids, self.rows)
            self.ids = []
            self.rows = []

    def open(self) -> None:
        """Make it ready for changes."""
        if self.packed is not None:
            ids = list(self.all_ids())  # the packed ones may be shared
            self.rows = self.packed.rows(self.fields, 0, self.count)
            self.ids = ids
            self.packed = None

    def all_ids(self) -> list[int]:
        """The IDs; not to be changed."""
        packed = self.packed
        if packed is None:
            return self.ids
        if packed.ids is not None:
            return packed.ids
        base_ms = self.master_id >> SEQ_BITS
        return [base_ms + (code >> _CODE_BITS) << SEQ_BITS | code & _CODE_LIMIT - 1 for code in packed.codes]

    def below(self, entry_id: int) -> int:
        """How many entries have a smaller ID."""
        packed = self.packed
        if packed is None:
            return bisect_left(self.ids, entry_id)
        if packed.ids is not None:
            return bisect_left(packed.ids, entry_id)
        ms = (entry_id >> SEQ_BITS) - (self.master_id >> SEQ_BITS)
        if ms < 0:
            return 0
        if ms >= _CODE_LIMIT:
            return self.count
        seq = entry_id & SEQ_MAX
        if seq >= _CODE_LIMIT:
            return bisect_left(packed.codes, ms + 1 << _CODE_BITS) if ms + 1 < _CODE_LIMIT else self.count
        return bisect_left(packed.codes, ms << _CODE_BITS | seq)

    def id_at(self, at: int) -> int:
        """The ID of an entry, by its place."""
        packed = self.packed
        if packed is None:
            return self.ids[at]
        if packed.ids is not None:
            return packed.ids[at]
        code = packed.codes[at]
        return (self.master_id >> SEQ_BITS) + (code >> _CODE_BITS) << SEQ_BITS | code & _CODE_LIMIT - 1

    def find(self, entry_id: int) -> int | None:
        """The place of an ID, or None."""
        at = self.below(entry_id)
        return at if at < self.count and self.id_at(at) == entry_id else None

    def slice(self, start: int, stop: int) -> list[Entry]:
        """The entries from one place to another."""
        packed = self.packed
        if packed is None:
            return list(zip(self.ids[start:stop], self.rows[start:stop], strict=True))
        if stop - start == 1:
            return [(self.id_at(start), packed.rows(self.fields, start, stop)[0])]
        if packed.ids is not None:
            ids = packed.ids[start:stop]
        else:
            base_ms = self.master_id >> SEQ_BITS
            ids = [base_ms + (code >> _CODE_BITS) << SEQ_BITS | code & _CODE_LIMIT - 1
                   for code in packed.codes[start:stop]]
        return list(zip(ids, packed.rows(self.fields, start, stop), strict=True))

    def entries(self) -> list[Entry]:
        """All entries."""
        return self.slice(0, self.count)

    def remove(self, start: int, stop: int) -> None:
        """Delete the entries from one place to another. The node must be open."""
        del self.ids[start:stop]
        del self.rows[start:stop]
        self.count -= stop - start
        self.deleted += stop - start

    def keep(self, ids: list[int], rows: list[Row]) -> None:
        """Delete all entries but these. The node must be open."""
        self.deleted += self.count - len(ids)
        self.ids = ids
        self.rows = rows
        self.count = len(ids)

    def copy(self) -> Node:
        """An equal node that can change without this one."""
        other = Node.__new__(Node)
        other.master_id = self.master_id
        other.last_id = self.last_id
        other.fields = self.fields
        other.count = self.count
        other.deleted = self.deleted
        other.size = self.size
        other.ids = self.ids.copy()
        other.rows = self.rows.copy()
        other.packed = self.packed  # never changed, so it may be shared
        return other

    def owned_parts(self) -> Iterator[object]:
        """The containers that belong to this node alone."""
        yield self.ids
        yield self.rows
