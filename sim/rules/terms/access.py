"""Access: reachable markets, arms, munitions and aid, each with diminishing returns.

E_i = market ln(.05 + X1) + arms ln(.05 + X2) + per_need need_i ln(.05 + X3)
      + aid ln(1 + aid received);
X1 = sum_j (1 - .85 S)(.25 + g) Y_j e^{-d/6}, X2 = sum_j (1 - .85 S) 1.5 g tau (1 - H) A_j, X3 the
same with munitions for arms (Schweller 1994; munitions apart: a belligerent needs shells,
not the arms of a world's fair). Concavity makes a tie worth more to the isolated, need multiplies
it (Schweller 1994, bandwagoning for profit).
"""

from __future__ import annotations

from sim.compiled.jit import inline, njit
from sim.compiled.mathx import log
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
from sim.rules.pair_variables import COMMITMENT, SANCTIONS
from sim.rules.state_variables import NEED
from sim.rules.terms import Tie, Ties, Together, term
from sim.types import Blocks

MARKETS = param(
    "access.markets",
    0.6,
    (0.3, 1.0),
    bounds=(0.0, 20.0),
    meaning="weight of markets within access",
    source="judgement: markets weigh as much as a supplier of arms",
)
ARMS_BASE = param(
    "access.arms",
    0.5,
    (0.25, 0.8),
    bounds=(0.0, 20.0),
    meaning="weight of arms suppliers within access",
    source="judgement: a supplier of arms weighs as much as a market",
)
PER_NEED = param(
    "access.munitions",
    1.2,
    (0.6, 2.0),
    bounds=(0.0, 20.0),
    meaning="weight of munitions suppliers at full need",
    source="judgement: a state at war values shells twice as much as markets",
)
AID_WEIGHT = param(
    "access.aid",
    0.45,
    (0.2, 0.8),
    bounds=(0.0, 20.0),
    meaning="weight of aid received within access",
    source="judgement: aid weighs somewhat less than a market",
)


@inline
def change(w: Blocks, i: int, markets: float, arms: float, shells: float) -> float:
    """Change of E_i when the three sums change by the given amounts: logarithms of ratios."""
    x1 = 0.05 + max(0.0, w.V[MARKET_ACCESS, i])
    x2 = 0.05 + max(0.0, w.V[ARMS_ACCESS, i])
    x3 = 0.05 + max(0.0, w.V[MUNITIONS_ACCESS, i])
    return (
        w.P[MARKETS] * log(max(0.05, x1 + markets) * (1.0 / x1))
        + w.P[ARMS_BASE] * log(max(0.05, x2 + arms) * (1.0 / x2))
        + w.P[PER_NEED] * w.V[NEED, i] * log(max(0.05, x3 + shells) * (1.0 / x3))
    )


@njit
def value(w: Blocks, i: int) -> float:
    """E of i."""
    return (
        w.P[MARKETS] * log(0.05 + max(0.0, w.V[MARKET_ACCESS, i]))
        + w.P[ARMS_BASE] * log(0.05 + max(0.0, w.V[ARMS_ACCESS, i]))
        + w.P[PER_NEED] * w.V[NEED, i] * log(0.05 + max(0.0, w.V[MUNITIONS_ACCESS, i]))
        + w.P[AID_WEIGHT] * log(1.0 + w.V[AID_IN, i])
    )


@inline
def pact(w: Blocks, i: int, j: int, a: Tie, b: Tie) -> float:
    """A tie opens j's markets and arsenals."""
    s = sanctions_between(w, i, j)
    return change(
        w,
        i,
        market(w, i, j, b.g, s) - market(w, i, j, a.g, s),
        supply(w, i, j, b.g, b.h, s) - supply(w, i, j, a.g, a.h, s),
        munitions(w, i, j, b.g, b.h, s) - munitions(w, i, j, a.g, a.h, s),
    )


@inline
def together(w: Blocks, i: int, s: Together) -> float:
    """All members open their markets and arsenals at once."""
    return change(w, i, s.markets, s.arms, s.munitions)


@inline
def sanction(w: Blocks, i: int, j: int, x0: float, x1: float) -> float:
    """Sanctions close markets and arsenals to the sender, too."""
    s0 = max(x0, w.M[SANCTIONS, j, i])
    s1 = max(x1, w.M[SANCTIONS, j, i])
    g = w.M[COMMITMENT, i, j]
    h = reassured(w, i, j, g)
    return change(
        w,
        i,
        market(w, i, j, g, s1) - market(w, i, j, g, s0),
        supply(w, i, j, g, h, s1) - supply(w, i, j, g, h, s0),
        munitions(w, i, j, g, h, s1) - munitions(w, i, j, g, h, s0),
    )


TERM = term(
    "access",
    4.0,
    (1.0, 8.0),
    sign=1,
    claim="access to markets, arms and aid",
    source="judgement: set by hand on a model of 16 states",
    value=value,
    ties=Ties(0.37, (0.1, 0.65), "told"),
)
