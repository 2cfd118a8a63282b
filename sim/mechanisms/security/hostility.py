"""Hostility: the intent that a state attributes to another.

Claim (Walt 1987, "aggressive intentions"): others look hostile when they are revisionist, rivals or
claimants, press us, fight us, stand far from our positions or have lost our trust.

Equation (range 0..1)::

    Hb_ij = logistic(-h0 + hx |x_i - x_j| + hr r_j^now + hq Q_ij + hn t_ji + hw W_ij
                     - ht (tau_ij - .5))
    H_ij  = Hb_ij (1 - app g_ij tau_ij)

x ideal points (UNGA units), Q rivalry, t tension, W war, g commitment: a pact reassures. The slope
on ideal points is small on purpose: with a larger one every autocracy takes the most distant great
power for its main threat, whatever the rivalries (design notes 1.2).
"""

from __future__ import annotations

from sim.fields import (
    COMMITMENT,
    HOSTILITY,
    HOSTILITY_BASE,
    IDEAL_POINT,
    REVISIONISM_NOW,
    RIVALRY,
    TENSION,
    TRUST,
    WAR,
)
from sim.jit import njit
from sim.mathx import logistic
from sim.mechanisms import Mechanism
from sim.registry import param
from sim.sheets import transpose
from sim.types import Dyads, States, Vector

BASELINE = param(
    "hostility.baseline",
    3.4,
    (2.8, 4.0),
    bounds=(-10.0, 20.0),
    unit="logits",
    meaning="log-odds against hostile intent of an indifferent stranger",
    source="judgement: an unrelated pair starts near .05",
)
BY_DISTANCE = param(
    "hostility.ideal_distance",
    0.5,
    (0.2, 0.8),
    bounds=(0.0, 5.0),
    unit="logits per UNGA unit",
    meaning="effect of distant positions",
    source="design notes 1.2",
)
BY_REVISIONISM = param(
    "hostility.revisionism",
    2.0,
    (1.0, 3.0),
    bounds=(0.0, 20.0),
    unit="logits",
    meaning="effect of the other's revisionism",
    source="judgement after Walt 1987",
)
BY_RIVALRY = param(
    "hostility.rivalry",
    2.0,
    (1.2, 2.8),
    bounds=(0.0, 20.0),
    unit="logits",
    meaning="effect of strategic rivalry or a territorial claim",
    source="Thompson, Sakuwa and Suhas: rivals make up most disputes; judgement of size",
)
BY_TENSION = param(
    "hostility.tension",
    1.5,
    (0.8, 2.4),
    bounds=(0.0, 20.0),
    unit="logits",
    meaning="effect of the other's acts",
    source="judgement",
)
BY_WAR = param(
    "hostility.war",
    3.0,
    (2.0, 4.0),
    bounds=(0.0, 20.0),
    unit="logits",
    meaning="effect of open war",
    source="definition of war",
)
BY_TRUST = param(
    "hostility.trust",
    2.0,
    (1.0, 3.0),
    bounds=(0.0, 20.0),
    unit="logits",
    meaning="effect of trust",
    source="judgement after Kydd 2005",
)
REASSURANCE = param(
    "hostility.reassurance",
    0.6,
    (0.2, 0.8),
    bounds=(0.0, 1.0),
    meaning="part of hostility that full, trusted commitment removes (app)",
    source="design notes 7.3",
)


@njit
def start(M: Dyads, V: States, P: Vector, n: int) -> None:
    """Hostility at the start."""
    update(M, V, P, n, 0, 0, 0)


@njit
def update(M: Dyads, V: States, P: Vector, n: int, tick: int, seed: int, run: int) -> None:
    """Attribute intent anew from the present state."""
    transpose(M, HOSTILITY, TENSION, n)
    for i in range(n):
        for j in range(n):
            if i == j:
                continue
            base = logistic(
                -P[BASELINE]
                + P[BY_DISTANCE] * abs(V[IDEAL_POINT, i] - V[IDEAL_POINT, j])
                + P[BY_REVISIONISM] * V[REVISIONISM_NOW, j]
                + P[BY_RIVALRY] * M[RIVALRY, i, j]
                + P[BY_TENSION] * M[HOSTILITY, i, j]  # still the acts of j
                + P[BY_WAR] * M[WAR, i, j]
                - P[BY_TRUST] * (M[TRUST, i, j] - 0.5)
            )
            M[HOSTILITY_BASE, i, j] = base
            M[HOSTILITY, i, j] = base * (
                1.0 - P[REASSURANCE] * M[COMMITMENT, i, j] * M[TRUST, i, j]
            )


MECHANISM = Mechanism(
    name="hostility",
    order=330,
    claim="revisionism, rivalry, pressure, distance and distrust read as hostile intent",
    reads=(
        "ideal_point",
        "effective_revisionism",
        "rivalry",
        "tension",
        "war",
        "trust",
        "commitment",
    ),
    writes=("hostility_base", "hostility"),
    update=update,
    start=start,
    source="Walt 1985, 1987",
)
