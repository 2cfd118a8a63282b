from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.blocs import (
    agreement,
    canonical,
    co_membership,
    consensus,
    find_blocs,
    match_labels,
    name_blocs,
    weight_inside,
)

type Array = npt.NDArray[Any]


def partitions(n: int) -> Iterator[list[int]]:
    """Every partition of n things, as labels by first member."""

    def grow(labels: list[int], blocs: int) -> Iterator[list[int]]:
        if len(labels) == n:
            yield labels
            return
        for label in range(blocs + 1):
            yield from grow([*labels, label], max(blocs, label + 1))

    yield from grow([], 0)


def random_ties(n: int, seed: int, density: float = 1.0) -> Array:
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.normal(size=(n, n)) * (rng.random((n, n)) < density), 1)
    return upper + upper.T


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6, 7, 8])
def test_optimum_of_small_networks(n: int) -> None:
    every = np.array(list(partitions(n)))
    together = every[:, :, None] == every[:, None, :]
    for seed in range(30):
        tie = random_ties(n, seed, density=1.0 if seed % 2 else 0.5)
        best = (together * np.triu(tie, 1)).sum(axis=(1, 2)).max()
        assert weight_inside(tie, find_blocs(tie)) == pytest.approx(best)


@pytest.mark.parametrize("n", [12, 30, 60])
def test_planted_blocs_are_found(n: int) -> None:
    rng = np.random.default_rng(n)
    planted = canonical(rng.permutation(np.arange(n) % 4))
    noise = random_ties(n, n) * 0.2
    together = planted[:, None] == planted[None, :]
    tie = np.where(together, 1.0, -1.0) + noise
    assert find_blocs(tie).tolist() == planted.tolist()


def test_unaligned_states_stand_alone() -> None:
    tie = np.zeros((6, 6))
    tie[0, 1] = tie[1, 0] = 1.0
    tie[2, 3] = tie[3, 2] = 0.5
    tie[4, :4] = tie[:4, 4] = -0.1
    assert find_blocs(tie).tolist() == [0, 0, 1, 1, 2, 3]
    assert find_blocs(np.zeros((4, 4))).tolist() == [0, 1, 2, 3]


def test_a_tie_that_cancels_does_not_bind() -> None:
    tie = np.array([[0, 1, 0.5], [1, 0, -0.5], [0.5, -0.5, 0]])
    assert find_blocs(tie).tolist() == [0, 0, 1]


def test_a_stack_is_searched_as_its_networks() -> None:
    stack = np.array([random_ties(15, seed) for seed in range(6)]).reshape(2, 3, 15, 15)
    labels = find_blocs(stack, seed=3)
    assert labels.shape == (2, 3, 15)
    for index in np.ndindex(2, 3):
        assert labels[index].tolist() == find_blocs(stack[index], seed=3).tolist()


def test_nothing_is_changed_and_the_diagonal_ignored() -> None:
    tie = random_ties(10, 1).astype(np.float32)
    before = tie.copy()
    labels = find_blocs(tie)
    assert (tie == before).all()
    np.fill_diagonal(tie, 9.0)
    assert find_blocs(tie).tolist() == labels.tolist()
    assert find_blocs(np.zeros((0, 0))).shape == (0,)


@given(st.integers(0, 10_000), st.integers(2, 14))
def test_no_single_move_and_no_union_gains(seed: int, n: int) -> None:
    tie = random_ties(n, seed, density=0.6)
    labels = find_blocs(tie, starts=2, seed=seed)
    score = weight_inside(tie, labels)
    for i in range(n):
        for target in range(n):
            moved = labels.copy()
            moved[i] = target
            assert weight_inside(tie, moved) <= score + 1e-6
    for a in range(n):
        for b in range(a):
            assert weight_inside(tie, np.where(labels == a, b, labels)) <= score + 1e-6


@given(st.integers(0, 10_000))
def test_renaming_states_renames_blocs(seed: int) -> None:
    order = np.random.default_rng(seed).permutation(9)
    tie = random_ties(9, seed)
    there = find_blocs(tie[np.ix_(order, order)])
    assert canonical(find_blocs(tie)[order]).tolist() == there.tolist()


