r"""Words of a line: inline commands, configuration files, what a user types into the CLI.

Words are separated by white space. In double quotes `\n \r \t \b \a`, `\xHH` and a backslash before any other byte
have a meaning; in single quotes only `\'`. A closing quote must be followed by white space or the end of the line.
A zero byte ends the line, as it does for Redis.
"""

from __future__ import annotations

import re
from typing import Final

_SPECIAL = re.compile(rb"[\"'\0\v\f]").search  # without these, bytes.split() does it
# One word: plain bytes, then perhaps a quoted piece, which ends it. \v and \f end no plain word, only a quoted one.
_WORD = re.compile(
    rb"""(?P<plain>[^ \t\n\r"']*+)
    (?: "(?P<double>(?:[^"\\]|\\.)*+)" (?=[ \t\n\v\f\r]|\Z)
      | '(?P<single>(?:[^'\\]|\\'|\\(?!'))*+)' (?=[ \t\n\v\f\r]|\Z)
      | (?=[ \t\n\r]|\Z) )
    [ \t\n\v\f\r]*""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_MEANINGS: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"a": b"\a"}
_NAMES: Final = {value[0]: b"\\" + name for name, value in _MEANINGS.items()} | {34: b'\\"', 92: b"\\\\"}
_SPELLINGS: Final = [
    _NAMES.get(byte) or (bytes((byte,)) if 32 <= byte < 127 else b"\\x%02x" % byte) for byte in range(256)
]
_NEEDS_QUOTES = re.compile(rb"[^!#-&(-\[\]-~]").search  # anything but printable ASCII without space, quotes, backslash


def split_arguments(line: bytes) -> list[bytes] | None:
    """Split a line into its words. None when a quote is not closed, or something follows a closing quote."""
    if not _SPECIAL(line):
        return line.split()
    line = line.partition(b"\0")[0].lstrip()
    words: list[bytes] = []
    at = 0
    while at < len(line):
        match = _WORD.match(line, at)
        if match is None:
            return None
        plain, double, single = match.groups()
        if double is not None:
            plain += _ESCAPE.sub(_unescape, double)
        elif single is not None:
            plain += single.replace(b"\\'", b"'")
        words.append(plain)
        at = match.end()
    return words


def _unescape(match: re.Match[bytes]) -> bytes:
    code, other = match.groups()
    if code is not None:
        return bytes.fromhex(code.decode("ascii"))
    return _MEANINGS.get(other, other)


def quote(raw: bytes) -> bytes:
    """Write bytes in double quotes with escapes, so that `split_arguments` gives them back: always quoted."""
    return b'"%b"' % b"".join([_SPELLINGS[byte] for byte in raw])


def quote_argument(raw: bytes) -> bytes:
    """Quote only where needed: for lines of a configuration file."""
    return quote(raw) if not raw or _NEEDS_QUOTES(raw) else raw
