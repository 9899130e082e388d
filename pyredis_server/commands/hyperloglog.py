"""HyperLogLog: PFADD, PFCOUNT, PFMERGE, and PFDEBUG and PFSELFTEST for those who look inside.

The value is a string; a command that changes it, or only its cached count, leaves a `bytearray`. PFCOUNT of one key
stores what it counted, and so is no pure reader: it waits for CLIENT PAUSE WRITE, and replicas hear of it.
Elsewhere: everything about registers and encodings in datatypes/hyperloglog.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import ceil, sqrt
from typing import Final

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.commands.arguments import Key, Str
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import ADMIN, DENYOOM, FAST, MAY_REPLICATE, READONLY, WRITE
from pyredis_server.commands.keyspecs import Keys
from pyredis_server.commands.registry import command
from pyredis_server.config.directives.encodings import HLL_SPARSE_MAX_BYTES
from pyredis_server.datatypes import hyperloglog as registers
from pyredis_server.resp.reply import OK, Reply, Status

_SELFTEST_ROUNDS: Final = 20
_SELFTEST_ELEMENTS: Final = 100_000  # Redis takes ten million, which would stop this server for half a minute


@command("PFADD", group="hyperloglog", since="2.8.9", arity=-2, flags=WRITE | DENYOOM | FAST,
         keys=[Keys(1, 1, access="RW|insert")],
         args=[Key("key"), Str("element", optional=True, multiple=True)],
         complexity="O(1) for each element of a dense value; a sparse one is searched, which its size bounds")
def pfadd(ctx: Context, key: bytes, *elements: bytes) -> int:
    """Add elements to a HyperLogLog, and tell whether what it would count has changed."""
    held = ctx.db.write_string(key)
    changed = 0
    if held is None:
        data = registers.created()
        ctx.db.put(key, data)
        changed = 1
    else:
        data = _changeable(ctx, key, held)
    changed += registers.add(data, elements, ctx.config[HLL_SPARSE_MAX_BYTES])
    if not changed:
        return 0
    registers.forget_count(data)
    ctx.changed(key, b"pfadd", changed)
    return 1


@command("PFCOUNT", group="hyperloglog", since="2.8.9", arity=-2, flags=READONLY | MAY_REPLICATE,
         keys=[Keys(1, -1, access="RW|access",
               notes="RW because it may change the internal representation of the key, and propagate to replicas")],
         args=[Key("key", multiple=True)],
         complexity="O(1); O(N) and slower for N keys, whose union is counted anew each time")
def pfcount(ctx: Context, key: bytes, *more: bytes) -> int:
    """Tell about how many different elements were added to HyperLogLogs together."""
    if more:
        return registers.count_of_union(_read(ctx, (key, *more)))
    held = ctx.db.read_string(key)
    if held is None:
        return 0
    data = _changeable(ctx, key, held)
    stored = registers.stored_count(data)
    if stored is not None:
        return stored
    counted = registers.count(data)
    registers.store_count(data, counted)
    ctx.changed_quietly(key)
    return counted


@command("PFMERGE", group="hyperloglog", since="2.8.9", arity=-2, flags=WRITE | DENYOOM,
         keys=[Keys(1, 1, access="RW|access|insert"), Keys(2, -1, access="RO|access")],
         args=[Key("destkey"), Key("sourcekey", optional=True, multiple=True, key_spec_index=1)],
         complexity="O(N) for N keys")
def pfmerge(ctx: Context, destkey: bytes, *sourcekeys: bytes) -> Reply:
    """Let a HyperLogLog count what others count, too."""
    db = ctx.db
    held = db.read_string(destkey)
    if held is None:
        data = registers.created()
    else:
        data = held if isinstance(held, bytearray) else bytearray(held)
        _valid(held)
    registers.merge(data, _read(ctx, sourcekeys), ctx.config[HLL_SPARSE_MAX_BYTES])
    if data is not held:
        db.set(destkey, data)
    ctx.changed(destkey, b"pfadd")
    return OK


@command("PFDEBUG", group="hyperloglog", since="2.8.9", arity=3, flags=WRITE | DENYOOM | ADMIN,
         keys=[Keys(2, 2, access="RW|access")],
         args=[Str("subcommand"), Key("key")],
         complexity="O(1); the number of registers is fixed")
def pfdebug(ctx: Context, subcommand: bytes, key: bytes) -> Reply:
    """Show or change how a HyperLogLog is stored: GETREG, DECODE, ENCODING, TODENSE; SIMD ON or OFF does nothing."""
    name = subcommand.upper()
    if name == b"SIMD":
        return _simd(key)
    held = ctx.db.write_string(key)
    if held is None:
        raise CommandError(errors.HLL_NO_KEY)
    show = _SHOWN.get(name)
    data = _changeable(ctx, key, held)
    if show is None:
        raise CommandError(errors.HLL_SUBCOMMAND % subcommand)
    return show(ctx, data)


@command("PFSELFTEST", group="hyperloglog", since="2.8.9", arity=1, flags=ADMIN, complexity="O(1)")
def pfselftest(ctx: Context) -> Reply:
    """Test that registers keep what is stored in them, and that counts are about right in both encodings."""
    random = ctx.keyspace.random
    for _ in range(_SELFTEST_ROUNDS):
        wanted = bytes(random.randrange(64) for _ in range(registers.REGISTERS))
        found = registers.registers(registers.dense_of(wanted))
        for at, (expected, got) in enumerate(zip(wanted, found, strict=True)):
            if expected != got:
                raise CommandError(errors.HLL_TEST_REGISTER % (at, expected, got))
    either = registers.created()
    dense = registers.created()
    registers.to_dense(dense)
    sparse_max_bytes = ctx.config[HLL_SPARSE_MAX_BYTES]
    seed = random.getrandbits(64)
    done = 0
    for total in (10**power for power in range(9) if 10**power <= _SELFTEST_ELEMENTS):
        elements = [(number ^ seed).to_bytes(8, "little") for number in range(done + 1, total + 1)]
        done = total
        registers.add(either, elements, sparse_max_bytes)
        registers.add(dense, elements, sparse_max_bytes)
        if total < sparse_max_bytes // 2 and registers.is_dense(either):
            raise CommandError(errors.HLL_TEST_SPARSE)
        counted = registers.count(dense)
        if counted != registers.count(either):
            raise CommandError(errors.HLL_TEST_DISAGREE)
        allowed = 1 if total == 10 else ceil(6 * 1.04 / sqrt(registers.REGISTERS) * total)
        if abs(counted - total) > allowed:
            raise CommandError(errors.HLL_TEST_ERROR % (total, abs(counted - total)))
    return OK


def _read(ctx: Context, keys: Sequence[bytes]) -> Iterator[bytes | bytearray]:
    """The strings of those keys that there are, each looked up and tested only when it is its turn."""
    for key in keys:
        held = ctx.db.read_string(key)
        if held is not None:
            yield _valid(held)


def _valid(held: bytes | bytearray) -> bytes | bytearray:
    """The string itself. Raises CommandError(NOT_A_HLL) where its header or length is none of a HyperLogLog's."""
    if not registers.is_valid(held):
        raise CommandError(errors.NOT_A_HLL)
    return held


