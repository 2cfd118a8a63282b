"""Pacts: what it costs to offer, deepen and leave one, who consents, and what it does to trust.

A pact is offered at one of three levels and holds once the partner agrees; it is lowered or left
at will. How a state weighs its levels, and consent, is in :mod:`sim.kernel.choice`.
"""

from __future__ import annotations

from sim.compiled.jit import inline, njit
from sim.rules.decisions.assessment import reassured, tie_changed
from sim.rules.decisions.commitment import (
    by_commitment,
    by_level,
    level_commitment,
    tie_commitment,
    tie_entrapment,
)
from sim.rules.declarations import param, state_field
from sim.rules.moves import Change, Move, Said
from sim.rules.pair_variables import (
    ARMS,
    COOLDOWN,
    FLOOR,
    HOSTILITY,
    LEVEL,
    TRUST_BAD,
    TRUST_GOOD,
    WAR,
)
from sim.rules.terms import Tie
from sim.types import Blocks

CREATE = param(
    "moves.create",
    2.5,
    (2.0, 3.0),
    bounds=(-50.0, 50.0),
    unit="logits",
    meaning="cost of offering a pact",
    source="base rate of new bilateral pacts, 5.3e-4 a pair and year (ATOP 1951-2008), at the "
    "weights estimated for ties in worlds of 1950-1975",
)
DEEPEN = param(
    "moves.deepen",
    -0.1,
    (-0.4, 0.2),
    bounds=(-50.0, 50.0),
    unit="logits per level",
    meaning="extra cost for each further level offered at once",
    source="base rate of new bilateral defence pacts, 1.06e-4 a pair and year (ATOP 1951-2008), "
    "likewise",
)
BREAK = param(
    "moves.break",
    6.2,
    (5.6, 6.8),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost of leaving or lowering a pact, however slight",
    source="ATOP: consultation pacts end at a hazard of .010 a year",
)
BREAK_DEEP = param(
    "moves.break_deep",
    1.4,
    (0.6, 2.2),
    bounds=(0.0, 50.0),
    unit="logits per unit commitment",
    meaning="extra cost by the commitment that is broken",
    source="ATOP: bilateral defence pacts end at a hazard of .014 to .042 a year",
)
BREAK_ARMS = param(
    "moves.break_arms",
    1.1,
    (0.5, 1.7),
    bounds=(0.0, 50.0),
    unit="logits per unit arms share",
    meaning="extra cost of breaking with an arms supplier",
    source="estimated on 87 of 1,544 bilateral pacts that ended, 1950-1975 (docs/validation.md); "
    "spares and training tie for decades (Kinsella 1998)",
)
BREAK_WORTH = param(
    "moves.break_worth",
    0.2,
    (0.05, 0.35),
    bounds=(0.0, 1.0),
    meaning="part of what leaving or lowering a pact would be worth that counts towards it",
    source="estimated on 87 of 1,544 bilateral pacts that ended, 1950-1975 (docs/validation.md): "
    "pacts outlast what they were made for",
)
CONSENT = param(
    "consent.offset",
    -1.0,
    (-2.0, 0.0),
    bounds=(-20.0, 20.0),
    unit="logits",
    meaning="reluctance of the partner to accept an offer",
    source="judgement: offsets of consent are small in such models (Snijders and Pickup 2017)",
)
COOL = param(
    "consent.cooldown",
    6.0,
    (4.0, 8.0),
    bounds=(0.0, 100.0),
    unit="quarters",
    meaning="silence after a refusal",
    source="judgement: one to two years, or proposers win by asking again",
)
KEPT = param(
    "moves.trust_by_pact",
    0.8,
    (0.4, 1.2),
    bounds=(0.0, 50.0),
    unit="counts",
    meaning="trust earned by a new pact, times its commitment",
    source="judgement: a new pact earns half of what a broken one costs",
)
BROKEN = param(
    "moves.distrust_by_break",
    1.5,
    (0.8, 3.0),
    bounds=(0.0, 50.0),
    unit="counts",
    meaning="trust lost by a broken pact, times its commitment",
    source="judgement: a breach weighs two to six times a kept promise (Kydd 2005)",
)
GUILT = param(
    "moves.guilt_by_association",
    1.2,
    (0.0, 2.0),
    bounds=(0.0, 50.0),
    unit="counts",
    meaning="trust lost with third states by a pact with their enemy (psi)",
    source="judgement: about as much as a broken promise; may be nothing",
)
GIVEN = 0.7
"""Part of a pact's commitment from which it is given where an organisation's floor has it.

Members of an alliance need no treaty of defence with one another; those of a union whose clause is
weaker may (judgement).
"""
TABOO_1 = state_field(
    "taboo_consultation",
    bounds=(0.0, 100.0),
    unit="logits",
    meaning="doctrine's reluctance to conclude a consultation pact",
)
TABOO_2 = state_field(
    "taboo_arms_cooperation",
    bounds=(0.0, 100.0),
    unit="logits",
    meaning="doctrine's reluctance to conclude arms cooperation",
)
TABOO_3 = state_field(
    "taboo_defence",
    bounds=(0.0, 100.0),
    unit="logits",
    meaning="doctrine's reluctance to conclude a defence pact",
)


