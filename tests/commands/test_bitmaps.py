"""SETBIT GETBIT BITCOUNT BITPOS BITOP BITFIELD BITFIELD_RO.

That every operation, range and refusal is answered as by a real server is in tests/compat.
"""

from __future__ import annotations

import pytest

from pyredis_server.base import errors
from pyredis_server.base.errors import WrongType
from pyredis_server.resp.reply import Error
from tests.support.recorder import Recorder

WRONG_TYPE = Error(WrongType().message)
FOOBAR = b"foobar"


def refused(message: bytes) -> Error:
    return Error(message)


# SETBIT and GETBIT


def test_setbit_gives_the_old_bit_and_fills_up_with_zeros(any_client) -> None:
    assert any_client.call("SETBIT", "k", 7, 1) == 0
    assert any_client.call("SETBIT", "k", 7, 0) == 1
    assert any_client.call("SETBIT", "k", 17, 1) == 0
    assert any_client.call("GET", "k") == b"\x00\x00\x40"
    assert [any_client.call("GETBIT", "k", position) for position in (7, 16, 17, 24, 4_000_000_000)] == [0, 0, 1, 0, 0]


def test_getbit_reads_a_number_as_its_text(client) -> None:
    client.call("SET", "n", 12)
    assert [client.call("GETBIT", "n", position) for position in range(8)] == [0, 0, 1, 1, 0, 0, 0, 1]
    assert client.call("OBJECT", "ENCODING", "n") == b"int"


def test_setbit_makes_a_string_raw_even_if_no_bit_changes(client) -> None:
    client.call("SET", "n", 12)
    assert client.call("SETBIT", "n", 0, 0) == 0
    assert client.call("OBJECT", "ENCODING", "n") == b"raw"
    assert client.call("GET", "n") == b"12"


def test_setbit_keeps_the_time_to_live_and_bitop_drops_it(client) -> None:
    client.call("SET", "k", "v", "EX", 100)
    client.call("SETBIT", "k", 1, 1)
    assert client.call("TTL", "k") == 100
    client.call("BITOP", "NOT", "k", "k")
    assert client.call("TTL", "k") == -1


def test_a_reply_is_not_changed_by_a_later_setbit_in_the_same_batch(client) -> None:
    client.call("SETBIT", "k", 7, 0)
    assert client.pipeline([("GET", "k"), ("SETBIT", "k", 7, 1), ("GET", "k")]) == [b"\0", 0, b"\1"]


@pytest.mark.parametrize("offset", ["-1", "x", "#1", "4294967296", "99999999999999999999", ""])
def test_an_offset_that_no_string_can_have_is_refused(client, offset) -> None:
    expected = refused(errors.BIT_OFFSET)
    assert client.call("SETBIT", "k", offset, 1) == expected
    assert client.call("GETBIT", "k", offset) == expected
    assert client.call("BITFIELD", "k", "SET", "u8", offset.replace("#1", "#536870912"), 1) == expected
    assert client.call("EXISTS", "k") == 0


def test_offsets_end_with_proto_max_bulk_len(client) -> None:
    client.call("CONFIG", "SET", "proto-max-bulk-len", 1 << 20)
    assert client.call("SETBIT", "k", (1 << 23) - 1, 1) == 0
    assert client.call("STRLEN", "k") == 1 << 20
    assert client.call("SETBIT", "k", 1 << 23, 1) == refused(errors.BIT_OFFSET)


@pytest.mark.parametrize("value", ["2", "-1", "x", "", "01"])
def test_a_bit_is_0_or_1(client, value) -> None:
    assert client.call("SETBIT", "k", 0, value) == refused(errors.BIT_VALUE)


# BITCOUNT and BITPOS


@pytest.mark.parametrize(("limits", "count"), [
    ((), 26), ((0, 0), 4), ((1, 1), 6), ((0, -5), 10), ((-2, -1), 7), ((5, 30, "BIT"), 17), ((5, 30, "byte"), 4),
    ((0, 0, "bit"), 0), ((1, 1, "BIT"), 1), ((3, 2), 0), ((-1, -2), 0), ((6, 9), 0), ((-100, 100), 26),
    ((-1, -1, "BIT"), 0), ((-2**63, 2**63 - 1, "BIT"), 26),
])
def test_bitcount_counts_in_a_part(client, limits, count) -> None:
    client.call("SET", "k", FOOBAR)
    assert client.call("BITCOUNT", "k", *limits) == count


