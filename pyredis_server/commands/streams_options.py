"""Reading the arguments of commands on streams: IDs, ranges of IDs, how to trim, lists of IDs.

Elsewhere: what the commands do is in streams.py, streams_reading.py, streams_groups.py, streams_claiming.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import attrs

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.base.numeric import INT64_MIN, parse_int, parse_unsigned
from pyredis_server.commands.context import Context
from pyredis_server.commands.options import integer
from pyredis_server.config.directives.encodings import STREAM_NODE_MAX_ENTRIES
from pyredis_server.datatypes.streams import Refs, Trim
from pyredis_server.datatypes.streams_nodes import ID_MAX, SEQ_MAX, format_id, make_id

LONGEST_ID_BYTES: Final = 127
TRIM_NODES: Final = 100  # nodes that an approximate trimming drops at most, unless LIMIT says otherwise
TRIM_LIMIT: Final = 10_000  # entries, where nodes have no limit
TRIM_LIMIT_MOST: Final = 1_000_000
_LOOSE: Final = re.compile(rb"[ \t\n\v\f\r]*([+-]?)([0-9]+)")  # what C's strtoull takes
REFS: Final = {refs.value: refs for refs in Refs}


def parse_id(raw: bytes, missing_seq: int = 0) -> int:
    """The ID that an argument names: ms-seq or ms alone, which `missing_seq` completes."""
    if len(raw) > LONGEST_ID_BYTES:
        raise CommandError(errors.STREAM_ID)
    ms_text, dash, seq_text = raw.partition(b"\0")[0].partition(b"-")
    ms = _unsigned(ms_text)
    seq = _unsigned(seq_text) if dash else missing_seq
    if ms is None or seq is None:
        raise CommandError(errors.STREAM_ID)
    return make_id(ms, seq)


def parse_any_id(raw: bytes, missing_seq: int = 0) -> int:
    """The same, where "-" and "+" stand for the least and the greatest ID."""
    if raw == b"-":
        return 0
    return ID_MAX if raw == b"+" else parse_id(raw, missing_seq)


def parse_start(raw: bytes) -> int:
    """The first ID of a range; "(" before it leaves it out."""
    if raw[:1] == b"(" and len(raw) > 1:
        start = parse_id(raw[1:])
        if start == ID_MAX:
            raise CommandError(errors.STREAM_START)
        return start + 1
    return parse_any_id(raw)


def parse_end(raw: bytes) -> int:
    """The last ID of a range; "(" before it leaves it out."""
    if raw[:1] == b"(" and len(raw) > 1:
        end = parse_id(raw[1:], SEQ_MAX)
        if not end:
            raise CommandError(errors.STREAM_END)
        return end - 1
    return parse_any_id(raw, SEQ_MAX)


def _unsigned(raw: bytes) -> int | None:
    """A number of 64 bits, read as laxly as Redis reads it."""
    number = parse_unsigned(raw)
    if number is not None:
        return number
    match = _LOOSE.fullmatch(raw)
    if match is None:
        return None
    signed = parse_int(raw)
    if signed is not None and signed >= INT64_MIN and signed < 0:
        return None
    number = int(match[2])
    if number > SEQ_MAX:
        return None
    return (1 << 64) - number & SEQ_MAX if match[1] == b"-" else number


@attrs.define
class AddOptions:
    """What stands before the fields of XADD, or all of XTRIM."""

    trim: Trim | None = None
    threshold_at: int = 0  # the place of MAXLEN's or MINID's value among the words
    limit_at: int = 0
    mkstream: bool = True
    pid: bytes | None = None
    iid: bytes | None = None  # None with a pid: it is made from the content
    idmp_at: int = 0
    entry_id: int | None = None  # None: by itself
    any_seq: bool = False  # the ID was "ms-*"
    words: int = 0  # how many words belong to the options, the ID included


class _TrimReader:
    """Collects MAXLEN, MINID, LIMIT and KEEPREF and its kin for XADD and XTRIM."""

    def __init__(self, options: AddOptions) -> None:
        self.options = options
        self.maxlen: int | None = None
        self.minid: int | None = None
        self.approximate = False
        self.limit: int | None = None
        self.refs: Refs | None = None

    def take(self, words: Sequence[bytes], at: int) -> int:
        """Read the option that begins at `at`. Returns where the next one begins; `at` itself for none of these."""
        word = words[at].upper()
        more = len(words) - at - 1
        if word in {b"MAXLEN", b"MINID"} and more:
            return self._take_threshold(word, words, at + 1)
        if word == b"LIMIT" and more:
            self.limit = integer(words[at + 1])
            if self.limit < 0:
                raise CommandError(errors.TRIM_LIMIT)
            self.options.limit_at = at + 1
            return at + 2
        if word in REFS and self.refs is None:
            self.refs = REFS[word]
            return at + 1
        return at

    def _take_threshold(self, word: bytes, words: Sequence[bytes], at: int) -> int:
        if self.maxlen is not None or self.minid is not None:
            raise CommandError(errors.TRIM_TWICE)
        if words[at] in {b"~", b"="} and at + 1 < len(words):
            self.approximate = words[at] == b"~"
            at += 1
        if word == b"MAXLEN":
            self.maxlen = integer(words[at])
            if self.maxlen < 0:
                raise CommandError(errors.TRIM_MAXLEN)
        else:
            self.minid = parse_id(words[at])
        self.options.threshold_at = at
        return at + 1

    def finish(self, ctx: Context, *, required: bool) -> None:
        """Check what belongs together and set the options' `trim`."""
        none = self.maxlen is None and self.minid is None
        if self.limit and none:
            raise CommandError(errors.TRIM_LIMIT_ALONE)
        if none:
            if required:
                raise CommandError(errors.XTRIM_NO_STRATEGY)
            if self.limit is not None:
                raise CommandError(errors.TRIM_LIMIT_EXACT)
            return
        if self.limit is not None and not self.approximate:
            raise CommandError(errors.TRIM_LIMIT_EXACT)
        limit = self.limit
        if limit is None:
            limit = 0
            if self.approximate:
                limit = TRIM_NODES * ctx.config[STREAM_NODE_MAX_ENTRIES]
                limit = min(limit, TRIM_LIMIT_MOST) if limit > 0 else TRIM_LIMIT
        self.options.trim = Trim(self.maxlen, self.minid, self.approximate, limit, self.refs or Refs.KEEP)


