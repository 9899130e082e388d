"""The numbers of the RDB format: versions, types, the forms of lengths and strings.

Sources: descriptions of the format that public tools carry, where they agree, and payloads seen from 7.0.15 and
8.2.3. Types 26 to 33 are later and known from such descriptions only.
"""

from __future__ import annotations

from typing import Final

RDB_VERSION: Final = 12
"""What we write into payloads, as 8.2.3 does. An older server refuses such a payload whatever it holds, as it refuses
those of 8.2.3: 7.0 takes versions up to 10. What is written is nevertheless the oldest type that can hold the value."""
READABLE_VERSION: Final = 15  # the last one that public material tells about; Redis 8.10 writes it

FOOTER_BYTES: Final = 10  # of a payload: the version in 2, the CRC64 in 8

# Types of values. A comment names the version of the format that brought one.
STRING: Final = 0
LIST: Final = 1
SET: Final = 2
ZSET: Final = 3
HASH: Final = 4
ZSET_2: Final = 5  # 8: scores are binary
MODULE_PRE_GA: Final = 6
MODULE_2: Final = 7  # 8
HASH_ZIPMAP: Final = 9  # 2
LIST_ZIPLIST: Final = 10  # 2
SET_INTSET: Final = 11  # 2
ZSET_ZIPLIST: Final = 12  # 2
HASH_ZIPLIST: Final = 13  # 4
LIST_QUICKLIST: Final = 14  # 7
STREAM_LISTPACKS: Final = 15  # 9
HASH_LISTPACK: Final = 16  # 10
ZSET_LISTPACK: Final = 17  # 10
LIST_QUICKLIST_2: Final = 18  # 10
STREAM_LISTPACKS_2: Final = 19  # 10
SET_LISTPACK: Final = 20  # 11
STREAM_LISTPACKS_3: Final = 21  # 11
HASH_METADATA_PRE_GA: Final = 22  # 7.4's release candidates
HASH_LISTPACK_EX_PRE_GA: Final = 23
HASH_METADATA: Final = 24  # 12
HASH_LISTPACK_EX: Final = 25  # 12
STREAM_LISTPACKS_4: Final = 26  # 13: messages of producers (XADD IDMP)
STREAM_LISTPACKS_5: Final = 27  # 14: entries given back (XNACK)
ARRAY: Final = 28  # 14
HASH_TEMPLATE_LISTPACK: Final = 29  # 15; not read: the descriptions disagree
HASH_TEMPLATE_LISTPACK_REF: Final = 30  # 15; only in files: the fields stand in a record before
HASH_TEMPLATE_ARRAY: Final = 31  # 15
HASH_TEMPLATE_ARRAY_REF: Final = 32  # 15; only in files
GCRA: Final = 33

# How a list's nodes are held (LIST_QUICKLIST_2).
NODE_PLAIN: Final = 1
NODE_PACKED: Final = 2

# The first two bits of a length.
LENGTH_6: Final = 0
LENGTH_14: Final = 1
LENGTH_MORE: Final = 2  # the whole byte decides
LENGTH_ENCODED: Final = 3  # no length: the other six bits name the encoding of a string
LENGTH_32: Final = 0x80
LENGTH_64: Final = 0x81

# Encodings of strings.
INT_8: Final = 0
INT_16: Final = 1
INT_32: Final = 2
LZF: Final = 3

# Lengths of the scores of old sorted sets (ZSET) that are no lengths.
SCORE_NAN: Final = 253
SCORE_INFINITE: Final = 254
SCORE_MINUS_INFINITE: Final = 255


def version_of(number: int) -> int:
    """The version that a payload with a value of this type tells."""
    return {STREAM_LISTPACKS_4: 13, STREAM_LISTPACKS_5: 14}.get(number, RDB_VERSION)


class BadData(Exception):
    """What is read is damaged, or of a kind that this server cannot hold. The text is for the log."""
