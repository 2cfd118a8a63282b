"""Accession to organisations: who applies, is admitted, is suspended, and leaves.

Membership is a two-mode network beside that of pacts, with a clock of its own for each state and
body (Snijders, Lomi and Torlo 2013): at a chance to consider a body a state weighs the next step
against staying as it is, by a logit over the change of its utility. A body is valued as a whole.
What its members give together is counted together: help, threat and supplies are summed over the
members before their logarithm is taken (:class:`sim.rules.terms.Together`). What a tie lays
upon a state (entrapment, autonomy, misfit, retaliation and the rest) is laid on it by each of n
members with a say of 1/n, since such a body binds by common consent: one load a body, that of its
average member. A body that is closed takes no applications, and one whose charter says whom it
admits (the states of a region, say) takes them from no others.

    apply  0 -> 1/2   gain x chance of admission + market - rivals - taboo + attention + size
                      - misfit + bound - cost
    join   1/2 -> 1   gain x chance of admission + market - rivals - taboo - reforms - cost, with
                      the members' consent
    leave  1 -> 0     loss of what the body gives - cost - size ln(other members) - market
    suspended
           1 -> 1/2   the members' gain by its ties with them undone + misfit - cost

Attention is the mean over the members; the misfit of a state with a body is the distance of its
government from their mean, and standing: great powers found bodies and seldom enter those of
others. Bound is the share of the members with whom the state has ties already, from consultation
on, but less than members have: most who joined a treaty of defence were partners of its members
before. They say which bodies a state looks to at all, as the hazard of accession in history has
them (`multipolar estimate`), and count once. Exit is rarer the larger the body. Consent follows
from the mean of what a tie with the newcomer would be worth to the members, a say of 1/n here, too;
there are no vetoes but of those who fight it, and an open war with others bars entry, but not an
application, as far as the body binds its members to take part in it: treaties of defence ask for
settled borders, since what is a chance of war in the utility is a certainty then (Snyder 1984 on
entrapment). When a member considers its place the others consider it, too: they suspend one whose
ties are a burden to them in the mean, or whose government is far from theirs, which is what bodies
suspend for (von Borzyskowski and Vabulas 2025). It is a candidate again, which they may let in.
The taboo of its doctrine on a pact that binds as much as the body does stands against entering: who
keeps out of alliances keeps out of bodies that are one. Reforms are those that a common market asks
of a candidate, the more the deeper it is: unions take years, treaties are only to be ratified.
Market: depth of the common market times the share of the state's trade that is with its members, as
far as trusted and not hostile; a rival exclusive organisation of which the state is part stands
against it, the less the more members both have.
"""

from __future__ import annotations

import numpy as np

from sim.compiled.jit import inline, njit
from sim.compiled.mathx import exp, log, logistic
from sim.kernel.layout import APPLY, FOUND, JOIN, LOG_HEAD, SUSPEND, TERM_COUNT, WITHDRAW, rules
from sim.rules.decisions import assessment
from sim.rules.decisions.commitment import floor_entrapment, level_commitment, level_entrapment
from sim.rules.decisions.membership import (
    ADMISSION,
    APPLY_COST,
    APPLY_SIZE,
    ATTENTION,
    BOUND,
    CANDIDATE,
    JOIN_COST,
    LEAVE_COST,
    LEAVE_SIZE,
    MARKET_PULL,
    RATE,
    REFORMS,
    REGIME,
    RIVALRY_COST,
    STANDING,
    SUSPEND_COST,
    set_membership,
)
from sim.rules.moves import pact
from sim.rules.pair_variables import (
    COMMITMENT,
    ENTRAPMENT_WEIGHT,
    HOSTILITY,
    LEVEL,
    PROJECTED,
    TRADE,
    TRUST,
    WAR,
)
from sim.rules.participation import is_member
from sim.rules.state_variables import (
    ADMITTED,
    CHARTER,
    CLOSED,
    COLLECTIVE_KEY,
    COLLECTIVE_KIND,
    ECONOMY,
    EXCLUSIVITY,
    GOVERNANCE,
    MARKET,
    ORGANISATION,
    ORGANISATION_COMMITMENT,
    POLE,
    PRESENT,
)
from sim.rules.streams import ORGANISE, keyed, unit
from sim.rules.terms import Tie, Together
from sim.types import Blocks, Luck


@inline
def entered(w: Blocks, i: int, j: int, floor: float) -> Tie:
    """The tie of i and j with a floor, as i sees it."""
    level = w.M[LEVEL, i, j]
    g = max(w.M[COMMITMENT, i, j], floor)
    e = max(w.M[ENTRAPMENT_WEIGHT, i, j], floor_entrapment(w, floor))
    return Tie(level, g, e, assessment.reassured(w, i, j, g))


