"""Entrapment: the quarrels of partners that are not one's own (Snyder 1984, 1997).

Ent_i = sum_j gE_ij (.3 + r_j) sum_k H_jk (1 - H_ik) min(1, b_ik / C_i) (Snyder 1984). A
quarrel with one's own enemies costs nothing: two outcasts are cheap partners for each other.
"""

from __future__ import annotations

from sim.compiled.jit import inline, njit
from sim.rules.decisions.assessment import ENTRAPMENT_LOAD
from sim.rules.pair_variables import ENTRAPMENT_WEIGHT
from sim.rules.state_variables import REVISIONISM_NOW
from sim.rules.terms import Ties, term
from sim.types import Blocks


@njit
def value(w: Blocks, i: int) -> float:
    """Exposure of i to the quarrels of its partners."""
    total = 0.0
    for j in range(w.n):
        if i != j and w.M[ENTRAPMENT_WEIGHT, i, j] != 0.0:
            total += (
                w.M[ENTRAPMENT_WEIGHT, i, j]
                * (0.3 + w.V[REVISIONISM_NOW, j])
                * w.M[ENTRAPMENT_LOAD, i, j]
            )
    return total


@inline
def per_entrapment(w: Blocks, i: int, j: int) -> float:
    """Change per unit entrapment weight with j."""
    return (0.3 + w.V[REVISIONISM_NOW, j]) * w.M[ENTRAPMENT_LOAD, i, j]


TERM = term(
    "entrapment",
    1.0,
    (0.3, 3.0),
    sign=-1,
    claim="entrapment in partners' quarrels",
    source="judgement of size after Snyder 1984",
    value=value,
    ties=Ties(0.0, (0.0, 0.03), "pressed to nothing"),
)
