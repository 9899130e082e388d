"""Reads what the RDB format is made of: lengths, strings, numbers.

A reader goes over bytes that are all there (a DUMP payload) or that `refill` brings piece by piece (a file, a
socket). Promise: whatever the bytes say, nothing bigger is made than they can fill, and the only error is BadData.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Final

from pyredis_server.persistence.rdb import lzf
from pyredis_server.persistence.rdb.format import (
    INT_8,
    INT_16,
    INT_32,
    LENGTH_6,
    LENGTH_14,
    LENGTH_32,
    LENGTH_64,
    LENGTH_ENCODED,
    LZF,
    BadData,
)

PIECE_BYTES: Final = 256 * 1024  # read ahead; half or double makes no difference in loading
MOST_LZF_BYTES: Final = 1 << 32  # of a decompressed string, where nobody sets another limit

_INTEGERS: Final = {INT_8: Struct("<b"), INT_16: Struct("<h"), INT_32: Struct("<i")}
_DOUBLE: Final = Struct("<d")
_MILLISECONDS: Final = Struct("<q")


class Reader:
    """Reads forward. `position` is how many bytes were consumed, for error messages."""

    __slots__ = ("_at", "_before", "_data", "_refill", "most_string_bytes", "total_bytes")

    def __init__(self, data: bytes = b"", refill: Callable[[int], bytes] | None = None, *,
                 total_bytes: int | None = None, most_string_bytes: int = MOST_LZF_BYTES) -> None:
        """`data` comes first, then what `refill(wanted)` gives, until that is b"" (all when there is no refill).

        `total_bytes`: how many there are in all, if known: counts that cannot be true are refused at once then.
        `most_string_bytes`: compressed strings that claim to be longer are refused.
        """
        self._data = data
        self._at = 0
        self._before = 0  # bytes consumed before `_data` began
        self._refill = refill
        self.total_bytes = len(data) if refill is None else total_bytes
        self.most_string_bytes = most_string_bytes

    @property
    def position(self) -> int:
        """Bytes consumed so far."""
        return self._before + self._at

    def take(self, count: int) -> bytes:
        """The next bytes, exactly so many."""
        at = self._at
        stop = at + count
        if stop > len(self._data):
            self._fetch(count)
            at = self._at
            stop = at + count
        self._at = stop
        return self._data[at:stop]

    def byte(self) -> int:
        """The next byte."""
        at = self._at
        if at >= len(self._data):
            self._fetch(1)
            at = self._at
        self._at = at + 1
        return self._data[at]

    def length(self) -> int:
        """A length, or a number written as one, up to 2**64 - 1."""
        first = self.byte()
        kind = first >> 6
        if kind == LENGTH_6:
            return first
        if kind == LENGTH_14:
            return (first & 63) << 8 | self.byte()
        if first == LENGTH_32:
            return int.from_bytes(self.take(4), "big")
        if first == LENGTH_64:
            return int.from_bytes(self.take(8), "big")
        raise BadData(f"a length was expected, not the byte {first}")

    def count(self, bytes_each: int) -> int:
        """The number of elements to follow, each of which takes at least so many bytes."""
        count = self.length()
        if self.total_bytes is not None and count * bytes_each > self.total_bytes - self.position:
            raise BadData(f"{count} elements are announced, but there are not that many bytes")
        return count

    def string(self) -> bytes:
        """A string in any encoding; integers come as their digits."""
        data = self._data
        at = self._at
        if at < len(data) and (length := data[at]) < 64:  # the usual case: short, as it is, and all there
            at += 1
            stop = at + length
            if stop <= len(data):
                self._at = stop
                return data[at:stop]
        elif at < len(data) and length >= LENGTH_ENCODED << 6:
            self._at = at + 1
            return self._encoded(length & 63)
        first = self.byte()
        if first >> 6 == LENGTH_ENCODED:
            return self._encoded(first & 63)
        self._at -= 1
        return self.take(self.count(1))

    def _encoded(self, encoding: int) -> bytes:
        if encoding == LZF:
            packed_bytes = self.count(1)
            length = self.length()
            if length > self.most_string_bytes:
                raise BadData(f"a compressed string claims to have {length} bytes")
            plain = lzf.decompress(self.take(packed_bytes), length)
            if plain is None:
                raise BadData("a compressed string is damaged")
            return plain
        form = _INTEGERS.get(encoding)
        if form is None:
            raise BadData(f"unknown encoding {encoding} of a string")
        number: int = form.unpack(self.take(form.size))[0]
        return b"%d" % number

    def double(self) -> float:
        """A binary double."""
        value: float = _DOUBLE.unpack(self.take(8))[0]
        return value

    def milliseconds(self) -> int:
        """A time in ms since the epoch, signed."""
        value: int = _MILLISECONDS.unpack(self.take(8))[0]
        return value

    def _fetch(self, count: int) -> None:
        """Have `count` bytes at `_at`, or raise BadData."""
        pieces = [self._data[self._at:]]
        missing = count - len(pieces[0])
        if self._refill is None or (self.total_bytes is not None and self.position + count > self.total_bytes):
            raise BadData("the data ends too early")
        while missing > 0:
            piece = self._refill(PIECE_BYTES)
            if not piece:
                raise BadData("the data ends too early")
            pieces.append(piece)
            missing -= len(piece)
        self._before += self._at
        self._data = b"".join(pieces)
        self._at = 0
