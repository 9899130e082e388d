"""The zipmap, which Redis packed small hashes in up to 2.4; only read.

    pairs (1), then for each: length of the field, field, length of the value, spare bytes (1), value, spare bytes; 255

A length is one byte, or 254 and four bytes, little endian. From 254 pairs on their number is not told.
"""

from __future__ import annotations

from typing import Final

from pyredis_server.persistence.rdb.format import BadData

END: Final = 255
LONG_LENGTH: Final = 254


def decode(data: bytes) -> list[tuple[bytes, bytes]]:
    """All pairs of fields and values. Raises: BadData."""
    if len(data) < 2 or data[-1] != END:
        raise BadData("a zipmap has no end")
    pairs: list[tuple[bytes, bytes]] = []
    at = 1
    end = len(data) - 1
    while at < end:
        begin, length = _length(data, at, end)
        field = data[begin:begin + length]
        begin, length = _length(data, begin + length, end)
        if begin >= end:
            raise BadData("a zipmap's value leads beyond its end")
        spare = data[begin]
        pairs.append((field, data[begin + 1:begin + 1 + length]))
        at = begin + 1 + length + spare
        if at > end:
            raise BadData("a zipmap's value leads beyond its end")
    if data[0] < LONG_LENGTH and data[0] != len(pairs):
        raise BadData("a zipmap has not as many pairs as it says")
    return pairs


def _length(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Where a field or value begins whose length stands at `at`, and that length."""
    if at >= end or data[at] == END:
        raise BadData("a zipmap's length leads beyond its end")
    length, begin = data[at], at + 1
    if length == LONG_LENGTH:
        begin = at + 5
        length = int.from_bytes(data[at + 1:begin], "little")
    if begin + length > end:
        raise BadData("a zipmap's length leads beyond its end")
    return begin, length
