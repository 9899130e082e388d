"""The project's files, as the rules look at them."""

from __future__ import annotations

import ast
import functools
import importlib
import pkgutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import attrs

ROOT = Path(__file__).resolve().parents[2]
OURS = ("pyredis_server", "pyredis_cli", "pyredis_sentinel", "pyredis_benchmark")


@attrs.frozen
class Source:
    """A Python file of ours, parsed."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """As git names it."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def unit(self) -> str:
        """The package it belongs to (`keyspace`), or its own name at the top level (`app`)."""
        return self.path.relative_to(ROOT).with_suffix("").parts[1]

    def __str__(self) -> str:
        return self.name


@functools.cache
def files() -> tuple[Path, ...]:
    """Every file that is or would be committed."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT, check=False,
        capture_output=True, text=True,
    )
    if listed.returncode:  # an unpacked source archive
        hidden = {".venv", ".reference", "build", "dist", "__pycache__"}
        return tuple(path for path in ROOT.rglob("*") if path.is_file() and not hidden & set(path.parts))
    return tuple(ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())


@functools.cache
def sources() -> tuple[Source, ...]:
    """The Python files of our packages."""
    return tuple(_parsed(path) for path in files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in OURS)


def sources_of_tests() -> Iterator[Source]:
    """The Python files of the tests."""
    return (_parsed(path) for path in files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] == "tests")


def modules_of(package: str) -> list[ModuleType]:
    """Import all modules right inside a package."""
    found = importlib.import_module(package)
    return [importlib.import_module(f"{package}.{info.name}") for info in pkgutil.iter_modules(found.__path__)]


def _parsed(path: Path) -> Source:
    text = path.read_text("utf-8")
    return Source(path, text, ast.parse(text, str(path)))
