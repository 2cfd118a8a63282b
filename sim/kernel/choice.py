"""How a state weighs its alternatives: a multinomial logit, drawn as nested races.

A move's value is the change of i's utility, less the cost of making the move, plus the log of i's
attention share of the partner; doing nothing has value 0. An offer that would be a gain is valued
by its expected gain, consent x change. Consent has probability logistic(change of the partner's
utility - taboo + offset).

The logit is drawn in steps, as exponential clocks whose rates are the weights exp(value) (a race of
exponential clocks is the Gumbel-max trick on another scale, Maddison et al. 2014): first whether
anything is done at all, then towards whom, then what. The steps are exact, since the first of a
group of clocks is a clock whose rate is the sum. Each clock has its own luck, keyed by state,
quarter, opportunity, partner and move, the same in every arm; most opportunities are left unused
and need a single draw.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.decisions import assessment, commitment, moves
from sim.decisions.observe import OFFER_1, OFFER_2, OFFER_3
from sim.decisions.terms import Tie
from sim.fields import AID, ARMS, CONTACT, COOLDOWN, EFFORT, FLOOR, LEVEL, SANCTIONS, TENSION, WAR
from sim.jit import LANES, TILE, inline, njit, tile
from sim.kernel.layout import (
    ARM,
    COURT,
    DISARM,
    GRANT,
    KIND,
    LIFT,
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
    WEIGHTS,
    rules,
)
from sim.mathx import exp, logistic
from sim.streams import CHOICE, block, exponential
from sim.types import Dyads, States, Vector


class Option(NamedTuple):
    """An alternative: whether it is open, its target, gain and cost (logits), chance of consent."""

    is_open: bool
    to: float
    gain: float
    cost: float
    accept: float


class Pacts(NamedTuple):
    """The four levels of a pact with a partner."""

    none: Option
    consultation: Option
    arms: Option
    defence: Option


class Acts(NamedTuple):
    """Moves towards a partner that need no consent."""

    sanction: Option
    lift: Option
    grant: Option
    stop: Option
    court: Option
    provoke: Option
    reconcile: Option


@inline
def weight(option: Option) -> float:
    """exp(value) of an alternative; 0 if it is not open."""
    e = exp(option.gain - option.cost)
    return e if option.is_open else 0.0


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


@inline
def level_option(
    M: Dyads,
    V: States,
    P: Vector,
    i: int,
    j: int,
    a: Tie,
    to: float,
    per_g: float,
    per_e: float,
    likely: float,
) -> Option:
    """A pact level as an alternative of i, at present in tie ``a`` with j: offer or downgrade.

    Nothing is offered during silence after a refusal, in war, or below the organisations' floor.
    """
    share = M[assessment.RELEVANCE, i, j]
    floor = M[FLOOR, i, j]
    is_closed = (
        (M[COOLDOWN, i, j] > 0.0)
        | (M[WAR, i, j] > 0.0)
        | (commitment.level_commitment(P, 3.0) <= floor)
        | (commitment.level_commitment(P, to) <= floor)
    )
    b = moves.tie_at(M, P, i, j, to)
    gain = change(M, V, P, i, j, a, b, per_g, per_e)
    is_exit = to < a.level
    leave = P[moves.BREAK] + P[moves.BREAK_ARMS] * M[ARMS, i, j] + P[moves.BREAK_DEEP] * (a.g - b.g)
    offer = P[moves.CREATE] + P[moves.DEEPEN] * (to - a.level - 1.0)
    wish = gain - moves.taboo(V, i, to)
    expected = wish * likely if wish > 0.0 else wish
    return Option(
        is_exit | ((to > a.level) & (not is_closed)),
        to,
        gain if is_exit else expected,
        (leave if is_exit else offer) - share,
        1.0 if is_exit else likely,
    )


@inline
def pacts(M: Dyads, V: States, P: Vector, i: int, j: int) -> Pacts:
    """Every pact level with j as an alternative of i; the present one is not open."""
    level = M[LEVEL, i, j]
    a = moves.tie_at(M, P, i, j, level)
    aj = moves.tie_at(M, P, j, i, level)
    per_g = rules.per_commitment(M, V, P, i, j)
    per_e = rules.per_entrapment(M, V, P, i, j)
    per_gj = rules.per_commitment(M, V, P, j, i)
    per_ej = rules.per_entrapment(M, V, P, j, i)
    likely1 = consent(M, V, P, i, j, aj, 1.0, per_gj, per_ej)
    likely2 = consent(M, V, P, i, j, aj, 2.0, per_gj, per_ej)
    likely3 = consent(M, V, P, i, j, aj, 3.0, per_gj, per_ej)
    return Pacts(
        level_option(M, V, P, i, j, a, 0.0, per_g, per_e, 1.0),
        level_option(M, V, P, i, j, a, 1.0, per_g, per_e, likely1),
        level_option(M, V, P, i, j, a, 2.0, per_g, per_e, likely2),
        level_option(M, V, P, i, j, a, 3.0, per_g, per_e, likely3),
    )


@inline
def acts(M: Dyads, V: States, P: Vector, i: int, j: int) -> Acts:
    """Sanctions, aid, courtship, pressure and conciliation towards j: no consent needed."""
    share = M[assessment.RELEVANCE, i, j]
    s = M[SANCTIONS, i, j]
    given = M[AID, i, j]
    back = M[CONTACT, j, i]
    warmer = back + moves.COURT_ANSWER * (1.0 - back)
    t = M[TENSION, i, j]
    harder = t + moves.PROVOKE_STEP * (1.0 - t)
    softer = t * (1.0 - moves.RECONCILE_STEP)
    impose = rules.sanction(M, V, P, i, j, s, 1.0)
    lift = rules.sanction(M, V, P, i, j, s, 0.0)
    grant = rules.aid(M, V, P, i, j, given, 1.0)
    stop = rules.aid(M, V, P, i, j, given, 0.0)
    court = rules.court(M, V, P, i, j, back, warmer)
    provoke = rules.tension(M, V, P, i, j, t, harder)
    reconcile = rules.tension(M, V, P, i, j, t, softer)
    return Acts(
        Option(s < 0.9, 1.0, impose, P[moves.IMPOSE] - share, 1.0),
        Option(s > 0.2, 0.0, lift, P[moves.LIFT] - share, 1.0),
        Option(given < 0.5, 1.0, grant, P[moves.GRANT] - share, 1.0),
        Option(given >= 0.5, 0.0, stop, P[moves.STOP_AID] - share, 1.0),
        Option(M[WAR, i, j] <= 0.0, warmer, court, P[moves.COURT_COST] - share, 1.0),
        Option(t < 0.9, harder, provoke, P[moves.PROVOKE_COST] - share, 1.0),
        Option(t > 0.1, softer, reconcile, P[moves.RECONCILE_COST] - share, 1.0),
    )


@njit
def arming(M: Dyads, V: States, P: Vector, i: int, step: float) -> Option:
    """A change of i's arms effort by a factor, within its bounds."""
    effort = V[EFFORT, i]
    to = min(max(effort * step, 0.5), 3.0)
    gain = rules.arm(M, V, P, i, i, effort, to)
    return Option(to != effort, to, gain, P[moves.ARM_COST], 1.0)