def _changeable(ctx: Context, key: bytes, held: bytes | bytearray) -> bytearray:
    """The string of a key as one to be changed in place."""
    _valid(held)
    if isinstance(held, bytearray):
        return held
    data = bytearray(held)
    ctx.db.set(key, data)
    return data


# PFDEBUG


def _simd(word: bytes) -> Reply:
    wanted = word.upper()
    if wanted not in {b"ON", b"OFF"}:
        raise CommandError(errors.HLL_SIMD)
    return Status(b"enabled" if wanted == b"ON" else b"disabled")


def _getreg(ctx: Context, data: bytearray) -> Reply:
    if registers.to_dense(data):
        ctx.dirty += 1  # replicas shall do the same, but nobody is told of a change
    return list(registers.registers(data))


def _decode(ctx: Context, data: bytearray) -> Reply:
    if registers.is_dense(data):
        raise CommandError(errors.HLL_NOT_SPARSE)
    return registers.described(data)


def _encoding(ctx: Context, data: bytearray) -> Reply:
    return Status(b"dense" if registers.is_dense(data) else b"sparse")


def _todense(ctx: Context, data: bytearray) -> Reply:
    if not registers.to_dense(data):
        return 0
    ctx.dirty += 1
    return 1


_SHOWN: Final[dict[bytes, Callable[[Context, bytearray], Reply]]] = {
    b"GETREG": _getreg, b"DECODE": _decode, b"ENCODING": _encoding, b"TODENSE": _todense,
}
