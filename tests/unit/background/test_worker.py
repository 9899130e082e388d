"""The threads that free. No test sleeps: each waits for what the thread does."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue

import pytest

from pyredis_server.background.lazyfree import INLINE_EFFORT, SLICE_ELEMENTS, LazyFreer
from pyredis_server.background.worker import Worker

WITHIN_S = 10.0


class Reports:
    """Takes the failures of jobs."""

    def __init__(self) -> None:
        self.taken: SimpleQueue[tuple[str, Exception]] = SimpleQueue()

    def __call__(self, name: str, error: Exception) -> None:
        self.taken.put((name, error))


@pytest.fixture
def reports() -> Reports:
    return Reports()


def test_jobs_run_in_order_on_the_named_thread(reports: Reports) -> None:
    worker = Worker("bio_test", reports)
    ran: list[tuple[int, str]] = []

    def note(number: int) -> None:
        ran.append((number, threading.current_thread().name))

    for number in range(5):
        worker.submit(partial(note, number))
    worker.start()
    worker.stop()
    assert ran == [(number, "bio_test") for number in range(5)]


def test_a_failing_job_is_reported_and_the_next_one_runs(reports: Reports) -> None:
    worker = Worker("bio_test", reports)
    worker.start()
    ran = threading.Event()
    worker.submit(lambda: 1 // 0)
    worker.submit(ran.set)
    assert ran.wait(WITHIN_S)
    worker.stop()
    name, error = reports.taken.get()
    assert (name, type(error)) == ("bio_test", ZeroDivisionError)


def test_stopping_joins_the_thread_and_may_be_repeated(reports: Reports) -> None:
    worker = Worker("bio_test", reports)
    worker.stop()
    worker.start()
    worker.stop()
    worker.stop()
    assert "bio_test" not in {thread.name for thread in threading.enumerate()}


def test_an_idle_worker_keeps_nothing_alive(reports: Reports) -> None:
    gone = threading.Event()

    class Thing:
        def __del__(self) -> None:
            gone.set()

        def job(self) -> None:
            pass

    worker = Worker("bio_test", reports)
    worker.start()
    worker.submit(Thing().job)
    assert gone.wait(WITHIN_S)
    worker.stop()


# Lazy freeing


def freed(reports: Reports, value: object, effort: int = 1_000) -> int:
    """Free a value in the background; gives the number of pauses."""
    pauses: list[None] = []
    freer = LazyFreer(reports, pause=lambda: pauses.append(None))
    freer.free(value, effort)
    assert freer.pending() == 1
    freer.start()
    freer.stop()
    assert reports.taken.empty()
    assert (freer.pending(), freer.freed()) == (0, 1)
    return len(pauses)


def test_small_values_are_dropped_at_once(reports: Reports) -> None:
    freer = LazyFreer(reports)
    small = [b"x"]
    freer.free(small, INLINE_EFFORT)
    assert (freer.pending(), small) == (0, [b"x"])


@pytest.mark.parametrize("build", [
    dict.fromkeys, list, set, deque, lambda numbers: {number: [number] for number in numbers},
], ids=["dict", "list", "set", "deque", "dict_of_lists"])
def test_big_containers_are_emptied_in_slices(reports: Reports, build: Callable[[range], dict[int, int]]) -> None:
    container = build(range(SLICE_ELEMENTS * 4))
    assert freed(reports, container) == 3
    assert not container


def test_big_containers_inside_are_emptied_too(reports: Reports) -> None:
    inner = list(range(SLICE_ELEMENTS * 2))
    tupled = set(range(SLICE_ELEMENTS))
    pauses = freed(reports, [{b"k": inner}] * 1 + [(1, tupled)] + [b"leaf"] * 100)
    assert inner != []  # in a small dict: it goes with that at once
    assert not tupled
    assert pauses == 1


def test_a_value_gives_its_parts_to_be_emptied(reports: Reports) -> None:
    shared = list(range(SLICE_ELEMENTS * 2))

    class Value:
        def __init__(self) -> None:
            self.own = dict.fromkeys(range(SLICE_ELEMENTS * 2))
            self.shared = shared

        def owned_parts(self) -> tuple[object, ...]:
            return (self.own, None)

    value = Value()
    assert freed(reports, value) == 1
    assert not value.own
    assert len(shared) == SLICE_ELEMENTS * 2


def test_a_value_counts_for_the_objects_in_it(reports: Reports) -> None:
    class Database:
        object_count = 7

    freer = LazyFreer(reports)
    freer.free(Database(), 100)
    assert freer.pending() == 7
    freer.start()
    freer.stop()
    assert freer.freed() == 7
    freer.forget_freed()
    assert (freer.pending(), freer.freed()) == (0, 0)
