"""Sweeps of earlier versions, which are read and not continued.

Beside their parts is an SQLite file: the points of the design, the checksum of each finished part,
and the runs that failed.
"""

from __future__ import annotations

import hashlib
import io
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import numpy as np

from sim.record.manifests import reading
from sim.study.laboratory.parts import Part
from sim.types import Floats

DATABASE: Final = "manifest.sqlite"


def is_former(folder: Path) -> bool:
    """Whether a sweep is one of an earlier version."""
    return (folder / DATABASE).is_file()


def points_of(folder: Path) -> Floats:
    """Return the points of the design.

    Raises:
        UserError: the file is damaged.
    """
    ((blob,),) = _rows(folder, "SELECT value FROM facts WHERE name = 'points'")
    points: Floats = np.load(io.BytesIO(blob), allow_pickle=False)
    return points


def parts_of(folder: Path, paths: Sequence[Path], batch: int) -> dict[int, Part]:
    """Return the parts that are whole, by the number of their batch.

    Args:
        folder: of the sweep.
        paths: of its parts, in order.
        batch: runs of a part.

    Raises:
        UserError: the file is damaged.
    """
    import pyarrow.parquet as pq

    sums = dict(_rows(folder, "SELECT file, sha256 FROM parts"))
    failed = _rows(folder, "SELECT part, cell, overlay, message FROM failures ORDER BY cell")
    found = {}
    for path in paths:
        if hashlib.sha256(path.read_bytes()).hexdigest() != sums.get(path.name):
            continue
        number = int(path.stem.rpartition("-")[2])
        lost = [(cell - number * batch, *said) for part, cell, *said in failed if part == number]
        found[number] = Part("", pq.ParquetFile(path).read(), lost)
    return found


def _rows(folder: Path, query: str) -> list[Any]:
    with reading(folder / DATABASE), closing(sqlite3.connect(folder / DATABASE)) as base:
        return base.execute(query).fetchall()
