"""Misfit: commitment to those who stand far off. Mis_i = sum_j g_ij |x_i - x_j| (UNGA units).

Anchor: log-odds of a pact fall by .48 per UNGA unit, both sides together (ATOP, UNGA).
"""

from __future__ import annotations

from sim.compiled.jit import inline, njit
from sim.rules.pair_variables import COMMITMENT
from sim.rules.state_variables import IDEAL_POINT
from sim.rules.terms import Ties, term
from sim.types import Blocks


@njit
def value(w: Blocks, i: int) -> float:
    """Committed distance of positions."""
    total = 0.0
    for j in range(w.n):
        if w.M[COMMITMENT, i, j] != 0.0:
            total += w.M[COMMITMENT, i, j] * abs(w.V[IDEAL_POINT, i] - w.V[IDEAL_POINT, j])
    return total


@inline
def per_commitment(w: Blocks, i: int, j: int) -> float:
    """Change per unit commitment with j."""
    return abs(w.V[IDEAL_POINT, i] - w.V[IDEAL_POINT, j])


TERM = term(
    "misfit",
    0.6,
    (0.2, 1.2),
    sign=-1,
    claim="ties to distant positions",
    source="ATOP and UNGA 1951-2008: log-odds -.48 of a pact a unit of distance, both sides",
    value=value,
    ties=Ties(1.1, (0.4, 1.8), "told"),
    said=("fewer ties to distant positions", "ties to distant positions"),
)
