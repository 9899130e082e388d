"""Rates follow counters over the last sixteen samples."""

from __future__ import annotations

import pytest

from pyredis_server.observe.instantaneous import Rate, Rates


def grow(rate: Rate, samples: int, *, per_sample: int, start_ms: int = 0, start: int = 0) -> None:
    for step in range(samples + 1):
        rate.track_sample(start_ms + step * 100, start + step * per_sample)


def test_a_steady_counter_shows_its_rate_once_all_samples_are_there() -> None:
    rate = Rate()
    grow(rate, 16, per_sample=5)
    assert rate.per_second() == pytest.approx(50)


def test_the_first_sample_is_only_a_starting_point() -> None:
    rate = Rate()
    rate.track_sample(1_000_000, 999_999)
    assert rate.per_second() == 0


def test_one_busy_interval_counts_for_a_sixteenth() -> None:
    rate = Rate()
    grow(rate, 1, per_sample=160)
    assert rate.per_second() == pytest.approx(100)


def test_samples_fall_out_after_sixteen_more() -> None:
    rate = Rate()
    grow(rate, 16, per_sample=5)
    grow(rate, 16, per_sample=0, start_ms=1700, start=80)
    assert rate.per_second() == 0


def test_a_counter_that_goes_back_was_reset_and_does_not_count() -> None:
    rate = Rate()
    rate.track_sample(0, 500)
    rate.track_sample(100, 0)
    assert rate.per_second() == 0


def test_a_clock_that_stands_still_is_no_sample() -> None:
    rate = Rate()
    rate.track_sample(0, 0)
    rate.track_sample(0, 10)
    rate.track_sample(100, 10)
    assert rate.per_second() == pytest.approx(100 / 16)


def test_rates_read_their_sources_and_forget_on_reset() -> None:
    counter = iter(range(0, 1000, 16))
    rates = Rates({"commands": lambda: next(counter)})
    rates.sample(0)
    rates.sample(100)
    assert rates.per_second("commands") == pytest.approx(10)
    rates.reset()
    assert rates.per_second("commands") == 0
    assert rates.per_second("nobody counts this") == 0
