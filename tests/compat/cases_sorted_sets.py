"""Sorted set commands, each from several states; what random calls on them do is in test_random_sorted_sets.py."""

from __future__ import annotations

from tests.compat.case import case, normalised, on, receive, send, unordered
from tests.compat.combine import option_cases, value_cases

BIG = "zset-max-listpack-entries"
ABSENT: tuple[str, ...] = ()
SMALL = ("ZADD k 1 a 2 b 3 c 3 d 4.5 e",)
EQUAL = ("ZADD k 0 a 0 b 0 c 0 d 0 aa",)
STRING = ("SET k v",)
SHOWN = ("ZRANGE k 0 -1 WITHSCORES", "OBJECT ENCODING k")

SCORES = (
    "0", "-0", "1", "+1", "1.", ".5", "1e2", "1e-7", "1e20", "1e400", "-1e400", "1e-400", "0x10", "0x1p3", "inf",
    "-inf", "+inf", "Infinity", "INF", "infinit", "nan", "-nan", "", " 1", "1 ", "1_0", "(1", "x", "1e", "--1", "1\0",
    "9007199254740993", "123456789012345678", "17179869184.5", "3.3333333333333335", "0.1", "100000000", "1e16",
)
BOUNDS = (*SCORES, "(", "((1", "(3", "(inf", "(-inf", "[1")
NAMES = ("-", "+", "[", "(", "[a", "(a", "[b", "(aa", "[zz", "a", "", "--", "+a", "[\0")
RANKS = ("-100", "-6", "-5", "-2", "-1", "0", "1", "2", "4", "5", "100", "x", "", "1.5", "9223372036854775807",
         "-9223372036854775808", "9223372036854775808")
COUNTS = ("0", "1", "2", "100", "-1", "x", "", "1.5", "9223372036854775807", "9223372036854775808")

ALL_COMMANDS = (
    "ZADD k 1 a", "ZINCRBY k 1 a", "ZREM k a", "ZCARD k", "ZSCORE k a", "ZMSCORE k a q", "ZRANK k a", "ZREVRANK k a",
    "ZRANK k a WITHSCORE", "ZRANK k q WITHSCORE", "ZPOPMIN k", "ZPOPMAX k 2", "ZPOPMIN k 0", "ZMPOP 2 nosuch k MIN",
    "ZRANDMEMBER k 100", "ZRANDMEMBER k", "ZSCAN k 0", "ZRANGE k 0 -1", "ZRANGE k 0 -1 WITHSCORES",
    "ZRANGE k 0 10 BYSCORE", "ZRANGE k - + BYLEX", "ZREVRANGE k 0 -1", "ZRANGEBYSCORE k 0 10",
    "ZREVRANGEBYSCORE k 10 0 WITHSCORES", "ZRANGEBYLEX k - +", "ZREVRANGEBYLEX k + -", "ZRANGESTORE m k 0 -1",
    "ZCOUNT k 0 10", "ZLEXCOUNT k - +", "ZREMRANGEBYRANK k 0 0", "ZREMRANGEBYSCORE k 2 3", "ZREMRANGEBYLEX k [a [b",
    "ZUNION 2 k m", "ZINTER 2 k m WITHSCORES", "ZDIFF 2 k m WITHSCORES", "ZUNIONSTORE k 2 k m", "ZINTERSTORE m 2 k k",
    "ZDIFFSTORE m 1 k", "ZINTERCARD 2 k k", "BZPOPMIN k 0.01", "BZPOPMAX nosuch k 0.01", "BZMPOP 0.01 1 k MAX COUNT 2",
)

