"""Retaliation: rivals of a partner, on whom one depends, can strike back.

Ret_i = 1/4 sum_j g_ij sum_k max(H_jk, H_kj) [V_ik + .25 min(1, b_ik/C_i)] (1 - g_ik) c_k
(Keohane and Nye 1977). This is what makes a state with large trade on both sides hedge.
"""

from __future__ import annotations

from sim.compiled.jit import inline, njit
from sim.rules.decisions.assessment import RETALIATION_LOAD
from sim.rules.pair_variables import COMMITMENT
from sim.rules.terms import Ties, term
from sim.types import Blocks


@njit
def value(w: Blocks, i: int) -> float:
    """Exposure of i to the rivals of its partners."""
    total = 0.0
    for j in range(w.n):
        if i != j and w.M[COMMITMENT, i, j] != 0.0:
            total += 0.25 * w.M[COMMITMENT, i, j] * w.M[RETALIATION_LOAD, i, j]
    return total


@inline
def per_commitment(w: Blocks, i: int, j: int) -> float:
    """Change per unit commitment with j."""
    return 0.25 * w.M[RETALIATION_LOAD, i, j]


TERM = term(
    "retaliation",
    5.0,
    (2.0, 10.0),
    sign=-1,
    claim="retaliation by partners' rivals",
    source="judgement of size: states that depend on both sides hedge (Kuik 2008)",
    value=value,
    ties=Ties(1.9, (0.8, 3.0), "told"),
)
