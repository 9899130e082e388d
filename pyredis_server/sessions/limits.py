"""When a client is refused or dropped. Pure decisions; those who own the sockets and the clock carry them out.

Source: the "Redis client handling" page of the Redis documentation; texts and edges seen on 8.2.3.
"""

from __future__ import annotations

import ipaddress
from typing import Protocol

from pyredis_server.base import errors
from pyredis_server.sessions.filters import ClientType
from pyredis_server.sessions.session import GATE_REPLICA, Session

UNAUTHENTICATED_QUERY_BYTES = 1024 * 1024  # what a client may make the server hold before it has logged in


class OutputLimit(Protocol):
    """One class's line of client-output-buffer-limit; 0 means no limit."""

    @property
    def hard_bytes(self) -> int: ...

    @property
    def soft_bytes(self) -> int: ...

    @property
    def soft_s(self) -> int: ...


def should_close_for_output(
    kind: ClientType, used_bytes: int, limit: OutputLimit, soft_since_ms: int | None, now_ms: int, *,
    backlog_bytes: int = 0,
) -> tuple[bool, int | None]:
    """Judge how many bytes of replies wait for a client.

    Args: soft_since_ms, what the last call gave; backlog_bytes, repl-backlog-size, below which no replica is cut off,
        since the backlog is shared and the replica would only ask for it again.
    Returns: whether to close the client now, and since when it has been over the soft limit without a break.
    """
    hard_bytes = limit.hard_bytes
    if hard_bytes and kind is ClientType.REPLICA:
        hard_bytes = max(hard_bytes, backlog_bytes)
    over_hard = bool(hard_bytes) and used_bytes >= hard_bytes
    if not limit.soft_bytes or used_bytes < limit.soft_bytes:
        return over_hard, None
    if soft_since_ms is None:
        return over_hard, now_ms
    return over_hard or now_ms - soft_since_ms > limit.soft_s * 1000, soft_since_ms


def should_close_for_query(query_bytes: int, queued_bytes: int, limit_bytes: int, *, login_needed: bool) -> bool:
    """Judge how much a client has sent that has not run yet: its unfinished command and what MULTI queued."""
    held_bytes = query_bytes + queued_bytes
    return held_bytes > limit_bytes or (login_needed and held_bytes > UNAUTHENTICATED_QUERY_BYTES)


def should_close_for_idleness(session: Session, timeout_s: int, now_ms: int) -> bool:
    """Judge a client that has sent nothing for a while. Those that wait for the server have all the time they want."""
    if not timeout_s or session.gate & GATE_REPLICA or session.is_monitor:
        return False
    if session.blocked is not None or session.postponed is not None:
        return False
    if session.channels or session.patterns or session.shard_channels:
        return False
    return now_ms // 1000 - session.last_command_ms // 1000 > timeout_s


def too_many_clients(connected: int, maxclients: int, *, cluster_links: int | None = None) -> bytes | None:
    """Give the error for one more client when no more are allowed. `cluster_links`: None when cluster mode is off."""
    if connected + (cluster_links or 0) < maxclients:
        return None
    return errors.MAX_CLIENTS if cluster_links is None else errors.MAX_CLIENTS_CLUSTER


def protected_mode_denies(*, protected_mode: bool, login_needed: bool, peer: str, is_unix: bool) -> bytes | None:
    """Give the error for a client from another machine while nothing protects the server.

    `peer` is the client's address without its port. Whether `bind` is set does not matter.
    """
    if not protected_mode or login_needed or is_unix or is_loopback(peer):
        return None
    return errors.PROTECTED_MODE


def is_loopback(peer: str) -> bool:
    """Tell whether an IP address is this machine's own, in IPv4 notation inside IPv6 too."""
    try:
        address = ipaddress.ip_address(peer.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
