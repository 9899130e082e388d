"""CONFIG GET and SET: what is shown, what is refused, and that a change happens as a whole or not at all."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest

from pyredis_server.base.errors import CommandError
from pyredis_server.base.log import Level, Logger, MemorySink
from pyredis_server.config.directive import Config, ConfigError
from pyredis_server.config.hooks import Hook
from pyredis_server.config.manager import ConfigManager

FAILED = "ERR CONFIG SET failed (possibly related to argument '%s') - %s"


@attrs.define
class Bench:
    manager: ConfigManager
    sink: MemorySink
    ran: list[str] = attrs.field(factory=list)

    def set(self, *words: str, is_local: bool = True) -> str:
        try:
            self.manager.set([word.encode() for word in words], is_local=is_local)
        except CommandError as refused:
            return refused.message.decode()
        return "OK"

    def get(self, *patterns: str) -> dict[str, str]:
        found = self.manager.get([pattern.encode() for pattern in patterns])
        shown = {name.decode(): value.decode() for name, value in found}
        assert len(shown) == len(found)
        return shown

    def hook(self, hook: Hook, fail: bytes | None = None) -> None:
        def run() -> None:
            self.ran.append(hook.name)
            if fail is not None:
                raise ConfigError(fail)
        self.manager.hooks[hook] = run


@pytest.fixture
def make() -> Callable[..., Bench]:
    def bench(**directives: str) -> Bench:
        sink = MemorySink()
        return Bench(ConfigManager(Config(directives), Logger(sink, level=Level.DEBUG)), sink)
    return bench


@pytest.fixture
def bench(make: Callable[..., Bench]) -> Bench:
    return make()


def test_get_shows_what_matches_any_of_the_patterns_once(bench: Bench) -> None:
    assert bench.get("maxmemory", "maxmemory-s*", "*samples", "HZ") == {
        "maxmemory": "0", "maxmemory-samples": "5", "HZ": "10"}


def test_get_shows_a_name_as_it_was_asked_for_and_a_pattern_as_declared(bench: Bench) -> None:
    assert bench.get("MaxMemory", "MAXMEMORY", "MAXMEMORY-SAMPLE?") == {"MaxMemory": "0", "maxmemory-samples": "5"}


def test_get_shows_an_alias_beside_its_directive(bench: Bench) -> None:
    assert bench.get("*-priority") == {"replica-priority": "100", "slave-priority": "100"}
    assert bench.get("slave-priority") == {"slave-priority": "100"}


def test_get_shows_hidden_directives_only_by_their_full_name(bench: Bench) -> None:
    assert bench.get("key-load-dela?", "*") .keys() >= {"maxmemory"}
    assert "key-load-delay" not in bench.get("*")
    assert bench.get("key-load-delay") == {"key-load-delay": "0"}


def test_get_of_something_unknown_shows_nothing(bench: Bench) -> None:
    assert bench.get("nosuch", "[") == {}


def test_set_by_alias_changes_the_directive(bench: Bench) -> None:
    assert bench.set("SLAVE-priority", "7") == "OK"
    assert bench.get("replica-priority") == {"replica-priority": "7"}


def test_set_of_several_changes_all_of_them(bench: Bench) -> None:
    assert bench.set("hz", "20", "maxmemory", "1mb") == "OK"
    assert bench.get("hz", "maxmemory") == {"hz": "20", "maxmemory": "1048576"}


@pytest.mark.parametrize(("words", "reply"), [
    (("hz",), "ERR syntax error"),
    (("hz", "20", "maxmemory"), "ERR syntax error"),
    (("nosuch", "1"), "ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'"),
    (("hz", "20", "nosuch", "1"), "ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'"),
    (("hz", "20", "Databases", "1"), FAILED % ("Databases", "can't set immutable config")),
    (("hz", "20", "HZ", "30"), FAILED % ("HZ", "duplicate parameter")),
    (("hz", "20", "LogLevel", "x"),
     FAILED % ("loglevel", "argument(s) must be one of the following: debug, verbose, notice, warning, nothing")),
    (("hz", "20", "dbfilename", "x"), FAILED % ("dbfilename", "can't set protected config")),
    (("nosuch", "1", "databases", "1"), "ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'"),
    (("databases", "1", "nosuch", "1"), FAILED % ("databases", "can't set immutable config")),
])
def test_a_refused_set_says_why_and_changes_nothing(bench: Bench, words: tuple[str, ...], reply: str) -> None:
    before = bench.get("*")
    assert bench.set(*words) == reply
    assert bench.get("*") == before


def test_an_alias_and_its_directive_in_one_set_are_no_duplicates_and_the_last_counts(bench: Bench) -> None:
    assert bench.set("slave-priority", "5", "replica-priority", "6") == "OK"
    assert bench.get("replica-priority") == {"replica-priority": "6"}


@pytest.mark.parametrize(("allowed", "is_local", "reply"), [
    ("yes", False, "OK"), ("local", True, "OK"),
    ("local", False, FAILED % ("dbfilename", "can't set protected config")),
    ("no", True, FAILED % ("dbfilename", "can't set protected config")),
])
def test_protected_directives_go_by_enable_protected_configs(make: Callable[..., Bench], allowed: str, is_local: bool,
                                                            reply: str) -> None:
    assert make(enable_protected_configs=allowed).set("dbfilename", "x.rdb", is_local=is_local) == reply


def test_some_directives_wait_until_the_data_set_is_loaded(bench: Bench) -> None:
    bench.manager.loading = True
    assert bench.set("repl-diskless-load", "swapdb") == "LOADING Redis is loading the dataset in memory"
    assert bench.set("hz", "20") == "OK"


def test_output_limits_of_classes_that_are_not_named_stay(bench: Bench) -> None:
    bench.set("client-output-buffer-limit", "pubsub 3 2 1")
    assert bench.set("client-output-buffer-limit", "normal 9 8 7") == "OK"
    assert bench.get("client-output-buffer-limit") == {
        "client-output-buffer-limit": "normal 9 8 7 slave 268435456 67108864 60 pubsub 3 2 1"}


def test_each_hook_runs_once_and_only_after_all_values_are_stored(bench: Bench) -> None:
    seen: list[dict[str, str]] = []
    bench.manager.hooks[Hook.MAXMEMORY] = lambda: seen.append(bench.get("maxmemory", "maxmemory-samples"))
    assert bench.set("maxmemory", "1mb", "maxmemory-samples", "9") == "OK"
    assert seen == [{"maxmemory": "1048576", "maxmemory-samples": "9"}]


def test_a_hook_does_not_run_for_a_value_that_is_in_force_already(bench: Bench) -> None:
    bench.hook(Hook.CRON)
    assert bench.set("hz", "10") == "OK"
    assert bench.ran == []


def test_the_hook_of_certificates_runs_for_the_same_name_too(bench: Bench) -> None:
    bench.hook(Hook.TLS)
    bench.set("tls-cert-file", "a.crt")
    bench.set("tls-cert-file", "a.crt")
    assert bench.ran == ["TLS", "TLS"]


def test_a_hook_that_refuses_undoes_the_whole_set_and_runs_what_ran_again(bench: Bench) -> None:
    bench.hook(Hook.CRON)
    bench.hook(Hook.LISTENERS, fail=b"Unable to listen on this port. Check server logs.")
    bench.hook(Hook.LOG)
    before = bench.get("*")
    reply = bench.set("hz", "20", "port", "7000", "loglevel", "debug")
    assert reply == FAILED % ("port", "Unable to listen on this port. Check server logs.")
    assert bench.get("*") == before
    assert bench.ran == ["CRON", "LISTENERS", "CRON", "LISTENERS"]
    assert "Possibly related to new port setting" in bench.sink.lines[0]
    assert "Failed applying restored" in bench.sink.lines[1]


def test_a_hook_with_a_fault_of_its_own_undoes_the_set_too(bench: Bench) -> None:
    def broken() -> None:
        if bench.get("hz") != {"hz": "10"}:
            raise ZeroDivisionError
    bench.manager.hooks[Hook.CRON] = broken
    with pytest.raises(ZeroDivisionError):
        bench.set("hz", "20")
    assert bench.get("hz") == {"hz": "10"}


def test_the_positions_of_passwords_are_known_whether_or_not_the_set_is_refused(bench: Bench) -> None:
    arguments = [b"hz", b"20", b"RequirePass", b"secret", b"nosuch", b"x", b"masterauth", b"other", b"masterauth"]
    assert bench.manager.secrets(arguments) == [3, 7]


def test_a_name_that_holds_a_line_end_stays_within_its_error(bench: Bench) -> None:
    assert bench.set("no\0such", "1") == "ERR Unknown option or number of arguments for CONFIG SET - 'no'"
