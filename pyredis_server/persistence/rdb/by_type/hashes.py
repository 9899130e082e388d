"""Hashes: a listpack of fields and values, or both one by one; where fields expire, their times stand beside them.

In the listpack of a hash with times (HASH_LISTPACK_EX) the fields are in the order of their times, those without one
at the end; of two with the same time the one that got it later comes first.
"""

from __future__ import annotations

from typing import Final

from pyredis_server.base.numeric import parse_int
from pyredis_server.datatypes.hashes import HASHTABLE, LISTPACK_EX, Hash
from pyredis_server.persistence.rdb import format as rdb
from pyredis_server.persistence.rdb import listpack, ziplist, zipmap
from pyredis_server.persistence.rdb.codec import Codec, Limits
from pyredis_server.persistence.rdb.format import BadData
from pyredis_server.persistence.rdb.reader import Reader
from pyredis_server.persistence.rdb.writer import Writer

LATEST_MS: Final = (1 << 48) - 2  # the last time that a field can have
NEVER: Final = b"0"
_ANY: Final = 1 << 62
_ONE_BY_ONE: Final = (rdb.HASH, rdb.HASH_TEMPLATE_ARRAY, rdb.HASH_METADATA, rdb.HASH_METADATA_PRE_GA)
_WITH_TIMES: Final = (rdb.HASH_METADATA, rdb.HASH_METADATA_PRE_GA, rdb.HASH_LISTPACK_EX, rdb.HASH_LISTPACK_EX_PRE_GA)


def type_of(value: Hash) -> int:
    """By the encoding. A hashtable whose fields have no times is written as one of old."""
    if value.encoding_name is HASHTABLE:
        return rdb.HASH if value.deadlines is None else rdb.HASH_METADATA
    return rdb.HASH_LISTPACK_EX if value.encoding_name is LISTPACK_EX else rdb.HASH_LISTPACK


def save(value: Hash, out: Writer) -> None:
    """Write a hash."""
    fields = value.fields
    if value.encoding_name is LISTPACK_EX:
        out.milliseconds(value.earliest_deadline() or 0)
        out.string(listpack.encode(_triples(value)))
    elif value.encoding_name is not HASHTABLE:
        out.string(listpack.encode([each for pair in fields.items() for each in pair]))
    elif value.deadlines is None:
        out.length(len(fields))
        for field, content in fields.items():
            out.string(field)
            out.string(content)
    else:
        at = value.deadlines.at
        before_first_ms = (value.earliest_deadline() or 0) - 1  # so that 0 is left for fields that do not expire
        out.milliseconds(before_first_ms + 1)
        out.length(len(fields))
        for field, content in fields.items():
            out.length(at[field] - before_first_ms if field in at else 0)
            out.string(field)
            out.string(content)


def _triples(value: Hash) -> list[bytes]:
    """What the listpack of a hash with times holds."""
    at = {} if value.deadlines is None else value.deadlines.at
    timed = list(at.items())
    timed.reverse()
    timed.sort(key=lambda item: item[1])
    fields = value.fields
    flat = [each for field, at_ms in timed for each in (field, fields[field], b"%d" % at_ms)]
    for field, content in fields.items():
        if field not in at:
            flat += (field, content, NEVER)
    return flat


def load(number: int, source: Reader, limits: Limits) -> Hash:
    """Read a hash."""
    deadlines: list[tuple[bytes, int]] = []
    if number in _ONE_BY_ONE:
        pairs = _one_by_one(number, source, deadlines)
    elif number in (rdb.HASH_LISTPACK_EX, rdb.HASH_LISTPACK_EX_PRE_GA):
        pairs = _timed_pairs(number, source, deadlines)
    elif number == rdb.HASH_ZIPMAP:
        pairs = zipmap.decode(source.string())
    else:
        blob = source.string()
        pairs = _pairs(ziplist.decode(blob) if number == rdb.HASH_ZIPLIST else listpack.decode(blob))
    if not pairs:
        raise BadData("a hash is empty")
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise BadData("a hash has a field twice")
    by_value = number in _ONE_BY_ONE or number == rdb.HASH_ZIPMAP  # the packed ones have values as long as they are
    deadlines.reverse()
    made = Hash.of(fields, dict(deadlines), limits.hash_entries, limits.hash_value_bytes if by_value else _ANY)
    if number in _WITH_TIMES:
        made.expects_deadlines()
    return made


def _one_by_one(number: int, source: Reader, deadlines: list[tuple[bytes, int]]) -> list[tuple[bytes, bytes]]:
    """Fields and values that stand in the open; with times there is one before each."""
    if number in (rdb.HASH, rdb.HASH_TEMPLATE_ARRAY):  # what a template is for is nothing that a client sees
        return [(source.string(), source.string()) for _ in range(source.count(2))]
    before_first_ms = 0
    if number == rdb.HASH_METADATA:
        before_first_ms = source.milliseconds() - 1
    pairs = []
    for _ in range(source.count(3)):
        told = source.length()
        field = source.string()
        if told:
            deadlines.append((field, _time(told + before_first_ms)))
        pairs.append((field, source.string()))
    return pairs


def _timed_pairs(number: int, source: Reader, deadlines: list[tuple[bytes, int]]) -> list[tuple[bytes, bytes]]:
    """Fields and values of a listpack with times."""
    if number == rdb.HASH_LISTPACK_EX:
        source.milliseconds()  # the earliest of the times, for whoever does not look inside
    flat = listpack.decode(source.string())
    if len(flat) % 3:
        raise BadData("a hash has a field without a value or a time")
    before_ms = 0
    for field, told in zip(flat[::3], flat[2::3], strict=True):
        at_ms = parse_int(told)
        if at_ms is None:
            raise BadData("the time of a field is no number")
        if (at_ms or _ANY) < before_ms:
            raise BadData("fields are not in the order of their times")
        before_ms = at_ms or _ANY
        if at_ms:
            deadlines.append((field, _time(at_ms)))
    return list(zip(flat[::3], flat[1::3], strict=True))


def _pairs(flat: list[bytes]) -> list[tuple[bytes, bytes]]:
    if len(flat) % 2:
        raise BadData("a hash has a field without a value")
    return list(zip(flat[::2], flat[1::2], strict=True))


def _time(at_ms: int) -> int:
    if not 0 < at_ms <= LATEST_MS:
        raise BadData(f"a field cannot expire at {at_ms}")
    return at_ms


CODEC = Codec(
    (Hash,),
    (rdb.HASH, rdb.HASH_ZIPMAP, rdb.HASH_ZIPLIST, rdb.HASH_LISTPACK, rdb.HASH_METADATA_PRE_GA,
     rdb.HASH_LISTPACK_EX_PRE_GA, rdb.HASH_METADATA, rdb.HASH_LISTPACK_EX, rdb.HASH_TEMPLATE_ARRAY),
    type_of, save, load,
)
