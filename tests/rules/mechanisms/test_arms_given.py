"""Aid to a state at war is arms: it arms the state anew, and ties it to who gives (SIPRI)."""

from __future__ import annotations

import pytest

from tests.rules.mechanisms.quiet import Measure, both, effect, quiet_world
from tests.support_world import Case

RULE = "arms_flow"
FIGHTER, GIVER, ENEMY = 0, 1, 2


def of(name: str) -> Measure:
    return lambda case: float(case.dyads(name)[FIGHTER, GIVER])


def world(supply: float = 0.2) -> Case:
    case = quiet_world()
    case.states("arms_supply")[GIVER] = supply
    case.states("economy")[FIGHTER] = 0.005
    return case


def give(case: Case) -> None:
    case.dyads("aid")[GIVER, FIGHTER] = 1.0


def fight(case: Case) -> None:
    both(case, "war", FIGHTER, ENEMY, 1.0)


def fight_with_help(case: Case) -> None:
    fight(case)
    give(case)


@pytest.mark.parametrize(("name", "least"), [("arms", 0.4), ("arms_stock", 0.1)])
def test_aid_in_war_is_arms(name: str, least: float) -> None:
    assert effect(world(), fight_with_help, of(name), 8) > least
    assert effect(world(), fight_with_help, of(name), 8, RULE) == 0.0


def test_neither_aid_in_peace_nor_war_without_aid_is() -> None:
    assert effect(world(), give, of("arms"), 8) == pytest.approx(0.0, abs=1e-6)
    assert effect(world(), fight, of("arms"), 8) == pytest.approx(0.0, abs=1e-6)


def test_who_has_no_arms_to_export_gives_none() -> None:
    assert effect(world(supply=0.0), fight_with_help, of("arms"), 8) == 0.0


def test_little_is_lost_in_a_large_economy() -> None:
    large = world()
    large.states("economy")[FIGHTER] = 0.5
    small, much = (effect(case, fight_with_help, of("arms"), 8) for case in (large, world()))
    assert 0.0 < small < 0.5 * much
