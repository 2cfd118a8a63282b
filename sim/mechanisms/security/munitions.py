"""A war eats munitions faster than industry makes them, and the gap becomes need.

Claim: a belligerent whose use exceeds its output looks for shells abroad, and imports buy time.
Sanctions on a large part of a state's trade are need of a milder kind.

Equations (per quarter, stock m in peacetime stocks, 0..1)::

    m += dt (output A_i / (A_i + half) (1 + ramp (1 - m)) + imports_i - use * war_i)
    from_ij = gain * U_j tau_ij (g_ij + trickle) (1 - H_ij)(1 - S_ij) war_i
    imports_i = sum_j from_ij
    need target = max(war_i (1 - m), squeeze * trade under sanctions);  need += rate (target - need)

Units: stocks a year. Anchors: shells delivered by one partner are put at up to five million
(register Q01), about a year and a half of pre-war output of the receiver (judgement).
"""

from __future__ import annotations

from sim.fields import (
    ARMS_SUPPLY,
    COMMITMENT,
    HOSTILITY,
    MUNITIONS_SUPPLY,
    NEED,
    SANCTIONS,
    TRUST,
    WAR,
)
from sim.jit import njit
from sim.mathx import clip
from sim.mechanisms import Mechanism
from sim.mechanisms.economy.trade_rerouting import SANCTIONS_START, TRADE_START
from sim.registry import dyad_field, param, state_field
from sim.types import Dyads, States, Vector

MUNITIONS = state_field(
    "munitions",
    default=1.0,
    bounds=(0.0, 1.0),
    unit="peacetime stocks",
    initial=True,
    meaning="munitions in stock",
    fades=True,
)
MUNITIONS_IMPORTS = state_field(
    "munitions_imports", unit="stocks a year", meaning="munitions received from others while at war"
)
MUNITIONS_FROM = dyad_field(
    "munitions_from",
    unit="stocks a year",
    meaning="munitions that i receives from j while i is at war",
)
NEED_HOME = state_field("need_start", meaning="need at the start, below which it does not fall")
USE = param(
    "munitions.use",
    1.4,
    (1.0, 1.8),
    bounds=(0.0, 10.0),
    unit="stocks a year",
    meaning="use in full war",
    source="judgement: a large land war empties stocks in 1 to 2 years",
)
OUTPUT = param(
    "munitions.output",
    0.6,
    (0.4, 0.8),
    bounds=(0.0, 10.0),
    unit="stocks a year",
    meaning="own output of a large arms maker",
    source="judgement: pre-war output about half of war-time use",
)
RAMP = param(
    "munitions.ramp",
    1.0,
    (0.5, 1.5),
    bounds=(0.0, 10.0),
    meaning="growth of output as stocks run out: 1 doubles it",
    source="judgement: output of shells about doubled in two years of war",
)
HALF = param(
    "munitions.half",
    0.05,
    (0.02, 0.1),
    bounds=(0.001, 1.0),
    unit="share of the world",
    meaning="arms supply at which output is half of the largest",
    source="judgement",
)
GAIN = param(
    "munitions.import_gain",
    5.0,
    (3.0, 8.0),
    bounds=(0.0, 100.0),
    unit="stocks a year",
    meaning="imports per unit of willing supply",
    source="judgement: deliveries of a committed partner replace about half the gap",
)
TRICKLE = param(
    "munitions.trickle",
    0.1,
    (0.05, 0.2),
    bounds=(0.0, 1.0),
    meaning="willingness to sell without a pact",
    source="judgement",
)
SQUEEZE = param(
    "munitions.squeeze",
    0.8,
    (0.4, 1.2),
    bounds=(0.0, 5.0),
    meaning="need per unit of trade under new sanctions",
    source="judgement",
)
RATE = param(
    "munitions.adjust",
    0.35,
    (0.2, 0.6),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="speed at which need is recognised",
    source="judgement",
)


@njit
def deliveries(M: Dyads, V: States, P: Vector, n: int, i: int, war: float) -> None:
    """What each supplier sends to i at a war of this intensity, and the sum."""
    V[MUNITIONS_IMPORTS, i] = 0.0
    for j in range(n):
        M[MUNITIONS_FROM, i, j] = (
            P[GAIN]
            * war
            * V[MUNITIONS_SUPPLY, j]
            * M[TRUST, i, j]
            * (M[COMMITMENT, i, j] + P[TRICKLE])
            * (1.0 - M[HOSTILITY, i, j])
            * (1.0 - max(M[SANCTIONS, i, j], M[SANCTIONS, j, i]))
            if i != j
            else 0.0
        )
        V[MUNITIONS_IMPORTS, i] += M[MUNITIONS_FROM, i, j]


@njit
def start(M: Dyads, V: States, P: Vector, n: int) -> None:
    """Remember the need that a scenario states at the start; deliveries to wars that go on."""
    for i in range(n):
        V[NEED_HOME, i] = V[NEED, i]
        war = 0.0
        for j in range(n):
            war = max(war, M[WAR, i, j])
        deliveries(M, V, P, n, i, war)


@njit
def update(M: Dyads, V: States, P: Vector, n: int, tick: int, seed: int, run: int) -> None:
    """Advance stocks and need by a quarter."""
    for i in range(n):
        war = 0.0
        barred = 0.0
        for j in range(n):
            war = max(war, M[WAR, i, j])
            new = M[SANCTIONS, j, i] - M[SANCTIONS_START, j, i]
            if new > 0.0:
                barred += new * M[TRADE_START, i, j]
        deliveries(M, V, P, n, i, war)
        own = P[OUTPUT] * V[ARMS_SUPPLY, i] / (V[ARMS_SUPPLY, i] + P[HALF])
        own *= 1.0 + P[RAMP] * (1.0 - V[MUNITIONS, i])
        change = war * (own - P[USE]) + V[MUNITIONS_IMPORTS, i] + (1.0 - war) * own
        V[MUNITIONS, i] = clip(V[MUNITIONS, i] + 0.25 * change, 0.0, 1.0)
        target = max(war * (1.0 - V[MUNITIONS, i]), min(1.0, P[SQUEEZE] * barred))
        V[NEED, i] += P[RATE] * (max(target, V[NEED_HOME, i]) - V[NEED, i])


MECHANISM = Mechanism(
    name="munitions",
    order=130,
    claim="war use above output becomes need, which imports relieve",
    reads=(
        "war",
        "sanctions",
        "arms_supply",
        "munitions_supply",
        "trust",
        "commitment",
        "hostility",
        "trade",
    ),
    writes=("munitions", "munitions_imports", "munitions_from", "need"),
    update=update,
    start=start,
    source="design notes 1.15; register Q01",
)
