"""The server itself: TIME, SHUTDOWN, LOLWUT. The art is in lolwut.py."""

from __future__ import annotations

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.base.version import REDIS_VERSION
from pyredis_server.commands import lolwut as art
from pyredis_server.commands.arguments import Int, OneOf, Token
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import (
    ADMIN,
    ALLOW_BUSY,
    FAST,
    LOADING,
    NO_MULTI,
    NOSCRIPT,
    READONLY,
    STALE,
)
from pyredis_server.commands.options import integer
from pyredis_server.commands.registry import command
from pyredis_server.resp.reply import Reply, Verbatim


@command("TIME", group="server", since="2.6.0", arity=1, flags=LOADING | STALE | FAST,
         tips=("nondeterministic_output",), complexity="O(1)")
def time(ctx: Context) -> Reply:
    """Tell the server's time: seconds since the epoch, and microseconds within the second."""
    seconds, microseconds = divmod(ctx.services.wall.wall_us(), 1_000_000)
    return [b"%d" % seconds, b"%d" % microseconds]


@command("LOLWUT", group="server", since="5.0.0", arity=-1, flags=READONLY | FAST,
         args=[Int("version", token="VERSION", optional=True)],
         complexity="O(N), N being the size of the picture")
def lolwut(ctx: Context, *options: bytes) -> Reply:
    """Draw something, and tell the version."""
    version = art.LATEST
    numbers: list[int] = []
    if len(options) > 1 and options[0].upper() == b"VERSION":
        version = integer(options[1])
        if version in art.PIECES:
            numbers = [integer(raw) for raw in options[2:]]
    picture = art.draw(version, numbers, ctx.keyspace.random)
    return Verbatim(f"{picture}Redis ver. {REDIS_VERSION}\n".encode())


@command("SHUTDOWN", group="server", since="1.0.0", arity=-1,
         flags=ADMIN | NOSCRIPT | LOADING | STALE | NO_MULTI | ALLOW_BUSY,
         args=[OneOf("save-selector", Token("NOSAVE"), Token("SAVE"), optional=True),
               Token("NOW", optional=True, since="7.0.0"), Token("FORCE", optional=True, since="7.0.0"),
               Token("ABORT", optional=True, since="7.0.0")],
         history=(("7.0.0", "Takes NOW, FORCE and ABORT."),),
         complexity="O(N) with a snapshot, N being the number of keys; else O(1)")
def shutdown(ctx: Context, *options: bytes) -> Reply:
    """Save what has to be saved and end the server."""
    words = {option.upper() for option in options}
    if words - {b"SAVE", b"NOSAVE", b"NOW", b"FORCE", b"ABORT"} or {b"SAVE", b"NOSAVE"} <= words:
        raise CommandError(errors.SYNTAX)
    abort = b"ABORT" in words
    if abort and len(words) > 1:
        raise CommandError(errors.SYNTAX)
    if ctx.in_multi and not abort and b"NOW" not in words:
        raise CommandError(errors.SHUTDOWN_NOT_HERE)
    save = True if b"SAVE" in words else False if b"NOSAVE" in words else None
    return ctx.services.lifecycle.request_shutdown(
        ctx.session, save=save, now=b"NOW" in words, force=b"FORCE" in words, abort=abort)
