"""Strings as arrays of bits: SETBIT, GETBIT, BITCOUNT, BITPOS, BITOP.

SETBIT leaves a `bytearray`, which is changed in place, as SETRANGE does. A SETBIT that changes nothing reports nothing.
Elsewhere: integers among the bits in bitfields.py; the work on the bits themselves in datatypes/bits.py.
"""

from __future__ import annotations

from typing import Final

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.base.numeric import parse_int
from pyredis_server.commands.arguments import Block, Int, Key, OneOf, Token
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import DENYOOM, FAST, READONLY, WRITE
from pyredis_server.commands.keyspecs import Keys
from pyredis_server.commands.options import integer
from pyredis_server.commands.registry import command
from pyredis_server.config import directives
from pyredis_server.datatypes import bits

_UNITS: Final = (b"BYTE", b"BIT")
_NEEDS_TWO: Final = (b"DIFF", b"DIFF1", b"ANDOR")


@command("SETBIT", group="bitmap", since="2.2.0", arity=4, flags=WRITE | DENYOOM,
         keys=[Keys(1, 1, access="RW|access|update")],
         args=[Key("key"), Int("offset"), Int("value")],
         complexity="O(1); O(N) for a string of N bytes that first changes in place or must grow")
def setbit(ctx: Context, key: bytes, offset: bytes, value: bytes) -> int:
    """Set or clear the bit at an offset, filling up with zero bytes, and give the old one."""
    position = bit_offset(ctx, offset)
    if value not in (b"0", b"1"):
        raise CommandError(errors.BIT_VALUE)
    bit = value == b"1"
    data, grown = writable(ctx, key, position)
    old = bits.get_bit(data, position)
    if grown or old != bit:
        bits.set_bit(data, position, bit)
        ctx.changed(key, b"setbit")
    return old


@command("GETBIT", group="bitmap", since="2.2.0", arity=3, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Int("offset")])
def getbit(ctx: Context, key: bytes, offset: bytes) -> int:
    """Give the bit at an offset; beyond the end there are zeros."""
    position = bit_offset(ctx, offset)
    data = ctx.db.read_string(key)
    return 0 if data is None else bits.get_bit(data, position)


@command("BITCOUNT", group="bitmap", since="2.6.0", arity=-2, flags=READONLY,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"),
               Block("range", Int("start"), Int("end"),
                     OneOf("unit", Token("BYTE"), Token("BIT"), optional=True, since="7.0.0"), optional=True)],
         history=[("7.0.0", "Takes `BYTE` and `BIT`.")], complexity="O(N) for N bytes in the range")
def bitcount(ctx: Context, key: bytes, *limits: bytes) -> int:
    """Count the bits that are set, in a whole string or in a part of it."""
    if len(limits) not in (0, 2, 3):
        raise CommandError(errors.SYNTAX)
    start, end = (integer(limits[0]), integer(limits[1])) if limits else (0, -1)
    by_bit = _is_bit(limits[2]) if len(limits) == 3 else False
    data = ctx.db.read_string(key)
    if data is None or 0 > start > end:
        return 0
    first, last = _bit_range(start, end, len(data), by_bit=by_bit)
    return bits.count_ones(data, first, last) if first <= last else 0


@command("BITPOS", group="bitmap", since="2.8.7", arity=-3, flags=READONLY,
         keys=[Keys(1, 1, access="RO|access")],
         args=[Key("key"), Int("bit"),
               Block("range", Int("start"),
                     Block("end-unit-block", Int("end"),
                           OneOf("unit", Token("BYTE"), Token("BIT"), optional=True, since="7.0.0"), optional=True),
                     optional=True)],
         history=[("7.0.0", "Takes `BYTE` and `BIT`.")], complexity="O(N) for N bytes in the range")