def read_add_options(ctx: Context, words: Sequence[bytes]) -> AddOptions:
    """Read what stands between XADD's key and the fields. `words` begins behind the key."""
    options = AddOptions()
    reader = _TrimReader(options)
    at = 0
    given = False
    while at < len(words):
        raw = words[at]
        if raw == b"*":
            given = True
            break
        following = reader.take(words, at)
        if following != at:
            at = following
            continue
        word = raw.upper()
        if word == b"NOMKSTREAM":
            options.mkstream = False
            at += 1
        elif word in {b"IDMP", b"IDMPAUTO"} and len(words) - at > (2 if word == b"IDMP" else 1):
            at = _take_idmp(options, word, words, at)
        else:
            _take_id(options, raw)
            given = True
            break
    reader.finish(ctx, required=False)
    if given and options.pid is not None and words[at] != b"*":
        raise CommandError(errors.IDMP_ID)
    options.words = at + 1
    return options


def _take_idmp(options: AddOptions, word: bytes, words: Sequence[bytes], at: int) -> int:
    if options.pid is not None:
        raise CommandError(errors.IDMP_TWICE)
    options.idmp_at = at
    options.pid = words[at + 1]
    if word == b"IDMPAUTO":
        if not options.pid:
            raise CommandError(errors.IDMPAUTO_EMPTY_PID)
        return at + 2
    options.iid = words[at + 2]
    if not options.pid:
        raise CommandError(errors.IDMP_EMPTY_PID)
    if not options.iid:
        raise CommandError(errors.IDMP_EMPTY_IID)
    return at + 3


def _take_id(options: AddOptions, raw: bytes) -> None:
    if raw[-2:] == b"-*" and b"-" not in raw[:-2]:
        options.any_seq = True
        raw = raw[:-2]
    options.entry_id = parse_id(raw)


def read_trim_options(ctx: Context, words: Sequence[bytes]) -> AddOptions:
    """Read what stands behind XTRIM's key."""
    options = AddOptions()
    reader = _TrimReader(options)
    at = 0
    while at < len(words):
        following = reader.take(words, at)
        if following == at:
            raise CommandError(errors.SYNTAX)
        at = following
    reader.finish(ctx, required=True)
    return options


def settled_trim(words: Sequence[bytes], options: AddOptions, length: int, first_id: int) -> list[bytes]:
    """The words of XADD or XTRIM for AOF and replicas: what was trimmed approximately is trimmed exactly there."""
    settled = list(words)
    trim = options.trim
    if trim is None or not trim.approximate:
        return settled
    settled[options.threshold_at - 1] = b"="
    settled[options.threshold_at] = b"%d" % length if trim.maxlen is not None else format_id(first_id or ID_MAX)
    if options.limit_at:
        del settled[options.limit_at - 1 : options.limit_at + 1]  # it goes with "~" only
    return settled


@attrs.define
class IdBlock:
    """XDELEX's and XACKDEL's arguments. The IDs are read when the key has been found, as in Redis."""

    refs: Refs
    raw_ids: Sequence[bytes]

    def ids(self) -> list[int]:
        """The IDs."""
        return [parse_id(raw) for raw in self.raw_ids]


def read_id_block(words: Sequence[bytes]) -> IdBlock:
    """Read KEEPREF and its kin and IDS numids id [id ...], in any order."""
    refs: Refs | None = None
    raw_ids: Sequence[bytes] | None = None
    at = 0
    while at < len(words):
        word = words[at].upper()
        if word in REFS and refs is None:
            refs = REFS[word]
            at += 1
        elif word == b"IDS" and at + 1 < len(words):
            number = parse_int(words[at + 1])
            if number is None or number <= 0:
                raise CommandError(errors.NUMIDS_NOT_POSITIVE)
            if number > len(words) - at - 2:
                raise CommandError(errors.NUMIDS_MISMATCH)
            raw_ids = words[at + 2 : at + 2 + number]
            at += 2 + number
        else:
            raise CommandError(errors.SYNTAX)
    if raw_ids is None:
        raise CommandError(errors.SYNTAX)
    return IdBlock(refs or Refs.KEEP, raw_ids)
