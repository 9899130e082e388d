"""Commands on single keys of any type: DEL, UNLINK, EXISTS, TOUCH, TYPE, RENAME, RENAMENX, MOVE, COPY.

A key keeps its time to live when it is renamed, moved or copied. Elsewhere: expiry.py, scan.py (walking the key
space), object.py.
"""

from __future__ import annotations

from typing import Final

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.commands.arguments import Int, Key, Token
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import DENYOOM, FAST, READONLY, WRITE
from pyredis_server.commands.keyspecs import Keys
from pyredis_server.commands.options import int32
from pyredis_server.commands.registry import command
from pyredis_server.config import directives
from pyredis_server.keyspace.database import Database
from pyredis_server.keyspace.values import StoredValue, copy_of, free_effort, type_name_of
from pyredis_server.resp.reply import OK, Status

_NONE: Final = Status(b"none")
_STRING: Final = Status(b"string")
_MULTI_SHARD_SUM: Final = ("request_policy:multi_shard", "response_policy:agg_sum")


@command("DEL", group="generic", since="1.0.0", arity=-2, flags=WRITE,
         keys=[Keys(1, -1, access="RM|delete")],
         args=[Key("key", multiple=True)], tips=_MULTI_SHARD_SUM,
         complexity="O(N) for N keys, plus O(M) for each collection of M elements among them")
def delete(ctx: Context, *keys: bytes) -> int:
    """Delete keys and count those that there were."""
    return _remove(ctx, keys, lazily=ctx.config[directives.memory.LAZYFREE_LAZY_USER_DEL])


@command("UNLINK", group="generic", since="4.0.0", arity=-2, flags=WRITE | FAST,
         keys=[Keys(1, -1, access="RM|delete")],
         args=[Key("key", multiple=True)], tips=_MULTI_SHARD_SUM,
         complexity="O(1) for each key; another thread then frees the elements")
def unlink(ctx: Context, *keys: bytes) -> int:
    """Delete keys as DEL does, leaving the release of their memory to the background."""
    return _remove(ctx, keys, lazily=True)


@command("EXISTS", group="generic", since="1.0.0", arity=-2, flags=READONLY | FAST,
         keys=[Keys(1, -1, access="RO")],
         args=[Key("key", multiple=True)], tips=_MULTI_SHARD_SUM, complexity="O(N) for N keys",
         history=[("3.0.3", "Takes several keys.")])
def exists(ctx: Context, *keys: bytes) -> int:
    """Count the keys that exist; one that is named twice counts twice."""
    peek = ctx.db.peek
    return sum([peek(key) is not None for key in keys])


@command("TOUCH", group="generic", since="3.2.1", arity=-2, flags=READONLY | FAST,
         keys=[Keys(1, -1, access="RO")],
         args=[Key("key", multiple=True)], tips=_MULTI_SHARD_SUM, complexity="O(N) for N keys")
def touch(ctx: Context, *keys: bytes) -> int:
    """Count the keys that exist and mark them as accessed now."""
    read = ctx.db.read
    return sum([read(key) is not None for key in keys])


@command("TYPE", group="generic", since="1.0.0", arity=2, flags=READONLY | FAST,
         keys=[Keys(1, 1, access="RO")],
         args=[Key("key")])
def type_(ctx: Context, key: bytes) -> Status:
    """Tell the type of a key's value, "none" without a key."""
    value = ctx.db.peek(key)
    if value is None:
        return _NONE
    return _STRING if isinstance(value, bytes) else Status(type_name_of(value))


@command("RENAME", group="generic", since="1.0.0", arity=3, flags=WRITE,
         keys=[Keys(1, 1, access="RW|access|delete"), Keys(2, 2, access="OW|update")],
         args=[Key("key"), Key("newkey", key_spec_index=1)])
def rename(ctx: Context, key: bytes, newkey: bytes) -> Status:
    """Give a key another name, in place of any key of that name."""
    if ctx.db.lookup_for_write(key) is None:
        raise CommandError(errors.NO_SUCH_KEY)
    if key != newkey:
        _rename(ctx, key, newkey)
    return OK


@command("RENAMENX", group="generic", since="1.0.0", arity=3, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|access|delete"), Keys(2, 2, access="OW|insert")],
         args=[Key("key"), Key("newkey", key_spec_index=1)],
         history=[("3.2.0", "Replies 0, no longer an error, when both names are the same.")])
