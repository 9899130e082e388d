"""INCREX."""

from __future__ import annotations

import pytest

from pyredis_server.base import errors
from pyredis_server.base.errors import InvalidExpireTime
from pyredis_server.resp.reply import Error
from tests.support.raw_client import RawClient

INT64_MAX, INT64_MIN = 2**63 - 1, -(2**63)


def kinds(client: RawClient, *argv: str) -> list[str]:
    """The wire types of an array's parts."""
    client.send(*argv)
    return [part.kind for part in client.read_item().value]


def test_increx_gives_the_new_value_and_what_was_added(any_client) -> None:
    assert any_client.call("INCREX", "k") == [1, 1]
    assert any_client.call("INCREX", "k", "BYINT", 41) == [42, 41]
    assert any_client.call("INCREX", "k", "byint", -2) == [40, -2]
    assert any_client.call("INCREX", "k", "BYINT", 0) == [40, 0]


def test_increx_byfloat_replies_doubles_in_resp3_and_text_in_resp2(client, client3) -> None:
    client.call("SET", "k", "1.5")
    assert kinds(client, "INCREX", "k", "BYFLOAT", "0.25") == ["bulk", "bulk"]
    assert kinds(client3, "INCREX", "k", "BYFLOAT", "0.25") == ["double", "double"]
    assert client.call("INCREX", "k", "BYFLOAT", "0.1") == [b"2.1", b"0.1"]
    assert client.call("GET", "k") == b"2.1"


@pytest.mark.parametrize(("value", "options", "reply"), [
    (99, ("BYINT", 5, "UBOUND", 100), [99, 0]), (99, ("BYINT", 5, "UBOUND", 100, "SATURATE"), [100, 1]),
    (99, ("BYINT", 1, "UBOUND", 100), [100, 1]), (5, ("BYINT", -10, "LBOUND", 0), [5, 0]),
    (5, ("BYINT", -10, "LBOUND", 0, "SATURATE"), [0, -5]), (50, ("BYINT", 5, "UBOUND", 30), [50, 0]),
    (50, ("BYINT", 5, "UBOUND", 30, "SATURATE"), [30, -20]), (50, ("BYINT", -25, "UBOUND", 30), [25, -25]),
    (10, ("BYINT", 5, "LBOUND", 20), [10, 0]), (10, ("LBOUND", 20, "BYINT", -5, "SATURATE"), [20, 10]),
    (INT64_MAX - 7, ("BYINT", 10), [INT64_MAX - 7, 0]), (INT64_MAX - 7, ("BYINT", 10, "SATURATE"), [INT64_MAX, 7]),
    (INT64_MIN + 7, ("BYINT", -10, "SATURATE"), [INT64_MIN, -7]),
    (10, ("BYINT", INT64_MAX, "UBOUND", 100, "SATURATE"), [100, 90]),
])
def test_increx_stays_within_its_bounds(client, value, options, reply) -> None:
    client.call("SET", "k", value)
    assert client.call("INCREX", "k", *options) == reply
    assert client.call("GET", "k") == b"%d" % reply[0]


@pytest.mark.parametrize(("value", "options", "reply"), [
    ("5", ("BYFLOAT", "2.5", "UBOUND", "7.4"), [b"5", b"0"]),
    ("5", ("BYFLOAT", "2.5", "UBOUND", "7.4", "SATURATE"), [b"7.4", b"2.4"]),
    ("10", ("BYFLOAT", "-10", "LBOUND", "5.5", "SATURATE"), [b"5.5", b"-4.5"]),
    ("10", ("BYFLOAT", "1", "UBOUND", "inf"), [b"11", b"1"]), ("10", ("BYFLOAT", "1", "LBOUND", "-inf"), [b"11", b"1"]),
    ("10", ("BYFLOAT", "1", "LBOUND", "-inf", "UBOUND", "-inf"), [b"10", b"0"]),
    ("10", ("BYFLOAT", "1e4932", "UBOUND", "100", "SATURATE"), [b"100", b"90"]),
    ("10", ("BYFLOAT", "1e4932", "UBOUND", "100"), [b"10", b"0"]),
])
def test_increx_byfloat_stays_within_its_bounds(client, value, options, reply) -> None:
    client.call("SET", "k", value)
    assert client.call("INCREX", "k", *options) == reply
    assert client.call("GET", "k") == reply[0]


def test_increx_byfloat_stops_at_the_largest_long_double(client) -> None:
    client.call("INCRBYFLOAT", "k", "1.1e4932")
    before = client.call("GET", "k")
    client.call("INCREX", "k", "BYFLOAT", "1e4932")
    assert client.call("GET", "k") == before
    client.call("INCREX", "k", "BYFLOAT", "1e4932", "SATURATE")
    assert client.call("GET", "k").startswith(b"1189731495357231765")


