"""Hindcasts: nothing later is known, scores are those of the books, and baselines are as told."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from typer.testing import CliRunner

from sim.cli import app
from sim.errors import UserError
from sim.record.saved import load_saved
from sim.scenario.history import TARGETS, History, read_history
from sim.show.plots import KINDS
from sim.show.plots.style import PAGES
from sim.statistics.logistic import fit_logistic, logit
from sim.study.hindcast import (
    MODELS,
    Blend,
    Hindcast,
    Prediction,
    find_models,
    hindcast,
    model_names,
)
from sim.study.hindcast.blend import _weights
from sim.study.hindcast.cases import communities, membership_rows, pair_rows
from sim.study.hindcast.panel import features, panel
from sim.study.hindcast.scores import EDGES, calibration, event_weights, reliability, score
from sim.study.hindcast.simulation import Simulation
from tests.support_figures import assert_readable
from tests.support_history import drawn, world, write

sklearn_metrics = pytest.importorskip("sklearn.metrics")
DATA = Path(__file__).resolve().parent.parent.parent.parent / "shared" / "data"
QUICK = ("persistence", "base_rate", "distance")


class Oracle:
    """A stand-in for a model of one's own: says the same of every pair, and keeps what it saw."""

    def __init__(self, chance: float = 0.1) -> None:
        self.chance = chance
        self.seen: list[tuple[int, ...]] = []

    def fit(self, history: History, train_years: tuple[int, int]) -> None:
        self.seen.append((history.years[-1], int(history.states["year"].max()), *train_years))

    def predict(self, history: History, origin: int, horizon: int) -> Prediction:
        self.seen.append((history.years[-1], int(history.states["year"].max()), origin, horizon))
        size = len(history.codes(origin))
        return Prediction({name: np.full((size, size), self.chance) for name in history.targets})


@pytest.fixture(scope="module")
def history() -> History:
    return drawn()


@pytest.fixture(scope="module")
def found(history: History) -> Hindcast:
    return hindcast(history, [1970, 1975], [5, 10], models=find_models((*QUICK, "logit")), draws=20)


def rows(found: Hindcast, table: str = "scores", **place: Any) -> list[dict[str, Any]]:
    return found.find(table, **place)


# --- scores --------------------------------------------------------------------------------------
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_scores_are_those_of_scikit_learn(ties: bool, weighted: bool) -> None:
    rng = np.random.default_rng(3)
    p = rng.random(400)
    y = (rng.random(400) < p**3).astype(float)
    if ties:
        p = np.round(p, 1)
    event = np.where((y == 1) | (rng.random(400) < 0.2), rng.integers(0, 9, 400), -1)
    weight = event_weights(event) if weighted else np.ones(400)
    found = score(y, p, weight, event, draws=5)
    area = sklearn_metrics.roc_auc_score(y, p, sample_weight=weight)
    precision = sklearn_metrics.average_precision_score(y, p, sample_weight=weight)
    assert found["auc"] == pytest.approx(area)
    assert found["ap"] == pytest.approx(precision)
    assert found["brier"] == pytest.approx(np.average((y - p) ** 2, weights=weight))
    clipped = np.clip(p, 1e-6, 1 - 1e-6)
    loss = sklearn_metrics.log_loss(y, clipped, sample_weight=weight)
    assert found["log_score"] == pytest.approx(loss, rel=1e-4)
    assert found["expected"] == pytest.approx((weight * p).sum())
    assert found["actual"] == pytest.approx((weight * y).sum())


