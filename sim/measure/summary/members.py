"""The blocs that many runs have in common: members, how surely, and how strong they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.blocs import Consensus, name_blocs
from sim.blocs.indices import bloc_shares
from sim.record.results import Results
from sim.types import Floats
from sim.words.of_numbers import Change, change_of

type Labels = npt.NDArray[np.int64]

CONTESTED: Final = 0.2
"""A state outside a bloc that joins its core in this share of the runs is named beside it."""


@dataclass(frozen=True, slots=True)
class Member:
    """A state and the share of runs that end with it in the bloc of the core."""

    state: str
    together: float


@dataclass(frozen=True, slots=True)
class Bloc:
    """A bloc of the consensus partition at the end, named by the member that leads it.

    ``share`` is the capability share of these members, ``core_share`` that of whatever bloc the
    core is in, run by run (the shares of cores that are at times together overlap). ``contested``
    are states outside that join the core in at least 20% of the runs.
    """

    core: str
    members: tuple[Member, ...]
    contested: tuple[Member, ...]
    share: Change
    core_share: Change


def alone_in(labels: Labels) -> list[int]:
    """Return the indices of the states that are in no bloc with another; ``labels (N,)``."""
    return [int(i) for i in np.flatnonzero(np.bincount(labels)[labels] == 1)]


def consensus_blocs(results: Results, labels: Labels, found: Consensus) -> tuple[Bloc, ...]:
    """Return the blocs of the consensus ``found`` at the end, the strongest first.

    ``labels (R, L, N)`` are the partitions of the runs at the kept ticks, in [0, N).
    """
    capability = results.capability
    strength = capability[:, -1].mean(axis=0)
    cores = name_blocs(found.labels, results.leading[:, -1].mean(axis=0))
    weight = np.bincount(found.labels, strength)
    size = np.bincount(found.labels)
    shares = bloc_shares(labels, capability)
    part = capability / capability.sum(axis=2, keepdims=True)
    states = results.record.states
    blocs = []
    for label in np.argsort(-weight, kind="stable"):
        if size[label] < 2:
            continue
        inside = np.flatnonzero(found.labels == label)
        core = int(cores[inside[0]])
        together = found.together[core]
        outside = np.flatnonzero((found.labels != label) & (together >= CONTESTED))
        mine = np.take_along_axis(shares, labels[:, :, [core]], axis=2)[:, :, 0]
        held = part[:, :, inside].sum(axis=2)
        blocs.append(
            Bloc(
                core=states[core],
                members=_members(states, inside, together, strength, first=core),
                contested=_members(states, outside, together, together),
                share=change_of(held[:, 0], held[:, -1]),
                core_share=change_of(mine[:, 0], mine[:, -1]),
            )
        )
    return tuple(blocs)


def _members(
    states: tuple[str, ...],
    inside: npt.NDArray[np.int64],
    together: Floats,
    rank: Floats,
    first: int = -1,
) -> tuple[Member, ...]:
    ordered = inside[np.lexsort((-rank[inside], inside != first))]
    return tuple(Member(states[i], float(together[i])) for i in ordered)
