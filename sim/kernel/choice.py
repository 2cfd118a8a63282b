"""How a state weighs its alternatives: a multinomial logit with keyed Gumbel noise."""

from __future__ import annotations

import numpy as np

from sim.decisions import assessment, commitment, moves
from sim.decisions.observe import OFFER_1, OFFER_2, OFFER_3
from sim.decisions.terms import Tie
from sim.fields import AID, ARMS, CONTACT, COOLDOWN, EFFORT, FLOOR, LEVEL, SANCTIONS, TENSION, WAR
from sim.jit import inline, njit
from sim.kernel.layout import (
    ARM,
    BEST,
    COURT,
    DISARM,
    GRANT,
    KIND,
    LEAST,
    LIFT,
    NEGLIGIBLE,
    NONE,
    PACT,
    PARTNER,
    PROVOKE,
    RECONCILE,
    ROWS,
    SANCTION,
    STOP,
    SUM,
    TO,
    rules,
)
from sim.mathx import exp, log, logistic
from sim.streams import CHOICE, block, gumbel, unit
from sim.types import Dyads, States, Vector


@njit
def beats(e: float, bits: np.uint64, least: float) -> float:
    """Gumbel-perturbed value of an alternative of weight e = exp(v), or -inf if it cannot win.

    v + G > best for G = -ln(-ln u) means u > exp(-x) with x = e exp(-best) (= e * least); since
    exp(-x) >= 1 - x, most alternatives are settled without a logarithm.
    """
    if e <= 0.0 or unit(bits) <= 1.0 - e * least:
        return -np.inf
    return log(e) + gumbel(bits)


@inline
def change(
    M: Dyads, V: States, P: Vector, i: int, j: int, a: Tie, b: Tie, per_g: float, per_e: float
) -> float:
    """Change of i's utility (logits) when its tie with j goes from a to b, given the slopes."""
    return rules.pact(M, V, P, i, j, a, b) + (b.g - a.g) * per_g + (b.e - a.e) * per_e


@inline
def consent(
    M: Dyads, V: States, P: Vector, i: int, j: int, aj: Tie, to: float, per_g: float, per_e: float
) -> float:
    """Probability that j, at present in tie ``aj`` with i, accepts i's offer of a level."""
    gain = change(M, V, P, j, i, aj, moves.tie_at(M, P, j, i, to), per_g, per_e)
    return logistic(gain - moves.taboo(V, j, to) + P[moves.CONSENT])


@njit
def consider(
    choice: Vector,
    table: np.ndarray,
    kind: int,
    partner: int,
    to: float,
    gain: float,
    cost: float,
    accept: float,
    bits: np.uint64,
) -> float:
    """Weigh one alternative against the best so far; returns its weight exp(value).

    ``choice`` holds (best value, exp(-best), kind, partner, target, sum of weights, alternatives).
    A ``table (A, 7)`` with room gets a row (kind, partner, target, gain, cost, consent, weight).
    """
    e = exp(gain - cost)
    choice[SUM] += e
    value = beats(e, bits, choice[LEAST])
    if value > choice[BEST]:
        choice[BEST] = value
        choice[LEAST] = exp(-value)
        choice[KIND] = kind
        choice[PARTNER] = partner
        choice[TO] = to
    row = int(choice[ROWS])
    if row < table.shape[0]:
        table[row, 0] = kind
        table[row, 1] = partner
        table[row, 2] = to
        table[row, 3] = gain
        table[row, 4] = cost
        table[row, 5] = accept
        table[row, 6] = e
        choice[ROWS] += 1.0
    return e


