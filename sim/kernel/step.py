"""The step: events, mechanisms, assessment, moves, observation; and a whole run of it."""

from __future__ import annotations

import numpy as np

from sim.compiled.jit import njit
from sim.kernel.choice import choose
from sim.kernel.founding import conferences
from sim.kernel.joint_decisions import carry_out
from sim.kernel.layout import KIND, MAX_OPPORTUNITIES, NONE, PARTNER, SUM, TO, rules
from sim.kernel.organise import accede
from sim.kernel.presence import clear
from sim.rules import moves
from sim.rules.decisions import assessment, commitment, membership
from sim.rules.moves import pact
from sim.rules.observation import (
    INTENSITY_1,
    INTENSITY_2,
    INTENSITY_3,
    OFFER_1,
    OFFER_2,
    OFFER_3,
    UTILITY,
    observe,
)
from sim.rules.pair_variables import (
    COOLDOWN,
    FLOOR,
    LEVEL,
    TRUST,
    TRUST_BAD,
    TRUST_GOOD,
)
from sim.rules.sheet_algebra import STRIP
from sim.rules.state_variables import (
    ATTENTION,
    COLLECTIVE_KIND,
    IDEAL_HOME,
    IDEAL_POINT,
    KEY,
    ORGANISATION,
    PRESENT,
)
from sim.rules.streams import DRAWS, OPPORTUNITY, block, keyed, unit
from sim.types import Blocks, Luck, Space, Vector, Watch


@njit
def assess(w: Blocks) -> None:
    """What states know when they choose, and its mirrors (:mod:`sim.rules.mirrored_sheets`)."""
    assessment.assess(w)
    rules.mirror(w)
    assessment.portfolios(w)


@njit
def begin(w: Blocks, keys: np.ndarray) -> None:
    """Complete the initial state: commitments, assessments, and the levels at the start."""
    for i in range(w.n):
        w.V[KEY, i] = keys[i]
    rules.mix(w)
    commitment.refresh(w)
    assessment.nearness(w)
    # Hostility needs trust and tension only; threats, protection and pulls need hostility. A second
    # pass lets the levels at the start come from a settled assessment.
    for _ in range(2):
        rules.start(w)
        assess(w)
    if clear(w):
        assess(w)
    finish(w)


@njit
def play_event(
    w: Blocks,
    event: np.ndarray,
    low: float,
    high: float,
) -> None:
    """Apply one row of the event table; the result stays within the bounds of the variable.

    The second column says what is changed: 0 a variable of state i, 1 one of the pair (i, j), 2 one
    of collective i, 3 the part of state i in collective j, 4 whether state i exists.

    The last column is the level that an expiry ends; the other operations do not read it.

    A pact set by an event is concluded or broken like one that states agree on: it earns and costs
    trust. Trust itself is the mean of a belief: an event moves the mean and keeps the evidence.
    """
    row = int(event[2])
    i = int(event[3])
    j = int(event[4])
    if event[1] < 0.5:
        old = w.V[row, i]
        new = min(max(changed(old, event[5], event[6], event[7]), low), high)
        w.V[row, i] = new
        if row == IDEAL_POINT:
            w.V[IDEAL_HOME, i] += new - old
        return
    if event[1] > 3.5:
        w.V[row, i] = event[6]
        clear(w)
        return
    if event[1] > 2.5:
        new = min(max(changed(w.B[j, i], event[5], event[6], event[7]), low), high)
        if w.G[COLLECTIVE_KIND, j] == ORGANISATION:
            membership.set_membership(w, j, i, new)
        else:
            w.B[j, i] = new
        return
    if event[1] > 1.5:
        w.G[row, i] = min(max(changed(w.G[row, i], event[5], event[6], event[7]), low), high)
        return
    new = min(max(changed(w.M[row, i, j], event[5], event[6], event[7]), low), high)
    if row == LEVEL:
        if new != w.M[LEVEL, i, j]:
            pact.make(w, i, j, new)
        return
    if row == TRUST:
        new = min(max(new, 0.01), 0.99)
        weight = w.M[TRUST_GOOD, i, j] + w.M[TRUST_BAD, i, j]
        w.M[TRUST_GOOD, i, j] = weight * new
        w.M[TRUST_BAD, i, j] = weight * (1.0 - new)
    w.M[row, i, j] = new
    if row == FLOOR:
        w.M[row, j, i] = new
        level = w.M[LEVEL, i, j]
        g = commitment.tie_commitment(w, i, j, level)
        assessment.tie_changed(w, i, j, level, g, commitment.tie_entrapment(w, i, j, level))


