"""Those who guard the rules undo them when they break them.

Claim: the rules against proliferation and the authority of the United Nations suffer when a state
passes technology to one that stands under reproach for its arms programmes, or goes to war and
seizes land; they suffer more when the state has a veto, for then no decision can follow. Without
further breaches authority comes back slowly.

Equations (per quarter; t technology, y violation, v veto, r = P[veto]; rises since the start)::

    weight_i = (1 + r v_i) / (1 + r)
    spread   = sum_i weight_i max_j (t_ij - t0_ij)+ y_j
    defiance = spread + sum_i weight_i (y_i - y0_i)+ + sum_i weight_i max_j y_j (B_ij - B0_ij)+
    n       += turn (n0 - loss spread - n),      u += turn (u0 - loss defiance - u)

both held in [0, 1]; the third sum is aid for states under reproach, the breach of sanctions.
Sources: Hurd 2007 (authority of the Council rests on the conduct of its members); Jo and Gartzke
2007 and Fuhrmann 2009 (technology supplied and proliferation); register M17.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import clip
from sim.rules.declarations import baseline, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import AID, TECHNOLOGY
from sim.rules.state_variables import NON_PROLIFERATION, UN_AUTHORITY, VETO, VIOLATION
from sim.types import Blocks

AID_START = baseline(
    "aid",
    why="data: authority stated for the start holds the aid of then to states under reproach",
)
LOSS = param(
    "regimes.loss",
    0.25,
    (0.1, 0.5),
    bounds=(0.0, 20.0),
    meaning="loss of integrity by one full breach of a state with a veto",
    source="judgement: one lasting breach by a permanent member halves a regime of middling order",
)
RANK = param(
    "regimes.veto",
    3.0,
    (1.0, 6.0),
    bounds=(0.0, 50.0),
    meaning="how much more a breach by a state with a veto weighs",
    source="judgement: no decision can follow upon it (register M17)",
)
TURN = param(
    "regimes.turn",
    0.08,
    (0.04, 0.15),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="speed at which authority is lost and regained",
    source="judgement: review conferences come every five years (register M17)",
)
TECHNOLOGY_START = baseline(
    "technology",
    why="data: integrity stated for the start holds the technology passed until then",
)
VIOLATION_START = baseline(
    "violation",
    why="data: authority stated for the start holds the breaches until then",
)
NON_PROLIFERATION_START = baseline(
    "non_proliferation",
    why="data: stated for the start, with the breaches until then in it",
)
UN_AUTHORITY_START = baseline(
    "un_authority",
    why="data: stated for the start, with the breaches until then in it",
)


@njit
def update(w: Blocks) -> None:
    """Advance the integrity of the two regimes by a quarter."""
    spread = 0.0
    defiance = 0.0
    for i in range(w.n):
        passed = 0.0
        broken = 0.0
        for j in range(w.n):
            if i == j:
                continue
            rise = w.M[TECHNOLOGY, i, j] - w.M[TECHNOLOGY_START, i, j]
            passed = max(passed, rise * w.V[VIOLATION, j])
            broken = max(broken, (w.M[AID, i, j] - w.M[AID_START, i, j]) * w.V[VIOLATION, j])
        weight = (1.0 + w.P[RANK] * w.V[VETO, i]) / (1.0 + w.P[RANK])
        spread += weight * passed
        deed = max(0.0, w.V[VIOLATION, i] - w.V[VIOLATION_START, i])
        defiance += weight * (passed + broken + deed)
    n0 = w.G[NON_PROLIFERATION_START, 0] - w.P[LOSS] * spread
    u0 = w.G[UN_AUTHORITY_START, 0] - w.P[LOSS] * defiance
    now = w.G[NON_PROLIFERATION, 0]
    w.G[NON_PROLIFERATION, 0] = clip(now + w.P[TURN] * (n0 - now), 0.0, 1.0)
    now = w.G[UN_AUTHORITY, 0]
    w.G[UN_AUTHORITY, 0] = clip(now + w.P[TURN] * (u0 - now), 0.0, 1.0)


MECHANISM = Mechanism(
    name="regimes",
    stage="regimes",
    claim="breaches, above all by states with a veto, undo non-proliferation and the authority of "
    "the United Nations",
    reads=("technology", "violation", "veto", "aid"),
    writes=("non_proliferation", "un_authority"),
    update=update,
    source="Hurd 2007; Jo and Gartzke 2007; Fuhrmann 2009; register M17",
)
