"""All sessions of a server, by id and in the order in which they connected. Owner: the executor.

Promise: iterating is safe while sessions come and go, since it walks over a copy.
Elsewhere: what a lost session leaves behind (watches, subscriptions, waits) is cleared by the executor.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pyredis_server.sessions.session import Session, SessionId

if TYPE_CHECKING:
    from pyredis_server.keyspace.database import Database


class SessionRegistry:
    """The connected clients. Ids start at 1, grow by one and are never used twice."""

    __slots__ = ("_by_id", "_last_id")

    def __init__(self) -> None:
        self._by_id: dict[int, Session] = {}
        self._last_id = 0

    def next_id(self) -> SessionId:
        """Give an id that nobody has had."""
        self._last_id += 1
        return SessionId(self._last_id)

    def open(self, connection: Any, db: Database, now_ms: int) -> Session:
        """Make a session for a new client and remember it."""
        session = Session(self.next_id(), connection, db, now_ms)
        self._by_id[session.id] = session
        return session

    def remove(self, session: Session) -> None:
        """Forget a session; nothing happens when it is unknown."""
        self._by_id.pop(session.id, None)

    def find(self, id: int) -> Session | None:
        """Find a session by its id."""
        return self._by_id.get(id)

    def __iter__(self) -> Iterator[Session]:
        return iter(list(self._by_id.values()))

    def __len__(self) -> int:
        return len(self._by_id)

    def blocked(self) -> int:
        """How many wait in a blocking command or for the end of a pause."""
        return sum(session.blocked is not None or session.postponed is not None for session in self._by_id.values())

    def subscribed(self) -> int:
        """How many have subscriptions of any kind."""
        return sum(bool(session.channels or session.patterns or session.shard_channels)
                   for session in self._by_id.values())

    def watching(self) -> tuple[int, int]:
        """How many watch keys, and how many keys are watched, counted once per client."""
        counts = [len(session.watched) for session in self._by_id.values() if session.watched]
        return len(counts), sum(counts)
