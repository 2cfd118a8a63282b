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
from sim.decisions import assessment
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
from sim.decisions.moves import pact
from sim.decisions.terms import Tie
from sim.dyads import COMMITMENT, ENTRAPMENT_WEIGHT, HOSTILITY, LEVEL, TRUST, WAR
from sim.fields import (
    COLLECTIVE_KIND,
    ECONOMY,
    EXCLUSIVITY,
    MARKET,
    ORGANISATION,
    ORGANISATION_COMMITMENT,
    PRESENT,
)
from sim.jit import inline, njit
from sim.kernel.layout import APPLY, JOIN, LOG_HEAD, TERM_COUNT, WITHDRAW, rules
from sim.mathx import logistic
from sim.streams import ORGANISE, keyed, unit
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
def note(w: Blocks, i: int, j: int, b: Tie, rows: np.ndarray, row: int, at: int) -> None:
    """Add the parts of :func:`worth` to a row of the log."""
    a = pact.tie_at(w, i, j, w.M[LEVEL, i, j])
    rules.pact_parts(w, i, j, a, b, rows, row, at)
    rules.per_commitment_parts(w, i, j, b.g - a.g, rows, row, at)
    rules.per_entrapment_parts(w, i, j, b.e - a.e, rows, row, at)


@njit
def other_floor(w: Blocks, k: int, i: int, j: int) -> float:
    """The highest floor that i and j share outside organisation k."""
    floor = 0.0
    for o in range(w.G.shape[1]):
        both = is_member(w, o, i) and is_member(w, o, j)
        if both and o != k and w.G[COLLECTIVE_KIND, o] == ORGANISATION:
            floor = max(floor, w.G[ORGANISATION_COMMITMENT, o])
    return floor


@njit
def entering(w: Blocks, k: int, i: int) -> float:
    """Change of i's utility by the floors of full membership in k (logits)."""
    total = 0.0
    floor = w.G[ORGANISATION_COMMITMENT, k]
    for j in range(w.n):
        if j != i and is_member(w, k, j) and floor > w.M[COMMITMENT, i, j]:
            total += worth(w, i, j, entered(w, i, j, floor))
    return total


@njit
def leaving(w: Blocks, k: int, i: int) -> float:
    """Change of i's utility by the loss of the floors of k (logits)."""
    total = 0.0
    for j in range(w.n):
        if j != i and is_member(w, k, j):
            total += worth(w, i, j, left(w, i, j, other_floor(w, k, i, j)))
    return total


@njit
def welcome(w: Blocks, k: int, i: int) -> float:
    """Chance that the member that likes it least lets i into k; 0 while i fights a member."""
    least = 50.0
    floor = w.G[ORGANISATION_COMMITMENT, k]
    for j in range(w.n):
        if j == i or not is_member(w, k, j):
            continue
        if w.M[WAR, i, j] > 0.0:
            return 0.0
        gain = 0.0
        if floor > w.M[COMMITMENT, j, i]:
            gain = worth(w, j, i, entered(w, j, i, floor))
        least = min(least, gain)
    return logistic(least + w.P[ADMISSION])


@njit
def market_pull(w: Blocks, k: int, i: int) -> float:
    """Pull of the market of k on i (logits)."""
    if w.G[MARKET, k] <= 0.0:
        return 0.0
    size = 0.0
    for j in range(w.n):
        if j != i and is_member(w, k, j):
            size += w.V[ECONOMY, j] * w.M[TRUST, i, j] * (1.0 - w.M[HOSTILITY, i, j])
    return w.P[MARKET_PULL] * w.G[MARKET, k] * size


@njit
def in_the_way(w: Blocks, k: int, i: int) -> float:
    """What other exclusive organisations of i hold against entering k (logits)."""
    total = 0.0
    for o in range(w.G.shape[1]):
        if o != k and w.G[COLLECTIVE_KIND, o] == ORGANISATION:
            total += w.G[EXCLUSIVITY, o] * w.G[EXCLUSIVITY, k] * w.B[o, i]
    return w.P[RIVALRY_COST] * total


@njit
def leader(w: Blocks, k: int, i: int) -> int:
    """The full member of k with the largest economy, i aside; i itself if there is none."""
    best = i
    for j in range(w.n):
        if j != i and is_member(w, k, j) and (best == i or w.V[ECONOMY, j] > w.V[ECONOMY, best]):
            best = j
    return best


@njit
def consider_organisation(
    w: Blocks,
    luck: Luck,
    i: int,
    k: int,
    rows: np.ndarray,
    logged: int,
) -> int:
    """State i takes the next step with organisation k, or not; returns the rows of the log."""
    head = leader(w, k, i)
    if head == i:
        return logged
    choice, consent, _, _ = keyed(luck, ORGANISE, 1, luck.keys[i], luck.keys[i], 0)
    before = w.B[k, i]
    attention = w.M[assessment.RELEVANCE, i, head]
    market = market_pull(w, k, i)
    accepted = True
    kind, after, value = WITHDRAW, 0.0, 0.0
    if is_member(w, k, i):
        value = leaving(w, k, i) - w.P[LEAVE_COST] - market
    else:
        gain = entering(w, k, i)
        likely = welcome(w, k, i)
        reward = gain * likely if gain > 0.0 else gain
        value = reward + likely * market - in_the_way(w, k, i) + attention
        if before >= CANDIDATE:
            kind, after = JOIN, 1.0
            value -= w.P[JOIN_COST]
            accepted = unit(consent) < likely
        else:
            kind, after = APPLY, CANDIDATE
            value -= w.P[APPLY_COST]
    if unit(choice) >= logistic(value):
        return logged
    row = min(logged, rows.shape[0] - 1)
    for c in range(rows.shape[1]):
        rows[row, c] = 0.0
    for slot in range(3):
        rows[row, LOG_HEAD + 2 * TERM_COUNT + slot] = -1.0
    if kind != APPLY:
        for j in range(w.n):
            if j == i or not is_member(w, k, j):
                continue
            floor = w.G[ORGANISATION_COMMITMENT, k]
            if kind == WITHDRAW:
                tie = left(w, i, j, other_floor(w, k, i, j))
                note(w, i, j, tie, rows, row, LOG_HEAD)
            elif floor > w.M[COMMITMENT, i, j]:
                note(w, i, j, entered(w, i, j, floor), rows, row, LOG_HEAD)
        for t in range(TERM_COUNT):
            rows[row, 8] += rows[row, LOG_HEAD + t]
    if accepted:
        set_membership(w, k, i, after)
    rows[row, 0] = luck.tick
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
    w: Blocks,
    luck: Luck,
    rows: np.ndarray,
    logged: int,
) -> int:
    """Every state in turn may consider one organisation; returns the rows of the log."""
    count = 0
    for k in range(w.G.shape[1]):
        if w.G[COLLECTIVE_KIND, k] == ORGANISATION:
            count += 1
    if count == 0:
        return logged
    for i in range(w.n):
        if w.V[PRESENT, i] < 0.5:
            continue
        chance, which, _, _ = keyed(luck, ORGANISE, 0, luck.keys[i], luck.keys[i], 0)
        if unit(chance) >= 0.25 * w.P[RATE]:
            continue
        # organisations stand one behind the other, after the order
        k = 1 + min(int(unit(which) * count), count - 1)
        logged = consider_organisation(w, luck, i, k, rows, logged)
    return logged
