"""Closure: ties to the partners of partners, with saturation.

Tr_i = sum_j g_ij (1 - exp(-.7 sum_l g_il g_lj)), the common partners counted at the start of the
quarter (Snijders et al. 2006; geometrically weighted, raw triangles degenerate). Anchor: +.7 to +.9
in logits with standard errors as large (closure is hardly identifiable from alliance panels).
"""

from __future__ import annotations

from sim.compiled.jit import inline, njit
from sim.rules.decisions.assessment import CLOSURE
from sim.rules.pair_variables import COMMITMENT
from sim.rules.terms import Ties, term
from sim.types import Blocks


@njit
def value(w: Blocks, i: int) -> float:
    """Closure of i's ties."""
    total = 0.0
    for j in range(w.n):
        if i != j and w.M[COMMITMENT, i, j] != 0.0:
            total += w.M[COMMITMENT, i, j] * w.M[CLOSURE, i, j]
    return total


@inline
def per_commitment(w: Blocks, i: int, j: int) -> float:
    """Change per unit commitment with j."""
    return w.M[CLOSURE, i, j]


TERM = term(
    "closure",
    0.5,
    (0.0, 1.5),
    sign=1,
    claim="partners in common",
    source="ATOP 1951-2008: a shared ally, log-odds of a pact +.7 to +.9, error .5 to .8",
    value=value,
    ties=Ties(0.0, (0.0, 0.4), "pressed to nothing"),
    said=("partners in common", "fewer partners in common"),
)
