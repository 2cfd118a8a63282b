"""What states know when they choose: projected force, threats, loads and running sums.

Once a quarter, before anybody moves, :func:`assess` recomputes everything from the committed
state. Within the quarter two kinds of numbers differ:

* *assessments* (threat shares, hostility of others, shared enemies, loads of entrapment and
  retaliation, common partners) keep the value of the start of the quarter;
* *running sums* of a state's own portfolio (threat, protection, access, number of ties, patronage,
  incompatible partners) follow each pact at once, by :func:`tie_changed`, in O(N).

:func:`sums` is the plain form of the running sums; a test holds the two together.
"""

from __future__ import annotations

import math

from sim.decisions.commitment import level_commitment
from sim.fields import (
    AID,
    ARMS,
    ARMS_IMPORT_NEED,
    ARMS_STOCK,
    ARMS_SUPPLY,
    CAPABILITY,
    COMMITMENT,
    CONTACT,
    DISTANCE,
    ECONOMY,
    EFFORT,
    ENERGY,
    ENTRAPMENT_WEIGHT,
    FINANCE,
    HOSTILITY,
    HOSTILITY_BASE,
    LEVEL,
    MUNITIONS_SUPPLY,
    OPENNESS,
    PROJECTED,
    PROTECTION,
    REACH,
    RECOGNITION,
    RECOGNITION_SCALE,
    SANCTIONS,
    THREAT,
    THREAT_TOTAL,
    TRADE,
    TRUST,
    UNCERTAINTY,
    VULNERABILITY,
)
from sim.jit import inline, njit
from sim.mathx import exp, log
from sim.mechanisms.diplomacy.patronage import AID_SHARE, RELIEF
from sim.mechanisms.security.coalition_threat import RHO
from sim.mechanisms.security.hostility import REASSURANCE
from sim.mechanisms.security.uncertainty import GAIN as UNKNOWN
from sim.registry import dyad_field, param, state_field
from sim.sheets import SCRATCH, product, sparse_product, transpose
from sim.types import Dyads, States, Vector

COMMON_WEIGHT = param(
    "protection.common_enemy",
    0.5,
    (0.2, 0.9),
    bounds=(0.0, 1.0),
    meaning="part of an ally's help that depends on facing the same threats (lambda)",
    source="design notes 7.3",
)
HOME = param(
    "protection.home",
    0.002,
    (0.001, 0.004),
    bounds=(1e-6, 1.0),
    unit="capability share",
    meaning="what land, people and distance add to a defender's own capability",
    source="judgement: the smallest states are not overrun at will",
)

THREAT_SHARE = dyad_field("threat_share", bounds=(0.0, 1.0), meaning="share of k in i's threat")
SHARED = dyad_field("shared_enemies", meaning="hostility of j towards i's threats, weighted")
ENTRAPMENT_LOAD = dyad_field("entrapment_load", meaning="quarrels of j that are not i's, in reach")
RETALIATION_LOAD = dyad_field("retaliation_load", meaning="rivals of j on whom i depends")
CLOSURE = dyad_field("closure", meaning="1 - exp(-.7 common partners of i and j)")
MARKET = dyad_field("market", unit="share of the world", meaning="j's economy as it reaches i")
ENEMY_LOAD = dyad_field("enemy_load", meaning="commitment of j to those hostile to i")
COALITION_WEIGHT = dyad_field(
    "coalition_weight",
    symmetric=True,
    meaning="commitment of the pair as a third state fears it: g (1 + gain x uncertainty)",
)
OPPOSITION_LOAD = dyad_field("opposition_load", meaning="hostility between j and i's partners")
COALITION_PULL = dyad_field(
    "coalition_pull", meaning="working space: left operand of the sums over third states"
)
ODDS = dyad_field("odds", bounds=(0.0, 1.0), meaning="odds of i against j and j's friends")
RELEVANCE = dyad_field("relevance", unit="log share", meaning="log of i's attention share to j")

