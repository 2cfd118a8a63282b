"""Exposure: dependence on hostile suppliers, deepened by commitment to them.

Coerc_i = sum_j V_ij H_ij (1 + g_ij) (Hirschman 1945).
"""

from __future__ import annotations

from sim.compiled.jit import inline, njit
from sim.rules.decisions.assessment import reassured
from sim.rules.pair_variables import COMMITMENT, VULNERABILITY
from sim.rules.terms import Tie, Ties, term
from sim.types import Blocks


@njit
def value(w: Blocks, i: int) -> float:
    """Exposure of i to coercion."""
    total = 0.0
    for j in range(w.n):
        if i != j:
            g = w.M[COMMITMENT, i, j]
            total += w.M[VULNERABILITY, i, j] * reassured(w, i, j, g) * (1.0 + g)
    return total


@inline
def pact(w: Blocks, i: int, j: int, a: Tie, b: Tie) -> float:
    """A tie calms j, and binds i to it."""
    return w.M[VULNERABILITY, i, j] * (b.h * (1.0 + b.g) - a.h * (1.0 + a.g))


TERM = term(
    "exposure",
    3.0,
    (1.0, 6.0),
    sign=-1,
    claim="exposure to coercion by suppliers",
    source="judgement of size after Hirschman 1945",
    value=value,
    ties=Ties(0.9, (0.3, 1.5), "hardly told from the prior"),
)