def bitpos(ctx: Context, key: bytes, bit: bytes, *limits: bytes) -> int:
    """Find the first bit that is set, or that is clear, in a whole string or in a part of it."""
    wanted = integer(bit)
    if wanted not in (0, 1):
        raise CommandError(errors.BITPOS_BIT)
    if len(limits) > 3:
        raise CommandError(errors.SYNTAX)
    start = integer(limits[0]) if limits else 0
    by_bit = _is_bit(limits[2]) if len(limits) == 3 else False
    has_end = len(limits) > 1
    end = integer(limits[1]) if has_end else -1
    data = ctx.db.read_string(key)
    if data is None:
        return -1 if wanted else 0
    first, last = _bit_range(start, end, len(data), by_bit=by_bit)
    if first > last:
        return -1
    found = bits.find_bit(data, wanted, first, last)
    if found is None:
        return -1 if wanted or has_end else len(data) * 8  # zeros follow, unless the range was closed
    return found


@command("BITOP", group="bitmap", since="2.6.0", arity=-4, flags=WRITE | DENYOOM,
         keys=[Keys(2, 2, access="OW|update"), Keys(3, -1, access="RO|access")],
         args=[OneOf("operation", Token("AND"), Token("OR"), Token("XOR"), Token("NOT"), Token("DIFF", since="8.2.0"),
                     Token("DIFF1", since="8.2.0"), Token("ANDOR", since="8.2.0"), Token("ONE", since="8.2.0")),
               Key("destkey"), Key("key", multiple=True, key_spec_index=1)],
         history=[("8.2.0", "Takes `DIFF`, `DIFF1`, `ANDOR` and `ONE`.")],
         complexity="O(N) for N bytes in all strings together")
def bitop(ctx: Context, operation: bytes, destkey: bytes, key: bytes, *more: bytes) -> int:
    """Combine the bits of strings, store the result and give its length in bytes."""
    name = operation.upper()
    if name != b"NOT" and name not in bits.OPERATIONS:
        raise CommandError(errors.SYNTAX)
    if name == b"NOT" and more:
        raise CommandError(errors.BITOP_NOT)
    if name in _NEEDS_TWO and not more:
        raise CommandError(errors.BITOP_TWO_KEYS % name)
    db = ctx.db
    values = [db.read_string(source) or b"" for source in (key, *more)]
    result = bits.negated(values[0]) if name == b"NOT" else bits.combined(name, values)
    ctx.stored(destkey, result, b"set")
    return len(result)


def bit_offset(ctx: Context, raw: bytes) -> int:
    """An offset in bits, within what a string may hold. Raises CommandError(BIT_OFFSET)."""
    position = parse_int(raw)
    if position is None or position < 0 or position >> 3 >= ctx.config[directives.clients.PROTO_MAX_BULK_LEN]:
        raise CommandError(errors.BIT_OFFSET)
    return position


def writable(ctx: Context, key: bytes, position: int) -> tuple[bytearray, bool]:
    """The string of a key, to be changed in place and long enough to hold `position`; True if it had to grow.

    From here on the key exists, and is "raw" to OBJECT ENCODING, even if the command then changes no bit.
    """
    size = (position >> 3) + 1
    current = ctx.db.write_string(key)
    if current is None:
        current = bytearray(size)
        ctx.db.set(key, current)
        return current, True
    if isinstance(current, bytes):
        current = bytearray(current)
        ctx.db.set(key, current)
    return current, bits.grow(current, size)


def _is_bit(unit: bytes) -> bool:
    name = unit.upper()
    if name not in _UNITS:
        raise CommandError(errors.SYNTAX)
    return name == b"BIT"


def _bit_range(start: int, end: int, size: int, *, by_bit: bool) -> tuple[int, int]:
    """The first and last bit that a range means, given in bytes or bits; first > last if it is empty."""
    length = size * 8 if by_bit else size
    if start < 0:
        start = max(start + length, 0)
    if end < 0:
        end = max(end + length, 0)  # so an end before the start of the string still means the first byte or bit
    end = min(end, length - 1)
    return (start, end) if by_bit else (start * 8, end * 8 + 7)
