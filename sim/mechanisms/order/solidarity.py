"""Sanctions of an organisation's members last as long as the members hold together.

Claim: measures that members took together erode when cohesion falls below its level at the start,
first with the members that are least hostile to the target and trust it most.

Equation (per quarter; member m of organisation k, target j outside it)::

    S_mj -= erode (cohesion0_k - cohesion_k)+ shared_kj tau_mj (1 - H_mj) S_mj

shared_kj is the capability-weighted share of the other members that sanction j. Nothing happens
while cohesion is at its start. Sources: Bapat and Morgan 2009 and Weber and Schneider 2022 (unity
and institutions behind sanctions); register M31, M32.
"""

from __future__ import annotations

from sim.collectives import is_member
from sim.fields import (
    CAPABILITY,
    COHESION,
    COLLECTIVE_KIND,
    HOSTILITY,
    ORGANISATION,
    SANCTIONS,
    TRUST,
)
from sim.jit import njit
from sim.mechanisms import Mechanism
from sim.mechanisms.order.organisations import COHESION_START
from sim.registry import param
from sim.types import Collectives, Dyads, Parts, States, Vector

ERODE = param(
    "solidarity.erode",
    0.5,
    (0.2, 1.0),
    bounds=(0.0, 20.0),
    unit="per quarter",
    meaning="rate at which a friendly member drops shared sanctions when cohesion is gone",
    source="judgement: measures are renewed every half-year by consent of all",
)


@njit
def update(M: Dyads, V: States, G: Collectives, B: Parts, P: Vector, n: int) -> None:
    """Let shared sanctions erode by a quarter."""
    for k in range(G.shape[1]):
        if G[COLLECTIVE_KIND, k] != ORGANISATION:
            continue
        drop = G[COHESION_START, k] - G[COHESION, k]
        if drop <= 0.0:
            continue
        for j in range(n):
            if is_member(B, k, j):
                continue
            total = 0.0
            held = 0.0
            for m in range(n):
                if is_member(B, k, m):
                    total += V[CAPABILITY, m]
                    held += V[CAPABILITY, m] * min(1.0, M[SANCTIONS, m, j])
            if held <= 0.0:
                continue
            for m in range(n):
                if is_member(B, k, m) and M[SANCTIONS, m, j] > 0.0:
                    others = total - V[CAPABILITY, m]
                    if others <= 0.0:
                        continue
                    shared = (held - V[CAPABILITY, m] * M[SANCTIONS, m, j]) / others
                    mild = M[TRUST, m, j] * (1.0 - M[HOSTILITY, m, j])
                    M[SANCTIONS, m, j] *= max(0.0, 1.0 - P[ERODE] * drop * shared * mild)


MECHANISM = Mechanism(
    name="solidarity",
    order=465,
    claim="shared sanctions erode when the organisation of those who took them loses cohesion",
    reads=("cohesion", "cohesion_start", "member", "capability", "sanctions", "trust", "hostility"),
    writes=("sanctions",),
    update=update,
    source="Bapat and Morgan 2009; Weber and Schneider 2022; register M31, M32",
)
