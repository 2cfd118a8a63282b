from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim import cli
from sim.errors import UserError
from sim.show.plots.phase import draw_phase
from sim.study.sensitivity.phase_diagram import Axis, Phase, explore, from_table
from sim.study.sensitivity.scenario_phase import (
    pair_metrics,
    parse_axis,
    partition_column,
    phase_diagram,
)
from tests.inline_scenario import TEXT

X, Y = Axis("x", 0.0, 1.0), Axis("y", 0.0, 2.0)


def step(points: np.ndarray) -> np.ndarray:
    """1 right of x = 0.62 and 0 left of it, in 20 runs that hardly differ."""
    noise = np.random.default_rng(0).normal(0, 0.01, 20)
    return (points[:, :1] > 0.62) + noise


def slope(points: np.ndarray) -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, 0.2, 20)
    return points[:, :1] + noise


def blocs(points: np.ndarray) -> np.ndarray:
    right = points[:, :1] + 0 * np.arange(9) > 0.5
    return np.where(right, "AAA BBB | CCC", "AAA | BBB CCC")


def test_refinement_finds_a_planted_boundary_with_few_points() -> None:
    found = explore(step, X, Y, metric="m", level=0.5, coarse=5, refine=3)
    table = found.table()
    right = table["phase"] == "m > 0.5"
    edge = table.loc[~right, "x"].max(), table.loc[right, "x"].min()
    assert edge[0] < 0.62 < edge[1]
    assert edge[1] - edge[0] == pytest.approx(1 / 32)
    assert len(table) < 33 * 33 / 4
    assert found.areas()["m > 0.5"] == pytest.approx(0.38, abs=0.02)


def test_without_refinement_the_lattice_is_as_asked() -> None:
    found = explore(step, X, Y, metric="m", level=0.5, coarse=5, refine=0)
    assert len(found.values) == 25
    assert found.size == (5, 5)


def test_where_one_phase_holds_nothing_is_refined() -> None:
    found = explore(lambda p: step(p) * 0, X, Y, metric="m", level=0.5, coarse=4, refine=3)
    assert len(found.values) == 16
    assert len(found.phases) == 1


def test_what_noise_blurs_is_not_certain() -> None:
    found = explore(slope, X, Y, metric="m", level=0.5, coarse=9, refine=1)
    table = found.table()
    near, far = table["x"].sub(0.5).abs() < 0.05, table["x"].sub(0.5).abs() > 0.4
    assert not table.loc[near, "certain"].any()
    assert table.loc[far, "certain"].all()
    assert 0 < found.uncertain_area() < 0.5
    held = table["share_low"] - 1e-12 <= table["share"]
    assert (held & (table["share"] <= table["share_high"] + 1e-12)).all()


def test_without_a_level_the_steepest_cells_are_refined() -> None:
    found = explore(
        lambda p: np.exp(-(((p[:, :1] - 0.2) / 0.1) ** 2)) + np.zeros(3),
        X,
        Y,
        metric="m",
        coarse=6,
        refine=1,
    )
    assert not found.phases
    fine = [cell for cell in found.cells if cell[2] == 1]
    assert fine
    assert max(found.at((i, j))[0] for i, j, _ in fine) < 0.6


def test_partitions_are_phases() -> None:
    found = explore(blocs, X, Y, metric="partition", coarse=5, refine=2)
    assert set(found.phases) == {"AAA BBB | CCC", "AAA | BBB CCC"}
    assert sum(found.areas().values()) == pytest.approx(1)


def test_values_that_are_not_defined_are_left_out() -> None:
    def gaps(points: np.ndarray) -> np.ndarray:
        values = step(points)
        values[points[:, 0] < 0.1] = np.nan
        return values

    table = explore(gaps, X, Y, metric="m", level=0.5, coarse=3, refine=0).table()
    assert table.loc[table["x"] == 0, "phase"].tolist() == ["not defined"] * 3
    assert table.loc[table["x"] == 0, "mean"].isna().all()


@pytest.mark.parametrize(("evaluate", "level"), [(step, 0.5), (slope, None), (blocs, None)])
def test_a_diagram_comes_back_from_the_disk_and_is_drawn(
    evaluate: object, level: float | None, tmp_path: Path
) -> None:
    found = explore(evaluate, X, Y, metric="m", level=level, coarse=4, refine=1)  # type: ignore[arg-type]
    again = Phase.load(found.save(tmp_path / "saved"))
    assert again.to_dict() == found.to_dict()
    figure = draw_phase(again)
    written = {text.get_text() for text in figure.findobj(Text)}
    assert {"x", "y"} <= written


