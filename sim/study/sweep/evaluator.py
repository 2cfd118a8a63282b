"""From points of a parameter space and run numbers to values of metrics.

The values depend on the point, the seed and the number of the run alone: not on which points are
evaluated together, in what order, on how many threads or on which machine, and they are those of
``multipolar run`` with the point as ``--set`` options.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np

from sim.drivers.ensemble import run_cases
from sim.errors import Problem, ScenarioError, UserError
from sim.measure.language import Scope, parse_metric
from sim.measure.observed import Observed
from sim.scenario import BASE_ARM, Loader, find_scenario
from sim.study.laboratory.cases import Cases, Measured, cases_of
from sim.study.laboratory.engine import Laboratory
from sim.study.laboratory.pool import local
from sim.study.sweep.factors import Factor, parse_factor
from sim.study.sweep.variants import Base, Overlay, Parts, Variant, agree, make_variant
from sim.types import Floats

__all__ = ["Evaluator", "Overlay"]


CHUNK: Final = 8
"""Runs that are recorded together: a record is a few megabytes, and is gone when it is measured."""
_OWN: Final = ("_lock", "_variants", "_parts")
_KEPT: Final = 32
"""Variants kept; each has the arrays of its world."""


class Evaluator:
    """Evaluates metrics of a scenario at points of its parameter space; an instrument.

    Args:
        scenario: a path, or the name of a shipped scenario.
        vary: names of the overlay language, each a number (``security.weight``,
            ``states.AAA.capability``), a choice (``mechanisms.trust=on,off``, ``arm=base,NAME``) or
            the strength of events (``events.NAME.scale``); see
            :mod:`sim.study.sweep.factors`.
        metrics: expressions, see :mod:`sim.measure.language`.
        arm: of the scenario, for all points.
        set: fixed overrides, ``key=value``.
        quarters: length of the clock instead of the file's.
        horizon: window of the metrics that have none of their own.

    Raises:
        UserError: the scenario, a name or a metric is wrong.

    >>> evaluate = Evaluator("synthetic", vary=["security.weight"], metrics=["poles()"],
    ...                      set=["synthetic.states=12"], quarters=4)
    >>> values = evaluate([[2.0], [8.0]], runs=range(3))
    >>> values.shape
    (2, 3, 1)
    >>> str(evaluate.overlay([8.0]))
    '--set synthetic.states=12 --set security.weight=8'
    """

    slice = CHUNK

    def __init__(
        self,
        scenario: Path | str,
        *,
        vary: Iterable[str | Factor],
        metrics: Iterable[str],
        arm: str = BASE_ARM,
        set: Iterable[str] = (),  # noqa: A002  (the word of the command line)
        quarters: int | None = None,
        horizon: str | None = None,
    ) -> None:
        found = find_scenario(str(scenario))
        self.factors = tuple(x if isinstance(x, Factor) else parse_factor(x) for x in vary)
        self.metrics = self.columns = tuple(metrics)
        self.horizon = horizon
        _distinct("a parameter", [factor.name for factor in self.factors])
        _distinct("a metric", self.metrics)
        if not self.metrics:
            raise UserError("no metric: say what to measure")
        self._base = Base(Loader(found), arm, tuple(set), quarters)
        self.spec = self._base.load({})
        self._metrics = tuple(parse_metric(text) for text in self.metrics)
        scope = Scope.of(self.spec)
        for metric in self._metrics:
            metric.bind(scope, horizon)
        self._free = {factor for factor in self.factors if not factor.levels}
        self._low = np.full(len(self.factors), np.inf)
        self._high = np.full(len(self.factors), -np.inf)
        self._unlock()

    def _unlock(self) -> None:
        self._lock = threading.RLock()
        self._variants: OrderedDict[tuple[object, ...], Variant] = OrderedDict()
        self._parts: dict[tuple[tuple[Factor, str], ...], Parts] = {}

    def __getstate__(self) -> dict[str, Any]:
        """The evaluator without what it has loaded, for other processes."""
        return {k: v for k, v in self.__dict__.items() if k not in _OWN}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._unlock()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the factors, in the order of a point's numbers."""
        return tuple(factor.name for factor in self.factors)

    @property
    def scenario_hash(self) -> str:
        """A hash of the scenario's file, arms included."""
        return self._base.loader.hash()

    @cached_property
    def about(self) -> str:
        """All that values depend on beside the cases."""
        base = self._base
        varied = [(factor.name, factor.levels) for factor in self.factors]
        fixed = (self.scenario_hash, base.arm, base.set, base.quarters, self.horizon)
        return json.dumps((fixed, varied))

    # --- points ----------------------------------------------------------------------------------
    def overlay(self, point: Sequence[float] | Floats) -> Overlay:
        """A point ``(K,)`` as the options of the command line that give it.

        Raises:
            UserError: the point is not one of a choice's levels, or an event does not exist.
        """
        choices, numbers = self._split(_row(point, len(self.factors)))
        key = tuple(choices.items())
        if key not in self._parts:
            self._parts[key] = Parts(self._base, choices)
        return self._base.overlay(choices, self._parts[key].texts(numbers))

    def expect(self, points: Sequence[Sequence[float]] | Floats) -> None:
        """Prepare for points ``(P, K)``: with their extent known, a variant is loaded once.

        Without it, values are the same. Calls that go beyond what was expected load anew.
        """
        table = _table(points, len(self.factors))
        with self._lock:
            # fmin and fmax pass over what is not set
            low = np.fmin(self._low, np.fmin.reduce(table, axis=0, initial=np.inf))
            high = np.fmax(self._high, np.fmax.reduce(table, axis=0, initial=-np.inf))
            if (low < self._low).any() or (high > self._high).any():
                self._low, self._high = low, high
                self._free = {factor for factor in self.factors if not factor.levels}
                self._variants.clear()

    def check(self, points: Sequence[Sequence[float]] | Floats) -> None:
        """Refuse what is wrong with the names and levels, before anything is run.

        Each level is loaded by itself; numbers are tried at the points, up to twenty of them, until
        one of these is a scenario.

        Raises:
            UserError: a name or a level is wrong, or all of the points tried are invalid.
        """
        table = _table(points, len(self.factors))
        problems: dict[Problem, None] = {}
        for factor in self.factors:
            for level in factor.levels:
                try:
                    self._base.load({factor: level})
                except ScenarioError as error:
                    problems |= dict.fromkeys(error.problems)
        try:
            self._some_scenario(table)
        except ScenarioError as error:
            problems |= dict.fromkeys(error.problems)
        if problems:
            raise ScenarioError(problems)

    def _some_scenario(self, table: Floats) -> None:
        """Load points until one is valid.

        Raises:
            UserError: none of those tried is; what is wrong with the first.
        """
        first: UserError | None = None
        for row in table[np.unique(np.linspace(0, max(len(table) - 1, 0), 20).astype(int))]:
            try:
                choices, numbers = self._split(row)
                self._base.load(choices, Parts(self._base, choices).texts(numbers))
            except UserError as error:
                first = first or error
            else:
                return
        if first is not None:
            raise first

    def _split(self, row: Floats) -> tuple[dict[Factor, str], dict[Factor, float]]:
        choices, numbers = {}, {}
        for factor, value in zip(self.factors, row.tolist(), strict=True):
            if np.isnan(value):
                continue
            if not np.isfinite(value):
                raise UserError(f"{factor.name}: {value} is not a finite number")
            if factor.levels:
                choices[factor] = factor.level(value)
            else:
                numbers[factor] = value
        return choices, numbers

    # --- variants --------------------------------------------------------------------------------
    def _variant(self, row: Floats) -> Variant:
        """The variant that serves a point.

        Raises:
            UserError: the point is not a valid scenario.
        """
        choices, numbers = self._split(row)
        with self._lock:
            while True:
                key = (
                    *(choices.get(f) for f in self.factors if f.levels),
                    *(None if f in self._free else x for f, x in numbers.items()),
                    *(f.name for f in numbers),
                )
                if key in self._variants:
                    self._variants.move_to_end(key)
                    return self._variants[key]
                free = [factor for factor in numbers if factor in self._free]
                variant = self._tried(choices, numbers, free)
                if variant is not None:
                    break
            self._variants[key] = variant
            while len(self._variants) > _KEPT:
                self._variants.popitem(last=False)
            return variant

    def _tried(
        self, choices: dict[Factor, str], numbers: dict[Factor, float], free: list[Factor]
    ) -> Variant | None:
        """A variant whose free numbers were tried; None if some of them are not free."""
        if not free:
            return self._made(choices, numbers, ())
        low = numbers | {f: float(self._low[self.factors.index(f)]) for f in free}
        high = numbers | {f: float(self._high[self.factors.index(f)]) for f in free}
        try:
            variant = self._made(choices, low, free)
            opposite = self._made(choices, high, free)
        except UserError:
            # a corner is no scenario, so that each point has to be tried by itself
            self._free -= set(free)
            return None
        if agree(variant, opposite, high) and not any(_decides(factor) for factor in free):
            return variant
        bound = {factor for factor in free if _decides(factor)}
        for factor in free:
            beside = low | {factor: high[factor]}
            if not agree(variant, self._made(choices, beside, free), beside):
                bound.add(factor)
        self._free -= bound or set(free)
        return None

    def _made(
        self, choices: Mapping[Factor, str], numbers: Mapping[Factor, float], free: Iterable[Factor]
    ) -> Variant:
        return make_variant(self._base, choices, numbers, tuple(free), self._metrics, self.horizon)

    # --- evaluation ------------------------------------------------------------------------------
    def __call__(
        self,
        points: Sequence[Sequence[float]] | Floats,
        runs: Sequence[int],
        seed: int | None = None,
        *,
        jobs: int | None = None,
    ) -> Floats:
        """Return the metrics of each run at each point, ``(P, R, M)``.

        Args:
            points: ``(P, K)``, one column a factor; of a choice the position of its level. Not a
                number leaves a factor as the scenario has it.
            runs: numbers of the runs, which key their draws and their luck: run 3 of one point and
                run 3 of another differ by the points alone.
            seed: by default the scenario's.
            jobs: worker threads, by default one a core; values do not depend on it.

        Raises:
            UserError: a point is not a valid scenario, or a run failed; the message has its overlay
                and run.
        """
        table = _table(points, len(self.factors))
        self.expect(table)
        cases = cases_of(table, runs, self.spec.ensemble.seed if seed is None else seed)
        with Laboratory(local(jobs)) as laboratory:
            ((values, failures),) = laboratory.measure([(self, cases)], CHUNK)
        self.refuse(failures, cases)
        return values.reshape(len(table), len(runs), len(self.metrics))

    def refuse(self, failures: Sequence[tuple[int, str]], cases: Cases) -> None:
        """Raise if some of the cases failed.

        Raises:
            UserError: the first of them, with its point and run.
        """
        for at, message in failures:
            raise UserError(f"{self.describe(cases[0][at])}, run {cases[2][at]}: {message}")

    def measure(self, cases: Cases) -> Measured:
        """Return the values ``(C, M)`` of cases and the failures, from this thread."""
        points, seeds, _ = cases
        self.expect(points)
        values = np.full((len(points), len(self.metrics)), np.nan)
        failures = []
        groups: dict[tuple[int, int], tuple[Variant, list[int]]] = {}
        for case in range(len(points)):
            try:
                variant = self._variant(points[case])
            except UserError as error:
                failures.append((case, str(error)))
            else:
                group = (id(variant), int(seeds[case]))
                groups.setdefault(group, (variant, []))[1].append(case)
        for variant, together in groups.values():
            try:
                self._run(variant, cases, together, values)
            except Exception:  # noqa: BLE001  (whatever stops one run must not stop the others)
                failures += self._one_by_one(variant, cases, together, values)
        return values, sorted(failures)

    def _one_by_one(
        self, variant: Variant, cases: Cases, together: list[int], values: Floats
    ) -> list[tuple[int, str]]:
        failures = []
        for case in together:
            try:
                self._run(variant, cases, [case], values)
            except Exception as error:  # noqa: BLE001  (see above; the message is reported)
                failures.append((case, f"{type(error).__name__}: {error}"))
        return failures

    def _run(self, variant: Variant, cases: Cases, together: list[int], values: Floats) -> None:
        points, seeds, runs = cases
        chosen = []
        seed = int(seeds[together[0]])
        for case in together:
            point = dict(zip(self.factors, points[case].tolist(), strict=True))
            run = int(runs[case])
            chosen.append((run, variant.values(point, seed, run)))
        seen = Observed(run_cases(variant.world, chosen, seed=seed, pairs=variant.pairs))
        for column, metric in enumerate(variant.metrics):
            values[together, column] = metric.values(seen)

    def told(self, point: Floats) -> str:
        """A point as options of the command line, or as its values where it is no scenario."""
        try:
            return str(self.overlay(point))
        except UserError:
            return self.describe(point)

    def describe(self, point: Floats) -> str:
        """A point for people: ``security.weight=8, arm=base``."""
        shown = []
        for factor, value in zip(self.factors, point.tolist(), strict=True):
            if np.isnan(value):
                continue
            try:
                shown.append(f"{factor.name}={factor.show(value)}")
            except (UserError, ValueError, OverflowError):
                shown.append(f"{factor.name}={value}")
        return ", ".join(shown)


def _decides(factor: Factor) -> bool:
    """Whether a number is compared with others at the start: the higher of two floors holds."""
    return factor.name.startswith("organisations.") and factor.name.endswith(".floor")


def _distinct(what: str, names: Sequence[str]) -> None:
    for name in names:
        if list(names).count(name) > 1:
            raise UserError(f"{name}: {what} is given twice")


def _row(point: Sequence[float] | Floats, width: int) -> Floats:
    row: Floats = _table([list(point)], width)[0]
    return row


def _table(points: Sequence[Sequence[float]] | Floats, width: int) -> Floats:
    table = np.asarray(points, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] != width:
        raise ValueError(f"points: expected (points, {width}), got {table.shape}")
    return table
