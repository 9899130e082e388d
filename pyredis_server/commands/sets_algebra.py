"""Union, intersection and difference of sets: as a reply (SUNION), stored (SUNIONSTORE), counted (SUNIONCARD).

A key that is not there counts as an empty set; one of another type is refused even where the result is clear without.
Elsewhere: the work itself in datatypes/sets_algebra.py.
"""

from __future__ import annotations

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.commands.arguments import Int, Key, Token
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import DENYOOM, MOVABLEKEYS, READONLY, WRITE
from pyredis_server.commands.keys import free_lazily
from pyredis_server.commands.keyspecs import CountedKeys, Keys
from pyredis_server.commands.options import at_least
from pyredis_server.commands.registry import command
from pyredis_server.commands.sets import set_limits
from pyredis_server.config.directives.memory import LAZYFREE_LAZY_SERVER_DEL
from pyredis_server.datatypes import sets_algebra as algebra
from pyredis_server.datatypes.sets import SetValue
from pyredis_server.resp.reply import SetReply

_IN_ANY_ORDER = ("nondeterministic_output_order",)
_SMALLEST = "O(N*M) for M sets, the smallest of N members"
_TOTAL = "O(N) for sets of N members together"


@command("SINTER", group="set", since="1.0.0", arity=-2, flags=READONLY,
         keys=[Keys(1, -1, access="RO|access")],
         args=[Key("key", multiple=True)], tips=_IN_ANY_ORDER, complexity=_SMALLEST)
def sinter(ctx: Context, *keys: bytes) -> SetReply:
    """Give the members that all of several sets have."""
    values = _read(ctx, keys)
    return SetReply([] if None in values else algebra.intersection(_present(values)))


@command("SUNION", group="set", since="1.0.0", arity=-2, flags=READONLY,
         keys=[Keys(1, -1, access="RO|access")],
         args=[Key("key", multiple=True)], tips=_IN_ANY_ORDER, complexity=_TOTAL)
def sunion(ctx: Context, *keys: bytes) -> SetReply:
    """Give the members that any of several sets has."""
    return SetReply(algebra.union(_present(_read(ctx, keys))))


@command("SDIFF", group="set", since="1.0.0", arity=-2, flags=READONLY,
         keys=[Keys(1, -1, access="RO|access")],
         args=[Key("key", multiple=True)], tips=_IN_ANY_ORDER, complexity=_TOTAL)
def sdiff(ctx: Context, *keys: bytes) -> SetReply:
    """Give the members of a set that none of several others has."""
    first, *others = _read(ctx, keys)
    return SetReply([] if first is None else algebra.difference(first, _present(others)))


@command("SINTERSTORE", group="set", since="1.0.0", arity=-3, flags=WRITE | DENYOOM,
         keys=[Keys(1, 1, access="OW|update"), Keys(2, -1, access="RO|access")],
         args=[Key("destination"), Key("key", multiple=True, key_spec_index=1)], complexity=_SMALLEST)
def sinterstore(ctx: Context, destination: bytes, *keys: bytes) -> int:
    """Store the intersection of sets under a key and count its members."""
    values = _read(ctx, keys)
    result = None if None in values else algebra.stored_intersection(_present(values), set_limits(ctx))
    return _store(ctx, destination, result, b"sinterstore")


@command("SUNIONSTORE", group="set", since="1.0.0", arity=-3, flags=WRITE | DENYOOM,
         keys=[Keys(1, 1, access="OW|update"), Keys(2, -1, access="RO|access")],
         args=[Key("destination"), Key("key", multiple=True, key_spec_index=1)], complexity=_TOTAL)
def sunionstore(ctx: Context, destination: bytes, *keys: bytes) -> int:
    """Store the union of sets under a key and count its members."""
    values = _read(ctx, keys)
    return _store(ctx, destination, algebra.stored_union(_present(values), set_limits(ctx)), b"sunionstore")


@command("SDIFFSTORE", group="set", since="1.0.0", arity=-3, flags=WRITE | DENYOOM,
         keys=[Keys(1, 1, access="OW|update"), Keys(2, -1, access="RO|access")],
         args=[Key("destination"), Key("key", multiple=True, key_spec_index=1)], complexity=_TOTAL)
