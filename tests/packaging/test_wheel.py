"""The wheel: pure, complete, and working in an environment that holds nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps",
         "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)],
        check=True, timeout=50,
    )
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_is_pure_python(wheel: Path) -> None:
    assert wheel.name.startswith("pyredis_server-")
    assert wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        kinds = {Path(name).suffix for name in archive.namelist() if ".dist-info/" not in name}
    assert kinds <= {".py", ".typed", ".conf"}


def test_the_wheel_holds_every_module_and_nothing_of_the_tests(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    ours = {path.relative_to(ROOT).as_posix() for path in (ROOT / "pyredis_server").rglob("*.py")}
    assert {name for name in held if name.endswith(".py")} == ours
    assert "pyredis_server/py.typed" in held


def test_the_metadata_says_what_it_needs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = Parser().parsestr(archive.read(name).decode())
        names = archive.namelist()
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "MIT"
    assert any(name.endswith("licenses/LICENSE") for name in names)
    needed = {line.split(">")[0].strip() for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line}
    assert needed == {"anycrc", "attrs", "psutil", "python-neo-lzf", "trio", "xxhash"}


@pytest.mark.skipif(os.name == "nt", reason="the environment's layout is POSIX's here")
def test_the_installed_program_tells_its_version(wheel: Path, tmp_path: Path) -> None:
    """Installed beside nothing but its dependencies, whose folder is lent so that no index is asked."""
    environment = tmp_path / "venv"
    venv.EnvBuilder(with_pip=False, symlinks=True).create(environment)
    python = environment / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--disable-pip-version-check",
         "--no-deps", "--no-index", str(wheel)],
        check=True, timeout=50,
    )
    import trio

    lent = {**os.environ, "PYTHONPATH": str(Path(trio.__file__).parents[1])}
    shown = subprocess.run(
        [environment / "bin" / "pyredis-server", "--version"], check=True, capture_output=True, text=True, timeout=30,
        env=lent, cwd=tmp_path,
    ).stdout
    assert shown.startswith("Redis server v=")
    where = subprocess.run(
        [python, "-c", "import pyredis_server; print(pyredis_server.__file__)"], check=True, capture_output=True,
        text=True, timeout=30, env=lent, cwd=tmp_path,
    ).stdout
    assert where.startswith(str(environment))
