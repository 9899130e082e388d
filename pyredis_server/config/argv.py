"""The command line of the server: Redis's, not getopt's.

First may come the name of a configuration file; "-" first or last reads standard input; everything else is
`--directive argument ...`, which becomes lines appended to the file. Pure: nothing is opened here.
"""

from __future__ import annotations

import enum
import os
import struct
from collections.abc import Sequence

import attrs

from pyredis_server.base.version import PYREDIS_VERSION, REDIS_VERSION
from pyredis_server.resp.inline import quote, split_arguments

USAGE = """\
Usage: {program} [FILE] [--DIRECTIVE ARGUMENT ...] ... [-]

Run a server with the directives of FILE, of standard input if - is first or last, and of the command line; where they
contradict, the last one counts. Without any, the defaults apply: port 6379, snapshots in the working directory.

  -h, --help            show this and exit
  -v, --version         show the version and exit
  --test-memory MB      test that many megabytes of memory and exit
  --check-system        look for settings of the system that slow a server down, and exit
  --sentinel            run as Sentinel; FILE is required

Examples:
  {program} --port 7000 --save 60 1 --maxmemory 100mb
  {program} pyredis.conf --loglevel verbose
  echo "maxmemory 128mb" | {program} -

All directives are described in pyredis.conf.
"""

NO_AMOUNT = """\
Say how many megabytes of memory to test, for example: {program} --test-memory 4096
"""


class Action(enum.Enum):
    """What the command line asks for."""

    RUN = "run"
    HELP = "help"
    VERSION = "version"
    TEST_MEMORY = "test-memory"
    CHECK_SYSTEM = "check-system"


@attrs.frozen
class ParsedArguments:
    """A command line, taken apart."""

    action: Action = Action.RUN
    config_file: str = ""  # as given; "" for none
    read_stdin: bool = False
    options: bytes = b""  # lines of a configuration file
    sentinel: bool = False
    memory_mb: int | None = None  # of --test-memory; None if it is missing


def parse_argv(argv: Sequence[str]) -> ParsedArguments:
    """Take a command line apart; `argv` is without the program's name."""
    first = argv[0] if argv else ""
    if first in ("-v", "--version"):
        return ParsedArguments(Action.VERSION)
    if first in ("-h", "--help"):
        return ParsedArguments(Action.HELP)
    if first == "--test-memory":
        amount = argv[1] if len(argv) == 2 else ""
        return ParsedArguments(Action.TEST_MEMORY, memory_mb=int(amount) if amount.isdecimal() else None)
    if first == "--check-system":
        return ParsedArguments(Action.CHECK_SYSTEM)
    config_file = first if argv and not first.startswith("-") else ""
    options, read_stdin = _options(argv[1:] if config_file else argv, may_begin_with_stdin=not config_file)
    return ParsedArguments(config_file=config_file, read_stdin=read_stdin, options=options,
                           sentinel="--sentinel" in argv)


def _options(argv: Sequence[str], *, may_begin_with_stdin: bool) -> tuple[bytes, bool]:
    """Turn `--name argument ...` into lines, and tell whether standard input is to be read."""
    lines: list[bytes] = []
    read_stdin = False
    wants_argument = False  # a name has none yet, so whatever comes is its argument, even "--x"
    last = len(argv) - 1
    for index, word in enumerate(argv):
        raw = os.fsencode(word)
        if word == "-" and (index == last or (index == 0 and may_begin_with_stdin)):
            read_stdin = True
        elif word.startswith("--") and not wants_argument:
            name = raw[2:] + b" "
            if len(split_arguments(raw) or ()) == 1:  # else the argument stands in the same word: "--port 7000"
                followed = index < last and argv[index + 1].startswith("--")
                if word.lower() == "--save" and (followed or index == last):
                    name += b'""'  # from a time when a name might stand alone
                wants_argument = not (followed and word.lower() in ("--save", "--sentinel"))
            lines.append(name)
        else:
            if not lines:
                lines.append(b"")
            lines[-1] += quote(raw) + b" "
            wants_argument = False
    return b"\n".join(lines), read_stdin


def usage(program: str = "pyredis-server") -> str:
    """The text for --help."""
    return USAGE.format(program=program)


def version_line() -> str:
    """The text for --version. Tools take the first number with dots in it for the level of the command set."""
    return (f"Redis server v={REDIS_VERSION} sha=00000000:0 malloc=python bits={8 * struct.calcsize('P')} "
            f"build=pyredis-{PYREDIS_VERSION}")
