"""How much memory and disk there is, asked before a computation that may need more."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from sim.errors import UserError

_CGROUPS = Path("/sys/fs/cgroup")
_CGROUP = Path("/proc/self/cgroup")
_MEMORY = Path("/proc/meminfo")


def free_memory() -> int:
    """Bytes that this process may still take: what the machine has free, or its group's limit."""
    return min([_machine(), *_groups()])


def free_disk(folder: Path) -> int:
    """Bytes free on the file system of a folder, which need not exist yet."""
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def require(
    what: str,
    *,
    runs: int = 1,
    memory: float = 0.0,
    fixed: float = 0.0,
    disk: float = 0.0,
    folder: Path | None = None,
    instead: str,
) -> None:
    """Make sure that there is room for what is to be done.

    Args:
        what: needs it, in the plural: ``300 runs of 48 states``.
        runs: how many there are to be.
        memory, disk: bytes that each takes, on the disk of ``folder``.
        fixed: bytes of memory that are needed whatever their number.
        instead: what to ask for if there is not.

    Raises:
        UserError: there is less; the message says how much is needed and how much there is.
    """
    kinds = [("of memory", "", fixed, memory, free_memory())]
    if folder is not None:
        kinds.append(("on disk", f" in {folder}", 0.0, disk, free_disk(folder)))
    for of, where, base, each, free in kinds:
        need = base + each * runs
        if need > free:
            fit = int((free - base) / each) if each else 0
            more = f"; about {fit:,} runs fit" if fit > 0 else ""
            raise UserError(
                f"{what} need about {_size(need)} {of}, and {_size(free)} are free{where}: "
                f"{instead}{more}"
            )


def _size(count: float) -> str:
    """Bytes for people.

    >>> _size(3.1e9), _size(2e7), _size(7e16)
    ('3.1 GB', '20 MB', '70,000,000 GB')
    """
    if count < 1e9:
        return f"{count / 1e6:.0f} MB"
    return f"{count / 1e9:.1f} GB" if count < 1e11 else f"{count / 1e9:,.0f} GB"


def _machine() -> int:
    try:
        lines = _MEMORY.read_text().splitlines()
        return next(1024 * int(x.split()[1]) for x in lines if x.startswith("MemAvailable"))
    except (OSError, StopIteration):  # macOS says only how much there is in all
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _groups() -> Iterator[int]:
    """Room below the limits of the control groups of this process (containers, cluster jobs)."""
    try:
        lines = _CGROUP.read_text().splitlines()
    except OSError:
        return
    for _, kinds, path in (line.split(":", 2) for line in lines):
        if kinds == "":
            root, names = _CGROUPS, ("memory.max", "memory.current")
        elif "memory" in kinds.split(","):
            root = _CGROUPS / "memory"
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes")
        else:
            continue
        group = root / path.lstrip("/")
        for place in (group, *group.parents):
            if not place.is_relative_to(root):
                break
            try:
                limit, used = ((place / name).read_text().strip() for name in names)
                cached = _file_pages(place)
            except OSError:
                continue
            if limit.isdigit():
                yield max(0, int(limit) - int(used) + cached)


def _file_pages(group: Path) -> int:
    """Bytes of a group that are copies of files, which make way."""
    lines = (group / "memory.stat").read_text().splitlines()
    return sum(int(x.split()[1]) for x in lines if x.split()[0] == "inactive_file")
