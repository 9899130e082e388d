"""SORT and SORT_RO: the elements of a list, a set or a sorted set, ordered by themselves or by what other keys hold.

Scores are read as Redis 8 reads them: no spaces, no hexadecimal digits, what is too great is infinite, nothing is 0.
Equal scores are ordered by their elements. ALPHA compares bytes, up to a zero byte unless the result is stored, as
Redis does with LC_COLLATE=C. Whatever is still equal stays in the order in which the value gives it.
SORT leaves a sorted set in the encoding "skiplist", which Redis needs and clients can see.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Final, TypeAlias, cast

import attrs

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError, WrongType
from pyredis_server.commands.arguments import Arg, Int, Key, OneOf, Pattern, Token
from pyredis_server.commands.command_keys import FoundKey
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import DENYOOM, MOVABLEKEYS, READONLY, WRITE
from pyredis_server.commands.hashes import live
from pyredis_server.commands.keyspecs import Keys, UnknownKeys
from pyredis_server.commands.options import integer
from pyredis_server.commands.registry import command
from pyredis_server.config.directives.encodings import LIST_MAX_LISTPACK_SIZE
from pyredis_server.datatypes.hashes import Hash
from pyredis_server.datatypes.lists import List
from pyredis_server.datatypes.sets import SetValue
from pyredis_server.datatypes.sorted_sets import SortedSet
from pyredis_server.resp.reply import Reply

Lookup: TypeAlias = Callable[[bytes], bytes | None]  # of an element: what a pattern leads to from it

_CATEGORIES: Final = ("dangerous", "list", "set", "sortedset", "-keyspace")
_COMPLEXITY: Final = "O(N + M log M) for N elements, M of them sorted; O(N) with BY and a name that has no star"
_BY_AND_GET: Final = UnknownKeys(
    access="RO|access",
    notes="For the optional BY/GET keyword. It is marked 'unknown' because the key names derive from the content of "
          "the key we sort")
_ARGS: Final[tuple[Arg, ...]] = (
    Key("key"), Pattern("by-pattern", token="BY", optional=True),
    Arg("limit", "block", (Int("offset"), Int("count")), token="LIMIT", optional=True),
    Pattern("get-pattern", token="GET", optional=True, multiple=True, multiple_token=True),
    OneOf("order", Token("ASC"), Token("DESC"), optional=True), Token("ALPHA", "sorting", optional=True),
)
_WORDS_BEHIND: Final = {b"LIMIT": 2, b"BY": 1, b"GET": 1, b"STORE": 1}
_PLAIN: Final = b"0123456789+-.eE"
_SCORE: Final = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?inf(?:inity)?", re.IGNORECASE)


@attrs.define
class Options:
    """What SORT was asked for. `count` below 0 means all."""

    by: bytes | None = None
    unsorted: bool = False
    start: int = 0
    count: int = -1
    patterns: list[bytes] = attrs.field(factory=list)
    reverse: bool = False
    alpha: bool = False
    target: bytes | None = None

    def cut(self, length: int) -> tuple[int, int]:
        """The part of so many elements that LIMIT asks for, as a slice."""
        start = min(max(self.start, 0), length)
        return start, length if self.count < 0 else min(start + self.count, length)


def keys_of_sort(argv: list[bytes]) -> list[FoundKey]:
    """The key and the last target of STORE; keys that patterns lead to are known only when it runs."""
    found: list[FoundKey] = [(1, ("RO", "access"))]
    target = None
    at = 2
    while at < len(argv):
        word = argv[at].upper()
        if word == b"STORE" and at + 1 < len(argv):
            target = at + 1
        at += 1 + _WORDS_BEHIND.get(word, 0)
    return found if target is None else [*found, (target, ("OW", "update"))]


def key_of_sort_ro(argv: list[bytes]) -> list[FoundKey]:
    """The key alone."""
    return [(1, ("RO", "access"))]


@command("SORT", group="generic", since="1.0.0", arity=-2, flags=WRITE | DENYOOM | MOVABLEKEYS,
         keys=[Keys(1, 1, access="RO|access"), _BY_AND_GET,
               UnknownKeys(access="OW|update",
                           notes="For the optional STORE keyword. It is marked 'unknown' because the keyword can "
                                 "appear anywhere in the argument array")],
         get_keys=keys_of_sort,
         args=[*_ARGS, Key("destination", token="STORE", optional=True, key_spec_index=2)],
         categories=_CATEGORIES, complexity=_COMPLEXITY)
def sort(ctx: Context, key: bytes, *words: bytes) -> Reply:
    """Sort a list, a set or a sorted set, by its elements or by other keys, and give or store the result."""
    return _sort(ctx, key, _read_options(words, may_store=True))


@command("SORT_RO", group="generic", since="7.0.0", arity=-2, flags=READONLY | MOVABLEKEYS,
         keys=[Keys(1, 1, access="RO|access"), _BY_AND_GET], get_keys=key_of_sort_ro, args=_ARGS,
         categories=_CATEGORIES, complexity=_COMPLEXITY)
def sort_ro(ctx: Context, key: bytes, *words: bytes) -> Reply:
    """Sort a list, a set or a sorted set, by its elements or by other keys, and give the result."""
    return _sort(ctx, key, _read_options(words, may_store=False))


def _read_options(words: Sequence[bytes], *, may_store: bool) -> Options:
    options = Options()
    at = 0
    while at < len(words):
        word = words[at].upper()
        behind = words[at + 1 : at + 1 + _WORDS_BEHIND.get(word, 0)]
        if len(behind) < _WORDS_BEHIND.get(word, 0):
            raise CommandError(errors.SYNTAX)
        if word in {b"ASC", b"DESC"}:
            options.reverse = word == b"DESC"
        elif word == b"ALPHA":
            options.alpha = True
        elif word == b"LIMIT":
            options.start, options.count = integer(behind[0]), integer(behind[1])
        elif word == b"BY":
            options.by = behind[0]
            options.unsorted = options.unsorted or b"*" not in _c_string(options.by)
        elif word == b"GET":
            options.patterns.append(behind[0])
        elif word == b"STORE" and may_store:
            options.target = behind[0]
        else:
            raise CommandError(errors.SYNTAX)
        at += 1 + len(behind)
    return options


def _sort(ctx: Context, key: bytes, options: Options) -> Reply:
    found = _found(ctx, key, options)
    if options.patterns:
        lookups = [_lookup(ctx, pattern) for pattern in options.patterns]
        shown: list[bytes | None] = list(chain.from_iterable([[get(element) for get in lookups] for element in found]))
    else:
        shown = [*found]
    return shown if options.target is None else _store(ctx, options.target, [each or b"" for each in shown])


def _found(ctx: Context, key: bytes, options: Options) -> list[bytes]:
    """The elements that the result begins from: in order, and within LIMIT."""
    value = ctx.db.read(key)
    by = options.by
    alpha = options.alpha
    if value is None:
        return []
    if isinstance(value, SortedSet):
        value.compact = False
        if options.unsorted:
            return _span(value.members, len(value), options)
        elements = value.members(0, len(value))
    elif isinstance(value, List):
        if options.unsorted:
            return _span(value.slice, len(value), options)
        elements = list(value)
    elif isinstance(value, SetValue):
        elements = value.members()
        if options.unsorted:
            if options.target is None:
                start, stop = options.cut(len(elements))
                return elements[start:stop]
            by, alpha = None, True  # replicas must store the same, whatever order they hold the set in
    else:
        raise WrongType
    keys: list[bytes | None] = [*elements] if by is None else [*map(_lookup(ctx, by), elements)]
    reverse = options.reverse
    whole = options.target is not None
    if alpha and by is None and (whole or b"\0" not in b"".join(elements)):
        elements.sort(reverse=reverse)
    elif alpha:
        elements = _by_text(elements, keys, reverse=reverse, whole=whole)
    else:
        scores = _scores(keys)
        score_of = dict(zip(elements, scores, strict=True))  # an element has one score, however often it is there
        if len(set(scores)) < len(scores):
            elements.sort(reverse=reverse)
        elements.sort(key=score_of.__getitem__, reverse=reverse)  # both sorts are many times as fast as one of pairs
    start, stop = options.cut(len(elements))
    return elements[start:stop]


def _span(slice_of: Callable[[int, int], list[bytes]], length: int, options: Options) -> list[bytes]:
    """The part within LIMIT of a value that has an order of its own; for DESC counted from its end, backwards."""
    start, stop = options.cut(length)
    if not options.reverse:
        return slice_of(start, stop)
    return slice_of(length - stop, length - start)[::-1]


def _by_text(elements: list[bytes], keys: list[bytes | None], *, reverse: bool, whole: bool) -> list[bytes]:
    """Order by bytes; elements without a key come first. Unless `whole`, a zero byte ends a key."""
    if not whole:
        keys = [key if key is None else _c_string(key) for key in keys]
    order = sorted(range(len(keys)), key=[(key is not None, key or b"") for key in keys].__getitem__, reverse=reverse)
    return [elements[at] for at in order]


def _scores(keys: list[bytes | None]) -> list[float]:
    """Read each key as a score. Raises CommandError(SORT_SCORES)."""
    given = [b"0" if key is None else key for key in keys] if None in keys else cast("list[bytes]", keys)
    if not b"".join(given).translate(None, _PLAIN):  # then float() is as strict as it should be
        try:
            return [*map(float, given)]
        except ValueError:
            pass
    scores = []
    for key in given:
        text = _c_string(key)
        if text and not _SCORE.fullmatch(text):
            raise CommandError(errors.SORT_SCORES)
        scores.append(float(text or 0))
    return scores


def _c_string(text: bytes) -> bytes:
    """As far as C's functions look."""
    return text.partition(b"\0")[0]


