"""APPEND DECR DECRBY DELEX DIGEST GET GETDEL GETEX GETRANGE GETSET INCR INCRBY INCRBYFLOAT MGET MSET MSETEX MSETNX
PSETEX SET SETEX SETNX SETRANGE STRLEN SUBSTR. (INCREX and LCS have files of their own.)

What AOF, replicas and listeners hear of them is in tests/unit/commands/test_strings_effects.py; that every combination
of options is answered as by a real server in tests/compat.
"""

from __future__ import annotations

import threading
from typing import ClassVar

import pytest

from pyredis_server.base import errors
from pyredis_server.base.clock import ManualClock
from pyredis_server.base.errors import InvalidExpireTime, WrongArity, WrongType
from pyredis_server.embedded import RedisServer
from pyredis_server.resp.reply import Error
from tests.support.raw_client import RawClient

WRONG_TYPE = Error(WrongType().message)
SYNTAX = Error(errors.SYNTAX)
HELLO_DIGEST = b"9555e8555c62dcfd"
INT64_MAX, INT64_MIN = 2**63 - 1, -(2**63)


def invalid_expiry(command: str) -> Error:
    return Error(InvalidExpireTime(command).message)


class OtherType:
    """A value that is no string; it stands for all of them."""

    type_name: ClassVar[bytes] = b"list"


@pytest.fixture
def other_type(server: RedisServer) -> None:
    """The key "k" holds a value of another type."""
    done = threading.Event()

    def store() -> None:
        server.server.context.keyspace.databases[0].put(b"k", OtherType())
        done.set()

    server.server.executor.post(store)
    assert done.wait(10)


# GET and SET

@pytest.mark.parametrize("value", [b"", b"v", b"12", b"-0", b"\r\n", b"\x00\xff" * 40, b"x" * 100_000])
def test_get_gives_back_what_set_stored(any_client, value) -> None:
    assert any_client.call("SET", "k", value) == b"OK"
    assert any_client.call("GET", "k") == value


def test_get_of_an_absent_key_is_null(any_client) -> None:
    any_client.send("GET", "nosuch")
    item = any_client.read_item()
    assert item.value is None


def test_set_overwrites_any_type_and_drops_the_time_to_live(client) -> None:
    client.call("SET", "k", "v", "EX", 100)
    client.call("SET", "k", "w")
    assert (client.call("GET", "k"), client.call("TTL", "k")) == (b"w", -1)


def test_set_nx_and_xx_look_at_whether_there_is_a_key(client) -> None:
    assert client.call("SET", "k", "1", "XX") is None
    assert client.call("SET", "k", "1", "NX") == b"OK"
    assert client.call("SET", "k", "2", "nx") is None
    assert client.call("SET", "k", "3", "xx") == b"OK"
    assert client.call("GET", "k") == b"3"


def test_set_get_gives_the_old_value_whether_or_not_it_stores(client) -> None:
    assert client.call("SET", "k", "1", "GET") is None
    assert client.call("SET", "k", "2", "NX", "GET") == b"1"
    assert client.call("SET", "k", "3", "GET", "XX") == b"1"
    assert client.call("SET", "k", "4", "GET") == b"3"


@pytest.mark.parametrize(("options", "ttl_ms"), [
    (("EX", 100), 100_000), (("PX", 1500), 1500), (("EXAT", 2_000_000_000), None), (("PXAT", 2_000_000_000_000), None),
    (("ex", 5, "EX", 100), 100_000),
])
def test_set_takes_a_time_to_live_in_each_unit(make_server, options, ttl_ms) -> None:
    clock = ManualClock(1_700_000_000_000_000)
    server = make_server(clock=clock)
    with RawClient(port=server.port) as client:
        client.call("SET", "k", "v", *options)
        expected = ttl_ms if ttl_ms is not None else 300_000_000_000
        assert client.call("PTTL", "k") == expected
        clock.advance_ms(expected + 1)
        assert client.call("GET", "k") is None


