"""CLIENT: GETNAME HELP ID INFO KILL LIST NO-EVICT NO-TOUCH PAUSE REPLY SETINFO SETNAME UNBLOCK UNPAUSE.

Client-side caching (CACHING GETREDIR TRACKING TRACKINGINFO) is not here.
"""

from __future__ import annotations

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.base.numeric import INT64_MAX
from pyredis_server.commands.arguments import Int, OneOf, Str, Token
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import ADMIN, LOADING, NOSCRIPT, STALE
from pyredis_server.commands.help import help_lines
from pyredis_server.commands.options import integer
from pyredis_server.commands.registry import command
from pyredis_server.resp.reply import NO_REPLY, OK, Reply, Verbatim
from pyredis_server.sessions.client_info import client_info_line
from pyredis_server.sessions.filters import ClientFilter, ClientType, client_type_named
from pyredis_server.sessions.session import GATE_NO_TOUCH, GATE_REPLY_OFF, Session

_HELP = (
    ("GETNAME", "Tell this connection's name."),
    ("ID", "Tell this connection's id."),
    ("INFO", "Describe this connection as CLIENT LIST does."),
    ("KILL <ip:port>", "Close the connection that comes from <ip:port>."),
    ("KILL <option> <value> [<option> <value> [...]]", """\
Close every connection that meets all conditions, and count them. Options are:
* ADDR (<ip:port>|<unixsocket>:0): where it comes from
* LADDR (<ip:port>|<unixsocket>:0): where it arrived
* TYPE (NORMAL|MASTER|REPLICA|PUBSUB): its type
* USER <username>: who it is logged in as
* SKIPME (YES|NO): whether to spare this connection (default: yes)
* ID <client-id>: its id
* MAXAGE <maxage>: connected for at least that many seconds"""),
    ("LIST [options ...]", """\
Describe connections, one a line. Options are:
* TYPE (NORMAL|MASTER|REPLICA|PUBSUB): only those of one type
* ID <client-id> [...]: only those with these ids"""),
    ("NO-EVICT (ON|OFF)", "Spare this connection when memory for clients runs out."),
    ("NO-TOUCH (ON|OFF)", "Leave the last access of keys as it was when this connection reads them."),
    ("PAUSE <timeout> [WRITE|ALL]", "Hold back commands that write, or all, for <timeout> milliseconds."),
    ("REPLY (ON|OFF|SKIP)", "Send replies, send none, or leave out the next one."),
    ("SETINFO <option> <value>", """\
Tell about the client's library. Options are:
* LIB-NAME: its name
* LIB-VER: its version"""),
    ("SETNAME <name>", "Name this connection."),
    ("UNBLOCK <clientid> [TIMEOUT|ERROR]", "End the wait of a client inside a blocking command."),
    ("UNPAUSE", "End CLIENT PAUSE."),
)


@command("CLIENT", group="connection", since="2.4.0", arity=-2,
         categories=("-connection",),
         complexity="Told by the subcommands")
def client(ctx: Context) -> Reply:
    """Look at and control the connections of clients."""
    raise AssertionError("a container is never run")


@command("CLIENT GETNAME", group="connection", since="2.6.9", arity=2, flags=NOSCRIPT | LOADING | STALE,
         complexity="O(1)")
def client_getname(ctx: Context) -> Reply:
    """Tell the connection's name."""
    return ctx.session.name or None


@command("CLIENT HELP", group="connection", since="5.0.0", arity=2, flags=LOADING | STALE,
         complexity="O(1)")
def client_help(ctx: Context) -> Reply:
    """List the subcommands of CLIENT."""
    return help_lines("CLIENT", *_HELP)


@command("CLIENT ID", group="connection", since="5.0.0", arity=2, flags=NOSCRIPT | LOADING | STALE,
         complexity="O(1)")
def client_id(ctx: Context) -> Reply:
    """Tell the connection's id."""
    return ctx.session.id


@command("CLIENT INFO", group="connection", since="6.2.0", arity=2, flags=NOSCRIPT | LOADING | STALE,
         tips=("nondeterministic_output",),
         complexity="O(1)")
def client_info(ctx: Context) -> Reply:
    """Describe the connection as CLIENT LIST does."""
    return Verbatim(_line(ctx, ctx.session, b"INFO"))


