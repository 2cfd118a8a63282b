"""Where publics divide, a leader of the opposite camp finds friends among them.

Claim: polarisation raises the appeal of a great power of another system: part of the public feels
closer to it, its trust and its share of attention grow.

Equations (per quarter; z pole, q governance, p polarisation; i the leader, j the divided society)::

    room_ij  = z_i (1 - q_i) (q_j - q_i)+ (p_j - p0_j)+
    kin_ij  += turn (kin0_ij + gain room_ij (1 - kin0_ij) - kin_ij)      identity, both orders
    alpha_ji += trust room_ij                                           trust of j in i

Sources: Shekhovtsov 2017 and Polyakova 2014 (ties with the radical right); Norris and Inglehart
2019 (the audience); register M65.
"""

from __future__ import annotations

from sim.compiled.jit import inline, njit
from sim.compiled.mathx import clip
from sim.rules.declarations import baseline, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import IDENTITY, TRUST_GOOD
from sim.rules.state_variables import GOVERNANCE, POLARISATION, POLE
from sim.types import Blocks

POLARISATION_START = baseline(
    "polarisation",
    why="data: ties and trust stated for the start hold the division of then",
)
GAIN = param(
    "appeal.gain",
    0.5,
    (0.2, 0.8),
    bounds=(0.0, 5.0),
    meaning="identity with a wholly illiberal pole in a wholly divided liberal society",
    source="judgement: parties of the radical right win a fifth to a third of votes (M65)",
)
TRUSTING = param(
    "appeal.trust",
    0.2,
    (0.05, 0.4),
    bounds=(0.0, 50.0),
    unit="counts per quarter",
    meaning="trust of such a society in such a pole",
    source="judgement: as much as strong contact brings in a year (rule trust)",
)
TURN = param(
    "appeal.turn",
    0.1,
    (0.05, 0.2),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="speed at which such ties form and end",
    source="judgement: an electoral cycle",
)
IDENTITY_START = baseline(
    "identity",
    why="data: ties stated for the start are those that histories give, and come back",
)


@inline
def opening(w: Blocks, i: int, j: int) -> float:
    """Room for the leader i in the divided society j."""
    rise = max(0.0, w.V[POLARISATION, j] - w.V[POLARISATION_START, j])
    room = w.V[POLE, i] * (1.0 - w.V[GOVERNANCE, i]) * rise
    return room * max(0.0, w.V[GOVERNANCE, j] - w.V[GOVERNANCE, i])


@njit
def update(w: Blocks) -> None:
    """Advance the ties of divided publics with illiberal poles."""
    for i in range(w.n):
        for j in range(i):
            if w.V[POLE, i] <= 0.0 and w.V[POLE, j] <= 0.0:
                continue
            # at most one of the two is the leader of the other camp
            here, there = opening(w, i, j), opening(w, j, i)
            usual = w.M[IDENTITY_START, i, j]
            now = w.M[IDENTITY, i, j]
            if here + there == 0.0 and now == usual:
                continue
            now += w.P[TURN] * (usual + w.P[GAIN] * (here + there) * (1.0 - usual) - now)
            w.M[IDENTITY, i, j] = clip(now, 0.0, 1.0)
            w.M[IDENTITY, j, i] = w.M[IDENTITY, i, j]
            w.M[TRUST_GOOD, j, i] += w.P[TRUSTING] * here
            w.M[TRUST_GOOD, i, j] += w.P[TRUSTING] * there


MECHANISM = Mechanism(
    name="appeal",
    stage="appeal",
    claim="divided publics feel closer to an illiberal pole",
    reads=("pole", "governance", "polarisation"),
    writes=("identity", "trust_good"),
    update=update,
    source="Shekhovtsov 2017; Norris and Inglehart 2019; register M65",
)
