"""What munitions, and aid to an enemy, are repaid with (register M08, M09, M10, M52)."""

from __future__ import annotations

import pytest

from tests.rules.mechanisms.quiet import Measure, both, effect, play, quiet_world
from tests.support_world import Case

RULE = "barter"
FIGHTER, SUPPLIER, BACKERS_FOE, BACKER, ENEMY = 0, 1, 2, 3, 4


def at_war() -> Case:
    """A world at war from its first quarter; nobody supplies or backs anybody yet."""
    case = quiet_world()
    both(case, "rivalry", BACKER, BACKERS_FOE, 1.5)
    case.states("economy")[SUPPLIER] = 0.01
    both(case, "war", FIGHTER, ENEMY, 1.0)
    return case


def supply(case: Case) -> None:
    case.states("munitions_supply")[SUPPLIER] = 1.0


def back(case: Case) -> None:
    case.dyads("aid")[BACKER, ENEMY] = 1.0


def of(name: str, i: int, j: int) -> Measure:
    return lambda case: float(case.dyads(name)[i, j])


@pytest.mark.parametrize("name", ["technology", "aid"])
def test_munitions_are_repaid(name: str) -> None:
    """The same war with the supplier's arsenal open and closed."""
    paid = of(name, FIGHTER, SUPPLIER)
    assert effect(at_war(), supply, of("munitions_from", FIGHTER, SUPPLIER), 4) > 0.1
    assert effect(at_war(), supply, paid, 4) > 0.01
    assert effect(at_war(), supply, paid, 4, RULE) == 0.0


def test_payment_ends_with_the_deliveries() -> None:
    def brief(case: Case) -> None:
        supply(case)
        for tick in range(1, 9):
            case.call("settle", tick=tick, seed=1, run=0)
        case.states("munitions_supply")[SUPPLIER] = 0.0

    assert effect(at_war(), brief, of("aid", FIGHTER, SUPPLIER), 0) > 0.05
    assert effect(at_war(), brief, of("aid", FIGHTER, SUPPLIER), 40) < 1e-3


def test_distrust_caps_technology_but_not_goods() -> None:
    def cap(trust: float, *off: str) -> float:
        case = at_war()
        case.dyads("trust")[FIGHTER, SUPPLIER] = trust
        case.set_p(barter__press=0.0)
        played = play(case, supply, 4, *off)
        goods = played.dyads("goods_paid")[FIGHTER, SUPPLIER]
        return float(played.dyads("technology_paid")[FIGHTER, SUPPLIER] / max(goods, 1e-12))

    assert cap(0.1) < 0.4 * cap(0.8)
    assert cap(0.1, RULE) == cap(0.8, RULE) == 0.0


def test_exclusive_need_lifts_the_cap() -> None:
    def paid(press: float) -> float:
        case = at_war()
        case.dyads("trust")[FIGHTER, SUPPLIER] = 0.2
        case.set_p(barter__press=press)
        return of("technology_paid", FIGHTER, SUPPLIER)(play(case, supply, 6))

    assert paid(1.0) > 1.2 * paid(0.0)


@pytest.mark.parametrize(
    ("name", "i", "j"),
    [
        ("arms_opening", BACKERS_FOE, FIGHTER),
        ("arms", BACKERS_FOE, FIGHTER),
        ("technology", FIGHTER, BACKERS_FOE),
    ],
)
def test_aid_to_an_enemy_unlocks_transfers_to_the_givers_foes(name: str, i: int, j: int) -> None:
    unlocked = of(name, i, j)
    gain = effect(at_war(), back, unlocked, 4)
    assert gain > 1e-4
    assert effect(at_war(), back, unlocked, 4, RULE) == 0.0
    peace = at_war()
    both(peace, "war", FIGHTER, ENEMY, 0.0)
    # know-how that goes with trade moves a little by the trust that aid earns
    assert effect(peace, back, unlocked, 4, "connectivity", "security_help") < 0.01 * gain


def test_sanctions_of_ones_own_cut_ones_access_to_technology() -> None:
    def sanction(case: Case) -> None:
        case.dyads("sanctions")[FIGHTER, BACKER] = 1.0

    received = of("technology", BACKER, FIGHTER)
    assert effect(at_war(), sanction, received, 4) < -0.01
    assert effect(at_war(), sanction, received, 4, RULE) == 0.0
