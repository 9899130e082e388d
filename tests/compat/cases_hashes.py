"""Hash commands, times to live of fields included. Nothing here waits: what runs out is in tests/commands."""

from __future__ import annotations

from tests.compat.case import case, normalised, unordered
from tests.compat.combine import option_cases, value_cases

ABSENT: tuple[str, ...] = ()
SMALL = ("HSET k a 1 b 2",)
NUMBERS = ("HSET k a 41 b 1.5 n x",)
VOLATILE = ("HSET k a 1 b 2 c 3", "HPEXPIREAT k 33177117420000 FIELDS 2 a b")
BIG = (("HSET", "k", "a", "1", "b", "x" * 65),)
BIG_VOLATILE = (*BIG, "HPEXPIREAT k 33177117420000 FIELDS 1 a")
STRING = ("SET k v",)
STATES = (ABSENT, SMALL, NUMBERS, VOLATILE, BIG, BIG_VOLATILE, STRING)
SHOWN = ("HGETALL k", "OBJECT ENCODING k", "HEXPIRETIME k FIELDS 3 a b c", "DEBUG DIGEST-VALUE k")

# Every two of these in a row, from one state after the other.
STEPS = (
    "HSET k a 9", "HSET k a 9 b 8 d 7", "HSET k a 9 a 8", "HMSET k a 9", "HSETNX k a 9", "HSETNX k d 9", "HGET k a",
    "HMGET k a d a", "HKEYS k", "HVALS k", "HLEN k", "HSTRLEN k b", "HEXISTS k a", "HEXISTS k d", "HDEL k a",
    "HDEL k a a b c d n", "HINCRBY k a 5", "HINCRBY k d -5", "HINCRBYFLOAT k a 0.5", "HINCRBYFLOAT k n 1",
    "HRANDFIELD k", "HRANDFIELD k 2 WITHVALUES", "HRANDFIELD k -5", "HRANDFIELD k 10 WITHVALUES", "HSCAN k 0",
    "HSCAN k 0 MATCH a* NOVALUES", "HEXPIREAT k 33177117420 FIELDS 2 a d", "HEXPIRE k 0 FIELDS 1 a",
    "HPEXPIREAT k 33177117420001 GT FIELDS 2 a c", "HPERSIST k FIELDS 2 a c", "HTTL k FIELDS 2 a c",
    "HPTTL k FIELDS 1 a", "HPEXPIRETIME k FIELDS 2 a zz", "HGETEX k FIELDS 2 a zz", "HGETEX k PERSIST FIELDS 2 a c",
    "HGETEX k PXAT 33177117420002 FIELDS 2 b d", "HGETEX k EX 0 FIELDS 1 a", "HSETEX k FIELDS 2 a 7 d 6",
    "HSETEX k FNX KEEPTTL FIELDS 1 q 6", "HSETEX k FXX EXAT 33177117421 FIELDS 1 a 6", "HSETEX k EX 0 FIELDS 2 a 1 q 2",
    "HSETEX k KEEPTTL FIELDS 1 a 2", "HGETDEL k FIELDS 2 a zz", "HGETDEL k FIELDS 3 a a b", "COPY k m REPLACE",
    "RENAME k m", "TYPE k", "DEL k",
)

FIELDS_ARGUMENTS = (
    "FIELDS 1 a", "FIELDS 2 a", "FIELDS 1 a b", "FIELDS 0 a", "FIELDS -1 a", "FIELDS x a", "FIELDS 1", "fields 1 a",
    "FOO 1 a", "FIELDS 2147483648 a", "FIELDS 9223372036854775807 a", "FIELDS 9223372036854775808 a",
    "FIELDS 1 a FIELDS 1 b", "NX FIELDS 1 a",
)

