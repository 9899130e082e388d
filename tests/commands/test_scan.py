"""KEYS, SCAN, RANDOMKEY, DBSIZE."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from pyredis_server.base import errors
from tests.support.raw_client import Argument, RawClient
from tests.support.recorder import Recorder
from tests.support.wire import ErrorReply


def fill(client: RawClient, count: int) -> set[bytes]:
    names = [b"key:%d" % number for number in range(count)]
    client.pipeline([("SET", name, "v") for name in names])
    return set(names)


def walk(client: RawClient, *options: Argument) -> Iterator[list[bytes]]:
    cursor = b"0"
    while True:
        cursor, found = client.call("SCAN", cursor, *options)
        yield found
        if cursor == b"0":
            return


@pytest.mark.parametrize(("pattern", "expected"), [
    ("*", b"a ab abc b* {t}x"),
    ("a*", b"a ab abc"),
    ("*c", b"abc"),
    ("*b*", b"ab abc b*"),
    ("a?", b"ab"),
    ("[ab]", b"a"),
    ("[^a]*", b"b* {t}x"),
    (r"b\*", b"b*"),
    ("{t}*", b"{t}x"),
    ("abc", b"abc"),
    ("nosuch", b""),
    ("A*", b""),
    ("", b""),
])
def test_keys_lists_what_matches(client, pattern, expected):
    client.call("MSET", "a", 1, "ab", 1, "abc", 1, "b*", 1, "{t}x", 1)
    assert sorted(client.call("KEYS", pattern)) == expected.split()


def test_only_a_lone_star_matches_the_empty_name(client):
    client.call("SET", "", 1)
    assert client.call("KEYS", "*") == [b""]
    assert client.call("KEYS", "**") == []
    assert client.call("KEYS", "") == [b""]


@pytest.mark.parametrize("pattern", ["*", "g*", "gone"])
def test_keys_leaves_expired_keys_out_and_in_place(still, timed, clock, pattern):
    timed.call("SET", "gone", 1, "PX", 10)
    timed.call("SET", "stays", 1, "PX", 1000)
    clock.advance_ms(11)
    with Recorder(still) as heard:
        assert b"gone" not in timed.call("KEYS", pattern)
        assert heard.take_events() == []
    assert timed.call("DBSIZE") == 2


def test_a_pattern_that_could_blow_up_answers_at_once(client):
    client.call("SET", "a" * 40, 1)
    assert client.call("KEYS", "a*" * 20 + "b") == []


@pytest.mark.parametrize("count", [1, 10, 7, 1000, 9223372036854775807])
def test_scan_gives_every_key_once_while_nothing_changes(client, count):
    names = fill(client, 100)
    found = [name for part in walk(client, "COUNT", count) for name in part]
    assert len(found) == 100
    assert set(found) == names


def test_scan_gives_about_ten_keys_a_call_unless_asked_for_more(client):
    fill(client, 100)
    assert len(client.call("SCAN", 0)[1]) == 10


def test_scan_misses_no_key_that_stays_while_others_come_and_go(client):
    rng = random.Random(7)
    staying = fill(client, 200)
    leaving = [b"leaving:%d" % number for number in range(200)]
    client.pipeline([("SET", name, "v") for name in leaving])
    found = set()
    for part in walk(client, "COUNT", 5):
        found.update(part)
        calls = [("SET", f"new:{rng.randrange(500)}", "v") for _ in range(5)]
        client.pipeline([*calls, ("DEL", *rng.sample(leaving, 10)), ("RENAME", calls[0][1], calls[1][1])])
    assert staying <= found


def test_filters_thin_out_what_a_call_gives(client):
    fill(client, 100)
    found = [name for part in walk(client, "MATCH", "key:1?", "TYPE", "STRING", "COUNT", 7) for name in part]
    assert sorted(found) == [b"key:%d" % number for number in range(10, 20)]


@pytest.mark.parametrize("name", ["list", "nosuch", ""])
def test_scan_finds_nothing_of_another_type(client, name):
    fill(client, 3)
    assert client.call("SCAN", 0, "TYPE", name) == [b"0", []]


@pytest.mark.parametrize(("filters", "deleted"), [
    ((), True), (("MATCH", "g*", "TYPE", "string"), True), (("MATCH", "other*"), False), (("TYPE", "list"), False),
    (("TYPE", "nosuch"), False),
])
def test_scan_deletes_the_expired_keys_that_pass_its_filters(still, timed, clock, filters, deleted):
    timed.call("SET", "gone", 1, "PX", 10)
    clock.advance_ms(11)
    with Recorder(still) as heard:
        assert timed.call("SCAN", 0, *filters) == [b"0", []]
        assert heard.take_events() == (["0 expired gone"] if deleted else [])
    assert timed.call("DBSIZE") == (not deleted)


@pytest.mark.parametrize(("arguments", "text"), [
    ("x", errors.INVALID_CURSOR),
    ("-1", errors.INVALID_CURSOR),
    ("x bogus", errors.INVALID_CURSOR),
    ("0 bogus", errors.SYNTAX),
    ("0 MATCH", errors.SYNTAX),
    ("0 COUNT", errors.SYNTAX),
    ("0 TYPE", errors.SYNTAX),
    ("0 COUNT 0", errors.SYNTAX),
    ("0 COUNT -1", errors.SYNTAX),
    ("0 COUNT x", errors.NOT_AN_INTEGER),
    ("0 COUNT 9223372036854775808", errors.NOT_AN_INTEGER),
    ("0 NOVALUES", errors.NOVALUES_NOT_HSCAN),
    ("0 NOVALUES COUNT 0", errors.NOVALUES_NOT_HSCAN),
    ("0 COUNT 0 NOVALUES", errors.SYNTAX),
])
def test_scan_refuses_its_arguments_from_left_to_right(client, arguments, text):
    assert client.call("SCAN", *arguments.split()) == ErrorReply(text)


@pytest.mark.parametrize("cursor", [
    "0", "7", "18446744073709551615", " 7", "+7", "007", "-0", " -1", "-01", "-9223372036854775809", "0" * 5000 + "1",
    "7\x00x",
])
def test_scan_takes_any_cursor_that_strtoull_takes(client, cursor):
    fill(client, 3)
    following, found = client.call("SCAN", cursor)
    assert following == b"0"
    assert len(found) <= 3


@pytest.mark.parametrize("cursor", [
    "", " ", "7 ", "+-7", "--7", "0x1", "1.0", "\x007", "18446744073709551616", "-9223372036854775808", "9" * 5000,
])
def test_scan_refuses_other_cursors(client, cursor):
    assert client.call("SCAN", cursor) == ErrorReply(errors.INVALID_CURSOR)


def test_a_finished_scan_answers_with_a_string_and_an_array(any_client):
    any_client.send("SCAN", 0)
    item = any_client.read_item()
    assert [part.kind for part in item.value] == ["bulk", "array"]


def test_randomkey_gives_every_key_in_time_and_null_without_any(any_client):
    assert any_client.call("RANDOMKEY") is None
    names = fill(any_client, 5)
    assert {any_client.call("RANDOMKEY") for _ in range(200)} == names


def test_randomkey_deletes_the_expired_keys_it_picks(still, timed, clock):
    timed.pipeline([("SET", f"gone:{number}", 1, "PX", 10) for number in range(50)])
    clock.advance_ms(11)
    with Recorder(still) as heard:
        assert timed.call("RANDOMKEY") is None
        assert len(heard.take_events()) == 50
    timed.call("SET", "stays", 1)
    assert timed.call("RANDOMKEY") == b"stays"


def test_dbsize_counts_one_database_with_its_expired_keys(timed, clock):
    fill(timed, 3)
    timed.call("SET", "gone", 1, "PX", 10)
    clock.advance_ms(11)
    assert timed.call("DBSIZE") == 4
    timed.call("SELECT", 1)
    assert timed.call("DBSIZE") == 0
