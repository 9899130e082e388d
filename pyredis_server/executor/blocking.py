"""Clients that wait inside BLPOP, BZPOPMIN, XREAD BLOCK and their kin until a key can serve them.

Owner: the executor thread. `WaitTable` decides who waits for what and whose turn it is; `Blocking` carries it out:
sessions, deadlines, replies. A handler that finds nothing returns what `Blocking.block` answers, giving it a function
that tries again. Every reported change of a key that somebody waits for (effects.py) makes the key ready; once the
command, or the whole EXEC, is over, the waiters of the ready keys try again, first come, first served. What they
change can make further keys ready.
Promises: waiters of one key are served in order of arrival, and keep their place when a try does not succeed. While
nobody waits this costs one test of an empty dict per command. A client whose connection is known to be closed is not
served: its element stays.
Elsewhere: the commands are in commands/; a session that waits has GATE_WAITING, and its further commands are kept in
its backlog (dispatch.py) and run by `Executor.resume`.
Source: the pages of the blocking commands in the Redis documentation; order and edge cases seen on 8.2.3.
"""

from __future__ import annotations

import select
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pyredis_server.base import errors
from pyredis_server.base.clock import Clock
from pyredis_server.commands.context import Context
from pyredis_server.keyspace.database import Database
from pyredis_server.keyspace.values import type_name_of
from pyredis_server.resp.reply import NO_REPLY, NULL_ARRAY, Reply
from pyredis_server.sessions.session import GATE_REPLY_OFF, GATE_WAITING, Session

if TYPE_CHECKING:
    from pyredis_server.executor.clients import Clients
    from pyredis_server.executor.dispatch import Dispatcher
    from pyredis_server.executor.timers import Timer, Timers

TryAgain: TypeAlias = Callable[[Context], Reply]  # NO_REPLY: there is still nothing, go on waiting
WhenToWake: TypeAlias = Callable[[Context], int]  # ms since the epoch

CHUNK: Final = 16  # waiters looked at first, then twice as many: a key may have thousands, mostly the first takes all
_HANG_UP: Final = getattr(select, "POLLRDHUP", 0)  # the peer has closed; Linux only


class Waiter:
    """What one session waits for. `session.blocked` refers to it."""

    __slots__ = ("alarm", "argv", "command", "keys", "kind", "session", "silent", "timed_out", "timer", "try_again",
                 "wake", "when_gone")

    def __init__(self, session: Session, keys: Sequence[bytes], try_again: TryAgain, *, kind: bytes = b"list",
                 timed_out: Reply = NULL_ARRAY, when_gone: bool = False) -> None:
        self.session = session
        self.keys = tuple(dict.fromkeys(keys))
        self.try_again = try_again
        self.kind = kind  # the type of value that can serve it; keys of other types pass it by
        self.timed_out = timed_out
        self.when_gone = when_gone  # try again when a key is deleted or of another type, too
        self.silent = False  # CLIENT REPLY: nobody reads the reply
        self.timer: Timer | None = None
        self.wake: WhenToWake | None = None
        self.alarm: Timer | None = None  # rings when `wake` says so
        self.command: Any = None  # commands.registry.Command
        self.argv: list[bytes] = []


class WaitTable:
    """Who waits for which key, and which keys are ready. Pure: it knows neither time nor connections."""

    __slots__ = ("count", "kinds", "ready", "tables", "when_gone_count")

    def __init__(self) -> None:
        self.tables: dict[Database, dict[bytes, OrderedDict[Waiter, None]]] = {}  # no empty ones
        self.ready: dict[tuple[Database, bytes], None] = {}  # in the order of the changes; always this object
        self.count = 0
        self.kinds: Counter[bytes] = Counter()  # how many wait for which type of value
        self.when_gone_count = 0  # of them, those that are to try when a key is gone

    def add(self, waiter: Waiter) -> None:
        """Let a waiter join the queues of its keys."""
        table = self.tables.setdefault(waiter.session.db, {})
        for key in waiter.keys:
            table.setdefault(key, OrderedDict())[waiter] = None
        self.count += 1
        self.kinds[waiter.kind] += 1
        self.when_gone_count += waiter.when_gone

    def remove(self, waiter: Waiter) -> None:
        """Take a waiter out of all queues. It must be in them."""
        db = waiter.session.db
        table = self.tables[db]
        for key in waiter.keys:
            queue = table[key]
            del queue[waiter]
            if not queue:
                del table[key]
        if not table:
            del self.tables[db]
        self.count -= 1
        self.kinds[waiter.kind] -= 1
        self.when_gone_count -= waiter.when_gone

    def touched(self, db: Database, key: bytes) -> None:
        """A key was changed: if somebody waits for it, it is ready to be looked at."""
        table = self.tables.get(db)
        if table is not None and key in table:
            self.ready[db, key] = None

    def touched_all(self, db: Database) -> None:
        """All keys of a database may have changed."""
        for key in self.tables.get(db, ()):
            self.ready[db, key] = None

    def take_ready(self) -> list[tuple[Database, bytes]]:
        """The keys that became ready since the last time, in that order."""
        taken = list(self.ready)
        self.ready.clear()
        return taken

    def queue(self, db: Database, key: bytes) -> OrderedDict[Waiter, None]:
        """Those who wait for a key, in order of arrival."""
        return self.tables.get(db, {}).get(key) or OrderedDict()

    @property
    def key_count(self) -> int:
        """How many keys are waited for."""
        return sum(map(len, self.tables.values()))


