"""Listening sockets: how `bind`, `port` and `unixsocket` become sockets, and the tasks that accept on them.

Opening is synchronous, so that CONFIG SET can refuse a port that is taken, and the embedded server knows its port at
once. Accepting is a trio task per socket; accepted sockets go to the executor.
"""

from __future__ import annotations

import errno
import os
import socket
import stat
from collections.abc import Callable, Sequence

import attrs
import trio

from pyredis_server.base.log import Logger

# An address that starts with "-" may be missing on this machine: these errors are then no failure.
_MISSING = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EPFNOSUPPORT, errno.EPROTONOSUPPORT, errno.ESOCKTNOSUPPORT,
            errno.ENOPROTOOPT}
_OUT_OF_DESCRIPTORS_PAUSE_S = 0.1


class ListenError(Exception):
    """A socket could not be opened. The log has been told why; the message is the system's."""


class UnixListenError(ListenError):
    """It was the unix socket."""


@attrs.define(eq=False)
class Listener:
    """One listening socket. `address` is what was bound; `kind` is "tcp" or "unix"."""

    sock: socket.socket
    kind: str
    address: str
    port: int
    shown: str  # the address as the configuration spells it
    cancel: Callable[[], None] | None = None

    def close(self) -> None:
        """Stop listening; a unix socket's file goes too."""
        if self.cancel is not None:
            self.cancel()
        self.sock.close()
        if self.kind == "unix":
            try:
                os.unlink(self.address)
            except FileNotFoundError:
                pass  # somebody cleaned up before us


def open_tcp(addresses: Sequence[str], port: int, backlog: int, log: Logger) -> list[Listener]:
    """Listen on each of `addresses` ("*", "-::1", ...); with port 0 the kernel chooses one, the same for all.

    Raises: ListenError when an address that must work does not.
    """
    opened: list[Listener] = []
    try:
        for written in addresses:
            optional = written.startswith("-")
            address = written.removeprefix("-")
            host = {"*": "0.0.0.0", "::*": "::"}.get(address, address)  # noqa: S104  # what "*" means, as configured
            try:
                sock = _listen_tcp(host, port, backlog)
            except OSError as error:
                if optional and error.errno in _MISSING:
                    continue
                shown = f"[{host}]:{port}" if ":" in host else f"{address}:{port}"
                reason = error.strerror or str(error)
                step = "" if isinstance(error, socket.gaierror) else "bind: "
                log.warning(f"Warning: Could not create server TCP listening socket {shown}: {step}{reason}")
                raise ListenError(reason) from error
            port = sock.getsockname()[1]
            opened.append(Listener(sock, "tcp", host, port, address))
    except ListenError:
        for listener in opened:
            listener.close()
        raise
    return opened


def _listen_tcp(host: str, port: int, backlog: int) -> socket.socket:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, kind, protocol, _, address = found[0]
    sock = socket.socket(family, kind, protocol)
    try:
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if os.name == "posix":  # on Windows the option would let two servers share a port
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        sock.listen(backlog)
        sock.setblocking(False)
    except OSError:
        sock.close()
        raise
    return sock


def open_unix(path: str, permissions: int, backlog: int, log: Logger) -> Listener:
    """Listen on a unix socket; `permissions` 0 leaves them to the umask. A stale socket file is replaced.

    Raises: ListenError.
    """
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        try:
            if stat.S_ISSOCK(os.stat(path).st_mode):
                os.unlink(path)
        except FileNotFoundError:
            pass  # the usual case
        sock.bind(path)
        if permissions:
            os.chmod(path, permissions)
        sock.listen(backlog)
        sock.setblocking(False)
    except OSError as error:
        sock.close()
        log.warning(f"Failed opening Unix socket: bind: {error.strerror or error}")
        raise UnixListenError(str(error)) from error
    return Listener(sock, "unix", path, 0, path)


Accepted = tuple[socket.socket, str, bytes, bytes, str]  # socket, peer's IP, address, local address, listener's kind


async def accept_forever(listener: Listener, take: Callable[[list[Accepted]], None], per_cycle: Callable[[], int],
                         log: Logger) -> None:
    """Accept on one listener until cancelled; `take` gets the new sockets, `per_cycle()` at most at a time."""
    sock = listener.sock
    with trio.CancelScope() as scope:
        listener.cancel = scope.cancel
        while True:
            await trio.lowlevel.wait_readable(sock)
            accepted: list[Accepted] = []
            problem: OSError | None = None
            for _ in range(per_cycle()):
                try:
                    client, address = sock.accept()
                except BlockingIOError:
                    break
                except ConnectionAbortedError:
                    continue  # the client gave up while it was queued
                except OSError as error:
                    if sock.fileno() < 0:
                        return  # closed while this task was about to run
                    problem = error
                    break
                accepted.append(_described(client, address, listener))
            if accepted:
                take(accepted)
            if problem is not None:  # most often out of descriptors: the queue stays readable, so do not look at once
                log.warning(f"Accepting client connection: accept: {problem.strerror or problem}")
                await trio.sleep(_OUT_OF_DESCRIPTORS_PAUSE_S)


def _described(client: socket.socket, address: object, listener: Listener) -> Accepted:
    if listener.kind == "unix":
        name = f"{listener.address}:0".encode()
        return client, "", name, name, "unix"
    local = client.getsockname()
    assert isinstance(address, tuple)
    return client, str(address[0]), _shown(address), _shown(local), "tcp"


def _shown(address: tuple[object, ...]) -> bytes:
    host, port = address[0], address[1]
    return (f"[{host}]:{port}" if ":" in str(host) else f"{host}:{port}").encode()
