"""What redis-cli shows of a real Redis and of ours must be the same text: the client sees more than reply types.

Only against 8.2, whose texts we know line by line. Ways to see two texts as the same stand beside each call.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.compat.play import Player
from tests.support.redis_cli import RedisCli, Shown, find_or_skip
from tests.support.reference import TOOLS_VERSION, Reference, find_tool

pytestmark = pytest.mark.compat

KEYS = (("SET", "k", "text"), ("SET", "n", "41"), ("SET", "bytes", b"a\x00\"\\\r\n\xff"), ("SET", "long", "x" * 100),
        ("SET", "dying", "soon", "EX", "1000"))

# Sections and fields of INFO that ours need not have: no modules are loaded here, and KEYSIZES is not there yet.
NOT_OURS = {"# Keysizes", "module"}
COUNTED = ("cmdstat_", "errorstat_", "latency_percentiles_", "db0_distrib_")  # what was asked of each server before

Way = Callable[[str], object]


def exactly(text: str) -> object:
    return text


def in_any_order(text: str) -> object:
    return sorted(text.splitlines())


def without_figures(text: str) -> object:
    return re.sub(r"\d+(\.\d+)*", "#", text)


def without_own_words(text: str) -> object:
    """Summaries, complexities and notes on history are in our own words; the rest of COMMAND DOCS is not."""
    text = re.sub(r'("?(summary|complexity)"?(?: =>|:|,)?) ?("([^"]|\\")*"|[^\n]+)', r"\1 ...", text)
    return re.sub(r'("\d+\.\d+\.\d+",)"[^"]*"', r"\1...", text)


def without_numbering(text: str) -> object:
    return sorted(re.sub(r"^ *\d+[)#] ", "", line) for line in text.splitlines())


def since_mark(text: str) -> object:
    """HELLO tells version, connection and modules, which are each server's own: scripts draw a line after it."""
    return text.rpartition("----")[2]


def field_names(text: str) -> list[str]:
    return [line.split(":")[0] for line in text.splitlines() if line]


Show = Callable[..., tuple[Shown, Shown]]


@pytest.fixture(scope="session")
def newest_cli() -> Path:
    return find_tool("redis-cli", TOOLS_VERSION) or find_or_skip("redis-cli", "system")


@pytest.fixture(scope="session", params=["system", TOOLS_VERSION])
def each_cli(request: pytest.FixtureRequest) -> Path:
    return find_or_skip("redis-cli", request.param)


@pytest.fixture
def show_both(main_reference: Reference, theirs: Player, ours: Player) -> Show:
    """Run the same call against both, each with the same keys; a server's own port shows as PORT."""
    def show(player: Player, program: Path, arguments: Sequence[str], stdin: bytes | None) -> Shown:
        player.reset()
        player.admin.pipeline(KEYS)
        shown = RedisCli(program, player.port).run(*arguments, stdin=stdin)
        port = str(player.port)
        return Shown(shown.status, shown.out.replace(port, "PORT"), shown.err.replace(port, "PORT"))

    return lambda program, arguments, stdin=None: (
        show(theirs, program, arguments, stdin), show(ours, program, arguments, stdin))


CALLS: list[tuple[str, Way]] = [
    # Simple replies in each form
    *((f"{form} {call}".strip(), exactly)
      for form in ("", "--no-raw", "--raw", "--csv", "--json", "-3 --no-raw", "-3 --json")
      for call in ("PING", "GET k", "GET none", "INCR n", "GET bytes", "MGET k none n", "INCR k", "CONFIG GET maxmemory",
                   "KEYS nothing*", "LCS k long IDX", "TIME x", "ROLE")),
    *((f"{form} CONFIG GET lfu-*", without_numbering) for form in ("--no-raw", "-3 --no-raw")),
    ("-3 --csv CONFIG GET maxmemory", exactly),
    ("-d , MGET k none n", exactly),
    # Errors and their status
    *((f"-e {call}", exactly) for call in (
        "GET", "GET k", "NOSUCH a 'b c'", "NOSUCH " + "x" * 200, "INCR k", "SET k v NX XX", "SET k v EX 0", "SETRANGE n -1 x",
        "EXPIRE k abc", "EXPIRE k 9223372036854775807", "RENAME none k", "COPY k k", "GETEX k EX x", "OBJECT ENCODING none",
        "OBJECT NOSUCH k", "SCAN x", "SCAN 0 COUNT 0", "SELECT 99", "SELECT x", "SWAPDB 0 99", "EXEC", "DISCARD",
        "CONFIG SET nosuch 1", "CONFIG SET maxmemory x", "CONFIG SET port x timeout 1", "CONFIG SET timeout 1 timeout 2",
        "CONFIG", "CONFIG NOSUCH", "CONFIG GET", "CLIENT", "CLIENT KILL 1.2.3.4:5", "CLIENT KILL ID x", "CLIENT KILL TYPE x",
        "CLIENT PAUSE x", "CLIENT NO-EVICT maybe", "CLIENT REPLY x", "CLIENT UNBLOCK 99999", 'CLIENT SETNAME "a b"',
        "CLIENT SETINFO nosuch x", "CLIENT LIST TYPE x", "CLIENT LIST ID x", "AUTH x", "AUTH x y", "AUTH a b c", "HELLO 9",
        "HELLO x", "HELLO 3 AUTH a b", "HELLO 2 SETNAME", "COMMAND NOSUCH", "COMMAND GETKEYS PING", "COMMAND GETKEYS",
        "COMMAND GETKEYS NOSUCH a", "COMMAND LIST FILTERBY x y", "SLOWLOG GET x", "SLOWLOG GET -5", "LATENCY NOSUCH",
        "LATENCY GRAPH nosuch", "LATENCY HISTORY", "MEMORY USAGE", "MEMORY USAGE k SAMPLES x", "DEBUG NOSUCH", "FLUSHALL x",
        "SHUTDOWN x", "SHUTDOWN ABORT", "RESET x", "LOLWUT VERSION x", "INCRBYFLOAT n x", "INCRBY n 9223372036854775807",
        "DECRBY n -9223372036854775808", "APPEND k", "MSET a", "MSET", "LCS k n IDX LEN")),
    # Introspection
    ("-3 --no-raw COMMAND DOCS get", without_own_words),
    ("-3 --no-raw COMMAND DOCS mget", without_own_words),
    ("-3 --json COMMAND DOCS getrange strlen", without_own_words),
    ("-3 --no-raw COMMAND DOCS nosuch", exactly),
    ("--no-raw COMMAND INFO get nosuch mset", exactly),
    ("-3 --no-raw COMMAND INFO get set expire client|list", exactly),
    ("-3 --json COMMAND INFO getex object|encoding config|set", exactly),
    ("-3 --no-raw COMMAND GETKEYSANDFLAGS SET k v GET", exactly),
    ("-3 --no-raw COMMAND GETKEYSANDFLAGS MSET k v l w", exactly),
    ("COMMAND LIST FILTERBY PATTERN config*", in_any_order),
    ("INFO nosuch", exactly),
    ("INFO keyspace", lambda text: re.sub(r"avg_ttl=\d+", "avg_ttl=#", text)),
    ("CLIENT KILL TYPE pubsub", exactly),
    ("CLIENT LIST TYPE pubsub", exactly),
    ("CLIENT GETNAME", exactly),
    ("SLOWLOG GET", exactly),
    ("LATENCY LATEST", exactly),
    ("-3 --no-raw LATENCY HISTOGRAM nosuch", exactly),
    ("LATENCY RESET", exactly),
    ("MEMORY USAGE none", exactly),
    ("OBJECT FREQ k", exactly),
    # Modes of the client
    ("--scan", in_any_order),
    ("--scan --pattern ?", in_any_order),
    ("--no-raw --scan --pattern by*", exactly),
    ("--bigkeys", lambda text: in_any_order(text.split("summary")[1])),
    ("--memkeys", lambda text: without_figures(text.split("summary")[1])),
    ("--hotkeys", exactly),
    ("-r 3 INCR n", exactly),
    ("-n 99 PING", exactly),
    ("-n 5 DBSIZE", exactly),
    ("-a wrong PING", exactly),
    ("--user nosuch --pass wrong --no-auth-warning GET k", exactly),
    ("--quoted-input GET \"\\x62ytes\"", exactly),
]


