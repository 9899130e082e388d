"""pyredis.conf: made from the declarations, and saying the same as they do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pyredis_server.config.directive import Config
from pyredis_server.config.directives import ALL
from pyredis_server.config.file import load
from pyredis_server.config.rewrite import rewrite
from pyredis_server.config.sample import _entry, sample

FILE = Path(__file__).parents[3] / "pyredis.conf"


def test_the_file_is_what_the_declarations_give() -> None:
    assert FILE.read_text("utf-8") == sample(), "run: python -m pyredis_server.config.sample > pyredis.conf"


def test_a_server_started_with_the_file_has_the_defaults() -> None:
    config, untouched = Config(), Config()
    loaded = load(config, path=str(FILE))
    loaded.refuse_unclaimed()
    assert {item.name: config[item] for item in config} == {item.name: untouched[item] for item in untouched}


@pytest.mark.parametrize("item", ALL, ids=lambda item: item.name)
def test_the_line_of_a_directive_can_be_taken_as_it_stands(item) -> None:
    lines = [line.removeprefix("# ") for line in list(_entry(item)) if re.match(f"(# )?{item.name} ", line)]
    assert lines
    load(Config(), options=lines[-1].encode())


def test_no_line_is_longer_than_a_terminal() -> None:
    assert max(len(line) for line in sample().split("\n") if line.startswith("# ")) < 90


def test_rewriting_the_file_changes_only_what_has_no_line() -> None:
    config = Config()
    text = FILE.read_bytes()
    load(config, options=text)
    kept = [line for line in rewrite(text, config, {}).split(b"\n") if line not in text.split(b"\n")]
    directory = config.find(b"dir")
    assert directory is not None
    assert kept == [b'dir "%b"' % config[directory]]