def test_bitcount_of_nothing_is_0(client) -> None:
    client.call("SET", "empty", "")
    assert [client.call("BITCOUNT", "nosuch"), client.call("BITCOUNT", "empty"),
            client.call("BITCOUNT", "empty", 0, -1, "BIT")] == [0, 0, 0]


@pytest.mark.parametrize(("value", "arguments", "position"), [
    (b"\xff\xf0\x00", (0,), 12), (b"\x00\xff\xf0", (1, 0), 8), (b"\x00\xff\xf0", (1, 2), 16),
    (b"\x00\xff\xf0", (1, 2, -1, "BYTE"), 16), (b"\x00\xff\xf0", (1, 7, 15, "BIT"), 8),
    (b"\x00\xff\xf0", (1, 7, -3, "bit"), 8), (b"\x00\xff\xf0", (1, 0, 7, "BIT"), -1), (b"\x00\x00", (1,), -1),
    (b"\xff\xff", (1, 3), -1), (b"\xff\xff", (1, 1, 0), -1),
])
def test_bitpos_finds_the_first_bit_of_a_part(client, value, arguments, position) -> None:
    client.call("SET", "k", value)
    assert client.call("BITPOS", "k", *arguments) == position


def test_zeros_follow_the_end_of_a_string_unless_the_range_has_an_end(client) -> None:
    client.call("SET", "k", b"\xff\xff\xff")
    assert [client.call("BITPOS", "k", 0), client.call("BITPOS", "k", 0, 1)] == [24, 24]
    assert [client.call("BITPOS", "k", 0, 0, -1), client.call("BITPOS", "k", 0, 0, -1, "BIT")] == [-1, -1]
    assert [client.call("BITPOS", "nosuch", 0, 5, 6), client.call("BITPOS", "nosuch", 1)] == [0, -1]


@pytest.mark.parametrize(("call", "message"), [
    ("BITCOUNT k 1", errors.SYNTAX), ("BITCOUNT k 1 2 BITS", errors.SYNTAX), ("BITCOUNT k 1 2 BIT 3", errors.SYNTAX),
    ("BITCOUNT k x 2 BITS", errors.NOT_AN_INTEGER), ("BITPOS k 2 x", errors.BITPOS_BIT),
    ("BITPOS k x", errors.NOT_AN_INTEGER), ("BITPOS k 1 x", errors.NOT_AN_INTEGER),
    ("BITPOS k 1 0 BIT", errors.NOT_AN_INTEGER), ("BITPOS k 1 0 x FOO", errors.SYNTAX),
    ("BITPOS k 1 0 1 BIT 2", errors.SYNTAX),
])
def test_a_range_is_refused_before_the_key_is_looked_at(client, call, message) -> None:
    client.call("RPUSH", "k", "a")
    assert client.call(*call.split()) == refused(message)


# BITOP


@pytest.mark.parametrize(("operation", "result"), [
    ("AND", b"\x80\x00"), ("OR", b"\xfe\xf0"), ("XOR", b"\x9a\xf0"), ("DIFF", b"\x10\x00"), ("DIFF1", b"\x0e\xf0"),
    ("ANDOR", b"\xe0\x00"), ("ONE", b"\x1a\xf0"), ("one", b"\x1a\xf0"),
])
def test_bitop_stores_the_bits_combined(client, operation, result) -> None:
    client.call("MSET", "a", b"\xf0", "b", b"\xcc\xf0", "c", b"\xa6")
    assert client.call("BITOP", operation, "d", "a", "b", "c") == 2
    assert client.call("GET", "d") == result


def test_bitop_not_turns_every_bit(client) -> None:
    client.call("SET", "k", b"\x00\xff\x5a")
    assert client.call("BITOP", "NOT", "k", "k") == 3
    assert client.call("GET", "k") == b"\xff\x00\xa5"


def test_bitop_of_absent_keys_deletes_the_destination_of_any_type(client) -> None:
    client.call("RPUSH", "d", "a")
    assert client.call("BITOP", "OR", "d", "nosuch", "nosuch") == 0
    assert client.call("EXISTS", "d") == 0


def test_bitop_does_not_share_its_result_with_its_source(client) -> None:
    client.call("SETBIT", "k", 0, 1)
    client.call("BITOP", "OR", "d", "k")
    client.call("SETBIT", "k", 1, 1)
    assert client.call("MGET", "k", "d") == [b"\xc0", b"\x80"]


