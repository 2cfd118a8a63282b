"""The evaluator: equal to separate runs to the last bit, whatever the grouping."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from sim.drivers.ensemble import run_ensemble
from sim.errors import UserError
from sim.measure.language import Scope, parse_metric, required_pairs
from sim.scenario import load_scenario
from sim.study.laboratory.cases import cases_of
from sim.study.run import run
from sim.study.sweep import Evaluator, Factor, Overlay, parse_factor
from sim.study.sweep import evaluator as module
from sim.study.sweep.factors import Part, written
from tests.inline_scenario import TEXT

METRICS = (
    "alignment(CCC, AAA)",
    "threat(EEE) @ 2022Q1..2022Q3",
    "hedging(CCC)",
    "isolation(DDD)",
    "poles()",
    "moves(pact, AAA) @ 2022Q1..end",
    "capability(CCC) - capability(CCC) @ start",
)
NUMBERS = {
    "security.weight": (2.0, 9.0),
    "states.CCC.capability": (0.02, 0.2),
    "relations.trust.DDD>EEE": (0.1, 0.9),
    "relations.rivalry.CCC-DDD": (0.0, 1.5),
    "relations.sanctions.FRIENDS>DDD": (0.0, 1.0),
    "channels.trade.flows.DDD.BBB": (10.0, 200.0),
    "channels.arms.shares.EEE.DDD": (0.1, 0.9),
    "doctrines.hard.weights.autonomy": (0.5, 2.0),
    "events.shock.effects.need.DDD": (0.0, 1.0),
    "events.shock.scale": (0.0, 2.0),
    # compared with other floors, played at a date, or deciding the size of the world
    "organisations.club.floor": (0.1, 0.9),
    "conflicts.border_war.intensity": (0.2, 0.9),
    "clock.quarters": (6, 7),
}


@pytest.fixture(scope="module")
def six(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("evaluator") / "six.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def by_run(scenario: Path | str, over: Overlay, runs: int, **options: object) -> np.ndarray:
    """The metrics of an ordinary ensemble, ``(R, M)``."""
    spec = load_scenario(scenario, arm=over.arm, overrides=over.set)
    bound = [parse_metric(text).bind(Scope.of(spec)) for text in METRICS]
    found = run(spec, runs=runs, extra_pairs=required_pairs(bound), **options)
    return np.stack([metric.values(found.record) for metric in bound], axis=1)


@pytest.mark.parametrize("name", NUMBERS)
def test_a_point_equals_a_run_with_its_overrides(six: Path, name: str) -> None:
    evaluate = Evaluator(six, vary=[name], metrics=METRICS)
    low, high = NUMBERS[name]
    points = [[low], [high], [(low + high) / 2 if name != "clock.quarters" else low]]
    values = evaluate(points, runs=range(3), seed=5)
    for point, found in zip(points, values, strict=True):
        np.testing.assert_array_equal(
            found, by_run(six, evaluate.overlay(point), 3, seed=5), strict=True
        )
    # security and autonomy hardly count in decisions about ties, and nobody arms in three runs
    weak = ("events.shock.effects.need.DDD", "security.weight", "doctrines.hard.weights.autonomy")
    if name not in weak:
        assert not np.array_equal(values[0], values[1], equal_nan=True)


def test_all_names_together_equal_a_run(six: Path) -> None:
    choices = ["mechanisms.trust=on,off", "terms.misfit=off,on", "arm=base,calm"]
    numbers = [name for name in NUMBERS if not name.startswith("events.")]
    evaluate = Evaluator(six, vary=[*choices, *numbers], metrics=METRICS, set=["ensemble.draws=on"])
    rng = np.random.default_rng(3)
    bounds = np.array([NUMBERS[name] for name in numbers])
    points = np.zeros((4, len(evaluate.factors)))
    points[:, 0] = [0, 1, 0, 1]
    points[:, 2] = [0, 0, 1, 1]
    points[:, 3:] = rng.uniform(bounds[:, 0], bounds[:, 1], (4, len(numbers)))
    points[:, -1] = 6
    values = evaluate(points, runs=[0, 1])
    for point, found in zip(points, values, strict=True):
        np.testing.assert_array_equal(found, by_run(six, evaluate.overlay(point), 2))


def test_a_metric_of_a_run_does_not_depend_on_the_other_runs(six: Path) -> None:
    many = by_run(six, Overlay("base", ()), 5, seed=5)
    np.testing.assert_array_equal(many[:1], by_run(six, Overlay("base", ()), 1, seed=5))


def test_grouping_order_and_threads_do_not_matter(six: Path) -> None:
    vary = ["security.weight", "mechanisms.trust=on,off", "organisations.club.floor"]
    rng = np.random.default_rng(0)
    points = np.column_stack(
        [rng.uniform(2, 9, 5), rng.integers(0, 2, 5), rng.choice([0.2, 0.6], 5)]
    )
    whole = Evaluator(six, vary=vary, metrics=METRICS)(points, runs=range(9), jobs=1)
    other = Evaluator(six, vary=vary, metrics=METRICS)
    runs = [8, 3, 0, 5]
    for at in reversed(range(5)):
        part = other(points[[at]], runs=runs, jobs=3)
        np.testing.assert_array_equal(part[0], whole[at, runs])


def test_a_copy_in_another_process_gives_the_same(six: Path) -> None:
    evaluate = Evaluator(six, vary=["security.weight"], metrics=METRICS)
    copy = pickle.loads(pickle.dumps(evaluate))
    np.testing.assert_array_equal(copy([[3.0]], runs=[1]), evaluate([[3.0]], runs=[1]))


def test_numbers_are_changed_in_one_world_where_they_can_be(
    six: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads = []
    made = module.make_variant

    def counted(*arguments: object) -> object:
        loads.append(arguments)
        return made(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "make_variant", counted)
    fast = Evaluator(six, vary=["security.weight", "states.CCC.capability"], metrics=["poles()"])
    fast(np.random.default_rng(0).uniform(0.01, 0.2, (30, 2)), runs=[0])
    assert len(loads) == 2
    loads.clear()
    slow = Evaluator(six, vary=["clock.quarters"], metrics=["poles()"])
    slow([[4], [5], [6], [7], [7]], runs=[0, 1])
    assert 4 <= len(loads) <= 8


def test_the_strength_of_an_event(six: Path) -> None:
    evaluate = Evaluator(six, vary=["events.shock.scale"], metrics=METRICS)
    at = {
        x: dict(text.split("=", 1) for text in evaluate.overlay([x]).set)
        for x in (0.0, 0.5, 1.0, 2.0)
    }
    need, trust = "events.shock.effects.need.DDD", "events.shock.effects.trust_bad.FRIENDS>DDD"
    sanctions = "events.shock.effects.sanctions.FRIENDS>DDD"
    stated = load_scenario(six).states["DDD"].values.get("need")
    assert stated is None  # so it starts from the default of the variable
    assert at[1.0] == {
        need: "0.8",
        trust: "{add: 4}",
        sanctions: "1",
        **{k: at[1.0][k] for k in at[1.0] if "secondary" in k},
    }
    assert at[0.0][trust] == "{add: 0}"
    assert at[0.5][trust] == "{add: 2}"
    assert at[0.0][sanctions] == "0.5"  # where the scenario has it at the start
    assert at[0.5][sanctions] == "0.75"
    assert at[2.0][sanctions] == "1"  # the most that there is
    plain = by_run(six, Overlay("base", ()), 2)
    np.testing.assert_array_equal(evaluate([[1.0]], runs=range(2))[0], plain)


def test_a_multiplied_effect_has_strength_zero_at_one() -> None:
    part = Part("events.x.effects.trade.AAA-BBB", "multiply", 1.0, 0.25, low=0.0)
    assert [part.at(x) for x in (0.0, 1.0, 2.0)] == [1.0, 0.25, 0.0]
    assert part.override(0.5) == "events.x.effects.trade.AAA-BBB={multiply: 0.625}"


@pytest.mark.parametrize("value", [0.1, 1e-300, 8.0, -3.0, 1e22, 1 / 3, 123456789.125])
def test_written_numbers_read_back(value: float) -> None:
    assert float(written(value)) == value


@pytest.mark.parametrize(
    ("vary", "message"),
    [
        ("secruity.weight", "unknown key 'secruity.weight'; did you mean 'security.weight'?"),
        ("states.CCC.capabilty", "did you mean 'capability'?"),
        ("events.shok.scale", "no event 'shok'; did you mean 'shock'?"),
        ("mechanisms.trust=on,of", "expected on or off"),
        ("arm=base,calmm", "did you mean 'calm'?"),
        ("security.weight=", "no levels"),
        ("arm", "arm=base,NAME"),
        ("events.shock.scale=a,b", "expected numbers"),
    ],
)
def test_misspelt_names_are_told_before_anything_runs(six: Path, vary: str, message: str) -> None:
    with pytest.raises(UserError, match=message.replace("?", r"\?")):
        Evaluator(six, vary=[vary], metrics=METRICS).check([[0.0], [1.0]])


def test_what_is_given_twice_is_refused(six: Path) -> None:
    with pytest.raises(UserError, match="given twice"):
        Evaluator(six, vary=["security.weight", "security.weight"], metrics=METRICS)
    both = ["events.shock.scale", "events.shock.effects.need.DDD"]
    with pytest.raises(UserError, match="varied in two ways"):
        Evaluator(six, vary=both, metrics=METRICS)([[1.0, 0.5]], runs=[0])
    with pytest.raises(UserError, match="no metric"):
        Evaluator(six, vary=["security.weight"], metrics=[])


def test_a_point_that_is_no_scenario_fails_alone(six: Path) -> None:
    vary = ["channels.arms.shares.CCC.AAA", "channels.arms.shares.CCC.BBB"]
    evaluate = Evaluator(six, vary=vary, metrics=METRICS)
    points = [[0.5, 0.2], [0.7, 0.6], [0.2, 0.7]]
    flat, failures = evaluate.measure(cases_of(np.array(points), [4, 6], 1))
    values = flat.reshape(3, 2, -1)
    assert [at for at, _ in failures] == [2, 3]
    assert "the shares sum to 1.3, more than 1" in failures[0][1]
    assert np.isnan(values[1]).all()
    good = evaluate([points[0], points[2]], runs=[4, 6], seed=1)
    np.testing.assert_array_equal(values[[0, 2]], good)
    with pytest.raises(UserError, match=r"CCC\.AAA=0\.7.*run 4"):
        evaluate(points, runs=[4, 6])


def test_a_run_that_breaks_fails_alone(six: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluate = Evaluator(six, vary=["security.weight"], metrics=METRICS)
    plain = evaluate([[3.0], [4.0]], runs=range(6), seed=1)
    simulate = module.run_cases

    def breaking(world: object, cases: list[tuple[int, np.ndarray]], **rest: object) -> object:
        if any(run == 2 for run, _ in cases):
            raise ZeroDivisionError("made up")
        return simulate(world, cases, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "run_cases", breaking)
    flat, failures = evaluate.measure(cases_of(np.array([[3.0], [4.0]]), range(6), 1))
    values = flat.reshape(2, 6, -1)
    assert failures == [(at, "ZeroDivisionError: made up") for at in (2, 8)]
    kept = [0, 1, 3, 4, 5]
    np.testing.assert_array_equal(values[:, kept], plain[:, kept])


def test_points_must_fit_the_factors(six: Path) -> None:
    evaluate = Evaluator(six, vary=["security.weight", "mechanisms.trust=on,off"], metrics=METRICS)
    with pytest.raises(ValueError, match=r"expected \(points, 2\)"):
        evaluate([[1.0]], runs=[0])
    with pytest.raises(UserError, match="not a position"):
        evaluate([[3.0, 2.0]], runs=[0])
    with pytest.raises(UserError, match="not a finite number"):
        evaluate([[np.inf, 0.0]], runs=[0])
    assert evaluate.describe(np.array([3.0, 1.0])) == "security.weight=3, mechanisms.trust=off"


def test_a_factor_that_is_not_set_stays_as_the_scenario_has_it(six: Path) -> None:
    vary = ["security.weight", "mechanisms.trust=on,off", "events.shock.scale", "arm=base,calm"]
    evaluate = Evaluator(six, vary=vary, metrics=METRICS)
    unset = np.nan
    points = [[unset] * 4, [4.0, unset, unset, 1.0], [unset, 1.0, 0.5, 0.0], [9.0, 1.0, unset, 1.0]]
    assert evaluate.overlay(points[0]) == Overlay("base", ())
    assert evaluate.overlay(points[1]) == Overlay("calm", ("security.weight=4",))
    values = evaluate(points, runs=range(2))
    for point, found in zip(points, values, strict=True):
        np.testing.assert_array_equal(found, by_run(six, evaluate.overlay(point), 2))


def test_seeds_may_differ_by_case(six: Path) -> None:
    evaluate = Evaluator(six, vary=["security.weight"], metrics=METRICS)
    points, seeds = np.array([[3.0], [3.0], [4.0]]), np.array([5, 6, 5])
    values, failures = evaluate.measure((points, seeds, np.array([0, 0, 1])))
    assert not failures
    for at, (point, number) in enumerate([(3.0, 0), (3.0, 0), (4.0, 1)]):
        one = evaluate([[point]], runs=[number], seed=int(seeds[at]))[0, 0]
        np.testing.assert_array_equal(values[at], one)


def test_factors_are_read_from_text() -> None:
    assert parse_factor(" arm = base , calm") == Factor("arm", ("base", "calm"))
    with pytest.raises(UserError, match="level is repeated"):
        parse_factor("arm=base,base")


@pytest.mark.parametrize("text", METRICS)
@pytest.mark.parametrize("horizon", [None, "2022Q2..2022Q3"])
def test_a_bound_metric_goes_to_other_processes(six: Path, text: str, horizon: str | None) -> None:
    spec = load_scenario(six)
    bound = parse_metric(text).bind(Scope.of(spec), horizon)
    again = pickle.loads(pickle.dumps(bound))
    record = run_ensemble(spec, runs=2, seed=1, extra_pairs=bound.pairs)
    np.testing.assert_array_equal(again.values(record), bound.values(record))
    assert (again.pairs, again.key(series=False)) == (bound.pairs, bound.key(series=False))
