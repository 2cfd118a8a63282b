"""Gaps in figures of states and pairs, filled in ways that say nothing about later years."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

type Floats = npt.NDArray[np.float64]

_SMALL = 0.1  # quantile that stands for an unknown size: what is not counted is mostly small
_FAR = 5.0  # thousand km, about the median of least distances


def shares(values: Floats) -> Floats:
    """Return sizes as shares of their sum, ``(N,)``; an unknown one is at the first decile.

    All are above zero, so that powers of them can be taken. Equal shares where nothing is known.
    """
    known = values[np.isfinite(values)]
    if not (known > 0).any():
        return np.full(len(values), 1.0 / len(values))
    least = float(known[known > 0].min())
    given = np.where(np.isfinite(values), values, np.quantile(known, _SMALL)).clip(least)
    total: Floats = given / given.sum()
    return total


def filled(values: Floats, tied: npt.NDArray[np.bool_]) -> Floats:
    """Return positions ``(N,)``; an unknown one is the mean of one's allies, or 0."""
    known = np.isfinite(values)
    allies = tied & known[None, :]
    count = allies.sum(1)
    mean = (allies * np.nan_to_num(values)).sum(1) / np.maximum(count, 1)
    result: Floats = np.where(known, values, mean)
    return result


def ways(distance: Floats) -> Floats:
    """Return distances ``(N, N)`` without gaps.

    A missing one is the least, over ways through a third state, of the longer of the two stretches.
    """
    known = np.where(np.isnan(distance), np.inf, distance)
    best = np.full_like(known, np.inf)
    for k in range(len(known)):
        best = np.minimum(best, np.maximum(known[:, [k]], known[[k], :]))
    best = np.where(np.isfinite(best), best, _FAR)
    result: Floats = np.where(np.isnan(distance), best, distance)
    return result
