"""Rows of regimes, publics, schools of foreign policy, and what they do outward."""

from __future__ import annotations

import numpy as np

from tests.rules.mechanisms.quiet import Change, Measure, both, quiet_world
from tests.rules.mechanisms.rows import Row
from tests.support_world import Case

REGIME, NEIGHBOUR, RIVAL, FAR, FRIEND = 0, 1, 2, 3, 4
BALANCER, NATIONALIST = 0, 1


def dyad(name: str, i: int, j: int) -> Measure:
    return lambda case: float(case.dyads(name)[i, j])


def state(name: str, i: int) -> Measure:
    return lambda case: float(case.states(name)[i])


def raise_dyad(name: str, i: int, j: int, to: float) -> Change:
    def change(case: Case) -> None:
        case.dyads(name)[i, j] = to

    return change


def set_state(name: str, i: int, to: float) -> Change:
    def change(case: Case) -> None:
        case.states(name)[i] = to

    return change


def schooled() -> Case:
    """Two schools in one state: one gains by threat, the other by holding out."""
    case = quiet_world()
    first = case.collective("school")
    case.B[first + BALANCER, REGIME] = 0.5
    case.B[first + NATIONALIST, REGIME] = 0.5
    case.collectives("threat_loading")[first + NATIONALIST] = 1.0
    case.collectives("fortune_loading")[first + BALANCER] = 1.0
    case.states("munitions_supply")[:] = 1.0
    both(case, "rivalry", REGIME, RIVAL, 0.5)
    return case


def menace(case: Case) -> None:
    case.states("capability")[RIVAL] = 0.3


def bid(case: Case) -> None:
    """The neighbour enters a commitment with the rival."""
    both(case, "organisation_floor", NEIGHBOUR, RIVAL, 1.0)
    both(case, "commitment", NEIGHBOUR, RIVAL, 1.0)


def sanctioned(case: Case) -> None:
    """Half of the world bars trade, and the state holds out."""
    case.dyads("sanctions")[3:, REGIME] = 1.0
    case.states("munitions_supply")[:] = 1.0


def weight(of: int) -> Measure:
    return lambda case: float(case.parts("school")[of, REGIME])


def multiplier(case: Case) -> float:
    return float(case.states("weight_challenge")[REGIME])


def schooled_conduct() -> Case:
    case = schooled()
    row = case.collectives("school_weight_challenge")
    row[case.collective("school") + NATIONALIST] = 1.4
    return case


def regimes() -> Case:
    """An unsure regime of poor government with rivals, and a union of its betters."""
    case = quiet_world()
    case.states("governance")[:] = 0.8
    case.states("governance")[[REGIME, NEIGHBOUR]] = 0.3
    case.states("pole")[REGIME] = 1.0
    case.states("ideal_point")[:] = 1.5
    case.states("ideal_point")[REGIME] = -1.0
    case.states("regime_security")[REGIME] = 0.6
    case.B[case.collective("organisation"), 2:] = 1.0
    both(case, "rivalry", REGIME, RIVAL, 1.0)
    case.dyads("distance")[:] = 4.0 * (1.0 - np.eye(case.n))
    both(case, "distance", REGIME, NEIGHBOUR, 0.0)
    both(case, "distance", FAR, FRIEND, 0.0)
    return case


def cohesion(case: Case) -> float:
    return float(case.collectives("cohesion")[case.collective("organisation")])


def subvert(case: Case) -> None:
    case.dyads("subversion")[REGIME, 2:4] = 1.0


def overreach(case: Case) -> None:
    both(case, "war", FRIEND, RIVAL, 1.0)
    case.states("revisionism")[FRIEND] = 0.4


def crisis(case: Case) -> None:
    case.states("legitimacy")[2:] -= 0.3


def energy_deal(case: Case) -> None:
    case.dyads("energy")[NEIGHBOUR, REGIME] = 0.9


def stage() -> Case:
    case = regimes()
    case.dyads("compatriots")[REGIME, NEIGHBOUR] = 0.8
    return case


def contest(case: Case) -> None:
    both(case, "tension", REGIME, RIVAL, 0.8)


