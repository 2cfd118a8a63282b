"""Those whom the same others press draw closer.

Claim: states that fear the same third states meet more as that shared fear rises, and less as it
passes; acts of pressure make a fear vivid, so that a provoker tightens those whom it provokes.
Trust follows through contact; hostility and sanctions between the two stand in the way.

Equations (per quarter; t_ki acts of k towards i, O_i protection, c contact; F at the start F0)::

    y_ik = T_ik / (O_i + T_i) * (1 + acts t_ki)        F_ij = sum_k sqrt(y_ik y_jk)
    c_ij += draw (F_ij - F0_ij) (1 - H_ij)(1 - max(S_ij, S_ji)) [1 - c_ij; where F falls: c_ij]

F is a fear that both have: large only where both are large. Sources: Walt 1987; Maoz et al. 2007
(the enemy of my enemy); a shared rival doubles the odds of a treaty and makes those of a defence
pact 8 times (ATOP 1951-2008), which gives the sign; register M12, M60, M13.
"""

from __future__ import annotations

import math

from sim.compiled.jit import njit
from sim.compiled.mathx import clip
from sim.rules.declarations import baseline, dyad_field, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import CONTACT, HOSTILITY, SANCTIONS, TENSION, THREAT
from sim.rules.sheet_algebra import SCRATCH, square, transpose
from sim.rules.state_variables import PROTECTION, THREAT_TOTAL
from sim.types import Blocks

DRAW = param(
    "shared_threat.draw",
    0.1,
    (0.04, 0.2),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="contact gained for a full rise of shared fear",
    source="judgement: fear from nil to full does in a year what a defence pact does to contact",
)
ACTS = param(
    "shared_threat.acts",
    1.0,
    (0.5, 2.0),
    bounds=(0.0, 10.0),
    meaning="how much more a threat counts under full pressure by its bearer",
    source="judgement after Walt 1987: intent is read from acts",
)
FEAR = dyad_field("fear", meaning="root of i's insecurity by k, made vivid by k's acts")
SHARED_FEAR = dyad_field(
    "shared_fear", symmetric=True, meaning="fear of the same third states", record=True
)
SHARED_FEAR_START = baseline(
    "shared_fear",
    why="data: the contact of the start counts allies and their shared enemies",
)


@njit
def fears(w: Blocks) -> None:
    """Shared fear of all pairs; nobody fears itself, so the two of a pair drop out of its sum."""
    transpose(w, FEAR, TENSION)
    for i in range(w.n):
        weight = 1.0 / (w.V[PROTECTION, i] + w.V[THREAT_TOTAL, i] + 1e-12)
        for k in range(w.n):
            acts = 1.0 + w.P[ACTS] * w.M[FEAR, i, k]
            y = max(0.0, w.M[THREAT, i, k]) * weight * acts
            w.M[FEAR, i, k] = math.sqrt(y) if i != k else 0.0
    transpose(w, SCRATCH, FEAR)
    square(w, SHARED_FEAR, FEAR, SCRATCH)
    for i in range(w.n):
        w.M[SHARED_FEAR, i, i] = 0.0


@njit
def start(w: Blocks) -> None:
    """Fear that the contact at the start already expresses."""
    fears(w)


@njit
def update(w: Blocks) -> None:
    """Contact follows shared fear."""
    fears(w)
    transpose(w, SCRATCH, SANCTIONS)
    for i in range(w.n):
        for j in range(w.n):
            rise = w.M[SHARED_FEAR, i, j] - w.M[SHARED_FEAR_START, i, j]
            if i != j:
                bar = max(w.M[SANCTIONS, i, j], w.M[SCRATCH, i, j])
                draw = w.P[DRAW] * rise * (1.0 - w.M[HOSTILITY, i, j]) * (1.0 - bar)
                c = w.M[CONTACT, i, j]
                w.M[CONTACT, i, j] = clip(c + draw * (1.0 - c if rise > 0.0 else c), 0.0, 1.0)


MECHANISM = Mechanism(
    name="shared_threat",
    stage="courting",
    claim="states draw together as the fear that they share rises, and apart as it passes",
    reads=("threat_from", "threat", "protection", "tension", "hostility", "sanctions", "contact"),
    writes=("contact",),
    after=("contact",),
    update=update,
    start=start,
    source="Walt 1987; Maoz et al. 2007; register M12, M60",
)
