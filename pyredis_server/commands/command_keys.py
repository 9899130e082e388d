"""Which arguments of a call are keys: by the command's key specs, or by its own finder where specs do not suffice.

COMMAND GETKEYS, the ACL and cluster routing ask this.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from pyredis_server.commands.keyspecs import KeySpec
from pyredis_server.commands.registry import CommandSpec

FoundKey: TypeAlias = "tuple[int, tuple[str, ...]]"  # index in argv, access flags


def has_keys(spec: CommandSpec) -> bool:
    """Whether any call of the command could name a key."""
    return spec.get_keys is not None or any("not_key" not in key.flags for key in spec.keys)


def keys_of(spec: CommandSpec, argv: Sequence[bytes], *, with_not_keys: bool = False) -> list[FoundKey] | None:
    """Find the keys of a call.

    Args: argv, the whole call, names included; with_not_keys, also what stands where a key would but is none, as the
        channel of SPUBLISH: cluster routing needs it.
    Returns: None when the call is malformed, so that nobody can tell.
    """
    arguments = list(argv)
    variable = any("variable_flags" in key.flags for key in spec.keys)
    if spec.keys and not (variable and spec.get_keys is not None):
        found = _by_specs(spec, arguments, with_not_keys)
        if found is not None:
            return found
    return spec.get_keys(arguments) if spec.get_keys is not None else None


def _by_specs(spec: CommandSpec, argv: list[bytes], with_not_keys: bool) -> list[FoundKey] | None:
    """The keys that the specs find; None when one of them cannot tell."""
    found: list[FoundKey] = []
    for key in spec.keys:
        if "not_key" in key.flags and not with_not_keys:
            continue
        positions = key.positions(argv)
        if positions is None or (not positions and key.find == "keynum" and _was_found(key, argv)):
            return None
        found += [(index, key.flags) for index in positions]
        if "incomplete" in key.flags:
            return None
    return found


def _was_found(key: KeySpec, argv: list[bytes]) -> bool:
    """Whether the spec's search began anywhere; a keyword that is absent means no keys and is no mistake."""
    return key.keyword is None or key.keyword.encode().upper() in [word.upper() for word in argv]
