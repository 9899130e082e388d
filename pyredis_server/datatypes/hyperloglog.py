"""HyperLogLog: about how many different elements were added, in at most 12304 bytes, bit for bit as Redis stores it.

The value is a string that clients may GET and SET: 16 bytes of header ("HYLL", the encoding, three zeros, the count as
it was last computed, 8 bytes, little-endian; their last bit says that it is out of date), then 16384 registers:

* dense: 6 bits each, from the lowest bit of the first byte on;
* sparse: runs. 00llllll is a run of l + 1 zeros, 01llllll llllllll (here "long run") one of up to 16384 zeros, 1vvvvvll
  one of l + 1 registers that are v + 1. Which runs there are depends on the order of the changes, so that they are
  changed here as Redis does: the run that holds the register is cut, then equal neighbours within five runs are joined.

The hash is MurmurHash64A, the estimate Ertl's (arXiv:1702.01284). A function that takes a `bytearray` changes it.
All of them raise CommandError(HLL_CORRUPT) for runs that do not make up 16384 registers, where they notice.

Speed: whole values are worked on by C code. Base64 is a table of 6-bit numbers, so it unpacks the registers of a dense
value that has been turned round; whole numbers with a register in every 6 or 8 bits give the maxima of all registers
in a dozen operations (100 times as fast as `map(max, ...)`).
"""

from __future__ import annotations

import re
from binascii import a2b_base64, b2a_base64
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain
from math import inf, sqrt
from struct import iter_unpack
from typing import Final, TypeAlias

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.base.numeric import INT64_MAX, INT64_MIN

Data: TypeAlias = "bytes | bytearray"

REGISTERS: Final = 16384
HEADER_BYTES: Final = 16
DENSE: Final = 0
SPARSE: Final = 1
DENSE_BYTES: Final = HEADER_BYTES + REGISTERS * 6 // 8

_ENCODING: Final = 4  # offsets in the header
_COUNT: Final = 8
_COUNT_END: Final = 15
_OUT_OF_DATE: Final = 0x80

_INDEX_BITS: Final = 14
_RANK_BITS: Final = 64 - _INDEX_BITS  # of the hash; the greatest rank is one more
_SEED: Final = 0xADC83B19
_FACTOR: Final = 0xC6A4A7935BD1E995
_SHIFT: Final = 47
_MASK: Final = (1 << 64) - 1

_LONG: Final = 0x40
_VALUE: Final = 0x80
_VALUE_BITS: Final = 0xFC  # of a run of registers: all but its length
_MAX_RUN_VALUE: Final = 32
_MAX_RUN: Final = 4
_MAX_SHORT_ZEROS: Final = 64
_JOIN_REACH: Final = 5
_LONG_RUN: Final = re.compile(rb"[\x40-\x7f].?", re.DOTALL)  # the end may be missing; Redis finds a zero there
_MAX_SPARSE_BODY: Final = 2 * REGISTERS  # no run takes more than two bytes
_NOT_ZERO: Final = re.compile(rb"[^\0]")
_LENGTHS: Final = bytes(op + 1 if op < _LONG else (op & 3) + 1 for op in range(256))  # of runs but the long ones
_RUNS: Final = tuple(
    bytes(op + 1) if op < _LONG else bytes(((op >> 2 & 31) + 1,)) * ((op & 3) + 1) for op in range(256)
)
_PIECE: Final = 64  # bytes that are summed up at once in search of a register
_FEW: Final = 4  # up to so many elements the runs are searched from the beginning; for more, an index pays off

_DIGITS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_FROM_BASE64: Final = bytes(max(_DIGITS.find(digit), 0) for digit in range(256))
_TO_BASE64: Final = _DIGITS * 4
_AS_IT_IS: Final = bytes(range(64))


class _Lanes:
    """Constants for numbers that hold all registers, `width` bits each."""

    __slots__ = ("every", "high", "low", "shift")

    def __init__(self, width: int) -> None:
        self.every = (1 << width * REGISTERS) - 1
        self.high = self.every // ((1 << width) - 1) << width - 1  # the highest bit of each
        self.low = self.every ^ self.high
        self.shift = width - 1


