"""Walking the key space: KEYS, SCAN, RANDOMKEY, DBSIZE.

SCAN and RANDOMKEY delete the expired keys that they would give, KEYS only leaves them out, DBSIZE counts them.
Source: the release notes of Redis 8.6 (and 8.2.7) for SCAN; 8.2.0 to 8.2.6 also delete what the filters leave out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Generic, Protocol, TypeVar

import attrs

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.base.globs import compile_glob
from pyredis_server.base.numeric import UINT64_MAX, parse_int
from pyredis_server.commands.arguments import Int, Pattern, Str
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import FAST, READONLY, TOUCHES_ARBITRARY_KEYS
from pyredis_server.commands.options import integer
from pyredis_server.commands.registry import command
from pyredis_server.keyspace.hooks import Overdue
from pyredis_server.keyspace.values import type_name_of
from pyredis_server.resp.reply import Reply

DEFAULT_SCAN_COUNT: Final = 10
# What is no canonical integer Redis reads with C's strtoull: spaces and a sign go before it, and a minus wraps around.
_LAX_CURSOR: Final = re.compile(rb"[ \t\n\v\f\r]*([+-]?)([0-9]+)")
_WILDCARD: Final = re.compile(rb"[*?\[\\]")


class Scannable(Protocol):
    """A value that can be walked a few elements at a time."""

    def scan(self, cursor: int, count: int) -> tuple[int, list[bytes]]:
        """The cursor to go on with, 0 at the end, and what was met."""


V = TypeVar("V", bound=Scannable)


@command("KEYS", group="generic", since="1.0.0", arity=2, flags=READONLY,
         args=[Pattern("pattern")], categories=("dangerous",),
         tips=("request_policy:all_shards", "nondeterministic_output_order"),
         complexity="O(N) for N keys in the database")
def keys(ctx: Context, pattern: bytes) -> list[bytes]:
    """List the keys whose names match a glob pattern."""
    db = ctx.db
    values = db.values
    found: list[bytes]
    if pattern == b"*":
        found = list(values)
    elif not _WILDCARD.search(pattern):
        found = [pattern] if pattern in values else []
    else:
        found = list(filter(compile_glob(pattern), values))
    if db.expires and ctx.keyspace.overdue is not Overdue.IGNORE:
        now_ms = ctx.clock.now_ms
        expire_at = db.expires.get
        found = [key for key in found if expire_at(key, now_ms) >= now_ms]
    return found


@command("SCAN", group="generic", since="2.8.0", arity=-2, flags=READONLY | TOUCHES_ARBITRARY_KEYS,
         args=[Int("cursor"), Pattern("pattern", token="MATCH", optional=True), Int("count", token="COUNT",
               optional=True), Str("type", token="TYPE", optional=True, since="6.0.0")],
         tips=("nondeterministic_output", "request_policy:special", "response_policy:special"),
         complexity="O(1) for a call, O(N) for all calls that walk N keys", history=[("6.0.0", "Takes `TYPE`.")])
def scan(ctx: Context, cursor: bytes, *options: bytes) -> list[Reply]:
    """Walk the keys of the database a few at a time."""
    start = read_cursor(cursor)
    wanted = read_scan_options(options, type_allowed=True)
    db = ctx.db
    following, found = db.scan(start, wanted.count)
    if wanted.type is not None:
        values = db.values
        found = [key for key in found if type_name_of(values[key]) == wanted.type]
    if wanted.pattern is not None:
        found = list(filter(compile_glob(wanted.pattern), found))
    if db.expires:
        found = [key for key in found if db.lookup(key) is not None]
    return [b"%d" % following, found]


@command("RANDOMKEY", group="generic", since="1.0.0", arity=1, flags=READONLY | TOUCHES_ARBITRARY_KEYS,
         tips=("request_policy:all_shards", "response_policy:special", "nondeterministic_output"))
def randomkey(ctx: Context) -> bytes | None:
    """Pick a key at random."""
    return ctx.db.random_key()


@command("DBSIZE", group="server", since="1.0.0", arity=1, flags=READONLY | FAST, categories=("keyspace",),
         tips=("request_policy:all_shards", "response_policy:agg_sum"))
def dbsize(ctx: Context) -> int:
    """Count the keys of the database."""
    return len(ctx.db)


@attrs.define
class ScanOptions:
    """What follows the cursor of SCAN, HSCAN, SSCAN and ZSCAN. `pattern` is None where every name matches."""

    count: int = DEFAULT_SCAN_COUNT
    pattern: bytes | None = None
    type: bytes | None = None
    novalues: bool = False


@attrs.define
class Walked(Generic[V]):
    """What one call of HSCAN, SSCAN or ZSCAN met."""

    value: V
    following: bytes  # the cursor for the next call
    found: list[bytes]
    novalues: bool


def walk_value(ctx: Context, key: bytes, kind: type[V], cursor: bytes, options: Sequence[bytes], *,
               novalues_allowed: bool = False) -> Walked[V] | None:
    """Walk on in a value, as HSCAN, SSCAN and ZSCAN do; None where there is no such key.

    Raises: WrongType, CommandError for a wrong cursor or wrong options.
    """
    start = read_cursor(cursor)
    value = ctx.db.read_as(key, kind)
    if value is None:
        return None
    wanted = read_scan_options(options, novalues_allowed=novalues_allowed)
    following, found = value.scan(start, wanted.count)
    if wanted.pattern is not None:
        found = list(filter(compile_glob(wanted.pattern), found))
    return Walked(value, b"%d" % following, found, wanted.novalues)


def read_cursor(raw: bytes) -> int:
    """The cursor that a client sent back. Raises CommandError(INVALID_CURSOR)."""
    raw = raw.partition(b"\0")[0]  # a C string to Redis
    value = parse_int(raw)
    if value is None:
        match = _LAX_CURSOR.fullmatch(raw)
        digits = match[2].lstrip(b"0") if match else b""
        if match is None or len(digits) > 20:
            raise CommandError(errors.INVALID_CURSOR)
        value = int(digits or b"0")
        if value <= UINT64_MAX and match[1] == b"-":
            value = -value & UINT64_MAX
    if not 0 <= value <= UINT64_MAX:
        raise CommandError(errors.INVALID_CURSOR)
    return value


def read_scan_options(options: Sequence[bytes], *, type_allowed: bool = False,
                      novalues_allowed: bool = False) -> ScanOptions:
    """Read MATCH, COUNT, TYPE (for SCAN) and NOVALUES (for HSCAN) in any order; the last of several counts."""
    found = ScanOptions()
    at = 0
    last = len(options) - 1
    while at <= last:
        word = options[at].upper()
        if word == b"COUNT" and at < last:
            found.count = integer(options[at + 1])
            if found.count < 1:
                raise CommandError(errors.SYNTAX)
        elif word == b"MATCH" and at < last:
            pattern = options[at + 1]
            found.pattern = None if pattern == b"*" else pattern
        elif word == b"TYPE" and type_allowed and at < last:
            found.type = options[at + 1].lower()
        elif word == b"NOVALUES":
            if not novalues_allowed:
                raise CommandError(errors.NOVALUES_NOT_HSCAN)
            found.novalues = True
            at -= 1
        else:
            raise CommandError(errors.SYNTAX)
        at += 2
    return found
