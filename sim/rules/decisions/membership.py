"""Membership of organisations: who is in, and the commitment between members that follows.

A full member (part 1) shares the organisation's floor with every other full member; with a
candidate or partner (between 0 and 1) it shares a part of the floor, once its status changes: what
partners are given at the start is in the pacts that a scenario states. Where two states share
several organisations the highest floor holds. Cohesion and authority do not lower it: the text of a
treaty stays.
"""

from __future__ import annotations

from sim.compiled.jit import inline, njit
from sim.rules.decisions.assessment import tie_changed
from sim.rules.decisions.commitment import tie_commitment, tie_entrapment
from sim.rules.declarations import param
from sim.rules.pair_variables import FLOOR, LEVEL
from sim.rules.participation import is_member
from sim.rules.state_variables import COLLECTIVE_KIND, ORGANISATION, ORGANISATION_COMMITMENT
from sim.types import Blocks

CANDIDATE = 0.5
RATE = param(
    "organisations.rate",
    1.0,
    (0.5, 2.0),
    bounds=(0.0, 4.0),
    unit="considerations a year",
    meaning="how often a state considers its place in each organisation",
    source="judgement: government programmes and summits are yearly",
)
APPLY_COST = param(
    "organisations.apply",
    3.0,
    (1.2, 4.8),
    bounds=(-50.0, 50.0),
    unit="logits",
    meaning="cost of applying for membership, at full attention",
    source="estimated on 21 accessions to defence treaties 1950-1975 (docs/validation.md): 1.9, "
    "and 1.1 that size adds at its mean",
)
APPLY_SIZE = param(
    "organisations.apply_size",
    0.5,
    (0.0, 1.2),
    bounds=(-10.0, 10.0),
    unit="logits per log number of members",
    meaning="how much more a larger organisation draws applications",
    source="estimated on 21 accessions to defence treaties 1950-1975: .2, error .5, not told; .98, "
    "error .55, on 28 until 1990 (docs/validation.md)",
)
ATTENTION = param(
    "organisations.attention",
    0.9,
    (0.5, 1.3),
    bounds=(0.0, 10.0),
    unit="logits per log share",
    meaning="weight of the mean mutual attention of state and members in applying",
    source="estimated on 21 accessions to defence treaties 1950-1975 (docs/validation.md)",
)
REGIME = param(
    "organisations.regime",
    2.4,
    (0.0, 5.5),
    bounds=(0.0, 50.0),
    unit="logits per unit governance",
    meaning="weight of the distance of a state's government from the members' mean in applying",
    source="estimated on 21 accessions to defence treaties 1950-1975 (docs/validation.md)",
)
STANDING = param(
    "organisations.standing",
    2.5,
    (0.0, 5.6),
    bounds=(0.0, 50.0),
    unit="logits at a full pole",
    meaning="reluctance of great powers to apply to the bodies of others",
    source="estimated on 21 accessions to defence treaties 1950-1975 (docs/validation.md)",
)
BOUND = param(
    "organisations.bound",
    4.2,
    (2.4, 6.1),
    bounds=(0.0, 50.0),
    unit="logits where all members are",
    meaning="pull of a body on a state that is bound to its members already, if less than by it",
    source="estimated on 21 accessions to defence treaties 1950-1975 (docs/validation.md): share "
    "of the members with whom a state was to consult, the strongest of what tells who joins",
)
JOIN_COST = param(
    "organisations.join",
    -1.5,
    (-2.5, -0.5),
    bounds=(-50.0, 50.0),
    unit="logits",
    meaning="what stands between a candidate and membership where there is no common market",
    source="judgement: a year or little more from application to accession, as it takes to ratify",
)
REFORMS = param(
    "organisations.reforms",
    3.5,
    (2.5, 4.5),
    bounds=(0.0, 50.0),
    unit="logits at a full common market",
    meaning="cost of the reforms that a common market asks of a candidate",
    source="judgement: unions take five to ten years from application to accession",
)
LEAVE_COST = param(
    "organisations.leave",
    5.9,
    (5.1, 6.7),
    bounds=(-50.0, 50.0),
    unit="logits",
    meaning="cost of leaving an organisation of two",
    source="some 200 exits from 534 organisations 1945-2014 (von Borzyskowski and Vabulas 2019), "
    "of some 25 members over 35 years: 4.3e-4 a membership and year, as in the base world of 2021 "
    "with all states; defence treaties 1950-1975 had 6 in 1,563 (docs/validation.md): 3.7",
)
LEAVE_SIZE = param(
    "organisations.leave_size",
    0.74,
    (0.4, 1.1),
    bounds=(0.0, 10.0),
    unit="logits per log number of other members",
    meaning="how much harder it is to leave a larger organisation",
    source="estimated on 6 exits in 1,563 membership-years of defence treaties 1950-1975 "
    "(docs/validation.md)",
)
SUSPEND_COST = param(
    "organisations.suspend",
    9.5,
    (8.7, 10.3),
    bounds=(-50.0, 50.0),
    unit="logits",
    meaning="what stands against suspending a member that the others are indifferent to",
    source="101 suspensions 1939-2022 (von Borzyskowski and Vabulas 2025) of the members that "
    "organisations.leave counts, over 42 years: 1.8e-4 a membership and year, as in the base world "
    "of 2021 with all states, misfit included",
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
    unit="logits at a common market with all one's trade",
    meaning="pull of the common market of an organisation",
    source="judgement: exit with half of one's trade inside is four times as rare",
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
    meaning="readiness of members to admit a candidate that they are indifferent to",
    source="judgement: indifferent members let in",
)
FOUNDING_RATE = param(
    "founding.rate",
    0.0019,
    (0.001, 0.0032),
    bounds=(0.0, 4.0),
    unit="conferences a year",
    meaning="how often a state calls others to found a treaty of defence",
    source="set, with founding.cost, on seven treaties of defence that three or more founded from "
    "1951 to 1990, in 5203 years of states (ATOP; docs/validation.md)",
)
FOUNDING_COST = param(
    "founding.cost",
    -5.0,
    (-5.7, -4.3),
    bounds=(-50.0, 50.0),
    unit="logits",
    meaning="cost of coming to such a conference and signing, at full attention",
    source="set on the size of these treaties, 5 on average (ATOP; docs/validation.md): all at the "
    "table must agree, so that cheaper signing hardly makes them larger than 4",
)
FOUNDING_BINDS = param(
    "founding.commitment",
    1.0,
    (0.8, 1.0),
    bounds=(0.0, 1.0),
    meaning="commitment that a treaty of defence lays on those who found it",
    source="judgement: 1 with a duty to defend, as in worlds of a year",
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