def sdiffstore(ctx: Context, destination: bytes, *keys: bytes) -> int:
    """Store the difference of a set and others under a key and count its members."""
    first, *others = _read(ctx, keys)
    result = None if first is None else algebra.stored_difference(first, _present(others), set_limits(ctx))
    return _store(ctx, destination, result, b"sdiffstore")


@command("SINTERCARD", group="set", since="7.0.0", arity=-3, flags=READONLY | MOVABLEKEYS,
         keys=[CountedKeys(1, access="RO|access", firstkey=1, keynumidx=0, step=1)],
         args=[Int("numkeys"), Key("key", multiple=True), Int("limit", token="LIMIT", optional=True)],
         complexity=_SMALLEST)
def sintercard(ctx: Context, numkeys: bytes, *words: bytes) -> int:
    """Count the members that all of several sets have."""
    keys, limit = _counted_keys(numkeys, words)
    values = _read(ctx, keys)
    return 0 if None in values else algebra.intersection_size(_present(values), limit)


@command("SUNIONCARD", group="set", since="8.10.0", arity=-3, flags=READONLY | MOVABLEKEYS,
         keys=[CountedKeys(1, access="RO|access", firstkey=1, keynumidx=0, step=1)],
         args=[Int("numkeys"), Key("key", multiple=True), Token("APPROX", optional=True),
               Int("limit", token="LIMIT", optional=True)], complexity=_TOTAL)
def sunioncard(ctx: Context, numkeys: bytes, *words: bytes) -> int:
    """Count the members that any of several sets has.

    APPROX allows Redis an estimate by HyperLogLog. Hashing every member for one takes longer here than counting, so
    the answer is exact with it, too.
    """
    keys, limit = _counted_keys(numkeys, words, flag=b"APPROX")
    return algebra.union_size(_present(_read(ctx, keys)), limit)


@command("SDIFFCARD", group="set", since="8.10.0", arity=-3, flags=READONLY | MOVABLEKEYS,
         keys=[CountedKeys(1, access="RO|access", firstkey=1, keynumidx=0, step=1)],
         args=[Int("numkeys"), Key("key", multiple=True), Int("limit", token="LIMIT", optional=True)],
         complexity=_TOTAL)
def sdiffcard(ctx: Context, numkeys: bytes, *words: bytes) -> int:
    """Count the members of a set that none of several others has."""
    keys, limit = _counted_keys(numkeys, words)
    first, *others = _read(ctx, keys)
    return 0 if first is None else algebra.difference_size(first, _present(others), limit)


def _read(ctx: Context, keys: tuple[bytes, ...]) -> list[SetValue | None]:
    """The sets, None for a key that is not there. Raises WrongType."""
    read_as = ctx.db.read_as
    return [read_as(key, SetValue) for key in keys]


def _present(values: list[SetValue | None]) -> list[SetValue]:
    return [value for value in values if value is not None]


def _counted_keys(numkeys: bytes, words: tuple[bytes, ...], flag: bytes = b"") -> tuple[tuple[bytes, ...], int]:
    """The keys and the LIMIT (0: none) of SINTERCARD and its kin; `flag` is a further word that may stand there."""
    count = at_least(1, numkeys, errors.NUMKEYS_NOT_POSITIVE)
    if count > len(words):
        raise CommandError(errors.NUMKEYS_TOO_MANY)
    limit = 0
    options = iter(words[count:])
    for option in options:
        word = option.upper()
        if word == b"LIMIT" and (given := next(options, None)) is not None:
            limit = at_least(0, given, errors.LIMIT_NEGATIVE)
        elif not flag or word != flag:
            raise CommandError(errors.SYNTAX)
    return words[:count], limit


def _store(ctx: Context, destination: bytes, result: SetValue | None, event: bytes) -> int:
    """Store the result of an operation in place of what the key holds; an empty one deletes the key."""
    old = ctx.db.lookup_for_write(destination) if result else None
    ctx.stored(destination, result, event)
    if old is not None and ctx.config[LAZYFREE_LAZY_SERVER_DEL]:
        free_lazily(ctx, old)
    return len(result) if result else 0
