"""Misfit: commitment to those who stand far off. Mis_i = sum_j g_ij |x_i - x_j| (UNGA units).

Anchor: log-odds of a pact fall by .48 per UNGA unit, both sides together (design notes 2.4).
"""

from __future__ import annotations

from sim.decisions.terms import term
from sim.fields import COMMITMENT, IDEAL_POINT
from sim.jit import inline, njit
from sim.types import Dyads, States, Vector


@njit
def value(M: Dyads, V: States, P: Vector, n: int, i: int) -> float:
    """Committed distance of positions."""
    total = 0.0
    for j in range(n):
        total += M[COMMITMENT, i, j] * abs(V[IDEAL_POINT, i] - V[IDEAL_POINT, j])
    return total


@inline
def per_commitment(M: Dyads, V: States, P: Vector, i: int, j: int) -> float:
    """Change per unit commitment with j."""
    return abs(V[IDEAL_POINT, i] - V[IDEAL_POINT, j])


TERM = term(
    "misfit",
    0.6,
    (0.2, 1.2),
    sign=-1,
    claim="ties to distant positions",
    source="design notes 2.4 and 7.3",
    value=value,
)
