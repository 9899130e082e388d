"""SLOWLOG: the log of commands that took long (observe/slowlog.py)."""

from __future__ import annotations

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.commands.arguments import Int
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import ADMIN, LOADING, STALE
from pyredis_server.commands.help import help_lines
from pyredis_server.commands.options import at_least
from pyredis_server.commands.registry import command
from pyredis_server.resp.reply import OK, Reply

DEFAULT_COUNT = b"10"


@command("SLOWLOG", group="server", since="2.2.12", arity=-2, complexity="Told by the subcommands")
def slowlog(ctx: Context) -> Reply:
    """Work with the log of slow commands."""
    raise AssertionError("a container is never run")


@command("SLOWLOG GET", group="server", since="2.2.12", arity=-2, flags=ADMIN | LOADING | STALE,
         args=[Int("count", optional=True)],
         tips=("request_policy:all_nodes", "nondeterministic_output"),
         history=(("4.0.0", "Entries tell the client's address and name."),
                  ("8.10.0", "Entries tell how many arguments the command had.")),
         complexity="O(N), N being the number of entries given")
def slowlog_get(ctx: Context, count: bytes = DEFAULT_COUNT, *excess: bytes) -> Reply:
    """Give the newest entries of the log: 10, a number, or all for -1."""
    if excess:
        raise CommandError(errors.SUBCOMMAND_SYNTAX % (b"GET", b"SLOWLOG"))
    return ctx.services.slowlog.entries(at_least(-1, count, errors.SLOWLOG_COUNT))


@command("SLOWLOG HELP", group="server", since="6.2.0", arity=2, flags=LOADING | STALE)
def slowlog_help(ctx: Context) -> Reply:
    """List the subcommands of SLOWLOG."""
    return help_lines(
        "SLOWLOG",
        ("GET [<count>]", "Give the newest entries (default: 10, -1: all). An entry tells id, unix time,",
         "microseconds, arguments, the client's address and name, and the number of arguments."),
        ("LEN", "Count the entries."),
        ("RESET", "Forget all entries."),
    )


@command("SLOWLOG LEN", group="server", since="2.2.12", arity=2, flags=ADMIN | LOADING | STALE,
         tips=("request_policy:all_nodes", "response_policy:agg_sum", "nondeterministic_output"),
         complexity="O(1)")
def slowlog_len(ctx: Context) -> Reply:
    """Count the entries of the log."""
    return len(ctx.services.slowlog)


@command("SLOWLOG RESET", group="server", since="2.2.12", arity=2, flags=ADMIN | LOADING | STALE,
         tips=("request_policy:all_nodes", "response_policy:all_succeeded"),
         complexity="O(N), N being the number of entries")
def slowlog_reset(ctx: Context) -> Reply:
    """Forget all entries of the log."""
    ctx.services.slowlog.clear()
    return OK
