"""Arms of a scenario at points of some factors, or at draws of all their numbers, as instruments.

All points, and all arms at a point, are run with the same run numbers, which key every chance event
(common random numbers): the difference of two points or arms is what the numbers or the arm make,
and not what other luck makes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np

from sim.drivers.ensemble import run_cases
from sim.drivers.starts import drawn
from sim.measure.language import BoundMetric, Observed, required_pairs
from sim.scenario import ScenarioSpec
from sim.scenario.world import World
from sim.study.laboratory.cases import Cases, Measured, cases_of
from sim.study.laboratory.engine import Laboratory
from sim.study.sensitivity.factors import Factor, Space
from sim.types import Floats

type Values = dict[tuple[str, str], Floats]

_BLOCK: Final = 16
"""Points of a block."""


class Arm:
    """An arm of a scenario and what is measured of it.

    Args:
        spec: the arm.
        metrics: by a text that says what is measured and when.
    """

    def __init__(self, spec: ScenarioSpec, metrics: Mapping[str, BoundMetric]) -> None:
        self.spec = spec
        self.metrics = metrics

    @cached_property
    def world(self) -> World:
        """Its world."""
        return World(self.spec)

    def __getstate__(self) -> dict[str, Any]:
        """The arm without its world, for other processes."""
        return {"spec": self.spec, "metrics": self.metrics}


class Points:
    """An arm at points: an instrument.

    Args:
        arm: which.
        factors: what the coordinates mean; None for one coordinate, the number of a draw of all
            numbers, as an ensemble has it.
        seed: of all streams.
    """

    slice = 16

    def __init__(self, arm: Arm, factors: Sequence[Factor] | None, seed: int) -> None:
        self.arm = arm
        self.factors = None if factors is None else tuple(factors)
        self.seed = seed
        self.columns = tuple(arm.metrics)

    @cached_property
    def about(self) -> str:
        """All that the values depend on beside the cases."""
        return repr((self.arm.spec.hash(), self.factors))

    def measure(self, cases: Cases) -> Measured:
        """Return the values of the metrics, ``(C, M)``."""
        points, _, runs = cases
        world, metrics = self.arm.world, self.arm.metrics.values()
        if self.factors is None:
            values = [drawn(world, self.seed, int(point[0])) for point in points]
        else:
            space = Space(world, self.factors, seed=self.seed)
            values = [space.values(point) for point in points]
        chosen = list(zip(runs.tolist(), values, strict=True))
        seen = Observed(run_cases(world, chosen, seed=self.seed, pairs=required_pairs(metrics)))
        return np.stack([metric.values(seen) for metric in metrics], axis=1), []

    def told(self, point: Floats) -> str:
        """The coordinates of a point."""
        return ", ".join(f"{x:g}" for x in point)


def values_at(
    laboratory: Laboratory,
    arms: Mapping[str, Arm],
    factors: Sequence[Factor] | None,
    points: Floats,
    lucks: int,
    seed: int,
) -> Values:
    """Return the values of every metric in every arm at points ``(P, F)``, each ``(P, lucks)``.

    Arguments are those of :class:`Points`; a larger design finds the points of a smaller one.

    Raises:
        StoppedEarly, Lost, UserError: as of :meth:`Laboratory.run`.
    """
    cases = cases_of(points, range(lucks), seed)
    asked = [(Points(arm, factors, seed), cases) for arm in arms.values()]
    found = laboratory.measure(asked, _BLOCK * lucks)
    return {
        (name, metric): values[:, k].reshape(len(points), lucks)
        for (name, arm), (values, _) in zip(arms.items(), found, strict=True)
        for k, metric in enumerate(arm.metrics)
    }
