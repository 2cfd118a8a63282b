"""Draws of uncertain numbers: each keeps its range, weights learnt together go together."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sim.drivers.starts import draw
from sim.rules import catalogue as names
from sim.rules.decisions.weight_correlations import CORRELATIONS
from sim.scenario import load_scenario
from sim.scenario.world import World

SCENARIO = """format: 1
title: x
clock: {start: 2021Q4, quarters: 4}
states: {AAA: {}, BBB: {}}
ensemble: {draws: on}
"""
ROOT = Path(__file__).resolve().parent.parent.parent
TIES = ROOT / "results" / "reference" / "ties.json"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, np.ndarray]:
    path = tmp_path_factory.mktemp("draws") / "x.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    world = World(load_scenario(path))
    return world, np.array([draw(world, 1, run) for run in range(4000)])


def test_weights_that_were_learnt_together_are_drawn_together(
    drawn: tuple[World, np.ndarray],
) -> None:
    world, values = drawn
    place = {number.key: at for at, number in enumerate(world.uncertain)}
    for (one, other), expected in CORRELATIONS.items():
        at = [place[f"parameters.{term}.ties"] for term in (one, other)]
        found = np.corrcoef(values[:, at].T)[0, 1]
        assert found == pytest.approx(expected, abs=0.08), (one, other)


def test_each_number_keeps_its_own_distribution(drawn: tuple[World, np.ndarray]) -> None:
    world, values = drawn
    at, _ = world.joint
    assert len(at) == len({term for pair in CORRELATIONS for term in pair})
    for k in at.tolist():
        number = world.uncertain[k]
        low, high = values[:, k].min(), values[:, k].max()
        assert number.low <= low <= high <= number.high
        mean = (number.low + number.value + number.high) / 3
        assert values[:, k].mean() == pytest.approx(mean, abs=0.03 * (number.high - number.low))


def test_shipped_parts_of_weights_are_those_of_the_joint_fit() -> None:
    said = json.loads(TIES.read_text(encoding="utf-8"))["parameters"]
    shipped = {name: row for name, row in names.PARAMS.items() if name.endswith(".ties")}
    assert set(said) == set(shipped)
    for name, row in shipped.items():
        assert row.default == pytest.approx(said[name]["value"], abs=0.1), name
