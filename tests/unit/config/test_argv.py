"""The command line; what 8.2.3 and 7.0.15 make of the same words was seen by running them."""

from __future__ import annotations

import re

import pytest

from pyredis_server.config.argv import Action, ParsedArguments, parse_argv, usage, version_line
from pyredis_server.config.directive import Config
from pyredis_server.config.file import ConfigFileError, load


@pytest.mark.parametrize(("argv", "expected"), [
    ([], ParsedArguments()),
    (["-v"], ParsedArguments(Action.VERSION)),
    (["--version", "x"], ParsedArguments(Action.VERSION)),
    (["-h"], ParsedArguments(Action.HELP)),
    (["--help"], ParsedArguments(Action.HELP)),
    (["--test-memory", "100"], ParsedArguments(Action.TEST_MEMORY, memory_mb=100)),
    (["--test-memory"], ParsedArguments(Action.TEST_MEMORY)),
    (["--test-memory", "1", "2"], ParsedArguments(Action.TEST_MEMORY)),
    (["--check-system"], ParsedArguments(Action.CHECK_SYSTEM)),
    (["a.conf"], ParsedArguments(config_file="a.conf")),
    (["-"], ParsedArguments(read_stdin=True)),
    (["a.conf", "-"], ParsedArguments(config_file="a.conf", read_stdin=True)),
    (["-", "--port", "1"], ParsedArguments(read_stdin=True, options=b'port "1" ')),
    (["--port", "1", "-"], ParsedArguments(read_stdin=True, options=b'port "1" ')),
    (["--loglevel", "-"], ParsedArguments(read_stdin=True, options=b"loglevel ")),
    (["a.conf", "-", "--port", "1"], ParsedArguments(config_file="a.conf", options=b'"-" \nport "1" ')),
    (["--port", "1", "--save", "60", "1"], ParsedArguments(options=b'port "1" \nsave "60" "1" ')),
    (["--save", "60 1"], ParsedArguments(options=b'save "60 1" ')),
    (["--save 60 1"], ParsedArguments(options=b"save 60 1 ")),
    (["--port 1", "--hz", "2"], ParsedArguments(options=b'port 1 \nhz "2" ')),
    (["--save", ""], ParsedArguments(options=b'save "" ')),
    (["--save"], ParsedArguments(options=b'save ""')),
    (["--save", "--port", "1"], ParsedArguments(options=b'save ""\nport "1" ')),
    (["--appendonly", "--loglevel"], ParsedArguments(options=b'appendonly "--loglevel" ')),
    (["--requirepass", "--x", "--port", "1"], ParsedArguments(options=b'requirepass "--x" \nport "1" ')),
    (["--daemonize"], ParsedArguments(options=b"daemonize ")),
    (["--port", "1", "-p", "2"], ParsedArguments(options=b'port "1" "-p" "2" ')),
    (["s.conf", "--sentinel"], ParsedArguments(config_file="s.conf", options=b"sentinel ", sentinel=True)),
    (["s.conf", "--sentinel", "--port", "1"],
     ParsedArguments(config_file="s.conf", options=b'sentinel \nport "1" ', sentinel=True)),
    (["--requirepass", 'a"b\n'], ParsedArguments(options=b'requirepass "a\\"b\\n" ')),
])
def test_a_command_line_becomes_lines_of_a_file(argv: list[str], expected: ParsedArguments) -> None:
    assert parse_argv(argv) == expected


def outcome(*argv: str) -> str:
    """`save`, or the report of the error without its first lines."""
    parsed = parse_argv(argv)
    config = Config()
    try:
        load(config, options=parsed.options).refuse_unclaimed()
    except ConfigFileError as error:
        return error.report().partition("***\n")[2]
    found = config.find(b"save")
    assert found is not None
    return found.type.format(config[found]).decode()


@pytest.mark.parametrize(("argv", "expected"), [
    (["--save", "60", "1"], "60 1"),
    (["--save", "60 1"], "60 1"),
    (["--save", "60 1", "--save", "30 5"], "60 1 30 5"),
    (["--save", ""], ""),
    (["--save"], ""),
    (["--save", "--port", "1"], ""),
    (["--port", "1"], "3600 1 300 100 60 10000"),
    (["--port", "1", "--daemonize"],
     "Reading the configuration file, at line 3\n>>> 'daemonize'\nwrong number of arguments\n"),
    (["--port", "1", "--daemonize", "--loglevel", "debug"],
     "Reading the configuration file, at line 3\n>>> 'daemonize \"--loglevel\" \"debug\"'\n"
     "wrong number of arguments\n"),
    (["-x"], "Reading the configuration file, at line 2\n>>> '\"-x\"'\nBad directive or wrong number of arguments\n"),
    (["--port", "1", "foo"],
     "Reading the configuration file, at line 2\n>>> 'port \"1\" \"foo\"'\nwrong number of arguments\n"),
])
def test_a_command_line_has_the_effect_that_it_has_on_redis(argv: list[str], expected: str) -> None:
    assert outcome(*argv) == expected


def test_the_first_number_with_dots_in_the_version_is_the_level_of_the_commands() -> None:
    found = re.search(r"v=(\d+\.\d+\.\d+)", version_line())
    assert found is not None
    assert found[1] == "8.10.0"
    assert re.search(r"\d+(\.\d+)+", version_line())[0] == "8.10.0"  # type: ignore[index]
    assert version_line().startswith("Redis server v=")


def test_the_usage_names_the_program() -> None:
    assert usage("pyredis-server").startswith("Usage: pyredis-server [FILE]")


def test_words_that_are_no_text_become_the_same_bytes() -> None:
    assert parse_argv(["--requirepass", "\udcff"]).options == b'requirepass "\\xff" '
