from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text
from typer.testing import CliRunner

from sim import cli
from sim.drivers.starts import draw, drawn
from sim.errors import UserError
from sim.scenario import find_scenario, load_scenario
from sim.scenario.world import World
from sim.show.plots.ranking import draw_ranking
from sim.statistics.shares import wilson
from sim.study.claim_specs import Claim
from sim.study.laboratory.engine import Laboratory, StoppedEarly
from sim.study.laboratory.parts import Parts
from sim.study.sensitivity import Effort, SensitivityReport, sensitivity
from sim.study.sensitivity.designs import (
    screen,
    screening_design,
    variance_design,
    variance_shares,
)
from sim.study.sensitivity.evaluate import Arm, Values, values_at
from sim.study.sensitivity.factors import (
    REST,
    Space,
    choose_factors,
    rest_of,
    triangular,
)
from sim.study.sensitivity.findings import claimed, make_finding
from sim.study.sensitivity.luck import separate
from sim.study.sensitivity.robustness import robustness
from tests.inline_scenario import TEXT

THREE = ["x1", "x2", "x3"]
CLAIM = Claim(
    id="C1",
    scenario="made",
    of="C1",
    text="A raises it.",
    direction="higher",
    metric="poles()",
    arms=("a", "b"),
    less=(),
    horizon=None,
    at=(),
    margin=None,
    open=None,
    pending=None,
    note=None,
)


def ishigami(u: np.ndarray) -> np.ndarray:
    """Sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1 (Ishigami & Homma 1990), whose indices are known."""
    x = (2 * u - 1) * np.pi
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


# --- designs and estimators ----------------------------------------------------------------------
def test_sobol_indices_of_ishigami_lie_within_their_intervals() -> None:
    first, total = [0.3139, 0.4424, 0.0], [0.5576, 0.4424, 0.2437]
    points = variance_design(THREE, base=2048, seed=3)
    found = variance_shares(THREE, ishigami(points), seed=1)
    for at, row in enumerate(found.table.itertuples()):
        assert row.first_low <= first[at] <= row.first_high
        assert row.total_low <= total[at] <= row.total_high
    assert found.convergence.converged
    assert found.table.sort_values("rank")["factor"].tolist() == THREE


def test_a_small_design_is_told_from_a_converged_one() -> None:
    found = variance_shares(THREE, ishigami(variance_design(THREE, base=64, seed=3)), seed=1)
    assert not found.convergence.converged
    assert "not converged" in found.convergence.text


def test_half_of_a_design_is_the_design_of_half_the_base() -> None:
    whole = variance_design(THREE, base=64, seed=5)
    half = variance_design(THREE, base=32, seed=5)
    assert np.array_equal(whole[: len(half)], half)


def test_a_constant_has_no_shares() -> None:
    found = variance_shares(THREE, np.full(20, 3.7), seed=1)
    assert not found.table[["first", "total"]].to_numpy().any()
    assert found.convergence.text.startswith("nothing varies")


def test_morris_finds_the_coefficients_of_an_additive_function() -> None:
    design = screening_design(["a", "b", "c", "d"], trajectories=6, seed=2)
    table = screen(design, design.points @ np.array([1.0, -3.0, 0.0, 2.0]), seed=1)
    assert table["mu_star"].to_numpy() == pytest.approx([1, 3, 0, 2])
    assert table["mu"].to_numpy() == pytest.approx([1, -3, 0, 2])
    assert table["sigma"].to_numpy() == pytest.approx(0, abs=1e-9)
    assert table["rank"].tolist() == [3, 1, 4, 2]


def test_each_trajectory_draws_its_blocks_anew() -> None:
    design = screening_design(list("abcd"), trajectories=10, seed=2, blocks=[0, 0, 1, 1])
    assert len(np.unique(design.points[:, 0])) == 4
    assert len(np.unique(design.points[:, 3])) == 20
    changes = np.diff(design.points.reshape(10, 5, 4), axis=1) != 0
    assert (changes.sum(axis=2) == 1).all()  # still one factor at a time


@pytest.mark.parametrize("base", [0, 3, 48])
def test_the_base_is_a_power_of_two(base: int) -> None:
    with pytest.raises(UserError, match="power of two"):
        variance_design(THREE, base=base, seed=1)


