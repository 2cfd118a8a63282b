"""What states know when they choose: projected force, threats, loads and running sums.

Once a quarter, before anybody moves, :func:`assess` and :func:`portfolios` recompute everything
from the committed state. Within the quarter two kinds of numbers differ:

* *assessments* (threat shares, hostility of others, shared enemies, loads of entrapment and
  retaliation, common partners) keep the value of the start of the quarter;
* *running sums* of a state's own portfolio (threat, protection, access, number of ties, patronage,
  incompatible partners) follow each pact at once, by :func:`tie_changed`, in O(N).

:func:`sums` is the plain form of the running sums; a test holds the two together.
"""

from __future__ import annotations

import math
from functools import partial

from sim.compiled.jit import inline, njit
from sim.compiled.mathx import exp, log
from sim.rules.decisions.commitment import level_commitment
from sim.rules.declarations import MIRRORS, dyad_field, param, state_field
from sim.rules.mirrored_sheets import Mover, Partner, seen
from sim.rules.pair_variables import (
    AID,
    AID_SHARE,
    ARMS,
    ARMS_STOCK,
    COMMITMENT,
    CONTACT,
    DISTANCE,
    ENERGY,
    ENTRAPMENT_WEIGHT,
    FINANCE,
    HOSTILITY,
    HOSTILITY_BASE,
    LEVEL,
    NEAR,
    PROJECTED,
    SANCTIONS,
    SANCTIONS_KNOWN,
    THREAT,
    TRADE,
    TRUST,
    UNCERTAINTY,
    VULNERABILITY,
    WAR,
)
from sim.rules.participation import is_member
from sim.rules.sheet_algebra import SCRATCH, product, sparse_product, transpose
from sim.rules.state_variables import (
    ARMS_IMPORT_NEED,
    ARMS_SUPPLY,
    CAPABILITY,
    COLLECTIVE_KIND,
    ECONOMY,
    EFFORT,
    MUNITIONS_SUPPLY,
    NEAR_SCALE,
    OPENNESS,
    ORGANISATION,
    PROTECTION,
    REACH,
    REASSURANCE,
    RECOGNITION,
    RECOGNITION_SCALE,
    RELIEF,
    RHO,
    THREAT_TOTAL,
    UNKNOWN_GAIN,
)
from sim.rules.state_variables import MARKET as COMMON_MARKET
from sim.types import Blocks

