"""Threat from coalitions, and the attention that a rise of threat draws.

Claim: a state fears not only a hostile other but the strength that the other's partners can bring
near; partners that are also its own allies, or friendly to it, count for little. A rise of threat
quickens its diplomacy.

Equations (capability share)::

    T_ik = h_ik b_ik + rho H_ik sum_l G_kl b_il (1 - g_il)(.15 + .85 H_il),   T_i = sum_k T_ik
    G_kl = g_kl (1 + gain u_kl), u_kl what outsiders do not know of the tie (rule uncertainty)
    b_ik = C_k E_k exp(-d_ik / reach_k)
    attention_i <- keep attention_i + min(3, gain max(0, T_i / T_i^last - 1 - noticed))

The sums themselves are kept up to date move by move (:mod:`sim.rules.decisions.assessment`); this
rule switches the coalition part and moves attention. Sources: Walt 1987; Snyder 1984 (alliance
security dilemma); Walt 1987, Snyder 1984.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import clip
from sim.rules.declarations import param, state_field
from sim.rules.mechanisms import Mechanism
from sim.rules.state_variables import ATTENTION, THREAT_TOTAL
from sim.types import Blocks

KEEP = param(
    "coalition_threat.attention_keep",
    0.6,
    (0.4, 0.8),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="attention that lasts into the next quarter",
    source="judgement: alarm halves within half a year",
)
GAIN = param(
    "coalition_threat.attention_gain",
    6.0,
    (2.0, 10.0),
    bounds=(0.0, 100.0),
    meaning="attention per relative rise of threat",
    source="judgement: a rise of threat by a sixth doubles the opportunities",
)
NOTICED = param(
    "coalition_threat.noticed",
    0.03,
    (0.01, 0.06),
    bounds=(0.0, 10.0),
    meaning="relative rise of threat in a quarter below which nobody takes note",
    source="judgement: the drift of quiet quarters",
)
THREAT_LAST = state_field(
    "threat_last", unit="capability share", meaning="total threat a quarter before"
)


@njit
def start(w: Blocks) -> None:
    """No attention before the first comparison."""
    for i in range(w.n):
        w.V[THREAT_LAST, i] = w.V[THREAT_TOTAL, i]


@njit
def update(w: Blocks) -> None:
    """Attention from the rise of threat since the last quarter."""
    for i in range(w.n):
        last = w.V[THREAT_LAST, i]
        rise = w.V[THREAT_TOTAL, i] / last - 1.0 if last > 0.0 else 0.0
        w.V[ATTENTION, i] = clip(
            w.P[KEEP] * w.V[ATTENTION, i] + clip(w.P[GAIN] * (rise - w.P[NOTICED]), 0.0, 3.0),
            0.0,
            3.0,
        )
        w.V[THREAT_LAST, i] = w.V[THREAT_TOTAL, i]


MECHANISM = Mechanism(
    name="coalition_threat",
    stage="war",
    claim="partners of a hostile state add to its threat; a rise of threat draws attention",
    reads=("threat",),
    writes=("attention",),
    update=update,
    start=start,
    source="Walt 1987; Snyder 1984",
    neutral=(("coalition_threat.rho", 0.0), ("coalition_threat.attention_gain", 0.0)),
)
