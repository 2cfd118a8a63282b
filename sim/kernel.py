"""The step of the model, compiled; both drivers call these functions and nothing else.

A quarter, in order: dated events -> mechanisms -> assessment -> moves of states in random order ->
observation. Arrays in, arrays out, no allocation; see :data:`STEP` for the printable order.

Blocks: ``M (dyad variables, N, N)``, ``V (state variables, N)``, ``P (parameters,)``, ``keys (N,)``
stable stream keys, ``events (E, 7)`` rows (tick, is dyad, row, i, j, operation, number),
``log (moves, LOG_COLUMNS)``, ``counts (2,)`` opportunities and no-ops. All float64 except ``keys``
and ``counts`` (int64).
"""

from __future__ import annotations

from functools import cache
from types import ModuleType

import numpy as np

from sim import vocabulary as names
from sim.codegen import load_entries, load_rules
from sim.decisions import assessment, commitment, moves
from sim.decisions.observe import (
    INTENSITY_1,
    INTENSITY_2,
    INTENSITY_3,
    OFFER_1,
    OFFER_2,
    OFFER_3,
    observe,
)
from sim.decisions.terms import Tie
from sim.fields import (
    AID,
    ARMS,
    ATTENTION,
    COMMITMENT,
    CONTACT,
    COOLDOWN,
    EFFORT,
    ENTRAPMENT_WEIGHT,
    FLOOR,
    IDEAL_HOME,
    IDEAL_POINT,
    LEVEL,
    SANCTIONS,
    TENSION,
    TRUST,
    TRUST_BAD,
    TRUST_GOOD,
    WAR,
)
from sim.jit import njit
from sim.mathx import exp, log, logistic
from sim.mechanisms.diplomacy.alignment_pull import KEY
from sim.streams import CHOICE, CONSENT, DRAWS, OPPORTUNITY, block, gumbel, unit
from sim.types import Dyads, States, Vector

rules = load_rules()

STEP = ("events", *names.MECHANISMS, "assessment", "moves", "observation")

TERM_COUNT = len(names.TERMS)
#: tick, order, mover, partner, kind, before, after, accepted, du, du partner
LOG_HEAD = 10
LOG_COLUMNS = LOG_HEAD + 2 * TERM_COUNT + 6
MAX_OPPORTUNITIES = 16
#: cells of the choice of :func:`weigh`
BEST, FLOOR_, KIND, PARTNER, TO, SUM, ROWS = range(7)
CHOICE_CELLS = 7
#: choices less likely than this (in logits below doing nothing) get no consent evaluated
NEGLIGIBLE = -12.0

# the codes of sim.types.Move, as plain numbers for compiled code
NONE, PACT, SANCTION, LIFT, GRANT, STOP, ARM, DISARM, COURT, PROVOKE, RECONCILE = range(11)


@njit
def begin(M: Dyads, V: States, P: Vector, n: int, keys: np.ndarray) -> None:
    """Complete the initial state: commitments, assessments, and the levels at the start."""
    for i in range(n):
        V[KEY, i] = keys[i]
    commitment.refresh(M, P, n)
    # Hostility needs trust and tension only; threats, protection and pulls need hostility. A second
    # pass lets the levels at the start come from a settled assessment.
    for _ in range(2):
        rules.start(M, V, P, n)
        assessment.assess(M, V, P, n)
    observe(M, V, P, n)


