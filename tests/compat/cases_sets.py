"""Set commands: every form, every pair of steps, arguments in Redis's order, operations on any mixture of forms."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from tests.compat.case import Line, Step, case, unordered
from tests.compat.combine import value_cases

LONG = "x" * 65
NUMBERS = " ".join(map(str, range(1, 601)))  # more than an intset takes
STATES: dict[str, tuple[str, ...]] = {
    "nothing": (),
    "an intset": ("SADD k 3 1 2",),
    "a listpack": ("SADD k c a b 7",),
    "a hashtable": (f"SADD k c a b 7 {LONG}",),
    "a string": ("SET k v",),
    "a set with a TTL": ("SADD k c a b 7", "EXPIRE k 1000"),
}
SHOWN: tuple[Line | Step, ...] = (
    "OBJECT ENCODING k", "SCARD k", unordered("SMEMBERS k"), "TYPE k", "TTL k", "DEBUG DIGEST-VALUE k", "EXISTS d",
    unordered("SMEMBERS d"),
)

STEPS = (
    "SADD k a", "SADD k 2 2 9", "SADD k z y a z", f"SADD k {LONG}", f"SADD k {NUMBERS}", "SREM k a", "SREM k 1 2 3 4",
    f"SREM k a b c 7 {LONG} nosuch", "SREM k nosuch", "SMOVE k d a", "SMOVE k d 1", "SMOVE k k a", "SMOVE d k z",
    "SMOVE k d nosuch", "SPOP k 100", "SPOP k 0", "SISMEMBER k a", "SMISMEMBER k a 1 7 nosuch", "SRANDMEMBER k 0",
    "SRANDMEMBER k -3", "SINTERSTORE k k", "SUNIONSTORE k k d", "SDIFFSTORE k k d", "SDIFFSTORE k d k", "SDIFFSTORE d k",
    "SINTERSTORE d k k", "COPY k d", "COPY d k REPLACE", "SSCAN k 0 COUNT 1000", "RENAME k d", "DEL d",
)

OPERANDS = {
    "i": "SADD i 1 2 3 4 5", "j": "SADD j 4 5 6", "l": "SADD l a b 4 5 -1", "m": "SADD m b c 5 1",
    "h": f"SADD h a b 1 2 5 {LONG}", "t": f"SADD t {LONG} b 5 6 q", "n": "DEL n", "s": "SET s x",
}
COUNTS = ("1", "0", "-1", "3", "x", "", "9223372036854775807", "9223372036854775808", "-9223372036854775807",
          "-9223372036854775808", "1.5", " 1", "+1", "007")
POSITIVE_COUNTS = tuple(count for count in COUNTS if not count.startswith("-"))  # Redis fills the memory for the others

OPEN = ((1, "1 2 3 a"),)  # a union of a hash table with numbers and texts: its order decides on the form


def played(calls: Sequence[str], *steps: str) -> tuple[Line | Step, ...]:
    """The steps from the state that the calls make, and what they leave."""
    return "DEL k d", "SADD d z 1", *calls, *steps, *SHOWN


CASES = [
    *(
        case(f"from {state}: {step}", *(
            line for second in (step, *STEPS[number % 3 :: 3])
            for line in played(calls, step, second)
        ))
        for state, calls in STATES.items() for number, step in enumerate(STEPS)
    ),
    *(
        case(f"operations on {one} and {two}", *OPERANDS.values(), *(
            line for keys in (f"{one}", f"{one} {two}", f"{two} {one} {one}", f"{one} n {two}", f"{one} {two} l h")
            for name in ("SINTER", "SUNION", "SDIFF")
            for line in (
                unordered(f"{name} {keys}"), "SADD out old", f"{name}STORE out {keys}", unordered("SMEMBERS out"),
            )
        ), *(
            f"SINTERCARD {len(keys.split())} {keys} {limit}"
            for keys in (f"{one}", f"{one} {two}", f"{two} {one} {one}", f"{one} n {two}")
            for limit in ("", "LIMIT 0", "LIMIT 1", "limit 2", "LIMIT 100")
        ))
        for one, two in product(OPERANDS, repeat=2)
    ),
    *(
        case(f"the form of what {name} stores from {one} and {two}", OPERANDS[one], OPERANDS[two],
             f"{name} out {one} {two}", "OBJECT ENCODING out", "DEBUG DIGEST-VALUE out", f"{name} {one} {one} {two}",
             f"OBJECT ENCODING {one}", unordered(f"SMEMBERS {one}"))
        for name, one, two in product(("SINTERSTORE", "SUNIONSTORE", "SDIFFSTORE"), "ijlm", "ijlm")
    ),
    *(
        case(f"limits {ints} {entries} {length}",
             f"CONFIG SET set-max-intset-entries {ints} set-max-listpack-entries {entries} "
             f"set-max-listpack-value {length}",
             *(line for members in ("1", "a", "1 2", "1 2 3 4", "1 a", "1 2 3 a", "a 1 2 3", "a bb", "12 a", "a b c d e")
               for line in ("DEL k", f"SADD k {members}", "OBJECT ENCODING k", "DEL k",
                            *(f"SADD k {member}" for member in members.split()), "OBJECT ENCODING k",
                            *(() if (ints, members) in OPEN else ("SUNIONSTORE d k", "OBJECT ENCODING d")),
                            "SINTERSTORE d k k", "OBJECT ENCODING d")), protocols=[2])
        for ints, entries, length in product((0, 1, 3, 100), (0, 3, 100), (1, 64))
    ),
    *(
        one for command, values in (("SPOP", COUNTS), ("SRANDMEMBER", POSITIVE_COUNTS)) for state in STATES
        for one in value_cases(f"{command} from {state} with count", f"{command} k @", values, before=STATES[state],
                               after=("SCARD k",))
    ),
    *value_cases("SINTERCARD with numkeys", "SINTERCARD @ k k LIMIT 1", COUNTS, before=STATES["a listpack"]),
    *value_cases("SINTERCARD with limit", "SINTERCARD 1 k LIMIT @", COUNTS, before=STATES["a listpack"]),
    *value_cases("SSCAN with cursor", "SSCAN k @", (*COUNTS, "18446744073709551615", "18446744073709551616"),
                before=STATES["a listpack"]),
    *value_cases("members that look like numbers", "SADD k @",
                ("0", "-0", "00", "+1", "1.0", " 1", "1 ", "-1", "9223372036854775807", "9223372036854775808",
                 "-9223372036854775808", "-9223372036854775809", "", "1e3"),
                after=("OBJECT ENCODING k", "SMEMBERS k", "DEBUG DIGEST-VALUE k")),
    case("the order of integers", "SADD k 10 9 -1 100 -20 9223372036854775807", *(
        line for line in ("SMEMBERS k", "SSCAN k 0", "SUNION k k", "SINTER k", "SDIFF k nosuch", "SRANDMEMBER k 100")
    )),
    case(
        "wrong numbers of arguments", "SADD", "SADD k", "SREM k", "SCARD", "SCARD k x", "SISMEMBER k", "SISMEMBER k a b",
        "SMISMEMBER k", "SMEMBERS", "SMEMBERS k x", "SMOVE k d", "SMOVE k d a b", "SPOP", "SPOP k 1 2", "SPOP k x 2",
        "SRANDMEMBER", "SRANDMEMBER k 1 2", "SSCAN k", "SINTER", "SUNION", "SDIFF", "SINTERSTORE d", "SUNIONSTORE d",
        "SDIFFSTORE d", "SINTERCARD", "SINTERCARD 1",
    ),
    case(
        "the order of refusals", "SET s x", "SADD k a b", "SPOP s x", "SPOP s -1", "SPOP s 0", "SPOP nosuch x",
        "SRANDMEMBER s x", "SRANDMEMBER s 0", "SRANDMEMBER nosuch x", "SRANDMEMBER nosuch 5", "SRANDMEMBER nosuch",
        "SPOP nosuch", "SPOP nosuch 5", "SSCAN s x", "SSCAN s 0 foo", "SSCAN nosuch 0 foo", "SSCAN k 0 foo",
        "SSCAN k 0 COUNT 0", "SSCAN k 0 COUNT x", "SSCAN k 0 NOVALUES", "SSCAN k 0 TYPE set", "SSCAN k 0 MATCH",
        "SSCAN k 0 MATCH a* COUNT 5", "SMOVE nosuch s a", "SMOVE s nosuch a", "SMOVE s s a", "SMOVE k s a",
        "SMOVE k s nosuch", "SINTERCARD 0 k", "SINTERCARD 2 k", "SINTERCARD 2 s", "SINTERCARD 1 s LIMIT x",
        "SINTERCARD 1 k k", "SINTERCARD 1 k LIMIT", "SINTERCARD 1 k LIMIT 1 LIMIT 2", "SINTERCARD 1 k LIMIT 1 x",
        "SINTERCARD 1 s LIMIT 1", "SINTERCARD 2 nosuch s", "SINTER nosuch s", "SUNION nosuch s", "SDIFF nosuch s",
        "SINTERSTORE k nosuch s", "SUNIONSTORE k nosuch s", "SDIFFSTORE k nosuch s", unordered("SMEMBERS k"),
        "SINTERSTORE s k nosuch", "EXISTS s",
    ),
    case("large sets", f"SADD big {NUMBERS}", "OBJECT ENCODING big", "SCARD big", "SADD half 300 301 nosuch",
         unordered("SINTER big half"), "SINTERSTORE d big half", "OBJECT ENCODING d", "SDIFFSTORE d big half",
         "OBJECT ENCODING d", "SCARD d", "SUNIONSTORE d half big", "SCARD d", "DEBUG DIGEST-VALUE d", "SPOP big 598",
         "OBJECT ENCODING big", "SCARD big"),
]
