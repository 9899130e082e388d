"""DUMP and RESTORE: replies and errors. Bytes and encodings: test_dump.py."""

from __future__ import annotations

from tests.compat.case import Argument, about, case
from tests.support.rdb_bytes import payload

ABC = payload(b"\0\3abc")
LIST = payload(b"\1\2\1a\1b")
OPTIONS = ("IDLETIME", "IDLETIME x", "IDLETIME -1", "IDLETIME 5", "IDLETIME 5 IDLETIME 6", "FREQ", "FREQ x", "FREQ -1",
           "FREQ 256", "FREQ 255", "FREQ 1 FREQ 2", "FREQ 1 IDLETIME 1", "IDLETIME 1 FREQ 1", "ABSTTL ABSTTL", "KEEPTTL")


def with_options(words: str) -> tuple[Argument, ...]:
    return ("RESTORE", "k", 0, ABC, "REPLACE", *words.split())


CASES = [
    case("dump without a key", "DUMP nosuch"),
    case("dump takes one key", "DUMP", "DUMP a b"),
    case("restore", ("RESTORE", "k", 0, ABC), "GET k", "TTL k", ("RESTORE", "k", 0, ABC)),
    case("old versions are taken", ("RESTORE", "k", 0, payload(b"\0\3abc", 1)), "GET k"),
    case("replace", "SET k old EX 100", ("RESTORE", "k", 0, LIST, "replace"), "LRANGE k 0 -1", "TTL k"),
    case("a time to live", ("RESTORE", "k", 100_000, ABC), about(50, "PTTL k")),
    case("an absolute one", ("RESTORE", "k", 33_177_117_420_000, ABC, "ABSTTL"), "PEXPIRETIME k"),
    case("one that has passed", ("RESTORE", "k", 1, ABC, "ABSTTL"), "EXISTS k", "SET k v",
         ("RESTORE", "k", 1, ABC, "ABSTTL", "REPLACE"), "EXISTS k"),
    case("one that overflows", ("RESTORE", "k", 2**63 - 1, ABC), "EXISTS k"),
    case("the order of refusals", "SET taken v", "RESTORE taken x bad FOO", "RESTORE taken x bad", "RESTORE k x bad",
         "RESTORE k -1 bad", "RESTORE k 0 bad", ("RESTORE", "k", 0, ABC[:-1] + b"z"), ("RESTORE", "k", 0, b""),
         ("RESTORE", "k", 0, payload(b"\0\3abc", 999)), ("RESTORE", "k", 0, payload(b"\x63\1a")),
         ("RESTORE", "k", 0, payload(b"")), ("RESTORE", "k", 0, payload(b"\7\5a")), ("RESTORE", "k", 0, payload(b"\1\0")),
         ("RESTORE", "taken", 0, payload(b"\2\2\1a\1a"), "REPLACE"), "GET taken", "RESTORE k 0", "RESTORE"),
    case("options", *map(with_options, OPTIONS)),
    case("idle time", ("RESTORE", "k", 0, ABC, "IDLETIME", 1000), about(1, "OBJECT IDLETIME k")),
    case("frequency", "CONFIG SET maxmemory-policy allkeys-lfu", ("RESTORE", "k", 0, ABC, "FREQ", 100), "OBJECT FREQ k"),
    case("asking", ("RESTORE-ASKING", "k", 0, ABC), "GET k", ("RESTORE-ASKING", "k", 0, ABC)),
    case("inside a transaction", "MULTI", ("RESTORE", "k", 0, ABC), "DUMP nosuch", ("RESTORE", "k", 0, ABC), "EXEC"),
    case("into a key of another type", "RPUSH k a", ("RESTORE", "k", 0, ABC), ("RESTORE", "k", 0, ABC, "REPLACE"), "TYPE k"),
]
