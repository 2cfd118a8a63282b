"""A sweep on disk: Parquet files in parts, each whole or not there.

A folder has ``manifest.json``, which says what is swept; ``points.parquet`` with the points of the
design; and ``parts/``, in which the laboratory (:mod:`sim.study.laboratory.parts`) keeps each
finished batch. A part has the key of what it holds, so that what is damaged, or was made by other
code, counts for nothing and is made again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

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
from sim.study.laboratory.code import code_version
from sim.study.laboratory.parts import Part, Parts, read_part
from sim.study.sweep import former
from sim.study.sweep.design import Design
from sim.study.sweep.factors import Factor
from sim.study.sweep.plan import Plan, part_name
from sim.system.files import write_text, writing, written
from sim.types import Floats

KIND: Final = "sweep"
POINTS: Final = "points.parquet"
PARTS: Final = "parts"
_PART = re.compile(r"part-(\d{6,18})\.parquet")
_UNFINISHED = re.compile(r"part-\d{6,}\.partial|\.part-.*\.partial")
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
            _write_points(scratch, plan)
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

    def _points(self, count: int, factors: Sequence[Factor]) -> Floats:
        """The points of the design, ``(count, K)``, as the manifest describes them."""
        if former.is_former(self.folder):
            points = former.points_of(self.folder)
        else:
            points = _read_points(self.folder)
        if points.shape != (count, len(factors)) or points.dtype != np.float64:
            raise ValueError(f"it does not hold {count} points of {len(factors)} parameters")
        for factor, column in zip(factors, points.T, strict=True):
            known = column[~np.isnan(column)]
            if factor.levels and not np.isin(known, np.arange(len(factor.levels))).all():
                raise ValueError(f"it holds levels of {factor.name} that it does not have")
        return points

    @property
    def parts(self) -> Parts:
        """Where the laboratory keeps the batches."""
        return Parts(self.folder / PARTS, shared=False)

    def finished(self, plan: Plan) -> dict[int, Part]:
        """Return the parts that are whole, by the number of their batch, in order.

        Raises:
            UserError: the folder cannot be read, or is damaged.
        """
        found = {}
        with reading(self.folder):
            listed = self._listed(plan)
            if former.is_former(self.folder):
                return former.parts_of(self.folder, list(listed.values()), plan.batch)
            for number, path in listed.items():
                part = read_part(path)
                rows = 0 if part is None else len(part.table) + len(part.failures)
                if part is not None and rows == len(plan.cells_of(number)):
                    found[number] = part
        return found

    def _listed(self, plan: Plan) -> dict[int, Path]:
        """Files that are parts by their names, in order."""
        place = self.folder / PARTS
        names = sorted(path.name for path in place.iterdir()) if place.is_dir() else []
        numbers = [(int(found[1]), name) for name in names if (found := _PART.fullmatch(name))]
        return {
            number: place / name
            for number, name in sorted(numbers)
            if number < plan.batches and name == part_name(number)
        }

    def forget_unfinished(self, plan: Plan) -> None:
        """Take off the disk what belongs to no batch; files of others among the parts stay.

        A sweep of an earlier version becomes one of this version, whose parts are made anew.

        Raises:
            UserError: the folder cannot be written.
        """
        if former.is_former(self.folder):
            _write_points(self.folder, plan)
            (self.folder / former.DATABASE).unlink()
        parts = self.folder / PARTS
        with writing(parts):
            parts.mkdir(exist_ok=True)
            wanted = set(self._listed(plan).values())
            for path in parts.iterdir():
                ours = _PART.fullmatch(path.name) or _UNFINISHED.fullmatch(path.name)
                if ours and path not in wanted and not path.is_dir():
                    path.unlink()


def _write_points(folder: Path, plan: Plan) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    design = plan.design
    columns = [pa.array(column) for column in design.points.T]
    table = pa.Table.from_arrays(columns, names=[factor.name for factor in design.factors])
    with written(folder / POINTS) as scratch:
        pq.write_table(table, scratch, compression="zstd", write_page_checksum=True)


def _read_points(folder: Path) -> Floats:
    import pyarrow.parquet as pq

    path = folder / POINTS
    if not path.is_file():
        raise UserError(f"{folder} is damaged: it has no {POINTS}")
    with reading(path):
        table = pq.ParquetFile(path, page_checksum_verification=True).read()
        columns = [column.to_numpy() for column in table.columns]
        return np.stack(columns, axis=1) if columns else np.empty((len(table), 0))
