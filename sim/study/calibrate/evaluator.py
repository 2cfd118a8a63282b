"""From a point in the space of parameters to the figures that targets speak of.

Every evaluation has the same seeds and runs, and every run its own draw of all other numbers, the
same at every point: two points differ by their parameters alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from sim.drivers.ensemble import run_ensemble
from sim.measure.language import Observed, required_pairs
from sim.scenario import Number, ScenarioSpec
from sim.study.calibrate.statistics import STATISTICS, watch
from sim.study.calibrate.targets import Place, Target, Targets
from sim.study.laboratory.cases import Cases, Measured
from sim.types import Floats

SOURCE = "calibration"
"""What a number is said to come from while a calibration tries it."""


type Value = float | tuple[float, float, float]
"""A parameter held at a value, or drawn from a triangle given by its low end, mode and high end."""


def at_point(spec: ScenarioSpec, point: Mapping[str, Value]) -> ScenarioSpec:
    """Return a scenario with other values of parameters."""
    held = {}
    for name, value in point.items():
        low, mode, high = value if isinstance(value, tuple) else (value, value, value)
        key = f"parameters.{name}"
        held[name] = Number(mode, low, high, SOURCE, None, None, None, key)
    return replace(spec, parameters={**spec.parameters, **held})


class Evaluator:
    """The figures of all targets as a function of the parameters; an instrument.

    A case of the laboratory is a point with all its runs.

    Args:
        targets: what is measured.
        seed: instead of that of the file of targets, for fresh luck.
        scale: how many times as many runs as the targets ask for, for less noise.
    """

    slice = 1

    def __init__(self, targets: Targets, *, seed: int | None = None, scale: int = 1) -> None:
        self.seed = targets.seed if seed is None else seed
        self.scale = scale
        self.columns = tuple(target.name for target in targets.targets)
        self._targets = targets
        self._jobs: dict[tuple[Place, int], list[Target]] = {}
        for target in targets.targets:
            self._jobs.setdefault((target.place, target.runs), []).append(target)

    def __call__(self, point: Mapping[str, Value]) -> dict[str, float]:
        """Return the figure of each target by name; a metric is averaged over the runs.

        Args:
            point: parameters by name; what is not named keeps its range and is drawn.
        """
        found: dict[str, float] = {}
        for (place, asked), targets in self._jobs.items():
            runs = asked * self.scale
            spec = at_point(self._targets.specs[place], point)
            counted = [target for target in targets if target.statistic is not None]
            measured = [target for target in targets if target.metric is not None]
            if counted:
                seen = watch(spec, runs, self.seed)
                found |= {t.name: STATISTICS[t.statistic or ""].of(seen) for t in counted}
            if measured:
                bound = {t.name: self._targets.metrics[t.name] for t in measured}
                record = run_ensemble(
                    spec,
                    runs=runs,
                    seed=self.seed,
                    jobs=1,
                    extra_pairs=required_pairs(bound.values()),
                )
                observed = Observed(record)
                for name, metric in bound.items():
                    values = metric.values(observed)
                    known = values[np.isfinite(values)]
                    found[name] = float(known.mean()) if known.size else float("nan")
        return {target.name: found[target.name] for target in self._targets.targets}

    # --- for the laboratory ----------------------------------------------------------------------
    @cached_property
    def about(self) -> str:
        """All that the figures depend on beside the point: not what they should be."""
        asked = [
            (t.name, t.statistic, t.metric, t.runs, self._targets.specs[t.place].hash())
            for t in self._targets.targets
        ]
        return repr((self.scale, [prior.name for prior in self._targets.priors], asked))

    def cases(self, points: Sequence[Mapping[str, Value]]) -> Cases:
        """Return points as cases: of each parameter low end, mode and high end, or no numbers."""
        rows = np.full((len(points), len(self._targets.priors), 3), np.nan)
        for row, point in zip(rows, points, strict=True):
            for k, prior in enumerate(self._targets.priors):
                row[k] = point.get(prior.name, np.nan)
        seeds = np.full(len(points), self.seed, dtype=np.int64)
        return rows.reshape(len(points), -1), seeds, np.zeros(len(points), dtype=np.int64)

    def measure(self, cases: Cases) -> Measured:
        """Return the figures of points, ``(C, targets)``."""
        found = [self(self._point(row)) for row in cases[0]]
        return np.array([[figures[name] for name in self.columns] for figures in found]), []

    def told(self, point: Floats) -> str:
        """A point for people."""
        return ", ".join(f"{name}={value}" for name, value in self._point(point).items())

    def _point(self, row: Floats) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for prior, (low, mode, high) in zip(
            self._targets.priors, row.reshape(-1, 3).tolist(), strict=True
        ):
            if not np.isnan(mode):
                found[prior.name] = mode if low == mode == high else (low, mode, high)
        return found
