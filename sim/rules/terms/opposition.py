"""Opposition: partners who are hostile to each other.

Opp_i = 1/2 sum_jl g_ij g_il Hs_jl c_j c_l, Hs the mean hostility of the pair, c = min(1, C/.3)
(Cartwright and Harary 1956). The product leaves weak ties to both sides nearly free and makes
defence pacts on opposite sides prohibitive.
"""

from __future__ import annotations

from sim.compiled.jit import inline, njit
from sim.rules.decisions.assessment import OPPOSITION_LOAD, size
from sim.rules.pair_variables import COMMITMENT
from sim.rules.state_variables import CAPABILITY
from sim.rules.terms import Ties, term
from sim.types import Blocks


@njit
def value(w: Blocks, i: int) -> float:
    """Strain among i's partners."""
    total = 0.0
    for j in range(w.n):
        if w.M[COMMITMENT, i, j] != 0.0:
            weight = 0.5 * w.M[COMMITMENT, i, j] * size(w.V[CAPABILITY, j])
            total += weight * w.M[OPPOSITION_LOAD, i, j]
    return total


@inline
def per_commitment(w: Blocks, i: int, j: int) -> float:
    """Change per unit commitment with j."""
    return size(w.V[CAPABILITY, j]) * w.M[OPPOSITION_LOAD, i, j]


TERM = term(
    "opposition",
    6.0,
    (2.0, 12.0),
    sign=-1,
    claim="partners hostile to each other",
    source="judgement: hardly anybody has defence pacts with two foes of one another (ATOP)",
    value=value,
    ties=Ties(1.1, (0.4, 1.9), "hardly told from the prior"),
    said=(
        "less strain between partners hostile to each other",
        "strain between partners hostile to each other",
    ),
)
