"""Log lines: their forms, their levels and where they go."""

from __future__ import annotations

import json
import logging
import os
import re
import threading
from pathlib import Path

import pytest

from pyredis_server.base.clock import ManualClock
from pyredis_server.base.log import (
    DescriptorSink,
    FileSink,
    Form,
    Level,
    Logger,
    MemorySink,
    SyslogSink,
    Timestamp,
    check_logfile,
    make_sinks,
)

NOW_US = 1_764_066_398_953_999  # 25 Nov 2025 10:26:38.953 UTC
PID = os.getpid()


@pytest.fixture
def sink() -> MemorySink:
    return MemorySink()


@pytest.fixture
def log(sink: MemorySink, monkeypatch: pytest.MonkeyPatch) -> Logger:
    """Logs everything to `sink` as a primary, at one moment, two hours east of Greenwich."""
    monkeypatch.setenv("TZ", "UTC-2")
    import time

    time.tzset()
    made = Logger(sink, level=Level.DEBUG, clock=ManualClock(NOW_US))
    made.set_role("M")
    return made


@pytest.fixture(autouse=True)
def _time_zone_afterwards():
    yield
    import time

    time.tzset()


@pytest.mark.parametrize(("level", "mark"), [("debug", "."), ("verbose", "-"), ("notice", "*"), ("warning", "#")])
def test_a_line_has_process_role_time_and_level_as_redis_writes_them(log: Logger, sink: MemorySink, level: str,
                                                                     mark: str) -> None:
    getattr(log, level)("Server initialized")
    assert sink.lines == [f"{PID}:M 25 Nov 2025 12:26:38.953 {mark} Server initialized"]


@pytest.mark.parametrize(("limit", "kept"), [
    ("debug", "dvnw"), ("verbose", "vnw"), ("notice", "nw"), ("warning", "w"), ("nothing", ""),
])
def test_lines_below_the_level_are_dropped(log: Logger, sink: MemorySink, limit: str, kept: str) -> None:
    log.configure(limit, "legacy", "legacy")
    for write, text in ((log.debug, "d"), (log.verbose, "v"), (log.notice, "n"), (log.warning, "w")):
        write(text)
    assert "".join(line[-1] for line in sink.lines) == kept


@pytest.mark.parametrize(("role", "word"), [("M", "primary"), ("S", "replica"), ("X", "sentinel")])
def test_the_role_of_the_server_shows_in_each_line(log: Logger, sink: MemorySink, role: str, word: str) -> None:
    log.set_role(role)
    log.notice("x")
    log.configure("notice", "logfmt", "milliseconds")
    log.notice("x")
    assert sink.lines[0].startswith(f"{PID}:{role} ")
    assert f" role={word} " in sink.lines[1]


def test_before_the_server_has_a_role_lines_are_as_of_a_child(sink: MemorySink) -> None:
    Logger(sink).notice("x")
    assert sink.lines[0].startswith(f"{PID}:C ")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_logs_as_a_child_under_its_own_process_id(log: Logger, tmp_path: Path) -> None:
    log.sinks = (FileSink(str(tmp_path / "log")),)
    child = os.fork()
    if not child:
        log.notice("x")
        os._exit(0)
    os.waitpid(child, 0)
    assert (tmp_path / "log").read_text().startswith(f"{child}:C ")


@pytest.mark.parametrize(("form", "timestamp", "line"), [
    ("legacy", "iso8601", f"{PID}:M 2025-11-25T12:26:38.953+02:00 * say \"hi\""),
    ("legacy", "milliseconds", f"{PID}:M 1764066398953 * say \"hi\""),
    ("logfmt", "legacy", f'pid={PID} role=primary timestamp="25 Nov 2025 12:26:38.953" level=notice message="say \\"hi\\""'),
    ("logfmt", "iso8601",
     f'pid={PID} role=primary timestamp=2025-11-25T12:26:38.953+02:00 level=notice message="say \\"hi\\""'),
    ("logfmt", "milliseconds", f'pid={PID} role=primary timestamp=1764066398953 level=notice message="say \\"hi\\""'),
    ("json", "milliseconds",
     f'{{"timestamp": 1764066398953, "level": "notice", "pid": {PID}, "role": "primary", "message": "say \\"hi\\""}}'),
], ids=["legacy-iso", "legacy-ms", "logfmt-legacy", "logfmt-iso", "logfmt-ms", "json-ms"])
def test_lines_have_the_form_and_the_time_that_are_asked_for(log: Logger, sink: MemorySink, form: str, timestamp: str,
                                                            line: str) -> None:
    log.configure("notice", form, timestamp)
    log.notice('say "hi"')
    assert sink.lines == [line]


@pytest.mark.parametrize("form", list(Form))
def test_a_text_never_becomes_two_lines(log: Logger, sink: MemorySink, form: Form) -> None:
    log.form = form
    log.notice("name=x\n1:M 25 Nov 2025 10:00:00.000 # forged\r\udcff")
    assert "\n" not in sink.lines[0]
    assert "\r" not in sink.lines[0]
    sink.lines[0].encode("utf-8", "surrogateescape")


def test_json_lines_are_text_whatever_they_quote(log: Logger, sink: MemorySink) -> None:
    log.configure("notice", "json", "iso8601")
    log.notice("key \udcff \u00fc")
    found = json.loads(sink.lines[0].encode("utf-8"))
    assert found["message"] == "key \ufffd \u00fc"
    assert found["timestamp"] == "2025-11-25T12:26:38.953+02:00"


