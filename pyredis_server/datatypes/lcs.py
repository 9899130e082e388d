"""Longest common subsequence of two byte strings, as LCS needs it: its length, its text and where its parts stand.

Of the many subsequences of maximal length, Redis gives the one that a walk from the end of both strings finds in the
table of lengths of all prefixes: bytes that match are taken; else the walk steps back in the second string unless
only the first allows it. The same walk is done here, but without the table: `L(i, j) - L(i, j-1)` is 0 or 1, and these
differences of a whole line of the table are computed at once, as one big integer (the bit-parallel method of Crochemore
and others, 2001, in Hyyrö's form). So a line costs a few operations on big integers: 11,500 x 11,500 bytes, the most
that the default proto-max-bulk-len allows, take 20 ms for the length and 60 ms with the places (a real server: 600 ms),
and 17 MB where the table takes 512.

Pure: the caller compares `table_bytes` with its limit first.
"""

from __future__ import annotations

from typing import NamedTuple

_CELL_BYTES = 4  # Redis keeps 32-bit lengths; its memory limit is told in these


class Match(NamedTuple):
    """A part that both strings have: inclusive first and last index in either."""

    a_first: int
    a_last: int
    b_first: int
    b_last: int

    @property
    def length(self) -> int:
        """Bytes in the part."""
        return self.a_last - self.a_first + 1


def table_bytes(a_bytes: int, b_bytes: int) -> int:
    """The memory that Redis would need for strings of these lengths; it refuses more than proto-max-bulk-len."""
    return (a_bytes + 1) * (b_bytes + 1) * _CELL_BYTES


def lcs_length(a: bytes, b: bytes) -> int:
    """Length of the longest common subsequence."""
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    if not short:
        return 0
    full, masks = _masks(short, long)
    rows = full
    for byte in short:
        used = rows & masks[byte]
        rows = ((rows + used) | (rows - used)) & full
    return len(long) - rows.bit_count()


def lcs_matches(a: bytes, b: bytes) -> list[Match]:
    """The parts of the longest common subsequence that Redis finds, from the last to the first."""
    if not a or not b:
        return []
    by_a = len(a) <= len(b)
    short, long = (a, b) if by_a else (b, a)
    full, masks = _masks(short, long)
    lines = _lines_of_a(short, full, masks) if by_a else _lines_of_b(short, full, masks)
    found = []
    for s_first, s_last, l_first, l_last in _walk_back(short, long, lines):
        found.append(Match(s_first, s_last, l_first, l_last) if by_a else Match(l_first, l_last, s_first, s_last))
    return found


def lcs_text(a: bytes, matches: list[Match]) -> bytes:
    """The subsequence itself, from the parts that `lcs_matches` gave for `a`."""
    return b"".join([a[match.a_first : match.a_last + 1] for match in reversed(matches)])


def _masks(short: bytes, long: bytes) -> tuple[int, dict[int, int]]:
    """For each byte of `short`, an integer whose bit k says that `long[k]` is that byte; and all bits set."""
    backwards = long[::-1]
    masks = {}
    for byte in set(short):
        digits = b"0" * byte + b"1" + b"0" * (255 - byte)
        masks[byte] = int(backwards.translate(digits), 2)
    return (1 << len(long)) - 1, masks


# A line belongs to one byte of the shorter string. Its bit k is set where the walk, standing at byte k of the longer
# string with no match there, leaves the line, and clear where it steps back within the line.


def _lines_of_a(a: bytes, full: int, masks: dict[int, int]) -> list[int]:
    """Lines along `b`: left where L(i, j) - L(i, j-1) is 1, for then only a step back in `a` keeps the length."""
    lines = []
    rows = full  # bit clear: the length grows there
    for byte in a:
        used = rows & masks[byte]
        rows = ((rows + used) | (rows - used)) & full
        lines.append(rows ^ full)
    return lines


def _lines_of_b(b: bytes, full: int, masks: dict[int, int]) -> list[int]:
    """Lines along `a`: left where L(i, j) - L(i, j-1) is 0. That difference is the carry out of bit i of the sum."""
    lines = []
    columns = full
    for byte in b:
        used = columns & masks[byte]
        total = columns + used
        lines.append(((total ^ columns ^ used) >> 1) ^ full)
        columns = (total | (columns - used)) & full
    return lines


def _walk_back(short: bytes, long: bytes, lines: list[int]) -> list[tuple[int, int, int, int]]:
    """Follow the lines from the end; runs of matches as (first, last) in `short`, then in `long`."""
    runs: list[tuple[int, int, int, int]] = []
    short_end = long_end = -1  # last byte of the run being collected; -1: none
    at, position = len(short), len(long)
    while at and position:
        match = long.rfind(short[at - 1], 0, position) + 1
        if match != position and short_end >= 0:
            runs.append((at, short_end, position, long_end))
            short_end = -1
        leave = (lines[at - 1] & ((1 << position) - 1)).bit_length()
        position = max(leave, match)
        if not position:
            break
        at -= 1
        if match == position:  # a match goes before leaving
            position -= 1
            if short_end < 0:
                short_end, long_end = at, position
    if short_end >= 0:
        runs.append((at, short_end, position, long_end))
    return runs
