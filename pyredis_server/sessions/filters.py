"""Which sessions CLIENT LIST shows and CLIENT KILL ends. Pure."""

from __future__ import annotations

import enum

import attrs

from pyredis_server.acl.users import User
from pyredis_server.sessions.session import GATE_REPLICA, Session


class ClientType(enum.Enum):
    """The classes that filters and output limits tell apart. A client in MONITOR is a normal one."""

    NORMAL = b"normal"
    REPLICA = b"slave"  # the name that client-output-buffer-limit still uses
    PUBSUB = b"pubsub"
    MASTER = b"master"


_BY_NAME = {kind.value: kind for kind in ClientType} | {b"replica": ClientType.REPLICA}


def client_type(session: Session) -> ClientType:
    """Tell the class of a session."""
    if session.gate & GATE_REPLICA:
        return ClientType.REPLICA
    if session.channels or session.patterns or session.shard_channels:
        return ClientType.PUBSUB
    return ClientType.NORMAL


def client_type_named(name: bytes) -> ClientType | None:
    """Find a class by the name that clients use for it, in any case."""
    return _BY_NAME.get(name.lower())


@attrs.frozen
class ClientFilter:
    """Conditions that a session has to meet, all of them; None means that it does not matter."""

    id: int | None = None
    type: ClientType | None = None
    user: User | None = None
    address: bytes | None = None
    local_address: bytes | None = None
    min_age_s: int | None = None

    def matches(self, session: Session, now_ms: int) -> bool:
        """Tell whether the session meets every condition."""
        return (
            (self.id is None or session.id == self.id)
            and (self.type is None or client_type(session) is self.type)
            and (self.user is None or session.user is self.user)
            and (self.address is None or session.address == self.address)
            and (self.local_address is None or session.local_address == self.local_address)
            and (self.min_age_s is None or (now_ms - session.created_ms) // 1000 >= self.min_age_s)
        )
