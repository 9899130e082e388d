"""Consumer groups of streams, and their pending entries: XGROUP, XACK, XACKDEL, XNACK, XPENDING.

Elsewhere: XREADGROUP in streams_reading.py, XCLAIM and XAUTOCLAIM in streams_claiming.py, the group itself in
datatypes/streams_groups.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.base.numeric import INT64_MAX, parse_int
from pyredis_server.commands.arguments import Block, Int, Key, OneOf, Str, Token
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import DENYOOM, FAST, LOADING, READONLY, STALE, WRITE
from pyredis_server.commands.help import help_lines
from pyredis_server.commands.keyspecs import Keys
from pyredis_server.commands.options import integer
from pyredis_server.commands.registry import command
from pyredis_server.commands.streams import DELETED, MISSING, STILL_WANTED
from pyredis_server.commands.streams_options import parse_any_id, parse_end, parse_id, parse_start, read_id_block
from pyredis_server.datatypes.streams import Refs, Stream
from pyredis_server.datatypes.streams_groups import UNKNOWN, Group
from pyredis_server.datatypes.streams_nodes import format_id
from pyredis_server.resp.reply import NULL_ARRAY, OK, Reply

SILENT: Final = b"SILENT"  # XNACK: the delivery does not count
FATAL: Final = b"FATAL"  # nobody shall try the entry again
_MODES: Final = (SILENT, b"FAIL", FATAL)
_FILTERS: Final = range(3, 7)  # how many words XPENDING may have behind the group


@command("XGROUP", group="stream", since="5.0.0", arity=-2, categories=("-stream",),
         complexity="Told by the subcommands")
def xgroup(ctx: Context) -> Reply:
    """Manage the consumer groups of a stream."""
    raise AssertionError("a container is never run")


@command("XGROUP CREATE", group="stream", since="5.0.0", arity=-5, flags=WRITE | DENYOOM,
         keys=[Keys(2, 2, access="RW|insert")],
         args=[Key("key"), Str("group"), OneOf("id-selector", Str("id"), Token("$", "new-id")), Token("MKSTREAM",
               optional=True), Int("entriesread", token="ENTRIESREAD", optional=True, display="entries-read")],
         complexity="O(1)", history=[("7.0.0", "Takes `ENTRIESREAD`.")])
def xgroup_create(ctx: Context, key: bytes, name: bytes, raw_id: bytes, *options: bytes) -> Reply:
    """Make a consumer group."""
    mkstream, entries_read = _read_options(ctx, options, create=True)
    stream = ctx.db.write_as(key, Stream)
    if stream is None and not mkstream:
        raise CommandError(errors.XGROUP_NO_KEY)
    if len(options) > 3:
        raise _wrong_syntax(ctx)
    top = 0 if stream is None else stream.last_id
    last_id = top if raw_id == b"$" else parse_id(raw_id)
    if stream is None:
        stream = Stream()
        ctx.db.put(key, stream)
        ctx.changed_quietly(key)
    elif name in stream.groups:
        raise CommandError(errors.GROUP_EXISTS)
    stream.groups[name] = Group(last_id, min(entries_read, stream.entries_added))
    _report(ctx, key, b"xgroup-create")
    return OK


@command("XGROUP SETID", group="stream", since="5.0.0", arity=-5, flags=WRITE, keys=[Keys(2, 2, access="RW|update")],
         args=[Key("key"), Str("group"), OneOf("id-selector", Str("id"), Token("$", "new-id")), Int("entriesread",
               token="ENTRIESREAD", optional=True, display="entries-read")],
         complexity="O(1)", history=[("7.0.0", "Takes `ENTRIESREAD`.")])
def xgroup_setid(ctx: Context, key: bytes, name: bytes, raw_id: bytes, *options: bytes) -> Reply:
    """Set up to where a consumer group has read."""
    _, entries_read = _read_options(ctx, options, create=False)
    stream, group = _group_for_change(ctx, key, name)
    if len(options) > 2:
        raise _wrong_syntax(ctx)
    group.last_id = stream.last_id if raw_id == b"$" else parse_any_id(raw_id)
    group.entries_read = min(entries_read, stream.entries_added)
    _report(ctx, key, b"xgroup-setid")
    return OK


@command("XGROUP DESTROY", group="stream", since="5.0.0", arity=4, flags=WRITE, keys=[Keys(2, 2, access="RW|delete")],
         args=[Key("key"), Str("group")], complexity="O(N), N being pending in the group")
def xgroup_destroy(ctx: Context, key: bytes, name: bytes) -> int:
    """Delete a consumer group with its consumers and pending entries."""
    stream = ctx.db.write_as(key, Stream)
    if stream is None:
        raise CommandError(errors.XGROUP_NO_KEY)
    if stream.groups.pop(name, None) is None:
        return 0
    _report(ctx, key, b"xgroup-destroy")
    ctx.ready(key)
    return 1


@command("XGROUP CREATECONSUMER", group="stream", since="6.2.0", arity=5, flags=WRITE | DENYOOM,
         keys=[Keys(2, 2, access="RW|insert")], args=[Key("key"), Str("group"), Str("consumer")], complexity="O(1)")
def xgroup_createconsumer(ctx: Context, key: bytes, name: bytes, consumer: bytes) -> int:
    """Make a consumer of a group, unless there is one of that name."""
    group = _group_for_change(ctx, key, name)[1]
    if consumer in group.consumers:
        return 0
    group.add_consumer(consumer, ctx.clock.now_ms)
    _report(ctx, key, b"xgroup-createconsumer")
    return 1


@command("XGROUP DELCONSUMER", group="stream", since="5.0.0", arity=5, flags=WRITE,
         keys=[Keys(2, 2, access="RW|delete")], args=[Key("key"), Str("group"), Str("consumer")], complexity="O(1)")
def xgroup_delconsumer(ctx: Context, key: bytes, name: bytes, consumer: bytes) -> int:
    """Delete a consumer, and count the pending entries that go with it."""
    group = _group_for_change(ctx, key, name)[1]
    pending = group.remove_consumer(consumer)
    if pending is None:
        return 0
    _report(ctx, key, b"xgroup-delconsumer")
    return pending


@command("XGROUP HELP", group="stream", since="5.0.0", arity=2, flags=LOADING | STALE)
def xgroup_help(ctx: Context) -> Reply:
    """List the subcommands of XGROUP."""
    return help_lines(
        "XGROUP",
        ("CREATE <key> <groupname> <id|$> [option]", "Make a consumer group. Options are:",
         "* MKSTREAM", "  Make the stream, too, if there is none.",
         "* ENTRIESREAD entries_read", "  Set how many entries the group has read (for internal use)."),
        ("CREATECONSUMER <key> <groupname> <consumer>", "Make a consumer of a group."),
        ("DELCONSUMER <key> <groupname> <consumer>", "Delete a consumer."),
        ("DESTROY <key> <groupname>", "Delete a group."),
        ("SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]", "Set up to where a group has read."),
    )


@command("XACK", group="stream", since="5.0.0", arity=-4, flags=WRITE | FAST, keys=[Keys(1, 1, access="RW|update")],
         args=[Key("key"), Str("group"), Str("id", multiple=True)], complexity="O(1) for each ID")
def xack(ctx: Context, key: bytes, name: bytes, *raw_ids: bytes) -> int:
    """Acknowledge entries, so that they are no longer pending, and count them."""
    stream = ctx.db.read_as(key, Stream)
    group = None if stream is None else stream.groups.get(name)
    if group is None:
        return 0
    ids = [parse_id(raw) for raw in raw_ids]
    acknowledged = sum(map(group.remove_pending, ids))
    ctx.dirty += acknowledged
    return acknowledged


@command("XACKDEL", group="stream", since="8.2.0", arity=-6, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|update|delete")],
         args=[Key("key"), Str("group"), OneOf("condition", Token("KEEPREF"), Token("DELREF"), Token("ACKED"),
               optional=True), Block("ids", Int("numids"), Str("id", multiple=True), token="IDS")],
         complexity="O(1) for each ID")
def xackdel(ctx: Context, key: bytes, name: bytes, *words: bytes) -> list[Reply]:
    """Acknowledge entries and delete them, with regard to other groups; tell for each what became of it."""
    stream = ctx.db.write_as(key, Stream)
    block = read_id_block(words)
    group = None if stream is None else stream.groups.get(name)
    if stream is None or group is None:
        return [MISSING] * len(block.raw_ids)
    ids = block.ids()
    outcome: list[Reply] = []
    acknowledged = deleted = 0
    for entry_id in ids:
        if not group.remove_pending(entry_id):
            outcome.append(MISSING)
            continue
        acknowledged += 1
        if block.refs is Refs.ACKED and stream.is_wanted(entry_id):
            outcome.append(STILL_WANTED)
            continue
        if block.refs is Refs.DELETE:
            stream.drop_references(entry_id)
        deleted += stream.delete(entry_id)
        outcome.append(DELETED)
    if deleted:
        ctx.changed(key, b"xdel", acknowledged)
    else:
        ctx.dirty += acknowledged
    return outcome


@command("XNACK", group="stream", since="8.8.0", arity=-7, flags=WRITE | FAST, keys=[Keys(1, 1, access="RW|update")],
         args=[Key("key"), Str("group"), OneOf("mode", Token("SILENT"), Token("FAIL"), Token("FATAL")), Block("ids",
               Int("numids"), Str("id", multiple=True), token="IDS"), Int("count", token="RETRYCOUNT", optional=True),
               Token("FORCE", optional=True)],
         categories=("-fast", "-write"), complexity="O(1) for each ID")
def xnack(ctx: Context, key: bytes, name: bytes, mode: bytes, *words: bytes) -> int:
    """Give pending entries back to the group, so that any consumer can claim them at once, and count them."""
    mode = mode.upper()
    if mode not in _MODES:
        raise CommandError(errors.XNACK_MODE)
    raw_ids, retrycount, force = _read_nack_options(words)
    stream = ctx.db.write_as(key, Stream)
    group = None if stream is None else stream.groups.get(name)
    if stream is None or group is None:
        raise CommandError(errors.NO_GROUP_OR_KEY % (key, name))
    ids = [parse_id(raw) for raw in raw_ids]
    released = 0
    for entry_id in ids:
        pending = group.pending.get(entry_id)
        if pending is None:
            if not force or entry_id not in stream:
                continue
            pending = group.add_pending(entry_id, None, 0, 0)
        else:
            group.release(entry_id, pending)
        if retrycount is not None:
            pending.deliveries = retrycount
        elif mode == SILENT:
            pending.deliveries = max(pending.deliveries - 1, 0)
        elif mode == FATAL:
            pending.deliveries = INT64_MAX
        released += 1
    if released:
        ctx.dirty += released
        ctx.ready(key)
    return released


@command("XPENDING", group="stream", since="5.0.0", arity=-3, flags=READONLY, keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Str("group"), Block("filters", Int("min-idle-time", token="IDLE", optional=True,
               since="6.2.0"), Str("start"), Str("end"), Int("count"), Str("consumer", optional=True),
               optional=True)],
         tips=("nondeterministic_output",), complexity="O(N) for N entries given",
         history=[("6.2.0", "Takes `IDLE` and exclusive ends.")])
def xpending(ctx: Context, key: bytes, name: bytes, *filters: bytes) -> Reply:
    """Tell which entries of a group are pending, or how many."""
    if filters and len(filters) not in _FILTERS:
        raise CommandError(errors.SYNTAX)
    min_idle_ms = 0
    rest: Sequence[bytes] = filters
    count = low = high = 0
    if filters:
        if filters[0].upper() == b"IDLE":
            min_idle_ms = integer(filters[1])
            if len(filters) < 5:
                raise CommandError(errors.SYNTAX)
            rest = filters[2:]
        count = max(integer(rest[2]), 0)
        low = parse_start(rest[0])
        high = parse_end(rest[1])
    stream = ctx.db.read_as(key, Stream)
    group = None if stream is None else stream.groups.get(name)
    if group is None:
        raise CommandError(errors.NO_GROUP_OR_KEY % (key, name))
    if not filters:
        return _pending_summary(group)
    order = group.order
    if len(rest) > 3:
        consumer = group.consumers.get(rest[3])
        if consumer is None:
            return []
        order = consumer.ids
    now_ms = ctx.clock.now_ms
    found: list[Reply] = []
    for entry_id in order.range(low, high, None if min_idle_ms else count):
        pending = group.pending[entry_id]
        if min_idle_ms and now_ms - pending.delivered_ms < min_idle_ms:
            continue
        if len(found) == count:
            break
        owner = b"" if pending.consumer is None else pending.consumer.name
        idle_ms = -1 if pending.consumer is None else max(now_ms - pending.delivered_ms, 0)
        found.append([format_id(entry_id), owner, idle_ms, pending.deliveries])
    return found


def _report(ctx: Context, key: bytes, event: bytes) -> None:
    """Report a change of groups. It is none of the stream in the eyes of WATCH."""
    ctx.dirty += 1
    ctx.notify(event, key)


def _pending_summary(group: Group) -> Reply:
    first = group.order.first()
    last = group.order.last()
    if first is None or last is None:
        return [0, None, None, NULL_ARRAY]
    owners = [[consumer.name, b"%d" % len(consumer.ids)] for consumer in group.sorted_consumers() if consumer.ids.count]
    return [len(group.pending), format_id(first), format_id(last), owners]


def _read_options(ctx: Context, options: Sequence[bytes], *, create: bool) -> tuple[bool, int]:
    """Read MKSTREAM (of CREATE) and ENTRIESREAD."""
    mkstream = False
    entries_read = UNKNOWN
    at = 0
    while at < len(options):
        word = options[at].upper()
        if create and word == b"MKSTREAM":
            mkstream = True
            at += 1
        elif word == b"ENTRIESREAD" and at + 1 < len(options):
            entries_read = integer(options[at + 1])
            if entries_read < UNKNOWN:
                raise CommandError(errors.XGROUP_ENTRIES_READ)
            at += 2
        else:
            raise _wrong_syntax(ctx)
    return mkstream, entries_read


def _read_nack_options(words: Sequence[bytes]) -> tuple[Sequence[bytes], int | None, bool]:
    """Read IDS, RETRYCOUNT and FORCE, in any order."""
    raw_ids: Sequence[bytes] | None = None
    retrycount: int | None = None
    force = False
    at = 0
    while at < len(words):
        word = words[at].upper()
        more = len(words) - at - 1
        if word == b"IDS" and more and raw_ids is None:
            number = parse_int(words[at + 1])
            if number is None or number <= 0:
                raise CommandError(errors.XNACK_NUMIDS)
            if number > more - 1:
                raise CommandError(errors.XNACK_NUMIDS_MISMATCH)
            raw_ids = words[at + 2 : at + 2 + number]
            at += 2 + number
        elif word == b"RETRYCOUNT" and more:
            retrycount = integer(words[at + 1])
            if retrycount < 0:
                raise CommandError(errors.XNACK_RETRYCOUNT)
            at += 2
        elif word == b"FORCE":
            force = True
            at += 1
        else:
            raise CommandError(errors.XNACK_UNKNOWN % words[at])
    if raw_ids is None:
        raise CommandError(errors.XNACK_NO_IDS)
    return raw_ids, retrycount, force


def _group_for_change(ctx: Context, key: bytes, name: bytes) -> tuple[Stream, Group]:
    stream = ctx.db.write_as(key, Stream)
    if stream is None:
        raise CommandError(errors.XGROUP_NO_KEY)
    group = stream.groups.get(name)
    if group is None:
        raise CommandError(errors.NO_GROUP % (name, key))
    return stream, group


def _wrong_syntax(ctx: Context) -> CommandError:
    """The error of options that do not fit, in which Redis quotes the subcommand as the client spelled it."""
    return CommandError(errors.SUBCOMMAND_SYNTAX % (ctx.argv[1][:128], b"XGROUP"))
