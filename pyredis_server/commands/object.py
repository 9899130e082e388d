"""OBJECT: how a key's value is stored and how it was used.

The names of encodings are Redis's; what is in memory may be another structure (DESIGN: object encodings).
"""

from __future__ import annotations

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.commands.arguments import Key
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import LOADING, READONLY, STALE
from pyredis_server.commands.help import help_lines
from pyredis_server.commands.keyspecs import Keys
from pyredis_server.commands.registry import command
from pyredis_server.config import directives
from pyredis_server.config.choices import EvictionPolicy
from pyredis_server.keyspace.clocks import LFU_START, Tracked
from pyredis_server.keyspace.values import StoredValue, encoding_of
from pyredis_server.resp.reply import Reply


@command("OBJECT", group="generic", since="2.2.3", arity=-2, categories=("-keyspace",),
         complexity="Told by the subcommands")
def object_(ctx: Context) -> Reply:
    """Look behind a key's value."""
    raise AssertionError("a container is never run")


@command("OBJECT ENCODING", group="generic", since="2.2.3", arity=3, flags=READONLY,
         keys=[Keys(2, 2, access="RO")],
         args=[Key("key")], tips=("nondeterministic_output",))
def object_encoding(ctx: Context, key: bytes) -> bytes | None:
    """Name the encoding of a key's value."""
    value = _look(ctx, key)
    return None if value is None else encoding_of(value)


@command("OBJECT FREQ", group="generic", since="4.0.0", arity=3, flags=READONLY,
         keys=[Keys(2, 2, access="RO")],
         args=[Key("key")], tips=("nondeterministic_output",))
def object_freq(ctx: Context, key: bytes) -> int | None:
    """Tell how often a key is used, on the logarithmic scale that eviction goes by."""
    if _look(ctx, key) is None:
        return None
    if not _policy_is_lfu(ctx):
        raise CommandError(errors.LFU_NOT_SELECTED)
    clocks = ctx.db.clocks
    return LFU_START if clocks is None else clocks.frequency(key)


@command("OBJECT IDLETIME", group="generic", since="2.2.3", arity=3, flags=READONLY,
         keys=[Keys(2, 2, access="RO")],
         args=[Key("key")], tips=("nondeterministic_output",))
def object_idletime(ctx: Context, key: bytes) -> int | None:
    """Tell for how many seconds nobody has used a key."""
    if _look(ctx, key) is None:
        return None
    if _policy_is_lfu(ctx):
        raise CommandError(errors.LFU_SELECTED)
    if ctx.db.clocks is None:
        ctx.keyspace.track_access(Tracked.LRU)  # nobody has asked so far
    clocks = ctx.db.clocks
    return 0 if clocks is None else clocks.idle_seconds(key)


@command("OBJECT REFCOUNT", group="generic", since="2.2.3", arity=3, flags=READONLY,
         keys=[Keys(2, 2, access="RO")],
         args=[Key("key")], tips=("nondeterministic_output",))
def object_refcount(ctx: Context, key: bytes) -> int | None:
    """Tell how many places share a key's value; here always one."""
    return None if _look(ctx, key) is None else 1


@command("OBJECT HELP", group="generic", since="6.2.0", arity=2, flags=LOADING | STALE)
def object_help(ctx: Context) -> Reply:
    """List the subcommands of OBJECT."""
    return help_lines(
        "OBJECT",
        ("ENCODING <key>", "Name the internal representation of the key's value."),
        ("FREQ <key>", "Tell the logarithmic access frequency of the key; needs an LFU policy."),
        ("IDLETIME <key>", "Tell the seconds since the key was last accessed; not under an LFU policy."),
        ("REFCOUNT <key>", "Tell the number of references to the key's value."),
    )


def _look(ctx: Context, key: bytes) -> StoredValue | None:
    """The live value, counted as a hit or miss; unlike `Database.peek` it sends no keymiss event, as Redis."""
    value = ctx.db.lookup(key)
    stats = ctx.keyspace.stats
    if value is None:
        stats.keyspace_misses += 1
    else:
        stats.keyspace_hits += 1
    return value


def _policy_is_lfu(ctx: Context) -> bool:
    return ctx.config[directives.memory.MAXMEMORY_POLICY] in (EvictionPolicy.ALLKEYS_LFU, EvictionPolicy.VOLATILE_LFU)
