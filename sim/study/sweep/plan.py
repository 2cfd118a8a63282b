"""What a sweep is to do: a scenario, a design, metrics and runs; its cells and their batches."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

import sim
from sim.errors import UserError
from sim.kernel.identity import source_hash
from sim.rules import outside
from sim.scenario import BASE_ARM
from sim.study.sweep.design import Design, check_cells
from sim.study.sweep.evaluator import Evaluator

type Floats = npt.NDArray[np.float64]
type Ints = npt.NDArray[np.int64]

_BATCH: Final = 500
_FEW: Final = 50
#: Parts of the package that keep and show results and do not make them.
_FACES: Final = (
    *("commands", "show", "system", "words", "cli.py", "__main__.py", "former.py"),
    *("record/folders.py", "record/manifests.py", "record/results.py", "record/saved.py"),
)
#: What an evaluation takes from the studies.
_USED: Final = ("sweep/evaluator.py", "sweep/factors.py", "sweep/variants.py")


@cache
def code_version() -> str:
    """A hash of all code that values depend on: sources of the package, numpy, numba, Python.

    Of rules from outside it covers the files and all that their compiled functions call.
    """
    package = Path(sim.__file__).parent
    digest = hashlib.blake2b(digest_size=12)
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package)
        if {name.parts[0], name.as_posix()} & {*_FACES, "_scenarios"}:
            continue
        if name.parts[0] == "study" and "/".join(name.parts[1:]) not in _USED:
            continue
        digest.update(name.as_posix().encode())
        digest.update(path.read_bytes())
    versions = [importlib.metadata.version(name) for name in ("numpy", "numba", "scipy")]
    digest.update(f"{versions} {sys.version_info[:2]}".encode())
    if rules := [(rule["name"], rule["sha256"]) for rule in outside.facts()]:
        digest.update(f"{rules} {source_hash()}".encode())
    return digest.hexdigest()


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


class Keys:
    """The key of each cell: a hash of its overlay, seed, run, metrics, scenario and code."""

    def __init__(self, plan: Plan, evaluator: Evaluator) -> None:
        self._plan = plan
        self._evaluator = evaluator
        shared = [
            code_version(),
            evaluator.scenario_hash,
            plan.quarters,
            plan.horizon,
            plan.metrics,
        ]
        self._shared = json.dumps(shared).encode()
        self._point = -1
        self._overlay = b""

    def of(self, cells: Ints) -> list[bytes]:
        """Keys of 16 bytes."""
        keys = []
        for point, seed, run in zip(*(x.tolist() for x in self._plan.cases(cells)), strict=True):
            if point != self._point:
                self._point, self._overlay = point, self.overlay(point).encode()
            text = b"\0".join((self._shared, self._overlay, b"%d %d" % (seed, run)))
            keys.append(hashlib.blake2b(text, digest_size=16).digest())
        return keys

    def overlay(self, point: int) -> str:
        """A point as options of the command line, or as its values where it is no scenario."""
        row = self._plan.design.points[point]
        try:
            return str(self._evaluator.overlay(row))
        except UserError:
            return self._evaluator.describe(row)
