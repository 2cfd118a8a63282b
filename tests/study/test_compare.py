from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, bootstrap

from sim import cli
from sim.errors import UserError
from sim.measure.language import Observed
from sim.record.saved import load_saved
from sim.scenario import load_arms
from sim.show.plots.differences import draw_differences
from sim.statistics.paired import (
    LEAST_DIFFERENT,
    NEGLIGIBLE,
    Effect,
    combined,
    effects,
    intervals,
)
from sim.study.arms import MOVES, parted
from sim.study.claim_tests import ClaimsReport
from sim.study.compare import compare, touched
from sim.study.comparison import Comparison
from sim.words.digits import number
from tests.inline_scenario import TEXT
from tests.support import synthetic_record

OVERLAY = """
format: 1
extends: six.yaml
arms:
  same: {title: Nothing changes}
  visit:
    title: A visit that should not matter
    events:
      visit:
        at: 2022Q2
        title: A visit
        source: made
        effects: {contact: {EEE-FFF: {add: 0, range: [-0.1, 0.1]}}}
  no_pact: {pacts: {old: off}}
"""
METRICS = (
    "alignment(CCC, AAA)",
    "alignment(EEE, BBB)",
    "alignment(FFF, BBB)",
    "threat(CCC)",
    "threat(EEE)",
    "trust(DDD, BBB)",
    "tension(CCC, DDD)",
    "hedging(CCC)",
    "contact(EEE, AAA)",
    "intensity(CCC, AAA, defence)",
    "moves(court, EEE)",
    "poles()",
)


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("six")
    (folder / "six.yaml").write_text(TEXT)
    (folder / "over.yaml").write_text(OVERLAY)
    return folder / "over.yaml"


@pytest.fixture(scope="module")
def comparison(scenario: Path) -> Comparison:
    return compare(scenario, runs=60, seed=5, command="a test")


@pytest.fixture(scope="module")
def many(scenario: Path) -> list[Comparison]:
    """Large comparisons of several seeds, from which samples are taken."""
    return [
        compare(scenario, arms=("visit", "calm"), metrics=METRICS, runs=600, seed=seed)
        for seed in range(4)
    ]


# --- intervals -----------------------------------------------------------------------------------
@pytest.mark.parametrize("shape", ["normal", "skewed", "sparse"])
def test_intervals_are_those_of_scipy(shape: str) -> None:
    rng = np.random.default_rng(1)
    values = {
        "normal": rng.normal(0.1, 1.0, (3, 150)),
        "skewed": rng.exponential(1.0, (3, 150)) - 1.0,
        "sparse": (rng.random((3, 150)) < 0.2) * 1.0,
    }[shape]
    low, high = intervals(values, seed=0)
    found = bootstrap(
        (values,), np.mean, axis=-1, n_resamples=9_999, method="BCa", rng=np.random.default_rng(2)
    ).confidence_interval
    width = high - low
    assert np.all(np.abs(low - found.low) < 0.06 * width)
    assert np.all(np.abs(high - found.high) < 0.06 * width)


def test_an_interval_of_equal_values_is_the_value() -> None:
    low, high = intervals(np.array([[0.3] * 20, [0.0] * 20]), seed=0)
    assert low == pytest.approx([0.3, 0.0])
    assert high == pytest.approx([0.3, 0.0])


def test_few_runs_that_differ_never_exclude_zero() -> None:
    values = np.zeros((2, 40))
    values[0, : LEAST_DIFFERENT - 1] = 1.0
    values[1, : LEAST_DIFFERENT + 2] = 1.0
    low, high = intervals(values, seed=0)
    assert low[0] == 0.0 < high[0]
    assert low[1] > 0.0


def test_runs_without_a_value_are_left_out() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(1.0, 1.0, (1, 60))
    gaps = np.concatenate([values, np.full((1, 15), np.nan)], axis=1)
    assert np.allclose(intervals(gaps, seed=0), intervals(values, seed=0))
    assert np.isnan(intervals(np.full((1, 5), np.nan), seed=0)).all()
    effect = effects(gaps, np.zeros_like(gaps), seed=0)[0]
    assert effect.runs == 60
    nothing = effects(np.full((1, 5), np.nan), np.zeros((1, 5)), seed=0)[0]
    assert nothing.runs == 0
    assert not nothing.clear


