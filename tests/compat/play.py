"""Playing a case's calls to one server and keeping what came back, with the wire types."""

from __future__ import annotations

import itertools
import re
import select

from tests.compat.case import Case
from tests.support.raw_client import RawClient
from tests.support.reset import Baseline
from tests.support.wait import until
from tests.support.wire import Item

CLOSED = Item("closed", None)
SILENT = Item("silence", None)
SILENT_AFTER_S = 5.0
CONFIRMED_ONE_BY_ONE = frozenset(
    b"SUBSCRIBE PSUBSCRIBE SSUBSCRIBE UNSUBSCRIBE PUNSUBSCRIBE SUNSUBSCRIBE".split(),
)
ASIDE = ("push", "attribute")  # what may come before the reply itself


class Player:
    """One server that cases are played to. `reset` puts it back to how it was between them."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.admin = RawClient(port=port)
        self.baseline = Baseline(self.admin)
        self._resets = itertools.count()

    def close(self) -> None:
        self.admin.close()

    def reset(self) -> None:
        """Put the server back to how it was. A test that was interrupted within a call leaves a reply unread on the
        administrator's connection: such a connection is replaced, or all later tests would read the wrong replies.
        """
        token = f"reset-{next(self._resets)}".encode()
        try:
            in_step = self.admin.call("ECHO", token) == token
        except OSError:
            in_step = False
        if not in_step:
            self.admin.close()
            self.admin = self.baseline.admin = RawClient(port=self.port)
        self.baseline.restore()

    def play(self, case: Case, protocol: int) -> list[Item]:
        """The reply to each step; for a step that only sends, the empty sequence."""
        self.reset()
        connections: dict[str, RawClient] = {}
        ids: dict[str, int] = {}
        answers: list[Item] = []
        try:
            for step in case.steps:
                client = connections.get(step.connection)
                if client is None:
                    client = connections[step.connection] = RawClient(port=self.port, protocol=protocol)
                    client.socket.settimeout(SILENT_AFTER_S)
                    ids[step.connection] = client.call("CLIENT", "ID")
                answer = Item("sequence", ())
                try:
                    if step.action != "receive":
                        client.send(*step.argv)
                    if step.action == "send":
                        self._settle(client, ids[step.connection])
                    else:
                        one_by_one = step.action == "receive" or step.argv[0].upper() in CONFIRMED_ONE_BY_ONE
                        answer = _read(client, alone=one_by_one)
                except TimeoutError:
                    answer = SILENT
                except ConnectionError:
                    answer = CLOSED
                answers.append(answer)
        finally:
            for client in connections.values():
                client.close()
        return answers

    def _settle(self, client: RawClient, client_id: int) -> None:
        """Wait until the server has taken the call: the client blocks there, or an answer has come."""

        def look() -> bool:
            if select.select([client.socket], [], [], 0)[0]:
                return True
            listed = self.admin.call("CLIENT", "LIST", "ID", client_id)
            flags = re.search(rb" flags=(\w*)", listed if isinstance(listed, bytes) else b"")
            return flags is not None and b"b" in flags[1]

        until(look, what="the call that blocks has reached the server")


def _read(client: RawClient, *, alone: bool) -> Item:
    """One reply with the pushes before it, or with `alone` just the next thing that comes."""
    items = [client.read_item()]
    while not alone and items[-1].kind in ASIDE:
        items.append(client.read_item())
    return items[0] if len(items) == 1 else Item("sequence", tuple(items))
