"""Replies read back: each type, cut anywhere, and broken ones."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from pyredis_server.resp.replies_in import ReplyParser
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

Feed = Callable[[ReplyParser, bytes], list[Reply]]
STREAM = [
    (b"+OK\r\n", OK), (b"+a b\r\n", Status(b"a b")), (b"-ERR no\r\n", Error(b"ERR no")), (b":-12\r\n", -12),
    (b"$-1\r\n", None), (b"_\r\n", None), (b"$0\r\n\r\n", b""), (b"$4\r\n\r\n\r\n\r\n", b"\r\n\r\n"), (b"*-1\r\n", NULL_ARRAY),
    (b"*0\r\n", []), (b"*3\r\n:1\r\n*1\r\n$1\r\na\r\n*0\r\n", [1, [b"a"], []]), (b"%1\r\n+k\r\n%0\r\n", Map([Status(b"k"), Map([])])),
    (b"~2\r\n:1\r\n:2\r\n", SetReply([1, 2])), (b">2\r\n$1\r\na\r\n_\r\n", Push([b"a", None])), (b",1.5\r\n", Double(1.5)),
    (b",-inf\r\n", Double(-math.inf)), (b",1e+20\r\n", Double(1e20)), (b"#t\r\n", Bool(True)), (b"#f\r\n", Bool(False)),
    (b"(12345678901234567890\r\n", BigNumber(12345678901234567890)), (b"=8\r\ntxt:a\r\nb\r\n", Verbatim(b"a\r\nb")),
    (b"=4\r\nmkd:\r\n", Verbatim(b"", b"mkd")), (b"!5\r\nERR x\r\n", Error(b"ERR x")),
    (b"|1\r\n+ttl\r\n:3\r\n*1\r\n:7\r\n", Attribute([Status(b"ttl"), 3], [7])), (b"|0\r\n:1\r\n", Attribute([], 1)),
    (b"*1\r\n|1\r\n:1\r\n:2\r\n:3\r\n", [Attribute([1, 2], 3)]), (b"$100000\r\n" + b"\r\n" * 50_000 + b"\r\n", b"\r\n" * 50_000),
    (b"*2\r\n$40000\r\n" + b"z" * 40_000 + b"\r\n:1\r\n", [b"z" * 40_000, 1]),
]


def pieces(size: int) -> Feed:
    def feed(parser: ReplyParser, data: bytes) -> list[Reply]:
        first = max(0, len(data) - 5000)
        cuts = [data[:first], *(data[at : at + size] for at in range(first, len(data), size))]
        return [reply for piece in cuts for reply in parser.feed(piece)]

    return feed


@pytest.fixture(params=[1, 3, 10**9], ids=["byte_by_byte", "in_threes", "whole"])
def feed(request: pytest.FixtureRequest) -> Feed:
    """Three ways to cut a stream."""
    return pieces(request.param)


@pytest.mark.parametrize(("data", "reply"), STREAM, ids=lambda value: repr(value)[:20])
def test_a_reply_is_returned_as_soon_as_it_is_complete(feed: Feed, data: bytes, reply: Reply) -> None:
    parser = ReplyParser()
    assert feed(parser, data[:-1]) == []
    states = [parser.idle]
    assert parser.feed(data[-1:]) == [reply]
    assert [*states, parser.idle] == [False, True]
    assert feed(parser, data + b"*2\r\n+hal") == [reply]
    assert parser.feed(b"f\r\n:1\r\n") == [[Status(b"half"), 1]]


def test_a_stream_of_all_of_them_comes_out_in_order(feed: Feed) -> None:
    parser = ReplyParser()
    assert feed(parser, b"".join(data for data, _ in STREAM) * 2) == [reply for _, reply in STREAM] * 2
    assert parser.idle
    assert parser.fault is None


def test_nan_is_read() -> None:
    [reply] = ReplyParser().feed(b",nan\r\n")
    assert isinstance(reply, Double)
    assert math.isnan(reply.value)


@pytest.mark.parametrize("broken", [
    b"?\r\n", b"OK\r\n", b"\r\n", b":x\r\n", b":\r\n", b"$x\r\n", b"$-2\r\n", b"$01\r\n", b"*x\r\n", b"*-2\r\n", b"*2147483648\r\n",
    b"#x\r\n", b"_x\r\n", b",x\r\n", b"(x\r\n", b"*2\r\n:1\r\n?\r\n", b"$?\r\n",
])
def test_a_broken_reply_ends_the_stream_behind_the_complete_ones(feed: Feed, broken: bytes) -> None:
    parser = ReplyParser()
    assert feed(parser, b"+OK\r\n" + broken + b"+OK\r\n") == [OK]
    assert parser.fault
    assert parser.feed(b"+OK\r\n") == []


def test_a_line_without_end_is_refused() -> None:
    parser = ReplyParser()
    for _ in range(17):
        parser.feed(b"+" * 65536)
    assert parser.fault == "a line without end"


def test_a_long_string_tells_how_much_of_it_lacks() -> None:
    parser = ReplyParser()
    parser.feed(b"*1\r\n$100000\r\nabc")
    assert parser.wanted == 99_999
    assert parser.feed(b"x" * 99_999) == [[b"abc" + b"x" * 99_997]]
    assert parser.wanted == 0


def test_any_depth_is_read() -> None:
    parser = ReplyParser()
    [reply] = parser.feed(b"*1\r\n" * 50_000 + b":7\r\n")
    depth = 0
    while isinstance(reply, list):
        [reply] = reply
        depth += 1
    assert (depth, reply) == (50_000, 7)
