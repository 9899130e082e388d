"""INFO: what the server is and does, in sections of fields. The sections are observe/info_sections.py."""

from __future__ import annotations

from pyredis_server.commands.arguments import Str
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import LOADING, STALE
from pyredis_server.commands.registry import command
from pyredis_server.resp.reply import Reply, Verbatim


@command("INFO", group="server", since="1.0.0", arity=-1, flags=LOADING | STALE,
         args=[Str("section", optional=True, multiple=True)],
         categories=("dangerous",),
         tips=("nondeterministic_output", "request_policy:all_shards", "response_policy:special"),
         history=(("7.0.0", "Takes several sections."),),
         complexity="O(1), but for sections that list commands or clients")
def info(ctx: Context, *sections: bytes) -> Reply:
    """Tell what the server is and does, in sections of fields."""
    return Verbatim(ctx.services.info.render(sections))
