"""Random globs: the ways of matching agree with each other and with a slow reading of the rules."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pyredis_server.base.globs import Segment, _by_expression, _by_hand, _parse, compile_glob

patterns = st.lists(st.sampled_from(list(b"aabAB[]^-\\*?\x00\xff\x80z\n.+(")), max_size=9).map(bytes)
texts = st.lists(st.sampled_from(list(b"aabABz-]\x00\xff\x80\n")), max_size=8).map(bytes)


def slowly(segments: list[Segment], text: bytes) -> bool:
    """Try every place for every segment."""
    first, *rest = segments
    if len(text) < len(first) or not all(byte in atom for byte, atom in zip(text, first, strict=False)):
        return False
    text = text[len(first) :]
    if not rest:
        return not text
    return any(slowly(rest, text[at:]) for at in range(len(text) + 1))


@given(patterns, texts, st.booleans())
@settings(max_examples=1500, deadline=None)
def test_all_ways_of_matching_agree(pattern: bytes, text: bytes, nocase: bool) -> None:
    segments = _parse(pattern, nocase)
    expected = slowly(segments, text)
    assert _by_hand(segments)(text) is expected
    assert _by_expression(segments)(text) is expected
    if not text and len(segments) > 1:
        expected = False  # Redis: nothing but the empty pattern matches the empty text
    assert compile_glob(pattern, nocase)(text) is expected
