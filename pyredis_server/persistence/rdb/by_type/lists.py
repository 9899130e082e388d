"""Lists: written node by node, each a listpack or a single large element; older ones are ziplists or bare strings.

The nodes stay what they were, so that a list that is dumped and restored is dumped to the same bytes again.
"""

from __future__ import annotations

from typing import Final

from pyredis_server.datatypes.lists import List
from pyredis_server.persistence.rdb import format as rdb
from pyredis_server.persistence.rdb import listpack, lzf, ziplist
from pyredis_server.persistence.rdb.codec import Codec, Limits
from pyredis_server.persistence.rdb.format import BadData
from pyredis_server.persistence.rdb.reader import Reader
from pyredis_server.persistence.rdb.writer import Writer

COMPRESSIBLE_NODE_BYTES: Final = 48  # list-compress-depth leaves smaller nodes alone,
LEAST_NODE_GAIN_BYTES: Final = 8  # and those that do not become shorter by this


def type_of(value: List) -> int:
    """Short lists are written as lists of one node."""
    return rdb.LIST_QUICKLIST_2


def save(value: List, out: Writer) -> None:
    """Write a list."""
    count = value.node_count or 1
    depth = out.list_depth
    out.length(count)
    for at, (items, plain) in enumerate(value.runs()):
        out.length(rdb.NODE_PLAIN if plain else rdb.NODE_PACKED)
        node = items[0] if plain else listpack.encode(items)
        if depth and depth <= at < count - depth and len(node) >= COMPRESSIBLE_NODE_BYTES:
            # Redis keeps such nodes compressed in memory and writes them as they are, whatever rdbcompression says.
            packed = lzf.compress(node, len(node))
            if packed is not None and len(packed) + LEAST_NODE_GAIN_BYTES < len(node):
                out.compressed(packed, len(node))
                continue
        out.string(node)


def load(number: int, source: Reader, limits: Limits) -> List:
    """Read a list."""
    fill = limits.list_fill
    if number == rdb.LIST:
        elements = [source.string() for _ in range(source.count(1))]
        if not elements:
            raise BadData("a list is empty")
        return List.of(elements, fill)
    if number == rdb.LIST_ZIPLIST:
        runs = [(ziplist.decode(source.string()), False)]
    else:
        runs = [_node(number, source) for _ in range(source.count(1))]
    runs = [run for run in runs if run[0]]
    if not runs:
        raise BadData("a list is empty")
    if number == rdb.LIST_ZIPLIST:
        return List.of(runs[0][0], fill)
    return List.of_runs(runs, fill)


def _node(number: int, source: Reader) -> tuple[list[bytes], bool]:
    """The elements of a node, and whether it is a single large one."""
    if number == rdb.LIST_QUICKLIST:
        return ziplist.decode(source.string()), False
    form = source.length()
    if form == rdb.NODE_PACKED:
        return listpack.decode(source.string()), False
    if form != rdb.NODE_PLAIN:
        raise BadData(f"a node of a list has the unknown form {form}")
    element = source.string()
    if not element:
        raise BadData("a node of a list is empty")
    return [element], True


CODEC = Codec((List,), (rdb.LIST, rdb.LIST_ZIPLIST, rdb.LIST_QUICKLIST, rdb.LIST_QUICKLIST_2), type_of, save, load)
