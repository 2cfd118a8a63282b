"""Corrupt deals hold a neighbour's decision-makers, spoil its government, and buy it as a friend.

Claim: where a state takes its energy from a poorly governed supplier and its own institutions are
weak, deals capture decision-makers; capture spoils government and makes the host kinder to the one
who holds it.

Equations (per quarter; e_ji share of i in the fuel imports of j, q governance)::

    lure_ij     = e_ji (1 - q_i)(1 - q_j)
    capture_ij += deal (lure_ij - lure0_ij)+ (1 - capture_ij)
    q_j        -= rot q_j sum_i (capture_ij - capture_ij a quarter before)
    alpha_ji   += favour (capture_ij - capture0_ij)+         the host's trust in the holder

Capture outlasts the deals; what an event adds to it spoils and binds as well. Confidence of the
public follows government (rule legitimacy). Sources: Hellman, Jones and Kaufmann 2000 (state
capture); Cooley and Heathershaw 2017; register M38.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import clip
from sim.rules.declarations import baseline, dyad_field, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import CAPTURE, ENERGY, TRUST_GOOD
from sim.rules.sheet_algebra import SCRATCH, STRIP
from sim.rules.state_variables import GOVERNANCE
from sim.types import Blocks

DEAL = param(
    "governance.deal",
    0.15,
    (0.05, 0.3),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="growth of capture by a full new lure",
    source="judgement: networks of one supplier grow over some years (register M38)",
)
ROT = param(
    "governance.rot",
    0.5,
    (0.2, 0.8),
    bounds=(0.0, 1.0),
    meaning="part of good government that full capture by one state undoes",
    source="judgement: half a scale lower if captured (Hellman, Jones and Kaufmann 2000)",
)
FAVOUR = param(
    "governance.favour",
    0.3,
    (0.1, 0.6),
    bounds=(0.0, 50.0),
    unit="counts per quarter",
    meaning="trust in the holder that full new capture brings",
    source="judgement: as much as full contact above the usual brings in a year (rule trust)",
)
LURE_START = dyad_field("lure_start", meaning="lure of deals at the start")
"""data: capture stated for the start holds the deals until then"""
CAPTURE_START = baseline(
    "capture",
    why="data: trust stated for the start holds the kindness that old deals bought",
)
CAPTURE_SEEN = dyad_field("capture_seen", meaning="capture a quarter before")


@njit
def lure(w: Blocks, i: int, j: int) -> float:
    """What deals of i can reach in j."""
    return w.M[ENERGY, j, i] * (1.0 - w.V[GOVERNANCE, i]) * (1.0 - w.V[GOVERNANCE, j])


@njit
def start(w: Blocks) -> None:
    """Remember what is usual."""
    for i in range(w.n):
        for j in range(w.n):
            w.M[LURE_START, i, j] = lure(w, i, j)
            w.M[CAPTURE_SEEN, i, j] = w.M[CAPTURE, i, j]


@njit
def update(w: Blocks) -> None:
    """Advance capture, and what it does to its host, by a quarter."""
    # all deals first: the governance of the quarter before tempts, whoever comes first
    for first in range(0, w.n, STRIP):
        for i in range(w.n):
            for j in range(first, min(first + STRIP, w.n)):
                rise = max(0.0, lure(w, i, j) - w.M[LURE_START, i, j]) if i != j else 0.0
                if rise > 0.0:
                    held = w.M[CAPTURE, i, j]
                    w.M[CAPTURE, i, j] = clip(held + w.P[DEAL] * rise * (1.0 - held), 0.0, 1.0)
    for j in range(w.n):
        w.M[SCRATCH, 0, j] = 0.0
    for first in range(0, w.n, STRIP):
        for i in range(w.n):
            for j in range(first, min(first + STRIP, w.n)):
                if i == j:
                    continue
                held = w.M[CAPTURE, i, j]
                w.M[SCRATCH, 0, j] += held - w.M[CAPTURE_SEEN, i, j]
                w.M[CAPTURE_SEEN, i, j] = held
                gained = max(0.0, held - w.M[CAPTURE_START, i, j])
                w.M[TRUST_GOOD, j, i] += w.P[FAVOUR] * gained
    for j in range(w.n):
        more = w.M[SCRATCH, 0, j]
        if more != 0.0:
            w.V[GOVERNANCE, j] = clip(w.V[GOVERNANCE, j] * (1.0 - w.P[ROT] * more), 0.0, 1.0)


MECHANISM = Mechanism(
    name="governance",
    stage="home",
    claim="energy deals among the poorly governed capture, spoil government and buy kindness",
    reads=("energy",),
    writes=("capture", "governance", "trust_good"),
    update=update,
    start=start,
    source="Hellman, Jones and Kaufmann 2000; Cooley and Heathershaw 2017; register M38",
)
