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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from sim.errors import hint
from sim.measure.forms import PLACES, Form, Frame, Pair
from sim.measure.observed import Observed
from sim.measure.quantities import QUANTITIES
from sim.measure.syntax import (
    FUNCTIONS,
    Call,
    Expression,
    MetricError,
    Moment,
    Negation,
    Number,
    Operation,
    Source,
    Spot,
    Timed,
    Value,
    Window,
    Word,
    complain,
    parse,
    parse_window,
)
from sim.record.arrays import EnsembleRecord
from sim.rules.declarations import COLLECTIVE_FIELDS, COLLECTIVES, PARTS
from sim.scenario import ScenarioSpec, format_quarter
from sim.scenario.names import among

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

type Floats = npt.NDArray[np.float64]
type Ticks = tuple[int, int]

MAX_PAIRS: Final = 1_000
"""Ordered pairs that one metric may ask to be recorded: each takes a few kilobytes a run."""

_STATES: Final = ("i", "j")
#: What people may look for, and where to find it.
_ELSEWHERE: Final = {
    "bloc_of": "a bloc is no number; use same_bloc(i, j), bloc_share(i) or bloc_size(i)",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that a metric may use, and the clock.

    ``collectives`` has the names of organisations, conflicts and schools by kind.
    ``groups`` has the scenario's groups and ALL, POLES and FOCAL, unless it has groups of its own
    by these names. ``start`` is the quarter of tick 0; ``names`` are the states' names for people.
    """

    states: tuple[str, ...]
    poles: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]
    start: int
    quarters: int
    collectives: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, spec: ScenarioSpec) -> Self:
        """The scope of a scenario."""
        states = tuple(spec.states)
        groups = {"ALL": states, "POLES": spec.poles, "FOCAL": spec.focal, **spec.groups}
        collectives = {
            "organisation": tuple(spec.organisations),
            "conflict": tuple(spec.conflicts),
            "school": tuple(spec.doctrines),
        }
        names = {code: state.name for code, state in spec.states.items()}
        return cls(states, spec.poles, groups, spec.start, spec.quarters, collectives, names)

    @classmethod
    def of_record(
        cls, record: EnsembleRecord, groups: Mapping[str, tuple[str, ...]] | None = None
    ) -> Self:
        """The scope of a record, which does not know the scenario's groups."""
        own = {"ALL": record.states, "POLES": record.poles, "FOCAL": record.focal}
        kinds = {name: known.kind for name, known in COLLECTIVE_FIELDS.items()}
        kinds |= {name: COLLECTIVES[part.row] for name, part in PARTS.items()}
        found: dict[str, dict[str, None]] = {kind: {} for kind in COLLECTIVES}
        for name, collective, _ in record.cells:
            found[kinds[name]][collective] = None
        return cls(
            record.states,
            record.poles,
            own | dict(groups or {}),
            record.start,
            record.quarters,
            {kind: tuple(known) for kind, known in found.items()},
        )


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
            MetricError: a name is unknown, a date is outside the clock, or there are too many
                pairs.
        """
        if isinstance(horizon, str):
            horizon = parse_window(horizon)
        binder = _Binder(scope, self.source)
        ticks = None if horizon is None else binder.ticks(horizon)
        node = binder.expression(self.tree, ticks)
        # for a series, the outermost window is the horizon: it says when, not what
        inner = self.tree.inner if isinstance(self.tree, Timed) else self.tree
        through = binder.expression(inner, None)
        return BoundMetric(self, node, through, tuple(sorted(binder.pairs)), (scope, horizon))


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
    _check(tree, source)
    return Metric(text, tree, source)


def required_pairs(
    metrics: Iterable[BoundMetric],
) -> tuple[Pair, ...]:
    """Return the ordered pairs that must be recorded to evaluate all of these metrics."""
    return tuple(sorted({pair for metric in metrics for pair in metric.pairs}))


def _check(tree: Expression, source: Source) -> None:
    """Look up the quantities of a tree.

    Raises:
        MetricError: a name, a number of arguments or a word is wrong.
    """
    match tree:
        case Value():
            _form(tree, source)
        case Call():
            for argument in tree.arguments:
                _check(argument, source)
        case Timed():
            _check(tree.inner, source)
        case Negation():
            _check(tree.operand, source)
        case Operation():
            _check(tree.left, source)
            _check(tree.right, source)
        case Number():
            pass


def _form(value: Value, source: Source) -> Form:
    known = QUANTITIES.get(value.name)
    if known is None:
        fix = hint(value.name, [*QUANTITIES, *FUNCTIONS])
        message = _ELSEWHERE.get(value.name, f"unknown quantity{fix}")
        raise complain(source, value.spot, value.name, message)
    form = known.form(len(value.words))
    if form is None:
        message = f"write {' or '.join(known.signatures())}"
        raise complain(source, value.spot, value.name, message)
    for parameter, word in zip(form.parameters, value.words, strict=True):
        if parameter in form.words and word.text not in form.words[parameter]:
            message = f"unknown {parameter}{hint(word.text, form.words[parameter])}"
            if "; " not in message:
                message += f"; expected {', '.join(form.words[parameter])}"
            raise complain(source, word.spot, word.text, message)
    return form


# --- bound to a scenario -------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Constant:
    value: float


@dataclass(frozen=True, slots=True)
class _Mean:
    """A quantity, averaged over the members of its groups, in a window (None: none was given)."""

    name: str
    form: Form = field(repr=False)
    cases: tuple[tuple[str, ...], ...]
    ticks: Ticks | None


@dataclass(frozen=True, slots=True)
class _Apply:
    """A function or an operator of what has been evaluated."""

    name: str
    arguments: tuple[_Node, ...]


type _Node = _Constant | _Mean | _Apply


class _Binder:
    """Turns a tree into nodes whose states and ticks are known; gathers the pairs they need."""

    def __init__(self, scope: Scope, source: Source) -> None:
        self._scope = scope
        self._source = source
        self._frame = Frame(scope.states, scope.poles)
        self._called = {code: scope.names.get(code, "") for code in scope.states}
        self.pairs: set[Pair] = set()

    def expression(self, tree: Expression, ticks: Ticks | None) -> _Node:
        """Bind a tree; ``ticks`` hold where it has no window of its own."""
        match tree:
            case Number():
                return _Constant(tree.value)
            case Value():
                return self._value(tree, ticks)
            case Timed():
                return self.expression(tree.inner, self.ticks(tree.window))
            case Negation():
                return _Apply("negative", (self.expression(tree.operand, ticks),))
            case Call():
                inner = tuple(self.expression(argument, ticks) for argument in tree.arguments)
                return _Apply(tree.function, inner)
            case Operation():
                sides = self.expression(tree.left, ticks), self.expression(tree.right, ticks)
                return _Apply(tree.operator, sides)

    def ticks(self, window: Window) -> Ticks:
        """The first and the last tick of a window."""
        first, last = self._tick(window.first), self._tick(window.last)
        if first > last:
            message = f"the window {window} ends before it begins"
            raise complain(self._source, window.first.spot, "", message)
        return first, last

    def _tick(self, moment: Moment) -> int:
        scope = self._scope
        if moment.quarter is None:
            return 0 if moment.text == "start" else scope.quarters
        tick = moment.quarter - scope.start
        if not 0 <= tick <= scope.quarters:
            side = "before the start" if tick < 0 else "after the end"
            edge = format_quarter(scope.start + (0 if tick < 0 else scope.quarters))
            raise complain(self._source, moment.spot, moment.text, f"{side} of the clock, {edge}")
        return tick

    def _value(self, value: Value, ticks: Ticks | None) -> _Node:
        form = _form(value, self._source)
        choices = [
            self._choice(parameter, word)
            for parameter, word in zip(form.parameters, value.words, strict=True)
        ]
        sides = [at for at, parameter in enumerate(form.parameters) if parameter in _STATES]
        if math.prod(len(choice) for choice in choices) > 2 * MAX_PAIRS:
            raise self._too_many(value.spot, value.name)
        cases = [
            case
            for case in product(*choices)
            if len({case[at] for at in sides}) == len(sides)  # no pair of a state with itself
        ]
        if not cases:
            spot = value.words[sides[-1]].spot
            state = value.words[sides[-1]].text
            raise complain(self._source, spot, state, "a pair of a state with itself")
        if form.poles:
            for case in cases:
                others = [pole for pole in self._scope.poles if pole not in case]
                if len(others) < form.poles:
                    message = f"needs {form.poles} poles beside the state; the scenario has "
                    message += f"{', '.join(self._scope.poles) or 'none'}"
                    raise complain(self._source, value.spot, value.name, message)
        for case in cases:
            self.pairs.update(form.pairs(case, self._frame))
            if len(self.pairs) > MAX_PAIRS:
                raise self._too_many(value.spot, value.name)
        return _Mean(value.name, form, tuple(cases), ticks)

    def _too_many(self, spot: Spot, key: str) -> MetricError:
        return complain(self._source, spot, key, f"needs more than {MAX_PAIRS} pairs of states")

    def _choice(self, parameter: str, word: Word) -> tuple[str, ...]:
        if parameter in _STATES:
            return self._members(word)
        known = self._scope.collectives.get(parameter, ())
        if parameter in PLACES and word.text not in known:
            message = f"unknown {parameter}{hint(word.text, known)}"
            raise complain(self._source, word.spot, word.text, message)
        return (word.text,)

    def _members(self, word: Word) -> tuple[str, ...]:
        if word.text in self._called:
            return (word.text,)
        members = self._scope.groups.get(word.text)
        if members is None:
            fix = among(word.text, self._called, self._scope.groups)
            raise complain(self._source, word.spot, word.text, f"unknown state or group{fix}")
        if not members:
            raise complain(self._source, word.spot, word.text, "the group is empty")
        return members


@dataclass(frozen=True, slots=True)
class BoundMetric:
    """A metric of one scenario.

    ``pairs`` are the ordered pairs of states that must be recorded to evaluate it.
    """

    metric: Metric
    _node: _Node
    _through: _Node
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
        low, high = _range(self._node)
        return high - low if math.isfinite(high - low) else None

    @property
    def is_dated(self) -> bool:
        """Whether it sets moments against one another: it is then one number of the whole run."""
        return _is_dated(self._through)

    def key(self, *, series: bool) -> str:
        """Return a hash of what :meth:`values` or :meth:`series` works out, however written."""
        node = repr(self._through if series else self._node)
        return hashlib.blake2b(node.encode(), digest_size=12).hexdigest()

    def values(self, seen: Observed | EnsembleRecord) -> Floats:
        """Return the value in each run, ``(R,)``; not a number where it is not defined (0/0)."""
        seen = seen if isinstance(seen, Observed) else Observed(seen)
        return _finite(_evaluate(self._node, seen, series=False), (seen.shape[0],))

    def series(self, seen: Observed | EnsembleRecord) -> Floats:
        """Return the value in each run and quarter, ``(R, T+1)``.

        Quantities with a window inside the metric are constant; an outermost window is left out.
        Counts run up from the start.
        """
        seen = seen if isinstance(seen, Observed) else Observed(seen)
        return _finite(_evaluate(self._through, seen, series=True), seen.shape)


def _is_dated(node: _Node) -> bool:
    if isinstance(node, _Apply):
        return any(_is_dated(inner) for inner in node.arguments)
    return isinstance(node, _Mean) and node.ticks is not None


def _range(node: _Node) -> tuple[float, float]:
    """The least and the greatest value, infinite where there is no bound."""
    if isinstance(node, _Constant):
        return node.value, node.value
    if isinstance(node, _Mean):
        low, high = node.form.low, node.form.high
        return -math.inf if low is None else low, math.inf if high is None else high
    inner = [_range(argument) for argument in node.arguments]
    lows, highs = [low for low, _ in inner], [high for _, high in inner]
    match node.name:
        case "+":
            return sum(lows), sum(highs)
        case "-" | "difference":
            return lows[0] - highs[1], highs[0] - lows[1]
        case "negative":
            return -highs[0], -lows[0]
        case "mean":
            return sum(lows) / len(lows), sum(highs) / len(highs)
        case "min":
            return min(lows), min(highs)
        case "max":
            return max(lows), max(highs)
    return -math.inf, math.inf


def _finite(values: Floats, shape: tuple[int, ...]) -> Floats:
    whole = np.broadcast_to(values, shape).astype(np.float64)
    whole[~np.isfinite(whole)] = np.nan
    return whole


def _evaluate(node: _Node, seen: Observed, *, series: bool) -> Floats:
    """Evaluate to an array that broadcasts to ``(R,)``, or to ``(R, T+1)`` for a series."""
    match node:
        case _Constant():
            return np.asarray(node.value, np.float64)
        case _Mean():
            total = np.zeros(seen.shape)
            for case in node.cases:
                total += node.form.series(seen, case)
            return _in_window(total / len(node.cases), node, series=series)
        case _Apply():
            inner = [_evaluate(argument, seen, series=series) for argument in node.arguments]
            with np.errstate(all="ignore"):
                return _apply(node.name, inner)


def _in_window(values: Floats, node: _Mean, *, series: bool) -> Floats:
    if node.ticks is None:
        return values if series else values[:, -1]
    first, last = node.ticks
    if node.form.total:
        before = values[:, first - 1] if first > 0 else 0.0
        taken: Floats = values[:, last] - before
    else:
        taken = values[:, first : last + 1].mean(axis=1)
    return taken[:, None] if series else taken


def _apply(name: str, inner: list[Floats]) -> Floats:
    match name:
        case "+":
            return inner[0] + inner[1]
        case "-" | "difference":
            return inner[0] - inner[1]
        case "*":
            return inner[0] * inner[1]
        case "/":
            return np.where(inner[1] == 0.0, np.nan, np.divide(*inner))
        case "negative":
            return -inner[0]
        case "abs":
            return np.abs(inner[0])
    together = np.stack(np.broadcast_arrays(*inner))
    if name == "mean":
        return np.asarray(together.mean(axis=0))
    return np.asarray(together.min(axis=0) if name == "min" else together.max(axis=0))