_SIXES: Final = _Lanes(6)
_EIGHTS: Final = _Lanes(8)

_ALPHA: Final = 0.721347520444481703680  # 1 / (2 ln 2)


def is_valid(data: Data) -> bool:
    """Whether a string may be a HyperLogLog, by its header and, if dense, its length."""
    size = len(data)
    if size < HEADER_BYTES or not data.startswith(b"HYLL"):
        return False
    return data[_ENCODING] == SPARSE or (data[_ENCODING] == DENSE and size == DENSE_BYTES)


def is_dense(data: Data) -> bool:
    """The encoding of a valid value."""
    return data[_ENCODING] == DENSE


def created() -> bytearray:
    """An empty one: a long run of zeros."""
    return bytearray(b"HYLL\x01" + bytes(11) + b"\x7f\xff")


def dense_of(found: bytes) -> bytearray:
    """A dense value with these registers."""
    data = bytearray(b"HYLL") + bytes(HEADER_BYTES - 4) + _packed(found)
    forget_count(data)
    return data


def place_of(element: Data) -> tuple[int, int]:
    """The register that an element falls to, and its rank there: one more than the zeros that its hash ends with."""
    length = len(element)
    hashed = _SEED ^ length * _FACTOR & _MASK
    whole = length & ~7
    if whole:
        for (block,) in iter_unpack("<Q", memoryview(element)[:whole]):
            mixed = block * _FACTOR & _MASK
            mixed ^= mixed >> _SHIFT
            hashed = (hashed ^ mixed * _FACTOR & _MASK) * _FACTOR & _MASK
    if length > whole:
        hashed = (hashed ^ int.from_bytes(element[whole:], "little")) * _FACTOR & _MASK
    hashed ^= hashed >> _SHIFT
    hashed = hashed * _FACTOR & _MASK
    hashed ^= hashed >> _SHIFT
    rest = hashed >> _INDEX_BITS | 1 << _RANK_BITS
    return hashed & REGISTERS - 1, (rest & -rest).bit_length()


def add(data: bytearray, elements: Sequence[Data], sparse_max_bytes: int) -> int:
    """Add elements and tell how many of them changed a register. A sparse value may become dense."""
    if len(elements) > _FEW and not is_dense(data):
        return _add_to_runs(data, map(place_of, elements), sparse_max_bytes)
    changed = 0
    for element in elements:
        index, rank = place_of(element)
        if data[_ENCODING] == DENSE:
            changed += _set_dense(data, index, rank)
        else:
            changed += _Runs(data, indexed=False).set(index, rank, sparse_max_bytes)
    return changed


def merge(target: bytearray, others: Iterable[Data], sparse_max_bytes: int) -> None:
    """Let `target` count what any of `others` counts, too. It becomes dense if one of them is.

    `others` may be a generator, which raises where a value is none: nothing has changed then.
    """
    dense, sparse = _united(chain((target,), others))
    if dense is None:
        differing = (sparse ^ int.from_bytes(_registers(target), "little")).to_bytes(REGISTERS, "little")
        after = sparse.to_bytes(REGISTERS, "little")
        places = [at.start() for at in _NOT_ZERO.finditer(differing)]
        _add_to_runs(target, ((place, after[place]) for place in places), sparse_max_bytes)
    else:
        to_dense(target)
        target[HEADER_BYTES:] = dense.to_bytes(DENSE_BYTES - HEADER_BYTES, "little")
    forget_count(target)


def to_dense(data: bytearray) -> bool:
    """Make a sparse value dense; False if it was."""
    if is_dense(data):
        return False
    data[HEADER_BYTES:] = _packed(_registers(data))
    data[_ENCODING] = DENSE
    return True


def count(data: Data) -> int:
    """The estimate, computed anew."""
    if is_dense(data):
        return _estimate(_digits(data[HEADER_BYTES:]), _FROM_BASE64)
    return _estimate(_registers(data), _AS_IT_IS)


