"""CONFIG SET takes, refuses and reports values as Redis does.

The answers were recorded by tools/record_config_set.py from a real server; the defaults are what CONFIG GET shows on the same.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pyredis_server.base.errors import CommandError
from pyredis_server.base.log import Logger
from pyredis_server.config.directive import Config
from pyredis_server.config.manager import ConfigManager

HERE = Path(__file__).parent
RECORDED = json.loads((HERE / "config_set_answers.json").read_text("ascii"))
ANSWERS: dict[str, dict[str, str | int]] = RECORDED["answers"]
DEFAULTS: dict[str, str] = json.loads((HERE / "config_defaults.json").read_text("ascii"))

# Later versions know more words, so the list in the reason is longer.
MORE_WORDS = {"maxmemory-policy": b"lrm", "repl-diskless-load": b"flushdb"}


def answer(name: str, value: str) -> str | int:
    manager = ConfigManager(Config({"enable-protected-configs": "yes", "save": ""}), Logger.silent())
    raw = value.encode("utf-8", "surrogateescape")
    try:
        manager.set([name.encode(), raw], is_local=True)
    except CommandError as refused:
        blamed = f"ERR CONFIG SET failed (possibly related to argument '{name}') - ".encode()
        reason = refused.message.removeprefix(blamed)
        if name in MORE_WORDS and MORE_WORDS[name] in reason:
            reason = b", ".join(word for word in reason.split(b", ") if MORE_WORDS[name] not in word)
        return int(RECORDED["reasons"].index(reason.decode()))
    return manager.get([name.encode()])[0][1].decode("utf-8", "surrogateescape")


@pytest.mark.parametrize("name", ANSWERS)
def test_values_are_taken_and_refused_as_redis_does(name: str) -> None:
    assert {value: answer(name, value) for value in ANSWERS[name]} == ANSWERS[name]


def test_every_directive_of_redis_has_its_default() -> None:
    manager = ConfigManager(Config(), Logger.silent())
    ours = {name.decode(): value.decode() for name, value in manager.get([b"*"])}
    wrong = {name: (value, ours.get(name)) for name, value in DEFAULTS.items() if ours.get(name) != value}
    assert wrong == {"dir": ("./", str(Path.cwd()))}


@pytest.mark.parametrize(("name", "default", "reason"), [
    ("lazyexpire-nested-arbitrary-keys", b"yes", b"argument must be 'yes' or 'no'"),
    ("lua-enable-deprecated-api", b"no", b"can't set immutable config"),
    ("prefetch-batch-max-size", b"16", b"argument must be between 0 and 128 inclusive"),
])
def test_directives_that_8_2_hides_are_there(name: str, default: bytes, reason: bytes) -> None:
    """CONFIG GET * does not show them, so they are not among the recorded ones; CONFIG REWRITE of everything does."""
    manager = ConfigManager(Config(), Logger.silent())
    assert manager.get([name.encode()]) == [(name.encode(), default)]
    assert name.encode() not in dict(manager.get([b"*"]))
    with pytest.raises(CommandError) as refused:
        manager.set([name.encode(), b"129"], is_local=True)
    assert refused.value.message.endswith(b") - " + reason)


def test_a_directive_that_redis_fixes_at_start_is_fixed_here() -> None:
    immutable = RECORDED["reasons"].index("can't set immutable config")
    config = Config()
    found = {name: config.find(name.encode()) for name in ANSWERS}
    assert {name for name, item in found.items() if item is not None and not item.mutable} == {
        name for name, table in ANSWERS.items() if table.get("") == immutable}