def test_bootstraps_draw_whole_events() -> None:
    """With one event of many rows and one of few, samples have either, or both: wide intervals."""
    y = np.r_[np.ones(60), np.zeros(300)]
    event = np.r_[np.zeros(50, int), np.ones(10, int), np.full(300, -1)]
    p = np.r_[np.full(50, 0.9), np.full(10, 0.1), np.linspace(0.2, 0.6, 300)]
    found = score(y, p, np.ones(360), event, draws=200)
    assert found["events"] == 2
    assert found["auc_low"] == pytest.approx(0.0)
    assert found["auc_high"] == pytest.approx(1.0)
    alone = score(y, p, np.ones(360), np.where(event >= 0, np.arange(360), -1), draws=200)
    assert isinstance(alone["auc_low"], float)
    assert isinstance(alone["auc_high"], float)
    assert alone["auc_high"] - alone["auc_low"] < 0.25


@pytest.mark.parametrize("outcome", [0.0, 1.0])
def test_where_there_is_no_number_there_is_none(outcome: float) -> None:
    y = np.full(5, outcome)
    found = score(y, np.linspace(0, 1, 5), np.ones(5), np.full(5, -1), draws=10)
    assert found["auc"] is found["auc_low"] is found["slope"] is None
    assert found["brier"] is not None
    json.dumps(found, allow_nan=False)
    empty = score(np.empty(0), np.empty(0), np.empty(0), np.empty(0, int), draws=10)
    assert empty["n"] == 0
    json.dumps(empty, allow_nan=False)


def test_calibration_is_one_and_zero_where_probabilities_are_right() -> None:
    rng = np.random.default_rng(5)
    p = rng.random(100_000) ** 2
    y = (rng.random(100_000) < p).astype(float)
    slope, level = calibration(y, p, np.ones(len(y)))
    assert slope == pytest.approx(1.0, abs=0.03)
    assert level == pytest.approx(0.0, abs=0.03)
    bold = 1 / (1 + np.exp(-2 * logit(p)))
    slope, _ = calibration(y, bold, np.ones(len(y)))
    assert slope == pytest.approx(0.5, abs=0.03)


def test_calibration_by_rounded_odds_is_that_of_all_rows() -> None:
    rng = np.random.default_rng(6)
    p = rng.random(2000) ** 4
    y = (rng.random(2000) < p).astype(float)
    weight = rng.random(2000)
    whole = fit_logistic(np.column_stack([np.ones(2000), logit(p)]), y, weight, np.zeros(2000))
    assert whole is not None
    assert calibration(y, p, weight)[0] == pytest.approx(whole[1], abs=1e-3)


def test_a_fit_that_does_not_settle_is_none() -> None:
    x = np.column_stack([np.ones(10), np.arange(10.0)])
    y = (np.arange(10) > 4).astype(float)
    assert fit_logistic(x, y, np.ones(10), np.zeros(10)) is None
    assert fit_logistic(x, y, np.ones(10), np.zeros(10), penalty=1.0) is not None


def test_events_share_a_weight_of_one() -> None:
    assert event_weights(np.array([7, 7, -1, 8, -1])).tolist() == [0.5, 0.5, 1, 1, 1]


def test_reliability_is_a_mean_of_bins() -> None:
    y, p = np.array([0.0, 1, 1, 1]), np.array([0.002, 0.2, 0.2, 1.0])
    bins = reliability(y, p, np.ones(4))
    assert [(one["n"], one["actual"]) for one in bins] == [(1, 0), (2, 1), (1, 1)]
    assert bins[-1]["high"] == EDGES[-1]


# --- what is scored ------------------------------------------------------------------------------
TRIANGLE = [(1, 2), (1, 3), (2, 3)]
COURSE = {1950: [(7, 8), (4, 5)], 1951: [(7, 8), *TRIANGLE]}


def test_parts_have_their_pairs_and_events() -> None:
    history = world(COURSE, lambda year: COURSE[year])
    sure = Oracle(0.1).predict(history, 1950, 1)
    parts = pair_rows(history, 1950, 1, "defence", {"mine": sure})
    assert {name: (len(part.y), part.y.sum()) for name, part in parts.items()} == {
        "all": (28, 4),
        "onset": (26, 3),
        "ending": (2, 1),
    }
    onset = parts["onset"]
    assert onset.weight[onset.y == 1].tolist() == pytest.approx([1 / 3] * 3)
    assert set(parts["ending"].said["mine"]) == {0.9}


