"""A cut of contact is answered with a cut.

Claim: staff sent home and ambassadors withdrawn are answered in kind, so that contacts shrink on
both sides, until the two are equally far below what is usual between them.

Equation (per quarter; c_ij contact of i to j, c0 at the start, both orders from the same past)::

    c_ij -= answer max(0, (c0_ji - c_ji) - max(0, c0_ij - c_ij))        where c_ji < c0_ji

Range 0..1. Sources: tit for tat in diplomatic ties, Kinne 2014; Kydd 2005; register M58.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import clip
from sim.rules.declarations import baseline, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import CONTACT
from sim.rules.sheet_algebra import STRIP
from sim.types import Blocks

CONTACT_START = baseline(
    "contact",
    why="data: the contact of the start is what both had come to; a cut is one below it",
)
ANSWER = param(
    "expulsion.answer",
    0.6,
    (0.4, 0.9),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="part of a cut that is matched within a quarter",
    source="judgement: expulsions are matched head by head within weeks (register M58)",
)


@njit
def update(w: Blocks) -> None:
    """Answer cuts of contact."""
    for first in range(0, w.n, STRIP):
        for i in range(w.n):
            for j in range(max(first, i + 1), min(first + STRIP, w.n)):
                mine = w.M[CONTACT_START, i, j] - w.M[CONTACT, i, j]
                theirs = w.M[CONTACT_START, j, i] - w.M[CONTACT, j, i]
                if theirs > 0.0 and theirs > mine:
                    cut = w.P[ANSWER] * (theirs - max(0.0, mine))
                    w.M[CONTACT, i, j] = clip(w.M[CONTACT, i, j] - cut, 0.0, 1.0)
                elif mine > 0.0 and mine > theirs:
                    cut = w.P[ANSWER] * (mine - max(0.0, theirs))
                    w.M[CONTACT, j, i] = clip(w.M[CONTACT, j, i] - cut, 0.0, 1.0)


MECHANISM = Mechanism(
    name="expulsion",
    stage="contact",
    claim="cuts of contact are answered in kind",
    reads=("contact", "contact_start"),
    writes=("contact",),
    update=update,
    source="Kinne 2014; Kydd 2005; register M58",
)
