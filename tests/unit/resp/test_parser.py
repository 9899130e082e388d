"""Requests: complete, cut anywhere, odd but accepted, and broken. tests/fuzz/test_resp_requests.py has random ones.

Each text of an error, and what is accepted, was seen on Redis 8.2.3 (tests/compat/test_protocol.py asks again).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pyredis_server.resp.parser import ParserLimits, RequestParser

Feed = Callable[[RequestParser, bytes], list[list[bytes]]]


def request(*arguments: bytes) -> bytes:
    return b"*%d\r\n" % len(arguments) + b"".join(b"$%d\r\n%b\r\n" % (len(each), each) for each in arguments)


def new_parser(**how: bool) -> RequestParser:
    return RequestParser(ParserLimits(), **{"authenticated": True, **how})


def whole(parser: RequestParser, data: bytes) -> list[list[bytes]]:
    return parser.feed(data)


def byte_by_byte(parser: RequestParser, data: bytes, step: int = 1) -> list[list[bytes]]:
    first = max(0, len(data) - 20_000)  # of the longest, only the end is cut so small
    pieces = [data[:first], *(data[at : at + step] for at in range(first, len(data), step))]
    return [command for piece in pieces for command in parser.feed(piece)]


def in_threes(parser: RequestParser, data: bytes) -> list[list[bytes]]:
    return byte_by_byte(parser, data, 3)


@pytest.fixture(params=[whole, byte_by_byte, in_threes])
def feed(request: pytest.FixtureRequest) -> Feed:
    """Three ways to cut a stream."""
    function: Feed = request.param
    return function


COMMANDS = [
    [b"PING"], [b"GET", b"k"], [b"SET", b"key", b"v" * 32], [b"HSET", b"h", b"f", b"v"], [b"A", b"", b"", b"", b""],
    [b""], [b"SET", b"k", b"\r\n"], [b"SET", b"k", b"\r\n\r\n$3\r\n*1\r\n"], [b"GET", b"*1\r\n$4\r\nPING\r\n"],
    [b"SET", b"k", b"\x00\xff"], [b"MSET", *(b"%d" % n for n in range(40))], [b"DEL", *([b"a\r\nb"] * 40)],
    [b"SET", b"k", b"x" * 1023], [b"SET", b"k", b"\n" * 1024], [b"SET", b"k", b"\r\n" * 4500], [b"GET", b"y" * 9000],
    [b"ECHO", *([b"z"] * 15), b"\r\n" * 10, *([b"z"] * 15)], [b"x" * 8191, b"x" * 8192, b"x" * 8193],
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: repr(command)[:30])
def test_a_request_is_returned_as_soon_as_it_is_complete(feed: Feed, command: list[bytes]) -> None:
    parser = new_parser()
    data = request(*command)
    assert feed(parser, data[:-1]) == []
    assert parser.pending == len(data) - 1
    assert parser.feed(data[-1:]) == [command]
    assert (parser.pending, parser.fault) == (0, None)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: repr(command)[:30])
def test_what_follows_a_request_waits_for_its_rest(feed: Feed, command: list[bytes]) -> None:
    parser = new_parser()
    assert feed(parser, request(*command) + b"*2\r\n$3\r\nGE") == [command]
    assert parser.pending == 10
    assert parser.feed(b"T\r\n$1\r\nk\r\n") == [[b"GET", b"k"]]


def test_a_pipeline_of_all_of_them_comes_out_in_order(feed: Feed) -> None:
    assert feed(new_parser(), b"".join(request(*command) for command in COMMANDS) * 3) == COMMANDS * 3


def test_arguments_are_bytes() -> None:
    parser = new_parser()
    data = b"".join(request(*command) for command in COMMANDS)
    for cut in (len(data), 1, 700, 5000):
        pieces = [data[at : at + cut] for at in range(0, len(data), cut)]
        assert {type(each) for piece in pieces for command in parser.feed(piece) for each in command} == {bytes}


@pytest.mark.parametrize(("line", "words"), [
    (b"PING\r\n", [b"PING"]), (b"PING\n", [b"PING"]), (b"  set  k\t'a b' \r\n", [b"set", b"k", b"a b"]),
    (b"PING\rX\r\n", [b"PING", b"X"]), (b"$4\r\n", [b"$4"]), (b'ECHO "\\x00*1"\n', [b"ECHO", b"\x00*1"]),
])
def test_an_inline_command_ends_with_its_line(feed: Feed, line: bytes, words: list[bytes]) -> None:
    parser = new_parser()
    assert feed(parser, line * 2 + request(b"PING") + line) == [words, words, [b"PING"], words]
    assert parser.pending == 0


@pytest.mark.parametrize("nothing", [b"\r\n", b"\n", b" \t\r\n", b"*0\r\n", b"*-1\r\n", b"*-9\r\n", b"\n\r\n*0\r\n"])
def test_empty_requests_are_passed_over(feed: Feed, nothing: bytes) -> None:
    parser = new_parser()
    assert feed(parser, nothing + request(b"GET", b"k") + nothing + nothing + request(b"PING") + nothing) == [
        [b"GET", b"k"], [b"PING"],
    ]
    assert (parser.pending, parser.fault) == (0, None)


@pytest.mark.parametrize("lax", [
    b"*1\rX$4\rYPINGZZ", b"*1\r\n$4\r\nPINGxx", b"*1\r\n$4\r\nPING\n\n", b"*1\r\r$4\r\rPING\r\r",
])
def test_only_the_cr_of_a_line_is_looked_at(feed: Feed, lax: bytes) -> None:
    parser = new_parser()
    assert feed(parser, lax + request(b"GET", b"k") + lax + lax + request(b"SET", b"k", b"v")) == [
        [b"PING"], [b"GET", b"k"], [b"PING"], [b"PING"], [b"SET", b"k", b"v"],
    ]


FAULTS = [
    (b"*\r\n", b"invalid multibulk length"), (b"*x\r\n", b"invalid multibulk length"),
    (b"*01\r\n", b"invalid multibulk length"), (b"*+1\r\n", b"invalid multibulk length"),
    (b"* 1\r\n", b"invalid multibulk length"), (b"*-0\r\n", b"invalid multibulk length"),
    (b"*2147483648\r\n", b"invalid multibulk length"), (b"*99999999999999999999\r\n", b"invalid multibulk length"),
    (b"*1\r\n$-1\r\n", b"invalid bulk length"), (b"*1\r\n$x\r\n", b"invalid bulk length"),
    (b"*1\r\n$04\r\nPING\r\n", b"invalid bulk length"), (b"*1\r\n$\r\n", b"invalid bulk length"),
    (b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$536870913\r\n", b"invalid bulk length"), (b"*1\r\n$4 \r\n", b"invalid bulk length"),
    (b"*1\r\nx\r\n", b"expected '$', got 'x'"), (b"*1\r\n\r\n", b"expected '$', got ' '"),
    (b"*2\r\n$1\r\na\r\n*1\r\n", b"expected '$', got '*'"), (b"*1\r\n\xff\r\n", b"expected '$', got '\xff'"),
    (b"*1\r\n$4\r\nPING\r\nPING 'a\r\n", b"unbalanced quotes in request"), (b'"a"b\n', b"unbalanced quotes in request"),
    (b"a" * 65537, b"too big inline request"), (b"*" + b"1" * 65536, b"too big mbulk count string"),
    (b"*1\r\n$" + b"1" * 65536, b"too big bulk count string"), (b"*1\r\nx" + b"1" * 65536, b"too big bulk count string"),
    (b"PING \0\r\n" + b"a" * 65536, b"too big inline request"), (b"a" * 65537 + b"\r\n", b"too big inline request"),
]


@pytest.mark.parametrize(("broken", "text"), FAULTS, ids=lambda value: repr(value)[:40])
def test_a_broken_request_ends_the_stream_behind_the_complete_ones(feed: Feed, broken: bytes, text: bytes) -> None:
    parser = new_parser()
    before = [] if broken.startswith(b"*1\r\n$4\r\nPING") else [[b"SET", b"k", b"v"]]
    data = b"".join(request(*command) for command in before)
    assert feed(parser, data + broken) == (before or [[b"PING"]])
    assert parser.fault == b"ERR Protocol error: " + text
    assert parser.feed(request(b"PING")) == []
    assert (parser.pending, parser.wanted) == (0, 0)


@pytest.mark.parametrize("unfinished", [
    b"a" * 65536, b"*" + b"1" * 65535, b"*1\r\n$" + b"1" * 65535, b"PING a\0b\r\n", b"*1\0\r\n", b"*2147483647\r\n",
    b"*1\r\n$536870912\r\n", b"*1\n$4\nPING\n", b"*1\r", b"*1\r\n$1\r", b"*1\r\n$1\r\na\r", b"*1\r\n",
])
def test_what_may_still_become_a_request_is_kept(feed: Feed, unfinished: bytes) -> None:
    parser = new_parser()
    assert feed(parser, unfinished) == []
    assert (parser.pending, parser.fault) == (len(unfinished), None)


def test_the_limit_of_a_value_is_the_servers() -> None:
    limits = ParserLimits(1 << 20)
    parser = RequestParser(limits, authenticated=True)
    value = b"x" * (1 << 20)
    assert parser.feed(request(b"SET", b"k", value)) == [[b"SET", b"k", value]]
    limits.max_bulk_bytes = (1 << 20) - 1
    assert parser.feed(request(b"SET", b"k", value)) == []
    assert parser.fault == b"ERR Protocol error: invalid bulk length"


def test_a_large_value_tells_how_much_of_it_lacks() -> None:
    parser = new_parser()
    value = b"\r\n" * 100_000
    data = request(b"SET", b"k", value)
    head = len(data) - len(value) - 2
    assert parser.feed(data[:head]) == []
    assert parser.wanted == len(value) + 2
    assert parser.feed(data[head : head + 5]) == []
    assert parser.wanted == len(value) - 3
    assert parser.pending == head + 5
    assert parser.feed(data[head + 5 : -1]) == []
    assert (parser.wanted, parser.pending) == (1, len(data) - 1)
    assert parser.feed(data[-1:] + request(b"PING")) == [[b"SET", b"k", value], [b"PING"]]
    assert (parser.wanted, parser.pending) == (0, 0)


def test_a_large_value_read_at_once_is_handed_over_without_a_copy() -> None:
    parser = new_parser()
    value = bytes(200_000)
    parser.feed(b"*2\r\n$4\r\nECHO\r\n$200000\r\n")
    parser.feed(value)
    [[_, argument]] = parser.feed(b"\r\n")
    assert argument is value


def test_a_large_value_in_crumbs_takes_no_object_for_each() -> None:
    parser = new_parser()
    parser.feed(b"*1\r\n$100000\r\n")
    for _ in range(50_000):
        parser.feed(b"ab")
    assert len(parser._pieces) == 1
    assert parser.feed(b"\r\n") == [[b"ab" * 50_000]]


class TestWithoutAuthentication:
    """One command at a time, and small ones only."""

    def test_is_how_a_parser_starts(self) -> None:
        assert not RequestParser(ParserLimits()).authenticated

    def test_one_command_is_returned_and_the_rest_held_back(self) -> None:
        parser = new_parser(authenticated=False)
        auth = request(b"AUTH", b"pw")
        rest = b"\r\n*0\r\n" + auth + b"PING\r\n" + request(b"GET", b"k") + b"*1\r\n"
        assert parser.feed(auth + rest) == [[b"AUTH", b"pw"]]
        assert parser.pending == len(rest)
        assert parser.feed(b"") == [[b"AUTH", b"pw"]]
        assert parser.feed(b"$4\r\n") == [[b"PING"]]
        assert parser.feed(b"PING\r\n") == [[b"GET", b"k"]]
        assert parser.feed(b"") == [[b"PING"]]
        assert parser.feed(b"") == []
        assert parser.pending == 0

    def test_after_authentication_all_that_was_held_back_comes(self) -> None:
        parser = new_parser(authenticated=False)
        large = [b"MSET", *([b"\r\n"] * 20), b"x" * 20_000]
        assert parser.feed(request(b"AUTH", b"pw") + request(*large) + request(b"PING")) == [[b"AUTH", b"pw"]]
        parser.authenticated = True
        assert parser.feed(b"") == [large, [b"PING"]]
        assert parser.pending == 0

    @pytest.mark.parametrize(("broken", "text"), [
        (b"*11\r\n", b"unauthenticated multibulk length"), (b"*1\r\n$16385\r\n", b"unauthenticated bulk length"),
        (b"*2147483648\r\n", b"invalid multibulk length"), (b"*1\r\n$999999999999\r\n", b"invalid bulk length"),
    ])
    def test_larger_requests_are_refused(self, feed: Feed, broken: bytes, text: bytes) -> None:
        parser = new_parser(authenticated=False)
        assert feed(parser, broken) == []
        assert parser.fault == b"ERR Protocol error: " + text

    def test_the_largest_that_is_allowed_passes(self, feed: Feed) -> None:
        parser = new_parser(authenticated=False)
        command = [b"x" * 16384, *([b"a"] * 9)]
        assert feed(parser, request(*command)) == [command]

    def test_a_fault_behind_a_command_is_found_when_its_turn_comes(self) -> None:
        parser = new_parser(authenticated=False)
        assert parser.feed(b"PING\r\n*11\r\n") == [[b"PING"]]
        assert parser.fault is None
        assert parser.feed(b"") == []
        assert parser.fault == b"ERR Protocol error: unauthenticated multibulk length"
