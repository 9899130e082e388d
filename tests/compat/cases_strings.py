"""String commands. Options in every combination and numbers at their limits are in cases_options.py."""

from __future__ import annotations

from itertools import product

from tests.compat.case import case
from tests.compat.combine import option_cases, value_cases

ABSENT: tuple[str, ...] = ()
PLAIN = ("SET k abcdef",)
WITH_TTL = ("SET k abcdef EX 1000",)
NUMBER = ("SET k 41 EX 1000",)
GROWN = ("SET k 41", "APPEND k 2")  # what changes in place is stored in another way
STATES = (ABSENT, PLAIN, WITH_TTL, NUMBER, GROWN)
SHOWN = ("GET k", "TTL k")

# Every two of these in a row, from one state after the other: what one leaves is what the next one finds.
STEPS = (
    "GET k", "SET k v", "SETNX k v", "GETSET k v", "GETDEL k", "GETEX k PERSIST", "APPEND k xy", 'APPEND k ""',
    "SETRANGE k 2 ZZ", "SETRANGE k 8 ZZ", 'SETRANGE k 4 ""', "INCR k", "DECRBY k 7", "INCRBYFLOAT k 0.5",
    "MSET k 1 k 2 m 3", "MSETNX k 1 m 3", "SETEX k 500 v", "PSETEX k 500000 v", "GETRANGE k 1 3", "MGET k nosuch k",
    "SET k w KEEPTTL", "SET k 5 GET", "SET k w NX GET", "SUBSTR k -2 -1", "DEL k",
)

MATRIX = "ACGTTGACCATGCATTAGACCATAGGATACCAGATTACAGGCATTGACCA"  # LCS: texts with many equally long answers
TEXTS = ("", "A", "ACGT", MATRIX, MATRIX[::-1], MATRIX[10:40] * 3, "abcdefgh" * 40)

CASES = [
    case("a whole sum of INCRBYFLOAT", "INCRBYFLOAT k 3", "OBJECT ENCODING k", "INCR k", "OBJECT ENCODING k"),
    *(
        case(f"{first}, then others", *(
            line for turn, second in enumerate(STEPS, start)
            for line in ("DEL k m", *STATES[turn % len(STATES)], first, second, *SHOWN)
        ))
        for start, first in enumerate(STEPS)
    ),
    *(
        case(
            f"LCS of texts {a} and {b}", ("SET", "a", TEXTS[a]), ("SET", "b", TEXTS[b]), "LCS a b", "LCS a b LEN",
            "LCS a b IDX", "LCS a b IDX WITHMATCHLEN", "LCS a b IDX MINMATCHLEN 3 WITHMATCHLEN",
        )
        for a, b in product(range(len(TEXTS)), repeat=2)
    ),
    case(
        "LCS of strings that need too much memory", ("SET", "a", "x" * 11585), ("SET", "b", "x" * 11584), "LCS a b LEN",
        "LCS a b IDX", ("SET", "a", "x" * 11584), "LCS a b LEN",
    ),
    case(
        "several keys and wrong numbers of arguments", "MSET a 1 b", "MSETNX a 1 b", "MSET a", "MSET", "MGET",
        "MGET a b", "MSET a 1 b 2 a 3", "MGET a b a nosuch", "MSETNX c 1 c 2", "GET c", "MSETNX d 1 a 2", "GET d",
        "GET", "GET a b", "SET", "SET a", "GETSET a", "GETDEL", "GETEX", "APPEND a", "SETRANGE a 1", "INCR",
        "INCR a b", "INCRBY a", "LCS", "LCS a", "STRLEN", "STRLEN a b", "SETEX a 10", "PSETEX a 10", "SETNX a",
    ),
    case(
        "bytes of all values", ("SET", "k", bytes(range(256))), "GET k", "STRLEN k", "GETRANGE k 200 -1",
        ("APPEND", "k", b"\x00\r\n"), "GETRANGE k -3 -1", ("GETSET", "k", b"\xff"), "GET k", ("SET", b"\x00", b"\r\n"),
        ("GET", b"\x00"), ("MGET", b"\x00", "k"),
    ),
    *option_cases(
        "SET repeats options", "SET k v",
        ("NX NX", "XX XX", "GET GET", "KEEPTTL KEEPTTL", "EX 5 EX 500", "PX 5 PX 500000"),
        before=STATES, after=SHOWN, at_most=2,
    ),
    *option_cases(
        "GETEX repeats options", "GETEX k", ("EX 5 EX 500", "PERSIST PERSIST", "GET", "KEEPTTL", "NX"),
        before=STATES, after=SHOWN, at_most=2,
    ),
    *(
        made for offset in (-7, -6, -1, 0, 3, 5, 6, 100)
        for made in value_cases(
            f"GETRANGE from {offset} to", f"GETRANGE k {offset} @",
            ("-100", "-7", "-6", "-5", "-2", "-1", "0", "1", "3", "5", "6", "100"), before=PLAIN,
        )
    ),
    # What is younger than the usual reference, for the day that it is not.
    *option_cases(
        "SET compares", "SET k v",
        ("IFEQ abcdef", "IFNE abcdef", "IFEQ x", "IFNE x", "IFDEQ 12", "IFDNE 0123456789abcdef", "NX", "GET", "EX 500",
         "KEEPTTL", "IFEQ"),
        before=STATES, after=SHOWN, at_most=2, since="8.4",
    ),
    *option_cases(
        "DELEX compares", "DELEX k",
        ("IFEQ abcdef", "IFNE abcdef", "ifeq 41", "IFDEQ 12", "IFDEQ", "FOO bar", "IFDNE 0123456789abcdef"),
        before=STATES, after=SHOWN, at_most=2, since="8.4",
    ),
    *option_cases(
        "MSETEX", "MSETEX 2 k v m w",
        ("NX", "XX", "EX 500", "PX 500000", "EXAT 33177117420", "KEEPTTL", "EX 0", "EX", "GET"),
        before=STATES, after=(*SHOWN, "GET m", "TTL m", "DEL m"), at_most=2, since="8.4",
    ),
    *value_cases(
        "MSETEX takes a number of keys", "MSETEX @ k v m w",
        ("0", "-1", "1", "2", "3", "x", "", "2147483647", "2147483648"), after=("MGET k m", "DEL m"), since="8.4",
    ),
    *value_cases(
        "DIGEST of", "SET k @",
        ("", "1", "-1", "hello", "v8", "x" * 16, "x" * 17, "x" * 128, "x" * 129, "x" * 240, "x" * 241, "x" * 2000),
        after=("DIGEST k",), since="8.4",
    ),
    *option_cases(
        "INCREX", "INCREX k",
        ("BYINT 5", "BYINT -50", "LBOUND 0", "UBOUND 43", "SATURATE", "EX 500", "ENX", "PERSIST", "BYINT x",
         "LBOUND 50"),
        before=(ABSENT, NUMBER), after=SHOWN, since="8.8",
    ),
    *option_cases(
        "INCREX BYFLOAT", "INCREX k BYFLOAT 2.5",
        ("LBOUND 45", "UBOUND 42.5", "SATURATE", "EX 500", "UBOUND x", "BYINT 1"),
        before=(ABSENT, ("SET k 41.25 EX 1000",), PLAIN), after=SHOWN, since="8.8",
    ),
]
