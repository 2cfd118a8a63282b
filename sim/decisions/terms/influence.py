"""Influence: leverage over clients, weighted by how exclusive the tie is.

Inf_i = sum_j max(0, V_ji + .15 B_ij - V_ij) sqrt(C_j) g_ij sqrt(C_i) / sum_l g_jl sqrt(C_l)
(design notes eq. 13). The last factor makes a patron uneasy when its client gains another patron.
"""

from __future__ import annotations

from sim.decisions.assessment import PATRONAGE, ROOT
from sim.decisions.terms import Tie, term
from sim.fields import AID, COMMITMENT, VULNERABILITY
from sim.jit import inline, njit
from sim.types import Dyads, States, Vector


@inline
def leverage(M: Dyads, i: int, j: int, aid: float) -> float:
    """What i holds over j, less what j holds over i."""
    return max(0.0, M[VULNERABILITY, j, i] + 0.15 * aid - M[VULNERABILITY, i, j])


@inline
def exclusive(V: States, i: int, g: float, patronage: float) -> float:
    """Share of i in the patronage of a client."""
    return g * V[ROOT, i] / patronage if patronage > 1e-12 and g > 0.0 else 0.0


@njit
def value(M: Dyads, V: States, P: Vector, n: int, i: int) -> float:
    """Influence of i over all others."""
    total = 0.0
    for j in range(n):
        if i != j:
            total += (
                leverage(M, i, j, M[AID, i, j])
                * V[ROOT, j]
                * exclusive(V, i, M[COMMITMENT, i, j], V[PATRONAGE, j])
            )
    return total


@inline
def pact(M: Dyads, V: States, P: Vector, i: int, j: int, a: Tie, b: Tie) -> float:
    """A tie with j makes i one of j's patrons."""
    hold = leverage(M, i, j, M[AID, i, j]) * V[ROOT, j]
    after = V[PATRONAGE, j] + (b.g - a.g) * V[ROOT, i]
    return hold * (exclusive(V, i, b.g, after) - exclusive(V, i, a.g, V[PATRONAGE, j]))


@inline
def third(M: Dyads, V: States, P: Vector, i: int, j: int, change: float) -> float:
    """Effect on patron i when the patronage of its client j changes by others' doing."""
    hold = leverage(M, i, j, M[AID, i, j]) * V[ROOT, j]
    g = M[COMMITMENT, i, j]
    return hold * (
        exclusive(V, i, g, V[PATRONAGE, j] + change) - exclusive(V, i, g, V[PATRONAGE, j])
    )


@inline
def aid(M: Dyads, V: States, P: Vector, i: int, j: int, x0: float, x1: float) -> float:
    """Aid adds leverage."""
    share = exclusive(V, i, M[COMMITMENT, i, j], V[PATRONAGE, j]) * V[ROOT, j]
    return (leverage(M, i, j, x1) - leverage(M, i, j, x0)) * share


TERM = term(
    "influence",
    8.0,
    (2.0, 15.0),
    sign=1,
    claim="influence over clients",
    source="design notes 7.3 (a patron's unease)",
    value=value,
)