MARKET_ACCESS = state_field("market_access", unit="world GDP", meaning="reachable markets X1")
ARMS_ACCESS = state_field("arms_access", unit="arms supply", meaning="reachable suppliers X2")
MUNITIONS_ACCESS = state_field(
    "munitions_access", unit="munitions supply", meaning="reachable munitions X3"
)
PORTFOLIO = state_field("portfolio", meaning="sum of commitments of bilateral pacts")
ROOT = state_field("capability_root", meaning="sqrt(C)")
TIES = state_field("ties", unit="pacts", meaning="number of bilateral pacts")
PATRONAGE = state_field("patronage", meaning="sum of g_il sqrt(C_l): weight of all patrons of i")
HHI_ARMS = state_field("hhi_arms", bounds=(0.0, 1.0), meaning="concentration of arms suppliers")
HHI_TRADE = state_field("hhi_trade", bounds=(0.0, 1.0), meaning="concentration of trade partners")
AID_IN = state_field("aid_received", meaning="aid received, in donor economies per own economy")

SUB_TRADE = 0.5
W_ENERGY = 0.30
W_ARMS = 0.35
W_FINANCE = 0.25


@inline
def size(capability: float) -> float:
    """Weight c of a partner: min(1, C / .3)."""
    return min(1.0, capability / 0.3)


@inline
def sanctions_between(M: Dyads, i: int, j: int) -> float:
    """The heavier of the two sides' sanctions."""
    return max(M[SANCTIONS, i, j], M[SANCTIONS, j, i])


@inline
def reassured(M: Dyads, P: Vector, i: int, j: int, g: float) -> float:
    """Hostility of j in i's eyes at commitment g: Hb_ij (1 - app g tau_ij)."""
    return M[HOSTILITY_BASE, i, j] * (1.0 - P[REASSURANCE] * g * M[TRUST, i, j])


@inline
def help_share(M: Dyads, P: Vector, i: int, j: int, g: float, h: float) -> float:
    """Expected part q_ij of j's projected force that helps i, at commitment g and hostility h.

    q = g tau [(1 - lambda) + lambda min(1, 1.2 shared enemies)] (1 - w_ij)(1 - h): the threat
    itself cannot protect (design notes 1.3).
    """
    common = 1.0 - P[COMMON_WEIGHT] + P[COMMON_WEIGHT] * min(1.0, 1.2 * M[SHARED, i, j])
    return g * M[TRUST, i, j] * common * (1.0 - M[THREAT_SHARE, i, j]) * (1.0 - h)


@inline
def market(M: Dyads, i: int, j: int, g: float, s: float) -> float:
    """j's part in i's market access at commitment g and sanctions s."""
    return (1.0 - 0.85 * s) * (0.25 + g) * M[MARKET, i, j]


@inline
def supply(M: Dyads, V: States, i: int, j: int, g: float, h: float, s: float) -> float:
    """j's part in i's access to arms at commitment g, hostility h and sanctions s."""
    return (1.0 - 0.85 * s) * 1.5 * g * M[TRUST, i, j] * (1.0 - h) * V[ARMS_SUPPLY, j]


@inline
def munitions(M: Dyads, V: States, i: int, j: int, g: float, h: float, s: float) -> float:
    """j's part in i's access to munitions at commitment g, hostility h and sanctions s."""
    return (1.0 - 0.85 * s) * 1.5 * g * M[TRUST, i, j] * (1.0 - h) * V[MUNITIONS_SUPPLY, j]


@inline
def decoupling(M: Dyads, i: int, j: int) -> float:
    """b_ij (.15 + .85 H_ij): force of j that a foe's tie with j adds, before own ties to j."""
    return M[PROJECTED, i, j] * (0.15 + 0.85 * M[HOSTILITY, i, j])


@njit
def feared(M: Dyads, P: Vector, i: int, j: int, g: float) -> float:
    """Commitment g of i and j as a third state weighs it: the unknown counts as more."""
    return g * (1.0 + P[UNKNOWN] * M[UNCERTAINTY, i, j])


