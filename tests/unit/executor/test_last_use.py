"""When any key was last used, told from the counters of commands."""

from __future__ import annotations

import pytest

from pyredis_server import commands
from pyredis_server.base.clock import CommandClock
from pyredis_server.commands.registry import CommandTable
from pyredis_server.executor.last_use import NO_USE, LastUse

STARTED_MS = 1_700_000_000_000


@pytest.fixture
def table() -> CommandTable:
    return CommandTable(commands.modules())


@pytest.mark.parametrize(("name", "is_use"), [
    ("get", True), ("set", True), ("del", True), ("touch", True), ("hset", True), ("exists", False), ("ttl", False),
    ("type", False), ("object|idletime", False), ("memory|usage", False), ("ping", False), ("dbsize", False),
])
def test_commands_that_use_keys_count_and_others_do_not(table: CommandTable, name: str, is_use: bool) -> None:
    clock = CommandClock(STARTED_MS)
    last_use = LastUse(table, clock)
    clock.now_ms += 5000
    last_use.sample()
    assert last_use.at_ms() == STARTED_MS
    found = table.resolve(name.encode())
    assert found is not None
    found.calls += 1
    last_use.sample()
    clock.now_ms += 5000
    assert last_use.at_ms() == STARTED_MS + (5000 if is_use else 0)


def test_a_use_since_the_last_sample_counts_as_now(table: CommandTable) -> None:
    clock = CommandClock(STARTED_MS)
    last_use = LastUse(table, clock)
    found = table.resolve(b"get")
    assert found is not None
    found.calls += 1
    clock.now_ms += 5000
    assert last_use.at_ms() == STARTED_MS + 5000


def test_the_exceptions_are_commands(table: CommandTable) -> None:
    assert {name for name in NO_USE if table.resolve(name.encode()) is None} == set()