def renamenx(ctx: Context, key: bytes, newkey: bytes) -> int:
    """Give a key another name unless there is a key of that name."""
    if ctx.db.lookup_for_write(key) is None:
        raise CommandError(errors.NO_SUCH_KEY)
    if key == newkey or ctx.db.lookup_for_write(newkey) is not None:
        return 0
    _rename(ctx, key, newkey)
    return 1


@command("MOVE", group="generic", since="1.0.0", arity=3, flags=WRITE | FAST,
         keys=[Keys(1, 1, access="RW|access|update")],
         args=[Key("key"), Int("db")])
def move(ctx: Context, key: bytes, db: bytes) -> int:
    """Move a key to another database unless that has one of the same name."""
    if ctx.config[directives.cluster.CLUSTER_ENABLED]:
        raise CommandError(errors.MOVE_IN_CLUSTER)
    source = ctx.db
    target = _database(ctx, db)
    if source is target:
        raise CommandError(errors.SAME_OBJECT)
    value = source.lookup_for_write(key)
    if value is None or target.lookup_for_write(key) is not None:
        return 0
    at_ms = source.expire_at(key)
    target.put(key, value)
    if at_ms is not None:
        target.set_expire(key, at_ms)
    source.delete(key)
    ctx.changed(key, b"move_from")
    ctx.changed_in(target, key, b"move_to", 0)
    return 1


@command("COPY", group="generic", since="6.2.0", arity=-3, flags=WRITE | DENYOOM,
         keys=[Keys(1, 1, access="RO|access"), Keys(2, 2, access="OW|update")],
         args=[Key("source"), Key("destination", key_spec_index=1), Int("destination-db", token="DB", optional=True),
               Token("REPLACE", optional=True)],
         complexity="O(1) for strings, O(N) for collections of N elements")
def copy(ctx: Context, source: bytes, destination: bytes, *options: bytes) -> int:
    """Copy a key's value and time to live to another key."""
    target = ctx.db
    replace = False
    at = 0
    while at < len(options):
        option = options[at].upper()
        if option == b"REPLACE":
            replace = True
        elif option == b"DB" and at + 1 < len(options):
            at += 1
            target = _database(ctx, options[at])
        else:
            raise CommandError(errors.SYNTAX)
        at += 1
    if target is ctx.db and source == destination:
        raise CommandError(errors.SAME_OBJECT)
    value = ctx.db.read(source)
    if value is None:
        return 0
    if target.lookup_for_write(destination) is not None:
        if not replace:
            return 0
        remove_replaced(ctx, target, destination)
    at_ms = ctx.db.expire_at(source)
    target.put(destination, copy_of(value))
    if at_ms is not None:
        target.set_expire(destination, at_ms)
    ctx.changed_in(target, destination, b"copy_to")
    return 1


def free_lazily(ctx: Context, value: StoredValue) -> None:
    """Let the background free a value that has just been removed. The caller must not keep a reference."""
    ctx.services.background.free(value, free_effort(value))


def _remove(ctx: Context, keys: tuple[bytes, ...], *, lazily: bool) -> int:
    """Delete the keys that exist, report each and give their number."""
    db = ctx.db
    removed = 0
    for key in keys:
        value = db.pop(key)
        if value is not None:
            removed += 1
            if lazily and not isinstance(value, bytes):
                free_lazily(ctx, value)
                value = None
            ctx.changed(key, b"del")
    return removed


def remove_replaced(ctx: Context, db: Database, key: bytes) -> bool:
    """Remove what stands in the way of another value; False when there was nothing."""
    value = db.pop(key)
    if value is not None and ctx.config[directives.memory.LAZYFREE_LAZY_SERVER_DEL]:
        free_lazily(ctx, value)
    return value is not None


def _rename(ctx: Context, key: bytes, newkey: bytes) -> None:
    """Give the live `key` the other name `newkey`, in place of what is there."""
    db = ctx.db
    at_ms = db.expire_at(key)
    remove_replaced(ctx, db, newkey)
    value = db.pop(key)
    assert value is not None, "it was looked up"
    db.put(newkey, value)
    if at_ms is not None:
        db.set_expire(newkey, at_ms)
    ctx.changed(key, b"rename_from")
    ctx.changed(newkey, b"rename_to", 0)


def _database(ctx: Context, raw: bytes) -> Database:
    """The database of a number. Raises CommandError."""
    index = int32(raw)
    databases = ctx.keyspace.databases
    if not 0 <= index < len(databases):
        raise CommandError(errors.DB_OUT_OF_RANGE)
    return databases[index]
