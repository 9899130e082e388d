"""WATCH: which clients want to know that a key was changed before their EXEC. Owner: the executor.

`Database.watched` maps a key to the sessions that watch it, `Session.watched` is the other direction. A change marks
the session dirty and ends all its watches, since one change is enough. A key that had expired already when WATCH ran,
but was not deleted yet, counts as absent: that it is deleted later is no change.

Source: the transactions page of the Redis documentation; the rules about expired keys were seen on 8.2.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyredis_server.keyspace.database import Database
    from pyredis_server.sessions.session import Session


def watch(session: Session, db: Database, key: bytes) -> None:
    """Have the session watch `key` of `db`; watching it twice changes nothing."""
    if (db, key) not in session.watched:
        session.watched[db, key] = db.is_expired(key)
        db.watched.setdefault(key, set()).add(session)


def unwatch_all(session: Session) -> bool:
    """End all watches of the session and say whether there were any. It stays dirty if it was."""
    if not session.watched:
        return False
    for db, key in session.watched:
        sessions = db.watched[key]
        sessions.discard(session)
        if not sessions:
            del db.watched[key]
    session.watched.clear()
    return True


def touch_watched(db: Database, key: bytes) -> None:
    """Tell the sessions that watch `key` that it has just been changed, created or deleted."""
    watching = db.watched.get(key)
    if watching is None:
        return
    gone = key not in db.values
    for session in list(watching):
        if gone and session.watched[db, key]:
            session.watched[db, key] = False  # it was as good as gone before; the next change counts
        else:
            _mark(session)


def touch_flushed(db: Database) -> None:
    """Tell the sessions that watch keys of `db` that all its keys are about to vanish. Absent keys do not change."""
    for key in list(db.watched):
        if key in db.values:
            for session in list(db.watched.get(key, ())):
                if session.watched[db, key]:
                    session.watched[db, key] = False
                else:
                    _mark(session)


def touch_swapped(one: Database, other: Database) -> None:
    """Tell the sessions that watch keys of either database that their contents are about to change places.

    A key absent from both stays absent; a key that has expired on one side counts as absent there.
    """
    arriving = [(one, key, other) for key in one.watched] + [(other, key, one) for key in other.watched]
    for db, key, source in arriving:
        leaves = key in db.values
        comes = key in source.values
        if not leaves and not comes:
            continue
        comes_expired = source.is_expired(key)
        for session in list(db.watched.get(key, ())):
            was_expired = session.watched[db, key]
            if (was_expired or not leaves) and (comes_expired or not comes):
                session.watched[db, key] = comes_expired
            else:
                _mark(session)


def watched_key_expired(session: Session) -> bool:
    """Tell whether a key that was alive when the session began to watch it has expired since. EXEC asks."""
    return any(not expired and db.is_expired(key) for (db, key), expired in session.watched.items())


def _mark(session: Session) -> None:
    session.dirty_cas = True
    unwatch_all(session)
