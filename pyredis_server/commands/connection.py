"""The client's own connection: AUTH ECHO HELLO PING QUIT RESET SELECT.

CLIENT and its subcommands are in client.py.
"""

from __future__ import annotations

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError, WrongArity
from pyredis_server.base.numeric import parse_int
from pyredis_server.base.version import REDIS_VERSION
from pyredis_server.commands.arguments import Block, Int, Str
from pyredis_server.commands.client import checked_name, shown
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import ALLOW_BUSY, FAST, LOADING, NO_AUTH, NOSCRIPT, STALE
from pyredis_server.commands.options import int32
from pyredis_server.commands.registry import command
from pyredis_server.commands.transactions import discard_transaction
from pyredis_server.resp.reply import OK, PONG, Map, Reply, Status
from pyredis_server.sessions import login
from pyredis_server.sessions.session import GATE_NO_TOUCH, GATE_REPLICA, GATE_REPLY_OFF, GATE_SUBSCRIBED_RESP2

RESET_DONE = Status(b"RESET")


@command("AUTH", group="connection", since="1.0.0", arity=-2, flags=NOSCRIPT | LOADING | STALE | FAST | NO_AUTH |
         ALLOW_BUSY,
         args=[Str("username", optional=True, since="6.0.0"), Str("password")],
         history=(("6.0.0", "Takes a username besides the password."),),
         complexity="O(N), N being the number of the user's passwords")
def auth(ctx: Context, first: bytes, *rest: bytes) -> Reply:
    """Log in as a user, the default user unless one is named."""
    ctx.redact(*range(1, len(rest) + 2))
    if len(rest) > 1:
        raise CommandError(errors.SYNTAX)
    users = ctx.services.users
    if rest:
        _log_in(ctx, first, rest[0])
    elif users.default.nopass:
        raise CommandError(errors.AUTH_WITHOUT_PASSWORD)
    else:
        _log_in(ctx, users.default.name, first)
    return OK


@command("ECHO", group="connection", since="1.0.0", arity=2, flags=LOADING | STALE | FAST,
         args=[Str("message")],
         complexity="O(1)")
def echo(ctx: Context, message: bytes) -> bytes:
    """Send the message back."""
    return message


@command("HELLO", group="connection", since="6.0.0", arity=-1, flags=NOSCRIPT | LOADING | STALE | FAST | NO_AUTH |
         ALLOW_BUSY,
         args=[Block("arguments", Int("protover"), Block("auth", Str("username"), Str("password"), token="AUTH",
               optional=True), Str("clientname", token="SETNAME", optional=True), optional=True)],
         history=(("6.2.0", "Without arguments it tells about the connection and changes nothing."),),
         complexity="O(1)")
def hello(ctx: Context, version: bytes | None = None, *options: bytes) -> Reply:
    """Choose the protocol version, log in and name the connection, and learn about the server."""
    protocol = None if version is None else _protocol(version)
    credentials: tuple[bytes, bytes] | None = None
    name: bytes | None = None
    at = 0
    while at < len(options):
        option = options[at].upper()
        if option == b"AUTH" and at + 2 < len(options):
            ctx.redact(at + 3, at + 4)
            credentials = options[at + 1], options[at + 2]
            at += 3
        elif option == b"SETNAME" and at + 1 < len(options):
            name = checked_name(options[at + 1])
            at += 2
        else:
            raise CommandError(errors.HELLO_SYNTAX % shown(options[at]))
    if credentials is not None:
        _log_in(ctx, *credentials)
    session = ctx.session
    if not session.authenticated:
        raise CommandError(errors.NO_AUTH_HELLO)
    if name is not None:
        session.name = name
    if protocol is not None:
        session.protocol = protocol  # in force for this very reply
        subscribed = bool(session.channels or session.patterns or session.shard_channels)
        session.set_gate(GATE_SUBSCRIBED_RESP2, subscribed and protocol == 2)
    return Map([
        b"server", b"redis",
        b"version", REDIS_VERSION.encode(),
        b"proto", session.protocol,
        b"id", session.id,
        b"mode", b"standalone",
        b"role", b"master",
        b"modules", [],
    ])


@command("PING", group="connection", since="1.0.0", arity=-1, flags=FAST,
         args=[Str("message", optional=True)],
         tips=("request_policy:all_shards", "response_policy:all_succeeded"),
         complexity="O(1)")
def ping(ctx: Context, *message: bytes) -> Reply:
    """Answer PONG, or the message, to show that the server lives."""
    if len(message) > 1:
        raise WrongArity("ping")
    if ctx.session.gate & GATE_SUBSCRIBED_RESP2:
        return [b"pong", message[0] if message else b""]  # RESP2 subscribers get messages only
    return message[0] if message else PONG


@command("QUIT", group="connection", since="1.0.0", arity=-1, flags=NOSCRIPT | LOADING | STALE | FAST | NO_AUTH |
         ALLOW_BUSY,
         deprecated_since="7.2.0", replaced_by="just closing the connection",
         complexity="O(1)")
def quit_(ctx: Context, *ignored: bytes) -> Reply:
    """Close the connection once all replies have been sent."""
    ctx.services.executor.close(ctx.session, "QUIT", after_reply=True)
    return OK


@command("RESET", group="connection", since="6.2.0", arity=1, flags=NOSCRIPT | LOADING | STALE | FAST | NO_AUTH |
         ALLOW_BUSY,
         complexity="O(N), N being the number of watched keys and subscriptions")
def reset(ctx: Context) -> Reply:
    """Bring the connection back to the state that new ones are in; only the library's name stays."""
    session = ctx.session
    if session.is_monitor:
        ctx.services.monitors.detach(session)
    elif session.gate & GATE_REPLICA:
        raise CommandError(errors.RESET_OF_PEER)
    if session.channels or session.patterns or session.shard_channels:
        ctx.services.pubsub.drop(session)
    discard_transaction(ctx, session)
    ctx.db = session.db = ctx.keyspace.databases[0]
    session.protocol = 2
    session.name = b""
    session.no_evict = False
    session.fieldsets.clear()
    session.reply_off = False
    session.set_gate(GATE_REPLY_OFF, session.reply_skip_next > 0)  # CLIENT REPLY SKIP holds for RESET's reply too
    session.set_gate(GATE_NO_TOUCH | GATE_SUBSCRIBED_RESP2, False)
    login.begin(session, ctx.services.users)
    return RESET_DONE


@command("SELECT", group="connection", since="1.0.0", arity=2, flags=LOADING | STALE | FAST,
         args=[Int("index")],
         complexity="O(1)")
def select(ctx: Context, index: bytes) -> Reply:
    """Choose the database that the connection's next commands work on."""
    number = int32(index)
    if not 0 <= number < len(ctx.keyspace.databases):
        raise CommandError(errors.DB_OUT_OF_RANGE)
    ctx.db = ctx.session.db = ctx.keyspace.databases[number]
    return OK


def _protocol(raw: bytes) -> int:
    version = parse_int(raw)
    if version is None:
        raise CommandError(errors.PROTOCOL_NOT_AN_INTEGER)
    if version not in (2, 3):
        raise CommandError(errors.UNSUPPORTED_PROTOCOL)
    return version


def _log_in(ctx: Context, name: bytes, password: bytes) -> None:
    user = ctx.services.users.authenticate(name, password)
    if user is None:
        ctx.services.stats.acl_access_denied_auth += 1
        raise CommandError(errors.WRONG_PASSWORD)
    login.log_in(ctx.session, user)
