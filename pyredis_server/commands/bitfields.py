"""Integers of any width in a string: BITFIELD, BITFIELD_RO.

All operations are read before any is carried out. A BITFIELD that only reads is a read in every respect, to the ACL
too; one that writes makes room for its farthest field first, even if then all writes fail by OVERFLOW FAIL: such a key
comes into being without an event, as in Redis. AOF and replicas get the call as it came.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.base.numeric import parse_int
from pyredis_server.commands.arguments import Block, Int, Key, OneOf, Str, Token
from pyredis_server.commands.bits import bit_offset, writable
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import DENYOOM, FAST, READONLY, WRITE
from pyredis_server.commands.keyspecs import Keys
from pyredis_server.commands.options import integer
from pyredis_server.commands.registry import command
from pyredis_server.datatypes.bits import Overflow, fitted, get_field, set_field, settable

_OPERANDS: Final = {b"GET": 2, b"SET": 3, b"INCRBY": 3, b"OVERFLOW": 1}  # arguments after each word
_WIDEST: Final = {b"i": 64, b"u": 63}


class _Operation(NamedTuple):
    """GET, SET or INCRBY. `number` is what SET stores and INCRBY adds."""

    name: bytes
    signed: bool
    width: int
    position: int
    number: int
    overflow: Overflow


def _bitfield_keys(argv: list[bytes]) -> list[tuple[int, tuple[str, ...]]]:
    """The key with how it is used: read, unless something in the call writes or is not understood."""
    at = 2
    while at < len(argv):
        word = argv[at].upper()
        operands = _OPERANDS.get(word)
        if operands is None or word in (b"SET", b"INCRBY") or len(argv) - at - 1 < operands:
            return [(1, ("RW", "access", "update"))]
        at += 1 + operands
    return [(1, ("RO", "access"))]


@command("BITFIELD", group="bitmap", since="3.2.0", arity=-2, flags=WRITE | DENYOOM,
         keys=[Keys(1, 1, access="RW|access|update|variable_flags",
                    notes="This command allows both access and modification of the key")],
         args=[Key("key"),
               OneOf("operation",
                     Block("get-block", Str("encoding"), Int("offset"), token="GET"),
                     Block("write",
                           OneOf("overflow-block", Token("WRAP"), Token("SAT"), Token("FAIL"), token="OVERFLOW",
                                 optional=True),
                           OneOf("write-operation",
                                 Block("set-block", Str("encoding"), Int("offset"), Int("value"), token="SET"),
                                 Block("incrby-block", Str("encoding"), Int("offset"), Int("increment"),
                                       token="INCRBY"))),
                     optional=True, multiple=True)],
         get_keys=_bitfield_keys, complexity="O(1) for each operation")
def bitfield(ctx: Context, key: bytes, *words: bytes) -> Sequence[int | None]:
    """Read, write and count up integers of any width at any bit of a string."""
    operations = _parsed(ctx, words)
    writes = [one.position + one.width - 1 for one in operations if one.name != b"GET"]
    return _carried_out(ctx, key, operations, max(writes)) if writes else _read(ctx, key, operations)


@command("BITFIELD_RO", group="bitmap", since="6.0.0", arity=-2, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Block("get-block", Str("encoding"), Int("offset"), token="GET", optional=True, multiple=True,
                                 multiple_token=True)],
         complexity="O(1) for each operation")
def bitfield_ro(ctx: Context, key: bytes, *words: bytes) -> list[int]:
    """Read integers of any width at any bit of a string."""
    operations = _parsed(ctx, words)
    if any(one.name != b"GET" for one in operations):
        raise CommandError(errors.BITFIELD_READ_ONLY)
    return _read(ctx, key, operations)


def _parsed(ctx: Context, words: Sequence[bytes]) -> list[_Operation]:
    operations = []
    overflow = Overflow.WRAP
    at = 0
    while at < len(words):
        name = words[at].upper()
        operands = _OPERANDS.get(name)
        if operands is None or len(words) - at - 1 < operands:
            raise CommandError(errors.SYNTAX)
        if name == b"OVERFLOW":
            overflow = _overflow(words[at + 1])
        else:
            signed, width = _field_type(words[at + 1])
            position = _field_offset(ctx, words[at + 2], width)
            number = integer(words[at + 3]) if operands == 3 else 0
            operations.append(_Operation(name, signed, width, position, number, overflow))
        at += 1 + operands
    return operations


def _overflow(word: bytes) -> Overflow:
    try:
        return Overflow(word.upper())
    except ValueError:
        raise CommandError(errors.BITFIELD_OVERFLOW) from None


def _field_type(word: bytes) -> tuple[bool, int]:
    width = parse_int(word[1:])
    if width is None or not 1 <= width <= _WIDEST.get(word[:1], 0):
        raise CommandError(errors.BITFIELD_TYPE)
    return word[:1] == b"i", width


def _field_offset(ctx: Context, word: bytes, width: int) -> int:
    """An offset in bits, or after "#" in fields of this width."""
    if not word.startswith(b"#"):
        return bit_offset(ctx, word)
    number = parse_int(word[1:])
    if number is None:
        raise CommandError(errors.BIT_OFFSET)
    return bit_offset(ctx, b"%d" % (number * width))


def _read(ctx: Context, key: bytes, operations: Sequence[_Operation]) -> list[int]:
    data = ctx.db.read_string(key) or b""
    return [get_field(data, one.position, one.width, signed=one.signed) for one in operations]


def _carried_out(
    ctx: Context, key: bytes, operations: Sequence[_Operation], farthest: int,
) -> list[int | None]:
    data, grown = writable(ctx, key, farthest)
    replies: list[int | None] = []
    changes = 0
    for name, signed, width, position, number, overflow in operations:
        old = get_field(data, position, width, signed=signed)
        if name == b"GET":
            replies.append(old)
            continue
        wanted = old + number if name == b"INCRBY" else settable(number, width, signed=signed)
        new = fitted(wanted, width, overflow, signed=signed)
        if new is None:
            replies.append(None)
            continue
        replies.append(new if name == b"INCRBY" else old)
        set_field(data, position, width, new)
        changes += grown or new != old
    if changes:
        ctx.changed(key, b"setbit", changes)
    return replies
