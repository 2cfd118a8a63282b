"""Arms deliveries follow the installed stock, and shrink where buyers fear secondary sanctions.

Claim: decades of one supplier's weapons hold a buyer to it; the threat of a power on which the
buyer's trade depends deters new deliveries at once, while the installed stock changes slowly. A
supplier that needs its arms itself delivers less; one that has lost its buyer's trust is left. Aid
to a state at war is arms: whoever gives it arms it anew.

Equations, rows of ``arms`` (share of i's deliveries from j) and ``arms_stock``::

    risk_ij  = fear * sum_k trade_ik (SS_kj - SS0_kj)+ + block * (S_ij or S_ji, new)
    wish_ij  = exp(-risk_ij (1 - covert kappa_ij)) ((tau_ij + .1) / (tau0_ij + .1))^taste
    able_j   = exp(-divert (need_j - need0_j)+)
    base_ij  = (1 - lock) arms_start + lock arms_stock + opening
    lost_i   = sum_j base_ij (1 - wish_ij)+
    pull_ij  = A_j able_j tau_ij (1 - S) exp(-felt_ij),  felt the exponent of wish
    target_ij proportional to base_ij wish_ij able_j + entry lost_i pull_ij / sum_k pull_ik;
        home and others share the rest, 1 - sum_j base_ij
    arms_ij  += dt (eta + snap (1 - wish_ij)+) (target_ij - arms_ij)
    given_ij = gift A_j (war_i aid_ji - war0_i aid0_ji)+,  war_i = max_k W_ik
    part_i   = sum_j given_ij / (sum_j given_ij + Y_i)     of what i then receives, a year on
    arms_ij  += dt part_i (given_ij / sum_k given_ik - arms_ij)
    stock_ij += dt renewal (1 + procured sum_k given_ik / Y_i) (arms_ij - stock_ij)

SS is the readiness of k to punish buyers of j, kappa the hidden part of the exchange (rule covert),
opening what a provoked supplier adds (rule barter), A the exports of arms. Of what is not bought
for fear, embargo or distrust others take a part, as they can and are trusted; for what a supplier
cannot deliver its buyers wait. What is given comes on top of what is bought: in parts of the
world's trade in arms, of which a state's purchases are about its part Y in the world's economy, a
quarter of all that it procures. Anchors (SIPRI): yearly inertia of shares .895 (eta = .105); a
share from one supplier .56 (2017-21) to .34 (2020-24); two states cancelled purchases outright for
fear of such sanctions (the snap).
"""

from __future__ import annotations

from sim.compiled.jit import inline, njit
from sim.compiled.mathx import exp, log
from sim.rules.declarations import baseline, dyad_field, param, state_field
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import (
    AID,
    ARMS,
    ARMS_STOCK,
    COVERT,
    OPENING,
    SANCTIONS,
    SECONDARY,
    TRADE,
    TRUST,
    WAR,
)
from sim.rules.sheet_algebra import SCRATCH, STRIP
from sim.rules.state_variables import ARMS_SUPPLY, ECONOMY, NEED, SECONDARY_FEAR
from sim.types import Blocks

