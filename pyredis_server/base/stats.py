"""Counters of one server that INFO shows and CONFIG RESETSTAT clears. Owner: the executor; others only read."""

from __future__ import annotations


class ServerStats:
    """Plain integers, named as INFO's fields where one matches. Hot code increments the attributes directly."""

    __slots__ = (
        "total_connections_received", "total_commands_processed", "rejected_connections", "expired_keys",
        "expired_time_cap_reached_count", "expire_cycle_cpu_ms", "evicted_keys", "evicted_clients", "keyspace_hits",
        "keyspace_misses", "total_error_replies", "unexpected_error_replies", "errors",
        "client_query_buffer_limit_disconnections", "client_output_buffer_limit_disconnections",
        "acl_access_denied_auth",
        "acl_access_denied_cmd", "acl_access_denied_key", "acl_access_denied_channel", "lazyfreed_objects",
        "total_active_defrag_time", "total_reads_processed", "total_writes_processed", "expired_subkeys",
        "expire_stale_percent",
    )

    total_connections_received: int
    total_commands_processed: int
    rejected_connections: int
    expired_keys: int
    expired_time_cap_reached_count: int
    expire_cycle_cpu_ms: int
    evicted_keys: int
    evicted_clients: int
    keyspace_hits: int
    keyspace_misses: int
    total_error_replies: int
    unexpected_error_replies: int
    client_query_buffer_limit_disconnections: int
    client_output_buffer_limit_disconnections: int
    acl_access_denied_auth: int
    acl_access_denied_cmd: int
    acl_access_denied_key: int
    acl_access_denied_channel: int
    lazyfreed_objects: int
    total_active_defrag_time: int
    total_reads_processed: int
    total_writes_processed: int
    expired_subkeys: int
    errors: dict[bytes, int]  # error code ("WRONGTYPE") -> replies sent with it
    expire_stale_percent: float

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Set all counters to zero."""
        for name in self.__slots__:
            setattr(self, name, 0)
        self.errors = {}
        self.expire_stale_percent = 0.0
