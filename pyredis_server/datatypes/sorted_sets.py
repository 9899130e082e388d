"""The sorted set: members with scores, found by name and in the order of their scores.

A dict gives the score of a member, sorted_sets_order.py keeps the order; both hold the same objects. A set of few short
members is "compact": that is the listpack that Redis would have, as OBJECT ENCODING and DUMP show. Here it differs
only in what clients can see: a listpack has no -0, and ZSCAN gives it whole. A set never becomes compact again, but
results of ZUNIONSTORE and its kin do.

Nobody walks a dict from a number on, so the first ZSCAN of a set that is not compact makes an arena of its members
(datatypes/arena.py), which is kept up from then on; most sets never need one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, ClassVar, Protocol, Self, TypeVar

import attrs

from pyredis_server.base.numeric import format_double_briefly
from pyredis_server.datatypes.arena import Arena
from pyredis_server.datatypes.sorted_sets_order import RUN_LIMIT, Blocks, Order, Run, ordered

INFINITE = float("inf")
FLOAT_BYTES = 24
POINTERS_BYTES = 18  # of an entry in the two lists, with the room that they keep at their ends
SAMPLE_SHARE = 3  # a sample of more than a third of the set is drawn from a list of all ranks


@attrs.frozen
class LexBound:
    """An end of a range of members: less than all (`member` is None, `above` false), greater than all, or a member."""

    member: bytes | None
    open: bool = False
    above: bool = False


@attrs.frozen
class LexRange:
    """Members from `low` to `high`."""

    low: LexBound
    high: LexBound


class Digest(Protocol):
    """What DEBUG DIGEST collects in (commands/debug_digest.py)."""

    def mix(self, data: bytes) -> None: ...

    def add_digest(self, other: Any) -> None:
        """`other` is of the same class."""


D = TypeVar("D", bound=Digest)


class SortedSet:
    """Members with scores. Scores are never nan."""

    type_name: ClassVar[bytes] = b"zset"
    __slots__ = ("scores", "order", "compact", "arena")

    def __init__(self, *, compact: bool = True) -> None:
        self.scores: dict[bytes, float] = {}
        self.order: Order = Run([], [])
        self.compact = compact
        self.arena: Arena | None = None  # while there is none, no ZSCAN has begun

    @classmethod
    def of(cls, scores: dict[bytes, float], max_entries: int, max_value_bytes: int) -> Self:
        """Make a set of a dict, which belongs to it from now on; compact within these limits."""
        made = cls(compact=False)
        made.scores = scores
        if len(scores) <= max_entries and max(map(len, scores), default=0) <= max_value_bytes:
            made.compact = True
            for member, score in scores.items():
                scores[member] = score + 0.0  # no -0
        members = sorted(scores)
        members.sort(key=scores.__getitem__)
        made.order = ordered(members, [scores[member] for member in members])
        return made

    def __len__(self) -> int:
        return len(self.scores)

    def __contains__(self, member: bytes) -> bool:
        return member in self.scores

    def __iter__(self) -> Iterator[tuple[bytes, float]]:
        """Members with scores, in order."""
        return iter(self.order)

    # Changing

    def make_room(self, member: bytes, max_entries: int, max_value_bytes: int) -> None:
        """Stop being compact if one more member, this one, is too many or too long. Call it before `insert`."""
        if len(self.scores) >= max_entries or len(member) > max_value_bytes:
            self.compact = False

    def expect(self, count: int, max_entries: int) -> None:
        """Stop being compact if a call names more members than a compact set may have."""
        if count > max_entries:
            self.compact = False

    def insert(self, member: bytes, score: float) -> None:
        """Add a member that is not there."""
        if self.compact:
            score += 0.0  # turns -0 to 0
        if self.arena is not None:
            member = self.arena.admit(member)
        self.scores[member] = score
        order = self.order
        order.add(score, member)
        if len(order) >= RUN_LIMIT and isinstance(order, Run):
            self.order = Blocks(order.members, order.scores)

    def move(self, member: bytes, old: float, new: float) -> None:
        """Give a member another score than `old`, its score."""
        if self.compact:
            new += 0.0
        self.order.move(old, new, member)
        self.scores[member] = new

    def remove(self, member: bytes) -> bool:
        """Remove a member; False when there is none of that name."""
        score = self.scores.pop(member, None)
        if score is None:
            return False
        held = self.order.remove(score, member)
        if self.arena is not None:
            self.arena.discard(held)
        return True

    def cut(self, start: int, stop: int) -> int:
        """Remove a span of ranks and tell how many that were."""
        taken = self.order.cut(start, stop)
        scores = self.scores
        for member in taken:
            del scores[member]
        if self.arena is not None:
            for member in taken:
                self.arena.discard(member)
        return len(taken)

    def pop_lowest(self, count: int) -> list[tuple[bytes, float]]:
        """Remove up to `count` members from the beginning and give them in order."""
        stop = min(count, len(self.scores))
        popped = self.pairs(0, stop)
        self.cut(0, stop)
        return popped

    def pop_highest(self, count: int) -> list[tuple[bytes, float]]:
        """Remove up to `count` members from the end and give them, the last one first."""
        size = len(self.scores)
        start = max(size - count, 0)
        popped = self.pairs(start, size)
        popped.reverse()
        self.cut(start, size)
        return popped

    # Order

    def rank(self, member: bytes) -> int | None:
        """The rank of a member, counted from 0; None when there is none of that name."""
        score = self.scores.get(member)
        return None if score is None else self.order.rank(score, member)

    def members(self, start: int, stop: int) -> list[bytes]:
        """The members of a span of ranks that lies within the set, in order."""
        return self.order.members_of(start, stop)

    def pairs(self, start: int, stop: int) -> list[tuple[bytes, float]]:
        """The same with scores."""
        order = self.order
        return list(zip(order.members_of(start, stop), order.scores_of(start, stop), strict=True))

    def by_score(self, low: float, high: float, *, low_open: bool = False,
                 high_open: bool = False) -> tuple[int, int]:
        """The span of ranks with scores from `low` to `high`, without the ends that are open.

        Where it is empty both its ends are equal.
        """
        if low > high:
            return 0, 0
        order = self.order
        start = order.up_to(low) if low_open else order.below(low)
        if high == INFINITE and not high_open:
            return start, len(self.scores)
        stop = order.below(high) if high_open else order.up_to(high)
        return start, max(start, stop)

    def by_lex(self, wanted: LexRange, *, reverse: bool = False) -> tuple[int, int]:
        """The span of ranks that has these members; it means something only where all scores are equal.

        Where they are not, a small set gives the first stretch within the range, or with `reverse` the last, as
        Redis does; a big one gives anything.
        """
        low = wanted.low
        high = wanted.high
        size = len(self.scores)
        order = self.order
        if low.above or (high.member is None and not high.above):
            return 0, 0
        if low.member is not None and high.member is not None and (
            low.member > high.member or (low.member == high.member and (low.open or high.open))
        ):
            return 0, 0
        if isinstance(order, Run) and order.scores and order.scores[0] != order.scores[-1]:
            return _stretch(order.members, low, high, reverse)
        start = 0
        if low.member is not None:
            start = order.through(low.member) if low.open else order.before(low.member)
        stop = size
        if high.member is not None:
            stop = order.before(high.member) if high.open else order.through(high.member)
        return start, max(start, stop)

    # Chance

    def sample(self, count: int, below: Callable[[int], int]) -> list[tuple[bytes, float]]:
        """Different members with scores, each as likely as the other; all of them where there are not more.

        `below(n)` gives a whole number by chance, from 0 to n - 1.
        """
        size = len(self.scores)
        if count >= size:
            return self.pairs(0, size)
        if count * SAMPLE_SHARE > size:
            everything = self.pairs(0, size)
            for at in range(count):
                other = at + below(size - at)
                everything[at], everything[other] = everything[other], everything[at]
            return everything[:count]
        ranks: dict[int, None] = {}
        while len(ranks) < count:
            ranks[below(size)] = None
        return [self.at(rank) for rank in ranks]

    def sample_repeating(self, count: int, below: Callable[[int], int]) -> list[tuple[bytes, float]]:
        """The same, but each draw is from all members."""
        size = len(self.scores)
        if count > size:
            everything = self.pairs(0, size)
            return [everything[below(size)] for _ in range(count)]
        return [self.at(below(size)) for _ in range(count)]

    def at(self, rank: int) -> tuple[bytes, float]:
        """The member of a rank, with its score."""
        member = self.order.members_of(rank, rank + 1)[0]
        return member, self.scores[member]

    # Walking

    def scan(self, cursor: int, count: int) -> tuple[int, list[bytes]]:
        """Visit some members. Returns the next cursor, 0 at the end, and the members. Any cursor is accepted."""
        if self.compact:
            return 0, self.order.members_of(0, len(self.scores))
        if self.arena is None:
            self.arena = Arena()
            self.arena.slots = list(self.scores)
        return self.arena.walk(cursor or len(self.arena.slots), count)

    # What the keyspace asks of a value

    def encoding(self) -> bytes:
        """As OBJECT ENCODING names it."""
        return b"listpack" if self.compact else b"skiplist"

    def copy(self) -> SortedSet:
        """An equal set that shares nothing changeable with this one."""
        other = SortedSet(compact=self.compact)
        other.scores = self.scores.copy()
        other.order = self.order.copy()
        return other

    def free_effort(self) -> int:
        """About how many allocations there are to free."""
        return 1 if self.compact else len(self.scores)

    def owned_parts(self) -> Iterable[object]:
        """The containers that belong to this set alone, for the lazy freer."""
        yield self.scores
        yield from self.order.owned_parts()
        if self.arena is not None:
            yield self.arena.slots
            yield self.arena.dead

    def estimate_bytes(self, samples: int) -> int:
        """About how much memory the set takes, judged by the length of `samples` members; 0 looks at all."""
        scores = self.scores
        size = len(scores)
        looked_at = min(samples, size) if samples else size
        members = sum(map(sys.getsizeof, islice(scores, looked_at))) * size // looked_at if looked_at else 0
        fixed = sys.getsizeof(self) + sys.getsizeof(self.order) + sys.getsizeof(scores)
        slots = sys.getsizeof(self.arena.slots) + sys.getsizeof(self.arena.dead) if self.arena is not None else 0
        lists = POINTERS_BYTES * size
        if size < RUN_LIMIT:
            lists = sum([sys.getsizeof(part) for part in self.order.owned_parts()])
        return fixed + members + size * FLOAT_BYTES + lists + slots

    def digest_into(self, digest: Digest) -> None:
        """Put the members in, for DEBUG DIGEST."""
        for member, score in self.order:
            element = type(digest)()
            element.mix(member)
            element.mix(format_double_briefly(score))
            digest.add_digest(element)


def _stretch(members: list[bytes], low: LexBound, high: LexBound, reverse: bool) -> tuple[int, int]:
    """The first or last members in a row that lie between the bounds, in whatever order the members are.

    The walk begins at the first one within the nearer bound; when that is not within the other one, there is nothing.
    """
    def reaches(member: bytes) -> bool:
        bound = low.member
        return bound is None or (member > bound if low.open else member >= bound)

    def keeps(member: bytes) -> bool:
        bound = high.member
        return bound is None or (member < bound if high.open else member <= bound)

    size = len(members)
    if not reaches(members[-1]) or not keeps(members[0]):
        return 0, 0
    if reverse:
        stop = next(at for at in range(size, 0, -1) if keeps(members[at - 1]))
        return next((at for at in range(stop, 0, -1) if not reaches(members[at - 1])), 0), stop
    start = next(at for at in range(size) if reaches(members[at]))
    return start, next((at for at in range(start, size) if not keeps(members[at])), size)
