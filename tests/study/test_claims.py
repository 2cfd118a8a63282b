from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from sim import cli
from sim.errors import ScenarioError, UserError
from sim.scenario import find_scenario, load_scenario, shipped_scenarios
from sim.show.plots.forest import draw_forest
from sim.statistics.paired import NEGLIGIBLE, combined
from sim.statistics.shares import wilson
from sim.study import register
from sim.study.claim_specs import Claim, read_claims
from sim.study.claim_tests import ClaimsReport, evaluate_claims
from sim.study.compare import compare
from sim.study.verdicts import MARGIN, judge, of_row
from tests.inline_scenario import TEXT

OVERLAY = """
format: 1
extends: six.yaml
arms:
  same: {title: Nothing changes}
  no_pact: {pacts: {old: off}}
  calm_no_pact: {events: {shock: off}, pacts: {old: off}}
claims:
  T1:
    text: The shock estranges the two.
    of: T0
    metric: alignment(DDD, AAA)
    arms: [base, calm]
    direction: lower
    size: [3, 4]
    horizon: 2022Q3..2023Q4
    at: ['000:p1']
  T2:
    text: The shock brings the two together.
    metric: alignment(DDD, AAA)
    arms: [base, calm]
    direction: higher
  T3:
    text: An arm that changes nothing changes nothing.
    of: T0
    in: most runs
    metric: threat(CCC)
    arms: [same, base]
    direction: unchanged
  T4:
    text: An arm that changes nothing raises the threat.
    metric: threat(CCC)
    arms: [same, base]
    direction: higher
  T5:
    text: The shock matters less without the pact.
    metric: threat(DDD)
    arms: [no_pact, calm_no_pact]
    less: [base, calm]
    direction: lower
  T6:
    text: Alignment falls within the base.
    of: T06
    metric: alignment(DDD, AAA) @ end - alignment(DDD, AAA) @ start
    arms: [base]
    direction: not_higher
    margin: 0.05
  T7:
    text: Contested.
    metric: tension(FRIENDS, DDD)
    arms: [base, calm]
    direction: higher
    open: two sources disagree
  T8:
    text: Something that is not there yet.
    arms: [base, calm]
    direction: higher
    pending: no such mechanism yet
"""


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("six")
    (folder / "six.yaml").write_text(TEXT)
    (folder / "over.yaml").write_text(OVERLAY)
    return folder / "over.yaml"


@pytest.fixture(scope="module")
def report(scenario: Path) -> ClaimsReport:
    return evaluate_claims([scenario], runs=40, seed=3, command="a test")


def claim(direction: str, **changes: Any) -> Claim:
    values: dict[str, Any] = {
        "id": "T1", "scenario": "six", "of": "T1", "text": "x", "direction": direction,
        "metric": "1", "arms": ("base", "calm"), "less": (), "horizon": None, "at": (),
        "margin": None, "smallest": None, "open": None, "pending": None, "note": None,
    }  # fmt: skip
    return Claim(**(values | changes))


# --- the rule ------------------------------------------------------------------------------------
#: Effects in standard deviations of the metric, with noise of a tenth of it, over 200 runs.
SIZES = {"up": 0.5, "down": -0.5, "none": 0.0, "tiny": 0.5 * NEGLIGIBLE, "slight": 0.15}


@pytest.mark.parametrize(
    ("direction", "size", "verdict"),
    [
        ("higher", "up", "supported"),
        ("higher", "down", "contradicted"),
        ("higher", "none", "undetermined"),
        ("higher", "tiny", "undetermined"),
        ("higher", "slight", "supported"),
        ("lower", "down", "supported"),
        ("lower", "up", "contradicted"),
        ("lower", "slight", "contradicted"),
        ("unchanged", "none", "supported"),
        ("unchanged", "slight", "supported"),
        ("unchanged", "up", "contradicted"),
        ("unchanged", "down", "contradicted"),
        ("not_higher", "down", "supported"),
        ("not_higher", "slight", "supported"),
        ("not_higher", "up", "contradicted"),
        ("not_lower", "up", "supported"),
        ("not_lower", "down", "contradicted"),
    ],
)
def test_verdicts(direction: str, size: str, verdict: str) -> None:
    rng = np.random.default_rng(1)
    base = rng.normal(5.0, 1.0, 200)
    noise = rng.normal(0.0, 0.1 if size != "tiny" else 1e-4, 200)
    noise -= noise.mean()
    effect, difference = combined([base + SIZES[size] + noise, base], seed=0)
    found = judge(claim(direction), effect, difference)
    assert found.verdict == verdict
    assert found.reason
    assert found.holds is not None
    if verdict == "supported" and size in ("up", "down"):
        assert found.holds > 0.95
    assert (found.margin is None) == (direction in ("higher", "lower"))
    if found.margin is not None:
        assert found.margin == pytest.approx(MARGIN * effect.spread)
    contested = judge(claim(direction, open="they disagree"), effect, difference)
    assert contested.verdict == "open"
    assert f"would be {verdict}" in contested.reason