COMMON_WEIGHT = param(
    "protection.common_enemy",
    0.5,
    (0.2, 0.9),
    bounds=(0.0, 1.0),
    meaning="part of an ally's help that depends on facing the same threats (lambda)",
    source="judgement: allies help in part for the pledge, in part for the common foe",
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

mirrored = partial(dyad_field, mirrored=True)

THREAT_SHARE = mirrored("threat_share", bounds=(0.0, 1.0), meaning="share of k in i's threat")
SHARED = mirrored("shared_enemies", meaning="hostility of j towards i's threats, weighted")
ENTRAPMENT_LOAD = mirrored("entrapment_load", meaning="quarrels of j that are not i's, in reach")
RETALIATION_LOAD = mirrored("retaliation_load", meaning="rivals of j on whom i depends")
CLOSURE = dyad_field("closure", symmetric=True, meaning="1 - exp(-.7 common partners of i and j)")
MARKET = mirrored("market", unit="share of the world", meaning="j's economy as it reaches i")
ENEMY_LOAD = mirrored("enemy_load", meaning="commitment of j to those hostile to i")
COALITION_WEIGHT = dyad_field(
    "coalition_weight",
    symmetric=True,
    meaning="commitment of the pair as a third state fears it: g (1 + gain x uncertainty)",
)
OPPOSITION_LOAD = mirrored("opposition_load", meaning="hostility between j and i's partners")
COALITION_PULL = dyad_field(
    "coalition_pull", meaning="working space: left operand of the sums over third states"
)
AHEAD = dyad_field(
    "partners_ahead",
    bounds=(0.0, 1.0),
    meaning="how many partners whom i trusts are ahead of it in new sanctions on j, saturating",
)
FOUGHT = dyad_field(
    "fought", bounds=(0.0, 1.0), meaning="how much those that j is at war with are hostile to i"
)
ODDS = dyad_field("odds", bounds=(0.0, 1.0), meaning="odds of i against j and j's friends")
RELEVANCE = dyad_field("relevance", unit="log share", meaning="log of i's attention share to j")

#: of the mirrored sheets, those of which a pact changes more than the pair
#: (:mod:`sim.rules.mirrored_sheets`)
ENEMIES_MIRRORED, OPPOSITION_MIRRORED = MIRRORS[ENEMY_LOAD], MIRRORS[OPPOSITION_LOAD]

MARKET_ACCESS = state_field("market_access", unit="world GDP", meaning="reachable markets X1")
ARMS_ACCESS = state_field("arms_access", unit="arms supply", meaning="reachable suppliers X2")
MUNITIONS_ACCESS = state_field(
    "munitions_access", unit="munitions supply", meaning="reachable munitions X3"
)
PORTFOLIO = state_field("portfolio", meaning="sum of commitments of bilateral pacts", record=True)
ROOT = state_field("capability_root", meaning="sqrt(C)")
TIES = state_field("ties", unit="pacts", meaning="number of bilateral pacts", record=True)
PATRONAGE = state_field("patronage", meaning="sum of g_il sqrt(C_l): weight of all patrons of i")
HHI_ARMS = state_field(
    "hhi_arms", bounds=(0.0, 1.0), meaning="concentration of arms suppliers", record=True
)
HHI_TRADE = state_field(
    "hhi_trade", bounds=(0.0, 1.0), meaning="concentration of trade partners", record=True
)
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
def sanctions_between(w: Blocks, i: int, j: int) -> float:
    """The heavier of the two sides' sanctions."""
    return max(w.M[SANCTIONS, i, j], w.M[SANCTIONS, j, i])


@inline
def reassured(w: Blocks, i: int, j: int, g: float) -> float:
    """Hostility of j in i's eyes at commitment g: Hb_ij (1 - app g tau_ij)."""
    return w.M[HOSTILITY_BASE, i, j] * (1.0 - w.P[REASSURANCE] * g * w.M[TRUST, i, j])


@inline
def help_share(w: Blocks, i: int, j: int, g: float, h: float) -> float:
    """Expected part q_ij of j's projected force that helps i, at commitment g and hostility h.

    q = g tau [(1 - lambda) + lambda min(1, 1.2 shared enemies)] (1 - w_ij)(1 - h): the threat
    itself cannot protect.
    """
    common = 1.0 - w.P[COMMON_WEIGHT] + w.P[COMMON_WEIGHT] * min(1.0, 1.2 * w.M[SHARED, i, j])
    return g * w.M[TRUST, i, j] * common * (1.0 - w.M[THREAT_SHARE, i, j]) * (1.0 - h)


@inline
def market(w: Blocks, i: int, j: int, g: float, s: float) -> float:
    """j's part in i's market access at commitment g and sanctions s."""
    return (1.0 - 0.85 * s) * (0.25 + g) * w.M[MARKET, i, j]


@inline
def supply(w: Blocks, i: int, j: int, g: float, h: float, s: float) -> float:
    """j's part in i's access to arms at commitment g, hostility h and sanctions s."""
    return (1.0 - 0.85 * s) * 1.5 * g * w.M[TRUST, i, j] * (1.0 - h) * w.V[ARMS_SUPPLY, j]


@inline
def munitions(w: Blocks, i: int, j: int, g: float, h: float, s: float) -> float:
    """j's part in i's access to munitions at commitment g, hostility h and sanctions s."""
    return (1.0 - 0.85 * s) * 1.5 * g * w.M[TRUST, i, j] * (1.0 - h) * w.V[MUNITIONS_SUPPLY, j]


@inline
def decoupling(w: Blocks, i: int, j: int) -> float:
    """b_ij (.15 + .85 H_ij): force of j that a foe's tie with j adds, before own ties to j."""
    return w.M[PROJECTED, i, j] * (0.15 + 0.85 * w.M[HOSTILITY, i, j])


@njit
def feared(w: Blocks, i: int, j: int, g: float) -> float:
    """Commitment g of i and j as a third state weighs it: the unknown counts as more."""
    return g * (1.0 + w.P[UNKNOWN_GAIN] * w.M[UNCERTAINTY, i, j])


@njit
def project(w: Blocks) -> None:
    """Projected force, vulnerability and concentration, which change between quarters only.

    What new aid of others meets, a state needs no longer from its partners in trade.
    """
    for i in range(w.n):
        w.V[ROOT, i] = math.sqrt(w.V[CAPABILITY, i])
        for j in range(w.n):
            if i == j:
                continue
            w.M[PROJECTED, i, j] = (
                w.V[CAPABILITY, j] * w.V[EFFORT, j] * exp(-w.M[DISTANCE, i, j] / w.V[REACH, j])
            )
            w.M[MARKET, i, j] = w.V[ECONOMY, j] * exp(-w.M[DISTANCE, i, j] / 6.0)
            harm = (
                w.V[OPENNESS, i] * SUB_TRADE * w.M[TRADE, i, j]
                + W_ENERGY * w.V[OPENNESS, i] * w.M[ENERGY, i, j]
                + W_ARMS * w.V[ARMS_IMPORT_NEED, i] * w.M[ARMS_STOCK, i, j]
                + W_FINANCE * w.V[OPENNESS, i] * w.M[FINANCE, i, j]
            )
            left = max(0.0, 1.0 - (w.V[RELIEF, i] - w.M[AID_SHARE, i, j]))
            w.M[VULNERABILITY, i, j] = min(1.0, harm * left)
        # sums keep their order, so they are apart from what runs in vector lanes
        arms = 0.0
        trade = 0.0
        for j in range(w.n):
            if i != j:
                arms += w.M[ARMS, i, j] * w.M[ARMS, i, j]
                trade += w.M[TRADE, i, j] * w.M[TRADE, i, j]
        w.V[HHI_ARMS, i] = arms
        w.V[HHI_TRADE, i] = trade


@njit
def threats(w: Blocks) -> None:
    """Threat from each state and its coalition (literature eq. 3), totals and shares."""
    for i in range(w.n):
        for j in range(w.n):
            w.M[HOSTILITY, i, j] = 0.0 if i == j else reassured(w, i, j, w.M[COMMITMENT, i, j])
            w.M[COALITION_WEIGHT, i, j] = feared(w, i, j, w.M[COMMITMENT, i, j])
            w.M[SCRATCH, i, j] = decoupling(w, i, j) * (1.0 - w.M[COMMITMENT, i, j])
    # the sum over partners of k, transposed: commitments are sparse and symmetric
    transpose(w, COALITION_PULL, SCRATCH)
    sparse_product(w, SCRATCH, COALITION_WEIGHT, COALITION_PULL)
    transpose(w, THREAT, SCRATCH)
    for i in range(w.n):
        for k in range(w.n):
            force = w.M[PROJECTED, i, k] + w.P[RHO] * w.M[THREAT, i, k]
            w.M[THREAT, i, k] = 0.0 if i == k else w.M[HOSTILITY, i, k] * force
        total = 0.0
        for k in range(w.n):
            total += w.M[THREAT, i, k]
        w.V[THREAT_TOTAL, i] = total
        share = 1.0 / total if total > 0.0 else 0.0
        for k in range(w.n):
            w.M[THREAT_SHARE, i, k] = w.M[THREAT, i, k] * share


@njit
def loads(w: Blocks) -> None:
    """Sums over third states that the terms of a tie i-j need, one matrix product each."""
    transpose(w, SCRATCH, HOSTILITY)
    product(w, SHARED, THREAT_SHARE, SCRATCH)
    for i in range(w.n):
        inverse = 1.0 / (w.V[CAPABILITY, i] + 1e-9)
        for k in range(w.n):
            reach = min(1.0, w.M[PROJECTED, i, k] * inverse)
            w.M[COALITION_PULL, i, k] = (1.0 - w.M[HOSTILITY, i, k]) * reach
    product(w, ENTRAPMENT_LOAD, COALITION_PULL, SCRATCH)
    sparse_product(w, COALITION_PULL, COALITION_WEIGHT, SCRATCH)
    transpose(w, ENEMY_LOAD, COALITION_PULL)
    for i in range(w.n):
        inverse = 1.0 / (w.V[CAPABILITY, i] + 1e-9)
        for k in range(w.n):
            here, there = w.M[HOSTILITY, i, k], w.M[SCRATCH, i, k]
            w.M[OPPOSITION_LOAD, i, k] = 0.5 * (here + there)
            w.M[SCRATCH, i, k] = max(here, there)
            reach = min(1.0, w.M[PROJECTED, i, k] * inverse)
            w.M[COALITION_PULL, i, k] = (
                (w.M[VULNERABILITY, i, k] + 0.25 * reach)
                * (1.0 - w.M[COMMITMENT, i, k])
                * size(w.V[CAPABILITY, k])
            )
    product(w, RETALIATION_LOAD, COALITION_PULL, SCRATCH)
    for i in range(w.n):
        for k in range(w.n):
            w.M[SCRATCH, i, k] = w.M[OPPOSITION_LOAD, i, k]
            w.M[COALITION_PULL, i, k] = w.M[COMMITMENT, i, k] * size(w.V[CAPABILITY, k])
    sparse_product(w, OPPOSITION_LOAD, COALITION_PULL, SCRATCH)
    for i in range(w.n):
        for j in range(w.n):
            w.M[AHEAD, i, j] = 0.0
        for k in range(w.n):
            heard = w.M[COMMITMENT, i, k] * max(0.0, 2.0 * w.M[TRUST, i, k] - 1.0)
            if heard != 0.0:
                for j in range(w.n):
                    there = w.M[SANCTIONS, k, j] - w.M[SANCTIONS_KNOWN, k, j]
                    here = w.M[SANCTIONS, i, j] - w.M[SANCTIONS_KNOWN, i, j]
                    w.M[AHEAD, i, j] += heard * max(0.0, there - max(0.0, here))
        for j in range(w.n):
            w.M[AHEAD, i, j] = 1.0 - exp(-w.M[AHEAD, i, j])
    for k in range(w.G.shape[1]):
        bar = w.G[COMMON_MARKET, k] if w.G[COLLECTIVE_KIND, k] == ORGANISATION else 0.0
        if bar > 0.0:
            for i in range(w.n):
                if is_member(w, k, i):
                    for j in range(w.n):
                        if is_member(w, k, j):
                            w.M[AHEAD, i, j] *= 1.0 - bar
    transpose(w, SCRATCH, HOSTILITY)
    sparse_product(w, COALITION_PULL, WAR, SCRATCH)
    transpose(w, FOUGHT, COALITION_PULL)
    for i in range(w.n):
        for k in range(w.n):
            w.M[FOUGHT, i, k] = min(1.0, w.M[FOUGHT, i, k])
    sparse_product(w, CLOSURE, COMMITMENT, COMMITMENT)
    for i in range(w.n):
        for j in range(w.n):
            w.M[CLOSURE, i, j] = 1.0 - exp(-0.7 * w.M[CLOSURE, i, j])


@njit
def nearness(w: Blocks) -> None:
    """How much of what happens at j is felt at i: exp(-distance / scale), once for a run."""
    for i in range(w.n):
        for j in range(w.n):
            w.M[NEAR, i, j] = exp(-w.M[DISTANCE, i, j] / w.P[NEAR_SCALE]) if i != j else 0.0


@njit
def relevance(w: Blocks) -> None:
    """Attention of i over partners: reach, trade, contact and ties (security complexes, 1.18)."""
    theirs = seen(w)
    for i in range(w.n):
        for j in range(w.n):
            near = (w.M[PROJECTED, i, j] + theirs.M[PROJECTED, Partner(j), Mover(i)]) / (
                w.V[CAPABILITY, i] + w.V[CAPABILITY, j]
            )
            w.M[RELEVANCE, i, j] = (
                0.2 * near
                + w.M[TRADE, i, j]
                + 0.5 * w.M[ARMS, i, j]
                + 0.3 * w.M[CONTACT, i, j] * w.M[CONTACT, i, j]
                + 0.2 * w.M[COMMITMENT, i, j]
                + 0.2 * w.M[THREAT_SHARE, i, j]
                + 1e-4
            )
        w.M[RELEVANCE, i, i] = 0.0
        total = 0.0
        for j in range(w.n):
            total += w.M[RELEVANCE, i, j]
        for j in range(w.n):
            w.M[RELEVANCE, i, j] = log(w.M[RELEVANCE, i, j] / total) if i != j else -745.0


@njit
def sums(w: Blocks) -> None:
    """Running sums of each state's portfolio, from scratch (threat totals: :func:`threats`)."""
    theirs = seen(w)
    scale = 0.0
    for i in range(w.n):
        scale += w.V[ROOT, i]
    for i in range(w.n):
        own = w.V[CAPABILITY, i] * w.V[EFFORT, i] + w.P[HOME]
        markets = 0.0
        arms = 0.0
        shells = 0.0
        portfolio = 0.0
        ties = 0.0
        patronage = 0.0
        recognition = 0.0
        aid = 0.0
        for j in range(w.n):
            if i == j:
                continue
            g = w.M[COMMITMENT, i, j]
            h = reassured(w, i, j, g)
            s = sanctions_between(theirs, Mover(i), Partner(j))
            own += help_share(w, i, j, g, h) * w.M[PROJECTED, i, j]
            markets += market(w, i, j, g, s)
            arms += supply(w, i, j, g, h, s)
            shells += munitions(w, i, j, g, h, s)
            level = w.M[LEVEL, i, j]
            portfolio += level_commitment(w, level)
            ties += 1.0 if level > 0.5 else 0.0
            patronage += g * w.V[ROOT, j]
            contact = theirs.M[CONTACT, Partner(j), Mover(i)]
            recognition += contact * w.V[ROOT, j] * (1.0 - w.M[HOSTILITY, i, j])
            aid += theirs.M[AID, Partner(j), Mover(i)] * w.V[ECONOMY, j]
        w.V[PROTECTION, i] = own
        w.V[MARKET_ACCESS, i] = markets
        w.V[ARMS_ACCESS, i] = arms
        w.V[MUNITIONS_ACCESS, i] = shells
        w.V[PORTFOLIO, i] = portfolio
        w.V[TIES, i] = ties
        w.V[PATRONAGE, i] = patronage
        w.V[RECOGNITION, i] = recognition
        w.V[RECOGNITION_SCALE, i] = scale
        w.V[AID_IN, i] = aid / (w.V[ECONOMY, i] + 1e-4)
        for j in range(w.n):
            # threat is hostility times force; the small constants only guard the divisions
            force = w.M[THREAT, i, j] / (w.M[HOSTILITY, i, j] + 1e-9)
            w.M[ODDS, i, j] = own / (own + force + 1e-12)


@njit
def assess(w: Blocks) -> None:
    """Forces, threats and loads, from the committed state."""
    project(w)
    threats(w)
    loads(w)


@njit
def portfolios(w: Blocks) -> None:
    """Attention and running sums, with the mirrors of what was assessed."""
    relevance(w)
    sums(w)


@inline
def threat_change(w: Blocks, i: int, j: int, g0: float, g1: float, h0: float, h1: float) -> float:
    """Change of i's total threat when its own commitment with j goes from g0 to g1."""
    return (h1 - h0) * w.M[PROJECTED, i, j] + w.P[RHO] * w.M[ENEMY_LOAD, i, j] * decoupling(
        w, i, j
    ) * (g0 - g1)


@njit
def third_threat_change(w: Blocks, m: int, i: int, j: int, dg: float) -> float:
    """Change of a third state m's threat when the commitment of i and j changes by dg."""
    through_j = w.M[HOSTILITY, m, i] * decoupling(w, m, j) * (1.0 - w.M[COMMITMENT, m, j])
    through_i = w.M[HOSTILITY, m, j] * decoupling(w, m, i) * (1.0 - w.M[COMMITMENT, m, i])
    return w.P[RHO] * feared(w, i, j, dg) * (through_j + through_i)


@njit
def own_side(
    w: Blocks,
    i: int,
    j: int,
    g0: float,
    g1: float,
    level0: float,
    level1: float,
) -> None:
    """Update i's running sums for a change of its tie with j."""
    h0 = reassured(w, i, j, g0)
    h1 = reassured(w, i, j, g1)
    s = sanctions_between(w, i, j)
    w.V[THREAT_TOTAL, i] += threat_change(w, i, j, g0, g1, h0, h1)
    w.V[PROTECTION, i] += (help_share(w, i, j, g1, h1) - help_share(w, i, j, g0, h0)) * w.M[
        PROJECTED, i, j
    ]
    w.V[MARKET_ACCESS, i] += market(w, i, j, g1, s) - market(w, i, j, g0, s)
    w.V[ARMS_ACCESS, i] += supply(w, i, j, g1, h1, s) - supply(w, i, j, g0, h0, s)
    w.V[MUNITIONS_ACCESS, i] += munitions(w, i, j, g1, h1, s) - munitions(w, i, j, g0, h0, s)
    w.V[PORTFOLIO, i] += level_commitment(w, level1) - level_commitment(w, level0)
    w.V[TIES, i] += (1.0 if level1 > 0.5 else 0.0) - (1.0 if level0 > 0.5 else 0.0)
    w.V[PATRONAGE, i] += (g1 - g0) * w.V[ROOT, j]
    weight = (g1 - g0) * size(w.V[CAPABILITY, j])
    for m in range(w.n):
        w.M[OPPOSITION_LOAD, i, m] += weight * 0.5 * (w.M[HOSTILITY, m, j] + w.M[HOSTILITY, j, m])
        w.M[OPPOSITION_MIRRORED, m, i] = w.M[OPPOSITION_LOAD, i, m]


@njit
def tie_changed(w: Blocks, i: int, j: int, level1: float, g1: float, e1: float) -> None:
    """Commit a new pact level of i and j: running sums first, then the tie itself. O(N)."""
    g0 = w.M[COMMITMENT, i, j]
    level0 = w.M[LEVEL, i, j]
    for m in range(w.n):
        if m != i and m != j:
            w.V[THREAT_TOTAL, m] += third_threat_change(w, m, i, j, g1 - g0)
    own_side(w, i, j, g0, g1, level0, level1)
    own_side(w, j, i, g0, g1, level0, level1)
    for m in range(w.n):
        w.M[ENEMY_LOAD, m, j] += w.M[HOSTILITY, m, i] * feared(w, i, j, g1 - g0)
        w.M[ENEMY_LOAD, m, i] += w.M[HOSTILITY, m, j] * feared(w, i, j, g1 - g0)
        w.M[ENEMIES_MIRRORED, j, m] = w.M[ENEMY_LOAD, m, j]
        w.M[ENEMIES_MIRRORED, i, m] = w.M[ENEMY_LOAD, m, i]
    w.M[COMMITMENT, i, j] = g1
    w.M[COMMITMENT, j, i] = g1
    w.M[COALITION_WEIGHT, i, j] = feared(w, i, j, g1)
    w.M[COALITION_WEIGHT, j, i] = feared(w, i, j, g1)
    w.M[ENTRAPMENT_WEIGHT, i, j] = e1
    w.M[ENTRAPMENT_WEIGHT, j, i] = e1
    w.M[LEVEL, i, j] = level1
    w.M[LEVEL, j, i] = level1
