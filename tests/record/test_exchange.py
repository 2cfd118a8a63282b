"""Results as graphs, arrays and tables of other programs: the same numbers, read back."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from sim.errors import UserError
from sim.record.exports import write_graph
from sim.record.results import TABLES, Results
from tests.support import synthetic_meta, synthetic_record, synthetic_results


@pytest.fixture
def results() -> Results:
    """Three made-up blocs, with an organisation that binds two states in half of the runs."""
    record = synthetic_record()
    floor = np.zeros(record.floor.shape, np.float32)
    floor[:6, :, 0, 4] = floor[:6, :, 4, 0] = 0.75
    return Results(replace(record, floor=floor), synthetic_meta())


def test_a_graph_has_the_means_of_the_runs(results: Results) -> None:
    record, graph = results.record, results.to_networkx("2026Q2")
    assert set(graph) == set(record.states)
    assert graph.graph["quarter"] == "2026Q2"
    assert graph.graph["runs"] == record.runs
    edge = graph.edges["AAA", "EEE"]
    assert edge["tie"] == pytest.approx(record.tie[:, -1, 0, 4].mean())
    assert edge["weight"] == max(edge["tie"], 0.0)
    assert edge["floor"] == pytest.approx(0.375)
    assert edge["pact"] == pytest.approx((record.level[:, -1, 0, 4] > 0).mean())
    node = graph.nodes["AAA"]
    assert node["name"] == "Aland <b>"
    assert node["pole"]
    assert node["capability"] == pytest.approx(record.state("capability")[:, -1, 0].mean())
    assert node["bloc"] == "AAA"
    assert 0.5 < node["bloc_share"] <= 1.0


def test_a_graph_of_one_run_is_that_run(results: Results) -> None:
    graph = results.to_networkx(0, run=3)
    assert graph.graph["runs"] == 1
    assert graph.graph["quarter"] == "2024Q2"
    assert {facts["level"] for _, _, facts in graph.edges(data=True)} <= {0.0, 1.0, 2.0, 3.0}
    assert {graph.nodes[code]["bloc_share"] for code in graph} == {1.0}


def test_the_graph_of_pacts_has_organisations(results: Results) -> None:
    record, graph = results.record, results.to_networkx(pacts=True)
    assert graph.nodes["UNION"]["kind"] == "organisation"
    part = graph.edges["UNION", record.states[0]]["part"]
    assert part == pytest.approx(record.cell("member", "UNION", record.states[0])[:, -1].mean())
    between = [e for e in graph.edges(data=True) if "UNION" not in e[:2]]
    assert all(facts["pact"] or facts["floor"] for _, _, facts in between)
    assert graph.edges["AAA", "EEE"]["weight"] >= 0.375
    assert len(between) < results.to_networkx().number_of_edges()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"quarter": "2026Q1"}, "networks are kept of 2024Q2, 2025Q2, 2026Q2; did you mean"),
        ({"quarter": 9}, "networks are kept of"),
        ({"run": 12}, "run 12: expected 'mean', or a number from 0 to 11"),
    ],
)
def test_what_is_not_there_is_told(results: Results, asked: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        results.to_networkx(**asked)


@pytest.mark.parametrize(
    ("ending", "read"),
    [("graphml", nx.read_graphml), ("gexf", nx.read_gexf), ("net", nx.read_pajek)],
)
def test_gephi_and_pajek_read_the_graph(
    results: Results, tmp_path: Path, ending: str, read: Any
) -> None:
    graph = results.to_networkx(pacts=True)
    path = write_graph(graph, tmp_path / f"pacts.{ending}")
    back = nx.Graph(read(path))
    assert set(back) == set(graph)
    assert {frozenset(edge) for edge in back.edges} == {frozenset(edge) for edge in graph.edges}
    edge = next(iter(graph.edges))
    assert back.edges[edge]["weight"] == pytest.approx(graph.edges[edge]["weight"], rel=1e-5)
    with pytest.raises(UserError, match="exists"):
        write_graph(graph, path)
    with pytest.raises(UserError, match=r"ends in \.graphml, \.gexf, \.net"):
        write_graph(graph, tmp_path / "pacts.dot")


@pytest.mark.parametrize("stata", [False, True])
def test_tables_are_read_back(results: Results, tmp_path: Path, stata: bool) -> None:
    files = results.to_csv(tmp_path, stata=stata)
    assert [path.stem for path in files] == list(TABLES)
    read: Any = pd.read_stata if stata else pd.read_csv
    for path in files:
        whole, back = results.table(path.stem), read(path)
        assert list(back.columns) == list(whole.columns)
        assert len(back) == len(whole)
    moves, back = results.moves, read(tmp_path / files[TABLES.index("moves")].name)
    assert back["du"].to_numpy() == pytest.approx(moves["du"].to_numpy())
    assert back["mover"].astype(str).tolist() == moves["mover"].astype(str).tolist()
    with pytest.raises(UserError, match="exists; choose another name"):
        results.to_csv(tmp_path, stata=stata)
    results.to_csv(tmp_path, stata=stata, force=True)


def test_tables_of_many_runs_are_written_in_parts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sim.record.arrays.BATCH", 1)
    results = synthetic_results(runs=3)
    results.to_csv(tmp_path)
    back = pd.read_csv(tmp_path / "states.csv")
    assert back["run"].tolist() == results.states["run"].tolist()
    assert back["need"].to_numpy() == pytest.approx(results.states["need"].to_numpy())


class Dataset:
    """As much of ``xarray.Dataset``, which need not be installed, as is asked for: the shapes."""

    def __init__(self, data: Any, coords: Any, attrs: Any) -> None:
        lengths = {name: len(values) for name, values in coords.items()}
        for name, (dims, values) in data.items():
            assert values.shape == tuple(lengths[dim] for dim in dims), name
        self.data, self.coords, self.attrs = data, coords, attrs


def test_arrays_have_named_axes(results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xarray", SimpleNamespace(Dataset=Dataset))
    found = results.to_xarray()
    assert found.coords["quarter"][0] == "2024Q2"
    assert found.coords["cell"] == ["arms_control:order", "member:UNION:AAA"]
    assert found.data["pair_trust"][0] == ("run", "quarter", "pair")
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(UserError, match="needs xarray: pip install xarray"):
        results.to_xarray()


def test_xarray_selects_by_name(results: Results) -> None:
    xr = pytest.importorskip("xarray")
    found = results.to_xarray()
    assert isinstance(found, xr.Dataset)
    need = found["need"].sel(state="BBB", quarter="2025Q1")
    assert need.to_numpy() == pytest.approx(results.record.state("need")[:, 3, 1])
    pair = found["pair_trust"].sel(pair="DDD>AAA", run=2)
    assert pair.to_numpy() == pytest.approx(results.record.dyad("trust", "DDD", "AAA")[2])
