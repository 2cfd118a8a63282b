"""Recognition: the attention of others, most precious to the isolated.

Rec_i = ln(.1 + sum_j c_ji sqrt(C_j) (1 - H_ij) / sum_j sqrt(C_j)), c_ji the contact of j to i
(Renshon 2017 on status; the logarithm makes a visit worth more to a state that gets few). Courting
j is expected to bring j's attention in return.
"""

from __future__ import annotations

from sim.compiled.jit import inline, njit
from sim.compiled.mathx import log
from sim.rules.decisions.assessment import ROOT
from sim.rules.pair_variables import HOSTILITY
from sim.rules.state_variables import RECOGNITION, RECOGNITION_SCALE
from sim.rules.terms import term
from sim.types import Blocks


@inline
def log_recognition(w: Blocks, i: int, received: float) -> float:
    """ln(.1 + share of the attention that could be had)."""
    return log(0.1 + max(0.0, received) / w.V[RECOGNITION_SCALE, i])


@njit
def value(w: Blocks, i: int) -> float:
    """Recognition of i."""
    return log_recognition(w, i, w.V[RECOGNITION, i])


@inline
def court(w: Blocks, i: int, j: int, x0: float, x1: float) -> float:
    """Contact of j to i goes from x0 to x1."""
    gain = (x1 - x0) * w.V[ROOT, j] * (1.0 - w.M[HOSTILITY, i, j])
    scale = w.V[RECOGNITION_SCALE, i]
    now = max(0.0, w.V[RECOGNITION, i]) / scale
    return log((0.1 + max(0.0, w.V[RECOGNITION, i] + gain) / scale) / (0.1 + now))


TERM = term(
    "recognition",
    2.0,
    (0.5, 4.0),
    sign=1,
    claim="recognition by others",
    source="judgement after Volgy et al. 2011 and Renshon 2017",
    value=value,
)