# --- luck ----------------------------------------------------------------------------------------
def test_luck_is_parted_from_numbers_in_a_known_mixture() -> None:
    rng = np.random.default_rng(4)
    numbers, luck = rng.normal(0, 3, (400, 1)), rng.normal(0, 1, (1, 60))
    parts = separate(numbers + luck + rng.normal(0, 2, (400, 60)), seed=1)
    assert parts.numbers == pytest.approx(9, rel=0.15)
    assert parts.luck == pytest.approx(1, rel=0.4)
    assert parts.both == pytest.approx(4, rel=0.05)
    assert parts.numbers_low < 9 / 14 < parts.numbers_high
    assert parts.numbers_share + parts.luck_share == pytest.approx(1)


def test_what_luck_alone_makes_is_not_put_down_to_numbers() -> None:
    values = np.random.default_rng(1).normal(size=(300, 8))
    assert separate(values, seed=1).numbers_share < 0.05


def test_nothing_varies() -> None:
    parts = separate(np.full((5, 3), 0.1), seed=1)
    assert (parts.total, parts.numbers_share, parts.luck_share) == (0, 0, 0)


# --- robustness ----------------------------------------------------------------------------------
def _pair(share: float, size: float = 1.0) -> list[np.ndarray]:
    """Arms whose difference has the claimed sign in this share of 200 draws, by one size."""
    rng = np.random.default_rng(7)
    base = rng.normal(size=(200, 4))
    sign = np.where(np.arange(200) < 200 * share, 1.0, -1.0)[:, None]
    return [base + size * sign, base]


@pytest.mark.parametrize(
    ("share", "direction", "outcome"),
    [
        (1.0, "higher", "survives"),
        (0.95, "higher", "survives"),
        (0.7, "higher", "leans"),
        (0.5, "higher", "open"),
        (0.1, "higher", "reverses"),
        (0.1, "lower", "survives"),
    ],
)
def test_a_finding_survives_if_most_draws_have_its_sign(
    share: float, direction: str, outcome: str
) -> None:
    found = robustness(replace(CLAIM, direction=direction), _pair(share), seed=1)
    assert found.outcome == outcome
    expected = share if direction == "higher" else 1 - share
    assert found.share == pytest.approx(expected)
    assert found.low < expected <= found.high


def test_a_contested_claim_is_judged_all_the_same() -> None:
    found = robustness(replace(CLAIM, open="contested"), _pair(0.1), seed=1)
    assert found.verdict.verdict == "open"
    assert found.outcome == "reverses"


def test_wilson_holds_the_share_and_stays_within_bounds() -> None:
    assert wilson(0, 20)[0] == 0
    assert wilson(20, 20)[1] == 1
    assert wilson(0, 0) == (0.0, 1.0)


# --- factors -------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def six(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("six") / "six.yaml"
    path.write_text(TEXT)
    return path


@pytest.fixture(scope="module")
def world(six: Path) -> World:
    return World(load_scenario(six))


def test_all_numbers_with_a_range_are_in_one_factor_each(world: World) -> None:
    factors = choose_factors(world.uncertain)
    keys = [key for factor in factors for key in factor.keys]
    assert len(keys) == len(set(keys))
    assert set(keys) == {n.key for n in world.uncertain if n.low < n.high}
    assert not rest_of(world.uncertain, factors)


def test_numbers_blocks_and_all_numbers_of_a_block_can_be_named(world: World) -> None:
    numbers = world.uncertain
    (one,) = choose_factors(numbers, ["trust.prior"])
    assert (one.name, one.single, one.value) == ("trust.prior", True, 0.68)
    (block,) = choose_factors(numbers, ["states.*.capability"])
    assert not block.single
    assert all(key.endswith(".capability") for key in block.keys)
    each = choose_factors(numbers, ["states.*.capability.*", "states.*.capability"])
    assert [factor.keys for factor in each] == [(key,) for key in block.keys]
    rest = rest_of(numbers, [one, block])
    assert {factor.name for factor in rest} <= REST
    keys = [key for factor in (one, block, *rest) for key in factor.keys]
    assert sorted(keys) == sorted(n.key for n in numbers if n.low < n.high)


