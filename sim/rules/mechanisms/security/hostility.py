"""Hostility: the intent that a state attributes to another.

Claim (Walt 1987, "aggressive intentions"): others look hostile when they are revisionist, rivals or
claimants, press us, bar our trade, fight us or those like us, stand far from our positions or have
lost our trust.

Equation (range 0..1)::

    Hb_ij = logistic(-h0 + hx |x_i - x_j| + hr r_j^now + hq Q_ij + hn t_ji + hw W_ij
                     + ha a_ij + hs S_ji - ht (tau_ij - .5))
    H_ij  = Hb_ij (1 - app g_ij tau_ij)

x ideal points (UNGA units), Q rivalry, t tension, W war, a alarm, S sanctions, g commitment: a pact
reassures.
The slope on ideal points is small on purpose: with a larger one every autocracy takes the most
distant great power for its main threat, whatever the rivalries.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import logistic
from sim.rules.declarations import param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import (
    ALARM,
    COMMITMENT,
    HOSTILITY,
    HOSTILITY_BASE,
    RIVALRY,
    SANCTIONS,
    TENSION,
    TRUST,
    WAR,
)
from sim.rules.sheet_algebra import SCRATCH, transpose
from sim.rules.state_variables import BY_TENSION, IDEAL_POINT, REASSURANCE, REVISIONISM_NOW
from sim.types import Blocks

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
    source="judgement: more would make a far great power everybody's main threat",
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
BY_WAR = param(
    "hostility.war",
    3.0,
    (2.0, 4.0),
    bounds=(0.0, 20.0),
    unit="logits",
    meaning="effect of open war",
    source="judgement: open war leaves no doubt",
)
BY_ALARM = param(
    "hostility.alarm",
    1.5,
    (0.5, 2.5),
    bounds=(0.0, 20.0),
    unit="logits",
    meaning="effect of attacks on states like oneself",
    source="judgement after Walt 1987 and Crescenzi 2007: half that of being attacked",
)
BY_SANCTIONS = param(
    "hostility.sanctions",
    0.5,
    (0.1, 0.9),
    bounds=(0.0, 20.0),
    unit="logits",
    meaning="effect of the other's sanctions",
    source="judgement after Walt 1987: a third of what full acts of pressure weigh, which threaten "
    "force",
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


@njit
def start(w: Blocks) -> None:
    """Hostility at the start."""
    update(w)


@njit
def update(w: Blocks) -> None:
    """Attribute intent anew from the present state."""
    transpose(w, HOSTILITY, TENSION)
    transpose(w, SCRATCH, SANCTIONS)
    for i in range(w.n):
        for j in range(w.n):
            if i == j:
                continue
            base = logistic(
                -w.P[BASELINE]
                + w.P[BY_DISTANCE] * abs(w.V[IDEAL_POINT, i] - w.V[IDEAL_POINT, j])
                + w.P[BY_REVISIONISM] * w.V[REVISIONISM_NOW, j]
                + w.P[BY_RIVALRY] * w.M[RIVALRY, i, j]
                + w.P[BY_TENSION] * w.M[HOSTILITY, i, j]  # still the acts of j
                + w.P[BY_WAR] * w.M[WAR, i, j]
                + w.P[BY_ALARM] * w.M[ALARM, i, j]
                + w.P[BY_SANCTIONS] * w.M[SCRATCH, i, j]
                - w.P[BY_TRUST] * (w.M[TRUST, i, j] - 0.5)
            )
            w.M[HOSTILITY_BASE, i, j] = base
            w.M[HOSTILITY, i, j] = base * (
                1.0 - w.P[REASSURANCE] * w.M[COMMITMENT, i, j] * w.M[TRUST, i, j]
            )


MECHANISM = Mechanism(
    name="hostility",
    stage="hostility",
    claim="revisionism, rivalry, pressure, distance and distrust read as hostile intent",
    reads=(
        "ideal_point",
        "effective_revisionism",
        "rivalry",
        "tension",
        "war",
        "alarm",
        "sanctions",
        "trust",
        "commitment",
    ),
    writes=("hostility_base", "hostility"),
    update=update,
    start=start,
    source="Walt 1985, 1987",
)
