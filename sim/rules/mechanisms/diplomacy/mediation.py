"""A bridge calms those whom it joins, until the bridge-builder has had enough.

Claim: a state trusted on both sides that works as a go-between keeps acts of hostility down; when
the one it spoke for breaks the rules or its own trust in it is gone, it stops, is disappointed, and
the calm goes with it.

Equations (per quarter; m_ij work of i as a bridge between j and others; levels at the start 0)::

    m_ij    -= quit ((y_j - y0_j)+ + (tau0_ij - tau_ij)+) m_ij          y violation of j
    b_ij    += regret (fall of m_ij)                                     evidence against j
    T_jk, T_kj += calm (m0_ij - m_ij) tau0_ik (T at the start)           for every k at odds with j

Sources: Kydd 2003 and Beardsley 2011 (biased and trusted mediators); Zartman 1989; register M51.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import clip
from sim.rules.declarations import baseline, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import MEDIATION, TENSION, TRUST, TRUST_BAD
from sim.rules.sheet_algebra import SCRATCH
from sim.rules.state_variables import VIOLATION
from sim.types import Blocks

TENSION_START = baseline(
    "tension",
    why="data: tension stated for the start holds the calm that the bridge kept then",
)
TRUST_START = baseline(
    "trust",
    why="data: the bridge stated for the start stands in spite of the trust of then",
)
QUIT = param(
    "mediation.quit",
    0.5,
    (0.2, 1.0),
    bounds=(0.0, 5.0),
    unit="per quarter",
    meaning="how fast a full breach of rules or trust ends the work",
    source="judgement: a special relation ended within a year or two (register M51)",
)
REGRET = param(
    "mediation.regret",
    2.0,
    (1.0, 4.0),
    bounds=(0.0, 100.0),
    unit="counts",
    meaning="evidence against the one that was spoken for, when all work ends",
    source="judgement: more than a broken pact of arms cooperation (register M51)",
)
CALM = param(
    "mediation.calm",
    0.15,
    (0.05, 0.3),
    bounds=(0.0, 5.0),
    unit="per quarter",
    meaning="acts, relative to the usual, that full mediation by a trusted state keeps back",
    source="judgement: mediation shortens crises by a quarter to a third (Beardsley 2011)",
)
MEDIATION_START = baseline(
    "mediation",
    why="data: tension stated for the start holds the calm that the bridge kept then",
)
REPUTE_START = baseline(
    "violation",
    why="data: the bridge stated for the start stands in spite of the breaches of then",
)


@njit
def update(w: Blocks) -> None:
    """Advance the work of mediators and what it keeps back by a quarter."""
    moved = False
    for i in range(w.n):
        for j in range(w.n):
            w.M[SCRATCH, i, j] = 0.0  # the tension that all bridges no longer keep back
    for i in range(w.n):
        for j in range(w.n):
            if i == j:
                continue
            work = w.M[MEDIATION, i, j]
            if work > 0.0:
                breach = max(0.0, w.V[VIOLATION, j] - w.V[REPUTE_START, j])
                breach += max(0.0, w.M[TRUST_START, i, j] - w.M[TRUST, i, j])
                fall = min(work, w.P[QUIT] * breach * work)
                w.M[MEDIATION, i, j] = work - fall
                w.M[TRUST_BAD, i, j] += w.P[REGRET] * fall
            gone = w.M[MEDIATION_START, i, j] - w.M[MEDIATION, i, j]
            if gone == 0.0:
                continue
            moved = True
            for k in range(w.n):
                if k in (i, j):
                    continue
                heat = w.P[CALM] * gone * w.M[TRUST_START, i, k]
                w.M[SCRATCH, j, k] += heat * w.M[TENSION_START, j, k]
                w.M[SCRATCH, k, j] += heat * w.M[TENSION_START, k, j]
    if not moved:
        return
    for i in range(w.n):
        for j in range(w.n):
            w.M[TENSION, i, j] = clip(w.M[TENSION, i, j] + w.M[SCRATCH, i, j], 0.0, 1.0)


MECHANISM = Mechanism(
    name="mediation",
    stage="rivalry",
    claim="mediators keep acts of hostility back until breaches make them stop",
    reads=("mediation", "violation", "trust", "trust_start", "tension", "tension_start"),
    writes=("mediation", "trust_bad", "tension"),
    after=("tension",),
    update=update,
    source="Kydd 2003; Beardsley 2011; register M51",
)
