"""The listpack: elements one after the other, small integers and short strings in few bytes.

    total bytes (4), elements (2), then the elements, each with its length once more behind it, then 255

All integers are little endian. The length behind an element lets Redis walk backwards: groups of seven bits, the
highest first, all but the first with the eighth bit set.
"""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct, error
from typing import Final

from pyredis_server.base.numeric import parse_int
from pyredis_server.persistence.rdb.format import BadData

HEADER: Final = Struct("<IH")
END: Final = 255
UNKNOWN_COUNT: Final = 65535  # there are as many elements, or more
MOST_BYTES: Final = (1 << 32) - 1
LONGEST_INTEGER_BYTES: Final = 20

_INT_13 = 0xC0
_STRING_12 = 0xE0
_STRING_32 = 0xF0
_INT_16 = 0xF1
_INT_24 = 0xF2
_INT_32 = 0xF3
_INT_64 = 0xF4
_WIDTHS: Final = {_INT_16: 2, _INT_24: 3, _INT_32: 4, _INT_64: 8}
_SMALL: Final = tuple(b"%d" % number for number in range(128))


def encode(elements: Iterable[bytes]) -> bytes:
    """Make a listpack."""
    entries = [encode_entry(element) for element in elements]
    body = b"".join(entries)
    return b"%b%b\xff" % (HEADER.pack(HEADER.size + len(body) + 1, min(len(entries), UNKNOWN_COUNT)), body)


def encode_entry(element: bytes) -> bytes:
    """An element with the length behind it. Canonical integers are written as such."""
    length = len(element)
    if 0 < length <= LONGEST_INTEGER_BYTES and element[0] <= 57:
        number = parse_int(element)
        if number is not None:
            return encode_integer(number)
    if length < 1 << 6:
        return b"%c%b%c" % (0x80 | length, element, length + 1)
    if length < 1 << 12:
        head = bytes((_STRING_12 | length >> 8, length & 255))
    else:
        head = b"%c%b" % (_STRING_32, length.to_bytes(4, "little"))
    return b"%b%b%b" % (head, element, length_behind(len(head) + length))


def encode_integer(number: int) -> bytes:
    """An integer of 64 bits with the length behind it."""
    if 0 <= number < 128:
        return bytes((number, 1))
    if -4096 <= number < 4096:
        return bytes((_INT_13 | number >> 8 & 31, number & 255, 2))
    for code, width in _WIDTHS.items():
        bound = 1 << 8 * width - 1
        if -bound <= number < bound:
            return b"%c%b%c" % (code, number.to_bytes(width, "little", signed=True), width + 1)
    raise ValueError(number)


def length_behind(size: int) -> bytes:
    """The length of an element as it stands behind it."""
    if size < 128:
        return bytes((size,))
    # The limits are one less than the bits could hold, as in Redis.
    groups = 2 if size < 16383 else 3 if size < 2097151 else 4 if size < 268435455 else 5
    return bytes([size >> 7 * (groups - 1), *[size >> 7 * place & 127 | 128 for place in range(groups - 2, -1, -1)]])


def decode(data: bytes) -> list[bytes]:
    """All elements, integers as their digits. Raises: BadData."""
    size = len(data)
    if size <= HEADER.size:
        raise BadData("a listpack is too short")
    total, count = HEADER.unpack_from(data)
    if total != size or data[-1] != END:
        raise BadData("a listpack's length is not what it says")
    elements: list[bytes] = []
    add = elements.append
    at = HEADER.size
    end = size - 1
    try:
        while at < end:
            first = data[at]
            if first >> 6 == 2:  # a short string
                stop = at + (first & 63) + 1
                if data[stop] != stop - at:
                    raise BadData("a listpack's element has two lengths")
                add(data[at + 1:stop])
                at = stop + 1
            elif first < 128:
                if data[at + 1] != 1:
                    raise BadData("a listpack's element has two lengths")
                add(_SMALL[first])
                at += 2
            else:
                element, stop = _decode_long(data, at, first)
                behind = length_behind(stop - at)
                at = stop + len(behind)
                if data[stop:at] != behind:
                    raise BadData("a listpack's element has two lengths")
                add(element)
    except (IndexError, error) as problem:
        raise BadData("a listpack's element leads beyond its end") from problem
    if at != end:
        raise BadData("a listpack's element leads beyond its end")
    if count not in (len(elements), UNKNOWN_COUNT):
        raise BadData("a listpack has not as many elements as it says")
    return elements


def _decode_long(data: bytes, at: int, first: int) -> tuple[bytes, int]:
    """An element that is neither a short string nor a small integer, and where it ends."""
    if first >> 5 == _INT_13 >> 5:
        number = (first & 31) << 8 | data[at + 1]
        return b"%d" % (number - (1 << 13) if number >= 1 << 12 else number), at + 2
    width = _WIDTHS.get(first)
    if width is not None:
        stop = at + 1 + width
        if stop > len(data):
            raise BadData("a listpack's element leads beyond its end")
        return b"%d" % int.from_bytes(data[at + 1:stop], "little", signed=True), stop
    if first >> 4 == _STRING_12 >> 4:
        begin = at + 2
        length = (first & 15) << 8 | data[at + 1]
    elif first == _STRING_32:
        begin = at + 5
        length = int.from_bytes(data[at + 1:begin], "little")
    else:
        raise BadData(f"a listpack's element begins with {first}")
    if begin + length > len(data):
        raise BadData("a listpack's element leads beyond its end")
    return data[begin:begin + length], begin + length
