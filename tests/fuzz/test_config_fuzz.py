"""Configuration from hostile hands: an error that can be shown, or a value; never a traceback, never a hang."""

from __future__ import annotations

import os
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pyredis_server.base.errors import CommandError
from pyredis_server.base.log import Logger
from pyredis_server.config.argv import parse_argv
from pyredis_server.config.directive import Config
from pyredis_server.config.directives import ALL
from pyredis_server.config.file import ConfigFileError, load
from pyredis_server.config.manager import ConfigManager
from pyredis_server.config.rewrite import rewrite

pytestmark = pytest.mark.slow

# Files that exist could be named by these two, and be read or created.
NAMES = sorted(item.name.encode() for item in ALL if item.name not in {"dir", "logfile"})
WORDS = st.one_of(
    st.binary(max_size=12), st.integers().map(b"%d".__mod__), st.sampled_from([
        b"yes", b"no", b'""', b'"', b"'", b"1gb", b"5%", b"normal", b"9" * 5000, b"-", b"{", b"{title}", b"KEA", b"aof:/",
        b"nan", b"inf", b"1e400", b"0x10", b"\xff", b"\0", b"no one", b"60 1", b"*", b"127.0.0.1"]),
)
LINES = st.lists(st.tuples(st.one_of(st.sampled_from(NAMES), WORDS), st.lists(WORDS, max_size=5)), max_size=5)


def as_text(lines: list[tuple[bytes, list[bytes]]]) -> bytes:
    text = b"\n".join(b" ".join([name, *words]) for name, words in lines)
    return text.replace(b"include", b"excluded").replace(b"logfile", b"nofile").replace(b"dir ", b"nodir ")


@given(LINES)
@example([(b"unixsocketperm", [b"7" * 5000])])
@example([(b"save", [b"9" * 5000, b"1"])])
def test_any_text_is_loaded_or_reported(lines):
    report = "\n"
    try:
        load(Config(), options=as_text(lines)).refuse_unclaimed()
    except ConfigFileError as error:
        report = error.report()
    assert report.endswith("\n")


@given(LINES)
def test_what_was_loaded_is_written_so_that_it_is_loaded_again(lines):
    before = Config()
    try:
        load(before, options=as_text(lines))
    except ConfigFileError:
        return
    after = Config()
    load(after, options=rewrite(as_text(lines), before, {b"user": [], b"loadmodule": [], b"rename-command": []}))
    assert {item.name: item.type.format(after[item]) for item in ALL} == {
        item.name: item.type.format(before[item]) for item in ALL}


@given(st.lists(st.tuples(st.one_of(st.sampled_from(NAMES), st.binary(max_size=8)), WORDS), min_size=1, max_size=4))
def test_a_set_happens_as_a_whole_or_not_at_all(pairs):
    manager = ConfigManager(Config(), Logger.silent())
    before = manager.get([b"*"])
    refusal = b""
    try:
        manager.set([word for pair in pairs for word in pair], is_local=True)
    except CommandError as refused:
        refusal = refused.message
    if refusal:
        assert refusal.startswith(b"ERR ")
        assert manager.get([b"*"]) == before
        return
    shown = dict(manager.get([name for name, _ in pairs]))
    again = ConfigManager(Config(), Logger.silent())
    for name, value in shown.items():
        again.set([name, value], is_local=True)
    assert dict(again.get(list(shown))) == shown


@given(st.lists(st.one_of(
    st.text(string.printable, max_size=8),
    st.sampled_from(["--port", "--save", "-", "--", "--sentinel", "--test-memory", "x.conf", "--port 1", '--"']),
), max_size=6))
def test_any_command_line_is_taken_apart(argv):
    argv = [word.replace("\0", "") for word in argv]
    parsed = parse_argv(argv)
    assert parsed == parse_argv(argv)
    assert os.fsencode(parsed.config_file) in {b"", os.fsencode(argv[0]) if argv else b""}
    if argv and all(word.isalnum() for word in argv):
        assert parsed.config_file == argv[0]
        assert parsed.options == b"".join(b'"%b" ' % word.encode() for word in argv[1:])


@given(st.binary(max_size=200))
def test_rewriting_any_file_gives_one_that_is_rewritten_to_itself(text):
    config = Config({"dir": "/"})
    once = rewrite(text, config, {})
    twice = rewrite(once, config, {})
    assert twice == rewrite(twice, config, {})
