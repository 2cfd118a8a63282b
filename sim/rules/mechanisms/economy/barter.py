"""Munitions are paid in goods and know-how; arms for my enemy unlock arms for its backers' foes.

Claim: a belligerent pays a poorer supplier of munitions in kind, with aid and technology; it parts
with no more technology than it trusts the supplier with, unless the supplier is hard to replace.
Support that others give to its enemy in war loosens its restraint towards their adversaries. Beside
this, know-how travels with ordinary trade and stops at sanctions of either side.

Equations (i gives, j receives; m_ij munitions that i has from j, t technology, B aid; 0..1)::

    due_ij    = price (m_ij - m0_ij)+ Y_i / (Y_i + Y_j)
    unlock_ij = 1 - exp(-sum_d max_e war_ie (B_de - B0_de)+ min(1, C_d / .3) H_jd)
    cap_ij    = tau_ij + (1 - tau_ij) press need_i m_ij / sum_k m_ik
    paid_ij  += adjust (cap_ij maker_i (1 - exp(-due_ij - link unlock_ij (1 - H_ij))) - paid_ij)
    t_ij      = min(1, trade_ji Y_i / (Y_i + Y_j) (1 - max(S_ij, S_ji)) + paid_ij)
    goods_ij += adjust (1 - exp(-due_ij) - goods_ij),    B_ij changes by as much
    opening_ji = arms unlock_ij tau_ij (1 - H_ij) maker_i    added to i's part in j's deliveries

with maker_i = A_i / (A_i + half). Sources: Keohane 1986 (specific reciprocity); Coe and Helpman
1995 (know-how follows imports); Kinsella 1994 (rival patrons arm rival clients); register M08, M09,
M10, M52.
"""

from __future__ import annotations

from sim.compiled.jit import inline, njit
from sim.compiled.mathx import clip, exp
from sim.rules.declarations import baseline, dyad_field, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import (
    AID,
    HOSTILITY,
    MUNITIONS_FROM,
    OPENING,
    SANCTIONS,
    TECHNOLOGY,
    TRADE,
    TRUST,
    WAR,
)
from sim.rules.sheet_algebra import SCRATCH, STRIP, others, transpose
from sim.rules.state_variables import (
    ARMS_SUPPLY,
    CAPABILITY,
    ECONOMY,
    MUNITIONS_IMPORTS,
    NEED,
    OUTPUT_HALF,
)
from sim.types import Blocks

AID_START = baseline(
    "aid",
    why="data: technology and arms shares of the start hold what old aid to enemies unlocked",
)
PRICE = param(
    "barter.price",
    0.5,
    (0.25, 1.0),
    bounds=(0.0, 20.0),
    unit="per stock a year",
    meaning="payment due for munitions, on the scale of full aid",
    source="judgement: the price is not known (register M08)",
)
PRESS = param(
    "barter.press",
    0.5,
    (0.0, 1.0),
    bounds=(0.0, 1.0),
    meaning="part of the distrust that a supplier without rival overcomes at full need",
    source="judgement; the documents disagree (register M08, M09), hence the whole range",
)
LINK = param(
    "barter.link",
    0.3,
    (0.1, 0.6),
    bounds=(0.0, 20.0),
    meaning="readiness to pass technology to the foes of those who fully support the enemy",
    source="judgement after a threat that was stated and not seen carried out (register M10)",
)
ARM = param(
    "barter.arms",
    0.15,
    (0.05, 0.3),
    bounds=(0.0, 1.0),
    meaning="share in such a foe's deliveries that is then on offer",
    source="judgement: a new supplier's first share in five years is mostly below .3",
)
ADJUST = param(
    "barter.adjust",
    0.2,
    (0.1, 0.4),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="speed of payment",
    source="judgement: contracts are carried out within one or two years",
)
PAID = dyad_field(
    "technology_paid", bounds=(0.0, 1.0), meaning="part of it that is payment or retort"
)
GOODS = dyad_field(
    "goods_paid", bounds=(0.0, 1.0), meaning="part of i's aid to j that pays for munitions"
)
RECEIVED_START = baseline(
    "munitions_from",
    why="data: aid stated for the start holds the payment for old deliveries",
)
GRUDGE = dyad_field("grudge", meaning="new support of j for those whom i fights, by j's weight")


@inline
def ordinary(w: Blocks, i: int, j: int) -> float:
    """Know-how that goes from i to j with trade."""
    larger = w.V[ECONOMY, i] / (w.V[ECONOMY, i] + w.V[ECONOMY, j] + 1e-12)
    return w.M[TRADE, j, i] * larger * (1.0 - max(w.M[SANCTIONS, i, j], w.M[SANCTIONS, j, i]))


