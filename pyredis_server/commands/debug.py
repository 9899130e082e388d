"""DEBUG: for those who test servers and clients. The executor sees to it that enable-debug-command allows it.

What only a server in C can do (jemalloc's controls, sizes of C structures, loading code by hand) is not here, and
RELOAD and LOADAOF come with persistence. Each subcommand says how many arguments it takes; another number is the same
error as an unknown subcommand, as in Redis.
"""

from __future__ import annotations

import os
import random
import re
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sized
from types import MappingProxyType
from typing import Final, NoReturn

import attrs

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.base.globs import glob_match
from pyredis_server.base.numeric import INT64_MAX, parse_memory
from pyredis_server.commands import debug_digest
from pyredis_server.commands.context import Context
from pyredis_server.commands.debug_report import client_buckets, described_object, described_sds, table_statistics
from pyredis_server.commands.flags import ADMIN, LOADING, NOSCRIPT, PROTECTED, STALE
from pyredis_server.commands.help import help_lines
from pyredis_server.commands.options import at_least, integer
from pyredis_server.commands.registry import command
from pyredis_server.commands.switches import DEFAULT_PACKED_THRESHOLD_BYTES, REPLY_BUFFER_PEAK_RESET_MS
from pyredis_server.keyspace.values import StoredValue, encoding_of
from pyredis_server.keyspace.watches import touch_watched
from pyredis_server.resp.reply import (
    OK,
    Attribute,
    BigNumber,
    Bool,
    Double,
    Map,
    Push,
    Replies,
    Reply,
    SetReply,
    Status,
    Verbatim,
    Wire,
)

