"""Checksums of Redis's formats: CRC16 of cluster slots, CRC64 of RDB files, DUMP payloads and replication.

CRC16 is the XMODEM one, which the standard library computes in C. CRC64 is Redis's own (Jones's polynomial,
reflected, nothing inverted): `anycrc` computes it at gigabytes a second where it is installed, the tables here at
about 20 MB/s where it is not. It is looked for on the first use, so that programs without need of it start quickly.
"""

from __future__ import annotations

from binascii import crc_hqx
from collections.abc import Callable
from functools import cache
from importlib import import_module
from struct import iter_unpack
from typing import Final, TypeAlias

Data: TypeAlias = "bytes | bytearray | memoryview"

SLOTS: Final = 16384
_POLYNOMIAL: Final = 0x95AC9329AC4BC9B5  # Jones's 0xad93d23594c935a9 with its bits reversed


def crc16(data: Data) -> int:
    """CRC16/XMODEM."""
    return crc_hqx(data, 0)


def key_slot(key: bytes) -> int:
    """The cluster slot of a key: of its hash tag, what stands in the first {} unless empty, else of the whole."""
    start = key.find(b"{")
    if start >= 0:
        end = key.find(b"}", start + 1)
        if end > start + 1:
            key = key[start + 1 : end]
    return crc_hqx(key, 0) & (SLOTS - 1)


def crc64(data: Data, crc: int = 0) -> int:
    """Redis's CRC64 of `data`, going on from `crc`."""
    return _implementation()(data, crc)


@cache
def _implementation() -> Callable[[Data, int], int]:
    try:
        anycrc = import_module("anycrc")  # it carries no types
    except ImportError:
        return crc64_pure
    calculate: Callable[[Data, int], int] = anycrc.Model("CRC64-REDIS").calc
    return calculate


def crc64_pure(data: Data, crc: int = 0) -> int:
    """The same in Python alone."""
    t0, t1, t2, t3, t4, t5, t6, t7 = _tables()
    view = memoryview(data)
    whole = len(view) & ~7
    for (word,) in iter_unpack("<Q", view[:whole]):
        crc ^= word
        crc = (
            t7[crc & 255] ^ t6[crc >> 8 & 255] ^ t5[crc >> 16 & 255] ^ t4[crc >> 24 & 255]
            ^ t3[crc >> 32 & 255] ^ t2[crc >> 40 & 255] ^ t1[crc >> 48 & 255] ^ t0[crc >> 56]
        )
    for byte in view[whole:]:
        crc = t0[(crc ^ byte) & 255] ^ (crc >> 8)
    return crc


@cache
def _tables() -> list[list[int]]:
    """Eight tables for eight bytes a step: table k is the effect of a byte that k more bytes follow."""
    first = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
        first.append(value)
    tables = [first]
    for _ in range(7):
        tables.append([first[value & 255] ^ (value >> 8) for value in tables[-1]])
    return tables
