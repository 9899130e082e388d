"""Streams and their consumer groups. Random calls are compared by test_random_streams.py.

IDs are given, since the clocks of two servers differ; what tells how long ago something was is compared with tolerance.
"""

from __future__ import annotations

from tests.compat.case import case, normalised, on, receive, send, shape_only
from tests.compat.combine import option_cases, value_cases

SMALL = ("CONFIG SET stream-node-max-entries 3", *(f"XADD k {number}-0 f v{number}" for number in range(1, 11)))
READ = (*SMALL, "XGROUP CREATE k g 0", "XREADGROUP GROUP g c COUNT 5 STREAMS k >")
STRING = ("SET k string",)
ABSENT = ("DEL k",)
SHOWN = ("XRANGE k - +", "XINFO STREAM k", "XINFO GROUPS k", "XPENDING k g")
IDS = ("1", "1-0", "5-0", "0", "0-0", "-", "+", "*", "$", ">", "x", "", "1-", "-1", "1-x", "1-*", "5-*", "x-*", "1-2-3",
       "01-0", "1-01", "+1-1", " 1-1", "1 -1", "1--1", "1-+1", "1--01", "(1", "(5-0", "(", "(-", "(+", "((1", "0x1-0",
       "18446744073709551615-18446744073709551615", "(18446744073709551615-18446744073709551615", "(0-0", "(0",
       "18446744073709551615", "18446744073709551616", "18446744073709551615-18446744073709551616", "1-9" + "9" * 200,
       "9223372036854775808-1", "1-0\0x", "7\0")
NUMBERS = ("0", "1", "3", "-1", "x", "", "1.5", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
           " 1", "+1", "100")

