"""What a calibration found: intervals, fit of the targets, and a file that scenarios can use."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from sim import __version__
from sim.kernel.identity import source_hash
from sim.rules import catalogue as names
from sim.study.calibrate.evaluator import Evaluator, Value
from sim.study.calibrate.smc import Posterior, Settings
from sim.study.calibrate.targets import Target, Targets
from sim.study.laboratory.engine import Laboratory
from sim.study.laboratory.parts import Parts
from sim.study.laboratory.pool import LOCAL
from sim.system.progress import Progress
from sim.types import Floats

SEEDS = tuple(range(1001, 1009))
"""Seeds under which the fit is judged: none of them was used to find the parameters."""
IDENTIFIED = 0.8
"""A parameter is told apart if its interval is at most this part of the prior's."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A parameter before and after: prior and posterior intervals hold the middle 90 %.

    ``width`` is the width of the posterior interval over that of the prior.
    """

    name: str
    default: float
    prior_low: float
    prior_high: float
    low: float
    median: float
    high: float

    @property
    def width(self) -> float:
        """Width of the posterior interval, relative to the prior's."""
        return (self.high - self.low) / (self.prior_high - self.prior_low)

    @property
    def identified(self) -> bool:
        """Whether the targets tell something about it."""
        return self.width <= IDENTIFIED