SANCTIONS_START = baseline(
    "sanctions",
    why="data: delivery shares of the start hold what old embargoes barred",
)
TRUST_START = baseline(
    "trust",
    why="data: delivery shares of the start hold the choice by the trust of then",
)
BLOCK = param(
    "arms_flow.block",
    4.0,
    (2.0, 6.0),
    bounds=(0.0, 20.0),
    unit="logits per unit sanction",
    meaning="effect of sanctions between buyer and supplier themselves",
    source="judgement: arms embargoes are the best-kept sanctions",
)
TASTE = param(
    "arms_flow.taste",
    0.5,
    (0.25, 1.0),
    bounds=(0.0, 10.0),
    unit="power of trust",
    meaning="effect of a change of trust on choice of supplier",
    source="judgement: full trust instead of none makes a supplier three times as likely; breaches "
    "of 1960, 1972 and 1977 ended deliveries within five years (Pierre 1982)",
)
DIVERT = param(
    "arms_flow.divert",
    2.0,
    (1.0, 3.0),
    bounds=(0.0, 20.0),
    unit="logits per unit need",
    meaning="how much a supplier's own need keeps from its customers",
    source="SIPRI: exports of a large supplier at war fell by half from 2021 to 2023-24, by 64 % "
    "between 2015-19 and 2020-24, those of its enemy by more",
)
LOCK = param(
    "arms_flow.lock",
    0.3,
    (0.1, 0.5),
    bounds=(0.0, 1.0),
    meaning="weight of the installed stock in the choice of supplier",
    source="judgement after Kinsella 1998: compatibility with what is in service",
)
ETA = param(
    "arms_flow.inertia",
    0.105,
    (0.07, 0.15),
    bounds=(0.0, 1.0),
    unit="per year",
    meaning="yearly adjustment of delivery shares",
    source="SIPRI five-year shares 1995-2024: slope on the share five years before .575",
)
SNAP = param(
    "arms_flow.snap",
    0.15,
    (0.05, 0.3),
    bounds=(0.0, 2.0),
    unit="per year",
    meaning="extra adjustment where deliveries are deterred or the supplier is distrusted",
    source="SIPRI: falling shares of a sanctioned supplier after 2017; cancelled purchases",
)
HIDDEN = param(
    "arms_flow.covert",
    0.3,
    (0.1, 0.5),
    bounds=(0.0, 1.0),
    meaning="part of the deterrence that a wholly covert exchange escapes",
    source="judgement: deliveries are seen even where payments are not (register M20)",
)
ENTRY = param(
    "arms_flow.entry",
    0.5,
    (0.2, 0.8),
    bounds=(0.0, 1.0),
    meaning="part of what is no longer bought of a supplier that other exporters take",
    source="judgement: about half is made at home, or is not bought",
)
RENEWAL = param(
    "arms_flow.renewal",
    0.04,
    (0.025, 0.06),
    bounds=(0.0, 1.0),
    unit="per year",
    meaning="part of the installed stock replaced in a year",
    source="judgement: service life of major weapons 25 to 40 years",
)
GIFT = param(
    "arms_flow.gift",
    0.25,
    (0.15, 0.5),
    bounds=(0.0, 1.0),
    meaning="part of its exports that a supplier gives to one state at war that it aids in full",
    source="SIPRI 2020-24: 9, 19 and 46 % of three suppliers' exports were given to one aided "
    "state, in three of the five years",
)
PROCURED = 0.25
"""Part of what states procure that they import: 130 of some 550 bn USD a year (judgement)."""
FLOOR = 0.1
"""Trust that a supplier without any has in the choice of its buyers."""
ARMS_START = baseline(
    "arms",
    why="data: delivery shares of the start hold tastes that the rule does not name",
)
NEED_START = baseline(
    "need",
    why="data: delivery shares of the start hold what suppliers' needs of then kept back",
)
AID_START = baseline(
    "aid",
    why="data: delivery shares of the start hold the arms given until then",
)
WAR_START = baseline(
    "war",
    why="data: delivery shares of the start hold the arms given until then",
)
SECONDARY_START = baseline(
    "secondary_sanctions",
    why="data: delivery shares of the start hold what old threats deterred",
)
RISK = dyad_field("arms_risk", unit="logits", meaning="deterrence of i's purchases from j")
WEIGHT = dyad_field("arms_weight", meaning="unnormalised target share")
WISH = dyad_field("arms_wish", meaning="part of what i usually buys of j that it still wants")
ABLE = state_field("arms_able", meaning="part of its exports that its own need leaves to others")


@njit
def exposures(w: Blocks) -> None:
    """Risks: trade of i with those that newly threaten buyers of j, sanctions between the two."""
    for i in range(w.n):
        for j in range(w.n):
            w.M[RISK, i, j] = 0.0
    for k in range(w.n):
        most = 0.0
        for j in range(w.n):
            most = max(most, w.M[SECONDARY, k, j] - w.M[SECONDARY_START, k, j])
        if most > 0.0:
            for i in range(w.n):
                for j in range(w.n):
                    rise = w.M[SECONDARY, k, j] - w.M[SECONDARY_START, k, j]
                    w.M[RISK, i, j] += w.M[TRADE, i, k] * max(0.0, rise)
    for first in range(0, w.n, STRIP):
        for i in range(w.n):
            for j in range(first, min(first + STRIP, w.n)):
                own = max(w.M[SANCTIONS, i, j], w.M[SANCTIONS, j, i]) - max(
                    w.M[SANCTIONS_START, i, j], w.M[SANCTIONS_START, j, i]
                )
                risk = w.P[SECONDARY_FEAR] * w.M[RISK, i, j] + w.P[BLOCK] * max(0.0, own)
                w.M[RISK, i, j] = risk


@njit
def enter(w: Blocks, i: int, lost: float) -> float:
    """Let suppliers take their part of what is lost to those whom i bought from; what they take."""
    for j in range(w.n):
        drawn = pull(w, i, j)
        w.M[SCRATCH, i, j] = drawn if w.V[ARMS_SUPPLY, j] > 0.0 else 0.0
    w.M[SCRATCH, i, i] = 0.0
    pulls = 0.0
    for j in range(w.n):
        pulls += w.M[SCRATCH, i, j]
    if pulls <= 0.0:
        return 0.0
    taken = w.P[ENTRY] * lost
    for j in range(w.n):
        w.M[WEIGHT, i, j] += taken * w.M[SCRATCH, i, j] / pulls
    return taken


