"""Waiting for what another process or thread will do. The one place in the tests that sleeps, between two looks."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(look: Callable[[], T], *, within_s: float = 10.0, every_s: float = 0.005, what: str = "") -> T:
    """Look again and again until the answer is true, and give it; fail with `what` when `within_s` has passed."""
    deadline = time.monotonic() + within_s
    while not (answer := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_s} s: {what or look}; last seen: {answer!r}")
        time.sleep(every_s)
    return answer
