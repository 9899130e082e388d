"""The classes of keyspace events, as bits, and their letters.

Plain integers: the executor tests them for every change, and an IntFlag's "and" is a Python call.
"""

from __future__ import annotations

GENERIC = 1 << 0  # g: DEL, EXPIRE, RENAME ...
STRING = 1 << 1  # $
LIST = 1 << 2  # l
SET = 1 << 3  # s
HASH = 1 << 4  # h
ZSET = 1 << 5  # z
EXPIRED = 1 << 6  # x
EVICTED = 1 << 7  # e
STREAM = 1 << 8  # t
MODULE = 1 << 9  # d
KEYSPACE = 1 << 10  # K: publish to __keyspace@<db>__:<key>
KEYEVENT = 1 << 11  # E: publish to __keyevent@<db>__:<event>
KEY_MISS = 1 << 12  # m: not part of A
NEW = 1 << 13  # n: not part of A
ALL = GENERIC | STRING | LIST | SET | HASH | ZSET | EXPIRED | EVICTED | STREAM | MODULE  # A

_LETTERS = {"g": GENERIC, "$": STRING, "l": LIST, "s": SET, "h": HASH, "z": ZSET, "x": EXPIRED, "e": EVICTED,
            "t": STREAM, "d": MODULE, "n": NEW, "K": KEYSPACE, "E": KEYEVENT, "m": KEY_MISS}


def parse_classes(letters: bytes) -> int | None:
    """The bits of the letters, or None if one is unknown."""
    classes = 0
    for letter in letters.decode("latin-1"):
        if letter == "A":
            classes |= ALL
        elif letter in _LETTERS:
            classes |= _LETTERS[letter]
        else:
            return None
    return classes


def spell_classes(classes: int) -> bytes:
    """The letters of the bits in Redis's order, with A for what it stands for."""
    given = [letter for letter, bit in _LETTERS.items() if bit & classes]
    kinds = "A" if classes & ALL == ALL else "".join(letter for letter in given if letter not in "KEm")
    return (kinds + "".join(letter for letter in given if letter in "KEm")).encode()
