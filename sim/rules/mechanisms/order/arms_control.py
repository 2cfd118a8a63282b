"""Arms control needs calm between nuclear powers, and fails where one backs the other's enemy.

Claim: treaties and talks that limit strategic arms lose hold when tension and armament between
nuclear powers rise above their usual level, and stop when one of them supports those with whom the
other is at war; contact above the usual mends. Where they stop, contact of the two suffers as well.

Equations (per quarter; sums over pairs p < q of nuclear powers, weights w_pq = C_p C_q / sum)::

    link_pq   = max_e war_pe (B_qe - B0_qe)+ or, the other way round, max_e war_qe (B_pe - B0_pe)+
    strain    = sum w_pq [ tense ((T_pq - T0)+ + (T_qp - T0)+) / 2 + link link_pq
                + build ((E_p - E0)+ + (E_q - E0)+) - talk ((c_pq - c0)+ + (c_qp - c0)+) / 2 ]
    a        += turn (a0 - strain - a),         held in [0, 1]
    c_pq     -= refuse link_pq c_pq             in both orders

a0 is the integrity at the start, which already expresses the usual strain. Sources: Jervis 1978
(security dilemma and arms); Kreps 2018 and Maurer 2018 on linkage in arms control; register M42,
M43.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import clip
from sim.rules.declarations import baseline, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import AID, CONTACT, TENSION, WAR
from sim.rules.state_variables import ARMS_CONTROL, CAPABILITY, EFFORT, NUCLEAR
from sim.types import Blocks

CONTACT_START = baseline(
    "contact",
    why="data: integrity stated for the start holds the talks of then",
)
AID_START = baseline(
    "aid",
    why="data: integrity and contact of the start hold the refusals until then",
)
TENSION_START = baseline(
    "tension",
    why="data: integrity stated for the start holds the tension of then",
)
TENSE = param(
    "arms_control.tension",
    1.0,
    (0.5, 2.0),
    bounds=(0.0, 20.0),
    meaning="loss of integrity at full tension of all nuclear powers above the usual",
    source="judgement: lasting confrontation ends the treaties (register M42)",
)
BUILD = param(
    "arms_control.armament",
    0.3,
    (0.1, 0.6),
    bounds=(0.0, 20.0),
    meaning="loss of integrity when all double their arms effort",
    source="judgement: build-ups strain treaties without ending them (register M42)",
)
LINK = param(
    "arms_control.linkage",
    0.6,
    (0.3, 0.9),
    bounds=(0.0, 20.0),
    meaning="loss of integrity when each backs the other's enemy in war with all that it can",
    source="judgement after a refusal of talks that names this reason (register M43)",
)
TALK = param(
    "arms_control.talks",
    0.5,
    (0.2, 1.0),
    bounds=(0.0, 20.0),
    meaning="gain of integrity by full contact above the usual",
    source="judgement: half of what tension can destroy",
)
TURN = param(
    "arms_control.turn",
    0.1,
    (0.05, 0.2),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="speed at which treaties are lost and made",
    source="judgement: talks and lapses take two to three years",
)
REFUSE = param(
    "arms_control.refusal",
    0.1,
    (0.03, 0.2),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="part of the contact of the two that is lost each quarter at full linkage",
    source="judgement: dialogue on stability is a small part of all contact (register M43)",
)
EFFORT_START = baseline(
    "arms_effort",
    why="data: integrity stated for the start holds the armament of then",
)
ARMS_CONTROL_START = baseline(
    "arms_control",
    why="data: stated for the start, with the strain of then in it",
)


@njit
def backing(w: Blocks, p: int, q: int) -> float:
    """What q gives to those with whom p is at war, above the start: 0 to 1."""
    most = 0.0
    for e in range(w.n):
        if w.M[WAR, p, e] > 0.0:
            most = max(most, w.M[WAR, p, e] * (w.M[AID, q, e] - w.M[AID_START, q, e]))
    return most


@njit
def update(w: Blocks) -> None:
    """Advance the integrity of arms control, and contact of nuclear powers, by a quarter."""
    strain = 0.0
    total = 0.0
    for p in range(w.n):
        if w.V[NUCLEAR, p] < 0.5:
            continue
        for q in range(p + 1, w.n):
            if w.V[NUCLEAR, q] < 0.5:
                continue
            weight = w.V[CAPABILITY, p] * w.V[CAPABILITY, q]
            total += weight
            link = max(backing(w, p, q), backing(w, q, p))
            tense = max(0.0, w.M[TENSION, p, q] - w.M[TENSION_START, p, q])
            tense += max(0.0, w.M[TENSION, q, p] - w.M[TENSION_START, q, p])
            build = max(0.0, w.V[EFFORT, p] - w.V[EFFORT_START, p])
            build += max(0.0, w.V[EFFORT, q] - w.V[EFFORT_START, q])
            talk = max(0.0, w.M[CONTACT, p, q] - w.M[CONTACT_START, p, q])
            talk += max(0.0, w.M[CONTACT, q, p] - w.M[CONTACT_START, q, p])
            strain += weight * (
                0.5 * w.P[TENSE] * tense
                + w.P[BUILD] * build
                + w.P[LINK] * link
                - 0.5 * w.P[TALK] * talk
            )
            w.M[CONTACT, p, q] *= 1.0 - w.P[REFUSE] * link
            w.M[CONTACT, q, p] *= 1.0 - w.P[REFUSE] * link
    if total > 0.0:
        target = w.G[ARMS_CONTROL_START, 0] - strain / total
        now = w.G[ARMS_CONTROL, 0]
        w.G[ARMS_CONTROL, 0] = clip(now + w.P[TURN] * (target - now), 0.0, 1.0)


MECHANISM = Mechanism(
    name="arms_control",
    stage="regimes",
    claim="tension, armament and support of the other's enemy undo arms control; talks mend it",
    reads=(
        "nuclear",
        "capability",
        "war",
        "aid",
        "tension",
        "arms_effort",
        "contact",
    ),
    writes=("arms_control", "contact"),
    update=update,
    source="Jervis 1978; Kreps 2018; Maurer 2018; register M42, M43",
)
