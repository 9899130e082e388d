"""Messages that producers may send twice: which ones a stream has already taken (XADD IDMP, IDMPAUTO).

A producer names itself (pid) and each message (iid). For a while, and for the latest few messages of each producer, the
stream knows which entry a message became, and a repetition is answered with that entry's ID. The age of a message is
told by its entry's ID.
Source: the page on idempotent message processing of the Redis documentation.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

from pyredis_server.datatypes.streams_nodes import SEQ_BITS


class Producer:
    """The messages of one producer that are remembered: iid to entry ID, the oldest first."""

    __slots__ = ("messages",)

    def __init__(self) -> None:
        self.messages: OrderedDict[bytes, int] = OrderedDict()


class Idempotency:
    """What a stream remembers of its producers' messages. `duration_s` and `maxsize` bound it."""

    __slots__ = ("added", "duplicates", "duration_s", "maxsize", "producers")

    def __init__(self, duration_s: int, maxsize: int) -> None:
        self.duration_s = duration_s
        self.maxsize = maxsize
        self.producers: dict[bytes, Producer] = {}
        self.added = 0  # messages ever remembered
        self.duplicates = 0  # repetitions ever met

    def configure(self, duration_s: int, maxsize: int) -> None:
        """Set the bounds; when one of them changes, all messages are forgotten."""
        if (duration_s, maxsize) != (self.duration_s, self.maxsize):
            self.duration_s = duration_s
            self.maxsize = maxsize
            self.producers = {}

    def find(self, pid: bytes, iid: bytes, now_ms: int) -> int | None:
        """The entry that this message of a producer has become, unless that is forgotten."""
        producer = self.producers.get(pid)
        if producer is None:
            return None
        self._forget_old(pid, producer, now_ms)
        return producer.messages.get(iid)

    def remember(self, pid: bytes, iid: bytes, entry_id: int) -> None:
        """Note what a message has become. It must not be known."""
        producer = self.producers.get(pid)
        if producer is None:
            producer = self.producers[pid] = Producer()
        while len(producer.messages) >= self.maxsize:
            producer.messages.popitem(last=False)
        producer.messages[iid] = entry_id
        self.added += 1

    def load(self, pid: bytes, messages: Iterator[tuple[bytes, int]]) -> None:
        """Add a producer with its messages, the oldest first, as a file tells it; `added` is set by the caller."""
        producer = self.producers[pid] = Producer()
        producer.messages.update(messages)

    def forget_old(self, now_ms: int) -> None:
        """Drop all that is older than `duration_s`."""
        for pid, producer in list(self.producers.items()):
            self._forget_old(pid, producer, now_ms)

    def _forget_old(self, pid: bytes, producer: Producer, now_ms: int) -> None:
        messages = producer.messages
        before_ms = now_ms - self.duration_s * 1000
        while messages:
            iid = next(iter(messages))
            if messages[iid] >> SEQ_BITS > before_ms:
                return
            del messages[iid]
        del self.producers[pid]

    def message_count(self) -> int:
        """How many messages are remembered."""
        return sum([len(producer.messages) for producer in self.producers.values()])

    def copy(self) -> Idempotency:
        """An equal object that shares nothing changeable with this one."""
        other = Idempotency(self.duration_s, self.maxsize)
        other.added = self.added
        other.duplicates = self.duplicates
        for pid, producer in self.producers.items():
            other.load(pid, iter(producer.messages.items()))
        return other
