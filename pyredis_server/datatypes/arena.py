"""A list of keys beside a dict of them, for whatever needs keys by number: SCAN and its kin, random picks, sampling.

The keyspace has one for its keys, big hashes and sets one for their elements. Rules of this file:

* Every key of the dict has exactly one slot, and slot and dict hold the same `bytes` object.
* A key that leaves the dict keeps its slot as a dead one and takes it again if it returns, so slots stay unique.
* Walks go downwards: a position is the number of slots not visited yet. New keys are appended, behind the walker.
  `tidy` fills a dead slot with the last entry, which moves entries downwards only, so never past a walker.
* At most about half of the slots are dead: beyond that removals sweep a stretch themselves.
"""

from __future__ import annotations

from collections.abc import Callable

SLOTS_PER_DEAD = 2  # a removal sweeps when more than one slot in two is dead (in four: DEL twice as slow) ...
SWEEP_SLOTS = 64  # ... so many, and finds about 32: that leaves as many removals alone
SWEEP_CHUNK = 32  # slots tested at once for dead ones; C code then skips the clean ones
CRON_SLOTS_PER_DEAD = 8  # cron tidies when more than one in eight is dead: sampling hardly notices fewer
WALK_FACTOR = 10  # slots looked at per key asked for, when dead ones are in the way


class Arena:
    """Keys by number."""

    __slots__ = ("_sweep", "dead", "slots")

    def __init__(self) -> None:
        self.slots: list[bytes] = []
        self.dead: dict[bytes, bytes] = {}  # a removed key's slot object, by itself
        self._sweep = 0  # tidy's next slot is below this

    def admit(self, key: bytes) -> bytes:
        """Give a new key a slot. Returns the object in the slot, which the dict must use as its key."""
        if self.dead:
            held = self.dead.pop(key, None)
            if held is not None:
                return held
        self.slots.append(key)
        return key

    def discard(self, key: bytes) -> None:
        """Mark the slot of a removed key; `key` must be the dict's own object."""
        dead = self.dead
        dead[key] = key
        if len(dead) * SLOTS_PER_DEAD > len(self.slots):
            self.tidy(SWEEP_SLOTS)

    def sample(self, random: Callable[[], float]) -> bytes:
        """A key by chance, each as likely as the other; there must be one. `random` gives numbers from 0 below 1."""
        slots = self.slots
        dead = self.dead
        key = slots[int(random() * len(slots))]
        while key in dead:  # at most about half of them are
            key = slots[int(random() * len(slots))]
        return key

    def take(self, random: Callable[[], float]) -> bytes:
        """A key by chance, each as likely as the other, that loses its slot; there must be one."""
        slots = self.slots
        while True:
            at = int(random() * len(slots))
            key = slots[at]
            last = slots.pop()
            if at < len(slots):
                slots[at] = last
            if not self.dead or self.dead.pop(key, None) is None:
                return key

    @property
    def untidy(self) -> bool:
        """Is there enough to tidy that cron should?"""
        return len(self.dead) * CRON_SLOTS_PER_DEAD > len(self.slots)

    def tidy(self, budget: int) -> None:
        """Look at up to `budget` slots, from the top down and round again, and give the dead ones back."""
        slots = self.slots
        dead = self.dead
        at = self._sweep
        while budget > 0 and dead:
            if not 0 < at <= len(slots):
                at = len(slots)
            low = max(0, at - min(budget, SWEEP_CHUNK))
            budget -= at - low
            if dead.keys().isdisjoint(slots[low:at]):
                at = low
                continue
            while at > low:
                at -= 1
                if dead.pop(slots[at], None) is not None:
                    last = slots.pop()
                    # With the sweep going down, everything above has been swept: the last entry is rarely dead.
                    if at < len(slots):
                        slots[at] = last
        self._sweep = at

    def walk(self, position: int, count: int) -> tuple[int, list[bytes]]:
        """Visit about `count` slots below `position`.

        Returns: the next position, 0 when none is left; the keys found, at most `count`.
        """
        slots = self.slots
        dead = self.dead
        position = min(position, len(slots))
        found: list[bytes] = []
        for _ in range(WALK_FACTOR):
            low = max(0, position - (count - len(found)))
            some = slots[low:position]
            position = low
            if dead and not dead.keys().isdisjoint(some):
                some = [key for key in some if key not in dead]
            found = found + some if found else some
            if position == 0 or len(found) >= count:
                break
        return position, found
