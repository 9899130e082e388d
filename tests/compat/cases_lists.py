"""Lists, and clients that wait for their elements. Random calls are compared by test_random_lists.py."""

from __future__ import annotations

from itertools import product

from tests.compat.case import case, on, receive, send
from tests.compat.combine import option_cases, value_cases

LIST = ("RPUSH k a b c d e",)
OTHERS = ("DEL k", "SET k string", "DEL k\nRPUSH k a b c d e")
SHOWN = ("LRANGE k 0 -1", "OBJECT ENCODING k")
INTEGERS = ("0", "1", "-1", "4", "5", "-5", "-6", "100", "9223372036854775807", "9223372036854775808",
            "-9223372036854775807", "-9223372036854775808", "x", "1.0", " 1", "+1", "01", "")
TIMEOUTS = ("x", "-1", "nan", "inf", "-inf", "1e400", "9223372036854775807", "9223372036854775.807",
            "9223372036854775", "0x1p70", "", " 1", "1 ")

# Every call in every state of the keys "k" (absent, a string, a list) and "s" (a string).
CALLS = (
    "LPUSH k x", "RPUSH k x y z", "LPUSHX k x", "RPUSHX k x y", "LPUSH k", "LPUSH", "RPUSHX k", "LPOP k", "RPOP k",
    "LPOP k 0", "LPOP k 2", "RPOP k 2", "RPOP k 99", "LPOP k -1", "LPOP k x", "LPOP k 1 2", "RPOP k 1 2", "LLEN k",
    "LLEN", "LLEN k x", "LRANGE k 0 -1", "LRANGE k 1 2", "LRANGE k x 1", "LRANGE k 1 x", "LRANGE k 1", "LINDEX k 0",
    "LINDEX k -1", "LINDEX k 9", "LINDEX k x", "LSET k 0 x", "LSET k -1 x", "LSET k 9 x", "LSET k x x", "LSET k 0",
    "LINSERT k BEFORE c x", "LINSERT k after c x", "LINSERT k BEFORE nosuch x", "LINSERT k beside c x",
    "LINSERT k BEFORE c", "LREM k 0 a", "LREM k 1 nosuch", "LREM k x a", "LREM k 1", "LTRIM k 1 2", "LTRIM k 9 9",
    "LTRIM k 0 -1", "LTRIM k x 1", "LTRIM k 1 x", "LTRIM k 1", "LPOS k a", "LPOS k nosuch", "LPOS k a COUNT 0",
    "LPOS k nosuch COUNT 0", "LPOS k", "RPOPLPUSH k m", "RPOPLPUSH k k", "RPOPLPUSH k s", "RPOPLPUSH nosuch s",
    "RPOPLPUSH k", "LMOVE k m LEFT RIGHT", "LMOVE k k LEFT RIGHT", "LMOVE k s LEFT RIGHT", "LMOVE s k LEFT RIGHT",
    "LMOVE k m LEFT middle", "LMOVE k m x RIGHT", "LMOVE k m LEFT", "LMPOP 1 k LEFT", "LMPOP 2 nosuch k RIGHT COUNT 2",
    "LMPOP 2 s k LEFT", "LMPOP 0 k LEFT", "LMPOP x k LEFT", "LMPOP 2 k LEFT", "LMPOP 3 k k LEFT", "LMPOP 1 k middle",
    "LMPOP 1 k LEFT COUNT 0", "LMPOP 1 k LEFT COUNT", "LMPOP 1 k LEFT COUNT 1 COUNT 1", "LMPOP 1 k LEFT COUNT x y",
    "LMPOP 1 k LEFT x 1", "LMPOP 1 k", "BLPOP k 0.01", "BRPOP nosuch k 0.01", "BLPOP nosuch s k 0.01", "BLPOP k",
    "BLMOVE k m LEFT LEFT 0.01", "BLMOVE k s LEFT LEFT 0.01", "BLMOVE k m x LEFT x", "BLMOVE k m LEFT x x",
    "BLMOVE k m LEFT LEFT x", "BLMOVE k m LEFT LEFT", "BRPOPLPUSH k m 0.01", "BRPOPLPUSH k s 0.01", "BRPOPLPUSH k m x",
    "BLMPOP 0.01 1 k LEFT", "BLMPOP 0.01 2 nosuch k RIGHT COUNT 3", "BLMPOP x 1 k LEFT", "BLMPOP x 0 k LEFT",
    "BLMPOP x 1 k x", "BLMPOP 0.01 1 k LEFT COUNT 0", "BLMPOP 0.01 1 k",
)

