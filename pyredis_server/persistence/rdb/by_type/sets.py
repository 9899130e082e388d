"""Sets: an intset, a listpack, or the members one by one."""

from __future__ import annotations

from typing import Final

from pyredis_server.datatypes.sets import HASHTABLE, INTSET, INTSET_LIMIT, LISTPACK, SetValue
from pyredis_server.persistence.rdb import format as rdb
from pyredis_server.persistence.rdb import intset, listpack
from pyredis_server.persistence.rdb.codec import Codec, Limits
from pyredis_server.persistence.rdb.format import BadData
from pyredis_server.persistence.rdb.reader import Reader
from pyredis_server.persistence.rdb.writer import Writer

_TYPES: Final = (rdb.SET_INTSET, rdb.SET_LISTPACK, rdb.SET)  # by INTSET, LISTPACK, HASHTABLE
_ANY: Final = 1 << 62


def type_of(value: SetValue) -> int:
    """Each form has its type."""
    return _TYPES[value.form]


def save(value: SetValue, out: Writer) -> None:
    """Write a set."""
    if value.form == INTSET:
        out.string(intset.encode(value.integers()))
    elif value.form == LISTPACK:
        out.string(listpack.encode(value.members()))
    else:
        members = value.members()
        out.length(len(members))
        for member in members:
            out.string(member)


def load(number: int, source: Reader, limits: Limits) -> SetValue:
    """Read a set."""
    most_integers, most_packed, _ = limits.sets
    if number == rdb.SET_INTSET:
        numbers = intset.decode(source.string())
        if not numbers:
            raise BadData("a set is empty")
        if len(numbers) > most_integers:
            return SetValue.of_table({b"%d" % each for each in numbers})
        return SetValue.of_array(numbers)
    if number == rdb.SET_LISTPACK:
        members = listpack.decode(source.string())
    else:
        members = [source.string() for _ in range(source.count(1))]
    if not members:
        raise BadData("a set is empty")
    table = set(members)
    if len(table) < len(members):
        raise BadData("a set has a member twice")
    if number == rdb.SET_LISTPACK:
        if len(members) > most_packed:
            return SetValue.of_table(table)
        return SetValue.collected(members, (0, _ANY, _ANY), LISTPACK)  # as long members as it has, as in Redis
    if len(members) > min(most_integers, INTSET_LIMIT):
        return SetValue.of_table(table)
    return SetValue.collected(members, limits.sets)


assert _TYPES[HASHTABLE] == rdb.SET
CODEC = Codec((SetValue,), (rdb.SET, rdb.SET_INTSET, rdb.SET_LISTPACK), type_of, save, load)
