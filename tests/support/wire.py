"""A reader of replies that knows nothing of the project: an error shared by both ends would otherwise pass unseen.

`Item` keeps the wire type of every part, for comparisons; `to_python` gives the plain values that tests write down.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from pyredis_server.resp.reply import Error, Status

AGGREGATES = {b"*": "array", b"~": "set", b">": "push", b"%": "map", b"|": "attribute"}
SCALARS = {b"+": "status", b"-": "error", b":": "integer", b",": "double", b"#": "boolean", b"(": "big", b"_": "null"}
BLOBS = {b"$": "bulk", b"!": "bulk_error", b"=": "verbatim"}


class Item(NamedTuple):
    """One reply: `kind` names its wire type, `value` is its text (bytes), None, or the tuple of its parts."""

    kind: str
    value: Any

    def __repr__(self) -> str:
        if isinstance(self.value, tuple):
            return f"{self.kind}({', '.join(map(repr, self.value))})"
        return f"{self.kind}:{self.value!r}"


class SimpleString(bytes):
    """A status reply. Equal to its text as bytes and to the Status of the same text."""

    def __eq__(self, other: object) -> bool:
        return bytes(self) == (other.text if isinstance(other, Status) else other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = bytes.__hash__


class ErrorReply(Error):
    """An error reply as a value. Equal to resp.reply.Error of the same text."""

    __slots__ = ()

    @property
    def code(self) -> bytes:
        """The first word: b"ERR", b"WRONGTYPE"."""
        return self.message.split(b" ", 1)[0]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Error) and other.message == self.message

    def __hash__(self) -> int:
        return hash(self.message)

    def __repr__(self) -> str:
        return f"ErrorReply({self.message!r})"


class PushMessage(list[Any]):
    """What the server sent unasked in RESP3."""


class VerbatimText(bytes):
    """A RESP3 verbatim string; `format` is its three letters."""

    format: bytes = b"txt"


def read_item(read_line: Callable[[], bytes], read_exactly: Callable[[int], bytes]) -> Item:
    """Read one whole reply; `read_line` gives a line without its CRLF, `read_exactly` that many bytes."""
    line = read_line()
    mark, rest = line[:1], line[1:]
    if mark in SCALARS:
        return Item(SCALARS[mark], None if mark == b"_" else rest)
    if mark in BLOBS:
        length = int(rest)
        if length < 0:
            return Item("null_bulk", None)
        data = read_exactly(length + 2)
        assert data.endswith(b"\r\n"), f"a bulk of {length} bytes is not closed by CRLF: {data[-20:]!r}"
        return Item(BLOBS[mark], data[:-2])
    assert mark in AGGREGATES, f"no reply begins like this: {line[:80]!r}"
    count = int(rest)
    if count < 0:
        return Item("null_array", None)
    parts = count * 2 if mark in b"%|" else count
    return Item(AGGREGATES[mark], tuple(read_item(read_line, read_exactly) for _ in range(parts)))


def to_python(item: Item) -> Any:
    """Turn a reply into the plain Python value that tests compare with."""
    kind, value = item
    match kind:
        case "bulk":
            return value
        case "status":
            return SimpleString(value)
        case "error" | "bulk_error":
            return ErrorReply(value)
        case "integer" | "big":
            return int(value)
        case "double":
            return float(value)
        case "boolean":
            return value == b"t"
        case "verbatim":
            text = VerbatimText(value[4:])
            text.format = value[:3]
            return text
        case "array":
            return [to_python(part) for part in value]
        case "push":
            return PushMessage(to_python(part) for part in value)
        case "set":
            return _hashed(set, [to_python(part) for part in value])
        case "map":
            parts = [to_python(part) for part in value]
            return _hashed(dict, list(zip(parts[::2], parts[1::2], strict=True)))
        case "null" | "null_bulk" | "null_array":
            return None
        case _:
            raise AssertionError(f"a test client cannot show {kind}")


def _hashed(kind: type, items: list[Any]) -> Any:
    """A set or dict where the parts allow it, else their list."""
    try:
        return kind(items)
    except TypeError:
        return items
