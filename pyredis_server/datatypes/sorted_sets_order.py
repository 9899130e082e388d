"""Members in the order of their scores: what a sorted set keeps beside its dict.

Two classes of one interface: `Run`, a pair of parallel lists, and `Blocks`, a list of such pairs, for what is longer
than `RUN_LIMIT`. Entries are ordered by score, equal scores by member. Ranks count from 0; a span of ranks is half
open. Whoever calls knows the score of a member that is to be removed: the dict has it.

The rules of `Blocks`:

* A separator is at most the first entry of its block and greater than every entry of the block before; that of the
  first block is less than anything. So removing or inserting changes none, only splitting and joining do.
* Scores are arrays: searching one touches a few cache lines, not an object per step, which at a million entries is
  twice as fast. A `Run`, whose objects are in the cache, is a third faster with lists.
* `counts` holds the entries per block and `groups` the sums of `GROUP` counts, so that a rank is two short sums.
* `starts` holds the rank of each block's first entry, or nothing after a change: reading makes it anew at times.

Measured (CPython 3.11, thousand operations per second, tools/measure_sorted_sets.py), beside sortedcontainers 2.4:
see the table in docs/keyspace.md.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain
from typing import Any, Final, TypeAlias

BLOCK: Final = 512  # entries of a block when it is built
SPLIT: Final = 2 * BLOCK  # and when it is split
JOIN: Final = BLOCK // 4  # a block with fewer joins its neighbour, unless that has more than BLOCK
RUN_LIMIT: Final = SPLIT
GROUP: Final = 32  # near the square root of the number of blocks of a million entries
_GROUP_BITS: Final = 5
FINDS_PER_BUILD: Final = 16  # building `starts` takes as long as about ten searches by rank without it
_LOWEST: Final = float("-inf")


class Run:
    """Up to about `RUN_LIMIT` entries. `members` and `scores` are parallel."""

    __slots__ = ("members", "scores")

    def __init__(self, members: list[bytes], scores: list[float]) -> None:
        self.members = members
        self.scores = scores

    def __len__(self) -> int:
        return len(self.members)

    def rank(self, score: float, member: bytes) -> int:
        """How many entries come before this one, which need not be there."""
        scores = self.scores
        at = bisect_left(scores, score)
        if at < len(scores) and scores[at] == score:
            at = bisect_left(self.members, member, at, bisect_right(scores, score, at))
        return at

    def add(self, score: float, member: bytes) -> None:
        """Put in an entry that is not there."""
        scores = self.scores
        at = bisect_right(scores, score)
        if at and scores[at - 1] == score:
            at = bisect_left(self.members, member, bisect_left(scores, score, 0, at), at)
        scores.insert(at, score)
        self.members.insert(at, member)

    def remove(self, score: float, member: bytes) -> bytes:
        """Take out an entry that is there. Returns the object that was stored as its member."""
        at = self.rank(score, member)
        del self.scores[at]
        return self.members.pop(at)

    def move(self, old: float, new: float, member: bytes) -> None:
        """Give an entry another score."""
        scores = self.scores
        at = self.rank(old, member)
        if (at == 0 or scores[at - 1] < new) and (at + 1 == len(scores) or new < scores[at + 1]):
            scores[at] = new
            return
        del scores[at]
        self.add(new, self.members.pop(at))

    def below(self, score: float) -> int:
        """How many entries have a lower score."""
        return bisect_left(self.scores, score)

    def up_to(self, score: float) -> int:
        """How many entries have this score or a lower one."""
        return bisect_right(self.scores, score)

    def before(self, member: bytes) -> int:
        """How many members are less, where all scores are equal."""
        return bisect_left(self.members, member)

    def through(self, member: bytes) -> int:
        """How many members are less or the same, where all scores are equal."""
        return bisect_right(self.members, member)

    def members_of(self, start: int, stop: int) -> list[bytes]:
        """The members of a span of ranks, in order."""
        return self.members[start:stop]

    def scores_of(self, start: int, stop: int) -> list[float]:
        """The scores of a span of ranks, in order."""
        return self.scores[start:stop]

    def cut(self, start: int, stop: int) -> list[bytes]:
        """Take a span of ranks out and give its members."""
        taken = self.members[start:stop]
        del self.members[start:stop]
        del self.scores[start:stop]
        return taken

    def __iter__(self) -> Iterator[tuple[bytes, float]]:
        return iter(zip(self.members, self.scores, strict=True))

    def owned_parts(self) -> Iterator[list[Any]]:
        """The lists that belong to this alone, of whatever they are."""
        yield self.members
        yield self.scores

    def copy(self) -> Run:
        """An independent copy."""
        return Run(self.members.copy(), self.scores.copy())


class Blocks:
    """Any number of entries; there is always a block."""

    __slots__ = ("members", "scores", "low_members", "low_scores", "counts", "groups", "size", "starts", "finds")

    def __init__(self, members: Sequence[bytes], scores: Sequence[float]) -> None:
        starts = range(0, len(members), BLOCK) or range(1)
        self.members = [list(members[at : at + BLOCK]) for at in starts]
        self.scores = [array("d", scores[at : at + BLOCK]) for at in starts]
        self.low_scores = array("d", [_LOWEST, *(block[0] for block in self.scores[1:])])
        self.low_members = [b"", *(block[0] for block in self.members[1:])]
        self.counts = [len(block) for block in self.members]
        self.groups: list[int] = []
        self.size = len(members)
        self.starts: list[int] = []
        self.finds = 0
        self._regroup(0)

    def __len__(self) -> int:
        return self.size

    def rank(self, score: float, member: bytes) -> int:
        """How many entries come before this one, which need not be there."""
        block = self._block(score, member)
        return self._start(block) + self._place(block, score, member)

    def add(self, score: float, member: bytes) -> None:
        """Put in an entry that is not there."""
        low_scores = self.low_scores
        end = bisect_right(low_scores, score)
        block = end - 1
        if low_scores[block] == score:
            first = bisect_left(low_scores, score, 0, end)
            block = bisect_right(self.low_members, member, first, end) - 1
        scores = self.scores[block]
        at = bisect_right(scores, score)
        if at and scores[at - 1] == score:
            at = bisect_left(self.members[block], member, bisect_left(scores, score, 0, at), at)
        scores.insert(at, score)
        self.members[block].insert(at, member)
        self.size += 1
        self.groups[block >> _GROUP_BITS] += 1
        self.counts[block] += 1
        if self.starts:
            self.starts = []
        if len(scores) >= SPLIT:
            # What grows at its end, as by time, fills its blocks.
            self._split(block, at if at + 1 == len(scores) and block + 1 == len(self.counts) else SPLIT // 2)

    def remove(self, score: float, member: bytes) -> bytes:
        """Take out an entry that is there. Returns the object that was stored as its member."""
        block = self._block(score, member)
        return self._take(block, self._place(block, score, member))

    def move(self, old: float, new: float, member: bytes) -> None:
        """Give an entry another score."""
        block = self._block(old, member)
        at = self._place(block, old, member)
        scores = self.scores[block]
        if 0 < at < len(scores) - 1 and scores[at - 1] < new < scores[at + 1]:
            scores[at] = new
        else:
            self.add(new, self._take(block, at))

    def below(self, score: float) -> int:
        """How many entries have a lower score."""
        block = bisect_left(self.low_scores, score) - 1
        return self._start(block) + bisect_left(self.scores[block], score) if block >= 0 else 0

    def up_to(self, score: float) -> int:
        """How many entries have this score or a lower one."""
        block = bisect_right(self.low_scores, score) - 1
        return self._start(block) + bisect_right(self.scores[block], score)

    def before(self, member: bytes) -> int:
        """How many members are less, where all scores are equal."""
        block = max(bisect_left(self.low_members, member) - 1, 0)
        return self._start(block) + bisect_left(self.members[block], member)

    def through(self, member: bytes) -> int:
        """How many members are less or the same, where all scores are equal."""
        block = bisect_right(self.low_members, member) - 1
        return self._start(block) + bisect_right(self.members[block], member)

    def members_of(self, start: int, stop: int) -> list[bytes]:
        """The members of a span of ranks, in order."""
        if start >= stop:
            return []
        block, at = self._find(start)
        found = self.members[block][at : at + stop - start]
        while len(found) < stop - start:
            block += 1
            found += self.members[block][: stop - start - len(found)]
        return found

    def scores_of(self, start: int, stop: int) -> list[float]:
        """The scores of a span of ranks, in order."""
        if start >= stop:
            return []
        block, at = self._find(start)
        found = self.scores[block][at : at + stop - start].tolist()
        while len(found) < stop - start:
            block += 1
            found += self.scores[block][: stop - start - len(found)]
        return found

    def cut(self, start: int, stop: int) -> list[bytes]:
        """Take a span of ranks out and give its members."""
        taken: list[bytes] = []
        if start >= stop:
            return taken
        first, at = self._find(start)
        block = first
        wanted = stop - start
        if at + wanted <= self.counts[first] and self.counts[first] - wanted >= JOIN:
            # Within a block that stays big enough, as for ZPOPMIN.
            members = self.members[first]
            taken = members[at : at + wanted]
            del members[at : at + wanted]
            del self.scores[first][at : at + wanted]
            self._shrink(first, wanted)
            return taken
        while wanted:
            members = self.members[block]
            end = min(len(members), at + wanted)
            taken += members[at:end]
            wanted -= end - at
            del members[at:end]
            del self.scores[block][at:end]
            self.counts[block] = len(members)
            at = 0
            block += 1
        self.size -= stop - start
        self._drop(first + bool(self.counts[first]), block - bool(self.counts[block - 1]), since=first)
        last = len(self.counts) - 1
        self._tidy(min(first + 1, last))
        self._tidy(min(first, last))
        return taken

    def __iter__(self) -> Iterator[tuple[bytes, float]]:
        return iter(zip(chain.from_iterable(self.members), chain.from_iterable(self.scores), strict=True))

    def owned_parts(self) -> Iterator[list[Any]]:
        """The lists that belong to this alone, of whatever they are."""
        yield self.members
        yield self.scores
        yield self.low_members

    def copy(self) -> Blocks:
        """An independent copy."""
        return Blocks(self.members_of(0, self.size), self.scores_of(0, self.size))

    # Inside

    def _block(self, score: float, member: bytes) -> int:
        """The block where an entry is or would be."""
        low_scores = self.low_scores
        end = bisect_right(low_scores, score)
        if low_scores[end - 1] != score:
            return end - 1
        return bisect_right(self.low_members, member, bisect_left(low_scores, score, 0, end), end) - 1

    def _place(self, block: int, score: float, member: bytes) -> int:
        """Where in its block an entry is or would be."""
        scores = self.scores[block]
        at = bisect_left(scores, score)
        if at < len(scores) and scores[at] == score:
            at = bisect_left(self.members[block], member, at, bisect_right(scores, score, at))
        return at

    def _start(self, block: int) -> int:
        """The rank of a block's first entry."""
        if self.starts:
            return self.starts[block]
        group = block >> _GROUP_BITS
        return sum(self.groups[:group]) + sum(self.counts[group << _GROUP_BITS : block])

    def _find(self, rank: int) -> tuple[int, int]:
        """The block of a rank and the place in it; one past the last entry is in the last block."""
        counts = self.counts
        if rank < counts[0]:
            return 0, rank
        starts = self.starts
        if starts:
            block = bisect_right(starts, rank) - 1
            return block, rank - starts[block]
        from_end = self.size - rank
        if from_end <= counts[-1]:
            return len(counts) - 1, counts[-1] - from_end
        self.finds += 1
        if self.finds >= FINDS_PER_BUILD:
            self.finds = 0
            self.starts = [0, *accumulate(counts[:-1])]
        ends = list(accumulate(self.groups))
        group = bisect_right(ends, rank)
        if group:
            rank -= ends[group - 1]
        block = group << _GROUP_BITS
        ends = list(accumulate(counts[block : block + GROUP]))
        at = bisect_right(ends, rank)
        return block + at, rank - ends[at - 1] if at else rank

    def _take(self, block: int, at: int) -> bytes:
        members = self.members[block]
        member = members.pop(at)
        del self.scores[block][at]
        self._shrink(block, 1)
        if len(members) < JOIN:
            self._tidy(block)
        return member

    def _shrink(self, block: int, count: int) -> None:
        """So many entries of a block are gone."""
        self.size -= count
        self.counts[block] -= count
        self.groups[block >> _GROUP_BITS] -= count
        if self.starts:
            self.starts = []

    def _split(self, block: int, at: int) -> None:
        members = self.members[block]
        scores = self.scores[block]
        self.members.insert(block + 1, members[at:])
        self.scores.insert(block + 1, scores[at:])
        self.low_members.insert(block + 1, members[at])
        self.low_scores.insert(block + 1, scores[at])
        self.counts[block] = at
        self.counts.insert(block + 1, len(members) - at)
        del members[at:]
        del scores[at:]
        self._regroup(block)

    def _tidy(self, block: int) -> None:
        """Join a block that has become small with a neighbour, or drop it when nothing is left in it."""
        counts = self.counts
        if counts[block] >= JOIN or len(counts) == 1:
            return
        if not counts[block]:
            self._drop(block, block + 1, since=block)
            return
        left = block - 1 if block and (block + 1 == len(counts) or counts[block - 1] <= counts[block + 1]) else block
        if counts[left] + counts[left + 1] > BLOCK + JOIN:
            return
        self.members[left] += self.members[left + 1]
        self.scores[left] += self.scores[left + 1]
        counts[left] += counts[left + 1]
        self._drop(left + 1, left + 2, since=left)

    def _drop(self, start: int, stop: int, *, since: int) -> None:
        """Remove blocks, but one of them where it would be all. Counts have changed from block `since` on."""
        if start == 0 and stop >= len(self.counts):
            start = 1
        if stop > start:
            del self.members[start:stop], self.scores[start:stop], self.counts[start:stop]
            del self.low_members[start:stop], self.low_scores[start:stop]
            self.low_members[0] = b""
            self.low_scores[0] = _LOWEST
        self._regroup(since)

    def _regroup(self, block: int) -> None:
        """Sum the counts anew from a block on."""
        self.starts = []
        group = block >> _GROUP_BITS
        counts = self.counts
        self.groups[group:] = [
            sum(counts[at : at + GROUP]) for at in range(group << _GROUP_BITS, len(counts), GROUP)]


Order: TypeAlias = "Run | Blocks"


def ordered(members: list[bytes], scores: list[float]) -> Order:
    """Hold entries that are in order already. The lists belong to the result from now on."""
    return Run(members, scores) if len(members) < RUN_LIMIT else Blocks(members, scores)
