"""Findings of a scenario held against null models."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from sim import cli
from sim.drivers.ensemble import run_ensemble
from sim.errors import UserError
from sim.measure.language import Observed, Scope, parse_metric
from sim.measure.observed import held
from sim.record.arrays import EnsembleRecord
from sim.rules.catalogue import MECHANISMS, TERMS
from sim.scenario import ScenarioSpec, load_scenario
from sim.statistics.paired import LEAST_OF_SPREAD
from sim.study.arm_store import Arm
from sim.study.null import EVERY, Nulls, known_nulls, null
from sim.study.null.findings import (
    CO_MEMBERSHIP,
    ENDED,
    ENDS,
    MADE,
    NETWORKS,
    PACTS,
    find,
    likeness,
    networks,
)
from sim.study.null.models import RANDOM, apply_null
from sim.study.null.rates import COUNTS, Counts, count, matched, shifted
from tests.inline_scenario import TEXT

CLAIMS = """
format: 1
extends: six.yaml
claims:
  C1:
    text: The shock makes Delta lean on its patron.
    metric: alignment(DDD, AAA)
    arms: [base, calm]
    direction: lower
  C2: {text: Gamma stays, metric: "hedging(CCC) @ end - hedging(CCC) @ start", arms: [base],
       direction: not_lower}
