"""Replies on the wire, each in both protocols. tests/unit/resp/test_replies_in.py reads random ones back."""

from __future__ import annotations

import math
from collections import UserList

import pytest

from pyredis_server.resp.encode import encode
from pyredis_server.resp.reply import (
    CLOSE,
    NO_REPLY,
    NULL_ARRAY,
    OK,
    Attribute,
    BigNumber,
    Bool,
    Double,
    Error,
    Map,
    Pairs,
    Push,
    Replies,
    Reply,
    ScorePairs,
    SetReply,
    Status,
    Verbatim,
    Wire,
)

LONG = b"x" * 5000


@pytest.mark.parametrize(("reply", "resp2", "resp3"), [
    (OK, b"+OK\r\n", None), (b"value", b"$5\r\nvalue\r\n", None), (b"", b"$0\r\n\r\n", None),
    (b"\r\n", b"$2\r\n\r\n\r\n", None), (LONG, b"$5000\r\n%b\r\n" % LONG, None), (0, b":0\r\n", None),
    (-1, b":-1\r\n", None), (1023, b":1023\r\n", None), (1024, b":1024\r\n", None), (-(2**63), b":-9223372036854775808\r\n", None),
    (True, b":1\r\n", None), (False, b":0\r\n", None), (None, b"$-1\r\n", b"_\r\n"), (NULL_ARRAY, b"*-1\r\n", b"_\r\n"),
    ([], b"*0\r\n", None), ((), b"*0\r\n", None), ([b"a", b"bc"], b"*2\r\n$1\r\na\r\n$2\r\nbc\r\n", None),
    ((b"a", 1, None), b"*3\r\n$1\r\na\r\n:1\r\n$-1\r\n", b"*3\r\n$1\r\na\r\n:1\r\n_\r\n"),
    ([b"a", 5, b"b"], b"*3\r\n$1\r\na\r\n:5\r\n$1\r\nb\r\n", None), ([b"a", LONG], b"*2\r\n$1\r\na\r\n$5000\r\n%b\r\n" % LONG, None),
    ([b"a", [b"b"], b"c"], b"*3\r\n$1\r\na\r\n*1\r\n$1\r\nb\r\n$1\r\nc\r\n", None),
    ([b"a", OK, b"c"], b"*3\r\n$1\r\na\r\n+OK\r\n$1\r\nc\r\n", None), ([[], [[1]], 2], b"*3\r\n*0\r\n*1\r\n*1\r\n:1\r\n:2\r\n", None),
    (UserList([b"a"]), b"*1\r\n$1\r\na\r\n", None), (range(2), b"*2\r\n:0\r\n:1\r\n", None),
    (Error(b"ERR no"), b"-ERR no\r\n", None), (Error(b"ERR a\r\nb\n"), b"-ERR a  b\r\n", None), (Status(b"a\nb"), b"+a b\r\n", None),
    (Map([b"k", 1]), b"*2\r\n$1\r\nk\r\n:1\r\n", b"%1\r\n$1\r\nk\r\n:1\r\n"),
    (Map([b"k", b"v"]), b"*2\r\n$1\r\nk\r\n$1\r\nv\r\n", b"%1\r\n$1\r\nk\r\n$1\r\nv\r\n"), (Map([]), b"*0\r\n", b"%0\r\n"),
    (Map.of([(b"k", [b"v"])]), b"*2\r\n$1\r\nk\r\n*1\r\n$1\r\nv\r\n", b"%1\r\n$1\r\nk\r\n*1\r\n$1\r\nv\r\n"),
    (SetReply([b"a"]), b"*1\r\n$1\r\na\r\n", b"~1\r\n$1\r\na\r\n"), (Push([b"a", 1]), b"*2\r\n$1\r\na\r\n:1\r\n", b">2\r\n$1\r\na\r\n:1\r\n"),
    (Double(1.5), b"$3\r\n1.5\r\n", b",1.5\r\n"), (Double(10.0), b"$2\r\n10\r\n", b",10\r\n"), (Double(math.inf), b"$3\r\ninf\r\n", b",inf\r\n"),
    (Double(-math.inf), b"$4\r\n-inf\r\n", b",-inf\r\n"), (Double(math.nan), b"$3\r\nnan\r\n", b",nan\r\n"),
    (Bool(True), b":1\r\n", b"#t\r\n"), (Bool(False), b":0\r\n", b"#f\r\n"), (BigNumber(2**70), b"$22\r\n1180591620717411303424\r\n", b"(1180591620717411303424\r\n"),
    (Verbatim(b"some text"), b"$9\r\nsome text\r\n", b"=13\r\ntxt:some text\r\n"), (Verbatim(b"#", b"mkd"), b"$1\r\n#\r\n", b"=5\r\nmkd:#\r\n"),
    (ScorePairs([(b"m", 1.0), (b"n", 2.5)]), b"*4\r\n$1\r\nm\r\n$1\r\n1\r\n$1\r\nn\r\n$3\r\n2.5\r\n", b"*2\r\n*2\r\n$1\r\nm\r\n,1\r\n*2\r\n$1\r\nn\r\n,2.5\r\n"),
    (ScorePairs([]), b"*0\r\n", None), (Pairs([(b"f", b"v")]), b"*2\r\n$1\r\nf\r\n$1\r\nv\r\n", b"*1\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n"),
    (Attribute([b"ttl", 5], b"v"), b"$1\r\nv\r\n", b"|1\r\n$3\r\nttl\r\n:5\r\n$1\r\nv\r\n"), (Wire(b"+raw\r\n"), b"+raw\r\n", None),
    (Replies([OK, 1, [b"a"]]), b"+OK\r\n:1\r\n*1\r\n$1\r\na\r\n", None), (Replies([]), b"", None), (NO_REPLY, b"", None),
    ([Map([b"k", Double(0.5)]), NULL_ARRAY, SetReply([])], b"*3\r\n*2\r\n$1\r\nk\r\n$3\r\n0.5\r\n*-1\r\n*0\r\n", b"*3\r\n%1\r\n$1\r\nk\r\n,0.5\r\n_\r\n~0\r\n"),
], ids=lambda value: repr(value)[:25])
def test_a_reply_on_the_wire(reply: Reply, resp2: bytes, resp3: bytes | None) -> None:
    for protocol, wire in ((2, resp2), (3, resp3 if resp3 is not None else resp2)):
        assert encode([reply], protocol) == (wire, False)
        assert encode([reply, OK, reply], protocol) == (wire + b"+OK\r\n" + wire, False)  # the road of a pipeline


