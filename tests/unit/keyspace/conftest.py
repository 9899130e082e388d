"""A keyspace with a clock that moves when told and a listener that writes down what it hears."""

from __future__ import annotations

import random
from collections.abc import Sequence

import attrs
import pytest

from pyredis_server.base.clock import CommandClock
from pyredis_server.base.stats import ServerStats
from pyredis_server.keyspace.database import Database
from pyredis_server.keyspace.keyspace import Keyspace
from pyredis_server.keyspace.values import StoredValue

NOW_MS = 1_700_000_000_000


@attrs.define
class Listener:
    """KeyspaceHooks that remember."""

    wants_misses: bool = True
    heard: list[tuple[str, int, bytes]] = attrs.field(factory=list)

    def expired(self, db: Database, key: bytes, value: StoredValue) -> None:
        assert key not in db.values, "reported when it is gone"
        self.heard.append(("expired", db.index, key))

    def fields_expired(self, db: Database, key: bytes, fields: Sequence[bytes], *, emptied: bool) -> None:
        assert emptied is (key not in db.values)
        self.heard += [("fields_expired", db.index, key + b":" + field) for field in fields]

    def keymiss(self, db: Database, key: bytes) -> None:
        self.heard.append(("keymiss", db.index, key))


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def command_clock() -> CommandClock:
    return CommandClock(NOW_MS)


@pytest.fixture
def space(listener: Listener, command_clock: CommandClock) -> Keyspace:
    return Keyspace(command_clock, ServerStats(), count=4, hooks=listener, rng=random.Random(7))


@pytest.fixture
def db(space: Keyspace) -> Database:
    return space.databases[0]
