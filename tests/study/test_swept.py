from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from sim import cli
from sim.errors import UserError
from sim.show.plots.phase import draw_phase
from sim.show.plots.response import draw_response
from sim.study.sensitivity.swept import phase_of, region_of
from sim.study.sweep import Sweep, sweep
from tests.inline_scenario import TEXT

THREAT = "threat(CCC)"
PAIRS = ["same_bloc(AAA, BBB)", "same_bloc(AAA, CCC)", "same_bloc(BBB, CCC)"]


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    folder = tmp_path_factory.mktemp("swept")
    (folder / "six.yaml").write_text(TEXT)
    return sweep(
        folder / "six.yaml",
        folder / "grid",
        vary=["security.weight=2:8:5", "relations.rivalry.CCC-DDD=0:1:5"],
        metrics=[THREAT, *PAIRS],
        runs=2,
    )


def test_a_sweep_over_a_grid_is_a_phase_diagram(grid: Sweep) -> None:
    found = phase_of(grid, THREAT)
    assert found.size == (5, 5)
    assert (found.x.name, found.y.name) == grid.parameters
    table = grid.table()
    here = table[table[grid.parameters[0]].eq(8) & table[grid.parameters[1]].eq(0)]
    assert found.values[4, 0].tolist() == here[THREAT].tolist()


def test_a_level_and_the_partition_are_phases(grid: Sweep) -> None:
    middle = float(grid.table()[THREAT].median())
    found = phase_of(grid, f"threat(CCC)>{middle}")
    assert found.level == middle
    assert len(found.phases) == 2
    assert all("AAA" in phase for phase in phase_of(grid).phases)
    assert draw_phase(grid, variable=THREAT).axes


def test_a_sweep_of_one_number_is_a_response_curve_for_each_arm(tmp_path: Path) -> None:
    (tmp_path / "six.yaml").write_text(TEXT)
    found = sweep(
        tmp_path / "six.yaml",
        tmp_path / "one",
        vary=["relations.rivalry.CCC-DDD=0:1:4", "mechanisms.trust=on,off"],
        metrics=[THREAT, PAIRS[0]],
        runs=4,
    )
    figure = draw_response(found)
    curves = [line for axes in figure.axes for line in axes.get_lines()]
    assert len(curves) == 4
    table = found.table()
    on = table[table["mechanisms.trust"].astype(str).eq("on")]
    expected = on.groupby("relations.rivalry.CCC-DDD")[THREAT].mean()
    assert np.allclose(curves[0].get_ydata(), expected)
    assert figure.axes[0].get_xlim() == (0.0, 1.0)
    assert len(draw_response(found, variable=THREAT).axes) == 1
    with pytest.raises(UserError, match="two numbers"):
        phase_of(found)
    with pytest.raises(UserError, match="no metric"):
        draw_response(found, variable="threat(XXX)")


def test_a_plane_is_no_response_curve(grid: Sweep) -> None:
    with pytest.raises(UserError, match="one number"):
        draw_response(grid)


def test_what_the_sweep_has_not_is_named(grid: Sweep) -> None:
    with pytest.raises(UserError, match=r"no metric 'threat\(CCD\)'; did you mean"):
        phase_of(grid, "threat(CCD)")
    with pytest.raises(UserError, match="expected a condition"):
        region_of(grid.folder, THREAT)


def test_the_region_of_an_outcome_is_found(
    grid: Sweep, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rivalry makes threat, so that the region of high threat must be one of high rivalry."""
    high = float(grid.table()[THREAT].quantile(0.6))
    words = ["multipolar", "discover", str(grid.folder), "--outcome", f"{THREAT} > {high}"]
    words += ["--method", "cart", "--json", "--out", str(tmp_path / "out")]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 0
    found = json.loads(capsys.readouterr().out)
    low, high = found["box"]["limits"]["relations.rivalry.CCC-DDD"]
    assert (low > 0, high) == (True, 1)
    assert found["box"]["density"] > found["base_rate"]
    assert (tmp_path / "out" / "box.parquet").is_file()


def test_choices_are_sides_of_a_box(tmp_path: Path) -> None:
    (tmp_path / "six.yaml").write_text(TEXT)
    found = sweep(
        tmp_path / "six.yaml",
        tmp_path / "choice",
        vary=["relations.rivalry.CCC-DDD=0:1:12", "mechanisms.trust=on,off"],
        metrics=[THREAT],
        runs=2,
    )
    high = float(found.table()[THREAT].quantile(0.5))
    box = region_of(found.folder, f"{THREAT} > {high}", method="cart")
    assert {"mechanisms.trust=on", "mechanisms.trust=off"} <= set(box.ranges)
    with pytest.raises(UserError, match="two numbers"):
        phase_of(found)
