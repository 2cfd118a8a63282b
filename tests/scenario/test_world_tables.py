"""A world as tables for other programs, and back: the same numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd
import pytest

from sim.errors import UserError
from sim.record.world_tables import FORMS, export_world, import_world
from sim.scenario import load_scenario
from sim.scenario.spec import Number, ScenarioSpec
from tests.inline_scenario import TEXT
from tests.support import synthetic_results
from tests.support_command import call

GIVEN: dict[str, Any] = {"source": "An edition", "start": "2021Q4", "quarters": 4}


@pytest.fixture(scope="module")
def six() -> ScenarioSpec:
    """Six states with asymmetric relations, trade with the rest of the world and a body."""
    return load_scenario(
        TEXT.replace("[BBB, DDD, EEE]", "[BBB, DDD], partners: {EEE: {value: 0.4, range: 0%}}")
    )


def figures(pairs: Any) -> dict[Any, tuple[float, ...]]:
    return {key: (x.value, x.low, x.high) for key, x in pairs.items() if isinstance(x, Number)}


def test_lists_come_back_with_their_ranges(six: ScenarioSpec, tmp_path: Path) -> None:
    export_world(six, tmp_path / "tables")
    back = import_world([tmp_path / "tables"], tmp_path / "back.yaml", **GIVEN)
    assert list(back.states) == list(six.states)
    for code, state in six.states.items():
        told = figures(back.states[code].values)
        for name, number in figures(state.values).items():
            assert told[name] == pytest.approx(number), (code, name)
    for block in ("relations", "channels"):
        ours, theirs = getattr(six, block), getattr(back, block)
        for name, pairs in ours.items():
            assert list(theirs[name]) == list(pairs), name
            for pair, number in figures(pairs).items():
                assert figures(theirs[name])[pair] == pytest.approx(number), (name, pair)
    for pact in six.pacts.values():
        again = back.pacts[pact.id]
        assert (again.members, again.type, again.since) == (pact.members, pact.type, pact.since)
    club, again_club = six.organisations["club"], back.organisations["club"]
    assert again_club.members == club.members
    assert figures({0: again_club.floor})[0] == pytest.approx(figures({0: club.floor})[0])
    assert again_club.partners["EEE"].value == 0.4
    assert back.sources["tables"]["title"] == "An edition"
    assert set(back.poles) == set(six.poles)


@pytest.mark.parametrize("form", FORMS[1:])
def test_matrices_and_networks_come_back(six: ScenarioSpec, tmp_path: Path, form: str) -> None:
    files = export_world(six, tmp_path / "tables", form=form)
    assert {path.name for path in files} >= {"states.csv", "memberships.csv"}
    back = import_world([tmp_path / "tables"], tmp_path / "back.yaml", **GIVEN)
    for block in ("relations", "channels"):
        for name, pairs in getattr(six, block).items():
            told = {pair: x.value for pair, x in getattr(back, block)[name].items()}
            assert told == pytest.approx({pair: x.value for pair, x in pairs.items()}), name
    found = {(*sorted(pact.members), pact.type) for pact in back.pacts.values()}
    assert found == {(*sorted(pact.members), pact.type) for pact in six.pacts.values()}


def test_other_programs_read_the_network(six: ScenarioSpec, tmp_path: Path) -> None:
    export_world(six, tmp_path, form="pajek")
    graph = nx.DiGraph(nx.read_pajek(tmp_path / "trade.net"))
    flow = six.channels["trade_flow"]["AAA", "BBB"].value
    assert graph.edges["AAA", "BBB"]["weight"] == pytest.approx(flow)
    assert "ROW" in graph
    export_world(six, tmp_path, form="matrix", force=True)
    matrix = pd.read_csv(tmp_path / "distance.csv", index_col=0)
    assert matrix.loc["AAA", "BBB"] == matrix.loc["BBB", "AAA"] == 6.0


def test_tables_may_lie_over_a_world(tmp_path: Path) -> None:
    (tmp_path / "six.yaml").write_text(TEXT, "utf-8")
    (tmp_path / "survey.csv").write_text("from,to,weight\nEEE,FFF,0.7\n", "utf-8")
    told = call(
        *("import", "trust=survey.csv", "--out", "mine.yaml", "--extends", "six.yaml"),
        *("--source", "A survey", "--start", "2022Q1"),
        folder=tmp_path,
    )
    assert told.returncode == 0, told.stderr
    assert "mine.yaml: 6 states, 2 pacts" in told.stderr
    spec = load_scenario(tmp_path / "mine.yaml")
    number = spec.relations["trust"]["EEE", "FFF"]
    assert (number.value, number.source) == (0.7, "tables")
    assert number.low == pytest.approx(0.56)
    assert spec.relations["trust"]["DDD", "EEE"].value == 0.7


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("distence.csv", "from,to,distance\n", "did you mean 'distance'"),
        ("distance.csv", "code1,code2,km\nAAA,BBB,3\n", "km"),
        ("distance.csv", "code1,code2\nAAA,BBB\n", r"csv:1:1: no column holds distance"),
        ("states.csv", "ccode,capability\n2,0.1\n", r"csv:1:1: lacks the column code"),
        ("states.csv", "code,capability\nAAA,1,2\n\nB\n", "csv:2:1: cannot be read as CSV"),
        ("pacts.net", '*Vertices 2\n1 "AAA"\n2 "BBB"\n*Edges\n1 2 5\n', "5 is no level of a pact"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(UserError, match=message):
        import_world([tmp_path / name], tmp_path / "back.yaml", **GIVEN)


def test_the_command_exports_worlds_and_runs(six: ScenarioSpec, tmp_path: Path) -> None:
    (tmp_path / "six.yaml").write_text(TEXT, "utf-8")
    done = call("export", "six.yaml", "--out", "tables", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "tables: states.csv, pacts.csv" in done.stderr
    again = call("export", "six.yaml", "--out", "tables", folder=tmp_path)
    assert again.returncode == 2
    assert "exists" in again.stderr
    synthetic_results(runs=2).save(tmp_path / "run")
    done = call(
        *("export", "run", "--out", "nets", "--format", "graphml", "--pacts", "--run", "1"),
        folder=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert "UNION" in nx.read_graphml(tmp_path / "nets" / "pacts_2026Q2.graphml")
    for words, message in (
        (("run", "--format", "matrix"), "--format matrix is of scenarios"),
        (("six.yaml", "--format", "gexf"), "--format gexf is of saved runs"),
        (("six.yaml", "--format", "gefx"), "did you mean 'gexf'"),
    ):
        told = call("export", *words, "--out", "other", folder=tmp_path)
        assert told.returncode == 2
        assert message in told.stderr
