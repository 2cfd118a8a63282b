"""Accession to organisations: who applies, is admitted, and leaves.

Membership is a two-mode network beside that of pacts, with a clock of its own (Snijders, Lomi and
Torlo 2013): at a chance to consider an organisation a state weighs the next step against staying as
it is, by a logit over the change of its utility. Entering means the organisation's floor of
commitment with every full member, so the change is the sum of what those ties are worth one by one;
what they are worth together (several new allies at once protect less than their sum) is left out.

    apply  0 -> 1/2   gain x chance of admission - cost + market
    join   1/2 -> 1   the same, with the consent of the member that likes it least
    leave  1 -> 0     loss of the ties - cost - market

Market: depth of the common market times the attention-weighted economies of its members; a rival
exclusive organisation of which the state is part stands against it.
"""

from __future__ import annotations

import numpy as np

from sim.collectives import is_member
from sim.decisions import assessment, moves
from sim.decisions.commitment import floor_entrapment, level_commitment, level_entrapment
from sim.decisions.membership import (
    ADMISSION,
    APPLY_COST,
    CANDIDATE,
    JOIN_COST,
    LEAVE_COST,
    MARKET_PULL,
    RATE,
    RIVALRY_COST,
    set_membership,
)
from sim.decisions.terms import Tie
from sim.fields import (
    COLLECTIVE_KIND,
    COMMITMENT,
    ECONOMY,
    ENTRAPMENT_WEIGHT,
    EXCLUSIVITY,
    HOSTILITY,
    LEVEL,
    MARKET,
    ORGANISATION,
    ORGANISATION_COMMITMENT,
    TRUST,
    WAR,
)
from sim.jit import inline, njit
from sim.kernel.layout import APPLY, JOIN, LOG_HEAD, TERM_COUNT, WITHDRAW, rules
from sim.mathx import logistic
from sim.streams import ORGANISE, block, unit
from sim.types import Collectives, Dyads, Parts, States, Vector


@inline
def entered(M: Dyads, P: Vector, i: int, j: int, floor: float) -> Tie:
    """The tie of i and j with a floor, as i sees it."""
    level = M[LEVEL, i, j]
    g = max(M[COMMITMENT, i, j], floor)
    e = max(M[ENTRAPMENT_WEIGHT, i, j], floor_entrapment(P, floor))
    return Tie(level, g, e, assessment.reassured(M, P, i, j, g))


@inline
def left(M: Dyads, P: Vector, i: int, j: int, floor: float) -> Tie:
    """The tie of i and j with no more than another floor, as i sees it."""
    level = M[LEVEL, i, j]
    g = max(level_commitment(P, level), floor)
    e = max(level_entrapment(P, level), floor_entrapment(P, floor))
    return Tie(level, g, e, assessment.reassured(M, P, i, j, g))


@njit
def worth(M: Dyads, V: States, P: Vector, i: int, j: int, b: Tie) -> float:
    """Change of i's utility (logits) when its tie with j becomes b."""
    a = moves.tie_at(M, P, i, j, M[LEVEL, i, j])
    slopes = (b.g - a.g) * rules.per_commitment(M, V, P, i, j)
    return (
        rules.pact(M, V, P, i, j, a, b) + slopes + (b.e - a.e) * rules.per_entrapment(M, V, P, i, j)
    )


@njit
def note(
    M: Dyads, V: States, P: Vector, i: int, j: int, b: Tie, rows: np.ndarray, row: int, at: int
) -> None:
    """Add the parts of :func:`worth` to a row of the log."""
    a = moves.tie_at(M, P, i, j, M[LEVEL, i, j])
    rules.pact_parts(M, V, P, i, j, a, b, rows, row, at)
    rules.per_commitment_parts(M, V, P, i, j, b.g - a.g, rows, row, at)
    rules.per_entrapment_parts(M, V, P, i, j, b.e - a.e, rows, row, at)


@njit
def other_floor(G: Collectives, B: Parts, k: int, i: int, j: int) -> float:
    """The highest floor that i and j share outside organisation k."""
    floor = 0.0
    for o in range(G.shape[1]):
        both = is_member(B, o, i) and is_member(B, o, j)
        if both and o != k and G[COLLECTIVE_KIND, o] == ORGANISATION:
            floor = max(floor, G[ORGANISATION_COMMITMENT, o])
    return floor


@njit
def entering(
    M: Dyads, V: States, G: Collectives, B: Parts, P: Vector, n: int, k: int, i: int
) -> float:
    """Change of i's utility by the floors of full membership in k (logits)."""
    total = 0.0
    floor = G[ORGANISATION_COMMITMENT, k]
    for j in range(n):
        if j != i and is_member(B, k, j) and floor > M[COMMITMENT, i, j]:
            total += worth(M, V, P, i, j, entered(M, P, i, j, floor))
    return total


@njit
def leaving(
    M: Dyads, V: States, G: Collectives, B: Parts, P: Vector, n: int, k: int, i: int
) -> float:
    """Change of i's utility by the loss of the floors of k (logits)."""
    total = 0.0
    for j in range(n):
        if j != i and is_member(B, k, j):
            total += worth(M, V, P, i, j, left(M, P, i, j, other_floor(G, B, k, i, j)))
    return total


