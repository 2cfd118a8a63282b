"""What a sweep is to do: a scenario, a design, metrics and runs; its cells and their batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from sim.errors import UserError
from sim.scenario import BASE_ARM
from sim.study.laboratory.cases import Block
from sim.study.laboratory.code import code_version
from sim.study.sweep.design import Design, check_cells
from sim.study.sweep.evaluator import Evaluator
from sim.types import Ints

__all__ = ["Batches", "Plan", "batch_size", "code_version"]


_BATCH: Final = 500
_FEW: Final = 50


@dataclass(frozen=True)
class Plan:
    """Everything that decides the values of a sweep.

    A cell is one run: point p, the s-th seed and the r-th run number make cell
    ``(p S + s) R + r``. Batches are ``batch`` cells in a row; each becomes one part on disk, so
    that what a part holds depends on the plan alone.

    Attributes:
        scenario: path or name, as it was given.
        design: the points.
        metrics, horizon: what is measured.
        seeds: of the random streams.
        runs: numbers of runs for each point and seed.
        arm, set, quarters: what is fixed.
        batch: cells of a part.
    """

    scenario: str
    design: Design
    metrics: tuple[str, ...]
    seeds: tuple[int, ...]
    runs: tuple[int, ...]
    arm: str = BASE_ARM
    set: tuple[str, ...] = ()
    quarters: int | None = None
    horizon: str | None = None
    batch: int = _BATCH

    def __post_init__(self) -> None:
        if not self.cells:
            raise UserError("nothing to do: the sweep has no points or no runs")
        check_cells(self.cells)
        for what, given in (("a seed", self.seeds), ("a run", self.runs)):
            if len(set(given)) != len(given):
                raise UserError(f"{what} is given twice")

    @property
    def cells(self) -> int:
        """Number of runs of the whole sweep."""
        return len(self.design.points) * len(self.seeds) * len(self.runs)

    @property
    def batches(self) -> int:
        """Number of batches."""
        return -(-self.cells // self.batch)

    def cells_of(self, batch: int) -> Ints:
        """The cells of a batch."""
        return np.arange(batch * self.batch, min((batch + 1) * self.batch, self.cells))

    def cases(self, cells: Ints) -> tuple[Ints, Ints, Ints]:
        """Point, seed and run number of cells."""
        seeds, runs = np.array(self.seeds, np.int64), np.array(self.runs, np.int64)
        point, rest = np.divmod(cells, len(seeds) * len(runs))
        s, r = np.divmod(rest, len(runs))
        return point, seeds[s], runs[r]

    def evaluator(self) -> Evaluator:
        """The evaluator of the sweep, which expects all of its points.

        Raises:
            UserError: the scenario, a name or a metric is wrong.
        """
        made = Evaluator(
            self.scenario,
            vary=self.design.factors,
            metrics=self.metrics,
            arm=self.arm,
            set=self.set,
            quarters=self.quarters,
            horizon=self.horizon,
        )
        made.expect(self.design.points)
        return made

    def facts(self) -> dict[str, Any]:
        """The plan without its points, in the types of JSON."""
        return {
            "scenario": self.scenario,
            "arm": self.arm,
            "set": list(self.set),
            "quarters": self.quarters,
            "horizon": self.horizon,
            "metrics": list(self.metrics),
            "seeds": list(self.seeds),
            "runs": list(self.runs),
            "batch": self.batch,
            "design": {"kind": self.design.kind, **self.design.facts},
            "parameters": [
                {"name": factor.name, "levels": list(factor.levels)}
                for factor in self.design.factors
            ],
        }


def batch_size(cells: int, states: int, quarters: int) -> int:
    """Cells of a part: some two seconds of work, and fifty parts of a small sweep.

    A run takes about 20 ms for 48 states and 20 quarters, and grows with pairs and quarters.
    """
    seconds = 0.001 + 0.02 * (states / 48) ** 2 * quarters / 20
    return max(1, min(_BATCH, round(2.0 / seconds), -(-cells // _FEW)))


class Batches(Sequence[Block]):
    """The batches of a sweep as blocks of the laboratory, made when they are asked for."""

    def __init__(self, plan: Plan, evaluator: Evaluator) -> None:
        self._plan = plan
        self._evaluator = evaluator

    def __len__(self) -> int:
        return self._plan.batches

    def __getitem__(self, number: Any) -> Any:
        import pyarrow as pa

        design = self._plan.design
        point, seed, run = self._plan.cases(self._plan.cells_of(number))
        points = design.points[point]
        labels: dict[str, Any] = {
            "point": pa.array(point.astype(np.int32)),
            "seed": pa.array(seed),
            "run": pa.array(run.astype(np.int32)),
        }
        for factor, column in zip(design.factors, points.T, strict=True):
            unset = np.isnan(column)
            if factor.levels:
                codes = pa.array(np.where(unset, 0.0, column).astype(np.int32), mask=unset)
                levels = pa.array(factor.levels)
                labels[factor.name] = pa.DictionaryArray.from_arrays(codes, levels)
            else:
                labels[factor.name] = pa.array(column, mask=unset)
        return Block(self._evaluator, (points, seed, run), part_name(number), labels)


def part_name(number: int) -> str:
    """The file of a batch.

    >>> part_name(12)
    'part-000012.parquet'
    """
    return f"part-{number:06d}.parquet"
