"""Sorted sets: a listpack of members and scores, or members with binary scores; older ones have scores as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isnan
from typing import Final

from pyredis_server.base.numeric import format_double_briefly, parse_float
from pyredis_server.datatypes.sorted_sets import SortedSet
from pyredis_server.persistence.rdb import format as rdb
from pyredis_server.persistence.rdb import listpack, ziplist
from pyredis_server.persistence.rdb.codec import Codec, Limits
from pyredis_server.persistence.rdb.format import BadData
from pyredis_server.persistence.rdb.reader import Reader
from pyredis_server.persistence.rdb.writer import Writer

CHUNK: Final = 1024  # members looked at together
WHOLE_SCORE_LIMIT: Final = 1 << 62  # greater ones are not tried as integers
LEAST_ENTRY_BYTES: Final = {rdb.ZSET: 2, rdb.ZSET_2: 9}  # of a member with its score
_ANY: Final = 1 << 62


def type_of(value: SortedSet) -> int:
    """By the encoding."""
    return rdb.ZSET_LISTPACK if value.compact else rdb.ZSET_2


def save(value: SortedSet, out: Writer) -> None:
    """Write a sorted set."""
    if value.compact:
        out.string(listpack.encode(_flat(value)))
        return
    out.length(len(value))
    for stop in range(len(value), 0, -CHUNK):  # Redis writes the greatest first, which is quicker to load
        for member, score in reversed(value.pairs(max(stop - CHUNK, 0), stop)):
            out.string(member)
            out.double(score)


def load(number: int, source: Reader, limits: Limits) -> SortedSet:
    """Read a sorted set."""
    if number in LEAST_ENTRY_BYTES:
        count = source.count(LEAST_ENTRY_BYTES[number])
        score_of = _text_score if number == rdb.ZSET else Reader.double
        scores = _unique(count, ((source.string(), score_of(source)) for _ in range(count)))
        return SortedSet.of(scores, limits.zset_entries, limits.zset_value_bytes)
    blob = source.string()
    flat = ziplist.decode(blob) if number == rdb.ZSET_ZIPLIST else listpack.decode(blob)
    if len(flat) % 2:
        raise BadData("a sorted set has a member without a score")
    scores = _unique(len(flat) // 2, zip(flat[::2], map(_score, flat[1::2]), strict=True))
    return SortedSet.of(scores, limits.zset_entries, _ANY)  # as long members as it has, as in Redis


def _flat(value: SortedSet) -> Iterator[bytes]:
    """Members and scores in turn. Whole scores are written without an exponent, so that they become integers."""
    for member, score in value:
        yield member
        if abs(score) <= WHOLE_SCORE_LIMIT and score == int(score):
            yield b"%d" % score
        else:
            yield format_double_briefly(score)


def _unique(count: int, pairs: Iterable[tuple[bytes, float]]) -> dict[bytes, float]:
    scores = dict(pairs)
    if not scores:
        raise BadData("a sorted set is empty")
    if len(scores) < count:
        raise BadData("a sorted set has a member twice")
    if any(map(isnan, scores.values())):
        raise BadData("a score is not a number")
    return scores


def _score(text: bytes) -> float:
    score = parse_float(text) if text else None
    if score is None:
        raise BadData("a score is not a number")
    return score


def _text_score(source: Reader) -> float:
    length = source.byte()
    if length == rdb.SCORE_INFINITE:
        return float("inf")
    if length == rdb.SCORE_MINUS_INFINITE:
        return float("-inf")
    if length == rdb.SCORE_NAN:
        raise BadData("a score is not a number")
    return _score(source.take(length))


CODEC = Codec((SortedSet,), (rdb.ZSET, rdb.ZSET_2, rdb.ZSET_ZIPLIST, rdb.ZSET_LISTPACK), type_of, save, load)