def test_a_name_that_means_nothing_is_refused_with_the_nearest(world: World) -> None:
    with pytest.raises(UserError, match=r"trust\.priro.*did you mean 'trust\.prior'"):
        choose_factors(world.uncertain, ["trust.priro"])


def test_a_number_goes_from_end_to_end_of_its_range(world: World) -> None:
    factors = choose_factors(world.uncertain, ["trust.prior"])
    space = Space(world, factors, seed=1)
    at = [number.key for number in world.uncertain].index("parameters.trust.prior")
    ends = [space.values(np.array([u]))[at] for u in (0.0, 1.0)]
    assert ends == pytest.approx([0.6, 0.75])
    others = np.delete(space.values(np.array([0.3])), at)
    assert np.array_equal(others, np.delete(world.triangles[1][:, 1], at))


def test_the_quantile_of_a_number_is_that_of_its_draws() -> None:
    shape = np.array([[0.0, 0.2, 1.0]])
    rng = np.random.default_rng(0)
    drawn = rng.triangular(0.0, 0.2, 1.0, 200_000)
    for u in (0.05, 0.2, 0.5, 0.9):
        assert triangular(shape, u)[0] == pytest.approx(np.quantile(drawn, u), abs=0.01)


def test_a_block_is_drawn_number_by_number(world: World) -> None:
    factors = choose_factors(world.uncertain, ["states.*.capability"])
    space = Space(world, factors, seed=1)
    keys = [number.key for number in world.uncertain]
    at = [keys.index(key) for key in factors[0].keys]
    one, other = space.values(np.array([0.25])), space.values(np.array([0.75]))
    assert (one[at] != other[at]).all()
    low, high = world.triangles[1][at, 0], world.triangles[1][at, 2]
    parts = (one[at] - low) / (high - low)
    assert np.ptp(parts) > 0.1  # not all at one quantile
    assert np.array_equal(one, space.values(np.array([0.25])))


def test_a_draw_of_everything_is_what_an_ensemble_draws(world: World) -> None:
    assert np.array_equal(drawn(world, 5, 3), draw(world, 5, 3))


# --- points on disk ------------------------------------------------------------------------------
def _values(six: Path, folder: Path, executor: str = "local:1", progress: Any = None) -> Values:
    spec = load_scenario(six)
    arms = {"base": Arm(spec, {"threat": make_finding(spec, "threat(AAA)").metric})}
    with Laboratory(executor, Parts(folder), progress) as laboratory:
        return values_at(laboratory, arms, None, np.arange(40.0)[:, None], 2, 1)


def test_what_was_stopped_goes_on_and_is_the_same(six: Path, tmp_path: Path) -> None:
    whole = _values(six, tmp_path / "whole")["base", "threat"]
    assert whole.shape == (40, 2)

    def stop(done: int, _total: int) -> None:
        if done >= 32:
            raise KeyboardInterrupt

    with pytest.raises(StoppedEarly, match=r"32 of 80 runs.*same command goes on"):
        _values(six, tmp_path / "stopped", progress=stop)
    assert len(list((tmp_path / "stopped").rglob("*.parquet"))) >= 1
    again = _values(six, tmp_path / "stopped", "local:2")["base", "threat"]
    assert np.array_equal(again, whole)


