"""PyRedis: a Redis server in Python. `RedisServer` runs one inside your program.

Importing this package imports nothing else, so that the command-line tools that share `resp` and `base` start fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyredis_server.base.version import PYREDIS_VERSION as __version__  # noqa: N811  # a dunder by convention
    from pyredis_server.embedded import RedisServer

__all__ = ["RedisServer", "__version__"]


def __getattr__(name: str) -> object:
    if name == "RedisServer":
        from pyredis_server.embedded import RedisServer

        return RedisServer
    if name == "__version__":
        from pyredis_server.base.version import PYREDIS_VERSION

        return PYREDIS_VERSION
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
