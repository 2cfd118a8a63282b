"""What a quarter looks like from outside: alignment, and the tie weight from which blocs are read.

alignment(i, j) = wx (1 - |x_i - x_j| / 1.5, at least -1) + wt (2 tau_ij - 1) + wg g_ij
                  - wn max(t_ij, t_ji), clipped to [-1, 1].

tie(i, j) = max(0, g_ij + mean trust - .5 - resolution) - max(0, mean hostility - suspicion):
symmetric and signed. Strangers weigh nothing: two allies of one hub are not kept apart for having
no tie of their own, and states without positive ties stay unaligned.
"""

from __future__ import annotations

from sim.dyads import ALIGNMENT, COMMITMENT, HOSTILITY, TENSION, TRUST
from sim.fields import IDEAL_POINT
from sim.jit import njit
from sim.mathx import clip
from sim.registry import dyad_field, param, state_field
from sim.types import Blocks

BY_POSITION = param(
    "alignment.position",
    0.35,
    (0.25, 0.45),
    bounds=(0.0, 1.0),
    meaning="weight of close positions in alignment",
    source="judgement: equal domain weights",
)
BY_TRUST = param(
    "alignment.trust",
    0.45,
    (0.35, 0.55),
    bounds=(0.0, 1.0),
    meaning="weight of trust in alignment",
    source="judgement: equal domain weights",
)
BY_COMMITMENT = param(
    "alignment.commitment",
    0.3,
    (0.2, 0.4),
    bounds=(0.0, 1.0),
    meaning="weight of commitment in alignment",
    source="judgement: equal domain weights",
)
BY_TENSION = param(
    "alignment.tension",
    0.3,
    (0.2, 0.4),
    bounds=(0.0, 1.0),
    meaning="weight of tension in alignment",
    source="judgement: equal domain weights",
)
RESOLUTION = param(
    "blocs.resolution",
    0.35,
    (0.25, 0.45),
    bounds=(-1.0, 1.0),
    meaning="commitment and trust above even odds that a tie must exceed to bind",
    source="judgement: arms cooperation binds states that trust each other, consultation does not",
)
SUSPICION = param(
    "blocs.suspicion",
    0.15,
    (0.1, 0.2),
    bounds=(0.0, 1.0),
    meaning="hostility that is ordinary among strangers and does not divide",
    source="judgement: hostility of indifferent pairs lies between .03 and .12",
)
UTILITY = state_field(
    "utility",
    unit="logits",
    meaning="utility of the state, all terms with their weights",
    record=True,
)
TIE = dyad_field("tie", symmetric=True, meaning="signed weight from which blocs are read")
INTENSITY_1 = dyad_field(
    "intensity_1",
    unit="pacts a quarter",
    symmetric=True,
    meaning="expected consultation pacts that the pair concludes",
    record=True,
)
INTENSITY_2 = dyad_field(
    "intensity_2",
    unit="pacts a quarter",
    symmetric=True,
    meaning="expected arms-cooperation pacts that the pair concludes",
    record=True,
)
INTENSITY_3 = dyad_field(
    "intensity_3",
    unit="pacts a quarter",
    symmetric=True,
    meaning="expected defence pacts that the pair concludes",
    record=True,
)
OFFER_1 = dyad_field("offer_1", meaning="working space: weight of a consented level-1 offer")
OFFER_2 = dyad_field("offer_2", meaning="working space: weight of a consented level-2 offer")
OFFER_3 = dyad_field("offer_3", meaning="working space: weight of a consented level-3 offer")


@njit
def observe(w: Blocks) -> None:
    """Fill the observed sheets from the state."""
    for i in range(w.n):
        for j in range(w.n):
            if i == j:
                w.M[ALIGNMENT, i, j] = 1.0
                w.M[TIE, i, j] = 0.0
                continue
            close = max(-1.0, 1.0 - abs(w.V[IDEAL_POINT, i] - w.V[IDEAL_POINT, j]) / 1.5)
            value = (
                w.P[BY_POSITION] * close
                + w.P[BY_TRUST] * (2.0 * w.M[TRUST, i, j] - 1.0)
                + w.P[BY_COMMITMENT] * w.M[COMMITMENT, i, j]
                - w.P[BY_TENSION] * max(w.M[TENSION, i, j], w.M[TENSION, j, i])
            )
            w.M[ALIGNMENT, i, j] = clip(value, -1.0, 1.0)
            trust = 0.5 * (w.M[TRUST, i, j] + w.M[TRUST, j, i])
            hostility = 0.5 * (w.M[HOSTILITY, i, j] + w.M[HOSTILITY, j, i])
            bond = w.M[COMMITMENT, i, j] + trust - 0.5 - w.P[RESOLUTION]
            w.M[TIE, i, j] = max(0.0, bond) - max(0.0, hostility - w.P[SUSPICION])
