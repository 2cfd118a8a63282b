"""Perspectives of the register as mixes of schools: complete, consistent, as in the worlds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.scenario import load_scenario

ROOT = Path(__file__).parents[2]
REGISTER = ROOT / "scenarios" / "register"
DOCUMENTS = ROOT.parent / "shared" / "documents" / "doctrines.yaml"
LOADINGS = {"threat_loading", "fortune_loading", "status_loading"}


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


SCHOOLS = {
    name: school
    for name, school in read(REGISTER / "doctrines.yaml")["doctrines"].items()
    if name != "defaults"
}
MIXES = read(REGISTER / "doctrine_mixes.yaml")["mixes"]
each = pytest.mark.parametrize("entry", MIXES, ids=[entry["id"] for entry in MIXES])


def test_all_forty_are_there() -> None:
    assert [entry["id"] for entry in MIXES] == [f"D{number:02}" for number in range(1, 41)]


@each
def test_a_mix_is_a_simplex_over_known_schools(entry: dict[str, Any]) -> None:
    assert entry["mix"].keys() <= SCHOOLS.keys()
    assert all(weight > 0.0 for weight in entry["mix"].values())
    assert sum(entry["mix"].values()) == pytest.approx(1.0)
    assert entry["whose"]
    assert entry["note"]
    assert entry["at"]
    assert all(re.fullmatch(r"00[0-4]:p\d+", place) for place in entry["at"])


def test_every_school_is_used_and_the_worlds_know_it() -> None:
    spec = load_scenario(str(ROOT / "scenarios" / "world" / "2021.yaml"))
    assert SCHOOLS.keys() == spec.doctrines.keys()
    used = {name for entry in MIXES for name in entry["mix"]}
    used |= {name for state in spec.states.values() for name in state.doctrine}
    assert SCHOOLS.keys() == used


def test_loadings_have_ranges() -> None:
    for name, school in SCHOOLS.items():
        for loading in LOADINGS & school.keys():
            assert "range" in school[loading], (name, loading)


@pytest.mark.parametrize("year", [2021, 2024])
def test_mixes_are_those_of_the_base_worlds_where_they_say_so(year: int) -> None:
    spec = load_scenario(str(ROOT / "scenarios" / "world" / f"{year}.yaml"))
    for entry in MIXES:
        if entry.get("as_in") == year:
            held = spec.states[entry["whose"][0]].doctrine
            assert {k: n.value for k, n in held.items()} == pytest.approx(entry["mix"]), entry["id"]


@pytest.mark.skipif(not DOCUMENTS.exists(), reason="the register of the documents is not here")
def test_ids_and_places_are_those_of_the_register() -> None:
    rows = {row["id"]: row for row in read(DOCUMENTS)["doctrines"]}
    assert rows.keys() == {entry["id"] for entry in MIXES}
    for entry in MIXES:
        row = rows[entry["id"]]
        assert entry["whose"] == row["holders"], entry["id"]
        assert set(entry["at"]) <= {place["at"] for place in row["loc"]}, entry["id"]
