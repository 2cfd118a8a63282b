"""Founding of treaties: a state calls others to one table, and those who come bind one another.

Alliances of many members are mostly made at once, not pair by pair (Fordham and Poast 2016): from
1951 to 1990 seven treaties of defence of three to nine members were founded. A state at peace calls
a conference now and then. It asks the others one after the other, those first with whom it has most
to do, and each weighs the group as it is by then, as an applicant weighs a standing body
(:mod:`sim.kernel.organise`)::

    come     gain x welcome - cost - taboo + attention + size - misfit   (logit)
    let in   each at the table agrees, by what a tie with the guest is worth to it; at peace

with the gain of a treaty of defence, valued as a whole, and the taboo of the guest's doctrine on
such a pact; by that of its own a state calls the more seldom. A treaty needs the signature of each,
so that large tables hardly grow, while members of a standing body let in by their mean. Who is
bound as closely to most of the table already has nothing to sign. Fewer than :data:`LEAST` make no
treaty. A treaty takes one of the places that a world keeps for those to come
(:attr:`sim.scenario.world.World.vacancies`); it is a body like others from then on, which states
join and leave.
"""

from __future__ import annotations

import numpy as np

from sim.compiled.jit import inline, njit
from sim.compiled.mathx import exp, logistic
from sim.kernel.layout import FOUND
from sim.kernel.organise import at_peace, body, leader, log_step, newcomer, outlook
from sim.rules.decisions import assessment
from sim.rules.decisions.membership import (
    ADMISSION,
    FOUNDING_BINDS,
    FOUNDING_COST,
    FOUNDING_RATE,
    set_membership,
)
from sim.rules.moves.pact import taboo_of_body
from sim.rules.pair_variables import COMMITMENT, WAR
from sim.rules.participation import is_member
from sim.rules.sheet_algebra import SCRATCH
from sim.rules.state_variables import ORGANISATION_COMMITMENT, PRESENT, VACANT
from sim.rules.streams import keyed, stream, unit
from sim.types import Blocks, Luck

FOUNDING = stream("founding")
LEAST = 3
"""Members of a treaty at least: two make a pact."""


@njit
def vacancy(w: Blocks) -> int:
    """The first place for a new treaty, -1 if there is none."""
    for k in range(w.G.shape[1]):
        if w.G[VACANT, k] > 0.5:
            return k
    return -1


@inline
def mutual(w: Blocks, i: int, j: int) -> float:
    """Attention of i and j to one another, the sum of both shares."""
    return exp(w.M[assessment.RELEVANCE, i, j]) + exp(w.M[assessment.RELEVANCE, j, i])


@njit
def next_guest(w: Blocks, i: int) -> int:
    """Who of those not asked yet has most to do with i; -1 when all are."""
    best, most = -1, 0.0
    for j in range(w.n):
        if w.M[SCRATCH, 0, j] > 0.0:
            continue
        much = mutual(w, i, j)
        if best < 0 or much > most:
            best, most = j, much
    return best


@njit
def would_bind(w: Blocks, k: int, j: int) -> bool:
    """Whether the treaty would bind j to half of the table or more, more closely than it is."""
    new, old = 0, 0
    for m in range(w.n):
        if m != j and is_member(w, k, m):
            if w.M[COMMITMENT, j, m] < w.G[ORGANISATION_COMMITMENT, k]:
                new += 1
            else:
                old += 1
    return new >= old


@njit
def unanimous(w: Blocks, k: int, j: int) -> float:
    """Chance that all who sit at the table of k let j in; 0 while j fights one of them."""
    chance = 1.0
    for m in range(w.n):
        if m == j or not is_member(w, k, m):
            continue
        if w.M[WAR, j, m] > 0.0:
            return 0.0
        chance *= logistic(newcomer(w, k, m, j) + w.P[ADMISSION])
    return chance


@njit
def comes(w: Blocks, luck: Luck, k: int, i: int, j: int) -> bool:
    """Whether j comes to the table that i called, and is let in."""
    gain = body(w, k, j, True)
    likely = unanimous(w, k, j) * at_peace(w, j, w.P[FOUNDING_BINDS])
    cost = w.P[FOUNDING_COST] + taboo_of_body(w, j, w.P[FOUNDING_BINDS])
    value = (gain * likely if gain > 0.0 else gain) + outlook(w, k, j) - cost
    choice, consent, _, _ = keyed(luck, FOUNDING, 1, luck.keys[i], luck.keys[j], 0)
    return unit(choice) < logistic(value) and unit(consent) < likely


@njit
def found(w: Blocks, luck: Luck, k: int, i: int, rows: np.ndarray, logged: int) -> int:
    """State i calls a conference; returns the rows of the log, as before if it comes to nothing."""
    for j in range(w.n):
        w.M[SCRATCH, 0, j] = 1.0 - w.V[PRESENT, j]
    w.M[SCRATCH, 0, i] = 1.0
    w.G[ORGANISATION_COMMITMENT, k] = w.P[FOUNDING_BINDS]
    w.B[k, i] = 1.0
    count = 1
    while True:
        j = next_guest(w, i)
        if j < 0:
            break
        w.M[SCRATCH, 0, j] = 1.0
        if would_bind(w, k, j) and comes(w, luck, k, i, j):
            log_step(w, luck, rows, logged + count, k, j, i, FOUND, 1.0, True)
            w.B[k, j] = 1.0
            count += 1
    if count >= LEAST:
        log_step(w, luck, rows, logged, k, i, leader(w, k, i), FOUND, 1.0, True)
    for j in range(w.n):
        w.M[SCRATCH, 0, j] = w.B[k, j]
        w.B[k, j] = 0.0
    if count < LEAST:
        w.G[ORGANISATION_COMMITMENT, k] = 0.0
        return logged
    w.G[VACANT, k] = 0.0
    for j in range(w.n):
        if w.M[SCRATCH, 0, j] > 0.0:
            set_membership(w, k, j, 1.0)
    return logged + count


@njit
def conferences(w: Blocks, luck: Luck, rows: np.ndarray, logged: int) -> int:
    """Every state in turn may call a conference; returns the rows of the log."""
    for i in range(w.n):
        k = vacancy(w)
        if k < 0:
            break
        willing = exp(-taboo_of_body(w, i, w.P[FOUNDING_BINDS]))
        rate = 0.25 * w.P[FOUNDING_RATE] * at_peace(w, i, w.P[FOUNDING_BINDS]) * willing
        chance, _, _, _ = keyed(luck, FOUNDING, 0, luck.keys[i], luck.keys[i], 0)
        if w.V[PRESENT, i] > 0.5 and unit(chance) < rate:
            logged = found(w, luck, k, i, rows, logged)
    return logged