# Every call in every state of the key "k": absent, a string, a stream, a stream with a group that has read.
CALLS = (
    "XADD k 20-1 f v", "XADD k 5 f v", "XADD k 0-0 f v", "XADD k 0-* f v", "XADD k 10-* f v", "XADD k 20-* f v",
    "XADD k 20-1", "XADD k 20-1 f", "XADD k 20-1 f v g", "XADD k NOMKSTREAM 20-1 f v", "XADD k", "XADD",
    "XADD k MAXLEN 3 20-1 f v", "XADD k MAXLEN ~ 3 20-1 f v", "XADD k MAXLEN = 3 20-1 f v", "XADD k MAXLEN 0 20-1 f v",
    "XADD k MAXLEN x 20-1 f v", "XADD k MAXLEN -1 20-1 f v", "XADD k MAXLEN 3 MINID 4 20-1 f v", "XADD k + f v",
    "XADD k MINID 4 20-1 f v", "XADD k MINID x 20-1 f v", "XADD k MINID - 20-1 f v", "XADD k MAXLEN 3 LIMIT 4 20-1 f v",
    "XADD k LIMIT 4 20-1 f v", "XADD k LIMIT 0 20-1 f v", "XADD k MAXLEN ~ 3 LIMIT 4 20-1 f v", "XADD k - f v",
    "XADD k MAXLEN ~ 3 LIMIT x 20-1 f v", "XADD k MAXLEN ~ 3 LIMIT -4 20-1 f v", "XADD k MAXLEN ~ 3 LIMIT 0 20-1 f v",
    "XADD k KEEPREF 20-1 f v", "XADD k DELREF MAXLEN 3 20-1 f v", "XADD k ACKED MAXLEN 3 20-1 f v",
    "XADD k KEEPREF DELREF 20-1 f v", "XADD k maxlen = ~ 20-1 f v", "XADD k MAXLEN 20-1 f v", "XADD k MAXLEN ~ 20-1",
    "XADD k 18446744073709551615-18446744073709551615 f v", "XADD k 18446744073709551615-* f v",
    "XLEN k", "XLEN", "XLEN k k", "XRANGE k - +", "XRANGE k 3 5", "XRANGE k (3 (5", "XRANGE k 5 3", "XRANGE k - + COUNT 2",
    "XRANGE k - + COUNT 0", "XRANGE k - + COUNT -2", "XRANGE k - + COUNT x", "XRANGE k - + COUNT", "XRANGE k - + x 1",
    "XRANGE k - + COUNT 3 COUNT 2", "XRANGE k -", "XREVRANGE k + -", "XREVRANGE k 5 3", "XREVRANGE k (5 (3",
    "XREVRANGE k + - COUNT 2", "XREVRANGE k + - COUNT 0", "XREVRANGE k +", "XDEL k 3", "XDEL k 3 3 4 99", "XDEL k x",
    "XDEL k 3 x", "XDEL k", "XDEL k 1 2 3 4 5 6 7 8 9 10", "XTRIM k MAXLEN 4", "XTRIM k MAXLEN ~ 4", "XTRIM k MINID 6",
    "XTRIM k MINID ~ 6", "XTRIM k MAXLEN 4 ACKED", "XTRIM k MAXLEN 4 DELREF", "XTRIM k ACKED MINID 7", "XTRIM k MAXLEN",
    "XTRIM k MAXLEN ~ 4 DELREF", "XTRIM k MAXLEN ~ 1 LIMIT 4", "XTRIM k MAXLEN 1 LIMIT 4", "XTRIM k LIMIT 4",
    "XTRIM k LIMIT 0", "XTRIM k x 1", "XTRIM k MAXLEN 1 x", "XTRIM k KEEPREF ACKED MAXLEN 1", "XTRIM k MINID x",
    "XTRIM k MAXLEN 4 MAXLEN 3", "XTRIM k MAXLEN 100", "XTRIM k MAXLEN 0",
    "XDELEX k IDS 1 3", "XDELEX k KEEPREF IDS 3 3 99 3", "XDELEX k DELREF IDS 2 3 99", "XDELEX k ACKED IDS 3 3 7 99",
    "XDELEX k IDS 2 3 4 ACKED", "XDELEX k IDS 0 3", "XDELEX k IDS x 3", "XDELEX k IDS 2 3", "XDELEX k IDS 1 3 4",
    "XDELEX k IDS 1 x", "XDELEX k x IDS 1 3", "XDELEX k ACKED DELREF IDS 1 3", "XDELEX k IDS -1 3", "XDELEX k IDS",
    "XDELEX k ACKED DELREF KEEPREF", "XDELEX k IDS 1 3 IDS 1 4", "XDELEX k IDS 4294967297 3",
    "XSETID k 20-0", "XSETID k 5-0", "XSETID k x", "XSETID k 20 ENTRIESADDED 100", "XSETID k 20 ENTRIESADDED 3",
    "XSETID k 20 ENTRIESADDED -1", "XSETID k 20 ENTRIESADDED x", "XSETID k 20 MAXDELETEDID 30",
    "XSETID k 20 MAXDELETEDID 3", "XSETID k 20 MAXDELETEDID x", "XSETID k 20 MAXDELETEDID", "XSETID k 20 x 1",
    "XSETID k 20 ENTRIESADDED 30 MAXDELETEDID 4-4", "XSETID k", "XSETID k +",
    "XREAD STREAMS k 0", "XREAD STREAMS k 5-0", "XREAD STREAMS k $", "XREAD STREAMS k +", "XREAD COUNT 2 STREAMS k 3",
    "XREAD COUNT 0 STREAMS k 8", "XREAD COUNT -1 STREAMS k 8", "XREAD COUNT x STREAMS k 3", "XREAD STREAMS k k 3 8",
    "XREAD STREAMS k m 3 0", "XREAD STREAMS m k $ 8", "XREAD STREAMS k", "XREAD STREAMS k m 3", "XREAD COUNT 3 k 0",
    "XREAD STREAMS k >", "XREAD STREAMS k x", "XREAD STREAMS k -", "XREAD GROUP g c STREAMS k >", "XREAD NOACK STREAMS k 0",
    "XREAD x STREAMS k 0", "XREAD BLOCK 5 STREAMS k 99", "XREAD BLOCK 5 COUNT 1 STREAMS k 3", "XREAD BLOCK x STREAMS k 0",
    "XREAD BLOCK -1 STREAMS k 0", "XREAD COUNT 2 STREAMS k +", "XREAD STREAMS s 0", "XREAD STREAMS k s 0 0", "XREAD COUNT",
    "XREAD STREAMS", "XREAD BLOCK 5 STREAMS k +", "XREAD BLOCK 9223372036854775807 STREAMS k 99",
    "XREADGROUP GROUP g c STREAMS k >", "XREADGROUP GROUP g c STREAMS k 0", "XREADGROUP GROUP g c STREAMS k 3",
    "XREADGROUP GROUP g new STREAMS k >", "XREADGROUP GROUP g new STREAMS k 0", "XREADGROUP GROUP g c COUNT 2 STREAMS k >",
    "XREADGROUP GROUP g c NOACK STREAMS k >", "XREADGROUP GROUP nosuch c STREAMS k >", "XREADGROUP GROUP g c STREAMS k $",
    "XREADGROUP GROUP g c STREAMS k +", "XREADGROUP GROUP g c STREAMS k x", "XREADGROUP GROUP g STREAMS k >",
    "XREADGROUP COUNT 1 NOACK NOACK STREAMS k >", "XREADGROUP GROUP g c STREAMS k m > >", "XREADGROUP GROUP g c STREAMS k",
    "XREADGROUP GROUP g c COUNT 1 STREAMS k k > >", "XREADGROUP GROUP g c BLOCK 5 STREAMS k >",
    "XREADGROUP GROUP g c STREAMS s >", "XREADGROUP GROUP g c COUNT 1 STREAMS k k > 0", "XREADGROUP GROUP g c x STREAMS k >",
    "XREADGROUP GROUP g c STREAMS k m >", "XREADGROUP GROUP g c BLOCK 5 STREAMS k 99",
    "XACK k g 3", "XACK k g 3 3 4 99", "XACK k g x", "XACK k nosuch x", "XACK k g", "XACK k g 3 x",
    "XACKDEL k g IDS 1 3", "XACKDEL k g ACKED IDS 3 3 7 99", "XACKDEL k g DELREF IDS 2 3 4", "XACKDEL k g IDS 1 x",
    "XACKDEL k nosuch IDS 2 3 4", "XACKDEL k g IDS 2 3", "XACKDEL k g IDS 0 3", "XACKDEL k g x IDS 1 3", "XACKDEL k g",
    "XGROUP CREATE k g 0", "XGROUP CREATE k h 0", "XGROUP CREATE k h $", "XGROUP CREATE k h 5", "XGROUP CREATE k h x",
    "XGROUP CREATE k h -", "XGROUP CREATE k h 0 MKSTREAM", "XGROUP CREATE k h $ MKSTREAM ENTRIESREAD 3",
    "XGROUP CREATE k h 0 ENTRIESREAD 3", "XGROUP CREATE k h 0 ENTRIESREAD 99", "XGROUP CREATE k h 0 ENTRIESREAD -1",
    "XGROUP CREATE k h 0 ENTRIESREAD -2", "XGROUP CREATE k h 0 ENTRIESREAD x", "XGROUP CREATE k h 0 ENTRIESREAD",
    "XGROUP CREATE k h 0 x", "XGROUP CREATE k h", "XGROUP CREATE k h 0 MKSTREAM MKSTREAM MKSTREAM MKSTREAM",
    "XGROUP SETID k g 0", "XGROUP SETID k g $", "XGROUP SETID k g 5", "XGROUP SETID k g +", "XGROUP SETID k g x",
    "XGROUP SETID k nosuch 0", "XGROUP SETID k g 5 ENTRIESREAD 5", "XGROUP SETID k g 5 ENTRIESREAD -2", "XGROUP SETID k g",
    "XGROUP SETID k g 5 MKSTREAM", "XGROUP SETID k g 5 ENTRIESREAD 5 ENTRIESREAD 5", "XGROUP DESTROY k g",
    "XGROUP DESTROY k nosuch", "XGROUP DESTROY k", "XGROUP CREATECONSUMER k g c", "XGROUP CREATECONSUMER k g new",
    "XGROUP CREATECONSUMER k nosuch c", "XGROUP CREATECONSUMER k g", "XGROUP DELCONSUMER k g c",
    "XGROUP DELCONSUMER k g nosuch", "XGROUP DELCONSUMER k nosuch c", "XGROUP", "XGROUP nosuch k g", "XGROUP HELP k",
    "XPENDING k g", "XPENDING k nosuch", "XPENDING k g - +", "XPENDING k g - + x", "XPENDING k g x + 3",
    "XPENDING k g - x 3", "XPENDING k g - + 0", "XPENDING k g - + -1", "XPENDING k g IDLE 100000000 - + 3",
    "XPENDING k g IDLE x - + 3", "XPENDING k g IDLE 1 - +", "XPENDING k g - + 3 nosuch", "XPENDING k g - + 3 c 1 2 3",
    "XPENDING k nosuch - + x", "XPENDING k", "XPENDING k g IDLE 100000000 - + 3 c 4", "XPENDING k g -",
    "XCLAIM k g d 0 3", "XCLAIM k g d 0 3 JUSTID", "XCLAIM k g d 0 8", "XCLAIM k g d 0 8 FORCE", "XCLAIM k g d 0 99 FORCE",
    "XCLAIM k g d 100000000 3", "XCLAIM k g d 0 3 4 RETRYCOUNT 9", "XCLAIM k g d 0 3 RETRYCOUNT x", "XCLAIM k g c 0 3",
    "XCLAIM k g d 0 3 IDLE 1000 JUSTID", "XCLAIM k g d 0 3 IDLE x", "XCLAIM k g d 0 3 TIME 1000", "XCLAIM k g d 0 3 TIME x",
    "XCLAIM k g d 0 3 TIME -5", "XCLAIM k g d 0 3 LASTID 7-0", "XCLAIM k g d 0 3 LASTID x", "XCLAIM k g d 0 3 x",
    "XCLAIM k g d 0 3 JUSTID 4", "XCLAIM k g d x 3", "XCLAIM k g d -1 3", "XCLAIM k nosuch d 0 3", "XCLAIM k g d 0",
    "XCLAIM k g d 0 3 IDLE", "XCLAIM k g d 0 FORCE", "XCLAIM k nosuch d x 3", "XCLAIM k g d 0 x y",
    "XAUTOCLAIM k g d 0 0", "XAUTOCLAIM k g d 0 3", "XAUTOCLAIM k g d 0 (3", "XAUTOCLAIM k g d 0 0 COUNT 2",
    "XAUTOCLAIM k g d 0 0 COUNT 2 JUSTID", "XAUTOCLAIM k g d 100000000 0", "XAUTOCLAIM k g d 0 0 COUNT 0",
    "XAUTOCLAIM k g d 0 0 COUNT x", "XAUTOCLAIM k g d 0 0 COUNT", "XAUTOCLAIM k g d x 0", "XAUTOCLAIM k g d 0 x",
    "XAUTOCLAIM k nosuch d 0 0", "XAUTOCLAIM k g d 0 0 x", "XAUTOCLAIM k g d 0", "XAUTOCLAIM k nosuch d x 0",
    "XAUTOCLAIM k g d 0 +", "XAUTOCLAIM k g d 0 (18446744073709551615-18446744073709551615",
    "XINFO STREAM k", "XINFO STREAM k FULL x", "XINFO STREAM k x", "XINFO STREAM k FULL COUNT", "XINFO STREAM k FULL COUNT x",
    "XINFO STREAM k FULL x 3", "XINFO STREAM", "XINFO GROUPS k", "XINFO GROUPS", "XINFO GROUPS k k", "XINFO CONSUMERS k",
    "XINFO CONSUMERS k nosuch", "XINFO nosuch k", "XINFO", "XINFO HELP k",
    "TYPE k", "OBJECT ENCODING k", "DEBUG DIGEST-VALUE k", "COPY k m REPLACE",
)

