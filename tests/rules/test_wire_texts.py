"""The texts of errors stand once, in base/errors.py; clients match on them."""

from __future__ import annotations

import ast
import re

import pytest

from pyredis_server.base import errors
from tests.rules.project import Source, sources

OWNER = "pyredis_server/base/errors.py"
CODE = re.compile(rb"-?([A-Z]{3,}) \S")
CODES = {
    match[1] for value in vars(errors).values() if isinstance(value, bytes) and (match := CODE.match(value))
} | {b"ERR", b"WRONGTYPE"}

# Literals that begin like an error but are none.
ALLOWED: dict[tuple[str, bytes], str] = {}


def wire_texts(tree: ast.Module) -> list[bytes]:
    literals = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    raw = [text for text in literals if isinstance(text, bytes)]
    return [text for text in raw if (match := CODE.match(text)) and match[1] in CODES]


@pytest.mark.parametrize("source", [source for source in sources() if source.name != OWNER], ids=str)
def test_no_error_text_stands_outside_its_owner(source: Source) -> None:
    found = [text for text in wire_texts(source.tree) if (source.name, text) not in ALLOWED]
    assert not found, f"{source}: move to {OWNER}: {found}"


def test_error_texts_begin_with_their_code_and_fit_one_line() -> None:
    texts = {name: value for name, value in vars(errors).items() if isinstance(value, bytes) and name.isupper()}
    assert len(texts) > 5
    wrong = [name for name, text in texts.items()
             if not re.match(rb"[A-Z]+( |$)", text) or b"\n" in text or b"\r" in text or text.startswith(b"-")]
    assert not wrong


def test_no_error_text_stands_twice() -> None:
    texts = [value for name, value in vars(errors).items() if isinstance(value, bytes) and name.isupper()]
    assert sorted({text for text in texts if texts.count(text) > 1}) == []


def test_the_rule_sees_an_error_text() -> None:
    assert wire_texts(ast.parse("x = b'ERR no such thing'\ny = b'ERRATIC'\nz = b'OK done'")) == [b"ERR no such thing"]
