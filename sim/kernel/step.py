"""The step: events, mechanisms, assessment, moves, observation; and a whole run of it."""

from __future__ import annotations

import numpy as np

from sim.decisions import assessment, commitment, membership, moves
from sim.decisions.observe import (
    INTENSITY_1,
    INTENSITY_2,
    INTENSITY_3,
    OFFER_1,
    OFFER_2,
    OFFER_3,
    UTILITY,
    observe,
)
from sim.fields import (
    ATTENTION,
    COLLECTIVE_KIND,
    COMMITMENT,
    COOLDOWN,
    ENTRAPMENT_WEIGHT,
    FLOOR,
    IDEAL_HOME,
    IDEAL_POINT,
    LEVEL,
    ORGANISATION,
    TRUST,
    TRUST_BAD,
    TRUST_GOOD,
)
from sim.jit import njit
from sim.kernel.choice import choose
from sim.kernel.execution import make
from sim.kernel.layout import KIND, MAX_OPPORTUNITIES, NONE, PARTNER, SUM, TO, rules
from sim.kernel.organise import organise
from sim.mechanisms.diplomacy.alignment_pull import KEY
from sim.streams import DRAWS, OPPORTUNITY, block, unit
from sim.types import Collectives, Dyads, Parts, States, Vector


@njit
def begin(
    M: Dyads, V: States, G: Collectives, B: Parts, P: Vector, n: int, keys: np.ndarray
) -> None:
    """Complete the initial state: commitments, assessments, and the levels at the start."""
    for i in range(n):
        V[KEY, i] = keys[i]
    rules.mix(V, G, B, n)
    commitment.refresh(M, P, n)
    # Hostility needs trust and tension only; threats, protection and pulls need hostility. A second
    # pass lets the levels at the start come from a settled assessment.
    for _ in range(2):
        rules.start(M, V, G, B, P, n)
        assessment.assess(M, V, P, n)
    finish(M, V, P, n)


@njit
def play_event(
    M: Dyads,
    V: States,
    G: Collectives,
    B: Parts,
    P: Vector,
    n: int,
    event: np.ndarray,
    low: float,
    high: float,
) -> None:
    """Apply one row of the event table; the result stays within the bounds of the variable.

    The second column says what is changed: 0 a variable of state i, 1 one of the pair (i, j), 2 one
    of collective i, 3 the part of state i in collective j.

    The last column is the level that an expiry ends; the other operations do not read it.

    A pact set by an event is concluded or broken like one that states agree on: it earns and costs
    trust. Trust itself is the mean of a belief: an event moves the mean and keeps the evidence.
    """
    row = int(event[2])
    i = int(event[3])
    j = int(event[4])
    if event[1] < 0.5:
        old = V[row, i]
        new = min(max(changed(old, event[5], event[6], event[7]), low), high)
        V[row, i] = new
        if row == IDEAL_POINT:
            V[IDEAL_HOME, i] += new - old
        return
    if event[1] > 2.5:
        new = min(max(changed(B[j, i], event[5], event[6], event[7]), low), high)
        if G[COLLECTIVE_KIND, j] == ORGANISATION:
            membership.set_membership(M, V, G, B, P, n, j, i, new)
        else:
            B[j, i] = new
        return
    if event[1] > 1.5:
        G[row, i] = min(max(changed(G[row, i], event[5], event[6], event[7]), low), high)
        return
    new = min(max(changed(M[row, i, j], event[5], event[6], event[7]), low), high)
    if row == LEVEL:
        if new != M[LEVEL, i, j]:
            a = moves.tie_at(M, P, i, j, M[LEVEL, i, j])
            moves.conclude(M, V, P, n, i, j, a, moves.tie_at(M, P, i, j, new))
        return
    if row == TRUST:
        new = min(max(new, 0.01), 0.99)
        weight = M[TRUST_GOOD, i, j] + M[TRUST_BAD, i, j]
        M[TRUST_GOOD, i, j] = weight * new
        M[TRUST_BAD, i, j] = weight * (1.0 - new)
    M[row, i, j] = new
    if row == FLOOR:
        M[row, j, i] = new
        level = M[LEVEL, i, j]
        g = commitment.tie_commitment(M, P, i, j, level)
        e = commitment.tie_entrapment(M, P, i, j, level)
        M[COMMITMENT, i, j] = g
        M[COMMITMENT, j, i] = g
        M[ENTRAPMENT_WEIGHT, i, j] = e
        M[ENTRAPMENT_WEIGHT, j, i] = e


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
    M: Dyads,
    V: States,
    G: Collectives,
    B: Parts,
    P: Vector,
    n: int,
    tick: int,
    events: np.ndarray,
    limits: np.ndarray,
) -> None:
    """Apply all events of a quarter in the order of the table."""
    for e in range(events.shape[0]):
        if int(events[e, 0]) == tick:
            play_event(M, V, G, B, P, n, events[e], limits[e, 0], limits[e, 1])


