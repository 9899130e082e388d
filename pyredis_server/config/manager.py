"""What CONFIG asks: read directives, change them all or none, write them back to the file.

Owner: the executor thread. Hooks run on it, right after the values were stored.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.base.globs import compile_glob
from pyredis_server.base.log import Logger
from pyredis_server.config.choices import Permission
from pyredis_server.config.directive import Config, ConfigError, Directive
from pyredis_server.config.directives.security import ENABLE_PROTECTED_CONFIGS
from pyredis_server.config.hooks import Hook
from pyredis_server.config.rewrite import replace_file, rewrite

Values = dict[Directive[Any], Any]  # Any: each directive has its own type of values


class ConfigManager:
    """The work of CONFIG for one server.

    `config_file` is the absolute path of the file that the server was started with, or "". `hooks` may be filled later.
    `further_lines` gives the lines of what is no directive but stands in the file, by their first word (user,
    loadmodule): for the words that it gives, the file will hold exactly these lines.
    """

    def __init__(
        self,
        config: Config,
        log: Logger,
        *,
        config_file: str = "",
        hooks: Mapping[Hook, Callable[[], None]] | None = None,
        further_lines: Callable[[], Mapping[bytes, Sequence[bytes]]] = dict,
    ) -> None:
        self.config = config
        self.config_file = config_file
        self.hooks: dict[Hook, Callable[[], None]] = dict(hooks or {})
        self.further_lines = further_lines
        self.loading = False  # set while the data set is loaded
        self._log = log

    def get(self, patterns: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
        """Names and values that match the patterns, each once.

        A name without pattern characters is reported as it was asked for, in any case and also if hidden.
        """
        config = self.config
        found: dict[bytes, tuple[bytes, Directive[Any]]] = {}
        for pattern in patterns:
            if not any(character in pattern for character in b"[*?"):
                directive = config.find(pattern)
                if directive is not None:
                    found.setdefault(pattern.lower(), (pattern, directive))
                continue
            matches = compile_glob(pattern, nocase=True)
            for name, directive in config.names():
                if not directive.hidden and matches(name):
                    found.setdefault(name, (name, directive))
        return [(name, directive.type.format(config[directive])) for name, directive in found.values()]

    def secrets(self, arguments: Sequence[bytes]) -> list[int]:
        """The positions in a CONFIG SET's arguments that hold passwords."""
        return [index + 1 for index in range(0, len(arguments) - 1, 2)
                if (found := self.config.find(arguments[index])) is not None and found.sensitive]

    def set(self, arguments: Sequence[bytes], *, is_local: bool) -> None:
        """Set directives: names and values in turn. Nothing changes if one is refused or a hook fails.

        `is_local`: the client is on this machine.
        Raises: CommandError.
        """
        if len(arguments) % 2:
            raise CommandError(errors.SYNTAX)
        asked = self._find(arguments, is_local=is_local)
        new: Values = {}
        names: dict[Directive[Any], bytes] = {}
        for name, directive, value in asked:
            current = new.get(directive, self.config[directive])
            words = [value] if not directive.type.multiple else value.split(b" ") if value else []
            names[directive] = name.lower()
            try:
                new[directive] = directive.type.parse(words, current, again=False)
            except ConfigError as problem:
                raise errors.ConfigSetFailed(names[directive], problem.message) from None
        self._store_and_apply(new, names)

    def _find(self, arguments: Sequence[bytes], *, is_local: bool) -> list[tuple[bytes, Directive[Any], bytes]]:
        asked: list[tuple[bytes, Directive[Any], bytes]] = []
        seen: set[bytes] = set()  # an alias beside its directive is no duplicate to Redis either; the later one counts
        for name, value in zip(arguments[::2], arguments[1::2], strict=True):
            directive = self.config.find(name)
            if directive is None:
                raise errors.UnknownDirective(name)
            if not directive.mutable:
                raise errors.ConfigSetFailed(name, b"can't set immutable config")
            if directive.protected and not self._may_set_protected(is_local):
                raise errors.ConfigSetFailed(name, b"can't set protected config")
            if directive.deny_loading and self.loading:
                raise CommandError(errors.LOADING)
            if name.lower() in seen:
                raise errors.ConfigSetFailed(name, b"duplicate parameter")
            seen.add(name.lower())
            asked.append((name, directive, value))
        return asked

    def _may_set_protected(self, is_local: bool) -> bool:
        allowed = self.config[ENABLE_PROTECTED_CONFIGS]
        return allowed is Permission.YES or (allowed is Permission.LOCAL and is_local)

    def _store_and_apply(self, new: Values, names: Mapping[Directive[Any], bytes]) -> None:
        old: Values = {directive: self.config[directive] for directive in new}
        wanted: dict[Hook, Directive[Any]] = {}
        for directive, value in new.items():
            self.config.set_value(directive, value)
            if directive.apply is not None and (directive.always_apply or value != old[directive]):
                wanted.setdefault(directive.apply, directive)
        done: list[Hook] = []
        for hook, directive in wanted.items():
            done.append(hook)
            try:
                self._run(hook)
            except ConfigError as problem:
                self._log.warning("Failed applying new configuration. Possibly related to new "
                                  f"{directive.name} setting. Restoring previous settings.")
                self._restore(old, done)
                raise errors.ConfigSetFailed(names[directive], problem.message) from None
            except BaseException:
                self._restore(old, done)
                raise

    def _run(self, hook: Hook) -> None:
        action = self.hooks.get(hook)
        if action is not None:
            action()

    def _restore(self, old: Values, done: Sequence[Hook]) -> None:
        for directive, value in old.items():
            self.config.set_value(directive, value)
        for hook in done:
            try:
                self._run(hook)
            except ConfigError as problem:
                reason = problem.message.decode("utf-8", "replace")
                self._log.warning(f"Failed applying restored failed CONFIG SET command: {reason}")

    def rewrite(self) -> None:
        """Bring the file in line with the values. Raises: CommandError."""
        if not self.config_file:
            raise CommandError(errors.CONFIG_WITHOUT_FILE)
        try:
            self._rewrite_file(everything=False)
        except OSError as problem:
            reason = _reason(problem)
            self._log.warning(f"CONFIG REWRITE failed: {reason}")
            raise errors.ConfigRewriteFailed(reason.encode()) from None
        self._log.notice("CONFIG REWRITE executed with success.")

    def rewrite_everything(self) -> None:
        """Write all directives to the file, those at their defaults too (DEBUG). Raises: CommandError."""
        try:
            if not self.config_file:
                raise OSError(errno.EFAULT, os.strerror(errno.EFAULT))  # what Redis says then
            self._rewrite_file(everything=True)
        except OSError as problem:
            raise errors.ForcedRewriteFailed(_reason(problem).encode()) from None

    def _rewrite_file(self, *, everything: bool) -> None:
        path = Path(self.config_file)
        try:
            text = path.read_bytes()
        except FileNotFoundError:
            text = b""
        replace_file(path, rewrite(text, self.config, self.further_lines(), everything=everything))


def _reason(problem: OSError) -> str:
    return problem.strerror or str(problem)
