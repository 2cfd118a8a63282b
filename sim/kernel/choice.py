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
from sim.dyads import AID, ARMS, CONTACT, COOLDOWN, FLOOR, LEVEL, SANCTIONS, TENSION, WAR
from sim.fields import EFFORT, PRESENT
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
from sim.streams import CHOICE, exponential, keyed
from sim.types import Blocks, Luck, Vector


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
def change(w: Blocks, i: int, j: int, a: Tie, b: Tie, per_g: float, per_e: float) -> float:
    """Change of i's utility (logits) when its tie with j goes from a to b, given the slopes."""
    return rules.pact(w, i, j, a, b) + (b.g - a.g) * per_g + (b.e - a.e) * per_e


@inline
def consent(w: Blocks, i: int, j: int, aj: Tie, to: float, per_g: float, per_e: float) -> float:
    """Probability that j, at present in tie ``aj`` with i, accepts i's offer of a level."""
    gain = change(w, j, i, aj, moves.tie_at(w, j, i, to), per_g, per_e)
    return logistic(gain - moves.taboo(w, j, to) + w.P[moves.CONSENT])


@inline
def level_option(
    w: Blocks,
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
    share = w.M[assessment.RELEVANCE, i, j]
    floor = w.M[FLOOR, i, j]
    is_closed = (
        (w.M[COOLDOWN, i, j] > 0.0)
        | (w.M[WAR, i, j] > 0.0)
        | (commitment.level_commitment(w, 3.0) <= floor)
        | (commitment.level_commitment(w, to) <= floor)
    )
    b = moves.tie_at(w, i, j, to)
    gain = change(w, i, j, a, b, per_g, per_e)
    is_exit = to < a.level
    leave = (
        w.P[moves.BREAK]
        + w.P[moves.BREAK_ARMS] * w.M[ARMS, i, j]
        + w.P[moves.BREAK_DEEP] * (a.g - b.g)
    )
    offer = w.P[moves.CREATE] + w.P[moves.DEEPEN] * (to - a.level - 1.0)
    wish = gain - moves.taboo(w, i, to)
    expected = wish * likely if wish > 0.0 else wish
    return Option(
        is_exit | ((to > a.level) & (not is_closed)),
        to,
        gain if is_exit else expected,
        (leave if is_exit else offer) - share,
        1.0 if is_exit else likely,
    )


@inline
def pacts(w: Blocks, i: int, j: int) -> Pacts:
    """Every pact level with j as an alternative of i; the present one is not open."""
    level = w.M[LEVEL, i, j]
    a = moves.tie_at(w, i, j, level)
    aj = moves.tie_at(w, j, i, level)
    per_g = rules.per_commitment(w, i, j)
    per_e = rules.per_entrapment(w, i, j)
    per_gj = rules.per_commitment(w, j, i)
    per_ej = rules.per_entrapment(w, j, i)
    likely1 = consent(w, i, j, aj, 1.0, per_gj, per_ej)
    likely2 = consent(w, i, j, aj, 2.0, per_gj, per_ej)
    likely3 = consent(w, i, j, aj, 3.0, per_gj, per_ej)
    return Pacts(
        level_option(w, i, j, a, 0.0, per_g, per_e, 1.0),
        level_option(w, i, j, a, 1.0, per_g, per_e, likely1),
        level_option(w, i, j, a, 2.0, per_g, per_e, likely2),
        level_option(w, i, j, a, 3.0, per_g, per_e, likely3),
    )


@inline
def acts(w: Blocks, i: int, j: int) -> Acts:
    """Sanctions, aid, courtship, pressure and conciliation towards j: no consent needed."""
    share = w.M[assessment.RELEVANCE, i, j]
    s = w.M[SANCTIONS, i, j]
    given = w.M[AID, i, j]
    back = w.M[CONTACT, j, i]
    warmer = back + moves.COURT_ANSWER * (1.0 - back)
    t = w.M[TENSION, i, j]
    harder = t + moves.PROVOKE_STEP * (1.0 - t)
    softer = t * (1.0 - moves.RECONCILE_STEP)
    impose = rules.sanction(w, i, j, s, 1.0)
    lift = rules.sanction(w, i, j, s, 0.0)
    grant = rules.aid(w, i, j, given, 1.0)
    stop = rules.aid(w, i, j, given, 0.0)
    court = rules.court(w, i, j, back, warmer)
    provoke = rules.tension(w, i, j, t, harder)
    reconcile = rules.tension(w, i, j, t, softer)
    return Acts(
        Option(s < 0.9, 1.0, impose, w.P[moves.IMPOSE] - share, 1.0),
        Option(s > 0.2, 0.0, lift, w.P[moves.LIFT] - share, 1.0),
        Option(given < 0.5, 1.0, grant, w.P[moves.GRANT] - share, 1.0),
        Option(given >= 0.5, 0.0, stop, w.P[moves.STOP_AID] - share, 1.0),
        Option(w.M[WAR, i, j] <= 0.0, warmer, court, w.P[moves.COURT_COST] - share, 1.0),
        Option(t < 0.9, harder, provoke, w.P[moves.PROVOKE_COST] - share, 1.0),
        Option(t > 0.1, softer, reconcile, w.P[moves.RECONCILE_COST] - share, 1.0),
    )


@njit
def arming(w: Blocks, i: int, step: float) -> Option:
    """A change of i's arms effort by a factor, within its bounds."""
    effort = w.V[EFFORT, i]
    to = min(max(effort * step, 0.5), 3.0)
    gain = rules.arm(w, i, i, effort, to)
    return Option(to != effort, to, gain, w.P[moves.ARM_COST], 1.0)


@njit
def weigh_some(w: Blocks, i: int, first: int, count: int, choice: Vector) -> None:
    """Weights and offers towards ``count`` partners (at most a tile of them) from ``first`` on."""
    space = tile()
    for c in range(count):
        p = pacts(w, i, first + c)
        one, two, three = weight(p.consultation), weight(p.arms), weight(p.defence)
        space[0, c] = ((weight(p.none) + one) + two) + three
        level = w.M[LEVEL, i, first + c]
        space[1, c] = one * p.consultation.accept if level < 1.0 else 0.0
        space[2, c] = two * p.arms.accept if level < 2.0 else 0.0
        space[3, c] = three * p.defence.accept if level < 3.0 else 0.0
    for c in range(count):
        a = acts(w, i, first + c)
        space[4, c] = (
            (weight(a.sanction) + weight(a.lift)) + (weight(a.grant) + weight(a.stop))
        ) + (weight(a.court) + (weight(a.provoke) + weight(a.reconcile)))
    for c in range(count):
        choice[WEIGHTS + first + c] = space[0, c] + space[4, c]
        w.M[OFFER_1, i, first + c] = space[1, c]
        w.M[OFFER_2, i, first + c] = space[2, c]
        w.M[OFFER_3, i, first + c] = space[3, c]


@njit
def weigh(w: Blocks, i: int, choice: Vector) -> None:
    """Weights of all moves open to i, summed by partner, and of its consented offers.

    Fills ``choice[WEIGHTS:WEIGHTS + n]``, ``choice[SUM]`` and row i of the sheets of offers.
    """
    whole = w.n - w.n % LANES
    for first in range(0, whole, TILE):
        weigh_some(w, i, first, min(TILE, whole - first), choice)
    if whole < w.n:
        # the last partners fill the lanes together with some that were weighed already
        first = max(0, w.n - LANES)
        weigh_some(w, i, first, w.n - first, choice)
    w.M[OFFER_1, i, i] = 0.0
    w.M[OFFER_2, i, i] = 0.0
    w.M[OFFER_3, i, i] = 0.0
    up = arming(w, i, 1.0 + moves.ARM_STEP)
    down = arming(w, i, 1.0 / (1.0 + moves.ARM_STEP))
    choice[WEIGHTS + i] = weight(up) + weight(down)
    total = 1.0
    for j in range(w.n):
        if w.V[PRESENT, j] < 0.5:
            choice[WEIGHTS + j] = 0.0
            w.M[OFFER_1, i, j] = 0.0
            w.M[OFFER_2, i, j] = 0.0
            w.M[OFFER_3, i, j] = 0.0
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
    w: Blocks,
    luck: Luck,
    i: int,
    k: int,
    choice: Vector,
) -> None:
    """What state i does at opportunity k: weighs all and draws; nothing is changed but offers.

    ``choice`` ends with the kind of move, the partner and the target; i and NONE for nothing.
    """
    weigh(w, i, choice)
    choice[KIND] = NONE
    choice[PARTNER] = i
    choice[TO] = 0.0
    idle, any_move, own, _ = keyed(luck, CHOICE, k, luck.keys[i], luck.keys[i], 0)
    if clock(idle, 1.0) <= clock(any_move, choice[SUM] - 1.0):
        return
    best = clock(own, choice[WEIGHTS + i])
    partner = i
    for j in range(w.n):
        if j != i and choice[WEIGHTS + j] > 0.0:
            bits, _, _, _ = keyed(luck, CHOICE, k, luck.keys[i], luck.keys[j], 0)
            time = clock(bits, choice[WEIGHTS + j])
            if time < best:
                best, partner = time, j
    choice[PARTNER] = partner
    j = partner
    w0, w1, w2, w3 = keyed(luck, CHOICE, k, luck.keys[i], luck.keys[j], 1)
    if j == i:
        best = race(choice, np.inf, w0, ARM, arming(w, i, 1.0 + moves.ARM_STEP))
        race(choice, best, w1, DISARM, arming(w, i, 1.0 / (1.0 + moves.ARM_STEP)))
        return
    p = pacts(w, i, j)
    best = race(choice, np.inf, w0, PACT, p.none)
    best = race(choice, best, w1, PACT, p.consultation)
    best = race(choice, best, w2, PACT, p.arms)
    best = race(choice, best, w3, PACT, p.defence)
    a = acts(w, i, j)
    w0, w1, w2, w3 = keyed(luck, CHOICE, k, luck.keys[i], luck.keys[j], 2)
    best = race(choice, best, w0, SANCTION, a.sanction)
    best = race(choice, best, w1, LIFT, a.lift)
    best = race(choice, best, w2, GRANT, a.grant)
    best = race(choice, best, w3, STOP, a.stop)
    w0, w1, w2, _ = keyed(luck, CHOICE, k, luck.keys[i], luck.keys[j], 3)
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
    w: Blocks,
    luck: Luck,
    i: int,
    k: int,
    choice: Vector,
    table: np.ndarray,
) -> None:
    """The choice of :func:`choose`, and every alternative that it had.

    Rows of ``table (A, 7)``: kind, partner, target, gain, cost, chance of consent, weight;
    ``choice[ROWS]`` says how many.
    """
    choose(w, luck, i, k, choice)
    choice[ROWS] = 0.0
    note(choice, table, ARM, i, arming(w, i, 1.0 + moves.ARM_STEP))
    note(choice, table, DISARM, i, arming(w, i, 1.0 / (1.0 + moves.ARM_STEP)))
    for j in range(w.n):
        if j == i or w.V[PRESENT, j] < 0.5:
            continue
        p = pacts(w, i, j)
        note(choice, table, PACT, j, p.none)
        note(choice, table, PACT, j, p.consultation)
        note(choice, table, PACT, j, p.arms)
        note(choice, table, PACT, j, p.defence)
        a = acts(w, i, j)
        note(choice, table, SANCTION, j, a.sanction)
        note(choice, table, LIFT, j, a.lift)
        note(choice, table, GRANT, j, a.grant)
        note(choice, table, STOP, j, a.stop)
        note(choice, table, COURT, j, a.court)
        note(choice, table, PROVOKE, j, a.provoke)
        note(choice, table, RECONCILE, j, a.reconcile)
