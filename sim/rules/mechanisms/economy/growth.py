"""Economies grow at rates of their own; who is cut off from know-how grows more slowly.

Claim: power follows the growth of economies, whatever others wish; loss of access to technology,
by sanctions of leaders or by a state's own measures against them, slows it without turning it.

Equations (per quarter; g growth a year, stated by the scenario; Y and C shares of the world)::

    know_i   = sum_j trade0_ij Y_j / (Y_i + Y_j) (1 - max(S_ij, S_ji)) / the same at the start
    rate_i   = g_i - g_mean - slow (1 - know_i)+        g_mean weighted by Y
    Y_i     *= exp(rate_i / 4),     C_i *= exp(follow rate_i / 4),    both then keep their sums

technology access is know_i. Without stated growth and new sanctions nothing moves. Sources: Coe and
Helpman 1995 and Keller 2004 (know-how follows trade with leaders); Gutmann, Neuenkirch and Neumeier
2023 (growth under sanctions); Kennedy 1987; register M48, M52.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import clip, exp
from sim.rules.declarations import baseline, param, state_field
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import SANCTIONS
from sim.rules.state_variables import CAPABILITY, ECONOMY
from sim.types import Blocks

TRADE_START = baseline(
    "trade",
    why="weight: know-how comes with the trade that was there before a bar",
)
SLOW = param(
    "growth.slow",
    0.04,
    (0.02, 0.07),
    bounds=(0.0, 1.0),
    unit="per year",
    meaning="growth lost by a state that is cut off from all technology",
    source="Gutmann et al. 2023: 2 to 3.5 points of growth over the first years of sanctions",
)
FOLLOW = param(
    "growth.follow",
    0.6,
    (0.3, 0.9),
    bounds=(0.0, 2.0),
    meaning="elasticity of capability to the economy",
    source="judgement: the blend weighs spending, which follows output, at .6",
)
GROWTH = state_field(
    "growth",
    bounds=(-0.3, 0.3),
    unit="per year",
    initial=True,
    meaning="real growth of the economy that is expected",
)
TECHNOLOGY_ACCESS = state_field(
    "technology_access",
    default=1.0,
    bounds=(0.0, 2.0),
    meaning="access to the know-how of leaders relative to the start",
    record=True,
)
KNOWHOW_START = state_field("knowhow_start", meaning="access to know-how at the start")
"""data: growth stated by the scenario holds the access of then"""


@njit
def knowhow(w: Blocks, i: int) -> float:
    """Trade with larger economies that sanctions leave open."""
    total = 0.0
    for j in range(w.n):
        if w.M[TRADE_START, i, j] > 0.0 and j != i:
            bar = max(w.M[SANCTIONS, i, j], w.M[SANCTIONS, j, i])
            lead = w.V[ECONOMY, j] / (w.V[ECONOMY, i] + w.V[ECONOMY, j] + 1e-12)
            total += w.M[TRADE_START, i, j] * lead * max(0.0, 1.0 - bar)
    return total


@njit
def start(w: Blocks) -> None:
    """Remember what is usual."""
    for i in range(w.n):
        w.V[KNOWHOW_START, i] = knowhow(w, i)
        w.V[TECHNOLOGY_ACCESS, i] = 1.0


@njit
def update(w: Blocks) -> None:
    """Advance economies and capabilities by a quarter; their sums stay."""
    size = 0.0
    force = 0.0
    mean = 0.0
    still = True
    for i in range(w.n):
        if w.V[KNOWHOW_START, i] > 0.0:
            w.V[TECHNOLOGY_ACCESS, i] = clip(knowhow(w, i) / w.V[KNOWHOW_START, i], 0.0, 2.0)
        size += w.V[ECONOMY, i]
        force += w.V[CAPABILITY, i]
        mean += w.V[ECONOMY, i] * w.V[GROWTH, i]
        still = still and w.V[GROWTH, i] == 0.0 and w.V[TECHNOLOGY_ACCESS, i] > 1.0 - 1e-6
    if still or size <= 0.0 or force <= 0.0:
        return
    mean /= size
    new_size = 0.0
    new_force = 0.0
    for i in range(w.n):
        rate = w.V[GROWTH, i] - mean - w.P[SLOW] * max(0.0, 1.0 - w.V[TECHNOLOGY_ACCESS, i])
        w.V[ECONOMY, i] *= exp(0.25 * rate)
        w.V[CAPABILITY, i] *= exp(0.25 * w.P[FOLLOW] * rate)
        new_size += w.V[ECONOMY, i]
        new_force += w.V[CAPABILITY, i]
    for i in range(w.n):
        w.V[ECONOMY, i] = clip(w.V[ECONOMY, i] * size / new_size, 0.0, 1.0)
        w.V[CAPABILITY, i] = clip(w.V[CAPABILITY, i] * force / new_force, 0.0, 1.0)


MECHANISM = Mechanism(
    name="growth",
    stage="output",
    claim="power follows growth; loss of access to know-how slows it",
    reads=("growth", "economy", "capability", "sanctions", "trade_start"),
    writes=("economy", "capability", "technology_access"),
    update=update,
    start=start,
    source="Coe and Helpman 1995; Keller 2004; Gutmann et al. 2023; register M48, M52",
)
