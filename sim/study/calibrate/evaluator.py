"""From a point in the space of parameters to the figures that targets speak of.

Every evaluation has the same seeds and runs, and every run its own draw of all other numbers, the
same at every point: two points differ by their parameters alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from sim.drivers.ensemble import run_ensemble
from sim.measure.language import Observed, required_pairs
from sim.scenario import Number, ScenarioSpec
from sim.study.calibrate.statistics import STATISTICS, watch
from sim.study.calibrate.targets import Place, Target, Targets

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
    """The figures of all targets as a function of the parameters.

    Args:
        targets: what is measured.
        seed: instead of that of the file of targets, for fresh luck.
        scale: how many times as many runs as the targets ask for, for less noise.
    """

    def __init__(self, targets: Targets, *, seed: int | None = None, scale: int = 1) -> None:
        self.seed = targets.seed if seed is None else seed
        self.scale = scale
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
