"""What moves change, for the kinds of change that several moves make, and what follows at once."""

from __future__ import annotations

from sim.compiled.jit import inline, njit
from sim.rules.decisions.assessment import (
    AID_IN,
    ARMS_ACCESS,
    MARKET_ACCESS,
    MUNITIONS_ACCESS,
    market,
    munitions,
    reassured,
    sanctions_between,
    supply,
)
from sim.rules.declarations import param
from sim.rules.moves import Change
from sim.rules.pair_variables import AID, COMMITMENT, SANCTIONS, TENSION, TRUST_BAD
from sim.rules.state_variables import CAPABILITY, ECONOMY, EFFORT, PROTECTION
from sim.types import Blocks

PUNISHED = param(
    "moves.distrust_by_sanction",
    0.8,
    (0.4, 1.2),
    bounds=(0.0, 50.0),
    unit="counts",
    meaning="trust of the target that sanctions cost the sender",
    source="judgement: half of what a broken commitment costs (rule trust)",
)
ARM_COST = param(
    "moves.arm",
    5.2,
    (4.6, 5.8),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost of a decision to arm or disarm",
    source="judgement: budgets are changed once a year, little at a time",
)
ARM_STEP = 0.05


@inline
def sanctions(w: Blocks, i: int, j: int) -> float:
    """Sanctions of i on j."""
    return w.M[SANCTIONS, i, j]


@njit
def set_sanctions(w: Blocks, i: int, j: int, x1: float) -> None:
    """Sanctions of i on j become x1; access of both follows."""
    for order in range(2):
        a, b = (i, j) if order == 0 else (j, i)
        g = w.M[COMMITMENT, a, b]
        h = reassured(w, a, b, g)
        s0 = sanctions_between(w, i, j)
        s1 = max(x1, w.M[SANCTIONS, j, i])
        w.V[MARKET_ACCESS, a] += market(w, a, b, g, s1) - market(w, a, b, g, s0)
        w.V[ARMS_ACCESS, a] += supply(w, a, b, g, h, s1) - supply(w, a, b, g, h, s0)
        w.V[MUNITIONS_ACCESS, a] += munitions(w, a, b, g, h, s1) - munitions(w, a, b, g, h, s0)
    if x1 > w.M[SANCTIONS, i, j]:
        w.M[TRUST_BAD, j, i] += w.P[PUNISHED] * (x1 - w.M[SANCTIONS, i, j])
    w.M[SANCTIONS, i, j] = x1


@inline
def aid(w: Blocks, i: int, j: int) -> float:
    """Aid of i to j."""
    return w.M[AID, i, j]


@njit
def set_aid(w: Blocks, i: int, j: int, x1: float) -> None:
    """Aid of i to j becomes x1."""
    w.V[AID_IN, j] += (x1 - w.M[AID, i, j]) * w.V[ECONOMY, i] / (w.V[ECONOMY, j] + 1e-4)
    w.M[AID, i, j] = x1


@inline
def tension(w: Blocks, i: int, j: int) -> float:
    """Acts of i towards j."""
    return w.M[TENSION, i, j]


@njit
def set_tension(w: Blocks, i: int, j: int, x1: float) -> None:
    """Acts of i towards j reach level x1."""
    w.M[TENSION, i, j] = x1


@inline
def effort(w: Blocks, i: int, j: int) -> float:
    """Arms effort of i."""
    return w.V[EFFORT, i]


@inline
def bounded(effort: float) -> float:
    """Effort within its bounds."""
    return min(max(effort, 0.5), 3.0)


@njit
def set_effort(w: Blocks, i: int, j: int, x1: float) -> None:
    """Arms effort of i becomes x1."""
    w.V[PROTECTION, i] += w.V[CAPABILITY, i] * (x1 - w.V[EFFORT, i])
    w.V[EFFORT, i] = x1


SANCTION = Change("sanction", sanctions, set_sanctions)
AID_GIVEN = Change("aid", aid, set_aid)
PRESSURE = Change("tension", tension, set_tension)
ARMAMENT = Change("arm", effort, set_effort)
