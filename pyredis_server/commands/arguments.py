"""How a command's declaration names its arguments; COMMAND DOCS and the CLI's hints are made from these.

Each function makes an `Arg` of one type of Redis's argument schema: `Str("value")`, `Int("count", optional=True)`,
`Token("NX")`, `OneOf("condition", Token("NX"), Token("XX"))`, `Block("data", Key("key"), Str("value"), multiple=True)`.
`token` is the word before the value on the command line.
"""

from __future__ import annotations

from typing import Any

import attrs


@attrs.frozen
class Arg:
    """One argument of a command, as COMMAND DOCS describes it."""

    name: str
    type: str
    args: tuple[Arg, ...] = ()
    token: str | None = None
    optional: bool = False
    multiple: bool = False
    multiple_token: bool = False
    key_spec_index: int | None = None
    since: str | None = None
    deprecated_since: str | None = None
    display: str | None = None
    summary: str | None = None


def Key(name: str = "key", *, key_spec_index: int = 0, **facts: Any) -> Arg:  # facts: Arg's own keywords
    """A key name; `key_spec_index` says which of the command's key specs finds it."""
    return Arg(name, "key", key_spec_index=key_spec_index, **facts)


def Str(name: str, **facts: Any) -> Arg:
    """Any string."""
    return Arg(name, "string", **facts)


def Int(name: str, **facts: Any) -> Arg:
    """A decimal integer."""
    return Arg(name, "integer", **facts)


def Dbl(name: str, **facts: Any) -> Arg:
    """A floating point number."""
    return Arg(name, "double", **facts)


def Pattern(name: str = "pattern", **facts: Any) -> Arg:
    """A glob pattern."""
    return Arg(name, "pattern", **facts)


def UnixTime(name: str, **facts: Any) -> Arg:
    """A point in time since the epoch; the name says whether in seconds or milliseconds."""
    return Arg(name, "unix-time", **facts)


def Token(token: str, name: str | None = None, **facts: Any) -> Arg:
    """A bare word such as NX; its name is the word in lower case unless given."""
    return Arg(name or token.lower(), "pure-token", token=token, **facts)


def OneOf(name: str, *args: Arg, **facts: Any) -> Arg:
    """Exactly one of `args`."""
    return Arg(name, "oneof", args, **facts)


def Block(name: str, *args: Arg, **facts: Any) -> Arg:
    """All of `args`, one after the other."""
    return Arg(name, "block", args, **facts)