@pytest.mark.parametrize(("line", "way"), CALLS, ids=[line[:60] for line, _ in CALLS])
def test_a_call_shows_the_same(line: str, way: Way, newest_cli: Path, show_both: Show) -> None:
    their, our = show_both(newest_cli, shlex.split(line))
    assert way(our.out) == way(their.out)
    assert (our.status, our.err) == (their.status, their.err)


@pytest.mark.parametrize(
    "sections",
    ["", "server clients memory persistence threads stats replication cpu modules cluster keyspace", "everything"],
)
def test_info_has_the_same_fields_in_the_same_order(sections: str, newest_cli: Path, show_both: Show) -> None:
    their, our = show_both(newest_cli, ["INFO", *sections.split()])
    named = set(field_names(our.out))
    expected = [name for name in field_names(their.out) if name not in NOT_OURS and not name.startswith(COUNTED)]
    assert [name for name in expected if name not in named] == []
    assert [name for name in field_names(our.out) if name in expected] == expected


@pytest.mark.parametrize(
    "script",
    [
        "MULTI\nSET k 1\nINCR k\nGET none\nINCR long\nEXEC\nGET k\n",
        "MULTI\nGET\nSET k 1\nEXEC\nGET k\n",
        "MULTI\nMULTI\nWATCH k\nDISCARD\nDISCARD\nEXEC\n",
        "WATCH k\nSET k 2\nMULTI\nGET k\nEXEC\nUNWATCH\n",
        "SELECT 3\nSET a 1\nDBSIZE\nSELECT 0\nEXISTS a\nSWAPDB 0 3\nGET a\nSELECT 99\nGET a\n",
        "HELLO 3 SETNAME me\nECHO ----\nCLIENT GETNAME\nRESET\nCLIENT GETNAME\nCONFIG GET maxmemory\n",
        "HELLO 2\nHELLO 3\nECHO ----\nCONFIG GET maxmemory\nGET none\n",
        "GET 'open\nPING\n\n   \nECHO \"a\\x00b\"\n3 INCR n\n",
        "CONFIG SET maxmemory 1gb lfu-log-factor 5\nCONFIG GET maxmemory\nCONFIG SET maxmemory 2gb nosuch 1\nCONFIG GET maxmemory\n",
        "CLIENT NO-TOUCH ON\nCLIENT SETNAME x\nCLIENT GETNAME\n",
        "APPEND long y\nOBJECT ENCODING long\nOBJECT ENCODING n\nTYPE n\nTYPE none\nTTL n\nPERSIST dying\nTTL dying\nTTL none\n",
        "SET f 10\nINCRBYFLOAT f 1.5\nINCRBYFLOAT f 1e300\nGETDEL f\nGETSET k new\nSETNX k x\nSET k y GET\n",
    ],
)
@pytest.mark.parametrize("form", ["--raw", "--no-raw", "--csv", "--json"])
def test_a_dialogue_shows_the_same(script: str, form: str, each_cli: Path, show_both: Show) -> None:
    their, our = show_both(each_cli, [form], script.encode())

    assert since_mark(our.out) == since_mark(their.out)
    assert (our.status, our.err) == (their.status, their.err)
