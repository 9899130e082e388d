"""The slow log keeps what took long, cut down, newest first."""

from __future__ import annotations

from types import ModuleType

import pytest

from pyredis_server.base.clock import ManualClock
from pyredis_server.commands import slowlog as slowlog_commands
from pyredis_server.commands.registry import CommandTable
from pyredis_server.config.directive import Config
from pyredis_server.observe.slowlog import Slowlog
from tests.unit.sessions import stand_ins

MODULES: list[ModuleType] = [slowlog_commands]


@pytest.fixture
def config() -> Config:
    return Config({"slowlog-log-slower-than": 100, "slowlog-max-len": 3})


@pytest.fixture
def slowlog(config: Config, clock: ManualClock) -> Slowlog:
    return Slowlog(config, clock, CommandTable(MODULES))


def record(slowlog: Slowlog, *argv: bytes, duration_us: int = 100) -> None:
    slowlog.record(stand_ins.session(), argv, duration_us)


def kept(slowlog: Slowlog) -> list[bytes]:
    entry = slowlog.entries(1)[0]
    assert isinstance(entry, list)
    argv: list[bytes] = entry[3]
    return argv


def test_an_entry_tells_id_time_duration_call_client_and_count(slowlog: Slowlog, clock: ManualClock) -> None:
    session = stand_ins.session()
    session.name = b"me"
    slowlog.record(session, [b"GET", b"k"], 123)
    assert slowlog.entries(-1) == [
        [0, clock.wall_ms() // 1000, 123, [b"GET", b"k"], b"127.0.0.1:50312", b"me", 2]]


def test_calls_below_the_limit_are_not_kept(slowlog: Slowlog) -> None:
    record(slowlog, b"GET", duration_us=99)
    assert len(slowlog) == 0


@pytest.mark.parametrize(("name", "value"), [("slowlog-log-slower-than", -1), ("slowlog-max-len", 0)])
def test_nothing_is_kept_while_it_is_off(slowlog: Slowlog, config: Config, name: str, value: int) -> None:
    config.assign(name, value)
    record(slowlog, b"GET", duration_us=10**9)
    assert len(slowlog) == 0


def test_the_oldest_go_when_it_is_full_and_ids_go_on(slowlog: Slowlog) -> None:
    for number in range(5):
        record(slowlog, b"GET", b"%d" % number)
    entries = slowlog.entries(-1)
    assert [entry[0] for entry in entries if isinstance(entry, list)] == [4, 3, 2]
    slowlog.clear()
    assert len(slowlog) == 0
    record(slowlog, b"GET")
    assert [entry[0] for entry in slowlog.entries(-1) if isinstance(entry, list)] == [5]


def test_a_smaller_limit_takes_effect_with_the_next_call(slowlog: Slowlog, config: Config) -> None:
    for _ in range(3):
        record(slowlog, b"GET")
    config.assign("slowlog-max-len", 1)
    record(slowlog, b"GET", duration_us=1)
    assert len(slowlog) == 1


def test_count_limits_what_is_given(slowlog: Slowlog) -> None:
    for _ in range(3):
        record(slowlog, b"GET")
    assert [len(slowlog.entries(count)) for count in (0, 2, 10, -1)] == [0, 2, 3, 3]


def test_long_arguments_are_cut_with_a_note(slowlog: Slowlog) -> None:
    record(slowlog, b"SET", b"k", b"x" * 200, b"y" * 128)
    assert kept(slowlog) == [b"SET", b"k", b"x" * 128 + b"... (72 more bytes)", b"y" * 128]


@pytest.mark.parametrize(("arguments", "note"), [
    (32, None), (33, b"... (2 more arguments)"), (41, b"... (10 more arguments)")])
def test_many_arguments_are_cut_with_a_note(slowlog: Slowlog, arguments: int, note: bytes | None) -> None:
    record(slowlog, *[b"a%d" % number for number in range(arguments)])
    shown = kept(slowlog)
    assert len(shown) == 32
    assert shown[31] == (note or b"a31")
    entry = slowlog.entries(1)[0]
    assert isinstance(entry, list)
    assert entry[6] == arguments


def test_what_is_kept_does_not_change_with_the_value(slowlog: Slowlog) -> None:
    word = bytearray(b"abc")
    slowlog.record(stand_ins.session(), [b"SET", b"k", word], 100)  # type: ignore[list-item]  # on purpose
    word[:] = b"xyz"
    assert kept(slowlog)[2] == b"abc"


def test_totals_add_up_per_command_until_they_are_reset(slowlog: Slowlog) -> None:
    record(slowlog, b"slowlog", b"GET", duration_us=3000)
    record(slowlog, b"SLOWLOG", b"get", duration_us=5000)
    record(slowlog, b"nosuch", duration_us=1000)
    total, of_get = slowlog.totals, slowlog.totals_of["slowlog|get"]
    assert (total.count, total.sum_us, total.max_us) == (3, 9000, 5000)
    assert (of_get.count, of_get.sum_us, of_get.max_us) == (2, 8000, 5000)
    assert set(slowlog.totals_of) == {"slowlog|get"}
    slowlog.reset_totals()
    assert slowlog.totals.count == 0
    assert not slowlog.totals_of
    assert len(slowlog) == 3
