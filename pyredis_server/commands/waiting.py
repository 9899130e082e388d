"""What the commands share that take something at once or wait until there is something to take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from pyredis_server.commands.context import Context
from pyredis_server.resp.reply import NO_REPLY, NULL_ARRAY, Reply

Take: TypeAlias = Callable[[Context], Reply]  # NO_REPLY: there is nothing yet


def take_or_wait(ctx: Context, keys: Sequence[bytes], deadline_ms: int, take: Take, *, kind: bytes,
                 refused: Reply = NULL_ARRAY) -> Reply:
    """Try at once, else wait for a change of one of the keys and try again (executor/blocking.py).

    Args: deadline_ms, since the epoch, 0 for never; kind, the type of value that can serve; refused, the reply inside
        a transaction, where nobody may wait.
    """
    reply = take(ctx)
    if reply is not NO_REPLY:
        return reply
    return ctx.services.executor.block(ctx.session, keys, deadline_ms, take, kind=kind, refused=refused)
