"""The latency monitor: samples, graph and report."""

from __future__ import annotations

import pytest

from pyredis_server.base.clock import ManualClock
from pyredis_server.config.directive import Config
from pyredis_server.observe import latency_doctor
from pyredis_server.observe.latency import LatencyMonitor, sparkline


@pytest.fixture
def config() -> Config:
    return Config({"latency-monitor-threshold": 10})


@pytest.fixture
def monitor(config: Config, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> LatencyMonitor:
    monkeypatch.setattr(latency_doctor, "uses_huge_pages", lambda: False)
    return LatencyMonitor(config, clock)


def observe(monitor: LatencyMonitor, clock: ManualClock, event: str, *latencies_ms: int) -> None:
    """One sample a second."""
    for latency_ms in latencies_ms:
        monitor.record(event, latency_ms)
        clock.advance_ms(1000)


def test_only_what_reaches_the_threshold_is_noted(monitor: LatencyMonitor, clock: ManualClock) -> None:
    observe(monitor, clock, "command", 9, 10)
    assert monitor.history("command") == [[clock.wall_ms() // 1000 - 1, 10]]


def test_threshold_zero_turns_the_monitor_off(monitor: LatencyMonitor, config: Config) -> None:
    config.assign("latency-monitor-threshold", 0)
    monitor.record("command", 10**6)
    assert monitor.latest() == []


def test_a_second_keeps_its_worst_sample_only(monitor: LatencyMonitor, clock: ManualClock) -> None:
    for latency_ms in (20, 50, 30):
        monitor.record("command", latency_ms)
    assert monitor.history("command") == [[clock.wall_ms() // 1000, 50]]


def test_an_event_keeps_160_samples_and_its_worst_of_all_time(monitor: LatencyMonitor, clock: ManualClock) -> None:
    observe(monitor, clock, "command", 900, *range(100, 260))
    history = monitor.history("command")
    assert len(history) == 160
    assert history[0] == [clock.wall_ms() // 1000 - 160, 100]
    assert monitor.latest() == [[b"command", clock.wall_ms() // 1000 - 1, 259, 900]]


def test_an_unknown_event_has_no_history_and_no_graph(monitor: LatencyMonitor) -> None:
    assert monitor.history("nosuch") == []
    assert monitor.graph("nosuch") is None


def test_reset_takes_names_in_any_case_and_counts_events(monitor: LatencyMonitor, clock: ManualClock) -> None:
    for event in ("command", "fork", "expire-cycle"):
        observe(monitor, clock, event, 20)
    assert monitor.reset(["COMMAND", "command", "nosuch"]) == 1
    assert monitor.reset() == 2
    assert monitor.reset() == 0


def test_the_graph_is_drawn_as_redis_draws_it(monitor: LatencyMonitor, clock: ManualClock) -> None:
    """The picture of a real 8.2.3 for the same samples, one a second."""
    observe(monitor, clock, "command", 100, 200, 300, 500, 400, 150, 200)
    assert monitor.graph("command") == (
        b"command - high 500 ms, low 100 ms (all time high 500 ms)\n" + b"-" * 80 + b"\n"
        b"   #_  \n  _||  \n _||| _\n_||||o|\n       \n7654321\nsssssss\n")


def test_labels_tell_ages_in_the_largest_unit() -> None:
    assert sparkline([5], ["59s"]).splitlines()[5:] == ["5", "9", "s"]
    assert sparkline([5, 9], ["10m", "3d"]) == " #\n |\n |\n_|\n  \n13\n0d\nm \n"


def test_equal_values_are_drawn_at_the_bottom() -> None:
    assert sparkline([7, 7], ["1s", "0s"]).splitlines()[:4] == ["  ", "  ", "  ", "__"]


def test_more_than_eighty_samples_are_continued_below() -> None:
    lines = sparkline(list(range(81)), ["1s"] * 81).splitlines()
    assert len(lines) == 2 * 7 + 1
    assert [len(lines[0]), len(lines[8])] == [80, 1]


@pytest.mark.parametrize(("age_s", "label"), [(59, b"5"), (60, b"1"), (7200, b"2"), (3 * 86400, b"3")])
def test_a_graph_tells_how_long_ago_it_was(
    monitor: LatencyMonitor, clock: ManualClock, age_s: int, label: bytes,
) -> None:
    monitor.record("command", 20)
    clock.advance_ms(age_s * 1000)
    graph = monitor.graph("command")
    assert graph is not None
    assert graph.splitlines()[7] == label


def test_the_doctor_says_how_to_turn_the_monitor_on(monitor: LatencyMonitor, config: Config) -> None:
    config.assign("latency-monitor-threshold", 0)
    assert b"CONFIG SET latency-monitor-threshold" in monitor.doctor()


def test_the_doctor_finds_nothing_in_a_quiet_server(monitor: LatencyMonitor) -> None:
    assert b"No latency spike" in monitor.doctor()


def test_the_doctor_sums_samples_up_in_redis_shape(monitor: LatencyMonitor, clock: ManualClock) -> None:
    observe(monitor, clock, "command", 100, 200, 300, 500, 400)
    assert (b"1. command: 5 latency spikes (average 300ms, mean deviation 120ms, period 1.00 sec). "
            b"Worst all time event 500ms.\n") in monitor.doctor()


@pytest.mark.parametrize(("slower_than_us", "advice"), [
    (-1, b"The slow log is off"), (50_000, b"The slow log misses"), (5000, b"Look at the slow log")])
def test_the_doctor_looks_at_the_slow_log_too(
    monitor: LatencyMonitor, clock: ManualClock, config: Config, slower_than_us: int, advice: bytes,
) -> None:
    config.assign("slowlog-log-slower-than", slower_than_us)
    observe(monitor, clock, "command", 100)
    report = monitor.doctor()
    assert advice in report
    if slower_than_us != 5000:
        assert b"slowlog-log-slower-than 10000'" in report  # the monitor's 10 ms


def test_the_doctor_gives_each_advice_once(monitor: LatencyMonitor, clock: ManualClock) -> None:
    observe(monitor, clock, "aof-write-alone", 20)
    observe(monitor, clock, "aof-rename", 20)
    assert monitor.doctor().count(b"faster disk") == 1


def test_the_doctor_admits_that_it_knows_no_cure(monitor: LatencyMonitor, clock: ManualClock) -> None:
    observe(monitor, clock, "something-new", 20)
    assert b"none of a kind" in monitor.doctor()


def test_the_doctor_warns_of_huge_pages(monitor: LatencyMonitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latency_doctor, "uses_huge_pages", lambda: True)
    assert b"huge pages" in monitor.doctor()
