"""What string commands report: events, the dirty count, and what AOF and replicas get in place of the call.

The handlers run on a context made by hand, with a clock that stands still.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pytest

from pyredis_server.base.clock import CommandClock
from pyredis_server.base.errors import CommandError
from pyredis_server.base.stats import ServerStats
from pyredis_server.commands import increments, increx, strings, strings_batches, strings_ranges
from pyredis_server.commands.context import Context
from pyredis_server.commands.ports import EffectSink, Services
from pyredis_server.commands.registry import CommandTable
from pyredis_server.config.directive import Config
from pyredis_server.keyspace.database import Database
from pyredis_server.keyspace.hooks import Overdue
from pyredis_server.keyspace.keyspace import Keyspace

NOW_MS = 1_700_000_000_000
TABLE = CommandTable([increments, increx, strings, strings_batches, strings_ranges])


class Recorder:
    """An effect sink that notes the events."""

    def __init__(self) -> None:
        self.events: list[bytes] = []

    def changed(self, db: Database, key: bytes, event: bytes) -> None:
        self.events.append(event + b" " + key)

    notify = changed


class Bench:
    """Runs commands as the executor would and shows what they reported."""

    def __init__(self, **directives: str) -> None:
        clock = CommandClock(NOW_MS)
        self.services = Services()
        self.services.stats = ServerStats()
        self.recorder = Recorder()
        keyspace = Keyspace(clock, self.services.stats)
        config = Config({name.replace("_", "-"): value for name, value in directives.items()})
        self.ctx = Context(keyspace, clock, config, self.services, cast("EffectSink", self.recorder))
        self.ctx.effects_wanted = self.ctx.propagating = True

    def run(self, line: str) -> Any:
        """Run a call as written with spaces, forgetting what the one before reported."""
        self.recorder.events.clear()
        self.ctx.propagated = None
        self.ctx.dirty = 0
        name, *arguments = line.encode().split()
        found = TABLE.find(name)
        assert found is not None
        return found.handler(self.ctx, *arguments)

    @property
    def sent(self) -> list[str] | str:
        """What goes to AOF and replicas: the call itself, other calls, or nothing."""
        if not self.ctx.dirty:
            return "nothing"
        if self.ctx.propagated is None:
            return "the call"
        return [b" ".join(argv).decode() for argv in self.ctx.propagated]

    @property
    def events(self) -> list[str]:
        return [event.decode() for event in self.recorder.events]


@pytest.fixture
def bench() -> Bench:
    return Bench()


PAST = NOW_MS - 1
LATER = NOW_MS + 100_000
SENT = [
    # before, call, what is sent, events
    ("", "SET k v", "the call", ["set k"]),
    ("", "SET k v NX", "the call", ["set k"]),
    ("SET k old EX 9", "SET k v KEEPTTL", "the call", ["set k"]),
    ("SET k old", "SET k v NX", "nothing", []),
    ("SET k old", "SET k v GET", ["SET k v"], ["set k"]),
    ("SET k old", "SET k v KEEPTTL GET", ["SET k v KEEPTTL"], ["set k"]),
    ("SET k old", "SET k v IFEQ old", ["SET k v"], ["set k"]),
    ("SET k old", "SET k v IFEQ other", "nothing", []),
    ("", "SET k v IFNE x KEEPTTL", ["SET k v KEEPTTL"], ["set k"]),
    ("", "SET k v EX 100", [f"SET k v PXAT {LATER}"], ["set k", "expire k"]),
    ("", "SET k v PX 100000 NX GET", [f"SET k v PXAT {LATER}"], ["set k", "expire k"]),
    ("", f"SET k v EXAT {LATER // 1000}", [f"SET k v PXAT {LATER}"], ["set k", "expire k"]),
    ("", f"SET k v PXAT {LATER}", [f"SET k v PXAT {LATER}"], ["set k", "expire k"]),
    ("SET k old", f"SET k v PXAT {PAST}", ["DEL k"], ["del k"]),
    ("", f"SET k v PXAT {PAST}", "nothing", []),
    ("", "SETEX k 100 v", [f"SET k v PXAT {LATER}"], ["set k", "expire k"]),
    ("", "PSETEX k 100000 v", [f"SET k v PXAT {LATER}"], ["set k", "expire k"]),
    ("", "SETNX k v", "the call", ["set k"]),
    ("SET k v", "SETNX k v", "nothing", []),
    ("", "GETSET k v", ["SET k v"], ["set k"]),
    ("SET k v", "GETDEL k", ["DEL k"], ["del k"]),
    ("", "GETDEL k", "nothing", []),
    ("SET k v", "GETEX k", "nothing", []),
    ("SET k v", "GETEX k EX 100", [f"PEXPIREAT k {LATER}"], ["expire k"]),
    ("SET k v", f"GETEX k PXAT {PAST}", ["DEL k"], ["del k"]),
    ("SET k v EX 5", "GETEX k PERSIST", ["PERSIST k"], ["persist k"]),
    ("SET k v", "GETEX k PERSIST", "nothing", []),
    ("SET k v", "DELEX k", ["DEL k"], ["del k"]),
    ("SET k v", "DELEX k IFEQ v", ["DEL k"], ["del k"]),
    ("SET k v", "DELEX k IFEQ w", "nothing", []),
    ("", "DELEX k", "nothing", []),
    ("", "MSET a 1 b 2", "the call", ["set a", "set b"]),
    ("", "MSETNX a 1 b 2", "the call", ["set a", "set b"]),
    ("SET b 0", "MSETNX a 1 b 2", "nothing", []),
    ("", "MSETEX 2 a 1 b 2", ["SET a 1", "SET b 2"], ["set a", "set b"]),
    ("", "MSETEX 2 a 1 b 2 KEEPTTL", ["SET a 1 KEEPTTL", "SET b 2 KEEPTTL"], ["set a", "set b"]),
    ("", "MSETEX 1 a 1 NX EX 100", [f"SET a 1 PXAT {LATER}"], ["set a", "expire a"]),
    ("SET a 0", "MSETEX 2 a 1 b 2 XX", "nothing", []),
    ("", "APPEND k v", "the call", ["append k"]),
    ("SET k v", "APPEND k v", "the call", ["append k"]),
    ("", "SETRANGE k 2 v", "the call", ["setrange k"]),
    ("", "INCR k", "the call", ["incrby k"]),
    ("", "DECRBY k 3", "the call", ["incrby k"]),
    ("", "INCRBYFLOAT k 1.50", ["SET k 1.5 KEEPTTL"], ["incrbyfloat k"]),
    ("", "INCREX k", ["SET k 1 KEEPTTL"], ["incrby k"]),
    ("SET k 1 EX 5", "INCREX k BYINT 2", ["SET k 3 KEEPTTL"], ["incrby k"]),
    ("SET k 1", "INCREX k BYFLOAT 0.5", ["SET k 1.5 KEEPTTL"], ["incrbyfloat k"]),
    ("SET k 1", "INCREX k UBOUND 1", "nothing", []),
    ("SET k 50", "INCREX k BYINT 100 UBOUND 80 SATURATE", ["SET k 80 KEEPTTL"], ["incrby k"]),
    ("SET k 1", "INCREX k EX 100", [f"SET k 2 PXAT {LATER}"], ["incrby k", "expire k"]),
    ("SET k 1", "INCREX k EX 100 ENX", [f"SET k 2 PXAT {LATER}"], ["incrby k", "expire k"]),
    ("SET k 1 EX 5", "INCREX k EX 100 ENX", ["SET k 2 KEEPTTL"], ["incrby k"]),
    ("SET k 1 EX 5", "INCREX k PERSIST", ["SET k 2"], ["incrby k", "persist k"]),
    ("SET k 1", "INCREX k PERSIST", ["SET k 2 KEEPTTL"], ["incrby k"]),
    ("SET k 1", f"INCREX k PXAT {PAST}", ["DEL k"], ["del k"]),
    ("", f"INCREX k PXAT {PAST}", "nothing", []),
]


REWRITTEN = [(before, call) for before, call, sent, _ in SENT if isinstance(sent, list)]


@pytest.mark.parametrize(("before", "call", "sent", "events"), SENT)
def test_replicas_get_points_in_time_and_plain_commands(bench, before, call, sent, events) -> None:
    if before:
        bench.run(before)
    bench.run(call)
    assert (bench.sent, bench.events) == (sent, events)


@pytest.mark.parametrize(("before", "call"), REWRITTEN)
def test_what_replicas_get_leaves_them_with_the_same_keys(before, call) -> None:
    primary, replica = Bench(), Bench()
    for one in (primary, replica):
        if before:
            one.run(before)
    primary.run(call)
    for line in primary.sent:
        name, key, *rest = line.split()
        if name == "DEL":
            replica.ctx.db.delete(key.encode())
        elif name == "PEXPIREAT":
            replica.ctx.db.set_expire(key.encode(), int(rest[0]))
        elif name == "PERSIST":
            replica.ctx.db.persist(key.encode())
        else:
            replica.run(line)
    assert (replica.ctx.db.values, replica.ctx.db.expires) == (primary.ctx.db.values, primary.ctx.db.expires)


@pytest.mark.parametrize("call", [f"SET k v PXAT {PAST}", f"GETEX k PXAT {PAST}", f"INCREX k PXAT {PAST}"])
def test_a_time_that_is_over_is_sent_as_unlink_under_lazyfree_lazy_expire(call) -> None:
    bench = Bench(lazyfree_lazy_expire="yes")
    bench.run("SET k 1")
    bench.run(call)
    assert bench.sent == ["UNLINK k"]


def test_a_primarys_set_with_a_time_that_is_over_is_stored_all_the_same(bench) -> None:
    bench.ctx.keyspace.overdue = Overdue.IGNORE
    bench.run(f"SET k v PXAT {PAST}")
    assert bench.ctx.db.expires == {b"k": PAST}


def test_a_set_that_is_over_counts_as_an_expired_key(bench) -> None:
    bench.run(f"SET k v PXAT {PAST}")
    assert bench.services.stats.expired_keys == 1


@pytest.mark.parametrize("call", [
    "SET k v EX 0", "SET k v EX x", "SET k v NX XX", "SETEX k 0 v", "GETEX k EX 0", "INCRBY k x", "INCRBYFLOAT k x",
    "SETRANGE k -1 v", "MSET a 1 b", "MSETEX 2 a 1 b", "MSETEX 1 a 1 EX 0", "INCREX k BYINT x", "INCREX k EX 0",
    "DELEX k FOO v", "INCR k", "SET k v IFDEQ 12",
])
def test_a_refused_call_changes_and_reports_nothing(bench, call) -> None:
    bench.run("SET k old EX 50")
    with pytest.raises(CommandError):
        bench.run(call)
    assert (bench.sent, bench.events) == ("nothing", [])
    assert (bench.ctx.db.values, bench.ctx.db.expires) == ({b"k": b"old"}, {b"k": NOW_MS + 50_000})


@pytest.mark.parametrize(("call", "hits", "misses"), [
    ("GET k", 1, 0), ("GET nosuch", 0, 1), ("GETEX k", 1, 0), ("GETDEL nosuch", 0, 1), ("STRLEN k", 1, 0),
    ("GETRANGE k 0 1", 1, 0), ("MGET k nosuch k", 2, 1), ("SET k v GET", 1, 0), ("SET k v NX", 0, 0), ("INCR n", 0, 0),
    ("DIGEST k", 1, 0), ("DELEX k IFEQ x", 0, 0), ("GETSET nosuch v", 0, 1), ("APPEND k v", 0, 0),
])
def test_commands_that_read_count_hits_and_misses(bench, call, hits, misses) -> None:
    bench.run("SET k v")
    for tracked in (False, True):
        bench.ctx.effects_wanted = tracked  # MGET has another way while somebody listens
        bench.services.stats.reset()
        bench.run(call)
        assert (bench.services.stats.keyspace_hits, bench.services.stats.keyspace_misses) == (hits, misses)
        bench.run("SET k v")
        bench.ctx.db.delete(b"nosuch")


def test_keys_that_ran_out_are_absent_for_every_command(bench) -> None:
    calls: Sequence[tuple[str, object]] = [
        ("GET k", None), ("MGET k", [None]), ("STRLEN k", 0), ("GETRANGE k 0 -1", b""), ("GETDEL k", None),
        ("GETEX k PERSIST", None), ("SETNX k v", 1), ("SET k v XX", None), ("INCR k", 1), ("APPEND k xy", 2),
        ("SETRANGE k 1 x", 2), ("INCRBYFLOAT k 1", b"1"), ("DELEX k", 0), ("GETSET k v", None), ("MSETNX k v", 1),
        ("MSETEX 1 k v XX", 0), ("INCREX k BYINT 5", [5, 5]), ("SET k v IFEQ v", None), ("DIGEST k", None),
    ]
    for call, expected in calls:
        bench.run("SET k 41 PX 10")
        bench.ctx.clock.now_ms += 11
        assert bench.run(call) == expected, call
        assert b"k" not in bench.ctx.db.expires
        bench.ctx.db.delete(b"k")


def test_a_value_that_changes_in_place_is_copied_into_replies(bench) -> None:
    bench.run("APPEND k ab")
    bench.run("APPEND k cd")
    replies = [bench.run("GET k"), *bench.run("MGET k"), bench.run("GETRANGE k 0 -1"), bench.run("GETEX k"),
               bench.run("SET k2 v GET") or b"abcd"]
    bench.run("SETRANGE k 0 XXXX")
    assert replies == [b"abcd"] * 5
    assert all(type(reply) is bytes for reply in replies)
    assert bench.run("SET k v GET") == b"XXXX"


def test_a_counter_in_a_string_that_was_appended_to_becomes_an_integer_again(bench) -> None:
    bench.run("SET k 1")
    bench.run("APPEND k 2")
    assert isinstance(bench.ctx.db.values[b"k"], bytearray)
    assert bench.run("INCR k") == 13
    assert isinstance(bench.ctx.db.lookup(b"k"), bytes)
