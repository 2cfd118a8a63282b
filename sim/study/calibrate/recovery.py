"""Parameter recovery: does a calibration find parameters that are known?

A truth is drawn from the priors, the model itself makes the targets at that truth, with other luck
than the calibration has, and the calibration is to find the truth again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.record.folders import EVALUATED
from sim.study.calibrate.evaluator import Evaluator
from sim.study.calibrate.posterior import Estimate, estimates
from sim.study.calibrate.smc import (
    Settings,
    calibrate,
    claimed,
    facts_of,
)
from sim.study.calibrate.targets import Target, Targets
from sim.study.laboratory.pool import LOCAL
from sim.system.progress import Progress

_OTHER_LUCK = 500_000
_TRIES = 20


@dataclass(frozen=True)
class Recovery:
    """One truth and what was found of it."""

    truth: Mapping[str, float]
    found: tuple[Estimate, ...]

    def inside(self, name: str) -> bool:
        """Whether the true value of a parameter is in the middle 90 % of the posterior."""
        (row,) = (row for row in self.found if row.name == name)
        return row.low <= self.truth[name] <= row.high

    def to_dict(self) -> dict[str, Any]:
        """The truth and the interval of each parameter as plain data."""
        rows = {row.name: asdict(row) | {"width": row.width} for row in self.found}
        return {
            name: {"truth": value, "inside": self.inside(name), **rows[name]}
            for name, value in self.truth.items()
        }


def recover(
    targets: Targets,
    folder: Path,
    *,
    truths: int = 3,
    settings: Settings | None = None,
    executor: str = LOCAL,
    minutes: float | None = None,
    progress: Progress | None = None,
    force: bool = False,
) -> list[Recovery]:
    """Calibrate on targets that the model itself makes at each of several truths.

    Args:
        targets: what is measured and with which uncertainty; its values are replaced.
        folder: where the calibrations are kept, each to be continued if interrupted.
        truths: how many.
        settings: of each calibration.
        executor: as of :func:`sim.study.calibrate.smc.calibrate`.
        minutes: stop each after so long.
        progress: called with (truths done, all).
        force: begin anew where the folder holds something else; what is there is renamed.

    Raises:
        UserError: pyabc is not installed, or the folder holds something else or is in use.
    """
    settings = settings or Settings()
    facts = {"recovery": facts_of(targets, settings, Evaluator(targets))}
    done = []
    with claimed(folder, facts, force=force):
        for number in range(truths):
            truth, made = synthetic(targets, settings.seed, number)
            posterior = calibrate(
                made,
                folder / f"truth_{number}",
                settings=settings,
                evaluations=folder / EVALUATED,
                executor=executor,
                minutes=minutes,
                force=force,
            )
            done.append(Recovery(truth, estimates(made, posterior)))
            if progress is not None:
                progress(number + 1, truths)
    return done


def synthetic(targets: Targets, seed: int, number: int) -> tuple[dict[str, float], Targets]:
    """Draw a truth from the priors; return it with the targets that the model makes there.

    Raises:
        ValueError: no truth was found at which all figures are defined.
    """
    rng = np.random.default_rng((seed, number))
    evaluator = Evaluator(targets, seed=targets.seed + _OTHER_LUCK + number)
    for _ in range(_TRIES):
        truth = {prior.name: prior.quantile(float(rng.random())) for prior in targets.priors}
        figures = evaluator(truth)
        if not any(math.isnan(figures[target.name]) for target in targets.held_in):
            made = tuple(_moved(target, figures[target.name]) for target in targets.targets)
            return truth, replace(targets, targets=made)
    raise ValueError("no truth at which all targets are defined")


def _moved(target: Target, figure: float) -> Target:
    """A target with another value and as much uncertainty."""
    if math.isnan(figure):
        return target
    if target.scale == "log":
        value = max(figure, 0.01 * target.low)
        below, above = target.low / target.value, target.high / target.value
        return replace(target, value=value, low=value * below, high=value * above)
    shift = figure - target.value
    return replace(target, value=figure, low=target.low + shift, high=target.high + shift)
