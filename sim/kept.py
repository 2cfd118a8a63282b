"""Where compiled kernels are kept, and which of what lies there is believed.

A compiled function is one file, whose name says what it means (:mod:`sim.meaning`) and for which
arguments it was compiled, so that several versions and processors share one folder. What the files
hold is code that will be run: it is read only from a folder and a file that belong to this user or
to root and that nobody else can write, and only if it is whole.

Places are tried in turn: ``$MULTIPOLAR_CACHE`` if set, else ``$XDG_CACHE_HOME/multipolar`` or
``~/.cache/multipolar``; then a private folder of this user under the system's temporary files.
All are read; new kernels go to the first that can be written. Where there is none they last as
long as the process.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from sim.errors import Notice

_SUFFIX: Final = ".kernel"
_SEAL: Final = 32  # bytes of the checksum that a file begins with
_ROOM: Final = 64 * 2**20  # bytes that must be free: all kernels of one version take about 10 MB
_VERSIONS: Final = 4  # of one function that stay when a new one is compiled
_DAY: Final = 86_400.0
_OLD: Final = 90 * _DAY
_FORMER: Final = re.compile("[0-9a-f]{24}")  # folders of earlier versions of this package


class Place(NamedTuple):
    """A folder for kernels; a ``private`` one nobody else may even read."""

    folder: Path
    private: bool


def places() -> Iterator[Place]:
    """The folders that may hold kernels, the preferred first; whether they exist is not said."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    try:
        general = Path(given) if given.startswith("/") else Path("~/.cache").expanduser()
        base = Path(os.environ.get("MULTIPOLAR_CACHE") or general / "multipolar").expanduser()
        yield Place(base.absolute() / "kernels", private=False)
    except (RuntimeError, OSError):  # a user without a home, a current folder that is gone
        pass
    try:
        temporary = Path(tempfile.gettempdir())
        # Python's last resort is the current folder, which is no place to leave files in
        last = not os.environ.get("TMPDIR") and temporary.samefile(".")
        if not last or temporary.stat().st_mode & stat.S_ISVTX:
            yield Place(temporary / f"multipolar-{os.geteuid()}", private=True)
    except OSError:
        return


def _trust(facts: os.stat_result, *, private: bool) -> None:
    """Raise OSError unless what has these facts is ours or root's, and closed to others."""
    if facts.st_uid not in ({os.geteuid()} if private else {os.geteuid(), 0}):
        raise OSError(f"belongs to another user ({facts.st_uid}), who could plant code in it")
    if facts.st_mode & (0o077 if private else 0o022):
        raise OSError(f"is open to other users (mode {facts.st_mode & 0o777:o})")


def _checked(place: Place) -> Path:
    """The folder of a place that can be believed.

    Raises:
        OSError: it is not there, no folder, a link, or open to other users.
    """
    facts = place.folder.lstat()
    if not stat.S_ISDIR(facts.st_mode):
        raise OSError("is not a folder")
    _trust(facts, private=place.private)
    return place.folder


def _ready(place: Place) -> Path:
    """The folder of a place, made where it is not there, into which kernels can be written.

    Raises:
        OSError: it cannot be believed, cannot be written, or is on a full disk.
    """
    if not place.folder.exists():
        place.folder.mkdir(parents=True, exist_ok=True, mode=0o700 if place.private else 0o755)
    folder = _checked(place)
    with tempfile.TemporaryFile(dir=folder) as probe:
        probe.write(b"x")
    if shutil.disk_usage(folder).free < _ROOM:
        raise OSError(f"has less than {_ROOM >> 20} MB free")
    return folder


def _reason(error: OSError) -> str:
    """What an error of the system says, without number and path."""
    return error.strerror.lower() if error.strerror else str(error)


def folder() -> tuple[Path | None, str]:
    """The folder that new kernels go to, or None, and why no place before it will do."""
    refused: list[str] = []
    for place in places():
        try:
            return _ready(place), "; ".join(refused)
        except OSError as error:
            refused.append(f"{place.folder}: {_reason(error)}")
    return None, "; ".join(refused) or "there is neither a home nor a temporary folder"


