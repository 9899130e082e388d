"""Configuration files: the grammar, includes, and errors that name the line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pyredis_server.config import directives
from pyredis_server.config.directive import Config
from pyredis_server.config.file import CannotOpen, ConfigFileError, Loaded, load

HEAD = "\n*** FATAL CONFIG FILE ERROR (Redis 8.10.0) ***\n"


def read(text: str, *, sentinel_mode: bool = False, config: Config | None = None) -> tuple[Config, Loaded]:
    config = config or Config()
    return config, load(config, options=text.encode(), sentinel_mode=sentinel_mode)


def shown(text: str, name: str) -> str:
    config, _ = read(text)
    found = config.find(name.encode())
    assert found is not None
    return found.type.format(config[found]).decode()


def report(text: str) -> str:
    with pytest.raises(ConfigFileError) as caught:
        load(Config(), read_stdin=text.encode).refuse_unclaimed()
    return caught.value.report()


@pytest.mark.parametrize(("text", "name", "value"), [
    ("maxmemory 5mb", "maxmemory", "5242880"),
    ("  MaxMemory\t 5mb  \r\n", "maxmemory", "5242880"),
    ("# maxmemory 5mb\n\n   # x\n", "maxmemory", "0"),
    ('requirepass "a \\x62\\n"', "requirepass", "a b\n"),
    ("requirepass 'it\\'s'", "requirepass", "it's"),
    ('requirepass ""', "requirepass", ""),
    ("hz 20\nhz 30", "hz", "30"),
    ("slave-priority 7", "replica-priority", "7"),
    ("hz 100000", "hz", "500"),
    ("unixsocketperm 700", "unixsocketperm", "700"),
    ("save 60 1 30 2", "save", "60 1 30 2"),
    ('save "60 1 30 2"', "save", "60 1 30 2"),
    ("save 60 1\nsave 30 2", "save", "60 1 30 2"),
    ('save 60 1\nsave ""\nsave 30 2', "save", "30 2"),
    ("port 1", "save", "3600 1 300 100 60 10000"),
    ("client-output-buffer-limit normal 1 1 1\nclient-output-buffer-limit slave 2 2 2", "client-output-buffer-limit",
     "normal 1 1 1 slave 2 2 2 pubsub 33554432 8388608 60"),
    ("bind 127.0.0.1 -::1", "bind", "127.0.0.1 -::1"),
    ('bind ""', "bind", ""),
    ("replicaof 192.0.2.1 7000", "replicaof", "192.0.2.1 7000"),
    ("replicaof 192.0.2.1 7000\nslaveof no one", "replicaof", ""),
    ("notify-keyspace-events KEA", "notify-keyspace-events", "AKE"),
    ("shutdown-on-sigterm save now", "shutdown-on-sigterm", "save now"),
    ("oom-score-adj relative", "oom-score-adj", "yes"),
    ("databases 4", "databases", "4"),
    ("list-max-ziplist-entries 5\nlua-replicate-commands yes", "list-max-listpack-size", "-2"),
    ("cluster-enabled yes", "databases", "1"),
])
def test_a_line_sets_its_directive(text: str, name: str, value: str) -> None:
    assert shown(text, name) == value


@pytest.mark.parametrize(("text", "number", "line", "message"), [
    ("hz 20\nhz x", 2, "hz x", "argument couldn't be parsed into an integer"),
    ("\n# c\n  hz   x \n", 3, "hz   x", "argument couldn't be parsed into an integer"),
    ('hz "20', 1, 'hz "20', "Unbalanced quotes in configuration line"),
    ('hz "2"0', 1, 'hz "2"0', "Unbalanced quotes in configuration line"),
    ("hz", 1, "hz", "wrong number of arguments"),
    ("hz 1 2", 1, "hz 1 2", "wrong number of arguments"),
    ("nosuch", 1, "nosuch", "Bad directive or wrong number of arguments"),
    ("nosuch 1", 1, "nosuch 1", "Bad directive or wrong number of arguments"),
    ("search.nosuch 1", 1, "search.nosuch 1", "Bad directive or wrong number of arguments"),
    ("search.nosuch", 1, "search.nosuch", "Module config specified without value"),
    ("user", 1, "user", "Bad directive or wrong number of arguments"),
    ("loadmodule", 1, "loadmodule", "Bad directive or wrong number of arguments"),
    ("include", 1, "include", "Bad directive or wrong number of arguments"),
    ("include a b", 1, "include a b", "Bad directive or wrong number of arguments"),
    ("rename-command a", 1, "rename-command a", "Bad directive or wrong number of arguments"),
    ("sentinel monitor x", 1, "sentinel monitor x", "sentinel directive while not in sentinel mode"),
    ("save 60", 1, "save 60", "Invalid save parameters"),
    ("save 60 1\nsave x 1", 2, "save x 1", "Invalid save parameters"),
    ("shutdown-on-sigint save nosave", 1, "shutdown-on-sigint save nosave",
     "shutdown options SAVE and NOSAVE can't be used simultaneously"),
    ("replicaof a", 1, "replicaof a", "wrong number of arguments"),
    ("replicaof a b", 1, "replicaof a b", "Invalid master port"),
    ("replicaof a 65536", 1, "replicaof a 65536", "Invalid master port"),
    ("databases 0", 1, "databases 0", "argument must be between 1 and 2147483647 inclusive"),
    ("unixsocketperm 9", 1, "unixsocketperm 9", "argument couldn't be parsed as an octal number"),
    ("unixsocketperm 1000", 1, "unixsocketperm 1000", "argument must be between 0 and 777 inclusive"),
    ('appendfilename ""', 1, 'appendfilename ""', "appendfilename can't be empty"),
    ("appenddirname a/b", 1, "appenddirname a/b", "appenddirname can't be a path, just a dirname"),
    ("dir /nonexistent", 1, "dir /nonexistent", "No such file or directory"),
    ("preload-file rdb:x", 1, "preload-file rdb:x", "argument must be in the format '[aof|rdb]:[filename]'"),
    ("array-slice-size 1000", 1, "array-slice-size 1000", "array-slice-size must be a power of two"),
])
def test_an_error_names_the_line_in_the_form_of_redis(text: str, number: int, line: str, message: str) -> None:
    assert report(text) == f"{HEAD}Reading the configuration file, at line {number}\n>>> '{line}'\n{message}\n"


@pytest.mark.parametrize(("text", "message"), [
    ("logfile /nonexistent/log", "Can't open the log file: No such file or directory"),
    ("cluster-enabled yes\nreplicaof a 1", "replicaof directive not allowed in cluster mode"),
])
def test_what_only_all_lines_together_tell_is_reported_without_a_line(text: str, message: str) -> None:
    assert report(text) == f"{HEAD}{message}\n"


def test_text_that_is_not_utf_8_can_be_reported() -> None:
    with pytest.raises(ConfigFileError) as caught:
        load(Config(), options=b"hz \xff")
    assert ">>> 'hz \\xff'" in caught.value.report()


def test_the_file_comes_before_standard_input_and_both_before_the_options(tmp_path: Path) -> None:
    path = tmp_path / "r.conf"
    path.write_text("hz 20\nport 1\nloglevel debug")
    config = Config()
    load(config, path=str(path), read_stdin=b"\nhz 30\nport 2".__bytes__, options=b"port 3")
    general = directives.general
    assert (config[general.HZ], config[directives.network.PORT]) == (30, 3)
    assert config[general.LOGLEVEL].value == "debug"


def test_line_numbers_count_through_file_and_options(tmp_path: Path) -> None:
    path = tmp_path / "r.conf"
    path.write_text("hz 20\n")
    with pytest.raises(ConfigFileError) as caught:
        load(Config(), path=str(path), options=b"port 1\nhz x")
    assert caught.value.number == 4


def test_a_file_that_cannot_be_read_is_reported_for_the_log(tmp_path: Path) -> None:
    with pytest.raises(CannotOpen) as caught:
        load(Config(), path=str(tmp_path / "no.conf"))
    assert caught.value.report() == (
        f"Fatal error, can't open config file '{tmp_path}/no.conf': No such file or directory")


def test_what_is_no_directive_is_kept_with_its_line() -> None:
    _, loaded = read('port 1\nuser bob on >x\nrename-command CONFIG ""\nloadmodule /m.so a "b c"\nuser al off')
    assert [line.arguments for line in loaded.users] == [(b"bob", b"on", b">x"), (b"al", b"off")]
    assert [line.arguments for line in loaded.renames] == [(b"CONFIG", b"")]
    assert [line.arguments for line in loaded.modules] == [(b"/m.so", b"a", b"b c")]
    error = loaded.renames[0].error(b"No such command in rename-command")
    assert error.report() == (f"{HEAD}Reading the configuration file, at line 4\n>>> 'rename-command CONFIG \"\"'\n"
                              "No such command in rename-command\n")


def test_a_setting_that_a_module_has_taken_is_not_refused() -> None:
    _, loaded = read("search-workers 4\nSEARCH-WORKERS 5")
    assert loaded.module_settings.pop(b"search-workers").arguments == (b"5",)
    loaded.refuse_unclaimed()


def test_sentinels_lines_are_collected_in_sentinel_mode() -> None:
    _, loaded = read("sentinel\nsentinel monitor m 192.0.2.1 6379 2", sentinel_mode=True)
    assert [line.arguments for line in loaded.sentinel] == [(b"monitor", b"m", b"192.0.2.1", b"6379", b"2")]


def test_a_cluster_node_is_told_that_it_has_one_database() -> None:
    _, loaded = read("cluster-enabled yes\ndatabases 4")
    assert loaded.warnings == ["WARNING: Changing databases number from 4 to 1 since we are in cluster mode"]


class TestIncludes:
    def test_an_included_file_stands_at_its_place(self, tmp_path: Path) -> None:
        (tmp_path / "inc.conf").write_text("hz 30\nport 1\n")
        config, _ = read(f"hz 20\ninclude {tmp_path}/inc.conf\nport 2")
        assert (config[directives.general.HZ], config[directives.network.PORT]) == (30, 2)

    def test_a_relative_name_is_taken_from_the_directory_in_force(self, tmp_path: Path) -> None:
        (tmp_path / "inc.conf").write_text("hz 30")
        config, _ = read(f"dir {tmp_path}\ninclude inc.conf")
        assert config[directives.general.HZ] == 30

    def test_a_pattern_includes_files_in_the_order_of_their_names_and_may_match_none(self, tmp_path: Path) -> None:
        (tmp_path / "b.conf").write_text("hz 30")
        (tmp_path / "a.conf").write_text("hz 20\nport 1")
        config, _ = read(f"include {tmp_path}/*.conf\ninclude {tmp_path}/*.none")
        assert (config[directives.general.HZ], config[directives.network.PORT]) == (30, 1)

    def test_an_error_in_an_included_file_names_the_file(self, tmp_path: Path) -> None:
        (tmp_path / "inc.conf").write_text("\nhz x\n")
        assert report(f"port 1\ninclude {tmp_path}/inc.conf") == (
            f"{HEAD}Reading the configuration file '{tmp_path}/inc.conf', at line 2\n>>> 'hz x'\n"
            "argument couldn't be parsed into an integer\n")

    def test_a_missing_file_is_an_error(self, tmp_path: Path) -> None:
        assert report(f"include {tmp_path}/no.conf") == (
            f"Fatal error, can't open config file '{tmp_path}/no.conf': No such file or directory")

    def test_a_file_that_includes_itself_ends_in_an_error(self, tmp_path: Path) -> None:
        path = tmp_path / "loop.conf"
        path.write_text(f"include {path}")
        assert "Too many levels of include" in report(f"include {path}")

    def test_save_lines_add_up_over_files(self, tmp_path: Path) -> None:
        (tmp_path / "inc.conf").write_text("save 60 1")
        assert shown(f"include {tmp_path}/inc.conf\nsave 30 2", "save") == "60 1 30 2"


def test_the_process_stays_where_it_is_when_dir_is_set(tmp_path: Path) -> None:
    before = Path.cwd()
    config, _ = read(f"dir {tmp_path}\nlogfile x.log")
    assert config[directives.snapshotting.DIR] == os.fsencode(tmp_path.resolve())
    assert Path.cwd() == before
    assert (tmp_path / "x.log").exists()