CASES = [
    *(
        case(f"every command, state {number}, in a {form}", f"CONFIG SET {BIG} {entries}", *(
            line for command in ALL_COMMANDS
            for line in ("DEL k m", *state, normalised("scan", command) if "SCAN" in command else command, "TYPE k",
                         "ZCARD m")
        ))
        for number, state in enumerate((ABSENT, SMALL, EQUAL, STRING))
        for form, entries in (("listpack", 128), ("skiplist", 0))
    ),
    case("wrong numbers of arguments", *(
        " ".join(command.split()[:length]) for command in ALL_COMMANDS for length in (1, 2, 3)
        if command.split()[0] not in {"ZRANDMEMBER", "BZPOPMIN", "BZPOPMAX"}
    ), "ZCARD k x", "ZSCORE k a x", "ZRANK k a WITHSCORE x", "ZPOPMIN k 1 2", "ZCOUNT k 1 2 3", "ZINCRBY k 1 a 2 b"),
    *option_cases(
        "ZADD", "ZADD k",
        ("NX", "XX", "GT", "LT", "CH", "INCR", "2 a", "7 q", "1 b", "x a"),
        before=(ABSENT, SMALL), after=SHOWN, at_most=3,
    ),
    *option_cases("ZADD to a string", "ZADD k NX 1 a 2", ("b", "XX", "c 3"), before=(STRING,), after=("GET k",)),
    *(
        made for encoding, entries in (("listpack", 128), ("skiplist", 0))
        for made in (
            *value_cases(f"ZADD takes a score in a {encoding}", "ZADD k @ a", SCORES,
                         before=(f"CONFIG SET {BIG} {entries}",), after=("ZSCORE k a", "ZSCAN k 0", *SHOWN)),
            *value_cases(f"ZINCRBY adds in a {encoding}", "ZINCRBY k @ c", SCORES,
                         before=(f"CONFIG SET {BIG} {entries}", *SMALL), after=("ZINCRBY k inf a", "ZINCRBY k -inf a",
                                                                                *SHOWN)),
            *value_cases(f"ZRANGEBYSCORE from in a {encoding}", "ZRANGEBYSCORE k @ 3", BOUNDS,
                         before=(f"CONFIG SET {BIG} {entries}", *SMALL)),
            *value_cases(f"ZREVRANGEBYSCORE from in a {encoding}", "ZREVRANGEBYSCORE k @ 2", BOUNDS,
                         before=(f"CONFIG SET {BIG} {entries}", *SMALL)),
            *value_cases(f"ZCOUNT to in a {encoding}", "ZCOUNT k (1 @", BOUNDS,
                         before=(f"CONFIG SET {BIG} {entries}", *SMALL)),
            *value_cases(f"ZREMRANGEBYSCORE in a {encoding}", "ZREMRANGEBYSCORE k @ inf", BOUNDS,
                         before=(f"CONFIG SET {BIG} {entries}", *SMALL), after=SHOWN),
            *value_cases(f"ZRANGEBYLEX from in a {encoding}", "ZRANGEBYLEX k @ [b", NAMES,
                         before=(f"CONFIG SET {BIG} {entries}", *EQUAL)),
            *value_cases(f"ZREVRANGEBYLEX from in a {encoding}", "ZREVRANGEBYLEX k @ [aa", NAMES,
                         before=(f"CONFIG SET {BIG} {entries}", *EQUAL)),
            *value_cases(f"ZLEXCOUNT to in a {encoding}", "ZLEXCOUNT k (a @", NAMES,
                         before=(f"CONFIG SET {BIG} {entries}", *EQUAL)),
            *value_cases(f"ZREMRANGEBYLEX in a {encoding}", "ZREMRANGEBYLEX k @ +", NAMES,
                         before=(f"CONFIG SET {BIG} {entries}", *EQUAL), after=SHOWN),
            *value_cases(f"ZRANGE from a rank in a {encoding}", "ZRANGE k @ 3", RANKS,
                         before=(f"CONFIG SET {BIG} {entries}", *SMALL)),
            *value_cases(f"ZREVRANGE to a rank in a {encoding}", "ZREVRANGE k 1 @ WITHSCORES", RANKS,
                         before=(f"CONFIG SET {BIG} {entries}", *SMALL)),
            *value_cases(f"ZREMRANGEBYRANK in a {encoding}", "ZREMRANGEBYRANK k @ 3", RANKS,
                         before=(f"CONFIG SET {BIG} {entries}", *SMALL), after=SHOWN),
            *value_cases(f"LIMIT skips in a {encoding}", "ZRANGE k 1 4 BYSCORE LIMIT @ 2", RANKS,
                         before=(f"CONFIG SET {BIG} {entries}", *SMALL)),
            *value_cases(f"LIMIT counts in a {encoding}", "ZRANGE k + (a BYLEX REV LIMIT 1 @", RANKS,
                         before=(f"CONFIG SET {BIG} {entries}", *EQUAL)),
            *value_cases(f"ZPOPMIN takes a count from a {encoding}", "ZPOPMIN k @", COUNTS,
                         before=(f"CONFIG SET {BIG} {entries}", *SMALL), after=SHOWN),
            *value_cases(f"ZMPOP takes a count from a {encoding}", "ZMPOP 2 q k MAX COUNT @", COUNTS,
                         before=(f"CONFIG SET {BIG} {entries}", *SMALL), after=SHOWN),
        )
    ),
    *option_cases(
        "ZRANGE", "ZRANGE k 1 3", ("BYSCORE", "BYLEX", "REV", "WITHSCORES", "LIMIT 1 2", "LIMIT 0 -1", "LIMIT 1", "x"),
        before=(ABSENT, SMALL, STRING),
    ),
    *option_cases(
        "ZRANGESTORE", "ZRANGESTORE m k 3 1",
        ("BYSCORE", "BYLEX", "REV", "WITHSCORES", "LIMIT 1 2", "LIMIT 0 -1", "LIMIT x 1"),
        before=(ABSENT, SMALL, STRING), after=("ZRANGE m 0 -1 WITHSCORES", "TTL m", "SET m v EX 100"),
    ),
    *(
        made for command in ("ZREVRANGE k 0 2", "ZRANGEBYSCORE k 1 3", "ZREVRANGEBYSCORE k 3 1", "ZRANGEBYLEX k [a [c",
                             "ZREVRANGEBYLEX k [c [a")
        for made in option_cases(
            f"older ranges: {command.split()[0]}", command, ("WITHSCORES", "LIMIT 1 1", "REV", "BYSCORE", "BYLEX"),
            before=(SMALL,), at_most=2,
        )
    ),
    *(
        made for command in ("ZUNION 2 k m", "ZINTER 2 k m", "ZDIFF 2 k m", "ZUNIONSTORE n 2 k m", "ZINTERSTORE n 2 k m",
                             "ZDIFFSTORE n 2 k m", "ZINTERCARD 2 k m")
        for made in option_cases(
            command.split()[0], command,
            ("WEIGHTS 2 3", "WEIGHTS 2", "WEIGHTS x 1", "WEIGHTS 0 -inf", "AGGREGATE MIN", "AGGREGATE MAX",
             "AGGREGATE SUM", "AGGREGATE x", "AGGREGATE", "WITHSCORES", "LIMIT 1", "LIMIT -1", "x"),
            before=(
                ("DEL m n", *SMALL, "ZADD m 10 b 20 c inf d"), ("DEL m n", *SMALL, "SADD m c d q"),
                ("DEL m n", "ZADD k inf a -inf b 1 c", "ZADD m -inf a inf b 0.5 c"), ("DEL m n", *STRING),
            ),
            after=("ZRANGE n 0 -1 WITHSCORES",), at_most=2,
        )
    ),
    *(
        made for command in ("ZUNION", "ZINTERSTORE n", "ZDIFF", "ZINTERCARD", "ZMPOP")
        for made in value_cases(
            f"{command} takes a number of keys", f"{command} @ k m MIN", ("0", "-1", "1", "2", "3", "4", "x", "", "1.5"),
            before=("DEL m", "ZADD k 1 a", "ZADD m 2 a"),
        )
    ),
    *value_cases("ZINTERCARD stops at", "ZINTERCARD 2 k k LIMIT @", COUNTS, before=SMALL),
    *value_cases("ZRANDMEMBER with scores", "ZRANDMEMBER k @ WITHSCORES",
                 ("0", "1", "3", "5", "50", "-1", "-7", "x", "-9223372036854775808", "9223372036854775807",
                  "4611686018427387904", "-4611686018427387904"), before=SMALL),
    case("ZRANDMEMBER and its arguments", *SMALL, "ZRANDMEMBER k", "ZRANDMEMBER k 2", "ZRANDMEMBER k -8",
         "ZRANDMEMBER k x", "ZRANDMEMBER k -9223372036854775808", "ZRANDMEMBER k 2 x", "ZRANDMEMBER k 2 WITHSCORES x",
         "ZRANDMEMBER nosuch", "ZRANDMEMBER nosuch 3", "ZRANDMEMBER nosuch 3 WITHSCORES"),
    case(
        "a set that grows is no listpack any more", f"CONFIG SET {BIG} 3 zset-max-listpack-value 4", "ZADD k 1 a 2 b 3 c",
        "OBJECT ENCODING k", "ZADD k 4 a", "OBJECT ENCODING k", "ZADD k 4 d", "OBJECT ENCODING k", "ZREM k a b c",
        "OBJECT ENCODING k", "ZADD m 1 abcd", "OBJECT ENCODING m", "ZADD m 1 abcde", "OBJECT ENCODING m",
        "ZADD n 1 a 2 b 1 a 2 b", "OBJECT ENCODING n", "ZADD o 1 a", "ZADD o XX 1 a 2 b 3 c 4 d", "OBJECT ENCODING o",
        "ZUNIONSTORE p 2 k o", "OBJECT ENCODING p", "ZUNIONSTORE q 2 k m", "OBJECT ENCODING q", "ZADD r 1 abcde 2 b",
        "OBJECT ENCODING r", "ZRANGESTORE s k 0 -1", "OBJECT ENCODING s", "ZRANGESTORE t m 0 -1", "OBJECT ENCODING t",
        "COPY k u", "OBJECT ENCODING u", "DEBUG DIGEST-VALUE k m n o p q r s t u",
    ),
    case(
        "zeros with a sign", "ZADD k -0 a 0 b", "ZRANGE k 0 -1 WITHSCORES", f"CONFIG SET {BIG} 0", "ZADD m -0 a 0 b",
        "ZRANGE m 0 -1 WITHSCORES", "ZINCRBY m 0 a", "ZSCORE m a", "ZADD m 0 a", "ZSCORE m a", "ZUNION 1 m WITHSCORES",
        "ZUNIONSTORE n 1 m", "ZRANGE n 0 -1 WITHSCORES", f"CONFIG SET {BIG} 10", "ZUNIONSTORE n 1 m",
        "ZRANGE n 0 -1 WITHSCORES", "ZRANGE m -0 0 BYSCORE", "ZRANGE m (-0 0 BYSCORE", "DEBUG DIGEST-VALUE k m n",
    ),
    case(
        "ZSCAN", *SMALL, unordered("ZSCAN k 0"), "ZSCAN k 0 MATCH [ab]", "ZSCAN k 0 COUNT 1", "ZSCAN k x",
        "ZSCAN k 0 COUNT 0", "ZSCAN k 0 COUNT x", "ZSCAN k 0 NOVALUES", "ZSCAN k 0 TYPE zset", "ZSCAN k 0 MATCH",
        "ZSCAN k 99", "ZSCAN nosuch 0", "ZSCAN nosuch 0 COUNT 0", "ZSCAN nosuch x", f"CONFIG SET {BIG} 0",
        "ZADD m 0.1 a", "ZSCAN m 0", "ZADD n -0 a", "ZSCAN n 0", "ZADD o 1e20 a", "ZSCAN o 0",
    ),
    case("members of all bytes", ("ZADD", "k", 1, bytes(range(256)), 1, b"", 1, b"\xff", 1, b"\x00", 1, b"12", 1, b"012"),
         "ZRANGE k 0 -1", ("ZRANGEBYLEX", "k", b"[\x00", b"(\xff"), "ZLEXCOUNT k [0 [2", ("ZSCORE", "k", b"\xff")),
    case("results take the place of anything", *SMALL, "SET m v EX 100", "ZUNIONSTORE m 1 k", "TTL m", "ZCARD m",
         "EXPIRE m 100", "ZINTERSTORE m 2 k nosuch", "EXISTS m", "SET m v", "ZDIFFSTORE m 2 k k", "EXISTS m",
         "ZRANGESTORE m k 5 1", "ZUNIONSTORE k 2 k k WEIGHTS 1 10", *SHOWN, "ZRANGESTORE k k 1 2", *SHOWN),
    case("a client that waits gets a member", send("b", "BZPOPMIN k m 0"), "ZADD m 2 b 1 a", receive("b"),
         "ZRANGE m 0 -1", send("b", "BZPOPMAX k m 0"), receive("b"), send("b", "BZPOPMAX k m 0"),
         on("c", "ZADD k 1 x 2 y"), receive("b"), "ZRANGE k 0 -1"),
    case("a client that waits for several gets what is there", send("b", "BZMPOP 0 2 k m MAX COUNT 2"),
         "ZADD m 1 a 2 b 3 c", receive("b"), "ZRANGE m 0 -1", "BZMPOP 0 1 m MIN", "EXISTS m", "BZMPOP 0.01 1 m MIN"),
    case("keys of another type pass those who wait by", send("b", "BZPOPMIN k 0"), "SET k v", "DEL k", "RPUSH k v",
         "DEL k", "ZADD k 1 a", receive("b"), "EXISTS k"),
    case("results and renamed keys wake those who wait", send("b", "BZPOPMIN k 0"), "ZADD m 1 a 2 b",
         "ZUNIONSTORE k 1 m", receive("b"), "ZRANGE k 0 -1", "DEL k", send("b", "BZPOPMIN k 0"), "RENAME m k", receive("b"),
         send("c", "BZPOPMIN n 0"), "ZRANGESTORE n k 0 -1", receive("c")),
    case("blocking commands inside a transaction", "MULTI", "BZPOPMIN k 0", "BZMPOP 0 1 k MIN", "ZADD k 1 a 2 b",
         "BZPOPMAX k 0", "EXEC", "ZRANGE k 0 -1"),
    *value_cases("BZPOPMIN waits for", "BZPOPMIN k @", ("-1", "x", "", "nan", "inf", "1e100", "0x1"), before=SMALL),
    *value_cases("BZMPOP takes", "BZMPOP 0.01 @ k MIN COUNT 2", ("0", "-1", "2", "x", "1"), before=SMALL),
    case("BZMPOP and its errors", "BZMPOP -1 1 k MIN", "BZMPOP x 0 k MIN", "BZMPOP x 1 k x", "BZMPOP x 1 k MIN COUNT 0",
         "BZMPOP 0.01 1 k MIN COUNT", "BZMPOP 0.01 1 k MIN COUNT 1 COUNT 1", "BZMPOP 0.01 1 k MIN x"),
    # What is younger than the usual reference.
    *option_cases(
        "AGGREGATE COUNT", "ZUNION 2 k m AGGREGATE COUNT WITHSCORES", ("WEIGHTS 2 3", "AGGREGATE SUM"),
        before=(("DEL m", *SMALL, "ZADD m 10 b 20 q"),), since="8.8",
    ),
]
