"""Requests in: bytes from a socket become commands, each a list of `bytes`. No I/O, no exceptions.

Owner: the I/O worker of the connection. `authenticated` and the limits are single values that other threads may set.
Promise: the same commands and the same fault whatever the cuts between reads; O(bytes) time, whatever is sent; no
memory ahead of what was received.

How it is fast. `data.split(CRLF)` makes tokens of the whole read in C. A command of n arguments is 2n+1 tokens in a
row, and the lengths are verified against the arguments with a table of b"$0", b"$1", ... All that does not verify (a
value that holds CRLF or is longer than the table, a command cut by the read, an inline command, an odd spelling, an
error) goes to `_one`, an exact parser of one command that follows Redis byte by byte; then the tokens are taken up
again where it stopped. A value of some size that is cut by a read is collected in pieces and never looked at again.

ns per feed, CPython 3.11, one command with a key of 16 and a value of 32 bytes / per command in a read of 16:
    variant                                          PING   GET   SET  HSET4  16 SET  16 GET
    tokens, loop over the arguments                   468   532   629    677     498     398
    tokens, lengths compared as lists                 656   715   789    840     643     556
    2 and 3 arguments apart, unpacked from slices     712   468   539    904     397     316
    2 and 3 arguments apart, by index                 376   425   510    677     386     294
    iterator or pop() instead of an index             376   526   600    634     400     300
    strides over runs of equal commands                 -     -     -      -     419     312
    one command by its number of tokens, else index   285   343   422    677     386     294   (this file)
    split() alone takes                               135   180   220    270     177     130
"""

from __future__ import annotations

from typing import Final

from pyredis_server.base import errors
from pyredis_server.base.numeric import parse_int
from pyredis_server.resp.inline import split_arguments

CRLF: Final = b"\r\n"
MAX_LINE_BYTES: Final = 64 * 1024  # of an inline command, or of a length before its line ends
MAX_ARGUMENTS: Final = 2**31 - 1
UNAUTHENTICATED_ARGUMENTS: Final = 10
UNAUTHENTICATED_BULK_BYTES: Final = 16384
COLLECTED_VALUE_BYTES: Final = 1024  # values from this size on are collected in pieces when a read cuts them
SMALL_PIECE_BYTES: Final = 2048  # smaller pieces are merged: an object for each would be mostly overhead
MANY_ARGUMENTS: Final = 16  # from here on splitting pays for the rest of a command under way
WINDOW_BYTES: Final = 16 * 1024  # which is split at a time then, so that little is split in vain

# Lengths and counts as they are spelled on the wire. What is not here costs 1 us more.
_LENGTHS: Final = tuple(b"$%d" % length for length in range(8192))
_SIZES: Final = {spelled: length for length, spelled in enumerate(_LENGTHS)}
_COUNTS: Final = {b"*%d" % count: count for count in range(1, 1025)}


class ParserLimits:
    """Limits that all parsers of a server share. `max_bulk_bytes` is proto-max-bulk-len."""

    __slots__ = ("max_bulk_bytes",)

    def __init__(self, max_bulk_bytes: int = 512 * 1024 * 1024) -> None:
        self.max_bulk_bytes = max_bulk_bytes


