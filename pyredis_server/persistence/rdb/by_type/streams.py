"""Streams: listpacks of entries by their first ID, then the stream's figures, then its groups.

Entries that were deleted out of a listpack, which Redis only marks there, are read over and not written. What 8.6 and
later brought (XADD IDMP, XNACK) is written only where a stream makes use of it; before that, the type is 8.2.3's.
"""

from __future__ import annotations

from typing import Final

from pyredis_server.base.numeric import parse_int
from pyredis_server.datatypes.streams import Stream
from pyredis_server.datatypes.streams_groups import Consumer, Group
from pyredis_server.datatypes.streams_idmp import Idempotency
from pyredis_server.datatypes.streams_nodes import SEQ_BITS, SEQ_MAX, Entry, Node, make_id
from pyredis_server.persistence.rdb import format as rdb
from pyredis_server.persistence.rdb import listpack
from pyredis_server.persistence.rdb.codec import Codec, Limits
from pyredis_server.persistence.rdb.format import BadData
from pyredis_server.persistence.rdb.reader import Reader
from pyredis_server.persistence.rdb.writer import Writer

ID_BYTES: Final = 16  # of an ID that is not written as two numbers
PENDING_BYTES: Final = ID_BYTES + 9
DELETED: Final = 1  # flags of an entry
SAME_FIELDS: Final = 2
_PLAIN, _SAME = b"0", b"%d" % SAME_FIELDS
_SIGN: Final = 1 << 63


def type_of(value: Stream) -> int:
    """By what the stream makes use of."""
    if any(group.released for group in value.groups.values()):
        return rdb.STREAM_LISTPACKS_5
    return rdb.STREAM_LISTPACKS_3 if value.idmp is None else rdb.STREAM_LISTPACKS_4


def save(value: Stream, out: Writer) -> None:
    """Write a stream."""
    number = type_of(value)
    out.length(value.node_count())
    for node in value.iter_nodes():
        out.string(node.master_id.to_bytes(ID_BYTES, "big"))
        out.string(listpack.encode(_node_elements(node)))
    out.length(value.length)
    for entry_id in (value.last_id, value.first_id(), value.max_deleted_id):
        _save_id(entry_id, out)
    out.length(value.entries_added)
    groups = value.sorted_groups()
    out.length(len(groups))
    for name, group in groups:
        _save_group(name, group, out)
        if number >= rdb.STREAM_LISTPACKS_5:
            out.length(len(group.released))
            for entry_id in group.released:
                out.raw(entry_id.to_bytes(ID_BYTES, "big"))
    if number >= rdb.STREAM_LISTPACKS_4:
        _save_producers(value.idmp or Idempotency(100, 100), out)