@njit
def play_event(M: Dyads, V: States, P: Vector, n: int, event: np.ndarray) -> None:
    """Apply one row of the event table."""
    row = int(event[2])
    i = int(event[3])
    j = int(event[4])
    if event[1] < 0.5:
        old = V[row, i]
        new = changed(old, event[5], event[6])
        V[row, i] = new
        if row == IDEAL_POINT:
            V[IDEAL_HOME, i] += new - old
        return
    new = changed(M[row, i, j], event[5], event[6])
    if row == TRUST:
        # trust is the mean of a belief: keep the weight of the evidence, move its mean
        new = min(max(new, 0.01), 0.99)
        weight = M[TRUST_GOOD, i, j] + M[TRUST_BAD, i, j]
        M[TRUST_GOOD, i, j] = weight * new
        M[TRUST_BAD, i, j] = weight * (1.0 - new)
    M[row, i, j] = new
    if row in (LEVEL, FLOOR):
        M[row, j, i] = new
        level = M[LEVEL, i, j]
        g = commitment.tie_commitment(M, P, i, j, level)
        e = commitment.tie_entrapment(M, P, i, j, level)
        M[COMMITMENT, i, j] = g
        M[COMMITMENT, j, i] = g
        M[ENTRAPMENT_WEIGHT, i, j] = e
        M[ENTRAPMENT_WEIGHT, j, i] = e


@njit
def changed(old: float, operation: float, number: float) -> float:
    """0 sets, 1 adds, 2 multiplies."""
    if operation < 0.5:
        return number
    return old + number if operation < 1.5 else old * number


@njit
def play_events(
    M: Dyads, V: States, P: Vector, n: int, tick: int, events: np.ndarray, limits: np.ndarray
) -> None:
    """Apply all events of a quarter in the order of the table; results stay within bounds."""
    for e in range(events.shape[0]):
        if int(events[e, 0]) == tick:
            play_event(M, V, P, n, events[e])
            row = int(events[e, 2])
            i = int(events[e, 3])
            if events[e, 1] < 0.5:
                V[row, i] = min(max(V[row, i], limits[e, 0]), limits[e, 1])
            else:
                j = int(events[e, 4])
                M[row, i, j] = min(max(M[row, i, j], limits[e, 0]), limits[e, 1])


@njit
def settle(M: Dyads, V: States, P: Vector, n: int, tick: int, seed: int, run: int) -> None:
    """Mechanisms and assessment of a quarter: all that happens before anybody moves."""
    for i in range(n):
        for j in range(n):
            M[INTENSITY_1, i, j] = 0.0
            M[INTENSITY_2, i, j] = 0.0
            M[INTENSITY_3, i, j] = 0.0
            M[COOLDOWN, i, j] = max(0.0, M[COOLDOWN, i, j] - 1.0)
    rules.mechanisms(M, V, P, n, tick, seed, run)
    assessment.assess(M, V, P, n)


@njit
def schedule(
    V: States,
    P: Vector,
    n: int,
    tick: int,
    seed: int,
    run: int,
    keys: np.ndarray,
    order: np.ndarray,
    times: np.ndarray,
) -> int:
    """Who gets an opportunity when: fills ``order (n * MAX_OPPORTUNITIES, 2)`` with (state, k).

    State i gets floor(rate_i + u) opportunities, rate_i = rate / 4 (1 + attention_i): the mean of
    the Poisson clock of an actor-oriented model with less variance. Times are uniform in the quarter.
    """
    count = 0
    for i in range(n):
        first, _, _, _ = block(seed, run, OPPORTUNITY, tick, 0, keys[i], keys[i], 0)
        rate = 0.25 * P[moves.RATE] * (1.0 + V[ATTENTION, i])
        chances = min(int(rate + unit(first)), MAX_OPPORTUNITIES)
        for k in range(chances):
            when, _, _, _ = block(seed, run, OPPORTUNITY, tick, k + 1, keys[i], keys[i], 0)
            time = unit(when)
            at = count
            while at > 0 and times[at - 1] > time:
                times[at] = times[at - 1]
                order[at, 0] = order[at - 1, 0]
                order[at, 1] = order[at - 1, 1]
                at -= 1
            times[at] = time
            order[at, 0] = i
            order[at, 1] = k
            count += 1
    return count


