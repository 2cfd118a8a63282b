"""A rank that is claimed and not granted is pressed for.

Claim: standing comes from capability, from nuclear arms and a veto, which sustain it where
capability falls short, and from the attention of others. A state whose standing falls behind its
claim grows bolder, above all towards the strong that ignore it.

Equations (per quarter; a claimed rank 0..1, C capability, N nuclear, v veto, rec recognition)::

    rank_i     = 1 - (1 - sqrt(C_i / max C)) (1 - assets (N_i + v_i) / 2)
    standing_i = (1 - heard) rank_i + heard rec_i / most_i
    gap_i      = a_i - standing_i,     rise_i = (gap_i - gap0_i)+
    r_i^now   += seek a_i rise_i
    t_ij      += press a_i rise_i rank_j H_ij (1 - c_ji)(1 - t_ij)

most_i is the recognition that i could have at most; c_ji the contact of j to i. The rule stands
between emboldenment and tension in the step, so that both see the boldness of the quarter.
Sources: Volgy et al. 2011; Renshon 2017 (status deficits and conflict); register M47, M63.
"""

from __future__ import annotations

from math import sqrt

from sim.compiled.jit import njit
from sim.compiled.mathx import clip
from sim.rules.declarations import baseline, param, state_field
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import CONTACT, HOSTILITY, TENSION
from sim.rules.state_variables import (
    CAPABILITY,
    NUCLEAR,
    RECOGNITION,
    RECOGNITION_SCALE,
    REVISIONISM_NOW,
    STATUS_CLAIM,
    STATUS_GAP,
    VETO,
)
from sim.types import Blocks

ASSETS = param(
    "status.assets",
    0.4,
    (0.2, 0.6),
    bounds=(0.0, 1.0),
    meaning="part of what capability leaves open that nuclear arms and a veto make up",
    source="judgement: keeps a power of a tenth of the capability in the first rank (M63)",
)
HEARD = param(
    "status.heard",
    0.5,
    (0.25, 0.75),
    bounds=(0.0, 1.0),
    meaning="weight of the attention of others in standing",
    source="judgement after Renshon 2017: standing is what others grant",
)
SEEK = param(
    "status.seek",
    0.5,
    (0.2, 1.0),
    bounds=(0.0, 10.0),
    meaning="revisionism per unit of rank denied",
    source="judgement after Renshon 2017: deficits double the rate of disputes",
)
PRESS = param(
    "status.press",
    0.2,
    (0.05, 0.4),
    bounds=(0.0, 10.0),
    unit="per quarter",
    meaning="tension towards a first-rate hostile power that ignores the state, per unit of rank",
    source="judgement: a full denial is a crisis of its own",
)
STANDING = state_field(
    "standing", bounds=(0.0, 1.0), meaning="rank that others recognise", record=True
)
GAP_START = baseline(
    "status_gap",
    why="data: revisionism of the start is counted from disputes, which old denial drove",
)


@njit
def rank(w: Blocks, i: int, largest: float) -> float:
    """Rank by capability and by the assets that sustain it."""
    means = sqrt(w.V[CAPABILITY, i] / largest) if largest > 0.0 else 0.0
    return 1.0 - (1.0 - means) * (1.0 - 0.5 * w.P[ASSETS] * (w.V[NUCLEAR, i] + w.V[VETO, i]))


@njit
def assess(w: Blocks) -> float:
    """Standing and gap of all states; returns the largest capability."""
    largest = 0.0
    for i in range(w.n):
        largest = max(largest, w.V[CAPABILITY, i])
    for i in range(w.n):
        most = w.V[RECOGNITION_SCALE, i]
        heard = clip(w.V[RECOGNITION, i] / most, 0.0, 1.0) if most > 0.0 else 0.0
        w.V[STANDING, i] = (1.0 - w.P[HEARD]) * rank(w, i, largest) + w.P[HEARD] * heard
        w.V[STATUS_GAP, i] = w.V[STATUS_CLAIM, i] - w.V[STANDING, i]
    return largest


@njit
def start(w: Blocks) -> None:
    """Gaps that conduct at the start already expresses."""
    assess(w)


@njit
def update(w: Blocks) -> None:
    """Standing, and the boldness of those who are denied theirs."""
    largest = assess(w)
    for i in range(w.n):
        denied = w.V[STATUS_CLAIM, i] * (w.V[STATUS_GAP, i] - w.V[GAP_START, i])
        if denied <= 1e-9:
            continue
        w.V[REVISIONISM_NOW, i] = clip(w.V[REVISIONISM_NOW, i] + w.P[SEEK] * denied, 0.0, 2.0)
        for j in range(w.n):
            if j == i:
                continue
            push = w.P[PRESS] * denied * rank(w, j, largest)
            push *= w.M[HOSTILITY, i, j] * (1.0 - w.M[CONTACT, j, i])
            tense = w.M[TENSION, i, j]
            w.M[TENSION, i, j] = clip(tense + push * (1.0 - tense), 0.0, 1.0)


MECHANISM = Mechanism(
    name="status",
    stage="rivalry",
    claim="rank that is claimed and not granted is pressed for; arms and seats sustain rank",
    reads=(
        "capability",
        "nuclear",
        "veto",
        "recognition",
        "recognition_scale",
        "status_claim",
        "hostility",
        "contact",
    ),
    writes=("effective_revisionism", "tension", "standing", "status_gap"),
    update=update,
    start=start,
    source="Volgy et al. 2011; Renshon 2017; register M47, M63",
)