def _seal(name: str, data: bytes) -> bytes:
    """A checksum of a file and its name."""
    return hashlib.blake2b(name.encode() + b"\0" + data, digest_size=_SEAL).digest()


def read(name: str) -> bytes | None:
    """What is kept under a name, or None where nothing is that can be believed."""
    for place in places():
        try:
            path = _checked(place) / (name + _SUFFIX)
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(handle, "rb") as stream:
                facts = os.fstat(handle)
                _trust(facts, private=False)
                if not stat.S_ISREG(facts.st_mode):
                    continue
                seal, data = stream.read(_SEAL), stream.read()
        except OSError:
            continue
        if seal == _seal(name, data):
            _touch(path)
            return data
    return None


def _touch(path: Path) -> None:
    """Note that a file is in use, so that it is not taken for an old one."""
    try:
        os.utime(path)
    except OSError:
        return


def holds(prefix: str) -> bool:
    """Whether some place keeps a name that begins so."""
    return any(any(place.folder.glob(f"{prefix}*{_SUFFIX}")) for place in places())


_told: set[str] = set()


def _tell(text: str) -> None:
    """Warn once in this process."""
    if text not in _told:
        _told.add(text)
        warnings.warn(text, Notice, stacklevel=2)


def announce() -> None:
    """Say, before something is compiled, if it cannot be kept in the place that was meant."""
    where, refused = folder()
    if where is None:
        _tell(
            f"compiled kernels cannot be kept and serve this process only ({refused}); "
            "set MULTIPOLAR_CACHE to a folder of yours that can be written"
        )
    elif refused:
        _tell(f"compiled kernels are kept in {where} ({refused})")


def write(name: str, data: bytes) -> None:
    """Keep data under a name, whole or not at all, and remove what is old.

    Where they cannot be kept, a warning says so once.
    """
    where, _ = folder()
    if where is None:
        return
    try:
        handle, scratch = tempfile.mkstemp(dir=where, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(_seal(name, data) + data)
                os.fchmod(handle, 0o644)
            Path(scratch).replace(where / (name + _SUFFIX))
        except BaseException:
            Path(scratch).unlink(missing_ok=True)
            raise
        prune(where)
    except OSError as error:
        _tell(f"compiled kernels cannot be kept in {where}: {_reason(error)}")


def prune(where: Path) -> None:
    """Remove what has not been used for long from a folder.

    Of each function the versions used last stay, and all that was used within a day; what no
    version has used for three months goes.
    """
    now = time.time()
    seen: Counter[str] = Counter()
    for used, path in sorted(_ours(where), reverse=True):
        kind = path.name.partition("-")[0]
        spare = path.suffix == ".tmp" or seen[kind] >= _VERSIONS
        seen[kind] += path.suffix == _SUFFIX
        if now - used > (_DAY if spare else _OLD):
            _remove(path)


def _ours(where: Path) -> list[tuple[float, Path]]:
    """When each thing that this module made was last used; nothing else is ever removed."""
    found = []
    files = [*where.glob(f"*{_SUFFIX}"), *where.glob("tmp*.tmp")]
    former = [path for path in where.parent.glob("*") if _FORMER.fullmatch(path.name)]
    for path in files + (former if where.name == "kernels" else []):
        try:
            found.append((path.stat().st_mtime, path))
        except OSError:  # another process was quicker
            continue
    return found


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def clear() -> list[Path]:
    """Remove all kernels from every place; returns what was removed.

    Raises:
        OSError: something could not be removed.
    """
    gone = []
    for place in places():
        try:
            where = _checked(place)
        except OSError:
            continue
        for _, path in _ours(where):
            _remove(path)
            gone.append(path)
    return gone


def contents() -> list[tuple[Path, int, int]]:
    """Folder, number of files and bytes of each place that holds kernels."""
    found = []
    for place in places():
        sizes = [path.stat().st_size for path in place.folder.glob(f"*{_SUFFIX}")]
        if sizes:
            found.append((place.folder, len(sizes), sum(sizes)))
    return found