CASES = [
    *(
        case(f"all calls on lists, k begins as {number}", *(
            line for call in CALLS
            for line in ("DEL m", "SET s string", *state.split("\n"), call, "TYPE k", "LLEN m", "EXISTS k")
        ))
        for number, state in enumerate(OTHERS)
    ),
    *(
        made for template in ("LINDEX k @", "LRANGE k @ 2", "LRANGE k 1 @", "LTRIM k @ 3", "LTRIM k 1 @",
                              "LREM k @ c", "LPOP k @", "RPOP k @", "LPOS k c RANK @", "LPOS k c COUNT @",
                              "LPOS k c MAXLEN @", "LMPOP @ k k LEFT", "LMPOP 1 k LEFT COUNT @")
        for made in value_cases(f"numbers in {template}", template, INTEGERS, before=LIST, after=SHOWN)
    ),
    *value_cases(  # Redis cuts this index down to 32 bits: LSET k 9223372036854775807 sets the last element there
        "numbers in LSET", "LSET k @ x", [number for number in INTEGERS if len(number) < 19], before=LIST, after=SHOWN,
    ),
    *(
        made for template in ("BLPOP nosuch @", "BRPOP k @", "BLMOVE nosuch k LEFT LEFT @", "BRPOPLPUSH nosuch k @",
                              "BLMPOP @ 1 nosuch LEFT")
        for made in value_cases(f"timeouts in {template}", template, TIMEOUTS, before=LIST, after=SHOWN)
    ),
    *option_cases(
        "LPOS", "LPOS k a", ("RANK 1", "RANK 2", "RANK -1", "RANK -2", "COUNT 0", "COUNT 2", "MAXLEN 3", "MAXLEN 0",
                             "RANK 0", "COUNT", "NOSUCH 1"),
        before=(("RPUSH k a b a c a a b a",), ("SET k string",), ()),
    ),
    *(
        case(f"ranges of {count} elements", ("RPUSH", "k", *range(count)), *(
            f"LRANGE k {start} {stop}" for start, stop in product((-9, -3, -1, 0, 1, 2, 5, 9), repeat=2)
        ))
        for count in (1, 4, 9)
    ),
    case(
        "LREM counts from both ends", *(
            line for count in (-9, -2, -1, 0, 1, 2, 9)
            for line in ("DEL k", "RPUSH k a b a c a b", f"LREM k {count} a", "LRANGE k 0 -1", f"LREM k {count} b",
                         "LRANGE k 0 -1")
        ),
    ),
    case(
        "elements of all bytes", ("RPUSH", "k", b"", b"\r\n", bytes(range(256)), b"\x00", b"1", b"01", b"-0", b"1 "),
        *SHOWN, ("LPOS", "k", b""), ("LPOS", "k", b"\x00"), ("LREM", "k", 0, b"1"), ("LINSERT", "k", "AFTER", b"\r\n", 7),
        *SHOWN,
    ),
    case(
        "a list becomes a quicklist by its length and a listpack at half of it", "CONFIG SET list-max-listpack-size 6",
        "RPUSH k 1 2 3 4 5 6", *SHOWN, "RPUSH k 7", *SHOWN, *(line for _ in range(6) for line in ("LPOP k", *SHOWN)),
        "RPUSH k 1 2 3 4 5 6", "LINSERT k BEFORE nosuch x", *SHOWN, "LTRIM k 0 2", *SHOWN, "RPUSH k 4 5 6",
        "LSET k 99 x", *SHOWN, "COPY k m", "OBJECT ENCODING m", "RENAME m n", "OBJECT ENCODING n",
        "LREM n 0 1", "LREM n 0 2", "LREM n 0 3", "OBJECT ENCODING n",
    ),
    *(
        case(
            f"a list becomes a quicklist by its size {limit}", f"CONFIG SET list-max-listpack-size {limit}",
            ("RPUSH", "k", "x" * (size - 100)), "OBJECT ENCODING k",
            *(line for length in (60, 20, 5, 5, 5, 5, 5, 5, 5, 5, 5) for line in (("RPUSH", "k", "y" * length),
                                                                               "OBJECT ENCODING k")),
            ("LSET", "k", 0, "z"), "OBJECT ENCODING k", ("LSET", "k", 0, "z" * size), "OBJECT ENCODING k", "LLEN k",
        )
        for limit, size in ((-1, 4096), (-2, 8192), (-3, 16384), (-4, 32768), (-5, 65536), (-9, 65536), (100, 8192))
    ),

    # Waiting
    case("first come, first served", send("b", "BLPOP k 0"), send("c", "BRPOP k 0"), send("d", "BLPOP k 0"),
         "RPUSH k 1 2 3 4", receive("b"), receive("c"), receive("d"), "LRANGE k 0 -1"),
    case("one element serves one client", send("b", "BLPOP k 0"), send("c", "BLPOP k 0"), "RPUSH k 1", receive("b"),
         "LLEN k", "RPUSH k 2", receive("c"), "EXISTS k"),
    case("several elements pushed at once", send("b", "BLPOP k 0"), "LPUSH k a b c", receive("b"), "LRANGE k 0 -1",
         "DEL k", send("b", "BRPOP k 0"), "LPUSH k a b c", receive("b"), "LRANGE k 0 -1"),
    case("several keys, one ready", send("b", "BLPOP k m n 0"), "RPUSH m 1", receive("b"), "EXISTS m"),
    case("several keys, all ready in another order", send("b", "BLPOP k m n 0"), "MULTI", "RPUSH n 1", "RPUSH m 2",
         "RPUSH k 3", "EXEC", receive("b"), "LLEN k", "LLEN m", "LLEN n"),
    case("the same key twice", send("b", "BLPOP k k 0"), "RPUSH k 1 2", receive("b"), "LRANGE k 0 -1"),
    case("pushed and taken again in a transaction", send("b", "BLPOP k 0"), "MULTI", "RPUSH k 1", "LPOP k", "EXEC",
         "RPUSH k 2", receive("b")),
    case("pushed, deleted and pushed in a transaction", send("b", "BLPOP k 0"), "MULTI", "RPUSH k 1", "DEL k",
         "RPUSH k 2", "EXEC", receive("b")),
    case("a key of another type passes a client by", send("b", "BLPOP k 0"), "SET k string", "DEL k", "RPUSH k 1",
         receive("b")),
    case("a key of another type before the one that is pushed", send("b", "BLPOP k m 0"), "SET k string", "RPUSH m 1",
         receive("b"), "LRANGE m 0 -1"),
    case("BLMOVE to a key that has become a string", send("b", "BLMOVE k m LEFT LEFT 0"), "SET m string", "RPUSH k 1",
         receive("b"), "LRANGE k 0 -1"),
    case("BLMOVE to a string, others wait", send("b", "BRPOPLPUSH k m 0"), send("c", "BLPOP k 0"), "SET m string",
         "RPUSH k 1", receive("b"), receive("c"), "EXISTS k"),
    case("BLMOVE moves to the same list", send("b", "BLMOVE k k LEFT RIGHT 0"), "RPUSH k 1 2 3", receive("b"),
         "LRANGE k 0 -1"),
    case("BLMOVE wakes another client", send("b", "BLPOP n 0"), send("c", "BLMOVE m n RIGHT LEFT 0"),
         send("d", "BLMOVE k m LEFT RIGHT 0"), "RPUSH k 1", receive("d"), receive("c"), receive("b"), "EXISTS k m n"),
    case("two clients move between two lists", send("b", "BLMOVE k m LEFT LEFT 0"), send("c", "BLMOVE m k LEFT LEFT 0"),
         "RPUSH k 1", receive("b"), receive("c"), "LRANGE k 0 -1", "EXISTS m"),
    case("BLMPOP takes what is there", send("b", "BLMPOP 0 2 k m RIGHT COUNT 2"), "RPUSH m 1 2 3", receive("b"),
         "LRANGE m 0 -1", send("b", "BLMPOP 0 1 k LEFT COUNT 9"), "RPUSH k 1 2 3", receive("b"), "EXISTS k"),
    case("a renamed list", send("b", "BLPOP k 0"), "RPUSH m 1 2", "RENAME m k", receive("b"), "LRANGE k 0 -1"),
    case("a copied list", send("b", "BLPOP k 0"), "RPUSH m 1 2", "COPY m k", receive("b"), "LRANGE k 0 -1",
         "LRANGE m 0 -1"),
    case("a list moved here", send("b", "BLPOP k 0"), "SELECT 1", "RPUSH k 1 2", "MOVE k 0", receive("b"), "EXISTS k"),
    case("databases change places", send("b", "BLPOP k 0"), "SELECT 1", "RPUSH k 1 2", "SWAPDB 0 1", receive("b"),
         "EXISTS k", "SELECT 0", "LRANGE k 0 -1"),
    case("another database's key of the same name", send("b", "BLPOP k 0"), "SELECT 1", "RPUSH k 1", "SELECT 0",
         "RPUSH k 2", receive("b")),
    case("commands behind a blocked one", send("b", "BLPOP k 0"), send("b", "RPUSH m 1"), send("b", "LLEN m"),
         "EXISTS m", "RPUSH k 1", receive("b"), receive("b"), receive("b")),
    case("blocked commands behind blocked ones", send("b", "BLPOP k 0"), send("b", "BLPOP m 0"), send("b", "PING"),
         "RPUSH m 2", "RPUSH k 1", receive("b"), receive("b"), receive("b"), "EXISTS k m"),
    case("a client that is served serves the next by what it sent", send("b", "BLPOP k 0"), send("b", "RPUSH m x"),
         send("c", "BLPOP m 0"), "RPUSH k 1", receive("b"), receive("b"), receive("c")),
    case("nobody waits in a transaction", "MULTI", "BLPOP k 0", "BRPOP k m 0", "BLMOVE k m LEFT LEFT 0",
         "BRPOPLPUSH k m 0", "BLMPOP 0 1 k LEFT", "RPUSH k 1", "BLPOP k 0", "EXEC"),
    case("the time is over", "BLPOP k 0.01", "BRPOP k m 0.001", "BLMOVE k m LEFT LEFT 0.01", "BRPOPLPUSH k m 0.01",
         "BLMPOP 0.01 1 k LEFT", "BLPOP k 0x.01"),
    case("pushed to a list that nobody waits for any more", "BLPOP k 0.01", "RPUSH k 1", "LRANGE k 0 -1"),
    case("a watched list that a waiting client empties", on("c", "WATCH k"), send("b", "BLPOP k 0"), "RPUSH k 1",
         receive("b"), on("c", "MULTI"), on("c", "PING"), on("c", "EXEC")),

    # What is younger than the usual reference, for the day that it is not.
    *option_cases(
        "LMOVEM", "LMOVEM k m LEFT RIGHT", ("COUNT 2 OBO", "COUNT 2 BULK", "EXACTLY 9 BULK", "COUNT 0 OBO", "COUNT 2",
                                            "EXACTLY x OBO", "OBO"),
        before=(LIST, (), ("SET k string",)), after=("LRANGE k 0 -1", "LRANGE m 0 -1"), at_most=2, since="8.10",
    ),
    case("LMOVEM from and to all ends", *(
        line for source, target, order, other in product(("LEFT", "RIGHT"), ("LEFT", "RIGHT"), ("OBO", "BULK"), "mk")
        for line in ("DEL k m", "RPUSH k 1 2 3 4", "RPUSH m x", f"LMOVEM k {other} {source} {target} COUNT 3 {order}",
                     "LRANGE k 0 -1", "LRANGE m 0 -1")
    ), since="8.10"),
    case("BLMOVEM waits for enough", send("b", "BLMOVEM k m LEFT RIGHT 0 EXACTLY 3 BULK"), "RPUSH k 1 2", "LLEN k",
         "RPUSH k 3 4", receive("b"), "LRANGE k 0 -1", "LRANGE m 0 -1", since="8.10"),
]
