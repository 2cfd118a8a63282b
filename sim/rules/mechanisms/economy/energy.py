"""Fuel that is barred in one market looks for another, and other goods take its place.

Claim: buyers replace barred suppliers by the rest of theirs; suppliers that lose buyers press into
other markets, sooner where pipelines, ports and grids are there; an exporter of fuel that has lost
markets comes to sell relatively more of other goods.

Equations (per quarter; e_ij share of j in the fuel imports of i, e0 at the start)::

    bar_ij   = 1 - exp(-block (max(S_ij, S_ji) - S0)+) (1 - war_ij)
    volume_i = Y_i m_i,    market_j = sum_i volume_i e0_ij
    lost_j   = sum_i volume_i e0_ij bar_ij / market_j
    weight_ij = (e0_ij + push lost_j (1 + k_ij) market_j / sum market) (1 - bar_ij)
    e*_ij    = weight_ij / (sum_k weight_ik + rest_i),             e += turn (e* - e)
    f_j     += turn (f0_j (1 - diversify lost_j) - f_j)

with k connectivity, f the share of fuels in exports, and rest_i = 1 - sum_k e0_ik what comes from
elsewhere. Suppliers that lost their markets come to sell where they never did; where all are barred
and nothing comes from elsewhere, the row stays. Nothing moves before the first loss; once fuel has
turned it goes on turning, back to where it came from when the bars fall. Sources: Bachmann et al.
2022 (substitution of fuels after 2022); Babina et al. 2023 (re-routing of oil); register M25.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import clip, exp
from sim.rules.declarations import baseline, dyad_field, param, state_field
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import CONNECTIVITY, ENERGY, SANCTIONS, WAR
from sim.rules.sheet_algebra import STRIP
from sim.rules.state_variables import ECONOMY, ENERGY_EXPORTS, OPENNESS
from sim.types import Blocks

SANCTIONS_START = baseline("sanctions")
BLOCK = param(
    "energy.block",
    3.0,
    (2.0, 4.0),
    bounds=(0.0, 50.0),
    unit="logits per unit sanction",
    meaning="how strongly full sanctions bar fuel",
    source="seaborne oil of one supplier in one union fell by nine tenths in two years (register)",
)
PUSH = param(
    "energy.push",
    1.0,
    (0.5, 2.0),
    bounds=(0.0, 50.0),
    meaning="how strongly a supplier that lost its markets presses into the others",
    source="judgement: discounts of a fifth to a third, some two thirds of the oil re-routed",
)
TURN = param(
    "energy.turn",
    0.15,
    (0.08, 0.25),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="speed at which fuel changes its way",
    source="judgement: tankers turn in a quarter, pipelines in years",
)
DIVERSIFY = param(
    "energy.diversify",
    0.4,
    (0.15, 0.6),
    bounds=(0.0, 1.0),
    meaning="part of the share of fuels in exports that the loss of all markets takes away",
    source="judgement; an aim in the documents rather than a finding (register M25)",
)
ENERGY_START = baseline("energy")
BARRED = dyad_field("energy_barred", meaning="part of the fuel trade of the two that is barred")
ENERGY_EXPORTS_START = baseline("energy_exports")
LOST = state_field("energy_lost", bounds=(0.0, 1.0), meaning="part of fuel markets lost")
TURNED = state_field(
    "energy_turned", bounds=(0.0, 1.0), meaning="whether fuel has been on other ways than usual"
)
FUEL_MARKET = state_field("fuel_market", meaning="size of the fuel markets at the start")


@njit
def start(w: Blocks) -> None:
    """Remember what is usual."""
    for j in range(w.n):
        w.V[FUEL_MARKET, j] = 0.0
        for i in range(w.n):
            w.V[FUEL_MARKET, j] += w.V[ECONOMY, i] * w.V[OPENNESS, i] * w.M[ENERGY, i, j]


@njit
def update(w: Blocks) -> None:
    """Advance fuel trade by a quarter."""
    world = 0.0
    still = True
    for j in range(w.n):
        w.V[LOST, j] = 0.0
    for first in range(0, w.n, STRIP):
        for i in range(w.n):
            for j in range(first, min(first + STRIP, w.n)):
                new = max(w.M[SANCTIONS, i, j], w.M[SANCTIONS, j, i])
                old = max(w.M[SANCTIONS_START, i, j], w.M[SANCTIONS_START, j, i])
                left = 1.0 - w.M[WAR, i, j]
                if new > old:
                    left *= exp(-w.P[BLOCK] * (new - old))
                w.M[BARRED, i, j] = 1.0 - left
                if w.M[ENERGY_START, i, j] > 0.0:
                    size = w.V[ECONOMY, i] * w.V[OPENNESS, i] * w.M[ENERGY_START, i, j]
                    w.V[LOST, j] += size * (1.0 - left)
    for j in range(w.n):
        world += w.V[FUEL_MARKET, j]
        lost = w.V[LOST, j]
        w.V[LOST, j] = (
            clip(lost / w.V[FUEL_MARKET, j], 0.0, 1.0) if w.V[FUEL_MARKET, j] > 0.0 else 0.0
        )
        if w.V[LOST, j] > 0.0 or w.V[ENERGY_EXPORTS, j] != w.V[ENERGY_EXPORTS_START, j]:
            w.V[TURNED, j] = 1.0
        still = still and w.V[TURNED, j] == 0.0
    if still or world <= 0.0:
        return
    for i in range(w.n):
        rest = 1.0
        total = 0.0
        for j in range(w.n):
            rest -= w.M[ENERGY_START, i, j]
            pressed = w.P[PUSH] * w.V[LOST, j] * (1.0 + w.M[CONNECTIVITY, i, j])
            weight = w.M[ENERGY_START, i, j] + pressed * w.V[FUEL_MARKET, j] / world
            total += weight * (1.0 - w.M[BARRED, i, j]) if j != i else 0.0
        total += max(0.0, rest)
        if total <= 0.0:
            continue
        for j in range(w.n):
            if j == i:
                continue
            pressed = w.P[PUSH] * w.V[LOST, j] * (1.0 + w.M[CONNECTIVITY, i, j])
            weight = w.M[ENERGY_START, i, j] + pressed * w.V[FUEL_MARKET, j] / world
            goal = weight * (1.0 - w.M[BARRED, i, j]) / total
            w.M[ENERGY, i, j] = clip(
                w.M[ENERGY, i, j] + w.P[TURN] * (goal - w.M[ENERGY, i, j]), 0.0, 1.0
            )
    for j in range(w.n):
        goal = w.V[ENERGY_EXPORTS_START, j] * (1.0 - w.P[DIVERSIFY] * w.V[LOST, j])
        now = w.V[ENERGY_EXPORTS, j]
        w.V[ENERGY_EXPORTS, j] = clip(now + w.P[TURN] * (goal - now), 0.0, 1.0)


MECHANISM = Mechanism(
    name="energy",
    stage="payments",
    claim="barred fuel finds other markets, and its seller comes to sell more of other goods",
    reads=("energy", "energy_exports", "economy", "openness", "sanctions", "war", "connectivity"),
    writes=("energy", "energy_exports"),
    update=update,
    start=start,
    source="Bachmann et al. 2022; Babina et al. 2023; register M25",
)
