"""Targets, statistics, ABC-SMC, parameter recovery and what a scenario gets of it."""

from __future__ import annotations

import json
import math
import re
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from sim import cli
from sim.drivers.ensemble import run_ensemble
from sim.drivers.model import MultipolarModel
from sim.errors import ScenarioError, UserError
from sim.rules import catalogue as names
from sim.scenario import load_scenario
from sim.show.plots.posterior import draw_fit, draw_posterior
from sim.show.plots.style import save_figure
from sim.study.calibrate import (
    STATISTICS,
    Calibration,
    Evaluator,
    Posterior,
    Settings,
    Targets,
    calibrate,
    judge,
    read_targets,
    recover,
    shipped_targets,
    smc,
)
from sim.study.calibrate.evaluator import Value, at_point
from sim.study.calibrate.posterior import parameter_file, shipped
from sim.study.calibrate.smc import FORMER
from sim.study.calibrate.statistics import Watched, watch
from tests.inline_scenario import TEXT

pytest.importorskip("pyabc")

WORLD = """
format: 1
title: a small world
clock: {start: 2000Q1, quarters: 4}
synthetic: {states: 12, capability: lognormal, spread: 1.5, geography: plane, size: 16, poles: 2,
            positions: normal, distance: 1, seed: 3}
ensemble: {runs: 4, seed: 1, draws: on}
"""
TARGETS = """
format: 1
title: two rates
ensemble: {runs: 6, seed: 1}
parameters:
  moves.create: {}
  moves.court: {prior: triangular}
targets:
  new_pacts:
    title: New pacts
    scenario: world.yaml
    statistic: new_pacts
    value: 0.01
    interval: [0.008, 0.0125]
    scale: log
    source: made up
  unused:
    title: Opportunities that are not used
    scenario: world.yaml
    statistic: unused
    value: 0.9
    interval: [0.88, 0.92]
    source: made up
  alignment:
    title: Alignment of two states
    scenario: world.yaml
    metric: alignment(S0001, S0002)
    value: 0.1
    interval: [-0.2, 0.4]
    source: made up
    held_in: off
    by_hand: on
"""


