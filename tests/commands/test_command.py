"""COMMAND: what it says of commands. tests/compat compares all of it with a real server."""

from __future__ import annotations

from typing import Any

import pytest

from pyredis_server.base import errors
from tests.support.raw_client import RawClient
from tests.support.wire import ErrorReply


def docs(client: RawClient, name: str) -> dict[bytes, Any]:
    found = client.call("COMMAND", "DOCS", name)
    assert found[0] == name.encode()
    return dict(zip(found[1][::2], found[1][1::2], strict=True))


def test_command_describes_every_command_once(client):
    described = client.call("COMMAND")
    names = [each[0] for each in described]
    assert len(names) == len(set(names)) == client.call("COMMAND", "COUNT")
    assert described == client.call("COMMAND", "INFO")


def test_info_describes_a_command_as_redis_does(client):
    assert client.call("COMMAND", "INFO", "get") == [[
        b"get", 2, [b"readonly", b"fast"], 1, 1, 1, [b"@read", b"@string", b"@fast"], [],
        [[b"flags", [b"RO", b"access"], b"begin_search", [b"type", b"index", b"spec", [b"index", 1]], b"find_keys",
          [b"type", b"range", b"spec", [b"lastkey", 0, b"keystep", 1, b"limit", 0]]]], []]]


def test_info_answers_unknown_names_with_null_at_their_place(client):
    answer = client.call("COMMAND", "INFO", "nosuch", "GET", "client|nosuch", "get|x", "client|list")
    assert [each if each is None else each[0] for each in answer] == [None, b"get", None, None, b"client|list"]


def test_a_container_lists_its_subcommands(client):
    container = client.call("COMMAND", "INFO", "slowlog")[0]
    assert sorted(each[0] for each in container[9]) == [
        b"slowlog|get", b"slowlog|help", b"slowlog|len", b"slowlog|reset"]


@pytest.mark.parametrize(("name", "positions"), [
    ("GET", [1, 1, 1]), ("MSET", [1, -1, 2]), ("DEL", [1, -1, 1]), ("RENAME", [1, 2, 1]), ("PING", [0, 0, 0]),
    ("memory|usage", [2, 2, 1])])
def test_key_positions_for_old_clients_follow_from_the_key_specs(client, name, positions):
    assert client.call("COMMAND", "INFO", name)[0][3:6] == positions


def test_resp3_tells_sets_and_maps_apart(client3):
    client3.send("COMMAND", "INFO", "get")
    described = client3.read_item().value[0].value
    assert [part.kind for part in described] == [
        "bulk", "integer", "set", "integer", "integer", "integer", "set", "set", "set", "set"]
    assert described[8].value[0].kind == "map"


def test_docs_explain_in_our_own_words(client):
    facts = docs(client, "set")
    assert facts[b"since"] == b"1.0.0"
    assert facts[b"group"] == b"string"
    assert facts[b"summary"]
    assert [argument[1] for argument in facts[b"arguments"]][:2] == [b"key", b"value"]


def test_docs_nest_arguments_and_name_their_flags(client):
    arguments = {argument[1]: dict(zip(argument[::2], argument[1::2], strict=True))
                 for argument in docs(client, "set")[b"arguments"]}
    assert arguments[b"condition"][b"type"] == b"oneof"
    assert arguments[b"condition"][b"flags"] == [b"optional"]
    assert b"display_text" not in arguments[b"condition"]
    assert arguments[b"key"][b"key_spec_index"] == 0
    assert b"EX" in str(arguments[b"expiration"][b"arguments"]).encode()


def test_docs_say_what_is_deprecated_and_what_is_for_servers(client):
    assert docs(client, "setex")[b"doc_flags"] == [b"deprecated"]
    assert docs(client, "setex")[b"deprecated_since"] == b"2.6.12"
    assert b"SET" in docs(client, "setex")[b"replaced_by"]
    assert docs(client, "debug")[b"doc_flags"] == [b"syscmd"]


def test_docs_pass_over_what_they_do_not_know(client):
    assert client.call("COMMAND", "DOCS", "nosuch", "client|nosuch") == []
    assert len(client.call("COMMAND", "DOCS")) == 2 * client.call("COMMAND", "COUNT")


def test_docs_of_a_container_explain_its_subcommands(client):
    subcommands = docs(client, "slowlog")[b"subcommands"]
    assert set(subcommands[::2]) == {b"slowlog|get", b"slowlog|help", b"slowlog|len", b"slowlog|reset"}


@pytest.mark.parametrize(("call", "keys"), [
    ("SET a b", [b"a"]), ("MSET a b c d", [b"a", b"c"]), ("DEL a b", [b"a", b"b"]), ("memory usage a", [b"a"])])
def test_getkeys_picks_the_keys_of_a_call(client, call, keys):
    assert client.call("COMMAND", "GETKEYS", *call.split()) == keys


@pytest.mark.parametrize(("call", "error"), [
    ("NOSUCH a", errors.GETKEYS_UNKNOWN), ("CLIENT NOSUCH", errors.GETKEYS_UNKNOWN), ("PING", errors.GETKEYS_NO_KEYS),
    ("CLIENT LIST", errors.GETKEYS_NO_KEYS), ("GET", errors.GETKEYS_ARITY), ("GET a b", errors.GETKEYS_ARITY)])
def test_getkeys_says_why_there_are_none(client, call, error):
    assert client.call("COMMAND", "GETKEYS", *call.split()) == ErrorReply(error)


def test_getkeysandflags_says_what_happens_to_each_key(client):
    assert client.call("COMMAND", "GETKEYSANDFLAGS", "COPY", "a", "b") == [
        [b"a", [b"RO", b"access"]], [b"b", [b"OW", b"update"]]]


def test_list_names_subcommands_too(client):
    names = client.call("COMMAND", "LIST")
    assert {b"get", b"slowlog", b"slowlog|get"} <= set(names)
    assert len(names) == len(set(names))


def test_list_filters_by_pattern_and_category(client):
    assert client.call("COMMAND", "LIST", "FILTERBY", "PATTERN", "SLOWLOG|?e*") == [
        b"slowlog|get", b"slowlog|help", b"slowlog|len", b"slowlog|reset"]
    assert b"multi" in client.call("COMMAND", "LIST", "FILTERBY", "ACLCAT", "Transaction")
    assert client.call("COMMAND", "LIST", "FILTERBY", "ACLCAT", "nosuch") == []
    assert client.call("COMMAND", "LIST", "FILTERBY", "MODULE", "nosuch") == []


@pytest.mark.parametrize("options", ["x", "FILTERBY", "FILTERBY PATTERN", "FILTERBY NOSUCH x", "FILTERBY PATTERN x y"])
def test_list_refuses_other_options(client, options):
    assert client.call("COMMAND", "LIST", *options.split()) == ErrorReply(errors.SYNTAX)
