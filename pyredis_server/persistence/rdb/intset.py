"""The intset: sorted integers, all as wide as the widest: width (4), their number (4), then they, little endian."""

from __future__ import annotations

import sys
from array import array
from itertools import pairwise
from struct import Struct
from typing import Final

from pyredis_server.persistence.rdb.format import BadData

HEADER: Final = Struct("<II")
_CODES: Final = {array(code).itemsize: code for code in "hiq"}


def encode(numbers: array[int]) -> bytes:
    """Make an intset of sorted integers, as wide as the array."""
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return HEADER.pack(numbers.itemsize, len(numbers)) + numbers.tobytes()


def decode(data: bytes) -> array[int]:
    """The sorted integers. Raises: BadData."""
    if len(data) < HEADER.size:
        raise BadData("an intset is too short")
    width, count = HEADER.unpack_from(data)
    code = _CODES.get(width)
    if code is None or len(data) != HEADER.size + width * count:
        raise BadData("an intset's length is not what it says")
    numbers = array(code, data[HEADER.size:])
    if sys.byteorder == "big":
        numbers.byteswap()
    if not all(one < other for one, other in pairwise(numbers)):
        raise BadData("an intset is not in order")
    return numbers
