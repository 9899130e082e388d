"""Random replies are encoded and read back in both protocols; random bytes must not break the reader."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pyredis_server.resp.encode import encode
from pyredis_server.resp.replies_in import ReplyParser
from pyredis_server.resp.reply import (
    NULL_ARRAY,
    Attribute,
    BigNumber,
    Bool,
    Double,
    Error,
    Map,
    Pairs,
    Push,
    Reply,
    ScorePairs,
    SetReply,
    Status,
    Verbatim,
)

texts = st.binary(max_size=20).filter(lambda text: b"\r" not in text and b"\n" not in text)
strings = st.one_of(st.binary(max_size=40), st.sampled_from([4095, 4096, 40_000]).map(lambda length: b"\r\n" * (length // 2) + b"x"))
integers = st.integers(-(2**63), 2**63 - 1)
floats = st.floats(allow_nan=False)
scalars = st.one_of(
    strings, integers, st.none(), st.builds(Status, texts), st.builds(Error, texts), st.builds(Double, floats),
    st.builds(Bool, st.booleans()), st.builds(BigNumber, st.integers()), st.builds(Verbatim, strings), st.just(NULL_ARRAY),
    st.builds(ScorePairs, st.lists(st.tuples(strings, floats), max_size=4)),
)


def containers(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(parts, max_size=5)
    flat = st.lists(st.tuples(parts, parts), max_size=3).map(lambda pairs: [item for pair in pairs for item in pair])
    return st.one_of(
        several, several.map(tuple), st.lists(strings, max_size=8), st.builds(Map, flat), st.builds(SetReply, several),
        st.builds(Push, several), st.builds(Attribute, flat, parts), st.builds(Pairs, st.lists(st.tuples(parts, parts), max_size=3)),
    )


replies = st.recursive(scalars, containers, max_leaves=15)


def as_read(reply: Any, protocol: int) -> Any:  # mypy narrows the union of replies too far in match
    """What a client of `protocol` gets to see of a reply."""
    resp3 = protocol == 3

    def all_of(items: Any) -> list[Reply]:
        return [as_read(item, protocol) for item in items]

    match reply:
        case ScorePairs():
            pairs = [(member, Double(score)) for member, score in reply.pairs]
            return as_read(Pairs(pairs), protocol)
        case Pairs():
            return all_of(map(list, reply.pairs)) if resp3 else all_of(item for pair in reply.pairs for item in pair)
        case Map():
            return Map(all_of(reply.flat)) if resp3 else all_of(reply.flat)
        case SetReply():
            return SetReply(all_of(reply.items)) if resp3 else all_of(reply.items)
        case Push():
            return Push(all_of(reply.items)) if resp3 else all_of(reply.items)
        case Attribute():
            value = as_read(reply.value, protocol)
            return Attribute(all_of(reply.flat), value) if resp3 else value
        case list() | tuple():
            return all_of(reply)
        case Double() | Bool() | BigNumber() | Verbatim() if not resp3:
            return _spelled(reply)
        case Error():
            return Error(reply.message)
        case _ if reply is NULL_ARRAY and resp3:
            return None
        case _:
            return reply


def _spelled(reply: Double | Bool | BigNumber | Verbatim) -> Any:
    """RESP2 has no types for these."""
    if isinstance(reply, Bool):
        return int(reply.value)
    if isinstance(reply, Verbatim):
        return reply.text
    return Spelled(reply.value)


class Spelled:
    """A number that RESP2 sends as text: equal to a text that reads as that number."""

    def __init__(self, number: float) -> None:
        self.number = number

    def __eq__(self, other: object) -> bool:
        return isinstance(other, bytes) and type(self.number)(other) == self.number

    __hash__ = None  # type: ignore[assignment]


@given(st.lists(replies, max_size=6), st.sampled_from([2, 3]), st.sampled_from([1, 2, 3, 17, 1000, 10**9]))
@settings(max_examples=400, deadline=None)
def test_replies_are_read_back_as_they_were_sent(sent: list[Reply], protocol: int, cut: int) -> None:
    data, closing = encode(sent, protocol)
    assert not closing
    parser = ReplyParser()
    step = max(cut, len(data) // 500)
    got = [reply for at in range(0, len(data), step) for reply in parser.feed(data[at : at + step])]
    assert parser.fault is None
    assert parser.idle
    assert [as_read(reply, protocol) for reply in sent] == got


@given(st.lists(st.one_of(st.binary(max_size=8), st.sampled_from([
    b"\r\n", b"*2\r\n", b"$3\r\n", b"%1\r\n", b"|1\r\n", b">1\r\n", b"~2\r\n", b"*-1\r\n", b":1\r\n", b"+OK\r\n", b",1.5\r\n", b"=5\r\ntxt:",
])), max_size=20).map(b"".join), st.integers(1, 9))
@settings(max_examples=300, deadline=None)
def test_random_bytes_give_the_same_replies_and_fault_however_cut(data: bytes, cut: int) -> None:
    whole, in_pieces = ReplyParser(), ReplyParser()
    expected = whole.feed(data)
    got = [reply for at in range(0, len(data), cut) for reply in in_pieces.feed(data[at : at + cut])]
    assert repr(got) == repr(expected)  # repr, since nan is not equal to itself
    assert in_pieces.fault == whole.fault
