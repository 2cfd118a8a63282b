"""Rows of contact, trust, courtship, shared enemies, patronage and second partners."""

from __future__ import annotations

from tests.mechanisms.quiet import both
from tests.mechanisms.rows import Row
from tests.support_world import Case


def visit(case: Case) -> None:
    case.dyads("contact")[1, 0] = 0.9


def poles() -> Case:
    from tests.mechanisms.quiet import quiet_world

    case = quiet_world()
    case.states("pole")[1:4] = 1.0
    both(case, "rivalry", 1, 2, 1.0)
    return case


ROWS = [
    Row(
        "M23",
        "a visit by one pole is followed by others",
        visit,
        lambda case: float(case.dyads("contact")[2, 0]),
        1,
        ("courtship_competition",),
        world=poles,
        left=0.01,
    ),
]
