"""The names of a data set's history: what replicas compare to know whether they can go on where they stopped."""

from __future__ import annotations

import secrets

NO_ID = "0" * 40


class ReplicationIds:
    """The current id, and the one before the last failover with the offset up to which it holds (-1: none)."""

    __slots__ = ("current", "previous", "previous_offset")

    def __init__(self) -> None:
        self.change()

    def change(self) -> None:
        """Begin a new history that has nothing to do with the one before."""
        self.current = secrets.token_hex(20)
        self.previous = NO_ID
        self.previous_offset = -1
