"""Reading configuration files.

A line is a directive's name and its arguments, quoted as on Redis's command line. Lines that are no directives of a
`Config` (user, rename-command, loadmodule, settings of modules, Sentinel's) are collected in `Loaded`, for those who
know what to do with them; their errors are to be reported with the line, too: `raise line.error(b"...")`.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs

from pyredis_server.base.log import check_logfile
from pyredis_server.base.version import REDIS_VERSION
from pyredis_server.config.directive import Config, ConfigError, Directive, parse_line
from pyredis_server.config.directives import cluster, general, replication, snapshotting
from pyredis_server.resp.inline import split_arguments

MOST_NESTED_INCLUDES = 32  # a file that includes itself ends here

# Accepted with one argument and ignored, so that old files still work.
_IGNORED = frozenset((b"list-max-ziplist-entries", b"list-max-ziplist-value", b"lua-replicate-commands"))
_BAD_DIRECTIVE = b"Bad directive or wrong number of arguments"


class ConfigFileError(Exception):
    """The server cannot be started with this configuration. `report` is what the user is told on standard error."""

    def __init__(self, message: bytes, number: int | None = None, text: bytes = b"", file: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.number = number
        self.text = text
        self.file = file  # "" for the main one with what is appended to it

    def report(self) -> str:
        """The report in the form that Redis gives it."""
        where = ""
        if self.number is not None:
            name = f" '{self.file}'" if self.file else ""
            where = (f"Reading the configuration file{name}, at line {self.number}\n"
                     f">>> '{self.text.decode('utf-8', 'backslashreplace')}'\n")
        message = self.message.decode("utf-8", "backslashreplace")
        return f"\n*** FATAL CONFIG FILE ERROR (Redis {REDIS_VERSION}) ***\n{where}{message}\n"


class CannotOpen(ConfigFileError):
    """A file cannot be read. Redis says so in the log and not as a fault of a line: `report` is that text."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(reason.encode())
        self.path = path

    def report(self) -> str:
        """The text of the warning."""
        return f"Fatal error, can't open config file '{self.path}': {self.message.decode()}"


@attrs.frozen
class SourceLine:
    """A line that is kept for somebody else: what follows its first word, and where it stands."""

    arguments: tuple[bytes, ...]
    number: int
    text: bytes
    file: str = ""

    def error(self, message: bytes) -> ConfigFileError:
        """The error to raise when this line is wrong."""
        return ConfigFileError(message, self.number, self.text, self.file)


@attrs.define
class Loaded:
    """What files gave beside the values of directives, in the order in which it stood there."""

    renames: list[SourceLine] = attrs.field(factory=list)  # rename-command: old name, new name or b"" to remove it
    users: list[SourceLine] = attrs.field(factory=list)  # user: name and ACL rules
    modules: list[SourceLine] = attrs.field(factory=list)  # loadmodule: path and arguments
    module_settings: dict[bytes, SourceLine] = attrs.field(factory=dict)  # by name; the last line of a name counts
    sentinel: list[SourceLine] = attrs.field(factory=list)  # sentinel: what follows
    warnings: list[str] = attrs.field(factory=list)  # to be logged once there is a log

    def refuse_unclaimed(self) -> None:
        """Refuse settings that no module has taken (and removed) from `module_settings`. Raises: ConfigFileError."""
        for line in self.module_settings.values():
            raise line.error(_BAD_DIRECTIVE)


