"""Courtship of a state by one power brings the others.

Claim: when a power that I hold hostile, or that competes with me as a pole, pays more attention
than usual to a state in which I have a stake, I pay it more, too; unless the state is the rival's
ally already, where a visit is no courtship.

Equations (per quarter; suitor j, rival k, courted i; c contact and its level at the start c0)::

    R_jk = H_jk + (1 - H_jk) rank pole_j pole_k
    call_ji = max_k R_jk (1 - g_ki) max(0, c_ki - c0_ki)          over rises above .01
    stake_ji = 1 - (1 - c0_ji)(1 - g_ji)(1 - V_ij)
    c_ji += follow stake_ji (1 - H_ji)(1 - max(S_ij, S_ji)) max(0, call_ji - (c_ji - c0_ji))

The answer stays below the call, so that courtship does not feed on itself without end. Sources:
register M23, M64; competitive aid and visits, Kinne 2014 and Kuik 2016 on the courted side.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import clip
from sim.rules.declarations import baseline, dyad_field, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import COMMITMENT, CONTACT, HOSTILITY, SANCTIONS, VULNERABILITY
from sim.rules.sheet_algebra import SCRATCH, STRIP
from sim.rules.state_variables import POLE
from sim.types import Blocks

CONTACT_START = baseline(
    "contact",
    why="data: the contact of the start holds answers to the courtship of then",
)
FOLLOW = param(
    "courtship_competition.follow",
    0.3,
    (0.1, 0.5),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="part of the gap to a rival's courtship closed where everything is at stake",
    source="judgement: a visit is answered within two or three quarters",
)
RANK = param(
    "courtship_competition.rank",
    0.3,
    (0.0, 0.6),
    bounds=(0.0, 1.0),
    meaning="competition between two poles without hostility",
    source="judgement: poles compete for following even where they are friends",
)
COMPETITION = dyad_field("competition", meaning="R_jk at [k, j]: how far j competes with k")
CALL = dyad_field("courtship_call", meaning="at [i, j]: rivals' courtship of i that j feels")
NOTICED = 0.01


@njit
def update(w: Blocks) -> None:
    """Raise contact towards states that rivals court; all from the same past."""
    for first in range(0, w.n, STRIP):
        for k in range(w.n):
            for j in range(first, min(first + STRIP, w.n)):
                h = w.M[HOSTILITY, j, k]
                rank = w.P[RANK] * w.V[POLE, j] * w.V[POLE, k]
                w.M[COMPETITION, k, j] = h + (1.0 - h) * rank if j != k else 0.0
                w.M[SCRATCH, k, j] = w.M[CONTACT, j, k] - w.M[CONTACT_START, j, k]
    for i in range(w.n):
        for j in range(w.n):
            w.M[CALL, i, j] = 0.0
        for k in range(w.n):
            rise = w.M[SCRATCH, i, k]
            if rise > NOTICED and k != i:
                courtship = (1.0 - w.M[COMMITMENT, k, i]) * rise
                for j in range(w.n):
                    w.M[CALL, i, j] = max(w.M[CALL, i, j], courtship * w.M[COMPETITION, k, j])
    for i in range(w.n):
        for j in range(w.n):
            gap = w.M[CALL, i, j] - w.M[SCRATCH, i, j]
            if w.M[CALL, i, j] > 0.0 and gap > 0.0 and i != j:
                stake = 1.0 - (1.0 - w.M[CONTACT_START, j, i]) * (1.0 - w.M[COMMITMENT, j, i]) * (
                    1.0 - w.M[VULNERABILITY, i, j]
                )
                bar = max(w.M[SANCTIONS, i, j], w.M[SANCTIONS, j, i])
                step = w.P[FOLLOW] * stake * (1.0 - w.M[HOSTILITY, j, i]) * (1.0 - bar) * gap
                w.M[CONTACT, j, i] = clip(w.M[CONTACT, j, i] + step, 0.0, 1.0)


MECHANISM = Mechanism(
    name="courtship_competition",
    stage="courting",
    claim="courtship of a state by a rival is answered by courtship of one's own",
    reads=("contact", "hostility", "commitment", "vulnerability", "sanctions", "pole"),
    writes=("contact",),
    after=("contact",),
    update=update,
    source="register M23; Kuik 2016",
)
