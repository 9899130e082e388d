"""Memory: limits, eviction, expiry, freeing."""

from __future__ import annotations

from pyredis_server.config.choices import EvictionPolicy
from pyredis_server.config.directive import directive
from pyredis_server.config.hooks import Hook
from pyredis_server.config.types import INT64_MAX, Boolean, Choice, Integer, Memory

TITLE = "MEMORY MANAGEMENT"

MAXMEMORY = directive(
    "maxmemory", Memory(unsigned=True), default=0, apply=Hook.MAXMEMORY,
    doc="Bytes of data to hold before maxmemory-policy decides what goes; 0 means no limit.")
MAXMEMORY_POLICY = directive(
    "maxmemory-policy", Choice(EvictionPolicy), default=EvictionPolicy.NOEVICTION, apply=Hook.MAXMEMORY,
    doc="Which keys go: allkeys-lru, -lfu, -lrm or -random of all keys; volatile-lru, -lfu, -lrm, -random or -ttl "
        "of those with an expiry; noeviction answers writes with an error. lru: unused longest, lfu: used least, "
        "lrm: unchanged longest, ttl: expiring soonest.")
MAXMEMORY_SAMPLES = directive(
    "maxmemory-samples", Integer(1, 64), default=5, apply=Hook.MAXMEMORY,
    doc="Keys looked at to find one to evict: more is more exact and slower.")
MAXMEMORY_EVICTION_TENACITY = directive(
    "maxmemory-eviction-tenacity", Integer(0, 100), default=10,
    doc="How much time one round of eviction may take, from 0 (little) to 100 (as long as it needs).")
LFU_LOG_FACTOR = directive(
    "lfu-log-factor", Integer(), default=10, apply=Hook.MAXMEMORY,
    doc="How slowly the counter of uses grows, for the lfu policies.")
LFU_DECAY_TIME = directive(
    "lfu-decay-time", Integer(), default=1, apply=Hook.MAXMEMORY,
    doc="Minutes after which the counter of an unused key drops by one; 0 never.")
ACTIVE_EXPIRE_EFFORT = directive(
    "active-expire-effort", Integer(1, 10), default=1, apply=Hook.CRON,
    doc="How much work goes into finding expired keys, from 1 to 10.")
LAZYFREE_LAZY_EVICTION = directive(
    "lazyfree-lazy-eviction", Boolean(), default=False, doc="Free evicted values in the background.")
LAZYFREE_LAZY_EXPIRE = directive(
    "lazyfree-lazy-expire", Boolean(), default=False, doc="Free expired values in the background.")
LAZYFREE_LAZY_SERVER_DEL = directive(
    "lazyfree-lazy-server-del", Boolean(), default=False,
    doc="Free values in the background that commands such as RENAME overwrite.")
LAZYFREE_LAZY_USER_DEL = directive(
    "lazyfree-lazy-user-del", Boolean(), default=False, doc="Let DEL free in the background as UNLINK does.")
LAZYFREE_LAZY_USER_FLUSH = directive(
    "lazyfree-lazy-user-flush", Boolean(), default=False,
    doc="Let FLUSHDB, FLUSHALL, SCRIPT FLUSH and FUNCTION FLUSH without a word free in the background.")
LAZYEXPIRE_NESTED_ARBITRARY_KEYS = directive(
    "lazyexpire-nested-arbitrary-keys", Boolean(), default=True, hidden=True, unused=True,
    doc="Let SCAN and RANDOMKEY delete expired keys inside transactions and scripts, too. They always do here.")
ACTIVEREHASHING = directive(
    "activerehashing", Boolean(), default=True, unused=True,
    doc="Let hash tables grow a little at a time. Python's dictionaries do not need it.")
JEMALLOC_BG_THREAD = directive(
    "jemalloc-bg-thread", Boolean(), default=True, unused=True,
    doc="A thread of the allocator jemalloc. Not used here.")
ACTIVEDEFRAG = directive(
    "activedefrag", Boolean(), default=False, unused=True,
    doc="Move values to make memory compact again. Python objects cannot be moved; this and the following are only "
        "kept.")
ACTIVE_DEFRAG_IGNORE_BYTES = directive(
    "active-defrag-ignore-bytes", Memory(1, unsigned=True), default=100 << 20, unused=True,
    doc="Waste below which that does not begin.")
ACTIVE_DEFRAG_THRESHOLD_LOWER = directive(
    "active-defrag-threshold-lower", Integer(0, 1000), default=10, unused=True,
    doc="Percentage of waste at which it begins.")
ACTIVE_DEFRAG_THRESHOLD_UPPER = directive(
    "active-defrag-threshold-upper", Integer(0, 1000), default=100, unused=True,
    doc="Percentage of waste at which it works hardest.")
ACTIVE_DEFRAG_CYCLE_MIN = directive(
    "active-defrag-cycle-min", Integer(1, 99), default=1, unused=True,
    doc="Percentage of CPU time at the lower threshold.")
ACTIVE_DEFRAG_CYCLE_MAX = directive(
    "active-defrag-cycle-max", Integer(1, 99), default=25, unused=True,
    doc="Percentage of CPU time at the upper threshold.")
ACTIVE_DEFRAG_MAX_SCAN_FIELDS = directive(
    "active-defrag-max-scan-fields", Integer(1, INT64_MAX), default=1000, unused=True,
    doc="Elements of a value beyond which it is handled in pieces.")
