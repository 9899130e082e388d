"""A connection without a socket, and short ways to sessions, for the tests beside this file."""

from __future__ import annotations

import attrs

from pyredis_server.base.clock import CommandClock
from pyredis_server.base.stats import ServerStats
from pyredis_server.keyspace.keyspace import Keyspace
from pyredis_server.sessions.client_info import ConnectionView
from pyredis_server.sessions.session import Session, SessionId

NOW_MS = 1_700_000_000_000


@attrs.define
class StandIn:
    """A connection whose counters a test sets."""

    fd: int = 8
    query_buffer_bytes: int = 0
    output_bytes: int = 0
    output_entries: int = 0
    net_in: int = 0
    net_out: int = 0
    worker_index: int = 0
    read_events: int = 0
    parsed_commands: int = 0
    parse_batches: int = 0
    authenticated: bool = True

    def set_authenticated(self, authenticated: bool) -> None:
        self.authenticated = authenticated


def keyspace() -> Keyspace:
    return Keyspace(CommandClock(NOW_MS), ServerStats())


def session(id: int = 1, connection: ConnectionView | None = None) -> Session:
    made = Session(SessionId(id), connection or StandIn(), keyspace().databases[0], NOW_MS)
    made.address = b"127.0.0.1:50312"
    made.local_address = b"127.0.0.1:6379"
    return made
