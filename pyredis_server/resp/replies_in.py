"""Replies in: what a server sends, RESP2 or RESP3, becomes the values of resp/reply.py. For clients and tests.

Owner: whoever reads the socket; no I/O here, no exceptions.
Promise: the same replies whatever the cuts between reads; any nesting without recursion; no memory ahead of what was
received; a long string is not looked at again for every read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pyredis_server.base.numeric import parse_int
from pyredis_server.resp.reply import (
    NULL_ARRAY,
    OK,
    Attribute,
    BigNumber,
    Bool,
    Double,
    Error,
    Map,
    Push,
    Reply,
    SetReply,
    Status,
    Verbatim,
)

CRLF: Final = b"\r\n"
MAX_LINE_BYTES: Final = 1024 * 1024  # of a status, an error or a number: a server that sends more has gone wrong
COLLECTED_BYTES: Final = 32 * 1024  # strings from this size on are collected in pieces when a read cuts them
MAX_COUNT: Final = 2**31 - 1


class _Frame:
    """An array, map, set, push or attribute of which some items have come."""

    __slots__ = ("finish", "items", "left")

    def __init__(self, left: int, finish: Callable[[list[Reply]], Reply]) -> None:
        self.left = left
        self.items: list[Reply] = []
        self.finish = finish


class ReplyParser:
    """The replies of one server. After a `fault` (a text for people) nothing more is parsed."""

    __slots__ = ("fault", "_rest", "_open", "_mark", "_size", "_pieces", "_missing")

    def __init__(self) -> None:
        self.fault: str | None = None
        self._rest = b""
        self._open: list[_Frame] = []
        self._mark = 0  # of the long string under way
        self._size = 0  # its length with CRLF; 0: there is none
        self._pieces: list[bytes] = []
        self._missing = 0

    @property
    def wanted(self) -> int:
        """Bytes that the long string under way still lacks; 0 when there is none."""
        return self._missing

    @property
    def idle(self) -> bool:
        """Whether everything received has been returned: no reply is half read."""
        return not (self._rest or self._open or self._size)

    def feed(self, data: bytes) -> list[Reply]:
        """Take what was read and return the replies that are complete now. Then look at `fault`."""
        replies: list[Reply] = []
        if self.fault is not None:
            return replies
        at = 0
        if self._size:
            at = min(len(data), self._missing)
            self._pieces.append(data[:at])
            self._missing -= at
            if self._missing:
                return replies
            text = b"".join(self._pieces)
            self._pieces = []
            self._size = 0
            self._deliver(_STRINGS[self._mark](text[:-2]), replies)
        elif self._rest:
            data = self._rest + data
            self._rest = b""
        size = len(data)
        while at < size:
            end = data.find(CRLF, at, at + MAX_LINE_BYTES)
            if end < 0:
                if size - at >= MAX_LINE_BYTES:
                    return self._fail("a line without end", replies)
                break
            mark = data[at]
            if mark in _STRINGS:
                length = parse_int(data[at + 1 : end])
                if length is None or length < -1:
                    return self._fail("a wrong length", replies)
                if length < 0:
                    self._deliver(None, replies)
                    at = end + 2
                    continue
                first = end + 2
                end = first + length
                if end + 2 > size:
                    if length < COLLECTED_BYTES:
                        break
                    self._mark = mark
                    self._size = length + 2
                    self._pieces = [data[first:]]
                    self._missing = end + 2 - size
                    return replies
                self._deliver(_STRINGS[mark](data[first:end]), replies)
            elif mark in _LINES:
                try:
                    self._deliver(_LINES[mark](data[at + 1 : end]), replies)
                except ValueError:
                    return self._fail(f"not a value of type {chr(mark)!r}", replies)
            elif mark in _CONTAINERS:
                count = parse_int(data[at + 1 : end])
                if count is None or not -1 <= count <= MAX_COUNT:
                    return self._fail("a wrong count", replies)
                per_entry, more, finish = _CONTAINERS[mark]
                count_items = count * per_entry + more
                if count < 0:
                    self._deliver(NULL_ARRAY, replies)
                elif count_items:
                    self._open.append(_Frame(count_items, finish))
                else:
                    self._deliver(finish([]), replies)
            else:
                return self._fail(f"{chr(mark)!r} is no type of reply", replies)
            at = end + 2
        self._rest = data[at:]
        return replies

    def _deliver(self, value: Reply, replies: list[Reply]) -> None:
        """Put a value where it belongs; it may complete the containers around it."""
        around = self._open
        while around:
            frame = around[-1]
            frame.items.append(value)
            frame.left -= 1
            if frame.left:
                return
            around.pop()
            value = frame.finish(frame.items)
        replies.append(value)

    def _fail(self, text: str, replies: list[Reply]) -> list[Reply]:
        self.fault = text
        self._open = []
        return replies


def _null(text: bytes) -> None:
    if text:
        raise ValueError(text)


def _bool(text: bytes) -> Bool:
    if text not in {b"t", b"f"}:
        raise ValueError(text)
    return Bool(text == b"t")


# Type byte -> what makes the value: of a string of given length, of a line, of the items of a container.
_STRINGS: Final[dict[int, Callable[[bytes], Reply]]] = {
    ord("$"): lambda text: text,
    ord("="): lambda text: Verbatim(text[4:], text[:3]),
    ord("!"): Error,
}
_LINES: Final[dict[int, Callable[[bytes], Reply]]] = {
    ord("+"): lambda text: OK if text == b"OK" else Status(text),
    ord("-"): Error,
    ord(":"): int,
    ord("_"): _null,
    ord("#"): _bool,
    ord(","): lambda text: Double(float(text)),
    ord("("): lambda text: BigNumber(int(text)),
}
# With each: items per entry of the count, and items besides; an attribute is completed by the value that follows it.
_CONTAINERS: Final[dict[int, tuple[int, int, Callable[[list[Any]], Reply]]]] = {
    ord("*"): (1, 0, lambda items: items),
    ord("%"): (2, 0, Map),
    ord("~"): (1, 0, SetReply),
    ord(">"): (1, 0, Push),
    ord("|"): (2, 1, lambda items: Attribute(items[:-1], items[-1])),
}