@pytest.mark.parametrize(
    "tie",
    [np.zeros((2, 3)), np.array([[0, 1], [2, 0]]), np.full((2, 2), np.nan), np.zeros(3)],
)
def test_bad_ties_are_refused(tie: Array) -> None:
    with pytest.raises(ValueError, match="tie"):
        find_blocs(tie)
    with pytest.raises(ValueError, match="start"):
        find_blocs(np.zeros((2, 2)), starts=0)


def test_co_membership_counts_runs() -> None:
    together = co_membership([[0, 0, 1, 1], [5, 5, 5, 2], [0, 1, 2, 3], [1, 1, 0, 0]])
    assert together[0, 1] == 0.75
    assert together[2, 3] == 0.5
    assert together[0, 2] == 0.25
    assert (np.diag(together) == 1).all()


def test_consensus_is_the_plurality_if_it_is_clear() -> None:
    runs = [[0, 0, 1]] * 6 + [[0, 1, 1]] * 3 + [[0, 0, 0]]
    found = consensus(runs)
    assert found.labels.tolist() == [0, 0, 1]
    assert found.modal
    assert found.frequency == 0.6
    assert found.distinct == 3


def test_consensus_is_the_greatest_agreement_if_no_plurality_is_clear() -> None:
    """States 0-3 and 4-7 are always together; one member of each run stands apart."""
    runs = []
    for apart in range(8):
        labels = [0, 0, 0, 0, 1, 1, 1, 1]
        labels[apart] = 2
        runs.append(labels)
    found = consensus(runs)
    assert found.labels.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert not found.modal
    assert found.frequency == 0.0


def test_consensus_agrees_most_of_all_partitions() -> None:
    rng = np.random.default_rng(4)
    runs = rng.integers(0, 3, (25, 6))
    together = co_membership(runs)

    def agreement(labels: Array) -> float:
        same = labels[:, None] == labels[None, :]
        return float(np.triu(np.where(same, together, 1 - together), 1).sum())

    best = max(agreement(np.array(labels)) for labels in partitions(6))
    found = consensus(runs)
    assert not found.modal
    assert agreement(found.labels) == pytest.approx(best)
    with pytest.raises(ValueError, match="at least one run"):
        consensus(np.zeros((0, 4), int))


def test_blocs_are_named_by_the_strongest() -> None:
    labels = np.array([[0, 0, 1, 1], [0, 1, 1, 0]])
    assert name_blocs(labels, [0.1, 0.2, 0.4, 0.3]).tolist() == [[1, 1, 2, 2], [3, 2, 2, 3]]
    assert name_blocs([0, 0], [0.5, 0.5]).tolist() == [0, 0]


def test_labels_follow_the_heavier_part() -> None:
    before = [0, 0, 0, 1, 1]
    assert match_labels(before, [0, 0, 1, 1, 1]).tolist() == [0, 0, 1, 1, 1]
    # the first bloc breaks in two: the larger, or the heavier, part keeps its number
    assert match_labels(before, [0, 1, 1, 2, 2]).tolist() == [2, 0, 0, 1, 1]
    assert match_labels(before, [0, 1, 1, 2, 2], [9, 1, 1, 1, 1]).tolist() == [0, 2, 2, 1, 1]


def test_agreement_is_beyond_chance() -> None:
    # of Hubert & Arabie's formula by hand: S = 1, A = 2, B = 3, 10 pairs: (1 - .6) / (2.5 - .6)
    assert agreement([0, 0, 1, 1, 2], [0, 0, 0, 1, 2]) == pytest.approx(0.4 / 1.9)
    assert agreement([0, 0, 1, 1], [0, 1, 0, 1]) == pytest.approx((0 - 4 / 6) / (2 - 4 / 6))
    assert agreement([0, 1, 2], [2, 1, 0]) == 1.0  # everybody alone in both
    assert agreement([0, 0, 0], [0, 0, 0]) == 1.0
    assert agreement([0, 0, 0], [0, 1, 2]) == 0.0
    stack = agreement([[0, 0, 1], [0, 0, 1]], [[1, 1, 0], [0, 1, 1]])
    assert stack.tolist() == [1.0, pytest.approx(-0.5)]


def test_agreement_of_random_partitions_is_nothing() -> None:
    rng = np.random.default_rng(5)
    many = agreement(rng.integers(0, 3, (2000, 12)), rng.integers(0, 3, (2000, 12)))
    assert abs(many.mean()) < 0.01
