"""Tension: hostile acts follow from the will and the means to press, and provoke acts in return.

Claim: a revisionist that feels strong enough presses those it holds hostile; the other side
answers; without cause, tension decays to its usual level.

Equation (per quarter, t_ij acts of i towards j, 0..1; start values carry a 0)::

    t_ij += decay (t0_ij - t_ij) + will (pi_ij - pi0_ij) + answer (t_ji - t0_ji)+
            + war (w_ij - t_ij)+
    pi_ij = r_i^now H_ij O_i / (O_i + F_ji)

with F_ji the force that j and its friends can bring to bear on i. Sources: Richardson 1960
(action and reaction); Bueno de Mesquita and Lalman 1992 (challenge by odds).
"""

from __future__ import annotations

from sim.compiled.jit import inline, njit
from sim.compiled.mathx import clip
from sim.rules.declarations import baseline, dyad_field, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import HOSTILITY, TENSION, THREAT, WAR
from sim.rules.sheet_algebra import SCRATCH, STRIP, others, transpose
from sim.rules.state_variables import PROTECTION, REVISIONISM_NOW
from sim.types import Blocks

TENSION_START = baseline(
    "tension",
    why="source: Richardson 1960, acts fall back to a level that the grievance sustains",
)
DECAY = param(
    "tension.decay",
    0.2,
    (0.1, 0.35),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="return to the usual level",
    source="judgement: crises fade within about a year",
)
WILL = param(
    "tension.will",
    0.3,
    (0.1, 0.6),
    bounds=(0.0, 10.0),
    unit="per quarter",
    meaning="acts per unit rise of the propensity to press",
    source="judgement after Bueno de Mesquita and Lalman 1992",
)
ANSWER = param(
    "tension.answer",
    0.1,
    (0.03, 0.18),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="reaction to the other's acts; below the decay, so that exchanges die out",
    source="Richardson 1960; stability condition answer < decay",
)
BY_WAR = param(
    "tension.war",
    0.5,
    (0.3, 0.8),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="speed at which war becomes full tension",
    source="judgement: open war is full tension within a year",
)
PROPENSITY = dyad_field("propensity", bounds=(0.0, 2.0), meaning="will and means of i to press j")
PROPENSITY_START = baseline(
    "propensity",
    why="data: tension stated for the start holds the will to press of then",
)


@inline
def propensity(w: Blocks, i: int, j: int) -> float:
    """Effective revisionism x hostility x odds of i (with friends) against j (with friends)."""
    own = w.V[PROTECTION, i]
    # threat is hostility times force; the small constant only guards the division
    force = w.M[THREAT, i, j] / (w.M[HOSTILITY, i, j] + 1e-9)
    return w.V[REVISIONISM_NOW, i] * w.M[HOSTILITY, i, j] * own / (own + force + 1e-12)


@njit
def start(w: Blocks) -> None:
    """Propensities that the tension at the start already expresses."""
    for i in range(w.n):
        for j in range(w.n):
            w.M[PROPENSITY, i, j] = propensity(w, i, j) if i != j else 0.0


@njit
def update(w: Blocks) -> None:
    """Advance tension by a quarter, both orders of a pair from the same past."""
    transpose(w, SCRATCH, TENSION)
    for first in range(0, w.n, STRIP):
        for i in range(w.n):
            for low, high in others(i, first, min(first + STRIP, w.n)):
                for j in range(low, high):
                    will = propensity(w, i, j)
                    w.M[PROPENSITY, i, j] = will
                    mine, theirs = w.M[TENSION, i, j], w.M[SCRATCH, i, j]
                    change = w.P[DECAY] * (w.M[TENSION_START, i, j] - mine)
                    change += w.P[WILL] * (will - w.M[PROPENSITY_START, i, j])
                    change += w.P[ANSWER] * max(0.0, theirs - w.M[TENSION_START, j, i])
                    change += w.P[BY_WAR] * max(0.0, w.M[WAR, i, j] - mine)
                    w.M[TENSION, i, j] = clip(mine + change, 0.0, 1.0)


MECHANISM = Mechanism(
    name="tension",
    stage="rivalry",
    claim="the will and the means to press become acts, acts are answered, and fade",
    reads=("effective_revisionism", "hostility", "protection", "threat_from", "war", "tension"),
    writes=("tension", "propensity"),
    update=update,
    start=start,
    source="Richardson 1960; Bueno de Mesquita and Lalman 1992",
)
