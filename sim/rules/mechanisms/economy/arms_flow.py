"""Arms deliveries follow the installed stock, and shrink where buyers fear secondary sanctions.

Claim: decades of one supplier's weapons hold a buyer to it; the threat of a power on which the
buyer's trade depends deters new deliveries at once, while the installed stock changes slowly.

Equations, rows of ``arms`` (share of i's deliveries from j) and ``arms_stock``::

    risk_ij  = fear * sum_k trade_ik (SS_kj - SS0_kj)+ + block * (S_ij or S_ji, new)
    felt_ij  = risk_ij (1 - covert kappa_ij)
    target_ij proportional to base_ij exp(-felt_ij + taste (tau_ij - tau0_ij)),
        base = (1 - lock) arms_start + lock arms_stock + opening; home and others share the rest,
        and of what fear keeps from being bought others take a part by supply, tau and peace
        (base_ij += entry lost_i A_j tau_ij (1 - S), lost = sum_k base_ik (1 - exp(-felt_ik)))
    arms_ij  += dt (eta + snap (1 - exp(-felt_ij))) (target_ij - arms_ij)
    stock_ij += dt renewal (arms_ij - stock_ij)

SS is the readiness of k to punish buyers of j, kappa the hidden part of the exchange (rule covert),
opening what a provoked supplier adds (rule barter). Anchors (SIPRI): yearly inertia of shares
.895 (eta = .105); Viet Nam's share from one supplier .56 (2017-21) to .34 (2020-24); two states
cancelled purchases outright for fear of such sanctions (the snap).
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import exp
from sim.rules.declarations import baseline, dyad_field, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import (
    ARMS,
    ARMS_STOCK,
    COVERT,
    OPENING,
    SANCTIONS,
    SECONDARY,
    TRADE,
    TRUST,
)
from sim.rules.sheet_algebra import STRIP
from sim.rules.state_variables import ARMS_SUPPLY, SECONDARY_FEAR
from sim.types import Blocks

SANCTIONS_START = baseline("sanctions")
TRUST_START = baseline("trust")
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
    1.0,
    (0.5, 2.0),
    bounds=(0.0, 10.0),
    unit="logits per unit trust",
    meaning="effect of a change of trust on choice of supplier",
    source="judgement: full trust instead of none makes a supplier three times as likely",
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
    meaning="extra adjustment where deliveries are deterred",
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
    meaning="part of what deterrence keeps from being bought that other exporters may take",
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
ARMS_START = baseline("arms")
SECONDARY_START = baseline("secondary_sanctions")
RISK = dyad_field("arms_risk", unit="logits", meaning="deterrence of i's purchases from j")
WEIGHT = dyad_field("arms_weight", meaning="unnormalised target share")


@njit
def exposures(w: Blocks) -> None:
    """Risks: trade of i with those that newly threaten buyers of j, sanctions between the two."""
    for i in range(w.n):
        for j in range(w.n):
            w.M[RISK, i, j] = 0.0
    for k in range(w.n):
        for j in range(w.n):
            rise = w.M[SECONDARY, k, j] - w.M[SECONDARY_START, k, j]
            if rise > 0.0:
                for i in range(w.n):
                    w.M[RISK, i, j] += w.M[TRADE, i, k] * rise
    for first in range(0, w.n, STRIP):
        for i in range(w.n):
            for j in range(first, min(first + STRIP, w.n)):
                own = max(w.M[SANCTIONS, i, j], w.M[SANCTIONS, j, i]) - max(
                    w.M[SANCTIONS_START, i, j], w.M[SANCTIONS_START, j, i]
                )
                risk = w.P[SECONDARY_FEAR] * w.M[RISK, i, j] + w.P[BLOCK] * max(0.0, own)
                w.M[RISK, i, j] = risk


@njit
def update(w: Blocks) -> None:
    """Move delivery shares and, slowly, the installed stock."""
    exposures(w)
    for i in range(w.n):
        before = 0.0
        rest = 1.0
        weights = 0.0
        lost = 0.0
        for j in range(w.n):
            w.M[WEIGHT, i, j] = 0.0
            base = (1.0 - w.P[LOCK]) * w.M[ARMS_START, i, j] + w.P[LOCK] * w.M[ARMS_STOCK, i, j]
            base += w.M[OPENING, i, j]
            rest -= base
            if base <= 0.0:
                w.M[RISK, i, j] = 0.0
                continue
            risk = w.M[RISK, i, j]
            warm = w.M[TRUST, i, j] - w.M[TRUST_START, i, j]
            felt = risk * (1.0 - w.P[HIDDEN] * w.M[COVERT, i, j])
            w.M[WEIGHT, i, j] = base * exp(w.P[TASTE] * warm - felt)
            weights += w.M[WEIGHT, i, j]
            before += w.M[ARMS, i, j]
            if felt != 0.0:
                lost += base * (1.0 - exp(-felt))
        if lost > 0.0:
            for j in range(w.n):
                if j != i:
                    friendly = 1.0 - min(1.0, max(w.M[SANCTIONS, i, j], w.M[SANCTIONS, j, i]))
                    friendly *= w.M[TRUST, i, j]
                    fear = w.M[RISK, i, j] * (1.0 - w.P[HIDDEN] * w.M[COVERT, i, j])
                    more = w.P[ENTRY] * lost * w.V[ARMS_SUPPLY, j] * friendly * exp(-fear)
                    w.M[WEIGHT, i, j] += more
                    weights += more
        weights += max(0.0, rest)
        if before <= 0.0 and weights <= 0.0:
            continue
        total = 0.0
        calm = 1.0 - exp(-0.25 * w.P[ETA])
        for j in range(w.n):
            if w.M[WEIGHT, i, j] <= 0.0 and w.M[ARMS, i, j] <= 0.0:
                continue
            target = w.M[WEIGHT, i, j] / weights if weights > 0.0 else 0.0
            felt = w.M[RISK, i, j] * (1.0 - w.P[HIDDEN] * w.M[COVERT, i, j])
            step = calm
            if felt > 0.0:
                step = 1.0 - exp(-0.25 * (w.P[ETA] + w.P[SNAP] * (1.0 - exp(-felt))))
            w.M[ARMS, i, j] += step * (target - w.M[ARMS, i, j])
            total += w.M[ARMS, i, j]
        if total > 1.0:
            for j in range(w.n):
                w.M[ARMS, i, j] /= total
        renewed = 1.0 - exp(-0.25 * w.P[RENEWAL])
        for j in range(w.n):
            w.M[ARMS_STOCK, i, j] += renewed * (w.M[ARMS, i, j] - w.M[ARMS_STOCK, i, j])


MECHANISM = Mechanism(
    name="arms_flow",
    stage="supplies",
    claim="fear of secondary sanctions cuts deliveries; the installed stock changes slowly",
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
    ),
    writes=("arms", "arms_stock"),
    update=update,
    source="Kinsella 1998; Sislin 1994; SIPRI shares 1995-2024",
)
