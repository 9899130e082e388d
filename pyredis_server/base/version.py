"""What this server calls itself."""

from __future__ import annotations

PYREDIS_VERSION = "0.1.0"
REDIS_VERSION = "8.10.0"  # the level of the command set; clients decide by it what they may use
