"""--test-memory and --check-system."""

from __future__ import annotations

from pathlib import Path

import pytest

from pyredis_server.base.self_check import check_system, try_memory

SOUND = {
    "sys/devices/system/clocksource/clocksource0/current_clocksource": "tsc\n",
    "proc/sys/vm/overcommit_memory": "1\n",
    "sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never\n",
    "proc/sys/net/core/somaxconn": "4096\n",
}


def machine(root: Path, **changed: str) -> Path:
    for name, content in SOUND.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(next((value for part, value in changed.items() if part in name), content))
    return root


def test_sound_memory_passes() -> None:
    told: list[str] = []
    assert try_memory(1, told.append)
    assert told[-1] == "Your memory passed this test.\n"


def test_a_sound_system_passes_every_check(tmp_path: Path) -> None:
    told: list[str] = []
    assert check_system(told.append, machine(tmp_path))
    assert told == ["[slow-clocksource]...OK\n", "[overcommit]...OK\n", "[THP]...OK\n", "[backlog]...OK\n"]


@pytest.mark.parametrize(("part", "value", "name"), [
    ("clocksource", "xen", "slow-clocksource"), ("overcommit", "0", "overcommit"),
    ("hugepage", "[always] madvise never", "THP"), ("somaxconn", "128", "backlog"),
])
def test_a_setting_that_does_harm_is_named(tmp_path: Path, part: str, value: str, name: str) -> None:
    told: list[str] = []
    assert not check_system(told.append, machine(tmp_path, **{part: value}))
    assert [line for line in told if line.endswith("WARNING:\n")] == [f"[{name}]...WARNING:\n"]


def test_a_system_that_tells_nothing_passes(tmp_path: Path) -> None:
    told: list[str] = []
    assert check_system(told.append, tmp_path)
    assert told == []
