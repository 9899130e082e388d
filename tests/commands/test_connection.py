"""AUTH ECHO HELLO PING QUIT RESET SELECT and ROLE."""

from __future__ import annotations

import pytest

from pyredis_server.base import errors
from pyredis_server.base.errors import WrongArity
from pyredis_server.resp.reply import Error
from tests.support.raw_client import RawClient


def info(client: RawClient) -> dict[bytes, bytes]:
    """The fields of CLIENT INFO."""
    return dict(field.split(b"=", 1) for field in client.call("CLIENT", "INFO").split())


# PING and ECHO

def test_ping_answers_pong_or_its_message(any_client) -> None:
    assert any_client.call("PING") == b"PONG"
    assert any_client.call("PING", "hi\r\n") == b"hi\r\n"


def test_ping_takes_one_message(client) -> None:
    assert client.call("PING", "a", "b") == Error(WrongArity("ping").message)


def test_echo_gives_the_message_back(any_client) -> None:
    assert any_client.call("ECHO", b"\x00\xff") == b"\x00\xff"


# SELECT

def test_select_changes_the_database_of_this_connection_only(client, other) -> None:
    assert client.call("SELECT", 9) == b"OK"
    client.call("SET", "k", "nine")
    assert other.call("GET", "k") is None
    other.call("SELECT", 9)
    assert other.call("GET", "k") == b"nine"


def test_select_holds_for_the_rest_of_a_pipeline(client) -> None:
    replies = client.pipeline([("SELECT", 3), ("SET", "k", "three"), ("SELECT", 0), ("GET", "k"), ("SELECT", 3),
                               ("GET", "k")])
    assert replies == [b"OK", b"OK", b"OK", None, b"OK", b"three"]


@pytest.mark.parametrize(("index", "error"), [
    ("x", errors.NOT_AN_INTEGER), ("01", errors.NOT_AN_INTEGER), ("", errors.NOT_AN_INTEGER),
    (16, errors.DB_OUT_OF_RANGE), (-1, errors.DB_OUT_OF_RANGE), (2**31 - 1, errors.DB_OUT_OF_RANGE),
    (2**31, errors.NOT_AN_INT32), (-(2**31) - 1, errors.NOT_AN_INT32), (2**63, errors.NOT_AN_INTEGER),
])
def test_select_refuses_what_is_no_database(client, index, error) -> None:
    client.call("SELECT", 5)
    assert client.call("SELECT", index) == Error(error)
    assert info(client)[b"db"] == b"5"


# HELLO

HELLO_FIELDS = [b"server", b"version", b"proto", b"id", b"mode", b"role", b"modules"]


def test_hello_tells_about_the_server_in_the_protocol_in_force(client) -> None:
    reply = client.call("HELLO")
    assert reply[::2] == HELLO_FIELDS
    facts = dict(zip(reply[::2], reply[1::2], strict=True))
    assert facts[b"proto"] == 2
    assert facts[b"id"] == client.call("CLIENT", "ID")
    assert (facts[b"server"], facts[b"mode"], facts[b"role"]) == (b"redis", b"standalone", b"master")


def test_hello_3_answers_with_a_map_already(client) -> None:
    client.send("HELLO", 3)
    reply = client.read_item()
    assert reply.kind == "map"
    assert [part.value for part in reply.value[::2]] == HELLO_FIELDS
    client.send("GET", "absent")
    assert client.read_item().kind == "null"


def test_hello_2_goes_back(client3) -> None:
    client3.send("HELLO", 2)
    assert client3.read_item().kind == "array"
    client3.send("GET", "absent")
    assert client3.read_item().kind == "null_bulk"


def test_replies_before_hello_in_a_pipeline_stay_in_the_old_protocol(client) -> None:
    for call in (("GET", "absent"), ("HELLO", 3), ("GET", "absent"), ("HELLO", 2), ("GET", "absent")):
        client.send(*call)
    assert [client.read_item().kind for _ in range(5)] == ["null_bulk", "map", "null", "array", "null_bulk"]


@pytest.mark.parametrize(("words", "error"), [
    (("x",), errors.PROTOCOL_NOT_AN_INTEGER),
    (("3 ",), errors.PROTOCOL_NOT_AN_INTEGER),
    (("SETNAME", "a"), errors.PROTOCOL_NOT_AN_INTEGER),
    ((1,), errors.UNSUPPORTED_PROTOCOL),
    ((4, "BOGUS"), errors.UNSUPPORTED_PROTOCOL),
    ((3, "bogus"), errors.HELLO_SYNTAX % b"bogus"),
    ((3, "AUTH", "default"), errors.HELLO_SYNTAX % b"AUTH"),
    ((3, "SETNAME"), errors.HELLO_SYNTAX % b"SETNAME"),
    ((3, "SETNAME", "a", "SETNAME"), errors.HELLO_SYNTAX % b"SETNAME"),
    ((3, "SETNAME", "a b"), errors.CLIENT_NAME_INVALID),
    ((3, "AUTH", "nobody", "pw", "SETNAME", "a b"), errors.CLIENT_NAME_INVALID),
    ((3, "AUTH", "nobody", "pw", "SETNAME", "a"), errors.WRONG_PASSWORD),
])
def test_a_refused_hello_changes_nothing(client, words, error) -> None:
    assert client.call("HELLO", *words) == Error(error)
    facts = info(client)
    assert (facts[b"resp"], facts[b"name"]) == (b"2", b"")