def test_an_effect_smaller_than_matters_is_negligible() -> None:
    rng = np.random.default_rng(3)
    base = rng.normal(5.0, 1.0, 200)
    pair = combined([base + 0.05 + rng.normal(0.0, 0.01, 200), base], seed=0)
    found = judge(claim("higher"), *pair)
    assert found.verdict == "negligible"
    assert found.smallest == pytest.approx(0.1 * pair[0].spread)
    assert judge(claim("higher", smallest=0.01), *pair).verdict == "supported"
    assert judge(claim("lower"), *pair).verdict == "contradicted"
    large = judge(claim("higher"), *pair, span=100.0)  # one per cent of the range is more
    assert large.smallest == 1.0


def test_a_direction_that_few_runs_have_is_not_robust() -> None:
    rng = np.random.default_rng(4)
    base = rng.normal(5.0, 1.0, 200)
    rare = np.where(np.arange(200) % 2 == 0, 1.0, 0.0)
    found = judge(claim("higher"), *combined([base + rare, base], seed=0))
    assert found.verdict == "supported"
    assert "not robust" in found.reason


def test_an_interval_across_the_margin_is_undetermined() -> None:
    rng = np.random.default_rng(2)
    base = rng.normal(0.0, 1.0, 60)
    effect, difference = combined([base + rng.normal(0.2, 0.5, 60), base], seed=0)
    assert judge(claim("unchanged"), effect, difference).verdict == "undetermined"
    wide = judge(claim("unchanged", margin=2.0), effect, difference)
    assert wide.verdict == "supported"
    assert wide.margin == 2.0


@pytest.mark.parametrize(
    ("differing", "reason"), [(0, "no run differs"), (3, "only 3 runs of 50 differ")]
)
def test_few_runs_decide_nothing(differing: int, reason: str) -> None:
    base = np.linspace(0.0, 1.0, 50)
    other = base.copy()
    other[:differing] += 5.0
    found = judge(claim("higher"), *combined([other, base], seed=0))
    assert (found.verdict, found.reason) == ("undetermined", reason)


def test_a_metric_without_a_value_is_undetermined() -> None:
    nothing = np.full(20, np.nan)
    found = judge(claim("lower"), *combined([nothing, nothing], seed=0))
    assert found.verdict == "undetermined"
    assert found.holds is None
    assert json.dumps(found.to_dict(), allow_nan=False)


@pytest.mark.parametrize(
    ("band", "where"),
    [((0.2, 0.8), "inside"), ((1.0, 2.0), "outside"), ((0.0, 0.2), "outside"),
     ((0.495, 0.9), "across")],
)  # fmt: skip
def test_a_claimed_size_is_told_beside_the_verdict(band: tuple[float, float], where: str) -> None:
    rng = np.random.default_rng(5)
    base = rng.normal(5.0, 1.0, 200)
    noise = rng.normal(0.0, 0.1, 200)
    other = base + 0.5 + noise - noise.mean()
    low, high = band
    for direction, arms in (("higher", [other, base]), ("lower", [base, other])):
        found = judge(claim(direction, size_low=low, size_high=high), *combined(arms, seed=0))
        assert found.verdict == "supported"
        assert found.size == where
        assert f"its size lies {where}" in found.reason
    assert judge(claim("higher"), *combined([other, base], seed=0)).size is None


@pytest.mark.parametrize(
    ("right", "by", "verdict"),
    [(0.9, 1.0, "supported"), (0.9, 0.05, "negligible"), (0.5, 1.0, "undetermined"),
     (0.2, 9.0, "contradicted")],
)  # fmt: skip
def test_most_runs_have_a_verdict_of_their_own(right: float, by: float, verdict: str) -> None:
    base = np.random.default_rng(6).normal(5.0, 1.0, 200)
    change = np.where(np.arange(200) < 200 * right, by, -0.01)
    pair = combined([base + change, base], seed=0)
    found = judge(claim("higher", most=True), *pair)
    assert found.verdict == verdict
    assert found.holds == pytest.approx(right)
    assert (found.holds_low, found.holds_high) == wilson(round(200 * right), 200)
    assert "of the runs" in found.reason
    if right == 0.2:  # a few runs make the mean: that is another claim
        assert judge(claim("higher"), *pair).verdict == "supported"
    kept = judge(claim("not_lower", most=True, margin=0.1), *pair)
    assert kept.verdict == "supported"
    assert kept.holds == 1.0


