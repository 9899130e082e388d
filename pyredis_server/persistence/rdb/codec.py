"""What a codec is, and the limits by which values that are read get their encoding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from pyredis_server.config import directives
from pyredis_server.config.directive import Config
from pyredis_server.datatypes import sets
from pyredis_server.keyspace.values import StoredValue
from pyredis_server.persistence.rdb.reader import Reader
from pyredis_server.persistence.rdb.writer import Writer


@attrs.frozen
class Limits:
    """Up to which sizes values have their compact encodings; the configuration's *-max-* directives."""

    list_fill: int = -2
    sets: sets.Limits = (512, 128, 64)
    hash_entries: int = 512
    hash_value_bytes: int = 64
    zset_entries: int = 128
    zset_value_bytes: int = 64

    @classmethod
    def of(cls, config: Config) -> Limits:
        """The limits that are configured now."""
        own = directives.encodings
        return cls(
            config[own.LIST_MAX_LISTPACK_SIZE],
            (config[own.SET_MAX_INTSET_ENTRIES], config[own.SET_MAX_LISTPACK_ENTRIES],
             config[own.SET_MAX_LISTPACK_VALUE]),
            config[own.HASH_MAX_LISTPACK_ENTRIES], config[own.HASH_MAX_LISTPACK_VALUE],
            config[own.ZSET_MAX_LISTPACK_ENTRIES], config[own.ZSET_MAX_LISTPACK_VALUE],
        )


@attrs.frozen
class Codec:
    """How the values of some classes are written and read.

    `types`: the numbers (format.py) of all that `load` reads. `type_of` tells by which of them a value is written,
    `save` writes it without that number. `load` takes the number, raises BadData, and gives a value that is complete,
    not empty, and shares nothing.
    """

    kinds: tuple[type, ...]
    types: tuple[int, ...]
    type_of: Callable[[Any], int]
    save: Callable[[Any, Writer], None]
    load: Callable[[int, Reader, Limits], StoredValue]
