"""The tests' own reader of replies, on replies written out by hand."""

from __future__ import annotations

import io
from typing import Any

import pytest

from pyredis_server.resp.reply import OK, Error
from tests.support.raw_client import encode
from tests.support.wire import ErrorReply, Item, PushMessage, read_item, to_python


def read(data: bytes) -> Item:
    stream = io.BytesIO(data)
    item = read_item(lambda: stream.readline().removesuffix(b"\r\n"), stream.read)
    assert stream.read() == b""
    return item


@pytest.mark.parametrize(
    ("wire", "item", "value"),
    [
        (b"+OK\r\n", Item("status", b"OK"), b"OK"),
        (b"-ERR no\r\n", Item("error", b"ERR no"), Error(b"ERR no")),
        (b"!6\r\nERR no\r\n", Item("bulk_error", b"ERR no"), Error(b"ERR no")),
        (b":-7\r\n", Item("integer", b"-7"), -7),
        (b"$4\r\na\r\nb\r\n", Item("bulk", b"a\r\nb"), b"a\r\nb"),
        (b"$-1\r\n", Item("null_bulk", None), None),
        (b"*-1\r\n", Item("null_array", None), None),
        (b"_\r\n", Item("null", None), None),
        (b",1.5\r\n", Item("double", b"1.5"), 1.5),
        (b"#t\r\n", Item("boolean", b"t"), True),
        (b"(123456789012345678901\r\n", Item("big", b"123456789012345678901"), 123456789012345678901),
        (b"=5\r\ntxt:a\r\n", Item("verbatim", b"txt:a"), b"a"),
        (b"*2\r\n:1\r\n*0\r\n", Item("array", (Item("integer", b"1"), Item("array", ()))), [1, []]),
        (b"~1\r\n$1\r\na\r\n", Item("set", (Item("bulk", b"a"),)), {b"a"}),
        (b"%1\r\n+a\r\n:1\r\n", Item("map", (Item("status", b"a"), Item("integer", b"1"))), {b"a": 1}),
        (b">1\r\n+a\r\n", Item("push", (Item("status", b"a"),)), PushMessage([b"a"])),
    ],
)
def test_each_wire_type_is_told_apart_and_shown(wire: bytes, item: Item, value: Any) -> None:
    assert read(wire) == item
    assert to_python(item) == value


def test_a_status_equals_its_text_and_the_status_object() -> None:
    status = to_python(Item("status", b"OK"))
    assert status == b"OK"
    assert status == OK
    assert status != b"QUEUED"


def test_an_error_is_a_value_with_a_code() -> None:
    error = to_python(Item("error", b"WRONGTYPE Operation"))
    assert isinstance(error, ErrorReply)
    assert error.code == b"WRONGTYPE"
    assert error != Error(b"WRONGTYPE other")


def test_bytes_that_are_no_reply_are_refused() -> None:
    with pytest.raises(AssertionError, match="no reply begins"):
        read(b"hello\r\n")


def test_a_bulk_that_is_longer_than_it_says_is_refused() -> None:
    with pytest.raises(AssertionError, match="not closed"):
        read(b"$1\r\nab\r\n")


def test_a_request_is_an_array_of_bulk_strings() -> None:
    assert encode(("SET", b"\xff", 1, 2.5)) == b"*4\r\n$3\r\nSET\r\n$1\r\n\xff\r\n$1\r\n1\r\n$3\r\n2.5\r\n"
