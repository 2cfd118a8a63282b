"""What all reports share: numbers over the runs, and their words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.blocs.indices import Interval, interval


@dataclass(frozen=True, slots=True)
class Change:
    """A quantity over the runs at the start and at the end."""

    start: Interval
    end: Interval


def change_of(start: npt.ArrayLike, end: npt.ArrayLike) -> Change:
    """Return the medians and 90% intervals of values over the runs at both ends."""
    return Change(interval(start), interval(end))


def plural(number: int, noun: str) -> str:
    """Write a count with its noun.

    >>> plural(1, "run"), plural(200, "run")
    ('1 run', '200 runs')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def percent(share: float) -> str:
    """Write a share in per cent; never 0% or 100% for what is merely near."""
    if 0 < share < 0.01:
        return "<1%"
    if 0.99 < share < 1:
        return ">99%"
    return f"{share:.0%}"


def number(value: Interval, digits: int = 2) -> str:
    """Write the median and its bounds: ``0.35 (0.20 to 0.41)``; a dash for no number."""
    if np.isnan(value.median):
        return "-"
    return bounded(value, lambda x: _signless(x, digits))


def share(value: Interval) -> str:
    """Write the median of a share and its bounds: ``35% (20% to 41%)``.

    >>> share(Interval(0.035, 0.04, 0.044)), share(Interval(0.2, 0.35, 0.41))
    ('4%', '35% (20% to 41%)')
    """
    return bounded(value, percent)


def bounded(value: Interval, words: Callable[[float], str]) -> str:
    """Write a median and, in brackets, its bounds, if they differ as they are written."""
    low, median, high = (words(x) for x in (value.low, value.median, value.high))
    return median if low == high else f"{median} ({low} to {high})"


def _signless(x: float, digits: int) -> str:
    """A number without the sign of a rounded zero."""
    return f"{round(x, digits) + 0.0:.{digits}f}"
