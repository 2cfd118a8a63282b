"""Loss of autonomy: commitments to the stronger, and concentration of suppliers and markets.

A_i = sum_j g_ij C_j / (C_i + C_j) + .5 (HHI arms + m_i HHI trade) (Morrow 1991).
"""

from __future__ import annotations

from sim.compiled.jit import inline, njit
from sim.rules.decisions.assessment import HHI_ARMS, HHI_TRADE
from sim.rules.pair_variables import COMMITMENT
from sim.rules.state_variables import CAPABILITY, OPENNESS
from sim.rules.terms import Ties, term
from sim.types import Blocks


@inline
def inferiority(w: Blocks, i: int, j: int) -> float:
    """C_j / (C_i + C_j), range 0..1."""
    return w.V[CAPABILITY, j] / (w.V[CAPABILITY, i] + w.V[CAPABILITY, j] + 1e-12)


@njit
def value(w: Blocks, i: int) -> float:
    """Autonomy that i has given up."""
    total = 0.5 * (w.V[HHI_ARMS, i] + w.V[OPENNESS, i] * w.V[HHI_TRADE, i])
    for j in range(w.n):
        if i != j and w.M[COMMITMENT, i, j] != 0.0:
            total += w.M[COMMITMENT, i, j] * inferiority(w, i, j)
    return total


@inline
def per_commitment(w: Blocks, i: int, j: int) -> float:
    """Per unit commitment: a tie costs the weaker side its freedom, the stronger side little."""
    return inferiority(w, i, j)


TERM = term(
    "autonomy",
    1.5,
    (0.5, 4.0),
    sign=-1,
    claim="autonomy given up",
    source="judgement of size after Morrow 1991",
    value=value,
    ties=Ties(0.57, (0.0, 1.3), "not told from nothing"),
)
