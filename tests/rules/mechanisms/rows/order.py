"""Rows of arms control, regimes, organisations and their solidarity."""

from __future__ import annotations

from tests.rules.mechanisms.quiet import both, quiet_world
from tests.rules.mechanisms.rows import Row
from tests.support_world import Case

POWER, RIVAL, ENEMY, PARIAH = 0, 1, 2, 3


def nuclear_powers() -> Case:
    case = quiet_world()
    case.states("nuclear")[[POWER, RIVAL]] = 1.0
    both(case, "war", POWER, ENEMY, 1.0)
    return case


def back_the_enemy(case: Case) -> None:
    case.dyads("aid")[RIVAL, ENEMY] = 1.0


def confront(case: Case) -> None:
    case.dyads("tension")[POWER, RIVAL] = 0.8
    case.dyads("tension")[RIVAL, POWER] = 0.8


def arms_control(case: Case) -> float:
    return float(case.collectives("arms_control")[0])


def guardians() -> Case:
    """A state with a veto at war, a poorer one under reproach with shells to sell."""
    case = quiet_world()
    case.states("veto")[POWER] = 1.0
    case.states("violation")[PARIAH] = 0.8
    case.states("economy")[PARIAH] = 0.01
    both(case, "war", POWER, ENEMY, 1.0)
    return case


def deal(case: Case) -> None:
    case.states("munitions_supply")[PARIAH] = 1.0


def union() -> Case:
    """Four members, who all sanction the last state."""
    case = quiet_world()
    k = case.collective("organisation")
    case.B[k, :4] = 1.0
    case.dyads("sanctions")[:4, 5] = 1.0
    return case


def of_union(name: str) -> object:
    return lambda case: float(case.collectives(name)[case.collective("organisation")])


def meet(case: Case) -> None:
    case.dyads("contact")[:4, :4] = 0.8
    case.dyads("trust_good")[:4, :4] += 4.0


def divide(case: Case) -> None:
    case.collectives("cohesion")[case.collective("organisation")] = 0.2


ROWS = [
    Row(
        "M42",
        "confrontation of nuclear powers undoes arms control",
        confront,
        arms_control,
        -1,
        ("arms_control",),
        world=nuclear_powers,
    ),
    Row(
        "M43",
        "support for the other's enemy blocks arms control",
        back_the_enemy,
        arms_control,
        -1,
        ("arms_control",),
        world=nuclear_powers,
    ),
    Row(
        "M43",
        "and the talks of the two",
        back_the_enemy,
        lambda case: float(case.dyads("contact")[POWER, RIVAL]),
        -1,
        ("arms_control",),
        world=nuclear_powers,
        left=0.1,
    ),
    Row(
        "M17",
        "technology for a state under reproach undoes non-proliferation",
        deal,
        lambda case: float(case.collectives("non_proliferation")[0]),
        -1,
        ("regimes",),
        world=guardians,
    ),
    Row(
        "M17",
        "and the authority of the United Nations",
        deal,
        lambda case: float(case.collectives("un_authority")[0]),
        -1,
        ("regimes",),
        world=guardians,
    ),
    Row(
        "M28",
        "meetings and trust give an organisation authority",
        meet,
        of_union("authority"),
        1,
        ("organisations",),
        world=union,
    ),
    Row(
        "M32",
        "loss of cohesion weakens shared sanctions",
        divide,
        lambda case: float(case.dyads("sanctions")[0, 5]),
        -1,
        ("solidarity",),
        world=union,
    ),
]
