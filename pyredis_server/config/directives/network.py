"""Network: where the server listens and how connections are kept."""

from __future__ import annotations

from pyredis_server.config.compound import Addresses
from pyredis_server.config.directive import directive
from pyredis_server.config.hooks import Hook
from pyredis_server.config.types import UINT32_MAX, Boolean, Integer, Octal, Text

TITLE = "NETWORK"

BIND = directive(
    "bind", Addresses(), default=(b"*", b"-::*"), apply=Hook.LISTENERS,
    doc="Addresses to listen on, up to 16. One that begins with - may be missing on this machine; * stands for all "
        "IPv4 addresses and ::* for all IPv6 ones. An empty value opens no TCP socket at all.")
BIND_SOURCE_ADDR = directive(
    "bind-source-addr", Text(unset_if_empty=True), default=b"",
    doc="The address that connections to other servers (primary, cluster nodes, MIGRATE) start from.")
PROTECTED_MODE = directive(
    "protected-mode", Boolean(), default=True, apply=Hook.GATES,
    doc="While the default user has no password, serve only clients of this machine. Turn it off only where nobody "
        "else can reach the server.")
PORT = directive(
    "port", Integer(0, 65535), default=6379, apply=Hook.LISTENERS,
    doc="TCP port; 0 opens none.")
TCP_BACKLOG = directive(
    "tcp-backlog", Integer(), default=511, mutable=False,
    doc="Connections that the system may hold ready until the server accepts them. Linux cuts it to "
        "/proc/sys/net/core/somaxconn.")
UNIXSOCKET = directive(
    "unixsocket", Text(unset_if_empty=True), default=b"", mutable=False,
    doc="Path of a Unix socket to listen on; without it there is none.")
UNIXSOCKETPERM = directive(
    "unixsocketperm", Octal(), default=0, mutable=False,
    doc="Permissions of the Unix socket in octal, as 700; 0 leaves them to the umask.")
TIMEOUT = directive(
    "timeout", Integer(), default=0,
    doc="Close connections of clients that were idle for this many seconds; 0 never does.")
TCP_KEEPALIVE = directive(
    "tcp-keepalive", Integer(), default=300, apply=Hook.IO,
    doc="Seconds between the probes that find dead peers; 0 sends none.")
SOCKET_MARK_ID = directive(
    "socket-mark-id", Integer(0, UINT32_MAX, unsigned=True), default=0, mutable=False,
    doc="Mark the listening sockets with this number for the system's packet filter (SO_MARK on Linux); 0 does not.")
MAX_NEW_CONNECTIONS_PER_CYCLE = directive(
    "max-new-connections-per-cycle", Integer(1, 1000, unsigned=True), default=10,
    doc="Connections accepted at once before clients that are there already get their turn.")
MAX_NEW_TLS_CONNECTIONS_PER_CYCLE = directive(
    "max-new-tls-connections-per-cycle", Integer(1, 1000, unsigned=True), default=1,
    doc="The same for TLS, whose handshakes take longer.")