@njit
def consider_pacts(
    i: int,
    j: int,
    k: int,
    M: Dyads,
    V: States,
    P: Vector,
    tick: int,
    seed: int,
    run: int,
    keys: np.ndarray,
    choice: Vector,
    table: np.ndarray,
) -> None:
    """Every pact level but the present one: offers with consent, downgrades without."""
    level = M[LEVEL, i, j]
    closed = M[COOLDOWN, i, j] > 0.0 or M[WAR, i, j] > 0.0
    closed = closed or commitment.level_commitment(P, 3.0) <= M[FLOOR, i, j]
    M[OFFER_1, i, j] = 0.0
    M[OFFER_2, i, j] = 0.0
    M[OFFER_3, i, j] = 0.0
    if closed and level < 0.5:
        return  # nothing to offer and nothing to leave
    b0, b1, b2, b3 = block(seed, run, CHOICE, tick, k, keys[i], keys[j], 0)
    share = M[assessment.RELEVANCE, i, j]
    a = moves.tie_at(M, P, i, j, level)
    aj = moves.tie_at(M, P, j, i, level)
    per_g = rules.per_commitment(M, V, P, i, j)
    per_e = rules.per_entrapment(M, V, P, i, j)
    per_gj = rules.per_commitment(M, V, P, j, i)
    per_ej = rules.per_entrapment(M, V, P, j, i)
    up = P[moves.CREATE] - share
    down = P[moves.BREAK] + P[moves.BREAK_ARMS] * M[ARMS, i, j] - share
    t0 = moves.tie_at(M, P, i, j, 0.0)
    t1 = moves.tie_at(M, P, i, j, 1.0)
    t2 = moves.tie_at(M, P, i, j, 2.0)
    t3 = moves.tie_at(M, P, i, j, 3.0)
    # all changes before the first store, so that the compiler shares what the levels have in common
    gain0 = change(M, V, P, i, j, a, t0, per_g, per_e)
    gain1 = change(M, V, P, i, j, a, t1, per_g, per_e)
    gain2 = change(M, V, P, i, j, a, t2, per_g, per_e)
    gain3 = change(M, V, P, i, j, a, t3, per_g, per_e)
    likely1 = likely2 = likely3 = 0.0
    if level < 3.0 and not closed:
        likely1 = consent(M, V, P, i, j, aj, 1.0, per_gj, per_ej)
        likely2 = consent(M, V, P, i, j, aj, 2.0, per_gj, per_ej)
        likely3 = consent(M, V, P, i, j, aj, 3.0, per_gj, per_ej)
    for target in range(4):
        to = float(target)
        if to == level:
            continue
        bits, gain, b, accept = b0, gain0, t0, 1.0
        if target == 1:
            bits, gain, b, accept = b1, gain1, t1, likely1
        elif target == 2:
            bits, gain, b, accept = b2, gain2, t2, likely2
        elif target == 3:
            bits, gain, b, accept = b3, gain3, t3, likely3
        if to < level:
            cost = down + P[moves.BREAK_DEEP] * (a.g - b.g)
            consider(choice, table, PACT, j, to, gain, cost, 1.0, bits)
            continue
        if closed or commitment.level_commitment(P, to) <= M[FLOOR, i, j]:
            continue
        cost = up + P[moves.DEEPEN] * (to - level - 1.0)
        gain -= moves.taboo(V, i, to)
        if gain - cost < NEGLIGIBLE:
            continue
        if gain > 0.0:
            gain *= accept
        e = consider(choice, table, PACT, j, to, gain, cost, accept, bits)
        M[OFFER_1 if target == 1 else (OFFER_2 if target == 2 else OFFER_3), i, j] = e * accept


