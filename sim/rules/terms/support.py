"""Support: aid to those who fight one's adversaries.

U_i = sum_j B_ij min(1, sum_k W_jk H_ik)(1 - H_ij), W war: rivals are weakened through others (Maoz
and San-Akca 2012; Salehyan 2010). Without it a state gives aid to win clients alone.
"""

from __future__ import annotations

from sim.compiled.jit import inline, njit
from sim.rules.decisions.assessment import FOUGHT
from sim.rules.pair_variables import AID, HOSTILITY
from sim.rules.terms import term
from sim.types import Blocks


@inline
def worth(w: Blocks, i: int, j: int) -> float:
    """What full aid to j does against i's adversaries."""
    return w.M[FOUGHT, i, j] * (1.0 - w.M[HOSTILITY, i, j])


@njit
def value(w: Blocks, i: int) -> float:
    """What all aid given does against i's adversaries."""
    total = 0.0
    for j in range(w.n):
        if i != j and w.M[AID, i, j] != 0.0:
            total += w.M[AID, i, j] * worth(w, i, j)
    return total


@inline
def aid(w: Blocks, i: int, j: int, x0: float, x1: float) -> float:
    """Change for aid to j."""
    return (x1 - x0) * worth(w, i, j)


TERM = term(
    "support",
    4.0,
    (2.0, 6.0),
    sign=1,
    claim="aid to those who fight one's adversaries",
    source="judgement after Maoz and San-Akca 2012: about as strong as reproach by sanctions",
    value=value,
    said=("help against an adversary", "less help against an adversary"),
)
