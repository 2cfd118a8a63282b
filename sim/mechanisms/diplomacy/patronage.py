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
range of `meets`; design notes 1.17 and eq. (13); register M15.
"""

from __future__ import annotations

from sim.fields import AID, CAPABILITY, COMMITMENT, CONTACT, ECONOMY, TRUST, VULNERABILITY
from sim.jit import njit
from sim.mechanisms import Mechanism
from sim.mechanisms.diplomacy.trust import AID_START
from sim.registry import dyad_field, param, state_field
from sim.types import Dyads, States, Vector

BY_AID = param(
    "patronage.aid",
    0.15,
    (0.05, 0.3),
    bounds=(0.0, 2.0),
    meaning="influence of full aid of a far larger donor, on the scale of vulnerability",
    source="design notes eq. (13)",
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
)
AID_SHARE = dyad_field(
    "aid_share", bounds=(0.0, 1.0), meaning="part of i's needs that new aid of j meets"
)
RELIEF = state_field("aid_relief", meaning="part of the needs that new aid of all donors meets")


@njit
def hold(M: Dyads, V: States, P: Vector, i: int, j: int) -> float:
    """Influence of i over j, before it is shared with others."""
    larger = V[ECONOMY, i] / (V[ECONOMY, i] + V[ECONOMY, j] + 1e-12)
    stronger = V[CAPABILITY, i] / (V[CAPABILITY, i] + V[CAPABILITY, j] + 1e-12)
    means = (
        M[VULNERABILITY, j, i]
        + P[BY_AID] * M[AID, i, j] * larger
        + P[GUARD] * M[COMMITMENT, i, j] * M[TRUST, j, i] * stronger
    )
    return means * (P[UNHEARD] + (1.0 - P[UNHEARD]) * M[CONTACT, i, j])


@njit
def shares(M: Dyads, V: States, P: Vector, n: int) -> None:
    """Shares of influence over every state."""
    for j in range(n):
        total = 0.0
        for i in range(n):
            M[SHARE, i, j] = hold(M, V, P, i, j) if i != j else 0.0
            total += M[SHARE, i, j]
        for i in range(n):
            M[SHARE, i, j] = M[SHARE, i, j] / total if total > 0.0 else 0.0


@njit
def start(M: Dyads, V: States, P: Vector, n: int) -> None:
    """Shares at the start."""
    shares(M, V, P, n)


@njit
def update(M: Dyads, V: States, P: Vector, n: int, tick: int, seed: int, run: int) -> None:
    """Shares of influence, and what new aid relieves."""
    for j in range(n):
        V[RELIEF, j] = 0.0
        for k in range(n):
            new = max(0.0, M[AID, k, j] - M[AID_START, k, j])
            larger = V[ECONOMY, k] / (V[ECONOMY, k] + V[ECONOMY, j] + 1e-12)
            M[AID_SHARE, j, k] = P[MEETS] * new * larger
            V[RELIEF, j] += M[AID_SHARE, j, k]
    shares(M, V, P, n)


MECHANISM = Mechanism(
    name="patronage",
    order=240,
    claim="new aid of one patron lowers a client's dependence on, and the influence of, the others",
    reads=("vulnerability", "aid", "economy", "commitment", "trust", "capability", "contact"),
    writes=("influence_share", "aid_share", "aid_relief"),
    update=update,
    start=start,
    source="Hirschman 1945; Morrow 1991; register M15",
)
