"""A world in which nobody moves and nothing happens stands still, and is the same however large.

Chance goes on, positions walk and organisations meet, so that rules which answer one side of a
change only, or which add up what many states do a little of, show here.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.drivers.ensemble import run_ensemble
from sim.scenario import ScenarioSpec, find_scenario, load_scenario
from sim.scenario.world import stated
from sim.types import Floats

WATCHED = ("trust", "tension", "hostility", "contact", "sanctions", "aid", "threat_from")


def changes(spec: ScenarioSpec, states: list[str], runs: int) -> dict[str, Floats]:
    """Mean change of each variable over a run, by pair of ``states``, ``(N, N)``."""
    pairs = tuple((i, j) for i in states for j in states if i != j)
    record = run_ensemble(
        replace(spec, record=replace(spec.record, dyads=pairs)), runs=runs, seed=1
    )
    place = [record.dyads.index(pair) for pair in pairs]
    found = {}
    for name in WATCHED:
        series = record.dyad_series[:, :, record.dyad_fields.index(name)][:, :, place]
        sheet = np.zeros((len(states), len(states)))
        sheet[~np.eye(len(states), dtype=bool)] = (series[:, -1] - series[:, 0]).mean(axis=0)
        found[name] = sheet
    return found


def test_nothing_drifts_where_nothing_happens() -> None:
    spec = load_scenario(find_scenario("invasion_2022"))
    never = {
        name: replace(stated(spec, name), value=0.0, low=0.0, high=0.0)
        for name in ("moves.rate", "organisations.rate", "founding.rate")
    }
    still = replace(spec, parameters={**spec.parameters, **never}, events={})
    for name, change in changes(still, list(spec.states), 4).items():
        toward = change.sum(axis=0) / (len(change) - 1)
        assert np.abs(toward).max() < 0.02, (name, list(spec.states)[np.abs(toward).argmax()])


@pytest.fixture(scope="module")
def few_and_many() -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Changes of the same pairs in a world of some states and of all.

    Coalitions form in some of the runs: with few runs chance would tell the two apart.
    """
    path = find_scenario("invasion_2022")
    some = load_scenario(path)
    every = load_scenario(path, overrides=("scope=all",))
    assert len(every.states) > 2 * len(some.states)
    few, many = (changes(spec, list(some.states), 24) for spec in (some, every))
    return few, many


@pytest.mark.parametrize("name", ["trust", "tension", "hostility", "contact"])
def test_what_changes_does_not_hang_on_how_many_states_there_are(
    name: str, few_and_many: tuple[dict[str, Floats], dict[str, Floats]]
) -> None:
    few, many = (found[name].ravel() for found in few_and_many)
    assert 0.6 < np.polyfit(few, many, 1)[0] < 1.4