@njit
def settle(
    M: Dyads,
    V: States,
    G: Collectives,
    B: Parts,
    P: Vector,
    n: int,
    tick: int,
    seed: int,
    run: int,
) -> None:
    """Mechanisms and assessment of a quarter: all that happens before anybody moves."""
    for i in range(n):
        for j in range(n):
            M[INTENSITY_1, i, j] = 0.0
            M[INTENSITY_2, i, j] = 0.0
            M[INTENSITY_3, i, j] = 0.0
            M[COOLDOWN, i, j] = max(0.0, M[COOLDOWN, i, j] - 1.0)
    rules.mechanisms(M, V, G, B, P, n, tick, seed, run)
    rules.mix(V, G, B, n)
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
    the Poisson clock of an actor-oriented model with less variance. Times are uniform.
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
    """State i takes an opportunity: weighs, notes its offers, makes at most one move.

    Returns the number of rows in the log.
    """
    counts[0] += 1
    choose(i, k, M, V, P, n, tick, seed, run, keys, choice)
    chance = 1.0 / choice[SUM]
    for j in range(n):
        M[INTENSITY_1, i, j] += chance * M[OFFER_1, i, j]
        M[INTENSITY_2, i, j] += chance * M[OFFER_2, i, j]
        M[INTENSITY_3, i, j] += chance * M[OFFER_3, i, j]
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
def both_ways(M: Dyads, n: int, sheet: int) -> None:
    """What either of a pair offers, added up for the pair."""
    for i in range(n):
        for j in range(i):
            total = M[sheet, i, j] + M[sheet, j, i]
            M[sheet, i, j] = total
            M[sheet, j, i] = total


@njit
def finish(M: Dyads, V: States, P: Vector, n: int) -> None:
    """Observation at the end of a quarter."""
    both_ways(M, n, INTENSITY_1)
    both_ways(M, n, INTENSITY_2)
    both_ways(M, n, INTENSITY_3)
    observe(M, V, P, n)
    for i in range(n):
        V[UTILITY, i] = rules.utility(M, V, P, n, i)


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
def record_cells(
    G: Collectives, B: Parts, tick: int, cells: np.ndarray, cell_series: np.ndarray
) -> None:
    """Copy the watched cells (block: 0 ``G``, 1 ``B``; row; column) of a quarter."""
    for c in range(cells.shape[0]):
        row, column = cells[c, 1], cells[c, 2]
        cell_series[tick, c] = G[row, column] if cells[c, 0] == 0 else B[row, column]


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
    G: Collectives,
    B: Parts,
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
    cells: np.ndarray,
    state_series: np.ndarray,
    dyad_series: np.ndarray,
    cell_series: np.ndarray,
    network_ticks: np.ndarray,
    network_rows: np.ndarray,
    networks: np.ndarray,
    log: np.ndarray,
    counts: np.ndarray,
) -> int:
    """One run from the initial state to the end of the clock; returns the number of moves."""
    begin(M, V, G, B, P, n, keys)
    record(M, V, n, 0, state_rows, dyad_rows, pairs, state_series, dyad_series)
    record_cells(G, B, 0, cells, cell_series)
    slot = 0
    if network_ticks[0] == 0:
        for f in range(network_rows.size):
            snapshot(M, n, 0, network_rows[f], networks[f])
        slot = 1
    logged = 0
    for tick in range(1, quarters + 1):
        play_events(M, V, G, B, P, n, tick, events, limits)
        settle(M, V, G, B, P, n, tick, seed, run)
        logged = organise(M, V, G, B, P, n, tick, seed, run, keys, log, logged)
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
        record_cells(G, B, tick, cells, cell_series)
        if slot < network_ticks.size and network_ticks[slot] == tick:
            for f in range(network_rows.size):
                snapshot(M, n, slot, network_rows[f], networks[f])
            slot += 1
    return logged


@njit
def play_event_at(
    M: Dyads,
    V: States,
    G: Collectives,
    B: Parts,
    P: Vector,
    n: int,
    events: np.ndarray,
    limits: np.ndarray,
    e: int,
) -> None:
    """Apply row ``e`` of the event table, whatever its date (for a driver with its own clock)."""
    play_event(M, V, G, B, P, n, events[e], limits[e, 0], limits[e, 1])


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
