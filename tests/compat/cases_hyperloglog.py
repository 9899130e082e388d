"""HyperLogLog commands: values to the bit, counts, and what damaged and foreign values get."""

from __future__ import annotations

from tests.compat.case import Line, case
from tests.compat.combine import value_cases

EMPTY = b"\x7f\xff"
HEADER = b"HYLL\x01" + bytes(10) + b"\x80"
SHOWN: tuple[Line, ...] = ("GET k", "PFCOUNT k", "GET k", "OBJECT ENCODING k")
LIMIT = "CONFIG SET hll-sparse-max-bytes"


def elements(start: int, stop: int) -> tuple[str, ...]:
    return tuple(f"element:{number}" for number in range(start, stop))


def add(key: str, start: int, stop: int) -> Line:
    return ("PFADD", key, *elements(start, stop))


BODIES = {
    "no runs": b"", "too few registers": b"\x7f\xfe", "a run cut off": b"\x7f", "the last run cut off": b"\x7f\xfe\x40",
    "too many zeros": EMPTY + b"\0", "twice as many": EMPTY * 2, "too many values": EMPTY + b"\x80",
    "values beyond the end": b"\x7f\xfe\x83", "a last value": b"\x7f\xfe\x80", "only values": b"\xff" * 4096,
    "only short zeros": b"\x3f" * 256, "one zero each": bytes(16384), "sound": EMPTY,
}
STRINGS = {
    "shorter than a header": HEADER[:15], "another magic": b"HYLX" + HEADER[4:] + EMPTY, "an unknown encoding":
    b"HYLL\x02" + HEADER[5:] + EMPTY, "a short dense one": b"HYLL\x00" + HEADER[5:] + bytes(12287), "a long dense one":
    b"HYLL\x00" + HEADER[5:] + bytes(12289), "an empty dense one": b"HYLL\x00" + HEADER[5:] + bytes(12288),
    "a dense one of greatest ranks": b"HYLL\x00" + HEADER[5:] + b"\xf3\x3c\xcf" * 4096, "all bits set":
    b"HYLL\x00" + HEADER[5:] + b"\xff" * 12288, "a count of its own": b"HYLL\x01\0\0\0\x07" + bytes(7) + EMPTY, "a number":
    b"12345", "nothing": b"",
}
CALLS: tuple[Line, ...] = (
    "PFCOUNT k", "PFCOUNT k other", "PFCOUNT other k", "PFADD k", "PFADD k a", "PFADD k a b c d e f g", "PFMERGE d k",
    "PFMERGE k", "PFMERGE k other", "PFMERGE other k", "PFDEBUG DECODE k", "PFDEBUG ENCODING k", "PFDEBUG GETREG k",
    "PFDEBUG TODENSE k",
)

CASES = [
    *(
        case(f"{stop - start} elements, at most {limit} bytes sparse", f"{LIMIT} {limit}", add("k", start, stop), *SHOWN,
             add("k", start, stop), *SHOWN, add("k", stop, stop + 1), "PFCOUNT k k", *SHOWN, "PFDEBUG GETREG k")
        for start, stop in ((0, 0), (0, 1), (5, 10), (0, 100), (0, 1000), (1000, 6000))
        for limit in (0, 100, 3000, 16000)
    ),
    case("elements one by one", *(
        line for number in range(400) for line in (add("k", number, number + 1), "GET k")
    ), "PFDEBUG DECODE k"),
    case("elements of every length", *(
        line for length in (*range(34), 100, 1000, 4096) for line in (("PFADD", "k", b"\xe9x" * length),
                                                                      ("PFADD", "k", b"y" * length), "GET k")
    )),
    *(
        case(f"merges of {first} and {second} elements, at most {limit} bytes sparse", f"{LIMIT} {limit}",
             add("a", 0, first), add("b", first // 2, first // 2 + second), "PFCOUNT a", "PFCOUNT a b", "PFCOUNT b a nosuch",
             "PFMERGE k a b", *SHOWN, "PFMERGE a b", "GET a", "PFMERGE b", "GET b", "PFMERGE new", "GET new",
             "PFMERGE k nosuch", *SHOWN)
        for first, second in ((0, 3), (10, 10), (300, 700), (100, 4000), (4000, 100), (3000, 3000))
        for limit in (200, 3000)
    ),
    *(
        case(f"a sparse value with {name}", *(
            step for call in CALLS for step in (("SET", "k", HEADER + body), add("other", 0, 5), "DEL d", call, "GET k",
                                                "GET d", "GET other", "OBJECT ENCODING k")
        ), since="8.2")
        for name, body in BODIES.items()
    ),
    *(
        case(f"a string that is {name}", *(
            step for call in CALLS for step in (("SET", "k", value), add("other", 0, 5), "DEL d", call, "GET k", "GET d",
                                                "GET other")
        ))
        for name, value in STRINGS.items()
    ),
    case("another type", "RPUSH k a", *CALLS, "TYPE k"),
    case("no key", *(step for call in CALLS for step in ("DEL k d other", call, "EXISTS k d other"))),
    case("times to live", "PFADD k a", "EXPIRE k 100", "PFADD k b", "TTL k", "PFCOUNT k", "TTL k", "PFMERGE k other",
         "TTL k", "PFDEBUG TODENSE k", "TTL k"),
    case("a number as a string", "SET k 12345", *CALLS, "OBJECT ENCODING k"),
    case("a count that is stored", "PFADD k a b", "PFCOUNT k", r'SETRANGE k 8 "\x2a"', "PFCOUNT k", "PFCOUNT k k",
         "PFADD k a", "PFCOUNT k", "PFADD k q", "GET k", "PFCOUNT k", "GET k"),
    case("a transaction sees a count that is stored as a change", "PFADD k a", "WATCH k", "PFCOUNT k", "MULTI", "PING",
         "EXEC", "WATCH k", "PFCOUNT k", "MULTI", "PING", "EXEC"),
    *value_cases("the words of PFDEBUG", "PFDEBUG @ k", ("getreg", "Decode", "encoding", "todense", "help", ""),
                 before=("PFADD k a",), after=("GET k",)),
    # Another word than these gets two replies from 8.2.3.
    case("PFDEBUG SIMD", "PFDEBUG SIMD on", "PFDEBUG simd OFF", "PFDEBUG SIMD ON", since="8.0"),
    case("wrong numbers of arguments", "PFADD", "PFCOUNT", "PFMERGE", "PFDEBUG", "PFDEBUG DECODE", "PFDEBUG DECODE k k",
         "PFSELFTEST k"),
]
