"""Sanctioning: what a sender loses in trade and gains in denial and reproach.

U_i = sum_j S_ij (1.2 H_ij violation_j + .4 H_ij - cost s_ij m_i) (design notes eq. 15; Drezner:
sanctions are imposed on adversaries). Norm violation, not hostility alone, carries them: without it
sanctions spread by themselves (design notes 6).
"""

from __future__ import annotations

from sim.decisions.terms import term
from sim.fields import HOSTILITY, OPENNESS, SANCTIONS, TRADE, VIOLATION
from sim.jit import inline, njit
from sim.registry import param
from sim.types import Dyads, States, Vector

EXPRESSION = param(
    "sanctioning.expression",
    5.0,
    (3.0, 7.0),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="gain from punishing a violation by a hostile state",
    source="design notes eq. (15)",
)
DENIAL = param(
    "sanctioning.denial",
    0.8,
    (0.3, 1.5),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="gain from denying a hostile state",
    source="design notes eq. (15)",
)
COST = param(
    "sanctioning.cost",
    6.0,
    (3.0, 9.0),
    bounds=(0.0, 100.0),
    unit="logits per unit trade",
    meaning="cost of the sender's own trade",
    source="design notes eq. (15)",
)


@inline
def gain(M: Dyads, V: States, P: Vector, i: int, j: int) -> float:
    """Net gain of full sanctions on j."""
    h = M[HOSTILITY, i, j]
    return (
        P[EXPRESSION] * h * V[VIOLATION, j]
        + P[DENIAL] * h
        - P[COST] * M[TRADE, i, j] * V[OPENNESS, i]
    )


@njit
def value(M: Dyads, V: States, P: Vector, n: int, i: int) -> float:
    """Net gain of all sanctions in force."""
    total = 0.0
    for j in range(n):
        if i != j:
            total += M[SANCTIONS, i, j] * gain(M, V, P, i, j)
    return total


@inline
def sanction(M: Dyads, V: States, P: Vector, i: int, j: int, x0: float, x1: float) -> float:
    """Change for sanctions on j."""
    return (x1 - x0) * gain(M, V, P, i, j)


TERM = term(
    "sanctioning",
    1.0,
    (0.6, 1.6),
    sign=1,
    claim="sanctions as denial and reproach",
    source="unit of the sanction parameters",
    value=value,
)
