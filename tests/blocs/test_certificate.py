"""Bounds on the score of a partition: never below the best one, and its score where proven."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.blocs import agreement, canonical, certificate, certify, find_blocs, weight_inside
from tests.blocs.test_blocs import Array, partitions, random_ties


def best_score(tie: Array) -> float:
    every = np.array(list(partitions(len(tie))))
    together = every[:, :, None] == every[:, None, :]
    return float((together * np.triu(tie, 1)).sum(axis=(1, 2)).max())


@pytest.fixture(scope="module")
def loose() -> Array:
    """A network whose relaxation lies above the best partition: a wheel with an odd rim.

    Opposite signs of rim and spokes make half-together states of the rim pay in the relaxation.
    """
    tie = np.full((6, 6), -1.0)
    for at in range(1, 6):
        tie[0, at] = tie[at, 0] = 1.0
    np.fill_diagonal(tie, 0.0)
    return tie


@given(st.integers(0, 10_000), st.integers(2, 7))
def test_proofs_are_the_optimum_of_small_networks(seed: int, n: int) -> None:
    tie = random_ties(n, seed, density=0.8)
    found = certify(tie)
    assert found.proven
    assert found.score == pytest.approx(best_score(tie), abs=1e-9)
    assert found.score == pytest.approx(weight_inside(tie, found.labels))


@given(st.integers(0, 10_000), st.integers(3, 7))
def test_no_bound_lies_below_the_best(seed: int, n: int) -> None:
    tie = random_ties(n, seed)
    best = best_score(tie)
    for labels in (np.zeros(n, int), np.arange(n), np.arange(n) % 2):
        found = certify(tie, labels, exact_up_to=0)
        assert found.bound >= best - 1e-9
        assert found.score <= best + 1e-9
        assert found.labels.tolist() == canonical(labels).tolist()
        if found.proven:
            assert found.score == pytest.approx(best, rel=1e-6, abs=1e-9)


def test_gap_of_a_partition_that_is_not_best() -> None:
    tie = np.array([[0, 2, -1], [2, 0, -1], [-1, -1, 0]], float)
    found = certify(tie, [0, 0, 0], exact_up_to=0)
    assert (found.score, found.bound) == (0.0, 2.0)
    assert found.gap == 1.0
    assert not found.proven
    assert not found.exact
    better = certify(tie, [0, 0, 0])
    assert better.labels.tolist() == [0, 0, 1]
    assert better.exact
    assert better.proven


def test_branch_and_bound_closes_what_the_relaxation_leaves_open(loose: Array) -> None:
    relaxed = certify(loose, exact_up_to=0)
    assert relaxed.bound == pytest.approx(2.5)
    assert relaxed.score == best_score(loose) == 1.0
    assert not relaxed.proven
    settled = certify(loose)
    assert settled.exact
    assert settled.proven
    assert settled.bound == pytest.approx(1.0)


def test_no_proof_when_time_is_up(loose: Array, monkeypatch: pytest.MonkeyPatch) -> None:
    assert certify(loose, seconds=0.0).bound == 5.0  # all positive ties
    assert not certify(loose, seconds=0.0).proven

    from scipy import optimize

    def stopped(*_: Any, **__: Any) -> Any:
        """A solver that ran out of time with a good solution and a bound that is not tight."""
        return SimpleNamespace(status=1, success=False, x=np.zeros(15), mip_dual_bound=-1.5)

    monkeypatch.setattr(optimize, "milp", stopped)
    found = certify(loose)
    assert found.exact
    assert not found.proven
    assert found.bound == 1.5
    assert found.gap == pytest.approx(1 / 3)


@pytest.mark.parametrize("limit", [None, np.nan, np.inf, -np.inf, 0.0, -0.5])
@pytest.mark.parametrize("status", [0, 1, 2, 4])
def test_a_solver_that_errs_proves_nothing(
    loose: Array, limit: float | None, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No bound below a known partition is believed, and none of a solver that failed."""
    from scipy import optimize

    answer = SimpleNamespace(status=status, success=status == 0, x=None, mip_dual_bound=limit)
    monkeypatch.setattr(optimize, "milp", lambda *_, **__: answer)
    found = certify(loose)
    assert not found.proven
    assert found.bound == pytest.approx(2.5)


