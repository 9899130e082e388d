"""LCS."""

from __future__ import annotations

import pytest

from pyredis_server.base import errors
from pyredis_server.resp.reply import Error


def test_lcs_gives_the_text_the_length_or_the_places(client) -> None:
    client.call("MSET", "a", "ohmytext", "b", "mynewtext")
    assert client.call("LCS", "a", "b") == b"mytext"
    assert client.call("LCS", "a", "b", "LEN") == 6
    places = [[[4, 7], [5, 8]], [[2, 3], [0, 1]]]
    assert client.call("LCS", "a", "b", "idx") == [b"matches", places, b"len", 6]
    assert client.call("LCS", "a", "b", "IDX", "MINMATCHLEN", 4) == [b"matches", places[:1], b"len", 6]
    assert client.call("LCS", "a", "b", "IDX", "MINMATCHLEN", 3, "WITHMATCHLEN") == [
        b"matches", [[[4, 7], [5, 8], 4]], b"len", 6,
    ]


def test_lcs_idx_is_a_map_in_resp3(client3) -> None:
    client3.call("MSET", "a", "abc", "b", "bcd")
    assert client3.call("LCS", "a", "b", "IDX") == {b"matches": [[[1, 2], [0, 1]]], b"len": 2}


def test_lcs_of_absent_keys_is_empty(client) -> None:
    client.call("SET", "a", "abc")
    assert client.call("LCS", "a", "nosuch") == b""
    assert client.call("LCS", "nosuch", "nosuch", "LEN") == 0
    assert client.call("LCS", "nosuch", "a", "IDX") == [b"matches", [], b"len", 0]


@pytest.mark.parametrize(("options", "refusal"), [
    (("LEN", "IDX"), errors.LCS_LEN_AND_IDX), (("BOGUS",), errors.SYNTAX), (("IDX", "MINMATCHLEN"), errors.SYNTAX),
    (("IDX", "MINMATCHLEN", "x"), errors.NOT_AN_INTEGER),
])
def test_lcs_refuses_wrong_options(client, options, refusal) -> None:
    assert client.call("LCS", "a", "b", *options) == Error(refusal)


def test_lcs_keeps_to_the_memory_that_redis_would_need(client) -> None:
    client.call("CONFIG", "SET", "proto-max-bulk-len", 1 << 20)
    client.call("MSET", "a", "x" * 511, "b", "x" * 511, "c", "x" * 512)
    assert client.call("LCS", "a", "b", "LEN") == 511
    assert client.call("LCS", "a", "c", "LEN") == Error(errors.LCS_TOO_MUCH_MEMORY)
