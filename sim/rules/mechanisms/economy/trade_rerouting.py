"""Trade re-routes around sanctions and towards the trusted.

Claim: flows that sanctions bar are re-routed in proportion to what was traded before, so the
largest partner outside the sanctions gains most, and the smaller side of the new trade grows more
dependent than the larger.

Equation (exact-hat gravity with both margins held; Dekle, Eaton and Kortum 2007, Wilson 1970)::

    X*_ij = a_i b_j ((X0_ij - part_ij) exp(u_ij) + part_ij + fuel_ij)
    u_ij = -block * (S_ij - S0_ij) + taste * (tau_ij - tau0_ij)
    F_ij(e) = f_i exports_i Y_j m_j e_ji / sum_k Y_k m_k e0_ki,  part_ij = min(F_ij(e0), X0_ij)
    fuel_ij = F_ij(e* - e0) where e* > e0, else -part_ij (1 - e*_ji / e0_ji)
    sum_j X*_ij = exports_i * (1 - loss_i),   sum_i X*_ij = imports_j * (1 - loss_j)
    X <- X + (1 - (1 - speed)^(1/4)) (X* - X)

with S the heavier of the two sides' sanctions, tau the mean of both sides' trust, and loss the
part of the barred trade, and of fuel no longer bought, that finds no new partner, of at most all
that was traded at the start (X0 is a pattern that corridors scale: rule connectivity). Fuel goes
the ways of the rule energy (e_ji the share of i in the fuel imports of j, e* where it turns to, f_i
that of fuels in i's exports at the start, Y m economy times openness): what j comes to buy of i
adds to what they trade, so the discount that a barred seller gives shows; what it no longer buys
leaves; and where sanctions spare fuel it is traded on, whatever becomes of other goods (with that
rule off, fuel is barred as they are). The rest of the world is a partner of all.
Units: million USD a year. Anchor: the share of its largest new partner in the goods trade of a
sanctioned state rose from .18 (2021) to about .33 (2023), by customs data.
"""

from __future__ import annotations

from sim.compiled.jit import TILE, njit, tile
from sim.compiled.mathx import exp, log
from sim.rules.declarations import baseline, dyad_field, param, state_field
from sim.rules.mechanisms import Mechanism
from sim.rules.mechanisms.economy.energy import TURN
from sim.rules.pair_variables import ENERGY, ENERGY_DUE, SANCTIONS, TRADE, TRADE_FLOW, TRUST
from sim.rules.sheet_algebra import SCRATCH, STRIP
from sim.rules.state_variables import ECONOMY, ENERGY_EXPORTS, OPENNESS
from sim.types import Blocks

BLOCK = param(
    "trade_rerouting.block",
    3.5,
    (2.5, 4.5),
    bounds=(0.0, 10.0),
    unit="logits per unit sanction",
    meaning="how strongly full sanctions bar trade in other goods than fuel",
    source="judgement, set on customs data 2021-23 of one sanctioned state's trade",
)
TASTE = param(
    "trade_rerouting.taste",
    1.0,
    (0.5, 1.5),
    bounds=(0.0, 10.0),
    unit="logits per unit trust",
    meaning="how strongly a change of trust shifts trade",
    source="judgement: full trust instead of none makes trade almost three times as large",
)
SPEED = param(
    "trade_rerouting.speed",
    0.8,
    (0.65, 0.9),
    bounds=(0.0, 1.0),
    unit="per year",
    meaning="part of the gap to the re-routed pattern that closes in a year",
    source="customs data 2021-24: most re-routing of 2022 was done by the end of 2023",
)
LOSS = param(
    "trade_rerouting.loss",
    0.25,
    (0.1, 0.4),
    bounds=(0.0, 1.0),
    meaning="part of barred trade that is lost rather than re-routed",
    source="judgement: imports fell by 10-15 % where half of them were barred",
)
FLOW_START = baseline(
    "trade_flow",
    why="source: Dekle, Eaton and Kortum 2007, changes are counted on observed flows",
)
FLOW_TARGET = dyad_field("trade_flow_target", unit="million USD a year", meaning="re-routed flow")
SANCTIONS_START = baseline(
    "sanctions",
    why="data: observed flows hold what old sanctions barred",
)
ENERGY_START = baseline(
    "energy",
    why="data: observed flows hold the fuel trade of then",
)
TRUST_START = baseline(
    "trust",
    why="data: observed flows hold the choice by the trust of then",
)
EXPORTS = state_field("exports", unit="million USD a year", meaning="all exports at the start")
IMPORTS = state_field("imports", unit="million USD a year", meaning="all imports at the start")
EXPORTS_REST = state_field(
    "exports_to_rest",
    unit="million USD a year",
    initial=True,
    bounds=(0.0, 1e8),
    meaning="exports to states outside the model",
)
IMPORTS_REST = state_field(
    "imports_from_rest",
    unit="million USD a year",
    initial=True,
    bounds=(0.0, 1e8),
    meaning="imports from states outside the model",
)
REST_EXPORTS_NOW = state_field(
    "exports_to_rest_now", unit="million USD a year", meaning="present exports to the outside"
)
REST_IMPORTS_NOW = state_field(
    "imports_from_rest_now", unit="million USD a year", meaning="present imports from the outside"
)
FUEL_PRICE = state_field(
    "fuel_value",
    unit="million USD a year",
    meaning="fuel exports at the start, for each unit of the market of its buyers",
)
ROW_SCALE = state_field("trade_row_scale", meaning="balancing factor a_i of exporters")
COLUMN_SCALE = state_field("trade_column_scale", meaning="balancing factor b_j of importers")
ROW_TARGET = state_field("trade_row_target", unit="million USD a year", meaning="exports to place")
COLUMN_TARGET = state_field(
    "trade_column_target", unit="million USD a year", meaning="imports to place"
)
SWEEPS = 12
LOOSE = 0.01
"""Sweeps go on while they still turn the factor of an exporter by more than this part."""
MOST_SWEEPS = 400


