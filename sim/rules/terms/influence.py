"""Influence: leverage over clients, weighted by how exclusive the tie is.

Inf_i = sum_j max(0, V_ji + .15 B_ij - V_ij) sqrt(C_j) g_ij sqrt(C_i) / sum_l g_jl sqrt(C_l)
(Hirschman 1945). The last factor makes a patron uneasy when its client gains another patron.
"""

from __future__ import annotations

from sim.compiled.jit import inline, njit
from sim.rules.decisions.assessment import PATRONAGE, ROOT
from sim.rules.pair_variables import AID, COMMITMENT, VULNERABILITY
from sim.rules.terms import Tie, Ties, term
from sim.types import Blocks


@inline
def leverage(w: Blocks, i: int, j: int, aid: float) -> float:
    """What i holds over j, less what j holds over i."""
    return max(0.0, w.M[VULNERABILITY, j, i] + 0.15 * aid - w.M[VULNERABILITY, i, j])


@inline
def exclusive(w: Blocks, i: int, g: float, patronage: float) -> float:
    """Share of i in the patronage of a client."""
    return g * w.V[ROOT, i] / patronage if patronage > 1e-12 and g > 0.0 else 0.0


@njit
def value(w: Blocks, i: int) -> float:
    """Influence of i over all others."""
    total = 0.0
    for j in range(w.n):
        if i != j:
            total += (
                leverage(w, i, j, w.M[AID, i, j])
                * w.V[ROOT, j]
                * exclusive(w, i, w.M[COMMITMENT, i, j], w.V[PATRONAGE, j])
            )
    return total


@inline
def pact(w: Blocks, i: int, j: int, a: Tie, b: Tie) -> float:
    """A tie with j makes i one of j's patrons."""
    hold = leverage(w, i, j, w.M[AID, i, j]) * w.V[ROOT, j]
    after = w.V[PATRONAGE, j] + (b.g - a.g) * w.V[ROOT, i]
    return hold * (exclusive(w, i, b.g, after) - exclusive(w, i, a.g, w.V[PATRONAGE, j]))


@inline
def shared(w: Blocks, i: int, j: int, change: float) -> float:
    """Effect on patron i when the patronage of its client j changes by others' doing."""
    hold = leverage(w, i, j, w.M[AID, i, j]) * w.V[ROOT, j]
    g = w.M[COMMITMENT, i, j]
    return hold * (
        exclusive(w, i, g, w.V[PATRONAGE, j] + change) - exclusive(w, i, g, w.V[PATRONAGE, j])
    )


@inline
def third(
    w: Blocks, m: int, i: int, j: int, threat: float, patron_i: float, patron_j: float
) -> float:
    """Effect on patron m when a tie of i and j changes the patronage of both."""
    return shared(w, m, i, patron_i) + shared(w, m, j, patron_j)


@inline
def aid(w: Blocks, i: int, j: int, x0: float, x1: float) -> float:
    """Aid adds leverage."""
    share = exclusive(w, i, w.M[COMMITMENT, i, j], w.V[PATRONAGE, j]) * w.V[ROOT, j]
    return (leverage(w, i, j, x1) - leverage(w, i, j, x0)) * share


TERM = term(
    "influence",
    8.0,
    (2.0, 15.0),
    sign=1,
    claim="influence over clients",
    source="judgement: large enough that a patron minds a second one",
    value=value,
    ties=Ties(1.2, (0.4, 2.0), "hardly told from the prior"),
)
