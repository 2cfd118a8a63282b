"""Tables of an experiment on disk: a folder of Parquet files and a manifest, whole or absent.

The folder is written as :class:`sim.record.results.Results` writes its own, by the same steps.
"""

from __future__ import annotations

import hashlib
import json
import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from sim.errors import UserError
from sim.record.folders import replaced
from sim.record.manifests import (
    MANIFEST,
    TABLE,
    Shape,
    check,
    manifest_text,
    read_manifest,
    reading,
    tupled,
)
from sim.record.results import RunMeta, safe_run_folder, versions
from sim.system.files import sync_file, write_text

if TYPE_CHECKING:
    import pandas as pd


class SavedTables(ABC):
    """A result that is kept as tables and a manifest, ``kind`` in which says what it is."""

    kind: ClassVar[str]

    def __init_subclass__(cls, *, kind: str) -> None:
        super().__init_subclass__()
        cls.kind = kind

    @property
    @abstractmethod
    def run_id(self) -> str:
        """Name of its own folder."""

    @abstractmethod
    def _tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""

    @abstractmethod
    def _facts(self) -> dict[str, Any]:
        """What the manifest says beside the tables."""

    def save(self, folder: Path | str, *, force: bool = False) -> Path:
        """Write the tables and a manifest to ``folder``, whole or not at all; return the folder.

        Args:
            folder: where to; one of the same kind is replaced.
            force: write there whatever there is; nothing is deleted then.

        Raises:
            UserError: the folder holds something else, is in use, or cannot be written.
        """
        facts, tables = {"id": self.run_id, **self._facts()}, self._tables()
        target = Path(folder)
        with replaced(target, self.kind, force=force) as scratch:
            files = {f"{name}.parquet": _write(scratch, name, tables[name]) for name in tables}
            more = {"versions": versions(), "files": files}
            write_text(scratch / MANIFEST, manifest_text(self.kind, {**facts, **more}))
        return target

    def save_in(self, root: Path | str) -> Path:
        """Write to a folder of its own, named by :attr:`run_id`, under ``root``."""
        return self.save(safe_run_folder(root, self.run_id))


def load_tables(
    folder: Path | str, kind: str, names: Iterable[str], shape: Shape | None = None
) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """Read the manifest and the tables of a result of this kind, each as it was written.

    Args:
        folder: of the result.
        kind: which it has to be.
        names: of the tables.
        shape: of what the reader needs of the manifest.

    Raises:
        UserError: there is no such result, or it is incomplete or damaged.
    """
    place = Path(folder)
    manifest = read_manifest(place, kind, shape)
    with reading(place / MANIFEST):
        needed = dict.fromkeys((f"{name}.parquet" for name in names), TABLE)
        check(manifest, {"files": needed})
    return manifest, {name: _read(place / f"{name}.parquet", manifest) for name in names}


def _read(path: Path, manifest: Mapping[str, Any]) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    entry = manifest["files"][path.name]
    with reading(path):
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != entry["sha256"]:
            raise UserError(
                f"{path} is not as it was written: its checksum differs from {MANIFEST}"
            )
        file = pq.ParquetFile(pa.BufferReader(content))
        if file.metadata.num_rows != entry["rows"]:
            raise ValueError(f"{file.metadata.num_rows} rows instead of {entry['rows']}")
        table: pd.DataFrame = file.read().to_pandas()
        if twice := sorted({str(name) for name in table.columns[table.columns.duplicated()]}):
            raise ValueError(f"it has two columns {', '.join(twice)}")
    return table


def read_meta(entries: Mapping[str, Any]) -> RunMeta:
    """Return what was run, as a manifest has it."""
    return RunMeta(**tupled(entries))


def defined(entries: Mapping[str, Any]) -> dict[str, Any]:
    """Return numbers as a manifest has them, those that are not finite as NaN."""
    return {key: math.nan if value is None else value for key, value in entries.items()}


def short_id(*parts: object) -> str:
    """Return eight hexadecimal digits that stand for these parts."""
    text = json.dumps([str(part) for part in parts])
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def folder_name(scenario: str, what: str, *parts: object) -> str:
    """Return the name of a result's own folder: an id of its parts, its scenario, what it is."""
    return f"{short_id(*parts)}-{scenario.lower().replace('_', '-')[:60]}-{what}"


def frame(rows: Iterable[Any], columns: list[str] | None = None) -> pd.DataFrame:
    """Return a table of rows."""
    import pandas as pd

    return pd.DataFrame(rows, columns=columns)


def stacked(parts: Iterable[Mapping[str, Any] | pd.DataFrame]) -> pd.DataFrame:
    """Return tables, or columns of tables by name, below one another."""
    import pandas as pd

    return pd.concat([pd.DataFrame(part) for part in parts], ignore_index=True)


def _write(scratch: Path, name: str, table: pd.DataFrame) -> dict[str, Any]:
    path = scratch / f"{name}.parquet"
    table.to_parquet(path, compression="zstd", index=False)
    sync_file(path)
    return {"rows": len(table), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
