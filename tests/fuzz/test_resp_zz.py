"""Random request streams with random cuts: RequestParser must agree with a naive reading of the whole stream."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyredis_server.resp.parser import ParserLimits, RequestParser
from tests.fuzz.exact_requests import parse_stream

MAX_BULK = 1 << 20

# Lengths around every boundary of the parser: the tables, the collected values, the unauthenticated limit.
lengths = st.sampled_from([0, 1, 2, 3, 5, 9, 10, 31, 99, 100, 1000, 1023, 1024, 1025, 8191, 8192, 8193, 16384, 16385, 70_000])
patterns = st.sampled_from([b"x", b"\r\n", b"\r", b"\n", b"$1\r\na\r\n", b"*1\r\n$4\r\nPING\r\n", b"\0", b"ab\r\ncd"])
short = st.binary(max_size=12)
values = st.one_of(short, short, st.builds(lambda unit, length: (unit * length)[:length], patterns, lengths))


def written(arguments: list[bytes]) -> bytes:
    return b"*%d\r\n" % len(arguments) + b"".join(b"$%d\r\n%b\r\n" % (len(each), each) for each in arguments)


def written_laxly(arguments: list[bytes]) -> bytes:
    """As Redis accepts it too: any byte behind CR, any two behind a value."""
    return b"*%d\rX" % len(arguments) + b"".join(b"$%d\r\r%bYZ" % (len(each), each) for each in arguments)


requests = st.lists(values, min_size=1, max_size=6).map(written)
long_requests = st.builds(lambda unit, count: written([unit] * count), short, st.sampled_from([15, 16, 17, 40, 1024, 1025, 3000]))
mixed_requests = st.lists(short, min_size=14, max_size=40).map(written)
lax_requests = st.lists(short, min_size=1, max_size=4).map(written_laxly)
lines = st.builds(
    lambda line, end: line + end,
    st.text("ab \t\"'\\x41\r", max_size=12).map(str.encode), st.sampled_from([b"\r\n", b"\n", b"\n", b"\r\r\n"]),
)
oddities = st.sampled_from([
    b"*0\r\n", b"*-1\r\n", b"\r\n", b"\n", b" \r\n", b"*1\r\n$04\r\nPING\r\n", b"*x\r\n", b"*1\r\n$-1\r\n", b"*1\r\nfoo\r\n",
    b"*2\r\n$1\r\na\r\n", b"$3\r\n", b"*11\r\n", b"*2147483647\r\n", b"*2147483648\r\n", b"*1\r\n$1048577\r\n", b"\0", b"*1\0\r\n",
    b"*1\r\n$1048576\r\n", b"*1\r\n\r\n", b"*1\r", b"*1\n", b"x" * 65_535, b"*" + b"1" * 65_535,
])
streams = st.lists(
    st.one_of(requests, requests, requests, long_requests, mixed_requests, lax_requests, lines, oddities, st.binary(max_size=20)),
    max_size=12,
).map(b"".join)


@st.composite
def cut_streams(draw: st.DrawFn) -> list[bytes]:
    """The pieces of a stream, some of them single bytes, some as large as a read can be."""
    data = draw(streams)
    sizes = draw(st.lists(st.sampled_from([1, 1, 2, 3, 7, 16, 50, 333, 1000, 4096, 20_000, 65_536, 10**6]), min_size=1, max_size=30))
    pieces = []
    at = 0
    turn = 0
    while at < len(data):
        # Small cuts only now and then in a long stream, so that an example stays short.
        size = sizes[turn % len(sizes)] if turn < 200 else 65_536
        pieces.append(data[at : at + size])
        at += size
        turn += 1
    return pieces


@given(cut_streams())
@settings(max_examples=6000, deadline=None)
def test_a_cut_stream_gives_what_the_whole_one_holds(pieces: list[bytes]) -> None:
    expected = parse_stream(b"".join(pieces), max_bulk_bytes=MAX_BULK)
    parser = RequestParser(ParserLimits(MAX_BULK), authenticated=True)
    commands = []
    fed = 0
    for piece in pieces:
        commands += parser.feed(piece)
        fed += len(piece)
        assert parser.pending <= fed
        assert parser.fault is None or not parser.pending
        assert (parser.wanted > 0) <= (parser.pending > 0)
    assert commands == expected.commands
    assert parser.fault == expected.fault
    assert parser.pending == expected.left_over


@given(cut_streams())
@settings(max_examples=6000, deadline=None)
def test_a_stream_without_authentication_gives_the_same_one_command_at_a_time(pieces: list[bytes]) -> None:
    expected = parse_stream(b"".join(pieces), authenticated=False, max_bulk_bytes=MAX_BULK)
    parser = RequestParser(ParserLimits(MAX_BULK))
    commands = []
    for piece in pieces:
        answer = parser.feed(piece)
        while answer:
            assert len(answer) == 1
            commands += answer
            answer = parser.feed(b"")
    assert commands == expected.commands
    assert parser.fault == expected.fault
    assert parser.pending == expected.left_over


@given(cut_streams(), st.integers(0, 6))
@settings(max_examples=6000, deadline=None)
def test_authenticating_between_two_commands_changes_the_limits_from_there_on(pieces: list[bytes], after: int) -> None:
    data = b"".join(pieces)
    parser = RequestParser(ParserLimits(MAX_BULK))
    commands = parser.feed(data)
    while commands and len(commands) <= after and (answer := parser.feed(b"")):
        commands += answer
    assert commands == parse_stream(data, authenticated=False, max_bulk_bytes=MAX_BULK).commands[: len(commands)]
    if parser.fault is not None:
        return
    left = parser.pending
    parser.authenticated = True
    late = parser.feed(b"")
    if not parser._under_way:  # a command that was cut stays under the limits that its parts were read with
        expected = parse_stream(data[len(data) - left :], max_bulk_bytes=MAX_BULK)
        assert (late, parser.fault) == (expected.commands, expected.fault)


@pytest.mark.slow
@given(st.lists(values, min_size=1, max_size=4), st.integers(1, 40), st.sampled_from([1, 5, 64, 1000, 65_536]))
@settings(max_examples=6000, deadline=None)
def test_valid_requests_come_back_as_they_were_sent(arguments: list[bytes], times: int, cut: int) -> None:
    data = written(arguments) * times
    step = max(cut, len(data) // 2000)
    parser = RequestParser(ParserLimits(), authenticated=True)
    commands = [command for at in range(0, len(data), step) for command in parser.feed(data[at : at + step])]
    assert commands == [arguments] * times
    assert parser.pending == 0
