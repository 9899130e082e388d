"""SORT and SORT_RO: options from every kind of value, patterns, texts that are or are no numbers."""

from __future__ import annotations

from tests.compat.case import case, unordered
from tests.compat.combine import option_cases, value_cases

LIST = ("RPUSH k 10 9 2 2.5 -1 1e1", "MSET w10 3 w9 1 w2 2 w-1 x w1e1 3", "HSET h9 f 5 g 7", "HSET h2 f 4")
# Redis takes sorted sets and sets in the order of a hash table, so that no two of their elements may weigh the same.
DISTINCT = ("MSET w10 3 w9 1 w2 2 w-1 x w1e1 4", "HSET h9 f 5 g 7", "HSET h2 f 4", "HSET h10 f 6", "HSET h-1 f 3",
            "HSET h1e1 f -1")
ZSET = ("ZADD k 5 10 4 9 3 2 2 2.5 1 -1 0 1e1", *DISTINCT)
NUMBERED = ("SADD k 10 9 2 -1", *DISTINCT)
MIXED = ("SADD k 10 9 2 2.5 -1 1e1", *DISTINCT)
STATES = ((), LIST, ZSET, NUMBERED, ("SET k v",))
OPTIONS = ("ALPHA", "DESC", "asc", "LIMIT 1 2", "LIMIT -1 0", "LIMIT 4 -1", "BY w*", "BY h*->f", "BY nosort", "GET #",
           "GET w*", "GET h*->f")
SHOWN = ("LRANGE d 0 -1", "OBJECT ENCODING d", "OBJECT ENCODING k")
TEXTS = ("", "0", "-0", "+5", "5.", ".5", "5e0", "5e", "1e400", "-1e400", "1e-400", "1e-320", "0x10", "inf", "-INF", "+infinity",
         "infinit", "nan", "NaN(1)", " 5", "5 ", "\t5", "5\n", "1_0", "--5", "++5", "5\0", "5\0x", "\0", "x5", "00012", "1,5",
         "9007199254740993", "123456789012345678901234567890", "-", "+", ".", "e5", "\xe95", "5e+3", "5e-3", "5E3", "5f")
PATTERNS = ("#", "##", "#*", "*", "w*", "*w", "nosuch", "", "h*->f", "h*->", "h*->nosuch", "w*->f", "*->f", "h*->f->g", "->*",
            "h->f*", "h**->f", "h*->f*", "h*-f", "h*->f\0", "h*\0->f", "w\0*", "#\0x", "w*\0", "h*->\0f")
LIMITS = ("0", "1", "-1", "3", "100", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "x", "", "1.5")

