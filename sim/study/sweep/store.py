"""A sweep on disk: Parquet files in parts, and an SQLite manifest of what is finished.

A folder has ``manifest.json``, which says what is swept; ``manifest.sqlite`` with the points, a row
a part and a row a finished run; and ``parts/``. A part is written beside its place,
forced to disk and renamed, and only then are its runs entered in one transaction. So whatever is
killed at whatever moment, a run that the manifest has is on disk whole, and a part that it does not
have counts for nothing and is made again.
"""

from __future__ import annotations

import hashlib
import io
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.errors import UserError
from sim.record.folders import is_kind, replaced, rewrite
from sim.record.manifests import (
    MANIFEST,
    TEXT,
    Maybe,
    Shape,
    Whole,
    manifest_text,
    read_manifest,
    reading,
)
from sim.record.results import versions
from sim.rules.outside import MANIFEST_KEY
from sim.study.sweep.design import Design
from sim.study.sweep.factors import Factor
from sim.study.sweep.plan import Keys, Plan, code_version
from sim.system.files import alone, sync_file, write_text, writing, written

type Floats = npt.NDArray[np.float64]
type Ints = npt.NDArray[np.int64]

KIND: Final = "sweep"
DATABASE: Final = "manifest.sqlite"
PARTS: Final = "parts"
_PART = re.compile(r"part-\d{6,}\.parquet|part-\d{6,}\.partial|\.part-.*\.partial")
_SHAPE: Final[Shape] = {
    **dict.fromkeys(("title", "scenario", "arm", "scenario_hash", "code", "command"), str),
    **{key: [str] for key in ("set", "metrics")},
    **{key: [Whole()] for key in ("seeds", "runs")},
    "quarters": Maybe(Whole(1, 100_000)),
    "horizon": TEXT,
    "batch": Whole(1),
    "design": {"kind": str},
    "parameters": [{"name": str, "levels": [str]}],
    "points": Whole(1),
    "cells": Whole(1),
}
"""What a manifest has to have."""

