"""Fuel that is barred in one market looks for another, and other goods take its place.

Claim: fuel comes last among what is sanctioned, and then stops; buyers replace barred suppliers by
the rest of theirs; what a supplier can no longer sell goes, at a discount, to those who neither bar
it nor distrust it, large buyers before small ones, sooner where pipelines, ports and grids are
there; an exporter of fuel that has lost markets comes to sell relatively more of other goods.

Equations (per quarter; e_ij share of j in the fuel imports of i, e0 at the start)::

    cover(S)  = (S - first) / (whole - first), from 0 to 1
    bar_ij    = 1 - (1 - war_ij) (1 - cover(S)) / (1 - cover(S0)),    where S > S0
    volume_i  = Y_i m_i,    market_j = sum_i volume_i e0_ij
    barred_j  = sum_i volume_i e0_ij bar_ij,    lost_j = barred_j / market_j
    pull_ij   = volume_i^(1 + scale) tau_ij (1 - S) (1 - bar_ij) (1 - e0_ij / most)+ (1 + k_ij)
    gain_ij   = push barred_j pull_ij / sum_k pull_kj / volume_i,  A_i = sum_j gain_ij at most .9
    weight_ij = e0_ij (1 - bar_ij) + gain_ij / (1 - A_i)
    e*_ij     = weight_ij / (sum_k weight_ik + rest_i),             e += turn (e* - e)
    f_j      += turn (f0_j (1 - diversify lost_j) - f_j)

with S the heavier of the two sides' sanctions, k connectivity, f the share of fuels in exports, and
rest_i = 1 - sum_k e0_ik what comes from elsewhere. Suppliers that lost their markets come to sell
where they never did; what they place is in proportion to what they lost, and buyers keep away from
being supplied by one alone. Where all are barred and nothing comes from elsewhere, the row stays.
Nothing moves before the first loss; once fuel has turned it goes on turning, back to where it came
from when the bars fall. Sources: Bachmann et al. 2022 (substitution of fuels after 2022); Babina et
al. 2023 (re-routing of oil); Helpman, Melitz and Rubinstein 2008 (fixed costs of a new trade keep
small markets out); Cohen, Joutz and Loungani 2011 (diversification of fuel supplies); register M25.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import clip, exp, log
from sim.rules.declarations import baseline, dyad_field, param, state_field
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import CONNECTIVITY, ENERGY, ENERGY_DUE, SANCTIONS, TRUST, WAR
from sim.rules.sheet_algebra import STRIP
from sim.rules.state_variables import ECONOMY, ENERGY_EXPORTS, OPENNESS
from sim.types import Blocks

SANCTIONS_START = baseline(
    "sanctions",
    why="data: fuel shares of the start hold what old sanctions barred",
)
FIRST = param(
    "energy.first",
    0.5,
    (0.45, 0.55),
    bounds=(0.0, 1.0),
    meaning="level of sanctions from which they begin to bar fuel",
    source="judgement: below it no measure has fuel in it; fuel, which costs the sender most, "
    "comes late",
)
WHOLE = param(
    "energy.whole",
    0.7,
    (0.62, 0.78),
    bounds=(0.0, 1.0),
    meaning="level of sanctions at which fuel is wholly barred",
    source="judgement: an embargo on coal and seaborne oil is rated .75, .6 to .9 by range, and "
    "fuel from the barred supplier then all but ended in two years",
)
PUSH = param(
    "energy.push",
    0.9,
    (0.8, 1.0),
    bounds=(0.0, 1.0),
    meaning="part of what a supplier can no longer sell that it places elsewhere",
    source="judgement after Babina et al. 2023: coal and oil nearly all, gas by pipe hardly",
)
SCALE = param(
    "energy.scale",
    0.5,
    (0.25, 0.75),
    bounds=(0.0, 2.0),
    meaning="by how much more than in proportion large buyers take what is barred elsewhere",
    source="judgement after Helpman, Melitz and Rubinstein 2008: ships, insurance and payment have "
    "fixed costs",
)
MOST = param(
    "energy.most",
    0.3,
    (0.2, 0.4),
    bounds=(0.05, 1.0),
    meaning="share of a supplier at the start from which on a buyer takes no more of its offers",
    source="BACI, 2017-21: first suppliers of the largest importers by sea had .14 to .26; only "
    "neighbours joined by pipe had more, .3 to .6",
)
TURN = param(
    "energy.turn",
    0.3,
    (0.2, 0.45),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="speed at which fuel changes its way",
    source="judgement: tankers turn in a quarter; embargoes leave 4 months for coal, 6 for crude "
    "oil, 8 for products; gas by pipe took a year to stop",
)
DIVERSIFY = param(
    "energy.diversify",
    0.4,
    (0.15, 0.6),
    bounds=(0.0, 1.0),
    meaning="part of the share of fuels in exports that the loss of all markets takes away",
    source="judgement; an aim in the documents rather than a finding (register M25)",
)
ENERGY_START = baseline(
    "energy",
    why="data: fuel shares of the start are the pattern that turns, and comes back",
)
BARRED = dyad_field("energy_barred", meaning="part of the fuel trade of the two that is barred")
GAIN = dyad_field("energy_gain", meaning="part of i's fuel imports that j newly offers it")
ENERGY_EXPORTS_START = baseline(
    "energy_exports",
    why="data: the share of fuels in exports of the start is what is sold unbarred",
)
LOST = state_field("energy_lost", bounds=(0.0, 1.0), meaning="part of fuel markets lost")
TURNED = state_field(
    "energy_turned", bounds=(0.0, 1.0), meaning="whether fuel has been on other ways than usual"
)
FUEL_MARKET = state_field("fuel_market", meaning="size of the fuel markets at the start")
OFFERED = state_field("fuel_offered", meaning="fuel barred elsewhere that finds other markets")
PULLED = state_field("fuel_pulled", meaning="pull of all buyers on what a supplier newly offers")
TAKEN = 0.9
"""The most of a buyer's fuel that newly offered fuel replaces."""


