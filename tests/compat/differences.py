"""Where the reference server answers otherwise than we do, and we are right to differ.

We follow the documentation of Redis 8.10; the reference is 8.2.3, or something older where that cannot be had. Each
entry names the version that brought the change and what tells so. An entry that no longer shows against 8.2.3 fails
its case: take it out.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

import attrs

from tests.compat.case import Case, Step


@attrs.frozen
class Difference:
    """Calls whose replies differ.

    `case` and `call` are patterns (fnmatch) of the case as "group: name" and of the call as written with single spaces.
    `since` is the first Redis that answers as we do; None where none does, as with what only a C server has.
    """

    case: str
    call: str
    since: str | None
    reason: str
    protocols: Sequence[int] = (2, 3)

    def covers(self, group: str, case: Case, step: Step, protocol: int) -> bool:
        line = " ".join(word.decode("latin-1") for word in step.argv)
        return (protocol in self.protocols and fnmatchcase(f"{group}: {case.name}", self.case)
                and fnmatchcase(line, self.call))

    def applies_to(self, version: Sequence[int]) -> bool:
        """Whether a reference of this version still answers in the old way."""
        return self.since is None or tuple(version) < tuple(map(int, self.since.split(".")))


DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        "options: OBJECT ENCODING of", "OBJECT ENCODING k", None,
        "The OBJECT ENCODING page (8.10) says that strings of up to 44 bytes are embstr, as up to 8.0. 8.2.3 stores "
        "the key in the same allocation, so that its limit is 41 less the length of the key, and less with a TTL.",
    ),
    Difference(
        "strings: a whole sum of INCRBYFLOAT", "OBJECT ENCODING k", None,
        "Encodings of strings follow from their content here. Redis does not look whether the sum that INCRBYFLOAT "
        "stores is whole, and says embstr until the key is written again.",
    ),
    Difference(
        "streams: a destroyed group holds no entries back", "XTRIM k MAXLEN 0 ACKED", "8.2.7",
        "The XTRIM page says that ACKED deletes what all groups have read and acknowledged. 8.2.3 remembers the least "
        "ID that a group has come to, and goes on with it when that group is destroyed. Mended by 8.2.7, 8.4.4 and 8.6.",
    ),
)
