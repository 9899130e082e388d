"""Where a command's keys stand among its arguments, and what it does to them.

COMMAND INFO and GETKEYS, the ACL and cluster routing read these. Access flags are Redis's names, joined by "|":
one of RW RO OW RM, then access, update, insert, delete, and the rare not_key, incomplete, variable_flags.
Source: the "Command key specifications" page of the Redis documentation.
"""

from __future__ import annotations

import attrs


@attrs.frozen
class KeySpec:
    """One key specification.

    `index` or `keyword` (searched from `startfrom`, negative: from the end backwards) says where the search begins;
    neither means "unknown". `find` is "range" (`last`, `step`, `limit`), "keynum" (`keynumidx`, `firstkey`, `step`) or
    "unknown". `last` is relative to the first key when not negative, as in Redis's own data.
    """

    flags: tuple[str, ...]
    index: int | None = None
    keyword: str | None = None
    startfrom: int = 0
    find: str = "range"
    last: int = 0
    step: int = 1
    limit: int = 0
    keynumidx: int = 0
    firstkey: int = 0
    notes: str | None = None

    def positions(self, argv: list[bytes] | tuple[bytes, ...]) -> range | None:
        """Give the indexes of the keys in `argv`; None when this spec cannot tell or `argv` is too short for it."""
        n = len(argv)
        if self.index is not None:
            first = self.index
        elif self.keyword is not None:
            start = self.startfrom if self.startfrom > 0 else n + self.startfrom
            word = self.keyword.encode().upper()
            candidates = range(start, n) if self.startfrom > 0 else range(min(start, n - 1), 0, -1)
            at = next((i for i in candidates if argv[i].upper() == word), None)
            if at is None:
                return range(0)
            first = at + 1
        else:
            return None
        if self.find == "range":
            if self.last >= 0:
                last = first + self.last
            elif self.limit <= 1:
                last = n + self.last
            else:
                last = first + (n - first) // self.limit + self.last
            if first >= n or last >= n or last < first:
                return None
            return range(first, last + 1, self.step)
        if self.find == "keynum":
            at_num = first + self.keynumidx
            if at_num >= n:
                return None
            try:
                count = int(argv[at_num])
            except ValueError:
                return None
            first += self.firstkey
            last = first + (count - 1) * self.step
            if count < 0 or last >= n or (count > 0 and first >= n):
                return None
            return range(first, last + 1, self.step) if count else range(0)
        return None


def Keys(first: int, last: int, step: int = 1, *, access: str, limit: int = 0, notes: str | None = None) -> KeySpec:
    """Keys at fixed positions from `first` to `last`, both counted in argv; -1 is the last argument."""
    relative = last - first if last >= 0 else last
    return KeySpec(tuple(access.split("|")), index=first, last=relative, step=step, limit=limit, notes=notes)


def CountedKeys(
    at: int, *, access: str, firstkey: int = 1, keynumidx: int = 0, step: int = 1, notes: str | None = None
) -> KeySpec:
    """Keys after their count: the count stands at `at + keynumidx`, the first key at `at + firstkey`."""
    return KeySpec(tuple(access.split("|")), index=at, find="keynum", keynumidx=keynumidx, firstkey=firstkey,
                   step=step, notes=notes)


def KeywordKeys(
    keyword: str, startfrom: int, *, last: int = 0, step: int = 1, limit: int = 0, access: str, notes: str | None = None
) -> KeySpec:
    """Keys after a word that is searched for from `startfrom` on."""
    return KeySpec(tuple(access.split("|")), keyword=keyword, startfrom=startfrom, last=last, step=step, limit=limit,
                   notes=notes)


def UnknownKeys(*, access: str, notes: str | None = None) -> KeySpec:
    """Keys that only the command's own parser can find."""
    return KeySpec(tuple(access.split("|")), find="unknown", notes=notes)
