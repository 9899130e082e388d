"""Transactions: MULTI EXEC DISCARD WATCH UNWATCH.

The executor's gate queues commands while GATE_MULTI is set, all but those of `RUN_AT_ONCE`, and sets
`session.queue_failed` when it refuses one. EXEC decides here whether the queue runs; the executor then runs it.
"""

from __future__ import annotations

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.commands.arguments import Key
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import ALLOW_BUSY, FAST, LOADING, NOSCRIPT, SKIP_SLOWLOG, STALE
from pyredis_server.commands.keyspecs import Keys
from pyredis_server.commands.registry import command
from pyredis_server.keyspace import watches
from pyredis_server.resp.reply import NULL_ARRAY, OK, Reply
from pyredis_server.sessions.session import GATE_MULTI, Session

RUN_AT_ONCE = frozenset({"exec", "discard", "multi", "watch", "quit", "reset"})  # names of commands never queued


@command("MULTI", group="transactions", since="1.2.0", arity=1, flags=NOSCRIPT | LOADING | STALE | FAST | ALLOW_BUSY,
         complexity="O(1)")
def multi(ctx: Context) -> Reply:
    """Begin a transaction: queue what follows until EXEC or DISCARD."""
    if ctx.session.gate & GATE_MULTI:
        raise CommandError(errors.MULTI_NESTED)
    ctx.session.gate |= GATE_MULTI
    return OK


@command("EXEC", group="transactions", since="1.2.0", arity=1, flags=NOSCRIPT | LOADING | STALE | SKIP_SLOWLOG,
         complexity="that of the queued commands")
def exec_(ctx: Context) -> Reply:
    """Run the queued commands without any other in between, unless a watched key has changed."""
    session = ctx.session
    if not session.gate & GATE_MULTI:
        raise CommandError(errors.EXEC_WITHOUT_MULTI)
    failed = session.queue_failed
    changed = session.dirty_cas or watches.watched_key_expired(session)
    if failed or changed:
        discard_transaction(ctx, session)
        if failed:
            raise CommandError(errors.EXEC_ABORT)
        return NULL_ARRAY
    _unwatch(ctx, session)  # what the queue changes is nobody's surprise
    try:
        return ctx.services.executor.run_queued(session)
    finally:
        discard_transaction(ctx, session)


@command("DISCARD", group="transactions", since="2.0.0", arity=1, flags=NOSCRIPT | LOADING | STALE | FAST | ALLOW_BUSY,
         complexity="O(N), N being the number of queued commands and watched keys")
def discard(ctx: Context) -> Reply:
    """Drop the queued commands, end the transaction and all watches."""
    if not ctx.session.gate & GATE_MULTI:
        raise CommandError(errors.DISCARD_WITHOUT_MULTI)
    discard_transaction(ctx, ctx.session)
    return OK


@command("WATCH", group="transactions", since="2.2.0", arity=-2, flags=NOSCRIPT | LOADING | STALE | FAST | ALLOW_BUSY,
         keys=[Keys(1, -1, access="RO")],
         args=[Key("key", multiple=True)],
         complexity="O(1) for each key")
def watch(ctx: Context, *keys: bytes) -> Reply:
    """Have the next EXEC fail if one of the keys changes before it."""
    session = ctx.session
    if session.gate & GATE_MULTI:
        raise CommandError(errors.WATCH_IN_MULTI)
    if not session.dirty_cas:  # else EXEC fails anyway
        for key in keys:
            watches.watch(session, ctx.db, key)
        ctx.effects.watches_changed()
    return OK


@command("UNWATCH", group="transactions", since="2.2.0", arity=1, flags=NOSCRIPT | LOADING | STALE | FAST | ALLOW_BUSY,
         complexity="O(N), N being the number of watched keys")
def unwatch(ctx: Context) -> Reply:
    """Forget all watched keys and that any has changed."""
    _unwatch(ctx, ctx.session)
    ctx.session.dirty_cas = False
    return OK


def discard_transaction(ctx: Context, session: Session) -> None:
    """Leave the session neither in a transaction nor watching, as after DISCARD, EXEC, RESET or a lost connection.

    The executor calls it too when it refuses EXEC itself, with EXEC_ABORT_REASON as the error.
    """
    session.queued = []
    session.queue_failed = False
    session.dirty_cas = False
    session.gate &= ~GATE_MULTI
    _unwatch(ctx, session)


def _unwatch(ctx: Context, session: Session) -> None:
    if watches.unwatch_all(session):
        ctx.effects.watches_changed()
