"""Numbers as Redis reads and prints them.

Everything here is pure and takes `bytes` or `bytearray` as they came from a client or out of the keyspace. A parser
answers None for "this is not such a number"; the caller picks the error text, since that differs by command.

INCRBYFLOAT and HINCRBYFLOAT count in the 80-bit long double of x86, so clients can see its rounding. `LongDouble`
reproduces it exactly (64-bit mantissa, ties to even) from Python's integers.
"""

from __future__ import annotations

import re
from decimal import Decimal
from math import isfinite, isnan
from typing import Final, TypeAlias

Raw: TypeAlias = "bytes | bytearray"

INT64_MIN: Final = -(1 << 63)
INT64_MAX: Final = (1 << 63) - 1
UINT64_MAX: Final = (1 << 64) - 1

_EXACT_MIN: Final = -float(1 << 62)  # between these a whole double is printed as the integer it is
_EXACT_MAX: Final = float(1 << 62)
_MAX_LONG_DOUBLE_CHARS: Final = 5 * 1024  # a longer text is no long double to Redis
_MANTISSA_BITS: Final = 64
_MAX_EXPONENT: Final = 16384  # values of 2**16384 and above do not exist
_MIN_EXPONENT: Final = -16445  # weight of the last bit of the smallest denormal
_CHUNK: Final = 4000  # digits that int() and str() convert without CPython's limit (4300) stepping in


def parse_int(raw: Raw) -> int | None:
    """Read a canonical decimal integer of 64 bits: no spaces, "+", leading zeros or "-0"; else None."""
    # Under 19 digits nothing can overflow; no exception is ever raised, since text is the common other case (150 ns).
    if len(raw) < 19 and raw.isdigit() and (raw[0] != 48 or len(raw) == 1):
        return int(raw)
    if len(raw) > 20 or not raw:
        return None
    if raw[0] == 45:
        digits = raw[1:]
        if digits.isdigit() and digits[0] != 48:
            value = -int(digits)
            return value if value >= INT64_MIN else None
    elif raw.isdigit() and raw[0] != 48:
        value = int(raw)
        return value if value <= INT64_MAX else None
    return None


def parse_unsigned(raw: Raw) -> int | None:
    """Read a canonical decimal integer of 0 to 2**64-1, as stream IDs hold them; else None."""
    if len(raw) > 20 or not raw.isdigit() or (raw[0] == 48 and len(raw) > 1):
        return None
    value = int(raw)
    return value if value <= UINT64_MAX else None


_HEX_FLOAT = re.compile(rb"[+-]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)(?:[pP][+-]?[0-9]{1,9})?")


def parse_float(raw: Raw) -> float | None:
    """Read a double as C's strtod does, whole text only: decimal, hexadecimal or (signed) inf, infinity.

    None for nan, surrounding spaces, and values that overflow or that vanish to zero.
    """
    try:
        value = float(raw)
    except ValueError:
        return _parse_hex_float(raw)
    if not isfinite(value):
        if isnan(value) or not raw.lower().lstrip(b"+-").startswith(b"inf"):
            return None
    elif value == 0.0 and re.split(rb"[eE]", raw)[0].strip(b"+-.0"):
        return None
    # float() is laxer than C here: spaces around, and "_" between digits.
    if raw[0] <= 32 or raw[-1] <= 32 or b"_" in raw:
        return None
    return value


def _parse_hex_float(raw: Raw) -> float | None:
    if not _HEX_FLOAT.fullmatch(raw):
        return None
    text = raw.decode("ascii")
    try:
        value = float.fromhex(text)
    except OverflowError:
        return None
    if value == 0.0 and re.split("[pP]", text)[0].lstrip("+-")[2:].strip(".0"):
        return None
    return value


def format_double(value: float) -> bytes:
    """Print a double as replies do: the shortest digits that read back to it, no ".0", "inf", "-inf" or "nan".

    The layout is that of Redis 7.2 and later: whole numbers up to 2**62 in full; "2.5e+8" and "1e-7" where more than
    six decimals meet a magnitude outside 0.001 to 9999; 7.0 printed %.17g instead. For about one in 500 random
    doubles Redis finds a digit more than needed (its algorithm is Grisu2); those differ from ours, equal as numbers.
    """
    if -1e15 < value < 1e15 and value.is_integer() and value:  # no zero, which may have a sign: a third of the time
        return b"%d" % value
    if not isfinite(value):
        if isnan(value):
            return b"nan"
        return b"inf" if value > 0 else b"-inf"
    text = repr(value)
    if text.endswith(".0"):
        return text[:-2].encode()
    if 0.001 <= value < 10000.0 or ("." in text[-7:] and "e" not in text):
        return text.encode()
    if _EXACT_MIN <= value <= _EXACT_MAX and value.is_integer():
        return b"%d" % int(value)
    return _format_long_digits(text)


