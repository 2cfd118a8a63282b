"""What becomes of blocs in time: how well they keep their members, when they split and merge."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.blocs.partitions import canonical, name_blocs
from sim.blocs.search import Labels
from sim.types import Floats

PART: Final = 2
"""Members that make a part of a bloc; one that leaves or joins is a defection, not a split."""


@dataclass(frozen=True, slots=True)
class Turnover:
    """A split or merger of the blocs around some states, over the runs.

    Attributes:
        kind: ``split`` or ``merger``.
        cores: the strongest members of the two parts, as indices of states, the stronger first.
        runs: share of the runs in which it happens at least once.
        ticks: position among the kept ticks of the first time, a number each of those runs.
    """

    kind: str
    cores: tuple[int, int]
    runs: float
    ticks: tuple[int, ...]


def persistence(labels: npt.ArrayLike) -> Floats:
    """Return how well the bloc of each state keeps its members, ``(R, N)`` in [0, 1].

    The mean over consecutive kept ticks of |A and B| / |A or B|, A the bloc of the state before and
    B after (stationarity of Palla, Barabasi & Vicsek 2007). ``labels (R, L, N)``; 1 with a single
    tick.

    >>> persistence([[[0, 0, 1], [0, 0, 0]]]).round(2).tolist()
    [[0.67, 0.67, 0.33]]
    """
    array = np.asarray(labels)
    together = array[..., :, None] == array[..., None, :]
    before, after = together[:, :-1], together[:, 1:]
    if not before.shape[1]:
        return np.ones((array.shape[0], array.shape[2]))
    kept = (before & after).sum(axis=-1) / (before | after).sum(axis=-1)
    return np.asarray(kept.mean(axis=1), np.float64)


def turnover(labels: npt.ArrayLike, capability: npt.ArrayLike) -> list[Turnover]:
    """Find the splits and mergers of blocs, the most frequent first.

    A bloc splits where two members or more of it are together in one bloc at the next kept tick,
    and two or more others in another; a merger is a split with time reversed. ``labels (R, L, N)``,
    ``capability (R, L, N)``.
    """
    array = canonical(labels)
    strength = np.asarray(capability, np.float64)
    first: dict[tuple[str, tuple[int, int]], dict[int, int]] = defaultdict(dict)
    changed = (array[:, 1:] != array[:, :-1]).any(axis=2)
    for run, at in np.argwhere(changed):
        tick = int(at) + 1
        before, after, power = array[run, at], array[run, tick], strength[run, tick]
        for kind, whole, parts in (("split", before, after), ("merger", after, before)):
            for cores in _parts(whole, parts, power):
                first[kind, cores].setdefault(int(run), tick)
    found = [
        Turnover(kind, cores, len(runs) / len(array), tuple(runs.values()))
        for (kind, cores), runs in first.items()
    ]
    return sorted(found, key=lambda it: (-it.runs, it.kind, it.cores))


def _parts(whole: Labels, parts: Labels, power: Floats) -> list[tuple[int, int]]:
    """The cores of every two parts into which a bloc of ``whole`` falls."""
    n = len(whole)
    pieces = canonical(whole * n + parts)  # together in both
    size = np.bincount(pieces, minlength=n)
    cores = name_blocs(pieces, power)
    by_bloc: dict[int, list[int]] = defaultdict(list)
    for i in np.flatnonzero((cores == np.arange(n)) & (size[pieces] >= PART)):
        by_bloc[int(whole[i])].append(int(i))
    found = []
    for members in by_bloc.values():
        ranked = sorted(members, key=lambda i: -power[i])
        found += [(one, other) for at, one in enumerate(ranked) for other in ranked[at + 1 :]]
    return found