def test_the_resamples_are_keyed() -> None:
    values = np.random.default_rng(4).normal(0.0, 1.0, (2, 50))
    assert np.array_equal(intervals(values, seed=1), intervals(values, seed=1))
    assert not np.array_equal(intervals(values, seed=1), intervals(values, seed=2))


def test_an_effect_has_its_parts() -> None:
    rng = np.random.default_rng(5)
    base = rng.normal(2.0, 1.0, (1, 400))
    effect = effects(base + 0.3 + rng.normal(0.0, 0.1, base.shape), base, seed=0)[0]
    assert effect.low < effect.difference < effect.high
    assert effect.difference == pytest.approx(effect.treatment - effect.reference)
    assert effect.clear
    assert effect.standardised == pytest.approx(0.3, abs=0.05)
    assert effect.higher > 0.99
    assert effect.efficiency is not None
    assert 100 < effect.efficiency < 400  # (1 + 1) / 0.01, about
    tiny = effects(base + 0.5 * NEGLIGIBLE * effect.spread, base, seed=0)[0]
    assert tiny.low > 0
    assert tiny.negligible
    assert not tiny.clear
    assert tiny.higher == 1.0


def test_effects_of_one_and_of_four_arms() -> None:
    rng = np.random.default_rng(6)
    arms = [rng.normal(mean, 1.0, 300) for mean in (3.0, 1.0, 2.5, 2.0)]
    alone, values = combined(arms[:1], seed=0)
    assert alone.reference == 0.0
    assert alone.difference == pytest.approx(arms[0].mean())
    assert np.array_equal(values, arms[0])
    pair, _ = combined(arms[:2], seed=0)
    assert pair == effects(arms[0][None], arms[1][None], seed=0)[0]
    both, values = combined(arms, seed=0)
    assert both.treatment == pytest.approx((arms[0] - arms[1]).mean())
    assert both.reference == pytest.approx((arms[2] - arms[3]).mean())
    assert np.allclose(values, arms[0] - arms[1] - arms[2] + arms[3])
    assert both.efficiency == pytest.approx(1.0, abs=0.2)  # independent arms: pairing gains nothing


# --- comparisons ---------------------------------------------------------------------------------
def test_an_arm_that_changes_nothing_has_no_effect(comparison: Comparison) -> None:
    same = next(arm for arm in comparison.arms if arm.name == "same")
    assert same.title == "Nothing changes"
    assert all(found.effect.difference == 0.0 for found in same.metrics)
    assert all(found.parts is None for found in same.metrics)
    assert not any(same.diverged)
    assert not same.movers


def test_an_arm_that_changes_something_has_effects(comparison: Comparison) -> None:
    calm = next(arm for arm in comparison.arms if arm.name == "calm")
    found = {metric.metric: metric for metric in calm.metrics}
    alignment = found["alignment(DDD, AAA)"]
    assert alignment.effect.clear
    assert alignment.effect.difference > 0
    assert alignment.parts == "2022Q1"  # the quarter of the event that it leaves out
    assert alignment.difference[0] == 0.0
    assert calm.diverged[0] == 0.0 < calm.diverged[-1]
    assert list(calm.diverged) == sorted(calm.diverged)
    assert {mover.state for mover in calm.movers} <= {"BBB", "EEE", "FFF"}


def test_default_metrics(comparison: Comparison) -> None:
    metrics = comparison.metrics
    for text in ("alignment(CCC, AAA)", "threat(DDD)", "hedging(CCC)", "poles()"):
        assert text in metrics
    assert sum(text.startswith("dependence(CCC") for text in metrics) == 1
    assert any(text.startswith("intensity(") for text in metrics)
    assert not comparison.chosen


def test_tables_are_tidy(comparison: Comparison) -> None:
    arms, metrics, ticks = 4, len(comparison.metrics), comparison.quarters + 1
    assert len(comparison.effects()) == arms * metrics
    assert len(comparison.series()) == arms * metrics * ticks
    runs = comparison.by_run()
    assert len(runs) == (arms + 1) * metrics * comparison.runs
    assert len(comparison.partings()) == arms * ticks
    wide = runs[runs["metric"] == "threat(CCC)"].pivot(index="run", columns="arm", values="value")
    row = comparison.effects().query("arm == 'calm' and metric == 'threat(CCC)'").iloc[0]
    assert (wide["calm"] - wide["base"]).mean() == pytest.approx(row["difference"])


