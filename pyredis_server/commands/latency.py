"""LATENCY: what kept the server busy, and how long commands take (observe/latency.py)."""

from __future__ import annotations

from collections.abc import Iterator

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.commands.arguments import Str
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import ADMIN, LOADING, NOSCRIPT, STALE
from pyredis_server.commands.help import help_lines
from pyredis_server.commands.registry import Command, command
from pyredis_server.resp.reply import Reply, Verbatim

_TIPS = ("nondeterministic_output", "request_policy:all_nodes", "response_policy:special")
_TEXT = ("utf-8", "surrogateescape")


@command("LATENCY", group="server", since="2.8.13", arity=-2, complexity="Told by the subcommands")
def latency(ctx: Context) -> Reply:
    """Find out what makes the server wait."""
    raise AssertionError("a container is never run")


@command("LATENCY DOCTOR", group="server", since="2.8.13", arity=2, flags=ADMIN | NOSCRIPT | LOADING | STALE,
         tips=_TIPS, complexity="O(1)")
def latency_doctor(ctx: Context) -> Reply:
    """Report for people on the spikes seen, with advice."""
    return Verbatim(ctx.services.latency.doctor())


@command("LATENCY GRAPH", group="server", since="2.8.13", arity=3, flags=ADMIN | NOSCRIPT | LOADING | STALE,
         args=[Str("event")], tips=_TIPS, complexity="O(1)")
def latency_graph(ctx: Context, event: bytes) -> Reply:
    """Draw the latencies of an event in ASCII."""
    graph = ctx.services.latency.graph(event.decode(*_TEXT))
    if graph is None:
        raise CommandError(errors.LATENCY_NO_SAMPLES % event)
    return Verbatim(graph)


@command("LATENCY HELP", group="server", since="2.8.13", arity=2, flags=LOADING | STALE)
def latency_help(ctx: Context) -> Reply:
    """List the subcommands of LATENCY."""
    return help_lines(
        "LATENCY",
        ("DOCTOR", "Report on the spikes seen, with advice."),
        ("GRAPH <event>", "Draw the latencies of an event in ASCII."),
        ("HISTORY <event>", "Give the times and latencies of an event."),
        ("LATEST", "Give the last latency of each event."),
        ("RESET [<event> ...]", "Forget the events named, or all."),
        ("HISTOGRAM [<command> ...]", "Give the distribution of the time that the commands named took, or all did."),
    )


@command("LATENCY HISTOGRAM", group="server", since="7.0.0", arity=-2, flags=ADMIN | NOSCRIPT | LOADING | STALE,
         args=[Str("command", optional=True, multiple=True)], tips=_TIPS,
         complexity="O(N), N being the number of commands with figures")
def latency_histogram(ctx: Context, *names: bytes) -> Reply:
    """Give the distribution of the time that calls of commands took."""
    return ctx.services.latency.distributions(_named(ctx, names) if names else ctx.services.table.walk())


@command("LATENCY HISTORY", group="server", since="2.8.13", arity=3, flags=ADMIN | NOSCRIPT | LOADING | STALE,
         args=[Str("event")], tips=_TIPS, complexity="O(1)")
def latency_history(ctx: Context, event: bytes) -> Reply:
    """Give the times and latencies of an event."""
    return ctx.services.latency.history(event.decode(*_TEXT))


@command("LATENCY LATEST", group="server", since="2.8.13", arity=2, flags=ADMIN | NOSCRIPT | LOADING | STALE,
         tips=_TIPS, complexity="O(1)")
def latency_latest(ctx: Context) -> Reply:
    """Give the last and the worst latency of each event."""
    return ctx.services.latency.latest()


@command("LATENCY RESET", group="server", since="2.8.13", arity=-2, flags=ADMIN | NOSCRIPT | LOADING | STALE,
         args=[Str("event", optional=True, multiple=True)],
         tips=("request_policy:all_nodes", "response_policy:agg_sum"), complexity="O(1)")
def latency_reset(ctx: Context, *events: bytes) -> Reply:
    """Forget the latencies of some events, or of all, and count those events."""
    return ctx.services.latency.reset([event.decode(*_TEXT) for event in events] if events else None)


def _named(ctx: Context, names: tuple[bytes, ...]) -> Iterator[Command]:
    """The commands named, each with its subcommands; unknown names are passed over."""
    for name in names:
        found = ctx.services.table.resolve(name)
        if found is not None:
            yield found
            yield from found.subcommands.values()
