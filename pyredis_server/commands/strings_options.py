"""The options that SET, GETEX, MSETEX and DELEX share: conditions on the present value and times to live.

Options come in any order. Two of one kind exclude each other; the same one twice is allowed and the last counts, as in
Redis. Everything is read and refused here before a handler changes anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError, InvalidExpireTime
from pyredis_server.base.numeric import INT64_MAX, parse_int
from pyredis_server.commands.context import Context
from pyredis_server.config import directives
from pyredis_server.datatypes.digest import DIGEST_DIGITS, hex_digest
from pyredis_server.keyspace.hooks import Overdue

EXPIRATIONS: Final = frozenset((b"EX", b"PX", b"EXAT", b"PXAT"))
COMPARISONS: Final = frozenset((b"IFEQ", b"IFNE", b"IFDEQ", b"IFDNE"))
_CONDITIONS: Final = frozenset((b"NX", b"XX"))
_TELLING: Final = COMPARISONS | {b"GET"}

SET_WORDS: Final = EXPIRATIONS | _CONDITIONS | COMPARISONS | {b"GET", b"KEEPTTL"}
GETEX_WORDS: Final = EXPIRATIONS | {b"PERSIST"}
MSETEX_WORDS: Final = EXPIRATIONS | _CONDITIONS | {b"KEEPTTL"}


def key_of_set(argv: list[bytes]) -> list[tuple[int, tuple[str, ...]]]:
    """The key of a SET and what the call does with it: GET and comparisons tell the caller about the present value.

    As in Redis any later word counts, an option's operand too: who may only write gets no way around it.
    """
    reads = any(word.upper() in _TELLING for word in argv[3:])
    return [(1, ("RW", "access", "update") if reads else ("OW", "update"))]


class StringOptions:
    """What the options asked for, not yet checked against value and clock.

    `condition` is NX, XX, IFEQ ... or empty, `operand` what a comparison compares with; `unit` is EX, PX, EXAT, PXAT or
    empty, `amount` its number as sent.
    """

    __slots__ = ("amount", "condition", "get", "keep_ttl", "operand", "persist", "unit")

    def __init__(self, words: Sequence[bytes], known: frozenset[bytes]) -> None:
        """Read `words`, of which only those in `known` are options. Raises CommandError(SYNTAX)."""
        self.condition = self.operand = self.unit = self.amount = b""
        self.get = self.keep_ttl = self.persist = False
        count = len(words)
        at = 0
        while at < count:
            word = words[at].upper()
            at += 1
            if word not in known:
                raise CommandError(errors.SYNTAX)
            if word in EXPIRATIONS:
                if self.keep_ttl or self.persist or at == count or (self.unit and self.unit != word):
                    raise CommandError(errors.SYNTAX)
                self.unit = word
                self.amount = words[at]
                at += 1
            elif word == b"GET":
                self.get = True
            elif word in {b"KEEPTTL", b"PERSIST"}:
                if self.unit:
                    raise CommandError(errors.SYNTAX)
                self.keep_ttl = word == b"KEEPTTL"
                self.persist = not self.keep_ttl
            else:
                if self.condition and self.condition != word:
                    raise CommandError(errors.SYNTAX)
                self.condition = word
                if word in COMPARISONS:
                    if at == count:
                        raise CommandError(errors.SYNTAX)
                    self.operand = words[at]
                    at += 1

    def expires_at_ms(self, now_ms: int, command: str) -> int | None:
        """When the key shall expire, in ms since the epoch; None when the options say nothing of it.

        Raises: CommandError(NOT_AN_INTEGER), InvalidExpireTime naming `command`.
        """
        return expiry_at_ms(self.unit, self.amount, now_ms, command) if self.unit else None


def expiry_at_ms(unit: bytes, amount: bytes, now_ms: int, command: str) -> int:
    """The point in time, in ms since the epoch, that EX, PX, EXAT or PXAT (`unit`) and its number mean.

    Like options.expiry_ms for one who knows the unit's word, at half the price: SET EX is on the way of many clients.
    Raises: CommandError(NOT_AN_INTEGER); InvalidExpireTime, naming `command`, unless positive and within 64 bits.
    """
    number = parse_int(amount)
    if number is None:
        raise CommandError(errors.NOT_AN_INTEGER)
    at_ms = number if unit[0] == 80 else number * 1000  # 80: "P"
    if len(unit) == 2:
        at_ms += now_ms
    if number <= 0 or at_ms > INT64_MAX:
        raise InvalidExpireTime(command)
    return at_ms


def comparison_holds(comparison: bytes, operand: bytes, value: bytes | bytearray) -> bool:
    """Whether IFEQ, IFNE, IFDEQ or IFDNE holds for a value. Digests compare in any case.

    Raises: CommandError(DIGEST_LENGTH); only the length of a digest is checked, as in Redis.
    """
    if comparison == b"IFEQ":
        return value == operand
    if comparison == b"IFNE":
        return value != operand
    if len(operand) != DIGEST_DIGITS:
        raise CommandError(errors.DIGEST_LENGTH)
    return (hex_digest(value) == operand.lower()) == (comparison == b"IFDEQ")


def is_past(ctx: Context, at_ms: int) -> bool:
    """Whether a point in time has come, so that a key that shall expire then need not be stored.

    Never while the AOF is loaded or a primary's commands run: those keep what they are told to keep.
    """
    return at_ms <= ctx.clock.now_ms and ctx.keyspace.overdue is not Overdue.IGNORE


def delete_as_expired(ctx: Context, key: bytes) -> None:
    """Delete an existing key whose new time to live is over already."""
    ctx.db.delete(key)
    lazy = ctx.config[directives.memory.LAZYFREE_LAZY_EXPIRE]
    ctx.propagate(b"UNLINK" if lazy else b"DEL", key)
    ctx.changed(key, b"del")
