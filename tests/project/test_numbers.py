"""Numbers of the base worlds: counted by origin; under a data set's name only what is in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from sim.scenario import ScenarioSpec, load_scenario
from tools import compile_earlier, compile_world, numbers_page, wide_world
from tools.marked import markers

WORLD = numbers_page.ROOT / "scenarios" / "world"
DATA = numbers_page.ROOT.parent / "shared" / "data"
BY_HAND = sorted(
    path for path in WORLD.rglob("*.yaml") if "by tools/" not in path.read_text("utf-8")
)
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="needs the data in ../shared")


@pytest.fixture(scope="module")
def worlds() -> dict[str, ScenarioSpec]:
    return {name: load_scenario(WORLD / f"{name}.yaml") for name in numbers_page.WORLDS}


def test_the_page_counts_them_as_they_are() -> None:
    begin, end = markers(numbers_page.BLOCK)
    found = numbers_page.PAGE.read_text("utf-8").partition(begin)[2].partition(end)[0]
    assert found == numbers_page.block(), "run python -m tools.numbers_page"


def test_each_is_of_one_origin(worlds: dict[str, ScenarioSpec]) -> None:
    count = numbers_page.counted(worlds["2021"])
    assert {of for _, of in count} <= set(numbers_page.ORIGINS)
    assert count["revisionism", "document"] == 1
    assert count["trust", "document"] > count["trust", "judgement"]


def named_by_hand() -> Iterator[tuple[str, str]]:
    """File and source of what hands have entered under the name of data, not from memory."""
    sources = load_scenario(WORLD / "2024.yaml", overrides=("scope=all",)).sources
    for path in BY_HAND:
        text = path.read_text("utf-8")
        own = dict(re.findall(r"^  (\w+): \{title.*kind: (?:dataset|paper)(.*)", text, re.M))
        for name in set(re.findall(r"source: (\w+)", text)):
            work = sources.get(name, {})
            note = own.get(name) or str(work.get("note"))
            of_data = name in own or work.get("kind") in ("dataset", "paper")
            if of_data and "from memory" not in note:
                yield path.relative_to(WORLD).as_posix(), name


def test_hands_enter_few_figures_of_data_and_those_are_checked() -> None:
    assert set(named_by_hand()) == {
        ("society_2021.yaml", "vdem"),
        ("2021.yaml", "atop"),
        ("2020.yaml", "dispute_formula"),
        ("2020.yaml", "contact_formula"),
        ("2014.yaml", "contact_formula"),
        ("africa.yaml", "africa_figures"),
        ("africa.yaml", "make_formula"),
        ("africa.yaml", "reach_formula"),
        ("africa.yaml", "dispute_formula"),
        ("africa.yaml", "sipri_2018"),
        ("wide/judged.yaml", "natural_earth"),
    }


@needs_data
def test_figures_are_what_the_data_give(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wide").mkdir()
    for name in ("members.csv", "organisations.csv"):
        (tmp_path / "wide" / name).write_bytes((WORLD / "wide" / name).read_bytes())
    for tool, out in (
        (compile_world, tmp_path),
        (compile_earlier, tmp_path),
        (wide_world, tmp_path / "wide"),
    ):
        monkeypatch.setattr("sys.argv", ["tool", "--data", str(DATA), "--out", str(out)])
        tool.main()
    made = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.*"))
    assert len(made) > 20
    for path in made:
        assert (tmp_path / path).read_bytes() == (WORLD / path).read_bytes(), path


@needs_data
def test_what_hands_have_entered_is_in_the_data(worlds: dict[str, ScenarioSpec]) -> None:
    table = pd.read_parquet(DATA / "states_1816_2024.parquet")
    democracy = table[table.year == 2021].set_index("ccode").v2x_polyarchy
    pairs = wide_world.read_pairs(DATA)
    tied = {
        frozenset((a, b))
        for a, b, any_ in zip(pairs.i, pairs.j, pairs.any_atop, strict=True)
        if any_
    }
    met = compile_world.contacts(DATA)
    figures, row = compile_world.derived(DATA)
    for name, spec in worlds.items():
        for code, state in spec.states.items():
            governed, pressed = state.values["governance"], state.values["revisionism"]
            if governed.source == "vdem":
                cow = compile_world.STATES[code][1]
                assert governed.value == pytest.approx(democracy[cow], abs=0.0051), (name, code)
            if pressed.source == "dispute_formula":
                assert pressed.value == pytest.approx(figures.revisionism[row[code]], abs=0.0051)
        for (a, b), number in spec.relations["contact"].items():
            if number.source == "contact_formula":
                assert number.value == pytest.approx(met[compile_world.ordered(a, b)], abs=0.0151)
        for pact in spec.pacts.values():
            if pact.source == "atop":
                assert frozenset(pact.members) in tied, pact.id


@needs_data
def test_two_states_of_africa_are_those_of_the_tables() -> None:
    spec = load_scenario(WORLD / "africa.yaml")
    table = pd.read_csv(WORLD / "wide" / "states_2024.csv", keep_default_na=False).set_index("code")
    arms = pd.read_csv(WORLD / "wide" / "arms.csv", keep_default_na=False)
    share = arms.set_index(["to", "from"])["arms"]
    for code in ("TCD", "COG"):
        for name, number in spec.states[code].values.items():
            if number.source != "judgement":
                assert number.value == pytest.approx(float(table[name][code])), (code, name)
        for (holder, supplier), number in spec.channels["arms"].items():
            if holder == code:
                assert number.value == pytest.approx(share[holder, supplier])