@inline
def left(w: Blocks, i: int, j: int, floor: float) -> Tie:
    """The tie of i and j with no more than another floor, as i sees it."""
    level = w.M[LEVEL, i, j]
    g = max(level_commitment(w, level), floor)
    e = max(level_entrapment(w, level), floor_entrapment(w, floor))
    return Tie(level, g, e, assessment.reassured(w, i, j, g))


@njit
def worth(w: Blocks, i: int, j: int, b: Tie) -> float:
    """Change of i's utility (logits) when its tie with j becomes b."""
    a = pact.tie_at(w, i, j, w.M[LEVEL, i, j])
    slopes = (b.g - a.g) * rules.per_commitment(w, i, j)
    return rules.pact(w, i, j, a, b) + slopes + (b.e - a.e) * rules.per_entrapment(w, i, j)


@njit
def other_floor(w: Blocks, k: int, i: int, j: int) -> float:
    """The highest floor that i and j share outside organisation k."""
    floor = 0.0
    for o in range(w.G.shape[1]):
        # most bodies bind to nothing: who is in them is not asked
        if w.G[ORGANISATION_COMMITMENT, o] <= floor or o == k:
            continue
        both = is_member(w, o, i) and is_member(w, o, j)
        if both and w.G[COLLECTIVE_KIND, o] == ORGANISATION:
            floor = w.G[ORGANISATION_COMMITMENT, o]
    return floor


@inline
def goal(w: Blocks, k: int, i: int, j: int, enters: bool) -> Tie:
    """The tie of i with member j after i enters k or leaves it, as i sees it."""
    floor = w.G[ORGANISATION_COMMITMENT, k]
    return entered(w, i, j, floor) if enters else left(w, i, j, other_floor(w, k, i, j))


@njit
def together(w: Blocks, k: int, i: int, enters: bool) -> Together:
    """What i gains by all members of k at once when it enters k, or leaves it."""
    threat, protection, markets, arms, shells = 0.0, 0.0, 0.0, 0.0, 0.0
    for j in range(w.n):
        if j == i or not is_member(w, k, j):
            continue
        a, b = pact.tie_at(w, i, j, w.M[LEVEL, i, j]), goal(w, k, i, j, enters)
        s = assessment.sanctions_between(w, i, j)
        threat += assessment.threat_change(w, i, j, a.g, b.g, a.h, b.h)
        protection += w.M[PROJECTED, i, j] * (
            assessment.help_share(w, i, j, b.g, b.h) - assessment.help_share(w, i, j, a.g, a.h)
        )
        markets += assessment.market(w, i, j, b.g, s) - assessment.market(w, i, j, a.g, s)
        arms += assessment.supply(w, i, j, b.g, b.h, s) - assessment.supply(w, i, j, a.g, a.h, s)
        shells += assessment.munitions(w, i, j, b.g, b.h, s) - assessment.munitions(
            w, i, j, a.g, a.h, s
        )
    return Together(threat, protection, markets, arms, shells)


@njit
def others_in(w: Blocks, k: int, i: int) -> int:
    """Full members of k other than i."""
    count = 0
    for j in range(w.n):
        if j != i and is_member(w, k, j):
            count += 1
    return count


@njit
def body(w: Blocks, k: int, i: int, enters: bool) -> float:
    """Change of i's utility (logits) when it enters k as a full member, or leaves it."""
    load = 0.0
    for j in range(w.n):
        if j != i and is_member(w, k, j):
            a, b = pact.tie_at(w, i, j, w.M[LEVEL, i, j]), goal(w, k, i, j, enters)
            load += rules.load(w, i, j, a, b)
    return rules.together(w, i, together(w, k, i, enters)) + load / max(1, others_in(w, k, i))


@njit
def note(w: Blocks, k: int, i: int, enters: bool, rows: np.ndarray, row: int, at: int) -> None:
    """Add the parts of :func:`body` to a row of the log."""
    share = 1.0 / max(1, others_in(w, k, i))
    rules.together_parts(w, i, together(w, k, i, enters), rows, row, at)
    for j in range(w.n):
        if j != i and is_member(w, k, j):
            a, b = pact.tie_at(w, i, j, w.M[LEVEL, i, j]), goal(w, k, i, j, enters)
            rules.load_parts(w, i, j, a, b, share, rows, row, at)


@njit
def bodies(w: Blocks, out: np.ndarray) -> None:
    """Parts of the change of utility of each state i by body k, in row ``k n + i`` of ``out``.

    Of members for leaving it, of others for entering it; ``out (bodies n, terms)``, zero before.
    """
    for k in range(w.G.shape[1]):
        if w.G[COLLECTIVE_KIND, k] == ORGANISATION:
            for i in range(w.n):
                note(w, k, i, not is_member(w, k, i), out, k * w.n + i, 0)


