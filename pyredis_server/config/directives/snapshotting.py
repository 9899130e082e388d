"""Snapshots: RDB files, where they are and when they are written."""

from __future__ import annotations

from pyredis_server.config import checks
from pyredis_server.config.choices import SanitizeDump
from pyredis_server.config.compound import Directory, SavePoint, SavePoints
from pyredis_server.config.directive import directive
from pyredis_server.config.hooks import Hook
from pyredis_server.config.types import INT32_MAX, INT64_MAX, Boolean, Choice, Integer, Text

TITLE = "SNAPSHOTTING"

SAVE = directive(
    "save", SavePoints(), default=(SavePoint(3600, 1), SavePoint(300, 100), SavePoint(60, 10000)), apply=Hook.SAVE,
    doc="Pairs of seconds and changes: save when that many changes were made and that long has passed since the "
        'last save. Several pairs may stand on a line or on several lines; save "" turns automatic saving off.')
STOP_WRITES_ON_BGSAVE_ERROR = directive(
    "stop-writes-on-bgsave-error", Boolean(), default=True, apply=Hook.GATES,
    doc="Refuse writes while the last background save failed, so that somebody notices.")
RDBCOMPRESSION = directive("rdbcompression", Boolean(), default=True, doc="Compress strings in snapshots (LZF).")
RDBCHECKSUM = directive(
    "rdbchecksum", Boolean(), default=True, mutable=False,
    doc="Write a checksum at the end of snapshots and check it on loading.")
SANITIZE_DUMP_PAYLOAD = directive(
    "sanitize-dump-payload", Choice(SanitizeDump), default=SanitizeDump.NO,
    doc="Check the inside of every value that RESTORE or a load brings: no, yes, or clients (not from the primary "
        "or a file). This server reads values into Python structures, so a damaged one is always found, and "
        "refused whatever this says.")
DBFILENAME = directive(
    "dbfilename", Text(check=checks.plain_name("dbfilename", "filename", may_be_empty=True)), default=b"dump.rdb",
    protected=True, doc="Name of the snapshot in dir.")
RDB_DEL_SYNC_FILES = directive(
    "rdb-del-sync-files", Boolean(), default=False,
    doc="Remove snapshots that were only made for replication when no persistence is on.")
DIR = directive(
    "dir", Directory(), default=b"./", protected=True, deny_loading=True, apply=Hook.DIRECTORY,
    doc="Working directory: snapshots, append-only files and all relative names are found from here.")
RDB_SAVE_INCREMENTAL_FSYNC = directive(
    "rdb-save-incremental-fsync", Boolean(), default=True,
    doc="Send a snapshot to the disk every 4 MB while it is written, not all at its end.")
RDB_KEY_SAVE_DELAY = directive(
    "rdb-key-save-delay", Integer(-INT32_MAX - 1, INT32_MAX), default=0, hidden=True,
    doc="For tests: microseconds to wait after each key of a snapshot.")
KEY_LOAD_DELAY = directive(
    "key-load-delay", Integer(-INT32_MAX - 1, INT32_MAX), default=0, hidden=True,
    doc="For tests: microseconds to wait after each key that is loaded.")
LOADING_PROCESS_EVENTS_INTERVAL_BYTES = directive(
    "loading-process-events-interval-bytes", Integer(1024, INT32_MAX), default=524288, hidden=True,
    doc="Bytes to load before clients are answered that the server is loading.")
BACKUPDIRNAME = directive(
    "backupdirname", Text(check=checks.plain_name("backupdirname", "dirname")), default=b"backupdir",
    doc="Name of the directory in dir that BACKUP writes to.")
BACKUP_SEALED_TTL = directive(
    "backup-sealed-ttl", Integer(0, INT64_MAX), default=0,
    doc="Seconds that a sealed backup is kept; 0 keeps it until BACKUP CLEANUP.")
PRELOAD_FILE = directive(
    "preload-file", Text(unset_if_empty=True, check=checks.preload_file), default=b"", mutable=False,
    doc="Load this at start instead of what lies in dir: rdb:/path/to/file or aof:/path/to/manifest.")
