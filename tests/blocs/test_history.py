"""What becomes of blocs in time, on histories of which the answer is plain."""

from __future__ import annotations

import numpy as np
import pytest

from sim.blocs import Turnover, persistence, turnover

EQUAL = np.ones(6)


def test_persistence_is_the_part_of_members_that_stay() -> None:
    # run 1: nobody moves; run 2: state 2 goes over, then back
    steady = [[0, 0, 0, 1, 1, 1]] * 3
    wander = [[0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 1], [0, 0, 0, 1, 1, 1]]
    found = persistence([steady, wander])
    assert found.shape == (2, 6)
    assert (found[0] == 1.0).all()
    assert found[1, 0] == pytest.approx(2 / 3)
    assert found[1, 2] == pytest.approx(1 / 6)  # itself, of three and four members
    assert found[1, 3] == pytest.approx(3 / 4)


def test_persistence_of_one_tick_is_whole() -> None:
    assert persistence(np.zeros((2, 1, 3), int)).tolist() == [[1.0] * 3] * 2


def test_numbers_of_blocs_do_not_matter() -> None:
    renamed = [[[0, 0, 1, 1, 1, 2], [4, 4, 0, 0, 0, 1]]]
    assert (persistence(renamed) == 1.0).all()
    assert turnover(renamed, np.ones((1, 2, 6))) == []


def test_splits_and_mergers_have_dates_and_frequencies() -> None:
    whole, parts = [0] * 6, [0, 0, 0, 1, 1, 1]
    runs = [
        [whole, parts, parts, parts],  # splits at 1
        [whole, whole, parts, whole],  # splits at 2, merges at 3
        [whole, parts, whole, parts],  # splits at 1 and again: the first counts; merges at 2
        [whole, whole, whole, whole],
    ]
    power = np.broadcast_to([1, 3, 2, 1, 1, 5], (4, 4, 6))
    split, merger = turnover(runs, power)
    assert split == Turnover("split", (5, 1), 0.75, (1, 2, 1))
    assert merger == Turnover("merger", (5, 1), 0.5, (3, 2))


def test_one_state_that_leaves_is_no_split() -> None:
    assert turnover([[[0] * 6, [0, 0, 0, 0, 0, 1]]], np.ones((1, 2, 6))) == []
    assert turnover([[[0, 0, 1, 1, 2, 2], [0, 0, 1, 1, 1, 1]]], np.ones((1, 2, 6))) != []


def test_a_bloc_may_fall_into_three() -> None:
    found = turnover([[[0] * 6, [0, 0, 1, 1, 2, 2]]], np.ones((1, 2, 6)))
    assert {event.cores for event in found} == {(0, 2), (0, 4), (2, 4)}
    assert {event.kind for event in found} == {"split"}


def test_members_that_change_sides_together_are_both() -> None:
    """Two of three go over: the one bloc splits, no other merger than with the bloc they join."""
    found = turnover([[[0, 0, 0, 0, 1, 1], [0, 0, 1, 1, 1, 1]]], np.ones((1, 2, 6)))
    assert [(event.kind, event.cores) for event in found] == [
        ("merger", (2, 4)),
        ("split", (0, 2)),
    ]
