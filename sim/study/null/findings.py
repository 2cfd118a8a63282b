"""What is held against the nulls: changes of blocs and pacts, headline metrics, claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from sim.measure.language import BoundMetric, Scope, parse_metric
from sim.measure.observed import Observed
from sim.rules.catalogue import MOVE_KINDS
from sim.scenario import BASE_ARM, ScenarioSpec
from sim.statistics.paired import LEVEL, Effect, combined, smallest_effect
from sim.study.arm_store import Arm, Measure, series_of, values_of
from sim.study.claim_specs import Claim, read_claims
from sim.study.usual import default_metrics
from sim.study.verdicts import judge
from sim.types import Floats

CO_MEMBERSHIP: Final = "change_of_co_membership"
MADE: Final = "pacts_made"
DEFENCE_MADE: Final = "defence_pacts_made"
ENDED: Final = "pacts_ended"
NETWORKS: Final = (CO_MEMBERSHIP, MADE, DEFENCE_MADE, ENDED)
"""What is correlated over all pairs of states."""

_DEFENCE: Final = 3  # level of a pact
_RESAMPLES: Final = 400


@dataclass(frozen=True)
class Finding:
    """An effect that a scenario shows.

    Attributes:
        what: the metric as it is written, or the name of the claim.
        metric: what is measured.
        arms: treatment and counterfactual, then two more whose effect is taken off; one arm alone
            is held to zero.
        change: the arm's own change since the start is meant.
        claim: the claim that it is about.
    """

    what: str
    metric: BoundMetric
    arms: tuple[str, ...]
    change: bool = False
    claim: Claim | None = None

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What is measured of an arm for it."""
        value = values_of(self.metric)
        return (value, series_of(self.metric)) if self.change else (value,)

    def values(self, arm: Arm) -> Floats:
        """Return the value in each run of an arm, ``(R,)``."""
        value: Floats = arm[values_of(self.metric)]
        return value - arm[series_of(self.metric)][:, 0] if self.change else value

    def effect(self, values: Mapping[str, Floats], *, seed: int) -> tuple[Effect, Floats]:
        """Return the effect and its difference in each run, given the values in the arms."""
        return combined([values[arm] for arm in self.arms], seed=seed)

    def smallest(self, effect: Effect) -> float:
        """Return the smallest effect that matters, in units of the metric."""
        own = None if self.claim is None else self.claim.smallest
        return own or smallest_effect(effect.spread, self.metric.span)

    def verdict(self, effect: Effect, difference: Floats) -> str | None:
        """Return the verdict on the claim."""
        if self.claim is None:
            return None
        return judge(self.claim, effect, difference, self.metric.span).verdict


def find(
    spec: ScenarioSpec,
    path: Path,
    metrics: Sequence[str],
    arms: tuple[str, str] | None,
    *,
    claims: bool,
) -> list[Finding]:
    """Return what a scenario finds: metrics, by the effect of an arm or their change; claims.

    Args:
        spec: the scenario.
        path: its file.
        metrics: expressions; the scenario's headline metrics if there are none.
        arms: treatment and counterfactual for the metrics.
        claims: whether the claims are findings, too.

    Raises:
        UserError: a metric or a claim is not valid.
    """
    scope = Scope.of(spec)
    wanted = list(dict.fromkeys(metrics)) or [
        text for text, group in default_metrics(spec) if not group
    ]
    found = []
    for text in wanted:
        bound = parse_metric(text).bind(scope)
        held = arms or (BASE_ARM,)
        found.append(Finding(text, bound, held, change=arms is None and not bound.is_dated))
    if claims:
        found += [
            Finding(claim.id, metric, (*claim.arms, *claim.less), claim=claim)
            for claim, metric in read_claims(spec, path)
            if metric is not None
        ]
    return found


# --- over pairs of states ------------------------------------------------------------------------
def _ends(seen: Observed) -> npt.NDArray[np.int64]:
    return seen.labels[:, [0, -1]]


ENDS: Final = Measure("blocs at both ends", _ends, axes=3)
"""Blocs at the start and at the end, ``(R, 2, N)``."""


def _pacts(seen: Observed) -> npt.NDArray[np.int8]:
    record = seen.record
    n = len(record.states)
    one, other = np.triu_indices(n, 1)
    moves = record.moves
    done = (np.asarray(moves["kind"]) == MOVE_KINDS.index("pact")) & (
        np.asarray(moves["accepted"]) != 0
    )
    after = np.asarray(moves["after"])
    rose = after > np.asarray(moves["before"])
    place = np.zeros((n, n), np.int64)
    place[one, other] = place[other, one] = np.arange(len(one))
    kinds = (done & rose, done & rose & (after >= _DEFENCE), done & ~rose)
    counted = np.zeros((record.runs, len(kinds), len(one)), np.int8)
    for at, which in enumerate(kinds):
        rows = moves[which]
        np.add.at(counted, (rows["run"], at, place[rows["mover"], rows["partner"]]), 1)
    return counted


PACTS: Final = Measure("pacts made, those of defence, ended", _pacts, axes=3)
"""By pair of states, those made, those of defence, those ended, ``(R, 3, pairs)``."""


def networks(arm: Arm) -> dict[str, npt.NDArray[np.int8]]:
    """Return by pair of states what changed in each run, ``(R, pairs)``, for :data:`NETWORKS`."""
    first, last = arm[ENDS].transpose(1, 0, 2)
    one, other = np.triu_indices(first.shape[1], 1)
    change = (last[:, one] == last[:, other]).astype(np.int8)
    change -= first[:, one] == first[:, other]
    return {
        CO_MEMBERSHIP: change,
        **dict(zip(NETWORKS[1:], arm[PACTS].swapaxes(0, 1), strict=True)),
    }


def likeness(
    null: npt.NDArray[np.int8], reference: npt.NDArray[np.int8], *, seed: int
) -> tuple[float, float, float]:
    """Return how alike what changed is: correlation of the means over the runs, and its interval.

    The interval is that of Fisher's z, whose standard error is found by a bootstrap over the runs
    of both: resampled means have noise twice, so that percentiles would lie too low. Not a number
    where one of the two is the same for all pairs.

    Args:
        null, reference: ``(R, pairs)``, of runs with luck of their own.
        seed: of the resampling.
    """
    value = _correlation(null.mean(axis=0), reference.mean(axis=0))
    rng = np.random.default_rng([seed, 1])
    drawn = []
    for _ in range(_RESAMPLES):
        sides = (x[rng.integers(len(x), size=len(x))].mean(axis=0) for x in (null, reference))
        drawn.append(_correlation(*sides))
    known = np.array([x for x in drawn if not np.isnan(x)])
    if np.isnan(value) or not known.size:
        return np.nan, np.nan, np.nan
    inside = 1.0 - 1e-9
    middle, drift = (np.arctanh(np.clip(x, -inside, inside)) for x in (value, known))
    low, high = np.tanh(middle + ndtri((1.0 + LEVEL) / 2.0) * drift.std() * np.array([-1.0, 1.0]))
    return value, float(low), float(high)


def _correlation(one: Floats, other: Floats) -> float:
    one, other = one - one.mean(), other - other.mean()
    scale = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return float(one @ other) / scale if scale > 0 else np.nan
