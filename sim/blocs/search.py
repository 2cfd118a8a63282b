"""The search for the partition of the states that keeps the most signed tie weight within blocs.

The maximum is sought by iterated local search (Lourenco, Martin & Stutzle 2003) from many starts:
moves, unions and cuts as long as any raises the score, then a disturbance and again.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.compiled.jit import search
from sim.types import Floats

type Labels = npt.NDArray[np.int64]

_KICKS: Final = 30  # disturbances of each start
_AGREEING: Final = 4  # independent starts with the same best score that end the search
_TOLERANCE: Final = 1e-9  # of the largest tie: a smaller gain is rounding, not a reason to move


@search
def _draw(state: Labels, bound: int) -> int:
    """Return an integer in [0, bound); Lehmer generator of Park, Miller & Stockmeyer (1993)."""
    state[0] = state[0] * 48271 % 2147483647
    return int(state[0] % bound)


@search
def _relabel(tie: Floats, labels: Labels, pull: Floats, size: Labels, i: int, target: int) -> None:
    """Put state i into bloc ``target`` and keep pulls and sizes in step."""
    source = labels[i]
    for j in range(labels.size):
        pull[j, source] -= tie[j, i]
        pull[j, target] += tie[j, i]
    labels[i] = target
    size[source] -= 1
    size[target] += 1


@search
def _empty_label(size: Labels) -> int:
    """Return a label that no bloc uses; there is one whenever some bloc has two members."""
    for label in range(size.size):
        if size[label] == 0:
            return label
    return -1


@search
def _move_pass(
    tie: Floats, labels: Labels, pull: Floats, size: Labels, order: Labels, least: float
) -> bool:
    """Move single states to the bloc that pulls most, until none gains; say whether any moved."""
    n = labels.size
    any_moved = False
    quiet = 0
    at = 0
    while quiet < n:
        i = order[at]
        at = at + 1 if at + 1 < n else 0
        own = labels[i]
        best, best_pull = own, pull[i, own] + least
        for label in range(n):
            if size[label] > 0 and pull[i, label] > best_pull:
                best, best_pull = label, pull[i, label]
        if best_pull < 0.0 and size[own] > 1:
            best = _empty_label(size)
        quiet += 1
        if best != own:
            _relabel(tie, labels, pull, size, i, best)
            any_moved = True
            quiet = 0
    return any_moved


@search
def _merge_pass(labels: Labels, pull: Floats, size: Labels, between: Floats, least: float) -> bool:
    """Unite the two blocs with the largest positive weight between them, until there are none."""
    n = labels.size
    between[:, :] = 0.0
    for i in range(n):
        for label in range(n):
            if size[label] > 0:
                between[labels[i], label] += pull[i, label]
    any_merged = False
    while True:
        first, second, best = -1, -1, least
        for a in range(n):
            if size[a] > 0:
                for b in range(a + 1, n):
                    if size[b] > 0 and between[a, b] > best:
                        first, second, best = a, b, between[a, b]
        if first < 0:
            return any_merged
        any_merged = True
        for i in range(n):
            if labels[i] == second:
                labels[i] = first
            pull[i, first] += pull[i, second]
            pull[i, second] = 0.0
        size[first] += size[second]
        size[second] = 0
        for label in range(n):
            between[first, label] += between[second, label]
            between[label, first] += between[label, second]
            between[second, label] = 0.0
            between[label, second] = 0.0
        between[first, first] = 0.0


@search
def _grow_part(
    tie: Floats, pull: Floats, label: int, members: Labels, root: int, step: Labels, cut: Floats
) -> None:
    """Grow a part of a bloc from ``members[root]``, each time by the least regretted member.

    ``step`` receives the states in order and ``cut`` the weight across the cut after each.
    """
    count = members.size
    inside = np.zeros(count)  # ties of each member to the part
    used = np.zeros(count, np.bool_)
    across = 0.0
    at = root
    for length in range(count - 1):
        used[at] = True
        chosen = members[at]
        step[length] = chosen
        across += pull[chosen, label] - 2.0 * inside[at]
        cut[length] = across
        at = -1
        least_rise = np.inf
        for other in range(count):
            if not used[other]:
                inside[other] += tie[members[other], chosen]
                rise = pull[members[other], label] - 2.0 * inside[other]
                if rise < least_rise:
                    at, least_rise = other, rise


@search
def _split_pass(tie: Floats, labels: Labels, pull: Floats, size: Labels, least: float) -> bool:
    """Cut blocs in two where the weight across the cut is negative.

    A part is grown from each member in turn (Kernighan & Lin 1970); the best one is cut off.
    """
    n = labels.size
    step = np.empty(n, np.int64)
    cut = np.empty(n)
    members = np.empty(n, np.int64)
    any_split = False
    for label in range(n):
        count = 0
        for i in range(n):
            if labels[i] == label:
                members[count] = i
                count += 1
        if count < 3:
            continue
        best_cut, best_root, best_length = -least, -1, 0
        for root in range(count):
            _grow_part(tie, pull, label, members[:count], root, step, cut)
            for length in range(count - 1):
                if cut[length] < best_cut:
                    best_cut, best_root, best_length = cut[length], root, length + 1
        if best_root >= 0:
            any_split = True
            _grow_part(tie, pull, label, members[:count], best_root, step, cut)
            target = _empty_label(size)
            for i in step[:best_length]:
                _relabel(tie, labels, pull, size, i, target)
    return any_split


@search
def _climb(
    tie: Floats,
    labels: Labels,
    pull: Floats,
    size: Labels,
    order: Labels,
    between: Floats,
    least: float,
    cuts: bool,
) -> float:
    """Improve ``labels`` in place until no move, union or cut gains; return twice the score."""
    improving = True
    while improving:
        _move_pass(tie, labels, pull, size, order, least)
        improving = _merge_pass(labels, pull, size, between, least)
        if cuts and not improving:
            improving = _split_pass(tie, labels, pull, size, least)
    score = 0.0
    for i in range(labels.size):
        score += pull[i, labels[i]]
    return score


@search
def _kick(tie: Floats, labels: Labels, pull: Floats, size: Labels, state: Labels) -> None:
    """Disturb a partition: some states, drawn anew, join the bloc of another or stand alone."""
    n = labels.size
    for _ in range(2 + _draw(state, 2 + n // 3)):
        i = _draw(state, n)
        target = labels[_draw(state, n)]
        if _draw(state, 2) == 0 and size[labels[i]] > 1:
            target = _empty_label(size)
        if target != labels[i]:
            _relabel(tie, labels, pull, size, i, target)


@search
def _settle(tie: Floats, labels: Labels, least: float) -> None:
    """Give equal partitions equal labels, and split what holds together for no reason.

    A bloc falls into the pieces that positive ties connect, and a state whose ties to its bloc sum
    to nothing stands alone; the score does not fall. Blocs are numbered by their first member.
    """
    n = labels.size
    leaving = True
    while leaving:
        leaving = False
        for i in range(n):
            inside = 0.0
            for j in range(n):
                if labels[j] == labels[i] and j != i:
                    inside += tie[i, j]
            if inside <= least and labels[i] < n:
                labels[i] = n + i
                leaving = True
    first = np.arange(n)  # the first member of each state's piece
    spreading = True
    while spreading:
        spreading = False
        for i in range(n):
            for j in range(n):
                if first[j] < first[i] and labels[i] == labels[j] and tie[i, j] > least:
                    first[i] = first[j]
                    spreading = True
    blocs = 0
    for i in range(n):
        if first[i] == i:
            labels[i] = blocs
            blocs += 1
        else:
            labels[i] = labels[first[i]]


@search
def _scatter(labels: Labels, order: Labels, start: int, state: Labels) -> None:
    """Begin a start: everybody alone (start 0), or a random partition and order of moves."""
    n = labels.size
    order[:] = np.arange(n)
    labels[:] = order
    if start > 0:
        blocs = min(n, 2 + _draw(state, 6))
        for i in range(n):
            labels[i] = _draw(state, blocs)
        for i in range(n - 1, 0, -1):
            j = _draw(state, i + 1)
            order[i], order[j] = order[j], order[i]


@search
def _search(ties: Floats, starts: int, seed: int, found: Labels) -> None:
    """Fill ``found (M, N)`` with the best partition of each of ``ties (M, N, N)``."""
    many, n = found.shape
    state = np.empty(1, np.int64)
    labels = np.empty(n, np.int64)
    kept = np.empty(n, np.int64)
    order = np.empty(n, np.int64)
    size = np.empty(n, np.int64)
    pull = np.empty((n, n))
    between = np.empty((n, n))
    for at in range(many):
        tie = ties[at]
        least = _TOLERANCE * np.abs(tie).max()
        state[0] = 1 + seed % 2147483646
        best_score, agreeing = -1.0, 0
        for start in range(starts):
            _scatter(labels, order, start, state)
            size[:] = 0
            pull[:, :] = 0.0
            for i in range(n):
                size[labels[i]] += 1
                for j in range(n):
                    pull[j, labels[i]] += tie[j, i]
            score = _climb(tie, labels, pull, size, order, between, least, False)
            kept[:] = labels
            for kick in range(_KICKS):
                last = kick == _KICKS - 1
                if not last:
                    _kick(tie, labels, pull, size, state)
                tried = _climb(tie, labels, pull, size, order, between, least, last)
                if tried >= score - least:
                    score = tried
                    kept[:] = labels
                else:
                    for i in range(n):
                        if labels[i] != kept[i]:
                            _relabel(tie, labels, pull, size, i, kept[i])
            if score > best_score + 2.0 * least:
                best_score, agreeing = score, 1
                found[at] = kept
            elif score > best_score - 2.0 * least:
                agreeing += 1
                if agreeing == _AGREEING:
                    break
        _settle(tie, found[at], least)


def checked(tie: npt.ArrayLike) -> Floats:
    """Return a copy of the networks ``(..., N, N)`` with nothing on their diagonals.

    Raises:
        ValueError: the array is not square, not symmetric or not finite.
    """
    weights = np.array(tie, np.float64)
    if weights.ndim < 2 or weights.shape[-1] != weights.shape[-2]:
        raise ValueError(f"tie: expected weights (..., N, N), got {weights.shape}")
    if not np.array_equal(weights, np.swapaxes(weights, -1, -2)) or np.isinf(weights).any():
        raise ValueError("tie: the weights are not symmetric finite numbers")
    diagonal = np.arange(weights.shape[-1])
    weights[..., diagonal, diagonal] = 0.0
    return weights


def find_blocs(tie: npt.ArrayLike, starts: int = 20, seed: int = 0) -> Labels:
    """Find the partition with the most weight inside its blocs.

    Args:
        tie: symmetric signed weights ``(N, N)``, or independent networks ``(..., N, N)``; the
            diagonals are ignored.
        starts: most starts of the local search for each network.
        seed: of the search; equal arguments give equal labels.

    Returns:
        Labels ``(..., N)``: 0, 1, ... in the order of each bloc's first member. A state whose ties
        to its bloc sum to nothing has a label of its own.

    Raises:
        ValueError: the array is not square, not symmetric or not finite, or ``starts`` < 1.
    """
    weights = checked(tie)
    if starts < 1:
        raise ValueError(f"starts: expected one or more, got {starts}")
    n = weights.shape[-1]
    found: Labels = np.zeros(weights.shape[:-1], np.int64)
    if weights.size:
        stack, labels = weights.reshape(-1, n, n), found.reshape(-1, n)
        middle = len(stack) // 2
        with ThreadPoolExecutor(1) as other:
            rest = other.submit(_search, stack[:middle], starts, seed, labels[:middle])
            _search(stack[middle:], starts, seed, labels[middle:])
            rest.result()
    return found
