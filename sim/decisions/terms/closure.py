"""Closure: ties to the partners of partners, with saturation.

Tr_i = sum_j g_ij (1 - exp(-.7 sum_l g_il g_lj)), the common partners counted at the start of the
quarter (design notes eq. 12; geometrically weighted, raw triangles degenerate). Anchor: +.7 to +.9
in logits with standard errors as large (closure is hardly identifiable from alliance panels).
"""

from __future__ import annotations

from sim.decisions.assessment import CLOSURE
from sim.decisions.terms import term
from sim.fields import COMMITMENT
from sim.jit import inline, njit
from sim.types import Dyads, States, Vector


@njit
def value(M: Dyads, V: States, P: Vector, n: int, i: int) -> float:
    """Closure of i's ties."""
    total = 0.0
    for j in range(n):
        if i != j:
            total += M[COMMITMENT, i, j] * M[CLOSURE, i, j]
    return total


@inline
def per_commitment(M: Dyads, V: States, P: Vector, i: int, j: int) -> float:
    """Change per unit commitment with j."""
    return M[CLOSURE, i, j]


TERM = term(
    "closure",
    0.5,
    (0.0, 1.5),
    sign=1,
    claim="partners in common",
    source="design notes 2.4 and 7.3",
    value=value,
)
