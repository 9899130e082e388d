"""Several servers live in one process, so no module keeps state: what it builds at import is never changed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.rules.project import Source, sources

MAKES_CONTAINER = {"list", "dict", "set", "bytearray", "deque", "defaultdict", "Counter", "OrderedDict", "SortedDict",
                   "count", "local", "ContextVar", "WeakSet", "WeakValueDictionary"}
CHANGES = {"append", "extend", "insert", "remove", "pop", "popitem", "clear", "add", "discard", "update", "setdefault",
           "sort", "reverse", "appendleft", "popleft", "difference_update", "intersection_update"}

# Names at module level that do change, with the reason why that does no harm.
ALLOWED: dict[tuple[str, str], str] = {}


def containers(tree: ast.Module) -> Iterator[str]:
    """The names at module level that hold something changeable."""
    for node in tree.body:
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets, value = [node.target], node.value
        else:
            continue
        if _is_changeable(value):
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def _is_changeable(value: ast.expr) -> bool:
    if isinstance(value, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp):
        return True
    if isinstance(value, ast.BinOp):
        return _is_changeable(value.left) or _is_changeable(value.right)
    if not isinstance(value, ast.Call):
        return False
    called = value.func
    name = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
    return name in MAKES_CONTAINER


def changes(tree: ast.Module, names: set[str]) -> Iterator[str]:
    """Where a function changes one of these names, or declares a global."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        own = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        for node in ast.walk(function):
            touched: ast.expr | None = None
            if isinstance(node, ast.Global):
                yield f"line {node.lineno}: global {', '.join(node.names)}"
            elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
                touched = node.value
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGES:
                touched = node.func.value
            elif isinstance(node, ast.AugAssign):
                touched = node.target
            if isinstance(touched, ast.Name) and touched.id in names - own:
                yield f"line {touched.lineno}: {touched.id} is changed"


@pytest.mark.parametrize("source", sources(), ids=str)
def test_what_a_module_builds_at_import_is_never_changed(source: Source) -> None:
    names = {name for name in containers(source.tree) if (source.name, name) not in ALLOWED}
    assert not list(changes(source.tree, names))


@pytest.mark.parametrize("source", sources(), ids=str)
def test_containers_at_module_level_are_constants_by_their_name(source: Source) -> None:
    loud = {name for name in containers(source.tree) if name.strip("_").isupper() or name == "__all__"}
    assert set(containers(source.tree)) == loud


def test_the_heuristic_sees_a_module_that_keeps_state() -> None:
    tree = ast.parse(
        "CACHE = {}\nseen: list[int] = []\n"
        "def put(k, v):\n    CACHE[k] = v\n    seen.append(k)\n    global N\n",
    )
    assert set(containers(tree)) == {"CACHE", "seen"}
    assert len(list(changes(tree, {"CACHE", "seen"}))) == 3