@njit
def beats(e: float, bits: np.uint64, best: float, floor: float) -> float:
    """Gumbel-perturbed value of an alternative of weight e = exp(v), or -inf if it cannot win.

    v + G > best for G = -ln(-ln u) means u > exp(-x) with x = e exp(-best) (= e * floor); since
    exp(-x) >= 1 - x, most alternatives are settled without a logarithm.
    """
    if e <= 0.0 or unit(bits) <= 1.0 - e * floor:
        return -np.inf
    return log(e) + gumbel(bits)


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
    value = beats(e, bits, choice[BEST], choice[FLOOR_])
    if value > choice[BEST]:
        choice[BEST] = value
        choice[FLOOR_] = exp(-value)
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
    b0, b1, b2, b3 = block(seed, run, CHOICE, tick, k, keys[i], keys[j], 0)
    share = M[assessment.RELEVANCE, i, j]
    level = M[LEVEL, i, j]
    a = moves.tie_at(M, P, i, j, level)
    aj = moves.tie_at(M, P, j, i, level)
    per_g = rules.per_commitment(M, V, P, i, j)
    per_e = rules.per_entrapment(M, V, P, i, j)
    per_gj = rules.per_commitment(M, V, P, j, i)
    per_ej = rules.per_entrapment(M, V, P, j, i)
    closed = M[COOLDOWN, i, j] > 0.0 or M[WAR, i, j] > 0.0
    for target in range(4):
        to = float(target)
        bits = b0 if target == 0 else (b1 if target == 1 else (b2 if target == 2 else b3))
        slot = OFFER_1 if target <= 1 else (OFFER_2 if target == 2 else OFFER_3)
        if target > 0:
            M[slot, i, j] = 0.0
        if to == level:
            continue
        offer = to > level
        if offer and (closed or commitment.level_commitment(P, to) <= M[FLOOR, i, j]):
            continue
        b = moves.tie_at(M, P, i, j, to)
        gain = change(M, V, P, i, j, a, b, per_g, per_e)
        if not offer:
            cost = (
                P[moves.BREAK]
                + P[moves.BREAK_DEEP] * (a.g - b.g)
                + P[moves.BREAK_ARMS] * M[ARMS, i, j]
            )
            consider(choice, table, PACT, j, to, gain, cost - share, 1.0, bits)
            continue
        cost = P[moves.CREATE] + P[moves.DEEPEN] * (to - level - 1.0) - share
        gain -= moves.taboo(V, i, to)
        if gain - cost < NEGLIGIBLE:
            continue
        accept = consent(M, V, P, i, j, aj, to, per_gj, per_ej)
        if gain > 0.0:
            gain *= accept
        e = consider(choice, table, PACT, j, to, gain, cost, accept, bits)
        M[slot, i, j] = e * accept


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
    choice[FLOOR_] = exp(-choice[BEST])
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


@njit
def turn(
    i: int,
    k: int,
    position: int,
    M: Dyads,
    V: States,
    P: Vector,
    n: int,
    tick: int,
    seed: int,
    run: int,
    keys: np.ndarray,
    choice: Vector,
    rows: np.ndarray,
    logged: int,
    counts: np.ndarray,
) -> int:
    """State i takes an opportunity: weighs, notes intensities, makes at most one move.

    Returns the number of rows in the log.
    """
    counts[0] += 1
    weigh(i, k, M, V, P, n, tick, seed, run, keys, choice, rows[:0])
    chance = 1.0 / choice[SUM]
    for j in range(n):
        if j != i:
            note_intensity(M, i, j, OFFER_1, INTENSITY_1, chance)
            note_intensity(M, i, j, OFFER_2, INTENSITY_2, chance)
            note_intensity(M, i, j, OFFER_3, INTENSITY_3, chance)
    kind = int(choice[KIND])
    if kind == NONE:
        counts[1] += 1
        return logged
    return make(
        i,
        int(choice[PARTNER]),
        kind,
        choice[TO],
        k,
        position,
        M,
        V,
        P,
        n,
        tick,
        seed,
        run,
        keys,
        rows,
        logged,
    )


@njit
def note_intensity(M: Dyads, i: int, j: int, offer: int, into: int, weight: float) -> None:
    """Add the chance that i offers and j accepts to the pair's intensity, in both orders."""
    M[into, i, j] += weight * M[offer, i, j]
    M[into, j, i] += weight * M[offer, i, j]