@njit
def project(M: Dyads, V: States, n: int) -> None:
    """Projected force, vulnerability and concentration, which change between quarters only.

    What new aid of others meets, a state needs no longer from its partners in trade.
    """
    for i in range(n):
        V[ROOT, i] = math.sqrt(V[CAPABILITY, i])
        for j in range(n):
            if i == j:
                continue
            M[PROJECTED, i, j] = (
                V[CAPABILITY, j] * V[EFFORT, j] * exp(-M[DISTANCE, i, j] / V[REACH, j])
            )
            M[MARKET, i, j] = V[ECONOMY, j] * exp(-M[DISTANCE, i, j] / 6.0)
            harm = (
                V[OPENNESS, i] * SUB_TRADE * M[TRADE, i, j]
                + W_ENERGY * V[OPENNESS, i] * M[ENERGY, i, j]
                + W_ARMS * V[ARMS_IMPORT_NEED, i] * M[ARMS_STOCK, i, j]
                + W_FINANCE * V[OPENNESS, i] * M[FINANCE, i, j]
            )
            left = max(0.0, 1.0 - (V[RELIEF, i] - M[AID_SHARE, i, j]))
            M[VULNERABILITY, i, j] = min(1.0, harm * left)
        # sums keep their order, so they are apart from what runs in vector lanes
        arms = 0.0
        trade = 0.0
        for j in range(n):
            if i != j:
                arms += M[ARMS, i, j] * M[ARMS, i, j]
                trade += M[TRADE, i, j] * M[TRADE, i, j]
        V[HHI_ARMS, i] = arms
        V[HHI_TRADE, i] = trade


@njit
def threats(M: Dyads, V: States, P: Vector, n: int) -> None:
    """Threat from each state and its coalition (literature eq. 3), totals and shares."""
    for i in range(n):
        for j in range(n):
            M[HOSTILITY, i, j] = 0.0 if i == j else reassured(M, P, i, j, M[COMMITMENT, i, j])
            M[COALITION_WEIGHT, i, j] = feared(M, P, i, j, M[COMMITMENT, i, j])
            M[SCRATCH, i, j] = decoupling(M, i, j) * (1.0 - M[COMMITMENT, i, j])
    # the sum over partners of k, transposed: commitments are sparse and symmetric
    transpose(M, COALITION_PULL, SCRATCH, n)
    sparse_product(M, SCRATCH, COALITION_WEIGHT, COALITION_PULL, n)
    transpose(M, THREAT, SCRATCH, n)
    for i in range(n):
        for k in range(n):
            force = M[PROJECTED, i, k] + P[RHO] * M[THREAT, i, k]
            M[THREAT, i, k] = 0.0 if i == k else M[HOSTILITY, i, k] * force
        total = 0.0
        for k in range(n):
            total += M[THREAT, i, k]
        V[THREAT_TOTAL, i] = total
        share = 1.0 / total if total > 0.0 else 0.0
        for k in range(n):
            M[THREAT_SHARE, i, k] = M[THREAT, i, k] * share


@njit
def loads(M: Dyads, V: States, n: int) -> None:
    """Sums over third states that the terms of a tie i-j need, one matrix product each."""
    transpose(M, SCRATCH, HOSTILITY, n)
    product(M, SHARED, THREAT_SHARE, SCRATCH, n)
    for i in range(n):
        inverse = 1.0 / (V[CAPABILITY, i] + 1e-9)
        for k in range(n):
            reach = min(1.0, M[PROJECTED, i, k] * inverse)
            M[COALITION_PULL, i, k] = (1.0 - M[HOSTILITY, i, k]) * reach
    product(M, ENTRAPMENT_LOAD, COALITION_PULL, SCRATCH, n)
    sparse_product(M, COALITION_PULL, COALITION_WEIGHT, SCRATCH, n)
    transpose(M, ENEMY_LOAD, COALITION_PULL, n)
    for i in range(n):
        inverse = 1.0 / (V[CAPABILITY, i] + 1e-9)
        for k in range(n):
            here, there = M[HOSTILITY, i, k], M[SCRATCH, i, k]
            M[OPPOSITION_LOAD, i, k] = 0.5 * (here + there)
            M[SCRATCH, i, k] = max(here, there)
            reach = min(1.0, M[PROJECTED, i, k] * inverse)
            M[COALITION_PULL, i, k] = (
                (M[VULNERABILITY, i, k] + 0.25 * reach)
                * (1.0 - M[COMMITMENT, i, k])
                * size(V[CAPABILITY, k])
            )
    product(M, RETALIATION_LOAD, COALITION_PULL, SCRATCH, n)
    for i in range(n):
        for k in range(n):
            M[SCRATCH, i, k] = M[OPPOSITION_LOAD, i, k]
            M[COALITION_PULL, i, k] = M[COMMITMENT, i, k] * size(V[CAPABILITY, k])
    sparse_product(M, OPPOSITION_LOAD, COALITION_PULL, SCRATCH, n)
    sparse_product(M, CLOSURE, COMMITMENT, COMMITMENT, n)
    for i in range(n):
        for j in range(n):
            M[CLOSURE, i, j] = 1.0 - exp(-0.7 * M[CLOSURE, i, j])


