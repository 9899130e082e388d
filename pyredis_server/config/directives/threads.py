"""Threads and the system: I/O workers, CPU sets, the kernel."""

from __future__ import annotations

from pyredis_server.config.choices import OomScoreMode
from pyredis_server.config.compound import OomScores
from pyredis_server.config.directive import Directive, directive
from pyredis_server.config.hooks import Hook
from pyredis_server.config.types import Boolean, Choice, Integer, Text

TITLE = "THREADS AND SYSTEM"


def _cpu_list(name: str, alias: str, doc: str) -> Directive[bytes]:
    return directive(name, Text(unset_if_empty=True), alias=alias, default=b"", mutable=False, doc=doc)


IO_THREADS = directive(
    "io-threads", Integer(1, 128), default=1, mutable=False,
    doc="Threads that read, parse and write for clients; commands are run by one more.")
IO_THREADS_DO_READS = directive(
    "io-threads-do-reads", Boolean(), default=False, mutable=False, unused=True,
    doc="Read in the I/O threads too. They always do; gone from Redis since 8.0.")
LOOKAHEAD = directive(
    "lookahead", Integer(1), default=16, unused=True,
    doc="Commands of a pipeline that Redis parses ahead. Here all that arrived are parsed at once.")
PREFETCH_BATCH_MAX_SIZE = directive(
    "prefetch-batch-max-size", Integer(0, 128), default=16, hidden=True, unused=True,
    doc="Commands whose keys Redis fetches into the CPU's cache ahead. Not possible here.")
SERVER_CPULIST = _cpu_list(
    "server-cpulist", "server_cpulist",
    "CPUs for the server's threads, as 0-3 or 0,2,4 or 1-11:2 (every second); empty leaves it to the system.")
BIO_CPULIST = _cpu_list("bio-cpulist", "bio_cpulist", "CPUs for background threads.")
AOF_REWRITE_CPULIST = _cpu_list(
    "aof-rewrite-cpulist", "aof_rewrite_cpulist",
    "CPUs for the child that rewrites the append-only file.")
BGSAVE_CPULIST = _cpu_list("bgsave-cpulist", "bgsave_cpulist", "CPUs for the child that saves.")
OOM_SCORE_ADJ = directive(
    "oom-score-adj", Choice(OomScoreMode, (("relative", OomScoreMode.RELATIVE),)), default=OomScoreMode.NO,
    apply=Hook.PROCESS,
    doc="Tell Linux which processes to end first when memory runs out: no, yes or relative (values added to the "
        "present one), absolute.")
OOM_SCORE_ADJ_VALUES = directive(
    "oom-score-adj-values", OomScores(), default=(0, 200, 800), apply=Hook.PROCESS,
    doc="The values for a primary, a replica and background children, from -2000 to 2000.")
DISABLE_THP = directive(
    "disable-thp", Boolean(), default=True, mutable=False,
    doc="Do without transparent huge pages, which make snapshots slower and larger in memory.")
VSET_FORCE_SINGLE_THREADED_EXECUTION = directive(
    "vset-force-single-threaded-execution", Boolean(), default=False,
    doc="Search vector sets in the executor instead of a thread of its own.")