@njit
def change(
    M: Dyads, V: States, P: Vector, i: int, j: int, a: Tie, b: Tie, per_g: float, per_e: float
) -> float:
    """Change of i's utility (logits) when its tie with j goes from a to b, given the slopes."""
    return rules.pact(M, V, P, i, j, a, b) + (b.g - a.g) * per_g + (b.e - a.e) * per_e


@njit
def consent(
    M: Dyads, V: States, P: Vector, i: int, j: int, aj: Tie, to: float, per_g: float, per_e: float
) -> float:
    """Probability that j, at present in tie ``aj`` with i, accepts i's offer of a level."""
    gain = change(M, V, P, j, i, aj, moves.tie_at(M, P, j, i, to), per_g, per_e)
    return logistic(gain - moves.taboo(V, j, to) + P[moves.CONSENT])


@njit
def make(
    i: int,
    j: int,
    kind: int,
    to: float,
    k: int,
    position: int,
    M: Dyads,
    V: States,
    P: Vector,
    n: int,
    tick: int,
    seed: int,
    run: int,
    keys: np.ndarray,
    rows: np.ndarray,
    logged: int,
) -> int:
    """Carry the chosen move out, after consent where it needs it, and write its row of the log."""
    row = min(logged, rows.shape[0] - 1)
    for c in range(rows.shape[1]):
        rows[row, c] = 0.0
    accepted = True
    before = 0.0
    if kind == PACT:
        before = M[LEVEL, i, j]
        a = moves.tie_at(M, P, i, j, before)
        b = moves.tie_at(M, P, i, j, to)
        aj = moves.tie_at(M, P, j, i, before)
        bj = moves.tie_at(M, P, j, i, to)
        per_gj = rules.per_commitment(M, V, P, j, i)
        per_ej = rules.per_entrapment(M, V, P, j, i)
        rows[row, 8] = explain(M, V, P, i, j, a, b, rows, row, LOG_HEAD)
        rows[row, 9] = explain(M, V, P, j, i, aj, bj, rows, row, LOG_HEAD + TERM_COUNT)
        if to > before:
            bits, _, _, _ = block(seed, run, CONSENT, tick, k, keys[i], keys[j], int(to))
            accepted = unit(bits) < consent(M, V, P, i, j, aj, to, per_gj, per_ej)
        if accepted:
            most_moved(M, V, P, n, i, j, a.g, b.g, rows, row)
            moves.conclude(M, V, P, n, i, j, a, b)
        else:
            M[COOLDOWN, i, j] = P[moves.COOL]
    elif kind in (SANCTION, LIFT):
        before = M[SANCTIONS, i, j]
        rules.sanction_parts(M, V, P, i, j, before, to, rows, row, LOG_HEAD)
        rows[row, 8] = rules.sanction(M, V, P, i, j, before, to)
        moves.set_sanctions(M, V, P, i, j, to)
    elif kind in (GRANT, STOP):
        before = M[AID, i, j]
        rules.aid_parts(M, V, P, i, j, before, to, rows, row, LOG_HEAD)
        rows[row, 8] = rules.aid(M, V, P, i, j, before, to)
        moves.set_aid(M, V, i, j, to)
    elif kind in (ARM, DISARM):
        before = V[EFFORT, i]
        rules.arm_parts(M, V, P, i, j, before, to, rows, row, LOG_HEAD)
        rows[row, 8] = rules.arm(M, V, P, i, j, before, to)
        moves.set_effort(V, i, to)
    elif kind == COURT:
        before = M[CONTACT, j, i]
        rules.court_parts(M, V, P, i, j, before, to, rows, row, LOG_HEAD)
        rows[row, 8] = rules.court(M, V, P, i, j, before, to)
        moves.court(M, V, i, j)
    else:
        before = M[TENSION, i, j]
        rules.tension_parts(M, V, P, i, j, before, to, rows, row, LOG_HEAD)
        rows[row, 8] = rules.tension(M, V, P, i, j, before, to)
        moves.set_tension(M, i, j, to)
    rows[row, 0] = tick
    rows[row, 1] = position
    rows[row, 2] = i
    rows[row, 3] = j
    rows[row, 4] = kind
    rows[row, 5] = before
    rows[row, 6] = to
    rows[row, 7] = 1.0 if accepted else 0.0
    return logged + 1