def _node_elements(node: Node) -> list[bytes]:
    """What the listpack of a node holds."""
    fields = node.fields
    width = len(fields)
    elements = [b"%d" % node.count, b"0", b"%d" % width, *fields, b"0"]
    same_size = b"%d" % (width + 3)  # of the elements of an entry without this one, by which Redis walks backwards
    master_ms, master_seq = node.master_id >> SEQ_BITS, node.master_id & SEQ_MAX
    for entry_id, row in node.entries():
        ms = b"%d" % _signed((entry_id >> SEQ_BITS) - master_ms)
        seq = b"%d" % _signed((entry_id & SEQ_MAX) - master_seq)
        if row[::2] == fields:
            elements += (_SAME, ms, seq, *row[1::2], same_size)
        else:
            elements += (_PLAIN, ms, seq, b"%d" % (len(row) // 2), *row, b"%d" % (len(row) + 4))
    return elements


def _save_group(name: bytes, group: Group, out: Writer) -> None:
    out.string(name)
    _save_id(group.last_id, out)
    out.length(group.entries_read & SEQ_MAX)
    out.length(len(group.pending))
    for entry_id in group.order:
        pending = group.pending[entry_id]
        out.raw(entry_id.to_bytes(ID_BYTES, "big"))
        out.milliseconds(pending.delivered_ms)
        out.length(pending.deliveries)
    consumers = group.sorted_consumers()
    out.length(len(consumers))
    for consumer in consumers:
        out.string(consumer.name)
        out.milliseconds(consumer.seen_ms)
        out.milliseconds(consumer.active_ms)
        out.length(len(consumer.ids))
        for entry_id in consumer.ids:
            out.raw(entry_id.to_bytes(ID_BYTES, "big"))


def _save_producers(idmp: Idempotency, out: Writer) -> None:
    out.length(idmp.duration_s)
    out.length(idmp.maxsize)
    out.length(len(idmp.producers))
    for pid, producer in idmp.producers.items():
        out.string(pid)
        out.length(len(producer.messages))
        for iid, entry_id in producer.messages.items():
            out.string(iid)
            _save_id(entry_id, out)
    out.length(idmp.added)
    out.length(idmp.duplicates)


def _save_id(entry_id: int, out: Writer) -> None:
    out.length(entry_id >> SEQ_BITS)
    out.length(entry_id & SEQ_MAX)


def load(number: int, source: Reader, limits: Limits) -> Stream:
    """Read a stream."""
    stream = Stream()
    last_id = -1
    for _ in range(source.count(2)):
        last_id = _load_node(stream, last_id, source)
    stream.seal()
    length = source.length()
    stream.last_id = _load_id(source)
    if stream.last_id < last_id or (length and not stream.length):
        raise BadData("a stream has other entries than it says")
    if number == rdb.STREAM_LISTPACKS:
        stream.entries_added = stream.length
    else:
        _load_id(source)  # that of the first entry, which the entries tell
        stream.max_deleted_id = _load_id(source)
        stream.entries_added = _signed(source.length())
    for _ in range(source.count(6)):
        name = source.string()
        if name in stream.groups:
            raise BadData("a stream has a group twice")
        stream.groups[name] = _load_group(number, stream, source)
    if number >= rdb.STREAM_LISTPACKS_4:
        stream.idmp = _load_producers(source)
    return stream


def _load_node(stream: Stream, before_id: int, source: Reader) -> int:
    """Read a node, whose entries come after `before_id`. Returns the last of them."""
    key = source.string()
    if len(key) != ID_BYTES:
        raise BadData("the key of a stream's node is no ID")
    master_id = int.from_bytes(key, "big")
    blob = source.string()
    walk = _Elements(listpack.decode(blob))
    count, deleted, width = walk.number(), walk.number(), walk.number()
    fields = walk.take(width)
    walk.number()
    if count + deleted > len(walk.elements) or not count + deleted:
        raise BadData("a stream's node has not as many entries as it says")
    entries: list[Entry] = []
    last_id = before_id
    if master_id <= before_id:
        raise BadData("a stream's nodes are not in order")
    for _ in range(count + deleted):
        flags = walk.number()
        ms = (master_id >> SEQ_BITS) + walk.integer() & SEQ_MAX
        entry_id = make_id(ms, (master_id & SEQ_MAX) + walk.integer() & SEQ_MAX)
        if flags & SAME_FIELDS:
            values = walk.take(width)
            row = tuple([each for pair in zip(fields, values, strict=True) for each in pair])
            size = width + 3
        else:
            row = tuple(walk.take(2 * walk.number()))
            size = len(row) + 4
        if walk.number() != size:
            raise BadData("a stream's entry does not know its size")
        if entry_id <= last_id or entry_id < master_id:
            raise BadData("a stream's entries are not in order")
        last_id = entry_id
        if not flags & DELETED:
            entries.append((entry_id, row))
    if walk.at != len(walk.elements) or len(entries) != count:
        raise BadData("a stream's node has not as many entries as it says")
    if entries:
        stream.load_node(master_id, tuple(fields), entries, deleted, len(blob))
    return last_id


class _Elements:
    """Walks through the elements of a listpack."""

    __slots__ = ("at", "elements")

    def __init__(self, elements: list[bytes]) -> None:
        self.elements = elements
        self.at = 0

    def integer(self) -> int:
        """The next element, an integer of 64 bits."""
        at = self.at
        number = parse_int(self.elements[at]) if at < len(self.elements) else None
        if number is None:
            raise BadData("a number is missing in a stream's node")
        self.at = at + 1
        return number

    def number(self) -> int:
        """The next element, an integer that is not negative."""
        number = self.integer()
        if number < 0:
            raise BadData("a number in a stream's node is negative")
        return number

    def take(self, count: int) -> list[bytes]:
        """The next elements, exactly so many."""
        at = self.at
        if count > len(self.elements) - at:
            raise BadData("elements are missing in a stream's node")
        self.at = at + count
        return self.elements[at:self.at]


def _load_group(number: int, stream: Stream, source: Reader) -> Group:
    last_id = _load_id(source)
    read = stream.entries_until(last_id) if number == rdb.STREAM_LISTPACKS else _signed(source.length())
    group = Group(last_id, read)
    delivered: dict[int, tuple[int, int]] = {}
    count = source.count(PENDING_BYTES)
    for _ in range(count):
        entry_id = _load_raw_id(source)
        delivered[entry_id] = source.milliseconds(), _signed(source.length())
    if len(delivered) < count:
        raise BadData("a group has a pending entry twice")
    owners: dict[int, Consumer] = {}
    for _ in range(source.count(10)):
        _load_consumer(number, group, source, owners)
    released: list[int] = []
    if number >= rdb.STREAM_LISTPACKS_5:
        released = [_load_raw_id(source) for _ in range(source.count(ID_BYTES))]
    if len(owners) + len(released) != len(delivered) or owners.keys() | set(released) != delivered.keys():
        raise BadData("a group and its consumers disagree about pending entries")
    for entry_id in sorted(owners):
        group.add_pending(entry_id, owners[entry_id], *delivered[entry_id])
    for entry_id in released:
        group.add_pending(entry_id, None, *delivered[entry_id])
    return group


def _load_consumer(number: int, group: Group, source: Reader, owners: dict[int, Consumer]) -> None:
    """Read a consumer and note in `owners` what is pending for it."""
    name = source.string()
    if name in group.consumers:
        raise BadData("a group has a consumer twice")
    seen_ms = source.milliseconds()
    active_ms = source.milliseconds() if number >= rdb.STREAM_LISTPACKS_3 else seen_ms
    consumer = group.add_consumer(name, seen_ms, active_ms)
    for _ in range(source.count(ID_BYTES)):
        entry_id = _load_raw_id(source)
        if entry_id in owners:
            raise BadData("an entry is pending for two consumers")
        owners[entry_id] = consumer


def _load_producers(source: Reader) -> Idempotency | None:
    idmp = Idempotency(source.length(), source.length())
    for _ in range(source.count(2)):
        pid = source.string()
        if pid in idmp.producers:
            raise BadData("a stream has a producer twice")
        count = source.count(3)
        messages = {source.string(): _load_id(source) for _ in range(count)}
        if len(messages) < count:
            raise BadData("a producer has a message twice")
        idmp.load(pid, iter(messages.items()))
    idmp.added = _signed(source.length())
    idmp.duplicates = _signed(source.length())
    return idmp


def _load_id(source: Reader) -> int:
    ms = source.length()
    return make_id(ms, source.length())


def _load_raw_id(source: Reader) -> int:
    return int.from_bytes(source.take(ID_BYTES), "big")


def _signed(number: int) -> int:
    """A number modulo 2**64, as a signed one."""
    number &= SEQ_MAX
    return number - (1 << 64) if number >= _SIGN else number


CODEC = Codec(
    (Stream,),
    (rdb.STREAM_LISTPACKS, rdb.STREAM_LISTPACKS_2, rdb.STREAM_LISTPACKS_3, rdb.STREAM_LISTPACKS_4,
     rdb.STREAM_LISTPACKS_5),
    type_of, save, load,
)
