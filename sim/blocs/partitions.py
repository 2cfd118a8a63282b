"""Partitions of states: scores, names, agreement, and the one that stands for many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.blocs.search import Labels, find_blocs
from sim.types import Floats

PLURALITY: Final = 0.25
"""A partition found in at least this share of the runs may stand for them, if in a majority ..."""
PLURALITY_LEAD: Final = 2.0
"""... or at least this many times as frequent as the next one."""


def weight_inside(tie: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    """Return the score W of a partition: the tie weight ``(N, N)`` over pairs in one bloc."""
    together = _together(np.asarray(labels))
    return float(np.triu(np.where(together, np.asarray(tie, np.float64), 0.0), 1).sum())


def canonical(labels: npt.ArrayLike) -> Labels:
    """Renumber partitions ``(..., N)`` so that blocs count up from 0 by their first member.

    >>> canonical([7, 3, 7, 1]).tolist()
    [0, 1, 0, 2]
    """
    array = np.asarray(labels)
    first = _together(array).argmax(axis=-1)  # the first member of each state's bloc
    number = np.cumsum(first == np.arange(array.shape[-1]), axis=-1) - 1
    return np.take_along_axis(number, first, axis=-1).astype(np.int64)


def co_membership(labels: npt.ArrayLike) -> Floats:
    """Return the share of the partitions ``(R, N)`` that put two states together, ``(N, N)``.

    >>> co_membership([[0, 0, 1], [0, 1, 1]]).tolist()
    [[1.0, 0.5, 0.0], [0.5, 1.0, 0.5], [0.0, 0.5, 1.0]]
    """
    array = canonical(labels)
    runs, n = array.shape
    total = np.zeros((n, n))
    for label in range(n):  # a product a bloc: less work than (R, N, N) comparisons
        member = (array == label).astype(np.float32)
        if not member.any():
            break
        total += member.T @ member
    return total / runs


@dataclass(frozen=True, eq=False)
class Consensus:
    """One partition that stands for many.

    Attributes:
        labels: ``(N,)``.
        frequency: share of the runs with exactly this partition.
        modal: True for the most frequent partition, False for the one of greatest agreement.
        together: co-membership probabilities ``(N, N)``.
        distinct: number of different partitions among the runs.
    """

    labels: Labels
    frequency: float
    modal: bool
    together: Floats
    distinct: int


def consensus(labels: npt.ArrayLike, *, seed: int = 0) -> Consensus:
    """Choose the partition that stands for the partitions ``(R, N)`` of the runs.

    That is the most frequent one if it has a clear plurality (:data:`PLURALITY`,
    :data:`PLURALITY_LEAD`); otherwise the one that agrees with the runs on the most pairs of
    states: the blocs of the ties co-membership - 1/2 (median partition, Barthelemy & Monjardet
    1981).

    Raises:
        ValueError: there is no run.
    """
    array = canonical(labels)
    if array.ndim != 2 or not len(array):
        raise ValueError(f"labels: expected (R, N) with at least one run, got {array.shape}")
    partitions, counts = np.unique(array, axis=0, return_counts=True)
    ranked = np.argsort(-counts, kind="stable")
    together = co_membership(array)
    most = int(counts[ranked[0]])
    next_most = int(counts[ranked[1]]) if len(ranked) > 1 else 0
    clear = most >= PLURALITY_LEAD * next_most or most > len(array) / 2
    modal = clear and most >= PLURALITY * len(array)
    if modal:
        chosen: Labels = partitions[ranked[0]]
    else:
        chosen = find_blocs(together - 0.5, seed=seed)
    frequency = float((array == chosen).all(axis=1).mean())
    return Consensus(chosen, frequency, modal, together, len(partitions))


def agreement(one: npt.ArrayLike, other: npt.ArrayLike) -> Floats:
    """Return how far partitions ``(..., N)`` agree beyond chance: the adjusted Rand index.

    ARI = (S - E) / ((A + B) / 2 - E), S the pairs of states together in both, A and B those
    together in each, E = A B / all pairs (Hubert & Arabie 1985). 1 for equal partitions, 0 on the
    average of random ones with these sizes; 1 as well where both are trivial and equal.

    >>> agreement([0, 0, 1, 1], [1, 1, 0, 0]).item()
    1.0
    """
    first, second = np.asarray(one), np.asarray(other)
    n = first.shape[-1]
    upper = np.triu_indices(n, 1)
    a, b = _together(first)[..., *upper], _together(second)[..., *upper]
    both = (a & b).sum(axis=-1).astype(np.float64)
    alone, other_alone = a.sum(axis=-1), b.sum(axis=-1)
    by_chance = alone * other_alone / max(1, len(upper[0]))
    most = (alone + other_alone) / 2.0
    room = most - by_chance
    equal = (a == b).all(axis=-1).astype(np.float64)
    return np.asarray(np.where(room > 0, (both - by_chance) / np.where(room > 0, room, 1.0), equal))


def leadership(labels: npt.ArrayLike, bond: npt.ArrayLike, capability: npt.ArrayLike) -> Floats:
    """Return how much of its bloc each state holds together, ``(..., N)``.

    s_i sum_j s_j b_ij+ over the members j of its bloc: s is the root of capability, b+ what binds i
    and j (``bond (..., N, N)``, signed), 0.1 of a state to itself, so that of two the stronger one
    leads. A strong state that little ties to its bloc does not lead it.

    >>> leadership([0, 0, 0], [[0, 1, 0], [1, 0, 1], [0, 1, 0]], [4, 4, 9]).round(1).tolist()
    [4.4, 10.4, 6.9]
    """
    s = np.sqrt(np.asarray(capability, np.float64))
    b = np.maximum(np.asarray(bond, np.float64), 0.0)
    diagonal = np.arange(b.shape[-1])
    b[..., diagonal, diagonal] = 0.1
    found: Floats = s * ((b * _together(np.asarray(labels))) @ s[..., None])[..., 0]
    return found


def name_blocs(labels: npt.ArrayLike, leading: npt.ArrayLike) -> Labels:
    """Return for each state the index of the member that leads its bloc, ``(..., N)``.

    It names the bloc whatever its number: the one with most of ``leading (..., N)``
    (:func:`leadership`, or capability where there are no ties); of equals the first.

    >>> name_blocs([0, 0, 1], [0.1, 0.3, 0.2]).tolist()
    [1, 1, 2]
    """
    strength = np.asarray(leading, np.float64)[..., None, :]
    return (
        np.where(_together(np.asarray(labels)), strength, -np.inf).argmax(axis=-1).astype(np.int64)
    )


def match_labels(
    before: npt.ArrayLike, after: npt.ArrayLike, weight: npt.ArrayLike | None = None
) -> Labels:
    """Renumber the partition ``after (N,)`` so that blocs keep the labels of ``before (N,)``.

    The weight of the states that keep their label is made greatest (Kuhn 1955); blocs left over
    get new labels. ``weight (N,)`` defaults to one for each state.

    >>> match_labels([0, 0, 1, 1], [1, 1, 0, 0]).tolist()
    [0, 0, 1, 1]
    """
    from scipy.optimize import linear_sum_assignment  # slow to import, seldom needed

    old_labels, old_at = np.unique(np.asarray(before), return_inverse=True)
    new_labels, new_at = np.unique(np.asarray(after), return_inverse=True)
    overlap = np.zeros((len(new_labels), len(old_labels)))
    np.add.at(overlap, (new_at, old_at), 1.0 if weight is None else np.asarray(weight, np.float64))
    rows, columns = linear_sum_assignment(overlap, maximize=True)
    names = np.full(len(new_labels), -1, np.int64)
    for row, column in zip(rows, columns, strict=True):
        if overlap[row, column] > 0:
            names[row] = old_labels[column]
    fresh = int(old_labels.max(initial=-1)) + 1
    for row in np.flatnonzero(names < 0):
        names[row] = fresh
        fresh += 1
    return names[new_at]


def _together(labels: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    return labels[..., :, None] == labels[..., None, :]
