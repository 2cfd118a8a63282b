"""What the arms change: which one is the main counterfactual, and its clearest effects in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sim.measure.quantities import LEVELS
from sim.show.report.content import WhatIf
from sim.show.report.decisions import leading_state
from sim.words.of_metrics import metric_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sim.record.results import Results
    from sim.scenario import ScenarioSpec
    from sim.study.comparison import ArmComparison, Comparison, MetricEffect

ROWS: Final = 6
"""Effects shown of each arm."""


def read_comparison(
    comparison: Comparison, results: Results, spec: ScenarioSpec | None, origin: str
) -> WhatIf:
    """Return what a comparison says, the main arm first."""
    lead = leading_state(results.record)
    main = _main(comparison, {} if spec is None else spec.claims, lead)
    names = results.meta.state_names
    ordered = [main, *(arm for arm in comparison.arms if arm is not main)]
    return WhatIf(
        comparison=comparison,
        main=main,
        origin=origin,
        rows=tuple(
            (arm, tuple((metric_words(it.metric, names), it) for it in strongest(arm)))
            for arm in ordered
        ),
        unaided=() if spec is None else tuple(_unaided(comparison, main, spec)),
    )


def strongest(arm: ArmComparison, most: int = ROWS) -> list[MetricEffect]:
    """Return the clear effects of an arm, the largest in standard deviations first."""
    clear = [it for it in arm.metrics if it.effect.clear]
    return sorted(clear, key=lambda it: -abs(it.effect.standardised or 0.0))[:most]


def _unaided(
    comparison: Comparison, main: ArmComparison, spec: ScenarioSpec
) -> Iterator[tuple[str, str, str, float]]:
    """Pacts that an event of the scenario makes and the main arm leaves to the states."""
    off = spec.arms[main.name].overlay.get("events", {}) if main.name in spec.arms else {}
    told: set[tuple[str, str]] = set()
    for name, event in spec.events.items():
        if name not in off or off[name] not in (None, False):
            continue
        for effect in event.effects:
            level = round(effect.number.value)
            if effect.field != "pact_level" or effect.j is None or not 0 < level <= len(LEVELS):
                continue
            i, j = sorted((effect.i, effect.j))
            if (i, j) in told:
                continue
            told.add((i, j))
            wanted = f"intensity({i}, {j}, {LEVELS[level - 1]}) @ start..end"
            for it in main.metrics:
                if it.metric == wanted:
                    expected = it.effect.treatment * (comparison.quarters + 1)
                    yield i, j, LEVELS[level - 1], expected


def _main(
    comparison: Comparison, claims: Mapping[str, Mapping[str, Any]], lead: str
) -> ArmComparison:
    """Of the arms that claims hold against the reference, the one that moves a state most.

    Without claims it is any arm; effects count in standard deviations, summed over what is measured
    of the state.
    """
    asked = {
        arm
        for claim in claims.values()
        if comparison.reference in claim.get("arms", ())
        for arm in claim["arms"]
    }

    def moved(arm: ArmComparison) -> tuple[bool, float]:
        mine = [it for it in arm.metrics if it.effect.clear and f"({lead}" in it.metric]
        sizes = [abs(it.effect.standardised or 0.0) for it in mine]
        return arm.name in asked, sum(sizes)

    return max(comparison.arms, key=moved)
