"""What a key can hold, and what the server says about it: type, encoding, memory.

A string is `bytes`, or a `bytearray` while commands change it in place. Every other type is a class that fits
`TypedValue`; it may also offer `encoding()`, `estimate_bytes(samples)`, `copy()` and `free_effort()`, and
`owned_parts()`, which lets the lazy freer take it apart (background/lazyfree.py).
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterable
from itertools import islice
from typing import ClassVar, Protocol, TypeAlias

from pyredis_server.base.numeric import parse_int


class TypedValue(Protocol):
    """A value that is no string."""

    type_name: ClassVar[bytes]  # as TYPE answers: b"list", b"hash" ...


StoredValue: TypeAlias = bytes | bytearray | TypedValue

EMBSTR_LIMIT_BYTES = 44  # up to here Redis keeps a string in one allocation with its header; OBJECT ENCODING shows it
INTEGER_LIMIT_BYTES = 20  # "-9223372036854775808"


def type_name_of(value: StoredValue) -> bytes:
    """The value's type as TYPE names it."""
    return b"string" if isinstance(value, (bytes, bytearray)) else value.type_name


def encoding_of(value: StoredValue) -> bytes:
    """The encoding that OBJECT ENCODING names. A string's follows from its content; other values know theirs."""
    if isinstance(value, bytes):
        size = len(value)
        if size <= INTEGER_LIMIT_BYTES and parse_int(value) is not None:
            return b"int"
        return b"embstr" if size <= EMBSTR_LIMIT_BYTES else b"raw"
    if isinstance(value, bytearray):
        return b"raw"
    named: bytes = value.encoding() if hasattr(value, "encoding") else value.type_name
    return named


def copy_of(value: StoredValue) -> StoredValue:
    """An equal value that shares nothing changeable with it, for COPY. Types other than strings bring `copy()`."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, bytearray):
        return bytearray(value)
    copied: StoredValue = value.copy()  # type: ignore[attr-defined]  # TypedValue leaves it open
    return copied


def free_effort(value: StoredValue) -> int:
    """About how many allocations there are to free. Strings are one; other types tell it by `free_effort()`."""
    if isinstance(value, (bytes, bytearray)):
        return 1
    effort: int = value.free_effort() if hasattr(value, "free_effort") else 1
    return effort


# Memory. CPython 3.11 on 64 bits, measured by tools/measure_keyspace.py: at a million keys the sum of these is
# within 5 % of what the process grows by.
BYTES_HEADER = 33  # of a bytes object, its final zero byte included
KEY_ENTRY_BYTES = 50  # an entry of a dict, half way between two of its resizes, and the key's slot in the arena
TTL_BYTES = 98  # the same in `expires` and its arena, and the int object, which takes 48 after an addition
MALLOC_THRESHOLD_BYTES = 512  # beyond it malloc serves, with a header of its own
MALLOC_HEADER_BYTES = 16
DEFAULT_SAMPLES = 5  # MEMORY USAGE


def bytes_object_size(length: int) -> int:
    """The memory of a bytes object; allocations are multiples of 16."""
    size = BYTES_HEADER + length + 15 & ~15
    return size + MALLOC_HEADER_BYTES if size > MALLOC_THRESHOLD_BYTES else size


def estimate_bytes(value: StoredValue, samples: int = DEFAULT_SAMPLES) -> int:
    """About how much memory a value takes, judging containers by `samples` of their elements; 0 looks at all."""
    if isinstance(value, bytes):
        return bytes_object_size(len(value))
    own = getattr(value, "estimate_bytes", None)
    return int(own(samples)) if own is not None else deep_size(value, samples)


def estimate_entry_bytes(key: bytes, value: StoredValue, *, has_ttl: bool, samples: int = DEFAULT_SAMPLES) -> int:
    """About how much memory a key takes with all that belongs to it, as MEMORY USAGE tells."""
    size = bytes_object_size(len(key)) + KEY_ENTRY_BYTES + estimate_bytes(value, samples)
    return size + TTL_BYTES if has_ttl else size


def deep_size(value: object, samples: int) -> int:
    """The size of an object with what it contains: builtin containers, and what `owned_parts` names."""
    if isinstance(value, bytes):
        return bytes_object_size(len(value))
    size = sys.getsizeof(value)
    if isinstance(value, dict):
        return size + _sampled(value, len(value), samples) + _sampled(value.values(), len(value), samples)
    if isinstance(value, (list, tuple, set, frozenset, deque)):
        return size + _sampled(value, len(value), samples)
    parts = getattr(value, "owned_parts", None)
    return size if parts is None else size + sum([deep_size(part, samples) for part in parts()])


def _sampled(elements: Iterable[object], count: int, samples: int) -> int:
    """The size of `count` elements, judged by the first few."""
    if not count:
        return 0
    looked_at = min(count, samples) if samples else count
    return sum([deep_size(element, samples) for element in islice(elements, looked_at)]) * count // looked_at