def format_double_briefly(value: float) -> bytes:
    """Print a double by its digits alone, so that 1e8 is "1e+8", which replies print in full; DEBUG DIGEST does so."""
    if value == 0.0 or not isfinite(value):
        return format_double(value)
    return _format_long_digits(repr(value))


def _format_long_digits(text: str) -> bytes:
    """Lay out the digits of a double that is neither short nor a whole number in Redis's way. `text` is its repr."""
    sign = "-" if text[0] == "-" else ""
    mantissa, _, exponent_text = text.lstrip("-").partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    exponent = int(exponent_text or "0") - len(fraction)
    significant = digits.rstrip("0")
    exponent += len(digits) - len(significant)
    count = len(significant)
    magnitude = exponent + count - 1  # of the first digit: the value is d.ddd * 10**magnitude
    if exponent >= 0 and abs(magnitude) < count + 7:
        return (sign + significant + "0" * exponent).encode()
    if exponent < 0 and (exponent > -7 or abs(magnitude) < 4):
        point = count + exponent
        if point <= 0:
            return (sign + "0." + "0" * -point + significant).encode()
        return (sign + significant[:point] + "." + significant[point:]).encode()
    rest = "." + significant[1:] if count > 1 else ""
    return f"{sign}{significant[0]}{rest}e{'+' if magnitude >= 0 else '-'}{abs(magnitude)}".encode()


_UNITS: Final = {
    b"": 1, b"b": 1, b"k": 1000, b"kb": 1 << 10, b"m": 1000**2, b"mb": 1 << 20, b"g": 1000**3, b"gb": 1 << 30,
}
_MEMORY = re.compile(rb"([0-9]{0,127})([a-z]{0,2})")


def parse_memory(raw: Raw) -> int | None:
    """Read an amount of memory in bytes: digits and a unit (b, k, kb, m, mb, g, gb; "k" is 1000, "kb" 1024).

    No digits at all count as 0, as in Redis. The result may exceed 64 bits: the caller bounds it.
    """
    match = _MEMORY.fullmatch(bytes(raw).lower())
    if match is None or (unit := _UNITS.get(match[2])) is None:
        return None
    return int(match[1] or b"0") * unit


def format_bytes_human(count: int) -> bytes:
    """Print an amount of bytes as INFO's *_human fields do: 512B, 1.00K, 832.50K, 1.21G."""
    if count >= 1024:
        for power, unit in enumerate("KMGTP", 1):
            if count < 1024 ** (power + 1):
                return b"%.2f%b" % (count / 1024**power, unit.encode())
    return b"%dB" % count


class LongDouble:
    """An 80-bit extended float, `mantissa * 2**exponent`; an infinity has the mantissa 1 or -1 and no exponent."""

    __slots__ = ("exponent", "mantissa")

    def __init__(self, mantissa: int, exponent: int | None) -> None:
        self.mantissa = mantissa
        self.exponent = exponent

    @classmethod
    def rounded(cls, numerator: int, denominator: int = 1, exponent: int = 0) -> LongDouble:
        """The nearest long double to `numerator / denominator * 2**exponent`."""
        if numerator == 0:
            return cls(0, 0)
        magnitude = abs(numerator)
        # Scale so that the quotient has the mantissa's bits (or one more), fewer where the number is denormal.
        shift = magnitude.bit_length() - denominator.bit_length() - _MANTISSA_BITS
        shift = max(shift, _MIN_EXPONENT - exponent)
        if shift >= 0:
            denominator <<= shift
        else:
            magnitude <<= -shift
        mantissa, rest = divmod(magnitude, denominator)
        if mantissa.bit_length() > _MANTISSA_BITS:
            if mantissa & 1:
                rest += denominator
            denominator <<= 1
            mantissa >>= 1
            shift += 1
        twice = 2 * rest
        if twice > denominator or (twice == denominator and mantissa & 1):
            mantissa += 1
        if mantissa.bit_length() + exponent + shift > _MAX_EXPONENT:
            return cls(1 if numerator > 0 else -1, None)
        return cls(mantissa if numerator > 0 else -mantissa, exponent + shift)

    @property
    def is_finite(self) -> bool:
        """False for an infinity; there is no nan here."""
        return self.exponent is not None

    def __add__(self, other: LongDouble) -> LongDouble:
        """The rounded sum. Raises OverflowError where it is not finite."""
        if self.exponent is None or other.exponent is None:
            raise OverflowError("not a finite sum")
        low = min(self.exponent, other.exponent)
        total = (self.mantissa << (self.exponent - low)) + (other.mantissa << (other.exponent - low))
        result = LongDouble.rounded(total, 1, low)
        if result.exponent is None:
            raise OverflowError("not a finite sum")
        return result


