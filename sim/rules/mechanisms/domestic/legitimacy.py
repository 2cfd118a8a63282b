"""Rulers live on good government, success and, failing these, on an enemy abroad.

Claim: wars of choice far from home, unmet need and worse government cost a regime its credit and
so its hold on power; a regime that controls what its public hears answers by stoking the conflict
with its usual rival, and the conflict rallies the public.

Equations (per quarter; q governance, l legitimacy, s regime security, rises over the start)::

    far_i     = sum_j r_i^now / (r_i^now + r_j^now) W_ij (1 - near_ij)
    usual_ij  = Q_ij / sum_k Q_ik
    rally_i   = (1 - q_i) sum_j usual_ij (t_ij - t0_ij)+
    home_i    = l0_i + ruling (q_i - q0_i) - overreach (1 - exp(-(far_i - far0_i)+))
                - hardship (need_i - need0_i)+ + rallying rally_i (1 - l0_i)
    l_i      += turn (home_i - l_i)
    s_i      += turn (s0_i + hold (l_i - l0_i) - s_i)
    t_ij     += stoke (1 - q_i) usual_ij max(l0_i - l_i, s0_i - s_i, 0) (1 - t_ij)

An economic crisis enters as a shock to legitimacy. Sources: Mueller 1973 (rally); Levy 1989,
Tir 2010 and Weeks 2014 (diversion, by type of regime); Mearsheimer 2018 (overreach); register M34,
M35. Evidence on diversion is mixed, hence the wide range of `stoke`.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import clip, exp
from sim.rules.declarations import baseline, param, state_field
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import NEAR, RIVALRY, TENSION, WAR
from sim.rules.state_variables import GOVERNANCE, LEGITIMACY, NEED, REGIME_SECURITY, REVISIONISM_NOW
from sim.types import Blocks

TENSION_START = baseline(
    "tension",
    why="data: legitimacy stated for the start holds the rally of then",
)
GOVERNANCE_START = baseline(
    "governance",
    why="data: legitimacy stated for the start holds the government of then",
)
NEED_HOME = baseline(
    "need",
    why="data: legitimacy stated for the start holds the hardship of then",
)
RULING = param(
    "legitimacy.ruling",
    0.5,
    (0.2, 0.8),
    bounds=(0.0, 5.0),
    meaning="legitimacy per unit of government",
    source="judgement after Gilley 2006: governance explains about half of legitimacy",
)
OVERREACH = param(
    "legitimacy.overreach",
    0.3,
    (0.1, 0.5),
    bounds=(0.0, 5.0),
    meaning="legitimacy lost by many wars of choice far from home",
    source="judgement: approval fell by some 30 points over long wars (Mueller 1973)",
)
HARDSHIP = param(
    "legitimacy.hardship",
    0.15,
    (0.0, 0.3),
    bounds=(0.0, 5.0),
    meaning="legitimacy lost by full unmet need",
    source="judgement: sanctions rarely unseat (Peksen 2019)",
)
RALLYING = param(
    "legitimacy.rallying",
    0.6,
    (0.2, 1.0),
    bounds=(0.0, 5.0),
    meaning="part of those not won who rally at full conflict under full control of the news",
    source="judgement: 2014 raised approval by some 20 points; Mueller 1973",
)
HOLD = param(
    "legitimacy.hold",
    0.6,
    (0.3, 0.9),
    bounds=(0.0, 5.0),
    meaning="regime security per unit of legitimacy",
    source="judgement: rulers also rest on force",
)
STOKE = param(
    "legitimacy.stoke",
    0.15,
    (0.0, 0.3),
    bounds=(0.0, 5.0),
    unit="per quarter",
    meaning="tension towards a sole rival by a regime in full danger that controls the news",
    source="judgement; evidence on diversion is mixed (Levy 1989, Tir 2010)",
)
TURN = param(
    "legitimacy.turn",
    0.15,
    (0.08, 0.3),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="speed at which credit is won and lost",
    source="judgement: rallies and disgrace fade within two years (Mueller 1973)",
)
LEGITIMACY_START = baseline(
    "legitimacy",
    why="data: stated for the start; what else it rests on the rule does not name",
)
REGIME_SECURITY_START = baseline(
    "regime_security",
    why="data: stated for the start; what else it rests on the rule does not name",
)
FAR_START = state_field("far_war_start", meaning="wars of choice far from home at the start")
"""data: legitimacy stated for the start holds the wars of then"""


@njit
def far_war(w: Blocks, i: int) -> float:
    """Wars of i's making far from home."""
    total = 0.0
    for j in range(w.n):
        if w.M[WAR, i, j] > 0.0:
            mine = w.V[REVISIONISM_NOW, i]
            mine /= mine + w.V[REVISIONISM_NOW, j] + 1e-12
            total += mine * w.M[WAR, i, j] * (1.0 - w.M[NEAR, i, j])
    return total


@njit
def start(w: Blocks) -> None:
    """Remember what is usual."""
    for i in range(w.n):
        w.V[FAR_START, i] = far_war(w, i)


@njit
def update(w: Blocks) -> None:
    """Advance legitimacy, regime security and the conflicts that serve them by a quarter."""
    for i in range(w.n):
        rivals = 0.0
        rally = 0.0
        for j in range(w.n):
            if j != i and w.M[RIVALRY, i, j] > 0.0:
                rivals += w.M[RIVALRY, i, j]
                rise = max(0.0, w.M[TENSION, i, j] - w.M[TENSION_START, i, j])
                rally += w.M[RIVALRY, i, j] * rise
        closed = 1.0 - w.V[GOVERNANCE, i]
        usual = w.V[LEGITIMACY_START, i]
        home = usual + w.P[RULING] * (w.V[GOVERNANCE, i] - w.V[GOVERNANCE_START, i])
        home -= w.P[HARDSHIP] * max(0.0, w.V[NEED, i] - w.V[NEED_HOME, i])
        far = far_war(w, i) - w.V[FAR_START, i]
        if far > 0.0:
            home -= w.P[OVERREACH] * (1.0 - exp(-far))
        if rally > 0.0:
            home += w.P[RALLYING] * closed * rally / rivals * (1.0 - usual)
        now = w.V[LEGITIMACY, i]
        w.V[LEGITIMACY, i] = clip(now + w.P[TURN] * (home - now), 0.0, 1.0)
        safe = w.V[REGIME_SECURITY, i]
        home = w.V[REGIME_SECURITY_START, i] + w.P[HOLD] * (w.V[LEGITIMACY, i] - usual)
        w.V[REGIME_SECURITY, i] = clip(safe + w.P[TURN] * (home - safe), 0.0, 1.0)
        danger = max(
            usual - w.V[LEGITIMACY, i], w.V[REGIME_SECURITY_START, i] - w.V[REGIME_SECURITY, i]
        )
        if danger <= 0.0 or rivals <= 0.0:
            continue
        for j in range(w.n):
            if j != i and w.M[RIVALRY, i, j] > 0.0:
                push = w.P[STOKE] * closed * danger * w.M[RIVALRY, i, j] / rivals
                tense = w.M[TENSION, i, j]
                w.M[TENSION, i, j] = clip(tense + push * (1.0 - tense), 0.0, 1.0)


MECHANISM = Mechanism(
    name="legitimacy",
    stage="home",
    claim="overreach, need and bad government cost credit; an enemy abroad restores it",
    reads=("governance", "war", "effective_revisionism", "nearness", "need", "rivalry"),
    writes=("legitimacy", "regime_security", "tension"),
    after=("tension",),
    update=update,
    start=start,
    source="Mueller 1973; Levy 1989; Weeks 2014; register M34, M35",
)
