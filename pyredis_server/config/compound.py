"""Kinds of values that have a form of their own: save points, output limits, addresses, event classes and the like."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import attrs

from pyredis_server.base.numeric import parse_float, parse_memory
from pyredis_server.config import keyspace_events
from pyredis_server.config.directive import ConfigError, Line
from pyredis_server.config.types import INT64_MAX, spell_memory
from pyredis_server.resp.inline import quote

MAX_BIND_ADDRESSES = 16
_C_INTEGER = re.compile(rb"[ \t\n\v\f\r]*[+-]?[0-9]+")


def c_integer(raw: bytes) -> int | None:
    """Read an integer as loosely as C's strtoll: leading blanks, plus and zeros are fine, and nothing at all is 0."""
    if not raw:
        return 0
    if not _C_INTEGER.fullmatch(raw) or len(raw) > 64:  # 64: far beyond any number, and int() of a long one is slow
        return None
    return min(max(int(raw), -INT64_MAX - 1), INT64_MAX)


class SavePoint(NamedTuple):
    """Save when at least `changes` were made and `seconds` have passed since the last save."""

    seconds: int
    changes: int


@attrs.frozen
class SavePoints:
    """Pairs of seconds and changes. Lines of a file add up; the first one replaces the default."""

    multiple = True

    def parse(
        self, arguments: Sequence[bytes], current: tuple[SavePoint, ...], *, again: bool
    ) -> tuple[SavePoint, ...]:
        if len(arguments) == 1 and not arguments[0]:
            return ()
        numbers = [c_integer(item) for item in arguments]
        points = []
        for seconds, changes in zip(numbers[::2], numbers[1::2], strict=False):
            if seconds is None or changes is None or seconds < 1 or changes < 0:
                raise ConfigError(b"Invalid save parameters")
            points.append(SavePoint(seconds, changes))
        if len(numbers) % 2:
            raise ConfigError(b"Invalid save parameters")
        return (*current, *points) if again else tuple(points)

    def format(self, value: tuple[SavePoint, ...]) -> bytes:
        return b" ".join(b"%d %d" % point for point in value)

    def lines(self, name: bytes, value: tuple[SavePoint, ...], default: tuple[SavePoint, ...]) -> list[Line]:
        if not value:
            return [(b'%b ""' % name, True)]
        return [(b"%b %d %d" % (name, *point), True) for point in value]

    def initial(self, default: tuple[SavePoint, ...]) -> tuple[SavePoint, ...]:
        return default


@attrs.frozen
class OutputLimit:
    """How many bytes may wait to be sent to a client.

    Never more than `hard_bytes`, and more than `soft_bytes` only for `soft_seconds`; 0 means no limit.
    """

    hard_bytes: int
    soft_bytes: int
    soft_seconds: int


@attrs.frozen
class OutputLimits:
    """The limits of the three classes of clients."""

    normal: OutputLimit
    replica: OutputLimit
    pubsub: OutputLimit


@attrs.frozen
class OutputLimitsByClass:
    """Four arguments per class: its name, hard limit, soft limit, seconds. Classes not named keep theirs."""

    multiple = True

    def parse(self, arguments: Sequence[bytes], current: OutputLimits, *, again: bool) -> OutputLimits:
        if len(arguments) % 4:
            raise ConfigError(b"Wrong number of arguments in buffer limit configuration.")
        limits = current
        for index in range(0, len(arguments), 4):
            word, hard, soft, seconds = arguments[index:index + 4]
            name = word.lower()
            if name not in (b"normal", b"slave", b"replica", b"pubsub"):
                raise ConfigError(b"Invalid client class specified in buffer limit configuration.")
            hard_bytes, soft_bytes, soft_seconds = parse_memory(hard), parse_memory(soft), c_integer(seconds)
            if hard_bytes is None or soft_bytes is None or soft_seconds is None or soft_seconds < 0:
                raise ConfigError(b"Error in hard, soft or soft_seconds setting in buffer limit configuration.")
            field = "replica" if name == b"slave" else name.decode()
            limits = attrs.evolve(limits, **{field: OutputLimit(hard_bytes, soft_bytes, soft_seconds)})
        return limits

    def format(self, value: OutputLimits) -> bytes:
        classes = ((b"normal", value.normal), (b"slave", value.replica), (b"pubsub", value.pubsub))
        return b" ".join(b"%b %d %d %d" % (name, limit.hard_bytes, limit.soft_bytes, limit.soft_seconds)
                         for name, limit in classes)

    def lines(self, name: bytes, value: OutputLimits, default: OutputLimits) -> list[Line]:
        return [(b"%b %b %b %b %d" % (name, word, spell_memory(limit.hard_bytes), spell_memory(limit.soft_bytes),
                                      limit.soft_seconds), limit != usual)
                for word, limit, usual in ((b"normal", value.normal, default.normal),
                                           (b"replica", value.replica, default.replica),
                                           (b"pubsub", value.pubsub, default.pubsub))]

    def initial(self, default: OutputLimits) -> OutputLimits:
        return default


@attrs.frozen
class Addresses:
    """Addresses to listen on; a leading "-" means that it need not exist, "*" and "::*" all of a family."""

    multiple = True

    def parse(self, arguments: Sequence[bytes], current: tuple[bytes, ...], *, again: bool) -> tuple[bytes, ...]:
        if len(arguments) > MAX_BIND_ADDRESSES:
            raise ConfigError(b"Too many bind addresses specified.")
        return () if len(arguments) == 1 and not arguments[0] else tuple(arguments)

    def format(self, value: tuple[bytes, ...]) -> bytes:
        return b" ".join(value)

    def lines(self, name: bytes, value: tuple[bytes, ...], default: tuple[bytes, ...]) -> list[Line]:
        if value == default:
            return []
        return [(b"%b %b" % (name, b" ".join(value) or b'""'), True)]

    def initial(self, default: tuple[bytes, ...]) -> tuple[bytes, ...]:
        return default


