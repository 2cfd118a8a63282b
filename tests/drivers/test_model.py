"""The Mesa model as a citizen of Mesa: batches, collected data, pickling, agents of one's own."""

from __future__ import annotations

import pickle

import mesa
import numpy as np
import pytest

from sim.drivers.model import MultipolarModel, StateAgent
from sim.errors import UserError
from sim.scenario import load_scenario

WORLD = "europe_1936"


def test_mesa_runs_batches_over_scenarios_and_overrides() -> None:
    """Each combination of scenario, override and seed, with what was asked for in each row."""
    rows = mesa.batch_run(
        MultipolarModel,
        {
            "scenario": [WORLD, "europe_1872_1914"],
            "overrides": [["security.weight=8"], "moves.create=9"],
            "quarters": 2,
        },
        rng=[1, 2],
        number_processes=1,
        display_progress=False,
    )
    asked = {(row["scenario"], str(row["overrides"]), row["seed"]) for row in rows}
    assert len(asked) == 8
    assert {row["quarter"] for row in rows} == {"1936Q3", "1872Q3"}
    alone = MultipolarModel(WORLD, overrides="moves.create=9", quarters=2, rng=2)
    while alone.running:
        alone.step()
    threats = [
        row["threat"]
        for row in rows
        if (row["scenario"], row["overrides"], row["seed"]) == (WORLD, "moves.create=9", 2)
    ]
    assert threats == [state.threat for state in alone.states]


def test_collected_data_are_where_mesa_has_them() -> None:
    model = MultipolarModel(WORLD, quarters=2)
    model.step()
    frame = model.datacollector.get_model_vars_dataframe()
    assert list(frame["quarter"]) == ["1936Q1", "1936Q2"]


def test_a_pickled_model_goes_on_as_the_original() -> None:
    model = MultipolarModel(WORLD, quarters=6, seed=3)
    model.step()
    model.step()
    copy = pickle.loads(pickle.dumps(model))
    assert copy.M is copy.blocks.M
    while model.running:
        model.step()
        copy.step()
    np.testing.assert_array_equal(model.M, copy.M)
    np.testing.assert_array_equal(model.moves, copy.moves)
    assert copy.datacollector.model_vars == model.datacollector.model_vars


def test_events_still_come_after_pickling() -> None:
    model = MultipolarModel("russia_dprk_pact", quarters=2, seed=3)
    copy = pickle.loads(pickle.dumps(model))
    for _ in range(2):
        model.step()
        copy.step()
    np.testing.assert_array_equal(model.M, copy.M)


class Idle(StateAgent):
    """A state that lets every opportunity pass."""

    def step(self, opportunity: int = 0, position: int = 0) -> None:
        """Do nothing."""


def test_agents_may_decide_in_python() -> None:
    model = MultipolarModel("europe_1872_1914", quarters=8, agent=Idle)
    while model.running:
        model.step()
    assert len(model.moves) == 0
    usual = MultipolarModel("europe_1872_1914", quarters=8)
    while usual.running:
        usual.step()
    assert len(usual.moves) > 0


def test_what_cannot_be_meant_is_told() -> None:
    spec = load_scenario(WORLD)
    with pytest.raises(UserError, match="go with a file"):
        MultipolarModel(spec, overrides=["moves.create=9"])
    with pytest.raises(UserError, match="one thing"):
        MultipolarModel(spec, seed=1, rng=2)
    with pytest.raises(UserError, match="did you mean 'europe_1936'"):
        MultipolarModel("europe_1937")