@inline
def pull(w: Blocks, i: int, j: int) -> float:
    """Attraction of j as a new supplier of i."""
    friendly = 1.0 - min(1.0, max(w.M[SANCTIONS, i, j], w.M[SANCTIONS, j, i]))
    drawn = w.V[ARMS_SUPPLY, j] * w.V[ABLE, j] * w.M[TRUST, i, j] * friendly
    fear = w.M[RISK, i, j] * (1.0 - w.P[HIDDEN] * w.M[COVERT, i, j])
    return drawn * exp(-fear) if fear > 0.0 else drawn


@njit
def gifts(w: Blocks, i: int) -> float:
    """What i is given, at war, new since the start: by supplier in row i of scratch, and in all."""
    fights = 0.0
    fought = 0.0
    for j in range(w.n):
        w.M[SCRATCH, i, j] = 0.0
        fights = max(fights, w.M[WAR, i, j])
        fought = max(fought, w.M[WAR_START, i, j])
    if fights <= 0.0:
        return 0.0
    total = 0.0
    for j in range(w.n):
        rise = fights * w.M[AID, j, i] - fought * w.M[AID_START, j, i]
        w.M[SCRATCH, i, j] = w.P[GIFT] * w.V[ARMS_SUPPLY, j] * max(0.0, rise)
        total += w.M[SCRATCH, i, j]
    return total


@njit
def update(w: Blocks) -> None:
    """Move delivery shares and, slowly, the installed stock."""
    exposures(w)
    for j in range(w.n):
        w.V[ABLE, j] = exp(-w.P[DIVERT] * max(0.0, w.V[NEED, j] - w.V[NEED_START, j]))
    for i in range(w.n):
        before = 0.0
        rest = 1.0
        weights = 0.0
        lost = 0.0
        for j in range(w.n):
            base = (1.0 - w.P[LOCK]) * w.M[ARMS_START, i, j] + w.P[LOCK] * w.M[ARMS_STOCK, i, j]
            base += w.M[OPENING, i, j]
            felt = w.M[RISK, i, j] * (1.0 - w.P[HIDDEN] * w.M[COVERT, i, j])
            warm = log((w.M[TRUST, i, j] + FLOOR) / (w.M[TRUST_START, i, j] + FLOOR))
            wish = exp(w.P[TASTE] * warm - felt)
            w.M[SCRATCH, i, j] = base
            w.M[WISH, i, j] = wish if base > 0.0 else 1.0
            w.M[WEIGHT, i, j] = base * wish * w.V[ABLE, j] if base > 0.0 else 0.0
        for j in range(w.n):
            base = w.M[SCRATCH, i, j]
            rest -= base
            if base > 0.0:
                weights += w.M[WEIGHT, i, j]
                before += w.M[ARMS, i, j]
                lost += base * max(0.0, 1.0 - w.M[WISH, i, j])
        if lost > 0.0:
            weights += enter(w, i, lost)
        weights += max(0.0, rest)
        given = gifts(w, i)
        if before <= 0.0 and weights <= 0.0 and given <= 0.0:
            continue
        total = 0.0
        calm = 1.0 - exp(-0.25 * w.P[ETA])
        for j in range(w.n):
            target = w.M[WEIGHT, i, j] / weights if weights > 0.0 else 0.0
            snap = 1.0 - exp(-0.25 * (w.P[ETA] + w.P[SNAP] * (1.0 - w.M[WISH, i, j])))
            step = snap if w.M[WISH, i, j] < 1.0 else calm
            w.M[ARMS, i, j] += step * (target - w.M[ARMS, i, j])
        new = 0.0
        if given > 0.0:
            new = given / (w.V[ECONOMY, i] + 1e-9)
            step = 1.0 - exp(-0.25 * new / (1.0 + new))
            for j in range(w.n):
                w.M[ARMS, i, j] += step * (w.M[SCRATCH, i, j] / given - w.M[ARMS, i, j])
        for j in range(w.n):
            total += w.M[ARMS, i, j]
        if total > 1.0:
            for j in range(w.n):
                w.M[ARMS, i, j] /= total
        renewed = 1.0 - exp(-0.25 * w.P[RENEWAL] * (1.0 + PROCURED * new))
        for j in range(w.n):
            w.M[ARMS_STOCK, i, j] += renewed * (w.M[ARMS, i, j] - w.M[ARMS_STOCK, i, j])


MECHANISM = Mechanism(
    name="arms_flow",
    stage="supplies",
    claim="fear of secondary sanctions, distrust and the supplier's own need cut deliveries; the "
    "installed stock changes slowly; aid in war is arms",
    reads=(
        "arms",
        "arms_stock",
        "trade",
        "secondary_sanctions",
        "sanctions",
        "trust",
        "covert",
        "arms_opening",
        "arms_supply",
        "need",
        "economy",
        "aid",
        "war",
    ),
    writes=("arms", "arms_stock"),
    update=update,
    source="Kinsella 1998; Pierre 1982; Sislin 1994; SIPRI shares 1995-2024",
)
