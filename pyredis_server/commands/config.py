"""CONFIG: read and change directives at run time. The work is done in config/manager.py."""

from __future__ import annotations

from pyredis_server.commands.arguments import Block, Str
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import ADMIN, LOADING, NOSCRIPT, STALE
from pyredis_server.commands.help import help_lines
from pyredis_server.commands.registry import command
from pyredis_server.resp.reply import OK, Map, Reply


@command("CONFIG", group="server", since="2.0.0", arity=-2)
def config(ctx: Context) -> Reply:
    """Hold the commands about the server's configuration."""
    raise AssertionError


@command("CONFIG GET", group="server", since="2.0.0", arity=-3, flags=ADMIN | NOSCRIPT | LOADING | STALE,
         args=[Str("parameter", multiple=True)], history=(("7.0.0", "Takes several patterns."),),
         complexity="O(N), N being the number of patterns")
def config_get(ctx: Context, *patterns: bytes) -> Reply:
    """Show the directives whose names match one of the patterns."""
    return Map.of(ctx.services.config_manager.get(patterns))


@command("CONFIG SET", group="server", since="2.0.0", arity=-4, flags=ADMIN | NOSCRIPT | LOADING | STALE,
         args=[Block("data", Str("parameter"), Str("value"), multiple=True)],
         history=(("7.0.0", "Takes several directives."),),
         tips=("request_policy:all_nodes", "response_policy:all_succeeded"),
         complexity="O(N), N being the number of directives")
def config_set(ctx: Context, *pairs: bytes) -> Reply:
    """Change directives, all of them or, if one is refused, none."""
    manager = ctx.services.config_manager
    ctx.redact(*(position + 2 for position in manager.secrets(pairs)))
    manager.set(pairs, is_local=ctx.session.is_local)
    return OK


@command("CONFIG REWRITE", group="server", since="2.8.0", arity=2, flags=ADMIN | NOSCRIPT | LOADING | STALE,
         tips=("request_policy:all_nodes", "response_policy:all_succeeded"), complexity="O(1)")
def config_rewrite(ctx: Context) -> Reply:
    """Write the directives in force to the configuration file."""
    ctx.services.config_manager.rewrite()
    return OK


@command("CONFIG RESETSTAT", group="server", since="2.0.0", arity=2, flags=ADMIN | NOSCRIPT | LOADING | STALE,
         tips=("request_policy:all_nodes", "response_policy:all_succeeded"), complexity="O(1)")
def config_resetstat(ctx: Context) -> Reply:
    """Begin to count anew what INFO and LATENCY HISTOGRAM count."""
    ctx.services.info.reset_stats()
    return OK


@command("CONFIG HELP", group="server", since="5.0.0", arity=2, flags=LOADING | STALE, complexity="O(1)")
def config_help(ctx: Context) -> Reply:
    """List the subcommands."""
    return help_lines(
        "CONFIG",
        ("GET <pattern> [<pattern> ...]", "Show the directives whose names match a pattern, with their values."),
        ("SET <directive> <value> [<directive> <value> ...]", "Change directives, all or none."),
        ("RESETSTAT", "Begin to count anew what INFO shows."),
        ("REWRITE", "Write the directives in force to the configuration file."),
    )