@njit
def newcomer(w: Blocks, k: int, j: int, i: int) -> float:
    """What it is worth to member j (logits) that i enters k; 0 where both are bound as much."""
    floor = w.G[ORGANISATION_COMMITMENT, k]
    return worth(w, j, i, entered(w, j, i, floor)) if floor > w.M[COMMITMENT, j, i] else 0.0


@njit
def welcome(w: Blocks, k: int, i: int) -> float:
    """Chance that the members let i into k, each with its say; 0 while i fights one of them."""
    total = 0.0
    for j in range(w.n):
        if j == i or not is_member(w, k, j):
            continue
        if w.M[WAR, i, j] > 0.0:
            return 0.0
        total += newcomer(w, k, j, i)
    return logistic(total / max(1, others_in(w, k, i)) + w.P[ADMISSION])


@njit
def misfit(w: Blocks, k: int, i: int) -> float:
    """How far the government of i is from the mean of the other members of k (logits)."""
    governance = 0.0
    for j in range(w.n):
        if j != i and is_member(w, k, j):
            governance += w.V[GOVERNANCE, j]
    return w.P[REGIME] * abs(w.V[GOVERNANCE, i] - governance / max(1, others_in(w, k, i)))


@njit
def unwanted(w: Blocks, k: int, i: int) -> float:
    """How much the other members of k want i suspended (logits), each with its say."""
    total = 0.0
    for j in range(w.n):
        if j != i and is_member(w, k, j):
            total += worth(w, j, i, left(w, j, i, other_floor(w, k, j, i)))
    return total / max(1, others_in(w, k, i)) + misfit(w, k, i) - w.P[SUSPEND_COST]


@njit
def at_peace(w: Blocks, i: int, floor: float) -> float:
    """Part of the chance of entry that is left while i fights others, by how far a body binds."""
    war = 0.0
    for j in range(w.n):
        war = max(war, w.M[WAR, i, j])
    return 1.0 - floor * war


@njit
def market_pull(w: Blocks, k: int, i: int) -> float:
    """Pull of the market of k on i (logits)."""
    if w.G[MARKET, k] <= 0.0:
        return 0.0
    size = 0.0
    for j in range(w.n):
        if j != i and is_member(w, k, j):
            size += w.M[TRADE, i, j] * w.M[TRUST, i, j] * (1.0 - w.M[HOSTILITY, i, j])
    return w.P[MARKET_PULL] * w.G[MARKET, k] * size


@njit
def apart(w: Blocks, k: int, o: int) -> float:
    """How far k and o are bodies of different states: 1 less the share of the smaller in both."""
    both, one, other = 0.0, 0.0, 0.0
    for j in range(w.n):
        here, there = is_member(w, k, j), is_member(w, o, j)
        both += 1.0 if here and there else 0.0
        one += 1.0 if here else 0.0
        other += 1.0 if there else 0.0
    return 1.0 - both / max(1.0, min(one, other))


@njit
def in_the_way(w: Blocks, k: int, i: int) -> float:
    """What other exclusive organisations of i hold against entering k (logits).

    Bodies that share their members are no rivals.
    """
    total = 0.0
    for o in range(w.G.shape[1]):
        if o != k and w.G[COLLECTIVE_KIND, o] == ORGANISATION and w.B[o, i] > 0.0:
            exclusive = w.G[EXCLUSIVITY, o] * w.G[EXCLUSIVITY, k]
            if exclusive > 0.0:
                total += exclusive * w.B[o, i] * apart(w, k, o)
    return w.P[RIVALRY_COST] * total


@inline
def may_enter(w: Blocks, k: int, i: int) -> bool:
    """Whether the charter of k admits i, if it says whom it admits."""
    charter = int(w.G[CHARTER, k])
    return charter == 0 or (int(w.V[ADMITTED, i]) >> (charter - 1)) % 2 == 1


@njit
def leader(w: Blocks, k: int, i: int) -> int:
    """The full member of k with the largest economy, i aside; i itself if there is none."""
    best = i
    for j in range(w.n):
        if j != i and is_member(w, k, j) and (best == i or w.V[ECONOMY, j] > w.V[ECONOMY, best]):
            best = j
    return best


@njit
def outlook(w: Blocks, k: int, i: int) -> float:
    """How much k is a body for i (logits): mean log of mutual attention, and size, less misfit."""
    attention = 0.0
    for j in range(w.n):
        if j != i and is_member(w, k, j):
            here, there = w.M[assessment.RELEVANCE, i, j], w.M[assessment.RELEVANCE, j, i]
            attention += log(exp(here) + exp(there))
    count = max(1, others_in(w, k, i))
    apart = misfit(w, k, i) + w.P[STANDING] * w.V[POLE, i]
    return w.P[ATTENTION] * attention / count + w.P[APPLY_SIZE] * log(float(count)) - apart