@pytest.mark.parametrize("marginals", ["none", "wrong", "random", "nan", "positive"])
def test_any_multipliers_give_a_true_bound(
    loose: Array, marginals: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the solver says of its objective and its success has no say in the bound."""
    from scipy import optimize

    def untrue(c: Array, A_ub: Any, **__: Any) -> Any:
        rng = np.random.default_rng(1)
        rows = A_ub.shape[0]
        y: Any = {
            "none": None,
            "wrong": np.zeros(rows + 1),
            "random": -rng.random(rows),
            "nan": np.full(rows, np.nan),
            "positive": np.ones(rows),
        }[marginals]
        sol = SimpleNamespace(marginals=y)
        return SimpleNamespace(status=0, success=True, x=np.zeros(len(c)), fun=0.0, ineqlin=sol)

    monkeypatch.setattr(optimize, "linprog", untrue)
    assert certify(loose, exact_up_to=0).bound >= 1.0


def test_a_failed_relaxation_leaves_the_bound_before(
    loose: Array, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scipy import optimize

    failed = SimpleNamespace(status=4, success=False, x=None, fun=None)
    monkeypatch.setattr(optimize, "linprog", lambda *_, **__: failed)
    found = certify(loose, exact_up_to=0)
    assert (found.bound, found.proven) == (5.0, False)


def test_beyond_the_relaxation_the_bound_is_all_positive_ties(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(certificate, "RELAXED_UP_TO", 5)
    tie = random_ties(8, 2)
    assert certify(tie, exact_up_to=5).bound == pytest.approx(np.maximum(np.triu(tie), 0).sum())


def test_rows_of_one_round_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificate, "_ROWS_A_ROUND", 7)
    tie = random_ties(9, 3)
    assert certify(tie, exact_up_to=0).bound >= weight_inside(tie, find_blocs(tie)) - 1e-9


def test_edges_and_bad_arguments() -> None:
    assert certify(np.zeros((0, 0))).proven
    assert certify(np.zeros((1, 1))).proven
    assert certify(-np.ones((4, 4))).score == 0.0
    assert certify(1e-9 * random_ties(6, 1)).proven  # the scale does not matter
    assert certify(1e9 * random_ties(6, 1)).proven
    for bad in (np.zeros((2, 3)), np.full((2, 2), np.nan), np.array([[0, 1], [2, 0]])):
        with pytest.raises(ValueError, match="tie"):
            certify(bad)
    with pytest.raises(ValueError, match="one network"):
        certify(np.zeros((2, 3, 3)))
    with pytest.raises(ValueError, match="labels"):
        certify(np.zeros((3, 3)), [0, 1])


@pytest.mark.parametrize(("n", "noise"), [(20, 0.5), (50, 0.5), (100, 1.0), (200, 1.0)])
def test_planted_blocs_are_recovered(n: int, noise: float) -> None:
    """Ties of 1 within and -1 between four blocs, with normal noise of this deviation."""
    planted = canonical(np.random.default_rng(n).permutation(np.arange(n) % 4))
    together = planted[:, None] == planted[None, :]
    tie = np.where(together, 1.0, -1.0) + noise * random_ties(n, n)
    labels = find_blocs(tie)
    assert agreement(planted, labels) == 1.0
    if n <= 100:
        assert certify(tie, labels, exact_up_to=0).proven


@pytest.mark.parametrize("name", ["russia_dprk_pact", "vietnam_bamboo"])
def test_final_networks_of_the_flagships_are_certified(name: str) -> None:
    from sim import run
    from sim.record.reading import network_of

    results = run(name, runs=6)
    networks = network_of(results.record, "ties", slice(None))[:, -1]
    for tie, labels in zip(networks, results.bloc_labels[:, -1], strict=True):
        found = certify(tie, labels)
        assert found.gap <= 0.01
        assert found.labels.tolist() == labels.tolist()  # what the search found stands
