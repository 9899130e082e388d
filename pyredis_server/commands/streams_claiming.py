"""Taking over entries that other consumers of a group have kept for too long: XCLAIM, XAUTOCLAIM.

An entry that is not in the stream any more cannot be claimed; it is no longer pending then.
Elsewhere: XREADGROUP CLAIM in streams_reading.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.base.numeric import INT64_MAX, parse_int
from pyredis_server.commands.arguments import Int, Key, Str, Token, UnixTime
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import FAST, WRITE
from pyredis_server.commands.keyspecs import Keys
from pyredis_server.commands.options import integer
from pyredis_server.commands.registry import command
from pyredis_server.commands.streams_options import parse_id, parse_start
from pyredis_server.commands.streams_reading import ensure_consumer, propagate_claim, propagate_last_id
from pyredis_server.datatypes.streams import Stream
from pyredis_server.datatypes.streams_groups import Consumer, Group
from pyredis_server.datatypes.streams_nodes import ID_MAX, format_id
from pyredis_server.resp.reply import Reply

ATTEMPTS: Final = 10  # pending entries that XAUTOCLAIM looks at, for each one that it may claim
_DEFAULT_COUNT: Final = 100
_MOST_COUNT: Final = INT64_MAX // 16  # as Redis, which keeps 16 bytes for each


@attrs.define
class _Claim:
    """XCLAIM's options."""

    ids: list[tuple[bytes, int]]  # as sent, and what they mean
    delivered_ms: int | None = None
    retrycount: int | None = None
    force: bool = False
    justid: bool = False
    last_id: int = 0


@command("XCLAIM", group="stream", since="5.0.0", arity=-6, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|update")],
         args=[Key("key"), Str("group"), Str("consumer"), Str("min-idle-time"), Str("id", multiple=True), Int("ms",
               token="IDLE", optional=True), UnixTime("unix-time-milliseconds", token="TIME", optional=True),
               Int("count", token="RETRYCOUNT", optional=True), Token("FORCE", optional=True), Token("JUSTID",
               optional=True), Str("lastid", token="LASTID", optional=True)],
         tips=("nondeterministic_output",), complexity="O(log N) for each ID, N being pending in the group")
def xclaim(ctx: Context, key: bytes, name: bytes, consumer_name: bytes, min_idle: bytes, *words: bytes) -> Reply:
    """Make a consumer the owner of pending entries that have been idle for long enough."""
    stream = ctx.db.read_as(key, Stream)
    group = None if stream is None else stream.groups.get(name)
    if stream is None or group is None:
        raise CommandError(errors.NO_GROUP_OR_KEY % (key, name))
    min_idle_ms = max(integer(min_idle, errors.CLAIM_IDLE % b"XCLAIM"), 0)
    now_ms = ctx.clock.now_ms
    wanted = _read_claim(words, now_ms)
    last_id_changed = wanted.last_id > group.last_id
    if last_id_changed:
        group.last_id = wanted.last_id
    delivered_ms = now_ms
    if wanted.delivered_ms is not None and 0 <= wanted.delivered_ms <= now_ms:
        delivered_ms = wanted.delivered_ms
    consumer, _ = ensure_consumer(ctx, key, group, consumer_name)
    claimed: list[Reply] = []
    for raw_id, entry_id in wanted.ids:
        pending = group.pending.get(entry_id)
        row = stream.get(entry_id)
        if row is None:
            if pending is not None:
                propagate_claim(ctx, key, name, group, raw_id, pending)
                group.remove_pending(entry_id)
                last_id_changed = False  # the call that was propagated tells it
                ctx.dirty += 1
            continue
        if pending is None:
            if not wanted.force:
                continue
            pending = group.add_pending(entry_id, consumer, delivered_ms, 1)
        elif pending.consumer is not None and min_idle_ms and now_ms - pending.delivered_ms < min_idle_ms:
            continue
        group.give(entry_id, pending, consumer)
        group.set_time(entry_id, pending, delivered_ms)
        if wanted.retrycount is not None:
            pending.deliveries = wanted.retrycount
        elif not wanted.justid:
            pending.deliveries = min(pending.deliveries + 1, INT64_MAX)
        claimed.append(format_id(entry_id) if wanted.justid else [format_id(entry_id), row])
        consumer.active_ms = now_ms
        propagate_claim(ctx, key, name, group, raw_id, pending)
        last_id_changed = False
        ctx.dirty += 1
    if last_id_changed:
        propagate_last_id(ctx, key, name, group)
        ctx.dirty += 1
    ctx.propagate_nothing()
    return claimed


