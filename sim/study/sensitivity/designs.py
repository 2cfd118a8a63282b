"""Designs and estimators for any function of points in the unit cube, through SALib.

Screening: Morris' elementary effects (Morris 1991), with the mean of their sizes mu* (Campolongo,
Cariboni & Saltelli 2007) and trajectories that lie far apart. Shares of variance: Sobol' indices
with Saltelli's design; first order by Saltelli et al. (2010), total by Jansen (1999); intervals by
bootstrap. SALib computes them; here are its designs, and what makes a verdict of its numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.errors import UserError, needed
from sim.study.sweep.design import unit_problem
from sim.types import Floats

if TYPE_CHECKING:
    import pandas as pd


LEVELS: Final = 4
"""Levels of a coordinate in Morris' design; a step is two thirds of its range."""
RESAMPLES: Final = 500
TOLERANCE: Final = 0.1
"""Indices have converged where the interval of no total index that matters is wider than this on
either side, and none moved by more between half of the design and the whole."""
MATTERS: Final = 0.05
"""A total index below this is no driver."""


def needs_salib() -> Any:
    """Return SALib.

    Raises:
        UserError: it is not installed.
    """
    with needed("sensitivity analysis needs SALib: pip install 'multipolar[discovery]'"):
        import SALib
    return SALib


# --- Morris --------------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class Screening:
    """Morris' design.

    Attributes:
        names: of the factors.
        steps: the design as SALib reads it, ``(P, F)``, on four levels.
        points: where the function is evaluated, ``(P, F)``: the steps, with the coordinates of
            blocks moved to a draw of each trajectory's own, as four draws in all would be few.
    """

    names: tuple[str, ...]
    steps: Floats
    points: Floats

    @property
    def trajectories(self) -> int:
        """Number of elementary effects of each factor."""
        return len(self.points) // (len(self.names) + 1)


def screening_design(
    names: Sequence[str],
    *,
    trajectories: int,
    seed: int,
    blocks: Sequence[bool] | None = None,
) -> Screening:
    """Return a design of ``trajectories`` times (factors + 1) points.

    Args:
        names: of the factors.
        trajectories: elementary effects of each factor; those that lie farthest apart of four
            times as many for up to 20 factors, all that are made beyond, where that is slow and
            gains little.
        seed: of the trajectories.
        blocks: which coordinates stand for draws and not for places.

    Raises:
        UserError: SALib is missing, or there are fewer than two trajectories or factors.
    """
    needs_salib()
    from SALib.sample.morris import sample

    if len(names) < 2 or trajectories < 2:
        raise UserError("screening needs at least two factors and two trajectories")
    chosen: dict[str, Any] = {}
    made = trajectories
    if len(names) <= 20 and trajectories <= 20:
        made, chosen = 4 * trajectories, {"optimal_trajectories": trajectories}
    steps = np.asarray(sample(unit_problem(names), made, num_levels=LEVELS, seed=seed, **chosen))
    points = steps.copy()
    if blocks is not None:
        rng = np.random.default_rng([seed, 1])
        own = np.repeat(rng.random((trajectories, len(names))), len(names) + 1, axis=0)
        points = np.where(np.asarray(blocks), (steps * 0.7548776662 + own) % 1.0, steps)
    return Screening(tuple(names), steps, points)


def screen(design: Screening, values: Floats, *, seed: int) -> pd.DataFrame:
    """Return one row a factor: ``mu_star`` with ``low`` and ``high``, ``mu``, ``sigma``, ``rank``.

    Effects are of the whole range (a step is two thirds of it), in units of the function. ``mu``
    and its sign mean nothing for blocks.

    Args:
        design: of :func:`screening_design`.
        values: of the function at its points, ``(P,)``.
        seed: of the bootstrap.
    """
    import pandas as pd
    from SALib.analyze.morris import analyze

    found = analyze(
        unit_problem(design.names),
        design.steps,
        values,
        num_resamples=RESAMPLES,
        num_levels=LEVELS,
        seed=seed,
    )
    size, half = np.asarray(found["mu_star"], float), np.asarray(found["mu_star_conf"], float)
    table = pd.DataFrame(
        {
            "factor": design.names,
            "mu_star": size,
            "low": np.maximum(size - half, 0.0),
            "high": size + half,
            "mu": np.asarray(found["mu"], float),
            "sigma": np.asarray(found["sigma"], float),
        }
    )
    table["rank"] = table["mu_star"].rank(ascending=False, method="first").astype(int)
    return table


