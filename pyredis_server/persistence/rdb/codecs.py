"""Finds the codec of a value or of a type number, and so writes and reads values of any type."""

from __future__ import annotations

from functools import cache

from pyredis_server.keyspace.values import StoredValue
from pyredis_server.persistence.rdb.by_type import hashes, lists, sets, sorted_sets, streams, strings
from pyredis_server.persistence.rdb.codec import Codec, Limits
from pyredis_server.persistence.rdb.format import MODULE_2, MODULE_PRE_GA, BadData
from pyredis_server.persistence.rdb.reader import Reader
from pyredis_server.persistence.rdb.writer import Writer

CODECS = (strings.CODEC, lists.CODEC, sets.CODEC, hashes.CODEC, sorted_sets.CODEC, streams.CODEC)


@cache
def _codec_of_kind(kind: type) -> Codec:
    for codec in CODECS:
        if kind in codec.kinds:
            return codec
    raise LookupError(kind)


@cache
def _codec_of_type(number: int) -> Codec | None:
    return next((codec for codec in CODECS if number in codec.types), None)


def type_of(value: StoredValue) -> int:
    """By which type number the value is written."""
    return _codec_of_kind(type(value)).type_of(value)


def save(value: StoredValue, out: Writer) -> None:
    """Write a value; its type number stands elsewhere."""
    _codec_of_kind(type(value)).save(value, out)


def load(number: int, source: Reader, limits: Limits) -> StoredValue:
    """Read a value of this type number. Raises: BadData."""
    codec = _codec_of_type(number)
    if codec is None:
        if number in (MODULE_2, MODULE_PRE_GA):
            raise BadData("a value belongs to a module that is not loaded")
        raise BadData(f"unknown type {number} of a value")
    return codec.load(number, source, limits)