@njit
def changed(old: float, operation: float, number: float, ended: float) -> float:
    """0 sets, 1 adds, 2 multiplies, 3 raises to at least the number, 4 lowers what has ended to it.

    What a run has made of a level in the meantime is its own: 4 leaves a level that is no longer
    ``ended``, to half a level, as it is.
    """
    if operation < 0.5:
        return number
    if operation < 1.5:
        return old + number
    if operation < 2.5:
        return old * number
    if operation < 3.5:
        return max(old, number)
    return min(old, number) if abs(old - ended) < 0.5 else old


@njit
def play_events(
    w: Blocks,
    tick: int,
    events: np.ndarray,
    limits: np.ndarray,
) -> None:
    """Apply all events of a quarter in the order of the table."""
    for e in range(events.shape[0]):
        if int(events[e, 0]) == tick:
            play_event(w, events[e], limits[e, 0], limits[e, 1])


@njit
def settle(
    w: Blocks,
    luck: Luck,
) -> None:
    """Mechanisms and assessment of a quarter: all that happens before anybody moves."""
    for i in range(w.n):
        for j in range(w.n):
            w.M[INTENSITY_1, i, j] = 0.0
            w.M[INTENSITY_2, i, j] = 0.0
            w.M[INTENSITY_3, i, j] = 0.0
            w.M[COOLDOWN, i, j] = max(0.0, w.M[COOLDOWN, i, j] - 1.0)
    rules.mechanisms(w, luck)
    clear(w)
    rules.mix(w)
    assess(w)


@njit
def schedule(
    w: Blocks,
    luck: Luck,
    order: np.ndarray,
    times: np.ndarray,
) -> int:
    """Who gets an opportunity when: fills ``order (n * MAX_OPPORTUNITIES, 2)`` with (state, k).

    State i gets floor(rate_i + u) opportunities, rate_i = rate / 4 (1 + attention_i): the mean of
    the Poisson clock of an actor-oriented model with less variance. Times are uniform.
    """
    count = 0
    for i in range(w.n):
        if w.V[PRESENT, i] < 0.5:
            continue
        first, _, _, _ = keyed(luck, OPPORTUNITY, 0, luck.keys[i], luck.keys[i], 0)
        rate = 0.25 * w.P[moves.RATE] * (1.0 + w.V[ATTENTION, i])
        chances = min(int(rate + unit(first)), MAX_OPPORTUNITIES)
        for k in range(chances):
            when, _, _, _ = keyed(luck, OPPORTUNITY, k + 1, luck.keys[i], luck.keys[i], 0)
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
def turn(
    w: Blocks,
    luck: Luck,
    i: int,
    k: int,
    position: int,
    choice: Vector,
    rows: np.ndarray,
    logged: int,
    counts: np.ndarray,
) -> int:
    """State i takes an opportunity: weighs, notes its offers, makes at most one move.

    With it may go those who decide on it together with i, and it may come to nothing. Returns the
    number of rows in the log.
    """
    counts[0] += 1
    choose(w, luck, i, k, choice)
    chance = 1.0 / choice[SUM]
    for j in range(w.n):
        w.M[INTENSITY_1, i, j] += chance * w.M[OFFER_1, i, j]
        w.M[INTENSITY_2, i, j] += chance * w.M[OFFER_2, i, j]
        w.M[INTENSITY_3, i, j] += chance * w.M[OFFER_3, i, j]
    kind = int(choice[KIND])
    if kind == NONE:
        counts[1] += 1
        return logged
    j, to = int(choice[PARTNER]), choice[TO]
    after = carry_out(w, luck, i, j, kind, to, k, position, rows, logged)
    if after == logged:
        counts[1] += 1
    return after