def test_set_keepttl_keeps_the_time_to_live(client) -> None:
    client.call("SET", "k", "v", "EX", 100)
    client.call("SET", "k", "w", "KEEPTTL")
    assert client.call("GET", "k") == b"w"
    assert 98 < client.call("TTL", "k") <= 100


@pytest.mark.parametrize("options", [
    ("NX", "XX"), ("EX", 5, "PX", 5), ("EX", 5, "KEEPTTL"), ("KEEPTTL", "PXAT", 5), ("EX",), ("PERSIST",), ("BOGUS",),
    ("IFEQ",), ("IFEQ", "a", "IFNE", "a"), ("IFEQ", "a", "NX"), ("XX", "IFDEQ", "a"), ("EX", 5, "EXAT", 6), ("",),
])
def test_set_refuses_options_that_do_not_go_together(client, options) -> None:
    client.call("SET", "k", "old")
    assert client.call("SET", "k", "v", *options) == SYNTAX
    assert client.call("GET", "k") == b"old"


@pytest.mark.parametrize(("unit", "amount"), [
    ("EX", 0), ("EX", -1), ("EX", INT64_MAX), ("EX", INT64_MAX // 1000), ("PX", INT64_MAX), ("EXAT", 0),
    ("EXAT", INT64_MAX // 1000 + 1), ("PXAT", -5), ("PXAT", 0),
])
def test_a_time_to_live_must_be_positive_and_fit(client, unit, amount) -> None:
    assert client.call("SET", "k", "v", unit, amount) == invalid_expiry("set")
    assert client.call("EXISTS", "k") == 0


@pytest.mark.parametrize("amount", ["x", "", "1.5", "+5", 2**63])
def test_a_time_to_live_must_be_an_integer(client, amount) -> None:
    for call in (("SET", "k", "v", "EX", amount), ("SETEX", "k", amount, "v"), ("MSETEX", 1, "k", "v", "PX", amount)):
        assert client.call(*call) == Error(errors.NOT_AN_INTEGER)


def test_set_with_a_time_that_is_over_leaves_no_key(client) -> None:
    client.call("SET", "k", "old")
    assert client.call("SET", "k", "v", "EXAT", 1, "GET") == b"old"
    assert client.call("SET", "k2", "v", "PXAT", 1) == b"OK"
    assert (client.call("EXISTS", "k", "k2"), client.call("DBSIZE")) == (0, 0)


def test_set_ifeq_and_ifne_compare_with_the_value(client) -> None:
    assert client.call("SET", "k", "v", "IFEQ", "x") is None
    assert client.call("EXISTS", "k") == 0
    assert client.call("SET", "k", "1", "IFNE", "x") == b"OK"
    assert client.call("SET", "k", "2", "IFEQ", "01") is None
    assert client.call("SET", "k", "2", "ifeq", "1", "GET") == b"1"
    assert client.call("SET", "k", "3", "IFNE", "2") is None
    assert client.call("SET", "k", "", "IFNE", "3") == b"OK"
    assert client.call("SET", "k", "4", "IFEQ", "") == b"OK"
    assert client.call("GET", "k") == b"4"


def test_set_ifdeq_and_ifdne_compare_digests_in_any_case(client) -> None:
    assert client.call("SET", "k", "v", "IFDEQ", "short") is None  # there is nothing to compare with
    assert client.call("SET", "k", "hello", "IFDNE", "short") == b"OK"
    assert client.call("SET", "k", "v", "IFDNE", HELLO_DIGEST.upper()) is None
    assert client.call("SET", "k", "v", "IFDEQ", "0" * 16) is None
    for word in ("IFDEQ", "IFDNE"):
        assert client.call("SET", "k", "v", word, HELLO_DIGEST[1:]) == Error(errors.DIGEST_LENGTH)
    assert client.call("SET", "k", "v", "IFDEQ", HELLO_DIGEST.upper(), "EX", 10) == b"OK"
    assert client.call("TTL", "k") == 10


def test_setnx_setex_and_psetex_are_set_with_an_option(client) -> None:
    assert client.call("SETNX", "k", "1") == 1
    assert client.call("SETNX", "k", "2") == 0
    assert client.call("SETEX", "k", 100, "3") == b"OK"
    assert (client.call("GET", "k"), client.call("TTL", "k")) == (b"3", 100)
    assert client.call("PSETEX", "k", 5_000, "4") == b"OK"
    assert (client.call("GET", "k"), client.call("TTL", "k")) == (b"4", 5)
    assert client.call("SETEX", "k", 0, "v") == invalid_expiry("setex")
    assert client.call("PSETEX", "k", -1, "v") == invalid_expiry("psetex")


# Reading and changing at once

def test_getset_gives_the_old_value_and_drops_the_time_to_live(client) -> None:
    assert client.call("GETSET", "k", "1") is None
    client.call("EXPIRE", "k", 100)
    assert client.call("GETSET", "k", "2") == b"1"
    assert client.call("TTL", "k") == -1


def test_getdel_gives_the_value_once(client) -> None:
    client.call("SET", "k", "v")
    assert client.call("GETDEL", "k") == b"v"
    assert client.call("GETDEL", "k") is None


def test_getex_changes_the_time_to_live_only_when_asked(client) -> None:
    client.call("SET", "k", "v")
    assert (client.call("GETEX", "k"), client.call("TTL", "k")) == (b"v", -1)
    assert (client.call("GETEX", "k", "EX", 100), client.call("TTL", "k")) == (b"v", 100)
    assert (client.call("GETEX", "k"), client.call("TTL", "k")) == (b"v", 100)
    assert (client.call("GETEX", "k", "PERSIST"), client.call("TTL", "k")) == (b"v", -1)
    assert (client.call("GETEX", "k", "PXAT", 1), client.call("EXISTS", "k")) == (b"v", 0)


def test_getex_looks_at_the_key_before_the_time(client) -> None:
    assert client.call("GETEX", "nosuch", "EX", 0) is None
    client.call("SET", "k", "v")
    assert client.call("GETEX", "k", "EX", 0) == invalid_expiry("getex")
    assert client.call("GETEX", "nosuch", "EX", 5, "PERSIST") == SYNTAX
    assert client.call("GETEX", "nosuch", "KEEPTTL") == SYNTAX


def test_delex_without_a_condition_deletes(client) -> None:
    client.call("SET", "k", "v")
    assert client.call("DELEX", "k") == 1
    assert client.call("DELEX", "k") == 0


@pytest.mark.parametrize(("condition", "operand", "deleted"), [
    ("IFEQ", "hello", 1), ("IFEQ", "other", 0), ("IFNE", "hello", 0), ("ifne", "other", 1),
    ("IFDEQ", HELLO_DIGEST, 1), ("IFDEQ", "0" * 16, 0), ("IFDNE", HELLO_DIGEST.upper(), 0), ("IFDNE", "z" * 16, 1),
])
def test_delex_deletes_if_its_condition_holds(client, condition, operand, deleted) -> None:
    assert client.call("DELEX", "k", condition, operand) == 0
    client.call("SET", "k", "hello")
    assert client.call("DELEX", "k", condition, operand) == deleted
    assert client.call("EXISTS", "k") == 1 - deleted


def test_delex_refuses_what_it_does_not_know(client) -> None:
    assert client.call("DELEX", "nosuch", "FOO", "x") == 0  # the key is looked at first
    client.call("SET", "k", "v")
    assert client.call("DELEX", "k", "FOO", "v") == Error(errors.DELEX_CONDITION)
    assert client.call("DELEX", "k", "IFDEQ", "v") == Error(errors.DIGEST_LENGTH)
    for arguments in (("IFEQ",), ("IFEQ", "v", "x")):
        assert client.call("DELEX", "nosuch", *arguments) == Error(WrongArity("delex").message)


def test_digest_is_the_xxh3_hash_in_sixteen_digits(client) -> None:
    assert client.call("DIGEST", "nosuch") is None
    client.call("SET", "k", "v8")
    assert client.call("DIGEST", "k") == b"0cc76dbb41381419"
    client.call("SET", "n", 122)
    client.call("INCR", "n")
    assert client.call("DIGEST", "n") == b"404a763b3f4c8c9a"


# Several keys

def test_mget_gives_null_for_keys_without_a_string(any_client) -> None:
    any_client.call("MSET", "a", "1", "b", "2", "a", "3")
    assert any_client.call("MGET", "a", "nosuch", "b", "a") == [b"3", None, b"2", b"3"]


def test_mset_drops_times_to_live_and_needs_pairs(client) -> None:
    client.call("SET", "a", "0", "EX", 100)
    assert client.call("MSET", "a", "1", "b", "2") == b"OK"
    assert client.call("TTL", "a") == -1
    assert client.call("MSET", "a", "1", "b") == Error(WrongArity("mset").message)
    assert client.call("MSETNX", "a", "1", "b") == Error(WrongArity("msetnx").message)


def test_msetnx_stores_all_or_nothing(client) -> None:
    client.call("SET", "b", "0")
    assert client.call("MSETNX", "a", "1", "b", "2") == 0
    assert client.call("EXISTS", "a") == 0
    assert client.call("MSETNX", "c", "1", "c", "2") == 1
    assert client.call("GET", "c") == b"2"


def test_msetex_gives_all_keys_one_time_to_live(client) -> None:
    assert client.call("MSETEX", 2, "a", "1", "b", "2", "EX", 100) == 1
    assert client.call("MGET", "a", "b") == [b"1", b"2"]
    assert (client.call("TTL", "a"), client.call("TTL", "b")) == (100, 100)
    assert client.call("MSETEX", 1, "a", "3", "KEEPTTL") == 1
    assert (client.call("GET", "a"), client.call("TTL", "a")) == (b"3", 100)
    assert client.call("MSETEX", 1, "a", "4") == 1
    assert client.call("TTL", "a") == -1


def test_msetex_nx_and_xx_speak_of_all_keys(client) -> None:
    client.call("SET", "a", "0")
    assert client.call("MSETEX", 2, "a", "1", "b", "1", "NX") == 0
    assert client.call("MSETEX", 2, "a", "1", "b", "1", "EX", 5, "xx") == 0
    assert client.call("MGET", "a", "b") == [b"0", None]
    assert client.call("MSETEX", 2, "b", "1", "c", "1", "NX") == 1
    assert client.call("MSETEX", 2, "b", "2", "c", "2", "XX", "PX", 5000) == 1


@pytest.mark.parametrize(("arguments", "refusal"), [
    ((0, "a", "1"), errors.MSETEX_NUMKEYS), ((-1, "a", "1"), errors.MSETEX_NUMKEYS),
    (("a", "1", "EX"), errors.MSETEX_NUMKEYS), ((2**31, "a", "1"), errors.MSETEX_NUMKEYS),
    ((2**31 - 1, "a", "1"), errors.MSETEX_PAIRS), ((2, "a", "1", "b"), errors.MSETEX_PAIRS),
    ((1, "a", "1", "b", "2"), errors.SYNTAX), ((1, "a", "1", "EX"), errors.SYNTAX),
    ((1, "a", "1", "NX", "XX"), errors.SYNTAX), ((1, "a", "1", "EX", 5, "KEEPTTL"), errors.SYNTAX),
    ((1, "a", "1", "GET"), errors.SYNTAX), ((1, "a", "1", "EX", 0), invalid_expiry("msetex").message),
])
def test_msetex_refuses_wrong_counts_and_options(client, arguments, refusal) -> None:
    assert client.call("MSETEX", *arguments) == Error(refusal)


# Parts of strings

def test_append_creates_and_grows_a_string(client) -> None:
    assert client.call("APPEND", "k", "ab") == 2
    assert client.call("APPEND", "k", "cd") == 4
    assert client.call("APPEND", "k", "") == 4
    assert client.call("GET", "k") == b"abcd"
    assert client.call("APPEND", "empty", "") == 0
    assert client.call("EXISTS", "empty") == 1


def test_append_and_setrange_keep_the_time_to_live(client) -> None:
    client.call("SET", "k", "v", "EX", 100)
    client.call("APPEND", "k", "w")
    client.call("SETRANGE", "k", 5, "x")
    assert (client.call("GET", "k"), client.call("TTL", "k")) == (b"vw\0\0\0x", 100)


def test_setrange_overwrites_and_fills_up_with_zero_bytes(client) -> None:
    client.call("SET", "k", "Hello World")
    assert client.call("SETRANGE", "k", 6, "Redis") == 11
    assert client.call("GET", "k") == b"Hello Redis"
    assert client.call("SETRANGE", "k2", 2, "xy") == 4
    assert client.call("GET", "k2") == b"\0\0xy"


def test_setrange_with_nothing_to_write_changes_nothing(client) -> None:
    assert client.call("SETRANGE", "nosuch", INT64_MAX, "") == 0
    assert client.call("EXISTS", "nosuch") == 0
    client.call("SET", "k", "12")
    assert client.call("SETRANGE", "k", 100, "") == 2
    assert client.call("OBJECT", "ENCODING", "k") == b"int"


def test_strings_stay_within_proto_max_bulk_len(client) -> None:
    client.call("CONFIG", "SET", "proto-max-bulk-len", 1 << 20)
    client.call("SETRANGE", "k", (1 << 20) - 1, "x")
    assert client.call("STRLEN", "k") == 1 << 20
    for call in (("APPEND", "k", "x"), ("SETRANGE", "k", 1 << 20, "x"), ("SETRANGE", "nosuch", INT64_MAX, "x")):
        assert client.call(*call) == Error(errors.STRING_TOO_LONG)
    assert client.call("SETRANGE", "k", -1, "x") == Error(errors.OFFSET_OUT_OF_RANGE)


@pytest.mark.parametrize(("start", "end", "part"), [
    (0, 3, b"This"), (-3, -1, b"ing"), (0, -1, b"This is a string"), (10, 100, b"string"), (5, 3, b""), (-1, -3, b""),
    (0, -100, b"T"), (-100, -100, b"T"), (1, -100, b""), (-100, -101, b""), (16, 20, b""),
    (-5000, 10000, b"This is a string"), (INT64_MIN, INT64_MAX, b"This is a string"),
])
def test_getrange_and_substr_limit_the_range_to_the_string(client, start, end, part) -> None:
    client.call("SET", "k", "This is a string")
    assert client.call("GETRANGE", "k", start, end) == part
    assert client.call("SUBSTR", "k", start, end) == part
    assert client.call("GETRANGE", "nosuch", start, end) == b""


def test_strlen_counts_bytes(client) -> None:
    client.call("SET", "k", "ä")
    assert client.call("STRLEN", "k") == 2
    assert client.call("STRLEN", "nosuch") == 0


# Counters

def test_counters_start_at_zero_and_keep_their_time_to_live(client) -> None:
    assert client.call("INCR", "k") == 1
    client.call("EXPIRE", "k", 100)
    assert client.call("INCRBY", "k", 9) == 10
    assert client.call("DECR", "k") == 9
    assert client.call("DECRBY", "k", 19) == -10
    assert client.call("DECRBY", "k", -5) == -5
    assert (client.call("GET", "k"), client.call("TTL", "k")) == (b"-5", 100)


@pytest.mark.parametrize("value", ["", " 1", "1 ", "01", "+1", "-0", "1.0", "x", 2**63])
def test_counters_take_only_canonical_integers(client, value) -> None:
    client.call("SET", "k", value)
    assert client.call("INCR", "k") == Error(errors.NOT_AN_INTEGER)
    assert client.call("INCRBY", "n", value) == Error(errors.NOT_AN_INTEGER)
    assert client.call("DECRBY", "n", value) == Error(errors.NOT_AN_INTEGER)


def test_counters_do_not_leave_64_bits(client) -> None:
    client.call("MSET", "max", INT64_MAX, "min", INT64_MIN)
    assert client.call("INCR", "max") == Error(errors.INCREMENT_OVERFLOW)
    assert client.call("DECR", "min") == Error(errors.INCREMENT_OVERFLOW)
    assert client.call("INCRBY", "max", INT64_MIN) == -1
    assert client.call("DECRBY", "k", INT64_MIN) == Error(errors.DECREMENT_OVERFLOW)
    assert client.call("MGET", "min", "k") == [str(INT64_MIN).encode(), None]


@pytest.mark.parametrize(("value", "increment", "result"), [
    ("10.50", "0.1", b"10.6"), ("5.0e3", "2.0e2", b"5200"), ("3", "-3", b"0"), ("0.1", "0.2", b"0.3"),
    ("1", "1e-17", b"1.00000000000000001"), ("-1.5", "0x1p3", b"6.5"),
])
def test_incrbyfloat_adds_as_long_doubles_do(any_client, value, increment, result) -> None:
    any_client.call("SET", "k", value)
    any_client.send("INCRBYFLOAT", "k", increment)
    item = any_client.read_item()
    assert (item.kind, item.value) == ("bulk", result)
    assert any_client.call("GET", "k") == result


def test_incrbyfloat_refuses_what_is_no_finite_number(client) -> None:
    client.call("SET", "k", "x")
    assert client.call("INCRBYFLOAT", "k", 1) == Error(errors.NOT_A_FLOAT)
    for increment in ("x", "", " 1", "nan", "1e99999"):
        assert client.call("INCRBYFLOAT", "n", increment) == Error(errors.NOT_A_FLOAT)
    assert client.call("INCRBYFLOAT", "n", "-inf") == Error(errors.INCREMENT_NOT_FINITE)
    assert client.call("EXISTS", "n") == 0


# Keys of other types

@pytest.mark.parametrize("call", [
    ("GET", "k"), ("SET", "k", "v", "GET"), ("SET", "k", "v", "IFEQ", "v"), ("SET", "k", "v", "IFDNE", "short"),
    ("GETSET", "k", "v"), ("GETDEL", "k"), ("GETEX", "k", "EX", 0), ("DIGEST", "k"), ("APPEND", "k", "v"),
    ("SETRANGE", "k", 0, ""), ("GETRANGE", "k", 0, 1), ("STRLEN", "k"), ("INCR", "k"), ("DECRBY", "k", 1),
    ("INCRBYFLOAT", "k", "x"), ("INCREX", "k"), ("INCREX", "k", "BYFLOAT", 1),
])
@pytest.mark.usefixtures("other_type")
def test_string_commands_refuse_keys_of_other_types(client, call) -> None:
    assert client.call(*call) == WRONG_TYPE
    assert client.call("TYPE", "k") == b"list"


@pytest.mark.usefixtures("other_type")
def test_commands_on_any_type_take_keys_of_other_types(client) -> None:
    assert client.call("MGET", "k") == [None]
    assert client.call("SETNX", "k", "v") == 0
    assert client.call("LCS", "k", "nosuch", "BOGUS") == Error(errors.LCS_NOT_STRINGS)
    assert client.call("DELEX", "k", "IFEQ", "v") == Error(errors.DELEX_NOT_A_STRING)
    assert client.call("DELEX", "k") == 1


@pytest.mark.usefixtures("other_type")
@pytest.mark.parametrize("call", [
    ("SET", "k", "v"), ("SET", "k", "v", "XX"), ("SETEX", "k", 5, "v"), ("MSET", "k", "v"),
    ("MSETEX", 1, "k", "v", "XX"),
])
def test_commands_that_store_overwrite_keys_of_other_types(client, call) -> None:
    client.call(*call)
    assert client.call("GET", "k") == b"v"
