"""Folders of results: which may be replaced, and how, so that nothing else in them is lost.

A folder is replaced only if its manifest says that this program wrote it and that it holds the same
kind of thing. Of what stands there only the files that the manifest lists go; notes, figures and
folders of others stay. Anything else needs ``force``, which deletes nothing at all: a file in the
way of a new one is renamed. What is unfinished never takes the place of what is whole.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sim.errors import UserError
from sim.record.manifests import MANIFEST, manifest_text, read_manifest
from sim.rules.outside import MANIFEST_KEY
from sim.system.files import (
    LOCK,
    READY,
    SCRATCH,
    alone,
    exchange,
    finish,
    is_plain,
    named,
    refuse_link,
    set_aside,
    write_text,
    writing,
)

EVALUATED: Final = "evaluated"
"""A folder beside the tables of an analysis, with the points that are finished."""

EVALUATIONS: Final = "evaluations"
"""Its kind."""

_PATIENCE: Final = 60.0
_FORCE: Final = "choose another folder, or --force, which deletes nothing there"


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands where a result is to go.

    Attributes:
        listed: names of the files that will go or be replaced.
        says: what is to be told of it; empty where nothing stands.
    """

    listed: frozenset[str] = frozenset()
    says: str = ""


def look(folder: Path | str, kind: str, *, force: bool = False, over: bool = True) -> Standing:
    """Say what stands in a folder, and refuse it if it is not to be replaced.

    Args:
        folder: where a result is to go.
        kind: of the result.
        force: write there whatever it is.
        over: whether one of the same kind may be replaced without ``force``.

    Raises:
        UserError: it is a link or a file, or holds something else and there is no ``force``.
    """
    place = Path(folder)
    refuse_link(place)
    if not place.exists():
        return Standing()
    if not place.is_dir():
        raise UserError(f"{place} exists and is not a result, but a file; choose another folder")
    with writing(place):
        there = sorted({path.name for path in place.iterdir()} - {LOCK, SCRATCH, READY})
    if (place / READY).is_dir():
        with suppress(UserError):
            read_manifest(place)  # ends what was cut short
    if not there or (there == [EVALUATED] and is_kind(place / EVALUATED, EVALUATIONS)):
        return Standing()
    try:
        manifest = read_manifest(place)
    except UserError as error:
        said = str(error).removeprefix(str(place)).lstrip(" /:")
        why = f"exists and is not a result ({said})"
    else:
        if manifest["kind"] == kind and over:
            return _same(place, manifest, there)
        why = f"holds a {manifest['kind']}" + (
            "" if manifest["kind"] == kind else f", not a {kind}"
        )
    if not force:
        raise UserError(f"{place} {why}; {_FORCE}")
    return Standing(says=f"{place} {why}: all that is there is kept ({named(there)})")


def _same(place: Path, manifest: Mapping[str, Any], there: list[str]) -> Standing:
    listed = listed_files(manifest)
    folders = {name.partition("/")[0] for name in listed}
    others = [name for name in there if name not in folders]
    kept = f"; {named(others)} {'is' if len(others) == 1 else 'are'} kept" if others else ""
    what = "an unfinished" if manifest.get("partial") else "the"
    return Standing(listed, f"{place}: replaces {what} {manifest['kind']} there{kept}")


def listed_files(manifest: Mapping[str, Any]) -> frozenset[str]:
    """Names of the files that a manifest lists, itself included."""
    names: set[Any] = {MANIFEST}
    for key in ("files", "figures"):
        if isinstance(found := manifest.get(key), dict | list):
            names |= {name for name in found if isinstance(name, str) and is_plain(name)}
    return frozenset(names)


def is_kind(folder: Path | str, kind: str) -> bool:
    """Whether a folder is one of this program and this kind."""
    try:
        read_manifest(folder, kind)
    except UserError:
        return False
    return True


@contextmanager
def replaced(
    folder: Path | str, kind: str, *, force: bool = False, over: bool = True
) -> Iterator[Path]:
    """Give a new folder to fill, which takes the place of what stands in ``folder`` at the end.

    Whatever happens at whatever moment, ``folder`` holds all of the old or all of the new.

    Args:
        folder: where the result is to go; made if it is not there.
        kind: of the result.
        force, over: see :func:`look`.

    Raises:
        UserError: the folder is not to be replaced, in use, or cannot be written.
    """
    place = Path(folder)
    look(place, kind, force=force, over=over)
    made = not place.exists()
    scratch = place / SCRATCH
    try:
        with writing(place):
            place.mkdir(parents=True, exist_ok=True)
            with alone(place, patience=_PATIENCE):
                finish(place)
                standing = look(
                    place, kind, force=force, over=over
                )  # again, now that nobody else writes
                shutil.rmtree(scratch, ignore_errors=True)
                scratch.mkdir()
                try:
                    yield scratch
                    new = {path.name for path in scratch.iterdir()}
                    for name in sorted(new - standing.listed):
                        if (place / name).is_symlink() or (place / name).exists():
                            set_aside(place / name)
                    exchange(place, set(standing.listed - new))
                finally:
                    shutil.rmtree(scratch, ignore_errors=True)
    except BaseException:
        if made:
            with suppress(OSError):
                place.rmdir()
        raise


def enlist(folder: Path | str, files: Iterable[Path]) -> None:
    """Enter files within a result in its manifest, so that they go when it is replaced.

    Raises:
        UserError: there is no result, or the manifest cannot be written.
    """
    place = Path(folder)
    with alone(place, patience=_PATIENCE):
        manifest = read_manifest(place)
        names = {path.relative_to(place).as_posix() for path in files}
        known = set(manifest.get("figures", ()))
        if not names <= known:
            rewrite(place, manifest | {"figures": sorted(known | names)})


def rewrite(place: Path, manifest: Mapping[str, Any]) -> None:
    """Write a changed manifest in place of the one that is there; the caller holds the folder."""
    kept = {key: manifest[key] for key in manifest if key not in ("program", "format", "kind")}
    facts = {MANIFEST_KEY: [], **kept}  # whatever rules this process has
    write_text(place / MANIFEST, manifest_text(manifest["kind"], facts))


def place_of_partial(folder: Path | str, kind: str, finished: int) -> Path:
    """Return where an unfinished result goes: beside a whole one, or one that got further.

    Args:
        folder: where the whole one would go.
        kind: of the result.
        finished: how far it got.

    Returns:
        The folder itself, or the first of ``NAME-partial``, ``NAME-partial-2``, ... that is free.
    """
    place, number = Path(folder), 1
    own = place
    while is_kind(own, kind):
        partial = read_manifest(own).get("partial")
        done = partial.get("finished") if isinstance(partial, dict) else None
        if isinstance(done, int) and done <= finished:
            break
        own = place.with_name(f"{place.name}-partial" + (f"-{number}" if number > 1 else ""))
        number += 1
    return own
