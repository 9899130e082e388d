"""Checks of single values; each gives the text of the refusal, or None."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from pyredis_server.config.choices import ShutdownOptions

_HOST_NAME = re.compile(rb"[A-Za-z0-9.-]*")
_NODE_NAME_REFUSED = re.compile(rb"[!#$%&()*+:;<>?@\[\]^{|}~]")
_MAX_HOST_NAME_BYTES = 256

# What a process title may name; the first three and the sockets may be empty.
TITLE_VARIABLES = (b"title", b"listen-addr", b"server-mode", b"port", b"tls-port", b"unixsocket", b"config-file")


def plain_name(directive: str, kind: str, *, may_be_empty: bool = False) -> Callable[[bytes], bytes | None]:
    """A check that a value is the name of a file or directory without a path."""

    def check(value: bytes) -> bytes | None:
        if not value and not may_be_empty:
            return f"{directive} can't be empty".encode()
        if b"/" in value or b"\\" in value:
            return f"{directive} can't be a path, just a {kind}".encode()
        return None

    return check


def host_name(value: bytes) -> bytes | None:
    """For names announced to clients."""
    if len(value) >= _MAX_HOST_NAME_BYTES:
        return b"Hostnames must be less than %d characters" % _MAX_HOST_NAME_BYTES
    if not _HOST_NAME.fullmatch(value):
        return b"Hostnames may only contain alphanumeric characters, hyphens or dots"
    return None


def node_name(value: bytes) -> bytes | None:
    """For names of cluster nodes for people: they are part of lines of nodes.conf."""
    return b"Announced human node name contained invalid character" if _NODE_NAME_REFUSED.search(value) else None


def power_of_two(directive: str) -> Callable[[int], bytes | None]:
    """A check that a number is a power of two."""

    def check(value: int) -> bytes | None:
        return f"{directive} must be a power of two".encode() if value & (value - 1) else None

    return check


def shutdown_options(value: ShutdownOptions) -> bytes | None:
    """SAVE and NOSAVE contradict each other."""
    if value & ShutdownOptions.SAVE and value & ShutdownOptions.NOSAVE:
        return b"shutdown options SAVE and NOSAVE can't be used simultaneously"
    return None


def preload_file(value: bytes) -> bytes | None:
    """aof: or rdb: and an absolute path."""
    if not value or value.startswith((b"aof:/", b"rdb:/")):
        return None
    return b"argument must be in the format '[aof|rdb]:[filename]'"


def expand_title(template: bytes, variables: Mapping[bytes, bytes]) -> bytes | None:
    """Put `variables` in the place of their names in braces; None if a name is unknown or a brace is left open.

    "{{" stands for one brace.
    """
    result, rest = b"", template
    while b"{" in rest:
        before, _, rest = rest.partition(b"{")
        result += before
        if rest.startswith(b"{"):
            result, rest = result + b"{", rest[1:]
            continue
        name, end, rest = rest.partition(b"}")
        if not end or name not in variables:
            return None
        result += variables[name]
    return (result + rest).strip(b" ")


def title_template(value: bytes) -> bytes | None:
    """A template must be well formed and leave something even if the variables that may be empty are."""
    filled = dict.fromkeys(TITLE_VARIABLES, b"x") | dict.fromkeys((b"title", b"unixsocket", b"config-file"), b"")
    if not expand_title(value, filled):
        return b"template format is invalid or contains unknown variables"
    return None
