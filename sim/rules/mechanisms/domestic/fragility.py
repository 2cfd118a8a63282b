"""War at home breaks a state; aid and dialogue mend it, and a mended state is linked again.

Claim: instability grows with war on or near the own land; aid and contact above the usual bring it
down; where it falls below its level at the start, corridors to those who talk to the state grow.

Equations (per quarter; rises over the start; C capability)::

    w_i      = max_j W_ij near_ij C_j / (C_i + C_j)
    relief_i = 1 - exp(-sum_j (aid (B_ji - B0_ji)+ + talk (c_ji - c0_ji)+))
    home_i   = inst0_i (1 - mend relief_i) + war (w_i - w0_i)+ (1 - inst0_i)
    inst_i  += turn (home_i - inst_i)
    link_ij += build ((inst0_i - inst_i)+ + (inst0_j - inst_j)+) (c_ij + c_ji) / 2 (1 - link_ij)
    near_ij  = exp(-distance_ij / scale)

inst 0..1, link the connectivity of the pair, 0..1. Sources: Collier et al. 2003 (the conflict
trap); Doyle and Sambanis 2000 (aid and treaties in building peace); register M29, M56.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import clip, exp
from sim.rules.declarations import baseline, param, state_field
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import AID, CONNECTIVITY, CONTACT, NEAR, WAR
from sim.rules.sheet_algebra import SCRATCH, STRIP
from sim.rules.state_variables import CAPABILITY, INSTABILITY
from sim.types import Blocks

CONTACT_START = baseline(
    "contact",
    why="data: loss of control stated for the start holds the dialogue of then",
)
AID_START = baseline(
    "aid",
    why="data: loss of control stated for the start holds the aid of then",
)
BY_AID = param(
    "fragility.aid",
    1.0,
    (0.5, 2.0),
    bounds=(0.0, 20.0),
    meaning="relief by full new aid of one donor",
    source="judgement after Doyle and Sambanis 2000",
)
BY_TALK = param(
    "fragility.talk",
    0.5,
    (0.2, 1.0),
    bounds=(0.0, 20.0),
    meaning="relief by full contact above the usual with one state",
    source="judgement: half as much as aid (register M29)",
)
MEND = param(
    "fragility.mend",
    0.6,
    (0.3, 0.9),
    bounds=(0.0, 1.0),
    meaning="part of instability that full relief removes in the end",
    source="judgement: settlements hold in about half of the cases (Collier et al. 2003)",
)
BY_WAR = param(
    "fragility.war",
    0.5,
    (0.2, 0.8),
    bounds=(0.0, 1.0),
    meaning="part of what is stable that full war with a far stronger neighbour undoes",
    source="judgement after Collier et al. 2003",
)
TURN = param(
    "fragility.turn",
    0.06,
    (0.03, 0.12),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="speed at which states fail and recover",
    source="judgement: half of it in about three years",
)
BUILD = param(
    "fragility.build",
    0.1,
    (0.03, 0.2),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="growth of connectivity per unit of regained stability at full contact",
    source="judgement: corridors take years of calm (register M28, M29)",
)
INSTABILITY_START = baseline(
    "instability",
    why="data: corridors stated for the start hold the calm or the war of then",
)
STRIFE_START = state_field("strife_start", meaning="war at or near home at the start")
"""data: loss of control stated for the start holds the war of then"""


@njit
def strife(w: Blocks, i: int) -> float:
    """Strongest war of i, weighted by how near it is and how strong the other side."""
    most = 0.0
    for j in range(w.n):
        if w.M[WAR, i, j] > 0.0:
            stronger = w.V[CAPABILITY, j] / (w.V[CAPABILITY, i] + w.V[CAPABILITY, j] + 1e-12)
            most = max(most, w.M[WAR, i, j] * w.M[NEAR, i, j] * stronger)
    return most


@njit
def start(w: Blocks) -> None:
    """Remember what is usual."""
    for i in range(w.n):
        w.V[STRIFE_START, i] = strife(w, i)


@njit
def update(w: Blocks) -> None:
    """Advance instability and the links of mended states by a quarter."""
    for i in range(w.n):
        w.M[SCRATCH, 0, i] = 0.0
    for first in range(0, w.n, STRIP):
        for i in range(w.n):
            for j in range(first, min(first + STRIP, w.n)):
                if j == i:
                    continue
                talk = max(0.0, w.M[CONTACT, j, i] - w.M[CONTACT_START, j, i])
                w.M[SCRATCH, 0, i] += w.P[BY_AID] * max(0.0, w.M[AID, j, i] - w.M[AID_START, j, i])
                w.M[SCRATCH, 0, i] += w.P[BY_TALK] * talk
    for i in range(w.n):
        help_in = w.M[SCRATCH, 0, i]
        usual = w.V[INSTABILITY_START, i]
        home = usual * (1.0 - w.P[MEND] * (1.0 - exp(-help_in)))
        home += w.P[BY_WAR] * max(0.0, strife(w, i) - w.V[STRIFE_START, i]) * (1.0 - usual)
        now = w.V[INSTABILITY, i]
        w.V[INSTABILITY, i] = clip(now + w.P[TURN] * (home - now), 0.0, 1.0)
    for i in range(w.n):
        regained = max(0.0, w.V[INSTABILITY_START, i] - w.V[INSTABILITY, i])
        if regained <= 0.0:
            continue
        for j in range(w.n):
            if j == i:
                continue
            talk = 0.5 * (w.M[CONTACT, i, j] + w.M[CONTACT, j, i])
            link = w.M[CONNECTIVITY, i, j]
            link = clip(link + w.P[BUILD] * regained * talk * (1.0 - link), 0.0, 1.0)
            w.M[CONNECTIVITY, i, j] = link
            w.M[CONNECTIVITY, j, i] = link


MECHANISM = Mechanism(
    name="fragility",
    stage="home",
    claim="war breaks states, aid and dialogue mend them, and mended states are linked again",
    reads=("nearness", "war", "capability", "aid", "contact"),
    writes=("instability", "connectivity"),
    update=update,
    start=start,
    source="Collier et al. 2003; Doyle and Sambanis 2000; register M29",
)
