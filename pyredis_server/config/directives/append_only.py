"""The append-only file."""

from __future__ import annotations

from pyredis_server.config import checks
from pyredis_server.config.choices import AppendFsync
from pyredis_server.config.directive import directive
from pyredis_server.config.hooks import Hook
from pyredis_server.config.types import Boolean, Choice, Integer, Memory, Text

TITLE = "APPEND ONLY MODE"

APPENDONLY = directive(
    "appendonly", Boolean(), default=False, apply=Hook.AOF,
    doc="Log every change to the append-only file. It is loaded in preference to the snapshot.")
APPENDFILENAME = directive(
    "appendfilename", Text(check=checks.plain_name("appendfilename", "filename")), default=b"appendonly.aof",
    mutable=False,
    doc="What the names of the append-only files begin with.")
APPENDDIRNAME = directive(
    "appenddirname", Text(check=checks.plain_name("appenddirname", "dirname")), default=b"appendonlydir", mutable=False,
    doc="Name of their directory in dir.")
APPENDFSYNC = directive(
    "appendfsync", Choice(AppendFsync), default=AppendFsync.EVERYSEC, apply=Hook.APPENDFSYNC,
    doc="When changes are forced to the disk: always (before the reply), everysec, or no (when the system likes).")
NO_APPENDFSYNC_ON_REWRITE = directive(
    "no-appendfsync-on-rewrite", Boolean(), default=False,
    doc="Do not force changes to the disk while a rewrite or save keeps it busy. A crash then loses more.")
AUTO_AOF_REWRITE_PERCENTAGE = directive(
    "auto-aof-rewrite-percentage", Integer(), default=100,
    doc="Rewrite when the files have grown by this many percent since the last rewrite; 0 never does.")
AUTO_AOF_REWRITE_MIN_SIZE = directive(
    "auto-aof-rewrite-min-size", Memory(), default=64 << 20, doc="But not below this size.")
AOF_LOAD_TRUNCATED = directive(
    "aof-load-truncated", Boolean(), default=True,
    doc="Cut off an incomplete command at the end and start; no refuses to start instead.")
AOF_LOAD_CORRUPT_TAIL_MAX_SIZE = directive(
    "aof-load-corrupt-tail-max-size", Memory(), default=0,
    doc="Cut off a damaged end of up to this many bytes as well; 0 refuses to start.")
AOF_USE_RDB_PREAMBLE = directive(
    "aof-use-rdb-preamble", Boolean(), default=True,
    doc="Write the base of a rewrite as a snapshot, which is smaller and loads faster.")
AOF_TIMESTAMP_ENABLED = directive(
    "aof-timestamp-enabled", Boolean(), default=False,
    doc="Note the time in the file, so that it can be cut back to a moment. Versions before 7.0 cannot read it.")
AOF_REWRITE_INCREMENTAL_FSYNC = directive(
    "aof-rewrite-incremental-fsync", Boolean(), default=True,
    doc="Send a rewrite to the disk every 4 MB while it is written, not all at its end.")
AOF_DISABLE_AUTO_GC = directive(
    "aof-disable-auto-gc", Boolean(), default=False, hidden=True, apply=Hook.AOF,
    doc="Keep the files that a rewrite has replaced.")
