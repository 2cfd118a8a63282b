"""A better example abroad that the own public can see makes a regime act outward.

Claim: good government next door, or in the opposed camp, threatens a regime of poor government the
more, the less secure it feels and the less it can seal off its society; it answers by subversion of
the example and by hostility.

Equations (per quarter; q governance, s regime security, m openness, x ideal points)::

    seen_ij    = 1 - (1 - near_ij)(1 - min(1, |x_i - x_j| / apart))
    example_ij = m_i (1 - s_i)(q_j - q_i)+ seen_ij
    D_ij       = (example_ij - example0_ij)+
    e_ij      += turn (answer D_ij - e_ij)
    u_ij      += change of e_ij in the quarter           subversion of j by i, 0..1
    t_ij      += press D_ij (1 - t_ij)

A campaign that an event begins goes on until an event ends it. An isolated society (m near zero)
does not compare, and its regime has no need to act. Sources: Ambrosio 2009 and Whitehead 1996
(regimes and the example abroad); Bader, Graevingholt and Kaestner 2010; register M37, M66.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import clip
from sim.rules.declarations import dyad_field, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import NEAR, SUBVERSION, TENSION
from sim.rules.state_variables import GOVERNANCE, IDEAL_POINT, OPENNESS, REGIME_SECURITY
from sim.types import Blocks

APART = param(
    "subversion.apart",
    3.0,
    (2.0, 4.0),
    bounds=(0.1, 20.0),
    unit="UNGA units",
    meaning="distance of positions at which the other is the opposed system",
    source="judgement: about that of the two largest camps in votes of 2021",
)
ANSWER = param(
    "subversion.answer",
    4.0,
    (2.0, 6.0),
    bounds=(0.0, 50.0),
    meaning="subversion per unit rise of the example",
    source="judgement: a rise of .1 (neighbour reforms, regime unsure) brings two fifths of all",
)
PRESS = param(
    "subversion.press",
    0.4,
    (0.2, 0.8),
    bounds=(0.0, 10.0),
    unit="per quarter",
    meaning="tension per unit rise of the example",
    source="judgement: with the decay of tension, a rise of .1 brings .2",
)
TURN = param(
    "subversion.turn",
    0.2,
    (0.1, 0.35),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="speed at which campaigns are built and given up",
    source="judgement: about a year",
)
EXAMPLE_START = dyad_field("example_start", meaning="threat of the example at the start")
"""data: subversion and tension stated for the start hold the answer to it"""
CAMPAIGN = dyad_field("campaign", meaning="subversion in answer to the example (e)")


@njit
def example(w: Blocks, i: int, j: int) -> float:
    """How far the good government of j puts the rule of i in doubt."""
    better = w.V[GOVERNANCE, j] - w.V[GOVERNANCE, i]
    if better <= 0.0:
        return 0.0
    opposed = min(1.0, abs(w.V[IDEAL_POINT, i] - w.V[IDEAL_POINT, j]) / w.P[APART])
    seen = 1.0 - (1.0 - w.M[NEAR, i, j]) * (1.0 - opposed)
    return w.V[OPENNESS, i] * (1.0 - w.V[REGIME_SECURITY, i]) * better * seen


@njit
def start(w: Blocks) -> None:
    """Remember what is usual."""
    for i in range(w.n):
        for j in range(w.n):
            w.M[EXAMPLE_START, i, j] = example(w, i, j) if i != j else 0.0
            w.M[CAMPAIGN, i, j] = 0.0


@njit
def update(w: Blocks) -> None:
    """Advance subversion, and the tension that goes with it, by a quarter."""
    for i in range(w.n):
        for j in range(w.n):
            if i == j:
                continue
            doubt = max(0.0, example(w, i, j) - w.M[EXAMPLE_START, i, j])
            old = w.M[CAMPAIGN, i, j]
            if doubt == 0.0 and old == 0.0:
                continue
            new = old + w.P[TURN] * (w.P[ANSWER] * doubt - old)
            if new < 1e-9:
                new = 0.0
            w.M[CAMPAIGN, i, j] = new
            w.M[SUBVERSION, i, j] = clip(w.M[SUBVERSION, i, j] + new - old, 0.0, 1.0)
            tense = w.M[TENSION, i, j]
            w.M[TENSION, i, j] = clip(tense + w.P[PRESS] * doubt * (1.0 - tense), 0.0, 1.0)


MECHANISM = Mechanism(
    name="subversion",
    stage="home",
    claim="a better example that the public can see makes unsure regimes act outward",
    reads=("openness", "regime_security", "governance", "nearness", "ideal_point"),
    writes=("subversion", "tension"),
    after=("governance",),
    update=update,
    start=start,
    source="Ambrosio 2009; Whitehead 1996; register M37, M66",
)