CASES = [
    *option_cases("SORT", "SORT k", OPTIONS, before=STATES, after=("OBJECT ENCODING k",), at_most=3),
    *option_cases("SORT_RO", "SORT_RO k", (*OPTIONS, "STORE d"), before=STATES, after=("OBJECT ENCODING k",), at_most=2),
    *option_cases("SORT STORE", "SORT k STORE d", (*OPTIONS, "STORE e"), before=STATES, after=SHOWN, at_most=3),
    *option_cases("SORT in other orders", "SORT k",
                  ("BY nosort", "BY w*", "GET #", "LIMIT 0 1", "LIMIT 1", "BY", "GET", "STORE", "FOO", "LIMIT 0 x"),
                  before=(LIST,), at_most=2, any_order=True),
    *(
        case(f"a set of text, {options}", *MIXED, unordered(f"SORT k BY nosort {options}"), f"SORT k {options}",
             f"SORT k BY nosort STORE d {options}", *SHOWN[:2])
        for options in ("", "ALPHA", "DESC", "GET # GET w*")
    ),
    *(
        made for before, call in (
            (("RPUSH k 3 7",), ("LPUSH k @", "SORT k", "SORT k DESC")), (("RPUSH k a b", "SET wb 3"), ("SET wa @", "SORT k BY w*")),
            (("RPUSH k a b", "HSET hb f 3"), ("HSET ha f @", "SORT k BY h*->f")),
        )
        for made in value_cases(f"scores by {call[1]}", call[0], TEXTS, before=("DEL k d wa ha", *before),
                                after=(*call[1:], f"{call[1]} STORE d", "LRANGE d 0 -1"), since="8.2")
    ),
    *value_cases("patterns of GET", "SORT k ALPHA GET @ GET #", PATTERNS,
                 before=("RPUSH k a", "MSET wa 7 wa-> 8 a self", "DEL ha hf", "HSET ha f 1 f->g deep f* star", "HSET hf f x")),
    *value_cases("patterns of BY", "SORT k BY @ ALPHA", PATTERNS,
                 before=("RPUSH k c a b", "MSET wa 7 wb 8 wc 0", "HSET ha f 1", "HSET hc f 5")),
    *value_cases("LIMIT from", "SORT k LIMIT @ 2", LIMITS, before=LIST),
    *value_cases("LIMIT up to", "SORT k LIMIT 1 @", LIMITS, before=LIST),
    *(
        made for kind in ("RPUSH k 3 1 2", "ZADD k 1 c 2 b 3 a")
        for made in (
            *value_cases(f"LIMIT from, unsorted {kind}", "SORT k BY x LIMIT @ 2", LIMITS, before=(kind,)),
            *value_cases(f"LIMIT up to, unsorted {kind}", "SORT k BY x DESC LIMIT 1 @", LIMITS, before=(kind,)),
        )
    ),
    case("text with zero bytes", ("RPUSH", "k", b"a\0c", b"a\0b", b"a", b"\xff", b"B", b""), "SORT k ALPHA", "SORT k ALPHA DESC",
         "SORT k ALPHA STORE d", "LRANGE d 0 -1", "SORT k ALPHA STORE d DESC", "LRANGE d 0 -1"),
    case("equal scores", "RPUSH k 1.0 01 1 0 1e0 b", "SORT k BY nosuch*", "SORT k BY nosuch* DESC", "SORT k BY nosuch* ALPHA",
         "SORT k BY nosuch* LIMIT 2 2", "LREM k 1 b", "SORT k", "SORT k DESC"),
    case("the first BY without a star holds", "RPUSH k 3 1 2", "SORT k BY x BY w*", "SORT k BY w* BY x", "SORT k BY x DESC BY x"),
    case("weights of other types", "RPUSH k a b", "RPUSH wa x", "SET wb -1", "SORT k BY w*", "SORT k GET w*", "SADD ha x",
         "SORT k BY h*->f GET h*->f", "APPEND wb 5", "SORT k BY w* GET w*", "SETRANGE wb 1 7", "SORT k BY w* GET w*"),
    case("results onto other keys", "RPUSH k 3 1 2", "SET d v EX 100", "SORT k STORE d", "TTL d", "SORT k STORE k", "LRANGE k 0 -1",
         "SORT k LIMIT 5 1 STORE k", "EXISTS k", "SORT k STORE d", "EXISTS d", "SORT k STORE d"),
    case("a long result", ("RPUSH", "k", *range(3000)), "SORT k STORE d", "OBJECT ENCODING d", "CONFIG SET list-max-listpack-size 5",
         "SORT k STORE d LIMIT 0 6", "OBJECT ENCODING d", "SORT k STORE d LIMIT 0 5", "OBJECT ENCODING d"),
    case("the keys of a call", "COMMAND GETKEYS SORT k", "COMMAND GETKEYSANDFLAGS SORT k STORE d STORE e GET store BY store",
         "COMMAND GETKEYS SORT k STORE", "COMMAND GETKEYS SORT k LIMIT 1 STORE", "COMMAND GETKEYS SORT_RO k STORE d",
         "COMMAND GETKEYS SORT k GET STORE d"),
    case("wrong numbers of arguments", "SORT", "SORT_RO"),
]
