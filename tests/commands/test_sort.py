"""SORT and SORT_RO. What is the same as in Redis, option by option, is in tests/compat."""

from __future__ import annotations

from typing import Any

import pytest

from pyredis_server.base import errors
from tests.support.raw_client import RawClient
from tests.support.recorder import Recorder
from tests.support.wire import ErrorReply

SCORES = ErrorReply(errors.SORT_SCORES)


def call(client: RawClient, line: str) -> Any:
    return client.call(*line.split())


@pytest.fixture
def weighted(client):
    """A list, and for each element a weight, a field and a name; "c" has none of them."""
    call(client, "RPUSH l a b c d")
    call(client, "MSET w:a 3 w:b 1 w:d 2 n:a zoe n:b amy n:d max")
    for element, field in (("a", 20), ("b", 10), ("d", 30)):
        call(client, f"HSET h:{element} f {field}")
    return client


@pytest.mark.parametrize("fill", ["RPUSH k 10 9 -1 2.5 1e2 inf", "SADD k 10 9 -1 2.5 1e2 inf",
                                  "ZADD k 1 10 1 9 0 -1 3 2.5 2 1e2 9 inf"])
def test_elements_are_sorted_as_numbers_or_as_text(any_client, fill) -> None:
    call(any_client, fill)
    numbers = [b"-1", b"2.5", b"9", b"10", b"1e2", b"inf"]
    assert call(any_client, "SORT k") == numbers
    assert call(any_client, "SORT_RO k desc") == numbers[::-1]
    assert call(any_client, "SORT k alpha") == sorted(numbers)
    assert call(any_client, "SORT k ALPHA DESC LIMIT 1 2") == sorted(numbers)[-2:-4:-1]


def test_equal_scores_are_ordered_by_their_elements(client) -> None:
    call(client, "RPUSH k 1.0 01 1 0 1e0")
    assert call(client, "SORT k") == [b"0", b"01", b"1", b"1.0", b"1e0"]
    assert call(client, "SORT k DESC") == [b"1e0", b"1.0", b"1", b"01", b"0"]


@pytest.mark.parametrize("bad", ["x", "1 ", " 1", "0x10", "nan", "1_0", "1e", "--1", "infinit"])
def test_what_is_no_number_is_refused(client, bad) -> None:
    client.call("RPUSH", "k", 1, bad, 2)
    assert call(client, "SORT k") == SCORES
    client.call("SET", "d", "v")
    assert call(client, "SORT k STORE d") == SCORES
    assert client.call("GET", "d") == b"v"


@pytest.mark.parametrize(("odd", "result"), [
    ("", ["", "3"]), ("5\0x", ["3", "5\0x"]), ("1e999", ["3", "1e999"]), ("-Infinity", ["-Infinity", "3"]), (".5", [".5", "3"]),
])
def test_numbers_are_read_as_far_as_c_reads_them(client, odd, result) -> None:
    client.call("RPUSH", "k", "3", odd)
    assert client.call("SORT", "k") == [element.encode() for element in result]


@pytest.mark.parametrize(("limit", "result"), [
    ("0 2", "12"), ("1 2", "23"), ("3 100", "4"), ("4 1", ""), ("0 0", ""), ("-5 2", "12"), ("2 -1", "34"), ("2 -100", "34"),
    ("9223372036854775807 9223372036854775807", ""),
])
@pytest.mark.parametrize("by", ["", "BY nosort", "BY w* ALPHA"])
def test_limit_gives_a_part(client, limit, result, by) -> None:
    call(client, "RPUSH k 1 2 3 4")
    call(client, "ZADD z 1 1 2 2 3 3 4 4")
    wanted = [element.encode() for element in result]
    assert call(client, f"SORT k {by} LIMIT {limit}") == wanted
    assert call(client, f"SORT z {by} LIMIT {limit}") == wanted


def test_by_looks_weights_up(weighted) -> None:
    assert call(weighted, "SORT l BY w:*") == [b"c", b"b", b"d", b"a"]
    assert call(weighted, "SORT l BY h:*->f DESC") == [b"d", b"a", b"b", b"c"]
    assert call(weighted, "SORT l BY n:* ALPHA") == [b"c", b"b", b"d", b"a"]
    assert call(weighted, "SORT l BY n:*") == SCORES
    weighted.call("RPUSH", "w:c", "no string")
    assert call(weighted, "SORT l BY w:*") == [b"c", b"b", b"d", b"a"]


def test_get_looks_values_up(weighted) -> None:
    assert call(weighted, "SORT l BY w:* GET # GET n:* GET h:*->f GET w:*->f GET fixed") == [
        b"c", None, None, None, None, b"b", b"amy", b"10", None, None, b"d", b"max", b"30", None, None,
        b"a", b"zoe", b"20", None, None,
    ]


@pytest.mark.parametrize(("pattern", "found"), [
    ("h:*->f", b"20"), ("h:*->nosuch", None), ("h:*", None), ("*:a", None), ("w:*->", b"arrow"), ("h:*->f->g", b"deep"),
    ("h:**", None),
])
def test_patterns_name_strings_and_fields(weighted, pattern, found) -> None:
    call(weighted, "SET w:a-> arrow")
    call(weighted, "HSET h:a f->g deep")
    assert call(weighted, f"SORT l ALPHA LIMIT 0 1 GET {pattern}") == [found]


