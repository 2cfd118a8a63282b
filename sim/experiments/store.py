"""Tables of an experiment on disk: a folder of Parquet files and a manifest, whole or absent.

The folder is written as :class:`sim.results.Results` writes its own, by the same steps.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import UserError
from sim.results import (
    FORMAT,
    MANIFEST,
    RunMeta,
    _scratch_beside,
    _sync_file,
    _sync_folder,
    _take_place,
    _tupled,
    _versions,
    _write_bytes,
    read_manifest,
)

if TYPE_CHECKING:
    import pandas as pd


def save_tables(
    folder: Path | str, tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any]
) -> Path:
    """Write each table as ``<name>.parquet``, and a manifest with ``facts``; return the folder.

    What is already there is replaced if it has a manifest.

    Raises:
        UserError: the folder exists and is no result, or cannot be written.
    """
    target = Path(folder)
    vacant = not target.exists() or (target.is_dir() and not any(target.iterdir()))
    if not vacant and not (target / MANIFEST).is_file():
        raise UserError(f"{target} exists and is not a result; choose another folder")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _scratch_beside(target) as scratch:
            files = {f"{name}.parquet": _write(scratch, name, tables[name]) for name in tables}
            manifest = {"format": FORMAT, **facts, "versions": _versions(), "files": files}
            text = json.dumps(manifest, indent=1, ensure_ascii=False)
            _write_bytes(scratch / MANIFEST, (text + "\n").encode())
            _sync_folder(scratch)
            _take_place(scratch, target)
    except OSError as error:
        raise UserError(f"cannot write {target}: {error.strerror or error}") from error
    return target


def load_tables(
    folder: Path | str, kind: str, names: Iterable[str]
) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """Read the manifest and the tables of a result of this kind, each as it was written.

    Raises:
        UserError: there is no such result, or it is incomplete or damaged.
    """
    import pandas as pd

    place = Path(folder)
    manifest = read_manifest(place)
    if (found := manifest.get("kind", "run")) != kind:
        raise UserError(f"{place} holds a {found}, not a {kind}")
    tables = {}
    for name in names:
        path = place / f"{name}.parquet"
        try:
            content = path.read_bytes()
            entry = manifest["files"][path.name]
        except (OSError, KeyError, TypeError) as error:
            raise UserError(f"{path} cannot be read: {error}") from error
        if hashlib.sha256(content).hexdigest() != entry["sha256"]:
            raise UserError(
                f"{path} is not as it was written: its checksum differs from {MANIFEST}"
            )
        tables[name] = pd.read_parquet(io.BytesIO(content))
    return manifest, tables


def read_meta(entries: Mapping[str, Any]) -> RunMeta:
    """Return what was run, as a manifest has it."""
    return RunMeta(**_tupled(entries))


def short_id(*parts: object) -> str:
    """Return eight hexadecimal digits that stand for these parts."""
    text = json.dumps([str(part) for part in parts])
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _write(scratch: Path, name: str, table: pd.DataFrame) -> dict[str, Any]:
    path = scratch / f"{name}.parquet"
    table.to_parquet(path, compression="zstd", index=False)
    _sync_file(path)
    return {"rows": len(table), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