_DECIMAL = re.compile(rb"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?")
_HEXADECIMAL = re.compile(rb"([+-]?)0[xX]([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?(?:[pP]([+-]?[0-9]+))?")
_INFINITIES: Final = frozenset((b"inf", b"infinity"))


def parse_long_double(raw: Raw) -> LongDouble | None:
    """Read a long double as C's strtold does: like `parse_float`, with the wider range; "inf" is accepted."""
    if not raw or len(raw) >= _MAX_LONG_DOUBLE_CHARS:
        return None
    if raw.isdigit() and len(raw) < 19:
        return LongDouble(int(raw), 0)
    if match := _DECIMAL.fullmatch(raw):
        return _from_digits(match, 10)
    if match := _HEXADECIMAL.fullmatch(raw):
        return _from_digits(match, 16)
    sign = -1 if raw[:1] == b"-" else 1
    if bytes(raw[1:] if raw[:1] in (b"-", b"+") else raw).lower() in _INFINITIES:
        return LongDouble(sign, None)
    return None


def _from_digits(match: re.Match[bytes], base: int) -> LongDouble | None:
    sign, whole, fraction, exponent_text = match.groups()
    fraction = fraction or b""
    digits = whole + fraction
    if not digits:
        return None
    number = _int_of(digits) if base == 10 else int(digits, 16)
    if number == 0:
        return LongDouble(0, 0)
    if sign == b"-":
        number = -number
    exponent = 0
    if exponent_text:
        magnitude = exponent_text.lstrip(b"+-").lstrip(b"0") or b"0"
        exponent = int(magnitude) if len(magnitude) < 8 else 10**8  # far beyond any value either way
        if exponent_text[0] == 45:
            exponent = -exponent
    if base == 16:
        exponent -= 4 * len(fraction)
        value = LongDouble.rounded(number, 1, exponent) if abs(exponent) < 10**6 else None
    else:
        exponent -= len(fraction)
        if abs(exponent + len(digits)) > 2 * _MAX_LONG_DOUBLE_CHARS:
            value = None
        elif exponent >= 0:
            value = LongDouble.rounded(number * 10**exponent)
        else:
            value = LongDouble.rounded(number, 10**-exponent)
    if value is None:
        # strtold reports both ends as a range error; Redis refuses the value when it became infinite or nothing.
        return None
    return value if value.is_finite and value.mantissa else None


def format_long_double(value: LongDouble) -> bytes:
    """Print with 17 decimals, then without the zeros at the end: what INCRBYFLOAT stores and replies."""
    if value.exponent is None:
        return b"inf" if value.mantissa > 0 else b"-inf"
    scaled = abs(value.mantissa) * 10**17
    if value.exponent >= 0:
        scaled <<= value.exponent
    else:
        shift = -value.exponent
        half = 1 << (shift - 1)
        rest = scaled & ((1 << shift) - 1)
        scaled >>= shift
        if rest > half or (rest == half and scaled & 1):
            scaled += 1
    whole, fraction = divmod(scaled, 10**17)
    text = format_integer(whole)
    if fraction:
        text += (b".%017d" % fraction).rstrip(b"0")
    return b"-" + text if value.mantissa < 0 and scaled else text


def add_long_double(a: Raw, b: Raw) -> bytes:
    """The sum of two numbers as INCRBYFLOAT prints it.

    Raises: ValueError when one is not a number, OverflowError when the sum would be NaN or infinite.
    """
    left = parse_long_double(a)
    right = parse_long_double(b)
    if left is None or right is None:
        raise ValueError("not a long double")
    return format_long_double(left + right)


def _int_of(digits: bytes) -> int:
    return int(digits) if len(digits) <= _CHUNK else int(Decimal(digits.decode()))


def format_integer(number: int) -> bytes:
    """Print an integer of any size: CPython's own conversion refuses more than 4300 digits."""
    return b"%d" % number if number.bit_length() < 3 * _CHUNK else str(Decimal(number)).encode()