@pytest.mark.parametrize(("call", "message"), [
    ("BITOP FOO d a", errors.SYNTAX), ("BITOP NOT d l a", errors.BITOP_NOT),
    ("BITOP DIFF d l", errors.BITOP_TWO_KEYS % b"DIFF"), ("BITOP diff1 d l", errors.BITOP_TWO_KEYS % b"DIFF1"),
    ("BITOP ANDOR d l", errors.BITOP_TWO_KEYS % b"ANDOR"),
])
def test_bitop_is_refused_before_the_keys_are_looked_at(client, call, message) -> None:
    client.call("RPUSH", "l", "a")
    assert client.call(*call.split()) == refused(message)


@pytest.mark.parametrize("call", [
    "SETBIT l 0 1", "GETBIT l 0", "BITCOUNT l", "BITPOS l 1", "BITOP AND d a l", "BITFIELD l", "BITFIELD l SET u8 0 1",
    "BITFIELD_RO l GET u8 0",
])
def test_a_value_of_another_type_is_refused(client, call) -> None:
    client.call("RPUSH", "l", "a")
    assert client.call(*call.split()) == WRONG_TYPE
    assert client.call("EXISTS", "d") == 0


# BITFIELD


def test_bitfield_carries_out_its_operations_in_order(any_client) -> None:
    reply = any_client.call(
        "BITFIELD", "k", "SET", "i8", "#1", -5, "INCRBY", "u4", 4, 3, "GET", "i8", 8, "INCRBY", "i8", "#1", -10,
    )
    assert reply == [0, 3, -5, -15]
    assert any_client.call("GET", "k") == b"\x03\xf1"


def test_overflow_holds_for_the_operations_behind_it(client) -> None:
    increments = ["INCRBY", "u2", 100, 1]
    for expected in ([1, 1], [2, 2], [3, 3], [0, 3]):
        assert client.call("BITFIELD", "k", *increments, "OVERFLOW", "SAT", "INCRBY", "u2", 102, 1) == expected
    assert client.call("BITFIELD", "k", "overflow", "fail", "INCRBY", "u2", 102, 1) == [None]
    assert client.call("BITFIELD", "k", "OVERFLOW", "FAIL", "SET", "u2", 102, 4, "OVERFLOW", "WRAP", *increments) == [
        None, 1,
    ]


def test_fields_at_the_limits_of_64_bits(client) -> None:
    lowest, highest = -(2**63), 2**63 - 1
    assert client.call("BITFIELD", "k", "SET", "i64", 3, highest, "INCRBY", "i64", 3, 1, "GET", "u63", 4) == [
        0, lowest, 0,
    ]
    assert client.call("BITFIELD", "k", "OVERFLOW", "SAT", "INCRBY", "i64", 3, lowest) == [lowest]
    assert client.call("BITFIELD", "k", "OVERFLOW", "SAT", "SET", "u63", 3, -1, "GET", "u63", 3) == [2**62, highest]


def test_a_bitfield_that_only_reads_creates_nothing(client) -> None:
    assert client.call("BITFIELD", "k", "GET", "u8", 0, "OVERFLOW", "SAT", "GET", "i64", 4_000_000_000) == [0, 0]
    assert client.call("BITFIELD", "k") == []
    assert client.call("BITFIELD_RO", "k", "GET", "i5", "#3") == [0]
    assert client.call("EXISTS", "k") == 0


@pytest.mark.parametrize(("words", "message"), [
    ("GET u8", errors.SYNTAX), ("SET u8 0", errors.SYNTAX), ("OVERFLOW", errors.SYNTAX), ("FOO u8 0", errors.SYNTAX),
    ("GET u64 0", errors.BITFIELD_TYPE), ("GET i65 0", errors.BITFIELD_TYPE), ("GET u0 x", errors.BITFIELD_TYPE),
    ("GET U8 0", errors.BITFIELD_TYPE), ("GET x8 0", errors.BITFIELD_TYPE), ("GET u 0", errors.BITFIELD_TYPE),
    ("GET u8 #", errors.BIT_OFFSET), ("GET u8 #-1", errors.BIT_OFFSET), ("SET u8 0 x", errors.NOT_AN_INTEGER),
    ("GET u8 #2305843009213693952", errors.BIT_OFFSET),  # 8.2.3 multiplies in 64 bits and reads at offset 0
    ("OVERFLOW NONE", errors.BITFIELD_OVERFLOW),
])
def test_a_bitfield_that_is_wrong_anywhere_does_nothing(client, words, message) -> None:
    assert client.call("BITFIELD", "k", "SET", "u8", 0, 1, *words.split()) == refused(message)
    assert client.call("EXISTS", "k") == 0


