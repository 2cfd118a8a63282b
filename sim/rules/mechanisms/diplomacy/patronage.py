"""A new patron dilutes the old one.

Claim: influence over a client is shared among those who supply, aid and protect it and are heard by
it; when one of them gives more, the shares of the others fall, and so does the client's dependence
on them, for what is given need not be bought elsewhere.

Equations (shares and parts 0..1; B aid from i to j, V_ji dependence of j on i, Y economy)::

    x_ij = (V_ji + aid B_ij Y_i / (Y_i + Y_j) + guard g_ij tau_ji C_i / (C_i + C_j))
           * (unheard + (1 - unheard) c_ij)
    influence_share_ij = x_ij / sum_k x_kj
    R_jk = meets (B_kj - B0_kj)+ Y_k / (Y_k + Y_j)      part of j's needs that new aid of k meets
    V_ji <- V_ji (1 - sum_{k != i} R_jk)

The last line belongs to the assessment of the quarter. Sources: Hirschman 1945; Morrow 1991
(asymmetric ties); aid makes up to a third of the imports of the most dependent states, hence the
range of `meets`; Hirschman 1945, Morrow 1991; register M15.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.rules.declarations import baseline, dyad_field, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import AID, AID_SHARE, COMMITMENT, CONTACT, TRUST, VULNERABILITY
from sim.rules.sheet_algebra import SCRATCH, STRIP
from sim.rules.state_variables import CAPABILITY, ECONOMY, RELIEF
from sim.types import Blocks

AID_START = baseline(
    "aid",
    why="data: import shares of the start hold what old aid spared the receiver",
)
BY_AID = param(
    "patronage.aid",
    0.15,
    (0.05, 0.3),
    bounds=(0.0, 2.0),
    meaning="influence of full aid of a far larger donor, on the scale of vulnerability",
    source="judgement: aid buys less than dependence on trade and arms",
)
GUARD = param(
    "patronage.guard",
    0.2,
    (0.05, 0.4),
    bounds=(0.0, 2.0),
    meaning="influence of a full and trusted pledge of a far stronger state, on that scale",
    source="judgement: about as much as a leading supplier (vulnerability .1 to .3)",
)
UNHEARD = param(
    "patronage.unheard",
    0.5,
    (0.25, 0.75),
    bounds=(0.0, 1.0),
    meaning="part of a hold that works without any contact",
    source="judgement: threats work at a distance, guidance needs a hearing",
)
MEETS = param(
    "patronage.meets",
    0.3,
    (0.1, 0.5),
    bounds=(0.0, 1.0),
    meaning="part of a state's needs from abroad that full new aid of a far larger donor meets",
    source="judgement: aid reaches a third of imports in the most aid-dependent states",
)
SHARE = dyad_field(
    "influence_share",
    bounds=(0.0, 1.0),
    meaning="share of i in the influence that all others have over j",
    record=True,
)


@njit
def hold(w: Blocks, i: int, j: int) -> float:
    """Influence of i over j, before it is shared with others."""
    larger = w.V[ECONOMY, i] / (w.V[ECONOMY, i] + w.V[ECONOMY, j] + 1e-12)
    stronger = w.V[CAPABILITY, i] / (w.V[CAPABILITY, i] + w.V[CAPABILITY, j] + 1e-12)
    means = (
        w.M[VULNERABILITY, j, i]
        + w.P[BY_AID] * w.M[AID, i, j] * larger
        + w.P[GUARD] * w.M[COMMITMENT, i, j] * w.M[TRUST, j, i] * stronger
    )
    return means * (w.P[UNHEARD] + (1.0 - w.P[UNHEARD]) * w.M[CONTACT, i, j])


@njit
def shares(w: Blocks) -> None:
    """Shares of influence over every state."""
    for j in range(w.n):
        w.M[SCRATCH, 0, j] = 0.0
    for first in range(0, w.n, STRIP):
        for i in range(w.n):
            for j in range(first, min(first + STRIP, w.n)):
                w.M[SHARE, i, j] = hold(w, i, j) if i != j else 0.0
                w.M[SCRATCH, 0, j] += w.M[SHARE, i, j]
    for i in range(w.n):
        for j in range(w.n):
            total = w.M[SCRATCH, 0, j]
            w.M[SHARE, i, j] = w.M[SHARE, i, j] / total if total > 0.0 else 0.0


@njit
def start(w: Blocks) -> None:
    """Shares at the start."""
    shares(w)


@njit
def update(w: Blocks) -> None:
    """Shares of influence, and what new aid relieves."""
    for j in range(w.n):
        w.V[RELIEF, j] = 0.0
    for first in range(0, w.n, STRIP):
        for j in range(w.n):
            for k in range(first, min(first + STRIP, w.n)):
                new = max(0.0, w.M[AID, k, j] - w.M[AID_START, k, j])
                larger = w.V[ECONOMY, k] / (w.V[ECONOMY, k] + w.V[ECONOMY, j] + 1e-12)
                w.M[AID_SHARE, j, k] = w.P[MEETS] * new * larger
                w.V[RELIEF, j] += w.M[AID_SHARE, j, k]
    shares(w)


MECHANISM = Mechanism(
    name="patronage",
    stage="alignment",
    claim="new aid of one patron lowers a client's dependence on, and the influence of, the others",
    reads=("vulnerability", "aid", "economy", "commitment", "trust", "capability", "contact"),
    writes=("influence_share", "aid_share", "aid_relief"),
    update=update,
    start=start,
    source="Hirschman 1945; Morrow 1991; register M15",
)