@njit
def shares(w: Blocks) -> None:
    """Share of each partner in a state's goods trade, both directions together."""
    for i in range(w.n):
        w.M[SCRATCH, 0, i] = w.V[REST_EXPORTS_NOW, i] + w.V[REST_IMPORTS_NOW, i]
    for first in range(0, w.n, STRIP):
        for i in range(w.n):
            for j in range(first, min(first + STRIP, w.n)):
                w.M[TRADE, i, j] = w.M[TRADE_FLOW, i, j] + w.M[TRADE_FLOW, j, i]
                w.M[SCRATCH, 0, i] += w.M[TRADE, i, j]
    for i in range(w.n):
        total = w.M[SCRATCH, 0, i]
        for j in range(w.n):
            w.M[TRADE, i, j] = w.M[TRADE, i, j] / total if total > 0.0 else 0.0


@njit
def start(w: Blocks) -> None:
    """Remember the observed pattern, from which all later ones are counted."""
    for i in range(w.n):
        w.V[EXPORTS, i] = w.V[EXPORTS_REST, i]
        w.V[IMPORTS, i] = w.V[IMPORTS_REST, i]
        w.V[REST_EXPORTS_NOW, i] = w.V[EXPORTS_REST, i]
        w.V[REST_IMPORTS_NOW, i] = w.V[IMPORTS_REST, i]
    for i in range(w.n):
        for j in range(w.n):
            w.V[EXPORTS, i] += w.M[TRADE_FLOW, i, j]
            w.V[IMPORTS, j] += w.M[TRADE_FLOW, i, j]
    for i in range(w.n):
        market = 0.0
        for j in range(w.n):
            market += w.V[ECONOMY, j] * w.V[OPENNESS, j] * w.M[ENERGY, j, i]
        sold = w.V[ENERGY_EXPORTS, i] * w.V[EXPORTS, i]
        w.V[FUEL_PRICE, i] = sold / market if market > 0.0 else 0.0
    shares(w)


@njit
def scaled(w: Blocks, i: int, total: float) -> float:
    """Set the factor of an exporter by what it places now; by what part the factor turns."""
    before = w.V[ROW_SCALE, i]
    w.V[ROW_SCALE, i] = w.V[ROW_TARGET, i] / total if total > 0.0 else 0.0
    return abs(w.V[ROW_SCALE, i] - before) / max(before, 1e-12)


@njit
def balance(w: Blocks) -> float:
    """Turn all factors once, exporters first; by what part that of an exporter turned most.

    Sums keep their order and wait for each number, so four exporters go side by side.
    """
    turned = 0.0
    fours = w.n - w.n % 4
    for j in range(w.n):
        w.M[SCRATCH, 0, j] = w.V[IMPORTS_REST, j]
    for i in range(0, fours, 4):
        t0, t1 = w.V[EXPORTS_REST, i], w.V[EXPORTS_REST, i + 1]
        t2, t3 = w.V[EXPORTS_REST, i + 2], w.V[EXPORTS_REST, i + 3]
        for j in range(w.n):
            t0 += w.M[FLOW_TARGET, i, j] * w.V[COLUMN_SCALE, j]
            t1 += w.M[FLOW_TARGET, i + 1, j] * w.V[COLUMN_SCALE, j]
            t2 += w.M[FLOW_TARGET, i + 2, j] * w.V[COLUMN_SCALE, j]
            t3 += w.M[FLOW_TARGET, i + 3, j] * w.V[COLUMN_SCALE, j]
        turned = max(turned, scaled(w, i, t0), scaled(w, i + 1, t1))
        turned = max(turned, scaled(w, i + 2, t2), scaled(w, i + 3, t3))
        s0, s1 = w.V[ROW_SCALE, i], w.V[ROW_SCALE, i + 1]
        s2, s3 = w.V[ROW_SCALE, i + 2], w.V[ROW_SCALE, i + 3]
        for j in range(w.n):
            w.M[SCRATCH, 0, j] = (
                (
                    (w.M[SCRATCH, 0, j] + w.M[FLOW_TARGET, i, j] * s0)
                    + w.M[FLOW_TARGET, i + 1, j] * s1
                )
                + w.M[FLOW_TARGET, i + 2, j] * s2
            ) + w.M[FLOW_TARGET, i + 3, j] * s3
    for i in range(fours, w.n):
        total = w.V[EXPORTS_REST, i]
        for j in range(w.n):
            total += w.M[FLOW_TARGET, i, j] * w.V[COLUMN_SCALE, j]
        turned = max(turned, scaled(w, i, total))
        for j in range(w.n):
            w.M[SCRATCH, 0, j] += w.M[FLOW_TARGET, i, j] * w.V[ROW_SCALE, i]
    for j in range(w.n):
        total = w.M[SCRATCH, 0, j]
        w.V[COLUMN_SCALE, j] = w.V[COLUMN_TARGET, j] / total if total > 0.0 else 0.0
    return turned


