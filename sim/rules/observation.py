"""What a quarter looks like from outside: alignment, and the tie weight from which blocs are read.

alignment(i, j) = wx (1 - |x_i - x_j| / 1.5, at least -1) + wt (2 tau_ij - 1) + wg g_ij
                  - wn max(t_ij, t_ji), clipped to [-1, 1].

tie(i, j) = max(0, g_ij + wx max(0, 1 - |x_i - x_j| / 1.5) + wt (mean trust - .5) + wa arms
                   + ws (fuel + finance) + wd trade) - wh max(0, mean hostility - suspicion)

with the larger share of the two in the other's arms, fuel, finance and trade. Symmetric and signed;
what makes a bloc of ties is :mod:`sim.blocs.definitions`. Which of these say who will stand on one
side was asked of 1950-1990 (`python -m tools.tie_fit`, docs/explanation/blocs.md): hostility does
and positions do, pacts and arms point the right way, trade goes against it.
"""

from __future__ import annotations

from sim.compiled.jit import inline, njit
from sim.compiled.mathx import clip
from sim.rules.declarations import dyad_field, param, state_field
from sim.rules.pair_variables import (
    ALIGNMENT,
    ARMS_STOCK,
    COMMITMENT,
    ENERGY,
    FINANCE,
    HOSTILITY,
    TENSION,
    TRADE,
    TRUST,
)
from sim.rules.sheet_algebra import STRIP
from sim.rules.state_variables import IDEAL_POINT
from sim.types import Blocks

BY_POSITION = param(
    "alignment.position",
    0.35,
    (0.25, 0.45),
    bounds=(0.0, 1.0),
    meaning="weight of close positions in alignment",
    source="judgement: equal domain weights",
)
BY_TRUST = param(
    "alignment.trust",
    0.45,
    (0.35, 0.55),
    bounds=(0.0, 1.0),
    meaning="weight of trust in alignment",
    source="judgement: equal domain weights",
)
BY_COMMITMENT = param(
    "alignment.commitment",
    0.3,
    (0.2, 0.4),
    bounds=(0.0, 1.0),
    meaning="weight of commitment in alignment",
    source="judgement: equal domain weights",
)
BY_TENSION = param(
    "alignment.tension",
    0.3,
    (0.2, 0.4),
    bounds=(0.0, 1.0),
    meaning="weight of tension in alignment",
    source="judgement: equal domain weights",
)
TIE_POSITION = param(
    "blocs.position",
    0.2,
    (0.1, 0.3),
    bounds=(0.0, 2.0),
    meaning="weight of close positions in a tie, against a defence pact at 1",
    source="judgement: told in votes of 1950-1990 (docs/explanation/blocs.md), but less than what "
    "states have bound themselves to",
)
TIE_TRUST = param(
    "blocs.trust",
    1.0,
    (0.7, 1.3),
    bounds=(0.0, 5.0),
    meaning="weight of mean trust above even odds in a tie",
    source="judgement: full trust is worth half a defence pact",
)
TIE_ARMS = param(
    "blocs.arms",
    0.3,
    (0.1, 0.5),
    bounds=(0.0, 2.0),
    meaning="weight in a tie of arms of the other's make",
    source="judgement: half as much again as positions; disputes of 1950-1990 have the sign, not "
    "beyond its error (docs/explanation/blocs.md)",
)
TIE_SUPPLY = param(
    "blocs.supply",
    0.15,
    (0.0, 0.3),
    bounds=(0.0, 2.0),
    meaning="weight in a tie of fuel and of finance from the other",
    source="judgement: half of arms; no data before 1990",
)
TIE_TRADE = param(
    "blocs.trade",
    0.0,
    (0.0, 0.2),
    bounds=(0.0, 2.0),
    meaning="weight in a tie of the other's share in one's trade",
    source="judgement: none in votes and disputes of 1950-1990, where partners in trade stood "
    "apart more often (docs/explanation/blocs.md); up to that of fuel in what is drawn",
)
TIE_HOSTILITY = param(
    "blocs.hostility",
    1.0,
    (0.7, 1.3),
    bounds=(0.0, 5.0),
    meaning="weight of mean hostility in a tie",
    source="judgement: certain enmity undoes a defence pact",
)
SUSPICION = param(
    "blocs.suspicion",
    0.15,
    (0.1, 0.2),
    bounds=(0.0, 1.0),
    meaning="hostility that is ordinary among strangers and does not divide",
    source="judgement: hostility of indifferent pairs lies between .03 and .12",
)
UTILITY = state_field(
    "utility",
    unit="logits",
    meaning="utility of the state, all terms with their weights",
    record=True,
)
TIE = dyad_field("tie", symmetric=True, meaning="signed weight from which blocs are read")
INTENSITY_1 = dyad_field(
    "intensity_1",
    unit="pacts a quarter",
    symmetric=True,
    meaning="expected consultation pacts that the pair concludes",
    record=True,
)
INTENSITY_2 = dyad_field(
    "intensity_2",
    unit="pacts a quarter",
    symmetric=True,
    meaning="expected arms-cooperation pacts that the pair concludes",
    record=True,
)
INTENSITY_3 = dyad_field(
    "intensity_3",
    unit="pacts a quarter",
    symmetric=True,
    meaning="expected defence pacts that the pair concludes",
    record=True,
)
OFFER_1 = dyad_field("offer_1", meaning="working space: weight of a consented level-1 offer")
OFFER_2 = dyad_field("offer_2", meaning="working space: weight of a consented level-2 offer")
OFFER_3 = dyad_field("offer_3", meaning="working space: weight of a consented level-3 offer")


