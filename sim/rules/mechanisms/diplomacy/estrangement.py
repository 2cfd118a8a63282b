"""Positions move away from those that become hostile, and back where hostility passes.

Claim: who is pressed or attacked, and who sees others pressed, comes to stand apart from the one
that did it; the reconciled stand closer. Great powers no less than others.

Equations (UNGA units; H0 hostility at the start, which the positions of then already express)::

    rise_ik = H_ik - H0_ik - H_ik (1 - H_ik) (hx (d_ik - d0_ik) - ht (tau_ik - tau0_ik))
    d_ik    = |x_i - x_k|
    push_i  = sum_k C_k / (C_i + C_k) rise_ik clip((x_i - x_k) / .5, -1, 1), within -1..1
    x_i, x0_i += dt speed (size push_i - e_i)        e_i what has been moved so far

The rise is that by acts: what distance and distrust add to hostility themselves (rule hostility, to
first order) is taken out, as in the estimate, or a move away would be the cause of the next. Size
and speed are estimated on 1950-1990: the hostility of a year's disputes and rivalries moves votes
for years (docs/validation.md); the largest push of a year was .54. Sources: UNGA ideal points;
Walt 1987.
"""

from __future__ import annotations

from typing import Final

from sim.compiled.jit import njit
from sim.compiled.mathx import clip
from sim.rules.declarations import baseline, param, state_field
from sim.rules.mechanisms import Mechanism
from sim.rules.mechanisms.security.hostility import BY_DISTANCE, BY_TRUST
from sim.rules.pair_variables import HOSTILITY, TRUST
from sim.rules.sheet_algebra import SCRATCH
from sim.rules.state_variables import CAPABILITY, IDEAL_HOME, IDEAL_POINT
from sim.types import Blocks

APART: Final = 0.5
"""Distance of positions from which a direction is clear, UNGA units."""
SIZE = param(
    "estrangement.size",
    0.35,
    (0.15, 0.55),
    bounds=(0.0, 5.0),
    unit="UNGA units",
    meaning="how far a state moves from an overwhelming one that turns wholly hostile",
    source="estimated on ideal points and disputes of 1950-1990 (docs/validation.md)",
)
SPEED = param(
    "estrangement.speed",
    0.8,
    (0.3, 2.0),
    bounds=(0.0, 4.0),
    unit="per year",
    meaning="speed at which a position follows",
    source="judgement after ideal points and disputes of 1950-1990 (docs/validation.md): most is "
    "there within one to three years, which of them the votes do not tell",
)
HOSTILITY_START = baseline(
    "hostility",
    why="data: the votes of the start (ideal points) hold the hostility of then",
)
IDEAL_START = baseline(
    "ideal_point",
    why="data: the hostility of the start holds the distance of then",
)
TRUST_START = baseline(
    "trust",
    why="data: the hostility of the start holds the distrust of then",
)
ESTRANGED = state_field(
    "estranged", unit="UNGA units", meaning="how far hostility has moved a position since the start"
)
PARTING = state_field(
    "parting", unit="UNGA units", meaning="how far hostility moves a position in the quarter"
)


@njit
def update(w: Blocks) -> None:
    """Follow the hostility of the quarter before."""
    for i in range(w.n):
        for k in range(w.n):
            h = w.M[HOSTILITY, i, k]
            apart = abs(w.V[IDEAL_POINT, i] - w.V[IDEAL_POINT, k])
            apart -= abs(w.V[IDEAL_START, i] - w.V[IDEAL_START, k])
            warmer = w.M[TRUST, i, k] - w.M[TRUST_START, i, k]
            own = w.P[BY_DISTANCE] * apart - w.P[BY_TRUST] * warmer
            rise = h - w.M[HOSTILITY_START, i, k] - h * (1.0 - h) * own
            size = w.V[CAPABILITY, k] / (w.V[CAPABILITY, i] + w.V[CAPABILITY, k] + 1e-12)
            away = clip((w.V[IDEAL_POINT, i] - w.V[IDEAL_POINT, k]) / APART, -1.0, 1.0)
            w.M[SCRATCH, i, k] = size * rise * away
        push = 0.0
        for k in range(w.n):
            push += w.M[SCRATCH, i, k]
        gap = w.P[SIZE] * clip(push, -1.0, 1.0) - w.V[ESTRANGED, i]
        w.V[PARTING, i] = 0.25 * w.P[SPEED] * gap
    for i in range(w.n):
        step = w.V[PARTING, i]
        w.V[ESTRANGED, i] += step
        w.V[IDEAL_HOME, i] = clip(w.V[IDEAL_HOME, i] + step, -5.0, 5.0)
        w.V[IDEAL_POINT, i] = clip(w.V[IDEAL_POINT, i] + step, -5.0, 5.0)


MECHANISM = Mechanism(
    name="estrangement",
    stage="alignment",
    claim="positions move away from those that become hostile, back where hostility passes",
    reads=("hostility", "trust", "capability", "ideal_point", "ideal_home", "estranged"),
    writes=("ideal_point", "ideal_home", "estranged", "parting"),
    after=("ideal_point",),
    update=update,
    source="UNGA ideal points and disputes 1950-1990; Walt 1987",
)
