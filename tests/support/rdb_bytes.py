"""Pieces of the RDB format made by hand, also of old kinds that our server only reads. Nothing here is ours to test."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from pyredis_server.base.crc import crc64

VERSION = 12


def length(number: int) -> bytes:
    """A length in its shortest form."""
    if number < 64:
        return bytes([number])
    if number < 1 << 14:
        return struct.pack(">H", number | 0x4000)
    return b"\x80" + struct.pack(">I", number) if number < 1 << 32 else b"\x81" + struct.pack(">Q", number)


def string(data: bytes) -> bytes:
    """A string as it is."""
    return length(len(data)) + data


def payload(body: bytes, version: int = VERSION) -> bytes:
    """A payload of a type byte and a value."""
    told = body + struct.pack("<H", version)
    return told + struct.pack("<Q", crc64(told))


def ziplist(elements: Sequence[bytes], *, long_before: bool = False) -> bytes:
    """A ziplist; numbers are written as such. `long_before`: sizes of the elements before take five bytes each."""
    body = b""
    before = b""
    tail = 10
    for element in elements:
        tail = 10 + len(body)
        size = len(before)
        entry = b"\xfe" + struct.pack("<I", size) if long_before or size > 253 else bytes([size])
        entry += _ziplist_body(element)
        body += entry
        before = entry
    count = min(len(elements), 65535)
    return struct.pack("<IIH", 11 + len(body), tail, count) + body + b"\xff"


def _ziplist_body(element: bytes) -> bytes:
    if element.lstrip(b"-").isdigit() and b"%d" % int(element) == element and -(1 << 63) <= int(element) < 1 << 63:
        number = int(element)
        if 0 <= number <= 12:
            return bytes([0xF1 + number])
        for code, width in ((0xFE, 1), (0xC0, 2), (0xF0, 3), (0xD0, 4), (0xE0, 8)):
            if -(1 << 8 * width - 1) <= number < 1 << 8 * width - 1:
                return bytes([code]) + number.to_bytes(width, "little", signed=True)
    size = len(element)
    if size < 64:
        return bytes([size]) + element
    head = struct.pack(">H", size | 0x4000) if size < 1 << 14 else b"\x80" + struct.pack(">I", size)
    return head + element


def zipmap(pairs: Sequence[tuple[bytes, bytes]], spare: int = 0) -> bytes:
    """A zipmap; behind each value are so many spare bytes."""
    body = b""
    for field, value in pairs:
        body += _zipmap_length(field) + field + _zipmap_length(value) + bytes([spare]) + value + b"?" * spare
    return bytes([min(len(pairs), 254)]) + body + b"\xff"


def _zipmap_length(data: bytes) -> bytes:
    return bytes([len(data)]) if len(data) < 254 else b"\xfe" + struct.pack("<I", len(data))


def intset(width: int, numbers: Sequence[int]) -> bytes:
    """An intset as given, in order or not."""
    return struct.pack("<II", width, len(numbers)) + b"".join(
        [number.to_bytes(width, "little", signed=True) for number in numbers])
