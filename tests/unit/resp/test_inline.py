"""Words of lines: what an inline command and a line of a configuration file are split into."""

from __future__ import annotations

import pytest

from pyredis_server.resp.inline import quote, quote_argument, split_arguments


@pytest.mark.parametrize(("line", "words"), [
    (b"", []), (b"  \t ", []), (b"SET a b", [b"SET", b"a", b"b"]), (b"  PING\t\r x ", [b"PING", b"x"]),
    (b'a "b c"', [b"a", b"b c"]), (b'""', [b""]), (b"''", [b""]), (b'x""', [b"x"]), (b'a"b"', [b"ab"]),
    (rb'"\n\r\t\b\a\x41\xfF\"\\\q"', [b"\n\r\t\b\aA\xff\"\\q"]), (rb'"\xZZ\x4"', [b"xZZx4"]),
    (rb"'it\'s \n \x41 \\ '", [rb"it's \n \x41 \\ "]), (rb"a\nb", [rb"a\nb"]), (b'"a"\x0b"b"', [b"a", b"b"]),
    (b"a\x0bb", [b"a\x0bb"]), (b"\x0ba", [b"a"]), (b"a\0b c", [b"a"]), (b'"a b"\0"', [b"a b"]), (b"\xff\xfe", [b"\xff\xfe"]),
    (b'a"b c"\fd', [b"ab c", b"d"]),
])
def test_a_line_is_split_into_words(line: bytes, words: list[bytes]) -> None:
    assert split_arguments(line) == words


@pytest.mark.parametrize("line", [
    b'"', b"'", b'a "b', b'"a"b', b'"a""b"', b"'a'b", b"'a''b'", rb'"a\"', rb"'a\'", b'"a\0"', rb"'\\'",
])
def test_an_open_quote_or_text_behind_a_closing_one_is_refused(line: bytes) -> None:
    assert split_arguments(line) is None


def test_quoting_spells_what_is_not_printable() -> None:
    assert quote(b'a"\\\n\r\t\a\b\x00\x7f\xff~ ') == rb'"a\"\\\n\r\t\a\b\x00\x7f\xff~ "'


@pytest.mark.parametrize(("raw", "quoted"), [
    (b"plain-text_1:/*", b"plain-text_1:/*"), (b"", b'""'), (b"a b", b'"a b"'), (b"it's", b'"it\'s"'), (b"\x80", rb'"\x80"'),
])
def test_an_argument_is_quoted_only_where_needed(raw: bytes, quoted: bytes) -> None:
    assert quote_argument(raw) == quoted


def test_what_was_quoted_is_read_back() -> None:
    every = bytes(range(256))
    assert split_arguments(quote(every) + b" " + quote_argument(every)) == [every, every]
    for byte in range(256):
        assert split_arguments(quote_argument(bytes((byte,)))) == [bytes((byte,))]
