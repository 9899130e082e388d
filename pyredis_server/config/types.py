"""Kinds of values that one argument gives: yes or no, numbers, amounts of memory, words of a choice, text.

The texts of refusals are those of Redis 8.2.3; tests/unit/config/test_reference_answers.py compares them.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import attrs

from pyredis_server.base.numeric import parse_int, parse_memory
from pyredis_server.config.directive import ConfigError, Line
from pyredis_server.resp.inline import quote

E = TypeVar("E", bound=enum.Enum)
F = TypeVar("F", bound=enum.IntFlag)

INT32_MAX = (1 << 31) - 1
UINT32_MAX = (1 << 32) - 1
INT64_MAX = (1 << 63) - 1
UINT64_MAX = (1 << 64) - 1
_UNITS = ((b"gb", 1 << 30), (b"mb", 1 << 20), (b"kb", 1 << 10))


@attrs.frozen
class Boolean:
    """yes or no, in any case."""

    multiple = False

    def parse(self, arguments: Sequence[bytes], current: bool, *, again: bool) -> bool:
        word = arguments[0].lower()
        if word not in (b"yes", b"no"):
            raise ConfigError(b"argument must be 'yes' or 'no'")
        return word == b"yes"

    def format(self, value: bool) -> bytes:
        return b"yes" if value else b"no"

    def lines(self, name: bytes, value: bool, default: bool) -> list[Line]:
        return [(b"%b %b" % (name, self.format(value)), value != default)]

    def initial(self, default: bool) -> bool:
        return default


def check_range(value: int, minimum: int, maximum: int, *, unsigned: bool, form: bytes = b"%d") -> int:
    """Give `value` back if it lies between the bounds, or raise ConfigError; `form` prints the bounds."""
    if unsigned and value < 0:
        raise ConfigError(b"argument must be greater or equal to 0")
    if not minimum <= value <= maximum:
        raise ConfigError((b"argument must be between " + form + b" and " + form + b" inclusive") % (minimum, maximum))
    return value


@attrs.frozen
class Integer:
    """A decimal integer. `unsigned` only chooses the text that refuses a negative one, as C's type does in Redis."""

    minimum: int = 0
    maximum: int = INT32_MAX
    unsigned: bool = False
    check: Callable[[int], bytes | None] | None = None  # gives the text of the refusal
    clamp: tuple[int, int] | None = None  # values beyond are taken as these

    multiple = False

    def parse(self, arguments: Sequence[bytes], current: int, *, again: bool) -> int:
        value = parse_int(arguments[0])
        if value is None:
            raise ConfigError(b"argument couldn't be parsed into an integer")
        check_range(value, self.minimum, self.maximum, unsigned=self.unsigned)
        if self.check is not None and (refusal := self.check(value)) is not None:
            raise ConfigError(refusal)
        if self.clamp is not None:
            value = min(max(value, self.clamp[0]), self.clamp[1])
        return value

    def format(self, value: int) -> bytes:
        return b"%d" % value

    def lines(self, name: bytes, value: int, default: int) -> list[Line]:
        return [(b"%b %d" % (name, value), value != default)]

    def initial(self, default: int) -> int:
        return default


@attrs.frozen
class Octal:
    """File permissions as chmod takes them."""

    minimum: int = 0
    maximum: int = 0o777

    multiple = False

    def parse(self, arguments: Sequence[bytes], current: int, *, again: bool) -> int:
        word = arguments[0]
        if word.strip(b"01234567"):
            raise ConfigError(b"argument couldn't be parsed as an octal number")
        return check_range(int(word or b"0", 8), self.minimum, self.maximum, unsigned=True, form=b"%o")

    def format(self, value: int) -> bytes:
        return b"%o" % value

    def lines(self, name: bytes, value: int, default: int) -> list[Line]:
        return [(b"%b %o" % (name, value), value != default)]

    def initial(self, default: int) -> int:
        return default


