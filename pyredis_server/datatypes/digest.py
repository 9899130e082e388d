"""XXH3 with 64 bits, the hash that DIGEST shows and IFDEQ and IFDNE compare.

The `xxhash` package does the work where it is installed; `xxh3_64_pure` is the fallback, some thousand times slower.
`xxh3_64_of(accelerated=False)` forces the fallback, so that tests reach it on a machine that has the package.
Source: the XXH3 section of the xxHash specification (doc/xxhash_spec.md, BSD); seed 0 and the default secret only,
since Redis uses no other.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct, unpack_from

Xxh3 = Callable[[bytes | bytearray], int]

DIGEST_DIGITS = 16  # of hex_digest, always

_SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221b8084674f743248e"
    "e03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8a8fa763fe39c343ff9dcbbc7c70b4f1d8a"
    "51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8f"
    "f8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e"
)
_M64 = (1 << 64) - 1
_M32 = (1 << 32) - 1
_P32_1, _P32_2, _P32_3 = 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D
_P64_1, _P64_2, _P64_3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
_P64_4, _P64_5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5
_MIX_3 = 0x165667919E3779F9
_MIX_4_TO_8 = 0x9FB21C651E98DF25

_STRIPE_BYTES = 64
_STRIPES_PER_BLOCK = (len(_SECRET) - _STRIPE_BYTES) // 8
_BLOCK_BYTES = _STRIPE_BYTES * _STRIPES_PER_BLOCK
_LANES = Struct("<8Q")
_STRIPE_KEYS = tuple(_LANES.unpack_from(_SECRET, 8 * n) for n in range(_STRIPES_PER_BLOCK))
_SCRAMBLE_KEYS = _LANES.unpack_from(_SECRET, len(_SECRET) - _STRIPE_BYTES)
_LAST_STRIPE_KEYS = _LANES.unpack_from(_SECRET, len(_SECRET) - _STRIPE_BYTES - 7)
_MERGE_KEYS = _LANES.unpack_from(_SECRET, 11)


def _u64(data: bytes | bytearray, at: int) -> int:
    return int.from_bytes(data[at : at + 8], "little")


def _u32(data: bytes | bytearray, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")


def _fold(a: int, b: int) -> int:
    """The two halves of a 128-bit product, combined."""
    product = a * b
    return (product & _M64) ^ (product >> 64)


def _avalanche(h: int) -> int:
    h ^= h >> 37
    h = h * _MIX_3 & _M64
    return h ^ (h >> 32)


def _avalanche_xxh64(h: int) -> int:
    h ^= h >> 33
    h = h * _P64_2 & _M64
    h ^= h >> 29
    h = h * _P64_3 & _M64
    return h ^ (h >> 32)


def _rotate(h: int, bits: int) -> int:
    return (h << bits | h >> (64 - bits)) & _M64


def _mix16(data: bytes | bytearray, at: int, secret_at: int) -> int:
    return _fold(_u64(data, at) ^ _u64(_SECRET, secret_at), _u64(data, at + 8) ^ _u64(_SECRET, secret_at + 8))


def _up_to_16(data: bytes | bytearray, n: int) -> int:
    if n > 8:
        low = _u64(data, 0) ^ _u64(_SECRET, 24) ^ _u64(_SECRET, 32)
        high = _u64(data, n - 8) ^ _u64(_SECRET, 40) ^ _u64(_SECRET, 48)
        swapped = int.from_bytes(low.to_bytes(8, "little"), "big")
        return _avalanche((n + swapped + high + _fold(low, high)) & _M64)
    if n >= 4:
        h = (_u32(data, n - 4) + (_u32(data, 0) << 32)) ^ _u64(_SECRET, 8) ^ _u64(_SECRET, 16)
        h ^= _rotate(h, 49) ^ _rotate(h, 24)
        h = h * _MIX_4_TO_8 & _M64
        h ^= (h >> 35) + n
        h = h * _MIX_4_TO_8 & _M64
        return h ^ (h >> 28)
    if n:
        combined = data[0] << 16 | data[n >> 1] << 24 | data[n - 1] | n << 8
        return _avalanche_xxh64(combined ^ _u32(_SECRET, 0) ^ _u32(_SECRET, 4))
    return _avalanche_xxh64(_u64(_SECRET, 56) ^ _u64(_SECRET, 64))


def _up_to_128(data: bytes | bytearray, n: int) -> int:
    acc = n * _P64_1
    for step in range((n - 1) // 32 + 1):  # pairs of 16 bytes, from both ends towards the middle
        acc += _mix16(data, 16 * step, 32 * step)
        acc += _mix16(data, n - 16 * (step + 1), 32 * step + 16)
    return _avalanche(acc & _M64)


def _up_to_240(data: bytes | bytearray, n: int) -> int:
    acc = n * _P64_1
    for step in range(8):
        acc += _mix16(data, 16 * step, 16 * step)
    acc = _avalanche(acc & _M64)
    for step in range(8, n // 16):
        acc += _mix16(data, 16 * step, 16 * (step - 8) + 3)
    acc += _mix16(data, n - 16, 136 - 17)
    return _avalanche(acc & _M64)


def _accumulate(acc: list[int], lanes: tuple[int, ...], keys: tuple[int, ...]) -> None:
    for lane in range(8):
        value = lanes[lane]
        keyed = value ^ keys[lane]
        acc[lane ^ 1] += value
        acc[lane] += (keyed & _M32) * (keyed >> 32)


def _long(data: bytes | bytearray, n: int) -> int:
    acc = [_P32_3, _P64_1, _P64_2, _P64_3, _P64_4, _P32_2, _P64_5, _P32_1]
    full_blocks, rest = divmod(n - 1, _BLOCK_BYTES)
    for block in range(full_blocks):
        for stripe, keys in enumerate(_STRIPE_KEYS):
            _accumulate(acc, _LANES.unpack_from(data, block * _BLOCK_BYTES + stripe * _STRIPE_BYTES), keys)
        for lane, key in enumerate(_SCRAMBLE_KEYS):
            h = acc[lane] & _M64
            acc[lane] = (h ^ (h >> 47) ^ key) * _P32_1 & _M64
    for stripe in range(rest // _STRIPE_BYTES):
        at = full_blocks * _BLOCK_BYTES + stripe * _STRIPE_BYTES
        _accumulate(acc, _LANES.unpack_from(data, at), _STRIPE_KEYS[stripe])
    _accumulate(acc, unpack_from("<8Q", data, n - _STRIPE_BYTES), _LAST_STRIPE_KEYS)
    result = n * _P64_1
    for pair in range(0, 8, 2):
        result += _fold((acc[pair] & _M64) ^ _MERGE_KEYS[pair], (acc[pair + 1] & _M64) ^ _MERGE_KEYS[pair + 1])
    return _avalanche(result & _M64)


def xxh3_64_pure(data: bytes | bytearray) -> int:
    """XXH3 of `data`, 64 bits, seed 0, in plain Python."""
    n = len(data)
    if n <= 16:
        return _up_to_16(data, n)
    if n <= 128:
        return _up_to_128(data, n)
    if n <= 240:
        return _up_to_240(data, n)
    return _long(data, n)


def xxh3_64_of(*, accelerated: bool = True) -> Xxh3:
    """Give the hash function to use: the `xxhash` package's where there is one and `accelerated` is true."""
    if accelerated:
        try:
            from xxhash import xxh3_64_intdigest
        except ImportError:
            return xxh3_64_pure
        return xxh3_64_intdigest
    return xxh3_64_pure


xxh3_64: Xxh3 = xxh3_64_of()


def hex_digest(value: bytes | bytearray) -> bytes:
    """The digest as DIGEST replies it: always 16 lower-case hexadecimal digits."""
    return b"%016x" % xxh3_64(value)