@njit
def both_ways(w: Blocks, sheet: int) -> None:
    """What either of a pair offers, added up for the pair."""
    for first in range(0, w.n, STRIP):
        for i in range(w.n):
            for j in range(first, min(first + STRIP, i)):
                total = w.M[sheet, i, j] + w.M[sheet, j, i]
                w.M[sheet, i, j] = total
                w.M[sheet, j, i] = total


@njit
def finish(w: Blocks) -> None:
    """Observation at the end of a quarter."""
    both_ways(w, INTENSITY_1)
    both_ways(w, INTENSITY_2)
    both_ways(w, INTENSITY_3)
    observe(w)
    for i in range(w.n):
        w.V[UTILITY, i] = rules.utility(w, i)


@njit
def observe_quarter(w: Blocks, tick: int, watch: Watch) -> None:
    """Copy the watched variables of a quarter; pure observation."""
    for f in range(watch.state_rows.size):
        for i in range(w.n):
            watch.states[tick, f, i] = w.V[watch.state_rows[f], i]
    for f in range(watch.dyad_rows.size):
        for d in range(watch.pairs.shape[0]):
            i, j = watch.pairs[d, 0], watch.pairs[d, 1]
            watch.dyads[tick, f, d] = w.M[watch.dyad_rows[f], i, j]
    for c in range(watch.cells.shape[0]):
        row, column = watch.cells[c, 1], watch.cells[c, 2]
        watch.parts[tick, c] = w.G[row, column] if watch.cells[c, 0] == 0 else w.B[row, column]


@njit
def snapshot(w: Blocks, slot: int, watch: Watch) -> None:
    """Copy the watched sheets into a slot of the network record."""
    for f in range(watch.network_rows.size):
        for i in range(w.n):
            for j in range(w.n):
                watch.networks[f, slot, i, j] = w.M[watch.network_rows[f], i, j]


@njit
def organise(w: Blocks, luck: Luck, log: np.ndarray, logged: int) -> int:
    """States enter and leave bodies, and found new ones; returns the rows of the log."""
    return conferences(w, luck, log, accede(w, luck, log, logged))


@njit
def simulate(
    w: Blocks,
    luck: Luck,
    quarters: int,
    events: np.ndarray,
    limits: np.ndarray,
    space: Space,
    watch: Watch,
    log: np.ndarray,
    counts: np.ndarray,
) -> int:
    """One run from the initial state to the end of the clock; returns the number of moves."""
    begin(w, luck.keys)
    observe_quarter(w, 0, watch)
    slot = 0
    if watch.network_ticks[0] == 0:
        snapshot(w, 0, watch)
        slot = 1
    logged = 0
    for tick in range(1, quarters + 1):
        now = Luck(tick, luck.seed, luck.run, luck.keys)
        play_events(w, tick, events, limits)
        settle(w, now)
        logged = organise(w, now, log, logged)
        count = schedule(w, now, space.order, space.times)
        for position in range(count):
            i, k = space.order[position, 0], space.order[position, 1]
            logged = turn(w, now, i, k, position, space.choice, log, logged, counts)
        finish(w)
        observe_quarter(w, tick, watch)
        if slot < watch.network_ticks.size and watch.network_ticks[slot] == tick:
            snapshot(w, slot, watch)
            slot += 1
    return logged


@njit
def play_event_at(
    w: Blocks,
    events: np.ndarray,
    limits: np.ndarray,
    e: int,
) -> None:
    """Apply row ``e`` of the event table, whatever its date (for a driver with its own clock)."""
    play_event(w, events[e], limits[e, 0], limits[e, 1])


@njit
def term_values(w: Blocks, i: int, out: np.ndarray) -> None:
    """Contribution of each term to the utility of i (logits), from the plain definitions."""
    rules.values(w, i, out)


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
