"""Finished blocks on disk: parts of a folder, each a Parquet file that says what it holds.

A part has one row a case that did not fail, and in its metadata the key of its block and the cases
that failed. It is written beside its place, forced to disk and renamed, and read with checksums:
whatever is killed at whatever moment, a part is whole, or counts for nothing and is made again.
There is no index beside the parts, so several processes may share a folder, also over a network.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from sim.record import folders
from sim.record.manifests import MANIFEST, manifest_text
from sim.study.laboratory.cases import Block, Measured
from sim.system.files import write_text, writing, written
from sim.types import Ints

EVALUATED: Final = Path("results") / folders.EVALUATED
"""Where finished points are kept unless told otherwise."""
_NOTE: Final = b"multipolar"


def evaluated_in(folder: Path | None) -> Path:
    """Return where finished points are kept: in the folder of the result, if one is given."""
    return EVALUATED if folder is None else folder / folders.EVALUATED


@dataclass(frozen=True)
class Part:
    """A part that is whole.

    Attributes:
        key: of its block.
        table: one row a case that did not fail, a ``pyarrow.Table``.
        failures: of each case that did: its place in the block, its point for people, why.
    """

    key: str
    table: Any
    failures: list[tuple[int, str, str]]


def read_part(path: Path) -> Part | None:
    """Read a part; None if there is none that is whole."""
    import pyarrow.parquet as pq

    if not path.is_file():
        return None
    try:
        file = pq.ParquetFile(path, page_checksum_verification=True)
        note = json.loads(file.schema_arrow.metadata[_NOTE])
        failures = [(int(at), str(told), str(why)) for at, told, why in note["failures"]]
        return Part(str(note["key"]), file.read().replace_schema_metadata(), failures)
    except Exception:  # noqa: BLE001  (a damaged part is made again, however it is damaged)
        return None


class Parts:
    """The parts of a folder.

    Args:
        folder: where; None keeps nothing.
        shared: whether anybody's blocks may lie there, so that it says itself what it is.
    """

    def __init__(self, folder: Path | None, *, shared: bool = True) -> None:
        self.folder = folder
        self._shared = shared

    def find(self, block: Block) -> Measured | None:
        """Return what is kept of a block; None if it is not there whole.

        What is there and damaged, or of another block, goes.

        Raises:
            UserError: it cannot be removed.
        """
        if self.folder is None:
            return None
        path = self.folder / block.place
        part = read_part(path)
        columns = block.instrument.columns
        kept = _without(len(block), [at for at, _, _ in part.failures] if part else [])
        if part is None or part.key != block.key or not _holds(part, block, kept):
            with writing(path):
                path.unlink(missing_ok=True)
            return None
        values = np.full((len(block), len(columns)), np.nan)
        for k, column in enumerate(part.table.columns[-len(columns) :]):
            values[kept, k] = column.to_numpy()
        return values, [(at, message) for at, _, message in part.failures]

    def keep(self, block: Block, measured: Measured) -> None:
        """Keep a block, whole or not at all.

        Raises:
            UserError: it cannot be written.
        """
        if self.folder is None:
            return
        import pyarrow as pa
        import pyarrow.parquet as pq

        values, failures = measured
        points, own = block.cases[0], block.instrument
        kept = _without(len(block), [at for at, _ in failures])
        columns = [(name, pa.array(x).take(kept)) for name, x in block.columns().items()]
        columns += [(name, pa.array(values[kept, k])) for k, name in enumerate(own.columns)]
        lost = [(at, own.told(points[at]), message) for at, message in sorted(failures)]
        names, arrays = zip(*columns, strict=True)
        table = pa.Table.from_arrays(list(arrays), names=list(names))
        note = json.dumps({"key": block.key, "failures": lost})
        if self._shared and not (self.folder / MANIFEST).exists():
            write_text(self.folder / MANIFEST, manifest_text(folders.EVALUATIONS, {}))
        with written(self.folder / block.place) as scratch:
            pq.write_table(
                table.replace_schema_metadata({_NOTE: note.encode()}),
                scratch,
                compression="zstd",
                compression_level=3,
                write_page_checksum=True,
            )


def _holds(part: Part, block: Block, kept: Ints) -> bool:
    """Whether a part has a row for each case that did not fail, and its numbers by their names."""
    columns = block.instrument.columns
    held = [(field.name, str(field.type)) for field in part.table.schema][-len(columns) :]
    counted = len(part.table) == len(kept) == len(block) - len(part.failures)
    return counted and held == [(name, "double") for name in columns]


def _without(count: int, failed: Sequence[int]) -> Ints:
    return np.setdiff1d(np.arange(count), failed)
