"""Free ports for servers that are started as processes; those in this process take port 0."""

from __future__ import annotations

import os
import random
import socket

# Below the range that systems give to outgoing connections, so that none of those takes the port in between.
FIRST, LAST = 20_000, 32_000


def free_port() -> int:
    """A port that nobody listens on now; parallel test workers look in different parts of the range."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    draw = random.Random(os.getpid() * 1009 + worker + random.randrange(1 << 30))
    for _ in range(1000):
        port = draw.randrange(FIRST, LAST)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port found")
