"""Functions of the metric language: of numbers, over members of a group, over the quarters.

Each takes arrays that broadcast to one another. Functions over members reduce the first axis, those
over quarters the last. What is not defined (no variation, no weight) is not a number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.types import Floats

VALUES, MEMBERS, QUARTERS = "values", "members", "quarters"
MOST: Final = 50
"""Arguments of a function that takes any number of them."""
LEAST_CORRELATED: Final = 3
"""Members between which a correlation says something: of two it is always 1 or -1."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of metrics.

    Attributes:
        parameters: how its arguments are called, for people.
        meaning: what it says, for people.
        apply: its value, given arrays of one shape.
        over: what it works on: :data:`VALUES` run by run, :data:`MEMBERS` of a group, or the
            :data:`QUARTERS` of a window.
        most: the greatest number of its arguments; as many as its parameters without one.
    """

    parameters: tuple[str, ...]
    meaning: str
    apply: Callable[..., Floats]
    over: str = VALUES
    most: int = 0

    @property
    def counts(self) -> tuple[int, int]:
        """The least and the greatest number of its arguments."""
        return len(self.parameters), self.most or len(self.parameters)


def _weighted(values: Floats, weights: Floats) -> Floats:
    return _ratio((values * weights).sum(axis=0), weights.sum(axis=0))


def _ratio(one: Floats, other: Floats) -> Floats:
    found: Floats = np.divide(one, other, out=np.full_like(one, np.nan), where=other != 0.0)
    return found


def _above(values: Floats, level: Floats) -> Floats:
    return _where_known((values > level).mean(axis=0), values - level, 0)


def _where_known(found: Floats, values: Floats, axis: int) -> Floats:
    """What was found, or not a number where one of the values is none."""
    return np.where(np.isnan(values).any(axis=axis), np.nan, found)


def pearson(one: Floats, other: Floats) -> Floats:
    """Return the product-moment correlation along the first axis; NaN where one does not vary."""
    flat = np.zeros(one.shape[1:], bool)
    parts = []
    for values in (one, other):
        apart = values - values.mean(axis=0)
        size = np.sqrt((apart**2).sum(axis=0))
        flat |= size <= 1e-12 * np.abs(values).max(axis=0)
        parts.append((apart, size))
    (a, spread_a), (b, spread_b) = parts
    found = _ratio((a * b).sum(axis=0), np.where(flat, 0.0, spread_a * spread_b))
    return np.asarray(np.clip(found, -1.0, 1.0))


def spearman(one: Floats, other: Floats) -> Floats:
    """Return the correlation of ranks along the first axis; ties have the mean of their ranks."""
    from scipy.stats import rankdata

    return pearson(rankdata(one, axis=0), rankdata(other, axis=0))


def time_above(values: Floats, level: Floats) -> Floats:
    """Return the share of the time in which ``values (..., W)`` are above a level.

    The line between two quarters is straight; of one quarter the share is 0 or 1.
    """
    apart = values - level
    if apart.shape[-1] == 1:
        return _where_known((apart[..., 0] > 0.0).astype(np.float64), apart, -1)
    high = np.maximum(apart[..., 1:], apart[..., :-1])
    rise = high - np.minimum(apart[..., 1:], apart[..., :-1])
    level_line = (high > 0.0).astype(np.float64)
    share = np.divide(high, rise, out=level_line, where=rise > 0.0)
    return _where_known(np.clip(share, 0.0, 1.0).mean(axis=-1), apart, -1)


def time_to(values: Floats, level: Floats) -> Floats:
    """Return the quarters until ``values (..., W)`` first pass a level.

    The line between two quarters is straight. 0 where they are above at once; W, one more than the
    quarters between the first and the last, where they never are.
    """
    apart = values - level
    above = apart > 0.0
    first = above.argmax(axis=-1)
    after = np.take_along_axis(apart, first[..., None], axis=-1)[..., 0]
    before = np.take_along_axis(apart, np.maximum(first - 1, 0)[..., None], axis=-1)[..., 0]
    risen = np.divide(after, after - before, out=np.zeros_like(after), where=after > before)
    found = np.where(first == 0, 0.0, first - risen)
    never = ~above.any(axis=-1)
    return _where_known(np.where(never, float(apart.shape[-1]), found), apart, -1)


def _stacked(reduce: Callable[[Floats], Floats]) -> Callable[..., Floats]:
    """A reduction of all arguments, given those one by one."""
    return lambda *values: reduce(np.stack(values))


FUNCTIONS: Final[dict[str, Function]] = {
    "mean": Function(
        ("a",), "mean of the arguments", _stacked(lambda x: x.mean(axis=0)), most=MOST
    ),
    "min": Function(
        ("a",), "the smallest argument, run by run", _stacked(lambda x: x.min(axis=0)), most=MOST
    ),
    "max": Function(
        ("a",), "the largest argument, run by run", _stacked(lambda x: x.max(axis=0)), most=MOST
    ),
    "abs": Function(("a",), "without its sign", np.abs),
    "difference": Function(("a", "b"), "the first less the second, as `a - b`", np.subtract),
    "sum": Function(("a",), "sum over the members", lambda x: x.sum(axis=0), MEMBERS),
    "weighted": Function(
        ("a", "weight"),
        "mean over the members, each with its weight, which must not be below 0; not defined where "
        "all weights are 0",
        _weighted,
        MEMBERS,
    ),
    "smallest": Function(
        ("a",), "value of the member with the least", lambda x: x.min(axis=0), MEMBERS
    ),
    "largest": Function(
        ("a",), "value of the member with the most", lambda x: x.max(axis=0), MEMBERS
    ),
    "above": Function(
        ("a", "level"),
        "share of the members, or of the pairs, that are above a level; it steps as one passes",
        _above,
        MEMBERS,
    ),
    "correlation": Function(
        ("a", "b"),
        "product-moment correlation (Pearson) of two quantities over the members, at least "
        f"{LEAST_CORRELATED}; not defined where one does not vary",
        pearson,
        MEMBERS,
    ),
    "rank_correlation": Function(
        ("a", "b"),
        "the same of their ranks (Spearman), ties with their mean rank; it steps as two change "
        "places",
        spearman,
        MEMBERS,
    ),
    "lowest": Function(("a",), "the least of the quarters", lambda x: x.min(axis=-1), QUARTERS),
    "highest": Function(("a",), "the most of the quarters", lambda x: x.max(axis=-1), QUARTERS),
    "time_above": Function(
        ("a", "level"),
        "share of the window's time above a level, the line between two quarters straight",
        time_above,
        QUARTERS,
    ),
    "time_to": Function(
        ("a", "level"),
        "quarters from the window's first until the quantity first passes a level, the line "
        "between two quarters straight; 0 if it is above at once; a run in which it never does "
        "counts as one quarter after the window's last",
        time_to,
        QUARTERS,
    ),
}
"""Every function by its name."""


def apply(name: str, inner: Sequence[Floats]) -> Floats:
    """Return the value of a function or operator of arrays that broadcast to one another."""
    with np.errstate(all="ignore"):
        match name:
            case "+":
                return inner[0] + inner[1]
            case "-":
                return inner[0] - inner[1]
            case "*":
                return inner[0] * inner[1]
            case "/":
                return np.where(inner[1] == 0.0, np.nan, np.divide(*inner))
            case "negative":
                return -inner[0]
        return np.asarray(FUNCTIONS[name].apply(*np.broadcast_arrays(*inner)))
