"""Organisations live on what their members think of each other.

Claim: members that trust each other more and stand closer act together more readily, and projects
that bring them together give the organisation weight; new or leaving members change both.

Equations (per quarter; means over pairs of full members, weighted by sqrt(C_i C_j)); X_k - X0_k is
the departure from the start of the same mean)::

    cohesion_k  += turn (cohesion0_k + trusting (tau_k - tau0_k) - apart (d_k - d0_k) - cohesion_k)
    authority_k += turn (authority0_k + meeting (c_k - c0_k) + together (cohesion_k - cohesion0_k)
                   - authority_k)

d is the distance of positions (UNGA units), c contact. The levels at the start are stated by the
scenario; a shock to either fades at the same speed. Both are held in [0, 1]. A change of membership
moves the means, too: a distant new member costs cohesion. Sources: Keohane and Nye 1977; Hooghe and
Marks 2015 (scale and community of organisations); Gray 2018 (life, death and zombies of
organisations); register M28.
"""

from __future__ import annotations

from math import sqrt

from sim.compiled.jit import njit
from sim.compiled.mathx import clip
from sim.rules.declarations import baseline, collective_field, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import CONTACT, TRUST
from sim.rules.participation import is_member
from sim.rules.state_variables import (
    AUTHORITY,
    CAPABILITY,
    COHESION,
    COLLECTIVE_KIND,
    IDEAL_POINT,
    ORGANISATION,
)
from sim.types import Blocks

TURN = param(
    "organisations.turn",
    0.1,
    (0.05, 0.2),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="speed at which cohesion and authority follow their members, and shocks fade",
    source="judgement: institutions change over two to three years",
)
TRUSTING = param(
    "organisations.trusting",
    1.0,
    (0.5, 1.5),
    bounds=(0.0, 20.0),
    meaning="cohesion gained by full trust among members",
    source="judgement: cohesion is read as the readiness that trust gives",
)
APART = param(
    "organisations.apart",
    0.15,
    (0.05, 0.3),
    bounds=(0.0, 20.0),
    unit="per UNGA unit",
    meaning="cohesion lost by distance of positions",
    source="judgement: three units, as between rivals, undo half of it",
)
MEETING = param(
    "organisations.meeting",
    0.5,
    (0.2, 1.0),
    bounds=(0.0, 20.0),
    meaning="authority gained by full contact among members",
    source="judgement: summits and staffs carry decisions (register M28)",
)
TOGETHER = param(
    "organisations.together",
    0.5,
    (0.2, 1.0),
    bounds=(0.0, 20.0),
    meaning="authority gained with full cohesion",
    source="judgement: divided organisations decide little",
)
COHESION_START = baseline(
    "cohesion",
    why="data: stated for the start, with what members think of each other in it",
)
AUTHORITY_START = baseline(
    "authority",
    why="data: stated for the start, with the meetings of members in it",
)
WARMTH_START = collective_field(
    "warmth_start", "organisation", meaning="trust less distance among members at the start"
)
"""data: cohesion stated for the start holds it"""
MEETINGS_START = collective_field(
    "meetings_start", "organisation", meaning="contact among members at the start"
)
"""data: authority stated for the start holds them"""


@njit
def climate(w: Blocks, k: int) -> tuple[float, float]:
    """Warmth (trusting tau - apart d) and contact of the members of k, means over their pairs."""
    warmth = 0.0
    contact = 0.0
    total = 0.0
    for i in range(w.n):
        if not is_member(w, k, i):
            continue
        for j in range(w.n):
            if j == i or not is_member(w, k, j):
                continue
            weight = sqrt(w.V[CAPABILITY, i] * w.V[CAPABILITY, j])
            apart = abs(w.V[IDEAL_POINT, i] - w.V[IDEAL_POINT, j])
            warmth += weight * (w.P[TRUSTING] * w.M[TRUST, i, j] - w.P[APART] * apart)
            contact += weight * w.M[CONTACT, i, j]
            total += weight
    if total <= 0.0:
        return 0.0, 0.0
    return warmth / total, contact / total


@njit
def start(w: Blocks) -> None:
    """Remember what is usual."""
    for k in range(w.G.shape[1]):
        if w.G[COLLECTIVE_KIND, k] == ORGANISATION:
            w.G[WARMTH_START, k], w.G[MEETINGS_START, k] = climate(w, k)


@njit
def update(w: Blocks) -> None:
    """Advance cohesion and authority of all organisations by a quarter."""
    for k in range(w.G.shape[1]):
        if w.G[COLLECTIVE_KIND, k] != ORGANISATION:
            continue
        warmth, contact = climate(w, k)
        if w.G[MEETINGS_START, k] <= 0.0:  # a treaty that has been founded since
            w.G[WARMTH_START, k], w.G[MEETINGS_START, k] = warmth, contact
        home = w.G[COHESION_START, k] + warmth - w.G[WARMTH_START, k]
        now = w.G[COHESION, k]
        w.G[COHESION, k] = clip(now + w.P[TURN] * (home - now), 0.0, 1.0)
        home = w.G[AUTHORITY_START, k] + w.P[MEETING] * (contact - w.G[MEETINGS_START, k])
        home += w.P[TOGETHER] * (w.G[COHESION, k] - w.G[COHESION_START, k])
        now = w.G[AUTHORITY, k]
        w.G[AUTHORITY, k] = clip(now + w.P[TURN] * (home - now), 0.0, 1.0)


MECHANISM = Mechanism(
    name="organisations",
    stage="organisations",
    claim="cohesion and authority of organisations follow trust, closeness and contact of members",
    reads=("member", "capability", "trust", "ideal_point", "contact"),
    writes=("cohesion", "authority"),
    update=update,
    start=start,
    source="Keohane and Nye 1977; Hooghe and Marks 2015; Gray 2018; register M28",
)
