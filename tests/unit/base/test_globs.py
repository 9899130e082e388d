"""Globs; tests/fuzz/test_globs.py compares the ways of matching, tests/compat/test_numbers.py asks a real server."""

from __future__ import annotations

import pytest

from pyredis_server.base.globs import compile_glob, glob_match


@pytest.mark.parametrize(("pattern", "text"), [
    (b"", b""), (b"abc", b"abc"), (b"*", b"x"), (b"**", b"x"), (b"a*", b"a"), (b"a*", b"abc"), (b"*c", b"abc"),
    (b"a*c", b"ac"), (b"a*c", b"abbc"), (b"*b*", b"abc"), (b"a?c", b"abc"), (b"?", b"\n"), (b"a*b*c", b"a\n-b-b-c"),
    (b"h[ae]llo", b"hallo"), (b"h[a-e]llo", b"hcllo"), (b"h[e-a]llo", b"hcllo"), (b"h[^x]llo", b"hallo"),
    (b"[^]", b"x"), (b"\\*", b"*"), (b"a\\", b"a\\"), (b"[\\]]", b"]"), (b"[a\\-z]", b"-"), (b"[-a]", b"-"),
    (b"[a-]", b"^"), (b"[abc", b"b"), (b"[a-", b"-"), (b"[\\", b"\\"), (b"[^", b"q"), (b"\xff\x00*", b"\xff\x00\xfe"),
    (b"[\x80-\x05]", b"\x90"), (b"[\x80-\x05]", b"\x03"), (b"*[0-9]?", b"ab12"), (b"a**b", b"ab"), (b"{a}.+(b)|$", b"{a}.+(b)|$"),
])
def test_a_pattern_matches_as_in_redis(pattern: bytes, text: bytes) -> None:
    assert glob_match(pattern, text)


@pytest.mark.parametrize(("pattern", "text"), [
    (b"", b"a"), (b"a", b""), (b"*", b""), (b"**", b""), (b"abc", b"ABC"), (b"a?c", b"ac"), (b"?", b""), (b"a*c", b"abcd"),
    (b"aba*aba", b"aba"), (b"aba*aba", b"ababa"), (b"a*b*c", b"acb"), (b"[]", b"x"), (b"[]a]", b"a"), (b"[^a]", b"a"),
    (b"[", b"["), (b"[a-c", b"d"), (b"abc", b"abcd"), (b"abc[", b"abc"), (b"[\x80-\x05]", b"\x10"), (b"\\a", b"\\a"),
])
def test_it_does_not_match(pattern: bytes, text: bytes) -> None:
    assert not glob_match(pattern, text)


@pytest.mark.parametrize(("pattern", "text", "matches"), [
    (b"HeLLo*", b"hEllO world", True), (b"a*Z", b"AxxxZ", True), (b"[A-C]?", b"bx", True), (b"[a-c]", b"B", True),
    (b"[^a-c]", b"B", False), (b"[xyz]", b"Y", True), (b"[\\a]", b"A", False), (b"\\a", b"A", True), (b"@", b"`", False),
    (b"[", b"{", False), (b"\xc0", b"\xe0", False), (b"*mEm*", b"maxMEMory", True),
])
def test_case_is_ignored_on_demand_for_ascii_letters(pattern: bytes, text: bytes, matches: bool) -> None:
    assert glob_match(pattern, text, nocase=True) is matches


@pytest.mark.parametrize("text", [b"a" * 50_000, b"a" * 50_000 + b"c"])
@pytest.mark.parametrize("pattern", [b"a*" * 30 + b"b", b"*a" * 100 + b"b", b"?*" * 50 + b"b", b"[ab]*" * 50 + b"\x00"])
def test_patterns_made_to_blow_up_do_not(pattern: bytes, text: bytes) -> None:
    assert not compile_glob(pattern)(text)  # the time limit of the test run is the other half of this test


def test_a_very_long_pattern_matches_too() -> None:
    pattern = b"a?[b-c]*" + b"x?" * 3000 + b"*" + b"[yz]" * 10 + b"*z"
    text = b"a.b" + b"-" * 50 + b"xx" * 3000 + b"12345" + b"y" * 10 + b"z"
    assert compile_glob(pattern)(text)
    assert not compile_glob(pattern)(text[:-1])
    assert not compile_glob(b"?" * 3000)(b"a" * 2999)
    assert compile_glob(b"?" * 3000)(b"a" * 3000)
    assert not glob_match(b"x" + b"?" * 3000 + b"*y", b"x" * 3001)


def test_more_than_a_thousand_stars_match_nothing_as_in_redis() -> None:
    assert compile_glob(b"*a" * 900)(b"a" * 900)
    assert not compile_glob(b"*a" * 1500)(b"a" * 1500)