def test_results_do_not_depend_on_the_number_of_workers(
    scenario: Path, comparison: Comparison
) -> None:
    again = compare(scenario, runs=60, seed=5, jobs=1)
    assert again.run_id == comparison.run_id
    assert again.effects().equals(comparison.effects())
    assert again.to_dict() == comparison.to_dict()


def test_a_comparison_is_saved_whole(comparison: Comparison, tmp_path: Path) -> None:
    place = comparison.save_in(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [place.name]
    manifest = json.loads((place / "manifest.json").read_text())
    assert manifest["kind"] == "comparison"
    assert manifest["meta"]["command"] == "a test"
    tables = {name.removesuffix(".parquet") for name in manifest["files"]}
    assert tables == {"effects", "series", "runs", "third_states", "partings"}
    assert pd.read_parquet(place / "effects.parquet").equals(comparison.effects())
    assert comparison.save_in(tmp_path) == place  # replaced
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "letter.txt").write_text("mine")
    with pytest.raises(UserError, match="is not a result"):
        comparison.save(tmp_path / "taken")


def test_a_comparison_is_read_as_it_was_saved(comparison: Comparison, tmp_path: Path) -> None:
    place = comparison.save(tmp_path / "saved")
    again = load_saved(place)
    assert isinstance(again, Comparison)
    assert again.to_dict() == comparison.to_dict()
    assert again.run_id == comparison.run_id
    assert again.chosen == comparison.chosen
    assert list(again.values) == list(comparison.values)
    for arm, values in comparison.values.items():
        assert np.array_equal(again.values[arm], values, equal_nan=True)
    with pytest.raises(UserError, match="holds a comparison, not a claims"):
        ClaimsReport.load(place)
    (place / "series.parquet").write_bytes(b"other")
    with pytest.raises(UserError, match="not as it was written"):
        Comparison.load(place)


def test_findings_are_json_and_text(comparison: Comparison) -> None:
    from rich.console import Console

    found = json.loads(json.dumps(comparison.to_dict(), allow_nan=False))
    assert found["reference"] == "base"
    assert [arm["name"] for arm in found["arms"]] == ["calm", "same", "visit", "no_pact"]
    console = Console(width=100, force_terminal=False)
    with console.capture() as capture:
        console.print(comparison)
    text = capture.get()
    assert "In no run does any move differ." in text
    assert "times the runs (median)" in text
    assert all(len(line) <= 100 for line in text.splitlines())


def test_the_reference_and_the_metrics_can_be_chosen(scenario: Path) -> None:
    found = compare(
        scenario,
        arms=["calm", "base"],
        against="no_pact",
        metrics=["threat(CCC)", "mean(threat(FRIENDS), 0) @ 2022Q1..2022Q4"],
        horizon="2022Q3..2023Q2",
        set=["security.weight=5"],
        quarters=7,
        runs=4,
    )
    assert found.reference == "no_pact"
    assert [arm.name for arm in found.arms] == ["calm", "base"]
    assert found.quarters == 7
    assert found.horizon == "2022Q3..2023Q2"
    assert list(found.values) == ["no_pact", "calm", "base"]
    assert found.meta.overrides == ("security.weight=5",)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"arms": ["clam"]}, "no arm 'clam'; did you mean 'calm'?"),
        ({"against": "basis"}, "no arm 'basis'; did you mean 'base'?"),
        ({"arms": ["base"]}, "nothing to compare: no arm beside 'base'"),
        ({"metrics": ["threat(CCD)"]}, "metric:1:8: CCD: unknown state or group; the states are"),
        ({"horizon": "2031Q1"}, "2031Q1: after the end of the clock, 2024Q2"),
        ({"horizon": "later"}, "horizon:1:1: later: expected a quarter"),
    ],
)
def test_mistakes(scenario: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError) as caught:
        compare(scenario, runs=2, **options)
    assert message in str(caught.value)


def test_states_that_arms_name_are_no_third_states(scenario: Path) -> None:
    specs = load_arms(scenario)
    assert touched(specs["base"], specs["calm"]) == {"AAA", "CCC", "DDD"}
    assert touched(specs["base"], specs["no_pact"]) == {"AAA", "CCC"}
    assert touched(specs["base"], specs["visit"]) == {"EEE", "FFF"}
    assert touched(specs["base"], specs["same"]) == set()


