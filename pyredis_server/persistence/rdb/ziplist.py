"""The ziplist, which Redis packed its containers in before the listpack (up to 6.2); only read.

    total bytes (4), where the last element begins (4), elements (2), then the elements, then 255

An element begins with the size of the one before (one byte, or 254 and four bytes). All integers are little endian,
except for the lengths of strings.
"""

from __future__ import annotations

from struct import Struct, error
from typing import Final

from pyredis_server.persistence.rdb.format import BadData

HEADER: Final = Struct("<IIH")
END: Final = 255
UNKNOWN_COUNT: Final = 65535
LONG_BEFORE: Final = 254  # announces a size of four bytes

_WIDTHS: Final = {0xC0: 2, 0xD0: 4, 0xE0: 8, 0xF0: 3, 0xFE: 1}
_LEAST_SMALL, _MOST_SMALL = 0xF1, 0xFD  # the integers 0 to 12


def decode(data: bytes) -> list[bytes]:
    """All elements, integers as their digits. Raises: BadData."""
    size = len(data)
    if size <= HEADER.size:
        raise BadData("a ziplist is too short")
    total, tail, count = HEADER.unpack_from(data)
    if total != size or data[-1] != END:
        raise BadData("a ziplist's length is not what it says")
    elements: list[bytes] = []
    at = HEADER.size
    before = 0  # the size of the element before
    last = at
    end = size - 1
    try:
        while at < end:
            last = at
            told, body = data[at], at + 1
            if told == LONG_BEFORE:
                told, body = int.from_bytes(data[at + 1:at + 5], "little"), at + 5
            if told != before:
                raise BadData("a ziplist's element does not know the one before")
            element, at = _decode_body(data, body)
            if at > end:
                raise BadData("a ziplist's element leads beyond its end")
            elements.append(element)
            before = at - last
    except (IndexError, error) as problem:
        raise BadData("a ziplist's element leads beyond its end") from problem
    if tail != last:
        raise BadData("a ziplist does not know its last element")
    if count not in (len(elements), UNKNOWN_COUNT):
        raise BadData("a ziplist has not as many elements as it says")
    return elements


def _decode_body(data: bytes, at: int) -> tuple[bytes, int]:
    """An element without the size of the one before, and where it ends."""
    first = data[at]
    kind = first >> 6
    if kind < 3:
        if kind == 0:
            begin, length = at + 1, first & 63
        elif kind == 1:
            begin, length = at + 2, (first & 63) << 8 | data[at + 1]
        else:
            begin, length = at + 5, int.from_bytes(data[at + 1:at + 5], "big")
        return data[begin:begin + length], begin + length
    if _LEAST_SMALL <= first <= _MOST_SMALL:
        return b"%d" % (first - _LEAST_SMALL), at + 1
    width = _WIDTHS.get(first)
    if width is None:
        raise BadData(f"a ziplist's element begins with {first}")
    stop = at + 1 + width
    return b"%d" % int.from_bytes(data[at + 1:stop], "little", signed=True), stop
