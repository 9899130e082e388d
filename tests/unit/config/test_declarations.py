"""What every declaration of a directive must keep to."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from pyredis_server.config import directives
from pyredis_server.config.compound import SavePoint
from pyredis_server.config.directive import Config, ConfigError, Directive, directive
from pyredis_server.config.directives import ALL, AREAS
from pyredis_server.config.hooks import Hook
from pyredis_server.config.types import Boolean, Integer


def test_every_hook_says_what_it_does_and_is_named_by_a_directive() -> None:
    assert all(len(hook.value) > 20 for hook in Hook)
    assert {item.apply for item in ALL} - {None} == set(Hook)


def test_a_directive_that_cannot_change_has_no_hook() -> None:
    assert [item.name for item in ALL if not item.mutable and item.apply] == []


def test_every_area_has_a_title_and_directives() -> None:
    assert all(area.TITLE.isupper() and directives.of_area(area) for area in AREAS)


def test_constants_are_named_like_their_directives() -> None:
    wrong = [name for area in AREAS for name, value in vars(area).items()
             if isinstance(value, Directive) and name != value.name.upper().replace("-", "_")]
    assert wrong == []


@pytest.mark.parametrize("item", ALL, ids=lambda item: item.name)
def test_a_default_is_written_to_a_file_and_read_back(item: Directive[Any]) -> None:
    lines = item.type.lines(b"x", item.default, item.default)
    shown = item.type.format(item.default)
    config = Config()
    if lines and not item.type.multiple:
        (line, _), = lines
        config.assign(item.name, line.partition(b" ")[2].strip(b'"'))
    elif shown:
        config.assign(item.name, shown)
    assert config[item] == item.type.initial(item.default)


def test_a_value_is_read_by_its_directive_and_has_its_type() -> None:
    config = Config({"maxmemory": "1gb", "appendonly": True, "hz": 50, "save": ("60", "1"), "bind": "127.0.0.1 ::1"})
    assert config[directives.memory.MAXMEMORY] == 1 << 30
    assert config[directives.append_only.APPENDONLY] is True
    assert config[directives.general.HZ] == 50
    assert config[directives.snapshotting.SAVE] == ((60, 1),)
    assert config[directives.network.BIND] == (b"127.0.0.1", b"::1")


def test_underscores_in_a_name_count_as_hyphens() -> None:
    assert Config({"maxmemory_samples": 7})[directives.memory.MAXMEMORY_SAMPLES] == 7


def test_an_unknown_name_is_refused_by_the_config() -> None:
    with pytest.raises(ConfigError):
        Config({"no-such-thing": "1"})


def test_two_configs_share_no_values() -> None:
    one, other = Config({"hz": 20}), Config()
    assert (one[directives.general.HZ], other[directives.general.HZ]) == (20, 10)


def test_the_representation_of_a_config_shows_no_password() -> None:
    assert "secret" not in repr(Config({"requirepass": "secret"}))


def test_a_module_brings_a_directive_and_takes_it_away_again() -> None:
    own = directive("search-workers", Integer(0, 16), default=4, doc="Threads that search.")
    config = Config()
    config.declare([own])
    config.assign("search-workers", 8)
    assert config[own] == 8
    config.withdraw("search-workers")
    assert config.find(b"search-workers") is None


def test_a_name_cannot_be_declared_twice_in_a_config() -> None:
    config = Config()
    with pytest.raises(ValueError, match="declared twice"):
        config.declare([directive("HZ", Boolean(), default=False, doc="Another one of that name.")])


def test_a_value_is_read_while_another_thread_changes_it() -> None:
    config, stop, seen = Config(), threading.Event(), set()

    def change() -> None:
        for index in range(2000):
            config.set_value(directives.snapshotting.SAVE, (SavePoint(index + 1, index),))
        stop.set()

    writer = threading.Thread(target=change)
    writer.start()
    while not stop.is_set():
        seen.add(config[directives.snapshotting.SAVE])
    writer.join()
    assert all(len(value) == 3 or value[0][0] == value[0][1] + 1 for value in seen)
