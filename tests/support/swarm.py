"""Producers and consumers of lists by the hundred, on one thread, some of which die at any moment.

The swarm books every element: pushed, received, or gone with a reader that may have had it on the way when it was
killed. A "careful" swarm kills a reader only when nothing can be on the way to it: it is known to wait (the PONG of the
PING sent along with its command has come, the answer has not), and every push to its keys has been answered. Then no
element may get lost at all. That needs a server with one I/O thread: its answers to the readers that a push served are
sent before the answer to the push.
"""

from __future__ import annotations

import random
import selectors
import socket
import struct
from collections import Counter
from collections.abc import Sequence

import attrs

from pyredis_server.resp.replies_in import ReplyParser
from pyredis_server.resp.reply import NULL_ARRAY, Error, Reply, Status
from tests.support.raw_client import RawClient, encode

RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER of no time: closing sends RST instead of FIN
UNBLOCKED = b"UNBLOCKED"
SELECT_S = 0.02
WRITERS_AT_ONCE = 20
READERS_AT_ONCE = 5


class Link:
    """A non-blocking connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), 15)
        self.socket.setblocking(False)
        self.parser = ReplyParser()
        self.ended = False

    def send(self, *calls: Sequence[bytes]) -> None:
        try:
            self.socket.sendall(b"".join(map(encode, calls)))  # far less than a socket's buffer
        except OSError:
            self.ended = True  # the server has closed it; the next read says so too

    def receive(self) -> list[Reply]:
        """All that has come. Sets `ended` when nothing more will."""
        replies: list[Reply] = []
        try:
            while data := self.socket.recv(1 << 16):
                replies += self.parser.feed(data)
            self.ended = True
        except BlockingIOError:
            pass
        except OSError:
            self.ended = True
        return replies

    def close(self, *, reset: bool) -> None:
        if reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self.socket.close()


@attrs.define(eq=False)
class Reader:
    """A consumer; it asks again as soon as it was answered."""

    link: Link
    id: int = 0
    keys: tuple[bytes, ...] = ()
    most: int = 1  # elements that one answer may hold
    waits: bool = False  # its command is known to have found nothing
    asked: bool = False


@attrs.define(eq=False)
class Writer:
    """A producer; it pushes now and then, once all its pushes were answered."""

    link: Link
    id: int = 0
    pushes: list[tuple[bytes, tuple[bytes, ...]]] = attrs.Factory(list)  # not answered yet: key, elements


class Swarm:
    """The whole of it: `run` until `elements` have been pushed, `settle`, then look at the books."""

    def __init__(self, port: int, admin: RawClient, draw: random.Random, *, readers: int, writers: int, keys: int,
                 elements: int, careful: bool) -> None:
        self.port = port
        self.admin = admin
        self.draw = draw
        self.careful = careful
        self.keys = [b"queue:%d" % number for number in range(keys)]
        self.left = elements
        self.selector = selectors.DefaultSelector()
        self.pushed: dict[bytes, bytes] = {}  # element to key
        self.doubtful: set[bytes] = set()  # pushed by a writer that died before the answer came
        self.received: Counter[bytes] = Counter()
        self.on_the_way: Counter[bytes] = Counter()  # pushes to a key without an answer
        self.dying: list[Writer] = []  # reset, and perhaps not gone yet
        self.at_risk: Counter[bytes] = Counter()  # by key, what may have gone with a reader
        self.ends: Counter[str] = Counter()  # how readers and writers ended
        self.readers = [self._reader() for _ in range(readers)]
        self.writers = [self._writer() for _ in range(writers)]

    # -- coming --------------------------------------------------------------------------------------------------

    def _link(self) -> Link:
        link = Link(self.port)
        link.send((b"CLIENT", b"ID"))
        return link

    def _reader(self) -> Reader:
        reader = Reader(self._link())
        self.selector.register(reader.link.socket, selectors.EVENT_READ, reader)
        self._ask(reader)
        return reader

    def _writer(self) -> Writer:
        writer = Writer(self._link())
        self.selector.register(writer.link.socket, selectors.EVENT_READ, writer)
        return writer

    # -- working -------------------------------------------------------------------------------------------------

    def _ask(self, reader: Reader) -> None:
        keys = reader.keys = tuple(self.draw.sample(self.keys, self.draw.choice((1, 1, 2, 3))))
        way = self.draw.randrange(3)
        reader.most = 2 if way == 2 else 1
        if way == 2:
            call: tuple[bytes, ...] = (b"BLMPOP", b"0", b"%d" % len(keys), *keys, b"RIGHT", b"COUNT", b"2")
        else:
            call = (b"BLPOP" if way else b"BRPOP", *keys, b"0")
        reader.waits, reader.asked = False, True
        reader.link.send((b"PING",), call)

    def _push(self, writer: Writer) -> None:
        for _ in range(self.draw.randrange(1, 4)):
            if self.left <= 0:
                break
            count = self.draw.choice((1, 1, 1, 3))
            self.left -= count
            key = self.draw.choice(self.keys)
            elements = tuple(b"%d" % (len(self.pushed) + number) for number in range(count))
            self.pushed.update(dict.fromkeys(elements, key))
            self.on_the_way[key] += 1
            writer.pushes.append((key, elements))
        writer.link.send(*[(self.draw.choice((b"RPUSH", b"LPUSH")), key, *elements)
                           for key, elements in writer.pushes])

    def _hear_reader(self, reader: Reader) -> None:
        for reply in reader.link.receive():
            if isinstance(reply, int):
                reader.id = reply
            elif isinstance(reply, Status):  # PONG
                reader.waits = True  # or the answer comes right behind
            else:
                self._take(reply)
                reader.waits = reader.asked = False
        if reader.link.ended:
            self.selector.unregister(reader.link.socket)
            reader.link.close(reset=False)
            self.readers.remove(reader)
        elif not reader.asked and self.left > 0:
            self._ask(reader)

    def _take(self, reply: Reply) -> None:
        if isinstance(reply, list):
            elements = reply[1] if isinstance(reply[1], list) else [reply[1]]
            self.received.update(elements)
        else:
            assert reply is NULL_ARRAY or (isinstance(reply, Error) and reply.message.startswith(UNBLOCKED)), reply

    def _hear_writer(self, writer: Writer) -> None:
        for reply in writer.link.receive():
            assert isinstance(reply, int), reply
            if not writer.id:
                writer.id = reply
            else:
                key, _ = writer.pushes.pop(0)
                self.on_the_way[key] -= 1
        assert not writer.link.ended, "the server has closed a producer"

    def _hear(self, wait_s: float) -> int:
        events = self.selector.select(wait_s)
        for key, _ in events:
            if isinstance(key.data, Reader):
                self._hear_reader(key.data)
            else:
                self._hear_writer(key.data)
        return len(events)

    # -- dying ---------------------------------------------------------------------------------------------------

    def _nothing_on_the_way(self, reader: Reader) -> bool:
        return reader.waits and not any(self.on_the_way[key] for key in reader.keys)

    def _end_reader(self) -> None:
        reader = self.draw.choice(self.readers)
        safe = self._nothing_on_the_way(reader)  # before the socket is read: what was answered then is there now
        self._hear_reader(reader)
        if reader not in self.readers or not reader.id or not (safe or not self.careful):
            return
        safe = safe and reader.waits
        if self.careful and not safe:
            return
        way = self.draw.choice(("FIN", "RST", "KILL", "UNBLOCK", "UNBLOCK ERROR"))
        self.ends[way] += 1
        if way.startswith("UNBLOCK"):
            self.admin.call("CLIENT", "UNBLOCK", reader.id, *way.split()[1:])
            return
        if not safe:
            self.at_risk.update(dict.fromkeys(reader.keys, reader.most))
        if way == "KILL":
            assert self.admin.call("CLIENT", "KILL", "ID", reader.id) == 1
        self.selector.unregister(reader.link.socket)
        if way == "KILL":
            self._read_the_rest(reader)
        reader.link.close(reset=way == "RST")
        self.readers.remove(reader)
        if self.left > 0 or self.draw.random() < 0.5:  # towards the end some are not replaced
            self.readers.append(self._reader())

    def _read_the_rest(self, reader: Reader) -> None:
        reader.link.socket.settimeout(15)
        for reply in reader.link.receive():
            if not isinstance(reply, Status):
                self._take(reply)
        assert reader.link.ended

    def _end_writer(self) -> None:
        writer = self.draw.choice(self.writers)
        if not writer.id:
            return
        self.ends["producer"] += 1
        self.selector.unregister(writer.link.socket)
        writer.link.close(reset=self.draw.random() < 0.5)
        self.doubtful.update(element for _, elements in writer.pushes for element in elements)
        self.dying.append(writer)
        self.writers.remove(writer)
        self.writers.append(self._writer())

    def _bury(self) -> None:
        """Once the server has forgotten a writer, all that it had sent has been carried out or never will be."""
        for writer in list(self.dying):
            if not self.admin.call("CLIENT", "LIST", "ID", writer.id):
                self.dying.remove(writer)
                for key, _ in writer.pushes:
                    self.on_the_way[key] -= 1

    # -- the whole -----------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Work until all elements have been pushed, with some dying all the while."""
        while self.left > 0:
            for writer in self.draw.sample(self.writers, WRITERS_AT_ONCE):
                if writer.id and not writer.pushes:
                    self._push(writer)
            for _ in range(READERS_AT_ONCE):
                self._end_reader()
            if self.draw.random() < 0.3:
                self._end_writer()
            self._hear(SELECT_S)
            self._bury()

    def settle(self) -> None:
        """Let all pushes be answered, end the readers' waits, and close all connections."""
        while any(writer.pushes for writer in self.writers) or self.dying:
            self._hear(SELECT_S)
            self._bury()
        while any(reader.asked for reader in self.readers):
            if not self._hear(SELECT_S):
                for reader in self.readers:
                    if reader.asked and reader.id:
                        self.admin.call("CLIENT", "UNBLOCK", reader.id)
        for link in [each.link for each in self.readers] + [each.link for each in self.writers]:
            link.close(reset=False)
        self.selector.close()