def test_hello_takes_its_options_in_any_order(client) -> None:
    assert client.hello(3, "setname", "me", "auth", "default", "any")[b"proto"] == 3
    assert client.call("CLIENT", "GETNAME") == b"me"
    assert client.hello(3, "AUTH", "default", "any", "SETNAME", "")
    assert client.call("CLIENT", "GETNAME") is None


# AUTH

def denied(client: RawClient) -> int:
    """How many logins INFO says have failed."""
    stats = client.call("INFO", "stats")
    return int(stats.split(b"acl_access_denied_auth:")[1].split(b"\r\n")[0])


def test_auth_without_any_password_set_is_a_mistake(client) -> None:
    assert client.call("AUTH", "pw") == Error(errors.AUTH_WITHOUT_PASSWORD)


def test_auth_as_a_user_that_needs_no_password_succeeds(client) -> None:
    assert client.call("AUTH", "default", "anything") == b"OK"


def test_auth_as_nobody_fails_and_is_counted(client) -> None:
    before = denied(client)
    assert client.call("AUTH", "nobody", "pw") == Error(errors.WRONG_PASSWORD)
    assert client.call("HELLO", 3, "AUTH", "nobody", "pw") == Error(errors.WRONG_PASSWORD)
    assert denied(client) == before + 2


def test_auth_takes_at_most_a_user_and_a_password(client) -> None:
    assert client.call("AUTH", "a", "b", "c") == Error(errors.SYNTAX)


def test_a_new_client_can_do_nothing_but_log_in(client, make_client) -> None:
    client.call("CONFIG", "SET", "requirepass", "pw")
    new = make_client()
    for refused in (("PING",), ("SET", "k", "v"), ("MULTI",), ("CLIENT", "ID")):
        assert new.call(*refused) == Error(errors.NO_AUTH)
    for words in ((), (3,), (3, "SETNAME", "n")):
        assert new.call("HELLO", *words) == Error(errors.NO_AUTH_HELLO)
    assert new.call("AUTH", "wrong") == Error(errors.WRONG_PASSWORD)
    assert new.call("PING") == Error(errors.NO_AUTH)
    assert new.call("AUTH", "pw") == b"OK"
    assert new.call("PING") == b"PONG"


def test_unknown_commands_and_wrong_arity_are_told_before_authentication(client, make_client) -> None:
    client.call("CONFIG", "SET", "requirepass", "pw")
    new = make_client()
    assert new.call("GET") == Error(WrongArity("get").message)
    assert new.call("NOSUCH").code == b"ERR"


def test_hello_logs_in_names_and_switches_at_once(client, make_client) -> None:
    client.call("CONFIG", "SET", "requirepass", "pw")
    new = make_client()
    assert new.hello(3, "SETNAME", "me", "AUTH", "default", "pw")[b"proto"] == 3
    assert new.call("CLIENT", "GETNAME") == b"me"


def test_a_failed_auth_does_not_log_out(client) -> None:
    client.call("CONFIG", "SET", "requirepass", "pw")
    assert client.call("AUTH", "wrong") == Error(errors.WRONG_PASSWORD)
    assert client.call("PING") == b"PONG"


def test_a_password_may_hold_any_bytes(client, make_client) -> None:
    client.call("CONFIG", "SET", "requirepass", b"abc\x00def")
    new = make_client()
    assert new.call("AUTH", "abc") == Error(errors.WRONG_PASSWORD)
    assert new.call("AUTH", b"abc\x00def") == b"OK"


def test_who_never_logged_in_may_work_while_no_password_is_set(client, make_client) -> None:
    client.call("CONFIG", "SET", "requirepass", "pw")
    new = make_client()
    assert new.call("PING") == Error(errors.NO_AUTH)  # so it is accepted before the password goes
    client.call("CONFIG", "SET", "requirepass", "")
    assert new.call("PING") == b"PONG"
    assert new.call("HELLO", 3) == Error(errors.NO_AUTH_HELLO)
    client.call("CONFIG", "SET", "requirepass", "pw")
    assert new.call("PING") == Error(errors.NO_AUTH)


def test_exec_of_a_client_that_has_to_log_in_is_aborted(client, make_client) -> None:
    client.call("CONFIG", "SET", "requirepass", "pw")
    assert make_client().call("EXEC") == Error(errors.EXEC_ABORT_REASON % errors.NO_AUTH)


