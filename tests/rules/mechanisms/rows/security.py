"""Rows of war and peace: bids, ladders, allies, helpers, munitions, emboldenment."""

from __future__ import annotations

from tests.rules.mechanisms.quiet import Measure, both, quiet_world
from tests.rules.mechanisms.rows import Row
from tests.support_world import Case

GREAT, BUFFER, RIVAL, FRIEND, OTHER = 0, 1, 2, 3, 4


def of(name: str, i: int, j: int) -> Measure:
    return lambda case: float(case.dyads(name)[i, j])


def risk(case: Case) -> float:
    return float(case.collectives("escalation_risk")[case.collective("conflict")])


def frozen_conflict() -> Case:
    """A revisionist great power, a buffer with a frozen conflict, and a hostile alliance."""
    case = quiet_world()
    case.states("capability")[GREAT] = 0.3
    case.states("revisionism")[GREAT] = 0.8
    both(case, "rivalry", GREAT, RIVAL, 1.5)
    both(case, "rivalry", GREAT, BUFFER, 1.0)
    k, alliance = case.collective("conflict"), case.collective("organisation")
    case.B[k, GREAT], case.B[k, BUFFER], case.B[k, RIVAL] = 1.0, -1.0, -0.5
    case.B[alliance, [RIVAL, FRIEND]] = 1.0
    case.collectives("organisation_commitment")[alliance] = 1.0
    case.collectives("rung")[k] = 1.0
    case.collectives("frozen")[k] = 1.0
    case.collectives("conflict_intensity")[k] = 0.8
    for far in (3, 5):
        both(case, "distance", OTHER, far, 12.0)
    case.set_p(escalation__outbreak=-8.0)  # so that it stays frozen while it is looked at
    return case


def fighting() -> Case:
    case = frozen_conflict()
    both(case, "war", GREAT, BUFFER, 1.0)
    case.collectives("rung")[case.collective("conflict")] = 2.0
    case.set_p(escalation__freeze=-20.0, escalation__climb=-8.0)
    return case


def bid(case: Case) -> None:
    case.B[case.collective("organisation"), BUFFER] = 0.7


def provoke(case: Case) -> None:
    case.dyads("tension")[GREAT, BUFFER] = 0.8
    case.dyads("tension")[BUFFER, GREAT] = 0.8


def distrust(case: Case) -> None:
    case.dyads("trust_bad")[BUFFER, GREAT] += 20.0
    case.dyads("trust_bad")[GREAT, BUFFER] += 20.0


def lapse(case: Case) -> None:
    case.collectives("arms_control")[0] = 0.0


def dither(case: Case) -> None:
    case.collectives("cohesion")[case.collective("organisation")] = 0.1


def protect(case: Case) -> None:
    case.states("arms_effort")[BUFFER] = 3.0


def look_elsewhere(case: Case) -> None:
    case.dyads("personnel")[OTHER, :] = 1.0


def send_trainers(case: Case) -> None:
    case.dyads("personnel")[FRIEND, BUFFER] = 0.8


def pledge(case: Case) -> None:
    case.move("pact", FRIEND, BUFFER, 3.0)


def patron_and_client() -> Case:
    case = quiet_world()
    case.states("capability")[GREAT] = 0.5
    case.states("revisionism")[BUFFER] = 0.8
    both(case, "rivalry", BUFFER, RIVAL, 1.0)
    both(case, "rivalry", BUFFER, FRIEND, 1.0)
    case.states("capability")[FRIEND] = 0.3
    return case


def defence(case: Case) -> None:
    case.move("pact", GREAT, BUFFER, 3.0)


def press(case: Case) -> None:
    case.dyads("tension")[BUFFER, [RIVAL, FRIEND]] = 0.9


def arms_together(case: Case) -> None:
    case.move("pact", RIVAL, FRIEND, 3.0)


def alarmed() -> Case:
    """Two states that a third finds hostile."""
    case = quiet_world()
    both(case, "rivalry", GREAT, RIVAL, 1.5)
    both(case, "rivalry", GREAT, FRIEND, 0.5)
    return case


def hunger() -> Case:
    case = quiet_world()
    both(case, "war", GREAT, OTHER, 1.0)
    return case


def open_arsenal(case: Case) -> None:
    case.states("munitions_supply")[FRIEND] = 1.0


ROWS = [
    Row("M03", "a bid for a hostile alliance makes war more likely", bid, risk, 1,
        ("escalation",), world=frozen_conflict, least=1e-6),
    Row("M41", "acts and counter-acts lift the ladder", provoke, risk, 1, ("escalation",),
        world=fighting, quarters=1, least=1e-5),
    Row("M42", "the end of arms control lifts it", lapse, risk, 1, ("escalation",),
        world=fighting, quarters=1, least=1e-6),
    Row("M44", "distrust lifts it: words settle less", distrust, risk, 1, ("escalation",),
        world=fighting, quarters=2, least=1e-6),
    Row("M44", "and fighting is settled less", distrust,
        lambda case: float(case.collectives("settlement_chance")[case.collective("conflict")]),
        -1, ("escalation",), world=fighting, quarters=2, least=1e-12),
    Row("M53", "what makes war costly keeps it frozen", protect, risk, -1, ("escalation",),
        world=frozen_conflict, quarters=2, least=1e-6),
    Row("M55", "doubt of the backers' resolve invites boldness", dither, risk, 1, ("escalation",),
        world=frozen_conflict, quarters=1, least=1e-6),
    Row("M54", "an overstretched neighbour leaves a conflict untended", look_elsewhere, risk, 1,
        ("overstretch",), world=frozen_conflict, quarters=2, least=1e-7, left=0.01),
    Row("M36", "acts against an enemy that is needed lift the ladder", provoke, risk, 1,
        ("escalation",), world=frozen_conflict, quarters=1, least=1e-6),
    Row("M46", "trainers risk a clash", send_trainers, of("clash_risk", GREAT, FRIEND), 1,
        ("entanglement",), world=fighting, quarters=1),
    Row("M45", "a pledge draws an ally into the war", pledge,
        lambda case: float(case.states("entry_chance")[FRIEND]), 1, ("entanglement",),
        world=fighting, quarters=1, least=1e-4),
    Row("M07", "a belligerent in need takes shells where they are", open_arsenal,
        of("munitions_from", GREAT, FRIEND), 1, ("munitions",), world=hunger),
    Row("M07", "which keeps its stocks up", open_arsenal,
        lambda case: float(case.states("munitions")[GREAT]), 1, ("munitions",), world=hunger,
        quarters=2),
    Row("M11", "a pledge emboldens a revisionist client", defence,
        of("tension", BUFFER, RIVAL), 1, ("emboldenment",), world=patron_and_client, left=0.65),
    Row("M12", "its pressure brings those pressed together", press, of("trust", RIVAL, FRIEND), 1,
        ("shared_threat", "estrangement"), world=patron_and_client, least=1e-4),
    Row("M13", "tighter ties of others alarm a third state", arms_together,
        lambda case: float(case.states("threat")[GREAT]), 1, ("coalition_threat",), world=alarmed,
        least=1e-4, left=0.5),
    Row("M18", "what is unknown of a new tie adds to the threat", arms_together,
        of("uncertainty", RIVAL, FRIEND), 1, ("uncertainty",), world=alarmed),
]  # fmt: skip
