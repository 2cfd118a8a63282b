"""What is usually asked of the arms of a scenario: metrics of a comparison, its answer, its claims.

Where an arm is simulated for one of these it is measured for the others, too, which costs little
beside the simulation; so that the next command that asks has nothing to simulate.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sim.compiled import kernel_cache
from sim.drivers.ensemble import recorded_pairs
from sim.errors import UserError
from sim.measure.language import BoundMetric, Scope, parse_metric
from sim.measure.quantities import LEVELS
from sim.scenario import ScenarioSpec
from sim.study.arm_store import Measure, series_of, values_of
from sim.study.arms import MOVES

if TYPE_CHECKING:
    from sim.study.answer import Question

MANY_STATES: Final = 80
"""With more states the alignments of all third states with the poles are not recorded."""


def usual(
    path: Path,
    spec: ScenarioSpec,
    overrides: tuple[str, ...],
    quarters: int | None,
    question: Question | None = None,
) -> list[Measure]:
    """Return what a comparison, the answer and the claims measure of an arm; [] if none is kept.

    Args:
        path: the file of the scenario.
        spec: its base, with the overrides and the clock of ``quarters``.
        overrides, quarters: which were applied.
        question: of the scenario, where it has been found.
    """
    from sim.study.answer import find_question, needed
    from sim.study.claim_specs import read_claims

    if not kernel_cache.limit():
        return []
    scope = Scope.of(spec)
    found = [MOVES]
    for text, _ in default_metrics(spec):
        metric = parse_metric(text).bind(scope)
        found += (values_of(metric), series_of(metric))
    found += map(values_of, third_states(spec))
    if question is None and (asked := find_question(path, set=overrides, quarters=quarters)):
        question = asked[1]
    if question is not None:
        found += needed(question)
    try:
        claimed = [metric for _, metric in read_claims(spec, path) if metric is not None]
    except UserError:  # of another clock, or that nobody asked to test
        claimed = []
    return [*found, *map(values_of, claimed)]


def default_metrics(spec: ScenarioSpec) -> list[tuple[str, str]]:
    """Return the metrics that are compared when none is asked for, each with its group.

    Of a group some are chosen when the runs are known: of ``dependence X`` the partner on whom X
    depends most, of ``intensity`` the largest.
    """
    focal, poles = spec.focal, spec.poles
    found = [(f"alignment({i}, {p})", "") for i in focal for p in poles if p != i]
    found += [(f"threat({i})", "") for i in focal]
    found += [(f"hedging({i})", "") for i in focal if len({*poles} - {i}) >= 2]
    recorded = recorded_pairs(spec)
    found += [(f"dependence({i}, {j})", f"dependence {i}") for i, j in recorded if i in focal]
    unordered = sorted({(min(pair), max(pair)) for pair in recorded})
    found += [
        (f"intensity({i}, {j}, {level}) @ start..end", "intensity")
        for i, j in unordered
        for level in LEVELS
    ]
    return [*found, ("poles()", "")]


def third_states(spec: ScenarioSpec) -> list[BoundMetric]:
    """Return what is watched of every state at the end: threat, and alignment with the poles."""
    scope = Scope.of(spec)
    texts = [f"threat({i})" for i in spec.states]
    if len(spec.states) <= MANY_STATES:
        texts += [f"alignment({i}, {p})" for i in spec.states for p in spec.poles if p != i]
    return [parse_metric(text).bind(scope) for text in texts]