@pytest.mark.parametrize(("request_start", "fault"), [
    (b"*100\r\n", b"unauthenticated multibulk length"), (b"*1\r\n$100000000\r\n", b"unauthenticated bulk length"),
])
def test_before_login_only_small_requests_are_taken(client, make_client, request_start, fault) -> None:
    client.call("CONFIG", "SET", "requirepass", "pw")
    new = make_client()
    new.send_raw(request_start)
    assert fault in new.read_until_closed()


def test_after_login_large_requests_are_taken(client, make_client) -> None:
    client.call("CONFIG", "SET", "requirepass", "pw")
    new = make_client()
    new.call("AUTH", "pw")
    assert new.call("SET", "k", b"x" * 20_000) == b"OK"


def test_slowlog_and_monitor_do_not_show_passwords(client, make_client, other) -> None:
    watching = make_client()
    watching.call("MONITOR")
    client.call("CONFIG", "SET", "slowlog-log-slower-than", "0")
    for call in (("AUTH", "secret"), ("AUTH", "who", "secret"), ("AUTH", "secret", "secret", "secret"),
                 ("HELLO", "2", "SETNAME", "n", "AUTH", "who", "secret"), ("HELLO", "2", "AUTH", "who", "secret")):
        other.call(*call)
    client.call("CONFIG", "SET", "slowlog-log-slower-than", "-1")
    shown = repr(client.call("SLOWLOG", "GET", "-1")) + "".join(repr(watching.read_reply()) for _ in range(5))
    assert "secret" not in shown
    assert "who" not in shown
    assert shown.count("(redacted)") == 2 * (1 + 2 + 3 + 2 + 2)


# QUIT

def test_quit_answers_and_closes(client, other) -> None:
    client.send("QUIT", "whatever")
    assert client.read_until_closed() == b"+OK\r\n"
    assert other.call("PING") == b"PONG"


def test_what_follows_quit_is_not_run(client, other) -> None:
    client.send_raw(b"*1\r\n$4\r\nQUIT\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n")
    assert client.read_until_closed() == b"+OK\r\n"
    assert other.call("GET", "k") is None


def test_replies_before_quit_are_all_sent(client) -> None:
    client.send_raw(b"*2\r\n$4\r\nECHO\r\n$1\r\na\r\n" * 50 + b"*1\r\n$4\r\nQUIT\r\n")
    assert client.read_until_closed() == b"$1\r\na\r\n" * 50 + b"+OK\r\n"


def test_quit_inside_multi_closes(client, other) -> None:
    client.call("MULTI")
    client.call("SET", "k", "v")
    client.send("QUIT")
    assert client.read_until_closed() == b"+OK\r\n"
    assert other.call("GET", "k") is None


# RESET

def test_reset_brings_back_what_new_connections_have(client3) -> None:
    for call in (("CLIENT", "SETNAME", "me"), ("SELECT", 3), ("CLIENT", "NO-EVICT", "ON"), ("CLIENT", "NO-TOUCH", "ON"),
                 ("WATCH", "k"), ("CLIENT", "SETINFO", "LIB-NAME", "lib"), ("MULTI",)):
        assert client3.call(*call) == b"OK"
    assert client3.call("SET", "k", "v") == b"QUEUED"
    assert client3.call("RESET") == b"RESET"
    facts = info(client3)
    assert (facts[b"name"], facts[b"db"], facts[b"flags"], facts[b"multi"], facts[b"watch"], facts[b"resp"]) == (
        b"", b"0", b"N", b"-1", b"0", b"2")
    assert facts[b"lib-name"] == b"lib"
    assert client3.call("EXEC") == Error(errors.EXEC_WITHOUT_MULTI)
    assert client3.call("GET", "k") is None


def test_reset_logs_out(client, make_client) -> None:
    client.call("CONFIG", "SET", "requirepass", "pw")
    new = make_client()
    new.call("AUTH", "pw")
    assert new.call("RESET") == b"RESET"
    assert new.call("PING") == Error(errors.NO_AUTH)


def test_reset_forgets_that_a_watched_key_changed(client, other) -> None:
    client.call("WATCH", "k")
    other.call("SET", "k", "v")
    client.call("RESET")
    client.call("MULTI")
    client.call("PING")
    assert client.call("EXEC") == [b"PONG"]


def test_reset_turns_replies_on_again(client) -> None:
    client.send("CLIENT", "REPLY", "OFF")
    assert client.call("RESET") == b"RESET"
    assert client.call("PING") == b"PONG"


def test_reset_ends_monitoring(client, other) -> None:
    client.call("MONITOR")
    assert client.call("RESET") == b"RESET"
    other.call("SET", "k", "v")
    assert client.call("GET", "k") == b"v"


# ROLE

def test_role_is_a_primary_without_replicas(any_client) -> None:
    assert any_client.call("ROLE") == [b"master", 0, []]
