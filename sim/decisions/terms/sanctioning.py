"""Sanctioning: what a sender loses in trade and gains in denial, reproach and company.

U_i = sum_j S_ij (expression H_ij violation_j + denial H_ij - cost s_ij m_i)
      - following sum_j (E_ij - S_ij)+,
E_ij the mean sanctions on j of i's partners, weighted by commitment and by the root of their
capability, as of the last quarter. Sanctions are imposed on adversaries (Drezner 1999), in company
(Martin 1992; Cranmer, Heinrich and Desmarais 2014): who lags behind its partners is pressed.
"""

from __future__ import annotations

from sim.decisions.assessment import PARTNERS_SANCTIONS
from sim.decisions.terms import term
from sim.dyads import HOSTILITY, SANCTIONS, TRADE
from sim.fields import OPENNESS, VIOLATION
from sim.jit import inline, njit
from sim.registry import param
from sim.types import Blocks

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
FOLLOWING = param(
    "sanctioning.following",
    4.3,
    (3.5, 5.1),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="pull of the partners' sanctions on the same state",
    source="estimated on 92 sanctions begun 2014-2021 among 48 states (docs/validation.md)",
)


@inline
def lag(w: Blocks, i: int, j: int, s: float) -> float:
    """How far sanctions s of i on j are behind those of i's partners."""
    return max(0.0, w.M[PARTNERS_SANCTIONS, i, j] - s)


@inline
def gain(w: Blocks, i: int, j: int) -> float:
    """Net gain of full sanctions on j."""
    h = w.M[HOSTILITY, i, j]
    return (
        w.P[EXPRESSION] * h * w.V[VIOLATION, j]
        + w.P[DENIAL] * h
        - w.P[COST] * w.M[TRADE, i, j] * w.V[OPENNESS, i]
    )


@njit
def value(w: Blocks, i: int) -> float:
    """Net gain of all sanctions in force."""
    total = 0.0
    for j in range(w.n):
        if i != j:
            s = w.M[SANCTIONS, i, j]
            total += s * gain(w, i, j) - w.P[FOLLOWING] * lag(w, i, j, s)
    return total


@inline
def sanction(w: Blocks, i: int, j: int, x0: float, x1: float) -> float:
    """Change for sanctions on j."""
    behind = lag(w, i, j, x0) - lag(w, i, j, x1)
    return (x1 - x0) * gain(w, i, j) + w.P[FOLLOWING] * behind


TERM = term(
    "sanctioning",
    1.0,
    (0.6, 1.6),
    sign=1,
    claim="sanctions as denial and reproach",
    source="unit of the sanction parameters",
    value=value,
    said=("the reproach, company and lost trade of sanctions",) * 2,
)
