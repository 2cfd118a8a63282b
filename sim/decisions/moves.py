"""Moves: what each costs to make, what it changes, and what it does to trust.

Creation and break costs belong to the move, not to the state that results (creation and endowment
functions of stochastic actor-oriented models): they set base rates without changing what is
desirable. Attention to partners enters as the log of its share, so that a world with more states
does not make more moves per state.
"""

from __future__ import annotations

from sim.decisions.assessment import (
    AID_IN,
    ARMS_ACCESS,
    MARKET_ACCESS,
    MUNITIONS_ACCESS,
    ROOT,
    market,
    munitions,
    reassured,
    sanctions_between,
    supply,
    tie_changed,
)
from sim.decisions.commitment import tie_commitment, tie_entrapment
from sim.decisions.terms import Tie
from sim.dyads import AID, COMMITMENT, CONTACT, HOSTILITY, SANCTIONS, TENSION, TRUST_BAD, TRUST_GOOD
from sim.fields import CAPABILITY, ECONOMY, EFFORT, PROTECTION, RECOGNITION
from sim.jit import inline, njit
from sim.registry import param, state_field
from sim.types import Blocks

RATE = param(
    "moves.rate",
    4.0,
    (4.0, 4.0),
    bounds=(0.0, 40.0),
    unit="opportunities a year",
    meaning="opportunities of a calm state (the clock; not identified apart from the costs)",
    source="design notes 7.3",
)
CREATE = param(
    "moves.create",
    3.4,
    (2.9, 3.9),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost of offering a pact",
    source="base rate of pact formation (design notes 2.4)",
)
DEEPEN = param(
    "moves.deepen",
    0.5,
    (0.2, 0.8),
    bounds=(0.0, 50.0),
    unit="logits per level",
    meaning="extra cost for each further level offered at once",
    source="judgement",
)
BREAK = param(
    "moves.break",
    3.4,
    (2.8, 4.0),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost of leaving or lowering a pact, however slight",
    source="hazard of ending of consultation pacts .010 a year (fact 4)",
)
BREAK_DEEP = param(
    "moves.break_deep",
    2.4,
    (1.8, 3.0),
    bounds=(0.0, 50.0),
    unit="logits per unit commitment",
    meaning="extra cost by the commitment that is broken",
    source="hazard of ending of defence pacts .014 to .042 a year (facts 1, 2)",
)
BREAK_ARMS = param(
    "moves.break_arms",
    3.0,
    (1.5, 4.5),
    bounds=(0.0, 50.0),
    unit="logits per unit arms share",
    meaning="extra cost of breaking with an arms supplier",
    source="design notes 1.9",
)
IMPOSE = param(
    "moves.sanction",
    7.0,
    (6.2, 7.8),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost of imposing sanctions",
    source="design notes 6 (sanction storms)",
)
LIFT = param(
    "moves.lift",
    4.6,
    (4.0, 5.4),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost of lifting sanctions",
    source="design notes 7.2 (16)",
)
GRANT = param(
    "moves.aid",
    4.8,
    (4.2, 5.4),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost of starting aid",
    source="design notes 7.2 (16)",
)
STOP_AID = param(
    "moves.end_aid",
    4.0,
    (3.4, 4.6),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost of ending aid",
    source="design notes 7.2 (16)",
)
ARM_COST = param(
    "moves.arm",
    5.2,
    (4.6, 5.8),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost of a decision to arm or disarm",
    source="judgement",
)
COURT_COST = param(
    "moves.court",
    3.4,
    (2.9, 3.9),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost of a courting visit",
    source="judgement: about one exceptional visit per state and two years",
)
PROVOKE_COST = param(
    "moves.provoke",
    2.84,
    (2.13, 3.63),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost of an act of pressure",
    source="calibrated (docs/calibration.md) on the onset of militarised disputes (fact 16)",
)
RECONCILE_COST = param(
    "moves.reconcile",
    4.5,
    (3.9, 5.1),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost of a conciliatory act",
    source="judgement",
)
CONSENT = param(
    "consent.offset",
    -1.0,
    (-2.0, 0.0),
    bounds=(-20.0, 20.0),
    unit="logits",
    meaning="reluctance of the partner to accept an offer",
    source="design notes 7.3 (off -3..1)",
)
COOL = param(
    "consent.cooldown",
    6.0,
    (4.0, 8.0),
    bounds=(0.0, 100.0),
    unit="quarters",
    meaning="silence after a refusal",
    source="design notes 2.1: one to two years",
)
KEPT = param(
    "moves.trust_by_pact",
    0.8,
    (0.4, 1.2),
    bounds=(0.0, 50.0),
    unit="counts",
    meaning="trust earned by a new pact, times its commitment",
    source="design notes eq. (18)",
)
BROKEN = param(
    "moves.distrust_by_break",
    1.5,
    (0.8, 3.0),
    bounds=(0.0, 50.0),
    unit="counts",
    meaning="trust lost by a broken pact, times its commitment",
    source="design notes eq. (18)",
)
PUNISHED = param(
    "moves.distrust_by_sanction",
    0.8,
    (0.4, 1.2),
    bounds=(0.0, 50.0),
    unit="counts",
    meaning="trust of the target that sanctions cost the sender",
    source="design notes eq. (18)",
)
GUILT = param(
    "moves.guilt_by_association",
    1.2,
    (0.0, 2.0),
    bounds=(0.0, 50.0),
    unit="counts",
    meaning="trust lost with third states by a pact with their enemy (psi)",
    source="design notes 1.12 and 7.3",
)
TABOO_1 = state_field(
    "taboo_consultation",
    bounds=(0.0, 100.0),
    unit="logits",
    meaning="doctrine's reluctance to conclude a consultation pact",
)
TABOO_2 = state_field(
    "taboo_arms_cooperation",
    bounds=(0.0, 100.0),
    unit="logits",
    meaning="doctrine's reluctance to conclude arms cooperation",
)
TABOO_3 = state_field(
    "taboo_defence",
    bounds=(0.0, 100.0),
    unit="logits",
    meaning="doctrine's reluctance to conclude a defence pact",
)