class Blocking:
    """Blocks sessions and lets them go: served, out of time, by CLIENT UNBLOCK, or because they are gone."""

    def __init__(self, context: Context, table: WaitTable, clock: Clock, timers: Timers, dispatcher: Dispatcher,
                 clients: Clients) -> None:
        self.context = context
        self.table = table
        self.clock = clock
        self.timers = timers
        self.dispatcher = dispatcher
        self.clients = clients

    # -- waiting -------------------------------------------------------------------------------------------------

    def block(self, session: Session, keys: Sequence[bytes], deadline_ms: int, try_again: TryAgain, *,
              kind: bytes = b"list", timed_out: Reply = NULL_ARRAY, refused: Reply = NULL_ARRAY,
              when_gone: bool = False, wake: WhenToWake | None = None) -> Reply:
        """Have the session wait; what this returns is the handler's reply.

        Args: deadline_ms, since the epoch, 0 for never; try_again, called with the context set to the session, does
            and reports what the command does, and gives its reply, or NO_REPLY to wait on; kind, the type of value
            that the command can use; timed_out, the reply when the time is over; refused, the reply inside a
            transaction, where nobody may wait; when_gone, try again when a key vanishes or changes its type; wake,
            tells when, in ms since the epoch, to try again although no key was changed.
        """
        context = self.context
        if context.in_multi:
            return refused
        waiter = Waiter(session, keys, try_again, kind=kind, timed_out=timed_out, when_gone=when_gone)
        waiter.command = context.command
        waiter.argv = context.argv
        waiter.silent = bool(session.gate & GATE_REPLY_OFF) and session.silenced
        self.table.add(waiter)
        session.blocked = waiter
        session.gate |= GATE_WAITING
        if deadline_ms:
            at_ns = self.clock.mono_ns() + max(0, deadline_ms - context.clock.now_ms) * 1_000_000
            waiter.timer = self.timers.at(at_ns, lambda: self._time_out(waiter))
        if wake is not None:
            waiter.wake = wake
            self._set_alarm(waiter)
        context.effects_wanted = True
        return NO_REPLY

    def unblock(self, session: Session, *, error: bool) -> bool:
        """End a session's wait as if its time were over, or with an error; False when it does not wait."""
        waiter = session.blocked
        if waiter is None:
            return False
        if error:
            waiter.command.failed_calls += 1
            self._end(waiter, self.dispatcher.error(errors.UNBLOCKED))
        else:
            self._end(waiter, waiter.timed_out)
        return True

    def forget(self, session: Session) -> None:
        """The session is gone."""
        if session.blocked is not None:
            self._release(session.blocked)

    def _time_out(self, waiter: Waiter) -> None:
        self._end(waiter, waiter.timed_out)

    def _set_alarm(self, waiter: Waiter) -> None:
        """Have a waiter try again when it says so."""
        assert waiter.wake is not None, "the caller asked"
        wait_ms = max(waiter.wake(self.context) - self.context.clock.now_ms, 1)
        waiter.alarm = self.timers.at(self.clock.mono_ns() + wait_ms * 1_000_000, lambda: self._alarm(waiter))

    def _alarm(self, waiter: Waiter) -> None:
        context = self.context
        context.clock.now_ms = self.clock.wall_ms()
        waiter.alarm = None
        if not self._try(waiter):
            db = context.db
            context.db = waiter.session.db
            self._set_alarm(waiter)
            context.db = db
        self.serve_ready()

    def _release(self, waiter: Waiter) -> None:
        self.table.remove(waiter)
        waiter.session.blocked = None
        if waiter.timer is not None:
            waiter.timer.cancel()
            waiter.timer = None
        if waiter.alarm is not None:
            waiter.alarm.cancel()
            waiter.alarm = None
        if not self.table.count:
            self.context.effects.watches_changed()

    def _end(self, waiter: Waiter, reply: Reply) -> None:
        """Answer a session that waits, and let it go on with the commands that came meanwhile."""
        session = waiter.session
        self._release(waiter)
        if not waiter.silent:
            self.clients.send(session, reply)
        if session.backlog:
            self.dispatcher.resume(session)
        else:
            session.gate &= ~GATE_WAITING

    # -- serving -------------------------------------------------------------------------------------------------

    def serve_ready(self) -> None:
        """Let those who wait for a ready key try again. Called when a command is over and has been propagated."""
        while self.table.ready:
            for db, key in self.table.take_ready():
                self._serve(db, key)

    def _serve(self, db: Database, key: bytes) -> None:
        table = self.table
        queue = table.queue(db, key)
        passed = 0
        chunk = CHUNK
        while passed < len(queue):
            for waiter in list(islice(queue, passed, passed + chunk)):
                value = db.lookup(key)
                kind = None if value is None else type_name_of(value)
                if not table.when_gone_count and (kind is None or not table.kinds[kind]):
                    return
                if not (waiter.when_gone or kind == waiter.kind) or not self._try(waiter):
                    passed += 1
            chunk *= 2

    def _try(self, waiter: Waiter) -> bool:
        """Run a waiter's command again. False: it waits on."""
        session = waiter.session
        if hung_up(session):
            return False
        if self.dispatcher.postpones(session, waiter.command):
            self._release(waiter)
            session.backlog.appendleft(waiter.argv)
            self.dispatcher.postpone(session)
            return True
        context = self.context
        running, db = context.session, context.db
        context.session, context.db = session, session.db
        reply = self.dispatcher.call_again(waiter.command, waiter.argv, waiter.try_again)
        context.session, context.db = running, db
        if reply is NO_REPLY:
            return False
        self._end(waiter, reply)
        return True


def hung_up(session: Session) -> bool:
    """Whether the client has closed its end, although the executor has not been told yet."""
    conn = session.connection
    if conn.closed:
        return True
    if not _HANG_UP:
        return False
    poll = select.poll()
    poll.register(conn.fd, _HANG_UP)
    return bool(poll.poll(0))