def test_a_name_without_a_star_keeps_the_order_of_the_value(client) -> None:
    call(client, "RPUSH l c a b")
    call(client, "ZADD z 3 a 1 b 2 c")
    call(client, "SADD s 30 4 100")
    assert call(client, "SORT l BY x") == [b"c", b"a", b"b"]
    assert call(client, "SORT l BY x DESC LIMIT 0 2") == [b"b", b"a"]
    assert call(client, "SORT z BY x DESC") == [b"a", b"c", b"b"]
    assert sorted(call(client, "SORT s BY x")) == [b"100", b"30", b"4"]
    assert call(client, "SORT s BY x STORE d") == 3
    assert call(client, "LRANGE d 0 -1") == [b"100", b"30", b"4"]  # by their bytes, so that replicas agree


def test_text_ends_with_a_zero_byte_unless_it_is_stored(client) -> None:
    client.call("RPUSH", "k", b"a\0c", b"a\0b", b"a")
    assert client.call("SORT", "k", "ALPHA") == [b"a\0c", b"a\0b", b"a"]
    client.call("SORT", "k", "ALPHA", "STORE", "d")
    assert client.call("LRANGE", "d", 0, -1) == [b"a", b"a\0b", b"a\0c"]


def test_sort_leaves_a_sorted_set_in_its_greater_encoding(client) -> None:
    call(client, "ZADD z 1 1")
    call(client, "SORT_RO z")
    assert call(client, "OBJECT ENCODING z") == b"skiplist"


def test_what_a_stored_result_tells_others(server, client) -> None:
    call(client, "RPUSH k 2 1")
    call(client, "SET d v EX 100")
    with Recorder(server) as heard:
        assert call(client, "SORT k GET # GET x* STORE d") == 4
        assert heard.take_events() == ["0 keymiss x1", "0 keymiss x2", "0 sortstore d"]
        assert heard.take_commands() == ["SORT k GET # GET x* STORE d"]
        assert call(client, "LRANGE d 0 -1") == [b"1", b"", b"2", b""]
        assert call(client, "TTL d") == -1
        assert call(client, "SORT nosuch STORE d") == 0
        assert heard.take_events() == ["0 keymiss nosuch", "0 del d"]
        assert heard.take_commands() == ["SORT nosuch STORE d"]
        assert call(client, "SORT k") == [b"1", b"2"]
        assert heard.take_commands() == []


def test_a_stored_result_serves_a_client_that_waits(client, make_client) -> None:
    waiting = make_client()
    waiting.send("BLPOP", "d", 0)
    call(client, "RPUSH k 2 1")
    call(client, "SORT k STORE d")
    assert waiting.read_reply() == [b"d", b"1"]
    assert call(client, "LRANGE d 0 -1") == [b"2"]


def test_a_long_result_is_stored_as_a_quicklist(client) -> None:
    client.call("RPUSH", "k", *range(5000))
    assert call(client, "SORT k STORE k DESC") == 5000
    assert call(client, "OBJECT ENCODING k") == b"quicklist"
    assert call(client, "LRANGE k 0 1") == [b"4999", b"4998"]


def test_fields_that_have_run_out_are_not_found(make_server, clock) -> None:
    with RawClient(port=make_server(clock=clock).port) as client:
        call(client, "RPUSH k 1")
        call(client, "HSET h:1 f 5")
        call(client, "HPEXPIRE h:1 10 FIELDS 1 f")
        assert call(client, "SORT k GET h:*->f") == [b"5"]
        clock.advance_ms(11)
        assert call(client, "SORT k GET h:*->f") == [None]


@pytest.mark.parametrize(("line", "message"), [
    ("SORT k LIMIT 1", errors.SYNTAX), ("SORT k LIMIT x 1", errors.NOT_AN_INTEGER), ("SORT k BY", errors.SYNTAX),
    ("SORT k GET", errors.SYNTAX), ("SORT k STORE", errors.SYNTAX), ("SORT_RO k STORE d", errors.SYNTAX),
    ("SORT k FOO", errors.SYNTAX), ("SORT k", errors.WRONG_TYPE), ("SORT k BY x", errors.WRONG_TYPE),
])
def test_what_sort_cannot_read_is_refused(client, line, message) -> None:
    call(client, "SET k v")
    assert call(client, line) == ErrorReply(message)


@pytest.mark.parametrize(("line", "keys"), [
    ("SORT k BY w* GET #", ["k"]), ("SORT k STORE d", ["k", "d"]), ("SORT k STORE d LIMIT 0 STORE STORE e", ["k", "e"]),
    ("SORT k GET STORE BY STORE", ["k"]), ("SORT_RO k STORE d", ["k"]),
])
def test_keys_are_found_for_acl_and_cluster(client, line, keys) -> None:
    assert call(client, f"COMMAND GETKEYS {line}") == [key.encode() for key in keys]
