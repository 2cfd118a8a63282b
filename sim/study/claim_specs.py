"""The claims of a scenario: what it asserts of its own arms, read and checked.

A claim is an entry under ``claims:`` of a scenario file::

    T01:
      text: The treaty makes the patron's client press its neighbours harder.
      metric: mean(tension(AAA, BBB), tension(AAA, CCC))
      arms: [base, no_pact]          # treatment and counterfactual; one arm alone is held to zero
      less: [calm, calm_no_pact]     # the effect between these two is taken off first (optional)
      direction: higher              # lower, unchanged, not_higher, not_lower
      horizon: 2024Q3..2027Q2        # of all in the metric that has no date (default: the end)
      at: ['003:p24']                # where the assertion stands

``of`` names the row of the register, ``margin`` what counts as unchanged and ``smallest`` the
smallest effect that matters, in units of the metric, with the reason in a ``note``, ``size`` the
band in which the size of the effect is said to lie (``[low, high]``, without a sign), ``in: most
runs`` that the direction is claimed of most runs rather than of their mean, ``open`` why a claim is
contested, ``pending`` which mechanism it waits for, ``note`` anything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from sim.errors import Problem, ScenarioError, hint, shown
from sim.measure.language import BoundMetric, Scope, parse_metric, parse_window
from sim.measure.syntax import MetricError
from sim.scenario import BASE_ARM, ScenarioSpec
from sim.scenario.finding import read_chain
from sim.scenario.reader import Log, Node

DIRECTIONS: Final = ("higher", "lower", "unchanged", "not_higher", "not_lower")
SIDED: Final = ("higher", "lower")
"""Directions with an effect on one side of zero."""

_TEXTS: Final = ("text", "metric", "direction", "horizon", "of", "open", "pending", "note")
_LISTS: Final = ("arms", "less", "at")
_NUMBERS: Final = ("margin", "smallest")
_KEYS: Final = (*_TEXTS, *_LISTS, *_NUMBERS, "size", "in")
MOST: Final = "most runs"
"""What ``in`` may say."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim as it stands in a scenario.

    ``arms`` are treatment and counterfactual, ``less`` two more whose effect is taken off, ``of``
    the row of the register that it belongs to (its own id without one). ``size_low`` and
    ``size_high`` are the band of the size, ``most`` whether the direction is claimed of most runs.
    """

    id: str
    scenario: str
    of: str
    text: str
    direction: str
    metric: str | None
    arms: tuple[str, ...]
    less: tuple[str, ...]
    horizon: str | None
    at: tuple[str, ...]
    margin: float | None
    open: str | None
    pending: str | None
    note: str | None
    smallest: float | None = None
    size_low: float | None = None
    size_high: float | None = None
    most: bool = False


def read_claims(spec: ScenarioSpec, path: Path) -> list[tuple[Claim, BoundMetric | None]]:
    """Return the claims of a scenario in their order, each with its metric (None while pending).

    Args:
        spec: the scenario.
        path: its file, to tell where a mistake is.

    Raises:
        ScenarioError: a claim is malformed; every problem is named with its place.
    """
    reader = _Reader(spec, path, (BASE_ARM, *spec.arms))
    found = [reader.claim(name, raw) for name, raw in spec.claims.items()]
    if reader.problems:
        raise ScenarioError(
            sorted(reader.problems, key=lambda x: (x.file != spec.path, x.file, x.line, x.column))
        )
    return found


class _Reader:
    """Checks claims and gathers what is wrong with them."""

    def __init__(self, spec: ScenarioSpec, path: Path, arms: tuple[str, ...]) -> None:
        self._path = path
        self._stem = Path(spec.path).stem
        self._file = spec.path
        self._scope = Scope.of(spec)
        self._arms = arms
        self.problems: list[Problem] = []

    def claim(self, name: str, raw: Mapping[str, Any]) -> tuple[Claim, BoundMetric | None]:
        """Return a claim and its metric; what is wrong goes to ``problems``."""
        for key in raw:
            if key not in _KEYS:
                self._wrong(name, key, f"unknown field{hint(key, _KEYS)}")
        text = {key: self._text(name, key, raw) for key in _TEXTS}
        lists = {key: self._list(name, key, raw) for key in _LISTS}
        pending = text["pending"]
        for key in ("text", "direction") if pending else ("text", "direction", "metric"):
            if text[key] is None and raw.get(key) is None:
                self._wrong(name, "", f"missing '{key}'")
        if text["direction"] is not None and text["direction"] not in DIRECTIONS:
            fix = hint(text["direction"], DIRECTIONS) or f"; expected {', '.join(DIRECTIONS)}"
            self._wrong(name, "direction", f"unknown direction {shown(text['direction'])}{fix}")
        self._check_arms(name, lists["arms"], lists["less"], pending=pending is not None)
        low, high = self._band(name, raw.get("size"), text["direction"])
        claim = Claim(
            id=name,
            scenario=self._stem,
            of=text["of"] or name,
            text=text["text"] or "",
            direction=text["direction"] or "",
            metric=text["metric"],
            arms=lists["arms"],
            less=lists["less"],
            horizon=text["horizon"],
            at=lists["at"],
            **{key: self._above_zero(name, key, raw.get(key)) for key in _NUMBERS},
            open=text["open"],
            pending=pending,
            note=text["note"],
            size_low=low,
            size_high=high,
            most=self._most(name, raw.get("in")),
        )
        return claim, self._metric(claim)

    def _metric(self, claim: Claim) -> BoundMetric | None:
        at = "metric"
        try:
            metric = None if claim.metric is None else parse_metric(claim.metric)
            at = "horizon"
            window = None if claim.horizon is None else parse_window(claim.horizon)
            if metric is None:
                return None
            if window is not None:  # a date outside the clock is the horizon's mistake
                parse_metric("poles()").bind(self._scope, window)
            at = "metric"
            bound = metric.bind(self._scope, window)
        except MetricError as error:
            self._wrong_within(claim.id, at, error.problem)
            return None
        return None if claim.pending else bound

    def _text(self, name: str, key: str, raw: Mapping[str, Any]) -> str | None:
        value = raw.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            self._wrong(name, key, "expected a text")
            return None
        return value

    def _list(self, name: str, key: str, raw: Mapping[str, Any]) -> tuple[str, ...]:
        value = raw.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self._wrong(name, key, "expected a list of texts")
            return ()
        return tuple(value)

    def _above_zero(self, name: str, key: str, value: Any) -> float | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            self._wrong(name, key, "expected a number above 0, in units of the metric")
            return None
        return float(value)

    def _band(
        self, name: str, value: Any, direction: str | None
    ) -> tuple[float, float] | tuple[None, None]:
        """The band of the size; a size has no sign, the direction has."""
        if value is None:
            return None, None
        sound = isinstance(value, list) and [type(x) in (int, float) for x in value] == [True] * 2
        if not sound or not 0 <= value[0] < value[1]:
            message = "expected [low, high] with 0 <= low < high, the size of the effect in units "
            self._wrong(name, "size", f"{message}of the metric, without the sign of the direction")
            return None, None
        if direction not in SIDED:
            self._wrong(name, "size", f"a size goes with direction {' or '.join(SIDED)}")
        return float(value[0]), float(value[1])

    def _most(self, name: str, value: Any) -> bool:
        most = isinstance(value, str) and value == MOST
        if not most and value is not None:
            self._wrong(name, "in", f"expected '{MOST}', or nothing for the mean of the runs")
        return most

    def _check_arms(
        self, name: str, arms: tuple[str, ...], less: tuple[str, ...], *, pending: bool
    ) -> None:
        if not (1 <= len(arms) <= 2 or (pending and not arms)):
            message = "expected one arm, or a treatment and its counterfactual"
            self._wrong(name, "arms", message)
        if less and (len(less) != 2 or len(arms) != 2):
            message = "expected two arms, whose effect is taken off the effect between 'arms'"
            self._wrong(name, "less", message)
        for key, listed in (("arms", arms), ("less", less)):
            for arm in listed:
                if arm not in self._arms:
                    message = f"unknown arm {shown(arm)}{hint(arm, self._arms)}"
                    self._wrong(name, key, message)

    # --- places ----------------------------------------------------------------------------------
    @cached_property
    def _chain(self) -> list[Node]:
        return read_chain(self._path, Log())

    def _node(self, name: str, key: str) -> Node | None:
        """The value of a claim's field, in the file that has the last word on it."""
        for root in reversed(self._chain):
            node: Node | None = root
            for step in ("claims", name, *([key] if key else [])):
                inner = None if node is None else node.value
                node = inner.get(step) if isinstance(inner, dict) else None
            if node is not None:
                return node
        return None

    def _wrong(self, name: str, key: str, message: str) -> None:
        node = self._node(name, key) or self._node(name, "")
        dotted = f"claims.{name}.{key}".rstrip(".")
        if node is None:
            self.problems.append(Problem(self._file, 0, 0, dotted, message))
        else:
            self.problems.append(Problem(node.layer.file, node.line, node.column, dotted, message))

    def _wrong_within(self, name: str, key: str, problem: Problem) -> None:
        """Note what is wrong inside a metric or horizon, at its own column where that is plain."""
        inside = f"{problem.key}: {problem.message}" if problem.key else problem.message
        dotted = f"claims.{name}.{key}"
        node = self._node(name, key)
        if node is None:
            self.problems.append(Problem(self._file, 0, 0, dotted, inside))
            return
        line, column = node.line, node.column
        lines = self._lines(node.layer.file)
        first = lines[line - 1][column - 1 :] if 0 < line <= len(lines) else ""
        quoted = first[:1] in ("'", '"')
        if problem.line == 1 and first[quoted:].startswith(str(node.value).partition("\n")[0]):
            column += problem.column - 1 + quoted
        self.problems.append(Problem(node.layer.file, line, column, dotted, inside))

    @staticmethod
    def _lines(file: str) -> list[str]:
        try:
            return Path(file).read_text("utf-8").splitlines()
        except (OSError, ValueError):
            return []