def count_of_union(values: Iterable[Data]) -> int:
    """About how many different elements several values count together. `values` is as for `merge`."""
    dense, sparse = _united(values)
    if dense is None:
        return _estimate(sparse.to_bytes(REGISTERS, "little"), _AS_IT_IS)
    return _estimate(_digits(dense.to_bytes(DENSE_BYTES - HEADER_BYTES, "little")), _FROM_BASE64)


def stored_count(data: Data) -> int | None:
    """The estimate that the header holds; None if registers have changed since."""
    if data[_COUNT_END] & _OUT_OF_DATE:
        return None
    return int.from_bytes(data[_COUNT:HEADER_BYTES], "little")


def store_count(data: bytearray, estimate: int) -> None:
    """Keep an estimate in the header."""
    data[_COUNT:HEADER_BYTES] = (estimate & _MASK).to_bytes(8, "little")


def forget_count(data: bytearray) -> None:
    """Mark the estimate in the header as out of date. Its other bits stay, which GET shows."""
    data[_COUNT_END] |= _OUT_OF_DATE


def registers(data: Data) -> bytes:
    """All registers, a byte each."""
    return _registers(data)


def described(data: Data) -> bytes:
    """The runs of a sparse value as PFDEBUG DECODE tells them: z:length, Z:length of a long one, v:value,length."""
    shown = []
    for op, length in _runs(bytes(data[HEADER_BYTES:])):
        if op < _VALUE:
            shown.append(b"%c:%d" % (b"z" if op < _LONG else b"Z", length))
        else:
            shown.append(b"v:%d,%d" % ((op >> 2 & 31) + 1, length))
    return b" ".join(shown)


# Registers of whole values


def _registers(data: Data) -> bytes:
    if is_dense(data):
        return _unpacked(data[HEADER_BYTES:])
    body = bytes(data[HEADER_BYTES:])
    total = at = 0
    parts: list[bytes] = []
    if len(body) <= _MAX_SPARSE_BODY:
        for match in _LONG_RUN.finditer(body):
            parts += [_RUNS[op] for op in body[at : match.start()]]
            length = _long_length(match[0])
            total += length
            if total > REGISTERS:
                break
            parts.append(bytes(length))
            at = match.end()
        parts += [_RUNS[op] for op in body[at:]]
    found = b"".join(parts)
    if len(found) != REGISTERS or total > REGISTERS:
        raise CommandError(errors.HLL_CORRUPT)
    return found


def _digits(packed: Data) -> bytes:
    """Registers of 6 bits as digits of Base64, the last register first."""
    turned = bytearray(packed)
    turned.reverse()
    return b2a_base64(turned, newline=False)


def _unpacked(packed: Data) -> bytes:
    """Registers of 6 bits, a byte each."""
    found = bytearray(_digits(packed).translate(_FROM_BASE64))
    found.reverse()
    return bytes(found)


def _packed(found: bytes) -> bytes:
    """The opposite of `_unpacked`."""
    turned = bytearray(a2b_base64(found[::-1].translate(_TO_BASE64)))
    turned.reverse()
    return bytes(turned)


def _united(values: Iterable[Data]) -> tuple[int | None, int]:
    """The greatest of each register in several values.

    Returns: if any of them is dense, a number that holds them in 6 bits each, else None; then one that holds those of
    the sparse values in 8 bits each.
    """
    dense: int | None = None
    sparse = 0
    for data in values:
        if is_dense(data):
            found = int.from_bytes(data[HEADER_BYTES:], "little")
            dense = found if dense is None else _maxima(dense, found, _SIXES)
        else:
            found = int.from_bytes(_registers(data), "little")
            sparse = _maxima(sparse, found, _EIGHTS) if sparse else found
    if dense is not None and sparse:
        packed = _packed(sparse.to_bytes(REGISTERS, "little"))
        dense = _maxima(dense, int.from_bytes(packed, "little"), _SIXES)
    return dense, sparse


