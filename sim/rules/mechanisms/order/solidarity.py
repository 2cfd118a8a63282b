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

from sim.compiled.jit import njit
from sim.rules.declarations import baseline, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import HOSTILITY, SANCTIONS, TRUST
from sim.rules.participation import is_member
from sim.rules.sheet_algebra import SCRATCH
from sim.rules.state_variables import CAPABILITY, COHESION, COLLECTIVE_KIND, ORGANISATION
from sim.types import Blocks

COHESION_START = baseline(
    "cohesion",
    why="data: sanctions in force at the start stand under the cohesion of then",
)
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
def update(w: Blocks) -> None:
    """Let shared sanctions erode by a quarter."""
    for k in range(w.G.shape[1]):
        if w.G[COLLECTIVE_KIND, k] != ORGANISATION:
            continue
        drop = w.G[COHESION_START, k] - w.G[COHESION, k]
        if drop <= 0.0:
            continue
        for j in range(w.n):
            w.M[SCRATCH, 0, j] = 0.0
        total = 0.0
        for m in range(w.n):
            if is_member(w, k, m):
                total += w.V[CAPABILITY, m]
                for j in range(w.n):
                    w.M[SCRATCH, 0, j] += w.V[CAPABILITY, m] * min(1.0, w.M[SANCTIONS, m, j])
        for m in range(w.n):
            others = total - w.V[CAPABILITY, m]
            if others <= 0.0 or not is_member(w, k, m):
                continue
            for j in range(w.n):
                held = w.M[SCRATCH, 0, j]
                if held > 0.0 and w.M[SANCTIONS, m, j] > 0.0 and not is_member(w, k, j):
                    shared = (held - w.V[CAPABILITY, m] * w.M[SANCTIONS, m, j]) / others
                    mild = w.M[TRUST, m, j] * (1.0 - w.M[HOSTILITY, m, j])
                    w.M[SANCTIONS, m, j] *= max(0.0, 1.0 - w.P[ERODE] * drop * shared * mild)


MECHANISM = Mechanism(
    name="solidarity",
    stage="organisations",
    claim="shared sanctions erode when the organisation of those who took them loses cohesion",
    reads=("cohesion", "cohesion_start", "member", "capability", "sanctions", "trust", "hostility"),
    writes=("sanctions",),
    update=update,
    source="Bapat and Morgan 2009; Weber and Schneider 2022; register M31, M32",
)
