"""Reading the arguments that many commands share: integers, database numbers, points in time.

Every function raises the CommandError that Redis gives for the mistake; what is particular to one command stays there.
"""

from __future__ import annotations

from typing import Final

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError, InvalidExpireTime
from pyredis_server.base.numeric import INT64_MAX, parse_int

_INT32: Final = 1 << 31
_MAX_SECONDS: Final = INT64_MAX // 1000  # beyond it the milliseconds leave 64 bits


def integer(raw: bytes, refusal: bytes = errors.NOT_AN_INTEGER) -> int:
    """A 64-bit integer, or CommandError(refusal)."""
    value = parse_int(raw)
    if value is None:
        raise CommandError(refusal)
    return value


def int32(raw: bytes, refusal: bytes = errors.NOT_AN_INTEGER, too_wide: bytes = errors.NOT_AN_INT32) -> int:
    """An integer that Redis keeps in a C int: `too_wide` refuses one of more than 32 bits."""
    value = integer(raw, refusal)
    if not -_INT32 <= value < _INT32:
        raise CommandError(too_wide)
    return value


def expiry_ms(raw: bytes, *, seconds: bool, from_ms: int, command: str, positive: bool = False) -> int:
    """The point in time, in ms since the epoch, that an argument of EXPIRE, SET EX and their kin means.

    Args: seconds, the unit of `raw` (else milliseconds); from_ms, what it is counted from: the clock, or 0 for a point
        in time; command, for the error; positive, refuse zero and less as SET does (EXPIRE takes them as "now").
    Raises: CommandError(NOT_AN_INTEGER), InvalidExpireTime when it does not fit 64 bits of milliseconds.
    """
    value = integer(raw)
    if positive and value <= 0:
        raise InvalidExpireTime(command)
    if seconds:
        if not -_MAX_SECONDS <= value <= _MAX_SECONDS:
            raise InvalidExpireTime(command)
        value *= 1000
    if value > INT64_MAX - from_ms:
        raise InvalidExpireTime(command)
    return value + from_ms