@command("CLIENT KILL", group="connection", since="2.4.0", arity=-3, flags=ADMIN | NOSCRIPT | LOADING | STALE,
         args=[OneOf("filter", Str("old-format", deprecated_since="2.8.12"), OneOf("new-format", Int("client-id",
               token="ID", optional=True, since="2.8.12"), OneOf("client-type", Token("NORMAL"), Token("MASTER",
               since="3.2.0"), Token("SLAVE"), Token("REPLICA", since="5.0.0"), Token("PUBSUB"), token="TYPE",
               optional=True, since="2.8.12"), Str("username", token="USER", optional=True), Str("addr", token="ADDR",
               optional=True), Str("laddr", token="LADDR", optional=True, since="6.2.0"), OneOf("skipme",
               Token("YES"), Token("NO"), token="SKIPME", optional=True), Int("maxage", token="MAXAGE", optional=True,
               since="7.4.0"), multiple=True))],
         history=(("2.8.12", "Takes filters, ID among them."), ("3.2.0", "TYPE knows `master`."),
                  ("5.0.0", "TYPE knows `replica`, another name of `slave`."), ("6.2.0", "Filters by LADDR."),
                  ("7.4.0", "Filters by MAXAGE.")),
         complexity="O(N), N being the number of connections")
def client_kill(ctx: Context, first: bytes, *rest: bytes) -> Reply:
    """Close the connections that meet all conditions."""
    if not rest:
        if not _kill(ctx, ClientFilter(address=first), spare_caller=False):
            raise CommandError(errors.CLIENT_NOT_FOUND)
        return OK
    chosen, spare_caller = _kill_options(ctx, [first, *rest])
    return _kill(ctx, chosen, spare_caller=spare_caller)


@command("CLIENT LIST", group="connection", since="2.4.0", arity=-2, flags=ADMIN | NOSCRIPT | LOADING | STALE,
         args=[OneOf("client-type", Token("NORMAL"), Token("MASTER"), Token("REPLICA"), Token("PUBSUB"), token="TYPE",
               optional=True, since="5.0.0"), Int("client-id", token="ID", optional=True, multiple=True,
               since="6.2.0")],
         tips=("nondeterministic_output",),
         history=(("2.8.12", "Shows `id`."), ("5.0.0", "Filters by TYPE."), ("6.0.0", "Shows `user`."),
                  ("6.2.0", "Shows `argv-mem`, `tot-mem`, `laddr` and `redir`; filters by ID."),
                  ("7.0.0", "Shows `resp`, `multi-mem`, `rbs` and `rbp`."), ("7.0.3", "Shows `ssub`."),
                  ("7.2.0", "Shows `lib-name` and `lib-ver`."), ("7.4.0", "Shows `watch`."),
                  ("8.0.0", "Shows `io-thread`.")),
         complexity="O(N), N being the number of connections")
def client_list(ctx: Context, *options: bytes) -> Reply:
    """Describe connections, one a line."""
    registry = ctx.services.sessions
    if not options:
        chosen = list(registry)
    elif len(options) == 2 and options[0].upper() == b"TYPE":
        wanted = ClientFilter(type=_type(options[1]))
        chosen = [session for session in registry if wanted.matches(session, ctx.clock.now_ms)]
    elif len(options) > 1 and options[0].upper() == b"ID":
        ids = [integer(raw, errors.CLIENT_ID_INVALID) for raw in options[1:]]
        chosen = [session for session in map(registry.find, ids) if session is not None]
    else:
        raise CommandError(errors.SYNTAX)
    return Verbatim(b"".join([_line(ctx, session, b"LIST", *options) for session in chosen]))


@command("CLIENT NO-EVICT", group="connection", since="7.0.0", arity=3, flags=ADMIN | NOSCRIPT | LOADING | STALE,
         args=[OneOf("enabled", Token("ON"), Token("OFF"))],
         complexity="O(1)")
def client_no_evict(ctx: Context, switch: bytes) -> Reply:
    """Spare the connection, or no longer, when memory for clients runs out."""
    ctx.session.no_evict = _is_on(switch)
    return OK


@command("CLIENT NO-TOUCH", group="connection", since="7.2.0", arity=3, flags=NOSCRIPT | LOADING | STALE,
         args=[OneOf("enabled", Token("ON"), Token("OFF"))],
         complexity="O(1)")
def client_no_touch(ctx: Context, switch: bytes) -> Reply:
    """Choose whether the connection's reads count as accesses of keys."""
    ctx.session.set_gate(GATE_NO_TOUCH, _is_on(switch))
    return OK


