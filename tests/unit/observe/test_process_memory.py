"""Memory of process and machine, by each way of asking."""

from __future__ import annotations

import builtins
import sys
from typing import Any

import pytest

from pyredis_server.observe import process_memory


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_linux_tells_apart_what_is_mapped_from_files() -> None:
    now = process_memory.resident()
    assert 1 << 20 < now.own_bytes < now.all_bytes < 1 << 40


@pytest.mark.parametrize("missing", [(), ("psutil",), ("psutil", "resource")])
def test_other_systems_are_asked_as_far_as_they_tell(
    missing: tuple[str, ...], monkeypatch: pytest.MonkeyPatch,
) -> None:
    real_import = builtins.__import__

    def limited(name: str, *rest: Any) -> Any:
        if name in missing:
            raise ImportError(name)
        return real_import(name, *rest)

    monkeypatch.setattr(builtins, "__import__", limited)
    now = process_memory._resident_elsewhere()
    assert now.all_bytes == now.own_bytes
    assert (now.all_bytes == 0) == ("resource" in missing)


def test_the_machine_has_more_memory_than_the_process() -> None:
    assert process_memory.system_bytes() > process_memory.resident().own_bytes


def test_the_allocator_is_named_as_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONMALLOC", raising=False)
    assert process_memory.allocator_name() == "pymalloc"
    monkeypatch.setenv("PYTHONMALLOC", "malloc")
    assert process_memory.allocator_name() == "malloc"
