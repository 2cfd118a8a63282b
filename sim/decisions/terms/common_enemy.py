"""Common enemy: a partner that fears whom I dislike (offshore balancing).

CE_i = sum_j g_ij C_j^{1/4} min(1, sum_k w_jk H_ik), w_jk the share of k in j's threat (design notes
eq. 11). Anchor: sharing a rival raises the log-odds of a defence pact by 2.1, of any by .7.
"""

from __future__ import annotations

import math

from sim.decisions.assessment import ROOT, SHARED
from sim.decisions.terms import term
from sim.fields import COMMITMENT
from sim.jit import inline, njit
from sim.types import Dyads, States, Vector


@inline
def worth(M: Dyads, V: States, i: int, j: int) -> float:
    """C_j^{1/4} times the shared enmity seen by i."""
    return math.sqrt(V[ROOT, j]) * min(1.0, M[SHARED, j, i])


@njit
def value(M: Dyads, V: States, P: Vector, n: int, i: int) -> float:
    """Worth of i's partners against its enemies."""
    total = 0.0
    for j in range(n):
        if i != j:
            total += M[COMMITMENT, i, j] * worth(M, V, i, j)
    return total


@inline
def per_commitment(M: Dyads, V: States, P: Vector, i: int, j: int) -> float:
    """Change per unit commitment with j."""
    return worth(M, V, i, j)


TERM = term(
    "common_enemy",
    6.0,
    (1.0, 10.0),
    sign=1,
    claim="enemies in common",
    source="design notes 2.4 and 7.3",
    value=value,
)
