"""What if: the arms of a scenario against a reference arm, run by run with the same luck."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.errors import UserError, hint, shown
from sim.measure.language import (
    BoundMetric,
    Scope,
    Source,
    parse_metric,
    parse_window,
)
from sim.record.results import RunMeta
from sim.scenario import BASE_ARM, ScenarioSpec, find_scenario, format_quarter, load_arms
from sim.statistics.paired import NEGLIGIBLE, effects, intervals
from sim.study.arm_store import Arm, series_of, values_of
from sim.study.arms import MOVES, lacks, parted, simulate_arms
from sim.study.comparison import ArmComparison, Comparison, MetricEffect, Mover
from sim.study.usual import default_metrics, third_states, usual
from sim.system.progress import Progress
from sim.types import Floats

SHOWN_INTENSITIES: Final = 12
"""Of the default metrics: so many intensities of pacts, the largest in any arm."""
SHOWN_MOVERS: Final = 10


def compare(
    scenario: Path | str,
    *,
    arms: Sequence[str] | None = None,
    against: str = BASE_ARM,
    metrics: Sequence[str] = (),
    horizon: str | None = None,
    set: Sequence[str] = (),  # noqa: A002  (the word of the command line)
    runs: int | None = None,
    seed: int | None = None,
    quarters: int | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    command: str = "",
) -> Comparison:
    """Run the arms of a scenario and return what each changes, with intervals.

    Runs of equal number share the draws of all numbers and the luck of every decision.

    Args:
        scenario: a path, or the name of a shipped scenario.
        arms: names of arms; by default all of them.
        against: the arm that the others are held against.
        metrics: expressions of :mod:`sim.measure.language`; by default alignments, threats,
            hedging and dependence of the focal states, intensities of pacts, and poles.
        horizon: window of the metrics that have none, such as ``2024Q3..2026Q2``; by default the
            last quarter.
        set, runs, seed, quarters: override the scenario's own, in all arms.
        jobs: worker threads; results do not depend on it.
        progress: called with (finished, all) runs of all arms.
        command: kept with the results.

    Raises:
        ScenarioError: the scenario is not valid.
        UserError: an arm or a metric is not valid, or there is nothing to compare.
    """
    started = dt.datetime.now(dt.UTC)
    path = find_scenario(str(scenario))
    specs = _arms(path, arms, against, set, quarters)
    spec = specs[against]
    runs, seed = spec.ensemble.given(runs, seed)
    scope = Scope.of(spec)
    window = None if horizon is None else parse_window(horizon, Source("horizon"))
    wanted = [(text, "") for text in dict.fromkeys(metrics)] or default_metrics(spec)
    bound = [parse_metric(text).bind(scope, window) for text, _ in wanted]
    watched = third_states(spec)
    measures = [*map(values_of, bound), *map(series_of, bound), *map(values_of, watched), MOVES]
    measured = simulate_arms(
        specs,
        dict.fromkeys(specs, measures),
        runs=runs,
        seed=seed,
        jobs=jobs,
        progress=progress,
        others=lambda: usual(path, spec, tuple(set), quarters),
    )
    found = dict(zip(specs, measured, strict=True))
    values = {name: arm.values(bound) for name, arm in found.items()}
    shown_metrics = _chosen([group for _, group in wanted], values, against)
    finished = dt.datetime.now(dt.UTC)
    return Comparison(
        meta=RunMeta.of(spec, seed=seed, command=command, started=started, finished=finished),
        reference=against,
        runs=runs,
        start=spec.start,
        quarters=spec.quarters,
        horizon=str(window) if window else format_quarter(spec.start + spec.quarters),
        chosen=bool(metrics),
        metrics=tuple(bound[m].metric.text for m in shown_metrics),
        values={name: all_of[shown_metrics] for name, all_of in values.items()},
        arms=tuple(
            _arm(name, specs, found, against, [bound[m] for m in shown_metrics], watched, seed)
            for name in specs
            if name != against
        ),
        lacking=tuple(
            name for name in specs if name != against and lacks(specs[name], specs[against])
        ),
    )


def _arms(
    path: Path,
    arms: Sequence[str] | None,
    against: str,
    overrides: Sequence[str],
    quarters: int | None,
) -> dict[str, ScenarioSpec]:
    """The arms to compare, the reference first."""
    if arms is None:
        specs = load_arms(path, overrides=tuple(overrides), quarters=quarters)
        if against not in specs:
            exist = f"it has {', '.join(specs)}"
            raise UserError(f"{path}: no arm {shown(against)}{hint(against, specs)}; {exist}")
        specs = {against: specs.pop(against), **specs}
    else:
        specs = load_arms(
            path, arms=(against, *arms), overrides=tuple(overrides), quarters=quarters
        )
    if len(specs) == 1:
        raise UserError(f"{path}: nothing to compare: no arm beside {shown(against)}")
    return specs


def _chosen(groups: list[str], values: Mapping[str, Floats], reference: str) -> list[int]:
    """Positions of the metrics to show: all without a group, the largest of each group."""
    means = {name: np.nan_to_num(found.mean(axis=1)) for name, found in values.items()}
    largest = np.stack(list(means.values())).max(axis=0).tolist()
    keep = {m for m, group in enumerate(groups) if not group}
    for group in dict.fromkeys(groups):
        members = [m for m, name in enumerate(groups) if name == group]
        if group == "intensity":
            ranked = sorted(members, key=lambda m: -largest[m])
            keep.update(m for m in ranked[:SHOWN_INTENSITIES] if largest[m] > 0)
        elif group:
            keep.add(max(members, key=lambda m: means[reference][m]))
    return sorted(keep)


def touched(one: ScenarioSpec, other: ScenarioSpec) -> frozenset[str]:
    """Return the states that the differences of two arms name: they are no third states."""
    found: set[str] = set()
    for states in ("states", "pacts", "organisations", "conflicts", "events"):
        a, b = getattr(one, states), getattr(other, states)
        for key in {*a, *b}:
            if a.get(key) != b.get(key):
                for entry in (a.get(key), b.get(key)):
                    found.update(_named(states, entry))
    for tables in ("relations", "channels"):
        a, b = getattr(one, tables), getattr(other, tables)
        for name in {*a, *b}:
            left, right = a.get(name, {}), b.get(name, {})
            for pair in {*left, *right}:
                if left.get(pair) != right.get(pair):
                    found.update(pair)
    return frozenset(found & {*one.states})


def _named(block: str, entry: Any) -> set[str]:
    if entry is None:
        return set()
    name: dict[str, Callable[[Any], set[str]]] = {
        "states": lambda state: {state.code},
        "pacts": lambda pact: {*pact.members},
        "organisations": lambda organisation: {*organisation.members},
        "conflicts": lambda conflict: {code for side in conflict.parties for code in side},
        "events": lambda event: {
            code for effect in event.effects for code in (effect.i, effect.j) if code
        },
    }
    return name[block](entry)


def _arm(
    name: str,
    specs: Mapping[str, ScenarioSpec],
    found: Mapping[str, Arm],
    reference: str,
    metrics: Sequence[BoundMetric],
    watched: Sequence[BoundMetric],
    seed: int,
) -> ArmComparison:
    spec, base = specs[name], specs[reference]
    here, there = found[name], found[reference]
    measured = effects(here.values(metrics), there.values(metrics), seed=seed)
    series = here.series(metrics), there.series(metrics)
    change = series[0] - series[1]
    ticks = change.shape[2]
    low, high = intervals(change.transpose(0, 2, 1).reshape(-1, change.shape[1]), seed=seed)
    low, high = low.reshape(-1, ticks), high.reshape(-1, ticks)
    mean = _over_runs(change, 1)
    spread = [_over_runs(arm, 2) for arm in series]
    clear = (low > 0) | (high < 0)
    clear &= np.abs(mean) >= NEGLIGIBLE * np.sqrt(np.mean(spread, axis=0))
    first = parted(here[MOVES], there[MOVES])
    ever = [(first <= tick).mean() for tick in range(ticks)]
    movers, examined, moved = _movers(here, there, watched, touched(spec, base), seed)
    return ArmComparison(
        name=name,
        title=spec.title if name == BASE_ARM else base.arms[name].title or name,
        metrics=tuple(
            MetricEffect(
                metric=metric.metric.text,
                effect=measured[at],
                difference=tuple(float(x) for x in mean[at]),
                low=tuple(float(x) for x in low[at]),
                high=tuple(float(x) for x in high[at]),
                parts=_parts(spec.start, change[at], clear[at]),
            )
            for at, metric in enumerate(metrics)
        ),
        diverged=tuple(float(share) for share in ever),
        movers=movers,
        examined=examined,
        moved=moved,
    )


def _over_runs(values: Floats, moment: int) -> Floats:
    """Mean (moment 1) or variance (2) of ``values (metrics, R, ticks)`` over R, without NaN."""
    known = ~np.isnan(values)
    count = known.sum(axis=1)
    mean = _divide(np.where(known, values, 0.0).sum(axis=1), count)
    if moment == 1:
        return mean
    return _divide(np.where(known, (values - mean[:, None]) ** 2, 0.0).sum(axis=1), count - 1)


def _divide(total: Floats, count: npt.NDArray[np.int64]) -> Floats:
    ratio: Floats = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return ratio


def _parts(start: int, change: Floats, clear: npt.NDArray[np.bool_]) -> str | None:
    """The first quarter from which the difference is clear in two quarters running.

    Two, because of some twenty intervals one excludes zero by chance. None for a metric that never
    parts, and for one number of the whole run, whose ``change (R, ticks)`` is the same throughout.
    """
    if np.array_equal(change, np.broadcast_to(change[:, :1], change.shape), equal_nan=True):
        return None
    for tick in np.flatnonzero(clear):
        if tick + 1 == len(clear) or clear[tick + 1]:
            return format_quarter(start + int(tick))
    return None


def _movers(
    here: Arm,
    there: Arm,
    watched: Sequence[BoundMetric],
    direct: frozenset[str],
    seed: int,
) -> tuple[tuple[Mover, ...], int, int]:
    """The third states that moved most, how many values were looked at, and how many moved."""
    found = []
    examined = moved = 0
    measured = effects(here.values(watched), there.values(watched), seed=seed)
    for metric, effect in zip(watched, measured, strict=True):
        state = metric.metric.text.partition("(")[2].rstrip(")").partition(",")[0]
        if state in direct:
            continue
        examined += 1
        if effect.clear and effect.standardised is not None:
            moved += 1
            found.append(Mover(state, metric.metric.text, effect))
    found.sort(key=lambda mover: -abs(mover.effect.standardised or 0.0))
    best: dict[str, Mover] = {}
    for mover in found:
        best.setdefault(mover.state, mover)
    return tuple(best.values())[:SHOWN_MOVERS], examined, moved
