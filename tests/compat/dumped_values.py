"""Values in every encoding, as calls that make them: what DUMP is compared and RESTORE is tried with."""

from __future__ import annotations

import random
from collections.abc import Iterator

import attrs

from tests.support.raw_client import Argument

Call = tuple[Argument, ...]

FAR_MS = 9_999_999_000_000
TEXT = b"the quick brown fox jumps over the lazy dog; " * 3


@attrs.frozen
class Value:
    """`calls` make the key `name`. `exact`: its DUMP is the same bytes at every server; otherwise the order of what is
    in it is left to chance there. `since`: the oldest Redis that knows it.
    """

    name: str
    calls: tuple[Call, ...]
    exact: bool = True
    since: str = "7.0"


def _value(name: str, *calls: Call, exact: bool = True, since: str = "7.0") -> Value:
    return Value(name, tuple(tuple(name if word == "KEY" else word for word in call) for call in calls), exact, since)


def _config(**values: Argument) -> Call:
    words = [word for name, value in values.items() for word in (name.replace("_", "-"), value)]
    return "CONFIG", "SET", *words


def strings() -> Iterator[Value]:
    """Integers of all widths, short and long texts, compressible or not."""
    numbers = [0, 1, -1, 127, 128, -128, -129, 32767, 32768, -32768, -32769, 2**31 - 1, 2**31, -2**31, -2**31 - 1,
               2**63 - 1, -2**63]
    for number in numbers:
        yield _value(f"string-{number}", ("SET", "KEY", number))
    texts = [b"", b"a", b"007", b"-0", b"+1", b" 1", b"1.5", b"12345678901", b"9" * 19, b"9" * 25, b"x" * 20, b"x" * 21,
             b"x" * 44, b"x" * 45, b"x" * 63, b"x" * 64, TEXT, TEXT * 200, bytes(range(256)) * 70, b"\0" * 100_000]
    chance = random.Random(1)
    texts += [chance.randbytes(size) for size in (21, 64, 16383, 16384)]
    for text in texts:
        yield _value(f"string-{text[:10]!r}-{len(text)}", ("SET", "KEY", text))
    yield _value("string-appended", ("APPEND", "KEY", b"12"), ("APPEND", "KEY", b"3"))
    yield _value("string-range", ("SETRANGE", "KEY", 50, b"abc"))
    yield _value("string-hll", ("PFADD", "KEY", *[b"%d" % each for each in range(100)]))


ELEMENTS = [b"", b"a", b"x" * 63, b"x" * 64, b"y" * 120, b"y" * 127, b"y" * 128, b"z" * 4095, b"z" * 4096, b"-0", b"007",
            *[b"%d" % (sign * number + step) for number in (0, 63, 127, 4095, 2**15, 2**23, 2**31, 2**63 - 2)
              for sign in (1, -1) for step in (-1, 0, 1)]]


def lists() -> Iterator[Value]:
    """Short ones, chains, large elements, nodes that are compressed."""
    for size in (-1, -2, 3, 128):
        fill = _config(list_max_listpack_size=size)
        yield _value(f"list-one-{size}", fill, ("RPUSH", "KEY", "a"))
        yield _value(f"list-elements-{size}", fill, *[("RPUSH", "KEY", each) for each in ELEMENTS])
        yield _value(f"list-left-{size}", fill, *[("LPUSH", "KEY", each) for each in ELEMENTS])
        yield _value(f"list-large-{size}", fill, ("RPUSH", "KEY", "a", b"b" * 5000, b"c" * 9000, "d", b"e" * 20_000))
        yield _value(f"list-long-{size}", fill, ("RPUSH", "KEY", *[b"element %d" % each for each in range(1500)]))
    for depth in (1, 3):
        yield _value(f"list-depth-{depth}", _config(list_max_listpack_size=10, list_compress_depth=depth),
                     ("RPUSH", "KEY", *[b"element %d" % each for each in range(120)], *map(str, range(200))),
                     _config(list_compress_depth=0))


def sets() -> Iterator[Value]:
    """Intsets of all widths, listpacks, hashtables."""
    for name, members in [("16", (5, -3, 9)), ("32", (5, 70_000)), ("64", (2**40, 1, -2**63))]:
        yield _value(f"set-intset-{name}", ("SADD", "KEY", *members))
    yield _value("set-intset-wide", ("SADD", "KEY", 2**40, 1), ("SREM", "KEY", 2**40))
    yield _value("set-intset-long", ("SADD", "KEY", *range(500)))
    yield _value("set-listpack", ("SADD", "KEY", "a", 1, "b", -70_000, ""))
    yield _value("set-listpack-of-intset", ("SADD", "KEY", 3, 1, 2), ("SADD", "KEY", "x"), ("SREM", "KEY", 1))
    yield _value("set-hashtable-numbers", ("SADD", "KEY", *range(600)), exact=False)
    yield _value("set-hashtable", ("SADD", "KEY", *[b"member %d" % each for each in range(200)]), exact=False)
    yield _value("set-hashtable-long", ("SADD", "KEY", TEXT), ("SADD", "KEY", 12), exact=False)
    yield _value("set-hashtable-one", ("SADD", "KEY", TEXT))