@njit
def relevance(M: Dyads, V: States, n: int) -> None:
    """Attention of i over partners: reach, trade, contact and ties (security complexes, 1.18)."""
    for i in range(n):
        total = 0.0
        for j in range(n):
            if i == j:
                M[RELEVANCE, i, j] = 0.0
                continue
            near = (M[PROJECTED, i, j] + M[PROJECTED, j, i]) / (V[CAPABILITY, i] + V[CAPABILITY, j])
            M[RELEVANCE, i, j] = (
                0.2 * near
                + M[TRADE, i, j]
                + 0.5 * M[ARMS, i, j]
                + 0.3 * M[CONTACT, i, j] * M[CONTACT, i, j]
                + 0.2 * M[COMMITMENT, i, j]
                + 0.2 * M[THREAT_SHARE, i, j]
                + 1e-4
            )
            total += M[RELEVANCE, i, j]
        for j in range(n):
            M[RELEVANCE, i, j] = log(M[RELEVANCE, i, j] / total) if i != j else -745.0


@njit
def sums(M: Dyads, V: States, P: Vector, n: int) -> None:
    """Running sums of each state's portfolio, from scratch (threat totals: :func:`threats`)."""
    scale = 0.0
    for i in range(n):
        scale += V[ROOT, i]
    for i in range(n):
        own = V[CAPABILITY, i] * V[EFFORT, i] + P[HOME]
        markets = 0.0
        arms = 0.0
        shells = 0.0
        portfolio = 0.0
        ties = 0.0
        patronage = 0.0
        recognition = 0.0
        aid = 0.0
        for j in range(n):
            if i == j:
                continue
            g = M[COMMITMENT, i, j]
            h = reassured(M, P, i, j, g)
            s = sanctions_between(M, i, j)
            own += help_share(M, P, i, j, g, h) * M[PROJECTED, i, j]
            markets += market(M, i, j, g, s)
            arms += supply(M, V, i, j, g, h, s)
            shells += munitions(M, V, i, j, g, h, s)
            level = M[LEVEL, i, j]
            portfolio += level_commitment(P, level)
            ties += 1.0 if level > 0.5 else 0.0
            patronage += g * V[ROOT, j]
            recognition += M[CONTACT, j, i] * V[ROOT, j] * (1.0 - M[HOSTILITY, i, j])
            aid += M[AID, j, i] * V[ECONOMY, j]
        V[PROTECTION, i] = own
        V[MARKET_ACCESS, i] = markets
        V[ARMS_ACCESS, i] = arms
        V[MUNITIONS_ACCESS, i] = shells
        V[PORTFOLIO, i] = portfolio
        V[TIES, i] = ties
        V[PATRONAGE, i] = patronage
        V[RECOGNITION, i] = recognition
        V[RECOGNITION_SCALE, i] = scale
        V[AID_IN, i] = aid / (V[ECONOMY, i] + 1e-4)
        for j in range(n):
            # threat is hostility times force; the small constants only guard the divisions
            force = M[THREAT, i, j] / (M[HOSTILITY, i, j] + 1e-9)
            M[ODDS, i, j] = own / (own + force + 1e-12)


@njit
def assess(M: Dyads, V: States, P: Vector, n: int) -> None:
    """Everything above, in order, from the committed state."""
    project(M, V, n)
    threats(M, V, P, n)
    loads(M, V, n)
    relevance(M, V, n)
    sums(M, V, P, n)


