"""One member that breaks ranks weakens the whole.

Claim: where members keep an outsider at a distance together, contact of one of them with it above
the usual costs the organisation cohesion, more so the more of its members hold out.

Equation (per quarter; member m of k, outsider j)::

    cohesion_k -= weaken max_j max_m (c_mj - c0_mj)+ shared_j

with shared_j the capability-weighted share of members that sanction j. Sources: Hovi 2005 and Weber
and Schneider 2022 (unity behind sanctions); register M31.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import clip
from sim.rules.declarations import baseline, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import CONTACT, SANCTIONS
from sim.rules.participation import is_member
from sim.rules.sheet_algebra import SCRATCH
from sim.rules.state_variables import CAPABILITY, COHESION, COLLECTIVE_KIND, ORGANISATION
from sim.types import Blocks

CONTACT_START = baseline(
    "contact",
    why="data: cohesion stated for the start holds the usual contact with outsiders",
)
WEAKEN = param(
    "dissent.weaken",
    0.1,
    (0.04, 0.2),
    bounds=(0.0, 5.0),
    unit="per quarter",
    meaning="cohesion lost by full contact of one member with an outsider whom all sanction",
    source="judgement: one dissenter delays joint measures, it does not end them (register M31)",
)

#: rows of the working space: capability of members with sanctions, the largest rise of contact
HELD, MOST = 0, 1


@njit
def update(w: Blocks) -> None:
    """Let breaches of ranks wear on cohesion for a quarter."""
    for k in range(w.G.shape[1]):
        if w.G[COLLECTIVE_KIND, k] != ORGANISATION:
            continue
        for j in range(w.n):
            w.M[SCRATCH, HELD, j] = 0.0
            w.M[SCRATCH, MOST, j] = 0.0
        total = 0.0
        for m in range(w.n):
            if is_member(w, k, m):
                total += w.V[CAPABILITY, m]
                for j in range(w.n):
                    rise = w.M[CONTACT, m, j] - w.M[CONTACT_START, m, j]
                    w.M[SCRATCH, HELD, j] += w.V[CAPABILITY, m] * min(1.0, w.M[SANCTIONS, m, j])
                    w.M[SCRATCH, MOST, j] = max(w.M[SCRATCH, MOST, j], rise)
        worst = 0.0
        for j in range(w.n):
            if total > 0.0 and not is_member(w, k, j):
                worst = max(worst, w.M[SCRATCH, MOST, j] * w.M[SCRATCH, HELD, j] / total)
        w.G[COHESION, k] = clip(w.G[COHESION, k] - w.P[WEAKEN] * worst, 0.0, 1.0)


MECHANISM = Mechanism(
    name="dissent",
    stage="organisations",
    claim="contact of one member with an outsider whom the others shun costs cohesion",
    reads=("member", "capability", "sanctions", "contact", "contact_start", "cohesion"),
    writes=("cohesion",),
    after=("sanctions",),
    update=update,
    source="Hovi 2005; Weber and Schneider 2022; register M31",
)
