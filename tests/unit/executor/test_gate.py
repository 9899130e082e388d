"""Which states of the server stop which command: the bits of every command in the table."""

from __future__ import annotations

import pytest

from pyredis_server import commands
from pyredis_server.commands.flags import Flag
from pyredis_server.commands.registry import Command, CommandTable
from pyredis_server.executor import gate
from pyredis_server.executor.gate import gate_of, set_gates

TABLE = CommandTable(commands.modules())
set_gates(TABLE)
ALL = list(TABLE.walk())
ANY = gate.MONITOR | gate.PAUSED | gate.BUSY_SCRIPT
SERVED = gate.LOADING | gate.STALE_REPLICA
WRITES = gate.PAUSED_WRITES | gate.PROPAGATE | gate.MISCONF | gate.READ_ONLY_REPLICA | gate.FEW_REPLICAS


@pytest.mark.parametrize(("name", "bits"), [
    (b"ping", ANY),
    (b"echo", ANY),
    (b"get", ANY | SERVED | gate.CLUSTER),
    (b"mget", ANY | SERVED | gate.CLUSTER),
    (b"dbsize", ANY | SERVED),
    (b"set", ANY | SERVED | gate.CLUSTER | WRITES | gate.OUT_OF_MEMORY),
    (b"del", ANY | SERVED | gate.CLUSTER | WRITES),
    (b"flushall", ANY | SERVED | WRITES),
    (b"info", ANY),
    (b"multi", ANY | gate.ALWAYS),
    (b"exec", ANY | gate.ALWAYS),
    (b"watch", ANY | gate.ALWAYS | gate.CLUSTER),
    (b"hello", ANY | gate.ALWAYS),
    (b"auth", ANY | gate.ALWAYS),
    (b"client", ANY | gate.ALWAYS),
    (b"debug", ANY | gate.ALWAYS),
])
def test_known_commands_have_exactly_these_bits(name: bytes, bits: int) -> None:
    found = TABLE.find(name)
    assert found is not None
    assert found.gate & ~SERVED == bits & ~SERVED
    if bits & SERVED:
        assert found.gate & SERVED == SERVED


@pytest.mark.parametrize("each", ALL, ids=lambda each: str(each.name))
def test_each_command_has_the_bits_that_follow_from_its_declaration(each: Command) -> None:
    flags, bits = each.spec.flags, each.gate
    assert bits & ANY == ANY, "all can be watched and paused"
    assert bool(flags & Flag.WRITE) == (bits & WRITES == WRITES)
    assert bool(flags & (Flag.WRITE | Flag.MAY_REPLICATE)) == (
        bits & (gate.PAUSED_WRITES | gate.PROPAGATE) == gate.PAUSED_WRITES | gate.PROPAGATE)
    assert bool(flags & Flag.DENYOOM) == bool(bits & gate.OUT_OF_MEMORY)
    assert bool(flags & Flag.LOADING) != bool(bits & gate.LOADING)
    assert bool(flags & Flag.STALE) != bool(bits & gate.STALE_REPLICA)
    assert bool(each.spec.keys or each.spec.get_keys) == bool(bits & gate.CLUSTER)


@pytest.mark.parametrize("each", ALL, ids=lambda each: str(each.name))
def test_what_the_loop_must_not_run_itself_is_never_on_the_straight_path(each: Command) -> None:
    """Containers, since their subcommand is to be found; what may be forbidden; what blocks; what changes the mode."""
    if each.subcommands or each.spec.flags & (Flag.PROTECTED | Flag.BLOCKING):
        assert each.gate & gate.ALWAYS


def test_all_bits_are_distinct() -> None:
    bits = [value for name, value in vars(gate).items() if name.isupper() and not name.startswith("_")
            and isinstance(value, int)]
    assert len(bits) >= 13
    assert len(set(bits)) == len(bits)
    assert all(value & (value - 1) == 0 for value in bits)


def test_a_new_table_has_gates_of_its_own() -> None:
    other = CommandTable(commands.modules())
    assert not any(each.gate for each in other.walk() if gate_of(each) == each.gate)
    set_gates(other)
    assert [each.gate for each in other.walk()] == [each.gate for each in ALL]


def test_subscribed_clients_may_only_leave_again() -> None:
    assert {"subscribe", "unsubscribe", "ping", "quit", "reset"} <= gate.ALLOWED_SUBSCRIBED
    assert not gate.ALLOWED_SUBSCRIBED & {"get", "set", "exec", "multi", "client", "publish"}
