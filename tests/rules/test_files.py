"""What every file must keep to, whatever it is about."""

from __future__ import annotations

import ast
import re

import pytest

from tests.rules.project import ROOT, Source, files, sources, sources_of_tests

MOST_LINES = 600
LONG_FILES: dict[str, str] = {}  # longer ones, each with the reason why it is still one thing

# Put together here, so that this file does not hold them itself.
MACHINE_PATH = re.compile(r"(^|[^A-Za-z0-9_.])/(work|farm|tmp/bash_" + r"jobs)[/\"]", re.MULTILINE)
REGISTRY_HOSTS = tuple(".".join(parts) for parts in (("pythonhosted", "org"), ("registry", "npmjs"), ("deb", "debian")))

# One word names one type in the whole tree, so that `git ls-files '*hashes*'` lists all about hashes.
WORDS = {
    "string": "strings", "strs": "strings", "hash": "hashes", "zset": "sorted_sets", "zsets": "sorted_sets",
    "sortedset": "sorted_sets", "sortedsets": "sorted_sets", "stream": "streams", "hll": "hyperloglog",
    "bitmap": "bits", "bitmaps": "bits", "expire": "expiry", "expiration": "expiry", "expires": "expiry",
    "master": "primary", "slave": "replica", "util": "a name that says what is in it",
    "utils": "a name that says what is in it", "helpers": "a name that says what is in it",
    "misc": "a name that says what is in it", "common": "a name that says what is in it",
}


def test_no_file_holds_a_path_of_one_machine_or_a_registry_host() -> None:
    found = []
    for path in files():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {match[0]!r}" for match in MACHINE_PATH.finditer(text)]
        found += [f"{path.relative_to(ROOT)}: {host}" for host in REGISTRY_HOSTS if host in text]
    assert not found


def test_the_rule_sees_a_machine_path() -> None:
    assert MACHINE_PATH.search('x = "/wor' + 'k/main"')
    assert not MACHINE_PATH.search("a network/path, ./wor" + "k/x")


def test_long_files_are_listed_with_a_reason() -> None:
    lengths = {source.name: source.text.count("\n") for source in (*sources(), *sources_of_tests())}
    long = {name for name, lines in lengths.items() if lines > MOST_LINES}
    assert long == set(LONG_FILES)
    assert all(LONG_FILES.values())


@pytest.mark.parametrize("source", sources(), ids=str)
def test_a_module_says_what_it_is_for(source: Source) -> None:
    if source.path.name == "__init__.py" and not source.tree.body:
        pytest.fail(f"{source}: one line on what the package holds")
    assert ast.get_docstring(source.tree), source


@pytest.mark.parametrize("source", sources(), ids=str)
def test_a_file_is_named_with_the_words_of_the_project(source: Source) -> None:
    parts = source.path.stem.split("_")
    wrong = {part: WORDS[part] for part in parts if part in WORDS}
    assert not wrong, f"{source}: the project's word is {wrong}"


def test_a_test_has_a_name_that_tells_what_is_so() -> None:
    short = [
        f"{source}: {node.name}" for source in sources_of_tests() for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and node.name.count("_") < 3
    ]
    assert not short


def test_nobody_prints_or_sleeps_in_tests_by_way_of_an_exemption() -> None:
    """Opt-outs of the banned calls stand in pyproject.toml, where they have a reason; not in single lines."""
    code = "noqa: " + "TID251"
    assert not [str(source) for source in (*sources(), *sources_of_tests()) if code in source.text]