# --- Sobol' --------------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class Convergence:
    """Whether the indices can be believed: ``width`` of the widest interval among the drivers.

    ``moved`` is the largest change of a driver's total index from half of the design to all of it.
    """

    converged: bool
    width: float
    moved: float
    text: str


@dataclass(frozen=True, eq=False)
class Indices:
    """Sobol' indices of one function: a row a factor, and whether they have converged.

    Columns of ``table``: ``factor``, ``first`` and ``total`` with their ``_low`` and ``_high``,
    ``total_half`` (the total index from half of the design), ``rank``.
    """

    table: pd.DataFrame
    convergence: Convergence
    base: int
    variance: float


def variance_design(names: Sequence[str], *, base: int, seed: int) -> Floats:
    """Return Saltelli's design of ``base * (factors + 2)`` points, ``(P, F)``.

    The first half of its points is the design of half the base.

    Args:
        names: of the factors.
        base: a power of two.
        seed: of the scrambling.

    Raises:
        UserError: SALib is missing or the base is no power of two from 4.
    """
    needs_salib()
    from SALib.sample.sobol import sample

    if base < 4 or base & (base - 1):
        raise UserError(f"the base of Sobol's design must be a power of two from 4, not {base}")
    points: Floats = np.asarray(
        sample(unit_problem(names), base, calc_second_order=False, scramble=True, seed=seed), float
    )
    return points


def variance_shares(names: Sequence[str], values: Floats, *, seed: int) -> Indices:
    """Return the Sobol' indices of a function from its values at :func:`variance_design`, ``(P,)``.

    A function that does not vary has indices 0.

    Raises:
        ValueError: the number of values does not fit the number of factors.
    """
    import pandas as pd

    names = list(names)
    base, odd = divmod(len(values), len(names) + 2)
    if odd or base < 4:
        raise ValueError(f"{len(values)} values do not fit {len(names)} factors")
    variance = float(np.var(values))
    whole = _sobol(names, values, seed)
    half = _sobol(names, values[: len(values) // 2], seed)
    table = pd.DataFrame({"factor": names})
    for column, key in (("first", "S1"), ("total", "ST")):
        table[column] = whole[key]
        table[f"{column}_low"] = whole[key] - whole[f"{key}_conf"]
        table[f"{column}_high"] = whole[key] + whole[f"{key}_conf"]
    table["total_half"] = half["ST"]
    table["rank"] = table["total"].rank(ascending=False, method="first").astype(int)
    return Indices(table, _convergence(table), base, variance)


def _sobol(names: list[str], values: Floats, seed: int) -> dict[str, Floats]:
    from SALib.analyze.sobol import analyze

    if np.ptp(values) <= 1e-12 * max(1e-9, float(np.abs(values).max())):
        return {key: np.zeros(len(names)) for key in ("S1", "S1_conf", "ST", "ST_conf")}
    found = analyze(
        unit_problem(names), values, calc_second_order=False, num_resamples=RESAMPLES, seed=seed
    )
    return {key: np.nan_to_num(np.asarray(found[key], float)) for key in found}


def _convergence(table: pd.DataFrame) -> Convergence:
    drivers = table[(table["total"] >= MATTERS) | (table["total_half"] >= MATTERS)]
    if drivers.empty:
        return Convergence(True, 0.0, 0.0, "nothing varies")
    width = float((drivers["total_high"] - drivers["total"]).max())
    moved = float((drivers["total"] - drivers["total_half"]).abs().max())
    converged = width <= TOLERANCE and moved <= TOLERANCE
    facts = f"half-widths up to {width:.2f}, moved by up to {moved:.2f} since half of the design"
    verdict = "converged" if converged else "not converged: read the order, not the sizes"
    return Convergence(converged, width, moved, f"{verdict} ({facts})")
