"""Bitmap commands: every range on values of few bits, every operation on values of different length, every refusal."""

from __future__ import annotations

from itertools import product

from tests.compat.case import Case, case
from tests.compat.combine import option_cases, value_cases

ABSENT: tuple[str, ...] = ()
NUMBER = ("SET k 41",)
ODD = (r'SET k "\x00\xff\xf0\x0f\x01"',)
WITH_TTL = (r'SET k "\x00\xff\xf0" EX 1000',)
LIST = ("RPUSH k a",)
STATES = (ABSENT, NUMBER, ODD, WITH_TTL)
SHOWN = ("GET k", "TTL k", "EXISTS k")

POINTS = ("0", "1", "2", "7", "8", "23", "39", "40", "1000", "-1", "-5", "-6", "-17", "-40", "-41", "-1000")
LIMITS = ("9223372036854775807", "-9223372036854775808", "9223372036854775808", "x", "", "1.5", "-0", "+1", " 1")
VALUES = {
    "a": b"\xf0\x0f\xaa\x00\xff", "b": b"\xcc\xff", "c": b"", "n": b"1234567890", "z": bytes(9), "f": b"\xff" * 7,
}
TYPES = ("u1", "u7", "u8", "u31", "u63", "i1", "i2", "i8", "i33", "i64")
NUMBERS = (
    "0", "1", "-1", "2", "127", "128", "-128", "-129", "255", "256", "2147483648", "9223372036854775807",
    "-9223372036854775808", "-9223372036854775681", "-9223372036854775680",
)


def ranges(command: str) -> list[Case]:
    """The command with each pair of points as its range, on one value."""
    return [
        case(f"{command} from {start} to each point, {unit or 'no unit'}", *ODD,
             *(f"{command} {start} {end} {unit}" for end in POINTS))
        for start, unit in product(POINTS, ("", "BYTE", "BIT"))
    ]


