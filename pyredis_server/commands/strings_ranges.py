"""Commands on parts of strings: APPEND, GETRANGE, SUBSTR, SETRANGE, STRLEN.

APPEND and SETRANGE turn a value into a `bytearray`, which grows in place: that is Redis's "raw" encoding.
"""

from __future__ import annotations

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.commands.arguments import Int, Key, Str
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import DENYOOM, FAST, READONLY, WRITE
from pyredis_server.commands.keyspecs import Keys
from pyredis_server.commands.options import integer
from pyredis_server.commands.registry import command
from pyredis_server.config import directives


@command("APPEND", group="string", since="2.0.0", arity=3, flags=WRITE | DENYOOM | FAST,
         keys=[Keys(1, 1, access="RW|insert")],
         args=[Key("key"), Str("value")],
         complexity="O(1) amortised: the room for a string grows ahead of it")
def append(ctx: Context, key: bytes, value: bytes) -> int:
    """Add bytes to the end of a string and give its new length."""
    db = ctx.db
    current = db.write_string(key)
    if current is None:
        db.put(key, value)
        ctx.changed(key, b"append")
        return len(value)
    _check_length(ctx, len(current) + len(value))
    if not isinstance(current, bytearray):
        current = bytearray(current)
        db.set(key, current)
    current += value
    ctx.changed(key, b"append")
    return len(current)


@command("SETRANGE", group="string", since="2.2.0", arity=4, flags=WRITE | DENYOOM,
         keys=[Keys(1, 1, access="RW|update")],
         args=[Key("key"), Int("offset"), Str("value")],
         complexity="O(M) for M bytes written; O(N) for a string of N bytes that first changes in place or must grow")
def setrange(ctx: Context, key: bytes, offset: bytes, value: bytes) -> int:
    """Overwrite part of a string from an offset on, filling up with zero bytes, and give its new length."""
    start = integer(offset)
    if start < 0:
        raise CommandError(errors.OFFSET_OUT_OF_RANGE)
    db = ctx.db
    current = db.write_string(key)
    if not value:
        return 0 if current is None else len(current)
    end = start + len(value)
    _check_length(ctx, end)
    if not isinstance(current, bytearray):
        current = bytearray(current or b"")
        db.set(key, current)
    if len(current) < start:
        current += bytes(start - len(current))
    current[start:end] = value
    ctx.changed(key, b"setrange")
    return len(current)


@command("GETRANGE", group="string", since="2.4.0", arity=4, flags=READONLY,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Int("start"), Int("end")], complexity="O(N) for N bytes in the reply")
def getrange(ctx: Context, key: bytes, start: bytes, end: bytes) -> bytes:
    """Give the part of a string from one offset to another, which is part of it; negative ones count from the end."""
    return _part(ctx, key, start, end)


@command("SUBSTR", group="string", since="1.0.0", arity=4, flags=READONLY,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Int("start"), Int("end")],
         deprecated_since="2.0.0", replaced_by="`GETRANGE`", complexity="O(N) for N bytes in the reply")
def substr(ctx: Context, key: bytes, start: bytes, end: bytes) -> bytes:
    """Give a part of a string: the old name of GETRANGE."""
    return _part(ctx, key, start, end)


@command("STRLEN", group="string", since="2.2.0", arity=2, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO")],
         args=[Key("key")])
def strlen(ctx: Context, key: bytes) -> int:
    """Give the length of a string in bytes."""
    value = ctx.db.read_string(key)
    return 0 if value is None else len(value)


def _part(ctx: Context, key: bytes, start: bytes, end: bytes) -> bytes:
    first = integer(start)
    last = integer(end)
    value = ctx.db.read_string(key)
    if value is None or 0 > first > last:
        return b""
    size = len(value)
    if first < 0:
        first = max(first + size, 0)
    if last < 0:
        last = max(last + size, 0)  # so an end before the start still shows the first byte
    return bytes(value[first : last + 1])


def _check_length(ctx: Context, size: int) -> None:
    if size > ctx.config[directives.clients.PROTO_MAX_BULK_LEN]:
        raise CommandError(errors.STRING_TOO_LONG)
