"""States that come and go: who moves, who holds a pact, and what those have who enter."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from sim import run
from sim.drivers.model import MultipolarModel
from sim.errors import ScenarioError
from sim.record.results import Results
from sim.rules.catalogue import STATE_FIELDS
from sim.scenario import load_scenario
from tests.inline_scenario import TEXT

LATE, GONE = "CCC", "BBB"
SPANS = "exists: {since: 2022Q4}", "exists: {until: 2023Q1}"
ENTERS, LEAVES = 4, 6  # the first quarter of one, and the first without the other


def text() -> str:
    """The small scenario, in which one state enters and another leaves."""
    late, gone = SPANS
    changed = TEXT.replace("name: Gamma,", f"name: Gamma, {late},")
    changed = changed.replace("name: Beta,", f"name: Beta, {gone},")
    return re.sub(r"(?m)^record:.*$", "record: {dyads: all}", changed)


@pytest.fixture(scope="module")
def results() -> Results:
    return run(text(), runs=6, seed=3)


def sheet(results: Results, name: str, code: str) -> np.ndarray:
    """A variable of all pairs with a state, the largest of each run and quarter ``(R, T)``."""
    dyads = results.dyads
    both = dyads[(dyads["state"] == code) | (dyads["partner"] == code)]
    return both.groupby(["run", "quarter"])[name].max().unstack().to_numpy()


def test_a_state_that_is_not_there_has_nothing(results: Results) -> None:
    for code, away in ((LATE, slice(0, ENTERS)), (GONE, slice(LEAVES, None))):
        for name in ("pact_level", "commitment", "aid", "sanctions", "contact", "war"):
            assert not sheet(results, name, code)[:, away].any(), (code, name)
        states = results.states[results.states["state"] == code]
        capability = states.pivot(index="run", columns="quarter", values="capability").to_numpy()
        assert (capability[:, away] < 1e-9).all()
        there = np.delete(capability, np.arange(capability.shape[1])[away], axis=1)
        assert (there > 0.01).all()


def test_it_makes_no_move_and_nobody_moves_towards_it(results: Results) -> None:
    moves = results.moves
    quarter = moves["quarter"].astype(str)
    for code, there in ((LATE, quarter >= "2022Q4"), (GONE, quarter < "2023Q2")):
        part = (moves["mover"] == code) | (moves["partner"] == code)
        assert (part & there).any()
        assert not (part & ~there).any()


def test_what_is_stated_of_it_begins_when_it_does(results: Results) -> None:
    # its pact of 1949 and the war that others have with it
    assert (sheet(results, "pact_level", LATE)[:, ENTERS] > 0).all()
    assert (sheet(results, "war", LATE)[:, ENTERS] > 0).all()
    assert (sheet(results, "contact", LATE)[:, ENTERS] > 0).all()


def test_both_drivers_agree() -> None:
    spec = load_scenario(text())
    model = MultipolarModel(spec, seed=3, run=0)
    model.run_model()
    table = run(spec, runs=1, seed=3).states
    last = table[table["quarter"] == table["quarter"].max()].set_index("state")["capability"]
    row = STATE_FIELDS["capability"].row
    assert last.to_dict() == dict(zip(model.world.codes, model.blocks.V[row], strict=True))


def test_others_are_as_they_were_where_all_exist_all_the_time() -> None:
    always = TEXT.replace("name: Gamma,", "name: Gamma, exists: {since: 1900Q1, until: 2099Q4},")
    one, other = (run(form, runs=3, seed=3, quarters=6) for form in (TEXT, always))
    assert one.states.equals(other.states)
    assert load_scenario(TEXT).hash() != load_scenario(always).hash()


def test_dates_come_from_tables_too(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("code,since,until\nAAA,,1976\nBBB,1975Q3,\nCCC,,\n")
    path = tmp_path / "w.yaml"
    path.write_text(
        "format: 1\ntitle: t\nclock: {start: 1975Q4, quarters: 4}\n"
        "tables: {s: {rows: states, file: s.csv}}\n"
    )
    spec = load_scenario(path)
    spans = {code: (span.since, span.until) for code, span in spec.exists.items()}
    assert spans == {"AAA": (None, 4 * 1976 + 3), "BBB": (4 * 1975 + 2, None)}


def test_an_end_before_the_beginning() -> None:
    wrong = TEXT.replace("name: Gamma,", "name: Gamma, exists: {since: 2022Q4, until: 2022Q1},")
    with pytest.raises(ScenarioError, match=r"states\.CCC\.exists\.until: is before 'since'"):
        load_scenario(wrong)


def test_all_pairs_are_recorded(results: Results) -> None:
    assert len(results.dyads.groupby(["state", "partner"])) == 30
