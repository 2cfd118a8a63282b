"""Files on disk: written whole or not at all, and folders that one process at a time writes to.

All of the package writes through this module. A file is written under another name in its folder,
forced to the disk and renamed, so that a full disk, Ctrl-C or ``kill -9`` leave what was there. A
link is neither written through nor replaced: what it leads to belongs to somebody.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import secrets
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from sim.errors import UserError, shown

LOCK: Final = ".lock"
"""In a folder that a process writes to: who that is."""

SCRATCH: Final = ".multipolar-new"
READY: Final = ".multipolar-ready"
"""In a folder that is being replaced: what is still written, and what is whole and moves in."""

_REMOVE: Final = ".remove"
_LAST: Final = "manifest.json"
_HEAD: Final = 8192
_MARKS: Final = (
    b"Software\0multipolar",
    b"<dc:title>multipolar</dc:title>",
    b'<meta name="generator" content="multipolar">',
    b'"title": "multipolar scenario, format',
)
_HOLDER = re.compile(r"process \d{1,10} on [\w.-]{1,255} since [\d :-]{1,30} UTC\n")


# --- one file ------------------------------------------------------------------------------------
def write_bytes(path: Path | str, content: bytes) -> Path:
    """Write a file, whole or not at all, in place of one that is there; return its path.

    Raises:
        UserError: it cannot be written, or is a link.
    """
    with written(path) as scratch:
        scratch.write_bytes(content)
    return Path(path)


def write_text(path: Path | str, text: str) -> Path:
    """Write a text in UTF-8 as :func:`write_bytes` writes bytes."""
    return write_bytes(path, text.encode())


@contextmanager
def written(path: Path | str) -> Iterator[Path]:
    """Give a path beside ``path`` to write to; the file has its name when the block has ended.

    Its folder is made if it is not there. If the block fails nothing is left of it.

    Raises:
        UserError: the file cannot be written, or ``path`` is a link or no ordinary file.
    """
    target = Path(path)
    with writing(target):
        refuse_link(target)
        if target.exists() and not target.is_file():
            raise UserError(f"{target} exists and is no ordinary file; choose another name")
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = target.with_name(f".{target.name[:80]}.{secrets.token_hex(4)}.partial")
        try:
            yield scratch
            sync_file(scratch)
            scratch.replace(target)
            sync_folder(target.parent)
        finally:
            with suppress(OSError):
                scratch.unlink(missing_ok=True)


@contextmanager
def writing(path: Path | str) -> Iterator[None]:
    """Say of whatever the system refuses in the block that ``path`` cannot be written.

    Raises:
        UserError: instead of an ``OSError``.
    """
    try:
        yield
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror or error}") from error


def refuse_link(path: Path) -> None:
    """Refuse a path that is a link.

    Raises:
        UserError: it is one.
    """
    if path.is_symlink():
        leads = f" to {path.resolve()}" if path.exists() else ", which leads nowhere"
        raise UserError(f"{path} is a link{leads}; name the place itself")


def check_file(path: Path | str, *, force: bool = False) -> None:
    """Refuse to replace a file that this program has not written.

    Raises:
        UserError: there is such a file, and no ``force``.
    """
    place = Path(path)
    refuse_link(place)
    if force or not place.is_file():
        return
    with writing(place), place.open("rb") as stream:
        head = stream.read(_HEAD)
    if not any(mark in head for mark in _MARKS):
        raise UserError(
            f"{place} exists and was not written by multipolar; choose another name, or replace "
            "it with --force"
        )


def refuse_file(path: Path | str, *, force: bool = False) -> None:
    """Refuse to replace any file: of a kind that does not say which program has written it.

    Raises:
        UserError: there is one, and no ``force``.
    """
    refuse_link(Path(path))
    if not force and Path(path).exists():
        raise UserError(f"{path} exists; choose another name, or replace it with --force")


def share_file(source: Path, target: Path) -> None:
    """Give a file another name, too, or copy it where a file has one name only."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def sync_file(path: Path) -> None:
    """Force a file to the disk."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to the disk."""
    if os.name == "posix":  # elsewhere a folder cannot be opened
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


