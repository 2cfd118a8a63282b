"""Common enemy: a partner that fears whom I dislike (offshore balancing).

CE_i = sum_j g_ij C_j^{1/4} min(1, sum_k w_jk H_ik), w_jk the share of k in j's threat (ATOP
1951-2008). Anchor: sharing a rival raises the log-odds of a defence pact by 2.1, of any by .7.
"""

from __future__ import annotations

import math

from sim.compiled.jit import inline, njit
from sim.rules.decisions.assessment import ROOT, SHARED
from sim.rules.pair_variables import COMMITMENT
from sim.rules.terms import Ties, term
from sim.types import Blocks


@inline
def worth(w: Blocks, i: int, j: int) -> float:
    """C_j^{1/4} times the shared enmity seen by i."""
    return math.sqrt(w.V[ROOT, j]) * min(1.0, w.M[SHARED, j, i])


@njit
def value(w: Blocks, i: int) -> float:
    """Worth of i's partners against its enemies."""
    total = 0.0
    for j in range(w.n):
        if i != j and w.M[COMMITMENT, i, j] != 0.0:
            total += w.M[COMMITMENT, i, j] * worth(w, i, j)
    return total


@inline
def per_commitment(w: Blocks, i: int, j: int) -> float:
    """Change per unit commitment with j."""
    return worth(w, i, j)


TERM = term(
    "common_enemy",
    6.0,
    (1.0, 10.0),
    sign=1,
    claim="enemies in common",
    source="ATOP 1951-2008: a shared rival, log-odds +.7 of a pact, +2.1 of a defence pact",
    value=value,
    ties=Ties(0.07, (0.0, 0.6), "hardly told from the prior"),
    said=("enemies in common", "fewer friends against common enemies"),
)
