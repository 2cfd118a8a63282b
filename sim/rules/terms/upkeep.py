"""Upkeep: ties, aid and arms cost attention and money.

cost_i = c0 n + c1 n^2 + .15 #ties + aid given + armament; n the sum of commitments of bilateral
pacts. The convex part keeps hubs from collecting every tie. Armament costs
3 ln(E) + 8 ln^2(E) for effort E above peacetime; below, it saves little.
"""

from __future__ import annotations

from sim.compiled.jit import inline, njit
from sim.compiled.mathx import log
from sim.rules.decisions.assessment import PORTFOLIO, TIES
from sim.rules.decisions.commitment import level_commitment
from sim.rules.declarations import param
from sim.rules.pair_variables import AID
from sim.rules.state_variables import ECONOMY, EFFORT
from sim.rules.terms import Tie, Ties, term
from sim.types import Blocks

LINEAR = param(
    "upkeep.linear",
    0.5,
    (0.3, 1.0),
    bounds=(0.0, 50.0),
    unit="logits per unit commitment",
    meaning="c0",
    source="judgement, set on the number of pacts that states keep (ATOP)",
)
CONVEX = param(
    "upkeep.convex",
    0.08,
    (0.03, 0.15),
    bounds=(0.0, 50.0),
    unit="logits per squared commitment",
    meaning="c1",
    source="judgement, set on the spread of that number: no hubs without bound (ATOP)",
)
PER_TIE = param(
    "upkeep.tie",
    0.15,
    (0.05, 0.3),
    bounds=(0.0, 50.0),
    unit="logits per tie",
    meaning="fixed cost of a bilateral pact",
    source="judgement: a pact that does nothing is let go",
)
AID_COST = param(
    "upkeep.aid",
    1.0,
    (0.5, 2.0),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost of aid, times the recipient's economy over the donor's",
    source="judgement: aid to a state a hundredth as large is nearly free",
)
ARMS_LINEAR = param(
    "upkeep.arms_linear",
    3.0,
    (1.5, 5.0),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost per log effort",
    source="judgement: doubled effort costs six logits in all, and is rare in peace",
)
ARMS_CONVEX = param(
    "upkeep.arms_convex",
    8.0,
    (4.0, 14.0),
    bounds=(0.0, 100.0),
    unit="logits",
    meaning="cost per squared log effort",
    source="judgement: more than a doubling is of war economies only",
)


@inline
def portfolio_cost(w: Blocks, n: float, ties: float) -> float:
    """c0 n + c1 n^2 + fixed cost."""
    return w.P[LINEAR] * n + w.P[CONVEX] * n * n + w.P[PER_TIE] * ties


@inline
def armament_cost(w: Blocks, effort: float) -> float:
    """Cost of an effort relative to peacetime."""
    e = log(effort)
    return w.P[ARMS_LINEAR] * e + w.P[ARMS_CONVEX] * e * abs(e)


@inline
def burden(w: Blocks, i: int, j: int) -> float:
    """Economy of the recipient j relative to both."""
    return w.V[ECONOMY, j] / (w.V[ECONOMY, i] + w.V[ECONOMY, j] + 1e-12)


@njit
def value(w: Blocks, i: int) -> float:
    """All upkeep of i."""
    total = portfolio_cost(w, w.V[PORTFOLIO, i], w.V[TIES, i]) + armament_cost(w, w.V[EFFORT, i])
    for j in range(w.n):
        if w.M[AID, i, j] != 0.0:
            total += w.P[AID_COST] * w.M[AID, i, j] * (0.2 + burden(w, i, j))
    return total


@inline
def pact(w: Blocks, i: int, j: int, a: Tie, b: Tie) -> float:
    """Change for a bilateral pact with j."""
    n1 = w.V[PORTFOLIO, i] + level_commitment(w, b.level) - level_commitment(w, a.level)
    ties1 = w.V[TIES, i] + (1.0 if b.level > 0.5 else 0.0) - (1.0 if a.level > 0.5 else 0.0)
    return portfolio_cost(w, n1, ties1) - portfolio_cost(w, w.V[PORTFOLIO, i], w.V[TIES, i])


@inline
def aid(w: Blocks, i: int, j: int, x0: float, x1: float) -> float:
    """Aid costs more the larger the recipient."""
    return w.P[AID_COST] * (x1 - x0) * (0.2 + burden(w, i, j))


@inline
def arm(w: Blocks, i: int, j: int, x0: float, x1: float) -> float:
    """Cost of more effort."""
    return armament_cost(w, x1) - armament_cost(w, x0)


TERM = term(
    "upkeep",
    1.0,
    (0.6, 1.5),
    sign=-1,
    claim="upkeep of ties, aid and arms",
    source="judgement: unit of the cost parameters",
    value=value,
    ties=Ties(0.57, (0.0, 1.3), "hardly told from the prior"),
)