def test_increx_does_not_create_a_key_that_would_be_out_of_bounds(client) -> None:
    assert client.call("INCREX", "k", "BYINT", 5, "LBOUND", 10) == [0, 0]
    assert client.call("EXISTS", "k") == 0
    assert client.call("INCREX", "k", "BYINT", 5, "LBOUND", 10, "SATURATE") == [10, 10]


def test_increx_sets_and_keeps_times_to_live(client) -> None:
    client.call("INCREX", "k", "EX", 100)
    assert client.call("TTL", "k") == 100
    client.call("INCREX", "k")
    assert client.call("TTL", "k") == 100
    client.call("INCREX", "k", "EX", 500, "ENX")
    assert client.call("TTL", "k") == 100
    client.call("INCREX", "k", "PX", 500_000)
    assert client.call("TTL", "k") == 500
    assert client.call("INCREX", "k", "BYINT", 5, "UBOUND", 6, "EX", 50) == [4, 0]
    assert client.call("TTL", "k") == 500
    client.call("INCREX", "k", "PERSIST")
    assert client.call("TTL", "k") == -1
    client.call("INCREX", "k", "ENX", "EX", 50)
    assert client.call("TTL", "k") == 50


def test_increx_with_a_time_that_is_over_deletes_the_key(client) -> None:
    client.call("SET", "k", 10, "EX", 100)
    assert client.call("INCREX", "k", "EXAT", 1, "ENX") == [11, 1]
    assert client.call("INCREX", "k", "EXAT", 1) == [12, 1]
    assert client.call("EXISTS", "k") == 0
    assert client.call("INCREX", "k", "PXAT", 1) == [1, 1]
    assert client.call("EXISTS", "k") == 0


@pytest.mark.parametrize(("options", "refusal"), [
    (("BYINT", 1, "BYFLOAT", 1), errors.SYNTAX), (("BYINT", 1, "BYINT", 2), errors.SYNTAX), (("BYINT",), errors.SYNTAX),
    (("EX", 5, "PX", 5), errors.SYNTAX), (("EX", 5, "EX", 5), errors.SYNTAX), (("PERSIST", "EX", 5), errors.SYNTAX),
    (("EX", 5, "PERSIST"), errors.SYNTAX), (("ENX", "PERSIST"), errors.SYNTAX),
    (("PERSIST", "ENX"), errors.SYNTAX), (("ENX", "EX", 5, "ENX"), errors.SYNTAX), (("BOGUS",), errors.SYNTAX),
    (("SATURATE", "SATURATE"), errors.SYNTAX), (("UBOUND", 1, "UBOUND", 1), errors.SYNTAX),
    (("LBOUND",), errors.SYNTAX), (("ENX",), errors.INCREX_ENX_ALONE),
    (("BYINT", "x"), errors.INCREX_NOT_AN_INTEGER % b"Increment"),
    (("BYINT", ""), errors.INCREX_NOT_AN_INTEGER % b"Increment"),
    (("LBOUND", "1.5"), errors.INCREX_NOT_AN_INTEGER % b"LBOUND"),
    (("UBOUND", "inf"), errors.INCREX_NOT_AN_INTEGER % b"UBOUND"),
    (("BYFLOAT", "nan"), errors.INCREX_NOT_A_FLOAT % b"Increment"),
    (("BYFLOAT", "1", "ubound", "x"), errors.INCREX_NOT_A_FLOAT % b"UBOUND"),
    (("BYFLOAT", "-inf"), errors.INCREX_INFINITE_INCREMENT),
    (("LBOUND", 2, "UBOUND", 1), errors.INCREX_BOUNDS_CROSSED),
    (("BYFLOAT", 1, "LBOUND", "2", "UBOUND", "1.5"), errors.INCREX_BOUNDS_CROSSED),
    (("BYFLOAT", 1, "LBOUND", "inf"), errors.INCREX_BOUNDS_CROSSED), (("EX", 0), InvalidExpireTime("increx").message),
])
def test_increx_refuses_options_that_make_no_sense(client, options, refusal) -> None:
    assert client.call("INCREX", "k", *options) == Error(refusal)
    assert client.call("EXISTS", "k") == 0


def test_increx_refuses_values_that_are_no_numbers(client) -> None:
    client.call("MSET", "f", "1.5", "s", "text", "inf", "inf", "n", 9, "big", INT64_MAX)
    assert client.call("INCREX", "f", "BYINT", 1) == Error(errors.NOT_AN_INTEGER)
    assert client.call("INCREX", "s", "BYFLOAT", 1) == Error(errors.NOT_A_FLOAT)
    assert client.call("INCREX", "inf", "BYFLOAT", 1) == Error(errors.INCREX_INFINITE_VALUE)
    assert client.call("INCREX", "big", "SATURATE", "UBOUND", INT64_MIN) == Error(errors.INCREX_APPLIED_OVERFLOW)
    out_of_reach = ("BYFLOAT", 1, "LBOUND", "inf", "UBOUND", "inf", "SATURATE")
    assert client.call("INCREX", "n", *out_of_reach) == Error(errors.INCREX_APPLIED_INFINITE)