@dataclass(frozen=True, slots=True)
class Fit:
    """One target: its figure with the parameters as declared and as calibrated.

    ``before`` and ``after`` are means over fresh seeds with all numbers drawn from their ranges,
    ``noise`` the standard deviation of ``after`` over the seeds; ``low`` to ``high`` the middle
    90 % over the points of the posterior.
    """

    target: Target
    before: float
    after: float
    noise: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Calibration:
    """A finished calibration, judged.

    ``before`` and ``after`` are the distances from the targets that are held in under each of the
    fresh seeds, with the declared and with the calibrated parameters, ``(S,)``; ``apart_before``
    and ``apart_after`` the same for the targets that are held out.
    """

    targets: Targets
    settings: Settings
    posterior: Posterior
    fits: tuple[Fit, ...]
    before: Floats
    after: Floats
    apart_before: Floats
    apart_after: Floats
    date: dt.date

    @cached_property
    def estimates(self) -> tuple[Estimate, ...]:
        """All parameters in the order of the file of targets."""
        return estimates(self.targets, self.posterior)

    @property
    def gain(self) -> tuple[float, float]:
        """By how much the distance falls, and the standard error of that over the seeds."""
        fall = self.before - self.after
        return float(fall.mean()), float(fall.std(ddof=1) / np.sqrt(fall.size))

    @property
    def better(self) -> bool:
        """Whether the calibrated parameters fit better beyond the noise of the seeds."""
        mean, error = self.gain
        return mean > 2.0 * error

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data."""
        gain, error = self.gain
        return {
            "targets": self.targets.path,
            "title": self.targets.title,
            "settings": asdict(self.settings),
            "date": self.date.isoformat(),
            "points": len(self.posterior.points),
            "effective_points": self.posterior.effective,
            "evaluations": self.posterior.evaluations,
            "thresholds": [float(x) if np.isfinite(x) else None for x in self.posterior.epsilons],
            "complete": self.posterior.complete,
            "distance": {
                "before": float(self.before.mean()),
                "after": float(self.after.mean()),
                "gain": gain,
                "error": error,
                "better": self.better,
                "held_out_before": float(self.apart_before.mean()),
                "held_out_after": float(self.apart_after.mean()),
            },
            "parameters": [
                {**asdict(row), "width": row.width, "identified": row.identified}
                for row in self.estimates
            ],
            "fit": [
                {
                    "target": row.target.name,
                    "title": row.target.title,
                    "value": row.target.value,
                    "interval": [row.target.low, row.target.high],
                    "held_in": row.target.held_in,
                    "by_hand": row.target.by_hand,
                    "before": row.before,
                    "after": row.after,
                    "noise": row.noise,
                    "posterior": [row.low, row.high],
                }
                for row in self.fits
            ],
        }

    @classmethod
    def load(cls, folder: Path | str) -> Calibration:
        """Read a saved calibration, see :func:`sim.study.calibrate.on_disk.load`."""
        from sim.study.calibrate.on_disk import load

        return load(folder)

    def save(self, folder: Path | str) -> Path:
        """Write it into a folder, see :func:`sim.study.calibrate.on_disk.save`."""
        from sim.study.calibrate.on_disk import save

        return save(self, folder)


def estimates(targets: Targets, posterior: Posterior) -> tuple[Estimate, ...]:
    """Prior and posterior of each parameter."""
    rows = []
    for prior in targets.priors:
        low, median, high = posterior.interval(prior.name)
        default = names.PARAMS[prior.name].default
        ends = prior.quantile(0.05), prior.quantile(0.95)
        rows.append(Estimate(prior.name, default, *ends, low, median, high))
    return tuple(rows)


def shipped(posterior: Posterior) -> dict[str, Value]:
    """What a scenario gets: each parameter drawn from a triangle over its interval."""
    return {name: rounded(posterior.interval(name)) for name in posterior.parameters}


def rounded(interval: tuple[float, float, float]) -> tuple[float, float, float]:
    """An interval in three significant digits, which keep their order."""
    low, median, high = (float(f"{value:.3g}") for value in interval)
    return low, median, high


def judge(
    targets: Targets,
    settings: Settings,
    posterior: Posterior,
    *,
    seeds: Sequence[int] = SEEDS,
    executor: str = LOCAL,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Calibration:
    """Try declared and calibrated parameters under fresh seeds, as scenarios would use them.

    Args:
        targets: what should come out.
        settings: how the posterior was found.
        posterior: the last generation of a calibration.
        seeds: at least two seeds of runs, none of which was used before.
        executor: as of :func:`sim.study.calibrate.smc.calibrate`.
        folder: where evaluated points are kept; None for nowhere.
        progress: called with (evaluations done, all).
    """
    points: tuple[dict[str, Value], ...] = ({}, shipped(posterior))
    asked = [Evaluator(targets, seed=seed) for seed in seeds]
    with Laboratory(executor, Parts(folder), progress) as laboratory:
        found = laboratory.measure([(one, one.cases(points)) for one in asked], 1)
    names = [target.name for target in targets.targets]
    before, after = (
        [dict(zip(names, values[k].tolist(), strict=True)) for values, _ in found] for k in (0, 1)
    )
    fits = []
    for target in targets.targets:
        first = np.array([row[target.name] for row in before])
        second = np.array([row[target.name] for row in after])
        at_points = posterior.figures[target.name]
        low, high = (posterior.quantile(at_points, q) for q in (0.05, 0.95))
        noise = float(second.std(ddof=1))
        fits.append(Fit(target, float(first.mean()), float(second.mean()), noise, low, high))
    held_out = [target for target in targets.targets if not target.held_in]
    return Calibration(
        targets=targets,
        settings=settings,
        posterior=posterior,
        fits=tuple(fits),
        before=np.array([targets.distance(row) for row in before]),
        after=np.array([targets.distance(row) for row in after]),
        apart_before=np.array([_apart(held_out, row) for row in before]),
        apart_after=np.array([_apart(held_out, row) for row in after]),
        date=dt.datetime.now(dt.UTC).date(),
    )


def _apart(held_out: Sequence[Target], found: Mapping[str, float]) -> float:
    squares = [target.deviation(found[target.name]) ** 2 for target in held_out]
    return float(np.sqrt(np.mean(squares))) if squares else float("nan")


def parameter_file(calibration: Calibration) -> str:
    """Return the calibrated parameters as a scenario's layer, with their provenance."""
    targets, posterior = calibration.targets, calibration.posterior
    stem = Path(targets.path).stem
    source = f"calibration_{stem}"
    note = (
        f"ABC-SMC: {len(posterior.points)} points of {posterior.evaluations} evaluations, last "
        f"threshold {posterior.epsilons[-1]:.3g}; targets {targets.path}, hash "
        f"{targets.digest[:12]}; proposals from seed {calibration.settings.seed}, runs from seed "
        f"{targets.seed}; rules {source_hash()}; {calibration.date}"
    )
    lines = [
        f"# Parameters calibrated on {targets.path} by `multipolar calibrate`; do not edit.",
        "# A scenario takes them in with `extends: [SCENARIO.yaml, THIS_FILE.yaml]`. Values are",
        "# medians, ranges hold the middle 90 % of the posterior; how parameters go together",
        "# within it is lost here.",
        "format: 1",
        "sources:",
        f"  {source}:",
        f"    title: {json.dumps('Calibration: ' + targets.title, ensure_ascii=False)}",
        f"    author: multipolar {__version__}",
        f"    year: {calibration.date.year}",
        f"    note: {json.dumps(note, ensure_ascii=False)}",
        "parameters:",
        f"  defaults: {{source: {source}}}",
    ]
    kinds = {prior.name: prior.kind for prior in targets.priors}
    for row in calibration.estimates:
        low, median, high = rounded((row.low, row.median, row.high))
        told = f"{row.width:.0%} of the prior's width" + ("" if row.identified else ", not told")
        said = (
            f"declared {row.default:g}; prior {kinds[row.name]}, middle 90 % "
            f"{row.prior_low:.3g} to {row.prior_high:.3g}; {told}"
        )
        number = f"{{value: {median:g}, range: [{low:g}, {high:g}], note: {json.dumps(said)}}}"
        lines.append(f"  {row.name}: {number}")
    return "\n".join(lines) + "\n"
