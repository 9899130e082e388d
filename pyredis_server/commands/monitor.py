"""MONITOR: watch all commands. What is sent is observe/monitor.py's; RESET and the end of the connection end it."""

from __future__ import annotations

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import ADMIN, LOADING, NOSCRIPT, STALE
from pyredis_server.commands.registry import command
from pyredis_server.resp.reply import NO_REPLY, OK, Reply


@command("MONITOR", group="server", since="1.0.0", arity=1, flags=ADMIN | NOSCRIPT | LOADING | STALE,
         complexity="O(1); each command that runs then costs O(N), N being the number of clients that watch")
def monitor(ctx: Context) -> Reply:
    """Watch the commands that all clients send."""
    if ctx.in_multi:
        raise CommandError(errors.MONITOR_NOT_HERE)
    if ctx.session.is_monitor:
        return NO_REPLY  # as Redis: a second MONITOR is not answered
    ctx.services.monitors.attach(ctx.session)
    return OK
