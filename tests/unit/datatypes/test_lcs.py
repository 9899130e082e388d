"""The bit-parallel LCS against the plain table of lengths that Redis fills."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyredis_server.datatypes.lcs import Match, lcs_length, lcs_matches, lcs_text, table_bytes


def by_table(a: bytes, b: bytes) -> tuple[int, bytes, list[Match]]:
    """Length, text and matches from the whole table, walked as the LCS page of the documentation shows."""
    lengths = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, left in enumerate(a, 1):
        for j, right in enumerate(b, 1):
            lengths[i][j] = lengths[i - 1][j - 1] + 1 if left == right else max(lengths[i - 1][j], lengths[i][j - 1])
    pairs: list[tuple[int, int]] = []
    i, j = len(a), len(b)
    while i and j:
        if a[i - 1] == b[j - 1]:
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif lengths[i - 1][j] > lengths[i][j - 1]:
            i -= 1
        else:
            j -= 1
    matches: list[Match] = []
    for i, j in pairs:
        if matches and (matches[-1].a_first, matches[-1].b_first) == (i + 1, j + 1):
            matches[-1] = matches[-1]._replace(a_first=i, b_first=j)
        else:
            matches.append(Match(i, i, j, j))
    return lengths[-1][-1], bytes(a[i] for i, _ in reversed(pairs)), matches


def letters(alphabet: str, at_most: int) -> st.SearchStrategy[bytes]:
    return st.text(alphabet, max_size=at_most).map(str.encode)


@given(st.one_of(
    st.tuples(st.binary(max_size=40), st.binary(max_size=40)),
    st.tuples(letters("ab", 70), letters("ab", 70)),
    st.tuples(letters("abcd", 9), letters("abcd", 90)),
))
def test_length_text_and_matches_are_those_of_the_table(pair) -> None:
    for a, b in (pair, pair[::-1]):
        matches = lcs_matches(a, b)
        assert (lcs_length(a, b), lcs_text(a, matches), matches) == by_table(a, b)


def test_matches_come_from_the_last_to_the_first_as_documented() -> None:
    a, b = b"ohmytext", b"mynewtext"
    matches = lcs_matches(a, b)
    assert matches == [Match(4, 7, 5, 8), Match(2, 3, 0, 1)]
    assert [match.length for match in matches] == [4, 2]
    assert lcs_text(a, matches) == b"mytext"


@pytest.mark.parametrize(("a", "b"), [(b"", b""), (b"", b"abc"), (b"abc", b""), (b"abc", b"xyz")])
def test_strings_with_nothing_in_common_have_no_matches(a, b) -> None:
    assert (lcs_length(a, b), lcs_matches(a, b), lcs_text(a, [])) == (0, [], b"")


def test_the_shorter_string_may_be_either_one() -> None:
    long = bytes(range(256)) * 300
    assert lcs_matches(b"\xff\x00", long) == [Match(0, 1, 76543, 76544)]
    assert lcs_matches(long, b"\xff\x00") == [Match(76543, 76544, 0, 1)]


def test_the_memory_told_is_that_of_the_table_of_32_bit_lengths() -> None:
    assert table_bytes(0, 0) == 4
    assert table_bytes(9, 99) == 10 * 100 * 4