@njit
def start(w: Blocks) -> None:
    """Remember what is usual."""
    for j in range(w.n):
        w.V[FUEL_MARKET, j] = 0.0
        for i in range(w.n):
            w.V[FUEL_MARKET, j] += w.V[ECONOMY, i] * w.V[OPENNESS, i] * w.M[ENERGY, i, j]


@njit
def cover(w: Blocks, level: float) -> float:
    """Part of the fuel trade that sanctions of a level bar."""
    if level >= w.P[WHOLE]:
        return 1.0
    if level <= w.P[FIRST]:
        return 0.0
    return (level - w.P[FIRST]) / (w.P[WHOLE] - w.P[FIRST])


@njit
def offers(w: Blocks) -> None:
    """What those who lost markets offer to each of the others."""
    for j in range(w.n):
        w.V[PULLED, j] = 0.0
    for i in range(w.n):
        volume = w.V[ECONOMY, i] * w.V[OPENNESS, i]
        large = volume * exp(w.P[SCALE] * log(volume)) if volume > 0.0 else 0.0
        for j in range(w.n):
            w.M[GAIN, i, j] = 0.0
            room = 1.0 - w.M[ENERGY_START, i, j] / w.P[MOST]
            if i == j or w.V[OFFERED, j] <= 0.0 or room <= 0.0:
                continue
            free = 1.0 - min(1.0, max(w.M[SANCTIONS, i, j], w.M[SANCTIONS, j, i]))
            pull = large * w.M[TRUST, i, j] * free * room
            pull *= (1.0 - w.M[BARRED, i, j]) * (1.0 + w.M[CONNECTIVITY, i, j])
            w.M[GAIN, i, j] = pull
            w.V[PULLED, j] += pull
    for i in range(w.n):
        for j in range(w.n):
            if w.M[GAIN, i, j] > 0.0:
                placed = w.V[OFFERED, j] * w.M[GAIN, i, j] / w.V[PULLED, j]
                w.M[GAIN, i, j] = placed / (w.V[ECONOMY, i] * w.V[OPENNESS, i])


