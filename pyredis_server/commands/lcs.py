"""LCS: the longest common subsequence of two strings. The algorithm is datatypes/lcs.py's.

Redis refuses strings whose table of lengths would exceed proto-max-bulk-len; so do we, although we need a 32nd of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.commands.arguments import Int, Key, Token
from pyredis_server.commands.context import Context
from pyredis_server.commands.flags import READONLY
from pyredis_server.commands.keyspecs import Keys
from pyredis_server.commands.options import integer
from pyredis_server.commands.registry import command
from pyredis_server.config import directives
from pyredis_server.datatypes.lcs import lcs_length, lcs_matches, lcs_text, table_bytes
from pyredis_server.resp.reply import Map, Reply

_LENGTH_LIMIT: Final = (1 << 32) - 2  # from here on lengths would not fit Redis's table


class _Options:
    """What LCS shall reply."""

    __slots__ = ("indexes", "length", "lengths_of_matches", "shortest_match")

    def __init__(self, words: Sequence[bytes]) -> None:
        self.indexes = self.length = self.lengths_of_matches = False
        self.shortest_match = 0
        following = iter(words)
        for raw in following:
            word = raw.upper()
            if word == b"IDX":
                self.indexes = True
            elif word == b"LEN":
                self.length = True
            elif word == b"WITHMATCHLEN":
                self.lengths_of_matches = True
            elif word == b"MINMATCHLEN" and (number := next(following, None)) is not None:
                self.shortest_match = integer(number)
            else:
                raise CommandError(errors.SYNTAX)
        if self.length and self.indexes:
            raise CommandError(errors.LCS_LEN_AND_IDX)


@command("LCS", group="string", since="7.0.0", arity=-3, flags=READONLY,
         keys=[Keys(1, 2, access="RO|access")],
         args=[Key("key1"), Key("key2"), Token("LEN", optional=True), Token("IDX", optional=True),
               Int("min-match-len", token="MINMATCHLEN", optional=True), Token("WITHMATCHLEN", optional=True)],
         complexity="O(N*M) for strings of N and M bytes")
def lcs(ctx: Context, key1: bytes, key2: bytes, *options: bytes) -> Reply:
    """Find the longest common subsequence of two strings."""
    a, b = ctx.db.read(key1), ctx.db.read(key2)
    if not isinstance(a, (bytes, bytearray, type(None))) or not isinstance(b, (bytes, bytearray, type(None))):
        raise CommandError(errors.LCS_NOT_STRINGS)
    wanted = _Options(options)
    a, b = bytes(a or b""), bytes(b or b"")
    if len(a) >= _LENGTH_LIMIT or len(b) >= _LENGTH_LIMIT:
        raise CommandError(errors.LCS_TOO_LONG)
    if table_bytes(len(a), len(b)) > ctx.config[directives.clients.PROTO_MAX_BULK_LEN]:
        raise CommandError(errors.LCS_TOO_MUCH_MEMORY)
    if wanted.length:
        return lcs_length(a, b)
    matches = lcs_matches(a, b)
    if not wanted.indexes:
        return lcs_text(a, matches)
    shown: list[Reply] = []
    for match in matches:
        if match.length >= wanted.shortest_match:
            ranges: list[Reply] = [[match.a_first, match.a_last], [match.b_first, match.b_last]]
            shown.append([*ranges, match.length] if wanted.lengths_of_matches else ranges)
    return Map([b"matches", shown, b"len", sum([match.length for match in matches])])
