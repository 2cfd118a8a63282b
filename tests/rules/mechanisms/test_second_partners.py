"""Whom the dependent and the isolated turn to (register M06, M16, M61, M67)."""

from __future__ import annotations

import pytest

from tests.rules.mechanisms.quiet import Change, Measure, both, effect, quiet_world
from tests.support_world import Case

RULE = "second_partners"
# off throughout: they answer the consequences of the same change with contact, too
OTHERS = ("shared_threat", "courtship_competition", "overstretch")
SEEKER, OLD, PLAIN, LARGE, SENDER = 0, 1, 2, 3, 4
SENDERS = [4, 5]


def moved(case: Case, change: Change, measure: Measure, quarters: int, *off: str) -> float:
    return effect(case, change, measure, quarters, *OTHERS, *off)


def world() -> Case:
    case = quiet_world()
    both(case, "identity", SEEKER, OLD, 1.0)
    return case


def isolate(case: Case) -> None:
    case.dyads("sanctions")[SENDERS, SEEKER] = 1.0


def lean(case: Case) -> None:
    case.dyads("arms_stock")[SEEKER, LARGE] = 0.9


def towards(partner: int) -> Measure:
    return lambda case: float(case.dyads("contact")[SEEKER, partner])


def test_the_isolated_reach_out() -> None:
    assert moved(world(), isolate, towards(PLAIN), 4) > 0.005
    assert moved(world(), isolate, towards(PLAIN), 4, RULE) == 0.0


def test_being_reached_lowers_the_isolation_of_the_other_side_too() -> None:
    def received(case: Case) -> float:
        return float(case.dyads("contact")[PLAIN, SEEKER])

    assert moved(world(), isolate, received, 6) > 1e-3
    assert moved(world(), isolate, received, 6, RULE) == 0.0


def test_the_dependent_reach_past_the_partner_on_whom_they_depend() -> None:
    past = moved(world(), lean, towards(PLAIN), 4)
    assert past > 0.005
    assert moved(world(), lean, towards(PLAIN), 4, RULE) == 0.0
    assert abs(moved(world(), lean, towards(LARGE), 4)) < 0.05 * past


def test_shared_history_lowers_the_threshold() -> None:
    gain = moved(world(), isolate, towards(OLD), 4)
    assert gain > 1.3 * moved(world(), isolate, towards(PLAIN), 4)
    assert moved(world(), isolate, towards(OLD), 4, RULE) == 0.0


def test_the_sanctioned_pair_up() -> None:
    outcasts = world()
    outcasts.dyads("sanctions")[SENDERS, PLAIN] = 1.0
    gain = moved(outcasts, isolate, towards(PLAIN), 4)
    assert gain > 1.1 * moved(world(), isolate, towards(PLAIN), 4)
    assert moved(outcasts, isolate, towards(PLAIN), 4, RULE) == 0.0


def test_nobody_turns_to_those_who_isolate_it() -> None:
    here = moved(world(), isolate, towards(SENDER), 4)
    assert here == pytest.approx(moved(world(), isolate, towards(SENDER), 4, RULE))