def test_replies_of_a_pipeline_stand_one_behind_the_other() -> None:
    assert encode([OK, b"a", 1, None, [b"b"]], 2) == (b"+OK\r\n$1\r\na\r\n:1\r\n$-1\r\n*1\r\n$1\r\nb\r\n", False)
    assert encode([], 2) == (b"", False)


@pytest.mark.parametrize("replies", [[OK, CLOSE], [Replies([OK, CLOSE])], [OK, CLOSE, b"lost"], [Replies([OK, CLOSE, 1]), 2]])
def test_close_is_told_and_ends_the_replies(replies: list[Reply]) -> None:
    assert encode(replies, 2) == (b"+OK\r\n", True)


def test_close_alone_sends_nothing() -> None:
    assert encode([CLOSE], 3) == (b"", True)


@pytest.mark.parametrize("protocol", [2, 3])
def test_any_depth_is_encoded(protocol: int) -> None:
    reply: Reply = b"x"
    for _ in range(50_000):
        reply = [reply]
    data, _ = encode([reply], protocol)
    assert data == b"*1\r\n" * 50_000 + b"$1\r\nx\r\n"


def test_a_string_longer_than_the_table_inside_an_array_of_strings() -> None:
    items = [b"y" * length for length in (0, 4095, 4096, 70_000)]
    assert encode([items], 2)[0] == b"*4\r\n" + b"".join(b"$%d\r\n%b\r\n" % (len(item), item) for item in items)


@pytest.mark.parametrize("wrong", ["text", 1.5, bytearray(b"x"), {b"a": b"b"}, {b"a"}, object(), [b"a", "b", b"c"]])
def test_what_is_no_reply_is_refused(wrong: object) -> None:
    with pytest.raises(TypeError, match="is not a reply"):
        encode([wrong], 2)  # type: ignore[list-item]