CASES = [
    *(
        case(f"{first}, then others", *(
            line for turn, second in enumerate(STEPS, start)
            for line in ("DEL k m", *STATES[turn % len(STATES)], first, second, *SHOWN)
        ), since="8.0")
        for start, first in enumerate(STEPS)
    ),
    case(
        "wrong numbers of arguments", "HSET", "HSET k", "HSET k a", "HSET k a 1 b", "HMSET k a", "HMSET k a 1 b",
        "HSETNX k a", "HGET k", "HGET k a b", "HMGET k", "HGETALL", "HGETALL k a", "HDEL k", "HINCRBY k a",
        "HINCRBYFLOAT k a", "HLEN", "HSTRLEN k", "HEXISTS k", "HKEYS", "HVALS", "HRANDFIELD", "HSCAN k", "EXISTS k",
    ),
    case(
        "arity comes before the type", "SET k v", "HSET k a", "HSET k a 1 b", "HSET k a 1", "HMSET k a 1 b",
        "HINCRBY k a x", "HINCRBY k a 1", "HINCRBYFLOAT k a x", "HINCRBYFLOAT k a inf", "HRANDFIELD k x",
        "HRANDFIELD k 1 x", "HRANDFIELD k 1", "HSCAN k x", "HSCAN k 0 FOO", "HGETDEL k FOO 1 a", "HGETEX k EX 0 FOO 1 a",
        since="8.0",
    ),
    case(
        "limits of the listpack", "CONFIG SET hash-max-listpack-entries 3 hash-max-listpack-value 5",
        "HSET k a 1 b 2 c 3", "OBJECT ENCODING k", "HSET k a 12345", "OBJECT ENCODING k", "HSET k d 1",
        "OBJECT ENCODING k", "HDEL k b c d", "OBJECT ENCODING k", "DEL k", "HSET k a 123456", "OBJECT ENCODING k",
        "DEL k", "HSET k a 1 a 2 a 3 a 4", "OBJECT ENCODING k", "DEL k", "HSET k 123456 1", "OBJECT ENCODING k", "DEL k",
        "HSET k a 99999", "HINCRBY k a 1", "OBJECT ENCODING k", "DEL k", "HSET k a 1", "HINCRBYFLOAT k a 0.00001",
        "OBJECT ENCODING k", "HINCRBY k 123456 1", "DEL k", "HSETNX k a 123456", "OBJECT ENCODING k", "DEL k",
        "HINCRBY k a 1", "HINCRBY k b 1", "HINCRBY k c 1", "OBJECT ENCODING k", "HINCRBY k d 1", "OBJECT ENCODING k",
        "COPY k m", "OBJECT ENCODING m", "CONFIG SET hash-max-listpack-entries 0", "HSET n a 1", "OBJECT ENCODING n",
    ),
    case(
        "limits of the listpack with times to live", "CONFIG SET hash-max-listpack-entries 3 hash-max-listpack-value 5",
        "HSET k a 1 b 2", "HEXPIRE k 1000 FIELDS 1 zz", "OBJECT ENCODING k", "HSET k c 3", "OBJECT ENCODING k",
        "HEXPIRE k 1000 FIELDS 2 a b", "HSET k d 4", "OBJECT ENCODING k", "HTTL k FIELDS 4 a b c d", "DEL k",
        "HSETEX k EX 1000 FIELDS 3 a 1 a 2 a 3", "OBJECT ENCODING k", "HSETEX k EX 1000 FIELDS 1 b 123456",
        "OBJECT ENCODING k", "HPERSIST k FIELDS 2 a b", "OBJECT ENCODING k", "DEL k", "HSET k a 1", "HGETEX k FIELDS 1 a",
        "OBJECT ENCODING k", "HGETEX k PERSIST FIELDS 1 a", "OBJECT ENCODING k", "DEL k", "HSET k a 1",
        "HSETEX k KEEPTTL FIELDS 1 a 1", "OBJECT ENCODING k", "HPERSIST k FIELDS 1 a", "OBJECT ENCODING k",
        "HSETEX k FXX EX 10 FIELDS 1 zz 1", "OBJECT ENCODING k", "HEXPIRE k 10 XX FIELDS 1 a", "OBJECT ENCODING k",
        "HSET k a 1", "OBJECT ENCODING k", since="8.0",
    ),
    case(
        "bytes of all values", ("HSET", "k", bytes(range(256)), b"\x00\r\n", b"", b""), "HGETALL k", ("HGET", "k", b""),
        ("HGET", "k", bytes(range(256))), ("HSTRLEN", "k", bytes(range(256))), ("HDEL", "k", b""), "HLEN k",
    ),
    case(
        "a whole scan of a big hash", ("HSET", "k", *(word for n in range(600) for word in (f"f{n}", n))),
        "OBJECT ENCODING k", unordered("HKEYS k"), "HSCAN k 0 COUNT 1000000", "HSCAN k 0 COUNT 1000000 NOVALUES",
        "HSCAN k 0 COUNT 1000000 MATCH f?1", since="7.4",
    ),
    *value_cases(
        "HINCRBY by", "HINCRBY k a @",
        ("1", "-1", "0", "x", "", "1.5", "+1", " 1", "01", "9223372036854775807", "-9223372036854775808",
         "9223372036854775808"),
        before=("HSET k a 7",), after=("HGET k a",),
    ),
    *value_cases(
        "HINCRBY of", "HINCRBY k a 1",
        ("",), before=("HSET k a 9223372036854775807",), after=("HGET k a", "HINCRBY k a -1", "HINCRBY k new -5"),
    ),
    *(
        made for before in ("7", "-0.5", "1e3", " 1", "x", "inf", "0x10", "3.0000", "5.0e3", "1e4930")
        for made in value_cases(
            f"HINCRBYFLOAT of {before!r} by", "HINCRBYFLOAT k a @",
            ("1", "-1", "0", "0.1", "1e-17", "1e17", "x", "", "inf", "nan", " 1", "1e4932", "1e4933"),
            before=[("HSET", "k", "a", before)], after=("HGET k a",),
        )
    ),
    *value_cases(
        "HRANDFIELD counts", "HRANDFIELD k @",
        ("0", "1", "2", "3", "-1", "-3", "x", "", "1.5", "9223372036854775807", "9223372036854775808",
         "-9223372036854775808"),
        before=SMALL,
    ),
    *value_cases(
        "HRANDFIELD WITHVALUES counts", "HRANDFIELD k @ WITHVALUES",
        ("0", "1", "3", "-3", "x", "4611686018427387903", "4611686018427387904", "-4611686018427387904"),
        before=SMALL,
    ),
    *option_cases(
        "HRANDFIELD", "HRANDFIELD k", ("2", "WITHVALUES", "withvalues", "FOO"), before=(ABSENT, SMALL, STRING),
        any_order=True,
    ),
    *option_cases(
        "HSCAN", "HSCAN k 0", ("MATCH a*", "MATCH *", "COUNT 5", "COUNT 0", "COUNT x", "NOVALUES", "TYPE hash", "MATCH"),
        before=(ABSENT, SMALL, BIG, STRING), at_most=2, since="7.4",
    ),
    *value_cases("HSCAN cursors", "HSCAN k @", ("0", "7", "x", "-1", "18446744073709551615", "18446744073709551616", ""),
                 before=SMALL),
    *(
        made for name in ("HEXPIRE", "HPEXPIRE", "HEXPIREAT", "HPEXPIREAT")
        for made in (
            *value_cases(
                f"{name} at", f"{name} k @ FIELDS 1 a",
                ("0", "-1", "x", "", "1.5", "1000", "70368744177", "70368744178", "70368744177663", "70368744177664",
                 "9223372036854775807", "9223372036854775808"),
                before=VOLATILE, after=(normalised("about:2", "HTTL k FIELDS 2 a c"), "HLEN k"), since="7.4",
            ),
            *option_cases(
                f"{name} arguments", f"{name} k 33177117430", FIELDS_ARGUMENTS,
                before=(ABSENT, SMALL, VOLATILE, STRING), at_most=1, since="7.4",
            ),
            *option_cases(
                f"{name} conditions", f"{name} k 33177117430", ("NX", "XX", "GT", "lt", "FOO"),
                before=(VOLATILE,), at_most=2, since="7.4",
            ),
        )
    ),
    *(
        case(
            f"HEXPIRE {condition} on times before and after",
            *(
                line for seconds in (33177117419, 33177117420, 33177117421, 1)
                for line in ("DEL k", *VOLATILE, f"HEXPIREAT k {seconds} {condition} FIELDS 3 a c zz", *SHOWN)
            ),
            since="7.4",
        )
        for condition in ("", "NX", "XX", "GT", "LT")
    ),
    *(
        made for name in ("HTTL", "HPTTL", "HEXPIRETIME", "HPEXPIRETIME", "HPERSIST", "HGETDEL", "HGETEX")
        for made in option_cases(
            f"{name} arguments", f"{name} k", FIELDS_ARGUMENTS, before=(ABSENT, SMALL, VOLATILE, STRING), at_most=1,
            since="8.0",
        )
    ),
    *option_cases(
        "HGETEX", "HGETEX k",
        ("EX 1000", "PX 1000000", "EXAT 33177117430", "PXAT 33177117430000", "PERSIST", "EX -1", "EX x", "EX 0",
         "PXAT 70368744177664", "EX", "FOO", "FIELDS 1 a", "FIELDS 2 b zz", "FIELDS 1"),
        before=(ABSENT, VOLATILE, STRING), after=SHOWN[:2], at_most=2, any_order=True, since="8.0",
    ),
    *option_cases(
        "HSETEX", "HSETEX k",
        ("EX 1000", "PXAT 33177117430000", "KEEPTTL", "FNX", "FXX", "EX -1", "EX x", "EX 0", "PXAT 70368744177664", "EX",
         "FOO", "FIELDS 1 a v", "FIELDS 2 b v zz w"),
        before=(ABSENT, VOLATILE, STRING), after=SHOWN[:2], at_most=3, since="8.0",
    ),
    *option_cases(
        "HSETEX in any order", "HSETEX k",
        ("EX 1000", "KEEPTTL", "FNX", "FXX", "EX x", "FOO", "FIELDS 1 a v", "FIELDS 0", "FIELDS"),
        before=(VOLATILE,), after=SHOWN[:2], at_most=2, any_order=True, since="8.0",
    ),
    *value_cases(
        "HSETEX takes a number of fields", "HSETEX k FIELDS @ a v",
        ("1", "2", "0", "-1", "x", "", "2147483647", "2147483648", "9223372036854775807"), after=("HGETALL k",),
        since="8.0",
    ),
    case(
        "keys with fields that expire, renamed, copied, moved and swapped", *VOLATILE, "COPY k m", "RENAME k n",
        "HEXPIRETIME n FIELDS 3 a b c", "HEXPIRETIME m FIELDS 3 a b c", "HDEL m a", "HEXPIRETIME n FIELDS 1 a",
        "MOVE n 1", "EXISTS n", "SELECT 1", "HEXPIRETIME n FIELDS 3 a b c", "SWAPDB 0 1",
        "HEXPIRETIME m FIELDS 3 a b c", "DEBUG DIGEST-VALUE m", since="7.4",
    ),
]
