"""Distributions have the figures that Redis shows: all expected values here were read off a real 8.2.3."""

from __future__ import annotations

import pytest

from pyredis_server.commands.registry import Command, CommandTable
from pyredis_server.observe.histogram import cumulative, percentiles_us, set_recording
from tests.unit.observe.parts import MODULES


@pytest.mark.parametrize(("duration_us", "shown"), [
    (0, 0.001), (1, 1.003), (2, 2.007), (8, 8.031), (18, 18.047), (37, 37.119), (45, 45.055), (52, 52.223),
    (1_200_000, 1_002_438.655),
])
def test_a_duration_reads_as_the_end_of_its_slot(duration_us: int, shown: float) -> None:
    assert percentiles_us({duration_us: 1}, [50.0]) == [shown]


def test_percentiles_are_the_least_durations_that_cover_their_share() -> None:
    counts = {1: 50, 2: 49, 100: 1}
    assert percentiles_us(counts, [0.0, 50.0, 99.0, 99.9, 100.0]) == [1.003, 1.003, 2.007, 100.351, 100.351]


def test_percentiles_of_nothing_are_zero() -> None:
    assert percentiles_us({}, [50.0, 99.0]) == [0.0, 0.0]


def test_buckets_are_cumulative_and_empty_ones_are_left_out() -> None:
    assert cumulative({1: 3, 9: 1, 10: 1, 120: 1, 200: 1}) == [(1, 3), (16, 5), (132, 6), (264, 7)]


def test_each_bucket_holds_its_upper_bound() -> None:
    assert cumulative({33: 1}) == [(33, 1)]
    assert cumulative({34: 1}) == [(66, 1)]
    assert cumulative({0: 1}) == [(1, 1)]


@pytest.mark.parametrize("duration_us", [700_000, 1_200_000, 3_600_000_000])
def test_what_took_long_falls_into_the_last_bucket(duration_us: int) -> None:
    assert cumulative({duration_us: 2}) == [(1_073_741, 2)]


def test_no_calls_make_no_buckets() -> None:
    assert cumulative({}) == []


@pytest.fixture
def command() -> Command:
    found = CommandTable(MODULES).find(b"GET")
    assert found is not None
    return found


def test_recording_can_be_stopped_and_goes_on_from_there(command: Command) -> None:
    command.histogram[5] += 1
    set_recording([command], on=False)
    command.histogram[5] += 1
    command.histogram[6] += 1
    assert dict(command.histogram.items()) == {5: 1}
    set_recording([command], on=True)
    command.histogram[5] += 1
    assert dict(command.histogram.items()) == {5: 2}


def test_recording_that_goes_on_is_left_alone(command: Command) -> None:
    before = command.histogram
    set_recording([command], on=True)
    assert command.histogram is before
