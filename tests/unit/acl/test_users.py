"""Users and passwords."""

from __future__ import annotations

import pytest

from pyredis_server.acl.users import User, UserFlag, Users, digest

SHA256_OF_PW = b"30c952fab122c3f9759f02a6d95c3758b246b4fee239957b2d4fee46e26170c4"


def test_passwords_are_kept_as_sha256() -> None:
    user = User(b"alice", UserFlag.ENABLED)
    user.add_password(b"pw")
    assert user.passwords == [SHA256_OF_PW] == [digest(b"pw")]


def test_at_first_the_default_user_takes_any_password() -> None:
    users = Users()
    assert users.authenticate(b"default", b"whatever") is users.default
    assert not users.login_needed


def test_requirepass_makes_one_password_the_only_one() -> None:
    users = Users()
    users.set_default_password(b"old")
    users.set_default_password(b"new\0binary")
    assert users.login_needed
    assert users.authenticate(b"default", b"old") is None
    assert users.authenticate(b"default", b"new") is None
    assert users.authenticate(b"default", b"new\0binary") is users.default


def test_an_empty_requirepass_lets_everybody_in_again() -> None:
    users = Users()
    users.set_default_password(b"pw")
    users.set_default_password(b"")
    assert not users.login_needed
    assert users.default.passwords == []


def test_unknown_users_are_not_authenticated() -> None:
    assert Users().authenticate(b"nobody", b"") is None
    assert Users().find(b"DEFAULT") is None


@pytest.mark.parametrize("flags", [UserFlag(0), UserFlag.NOPASS])
def test_a_user_that_is_not_enabled_cannot_log_in(flags: UserFlag) -> None:
    user = User(b"alice", UserFlag.ENABLED)
    user.add_password(b"pw")
    user.flags = flags
    assert not user.accepts(b"pw")


def test_a_disabled_default_user_means_that_clients_have_to_log_in() -> None:
    users = Users()
    users.default.flags &= ~UserFlag.ENABLED
    assert users.login_needed


def test_any_of_several_passwords_will_do() -> None:
    user = User(b"alice", UserFlag.ENABLED)
    for password in (b"one", b"two", b"one"):
        user.add_password(password)
    assert len(user.passwords) == 2
    assert [user.accepts(word) for word in (b"one", b"two", b"three", b"")] == [True, True, False, False]


def test_without_passwords_and_without_nopass_nobody_gets_in() -> None:
    user = User(b"alice", UserFlag.ENABLED | UserFlag.NOPASS)
    user.forget_passwords()
    assert not user.accepts(b"")


def test_a_user_does_not_show_its_passwords() -> None:
    user = User(b"alice", UserFlag.ENABLED)
    user.add_password(b"pw")
    assert "30c952" not in repr(user)
