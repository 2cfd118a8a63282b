"""Shares of trials, with their intervals."""

from __future__ import annotations

import math
from typing import Final

_Z: Final = 1.959964


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """Return the 95% interval of a share (Wilson 1927); 0 to 1 without trials.

    >>> [round(x, 3) for x in wilson(9, 10)]
    [0.596, 0.982]
    """
    if trials == 0:
        return 0.0, 1.0
    p, n = successes / trials, trials
    middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
    low = 0.0 if successes == 0 else middle - half
    return low, 1.0 if successes == trials else middle + half