@inline
def tie_at(w: Blocks, i: int, j: int, level: float) -> Tie:
    """The tie of i and j at a pact level, as i sees it."""
    g = tie_commitment(w, i, j, level)
    return Tie(level, g, tie_entrapment(w, i, j, level), reassured(w, i, j, g))


@inline
def taboo(w: Blocks, i: int, level: float) -> float:
    """Doctrine's reluctance of i against a new pact of a level."""
    return by_level(max(level, 1.0), w.V[TABOO_1, i], w.V[TABOO_2, i], w.V[TABOO_3, i])


@inline
def taboo_of_body(w: Blocks, i: int, floor: float) -> float:
    """Doctrine's reluctance of i against a body that binds its members by ``floor``."""
    return by_commitment(w, floor, w.V[TABOO_1, i], w.V[TABOO_2, i], w.V[TABOO_3, i])


@inline
def now(w: Blocks, i: int, j: int) -> float:
    """The level of the pact of i and j."""
    return w.M[LEVEL, i, j]


@inline
def is_closed(w: Blocks, i: int, j: int, to: float) -> bool:
    """Nothing is offered in silence after a refusal, in war, or that an organisation has given."""
    floor = w.M[FLOOR, i, j]
    return (
        (w.M[COOLDOWN, i, j] > 0.0)
        | (w.M[WAR, i, j] > 0.0)
        | (GIVEN * level_commitment(w, 3.0) <= floor)
        | (GIVEN * level_commitment(w, to) <= floor)
    )


@inline
def is_given(w: Blocks, i: int, j: int) -> bool:
    """Whether an organisation gives what the pact of i and j binds to: its end ends nothing."""
    level = w.M[LEVEL, i, j]
    return (level > 0.0) & (GIVEN * level_commitment(w, level) <= w.M[FLOOR, i, j])


@inline
def leaving(w: Blocks, i: int, j: int, a: Tie, b: Tie, gain: float) -> float:
    """Cost of going from tie a down to b, with that part of the gain by it that does not count."""
    broken = w.P[BREAK_DEEP] * (a.g - b.g) + w.P[BREAK_ARMS] * w.M[ARMS, i, j]
    return w.P[BREAK] + broken + (1.0 - w.P[BREAK_WORTH]) * gain


@inline
def offering(w: Blocks, a: Tie, to: float) -> float:
    """Cost of offering a level from tie a on."""
    return w.P[CREATE] + w.P[DEEPEN] * (to - a.level - 1.0)


@njit
def conclude(w: Blocks, i: int, j: int, a: Tie, b: Tie) -> None:
    """Pact of i and j goes from a to b; who gains or loses trust by it."""
    tie_changed(w, i, j, b.level, b.g, b.e)
    if b.g >= a.g:
        w.M[TRUST_GOOD, i, j] += w.P[KEPT] * (b.g - a.g)
        w.M[TRUST_GOOD, j, i] += w.P[KEPT] * (b.g - a.g)
        for m in range(w.n):
            if m != i and m != j:
                h_i = w.M[HOSTILITY, m, i]
                h_j = w.M[HOSTILITY, m, j]
                w.M[TRUST_BAD, m, j] += w.P[GUILT] * (b.g - a.g) * h_i * (1.0 - h_j)
                w.M[TRUST_BAD, m, i] += w.P[GUILT] * (b.g - a.g) * h_j * (1.0 - h_i)
    else:
        w.M[TRUST_BAD, j, i] += w.P[BROKEN] * (a.g - b.g)


@njit
def make(w: Blocks, i: int, j: int, to: float) -> None:
    """The pact of i and j goes to a level."""
    conclude(w, i, j, tie_at(w, i, j, w.M[LEVEL, i, j]), tie_at(w, i, j, to))


MOVE = Move(
    name="pact",
    code=1,
    act="offer a pact",
    said=Said("offered {x} {a_new}", "offer {x} {a_new}"),
    more=Said(
        "asked {x} to raise their {old} to {a_new}", "ask {x} to raise their {old} to {a_new}"
    ),
    less=Said("cut its {old} with {x} down to {a_new}", "cut its {old} with {x} down to {a_new}"),
    end=Said("left its {old} with {x}", "leave its {old} with {x}"),
    change=Change("pact", now, make),
)
