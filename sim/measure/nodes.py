"""Metrics bound to a scenario: nodes whose states and ticks are known, their ranges and values.

Values have the runs as an axis, ``(R,)``, series also the ticks, ``(R, T+1)``; what is inside a
function over members has them as a further, first axis.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from sim.measure.forms import Arguments, Form
from sim.measure.functions import FUNCTIONS, QUARTERS, apply
from sim.measure.observed import Observed
from sim.types import Floats

type Ticks = tuple[int, int]
type Bounds = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Constant:
    """A number."""

    value: float


@dataclass(frozen=True, slots=True)
class Measured:
    """A quantity of states.

    Attributes:
        name, form: the quantity and the way it is written.
        cases: its words, for each of the states or pairs that it is of.
        ticks: the window that it is taken over; None: none was given.
        each: whether the values of the cases stand side by side; else their mean is taken.
        since: the tick from which a count runs up where no window was given.
    """

    name: str
    form: Form = field(repr=False)
    cases: tuple[Arguments, ...]
    ticks: Ticks | None
    each: bool = False
    since: int = 0


@dataclass(frozen=True, slots=True)
class Applied:
    """A function or an operator of what has been evaluated.

    ``members`` is how many a function over members works on, ``ticks`` the window of one over
    quarters.
    """

    name: str
    arguments: tuple[Node, ...]
    members: int = 1
    ticks: Ticks = (0, 0)

    @property
    def over_quarters(self) -> bool:
        """Whether it works on the quarters of a window."""
        return self.name in FUNCTIONS and FUNCTIONS[self.name].over == QUARTERS


type Node = Constant | Measured | Applied

_SHARES: Final = ("above", "time_above")
_OF_FIRST: Final = ("weighted", "smallest", "largest", "lowest", "highest")
"""Functions whose values lie where those of their first argument do."""


def is_dated(node: Node) -> bool:
    """Whether a metric sets moments against one another: it is then one number of the whole run."""
    if isinstance(node, Applied):
        return node.over_quarters or any(is_dated(inner) for inner in node.arguments)
    return isinstance(node, Measured) and node.ticks is not None


def bounds(node: Node) -> Bounds:
    """The least and the greatest value, infinite where there is no bound."""
    if isinstance(node, Constant):
        return node.value, node.value
    if isinstance(node, Measured):
        low, high = node.form.low, node.form.high
        return -math.inf if low is None else low, math.inf if high is None else high
    inner = [bounds(argument) for argument in node.arguments]
    lows, highs = [low for low, _ in inner], [high for _, high in inner]
    match node.name:
        case "+":
            return sum(lows), sum(highs)
        case "-" | "difference":
            return lows[0] - highs[1], highs[0] - lows[1]
        case "*" if lows[0] >= 0 <= lows[1] and math.isfinite(highs[0] + highs[1]):
            return lows[0] * lows[1], highs[0] * highs[1]
        case "*" | "/" if lows[0] >= 0 <= lows[1]:
            return 0.0, math.inf
        case "negative":
            return -highs[0], -lows[0]
        case "abs":
            least = max(0.0, lows[0], -highs[0])
            return least, max(abs(lows[0]), abs(highs[0]))
        case "mean":
            return sum(lows) / len(lows), sum(highs) / len(highs)
        case "min":
            return min(lows), min(highs)
        case "max":
            return max(lows), max(highs)
        case "sum":
            return lows[0] * node.members, highs[0] * node.members
        case "correlation" | "rank_correlation":
            return -1.0, 1.0
        case "time_to":
            return 0.0, float(node.ticks[1] - node.ticks[0] + 1)
    if node.name in _SHARES:
        return 0.0, 1.0
    return inner[0] if node.name in _OF_FIRST else (-math.inf, math.inf)


def evaluate(node: Node, seen: Observed, *, series: bool) -> Floats:
    """Evaluate to an array that broadcasts to ``(R,)``, or to ``(R, T+1)`` for a series."""
    match node:
        case Constant():
            return np.asarray(node.value, np.float64)
        case Measured() if node.each:
            known = {
                case: _in_window(node.form.series(seen, case), node, series=series)
                for case in dict.fromkeys(node.cases)
            }
            return np.stack([known[case] for case in node.cases])
        case Measured():
            total = np.zeros(seen.shape)
            for case in node.cases:
                total += node.form.series(seen, case)
            return _in_window(total / len(node.cases), node, series=series)
        case Applied() if node.over_quarters:
            first, last = node.ticks
            inner = [evaluate(argument, seen, series=True) for argument in node.arguments]
            shape = np.broadcast_shapes(seen.shape, *(values.shape for values in inner))
            cut = [np.broadcast_to(values, shape)[..., first : last + 1] for values in inner]
            found = apply(node.name, cut)
            return found[..., None] if series else found
        case Applied():
            return apply(
                node.name, [evaluate(argument, seen, series=series) for argument in node.arguments]
            )


def _in_window(values: Floats, node: Measured, *, series: bool) -> Floats:
    if node.ticks is None:
        if node.since and node.form.total:
            values = values - values[:, [node.since - 1]]
        return values if series else values[:, -1]
    first, last = node.ticks
    if node.form.total:
        before = values[:, first - 1] if first > 0 else 0.0
        taken: Floats = values[:, last] - before
    else:
        taken = values[:, first : last + 1].mean(axis=1)
    return taken[:, None] if series else taken
