"""One background thread and its queue.

Guarantees: jobs run one after the other in the order of each submitter; a job that fails is reported and the next one
runs; `stop` lets the jobs submitted so far end, then joins. The thread sleeps in the queue while there is nothing to
do: no polling.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue

Job = Callable[[], object]  # the result is dropped
ErrorReport = Callable[[str, Exception], None]  # the thread's name and what a job raised; called on that thread


class Worker:
    """A named thread that runs jobs. Start and stop it from one thread; submit from any."""

    __slots__ = ("_jobs", "_report", "_thread", "name")

    def __init__(self, name: str, report: ErrorReport) -> None:
        self.name = name
        self._report = report
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()  # None ends the thread
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to run jobs, those submitted before included."""
        assert self._thread is None, "a worker starts once"
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=False)
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Have `job` run on the thread; returns at once."""
        self._jobs.put(job)

    def stop(self) -> None:
        """Run what was submitted, end the thread and wait for that. Stopping twice, or before the start, is fine."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception as error:  # noqa: BLE001  # the thread must outlive any job
                self._report(self.name, error)
            del job  # what it refers to must not stay until the next one comes
