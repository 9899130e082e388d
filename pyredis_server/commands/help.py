"""The reply of HELP subcommands, in Redis's shape."""

from __future__ import annotations

from pyredis_server.resp.reply import Reply, Status


def help_lines(container: str, *topics: tuple[str, ...]) -> Reply:
    """List subcommands: each topic is (usage, line of explanation, ...). HELP itself is added."""
    lines = [f"{container} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"]
    for usage, *explanation in (*topics, ("HELP", "Show this list.")):
        lines.append(usage)
        lines += [f"    {line}" for line in explanation]
    return [Status(line.encode()) for line in lines]
