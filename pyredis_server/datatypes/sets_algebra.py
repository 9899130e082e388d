"""Union, intersection and difference of sets, their sizes, and the form that their stored results take.

A result keeps the order of the operand it was taken from where that has one (intset, listpack); tables have none.
The counts make no result: a member is counted when the filters that the other sets are let it pass.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, filterfalse, islice
from typing import Final

from pyredis_server.datatypes.sets import HASHTABLE, INTSET, LISTPACK, Limits, SetValue

FILTERED_SETS: Final = 4  # a union of more is counted by making it: each filter more costs every member a look-up


def intersection(values: Sequence[SetValue]) -> list[bytes]:
    """The members that all have; there must be at least one set."""
    first, *others = _by_size(values)
    if first.form == HASHTABLE:
        return list(_table(first).intersection(*[other.lookup() for other in others]))
    return list(_common(first, others))


def union(values: Sequence[SetValue]) -> list[bytes]:
    """The members that any has; those of intsets alone in order."""
    if all(value.form == INTSET for value in values):
        numbers: set[int] = set().union(*[value.integers() for value in values])
        return [b"%d" % number for number in sorted(numbers)]
    return list(_united(values))


def difference(first: SetValue, others: Sequence[SetValue]) -> list[bytes]:
    """The members of the first that none of the others has."""
    if any(other is first for other in others):
        return []
    if first.form == HASHTABLE:
        return list(_table(first).difference(*[other.lookup() for other in others]))
    return list(_without(first.members(), others))


def intersection_size(values: Sequence[SetValue], limit: int) -> int:
    """How many members all have, but no more than `limit`; 0 means no limit."""
    first, *others = _by_size(values)
    return _counted(_common(first, others), limit)


def union_size(values: Sequence[SetValue], limit: int) -> int:
    """How many members any has, but no more than `limit`; 0 means no limit."""
    largest_first = _by_size(values)[::-1]
    total = 0
    if len(largest_first) <= FILTERED_SETS:
        for number, value in enumerate(largest_first):
            if limit and total >= limit:
                break
            walk = _without(value.members() if value.form != HASHTABLE else value.lookup(), largest_first[:number])
            total += _counted(walk, limit - total if limit else 0) if number else len(value)
    else:
        found: set[bytes] = set()
        for value in largest_first:
            if limit and len(found) >= limit:
                break
            found.update(value.members() if value.form != HASHTABLE else value.lookup())
        total = len(found)
    return min(total, limit) if limit else total


def difference_size(first: SetValue, others: Sequence[SetValue], limit: int) -> int:
    """How many members of the first none of the others has, but no more than `limit`; 0 means no limit."""
    if any(other is first for other in others):
        return 0
    return _counted(_without(first.members() if first.form != HASHTABLE else first.lookup(), others), limit)


def stored_intersection(values: Sequence[SetValue], limits: Limits) -> SetValue:
    """The intersection in the form that SINTERSTORE gives it: the smallest operand's to begin with."""
    smallest = min(values, key=len)
    found = intersection(values)
    if len(found) > max(limits[:2]):
        return SetValue.of_table(set(found))
    made = SetValue.collected(found, limits, INTSET if smallest.form == INTSET else LISTPACK)
    made.prefer_intset(limits)
    return made


def stored_union(values: Sequence[SetValue], limits: Limits) -> SetValue:
    """The union in the form that SUNIONSTORE gives it, adding to an empty intset operand by operand."""
    found = _united(values)
    if len(found) > max(limits[:2]):
        return SetValue.of_table(found)
    return SetValue.collected(chain.from_iterable([value.members() for value in values]), limits)


def stored_difference(first: SetValue, others: Sequence[SetValue], limits: Limits) -> SetValue:
    """The difference in the form that SDIFFSTORE gives it.

    Redis either adds what differs to an empty intset or, where the others are small, adds all and takes out what they
    have; then members that are not in the result have had their say about the form.
    """
    found = difference(first, others)
    if len(found) > max(limits[:2]):
        return SetValue.of_table(set(found))
    operands = 1 + len(others)
    if len(first) * operands // 2 <= len(first) + sum(map(len, others)) or not found:
        return SetValue.collected(found, limits)
    if len(first) > max(limits[:2]):
        return SetValue.of_table(set(found))
    made = SetValue.collected(first.members(), limits)
    keep = set(found)
    for member in first.members():
        if member not in keep:
            made.remove(member)
    return made


def _by_size(values: Sequence[SetValue]) -> list[SetValue]:
    """The sets without repetition, the smallest first."""
    return sorted({id(value): value for value in values}.values(), key=len)


def _table(value: SetValue) -> set[bytes]:
    """The members of a set in hashtable form."""
    members = value.lookup()
    assert isinstance(members, set)
    return members


def _united(values: Sequence[SetValue]) -> set[bytes]:
    return set().union(*[value.members() if value.form != HASHTABLE else value.lookup() for value in values])


def _common(first: SetValue, others: Sequence[SetValue]) -> Iterator[bytes]:
    walk: Iterator[bytes] = iter(first.members() if first.form != HASHTABLE else first.lookup())
    for other in others:
        walk = filter(other.lookup().__contains__, walk)
    return walk


def _without(members: Collection[bytes], others: Sequence[SetValue]) -> Iterator[bytes]:
    walk: Iterator[bytes] = iter(members)
    for other in others:
        walk = filterfalse(other.lookup().__contains__, walk)
    return walk


def _counted(walk: Iterable[bytes], limit: int) -> int:
    """The length of the walk, ended at `limit` unless that is 0."""
    last = deque(enumerate(islice(walk, limit) if limit else walk, 1), maxlen=1)  # counts in C, keeping nothing
    return last[0][0] if last else 0
