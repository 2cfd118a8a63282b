"""Metrics: what is measured in a run, as a short expression over named quantities.

``alignment(RUS, CHN) @ end - alignment(RUS, CHN) @ start`` is a number of each run. A quantity has
a value each quarter; ``@`` takes its mean over a window of quarters (of a count: its increase), and
arithmetic and functions then work on these numbers. Where no window is written, the horizon that
the metric is used with holds, or else the last quarter. A group of states means the mean over its
members; for two groups, over all ordered pairs of different members.

A metric goes through three steps: :func:`parse_metric` reads the text and looks up its quantities,
:meth:`Metric.bind` looks up states, groups and dates in a scenario, and the :class:`BoundMetric`
says which pairs must be recorded and is evaluated over the ensembles of that scenario.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.measure.binding import MAX_PAIRS, Scope, bind, form_of, values_in
from sim.measure.forms import Pair
from sim.measure.functions import FUNCTIONS
from sim.measure.nodes import Node, bounds, evaluate, is_dated
from sim.measure.observed import Observed
from sim.measure.quantities import QUANTITIES
from sim.measure.syntax import Expression, MetricError, Source, Window, parse, parse_window
from sim.record.arrays import EnsembleRecord
from sim.types import Floats

__all__ = [
    "FUNCTIONS",
    "MAX_PAIRS",
    "QUANTITIES",
    "BoundMetric",
    "Metric",
    "MetricError",
    "Observed",
    "Scope",
    "Source",
    "parse_metric",
    "parse_window",
    "required_pairs",
]


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric whose quantities exist and have the right number of arguments."""

    text: str
    tree: Expression
    source: Source

    def __str__(self) -> str:
        return self.text

    def bind(self, scope: Scope, horizon: str | Window | None = None) -> BoundMetric:
        """Look up states, groups and dates.

        Args:
            scope: the names of the scenario.
            horizon: the window of what has none of its own; without it, the last quarter.

        Raises:
            MetricError: a name is unknown, a date is outside the clock, a group is missing where a
                function needs one, or there are too many pairs.
        """
        if isinstance(horizon, str):
            horizon = parse_window(horizon)
        found = bind(self.tree, scope, self.source, horizon)
        asked = (scope, horizon)
        return BoundMetric(self, found.value, found.series, found.pairs, asked)


def parse_metric(text: str, source: Source | None = None) -> Metric:
    """Return a metric, given its text.

    Args:
        text: such as ``mean(tension(AAA, BBB), tension(AAA, CCC)) @ 2024Q3..2026Q2``.
        source: where it was written, for messages.

    Raises:
        MetricError: the text is not a metric.

    >>> parse_metric("alignmnet(AAA, BBB)")
    Traceback (most recent call last):
    sim.measure.syntax.MetricError: metric:1:1: alignmnet: unknown quantity; did you mean
    'alignment'?
    """
    source = source or Source()
    tree = parse(text, source)
    for value in values_in(tree):
        form_of(value, source)
    return Metric(text, tree, source)


def required_pairs(
    metrics: Iterable[BoundMetric],
) -> tuple[Pair, ...]:
    """Return the ordered pairs that must be recorded to evaluate all of these metrics."""
    return tuple(sorted({pair for metric in metrics for pair in metric.pairs}))


@dataclass(frozen=True, slots=True)
class BoundMetric:
    """A metric of one scenario.

    ``pairs`` are the ordered pairs of states that must be recorded to evaluate it.
    """

    metric: Metric
    _node: Node
    _through: Node
    pairs: tuple[Pair, ...]
    _asked: tuple[Scope, Window | None] = field(repr=False, compare=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process binds it again: how a quantity is worked out is no data."""
        return self.metric.bind, self._asked

    def __str__(self) -> str:
        return self.metric.text

    @property
    def span(self) -> float | None:
        """Width of the range of its values; None where that is not bounded or not known."""
        low, high = bounds(self._node)
        return high - low if math.isfinite(high - low) else None

    @property
    def is_dated(self) -> bool:
        """Whether it sets moments against one another: it is then one number of the whole run."""
        return is_dated(self._through)

    def key(self, *, series: bool) -> str:
        """Return a hash of what :meth:`values` or :meth:`series` works out, however written."""
        node = repr(self._through if series else self._node)
        return hashlib.blake2b(node.encode(), digest_size=12).hexdigest()

    def values(self, seen: Observed | EnsembleRecord) -> Floats:
        """Return the value in each run, ``(R,)``; not a number where it is not defined (0/0)."""
        seen = seen if isinstance(seen, Observed) else Observed(seen)
        return _finite(evaluate(self._node, seen, series=False), (seen.shape[0],))

    def series(self, seen: Observed | EnsembleRecord) -> Floats:
        """Return the value in each run and quarter, ``(R, T+1)``.

        Quantities with a window inside the metric are constant; an outermost window is left out.
        Counts run up from the start.
        """
        seen = seen if isinstance(seen, Observed) else Observed(seen)
        return _finite(evaluate(self._through, seen, series=True), seen.shape)


def _finite(values: Floats, shape: tuple[int, ...]) -> Floats:
    whole = np.broadcast_to(values, shape).astype(np.float64)
    whole[~np.isfinite(whole)] = np.nan
    return whole