@njit
def weigh_some(
    M: Dyads, V: States, P: Vector, i: int, first: int, count: int, choice: Vector
) -> None:
    """Weights and offers towards ``count`` partners (at most a tile of them) from ``first`` on."""
    space = tile()
    for c in range(count):
        p = pacts(M, V, P, i, first + c)
        one, two, three = weight(p.consultation), weight(p.arms), weight(p.defence)
        space[0, c] = ((weight(p.none) + one) + two) + three
        level = M[LEVEL, i, first + c]
        space[1, c] = one * p.consultation.accept if level < 1.0 else 0.0
        space[2, c] = two * p.arms.accept if level < 2.0 else 0.0
        space[3, c] = three * p.defence.accept if level < 3.0 else 0.0
    for c in range(count):
        a = acts(M, V, P, i, first + c)
        space[4, c] = (
            (weight(a.sanction) + weight(a.lift)) + (weight(a.grant) + weight(a.stop))
        ) + (weight(a.court) + (weight(a.provoke) + weight(a.reconcile)))
    for c in range(count):
        choice[WEIGHTS + first + c] = space[0, c] + space[4, c]
        M[OFFER_1, i, first + c] = space[1, c]
        M[OFFER_2, i, first + c] = space[2, c]
        M[OFFER_3, i, first + c] = space[3, c]


@njit
def weigh(M: Dyads, V: States, P: Vector, n: int, i: int, choice: Vector) -> None:
    """Weights of all moves open to i, summed by partner, and of its consented offers.

    Fills ``choice[WEIGHTS:WEIGHTS + n]``, ``choice[SUM]`` and row i of the sheets of offers.
    """
    whole = n - n % LANES
    for first in range(0, whole, TILE):
        weigh_some(M, V, P, i, first, min(TILE, whole - first), choice)
    if whole < n:
        # the last partners fill the lanes together with some that were weighed already
        first = max(0, n - LANES)
        weigh_some(M, V, P, i, first, n - first, choice)
    M[OFFER_1, i, i] = 0.0
    M[OFFER_2, i, i] = 0.0
    M[OFFER_3, i, i] = 0.0
    up = arming(M, V, P, i, 1.0 + moves.ARM_STEP)
    down = arming(M, V, P, i, 1.0 / (1.0 + moves.ARM_STEP))
    choice[WEIGHTS + i] = weight(up) + weight(down)
    total = 1.0
    for j in range(n):
        total += choice[WEIGHTS + j]
    choice[SUM] = total