@command("CLIENT PAUSE", group="connection", since="3.0.0", arity=-3, flags=ADMIN | NOSCRIPT | LOADING | STALE,
         args=[Int("timeout"), OneOf("mode", Token("WRITE"), Token("ALL"), optional=True, since="6.2.0")],
         history=(("6.2.0", "Takes a mode, WRITE or ALL."),),
         complexity="O(1)")
def client_pause(ctx: Context, timeout: bytes, *mode: bytes) -> Reply:
    """Hold back the clients' commands for a while, all or only those that write."""
    if len(mode) > 1:
        raise _wrong_syntax(ctx, b"PAUSE")
    if mode and mode[0].upper() not in (b"WRITE", b"ALL"):
        raise CommandError(errors.PAUSE_MODE)
    duration_ms = integer(timeout, errors.TIMEOUT_NOT_AN_INTEGER)
    if duration_ms < 0:
        raise CommandError(errors.TIMEOUT_NEGATIVE)
    now_ms = ctx.clock.now_ms
    if duration_ms > INT64_MAX - now_ms:
        raise CommandError(errors.TIMEOUT_OUT_OF_RANGE)
    ctx.services.executor.pause(now_ms + duration_ms, all_commands=not mode or mode[0].upper() == b"ALL")
    return OK


@command("CLIENT REPLY", group="connection", since="3.2.0", arity=3, flags=NOSCRIPT | LOADING | STALE,
         args=[OneOf("action", Token("ON"), Token("OFF"), Token("SKIP"))],
         complexity="O(1)")
def client_reply(ctx: Context, action: bytes) -> Reply:
    """Choose whether replies are sent, or leave out the next one."""
    session = ctx.session
    word = action.upper()
    if word == b"ON":
        session.reply_off = False
        session.reply_skip_next = 0
        session.set_gate(GATE_REPLY_OFF, False)
        return OK
    if word == b"OFF":
        session.reply_off = True
    elif word == b"SKIP":
        if not session.reply_off:
            session.reply_skip_next = 2
    else:
        raise CommandError(errors.SYNTAX)
    session.set_gate(GATE_REPLY_OFF, True)
    return OK if ctx.in_multi else NO_REPLY  # EXEC's array needs an element; Redis leaves it out and breaks the array


@command("CLIENT SETINFO", group="connection", since="7.2.0", arity=4, flags=NOSCRIPT | LOADING | STALE,
         args=[OneOf("attr", Str("libname", token="LIB-NAME"), Str("libver", token="LIB-VER"))],
         tips=("request_policy:all_nodes", "response_policy:all_succeeded"),
         complexity="O(1)")
def client_setinfo(ctx: Context, attribute: bytes, value: bytes) -> Reply:
    """Tell the server the name or the version of the client's library."""
    word = attribute.upper()
    if word not in (b"LIB-NAME", b"LIB-VER"):
        raise CommandError(errors.CLIENT_ATTRIBUTE_UNKNOWN % shown(attribute))
    if not _is_printable(value):
        raise CommandError(errors.CLIENT_ATTRIBUTE_INVALID % attribute)
    if word == b"LIB-NAME":
        ctx.session.library_name = value
    else:
        ctx.session.library_version = value
    return OK


@command("CLIENT SETNAME", group="connection", since="2.6.9", arity=3, flags=NOSCRIPT | LOADING | STALE,
         args=[Str("connection-name")],
         tips=("request_policy:all_nodes", "response_policy:all_succeeded"),
         complexity="O(1)")
def client_setname(ctx: Context, name: bytes) -> Reply:
    """Name the connection; an empty name takes its name away."""
    ctx.session.name = checked_name(name)
    return OK


@command("CLIENT UNBLOCK", group="connection", since="5.0.0", arity=-3, flags=ADMIN | NOSCRIPT | LOADING | STALE,
         args=[Int("client-id"), OneOf("unblock-type", Token("TIMEOUT"), Token("ERROR"), optional=True)],
         complexity="O(log N), N being the number of connections")
def client_unblock(ctx: Context, id: bytes, *reason: bytes) -> Reply:
    """End the wait of a client inside a blocking command, as if its time were up or with an error."""
    if len(reason) > 1:
        raise _wrong_syntax(ctx, b"UNBLOCK")
    word = reason[0].upper() if reason else b"TIMEOUT"
    if word not in (b"TIMEOUT", b"ERROR"):
        raise CommandError(errors.UNBLOCK_REASON)
    target = ctx.services.sessions.find(integer(id))
    if target is None or target.blocked is None:
        return 0
    return int(ctx.services.executor.unblock(target, error=word == b"ERROR"))