@njit
def update(w: Blocks) -> None:
    """Advance fuel trade by a quarter."""
    still = True
    for j in range(w.n):
        w.V[LOST, j] = 0.0
    for first in range(0, w.n, STRIP):
        for i in range(w.n):
            for j in range(first, min(first + STRIP, w.n)):
                new = max(w.M[SANCTIONS, i, j], w.M[SANCTIONS, j, i])
                old = max(w.M[SANCTIONS_START, i, j], w.M[SANCTIONS_START, j, i])
                left = 1.0 - w.M[WAR, i, j]
                if new > old and new > w.P[FIRST]:
                    usual = 1.0 - cover(w, old)
                    left *= (1.0 - cover(w, new)) / usual if usual > 0.0 else 1.0
                w.M[BARRED, i, j] = 1.0 - left
                if w.M[ENERGY_START, i, j] > 0.0:
                    size = w.V[ECONOMY, i] * w.V[OPENNESS, i] * w.M[ENERGY_START, i, j]
                    w.V[LOST, j] += size * (1.0 - left)
    for j in range(w.n):
        w.V[OFFERED, j] = w.P[PUSH] * min(w.V[LOST, j], w.V[FUEL_MARKET, j])
        lost = w.V[LOST, j]
        w.V[LOST, j] = (
            clip(lost / w.V[FUEL_MARKET, j], 0.0, 1.0) if w.V[FUEL_MARKET, j] > 0.0 else 0.0
        )
        if w.V[LOST, j] > 0.0 or w.V[ENERGY_EXPORTS, j] != w.V[ENERGY_EXPORTS_START, j]:
            w.V[TURNED, j] = 1.0
        still = still and w.V[TURNED, j] == 0.0
    if still:
        return
    offers(w)
    for i in range(w.n):
        rest = 1.0
        taken = 0.0
        for j in range(w.n):
            rest -= w.M[ENERGY_START, i, j]
            taken += w.M[GAIN, i, j]
        scale = min(taken, TAKEN) / taken / (1.0 - min(taken, TAKEN)) if taken > 0.0 else 0.0
        total = max(0.0, rest)
        for j in range(w.n):
            if j != i:
                kept = w.M[ENERGY_START, i, j] * (1.0 - w.M[BARRED, i, j])
                total += kept + scale * w.M[GAIN, i, j]
        for j in range(w.n):
            if j == i:
                continue
            if total <= 0.0:
                w.M[ENERGY_DUE, i, j] = 0.0
                continue
            kept = w.M[ENERGY_START, i, j] * (1.0 - w.M[BARRED, i, j])
            goal = (kept + scale * w.M[GAIN, i, j]) / total
            now = w.M[ENERGY, i, j]
            w.M[ENERGY, i, j] = clip(now + w.P[TURN] * (goal - now), 0.0, 1.0)
            w.M[ENERGY_DUE, i, j] = goal - w.M[ENERGY, i, j]
    for j in range(w.n):
        goal = w.V[ENERGY_EXPORTS_START, j] * (1.0 - w.P[DIVERSIFY] * w.V[LOST, j])
        now = w.V[ENERGY_EXPORTS, j]
        w.V[ENERGY_EXPORTS, j] = clip(now + w.P[TURN] * (goal - now), 0.0, 1.0)


MECHANISM = Mechanism(
    name="energy",
    stage="payments",
    claim="barred fuel finds other markets, and its seller comes to sell more of other goods",
    reads=(
        "energy",
        "energy_exports",
        "economy",
        "openness",
        "sanctions",
        "trust",
        "war",
        "connectivity",
    ),
    writes=("energy", "energy_due", "energy_exports"),
    update=update,
    start=start,
    source="Bachmann et al. 2022; Babina et al. 2023; register M25",
    neutral=(("energy.turn", 0.0),),
)