_TABLES: Final = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE parts (number INTEGER PRIMARY KEY, file TEXT, rows INTEGER, sha256 TEXT);
CREATE TABLE runs (
    key BLOB PRIMARY KEY, cell INTEGER NOT NULL, part INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX runs_by_part ON runs (part);
CREATE TABLE failures (
    key BLOB PRIMARY KEY, cell INTEGER NOT NULL, part INTEGER NOT NULL, point INTEGER NOT NULL,
    seed INTEGER NOT NULL, run INTEGER NOT NULL, overlay TEXT, message TEXT
) WITHOUT ROWID;
"""


class Store:
    """The folder of one sweep."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def create(
        cls,
        folder: Path,
        plan: Plan,
        *,
        title: str,
        scenario: str,
        command: str,
        force: bool = False,
    ) -> Store:
        """Make the folder of a new sweep.

        Args:
            folder: where; it must be empty or absent, but for ``force``.
            plan: what is swept.
            title: of the scenario.
            scenario: hash of the scenario.
            command: as it was typed.
            force: write there whatever there is; nothing is deleted then.

        Raises:
            UserError: the folder is not empty, or cannot be written.
        """
        if is_kind(folder, KIND) and not force:
            raise UserError(f"{folder} holds a sweep; continue it with --resume {folder}")
        facts = {
            "title": title,
            **plan.facts(),
            "points": len(plan.design.points),
            "cells": plan.cells,
            "scenario_hash": scenario,
            "code": code_version(),
            "command": command,
            "versions": versions(),
        }
        with replaced(folder, KIND, force=force, over=False) as scratch:
            (scratch / PARTS).mkdir()
            buffer = io.BytesIO()
            np.save(buffer, plan.design.points, allow_pickle=False)
            try:
                with closing(sqlite3.connect(scratch / DATABASE)) as base, base:
                    base.executescript(_TABLES)
                    base.execute("INSERT INTO facts VALUES ('points', ?)", (buffer.getvalue(),))
            except sqlite3.Error as error:
                raise UserError(f"cannot write {folder}: {error}") from error
            sync_file(scratch / DATABASE)
            write_text(scratch / MANIFEST, manifest_text(KIND, facts))
        return cls(folder)

    def note(self, **facts: Any) -> None:
        """Change facts of the manifest, where they are not so already.

        Raises:
            UserError: it cannot be written.
        """
        known = {MANIFEST_KEY: []} | read_manifest(self.folder, KIND)
        if known | facts != known:
            rewrite(self.folder, known | facts)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes from working at the same sweep.

        Raises:
            UserError: one does.
        """
        with alone(self.folder):
            yield

    @classmethod
    def open(cls, folder: Path | str) -> tuple[Store, Plan, dict[str, Any]]:
        """Return a saved sweep: its store, its plan, and the facts of its manifest.

        Raises:
            UserError: there is none, or it is damaged.
        """
        place = Path(folder)
        facts = read_manifest(place, KIND, _SHAPE)
        store = cls(place)
        with reading(place):
            factors = tuple(Factor(x["name"], tuple(x["levels"])) for x in facts["parameters"])
            made = dict(facts["design"])
            points = store._points(facts["points"], factors)
            plan = Plan(
                scenario=facts["scenario"],
                design=Design(made.pop("kind"), factors, points, made),
                metrics=tuple(facts["metrics"]),
                seeds=tuple(facts["seeds"]),
                runs=tuple(facts["runs"]),
                arm=facts["arm"],
                set=tuple(facts["set"]),
                quarters=facts["quarters"],
                horizon=facts["horizon"],
                batch=facts["batch"],
            )
        return store, plan, facts

    def _points(self, count: int, factors: tuple[Factor, ...]) -> Floats:
        """The points of the design, ``(P, K)``, as the manifest describes them."""
        with self.database() as base:
            ((blob,),) = base.execute("SELECT value FROM facts WHERE name = 'points'").fetchall()
        if len(blob) < 8 * count * len(factors):  # before there is memory for what it says it is
            raise ValueError(f"{DATABASE} does not hold {count} points")
        points: Floats = np.load(io.BytesIO(blob), allow_pickle=False)
        if points.shape != (count, len(factors)) or points.dtype != np.float64:
            raise ValueError(f"{DATABASE} holds points {points.shape}, not {count, len(factors)}")
        for factor, column in zip(factors, points.T, strict=True):
            known = column[~np.isnan(column)]
            if factor.levels and not np.isin(known, np.arange(len(factor.levels))).all():
                raise ValueError(f"{DATABASE} holds levels of {factor.name} that it does not have")
        return points

    @contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """The manifest; changes made inside are one transaction, forced to disk."""
        path = self.folder / DATABASE
        if not path.is_file():  # sqlite would make an empty one
            raise UserError(f"{self.folder} is damaged: it has no {DATABASE}")
        with closing(sqlite3.connect(path, timeout=60.0)) as base:
            base.execute("PRAGMA synchronous = FULL")
            with base:
                yield base

    def part(self, number: int) -> Path:
        """The file of a part."""
        return self.folder / PARTS / f"part-{number:06d}.parquet"

    # --- writing ---------------------------------------------------------------------------------
    def write(
        self,
        plan: Plan,
        number: int,
        values: Floats,
        failures: Sequence[tuple[int, str]],
        keys: Keys,
    ) -> None:
        """Write a finished batch: the part, then its runs in the manifest.

        Args:
            plan: of the sweep.
            number: of the batch.
            values: of its cells, ``(C, M)``.
            failures: place among the cells, and message, of the runs that failed.
            keys: of cells.

        Raises:
            UserError: the disk is full, or the folder cannot be written.
        """
        import pyarrow.parquet as pq

        cells = plan.cells_of(number)
        failed = {at for at, _ in failures}
        kept = np.array([at for at in range(len(cells)) if at not in failed], dtype=np.int64)
        path = self.part(number)
        of = keys.of(cells)
        points, seeds, runs = plan.cases(cells)
        lost = [
            (
                of[at],
                int(cells[at]),
                number,
                int(points[at]),
                int(seeds[at]),
                int(runs[at]),
                keys.overlay(int(points[at])),
                message,
            )
            for at, message in failures
        ]
        done = [(of[at], int(cells[at]), number) for at in kept.tolist()]
        with written(path) as scratch:
            table = rows_of(plan, cells[kept], values[kept])
            pq.write_table(table, scratch, compression="zstd", compression_level=3)
            content = scratch.read_bytes()
        try:
            entry = (number, path.name, len(kept), hashlib.sha256(content).hexdigest())
            with self.database() as base:
                base.execute("INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?)", entry)
                base.executemany("INSERT OR REPLACE INTO runs VALUES (?, ?, ?)", done)
                base.executemany(
                    "INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?, ?, ?, ?)", lost
                )
        except sqlite3.Error as error:
            raise UserError(f"cannot write {self.folder / DATABASE}: {error}") from error

    # --- what is finished ------------------------------------------------------------------------
    def finished(self, plan: Plan, keys: Keys | None = None) -> set[int]:
        """Return the batches that are whole on disk and, if given, made under these ``keys``.

        Raises:
            UserError: the manifest cannot be read.
        """
        found = set()
        with reading(self.folder / DATABASE), self.database() as base:
            for number, digest in base.execute("SELECT number, sha256 FROM parts").fetchall():
                if number not in range(plan.batches) or not self._is_whole(number, digest):
                    continue
                if keys is None or self._entered(base, number) == _expected(plan, number, keys):
                    found.add(number)
        return found

    def _is_whole(self, number: int, digest: str) -> bool:
        try:
            content = self.part(number).read_bytes()
        except OSError:
            return False
        return hashlib.sha256(content).hexdigest() == digest

    @staticmethod
    def _entered(base: sqlite3.Connection, number: int) -> set[tuple[bytes, int]]:
        runs = base.execute("SELECT key, cell FROM runs WHERE part = ?", (number,)).fetchall()
        failed = base.execute("SELECT key, cell FROM failures WHERE part = ?", (number,))
        return {*runs, *failed.fetchall()}

    def forget_unfinished(self, finished: set[int]) -> None:
        """Take off the disk and out of the manifest what belongs to no finished part.

        Files of others among the parts stay.

        Raises:
            UserError: the manifest is damaged, or the folder cannot be written.
        """
        with reading(self.folder / DATABASE), self.database() as base:
            known = {number for (number,) in base.execute("SELECT number FROM parts")}
            for number in known - finished:
                for table in ("runs", "failures"):
                    base.execute(f"DELETE FROM {table} WHERE part = ?", (number,))  # noqa: S608
                base.execute("DELETE FROM parts WHERE number = ?", (number,))
        wanted = {self.part(number) for number in finished}
        parts = self.folder / PARTS
        with writing(parts):
            parts.mkdir(exist_ok=True)
            for path in parts.iterdir():
                if path not in wanted and _PART.fullmatch(path.name) and not path.is_dir():
                    path.unlink()

    def failures(self) -> list[dict[str, Any]]:
        """Return the runs that failed: point, seed, run, overlay and message, by cell."""
        names = ("point", "seed", "run", "overlay", "message")
        with reading(self.folder / DATABASE), self.database() as base:
            rows = base.execute(f"SELECT {', '.join(names)} FROM failures ORDER BY cell")  # noqa: S608
            return [dict(zip(names, row, strict=True)) for row in rows]


def _expected(plan: Plan, number: int, keys: Keys) -> set[tuple[bytes, int]]:
    cells = plan.cells_of(number)
    return set(zip(keys.of(cells), cells.tolist(), strict=True))


def rows_of(plan: Plan, cells: Ints, values: Floats) -> Any:
    """Return cells and their values ``(C, M)`` as a ``pyarrow.Table``, one row a run."""
    import pyarrow as pa

    point, seed, run = plan.cases(cells)
    columns: dict[str, Any] = {
        "point": pa.array(point.astype(np.int32)),
        "seed": pa.array(seed),
        "run": pa.array(run.astype(np.int32)),
    }
    for k, factor in enumerate(plan.design.factors):
        column = plan.design.points[point, k]
        unset = np.isnan(column)
        if factor.levels:
            codes = pa.array(np.where(unset, 0.0, column).astype(np.int32), mask=unset)
            columns[factor.name] = pa.DictionaryArray.from_arrays(codes, pa.array(factor.levels))
        else:
            columns[factor.name] = pa.array(column, mask=unset)
    for k, metric in enumerate(plan.metrics):
        columns[metric] = pa.array(values[:, k])
    return pa.table(columns)
