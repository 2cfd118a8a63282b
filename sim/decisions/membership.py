"""Membership of organisations: who is in, and the commitment between members that follows.

A full member (part 1) shares the organisation's floor with every other full member; with a
candidate or partner (between 0 and 1) it shares a part of the floor, once its status changes: what
partners are given at the start is in the pacts that a scenario states. Where two states share
several organisations the highest floor holds. Cohesion and authority do not lower it: the text of a
treaty stays.
"""

from __future__ import annotations

from sim.collectives import is_member
from sim.decisions.assessment import tie_changed
from sim.decisions.commitment import tie_commitment, tie_entrapment
from sim.dyads import FLOOR, LEVEL
from sim.fields import COLLECTIVE_KIND, ORGANISATION, ORGANISATION_COMMITMENT
from sim.jit import inline, njit
from sim.registry import param
from sim.types import Blocks

CANDIDATE = 0.5
RATE = param(
    "organisations.rate",
    1.0,
    (0.5, 2.0),
    bounds=(0.0, 4.0),
    unit="considerations a year",
    meaning="how often a state considers its place in some organisation",
    source="judgement: government programmes and summits are yearly",
)
APPLY_COST = param(
    "organisations.apply",
    4.5,
    (3.8, 5.2),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost of applying for membership",
    source="judgement: about one application per hundred eligible states and years",
)
JOIN_COST = param(
    "organisations.join",
    2.5,
    (1.8, 3.2),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost of the reforms and talks that lead from candidate to member",
    source="judgement: five to ten years from application to accession",
)
LEAVE_COST = param(
    "organisations.leave",
    6.0,
    (5.2, 6.8),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost of leaving an organisation",
    source="judgement: one exit per four hundred memberships and years (von Borzyskowski and "
    "Vabulas 2019 count some 200 exits from 534 organisations 1945-2014)",
)
CANDIDACY = param(
    "organisations.candidacy",
    0.3,
    (0.1, 0.5),
    bounds=(0.0, 1.0),
    meaning="commitment to a candidate near accession relative to a member",
    source="judgement: arms, training and exercises, no pledge of defence",
)
MARKET_PULL = param(
    "organisations.market",
    3.0,
    (1.5, 4.5),
    bounds=(0.0, 50.0),
    unit="logits at a common market with all the world",
    meaning="pull of the common market of an organisation",
    source="judgement: a full market of a fifth of the world outweighs an eighth of the cost",
)
RIVALRY_COST = param(
    "organisations.exclusivity",
    3.0,
    (1.5, 5.0),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="what stands against entering where one is part of another exclusive organisation",
    source="judgement: customs unions cannot be shared",
)
ADMISSION = param(
    "organisations.admission",
    0.5,
    (-0.5, 1.5),
    bounds=(-20.0, 20.0),
    unit="logits",
    meaning="readiness of the member that likes it least to admit a candidate it is indifferent to",
    source="judgement: indifferent members let in",
)


@inline
def floor_of(w: Blocks, k: int, i: int, j: int) -> float:
    """The floor that i and j share by organisation k, of which one is a full member."""
    if is_member(w, k, i) and is_member(w, k, j):
        return w.G[ORGANISATION_COMMITMENT, k]
    if is_member(w, k, i) or is_member(w, k, j):
        return w.G[ORGANISATION_COMMITMENT, k] * w.P[CANDIDACY] * min(w.B[k, i], w.B[k, j])
    return 0.0


@njit
def shared_floor(w: Blocks, i: int, j: int) -> float:
    """The highest floor that i and j share."""
    floor = 0.0
    for k in range(w.G.shape[1]):
        if w.G[COLLECTIVE_KIND, k] == ORGANISATION:
            floor = max(floor, floor_of(w, k, i, j))
    return floor


@njit
def set_membership(
    w: Blocks,
    k: int,
    i: int,
    part: float,
) -> None:
    """The part of i in organisation k becomes ``part``; floors and commitments follow."""
    before = w.B[k, i]
    w.B[k, i] = part
    if before == part:
        return
    for j in range(w.n):
        if j == i or not is_member(w, k, j):
            continue
        floor = shared_floor(w, i, j)
        if part > before:
            floor = max(floor, w.M[FLOOR, i, j])
        w.M[FLOOR, i, j] = floor
        w.M[FLOOR, j, i] = floor
        level = w.M[LEVEL, i, j]
        g = tie_commitment(w, i, j, level)
        tie_changed(w, i, j, level, g, tie_entrapment(w, i, j, level))
