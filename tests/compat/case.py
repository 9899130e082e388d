"""What a compatibility case is: calls whose replies must be the same from a real Redis and from ours.

A module `cases_<group>.py` beside this one holds `CASES: list[Case]`; the runner (test_replies.py) finds it by its
name, plays each case on fresh connections and empty databases, once in RESP2 and once in RESP3, and compares.

    CASES = [
        case("append creates the key", "APPEND k abc", "GET k", "APPEND k \"\"", "STRLEN k"),
        case("members", "SADD s a b c", unordered("SMEMBERS s")),
        case("binary", ("SET", b"k\\x00", b"\\r\\n"), r'GET "k\\x00"'),
        case("new option", "SET k v IFEQ v", since="8.4"),
        case("blocked client is served", send("b", "BLPOP l 0"), "RPUSH l x", receive("b")),
        case("other client", on("b", "CLIENT SETNAME x"), "GET k"),
    ]

A call is a line split as an inline command is (quotes and \\x escapes work) or a tuple of arguments (bytes, str, int,
float). Lines go to the connection "a" unless `on` names another. Replies that differ by nature (times, ids, addresses,
memory figures, the order of a set) are made equal by normalise.py, which knows them by the command's name; wrap a call
where that table cannot know. No call may depend on real time passing. SUBSCRIBE and its kin answer once per channel:
the call reads the first answer, `receive` the next ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, TypeAlias

import attrs

Argument: TypeAlias = bytes | str | int | float
Line: TypeAlias = str | Sequence[Argument]

_ESCAPES = {"n": b"\n", "r": b"\r", "t": b"\t", "b": b"\b", "a": b"\a"}
_WORD = re.compile(
    r"""\s* (?: "(?P<double>(?:[^"\\]|\\.)*)"(?=\s|$)
             | '(?P<single>(?:[^'\\]|\\.)*)'(?=\s|$)
             | (?P<plain>[^\s"']\S*) )""",
    re.VERBOSE | re.DOTALL,
)


@attrs.frozen
class Step:
    """One call, on one connection.

    `action`: "call" sends and reads one reply; "send" only sends; "receive" only reads one reply or push message.
    `ways`: names of normalisers (normalise.py) to apply besides those known by the command's name.
    """

    argv: tuple[bytes, ...]
    connection: str = "a"
    action: Literal["call", "send", "receive"] = "call"
    ways: tuple[str, ...] = ()

    def __str__(self) -> str:
        words = " ".join(word.decode("latin-1") if word.isalnum() else repr(word)[1:] for word in self.argv)
        return f"{self.connection}> {self.action if self.action != 'call' else ''} {words}"


@attrs.frozen
class Case:
    """A short conversation. `since`: the oldest Redis that answers as we do; older references skip the case."""

    name: str
    steps: tuple[Step, ...]
    since: str = "7.0"
    protocols: tuple[int, ...] = (2, 3)


def words(line: Line) -> tuple[bytes, ...]:
    """Turn a call as written into its arguments."""
    if not isinstance(line, str):
        return tuple(part if isinstance(part, bytes) else str(part).encode() for part in line)
    found: list[bytes] = []
    position = 0
    while line[position:].strip():
        match = _WORD.match(line, position)
        if match is None:
            raise ValueError(f"unbalanced quotes in {line!r}")
        position = match.end()
        if match["double"] is not None:
            found.append(_unescape(match["double"]))
        elif match["single"] is not None:
            found.append(match["single"].replace("\\'", "'").encode())
        else:
            found.append(match["plain"].encode())
    return tuple(found)


def case(
    name: str, *calls: Line | Step, since: str = "7.0", protocols: Sequence[int] = (2, 3),
) -> Case:
    """Write a case down; see the module's docstring."""
    return Case(name, tuple(_step(call) for call in calls), since, tuple(protocols))


def on(connection: str, line: Line | Step) -> Step:
    """Make the call on another connection; a name not seen before opens one."""
    return attrs.evolve(_step(line), connection=connection)


def send(connection: str, line: Line) -> Step:
    """Send the call and go on without its reply, as for a call that blocks."""
    return Step(words(line), connection, "send")


def receive(connection: str, *ways: str) -> Step:
    """Read one reply or pushed message that is due on the connection."""
    return Step((), connection, "receive", ways)


def unordered(line: Line | Step) -> Step:
    """The order of the reply's elements means nothing."""
    return normalised("unordered", line)


def shape_only(line: Line | Step) -> Step:
    """Only the wire types and the structure of the reply must agree, as for random picks and times."""
    return normalised("shape", line)


def error_code_only(line: Line | Step) -> Step:
    """An error's first word must agree, the rest of its text is not compared."""
    return normalised("error_code", line)


def about(tolerance: float, line: Line | Step) -> Step:
    """Numbers in the reply may differ by `tolerance`, as a TTL that runs down may."""
    return normalised(f"about:{tolerance}", line)


def normalised(way: str, line: Line | Step) -> Step:
    """Apply one of normalise.py's ways to the reply."""
    step = _step(line)
    return attrs.evolve(step, ways=(*step.ways, way))


def _step(call: Line | Step) -> Step:
    return call if isinstance(call, Step) else Step(words(call))


def _unescape(text: str) -> bytes:
    def replace(match: re.Match[bytes]) -> bytes:
        escape = match[1].decode("latin-1")
        if escape.startswith("x") and len(escape) == 3:
            return bytes([int(escape[1:], 16)])
        return _ESCAPES.get(escape, match[1])

    return re.sub(rb"\\(x[0-9a-fA-F]{2}|.)", replace, text.encode(), flags=re.DOTALL)
