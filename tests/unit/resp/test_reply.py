"""Reply values as values: compared in tests, shown in traces."""

from __future__ import annotations

from pyredis_server.resp.reply import NULL_ARRAY, OK, Attribute, Double, Error, Map, Push, SetReply, Status


def test_replies_are_equal_when_type_and_content_are() -> None:
    assert Map([b"a", 1]) == Map([b"a", 1])
    assert Map([b"a", 1]) != Map([b"a", 2])
    assert SetReply([1]) != Push([1])
    assert Status(b"OK") == OK
    assert Error(b"OK") != OK
    assert NULL_ARRAY != 0
    assert len({Double(1.0), Double(1.0), Double(2.0), Error(b"x"), Status(b"x")}) == 4


def test_a_reply_shows_what_it_holds() -> None:
    assert repr([Attribute([b"k", 1], Double(0.5)), OK]) == "[Attribute([b'k', 1], Double(0.5)), Status(b'OK')]"


def test_a_status_is_one_line() -> None:
    assert Status(b"a\r\nb").wire == b"+a  b\r\n"
