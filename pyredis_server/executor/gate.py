"""Everything that may stand between a request and its handler.

The straight path asks one question per command: `session.gate | server.gate & command.gate`. Zero means: run the
handler. Otherwise `refusal` goes through the reasons in Redis's order. Each reason has one bit; the server's mask holds
the bits in force now, a command's mask those that concern it.
"""

from __future__ import annotations

from pyredis_server.commands.flags import Flag
from pyredis_server.commands.registry import Command, CommandTable

ALWAYS = 1 << 0  # the command is never on the straight path: containers, EXEC, HELLO, BLPOP ...
MONITOR = 1 << 1  # somebody watches with MONITOR
PAUSED = 1 << 2  # CLIENT PAUSE ALL
PAUSED_WRITES = 1 << 3  # CLIENT PAUSE WRITE
PROPAGATE = 1 << 4  # changes go to AOF, replicas or a test's sink
LOADING = 1 << 5
OUT_OF_MEMORY = 1 << 6
MISCONF = 1 << 7  # the disk failed: writes are refused
READ_ONLY_REPLICA = 1 << 8
STALE_REPLICA = 1 << 9
FEW_REPLICAS = 1 << 10
BUSY_SCRIPT = 1 << 11
CLUSTER = 1 << 12

# Commands that change the session's mode in ways that the loop must notice at once.
_MODE_CHANGERS = frozenset({"exec", "hello", "reset", "quit", "multi", "discard", "watch", "auth", "monitor"})

# What a RESP2 client that subscribed may still send.
ALLOWED_SUBSCRIBED = frozenset({"ping", "subscribe", "ssubscribe", "unsubscribe", "sunsubscribe", "psubscribe",
                                "punsubscribe", "quit", "reset"})


def gate_of(command: Command) -> int:
    """Give the bits that concern `command`."""
    flags = command.spec.flags
    bits = MONITOR | PAUSED | BUSY_SCRIPT
    if command.subcommands or command.name in _MODE_CHANGERS or flags & (Flag.PROTECTED | Flag.BLOCKING):
        bits |= ALWAYS
    if flags & Flag.WRITE:
        bits |= PROPAGATE | READ_ONLY_REPLICA | FEW_REPLICAS | MISCONF | PAUSED_WRITES
    if flags & Flag.MAY_REPLICATE:
        bits |= PAUSED_WRITES | PROPAGATE
    if flags & Flag.DENYOOM:
        bits |= OUT_OF_MEMORY
    if not flags & Flag.LOADING:
        bits |= LOADING
    if not flags & Flag.STALE:
        bits |= STALE_REPLICA
    if command.spec.keys or command.spec.get_keys:
        bits |= CLUSTER
    return bits


def set_gates(table: CommandTable) -> None:
    """Fill in the gate of every command of `table`."""
    for each in table.walk():
        each.gate = gate_of(each)
