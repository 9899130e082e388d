"""HIMPORT: many hashes with the same fields, whose names a connection sends only once.

A fieldset is the connection's own, and goes with it or with RESET. Hashes made from one share the objects of its field
names, so a name is in memory once; OBJECT ENCODING names the encoding that any other hash of that size has.
AOF and replicas have no fieldsets: they get DEL, where there was a key, and HSET.
Source: the HIMPORT pages of the Redis 8.10 documentation; they do not give the texts of errors.
"""

from __future__ import annotations

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.commands.arguments import Key, Str
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import DENYOOM, WRITE
from pyredis_server.commands.keyspecs import Keys
from pyredis_server.commands.registry import command
from pyredis_server.config.directives.encodings import HASH_MAX_LISTPACK_ENTRIES, HASH_MAX_LISTPACK_VALUE
from pyredis_server.datatypes.hashes import Hash
from pyredis_server.resp.reply import OK, Reply


@command("HIMPORT", group="hash", since="8.10.0", arity=-2, complexity="Told by the subcommands")
def himport(ctx: Context) -> Reply:
    """Make many hashes with the same fields."""
    raise AssertionError("a container is never run")


@command("HIMPORT PREPARE", group="hash", since="8.10.0", arity=-4, flags=DENYOOM,
         args=[Str("fieldset-name"), Str("field", multiple=True)], tips=("request_policy:all_shards",),
         complexity="O(N) for N fields")
def himport_prepare(ctx: Context, fieldset_name: bytes, field: bytes, *more: bytes) -> Reply:
    """Name the fields that hashes made with this fieldset shall have."""
    fields = (field, *more)
    if len(set(fields)) != len(fields):
        raise CommandError(errors.FIELDSET_DUPLICATE)
    ctx.session.fieldsets[fieldset_name] = fields
    return OK


@command("HIMPORT SET", group="hash", since="8.10.0", arity=-5, flags=WRITE | DENYOOM,
         keys=[Keys(2, 2, access="OW|update")],
         args=[Key("key"), Str("fieldset-name"), Str("value", multiple=True)],
         complexity="O(N) for N fields")
def himport_set(ctx: Context, key: bytes, fieldset_name: bytes, value: bytes, *more: bytes) -> Reply:
    """Make a hash of a fieldset and values in its order, whatever the key held before."""
    fields = ctx.session.fieldsets.get(fieldset_name)
    if fields is None:
        raise CommandError(errors.FIELDSET_UNKNOWN)
    values = (value, *more)
    if len(values) != len(fields):
        raise CommandError(errors.FIELDSET_VALUES)
    made = Hash.of(dict(zip(fields, values, strict=True)), None, ctx.config[HASH_MAX_LISTPACK_ENTRIES],
                   ctx.config[HASH_MAX_LISTPACK_VALUE])
    if ctx.propagating:
        if ctx.db.exists(key):
            ctx.propagate(b"DEL", key)
        ctx.propagate(b"HSET", key, *[word for pair in made.fields.items() for word in pair])
    ctx.db.put(key, made)
    ctx.changed(key, b"hset", len(fields))
    return OK


@command("HIMPORT DISCARD", group="hash", since="8.10.0", arity=3,
         args=[Str("fieldset-name")], tips=("request_policy:all_shards",),
         complexity="O(1)")
def himport_discard(ctx: Context, fieldset_name: bytes) -> int:
    """Forget a fieldset of this connection."""
    return 0 if ctx.session.fieldsets.pop(fieldset_name, None) is None else 1


@command("HIMPORT DISCARDALL", group="hash", since="8.10.0", arity=2, tips=("request_policy:all_shards",),
         complexity="O(N) for N fieldsets")
def himport_discardall(ctx: Context) -> int:
    """Forget all fieldsets of this connection."""
    count = len(ctx.session.fieldsets)
    ctx.session.fieldsets.clear()
    return count