CASES = [
    *(
        case(f"all calls on streams, {name}, {protocol_part}", *(
            line for call in CALLS[protocol_part * 60 : protocol_part * 60 + 60]
            for line in ("DEL k m", "SET s string", *state, call, "XLEN m", *SHOWN)
        ), since="8.2")
        for name, state in (("no key", ()), ("a string", STRING), ("a stream", SMALL), ("a group that has read", READ))
        for protocol_part in range(-(-len(CALLS) // 60))
    ),
    *(
        made for template, before in (
            ("XADD k @ f v", SMALL), ("XADD k @ f v", ABSENT), ("XADD k MINID @ 99-1 f v", SMALL), ("XRANGE k @ +", SMALL),
            ("XRANGE k - @", SMALL), ("XREVRANGE k @ -", SMALL), ("XREVRANGE k + @", SMALL), ("XDEL k @", SMALL),
            ("XTRIM k MINID @", SMALL), ("XSETID k @", SMALL), ("XSETID k 99 MAXDELETEDID @", SMALL), ("XACK k g @", READ),
            ("XREAD COUNT 2 STREAMS k @", SMALL), ("XREADGROUP GROUP g c COUNT 2 STREAMS k @", READ),
            ("XGROUP CREATE k h @", SMALL), ("XGROUP SETID k g @", READ), ("XCLAIM k g d 0 @", READ),
            ("XCLAIM k g d 0 1 LASTID @", READ), ("XAUTOCLAIM k g d 0 @ COUNT 2", READ),
            ("XPENDING k g @ + 0", READ), ("XPENDING k g - @ 0", READ), ("XDELEX k IDS 1 @", SMALL),
        )
        for made in value_cases(f"IDs in {template}{', no key' if before == ABSENT else ''}", template,
                                [each for each in IDS if each != "*" or "XADD k @" not in template], before=before,
                                after=("XINFO STREAM k", "XINFO GROUPS k", "XPENDING k g"), since="8.2")
    ),
    *(
        made for template in (
            "XADD k MAXLEN @ 99-1 f v", "XADD k MAXLEN ~ @ 99-1 f v", "XADD k MAXLEN ~ 3 LIMIT @ 99-1 f v",
            "XTRIM k MAXLEN @", "XTRIM k MINID ~ 8 LIMIT @", "XRANGE k - + COUNT @", "XREVRANGE k + - COUNT @",
            "XREAD COUNT @ STREAMS k 0", "XREADGROUP GROUP g c COUNT @ STREAMS k >",
            "XREADGROUP GROUP g c COUNT @ STREAMS k 0", "XSETID k 99 ENTRIESADDED @", "XGROUP CREATE k h 0 ENTRIESREAD @",
            "XGROUP SETID k g 3 ENTRIESREAD @", "XCLAIM k g d 0 1 RETRYCOUNT @",
            "XCLAIM k g d 0 1 IDLE @", "XCLAIM k g d 0 1 TIME @", "XPENDING k g - + @ nosuch",
            "XPENDING k g IDLE @ - + 0", "XDELEX k IDS @ 1", "XINFO STREAM nosuch FULL COUNT @",
        )
        for made in value_cases(f"numbers in {template}", template, NUMBERS, before=READ, after=SHOWN, since="8.2")
    ),
    *(
        made for template in ("XCLAIM k g d @ 1", "XAUTOCLAIM k g d @ 0")
        for made in value_cases(f"idle times in {template}", template,
                                [number for number in NUMBERS if number not in {"1", "3", "100"}], before=READ, after=SHOWN)
    ),
    *value_cases("counts of XAUTOCLAIM", "XAUTOCLAIM k g d 0 0 COUNT @",
                 [number for number in NUMBERS if len(number) < 19], before=READ, after=SHOWN),
    *value_cases("XREAD BLOCK waits for", "XREAD BLOCK @ STREAMS k 99",
                 ("x", "-1", "", "1.5", "9223372036854775807", "9223372036854775808", "1"), before=SMALL),
    *option_cases(
        "XADD", "XADD k", ("NOMKSTREAM", "MAXLEN 3", "MAXLEN ~ 3", "MINID 4", "LIMIT 2", "KEEPREF", "ACKED"),
        before=(READ,), after=("XADD k MAXLEN ~ 8 99-1 f v", "XLEN k"), since="8.2",
    ),
    *option_cases(
        "XTRIM", "XTRIM k", ("MAXLEN 3", "MAXLEN ~ 3", "MINID ~ 5", "LIMIT 4", "KEEPREF", "DELREF", "ACKED"),
        before=(READ, SMALL), after=SHOWN, any_order=True, since="8.2",
    ),
    *option_cases(
        "XCLAIM", "XCLAIM k g d 0 2 8", ("FORCE", "JUSTID", "IDLE 5000", "TIME 1000", "RETRYCOUNT 3", "LASTID 9"),
        before=(READ, ABSENT), after=SHOWN,
    ),
    *option_cases(
        "XREADGROUP", "XREADGROUP", ("GROUP g d", "COUNT 2", "NOACK", "STREAMS k >", "STREAMS k 0"), before=(READ,),
        after=SHOWN, any_order=True,
    ),
    *(
        case(f"trimming what is acknowledged: {acked}", *(
            line for trim in ("MAXLEN 8", "MAXLEN 5", "MAXLEN 1", "MINID 9", "MAXLEN 12")
            for line in ("DEL k", *SMALL, "XGROUP CREATE k g 0", "XREADGROUP GROUP g c COUNT 9 STREAMS k >", "XDEL k 4",
                         f"XACK k g {acked}", f"XTRIM k {trim} ACKED", *SHOWN, f"XADD k {trim} DELREF 11-0 f v", *SHOWN)
        ), since="8.2")
        for acked in ("2 5 8", "4 5", "8", "1 2 3 5 8", "1 2 3 4 5 6 7 8 9")
    ),
    *(
        case(f"a destroyed group holds no entries back{state}", "XADD k 1 f v", "XADD k 2 f v", "XGROUP CREATE k g 0",
             "XGROUP CREATE k h 2", "XDELEX k ACKED IDS 1 1", *before, "XGROUP DESTROY k g", "XTRIM k MAXLEN 0 ACKED",
             since="8.2")
        for state, before in (
            ("", ()), (", having read", ("XREADGROUP GROUP g c COUNT 1 STREAMS k >",)),
            (", set to the end", ("XGROUP SETID k g 18446744073709551615-18446744073709551615",)),
        )
    ),
    case("IDs run out", "XADD k 18446744073709551615-18446744073709551614 f v", "XADD k 18446744073709551615-* f v",
         "XADD k 18446744073709551615-* f v", "XADD k * f v", "XRANGE k - +", "XREAD STREAMS k +", "XINFO STREAM k"),
    case("an automatic ID after one from the future", "XADD k 18446744073709551614-5 f v", "XADD k * f v",
         "XADD k 18446744073709551614-18446744073709551615 f v", "XADD k * f v", "XRANGE k - +"),
    case("values of all sizes share nodes as in Redis", "CONFIG SET stream-node-max-bytes 600 stream-node-max-entries 0",
         *(("XADD", "k", f"{number}-{number * 7919 % 300}", "f" * (number % 5 + 1), b"v" * (number * number))
           for number in range(1, 70)), "XINFO STREAM k", "XTRIM k MAXLEN ~ 20", "XINFO STREAM k", "DEBUG DIGEST-VALUE k"),
    case("the radix tree", *(("XADD", "k", f"{ms}-{seq}", "f", "v") for ms, seq in
                            ((1, 0), (1, 1), (1, 256), (1, 65536), (255, 0), (256, 0), (257, 0), (65535, 9),
                             (1 << 40, 0), ((1 << 40) + 1, 5), (1 << 63, 0))),
         *(line for entries in (1, 2, 3, 5) for line in (
             "DEL k", f"CONFIG SET stream-node-max-entries {entries}",
             *(("XADD", "k", f"{ms}-{seq}", "f", "v") for ms, seq in
               ((1, 0), (1, 1), (1, 256), (1, 65536), (255, 0), (256, 0), (257, 0), (65535, 9), (1 << 40, 0),
                ((1 << 40) + 1, 5), (1 << 63, 0))), "XINFO STREAM k", "XTRIM k MAXLEN 4", "XINFO STREAM k"))),
    case("the last entry deleted, and XREAD +", *SMALL, "XDEL k 10", "XREAD STREAMS k +", "XREAD STREAMS k $",
         "XREAD BLOCK 5 STREAMS k +", "XDEL k 1 2 3 4 5 6 7 8 9", "XREAD STREAMS k +", "XREAD STREAMS m +"),
    case("an entry deleted while pending", *READ, "XDEL k 2 4", "XREADGROUP GROUP g c STREAMS k 0", "XCLAIM k g d 0 2 3",
         "XAUTOCLAIM k g d 0 0", "XPENDING k g", "XREADGROUP GROUP g d STREAMS k 0", "XREADGROUP GROUP g c STREAMS k 0"),
    case("a group set back delivers again", *READ, "XGROUP SETID k g 2", "XREADGROUP GROUP g d COUNT 3 STREAMS k >",
         "XPENDING k g", "XINFO GROUPS k", "XACK k g 4", "XREADGROUP GROUP g d STREAMS k >", *SHOWN),
    case("pending entries in detail", *READ, normalised("about:2000", "XPENDING k g - + 9"),
         normalised("about:2000", "XPENDING k g (2 + 2 c"), normalised("about:2000", "XINFO CONSUMERS k g"),
         "XGROUP CREATECONSUMER k g b", normalised("about:2000", "XINFO CONSUMERS k g"),
         normalised("about:2000", "XPENDING k g IDLE 0 - + 9 c")),
    case("everything about a stream without groups", *SMALL, "XINFO STREAM k FULL", "XINFO STREAM k FULL COUNT 2",
         "XINFO STREAM k FULL COUNT 0", "XINFO STREAM k FULL COUNT -1", "xinfo stream k Full Count x", "XINFO STREAM m FULL",
         "xinfo Stream k x"),
    case("WATCH and groups", *READ, *(
        line for change in ("XGROUP CREATE k h 0", "XGROUP SETID k g 0", "XGROUP CREATECONSUMER k g n", "XACK k g 1",
                            "XREADGROUP GROUP g c COUNT 1 STREAMS k >", "XCLAIM k g d 0 2", "XGROUP DELCONSUMER k g d",
                            "XDEL k 3", "XTRIM k MAXLEN 3", "XSETID k 99", "XGROUP DESTROY k g")
        for line in ("WATCH k", on("b", change), "MULTI", "PING", "EXEC"))),
    case("HELP", shape_only("XGROUP HELP"), shape_only("XINFO HELP")),
    case("MULTI does not wait", *SMALL, "MULTI", "XREAD BLOCK 0 STREAMS k $", "XGROUP CREATE k g $",
         "XREADGROUP GROUP g c BLOCK 0 STREAMS k >", "EXEC", "XINFO GROUPS k"),
    case("a client that waits gets the entries", send("b", "XREAD BLOCK 0 STREAMS k m $ $"), "XADD m 1 f v", receive("b"),
         send("b", "XREAD BLOCK 0 COUNT 1 STREAMS k 5-0"), "XADD k 5-0 f v", "XADD k 5-1 f v", receive("b"),
         send("b", "XREAD BLOCK 0 STREAMS k +"), receive("b"), send("b", "XREAD BLOCK 0 STREAMS n +"), "XADD n 1 f v",
         receive("b")),
    case("several that wait get the same", send("b", "XREAD BLOCK 0 STREAMS k $"), send("c", "XREAD BLOCK 0 STREAMS k 3"),
         "MULTI", "XADD k 4 f v", "XADD k 5 f v", "EXEC", receive("b"), receive("c")),
    case("consumers that wait share", "XGROUP CREATE k g $ MKSTREAM", send("b", "XREADGROUP GROUP g b BLOCK 0 STREAMS k >"),
         "PING", send("c", "XREADGROUP GROUP g c BLOCK 0 STREAMS k >"), "XADD k 1 f v", receive("b"), "XADD k 2 f v",
         receive("c"), "XPENDING k g"),
    case("a key of another type passes XREAD by", send("b", "XREAD BLOCK 0 STREAMS k 0"), "SET k v", "DEL k", "LPUSH k v",
         "DEL k", "XADD k 1 f v", receive("b")),
    *(
        case(f"XREADGROUP ends when its group is gone: {call}", "XGROUP CREATE k g $ MKSTREAM", "XGROUP CREATE m g $ MKSTREAM",
             "SET s v", "XADD x 1 f v", send("b", "XREADGROUP GROUP g c BLOCK 0 STREAMS k m > >"), call, receive("b"),
             "XLEN m")
        for call in ("DEL k", "UNLINK k", "XGROUP DESTROY k g", "SET k v", "RENAME s k", "FLUSHALL", "FLUSHDB", "COPY s k REPLACE",
                     "RENAME k n", "MOVE k 9", "SWAPDB 0 9", "COPY x k REPLACE", "PEXPIRE k -1")
    ),
    case("trimmed at once, XREAD waits on", send("b", "XREAD BLOCK 0 STREAMS k $"), "XADD k MAXLEN 0 1-0 f v",
         "XADD k 2-0 f v", receive("b")),
    case("COPY, RENAME and a database more", *READ, "COPY k m", "XRANGE m - +", "XPENDING m g", "XINFO GROUPS m", "XACK m g 1",
         "XPENDING k g", "RENAME m n", "XINFO STREAM n", "DEBUG DIGEST-VALUE k n", "XDEL n 1", "DEBUG DIGEST-VALUE k n"),
    case("names of all bytes", ("XADD", "k", "1-1", b"\x00\r\n", b"\xff", b"", b""), "XRANGE k - +",
         ("XGROUP", "CREATE", "k", b"g\r\n\x00", "0"), ("XREADGROUP", "GROUP", b"g\r\n\x00", b"\xff", "STREAMS", "k", ">"),
         ("XPENDING", "k", b"g\r\n\x00"), ("XREADGROUP", "GROUP", b"no\r\nsuch", "c", "STREAMS", "k", ">"),
         ("XCLAIM", "k", b"g\r\n\x00", "c", 0, "1-1", b"x\r\ny")),
]
