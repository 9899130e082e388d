"""LZF, the compression of strings in RDB files.

Promise: what is compressed here is what Redis makes of it, byte for byte. The `lzf` module of python-neo-lzf does the
work where it is installed (1 GB/s), the code here where it is not (a hundredth of that).
The format: a control byte below 32 announces that many bytes plus one to be taken as they are; another holds in its
upper three bits the length of a repetition less 2 (7: a further byte is added to it), in the others and the byte at
the end how far back it begins, less 1.
Source: the description of LZF in public format documents; which repetitions are found, and where output that does not
pay is given up, seen on 8.2.3.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any, Final

MOST_LITERALS: Final = 32
MOST_REPEATED: Final = 264
MOST_BACK: Final = 8192
LONG_REPEAT: Final = 7
EXPANSION: Final = MOST_REPEATED // 3 + 1  # three bytes never become more than 264
HASH_MASK: Final = (1 << 16) - 1
UNCHECKED_STEPS: Final = 16  # so far a repetition grows without looking at the limit


@cache
def _accelerator() -> Any:
    """The compiled module, or None. It carries no types."""
    try:
        return import_module("lzf")
    except ImportError:
        return None


def compress(data: bytes, limit_bytes: int) -> bytes | None:
    """Compress to at most so many bytes; None when that is not possible, or nearly so."""
    if limit_bytes < 2 or len(data) < 4:
        return None
    accelerator = _accelerator()
    if accelerator is None:
        return compress_pure(data, limit_bytes)
    packed: bytes | None = accelerator.compress(data, limit_bytes - 1)  # its limit means one byte more than Redis's
    return packed


def decompress(data: bytes, length: int) -> bytes | None:
    """What was compressed, which must be of this length; None when the data is damaged."""
    if length > len(data) * EXPANSION:
        return None
    accelerator = _accelerator()
    if accelerator is None:
        return decompress_pure(data, length)
    try:
        plain: bytes | None = accelerator.decompress(data, length)
    except ValueError:
        return None
    return plain if plain is not None and len(plain) == length else None


def compress_pure(data: bytes, limit_bytes: int) -> bytes | None:
    """`compress` in Python alone."""
    table = [0] * (HASH_MASK + 1)  # where three bytes were seen last, by their hash; 0 counts as never
    end = len(data)
    last = end - 2  # from here on there are no three bytes
    out = bytearray(1)  # each run of literals leaves its place for the control byte
    control = 0
    literals = 0
    at = 0
    while at < last:
        three = data[at] << 16 | data[at + 1] << 8 | data[at + 2]
        slot = (three >> 8) - three * 5 & HASH_MASK
        seen = table[slot]
        table[slot] = at
        back = at - seen - 1
        if not seen or back >= MOST_BACK or data[seen:seen + 3] != data[at:at + 3]:
            if len(out) >= limit_bytes:
                return None
            out.append(data[at])
            at += 1
            literals += 1
            if literals == MOST_LITERALS:
                out[control] = literals - 1
                control = len(out)
                out.append(0)
                literals = 0
            continue
        if len(out) + 4 - (not literals) >= limit_bytes:
            return None
        length = _repeated(data, seen, at, end)
        if literals:
            out[control] = literals - 1
        else:
            del out[-1]
        coded = length - 2
        if coded < LONG_REPEAT:
            out.append((back >> 8) + (coded << 5))
        else:
            out.append((back >> 8) + (LONG_REPEAT << 5))
            out.append(coded - LONG_REPEAT)
        out.append(back & 255)
        control = len(out)
        out.append(0)
        literals = 0
        at += length
        if at >= last:
            break
        for place in (at - 2, at - 1):  # of a repetition only the last two places are remembered
            three = data[place] << 16 | data[place + 1] << 8 | data[place + 2]
            table[(three >> 8) - three * 5 & HASH_MASK] = place
    if len(out) + 3 > limit_bytes:
        return None
    for byte in data[at:]:
        out.append(byte)
        literals += 1
        if literals == MOST_LITERALS:
            out[control] = literals - 1
            control = len(out)
            out.append(0)
            literals = 0
    if literals:
        out[control] = literals - 1
    else:
        del out[-1]
    return bytes(out)


def _repeated(data: bytes, seen: int, at: int, end: int) -> int:
    """How many bytes from `at` on repeat those from `seen` on; the first three are known to."""
    most = min(end - at - 2, MOST_REPEATED)
    length = 2
    if most > UNCHECKED_STEPS:
        for _ in range(UNCHECKED_STEPS):
            length += 1
            if data[seen + length] != data[at + length]:
                return length
    length += 1
    while length < most and data[seen + length] == data[at + length]:
        length += 1
    return length


def decompress_pure(data: bytes, length: int) -> bytes | None:
    """`decompress` in Python alone."""
    out = bytearray()
    at = 0
    size = len(data)
    while at < size:
        control = data[at]
        at += 1
        if control < MOST_LITERALS:
            stop = at + control + 1
            if stop > size:
                return None
            out += data[at:stop]
            at = stop
        else:
            repeated = control >> 5
            if repeated == LONG_REPEAT and at < size:
                repeated += data[at]
                at += 1
            if at >= size:
                return None
            begin = len(out) - ((control & 31) << 8 | data[at]) - 1
            at += 1
            if begin < 0:
                return None
            repeated += 2
            piece = out[begin:begin + repeated]
            if len(piece) < repeated:  # it overlaps what it makes
                piece = (piece * (repeated // len(piece) + 1))[:repeated]
            out += piece
        if len(out) > length:
            return None
    return bytes(out) if len(out) == length else None
