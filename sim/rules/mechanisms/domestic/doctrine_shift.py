"""Schools of foreign policy gain and lose with what a state goes through.

Claim: the school whose reading of the world events confirm gains followers: threats favour some,
holding out in war and under sanctions others, a rank denied others again.

Equations (per quarter; B_ki weight of school k in state i, a simplex over schools)::

    threat_i  = ln((T_i + T') / (T0_i + T'))                     held in [-2, 2]
    fortune_i = hard_i (1 - need_i) munitions_i, less its value at the start
    hard_i    = max(max_j W_ij, 1 - exp(-sum_j (S_ji - S0_ji)+ Y_j / market))
    f_i      += learn (what is - f_i)            felt threat, fortune and status gap
    ln B_ki  += threat_k df_threat + fortune_k df_fortune + status_k df_status,  then normalised

df is the change of what is felt in the quarter, threat_k, fortune_k and status_k are the loadings
of the school; T' is the parameter `calm`, market a parameter, S sanctions, Y economy. Shares go
back when the causes do; a school that nobody holds stays so. The threat is that which the state
perceives from all, with the intent that it attributes to them. Sources: Taylor and Jonker 1978
(replicator dynamics); Legro 2005 and Welch 2005 (foreign-policy ideas change after events that
refute them); register M01, M02.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import clip, exp, log
from sim.rules.declarations import baseline, param, state_field
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import SANCTIONS, WAR
from sim.rules.state_variables import (
    COLLECTIVE_KIND,
    ECONOMY,
    FORTUNE_LOADING,
    MUNITIONS,
    NEED,
    SCHOOL,
    STATUS_GAP,
    STATUS_LOADING,
    THREAT_LOADING,
    THREAT_TOTAL,
)
from sim.types import Blocks

GAP_START = baseline(
    "status_gap",
    why="data: shares of schools stated for the start hold the rank denied until then",
)
SANCTIONS_START = baseline(
    "sanctions",
    why="data: shares of schools stated for the start hold what old sanctions taught",
)
LEARN = param(
    "doctrine_shift.learn",
    0.1,
    (0.04, 0.2),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="speed at which events are taken to heart",
    source="judgement: schools rose and fell over two to four years (register M01, M02)",
)
FLOOR = param(
    "doctrine_shift.calm",
    0.002,
    (0.001, 0.005),
    bounds=(1e-6, 1.0),
    unit="capability share",
    meaning="threat below which a rise is not noticed (T')",
    source="judgement: the home strength of the smallest states (protection.home)",
)
BITE = param(
    "doctrine_shift.market",
    0.3,
    (0.15, 0.6),
    bounds=(0.01, 10.0),
    unit="share of the world",
    meaning="economies behind new sanctions that make 63 % of full hardship",
    source="judgement: those of the two largest trading blocs are about half of the world",
)
FELT_THREAT = state_field("felt_threat", unit="logs", meaning="rise of threat, as taken to heart")
FELT_FORTUNE = state_field("felt_fortune", meaning="success in holding out, as taken to heart")
FELT_GAP = state_field("felt_gap", meaning="rise of the status gap, as taken to heart")
THREAT_START = baseline(
    "threat",
    why="data: shares of schools stated for the start hold the threat of then",
)
FORTUNE_START = state_field("fortune_start", meaning="success in holding out at the start")
"""data: shares of schools stated for the start hold the fortune of then"""


@njit
def fortune(w: Blocks, i: int) -> float:
    """How well i holds out in war and under new sanctions: 0 also where it need not."""
    war = 0.0
    barred = 0.0
    for j in range(w.n):
        war = max(war, w.M[WAR, i, j])
        barred += max(0.0, w.M[SANCTIONS, j, i] - w.M[SANCTIONS_START, j, i]) * w.V[ECONOMY, j]
    hard = war
    if barred > 0.0:
        hard = max(war, 1.0 - exp(-barred / w.P[BITE]))
    return hard * max(0.0, 1.0 - w.V[NEED, i]) * w.V[MUNITIONS, i]


@njit
def start(w: Blocks) -> None:
    """Remember what is usual; nothing is felt yet."""
    for i in range(w.n):
        w.V[FORTUNE_START, i] = fortune(w, i)
        w.V[FELT_THREAT, i] = 0.0
        w.V[FELT_FORTUNE, i] = 0.0
        w.V[FELT_GAP, i] = 0.0


@njit
def update(w: Blocks) -> None:
    """Advance the weights of schools by a quarter."""
    columns = w.G.shape[1]
    for i in range(w.n):
        taught = 0.0
        for k in range(columns):
            if w.G[COLLECTIVE_KIND, k] == SCHOOL:
                taught += w.B[k, i]
        if taught <= 0.0:
            continue
        rise = log((w.V[THREAT_TOTAL, i] + w.P[FLOOR]) / (w.V[THREAT_START, i] + w.P[FLOOR]))
        alarm = w.P[LEARN] * (clip(rise, -2.0, 2.0) - w.V[FELT_THREAT, i])
        luck = fortune(w, i) - w.V[FORTUNE_START, i]
        luck = w.P[LEARN] * (luck - w.V[FELT_FORTUNE, i])
        slight = w.P[LEARN] * (w.V[STATUS_GAP, i] - w.V[GAP_START, i] - w.V[FELT_GAP, i])
        if alarm == 0.0 and luck == 0.0 and slight == 0.0:
            continue
        w.V[FELT_THREAT, i] += alarm
        w.V[FELT_FORTUNE, i] += luck
        w.V[FELT_GAP, i] += slight
        total = 0.0
        for k in range(columns):
            if w.G[COLLECTIVE_KIND, k] == SCHOOL and w.B[k, i] > 0.0:
                gain = w.G[THREAT_LOADING, k] * alarm
                gain += w.G[FORTUNE_LOADING, k] * luck + w.G[STATUS_LOADING, k] * slight
                w.B[k, i] *= exp(gain)
                total += w.B[k, i]
        for k in range(columns):
            if w.G[COLLECTIVE_KIND, k] == SCHOOL:
                w.B[k, i] = clip(w.B[k, i] * taught / total, 0.0, 1.0)


MECHANISM = Mechanism(
    name="doctrine_shift",
    stage="doctrine",
    claim="schools that events confirm gain weight: by threat, by holding out, by rank denied",
    reads=(
        "threat",
        "war",
        "sanctions",
        "economy",
        "need",
        "munitions",
        "status_gap",
        "threat_loading",
        "fortune_loading",
        "status_loading",
    ),
    writes=("school",),
    update=update,
    start=start,
    source="Taylor and Jonker 1978; Legro 2005; Welch 2005; register M01, M02",
)
