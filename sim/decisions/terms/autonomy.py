"""Loss of autonomy: commitments to the stronger, and concentration of suppliers and markets.

A_i = sum_j g_ij C_j / (C_i + C_j) + .5 (HHI arms + m_i HHI trade) (Morrow 1991; design notes 1.4).
"""

from __future__ import annotations

from sim.decisions.assessment import HHI_ARMS, HHI_TRADE
from sim.decisions.terms import term
from sim.fields import CAPABILITY, COMMITMENT, OPENNESS
from sim.jit import inline, njit
from sim.types import Dyads, States, Vector


@inline
def inferiority(V: States, i: int, j: int) -> float:
    """C_j / (C_i + C_j), range 0..1."""
    return V[CAPABILITY, j] / (V[CAPABILITY, i] + V[CAPABILITY, j] + 1e-12)


@njit
def value(M: Dyads, V: States, P: Vector, n: int, i: int) -> float:
    """Autonomy that i has given up."""
    total = 0.5 * (V[HHI_ARMS, i] + V[OPENNESS, i] * V[HHI_TRADE, i])
    for j in range(n):
        if i != j:
            total += M[COMMITMENT, i, j] * inferiority(V, i, j)
    return total


@inline
def per_commitment(M: Dyads, V: States, P: Vector, i: int, j: int) -> float:
    """Per unit commitment: a tie costs the weaker side its freedom, the stronger side little."""
    return inferiority(V, i, j)


TERM = term(
    "autonomy",
    1.5,
    (0.5, 4.0),
    sign=-1,
    claim="autonomy given up",
    source="design notes 7.3 (Morrow)",
    value=value,
)