class RequestParser:
    """The requests of one client.

    While not `authenticated`, requests are limited in size and `feed` returns at most one command, since that may be
    the AUTH that lifts the limits; `feed(b"")` then goes on with what was held back. After a `fault` (an error text
    for the client, whose connection must be closed) nothing more is parsed.
    """

    __slots__ = (
        "authenticated", "fault", "_limits",
        "held",  # anything below is set: take the slow road
        "_rest", "_at",  # bytes not parsed yet begin at _rest[_at]
        "_arguments", "_left", "_under_way",  # a command under way: arguments so far, how many lack, its bytes so far
        "_size", "_pieces", "_missing", "_ending",  # a large value under way (_size > 0): what of it and its CRLF lacks
    )

    def __init__(self, limits: ParserLimits, *, authenticated: bool = False) -> None:
        self.authenticated = authenticated
        self.fault: bytes | None = None
        self._limits = limits
        self.held = False
        self._rest = b""
        self._at = 0
        self._arguments: list[bytes] = []
        self._left = 0
        self._under_way = 0
        self._size = 0
        self._pieces: list[bytes | bytearray | memoryview] = []
        self._missing = 0
        self._ending = 0

    @property
    def pending(self) -> int:
        """Bytes received that belong to no command returned yet."""
        if not self.held:
            return 0
        return self._under_way + len(self._rest) - self._at + self._size - self._missing

    @property
    def wanted(self) -> int:
        """Bytes that the large value under way still lacks, with its CRLF; 0 when there is none."""
        return self._missing + self._ending

    def feed(self, data: bytes) -> list[list[bytes]]:
        """Take what was read and return the commands that are complete now. Then look at `fault`."""
        if self.held or not self.authenticated:
            return self._feed_slowly(data)
        tokens = data.split(CRLF)
        count = len(tokens)
        try:
            # A read of one command, by far the most common.
            if count == 8:
                header, length1, one, length2, two, length3, three, tail = tokens
                if (
                    header == b"*3" and length1 == _LENGTHS[len(one)] and length2 == _LENGTHS[len(two)]
                    and length3 == _LENGTHS[len(three)] and not tail
                ):
                    return [[one, two, three]]
            elif count == 6:
                header, length1, one, length2, two, tail = tokens
                if header == b"*2" and length1 == _LENGTHS[len(one)] and length2 == _LENGTHS[len(two)] and not tail:
                    return [[one, two]]
            elif count == 10:
                header, length1, one, length2, two, length3, three, length4, four, tail = tokens
                if (
                    header == b"*4" and length1 == _LENGTHS[len(one)] and length2 == _LENGTHS[len(two)]
                    and length3 == _LENGTHS[len(three)] and length4 == _LENGTHS[len(four)] and not tail
                ):
                    return [[one, two, three, four]]
            elif count == 4:
                header, length1, one, tail = tokens
                if header == b"*1" and length1 == _LENGTHS[len(one)] and not tail:
                    return [[one]]
        except IndexError:
            pass  # a value longer than the table
        commands: list[list[bytes]] = []
        self._parse(data, tokens, commands)
        return commands

    def _parse(self, data: bytes, tokens: list[bytes], commands: list[list[bytes]]) -> None:
        """Take all commands out of `data`, whose tokens are `tokens`; keep what is not complete."""
        tail = tokens.pop()  # not ended by CRLF, so never part of a complete command
        total = len(tokens)
        lengths = _LENGTHS
        append = commands.append
        i = 0
        known = offset = 0  # the token `known` begins at data[offset]
        while True:
            try:
                while i < total:
                    header = tokens[i]
                    if header == b"*3":
                        one, two, three = tokens[i + 2], tokens[i + 4], tokens[i + 6]
                        if (
                            tokens[i + 1] != lengths[len(one)] or tokens[i + 3] != lengths[len(two)]
                            or tokens[i + 5] != lengths[len(three)]
                        ):
                            break
                        append([one, two, three])
                        i += 7
                    elif header == b"*2":
                        one, two = tokens[i + 2], tokens[i + 4]
                        if tokens[i + 1] != lengths[len(one)] or tokens[i + 3] != lengths[len(two)]:
                            break
                        append([one, two])
                        i += 5
                    else:
                        end = i + 1 + 2 * _COUNTS[header]
                        if end > total:
                            break
                        arguments = tokens[i + 2 : end : 2]
                        at = i + 1
                        for argument in arguments:
                            if tokens[at] != lengths[len(argument)]:
                                break
                            at += 2
                        if at != end:
                            break
                        append(arguments)
                        i = end
            except IndexError:  # cut by the read, or a value longer than the table; `i` is still the command's token
                if long := self._long_values(tokens, i):
                    append(long)
                    i += 1 + 2 * len(long)
                    continue
            except KeyError:
                pass  # an inline command, or some other count
            if i == total and not tail:
                return
            offset += sum(map(len, tokens[known:i])) + 2 * (i - known)
            end = self._one(data, offset, commands)
            while end > 0 and data[end - 2 : end] != CRLF:  # until the end of a command is the end of a token again
                end = self._one(data, end, commands)
            if end < 0:
                return
            known = i = i + data.count(CRLF, offset, end)
            offset = end

    def _long_values(self, tokens: list[bytes], i: int) -> list[bytes]:
        """The arguments of the command that begins at a token, verified without the table; empty if they fail."""
        end = i + 1 + 2 * _COUNTS.get(tokens[i], 0)
        arguments = tokens[i + 2 : end : 2]
        if end > len(tokens) or tokens[i + 1 : end : 2] != [b"$%d" % len(argument) for argument in arguments]:
            return []
        return arguments if max(map(len, arguments), default=0) <= self._limits.max_bulk_bytes else []

    def _feed_slowly(self, data: bytes) -> list[list[bytes]]:
        """`feed` with something held back, or for a client without authentication."""
        commands: list[list[bytes]] = []
        if self.fault is not None:
            return commands
        at = 0
        if self._size:
            at = self._collect(data)
            if self._size:
                return commands
        elif not data:
            data, at = self._rest, self._at
        elif self.held:
            data = self._rest[self._at :] + data
        held = self.held
        self._rest = b""
        self._at = 0
        self.held = False
        if self._under_way or (held and self.authenticated):
            at = self._one(data, at, commands)  # exact: splitting what is cut again and again would cost much
        if self.authenticated:
            if 0 <= at < len(data):
                data = data[at:]
                self._parse(data, data.split(CRLF), commands)
            return commands
        while 0 <= at < len(data):
            if commands:
                self._rest = data
                self._at = at
                self.held = True
                break
            at = self._one(data, at, commands)
        return commands

    def _one(self, data: bytes, at: int, commands: list[list[bytes]]) -> int:
        """Parse one command that begins, or goes on, at data[at]; exact, and for everything that Redis accepts.

        Returns: the position behind it; -1 when it is not complete (what is there has been kept) or after a fault.
        """
        start = at - self._under_way
        if not self._under_way:
            if at == len(data):
                return -1
            if data[at] != 42:  # *
                return self._inline(data, at, commands)
            end = self._end_of_line(data, at, b"\r", errors.TOO_BIG_MULTIBULK_COUNT)
            if end < 0:
                return -1
            count = parse_int(data[at + 1 : end])
            if count is None or count > MAX_ARGUMENTS:
                return self._fail(errors.INVALID_MULTIBULK_LENGTH)
            if count > UNAUTHENTICATED_ARGUMENTS and not self.authenticated:
                return self._fail(errors.UNAUTHENTICATED_MULTIBULK)
            at = end + 2  # Redis does not look at the byte after CR either
            if count <= 0:
                return at
            self._left = count
        self._under_way = 0
        arguments = self._arguments
        if self._left >= MANY_ARGUMENTS:
            at = self._take_many(data, at)
        while self._left:
            end = data.find(b"\r", at, at + 6)
            length = _SIZES.get(data[at:end], -1) if end > 0 else -1
            if length < 0 or end + 2 > len(data):
                end = self._end_of_line(data, at, b"\r", errors.TOO_BIG_BULK_COUNT)
                if end < 0:
                    self._under_way = at - start if self.fault is None else 0
                    return -1
                length = self._length(data, at, end)
                if length < 0:
                    return -1
            first = end + 2
            end = first + length
            if end + 2 > len(data):
                if length < COLLECTED_VALUE_BYTES:
                    self._keep(data, at)
                    self._under_way = at - start
                else:
                    self._size = length
                    self._pieces = [memoryview(data)[first:end]] if first < len(data) else []
                    self._missing = max(0, end - len(data))
                    self._ending = min(2, end + 2 - len(data))
                    self.held = True
                    self._under_way = first - start + 2 - self._ending
                return -1
            arguments.append(data[first:end])
            at = end + 2  # what stands in the place of CRLF is not looked at, as in Redis
            self._left -= 1
        commands.append(arguments)
        self._arguments = []
        return at

    def _length(self, data: bytes, at: int, end: int) -> int:
        """Read the length of an argument; -1 after a fault."""
        if data[at] != 36:  # $
            return self._fail(errors.EXPECTED_DOLLAR % (32 if data[at] in CRLF else data[at]))
        length = parse_int(data[at + 1 : end])
        if length is None or not 0 <= length <= self._limits.max_bulk_bytes:
            return self._fail(errors.INVALID_BULK_LENGTH)
        if length > UNAUTHENTICATED_BULK_BYTES and not self.authenticated:
            return self._fail(errors.UNAUTHENTICATED_BULK)
        return length

    def _take_many(self, data: bytes, at: int) -> int:
        """Take arguments of the command under way as long as their tokens verify; the position behind them."""
        lengths = _LENGTHS
        while self._left:
            tokens = data[at : at + WINDOW_BYTES].split(CRLF, 2 * self._left)
            tokens.pop()
            taken = 0
            for length, argument in zip(tokens[::2], tokens[1::2], strict=False):
                if len(argument) >= len(lengths) or length != lengths[len(argument)]:
                    break
                taken += 1
            if not taken:
                break
            del tokens[2 * taken :]
            self._arguments += tokens[1::2]
            self._left -= taken
            at += sum(map(len, tokens)) + 2 * len(tokens)
        return at

    def _collect(self, data: bytes) -> int:
        """Add what was read to the large value under way; the position behind it in `data`."""
        at = min(len(data), self._missing)
        if at >= SMALL_PIECE_BYTES:
            self._pieces.append(data if at == len(data) else memoryview(data)[:at])
        elif at:
            last = self._pieces[-1] if self._pieces else None
            if isinstance(last, bytearray):
                last += data[:at]
            else:
                self._pieces.append(bytearray(data[:at]))
        self._missing -= at
        if self._missing:
            return at
        ending = min(len(data) - at, self._ending)
        self._ending -= ending
        self._under_way += ending
        if not self._ending:
            self._arguments.append(b"".join(self._pieces))  # no copy when one read brought it all
            self._under_way += self._size
            self._left -= 1
            self._pieces = []
            self._size = 0
        return at + ending

    def _inline(self, data: bytes, at: int, commands: list[list[bytes]]) -> int:
        """Parse a command typed as a line; empty lines are skipped. Returns as `_one`."""
        end = self._end_of_line(data, at, b"\n", errors.TOO_BIG_INLINE)
        if end < 0:
            return -1
        words = split_arguments(data[at : end - 1 if data[end - 1] == 13 and end > at else end])
        if words is None:
            return self._fail(errors.UNBALANCED_QUOTES)
        if words:
            commands.append(words)
        return end + 1

    def _end_of_line(self, data: bytes, at: int, mark: bytes, too_big: bytes) -> int:
        """Find the `mark` that ends the line at data[at]; -1 when it is not there (the line is kept) or too far."""
        end = data.find(mark, at, at + MAX_LINE_BYTES + 1)
        if end >= 0 and data.find(b"\0", at, end) >= 0:
            end = -1  # Redis looks for it as in a C string: a zero byte hides it, until the line is too big
        if end < 0 and len(data) - at > MAX_LINE_BYTES:
            return self._fail(too_big)
        if end < 0 or (end + 1 == len(data) and mark == b"\r"):
            self._keep(data, at)
            return -1
        return end

    def _keep(self, data: bytes, at: int) -> None:
        """Hold back what is not complete until more is read."""
        self._rest = data[at:]
        self.held = True

    def _fail(self, text: bytes) -> int:
        """Give up on this client; -1, as `_one` returns it."""
        self.fault = text
        self.held = True
        self._arguments = []
        self._left = self._under_way = 0
        return -1