def _maxima(one: int, other: int, lanes: _Lanes) -> int:
    """The greater number of each lane. The lower bits are compared by a subtraction that never borrows."""
    opposite = other ^ lanes.every
    lower = (one | lanes.high) - (other & lanes.low)
    kept = (one & opposite | (one ^ opposite) & lower) & lanes.high  # where `one` is not less
    return other ^ (one ^ other) & (kept - (kept >> lanes.shift) | kept)


def _estimate(found: bytes, value_of: bytes) -> int:
    """The number of elements that registers stand for. Each is a byte of `found`; `value_of` tells what it means."""
    held = [0] * 64
    while found:  # a value that is frequent goes early, as a rule, so that few bytes are looked at twice
        others = found.translate(None, found[:1])
        held[value_of[found[0]]] = len(found) - len(others)
        found = others
    total = REGISTERS * _tau((REGISTERS - held[_RANK_BITS + 1]) / REGISTERS)
    for value in range(_RANK_BITS, 0, -1):
        total += held[value]
        total *= 0.5
    total += REGISTERS * _sigma(held[0] / REGISTERS)
    estimate = _ALPHA * REGISTERS * REGISTERS / total if total else inf
    if estimate > INT64_MAX:
        return INT64_MIN  # as C turns it into an integer; only made-up registers lead here
    whole = int(estimate)
    return whole + (estimate - whole >= 0.5)


def _sigma(x: float) -> float:
    if x == 1.0:
        return inf
    y, z = 1.0, x
    while True:
        x *= x
        before = z
        z += x * y
        y += y
        if z == before:
            return z


def _tau(x: float) -> float:
    if x in (0.0, 1.0):
        return 0.0
    y, z = 1.0, 1 - x
    while True:
        x = sqrt(x)
        before = z
        y *= 0.5
        z -= (1 - x) * (1 - x) * y
        if z == before:
            return z / 3


# Single registers


def _set_dense(data: bytearray, index: int, rank: int) -> bool:
    """Raise a register to `rank`; False if it is not less."""
    bit = 6 * index
    at = HEADER_BYTES + (bit >> 3)
    shift = bit & 7
    pair = int.from_bytes(data[at : at + 2], "little")
    old = pair >> shift & 63
    if rank <= old:
        return False
    pair += rank - old << shift
    data[at] = pair & 255
    if shift > 2:
        data[at + 1] = pair >> 8
    return True


def _add_to_runs(data: bytearray, places: Iterable[tuple[int, int]], sparse_max_bytes: int) -> int:
    """Raise many registers of a sparse value and tell how many were less."""
    runs = _Runs(data, indexed=True)
    changed = 0
    for index, rank in places:
        changed += _set_dense(data, index, rank) if is_dense(data) else runs.set(index, rank, sparse_max_bytes)
    return changed


def _long_length(run: Data) -> int:
    return ((run[0] & 63) << 8 | (run[1] if len(run) > 1 else 0)) + 1


def _runs(body: bytes) -> Iterator[tuple[int, int]]:
    """The first byte and the length of each run."""
    at = 0
    while at < len(body):
        op = body[at]
        if _LONG <= op < _VALUE:
            yield op, _long_length(body[at : at + 2])
            at += 1
        else:
            yield op, _LENGTHS[op]
        at += 1


def _zeros(length: int) -> bytes:
    if length > _MAX_SHORT_ZEROS:
        return bytes((_LONG | length - 1 >> 8, length - 1 & 255))
    return bytes((length - 1,)) if length else b""


