"""The server's log: one line per event, in the form that Redis writes or as logfmt or JSON.

Any thread may log: a line is put together first and written with one call, so lines never mix and no lock is needed.
Owner of `level`, `form`, `timestamp`, `sinks` and the role: whoever starts the server and, later, the executor.
"""

from __future__ import annotations

import enum
import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from pyredis_server.base.clock import Clock, SystemClock


class Level(enum.IntEnum):
    """How important a line is; the names in lower case are the words of the directive loglevel."""

    DEBUG = 0
    VERBOSE = 1
    NOTICE = 2
    WARNING = 3
    NOTHING = 4  # only as a limit: not even warnings


class Form(enum.Enum):
    """The form of lines, by the words of the directive log-format."""

    LEGACY = "legacy"
    LOGFMT = "logfmt"
    JSON = "json"


class Timestamp(enum.Enum):
    """The form of the time in lines, by the words of the directive log-timestamp-format."""

    LEGACY = "legacy"
    ISO8601 = "iso8601"
    MILLISECONDS = "milliseconds"


_MARKS = ".-*#"  # of the levels, in lines of the form that Redis writes
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # strftime's are local
_ROLES = {"X": "sentinel", "C": "child", "S": "replica", "M": "primary"}
_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
_ENCODING = ("utf-8", "surrogateescape")


class Sink(Protocol):
    """Where lines go."""

    def write(self, level: Level, text: str, line: bytes) -> None:
        """Take `line`, which ends with a newline; `text` is what it says without time and role. Never raises."""


class DescriptorSink:
    """An open descriptor: standard output or standard error. What cannot be written is lost."""

    __slots__ = ("_descriptor",)

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, level: Level, text: str, line: bytes) -> None:
        """Write the line."""
        _write_all(self._descriptor, line)


class FileSink:
    """A file that lines are appended to.

    It is opened for each line, as Redis does: so it may be moved or removed at any time without a signal. That costs
    about 10 microseconds.
    """

    __slots__ = ("_path",)

    def __init__(self, path: str) -> None:
        self._path = path

    def write(self, level: Level, text: str, line: bytes) -> None:
        """Append the line."""
        try:
            descriptor = os.open(self._path, _APPEND, 0o666)
        except OSError:
            return
        try:
            _write_all(descriptor, line)
        finally:
            os.close(descriptor)


class SyslogSink:
    """The system's log, where there is one. Its name and facility belong to the whole process."""

    __slots__ = ("_log", "_priorities")

    def __init__(self, ident: str, facility: str) -> None:
        try:
            import syslog
        except ImportError:  # Windows
            self._log: Callable[[int, str], None] | None = None
            return
        number = getattr(syslog, f"LOG_{facility.upper()}", syslog.LOG_USER)
        syslog.openlog(ident, syslog.LOG_PID | syslog.LOG_NDELAY | getattr(syslog, "LOG_NOWAIT", 0), number)
        self._priorities = (syslog.LOG_DEBUG, syslog.LOG_INFO, syslog.LOG_NOTICE, syslog.LOG_WARNING)
        self._log = syslog.syslog

    def write(self, level: Level, text: str, line: bytes) -> None:
        """Send the text."""
        if self._log is not None:
            self._log(self._priorities[level], text.encode(*_ENCODING).decode("utf-8", "replace").replace("\0", " "))


