"""Challenge: pressing another pays where will and odds are high, and costs where it can hit back.

Ch_i = sum_j t_ij [gain pi_ij - risk H_ij (1 - odds_ij) - norm (1 - H_ij)
                   - bonds (g_ij + tau_ij V_ij)],
pi_ij = r_i H_ij odds_ij, odds_ij = O_i / (O_i + F_ji) at the start of the
quarter (expected utility of a challenge, Bueno de Mesquita and Lalman 1992, in reduced form).
"""

from __future__ import annotations

from sim.compiled.jit import inline, njit
from sim.rules.decisions.assessment import ODDS
from sim.rules.declarations import param
from sim.rules.pair_variables import COMMITMENT, HOSTILITY, TENSION, TRUST, VULNERABILITY
from sim.rules.state_variables import REVISIONISM_NOW
from sim.rules.terms import Ties, term
from sim.types import Blocks

GAIN = param(
    "challenge.gain",
    30.0,
    (15.0, 45.0),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="worth of full pressure at full will and odds",
    source="judgement, set on the rate of militarised disputes (MID)",
)
RISK = param(
    "challenge.risk",
    3.0,
    (1.5, 4.5),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost of the other's answer",
    source="judgement: a tenth of what full pressure is worth at the best odds",
)
NORM = param(
    "challenge.norm",
    8.0,
    (4.0, 12.0),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost of pressing a state that is not hostile",
    source="judgement: disputes fall almost only between hostile pairs",
)
BONDS = param(
    "challenge.bonds",
    6.0,
    (3.0, 9.0),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost of pressing a partner or supplier",
    source="judgement: quarrels with partners and suppliers are rare",
)


@inline
def net(w: Blocks, i: int, j: int) -> float:
    """Net gain of full tension towards j."""
    h = w.M[HOSTILITY, i, j]
    odds = w.M[ODDS, i, j]
    return (
        w.P[GAIN] * w.V[REVISIONISM_NOW, i] * h * odds
        - w.P[RISK] * h * (1.0 - odds)
        - w.P[NORM] * (1.0 - h)
        - w.P[BONDS] * (w.M[COMMITMENT, i, j] + w.M[TRUST, i, j] * w.M[VULNERABILITY, i, j])
    )


@njit
def value(w: Blocks, i: int) -> float:
    """Net worth of all pressure that i exerts."""
    total = 0.0
    for j in range(w.n):
        if i != j:
            total += w.M[TENSION, i, j] * net(w, i, j)
    return total


@inline
def per_commitment(w: Blocks, i: int, j: int) -> float:
    """Change per unit commitment with j: pressure on a partner costs more."""
    return -w.P[BONDS] * w.M[TENSION, i, j]


@inline
def tension(w: Blocks, i: int, j: int, x0: float, x1: float) -> float:
    """Change for more or less pressure on j."""
    return (x1 - x0) * net(w, i, j)


TERM = term(
    "challenge",
    1.0,
    (0.5, 1.5),
    sign=1,
    claim="pressure on others",
    source="judgement: unit of the challenge parameters",
    value=value,
    ties=Ties(0.7, (0.2, 1.2), "hardly told from the prior"),
    said=("the prize and risk of pressing others",) * 2,
)
