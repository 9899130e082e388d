"""What a directive is, and the values of one server.

A directive is declared once, at module level of `directives/<area>.py`:

    MAXMEMORY = directive("maxmemory", Memory(), default=0, apply=Hook.MAXMEMORY, doc="Bytes of data to hold ...")

and read as `config[MAXMEMORY]`, which is typed and costs one dictionary lookup. Values are immutable, so a reader in
another thread sees the old or the new one, never a mixture. Writers: the start-up code, then the executor only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeAlias, TypeVar

import attrs

from pyredis_server.config.hooks import Hook
from pyredis_server.resp.inline import split_arguments

T = TypeVar("T")

Spelling: TypeAlias = "str | bytes | int | bool"  # what embedders and tests may write for one argument
Line: TypeAlias = "tuple[bytes, bool]"  # a line for CONFIG REWRITE; True: append it even if the file has no such line


class ConfigError(Exception):
    """A value was refused. `message` is the text as CONFIG SET and the start-up report show it."""

    __slots__ = ("message",)

    def __init__(self, message: bytes) -> None:
        super().__init__(message)
        self.message = message


class ValueType(Protocol[T]):
    """How a kind of value is read from text and written back (types.py, compound.py)."""

    @property
    def multiple(self) -> bool:
        """Takes several arguments on a line; CONFIG SET then splits its one argument at spaces."""

    def parse(self, arguments: Sequence[bytes], current: T, *, again: bool) -> T:
        """Make a value of the arguments or raise ConfigError.

        `current` is the value in force, for directives that change it in part. `again`: the directive stood before in
        the files being read, for directives whose lines add up.
        """

    def format(self, value: T) -> bytes:
        """As CONFIG GET shows it."""

    def lines(self, name: bytes, value: T, default: T) -> list[Line]:
        """The lines of a configuration file that bring this value about; none when absence does."""

    def initial(self, default: T) -> T:
        """The value at start when nothing is configured."""


@attrs.frozen(eq=False)
class Directive(Generic[T]):
    """The facts of a directive. Compared and hashed by identity."""

    name: str
    type: ValueType[T]
    default: T
    doc: str
    aliases: tuple[str, ...] = ()
    mutable: bool = True
    apply: Hook | None = None
    hidden: bool = False  # CONFIG GET shows it only by its full name
    sensitive: bool = False  # its value is kept out of MONITOR, slow log and logs
    protected: bool = False  # CONFIG SET needs enable-protected-configs
    deny_loading: bool = False  # CONFIG SET is refused while the data set is loaded
    always_apply: bool = False  # the hook runs although the value is the same, since a file behind it may have changed
    unused: bool = False  # accepted for compatibility; has no effect here, and doc says why


def directive(
    name: str,
    type: ValueType[T],
    *,
    default: T,
    doc: str,
    alias: str | None = None,
    mutable: bool = True,
    apply: Hook | None = None,
    hidden: bool = False,
    sensitive: bool = False,
    protected: bool = False,
    deny_loading: bool = False,
    always_apply: bool = False,
    unused: bool = False,
) -> Directive[T]:
    """Declare a directive; `Directive` explains the facts."""
    return Directive(
        name=name, type=type, default=default, doc=doc, aliases=(alias,) if alias else (), mutable=mutable, apply=apply,
        hidden=hidden, sensitive=sensitive, protected=protected, deny_loading=deny_loading, always_apply=always_apply,
        unused=unused,
    )


if TYPE_CHECKING:

    class _Values:
        """What the type checker sees of the dictionary below: the value has the directive's type."""

        def __getitem__(self, directive: Directive[T], /) -> T: ...

        def __iter__(self) -> Iterator[Directive[Any]]: ...

        def __contains__(self, directive: object, /) -> bool: ...

        def __len__(self) -> int: ...
else:
    _Values = dict


class Config(_Values):
    """The values of one server, by directive: `config[directives.memory.MAXMEMORY]`.

    `Config({"maxmemory": "1gb", "save": ""})` starts from the defaults and sets what is given; a sequence gives several
    arguments, and underscores in a name count as hyphens. Unknown names raise ConfigError.
    """

    __slots__ = ("_by_name",)

    def __init__(self, overrides: Mapping[str, Spelling | Sequence[Spelling]] | None = None) -> None:
        from pyredis_server.config.directives import ALL  # the declarations import this module

        super().__init__()
        self._by_name: dict[bytes, Directive[Any]] = {}
        self.declare(ALL)
        for name, value in (overrides or {}).items():
            self.assign(name, value)

    def declare(self, declarations: Iterable[Directive[Any]]) -> None:
        """Add directives with their default values; modules bring their own."""
        for item in declarations:
            for name in (item.name, *item.aliases):
                if self._by_name.setdefault(name.lower().encode(), item) is not item:
                    raise ValueError(f"directive {name} is declared twice")
            self.set_value(item, item.type.initial(item.default))

    def withdraw(self, name: str) -> None:
        """Forget a directive that a module brought."""
        item = self._by_name.pop(name.lower().encode())
        for alias in item.aliases:
            del self._by_name[alias.lower().encode()]
        dict.pop(self, item)  # type: ignore[call-overload]  # a dict at run time

    def find(self, name: bytes) -> Directive[Any] | None:
        """Find by name or alias, in any case."""
        return self._by_name.get(name.lower())

    def names(self) -> Iterator[tuple[bytes, Directive[Any]]]:
        """Every name, aliases included, with its directive."""
        return iter(self._by_name.items())

    def set_value(self, directive: Directive[T], value: T) -> None:
        """Store a value; nothing is checked and no hook runs."""
        dict.__setitem__(self, directive, value)  # type: ignore[index]  # a dict at run time

    def assign(self, name: str, value: Spelling | Sequence[Spelling]) -> None:
        """Set by name from its spelling, as a line of a file would; True and False mean yes and no."""
        found = self.find(name.encode()) or self.find(name.replace("_", "-").encode())
        if found is None:
            raise ConfigError(b"Bad directive or wrong number of arguments")
        arguments = [_spelled(value)] if isinstance(value, str | bytes | int) else [_spelled(item) for item in value]
        self.set_value(found, parse_line(found, arguments, self[found], again=False))

    def __repr__(self) -> str:
        return f"<Config of {len(self)} directives>"  # never the values: passwords are among them


def parse_line(directive: Directive[T], arguments: Sequence[bytes], current: T, *, again: bool) -> T:
    """Make a value of the arguments of a line in a file.

    A directive for several arguments may have them in one, as `--save "60 1"` gives it.
    Raises: ConfigError.
    """
    if not directive.type.multiple:
        if len(arguments) != 1:
            raise ConfigError(b"wrong number of arguments")
    elif len(arguments) == 1 and arguments[0]:
        arguments = split_arguments(arguments[0]) or []
    return directive.type.parse(arguments, current, again=again)


def _spelled(value: Spelling) -> bytes:
    """Spell a Python value as in a configuration file."""
    if isinstance(value, bool):
        return b"yes" if value else b"no"
    if isinstance(value, int):
        return b"%d" % value
    return value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape")