COURT_STEP = 0.25
COURT_ANSWER = 0.15
PROVOKE_STEP = 0.25
RECONCILE_STEP = 0.4
ARM_STEP = 0.05


@inline
def tie_at(w: Blocks, i: int, j: int, level: float) -> Tie:
    """The tie of i and j at a pact level, as i sees it."""
    g = tie_commitment(w, i, j, level)
    return Tie(level, g, tie_entrapment(w, i, j, level), reassured(w, i, j, g))


@inline
def taboo(w: Blocks, i: int, level: float) -> float:
    """Doctrine's reluctance of i against a new pact of a level."""
    if level >= 2.5:
        return w.V[TABOO_3, i]
    return w.V[TABOO_2, i] if level >= 1.5 else w.V[TABOO_1, i]


@njit
def conclude(w: Blocks, i: int, j: int, a: Tie, b: Tie) -> None:
    """Pact of i and j goes from a to b; who gains or loses trust by it."""
    tie_changed(w, i, j, b.level, b.g, b.e)
    if b.g >= a.g:
        w.M[TRUST_GOOD, i, j] += w.P[KEPT] * (b.g - a.g)
        w.M[TRUST_GOOD, j, i] += w.P[KEPT] * (b.g - a.g)
        for m in range(w.n):
            if m != i and m != j:
                h_i = w.M[HOSTILITY, m, i]
                h_j = w.M[HOSTILITY, m, j]
                w.M[TRUST_BAD, m, j] += w.P[GUILT] * (b.g - a.g) * h_i * (1.0 - h_j)
                w.M[TRUST_BAD, m, i] += w.P[GUILT] * (b.g - a.g) * h_j * (1.0 - h_i)
    else:
        w.M[TRUST_BAD, j, i] += w.P[BROKEN] * (a.g - b.g)


@njit
def set_sanctions(w: Blocks, i: int, j: int, x1: float) -> None:
    """Sanctions of i on j become x1; access of both follows."""
    for order in range(2):
        a, b = (i, j) if order == 0 else (j, i)
        g = w.M[COMMITMENT, a, b]
        h = reassured(w, a, b, g)
        s0 = sanctions_between(w, i, j)
        s1 = max(x1, w.M[SANCTIONS, j, i])
        w.V[MARKET_ACCESS, a] += market(w, a, b, g, s1) - market(w, a, b, g, s0)
        w.V[ARMS_ACCESS, a] += supply(w, a, b, g, h, s1) - supply(w, a, b, g, h, s0)
        w.V[MUNITIONS_ACCESS, a] += munitions(w, a, b, g, h, s1) - munitions(w, a, b, g, h, s0)
    if x1 > w.M[SANCTIONS, i, j]:
        w.M[TRUST_BAD, j, i] += w.P[PUNISHED] * (x1 - w.M[SANCTIONS, i, j])
    w.M[SANCTIONS, i, j] = x1


@njit
def set_aid(w: Blocks, i: int, j: int, x1: float) -> None:
    """Aid of i to j becomes x1."""
    w.V[AID_IN, j] += (x1 - w.M[AID, i, j]) * w.V[ECONOMY, i] / (w.V[ECONOMY, j] + 1e-4)
    w.M[AID, i, j] = x1


@njit
def court(w: Blocks, i: int, j: int) -> None:
    """A visit raises the contact of both sides."""
    for order in range(2):
        a, b = (i, j) if order == 0 else (j, i)
        step = COURT_STEP if order == 0 else COURT_ANSWER
        rise = step * (1.0 - w.M[CONTACT, a, b])
        w.M[CONTACT, a, b] += rise
        w.V[RECOGNITION, b] += rise * w.V[ROOT, a] * (1.0 - w.M[HOSTILITY, b, a])


@njit
def set_tension(w: Blocks, i: int, j: int, x1: float) -> None:
    """Acts of i towards j reach level x1."""
    w.M[TENSION, i, j] = x1


@njit
def set_effort(w: Blocks, i: int, x1: float) -> None:
    """Arms effort of i becomes x1."""
    w.V[PROTECTION, i] += w.V[CAPABILITY, i] * (x1 - w.V[EFFORT, i])
    w.V[EFFORT, i] = x1