def test_pairs_of_states_that_end_are_not_scored() -> None:
    codes = {1950: [1, 2, 3], 1951: [2, 3, 4]}
    history = world(codes, lambda year: [(2, 3)], lambda year: codes[year])
    sure = Oracle().predict(history, 1950, 1)
    parts = pair_rows(history, 1950, 1, "defence", {"mine": sure})
    assert len(parts["all"].y) == 1
    assert parts["ending"].y.tolist() == [0]


def test_memberships_are_joined_and_left() -> None:
    course = {
        1950: [(a, b) for a in range(1, 6) for b in range(a + 1, 6)],
        1951: [(a, b) for a in range(2, 7) for b in range(a + 1, 7)],
    }
    history = world(course, lambda year: course[year])
    size = len(history.codes(1950))
    ties = np.full((size, size), 0.2)
    said = {"ties": Prediction({"defence": ties})}
    said["own"] = Prediction({"defence": ties}, {"defence": np.full((1, size), 0.3)})
    parts = membership_rows(history, 1950, 1, "defence", said)
    assert parts["accession"].y.tolist() == [1, 0, 0]  # states 6, 7, 8
    assert parts["exit"].y.tolist() == [1, 0, 0, 0, 0]
    assert parts["accession"].said["ties"] == pytest.approx([0.2] * 3)
    assert parts["exit"].said["own"] == pytest.approx([0.7] * 5)


def test_communities_are_cliques_and_states_alone() -> None:
    ties = np.zeros((7, 7), bool)
    ties[:3, :3] = ties[3:6, 3:6] = True
    labels = communities(ties)
    assert len(set(labels[:3])) == len(set(labels[3:6])) == 1
    assert len(set(labels)) == 3


# --- nothing later -------------------------------------------------------------------------------
def test_a_model_is_never_shown_what_came_later(history: History) -> None:
    mine = Oracle()
    hindcast(history, [1970, 1975], [5], train=(1955, 1968), models={"mine": lambda: mine}, draws=0)
    assert mine.seen == [
        (1968, 1968, 1955, 1968),
        (1970, 1970, 1970, 5),
        (1975, 1975, 1975, 5),
    ]


def test_the_future_changes_nothing_that_is_said(history: History) -> None:
    later = history.dyads["year"] > 1970
    other = History(
        history.states,
        history.dyads.assign(defense=history.dyads["defense"].where(~later, 1)),
    )
    for name in ("logit", "boosting", "logit+distance"):
        said = []
        for world_ in (history, other):
            model = find_models([name])[name]()
            model.fit(world_.until(1970), (1950, 1970))
            said.append(model.predict(world_.until(1970), 1970, 5).ties["defence"])
        assert np.array_equal(*said), name


def test_a_blend_learns_from_origins_within_the_training_years(history: History) -> None:
    made: list[Oracle] = []

    def make() -> Oracle:
        made.append(Oracle())
        return made[-1]

    blend = Blend({"logit": MODELS["logit"], "mine": make})
    blend.fit(history.until(1970), (1950, 1970))
    assert blend.origins(5) == [1960, 1965]
    said = blend.predict(history.until(1970), 1970, 5)
    assert made[0].seen == [(1970, 1970, 1950, 1970), (1970, 1970, 1970, 5)]
    for one, origin in zip(made[1:], (1960, 1965), strict=True):
        assert one.seen[0] == (origin, origin, 1950, origin)
        assert {seen[:2] for seen in one.seen} == {(origin, origin)}
    said.check(len(history.codes(1970)), {})