def test_paths_part_at_the_first_different_move() -> None:
    record = synthetic_record()
    log = MOVES.take(Observed(record))
    quarters = record.quarters
    assert (parted(log, log) == quarters + 1).all()
    moves = record.moves.copy()
    at = 20 * 3 + 7
    moves["kind"][at] = moves["kind"][at] % 10 + 1
    first = parted(log, MOVES.take(Observed(replace(record, moves=moves))))
    assert first[3] == moves["tick"][at]
    assert (np.delete(first, 3) == quarters + 1).all()
    shorter = replace(record, moves=np.delete(record.moves, 20 * 6 - 1))
    first = parted(log, MOVES.take(Observed(shorter)))
    assert first[5] == record.moves["tick"][20 * 6 - 1]


# --- calibration ---------------------------------------------------------------------------------
BLOCK = 60  # runs of a sample


def samples(found: list[Comparison], arm: str, base: str) -> list[tuple[int, list[Effect]]]:
    """Effects of an arm on the metrics, from disjoint samples of runs."""
    return [
        (
            comparison.meta.seed,
            effects(
                comparison.values[arm][:, k : k + BLOCK],
                comparison.values[base][:, k : k + BLOCK],
                seed=comparison.meta.seed,
            ),
        )
        for comparison in found
        for k in range(0, comparison.runs, BLOCK)
    ]


def test_intervals_of_no_effect_hold_zero_at_the_nominal_rate(many: list[Comparison]) -> None:
    """Same scenario, other luck: the true difference is exactly zero.

    40 samples of each of 12 metrics. The metrics of a sample are dependent, so the tolerance is
    that of 40 independent intervals: 95% less 2.6 binomial standard errors of 3.4% each.
    """
    covered = []
    for one, other in zip(many, [*many[1:], many[0]], strict=True):
        difference = one.values["base"] - other.values["base"]
        for k in range(0, one.runs, BLOCK):
            low, high = intervals(difference[:, k : k + BLOCK], seed=one.meta.seed)
            covered.append((low <= 0) & (high >= 0))
    assert len(covered) == 40
    rate = float(np.mean(covered))
    assert 0.86 <= rate <= 1.0, rate


def test_a_placebo_is_hardly_ever_taken_for_an_effect(many: list[Comparison]) -> None:
    """A visit with no mean effect between two bystanders, over 4 seeds and 12 metrics.

    At a nominal 5%, and 40 samples, at most 5% + 2.6 x 3.4% of the effects may look clear.
    """
    clear = [[effect.clear for effect in found] for _, found in samples(many, "visit", "base")]
    assert float(np.mean(clear)) <= 0.05 + 2.6 * 0.034


def test_intervals_of_a_real_change_hold_its_size(many: list[Comparison]) -> None:
    """The mean over all 2400 runs stands for the truth; tolerance as above, and 0.01 sd.

    This holds for effects that one run in twelve or more shares. Where fewer runs make the whole
    effect, a sample of 60 may have none of them, and its interval is too narrow; its direction is
    still hardly ever wrong.
    """
    values = np.concatenate([found.values["calm"] - found.values["base"] for found in many], axis=1)
    spread = np.concatenate([found.values["base"] for found in many], axis=1).std(axis=1)
    truth, slack = values.mean(axis=1), NEGLIGIBLE * spread
    shared = (np.abs(values) > 0.1 * spread[:, None]).mean(axis=1) >= 1 / 12
    assert shared.sum() >= 3
    held, misled = [], []
    for _, found in samples(many, "calm", "base"):
        low, high = (
            np.array([getattr(effect, side) for effect in found]) for side in ("low", "high")
        )
        held.append(((low - slack <= truth) & (truth <= high + slack))[shared])
        clear = np.array([effect.clear for effect in found])
        wrong = clear & (((low > 0) & (truth < -slack)) | ((high < 0) & (truth > slack)))
        misled.append(wrong)
    assert float(np.mean(held)) >= 0.86
    # one side of an interval of 95 %, as often as so many samples may have it by chance
    assert np.sum(misled) <= binom.ppf(0.99, np.size(misled), 0.025)


def test_pairing_saves_runs(many: list[Comparison]) -> None:
    """At least half of the metrics need five times fewer runs, measured over 600 runs a seed."""
    for found in many:
        ratios = [
            metric.effect.efficiency
            for arm in found.arms
            if arm.name == "calm"
            for metric in arm.metrics
            if metric.effect.efficiency is not None
        ]
        assert np.mean([ratio >= 5 for ratio in ratios]) >= 0.5


