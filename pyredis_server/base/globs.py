r"""Glob patterns as Redis matches them: KEYS, SCAN MATCH, PSUBSCRIBE, ACL keys and channels, CONFIG GET.

`?` is any byte, `*` any run, `[a-c]` a class, `[^a]` its opposite, `\x` the byte x. Redis's corner cases are kept:
an unterminated class ends with the pattern, `[]` matches nothing, ranges compare signed bytes and may be written
backwards, a pattern of stars alone does not match the empty text (the commands treat "*" themselves).

A pattern is compiled once: to a bytes method where it is literal but for stars at its ends, else to a regular
expression. The part between two stars is an atomic group, taken at its first fit, which a later one could never
better; so matching costs at most O(pattern * text) and patterns such as a*a*a*b cannot blow up. Very long patterns are
walked by hand, since compiling a regular expression takes microseconds per position.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

GlobMatcher = Callable[[bytes], bool]

_ANY: Final = frozenset(range(256))
_MAX_STARS: Final = 1000  # Redis gives up (no match) beyond this depth
_CACHED_PATTERN_BYTES: Final = 256  # longer ones are not worth the memory of the cache
_MAX_EXPRESSION_ATOMS: Final = 1000  # 1 ms to compile; classes cost ten times as much as letters

Atom = frozenset[int]  # the bytes that one position of the text may have
Segment = list[Atom]  # what stands between two stars


def glob_match(pattern: bytes, text: bytes, nocase: bool = False) -> bool:
    """Whether `text` matches; for one-off tests. Use `compile_glob` to test many texts."""
    if len(pattern) <= _CACHED_PATTERN_BYTES:
        return _compile_cached(pattern, nocase)(text)
    return compile_glob(pattern, nocase)(text)


def compile_glob(pattern: bytes, nocase: bool = False) -> GlobMatcher:
    """A function that tells whether a text matches. `nocase` ignores the case of ASCII letters."""
    segments = _parse(pattern, nocase)
    if len(segments) - 2 > _MAX_STARS:
        return _never
    literals = [_literal(segment) for segment in segments]
    if len(segments) == 1:
        literal = literals[0]
        if literal is not None:
            return literal.__eq__
    elif len(segments) == 2:
        head, tail = literals
        if head is not None and tail is not None:
            return _ends(head, tail)
    elif len(segments) == 3 and literals[0] == b"" and literals[2] == b"":
        middle = literals[1]
        if middle is not None:
            return lambda text: middle in text
    if sum(map(len, segments)) > _MAX_EXPRESSION_ATOMS:
        return _by_hand(segments)
    return _by_expression(segments)


# A pure function's cache: shared by all servers of the process without them noticing.
_compile_cached = lru_cache(maxsize=256)(compile_glob)


def _never(text: bytes) -> bool:
    return False


def _ends(head: bytes, tail: bytes) -> GlobMatcher:
    """The pattern `head*tail`."""
    if not head and not tail:
        return bool  # Redis leaves its loop at once when the text is empty, so not even "*" matches it
    if not tail:
        return lambda text: text.startswith(head)
    if not head:
        return lambda text: text.endswith(tail)
    shortest = len(head) + len(tail)
    return lambda text: len(text) >= shortest and text.startswith(head) and text.endswith(tail)


def _by_expression(segments: list[Segment]) -> GlobMatcher:
    parts = [_expression(segment) for segment in segments]
    source = parts[0]
    if len(parts) > 1:
        source += b"".join(b"(?>.*?%b)" % part for part in parts[1:-1])
        source += b".*" + parts[-1] if segments[-1] else b".*"
    fullmatch = re.compile(source, re.DOTALL).fullmatch
    return lambda text: fullmatch(text) is not None


def _by_hand(segments: list[Segment]) -> GlobMatcher:
    def fits(segment: Segment, text: bytes, at: int) -> bool:
        return all(byte in atom for atom, byte in zip(segment, text[at : at + len(segment)], strict=True))

    def matches(text: bytes) -> bool:
        head, tail = segments[0], segments[-1]
        at, end = len(head), len(text) - len(tail)
        if len(segments) == 1:
            return len(text) == at and fits(head, text, 0)
        if end < at or not fits(head, text, 0) or not fits(tail, text, end):
            return False
        for segment in segments[1:-1]:
            last = end - len(segment)
            while at <= last and not fits(segment, text, at):
                at += 1
            if at > last:
                return False
            at += len(segment)
        return True

    return matches


def _literal(segment: Segment) -> bytes | None:
    """The text of a segment in which every position allows just one byte."""
    if all(len(atom) == 1 for atom in segment):
        return bytes(byte for atom in segment for byte in atom)
    return None


def _expression(segment: Segment) -> bytes:
    out = []
    for atom in segment:
        if len(atom) == 1:
            out.append(re.escape(bytes(atom)))
        elif len(atom) == 256:
            out.append(b".")
        elif atom:
            out.append(b"[%b]" % b"".join(b"\\x%02x" % byte for byte in atom))
        else:
            out.append(b"(?!)")
    return b"".join(out)


def _parse(pattern: bytes, nocase: bool) -> list[Segment]:
    """Split at the stars; what is between them is a list of atoms."""
    segments: list[Segment] = [[]]
    singles = _SINGLES_NOCASE if nocase else _SINGLES
    at = 0
    end = len(pattern)
    while at < end:
        byte = pattern[at]
        at += 1
        if byte == 42:  # *
            if segments[-1] or len(segments) == 1:
                segments.append([])
        elif byte == 63:  # ?
            segments[-1].append(_ANY)
        elif byte == 91:  # [
            atom, at = _parse_class(pattern, at, nocase)
            segments[-1].append(atom)
        else:
            if byte == 92 and at < end:  # backslash; the last byte of a pattern stands for itself
                byte = pattern[at]
                at += 1
            segments[-1].append(singles[byte])
    return segments


def _parse_class(pattern: bytes, at: int, nocase: bool) -> tuple[Atom, int]:
    """Read a class from behind its "[" and return it with the position behind its end."""
    allowed: set[int] = set()
    end = len(pattern)
    negated = at < end and pattern[at] == 94  # ^
    if negated:
        at += 1
    while at < end:
        byte = pattern[at]
        if byte == 92 and at + 1 < end:
            allowed.add(pattern[at + 1])  # compared with case even when the rest is not, as Redis does
            at += 2
        elif byte == 93:  # ]
            at += 1
            break
        elif at + 2 < end and pattern[at + 1] == 45:  # -
            allowed |= _range(byte, pattern[at + 2], nocase)
            at += 3
        else:
            allowed.add(byte)
            if nocase:
                allowed |= _other_case(byte)
            at += 1
    return frozenset(_ANY - allowed if negated else allowed), at


@lru_cache(maxsize=256)
def _range(first: int, last: int, nocase: bool) -> Atom:
    """The bytes of a range. The bounds are signed chars to Redis: bytes from 128 up sort below 0."""
    low, high = sorted((_signed(first), _signed(last)))
    if nocase:
        low, high = _lower(low), _lower(high)
    return frozenset(
        byte for byte in range(256) if low <= (_lower(_signed(byte)) if nocase else _signed(byte)) <= high
    )


def _signed(byte: int) -> int:
    return byte - 256 if byte > 127 else byte


def _lower(value: int) -> int:
    return value + 32 if 65 <= value <= 90 else value


def _other_case(byte: int) -> set[int]:
    """The same ASCII letter in the other case; empty for any other byte."""
    other = byte ^ 32
    return {other} if 97 <= (byte | 32) <= 122 else set()


_SINGLES: Final = tuple(frozenset((byte,)) for byte in range(256))
_SINGLES_NOCASE: Final = tuple(frozenset((byte, *_other_case(byte))) for byte in range(256))