class Endpoint(NamedTuple):
    """A host name or address and its port."""

    host: bytes
    port: int


@attrs.frozen
class Primary:
    """Host and port of the primary to replicate, "no one" for none."""

    multiple = True

    def parse(self, arguments: Sequence[bytes], current: Endpoint | None, *, again: bool) -> Endpoint | None:
        if len(arguments) != 2:
            raise ConfigError(b"wrong number of arguments")
        host, raw_port = arguments
        if host.lower() == b"no" and raw_port.lower() == b"one":
            return None
        port = c_integer(raw_port)
        if port is None or not 0 <= port <= 65535:
            raise ConfigError(b"Invalid master port")
        return Endpoint(host, port)

    def format(self, value: Endpoint | None) -> bytes:
        return b"%b %d" % value if value else b""

    def lines(self, name: bytes, value: Endpoint | None, default: Endpoint | None) -> list[Line]:
        return [(b"%b %b" % (name, self.format(value)), True)] if value else []

    def initial(self, default: Endpoint | None) -> Endpoint | None:
        return default


@attrs.frozen
class EventClasses:
    """Letters of classes of keyspace events, kept as the bits of `keyspace_events`."""

    multiple = False

    def parse(self, arguments: Sequence[bytes], current: int, *, again: bool) -> int:
        classes = keyspace_events.parse_classes(arguments[0])
        if classes is None:
            raise ConfigError(b"Invalid event class character. Use 'Ag$lshzxeKEtmdn'.")
        return classes

    def format(self, value: int) -> bytes:
        return keyspace_events.spell_classes(value)

    def lines(self, name: bytes, value: int, default: int) -> list[Line]:
        return [(b"%b %b" % (name, quote(self.format(value))), value != default)]

    def initial(self, default: int) -> int:
        return default


@attrs.frozen
class OomScores:
    """Scores of primary, replica and background children."""

    multiple = True

    def parse(self, arguments: Sequence[bytes], current: tuple[int, ...], *, again: bool) -> tuple[int, ...]:
        if len(arguments) != 3:
            raise ConfigError(b"wrong number of arguments")
        scores = [c_integer(item) for item in arguments]
        if any(score is None or not -2000 <= score <= 2000 for score in scores):
            raise ConfigError(b"Invalid oom-score-adj-values, elements must be between -2000 and 2000.")
        return tuple(score for score in scores if score is not None)

    def format(self, value: tuple[int, ...]) -> bytes:
        return b" ".join(b"%d" % score for score in value)

    def lines(self, name: bytes, value: tuple[int, ...], default: tuple[int, ...]) -> list[Line]:
        return [(b"%b %b" % (name, self.format(value)), value != default)]

    def initial(self, default: tuple[int, ...]) -> tuple[int, ...]:
        return default


@attrs.frozen
class Percentiles:
    """Numbers from 0 to 100, shown with up to six decimals."""

    multiple = True

    def parse(self, arguments: Sequence[bytes], current: tuple[float, ...], *, again: bool) -> tuple[float, ...]:
        if len(arguments) == 1 and not arguments[0]:
            return ()
        values = []
        for item in arguments:
            value = parse_float(item)
            if value is None:
                raise ConfigError(b"Invalid latency-tracking-info-percentiles parameters")
            if not 0.0 <= value <= 100.0:
                raise ConfigError(b"latency-tracking-info-percentiles parameters should sit between [0.0,100.0]")
            values.append(value)
        return tuple(values)

    def format(self, value: tuple[float, ...]) -> bytes:
        return b" ".join((b"%f" % item).rstrip(b"0").rstrip(b".") for item in value)

    def lines(self, name: bytes, value: tuple[float, ...], default: tuple[float, ...]) -> list[Line]:
        return [(b"%b %b" % (name, self.format(value) or b'""'), True)]

    def initial(self, default: tuple[float, ...]) -> tuple[float, ...]:
        return default


@attrs.frozen
class Directory:
    """An existing directory, kept as an absolute path; a relative one is taken from the value in force.

    Nothing changes the process's own working directory here: several servers may live in one process.
    """

    multiple = False

    def parse(self, arguments: Sequence[bytes], current: bytes, *, again: bool) -> bytes:
        try:
            path = Path(os.fsdecode(current), os.fsdecode(arguments[0]))
            kind = path.stat().st_mode
        except OSError as problem:
            raise ConfigError(_system_error(problem.errno or errno.ENOENT)) from None
        except ValueError:  # a NUL in the path
            raise ConfigError(_system_error(errno.ENOENT)) from None
        if not arguments[0]:
            raise ConfigError(_system_error(errno.ENOENT))
        if not stat.S_ISDIR(kind):
            raise ConfigError(_system_error(errno.ENOTDIR))
        if not os.access(path, os.X_OK):
            raise ConfigError(_system_error(errno.EACCES))
        return os.fsencode(path.resolve())

    def format(self, value: bytes) -> bytes:
        return value

    def lines(self, name: bytes, value: bytes, default: bytes) -> list[Line]:
        return [(b"%b %b" % (name, quote(value)), True)]

    def initial(self, default: bytes) -> bytes:
        return os.fsencode(Path(os.fsdecode(default)).resolve())


def _system_error(number: int) -> bytes:
    return os.strerror(number).encode()