def test_a_blend_leaves_noise_out(history: History) -> None:
    """Beside a model that says the same of all, the blend ranks as the logit does."""
    names = {"logit": MODELS["logit"], "noise": lambda: Oracle(0.02)}
    models = {"logit": MODELS["logit"], "both": lambda: Blend(names)}
    found = hindcast(history, [1970, 1975], [5], models=models, draws=0)
    logit_, both = rows(found, origin="all", target="defence", part="onset", weight="pair")
    assert both["auc"] == pytest.approx(logit_["auc"], abs=0.02)
    assert both["log_score"] < logit_["log_score"] * 1.1


def test_a_model_of_one_target_is_scored_on_it_alone(history: History) -> None:
    class Half(Oracle):
        def predict(self, history: History, origin: int, horizon: int) -> Prediction:
            whole = super().predict(history, origin, horizon)
            return Prediction({"defence": whole.ties["defence"]})

    models = {"half": Half, "both": lambda: Blend({"half": Half, "logit": MODELS["logit"]})}
    found = hindcast(
        history, [1970], [5], models={**models, **find_models(["persistence"])}, draws=0
    )
    known = {(row["model"], row["target"]) for row in found.scores}
    assert known == {
        ("half", "defence"),
        ("both", "defence"),
        ("persistence", "defence"),
        ("persistence", "any"),
    }
    Console(file=io.StringIO()).print(found)


# --- baselines -----------------------------------------------------------------------------------
def test_every_row_of_scores_is_there(found: Hindcast) -> None:
    assert len(found.scores) == (2 + 1) * 2 * 2 * 3 * 2 * 4
    keys = {"origin", "horizon", "target", "part", "weight", "model"}
    assert all(keys < row.keys() for row in found.scores)
    said = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert list(said) == ["scores", "blocs", "memberships"]
    assert {row["origin"] for row in said["scores"]} == {1970, 1975, "all"}


def test_distance_beats_chance_where_neighbours_ally(found: Hindcast) -> None:
    place = {"origin": "all", "horizon": 5, "target": "defence", "part": "onset", "weight": "pair"}
    by = {row["model"]: row for row in rows(found, **place)}
    assert by["persistence"]["auc"] == by["base_rate"]["auc"] == 0.5
    assert by["distance"]["auc"] > 0.65
    assert by["distance"]["auc_low"] <= by["distance"]["auc"] <= by["distance"]["auc_high"]
    assert by["persistence"]["expected"] == 0
    assert by["base_rate"]["expected"] == pytest.approx(by["base_rate"]["actual"], rel=0.5)


def test_pooled_rows_have_all_pairs(found: Hindcast) -> None:
    for row in rows(found, origin="all", model="logit", horizon=5):
        place = {key: row[key] for key in ("horizon", "target", "part", "weight", "model")}
        parts = [rows(found, origin=origin, **place)[0] for origin in (1970, 1975)]
        assert row["n"] == sum(part["n"] for part in parts)
        assert row["actual"] == pytest.approx(sum(part["actual"] for part in parts))


def test_blocs_of_persistence_are_those_of_the_origin(history: History, found: Hindcast) -> None:
    (row,) = rows(found, "blocs", origin=1970, horizon=5, target="defence", model="persistence")
    one, other = (communities(history.matrix(year, "defense") == 1) for year in (1970, 1975))
    assert row["ari"] == pytest.approx(sklearn_metrics.adjusted_rand_score(other, one))


def test_features_have_no_gaps_and_lacking_columns_say_nothing(history: History) -> None:
    known = features(history.dyads_of(1960))
    assert np.isfinite(known.to_numpy(float)).all()
    assert known["ideal_na"].sum() > 0
    assert known["trade"].nunique() == 1
    bare = features(history.dyads_of(1960)[["ccode1", "ccode2", "year", "defense"]])
    assert np.isfinite(bare.to_numpy(float)).all()