def write(folder: Path) -> Path:
    """A made-up world and targets for it."""
    (folder / "world.yaml").write_text(WORLD)
    (folder / "targets.yaml").write_text(TARGETS)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a made-up world and targets for it."""
    return write(tmp_path)


@pytest.fixture(scope="module")
def targets(tmp_path_factory: pytest.TempPathFactory) -> Targets:
    return read_targets(write(tmp_path_factory.mktemp("targets")) / "targets.yaml")


class Formula(Evaluator):
    """Figures by a formula in place of the model: what a posterior should be is then known."""

    calls = 0
    stop_at = math.inf

    def __call__(self, point: Mapping[str, Value]) -> dict[str, float]:
        self.calls += 1
        if self.calls > self.stop_at:
            raise KeyboardInterrupt
        create, court = (float(point[name]) for name in ("moves.create", "moves.court"))
        return {
            "new_pacts": 0.01 * math.exp(2.5 - create),
            "unused": 0.9 + 0.05 * (court - 3.2),
            "alignment": 0.0,
        }


# --- targets --------------------------------------------------------------------------------------


def test_targets_are_read(targets: Targets) -> None:
    assert [prior.kind for prior in targets.priors] == ["uniform", "triangular"]
    declared = names.PARAMS["moves.create"]
    assert (targets.priors[0].low, targets.priors[0].high) == declared.plausible
    assert targets.defaults["moves.create"] == declared.default
    assert [target.name for target in targets.held_in] == ["new_pacts", "unused"]
    assert targets.targets[0].runs == 6


def test_deviation_is_in_units_of_the_uncertainty_on_its_side(targets: Targets) -> None:
    log, linear, _ = targets.targets
    assert linear.deviation(0.92) == pytest.approx(1.645)
    assert linear.deviation(0.89) == pytest.approx(-0.8225)
    assert log.deviation(0.0125) == pytest.approx(1.645)
    assert log.deviation(0.008) == pytest.approx(-1.645)
    assert log.deviation(0.0) < -20
    assert log.deviation(math.nan) == math.inf
    assert linear.inside(0.88)
    assert not linear.inside(0.8799)


def test_distance_is_of_targets_held_in(targets: Targets) -> None:
    met = {"new_pacts": 0.01, "unused": 0.9, "alignment": 99.0}
    assert targets.distance(met) == 0.0
    assert targets.distance({**met, "unused": 0.92}) == pytest.approx(1.645 / math.sqrt(2))


def test_prior_quantiles(targets: Targets) -> None:
    uniform, triangular = targets.priors
    assert uniform.quantile(0.25) == pytest.approx(0.75 * uniform.low + 0.25 * uniform.high)
    draws = np.random.default_rng(0).triangular(
        triangular.low, triangular.mode, triangular.high, 200_000
    )
    for q in (0.05, 0.5, 0.9):
        assert triangular.quantile(q) == pytest.approx(np.quantile(draws, q), abs=0.005)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "moves.create:",
            "moves.creat:",
            "6:3: parameters.moves.creat: unknown parameter; did you mean 'moves.create'?",
        ),
        (
            "moves.create: {}",
            "moves.create: {range: [4, 3]}",
            "6:25: parameters.moves.create: the range 4 to 3 leaves nothing to find",
        ),
        ("statistic: unused", "statistic: unusd", "20:16: targets.unused.statistic: expected one"),
        ("statistic: unused", "statistic: unusd", "not 'unusd'; did you mean 'unused'?"),
        (
            "metric: alignment(S0001, S0002)",
            "metric: alignment(S0001, S9)",
            "27:13: targets.alignment.metric: S9: unknown state or group",
        ),
        (
            "value: 0.9\n",
            "value: 1.9\n",
            "22:15: targets.unused.interval: the value 1.9 is not inside its interval",
        ),
        (
            "interval: [0.008, 0.0125]",
            "interval: [-1, 0.0125]",
            "14:15: targets.new_pacts.interval: a log scale begins above 0",
        ),
        (
            "interval: [0.88, 0.92]",
            "interval: [0.88]",
            "22:15: targets.unused.interval: expected 2 items, not 1",
        ),
        (
            "scale: log",
            "scale: lg",
            "15:12: targets.new_pacts.scale: expected one of linear, log, not 'lg'",
        ),
        (
            "title: Alignment of two states",
            "titel: Alignment",
            "25:5: targets.alignment.titel: unknown field; did you mean 'title'?",
        ),
        ("held_in: off", "held_in: off\n    arm: calm", "targets.alignment.scenario: "),
        (
            "statistic: new_pacts",
            "quarters: 4",
            "9:3: targets.new_pacts: expected a statistic or a metric, and one of them only",
        ),
        ("format: 1", "format: 2", "2:9: format: 2 is outside 1 to 1"),
    ],
)
def test_malformed_targets_are_told_with_their_place(
    folder: Path, old: str, new: str, message: str
) -> None:
    path = folder / "targets.yaml"
    assert TARGETS.count(old) == 1 or old == "moves.create:"
    path.write_text(TARGETS.replace(old, new))
    with pytest.raises(ScenarioError) as caught:
        read_targets(path)
    assert any(message in str(problem) for problem in caught.value.problems), str(caught.value)
    assert all(problem.line for problem in caught.value.problems)


def test_targets_that_fit_nothing_are_refused(folder: Path) -> None:
    path = folder / "targets.yaml"
    text = TARGETS.replace("    source: made up\n  ", "    held_in: off\n    source: made up\n  ")
    path.write_text(text.replace("made up\n    held_in: off\n", "made up\n"))
    with pytest.raises(ScenarioError, match="no target is held in"):
        read_targets(path)


def test_unknown_file_of_targets() -> None:
    with pytest.raises(UserError, match="did you mean 'base_rates'"):
        read_targets("base_rate")


@pytest.mark.parametrize("name", shipped_targets())
def test_shipped_targets_are_sound_and_no_claims(name: str, scenarios: Path) -> None:
    found = read_targets(name)
    assert len(found.held_in) >= len(found.priors)
    claimed = {
        claim.get("metric")
        for path in scenarios.glob("*.yaml")
        for claim in load_scenario(path).claims.values()
    }
    assert not claimed & {target.metric for target in found.targets if target.metric}


def test_the_digest_is_of_what_matters(folder: Path, targets: Targets) -> None:
    path = folder / "targets.yaml"
    path.write_text(TARGETS.replace("made up", "other words"))
    assert read_targets(path).digest == targets.digest
    path.write_text(TARGETS.replace("value: 0.9\n", "value: 0.901\n"))
    assert read_targets(path).digest != targets.digest
    path.write_text(TARGETS)
    (folder / "world.yaml").write_text(WORLD.replace("seed: 3", "seed: 4"))
    assert read_targets(path).digest != targets.digest


# --- statistics -----------------------------------------------------------------------------------


def test_what_is_watched_is_what_an_ensemble_records(tmp_path: Path) -> None:
    path = tmp_path / "six.yaml"
    path.write_text(TEXT)
    spec = load_scenario(path)
    record = run_ensemble(spec, runs=3, seed=4, extra_pairs=[("AAA", "CCC"), ("DDD", "FFF")])
    seen = watch(spec, 3, 4)
    for a, b in (("AAA", "CCC"), ("DDD", "FFF")):
        pair = sorted((record.index(a), record.index(b)))
        (at,) = np.flatnonzero((seen.pairs == pair).all(axis=1))
        assert np.array_equal(seen.level[:, :, at], record.dyad("pact_level", a, b))
        assert np.array_equal(seen.intensity[:, :, 1, at], record.dyad("intensity_2", a, b))
    assert seen.opportunities == record.opportunities.sum()
    assert seen.unused == record.noops.sum()
    assert len(seen.moves) == len(record.moves)


def test_expected_pacts_are_near_those_that_came(folder: Path) -> None:
    seen = watch(load_scenario(folder / "world.yaml"), 60, 1)
    came = ((seen.level[:, :-1] == 0) & (seen.level[:, 1:] > 0)).sum() / seen.pair_years
    assert STATISTICS["new_pacts"].of(seen) == pytest.approx(came, rel=0.2)


def _seen(level: list[list[float]], **more: object) -> Watched:
    """One run of three states, given the levels of its pairs at each tick."""
    pairs = np.array([[0, 1], [0, 2], [1, 2]])
    levels = np.array([level], dtype=float)
    fields = {
        "n": 3,
        "pairs": pairs,
        "level": levels,
        "intensity": np.zeros((1, len(level), 3, 3)),
        "rivalry": np.zeros((1, 3)),
        "distance": np.zeros((1, 3)),
        "moves": np.zeros(0, dtype=[("kind", int), ("accepted", int)]),
        "opportunities": 10,
        "unused": 9,
    }
    return Watched(**{**fields, **more})  # type: ignore[arg-type]


def test_statistics_of_a_made_up_world() -> None:
    of = {name: statistic.of for name, statistic in STATISTICS.items()}
    seen = _seen([[3, 1, 0], [3, 0, 0], [2, 0, 0], [2, 0, 1]])
    assert of["ending_consultation"](seen) == pytest.approx(1 / 0.25)
    assert of["ending_defence"](seen) == pytest.approx(1 / 0.5)
    assert of["ending_arms"](seen) == 0.0
    assert of["growth"](seen) == 1.0
    assert of["busiest"](seen) == 2.0
    assert of["unused"](seen) == 0.9
    assert math.isnan(of["ending_defence"](_seen([[0, 0, 0], [0, 0, 0]])))


def test_ratios_of_pairs() -> None:
    intensity = np.zeros((1, 2, 3, 3))
    intensity[0, 1, 0] = [0.4, 0.1, 0.2]
    # states 0 and 1 are both rivals of 2
    seen = _seen(
        [[0, 0, 0], [0, 0, 0]],
        intensity=intensity,
        rivalry=np.array([[0, 1, 1.0]]),
        distance=np.array([[0.0, 7.0, 3.0]]),
    )
    assert STATISTICS["shared_rival"].of(seen) == pytest.approx(0.4 / 0.15)
    assert STATISTICS["near_far"].of(seen) == pytest.approx(4.0)
    assert STATISTICS["new_pacts"].of(seen) == pytest.approx(0.7 / (3 * 0.25))


# --- evaluation -----------------------------------------------------------------------------------


def test_a_point_changes_its_parameters_alone(folder: Path) -> None:
    spec = at_point(load_scenario(folder / "world.yaml"), {"moves.create": 3.0})
    model = MultipolarModel(spec, run=1)
    plain = MultipolarModel(load_scenario(folder / "world.yaml"), run=1)
    row = names.PARAMS["moves.create"].row
    assert model.P[row] == 3.0
    others = np.arange(len(model.P)) != row
    assert np.array_equal(model.P[others], plain.P[others])


def test_evaluations_are_the_same_every_time_and_follow_the_parameters(targets: Targets) -> None:
    evaluator = Evaluator(targets)
    point = targets.defaults
    first = evaluator(point)
    assert first == evaluator(point)
    assert first != Evaluator(targets, seed=2)(point)
    cheaper = evaluator({**point, "moves.create": point["moves.create"] - 0.5})
    assert cheaper["new_pacts"] > 1.15 * first["new_pacts"]


# --- ABC-SMC --------------------------------------------------------------------------------------
QUICK = Settings(population=50, generations=6, tolerance=0.1, seed=3)
#: Where what is found does not matter.
ROUGH = Settings(population=10, generations=3, tolerance=0.1, seed=3)


@pytest.fixture(scope="module")
def posterior(targets: Targets, tmp_path_factory: pytest.TempPathFactory) -> Posterior:
    """What is found of the formula."""
    place = tmp_path_factory.mktemp("formula") / "c"
    return calibrate(targets, place, settings=QUICK, evaluator=Formula(targets))


@pytest.fixture(scope="module")
def rough(targets: Targets, tmp_path_factory: pytest.TempPathFactory) -> tuple[Posterior, Path]:
    """What is found of the formula in a few points, and the folder in which that is kept."""
    place = tmp_path_factory.mktemp("rough") / "c"
    given = {"settings": ROUGH, "evaluator": Formula(targets), "executor": "local:1"}
    return calibrate(targets, place, **given), place


def test_the_posterior_is_that_of_a_known_formula(posterior: Posterior) -> None:
    assert posterior.complete
    assert posterior.weights.sum() == pytest.approx(1.0)
    assert list(posterior.epsilons) == sorted(posterior.epsilons, reverse=True)
    assert posterior.distances.max() <= posterior.epsilons[-1]
    for name, true in (("moves.create", 2.5), ("moves.court", 3.2)):
        low, median, high = posterior.interval(name)
        assert low <= true <= high
        assert median == pytest.approx(true, abs=0.06)
        assert high - low < 0.3


def test_an_interrupted_calibration_ends_as_if_it_had_not_been(
    targets: Targets, rough: tuple[Posterior, Path], tmp_path: Path
) -> None:
    whole, place, stops = rough[0], tmp_path / "parts", 0
    for _ in range(100):
        evaluator = Formula(targets)
        evaluator.stop_at = 25
        try:
            parts = calibrate(targets, place, settings=ROUGH, evaluator=evaluator)
        except KeyboardInterrupt:
            stops += 1
            continue
        break
    assert stops > 1
    assert np.array_equal(parts.points, whole.points)
    assert np.array_equal(parts.weights, whole.weights)
    assert parts.epsilons == whole.epsilons
    assert parts.evaluations == whole.evaluations
    again = Formula(targets)
    calibrate(targets, place, settings=ROUGH, evaluator=again)
    assert again.calls == 0


def test_time_up_keeps_what_was_evaluated(targets: Targets, tmp_path: Path) -> None:
    evaluator = Formula(targets)
    evaluator.stop_at = 5
    with pytest.raises(KeyboardInterrupt):
        calibrate(targets, tmp_path / "c", settings=ROUGH, evaluator=evaluator, executor="local:1")
    with pytest.raises(UserError, match=r"\([1-5] points are kept\); the same command goes on"):
        calibrate(targets, tmp_path / "c", settings=ROUGH, evaluator=Formula(targets), minutes=1e-9)


def test_points_proposed_ahead_change_nothing(
    targets: Targets, rough: tuple[Posterior, Path], tmp_path: Path
) -> None:
    """As pyabc samples them, each evaluated when it is proposed; numpy's own luck is left alone."""
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    given = {"settings": ROUGH, "evaluator": Formula(targets)}
    found = [rough[0], calibrate(targets, tmp_path / "three", executor="local:3", **given)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(smc, "_sampler", lambda library, _: library.sampler.SingleCoreSampler())
        found.append(calibrate(targets, tmp_path / "plain", **given))
    for other in found[1:]:
        assert np.array_equal(other.points, found[0].points)
        assert np.array_equal(other.weights, found[0].weights)
        assert other.evaluations == found[0].evaluations
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


def test_evaluations_of_an_earlier_version_are_taken_in(
    targets: Targets, rough: tuple[Posterior, Path], tmp_path: Path
) -> None:
    whole, place = rough[0], Path(shutil.copytree(rough[1], tmp_path / "c"))
    formula = Formula(targets)
    with closing(sqlite3.connect(place / FORMER)) as base, base:
        base.execute("CREATE TABLE evaluations (point BLOB PRIMARY KEY, figures BLOB NOT NULL)")
        for point in whole.points:
            figures = formula(dict(zip(whole.parameters, point, strict=True)))
            row = point.tobytes(), np.array(list(figures.values())).tobytes()
            base.execute("INSERT INTO evaluations VALUES (?, ?)", row)
    shutil.rmtree(place / "evaluated")
    again = Formula(targets)
    found = calibrate(targets, place, settings=ROUGH, evaluator=again)
    assert again.calls == 0
    assert np.array_equal(found.distances, whole.distances)
    assert not (place / FORMER).exists()


def test_a_folder_is_of_one_calibration(
    targets: Targets, rough: tuple[Posterior, Path], tmp_path: Path
) -> None:
    place = Path(shutil.copytree(rough[1], tmp_path / "c"))
    with pytest.raises(UserError, match="other targets, settings or rules"):
        calibrate(targets, place, settings=Settings(seed=9), evaluator=Formula(targets))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("")
    with pytest.raises(UserError, match="exists and is not a result"):
        calibrate(targets, tmp_path / "mine", settings=ROUGH, evaluator=Formula(targets))


def test_without_pyabc_the_extra_is_named(
    targets: Targets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyabc", None)
    with pytest.raises(UserError, match=r"multipolar\[calibration\]"):
        calibrate(targets, tmp_path / "c", evaluator=Formula(targets))


# --- recovery -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("truths", "population", "generations"),
    [(2, 24, 3), pytest.param(4, 40, 4, marks=pytest.mark.slow)],
)
def test_known_parameters_are_found_again(
    folder: Path, tmp_path: Path, truths: int, population: int, generations: int
) -> None:
    """With the model itself: the targets are made by it at some truths, under other luck.

    There are enough runs for that luck to matter less than the uncertainty of the targets. Of four
    intervals that hold nine truths in ten, two or more miss in one case of twenty; of two, both
    miss in one of a hundred.
    """
    text = TARGETS.partition("  alignment:")[0].replace("runs: 6", "runs: 24")
    for old, new in (("[0.008, 0.0125]", "[0.007, 0.0143]"), ("[0.88, 0.92]", "[0.85, 0.95]")):
        text = text.replace(old, new)
    (folder / "wide.yaml").write_text(text)
    targets = read_targets(folder / "wide.yaml")
    settings = Settings(population, generations, tolerance=0.3, seed=5)
    found = recover(targets, tmp_path / "r", truths=truths, settings=settings)
    for recovery in found:
        create = recovery.found[0]
        assert create.identified, "two rates tell the cost of a pact"
        away = abs(create.median - recovery.truth["moves.create"])
        assert away < (create.prior_high - create.prior_low) / 4, "nearer than a guess would be"
    assert sum(recovery.inside("moves.create") for recovery in found) >= truths - 1
    assert found[0].truth != found[1].truth
    said = json.loads(json.dumps(found[0].to_dict()))["moves.create"]
    assert said["inside"] == found[0].inside("moves.create")


# --- what comes of it -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def calibration(targets: Targets, posterior: Posterior) -> Calibration:
    return judge(targets, QUICK, posterior, seeds=(8, 9))


def test_a_scenario_takes_in_the_parameters(
    calibration: Calibration, folder: Path, tmp_path: Path
) -> None:
    path = calibration.save(folder / "fit")
    case = folder / "case.yaml"
    case.write_text(f"format: 1\nextends: [world.yaml, fit/{path.name}]\n")
    spec = load_scenario(case)
    number = spec.parameters["moves.create"]
    low, median, high = shipped(calibration.posterior)["moves.create"]  # type: ignore[misc]
    assert (number.low, number.value, number.high) == (low, median, high)
    assert number.source == "calibration_targets"
    source = spec.sources["calibration_targets"]
    assert calibration.targets.digest[:12] in str(source)
    assert calibration.date.isoformat() in str(source)
    assert "prior triangular" in parameter_file(calibration)


def test_better_means_beyond_the_noise_of_the_seeds(calibration: Calibration) -> None:
    def with_distances(before: list[float], after: list[float]) -> Calibration:
        changed = object.__new__(Calibration)
        changed.__dict__.update(calibration.__dict__)
        changed.__dict__.update(before=np.array(before), after=np.array(after))
        return changed

    assert with_distances([2.0, 2.2, 2.1], [1.0, 1.1, 1.2]).better
    assert not with_distances([2.0, 2.2, 2.1], [2.3, 2.0, 1.9]).better


def test_the_report_is_plain_data(calibration: Calibration, folder: Path) -> None:
    calibration.save(folder / "fit")
    report = json.loads((folder / "fit" / "manifest.json").read_text())
    assert [row["held_in"] for row in report["fit"]] == [True, True, False]
    assert report["fit"][2]["by_hand"]
    assert report["thresholds"][0] is None
    assert report["parameters"][0]["width"] < 1
    low, high = report["fit"][0]["posterior"]
    assert low < high


def test_figures_show_what_was_found(calibration: Calibration, tmp_path: Path) -> None:
    figure = draw_posterior(calibration)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["moves.create", "moves.court"]
    assert figure.texts[0].get_text() == "The targets narrow 2 of 2 parameters"
    fit = draw_fit(calibration)
    written = [text.get_text() for text in fit.axes[0].texts]
    assert "Alignment of two states *" in written
    assert written.index("held out: not seen by the fit") > written.index("New pacts")
    for name, drawn in (("posterior", figure), ("fit", fit)):
        png, _ = save_figure(drawn, tmp_path / name)
        assert png.stat().st_size > 10_000


def test_a_saved_calibration_is_drawn_again(calibration: Calibration, tmp_path: Path) -> None:
    calibration.save(tmp_path / "saved")
    again = Calibration.load(tmp_path / "saved")
    assert again.to_dict() == calibration.to_dict()
    command = ["plot", str(tmp_path / "saved"), "--format", "png"]
    result = CliRunner().invoke(cli.app, command)
    assert result.exit_code == 0, result.output
    drawn = sorted(path.name for path in (tmp_path / "saved" / "figures").iterdir())
    assert drawn == ["fit.png", "posterior.png"]
    (tmp_path / "saved" / "manifest.json").write_text('{"format": 2, "kind": "calibration"}')
    with pytest.raises(UserError):
        Calibration.load(tmp_path / "saved")


def test_command(folder: Path) -> None:
    runner = CliRunner()
    command = ["calibrate", str(folder / "targets.yaml"), "--out", str(folder / "c")]
    few = ["--population", "12", "--generations", "2", "--no-figures", "--executor", "local:2"]
    first = runner.invoke(cli.app, [*command, *few, "--json", "--quiet"])
    assert first.exit_code == 0, first.output
    found = json.loads(first.stdout)
    assert found["complete"]
    assert (folder / "c" / "parameters.yaml").is_file()
    second = runner.invoke(cli.app, [*command, *few])
    assert second.exit_code == 0
    assert "as declared" in second.stdout
    third = runner.invoke(cli.app, ["calibrate", "base_rate"])
    assert isinstance(third.exception, UserError)


def test_effective_points() -> None:
    weights = np.array([0.5, 0.5, 0.0])
    posterior = Posterior((), np.zeros((3, 0)), weights, {}, np.zeros(3), (1.0,), 3, True)
    assert posterior.effective == pytest.approx(2.0)


@pytest.mark.parametrize("name", shipped_targets())
def test_shipped_parameters_say_what_they_were_made_from(
    name: str, scenarios: Path, root: Path, tmp_path: Path
) -> None:
    """They may be older than targets and worlds; the page then holds them against both."""
    path = scenarios / "parameters" / f"{name}.yaml"
    targets = read_targets(name)
    (made_from,) = re.findall(r"hash (\w{12});", path.read_text())
    page = (root / "docs" / "calibration.md").read_text()
    now = page.partition("<!-- now -->")[2].partition("<!-- end of now -->")[0]
    if made_from != targets.digest[:12]:
        assert f"hash {made_from}" in now, f"python -m tools.calibration_page: {path} is older"
        assert [target.title for target in targets.targets if target.title not in now] == []
    case = tmp_path / "case.yaml"
    case.write_text(f"format: 1\nextends: [synthetic.yaml, parameters/{name}.yaml]\n")
    taken = load_scenario(case).parameters
    for prior in targets.priors:
        number = taken[prior.name]
        assert prior.low <= number.low <= number.value <= number.high <= prior.high
        assert number.source == f"calibration_{name}"
