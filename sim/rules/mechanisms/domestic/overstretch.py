"""Many far engagements leave the neighbourhood untended.

Claim: aid, soldiers, wars and intense dealings far from home, large against a state's capability,
take its attention from those next door.

Equations (per quarter; near_ij as in the rule fragility; C capability)::

    load_i = sum_j (1 - near_ij) [(B_ij + troops_ij + W_ij) / root_i + (c_ij - c0_ij - .1)+] / 4,
             root_i = sqrt(C_i / max C)
    over_i = 1 - exp(-(load_i - load0_i)+ / carry)
    c_ij  -= neglect over_i near_ij c_ij

c contact of i to j; a tenth above the usual is no burden. `overstretch` (0..1) is what the
escalation of conflicts
near i's home may read: a keeper who looks elsewhere deters less. Sources: Kennedy 1987; Sechser
and Fuhrmann 2017 (limits of attention); register M54.
"""

from __future__ import annotations

from math import sqrt

from sim.compiled.jit import njit
from sim.compiled.mathx import exp
from sim.rules.declarations import baseline, param, state_field
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import AID, CONTACT, NEAR, PERSONNEL, WAR
from sim.rules.state_variables import CAPABILITY, OVERSTRETCH
from sim.types import Blocks

CONTACT_START = baseline(
    "contact",
    why="data: the contact of the start is what a state attends to without strain",
)
CARRY = param(
    "overstretch.carry",
    4.0,
    (2.0, 8.0),
    bounds=(0.1, 100.0),
    unit="full engagements",
    meaning="new far engagements of every kind that take 63 % of the strongest state's attention",
    source="judgement: the strongest fought two regional wars at a time at most",
)
NEGLECT = param(
    "overstretch.neglect",
    0.1,
    (0.04, 0.2),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="part of contact with neighbours lost at full overstretch",
    source="judgement: with the speed of the rule contact, two fifths of it in the end",
)
LOAD_START = state_field("far_load_start", meaning="far engagements at the start")
"""open: what a state can carry for good no source says, only what new load costs it"""


@njit
def far_load(w: Blocks, i: int, root: float) -> float:
    """Engagements of i, weighted by how far they are; deeds ask for capability, visits do not."""
    total = 0.0
    for j in range(w.n):
        if j == i:
            continue
        deeds = w.M[AID, i, j] + w.M[PERSONNEL, i, j] + w.M[WAR, i, j]
        visits = max(0.0, w.M[CONTACT, i, j] - w.M[CONTACT_START, i, j] - 0.1)
        total += (1.0 - w.M[NEAR, i, j]) * 0.25 * (deeds / root + visits)
    return total


@njit
def roots(w: Blocks) -> float:
    """Square root of the largest capability."""
    largest = 0.0
    for i in range(w.n):
        largest = max(largest, w.V[CAPABILITY, i])
    return sqrt(largest)


@njit
def start(w: Blocks) -> None:
    """Remember what is usual."""
    largest = roots(w)
    for i in range(w.n):
        if w.V[CAPABILITY, i] > 0.0:
            w.V[LOAD_START, i] = far_load(w, i, sqrt(w.V[CAPABILITY, i]) / largest)


@njit
def update(w: Blocks) -> None:
    """Overstretch, and what neighbours lose by it."""
    largest = roots(w)
    for i in range(w.n):
        w.V[OVERSTRETCH, i] = 0.0
        if w.V[CAPABILITY, i] <= 0.0:
            continue
        rise = far_load(w, i, sqrt(w.V[CAPABILITY, i]) / largest) - w.V[LOAD_START, i]
        if rise <= 0.0:
            continue
        w.V[OVERSTRETCH, i] = 1.0 - exp(-rise / w.P[CARRY])
        for j in range(w.n):
            if j != i:
                w.M[CONTACT, i, j] *= 1.0 - w.P[NEGLECT] * w.V[OVERSTRETCH, i] * w.M[NEAR, i, j]


MECHANISM = Mechanism(
    name="overstretch",
    stage="appeal",
    claim="many far engagements leave the neighbourhood untended",
    reads=("aid", "personnel", "war", "nearness", "capability"),
    writes=("overstretch", "contact"),
    update=update,
    start=start,
    source="Kennedy 1987; register M54",
)
