"""How much memory this process and this machine have, as the system tells it.

Linux tells through /proc in a microsecond. Elsewhere psutil is asked if it is there, and else the system's record of
the process's maximum, which never falls.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import attrs


@attrs.frozen
class Resident:
    """Memory of this process that is in RAM. `own_bytes` leaves out program files and libraries mapped into it."""

    all_bytes: int
    own_bytes: int


def resident() -> Resident:
    """Measure this process."""
    if sys.platform == "linux":
        try:
            with open("/proc/self/statm", "rb") as statm:
                _, all_pages, file_pages = statm.read().split(maxsplit=3)[:3]
        except OSError:
            pass  # /proc is not mounted
        else:
            page_bytes = os.sysconf("SC_PAGE_SIZE")
            return Resident(int(all_pages) * page_bytes, (int(all_pages) - int(file_pages)) * page_bytes)
    return _resident_elsewhere()


def _resident_elsewhere() -> Resident:
    try:
        import psutil
    except (ImportError, OSError):
        pass  # not installed, or no descriptor is left to read it with
    else:
        try:
            all_bytes = psutil.Process().memory_info().rss
        except (psutil.Error, OSError):
            pass  # no descriptor again, or not allowed
        else:
            return Resident(all_bytes, all_bytes)
    try:
        import resource
    except ImportError:
        return Resident(0, 0)  # Windows without psutil tells nothing
    greatest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    all_bytes = greatest if sys.platform == "darwin" else greatest * 1024
    return Resident(all_bytes, all_bytes)


def system_bytes() -> int:
    """The machine's memory; 0 where nobody tells."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        pass
    try:
        import psutil
    except ImportError:
        return 0
    return int(psutil.virtual_memory().total)


def release_to_system() -> bool:
    """Ask the C library to give free memory back; False where it has no such call."""
    import ctypes

    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        return False
    return True


def allocator_name() -> str:
    """Which allocator Python uses for its objects: `pymalloc`, or what PYTHONMALLOC says."""
    return os.environ.get("PYTHONMALLOC") or "pymalloc"


def uses_huge_pages() -> bool:
    """Whether parts of this process lie in transparent huge pages; False where the system does not tell."""
    try:
        lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    except OSError:
        return False
    return any(line.startswith("AnonHugePages:") and line.split()[1] != "0" for line in lines)