def test_kept_points_are_not_run_again(
    six: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = _values(six, tmp_path)["base", "threat"]
    monkeypatch.setattr("sim.study.sensitivity.evaluate.run_cases", None)
    # nor is the cluster needed
    assert np.array_equal(_values(six, tmp_path, "tcp://127.0.0.1:1")["base", "threat"], whole)


def test_a_damaged_part_is_run_again(six: Path, tmp_path: Path) -> None:
    whole = _values(six, tmp_path)["base", "threat"]
    for part in tmp_path.rglob("*.parquet"):
        part.write_bytes(b"half of")
    assert np.array_equal(_values(six, tmp_path)["base", "threat"], whole)


def test_points_with_one_luck_are_those_of_single_runs(six: Path, tmp_path: Path) -> None:
    from sim.drivers.ensemble import run_ensemble

    found = _values(six, tmp_path)["base", "threat"]
    spec = load_scenario(six)
    record = run_ensemble(spec, runs=2, seed=1)
    usual = make_finding(spec, "threat(AAA)").metric.values(record)
    assert [found[0, 0], found[1, 1]] == usual.tolist()  # run k: draw k with luck k


# --- the whole -----------------------------------------------------------------------------------
SMALL = Effort(trajectories=2, base=4, lucks=1, draws=12, draw_lucks=2, kept=2)


@pytest.fixture(scope="module")
def report(six: Path, tmp_path_factory: pytest.TempPathFactory) -> SensitivityReport:
    return sensitivity(
        six,
        findings=[
            {"metric": "threat(AAA)", "name": "threat"},
            {"metric": "poles() @ start", "direction": "not_higher", "name": "poles"},
        ],
        over=["trust.prior", "security.weight", "access.weight", "states.*.capability"],
        effort=replace(SMALL, kept=1),
        folder=tmp_path_factory.mktemp("evaluated"),
    )


def test_the_rest_of_all_numbers_is_a_factor_of_its_own(report: SensitivityReport) -> None:
    table = report.indices()
    others = REST & set(table["factor"])
    assert others == {"other parameters", "other states and bodies", "other ties and flows"}
    went = set(table["factor"]) - others
    assert 1 <= len(went) <= 2  # the first of each finding, which may be the same
    assert len(table) == 2 * (len(went) + len(others))
    assert set(report.screening()["factor"]) == {factor.name for factor in report.factors}


def test_a_report_comes_back_from_the_disk(report: SensitivityReport, tmp_path: Path) -> None:
    again = SensitivityReport.load(report.save(tmp_path / "saved"))
    assert again.to_dict() == report.to_dict()
    assert again.run_id == report.run_id
    for name in ("screening", "indices", "verdicts", "by_draw", "factor_table"):
        pd.testing.assert_frame_equal(getattr(again, name)(), getattr(report, name)())


def test_the_ranking_is_drawn(report: SensitivityReport) -> None:
    figure = draw_ranking(report)
    written = " ".join(text.get_text() for text in figure.findobj(Text))
    assert "luck" in written
    assert "other parameters" in written


def test_claims_are_findings() -> None:
    path = find_scenario("vietnam_bamboo")
    spec = load_scenario(path)
    (found,) = claimed(spec, path, ["T17a"])
    assert found.arms == ("base", "no_secondary_sanctions")
    with pytest.raises(UserError, match=r"no claim 'T17'.*did you mean"):
        claimed(spec, path, ["T17"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"metric": "poles()", "arms": ["nowhere"]}, "no arm 'nowhere'"),
        ({"metric": "poles()", "direction": "up"}, "unknown direction 'up'"),
        ({"metric": "poles()", "direction": "higher"}, "than what"),
        ({"metric": "pols()"}, "did you mean 'poles'"),
    ],
)
def test_a_finding_that_cannot_be_is_refused(
    six: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        make_finding(load_scenario(six), **options)


def test_the_command_says_what_it_will_cost_and_prints_json(
    six: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import json
    import sys

    words = f"multipolar sensitivity {six} --metric threat(AAA) --over trust.prior --over "
    words += "security.weight --base 4 --lucks 1 --draws 10 --draw-lucks 2 --json --no-figures "
    words += f"--out {tmp_path / 'out'} --evaluated {tmp_path / 'parts'} --executor local:2"
    monkeypatch.setattr(sys, "argv", words.split())
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["findings"][0]["name"] == "threat(AAA)"
    assert re.search(r"runs, about \d+ s on 2 threads\.", printed.err)
    assert (tmp_path / "out" / "indices.parquet").is_file()


@pytest.mark.parametrize("name", ["sensitivity", "phase"])
def test_where_it_runs_is_said_once(six: Path, name: str) -> None:
    axes = ["--x", "security.weight=2:8", "--y", "trust.prior=.6:.7"] if name == "phase" else []
    words = [name, str(six), *axes, "--jobs", "2", "--executor", "tcp://127.0.0.1:1"]
    found = CliRunner().invoke(cli.app, words)
    assert isinstance(found.exception, UserError)
    assert "--jobs 2 and --executor 'tcp://127.0.0.1:1' both say where it runs" in str(
        found.exception
    )
