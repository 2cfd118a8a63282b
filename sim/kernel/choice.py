"""How a state weighs its alternatives: a multinomial logit, drawn as nested races.

A move's value is the change of i's utility, less the cost of making the move, plus the log of i's
attention share of the partner; doing nothing has value 0. An offer that would be a gain is valued
by its expected gain, consent x change. Consent has probability logistic(change of the partner's
utility - taboo + offset). Of the change by leaving or lowering a pact a part counts, and attention
does not: so it was with the pacts that ended (docs/validation.md, what ends pacts).

The logit is drawn in steps, as exponential clocks whose rates are the weights exp(value) (a race of
exponential clocks is the Gumbel-max trick on another scale, Maddison et al. 2014): first whether
anything is done at all, then towards whom, then what. The steps are exact, since the first of a
group of clocks is a clock whose rate is the sum. Each clock has its own luck, keyed by state,
quarter, opportunity, partner and move, the same in every arm; most opportunities are left unused
and need a single draw.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.compiled.jit import LANES, TILE, inline, njit, tile
from sim.compiled.mathx import logistic
from sim.kernel.layout import KIND, NONE, PACT, PARTNER, ROWS, SUM, TO, WEIGHTS, rules
from sim.rules.decisions import assessment
from sim.rules.decisions.race import Option, clock, note, race, weight
from sim.rules.mirrored_sheets import Mover, Partner, seen
from sim.rules.moves import pact
from sim.rules.observation import OFFER_1, OFFER_2, OFFER_3
from sim.rules.pair_variables import LEVEL
from sim.rules.state_variables import PRESENT
from sim.rules.streams import CHOICE, keyed
from sim.rules.terms import Tie
from sim.types import Blocks, Luck, Vector


class Pacts(NamedTuple):
    """The four levels of a pact with a partner."""

    none: Option
    consultation: Option
    arms: Option
    defence: Option


@inline
def change(w: Blocks, i: int, j: int, a: Tie, b: Tie, per_g: float, per_e: float) -> float:
    """Change of i's utility (logits) when its tie with j goes from a to b, given the slopes."""
    return rules.pact(w, i, j, a, b) + (b.g - a.g) * per_g + (b.e - a.e) * per_e


@inline
def consent(w: Blocks, i: int, j: int, aj: Tie, to: float, per_g: float, per_e: float) -> float:
    """Probability that j, at present in tie ``aj`` with i, accepts i's offer of a level."""
    gain = change(w, j, i, aj, pact.tie_at(w, j, i, to), per_g, per_e)
    return logistic(gain - pact.taboo(w, j, to) + w.P[pact.CONSENT])


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
    """A pact level as an alternative of i, at present in tie ``a`` with j: offer or downgrade."""
    b = pact.tie_at(w, i, j, to)
    gain = change(w, i, j, a, b, per_g, per_e)
    is_exit = to < a.level
    wish = gain - pact.taboo(w, i, to)
    expected = wish * likely if wish > 0.0 else wish
    # both costs and both gains are worked out, so that partners stay in vector lanes
    leave = pact.leaving(w, i, j, a, b, gain)
    offer = pact.offering(w, a, to) - w.M[assessment.RELEVANCE, i, j]
    return Option(
        (is_exit & (not pact.is_given(w, i, j)))
        | ((to > a.level) & (not pact.is_closed(w, i, j, to))),
        to,
        gain if is_exit else expected,
        leave if is_exit else offer,
        1.0 if is_exit else likely,
    )


