"""Estimation: what was put in comes out, nothing later is seen, and what is said can be trusted."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.drivers import starts
from sim.rules import catalogue as names
from sim.scenario.history import History, history_of
from sim.study.estimate import (
    PARTS,
    TIES,
    WEIGHTS,
    Estimates,
    Fitted,
    LogLinear,
    Offers,
    Shared,
    Weight,
    estimate,
    fit,
    outlook,
)
from sim.study.estimate.tie_events import (
    accession_columns,
    dissolution_columns,
    exit_columns,
    parting_columns,
    year_of,
)
from sim.study.estimate.worth import TERMS, parts_of, world_of
from tests.support_history import drawn, world, write

FLAT = 50.0  # a prior as wide as none


@pytest.fixture(scope="module")
def history() -> History:
    return drawn(n=14, last=1972)


@pytest.fixture(scope="module")
def found(history: History) -> Estimates:
    return estimate(history.until(1965), 1950, 1965, "defence")


def weights(words: str, sign: int = 0) -> list[Weight]:
    return [Weight(name, 0.0, FLAT, sign if name.startswith("w") else 0) for name in words.split()]


def lived(rate: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return (rng.random(len(rate)) < -np.expm1(-rate)).astype(float)


def log_linear(rng: np.random.Generator) -> tuple[LogLinear, np.ndarray, list[Weight]]:
    z = np.column_stack([np.ones(4000), rng.standard_normal((4000, 2))])
    return LogLinear(z), np.array([-2.5, 0.6, -0.4]), weights("constant w1 w2")


def offers(rng: np.random.Generator) -> tuple[Offers, np.ndarray, list[Weight]]:
    one, other = rng.standard_normal((2, 6000, 2))
    to_other, to_one = rng.normal(-1.0, 1.0, (2, 6000))
    truth = np.array([-1.5, 0.8, -0.5, 0.7, 0.3])
    return Offers(one, other, to_other, to_one), truth, weights("constant attention consent w1 w2")


def shared(rng: np.random.Generator) -> tuple[Shared, np.ndarray, list[Weight]]:
    pairs, truth, _ = offers(rng)
    z = np.column_stack([np.ones(3000), rng.standard_normal((3000, 2))])
    both = np.r_[truth[:3], -2.0, truth[3:]]
    return Shared((pairs, LogLinear(z)), 2), both, weights("constant attention consent c2 w1 w2")


@pytest.mark.parametrize("make", [log_linear, offers, shared])
def test_nine_in_ten_intervals_hold_what_was_put_in(make: Any) -> None:
    rng = np.random.default_rng(5)
    inside, centre = [], []
    for _ in range(60):
        rates, truth, known = make(rng)
        y = lived(rates.rate(truth)[0], rng)
        got = fit(rates, known, y, np.arange(len(y)))
        inside.append(np.abs(got.value - truth) < 1.645 * got.error)
        centre.append(got.value)
    assert 0.85 <= np.mean(inside) <= 0.95
    # the constants of offers trade off with consent; the weights do not
    at = slice({log_linear: 1, offers: 3, shared: 4}[make], None)
    assert np.allclose(np.mean(centre, axis=0)[at], truth[at], atol=0.06)


@pytest.mark.parametrize("make", [log_linear, offers, shared])
def test_derivatives_are_those_of_the_rates(make: Any) -> None:
    rates, truth, _ = make(np.random.default_rng(1))
    _, slope = rates.rate(truth)
    for k in range(len(truth)):
        step = np.zeros(len(truth))
        step[k] = 1e-5
        numeric = (rates.rate(truth + step)[0] - rates.rate(truth - step)[0]) / 2e-5
        assert np.allclose(slope[:, k], numeric, rtol=1e-5, atol=1e-8)


def test_copies_of_an_event_tell_no_more_than_one() -> None:
    rates, truth, known = log_linear(np.random.default_rng(2))
    y = lived(rates.rate(truth)[0], np.random.default_rng(3))
    alone = fit(rates, known, y, np.arange(len(y)))
    fourfold = LogLinear(np.repeat(rates.z, 4, axis=0))
    copied = fit(fourfold, known, np.repeat(y, 4), np.repeat(np.arange(len(y)), 4))
    assert np.allclose(copied.value, alone.value, atol=1e-3)
    assert np.allclose(copied.error, alone.error, rtol=0.05)


def test_a_weight_of_the_wrong_sign_stays_at_nothing() -> None:
    rates, truth, _ = log_linear(np.random.default_rng(4))
    y = lived(rates.rate(truth)[0], np.random.default_rng(5))
    got = fit(rates, weights("constant w1 w2", sign=1), y, np.arange(len(y)))
    assert got.value[1] > 0.3
    assert got.value[2] == 0.0
    assert not got.covariance[2].any()


def column(process: str) -> dict[str, int]:
    """The place of each column by its name."""
    return {weight.name: at for at, weight in enumerate(WEIGHTS[process])}


def test_every_process_weighs_its_columns() -> None:
    year, pair = year_of(partners(1954), 1954, "defence"), (np.array([0]), np.array([1]))
    terms = len(TERMS)
    assert accession_columns(year, 0).shape[1] == len(WEIGHTS["accession"])
    assert exit_columns(year, 0).shape[1] == len(WEIGHTS["exit"]) + terms
    assert dissolution_columns(year).shape[1] == len(WEIGHTS["dissolution"])
    assert parting_columns(year, *pair).shape[1] == len(WEIGHTS["parting"])
    assert tuple(weight.name for weight in WEIGHTS["offers"][3:]) == TERMS
    assert tuple(weight.name for weight in WEIGHTS["accession"][-terms:]) == tuple(
        f"one.{term}" for term in TERMS
    )


def test_the_joint_fit_has_one_weight_a_term_and_its_declared_prior(history: History) -> None:
    found = estimate(history, 1950, 1970, "defence", jointly=True)
    joint = found.processes[TIES]
    assert tuple(weight.name for weight in joint.weights[-len(TERMS) :]) == TERMS
    assert joint.events == sum(
        found.processes[name].events for name in PARTS if name in found.processes
    )
    for weight, value in zip(joint.weights[-len(TERMS) :], joint.value[-len(TERMS) :], strict=True):
        assert weight.mean == names.PARAMS[f"{weight.name}.weight"].default
        if f"{weight.name}.ties" in found.parameters:
            part, low, high = found.parameters[f"{weight.name}.ties"]
            assert part == pytest.approx(value / weight.mean)
            assert 0.0 <= low <= part <= high
    assert not estimate(history, 1950, 1960, "defence").parameters


def test_a_world_of_a_year_has_its_states_and_nothing_later(
    history: History,
) -> None:
    world, order = world_of(history, 1960)
    known, same = world_of(history.until(1960), 1960)
    for one, other in zip(starts.start(world, 1, 0)[0], starts.start(known, 1, 0)[0], strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(order, same)
    assert sorted(order) == list(range(len(history.codes(1960))))
    tied = history.matrix(1960, "defense") == 1
    assert parts_of(history, 1960).change["defence"].shape == (*tied.shape, len(TERMS))


def test_offers_are_weighed_and_the_sum_is_what_happened(found: Estimates) -> None:
    one = found.processes["offers"]
    assert one.events > 0
    assert one.expected == pytest.approx(one.events, rel=0.1)
    assert (one.value[3:] >= 0).all()


def test_what_is_said_are_probabilities(history: History, found: Estimates) -> None:
    near, far = (outlook(found, history, 1965, years) for years in (1, 5))
    tied = history.matrix(1965, "defense") == 1
    off = ~np.eye(len(tied), dtype=bool)
    for said in (near, far):
        assert np.allclose(said.ties, said.ties.T)
        assert ((said.ties[off] >= 0) & (said.ties[off] <= 1)).all()
        assert ((said.memberships >= 0) & (said.memberships <= 1)).all()
        pairs = np.triu(off & ~tied)
        assert said.expected["onsets"] == pytest.approx(said.ties[pairs].sum())
    assert (far.ties[off & ~tied] >= near.ties[off & ~tied]).all()
    assert (far.ties[off & tied] <= near.ties[off & tied]).all()


def test_the_future_changes_nothing_that_is_said(history: History, found: Estimates) -> None:
    again = estimate(drawn(n=14, last=1965), 1950, 1965, "defence")
    known = drawn(n=14, last=1965)
    for name, one in found.processes.items():
        assert np.allclose(one.value, again.processes[name].value)
    assert np.allclose(outlook(found, history, 1965, 5).ties, outlook(again, known, 1965, 5).ties)


def test_a_process_without_an_event_says_nothing(history: History, found: Estimates) -> None:
    quiet = Estimates("defence", (1950, 1965), {})
    said = outlook(quiet, history, 1965, 5)
    assert np.array_equal(said.ties, history.matrix(1965, "defense") == 1)
    assert isinstance(found.processes["offers"], Fitted)


def test_the_command_writes_what_it_says(history: History, tmp_path: Path) -> None:
    data, place = write(history, tmp_path / "data"), tmp_path / "weights.json"
    words = ["estimate", "--data", str(data), "--train", "1950:1960", "--out", str(place), "-q"]
    told = CliRunner().invoke(app, words)
    assert told.exit_code == 0, told.output
    assert "not told from 0" in told.output
    said = json.loads(place.read_text())
    assert said["train"] == [1950, 1960]
    (only,) = [one for one in said["targets"] if one["target"] == "defence"]
    names = [one["name"] for one in only["processes"]["offers"]["weights"]]
    assert names == ["constant", "attention", "consent", *TERMS]


@pytest.mark.parametrize(
    ("train", "said"), [("1950", "write it as 1950:1975"), ("1990:1995", "no pairs from 1990")]
)
def test_the_command_says_what_to_write(
    history: History, tmp_path: Path, train: str, said: str
) -> None:
    data = write(history, tmp_path / "data")
    told = CliRunner().invoke(app, ["estimate", "--data", str(data), "--train", train])
    assert told.exit_code != 0
    assert said in str(told.exception)


def partners(year: int) -> History:
    """Four allies since 1950; the fifth is to consult with two of them; the sixth is as young."""
    made = world(
        range(1950, year + 1),
        lambda _: combinations((1, 2, 3, 4), 2),
        lambda now: range(1, 7 if now >= 1953 else 6),
    )
    consult = made.dyads["key"].isin([1005, 2005]).astype(int)
    there = (made.states["ccode"] != 6) | (made.states["year"] >= 1953)
    return history_of(made.states[there], made.dyads.assign(consul=consult).drop(columns="key"))


def test_who_joins_is_told_by_age_and_by_who_is_to_consult() -> None:
    year = year_of(partners(1954), 1954, "defence")
    assert year.age_of_treaty.tolist() == [4.0]
    now, then = (accession_columns(year, 0, later) for later in (0, 6))
    at = column("accession")
    assert now[4:, at["looser"]].tolist() == [0.5, 0.0]
    assert now[4:, at["young"]].tolist() == [0.0, 1.0]
    assert then[4:, at["young"]].tolist() == [0.0, 0.0]
    assert np.allclose(now[:, at["age"]], np.log(5.0))
    assert np.allclose(then[:, at["age"]], np.log(11.0))
    same = [place for name, place in at.items() if name not in {"age", "young"}]
    assert np.array_equal(now[:, same], then[:, same])


def test_a_treaty_and_a_tie_end_by_their_age() -> None:
    year = year_of(partners(1954), 1954, "defence")
    age = column("dissolution")["age"]
    ages = [dissolution_columns(year, later)[0, age] for later in (0, 3)]
    assert np.allclose(ages, np.log([5.0, 8.0]))
    i, j = np.array([0]), np.array([1])
    age = column("parting")["age"]
    ages = [parting_columns(year, i, j, later)[0, age] for later in (0, 3)]
    assert np.allclose(ages, np.log([5.0, 8.0]))
