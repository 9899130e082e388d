"""COMMAND INFO MONITOR SLOWLOG LATENCY MEMORY TIME LOLWUT SHUTDOWN DEBUG.

Texts for people (help, reports, pictures) are our own: of those only the shape is compared, or the kind of reply.
"""

from __future__ import annotations

from tests.compat.case import case, normalised, on, receive, shape_only

ALONE = ("PING", "GET", "SET", "MSET", "MSETNX", "DEL", "RENAME", "COPY", "EXPIRE", "SCAN", "KEYS", "EXEC", "MONITOR",
         "INFO", "TIME", "SHUTDOWN", "DEBUG", "LOLWUT", "client|list", "client|kill", "CLIENT|NO-EVICT",
         "object|encoding", "memory|usage", "memory|stats", "slowlog|get", "latency|histogram", "command|list",
         "command|getkeys")

CASES = [
    # COMMAND
    *(case(f"command info {name}", f"COMMAND INFO {name}") for name in ALONE),
    case("command info of several", "COMMAND INFO get nosuch client|nosuch nosuch|get get|x SET", "command info"
         " client|list|x", "COMMAND INFO |", 'COMMAND INFO ""'),
    case("command errors", "COMMAND NOSUCH", "COMMAND COUNT x", "COMMAND GETKEYS", "COMMAND GETKEYSANDFLAGS",
         "COMMAND HELP x", "COMMAND LIST x", "COMMAND LIST FILTERBY", "COMMAND LIST FILTERBY ACLCAT",
         "COMMAND LIST FILTERBY NOSUCH x", "COMMAND LIST FILTERBY PATTERN get x"),
    case("command list by pattern", "COMMAND LIST FILTERBY PATTERN get", "COMMAND LIST FILTERBY PATTERN GET",
         "command list filterby pattern slowlog|*", "COMMAND LIST FILTERBY PATTERN *nosuch*",
         "COMMAND LIST FILTERBY PATTERN latency|h*y"),
    case("command list by category", "COMMAND LIST FILTERBY ACLCAT transaction", "COMMAND LIST FILTERBY ACLCAT nosuch",
         "COMMAND LIST FILTERBY MODULE nosuch"),
    case("command docs of nothing known", "COMMAND DOCS nosuch", "COMMAND DOCS nosuch get|x client|nosuch"),
    case("command docs has the same fields", *(shape_only(f"COMMAND DOCS {name}") for name in (
        "get", "mset", "setex", "quit", "debug", "client|list", "latency|histogram"))),
    case("command help", normalised("kind", "COMMAND HELP")),
    case("getkeys", *(f"COMMAND GETKEYS {call}" for call in (
        "GET a", "SET a b", "MSET a b c d", "MSET a b c", "MGET a b c", "DEL a b", "RENAME a b", "COPY a b", "LCS a b",
        "MEMORY USAGE a", "OBJECT ENCODING a", "get a", "memory usage a", "WATCH a b"))),
    case("getkeysandflags", *(f"COMMAND GETKEYSANDFLAGS {call}" for call in (
        "GET a", "MSET a b c d", "DEL a b", "RENAME a b", "COPY a b", "GETDEL a", "INCR a", "EXPIRE a 1", "TTL a",
        "OBJECT ENCODING a", "SETRANGE a 0 b", "APPEND a b", "GETEX a", "PERSIST a", "TOUCH a",
        "SET a b", "SET a b GET", "SET a GET", "SET a b EX 1 get", "SET a b NX"))),
    case("getkeys refuses", *(f"COMMAND GETKEYS {call}" for call in (
        "NOSUCH", "NOSUCH a", "PING", "GET", "GET a b", "SET a", "CLIENT LIST", "CLIENT", "CLIENT NOSUCH", "MEMORY",
        "MEMORY USAGE", "MEMORY STATS", "OBJECT ENCODING", "client|list", "MULTI", "INFO", "KEYS a", "SCAN 0"))),
    # INFO
    case("info of chosen sections", "INFO nosuch", "INFO cluster", "INFO Cluster keyspace cluster", "info CLUSTER"),
    case("info keyspace", "SET a 1", "SET b 1 EX 1000", "SELECT 3", "SET c 1"),
    # SLOWLOG
    case("slowlog errors", "SLOWLOG", "SLOWLOG NOSUCH", "SLOWLOG GET -2", "SLOWLOG GET abc", 'SLOWLOG GET ""',
         "SLOWLOG GET 99999999999999999999", "SLOWLOG GET 1 2", "SLOWLOG LEN x", "SLOWLOG RESET x", "SLOWLOG HELP x"),
    case("slowlog of nothing", "SLOWLOG GET", "SLOWLOG GET 0", "SLOWLOG GET -1", "SLOWLOG GET 9223372036854775807",
         "SLOWLOG LEN", "SLOWLOG RESET", "slowlog len"),
    case("slowlog counts", "CONFIG SET slowlog-log-slower-than 0", "SLOWLOG RESET", "PING", "GET k", "MULTI", "PING",
         "EXEC", "SLOWLOG LEN"),
    case("slowlog off", "CONFIG SET slowlog-log-slower-than -1", "PING", "SLOWLOG LEN"),
    case("slowlog help", normalised("kind", "SLOWLOG HELP")),
    # LATENCY
    case("latency errors", "LATENCY", "LATENCY NOSUCH", "LATENCY GRAPH", "LATENCY GRAPH nosuch",
         r'LATENCY GRAPH "a\xffb"', "LATENCY HISTORY", "LATENCY LATEST x", "LATENCY DOCTOR x", "LATENCY HELP x"),
    case("latency of nothing", "LATENCY HISTORY nosuch", "LATENCY LATEST", "LATENCY RESET", "LATENCY RESET a b",
         "LATENCY HISTOGRAM nosuch", "LATENCY HISTOGRAM nosuch|x"),
    case("latency histogram of one call", "SET k v", shape_only("LATENCY HISTOGRAM set nosuch"),
         shape_only("latency histogram SET"), "CONFIG SET latency-tracking no", "SET k v",
         shape_only("LATENCY HISTOGRAM set")),
    case("latency reports", "LATENCY DOCTOR", normalised("kind", "LATENCY HELP")),
    # MEMORY
    case("memory errors", "MEMORY", "MEMORY NOSUCH", "MEMORY USAGE", "MEMORY STATS x", "MEMORY DOCTOR x",
         "MEMORY PURGE x", "MEMORY MALLOC-STATS x", "MEMORY USAGE k SAMPLES", "MEMORY USAGE k SAMPLES -1",
         "MEMORY USAGE k SAMPLES abc", "MEMORY USAGE k NOSUCH", "MEMORY USAGE k NOSUCH 1",
         "MEMORY USAGE k SAMPLES 1 SAMPLES", "MEMORY USAGE k SAMPLES 1 SAMPLES 2", "MEMORY USAGE k 5"),
    case("memory usage", "MEMORY USAGE nosuch", "SET k v", "MEMORY USAGE k", "memory usage k samples 0",
         "MEMORY USAGE k SAMPLES 99999999999"),
    case("memory reports", "MEMORY DOCTOR", "MEMORY PURGE", shape_only("MEMORY MALLOC-STATS"),
         normalised("kind", "MEMORY HELP")),
    # TIME LOLWUT SHUTDOWN
    case("time", "TIME", "TIME x", "time"),
    case("lolwut", "LOLWUT", "LOLWUT VERSION 5", "LOLWUT VERSION 6 20 10", "LOLWUT VERSION", "LOLWUT VERSION abc",
         "LOLWUT VERSION 5 abc", "LOLWUT VERSION 99", "LOLWUT VERSION 99 abc", "LOLWUT nosuch"),
    case("shutdown refuses", "SHUTDOWN NOSUCH", "SHUTDOWN SAVE NOSAVE", "SHUTDOWN ABORT", "SHUTDOWN ABORT NOW",
         "SHUTDOWN SAVE ABORT", "SHUTDOWN NOW FORCE NOSUCH", "shutdown abort", "MULTI", "SHUTDOWN", "EXEC"),
    # MONITOR
    case("monitor is not for transactions", "MULTI", "MONITOR", "EXEC"),
    case("monitor takes no arguments", "MONITOR x"),
    # DEBUG
    case("debug errors", "DEBUG", "DEBUG NOSUCH", "DEBUG JMAP", "debug sleep", "DEBUG SLEEP 0 0", "DEBUG OBJECT",
         "DEBUG OBJECT nosuch", "DEBUG SET-ACTIVE-EXPIRE", "DEBUG STRINGMATCH-LEN", "DEBUG STRINGMATCH-LEN a b",
         "DEBUG DIGEST x", "DEBUG PROTOCOL", "DEBUG PROTOCOL nosuch", "DEBUG HELP x", "DEBUG ERROR", "DEBUG POPULATE",
         "DEBUG CHANGE-REPL-ID x", "DEBUG LOG", "DEBUG PAUSE-CRON", "DEBUG HTSTATS", "DEBUG HTSTATS-KEY",
         "DEBUG LISTPACK", "DEBUG QUICKLIST", "DEBUG SDSLEN", "DEBUG REPLYBUFFER", "DEBUG REPLYBUFFER x 1"),
    *(case(f"debug protocol {name}", f"DEBUG PROTOCOL {name}", f"debug protocol {name.upper()}") for name in (
        "string", "integer", "double", "bignum", "null", "array", "set", "map", "attrib", "push", "verbatim", "true",
        "false")),
    case("debug error", 'DEBUG ERROR "CODE some words"', 'DEBUG ERROR ""', r'DEBUG ERROR "two\r\nlines"', "PING"),
    case("debug digest of an empty server", "DEBUG DIGEST", "DEBUG DIGEST-VALUE", "DEBUG DIGEST-VALUE nosuch k"),
    case("debug digest", "SET a b", "DEBUG DIGEST", "SET b b", "SET n 123", 'SET "" ""', "APPEND b x",
         "DEBUG DIGEST", "DEBUG DIGEST-VALUE a b n nosuch", "EXPIRE b 1000", "DEBUG DIGEST-VALUE b", "DEBUG DIGEST",
         "SELECT 9", "SET a b", "DEBUG DIGEST", "DEBUG DIGEST-VALUE a"),
    case("debug populate", "DEBUG POPULATE 3", "DBSIZE", "GET key:0", "GET key:2", "DEBUG POPULATE 2 p 10", "GET p:1",
         "DEBUG POPULATE 2 q 3", "GET q:1", "SET key:0 mine", "DEBUG POPULATE 1", "GET key:0", "DEBUG POPULATE 0",
         "DEBUG POPULATE -1", "DEBUG POPULATE abc", "DEBUG POPULATE 1 p abc", "DEBUG POPULATE 1 p -1",
         "DEBUG POPULATE 1 p 1 x"),
    case("debug switches", *(f"DEBUG {call}" for call in (
        "SET-ACTIVE-EXPIRE 0", "SET-ACTIVE-EXPIRE 1", "SET-ACTIVE-EXPIRE abc", "SET-ACTIVE-EXPIRE 1", "PAUSE-CRON 1",
        "PAUSE-CRON 0", "DICT-RESIZING 0", "DICT-RESIZING 1", "SET-DISABLE-DENY-SCRIPTS 0",
        "SET-SKIP-CHECKSUM-VALIDATION 0", "AOF-FLUSH-SLEEP 0", "QUICKLIST-PACKED-THRESHOLD 100b",
        "QUICKLIST-PACKED-THRESHOLD abc", "QUICKLIST-PACKED-THRESHOLD 5gb", "QUICKLIST-PACKED-THRESHOLD 0",
        "REPLYBUFFER PEAK-RESET-TIME 100", "REPLYBUFFER peak-reset-time never", "REPLYBUFFER PEAK-RESET-TIME abc",
        "REPLYBUFFER PEAK-RESET-TIME reset", "REPLYBUFFER RESIZING 1", "DROP-CLUSTER-PACKET-FILTER -1",
        "DROP-CLUSTER-PACKET-FILTER abc", "CHANGE-REPL-ID", "LOG hello"))),
    case("debug on strings", "SET s abc", "SET n 12", shape_only("DEBUG OBJECT s"), shape_only("DEBUG OBJECT n"),
         shape_only("DEBUG SDSLEN s"), "DEBUG SDSLEN n", "DEBUG SDSLEN nosuch", "DEBUG LISTPACK s",
         "DEBUG LISTPACK nosuch", "DEBUG QUICKLIST s", "DEBUG QUICKLIST nosuch", "DEBUG HTSTATS-KEY s",
         "DEBUG HTSTATS-KEY nosuch"),
    case("debug htstats", "DEBUG HTSTATS 9", "SELECT 9", "DEBUG POPULATE 3", "SET t v EX 1000", "DEBUG HTSTATS 9",
         "DEBUG HTSTATS -1", "DEBUG HTSTATS 16", "DEBUG HTSTATS abc"),
    case("debug sleep", "DEBUG SLEEP 0", "DEBUG SLEEP 0.001", "DEBUG SLEEP abc", "DEBUG SLEEP -1"),
    case("debug of eviction", "DEBUG CLIENT-EVICTION", "CONFIG SET maxmemory-clients 100mb",
         shape_only("DEBUG CLIENT-EVICTION")),
    case("debug reports", normalised("kind", "DEBUG HELP"), shape_only("DEBUG STRUCTSIZE")),
    case("monitor shows who did what", "MONITOR", on("b", "SELECT 2"),
         on("b", r'SET k "a\x00\xff\"\n"'), receive("a", "shape")),
]
