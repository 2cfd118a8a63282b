"""A visit by one power brings its rivals (register M23, M64)."""

from __future__ import annotations

import pytest

from tests.rules.mechanisms.quiet import Change, Measure, both, effect, quiet_world
from tests.support_world import Case

RULE = "courtship_competition"
# off throughout: they answer the consequences of the same change with contact, too
OTHERS = ("shared_threat", "second_partners", "ceremony", "wedge", "overstretch")
SUITOR, RIVAL, COURTED, STRANGER = 0, 1, 2, 3


def moved(case: Case, change: Change, measure: Measure, quarters: int, *off: str) -> float:
    return effect(case, change, measure, quarters, *OTHERS, *off)


def contest(hostile: bool = True) -> Case:
    case = quiet_world()
    case.dyads("contact")[SUITOR, COURTED] = 0.6
    if hostile:
        both(case, "rivalry", SUITOR, RIVAL, 1.5)
    return case


def visit(case: Case) -> None:
    case.dyads("contact")[RIVAL, COURTED] += 0.3


def answer(case: Case) -> float:
    return float(case.dyads("contact")[SUITOR, COURTED])


def test_a_rival_follows_a_visit() -> None:
    assert moved(contest(), visit, answer, 3) > 0.01
    assert moved(contest(), visit, answer, 3, RULE) == 0.0


def test_poles_compete_without_hostility() -> None:
    poles = contest(hostile=False)
    plain = moved(poles, visit, answer, 3)
    poles.states("pole")[[SUITOR, RIVAL]] = 1.0
    assert moved(poles, visit, answer, 3) > plain + 0.003


def test_the_answer_stays_below_the_call() -> None:
    assert moved(contest(), visit, answer, 1) < 0.3


def test_a_visit_to_an_ally_is_no_courtship() -> None:
    allied = contest()
    both(allied, "pact_level", RIVAL, COURTED, 3.0)
    assert moved(allied, visit, answer, 3) == pytest.approx(0.0, abs=1e-12)


def test_who_has_nothing_at_stake_stays_away() -> None:
    case = contest()
    both(case, "rivalry", STRANGER, RIVAL, 1.5)
    case.dyads("contact")[STRANGER, COURTED] = 0.02

    def stranger(played: Case) -> float:
        return float(played.dyads("contact")[STRANGER, COURTED])

    assert moved(case, visit, stranger, 3) < 0.5 * moved(case, visit, answer, 3)
