"""Data types: up to which size values have their compact form.

OBJECT ENCODING and the files that other servers read follow these limits.
"""

from __future__ import annotations

from pyredis_server.config import checks
from pyredis_server.config.directive import directive
from pyredis_server.config.types import INT32_MAX, INT64_MAX, Integer, Memory

TITLE = "DATA TYPES"

HASH_MAX_LISTPACK_ENTRIES = directive(
    "hash-max-listpack-entries", Integer(0, INT64_MAX, unsigned=True), alias="hash-max-ziplist-entries", default=512,
    doc="A hash is compact (listpack) up to this many fields ...")
HASH_MAX_LISTPACK_VALUE = directive(
    "hash-max-listpack-value", Memory(unsigned=True), alias="hash-max-ziplist-value", default=64,
    doc="... none of which, nor its value, is longer than this.")
HASH_MIN_TEMPLATE_ENTRIES = directive(
    "hash-min-template-entries", Integer(0, INT64_MAX), default=0,
    doc="A hash shares its field names with others alike from this many fields on, at its next write; 0 never does.")
HASH_MAX_TEMPLATE_ENTRIES = directive(
    "hash-max-template-entries", Integer(0, INT64_MAX), default=0,
    doc="But not with more fields than this; 0 means no limit.")
HASH_RDB_LOAD_MIN_TEMPLATE_ENTRIES = directive(
    "hash-rdb-load-min-template-entries", Integer(0, INT64_MAX), default=0,
    doc="The same while a snapshot without such hashes is loaded: from this many fields on; 0 never does.")
HASH_RDB_LOAD_MAX_TEMPLATE_ENTRIES = directive(
    "hash-rdb-load-max-template-entries", Integer(0, INT64_MAX), default=0,
    doc="And up to this many; 0 means no limit.")
HASH_RDB_LOAD_TEMPLATE_DISASSEMBLY_THRESHOLD = directive(
    "hash-rdb-load-template-disassembly-threshold", Integer(0, INT64_MAX), default=0,
    doc="After such a load, give up field names that fewer hashes than this share; 0 keeps all.")
LIST_MAX_LISTPACK_SIZE = directive(
    "list-max-listpack-size", Integer(-INT32_MAX - 1, INT32_MAX), alias="list-max-ziplist-size", default=-2,
    doc="A list is compact up to this many elements or, if negative, this size: -1 is 4 kB, -2 8 kB, -3 16 kB, -4 "
        "32 kB, -5 64 kB. Also the size of a node of a longer list.")
LIST_COMPRESS_DEPTH = directive(
    "list-compress-depth", Integer(), default=0,
    doc="Nodes at either end of a list that Redis leaves uncompressed; 0 compresses none. Here it only shapes "
        "snapshots.")
SET_MAX_INTSET_ENTRIES = directive(
    "set-max-intset-entries", Integer(0, INT64_MAX, unsigned=True), default=512,
    doc="A set of integers only is an intset up to this many members.")
SET_MAX_LISTPACK_ENTRIES = directive(
    "set-max-listpack-entries", Integer(0, INT64_MAX, unsigned=True), default=128,
    doc="Another set is compact (listpack) up to this many members ...")
SET_MAX_LISTPACK_VALUE = directive(
    "set-max-listpack-value", Integer(0, INT64_MAX, unsigned=True), default=64,
    doc="... none of which is longer than this.")
ZSET_MAX_LISTPACK_ENTRIES = directive(
    "zset-max-listpack-entries", Integer(0, INT64_MAX, unsigned=True), alias="zset-max-ziplist-entries", default=128,
    doc="A sorted set is compact (listpack) up to this many members ...")
ZSET_MAX_LISTPACK_VALUE = directive(
    "zset-max-listpack-value", Memory(unsigned=True), alias="zset-max-ziplist-value", default=64,
    doc="... none of which is longer than this.")
HLL_SPARSE_MAX_BYTES = directive(
    "hll-sparse-max-bytes", Memory(unsigned=True), default=3000, doc="A HyperLogLog is sparse up to this many bytes.")
STREAM_NODE_MAX_BYTES = directive(
    "stream-node-max-bytes", Memory(unsigned=True), default=4096,
    doc="Bytes of a node of a stream; 0 means no limit. Trimming with ~ drops whole nodes.")
STREAM_NODE_MAX_ENTRIES = directive(
    "stream-node-max-entries", Integer(0, INT64_MAX), default=100,
    doc="Entries of a node of a stream; 0 means no limit.")
STREAM_IDMP_DURATION = directive(
    "stream-idmp-duration", Integer(1, 86400), default=100,
    doc="Seconds for which a new stream remembers the ids that XADD IDMP gave to messages.")
STREAM_IDMP_MAXSIZE = directive(
    "stream-idmp-maxsize", Integer(1, 10000), default=100, doc="How many of them it remembers per producer.")
ARRAY_SLICE_SIZE = directive(
    "array-slice-size", Integer(1, check=checks.power_of_two("array-slice-size")), default=4096,
    doc="Elements of a slice of an array, a power of two. Arrays that exist keep theirs.")
ARRAY_SPARSE_KMAX = directive(
    "array-sparse-kmax", Integer(), default=10,
    doc="A slice of an array is sparse up to this many elements; 0 makes all dense.")
ARRAY_SPARSE_KMIN = directive(
    "array-sparse-kmin", Integer(), default=5,
    doc="A dense slice with fewer elements than this becomes sparse again; 0 never.")