@njit
def welcome(
    M: Dyads, V: States, G: Collectives, B: Parts, P: Vector, n: int, k: int, i: int
) -> float:
    """Chance that the member that likes it least lets i into k; 0 while i fights a member."""
    least = 50.0
    floor = G[ORGANISATION_COMMITMENT, k]
    for j in range(n):
        if j == i or not is_member(B, k, j):
            continue
        if M[WAR, i, j] > 0.0:
            return 0.0
        gain = 0.0
        if floor > M[COMMITMENT, j, i]:
            gain = worth(M, V, P, j, i, entered(M, P, j, i, floor))
        least = min(least, gain)
    return logistic(least + P[ADMISSION])


@njit
def market_pull(
    M: Dyads, V: States, G: Collectives, B: Parts, P: Vector, n: int, k: int, i: int
) -> float:
    """Pull of the market of k on i (logits)."""
    if G[MARKET, k] <= 0.0:
        return 0.0
    size = 0.0
    for j in range(n):
        if j != i and is_member(B, k, j):
            size += V[ECONOMY, j] * M[TRUST, i, j] * (1.0 - M[HOSTILITY, i, j])
    return P[MARKET_PULL] * G[MARKET, k] * size


@njit
def in_the_way(G: Collectives, B: Parts, P: Vector, k: int, i: int) -> float:
    """What other exclusive organisations of i hold against entering k (logits)."""
    total = 0.0
    for o in range(G.shape[1]):
        if o != k and G[COLLECTIVE_KIND, o] == ORGANISATION:
            total += G[EXCLUSIVITY, o] * G[EXCLUSIVITY, k] * B[o, i]
    return P[RIVALRY_COST] * total


@njit
def leader(V: States, B: Parts, n: int, k: int, i: int) -> int:
    """The full member of k with the largest economy, i aside; i itself if there is none."""
    best = i
    for j in range(n):
        if j != i and is_member(B, k, j) and (best == i or V[ECONOMY, j] > V[ECONOMY, best]):
            best = j
    return best


@njit
def consider_organisation(
    M: Dyads,
    V: States,
    G: Collectives,
    B: Parts,
    P: Vector,
    n: int,
    tick: int,
    seed: int,
    run: int,
    keys: np.ndarray,
    i: int,
    k: int,
    rows: np.ndarray,
    logged: int,
) -> int:
    """State i takes the next step with organisation k, or not; returns the rows of the log."""
    head = leader(V, B, n, k, i)
    if head == i:
        return logged
    choice, consent, _, _ = block(seed, run, ORGANISE, tick, 1, keys[i], keys[i], 0)
    before = B[k, i]
    attention = M[assessment.RELEVANCE, i, head]
    market = market_pull(M, V, G, B, P, n, k, i)
    accepted = True
    kind, after, value = WITHDRAW, 0.0, 0.0
    if is_member(B, k, i):
        value = leaving(M, V, G, B, P, n, k, i) - P[LEAVE_COST] - market
    else:
        gain = entering(M, V, G, B, P, n, k, i)
        likely = welcome(M, V, G, B, P, n, k, i)
        reward = gain * likely if gain > 0.0 else gain
        value = reward + likely * market - in_the_way(G, B, P, k, i) + attention
        if before >= CANDIDATE:
            kind, after = JOIN, 1.0
            value -= P[JOIN_COST]
            accepted = unit(consent) < likely
        else:
            kind, after = APPLY, CANDIDATE
            value -= P[APPLY_COST]
    if unit(choice) >= logistic(value):
        return logged
    row = min(logged, rows.shape[0] - 1)
    for c in range(rows.shape[1]):
        rows[row, c] = 0.0
    for slot in range(3):
        rows[row, LOG_HEAD + 2 * TERM_COUNT + slot] = -1.0
    if kind != APPLY:
        for j in range(n):
            if j == i or not is_member(B, k, j):
                continue
            floor = G[ORGANISATION_COMMITMENT, k]
            if kind == WITHDRAW:
                tie = left(M, P, i, j, other_floor(G, B, k, i, j))
                note(M, V, P, i, j, tie, rows, row, LOG_HEAD)
            elif floor > M[COMMITMENT, i, j]:
                note(M, V, P, i, j, entered(M, P, i, j, floor), rows, row, LOG_HEAD)
        for t in range(TERM_COUNT):
            rows[row, 8] += rows[row, LOG_HEAD + t]
    if accepted:
        set_membership(M, V, G, B, P, n, k, i, after)
    rows[row, 0] = tick
    rows[row, 1] = -1.0
    rows[row, 2] = i
    rows[row, 3] = head
    rows[row, 4] = kind
    rows[row, 5] = before
    rows[row, 6] = after
    rows[row, 7] = 1.0 if accepted else 0.0
    rows[row, rows.shape[1] - 1] = k
    return logged + 1


@njit
def organise(
    M: Dyads,
    V: States,
    G: Collectives,
    B: Parts,
    P: Vector,
    n: int,
    tick: int,
    seed: int,
    run: int,
    keys: np.ndarray,
    rows: np.ndarray,
    logged: int,
) -> int:
    """Every state in turn may consider one organisation; returns the rows of the log."""
    count = 0
    for k in range(G.shape[1]):
        if G[COLLECTIVE_KIND, k] == ORGANISATION:
            count += 1
    if count == 0:
        return logged
    for i in range(n):
        chance, which, _, _ = block(seed, run, ORGANISE, tick, 0, keys[i], keys[i], 0)
        if unit(chance) >= 0.25 * P[RATE]:
            continue
        # organisations stand one behind the other, after the order
        k = 1 + min(int(unit(which) * count), count - 1)
        logged = consider_organisation(M, V, G, B, P, n, tick, seed, run, keys, i, k, rows, logged)
    return logged
