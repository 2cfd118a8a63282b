"""What a provoker does to those whom it provokes (register M12, M60)."""

from __future__ import annotations

import pytest

from tests.rules.mechanisms.quiet import both, effect, quiet_world
from tests.support_world import Case

RULE = "shared_threat"
PROVOKER, ONE, OTHER, FAR = 0, 1, 2, 3


def theatre() -> Case:
    case = quiet_world()
    for pressed in (ONE, OTHER):
        both(case, "rivalry", PROVOKER, pressed, 1.0)
    for i in range(case.n):
        if i != FAR:
            both(case, "distance", i, FAR, 20.0)
    return case


def provoke(case: Case) -> None:
    case.dyads("tension")[PROVOKER, [ONE, OTHER]] = 0.8


def grow(case: Case) -> None:
    case.states("capability")[PROVOKER] = 0.4


def together(case: Case) -> float:
    return float(case.dyads("contact")[ONE, OTHER])


@pytest.mark.parametrize("change", [provoke, grow])
def test_those_who_share_a_threat_draw_closer(change) -> None:
    assert effect(theatre(), change, together, 4) > 1e-3
    assert effect(theatre(), change, together, 4, RULE) == 0.0


def test_trust_and_alignment_follow() -> None:
    def trust(case: Case) -> float:
        return float(case.dyads("trust")[ONE, OTHER])

    def alignment(case: Case) -> float:
        return float(case.dyads("alignment")[ONE, OTHER])

    for measure in (trust, alignment):
        assert effect(theatre(), provoke, measure, 8) > 1e-4
        assert effect(theatre(), provoke, measure, 8, RULE) == pytest.approx(0.0, abs=1e-12)


def test_the_unconcerned_hardly_move() -> None:
    def with_far(case: Case) -> float:
        return float(case.dyads("contact")[ONE, FAR])

    near = effect(theatre(), provoke, together, 4)
    assert effect(theatre(), provoke, with_far, 4) < 0.5 * near


def test_a_threat_that_passes_loosens() -> None:
    def shrink(case: Case) -> None:
        case.states("capability")[PROVOKER] = 0.01

    assert effect(theatre(), shrink, together, 4) < -1e-3
    assert effect(theatre(), shrink, together, 4, RULE) == 0.0


def test_hostility_between_the_two_stands_in_the_way() -> None:
    hostile = theatre()
    both(hostile, "rivalry", ONE, OTHER, 1.5)
    assert effect(hostile, provoke, together, 4) < effect(theatre(), provoke, together, 4)
