"""The sample configuration file: every directive with its explanation and its default, made from the declarations.

After a change of a directive: python -m pyredis_server.config.sample > pyredis.conf
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

from pyredis_server.config.directive import Directive
from pyredis_server.config.directives import AREAS, of_area

_COLUMNS = 79
# Values to show where the default is that nothing is set.
_EXAMPLES = {
    "replicaof": "192.0.2.1 6379", "unixsocket": "/run/pyredis/pyredis.sock", "pidfile": "/run/pyredis/pyredis.pid",
    "tls-cert-file": "server.crt", "tls-key-file": "server.key", "tls-ca-cert-file": "ca.crt",
    "requirepass": "a-long-random-word", "masterauth": "a-long-random-word", "masteruser": "replication",
    "replica-announce-ip": "192.0.2.1", "cluster-announce-ip": "192.0.2.1", "bind-source-addr": "192.0.2.1",
    "cluster-announce-hostname": "node-1.example.org", "cluster-announce-human-nodename": "node-1",
    "tls-protocols": '"TLSv1.2 TLSv1.3"', "server-cpulist": "0-3", "bio-cpulist": "0-3",
    "aof-rewrite-cpulist": "4", "bgsave-cpulist": "4", "tls-expected-peer-name": "redis.example.org",
    "preload-file": "rdb:/var/lib/pyredis/backup.rdb", "tls-ca-cert-dir": "/etc/ssl/certs",
}

_INTRODUCTION = """\
Configuration of PyRedis. This file shows every directive with its default; a
server that is started without a file behaves as if it were started with this:

    pyredis-server pyredis.conf

A line is a directive's name and its arguments. Arguments with spaces stand in
quotes: "a b", with \\n, \\xff and \\" inside, or 'a b'. If a directive stands
there twice, the last line counts, and the command line comes after the file:

    pyredis-server pyredis.conf --port 7000 --loglevel verbose

Amounts of memory may have a unit, in any case: 1k is 1000 bytes, 1kb 1024, and
in the same way m, mb, g and gb.

CONFIG SET changes most directives of a running server, CONFIG REWRITE writes
them back to the file. This file was made by: python -m pyredis_server.config.sample
"""

_BEYOND = (
    ("INCLUDES", "Read other files at this place; * and ? may stand for several, in the order of their names, and then "
     "none is no error. CONFIG REWRITE changes only the main file, so what it shall not overrule stands at its end.",
     ("include /etc/pyredis/local.conf", "include /etc/pyredis/conf.d/*.conf")),
    ("MODULES", "Load modules at start, with arguments.", ("loadmodule /path/to/module.py argument",)),
    ("USERS AND COMMANDS", "ACL users, unless aclfile is used: a name and the rules that ACL SETUSER takes. "
     "rename-command gives a command another name, or none to remove it; ACL rules are the better way.",
     ("user worker on >password ~jobs:* +@read +@write", "rename-command FLUSHALL \"\"")),
)
_HIDDEN = "For tests of servers. CONFIG GET shows these only by their full names."


def sample() -> str:
    """The text of the file."""
    return re.sub("\n{3,}", "\n\n", "".join(f"{line}\n" for line in _lines()))


def _lines() -> Iterator[str]:
    yield from ("# " + line if line else "#" for line in _INTRODUCTION.splitlines())
    for title, text, examples in _BEYOND:
        yield from _heading(title)
        yield from _comment(text)
        yield "#"
        yield from ("# " + example for example in examples)
    hidden: list[Directive[Any]] = []
    for area in AREAS:
        yield from _heading(area.TITLE)
        for directive in of_area(area):
            if directive.hidden:
                hidden.append(directive)
            else:
                yield from _entry(directive)
                yield ""
    yield from _heading("HIDDEN")
    yield from _comment(_HIDDEN)
    for directive in hidden:
        yield ""
        yield from _entry(directive)


def _heading(title: str) -> Iterator[str]:
    yield ""
    yield f" {title} ".center(_COLUMNS, "#")
    yield ""


def _comment(text: str) -> Iterator[str]:
    yield from textwrap.wrap(text, _COLUMNS, initial_indent="# ", subsequent_indent="# ", break_long_words=False,
                             break_on_hyphens=False)


def _entry(directive: Directive[Any]) -> Iterator[str]:
    notes = [directive.doc]
    if not directive.mutable:
        notes.append("Fixed at start.")
    if directive.aliases:
        notes.append(f"Also called {', '.join(directive.aliases)}.")
    yield from _comment(" ".join(notes))
    name = directive.name.encode()
    lines = [line.decode() for line, _ in directive.type.lines(name, directive.default, directive.default)]
    value = directive.type.format(directive.default).decode()
    if not lines and value:
        lines = [f"{directive.name} {value}"]
    if not lines:
        empty = '""'
        yield f"# {directive.name} {_EXAMPLES.get(directive.name, empty)}"
    elif directive.hidden or directive.unused:
        yield from ("# " + line for line in lines)
    else:
        yield from lines


if __name__ == "__main__":
    sys.stdout.write(sample())
