"""Where the scheduler puts the executor: beside its I/O worker while batches are large.

With the GIL only one of the two threads runs Python at a time. On different cores they wake each other across cores
and take the clients' cores; docs/performance.md has the figures. So while the server is busy the executor is bound to
the core its (only) worker runs on now, and both are scheduled as batch work, which keeps a wake-up from preempting the
waker. The worker itself stays free to move, so several servers do not pile up on one core. Linux with a GIL only, and
only when `server-cpulist` leaves the choice to us.
"""

from __future__ import annotations

import os
import sys

BUSY_MEAN_BATCH = 2.0  # connections per batch from which the server counts as busy
_PROCESSOR_FIELD = 36  # of /proc/<pid>/task/<tid>/stat, counted behind the program's name


def supported() -> bool:
    """Tell whether placement can help here."""
    has_gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    has_calls = hasattr(os, "sched_setaffinity") and hasattr(os, "sched_setscheduler")
    return has_gil and has_calls and os.path.exists("/proc")


class Placement:
    """Follows one worker. Owner: the executor thread, ten times a second."""

    def __init__(self, executor_tid: int, worker_tid: int) -> None:
        self._executor_tid = executor_tid
        self._worker_tid = worker_tid
        self._all = os.sched_getaffinity(executor_tid)
        self._bound_to = -1

    def adapt(self, batches: int, connections: int) -> None:
        """Bind or free the executor by how many batches, with how many connections, came since the last call."""
        busy = batches > 0 and connections >= BUSY_MEAN_BATCH * batches
        if not busy:
            if self._bound_to >= 0 and (batches or not connections):
                self._set(self._all, os.SCHED_OTHER)
                self._bound_to = -1
            return
        core = self._worker_core()
        if core != self._bound_to and core in self._all:
            self._set({core}, os.SCHED_BATCH)
            self._bound_to = core

    def _worker_core(self) -> int:
        with open(f"/proc/self/task/{self._worker_tid}/stat", "rb") as file:
            return int(file.read().rsplit(b") ", 1)[1].split()[_PROCESSOR_FIELD])

    def _set(self, cores: set[int], policy: int) -> None:
        os.sched_setaffinity(self._executor_tid, cores)
        for tid in (self._executor_tid, self._worker_tid):
            os.sched_setscheduler(tid, policy, os.sched_param(0))
