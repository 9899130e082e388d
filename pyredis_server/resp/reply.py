"""The values that a command's handler may return, named after what they mean, not how they are sent.

`bytes` is a bulk string, `int` an integer, `None` the null, `list` and `tuple` arrays; the classes here are the
rest. `resp/encode.py` alone turns them into RESP2 or RESP3. A reply may be encoded by another thread after the next
command has run, so it never holds a live container of the keyspace.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

_ONE_LINE: Final = bytes.maketrans(b"\r\n", b"  ")


def on_one_line(text: bytes) -> bytes:
    """Put a space for each CR and LF, which a status or an error cannot carry."""
    return text.translate(_ONE_LINE)


class _Value:
    """Equal when the type and all attributes are; for tests and for reading traces."""

    __slots__: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self._attributes() == other._attributes()

    def __hash__(self) -> int:
        return hash((type(self), *self._attributes()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self._attributes()))})"

    def _attributes(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)


class Status:
    """A simple string such as OK. Make it once at import, not per reply; `wire` is its encoding in both protocols."""

    __slots__ = ("text", "wire")

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.wire = b"+%b\r\n" % on_one_line(text)

    def __repr__(self) -> str:
        return f"Status({self.text!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Status) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)


class Error(_Value):
    """An error reply as a value: for EXEC's results and other nested places. Handlers raise CommandError instead."""

    __slots__ = ("message",)

    def __init__(self, message: bytes) -> None:
        self.message = message


class Map(_Value):
    """Keys and values, flat: [key, value, key, value]. RESP3 sends a map, RESP2 the flat array."""

    __slots__ = ("flat",)

    def __init__(self, flat: Sequence[Reply]) -> None:
        self.flat = flat

    @classmethod
    def of(cls, pairs: Iterable[tuple[Reply, Reply]]) -> Map:
        """Build from (key, value) pairs."""
        return cls([item for pair in pairs for item in pair])


class SetReply(_Value):
    """An unordered collection without repetitions: a RESP3 set, a RESP2 array."""

    __slots__ = ("items",)

    def __init__(self, items: Sequence[Reply]) -> None:
        self.items = items


class Push(_Value):
    """Data that the client did not ask for (messages, invalidations): a RESP3 push, a RESP2 array."""

    __slots__ = ("items",)

    def __init__(self, items: Sequence[Reply]) -> None:
        self.items = items


class Double(_Value):
    """A floating point number: a RESP3 double, a RESP2 bulk string of 17 significant digits, shortest form."""

    __slots__ = ("value",)

    def __init__(self, value: float) -> None:
        self.value = value


class Bool(_Value):
    """Truth: RESP3 #t and #f, RESP2 1 and 0."""

    __slots__ = ("value",)

    def __init__(self, value: bool) -> None:
        self.value = value


class BigNumber(_Value):
    """An integer beyond 64 bits: a RESP3 big number, a RESP2 bulk string."""

    __slots__ = ("value",)

    def __init__(self, value: int) -> None:
        self.value = value


class Verbatim(_Value):
    """Text for people with its three-letter format ("txt", "mkd"): RESP3 verbatim, RESP2 bulk string."""

    __slots__ = ("format", "text")

    def __init__(self, text: bytes, format: bytes = b"txt") -> None:
        self.text = text
        self.format = format


class NullArray(_Value):
    """The absence of an array: RESP2 *-1, RESP3 the one null. Use the constant NULL_ARRAY."""

    __slots__ = ()


class ScorePairs(_Value):
    """Members with scores: RESP3 an array of [member, double], RESP2 the flat array with scores as bulk strings."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: Sequence[tuple[bytes, float]]) -> None:
        self.pairs = pairs


class Pairs(_Value):
    """Pairs that RESP3 nests ([[a, b], [c, d]]) and RESP2 flattens ([a, b, c, d]), as HRANDFIELD WITHVALUES."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: Sequence[tuple[Reply, Reply]]) -> None:
        self.pairs = pairs


class PairsOrMap(_Value):
    """Keys with values, as XREAD's streams: a RESP3 map, in RESP2 an array of arrays of two."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: Sequence[tuple[Reply, Reply]]) -> None:
        self.pairs = pairs


class Attribute(_Value):
    """Out-of-band facts that precede `value` in RESP3 and vanish in RESP2. `flat` is [key, value, ...]."""

    __slots__ = ("flat", "value")

    def __init__(self, flat: Sequence[Reply], value: Reply) -> None:
        self.flat = flat
        self.value = value


class Wire(_Value):
    """Bytes that are already encoded, for example one message for many subscribers."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data


class Replies(_Value):
    """Several replies to one command, sent one after the other, as SUBSCRIBE's per channel."""

    __slots__ = ("items",)

    def __init__(self, items: Sequence[Reply]) -> None:
        self.items = items


class _NoReply(_Value):
    """Nothing is sent for this command now: the client waits, or its replies are off. Use NO_REPLY."""

    __slots__ = ()


class _Close(_Value):
    """Not a reply: close the connection once everything before this has been sent. Use CLOSE."""

    __slots__ = ()


Reply: TypeAlias = (
    "bytes | int | Sequence[Reply] | Status | Error | Map | SetReply | Push | Double | Bool | BigNumber | Verbatim |"
    "NullArray | ScorePairs | Pairs | PairsOrMap | Attribute | Wire | Replies | _NoReply | _Close | None"
)

OK = Status(b"OK")
PONG = Status(b"PONG")
QUEUED = Status(b"QUEUED")
NULL_ARRAY = NullArray()
NO_REPLY = _NoReply()
CLOSE = _Close()
