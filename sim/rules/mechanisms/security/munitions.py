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

from sim.compiled.jit import njit
from sim.compiled.mathx import clip
from sim.rules.declarations import baseline, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import COMMITMENT, HOSTILITY, MUNITIONS_FROM, SANCTIONS, TRUST, WAR
from sim.rules.sheet_algebra import SCRATCH, STRIP
from sim.rules.state_variables import (
    ARMS_SUPPLY,
    MUNITIONS,
    MUNITIONS_IMPORTS,
    MUNITIONS_SUPPLY,
    NEED,
    OUTPUT_HALF,
)
from sim.types import Blocks

SANCTIONS_START = baseline(
    "sanctions",
    why="data: trade shares and need of the start are what old sanctions left",
)
TRADE_START = baseline(
    "trade",
    why="weight: a bar is felt by the trade that was there before it",
)
NEED_HOME = baseline(
    "need",
    why="data: need stated for the start has causes that the rule does not name",
)
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
    source="judgement: some sell to anybody, most do not",
)
SQUEEZE = param(
    "munitions.squeeze",
    0.8,
    (0.4, 1.2),
    bounds=(0.0, 5.0),
    meaning="need per unit of trade under new sanctions",
    source="judgement: loss of a supplier is felt in proportion",
)
RATE = param(
    "munitions.adjust",
    0.35,
    (0.2, 0.6),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="speed at which need is recognised",
    source="judgement: a war economy is turned round in about a year",
)


@njit
def deliveries(w: Blocks, i: int, war: float) -> None:
    """What each supplier sends to i at a war of this intensity, and the sum."""
    w.V[MUNITIONS_IMPORTS, i] = 0.0
    for j in range(w.n):
        w.M[MUNITIONS_FROM, i, j] = (
            w.P[GAIN]
            * war
            * w.V[MUNITIONS_SUPPLY, j]
            * w.M[TRUST, i, j]
            * (w.M[COMMITMENT, i, j] + w.P[TRICKLE])
            * (1.0 - w.M[HOSTILITY, i, j])
            * (1.0 - max(w.M[SANCTIONS, i, j], w.M[SANCTIONS, j, i]))
            if i != j
            else 0.0
        )
        w.V[MUNITIONS_IMPORTS, i] += w.M[MUNITIONS_FROM, i, j]


@njit
def start(w: Blocks) -> None:
    """Remember the need that a scenario states at the start; deliveries to wars that go on."""
    for i in range(w.n):
        war = 0.0
        for j in range(w.n):
            war = max(war, w.M[WAR, i, j])
        deliveries(w, i, war)


@njit
def update(w: Blocks) -> None:
    """Advance stocks and need by a quarter."""
    for i in range(w.n):
        w.M[SCRATCH, 0, i] = 0.0
    for first in range(0, w.n, STRIP):
        for i in range(w.n):
            for j in range(first, min(first + STRIP, w.n)):
                new = w.M[SANCTIONS, j, i] - w.M[SANCTIONS_START, j, i]
                if new > 0.0:
                    w.M[SCRATCH, 0, i] += new * w.M[TRADE_START, i, j]
    for i in range(w.n):
        war = 0.0
        barred = w.M[SCRATCH, 0, i]
        for j in range(w.n):
            war = max(war, w.M[WAR, i, j])
        deliveries(w, i, war)
        own = w.P[OUTPUT] * w.V[ARMS_SUPPLY, i] / (w.V[ARMS_SUPPLY, i] + w.P[OUTPUT_HALF])
        own *= 1.0 + w.P[RAMP] * (1.0 - w.V[MUNITIONS, i])
        change = war * (own - w.P[USE]) + w.V[MUNITIONS_IMPORTS, i] + (1.0 - war) * own
        w.V[MUNITIONS, i] = clip(w.V[MUNITIONS, i] + 0.25 * change, 0.0, 1.0)
        target = max(war * (1.0 - w.V[MUNITIONS, i]), min(1.0, w.P[SQUEEZE] * barred))
        w.V[NEED, i] += w.P[RATE] * (max(target, w.V[NEED_HOME, i]) - w.V[NEED, i])


MECHANISM = Mechanism(
    name="munitions",
    stage="supplies",
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
    source="Schweller 1994; register Q01",
)