@njit
def bound(w: Blocks, k: int, i: int) -> float:
    """Share of the other members of k with whom i is to consult, but bound less than by k."""
    count = 0
    for j in range(w.n):
        if j != i and is_member(w, k, j):
            now = w.M[COMMITMENT, i, j]
            if level_commitment(w, 1.0) <= now < w.G[ORGANISATION_COMMITMENT, k]:
                count += 1
    return count / max(1, others_in(w, k, i))


@njit
def log_step(
    w: Blocks,
    luck: Luck,
    rows: np.ndarray,
    logged: int,
    k: int,
    i: int,
    other: int,
    kind: int,
    after: float,
    accepted: bool,
) -> None:
    """Write a step of i with k that is about to be made, with its worth, to the log's next row."""
    row = min(logged, rows.shape[0] - 1)
    for c in range(rows.shape[1]):
        rows[row, c] = 0.0
    for slot in range(3):
        rows[row, LOG_HEAD + 2 * TERM_COUNT + slot] = -1.0
    if kind != APPLY:
        enters = kind != WITHDRAW and kind != SUSPEND
        note(w, k, i, enters, rows, row, LOG_HEAD)
        for t in range(TERM_COUNT):
            rows[row, 8] += rows[row, LOG_HEAD + t]
    rows[row, 0] = luck.tick
    rows[row, 1] = -1.0
    rows[row, 2] = i
    rows[row, 3] = other
    rows[row, 4] = kind
    rows[row, 5] = w.B[k, i] if kind != FOUND else 0.0
    rows[row, 6] = after
    rows[row, 7] = 1.0 if accepted else 0.0
    rows[row, rows.shape[1] - 1] = k


@njit
def consider_organisation(
    w: Blocks,
    luck: Luck,
    i: int,
    k: int,
    choice: np.uint64,
    consent: np.uint64,
    rows: np.ndarray,
    logged: int,
) -> int:
    """State i takes the next step with organisation k, or not; returns the rows of the log.

    A member that others of the body suspend takes none.
    """
    head = leader(w, k, i)
    if head == i:
        return logged
    before = w.B[k, i]
    market = market_pull(w, k, i)
    accepted = True
    kind, after, value = WITHDRAW, 0.0, 0.0
    if is_member(w, k, i):
        if others_in(w, k, i) > 1 and unit(consent) < logistic(unwanted(w, k, i)):
            log_step(w, luck, rows, logged, k, i, head, SUSPEND, CANDIDATE, True)
            set_membership(w, k, i, CANDIDATE)
            return logged + 1
        size = log(float(others_in(w, k, i)))
        value = body(w, k, i, False) - w.P[LEAVE_COST] - w.P[LEAVE_SIZE] * size - market
    else:
        kind, after = APPLY, CANDIDATE
        floor = w.G[ORGANISATION_COMMITMENT, k]
        cost = in_the_way(w, k, i) + pact.taboo_of_body(w, i, floor)
        if before < CANDIDATE and (w.G[CLOSED, k] > 0.5 or not may_enter(w, k, i)):
            return logged
        if before >= CANDIDATE:
            kind, after = JOIN, 1.0
            cost += w.P[JOIN_COST] + w.P[REFORMS] * w.G[MARKET, k]
        else:
            cost += w.P[APPLY_COST] - outlook(w, k, i) - w.P[BOUND] * bound(w, k, i)
        gain = body(w, k, i, True)
        # the members need not be asked where even their certain welcome would not be enough
        if unit(choice) >= logistic(gain + market - cost):
            return logged
        likely = welcome(w, k, i) * (at_peace(w, i, floor) if kind == JOIN else 1.0)
        value = (gain * likely if gain > 0.0 else gain) + likely * market - cost
        accepted = kind == APPLY or unit(consent) < likely
    if unit(choice) >= logistic(value):
        return logged
    log_step(w, luck, rows, logged, k, i, head, kind, after, accepted)
    if accepted:
        set_membership(w, k, i, after)
    return logged + 1


@njit
def accede(w: Blocks, luck: Luck, rows: np.ndarray, logged: int) -> int:
    """Every state in turn may consider each organisation; returns the rows of the log."""
    for i in range(w.n):
        if w.V[PRESENT, i] < 0.5:
            continue
        for k in range(w.G.shape[1]):
            if w.G[COLLECTIVE_KIND, k] != ORGANISATION:
                continue
            key = int(w.G[COLLECTIVE_KEY, k])
            chance, choice, consent, _ = keyed(luck, ORGANISE, 0, luck.keys[i], key, 0)
            if unit(chance) < 0.25 * w.P[RATE]:
                logged = consider_organisation(w, luck, i, k, choice, consent, rows, logged)
    return logged
