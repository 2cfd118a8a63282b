"""Alarm: who attacks one state is feared by those who are like it.

Claim: intentions are read from what a state does to others, the more so the more alike one is to
whom it does it.

Equation (range 0..1)::

    a_ij = violation_j min(1, sum_k W_jk exp(-|x_i - x_k| / reach)),   k other than i

W war, x ideal points (UNGA units). Sources: Walt 1987 (aggressive intentions) and Crescenzi 2007
(learning by watching: the record of j towards k counts for i as far as i is like k).
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import exp
from sim.rules.declarations import param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import ALARM, WAR
from sim.rules.state_variables import IDEAL_POINT, VIOLATION
from sim.types import Blocks

REACH = param(
    "alarm.reach",
    1.0,
    (0.5, 1.5),
    bounds=(0.05, 20.0),
    unit="UNGA units",
    meaning="distance of positions at which an attack counts for 1/e",
    source="judgement: ideal points have a standard deviation of one over states",
)


@njit
def start(w: Blocks) -> None:
    """Wars of the start alarm from the start."""
    update(w)


@njit
def update(w: Blocks) -> None:
    """Look at the wars of the others."""
    for i in range(w.n):
        for j in range(w.n):
            w.M[ALARM, i, j] = 0.0
    for j in range(w.n):
        for k in range(w.n):
            if w.M[WAR, j, k] <= 0.0:
                continue
            for i in range(w.n):
                if i != j and i != k:
                    apart = abs(w.V[IDEAL_POINT, i] - w.V[IDEAL_POINT, k])
                    w.M[ALARM, i, j] += w.M[WAR, j, k] * exp(-apart / w.P[REACH])
    for i in range(w.n):
        for j in range(w.n):
            w.M[ALARM, i, j] = w.V[VIOLATION, j] * min(1.0, w.M[ALARM, i, j])


MECHANISM = Mechanism(
    name="alarm",
    stage="hostility",
    claim="who attacks one state is feared by those who are like it",
    reads=("war", "violation", "ideal_point"),
    writes=("alarm",),
    update=update,
    start=start,
    source="Walt 1987; Crescenzi 2007",
)
