"""INCREX: a counter within bounds that can be given a time to live in the same step.

It adds integers, or with BYFLOAT the long doubles that INCRBYFLOAT adds. A result outside the bounds (those of the
type if none are given) leaves the key alone and is answered with the present value and 0; with SATURATE it ends at the
bound.
AOF and replicas get SET with the result, which every version understands.
Source: the INCREX page and the keyspace notifications page of the documentation (8.8 and later). Error texts are those
that clients' and forks' public tests expect of 8.8; of two mistakes in one call, which is told is not documented.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.base.numeric import (
    INT64_MAX,
    INT64_MIN,
    LongDouble,
    format_long_double,
    parse_int,
    parse_long_double,
)
from pyredis_server.commands.arguments import Dbl, Int, Key, OneOf, Str, Token, UnixTime
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import DENYOOM, FAST, WRITE
from pyredis_server.commands.keyspecs import Keys
from pyredis_server.commands.registry import command
from pyredis_server.commands.strings_options import EXPIRATIONS, delete_as_expired, expiry_at_ms, is_past
from pyredis_server.resp.reply import Double, Reply

_LARGEST: Final = LongDouble((1 << 64) - 1, 16384 - 64)
_SMALLEST: Final = LongDouble(-_LARGEST.mantissa, _LARGEST.exponent)
_ZERO: Final = LongDouble(0, 0)

_WITH_OPERAND: Final = EXPIRATIONS | {b"BYINT", b"BYFLOAT", b"LBOUND", b"UBOUND"}
_INCREMENTS: Final = frozenset((b"BYINT", b"BYFLOAT"))
_EXCLUDED_BY: Final[Mapping[bytes, frozenset[bytes]]] = {  # what an option cannot stand beside; none may stand twice
    b"BYINT": _INCREMENTS, b"BYFLOAT": _INCREMENTS,
    b"LBOUND": frozenset((b"LBOUND",)), b"UBOUND": frozenset((b"UBOUND",)), b"SATURATE": frozenset((b"SATURATE",)),
    b"PERSIST": EXPIRATIONS | {b"PERSIST", b"ENX"}, b"ENX": frozenset((b"ENX", b"PERSIST")),
    **dict.fromkeys(EXPIRATIONS, EXPIRATIONS | {b"PERSIST"}),
}


class _Outcome(NamedTuple):
    """What to store, None for nothing, and the reply."""

    stored: bytes | None
    value: Reply
    applied: Reply


@command("INCREX", group="string", since="8.8.0", arity=-2, flags=WRITE | DENYOOM | FAST,
         keys=[Keys(1, 1, access="RW|access|update")],
         args=[Key("key"),
               OneOf("increment", Dbl("float", token="BYFLOAT"), Int("integer", token="BYINT"), optional=True),
               Token("SATURATE", optional=True,
                     summary="Stop at the bound, or at the limit of the type, instead of leaving the value alone."),
               Str("lowerbound", token="LBOUND", optional=True, summary="An integer, with BYFLOAT a float."),
               Str("upperbound", token="UBOUND", optional=True, summary="An integer, with BYFLOAT a float."),
               OneOf("expiration", Int("seconds", token="EX"), Int("milliseconds", token="PX"),
                     UnixTime("unix-time-seconds", token="EXAT"), UnixTime("unix-time-milliseconds", token="PXAT"),
                     Token("PERSIST"), optional=True),
               Token("ENX", optional=True,
                     summary="Set when the key expires only if it has no time to live; needs EX, PX, EXAT or PXAT.")])
def increx(ctx: Context, key: bytes, *options: bytes) -> Reply:
    """Add to a counter within bounds and set when it expires; give the new value and what was added."""
    given = _read_options(options)
    addition = _FloatAddition(given) if b"BYFLOAT" in given else _IntegerAddition(given)
    unit = next((word for word in given if word in EXPIRATIONS), None)
    at_ms = None if unit is None else expiry_at_ms(unit, given[unit], ctx.clock.now_ms, "increx")
    db = ctx.db
    current = db.write_string(key)
    outcome = addition.apply(current)
    stored = outcome.stored
    reply = [outcome.value, outcome.applied]
    if stored is None:
        return reply
    if b"ENX" in given and db.expire_at(key) is not None:
        at_ms = None
    if at_ms is not None and is_past(ctx, at_ms):
        if current is not None:
            delete_as_expired(ctx, key)
        return reply
    db.set(key, stored)
    ctx.changed(key, addition.event)
    if at_ms is not None:
        db.set_expire(key, at_ms)
        ctx.propagate(b"SET", key, stored, b"PXAT", b"%d" % at_ms)
        ctx.notify(b"expire", key)
    elif b"PERSIST" in given and db.persist(key):
        ctx.propagate(b"SET", key, stored)
        ctx.notify(b"persist", key)
    else:
        ctx.propagate(b"SET", key, stored, b"KEEPTTL")
    return reply


def _read_options(words: Sequence[bytes]) -> dict[bytes, bytes]:
    """Each option in upper case with its operand, empty for those without. Raises CommandError."""
    given: dict[bytes, bytes] = {}
    following = iter(words)
    for raw in following:
        word = raw.upper()
        excluded = _EXCLUDED_BY.get(word)
        operand = next(following, None) if word in _WITH_OPERAND else b""
        if excluded is None or operand is None or not excluded.isdisjoint(given):
            raise CommandError(errors.SYNTAX)
        given[word] = operand
    if b"ENX" in given and given.keys().isdisjoint(EXPIRATIONS):
        raise CommandError(errors.INCREX_ENX_ALONE)
    return given


class _IntegerAddition:
    """INCREX without BYFLOAT. Raises CommandError for operands that are no 64-bit integers."""

    __slots__ = ("amount", "lower", "saturate", "upper")

    event: Final = b"incrby"

    def __init__(self, given: Mapping[bytes, bytes]) -> None:
        self.amount = self._operand(given, b"BYINT", 1, called=b"Increment")
        self.lower = self._operand(given, b"LBOUND", INT64_MIN)
        self.upper = self._operand(given, b"UBOUND", INT64_MAX)
        self.saturate = b"SATURATE" in given
        if self.lower > self.upper:
            raise CommandError(errors.INCREX_BOUNDS_CROSSED)

    @staticmethod
    def _operand(given: Mapping[bytes, bytes], word: bytes, default: int, *, called: bytes | None = None) -> int:
        if word not in given:
            return default
        number = parse_int(given[word])
        if number is None:
            raise CommandError(errors.INCREX_NOT_AN_INTEGER % (called or word))
        return number

    def apply(self, current: bytes | bytearray | None) -> _Outcome:
        """Add to the stored text."""
        value = 0 if current is None else parse_int(current)
        if value is None:
            raise CommandError(errors.NOT_AN_INTEGER)
        wanted = value + self.amount
        result = min(max(wanted, self.lower), self.upper)
        if result != wanted and not self.saturate:
            return _Outcome(None, value, 0)
        applied = result - value
        if not INT64_MIN <= applied <= INT64_MAX:
            raise CommandError(errors.INCREX_APPLIED_OVERFLOW)
        return _Outcome(b"%d" % result, result, applied)


class _FloatAddition:
    """INCREX BYFLOAT. Raises CommandError for operands that are no long doubles; bounds may be infinite."""

    __slots__ = ("amount", "lower", "saturate", "upper")

    event: Final = b"incrbyfloat"

    def __init__(self, given: Mapping[bytes, bytes]) -> None:
        self.amount = self._operand(given, b"BYFLOAT", _ZERO, called=b"Increment")
        if not self.amount.is_finite:
            raise CommandError(errors.INCREX_INFINITE_INCREMENT)
        self.lower = self._operand(given, b"LBOUND", _SMALLEST)
        self.upper = self._operand(given, b"UBOUND", _LARGEST)
        self.saturate = b"SATURATE" in given
        if _exact(self.lower) > _exact(self.upper):
            raise CommandError(errors.INCREX_BOUNDS_CROSSED)

    @staticmethod
    def _operand(
        given: Mapping[bytes, bytes], word: bytes, default: LongDouble, *, called: bytes | None = None,
    ) -> LongDouble:
        if word not in given:
            return default
        number = parse_long_double(given[word])
        if number is None:
            raise CommandError(errors.INCREX_NOT_A_FLOAT % (called or word))
        return number

    def apply(self, current: bytes | bytearray | None) -> _Outcome:
        """Add to the stored text."""
        value = _ZERO if current is None else parse_long_double(current)
        if value is None:
            raise CommandError(errors.NOT_A_FLOAT)
        if not value.is_finite:
            raise CommandError(errors.INCREX_INFINITE_VALUE)
        applied = self.amount
        result = self._bounded(value)
        if result is None:
            if not self.saturate:
                return _Outcome(None, _reply(value), _reply(_ZERO))
            result = self._nearest_bound(value)
            try:
                applied = result + LongDouble(-value.mantissa, value.exponent)
            except OverflowError:
                raise CommandError(errors.INCREX_APPLIED_INFINITE) from None
        return _Outcome(format_long_double(result), _reply(result), _reply(applied))

    def _bounded(self, value: LongDouble) -> LongDouble | None:
        """The sum, or None when it is out of bounds or infinite."""
        try:
            result = value + self.amount
        except OverflowError:
            return None
        return result if _exact(self.lower) <= _exact(result) <= _exact(self.upper) else None

    def _nearest_bound(self, value: LongDouble) -> LongDouble:
        """Where SATURATE ends: the bound that the sum broke, the limit of the type where that bound is infinite."""
        upper = self.upper if self.upper.is_finite or self.upper.mantissa < 0 else _LARGEST
        if _exact(value) + _exact(self.amount) > _exact(upper):
            return upper
        return self.lower if self.lower.is_finite or self.lower.mantissa > 0 else _SMALLEST


def _exact(number: LongDouble) -> Fraction | float:
    """A long double as something that compares exactly."""
    if number.exponent is None:
        return float("inf") if number.mantissa > 0 else float("-inf")
    return Fraction(number.mantissa) * Fraction(2) ** number.exponent


def _reply(number: LongDouble) -> Double:
    return Double(float(format_long_double(number)))