@njit
def explain(
    M: Dyads,
    V: States,
    P: Vector,
    i: int,
    j: int,
    a: Tie,
    b: Tie,
    rows: np.ndarray,
    row: int,
    at: int,
) -> float:
    """Write the parts of i's change of utility for a pact into a log row; returns their sum."""
    rules.pact_parts(M, V, P, i, j, a, b, rows, row, at)
    rules.per_commitment_parts(M, V, P, i, j, b.g - a.g, rows, row, at)
    rules.per_entrapment_parts(M, V, P, i, j, b.e - a.e, rows, row, at)
    total = 0.0
    for k in range(TERM_COUNT):
        total += rows[row, at + k]
    return total


@njit
def most_moved(
    M: Dyads,
    V: States,
    P: Vector,
    n: int,
    i: int,
    j: int,
    g0: float,
    g1: float,
    rows: np.ndarray,
    row: int,
) -> None:
    """The three third states whose utility a pact changes most, with the change (logits)."""
    at = LOG_HEAD + 2 * TERM_COUNT
    for slot in range(3):
        rows[row, at + slot] = -1.0
    patron_i = (g1 - g0) * V[assessment.ROOT, j]
    patron_j = (g1 - g0) * V[assessment.ROOT, i]
    for m in range(n):
        if m in (i, j):
            continue
        threat = assessment.third_threat_change(M, P, m, i, j, g1 - g0)
        du = rules.third(M, V, P, m, i, j, threat, patron_i, patron_j)
        if du == 0.0:
            continue
        slot = 3
        while slot > 0 and (
            rows[row, at + slot - 1] < 0.0 or abs(du) > abs(rows[row, at + 3 + slot - 1])
        ):
            slot -= 1
        for s in range(2, slot, -1):
            rows[row, at + s] = rows[row, at + s - 1]
            rows[row, at + 3 + s] = rows[row, at + 3 + s - 1]
        if slot < 3:
            rows[row, at + slot] = m
            rows[row, at + 3 + slot] = du


@njit
def finish(M: Dyads, V: States, P: Vector, n: int) -> None:
    """Observation at the end of a quarter."""
    observe(M, V, P, n)


@njit
def record(
    M: Dyads,
    V: States,
    n: int,
    tick: int,
    state_rows: np.ndarray,
    dyad_rows: np.ndarray,
    pairs: np.ndarray,
    state_series: np.ndarray,
    dyad_series: np.ndarray,
) -> None:
    """Copy the watched variables of a quarter; pure observation."""
    for f in range(state_rows.size):
        for i in range(n):
            state_series[tick, f, i] = V[state_rows[f], i]
    for f in range(dyad_rows.size):
        for d in range(pairs.shape[0]):
            dyad_series[tick, f, d] = M[dyad_rows[f], pairs[d, 0], pairs[d, 1]]


@njit
def snapshot(M: Dyads, n: int, slot: int, sheet: int, into: np.ndarray) -> None:
    """Copy one sheet into a slot of a network record."""
    for i in range(n):
        for j in range(n):
            into[slot, i, j] = M[sheet, i, j]


