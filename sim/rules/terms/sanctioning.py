"""Sanctioning: what a sender loses in trade and gains in denial, reproach and company.

U_i = sum_j S_ij (expression H_ij violation_j + denial H_ij + following E_ij - cost s_ij m_i)
E_ij = 1 - exp(-sum_m g_im (2 tau_im - 1)+ (N_mj - N_ij+)+),   N = S - K

the partners whom one trusts that are ahead of one in sanctions that are news
(:mod:`sim.rules.mechanisms.order.company`) as the quarter begins; among members of a common market
of depth m only 1 - m of it, for their trade is no longer theirs to bar. Sanctions are imposed on
adversaries (Drezner 1999), in company (Martin 1992; Cranmer, Heinrich and Desmarais 2014).
"""

from __future__ import annotations

from sim.compiled.jit import inline, njit
from sim.rules.decisions.assessment import AHEAD
from sim.rules.declarations import param
from sim.rules.pair_variables import HOSTILITY, SANCTIONS, TRADE
from sim.rules.state_variables import OPENNESS, VIOLATION
from sim.rules.terms import term
from sim.types import Blocks

EXPRESSION = param(
    "sanctioning.expression",
    5.0,
    (3.0, 7.0),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="gain from punishing a violation by a hostile state",
    source="judgement of size after Drezner 1999; 92 sanctions begun 2014-2021 have 3.4, error "
    "1.4, and are less likely by 2 in the logarithm with this (docs/validation.md)",
)
DENIAL = param(
    "sanctioning.denial",
    0.8,
    (0.3, 1.5),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="gain from denying a hostile state",
    source="judgement of size after Drezner 1999: less than a violation",
)
COST = param(
    "sanctioning.cost",
    6.0,
    (3.0, 9.0),
    bounds=(0.0, 100.0),
    unit="logits per unit trade",
    meaning="cost of the sender's own trade",
    source="judgement of size: senders with much at stake stand aside",
)
FOLLOWING = param(
    "sanctioning.following",
    4.1,
    (2.8, 5.4),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="pull of trusted partners who are ahead in new sanctions on the same state",
    source="estimated on decisions of 2014-2021 among 48 states (docs/validation.md)",
)


@inline
def gain(w: Blocks, i: int, j: int) -> float:
    """Net gain of full sanctions on j."""
    h = w.M[HOSTILITY, i, j]
    return (
        w.P[EXPRESSION] * h * w.V[VIOLATION, j]
        + w.P[DENIAL] * h
        + w.P[FOLLOWING] * w.M[AHEAD, i, j]
        - w.P[COST] * w.M[TRADE, i, j] * w.V[OPENNESS, i]
    )


@njit
def value(w: Blocks, i: int) -> float:
    """Net gain of all sanctions in force."""
    total = 0.0
    for j in range(w.n):
        if i != j and w.M[SANCTIONS, i, j] != 0.0:
            total += w.M[SANCTIONS, i, j] * gain(w, i, j)
    return total


@inline
def sanction(w: Blocks, i: int, j: int, x0: float, x1: float) -> float:
    """Change for sanctions on j."""
    return (x1 - x0) * gain(w, i, j)


TERM = term(
    "sanctioning",
    1.0,
    (0.6, 1.6),
    sign=1,
    claim="sanctions as denial and reproach",
    source="judgement: unit of the sanction parameters",
    value=value,
    said=("the reproach, company and lost trade of sanctions",) * 2,
)