class _Runs:
    """The runs of a sparse value, while registers are changed.

    With `indexed`, `starts` holds the first register of the run that each byte belongs to.
    """

    __slots__ = ("data", "starts")

    def __init__(self, data: bytearray, *, indexed: bool) -> None:
        self.data = data
        self.starts: list[int] = []
        if indexed:
            body = bytes(data[HEADER_BYTES:])
            lengths = list(body.translate(_LENGTHS))
            for match in _LONG_RUN.finditer(body):
                lengths[match.start()] = 0
                lengths[match.end() - 1] = _long_length(match[0])
            self.starts = [0, *accumulate(lengths)]  # the last one is where a further run would begin

    def set(self, index: int, rank: int, max_bytes: int) -> bool:
        """Raise a register to `rank`; False if it is not less. The value becomes dense if it has to."""
        data = self.data
        if rank > _MAX_RUN_VALUE:
            return self._set_in_dense(index, rank)
        at, first, before = self._find_by_starts(index) if self.starts else self._find(index)
        op = data[at]
        size = 1
        raised = bytes((_VALUE | rank - 1 << 2,))
        if op & _VALUE:
            if (op >> 2 & 31) + 1 >= rank:
                return False
            following = first + _LENGTHS[op] - index - 1
            left = bytes((op & _VALUE_BITS | index - first - 1,)) if index > first else b""
            right = bytes((op & _VALUE_BITS | following - 1,)) if following else b""
        else:
            length = _LENGTHS[op]
            if op >= _LONG:
                length = _long_length(data[at : at + 2])
                size = 2
            left = _zeros(index - first)
            right = _zeros(first + length - index - 1)
        runs = left + raised + right
        grown = len(runs) - size
        if grown > 0 and len(data) + grown > max_bytes:
            return self._set_in_dense(index, rank)
        if at + size > len(data):  # the long run lacks its second byte
            runs = runs[:-1]
            self.starts = []
        data[at : at + size] = runs
        if self.starts:
            self.starts[at - HEADER_BYTES : at - HEADER_BYTES + size] = [
                *[first] * len(left), index, *[index + 1] * len(right)]
        self._join(before)
        forget_count(data)
        return True

    def _set_in_dense(self, index: int, rank: int) -> bool:
        self.starts = []
        to_dense(self.data)
        return _set_dense(self.data, index, rank)

    def _find_by_starts(self, index: int) -> tuple[int, int, int]:
        """The offset of the run that holds a register, its first register, and the offset of the run before."""
        starts = self.starts
        if index >= starts[-1]:
            raise CommandError(errors.HLL_CORRUPT)
        at = bisect_right(starts, index) - 1
        first = starts[at]
        if at and starts[at - 1] == first:
            at -= 1
        before = max(at - 1, 0)
        if before and starts[before - 1] == starts[before]:
            before -= 1
        return HEADER_BYTES + at, first, HEADER_BYTES + before

    def _find(self, index: int) -> tuple[int, int, int]:
        """The same without `starts`."""
        body = bytes(self.data)
        lengths = body.translate(_LENGTHS)
        first = 0
        at = before = HEADER_BYTES
        search = _LONG_RUN.search
        while True:
            long_run = search(body, at)
            stop = long_run.start() if long_run else len(body)
            while at < stop:
                piece = lengths[at : min(at + _PIECE, stop)]
                covered = sum(piece)
                if first + covered > index:
                    ends = [*accumulate(piece, initial=first)]
                    in_piece = bisect_right(ends, index) - 1
                    return at + in_piece, ends[in_piece], at + in_piece - 1 if in_piece else before
                first += covered
                at += len(piece)
                before = at - 1
            if long_run is None:
                raise CommandError(errors.HLL_CORRUPT)
            op = body[stop]
            length = (((op & 63) << 8) | body[stop + 1]) + 1 if stop + 1 < len(body) else _long_length(body[stop:])
            if first + length > index:
                return stop, first, before
            first += length
            before = stop
            at = long_run.end()

    def _join(self, at: int) -> None:
        """Join neighbours of equal registers, from a run on."""
        data = self.data
        for _ in range(_JOIN_REACH):
            if at >= len(data):
                return
            op = data[at]
            if op < _VALUE:
                at += 1 if op < _LONG else 2
                continue
            if at + 1 < len(data):
                following = data[at + 1]
                length = _LENGTHS[op] + _LENGTHS[following]
                if op & _VALUE_BITS == following & _VALUE_BITS and length <= _MAX_RUN:
                    data[at : at + 2] = bytes((op & _VALUE_BITS | length - 1,))
                    if self.starts:
                        del self.starts[at - HEADER_BYTES + 1]
                    continue
            at += 1
