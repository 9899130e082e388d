"""Periodic tasks and single deadlines, with a time that only the test moves."""

from __future__ import annotations

import pytest

from pyredis_server.executor.timers import FAR_NS, Timers


@pytest.fixture
def timers() -> Timers:
    return Timers(1000)


def test_without_timers_nothing_is_ever_due(timers: Timers) -> None:
    assert timers.next_ns == FAR_NS
    timers.run_due(10**15)
    assert timers.next_ns == FAR_NS


def test_a_periodic_task_runs_each_period(timers: Timers) -> None:
    ran: list[int] = []
    timers.every(100, lambda: ran.append(timers.next_ns))
    assert timers.next_ns == 1100
    timers.run_due(1099)
    assert not ran
    for now_ns in (1100, 1200, 1300):
        timers.run_due(now_ns)
    assert len(ran) == 3
    assert timers.next_ns == 1400


def test_a_periodic_task_that_is_a_little_late_keeps_its_rhythm(timers: Timers) -> None:
    timers.every(100, lambda: None)
    timers.run_due(1130)
    assert timers.next_ns == 1200


def test_a_periodic_task_that_is_very_late_runs_once_and_not_again_at_once(timers: Timers) -> None:
    ran: list[None] = []
    timers.every(100, lambda: ran.append(None))
    timers.run_due(5000)
    assert len(ran) == 1
    assert timers.next_ns == 5050


def test_a_period_may_be_changed(timers: Timers) -> None:
    task = timers.every(100, lambda: None)
    task.period_ns = 10
    timers.run_due(1100)
    assert timers.next_ns == 1110


def test_deadlines_come_in_the_order_of_their_times_and_then_of_their_making(timers: Timers) -> None:
    ran: list[str] = []
    timers.at(3000, lambda: ran.append("late"))
    timers.at(2000, lambda: ran.append("early"))
    timers.at(3000, lambda: ran.append("late too"))
    assert timers.next_ns == 2000
    timers.run_due(2000)
    assert ran == ["early"]
    assert timers.next_ns == 3000
    timers.run_due(9000)
    assert ran == ["early", "late", "late too"]
    assert timers.next_ns == FAR_NS


def test_a_deadline_that_is_cancelled_is_forgotten(timers: Timers) -> None:
    ran: list[str] = []
    first = timers.at(2000, lambda: ran.append("first"))
    timers.at(3000, lambda: ran.append("second"))
    first.cancel()
    timers.run_due(2000)  # one wake-up in vain, then it knows
    assert timers.next_ns == 3000
    timers.run_due(3000)
    assert ran == ["second"]


def test_a_deadline_in_the_past_is_due_at_once(timers: Timers) -> None:
    ran: list[None] = []
    timers.at(5, lambda: ran.append(None))
    assert timers.next_ns == 5
    timers.run_due(1000)
    assert ran == [None]


def test_what_runs_may_set_and_cancel_deadlines(timers: Timers) -> None:
    ran: list[str] = []
    doomed = timers.at(2500, lambda: ran.append("doomed"))

    def first() -> None:
        ran.append("first")
        doomed.cancel()
        timers.at(2000, lambda: ran.append("at once"))
        timers.at(4000, lambda: ran.append("later"))
        timers.every(500, lambda: ran.append("periodic"))

    timers.at(2000, first)
    timers.run_due(2000)
    assert ran == ["first", "at once"]
    assert timers.next_ns == 2500
    timers.run_due(2500)
    assert ran[2:] == ["periodic"]
    timers.run_due(4000)
    assert ran[3:] == ["periodic", "later"]


def test_the_next_wake_up_is_the_nearest_of_all_kinds(timers: Timers) -> None:
    timers.every(1000, lambda: None)
    assert timers.next_ns == 2000
    timers.at(1500, lambda: None)
    assert timers.next_ns == 1500
    timers.run_due(1500)
    assert timers.next_ns == 2000