def test_a_panel_has_pairs_that_are_known_at_both_times() -> None:
    codes = {1950: [1, 2, 3], 1955: [2, 3, 4]}
    history = world(codes, lambda year: [(2, 3)] if year > 1950 else [], lambda year: codes[year])
    known, tied, y = panel(history, [1950], 5, "defence")
    assert len(known) == 1
    assert tied.tolist() == [False]
    assert y.tolist() == [1.0]


def test_states_that_never_part_leave_a_chance_of_nothing() -> None:
    steady = world(range(1950, 1966), lambda _: [(1, 2), (1, 3), (5, 6)])
    found = hindcast(steady, [1960], [5], models=find_models(("logit", "boosting")), draws=5)
    for row in rows(found, origin="all"):
        assert row["positives"] in {0, 3}
        assert row["brier"] == 0
    json.dumps(found.to_dict(), allow_nan=False)


# --- what is asked wrongly -----------------------------------------------------------------------
def test_origins_that_are_not_reached_are_told_and_left_out(history: History) -> None:
    told: list[str] = []
    found = hindcast(
        history,
        [1975, 1980],
        [5, 10],
        models=find_models(("persistence",)),
        draws=0,
        say=told.append,
    )
    assert len(told) == 1
    assert "1980 with a horizon of 10 years" in told[0]
    assert "1950 to 1985" in told[0]
    assert found.origins(10) == [1975]
    with pytest.raises(UserError, match="no origin is left"):
        hindcast(history, [1984, 2000], [5], models=find_models(("persistence",)))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"train": (1950, 1976)}, "train to 1975 at most"),
        ({"train": (1900, 1910)}, "no pairs from 1900 to 1910"),
        ({"train": (1972, 1975)}, "nothing to learn from"),
        ({"train": (1966, 1975), "models": find_models(("distance+logit",))}, "at least 15 years"),
    ],
)
def test_training_that_cannot_be_is_told(
    history: History, words: Mapping[str, Any], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        hindcast(history, [1975], [5], **{"models": find_models(("logit",)), **words})


def test_models_are_found_by_name() -> None:
    with pytest.raises(UserError, match="did you mean 'distance'"):
        find_models(["distnace"])
    with pytest.raises(UserError, match="'oracle' is not a model"):
        find_models(["logit+oracle"])
    assert model_names()[-2:] == ("engine", "blend")
    assert isinstance(find_models(["blend"])["blend"](), Blend)


def test_runs_of_the_model_are_counted() -> None:
    """Four states with a treaty among six: they keep it in most runs, and others seldom get one."""
    known = world([1950, 1951], lambda _: combinations(range(1, 5), 2), lambda _: range(1, 7))
    said = Simulation(runs=20).predict(known, 1951, 1)
    _, inside = known.memberships(1951, "defence")
    said.check(6, {"defence": len(inside)})
    assert inside.sum() == 4
    assert (said.memberships["defence"][inside] > 0.5).all()
    assert (said.ties["defence"][:4, :4][~np.eye(4, dtype=bool)] > 0.5).all()
    assert said.ties["defence"][4, 5] < 0.5


def test_a_part_that_errs_is_left_out_and_not_turned_round() -> None:
    rng = np.random.default_rng(3)
    right = rng.normal(-2.0, 1.5, 2000)
    y = (rng.random(2000) < 1.0 / (1.0 + np.exp(-right))).astype(float)
    constant, *weights = _weights(np.column_stack([right, -2.0 * right]), y)
    assert weights[1] == 0.0
    assert weights[0] == pytest.approx(1.0, abs=0.15)
    assert constant == pytest.approx(0.0, abs=0.3)


@pytest.mark.parametrize(
    "said",
    [
        Prediction({"defence": np.zeros((3, 3))}),
        Prediction({"defence": np.full((8, 8), 1.5)}),
        Prediction({"defence": np.full((8, 8), np.nan)}),
        Prediction({"defence": np.triu(np.full((8, 8), 0.5))}),
        Prediction({"defense": np.zeros((8, 8))}),
        Prediction({"defence": np.zeros((8, 8))}, {"defence": np.zeros((5, 8))}),
    ],
)
def test_a_prediction_that_is_none_is_refused(said: Prediction) -> None:
    with pytest.raises(ValueError, match="defen"):
        said.check(8, {"defence": 0})


# --- saved, drawn, shown -------------------------------------------------------------------------
def test_what_is_saved_is_read_back(found: Hindcast, tmp_path: Path) -> None:
    place = found.save(tmp_path / "it")
    again = load_saved(place)
    assert again.to_dict() == found.to_dict()
    assert again.reliability == found.reliability
    assert again.run_id == found.run_id
    assert isinstance(found.table("blocs"), pd.DataFrame)
    with pytest.raises(ValueError, match="not a table"):
        found.table("pairs")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("kind", ["auc", "reliability"])
def test_figures_are_readable(found: Hindcast, kind: str, page: str) -> None:
    figure = KINDS[kind].draw(found, PAGES[page])
    assert_readable(figure)


def call(*words: object) -> Any:
    return CliRunner().invoke(app, ["hindcast", *map(str, words)])


def test_the_command_writes_json_tables_and_figures(history: History, tmp_path: Path) -> None:
    data = write(history, tmp_path / "data")
    words = ("--data", data, "--origin", "1975", "--horizon", "5", "--models", "persistence,logit")
    place = tmp_path / "out"
    told = call(*words, "--draws", 5, "--out", place, "--json", "-q")
    assert told.exit_code == 0, told.output
    said = json.loads(told.stdout)
    assert list(said) == ["scores", "blocs", "memberships"]
    assert {row["model"] for row in said["scores"]} == {"persistence", "logit"}
    names = {path.name for path in (place / "figures").iterdir()}
    assert names == {"auc.png", "reliability.png"}
    shown = call(*words, "--draws", 0)
    assert "Defence pacts after 5 years, from 1975" in shown.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--origin", "9" * 5000), "--origin: '999"),
        (("--origin", "197x"), "--origin: '197x'"),
        (("--origin", ","), "--origin: name at least one"),
        (("--origin", "1975", "--horizon", "0"), "--horizon: '0'"),
        (("--origin", "1975", "--train", "1950"), "write it as 1950:1975"),
        (("--origin", "1975", "--train", "1975:1950"), "write 1950:1975"),
        (("--origin", "1975", "--models", "logt"), "did you mean 'logit'"),
        (("--origin", "1975"), "not a folder"),
    ],
)
def test_the_command_says_what_to_write(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    told = call("--data", tmp_path / "none", *words)
    assert isinstance(told.exception, UserError)
    assert said in str(told.exception)


# --- the data of the field -----------------------------------------------------------------------
@pytest.mark.skipif(not DATA.is_dir(), reason=f"no data of the field at {DATA}")
def test_the_baselines_give_the_reference_figures() -> None:
    """Fitted by plain scripts on the same data, to 1975, for 1975, 1980 and 1985, five years."""
    found = hindcast(
        read_history(DATA),
        [1975, 1980, 1985],
        [5],
        train=(1950, 1975),
        models=find_models(("distance", "logit")),
        draws=0,
    )
    reference = {
        ("distance", "onset"): (221, 0.8907, 0.0552),
        ("logit", "onset"): (221, 0.8630, 0.0567),
        ("logit", "ending"): (41, 0.7983, 0.1012),
    }
    for (model, part), (positives, area, precision) in reference.items():
        place = {"target": "defence", "weight": "pair", "model": model, "part": part}
        (row,) = rows(found, origin="all", **place)
        assert row["positives"] == positives
        assert row["auc"] == pytest.approx(area, abs=2e-3)
        assert row["ap"] == pytest.approx(precision, abs=2e-3)
    assert set(TARGETS) == {row["target"] for row in found.scores}