@njit
def simulate(
    M: Dyads,
    V: States,
    P: Vector,
    n: int,
    quarters: int,
    seed: int,
    run: int,
    keys: np.ndarray,
    events: np.ndarray,
    limits: np.ndarray,
    order: np.ndarray,
    times: np.ndarray,
    choice: Vector,
    state_rows: np.ndarray,
    dyad_rows: np.ndarray,
    pairs: np.ndarray,
    state_series: np.ndarray,
    dyad_series: np.ndarray,
    network_ticks: np.ndarray,
    network_rows: np.ndarray,
    networks: np.ndarray,
    intensity: np.ndarray,
    log: np.ndarray,
    counts: np.ndarray,
) -> int:
    """One run from the initial state to the end of the clock; returns the number of moves logged."""
    begin(M, V, P, n, keys)
    record(M, V, n, 0, state_rows, dyad_rows, pairs, state_series, dyad_series)
    slot = 0
    if network_ticks[0] == 0:
        for f in range(network_rows.size):
            snapshot(M, n, 0, network_rows[f], networks[f])
        slot = 1
    logged = 0
    for tick in range(1, quarters + 1):
        play_events(M, V, P, n, tick, events, limits)
        settle(M, V, P, n, tick, seed, run)
        count = schedule(V, P, n, tick, seed, run, keys, order, times)
        for position in range(count):
            logged = turn(
                order[position, 0],
                order[position, 1],
                position,
                M,
                V,
                P,
                n,
                tick,
                seed,
                run,
                keys,
                choice,
                log,
                logged,
                counts,
            )
        finish(M, V, P, n)
        record(M, V, n, tick, state_rows, dyad_rows, pairs, state_series, dyad_series)
        for i in range(n):
            for j in range(n):
                intensity[0, i, j] += M[INTENSITY_1, i, j]
                intensity[1, i, j] += M[INTENSITY_2, i, j]
                intensity[2, i, j] += M[INTENSITY_3, i, j]
        if slot < network_ticks.size and network_ticks[slot] == tick:
            for f in range(network_rows.size):
                snapshot(M, n, slot, network_rows[f], networks[f])
            slot += 1
    return logged


@njit
def play_event_at(
    M: Dyads, V: States, P: Vector, n: int, events: np.ndarray, limits: np.ndarray, e: int
) -> None:
    """Apply row ``e`` of the event table, whatever its date (for a driver with its own clock)."""
    play_events(M, V, P, n, int(events[e, 0]), events[e : e + 1], limits[e : e + 1])


@njit
def term_values(M: Dyads, V: States, P: Vector, n: int, i: int, out: np.ndarray) -> None:
    """Contribution of each term to the utility of i (logits), from the plain definitions."""
    rules.values(M, V, P, n, i, out)


@njit
def draw_triangles(
    seed: int, run: int, keys: np.ndarray, shape: np.ndarray, out: np.ndarray
) -> None:
    """Triangular draws by (low, mode, high) ``(K, 3)``, keyed by seed, run and number."""
    for k in range(keys.size):
        low, mode, high = shape[k, 0], shape[k, 1], shape[k, 2]
        width = high - low
        if width <= 0.0:
            out[k] = mode
            continue
        bits, _, _, _ = block(seed, run, DRAWS, 0, 0, keys[k] & 0xFFFFFFFF, keys[k] >> 32, 0)
        u = unit(bits)
        split = (mode - low) / width
        if u < split:
            out[k] = low + np.sqrt(u * width * (mode - low))
        else:
            out[k] = high - np.sqrt((1.0 - u) * width * (high - mode))


_CORE = "M, V, P, n"
SIGNATURES = {
    "begin": f"{_CORE}, keys",
    "play_event_at": f"{_CORE}, events, limits, e",
    "settle": f"{_CORE}, tick, seed, run",
    "schedule": "V, P, n, tick, seed, run, keys, order, times",
    "turn": f"i, k, position, {_CORE}, tick, seed, run, keys, choice, log, logged, counts",
    "weigh": f"i, k, {_CORE}, tick, seed, run, keys, choice, table",
    "finish": _CORE,
    "simulate": f"{_CORE}, quarters, seed, run, keys, events, limits, order, times, choice, state_rows, "
    "dyad_rows, pairs, state_series, dyad_series, network_ticks, network_rows, networks, "
    "intensity, log, counts",
    "term_values": f"{_CORE}, i, out",
    "draw_triangles": "seed, run, keys, shape, out",
}


@cache
def entries() -> ModuleType:
    """The compiled entry points, from the cache where they are there."""
    return load_entries(SIGNATURES)
