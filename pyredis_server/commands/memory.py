"""MEMORY: what takes how much memory (observe/memory.py)."""

from __future__ import annotations

from typing import Final

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.commands.arguments import Int, Key
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import LOADING, READONLY, STALE
from pyredis_server.commands.help import help_lines
from pyredis_server.commands.keyspecs import Keys
from pyredis_server.commands.options import integer
from pyredis_server.commands.registry import command
from pyredis_server.resp.reply import OK, Reply, Verbatim

DEFAULT_SAMPLES: Final = 5
_TIPS = ("nondeterministic_output", "request_policy:all_shards", "response_policy:special")


@command("MEMORY", group="server", since="4.0.0", arity=-2, complexity="Told by the subcommands")
def memory(ctx: Context) -> Reply:
    """Find out what takes memory."""
    raise AssertionError("a container is never run")


@command("MEMORY DOCTOR", group="server", since="4.0.0", arity=2, tips=_TIPS, complexity="O(1)")
def memory_doctor(ctx: Context) -> Reply:
    """Report for people on how the memory is used."""
    return Verbatim(ctx.services.memory.doctor())


@command("MEMORY HELP", group="server", since="4.0.0", arity=2, flags=LOADING | STALE)
def memory_help(ctx: Context) -> Reply:
    """List the subcommands of MEMORY."""
    return help_lines(
        "MEMORY",
        ("DOCTOR", "Report on how the memory is used."),
        ("MALLOC-STATS", "Tell what Python's allocator knows of its heap."),
        ("PURGE", "Give free memory back to the system."),
        ("STATS", "Tell what takes how much memory."),
        ("USAGE <key> [SAMPLES <count>]", "Estimate the bytes that a key takes with its value. Of nested values",
         "<count> are looked at (default: 5, 0: all)."),
    )


@command("MEMORY MALLOC-STATS", group="server", since="4.0.0", arity=2, tips=_TIPS,
         complexity="O(N), N being the number of memory arenas")
def memory_malloc_stats(ctx: Context) -> Reply:
    """Tell what the allocator knows of its heap."""
    return Verbatim(ctx.services.memory.allocator_report())


@command("MEMORY PURGE", group="server", since="4.0.0", arity=2,
         tips=("request_policy:all_shards", "response_policy:all_succeeded"),
         complexity="O(N), N being the amount of free memory")
def memory_purge(ctx: Context) -> Reply:
    """Give free memory back to the system."""
    ctx.services.memory.purge()
    return OK


@command("MEMORY STATS", group="server", since="4.0.0", arity=2, tips=_TIPS,
         complexity="O(N), N being the number of clients")
def memory_stats(ctx: Context) -> Reply:
    """Tell what takes how much memory."""
    return ctx.services.memory.stats()


@command("MEMORY USAGE", group="server", since="4.0.0", arity=-3, flags=READONLY,
         keys=[Keys(2, 2, access="RO")],
         args=[Key("key"), Int("count", token="SAMPLES", optional=True)],
         complexity="O(N), N being the number of nested values looked at")
def memory_usage(ctx: Context, key: bytes, *options: bytes) -> Reply:
    """Estimate the bytes that a key takes with its value."""
    samples = DEFAULT_SAMPLES
    words = iter(options)
    for word in words:
        count = next(words, None)
        if word.upper() != b"SAMPLES" or count is None:
            raise CommandError(errors.SYNTAX)
        samples = integer(count)
        if samples < 0:
            raise CommandError(errors.SYNTAX)
    value = ctx.db.lookup(key)
    return None if value is None else ctx.services.memory.key_bytes(key, value, samples)
