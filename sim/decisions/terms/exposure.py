"""Exposure: dependence on hostile suppliers, deepened by commitment to them.

Coerc_i = sum_j V_ij H_ij (1 + g_ij) (design notes eq. 14; Hirschman 1945).
"""

from __future__ import annotations

from sim.decisions.assessment import reassured
from sim.decisions.terms import Tie, term
from sim.fields import COMMITMENT, VULNERABILITY
from sim.jit import inline, njit
from sim.types import Dyads, States, Vector


@njit
def value(M: Dyads, V: States, P: Vector, n: int, i: int) -> float:
    """Exposure of i to coercion."""
    total = 0.0
    for j in range(n):
        if i != j:
            g = M[COMMITMENT, i, j]
            total += M[VULNERABILITY, i, j] * reassured(M, P, i, j, g) * (1.0 + g)
    return total


@inline
def pact(M: Dyads, V: States, P: Vector, i: int, j: int, a: Tie, b: Tie) -> float:
    """A tie calms j, and binds i to it."""
    return M[VULNERABILITY, i, j] * (b.h * (1.0 + b.g) - a.h * (1.0 + a.g))


TERM = term(
    "exposure",
    3.0,
    (1.0, 6.0),
    sign=-1,
    claim="exposure to coercion by suppliers",
    source="design notes eq. (14) and utility",
    value=value,
)
