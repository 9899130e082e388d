"""LZF: both implementations agree, and neither is hurt by damaged data."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pyredis_server.persistence.rdb import lzf

Decompress = Callable[[bytes, int], bytes | None]

REPETITIVE = st.lists(st.sampled_from([b"a", b"ab", b"xyz" * 9, b"\0" * 40, b"0123456789abcdefghijklmnopqrstuvwxyz"]),
                      max_size=60).map(b"".join)
TEXTS = st.one_of(REPETITIVE, st.binary(max_size=300))
DECOMPRESSORS = pytest.mark.parametrize("decompress", [lzf.decompress, lzf.decompress_pure])


@given(TEXTS, st.integers(0, 8))
@example(b"a" * 22, 4)  # a repetition that grows past its limit, as Redis's does
@example(b"abc" * 90, 4)
@example(b"a" * 100_000, 4)
@example(bytes(range(256)) * 40, 4)
def test_what_is_compressed_comes_back(data: bytes, gain: int) -> None:
    limit = len(data) - gain
    packed = lzf.compress_pure(data, limit) if limit >= 2 and len(data) >= 4 else None
    assert packed == lzf.compress(data, limit)
    if packed is not None:
        assert len(packed) <= limit
        assert lzf.decompress(packed, len(data)) == lzf.decompress_pure(packed, len(data)) == data


@pytest.mark.parametrize(("plain", "packed"), [
    (b"x" * 22, "01 7878 e00a00 00 78"),
    (b"bbbaaababbbbbaaababbbb", "08 6262626161616261 62 4000 a009 01 6262"),
])
def test_the_bytes_are_those_of_redis_8_2(plain: bytes, packed: str) -> None:
    assert lzf.compress_pure(plain, len(plain) - 4) == bytes.fromhex(packed)


def test_what_does_not_become_shorter_is_not_compressed() -> None:
    assert lzf.compress(bytes(range(200)), 196) is None
    assert lzf.compress_pure(bytes(range(200)), 196) is None


@DECOMPRESSORS
@pytest.mark.parametrize(("packed", "size"), [
    (b"\x05abc", 6),  # more literals than there are
    (b"\x20\x00", 3),  # a repetition of nothing
    (b"\x00a\x20", 4),  # without its second byte
    (b"\x00a\xe0", 4),
    (b"\x00a\xe0\xff", 4),
    (b"\x00a\x20\x05", 4),  # from before the beginning
    (b"\x02abc", 2),  # longer than announced
    (b"\x02abc", 4),  # shorter
    (b"\x00a\xe0\xff\x00", 10),
    (b"", 5),
    (b"\x02abc", 1 << 40),  # an announcement that cannot be true
])
def test_damaged_data_is_refused(decompress: Decompress, packed: bytes, size: int) -> None:
    assert decompress(packed, size) is None


@given(st.binary(max_size=40), st.integers(0, 400))
@example(b"\x00a\xe0\xff\x00", 265)
@example(b"\x02abc\x20\x02\x20\x00", 9)
def test_both_decompressors_agree_on_any_data(data: bytes, size: int) -> None:
    if data:
        assert lzf.decompress(data, size) == lzf.decompress_pure(data, size)


def test_without_the_module_the_code_here_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    text = b"the same words, " * 5
    packed = lzf.compress(text, len(text))
    monkeypatch.setattr(lzf, "_accelerator", lambda: None)
    assert lzf.compress(text, len(text)) == packed
    assert packed is not None
    assert lzf.decompress(packed, len(text)) == text
