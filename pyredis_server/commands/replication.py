"""Replication as clients see it: ROLE."""

from __future__ import annotations

from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import FAST, LOADING, NOSCRIPT, STALE
from pyredis_server.commands.registry import command
from pyredis_server.resp.reply import Reply


@command("ROLE", group="server", since="2.8.12", arity=1, flags=NOSCRIPT | LOADING | STALE | FAST,
         categories=("admin", "dangerous"),
         complexity="O(1)")
def role(ctx: Context) -> Reply:
    """Tell whether the server is a primary or a replica, and how far replication is."""
    return [b"master", 0, []]
