"""COMMAND: what the server's commands are like. All of it is read from the declarations in the command table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.base.globs import glob_match
from pyredis_server.commands.arguments import Arg, OneOf, Pattern, Str
from pyredis_server.commands.command_keys import has_keys, keys_of
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import LOADING, SHOWN, STALE, Flag
from pyredis_server.commands.help import help_lines
from pyredis_server.commands.keyspecs import KeySpec
from pyredis_server.commands.registry import Command, CommandSpec, command
from pyredis_server.resp.reply import Map, Reply, SetReply, Status

# The ACL's categories in the order in which Redis lists those of a command; those of modules follow by name.
CATEGORY_ORDER: Final = {name: position for position, name in enumerate((
    "keyspace", "read", "write", "set", "sortedset", "list", "hash", "string", "bitmap", "hyperloglog", "geo", "stream",
    "pubsub", "admin", "fast", "slow", "blocking", "dangerous", "connection", "transaction", "scripting"))}

# Access flags of keys in Redis's order.
ACCESS_ORDER: Final = {name: position for position, name in enumerate((
    "RO", "RW", "OW", "RM", "access", "update", "insert", "delete", "not_key", "incomplete", "variable_flags"))}

# Commands that only servers send one another, or that serve to test servers.
SYSTEM_COMMANDS: Final = frozenset({"DEBUG", "PFDEBUG", "PFSELFTEST", "REPLCONF", "RESTORE-ASKING"})


@command("COMMAND", group="server", since="2.8.13", arity=-1, flags=LOADING | STALE, categories=("connection",),
         tips=("nondeterministic_output_order",),
         complexity="O(N), N being the number of commands")
def command_(ctx: Context) -> Reply:
    """Describe all commands."""
    return [described(each) for each in ctx.services.table]


@command("COMMAND COUNT", group="server", since="2.8.13", arity=2, flags=LOADING | STALE, categories=("connection",),
         complexity="O(1)")
def command_count(ctx: Context) -> Reply:
    """Count the commands."""
    return len(ctx.services.table)


@command("COMMAND DOCS", group="server", since="7.0.0", arity=-2, flags=LOADING | STALE,
         args=[Str("command-name", optional=True, multiple=True)],
         categories=("connection",), tips=("nondeterministic_output_order",),
         complexity="O(N), N being the number of commands asked for")
def command_docs(ctx: Context, *names: bytes) -> Reply:
    """Explain some commands, or all: what they do, since when, with which arguments."""
    if not names:
        return _docs_of(ctx.services.table)
    asked = [ctx.services.table.resolve(name) for name in names]
    return _docs_of(each for each in asked if each is not None)


@command("COMMAND GETKEYS", group="server", since="2.8.13", arity=-3, flags=LOADING | STALE,
         args=[Str("command"), Str("arg", optional=True, multiple=True)],
         categories=("connection",),
         complexity="O(N), N being the number of arguments")
def command_getkeys(ctx: Context, *argv: bytes) -> Reply:
    """Pick the keys out of a call."""
    return [argv[index] for index, _ in _keys_of_call(ctx, argv)]


@command("COMMAND GETKEYSANDFLAGS", group="server", since="7.0.0", arity=-3, flags=LOADING | STALE,
         args=[Str("command"), Str("arg", optional=True, multiple=True)],
         categories=("connection",),
         complexity="O(N), N being the number of arguments")
def command_getkeysandflags(ctx: Context, *argv: bytes) -> Reply:
    """Pick the keys out of a call, with what the call does to each."""
    return [[argv[index], _statuses(_access(flags))] for index, flags in _keys_of_call(ctx, argv)]


@command("COMMAND HELP", group="server", since="5.0.0", arity=2, flags=LOADING | STALE, categories=("connection",))
def command_help(ctx: Context) -> Reply:
    """List the subcommands of COMMAND."""
    return help_lines(
        "COMMAND",
        ("(no subcommand)", "Describe all commands."),
        ("COUNT", "Count the commands of this server."),
        ("LIST [FILTERBY <MODULE module|ACLCAT category|PATTERN pattern>]", "Name the commands, subcommands too."),
        ("INFO [<command-name> ...]", "Describe the commands named, or all."),
        ("DOCS [<command-name> ...]", "Explain the commands named, or all."),
        ("GETKEYS <full-command>", "Pick the keys out of a call."),
        ("GETKEYSANDFLAGS <full-command>", "Pick the keys out of a call, with what it does to them."),
    )


@command("COMMAND INFO", group="server", since="2.8.13", arity=-2, flags=LOADING | STALE,
         args=[Str("command-name", optional=True, multiple=True)],
         categories=("connection",), tips=("nondeterministic_output_order",),
         history=(("7.0.0", "Takes names of subcommands, and no name at all for all commands."),),
         complexity="O(N), N being the number of commands asked for")
def command_info(ctx: Context, *names: bytes) -> Reply:
    """Describe some commands, or all."""
    if not names:
        return [described(each) for each in ctx.services.table]
    asked = [ctx.services.table.resolve(name) for name in names]
    return [None if each is None else described(each) for each in asked]


@command("COMMAND LIST", group="server", since="7.0.0", arity=-2, flags=LOADING | STALE,
         args=[OneOf("filterby", Str("module-name", token="MODULE"), Str("category", token="ACLCAT"),
               Pattern("pattern", token="PATTERN"), token="FILTERBY", optional=True)],
         categories=("connection",), tips=("nondeterministic_output_order",),
         complexity="O(N), N being the number of commands")
def command_list(ctx: Context, *options: bytes) -> Reply:
    """Name all commands and subcommands, or those of a module, of an ACL category, or that fit a pattern."""
    found: Iterator[Command] = ctx.services.table.walk()
    if options:
        if len(options) != 3 or options[0].upper() != b"FILTERBY":
            raise CommandError(errors.SYNTAX)
        how, what = options[1].upper(), options[2]
        if how == b"ACLCAT":
            category = what.lower().decode("utf-8", "replace")
            found = (each for each in found if category in each.spec.categories)
        elif how == b"PATTERN":
            found = (each for each in found if glob_match(what, each.name.encode(), nocase=True))
        elif how == b"MODULE":
            found = iter(())  # modules do not declare commands yet
        else:
            raise CommandError(errors.SYNTAX)
    return [each.name.encode() for each in found]


def described(found: Command) -> Reply:
    """A command as COMMAND INFO shows it."""
    spec = found.spec
    first, last, step = key_range(spec.keys)
    return [
        found.name.encode(), spec.arity,
        SetReply([Status(name) for flag, name in SHOWN if spec.flags & flag]),
        first, last, step,
        SetReply([Status(b"@" + name.encode()) for name in _categories(spec)]),
        SetReply([tip.encode() for tip in spec.tips]),
        SetReply([_key_spec(key) for key in spec.keys]),
        [described(each) for each in found.subcommands.values()] if found.subcommands else SetReply([]),
    ]


def key_range(keys: Sequence[KeySpec]) -> tuple[int, int, int]:
    """Give first key, last key and step, by which old clients find keys; zeros when that cannot be said.

    One spec of a plain range is given as it is. Of several, those that follow one another with step 1 make one range.
    """
    if len(keys) == 1 and keys[0].index is not None and keys[0].find == "range":
        only = keys[0]
        return keys[0].index, only.last if only.last < 0 else keys[0].index + only.last, only.step
    first = last = 0
    for key in keys:
        if key.index is None or key.find != "range" or key.step != 1 or (last and last != key.index - 1):
            continue
        first = first or key.index
        last = key.last if key.last < 0 else key.index + key.last
    return (first, last, 1) if first else (0, 0, 0)


def _categories(spec: CommandSpec) -> list[str]:
    return sorted(spec.categories, key=lambda name: (CATEGORY_ORDER.get(name, len(CATEGORY_ORDER)), name))


def _access(flags: Iterable[str]) -> list[str]:
    return sorted(flags, key=ACCESS_ORDER.__getitem__)


def _statuses(names: Iterable[str]) -> SetReply:
    return SetReply([Status(name.encode()) for name in names])


def _key_spec(key: KeySpec) -> Reply:
    if key.index is not None:
        search = _spec_map("index", ("index", key.index))
    elif key.keyword is not None:
        search = _spec_map("keyword", ("keyword", key.keyword), ("startfrom", key.startfrom))
    else:
        search = _spec_map("unknown")
    if key.find == "range":
        find = _spec_map("range", ("lastkey", key.last), ("keystep", key.step), ("limit", key.limit))
    elif key.find == "keynum":
        find = _spec_map("keynum", ("keynumidx", key.keynumidx), ("firstkey", key.firstkey), ("keystep", key.step))
    else:
        find = _spec_map("unknown")
    fields: list[Reply] = [b"flags", _statuses(_access(key.flags)), b"begin_search", search, b"find_keys", find]
    return Map([b"notes", key.notes.encode(), *fields] if key.notes else fields)


def _spec_map(kind: str, *facts: tuple[str, str | int]) -> Map:
    flat: list[Reply] = []
    for name, value in facts:
        flat += [name.encode(), value.encode() if isinstance(value, str) else value]
    return Map([b"type", kind.encode(), b"spec", Map(flat)])


def _docs_of(commands: Iterable[Command]) -> Map:
    return Map.of((each.name.encode(), _docs(each)) for each in commands)


def _docs(found: Command) -> Map:
    spec = found.spec
    fields: list[Reply] = [b"summary", spec.summary.encode(), b"since", spec.since.encode(),
                           b"group", spec.group.encode(), b"complexity", spec.complexity.encode()]
    marks = ["deprecated"] if spec.deprecated_since else []
    if spec.name in SYSTEM_COMMANDS:
        marks.append("syscmd")
    if marks:
        fields += [b"doc_flags", _statuses(marks)]
    if spec.deprecated_since:
        fields += [b"deprecated_since", spec.deprecated_since.encode()]
    if spec.replaced_by:
        fields += [b"replaced_by", spec.replaced_by.encode()]
    if spec.history:
        fields += [b"history", SetReply([[since.encode(), change.encode()] for since, change in spec.history])]
    if spec.args:
        fields += [b"arguments", [_argument(arg) for arg in spec.args]]
    if found.subcommands:
        fields += [b"subcommands", _docs_of(found.subcommands.values())]
    return Map(fields)


def _argument(arg: Arg) -> Map:
    fields: list[Reply] = [b"name", arg.name.encode(), b"type", arg.type.encode()]
    if not arg.args:
        fields += [b"display_text", (arg.display or arg.name).encode()]
    if arg.key_spec_index is not None:
        fields += [b"key_spec_index", arg.key_spec_index]
    for name, text in ((b"token", arg.token), (b"summary", arg.summary), (b"since", arg.since),
                       (b"deprecated_since", arg.deprecated_since)):
        if text is not None:
            fields += [name, text.encode()]
    marks = [name for name in ("optional", "multiple", "multiple_token") if getattr(arg, name)]
    if marks:
        fields += [b"flags", _statuses(marks)]
    if arg.args:
        fields += [b"arguments", [_argument(each) for each in arg.args]]
    return Map(fields)


def _keys_of_call(ctx: Context, argv: Sequence[bytes]) -> list[tuple[int, tuple[str, ...]]]:
    found = ctx.services.table.find(argv[0])
    if found is not None and found.subcommands and len(argv) > 1:
        found = found.subcommands.get(argv[1].lower())
    if found is None:
        raise CommandError(errors.GETKEYS_UNKNOWN)
    if not has_keys(found.spec):
        raise CommandError(errors.GETKEYS_NO_KEYS)
    if not found.low <= len(argv) <= found.high:
        raise CommandError(errors.GETKEYS_ARITY)
    keys = keys_of(found.spec, argv)
    if not keys:
        if found.spec.flags & Flag.NO_MANDATORY_KEYS:
            return []
        raise CommandError(errors.GETKEYS_INVALID)
    return keys
