"""The process around the server: daemon, pid file, the service manager, descriptors, what `ps` shows.

Each function does one system thing and says in the log what it could not do; none of them is needed on every system.
"""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from pathlib import Path

from pyredis_server.base.log import Logger
from pyredis_server.config.directive import Config
from pyredis_server.config.directives import general, network, tls

DESCRIPTORS_BESIDE_CLIENTS = 32  # files, sockets and pipes that the server itself may need
_PR_SET_NAME = 15
_PR_SET_THP_DISABLE = 41
_OOM_SCORE = Path("/proc/self/oom_score_adj")
_THREAD_NAME_BYTES = 15


def daemonize() -> None:
    """Go on in a child without terminal; the parent exits. Call before any thread is started."""
    if os.fork():
        os._exit(0)
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    if null > 2:
        os.close(null)


def write_pid_file(path: str, log: Logger) -> bool:
    """Write the process's id to `path`."""
    try:
        Path(path).write_text(f"{os.getpid()}\n")
    except OSError as error:
        log.warning(f"Failed to write PID file: {error.strerror}")
        return False
    return True


def remove_pid_file(path: str) -> None:
    """Remove what `write_pid_file` wrote."""
    Path(path).unlink(missing_ok=True)


def tell_service_manager(message: str) -> bool:
    """Send a line such as READY=1 to systemd if it started us; False when nobody listens."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address or not hasattr(socket, "AF_UNIX"):
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect(address)
            sock.send(message.encode())
        except OSError:
            return False
    return True


def descriptor_limit_for(maxclients: int, log: Logger) -> int:
    """Raise the limit of open descriptors to what `maxclients` needs. Returns the clients that fit."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return maxclients
    wanted = maxclients + DESCRIPTORS_BESIDE_CLIENTS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return maxclients
    reachable = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    for limit, ceiling in ((wanted, max(wanted, hard)), (reachable, hard)):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, ceiling))
        except (OSError, ValueError):
            continue  # only root may go beyond the hard limit
        if limit == wanted:
            log.notice(f"Increased maximum number of open files to {wanted} (it was originally set to {soft}).")
            return maxclients
        break
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if soft <= DESCRIPTORS_BESIDE_CLIENTS:
        log.warning(f"Your current 'ulimit -n' of {soft} is not enough for the server to start. Please increase your "
                    f"open file limit to at least {wanted}. Exiting.")
        sys.exit(1)
    fitting = soft - DESCRIPTORS_BESIDE_CLIENTS
    log.warning(f"You requested maxclients of {maxclients} requiring at least {wanted} max file descriptors.")
    log.warning(f"Server can't set maximum open files to {wanted} because of OS error: Operation not permitted.")
    log.warning(f"Current maximum open files is {soft}. maxclients has been reduced to {fitting} to compensate for low "
                "ulimit. If you need higher maxclients increase 'ulimit -n'.")
    return fitting


def set_title(title: str) -> None:
    """Have `ps` and `top` show `title` for this process, on Linux: its name, and its command line as far as it fits."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NAME, title.encode()[:_THREAD_NAME_BYTES], 0, 0, 0)
    _overwrite_command_line(title.encode())


def _overwrite_command_line(title: bytes) -> None:
    """Write `title` over the memory that the kernel shows as the command line."""
    try:
        stat = Path("/proc/self/stat").read_bytes().rsplit(b") ", 1)[1].split()
        start, end = int(stat[45]), int(stat[46])  # arg_start and arg_end, fields 48 and 49
    except (OSError, IndexError, ValueError):
        return
    room = end - start
    if start and room > 0:
        ctypes.memmove(start, title[: room - 1].ljust(room, b"\0"), room)


def title_of(config: Config, config_file: str) -> str:
    """Fill in proc-title-template for a server with this configuration."""
    addresses = config[network.BIND]
    host = addresses[0].decode("utf-8", "replace") if addresses else "*"
    port = config[network.PORT]
    unixsocket = os.fsdecode(config[network.UNIXSOCKET])
    return render_title(config[general.PROC_TITLE_TEMPLATE].decode("utf-8", "replace"), title=sys.argv[0],
                        listen=f"{host}:{port}" if port else unixsocket, mode="", port=port,
                        tls_port=config[tls.TLS_PORT], unixsocket=unixsocket, config_file=config_file)


def disable_huge_pages() -> None:
    """Ask Linux not to give this process transparent huge pages."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_THP_DISABLE, 1, 0, 0, 0)


def parse_cpu_list(text: str) -> set[int] | None:
    """Read a list of CPUs such as "0-7:2,9": ranges with steps, and single ones. None if it is none."""
    cpus: set[int] = set()
    for part in text.split(","):
        span, _, step = part.strip().partition(":")
        first, dash, last = span.partition("-")
        try:
            cpus.update(range(int(first), int(last if dash else first) + 1, int(step or 1)))
        except ValueError:
            return None
    return cpus


def bind_this_thread(cpu_list: str, log: Logger) -> bool:
    """Run the calling thread, and those that it starts, on these CPUs only. False, with a line in the log, if not."""
    cpus = parse_cpu_list(cpu_list)
    if cpus and hasattr(os, "sched_setaffinity"):
        try:
            os.sched_setaffinity(0, cpus)
        except OSError as error:
            log.warning(f"Failed to bind to CPUs {cpu_list}: {error.strerror}")
        else:
            return True
    else:
        log.warning(f"Failed to bind to CPUs {cpu_list}: not a list of CPUs, or not possible on this system")
    return False


def read_oom_score() -> int | None:
    """This process's score for Linux's out-of-memory killer; None where there is none."""
    try:
        return int(_OOM_SCORE.read_text())
    except (OSError, ValueError):
        return None


def write_oom_score(score: int, log: Logger) -> bool:
    """Set the score, from -1000 to 1000; False, with a line in the log, if the system refuses."""
    try:
        _OOM_SCORE.write_text(str(max(-1000, min(1000, score))))
    except OSError as error:
        log.warning(f"Unable to write oom_score_adj: {error.strerror}")
        return False
    return True


def render_title(template: str, *, title: str, listen: str, mode: str, port: int, tls_port: int, unixsocket: str,
                 config_file: str) -> str:
    """Fill in proc-title-template; unknown variables stay as they are."""
    for name, value in (("title", title), ("listen-addr", listen), ("server-mode", mode), ("port", str(port)),
                        ("tls-port", str(tls_port)), ("unixsocket", unixsocket), ("config-file", config_file)):
        template = template.replace(f"{{{name}}}", value)
    return template.rstrip()
