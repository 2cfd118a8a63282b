"""Commitments of strong partners embolden a revisionist.

Claim: a state that counts on help dares more; the effect needs a wish to revise, grows with the
strength of the promise and the promiser, and is weaker where the promise is not trusted.

Equation (range 0..2)::

    r_i^now = r_i (1 + b (support_i - support0_i)),
    support_i = 1 - prod_j (1 - gE_ij tau_ij C_j / (C_i + C_j))

The level at the start is part of the stated revisionism. Sources: Benson 2011 (unconditional
compellent alliances +249 % conflict); Johnson and Leeds 2011 and Kenwick et al. dispute the mean
effect, hence the wide range.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import clip
from sim.rules.declarations import baseline, param, state_field
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import ENTRAPMENT_WEIGHT, TRUST
from sim.rules.state_variables import CAPABILITY, REVISIONISM, REVISIONISM_NOW
from sim.types import Blocks

GAIN = param(
    "emboldenment.gain",
    0.6,
    (0.0, 1.2),
    bounds=(-2.0, 5.0),
    meaning="relative rise of revisionism at full support",
    source="judgement of size after Benson 2011; may be nothing (Johnson and Leeds 2011)",
)
SUPPORT = state_field(
    "support", bounds=(0.0, 1.0), meaning="help that the state counts on", record=True
)
SUPPORT_START = baseline(
    "support",
    why="data: revisionism of the start is counted from disputes, fought with the help of then",
)


@njit
def support(w: Blocks, i: int) -> float:
    """Chance that at least one promise of help to i is kept, weighted by the helper's strength."""
    alone = 1.0
    for j in range(w.n):
        if j != i and w.M[ENTRAPMENT_WEIGHT, i, j] > 0.0:
            strength = w.V[CAPABILITY, j] / (w.V[CAPABILITY, i] + w.V[CAPABILITY, j] + 1e-12)
            alone *= 1.0 - w.M[ENTRAPMENT_WEIGHT, i, j] * w.M[TRUST, i, j] * strength
    return 1.0 - alone


@njit
def start(w: Blocks) -> None:
    """Support at the start; revisionism as stated."""
    for i in range(w.n):
        w.V[SUPPORT, i] = support(w, i)
        w.V[REVISIONISM_NOW, i] = w.V[REVISIONISM, i]


@njit
def update(w: Blocks) -> None:
    """Effective revisionism from present support."""
    for i in range(w.n):
        w.V[SUPPORT, i] = support(w, i)
        rise = w.P[GAIN] * (w.V[SUPPORT, i] - w.V[SUPPORT_START, i])
        w.V[REVISIONISM_NOW, i] = clip(w.V[REVISIONISM, i] * (1.0 + rise), 0.0, 2.0)


MECHANISM = Mechanism(
    name="emboldenment",
    stage="rivalry",
    claim="commitments of strong partners raise the revisionism of those who have it",
    reads=("revisionism", "entrapment_weight", "trust", "capability"),
    writes=("effective_revisionism", "support"),
    update=update,
    start=start,
    source="Benson 2011; Johnson and Leeds 2011",
)