@inline
def threat_change(
    M: Dyads, P: Vector, i: int, j: int, g0: float, g1: float, h0: float, h1: float
) -> float:
    """Change of i's total threat when its own commitment with j goes from g0 to g1."""
    return (h1 - h0) * M[PROJECTED, i, j] + P[RHO] * M[ENEMY_LOAD, i, j] * decoupling(M, i, j) * (
        g0 - g1
    )


@njit
def third_threat_change(M: Dyads, P: Vector, m: int, i: int, j: int, dg: float) -> float:
    """Change of a third state m's threat when the commitment of i and j changes by dg."""
    through_j = M[HOSTILITY, m, i] * decoupling(M, m, j) * (1.0 - M[COMMITMENT, m, j])
    through_i = M[HOSTILITY, m, j] * decoupling(M, m, i) * (1.0 - M[COMMITMENT, m, i])
    return P[RHO] * feared(M, P, i, j, dg) * (through_j + through_i)


@njit
def own_side(
    M: Dyads,
    V: States,
    P: Vector,
    n: int,
    i: int,
    j: int,
    g0: float,
    g1: float,
    level0: float,
    level1: float,
) -> None:
    """Update i's running sums for a change of its tie with j."""
    h0 = reassured(M, P, i, j, g0)
    h1 = reassured(M, P, i, j, g1)
    s = sanctions_between(M, i, j)
    V[THREAT_TOTAL, i] += threat_change(M, P, i, j, g0, g1, h0, h1)
    V[PROTECTION, i] += (help_share(M, P, i, j, g1, h1) - help_share(M, P, i, j, g0, h0)) * M[
        PROJECTED, i, j
    ]
    V[MARKET_ACCESS, i] += market(M, i, j, g1, s) - market(M, i, j, g0, s)
    V[ARMS_ACCESS, i] += supply(M, V, i, j, g1, h1, s) - supply(M, V, i, j, g0, h0, s)
    V[MUNITIONS_ACCESS, i] += munitions(M, V, i, j, g1, h1, s) - munitions(M, V, i, j, g0, h0, s)
    V[PORTFOLIO, i] += level_commitment(P, level1) - level_commitment(P, level0)
    V[TIES, i] += (1.0 if level1 > 0.5 else 0.0) - (1.0 if level0 > 0.5 else 0.0)
    V[PATRONAGE, i] += (g1 - g0) * V[ROOT, j]
    weight = (g1 - g0) * size(V[CAPABILITY, j])
    for m in range(n):
        M[OPPOSITION_LOAD, i, m] += weight * 0.5 * (M[HOSTILITY, m, j] + M[HOSTILITY, j, m])


@njit
def tie_changed(
    M: Dyads, V: States, P: Vector, n: int, i: int, j: int, level1: float, g1: float, e1: float
) -> None:
    """Commit a new pact level of i and j: running sums first, then the tie itself. O(N)."""
    g0 = M[COMMITMENT, i, j]
    level0 = M[LEVEL, i, j]
    for m in range(n):
        if m != i and m != j:
            V[THREAT_TOTAL, m] += third_threat_change(M, P, m, i, j, g1 - g0)
    own_side(M, V, P, n, i, j, g0, g1, level0, level1)
    own_side(M, V, P, n, j, i, g0, g1, level0, level1)
    for m in range(n):
        M[ENEMY_LOAD, m, j] += M[HOSTILITY, m, i] * feared(M, P, i, j, g1 - g0)
        M[ENEMY_LOAD, m, i] += M[HOSTILITY, m, j] * feared(M, P, i, j, g1 - g0)
    M[COMMITMENT, i, j] = g1
    M[COMMITMENT, j, i] = g1
    M[COALITION_WEIGHT, i, j] = feared(M, P, i, j, g1)
    M[COALITION_WEIGHT, j, i] = feared(M, P, i, j, g1)
    M[ENTRAPMENT_WEIGHT, i, j] = e1
    M[ENTRAPMENT_WEIGHT, j, i] = e1
    M[LEVEL, i, j] = level1
    M[LEVEL, j, i] = level1
