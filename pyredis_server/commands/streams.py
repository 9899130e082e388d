"""Commands on the entries of streams.

XADD, XLEN, XRANGE, XREVRANGE, XDEL, XDELEX, XTRIM, XSETID, XCFGSET, XIDMPRECORD. A stream without entries stays.
Elsewhere: XREAD and XREADGROUP in streams_reading.py, groups in streams_groups.py and streams_claiming.py, XINFO in
streams_info.py, the reading of options in streams_options.py; the value class in datatypes/streams.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError, WrongArity
from pyredis_server.commands.arguments import Block, Int, Key, OneOf, Str, Token
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import DENYOOM, FAST, READONLY, WRITE
from pyredis_server.commands.keyspecs import Keys
from pyredis_server.commands.options import integer
from pyredis_server.commands.registry import command
from pyredis_server.commands.streams_options import (
    AddOptions,
    parse_end,
    parse_id,
    parse_start,
    read_add_options,
    read_id_block,
    read_trim_options,
    settled_trim,
)
from pyredis_server.config.directives.encodings import (
    STREAM_IDMP_DURATION,
    STREAM_IDMP_MAXSIZE,
    STREAM_NODE_MAX_BYTES,
    STREAM_NODE_MAX_ENTRIES,
)
from pyredis_server.datatypes.streams import MOST_BYTES, Refs, Stream
from pyredis_server.datatypes.streams_idmp import Idempotency
from pyredis_server.datatypes.streams_nodes import ID_MAX, SEQ_BITS, Entry, Row, format_id, split_id
from pyredis_server.resp.reply import NULL_ARRAY, OK, Reply

MISSING: Final = -1  # XDELEX and XACKDEL: there is no such entry
DELETED: Final = 1
STILL_WANTED: Final = 2  # the groups have not read and acknowledged it
_PLAIN: Final = AddOptions(words=1)  # XADD key * field value; never changed
_LONGEST_DURATION_S: Final = 86_400
_MOST_MESSAGES: Final = 10_000


@command("XADD", group="stream", since="5.0.0", arity=-5, flags=WRITE | DENYOOM | FAST,
         keys=[Keys(1, 1, access="RW|update",
                    notes="UPDATE instead of INSERT because of the optional trimming feature")],
         args=[Key("key"), Token("NOMKSTREAM", optional=True, since="6.2.0"), OneOf("condition", Token("KEEPREF"),
               Token("DELREF"), Token("ACKED"), optional=True), OneOf("idmp", Str("pid", token="IDMPAUTO",
               display="producer-id"), Block("idmp", Str("pid", display="producer-id"), Str("iid",
               display="idempotent-id"), token="IDMP"), optional=True, since="8.6.0"), Block("trim",
               OneOf("strategy", Token("MAXLEN"), Token("MINID", since="6.2.0")), OneOf("operator", Token("=",
               "equal"), Token("~", "approximately"), optional=True), Str("threshold"), Int("count", token="LIMIT",
               optional=True, since="6.2.0"), optional=True), OneOf("id-selector", Token("*", "auto-id"), Str("id")),
               Block("data", Str("field"), Str("value"), multiple=True)],
         tips=("nondeterministic_output",),
         complexity="O(1) to add, O(N) to trim N entries",
         history=[("6.2.0", "Takes `NOMKSTREAM`, `MINID` and `LIMIT`."), ("7.0.0", "Takes an ID of the form `<ms>-*`."),
                  ("8.2.0", "Takes `KEEPREF`, `DELREF` and `ACKED`.")])
def xadd(ctx: Context, key: bytes, *words: bytes) -> Reply:
    """Add an entry at the end of a stream, which is made if there is none."""
    options = _PLAIN if words[0] == b"*" else read_add_options(ctx, words)
    row = words[options.words :]
    if not row or len(row) % 2:
        raise WrongArity("xadd")
    if options.entry_id == 0 and not options.any_seq:
        raise CommandError(errors.XADD_ID_ZERO)
    held = ctx.db.write_as(key, Stream)
    stream = held
    if stream is None:
        if not options.mkstream:
            return None
        stream = Stream()
    elif stream.last_id == ID_MAX:
        raise CommandError(errors.XADD_EXHAUSTED)
    iid = b""
    if options.pid is not None:
        iid = options.iid if options.iid is not None else _content_iid(row)
        known = _idempotency(ctx, stream).find(options.pid, iid, ctx.clock.now_ms)
        if known is not None:
            _idempotency(ctx, stream).duplicates += 1
            ctx.dirty += 1
            ctx.propagate_nothing()
            return format_id(known)
    entry_id = _new_id(ctx, stream, options)
    if sum(map(len, row)) > MOST_BYTES:
        raise CommandError(errors.XADD_TOO_LARGE)
    if held is None:
        ctx.db.put(key, stream)
    stream.append(entry_id, row, ctx.config[STREAM_NODE_MAX_BYTES], ctx.config[STREAM_NODE_MAX_ENTRIES])
    if options.pid is not None:
        _idempotency(ctx, stream).remember(options.pid, iid, entry_id)
    trimmed = 0 if options.trim is None else stream.trim(options.trim)
    ctx.changed(key, b"xadd")
    if trimmed:
        ctx.notify(b"xtrim", key)
    printed = format_id(entry_id)
    if ctx.propagating:
        _propagate_added(ctx, key, words, options, stream, printed, iid)
    return printed


@command("XLEN", group="stream", since="5.0.0", arity=2, flags=READONLY | FAST, keys=[Keys(1, 1, access="RO")],
         args=[Key("key")])
def xlen(ctx: Context, key: bytes) -> int:
    """Count the entries of a stream."""
    stream = ctx.db.read_as(key, Stream)
    return 0 if stream is None else stream.length


@command("XRANGE", group="stream", since="5.0.0", arity=-4, flags=READONLY, keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Str("start"), Str("end"), Int("count", token="COUNT", optional=True)],
         complexity="O(log N + M) for M of N entries", history=[("6.2.0", "Takes exclusive ends.")])
def xrange(ctx: Context, key: bytes, start: bytes, end: bytes, *options: bytes) -> Reply:
    """Give the entries of a range of IDs, the oldest first."""
    return _range(ctx, key, start, end, options, reverse=False)


@command("XREVRANGE", group="stream", since="5.0.0", arity=-4, flags=READONLY, keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Str("end"), Str("start"), Int("count", token="COUNT", optional=True)],
         complexity="O(log N + M) for M of N entries", history=[("6.2.0", "Takes exclusive ends.")])
def xrevrange(ctx: Context, key: bytes, end: bytes, start: bytes, *options: bytes) -> Reply:
    """Give the entries of a range of IDs, the youngest first."""
    return _range(ctx, key, start, end, options, reverse=True)


@command("XDEL", group="stream", since="5.0.0", arity=-3, flags=WRITE | FAST, keys=[Keys(1, 1, access="RW|delete")],
         args=[Key("key"), Str("id", multiple=True)], complexity="O(1) for each entry, whatever the stream's size")
def xdel(ctx: Context, key: bytes, *raw_ids: bytes) -> int:
    """Delete entries and count those that there were."""
    stream = ctx.db.write_as(key, Stream)
    if stream is None:
        return 0
    ids = [parse_id(raw) for raw in raw_ids]
    deleted = sum(map(stream.delete, ids))
    if deleted:
        ctx.changed(key, b"xdel", deleted)
    return deleted


@command("XDELEX", group="stream", since="8.2.0", arity=-5, flags=WRITE | FAST, keys=[Keys(1, 1, access="RW|delete")],
         args=[Key("key"), OneOf("condition", Token("KEEPREF"), Token("DELREF"), Token("ACKED"), optional=True),
               Block("ids", Int("numids"), Str("id", multiple=True), token="IDS")],
         complexity="O(1) for each entry, whatever the stream's size")
def xdelex(ctx: Context, key: bytes, *words: bytes) -> list[Reply]:
    """Delete entries with regard to consumer groups, and tell for each what became of it."""
    stream = ctx.db.write_as(key, Stream)
    block = read_id_block(words)
    if stream is None:
        return [MISSING] * len(block.raw_ids)
    ids = block.ids()
    outcome: list[Reply] = []
    deleted = dropped = 0
    for entry_id in ids:
        if block.refs is Refs.ACKED and stream.is_wanted(entry_id):
            outcome.append(STILL_WANTED)
            continue
        if block.refs is Refs.DELETE:
            dropped += stream.drop_references(entry_id)
        found = stream.delete(entry_id)
        deleted += found
        outcome.append(DELETED if found else MISSING)
    if deleted:
        ctx.changed(key, b"xdel", deleted)
    elif dropped:
        ctx.changed_quietly(key)
    return outcome


@command("XTRIM", group="stream", since="5.0.0", arity=-4, flags=WRITE, keys=[Keys(1, 1, access="RW|delete")],
         args=[Key("key"), Block("trim", OneOf("strategy", Token("MAXLEN"), Token("MINID", since="6.2.0")),
               OneOf("operator", Token("=", "equal"), Token("~", "approximately"), optional=True), Str("threshold"),
               Int("count", token="LIMIT", optional=True, since="6.2.0"), OneOf("condition", Token("KEEPREF"),
               Token("DELREF"), Token("ACKED"), optional=True))],
         tips=("nondeterministic_output",), complexity="O(N) for N entries deleted, whole nodes at once",
         history=[("6.2.0", "Takes `MINID` and `LIMIT`."), ("8.2.0", "Takes `KEEPREF`, `DELREF` and `ACKED`.")])
def xtrim(ctx: Context, key: bytes, *words: bytes) -> int:
    """Delete the oldest entries of a stream, down to a length or up to an ID."""
    options = read_trim_options(ctx, words)
    stream = ctx.db.write_as(key, Stream)
    if stream is None:
        return 0
    assert options.trim is not None, "required"
    removed = stream.trim(options.trim)
    if removed:
        ctx.changed(key, b"xtrim", removed)
        if options.trim.approximate:
            ctx.propagate(b"XTRIM", key, *settled_trim(words, options, stream.length, stream.first_id()))
    return removed


@command("XSETID", group="stream", since="5.0.0", arity=-3, flags=WRITE | DENYOOM | FAST,
         keys=[Keys(1, 1, access="RW|update")],
         args=[Key("key"), Str("last-id"), Int("entries-added", token="ENTRIESADDED", optional=True, since="7.0.0"),
               Str("max-deleted-id", token="MAXDELETEDID", optional=True, since="7.0.0")],
         history=[("7.0.0", "Takes `ENTRIESADDED` and `MAXDELETEDID`.")])
def xsetid(ctx: Context, key: bytes, last_id: bytes, *options: bytes) -> Reply:
    """Set the last ID that a stream has given, and its counters; meant for replication."""
    wanted = parse_id(last_id)
    entries_added = -1
    max_deleted_id = 0
    at = 0
    while at < len(options):
        word = options[at].upper()
        if at + 1 == len(options) or word not in {b"ENTRIESADDED", b"MAXDELETEDID"}:
            raise CommandError(errors.SYNTAX)
        if word == b"ENTRIESADDED":
            entries_added = integer(options[at + 1])
            if entries_added < 0:
                raise CommandError(errors.XSETID_ADDED)
        else:
            max_deleted_id = parse_id(options[at + 1])
            if wanted < max_deleted_id:
                raise CommandError(errors.XSETID_BELOW_GIVEN)
        at += 2
    stream = ctx.db.write_as(key, Stream)
    if stream is None:
        raise CommandError(errors.NO_SUCH_KEY)
    if wanted < stream.max_deleted_id:
        raise CommandError(errors.XSETID_BELOW_DELETED)
    if stream.length:
        if wanted < stream.last_entry_id():
            raise CommandError(errors.XSETID_BELOW_TOP)
        if entries_added != -1 and stream.length > entries_added:
            raise CommandError(errors.XSETID_BELOW_LENGTH)
    stream.last_id = wanted
    if entries_added != -1:
        stream.entries_added = entries_added
    if max_deleted_id:
        stream.max_deleted_id = max_deleted_id
    ctx.dirty += 1
    ctx.notify(b"xsetid", key)
    return OK


@command("XCFGSET", group="stream", since="8.6.0", arity=-2, flags=WRITE | FAST, keys=[Keys(1, 1, access="RW|update")],
         args=[Key("key"), Int("idmp-duration", token="IDMP-DURATION", optional=True), Int("idmp-maxsize",
               token="IDMP-MAXSIZE", optional=True)])
def xcfgset(ctx: Context, key: bytes, *options: bytes) -> Reply:
    """Set for how long, and how many, a stream remembers of its producers' messages."""
    duration_s = maxsize = None
    at = 0
    while at < len(options):
        word = options[at].upper()
        if at + 1 == len(options) or word not in {b"IDMP-DURATION", b"IDMP-MAXSIZE"}:
            raise CommandError(errors.SYNTAX)
        value = integer(options[at + 1])
        if word == b"IDMP-DURATION":
            if not 1 <= value <= _LONGEST_DURATION_S:
                raise CommandError(errors.IDMP_DURATION)
            duration_s = value
        else:
            if not 1 <= value <= _MOST_MESSAGES:
                raise CommandError(errors.IDMP_MAXSIZE)
            maxsize = value
        at += 2
    if duration_s is None and maxsize is None:
        raise CommandError(errors.IDMP_NOTHING)
    stream = ctx.db.write_as(key, Stream)
    if stream is None:
        raise CommandError(errors.NO_SUCH_KEY)
    idmp = _idempotency(ctx, stream)
    idmp.configure(idmp.duration_s if duration_s is None else duration_s, idmp.maxsize if maxsize is None else maxsize)
    ctx.changed_quietly(key)
    return OK


