"""Writes what the RDB format is made of: lengths, strings, numbers.

What is written collects in `buffer`; with a `sink` it is handed on whenever there is a good piece of it, so that a
file is written while the next values are encoded.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Final

from pyredis_server.base.numeric import parse_int
from pyredis_server.persistence.rdb import lzf
from pyredis_server.persistence.rdb.format import INT_8, INT_16, INT_32, LENGTH_32, LENGTH_64, LENGTH_ENCODED, LZF

PIECE_BYTES: Final = 256 * 1024
INTEGER_BYTES: Final = 11  # "-2147483648": longer strings are no integers of 32 bits
COMPRESSIBLE_BYTES: Final = 20  # up to here it never pays
LEAST_GAIN_BYTES: Final = 4  # what a compressed string must be shorter by

_DOUBLE: Final = Struct("<d")
_MILLISECONDS: Final = Struct("<q")
_LONG_LENGTH: Final = Struct(">BI")
_LONGEST_LENGTH: Final = Struct(">BQ")
_INTEGERS: Final = (  # the narrowest that fits
    (1 << 7, Struct("<Bb"), LENGTH_ENCODED << 6 | INT_8),
    (1 << 15, Struct("<Bh"), LENGTH_ENCODED << 6 | INT_16),
    (1 << 31, Struct("<Bi"), LENGTH_ENCODED << 6 | INT_32),
)


class Writer:
    """Writes forward. `compressing`: rdbcompression; `list_depth`: list-compress-depth."""

    __slots__ = ("_sink", "buffer", "compressing", "list_depth")

    def __init__(self, sink: Callable[[bytes], None] | None = None, *, compressing: bool = True,
                 list_depth: int = 0) -> None:
        self.buffer = bytearray()
        self.compressing = compressing
        self.list_depth = list_depth
        self._sink = sink

    def raw(self, data: bytes | bytearray) -> None:
        """Bytes as they are."""
        self.buffer += data
        if len(self.buffer) >= PIECE_BYTES and self._sink is not None:
            self.flush()

    def flush(self) -> None:
        """Hand on what has collected."""
        if self._sink is not None and self.buffer:
            piece = bytes(self.buffer)
            self.buffer.clear()
            self._sink(piece)

    def byte(self, value: int) -> None:
        """One byte."""
        self.buffer.append(value)

    def length(self, value: int) -> None:
        """A length, or a number up to 2**64 - 1 as one."""
        buffer = self.buffer
        if value < 1 << 6:
            buffer.append(value)
        elif value < 1 << 14:
            buffer += (1 << 14 | value).to_bytes(2, "big")
        elif value < 1 << 32:
            buffer += _LONG_LENGTH.pack(LENGTH_32, value)
        else:
            buffer += _LONGEST_LENGTH.pack(LENGTH_64, value)

    def string(self, value: bytes | bytearray) -> None:
        """A string in the shortest form."""
        length = len(value)
        if length <= INTEGER_BYTES:
            if length and value[0] <= 57:  # a sign or a digit, or what comes before them
                number = parse_int(value)
                if number is not None and self._integer(number):
                    return
        elif length > COMPRESSIBLE_BYTES and self.compressing:
            value = bytes(value)
            packed = lzf.compress(value, length - LEAST_GAIN_BYTES)
            if packed is not None:
                self.compressed(packed, length)
                return
        self.length(length)
        self.raw(value)

    def compressed(self, packed: bytes, length: int) -> None:
        """A string of that length which has been compressed."""
        self.buffer.append(LENGTH_ENCODED << 6 | LZF)
        self.length(len(packed))
        self.length(length)
        self.raw(packed)

    def double(self, value: float) -> None:
        """A binary double."""
        self.raw(_DOUBLE.pack(value))

    def milliseconds(self, value: int) -> None:
        """A time in ms since the epoch, signed."""
        self.raw(_MILLISECONDS.pack(value))

    def _integer(self, number: int) -> bool:
        for bound, form, first in _INTEGERS:
            if -bound <= number < bound:
                self.buffer += form.pack(first, number)
                return True
        return False
