"""Every directive, by area: `directives.memory.MAXMEMORY`.

An area is a module with a `TITLE` and its directives as constants, in the order in which the sample configuration file
shows them. Directives of modules are declared on a `Config` when the module is loaded.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from pyredis_server.config.directive import Directive
from pyredis_server.config.directives import (
    append_only,
    clients,
    cluster,
    encodings,
    general,
    memory,
    network,
    observability,
    replication,
    security,
    snapshotting,
    threads,
    tls,
)

AREAS: tuple[ModuleType, ...] = (
    network, tls, general, snapshotting, append_only, replication, security, clients, memory, threads, cluster,
    observability, encodings,
)


def of_area(area: ModuleType) -> tuple[Directive[Any], ...]:  # Any: each has its own type of values
    """The directives of an area, in the order in which they stand there."""
    return tuple(value for value in vars(area).values() if isinstance(value, Directive))


ALL: tuple[Directive[Any], ...] = tuple(item for area in AREAS for item in of_area(area))
