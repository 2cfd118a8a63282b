"""Two systems that seek to remake each other become lasting rivals.

Claim: where two states of opposed systems, by their government and by their positions, both press
and subvert each other more than they used to, what remains when the acts are over is rivalry.

Equations (per quarter; q governance, x ideal points, u subversion, t tension, Q rivalry, mutual)::

    gap_ij   = min(1, (|q_i - q_j| / ruled + |x_i - x_j| / apart) / 2)
    press_ij = min(1, (t_ij - t0_ij)+ + (u_ij - u0_ij)+)
    Q_ij    += harden gap_ij sqrt(press_ij press_ji) (2 - Q_ij)

Rivalry does not fade: the hostility outlasts its occasion. Sources: Owen 2010 (the clash of ideas);
Thompson 2001 (ideological rivalries); register M40.
"""

from __future__ import annotations

from math import sqrt

from sim.compiled.jit import njit
from sim.compiled.mathx import clip
from sim.rules.declarations import baseline, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import RIVALRY, SUBVERSION, TENSION
from sim.rules.sheet_algebra import STRIP
from sim.rules.state_variables import GOVERNANCE, IDEAL_POINT
from sim.types import Blocks

TENSION_START = baseline(
    "tension",
    why="data: rivalries of the start (Thompson et al.) hold the contest until then",
)
SUBVERSION_START = baseline(
    "subversion",
    why="data: rivalries of the start (Thompson et al.) hold the contest until then",
)
HARDEN = param(
    "normative_contest.harden",
    0.02,
    (0.0, 0.04),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="growth of rivalry between wholly opposed systems that press each other with all means",
    source="judgement: a decade of full contest makes a full strategic rivalry",
)
RULED = param(
    "normative_contest.ruled",
    0.6,
    (0.4, 0.8),
    bounds=(0.05, 1.0),
    meaning="distance of governance between opposed systems",
    source="V-Dem electoral democracy: democracies near .85, closed autocracies near .2",
)
APART = param(
    "normative_contest.apart",
    3.0,
    (2.0, 4.0),
    bounds=(0.1, 20.0),
    unit="UNGA units",
    meaning="distance of positions between opposed systems",
    source="judgement: about that of the two largest camps in votes of 2021",
)


@njit
def pressure(w: Blocks, i: int, j: int) -> float:
    """How far i presses j more than it used to."""
    rise = max(0.0, w.M[TENSION, i, j] - w.M[TENSION_START, i, j])
    return min(1.0, rise + max(0.0, w.M[SUBVERSION, i, j] - w.M[SUBVERSION_START, i, j]))


@njit
def update(w: Blocks) -> None:
    """Advance what a contest of systems leaves behind."""
    for first in range(0, w.n, STRIP):
        for i in range(w.n):
            for j in range(max(first, i + 1), min(first + STRIP, w.n)):
                mine = pressure(w, i, j)
                if mine <= 0.0:
                    continue
                both = sqrt(mine * pressure(w, j, i))
                if both <= 0.0:
                    continue
                gap = abs(w.V[GOVERNANCE, i] - w.V[GOVERNANCE, j]) / w.P[RULED]
                gap += abs(w.V[IDEAL_POINT, i] - w.V[IDEAL_POINT, j]) / w.P[APART]
                q = w.M[RIVALRY, i, j]
                q = clip(q + w.P[HARDEN] * min(1.0, 0.5 * gap) * both * (2.0 - q), 0.0, 2.0)
                w.M[RIVALRY, i, j] = q
                w.M[RIVALRY, j, i] = q


MECHANISM = Mechanism(
    name="normative_contest",
    stage="claims",
    claim="opposed systems that press each other become lasting rivals",
    reads=("tension", "subversion", "governance", "ideal_point"),
    writes=("rivalry",),
    update=update,
    source="Owen 2010; Thompson 2001; register M40",
)