@pytest.mark.parametrize(
    ("parts", "verdict"),
    [
        (["supported"], "supported"),
        (["supported", "supported"], "supported"),
        (["supported", "negligible"], "mixed"),
        (["supported", "pending"], "mixed"),
        (["supported", "open"], "supported"),
        (["negligible", "negligible"], "negligible"),
        (["supported", "contradicted", "undetermined"], "contradicted"),
        (["open"], "open"),
        (["pending", "pending"], "pending"),
    ],
)
def test_a_row_has_the_verdict_of_all_its_parts(parts: list[str], verdict: str) -> None:
    assert of_row(parts) == verdict


# --- a scenario's claims -------------------------------------------------------------------------
def test_claims_of_a_scenario_are_judged(report: ClaimsReport) -> None:
    verdicts = {found.claim.id: found.verdict for found in report.verdicts}
    assert list(verdicts) == [f"T{k}" for k in range(1, 9)]
    assert verdicts["T1"] == "supported"
    assert verdicts["T2"] == "contradicted"
    assert verdicts["T3"] == "supported"
    assert verdicts["T4"] == "undetermined"
    assert verdicts["T7"] == "open"
    assert verdicts["T8"] == "pending"
    by_id = {found.claim.id: found for found in report.verdicts}
    assert by_id["T8"].reason == "no such mechanism yet"
    assert by_id["T8"].effect is None
    assert by_id["T4"].reason == "no run differs"
    assert by_id["T6"].claim.of == "T06"
    assert by_id["T1"].claim.of == "T0"
    assert by_id["T2"].claim.of == "T2"
    assert by_id["T3"].claim.most
    assert 0.9 < by_id["T1"].holds <= 1.0
    assert by_id["T6"].margin == 0.05
    assert by_id["T1"].size == "outside"
    assert by_id["T3"].holds_low is not None
    rows = {row.row: row for row in report.rows()}
    assert rows["T0"].parts == ("T1", "T3")
    assert rows["T0"].verdict == "supported"
    assert rows["T8"].verdict == "pending"


def test_effects_are_those_of_a_comparison(scenario: Path, report: ClaimsReport) -> None:
    found = compare(
        scenario,
        arms=["base"],
        against="calm",
        metrics=["alignment(DDD, AAA)"],
        horizon="2022Q3..2023Q4",
        runs=40,
        seed=3,
    )
    assert report.verdicts[0].effect == found.arms[0].metrics[0].effect


def test_a_difference_of_differences(scenario: Path, report: ClaimsReport) -> None:
    arms = ["no_pact", "calm_no_pact", "base", "calm"]
    found = compare(scenario, arms=arms, against="same", metrics=["threat(DDD)"], runs=40, seed=3)
    a, b, c, d = (found.values[arm][0] for arm in arms)
    assert np.allclose(report.differences["over", "T5"], (a - b) - (c - d))


def test_a_report_is_saved_and_printed(report: ClaimsReport, tmp_path: Path) -> None:
    from rich.console import Console

    place = report.save_in(tmp_path)
    assert place.name.endswith("-over-claims")
    table = pd.read_parquet(place / "claims.parquet")
    assert table["id"].tolist() == [found.claim.id for found in report.verdicts]
    assert table["verdict"].tolist() == [found.verdict for found in report.verdicts]
    runs = pd.read_parquet(place / "runs.parquet")
    assert len(runs) == 7 * 40
    manifest = json.loads((place / "manifest.json").read_text())
    assert manifest["kind"] == "claims"
    assert manifest["scenarios"]["over"]["runs"] == 40
    found = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert found["counts"]["pending"] == 1
    assert found["rows"][0] == {
        "row": "T0", "scenario": "over", "verdict": "supported", "parts": ["T1", "T3"]
    }  # fmt: skip
    assert "1 pending" in report.summary()
    console = Console(width=90, force_terminal=False)
    with console.capture() as capture:
        console.print(report)
    text = capture.get()
    assert "no such mechanism yet." in text
    assert "its size lies outside 3 to 4." in text
    assert "Rows, over all their parts: " in text
    assert "lower? -0." in text
    assert all(len(line) <= 90 for line in text.splitlines())
    assert "Supported: the interval lies on the claimed side" in text


