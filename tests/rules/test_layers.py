"""A package imports only packages on lines below its own (ARCHITECTURE.md)."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.rules.project import ROOT, Source, sources

# From the top down; names on one line do not import one another.
LAYERS = (
    ("pytest_plugin", "__main__"),
    ("app", "embedded"),
    ("server",),
    ("reconfigure",),
    ("control",),
    ("persistence",),
    ("replication", "cluster"),
    ("scripting", "modules"),
    ("observe",),
    ("executor",),
    ("commands",),
    ("keyspace", "sessions"),
    ("acl", "pubsub", "tracking", "config", "iothreads", "background"),
    ("resp",),
    ("datatypes",),
    ("base",),
)
HEIGHT = {name: len(LAYERS) - index for index, line in enumerate(LAYERS) for name in line}

# Arrows that point sideways or up on purpose.
ALLOWED: dict[tuple[str, str], str] = {
    ("reconfigure", "server"): "it names the type of the server whose parts it changes",
}

# Types that are only named, never used at run time, may lie above in the Protocols' own signatures, and beside where
# two things know each other: a session its database, a database the sessions that watch its keys.
MAY_NAME_TYPES_ABOVE = {"pyredis_server/commands/ports.py"}
MAY_NAME_EACH_OTHERS_TYPES = {frozenset({"keyspace", "sessions"})}

STANDARD_LIBRARY_ONLY = {"base", "resp"}
OTHER_PACKAGES = {  # third-party packages, and the units that may import them; None: any above resp
    "attrs": None,
    "trio": {"control", "server", "app", "embedded"},
    "psutil": {"observe", "control"},
    "xxhash": {"datatypes"},
}


def imports(tree: ast.AST, *, naming: bool = False) -> Iterator[tuple[str, bool]]:
    """Each imported module, and whether it is imported only for the type checker."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, naming) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import in line {node.lineno}"
            yield node.module or "", naming
            if node.module == "pyredis_server":
                yield from ((f"pyredis_server.{alias.name}", naming) for alias in node.names)
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for child in node.body:
                yield from imports(ast.Module([child], []), naming=True)
            for child in node.orelse:
                yield from imports(ast.Module([child], []), naming=naming)
        else:
            yield from imports(node, naming=naming)


def in_server() -> list[Source]:
    return [source for source in sources() if source.name.startswith("pyredis_server/") and source.unit != "__init__"]


@pytest.mark.parametrize("source", in_server(), ids=str)
def test_a_module_imports_only_what_lies_below_its_package(source: Source) -> None:
    own = source.unit
    assert own in HEIGHT, f"{own} has no place in LAYERS"
    problems = []
    for module, only_named in imports(source.tree):
        parts = module.split(".")
        if parts[0] != "pyredis_server" or len(parts) == 1 or parts[1] == own:
            continue
        if only_named and (source.name in MAY_NAME_TYPES_ABOVE or {own, parts[1]} in MAY_NAME_EACH_OTHERS_TYPES):
            continue
        if (own, parts[1]) in ALLOWED:
            continue
        if HEIGHT.get(parts[1], 99) >= HEIGHT[own]:
            problems.append(module)
    assert not problems, f"{source} ({own}) imports from its own level or above: {problems}"


@pytest.mark.parametrize("source", in_server(), ids=str)
def test_a_module_imports_only_the_third_party_packages_of_its_place(source: Source) -> None:
    problems = []
    for module, _ in imports(source.tree):
        package = module.split(".")[0]
        if package in sys.stdlib_module_names or package == "pyredis_server":
            continue
        owners = OTHER_PACKAGES.get(package, set())
        if source.unit in STANDARD_LIBRARY_ONLY or (owners is not None and source.unit not in owners):
            problems.append(package)
    assert not problems, f"{source} imports {problems}; OTHER_PACKAGES says who may"


@pytest.mark.slow
def test_the_protocol_is_imported_without_trio_and_attrs() -> None:
    """The command line client and the benchmark share resp/ and base/ and shall start at once."""
    modules = [module.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
               for unit in ("base", "resp") for module in (ROOT / "pyredis_server" / unit).glob("*.py")]
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", f"import pyredis_server, {', '.join(sorted(modules))}"], cwd=ROOT,
        check=True, capture_output=True, text=True,
    )
    loaded = {line.rsplit("|", 1)[1].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert "pyredis_server.resp.reply" in loaded
    heavy = {name for name in loaded if name.split(".")[0] in {"trio", "attr", "attrs", "psutil", "asyncio", "ssl"}}
    assert not heavy
