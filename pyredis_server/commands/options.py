"""Reading the arguments that many commands share: integers, database numbers, points in time.

Every function raises the CommandError that Redis gives for the mistake; what is particular to one command stays there.
"""

from __future__ import annotations

from typing import Final

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError, InvalidExpireTime
from pyredis_server.base.numeric import INT64_MAX, INT64_MIN, LongDouble, parse_int, parse_long_double

_INT32: Final = 1 << 31
_MAX_SECONDS: Final = INT64_MAX // 1000  # beyond it the milliseconds leave 64 bits


def integer(raw: bytes, refusal: bytes = errors.NOT_AN_INTEGER) -> int:
    """A 64-bit integer, or CommandError(refusal)."""
    value = parse_int(raw)
    if value is None:
        raise CommandError(refusal)
    return value


def at_least(least: int, raw: bytes, refusal: bytes) -> int:
    """An integer from `least` on, or CommandError(refusal)."""
    value = integer(raw, refusal)
    if value < least:
        raise CommandError(refusal)
    return value


def negatable(raw: bytes) -> int:
    """An integer whose opposite fits 64 bits too. Raises CommandError(NOT_AN_INTEGER or NOT_A_LONG)."""
    value = integer(raw)
    if value == INT64_MIN:
        raise CommandError(errors.NOT_A_LONG)
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


def deadline_ms(raw: bytes, now_ms: int) -> int:
    """The point in time, in ms since the epoch, at which a blocking command's timeout in seconds ends; 0 for never.

    Fractions of a millisecond are rounded up. Raises: CommandError with the TIMEOUT_ texts.
    """
    seconds = parse_long_double(raw)
    if seconds is None:
        raise CommandError(errors.TIMEOUT_NOT_A_FLOAT)
    if seconds.exponent is None:
        raise CommandError(errors.TIMEOUT_OUT_OF_RANGE if seconds.mantissa > 0 else errors.TIMEOUT_NEGATIVE)
    product = LongDouble.rounded(seconds.mantissa * 1000, 1, seconds.exponent)
    exponent = product.exponent or 0
    timeout_ms = product.mantissa << exponent if exponent >= 0 else -(-product.mantissa >> -exponent)
    return deadline_in(timeout_ms, now_ms)


def deadline_in(timeout_ms: int, now_ms: int) -> int:
    """The same for a timeout in milliseconds, as XREAD BLOCK has it."""
    if timeout_ms > INT64_MAX:
        raise CommandError(errors.TIMEOUT_OUT_OF_RANGE)
    if timeout_ms < 0:
        raise CommandError(errors.TIMEOUT_NEGATIVE)
    if timeout_ms > INT64_MAX - now_ms:
        raise CommandError(errors.TIMEOUT_OUT_OF_RANGE)
    return timeout_ms + now_ms if timeout_ms else 0