@command("XAUTOCLAIM", group="stream", since="6.2.0", arity=-6, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|delete")],
         args=[Key("key"), Str("group"), Str("consumer"), Str("min-idle-time"), Str("start"), Int("count",
               token="COUNT", optional=True), Token("JUSTID", optional=True)],
         tips=("nondeterministic_output",), complexity="O(1) if COUNT is small",
         history=[("7.0.0", "The reply tells which entries are deleted, and they are no longer pending.")])
def xautoclaim(ctx: Context, key: bytes, name: bytes, consumer_name: bytes, min_idle: bytes, start: bytes,
               *options: bytes) -> Reply:
    """Make a consumer the owner of pending entries that have been idle for long enough, a few at a time."""
    min_idle_ms = max(integer(min_idle, errors.CLAIM_IDLE % b"XAUTOCLAIM"), 0)
    low = parse_start(start)
    count, justid = _read_autoclaim(options)
    stream = ctx.db.read_as(key, Stream)
    group = None if stream is None else stream.groups.get(name)
    if stream is None or group is None:
        raise CommandError(errors.NO_GROUP_OR_KEY % (key, name))
    consumer, _ = ensure_consumer(ctx, key, group, consumer_name)
    ids = group.order.range(low, ID_MAX, count * ATTEMPTS + 1)
    claimed: list[Reply] = []
    deleted: list[Reply] = []
    seen = 0
    for entry_id in ids[: count * ATTEMPTS]:
        if len(claimed) + len(deleted) == count:
            break
        seen += 1
        if _take_over(ctx, key, name, stream, group, consumer, entry_id, min_idle_ms, claimed, justid=justid):
            deleted.append(format_id(entry_id))
    ctx.propagate_nothing()
    return [format_id(ids[seen]) if seen < len(ids) else b"0-0", claimed, deleted]


def _take_over(ctx: Context, key: bytes, name: bytes, stream: Stream, group: Group, consumer: Consumer, entry_id: int,
               min_idle_ms: int, claimed: list[Reply], *, justid: bool) -> bool:
    """Claim one pending entry if it has been idle for long enough. True: it is not in the stream any more."""
    now_ms = ctx.clock.now_ms
    pending = group.pending[entry_id]
    row = stream.get(entry_id)
    if row is None:
        propagate_claim(ctx, key, name, group, format_id(entry_id), pending)
        group.remove_pending(entry_id)
        ctx.dirty += 1
        return True
    if min_idle_ms and now_ms - pending.delivered_ms < min_idle_ms:
        return False
    group.give(entry_id, pending, consumer)
    group.set_time(entry_id, pending, now_ms)
    if not justid:
        pending.deliveries = min(pending.deliveries + 1, INT64_MAX)
    claimed.append(format_id(entry_id) if justid else [format_id(entry_id), row])
    consumer.active_ms = now_ms
    propagate_claim(ctx, key, name, group, format_id(entry_id), pending)
    ctx.dirty += 1
    return False


def _read_claim(words: Sequence[bytes], now_ms: int) -> _Claim:
    """Read IDs, then options; the first word that is no ID begins them."""
    wanted = _Claim([])
    at = 0
    while at < len(words):
        try:
            wanted.ids.append((words[at], parse_id(words[at])))
        except CommandError:
            break
        at += 1
    while at < len(words):
        word = words[at].upper()
        more = at + 1 < len(words)
        at += 1
        if word == b"FORCE":
            wanted.force = True
        elif word == b"JUSTID":
            wanted.justid = True
        elif word in {b"IDLE", b"TIME", b"RETRYCOUNT"} and more:
            value = integer(words[at], errors.XCLAIM_VALUE % word)
            if word == b"IDLE":
                wanted.delivered_ms = now_ms - value
            elif word == b"TIME":
                wanted.delivered_ms = value
            else:
                wanted.retrycount = value if value >= 0 else None
            at += 1
        elif word == b"LASTID" and more:
            wanted.last_id = parse_id(words[at])
            at += 1
        else:
            raise CommandError(errors.XCLAIM_UNKNOWN % words[at - 1].partition(b"\0")[0])
    return wanted


def _read_autoclaim(options: Sequence[bytes]) -> tuple[int, bool]:
    count = _DEFAULT_COUNT
    justid = False
    at = 0
    while at < len(options):
        word = options[at].upper()
        if word == b"COUNT" and at + 1 < len(options):
            number = parse_int(options[at + 1])
            if number is None or not 1 <= number <= _MOST_COUNT:
                raise CommandError(errors.COUNT_ZERO)
            count = number
            at += 2
        elif word == b"JUSTID":
            justid = True
            at += 1
        else:
            raise CommandError(errors.SYNTAX)
    return count, justid