@inline
def bond(w: Blocks, i: int, j: int) -> float:
    """What binds i and j, at least 0: see the module."""
    close = max(0.0, 1.0 - abs(w.V[IDEAL_POINT, i] - w.V[IDEAL_POINT, j]) / 1.5)
    trust = 0.5 * (w.M[TRUST, i, j] + w.M[TRUST, j, i]) - 0.5
    fuel = max(w.M[ENERGY, i, j], w.M[ENERGY, j, i])
    finance = max(w.M[FINANCE, i, j], w.M[FINANCE, j, i])
    return max(
        0.0,
        w.M[COMMITMENT, i, j]
        + w.P[TIE_POSITION] * close
        + w.P[TIE_TRUST] * trust
        + w.P[TIE_ARMS] * max(w.M[ARMS_STOCK, i, j], w.M[ARMS_STOCK, j, i])
        + w.P[TIE_SUPPLY] * (fuel + finance)
        + w.P[TIE_TRADE] * max(w.M[TRADE, i, j], w.M[TRADE, j, i]),
    )


@njit
def observe(w: Blocks) -> None:
    """Fill the observed sheets from the state."""
    for first in range(0, w.n, STRIP):
        for i in range(w.n):
            for j in range(first, min(first + STRIP, w.n)):
                close = max(-1.0, 1.0 - abs(w.V[IDEAL_POINT, i] - w.V[IDEAL_POINT, j]) / 1.5)
                value = (
                    w.P[BY_POSITION] * close
                    + w.P[BY_TRUST] * (2.0 * w.M[TRUST, i, j] - 1.0)
                    + w.P[BY_COMMITMENT] * w.M[COMMITMENT, i, j]
                    - w.P[BY_TENSION] * max(w.M[TENSION, i, j], w.M[TENSION, j, i])
                )
                w.M[ALIGNMENT, i, j] = clip(value, -1.0, 1.0)
                hostile = 0.5 * (w.M[HOSTILITY, i, j] + w.M[HOSTILITY, j, i])
                w.M[TIE, i, j] = bond(w, i, j) - w.P[TIE_HOSTILITY] * max(
                    0.0, hostile - w.P[SUSPICION]
                )
    for i in range(w.n):
        w.M[ALIGNMENT, i, i] = 1.0
        w.M[TIE, i, i] = 0.0
