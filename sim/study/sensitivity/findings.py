"""Named findings: what is asked of the model, as a claim of a scenario or put together by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.errors import UserError, hint, shown
from sim.measure.language import BoundMetric, Scope, parse_metric, parse_window
from sim.scenario import BASE_ARM, ScenarioSpec
from sim.study.claim_specs import DIRECTIONS, Claim, read_claims
from sim.types import Floats


@dataclass(frozen=True, slots=True)
class Finding:
    """A metric, or its paired difference between arms.

    Attributes:
        claim: name, text, arms and direction; without a direction only the size is looked at.
        metric: bound to the scenario.
    """

    claim: Claim
    metric: BoundMetric

    @property
    def name(self) -> str:
        """The id."""
        return self.claim.id

    @property
    def arms(self) -> tuple[str, ...]:
        """All arms: treatment, counterfactual, and two more whose effect is taken off."""
        return (*self.claim.arms, *self.claim.less)

    @property
    def measured(self) -> str:
        """What is measured, and when."""
        return f"{self.claim.metric} @ {self.claim.horizon or 'end'}"

    def difference(self, arms: Sequence[Floats]) -> Floats:
        """The finding from its metric in each of its arms, arrays of one shape."""
        found = arms[0]
        if len(arms) > 1:
            found = found - arms[1]
        if len(arms) > 2:
            found = found - (arms[2] - arms[3])
        return found


def in_a_line(claim: Claim) -> str:
    """What is measured, between which arms, and what is expected of it."""
    against = f", {' less '.join(claim.arms)}" if len(claim.arms) > 1 else ""
    off = f", less the same of {' and '.join(claim.less)}" if claim.less else ""
    arm = f", {claim.arms[0]}" if len(claim.arms) == 1 and claim.arms[0] != BASE_ARM else ""
    when = f" @ {claim.horizon}" if claim.horizon else ""
    expected = f", {claim.direction.replace('_', ' ')}" if claim.direction else ""
    return f"{claim.metric}{when}{against}{off}{arm}{expected}"


def make_finding(
    spec: ScenarioSpec,
    metric: str,
    *,
    arms: Sequence[str] = (BASE_ARM,),
    direction: str = "",
    horizon: str | None = None,
    name: str = "",
    text: str = "",
) -> Finding:
    """Return a finding put together by hand.

    Args:
        spec: the scenario.
        metric: the expression.
        arms: one arm, or treatment and counterfactual.
        direction: one of :data:`DIRECTIONS`, or empty.
        horizon: window of the metric.
        name, text: what it is called and what it asserts; by default the metric.

    Raises:
        UserError: an arm, the direction or the metric is not valid.
    """
    arms = tuple(arms)
    known = (BASE_ARM, *spec.arms)
    for arm in arms:
        if arm not in known:
            raise UserError(f"no arm {shown(arm)}{hint(arm, known)}")
    if not 1 <= len(arms) <= 2 or len(set(arms)) < len(arms):
        raise UserError("expected one arm, or a treatment and its counterfactual: --arms a,b")
    if direction and direction not in DIRECTIONS:
        fix = hint(direction, DIRECTIONS) or f"; expected {', '.join(DIRECTIONS)}"
        raise UserError(f"unknown direction {shown(direction)}{fix}")
    if direction and len(arms) < 2 and direction in ("higher", "lower"):
        raise UserError(f"{direction} than what? Give two arms: --arms a,b")
    bound = parse_metric(metric).bind(
        Scope.of(spec), None if horizon is None else parse_window(horizon)
    )
    claim = Claim(
        id=name or metric,
        scenario=Path(spec.path).stem,
        of=name or metric,
        text=text or metric,
        direction=direction,
        metric=metric,
        arms=arms,
        less=(),
        horizon=horizon,
        at=(),
        margin=None,
        open=None,
        pending=None,
        note=None,
    )
    return Finding(claim, bound)


def claimed(spec: ScenarioSpec, path: Path, ids: Sequence[str]) -> list[Finding]:
    """Return claims of a scenario as findings.

    Raises:
        UserError: there is no such claim, or it waits for a mechanism.
    """
    claims = {claim.id: (claim, metric) for claim, metric in read_claims(spec, path)}
    found = []
    for name in ids:
        if name not in claims:
            exist = f"; it has {', '.join(claims) or 'none'}"
            raise UserError(f"{spec.path}: no claim {shown(name)}{hint(name, claims)}{exist}")
        claim, metric = claims[name]
        if metric is None:
            raise UserError(f"{name} cannot be measured yet: {claim.pending}")
        found.append(Finding(claim, metric))
    return found
