"""Corridors and common projects bring neighbours closer.

Claim: organisations with a common market and weight, and aid, build corridors between members;
corridors raise trade and trust; war and sanctions cut them.

Equations (per quarter; k connectivity, levels at the start marked 0; l_ij the depth of shared
organisations, max over k of market_k authority_k for full members)::

    k_ij += build ((l_ij - l0_ij)+ + (mean aid of both - its start)+) (1 - k_ij)
            - cut (max(war_ij, (max S - max S0)+)) k_ij
    X0_ij = X0_ij exp(flow (k_ij - k_ij a quarter before)), the pattern that is re-routed
    a_ij += meet (k_ij - k0_ij)+       evidence of good faith, both orders

Flows change on the pattern of the start, so that exports and imports of all states still add up.
Sources: Donaldson 2018 and Limao and Venables 2001 (infrastructure and trade); Mitrany 1943 (peace
through common works); register M28.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import clip, exp
from sim.rules.declarations import baseline, dyad_field, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import AID, CONNECTIVITY, SANCTIONS, TRUST_GOOD, WAR
from sim.rules.participation import is_member
from sim.rules.sheet_algebra import SCRATCH, STRIP
from sim.rules.state_variables import AUTHORITY, COLLECTIVE_KIND, MARKET, ORGANISATION
from sim.types import Blocks

AID_START = baseline(
    "aid",
    why="data: corridors stated for the start hold what old aid built",
)
FLOW_START = baseline(
    "trade_flow",
    why="data: observed flows are the pattern that corridors scale and trade re-routes",
)
SANCTIONS_START = baseline(
    "sanctions",
    why="data: corridors stated for the start hold what old sanctions cut",
)
BUILD = param(
    "connectivity.build",
    0.03,
    (0.01, 0.06),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="corridors built by full common projects",
    source="judgement: a railway or a pipeline takes five to ten years",
)
CUT = param(
    "connectivity.cut",
    0.15,
    (0.05, 0.3),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="loss by full war or sanctions",
    source="judgement: lines close within a year",
)
FLOW = param(
    "connectivity.flow",
    0.8,
    (0.3, 1.5),
    bounds=(0.0, 20.0),
    meaning="log change of trade by full connectivity",
    source="halving transport costs raises trade by a factor of five at an elasticity of three "
    "(Limao and Venables 2001), of which corridors between neighbours are a part",
)
MEET = param(
    "connectivity.meet",
    0.3,
    (0.1, 0.6),
    bounds=(0.0, 20.0),
    unit="counts per quarter",
    meaning="good faith earned by full connectivity above the start",
    source="judgement: a fraction of what a pact earns, each year",
)
CONNECTIVITY_START = baseline(
    "connectivity",
    why="data: trust stated for the start holds the good faith of old corridors",
)
CONNECTIVITY_SEEN = dyad_field("connectivity_seen", meaning="connectivity a quarter before")
DEPTH_START = dyad_field("depth_start", meaning="depth of shared organisations at the start")
"""data: corridors stated for the start hold what old organisations built"""


@njit
def depths(w: Blocks, into: int) -> None:
    """Depth of the organisations that two share, of all pairs: largest market times authority."""
    for i in range(w.n):
        for j in range(w.n):
            w.M[into, i, j] = 0.0
    for k in range(w.G.shape[1]):
        depth = w.G[MARKET, k] * w.G[AUTHORITY, k]
        if w.G[COLLECTIVE_KIND, k] != ORGANISATION or depth <= 0.0:
            continue
        for i in range(w.n):
            if is_member(w, k, i):
                for j in range(w.n):
                    if is_member(w, k, j):
                        w.M[into, i, j] = max(w.M[into, i, j], depth)


@njit
def start(w: Blocks) -> None:
    """Remember what is usual."""
    depths(w, DEPTH_START)
    for i in range(w.n):
        for j in range(w.n):
            w.M[CONNECTIVITY_SEEN, i, j] = w.M[CONNECTIVITY, i, j]


@njit
def update(w: Blocks) -> None:
    """Advance corridors, and the trade and trust that they carry, by a quarter."""
    depths(w, SCRATCH)
    for first in range(0, w.n, STRIP):
        for i in range(w.n):
            for j in range(max(first, i + 1), min(first + STRIP, w.n)):
                grown = max(0.0, w.M[SCRATCH, i, j] - w.M[DEPTH_START, i, j])
                given = (
                    w.M[AID, i, j] - w.M[AID_START, i, j] + w.M[AID, j, i] - w.M[AID_START, j, i]
                )
                grown += max(0.0, 0.5 * given)
                new = max(w.M[SANCTIONS, i, j], w.M[SANCTIONS, j, i])
                old = max(w.M[SANCTIONS_START, i, j], w.M[SANCTIONS_START, j, i])
                harm = max(w.M[WAR, i, j], new - old)
                k = w.M[CONNECTIVITY, i, j]
                k += w.P[BUILD] * grown * (1.0 - k)
                if harm > 0.0:
                    k -= w.P[CUT] * harm * k
                k = clip(k, 0.0, 1.0)
                w.M[CONNECTIVITY, i, j] = k
                w.M[CONNECTIVITY, j, i] = k
                change = k - w.M[CONNECTIVITY_SEEN, i, j]
                if change != 0.0:
                    factor = exp(w.P[FLOW] * change)
                    w.M[FLOW_START, i, j] *= factor
                    w.M[FLOW_START, j, i] *= factor
                    w.M[CONNECTIVITY_SEEN, i, j] = k
                    w.M[CONNECTIVITY_SEEN, j, i] = k
                earned = w.P[MEET] * max(0.0, k - w.M[CONNECTIVITY_START, i, j])
                if earned > 0.0:
                    w.M[TRUST_GOOD, i, j] += earned
                    w.M[TRUST_GOOD, j, i] += earned


MECHANISM = Mechanism(
    name="connectivity",
    stage="routes",
    claim="corridors and common markets raise trade and trust; war and sanctions cut them",
    reads=(
        "connectivity",
        "market",
        "authority",
        "member",
        "aid",
        "war",
        "sanctions",
        "trade_flow_start",
        "trust_good",
    ),
    writes=("connectivity", "trade_flow_start", "trust_good"),
    update=update,
    start=start,
    source="Limao and Venables 2001; Donaldson 2018; Mitrany 1943; register M28",
)
