"""Random calls on hashes, to a real Redis and to ours at once: every reply, encoding and digest is compared.

The limits of the listpack are low, so that every conversion happens. Times to live are far away or over.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.compat.amount import random_calls
from tests.compat.normalise import same, ways_of
from tests.compat.play import Player
from tests.support.raw_client import RawClient
from tests.support.reference import Reference

pytestmark = [pytest.mark.compat, pytest.mark.slow]

STEPS = 40
CONVERSATIONS = random_calls(1200) // STEPS
KEYS = (b"h", b"i")
LIMITS = ("CONFIG", "SET", "hash-max-listpack-entries", "4", "hash-max-listpack-value", "8")

Words = st.SearchStrategy[tuple[bytes, ...]]
KEY = st.sampled_from((b"h", b"h", b"h", b"i"))
FIELD = st.sampled_from([b"a", b"a", b"b", b"b", b"c", b"d", b"e", b"\x00\r\n", b"a field of 18 chars"])
VALUE = st.sampled_from([b"0", b"7", b"-1", b"9223372036854775807", b"10.5", b"1e3", b"", b"text", b"12345678", b"x" * 9])
NUMBER = st.sampled_from([b"1", b"-1", b"0", b"0.5", b"-2.25", b"x", b"9223372036854775807", b"1e17", b"3"])
AT_MS = st.sampled_from([b"33177117420000", b"33177117420001", b"33177117500000", b"1", b"0", b"-1", b"x"])
AT_S = st.sampled_from([b"33177117420", b"33177117421", b"1"])
TTL = st.sampled_from([b"100000", b"200000", b"0"])


def call(name: str, *parts: Words | st.SearchStrategy[bytes]) -> Words:
    """A command with drawn words; a strategy of tuples puts in several."""
    def flat(drawn: tuple[bytes | tuple[bytes, ...], ...]) -> tuple[bytes, ...]:
        return tuple(word for part in drawn for word in (part if isinstance(part, tuple) else (part,)))

    return st.tuples(st.just(name.encode()), *parts).map(flat)


def several(*parts: st.SearchStrategy[bytes], most: int = 4) -> Words:
    """One to `most` times these words."""
    groups = st.lists(st.tuples(*parts), min_size=1, max_size=most)
    return groups.map(lambda drawn: tuple(word for group in drawn for word in group))


def counted(*parts: st.SearchStrategy[bytes]) -> Words:
    """FIELDS with their number, which is sometimes wrong."""
    def with_count(drawn: tuple[tuple[bytes, ...], int]) -> tuple[bytes, ...]:
        words, wrong = drawn
        return (b"FIELDS", b"%d" % (len(words) // len(parts) + wrong), *words)

    return st.tuples(several(*parts), st.sampled_from([0] * 12 + [1, -1])).map(with_count)


def option(*choices: str) -> Words:
    """One of the options, or none."""
    return st.sampled_from(["", *choices]).map(lambda words: tuple(words.encode().split()))


CONDITION = option("NX", "XX", "GT", "LT")
TIMES = ("EX 100000", "PX 100000000", "EXAT 33177117420", "PXAT 33177117420001", "EX 0", "PXAT 1")
NAMED = counted(FIELD)

CALLS = st.one_of(
    call("HSET", KEY, several(FIELD, VALUE, most=7)), call("HSET", KEY, FIELD, VALUE),
    call("HMSET", KEY, several(FIELD, VALUE)),
    call("HSETNX", KEY, FIELD, VALUE), call("HGET", KEY, FIELD), call("HMGET", KEY, several(FIELD)),
    call("HGETALL", KEY), call("HKEYS", KEY), call("HVALS", KEY), call("HLEN", KEY), call("HSTRLEN", KEY, FIELD),
    call("HEXISTS", KEY, FIELD), call("HDEL", KEY, several(FIELD)), call("HINCRBY", KEY, FIELD, NUMBER),
    call("HINCRBYFLOAT", KEY, FIELD, NUMBER),
    call("HRANDFIELD", KEY, option("1", "-3", "100", "0", "100 WITHVALUES", "-3 WITHVALUES", "1 WITHVALUES")),
    call("HSCAN", KEY, st.just((b"0", b"COUNT", b"1000")), option("NOVALUES", "MATCH a*")),
    call("HEXPIRE", KEY, TTL, CONDITION, NAMED), call("HPEXPIRE", KEY, TTL, CONDITION, NAMED),
    call("HEXPIREAT", KEY, AT_S, CONDITION, NAMED), call("HPEXPIREAT", KEY, AT_MS, CONDITION, NAMED),
    call("HTTL", KEY, NAMED), call("HPTTL", KEY, NAMED), call("HEXPIRETIME", KEY, NAMED),
    call("HPEXPIRETIME", KEY, NAMED), call("HPERSIST", KEY, NAMED), call("HGETDEL", KEY, NAMED),
    call("HGETEX", KEY, option("PERSIST", *TIMES), NAMED),
    call("HSETEX", KEY, option("FNX", "FXX"), option("KEEPTTL", *TIMES), counted(FIELD, VALUE)),
    call("DEL", KEY), call("RENAME", KEY, KEY), call("COPY", KEY, KEY, option("REPLACE")), call("SET", KEY, VALUE),
    call("TYPE", KEY), call("EXPIRE", KEY, TTL),
    # Once more what the others need: full hashes, and fields that expire.
    *[call("HSET", KEY, several(FIELD, VALUE, most=7))] * 4,
    *[call("HPEXPIREAT", KEY, st.just(b"33177117420000"), NAMED), call("HINCRBY", KEY, FIELD, NUMBER)] * 2,
)


def test_random_calls_leave_the_same_hashes_as_in_redis(main_reference: Reference, theirs: Player, ours: Player) -> None:
    class Conversation(RuleBasedStateMachine):
        pair: tuple[RawClient, RawClient] | None = None

        @initialize(protocol=st.sampled_from([2, 3]))
        def connect(self, protocol: int) -> None:
            for player in (theirs, ours):
                player.reset()
                player.admin.call(*LIMITS)
            self.pair = (RawClient(port=theirs.port, protocol=protocol), RawClient(port=ours.port, protocol=protocol))

        @rule(argv=CALLS)
        def ask(self, argv: tuple[bytes, ...]) -> None:
            assert self.pair is not None
            for client in self.pair:
                client.send(*argv)
            their, our = self.pair[0].read_item(), self.pair[1].read_item()
            assert same(their, our, ways_of(argv)), f"{argv}\n    theirs {their}\n    ours   {our}"
            shown = [_show(player.admin) for player in (theirs, ours)]
            assert shown[0] == shown[1], f"{argv} left\n    theirs {shown[0]}\n    ours   {shown[1]}"

        def teardown(self) -> None:
            for client in self.pair or ():
                client.close()

    run_state_machine_as_test(Conversation, settings=settings(
        max_examples=CONVERSATIONS, stateful_step_count=STEPS, deadline=None, database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    ))


def _show(admin: RawClient) -> list[object]:
    """The digests and encodings of all keys."""
    return list(admin.pipeline([("DEBUG", "DIGEST-VALUE", *KEYS), *(("OBJECT", "ENCODING", key) for key in KEYS)]))
