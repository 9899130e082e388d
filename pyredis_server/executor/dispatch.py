"""Commands off the straight path: refused, queued, postponed, or run with all that watches them.

Owner: the executor thread. `unusual` takes what the loop's one question sent here; `call` is the only other place that
runs a handler, for transactions, replays and scripts too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pyredis_server.base import errors
from pyredis_server.base.clock import Clock
from pyredis_server.base.errors import CommandError
from pyredis_server.base.log import Logger
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import Flag
from pyredis_server.commands.registry import Command
from pyredis_server.commands.transactions import RUN_AT_ONCE, discard_transaction
from pyredis_server.config.choices import Permission
from pyredis_server.config.directives.observability import LATENCY_MONITOR_THRESHOLD, SLOWLOG_LOG_SLOWER_THAN
from pyredis_server.config.directives.security import ENABLE_DEBUG_COMMAND, ENABLE_MODULE_COMMAND
from pyredis_server.executor.effects import Effects
from pyredis_server.executor.gate import (
    ALLOWED_SUBSCRIBED,
    ALWAYS,
    MONITOR,
    PAUSED,
    PAUSED_WRITES,
    PROPAGATE,
)
from pyredis_server.resp.reply import NO_REPLY, QUEUED, Error, Reply
from pyredis_server.sessions.session import (
    GATE_CLOSING,
    GATE_MULTI,
    GATE_NO_AUTH,
    GATE_NO_TOUCH,
    GATE_REPLY_OFF,
    GATE_SUBSCRIBED_RESP2,
    GATE_WAITING,
    Session,
)

STALE_NS = 1_000_000  # after a command of over 1 ms the batch's time stamp is taken anew
MAX_ERROR_KINDS = 128  # beyond it clients that send ever new errors would fill the memory
ERRORS_DISABLED = b"ERRORSTATS_DISABLED"


class Dispatcher:
    """Runs one command at a time under all circumstances."""

    def __init__(self, context: Context, clock: Clock, effects: Effects, log: Logger) -> None:
        self.context = context
        self.services = context.services
        self.clock = clock
        self.effects = effects
        self.log = log
        self.gate = ALWAYS
        self.slow_ns = STALE_NS
        self.slowlog_ns = -1  # -1: off
        self.latency_ns = 0  # 0: off
        self.pause_until_ms = 0
        self.pause_all = False
        self.monitoring = False
        self.postponed: dict[Session, None] = {}  # in order of arrival
        self.resume: Callable[[Session], None] = lambda session: None  # joined by the executor
        self.serve_ready: Callable[[], None] = lambda: None  # joined by app.py: blocking.py's

    # -- masks and limits ----------------------------------------------------------------------------------------

    def refresh_gates(self) -> None:
        """Recompute the server's mask."""
        gate = ALWAYS
        self.monitoring = bool(len(self.services.monitors))
        if self.monitoring:
            gate |= MONITOR
        if self.pause_until_ms:
            gate |= PAUSED if self.pause_all else PAUSED_WRITES
        if self.context.propagating:
            gate |= PROPAGATE
        self.gate = gate

    def refresh_limits(self) -> None:
        """Take over what the configuration says of slow commands."""
        config = self.context.config
        slower_than_us = config[SLOWLOG_LOG_SLOWER_THAN]
        self.slowlog_ns = slower_than_us * 1000 if slower_than_us >= 0 else -1
        self.latency_ns = config[LATENCY_MONITOR_THRESHOLD] * 1_000_000
        thresholds = [STALE_NS]
        if self.slowlog_ns >= 0:
            thresholds.append(self.slowlog_ns - 1)
        if self.latency_ns:
            thresholds.append(self.latency_ns - 1)
        self.slow_ns = min(thresholds)

    # -- errors --------------------------------------------------------------------------------------------------

    def error(self, message: bytes) -> Error:
        """Make an error reply and count it, as INFO errorstats shows."""
        stats = self.services.stats
        stats.total_error_replies += 1
        code = message.split(b" ", 1)[0]
        kinds = stats.errors
        if code in kinds:
            kinds[code] += 1
        elif ERRORS_DISABLED not in kinds:
            kinds[code] = 1
            if len(kinds) == MAX_ERROR_KINDS:  # somebody makes up codes: Redis gives up counting until RESETSTAT
                kinds.clear()
                kinds[ERRORS_DISABLED] = 1
                self.log.warning("Errorstats stopped adding new errors because the number of errors reached the limit")
        return Error(message)

    def internal_error(self, argv: Sequence[bytes]) -> Error:
        """Answer for a handler that raised what it should not have; called in the except block."""
        self.log.exception(f"Unexpected exception in the handler of {argv[0]!r}")
        self.services.stats.unexpected_error_replies += 1
        return self.error(errors.INTERNAL)

    # -- the ordered way -----------------------------------------------------------------------------------------

    def unusual(self, session: Session, argv: list[bytes]) -> Reply:
        """Do with a command whatever the session's and the server's state demands."""
        if session.gate & (GATE_CLOSING | GATE_WAITING):
            if not session.gate & GATE_CLOSING:
                session.backlog.append(argv)
                self._uncount(session)
            return NO_REPLY
        reply = self._process(session, argv)
        if session.gate & GATE_REPLY_OFF:
            silenced = session.silenced
            session.reply_decided()
            return NO_REPLY if silenced else reply
        return reply

    def _process(self, session: Session, argv: list[bytes]) -> Reply:
        command = self.services.table.find(argv[0])
        if command is None:
            return self._refuse(session, None, errors.unknown_command(argv[0], argv[1:]))
        args = argv[1:]
        if command.subcommands and args:
            found = command.subcommands.get(args[0].lower())
            if found is None:
                return self._refuse(session, None, errors.unknown_subcommand(args[0], command.spec.name))
            command = found
            args = args[1:]
        session.last_command = command
        if not command.low <= len(argv) <= command.high:
            return self._refuse(session, command, errors.WrongArity(command.name).message)
        refusal = self._refusal(session, command)
        if refusal is not None:
            return self._refuse(session, command, refusal)
        if self.postpones(session, command):
            session.gate |= GATE_WAITING
            session.backlog.append(argv)
            self._uncount(session)
            self.postpone(session)
            return NO_REPLY
        if session.gate & GATE_MULTI and command.name not in RUN_AT_ONCE:
            session.queued.append((command, argv))
            self._uncount(session)
            return QUEUED
        return self.call(session, command, argv, args)

    def _refusal(self, session: Session, command: Command) -> bytes | None:
        """Give the error that keeps the command from running, the first that applies in Redis's order."""
        flags = command.spec.flags
        if flags & Flag.PROTECTED:
            name = command.parent.name if command.parent else command.name
            allowed = self.context.config[ENABLE_MODULE_COMMAND if name == "module" else ENABLE_DEBUG_COMMAND]
            if allowed is Permission.NO or (allowed is Permission.LOCAL and not session.is_local):
                return errors.MODULE_NOT_ALLOWED if name == "module" else errors.DEBUG_NOT_ALLOWED
        if session.gate & GATE_NO_AUTH and not flags & Flag.NO_AUTH:
            return errors.NO_AUTH
        if session.gate & GATE_MULTI and flags & Flag.NO_MULTI:
            return errors.NOT_IN_MULTI
        if session.gate & GATE_SUBSCRIBED_RESP2 and command.name not in ALLOWED_SUBSCRIBED:
            return errors.only_in_subscribed(command.name)
        return None

    def _refuse(self, session: Session, command: Command | None, message: bytes) -> Error:
        if command is not None:
            command.rejected_calls += 1
        self._uncount(session)
        if command is not None and command.name == "exec":
            discard_transaction(self.context, session)
            message = errors.EXEC_ABORT_REASON % message.removeprefix(b"ERR ")
        elif session.gate & GATE_MULTI:
            session.queue_failed = True
        return self.error(message)

    def _uncount(self, session: Session) -> None:
        """Take back what the loop counts of a command that did not run; if it runs later, that counts it."""
        session.commands_total -= 1
        self.services.stats.total_commands_processed -= 1

    def postpones(self, session: Session, command: Command) -> bool:
        """Whether CLIENT PAUSE holds the command back now."""
        if not self.pause_until_ms:
            return False
        if self.pause_all:
            return True
        wanted = Flag.WRITE | Flag.MAY_REPLICATE
        if command.name == "exec":
            return any(queued.spec.flags & wanted for queued, _ in session.queued)
        return bool(command.spec.flags & wanted)

    # -- running -------------------------------------------------------------------------------------------------

    def call(self, session: Session, command: Command, argv: list[bytes], args: Sequence[bytes]) -> Reply:
        """Run a handler with everything around it: counters, SLOWLOG, MONITOR, propagation.

        `args` is what the handler takes: argv without the names. Errors come back as replies.
        """
        context = self.context
        effects = self.effects
        outer = context.enter(command, argv)
        effects.depth += 1
        db_index = context.db.index
        dirty = context.dirty
        access = context.keyspace.access
        access.paused = bool(session.gate & GATE_NO_TOUCH) and command.name != "touch"
        start_ns = self.clock.mono_ns()
        reply: Reply
        try:
            reply = command.handler(context, *args)
        except CommandError as error:
            command.failed_calls += 1
            reply = self.error(error.message)
        except Exception:  # noqa: BLE001  # as in the loop: our bug, the server lives on
            command.failed_calls += 1
            reply = self.internal_error(argv)
        elapsed_ns = self.clock.mono_ns() - start_ns
        access.paused = False
        command.calls += 1
        command.nanoseconds += elapsed_ns
        command.histogram[elapsed_ns // 1000] += 1
        self._propagate(command, argv, db_index, dirty)
        shown: Sequence[bytes] = argv
        if context.redacted:
            shown = [b"(redacted)" if at in context.redacted else each for at, each in enumerate(argv)]
        if elapsed_ns > self.slow_ns:
            self.slow(session, command, shown, elapsed_ns)
        if self.monitoring and not command.spec.flags & (Flag.SKIP_MONITOR | Flag.ADMIN):
            self.services.monitors.feed(session, shown)
        context.leave(outer)
        effects.depth -= 1
        if not effects.depth:
            effects.flush()
            if effects.waits.ready:
                self.serve_ready()
        return reply

    def call_again(self, command: Command, argv: list[bytes], handler: Callable[[Context], Reply]) -> Reply:
        """Run what a blocked command does once its key is ready. It was counted and shown when it came."""
        context = self.context
        effects = self.effects
        outer = context.enter(command, argv)
        effects.depth += 1
        dirty = context.dirty
        try:
            reply = handler(context)
        except CommandError as error:
            command.failed_calls += 1
            reply = self.error(error.message)
        except Exception:  # noqa: BLE001  # as in the loop: our bug, the server lives on
            command.failed_calls += 1
            reply = self.internal_error(argv)
        self._propagate(command, argv, context.db.index, dirty)
        context.leave(outer)
        effects.depth -= 1
        effects.flush()
        return reply

    def _propagate(self, command: Command, argv: list[bytes], db_index: int, dirty: int) -> None:
        """Send on what a command did: what it said itself, else, if `dirty` grew, the command as it came."""
        context = self.context
        if not context.propagating:
            return
        if context.propagated is not None:
            self.effects.propagate(db_index, context.propagated)
        elif context.dirty != dirty and command.spec.flags & (Flag.WRITE | Flag.MAY_REPLICATE):
            self.effects.propagate(db_index, [tuple(argv)])

    def run_queued(self, session: Session) -> Reply:
        """Run what MULTI queued and give its replies, as EXEC does. CLIENT LIST shows the queue until EXEC drops it."""
        queued = session.queued
        context = self.context
        context.in_multi = True
        replies: list[Reply] = []
        try:
            for command, argv in queued:
                context.session = session
                context.db = session.db
                self.services.stats.total_commands_processed += 1
                args = argv[2:] if command.parent else argv[1:]
                replies.append(self.call(session, command, argv, args))
                session.commands_total += 1
        finally:
            context.in_multi = False
        return replies

    def slow(self, session: Session, command: Command, argv: Sequence[bytes], elapsed_ns: int) -> None:
        """Note that a command took long: the time stamp, SLOWLOG, latency events."""
        if elapsed_ns >= STALE_NS:
            self.context.clock.now_ms = self.clock.wall_ms()
        if 0 <= self.slowlog_ns <= elapsed_ns and not command.spec.flags & Flag.SKIP_SLOWLOG:
            self.services.slowlog.record(session, argv, elapsed_ns // 1000)
        if self.latency_ns and elapsed_ns >= self.latency_ns:
            event = "fast-command" if command.spec.flags & Flag.FAST else "command"
            self.services.latency.record(event, elapsed_ns // 1_000_000)

    # -- CLIENT PAUSE --------------------------------------------------------------------------------------------

    def pause(self, until_ms: int, *, all_commands: bool) -> None:
        """Postpone commands until `until_ms`; a running pause is never shortened nor weakened."""
        self.pause_until_ms = max(self.pause_until_ms, until_ms)
        self.pause_all = self.pause_all or all_commands
        self.refresh_gates()

    def postpone(self, session: Session) -> None:
        """Keep a session with GATE_WAITING, whose backlog begins with a paused command, until the pause is over."""
        session.postponed = self.postponed
        self.postponed[session] = None

    def unpause(self) -> None:
        """Let all clients go on, in the order in which they were stopped."""
        self.pause_until_ms = 0
        self.pause_all = False
        self.refresh_gates()
        postponed = list(self.postponed)
        self.postponed.clear()
        for session in postponed:
            session.postponed = None
            self.resume(session)

    def forget(self, session: Session) -> None:
        """The session is gone."""
        self.postponed.pop(session, None)

    def end_pause_if_over(self, now_ms: int) -> None:
        """Called by cron and by a timer."""
        if self.pause_until_ms and now_ms >= self.pause_until_ms:
            self.unpause()


