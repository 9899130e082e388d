"""The request grammar read naively, over a whole stream at once: what RequestParser must agree with at every cut."""

from __future__ import annotations

import re
from typing import NamedTuple

from pyredis_server.resp.inline import split_arguments

PREFIX = b"ERR Protocol error: "
LINE = 65536


class Parsed(NamedTuple):
    """Commands before the end or the fault, the fault, and how many bytes are left over without a fault."""

    commands: list[list[bytes]]
    fault: bytes | None
    left_over: int


class _Fault(Exception):
    pass


class _Incomplete(Exception):
    pass


def parse_stream(data: bytes, *, authenticated: bool = True, max_bulk_bytes: int = 512 << 20) -> Parsed:
    """Read `data` as one client's stream."""
    commands: list[list[bytes]] = []
    at = 0
    try:
        while at < len(data):
            if data[at] == ord("*"):
                command, at = _multibulk(data, at, authenticated, max_bulk_bytes)
            else:
                end = _line(data, at, b"\n", b"too big inline request")
                line = data[at:end]
                words = split_arguments(line.removesuffix(b"\r"))
                if words is None:
                    raise _Fault(b"unbalanced quotes in request")
                command = words
                at = end + 1
            if command:
                commands.append(command)
    except _Incomplete:
        pass
    except _Fault as fault:
        return Parsed(commands, PREFIX + fault.args[0], 0)
    return Parsed(commands, None, len(data) - at)


def _line(data: bytes, at: int, mark: bytes, too_big: bytes) -> int:
    text = data[at:].partition(mark)[0]
    found = len(text) < len(data) - at and b"\0" not in text
    if (len(text) if found else len(data) - at) > LINE:
        raise _Fault(too_big)
    if not found or (mark == b"\r" and at + len(text) + 2 > len(data)):
        raise _Incomplete
    return at + len(text)


def _multibulk(data: bytes, at: int, authenticated: bool, max_bulk_bytes: int) -> tuple[list[bytes], int]:
    end = _line(data, at, b"\r", b"too big mbulk count string")
    count = _number(data[at + 1 : end])
    if count is None or count >= 2**31:
        raise _Fault(b"invalid multibulk length")
    if count > 10 and not authenticated:
        raise _Fault(b"unauthenticated multibulk length")
    at = end + 2
    command: list[bytes] = []
    while len(command) < count:
        end = _line(data, at, b"\r", b"too big bulk count string")
        if data[at : at + 1] != b"$":
            got = data[at : at + 1].replace(b"\n", b" ").replace(b"\r", b" ")
            raise _Fault(b"expected '$', got '%b'" % got)
        length = _number(data[at + 1 : end])
        if length is None or not 0 <= length <= max_bulk_bytes:
            raise _Fault(b"invalid bulk length")
        if length > 16384 and not authenticated:
            raise _Fault(b"unauthenticated bulk length")
        at = end + 2 + length + 2
        if at > len(data):
            raise _Incomplete
        command.append(data[end + 2 : at - 2])
    return command, at


def _number(text: bytes) -> int | None:
    if not re.fullmatch(rb"0|-?[1-9][0-9]{0,18}", text):
        return None
    value = int(text)
    return value if -(2**63) <= value < 2**63 else None