def test_claims_are_read_as_they_were_saved(report: ClaimsReport, tmp_path: Path) -> None:
    again = ClaimsReport.load(report.save(tmp_path / "saved"))
    assert again.to_dict() == report.to_dict()
    assert again.verdicts == report.verdicts
    assert again.run_id == report.run_id
    assert again.differences.keys() == report.differences.keys()
    for key, values in report.differences.items():
        assert np.array_equal(again.differences[key], values, equal_nan=True)


def test_the_forest_plot_groups_by_verdict(report: ClaimsReport) -> None:
    figure = draw_forest(report)
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert any(text.startswith("supported (") for text in texts)
    assert any(text.startswith("contradicted (") for text in texts)
    assert "T1" in texts
    assert "T8" not in texts
    pending = [found for found in report.verdicts if found.verdict == "pending"]
    nothing = ClaimsReport(tuple(pending), {}, {"over": 1}, {"over": 1}, {"over": ""})
    with pytest.raises(UserError, match="nothing to draw"):
        draw_forest(nothing)


def test_results_do_not_depend_on_the_number_of_workers(
    scenario: Path, report: ClaimsReport
) -> None:
    again = evaluate_claims([scenario], runs=40, seed=3, jobs=1)
    assert again.to_dict() == report.to_dict()
    assert again.run_id == report.run_id


def test_progress_runs_over_all_arms(scenario: Path) -> None:
    seen: list[tuple[int, int]] = []
    evaluate_claims([scenario], runs=2, progress=lambda *step: seen.append(step))
    assert seen[-1] == (10, 10)  # base, calm, same, no_pact, calm_no_pact
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


