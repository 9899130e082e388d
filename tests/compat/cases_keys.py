"""Commands on keys of any type: what they do to each other's results, over every state of the keys involved.

Options and limits of single arguments are in cases_options.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations, product

from tests.compat.case import Case, Line, Step, case, on, shape_only, unordered
from tests.compat.combine import option_cases, value_cases

CALLS_PER_CASE = 12
SEEN = ("MGET a b", "TTL a", "TTL b", "UNLINK a b")

# How a key may be before a command meets it; "@" stands for its name.
STATES: dict[str, tuple[str, ...]] = {
    "absent": (),
    "integer": ("SET @ 12",),
    "text with ttl": ("SET @ text EX 5000",),
    "changed in place": ("APPEND @ te", "APPEND @ xt"),
}
ONE_KEY_CALLS = (
    "DEL a", "UNLINK a", "DEL a a", "EXISTS a", "EXISTS a a b", "TOUCH a a b", "TYPE a", "PERSIST a", "TTL a", "PTTL a",
    "EXPIRETIME a", "PEXPIRETIME a", "RENAME a a", "RENAMENX a a", "COPY a a", "COPY a a REPLACE", "MOVE a 1",
    "MOVE a 0", "OBJECT ENCODING a", "OBJECT REFCOUNT a", "OBJECT IDLETIME a", "OBJECT FREQ a", "KEYS a", "KEYS *",
    "KEYS [a-b]", "KEYS ?", "SCAN 0", "SCAN 0 MATCH a TYPE string COUNT 100", "RANDOMKEY", "DBSIZE", "EXPIRE a 0",
    "EXPIRE a 1000", "PEXPIREAT a 33177117420123",
)
TWO_KEY_CALLS = (
    "RENAME a b", "RENAMENX a b", "RENAME b a", "RENAMENX b a", "COPY a b", "COPY a b REPLACE", "COPY b a DB 0",
    "COPY a b REPLACE DB 1", "DEL a b", "UNLINK b a b", "EXISTS a b", "TOUCH b a",
)
PATTERNS = (
    "*", "**", "?", "??", "a*", "*a", "*a*", "a*b", "a?b", "[ab]", "[^ab]", "[^a]*", "[a-c]*", "[c-a]*", "[", "[]",
    "[^]", "[a", "[a-", "[a-]", r"\a", r"\*", r"*\*", "\\", "[\\]]", "[\\", "{t}*", "{t}?", "a[^-]b", "*[0-9]", "[-a]*",
    "", "A*", "*?*", "*?*?*?", "a**b", r"a\?b", "[!a]*", "[^^]*",
)
NAMES = ("a", "b", "ab", "axb", "a-b", "a*b", "a?b", "{t}1", "{t}12", "A", "", "]", "[", "\\", "^", "*", "!", "9", "-")
MISSHAPED = (
    "DEL", "UNLINK", "EXISTS", "TOUCH", "TYPE", "TYPE a b", "RENAME a", "RENAME a b c", "RENAMENX a", "MOVE a",
    "MOVE a 1 2", "COPY a", "KEYS", "KEYS a b", "RANDOMKEY a", "DBSIZE a", "EXPIRE a", "PEXPIRE a", "EXPIREAT a",
    "PEXPIREAT a", "PERSIST", "PERSIST a b", "TTL", "TTL a b", "PTTL a b", "EXPIRETIME a b", "PEXPIRETIME", "SCAN",
    "SWAPDB 0", "SWAPDB 0 1 2", "OBJECT", "OBJECT ENCODING", "OBJECT ENCODING a b", "OBJECT FREQ", "OBJECT IDLETIME",
    "OBJECT REFCOUNT", "OBJECT BOGUS", "OBJECT BOGUS a", "OBJECT HELP a", "FLUSHALL BOGUS", "FLUSHDB BOGUS",
    "FLUSHALL ASYNC SYNC", "FLUSHDB SYNC SYNC",
)


def prepared(key: str, state: str) -> list[str]:
    return [line.replace("@", key) for line in STATES[state]]


def grouped(name: str, rounds: Sequence[Sequence[Line | Step]]) -> Iterator[Case]:
    """Several rounds to a case: starting one costs more than playing a call."""
    for first in range(0, len(rounds), CALLS_PER_CASE):
        part = rounds[first:first + CALLS_PER_CASE]
        yield case(f"{name}, from {first}", *(step for steps in part for step in steps))


def one_key() -> Iterator[Case]:
    for state in STATES:
        rounds = [["UNLINK a b", *prepared("a", state), call, *SEEN] for call in ONE_KEY_CALLS]
        yield from grouped(f"one key, {state}", rounds)


def two_keys() -> Iterator[Case]:
    for call in TWO_KEY_CALLS:
        rounds = [
            [*prepared("a", one), *prepared("b", other), call, *SEEN, "SELECT 1", *SEEN, "SELECT 0"]
            for one, other in product(STATES, STATES)
        ]
        yield from grouped(call, rounds)


def conditions() -> Iterator[Case]:
    """EXPIRE's conditions against times before, at and after the present one."""
    words = ("", "NX", "XX", "GT", "LT", "XX GT", "LT XX", "XX LT GT", "NX NX", "gt")
    now = ("SET a v PXAT 33177117420000", "SET a v")
    times = ("33177117419999", "33177117420000", "33177117420001", "1", "0", "-1")
    rounds = [
        [state, f"PEXPIREAT a {at} {word}".strip(), "PEXPIRETIME a"] for state in now for word in words for at in times
    ]
    yield from grouped("EXPIRE's conditions", rounds)


