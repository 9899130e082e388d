"""Keys by number: the keyspace's name for datatypes/arena.py, where hashes and sets find it too."""

from __future__ import annotations

from pyredis_server.datatypes.arena import SLOTS_PER_DEAD, SWEEP_CHUNK, SWEEP_SLOTS, WALK_FACTOR, Arena

__all__ = ["SLOTS_PER_DEAD", "SWEEP_CHUNK", "SWEEP_SLOTS", "WALK_FACTOR", "Arena"]
