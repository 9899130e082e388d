"""Who a session is, and whether it has to log in."""

from __future__ import annotations

from pyredis_server.acl.users import Users
from pyredis_server.sessions import login
from pyredis_server.sessions.session import GATE_NO_AUTH, Session
from tests.unit.sessions.stand_ins import session


def begun(users: Users) -> Session:
    made = session()
    login.begin(made, users)
    return made


def is_locked(made: Session) -> bool:
    locked = bool(made.gate & GATE_NO_AUTH)
    assert made.connection.authenticated is not locked  # the parser's limits follow
    return locked


def test_without_a_password_everybody_is_the_default_user() -> None:
    users = Users()
    made = begun(users)
    assert made.user is users.default
    assert made.authenticated
    assert not is_locked(made)


def test_with_a_password_new_clients_have_to_log_in() -> None:
    users = Users()
    users.set_default_password(b"pw")
    made = begun(users)
    states = [(made.authenticated, is_locked(made))]
    login.log_in(made, users.default)
    states.append((made.authenticated, is_locked(made)))
    assert states == [(False, True), (True, False)]


def test_a_new_password_does_not_throw_out_who_is_in() -> None:
    users = Users()
    made = begun(users)
    login.require_password(b"pw", [made], users)
    assert not is_locked(made)


def test_who_never_logged_in_is_let_in_only_while_no_password_is_set() -> None:
    users = Users()
    users.set_default_password(b"pw")
    made = begun(users)
    login.require_password(b"", [made], users)
    assert not is_locked(made)
    assert not made.authenticated  # HELLO goes by this
    login.require_password(b"pw2", [made], users)
    assert is_locked(made)


def test_beginning_anew_forgets_a_login() -> None:
    users = Users()
    users.set_default_password(b"pw")
    made = begun(users)
    login.log_in(made, users.default)
    login.begin(made, users)
    assert is_locked(made)