def watched() -> Iterator[Case]:
    """Who ends whose transaction."""
    for call in (*TWO_KEY_CALLS, *ONE_KEY_CALLS, "FLUSHALL", "FLUSHDB", "SWAPDB 0 1", "SWAPDB 0 0", "SWAPDB 2 3"):
        steps: list[Line | Step] = []
        for state, key in product(("absent", "text with ttl"), "ab"):
            steps += [
                "FLUSHALL", *prepared("a", state), on("w", f"WATCH {key}"), _blurred(call), on("w", "MULTI"),
                on("w", "EXISTS a b"), on("w", "EXEC"),
            ]
        yield case(f"WATCH and {call}", *steps)


def _blurred(call: str) -> Line | Step:
    return shape_only(call) if "TTL" in call or "TIME" in call else call


CASES = [
    *one_key(),
    *two_keys(),
    *conditions(),
    *watched(),
    case("misshaped calls", *MISSHAPED),
    *grouped("KEYS and SCAN of patterns", [
        [*(("SET", name, "v") for name in NAMES), ("KEYS", pattern), ("SCAN", "0", "COUNT", "1000", "MATCH", pattern)]
        for pattern in PATTERNS
    ]),
    *option_cases(
        "FLUSHALL", "FLUSHALL", ("ASYNC", "SYNC", "async", "BOGUS"), at_most=2, before=(("SET k v",),), any_order=True,
        after=("DBSIZE",),
    ),
    *option_cases(
        "FLUSHDB", "FLUSHDB", ("ASYNC", "SYNC", "sync", "BOGUS"), at_most=2,
        before=(("SET k v", "SELECT 1", "SET k v", "SELECT 0"),), any_order=True,
        after=("DBSIZE", "SELECT 1", "DBSIZE"),
    ),
    *value_cases(
        "SWAPDB's first", "SWAPDB @ 1", ("0", "1", "-1", "16", "x", "", "4294967296", "01"), before=("SET k v",),
    ),
    *value_cases("SWAPDB's second", "SWAPDB 16 @", ("0", "-1", "16", "x", "", "4294967296"), before=("SET k v",)),
    *(
        case(
            f"databases {' '.join(order)} change places", "SET k zero EX 5000", "SELECT 1", "SET k one", "SELECT 2",
            *(f"SWAPDB {pair}" for pair in order), "GET k", "TTL k", "SELECT 0", "GET k", "TTL k", "SELECT 1", "GET k",
            "TTL k", unordered("SCAN 0"), "RANDOMKEY",
        )
        for order in permutations(("0 1", "1 2", "2 0"), 2)
    ),
    *value_cases(
        "SCAN cursors that end the walk", "SCAN @ COUNT 1000",
        ("0", "-0", "00", " 0", "+0", "\t0", "\n0", "-00", "- 0", "+-0", "0 ", "0\x00", "0x0", "-1", "-01", " -1",
         "--1", "18446744073709551615", "18446744073709551616", "-18446744073709551615", "-9223372036854775809",
         "-9223372036854775808", "9" * 400, "0" * 400),
        ways=("kind",),
    ),
    *option_cases(
        "SCAN with options twice", "SCAN 0",
        ("MATCH k*", "MATCH x", "TYPE string", "TYPE list", "TYPE STRING", "COUNT 1000", "NOVALUES", "novalues"),
        at_most=2, before=(("SET k v", "SET kk v"),), any_order=True,
    ),
    case("names are binary", ("SET", b"\x00\xff\r\n", b"v"), ("RENAME", b"\x00\xff\r\n", b"\xfe"), ("KEYS", b"\xfe*"),
         ("KEYS", b"?"), ("COPY", b"\xfe", b""), ("EXISTS", b"", b"\xfe"), ("EXPIRE", b"\xfe", "10", b"\xff\x00x")),
    case("LFU marks", "CONFIG SET maxmemory-policy allkeys-lfu", "SET a v", "OBJECT FREQ a", "OBJECT IDLETIME a",
         "OBJECT FREQ b", "OBJECT IDLETIME b", "CONFIG SET maxmemory-policy volatile-lru", "OBJECT FREQ a",
         "OBJECT IDLETIME a", "OBJECT FREQ b"),
]
