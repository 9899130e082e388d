"""Random conversations on a few keys, played to a real Redis and to ours at once; every reply is compared."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.compat.amount import random_calls
from tests.compat.normalise import same, ways_of
from tests.compat.play import Player
from tests.support.raw_client import RawClient
from tests.support.reference import Reference
from tests.support.wire import Item

pytestmark = [pytest.mark.compat, pytest.mark.slow]

QUEUED = Item("status", b"QUEUED")
EMBSTR = Item("bulk", b"embstr")
INT = Item("bulk", b"int")
KEYS = st.sampled_from([b"a", b"b", b"c", b"a:1", b"\x00\xff"])
TEXTS = st.one_of(
    st.sampled_from([b"", b"0", b"7", b"-1", b"9223372036854775807", b"10.5", b"abc", b"x" * 20, b"x" * 45, b"\r\n"]),
    st.binary(max_size=12),
    st.integers(-(2**63), 2**63 - 1).map(lambda number: b"%d" % number),
)
SMALL = st.integers(-6, 60).map(lambda number: b"%d" % number)
INTEGERS = st.one_of(SMALL, st.integers(-(2**64), 2**64).map(lambda number: b"%d" % number), TEXTS)
SECONDS = st.sampled_from([b"1000", b"5000", b"100000", b"0", b"-1", b"x"])
FRACTIONS = st.sampled_from([b"0.5", b"-1.25", b"3", b"1e5", b"x", b"1e-7"])


def call(name: str, *parts: st.SearchStrategy[bytes] | bytes) -> st.SearchStrategy[tuple[bytes, ...]]:
    fixed = [st.just(part) if isinstance(part, bytes) else part for part in parts]
    return st.tuples(*(st.just(word.encode()) for word in name.split()), *fixed)


def options(*choices: str) -> st.SearchStrategy[tuple[bytes, ...]]:
    picked = st.lists(st.sampled_from(choices), max_size=3)
    return picked.map(lambda words: tuple(part.encode() for word in words for part in word.split()))


def extended(base: st.SearchStrategy[tuple[bytes, ...]], *choices: str) -> st.SearchStrategy[tuple[bytes, ...]]:
    return st.tuples(base, options(*choices)).map(lambda pair: pair[0] + pair[1])


CALLS = st.one_of(
    extended(call("SET", KEYS, TEXTS), "NX", "XX", "GET", "KEEPTTL", "EX 1000", "PX 500000"),
    call("GET", KEYS), call("GETDEL", KEYS), call("GETSET", KEYS, TEXTS), call("SETNX", KEYS, TEXTS),
    extended(call("GETEX", KEYS), "PERSIST", "EX 1000", "PXAT 33177117420000"),
    call("APPEND", KEYS, TEXTS), call("STRLEN", KEYS), call("INCR", KEYS), call("DECR", KEYS),
    call("INCRBY", KEYS, INTEGERS), call("DECRBY", KEYS, INTEGERS), call("INCRBYFLOAT", KEYS, FRACTIONS),
    call("GETRANGE", KEYS, INTEGERS, INTEGERS), call("SETRANGE", KEYS, SMALL, TEXTS),
    call("MSET", KEYS, TEXTS, KEYS, TEXTS), call("MSETNX", KEYS, TEXTS, KEYS, TEXTS), call("MGET", KEYS, KEYS),
    call("LCS", KEYS, KEYS), call("SETEX", KEYS, SECONDS, TEXTS),
    call("DEL", KEYS, KEYS), call("UNLINK", KEYS), call("EXISTS", KEYS, KEYS), call("TOUCH", KEYS), call("TYPE", KEYS),
    extended(call("EXPIRE", KEYS, SECONDS), "NX", "XX", "GT", "LT"), call("PERSIST", KEYS), call("TTL", KEYS),
    call("PTTL", KEYS), call("RENAME", KEYS, KEYS), call("RENAMENX", KEYS, KEYS),
    extended(call("COPY", KEYS, KEYS), "REPLACE", "DB 0", "DB 1"),
    call("MOVE", KEYS, st.sampled_from([b"0", b"1", b"x"])),
    call("SELECT", st.sampled_from([b"0", b"1"])), call("SWAPDB", b"0", b"1"), call("DBSIZE"),
    call("KEYS", st.sampled_from([b"*", b"a*", b"?", b"[ab]"])), call("OBJECT ENCODING", KEYS), call("FLUSHDB"),
    call("MULTI"), call("EXEC"), call("DISCARD"), call("WATCH", KEYS), call("UNWATCH"),
)


def test_random_calls_get_the_replies_of_redis(main_reference: Reference, theirs: Player, ours: Player) -> None:
    class Conversation(RuleBasedStateMachine):
        pair: tuple[RawClient, RawClient] | None = None

        @initialize(protocol=st.sampled_from([2, 3]))
        def connect(self, protocol: int) -> None:
            theirs.reset()
            ours.reset()
            self.queued: list[tuple[bytes, ...]] = []
            self.pair = (RawClient(port=theirs.port, protocol=protocol), RawClient(port=ours.port, protocol=protocol))

        @rule(argv=CALLS)
        def ask(self, argv: tuple[bytes, ...]) -> None:
            their, our = self.both(argv)
            assert self.alike(argv, their, our), f"{argv}\n    theirs {their}\n    ours   {our}"
            if their == QUEUED:
                self.queued.append(argv)
            elif argv[0] in (b"EXEC", b"DISCARD"):
                self.queued.clear()

        @invariant()
        def holds_the_same_values(self) -> None:
            if self.pair is None:
                return
            for database in (b"0", b"1"):
                sizes = [_size(player.admin, database) for player in (theirs, ours)]
                assert sizes[0] == sizes[1], f"keys in database {database!r}: theirs {sizes[0]}, ours {sizes[1]}"

        def alike(self, argv: tuple[bytes, ...], their: Item, our: Item) -> bool:
            """EXEC's parts are compared as the replies to what was queued."""
            if argv[0] == b"OBJECT" and (their, our) == (EMBSTR, INT):
                return True  # what INCRBYFLOAT left: Redis does not look whether the sum is whole (differences.py)
            if argv[0] != b"EXEC" or not self.queued or their.kind != "array" or our.kind != "array":
                return same(their, our, ways_of(argv))
            return len(their.value) == len(our.value) and all(
                self.alike(queued, *parts)
                for queued, *parts in zip(self.queued, their.value, our.value, strict=True)
            )

        def both(self, argv: tuple[bytes, ...]) -> tuple[Item, Item]:
            assert self.pair is not None
            for client in self.pair:
                client.send(*argv)
            return self.pair[0].read_item(), self.pair[1].read_item()

        def teardown(self) -> None:
            for client in self.pair or ():
                client.close()

    run_state_machine_as_test(Conversation, settings=settings(
        max_examples=random_calls(2400) // 40, stateful_step_count=40, deadline=None, database=None,
        phases=[Phase.generate],  # shrinking would play hundreds of conversations more, longer than a test may take
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    ))


def _size(admin: RawClient, database: bytes) -> list[bytes]:
    """The keys of a database; the administrator returns to the first one."""
    _, keys, _ = admin.pipeline([("SELECT", database), ("KEYS", "*"), ("SELECT", "0")])
    assert isinstance(keys, list)
    return sorted(keys)
