"""Random choice at the rates of the full model: costs that make each kind of move as frequent.

With no utility the weight of a move is exp(-cost) times attention, so that the number of moves of a
kind is set by its cost alone, and a cost that is higher by ln(n / m) turns n moves into about m.
The costs are found by some rounds of this; what is matched beside the number of moves is how many
offers of pacts are accepted (by the reluctance to accept) and how many levels a pact rises at once
(by the cost of each further level).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from sim.measure.observed import Observed
from sim.rules.catalogue import MOVE_KINDS, MOVES, PARAMS
from sim.rules.decisions.membership import (
    APPLY_COST,
    BOUND,
    FOUNDING_COST,
    JOIN_COST,
    LEAVE_COST,
    MARKET_PULL,
    REGIME,
    RIVALRY_COST,
    STANDING,
    SUSPEND_COST,
)
from sim.rules.moves import Act, sanction
from sim.rules.moves.pact import BREAK, CONSENT, CREATE, DEEPEN
from sim.scenario import Number, ScenarioSpec
from sim.scenario.world import stated
from sim.study.arm_store import Arm, Measure
from sim.types import Bools, Floats

ROUNDS: Final = 6
"""Rounds of setting the costs and counting the moves."""

_NAMES: Final = {param.row: name for name, param in PARAMS.items()}
_MEMBERSHIP: Final = {
    "apply": APPLY_COST,
    "join": JOIN_COST,
    "withdraw": LEAVE_COST,
    "suspend": SUSPEND_COST,
    "found": FOUNDING_COST,
}
_WISHES: Final = (
    *(MARKET_PULL, RIVALRY_COST, REGIME, STANDING, BOUND),
    *(sanction.REGIME, sanction.STRENGTH, sanction.BY_TRUST),
)
_MOST: Final = 2.0  # logits that a round moves a cost at most


@dataclass(frozen=True, slots=True)
class Counts:
    """Moves of an ensemble: ``moves`` by the parameter that sets their number, and of pacts.

    ``offers`` and ``accepted`` count pacts that were offered and concluded, ``deeper`` the levels
    beyond one by which those concluded rose, all over all runs.
    """

    runs: int
    moves: Mapping[str, int]
    offers: int
    accepted: int
    deeper: float

    def rates(self) -> dict[str, float]:
        """Return by the name of the parameter what it sets, each in moves a run or as a share."""
        found = {name: count / self.runs for name, count in self.moves.items()}
        found[_NAMES[CONSENT]] = _share(self.accepted, self.offers)
        found[_NAMES[DEEPEN]] = self.deeper / self.accepted if self.accepted else 0.0
        return found


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _costs() -> list[str]:
    """The parameters that set the numbers of moves."""
    acts = [move.cost for move in MOVES.values() if isinstance(move, Act)]
    rows = (*acts, *_MEMBERSHIP.values(), CREATE, BREAK)
    return list(dict.fromkeys(_NAMES[row] for row in rows))


def _counted(seen: Observed) -> Floats:
    """Moves by the parameters that set their number, then offers, accepted, deeper, ``(R, K)``."""
    moves = seen.record.moves
    run = np.asarray(moves["run"])
    kind = np.asarray(moves["kind"])
    step = np.asarray(moves["after"], np.float64) - np.asarray(moves["before"], np.float64)
    made = np.asarray(moves["accepted"]) != 0
    of = {name: kind == MOVE_KINDS.index(name) for name in MOVES}

    def by_run(which: Bools, weights: Floats | None = None) -> Floats:
        rows = None if weights is None else weights[which]
        return np.bincount(run[which], rows, minlength=seen.shape[0]).astype(np.float64)

    rose = of["pact"] & (step > 0)
    counted = dict.fromkeys(_costs(), np.zeros(seen.shape[0]))
    for name, move in MOVES.items():
        if isinstance(move, Act):  # two moves may share a cost
            counted[_NAMES[move.cost]] = counted[_NAMES[move.cost]] + by_run(of[name])
    for name, row in _MEMBERSHIP.items():
        counted[_NAMES[row]] = by_run(of[name])
    counted[_NAMES[CREATE]] = by_run(rose)
    counted[_NAMES[BREAK]] = by_run(of["pact"] & (step < 0))
    pacts = by_run(rose), by_run(rose & made), by_run(rose & made, step - 1.0)
    return np.stack((*counted.values(), *pacts), axis=1)


COUNTS: Final = Measure("counts", _counted, axes=2)
"""What :class:`Counts` adds up, by run."""


def count(arm: Arm) -> Counts:
    """Count the moves of an arm of which :data:`COUNTS` were measured."""
    *moves, offers, accepted, deeper = arm[COUNTS].sum(axis=0).tolist()
    counted = dict(zip(_costs(), map(int, moves), strict=True))
    return Counts(arm.runs, counted, int(offers), int(accepted), deeper)


def shifts(before: Mapping[str, float], wanted: Counts, found: Counts) -> dict[str, float]:
    """Return how far each parameter is to be moved, given what the last shifts made.

    Args:
        before: the shifts by which ``found`` was made, in logits.
        wanted, found: counts of the full model and of the null, of as many runs.
    """
    least = 2.0  # a kind of which there is hardly any is not chased after its luck
    steps = {
        name: math.log((found.moves[name] + least) / (wanted.moves[name] + least))
        for name in wanted.moves
    }
    steps[_NAMES[CONSENT]] = _logit(wanted) - _logit(found)
    if wanted.accepted and found.accepted:
        deep = [(x.deeper + least) / (x.accepted + least) for x in (found, wanted)]
        steps[_NAMES[DEEPEN]] = math.log(deep[0] / deep[1])
    after = dict(before)
    for name, step in steps.items():
        after[name] = after.get(name, 0.0) + min(_MOST, max(-_MOST, step))
    return after


def matched(
    spec: ScenarioSpec, wanted: Counts, simulate: Callable[[ScenarioSpec], Counts]
) -> dict[str, float]:
    """Return the shifts by which a scenario under random choice makes as many moves as wanted.

    Args:
        spec: the scenario under the null ``random_utility``, before :func:`shifted`.
        wanted: counts of the full model.
        simulate: counts the moves of as many runs of a scenario.
    """
    shift: dict[str, float] = {}
    for _ in range(ROUNDS):
        shift = shifts(shift, wanted, simulate(shifted(spec, shift)))
    return shift


def _logit(counts: Counts) -> float:
    accepted, refused = counts.accepted + 1.0, counts.offers - counts.accepted + 1.0
    return math.log(accepted / refused)


def shifted(spec: ScenarioSpec, by: Mapping[str, float]) -> ScenarioSpec:
    """Return a scenario whose parameters are moved, with their ranges, within their bounds.

    What else but costs and attention speaks for a membership or for sanctions, or against them, is
    put at zero.
    """
    parameters = dict(spec.parameters)
    for name, shift in by.items():
        low, high = PARAMS[name].bounds
        number = stated(spec, name)
        moved = (min(high, max(low, x + shift)) for x in (number.value, number.low, number.high))
        value, least, most = moved
        parameters[name] = replace(number, value=value, low=least, high=most)
    for row in _WISHES:
        parameters[_NAMES[row]] = _zero(stated(spec, _NAMES[row]))
    return replace(spec, parameters=parameters)


def _zero(number: Number) -> Number:
    return replace(number, value=0.0, low=0.0, high=0.0)


def compared(full: Counts, null: Counts) -> Iterator[tuple[str, float, float]]:
    """Yield by the name of the parameter what it sets in the full model and in the null."""
    there = null.rates()
    for name, rate in full.rates().items():
        yield name, rate, there[name]