def spell_memory(size_bytes: int) -> bytes:
    """Spell an amount for a configuration file, in the largest unit that divides it."""
    for unit, factor in _UNITS:
        if size_bytes and size_bytes % factor == 0:
            return b"%d%b" % (size_bytes // factor, unit)
    return b"%d" % size_bytes


@attrs.frozen
class Memory:
    """Bytes, with or without a unit: 100, 64kb, 1gb. k, m and g count by 1000; kb, mb and gb by 1024."""

    minimum: int = 0
    maximum: int = INT64_MAX
    unsigned: bool = False  # as for Integer: what lies beyond 63 bits is called negative there
    at_least: int = 0  # smaller values are taken as this

    multiple = False

    def parse(self, arguments: Sequence[bytes], current: int, *, again: bool) -> int:
        value = parse_memory(arguments[0])
        if value is None or value > UINT64_MAX:
            raise ConfigError(b"argument must be a memory value")
        if self.unsigned and value > INT64_MAX:
            raise ConfigError(b"argument must be greater or equal to 0")
        return max(check_range(value, self.minimum, self.maximum, unsigned=self.unsigned), self.at_least)

    def format(self, value: int) -> bytes:
        return b"%d" % value

    def lines(self, name: bytes, value: int, default: int) -> list[Line]:
        return [(b"%b %b" % (name, spell_memory(value)), value != default)]

    def initial(self, default: int) -> int:
        return default


@attrs.frozen
class MemoryLimit:
    """A number of bytes, or a share of another limit."""

    size_bytes: int = 0
    percent: int | None = None

    def of(self, whole_bytes: int) -> int:
        """The limit in bytes, given the limit that it is a share of."""
        return self.size_bytes if self.percent is None else whole_bytes * self.percent // 100


@attrs.frozen
class MemoryOrPercent:
    """A `MemoryLimit`: as `Memory`, or a percentage up to 100%."""

    multiple = False

    def parse(self, arguments: Sequence[bytes], current: MemoryLimit, *, again: bool) -> MemoryLimit:
        word = arguments[0]
        size = parse_memory(word)
        percent = parse_int(word[:-1]) if word.endswith(b"%") else None
        if size is not None and size <= INT64_MAX:
            return MemoryLimit(size)
        if size is None and (percent is None or percent < 0):
            raise ConfigError(b"argument must be a memory or percent value")
        if percent is None or percent > 100:  # an amount beyond 63 bits counts as one, too
            raise ConfigError(b"percentage argument must be less or equal to 100")
        return MemoryLimit(percent=percent) if percent else MemoryLimit()

    def format(self, value: MemoryLimit) -> bytes:
        return b"%d" % value.size_bytes if value.percent is None else b"%d%%" % value.percent

    def lines(self, name: bytes, value: MemoryLimit, default: MemoryLimit) -> list[Line]:
        spelled = spell_memory(value.size_bytes) if value.percent is None else b"%d%%" % value.percent
        return [(b"%b %b" % (name, spelled), value != default)]

    def initial(self, default: MemoryLimit) -> MemoryLimit:
        return default


def _choices(words: Sequence[bytes]) -> ConfigError:
    return ConfigError(b"argument(s) must be one of the following: " + b", ".join(words))


@attrs.frozen
class Choice(Generic[E]):
    """One word of an Enum whose values are the words, in any case; `synonyms` are further words in their order."""

    choices: type[E]
    synonyms: tuple[tuple[str, E], ...] = ()

    multiple = False

    def _words(self) -> dict[bytes, E]:
        words = {member.value.encode(): member for member in self.choices}
        for word, member in self.synonyms:
            words = {key: value for item in words.items() for key, value in
                     ((item, (word.encode(), member)) if item[1] is member else (item,))}
        return words

    def parse(self, arguments: Sequence[bytes], current: E, *, again: bool) -> E:
        words = self._words()
        lowered = {word.lower(): member for word, member in words.items()}
        found = lowered.get(arguments[0].lower())
        if found is None:
            raise _choices(list(words))
        return found

    def format(self, value: E) -> bytes:
        word: str = value.value
        return word.encode()

    def lines(self, name: bytes, value: E, default: E) -> list[Line]:
        return [(b"%b %b" % (name, self.format(value)), value is not default)]

    def initial(self, default: E) -> E:
        return default


@attrs.frozen
class Choices(Generic[F]):
    """Several words, each a bit of an IntFlag; the member of value 0 stands for none of them."""

    choices: type[F]
    check: Callable[[F], bytes | None] | None = None

    multiple = True

    def parse(self, arguments: Sequence[bytes], current: F, *, again: bool) -> F:
        words = {str(name).lower().encode(): member for name, member in self.choices.__members__.items()}
        value = self.choices(0)
        for word in arguments:
            if word.lower() not in words:
                raise _choices(list(words))
            value |= words[word.lower()]
        if not arguments:
            raise _choices(list(words))
        if self.check is not None and (refusal := self.check(value)) is not None:
            raise ConfigError(refusal)
        return value

    def format(self, value: F) -> bytes:
        chosen = [name for name, member in self.choices.__members__.items() if member and member & value]
        none = [name for name, member in self.choices.__members__.items() if not member]
        return " ".join(chosen or none).lower().encode()

    def lines(self, name: bytes, value: F, default: F) -> list[Line]:
        return [(b"%b %b" % (name, self.format(value)), value != default)]

    def initial(self, default: F) -> F:
        return default


@attrs.frozen
class Text:
    """Bytes as they come.

    `unset_if_empty`: the empty value means "not set" and is written by leaving the line out. `binary` values may hold
    NUL; others end there, as they do for the system calls that they go to.
    """

    unset_if_empty: bool = False
    binary: bool = False
    check: Callable[[bytes], bytes | None] | None = None  # gives the text of the refusal

    multiple = False

    def parse(self, arguments: Sequence[bytes], current: bytes, *, again: bool) -> bytes:
        value = arguments[0] if self.binary else arguments[0].partition(b"\0")[0]
        if self.check is not None and (refusal := self.check(value)) is not None:
            raise ConfigError(refusal)
        return value

    def format(self, value: bytes) -> bytes:
        return value

    def lines(self, name: bytes, value: bytes, default: bytes) -> list[Line]:
        if self.unset_if_empty and not value:
            return []
        return [(b"%b %b" % (name, quote(value)), value != default)]

    def initial(self, default: bytes) -> bytes:
        return default
