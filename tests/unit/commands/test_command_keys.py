"""Finding keys by specs, by a command's own finder, and the range that old clients are told."""

from __future__ import annotations

import pytest

from pyredis_server.commands.command import key_range
from pyredis_server.commands.command_keys import has_keys, keys_of
from pyredis_server.commands.keyspecs import CountedKeys, Keys, KeySpec, KeywordKeys, UnknownKeys
from pyredis_server.commands.registry import CommandSpec, KeyFinder, command

RO = "RO|access"


def spec(*keys: KeySpec, get_keys: KeyFinder | None = None) -> CommandSpec:
    def handler() -> None:
        """Do nothing at all."""

    declared: CommandSpec = command(
        "X", group="generic", since="1.0.0", arity=-1, keys=keys, get_keys=get_keys)(handler).commands[0]  # type: ignore[attr-defined]
    return declared


def found(declared: CommandSpec, line: str) -> list[str] | None:
    argv = [word.encode() for word in line.split()]
    keys = keys_of(declared, argv)
    return None if keys is None else [argv[index].decode() for index, _ in keys]


PAIRS = spec(Keys(1, -1, 2, access=RO))
COUNTED = spec(Keys(1, 1, access="OW|update"), CountedKeys(2, access=RO))
AFTER_WORD = spec(KeywordKeys("STREAMS", 1, last=-1, limit=2, access=RO))


@pytest.mark.parametrize(("declared", "line", "keys"), [
    (PAIRS, "X a 1 b 2", ["a", "b"]), (PAIRS, "X a 1 b", ["a", "b"]), (PAIRS, "X", None),
    (COUNTED, "X to 2 a b REST", ["to", "a", "b"]), (COUNTED, "X to 3 a b", None), (COUNTED, "X to x a", None),
    (COUNTED, "X to -1 a", None), (COUNTED, "X to 0", None),
    (AFTER_WORD, "X COUNT 1 streams a b 1 2", ["a", "b"]), (AFTER_WORD, "X COUNT 1", []),
])
def test_specs_find_keys_or_say_that_the_call_is_malformed(
    declared: CommandSpec, line: str, keys: list[str] | None,
) -> None:
    assert found(declared, line) == keys


def test_a_finder_takes_over_where_specs_cannot_tell() -> None:
    declared = spec(Keys(1, 1, access=RO), UnknownKeys(access="RO|access|incomplete"),
                    get_keys=lambda argv: [(2, ("RO",))])
    assert found(declared, "X a b") == ["b"]


def test_a_finder_decides_when_flags_depend_on_the_call() -> None:
    declared = spec(Keys(1, 1, access="RW|access|update|variable_flags"),
                    get_keys=lambda argv: [(1, ("OW", "update"))])
    assert keys_of(declared, [b"X", b"a", b"b"]) == [(1, ("OW", "update"))]


def test_variable_flags_without_a_finder_are_given_as_declared() -> None:
    declared = spec(Keys(1, 1, access="RW|variable_flags"))
    assert keys_of(declared, [b"X", b"a"]) == [(1, ("RW", "variable_flags"))]


def test_what_stands_where_a_key_would_is_found_only_on_request() -> None:
    declared = spec(Keys(1, 1, access="not_key"))
    assert not has_keys(declared)
    assert keys_of(declared, [b"X", b"channel"]) == []
    assert keys_of(declared, [b"X", b"channel"], with_not_keys=True) == [(1, ("not_key",))]


@pytest.mark.parametrize(("keys", "shown"), [
    ([], (0, 0, 0)),
    ([Keys(1, 1, access=RO)], (1, 1, 1)),
    ([Keys(1, -1, 2, access=RO)], (1, -1, 2)),
    ([Keys(2, 3, access=RO)], (2, 3, 1)),
    ([Keys(1, 1, access=RO), Keys(2, 2, access=RO)], (1, 2, 1)),
    ([Keys(1, 1, access=RO), Keys(2, -1, access=RO)], (1, -1, 1)),
    ([Keys(1, 1, access=RO), Keys(3, 3, access=RO)], (1, 1, 1)),
    ([Keys(1, 1, access=RO), CountedKeys(2, access=RO)], (1, 1, 1)),
    ([CountedKeys(1, access=RO)], (0, 0, 0)),
    ([KeywordKeys("STREAMS", 1, last=-1, limit=2, access=RO)], (0, 0, 0)),
    ([UnknownKeys(access=RO)], (0, 0, 0)),
])
def test_old_clients_are_told_a_range_as_far_as_there_is_one(keys: list[KeySpec], shown: tuple[int, int, int]) -> None:
    assert key_range(keys) == shown
