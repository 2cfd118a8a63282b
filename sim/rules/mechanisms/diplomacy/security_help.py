"""Help against danger at home buys support abroad.

Claim: a government that fears for its hold over its territory sides with those who help it with aid
or soldiers; the shakier the state, and the less help it has from others, the more.

Equations (per quarter; h_ij help of i to j above the start, z_j instability, x ideal point)::

    h_ij  = max(B_ij - B0_ij, personnel_ij - personnel0_ij)+
    a_ji += thanks h_ij z_j h_ij / sum_k h_kj
    home_j += turn h_ij z_j (x_i - x_j)

Sources: Morgenthau 1962 and Dreher et al. 2008 (aid and votes); Sullivan, Tessman and Li 2011
(military aid and cooperation); register M30.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import clip
from sim.rules.declarations import baseline, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import AID, PERSONNEL, TRUST_GOOD
from sim.rules.sheet_algebra import SCRATCH
from sim.rules.state_variables import IDEAL_HOME, IDEAL_POINT, INSTABILITY
from sim.types import Blocks

AID_START = baseline(
    "aid",
    why="data: stated trust and the votes of the start hold the thanks for old aid",
)
THANKS = param(
    "security_help.thanks",
    1.0,
    (0.4, 2.0),
    bounds=(0.0, 100.0),
    unit="counts per quarter",
    meaning="trust earned by full help to a state that has lost control",
    source="judgement: a quarter of full help in full need earns as much as a defence pact",
)
TURN = param(
    "security_help.turn",
    0.03,
    (0.01, 0.06),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="part of the distance of positions that full help covers",
    source="Dreher et al. 2008: aid moves votes by small but lasting amounts",
)
PERSONNEL_START = baseline(
    "personnel",
    why="data: stated trust and the votes of the start hold the thanks for old missions",
)


@njit
def given(w: Blocks, i: int, j: int) -> float:
    """Help of i to j above the start, 0 to 1."""
    aid = w.M[AID, i, j] - w.M[AID_START, i, j]
    return max(0.0, aid, w.M[PERSONNEL, i, j] - w.M[PERSONNEL_START, i, j])


@njit
def update(w: Blocks) -> None:
    """Count the thanks of a quarter."""
    for j in range(w.n):
        w.M[SCRATCH, 0, j] = 0.0
    for i in range(w.n):
        for j in range(w.n):
            w.M[SCRATCH, 0, j] += given(w, i, j) if i != j else 0.0
    for j in range(w.n):
        total = w.M[SCRATCH, 0, j]
        if total <= 0.0 or w.V[INSTABILITY, j] <= 0.0:
            continue
        for i in range(w.n):
            h = given(w, i, j) if i != j else 0.0
            if h > 0.0:
                w.M[TRUST_GOOD, j, i] += w.P[THANKS] * h * w.V[INSTABILITY, j] * h / total
                shift = (
                    w.P[TURN]
                    * h
                    * w.V[INSTABILITY, j]
                    * (w.V[IDEAL_POINT, i] - w.V[IDEAL_POINT, j])
                )
                w.V[IDEAL_HOME, j] = clip(w.V[IDEAL_HOME, j] + shift, -5.0, 5.0)


MECHANISM = Mechanism(
    name="security_help",
    stage="trust",
    claim="states in danger at home side with those who help them",
    reads=("aid", "personnel", "instability", "ideal_point", "trust_good", "ideal_home"),
    writes=("trust_good", "ideal_home"),
    update=update,
    source="Dreher et al. 2008; Sullivan, Tessman and Li 2011; register M30",
)
