"""How many random calls the state machines play: few in `make test`, as many as wished with PYREDIS_RANDOM_CALLS."""

from __future__ import annotations

import os


def random_calls(usual: int) -> int:
    """The number of calls for one run of a state machine."""
    return int(os.environ.get("PYREDIS_RANDOM_CALLS", usual))