@command("XIDMPRECORD", group="stream", since="8.8.0", arity=5, flags=WRITE | DENYOOM | FAST,
         keys=[Keys(1, 1, access="RW|update")], args=[Key("key"), Str("pid"), Str("iid"), Str("stream-id")])
def xidmprecord(ctx: Context, key: bytes, pid: bytes, iid: bytes, stream_id: bytes) -> Reply:
    """Note which entry a producer's message has become; meant for AOF and replication."""
    if not pid or not iid:
        raise CommandError(errors.IDMP_RECORD_EMPTY)
    entry_id = parse_id(stream_id)
    stream = ctx.db.write_as(key, Stream)
    if stream is None:
        raise CommandError(errors.NO_SUCH_KEY)
    if entry_id not in stream:
        raise CommandError(errors.IDMP_RECORD_MISSING)
    idmp = _idempotency(ctx, stream)
    producer = idmp.producers.get(pid)
    known = None if producer is None else producer.messages.get(iid)
    if known == entry_id:
        return OK
    if known is not None:
        raise CommandError(errors.IDMP_RECORD_CONFLICT)
    idmp.remember(pid, iid, entry_id)
    ctx.changed_quietly(key)
    return OK


def as_reply(entries: Sequence[Entry]) -> list[Reply]:
    """Entries as they are sent."""
    return [[b"%d-%d" % split_id(entry_id), row] for entry_id, row in entries]