class MemorySink:
    """Keeps the lines, for tests."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, level: Level, text: str, line: bytes) -> None:
        """Keep the line without its newline."""
        self.lines.append(line.decode(*_ENCODING).rstrip("\n"))


def make_sinks(logfile: str = "", *, syslog_ident: str | None = None,
               syslog_facility: str = "local0") -> tuple[Sink, ...]:
    """The sinks for a logfile ("" is standard output) and, if `syslog_ident` is given, for syslog."""
    first: Sink = FileSink(logfile) if logfile else DescriptorSink(1)
    return (first,) if syslog_ident is None else (first, SyslogSink(syslog_ident, syslog_facility))


def check_logfile(path: str) -> str | None:
    """Why lines cannot be appended to `path`, or None; it is created if it is not there."""
    try:
        with Path(path).open("ab"):
            return None
    except OSError as problem:
        return problem.strerror or str(problem)


class Logger:
    """Puts lines together and gives them to the sinks."""

    __slots__ = ("_now_us", "_pid", "_role", "form", "level", "sinks", "timestamp")

    def __init__(self, *sinks: Sink, level: Level = Level.NOTICE, form: Form = Form.LEGACY,
                 timestamp: Timestamp = Timestamp.LEGACY, clock: Clock | None = None) -> None:
        self.sinks: Sequence[Sink] = sinks or (DescriptorSink(1),)
        self.level = level
        self.form = form
        self.timestamp = timestamp
        self._now_us = (clock or SystemClock()).wall_us
        self._role = "C"  # until the server has one: Redis logs its start like that
        self._pid = 0

    @classmethod
    def silent(cls) -> Logger:
        """A logger that drops everything but exceptions, which go to standard error."""
        return cls(DescriptorSink(2), level=Level.NOTHING)

    def configure(self, level: str, form: str, timestamp: str) -> None:
        """Take the words of the directives loglevel, log-format and log-timestamp-format."""
        self.level = Level[level.upper()]
        self.form = Form(form)
        self.timestamp = Timestamp(timestamp)

    def set_role(self, role: str) -> None:
        """M for a primary, S for a replica, X for Sentinel. Another process forked from this one logs as C."""
        self._role = role
        self._pid = os.getpid()

    def debug(self, text: str) -> None:
        """Log what only helps to find faults in the server."""
        if self.level <= Level.DEBUG:
            self._log(Level.DEBUG, text)

    def verbose(self, text: str) -> None:
        """Log what happens often."""
        if self.level <= Level.VERBOSE:
            self._log(Level.VERBOSE, text)

    def notice(self, text: str) -> None:
        """Log what an operator wants to know."""
        if self.level <= Level.NOTICE:
            self._log(Level.NOTICE, text)

    def warning(self, text: str) -> None:
        """Log what an operator should act on."""
        if self.level <= Level.WARNING:
            self._log(Level.WARNING, text)

    def exception(self, text: str, error: BaseException | None = None) -> None:
        """Log a fault of the server with its traceback, whatever the level: of `error`, or of what is being handled."""
        error = error or sys.exc_info()[1]
        trace = "".join(traceback.format_exception(error)) if error is not None else ""
        if self.form is not Form.LEGACY:
            self._log(Level.WARNING, f"{text}\n{trace}".rstrip("\n"))
            return
        for line in (text, *trace.splitlines()):
            self._log(Level.WARNING, line)

    def raw(self, text: str, level: Level = Level.NOTICE) -> None:
        """Write a text of several lines without time and role, as the banner; as a message where lines have a form."""
        if self.level > level:
            return
        if self.form is Form.LEGACY:
            self._give(level, text, text.encode(*_ENCODING))
        else:
            self._log(level, text)

    def _log(self, level: Level, text: str) -> None:
        self._give(level, text, self._line(level, text).encode(*_ENCODING))

    def _give(self, level: Level, text: str, line: bytes) -> None:
        for sink in self.sinks:
            sink.write(level, text, line)

    def _line(self, level: Level, text: str) -> str:
        pid = os.getpid()
        role = self._role if pid == self._pid or not self._pid else "C"
        when = self._time()
        if self.form is Form.LEGACY:
            shown = text.replace("\n", "\\n").replace("\r", "\\r")  # what clients sent must not look like another line
            return f"{pid}:{role} {when} {_MARKS[level]} {shown}\n"
        name = level.name.lower()
        if self.form is Form.LOGFMT:
            quoted = json.dumps(text.encode(*_ENCODING).decode("utf-8", "replace"), ensure_ascii=False)
            shown_time = when if isinstance(when, int) or " " not in when else f'"{when}"'
            return f"pid={pid} role={_ROLES[role]} timestamp={shown_time} level={name} message={quoted}\n"
        readable = text.encode(*_ENCODING).decode("utf-8", "replace")
        return json.dumps({"timestamp": when, "level": name, "pid": pid, "role": _ROLES[role], "message": readable},
                          ensure_ascii=False) + "\n"

    def _time(self) -> str | int:
        seconds, micros = divmod(self._now_us(), 1_000_000)
        if self.timestamp is Timestamp.MILLISECONDS:
            return seconds * 1000 + micros // 1000
        if self.timestamp is Timestamp.ISO8601:
            return datetime.fromtimestamp(seconds, UTC).astimezone().replace(
                microsecond=micros).isoformat(timespec="milliseconds")
        at = time.localtime(seconds)
        return (f"{at.tm_mday:02d} {_MONTHS[at.tm_mon - 1]} {at.tm_year} "
                f"{at.tm_hour:02d}:{at.tm_min:02d}:{at.tm_sec:02d}.{micros // 1000:03d}")


def _write_all(descriptor: int, data: bytes) -> None:
    try:
        while data:
            data = data[os.write(descriptor, data):]
    except OSError:
        pass  # a log that cannot be written must not stop the server
