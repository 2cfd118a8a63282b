"""Luck told apart from what is not known: which part of the variance does each make?

Every point (a draw of the numbers) is run with the same lucks, which makes a two-way table
y_pm = mu + a_p + b_m + c_pm. The mean squares of the table give unbiased components of variance
(two-way random effects without repetition; Searle, Casella & McCulloch 1992, ch. 4):
var(a) = (MS_points - MS_rest) / M of the numbers alone, var(b) = (MS_luck - MS_rest) / P of the
luck alone, var(c) = MS_rest where the same luck does another thing in another world.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.types import Floats

RESAMPLES: Final = 1_000


@dataclass(frozen=True, slots=True)
class Parts:
    """Components of the variance of one run, with 95% intervals of their shares.

    Attributes:
        numbers, luck, both: variances; ``both`` is luck that works differently by the numbers.
        points, runs: of the table.
        numbers_share, luck_share: parts of the sum; luck includes ``both``, which takes luck to
            come about.
        numbers_low, numbers_high: 95% interval of the share of the numbers, by resampling points.
    """

    numbers: float
    luck: float
    both: float
    points: int
    runs: int
    numbers_share: float
    luck_share: float
    numbers_low: float
    numbers_high: float

    @property
    def total(self) -> float:
        """Variance of one run."""
        return self.numbers + self.luck + self.both


def separate(values: Floats, *, seed: int) -> Parts:
    """Return the components of variance of ``values (P, M)``, points by luck.

    Points in which a value is not defined are left out. Shares are 0 where nothing varies.

    Raises:
        ValueError: fewer than two points or two runs.

    >>> parts = separate(np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]), seed=1)
    >>> parts.numbers, parts.luck, parts.both
    (4.0, 0.5, 0.0)
    """
    known = values[~np.isnan(values).any(axis=1)]
    if known.ndim != 2 or min(known.shape) < 2:
        raise ValueError(f"expected at least two points and two runs, got {known.shape}")
    numbers, luck, both = _components(known[None])
    rng = np.random.default_rng([seed, 3])
    again = rng.integers(0, len(known), (RESAMPLES, len(known)))
    shares = _share(*_components(known[again]))
    low, high = np.quantile(shares, (0.025, 0.975))
    share = float(_share(numbers, luck, both)[0])
    total = float((numbers + luck + both)[0])
    return Parts(
        numbers=float(numbers[0]),
        luck=float(luck[0]),
        both=float(both[0]),
        points=known.shape[0],
        runs=known.shape[1],
        numbers_share=share,
        luck_share=1.0 - share if total > 0 else 0.0,
        numbers_low=float(low),
        numbers_high=float(high),
    )


def _components(tables: Floats) -> tuple[Floats, Floats, Floats]:
    """Variances of numbers, luck and both for tables ``(B, P, M)``, none below zero."""
    _, points, runs = tables.shape
    whole = tables.mean(axis=(1, 2), keepdims=True)
    rows, columns = tables.mean(axis=2, keepdims=True), tables.mean(axis=1, keepdims=True)
    by_point = runs * ((rows - whole) ** 2).sum(axis=(1, 2)) / (points - 1)
    by_luck = points * ((columns - whole) ** 2).sum(axis=(1, 2)) / (runs - 1)
    rest = ((tables - rows - columns + whole) ** 2).sum(axis=(1, 2)) / ((points - 1) * (runs - 1))
    numbers = np.maximum(by_point - rest, 0.0) / runs
    luck = np.maximum(by_luck - rest, 0.0) / points
    trace = 1e-24 * np.maximum(1e-18, (tables**2).max(axis=(1, 2)))  # what rounding leaves
    clean: list[Floats] = [np.where(part > trace, part, 0.0) for part in (numbers, luck, rest)]
    return clean[0], clean[1], clean[2]


def _share(numbers: Floats, luck: Floats, both: Floats) -> Floats:
    total = numbers + luck + both
    share: Floats = np.divide(numbers, total, out=np.zeros_like(total), where=total > 0)
    return share
