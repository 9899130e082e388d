"""Command flags, by Redis's names, and the ACL categories that follow from them.

Source: the COMMAND page of the Redis documentation. Flags that COMMAND INFO shows are in `SHOWN`, in Redis's order.
"""

from __future__ import annotations

import enum


class Flag(enum.IntFlag):
    """What a command is like; declared with it and shown by COMMAND INFO."""

    WRITE = enum.auto()
    READONLY = enum.auto()
    DENYOOM = enum.auto()
    MODULE = enum.auto()
    ADMIN = enum.auto()
    PUBSUB = enum.auto()
    NOSCRIPT = enum.auto()
    BLOCKING = enum.auto()
    LOADING = enum.auto()
    STALE = enum.auto()
    SKIP_MONITOR = enum.auto()
    SKIP_SLOWLOG = enum.auto()
    ASKING = enum.auto()
    FAST = enum.auto()
    NO_AUTH = enum.auto()
    NO_ASYNC_LOADING = enum.auto()
    NO_MULTI = enum.auto()
    MOVABLEKEYS = enum.auto()
    ALLOW_BUSY = enum.auto()
    # not shown by COMMAND INFO
    PROTECTED = enum.auto()
    SENTINEL = enum.auto()
    ONLY_SENTINEL = enum.auto()
    NO_MANDATORY_KEYS = enum.auto()
    TOUCHES_ARBITRARY_KEYS = enum.auto()
    MAY_REPLICATE = enum.auto()  # no write, but one may follow: PFCOUNT stores what it counted


WRITE = Flag.WRITE
READONLY = Flag.READONLY
DENYOOM = Flag.DENYOOM
ADMIN = Flag.ADMIN
PUBSUB = Flag.PUBSUB
NOSCRIPT = Flag.NOSCRIPT
BLOCKING = Flag.BLOCKING
LOADING = Flag.LOADING
STALE = Flag.STALE
SKIP_MONITOR = Flag.SKIP_MONITOR
SKIP_SLOWLOG = Flag.SKIP_SLOWLOG
ASKING = Flag.ASKING
FAST = Flag.FAST
NO_AUTH = Flag.NO_AUTH
MAY_REPLICATE = Flag.MAY_REPLICATE
NO_ASYNC_LOADING = Flag.NO_ASYNC_LOADING
NO_MULTI = Flag.NO_MULTI
MOVABLEKEYS = Flag.MOVABLEKEYS
ALLOW_BUSY = Flag.ALLOW_BUSY
PROTECTED = Flag.PROTECTED
SENTINEL = Flag.SENTINEL
ONLY_SENTINEL = Flag.ONLY_SENTINEL
NO_MANDATORY_KEYS = Flag.NO_MANDATORY_KEYS
TOUCHES_ARBITRARY_KEYS = Flag.TOUCHES_ARBITRARY_KEYS
NONE = Flag(0)

SHOWN: tuple[tuple[Flag, bytes], ...] = tuple(
    (flag, flag.name.lower().encode() if flag.name else b"") for flag in Flag if flag < Flag.PROTECTED
)

GROUP_CATEGORY = {
    "string": "string", "generic": "keyspace", "list": "list", "set": "set", "sorted-set": "sortedset",
    "sorted_set": "sortedset", "hash": "hash", "bitmap": "bitmap", "hyperloglog": "hyperloglog", "geo": "geo",
    "stream": "stream", "pubsub": "pubsub", "transactions": "transaction", "connection": "connection",
    "scripting": "scripting",
}


def categories_of(flags: Flag, group: str, extra: tuple[str, ...]) -> frozenset[str]:
    """Give the ACL categories (without "@") of a command: those that its flags imply and those declared as `extra`.

    Redis declares the group's category by hand, with exceptions (SORT is in set, sortedset and list as well), so
    `extra` adds to the group's and a leading "-" takes one away.
    """
    found = set()
    if flags & Flag.WRITE:
        found.add("write")
    if flags & Flag.READONLY and "scripting" not in extra and group != "scripting":
        found.add("read")
    if flags & Flag.ADMIN:
        found |= {"admin", "dangerous"}
    if flags & Flag.PUBSUB:
        found.add("pubsub")
    if flags & Flag.BLOCKING:
        found.add("blocking")
    found.add("fast" if flags & Flag.FAST else "slow")
    if group in GROUP_CATEGORY:
        found.add(GROUP_CATEGORY[group])
    for name in extra:
        if name.startswith("-"):
            found.discard(name[1:])
        else:
            found.add(name)
    return frozenset(found)