class Loader:
    """Reads texts and files into a Config.

    Call `text` or `file` as often as needed, then `finish`. Lines that add up (save) do so over all of them.
    """

    def __init__(self, config: Config, *, sentinel_mode: bool = False) -> None:
        self._config = config
        self._sentinel_mode = sentinel_mode
        self._seen: set[Directive[Any]] = set()
        self._depth = 0
        self.loaded = Loaded()

    def file(self, path: str, *, name: str = "") -> None:
        """Read a file, relative to the directory in force. Raises: ConfigFileError."""
        self.text(self.content(path), name=name)

    def content(self, path: str) -> bytes:
        """The bytes of a file, relative to the directory in force. Raises: ConfigFileError."""
        try:
            return self._resolved(path).read_bytes()
        except (OSError, ValueError) as problem:
            raise CannotOpen(path, getattr(problem, "strerror", None) or "Invalid argument") from None

    def text(self, text: bytes, *, name: str = "") -> None:
        """Read lines; `name` is the included file that they are from. Raises: ConfigFileError."""
        for number, raw in enumerate(text.split(b"\n"), 1):
            line = raw.strip(b" \t\r\n")
            if not line or line.startswith(b"#"):
                continue
            words = split_arguments(line)
            if words is None:
                raise ConfigFileError(b"Unbalanced quotes in configuration line", number, line, name)
            if words:
                self._line(words[0].lower(), SourceLine(tuple(words[1:]), number, line, name))

    def _line(self, word: bytes, line: SourceLine) -> None:
        config = self._config
        directive = config.find(word)
        if directive is not None:
            try:
                value = parse_line(directive, line.arguments, config[directive], again=directive in self._seen)
            except ConfigError as problem:
                raise line.error(problem.message) from None
            config.set_value(directive, value)
            self._seen.add(directive)
        elif word == b"include" and len(line.arguments) == 1:
            self._include(line)
        elif not (word in _IGNORED and len(line.arguments) == 1):
            self._keep(word, line)

    def _keep(self, word: bytes, line: SourceLine) -> None:
        count = len(line.arguments)
        loaded = self.loaded
        if word == b"rename-command" and count == 2:
            loaded.renames.append(line)
        elif word == b"user" and count:
            loaded.users.append(line)
        elif word == b"loadmodule" and count:
            loaded.modules.append(line)
        elif word == b"sentinel":
            if count and not self._sentinel_mode:
                raise line.error(b"sentinel directive while not in sentinel mode")
            if count:
                loaded.sentinel.append(line)
        elif count and word not in (b"include", b"rename-command"):
            loaded.module_settings[word] = line
        elif b"." in word:
            raise line.error(b"Module config specified without value")
        else:
            raise line.error(_BAD_DIRECTIVE)

    def _include(self, line: SourceLine) -> None:
        if self._depth >= MOST_NESTED_INCLUDES:
            raise line.error(b"Too many levels of include")
        self._depth += 1
        for path in self._matches(os.fsdecode(line.arguments[0])):
            self.file(path, name=path)
        self._depth -= 1

    def _matches(self, pattern: str) -> Iterator[str]:
        """The files that an include names; none is an error only without wildcards."""
        if not any(character in pattern for character in "*?["):
            yield pattern
            return
        try:
            yield from sorted(glob.glob(str(self._resolved(pattern))))
        except ValueError:  # a NUL
            return

    def _resolved(self, path: str) -> Path:
        return Path(os.fsdecode(self._config[snapshotting.DIR]), path)

    def finish(self) -> Loaded:
        """Check what only all lines together tell. Raises: ConfigFileError."""
        config = self._config
        logfile = os.fsdecode(config[general.LOGFILE])
        if logfile:
            reason = check_logfile(str(self._resolved(logfile)))
            if reason is not None:
                raise ConfigFileError(f"Can't open the log file: {reason}".encode())
        if config[cluster.CLUSTER_ENABLED]:
            if config[replication.REPLICAOF] is not None:
                raise ConfigFileError(b"replicaof directive not allowed in cluster mode")
            databases = config[general.DATABASES]
            if databases > 1:
                self.loaded.warnings.append(
                    f"WARNING: Changing databases number from {databases} to 1 since we are in cluster mode")
                config.set_value(general.DATABASES, 1)
        return self.loaded


def load(config: Config, *, path: str = "", read_stdin: Callable[[], bytes] | None = None, options: bytes = b"",
         sentinel_mode: bool = False) -> Loaded:
    """Read the file, then standard input, then the options of the command line, as one text: the last line counts.

    Line numbers of errors count through all three, as in Redis. Raises: ConfigFileError.
    """
    loader = Loader(config, sentinel_mode=sentinel_mode)
    text = loader.content(path) if path else b""
    if read_stdin is not None:
        text += read_stdin()
    loader.text(text + b"\n" + options)
    return loader.finish()
