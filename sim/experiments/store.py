"""Tables of an experiment on disk: a folder of Parquet files and a manifest, whole or absent.

The folder is written as :class:`sim.results.Results` writes its own, by the same steps.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import UserError
from sim.results import (
    MANIFEST,
    _scratch_beside,
    _sync_file,
    _sync_folder,
    _take_place,
    _versions,
    _write_bytes,
)

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 1


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


def short_id(*parts: object) -> str:
    """Return eight hexadecimal digits that stand for these parts."""
    text = json.dumps([str(part) for part in parts])
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _write(scratch: Path, name: str, table: pd.DataFrame) -> dict[str, Any]:
    path = scratch / f"{name}.parquet"
    table.to_parquet(path, compression="zstd", index=False)
    _sync_file(path)
    return {"rows": len(table), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
