"""Options of string and key commands in every combination, and numbers at their limits."""

from __future__ import annotations

from tests.compat.combine import option_cases, value_cases

ABSENT: tuple[str, ...] = ()
STRING = ("SET k old",)
STRING_WITH_TTL = ("SET k old EX 1000",)
STATES = (ABSENT, STRING, STRING_WITH_TTL)

INTEGERS = (
    "0", "1", "-1", "+1", "01", "-0", "", " 1", "1 ", "1.0", "1e3", "0x10", "abc", "1\n", "\x00",
    "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
    "18446744073709551615", "99999999999999999999",
)
FLOATS = (
    "0", "1.5", "-1.5", "+1.5", ".5", "5.", "1e3", "1E-3", "1e400", "-1e400", "inf", "-inf", "+inf", "infinity", "nan",
    "", " 1", "1 ", "0x1p3", "1_0", "abc", "1.5abc", "3.0", "1e-320", "123456789012345678901234567890",
)
TTLS = (
    "0", "-1", "1000", "9223372036854775807", "9223372036854775", "9223372036854776", "-9223372036854775808",
    "9223372036854775808", "1.5", "abc", "", "+5",
)
VALUE_AND_TTL = ("GET k", "TTL k")

CASES = [
    *option_cases(
        "SET", "SET k v",
        ("NX", "XX", "GET", "KEEPTTL", "EX 500", "PX 500000", "EXAT 33177117420", "PXAT 33177117420000"),
        before=STATES, after=VALUE_AND_TTL,
    ),
    *option_cases(
        "SET in any order", "SET k v", ("NX", "GET", "EX 500"), before=STATES, any_order=True, after=VALUE_AND_TTL,
    ),
    *option_cases(
        "SET with half an option", "SET k v",
        ("EX", "PX", "EXAT", "nx", "get", "EX 0", "PX -1", "EX abc", "BOGUS", "KEEPTTL"),
        at_most=2, before=(STRING,), after=VALUE_AND_TTL,
    ),
    *option_cases(
        "GETEX", "GETEX k",
        ("PERSIST", "EX 500", "PX 500000", "EXAT 33177117420", "PXAT 33177117420000", "EX", "BOGUS"),
        at_most=2, before=STATES, after=VALUE_AND_TTL,
    ),
    *(
        made
        for command in (
            "EXPIRE k 500", "PEXPIRE k 500000", "EXPIREAT k 33177117420", "PEXPIREAT k 33177117420000",
            "EXPIRE k 5000", "EXPIRE k -1",
        )
        for made in option_cases(
            command, command, ("NX", "XX", "GT", "LT", "gt", "BOGUS"), before=STATES, after=VALUE_AND_TTL,
        )
    ),
    *option_cases(
        "COPY", "COPY k k2", ("REPLACE", "DB 0", "DB 1", "DB -1", "DB 99999", "DB", "replace", "BOGUS"), at_most=3,
        before=(ABSENT, STRING, (*STRING_WITH_TTL, "SET k2 other"), ("SET k2 other",)),
        after=("GET k2", "TTL k2", "DEL k2"),
    ),
    *option_cases(
        "LCS", "LCS k k2", ("LEN", "IDX", "MINMATCHLEN 2", "WITHMATCHLEN", "MINMATCHLEN -5", "MINMATCHLEN", "BOGUS"),
        at_most=4,
        before=(("SET k ohmytext", "SET k2 mynewtext"), ("SET k abc", "DEL k2"), ("SET k aaaa", "SET k2 aa")),
    ),
    *option_cases(
        "SCAN", "SCAN 0",
        ("MATCH k*", "COUNT 100", "TYPE string", "TYPE hash", "COUNT 0", "COUNT abc", "MATCH", "TYPE nosuch"),
        before=(STRING,),
    ),
    *value_cases("INCRBY takes", "INCRBY k @", INTEGERS, after=("GET k",)),
    *value_cases(
        "INCRBY near the upper limit", "INCRBY k @", INTEGERS, before=("SET k 9223372036854775800",), after=("GET k",),
    ),
    *value_cases(
        "DECRBY near the lower limit", "DECRBY k @", INTEGERS, before=("SET k -9223372036854775800",), after=("GET k",),
    ),
    *value_cases("INCR of a value", "SET k @", (*INTEGERS, *FLOATS), after=("INCR k", "GET k", "OBJECT ENCODING k")),
    *value_cases("INCRBYFLOAT takes", "INCRBYFLOAT k @", (*INTEGERS, *FLOATS), after=("GET k",)),
    *value_cases(
        "INCRBYFLOAT onto a fraction", "INCRBYFLOAT k @", (*INTEGERS, *FLOATS),
        before=("SET k 10.1",), after=("GET k",),
    ),
    *value_cases("INCRBYFLOAT of a value", "SET k @", (*INTEGERS, *FLOATS), after=("INCRBYFLOAT k 1", "GET k")),
    *(
        made
        for command in (
            "EXPIRE k @", "PEXPIRE k @", "EXPIREAT k @", "PEXPIREAT k @", "SET k v EX @", "SET k v PX @",
            "SETEX k @ v", "PSETEX k @ v", "GETEX k EX @", "GETEX k PXAT @",
        )
        for made in value_cases(
            f"{command.replace('@', 'TTL')} takes", command, TTLS, before=STRING, after=("EXISTS k",),
        )
    ),
    *value_cases(
        "SETRANGE offset", "SETRANGE k @ xy", (*INTEGERS[:10], "536870911", "536870912"),
        before=("SET k abc",), after=("STRLEN k",),
    ),
    *(
        made for command in ("GETRANGE k @ -1", "GETRANGE k 0 @", "GETRANGE k @ @", "SUBSTR k @ 2")
        for made in value_cases(f"{command.replace('@', 'index')}", command, (*INTEGERS, "2", "-2", "-100", "100"),
        before=("SET k abcdef",))
    ),
    *value_cases("SELECT takes", "SELECT @", (*INTEGERS, "15", "16"), after=("SELECT 0",)),
    *value_cases("MOVE takes", "MOVE k @", (*INTEGERS[2:], "0", "16"), before=STRING),
    *value_cases("SWAPDB takes", "SWAPDB 0 @", (*INTEGERS[2:], "0", "16"), before=STRING),
    *value_cases("SCAN cursor", "SCAN @", INTEGERS, before=STRING, ways=("kind",)),
    *value_cases(
        "OBJECT ENCODING of", "SET k @", (*INTEGERS, *FLOATS, "x" * 43, "x" * 44, "x" * 45, "12345678901234567890"),
        after=("OBJECT ENCODING k", "APPEND k 1", "OBJECT ENCODING k", "SETRANGE k 0 2", "OBJECT ENCODING k"),
    ),
]
