"""AUTH ECHO HELLO PING QUIT RESET SELECT ROLE, CLIENT, and MULTI EXEC DISCARD WATCH UNWATCH.

Cases that set requirepass do it on connection "a", which stays logged in until it says RESET; the next case's baseline
takes the password back.
"""

from __future__ import annotations

from tests.compat.case import Step, case, normalised, on, receive, send, shape_only


def hello(line: str) -> Step:
    """HELLO, whose modules differ."""
    return normalised("masked:modules", line)


CASES = [
    # PING ECHO SELECT ROLE
    case("ping", "PING", "PING a", 'PING ""', r'PING "\r\n"', "PING a b", "ping"),
    case("echo", "ECHO a", 'ECHO ""', r'ECHO "\x00\r\n\xff"', "ECHO", "ECHO a b"),
    case("role", "ROLE", "ROLE x"),
    *(case(f"select {index!r}", f'SELECT "{index}"', "SET k v", "SELECT 0", "GET k") for index in (
        "0", "1", "15", "16", "-1", "-0", "+1", "01", " 1", "1.0", "", "x", "2147483647", "2147483648", "-2147483648",
        "-2147483649", "9223372036854775807", "9223372036854775808",
    )),
    case("select arity", "SELECT", "SELECT 1 2"),
    # HELLO
    case("hello reports", hello("HELLO"), hello("hello 2"), hello("HELLO"), hello("HELLO 3"), hello("HELLO")),
    *(case(f"hello {version!r}", hello(f'HELLO "{version}"'), "GET absent") for version in (
        "2", "3", "1", "4", "0", "-1", "03", " 3", "3.0", "x", "", "99999999999999999999",
    )),
    *(case(f"hello 3 {options}", hello(f"HELLO 3 {options}"), "CLIENT GETNAME", "GET absent") for options in (
        "SETNAME a", "setname a", 'SETNAME ""', "SETNAME", "SETNAME a SETNAME b", 'SETNAME "a b"', r'SETNAME "a\n"',
        r'SETNAME "\xe9"', "AUTH", "AUTH default", "AUTH default x", "auth default x SETNAME a",
        "SETNAME a AUTH default x", "AUTH nobody x", "SETNAME a AUTH nobody x", 'AUTH nobody x SETNAME "a b"',
        "AUTH nobody x BOGUS", "BOGUS", "BOGUS x", "AUTH default x AUTH nobody x", "AUTH nobody x AUTH default x",
        "SETNAME AUTH default x", "AUTH SETNAME a", r'"BO\x00GUS"', r'"BO\r\nGUS"',
    )),
    case("hello with options needs a version", "HELLO SETNAME a", "HELLO AUTH default x"),
    case("hello in a transaction", "MULTI", "HELLO 3 SETNAME a", "GET k", normalised("kind", "EXEC"), "GET k",
         "CLIENT GETNAME", protocols=(3,)),
    # AUTH
    case("auth without a password", "AUTH x", "AUTH default x", "AUTH nobody x", 'AUTH ""', "AUTH a b c", "AUTH",
         'AUTH default ""', "AUTH DEFAULT x"),
    case("not logged in", "CONFIG SET requirepass pw", "RESET", "PING", "SET k v", "MULTI", "EXEC", "DISCARD",
         "WATCH k", "NOSUCH", "GET", "CLIENT", "CLIENT NOSUCH", "CLIENT ID", "HELLO", "HELLO 3", "HELLO x", "HELLO 9",
         "HELLO 3 BOGUS", "HELLO 3 SETNAME a", 'HELLO 3 SETNAME "a b"', "HELLO 3 AUTH default x", "AUTH x",
         "AUTH default x", "AUTH a b c", "RESET", "PING", "AUTH pw", "PING"),
    case("log in by hello", "CONFIG SET requirepass pw", "RESET", hello("HELLO 3 SETNAME me AUTH default pw"),
         "GET absent", "CLIENT GETNAME", "AUTH wrong", "PING"),
    case("a password of any bytes", ("CONFIG", "SET", "requirepass", b"a\x00b"), "RESET", "AUTH a", ("AUTH", b"a\x00b"),
         "PING"),
    case("the password goes", "PING", on("b", "CONFIG SET requirepass pw"), "PING", "RESET", "PING",
         on("b", 'CONFIG SET requirepass ""'), "PING", "HELLO 3", "AUTH x", on("b", "CONFIG SET requirepass pw"),
         "PING"),
    # QUIT RESET
    case("quit", "QUIT", receive("a")),
    case("quit with arguments", "QUIT a b", receive("a")),
    case("quit in a transaction", "MULTI", "SET k v", "QUIT", receive("a"), on("b", "GET k")),
    case("reset", "SELECT 3", "SET k v", "CLIENT SETNAME a", "MULTI", "GET k", "RESET", "GET k", "CLIENT GETNAME",
         "EXEC", "RESET x"),
    case("reset forgets watches", "WATCH k", on("b", "SET k v"), "RESET", "MULTI", "PING", "EXEC"),
    # CLIENT
    case("client", "CLIENT", "CLIENT NOSUCH", "client nosuch x", r'CLIENT "NO\r\nSUCH"', "CLIENT ID x", "CLIENT INFO x",
         "CLIENT GETNAME x", "CLIENT HELP x"),
    *(case(f"client setname {name}", "CLIENT SETNAME old", f"CLIENT SETNAME {name}", "CLIENT GETNAME") for name in (
        "a", '""', '"a b"', '" "', r'"a\n"', r'"\x7f"', "!~", r'"\xff"', "", "a b",
    )),
    *(case(f"client setinfo {words}", f"CLIENT SETINFO {words}") for words in (
        "", "LIB-NAME", "LIB-NAME a", "lib-ver 1.2", 'LIB-NAME ""', 'Lib-Name "a b"', r'LIB-VER "1\n"', "BOGUS a",
        r'"BO GUS" a', r'"BO\x00GUS" a', "LIB-NAME a b", r'LIB-NAME "\xff"',
    )),
    case("client list", shape_only("CLIENT LIST"), "CLIENT LIST TYPE pubsub", "CLIENT LIST TYPE slave",
         "CLIENT LIST TYPE replica", "CLIENT LIST TYPE master", shape_only("CLIENT LIST type NORMAL")),
    *(case(f"client list {options}", f"CLIENT LIST {options}") for options in (
        "TYPE", "TYPE wrong", "TYPE normal x", "ID", "ID x", "ID 1 x", "ID 0 99999999", "ID -1", "BOGUS", "BOGUS x",
        "TYPE pubsub ID 1", r'TYPE "wr\x00ong"',
    )),
    *(case(f"client kill {options}", f"CLIENT KILL {options}", "PING") for options in (
        "", "127.0.0.1:1", "ID", "ID x", "ID 0", "ID -1", "ID 99999999", "ID 9223372036854775808", "TYPE wrong",
        "TYPE master", "TYPE replica", "TYPE slave", "TYPE pubsub", "USER nobody", "USER default ADDR x",
        "ADDR 127.0.0.1:1", "LADDR 127.0.0.1:1", "SKIPME maybe", "SKIPME yes ID 99999999",
        "SKIPME no ADDR x", "MAXAGE x", "MAXAGE 0", "MAXAGE -1", "MAXAGE 9999999", "MAXAGE 9223372036854775808",
        "BOGUS x", "BOGUS", "ID 99999999 TYPE", "ID 99999999 TYPE pubsub", "ID x TYPE wrong",
        "TYPE wrong ID x", "id 99999999 id 99999998",
    )),
    *(case(f"client {subcommand} {switch}", f"CLIENT {subcommand} {switch}") for subcommand in ("NO-EVICT", "NO-TOUCH")
      for switch in ("ON", "off", "maybe", "", "ON x")),
    *(case(f"client pause {words}", f"CLIENT PAUSE {words}") for words in (
        "", "x", "-1", "1.5", "0", "0 WRITE", "0 write", "0 ALL", "0 BOGUS", "x BOGUS", "0 WRITE x",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808", '""',
    )),
    case("pause spelled otherwise", "client pAuSe 1 WRITE x", "CLIENT unBLOCK 1 ERROR x"),
    case("client unpause", "CLIENT UNPAUSE", "CLIENT UNPAUSE x"),
    case("writes wait for the end of a pause", "CLIENT PAUSE 100000 WRITE", on("b", "GET k"), send("b", "SET k v"),
         "GET k", on("c", "PING"), on("c", "SET k"), "CLIENT UNPAUSE", receive("b"), "GET k"),
    case("a transaction waits for the end of a pause", on("b", "MULTI"), on("b", "INCR k"), on("c", "MULTI"),
         on("c", "GET k"), "CLIENT PAUSE 100000 WRITE", on("c", "EXEC"), send("b", "EXEC"), "GET k", "CLIENT UNPAUSE",
         receive("b")),
    case("queueing a write waits for the end of a pause", on("b", "MULTI"), "CLIENT PAUSE 100000 WRITE",
         on("b", "GET k"), send("b", "SET k v"), "CLIENT UNPAUSE", receive("b"), on("b", "EXEC")),
    *(case(f"client unblock {words}", f"CLIENT UNBLOCK {words}") for words in (
        "", "x", "1.0", "99999999", "99999999 TIMEOUT", "99999999 error", "99999999 BOGUS", "x BOGUS", "x ERROR x",
    )),
    case("replies off", send("a", "CLIENT REPLY ON"), receive("a"), "CLIENT REPLY on", "CLIENT REPLY maybe",
         "CLIENT REPLY"),
    # Transactions
    case("transaction", "MULTI", "SET k 1", "INCR k", "GET k", "EXEC", "GET k"),
    case("empty transaction", "MULTI", "EXEC"),
    case("errors in a transaction", "SET s text", "MULTI", "INCR s", "GET s", "EXEC"),
    case("nested", "MULTI", "MULTI", "PING", "EXEC"),
    case("not in a transaction", "EXEC", "DISCARD", "UNWATCH"),
    case("arity", "MULTI x", "EXEC x", "DISCARD x", "UNWATCH x", "WATCH"),
    *(case(f"aborted by {refused}", "MULTI", "SET k v", refused, "EXEC", "GET k", "EXEC") for refused in (
        "NOSUCH", "NOSUCH a b", "GET", "CLIENT NOSUCH", "CLIENT SETNAME", "EXEC x", "DISCARD x", "MULTI x", "WATCH",
        "UNWATCH x",
    )),
    case("discard", "MULTI", "SET k v", "DISCARD", "GET k", "EXEC"),
    case("discard after an error", "MULTI", "NOSUCH", "DISCARD", "MULTI", "PING", "EXEC"),
    case("select in a transaction", "MULTI", "SELECT 3", "SET k v", "EXEC", "GET k", "SELECT 0", "GET k"),
    case("client in a transaction", "MULTI", "CLIENT SETNAME a", "CLIENT GETNAME", "CLIENT KILL ID 99999999", "ECHO x",
         "UNWATCH", "EXEC"),
    case("watched and unchanged", "WATCH k a", on("b", "SET x v"), on("b", "GET k"), "MULTI", "PING", "EXEC"),
    *(case(f"watched and {change}", "SET k 1", "WATCH a k b", on("b", change), "MULTI", "SET mine v", "EXEC",
           "EXISTS mine", "MULTI", "PING", "EXEC")
      for change in (
        "SET k 2", "SET k 1", "DEL k", "UNLINK k", "EXPIRE k 100", "PERSIST k", "APPEND k x", 'APPEND k ""', "INCR k",
        "GETDEL k", "GETEX k", "GETEX k EX 100", "SETNX k 2", "SET k 2 XX", "SET k 2 NX", "RENAME k x", "COPY k x",
        "MOVE k 1", "FLUSHDB", "FLUSHALL", "SWAPDB 0 1", "EXPIRE k -1", "SET a v", 'SETRANGE k 0 ""',
        "EXPIRE k 100 XX", "TOUCH k", "MSETNX k 1 x 2",
    )),
    *(case(f"watched, absent and {change}", "WATCH k", on("b", change), "MULTI", "PING", "EXEC") for change in (
        "DEL k", "FLUSHDB", "FLUSHALL", "SWAPDB 0 1", "EXPIRE k 100", "SET k v EX -1", "GETDEL k", 'APPEND k ""',
    )),
    case("watched, absent and swapped in", on("b", "SELECT 1"), on("b", "SET k v"), "WATCH k", on("b", "SWAPDB 0 1"),
         "MULTI", "PING", "EXEC"),
    case("watched in another database", "SELECT 5", "WATCH k", "SELECT 1", on("b", "SELECT 5"), on("b", "SET k v"),
         "MULTI", "PING", "EXEC"),
    case("watched under the same name elsewhere", "WATCH k", on("b", "SELECT 5"), on("b", "SET k v"), "MULTI", "PING",
         "EXEC"),
    case("watch in a transaction", "MULTI", "WATCH k", "PING", "EXEC"),
    case("changed by oneself", "WATCH k", "SET k v", "MULTI", "PING", "EXEC"),
    case("unwatch", "WATCH k", on("b", "SET k v"), "UNWATCH", "MULTI", "PING", "EXEC"),
    case("unwatch comes too late inside", "WATCH k", on("b", "SET k v"), "MULTI", "UNWATCH", "EXEC", "MULTI", "PING",
         "EXEC"),
    case("discard ends watches", "WATCH k", on("b", "SET k v"), "MULTI", "DISCARD", "MULTI", "PING", "EXEC"),
    case("an error goes before a change", "WATCH k", on("b", "SET k v"), "MULTI", "NOSUCH", "EXEC", "MULTI", "PING",
         "EXEC"),
    case("watch when changed already", "WATCH k", on("b", "SET k v"), "WATCH x", "MULTI", "PING", "EXEC"),
]