@command("CLIENT UNPAUSE", group="connection", since="6.2.0", arity=2, flags=ADMIN | NOSCRIPT | LOADING | STALE,
         complexity="O(N), N being the number of paused connections")
def client_unpause(ctx: Context) -> Reply:
    """Let the commands run that CLIENT PAUSE holds back."""
    ctx.services.executor.unpause()
    return OK


def checked_name(name: bytes) -> bytes:
    """Give `name` if a connection may be called so, for CLIENT SETNAME and HELLO.

    Raises: CommandError(CLIENT_NAME_INVALID) for what would break the lines of CLIENT LIST.
    """
    if not _is_printable(name):
        raise CommandError(errors.CLIENT_NAME_INVALID)
    return name


def shown(raw: bytes) -> bytes:
    """Give an argument as errors quote it: Redis stops at the first NUL."""
    return raw.partition(b"\0")[0]


def _is_printable(text: bytes) -> bool:
    return not text or (min(text) > 0x20 and max(text) < 0x7F)


def _is_on(switch: bytes) -> bool:
    word = switch.upper()
    if word not in (b"ON", b"OFF"):
        raise CommandError(errors.SYNTAX)
    return word == b"ON"


def _type(name: bytes) -> ClientType:
    found = client_type_named(name)
    if found is None:
        raise CommandError(errors.CLIENT_TYPE_UNKNOWN % shown(name))
    return found


def _line(ctx: Context, session: Session, *running: bytes) -> bytes:
    if session is not ctx.session:
        return client_info_line(session, ctx.clock.now_ms) + b"\n"
    # What runs now is the session's last command already; inside a transaction that is EXEC.
    argv = (b"EXEC",) if ctx.in_multi else (b"CLIENT", *running)
    name = "exec" if ctx.in_multi or ctx.command is None else ctx.command.name
    return client_info_line(session, ctx.clock.now_ms, argv, name) + b"\n"


def _kill_options(ctx: Context, words: list[bytes]) -> tuple[ClientFilter, bool]:
    """Read KILL's conditions, and whether the caller is spared. Of a condition given twice the last one holds."""
    id = type = user = address = local_address = min_age_s = None
    spare_caller = True
    while words:
        option = words.pop(0).upper()
        if not words:
            raise CommandError(errors.SYNTAX)
        value = words.pop(0)
        if option == b"ID":
            id = integer(value, errors.CLIENT_ID_NOT_POSITIVE)
            if id < 1:
                raise CommandError(errors.CLIENT_ID_NOT_POSITIVE)
        elif option == b"MAXAGE":
            min_age_s = integer(value, errors.MAXAGE_NOT_AN_INTEGER)
            if min_age_s < 1:
                raise CommandError(errors.MAXAGE_NOT_POSITIVE)
        elif option == b"TYPE":
            type = _type(value)
        elif option == b"ADDR":
            address = value
        elif option == b"LADDR":
            local_address = value
        elif option == b"USER":
            user = ctx.services.users.find(value)
            if user is None:
                raise CommandError(errors.USER_NOT_FOUND % shown(value))
        elif option == b"SKIPME" and value.upper() in (b"YES", b"NO"):
            spare_caller = value.upper() == b"YES"
        else:
            raise CommandError(errors.SYNTAX)
    return ClientFilter(id, type, user, address, local_address, min_age_s), spare_caller


def _kill(ctx: Context, chosen: ClientFilter, *, spare_caller: bool) -> int:
    killed = 0
    for session in ctx.services.sessions:
        caller = session is ctx.session
        if chosen.matches(session, ctx.clock.now_ms) and not (caller and spare_caller):
            ctx.services.executor.close(session, "CLIENT KILL", after_reply=caller)
            killed += 1
    return killed


def _wrong_syntax(ctx: Context, subcommand: bytes) -> CommandError:
    """The error of too many arguments, in which Redis quotes the subcommand as the client spelled it."""
    spelled = ctx.argv[1] if len(ctx.argv) > 1 and ctx.argv[1].upper() == subcommand else subcommand
    return CommandError(errors.SUBCOMMAND_SYNTAX % (spelled, b"CLIENT"))
