"""Trade that is punished and still needed goes into hiding (register M20, M59)."""

from __future__ import annotations

import pytest

from tests.rules.mechanisms.quiet import Measure, effect, play, quiet_world
from tests.support_world import Case

RULE = "covert"
BUYER, SELLER, THIRD = 0, 1, 2


def world(stock: float = 0.8) -> Case:
    case = quiet_world()
    case.states("arms_import_need")[BUYER] = 0.9
    for name in ("arms", "arms_stock"):
        case.dyads(name)[BUYER, SELLER] = stock
    return case


def threaten(case: Case) -> None:
    case.dyads("secondary_sanctions")[THIRD, SELLER] = 1.0


def of(name: str, i: int, j: int) -> Measure:
    return lambda case: float(case.dyads(name)[i, j])


hidden = of("covert", BUYER, SELLER)


def test_a_deterred_purchase_that_is_needed_turns_covert() -> None:
    assert effect(world(), threaten, hidden, 4) > 0.05
    assert effect(world(), threaten, hidden, 4, RULE) == 0.0


def test_without_need_or_lock_in_nothing_is_hidden() -> None:
    assert effect(world(stock=0.0), threaten, hidden, 4) == 0.0

    def need(case: Case) -> None:
        threaten(case)
        case.states("need")[BUYER] = 1.0

    assert effect(world(stock=0.0), need, hidden, 1) > 0.01


def test_the_partners_own_sanctions_bar_the_channel() -> None:
    def quarrel(case: Case) -> None:
        threaten(case)
        case.dyads("sanctions")[BUYER, SELLER] = 1.0

    assert effect(world(), quarrel, hidden, 4) == 0.0


def test_part_of_the_deterrence_is_escaped() -> None:
    deliveries = of("arms", BUYER, SELLER)
    with_channel = effect(world(), threaten, deliveries, 8)
    without = effect(world(), threaten, deliveries, 8, RULE)
    assert without < with_channel < 0.0


@pytest.mark.parametrize(("i", "j"), [(BUYER, SELLER), (SELLER, BUYER)])
def test_obstruction_hardens_the_tie(i: int, j: int) -> None:
    assert effect(world(), threaten, of("contact", i, j), 6) > 1e-3
    assert effect(world(), threaten, of("contact", i, j), 6, RULE) == 0.0


def test_it_ends_with_the_threat() -> None:
    def lift(case: Case) -> None:
        threaten(case)
        for tick in range(1, 9):
            case.call("settle", tick=tick, seed=1, run=0)
        case.dyads("secondary_sanctions")[THIRD, SELLER] = 0.0

    assert hidden(play(world(), lift, 0)) > 0.05
    assert hidden(play(world(), lift, 40)) < 1e-3