# --- mistakes ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("metrc: 1", "6:12: claims.T1.metrc: unknown field; did you mean 'metric'?"),
        ("metric: alignmnet(DDD, AAA)",
         "6:13: claims.T1.metric: alignmnet: unknown quantity; did you mean 'alignment'?"),
        ("metric: 2 * threat(CCD)",
         ("6:24: claims.T1.metric: CCD: unknown state or group; the states are "
          "AAA, BBB, CCC, DDD, EEE, FFF")),
        ("metric: '2 * threat(CCD)'",
         ("6:25: claims.T1.metric: CCD: unknown state or group; the states are "
          "AAA, BBB, CCC, DDD, EEE, FFF")),
        ("metric: >-\n      2 *\n      threat(CCD)",
         ("6:13: claims.T1.metric: CCD: unknown state or group; the states are "
          "AAA, BBB, CCC, DDD, EEE, FFF")),
        ("horizon: 2022Q1..2031Q1",
         "6:22: claims.T1.horizon: 2031Q1: after the end of the clock, 2024Q2"),
        ("horizon: soon", ("6:14: claims.T1.horizon: soon: expected a quarter such as 2024Q3, "
         "'start' or 'end'")),
        ("direction: hihger",
         "6:16: claims.T1.direction: unknown direction 'hihger'; did you mean 'higher'?"),
        ("direction: odd", ("6:16: claims.T1.direction: unknown direction 'odd'; expected higher, "
         "lower, unchanged, not_higher, not_lower")),
        ("arms: [base, calm, base]",
         "6:11: claims.T1.arms: expected one arm, or a treatment and its counterfactual"),
        ("arms: base", "6:11: claims.T1.arms: expected a list of texts"),
        ("less: [base]", ("6:11: claims.T1.less: expected two arms, whose effect is taken off the "
         "effect between 'arms'")),
        ("less: [base, clam]", "6:11: claims.T1.less: unknown arm 'clam'; did you mean 'calm'?"),
        ("margin: -1",
         "6:13: claims.T1.margin: expected a number above 0, in units of the metric"),
        ("size: 3", ("6:11: claims.T1.size: expected [low, high] with 0 <= low < high, the size of "
         "the effect in units of the metric, without the sign of the direction")),
        ("size: [.2, .1]", ("6:11: claims.T1.size: expected [low, high] with 0 <= low < high, the "
         "size of the effect in units of the metric, without the sign of the direction")),
        ("in: every run",
         "6:9: claims.T1.in: expected 'most runs', or nothing for the mean of the runs"),
        ("text: 3", "6:11: claims.T1.text: expected a text"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_their_place(
    scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    sound = {
        "text": "x", "metric": "threat(CCC)", "arms": "[base, calm]", "direction": "higher"
    }  # fmt: skip
    rest = "\n".join(f"    {k}: {v}" for k, v in sound.items() if not text.startswith(f"{k}:"))
    (tmp_path / "six.yaml").write_text(TEXT)
    path = tmp_path / "case.yaml"
    path.write_text(
        f"format: 1\nextends: six.yaml\nclaims:\n  T1:\n    at: [x]\n    {text}\n{rest}\n"
    )
    with pytest.raises(ScenarioError) as caught:
        read_claims(load_scenario(path), path)
    lines = str(caught.value).splitlines()
    assert f"case.yaml:{message}" in lines


def test_a_field_that_is_missing_is_told_at_its_claim(scenario: Path, tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    lines = "format: 1\nextends: six.yaml\nclaims:\n  T1:\n    text: x\n"
    path.write_text(f"{lines}    metric: threat(CCC)\n    direction: higher\n")
    (tmp_path / "six.yaml").write_text(TEXT)
    with pytest.raises(ScenarioError, match=r"case.yaml:\d+:\d+: claims.T1.arms: expected one arm"):
        read_claims(load_scenario(path), path)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "six.yaml").write_text(TEXT)
    path = tmp_path / "case.yaml"
    path.write_text(
        "format: 1\nextends: six.yaml\nclaims:\n  A: {text: x}\n  B: {metric: 1 +, text: y}\n"
    )
    with pytest.raises(ScenarioError) as caught:
        evaluate_claims([path], runs=1)
    told = [f"{problem.key}: {problem.message}" for problem in caught.value.problems]
    assert "claims.A: missing 'metric'" in told
    assert "claims.A: missing 'direction'" in told
    assert any(line.startswith("claims.B.metric: expected a quantity") for line in told)


def test_a_size_needs_a_side(tmp_path: Path) -> None:
    (tmp_path / "six.yaml").write_text(TEXT)
    path = tmp_path / "case.yaml"
    path.write_text(
        "format: 1\nextends: six.yaml\nclaims:\n  A: {text: x, metric: threat(CCC), arms: [base], "
        "direction: unchanged, size: [0, 1]}\n"
    )
    with pytest.raises(ScenarioError, match="a size goes with direction higher or lower"):
        read_claims(load_scenario(path), path)


# --- the register --------------------------------------------------------------------------------
def test_the_register_has_all_rows() -> None:
    rows = register.read_register()
    assert len(rows) == 50
    assert len({row.id for row in rows}) == 50
    for row in rows:
        assert row.text.endswith(".")
        assert row.at
        assert all(len(place) >= 6 and place[3:5] == ":p" for place in row.at)
        assert (row.state == register.MISSING) == (not row.claims)


def test_claims_of_shipped_scenarios_belong_to_rows_of_the_register() -> None:
    rows = {row.id: row.scenario for row in register.read_register()}
    for name in shipped_scenarios():
        for found in register.claims_of(name):
            if found.of in rows:
                assert rows[found.of] == name, found.id


@pytest.mark.parametrize("name", shipped_scenarios())
def test_claims_of_shipped_scenarios_are_sound(name: str) -> None:
    path = find_scenario(name)
    spec = load_scenario(path)
    for found, metric in read_claims(spec, path):
        assert found.at, f"{found.id} says where it is asserted"
        assert (metric is None) == (found.pending is not None)


def test_the_register_says_nothing_twice() -> None:
    text = register.register_file().read_text("utf-8")
    assert len(set(yaml.safe_load(text)["claims"])) == 50


# --- command line --------------------------------------------------------------------------------
def run_cli(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["multipolar", *words])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    return int(caught.value.code or 0)


def test_the_command(
    scenario: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_cli(monkeypatch, "claims", str(scenario), "--runs", "8", "--out", "found") == 0
    assert "supported" in capsys.readouterr().out
    assert (tmp_path / "found" / "figures" / "claims.png").is_file()
    words = [str(scenario), "--runs", "8", "--json", "--quiet", "--no-figures"]
    assert run_cli(monkeypatch, "claims", *words) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["counts"]["pending"] == 1
    assert Path(found["folder"]).parent == Path("results")


def test_the_command_without_a_file_lists_the_register(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_cli(monkeypatch, "claims") == 0
    assert "50 claims:" in capsys.readouterr().out
    assert run_cli(monkeypatch, "claims", "--json") == 0
    assert len(json.loads(capsys.readouterr().out)) == 50


def test_mistakes_on_the_command_line_exit_with_2(
    scenario: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_cli(monkeypatch, "claims", "no_such_scenario") == 2
    assert "no scenario" in capsys.readouterr().err
    assert run_cli(monkeypatch, "claims", str(scenario), "--all") == 2
    capsys.readouterr()
    assert run_cli(monkeypatch, "claims", "synthetic", "--runs", "2") == 2
    assert "there are no claims; write them under `claims:`" in capsys.readouterr().err
