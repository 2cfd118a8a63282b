"""Positions answer acts, and not what they themselves have made of hostility."""

from __future__ import annotations

import pytest

from tests.rules.mechanisms.quiet import both, effect, quiet_world, unlike
from tests.support_world import Case

ME, ONE, TWO = 0, 1, 2


def apart() -> Case:
    """Two large states far apart, rivals of each other, and others between them."""
    case = quiet_world()
    case.states("ideal_point")[[ONE, TWO]] = 1.0, -1.0
    case.states("capability")[[ONE, TWO]] = 0.3
    both(case, "rivalry", ONE, TWO, 1.0)
    return case


def shift(case: Case) -> None:
    case.states("ideal_point")[ME] += 0.2
    case.states("ideal_home")[ME] += 0.2


def quarrel(case: Case) -> None:
    both(case, "rivalry", ME, ONE, 1.0)


def position(case: Case) -> float:
    return float(case.states("ideal_point")[ME])


@pytest.mark.parametrize("seed", range(3))
def test_a_shift_of_a_position_does_not_grow(seed: int) -> None:
    world = unlike(apart(), seed)
    moved = effect(world, shift, position, 40)
    assert moved == pytest.approx(effect(world, shift, position, 40, "estrangement"), rel=0.15)


@pytest.mark.parametrize("seed", range(3))
def test_a_rival_is_moved_away_from(seed: int) -> None:
    world = unlike(apart(), seed)
    away = effect(world, quarrel, position, 12) - effect(
        world, quarrel, position, 12, "estrangement"
    )
    assert -0.35 < away < -0.01, "ME stands below ONE and moves down"