"""
ASKED = (*EVERY, "without:trust", "alone:trust", "without:security")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("six")
    (folder / "six.yaml").write_text(TEXT)
    (folder / "claims.yaml").write_text(CLAIMS)
    return folder / "claims.yaml"


@pytest.fixture(scope="module")
def spec(path: Path) -> ScenarioSpec:
    return load_scenario(path)


@pytest.fixture(scope="module")
def found(path: Path) -> Nulls:
    return null(path, nulls=ASKED, runs=12)


# --- the null models -----------------------------------------------------------------------------
def test_what_each_null_takes_away(spec: ScenarioSpec) -> None:
    def under(name: str) -> ScenarioSpec:
        return apply_null(spec, name, seed=3)

    assert under("no_terms").terms == dict.fromkeys(TERMS, False)
    assert under("no_terms").mechanisms == spec.mechanisms
    assert list(under("no_pacts").pacts) == ["new"]  # the one that comes later
    neutral = under("neutral_judged")
    assert not any("revisionism" in state.values for state in neutral.states.values())
    assert not any(state.doctrine for state in neutral.states.values())
    assert "trust" not in neutral.relations
    assert "rivalry" in neutral.relations
    assert under("without:trust").mechanisms["trust"] is False
    assert under("without:security").terms == {"security": False}
    alone = under("alone:security")
    assert alone.mechanisms == dict.fromkeys(MECHANISMS, False)
    assert alone.terms == {name: False for name in TERMS if name != "security"}
    random = under(RANDOM)
    assert not any(school.taboos for school in random.doctrines.values())
    assert known_nulls(spec)[:7] == tuple(EVERY)


def test_shuffled_capabilities_are_the_same_ones(spec: ScenarioSpec) -> None:
    shuffled = apply_null(spec, "shuffled_capability", seed=3)
    before, after = (
        [state.values["capability"].value for state in one.states.values()]
        for one in (spec, shuffled)
    )
    assert sorted(before) == sorted(after)
    assert before != after
    assert shuffled == apply_null(spec, "shuffled_capability", seed=3)
    assert shuffled != apply_null(spec, "shuffled_capability", seed=4)
    economy = [state.values["economy"].value for state in shuffled.states.values()]
    assert economy == [state.values["economy"].value for state in spec.states.values()]


def test_random_choice_makes_as_many_moves(spec: ScenarioSpec) -> None:
    runs = 150

    def counted(one: ScenarioSpec) -> Counts:
        return count(Arm.of(Observed(run_ensemble(one, runs=runs)), [COUNTS]))

    wanted = counted(spec)
    random = apply_null(spec, RANDOM, seed=4)
    shift = matched(random, wanted, counted)
    made = counted(shifted(random, shift))
    for cost, moves in wanted.moves.items():
        if not cost.startswith("organisations"):  # of one club, whose members are most states
            assert abs(made.moves[cost] - moves) <= 5 * np.sqrt(moves + 1.0) + 0.1 * moves, cost
    assert made.accepted == pytest.approx(wanted.accepted, rel=0.3)
    assert made.rates()["consent.offset"] == pytest.approx(
        wanted.rates()["consent.offset"], abs=0.1
    )
    number = shifted(random, {"moves.create": 1.0}).parameters["moves.create"]
    assert (number.value, number.low, number.high) == pytest.approx((3.5, 3.0, 4.0))
    assert shifted(random, {"moves.create": -99.0}).parameters["moves.create"].value == -50.0
    # neither costs nor attention
    for wish in ("market", "exclusivity", "regime", "standing", "bound"):
        number = shifted(random, {}).parameters[f"organisations.{wish}"]
        assert (number.value, number.low, number.high) == (0.0, 0.0, 0.0)


def seen_in(record: EnsembleRecord) -> Arm:
    return Arm.of(Observed(record), [ENDS, PACTS])


def test_nothing_moves_in_a_held_record(spec: ScenarioSpec) -> None:
    record = run_ensemble(spec, runs=3)
    still = held(record)
    assert (still.state_series == record.state_series[:, :1]).all()
    assert not len(still.moves)
    assert not any(changed.any() for changed in networks(seen_in(still)).values())
    metric = parse_metric("alignment(CCC, AAA)").bind(Scope.of(spec))
    assert metric.values(still) == pytest.approx(metric.series(record)[:, 0])


# --- likeness ------------------------------------------------------------------------------------
def test_networks_count_what_changed(spec: ScenarioSpec) -> None:
    record = run_ensemble(spec, runs=20)
    found = networks(seen_in(record))
    pact = [move for move in record.moves if move["kind"] == 1 and move["accepted"]]
    rose = sum(move["after"] > move["before"] for move in pact)
    assert found[MADE].sum() == rose
    assert found[ENDED].sum() == len(pact) - rose
    assert set(np.unique(found[CO_MEMBERSHIP])) <= {-1, 0, 1}
    assert found[MADE].shape == (20, 15)


def test_likeness_is_a_correlation() -> None:
    rng = np.random.default_rng(1)
    chance = rng.random(60) * 0.5
    one, other = ((rng.random((200, 60)) < chance).astype(np.int8) for _ in range(2))
    value, low, high = likeness(one, other, seed=1)
    assert value == pytest.approx(np.corrcoef(one.mean(0), other.mean(0))[0, 1])
    assert low < value < high < 1
    assert high - low < 0.2
    assert likeness(one, one, seed=1)[0] == pytest.approx(1.0)
    assert np.isnan(likeness(np.zeros_like(one), other, seed=1)).all()


# --- all of it -----------------------------------------------------------------------------------
def test_every_null_and_finding_has_its_row(found: Nulls) -> None:
    assert found.findings[-2:] == ("C1", "C2")
    assert len(found.rows) == len(ASKED) * (len(NETWORKS) + len(found.findings))
    for what in NETWORKS:
        seed, still = found.of("seed", what), found.of("persistence", what)
        same = [seed.value, seed.ceiling, found.of(RANDOM, what).ceiling]
        np.testing.assert_equal(same, same[:1] * 3)  # also where nothing changes
        assert np.isnan(still.value)
        assert np.isnan(seed.full)
    for what in found.findings:
        row = found.of("persistence", what)
        assert row.value == 0
        assert row.full == found.of("seed", what).full
        assert row.low <= row.full <= row.high
        assert found.of("seed", what).value == row.ceiling


def test_one_rule_off_and_alone(found: Nulls) -> None:
    clear = [what for what in found.findings if found.of("seed", what).clear]
    assert clear
    for what in clear:
        off, only = found.of("without:trust", what), found.of("alone:trust", what)
        assert off.left == only.left == pytest.approx(off.value / off.full)
        assert off.alone == only.alone == pytest.approx(only.value / only.full)
        assert np.isnan(found.of("without:security", what).alone)
        assert np.isnan(found.of("seed", what).left)


def test_a_finding_is_reproduced_or_not(found: Nulls) -> None:
    for row in found.rows:
        if row.what in NETWORKS:
            continue
        near = abs(row.full - row.value) < row.smallest
        assert row.reproduced == (bool(row.clear) and (row.low <= 0 <= row.high or near))
    claim = found.of(RANDOM, "C1")
    assert claim.verdict in ("supported", "contradicted", "undetermined")
    assert claim.text == "The shock makes Delta lean on its patron."
    assert found.sentence().startswith(
        ("Random choice at the same rates of moves reproduces", "No ")
    )


def test_arms_and_changes(path: Path, spec: ScenarioSpec) -> None:
    metrics = ("threat(DDD)", "hedging(CCC) @ end - hedging(CCC) @ start")
    by_arms = null(path, metrics=metrics, nulls=["seed"], arms=("base", "calm"), runs=8)
    assert by_arms.findings == metrics
    changes = find(spec, path, metrics, None, claims=False)
    assert [finding.change for finding in changes] == [True, False]  # the second is one already
    record = run_ensemble(spec, runs=8)
    arm = Arm.of(Observed(record), changes[0].measures)
    series = parse_metric("threat(DDD)").bind(Scope.of(spec)).series(record)
    assert changes[0].values(arm) == pytest.approx(series[:, -1] - series[:, 0])
    effect, _ = changes[0].effect({"base": changes[0].values(arm)}, seed=1)
    assert changes[0].smallest(effect) == pytest.approx(LEAST_OF_SPREAD * effect.spread)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("same_bloc(AAA, BBB)", 1.0),
        ("asymmetry(AAA, BBB)", 2.0),
        ("same_bloc(AAA, BBB) @ end - same_bloc(AAA, BBB) @ start", 2.0),
        ("mean(same_bloc(AAA, BBB), -asymmetry(AAA, BBB))", 1.5),
        ("max(0.5, same_bloc(AAA, BBB) + 1)", 1.0),
        ("threat(AAA)", None),
        ("same_bloc(AAA, BBB) / 2", None),
    ],
)
def test_range_of_a_metric(spec: ScenarioSpec, text: str, span: float | None) -> None:
    assert parse_metric(text).bind(Scope.of(spec)).span == span


def test_command(path: Path, tmp_path: Path) -> None:
    words = ["null", str(path), "--metric", "threat(DDD)", "--runs", "4", "--nulls"]
    out = str(tmp_path / "made")
    ran = CliRunner().invoke(
        cli.app, [*words, "random_utility,persistence", "--json", "--out", out]
    )
    told = json.loads(ran.stdout)
    assert {row["null"] for row in told["nulls"]} == {RANDOM, "persistence"}
    assert {row["what"] for row in told["nulls"]} == {*NETWORKS, "threat(DDD)"}
    keys = {"null", "what", "value", "ceiling", "full", "low", "high", "left", "alone"}
    assert all(keys <= set(row) for row in told["nulls"])
    still = next(row for row in told["nulls"] if row["null"] == "persistence")
    assert still["value"] is None
    assert {rate["parameter"] for rate in told["rates"]} >= {"moves.create", "consent.offset"}
    assert (tmp_path / "made" / "nulls.parquet").is_file()

    shown = CliRunner().invoke(cli.app, [*words, "no_terms,without:trust,alone:trust", "-q"]).stdout
    assert "(1) no_terms" in shown
    for part in ("The null no_terms", "Rules on which findings rest", "pacts made"):
        assert part in shown or "No finding is told" in shown


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"nulls": ["no_term"]}, "no null 'no_term'; did you mean 'no_terms'"),
        ({"nulls": ["without:nothing"]}, "no null 'without:nothing'"),
        ({"nulls": ["zzz"]}, "there are random_utility, no_terms"),
        ({"nulls": []}, "--nulls: no name"),
        ({"nulls": ["alone:trust"], "set": ("mechanisms.trust=off",)}, "'trust' is off in this"),
        ({"arms": ["base"]}, "--arms: expected two arms"),
        ({"arms": ["base", "clam"]}, "calm"),
        ({"metrics": ["threat(XXX)"]}, "unknown state or group"),
    ],
)
def test_mistakes(path: Path, options: dict[str, list[str]], says: str) -> None:
    with pytest.raises(UserError, match="(?s)" + says.replace("(", r"\(")):
        null(path, runs=1, **options)  # type: ignore[arg-type]


def test_luck_is_shared_but_for_the_seed(path: Path, spec: ScenarioSpec, found: Nulls) -> None:
    """A null that takes nothing away is the full model itself."""
    assert apply_null(replace(spec, pacts={}), "no_pacts", seed=1) == replace(spec, pacts={})
    again = null(path, nulls=("no_terms",), runs=12)
    assert repr(again.of("no_terms", "C1")) == repr(found.of("no_terms", "C1"))  # NaN equals NaN
