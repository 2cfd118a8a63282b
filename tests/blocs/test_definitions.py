"""Each rival definition of blocs on a world where the answers differ."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.blocs import DEFINITIONS, MEASURES, find_blocs, measured, ties_by
from sim.blocs.indices import bipolarity, effective_poles
from sim.blocs.measures import System

N = 5


def world() -> dict[str, Any]:
    """0-1-2 are a chain of allies, 3-4 an organisation; positions put 0, 3 and 1, 2, 4 together."""
    tie = np.full((N, N), -0.2)
    tie[0, 4] = tie[4, 0] = 1.0
    level = np.zeros((N, N), np.int8)
    for i, j in ((0, 1), (1, 2)):
        level[i, j] = level[j, i] = 3
    level[2, 3] = level[3, 2] = 2  # arms cooperation is no defence pact
    floor = np.zeros((N, N))
    floor[3, 4] = floor[4, 3] = 0.9
    floor[2, 4] = floor[4, 2] = 0.4
    return {"tie": tie, "level": level, "floor": floor, "ideal_point": [-1.0, 1.0, 1.2, -1.1, 0.9]}


@pytest.mark.parametrize(
    ("definition", "blocs"),
    [
        ("ties", [0, 1, 2, 3, 0]),
        ("defence", [0, 0, 0, 1, 1]),
        ("alignment", [0, 1, 1, 0, 1]),
    ],
)
def test_blocs_differ_with_the_definition(definition: str, blocs: list[int]) -> None:
    assert definition in DEFINITIONS
    assert find_blocs(ties_by(definition, **world())).tolist() == blocs


def test_definitions_take_stacks() -> None:
    one = world()
    many = {name: np.array([value, value]) for name, value in one.items()}
    for definition in DEFINITIONS:
        assert (ties_by(definition, **many)[1] == ties_by(definition, **one)).all()


def test_positions_that_are_all_the_same_are_one_bloc() -> None:
    same = world() | {"ideal_point": np.zeros(N)}
    assert find_blocs(ties_by("alignment", **same)).tolist() == [0] * N


def test_distance_is_against_the_mean_distance() -> None:
    network = ties_by("alignment", **world() | {"ideal_point": [0.0, 0.0, 0.0, 0.0, 1.0]})
    # of ten pairs four are at distance 1: the mean is 0.4
    assert network[0, 1] == 1.0
    assert network[0, 4] == pytest.approx(1 - 1 / 0.4)


def test_no_other_definition() -> None:
    with pytest.raises(ValueError, match="'trade' is no definition of blocs; there are ties"):
        ties_by("trade", **world())


def test_measures_are_taken_for_each_run_and_tick() -> None:
    rng = np.random.default_rng(1)
    labels = find_blocs(np.array([[world()["tie"]] * 2] * 3))
    labels[1, 1] = 0
    system = System(
        labels,
        np.array([[world()["tie"]] * 2] * 3),
        rng.random((3, 2, N)),
        rng.normal(size=(3, 2, N)),
        2.0,
    )
    for name, measure in MEASURES.items():
        found = measured(name, system)
        assert found.shape == (3, 2), name
        assert measure.low is None or found.min() >= measure.low, name
        assert measure.high is None or found.max() <= measure.high, name
    assert measured("blocs", system).tolist() == [[1, 1], [1, 1], [1, 1]]
    assert measured("unaligned", system).tolist() == [[3, 3], [3, 0], [3, 3]]
    poles = effective_poles(labels, system.capability)
    assert np.allclose(measured("poles", system), poles)
    one = bipolarity(labels[2, 0], system.capability[2, 0], system.tie[2, 0])
    assert measured("bipolarity", system)[2, 0] == pytest.approx(one)
    with pytest.raises(KeyError):
        measured("nonsense", system)