def test_the_efficiency_is_what_unpaired_samples_show(many: list[Comparison]) -> None:
    """Means of paired and of unpaired samples really scatter as the ratio says."""
    metric = METRICS.index("alignment(FFF, BBB)")
    calm = np.concatenate([found.values["calm"][metric] for found in many])
    base = np.concatenate([found.values["base"][metric] for found in many])
    said = effects(calm[None], base[None], seed=0)[0].efficiency
    rows = calm.reshape(-1, 20).mean(axis=1), base.reshape(-1, 20).mean(axis=1)
    seen = np.var(rows[0] - np.roll(rows[1], 1)) / np.var(rows[0] - rows[1])
    assert said is not None
    assert 0.4 < seen / said < 2.5


# --- figure and command line ---------------------------------------------------------------------
def test_the_figure_shows_the_clearest_metrics(comparison: Comparison) -> None:
    figure = draw_differences(comparison)
    assert 1 <= len(figure.axes) <= 6
    texts = " ".join(text.get_text() for text in figure.texts)
    assert "against base" in texts
    assert comparison.run_id in texts
    nothing = compare_only_same(comparison)
    assert "What 1 arm changes against base" in " ".join(
        text.get_text() for text in draw_differences(nothing).texts
    )


def compare_only_same(comparison: Comparison) -> Comparison:
    """The comparison with the arm that hardly changes anything alone."""
    return replace(comparison, arms=tuple(arm for arm in comparison.arms if arm.name == "visit"))


def test_a_figure_needs_a_metric_that_varies(scenario: Path) -> None:
    found = compare(scenario, arms=["same"], metrics=["2"], runs=2, quarters=2)
    with pytest.raises(UserError, match="nothing to draw"):
        draw_differences(found)


def run_cli(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["multipolar", *words])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    return int(caught.value.code or 0)


def test_the_command_works_on_an_overlay_from_another_folder(
    scenario: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    words = [str(scenario), "--arms", "calm, visit", "--runs", "8", "--out", "found"]
    assert run_cli(monkeypatch, "compare", *words) == 0
    shown = capsys.readouterr()
    assert "calm" in shown.out
    assert "8 runs, seed 4" in shown.err
    assert (tmp_path / "found" / "figures" / "differences.png").is_file()
    words = [str(scenario), "--metric", "threat(CCC)", "--runs", "3", "--json", "--quiet"]
    assert run_cli(monkeypatch, "compare", *words, "--no-figures") == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["metric"] for row in found["arms"][0]["metrics"]] == ["threat(CCC)"]
    assert Path(found["folder"]).parent == Path("results")


def test_an_overlay_may_extend_a_shipped_scenario_from_any_folder(
    tmp_path: Path, scenarios: Path
) -> None:
    shipped = next(iter(sorted(scenarios.glob("*.yaml"))))
    (tmp_path / "mine.yaml").write_text(
        f"format: 1\nextends: {shipped.name}\nparameters:\n"
        "  security.weight: {value: 6, range: [5, 7], source: judgement, note: mine}\n"
    )
    again = subprocess.run(
        [sys.executable, "-m", "sim.cli", "validate", "mine.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    loaded = load_arms(tmp_path / "mine.yaml", arms=["base"])["base"]
    assert loaded.parameters["security.weight"].value == 6
    assert loaded.claims
    assert again.returncode == 0


def test_mistakes_on_the_command_line_exit_with_2(
    scenario: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_cli(monkeypatch, "compare", str(scenario), "--metric", "thret(CCC)") == 2
    assert "did you mean 'threat'?" in capsys.readouterr().err
    assert run_cli(monkeypatch, "compare", str(scenario), "--all", "--arms", "calm") == 2
    assert run_cli(monkeypatch, "metrics", "thraet") == 2


def test_metrics_are_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_cli(monkeypatch, "metrics") == 0
    assert "munitions(i)" in capsys.readouterr().out
    assert run_cli(monkeypatch, "metrics", "share", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    found = {row["quantity"] for row in rows}
    assert {"share(channel, i, j)", "bloc_share(i)"} <= found
    assert all("share" in quantity for quantity in found)
    assert run_cli(monkeypatch, "metrics", "--markdown") == 0
    assert capsys.readouterr().out.startswith("# Metrics")


@pytest.mark.parametrize(
    ("x", "text"), [(0.5, "0.500"), (-0.04, "-0.04"), (1234.5, "1,234"), (np.nan, "-"), (0, "0")]
)
def test_numbers_are_short(x: float, text: str) -> None:
    assert number(x) == text