# --- one process at a time -----------------------------------------------------------------------
@contextmanager
def alone(folder: Path, *, patience: float = 0.0) -> Iterator[None]:
    """Keep other processes from writing to the folder while the block runs.

    The system drops the lock of a process that ends, however it ends, so that a dead one holds
    nothing up. The lock is a file in the folder, which says who holds it.

    Args:
        folder: which must exist.
        patience: seconds to wait for the other.

    Raises:
        UserError: another process writes there, or the folder cannot be written.
    """
    path = folder / LOCK
    until = time.monotonic() + patience
    while (handle := _try_lock(path, folder)) is None:
        if time.monotonic() >= until:
            raise UserError(
                f"{folder} is in use by {_holder(path)}; wait for its end, or choose another folder"
            )
        time.sleep(0.05)
    try:
        with suppress(OSError):  # a full disk: the lock holds, only its text is missing
            now = dt.datetime.now(dt.UTC).isoformat(" ", "seconds")[:19]
            os.ftruncate(handle, 0)
            os.write(
                handle,
                f"process {os.getpid()} on {socket.gethostname()} since {now} UTC\n".encode(),
            )
        yield
    finally:
        try:
            with suppress(OSError):
                path.unlink()  # while it is held, so that nobody is given a file without a name
        finally:
            os.close(handle)


def _try_lock(path: Path, folder: Path) -> int | None:
    """Return an open file that holds the lock, or None if another process has it."""
    import fcntl

    with writing(folder):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(handle).st_ino == path.stat().st_ino:  # else its holder has just taken it away
            return handle
    except (BlockingIOError, FileNotFoundError):
        pass
    except OSError as error:
        os.close(handle)
        raise UserError(f"cannot lock {folder}: {error.strerror or error}") from error
    os.close(handle)
    return None


def _holder(path: Path) -> str:
    try:
        text = path.read_bytes()[:400].decode("utf-8", "replace")
    except OSError:
        text = ""
    return text.strip() if _HOLDER.fullmatch(text) else "another process"


# --- a folder, file by file ----------------------------------------------------------------------
def exchange(place: Path, remove: set[str]) -> None:
    """Move what stands in ``SCRATCH`` of a folder into it, and take away the files in ``remove``.

    From the moment at which ``SCRATCH`` is renamed to ``READY`` the new state holds: if the process
    is killed after it, :func:`finish` ends the work.

    Args:
        place: the folder, which the caller holds by :func:`alone`.
        remove: names relative to it, with ``/`` between folders.
    """
    scratch = place / SCRATCH
    (scratch / _REMOVE).write_text("".join(f"{name}\n" for name in sorted(remove)), "utf-8")
    sync_file(scratch / _REMOVE)
    sync_folder(scratch)
    scratch.rename(place / READY)
    sync_folder(place)
    finish(place)


def finish(place: Path) -> None:
    """End an exchange that was cut short, if there is one; the caller holds the folder."""
    ready = place / READY
    if not ready.is_dir():
        return
    if (ready / _REMOVE).is_file():
        for name in (ready / _REMOVE).read_text("utf-8").splitlines():
            take_away(place, name)
    # the manifest goes last: until then the old one is there, whose files are being taken away
    for path in sorted(ready.iterdir(), key=lambda path: (path.name == _LAST, path.name)):
        if path.name != _REMOVE:
            path.replace(place / path.name)
    sync_folder(place)
    shutil.rmtree(ready)


def take_away(place: Path, name: str) -> None:
    """Delete a file of a folder, and the folders within that it leaves empty.

    What is not a file, or lies behind a link or outside the folder, stays.
    """
    if not is_plain(name):
        return
    path = place / name
    within = [parent for parent in path.parents if place in parent.parents]
    if any(parent.is_symlink() for parent in within) or (path.is_dir() and not path.is_symlink()):
        return
    path.unlink(missing_ok=True)
    for parent in within:
        with suppress(OSError):
            parent.rmdir()


def is_plain(name: str) -> bool:
    """Whether a name leads to a place within a folder: no ``..``, not absolute, no odd letters."""
    parts = name.split("/")
    return name.isprintable() and "\\" not in name and not {"", ".", ".."} & set(parts)


def set_aside(path: Path) -> Path:
    """Rename what is in the way, to the first free of ``NAME.before``, ``NAME.before.2``, ...

    Returns:
        Its new path.
    """
    number, aside = 1, path.with_name(f"{path.name}.before")
    while aside.is_symlink() or aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.before.{number}")
    path.rename(aside)
    return aside


def named(names: list[str]) -> str:
    """A few of the names, for a message."""
    few = ", ".join(shown(name)[1:-1] for name in names[:3])
    return few + (f" and {len(names) - 3} more" if len(names) > 3 else "")
