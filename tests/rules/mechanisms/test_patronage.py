"""What a new patron does to the old one's hold (register M15)."""

from __future__ import annotations

import numpy as np
import pytest

from tests.rules.mechanisms.quiet import Measure, both, effect, play, quiet_world
from tests.support_world import Case

RULE = "patronage"
CLIENT, OLD, NEW = 0, 1, 2


def world() -> Case:
    case = quiet_world()
    for name in ("economy", "capability"):
        case.states(name)[CLIENT] = 0.01
    both(case, "trade_flow", CLIENT, OLD, 1000.0)
    return case


def give(case: Case) -> None:
    case.dyads("aid")[NEW, CLIENT] = 1.0


def share(patron: int) -> Measure:
    return lambda case: float(case.dyads("influence_share")[patron, CLIENT])


def dependence(case: Case) -> float:
    return float(case.dyads("vulnerability")[CLIENT, OLD])


def test_aid_of_a_new_patron_dilutes_the_old_ones_influence() -> None:
    assert effect(world(), give, share(NEW), 1) > 0.01
    assert effect(world(), give, share(OLD), 1) < -0.01
    for patron in (OLD, NEW):
        assert effect(world(), give, share(patron), 1, RULE) == 0.0


def test_it_lowers_dependence_on_the_old_one() -> None:
    assert effect(world(), give, dependence, 1) < -0.005
    assert effect(world(), give, dependence, 1, RULE) == pytest.approx(0.0, abs=1e-12)


def test_a_pledge_and_a_hearing_count_as_influence() -> None:
    def pledge(case: Case) -> None:
        case.move("pact", NEW, CLIENT, 3.0)

    def visit(case: Case) -> None:
        case.dyads("contact")[NEW, CLIENT] = 0.9

    for change in (pledge, visit):
        assert effect(world(), change, share(NEW), 1) > 1e-3
        assert effect(world(), change, share(OLD), 1) < -1e-3
        assert effect(world(), change, share(OLD), 1, RULE) == 0.0


def test_shares_sum_to_one() -> None:
    shares = play(world(), give, 3).dyads("influence_share")
    np.testing.assert_allclose(shares.sum(axis=0), 1.0)
    assert not np.diag(shares).any()
