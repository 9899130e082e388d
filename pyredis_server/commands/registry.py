"""The declaration of commands and the table that a server looks them up in.

`@command(...)` hangs a frozen `CommandSpec` on a handler and changes nothing else. `CommandTable(modules)` collects
the handlers of the modules and makes one `Command` per spec, with the counters of one server; so several servers in
one process share declarations but no state.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any

import attrs

from pyredis_server.commands.arguments import Arg
from pyredis_server.commands.flags import NONE, Flag, categories_of
from pyredis_server.commands.keyspecs import KeySpec

Handler = Callable[..., Any]  # (ctx, *arguments) -> Reply; each handler names its own parameters
KeyFinder = Callable[[list[bytes]], list[tuple[int, tuple[str, ...]]]]


@attrs.frozen
class CommandSpec:
    """The facts of a command, as declared. `name` is upper case; a subcommand's is "CLIENT LIST".

    `arity` counts the command's name; negative means "at least". `get_keys` finds (index, access flags) where key
    specs cannot. `doc` is the summary (the handler's docstring, first line).
    """

    name: str
    group: str
    since: str
    arity: int
    flags: Flag
    keys: tuple[KeySpec, ...]
    args: tuple[Arg, ...]
    categories: frozenset[str]
    tips: tuple[str, ...]
    complexity: str
    history: tuple[tuple[str, str], ...]
    deprecated_since: str | None
    replaced_by: str | None
    get_keys: KeyFinder | None
    summary: str


def command(
    name: str,
    *,
    group: str,
    since: str,
    arity: int,
    flags: Flag = NONE,
    keys: Iterable[KeySpec] = (),
    args: Iterable[Arg] = (),
    categories: Iterable[str] = (),
    tips: Iterable[str] = (),
    complexity: str = "O(1)",
    history: Iterable[tuple[str, str]] = (),
    deprecated_since: str | None = None,
    replaced_by: str | None = None,
    get_keys: KeyFinder | None = None,
) -> Callable[[Handler], Handler]:
    """Declare the decorated function as the handler of `name`.

    `categories` names the ACL categories that do not follow from flags and group ("-name" removes one).
    """

    def declare(handler: Handler) -> Handler:
        spec = CommandSpec(
            name=name, group=group, since=since, arity=arity, flags=flags, keys=tuple(keys), args=tuple(args),
            categories=categories_of(flags, group, tuple(categories)), tips=tuple(tips), complexity=complexity,
            history=tuple(history), deprecated_since=deprecated_since, replaced_by=replaced_by, get_keys=get_keys,
            summary=(handler.__doc__ or "").strip().split("\n")[0],
        )
        declared = getattr(handler, "commands", ())
        handler.commands = (*declared, spec)  # type: ignore[attr-defined]  # functions take attributes
        return handler

    return declare


class Command:
    """A command of one running server: its spec, its handler and its counters. Owner: the executor.

    `gate` is matched against the server's mask on the straight path (executor/gate.py gives the bits).
    `nanoseconds` is the time spent in all calls; `histogram` counts calls by whole microseconds.
    """

    __slots__ = (
        "spec", "name", "handler", "gate", "low", "high", "calls", "nanoseconds", "rejected_calls", "failed_calls",
        "histogram", "subcommands", "parent", "bit", "is_write",
    )

    def __init__(self, spec: CommandSpec, handler: Handler, parent: Command | None = None) -> None:
        self.spec = spec
        self.name = spec.name.lower().replace(" ", "|")
        self.handler = handler
        self.parent = parent
        self.subcommands: dict[bytes, Command] = {}
        self.low = abs(spec.arity)
        self.high = spec.arity if spec.arity > 0 else 1 << 40
        self.is_write = bool(spec.flags & Flag.WRITE)
        self.gate = 0
        self.bit = 0
        self.reset_counters()

    def reset_counters(self) -> None:
        """Forget all calls, as CONFIG RESETSTAT does."""
        self.calls = self.nanoseconds = self.rejected_calls = self.failed_calls = 0
        self.histogram: defaultdict[int, int] = defaultdict(int)

    def __repr__(self) -> str:
        return f"<Command {self.name}>"


class CommandTable:
    """All commands of one server. Names are looked up in any case."""

    def __init__(self, modules: Iterable[ModuleType]) -> None:
        self.exact: dict[bytes, Command] = {}  # the spellings seen so far: upper, lower, and those that clients use
        self._by_name: dict[bytes, Command] = {}
        self._next_bit = 0  # numbers all commands, for the ACL's bitmaps
        pending: list[tuple[CommandSpec, Handler]] = []
        for module in modules:
            for value in vars(module).values():
                if getattr(value, "__module__", None) == module.__name__:
                    pending += [(spec, value) for spec in getattr(value, "commands", ())]
        pending.sort(key=lambda item: item[0].name.count(" "))
        for spec, handler in pending:
            self.add(spec, handler)

    def add(self, spec: CommandSpec, handler: Handler) -> Command:
        """Register a command or a subcommand; its container must have been added before."""
        container, _, sub = spec.name.partition(" ")
        if sub:
            parent = self._by_name[container.lower().encode()]
            made = Command(spec, handler, parent)
            parent.subcommands[sub.lower().encode()] = made
        else:
            made = Command(spec, handler)
            name = container.lower().encode()
            if name in self._by_name:
                raise ValueError(f"command {spec.name} is declared twice")
            self._by_name[name] = made
            self.exact[name] = self.exact[name.upper()] = made
        made.bit = self._next_bit
        self._next_bit += 1
        return made

    def find(self, name: bytes) -> Command | None:
        """Find a top-level command whatever its case; a mixed-case spelling costs a conversion each time."""
        return self.exact.get(name) or self._by_name.get(name.lower())

    def rename(self, old: bytes, new: bytes) -> bool:
        """Give a command another name, or none if `new` is empty. False: no such command, or `new` is taken."""
        found = self._by_name.get(old.lower())
        if found is None or (new and new.lower() in self._by_name):
            return False
        del self._by_name[old.lower()]
        self.exact = {name: each for name, each in self.exact.items() if each is not found}
        if new:
            self._by_name[new.lower()] = found
            self.exact[new.lower()] = self.exact[new.upper()] = found
        return True

    def resolve(self, full_name: bytes) -> Command | None:
        """Find by full name as COMMAND INFO takes it: "get", "client|list"."""
        head, _, sub = full_name.lower().partition(b"|")
        found = self._by_name.get(head)
        return found.subcommands.get(sub) if found and sub else found

    def __iter__(self) -> Iterator[Command]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def walk(self) -> Iterator[Command]:
        """Every command and subcommand."""
        for found in self._by_name.values():
            yield found
            yield from found.subcommands.values()