# --- from a sweep --------------------------------------------------------------------------------
def _sweep() -> pd.DataFrame:
    x, y = np.meshgrid(np.linspace(0, 1, 6), np.linspace(0, 2, 5))
    points = np.column_stack([x.ravel(), y.ravel()])
    values = step(points)
    return pd.DataFrame(
        {
            "x": np.repeat(points[:, 0], 20),
            "y": np.repeat(points[:, 1], 20),
            "m": values.ravel(),
        }
    ).sample(frac=1, random_state=1)


def test_a_finished_sweep_is_a_diagram() -> None:
    found = from_table(_sweep(), "x", "y", "m", level=0.5)
    assert found.size == (6, 5)
    assert found.at((5, 4)) == (1.0, 2.0)
    assert found.dominant((5, 0))[:2] == ("m > 0.5", 1.0)
    assert {len(values) for values in found.values.values()} == {20}


def test_a_sweep_that_is_no_lattice_is_refused() -> None:
    table = _sweep()
    with pytest.raises(UserError, match="were not run"):
        from_table(table[(table["x"] > 0) | (table["y"] > 0)], "x", "y", "m")
    with pytest.raises(UserError, match="not evenly spaced"):
        from_table(table.assign(x=table["x"] ** 2), "x", "y", "m")
    with pytest.raises(UserError, match="no column 'z'"):
        from_table(table, "x", "z", "m")


def test_partitions_are_put_together_from_pairs() -> None:
    table = pd.DataFrame(
        [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]],
        columns=pair_metrics(["AAA", "BBB", "CCC"]),
    )
    found, name = partition_column(table)
    assert found[name].tolist() == [
        "AAA BBB | CCC",
        "AAA | BBB CCC",
        "AAA | BBB | CCC",
        "AAA BBB CCC",
    ]
    with pytest.raises(UserError, match="same_bloc of every pair"):
        partition_column(table.iloc[:, :2])


# --- a scenario ----------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["x", "x=1", "x=2:1", "=1:2", "x=a:b"])
def test_an_axis_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="expected name=low:high"):
        parse_axis(text)


def test_points_of_a_scenario_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "six.yaml").write_text(TEXT)
    axes = parse_axis("security.weight=2:8"), parse_axis("trust.prior=0.6:0.75")

    def diagram() -> Phase:
        return phase_diagram(
            tmp_path / "six.yaml",
            *axes,
            states=["AAA", "BBB", "CCC"],
            coarse=2,
            refine=1,
            runs=3,
            folder=tmp_path / "parts",
        )

    first = diagram()
    assert {len(values) for values in first.values.values()} == {3}
    assert all("AAA" in phase for phase in first.phases)
    monkeypatch.setattr("sim.study.sweep.evaluator.run_cases", None)
    assert diagram().to_dict() == first.to_dict()


def test_the_command_draws_a_diagram(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "six.yaml").write_text(TEXT)
    words = f"multipolar phase {tmp_path / 'six.yaml'} --x security.weight=2:8 --y trust.prior="
    words += "0.6:0.75 --metric threat(AAA) --points 2 --refine 1 --runs 2 --json --out "
    words += f"{tmp_path / 'out'} --evaluated {tmp_path / 'parts'}"
    monkeypatch.setattr(sys, "argv", words.split())
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 0
    assert json.loads(capsys.readouterr().out)["x"] == "security.weight"
    assert (tmp_path / "out" / "figures" / "phase.png").is_file()


def test_noise_is_hatched_and_has_one_colour() -> None:
    rng = np.random.default_rng(1)
    luck = rng.normal(size=20)
    values = {(i, j): luck + 1e-3 * rng.normal(size=20) for i in range(4) for j in range(4)}
    cells = tuple((i, j, 1) for i in range(3) for j in range(3))
    flat = Phase(Axis("a", 0, 1), Axis("b", 0, 1), (4, 4), cells, values, "m", None, {})
    figure = draw_phase(flat)
    (mesh, *_) = figure.axes[0].collections
    low, high = mesh.get_clim()
    assert high - low > 0.3 * luck.std()
    assert _hatched(figure)
    assert figure.axes[0].get_xlim() == (0.0, 1.0)

    steep = {(i, j): x + i + 0.3 * j for (i, j), x in values.items()}
    told = Phase(Axis("a", 0, 1), Axis("b", 0, 1), (4, 4), cells, steep, "m", None, {})
    assert not _hatched(draw_phase(told))


def _hatched(figure: Figure) -> bool:
    """Whether a part of the plane is marked as noise."""
    filled = [it for it in figure.axes[0].collections if getattr(it, "hatches", None)]
    return any(it.hatches == ["////"] for it in filled)
