"""Settlement leaves the currencies of those who use them as a weapon.

Claim: where the issuer of a currency sanctions its user, the user turns to currencies of states
that do not, in proportion to trade with them, their size and trust; dependence moves along. Where
the issuer comes to punish third parties for their business with the user, their banks refuse it in
that currency, too.

Equations (per quarter; q_ij share of j's currency in the settlement of i, q0 at the start)::

    rise_ij  = (S_ji - S0_ji)+ + third (SS_ji - SS0_ji)+
    lost_ij  = q0_ij (1 - exp(-flee rise_ij)),             lost_i = sum_j lost_ij
    weight_ij = trade_ij sqrt(Y_j) tau_ij (1 - max(S_ij, S_ji))
    q*_ij    = q0_ij - lost_ij + take lost_i weight_ij / (sum_k weight_ik + own)
    q       += turn (q* - q),     F_ij += carry (the change of q_ij)
    F_ij    <- min(F_ij, F_ij - turn (F_ij - F0_ij exp(-flee rise_ij))+)          where rise > 0

with SS the readiness of an issuer to punish those who deal with the user, F the share of j in the
external finance of i: what sanctions bar falls as fast as settlement flees, and comes back by it.
What is neither kept nor taken is settled in the state's own currency (own weighs its own economy).
Rows of both sum to one at most. Sources:
Farrell and Newman 2019 (weaponised interdependence); Cohen 2015 (currency power); Arslanalp,
Eichengreen and Simpson-Bell 2022; register M26.
"""

from __future__ import annotations

from math import sqrt

from sim.compiled.jit import njit
from sim.compiled.mathx import clip, exp
from sim.rules.declarations import baseline, dyad_field, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import CURRENCY, FINANCE, SANCTIONS, SECONDARY, TRADE, TRUST
from sim.rules.sheet_algebra import SCRATCH, STRIP
from sim.rules.state_variables import ECONOMY
from sim.types import Blocks

SANCTIONS_START = baseline(
    "sanctions",
    why="data: shares of currencies of the start hold the flight from old sanctions",
)
SECONDARY_START = baseline(
    "secondary_sanctions",
    why="data: shares of currencies of the start hold the flight from old threats",
)
FLEE = param(
    "currency.flee",
    2.5,
    (1.5, 3.5),
    bounds=(0.0, 50.0),
    unit="logits per unit sanction",
    meaning="how strongly sanctions of its issuer drive users out of a currency",
    source="shares of dollar and euro in settlement fell from .87 to below .4 in two years under "
    "sanctions of about .7 (central bank figures in scenarios)",
)
THIRD = param(
    "currency.third",
    0.5,
    (0.25, 1.0),
    bounds=(0.0, 5.0),
    meaning="weight of the threat to third parties against sanctions on the user itself",
    source="judgement: banks of third states that clear in the threatened currency refuse payments "
    "within months of such an order (2012, 2018, 2023), though not all do",
)
TAKE = param(
    "currency.take",
    0.8,
    (0.6, 1.0),
    bounds=(0.0, 1.0),
    meaning="part of what is lost that goes to currencies of others or the own one",
    source="judgement: the rest is barter and third currencies",
)
TURN = param(
    "currency.turn",
    0.25,
    (0.15, 0.4),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="speed at which settlement changes over",
    source="judgement: most of the change within a year and a half",
)
CARRY = param(
    "currency.carry",
    0.5,
    (0.2, 0.8),
    bounds=(0.0, 1.0),
    meaning="part of a change of settlement that shows in dependence on the issuer's finance",
    source="judgement: clearing is half of external finance in its hold",
)
CURRENCY_START = baseline(
    "currency",
    why="data: shares of currencies of the start are the pattern that turns, and comes back",
)
FINANCE_START = baseline(
    "finance",
    why="data: finance stated for the start is what old sanctions left",
)
CURRENCY_WEIGHT = dyad_field("currency_weight", meaning="pull of j's currency on i")


@njit
def pressure(w: Blocks, i: int, j: int) -> float:
    """By how much j has come to bar i, and to threaten others for dealing with i."""
    threat = max(0.0, w.M[SECONDARY, j, i] - w.M[SECONDARY_START, j, i])
    return max(0.0, w.M[SANCTIONS, j, i] - w.M[SANCTIONS_START, j, i]) + w.P[THIRD] * threat


@njit
def update(w: Blocks) -> None:
    """Advance currencies of settlement by a quarter."""
    for i in range(w.n):
        w.M[SCRATCH, 0, i] = 0.0
        w.M[SCRATCH, 1, i] = 0.0
    for first in range(0, w.n, STRIP):
        for i in range(w.n):
            for j in range(first, min(first + STRIP, w.n)):
                rise = pressure(w, i, j)
                if rise > 0.0:
                    fled = 1.0 - exp(-w.P[FLEE] * rise)
                    w.M[SCRATCH, 0, i] += w.M[CURRENCY_START, i, j] * fled
                    w.M[SCRATCH, 1, i] += fled * (w.M[CURRENCY_START, i, j] + w.M[FINANCE, i, j])
    for i in range(w.n):
        lost = w.M[SCRATCH, 0, i]
        moved = w.M[SCRATCH, 1, i] > 0.0
        for j in range(w.n):
            moved = moved or w.M[CURRENCY, i, j] != w.M[CURRENCY_START, i, j]
        if not moved:
            continue
        total = w.V[ECONOMY, i]
        for j in range(w.n):
            w.M[CURRENCY_WEIGHT, i, j] = 0.0
            if j == i:
                continue
            bar = max(w.M[SANCTIONS, i, j], w.M[SANCTIONS, j, i])
            weight = (
                w.M[TRADE, i, j] * sqrt(w.V[ECONOMY, j]) * w.M[TRUST, i, j] * max(0.0, 1.0 - bar)
            )
            w.M[CURRENCY_WEIGHT, i, j] = weight
            total += weight
        for j in range(w.n):
            if j == i:
                continue
            rise = pressure(w, i, j)
            kept = w.M[CURRENCY_START, i, j] * exp(-w.P[FLEE] * rise)
            goal = kept + w.P[TAKE] * lost * w.M[CURRENCY_WEIGHT, i, j] / total
            step = w.P[TURN] * (goal - w.M[CURRENCY, i, j])
            w.M[CURRENCY, i, j] = clip(w.M[CURRENCY, i, j] + step, 0.0, 1.0)
            owes = w.M[FINANCE, i, j]
            w.M[FINANCE, i, j] = clip(owes + w.P[CARRY] * step, 0.0, 1.0)
            if rise > 0.0:
                barred = max(0.0, owes - w.M[FINANCE_START, i, j] * exp(-w.P[FLEE] * rise))
                w.M[FINANCE, i, j] = min(w.M[FINANCE, i, j], owes - w.P[TURN] * barred)
        owed = 0.0
        for j in range(w.n):
            owed += w.M[FINANCE, i, j]
        if owed > 1.0:
            for j in range(w.n):
                w.M[FINANCE, i, j] /= owed


MECHANISM = Mechanism(
    name="currency",
    stage="output",
    claim="sanctions by the issuer of a currency drive its users to the currencies of others",
    reads=(
        "currency",
        "sanctions",
        "secondary_sanctions",
        "trade",
        "economy",
        "trust",
        "finance",
    ),
    writes=("currency", "finance"),
    update=update,
    source="Farrell and Newman 2019; Cohen 2015; Arslanalp et al. 2022; register M26",
)
