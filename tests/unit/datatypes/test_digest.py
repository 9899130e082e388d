"""XXH3: the package and the fallback agree, and DIGEST's text is always sixteen digits."""

from __future__ import annotations

import builtins
import random

import pytest

from pyredis_server.datatypes import digest
from pyredis_server.datatypes.digest import hex_digest, xxh3_64_of, xxh3_64_pure

# Values that real servers were seen to answer (documentation of DIGEST; public test suites of clients).
KNOWN = [
    (b"", b"2d06800538d394c2"),
    (b"123", b"404a763b3f4c8c9a"),
    (b"hello", b"9555e8555c62dcfd"),
    (b"Hello world", b"b6acb9d84a38ff74"),
    (b"v8", b"0cc76dbb41381419"),
    (b"v8lf0c11xh8ymlqztfd3eeq16kfn4sspw7fqmnuuq3k3t75em5wdizgcdw7uc26nnf961u2jkfzkjytls2kwlj7626sd",
     b"00006c38adf31777"),
]
BORDERS = sorted({
    0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 95, 96, 97, 127, 128, 129, 143, 144, 145, 239, 240, 241,
    255, 256, 257, 319, 320, 321, 1023, 1024, 1025, 1087, 1088, 1089, 2047, 2048, 2049, 5000,
})


@pytest.mark.parametrize(("value", "text"), KNOWN)
@pytest.mark.parametrize("accelerated", [True, False])
def test_the_digest_is_the_one_that_redis_gives(monkeypatch, value, text, accelerated) -> None:
    monkeypatch.setattr(digest, "xxh3_64", xxh3_64_of(accelerated=accelerated))
    assert hex_digest(value) == text
    assert hex_digest(bytearray(value)) == text


@pytest.mark.parametrize("size", BORDERS)
def test_the_fallback_agrees_with_the_package_at_every_change_of_method(size) -> None:
    package = pytest.importorskip("xxhash")
    data = random.Random(size).randbytes(size)
    assert xxh3_64_pure(data) == package.xxh3_64_intdigest(data)


def test_the_switch_forces_the_fallback() -> None:
    assert xxh3_64_of(accelerated=False) is xxh3_64_pure


def test_without_the_package_the_fallback_is_taken(monkeypatch) -> None:
    usual_import = builtins.__import__

    def without_xxhash(name: str, *how: object) -> object:
        if name == "xxhash":
            raise ImportError(name)
        return usual_import(name, *how)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(builtins, "__import__", without_xxhash)
    assert xxh3_64_of() is xxh3_64_pure
