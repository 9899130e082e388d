"""Encodings and sizes of values."""

from __future__ import annotations

import sys
from typing import ClassVar

import pytest

from pyredis_server.keyspace import values
from pyredis_server.keyspace.values import StoredValue, encoding_of, estimate_bytes, estimate_entry_bytes, type_name_of


class Box:
    """A value of another type that tells its parts."""

    type_name: ClassVar[bytes] = b"box"

    def __init__(self, items: list[bytes]) -> None:
        self.items = items

    def owned_parts(self) -> tuple[object]:
        return (self.items,)

    def encoding(self) -> bytes:
        return b"boxed"


@pytest.mark.parametrize(("value", "encoding"), [
    (b"0", b"int"), (b"-1", b"int"), (b"9223372036854775807", b"int"), (b"-9223372036854775808", b"int"),
    (b"9223372036854775808", b"embstr"), (b"01", b"embstr"), (b"+1", b"embstr"), (b"-0", b"embstr"),
    (b" 1", b"embstr"), (b"1.5", b"embstr"), (b"", b"embstr"), (b"x" * 44, b"embstr"), (b"x" * 45, b"raw"),
    (bytearray(b"1"), b"raw"), (Box([]), b"boxed"),
])
def test_encodings_are_those_that_redis_would_use(value: StoredValue, encoding: bytes) -> None:
    assert encoding_of(value) == encoding


def test_type_names_are_those_of_redis() -> None:
    assert [type_name_of(value) for value in (b"", bytearray(), Box([]))] == [b"string", b"string", b"box"]


@pytest.mark.parametrize("length", [0, 15, 16, 44, 479, 480, 5_000])
def test_the_size_of_a_string_is_what_the_allocator_hands_out(length: int) -> None:
    real = sys.getsizeof(bytes(length))
    assert real <= estimate_bytes(bytes(length)) < real + 32


def test_a_key_costs_its_name_its_entry_and_its_ttl() -> None:
    plain = estimate_entry_bytes(b"k" * 16, b"v" * 32, has_ttl=False)
    assert 180 <= plain <= 210
    assert estimate_entry_bytes(b"k" * 16, b"v" * 32, has_ttl=True) == plain + values.TTL_BYTES
    assert estimate_entry_bytes(b"k" * 116, b"v" * 32, has_ttl=False) > plain + 80


def test_containers_are_judged_by_samples_or_counted_in_full() -> None:
    box = Box([b""] * 5 + [b"x" * 1_000] * 5)
    assert estimate_bytes(box, 5) < 1_000
    assert estimate_bytes(box, 0) > 5_000


def test_nested_containers_are_looked_into() -> None:
    assert values.deep_size({b"k": [b"x" * 10_000]}, 0) > 10_000
    assert values.deep_size([], 5) == sys.getsizeof([])


def test_a_value_may_know_its_size_itself() -> None:
    class Knows(Box):
        def estimate_bytes(self, samples: int) -> int:
            return 1_000 + samples

    assert estimate_bytes(Knows([]), 7) == 1_007