@njit
def clock(bits: np.uint64, rate: float) -> float:
    """When a clock of this rate first rings: an exponential time; infinite at rate 0."""
    return exponential(bits) / rate if rate > 0.0 else np.inf


@njit
def race(choice: Vector, best: float, bits: np.uint64, kind: int, option: Option) -> float:
    """Enter an alternative into the race; returns the earliest time so far."""
    time = clock(bits, weight(option))
    if time < best:
        choice[KIND] = kind
        choice[TO] = option.to
        return time
    return best


@njit
def choose(
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
) -> None:
    """What state i does at opportunity k: weighs all and draws; nothing is changed but offers.

    ``choice`` ends with the kind of move, the partner and the target; i and NONE for nothing.
    """
    weigh(M, V, P, n, i, choice)
    choice[KIND] = NONE
    choice[PARTNER] = i
    choice[TO] = 0.0
    idle, any_move, own, _ = block(seed, run, CHOICE, tick, k, keys[i], keys[i], 0)
    if clock(idle, 1.0) <= clock(any_move, choice[SUM] - 1.0):
        return
    best = clock(own, choice[WEIGHTS + i])
    partner = i
    for j in range(n):
        if j != i and choice[WEIGHTS + j] > 0.0:
            bits, _, _, _ = block(seed, run, CHOICE, tick, k, keys[i], keys[j], 0)
            time = clock(bits, choice[WEIGHTS + j])
            if time < best:
                best, partner = time, j
    choice[PARTNER] = partner
    j = partner
    w0, w1, w2, w3 = block(seed, run, CHOICE, tick, k, keys[i], keys[j], 1)
    if j == i:
        best = race(choice, np.inf, w0, ARM, arming(M, V, P, i, 1.0 + moves.ARM_STEP))
        race(choice, best, w1, DISARM, arming(M, V, P, i, 1.0 / (1.0 + moves.ARM_STEP)))
        return
    p = pacts(M, V, P, i, j)
    best = race(choice, np.inf, w0, PACT, p.none)
    best = race(choice, best, w1, PACT, p.consultation)
    best = race(choice, best, w2, PACT, p.arms)
    best = race(choice, best, w3, PACT, p.defence)
    a = acts(M, V, P, i, j)
    w0, w1, w2, w3 = block(seed, run, CHOICE, tick, k, keys[i], keys[j], 2)
    best = race(choice, best, w0, SANCTION, a.sanction)
    best = race(choice, best, w1, LIFT, a.lift)
    best = race(choice, best, w2, GRANT, a.grant)
    best = race(choice, best, w3, STOP, a.stop)
    w0, w1, w2, _ = block(seed, run, CHOICE, tick, k, keys[i], keys[j], 3)
    best = race(choice, best, w0, COURT, a.court)
    best = race(choice, best, w1, PROVOKE, a.provoke)
    race(choice, best, w2, RECONCILE, a.reconcile)


@njit
def note(choice: Vector, table: np.ndarray, kind: int, partner: int, option: Option) -> None:
    """Write an open alternative into the table."""
    row = int(choice[ROWS])
    if not option.is_open or row >= table.shape[0]:
        return
    table[row, 0] = kind
    table[row, 1] = partner
    table[row, 2] = option.to
    table[row, 3] = option.gain
    table[row, 4] = option.cost
    table[row, 5] = option.accept
    table[row, 6] = weight(option)
    choice[ROWS] += 1.0


@njit
def alternatives(
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
    """The choice of :func:`choose`, and every alternative that it had.

    Rows of ``table (A, 7)``: kind, partner, target, gain, cost, chance of consent, weight;
    ``choice[ROWS]`` says how many.
    """
    choose(i, k, M, V, P, n, tick, seed, run, keys, choice)
    choice[ROWS] = 0.0
    note(choice, table, ARM, i, arming(M, V, P, i, 1.0 + moves.ARM_STEP))
    note(choice, table, DISARM, i, arming(M, V, P, i, 1.0 / (1.0 + moves.ARM_STEP)))
    for j in range(n):
        if j == i:
            continue
        p = pacts(M, V, P, i, j)
        note(choice, table, PACT, j, p.none)
        note(choice, table, PACT, j, p.consultation)
        note(choice, table, PACT, j, p.arms)
        note(choice, table, PACT, j, p.defence)
        a = acts(M, V, P, i, j)
        note(choice, table, SANCTION, j, a.sanction)
        note(choice, table, LIFT, j, a.lift)
        note(choice, table, GRANT, j, a.grant)
        note(choice, table, STOP, j, a.stop)
        note(choice, table, COURT, j, a.court)
        note(choice, table, PROVOKE, j, a.provoke)
        note(choice, table, RECONCILE, j, a.reconcile)
