"""Reading streams from where one has stopped: XREAD, XREADGROUP, and waiting for entries.

XREADGROUP gives entries to consumers of a group: new ones (">"), those that others have kept for too long (CLAIM), or
the consumer's own that it has not acknowledged. AOF and replicas get what that changes, as XCLAIM and XGROUP.
Elsewhere: groups in streams_groups.py and datatypes/streams_groups.py, waiting in executor/blocking.py.
Source: the pages of the commands; order of checks and effects seen on 8.2.3, tests/compat/cases_streams.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import attrs

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError, WrongType
from pyredis_server.base.numeric import parse_int
from pyredis_server.commands.arguments import Block, Int, Key, Str, Token
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import BLOCKING, MOVABLEKEYS, READONLY, WRITE
from pyredis_server.commands.keyspecs import KeywordKeys
from pyredis_server.commands.options import deadline_in, integer
from pyredis_server.commands.registry import command
from pyredis_server.commands.streams_options import parse_id
from pyredis_server.datatypes.streams import Stream
from pyredis_server.datatypes.streams_groups import Consumer, Group, Pending
from pyredis_server.datatypes.streams_nodes import ID_MAX, Entry, Row, format_id
from pyredis_server.resp.reply import NO_REPLY, NULL_ARRAY, PairsOrMap, Reply

NEW: Final = ID_MAX  # ">": what no consumer of the group has got; Redis, too, takes the greatest ID for it
LAST: Final = -1  # "+": the last entry
_ENTRY_BYTES: Final = 12  # of an entry's reply, beside its parts
_PART_BYTES: Final = 6
_DELETED_AGAIN_MS: Final = 1000  # deleted entries stay pending and hide when the next one is due


@attrs.define
class Request:
    """What XREAD or XREADGROUP was asked for. `count`, `maxcount`, `maxsize`: 0 for no limit."""

    name: bytes
    deadline_ms: int | None = None  # None: do not wait; 0: for ever
    count: int = 0
    maxcount: int = 0
    maxsize: int = 0
    group: bytes | None = None
    consumer: bytes = b""
    noack: bool = False
    claim_ms: int | None = None
    keys: Sequence[bytes] = ()
    raw_ids: Sequence[bytes] = ()
    ids: list[int] = attrs.field(factory=list)


class _Budget:
    """How much of a reply may still be filled, over all streams."""

    __slots__ = ("bytes_left", "left", "spent")

    def __init__(self, request: Request) -> None:
        self.left = request.maxcount or None
        self.bytes_left = request.maxsize or None
        self.spent = False

    def limit(self, count: int) -> int | None:
        """How many entries of a stream may be given, by number; None for no limit."""
        if self.left is None:
            return count or None
        return min(count, self.left) if count else self.left

    @property
    def exhausted(self) -> bool:
        """Whether nothing more may be given."""
        return self.left == 0 or (self.bytes_left is not None and self.bytes_left <= 0)

    def takes(self, entry_id: int, row: Row | None) -> bool:
        """Count an entry; False when it does not fit. The first one always does."""
        if self.left == 0:
            return False
        if self.bytes_left is not None:
            size = _ENTRY_BYTES + len(format_id(entry_id)) + sum([len(part) + _PART_BYTES for part in row or ()])
            if self.spent and size > self.bytes_left:
                self.bytes_left = 0
                return False
            self.bytes_left -= size
        if self.left is not None:
            self.left -= 1
        self.spent = True
        return True

    def select(self, entries: list[Entry]) -> list[Entry]:
        """The entries that fit."""
        if self.left is None and self.bytes_left is None:
            return entries
        for at, (entry_id, row) in enumerate(entries):
            if not self.takes(entry_id, row):
                return entries[:at]
        return entries


@command("XREAD", group="stream", since="5.0.0", arity=-4, flags=READONLY | BLOCKING | MOVABLEKEYS,
         keys=[KeywordKeys("STREAMS", 1, last=-1, step=1, limit=2, access="RO|access")],
         args=[Int("count", token="COUNT", optional=True), Int("maxcount", token="MAXCOUNT", optional=True,
               since="8.10.0"), Int("maxsize", token="MAXSIZE", optional=True, since="8.10.0"), Int("milliseconds",
               token="BLOCK", optional=True), Block("streams", Key("key", multiple=True), Str("id", multiple=True),
               token="STREAMS")],
         complexity="O(M) for M entries given")
def xread(ctx: Context, *words: bytes) -> Reply:
    """Give the entries of streams that are younger than the IDs named, or wait for some."""
    request = _read_request(ctx, b"xread", words)
    _resolve(ctx, request)
    return _serve_or_wait(ctx, request)


@command("XREADGROUP", group="stream", since="5.0.0", arity=-7, flags=WRITE | BLOCKING | MOVABLEKEYS,
         keys=[KeywordKeys("STREAMS", 4, last=-1, step=1, limit=2, access="RO|access")],
         args=[Block("group-block", Str("group"), Str("consumer"), token="GROUP"), Int("count", token="COUNT",
               optional=True), Int("maxcount", token="MAXCOUNT", optional=True, since="8.10.0"), Int("maxsize",
               token="MAXSIZE", optional=True, since="8.10.0"), Int("milliseconds", token="BLOCK", optional=True),
               Int("min-idle-time", token="CLAIM", optional=True, since="8.4.0"), Token("NOACK", optional=True),
               Block("streams", Key("key", multiple=True), Str("id", multiple=True), token="STREAMS")],
         complexity="O(M) for M entries given, and O(log N) for each, N being pending",
         history=[("8.4.0", "Takes `CLAIM`."), ("8.10.0", "Takes `MAXCOUNT` and `MAXSIZE`.")])
def xreadgroup(ctx: Context, *words: bytes) -> Reply:
    """Give entries of streams to a consumer of a group, or wait for some."""
    request = _read_request(ctx, b"xreadgroup", words)
    _resolve(ctx, request)
    return _serve_or_wait(ctx, request)


def propagate_claim(ctx: Context, key: bytes, group_name: bytes, group: Group, printed_id: bytes,
                    pending: Pending) -> None:
    """Tell AOF and replicas who has a pending entry."""
    if not ctx.propagating:
        return
    if pending.consumer is None:  # it had been given back and is deleted now
        ctx.propagate(b"XACK", key, group_name, printed_id)
        return
    ctx.propagate(b"XCLAIM", key, group_name, pending.consumer.name, b"0", printed_id, b"TIME",
                  b"%d" % pending.delivered_ms, b"RETRYCOUNT", b"%d" % pending.deliveries, b"FORCE", b"JUSTID",
                  b"LASTID", format_id(group.last_id))


def propagate_last_id(ctx: Context, key: bytes, group_name: bytes, group: Group) -> None:
    """Tell AOF and replicas up to where a group has read."""
    if ctx.propagating:
        ctx.propagate(b"XGROUP", b"SETID", key, group_name, format_id(group.last_id), b"ENTRIESREAD",
                      b"%d" % group.entries_read)


def ensure_consumer(ctx: Context, key: bytes, group: Group, name: bytes) -> tuple[Consumer, bool]:
    """The consumer of this name, made and reported if need be; and whether it was made. It has been seen now."""
    consumer = group.consumers.get(name)
    if consumer is not None:
        consumer.seen_ms = ctx.clock.now_ms
        return consumer, False
    consumer = group.add_consumer(name, ctx.clock.now_ms)
    ctx.dirty += 1
    ctx.notify(b"xgroup-createconsumer", key)
    return consumer, True


# Reading the arguments


def _read_request(ctx: Context, name: bytes, words: Sequence[bytes]) -> Request:
    request = Request(name)
    grouped = name == b"xreadgroup"
    at = 0
    while at < len(words):
        word = words[at].upper()
        more = len(words) - at - 1
        if word == b"STREAMS" and more:
            _take_streams(request, words[at + 1 :], grouped=grouped)
            break
        if word == b"GROUP" and more >= 2:
            if not grouped:
                raise CommandError(errors.XREAD_GROUP)
            request.group, request.consumer = words[at + 1 : at + 3]
            at += 3
        elif word == b"NOACK":
            if not grouped:
                raise CommandError(errors.XREAD_NOACK)
            request.noack = True
            at += 1
        elif word in {b"BLOCK", b"COUNT", b"CLAIM", b"MAXCOUNT", b"MAXSIZE"} and more:
            _take_number(ctx, request, word, words[at + 1])
            at += 2
        else:
            raise CommandError(errors.SYNTAX)
    if not request.keys:
        raise CommandError(errors.SYNTAX)
    if grouped and request.group is None:
        raise CommandError(errors.XREADGROUP_NO_GROUP)
    if request.maxcount and request.count > request.maxcount:
        raise CommandError(errors.XREAD_MAXCOUNT_BELOW)
    return request


def _take_streams(request: Request, words: Sequence[bytes], *, grouped: bool) -> None:
    if len(words) % 2:
        wanted = b"ID or '>'" if grouped else b"ID, '+', or '$'"
        raise CommandError(errors.XREAD_UNBALANCED % (request.name, wanted))
    request.keys = words[: len(words) // 2]
    request.raw_ids = words[len(words) // 2 :]


def _take_number(ctx: Context, request: Request, word: bytes, raw: bytes) -> None:
    if word == b"BLOCK":
        request.deadline_ms = deadline_in(integer(raw, errors.TIMEOUT_NOT_AN_INTEGER), ctx.clock.now_ms)
    elif word == b"COUNT":
        request.count = max(integer(raw), 0)
    elif word == b"CLAIM":
        if request.name == b"xread":
            raise CommandError(errors.XREAD_CLAIM)
        request.claim_ms = integer(raw, errors.XREADGROUP_CLAIM)
        if request.claim_ms < 0:
            raise CommandError(errors.XREADGROUP_CLAIM_NEGATIVE)
    else:
        number = parse_int(raw)
        if number is None or number <= 0:
            raise CommandError(errors.XREAD_MAXCOUNT if word == b"MAXCOUNT" else errors.XREAD_MAXSIZE)
        if word == b"MAXCOUNT":
            request.maxcount = number
        else:
            request.maxsize = number


def _resolve(ctx: Context, request: Request) -> None:
    """Find out what the IDs mean, with the streams as they are now."""
    for key, raw in zip(request.keys, request.raw_ids, strict=True):
        stream = ctx.db.read_as(key, Stream)
        if request.group is not None:
            _group_of(stream, key, request.group)
        if raw in {b"$", b"+"}:
            if request.group is not None:
                raise CommandError(errors.XREADGROUP_MEANINGLESS % (raw, raw))
            if raw == b"+":
                request.ids.append(LAST)
            else:
                request.ids.append(0 if stream is None else stream.last_id)
        elif raw == b">":
            if request.group is None:
                raise CommandError(errors.XREAD_NEW)
            request.ids.append(NEW)
        else:
            request.ids.append(parse_id(raw))


def _group_of(stream: Stream | None, key: bytes, name: bytes) -> Group:
    group = None if stream is None else stream.groups.get(name)
    if group is None:
        raise CommandError(errors.NO_GROUP_READING % (key, name))
    return group


# Serving


def _serve_or_wait(ctx: Context, request: Request) -> Reply:
    def take(ctx: Context) -> Reply:
        return _serve_group(ctx, request) if request.group is not None else _serve(ctx, request)

    reply = take(ctx)
    if reply is not NO_REPLY:
        return reply
    if request.deadline_ms is None:
        return NULL_ARRAY
    return ctx.services.executor.block(ctx.session, request.keys, request.deadline_ms, take, kind=b"stream",
                                       when_gone=request.group is not None, wake=_wake(request))


def _wake(request: Request) -> Callable[[Context], int] | None:
    """For XREADGROUP CLAIM: tells when a pending entry will have been idle for long enough."""
    claim_ms = request.claim_ms
    name = request.group
    if claim_ms is None or name is None or NEW not in request.ids:
        return None

    def wake(ctx: Context) -> int:
        now_ms = ctx.clock.now_ms
        times = [now_ms + max(claim_ms, 1)]
        for key in request.keys:
            value = ctx.db.lookup(key)
            group = value.groups.get(name) if isinstance(value, Stream) else None
            oldest_ms = None if group is None else group.longest_idle_ms()
            if oldest_ms is not None:
                due_ms = oldest_ms + claim_ms
                times.append(due_ms if due_ms > now_ms else now_ms + _DELETED_AGAIN_MS)
        return min(times)

    return wake


def _stream_of(ctx: Context, key: bytes) -> Stream | None:
    value = ctx.db.lookup(key)
    if value is None or isinstance(value, Stream):
        return value
    raise WrongType


def _serve(ctx: Context, request: Request) -> Reply:
    """XREAD: what there is now, or NO_REPLY."""
    budget = _Budget(request)
    served: list[tuple[Reply, Reply]] = []
    for key, after in zip(request.keys, request.ids, strict=True):
        value = ctx.db.lookup(key)
        if not isinstance(value, Stream) or not value.length or budget.exhausted:
            continue
        if after == LAST:
            entries = value.reverse_range(0, ID_MAX, 1)
        else:
            entries = value.range(after + 1, ID_MAX, budget.limit(request.count))
        entries = budget.select(entries)
        if entries:
            served.append((key, [[format_id(entry_id), row] for entry_id, row in entries]))
    return PairsOrMap(served) if served else NO_REPLY


def _serve_group(ctx: Context, request: Request) -> Reply:
    """XREADGROUP: what there is now, or NO_REPLY. Raises CommandError when a group is not there any more."""
    name = request.group
    assert name is not None, "the caller asked"
    found = []
    for key in request.keys:
        stream = _stream_of(ctx, key)
        found.append((stream, _group_of(stream, key, name)))
    budget = _Budget(request)
    served: list[tuple[Reply, Reply]] = []
    for key, after, (stream, group) in zip(request.keys, request.ids, found, strict=True):
        assert stream is not None, "it has a group"
        consumer, made = ensure_consumer(ctx, key, group, request.consumer)
        if made and request.noack:
            ctx.propagate(b"XGROUP", b"CREATECONSUMER", key, name, consumer.name)
        reading = _GroupReading(ctx, request, key, stream, group, consumer, budget)
        if after != NEW:
            served.append((key, reading.history(after)))
            continue
        entries = reading.claimed() if request.claim_ms is not None else []
        entries += reading.unread(len(entries))
        if entries:
            served.append((key, entries))
    ctx.propagate_nothing()
    return PairsOrMap(served) if served else NO_REPLY


class _GroupReading:
    """One consumer reading one stream."""

    __slots__ = ("budget", "consumer", "ctx", "group", "key", "request", "stream")

    def __init__(self, ctx: Context, request: Request, key: bytes, stream: Stream, group: Group, consumer: Consumer,
                 budget: _Budget) -> None:
        self.ctx = ctx
        self.request = request
        self.key = key
        self.stream = stream
        self.group = group
        self.consumer = consumer
        self.budget = budget

    def history(self, after: int) -> list[Reply]:
        """The consumer's pending entries behind an ID; they count as delivered once more."""
        entries: list[Reply] = []
        now_ms = self.ctx.clock.now_ms
        limit = self.budget.limit(self.request.count)
        for entry_id in self.consumer.ids.range(after + 1, ID_MAX, limit):
            row = self.stream.get(entry_id)
            if not self.budget.takes(entry_id, row):
                break
            if row is None:
                entries.append([format_id(entry_id), NULL_ARRAY])
                continue
            pending = self.group.pending[entry_id]
            self.group.set_time(entry_id, pending, now_ms)
            pending.deliveries += 1
            entries.append([format_id(entry_id), row])
        return entries

    def claimed(self) -> list[Reply]:
        """Entries that others have kept for too long, or have given back. What was deleted stays pending."""
        request = self.request
        assert request.claim_ms is not None, "the caller asked"
        now_ms = self.ctx.clock.now_ms
        chosen: list[Entry] = []
        candidates = self.group.idle_since(now_ms - request.claim_ms)
        while not request.count or len(chosen) < request.count:
            entry_id = next(candidates, None)
            if entry_id is None:
                break
            row = self.stream.get(entry_id)
            if row is None:
                continue
            if not self.budget.takes(entry_id, row):
                break
            chosen.append((entry_id, row))
        candidates.close()  # type: ignore[attr-defined]  # it is a generator
        replies: list[Reply] = []
        for entry_id, row in chosen:
            pending = self.group.pending[entry_id]
            idle_ms = max(now_ms - pending.delivered_ms, 0) if pending.delivered_ms else -1
            replies.append([format_id(entry_id), row, idle_ms, pending.deliveries])
            self.group.give(entry_id, pending, self.consumer)
            self.group.set_time(entry_id, pending, now_ms)
            pending.deliveries += 1
            propagate_claim(self.ctx, self.key, request.group or b"", self.group, format_id(entry_id), pending)
        if chosen:
            self.consumer.active_ms = now_ms
            self.ctx.dirty += 1
        return replies

    def unread(self, given: int) -> list[Reply]:
        """Entries that nobody of the group has got; `given` entries stand in the reply already."""
        request = self.request
        group = self.group
        if (request.count and given >= request.count) or self.budget.exhausted:
            return []
        limit = self.budget.limit(request.count - given if request.count else 0)
        entries = self.budget.select(self.stream.range(group.last_id + 1, ID_MAX, limit))
        if not entries:
            return []
        replies: list[Reply] = []
        claiming = request.claim_ms is not None
        for entry_id, row in entries:
            self._advance(entry_id)
            printed = format_id(entry_id)
            if not request.noack:
                self._deliver(entry_id, printed)
            replies.append([printed, row, 0, 0] if claiming else [printed, row])
        if not request.noack:
            self.consumer.active_ms = self.ctx.clock.now_ms
        propagate_last_id(self.ctx, self.key, request.group or b"", group)
        self.ctx.dirty += 1
        return replies

    def _advance(self, entry_id: int) -> None:
        """Move the group on to an entry, and its count of entries read with it."""
        group = self.group
        if self.stream.can_count(group):
            group.entries_read += 1
        elif self.stream.entries_added:
            group.entries_read = self.stream.entries_until(entry_id)
        group.last_id = entry_id

    def _deliver(self, entry_id: int, printed: bytes) -> None:
        """Note that the consumer has an entry. It may be pending: XGROUP SETID can go back."""
        group = self.group
        now_ms = self.ctx.clock.now_ms
        pending = group.pending.get(entry_id)
        if pending is None:
            pending = group.add_pending(entry_id, self.consumer, now_ms, 1)
        else:
            group.give(entry_id, pending, self.consumer)
            group.set_time(entry_id, pending, now_ms)
            pending.deliveries = 1
        propagate_claim(self.ctx, self.key, self.request.group or b"", group, printed, pending)
