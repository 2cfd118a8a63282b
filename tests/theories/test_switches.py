"""Balancing and bandwagoning are the engine with all but capability switched off."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sim.drivers.ensemble import run_ensemble
from sim.scenario import load_scenario

PARAMETERS = Path(__file__).resolve().parent.parent.parent / "scenarios" / "parameters"
DEFENCE = 3
WORLD = """
format: 1
title: one strong, four weak
clock: {start: 2021Q1, quarters: 40}
focal: [AAA, BBB]
sources:
  made: {title: Made up, kind: dataset, year: 2021}
states:
  defaults: {source: made, range: 0%}
  AAA: {capability: 0.72, economy: 0.72, ideal_point: 0}
  BBB: {capability: 0.07, economy: 0.07, ideal_point: 0}
  CCC: {capability: 0.07, economy: 0.07, ideal_point: 0}
  DDD: {capability: 0.07, economy: 0.07, ideal_point: 0}
  EEE: {capability: 0.07, economy: 0.07, ideal_point: 0}
groups: {ALL: [AAA, BBB, CCC, DDD, EEE]}
relations:
  defaults: {source: made, range: 0%}
  distance: {ALL-ALL: 0.5}
"""


def defence(place: Path, name: str) -> tuple[float, float]:
    """Share of runs that end with a defence pact of weak and strong, and of two weak states."""
    (place / "world.yaml").write_text(WORLD)
    shutil.copy(PARAMETERS / f"{name}.yaml", place)
    path = place / "scenario.yaml"
    path.write_text(f"format: 1\nextends: [world.yaml, {name}.yaml]\n")
    record = run_ensemble(load_scenario(path), runs=300)
    assert record.states[0] == "AAA"
    bound = (record.level[:, -1] >= DEFENCE).mean(axis=0)
    weak = bound[1:, 1:].sum() / (4 * 3)
    return float(bound[0, 1:].mean()), float(weak)


def test_the_weak_balance(tmp_path: Path) -> None:
    with_strong, among_weak = defence(tmp_path, "balancing")
    assert among_weak > with_strong + 0.02


def test_the_weak_bandwagon(tmp_path: Path) -> None:
    with_strong, among_weak = defence(tmp_path, "bandwagoning")
    assert with_strong > among_weak + 0.1


@pytest.mark.parametrize("name", ["balancing", "bandwagoning"])
def test_only_these_terms_are_left(name: str, tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text(f"format: 1\nextends: [europe_1936.yaml, parameters/{name}.yaml]\n")
    spec = load_scenario(path)
    on = {"security", "upkeep"} | ({"access"} if name == "bandwagoning" else set())
    assert on.isdisjoint(term for term, it in spec.terms.items() if not it)
    assert len([term for term, it in spec.terms.items() if not it]) == 15 - len(on)
