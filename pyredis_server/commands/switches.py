"""What DEBUG can turn on and off. Owner: the executor; each is read where it works.

A switch without a reader yet belongs to a feature that is still to come.
"""

from __future__ import annotations

DEFAULT_PACKED_THRESHOLD_BYTES = 1 << 30  # larger list elements get a node of their own
REPLY_BUFFER_PEAK_RESET_MS = 5000


class DebugSwitches:
    """The switches of one server. Active expiry is switched at `Keyspace.active_expire_enabled`."""

    __slots__ = (
        "aof_flush_sleep_us", "cron_paused", "deny_scripts_disabled", "dict_resizing", "dropped_cluster_packet",
        "packed_threshold_bytes", "reply_buffer_peak_reset_ms", "reply_buffer_resizing", "skip_checksums",
    )

    def __init__(self) -> None:
        self.cron_paused = False
        self.packed_threshold_bytes = DEFAULT_PACKED_THRESHOLD_BYTES
        self.deny_scripts_disabled = False  # scripts may run commands that are forbidden to them
        self.skip_checksums = False  # of RDB files and DUMP payloads
        self.aof_flush_sleep_us = 0  # before each write to the append-only file
        self.dropped_cluster_packet = -1  # the type of cluster bus packet that is ignored
        # Accepted without effect: dicts here resize by themselves, and reply buffers have no fixed size.
        self.dict_resizing = True
        self.reply_buffer_resizing = True
        self.reply_buffer_peak_reset_ms = REPLY_BUFFER_PEAK_RESET_MS  # -1: never
