"""Checksums against the values that their specifications give."""

from __future__ import annotations

import random

import pytest

from pyredis_server.base import crc
from pyredis_server.base.crc import crc16, crc64, crc64_pure, key_slot


def test_the_check_values_are_right() -> None:
    assert crc16(b"123456789") == 0x31C3
    assert crc64(b"123456789") == crc64_pure(b"123456789") == 0xE9C6D914C4B8D9CA
    assert crc64(b"") == crc64_pure(b"") == 0


def test_crc64_goes_on_from_where_it_was() -> None:
    data = random.Random(1).randbytes(1000)
    for cut in (0, 1, 7, 8, 9, 500, 999, 1000):
        assert crc64_pure(data[cut:], crc64_pure(data[:cut])) == crc64(data)


def test_crc64_without_the_extension_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    data = random.Random(2).randbytes(333)
    usual = crc64(data)
    crc._implementation.cache_clear()
    monkeypatch.setattr(crc, "import_module", _missing)
    try:
        assert crc64(data) == usual
        assert crc._implementation() is crc64_pure
    finally:
        crc._implementation.cache_clear()


def _missing(name: str) -> None:
    raise ImportError(name)


@pytest.mark.parametrize(("key", "same_as"), [
    (b"{user1000}.following", b"user1000"), (b"foo{bar}{zap}", b"bar"), (b"foo{{bar}}zap", b"{bar"), (b"a{b}c", b"b"),
])
def test_a_hash_tag_decides_the_slot(key: bytes, same_as: bytes) -> None:
    assert key_slot(key) == key_slot(same_as)


def test_an_empty_or_open_tag_is_no_tag() -> None:
    assert key_slot(b"foo{}{bar}") == crc16(b"foo{}{bar}") % 16384
    assert key_slot(b"foo{bar") == crc16(b"foo{bar") % 16384
    assert key_slot(b"foo") == 12182