SCORES: tuple[Argument, ...] = (0, -0.0, 1, -1, 127, 4096, 1.5, -0.1, 3.3333333333333335, 1e17, 1e18, 4.5e18, 9e18, 1e20, 1e300, 5e-324, 1e-5,
          123456789.123, "inf", "-inf", 2**53 + 1)


def sorted_sets() -> Iterator[Value]:
    """With scores of all kinds."""
    pairs: list[Argument] = [word for at, score in enumerate(SCORES) for word in (score, b"m%d" % at)]
    yield _value("zset-listpack", ("ZADD", "KEY", *pairs))
    yield _value("zset-listpack-numbers", ("ZADD", "KEY", 1, 5, 1, -7, 1, 70_000, 1, ""))
    yield _value("zset-skiplist", ("ZADD", "KEY", *pairs, 7, b"x" * 65))
    many: list[Argument] = [word for at in range(3000) for word in (at / 3, b"m%d" % at)]
    yield _value("zset-skiplist-long", ("ZADD", "KEY", *many))


def hashes() -> Iterator[Value]:
    """With and without fields that expire."""
    pairs = [word for at, each in enumerate(ELEMENTS[:4] + ELEMENTS[9:]) for word in (b"f%d" % at, each[:64])]
    yield _value("hash-listpack", ("HSET", "KEY", *pairs), ("HSET", "KEY", "f1", "other"))
    yield _value("hash-hashtable", ("HSET", "KEY", *pairs, "long", TEXT), exact=False)
    yield _value("hash-hashtable-one", ("HSET", "KEY", "long", TEXT))
    yield _value("hash-hashtable-many", ("HSET", "KEY", *[b"%d" % each for each in range(2000)]), exact=False)
    expiry = [("HPEXPIREAT", "KEY", FAR_MS + at, "FIELDS", 1, b"f%d" % each)
              for at, each in ((5, 3), (9, 7), (5, 2), (6, 8))]
    yield _value("hash-listpackex-one", ("HSET", "KEY", "a", 1, "b", 2), ("HPEXPIREAT", "KEY", FAR_MS, "FIELDS", 1, "b"),
                 since="7.4")
    yield _value("hash-listpackex", ("HSET", "KEY", *pairs), *expiry, since="7.4")
    yield _value("hash-listpackex-none", ("HSET", "KEY", "a", 1), ("HPEXPIRE", "KEY", 1, "XX", "FIELDS", 1, "a"),
                 since="7.4")
    yield _value("hash-metadata", ("HSET", "KEY", *pairs, "long", TEXT), *expiry, exact=False, since="7.4")
    yield _value("hash-metadata-one", ("HSET", "KEY", "long", TEXT), ("HPEXPIREAT", "KEY", FAR_MS, "FIELDS", 1, "long"),
                 since="7.4")


def streams() -> Iterator[Value]:
    """With groups, pending entries, deleted entries, fields that differ."""
    yield _value("stream-one", ("XADD", "KEY", "5-3", "a", "1"))
    yield _value("stream-same", *[("XADD", "KEY", f"{at}-1", "field", f"value {at}", "n", at) for at in range(1, 250)])
    yield _value("stream-mixed", ("XADD", "KEY", "1-5", "a", "1"), ("XADD", "KEY", "2-3", "b", "2"),
                 ("XADD", "KEY", "2-9", "a", "3", "b", "4"), ("XADD", "KEY", 2**63, "a", "x" * 100),
                 ("XADD", "KEY", f"{2**64 - 1}-{2**64 - 1}", "a", ""))
    yield _value("stream-empty", ("XADD", "KEY", "5-3", "a", "1"), ("XDEL", "KEY", "5-3"))
    yield _value("stream-trimmed", _config(stream_node_max_entries=10),
                 *[("XADD", "KEY", f"{at}-1", "f", at) for at in range(1, 55)],
                 ("XTRIM", "KEY", "MAXLEN", "=", 20), exact=False)
    yield _value("stream-made", ("XGROUP", "CREATE", "KEY", "g", "$", "MKSTREAM"))
    yield _value("stream-set", ("XADD", "KEY", "5-3", "a", "1"),
                 ("XSETID", "KEY", "9-9", "ENTRIESADDED", 77, "MAXDELETEDID", "4-4"))
    groups: list[Call] = [("XADD", "KEY", f"{at}-1", "f", at) for at in range(1, 9)]
    groups += [("XGROUP", "CREATE", "KEY", "g2", "3-1", "ENTRIESREAD", 3), ("XGROUP", "CREATE", "KEY", "g1", "0"),
               ("XGROUP", "CREATECONSUMER", "KEY", "g1", "idle"),
               ("XREADGROUP", "GROUP", "g1", "zoe", "COUNT", 3, "STREAMS", "KEY", ">"),
               ("XREADGROUP", "GROUP", "g1", "bob", "COUNT", 2, "STREAMS", "KEY", ">"),
               ("XACK", "KEY", "g1", "2-1")]
    yield _value("stream-groups", *groups, exact=False)  # with the time of day


def all_values() -> list[Value]:
    """All of them. The configuration that a value needs is set by its calls."""
    return [*strings(), *lists(), *sets(), *sorted_sets(), *hashes(), *streams()]