def test_bitfield_ro_reads_everything_before_it_refuses_to_write(client) -> None:
    assert client.call("BITFIELD_RO", "k", "SET", "u8", 0, 1) == refused(errors.BITFIELD_READ_ONLY)
    assert client.call("BITFIELD_RO", "k", "SET", "u8", 0, 1, "GET", "u64", 0) == refused(errors.BITFIELD_TYPE)


@pytest.mark.parametrize(("words", "access"), [
    ("", {b"RO", b"access"}), ("GET u8 0", {b"RO", b"access"}), ("OVERFLOW SAT GET x y", {b"RO", b"access"}),
    ("GET u8 0 SET u8 0 1", {b"RW", b"access", b"update"}), ("incrby u8 0 1", {b"RW", b"access", b"update"}),
    ("GET u8", {b"RW", b"access", b"update"}), ("FOO", {b"RW", b"access", b"update"}),
])
def test_the_key_of_a_bitfield_is_read_only_if_nothing_writes(client, words, access) -> None:
    ((key, flags),) = client.call("COMMAND", "GETKEYSANDFLAGS", "BITFIELD", "k", *words.split())
    assert (key, set(flags)) == (b"k", access)


# What others hear


@pytest.mark.parametrize(("before", "call", "events", "is_sent"), [
    ("", "SETBIT k 5 0", ["setbit"], True),  # the key is new
    ("SETBIT k 5 0", "SETBIT k 5 0", [], False),
    ("SETBIT k 5 0", "SETBIT k 5 1", ["setbit"], True),
    ("SETBIT k 5 0", "SETBIT k 9 0", ["setbit"], True),  # longer
    ("SET k 7", "SETBIT k 0 0", [], False),
    ("SET a x", "BITOP OR k a", ["set"], True),
    ("SET k x", "BITOP NOT k k", ["set"], True),
    ("SET k x", "BITOP OR k nosuch", ["del"], True),
    ("", "BITOP OR k nosuch", [], False),
    ("", "BITFIELD k SET u8 0 0", ["setbit"], True),
    ("SET k ab", "BITFIELD k SET u8 0 97", [], False),
    ("SET k ab", "BITFIELD k SET u8 0 1 INCRBY u8 8 300 GET u8 0", ["setbit"], True),
    ("SET k ab", "BITFIELD k GET u8 0", [], False),
    ("", "BITFIELD k OVERFLOW FAIL INCRBY u2 0 5", [], False),  # as in Redis, though the key is there now
])
def test_changes_are_reported_once_and_passed_on_as_they_came(server, client, before, call, events, is_sent) -> None:
    if before:
        client.call(*before.split())
    with Recorder(server) as heard:
        client.call(*call.split())
    assert [event for event in heard.events if " keymiss " not in event] == [f"0 {event} k" for event in events]
    assert [command for command in heard.commands if command != "SELECT 0"] == ([call] if is_sent else [])


@pytest.mark.parametrize(("call", "changes"), [
    ("SETBIT k 0 1", 1), ("BITFIELD k SET u8 0 1 SET u8 0 1 SET u8 0 2", 2),
    ("BITFIELD k SET u8 80 0 SET u8 0 97 GET u8 0", 2),  # once it had to grow, every write counts
])
def test_each_write_of_a_bitfield_counts_as_a_change(server, client, call, changes) -> None:
    client.call("SET", "k", "ab")
    before = server.server.context.dirty
    client.call(*call.split())
    assert server.server.context.dirty - before == changes


def test_a_watched_key_is_touched_only_by_a_bit_that_changes(client, other) -> None:
    client.call("SETBIT", "k", 0, 1)
    for bit, outcome in ((1, [b"PONG"]), (0, None)):
        client.call("WATCH", "k")
        other.call("SETBIT", "k", 0, bit)
        client.call("MULTI")
        client.call("PING")
        assert client.call("EXEC") == outcome