@njit
def consider_acts(
    i: int,
    j: int,
    k: int,
    M: Dyads,
    V: States,
    P: Vector,
    tick: int,
    seed: int,
    run: int,
    keys: np.ndarray,
    choice: Vector,
    table: np.ndarray,
) -> None:
    """Sanctions, aid, courtship, pressure and conciliation towards j: no consent needed."""
    share = M[assessment.RELEVANCE, i, j]
    c0, c1, c2, c3 = block(seed, run, CHOICE, tick, k, keys[i], keys[j], 1)
    s = M[SANCTIONS, i, j]
    if s < 0.9:
        gain = rules.sanction(M, V, P, i, j, s, 1.0)
        consider(choice, table, SANCTION, j, 1.0, gain, P[moves.IMPOSE] - share, 1.0, c0)
    if s > 0.2:
        gain = rules.sanction(M, V, P, i, j, s, 0.0)
        consider(choice, table, LIFT, j, 0.0, gain, P[moves.LIFT] - share, 1.0, c1)
    given = M[AID, i, j]
    if given < 0.5:
        gain = rules.aid(M, V, P, i, j, given, 1.0)
        consider(choice, table, GRANT, j, 1.0, gain, P[moves.GRANT] - share, 1.0, c2)
    else:
        gain = rules.aid(M, V, P, i, j, given, 0.0)
        consider(choice, table, STOP, j, 0.0, gain, P[moves.STOP_AID] - share, 1.0, c2)
    if M[WAR, i, j] <= 0.0:
        back = M[CONTACT, j, i]
        to = back + moves.COURT_ANSWER * (1.0 - back)
        gain = rules.court(M, V, P, i, j, back, to)
        consider(choice, table, COURT, j, to, gain, P[moves.COURT_COST] - share, 1.0, c3)
    t = M[TENSION, i, j]
    d0, d1, _, _ = block(seed, run, CHOICE, tick, k, keys[i], keys[j], 2)
    if t < 0.9:
        to = t + moves.PROVOKE_STEP * (1.0 - t)
        gain = rules.tension(M, V, P, i, j, t, to)
        consider(choice, table, PROVOKE, j, to, gain, P[moves.PROVOKE_COST] - share, 1.0, d0)
    if t > 0.1:
        to = t * (1.0 - moves.RECONCILE_STEP)
        gain = rules.tension(M, V, P, i, j, t, to)
        consider(choice, table, RECONCILE, j, to, gain, P[moves.RECONCILE_COST] - share, 1.0, d1)


@njit
def weigh(
    i: int,
    k: int,
    M: Dyads,
    V: States,
    P: Vector,
    n: int,
    tick: int,
    seed: int,
    run: int,
    keys: np.ndarray,
    choice: Vector,
    table: np.ndarray,
) -> None:
    """State i weighs every move open to it; ``choice`` ends with what it would do.

    A move's value is the change of i's utility, less the cost of making the move, plus the log of
    i's attention share of the partner; doing nothing has value 0. An offer that would be a gain is
    valued by its expected gain, consent x change. Gumbel noise keyed by (state, quarter,
    opportunity, partner, move) makes the choice a multinomial logit and the same luck in every arm.
    Consent has probability logistic(change of the partner's utility - taboo + offset).
    """
    g0, g1, g2, _ = block(seed, run, CHOICE, tick, k, keys[i], keys[i], 0)
    choice[BEST] = gumbel(g0)
    choice[LEAST] = exp(-choice[BEST])
    choice[KIND] = NONE
    choice[PARTNER] = i
    choice[TO] = 0.0
    choice[SUM] = 1.0
    choice[ROWS] = 0.0
    effort = V[EFFORT, i]
    up = min(effort * (1.0 + moves.ARM_STEP), 3.0)
    if up > effort:
        gain = rules.arm(M, V, P, i, i, effort, up)
        consider(choice, table, ARM, i, up, gain, P[moves.ARM_COST], 1.0, g1)
    down = max(effort / (1.0 + moves.ARM_STEP), 0.5)
    if down < effort:
        gain = rules.arm(M, V, P, i, i, effort, down)
        consider(choice, table, DISARM, i, down, gain, P[moves.ARM_COST], 1.0, g2)
    for j in range(n):
        if j != i:
            consider_pacts(i, j, k, M, V, P, tick, seed, run, keys, choice, table)
            consider_acts(i, j, k, M, V, P, tick, seed, run, keys, choice, table)