def _lookup(ctx: Context, pattern: bytes) -> Lookup:
    """What a pattern of BY or GET leads to: "#" the element itself, "a*b" a string, "a*b->c" the field c of a hash."""
    text = _c_string(pattern)
    if text == b"#":
        return lambda element: element
    star = text.find(b"*")
    if star < 0:
        return lambda element: None
    arrow = text.find(b"->", star + 1)
    field = pattern[arrow + 2 :] if 0 <= arrow < len(text) - 2 else None
    before = pattern[:star]
    behind = pattern[star + 1 :] if field is None else pattern[star + 1 : arrow]
    read = ctx.db.read

    def string_at(element: bytes) -> bytes | None:
        value = read(before + element + behind)
        return bytes(value) if isinstance(value, (bytes, bytearray)) else None

    def field_at(element: bytes) -> bytes | None:
        key = before + element + behind
        value = read(key)
        return live(ctx, key, value, field) if field is not None and isinstance(value, Hash) else None

    return string_at if field is None else field_at


def _store(ctx: Context, target: bytes, elements: list[bytes]) -> int:
    """Store a list in place of what the key holds; an empty one deletes the key."""
    result = List.of(elements, ctx.config[LIST_MAX_LISTPACK_SIZE]) if elements else None
    ctx.stored(target, result, b"sortstore", len(elements))
    return len(elements)
