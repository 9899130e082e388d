"""What the documents say must be so."""

from __future__ import annotations

import re

import pytest

from tests.rules.project import ROOT, files, sources

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "CHANGELOG.md")


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_to_files_lead_somewhere(document: str) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", read(document))
    assert [target for target in targets if not (ROOT / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_files_that_are_named_exist(document: str) -> None:
    named = re.findall(r"`((?:pyredis_server|tests|tools)/[\w./]+)`", read(document))
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_make_targets_that_are_named_exist(document: str) -> None:
    targets = set(re.findall(r"^(\w+):", read("Makefile"), re.MULTILINE))
    asked = {word for call in re.findall(r"`make ((?:[a-z]+ ?)+)", read(document)) for word in call.split()}
    assert asked <= targets


def test_every_package_has_its_line_in_the_architecture() -> None:
    units = {source.unit for source in sources() if source.path.parent != ROOT / "pyredis_server"}
    text = read("ARCHITECTURE.md")
    assert {unit for unit in units if f"{unit}/" not in text} == set()


def test_readme_has_its_figures() -> None:
    assert re.search(r"measured with `make bench`", read("README.md"))


def test_every_dependency_has_its_reason() -> None:
    project = re.search(r"^dependencies = \[(.*?)^\]", read("pyproject.toml"), re.DOTALL | re.MULTILINE)
    extras = re.search(r"^\[project.optional-dependencies\](.*?)^\[project.scripts\]", read("pyproject.toml"),
                       re.DOTALL | re.MULTILINE)
    assert project is not None
    assert extras is not None
    names = re.findall(r'"([A-Za-z][\w.-]*)', project[1] + extras[1])
    assert len(names) > 8
    reasons = read("CONTRIBUTING.md")
    assert [name for name in names if f"`{name}`" not in reasons] == []


def test_every_directive_is_documented() -> None:
    from pyredis_server.config.directives import ALL

    template = read("pyredis.conf")
    documented = set(re.findall(r"^#? ?([a-z0-9][a-z0-9-]*)(?: |$)", template, re.MULTILINE))
    assert {item.name for item in ALL} - documented == set()
    assert [item.name for item in ALL if len(item.doc) < 20] == []


def test_no_document_is_empty() -> None:
    assert [path.name for path in files() if path.suffix in {".md", ".conf"} and path.stat().st_size < 200] == []