def fail() -> Exception:
    try:
        raise ZeroDivisionError("of mine")
    except ZeroDivisionError as error:
        return error


def test_an_exception_is_logged_with_its_traceback_each_line_with_time_and_role(log: Logger, sink: MemorySink) -> None:
    log.exception("A job failed", error=fail())
    assert sink.lines[0].endswith("# A job failed")
    assert sink.lines[-1].endswith("# ZeroDivisionError: of mine")
    assert all(line.startswith(f"{PID}:M ") for line in sink.lines)


def test_the_exception_being_handled_is_logged_without_being_named(log: Logger, sink: MemorySink) -> None:
    try:
        raise fail()
    except ZeroDivisionError:
        log.exception("A job failed")
    assert sink.lines[-1].endswith("ZeroDivisionError: of mine")


def test_an_exception_is_one_object_in_json(log: Logger, sink: MemorySink) -> None:
    log.form = Form.JSON
    log.exception("A job failed", error=fail())
    assert len(sink.lines) == 1
    assert re.search(r"A job failed\nTraceback .*of mine$", json.loads(sink.lines[0])["message"], re.DOTALL)


def test_exceptions_are_logged_by_a_logger_that_is_silent(capfd: pytest.CaptureFixture[str]) -> None:
    log = Logger.silent()
    log.warning("not shown")
    log.exception("A job failed", error=fail())
    out, err = capfd.readouterr()
    assert out == ""
    assert "not shown" not in err
    assert "ZeroDivisionError: of mine" in err


def test_a_raw_text_has_no_time_but_in_a_form_it_is_a_message(log: Logger, sink: MemorySink) -> None:
    log.raw("a banner\nof two lines\n")
    log.form = Form.JSON
    log.raw("a banner\nof two lines\n")
    log.level = Level.WARNING
    log.raw("not shown")
    assert sink.lines[0] == "a banner\nof two lines"
    assert json.loads(sink.lines[1])["message"] == "a banner\nof two lines\n"
    assert len(sink.lines) == 2


def test_the_months_are_english_whatever_the_locale(sink: MemorySink) -> None:
    clock = ManualClock(NOW_US)
    log = Logger(sink, clock=clock)
    for _ in range(12):
        log.notice("")
        clock.advance_ms(1000 * 86400 * 30)
    assert " ".join(line.split()[2] for line in sink.lines) == "Nov Dec Jan Feb Mar Apr May Jun Jul Aug Sep Oct"


class TestFiles:
    def test_lines_are_appended(self, tmp_path: Path) -> None:
        path = tmp_path / "log"
        path.write_text("before\n")
        Logger(*make_sinks(str(path))).notice("one")
        Logger(*make_sinks(str(path))).notice("two")
        assert [line.split()[-1] for line in path.read_text().splitlines()] == ["before", "one", "two"]

    def test_a_file_may_be_moved_away_while_the_server_runs(self, tmp_path: Path) -> None:
        path = tmp_path / "log"
        log = Logger(*make_sinks(str(path)))
        log.notice("one")
        path.rename(tmp_path / "log.1")
        log.notice("two")
        assert path.read_text().endswith("* two\n")

    def test_a_file_that_cannot_be_written_stops_nobody(self, tmp_path: Path) -> None:
        Logger(FileSink(str(tmp_path / "no" / "log"))).notice("one")
        assert list(tmp_path.iterdir()) == []

    def test_lines_of_many_threads_stay_whole(self, tmp_path: Path) -> None:
        path = tmp_path / "log"
        log = Logger(FileSink(str(path)))

        def write(name: str) -> None:
            for _ in range(50):
                log.notice(name * 500)

        threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        lines = path.read_text().splitlines()
        assert len(lines) == 200
        assert all(re.fullmatch(r".* \* (a{500}|b{500}|c{500}|d{500})", line) for line in lines)

    def test_a_place_where_no_file_can_be_is_told_in_the_words_of_the_system(self, tmp_path: Path) -> None:
        assert check_logfile(str(tmp_path / "no" / "log")) == "No such file or directory"
        assert check_logfile(str(tmp_path / "log")) is None


def test_without_a_file_lines_go_to_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    Logger(*make_sinks()).notice("hello")
    assert capfd.readouterr().out.endswith(" * hello\n")


def test_a_closed_descriptor_stops_nobody() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    os.close(writer)
    Logger(DescriptorSink(writer)).notice("x")


def test_syslog_gets_the_text_with_the_level_as_priority(monkeypatch: pytest.MonkeyPatch) -> None:
    syslog = pytest.importorskip("syslog")
    calls: list[tuple[object, ...]] = []
    monkeypatch.setattr(syslog, "openlog", lambda *call: calls.append(call))
    monkeypatch.setattr(syslog, "syslog", lambda *call: calls.append(call))
    log = Logger(SyslogSink("me", "local3"), level=Level.DEBUG)
    log.debug("d")
    log.warning("w\0\udcff")
    assert calls[0][0] == "me"
    assert calls[0][2] == syslog.LOG_LOCAL3
    assert calls[1:] == [(syslog.LOG_DEBUG, "d"), (syslog.LOG_WARNING, "w \ufffd")]


def test_where_there_is_no_syslog_its_lines_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "syslog", None)
    Logger(SyslogSink("me", "local0")).notice("x")


def test_pythons_logging_is_left_alone(log: Logger) -> None:
    before = list(logging.root.handlers), logging.root.level
    log.notice("x")
    assert (logging.root.handlers, logging.root.level) == before
    assert isinstance(log.timestamp, Timestamp)