@njit
def start(w: Blocks) -> None:
    """Deliveries that are paid for already, and know-how that goes with trade."""
    for i in range(w.n):
        for j in range(w.n):
            w.M[TECHNOLOGY, i, j] = ordinary(w, i, j)


@njit
def grudges(w: Blocks, i: int) -> None:
    """What each other state newly gives to those whom i fights."""
    for d in range(w.n):
        w.M[GRUDGE, i, d] = 0.0
    for e in range(w.n):
        if w.M[WAR, i, e] > 0.0 and e != i:
            for d in range(w.n):
                given = w.M[WAR, i, e] * max(0.0, w.M[AID, d, e] - w.M[AID_START, d, e])
                weight = min(1.0, w.V[CAPABILITY, d] / 0.3)
                if d != i:
                    w.M[GRUDGE, i, d] = max(w.M[GRUDGE, i, d], given * weight)


@njit
def unlocked(w: Blocks, i: int) -> None:
    """How far the grudges of i loosen its restraint towards each other state."""
    grudge = 0.0
    for d in range(w.n):
        grudge += w.M[GRUDGE, i, d]
    for j in range(w.n):
        unlock = 0.0
        if grudge > 0.0:
            for d in range(w.n):
                unlock += w.M[GRUDGE, i, d] * w.M[HOSTILITY, j, d]
            unlock = 1.0 - exp(-unlock)
        w.M[SCRATCH, i, j] = unlock


@njit
def update(w: Blocks) -> None:
    """Advance payments by a quarter; grudges of all before anybody's aid changes."""
    for i in range(w.n):
        grudges(w, i)
        unlocked(w, i)
    for first in range(0, w.n, STRIP):
        for i in range(w.n):
            for low, high in others(i, first, min(first + STRIP, w.n)):
                for j in range(low, high):
                    w.M[SCRATCH, i, j] = pay(w, i, j, w.M[SCRATCH, i, j])
    for i in range(w.n):
        w.M[SCRATCH, i, i] = w.M[OPENING, i, i]
    transpose(w, OPENING, SCRATCH)


@inline
def pay(w: Blocks, i: int, j: int, unlock: float) -> float:
    """Advance what i pays j in aid and technology by a quarter; what it opens to it in arms."""
    maker = w.V[ARMS_SUPPLY, i] / (w.V[ARMS_SUPPLY, i] + w.P[OUTPUT_HALF])
    received = w.M[MUNITIONS_FROM, i, j]
    larger = w.V[ECONOMY, i] / (w.V[ECONOMY, i] + w.V[ECONOMY, j] + 1e-12)
    due = w.P[PRICE] * max(0.0, received - w.M[RECEIVED_START, i, j]) * larger
    friendly = 1.0 - w.M[HOSTILITY, i, j]
    sole = received / w.V[MUNITIONS_IMPORTS, i] if w.V[MUNITIONS_IMPORTS, i] > 0.0 else 0.0
    trust = w.M[TRUST, i, j]
    cap = trust + (1.0 - trust) * w.P[PRESS] * w.V[NEED, i] * sole
    owed = due + w.P[LINK] * unlock * friendly
    target = cap * maker * (1.0 - exp(-owed)) if owed > 0.0 else 0.0
    w.M[PAID, i, j] += w.P[ADJUST] * (target - w.M[PAID, i, j])
    w.M[TECHNOLOGY, i, j] = clip(ordinary(w, i, j) + w.M[PAID, i, j], 0.0, 1.0)
    # an ended or lowered aid has ended its part in the payment, too
    goods = min(w.M[GOODS, i, j], w.M[AID, i, j])
    sent = 1.0 - exp(-due) if due > 0.0 else 0.0
    change = w.P[ADJUST] * (sent - goods)
    aid = clip(w.M[AID, i, j] + change, 0.0, 1.0)
    w.M[GOODS, i, j] = clip(goods + aid - w.M[AID, i, j], 0.0, 1.0)
    w.M[AID, i, j] = aid
    return w.P[ARM] * unlock * trust * friendly * maker


MECHANISM = Mechanism(
    name="barter",
    stage="payments",
    claim="munitions are paid in aid and technology, as far as trust goes; aid to an enemy unlocks "
    "arms and technology for the foes of those who give it",
    reads=(
        "munitions_from",
        "munitions_imports",
        "economy",
        "capability",
        "arms_supply",
        "trade",
        "sanctions",
        "trust",
        "hostility",
        "need",
        "war",
        "aid",
    ),
    writes=("technology", "aid", "arms_opening"),
    update=update,
    start=start,
    source="Keohane 1986; Coe and Helpman 1995; Kinsella 1994; register M08, M09, M10",
)