@inline
def other_levels(w: Blocks, i: int, j: int) -> tuple[Option, Option, Option]:
    """The pact levels with j beside the present one, a whole number, from the lowest on."""
    level = w.M[LEVEL, i, j]
    a = pact.tie_at(w, i, j, level)
    aj = pact.tie_at(w, j, i, level)
    per_g, per_e = rules.per_commitment(w, i, j), rules.per_entrapment(w, i, j)
    per_gj, per_ej = rules.per_commitment(w, j, i), rules.per_entrapment(w, j, i)
    low = 1.0 if level < 1.0 else 0.0
    middle = 2.0 if level < 2.0 else 1.0
    high = 3.0 if level < 3.0 else 2.0
    likely1 = consent(w, i, j, aj, low, per_gj, per_ej)
    likely2 = consent(w, i, j, aj, middle, per_gj, per_ej)
    likely3 = consent(w, i, j, aj, high, per_gj, per_ej)
    return (
        level_option(w, i, j, a, low, per_g, per_e, likely1),
        level_option(w, i, j, a, middle, per_g, per_e, likely2),
        level_option(w, i, j, a, high, per_g, per_e, likely3),
    )


@njit
def pacts(w: Blocks, i: int, j: int) -> Pacts:
    """Every pact level with j as an alternative of i; the present one is not open."""
    level = w.M[LEVEL, i, j]
    a = pact.tie_at(w, i, j, level)
    aj = pact.tie_at(w, j, i, level)
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


@njit
def weigh_between(w: Blocks, i: int, j: int, c: int, space: Any) -> None:
    """Weights and offers of pacts with j, where a number of a scenario lies between two levels."""
    p, level = pacts(seen(w), Mover(i), Partner(j)), w.M[LEVEL, i, j]
    one, two, three = weight(p.consultation), weight(p.arms), weight(p.defence)
    space[0, c] = ((weight(p.none) + one) + two) + three
    space[1, c] = one * p.consultation.accept if level < 1.0 else 0.0
    space[2, c] = two * p.arms.accept if level < 2.0 else 0.0
    space[3, c] = three * p.defence.accept if level < 3.0 else 0.0


@njit
def weigh_some(w: Blocks, i: int, first: int, count: int, choice: Vector) -> None:
    """Weights and offers towards ``count`` partners (at most a tile of them) from ``first`` on."""
    space, both, mover = tile(), seen(w), Mover(i)
    for c in range(count):
        low, middle, high = other_levels(both, mover, Partner(first + c))
        one, two, three = weight(low), weight(middle), weight(high)
        space[0, c] = (one + two) + three
        level = w.M[LEVEL, i, first + c]
        space[1, c] = one * low.accept if level < 1.0 else 0.0
        space[2, c] = two * middle.accept if level < 2.0 else 0.0
        space[3, c] = three * high.accept if level < 3.0 else 0.0
    for c in range(count):
        level = w.M[LEVEL, i, first + c]
        if level != 0.0 and level != 1.0 and level != 2.0 and level != 3.0:
            weigh_between(w, i, first + c, c, space)
    for c in range(count):
        space[4, c] = rules.acts_weight(both, mover, Partner(first + c))
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
    choice[WEIGHTS + i] = rules.own_weight(w, i, i)
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
    if j == i:
        rules.race_own(w, luck, i, j, k, choice, np.inf)
        return
    w0, w1, w2, w3 = keyed(luck, CHOICE, k, luck.keys[i], luck.keys[j], 1)
    p = pacts(seen(w), Mover(i), Partner(j))
    best = race(choice, np.inf, w0, PACT, p.none)
    best = race(choice, best, w1, PACT, p.consultation)
    best = race(choice, best, w2, PACT, p.arms)
    best = race(choice, best, w3, PACT, p.defence)
    rules.race_acts(seen(w), luck, Mover(i), Partner(j), k, choice, best)


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
    rules.mirror(w)  # whoever asks may have changed something
    choose(w, luck, i, k, choice)
    choice[ROWS] = 0.0
    rules.note_own(w, i, i, choice, table)
    for j in range(w.n):
        if j == i or w.V[PRESENT, j] < 0.5:
            continue
        p = pacts(seen(w), Mover(i), Partner(j))
        note(choice, table, PACT, j, p.none)
        note(choice, table, PACT, j, p.consultation)
        note(choice, table, PACT, j, p.arms)
        note(choice, table, PACT, j, p.defence)
        rules.note_acts(seen(w), Mover(i), Partner(j), choice, table)
