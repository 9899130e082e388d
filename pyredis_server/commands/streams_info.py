"""XINFO: what is to be known of a stream, its groups and their consumers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Final

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.commands.arguments import Block, Int, Key, Str, Token
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import LOADING, READONLY, STALE
from pyredis_server.commands.help import help_lines
from pyredis_server.commands.keyspecs import Keys
from pyredis_server.commands.options import integer
from pyredis_server.commands.registry import command
from pyredis_server.commands.streams import as_reply
from pyredis_server.datatypes.streams import Stream
from pyredis_server.datatypes.streams_groups import UNKNOWN, Group
from pyredis_server.datatypes.streams_nodes import ID_MAX, format_id
from pyredis_server.resp.reply import Map, Reply

_DEFAULT_COUNT: Final = 10


@command("XINFO", group="stream", since="5.0.0", arity=-2, categories=("-stream",),
         complexity="Told by the subcommands")
def xinfo(ctx: Context) -> Reply:
    """Look into streams."""
    raise AssertionError("a container is never run")


@command("XINFO CONSUMERS", group="stream", since="5.0.0", arity=4, flags=READONLY,
         keys=[Keys(2, 2, access="RO|access")], args=[Key("key"), Str("group")], tips=("nondeterministic_output",),
         complexity="O(1)", history=[("7.2.0", "Tells `inactive`; `idle` counts attempts, too.")])
def xinfo_consumers(ctx: Context, key: bytes, name: bytes) -> list[Reply]:
    """Describe the consumers of a group."""
    group = _stream(ctx, key).groups.get(name)
    if group is None:
        raise CommandError(errors.NO_GROUP % (name, key))
    now_ms = ctx.clock.now_ms
    return [
        Map([b"name", consumer.name, b"pending", len(consumer.ids), b"idle", max(now_ms - consumer.seen_ms, 0),
             b"inactive", UNKNOWN if consumer.active_ms == UNKNOWN else now_ms - consumer.active_ms])
        for consumer in group.sorted_consumers()
    ]


@command("XINFO GROUPS", group="stream", since="5.0.0", arity=3, flags=READONLY, keys=[Keys(2, 2, access="RO|access")],
         args=[Key("key")], complexity="O(1)", history=[("7.0.0", "Tells `entries-read` and `lag`.")])
def xinfo_groups(ctx: Context, key: bytes) -> list[Reply]:
    """Describe the consumer groups of a stream."""
    stream = _stream(ctx, key)
    return [
        Map([b"name", name, b"consumers", len(group.consumers), b"pending", len(group.pending),
             b"last-delivered-id", format_id(group.last_id), b"entries-read", _entries_read(group),
             b"lag", stream.lag(group)])
        for name, group in stream.sorted_groups()
    ]


@command("XINFO STREAM", group="stream", since="5.0.0", arity=-3, flags=READONLY, keys=[Keys(2, 2, access="RO|access")],
         args=[Key("key"), Block("full-block", Token("FULL"), Int("count", token="COUNT", optional=True),
               optional=True)],
         complexity="O(1)",
         history=[("6.0.0", "Takes `FULL`."), ("7.0.0", "Tells more counters."),
                  ("7.2.0", "Tells `active-time`; `seen-time` counts attempts, too."),
                  ("8.8.0", "Tells `nacked-count`.")])
def xinfo_stream(ctx: Context, key: bytes, *options: bytes) -> Reply:
    """Describe a stream, with FULL down to its entries and what is pending."""
    count = _read_full(ctx, key, options)
    stream = _stream(ctx, key)
    facts: list[Reply] = [
        b"length", stream.length, b"radix-tree-keys", stream.node_count(), b"radix-tree-nodes", stream.tree_nodes(),
        b"last-generated-id", format_id(stream.last_id), b"max-deleted-entry-id", format_id(stream.max_deleted_id),
        b"entries-added", stream.entries_added, b"recorded-first-entry-id", format_id(stream.first_id()),
    ]
    idmp = stream.idmp
    if idmp is not None:
        idmp.forget_old(ctx.clock.now_ms)
        facts += [b"idmp-duration", idmp.duration_s, b"idmp-maxsize", idmp.maxsize, b"pids-tracked",
                  len(idmp.producers), b"iids-tracked", idmp.message_count(), b"iids-added", idmp.added,
                  b"iids-duplicates", idmp.duplicates]
    if count is None:
        first = as_reply(stream.range(0, ID_MAX, 1))
        last = as_reply(stream.reverse_range(0, ID_MAX, 1))
        facts += [b"groups", len(stream.groups), b"first-entry", first[0] if first else None,
                  b"last-entry", last[0] if last else None]
    else:
        facts += [b"entries", as_reply(stream.range(0, ID_MAX, count or None)), b"groups",
                  [_full_group(stream, name, group, count) for name, group in stream.sorted_groups()]]
    return Map(facts)


@command("XINFO HELP", group="stream", since="5.0.0", arity=2, flags=LOADING | STALE)
def xinfo_help(ctx: Context) -> Reply:
    """List the subcommands of XINFO."""
    return help_lines(
        "XINFO",
        ("CONSUMERS <key> <groupname>", "Describe the consumers of a group."),
        ("GROUPS <key>", "Describe the consumer groups of a stream."),
        ("STREAM <key> [FULL [COUNT <count>]", "Describe a stream."),
    )


def _stream(ctx: Context, key: bytes) -> Stream:
    stream = ctx.db.read_as(key, Stream)
    if stream is None:
        raise CommandError(errors.NO_SUCH_KEY)
    return stream


def _read_full(ctx: Context, key: bytes, options: Sequence[bytes]) -> int | None:
    """How many entries are wanted of each list, 0 for all; None without FULL. The key comes first, as in Redis."""
    if not options:
        return None
    _stream(ctx, key)
    if len(options) not in {1, 3} or options[0].upper() != b"FULL":
        raise _wrong_syntax(ctx)
    if len(options) == 1:
        return _DEFAULT_COUNT
    if options[1].upper() != b"COUNT":
        raise _wrong_syntax(ctx)
    count = integer(options[2])
    return count if count >= 0 else _DEFAULT_COUNT


def _wrong_syntax(ctx: Context) -> CommandError:
    return CommandError(errors.SUBCOMMAND_SYNTAX % (ctx.argv[1][:128], b"XINFO"))


def _entries_read(group: Group) -> int | None:
    return None if group.entries_read == UNKNOWN else group.entries_read


def _full_group(stream: Stream, name: bytes, group: Group, count: int) -> Reply:
    shown = count or None
    pending: list[Reply] = []
    for entry_id in islice(group.order, shown):
        entry = group.pending[entry_id]
        owner = b"" if entry.consumer is None else entry.consumer.name
        pending.append([format_id(entry_id), owner, entry.delivered_ms, entry.deliveries])
    consumers: list[Reply] = []
    for consumer in group.sorted_consumers():
        held: list[Reply] = [
            [format_id(entry_id), group.pending[entry_id].delivered_ms, group.pending[entry_id].deliveries]
            for entry_id in islice(consumer.ids, shown)
        ]
        consumers.append(Map([b"name", consumer.name, b"seen-time", consumer.seen_ms, b"active-time",
                              consumer.active_ms, b"pel-count", len(consumer.ids), b"pending", held]))
    return Map([b"name", name, b"last-delivered-id", format_id(group.last_id), b"entries-read", _entries_read(group),
                b"lag", stream.lag(group), b"pel-count", len(group.pending), b"pending", pending,
                b"consumers", consumers, b"nacked-count", len(group.released)])
