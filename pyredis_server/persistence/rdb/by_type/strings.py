"""Strings: as they are, compressed, or as integers; the value does not tell which."""

from __future__ import annotations

from pyredis_server.persistence.rdb import format as rdb
from pyredis_server.persistence.rdb.codec import Codec, Limits
from pyredis_server.persistence.rdb.reader import Reader
from pyredis_server.persistence.rdb.writer import Writer


def type_of(value: bytes | bytearray) -> int:
    """There is one type."""
    return rdb.STRING


def save(value: bytes | bytearray, out: Writer) -> None:
    """Write a string."""
    out.string(value)


def load(number: int, source: Reader, limits: Limits) -> bytes:
    """Read a string."""
    return source.string()


CODEC = Codec((bytes, bytearray), (rdb.STRING,), type_of, save, load)
