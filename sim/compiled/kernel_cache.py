"""What is kept from one command to the next, where, and which of what lies there is believed.

Compiled kernels and simulated arms each have a shelf. A file is whole or absent, and its name says
what it means: of a compiled function its code (:mod:`sim.compiled.fingerprint`) and the arguments
for which it was compiled, of an arm what was simulated; so several versions and processors share
one folder. It is read only from a folder and a file that belong to this user or to root and that
nobody else can
write, and only if its checksum is right: a kernel is code that will be run, an arm is believed.

Places are tried in turn: ``$MULTIPOLAR_CACHE`` if set, else ``$XDG_CACHE_HOME/multipolar`` or
``~/.cache/multipolar``; then a private folder of this user under the system's temporary files.
All are read; what is new goes to the first that can be written. Where there is none it lasts as
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

_SEAL: Final = 32  # bytes of the checksum that a file begins with
_ROOM: Final = 64 * 2**20  # bytes that must be free: all kernels of one version take about 10 MB
_VERSIONS: Final = 4  # of one function that stay when a new one is compiled
_DAY: Final = 86_400.0
_OLD: Final = 90 * _DAY
_FORMER: Final = re.compile("[0-9a-f]{24}")  # folders of earlier versions of this package


class Shelf(NamedTuple):
    """One kind of what is kept.

    Attributes:
        name: of its folder; the suffix of its files is that without the last letter.
        what: it is called.
        sized: whether it is held to :func:`limit` bytes, and damage is told.
    """

    name: str
    what: str
    sized: bool

    @property
    def suffix(self) -> str:
        """How the names of its files end."""
        return f".{self.name[:-1]}"


KERNELS: Final = Shelf("kernels", "compiled kernels", sized=False)
ARMS: Final = Shelf("arms", "simulated arms", sized=True)
LIMIT: Final = 1024
"""Megabytes of simulated arms that are kept, unless ``$MULTIPOLAR_ARMS_MB`` says another number."""


def limit() -> int:
    """Bytes of simulated arms that are kept; 0 for none."""
    given = os.environ.get("MULTIPOLAR_ARMS_MB", "")
    return (int(given) if given.isdecimal() and given.isascii() else LIMIT) * 10**6


class Place(NamedTuple):
    """A folder to keep things in; a ``private`` one nobody else may even read."""

    folder: Path
    private: bool


def places(shelf: Shelf = KERNELS) -> Iterator[Place]:
    """The folders of a shelf, the preferred first; whether they exist is not said."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    try:
        general = Path(given) if given.startswith("/") else Path("~/.cache").expanduser()
        base = Path(os.environ.get("MULTIPOLAR_CACHE") or general / "multipolar").expanduser()
        yield Place(base.absolute() / shelf.name, private=False)
    except (RuntimeError, OSError):  # a user without a home, a current folder that is gone
        pass
    try:
        temporary = Path(tempfile.gettempdir())
        # Python's last resort is the current folder, which is no place to leave files in
        last = not os.environ.get("TMPDIR") and temporary.samefile(".")
        if not last or temporary.stat().st_mode & stat.S_ISVTX:
            name = f"multipolar-{os.geteuid()}" + ("" if shelf is KERNELS else f"-{shelf.name}")
            yield Place(temporary / name, private=True)
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
    """The folder of a place, made where it is not there, that can be written to.

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


def folder(shelf: Shelf = KERNELS) -> tuple[Path | None, str]:
    """The folder that what is new goes to, or None, and why no place before it will do."""
    refused: list[str] = []
    for place in places(shelf):
        try:
            return _ready(place), "; ".join(refused)
        except OSError as error:
            refused.append(f"{place.folder}: {_reason(error)}")
    return None, "; ".join(refused) or "there is neither a home nor a temporary folder"


def _seal(name: str, data: bytes) -> bytes:
    """A checksum of a file and its name."""
    return hashlib.blake2b(name.encode() + b"\0" + data, digest_size=_SEAL).digest()


def read(name: str, shelf: Shelf = KERNELS) -> bytes | None:
    """What is kept under a name, or None where nothing is that can be believed."""
    for place in places(shelf):
        try:
            path = _checked(place) / (name + shelf.suffix)
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
        if shelf.sized:
            _tell(f"{path} is damaged and is made anew")
    return None


def _touch(path: Path) -> None:
    """Note that a file is in use, so that it is not taken for an old one."""
    try:
        os.utime(path)
    except OSError:
        return


def holds(prefix: str) -> bool:
    """Whether some place keeps a kernel whose name begins so."""
    return any(any(place.folder.glob(f"{prefix}*{KERNELS.suffix}")) for place in places())


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


def write(name: str, data: bytes, shelf: Shelf = KERNELS) -> None:
    """Keep data under a name, whole or not at all, and remove what is old.

    Of two that write the same the last stays. Where they cannot be kept, a warning says so once.
    """
    where, _ = folder(shelf)
    if where is None:
        return
    try:
        handle, scratch = tempfile.mkstemp(dir=where, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(_seal(name, data) + data)
                os.fchmod(handle, 0o644)
            Path(scratch).replace(where / (name + shelf.suffix))
        except BaseException:
            Path(scratch).unlink(missing_ok=True)
            raise
        prune(where, shelf)
    except OSError as error:
        _tell(f"{shelf.what} cannot be kept in {where}: {_reason(error)}")


def prune(where: Path, shelf: Shelf = KERNELS) -> None:
    """Remove what has not been used for long from a folder.

    Of each function the versions used last stay, and all that was used within a day; what no
    version has used for three months goes. Of arms those used last stay, up to :func:`limit`.
    """
    now = time.time()
    seen: Counter[str] = Counter()
    size = 0
    for used, bytes_, path in sorted(_ours(where, shelf), reverse=True):
        kind = path.name.partition("-")[0]
        size += bytes_
        spare = path.suffix == ".tmp" or seen[kind] >= _VERSIONS
        seen[kind] += path.suffix == KERNELS.suffix
        full = shelf.sized and path.suffix == shelf.suffix and size > limit()
        if full or now - used > (_DAY if spare else _OLD):
            _remove(path)


def _ours(where: Path, shelf: Shelf) -> list[tuple[float, int, Path]]:
    """When each thing that this module made was last used, and its bytes.

    Nothing else is ever removed.
    """
    found = []
    files = [*where.glob(f"*{shelf.suffix}"), *where.glob("tmp*.tmp")]
    former = [path for path in where.parent.glob("*") if _FORMER.fullmatch(path.name)]
    for path in files + (former if where.name == KERNELS.name else []):
        try:
            facts = path.stat()
        except OSError:  # another process was quicker
            continue
        found.append((facts.st_mtime, facts.st_size, path))
    return found


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def clear(shelf: Shelf = KERNELS) -> list[Path]:
    """Remove all of a shelf from every place; returns what was removed.

    Raises:
        OSError: something could not be removed.
    """
    gone = []
    for place in places(shelf):
        try:
            where = _checked(place)
        except OSError:
            continue
        for _, _, path in _ours(where, shelf):
            _remove(path)
            gone.append(path)
    return gone


def contents(shelf: Shelf = KERNELS) -> list[tuple[Path, int, int]]:
    """Folder, number of files and bytes of each place that holds any of a shelf."""
    found = []
    for place in places(shelf):
        sizes = [path.stat().st_size for path in place.folder.glob(f"*{shelf.suffix}")]
        if sizes:
            found.append((place.folder, len(sizes), sum(sizes)))
    return found


def names(prefix: str, shelf: Shelf) -> list[str]:
    """What is kept under names that begin so."""
    found = {
        path.name.removesuffix(shelf.suffix)
        for place in places(shelf)
        for path in place.folder.glob(f"{prefix}*{shelf.suffix}")
    }
    return sorted(found)
