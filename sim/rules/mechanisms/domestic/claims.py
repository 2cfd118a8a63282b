"""Passports and declared compatriots prepare claims, and a claim is a lasting quarrel.

Claim: where a state hands its passports to people in another and declares them its compatriots,
claims on the land follow; a claim, however it came about, makes the two rivals.

Equations (per quarter; pass and kin 0..1, claim_ij of i on land of j, rivalry Q symmetric 0..2)::

    ground_ij  = pass_ij kin_ij
    claim_ij  += prepare (ground_ij - ground0_ij)+ (1 - claim_ij)
    Q_ij      += quarrel (claim_ij - claim_ij a quarter before)

Neither fades by itself: a claim that is given up lowers the rivalry again. Sources: Senn and
Gibler 2012 and Huth and Allee 2002 (territorial claims as the source of rivalry); Nagashima 2019
and Grigas 2016 (passports before separation); register M39.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import clip
from sim.rules.declarations import dyad_field, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import CLAIM, COMPATRIOTS, PASSPORTS, RIVALRY
from sim.rules.sheet_algebra import STRIP
from sim.types import Blocks

PREPARE = param(
    "claims.prepare",
    0.1,
    (0.04, 0.2),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="growth of a claim where all are compatriots and get passports",
    source="judgement: from passports to separation took some six years (register M39)",
)
QUARREL = param(
    "claims.quarrel",
    0.8,
    (0.5, 1.1),
    bounds=(0.0, 2.0),
    meaning="rivalry that a full claim adds",
    source="judgement: most strategic rivalries rest on a claim to land (Huth and Allee 2002)",
)
GROUND_START = dyad_field("claim_ground_start", meaning="passports x compatriots at the start")
"""data: claims stated for the start hold the passports given until then"""
CLAIM_SEEN = dyad_field("claim_seen", meaning="claim a quarter before")


@njit
def start(w: Blocks) -> None:
    """Remember what is usual."""
    for i in range(w.n):
        for j in range(w.n):
            w.M[GROUND_START, i, j] = w.M[PASSPORTS, i, j] * w.M[COMPATRIOTS, i, j]
            w.M[CLAIM_SEEN, i, j] = w.M[CLAIM, i, j]


@njit
def pressed(w: Blocks, i: int, j: int) -> float:
    """Advance the claim of i on land of j; returns its change since a quarter before."""
    ground = w.M[PASSPORTS, i, j] * w.M[COMPATRIOTS, i, j] - w.M[GROUND_START, i, j]
    held = w.M[CLAIM, i, j]
    if ground > 0.0:
        held = clip(held + w.P[PREPARE] * ground * (1.0 - held), 0.0, 1.0)
        w.M[CLAIM, i, j] = held
    more = held - w.M[CLAIM_SEEN, i, j]
    w.M[CLAIM_SEEN, i, j] = held
    return more


@njit
def update(w: Blocks) -> None:
    """Advance claims, and the rivalry that follows from those of both sides, by a quarter."""
    for first in range(0, w.n, STRIP):
        for i in range(w.n):
            for j in range(first, min(first + STRIP, i)):
                more = pressed(w, i, j) + pressed(w, j, i)
                if more != 0.0:
                    q = clip(w.M[RIVALRY, i, j] + w.P[QUARREL] * more, 0.0, 2.0)
                    w.M[RIVALRY, i, j] = q
                    w.M[RIVALRY, j, i] = q


MECHANISM = Mechanism(
    name="claims",
    stage="claims",
    claim="passports for compatriots prepare claims, and claims make rivals",
    reads=("passports", "compatriots"),
    writes=("claim", "rivalry"),
    update=update,
    start=start,
    source="Huth and Allee 2002; Grigas 2016; register M39",
)