def unrecognised() -> Case:
    case = regimes()
    case.states("status_claim")[REGIME] = 0.9
    both(case, "contact", REGIME, RIVAL, 0.3)
    return case


def snub(case: Case) -> None:
    """The others turn away, and the capability behind the claim shrinks."""
    case.dyads("contact")[1:, REGIME] = 0.0
    case.states("capability")[REGIME] = 0.03


def adventures(case: Case) -> None:
    case.dyads("aid")[REGIME, 2:] = 1.0
    case.dyads("personnel")[REGIME, 2:] = 1.0


def collapse(case: Case) -> None:
    case.states("instability")[FAR] = 0.9


def broken() -> Case:
    case = regimes()
    case.states("instability")[FAR] = 0.8
    return case


def settle(case: Case) -> None:
    case.dyads("aid")[FRIEND, FAR] = 1.0
    both(case, "contact", FRIEND, FAR, 0.9)


def smaller_armed(case: Case) -> None:
    case.states("nuclear")[REGIME] = 1.0
    case.states("veto")[REGIME] = 1.0


def powers() -> Case:
    case = quiet_world()
    case.states("capability")[RIVAL] = 0.4
    return case


ROWS = [
    Row(
        "M01",
        "a stronger rival turns a state to the school that gains by threat",
        menace,
        weight(NATIONALIST),
        1,
        ("doctrine_shift",),
        world=schooled,
    ),
    Row(
        "M01",
        "a neighbour's bid for the rival's pact does so, too",
        bid,
        weight(NATIONALIST),
        1,
        ("doctrine_shift",),
        world=schooled,
    ),
    Row(
        "M01",
        "and to that school's readiness to press",
        menace,
        multiplier,
        1,
        ("doctrine_shift",),
        world=schooled_conduct,
    ),
    Row(
        "M02",
        "holding out under sanctions turns it to the other school",
        sanctioned,
        weight(BALANCER),
        1,
        ("doctrine_shift",),
        world=schooled,
    ),
    Row(
        "M29",
        "aid and dialogue lower the instability of a broken state",
        settle,
        state("instability", FAR),
        -1,
        ("fragility",),
        world=broken,
    ),
    Row(
        "M29",
        "and link it again",
        settle,
        dyad("connectivity", FAR, FRIEND),
        1,
        ("fragility", "connectivity"),
        world=broken,
    ),
    Row(
        "M33",
        "subversion of a discontented public divides it",
        subvert,
        state("polarisation", RIVAL),
        1,
        ("polarisation",),
        world=regimes,
    ),
    Row(
        "M33",
        "and its organisation loses cohesion",
        subvert,
        cohesion,
        -1,
        ("polarisation",),
        world=regimes,
        left=0.6,
    ),
    Row(
        "M34",
        "a war of choice far from home costs legitimacy",
        overreach,
        state("legitimacy", FRIEND),
        -1,
        ("legitimacy",),
        world=regimes,
    ),
    Row(
        "M34",
        "and divides the public",
        overreach,
        state("polarisation", FRIEND),
        1,
        ("polarisation",),
        world=regimes,
    ),
    Row(
        "M34",
        "crises divide publics",
        crisis,
        state("polarisation", FAR),
        1,
        ("polarisation",),
        world=regimes,
    ),
    Row(
        "M35",
        "a regime in danger stokes the quarrel with its rival",
        set_state("regime_security", REGIME, 0.2),
        dyad("tension", REGIME, RIVAL),
        1,
        ("legitimacy", "subversion"),
        world=regimes,
    ),
    Row(
        "M35",
        "which restores its legitimacy",
        set_state("regime_security", REGIME, 0.2),
        state("legitimacy", REGIME),
        1,
        ("legitimacy",),
        world=regimes,
    ),
    Row(
        "M37",
        "good government next door is subverted",
        set_state("governance", NEIGHBOUR, 0.8),
        dyad("subversion", REGIME, NEIGHBOUR),
        1,
        ("subversion",),
        world=regimes,
    ),
    Row(
        "M37",
        "and met with hostility",
        set_state("governance", NEIGHBOUR, 0.8),
        dyad("tension", REGIME, NEIGHBOUR),
        1,
        ("subversion",),
        world=regimes,
    ),
    Row(
        "M38",
        "energy deals capture the host",
        energy_deal,
        dyad("capture", REGIME, NEIGHBOUR),
        1,
        ("governance",),
        world=regimes,
    ),
    Row(
        "M38",
        "spoil its government",
        energy_deal,
        state("governance", NEIGHBOUR),
        -1,
        ("governance",),
        world=regimes,
    ),
    Row(
        "M38",
        "cost it the confidence of its public",
        energy_deal,
        state("legitimacy", NEIGHBOUR),
        -1,
        ("governance",),
        world=regimes,
    ),
    Row(
        "M38",
        "and bring it closer to the holder",
        energy_deal,
        dyad("alignment", NEIGHBOUR, REGIME),
        1,
        ("governance",),
        world=regimes,
        left=0.3,
    ),
    Row(
        "M39",
        "passports for compatriots prepare a claim",
        raise_dyad("passports", REGIME, NEIGHBOUR, 1.0),
        dyad("claim", REGIME, NEIGHBOUR),
        1,
        ("claims",),
        world=stage,
    ),
    Row(
        "M39",
        "and the claim a rivalry",
        raise_dyad("passports", REGIME, NEIGHBOUR, 1.0),
        dyad("rivalry", NEIGHBOUR, REGIME),
        1,
        ("claims",),
        world=stage,
    ),
    Row(
        "M40",
        "a contest of systems leaves rivalry behind",
        contest,
        dyad("rivalry", REGIME, RIVAL),
        1,
        ("normative_contest",),
        world=regimes,
    ),
    Row(
        "M40",
        "and adds to the hostility that distrust leaves long after the acts",
        contest,
        dyad("hostility", RIVAL, REGIME),
        1,
        ("normative_contest",),
        world=regimes,
        quarters=40,
        left=0.65,
    ),
    Row(
        "M47",
        "a rank denied makes bold",
        snub,
        state("effective_revisionism", REGIME),
        1,
        ("status",),
        world=unrecognised,
    ),
    Row(
        "M47",
        "towards those who deny it",
        snub,
        dyad("tension", REGIME, RIVAL),
        1,
        ("status",),
        world=unrecognised,
        left=0.3,
    ),
    Row(
        "M54",
        "far engagements overstretch",
        adventures,
        state("overstretch", REGIME),
        1,
        ("overstretch",),
        world=regimes,
    ),
    Row(
        "M54",
        "and neighbours are neglected",
        adventures,
        dyad("contact", REGIME, NEIGHBOUR),
        -1,
        ("overstretch",),
        world=regimes,
        left=0.01,
    ),
    Row(
        "M56",
        "collapse divides the publics nearby",
        collapse,
        state("polarisation", FRIEND),
        1,
        ("polarisation",),
        world=regimes,
    ),
    Row(
        "M56",
        "and costs their organisation cohesion",
        collapse,
        cohesion,
        -1,
        ("polarisation",),
        world=regimes,
    ),
    Row(
        "M63",
        "nuclear arms and a veto lift standing",
        smaller_armed,
        state("standing", REGIME),
        1,
        ("status",),
        world=powers,
    ),
    Row(
        "M65",
        "a divided public feels closer to an illiberal pole",
        set_state("polarisation", RIVAL, 0.9),
        dyad("identity", REGIME, RIVAL),
        1,
        ("appeal",),
        world=regimes,
    ),
    Row(
        "M65",
        "and trusts it more",
        set_state("polarisation", RIVAL, 0.9),
        dyad("trust", RIVAL, REGIME),
        1,
        ("appeal",),
        world=regimes,
    ),
    Row(
        "M66",
        "an unsure regime with an open society subverts the other camp",
        set_state("regime_security", REGIME, 0.2),
        dyad("subversion", REGIME, FAR),
        1,
        ("subversion",),
        world=regimes,
    ),
    Row(
        "M66",
        "opening does so, too",
        set_state("openness", REGIME, 0.8),
        dyad("subversion", REGIME, FAR),
        1,
        ("subversion",),
        world=regimes,
    ),
]
