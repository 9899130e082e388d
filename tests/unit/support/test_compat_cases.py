"""The tools of the compatibility tests: a comparison that is too kind would hide what it is there to find."""

from __future__ import annotations

import pytest

from tests.compat.case import case, normalised, on, receive, send, unordered, words
from tests.compat.combine import option_cases, value_cases
from tests.compat.differences import Difference
from tests.compat.normalise import same, ways_of
from tests.support.wire import Item

ONE, TWO = Item("bulk", b"1"), Item("bulk", b"2")


@pytest.mark.parametrize(
    ("line", "argv"),
    [
        ("GET k", (b"GET", b"k")),
        ('SET "a b" ""', (b"SET", b"a b", b"")),
        (r'SET "\x00\r\n\"" v', (b"SET", b'\x00\r\n"', b"v")),
        (r"SET 'it\'s \x00' v", (b"SET", rb"it's \x00", b"v")),
        (("SET", 1, 2.5, b"\xff"), (b"SET", b"1", b"2.5", b"\xff")),
        ("  PING  ", (b"PING",)),
    ],
)
def test_a_line_is_split_as_an_inline_command(line: str, argv: tuple[bytes, ...]) -> None:
    assert words(line) == argv


@pytest.mark.parametrize("line", ['GET "k', "GET 'k", 'GET "k"x'])
def test_a_line_with_open_quotes_is_an_error_of_the_case(line: str) -> None:
    with pytest.raises(ValueError, match="quotes"):
        words(line)


def test_steps_go_to_the_connection_they_name() -> None:
    made = case("x", "PING", on("b", unordered("KEYS *")), send("c", "BLPOP l 0"), receive("c"))
    assert [(step.connection, step.action, step.ways) for step in made.steps] == [
        ("a", "call", ()), ("b", "call", ("unordered",)), ("c", "send", ()), ("c", "receive", ()),
    ]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (Item("bulk", b"1"), Item("integer", b"1")),
        (Item("status", b"OK"), Item("bulk", b"OK")),
        (Item("null_bulk", None), Item("null_array", None)),
        (Item("array", (ONE, TWO)), Item("array", (TWO, ONE))),
        (Item("array", (ONE,)), Item("set", (ONE,))),
        (Item("error", b"ERR a"), Item("error", b"ERR b")),
    ],
)
def test_replies_that_differ_are_not_the_same(theirs: Item, ours: Item) -> None:
    assert not same(theirs, ours, ())


def test_sets_and_maps_have_no_order() -> None:
    assert same(Item("set", (ONE, TWO)), Item("set", (TWO, ONE)), ())
    assert same(Item("map", (ONE, TWO, TWO, ONE)), Item("map", (TWO, ONE, ONE, TWO)), ())
    assert not same(Item("map", (ONE, TWO)), Item("map", (TWO, ONE)), ())


def test_pairs_keep_names_with_their_values() -> None:
    three, four = Item("bulk", b"3"), Item("bulk", b"4")
    assert same(Item("array", (ONE, TWO, three, four)), Item("array", (three, four, ONE, TWO)), ("pairs",))
    assert not same(Item("array", (ONE, TWO, three, four)), Item("array", (ONE, four, three, TWO)), ("pairs",))


@pytest.mark.parametrize(
    ("their", "our", "equal"),
    [(b"100", b"98", True), (b"100", b"97", False), (b"1", b"-1", False), (b"-2", b"-1", False), (b"-1", b"-1", True)],
)
def test_a_tolerance_is_for_figures_not_for_answers(their: bytes, our: bytes, equal: bool) -> None:
    assert same(Item("integer", their), Item("integer", our), ("about:2",)) is equal


def test_a_shape_keeps_types_errors_and_lengths() -> None:
    assert same(Item("array", (ONE,)), Item("array", (TWO,)), ("shape",))
    assert not same(Item("array", (ONE,)), Item("array", (ONE, ONE)), ("shape",))
    assert not same(Item("error", b"ERR a"), Item("error", b"ERR b"), ("shape",))
    assert not same(Item("null_bulk", None), ONE, ("shape",))


def test_an_error_code_is_still_compared() -> None:
    assert same(Item("error", b"ERR a"), Item("error", b"ERR b"), ("error_code",))
    assert not same(Item("error", b"ERR a"), Item("error", b"NOAUTH a"), ("error_code",))


def test_a_scan_that_ended_is_not_like_one_that_goes_on() -> None:
    keys = Item("array", (ONE, TWO))
    ended, going, elsewhere = (Item("array", (Item("bulk", cursor), keys)) for cursor in (b"0", b"7", b"12"))
    assert same(going, elsewhere, ("scan",))
    assert not same(ended, going, ("scan",))


def test_masked_fields_may_differ_and_others_may_not() -> None:
    theirs = Item("map", (Item("bulk", b"id"), ONE, Item("bulk", b"proto"), ONE))
    assert same(theirs, Item("map", (Item("bulk", b"id"), TWO, Item("bulk", b"proto"), ONE)), ("masked:id",))
    assert not same(theirs, Item("map", (Item("bulk", b"id"), ONE, Item("bulk", b"proto"), TWO)), ("masked:id",))


def test_ways_follow_from_the_command_in_any_case() -> None:
    assert ways_of((b"client", b"id")) == ("shape",)
    assert ways_of((b"CLIENT", b"GETNAME")) == ()
    assert ways_of((b"keys", b"*")) == ("unordered",)
    assert ways_of(()) == ()


def test_options_are_asked_in_every_choice_from_every_state() -> None:
    made = list(option_cases("SET", "SET k v", ("NX", "EX 5"), before=((), ("SET k old",)), after=("GET k",)))
    assert [item.name for item in made] == ["SET, state 0, part 1", "SET, state 1, part 1"]
    asked = [step.argv for step in made[1].steps]
    assert asked[:4] == [(b"DEL", b"k"), (b"SET", b"k", b"old"), (b"SET", b"k", b"v"), (b"GET", b"k")]
    assert (b"SET", b"k", b"v", b"NX", b"EX", b"5") in asked
    assert len(asked) == 4 * 4


def test_values_take_the_place_of_the_mark_as_one_argument() -> None:
    (made,) = value_cases("x", "INCRBY k @", (" 1", ""), before=("SET k 1",))
    assert [step.argv for step in made.steps][2::3] == [(b"INCRBY", b"k", b" 1"), (b"INCRBY", b"k", b"")]


def test_a_difference_covers_the_calls_it_names_until_the_version_that_agrees() -> None:
    entry = Difference("strings: set*", "SET * IFEQ *", "8.4", "new in 8.4", protocols=(3,))
    made = case("set with a condition", "SET k v IFEQ x", "GET k")
    assert entry.covers("strings", made, made.steps[0], 3)
    assert not entry.covers("strings", made, made.steps[0], 2)
    assert not entry.covers("strings", made, made.steps[1], 3)
    assert not entry.covers("keys", made, made.steps[0], 3)
    assert entry.applies_to((8, 2, 3))
    assert not entry.applies_to((8, 4, 0))


def test_an_unknown_way_is_an_error_of_the_case() -> None:
    step = normalised("nosuch", "GET k")
    with pytest.raises(KeyError):
        same(ONE, TWO, step.ways)