_NUMBER_AHEAD = re.compile(rb"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_INTEGER_AHEAD = re.compile(rb"\s*[-+]?\d+")
_LINE_BREAKS = bytes.maketrans(b"\r\n", b"  ")
_FUZZ_ROUNDS = 1000  # about 20 ms


@attrs.frozen
class _Subcommand:
    """A subcommand of DEBUG and what HELP says of it."""

    run: Callable[..., Reply]
    least: int
    most: int
    usage: str
    help: str


@command("DEBUG", group="server", since="1.0.0", arity=-2, flags=ADMIN | NOSCRIPT | LOADING | STALE | PROTECTED,
         complexity="Depends on the subcommand")
def debug(ctx: Context, subcommand: bytes, *arguments: bytes) -> Reply:
    """Look behind the scenes, or make a server misbehave on purpose."""
    found = SUBCOMMANDS.get(subcommand.upper().decode("latin-1"))
    if found is None or not found.least <= len(arguments) <= found.most:
        raise CommandError(errors.SUBCOMMAND_SYNTAX % (subcommand[:128], b"DEBUG"))
    return found.run(ctx, *arguments)


# -- Looking at data -------------------------------------------------------------------------------------------------


def _object(ctx: Context, key: bytes) -> Reply:
    return Status(described_object(ctx, key, _value(ctx, key)))


def _sdslen(ctx: Context, key: bytes) -> Reply:
    value = _value(ctx, key)
    if not isinstance(value, (bytes, bytearray)) or encoding_of(value) == b"int":
        raise CommandError(errors.NOT_AN_SDS)
    return Status(described_sds(key, value))


def _listpack(ctx: Context, key: bytes) -> Reply:
    value = _value(ctx, key)
    if not encoding_of(value).startswith(b"listpack"):
        raise CommandError(errors.NOT_A_LISTPACK)
    _show(value)
    return Status(b"Listpack structure printed on stdout")


def _quicklist(ctx: Context, key: bytes, level: bytes = b"0") -> Reply:
    value = _value(ctx, key)
    if encoding_of(value) != b"quicklist":
        raise CommandError(errors.NOT_A_QUICKLIST)
    _show(value)
    return Status(b"Quicklist structure printed on stdout")


def _htstats(ctx: Context, index: bytes, *full: bytes) -> Reply:
    number = integer(index)
    if not 0 <= number < len(ctx.keyspace.databases):
        raise CommandError(errors.DEBUG_DB_OUT_OF_RANGE)
    db = ctx.keyspace.databases[number]
    return Verbatim(b"[Dictionary HT]\n%b[Expires HT]\n%b" % (
        table_statistics(len(db)), table_statistics(len(db.expires))))


def _htstats_key(ctx: Context, key: bytes, *full: bytes) -> Reply:
    value = _value(ctx, key)
    if encoding_of(value) not in (b"hashtable", b"skiplist"):
        raise CommandError(errors.NOT_A_HASH_TABLE)
    return Verbatim(table_statistics(len(value) if isinstance(value, Sized) else 0))


def _digest(ctx: Context) -> Reply:
    return Status(debug_digest.of_keyspace(ctx.keyspace).hex())


def _digest_value(ctx: Context, *keys: bytes) -> Reply:
    return [Status(debug_digest.of_value(ctx.db, key).hex()) for key in keys]


def _populate(ctx: Context, count: bytes, prefix: bytes = b"key", size: bytes = b"0") -> Reply:
    keys, size_bytes = at_least(0, count, errors.NOT_POSITIVE), at_least(0, size, errors.NOT_POSITIVE)
    db = ctx.db
    for number in range(keys):
        key = b"%b:%d" % (prefix, number)
        if db.lookup(key) is not None:
            continue
        value = b"value:%d" % number
        db.put(key, value[:size_bytes].ljust(size_bytes, b"\0") if size_bytes else value)
        if db.watched:
            touch_watched(db, key)
    return OK


# -- Behaviour of the server -----------------------------------------------------------------------------------------


def _sleep(ctx: Context, seconds: bytes) -> Reply:
    ahead = _NUMBER_AHEAD.match(seconds)  # as strtod: what is no number is 0
    threading.Event().wait(max(0.0, float(ahead[0])) if ahead else 0.0)  # the executor stands still, as is asked for
    return OK


def _set_active_expire(ctx: Context, value: bytes) -> Reply:
    ctx.keyspace.active_expire_enabled = bool(_loose_integer(value))
    return OK


def _pause_cron(ctx: Context, value: bytes) -> Reply:
    ctx.services.debug.cron_paused = bool(_loose_integer(value))
    return OK


def _dict_resizing(ctx: Context, value: bytes) -> Reply:
    ctx.services.debug.dict_resizing = bool(_loose_integer(value))
    return OK


def _deny_scripts(ctx: Context, value: bytes) -> Reply:
    ctx.services.debug.deny_scripts_disabled = bool(_loose_integer(value))
    return OK


def _skip_checksums(ctx: Context, value: bytes) -> Reply:
    ctx.services.debug.skip_checksums = bool(_loose_integer(value))
    return OK


def _aof_flush_sleep(ctx: Context, microseconds: bytes) -> Reply:
    ctx.services.debug.aof_flush_sleep_us = _loose_integer(microseconds)
    return OK


def _drop_cluster_packets(ctx: Context, kind: bytes) -> Reply:
    ctx.services.debug.dropped_cluster_packet = integer(kind)
    return OK


def _packed_threshold(ctx: Context, size: bytes) -> Reply:
    size_bytes = parse_memory(size)
    if size_bytes is None or not 0 <= size_bytes < 1 << 32:
        raise CommandError(errors.PACKED_THRESHOLD)
    ctx.services.debug.packed_threshold_bytes = size_bytes or DEFAULT_PACKED_THRESHOLD_BYTES
    return OK


def _reply_buffer(ctx: Context, what: bytes, value: bytes) -> Reply:
    switches = ctx.services.debug
    match what.upper():
        case b"PEAK-RESET-TIME":
            match value.upper():
                case b"NEVER":
                    switches.reply_buffer_peak_reset_ms = -1
                case b"RESET":
                    switches.reply_buffer_peak_reset_ms = REPLY_BUFFER_PEAK_RESET_MS
                case _:
                    switches.reply_buffer_peak_reset_ms = integer(value)
        case b"RESIZING":
            switches.reply_buffer_resizing = bool(_loose_integer(value))
        case _:
            raise CommandError(errors.SUBCOMMAND_SYNTAX % (b"REPLYBUFFER", b"DEBUG"))
    return OK


def _client_eviction(ctx: Context) -> Reply:
    report = client_buckets(ctx)
    if report is None:
        raise CommandError(errors.CLIENT_EVICTION_OFF)
    return Verbatim(report)


def _change_replication_id(ctx: Context) -> Reply:
    ctx.services.log.notice("Changing replication IDs after receiving DEBUG change-repl-id")
    ctx.services.replication_ids.change()
    return OK


def _rewrite_everything(ctx: Context) -> Reply:
    ctx.services.config_manager.rewrite_everything()
    return OK


def _replicate(ctx: Context, *argv: bytes) -> Reply:
    ctx.propagate(*argv)
    return OK


def _log(ctx: Context, message: bytes) -> Reply:
    ctx.services.log.warning(f"DEBUG LOG: {message.decode('utf-8', 'backslashreplace')}")
    return OK


# -- What clients see ------------------------------------------------------------------------------------------------


def _error(ctx: Context, message: bytes) -> Reply:
    return Wire(b"-%b\r\n" % message.translate(_LINE_BREAKS))  # not an Error, which would count in errorstats


def _protocol(ctx: Context, kind: bytes) -> Reply:
    match kind.upper():
        case b"PUSH":
            if ctx.session.protocol < 3:
                raise CommandError(errors.PUSH_NEEDS_RESP3)
            push, text = Push([b"server-cpu-usage", 42]), b"Some real reply following the push reply"
            if ctx.in_multi:
                ctx.services.executor.send(ctx.session, push)  # not among the replies of the transaction
                return text
            return Replies([text, push])  # Redis sends pushes of a running command after its reply
        case b"ATTRIB":
            return Attribute([b"key-popularity", [b"key:123", 90]], b"Some real reply following the attribute")
        case name:
            if name not in _SAMPLES:
                raise CommandError(errors.PROTOCOL_TYPE_UNKNOWN)
            return _SAMPLES[name]


_SAMPLES: Final[Mapping[bytes, Reply]] = MappingProxyType({
    b"STRING": b"Hello World", b"INTEGER": 12345, b"DOUBLE": Double(3.141), b"NULL": None, b"ARRAY": [0, 1, 2],
    b"BIGNUM": BigNumber(1234567999999999999999999999999999999), b"SET": SetReply([0, 1, 2]),
    b"MAP": Map([0, Bool(False), 1, Bool(True), 2, Bool(False)]), b"TRUE": Bool(True), b"FALSE": Bool(False),
    b"VERBATIM": Verbatim(b"This is a verbatim\nstring"),
})


def _stringmatch_test(ctx: Context) -> Reply:
    rng = random.Random()
    letters = b"ab*?[]^-\\\xff"
    for _ in range(_FUZZ_ROUNDS):
        pattern, text = (bytes(rng.choices(letters, k=rng.randrange(8))) for _ in range(2))
        glob_match(pattern, text, nocase=bool(rng.getrandbits(1)))
    return Status(b"Apparently Redis did not crash: test passed")


def _structsize(ctx: Context) -> Reply:
    parts = [f"bits:{sys.maxsize.bit_length() + 1}"]
    parts += [f"{kind.__name__}:{sys.getsizeof(kind())}" for kind in (bytes, bytearray, int, list, dict, set)]
    return " ".join(parts).encode()


def _help(ctx: Context) -> Reply:
    return help_lines("DEBUG", *((one.usage, one.help) for name, one in SUBCOMMANDS.items() if name != "HELP"))


# -- The end ---------------------------------------------------------------------------------------------------------


def _segfault(ctx: Context) -> NoReturn:
    _die(ctx, "DEBUG SEGFAULT", signal.SIGSEGV)


def _panic(ctx: Context) -> NoReturn:
    _die(ctx, "DEBUG PANIC", signal.SIGABRT)


def _assert(ctx: Context) -> NoReturn:
    _die(ctx, "DEBUG ASSERT", signal.SIGABRT)


def _oom(ctx: Context) -> NoReturn:
    _die(ctx, "DEBUG OOM: as if there were no memory left", signal.SIGABRT)


def _restart(ctx: Context, delay_ms: bytes = b"0") -> Reply:
    integer(delay_ms)
    ctx.services.log.warning("This server does not restart itself: what started it has to do that")
    raise CommandError(errors.RESTART_FAILED)


def _die(ctx: Context, reason: str, number: signal.Signals) -> NoReturn:
    """End the process as a crash would: nothing is saved, nobody is told."""
    ctx.services.log.warning(f"Crashing on request: {reason}")
    signal.raise_signal(number)
    os._exit(1)  # where the signal was caught


# -- Reading arguments -----------------------------------------------------------------------------------------------


def _value(ctx: Context, key: bytes) -> StoredValue:
    """What a key holds, alive or not, without a mark of use."""
    value = ctx.db.values.get(key)
    if value is None:
        raise CommandError(errors.NO_SUCH_KEY)
    return value


def _loose_integer(raw: bytes) -> int:
    """As C's atoi: the number that the text begins with, else 0."""
    ahead = _INTEGER_AHEAD.match(raw)
    return int(ahead[0]) if ahead else 0


def _show(value: StoredValue) -> None:
    sys.stdout.write(f"{value!r}\n")
    sys.stdout.flush()


_ANY: Final = INT64_MAX

SUBCOMMANDS: Final[Mapping[str, _Subcommand]] = MappingProxyType({
    one.usage.split(" ", 1)[0]: one for one in (
        _Subcommand(_aof_flush_sleep, 1, 1, "AOF-FLUSH-SLEEP <microseconds>", "Wait before each write to the AOF."),
        _Subcommand(_assert, 0, 0, "ASSERT", "Crash by a failed assertion."),
        _Subcommand(_change_replication_id, 0, 0, "CHANGE-REPL-ID", "Take new replication ids."),
        _Subcommand(_client_eviction, 0, 0, "CLIENT-EVICTION", "Show clients by the memory that they take."),
        _Subcommand(_rewrite_everything, 0, 0, "CONFIG-REWRITE-FORCE-ALL",
                    "As CONFIG REWRITE, and write also what has its default value."),
        _Subcommand(_restart, 0, 1, "CRASH-AND-RECOVER [<milliseconds>]", "Not possible here: always an error."),
        _Subcommand(_dict_resizing, 1, 1, "DICT-RESIZING <0|1>", "Accepted; dicts resize by themselves here."),
        _Subcommand(_digest, 0, 0, "DIGEST", "Give a digest of all data."),
        _Subcommand(_digest_value, 0, _ANY, "DIGEST-VALUE <key> [<key> ...]", "Give digests of values."),
        _Subcommand(_drop_cluster_packets, 1, 1, "DROP-CLUSTER-PACKET-FILTER <type>",
                    "Ignore cluster packets of a type; -1: of none."),
        _Subcommand(_error, 1, 1, "ERROR <message>", "Reply with this error."),
        _Subcommand(_help, 0, 0, "HELP", "Show this list."),
        _Subcommand(_htstats, 1, _ANY, "HTSTATS <dbid> [full]", "Show the sizes of a database's tables."),
        _Subcommand(_htstats_key, 1, _ANY, "HTSTATS-KEY <key> [full]", "Show the size of a value's table."),
        _Subcommand(_listpack, 1, 1, "LISTPACK <key>", "Print a value in listpack encoding on stdout."),
        _Subcommand(_log, 1, 1, "LOG <message>", "Write a message to the log."),
        _Subcommand(_object, 1, 1, "OBJECT <key>", "Show details of a value."),
        _Subcommand(_oom, 0, _ANY, "OOM", "Crash as if there were no memory left."),
        _Subcommand(_panic, 0, _ANY, "PANIC", "Crash as if something impossible had happened."),
        _Subcommand(_pause_cron, 1, 1, "PAUSE-CRON <0|1>", "Stop periodic tasks, or let them go on."),
        _Subcommand(_populate, 1, 3, "POPULATE <count> [<prefix>] [<size>]",
                    "Create keys <prefix>:<number> that do not exist yet, with values of <size> bytes."),
        _Subcommand(_protocol, 1, 1, "PROTOCOL <type>",
                    "Reply with a value of a type: string, integer, double, bignum, null, array, set, map, attrib, "
                    "push, verbatim, true, false."),
        _Subcommand(_quicklist, 1, 2, "QUICKLIST <key> [<0|1>]", "Print a value in quicklist encoding on stdout."),
        _Subcommand(_packed_threshold, 1, 1, "QUICKLIST-PACKED-THRESHOLD <size>",
                    "Give list elements of this size nodes of their own; 0: as at the start."),
        _Subcommand(_replicate, 1, _ANY, "REPLICATE <argument> [<argument> ...]", "Send a command to the replicas."),
        _Subcommand(_reply_buffer, 2, 2, "REPLYBUFFER <PEAK-RESET-TIME|RESIZING> <value>",
                    "Accepted; reply buffers have no fixed size here."),
        _Subcommand(_restart, 0, 1, "RESTART [<milliseconds>]", "Not possible here: always an error."),
        _Subcommand(_sdslen, 1, 1, "SDSLEN <key>", "Show the memory of a key and its string."),
        _Subcommand(_segfault, 0, _ANY, "SEGFAULT", "Crash by a forbidden access to memory."),
        _Subcommand(_set_active_expire, 1, 1, "SET-ACTIVE-EXPIRE <0|1>",
                    "Leave expired keys alone until somebody asks for them, or look for them."),
        _Subcommand(_deny_scripts, 1, 1, "SET-DISABLE-DENY-SCRIPTS <0|1>",
                    "Let scripts run all commands, or not."),
        _Subcommand(_skip_checksums, 1, 1, "SET-SKIP-CHECKSUM-VALIDATION <0|1>",
                    "Do not look at checksums of RDB files and DUMP payloads, or do."),
        _Subcommand(_sleep, 1, 1, "SLEEP <seconds>", "Stand still for a while."),
        _Subcommand(_stringmatch_test, 0, 0, "STRINGMATCH-TEST", "Match random patterns for a moment."),
        _Subcommand(_structsize, 0, 0, "STRUCTSIZE", "Show the sizes of Python's basic objects."),
    )
})