def _range(ctx: Context, key: bytes, start: bytes, end: bytes, options: Sequence[bytes], *, reverse: bool) -> Reply:
    low = parse_start(start)
    high = parse_end(end)
    count: int | None = None
    for at in range(0, len(options), 2):
        if options[at].upper() != b"COUNT" or at + 1 == len(options):
            raise CommandError(errors.SYNTAX)
        count = max(integer(options[at + 1]), 0)
    stream = ctx.db.read_as(key, Stream)
    if stream is None:
        return []
    if count == 0:
        return NULL_ARRAY
    entries = stream.reverse_range(low, high, count) if reverse else stream.range(low, high, count)
    return as_reply(entries)


def _new_id(ctx: Context, stream: Stream, options: AddOptions) -> int:
    """The ID of an entry to be added."""
    entry_id = options.entry_id
    if entry_id is None:
        entry_id = stream.next_id(ctx.clock.now_ms)
    elif options.any_seq:
        entry_id = stream.next_in(entry_id >> SEQ_BITS)
    if entry_id is None or entry_id <= stream.last_id:
        raise CommandError(errors.XADD_ID_SMALL)
    return entry_id


def _propagate_added(ctx: Context, key: bytes, words: Sequence[bytes], options: AddOptions, stream: Stream,
                     printed: bytes, iid: bytes) -> None:
    """XADD for AOF and replicas, with its ID. What is known of a producer's message goes in a call of its own."""
    trim = options.trim
    if options.pid is None:
        settled = settled_trim(words[: options.words - 1], options, stream.length, stream.first_id())
        ctx.propagate(b"XADD", key, *settled, printed, *words[options.words :])
        return
    ctx.propagate(b"XADD", key, printed, *words[options.words :])
    ctx.propagate(b"XIDMPRECORD", key, options.pid, iid, printed)
    if trim is not None:
        strategy = b"MAXLEN" if trim.maxlen is not None else b"MINID"
        plain = AddOptions(trim, threshold_at=2)
        given = (strategy, b"=", words[options.threshold_at], trim.refs.value)
        ctx.propagate(b"XTRIM", key, *settled_trim(given, plain, stream.length, stream.first_id()))


def _idempotency(ctx: Context, stream: Stream) -> Idempotency:
    """What the stream knows of producers' messages; it begins with the configured bounds."""
    if stream.idmp is None:
        stream.idmp = Idempotency(ctx.config[STREAM_IDMP_DURATION], ctx.config[STREAM_IDMP_MAXSIZE])
    return stream.idmp


def _content_iid(row: Row) -> bytes:
    """An id made of a message's content; the order of its fields does not matter."""
    digest = blake2b(digest_size=16)
    for field, value in sorted(zip(row[::2], row[1::2], strict=True)):
        digest.update(b"%d:%b%d:%b" % (len(field), field, len(value), value))
    return digest.digest()

