from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.errors import UserError
from sim.study.sensitivity.discovery import METHODS, discover


def _space(points: int = 250, runs: int = 2) -> pd.DataFrame:
    drawn = np.random.default_rng(3).random((points, 4))
    return pd.DataFrame(np.repeat(drawn, runs, axis=0), columns=["a", "b", "c", "d"])


def _planted(space: pd.DataFrame, noise: float) -> np.ndarray:
    inside = ((space["a"] > 0.6) & (space["b"] < 0.5)).to_numpy()
    flipped = np.random.default_rng(4).random(len(space)) < noise
    return np.where(flipped, ~inside, inside)


@pytest.mark.parametrize("method", METHODS)
def test_a_planted_box_is_found(method: str) -> None:
    space = _space()
    wanted = _planted(space, 0.05)
    found = discover(space, wanted, says="m > 1", method=method)
    assert set(found.box.limits) == {"a", "b"}
    assert found.box.limits["a"][0] == pytest.approx(0.6, abs=0.06)
    assert found.box.limits["b"][1] == pytest.approx(0.5, abs=0.06)
    assert found.box.density > 0.9
    assert found.box.held_out_density > 0.85
    assert found.useful
    assert not found.overfitted
    assert found.box.found_again["a"] == found.box.found_again["b"] == 1.0
    assert "a is at least" in found.words()
    assert "b is at most" in found.words()
    assert "it holds" in found.check()
    # coverage, density and support are shares of the runs
    box, inside = found.box, np.ones(len(space), bool)
    for name, (low, high) in box.limits.items():
        inside &= space[name].between(low, high).to_numpy()
    assert box.runs == inside.sum()
    assert box.support == pytest.approx(inside.mean())
    assert box.density == pytest.approx(wanted[inside].mean())
    assert box.coverage == pytest.approx(wanted[inside].sum() / wanted.sum())


@pytest.mark.parametrize("method", METHODS)
def test_chance_is_told_as_chance(method: str) -> None:
    space = _space()
    luck = np.random.default_rng(5).random(len(space)) < 0.3
    found = discover(space, luck, method=method)
    assert not found.useful
    assert "chance" in found.check()


def test_runs_of_one_point_are_held_out_together() -> None:
    """With many runs a point, and outcomes that are the points' own, folds of runs would leak."""
    drawn = np.random.default_rng(6).random((40, 3))
    space = pd.DataFrame(np.repeat(drawn, 30, axis=0), columns=list("abc"))
    luck = np.repeat(np.random.default_rng(7).random(40) < 0.3, 30)
    found = discover(space, luck, method="cart")
    assert found.box.density > found.box.held_out_density + 0.1
    assert found.overfitted or not found.useful


def test_a_parameter_that_does_not_vary_has_no_side() -> None:
    space = _space().assign(e=1.0)
    assert "e" not in discover(space, _planted(space, 0.0), method="cart").ranges


@pytest.mark.parametrize("value", [True, False])
def test_without_a_choice_there_is_no_region(value: bool) -> None:
    with pytest.raises(UserError, match="no region to find"):
        discover(_space(), np.full(500, value))


def test_too_few_points_are_refused() -> None:
    space = _space(10, 5)
    with pytest.raises(UserError, match="too few"):
        discover(space, _planted(space, 0.2))


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(UserError, match="unknown method"):
        discover(_space(), np.arange(800) % 2 == 0, method="magic")
