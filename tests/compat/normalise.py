"""What of a reply may differ between two correct servers, and how two replies are compared.

A way is a name: "unordered", "pairs", "scan", "shape", "kind", "error_code", "masked:<field>,...", "about:<tolerance>".
WAYS gives those of a command by its name, or by name and subcommand; a case adds its own (case.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tests.support.wire import Item

AGGREGATES = frozenset({"array", "set", "push", "map", "attribute", "sequence"})
NUMBERS = frozenset({"integer", "double", "bulk"})

WAYS: dict[str, tuple[str, ...]] = {
    # The order in which a hash table is walked means nothing.
    **dict.fromkeys(
        ("KEYS", "SMEMBERS", "SINTER", "SUNION", "SDIFF", "HKEYS", "HVALS", "ACL CAT", "ACL USERS", "COMMAND LIST",
         "PUBSUB CHANNELS", "PUBSUB SHARDCHANNELS"),
        ("unordered",),
    ),
    "HGETALL": ("pairs",),
    "CONFIG GET": ("pairs",),
    **dict.fromkeys(("SCAN", "SSCAN", "HSCAN"), ("scan",)),
    # Random picks, clocks, identities and figures of one process.
    **dict.fromkeys(
        ("TIME", "RANDOMKEY", "SRANDMEMBER", "SPOP", "HRANDFIELD", "ZRANDMEMBER", "LASTSAVE", "CLIENT ID",
         "CLIENT INFO", "CLIENT LIST", "INFO", "LOLWUT", "MEMORY USAGE", "MEMORY STATS", "MEMORY DOCTOR",
         "OBJECT IDLETIME", "OBJECT FREQ", "ACL GENPASS", "SLOWLOG GET", "LATENCY DOCTOR", "COMMAND COUNT"),
        ("shape",),
    ),
    "HELLO": ("masked:id,version",),
    # What runs down while the two servers are asked one after the other.
    **dict.fromkeys(("TTL", "EXPIRETIME", "HTTL", "HEXPIRETIME"), ("about:2",)),
    **dict.fromkeys(("PTTL", "PEXPIRETIME", "HPTTL", "HPEXPIRETIME"), ("about:2000",)),
}


def ways_of(argv: Sequence[bytes]) -> tuple[str, ...]:
    """The ways that follow from the command itself."""
    names = [word.upper().decode("latin-1") for word in argv[:2]]
    return WAYS.get(" ".join(names)) or WAYS.get(names[0], ()) if names else ()


def same(theirs: Item, ours: Item, ways: Iterable[str]) -> bool:
    """Whether the two replies say the same, seen in these ways."""
    tolerance = 0.0
    for way in ways:
        name, _, detail = way.partition(":")
        if name == "about":
            tolerance = float(detail)
        else:
            theirs, ours = apply(name, detail, theirs), apply(name, detail, ours)
    return _equal(_settle(theirs), _settle(ours), tolerance)


def apply(name: str, detail: str, item: Item) -> Item:
    """Blur one reply in one way."""
    return _BLURS[name](item, detail)


def _settle(item: Item) -> Item:
    """Sort what has no order by its wire type: sets and maps."""
    if item.kind not in AGGREGATES:
        return item
    parts = tuple(_settle(part) for part in item.value)
    if item.kind == "set":
        parts = tuple(sorted(parts, key=repr))
    elif item.kind in ("map", "attribute"):
        parts = _sorted_pairs(parts)
    return Item(item.kind, parts)


def _equal(theirs: Item, ours: Item, tolerance: float) -> bool:
    if theirs == ours:
        return True
    if theirs.kind != ours.kind:
        return False
    if theirs.kind in AGGREGATES:
        return len(theirs.value) == len(ours.value) and all(
            _equal(their, our, tolerance) for their, our in zip(theirs.value, ours.value, strict=True)
        )
    if not tolerance or theirs.kind not in NUMBERS:
        return False
    try:
        one, other = float(theirs.value), float(ours.value)
    except ValueError:
        return False
    # -1 and -2 are not figures but answers: no TTL, no key.
    return min(one, other) >= 0 and abs(one - other) <= tolerance


def _sorted_pairs(parts: Sequence[Item]) -> tuple[Item, ...]:
    pairs = sorted(zip(parts[::2], parts[1::2], strict=True), key=repr)
    return tuple(part for pair in pairs for part in pair)


def _unordered(item: Item, detail: str) -> Item:
    return Item(item.kind, tuple(sorted(item.value, key=repr))) if item.kind in AGGREGATES else item


def _pairs(item: Item, detail: str) -> Item:
    return Item(item.kind, _sorted_pairs(item.value)) if item.kind == "array" and not len(item.value) % 2 else item


def _scan(item: Item, detail: str) -> Item:
    """A cursor and what was found: cursors are compared only as the end or not, the elements without order."""
    if item.kind != "array" or len(item.value) != 2:
        return item
    cursor, found = item.value
    end = Item(cursor.kind, b"0" if cursor.value == b"0" else b"onward")
    return Item(item.kind, (end, _unordered(found, "")))


def _shape(item: Item, detail: str) -> Item:
    if item.kind in AGGREGATES:
        return Item(item.kind, tuple(_shape(part, "") for part in item.value))
    return item if item.kind in ("error", "null_bulk", "null_array", "null") else Item(item.kind, b"...")


def _kind(item: Item, detail: str) -> Item:
    return Item(item.kind, ()) if item.kind in AGGREGATES else _shape(item, "")


def _error_code(item: Item, detail: str) -> Item:
    return Item("error", item.value.split(b" ", 1)[0]) if item.kind == "error" else item


def _masked(item: Item, detail: str) -> Item:
    """Hide the values of these fields in a map, or in an array of names and values."""
    if item.kind not in ("map", "array"):
        return item
    fields = {name.encode() for name in detail.split(",")}
    parts = list(item.value)
    for index in range(0, len(parts) - 1, 2):
        if parts[index].value in fields:
            kind = parts[index + 1].kind
            parts[index + 1] = Item("aggregate" if kind in AGGREGATES else kind, b"...")
    return Item(item.kind, tuple(parts))


_BLURS: dict[str, Callable[[Item, str], Item]] = {
    "unordered": _unordered, "pairs": _pairs, "scan": _scan, "shape": _shape, "kind": _kind, "error_code": _error_code,
    "masked": _masked,
}
