"""What --test-memory and --check-system do: look at the machine, not at the server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

_PATTERNS = (0x00, 0xFF, 0x55, 0xAA)
_BLOCK_BYTES = 1 << 20
_CLOCK_SOURCE = "sys/devices/system/clocksource/clocksource0/current_clocksource"
_FAST_CLOCKS = ("tsc", "arch_sys_counter", "kvm-clock", "hyperv_clocksource_tsc_page")
_OVERCOMMIT = "proc/sys/vm/overcommit_memory"
_HUGE_PAGES = "sys/kernel/mm/transparent_hugepage/enabled"
_BACKLOG = "proc/sys/net/core/somaxconn"
_USUAL_BACKLOG = 511

Write = Callable[[str], object]


def try_memory(megabytes: int, write: Write) -> bool:
    """Fill memory with patterns and read them back, telling how it goes. False if a byte was not what was written.

    Raises: MemoryError when there is not so much.
    """
    blocks = [bytearray(_BLOCK_BYTES) for _ in range(megabytes)]
    sound = True
    for pattern in _PATTERNS:
        expected = bytes((pattern,)) * _BLOCK_BYTES
        for block in blocks:
            block[:] = expected
        bad = sum(block != expected for block in blocks)
        sound = sound and not bad
        write(f"Pattern {pattern:#04x}: {'all right' if not bad else f'{bad} of {megabytes} blocks are wrong'}\n")
    write("Your memory passed this test.\n" if sound else "Your memory is faulty: do not keep data in it.\n")
    return sound


def check_system(write: Write, root: Path = Path("/")) -> bool:
    """Tell which settings of the system do harm, where they can be read. False if there is one."""
    sound = True
    for name, problem in _checks(root):
        write(f"[{name}]...{'OK' if problem is None else 'WARNING:'}\n")
        if problem is not None:
            write(problem + "\n")
            sound = False
    return sound


def _checks(root: Path) -> Iterator[tuple[str, str | None]]:
    clock = _read(root / _CLOCK_SOURCE)
    if clock:
        yield "slow-clocksource", None if clock in _FAST_CLOCKS else (
            f"The kernel's clock source {clock} may be slow to read; the server reads it often. Choose tsc in "
            f"/{_CLOCK_SOURCE} if it is available.")
    overcommit = _read(root / _OVERCOMMIT)
    if overcommit:
        yield "overcommit", None if overcommit == "1" else (
            "Background saves may fail while much memory is in use. Set vm.overcommit_memory to 1 (sysctl, and "
            "/etc/sysctl.conf for the next start).")
    pages = _read(root / _HUGE_PAGES)
    if pages:
        yield "THP", None if "[always]" not in pages else (
            "Transparent huge pages make background saves slow and large. Write madvise to "
            f"/{_HUGE_PAGES}, or leave disable-thp on.")
    backlog = _read(root / _BACKLOG)
    if backlog.isdecimal():
        yield "backlog", None if int(backlog) >= _USUAL_BACKLOG else (
            f"net.core.somaxconn is {backlog}, so tcp-backlog cannot be {_USUAL_BACKLOG}.")


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
