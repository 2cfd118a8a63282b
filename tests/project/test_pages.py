"""The generated pages are those of the files: coverage, mechanisms, scenarios and their index."""

from __future__ import annotations

from functools import cache

import pytest

from sim.scenario import ScenarioSpec, find_scenario, load_scenario, shipped_scenarios
from tools import coverage_page, mechanisms_page, register_index, scenario_pages
from tools.marked import cell, replaced

RENDER = "run: make pages PAGES=--render"
COUNTS = {"relations": 289, "events": 59, "doctrines": 40, "quantities": 24, "conflicts": 53}
ROWS = mechanisms_page.read_rows()
THERE = [row for row in ROWS if row.mechanisms]


@cache
def spec(scenario: str, arm: str) -> ScenarioSpec:
    return load_scenario(find_scenario(scenario), arm=arm)


def test_a_block_is_replaced_between_its_comments() -> None:
    page = "a <!-- x -->old<!-- end of x --> b"
    assert replaced(page, "x", "new") == "a <!-- x -->new<!-- end of x --> b"
    assert cell("a |\n b") == "a \\| b"
    with pytest.raises(ValueError, match="lacks <!-- y -->"):
        replaced(page, "y", "new")


# --- coverage ------------------------------------------------------------------------------------
def test_ids_are_found_in_notes_and_ranges() -> None:
    assert coverage_page.ids_in("E054 R001, 003:p13; (C19) D03-D05 R010..R011") == [
        "E054", "R001", "C19", "D03", "D04", "D05", "R010", "R011"
    ]  # fmt: skip
    assert coverage_page.ids_in("T01a M11 G20 COVID19 DOC003 Q1") == []


def test_texts_carry_the_keys_of_their_entries() -> None:
    block = {"events": {"e": {"note": "E001", "at": "E002"}}, "arms": {"x": {"description": "C01"}}}
    assert list(coverage_page.texts(block)) == [("events.e", "E001"), ("arms.x", "C01")]
    assert coverage_page.Place("s", "arms.x.events.e").arm == "x"


def test_index_of_the_register_is_whole() -> None:
    assert {block: len(rows) for block, rows in coverage_page.index().items()} == COUNTS


def test_index_is_that_of_the_register() -> None:
    if not register_index.DOCUMENTS.is_dir():
        pytest.skip(f"the register is not on this machine: {register_index.DOCUMENTS}")
    compiled = register_index.text(register_index.compiled(register_index.DOCUMENTS))
    assert register_index.INDEX.read_text() == compiled, "run: python -m tools.register_index"


def test_no_id_is_unknown_or_both_in_and_left_out() -> None:
    assert not coverage_page.mistakes()


def test_places_of_carried_entries_exist() -> None:
    assert not coverage_page.lost()
    assert not coverage_page._exists(coverage_page.Place("world/2021", "relations.trust.NO>ONE"))
    assert {name for name, _ in coverage_page.mixes()} == {f"D{n:02d}" for n in range(1, 41)}


def test_every_entry_is_in_or_left_out_or_listed_as_open() -> None:
    fates = coverage_page.fates()
    assert len(fates) == sum(COUNTS.values())
    assert all(fate.places for fate in fates.values() if fate.state == coverage_page.IN)
    assert all(fate.reason for fate in fates.values() if fate.state == coverage_page.OUT)
    page = coverage_page.PAGE.read_text()
    missing = [name for name in fates if f"\n| {name} |" not in page and f"\n- {name}:" not in page]
    assert not missing


def test_coverage_page_is_current() -> None:
    assert coverage_page.PAGE.read_text() == coverage_page.page(), RENDER


# --- mechanisms ----------------------------------------------------------------------------------
def test_all_rows_of_the_register_are_listed() -> None:
    assert [row.id for row in ROWS] == [f"M{n:02d}" for n in range(1, 68)]
    assert all(row.text and "\n" not in row.text for row in ROWS)


@pytest.mark.parametrize("row", THERE, ids=[row.id for row in THERE])
def test_row_can_be_measured(row: mechanisms_page.Row) -> None:
    assert row.expect in {"higher", "lower"}
    assert mechanisms_page.switched_off(row.mechanisms)
    assert row.bound(spec(row.scenario, row.arm))


def test_a_switch_that_does_not_exist_is_told() -> None:
    with pytest.raises(ValueError, match="neither a mechanism nor a term"):
        mechanisms_page.switched_off(("nonsense",))


def test_a_row_that_changed_is_not_measured_yet() -> None:
    row = THERE[0]
    entry = {"id": row.id, **row.question, "effect": {}}
    assert mechanisms_page.fits(row, entry)
    assert not mechanisms_page.fits(row, {**entry, "metric": "poles()"})
    assert "not measured yet" in mechanisms_page.page([row], {})


def test_mechanisms_page_is_current() -> None:
    page = mechanisms_page.page(ROWS, mechanisms_page.read_found())
    assert mechanisms_page.PAGE.read_text() == page, RENDER


# --- scenarios -----------------------------------------------------------------------------------
@pytest.mark.parametrize("name", shipped_scenarios())
def test_page_of_a_scenario_is_current(name: str) -> None:
    path = scenario_pages.PAGES / f"{name}.md"
    picture = scenario_pages.known_pictures().get(name)
    page = path.read_text()
    assert page == scenario_pages.page(name, page, picture), RENDER
    assert picture is not None, "run: make pages"
    assert (path.with_suffix(".png")).stat().st_size <= scenario_pages.LARGEST


def test_index_of_the_pages_is_current() -> None:
    page = scenario_pages.INDEX.read_text()
    assert page == scenario_pages.index(page), RENDER


def test_text_by_hand_stays_and_a_new_page_is_made() -> None:
    name = shipped_scenarios()[0]
    new = scenario_pages.page(name, None, None)
    assert new.startswith("# ")
    assert scenario_pages.page(name, f"{new}\nMine.\n", None) == f"{new}\nMine.\n"
    bare = scenario_pages.page(name, "# Title\n\nBefore.\n\n## After\n", None)
    begin, end = scenario_pages.markers(scenario_pages.BLOCK)
    assert bare.index("Before.") < bare.index(begin) < bare.index(end) < bare.index("## After")