@njit
def update(w: Blocks) -> None:
    """Move flows towards the re-routed pattern; the arrays hold it between calls."""
    changed = False
    spared = w.P[TURN] > 0.0  # without the rule of fuel it is barred as other goods are
    space = tile()
    for i in range(w.n):
        w.V[ROW_TARGET, i] = 0.0
        w.V[COLUMN_TARGET, i] = 0.0
    for first in range(0, w.n, TILE):
        count = min(TILE, w.n - first)
        for i in range(w.n):
            for c in range(count):
                j = first + c
                new = max(w.M[SANCTIONS, i, j], w.M[SANCTIONS, j, i])
                old = max(w.M[SANCTIONS_START, i, j], w.M[SANCTIONS_START, j, i])
                bar = w.P[BLOCK] * (new - old)
                usual = w.M[ENERGY_START, j, i]
                more = max(0.0, w.M[ENERGY, j, i] + w.M[ENERGY_DUE, j, i]) - usual
                worth = w.V[FUEL_PRICE, i] * w.V[ECONOMY, j] * w.V[OPENNESS, j]
                part = min(worth * usual, w.M[FLOW_START, i, j]) if spared else 0.0
                here = w.M[TRUST, i, j] - w.M[TRUST_START, i, j]
                there = w.M[TRUST, j, i] - w.M[TRUST_START, j, i]
                fewer = part * more / usual if more < 0.0 else 0.0
                space[0, c] = exp(0.5 * w.P[TASTE] * (here + there) - bar)
                space[1, c] = (w.M[FLOW_START, i, j] - part) * max(0.0, 1.0 - exp(-bar)) - fewer
                space[2, c] = part
                space[3, c] = max(0.0, more) * worth + fewer
            for c in range(count):
                j = first + c
                other = w.M[FLOW_START, i, j] - space[2, c]
                fuel = max(0.0, space[2, c] + space[3, c])  # none left is not less than none
                w.M[FLOW_TARGET, i, j] = other * space[0, c] + fuel
                w.V[COLUMN_TARGET, j] += max(0.0, space[1, c])
            for c in range(count):
                w.V[ROW_TARGET, i] += max(0.0, space[1, c])
                changed = changed | (space[0, c] != 1.0) | (space[3, c] != 0.0)
    for i in range(w.n):
        # corridors scale the pattern, not the margins: no more is lost than was traded
        barred_out, barred_in = w.V[ROW_TARGET, i], w.V[COLUMN_TARGET, i]
        w.V[ROW_TARGET, i] = w.V[EXPORTS, i] - w.P[LOSS] * min(barred_out, w.V[EXPORTS, i])
        w.V[COLUMN_TARGET, i] = w.V[IMPORTS, i] - w.P[LOSS] * min(barred_in, w.V[IMPORTS, i])
        w.V[ROW_SCALE, i] = 1.0
        w.V[COLUMN_SCALE, i] = 1.0
    if not changed:
        return
    sweep = 0
    turned = 0.0
    while sweep < SWEEPS or (turned > LOOSE and sweep < MOST_SWEEPS):
        sweep += 1
        turned = balance(w)
    step = 1.0 - exp(0.25 * log(1.0 - w.P[SPEED]))
    for i in range(w.n):
        for j in range(w.n):
            target = w.M[FLOW_TARGET, i, j] * w.V[ROW_SCALE, i] * w.V[COLUMN_SCALE, j]
            w.M[TRADE_FLOW, i, j] += step * (target - w.M[TRADE_FLOW, i, j])
        w.V[REST_EXPORTS_NOW, i] += step * (
            w.V[EXPORTS_REST, i] * w.V[ROW_SCALE, i] - w.V[REST_EXPORTS_NOW, i]
        )
        w.V[REST_IMPORTS_NOW, i] += step * (
            w.V[IMPORTS_REST, i] * w.V[COLUMN_SCALE, i] - w.V[REST_IMPORTS_NOW, i]
        )
    shares(w)


MECHANISM = Mechanism(
    name="trade_rerouting",
    stage="routes",
    claim="barred trade is re-routed to the largest partners outside the sanctions",
    reads=(
        "sanctions",
        "trust",
        "trade_flow",
        "energy",
        "energy_due",
        "economy",
        "openness",
    ),
    writes=("trade_flow", "trade"),
    update=update,
    start=start,
    source="Dekle, Eaton and Kortum 2007; Wilson 1970; Hirschman 1945",
)