CASES = [
    *ranges("BITCOUNT k"),
    *ranges("BITPOS k 0"),
    *ranges("BITPOS k 1"),
    *(
        case(f"BITPOS of {bit} in values of one kind", *(
            line for value in ("", "\\x00", "\\xff", "\\xff\\xff\\xff", "\\x00\\x00\\x00", "\\xff\\xfe")
            for line in (f'SET k "{value}"', f"BITPOS k {bit}",
                         *(f"BITPOS k {bit} {rest}" for rest in ("0", "1", "-1", "5", "0 -1", "1 1", "0 -1 BIT",
                                                                 "1 6 BIT", "0 100 BIT")))
        ))
        for bit in "01"
    ),
    *(
        made for command in ("BITCOUNT k @ 1", "BITCOUNT k 1 @", "BITCOUNT k 1 1 @", "BITPOS k @", "BITPOS k 1 @",
                             "BITPOS k 0 1 @", "BITPOS k 0 1 1 @", "SETBIT k @ 1", "SETBIT k 1 @", "GETBIT k @",
                             "BITFIELD k GET u8 @", "BITFIELD k SET u8 0 @", "BITFIELD k INCRBY i64 1 @")
        for made in value_cases(command, command, (*LIMITS, "2", "bit", "bits", "#1", "4294967296"), before=ODD)
    ),
    *(
        case(
            f"wrong numbers of arguments, {name}", *state, "BITCOUNT", "BITCOUNT k 0", "BITCOUNT k 0 x", "BITCOUNT k x",
            "BITCOUNT k 0 1 FOO", "BITCOUNT k 0 1 BIT 0", "BITPOS", "BITPOS k", "BITPOS k 2 x", "BITPOS k 0 0 BIT",
            "BITPOS k 0 0 x FOO", "BITPOS k 0 0 0 BIT 0", "SETBIT k 0", "SETBIT k x 2", "SETBIT k 0 2", "GETBIT k",
            "GETBIT k x", "BITOP", "BITOP AND", "BITOP AND d", "BITOP FOO d k", "BITOP NOT d k k", "BITOP AND d k",
            "BITOP OR k nosuch k", "BITFIELD", "BITFIELD k", "BITFIELD_RO", "BITFIELD_RO k", "SETBIT k 0 1",
            "GETBIT k 0", "BITCOUNT k", "BITPOS k 1",
        )
        for name, state in (("no key", ABSENT), ("a string", ODD), ("another type", LIST))
    ),
    *(
        case(f"BITOP {operation} of {' '.join(keys)}", *(("SET", key, value) for key, value in VALUES.items()),
             f"BITOP {operation} d {' '.join(keys)}", "GET d", "OBJECT ENCODING d")
        for operation in ("AND", "OR", "XOR", "NOT")
        for keys in (("a",), ("a", "b"), ("b", "a", "n"), ("c", "z"), ("nosuch", "f", "a"), ("c", "nosuch"), ("a", "a"))
    ),
    *(
        case(f"BITOP {operation} of {' '.join(keys)}", *(("SET", key, value) for key, value in VALUES.items()),
             f"BITOP {operation} d {' '.join(keys)}", "GET d", since="8.2")
        for operation in ("DIFF", "DIFF1", "ANDOR", "ONE")
        for keys in (("a",), ("a", "b"), ("b", "a", "n"), ("c", "z"), ("f", "b", "a", "n"), ("nosuch", "a"), ("a", "a"))
    ),
    *(
        case(f"BITOP {operation} onto its own source, then onto another type", *ODD, f"BITOP {operation} k k",
             "GET k", "RPUSH d x", f"BITOP {operation} d d", f"BITOP {operation} d k", "TYPE d",
             f"BITOP {operation} k nosuch", "EXISTS k", f"BITOP {operation} k nosuch", f"BITOP {operation.lower()} d d")
        for operation in ("AND", "OR", "XOR", "NOT")
    ),
    *(
        case(f"SETBIT {bit} at each place, state {number}", *(
            line for offset in (0, 1, 2, 7, 8, 15, 31, 32, 1000)
            for line in ("DEL k", *state, f"SETBIT k {offset} {bit}", f"GETBIT k {offset}", f"SETBIT k {offset} {bit}",
                         *SHOWN, "OBJECT ENCODING k")
        ))
        for (number, state), bit in product(enumerate(STATES), "01")
        if state or bit == "1"
    ),
    *option_cases(
        "BITFIELD", "BITFIELD k",
        ("GET u8 0", "GET i5 #3", "SET i8 4 -7", "SET u4 #2 300", "OVERFLOW SAT", "OVERFLOW FAIL", "overflow wrap",
         "INCRBY u8 3 200", "INCRBY i16 100 -40000", "INCRBY i64 1 9223372036854775807", "OVERFLOW NO", "SET u8",
         "GET u64 1", "FOO"),
        before=STATES, after=SHOWN, at_most=2, any_order=True,
    ),
    *option_cases(
        "BITFIELD_RO", "BITFIELD_RO k",
        ("GET u8 0", "GET i5 #3", "GET i64 4000000000", "SET i8 4 -7", "OVERFLOW SAT", "INCRBY u8 0 1", "GET u8"),
        before=(ABSENT, ODD, LIST), at_most=2, any_order=True,
    ),
    *(
        case(f"{operation} of {kind}, {overflow}", *(
            line for number in NUMBERS for line in (
                f"BITFIELD k OVERFLOW {overflow} {operation} {kind} 5 {number} GET {kind} 5", "GET k",
            )
        ))
        for operation, kind, overflow in product(("SET", "INCRBY"), TYPES, ("WRAP", "SAT", "FAIL"))
    ),
    *(
        case(f"a field of type {kind}", f"BITFIELD k GET {kind} 0", f"BITFIELD k SET {kind} #1 1", "GET k")
        for kind in ("u0", "i0", "u64", "i65", "U8", "I8", "x8", "u", "i", "8", "u08", "i+8", "u-8", "u8 ", '""',
                     "i99999999999999999999", "u1x")
    ),
    case(
        "the keys of a BITFIELD and how it uses them", *(
            f"COMMAND GETKEYSANDFLAGS BITFIELD k {words}"
            for words in ("", "GET u8 0", "SET u8 0 1", "GET u8 0 incrby u8 0 1", "GET u8", "OVERFLOW SAT GET x y", "FOO")
        ), "COMMAND GETKEYSANDFLAGS BITOP AND d a b", "COMMAND GETKEYSANDFLAGS BITFIELD_RO k GET u8 0",
    ),
]
